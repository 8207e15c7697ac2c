//! The editors' desk: its own listener, router and state. It shares neither with the source's site.

mod account;
mod act;
mod arriving;
mod correspondence;
mod device;
mod download;
mod feed;
mod inbox;
mod journal;
mod outgoing;
mod page;
mod problem;
mod range;
mod reply;
mod session;
mod sessions;
mod sign_in;
mod sign_in_queue;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};

use self::page::{Page, redirect};
use self::problem::Problem;
use self::session::SMALL_FORM;
use self::sessions::Sessions;
use self::sign_in_queue::SignInQueue;
use super::headers;
use super::slots::Slots;
use super::visit::Visit;
use crate::config::Config;
use crate::dropbox::Dropbox;
use crate::dropbox::accounts::Accounts;
use crate::dropbox::download_progress::DownloadProgress;
use crate::store::{Store, StoreError};

/// What takes long, in all and of one account: downloads, forms that carry files, and how many of these forms
/// may bring their files. Of the others the text is read, to be given back.
const DOWNLOADS: (usize, usize) = (16, 6);
const FORMS: (usize, usize) = (12, 4);
const UPLOADS: (usize, usize) = (8, 3);

/// Threads that the desk may hold: downloads and forms, a derivation, and pages.
pub const THREADS: usize = DOWNLOADS.0 + FORMS.0 + 8;

/// What every handler of the desk can reach. The source's site has a state of its own.
pub struct Desk {
    dropbox: Dropbox,
    accounts: Accounts,
    sessions: Sessions,
    sign_ins: SignInQueue,
    /// What was served of each list.
    download_progress: DownloadProgress,
    downloads: Arc<Slots<String>>,
    forms: Arc<Slots<String>>,
    uploads: Arc<Slots<String>>,
    labels: Vec<String>,
    name: String,
    onions: Vec<String>,
}

impl Desk {
    /// A desk over an open drop box.
    pub fn new(dropbox: Dropbox, config: &Config) -> Self {
        Self {
            sessions: Sessions::new(dropbox.clock().clone()),
            accounts: Accounts::new(dropbox.clone()),
            sign_ins: SignInQueue::default(),
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
    fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Forgets what ended or was minutes ago.
    pub fn forget(&self) {
        self.sessions.forget();
        self.sign_ins.forget();
    }

    /// Those of these teams that are configured.
    fn known(&self, teams: Vec<String>) -> Vec<String> {
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

type App = State<Arc<Desk>>;

/// The table of contents of the desk.
pub fn router(desk: Arc<Desk>) -> Router {
    let forms = Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-out", post(sign_in::out))
        .route("/account", get(account::show))
        .route("/account/passphrase", post(account::passphrase))
        .route("/account/device", get(device::show).post(device::change))
        .route("/account/feed", post(account::feed))
        .route("/account/sign-out", post(account::sign_out_everywhere))
        .route("/journal", get(journal::show))
        .route("/feed/{token}", get(feed::show))
        .route("/", get(inbox::show))
        .route("/mailbox/{team}/{designation}", get(correspondence::show))
        .route("/mailbox/{team}/{designation}/mark", post(act::mark))
        .route("/mailbox/{team}/{designation}/label", post(act::label))
        .route("/mailbox/{team}/{designation}/fetched", post(act::fetched))
        .route("/mailbox/{team}/{designation}/unfetched", post(act::unfetched))
        .route("/mailbox/{team}/{designation}/delete", post(act::delete))
        .route("/mailbox/{team}/{designation}/{dispatch}/manifest.tar", get(download::manifest))
        .route("/download", post(download::make))
        .route("/download/{id}", get(download::show))
        .route("/download/{id}/done", post(download::done))
        .route("/download/{id}/{number}/{name}", get(download::volume))
        .layer(DefaultBodyLimit::max(SMALL_FORM))
        .layer(middleware::from_fn_with_state(desk.clone(), in_time));
    // As large as they may be: their limits are those of what they bring.
    let large = Router::new()
        .route("/mailbox/{team}/{designation}/reply", post(reply::send))
        .route("/deliver", get(reply::ask).post(reply::deliver))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .merge(forms)
        .merge(large)
        .fallback(not_found)
        .method_not_allowed_fallback(not_so)
        .layer(middleware::from_fn_with_state(desk.clone(), refuse_foreign))
        .layer(middleware::from_fn_with_state(desk.clone(), refuse_dangerous))
        .layer(middleware::from_fn(headers::harden))
        .with_state(desk)
}

async fn not_found(State(desk): App, request: Request) -> Response {
    problem(&desk, &request, &Problem::NotFound)
}

/// The address of a form that only sends: a page that answered it leads there in another language.
async fn not_so(State(desk): App, request: Request) -> Response {
    if request.method() != Method::GET {
        return not_found(State(desk), request).await;
    }
    redirect(&Page::new(&desk, request.uri(), request.headers()), "/")
}

fn problem(desk: &Desk, request: &Request, problem: &Problem) -> Response {
    Page::new(desk, request.uri(), request.headers()).problem(problem)
}

/// A small form arrives whole within the time that an upload may stand still.
async fn in_time(State(desk): App, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    match tokio::time::timeout(desk.dropbox.limits().idle, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Page::new(&desk, &uri, &headers).problem(&Problem::Slow),
    }
}

async fn refuse_foreign(State(desk): App, request: Request, next: Next) -> Response {
    if headers::is_foreign(request.method(), request.headers()) {
        return problem(&desk, &request, &Problem::ForeignOrigin);
    }
    next.run(request).await
}

/// Answers a visit through a relay or under a name that is not ours, whatever was asked.
async fn refuse_dangerous(State(desk): App, request: Request, next: Next) -> Response {
    match Visit::of(request.uri(), request.headers(), &desk.onions) {
        Visit::Onion | Visit::Loopback => next.run(request).await,
        Visit::Elsewhere => problem(&desk, &request, &Problem::UnknownHost),
        Visit::Relayed => problem(&desk, &request, &Problem::Relayed),
    }
}
