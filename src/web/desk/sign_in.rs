//! Signing in and out. A sign-in form has no token: nobody has a session yet, and the browser itself says whether
//! a form of another site sends it (`headers::is_foreign`). Whether the browser keeps the session's cookie is
//! seen on the next page.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::page::{Page, is_local, redirect};
use super::problem::Problem;
use super::session;
use super::sign_in_form::{SignInPage, ask};
use super::signed_in::{Act, Nothing};
use super::state::App;
use crate::base::limits::SHORT_FIELD;
use crate::web::connections::Visitor;

/// `GET /sign-in`, for whoever signed out or opens it in another tab; and with `to`, where a sign-in leads: on to
/// that page, if the browser has kept the cookie.
pub async fn show(State(desk): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&desk, &uri, &headers);
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let Some((_, to)) = pairs.find(|(key, _)| key == "to") else { return ask(&page) };
    let next = if is_local(&to) { &*to } else { "/" };
    match session::editor(&desk, &headers).await {
        Ok(Some(_)) => redirect(&page, next),
        Ok(None) => SignInPage { page: &page, next, name: "", problem: None }.refused(
            StatusCode::BAD_REQUEST,
            "desk-no-cookie",
            page.t.desk_no_cookie(),
        ),
        Err(problem) => page.problem(&problem),
    }
}

#[derive(Deserialize)]
pub struct SignIn {
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
    let typed = form.name.get(..SHORT_FIELD).unwrap_or(&form.name);
    let mut again = SignInPage { page: &page, next, name: typed, problem: None };
    // Its connection is not one that has asked for nothing.
    let kept = visitor.keep();
    let turn = desk.sign_ins.enter(visitor.circuit()).await;
    drop(kept);
    let Ok(turn) = turn else {
        let busy = page.t.desk_sign_in_busy();
        return again.refused(StatusCode::SERVICE_UNAVAILABLE, "desk-busy", busy);
    };
    let (passphrase, code) = (Zeroizing::new(form.passphrase), form.code);
    let signed_in = desk.blocking(move |desk| {
        let _turn = turn;
        Ok(desk.accounts.sign_in(&name, &passphrase, &code)?)
    });
    let account = match signed_in.await {
        Ok(Some(account)) => account,
        Ok(None) => {
            let wrong = page.t.desk_wrong();
            return again.refused(StatusCode::UNPROCESSABLE_ENTITY, "desk-wrong", wrong);
        }
        Err(problem) => return page.problem(&problem),
    };
    if let Some(old) = session::key(&desk, &headers) {
        desk.sessions.close(&old);
    }
    let Ok(token) = desk.sessions.open(&account.name, account.credential_version) else {
        return page.problem(&Problem::Internal);
    };
    let to: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    with_cookie(redirect(&page, &format!("/sign-in?to={to}")), session::begin(&token))
}

/// An answer that sets a cookie too.
pub fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `POST /sign-out`: ends this session.
pub async fn out(State(desk): App, uri: Uri, headers: HeaderMap, act: Act<Nothing>) -> Response {
    desk.sessions.close(act.actor.key());
    with_cookie(redirect(&Page::new(&desk, &uri, &headers), "/sign-in"), session::end())
}
