//! Whom dispatches are sealed to: sets of keys, by fingerprints.

use rusqlite::{Connection, Params};

use super::error::StoreError;
use super::handle::Store;
use super::records::SealedTo;
use crate::base::ids::{Fingerprint, KeySet, MailboxId};

impl Store {
    /// How many dispatches are sealed to which keys, by team.
    pub fn sealed_to(&self) -> Result<Vec<SealedTo>, StoreError> {
        self.index(|db| {
            count(db, "SELECT team, sealed_to, count(*) FROM dispatch GROUP BY team, sealed_to", ())
        })
    }

    /// The same for what one team and one mailbox have sent each other.
    pub fn sealed_between(
        &self,
        team: &str,
        mailbox: MailboxId,
    ) -> Result<Vec<SealedTo>, StoreError> {
        self.index(|db| {
            let sql = "SELECT team, sealed_to, count(*)
                       FROM dispatch INDEXED BY dispatch_by_mailbox
                       WHERE mailbox = ? AND team = ? GROUP BY team, sealed_to";
            count(db, sql, (mailbox.0, team))
        })
    }
}

fn count(db: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Vec<SealedTo>> {
    let snapshot = db.unchecked_transaction()?;
    let mut select = snapshot.prepare_cached(sql)?;
    let mut keys = snapshot.prepare_cached("SELECT key FROM key_set WHERE id = ? ORDER BY key")?;
    let mut rows = select.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let set: Option<[u8; 16]> = row.get(1)?;
        let of = |set| keys.query_map([set], |row| row.get(0).map(Fingerprint))?.collect();
        let keys = set.map(of).transpose()?;
        found.push(SealedTo { team: row.get(0)?, keys, dispatches: row.get(2)? });
    }
    Ok(found)
}

pub(super) fn insert(db: &Connection, set: &KeySet) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO key_set (id, key) VALUES (?, ?)")?;
    for key in &set.keys {
        insert.execute((set.fingerprint.0, key.0))?;
    }
    Ok(())
}

/// Deletes the sets that no dispatch names any more.
pub(super) fn forget_unused(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached(
        "DELETE FROM key_set WHERE NOT EXISTS
         (SELECT 1 FROM dispatch INDEXED BY dispatch_by_key_set WHERE sealed_to = key_set.id)",
    )?
    .execute([])
    .map(drop)
}
