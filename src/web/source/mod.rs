//! The source's site: no script, no cookie, no session; the code travels in POST bodies only.

mod act;
mod download;
mod drop;
mod landing;
mod leave;
mod mailbox;
mod page;
mod problem;
mod progress;
mod rate_limit;
mod reader;
mod receipt;
mod ticket;
mod uploads;
mod warnings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use self::page::Page;
use self::problem::Problem;
use self::progress::Progress;
use self::rate_limit::RateLimit;
use self::ticket::Tickets;
use self::uploads::{Upload, Uploads};
use super::body;
use super::connections::Visitor;
use super::headers;
use super::slots::Slots;
use crate::base::circuit::Circuit;
use crate::base::limits::SMALL;
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
use http_body_util::BodyExt;

/// Bytes of a form that carries no file.
const SMALL_FORM: usize = 64 * 1024;

/// Bytes of a page that needs no slot of its own until it is read; how many larger ones there may be, how
/// many of one circuit, and within which time one must be read.
const SMALL_PAGE: u64 = 48 * 1024;
const LARGE_PAGES: (usize, usize) = (16, 2);
const LARGE_PAGE_TIME: Duration = Duration::from_secs(120);

/// Files of answers that may be on their way out at once, and how many to one circuit.
const DOWNLOADS: (usize, usize) = (16, 6);

/// Threads that may block, beside one for each upload: downloads, and pages.
pub const THREADS: usize = DOWNLOADS.0 + 16;

/// What every handler of this site can reach. The desk has a state of its own.
pub struct Site {
    dropbox: Dropbox,
    deriver: Deriver,
    tickets: Tickets,
    rate_limit: RateLimit,
    uploads: Uploads,
    large_pages: Arc<Slots<u32>>,
    downloads: Arc<Slots<u32>>,
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
            rate_limit: RateLimit::default(),
            uploads: Uploads::new(config.limits.uploads),
            large_pages: Slots::new(LARGE_PAGES.0, LARGE_PAGES.1),
            downloads: Slots::new(DOWNLOADS.0, DOWNLOADS.1),
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
        self.rate_limit.forget();
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
            if !self.rate_limit.code(circuit).await {
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

    /// A slot for a form with documents, or a large one, of so many bytes; `None` is "busy".
    async fn admit_upload(&self, circuit: Circuit, announced: u64) -> Option<Upload> {
        if !self.rate_limit.form(circuit).await {
            return None;
        }
        self.uploads.acquire(circuit, announced)
    }
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
    // What may be larger is admitted as an upload.
    let large = Router::new()
        .route("/drop/form", post(drop::again).layer(typed))
        .route("/receipt", post(receipt::show).layer(listed))
        .layer(middleware::from_fn_with_state(site.clone(), admit_large_form));
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
        .layer(middleware::from_fn_with_state(site.clone(), admit_large_page))
        .layer(middleware::from_fn(headers::harden))
        .with_state(site)
}

async fn not_found(State(site): App, request: Request) -> Response {
    Page::of(&site, &request).problem(&Problem::NotFound)
}

/// A large body takes a slot before it is read into memory, as an upload does.
async fn admit_large_form(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let length = length.unwrap_or(u64::MAX);
    if length <= SMALL_FORM as u64 {
        return next.run(request).await;
    }
    let page = Page::of(&site, &request);
    // However long it says that it is: more than such a form may hold is not read.
    let Some(slot) = site.admit_upload(visitor.circuit(), length.min(SMALL)).await else {
        return page.problem(&Problem::Busy);
    };
    let _kept = visitor.keep();
    let transfer = slot.holder.clone();
    let request = request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            transfer.about.add(frame.data_ref().map_or(0, |data| data.len() as u64));
            frame
        }))
    });
    tokio::select! {
        response = next.run(request) => response,
        () = slot.evicted() => page.problem(&Problem::Busy),
    }
}

/// A large page takes a slot until it is read: whoever asks for many and reads none fills no memory.
async fn admit_large_page(
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
    let Some(slot) = site.large_pages.acquire(visitor.circuit().number()) else {
        // Who has sent something is told so, whatever others do.
        if parts.extensions.get::<Acknowledges>().is_some() {
            return Response::from_parts(parts, body);
        }
        return page.problem(&Problem::Busy);
    };
    match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            let pieces = body::Pieces::new(bytes, LARGE_PAGE_TIME, slot);
            Response::from_parts(parts, Body::new(pieces))
        }
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
