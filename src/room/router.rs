//! The room's addresses, and what every request passes through.
//!
//! TCP on loopback does not say who connects, and any user of the machine may. So each address begins with a token
//! that only this user was shown. The name below `localhost` is random too: no other page can guess the Host, and no
//! other page shares its origin.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;

use super::problem::Problem;
use super::state::{App, Room};
use super::{bundle, delete, file, reply, search, show};
use crate::archive::pages::{Page, STYLE_HASH};
use crate::pages::lang::Lang;
use crate::web::headers::{self, only};

/// Bytes of a small form: private notes are the longest.
const SMALL_FORM: usize = 4 << 20;

/// The table of contents of the room.
pub fn router(room: Arc<Room>) -> Router {
    let small = Router::new()
        .route("/{token}/", get(show::index))
        .route("/{token}/mailbox/{name}", get(show::mailbox))
        .route("/{token}/mailbox/{name}/notes", post(show::notes))
        .route("/{token}/mailbox/{name}/transcript", get(show::transcript))
        .route("/{token}/mailbox/{name}/delete", post(delete::delete))
        .route("/{token}/file/{name}/{dispatch}/{number}/{layer}", get(file::send))
        .route("/{token}/search", post(search::search))
        .layer(DefaultBodyLimit::max(SMALL_FORM));
    // As large as the disk has room for.
    let large = Router::new()
        .route("/{token}/open", post(bundle::open))
        .route("/{token}/mailbox/{name}/reply", post(reply::answer))
        .route("/{token}/mailbox/{name}/note", post(reply::note))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .merge(small)
        .merge(large)
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(
            ServiceBuilder::new()
                .layer(headers::fixed())
                .layer(SetResponseHeaderLayer::if_not_present(
                    header::CONTENT_SECURITY_POLICY,
                    policy(),
                ))
                .layer(middleware::from_fn_with_state(room.clone(), answer_in_pages))
                .layer(headers::catch_panic())
                .layer(middleware::from_fn_with_state(room.clone(), guard)),
        )
        .with_state(room)
}

fn policy() -> HeaderValue {
    let policy = format!(
        "default-src 'none'; style-src {}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        *STYLE_HASH
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// Who has not the name, the token and, for a form, the origin, learns nothing.
async fn guard(State(room): App, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri(), request.headers());
    let is_ours = only(headers, &header::HOST) == Some(&room.host)
        && uri.authority().is_none_or(|authority| authority.as_str() == room.host)
        && room.admits(uri.path());
    if !is_ours {
        return nobody(Problem::Address, uri, headers);
    }
    let is_form = !request.method().is_safe();
    let origin = format!("http://{}", room.host);
    let is_from_here = only(headers, &header::ORIGIN) == Some(&origin);
    // A form that leads here from elsewhere is refused; so is a page of another site that asks for one of ours.
    let site = only(headers, &HeaderName::from_static("sec-fetch-site"));
    let foreign = site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let is_document = request.method() == Method::GET
        && only(headers, &HeaderName::from_static("sec-fetch-dest"))
            .is_none_or(|to| to == "document");
    if is_form && (!is_from_here || foreign) || foreign && !is_document {
        return nobody(Problem::Foreign, uri, headers);
    }
    next.run(request).await
}

/// A page without an address of the room in it.
fn nobody(problem: Problem, uri: &Uri, headers: &HeaderMap) -> Response {
    problem.page(Page::in_room(Lang::of(uri, headers), "", "/".into()))
}

/// A panic in a handler is a page of ours, and so is what the framework refuses.
async fn answer_in_pages(State(room): App, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let is_form = !request.method().is_safe();
    let response = next.run(request).await;
    let problem = match headers::is_no_page(&response) {
        None => return response,
        Some(status) if status.is_server_error() => Problem::Internal,
        Some(_) if is_form => Problem::Form,
        Some(_) => Problem::Address,
    };
    problem.page(room.page(&uri, &headers, "/"))
}

async fn not_found(State(room): App, request: Request) -> Response {
    Problem::Address.page(room.page(request.uri(), request.headers(), "/"))
}
