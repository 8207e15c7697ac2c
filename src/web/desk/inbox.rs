//! The inbox: the correspondences of an editor's teams, the last active one first.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::page::{Page, Room, respond};
use super::session::Editor;
use super::state::App;
use crate::base::clock::Doubt;
use crate::store::{Filter, InboxPage, InboxQuery, InboxRow};

/// Rows of a page: with fifty it stays small over Tor.
const ROWS: u32 = 50;
/// Characters of what is searched for; what is longer is cut.
const SEARCH: usize = 80;
/// No box has that many pages: an address beyond says so at once.
const PAGES: u32 = 100_000;

/// What the address asks for. Anything unknown in it is as if it were not there.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    show: String,
    label: String,
    q: String,
    page: String,
}

#[derive(Template)]
#[template(path = "desk/inbox.html")]
struct InboxTemplate<'a> {
    page: &'a Page<'a>,
    asked: Wanted,
    labels: &'a [String],
    found: InboxPage,
    several: bool,
    /// Teams with something that the editor has not downloaded.
    unread: Vec<String>,
    /// Why nothing is removed by the clock, if it is in doubt.
    doubt: Option<Doubt>,
}

/// The same, understood.
struct Wanted {
    show: Show,
    label: String,
    search: String,
    number: u32,
}

/// The four views, with their name in an address.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Show(Filter, &'static str);

const SHOWS: [Show; 4] = [
    Show(Filter::All, ""),
    Show(Filter::Unread, "unread"),
    Show(Filter::Starred, "starred"),
    Show(Filter::Muted, "muted"),
];

impl Wanted {
    fn of(asked: Asked, labels: &[String]) -> Self {
        let show = SHOWS.into_iter().find(|show| show.1 == asked.show).unwrap_or(SHOWS[0]);
        let label = if labels.contains(&asked.label) { asked.label } else { String::new() };
        let search = asked.q.trim().chars().take(SEARCH).collect();
        let number = asked.page.parse().unwrap_or(1).clamp(1, PAGES);
        Self { show, label, search, number }
    }

    /// The address of another view or page of what is looked for.
    fn address(&self, show: Show, number: u32) -> String {
        let number = if number > 1 { number.to_string() } else { String::new() };
        let pairs = [
            ("show", show.1),
            ("label", &self.label),
            ("q", &self.search),
            ("page", number.as_str()),
        ];
        let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }

    /// Whether only some of the mailboxes are looked for.
    fn narrows(&self) -> bool {
        !self.label.is_empty() || !self.search.is_empty() || self.number > 1
    }
}

impl InboxTemplate<'_> {
    fn views(&self) -> impl Iterator<Item = (String, String, bool)> {
        let t = self.page.t;
        let names = [t.inbox_all(), t.inbox_unread(), t.inbox_starred(), t.inbox_muted()];
        SHOWS.into_iter().zip(names).map(|(show, name)| {
            (self.page.to(&self.asked.address(show, 1)), name, show == self.asked.show)
        })
    }

    fn link(&self, row: &InboxRow) -> String {
        self.page.to(&super::correspondence::path(&row.team, &row.designation))
    }

    fn files(&self, row: &InboxRow) -> String {
        let size = self.page.lang.size(row.size);
        self.page.t.desk_files(i64::try_from(row.files).unwrap_or(i64::MAX), size)
    }

    fn empty(&self) -> String {
        let t = self.page.t;
        match self.asked.show.0 {
            _ if self.asked.narrows() => t.inbox_nothing_found(),
            Filter::All => t.inbox_nothing(),
            Filter::Unread => t.inbox_nothing_unread(),
            Filter::Starred => t.inbox_nothing_starred(),
            Filter::Muted => t.inbox_nothing_muted(),
        }
    }

    fn newer(&self) -> Option<String> {
        let before = self.asked.number.checked_sub(1).filter(|number| *number > 0)?;
        Some(self.page.to(&self.asked.address(self.asked.show, before)))
    }

    fn older(&self) -> Option<String> {
        let next = self.asked.number + 1;
        self.found.more.then(|| self.page.to(&self.asked.address(self.asked.show, next)))
    }
}

pub async fn show(
    State(desk): App,
    editor: Editor,
    uri: Uri,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Inbox).told();
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let asked = Wanted::of(asked, desk.labels());
    let query = InboxQuery {
        reader: editor.name().to_owned(),
        teams: editor.teams().to_vec(),
        filter: asked.show.0,
        label: Some(asked.label.clone()).filter(|label| !label.is_empty()),
        search: asked.search.clone(),
        page: asked.number - 1,
        size: ROWS,
    };
    let found = desk.blocking(move |desk| {
        let (store, who) = (desk.dropbox.store(), &query.reader);
        let mut unread = Vec::new();
        for team in &query.teams {
            if store.has_unread(who, team)? {
                unread.push(team.clone());
            }
        }
        Ok((store.inbox(&query)?, unread))
    });
    match found.await {
        Ok((found, unread)) => {
            let (labels, several) = (desk.labels(), editor.teams().len() > 1);
            let doubt = desk.dropbox.doubt();
            let inbox = InboxTemplate { page: &page, asked, labels, found, several, unread, doubt };
            respond(StatusCode::OK, &inbox)
        }
        Err(problem) => page.problem(&problem),
    }
}
