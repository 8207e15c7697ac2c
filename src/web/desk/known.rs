//! Known doors. A browser in which somebody has signed in goes before strangers when it signs in under that
//! name again, so that a flood of these does not keep it out. What it is known by lets nobody in, and tells no
//! name to whoever finds it.
//!
//! The key is one of the store, not of the process: a restart in the middle of a flood must not make strangers
//! of all editors. Whoever steals the store may go first in line too, which is all that this is worth.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Desk;
use super::doors::{Crowded, Pass};
use super::session;
use crate::base::ids::hex;
use crate::store::Account;
use crate::web::connections::Visitor;

const COOKIE: &str = "__Host-sourdine-known";
const LABEL: &[u8] = b"sourdine/v1/desk-known-door";
const DAY: u64 = 24 * 60 * 60;
/// For so long a browser is known; not beyond the account's epoch.
const DAYS: u64 = 30;

/// Waits for the turn of a try under this name.
pub async fn enter(
    desk: &Arc<Desk>,
    visitor: &Visitor,
    headers: &HeaderMap,
    name: &str,
) -> Result<Pass, Crowded> {
    let mut known = session::cookie(headers, COOKIE);
    if let Some(cookie) = known {
        let (name, cookie) = (name.to_owned(), cookie.to_owned());
        let is_known = desk.blocking(move |desk| Ok(is_known(desk, &name, &cookie))).await;
        known = known.filter(|_| is_known.unwrap_or(false));
    }
    desk.doors.enter(visitor.circuit(), name, known).await
}

/// The cookie of a browser in which this account has just signed in. Blocks.
pub fn cookie(desk: &Desk, account: &Account) -> Option<HeaderValue> {
    let day = today(desk) + DAYS;
    let mac = mac(desk, &account.name, account.epoch, day)?;
    let age = DAYS * DAY;
    let text =
        format!("{COOKIE}={day}.{mac}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={age}");
    HeaderValue::from_str(&text).ok()
}

/// Whether a cookie is of this name. Names that nobody has cost the same.
fn is_known(desk: &Desk, name: &str, cookie: &str) -> bool {
    let Some((day, theirs)) = cookie.split_once('.') else { return false };
    let Ok(day) = day.parse() else { return false };
    let today = today(desk);
    if !(today..=today + DAYS).contains(&day) {
        return false;
    }
    let account = desk.dropbox.store().account(name).ok().flatten();
    let epoch = account.as_ref().map_or([0; 16], |account| account.epoch);
    let ours = mac(desk, name, epoch, day);
    ours.is_some_and(|ours| session::same(&ours, theirs)) && account.is_some()
}

/// HMAC-SHA256[the store's key](label, epoch, last day, name).
fn mac(desk: &Desk, name: &str, epoch: [u8; 16], day: u64) -> Option<String> {
    let key = desk.dropbox.ticket_key().ok()?;
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).ok()?;
    mac.update(LABEL);
    mac.update(&epoch);
    mac.update(&day.to_be_bytes());
    mac.update(name.as_bytes());
    Some(hex(&mac.finalize().into_bytes()))
}

fn today(desk: &Desk) -> u64 {
    desk.dropbox.clock().seconds() / DAY
}
