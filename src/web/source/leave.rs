//! Leaving for good: the visit's tickets are burned, the browser is asked to forget.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::page::{Page, left};
use super::problem::Problem;
use super::state::App;
use crate::web::connections::Visitor;

#[derive(Deserialize)]
pub struct LeaveForm {
    ticket: String,
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
    if let Ok(ticket) = site.check_ticket(&form.ticket).await {
        // What was burned is remembered up to a number: nobody may use that up at one go.
        if !site.rate_limit.code(visitor.circuit()).await {
            return page.problem(&Problem::Busy);
        }
        if let Err(problem) = site.burn(&ticket).await {
            return page.problem(&problem);
        }
    }
    left(&page, false)
}
