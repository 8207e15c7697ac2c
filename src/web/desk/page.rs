//! What all pages of the desk share: the frame, the language, who is signed in, and how one becomes an answer.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::session::Editor;
use super::state::Desk;
use crate::web::error_counts;
use crate::web::headers::DESK_STYLE;
use crate::web::host_check::HostCheck;
use crate::web::lang::{L10nLanguage, Lang};

/// The rooms of the desk, for the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// None of them.
    None,
    /// All mailboxes.
    Inbox,
    /// Who did what.
    Journal,
    /// One's own account.
    Account,
}

/// The frame around a page.
pub struct Page<'a> {
    pub desk: &'a Desk,
    pub lang: Lang,
    pub t: &'static L10nLanguage,
    /// Who is signed in.
    pub editor: Option<Editor>,
    /// What was done just now, or what to know.
    pub notice: Option<String>,
    room: Room,
    /// The address in other languages: path and query, its language aside.
    here: String,
    visit: HostCheck,
    kept: String,
    /// Where a form sends what is typed in it, to stand there in another language.
    typed_at: Option<String>,
}

impl<'a> Page<'a> {
    /// In the language that a request asks for; of nobody.
    pub fn new(desk: &'a Desk, uri: &Uri, headers: &HeaderMap) -> Self {
        let lang = Lang::of(uri, headers);
        Self {
            desk,
            lang,
            t: lang.messages(),
            editor: None,
            notice: None,
            room: Room::None,
            here: Some(without_lang(uri)).filter(|here| is_local(here)).unwrap_or("/".into()),
            visit: HostCheck::of(uri, headers, &desk.onions),
            kept: String::new(),
            typed_at: None,
        }
    }

    /// Of somebody signed in.
    pub fn of(mut self, editor: &Editor) -> Self {
        self.editor = Some(editor.clone());
        self
    }

    /// In one of the rooms.
    pub fn within(mut self, room: Room) -> Self {
        self.room = room;
        self
    }

    /// With the other languages at this address; needed on answers to a POST.
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.here);
        self
    }

    /// With what was done just now, as the session was told (see `Sessions::tell`).
    pub fn told(mut self) -> Self {
        let told = self.editor.as_ref().and_then(|editor| self.desk.sessions.told(editor.key()));
        self.notice = told.or(self.notice);
        self
    }

    /// With a text that was written by hand and must not be lost: shown with a problem, to be copied.
    pub fn keeping(mut self, typed: String) -> Self {
        self.kept = typed;
        self
    }

    /// With a form for an answer: the other languages keep what is typed in it, at this address.
    pub fn typed_at(mut self, path: String) -> Self {
        self.typed_at = Some(path);
        self
    }

    /// The operator's name for the site.
    pub fn name(&self) -> &str {
        &self.desk.name
    }

    /// What stands in its `style` element.
    #[expect(clippy::unused_self, reason = "the frame of all pages asks")]
    pub fn style(&self) -> &'static str {
        DESK_STYLE
    }

    /// The desk's pages stand in no frame.
    #[expect(clippy::unused_self, reason = "the frame of all pages asks")]
    pub fn is_framed(&self) -> bool {
        false
    }

    /// What stands at the top of every page of a visit that did not come over an onion address.
    pub fn warning(&self) -> Option<String> {
        (self.visit == HostCheck::Loopback).then(|| self.t.desk_loopback())
    }

    /// Every other language; none where a link to it would lose a text that is given back.
    pub fn others(&self) -> impl Iterator<Item = Lang> {
        let (this, keeps) = (self.lang, !self.kept.is_empty());
        Lang::all().filter(move |lang| *lang != this && !keeps)
    }

    /// An address in this page's language. It may have a query of its own.
    pub fn to(&self, path: &str) -> String {
        in_lang(path, self.lang)
    }

    /// This page in another language.
    pub fn here_in(&self, lang: Lang) -> String {
        in_lang(&self.here, lang)
    }

    /// Where what is typed on this page goes on in another language, if something is.
    pub fn typed_in(&self, lang: Lang) -> Option<String> {
        self.typed_at.as_ref().map(|path| in_lang(path, lang))
    }

    /// The address of this page, its language aside.
    pub fn here(&self) -> &str {
        &self.here
    }

    /// `aria-current` in the navigation.
    pub fn is_in(&self, room: Room) -> bool {
        self.room == room
    }

    /// What every form carries in its field `proof`.
    pub fn proof(&self) -> &str {
        self.editor.as_ref().map(Editor::proof).unwrap_or_default()
    }

    /// The name of the account that is signed in.
    pub fn reader_name(&self) -> &str {
        self.editor.as_ref().map(Editor::name).unwrap_or_default()
    }

    /// Ids of the teams of whoever is signed in.
    pub fn teams(&self) -> &[String] {
        self.editor.as_ref().map(Editor::teams).unwrap_or_default()
    }

    /// A team's name as configured.
    pub fn team(&self, id: &str) -> String {
        let teams = self.desk.dropbox.teams();
        teams
            .iter()
            .find(|team| team.id == id)
            .map_or_else(|| id.to_owned(), |team| team.name.get(self.lang.code()).to_owned())
    }

    /// A page that only says what went wrong.
    pub fn problem(&self, problem: &Problem) -> Response {
        error_counts::count(problem.kind());
        let (title, sentence) = (problem.title(self.t), problem.sentence(self.t));
        let sign_in = *problem == Problem::SignedOut;
        let told = ProblemPage { page: self, title, sentence, kept: &self.kept, sign_in };
        respond(problem.status(), &told)
    }
}

/// `path` with `lang` added to its query.
fn in_lang(path: &str, lang: Lang) -> String {
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}lang={}", lang.code())
}

/// Path and query of an address without its language.
fn without_lang(uri: &Uri) -> String {
    let pairs = uri.query().into_iter().flat_map(|query| query.split('&'));
    let rest: Vec<_> =
        pairs.filter(|pair| !pair.starts_with("lang=") && !pair.is_empty()).collect();
    match rest.as_slice() {
        [] => uri.path().to_owned(),
        rest => format!("{}?{}", uri.path(), rest.join("&")),
    }
}

#[derive(Template)]
#[template(path = "desk/problem.html")]
struct ProblemPage<'a> {
    page: &'a Page<'a>,
    title: String,
    sentence: String,
    kept: &'a str,
    sign_in: bool,
}

/// A template as an answer.
pub fn respond(status: StatusCode, template: &impl Template) -> Response {
    let Ok(html) = template.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// To another page of ours by GET. `path` is one that we made, or one that [`is_local`] lets through.
pub fn redirect(page: &Page<'_>, path: &str) -> Response {
    let Ok(to) = HeaderValue::from_str(&page.to(path)) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// Whether a path that came with a request may be gone to: a page of this very site.
pub fn is_local(path: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~?=&%+".contains(&byte);
    let (place, _) = path.split_once('?').unwrap_or((path, ""));
    path.starts_with('/')
        && path.len() <= 512
        && path.bytes().all(safe)
        && !place.contains("//")
        && !place.split('/').any(|part| part.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_sent_to_pages_of_ours_only() {
        for good in ["/", "/?filter=unread&label=to-do", "/mailbox/main/brave-heron", "/account"] {
            assert!(is_local(good), "{good}");
        }
        let long = format!("/{}", "a".repeat(600));
        for bad in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "/a//evil.example",
            "http://evil.example/",
            "/\r\nSet-Cookie: a=b",
            "/%0d\n",
            "/a b",
            "/é",
            "/../a",
            "/.",
            "javascript:alert(1)",
            "/a#b",
            "/a\"><script>",
            &long,
        ] {
            assert!(!is_local(bad), "{bad}");
        }
    }

    #[test]
    fn the_language_of_an_address_is_changed_and_nothing_else() {
        let fr = Lang::all().find(|lang| lang.code() == "fr").unwrap();
        for (from, to) in [
            ("/", "/?lang=fr"),
            ("/?lang=en", "/?lang=fr"),
            ("/a?lang=en&x=1", "/a?x=1&lang=fr"),
            ("/a?x=1&lang=en&y=%26lang", "/a?x=1&y=%26lang&lang=fr"),
        ] {
            assert_eq!(in_lang(&without_lang(&from.parse().unwrap()), fr), to);
        }
    }
}
