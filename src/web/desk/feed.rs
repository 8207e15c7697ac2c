//! The feed (Atom, RFC 4287): whether something waits, and since which day. No names and no counts.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::page::Page;
use super::problem::Problem;
use super::state::App;
use crate::base::clock::Day;
use crate::base::ids::hex;

const LABEL: &str = "sourdine/v1/feed-id";

#[derive(Template)]
#[template(path = "desk/feed.xml")]
struct Feed<'a> {
    page: &'a Page<'a>,
    /// `http://` and our name as it was asked for.
    base: String,
    path: &'a str,
    id: String,
    updated: String,
    entry: Option<FeedEntry>,
}

struct FeedEntry {
    id: String,
    date: String,
}

pub async fn show(
    State(desk): App,
    token: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let page = Page::new(&desk, &uri, &headers);
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let found = desk.blocking(move |desk| {
        let Some(account) = desk.accounts.of_feed(&token)? else { return Ok(None) };
        let teams = desk.known(account.teams);
        Ok(Some((desk.dropbox.store().waits(&account.name, &teams)?, account.feed)))
    });
    let (waits, hash) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return page.problem(&Problem::NotFound),
        Err(problem) => return page.problem(&problem),
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let hash = hash.unwrap_or_default();
    let feed = Feed {
        base: format!("http://{host}"),
        path: page.here(),
        id: uuid(&hash, None),
        updated: midnight(waits.unwrap_or_else(|| desk.dropbox.today())),
        entry: waits.map(|day| FeedEntry { id: uuid(&hash, Some(day)), date: page.lang.date(day) }),
        page: &page,
    };
    match feed.render() {
        Ok(text) => {
            let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
            (StatusCode::OK, kind, text).into_response()
        }
        Err(_) => page.problem(&Problem::Internal),
    }
}

fn midnight(day: Day) -> String {
    format!("{day}T00:00:00Z")
}

/// An identifier that stays the same while the token does: of the feed, or of what waits since a day. A UUID
/// of version 8 (RFC 9562) made from a hash, from which nothing leads back to the token.
fn uuid(feed: &[u8; 32], day: Option<Day>) -> String {
    let day = day.map(|day| day.to_string()).unwrap_or_default();
    let hash = Sha256::new().chain_update(LABEL).chain_update(feed).chain_update(day).finalize();
    let digits = hex(&hash);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let parts = [part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30)];
    format!("{}-{}-8{}-a{}-{}", parts[0], parts[1], parts[2], parts[3], parts[4])
}
