//! The list of mailboxes, a mailbox, its private notes, its transcript.

use std::sync::Arc;

use axum::Form;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::answer::{blocking, respond};
use super::problem::Problem;
use super::state::{App, Room};
use crate::archive::conversation::{MOST_NOTES, Mailbox, NOTES};
use crate::archive::pages::{self, IndexPage, MailboxPage, Page, Row, Typed};
use crate::archive::transcript;
use crate::web::attachment;

impl Room {
    /// One mailbox.
    pub(super) fn mailbox(&self, name: &str) -> Result<Mailbox, Problem> {
        let (new, _) = self.archive.new_places();
        let found = self.archive.conversation(name, &new)?;
        found.ok_or(Problem::Address)
    }

    /// The list of mailboxes as a page.
    pub(super) fn index(&self, page: Page) -> Response {
        match self.rows() {
            Ok(rows) => {
                let index = IndexPage { page: &page, rows: &rows, is_plain: self.is_plain };
                respond(StatusCode::OK, &index)
            }
            Err(problem) => problem.page(page),
        }
    }

    fn rows(&self) -> Result<Vec<Row>, Problem> {
        let mailboxes = self.archive.conversations()?;
        let rows = mailboxes.map(|mailbox| mailbox.map(|mailbox| Row::of(&mailbox)));
        let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
        pages::sort(&mut rows);
        Ok(rows)
    }

    /// A mailbox as a page. `typed` is what was not sealed.
    pub(super) fn show(
        &self,
        status: StatusCode,
        page: Page,
        name: &str,
        typed: &Typed,
    ) -> Response {
        match self.mailbox(name) {
            Ok(mailbox) => {
                let notes = self.archive.notes(name);
                let notes = crate::bundle::names::text(&notes);
                let shown = MailboxPage { page: &page, mailbox: &mailbox, notes: &notes, typed };
                respond(status, &shown)
            }
            Err(problem) => problem.page(page),
        }
    }

    /// The same, with what went wrong.
    pub(super) fn refuse(
        &self,
        problem: Problem,
        page: Page,
        name: &str,
        typed: &Typed,
    ) -> Response {
        if problem == Problem::Address {
            return problem.page(page);
        }
        let sentence = problem.sentence(page.t);
        self.show(problem.status(), page.refusing(sentence), name, typed)
    }

    /// Where a mailbox is shown.
    pub(super) fn page_of(&self, uri: &Uri, headers: &HeaderMap, name: &str) -> Page {
        // A name of anything else leads nowhere, in any language.
        let known = crate::archive::place::is_mailbox(name);
        let here = if known { format!("/mailbox/{name}") } else { "/".into() };
        self.page(uri, headers, &here)
    }
}

pub async fn index(State(room): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = room.page(&uri, &headers, "/");
    blocking(move || room.index(page)).await
}

pub async fn mailbox(
    State(room): App,
    Path((_, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let page = room.page_of(&uri, &headers, &name);
    blocking(move || room.show(StatusCode::OK, page, &name, &Typed::default())).await
}

#[derive(Deserialize)]
pub struct Notes {
    notes: String,
}

pub async fn notes(
    State(room): App,
    Path((_, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    Form(Notes { notes }): Form<Notes>,
) -> Response {
    let page = room.page_of(&uri, &headers, &name);
    blocking(move || match keep(&room, &name, &notes) {
        Ok(()) => {
            let notice = page.t.room_notes_saved();
            room.show(StatusCode::OK, page.telling(notice), &name, &Typed::default())
        }
        Err(problem) => room.refuse(problem, page, &name, &Typed::default()),
    })
    .await
}

fn keep(room: &Arc<Room>, name: &str, notes: &str) -> Result<(), Problem> {
    let notes = notes.replace("\r\n", "\n");
    if notes.len() as u64 > MOST_NOTES {
        return Err(Problem::NotesTooLong);
    }
    room.mailbox(name)?;
    let (archive, output) = room.begin()?;
    output.replace(&archive.dir().join(name).join(NOTES), notes.as_bytes())?;
    Ok(())
}

pub async fn transcript(
    State(room): App,
    Path((_, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let page = room.page_of(&uri, &headers, &name);
    blocking(move || match room.mailbox(&name) {
        Ok(mailbox) => {
            let text = transcript::text(&mailbox, page.lang);
            let length = text.len() as u64;
            let mut response = Response::new(Body::from(text));
            attachment::mark(&mut response, &format!("{name}.txt"), length);
            response
        }
        Err(problem) => problem.page(page),
    })
    .await
}
