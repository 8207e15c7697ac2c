//! The form for a note to one's own team about a mailbox. It has a page of its own, so that nobody writes into the
//! form for an answer what the source must not read.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::correspondence::{MailboxPath, TypedForm};
use super::page::{Page, Room, respond};
use super::session::Editor;
use super::signed_in::Act;
use super::state::{App, Desk};
use super::upload_form::TypedReply;

#[derive(Template)]
#[template(path = "desk/note.html")]
struct NoteTemplate<'a> {
    page: &'a Page<'a>,
    place: &'a MailboxPath,
    /// What the form carries, so that it is sent once.
    form: String,
    typed: &'a str,
    problem: Option<String>,
    limits: String,
}

impl NoteTemplate<'_> {
    fn mailbox(&self) -> String {
        self.page.to(&self.place.path())
    }

    fn action(&self) -> String {
        self.page.to(&format!("{}/send", path(self.place)))
    }
}

fn path(place: &MailboxPath) -> String {
    format!("{}/note", place.path())
}

pub async fn show(
    State(desk): App,
    Path(place): Path<MailboxPath>,
    editor: Editor,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Inbox).told();
    show_with(page, &desk, &place, &editor, None, None).await
}

/// The page in another language, with what is typed into its form.
pub async fn again(
    State(desk): App,
    Path(place): Path<MailboxPath>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<TypedForm>,
) -> Response {
    let typed = TypedReply::from(form);
    let page = Page::new(&desk, &uri, &headers).of(&actor).within(Room::Inbox);
    let page = page.keeping(typed.message.clone());
    show_with(page, &desk, &place, &actor, Some(&typed), None).await
}

/// The page with what was typed into its form, and why that was not stored.
pub async fn show_with(
    mut page: Page<'_>,
    desk: &Arc<Desk>,
    place: &MailboxPath,
    editor: &Editor,
    typed: Option<&TypedReply>,
    refused: Option<(StatusCode, String)>,
) -> Response {
    page = page.typed_at(path(place));
    let found = {
        let (editor, place) = (editor.clone(), place.clone());
        desk.blocking(move |desk| desk.find(&editor, &place)).await
    };
    let form = found.and_then(|_| TypedReply::form_of(typed));
    let form = match form {
        Ok(form) => form,
        Err(problem) => return page.problem(&problem),
    };
    let (status, problem) = match refused {
        Some((status, problem)) => (status, Some(problem)),
        None => (StatusCode::OK, None),
    };
    let (file, dispatch) = desk.dropbox.sizes_now();
    let limits = page.t.reply_files_hint(page.lang.size(file), page.lang.size(dispatch));
    let typed = typed.map(|typed| typed.message.as_str()).unwrap_or_default();
    respond(status, &NoteTemplate { page: &page, place, form, typed, problem, limits })
}
