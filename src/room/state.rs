//! What all pages of the room share.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, Uri};
use subtle::ConstantTimeEq;

use super::problem::Problem;
use crate::archive::pages::Page;
use crate::archive::place::{Archive, ArchiveError};
use crate::base::clock::Clock;
use crate::base::ids::hex;
use crate::base::random::{self, NoRandomness};
use crate::bundle::address_book::HeldBook;
use crate::bundle::extract::Output;
use crate::pages::lang::Lang;

/// Work for the thread that holds the identities.
pub type Job = Box<dyn FnOnce(&[Box<dyn age::Identity>]) + Send>;

/// An extractor of the state.
pub type App = axum::extract::State<Arc<Room>>;

/// A reading room.
pub struct Room {
    pub(super) archive: Archive,
    pub(super) clock: Clock,
    pub(super) book: Mutex<HeldBook>,
    /// Whether the disk below shows no encryption.
    pub(super) is_plain: bool,
    /// `NAME.localhost:PORT`, the only Host that is served.
    pub(super) host: String,
    token: String,
    jobs: Mutex<Sender<Job>>,
}

impl Room {
    /// A room at a port of loopback, under a new name and with a new token; and the work that its pages give to
    /// whoever holds the identities.
    pub fn new(
        archive: Archive,
        book: HeldBook,
        port: u16,
        clock: Clock,
        is_plain: bool,
    ) -> Result<(Arc<Self>, Receiver<Job>), NoRandomness> {
        let (jobs, work) = mpsc::channel();
        let name = hex(&random::bytes::<10>()?);
        let room = Self {
            archive,
            clock,
            book: Mutex::new(book),
            is_plain,
            host: format!("r{name}.localhost:{port}"),
            token: hex(&random::bytes::<16>()?),
            jobs: Mutex::new(jobs),
        };
        Ok((Arc::new(room), work))
    }

    /// Where a browser finds it. Who has this address may do everything.
    pub fn address(&self) -> String {
        format!("http://{}{}/", self.host, self.base())
    }

    fn base(&self) -> String {
        format!("/{}", self.token)
    }

    /// Whether a path begins with the token.
    pub(super) fn admits(&self, path: &str) -> bool {
        let first = path.split('/').nth(1).unwrap_or_default();
        bool::from(first.as_bytes().ct_eq(self.token.as_bytes()))
    }

    /// A page in the language that a request asks for; `here` is its address in other languages.
    pub(super) fn page(&self, uri: &Uri, headers: &HeaderMap, here: &str) -> Page {
        Page::in_room(Lang::of(uri, headers), &self.base(), here.to_owned())
    }

    /// Begins to write to the archive.
    pub(super) fn begin(&self) -> Result<(Archive, Output), Problem> {
        Archive::begin(self.archive.dir()).map_err(|error| match error {
            ArchiveError::Busy(_) => Problem::Busy,
            ArchiveError::Io(_, error) => Problem::of(&error),
            ArchiveError::NotEmpty(_) | ArchiveError::None(_) | ArchiveError::Newer(_) => {
                Problem::Internal
            }
        })
    }

    /// Has something done with the identities, and waits for it. To be called where one may block.
    pub(super) fn with_identities<T: Send + 'static>(
        &self,
        work: impl FnOnce(&[Box<dyn age::Identity>]) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (done, result) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |identities| drop(done.send(work(identities))));
        let sent = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).send(job);
        sent.map_err(|_| Problem::Internal)?;
        result.recv().map_err(|_| Problem::Internal)
    }
}
