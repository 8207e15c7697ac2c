//! What all pages share: name, language, style, and how one becomes an answer.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::Site;
use super::problem::Problem;
use super::ticket::Ticket;
use super::warnings::Visit;
use crate::web::lang::{L10nLanguage, Lang};
use crate::web::tally;

/// How the other languages of a page are reached.
pub enum Switch {
    /// By a link, on pages that were asked for with GET.
    Link(&'static str),
    /// By a button that carries the code and a ticket to the mailbox, on answers to a POST.
    Button {
        /// The eight words.
        code: String,
        /// A printed ticket.
        ticket: String,
    },
}

/// The frame around a page.
pub struct Page<'a> {
    pub site: &'a Site,
    pub lang: Lang,
    pub t: &'static L10nLanguage,
    pub switch: Switch,
    visit: Visit,
}

impl<'a> Page<'a> {
    /// In the language that a request asks for.
    pub fn new(site: &'a Site, uri: &Uri, headers: &HeaderMap) -> Self {
        let lang = Lang::of(uri, headers);
        let visit = Visit::of(uri, headers, &site.onions);
        Self { site, lang, t: lang.messages(), switch: Switch::Link("/"), visit }
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

    /// The operator's name for the site.
    pub fn name(&self) -> &str {
        &self.site.name
    }

    /// What stands at the top of every page of a visit that did not come over an onion address.
    pub fn warning(&self) -> Option<String> {
        (self.visit == Visit::Loopback).then(|| self.t.loopback_notice())
    }

    /// Every other language.
    pub fn others(&self) -> impl Iterator<Item = Lang> {
        let this = self.lang;
        Lang::all().filter(move |lang| *lang != this)
    }

    /// An address in this page's language.
    pub fn to(&self, path: &str) -> String {
        format!("{path}?lang={}", self.lang.code())
    }

    /// A ticket of the same session for the next form, printed.
    pub fn next_ticket(&self, ticket: &Ticket) -> Result<String, Problem> {
        Ok(self.site.tickets.print(&self.site.tickets.next(ticket)?))
    }

    /// A page that only says what went wrong.
    pub fn problem(self, problem: &Problem) -> Response {
        if *problem == Problem::Left {
            return super::leave::left(&self);
        }
        let (title, sentence) = self.tell(problem);
        answer(problem.status(), &ErrorPage { page: &self, title, sentence })
    }

    /// Counts a problem; its title and its sentence.
    pub fn tell(&self, problem: &Problem) -> (String, String) {
        tally::count(problem.kind());
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

/// A template as an answer.
pub fn answer(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
