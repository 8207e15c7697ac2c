//! Who may sign in at the desk: a passphrase, and a code of a device. All of it blocks: for threads that may.
//! Each check of a passphrase takes 64 MiB; the desk's queue lets one run at a time.

mod code_backoff;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Dropbox, TeamsError};
use crate::base::random::{self, NoRandomness};
use crate::base::stack;
use crate::crypto::passphrase::{self, Length, PassphraseError};
use crate::crypto::totp::TotpSecret;
use crate::store::{Account, Did, JournalLine, StoreError};
use code_backoff::CodeBackoff;

pub use crate::crypto::passphrase::suggestion;

/// What the journal calls whoever uses the command line.
pub const OPERATOR: &str = "operator";
/// Names that mean something else where editors are named: in the journal, and as who fetched.
const RESERVED: [&str; 2] = [OPERATOR, "export"];
const LONGEST_NAME: usize = 40;

/// The accounts of a drop box. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    dropbox: Dropbox,
    /// By name; only of accounts whose passphrase was right, so that memory is bounded.
    backoffs: Arc<Mutex<HashMap<String, CodeBackoff>>>,
}

/// A login as its editor needs it: shown once, kept nowhere in this form.
pub struct NewLogin {
    /// Generated.
    pub passphrase: Zeroizing<String>,
    /// For their device.
    pub totp: TotpSecret,
}

/// What became of a change that an editor asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changed {
    /// Done; sessions of another credential version than this one have ended.
    Done([u8; 16]),
    /// Passphrase or code are wrong, the code was used before, or it came too soon after wrong ones.
    Wrong,
    /// The new passphrase has fewer than 20 characters.
    TooShort,
    /// The new passphrase has more than 200 characters.
    TooLong,
    /// The new device does not show the right code.
    WrongNewCode,
}

/// Why an account could not be looked at or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not a name.
    #[error("an editor's name is 1 to 40 lower-case letters, digits and dashes")]
    Name,
    /// One of ours.
    #[error("the name {0} means something else here; choose another")]
    Reserved(String),
    /// There is such an account.
    #[error(
        "there is an editor {0} already; choose another name, or make a new login for them: \
         sourdine editor reset {0}"
    )]
    Taken(String),
    /// There was such an account.
    #[error(
        "the name {0} was used before: that editor's downloads and answers would show as this one's; choose \
         another name, or use --same-person if it is them"
    )]
    Before(String),
    /// There is none.
    #[error("there is no editor {0}; see `sourdine editor list`")]
    Unknown(String),
    /// A team that is not configured.
    #[error(transparent)]
    Team(#[from] TeamsError),
    /// An editor without one would see nothing.
    #[error("an editor has at least one team; say which with --team")]
    NoTeam,
    /// The passphrase could not be checked.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The generator.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Of this drop box.
    pub fn new(dropbox: Dropbox) -> Self {
        Self { dropbox, backoffs: Arc::default() }
    }

    /// Makes an account with a generated login. Refused where somebody of this name has fetched or answered what is
    /// still there: it would count as done by the new one.
    pub fn add(&self, name: &str, teams: Vec<String>) -> Result<NewLogin, AccountError> {
        check_name(name)?;
        let store = self.dropbox.store();
        if store.account(name)?.is_none() && store.was_used(name)? {
            return Err(AccountError::Before(name.to_owned()));
        }
        self.add_same_person(name, teams)
    }

    /// The same for somebody who may have had an account of this name before, and goes on where that ended.
    pub fn add_same_person(
        &self,
        name: &str,
        teams: Vec<String>,
    ) -> Result<NewLogin, AccountError> {
        check_name(name)?;
        let teams = self.known(teams)?;
        let (login, credentials) = generate()?;
        let credential_version = random::bytes()?;
        let account = Account {
            name: name.to_owned(),
            teams: teams.clone(),
            credentials,
            credential_version,
            feed: None,
        };
        if !self.dropbox.store().add_account(account)? {
            return Err(AccountError::Taken(name.to_owned()));
        }
        self.note(&teams, OPERATOR, Did::Added, name)?;
        Ok(login)
    }

    /// Gives an account other teams; sessions go on with those. Returns them in order.
    pub fn set_teams(&self, name: &str, teams: Vec<String>) -> Result<Vec<String>, AccountError> {
        let teams = self.known(teams)?;
        let before = self.find(name)?.teams;
        if !self.dropbox.store().set_teams(name, teams.clone())? {
            return Err(AccountError::unknown(name));
        }
        let gone = before.into_iter().filter(|team| !teams.contains(team));
        let all: Vec<_> = gone.chain(teams.iter().cloned()).collect();
        self.note(&all, OPERATOR, Did::ChangedTeams, name)?;
        Ok(teams)
    }

    /// Makes a new login for an account; its sessions and its feed end.
    pub fn reset(&self, name: &str) -> Result<NewLogin, AccountError> {
        let account = self.find(name)?;
        let (login, credentials) = generate()?;
        if !self.dropbox.store().set_credentials(name, credentials, random::bytes()?)? {
            return Err(AccountError::unknown(name));
        }
        self.note(&account.teams, OPERATOR, Did::Reset, name)?;
        Ok(login)
    }

    /// Removes an account, with its sessions, its marks and its feed.
    pub fn remove(&self, name: &str) -> Result<(), AccountError> {
        let account = self.find(name)?;
        if !self.dropbox.store().remove_account(name)? {
            return Err(AccountError::unknown(name));
        }
        self.note(&account.teams, OPERATOR, Did::Removed, name)
    }

    /// The account, if all three are right; a code is right once. Which one was wrong, or that a code came too soon
    /// after wrong ones, is not told. Takes the same time for names that nobody has.
    pub fn sign_in(
        &self,
        name: &str,
        passphrase: &str,
        code: &str,
    ) -> Result<Option<Account>, AccountError> {
        let Some((account, _)) = self.prove(name, passphrase, code)? else { return Ok(None) };
        self.note(&account.teams, &account.name, Did::SignedIn, "")?;
        Ok(Some(account))
    }

    /// A passphrase of the editor's choice instead of the present one. Sessions and the feed end.
    pub fn change_passphrase(
        &self,
        name: &str,
        old: &str,
        code: &str,
        new: &str,
    ) -> Result<Changed, AccountError> {
        // First: what cannot be chosen uses no code up.
        match passphrase::length(new) {
            Length::TooShort => return Ok(Changed::TooShort),
            Length::TooLong => return Ok(Changed::TooLong),
            Length::Fine => (),
        }
        let Some((account, totp)) = self.prove(name, old, code)? else { return Ok(Changed::Wrong) };
        self.change(&account, new, &totp, None, Did::ChangedPassphrase)
    }

    /// Another device instead of the present one. Sessions and the feed end.
    pub fn change_device(
        &self,
        name: &str,
        passphrase: &str,
        old_code: &str,
        new: &TotpSecret,
        new_code: &str,
    ) -> Result<Changed, AccountError> {
        let Some(step) = new.step_of(new_code, self.dropbox.clock().seconds()) else {
            return Ok(Changed::WrongNewCode);
        };
        let Some((account, _)) = self.prove(name, passphrase, old_code)? else {
            return Ok(Changed::Wrong);
        };
        // The code that was just shown is not good for another time.
        let used = Some(new.mark(step));
        self.change(&account, passphrase, new, used, Did::ChangedDevice)
    }

    /// Ends all sessions and voids the feed; returns the credential version of sessions to come.
    pub fn sign_out_everywhere(&self, name: &str) -> Result<[u8; 16], AccountError> {
        let account = self.find(name)?;
        let credential_version = random::bytes()?;
        if !self.dropbox.store().set_credential_version(name, credential_version)? {
            return Err(AccountError::unknown(name));
        }
        self.note(&account.teams, name, Did::SignedOutEverywhere, "")?;
        Ok(credential_version)
    }

    /// A token for the editor's feed, shown once; an earlier one is void.
    pub fn make_feed(&self, name: &str) -> Result<Zeroizing<String>, AccountError> {
        let account = self.find(name)?;
        let (token, hash) = stack::wiped(|| {
            let bytes = Zeroizing::new(random::bytes::<32>()?);
            let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes));
            Ok::<_, NoRandomness>((token, Sha256::digest(*bytes).into()))
        })?;
        if !self.dropbox.store().set_feed(name, Some(hash))? {
            return Err(AccountError::unknown(name));
        }
        self.note(&account.teams, name, Did::MadeFeed, "")?;
        Ok(token)
    }

    /// Voids the token of the editor's feed.
    pub fn revoke_feed(&self, name: &str) -> Result<(), AccountError> {
        let account = self.find(name)?;
        if !self.dropbox.store().set_feed(name, None)? {
            return Err(AccountError::unknown(name));
        }
        self.note(&account.teams, name, Did::RevokedFeed, "")
    }

    /// Whose feed this token opens. What is looked up is its hash, so that time tells nothing of it.
    pub fn of_feed(&self, token: &str) -> Result<Option<Account>, AccountError> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map(Zeroizing::new);
        let Some(bytes) = bytes.ok().filter(|bytes| bytes.len() == 32) else { return Ok(None) };
        let hash = stack::wiped(|| Sha256::digest(&*bytes).into());
        Ok(self.dropbox.store().account_of_feed(hash)?)
    }

    /// The account and its device, of somebody who has shown passphrase and code. The code is used up with it.
    fn prove(
        &self,
        name: &str,
        passphrase: &str,
        code: &str,
    ) -> Result<Option<(Account, TotpSecret)>, AccountError> {
        let store = self.dropbox.store();
        let name = name.trim().to_lowercase();
        let account = store.account(&name)?;
        let stored = account.as_ref().map(|account| account.credentials.as_slice());
        let totp = passphrase::check(stored, passphrase)?;
        let Some((account, totp)) = account.zip(totp) else { return Ok(None) };
        let clock = self.dropbox.clock();
        let version = account.credential_version;
        if !self.backoff(&name, |backoff| backoff.begin(version, clock.seconds())) {
            return Ok(None);
        }
        if let Some(step) = totp.step_of(code, clock.seconds()) {
            // Whoever used a later one has used this one too.
            let refused = [0, 1, 2].map(|later| totp.mark(step.saturating_add(later)));
            // Neither is it used of an account that was reset or removed meanwhile.
            if store.use_code(&name, version, totp.mark(step), refused.into())? {
                self.backoff(&name, CodeBackoff::succeed);
                return Ok(Some((account, totp)));
            }
        }
        if self.backoff(&name, |backoff| backoff.fail(self.dropbox.today())) {
            self.note(&account.teams, &name, Did::WrongCodes, "")?;
        }
        Ok(None)
    }

    fn backoff<T>(&self, name: &str, with: impl FnOnce(&mut CodeBackoff) -> T) -> T {
        let mut all = self.backoffs.lock().unwrap_or_else(PoisonError::into_inner);
        with(all.entry(name.to_owned()).or_default())
    }

    /// Other credentials and another credential version for one who has proven to be the editor.
    fn change(
        &self,
        account: &Account,
        passphrase: &str,
        totp: &TotpSecret,
        used: Option<[u8; 32]>,
        did: Did,
    ) -> Result<Changed, AccountError> {
        let credentials = passphrase::store(passphrase, totp)?;
        let credential_version = random::bytes()?;
        let (store, name) = (self.dropbox.store(), account.name.as_str());
        // The operator's reset comes before the editor's change.
        if !store.change_credentials(
            name,
            account.credential_version,
            credentials,
            credential_version,
            used,
        )? {
            return Ok(Changed::Wrong);
        }
        self.note(&account.teams, name, did, "")?;
        Ok(Changed::Done(credential_version))
    }

    /// At least one team, each of the configuration; in order.
    fn known(&self, mut teams: Vec<String>) -> Result<Vec<String>, AccountError> {
        teams.sort();
        teams.dedup();
        if teams.is_empty() {
            return Err(AccountError::NoTeam);
        }
        for team in &teams {
            self.dropbox.teams().choose(Some(team))?;
        }
        Ok(teams)
    }

    fn find(&self, name: &str) -> Result<Account, AccountError> {
        self.dropbox.store().account(name)?.ok_or_else(|| AccountError::unknown(name))
    }

    /// A line in the journal of each team.
    fn note(&self, teams: &[String], who: &str, did: Did, what: &str) -> Result<(), AccountError> {
        let day = self.dropbox.today();
        let line = |team: &String| JournalLine {
            day,
            team: team.clone(),
            who: who.to_owned(),
            did,
            what: what.to_owned(),
        };
        Ok(self.dropbox.store().note(teams.iter().map(line).collect())?)
    }
}

fn generate() -> Result<(NewLogin, Vec<u8>), AccountError> {
    let login = NewLogin { passphrase: suggestion()?, totp: TotpSecret::generate()? };
    let credentials = passphrase::store(&login.passphrase, &login.totp)?;
    Ok((login, credentials))
}

/// Whether this may be an editor's name.
pub fn check_name(name: &str) -> Result<(), AccountError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return Err(AccountError::Name);
    }
    if RESERVED.contains(&name) {
        return Err(AccountError::Reserved(name.to_owned()));
    }
    Ok(())
}

impl AccountError {
    /// Nobody has this name, which may be anything that was typed.
    pub fn unknown(name: &str) -> Self {
        Self::Unknown(name.escape_debug().to_string())
    }
}
