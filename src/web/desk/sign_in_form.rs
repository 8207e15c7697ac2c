//! The form for signing in.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{Page, respond};
use crate::web::error_counts;

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
pub struct SignInPage<'a> {
    pub page: &'a Page<'a>,
    /// Where one lands then.
    pub next: &'a str,
    pub name: &'a str,
    pub problem: Option<String>,
}

impl SignInPage<'_> {
    /// With why the last try did not work.
    pub fn refused(&mut self, status: StatusCode, kind: &'static str, problem: String) -> Response {
        error_counts::count(kind);
        self.problem = Some(problem);
        respond(status, self)
    }
}

/// The form; whoever signs in on it lands on the page that was asked for.
pub fn ask(page: &Page<'_>) -> Response {
    let next = if page.here() == "/sign-in" { "/" } else { page.here() };
    respond(StatusCode::OK, &SignInPage { page, next, name: "", problem: None })
}
