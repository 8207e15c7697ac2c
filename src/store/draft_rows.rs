//! Drafts in the index: what is asked and changed within somebody's transaction.

use rusqlite::{Connection, OptionalExtension};

use super::error::StoreError;
use super::records::{Draft, FromDraft, HeldFile, StoredFile};
use crate::base::clock::Day;
use crate::base::ids::{DraftId, FileId, MailboxId};

impl FromDraft {
    /// Takes them out; `Changed` where the whole draft is not what was read.
    pub(super) fn take(&self, db: &Connection, mailbox: MailboxId) -> Result<(), StoreError> {
        match self {
            Self::Whole(draft) => {
                if read(db, mailbox, draft.id)?.as_ref() != Some(draft) {
                    return Err(StoreError::Changed);
                }
                take(db, draft.id)?;
            }
            Self::Files { draft, files, rest } => {
                let mut delete =
                    db.prepare_cached("DELETE FROM held WHERE file = ? AND draft = ?")?;
                for file in files {
                    delete.execute((file.0, draft.0))?;
                }
                let left =
                    db.prepare_cached("SELECT 1 FROM held WHERE draft = ?")?.exists([draft.0])?;
                if left {
                    db.execute("UPDATE draft SET head = ? WHERE id = ?", (rest, draft.0))?;
                } else {
                    take(db, *draft)?;
                }
            }
        }
        Ok(())
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

/// Begins a draft, or gives it another head.
pub(super) fn open(db: &Connection, mailbox: MailboxId, draft: &Draft) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO draft (id, mailbox, team, day, head) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET day = max(day, ?4), head = ?5",
    )?
    .execute((draft.id.0, mailbox.0, &draft.team, draft.day.0, &draft.head))?;
    Ok(())
}

/// Adds a file behind the others of a draft, in the place of older copies of it.
pub(super) fn hold(
    db: &Connection,
    draft: DraftId,
    day: Day,
    HeldFile { file, detail }: &HeldFile,
    older: &[FileId],
) -> Result<(), StoreError> {
    let mut delete = db.prepare_cached("DELETE FROM held WHERE file = ? AND draft = ?")?;
    for file in older {
        delete.execute((file.0, draft.0))?;
    }
    db.prepare_cached("UPDATE draft SET day = max(day, ?) WHERE id = ?")?
        .execute((day.0, draft.0))?;
    db.prepare_cached(
        "INSERT INTO held (file, draft, position, size, detail)
         SELECT ?1, ?2, coalesce(max(position), 0) + 1, ?3, ?4 FROM held WHERE draft = ?2",
    )?
    .execute((file.id.0, draft.0, file.size, detail))?;
    Ok(())
}

/// Deletes a draft's rows and says which files they named.
pub(super) fn take(db: &Connection, id: DraftId) -> Result<Vec<FileId>, StoreError> {
    let files = db
        .prepare_cached("SELECT file FROM held WHERE draft = ?")?
        .query_map([id.0], |row| row.get(0).map(FileId))?
        .collect::<rusqlite::Result<_>>()?;
    db.prepare_cached("DELETE FROM draft WHERE id = ?")?.execute([id.0])?;
    Ok(files)
}

/// Every draft of a mailbox, by team and day, without its files.
pub(super) fn heads(db: &Connection, mailbox: MailboxId) -> rusqlite::Result<Vec<Draft>> {
    db.prepare_cached(
        "SELECT id, team, day, head FROM draft WHERE mailbox = ? ORDER BY team, day, id",
    )?
    .query_map([mailbox.0], read_head)?
    .collect()
}

pub(super) fn read(
    db: &Connection,
    mailbox: MailboxId,
    id: DraftId,
) -> rusqlite::Result<Option<Draft>> {
    let draft = db
        .prepare_cached("SELECT id, team, day, head FROM draft WHERE id = ? AND mailbox = ?")?
        .query_row((id.0, mailbox.0), read_head)
        .optional()?;
    draft.map(|draft| with_files(db, draft)).transpose()
}

fn read_head(row: &rusqlite::Row<'_>) -> rusqlite::Result<Draft> {
    let (id, day) = (DraftId(row.get(0)?), Day(row.get(2)?));
    Ok(Draft { id, team: row.get(1)?, day, head: row.get(3)?, files: Vec::new() })
}

pub(super) fn with_files(db: &Connection, mut draft: Draft) -> rusqlite::Result<Draft> {
    draft.files = db
        .prepare_cached("SELECT file, size, detail FROM held WHERE draft = ? ORDER BY position")?
        .query_map([draft.id.0], |row| {
            let file = StoredFile { id: FileId(row.get(0)?), size: row.get(1)? };
            Ok(HeldFile { file, detail: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(draft)
}
