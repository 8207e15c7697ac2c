//! The feed (Atom, RFC 4287): whether something waits, and since which day; whether something that nobody fetched
//! expires. No names, no counts, no time finer than a day.

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
use crate::dropbox::retention;

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
    entries: Vec<FeedEntry>,
}

struct FeedEntry {
    id: String,
    title: String,
    updated: String,
    text: String,
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
        let waits = desk.dropbox.store().waits(&account.name, &teams)?;
        let expires = desk.dropbox.expires_unfetched(&account.name, &teams)?;
        Ok(Some((waits, expires, account.feed)))
    });
    let (waits, expires, hash) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return page.problem(&Problem::NotFound),
        Err(problem) => return page.problem(&problem),
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let hash = hash.unwrap_or_default();
    let (today, t) = (desk.dropbox.today(), page.t);
    // A feed reader never shows an id again that it has seen: a new one each day, as long as something waits.
    let waits = waits.map(|newest| FeedEntry {
        id: uuid(&hash, &format!("waits {today}")),
        title: t.desk_feed_waits(),
        updated: midnight(today),
        text: t.desk_feed_since(page.lang.date(newest)),
    });
    let expires = expires.map(|last| FeedEntry {
        id: uuid(&hash, &format!("expires {last}")),
        title: t.desk_feed_expires(),
        updated: midnight(Day(last.0 - retention::NOTICE)),
        text: t.desk_feed_expires_on(page.lang.date(last)),
    });
    let feed = Feed {
        base: format!("http://{host}"),
        path: page.here(),
        id: uuid(&hash, ""),
        updated: midnight(today),
        entries: expires.into_iter().chain(waits).collect(),
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

/// An identifier that stays the same while the token does: of the feed, or of an entry. A UUID of version 8 (RFC 9562) made from a hash, from which nothing leads back to the token.
fn uuid(feed: &[u8; 32], entry: &str) -> String {
    let hash = Sha256::new().chain_update(LABEL).chain_update(feed).chain_update(entry).finalize();
    let digits = hex(&hash);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let parts = [part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30)];
    format!("{}-{}-8{}-a{}-{}", parts[0], parts[1], parts[2], parts[3], parts[4])
}
