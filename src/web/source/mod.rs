//! The source's site: no script, no cookie, no session; the code travels in POST bodies only.

mod act;
mod download;
mod drop;
mod landing;
mod leave;
mod mailbox;
mod pace;
mod page;
mod problem;
mod progress;
mod reader;
mod receipt;
mod ticket;
mod uploads;
mod warnings;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use self::pace::Pace;
use self::page::Page;
use self::problem::Problem;
use self::progress::Progress;
use self::ticket::Tickets;
use self::uploads::Uploads;
use super::body;
use super::connections::Visitor;
use super::headers;
use super::roster::{Entry, Held, Place, Rank, Roster, Rule};
use crate::base::circuit::Circuit;
use crate::config::Config;
use crate::crypto::code::RetrievalCode;
use crate::crypto::kdf::MailboxKeys;
use crate::crypto::words::WordList;
use crate::dropbox::{Deriver, Dropbox, SetupError};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};

/// Bytes of a form that carries no file.
const SMALL_FORM: usize = 64 * 1024;

/// Uploads beyond `limits.uploads` of which the text is still read, to be given back with the reason.
pub const REFUSALS: usize = 8;

/// Of these, how many of one circuit.
const REFUSALS_EACH: usize = 2;

/// Forms of more than a few fields that may be read at once, and how many of one circuit.
const LARGE_FORMS: usize = 8;
const LARGE_FORMS_EACH: usize = 2;
/// Such a form has arrived within this time, or gives its place to another when there are too many.
const FORM_TIME: Duration = Duration::from_secs(20);

/// Bytes of a page that needs no place of its own until it is read; how many larger ones there may be,
/// and how many of one circuit.
const SMALL_PAGE: u64 = 48 * 1024;
const LARGE_PAGES: usize = 16;
const LARGE_PAGES_EACH: usize = 3;

/// Files of answers that may be on their way out at once (each holds a thread), and how many to one
/// circuit.
const DOWNLOADS: usize = 16;
const DOWNLOADS_EACH: usize = 6;

/// What every handler of this site can reach. The desk has a state of its own.
pub struct Site {
    dropbox: Dropbox,
    deriver: Deriver,
    tickets: Tickets,
    pace: Pace,
    uploads: Uploads,
    refusals: Arc<Roster<()>>,
    large_forms: Arc<Roster<()>>,
    large_pages: Arc<Roster<()>>,
    downloads: Arc<Roster<()>>,
    progress: Progress,
    name: String,
    text: BTreeMap<String, String>,
    contact: String,
    onions: Vec<String>,
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
        let tickets = Tickets::new(dropbox.ticket_key()?, dropbox.clock().clone());
        Ok(Self {
            deriver: Deriver::start(&dropbox.derivation()?)?,
            tickets: tickets.map_err(SetupError::from)?,
            pace: Pace::default(),
            uploads: Uploads::new(config.limits.uploads),
            refusals: Arc::default(),
            large_forms: Arc::default(),
            large_pages: Arc::default(),
            downloads: Arc::default(),
            progress: Progress::default(),
            name: config.name.clone(),
            text: config.text.clone(),
            contact: config.contact.clone(),
            onions: config.onions.clone(),
            dropbox,
        })
    }

    /// Forgets what circuits did minutes ago.
    pub fn forget(&self) {
        self.pace.forget();
        self.deriver.forget();
        self.progress.forget();
    }

    /// Ends the displays that would hold a stop up.
    pub fn close(&self) {
        self.progress.close();
    }

    /// Reads a typed code and derives its keys. Where it can be read in two ways, the one under which
    /// something arrived.
    async fn open_code(&self, circuit: Circuit, text: &str) -> Result<OpenedCode, Problem> {
        let mut first = None;
        for code in RetrievalCode::read(text)? {
            if !self.pace.check(circuit).await {
                return Err(Problem::Busy);
            }
            let list = code.list_of(text).unwrap_or(WordList::English);
            let keys = self.deriver.derive(circuit, code.clone()).await?;
            let known = self.dropbox.store().knows(keys.id)?;
            let opened = OpenedCode { code, list, keys };
            if known {
                return Ok(opened);
            }
            first.get_or_insert(opened);
        }
        first.ok_or(Problem::Internal)
    }
}

/// Takes a place for something that is read or written in one go.
fn take(
    roster: &Arc<Roster<()>>,
    circuit: Circuit,
    (most, share): (usize, usize),
    patience: Option<Duration>,
) -> Option<Place<()>> {
    let yields = |entry: &Entry<()>, held: Held| -> Option<Rank> {
        let late = patience.is_some_and(|patience| entry.age() > patience);
        match (late, held.hogs()) {
            (true, _) => Some((0, Reverse(held.theirs), entry.number)),
            (false, true) => Some((1, Reverse(held.theirs), entry.number)),
            (false, false) => None,
        }
    };
    let rule = Rule { share, classes: &[(most, &|_| true)], yields: &yields };
    roster.take(circuit, (), &rule)
}

/// Marks an answer that says that something is stored: nothing else may stand in its place.
#[derive(Clone)]
struct Acknowledges;

/// A code that was typed, and what it opens.
struct OpenedCode {
    code: RetrievalCode,
    /// The list it was typed in, so that it is shown again as it stands on the paper.
    list: WordList,
    keys: MailboxKeys,
}

type App = State<Arc<Site>>;

/// The table of contents of the site.
pub fn router(site: Arc<Site>) -> Router {
    let limits = site.dropbox.limits();
    // Percent-encoding makes three of each byte.
    let typed = DefaultBodyLimit::max(SMALL_FORM + 12 * limits.message);
    let listed = DefaultBodyLimit::max(SMALL_FORM / 16 * (16 + limits.files));
    // What may be larger is read a few at a time.
    let large = Router::new()
        .route("/drop/form", post(drop::again).layer(typed))
        .route("/receipt", post(receipt::show).layer(listed))
        .layer(middleware::from_fn_with_state(site.clone(), few));
    let forms = Router::new()
        .route("/mailbox", get(mailbox::ask).post(mailbox::show))
        .route("/mailbox/act", post(act::act))
        .route("/mailbox/file", post(download::download))
        .route("/leave", post(leave::leave))
        .layer(DefaultBodyLimit::max(SMALL_FORM))
        .merge(large)
        .layer(middleware::from_fn_with_state(site.clone(), in_time));
    Router::new()
        .route("/", get(landing::show))
        .route("/recipients.txt", get(landing::recipients))
        .route("/progress/{token}", get(progress::show))
        .route("/drop", get(drop::show).post(drop::receive).layer(DefaultBodyLimit::disable()))
        .merge(forms)
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state(site.clone(), refuse_foreign))
        .layer(middleware::from_fn_with_state(site.clone(), warnings::refuse))
        .layer(middleware::from_fn_with_state(site.clone(), few_large_pages))
        .layer(middleware::from_fn(headers::harden))
        .with_state(site)
}

async fn not_found(State(site): App, request: Request) -> Response {
    Page::of(&site, &request).problem(&Problem::NotFound)
}

/// Takes a place before a large body is read into memory.
async fn few(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length <= SMALL_FORM) {
        return next.run(request).await;
    }
    let page = Page::of(&site, &request);
    let each = (LARGE_FORMS, LARGE_FORMS_EACH);
    let Some(place) = take(&site.large_forms, visitor.circuit(), each, Some(FORM_TIME)) else {
        return page.problem(&Problem::Busy);
    };
    tokio::select! {
        response = next.run(request) => response,
        () = place.entry.dismissed() => page.problem(&Problem::Busy),
    }
}

/// A large page takes a place until it is read: whoever asks for many and takes none fills no memory.
async fn few_large_pages(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    let page = Page::of(&site, &request);
    let (parts, body) = next.run(request).await.into_parts();
    let length = body.size_hint().exact().unwrap_or_default();
    if length <= SMALL_PAGE {
        return Response::from_parts(parts, body);
    }
    let each = (LARGE_PAGES, LARGE_PAGES_EACH);
    let Some(place) = take(&site.large_pages, visitor.circuit(), each, None) else {
        // Who has sent something is told so, whatever others do.
        if parts.extensions.get::<Acknowledges>().is_some() {
            return Response::from_parts(parts, body);
        }
        return page.problem(&Problem::Busy);
    };
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => Response::from_parts(parts, Body::new(body::Pieces::new(bytes, place))),
        Err(_) => page.problem(&Problem::Internal),
    }
}

/// A form without files arrives whole within the time that an upload may stand still.
async fn in_time(State(site): App, request: Request, next: Next) -> Response {
    let page = Page::of(&site, &request);
    match tokio::time::timeout(site.dropbox.limits().idle, next.run(request)).await {
        Ok(response) => response,
        Err(_) => page.problem(&Problem::Slow),
    }
}

async fn refuse_foreign(State(site): App, request: Request, next: Next) -> Response {
    if headers::is_foreign(request.method(), request.headers()) {
        return Page::of(&site, &request).problem(&Problem::ForeignOrigin);
    }
    next.run(request).await
}
