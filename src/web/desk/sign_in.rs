//! Signing in and out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::App;
use super::page::{Page, answer, is_local, redirect};
use super::session::{self, Act, Nothing};
use super::sessions::Token;
use crate::base::ids::hex;

/// The cookie that a sign-in form belongs to. It is not the session's: that one is made when the sign-in
/// is right, so that nobody can choose it beforehand.
const COOKIE: &str = "__Host-sourdine-door";
const LABEL: &[u8] = b"sourdine/v1/desk-sign-in";

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct SignInPage<'a> {
    page: &'a Page<'a>,
    proof: String,
    next: &'a str,
    name: &'a str,
    problem: Option<String>,
}

/// The form; whoever signs in on it lands on the page that was asked for.
pub fn ask(page: Page<'_>, headers: &HeaderMap) -> Response {
    let next = page.here().to_owned();
    let next = if is_local(&next) && next != "/sign-in" { next } else { "/".to_owned() };
    form(&page, headers, Typed { next: &next, name: "" }, None)
}

/// What is given back with the form.
struct Typed<'a> {
    next: &'a str,
    name: &'a str,
}

fn form(
    page: &Page<'_>,
    headers: &HeaderMap,
    typed: Typed<'_>,
    problem: Option<(StatusCode, String)>,
) -> Response {
    // One of an earlier form goes on, so that several tabs work.
    let old = session::cookie(headers, COOKIE).filter(|door| door.len() == 43);
    let door = match old {
        Some(door) => door.to_owned(),
        None => match Token::fresh() {
            Ok(token) => token.text().to_owned(),
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    };
    let (status, problem) =
        problem.map_or((StatusCode::OK, None), |(status, text)| (status, Some(text)));
    let proof = proof(&page.desk.key, &door);
    let asked = SignInPage { page, proof, next: typed.next, name: typed.name, problem };
    let mut response = answer(status, &asked);
    if let (None, Some(cookie)) = (old, session::set_cookie(COOKIE, &door)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// HMAC-SHA256[key](label, cookie): what a form of this cookie carries.
fn proof(key: &[u8; 32], door: &str) -> String {
    // An HMAC key may have any length.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return String::new() };
    mac.update(LABEL);
    mac.update(door.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// `GET /sign-in`, for whoever signed out or opens it in another tab.
pub async fn show(State(desk): App, uri: Uri, headers: HeaderMap) -> Response {
    ask(Page::new(&desk, &uri, &headers), &headers)
}

/// `POST /sign-out`: ends this session.
pub async fn out(State(desk): App, uri: Uri, headers: HeaderMap, act: Act<Nothing>) -> Response {
    desk.sessions.close(act.actor.key());
    let mut response = redirect(&Page::new(&desk, &uri, &headers), "/sign-in");
    if let Some(cookie) = session::end() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
