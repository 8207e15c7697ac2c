//! Warnings that need no script: a visit through a relay, under a name that is not ours, or not over an
//! onion address.

use askama::Template;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::page::{Page, Switch, respond};
use super::problem::Problem;
use super::state::App;
use crate::web::host_check::HostCheck;

/// Nothing of the visitor's own input is on this page.
#[derive(Template)]
#[template(path = "source/warning.html")]
struct WarningPage<'a> {
    page: &'a Page<'a>,
    title: String,
    sentence: String,
}

/// Answers a dangerous visit with what is wrong, whatever was asked, and takes nothing of it in.
pub async fn refuse(State(site): App, request: Request, next: Next) -> Response {
    let problem = match HostCheck::of(request.uri(), request.headers(), &site.onions) {
        HostCheck::Onion | HostCheck::Loopback => return next.run(request).await,
        HostCheck::Elsewhere => Problem::UnknownHost,
        HostCheck::Relayed => Problem::Relayed,
    };
    let page = Page::of(&site, &request);
    let (title, sentence) = page.tell(&problem);
    respond(&page, problem.status(), &WarningPage { page: &page, title, sentence })
}
