//! What a source does in its mailbox: send or discard what is held, withdraw, delete, erase. What destroys
//! is asked first.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::mailbox;
use super::page::{Page, Switch, carried, left, respond};
use super::problem::Problem;
use super::receipt::{self, Slip};
use super::state::{App, OpenedCode, Site};
use super::ticket::Ticket;
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, DraftId};
use crate::base::limits::{self, SHORT_FIELD};
use crate::bundle::names;
use crate::crypto::kdf::MailboxKeys;
use crate::dropbox::IntakeError;
use crate::dropbox::draft::{HeldFile, ShownDraft};
use crate::store::Withdrawal;
use crate::web::connections::Visitor;
use crate::web::lang::{L10nLanguage, Lang};

/// What is to be done.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// Send a draft.
    Send,
    /// Delete it.
    Discard,
    /// Delete one file of it.
    Remove,
    /// Take back a submission that nobody has fetched.
    Withdraw,
    /// Delete a reply.
    Delete,
    /// Delete everything.
    Erase,
}

#[derive(Deserialize)]
pub struct ActForm {
    code: String,
    ticket: String,
    act: Act,
    #[serde(default)]
    item: String,
    /// What the question is about: a file's name, or the number of a day.
    #[serde(default)]
    about: String,
    sure: Option<String>,
}

#[derive(Template)]
#[template(path = "source/question.html")]
struct QuestionPage<'a> {
    page: &'a Page<'a>,
    title: String,
    text: String,
    button: String,
    /// What the answer "yes" carries.
    fields: Vec<(&'static str, String)>,
    code: &'a str,
    ticket: &'a str,
}

/// How an act ended.
enum Done {
    Notice(String),
    Sent(Slip),
    Erased,
}

impl Act {
    fn word(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Discard => "discard",
            Self::Remove => "remove",
            Self::Withdraw => "withdraw",
            Self::Delete => "delete",
            Self::Erase => "erase",
        }
    }

    /// Title, text and button of the question; none where nothing is destroyed.
    fn question(
        self,
        about: &str,
        lang: Lang,
        backups_kept: Option<i64>,
    ) -> Option<(String, String, String)> {
        let t = lang.messages();
        let day = || about.parse().map(|day| lang.date(Day(day))).unwrap_or_default();
        Some(match self {
            Self::Send => return None,
            Self::Discard => (t.discard_title(), t.discard_text(day()), t.delete()),
            Self::Remove => (t.remove_title(names::printable(about)), t.remove_text(), t.delete()),
            Self::Withdraw => (t.withdraw_title(day()), t.withdraw_text(), t.withdraw()),
            Self::Delete => (t.delete_title(day()), t.delete_text(), t.delete()),
            Self::Erase => {
                let text = match backups_kept {
                    Some(days) => format!("{} {}", t.erase_text(), t.erase_backups(days)),
                    None => t.erase_text(),
                };
                (t.erase_title(), text, t.erase())
            }
        })
    }
}

pub async fn act(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<ActForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers).switched(Switch::Link("/mailbox"));
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    // It stands in the question again.
    if form.item.len() > SHORT_FIELD || form.about.len() > limits::PART_HEADER {
        return page.problem(&Problem::Form);
    }
    let ticket = match site.check_ticket(&form.ticket).await {
        Ok(ticket) => ticket,
        Err(problem) => return mailbox::ask_again(page, &problem, &form.code, None),
    };
    if form.sure.is_none()
        && let Some(question) = form.act.question(&form.about, page.lang, site.backups_kept)
    {
        return ask(page, question, &form, &ticket);
    }
    let opened = match site.open_code(visitor.circuit(), &form.code).await {
        Ok(opened) => opened,
        Err(problem) => return mailbox::ask_again(page, &problem, &form.code, Some(&ticket)),
    };
    let done = {
        let (site, keys, t) = (site.clone(), opened.keys.clone(), page.t);
        tokio::task::spawn_blocking(move || carry_out(&site, &keys, &form, &ticket, t)).await
    };
    let done = done.unwrap_or(Err(Problem::Internal));
    finish(page, done, opened, &ticket).await
}

fn ask(
    page: Page<'_>,
    (title, text, button): (String, String, String),
    form: &ActForm,
    ticket: &Ticket,
) -> Response {
    let Ok(ticket) = page.next_ticket(ticket) else { return page.problem(&Problem::Internal) };
    let mut fields = carried(&form.code, &ticket);
    fields.extend([
        ("act", form.act.word().to_owned()),
        ("item", form.item.clone()),
        ("about", form.about.clone()),
    ]);
    let page = page.switched(Switch::Button { action: "/mailbox/act", fields: fields.clone() });
    fields.push(("sure", "yes".to_owned()));
    let question = QuestionPage {
        page: &page,
        title,
        text,
        button,
        fields,
        code: &form.code,
        ticket: &ticket,
    };
    respond(&page, StatusCode::OK, &question)
}

fn carry_out(
    site: &Site,
    keys: &MailboxKeys,
    form: &ActForm,
    ticket: &Ticket,
    t: &L10nLanguage,
) -> Result<Done, Problem> {
    let (dropbox, store) = (&site.dropbox, site.dropbox.store());
    let dispatch = || DispatchId::parse(&form.item).ok_or(Problem::Form);
    let said = |outcome, done: String| match outcome {
        Withdrawal::Done => Done::Notice(done),
        Withdrawal::Fetched => Done::Notice(t.withdraw_too_late()),
        Withdrawal::Nothing => Done::Notice(t.gone_already()),
    };
    Ok(match form.act {
        Act::Send => {
            let shown = ShownDraft::parse(&form.item).ok_or(Problem::Form)?;
            match dropbox.send_draft(keys, &shown, site.tickets.dispatch_seed(ticket)) {
                Ok(receipt) => Done::Sent(Slip::new(site, receipt)),
                // It is another one than the page showed: look again.
                Err(IntakeError::Unseen) => Done::Notice(t.draft_changed()),
                // Sent or discarded meanwhile, perhaps by a second press of the button.
                Err(IntakeError::NoDraft | IntakeError::Empty) => Done::Notice(t.gone_already()),
                Err(error) => return Err(error.into()),
            }
        }
        Act::Discard => {
            dropbox.discard(keys, DraftId::parse(&form.item).ok_or(Problem::Form)?)?;
            Done::Notice(t.discard_done())
        }
        Act::Remove => {
            let file = HeldFile::parse(&form.item).ok_or(Problem::Form)?;
            dropbox.remove_held(keys, file)?;
            Done::Notice(t.remove_done())
        }
        Act::Withdraw => said(store.withdraw(keys.id, dispatch()?)?, t.withdraw_done()),
        Act::Delete => said(store.delete_reply(keys.id, dispatch()?)?, t.delete_done()),
        Act::Erase => {
            store.erase(keys.id)?;
            Done::Erased
        }
    })
}

async fn finish(
    page: Page<'_>,
    done: Result<Done, Problem>,
    opened: OpenedCode,
    ticket: &Ticket,
) -> Response {
    let notice = match done {
        Ok(Done::Notice(notice)) => notice,
        Ok(Done::Sent(slip)) => {
            let code = opened.code.words(opened.list).to_string();
            return receipt::show_new(page, &slip, &code, ticket);
        }
        Ok(Done::Erased) => {
            return match page.site.burn(ticket).await {
                Ok(()) => left(&page, true),
                Err(problem) => page.problem(&problem),
            };
        }
        Err(problem @ (Problem::Stale | Problem::Full | Problem::Busy)) => {
            problem.sentence(page.lang, page.site.dropbox.limits())
        }
        Err(problem) => return page.problem(&problem),
    };
    mailbox::show_opened(page, opened, ticket, Some(notice)).await
}
