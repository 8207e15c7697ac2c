//! The site's addresses, and what every request passes through.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{DefaultBodyLimit, Extension, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http_body_util::BodyExt;
use tower::ServiceBuilder;

use super::page::Page;
use super::problem::Problem;
use super::state::{Acknowledges, App, Site};
use super::{display, download, drop, landing, leave, mailbox, mailbox_actions, receipt, warnings};
use crate::base::limits::SMALL;
use crate::web::connections::Visitor;
use crate::web::{body, headers};

/// Bytes of a form that carries no file.
const SMALL_FORM: usize = 64 * 1024;

/// Bytes of a page that needs no slot of its own until it is read, and the time for a larger one.
const SMALL_PAGE: u64 = 48 * 1024;
const LARGE_PAGE_TIME: Duration = Duration::from_secs(120);

/// The table of contents of the site.
pub fn router(site: Arc<Site>) -> Router {
    let limits = site.dropbox.limits();
    // Percent-encoding makes three of each byte.
    let typed = DefaultBodyLimit::max(SMALL_FORM + 12 * limits.message);
    // What was sent, and what is left in the draft.
    let listed = DefaultBodyLimit::max(SMALL_FORM / 16 * (16 + 2 * limits.files));
    // What may be larger is admitted as an upload.
    let large = Router::new()
        .route("/drop/form", post(drop::again).layer(typed))
        .route("/receipt", post(receipt::show).layer(listed))
        .layer(middleware::from_fn_with_state(site.clone(), admit_large_form));
    let forms = Router::new()
        .route("/mailbox", get(mailbox::ask).post(mailbox::show))
        .route("/mailbox/act", post(mailbox_actions::act))
        .route("/mailbox/file", post(download::download))
        .route("/leave", post(leave::leave))
        .layer(DefaultBodyLimit::max(SMALL_FORM))
        .merge(large)
        .layer(middleware::from_fn_with_state(site.clone(), in_time));
    let all = Router::new()
        .route("/", get(landing::show))
        .route("/recipients.txt", get(landing::recipients))
        .route("/progress/{token}", get(display::show))
        .route("/drop", get(drop::show).post(drop::receive).layer(DefaultBodyLimit::disable()))
        .merge(forms)
        .fallback(not_found)
        .method_not_allowed_fallback(not_found);
    layered(all, site)
}

/// What every request passes through, from the outside in.
fn layered(routes: Router<Arc<Site>>, site: Arc<Site>) -> Router {
    routes
        .layer(
            ServiceBuilder::new()
                .layer(headers::fixed())
                .layer(middleware::from_fn_with_state(site.clone(), admit_large_page))
                .layer(middleware::from_fn_with_state(site.clone(), answer_in_pages))
                .layer(headers::catch_panic())
                .layer(middleware::from_fn_with_state(site.clone(), warnings::refuse))
                .layer(middleware::from_fn_with_state(site.clone(), refuse_foreign)),
        )
        .with_state(site)
}

/// A panic in a handler is a counted error and a page of ours, and so is what the framework refuses.
async fn answer_in_pages(State(site): App, request: Request, next: Next) -> Response {
    let (page, is_form) = (Page::of(&site, &request), !request.method().is_safe());
    let response = next.run(request).await;
    match headers::is_no_page(&response) {
        None => response,
        Some(status) if status.is_server_error() => page.problem(&Problem::Internal),
        Some(_) if is_form => page.problem(&Problem::Form),
        Some(_) => page.problem(&Problem::NotFound),
    }
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
        return page.problem(&Problem::BusyForm);
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
        () = slot.evicted() => page.problem(&Problem::BusyForm),
    }
}

/// A large page takes a slot until it is read: whoever asks for many and reads none fills no memory.
async fn admit_large_page(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response {
    let (page, is_form) = (Page::of(&site, &request), !request.method().is_safe());
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
        return page.problem(if is_form { &Problem::BusyForm } else { &Problem::Busy });
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

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use tower::ServiceExt;

    use super::*;
    use crate::base::circuit::Circuit;
    use crate::base::clock::Clock;
    use crate::config::{Config, DEFAULT};
    use crate::dropbox::{self, Dropbox};
    use crate::web::connections::Connections;

    #[tokio::test]
    async fn a_panic_in_a_handler_is_a_page_of_ours() {
        async fn broken() -> Response {
            panic!("on purpose")
        }

        let dir = tempfile::tempdir().unwrap();
        let key = age::x25519::Identity::generate().to_public().to_string();
        let text = DEFAULT.replace("recipients = []", &format!("recipients = [\"{key}\"]"));
        let mut config = Config::parse(&text).unwrap();
        config.data_dir = dir.path().join("data");
        dropbox::create(&config.data_dir).unwrap();
        let dropbox = Dropbox::open(&config, Clock::system()).unwrap();
        let site = Arc::new(Site::new(dropbox, &config).unwrap());
        let app = layered(Router::new().route("/broken", get(broken)), site);

        let connections = Arc::new(Connections::default());
        let slot = connections.admit(Circuit::Local).unwrap();
        let mut request = Request::get("/broken?lang=en").header("host", "localhost");
        let visitor = connections.visitor(Circuit::Local, &slot);
        request.extensions_mut().unwrap().insert(visitor);
        let answer = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let headers = answer.headers().clone();
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("'none'"));
        let page = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        assert!(page.starts_with(b"<!doctype html>"), "{page:?}");
    }
}
