//! What every handler of the source's site can reach.

use std::sync::Arc;

use axum::extract::State;

use super::problem::Problem;
use super::progress::Progress;
use super::rate_limit::RateLimit;
use super::ticket::{Ticket, Tickets};
use super::uploads::{Upload, Uploads};
use crate::base::circuit::Circuit;
use crate::base::random::NoRandomness;
use crate::config::Config;
use crate::config::PerLanguage;
use crate::crypto::code::RetrievalCode;
use crate::crypto::kdf::MailboxKeys;
use crate::crypto::words::WordList;
use crate::dropbox::{Deriver, Dropbox, SetupError};
use crate::web::slots::Slots;

/// What is held in memory until it is read, at once and of one circuit: large pages, and messages that are
/// too long for a page.
const LARGE_PAGES: (usize, usize) = (16, 2);

/// Files of answers that may be on their way out at once, and how many to one circuit.
const DOWNLOADS: (usize, usize) = (16, 6);

/// Threads that may block, beside one for each upload: downloads, and pages.
pub const THREADS: usize = DOWNLOADS.0 + 16;

/// What every handler of this site can reach. The desk has a state of its own.
pub struct Site {
    pub(super) dropbox: Dropbox,
    pub(super) deriver: Deriver,
    pub(super) tickets: Tickets,
    pub(super) rate_limit: RateLimit,
    pub(super) uploads: Uploads,
    pub(super) large_pages: Arc<Slots<u32>>,
    pub(super) downloads: Arc<Slots<u32>>,
    pub(super) progress: Progress,
    pub(super) name: String,
    pub(super) text: PerLanguage,
    pub(super) contact: String,
    pub(super) onions: Vec<String>,
    /// Days that a backup is kept, where there are any.
    pub(super) backups_kept: Option<i64>,
}

/// Why a site cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The drop box.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The threads that derive.
    #[error("no thread could be started: {0}")]
    Threads(#[from] std::io::Error),
}

impl Site {
    /// A site over an open drop box.
    pub fn new(dropbox: Dropbox, config: &Config) -> Result<Self, SiteError> {
        Ok(Self {
            deriver: Deriver::start(&dropbox.derivation()?)?,
            tickets: Tickets::new(dropbox.ticket_key()?),
            rate_limit: RateLimit::default(),
            uploads: Uploads::new(config.limits.uploads),
            large_pages: Slots::new(LARGE_PAGES.0, LARGE_PAGES.1),
            downloads: Slots::new(DOWNLOADS.0, DOWNLOADS.1),
            progress: Progress::default(),
            name: config.name.clone(),
            text: config.text.clone(),
            contact: config.contact.clone(),
            onions: config.onions.clone(),
            backups_kept: (!config.backup.recipients.is_empty()).then_some(config.backup.kept),
            dropbox,
        })
    }

    /// Forgets what circuits did minutes ago.
    pub fn forget(&self) {
        self.rate_limit.forget();
        self.deriver.forget();
        self.progress.forget();
    }

    /// Ends the displays that would hold a stop up.
    pub fn close(&self) {
        self.progress.close();
    }

    /// A ticket of a new visit.
    pub(super) fn fresh_ticket(&self) -> Result<Ticket, NoRandomness> {
        Ticket::fresh(self.dropbox.today())
    }

    /// A ticket for another form of the same visit.
    pub(super) fn next_ticket(&self, ticket: &Ticket) -> Result<Ticket, NoRandomness> {
        ticket.next(self.dropbox.today())
    }

    /// A ticket for a form that comes back.
    pub(super) fn renewed_ticket(&self, ticket: &Ticket) -> Result<Ticket, NoRandomness> {
        ticket.renewed(self.dropbox.today())
    }

    /// Reads a ticket, which must not be of a visit that was left. Blocks.
    pub(super) fn read_ticket(&self, text: &str) -> Result<Ticket, Problem> {
        let ticket = self.tickets.read(text, self.dropbox.today())?;
        let burned = self.dropbox.store().is_burned(ticket.visit())?;
        if burned { Err(Problem::Left) } else { Ok(ticket) }
    }

    /// The same, on a thread that may block.
    pub(super) async fn check_ticket(self: &Arc<Self>, text: &str) -> Result<Ticket, Problem> {
        let (site, text) = (self.clone(), text.to_owned());
        let read = tokio::task::spawn_blocking(move || site.read_ticket(&text));
        read.await.map_err(|_| Problem::Internal)?
    }

    /// Ends a visit, durably: none of its tickets is good any more.
    pub(super) async fn burn(&self, ticket: &Ticket) -> Result<(), Problem> {
        let (store, visit, today) =
            (self.dropbox.store().clone(), ticket.visit(), self.dropbox.today());
        let burned = tokio::task::spawn_blocking(move || store.burn(visit, today));
        Ok(burned.await.map_err(|_| Problem::Internal)??)
    }

    /// Reads a typed code and derives its keys. Where it can be read in two ways, the one under which
    /// something arrived.
    pub(super) async fn open_code(
        &self,
        circuit: Circuit,
        text: &str,
    ) -> Result<OpenedCode, Problem> {
        let mut first = None;
        let all = RetrievalCode::read(text)?;
        let ambiguous = all.len() > 1;
        for code in all {
            if !self.rate_limit.code(circuit).await {
                return Err(Problem::Busy);
            }
            let list = code.list_of(text).unwrap_or(WordList::English);
            let keys = self.deriver.derive(circuit, code.clone()).await?;
            let (store, id) = (self.dropbox.store().clone(), keys.id);
            let opened = OpenedCode { code, list, keys };
            if !ambiguous {
                return Ok(opened);
            }
            let known = tokio::task::spawn_blocking(move || store.knows(id)).await;
            if known.map_err(|_| Problem::Internal)?? {
                return Ok(opened);
            }
            first.get_or_insert(opened);
        }
        first.ok_or(Problem::Internal)
    }

    /// A slot for a form with documents, or a large one, of so many bytes; `None` is "busy".
    pub(super) async fn admit_upload(&self, circuit: Circuit, announced: u64) -> Option<Upload> {
        if !self.rate_limit.form(circuit).await {
            return None;
        }
        self.uploads.acquire(circuit, announced)
    }
}

/// Marks an answer that says that something is stored: nothing else may stand in its place.
#[derive(Clone)]
pub(super) struct Acknowledges;

/// A code that was typed, and what it opens.
pub(super) struct OpenedCode {
    pub code: RetrievalCode,
    /// The list it was typed in, so that it is shown again as it stands on the paper.
    pub list: WordList,
    pub keys: MailboxKeys,
}

pub(super) type App = State<Arc<Site>>;
