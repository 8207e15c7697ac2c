//! Sessions: in memory only, by the hash of a random token, so that neither a stolen database nor a look at
//! this table opens one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::base::clock::Clock;
use crate::base::random::{self, NoRandomness};
use crate::base::stack;

/// Seconds without a request after which a session ends.
const IDLE: u64 = 30 * 60;
/// Seconds after which it ends whatever happens.
const WHOLE: u64 = 8 * 60 * 60;
/// Of one account: the one that was used least lately goes first.
const EACH: usize = 8;
/// In all: more accounts than this are never signed in at once.
const MOST: usize = 4096;

/// What a session is found by: SHA-256 of its token.
pub type Key = [u8; 32];

/// 32 random bytes, as they stand in a cookie or a form. Not to be printed or logged.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A fresh one.
    pub fn fresh() -> Result<Self, NoRandomness> {
        stack::wiped(|| {
            let bytes = Zeroizing::new(random::bytes::<32>()?);
            Ok(Self(Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(*bytes))))
        })
    }

    /// 43 characters of base64url.
    pub fn text(&self) -> &str {
        &self.0
    }
}

fn key_of(token: &str) -> Key {
    stack::wiped(|| Sha256::digest(token).into())
}

struct Session {
    account: String,
    credential_version: [u8; 16],
    proof: Zeroizing<String>,
    notice: Option<String>,
    begun: u64,
    used: u64,
}

/// What a request's session says.
pub struct Looked {
    pub key: Key,
    pub account: String,
    pub credential_version: [u8; 16],
    pub proof: Zeroizing<String>,
}

/// All sessions of the desk.
pub struct Sessions {
    all: Mutex<HashMap<Key, Session>>,
    clock: Clock,
}

impl Sessions {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        Self { all: Mutex::default(), clock }
    }

    /// Begins a session of an account as of this credential version.
    pub fn open(&self, account: &str, credential_version: [u8; 16]) -> Result<Token, NoRandomness> {
        self.insert(account, credential_version, self.clock.seconds(), None)
    }

    /// Goes on under a new token and credential version after the account changed; its eight hours go on too.
    pub fn renew(
        &self,
        key: &Key,
        credential_version: [u8; 16],
        notice: String,
    ) -> Result<Option<Token>, NoRandomness> {
        let Some(old) = self.lock().remove(key) else { return Ok(None) };
        self.insert(&old.account, credential_version, old.begun, Some(notice)).map(Some)
    }

    fn insert(
        &self,
        account: &str,
        credential_version: [u8; 16],
        begun: u64,
        notice: Option<String>,
    ) -> Result<Token, NoRandomness> {
        let (token, Token(proof)) = (Token::fresh()?, Token::fresh()?);
        let used = self.clock.seconds();
        let session =
            Session { account: account.to_owned(), credential_version, proof, notice, begun, used };
        let mut all = self.lock();
        all.retain(|_, session| is_alive(session, used));
        let own = all.values().filter(|session| session.account == account).count();
        if own >= EACH || all.len() >= MOST {
            let goes = all.iter().filter(|(_, session)| own < EACH || session.account == account);
            let goes =
                goes.min_by_key(|(_, session)| (session.used, session.begun)).map(|(key, _)| *key);
            goes.and_then(|key| all.remove(&key));
        }
        all.insert(key_of(token.text()), session);
        Ok(token)
    }

    /// The session of this token, used just now.
    pub fn look(&self, token: &str) -> Option<Looked> {
        let (key, now) = (key_of(token), self.clock.seconds());
        let mut all = self.lock();
        let session = all.get_mut(&key)?;
        if !is_alive(session, now) {
            all.remove(&key);
            return None;
        }
        session.used = now;
        let (account, proof) = (session.account.clone(), session.proof.clone());
        Some(Looked { key, account, credential_version: session.credential_version, proof })
    }

    /// Leaves a sentence for the next page of a session.
    pub fn tell(&self, key: &Key, notice: String) {
        if let Some(session) = self.lock().get_mut(key) {
            session.notice = Some(notice);
        }
    }

    /// Takes it.
    pub fn told(&self, key: &Key) -> Option<String> {
        self.lock().get_mut(key)?.notice.take()
    }

    /// Ends a session.
    pub fn close(&self, key: &Key) {
        self.lock().remove(key);
    }

    /// Ends all of an account.
    pub fn close_all(&self, account: &str) {
        self.lock().retain(|_, session| session.account != account);
    }

    /// Forgets those that have ended by themselves.
    pub fn forget(&self) {
        let now = self.clock.seconds();
        self.lock().retain(|_, session| is_alive(session, now));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_alive(session: &Session, now: u64) -> bool {
    now.saturating_sub(session.used) < IDLE && now.saturating_sub(session.begun) < WHOLE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::ManualClock;

    const BEGIN: u64 = 1_795_305_600;

    fn sessions() -> (Sessions, ManualClock) {
        let (clock, hand) = Clock::manual(BEGIN);
        (Sessions::new(clock), hand)
    }

    #[test]
    fn a_session_ends_after_half_an_hour_of_silence() {
        let (sessions, hand) = sessions();
        let token = sessions.open("anne", [1; 16]).unwrap();
        hand.set(BEGIN + IDLE - 1);
        assert_eq!(sessions.look(token.text()).unwrap().account, "anne");
        hand.set(BEGIN + 2 * IDLE - 2);
        assert!(sessions.look(token.text()).is_some());
        hand.set(BEGIN + 3 * IDLE - 2);
        assert!(sessions.look(token.text()).is_none());
        hand.set(BEGIN);
        assert!(sessions.look(token.text()).is_none(), "what has ended does not come back");
    }

    #[test]
    fn a_session_ends_after_eight_hours_however_busy_and_renewed() {
        let (sessions, hand) = sessions();
        let mut token = sessions.open("anne", [1; 16]).unwrap();
        for minutes in (0..8 * 60).step_by(20) {
            hand.set(BEGIN + minutes * 60);
            let key = sessions.look(token.text()).unwrap().key;
            let renewed = sessions.renew(&key, [2; 16], String::new()).unwrap().unwrap();
            assert!(sessions.look(token.text()).is_none(), "the old token is worth nothing");
            token = renewed;
        }
        hand.set(BEGIN + WHOLE - 1);
        assert!(sessions.look(token.text()).is_some());
        hand.set(BEGIN + WHOLE);
        assert!(sessions.look(token.text()).is_none());
    }

    #[test]
    fn an_account_has_so_many_and_pushes_out_its_own_oldest_only() {
        let (sessions, hand) = sessions();
        let other = sessions.open("other", [1; 16]).unwrap();
        let mine: Vec<_> = (1..=EACH as u64 + 1)
            .map(|at| {
                hand.set(BEGIN + at);
                sessions.open("anne", [1; 16]).unwrap()
            })
            .collect();
        let alive = mine.iter().filter(|token| sessions.look(token.text()).is_some()).count();
        assert_eq!(alive, EACH);
        assert!(sessions.look(mine[0].text()).is_none());
        assert!(sessions.look(other.text()).is_some());
        sessions.close_all("anne");
        assert!(mine.iter().all(|token| sessions.look(token.text()).is_none()));
        assert!(sessions.look(other.text()).is_some());
    }

    #[test]
    fn every_session_has_a_proof_of_its_own_and_a_notice_is_told_once() {
        let (sessions, _) = sessions();
        let [a, b] = [(), ()].map(|()| {
            let token = sessions.open("anne", [1; 16]).unwrap();
            sessions.look(token.text()).unwrap()
        });
        assert_ne!(a.proof, b.proof);
        sessions.tell(&a.key, "done".into());
        assert_eq!(sessions.told(&b.key), None);
        assert_eq!(sessions.told(&a.key).as_deref(), Some("done"));
        assert_eq!(sessions.told(&a.key), None);
    }

    #[test]
    fn neither_tokens_nor_their_hashes_open_what_they_should_not() {
        let (sessions, _) = sessions();
        let token = sessions.open("anne", [1; 16]).unwrap();
        let key = sessions.look(token.text()).unwrap().key;
        let hash = BASE64_URL_SAFE_NO_PAD.encode(key);
        for wrong in ["", "x", &hash, &token.text()[1..], &token.text().to_lowercase()] {
            assert!(sessions.look(wrong).is_none());
        }
    }
}
