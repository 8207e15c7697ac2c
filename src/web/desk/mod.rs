//! The editors' desk: its own listener, router and state. It shares neither with the source's site.

mod doors;
pub mod outgoing;
mod page;
mod problem;
pub mod range;
mod session;
mod sessions;
mod sign_in;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};

use self::page::Page;
use self::problem::Problem;
use self::session::SMALL_FORM;
use self::sessions::Sessions;
use super::headers;
use super::visit::Visit;
use crate::base::random::{self, NoRandomness};
use crate::config::Config;
use crate::dropbox::Dropbox;

/// What every handler of the desk can reach. The source's site has a state of its own.
pub struct Desk {
    dropbox: Dropbox,
    sessions: Sessions,
    /// Authenticates forms of people who are not signed in yet. Ends with the process.
    key: [u8; 32],
    name: String,
    onions: Vec<String>,
}

impl Desk {
    /// A desk over an open drop box.
    pub fn new(dropbox: Dropbox, config: &Config) -> Result<Self, NoRandomness> {
        Ok(Self {
            sessions: Sessions::new(dropbox.clock().clone()),
            key: random::bytes()?,
            name: config.name.clone(),
            onions: Vec::new(),
            dropbox,
        })
    }

    /// Forgets what ended or was minutes ago.
    pub fn forget(&self) {
        self.sessions.forget();
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
        .route("/sign-in", get(sign_in::show))
        .route("/sign-out", post(sign_in::out))
        .layer(DefaultBodyLimit::max(SMALL_FORM))
        .layer(middleware::from_fn_with_state(desk.clone(), in_time));
    Router::new()
        .merge(forms)
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state(desk.clone(), refuse_foreign))
        .layer(middleware::from_fn_with_state(desk.clone(), refuse_dangerous))
        .layer(middleware::from_fn(headers::harden))
        .with_state(desk)
}

async fn not_found(State(desk): App, request: Request) -> Response {
    problem(&desk, &request, Problem::NotFound)
}

fn problem(desk: &Desk, request: &Request, problem: Problem) -> Response {
    Page::new(desk, request.uri(), request.headers()).problem(&problem)
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
        return problem(&desk, &request, Problem::ForeignOrigin);
    }
    next.run(request).await
}

/// Answers a visit through a relay or under a name that is not ours, whatever was asked.
async fn refuse_dangerous(State(desk): App, request: Request, next: Next) -> Response {
    match Visit::of(request.uri(), request.headers(), &desk.onions) {
        Visit::Onion | Visit::Loopback => next.run(request).await,
        Visit::Elsewhere => problem(&desk, &request, Problem::UnknownHost),
        Visit::Relayed => problem(&desk, &request, Problem::Relayed),
    }
}
