//! Who asks: the editor of a session, and the proof that a request which changes something was sent from a
//! page of that very session.
//!
//! An [`Editor`] comes with every request of somebody signed in. What changes anything takes an [`Actor`],
//! and there is no way to one but the session's own CSRF token.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::problem::Problem;
use super::sessions::{Key, Looked, Token};
use super::state::Desk;
use crate::store::Account;

/// Name of the cookie of a session. The prefix makes browsers refuse it from anywhere but this host.
const COOKIE: &str = "__Host-sourdine";
/// The form field that carries a session's CSRF token.
pub const PROOF: &str = "proof";
/// Interval between session checks during a transfer.
const LOOK: Duration = Duration::from_secs(5);

/// An editor who is signed in.
#[derive(Clone)]
pub struct Editor(Arc<SessionData>);

struct SessionData {
    name: String,
    teams: Vec<String>,
    key: Key,
    proof: Zeroizing<String>,
}

impl Editor {
    /// The account's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Ids of the account's teams that are configured, in order.
    pub fn teams(&self) -> &[String] {
        &self.0.teams
    }

    /// Whether what is of this team may be seen.
    pub fn may(&self, team: &str) -> bool {
        self.0.teams.iter().any(|own| own == team)
    }

    /// What every form of this session's pages carries in its field `proof`.
    pub fn proof(&self) -> &str {
        &self.0.proof
    }

    /// The actor, where `proof` is this session's. Compared in constant time.
    pub fn prove(&self, proof: &str) -> Option<Actor> {
        same(self.proof(), proof).then(|| Actor(self.clone()))
    }

    /// The session of this request.
    pub(super) fn key(&self) -> &Key {
        &self.0.key
    }
}

/// An editor who asked for something to be done: no foreign page can have sent this. The only way to one is
/// [`Editor::prove`].
pub struct Actor(Editor);

impl Deref for Actor {
    type Target = Editor;

    fn deref(&self) -> &Editor {
        &self.0
    }
}

/// In constant time for texts of the same length.
pub(super) fn same(ours: &str, theirs: &str) -> bool {
    use subtle::ConstantTimeEq;
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}

/// The value of a cookie. None where it is sent twice: one of them may be somebody else's.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(own, _)| *own == name).map(|(_, value)| value);
    values.next().filter(|_| values.next().is_none())
}

/// A cookie for this browser session, or with an empty value one that is to be forgotten.
pub(super) fn set_cookie(name: &str, value: &str) -> Option<HeaderValue> {
    let end = if value.is_empty() { "; Max-Age=0" } else { "" };
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{end}");
    HeaderValue::from_str(&text).ok()
}

/// The cookie of a session that begins.
pub(super) fn begin(token: &Token) -> Option<HeaderValue> {
    set_cookie(COOKIE, token.text())
}

/// The cookie of a session that ends.
pub(super) fn end() -> Option<HeaderValue> {
    set_cookie(COOKIE, "")
}

/// The session that a request names, whether or not its account is still the same.
pub(super) fn key(desk: &Desk, headers: &HeaderMap) -> Option<Key> {
    Some(desk.sessions.look(cookie(headers, COOKIE)?)?.key)
}

fn looked(desk: &Desk, headers: &HeaderMap) -> Option<Looked> {
    desk.sessions.look(cookie(headers, COOKIE)?)
}

/// Who is signed in, if anybody.
pub(super) async fn editor(desk: &Desk, headers: &HeaderMap) -> Result<Option<Editor>, Problem> {
    let Some(session) = looked(desk, headers) else { return Ok(None) };
    let name = session.account.clone();
    let account = desk.store(move |store| store.account(&name)).await?;
    Ok(seen(desk, session, account))
}

/// The same on a thread that may block.
pub(super) fn editor_blocking(desk: &Desk, headers: &HeaderMap) -> Result<Option<Editor>, Problem> {
    let Some(session) = looked(desk, headers) else { return Ok(None) };
    let account = desk.dropbox.store().account(&session.account)?;
    Ok(seen(desk, session, account))
}

/// The editor of a session, whose account must still be the one that signed in.
fn seen(desk: &Desk, session: Looked, account: Option<Account>) -> Option<Editor> {
    let Some(account) =
        account.filter(|account| account.credential_version == session.credential_version)
    else {
        desk.sessions.close(&session.key);
        return None;
    };
    let (name, teams) = (account.name, desk.known(account.teams));
    Some(Editor(Arc::new(SessionData { name, teams, key: session.key, proof: session.proof })))
}

/// Checks at intervals whether a session stands and sees the same teams; each check counts as activity. Tells
/// when it does not.
pub(super) fn watch(
    desk: &Arc<Desk>,
    editor: &Editor,
    headers: &HeaderMap,
) -> watch::Receiver<bool> {
    let (tell, told) = watch::channel(false);
    let (desk, headers, before) = (desk.clone(), headers.clone(), editor.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tell.closed() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            let now = self::editor(&desk, &headers).await;
            let same = |now: &Editor| before.teams().iter().all(|team| now.may(team));
            if !matches!(&now, Ok(Some(now)) if same(now)) {
                let _ = tell.send(true);
                return;
            }
        }
    });
    told
}
