//! Signing in and out.

use askama::Template;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::App;
use super::known;
use super::page::{Page, answer, is_local, redirect};
use super::problem::Problem;
use super::session::{self, Act, Nothing};
use super::sessions::Token;
use crate::base::ids::hex;
use crate::base::limits::SHORT_FIELD;
use crate::dropbox::accounts;
use crate::web::connections::Visitor;
use crate::web::tally;

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
pub fn ask(page: &Page<'_>, headers: &HeaderMap) -> Response {
    let next = page.here().to_owned();
    let next = if next == "/sign-in" { "/".to_owned() } else { next };
    form(page, headers, &Typed { next: &next, name: "" }, None)
}

/// What is given back with the form.
struct Typed<'a> {
    next: &'a str,
    name: &'a str,
}

fn form(
    page: &Page<'_>,
    headers: &HeaderMap,
    typed: &Typed<'_>,
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
    let cookie = session::set_cookie(COOKIE, &door).filter(|_| old.is_none());
    with_cookies(answer(status, &asked), [cookie])
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
    ask(&Page::new(&desk, &uri, &headers), &headers)
}

#[derive(Deserialize)]
pub struct SignIn {
    #[serde(default)]
    proof: String,
    #[serde(default)]
    next: String,
    name: String,
    passphrase: String,
    code: String,
}

/// `POST /sign-in`. What is wrong is said the same way whichever it was.
pub async fn enter(
    State(desk): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers);
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    let next = if is_local(&form.next) { form.next.as_str() } else { "/" };
    let page = page.at(next);
    let name = form.name.trim().to_lowercase();
    // What is far too long is no name, and not worth giving back.
    let typed = || Typed { next, name: form.name.get(..SHORT_FIELD).unwrap_or(&form.name) };
    let again = |status, why: &'static str, text: String| {
        tally::count(why);
        self::form(&page, &headers, &typed(), Some((status, text)))
    };
    let Some(door) = session::cookie(&headers, COOKIE) else {
        return again(StatusCode::BAD_REQUEST, "desk-no-cookie", page.t.desk_no_cookie());
    };
    if !session::same(&proof(&desk.key, door), &form.proof) {
        return again(StatusCode::GONE, "desk-old-form", page.t.desk_old_form());
    }
    // Its connection is not one that has asked for nothing.
    let kept = visitor.keep();
    let pass = known::enter(&desk, &visitor, &headers, &name).await;
    drop(kept);
    let Ok(pass) = pass else {
        let crowded = page.t.desk_crowded();
        return again(StatusCode::SERVICE_UNAVAILABLE, "desk-crowded", crowded);
    };
    let (passphrase, code) = (Zeroizing::new(form.passphrase.clone()), form.code.clone());
    let signed_in = desk.blocking(move |desk| {
        let _pass = pass;
        let done = desk.accounts.sign_in(&name, &passphrase, &code)?;
        let known = match &done {
            accounts::SignIn::Welcome(account) => known::cookie(desk, account),
            _ => None,
        };
        Ok((done, known))
    });
    let (account, known) = match signed_in.await {
        Ok((accounts::SignIn::Welcome(account), known)) => (account, known),
        Ok((accounts::SignIn::Wrong, _)) => {
            return again(StatusCode::UNPROCESSABLE_ENTITY, "desk-wrong", page.t.desk_wrong());
        }
        Ok((accounts::SignIn::Wait, _)) => {
            return again(StatusCode::TOO_MANY_REQUESTS, "desk-wait", page.t.desk_wait());
        }
        Err(problem) => return page.problem(&problem),
    };
    if let Some(old) = session::key(&desk, &headers) {
        desk.sessions.close(&old);
    }
    let Ok(token) = desk.sessions.open(&account.name, account.epoch) else {
        return page.problem(&Problem::Internal);
    };
    let cookies = [session::begin(&token), session::set_cookie(COOKIE, ""), known];
    with_cookies(redirect(&page, next), cookies)
}

/// An answer that sets these too.
pub fn with_cookies<const N: usize>(
    mut response: Response,
    cookies: [Option<HeaderValue>; N],
) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /sign-out`: ends this session.
pub async fn out(State(desk): App, uri: Uri, headers: HeaderMap, act: Act<Nothing>) -> Response {
    desk.sessions.close(act.actor.key());
    with_cookies(redirect(&Page::new(&desk, &uri, &headers), "/sign-in"), [session::end()])
}
