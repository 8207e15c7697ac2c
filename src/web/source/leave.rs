//! Leaving for good: the session's tickets are burned, the browser is asked to forget.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::page::{Page, Switch, answer};
use super::problem::Problem;
use crate::web::connections::Visitor;

#[derive(Deserialize)]
pub struct LeaveForm {
    ticket: String,
}

#[derive(Template)]
#[template(path = "source/left.html")]
struct LeftPage<'a> {
    page: &'a Page<'a>,
    erased: bool,
}

pub async fn leave(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<LeaveForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    // A ticket that is no good any more opens nothing either: whoever leaves has left.
    if let Ok(ticket) = site.tickets.check(&form.ticket) {
        // What was burned is remembered up to a number: nobody may use that up at one go.
        if !site.rate_limit.code(visitor.circuit()).await {
            return page.problem(&Problem::Busy);
        }
        site.tickets.burn(&ticket);
    }
    left(&page, false)
}

/// "You have left", also the answer to every form of a session that was left; after erasing, it says so.
pub fn left(page: &Page<'_>, erased: bool) -> Response {
    let mut response = answer(page, StatusCode::OK, &LeftPage { page, erased });
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
    );
    response
}
