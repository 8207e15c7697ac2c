//! What is asked of the store. Every question is one short transaction.

use std::io::{self, Read, Seek, SeekFrom};

use rusqlite::{Connection, OptionalExtension, Row};

use super::draft::{self, Draft};
use super::{Dispatch, Kind, Mailbox, Store, StoredFile};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, FileId, MailboxId};

/// Everything under one mailbox's id, as of one moment.
#[derive(Clone, Debug)]
pub struct SourceMailbox {
    /// What is held.
    pub drafts: Vec<Draft>,
    /// What was sent either way, oldest day first.
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
    let drafts = draft::heads(&snapshot, id)?.into_iter();
    let drafts = drafts.map(|draft| draft::with_files(&snapshot, draft));
    let drafts = drafts.collect::<rusqlite::Result<Vec<_>>>()?;
    if last_day.is_none() && drafts.is_empty() {
        return Ok(None);
    }
    Ok(Some(SourceMailbox { drafts, dispatches: dispatches_in(&snapshot, id)?, last_day }))
}

pub(super) fn parties(
    db: &Connection,
    mailbox: MailboxId,
) -> rusqlite::Result<Vec<(String, usize)>> {
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
    dispatches_in(&snapshot, mailbox)
}

fn dispatches_in(snapshot: &Connection, mailbox: MailboxId) -> rusqlite::Result<Vec<Dispatch>> {
    let mut select = snapshot.prepare_cached(
        "SELECT d.id, d.kind, d.team, d.day, (SELECT min(day) FROM fetch f WHERE f.dispatch = d.id)
         FROM dispatch d WHERE d.mailbox = ? ORDER BY d.day, d.id",
    )?;
    let mut all =
        select.query_map([mailbox.0], read_dispatch)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for dispatch in &mut all {
        dispatch.members = members(snapshot, dispatch.id)?;
    }
    Ok(all)
}

pub(super) fn submissions(
    db: &Connection,
    team: &str,
    all: bool,
) -> rusqlite::Result<Vec<(Mailbox, Dispatch)>> {
    let snapshot = db.unchecked_transaction()?;
    let mut select = snapshot.prepare_cached(
        "SELECT d.id, d.kind, d.team, d.day, (SELECT min(day) FROM fetch f WHERE f.dispatch = d.id) AS fetched,
                m.id, m.designation, m.source_recipients
         FROM dispatch d JOIN mailbox m ON m.id = d.mailbox
         WHERE d.team = ? AND d.kind = 0 AND (? OR fetched IS NULL)
         ORDER BY m.designation, d.day, d.id",
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
        kind: if row.get::<_, i64>(1)? == 0 { Kind::Submission } else { Kind::Reply },
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
        drafts: draft::used(&snapshot)?,
        bytes: 0,
    })
}

/// The bytes of one sealed file, from wherever it is told to begin. A file that is shorter than the index says
/// is an error, never a silent end.
///
/// All chunks of one file are of one size but the last ([`super::FileWriter`] makes them so); other files may
/// have another, from another [`Tuning`](super::Tuning). A place in the middle is found by the length of the first chunk, which SQLite
/// tells without reading it.
pub struct FileReader {
    store: Store,
    file: StoredFile,
    /// Of the next byte to give.
    at: u64,
    chunk: Vec<u8>,
    /// Of the chunk's first byte.
    begins: u64,
    /// Number of the chunk after it.
    next: u32,
}

impl FileReader {
    pub(super) fn new(store: Store, file: StoredFile) -> Self {
        Self { store, file, at: 0, chunk: Vec::new(), begins: 0, next: 0 }
    }

    fn end(&self) -> u64 {
        self.begins + self.chunk.len() as u64
    }

    /// Makes `chunk` the one that holds the byte at `at`.
    fn load(&mut self) -> io::Result<()> {
        let (seq, begins) = if self.at == self.end() {
            (self.next, self.at)
        } else {
            let id = self.file.id;
            let first: Option<u64> = self.store.vault(|db| {
                db.prepare_cached("SELECT length(data) FROM chunk WHERE file = ? AND seq = 0")?
                    .query_row([id.0], |row| row.get(0))
                    .optional()
            })?;
            let size = first.filter(|size| *size > 0).ok_or_else(missing)?;
            let seq = u32::try_from(self.at / size).map_err(|_| missing())?;
            (seq, self.at / size * size)
        };
        let id = self.file.id;
        let chunk: Option<Vec<u8>> = self.store.vault(|db| {
            db.prepare_cached("SELECT data FROM chunk WHERE file = ? AND seq = ?")?
                .query_row((id.0, seq), |row| row.get(0))
                .optional()
        })?;
        let chunk = chunk.ok_or_else(missing)?;
        let end = begins + chunk.len() as u64;
        if end <= self.at || end > self.file.size {
            return Err(missing());
        }
        (self.chunk, self.begins, self.next) = (chunk, begins, seq + 1);
        Ok(())
    }
}

fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "a chunk is missing")
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.file.size || buffer.is_empty() {
            return Ok(0);
        }
        if !(self.begins..self.end()).contains(&self.at) {
            self.load()?;
        }
        let taken = usize::try_from(self.at - self.begins).unwrap_or(usize::MAX);
        let n = self.chunk.get(taken..).unwrap_or_default().read(buffer)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.file.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
