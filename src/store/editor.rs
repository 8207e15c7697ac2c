//! Editors' accounts, what they may be reached by, and the journal of their teams. Secrets are opaque here.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Store, StoreError};
use crate::base::clock::Day;

/// An editor's account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Unique.
    pub name: String,
    /// Ids of the teams whose correspondence it sees, in order.
    pub teams: Vec<String>,
    /// What a sign-in is checked by.
    pub credentials: Vec<u8>,
    /// Changes when every session of this account is to end.
    pub epoch: [u8; 16],
    /// The hash of the feed's token, where there is one.
    pub feed: Option<[u8; 32]>,
}

macro_rules! did {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// What somebody did.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Did {
            $($(#[$doc])* $name = $number,)*
        }

        impl Did {
            fn of(number: i64) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

did! {
    /// Signed in.
    SignedIn = 0,
    /// Fetched dispatches of a mailbox.
    Fetched = 1,
    /// Sent a reply to a mailbox.
    Replied = 2,
    /// Deleted a dispatch of a mailbox.
    DeletedDispatch = 3,
    /// Deleted all of a mailbox that was the team's.
    DeletedMailbox = 4,
    /// Made an account.
    Added = 5,
    /// Gave an account a new passphrase and device.
    Reset = 6,
    /// Removed an account.
    Removed = 7,
    /// Changed their own passphrase.
    ChangedPassphrase = 8,
    /// Changed their own device.
    ChangedDevice = 9,
    /// Ended all of their sessions.
    SignedOutEverywhere = 10,
    /// Made an address for their feed.
    MadeFeed = 11,
    /// Revoked it.
    RevokedFeed = 12,
}

/// A line of a team's journal: there is one for each thing done on a day, however often.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalLine {
    /// When.
    pub day: Day,
    /// Whose journal.
    pub team: String,
    /// Name of the account, or "operator".
    pub who: String,
    /// What.
    pub did: Did,
    /// To what: a designation, or the name of an account.
    pub what: String,
}

impl Store {
    /// Adds an account; false when the name is taken.
    pub fn add_account(&self, account: Account) -> Result<bool, StoreError> {
        self.0.writer.index(move |db| {
            let added = db.execute(
                "INSERT OR IGNORE INTO editor (name, credentials, epoch, feed) VALUES (?, ?, ?, ?)",
                (&account.name, &account.credentials, account.epoch, account.feed),
            )?;
            if added > 0 {
                insert_teams(db, &account.name, &account.teams)?;
            }
            Ok(added > 0)
        })
    }

    /// The account of this name.
    pub fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        self.index(|db| one(db, "name", name))
    }

    /// The account whose feed has this hash.
    pub fn account_of_feed(&self, hash: [u8; 32]) -> Result<Option<Account>, StoreError> {
        self.index(|db| one(db, "feed", hash))
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            let mut select = snapshot.prepare_cached(
                "SELECT name, credentials, epoch, feed FROM editor ORDER BY name",
            )?;
            let mut all =
                select.query_map([], read_account)?.collect::<rusqlite::Result<Vec<_>>>()?;
            for account in &mut all {
                account.teams = teams(&snapshot, &account.name)?;
            }
            Ok(all)
        })
    }

    /// Removes an account with everything that it noted for itself; false when there is none.
    pub fn remove_account(&self, name: &str) -> Result<bool, StoreError> {
        self.change("DELETE FROM editor WHERE name = ?", (name.to_owned(),))
    }

    /// Replaces what a sign-in is checked by, and ends the account's sessions.
    pub fn set_credentials(
        &self,
        name: &str,
        credentials: Vec<u8>,
        epoch: [u8; 16],
    ) -> Result<bool, StoreError> {
        self.change(
            "UPDATE editor SET credentials = ?2, epoch = ?3 WHERE name = ?1",
            (name.to_owned(), credentials, epoch),
        )
    }

    /// Replaces the account's teams.
    pub fn set_teams(&self, name: &str, teams: Vec<String>) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.0.writer.index(move |db| {
            if one(db, "name", &name)?.is_none() {
                return Ok(false);
            }
            db.execute("DELETE FROM editor_team WHERE editor = ?", [&name])?;
            insert_teams(db, &name, &teams)?;
            Ok(true)
        })
    }

    /// Ends the account's sessions.
    pub fn set_epoch(&self, name: &str, epoch: [u8; 16]) -> Result<bool, StoreError> {
        self.change("UPDATE editor SET epoch = ?2 WHERE name = ?1", (name.to_owned(), epoch))
    }

    /// Replaces the hash of the feed's token.
    pub fn set_feed(&self, name: &str, feed: Option<[u8; 32]>) -> Result<bool, StoreError> {
        self.change("UPDATE editor SET feed = ?2 WHERE name = ?1", (name.to_owned(), feed))
    }

    /// Notes that a code was used, unless one of `refused` was the last; says whether it could.
    pub fn use_code(
        &self,
        name: &str,
        used: [u8; 32],
        refused: Vec<[u8; 32]>,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.0.writer.index(move |db| {
            let last: Option<Option<[u8; 32]>> = db
                .prepare_cached("SELECT used FROM editor WHERE name = ?")?
                .query_row([&name], |row| row.get(0))
                .optional()?;
            match last {
                None => Ok(false),
                Some(Some(last)) if refused.contains(&last) => Ok(false),
                Some(_) => {
                    db.execute("UPDATE editor SET used = ?2 WHERE name = ?1", (&name, used))?;
                    Ok(true)
                }
            }
        })
    }

    /// Adds lines to journals.
    pub fn note(&self, lines: Vec<JournalLine>) -> Result<(), StoreError> {
        self.0.writer.index(move |db| {
            let mut insert = db.prepare_cached(
                "INSERT OR IGNORE INTO journal (day, team, who, did, what) VALUES (?, ?, ?, ?, ?)",
            )?;
            for line in &lines {
                let did = line.did as i64;
                insert.execute((line.day.0, &line.team, &line.who, did, &line.what))?;
            }
            Ok(())
        })
    }

    /// The journals of these teams, newest day first; at most so many lines.
    pub fn journal(&self, teams: &[String], most: usize) -> Result<Vec<JournalLine>, StoreError> {
        self.index(|db| {
            let mut lines = BTreeMap::new();
            for team in teams {
                let mut select = db.prepare_cached(
                    "SELECT day, who, did, what FROM journal WHERE team = ?
                     ORDER BY day DESC, who, did, what LIMIT ?",
                )?;
                let mut rows = select.query((team, most))?;
                while let Some(row) = rows.next()? {
                    let Some(did) = Did::of(row.get(2)?) else { continue };
                    let (day, who, what) = (Day(row.get(0)?), row.get(1)?, row.get(3)?);
                    let line = JournalLine { day, team: team.clone(), who, did, what };
                    let key = (-day.0, line.who.clone(), did, line.what.clone(), team.clone());
                    lines.insert(key, line);
                }
            }
            Ok(lines.into_values().take(most).collect())
        })
    }

    /// Runs a statement; says whether it changed something.
    fn change(
        &self,
        sql: &'static str,
        values: impl rusqlite::Params + Send + 'static,
    ) -> Result<bool, StoreError> {
        self.0.writer.index(move |db| Ok(db.prepare_cached(sql)?.execute(values)? > 0))
    }
}

fn one(
    db: &Connection,
    column: &'static str,
    value: impl rusqlite::ToSql,
) -> rusqlite::Result<Option<Account>> {
    let sql = format!("SELECT name, credentials, epoch, feed FROM editor WHERE {column} = ?");
    let found = db.prepare_cached(&sql)?.query_row([value], read_account).optional()?;
    let with_teams = |mut account: Account| {
        account.teams = teams(db, &account.name)?;
        Ok(account)
    };
    found.map(with_teams).transpose()
}

fn read_account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let (name, credentials, epoch, feed) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(Account { name, teams: Vec::new(), credentials, epoch, feed })
}

fn teams(db: &Connection, name: &str) -> rusqlite::Result<Vec<String>> {
    db.prepare_cached("SELECT team FROM editor_team WHERE editor = ? ORDER BY team")?
        .query_map([name], |row| row.get(0))?
        .collect()
}

fn insert_teams(db: &Connection, name: &str, teams: &[String]) -> rusqlite::Result<()> {
    let mut insert =
        db.prepare_cached("INSERT OR IGNORE INTO editor_team (editor, team) VALUES (?, ?)")?;
    for team in teams {
        insert.execute((name, team))?;
    }
    Ok(())
}
