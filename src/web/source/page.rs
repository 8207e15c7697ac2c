//! What all pages share: name, language, style, and how one becomes an answer.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::state::Site;
use super::ticket::Ticket;
use crate::config::QuestionKind;
use crate::dropbox::{Answer, Written};
use crate::web::error_counts;
use crate::web::headers;
pub use crate::web::headers::Frames;
use crate::web::host_check::HostCheck;
use crate::web::lang::{L10nLanguage, Lang};

/// How the other languages of a page are reached.
pub enum Switch {
    /// By a link, on pages that were asked for with GET.
    Link(&'static str),
    /// By a button that carries what is needed, on answers to a POST.
    Button {
        /// Where to.
        action: &'static str,
        /// Hidden fields.
        fields: Vec<(&'static str, String)>,
    },
    /// By a button of the page's own form, on pages where something is typed: it brings that along.
    OwnForm {
        /// Id of the form.
        form: &'static str,
        /// Where to.
        action: &'static str,
        /// A field of the button's own.
        mark: &'static str,
    },
}

impl Switch {
    /// To the form for documents, with what is typed; its code may be `fresh`, and on no paper yet.
    pub fn form(fresh: bool) -> Self {
        Self::OwnForm { form: "send", action: "/drop/form", mark: if fresh { "fresh" } else { "" } }
    }

    /// To the form for a code, with what is typed.
    pub fn code_form() -> Self {
        Self::OwnForm { form: "ask", action: "/mailbox", mark: "again" }
    }

    /// To the mailbox of a code.
    pub fn mailbox(code: &str, ticket: &str) -> Self {
        Self::Button { action: "/mailbox", fields: carried(code, ticket) }
    }
}

/// What most forms carry.
pub fn carried(code: &str, ticket: &str) -> Vec<(&'static str, String)> {
    vec![("code", code.to_owned()), ("ticket", ticket.to_owned())]
}

/// The frame around a page.
pub struct Page<'a> {
    pub site: &'a Site,
    pub lang: Lang,
    pub t: &'static L10nLanguage,
    pub switch: Switch,
    visit: HostCheck,
    pub frames: Frames,
}

impl<'a> Page<'a> {
    /// In the language that a request asks for.
    pub fn new(site: &'a Site, uri: &Uri, headers: &HeaderMap) -> Self {
        let lang = Lang::of(uri, headers);
        let visit = HostCheck::of(uri, headers, &site.onions);
        let switch = Switch::Link("/");
        Self { site, lang, t: lang.messages(), switch, visit, frames: Frames::None }
    }

    /// The same from a whole request.
    pub fn of(site: &'a Site, request: &Request) -> Self {
        Self::new(site, request.uri(), request.headers())
    }

    /// With the other languages elsewhere than on the first page.
    pub fn switched(mut self, switch: Switch) -> Self {
        self.switch = switch;
        self
    }

    /// With frames, or in one.
    pub fn framing(mut self, frames: Frames) -> Self {
        self.frames = frames;
        self
    }

    /// What stands in its `style` element.
    #[expect(clippy::unused_self, reason = "the frame of all pages asks")]
    pub fn style(&self) -> &'static str {
        headers::SOURCE_STYLE
    }

    /// Whether it stands in a frame: then it has no header of its own.
    pub fn is_framed(&self) -> bool {
        self.frames == Frames::Inside
    }

    /// The operator's name for the site.
    pub fn name(&self) -> &str {
        &self.site.name
    }

    /// What stands at the top of every page of a visit that did not come over an onion address.
    pub fn warning(&self) -> Option<String> {
        (self.visit == HostCheck::Loopback).then(|| self.t.loopback_notice())
    }

    /// What stands in the frame of a receipt before there is one.
    pub fn blank(&self) -> String {
        let (t, lang) = (self.t, self.lang);
        headers::blank(lang.code(), lang.dir(), &t.result_title())
    }

    /// Every other language.
    pub fn others(&self) -> impl Iterator<Item = Lang> {
        let this = self.lang;
        Lang::all().filter(move |lang| *lang != this)
    }

    /// A team's name, where there are several to be told apart.
    pub fn team(&self, id: &str) -> Option<String> {
        let teams = self.site.dropbox.teams();
        let team = teams.find(id).filter(|_| teams.iter().len() > 1)?;
        Some(team.name.get(self.lang.code()).to_owned())
    }

    /// Each question that was answered, and its answer, in this page's language where the operator wrote it.
    pub fn answers(&self, team: &str, written: &Written) -> Vec<(String, String)> {
        let teams = self.site.dropbox.teams();
        let questions = teams.find(team).map(|team| team.questions.as_slice()).unwrap_or_default();
        let shown = |answer: &Answer| {
            let question = questions.iter().find(|question| question.id == answer.id)?;
            let value = match &question.kind {
                QuestionKind::Choice(options) => {
                    let chosen = options.iter().find(|(id, _)| *id == answer.value);
                    chosen.map(|(_, label)| label.get(self.lang.code()))
                }
                _ => None,
            };
            let value = value.unwrap_or(&answer.value).to_owned();
            Some((question.label.get(self.lang.code()).to_owned(), value))
        };
        written.answers.iter().filter_map(shown).collect()
    }

    /// An address in this page's language.
    pub fn to(&self, path: &str) -> String {
        format!("{path}?lang={}", self.lang.code())
    }

    /// A ticket of the same visit for the next form, printed.
    pub fn next_ticket(&self, ticket: &Ticket) -> Result<String, Problem> {
        Ok(self.site.tickets.print(&self.site.next_ticket(ticket)?))
    }

    /// A page that only says what went wrong.
    pub fn problem(self, problem: &Problem) -> Response {
        if *problem == Problem::Left {
            return left(&self, false);
        }
        let (title, sentence) = self.tell(problem);
        respond(&self, problem.status(), &ErrorPage { page: &self, title, sentence })
    }

    /// Counts a problem; its title and its sentence.
    pub fn tell(&self, problem: &Problem) -> (String, String) {
        error_counts::count(problem.kind());
        (problem.title(self.t), problem.sentence(self.lang, self.site.dropbox.limits()))
    }
}

#[derive(Template)]
#[template(path = "source/error.html")]
struct ErrorPage<'a> {
    page: &'a Page<'a>,
    title: String,
    sentence: String,
}

/// Bytes: what a mailbox page and its policy take together is a multiple of it.
const STEP: usize = 14 * 1024;

/// A template as an answer, with the policy of its page.
pub fn respond(page: &Page<'_>, status: StatusCode, template: &impl Template) -> Response {
    with_policy(status, template.render(), page.frames.policy())
}

/// The same in steps of length, filled with blanks: a page's length does not tell what a code opened. Of the
/// headers, only the policy differs in length.
pub fn respond_padded(page: &Page<'_>, template: &impl Template) -> Response {
    let policy = page.frames.policy();
    let html = template.render().map(|mut html| {
        let length = html.len() + policy.len();
        html.extend(std::iter::repeat_n(' ', length.next_multiple_of(STEP) - length));
        html
    });
    with_policy(StatusCode::OK, html, policy)
}

fn with_policy(status: StatusCode, html: askama::Result<String>, policy: String) -> Response {
    let Ok(html) = html else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (status, headers, html).into_response()
}

#[derive(Template)]
#[template(path = "source/left.html")]
struct LeftPage<'a> {
    page: &'a Page<'a>,
    erased: bool,
}

/// "You have left", also the answer to every form of a visit that was left; after erasing, it says so.
pub fn left(page: &Page<'_>, erased: bool) -> Response {
    let mut response = respond(page, StatusCode::OK, &LeftPage { page, erased });
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""),
    );
    response
}
