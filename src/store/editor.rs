//! Editors' accounts and their feeds. Secrets are opaque here.

use rusqlite::{Connection, OptionalExtension, Row};

use super::error::StoreError;
use super::handle::Store;

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
    pub credential_version: [u8; 16],
    /// The hash of the feed's token, where there is one.
    pub feed: Option<[u8; 32]>,
}

impl Store {
    /// Adds an account; false when the name is taken.
    pub fn add_account(&self, account: Account) -> Result<bool, StoreError> {
        self.0.writer.index(move |db| {
            let added = db.execute(
                "INSERT OR IGNORE INTO editor (name, credentials, epoch, feed) VALUES (?, ?, ?, ?)",
                (&account.name, &account.credentials, account.credential_version, account.feed),
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

    /// Replaces what a sign-in is checked by, whoever changes it meanwhile. Ends the account's sessions and voids
    /// its feed.
    pub fn set_credentials(
        &self,
        name: &str,
        credentials: Vec<u8>,
        credential_version: [u8; 16],
    ) -> Result<bool, StoreError> {
        self.change(
            "UPDATE editor SET credentials = ?2, epoch = ?3, feed = NULL WHERE name = ?1",
            (name.to_owned(), credentials, credential_version),
        )
    }

    /// The same, but only if the account's credential version is still `before`: whoever changed it meanwhile wins. `used` marks
    /// the code that a new device has shown; that of the present one stays marked.
    pub fn change_credentials(
        &self,
        name: &str,
        before: [u8; 16],
        credentials: Vec<u8>,
        credential_version: [u8; 16],
        used: Option<[u8; 32]>,
    ) -> Result<bool, StoreError> {
        self.change(
            "UPDATE editor SET credentials = ?3, epoch = ?4, used = coalesce(?5, used), feed = NULL
             WHERE name = ?1 AND epoch = ?2",
            (name.to_owned(), before, credentials, credential_version, used),
        )
    }

    /// Whether an account of this name, there or not, is noted as having fetched or answered something.
    pub fn was_used(&self, name: &str) -> Result<bool, StoreError> {
        self.index(|db| {
            db.prepare(
                "SELECT 1 FROM fetch WHERE reader = ?1
                 UNION ALL SELECT 1 FROM dispatch WHERE sent_by = ?1 LIMIT 1",
            )?
            .exists([name])
        })
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

    /// Ends the account's sessions and voids its feed.
    pub fn set_credential_version(
        &self,
        name: &str,
        credential_version: [u8; 16],
    ) -> Result<bool, StoreError> {
        self.change(
            "UPDATE editor SET epoch = ?2, feed = NULL WHERE name = ?1",
            (name.to_owned(), credential_version),
        )
    }

    /// Replaces the hash of the feed's token.
    pub fn set_feed(&self, name: &str, feed: Option<[u8; 32]>) -> Result<bool, StoreError> {
        self.change("UPDATE editor SET feed = ?2 WHERE name = ?1", (name.to_owned(), feed))
    }

    /// Notes that a code was used, unless one of `refused` was the last, or the account's credential version is another
    /// meanwhile; says whether it could.
    pub fn use_code(
        &self,
        name: &str,
        credential_version: [u8; 16],
        used: [u8; 32],
        refused: Vec<[u8; 32]>,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.0.writer.index(move |db| {
            let last: Option<Option<[u8; 32]>> = db
                .prepare_cached("SELECT used FROM editor WHERE name = ? AND epoch = ?")?
                .query_row((&name, credential_version), |row| row.get(0))
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
    let (name, credentials, credential_version, feed) =
        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(Account { name, teams: Vec::new(), credentials, credential_version, feed })
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
