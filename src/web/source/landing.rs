//! The first page, and the keys for people who encrypt by themselves.

use std::fmt::Write;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::page::{Page, Switch, respond};
use super::state::App;
use crate::dropbox::Teams;

#[derive(Template)]
#[template(path = "source/landing.html")]
struct LandingPage<'a> {
    page: &'a Page<'a>,
    text: &'a str,
    contact: &'a str,
    teams: &'a Teams,
    /// Why no new documents are taken.
    closed: &'a str,
}

pub async fn show(State(site): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let text = site.text.get(page.lang.code());
    let teams = site.dropbox.teams();
    let closed = site.dropbox.closed();
    let closed = closed.get(page.lang.code());
    let contact = &site.contact;
    let landing = LandingPage { page: &page, text, contact, teams: &teams, closed };
    respond(&page, StatusCode::OK, &landing)
}

/// `age -R recipients.txt` takes this file as it is. One team a file, so that nobody seals to two.
pub async fn recipients(State(site): App, uri: Uri) -> Response {
    let teams = site.dropbox.teams();
    let wanted = uri.query().and_then(|query| query.strip_prefix("team=")).unwrap_or_default();
    let mut out = String::new();
    let chosen = teams.find(wanted);
    for team in teams.iter().filter(|team| chosen.is_none_or(|chosen| chosen.id == team.id)) {
        let _ = writeln!(out, "# {} ({})", team.name.all().replace(['\r', '\n'], " "), team.id);
        let hide = if chosen.is_none() { "# " } else { "" };
        for recipient in team.recipients.iter() {
            let _ = writeln!(out, "{hide}{recipient}");
        }
    }
    if chosen.is_none() {
        let _ = writeln!(out, "# Several teams: take /recipients.txt?team=ID for one of them.");
    }
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], out).into_response()
}
