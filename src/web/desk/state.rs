//! What every handler of the desk can reach.

use std::sync::Arc;

use axum::extract::State;

use super::layouts::Layouts;
use super::problem::Problem;
use super::sessions::Sessions;
use super::sign_in_queue::SignInQueue;
use crate::config::Config;
use crate::dropbox::Dropbox;
use crate::dropbox::accounts::Accounts;
use crate::dropbox::download_progress::DownloadProgress;
use crate::store::{Store, StoreError};
use crate::web::slots::Slots;

/// What takes long, in all and of one account: downloads, forms that carry files, and how many of these forms
/// may bring their files. Of the others the text is read, to be given back.
const DOWNLOADS: (usize, usize) = (16, 6);
const FORMS: (usize, usize) = (12, 4);
const UPLOADS: (usize, usize) = (8, 3);

/// Threads that the desk may hold: downloads and forms, a derivation, and pages.
pub const THREADS: usize = DOWNLOADS.0 + FORMS.0 + 8;

/// What every handler of the desk can reach. The source's site has a state of its own.
pub struct Desk {
    pub(super) dropbox: Dropbox,
    pub(super) accounts: Accounts,
    pub(super) sessions: Sessions,
    pub(super) sign_ins: SignInQueue,
    pub(super) layouts: Layouts,
    /// What was served of each list.
    pub(super) download_progress: DownloadProgress,
    pub(super) downloads: Arc<Slots<String>>,
    pub(super) forms: Arc<Slots<String>>,
    pub(super) uploads: Arc<Slots<String>>,
    pub(super) labels: Vec<String>,
    pub(super) name: String,
    pub(super) onions: Vec<String>,
}

impl Desk {
    /// A desk over an open drop box.
    pub fn new(dropbox: Dropbox, config: &Config) -> Self {
        Self {
            sessions: Sessions::new(dropbox.clock().clone()),
            accounts: Accounts::new(dropbox.clone()),
            sign_ins: SignInQueue::default(),
            layouts: Layouts::default(),
            download_progress: DownloadProgress::default(),
            downloads: Slots::new(DOWNLOADS.0, DOWNLOADS.1),
            forms: Slots::new(FORMS.0, FORMS.1),
            uploads: Slots::new(UPLOADS.0, UPLOADS.1),
            labels: config.desk_labels.clone(),
            name: config.name.clone(),
            onions: Vec::new(),
            dropbox,
        }
    }

    /// The labels that the operator set.
    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Forgets what ended or was minutes ago.
    pub fn forget(&self) {
        self.sessions.forget();
        self.sign_ins.forget();
    }

    /// Those of these teams that are configured.
    pub(super) fn known(&self, teams: Vec<String>) -> Vec<String> {
        let configured = self.dropbox.teams();
        let is_known = |team: &String| configured.iter().any(|known| known.id == *team);
        teams.into_iter().filter(is_known).collect()
    }

    /// Asks the store, on a thread that may block.
    pub async fn store<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let dropbox = self.dropbox.clone();
        let asked = tokio::task::spawn_blocking(move || ask(dropbox.store()));
        Ok(asked.await.map_err(|_| Problem::Internal)??)
    }

    /// Runs what blocks (the store, files, derivations) on a thread that may.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let desk = self.clone();
        tokio::task::spawn_blocking(move || work(&desk)).await.unwrap_or(Err(Problem::Internal))
    }
}

pub(super) type App = State<Arc<Desk>>;
