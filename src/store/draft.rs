//! Held drafts: what arrived whole in an upload that was cut or postponed, for its source alone.

use rusqlite::{Connection, OptionalExtension};

use super::{Store, StoreError, StoredFile};
use crate::base::clock::Day;
use crate::base::ids::{FileId, MailboxId};

/// Whose draft, and for which team: there is one at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftKey {
    /// Of the source.
    pub mailbox: MailboxId,
    /// Id of the team.
    pub team: String,
}

/// A draft as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Whose.
    pub key: DraftKey,
    /// Of the last addition.
    pub day: Day,
    /// Opaque: sealed to the source.
    pub head: Vec<u8>,
    /// In the order they arrived.
    pub files: Vec<Held>,
}

/// One file of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where.
    pub file: StoredFile,
    /// Opaque: sealed to the source.
    pub detail: Vec<u8>,
}

impl Store {
    /// Every draft of a mailbox, by team.
    pub fn drafts(&self, mailbox: MailboxId) -> Result<Vec<Draft>, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            let mut teams = snapshot
                .prepare_cached("SELECT team FROM draft WHERE mailbox = ? ORDER BY team")?;
            let teams = teams
                .query_map([mailbox.0], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<String>>>()?;
            let read = |team| read(&snapshot, DraftKey { mailbox, team });
            teams.into_iter().filter_map(|team| read(team).transpose()).collect()
        })
    }

    /// The draft of this key.
    pub fn draft(&self, key: &DraftKey) -> Result<Option<Draft>, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            read(&snapshot, key.clone())
        })
    }

    /// Removes a draft with everything in it; an upload to it ends.
    pub fn discard(&self, key: &DraftKey) -> Result<(), StoreError> {
        self.0.live.end(|live| live == key);
        let key = key.clone();
        let files = self.0.writer.index(move |db| take(db, &key))?;
        self.0.writer.remove(files);
        Ok(())
    }

    /// Removes one file of a draft.
    pub fn let_go(&self, key: &DraftKey, file: FileId) -> Result<(), StoreError> {
        let key = key.clone();
        self.0.writer.index(move |db| {
            db.execute(
                "DELETE FROM held WHERE mailbox = ? AND team = ? AND file = ?",
                (key.mailbox.0, &key.team, file.0),
            )?;
            Ok(())
        })?;
        self.0.writer.remove(vec![file]);
        Ok(())
    }

    /// Removes drafts to which nothing is being added, the largest and oldest first, until all such
    /// drafts fit into `quota` bytes.
    pub fn trim_drafts(&self, quota: u64, today: Day) -> Result<(), StoreError> {
        while let Some(worst) = self.worst_draft(quota, today)? {
            let store = self.clone();
            let files = self.0.writer.index(move |db| {
                // Something may be added to it since.
                if store.0.live.has(&worst) { Ok(Vec::new()) } else { take(db, &worst) }
            })?;
            self.0.writer.remove(files);
        }
        Ok(())
    }

    fn worst_draft(&self, quota: u64, today: Day) -> Result<Option<DraftKey>, StoreError> {
        self.index(|db| {
            if used(db)?.1 <= quota {
                return Ok(None);
            }
            let mut select = db.prepare_cached(
                "SELECT mailbox, team,
                     length(head) + (SELECT coalesce(sum(size + length(detail)), 0) FROM held h
                                     WHERE h.mailbox = d.mailbox AND h.team = d.team) AS bytes
                 FROM draft d ORDER BY bytes * (1 + max(0, ? - day)) DESC",
            )?;
            let rows = select.query_map([today.0], |row| {
                let key = DraftKey { mailbox: MailboxId(row.get(0)?), team: row.get(1)? };
                Ok((key, row.get::<_, u64>(2)?))
            })?;
            let mut idle = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            idle.retain(|(key, _)| !self.0.live.has(key));
            let all: u64 = idle.iter().map(|(_, size)| size).sum();
            Ok(idle.into_iter().next().map(|(key, _)| key).filter(|_| all > quota))
        })
    }
}

/// How many drafts there are, and their bytes in both files.
pub(super) fn used(db: &Connection) -> rusqlite::Result<(u64, u64)> {
    db.query_row(
        "SELECT (SELECT count(*) FROM draft),
             (SELECT coalesce(sum(length(head)), 0) FROM draft)
             + (SELECT coalesce(sum(size + length(detail)), 0) FROM held)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Writes the head and, where there is one, a file behind the others. `replace` puts the head in the
/// place of another that is there.
pub(super) fn hold(
    db: &Connection,
    key: &DraftKey,
    day: Day,
    head: &[u8],
    replace: bool,
    file: Option<&Held>,
) -> Result<(), StoreError> {
    let id = key.mailbox.0;
    db.prepare_cached(
        "INSERT INTO draft (mailbox, team, day, head) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (mailbox, team)
         DO UPDATE SET day = max(day, ?3), head = iif(?5, excluded.head, head)",
    )?
    .execute((id, &key.team, day.0, head, replace))?;
    if let Some(Held { file, detail }) = file {
        db.prepare_cached(
            "INSERT INTO held (file, mailbox, team, position, size, detail)
             SELECT ?1, ?2, ?3, coalesce(max(position), 0) + 1, ?4, ?5
             FROM held WHERE mailbox = ?2 AND team = ?3",
        )?
        .execute((file.id.0, id, &key.team, file.size, detail))?;
    }
    Ok(())
}

/// Deletes a draft's rows and says which files they named.
pub(super) fn take(db: &Connection, key: &DraftKey) -> Result<Vec<FileId>, StoreError> {
    let files = db
        .prepare_cached("SELECT file FROM held WHERE mailbox = ? AND team = ?")?
        .query_map((key.mailbox.0, &key.team), |row| row.get(0).map(FileId))?
        .collect::<rusqlite::Result<_>>()?;
    db.prepare_cached("DELETE FROM draft WHERE mailbox = ? AND team = ?")?
        .execute((key.mailbox.0, &key.team))?;
    Ok(files)
}

pub(super) fn read(db: &Connection, key: DraftKey) -> rusqlite::Result<Option<Draft>> {
    let head = db
        .prepare_cached("SELECT day, head FROM draft WHERE mailbox = ? AND team = ?")?
        .query_row((key.mailbox.0, &key.team), |row| Ok((Day(row.get(0)?), row.get(1)?)))
        .optional()?;
    let Some((day, head)) = head else { return Ok(None) };
    let files = db
        .prepare_cached(
            "SELECT file, size, detail FROM held WHERE mailbox = ? AND team = ? ORDER BY position",
        )?
        .query_map((key.mailbox.0, &key.team), |row| {
            let file = StoredFile { id: FileId(row.get(0)?), size: row.get(1)? };
            Ok(Held { file, detail: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(Draft { key, day, head, files }))
}
