//! One mailbox, as one team sees it.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::page::{Page, Room, respond};
use super::problem::Problem;
use super::session::Editor;
use super::signed_in::Act;
use super::state::{App, Desk};
use super::upload_form::TypedReply;
use crate::base::clock::Day;
use crate::base::ids::MailboxId;
use crate::base::kind::DispatchKind;
use crate::dropbox::access::Access;
use crate::dropbox::accounts::OPERATOR;
use crate::dropbox::reply_intake::to;
use crate::store::{DeskDispatch, InboxRow, Mailbox};

/// Dispatches of a page.
const ROWS: u32 = 50;

/// The address of a correspondence.
pub fn path(team: &str, designation: &str) -> String {
    format!("/mailbox/{team}/{designation}")
}

/// Which correspondence an address means.
#[derive(Deserialize, Clone)]
pub struct MailboxPath {
    /// Id of the team.
    pub team: String,
    /// Of the mailbox.
    pub designation: String,
}

impl MailboxPath {
    /// Its own address.
    pub fn path(&self) -> String {
        path(&self.team, &self.designation)
    }
}

impl Desk {
    /// The mailbox of a place, if this editor may see it. What belongs to another team is as if it were not
    /// there at all. Blocks.
    pub(super) fn find(&self, editor: &Editor, place: &MailboxPath) -> Result<Mailbox, Problem> {
        if !editor.may(&place.team) {
            return Err(Problem::NotFound);
        }
        let found = self.dropbox.store().correspondence(&place.team, &place.designation)?;
        found.ok_or(Problem::NotFound)
    }
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    page: String,
}

/// What the page shows.
struct View {
    row: InboxRow,
    list: Vec<DeskDispatch>,
    more: bool,
    /// The team could not open an answer.
    to_source_alone: bool,
    access: Access,
}

#[derive(Template)]
#[template(path = "desk/mailbox.html")]
struct MailboxTemplate<'a> {
    page: &'a Page<'a>,
    place: &'a MailboxPath,
    view: View,
    number: u32,
    labels: &'a [String],
    several: bool,
    /// What a reply form carries, so that it is sent once.
    form: String,
    typed: &'a str,
    problem: Option<String>,
    limits: String,
}

impl MailboxTemplate<'_> {
    fn heading(&self, one: &DeskDispatch) -> String {
        let (t, date) = (self.page.t, self.date(one.dispatch.day));
        match one.dispatch.kind {
            DispatchKind::Submission => t.dispatch_submission(date),
            DispatchKind::Reply => t.dispatch_reply(date),
            DispatchKind::Note => t.dispatch_note(date),
        }
    }

    fn act(&self, what: &str) -> String {
        self.page.to(&format!("{}/{what}", self.place.path()))
    }

    /// The operator's labels, and those given before that have left the list: they can be taken away.
    fn all_labels(&self) -> impl Iterator<Item = &String> {
        let old = self.view.row.labels.iter().filter(|label| !self.labels.contains(label));
        self.labels.iter().chain(old)
    }

    fn has(&self, label: &str) -> bool {
        self.view.row.labels.iter().any(|own| own == label)
    }

    fn is_new(&self, one: &DeskDispatch) -> bool {
        let mine = self.page.editor.as_ref().map(Editor::name).unwrap_or_default();
        one.dispatch.kind != DispatchKind::Reply
            && one.sent_by.as_deref() != Some(mine)
            && one.fetches.iter().all(|(editor, _)| editor != mine)
    }

    /// Files, the message aside, and bytes of all that is sealed, as they stand in the store.
    fn files(&self, one: &DeskDispatch) -> String {
        let bytes = one.dispatch.members.iter().map(|member| member.size).sum();
        let count = one.dispatch.members.len().saturating_sub(1);
        self.page.t.desk_files(count, self.page.lang.size(bytes))
    }

    /// Who of the team sent an answer or a note; not known of answers from before that was stored.
    fn sent_by(&self, one: &DeskDispatch) -> Option<String> {
        one.sent_by.as_deref().map(|who| match who {
            OPERATOR => self.page.t.dispatch_sent_by_operator(),
            who if one.dispatch.kind == DispatchKind::Note => self.page.t.dispatch_note_by(who),
            who => self.page.t.dispatch_sent_by(who),
        })
    }

    fn manifest_size(&self, one: &DeskDispatch) -> String {
        let size = one.dispatch.members.first().map_or(0, |member| member.size);
        self.page.lang.size(size)
    }

    fn manifest(&self, one: &DeskDispatch) -> String {
        self.page.to(&format!("{}/{}/manifest.tar", self.place.path(), one.dispatch.id))
    }

    /// It may be kept for longer: what else the mailbox got, from another team too, is not told here.
    fn until(&self, one: &DeskDispatch) -> String {
        let dropbox = &self.page.desk.dropbox;
        let kept = dropbox.limits().retention;
        let silent = dropbox.last_day(self.view.row.last_day, kept.silent);
        let own = match (one.dispatch.kind, one.dispatch.fetched) {
            (DispatchKind::Reply, _) => dropbox.last_day(one.dispatch.day, kept.replies),
            (DispatchKind::Submission, Some(day)) => dropbox.last_day(day, kept.fetched),
            (DispatchKind::Submission, None) | (DispatchKind::Note, _) => silent,
        };
        self.date(own.min(silent))
    }

    fn date(&self, day: Day) -> String {
        self.page.lang.date(day)
    }

    fn fetched_by(&self, who: &str, day: Day) -> String {
        if who == crate::dropbox::export::READER {
            self.page.t.dispatch_exported(self.date(day))
        } else {
            self.page.t.dispatch_fetched(who, self.date(day))
        }
    }

    /// Keys that do not open all of it, and those that should not any more: why, and each with how much.
    fn access(&self) -> Vec<(String, Vec<(&str, String)>)> {
        let (t, lang, access) = (self.page.t, self.page.lang, &self.view.access);
        let all = || lang.number(access.known);
        let closed = access.lacking.iter();
        let closed = closed.map(|(key, n)| (&**key, t.access_closed(lang.number(*n), all())));
        let opens = access.former.iter();
        let opens = opens.map(|(key, n)| (&**key, t.access_opens(lang.number(*n), all())));
        let both = [(t.access_lacking(), closed.collect()), (t.access_former(), opens.collect())];
        both.into_iter().filter(|(_, keys): &(_, Vec<_>)| !keys.is_empty()).collect()
    }

    fn newer(&self) -> Option<String> {
        let before = self.number.checked_sub(1).filter(|number| *number > 0)?;
        Some(self.page.to(&format!("{}?page={before}", self.place.path())))
    }

    fn older(&self) -> Option<String> {
        let next = self.number + 1;
        self.view.more.then(|| self.page.to(&format!("{}?page={next}", self.place.path())))
    }
}

pub async fn show(
    State(desk): App,
    Path(place): Path<MailboxPath>,
    editor: Editor,
    uri: Uri,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Inbox).told();
    let number = asked.ok().and_then(|Query(asked)| asked.page.parse().ok()).unwrap_or(1);
    show_with(page, &desk, &place, &editor, number, None, None).await
}

#[derive(Deserialize)]
pub struct TypedForm {
    #[serde(default)]
    form: String,
    #[serde(default)]
    message: String,
}

impl From<TypedForm> for TypedReply {
    fn from(TypedForm { form, message }: TypedForm) -> Self {
        Self { form, message }
    }
}

/// The page in another language, with what is typed into its form for an answer.
pub async fn again(
    State(desk): App,
    Path(place): Path<MailboxPath>,
    uri: Uri,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
    Act { actor, form }: Act<TypedForm>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor).within(Room::Inbox);
    let number = asked.ok().and_then(|Query(asked)| asked.page.parse().ok()).unwrap_or(1);
    let typed = TypedReply::from(form);
    let page = page.keeping(typed.message.clone());
    show_with(page, &desk, &place, &actor, number, Some(&typed), None).await
}

/// The page with what was typed into its reply form, and why that was not sent.
pub async fn show_with(
    mut page: Page<'_>,
    desk: &Arc<Desk>,
    place: &MailboxPath,
    editor: &Editor,
    number: u32,
    typed: Option<&TypedReply>,
    refused: Option<(StatusCode, String)>,
) -> Response {
    let number = number.clamp(1, 100_000);
    page = page.typed_at(format!("{}?page={number}", place.path()));
    let view = {
        let (editor, place) = (editor.clone(), place.clone());
        desk.blocking(move |desk| desk.view(&editor, &place, number)).await
    };
    let view = match view {
        Ok(view) => view,
        Err(problem) => return page.problem(&problem),
    };
    let (status, problem) = match refused {
        Some((status, problem)) => {
            // The form is far down: its reason stands at the top too.
            page.notice = Some(problem.clone());
            (status, Some(problem))
        }
        None => (StatusCode::OK, None),
    };
    let form = match TypedReply::form_of(typed) {
        Ok(form) => form,
        Err(problem) => return page.problem(&problem),
    };
    let (file, dispatch) = desk.dropbox.sizes_now();
    let limits = page.t.reply_files_hint(page.lang.size(file), page.lang.size(dispatch));
    let shown = MailboxTemplate {
        page: &page,
        place,
        view,
        number,
        labels: desk.labels(),
        several: editor.teams().len() > 1,
        form,
        typed: typed.map(|typed| typed.message.as_str()).unwrap_or_default(),
        problem,
        limits,
    };
    respond(status, &shown)
}

impl Desk {
    fn view(&self, editor: &Editor, place: &MailboxPath, number: u32) -> Result<View, Problem> {
        let mailbox = self.find(editor, place)?;
        let (id, team): (MailboxId, _) = (mailbox.id, self.dropbox.teams());
        let to_source_alone = team
            .find(&place.team)
            .is_some_and(|team| to(DispatchKind::Reply, &mailbox, team).is_to_source_alone());
        let store = self.dropbox.store();
        let row = store.row(editor.name(), &place.team, id)?.ok_or(Problem::NotFound)?;
        let (list, more) = store.desk_dispatches(&place.team, id, number - 1, ROWS)?;
        let access = Access::of_mailbox(store, &self.dropbox.teams(), &place.team, id)?;
        Ok(View { row, list, more, to_source_alone, access })
    }
}
