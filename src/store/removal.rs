//! What goes: withdrawn, deleted, erased, expired. Rows go first, in one transaction; their files follow
//! behind the work, in small steps, and a crash in between leaves orphans that start-up removes.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};

use super::error::StoreError;
use super::handle::Store;
use super::{draft_rows, journal, key_sets};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, DraftId, FileId, MailboxId};
use crate::base::kind::DispatchKind;

/// What became of a wish to withdraw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Withdrawal {
    /// It is gone.
    Done,
    /// An editor has it already; nothing changed.
    Fetched,
    /// There is no such dispatch (any more).
    Nothing,
}

/// What is older than these days goes.
#[derive(Clone, Copy, Debug)]
pub struct Cutoffs {
    /// Drafts without an addition since.
    pub drafts: Day,
    /// Submissions that were first fetched before.
    pub fetched: Day,
    /// Replies of before.
    pub replies: Day,
    /// Mailboxes without a dispatch since.
    pub silent: Day,
    /// Lines of the journal of before.
    pub journal: Day,
    /// Frozen lists of before.
    pub frozen: Day,
    /// Visits that were left before.
    pub burned: Day,
}

/// Drafts past their day that uploads may be adding to: `limits.uploads` is never more.
const MOST_LIVE: u32 = 256;

impl Store {
    /// Removes a submission that nobody has fetched.
    pub fn withdraw(&self, mailbox: MailboxId, id: DispatchId) -> Result<Withdrawal, StoreError> {
        self.remove_one(mailbox, id, DispatchKind::Submission)
    }

    /// Removes a reply.
    pub fn delete_reply(
        &self,
        mailbox: MailboxId,
        id: DispatchId,
    ) -> Result<Withdrawal, StoreError> {
        self.remove_one(mailbox, id, DispatchKind::Reply)
    }

    fn remove_one(
        &self,
        mailbox: MailboxId,
        id: DispatchId,
        kind: DispatchKind,
    ) -> Result<Withdrawal, StoreError> {
        let (outcome, files) = self.0.writer.index(move |db| {
            let fetched: Option<bool> = db
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM fetch WHERE dispatch = id) FROM dispatch
                     WHERE id = ? AND mailbox = ? AND kind = ?",
                )?
                .query_row((id.0, mailbox.0, kind.number()), |row| row.get(0))
                .optional()?;
            match fetched {
                None => Ok((Withdrawal::Nothing, Vec::new())),
                Some(true) if kind == DispatchKind::Submission => {
                    Ok((Withdrawal::Fetched, Vec::new()))
                }
                Some(_) => {
                    let files = take_dispatch(db, id)?;
                    close_up(db, mailbox)?;
                    Ok((Withdrawal::Done, files))
                }
            }
        })?;
        self.0.writer.remove(files);
        Ok(outcome)
    }

    /// Removes a mailbox and everything of it, drafts among it; uploads to it end.
    pub fn erase(&self, mailbox: MailboxId) -> Result<(), StoreError> {
        self.0.live.end(|live| live.mailbox == mailbox);
        let files = self.0.writer.index(move |db| {
            let mut files = take_mailbox(db, mailbox)?;
            for draft in draft_rows::heads(db, mailbox)? {
                files.extend(draft_rows::take(db, draft.id)?);
            }
            Ok(files)
        })?;
        self.0.writer.remove(files);
        Ok(())
    }

    /// Removes at most `most` things of each sort that are past their day; says how many there were.
    /// Drafts that something is being added to stay.
    pub fn expire(&self, before: Cutoffs, most: u32) -> Result<usize, StoreError> {
        let store = self.clone();
        let (count, files) = self.0.writer.index(move |db| {
            let mut files = Vec::new();
            let dispatches = ids(
                db,
                "SELECT id FROM dispatch WHERE kind = 1 AND day < ?1
                 UNION SELECT f.dispatch FROM fetch f CROSS JOIN dispatch d ON d.id = f.dispatch
                 WHERE f.day < ?2 AND d.kind = 0 LIMIT ?3",
                (before.replies.0, before.fetched.0, most),
            )?;
            let mut mailboxes = BTreeSet::new();
            for id in &dispatches {
                mailboxes.extend(ids(db, "SELECT mailbox FROM dispatch WHERE id = ?", [id])?);
                files.extend(take_dispatch(db, DispatchId(*id))?);
            }
            for mailbox in mailboxes {
                close_up(db, MailboxId(mailbox))?;
            }
            let silent = ids(
                db,
                "SELECT id FROM mailbox WHERE last_day < ? LIMIT ?",
                (before.silent.0, most),
            )?;
            for id in &silent {
                files.extend(take_mailbox(db, MailboxId(*id))?);
            }
            let drafts = ids(
                db,
                "SELECT id FROM draft WHERE day < ? LIMIT ?",
                (before.drafts.0, most.saturating_add(MOST_LIVE)),
            )?;
            let idle = drafts.into_iter().map(DraftId).filter(|id| !store.0.live.has(*id));
            let mut count = dispatches.len() + silent.len();
            for id in idle {
                files.extend(draft_rows::take(db, id)?);
                count += 1;
            }
            // Small rows, all at once.
            db.execute("DELETE FROM journal WHERE day < ?", [before.journal.0])?;
            db.execute("DELETE FROM frozen WHERE day < ?", [before.frozen.0])?;
            db.execute("DELETE FROM burned WHERE day < ?", [before.burned.0])?;
            Ok((count, files))
        })?;
        self.0.writer.remove(files);
        Ok(count)
    }
}

pub(super) fn ids(
    db: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> rusqlite::Result<Vec<[u8; 16]>> {
    db.prepare_cached(sql)?.query_map(values, |row| row.get(0))?.collect()
}

/// Numbers what is left in a mailbox anew, in its order: a gap would tell that something was there.
pub(super) fn close_up(db: &Connection, mailbox: MailboxId) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE dispatch SET position = anew.position FROM (
             SELECT id, row_number() OVER (ORDER BY position) AS position
             FROM dispatch WHERE mailbox = ?1) AS anew
         WHERE anew.id = dispatch.id AND anew.position <> dispatch.position",
    )?
    .execute([mailbox.0])
    .map(drop)
}

/// Deletes a dispatch's rows and says which files they named. A frozen list that held nothing else goes too:
/// it says that there was something. Where its mailbox stays, [`close_up`] follows.
pub(super) fn take_dispatch(db: &Connection, id: DispatchId) -> Result<Vec<FileId>, StoreError> {
    let files = ids(db, "SELECT file FROM member WHERE dispatch = ?", [id.0])?;
    let lists = ids(db, "SELECT frozen FROM frozen_item WHERE dispatch = ?", [id.0])?;
    db.prepare_cached("DELETE FROM dispatch WHERE id = ?")?.execute([id.0])?;
    key_sets::forget_unused(db)?;
    for list in lists {
        db.prepare_cached(
            "DELETE FROM frozen WHERE id = ?1
             AND NOT EXISTS (SELECT 1 FROM frozen_item WHERE frozen = ?1)",
        )?
        .execute([list])?;
    }
    Ok(files.into_iter().map(FileId).collect())
}

/// The same for a mailbox and its dispatches.
fn take_mailbox(db: &Connection, id: MailboxId) -> Result<Vec<FileId>, StoreError> {
    let mut files = Vec::new();
    for dispatch in ids(db, "SELECT id FROM dispatch WHERE mailbox = ?", [id.0])? {
        files.extend(take_dispatch(db, DispatchId(dispatch))?);
    }
    // The journal forgets what editors did to it.
    journal::forget(db, id)?;
    db.prepare_cached("DELETE FROM mailbox WHERE id = ?")?.execute([id.0])?;
    Ok(files)
}

/// The same for everything between a team and a mailbox, and for the mailbox if that was all of it.
pub(super) fn take_correspondence(
    db: &Connection,
    team: &str,
    id: MailboxId,
) -> Result<Vec<FileId>, StoreError> {
    let others = db
        .prepare_cached("SELECT 1 FROM correspondence WHERE mailbox = ? AND team <> ?")?
        .exists((id.0, team))?;
    if !others {
        return take_mailbox(db, id);
    }
    let mut files = Vec::new();
    let theirs = "SELECT id FROM dispatch WHERE mailbox = ? AND team = ?";
    for dispatch in ids(db, theirs, (id.0, team))? {
        files.extend(take_dispatch(db, DispatchId(dispatch))?);
    }
    for table in ["party", "correspondence"] {
        db.execute(&format!("DELETE FROM {table} WHERE mailbox = ? AND team = ?"), (id.0, team))?;
    }
    close_up(db, id)?;
    Ok(files)
}
