//! Held drafts: what arrived whole in an upload that was cut or postponed, for its source alone.

use super::draft_rows::{heads, read, take, used};
use super::error::StoreError;
use super::handle::Store;
use super::records::Draft;
use crate::base::clock::Day;
use crate::base::ids::{DraftId, FileId, MailboxId};

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
