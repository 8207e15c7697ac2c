//! What is asked of the index. Every question is one short transaction.

use rusqlite::{Connection, OptionalExtension, Row};

use super::draft_rows;
use super::records::{Dispatch, Draft, Mailbox, StoredFile};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, FileId, MailboxId};
use crate::base::kind::DispatchKind;

/// Everything under one mailbox's id, as of one moment.
#[derive(Clone, Debug)]
pub struct SourceMailbox {
    /// What is held.
    pub drafts: Vec<Draft>,
    /// What was sent either way, in order; no note of the editors.
    pub dispatches: Vec<Dispatch>,
    /// When something was last sent either way, be it there still or not.
    pub last_day: Option<Day>,
}

/// Numbers about the whole store, and nothing about anyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Mailboxes.
    pub mailboxes: u64,
    /// Submissions, and how many of them nobody has fetched, by team.
    pub submissions: Vec<(String, u64, u64)>,
    /// Replies.
    pub replies: u64,
    /// Held drafts, and their padded bytes.
    pub drafts: (u64, u64),
    /// Bytes of the vault in use.
    pub bytes: u64,
}

pub(super) fn set_fact(db: &Connection, name: &str, value: &[u8]) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO fact (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?
    .execute((name, value))?;
    Ok(())
}

pub(super) fn fact(db: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT value FROM fact WHERE name = ?")?
        .query_row([name], |row| row.get(0))
        .optional()
}

pub(super) fn mailbox(db: &Connection, id: MailboxId) -> rusqlite::Result<Option<Mailbox>> {
    db.prepare_cached("SELECT id, designation, source_recipients FROM mailbox WHERE id = ?")?
        .query_row([id.0], read_mailbox)
        .optional()
}

pub(super) fn mailbox_named(db: &Connection, name: &str) -> rusqlite::Result<Option<Mailbox>> {
    db.prepare_cached(
        "SELECT id, designation, source_recipients FROM mailbox WHERE designation = ?",
    )?
    .query_row([name], read_mailbox)
    .optional()
}

fn read_mailbox(row: &Row<'_>) -> rusqlite::Result<Mailbox> {
    Ok(Mailbox {
        id: MailboxId(row.get(0)?),
        designation: row.get(1)?,
        source_recipients: row.get(2)?,
    })
}

pub(super) fn source_mailbox(
    db: &Connection,
    id: MailboxId,
) -> rusqlite::Result<Option<SourceMailbox>> {
    let snapshot = db.unchecked_transaction()?;
    let last_day = snapshot
        .prepare_cached("SELECT last_day FROM mailbox WHERE id = ?")?
        .query_row([id.0], |row| row.get(0).map(Day))
        .optional()?;
    let drafts = draft_rows::heads(&snapshot, id)?.into_iter();
    let drafts = drafts.map(|draft| draft_rows::with_files(&snapshot, draft));
    let drafts = drafts.collect::<rusqlite::Result<Vec<_>>>()?;
    if last_day.is_none() && drafts.is_empty() {
        return Ok(None);
    }
    Ok(Some(SourceMailbox { drafts, dispatches: dispatches_in(&snapshot, id, false)?, last_day }))
}

pub(super) fn parties(db: &Connection, mailbox: MailboxId) -> rusqlite::Result<Vec<(String, i64)>> {
    db.prepare_cached("SELECT team, keys FROM party WHERE mailbox = ?")?
        .query_map([mailbox.0], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Whether anything stands, or stood, under a mailbox's id.
pub(super) fn knows(db: &Connection, id: MailboxId) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM mailbox WHERE id = ?1 UNION ALL SELECT 1 FROM draft WHERE mailbox = ?1",
    )?
    .exists([id.0])
}

/// Whether the index knows a file: then it is never removed.
pub(super) fn names(db: &Connection, file: FileId) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT 1 FROM member WHERE file = ?1 UNION ALL SELECT 1 FROM held WHERE file = ?1",
    )?
    .exists([file.0])
}

pub(super) fn has_dispatch(db: &Connection, id: DispatchId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM dispatch WHERE id = ?")?.exists([id.0])
}

pub(super) fn dispatches(db: &Connection, mailbox: MailboxId) -> rusqlite::Result<Vec<Dispatch>> {
    let snapshot = db.unchecked_transaction()?;
    dispatches_in(&snapshot, mailbox, true)
}

fn dispatches_in(
    snapshot: &Connection,
    mailbox: MailboxId,
    notes: bool,
) -> rusqlite::Result<Vec<Dispatch>> {
    let mut select = snapshot.prepare_cached(
        "SELECT d.id, d.kind, d.team, d.day, (SELECT min(day) FROM fetch f WHERE f.dispatch = d.id)
         FROM dispatch d WHERE d.mailbox = ? AND (? OR d.kind <> 2) ORDER BY d.position",
    )?;
    let mut all = select
        .query_map((mailbox.0, notes), read_dispatch)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for dispatch in &mut all {
        dispatch.members = members(snapshot, dispatch.id)?;
    }
    Ok(all)
}

pub(super) fn to_export(
    db: &Connection,
    team: &str,
    all: bool,
) -> rusqlite::Result<Vec<(Mailbox, Dispatch)>> {
    let snapshot = db.unchecked_transaction()?;
    let mut select = snapshot.prepare_cached(
        "SELECT d.id, d.kind, d.team, d.day, (SELECT min(day) FROM fetch f WHERE f.dispatch = d.id) AS fetched,
                m.id, m.designation, m.source_recipients
         FROM dispatch d JOIN mailbox m ON m.id = d.mailbox
         WHERE d.team = ? AND d.kind IN (0, 2) AND (? OR fetched IS NULL)
         ORDER BY m.designation, d.position",
    )?;
    let rows = select.query_map((team, all), read_with_mailbox)?;
    let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    for (_, dispatch) in &mut found {
        dispatch.members = members(&snapshot, dispatch.id)?;
    }
    Ok(found)
}

/// A dispatch in the first five columns, its mailbox in the next three.
pub(super) fn read_with_mailbox(row: &Row<'_>) -> rusqlite::Result<(Mailbox, Dispatch)> {
    let mailbox = Mailbox {
        id: MailboxId(row.get(5)?),
        designation: row.get(6)?,
        source_recipients: row.get(7)?,
    };
    Ok((mailbox, read_dispatch(row)?))
}

pub(super) fn read_dispatch(row: &Row<'_>) -> rusqlite::Result<Dispatch> {
    Ok(Dispatch {
        id: DispatchId(row.get(0)?),
        kind: DispatchKind::of(row.get(1)?),
        team: row.get(2)?,
        day: Day(row.get(3)?),
        fetched: row.get::<_, Option<i64>>(4)?.map(Day),
        members: Vec::new(),
    })
}

pub(super) fn members(db: &Connection, dispatch: DispatchId) -> rusqlite::Result<Vec<StoredFile>> {
    db.prepare_cached("SELECT file, size FROM member WHERE dispatch = ? ORDER BY position")?
        .query_map([dispatch.0], |row| {
            Ok(StoredFile { id: FileId(row.get(0)?), size: row.get(1)? })
        })?
        .collect()
}

pub(super) fn counts(db: &Connection) -> rusqlite::Result<Counts> {
    let snapshot = db.unchecked_transaction()?;
    let one = |sql: &str| snapshot.query_row(sql, [], |row| row.get::<_, u64>(0));
    let mut by_team = snapshot.prepare(
        "SELECT team, count(*), sum(id NOT IN (SELECT dispatch FROM fetch))
         FROM dispatch WHERE kind = 0 GROUP BY team ORDER BY team",
    )?;
    let submissions = by_team
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Counts {
        mailboxes: one("SELECT count(*) FROM mailbox")?,
        submissions,
        replies: one("SELECT count(*) FROM dispatch WHERE kind = 1")?,
        drafts: draft_rows::used(&snapshot)?,
        bytes: 0,
    })
}
