//! What an editor does to a mailbox: star, mute, label, say that something was fetched, delete. What destroys
//! is asked first.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::correspondence::MailboxPath;
use super::page::{Page, Room, redirect, respond};
use super::problem::Problem;
use super::session::{Actor, Editor};
use super::signed_in::Act;
use super::state::{App, Desk};
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::store::{Did, JournalLine};
use crate::web::lang::{L10nLanguage, Lang};

/// What stands before a dispatch's id in the name of its checkbox.
const PICKED: &str = "d";

/// A personal mark.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Mark {
    Star,
    Unstar,
    Mute,
    Unmute,
}

#[derive(Deserialize)]
pub struct MarkForm {
    mark: Mark,
}

#[derive(Deserialize)]
pub struct LabelForm {
    give: Option<String>,
    take: Option<String>,
}

#[derive(Deserialize)]
pub struct DeleteForm {
    /// Empty: all of the mailbox.
    dispatch: String,
    sure: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/question.html")]
struct Question<'a> {
    page: &'a Page<'a>,
    title: String,
    text: String,
    button: String,
    dispatch: &'a str,
    back: String,
    action: String,
}

/// The dispatches that were ticked.
pub fn picked(fields: &HashMap<String, String>) -> Vec<DispatchId> {
    let ids = fields.keys().filter_map(|name| name.strip_prefix(PICKED));
    let mut ids: Vec<_> = ids.filter_map(DispatchId::parse).collect();
    ids.sort_unstable();
    ids
}

impl Desk {
    /// Writes into the journal of a team. Blocks.
    pub(super) fn note(
        &self,
        editor: &Editor,
        team: &str,
        did: Did,
        what: &str,
    ) -> Result<(), Problem> {
        Ok(self.dropbox.store().note(vec![JournalLine {
            day: self.dropbox.today(),
            team: team.to_owned(),
            who: editor.name().to_owned(),
            did,
            what: what.to_owned(),
        }])?)
    }

    /// Writes into the journal that an editor sent a reply or a note. Blocks.
    pub(super) fn note_sent(
        &self,
        editor: &Editor,
        team: &str,
        kind: DispatchKind,
        designation: &str,
    ) -> Result<(), Problem> {
        let did = if kind == DispatchKind::Note { Did::WroteNote } else { Did::Replied };
        self.note(editor, team, did, designation)
    }

    /// Notes that an editor has these dispatches of a team, whole. Blocks.
    pub(super) fn fetched(
        &self,
        editor: &Editor,
        team: &str,
        dispatches: Vec<DispatchId>,
    ) -> Result<(), Problem> {
        let today = self.dropbox.today();
        Ok(self.dropbox.store().fetched(team, dispatches, editor.name(), today)?)
    }
}

/// Does something, then shows the mailbox again with what was done.
async fn and_back(
    State(desk): App,
    place: MailboxPath,
    actor: Actor,
    (uri, headers): (Uri, HeaderMap),
    work: impl FnOnce(&Desk, &Actor, &MailboxPath, &L10nLanguage) -> Result<String, Problem>
    + Send
    + 'static,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor).within(Room::Inbox);
    let (to, key, t) = (place.path(), *actor.key(), page.t);
    match desk.blocking(move |desk| work(desk, &actor, &place, t)).await {
        Ok(notice) => {
            desk.sessions.tell(&key, notice);
            redirect(&page, &to)
        }
        Err(problem) => page.problem(&problem),
    }
}

pub async fn mark(
    state: App,
    Path(place): Path<MailboxPath>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<MarkForm>,
) -> Response {
    and_back(state, place, actor, (uri, headers), move |desk, actor, place, t| {
        let id = desk.find(actor, place)?.id;
        let (store, who, team) = (desk.dropbox.store(), actor.name(), &place.team);
        match form.mark {
            Mark::Star => store.set_star(who, team, id, true)?,
            Mark::Unstar => store.set_star(who, team, id, false)?,
            Mark::Mute => store.set_mute(who, team, id, true)?,
            Mark::Unmute => store.set_mute(who, team, id, false)?,
        }
        Ok(match form.mark {
            Mark::Star => t.mark_star_done(),
            Mark::Unstar => t.mark_unstar_done(),
            Mark::Mute => t.mark_mute_done(),
            Mark::Unmute => t.mark_unmute_done(),
        })
    })
    .await
}

pub async fn label(
    state: App,
    Path(place): Path<MailboxPath>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<LabelForm>,
) -> Response {
    and_back(state, place, actor, (uri, headers), move |desk, actor, place, t| {
        let id = desk.find(actor, place)?.id;
        match (form.give, form.take) {
            // Only those of the operator's list are given; one that left the list can be taken away.
            (Some(label), None) if desk.labels().contains(&label) => {
                desk.dropbox.store().set_label(&place.team, id, &label, true)?;
            }
            (None, Some(label)) => {
                desk.dropbox.store().set_label(&place.team, id, &label, false)?;
            }
            _ => return Err(Problem::Form),
        }
        Ok(t.labels_done())
    })
    .await
}

pub async fn fetched(
    state: App,
    Path(place): Path<MailboxPath>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<HashMap<String, String>>,
) -> Response {
    and_back(state, place, actor, (uri, headers), move |desk, actor, place, t| {
        let id = desk.find(actor, place)?.id;
        let mut ids = picked(&form);
        let new = desk.dropbox.store().unread(
            actor.name(),
            std::slice::from_ref(&place.team),
            Some(id),
            usize::MAX >> 1,
        )?;
        // Of this mailbox and this team only; a reply is no news.
        ids.retain(|id| new.contains(id));
        if ids.is_empty() {
            return Ok(t.dispatches_none_picked());
        }
        let count = ids.len();
        desk.fetched(actor, &place.team, ids)?;
        Ok(t.dispatches_fetched_done(count))
    })
    .await
}

pub async fn unfetched(
    state: App,
    Path(place): Path<MailboxPath>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<HashMap<String, String>>,
) -> Response {
    and_back(state, place, actor, (uri, headers), move |desk, actor, place, t| {
        let id = desk.find(actor, place)?.id;
        let (store, ids) = (desk.dropbox.store(), picked(&form));
        Ok(match store.unfetch(actor.name(), &place.team, id, ids)? {
            0 => t.dispatches_none_picked(),
            count => t.dispatches_unfetched_done(count),
        })
    })
    .await
}

pub async fn delete(
    state: App,
    Path(place): Path<MailboxPath>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<DeleteForm>,
) -> Response {
    let State(desk) = &state;
    let page = Page::new(desk, &uri, &headers).of(&actor).within(Room::Inbox);
    let whole = form.dispatch.is_empty();
    let dispatch = DispatchId::parse(&form.dispatch);
    if !whole && dispatch.is_none() {
        return page.problem(&Problem::Form);
    }
    if form.sure.is_none() {
        return ask(page.at(&place.path()), desk, &actor, &place, &form.dispatch).await;
    }
    if let Some(id) = dispatch {
        return and_back(state, place, actor, (uri, headers), move |desk, actor, place, t| {
            let mailbox = desk.find(actor, place)?.id;
            if !desk.dropbox.store().delete_dispatch(&place.team, mailbox, id)? {
                return Ok(t.gone_already());
            }
            desk.note(actor, &place.team, Did::DeletedDispatch, &place.designation)?;
            Ok(t.desk_delete_done())
        })
        .await;
    }
    let key = *actor.key();
    let done = desk.blocking(move |desk| {
        let mailbox = desk.find(&actor, &place)?.id;
        let today = desk.dropbox.today();
        desk.dropbox.store().delete_correspondence(&place.team, mailbox, actor.name(), today)?;
        Ok(())
    });
    match done.await {
        Ok(()) => {
            desk.sessions.tell(&key, page.t.erase_mailbox_done());
            redirect(&page, "/")
        }
        Err(problem) => page.problem(&problem),
    }
}

/// Says what goes, and asks.
async fn ask(
    page: Page<'_>,
    desk: &Arc<Desk>,
    actor: &Actor,
    place: &MailboxPath,
    dispatch: &str,
) -> Response {
    let (editor, there, id) = (Editor::clone(actor), place.clone(), DispatchId::parse(dispatch));
    let lang = page.lang;
    let words = desk.blocking(move |desk| desk.question(&editor, &there, id, lang)).await;
    let [title, text, button] = match words {
        Ok(words) => words,
        Err(problem) => return page.problem(&problem),
    };
    let back = page.to(&place.path());
    let action = page.to(&format!("{}/delete", place.path()));
    respond(StatusCode::OK, &Question { page: &page, title, text, button, dispatch, back, action })
}

impl Desk {
    /// Title, text and button of a question. Blocks.
    fn question(
        &self,
        editor: &Editor,
        place: &MailboxPath,
        dispatch: Option<DispatchId>,
        lang: Lang,
    ) -> Result<[String; 3], Problem> {
        let t = lang.messages();
        let mailbox = self.find(editor, place)?.id;
        let store = self.dropbox.store();
        let Some(id) = dispatch else {
            let (count, unfetched) = store.desk_counts(&place.team, mailbox)?;
            let text = t.erase_mailbox_text(count, unfetched);
            return Ok([t.erase_mailbox_question(&place.designation), text, t.erase_mailbox()]);
        };
        let found = store.desk_dispatch(&place.team, mailbox, id)?.ok_or(Problem::NotFound)?;
        let day = lang.date(found.day);
        let (title, text) = match (found.kind, found.fetched) {
            (DispatchKind::Reply, _) => {
                (t.desk_delete_reply_title(day), t.desk_delete_reply_text())
            }
            (DispatchKind::Note, _) => (t.desk_delete_note_title(day), t.desk_delete_note_text()),
            (DispatchKind::Submission, Some(_)) => (t.desk_delete_title(day), t.desk_delete_text()),
            (DispatchKind::Submission, None) => {
                (t.desk_delete_title(day), t.desk_delete_unfetched())
            }
        };
        Ok([title, text, t.delete()])
    }
}
