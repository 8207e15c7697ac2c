//! Coming back: the form for a code, and what lies under it.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::drop::DropForm;
use super::page::{Frames, Page, Switch, respond, respond_padded};
use super::problem::Problem;
use super::state::{App, OpenedCode};
use super::ticket::Ticket;
use crate::base::clock::Day;
use crate::base::limits::SHORT_FIELD;
use crate::config::QuestionKind;
use crate::dropbox::draft::HeldDraft;
use crate::dropbox::mailbox::SourceView;
use crate::web::connections::Visitor;
use crate::web::error_counts;

#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
    ticket: String,
    /// It is not to be opened: only its language changes.
    again: Option<String>,
}

#[derive(Template)]
#[template(path = "source/mailbox_form.html")]
struct AskPage<'a> {
    page: &'a Page<'a>,
    ticket: String,
    typed: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "source/mailbox.html")]
struct MailboxPage<'a> {
    page: &'a Page<'a>,
    view: Option<SourceView>,
    form: DropForm,
    /// A code of the older kind: nothing new is stored under it.
    is_older: bool,
    /// What was done just now.
    notice: Option<String>,
}

impl MailboxPage<'_> {
    fn stale(&self, draft: &HeldDraft) -> bool {
        draft.is_stale(self.form.teams.find(draft.team()))
    }

    fn until(&self, draft: &HeldDraft) -> String {
        self.page.lang.date(self.page.site.dropbox.draft_expiry(draft.day()))
    }

    fn date(&self, day: Day) -> String {
        self.page.lang.date(day)
    }
}

pub async fn ask(State(site): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&site, &uri, &headers);
    ask_for(page, String::new(), None)
}

/// The form for a code, with what was typed in one of the same visit.
fn ask_for(page: Page<'_>, typed: String, ticket: Option<&Ticket>) -> Response {
    let page = page.switched(Switch::code_form());
    let ticket = match ticket {
        Some(ticket) => page.site.next_ticket(ticket),
        None => page.site.fresh_ticket(),
    };
    let Ok(ticket) = ticket else { return page.problem(&Problem::Internal) };
    let ticket = page.site.tickets.print(&ticket);
    let asked = AskPage { page: &page, ticket, typed, problem: None };
    respond(&page, StatusCode::OK, &asked)
}

pub async fn show(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers).switched(Switch::Link("/mailbox"));
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    let ticket = match site.check_ticket(&form.ticket).await {
        Ok(ticket) => ticket,
        Err(problem) => return ask_again(page, &problem, &form.code, None),
    };
    if form.again.is_some() {
        return ask_for(page, given_back(&form.code), Some(&ticket));
    }
    match site.open_code(visitor.circuit(), &form.code).await {
        Ok(opened) => show_opened(page, opened, &ticket, None).await,
        Err(problem) => ask_again(page, &problem, &form.code, Some(&ticket)),
    }
}

/// The mailbox of a code that was read, and what was done in it just now.
pub async fn show_opened(
    page: Page<'_>,
    opened: OpenedCode,
    ticket: &Ticket,
    notice: Option<String>,
) -> Response {
    let OpenedCode { code, list, keys } = opened;
    let view = {
        let dropbox = page.site.dropbox.clone();
        tokio::task::spawn_blocking(move || dropbox.source_view(&keys)).await
    };
    let view = match view {
        Ok(Ok(view)) => view,
        Ok(Err(error)) => return page.problem(&error.into()),
        Err(_) => return page.problem(&Problem::Internal),
    };
    let is_older = !code.is_checked();
    let words = code.words(list).to_string();
    let Ok(ticket) = page.site.next_ticket(ticket) else {
        return page.problem(&Problem::Internal);
    };
    let mut form = DropForm::new(&page, words, &ticket);
    form.known = true;
    // Where nothing is yet, the form itself stands on the page.
    let page = if view.is_none() && !is_older && form.chosen().is_some() {
        page.switched(Switch::form(false)).framing(Frames::Holds)
    } else {
        page.switched(Switch::mailbox(&form.code, &form.ticket))
    };
    respond_padded(&page, &MailboxPage { page: &page, view, form, is_older, notice })
}

/// The form again, with what was typed and the word to look at. It belongs to the visit of the form that was
/// sent, so that leaving ends both. Where that visit is not known, the text is not given back.
pub fn ask_again(
    page: Page<'_>,
    problem: &Problem,
    typed: &str,
    ticket: Option<&Ticket>,
) -> Response {
    let typed = given_back(typed);
    let mends = matches!(problem, Problem::Code(_) | Problem::OldTicket | Problem::Busy);
    let typed = if ticket.is_some() { typed } else { String::new() };
    let ticket = match ticket {
        Some(ticket) => page.site.next_ticket(ticket),
        None => page.site.fresh_ticket(),
    };
    let (true, Ok(ticket)) = (mends, ticket) else { return page.problem(problem) };
    error_counts::count(problem.kind());
    let sentence = match problem {
        Problem::OldTicket => page.t.error_code_ticket_old(),
        other => other.sentence(page.lang, page.site.dropbox.limits()),
    };
    let ticket = page.site.tickets.print(&ticket);
    let page = page.switched(Switch::code_form());
    let asked = AskPage { page: &page, ticket, typed, problem: Some(sentence) };
    respond(&page, problem.status(), &asked)
}

/// What is far too long for a code is not worth giving back whole.
fn given_back(typed: &str) -> String {
    typed.chars().take(SHORT_FIELD).collect()
}
