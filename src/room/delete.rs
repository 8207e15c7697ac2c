//! Deleting a dispatch or a mailbox from the archive, after a question.

use std::io;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::answer::{blocking, respond};
use super::problem::Problem;
use super::state::{App, Room};
use crate::archive::add::SUMMARY;
use crate::archive::conversation::ORDER;
use crate::archive::pages::{self, Page, Typed};
use crate::archive::place::Archive;

#[derive(Deserialize)]
pub struct Asked {
    /// The name of its directory; empty for the whole mailbox.
    dispatch: String,
    #[serde(default)]
    sure: String,
}

#[derive(Template)]
#[template(path = "room/question.html")]
struct QuestionPage<'a> {
    page: &'a Page,
    title: String,
    button: String,
    back: String,
    action: String,
    dispatch: &'a str,
}

pub async fn delete(
    State(room): App,
    Path((_, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    Form(asked): Form<Asked>,
) -> Response {
    let page = room.page_of(&uri, &headers, &name);
    blocking(move || {
        if asked.sure != "yes" {
            return room.ask(page, &name, &asked.dispatch);
        }
        match room.remove(&name, &asked.dispatch) {
            Ok(is_gone) => {
                let notice = page.t.room_deleted();
                if is_gone {
                    room.index(room.page(&uri, &headers, "/").telling(notice))
                } else {
                    room.show(StatusCode::OK, page.telling(notice), &name, &Typed::default())
                }
            }
            Err(problem) => room.refuse(problem, page, &name, &Typed::default()),
        }
    })
    .await
}

impl Room {
    fn ask(&self, page: Page, name: &str, dispatch: &str) -> Response {
        let mailbox = match self.mailbox(name) {
            Ok(mailbox) => mailbox,
            Err(problem) => return problem.page(page),
        };
        let (title, button) = if dispatch.is_empty() {
            (page.t.room_delete_mailbox_title(name), page.t.erase_mailbox())
        } else {
            let kept = mailbox.dispatches.iter().find(|kept| kept.name == dispatch);
            let Some(kept) = kept else { return Problem::Address.page(page) };
            (page.t.room_delete_title(page.day(&kept.manifest.day)), page.t.delete())
        };
        let question = QuestionPage {
            title,
            button,
            back: page.mailbox(name),
            action: page.to(&format!("/mailbox/{name}/delete")),
            dispatch,
            page: &page,
        };
        respond(StatusCode::OK, &question)
    }

    /// Whether the mailbox is gone with it.
    fn remove(&self, name: &str, dispatch: &str) -> Result<bool, Problem> {
        let mailbox = self.mailbox(name)?;
        let (archive, output) = self.begin()?;
        let dir = archive.dir().join(name);
        let left = mailbox.dispatches.iter().filter(|kept| kept.name != dispatch).count();
        let is_last = left == 0 && mailbox.damaged.is_empty() && !mailbox.has_notes;
        let all = dispatch.is_empty();
        if !all && left == mailbox.dispatches.len() {
            return Err(Problem::Address);
        }
        // It has the messages of the last run. First, since a crash leaves no other that takes it away.
        match std::fs::remove_file(archive.dir().join(SUMMARY)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
        if all || is_last {
            output.take_away(&dir)?;
        } else {
            output.take_away(&dir.join(dispatch))?;
            let mut order = Archive::order(&dir);
            order.retain(|other| other != dispatch);
            output.replace(&dir.join(ORDER), (order.join("\n") + "\n").as_bytes())?;
        }
        pages::write(&archive, &output)?;
        Ok(all || is_last)
    }
}
