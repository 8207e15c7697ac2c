//! Held drafts: what arrived whole in an upload that was cut or postponed, for its source alone.

use rusqlite::{Connection, OptionalExtension};

use super::{Store, StoreError, StoredFile};
use crate::base::clock::Day;
use crate::base::ids::{DraftId, FileId, MailboxId};

/// A draft as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Random.
    pub id: DraftId,
    /// Id of the team it is meant for.
    pub team: String,
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

/// What a publication takes out of a draft.
#[derive(Clone, Debug)]
pub enum FromDraft {
    /// All of it, and only as it was read.
    Whole(Draft),
    /// These files.
    Files {
        /// Whose they are.
        draft: DraftId,
        /// Which.
        files: Vec<FileId>,
        /// The head of the draft, as long as other files are left in it.
        rest: Vec<u8>,
    },
}

impl FromDraft {
    /// The files that leave the draft.
    pub(super) fn files(&self) -> Vec<FileId> {
        match self {
            Self::Whole(draft) => draft.files.iter().map(|held| held.file.id).collect(),
            Self::Files { files, .. } => files.clone(),
        }
    }

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

impl Store {
    /// Every draft of a mailbox, without its files.
    pub fn draft_heads(&self, mailbox: MailboxId) -> Result<Vec<Draft>, StoreError> {
        self.index(|db| heads(db, mailbox))
    }

    /// This draft, if it is one of the mailbox's.
    pub fn draft(&self, mailbox: MailboxId, id: DraftId) -> Result<Option<Draft>, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            read(&snapshot, mailbox, id)
        })
    }

    /// Ends the uploads to a draft: nothing that they bring from now on is held or published. Waits until what
    /// they brought before can be read.
    pub fn end_uploads(&self, mailbox: MailboxId, id: DraftId) -> Result<(), StoreError> {
        self.0.live.end(|live| live.mailbox == mailbox && live.draft == id);
        self.0.writer.index(|_| Ok(()))
    }

    /// Removes a draft with everything in it; an upload to it ends.
    pub fn discard(&self, mailbox: MailboxId, id: DraftId) -> Result<(), StoreError> {
        self.0.live.end(|live| live.mailbox == mailbox && live.draft == id);
        let files = self.0.writer.index(move |db| {
            let theirs = db
                .prepare_cached("SELECT 1 FROM draft WHERE id = ? AND mailbox = ?")?
                .exists((id.0, mailbox.0))?;
            if theirs { take(db, id) } else { Ok(Vec::new()) }
        })?;
        self.0.writer.remove(files);
        Ok(())
    }

    /// Removes files of a draft.
    pub fn let_go(&self, draft: DraftId, files: Vec<FileId>) -> Result<(), StoreError> {
        let theirs = files.clone();
        self.0.writer.index(move |db| {
            let mut delete = db.prepare_cached("DELETE FROM held WHERE file = ? AND draft = ?")?;
            for file in theirs {
                delete.execute((file.0, draft.0))?;
            }
            Ok(())
        })?;
        self.0.writer.remove(files);
        Ok(())
    }

    /// Removes drafts to which nothing is being added, the largest and oldest first, until all such
    /// drafts fit into `quota` bytes.
    pub fn trim_drafts(&self, quota: u64, today: Day) -> Result<(), StoreError> {
        while let Some(worst) = self.worst_draft(quota, today)? {
            let store = self.clone();
            let files = self.0.writer.index(move |db| {
                // Something may be added to it since.
                if store.0.live.has(worst) { Ok(Vec::new()) } else { take(db, worst) }
            })?;
            self.0.writer.remove(files);
        }
        Ok(())
    }

    fn worst_draft(&self, quota: u64, today: Day) -> Result<Option<DraftId>, StoreError> {
        self.index(|db| {
            if used(db)?.1 <= quota {
                return Ok(None);
            }
            let mut select = db.prepare_cached(
                "SELECT id,
                     length(head) + (SELECT coalesce(sum(size + length(detail)), 0) FROM held h
                                     WHERE h.draft = d.id) AS bytes
                 FROM draft d ORDER BY bytes * (1 + max(0, ? - day)) DESC",
            )?;
            let rows = select
                .query_map([today.0], |row| Ok((DraftId(row.get(0)?), row.get::<_, u64>(1)?)))?;
            let mut idle = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            idle.retain(|(id, _)| !self.0.live.has(*id));
            let all: u64 = idle.iter().map(|(_, size)| size).sum();
            Ok(idle.into_iter().next().map(|(id, _)| id).filter(|_| all > quota))
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
    Held { file, detail }: &Held,
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

fn read(db: &Connection, mailbox: MailboxId, id: DraftId) -> rusqlite::Result<Option<Draft>> {
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
            Ok(Held { file, detail: row.get(2)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(draft)
}
