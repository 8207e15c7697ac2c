//! The editors' listener. The desk is not built yet; its address is, with a router of its own.

pub mod outgoing;
pub mod range;

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};

use super::headers;
use super::lang::{L10nLanguage, Lang};

#[derive(Template)]
#[template(path = "desk/placeholder.html")]
struct Placeholder {
    lang: Lang,
    t: &'static L10nLanguage,
}

/// One page, whatever is asked.
pub fn router() -> Router {
    Router::new().fallback(placeholder).layer(middleware::from_fn(headers::harden))
}

async fn placeholder(request: Request) -> Response {
    let lang = Lang::of(request.uri(), request.headers());
    let page = Placeholder { lang, t: lang.messages() };
    match page.render() {
        Ok(html) => {
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::NOT_FOUND, kind, html).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
