//! Who did what, day by day: for everybody of a team to see.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::page::{Page, Room, respond};
use super::session::Editor;
use super::state::App;
use crate::base::clock::Day;
use crate::dropbox::accounts::OPERATOR;
use crate::store::{Did, JournalLine};
use crate::web::lang::L10nLanguage;

/// Lines on the page; the newest.
const MOST: usize = 400;

#[derive(Template)]
#[template(path = "desk/journal.html")]
struct JournalPage<'a> {
    page: &'a Page<'a>,
    days: Vec<(String, Vec<JournalRow>)>,
    more: bool,
}

/// A line, whose journal it stands in told where there are several.
struct JournalRow {
    sentence: String,
    teams: Vec<String>,
}

pub async fn show(State(desk): App, editor: Editor, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Journal).told();
    let teams = editor.teams().to_vec();
    let lines = match desk.store(move |store| store.journal(&teams, MOST + 1)).await {
        Ok(lines) => lines,
        Err(problem) => return page.problem(&problem),
    };
    let more = lines.len() > MOST;
    let several = editor.teams().len() > 1;
    let mut days: Vec<(Day, Vec<JournalRow>)> = Vec::new();
    let same = |a: &JournalLine, b: &JournalLine| {
        (a.day, a.did, &a.who, &a.what) == (b.day, b.did, &b.who, &b.what)
    };
    let shown = lines.get(..MOST.min(lines.len())).unwrap_or_default();
    for group in shown.chunk_by(same) {
        let Some(line) = group.first() else { continue };
        if days.last().is_none_or(|(day, _)| *day != line.day) {
            days.push((line.day, Vec::new()));
        }
        let teams = group.iter().rev().filter(|_| several);
        let teams = teams.map(|line| page.team(&line.team)).collect();
        if let Some((_, entries)) = days.last_mut() {
            entries.push(JournalRow { sentence: sentence(page.t, line), teams });
        }
    }
    let days = days.into_iter().map(|(day, entries)| (page.lang.date(day), entries)).collect();
    respond(StatusCode::OK, &JournalPage { page: &page, days, more })
}

fn sentence(t: &L10nLanguage, line: &JournalLine) -> String {
    let operator = t.desk_operator();
    let who = if line.who == OPERATOR { operator.as_str() } else { line.who.as_str() };
    let what = line.what.as_str();
    match line.did {
        Did::SignedIn => t.did_sign_in(who),
        Did::Fetched => t.did_fetch(who, what),
        Did::Replied => t.did_reply(who, what),
        Did::WroteNote => t.did_note(who, what),
        Did::DeletedDispatch => t.did_delete_dispatch(who, what),
        Did::DeletedMailbox => t.did_delete_mailbox(who, what),
        Did::Added => t.did_add(who, what),
        Did::Reset => t.did_reset(who, what),
        Did::Removed => t.did_remove(who, what),
        Did::ChangedPassphrase => t.did_change_passphrase(who),
        Did::ChangedDevice => t.did_change_device(who),
        Did::SignedOutEverywhere => t.did_sign_out_everywhere(who),
        Did::MadeFeed => t.did_make_feed(who),
        Did::RevokedFeed => t.did_revoke_feed(who),
        Did::ChangedTeams => t.did_change_teams(who, what),
        Did::WrongCodes => t.did_wrong_codes(who),
    }
}
