//! One's own account: teams, passphrase, feed, all sessions. (The device has a page of its own.)

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::page::{Page, Room, redirect, respond};
use super::problem::Problem;
use super::session::{self, Actor, Editor};
use super::sign_in::with_cookie;
use super::signed_in::{Act, Nothing};
use super::state::App;
use crate::dropbox::Team;
use crate::dropbox::accounts::{Changed, suggestion};
use crate::web::connections::Visitor;
use crate::web::error_counts;
use crate::web::lang::L10nLanguage;

#[derive(Template)]
#[template(path = "desk/account.html")]
struct AccountPage<'a> {
    page: &'a Page<'a>,
    teams: Vec<String>,
    /// The same.
    keys: Vec<Team>,
    /// Whether there is an address for a feed.
    has_feed: bool,
    /// The new one, shown this once.
    address: Option<String>,
    /// What stands in the field of the new passphrase.
    new: Zeroizing<String>,
    problem: Option<String>,
}

/// What a page shows beside the account itself.
#[derive(Default)]
struct Shown {
    address: Option<String>,
    new: Option<Zeroizing<String>>,
    problem: Option<String>,
}

pub async fn show(State(desk): App, editor: Editor, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor);
    render(page, &editor, StatusCode::OK, Shown::default()).await
}

async fn render(page: Page<'_>, editor: &Editor, status: StatusCode, shown: Shown) -> Response {
    let page = page.within(Room::Account).at("/account").told();
    let name = editor.name().to_owned();
    let account = page.desk.store(move |store| store.account(&name)).await;
    let account = match account {
        Ok(account) => account,
        Err(problem) => return page.problem(&problem),
    };
    let Some(new) = shown.new.or_else(|| suggestion().ok()) else {
        return page.problem(&Problem::Internal);
    };
    let teams = editor.teams().iter().map(|team| page.team(team)).collect();
    let all = page.desk.dropbox.teams();
    let keys = all.iter().filter(|team| editor.may(&team.id)).cloned().collect();
    let has_feed = account.is_some_and(|account| account.feed.is_some());
    let Shown { address, problem, .. } = shown;
    respond(status, &AccountPage { page: &page, teams, keys, has_feed, address, new, problem })
}

#[derive(Deserialize)]
pub struct PassphraseForm {
    old: String,
    code: String,
    new: String,
}

/// `POST /account/passphrase`
pub async fn passphrase(
    State(desk): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<PassphraseForm>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor);
    let new = Zeroizing::new(form.new);
    let (name, wanted) = (actor.name().to_owned(), new.clone());
    let (old, code) = (Zeroizing::new(form.old), form.code);
    let Ok(turn) = desk.sign_ins.enter(visitor.circuit()).await else {
        error_counts::count("desk-busy");
        let problem = page.t.desk_sign_in_busy();
        return again(page, &actor, StatusCode::SERVICE_UNAVAILABLE, problem, new).await;
    };
    let changed = desk.blocking(move |desk| {
        let _turn = turn;
        Ok(desk.accounts.change_passphrase(&name, &old, &code, &wanted)?)
    });
    match changed.await {
        Ok(Changed::Done(version)) => go_on(&page, &actor, version, page.t.desk_passphrase_done()),
        Ok(other) => {
            error_counts::count("desk-wrong");
            let problem = why(page.t, other);
            again(page, &actor, StatusCode::UNPROCESSABLE_ENTITY, problem, new).await
        }
        Err(problem) => page.problem(&problem),
    }
}

async fn again(
    page: Page<'_>,
    actor: &Actor,
    status: StatusCode,
    problem: String,
    new: Zeroizing<String>,
) -> Response {
    let shown = Shown { problem: Some(problem), new: Some(new), address: None };
    render(page, actor, status, shown).await
}

/// Why something was not changed.
pub fn why(t: &L10nLanguage, changed: Changed) -> String {
    match changed {
        Changed::Done(_) => t.desk_passphrase_done(),
        Changed::Wrong => t.desk_change_wrong(),
        Changed::TooShort => t.desk_passphrase_short(),
        Changed::TooLong => t.desk_passphrase_long(),
        Changed::WrongNewCode => t.desk_device_wrong(),
    }
}

/// Every other session of this account has ended; this one goes on under a new token.
pub fn go_on(page: &Page<'_>, actor: &Actor, version: [u8; 16], notice: String) -> Response {
    match page.desk.sessions.renew(actor.key(), version, notice) {
        Ok(Some(token)) => with_cookie(redirect(page, "/account"), session::begin(&token)),
        // It ended at this very moment: the new passphrase or device opens another.
        Ok(None) => redirect(page, "/account"),
        Err(error) => page.problem(&error.into()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FeedAct {
    Make,
    Revoke,
}

#[derive(Deserialize)]
pub struct FeedForm {
    act: FeedAct,
}

/// `POST /account/feed`
pub async fn feed(
    State(desk): App,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<FeedForm>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor);
    let name = actor.name().to_owned();
    let made = desk.blocking(move |desk| {
        Ok(match form.act {
            FeedAct::Make => Some(desk.accounts.make_feed(&name)?),
            FeedAct::Revoke => {
                desk.accounts.revoke_feed(&name)?;
                None
            }
        })
    });
    match made.await {
        Ok(Some(token)) => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            let host = host.unwrap_or_default();
            let address = format!("http://{host}{}", page.to(&format!("/feed/{}", *token)));
            let shown = Shown { address: Some(address), ..Shown::default() };
            render(page, &actor, StatusCode::OK, shown).await
        }
        Ok(None) => {
            desk.sessions.tell(actor.key(), page.t.desk_feed_revoked());
            redirect(&page, "/account")
        }
        Err(problem) => page.problem(&problem),
    }
}

/// `POST /account/sign-out`: ends every session of this account, this one too.
pub async fn sign_out_everywhere(
    State(desk): App,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, .. }: Act<Nothing>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor);
    let name = actor.name().to_owned();
    let done = desk.blocking(move |desk| {
        desk.accounts.sign_out_everywhere(&name)?;
        desk.sessions.close_all(&name);
        Ok(())
    });
    match done.await {
        Ok(()) => with_cookie(redirect(&page, "/sign-in"), session::end()),
        Err(problem) => page.problem(&problem),
    }
}
