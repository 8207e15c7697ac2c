//! The desk's addresses, and what every request passes through.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use tower::ServiceBuilder;

use super::page::{Page, redirect};
use super::problem::Problem;
use super::signed_in::SMALL_FORM;
use super::state::{App, Desk};
use super::{
    account, correspondence, deliver, device, download, feed, inbox, journal, mailbox_actions,
    note, reply, sign_in,
};
use crate::web::headers;
use crate::web::host_check::HostCheck;

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
        .route(
            "/mailbox/{team}/{designation}",
            get(correspondence::show).post(correspondence::again),
        )
        .route("/mailbox/{team}/{designation}/mark", post(mailbox_actions::mark))
        .route("/mailbox/{team}/{designation}/label", post(mailbox_actions::label))
        .route("/mailbox/{team}/{designation}/fetched", post(mailbox_actions::fetched))
        .route("/mailbox/{team}/{designation}/unfetched", post(mailbox_actions::unfetched))
        .route("/mailbox/{team}/{designation}/delete", post(mailbox_actions::delete))
        .route("/mailbox/{team}/{designation}/note", get(note::show).post(note::again))
        .route("/mailbox/{team}/{designation}/{dispatch}/manifest.tar", get(download::manifest))
        .route("/download", post(download::make))
        .route("/download/{id}", get(download::show))
        .route("/download/{id}/done", post(download::done))
        .route("/download/{id}/undone", post(download::undone))
        .route("/download/{id}/{number}/{name}", get(download::volume))
        .layer(DefaultBodyLimit::max(SMALL_FORM))
        .layer(middleware::from_fn_with_state(desk.clone(), in_time));
    // As large as they may be: their limits are those of what they bring.
    let large = Router::new()
        .route("/mailbox/{team}/{designation}/reply", post(reply::send))
        .route("/mailbox/{team}/{designation}/note/send", post(reply::send_note))
        .route("/deliver", get(deliver::ask).post(deliver::receive))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .merge(forms)
        .merge(large)
        .fallback(not_found)
        .method_not_allowed_fallback(not_so)
        .layer(
            ServiceBuilder::new()
                .layer(headers::fixed())
                .layer(middleware::from_fn_with_state(desk.clone(), answer_in_pages))
                .layer(headers::catch_panic())
                .layer(middleware::from_fn_with_state(desk.clone(), refuse_dangerous))
                .layer(middleware::from_fn_with_state(desk.clone(), refuse_foreign)),
        )
        .with_state(desk)
}

/// A panic in a handler is a counted error and a page of ours, and so is what the framework refuses.
async fn answer_in_pages(State(desk): App, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let is_form = !request.method().is_safe();
    let response = next.run(request).await;
    let problem = match headers::is_no_page(&response) {
        None => return response,
        Some(status) if status.is_server_error() => Problem::Internal,
        Some(_) if is_form => Problem::Form,
        Some(_) => Problem::NotFound,
    };
    Page::new(&desk, &uri, &headers).problem(&problem)
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
    match HostCheck::of(request.uri(), request.headers(), &desk.onions) {
        HostCheck::Onion | HostCheck::Loopback => next.run(request).await,
        HostCheck::Elsewhere => problem(&desk, &request, &Problem::UnknownHost),
        HostCheck::Relayed => problem(&desk, &request, &Problem::Relayed),
    }
}
