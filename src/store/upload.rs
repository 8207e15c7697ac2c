//! Writing files that nobody sees until they are published.

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use super::writer::Command;
use super::{Kind, Publication, Published, Store, StoreError, StoredFile};
use crate::base::ids::FileId;
use crate::base::random;

/// Whether the writer could keep everything an upload gave it.
#[derive(Default)]
pub(super) struct Fate(OnceLock<StoreError>);

impl Fate {
    pub fn fail(&self, error: StoreError) {
        let _ = self.0.set(error);
    }

    pub fn check(&self) -> Result<(), StoreError> {
        self.0.get().map_or(Ok(()), |error| Err(error.clone()))
    }
}

/// Files on their way in. Dropping it removes them; [`publish`](Self::publish) is the only way to
/// keep them.
pub struct Upload {
    store: Store,
    fate: Arc<Fate>,
    files: Vec<FileId>,
}

impl Upload {
    pub(super) fn new(store: Store) -> Self {
        Self { store, fate: Arc::default(), files: Vec::new() }
    }

    /// Begins one more file.
    pub fn file(&mut self) -> io::Result<FileWriter> {
        let id = FileId(random::bytes().map_err(io::Error::other)?);
        self.files.push(id);
        Ok(FileWriter {
            store: self.store.clone(),
            fate: self.fate.clone(),
            id,
            seq: 0,
            size: 0,
            chunk: Vec::new(),
        })
    }

    /// Makes the files a dispatch, durably (fsync), or changes nothing. Files of this upload that the
    /// publication does not name are removed.
    pub fn publish(&mut self, publication: Publication) -> Result<Published, StoreError> {
        let fate = self.fate.clone();
        let kept: Vec<FileId> = publication.dispatch.members.iter().map(|m| m.id).collect();
        let outcome = self.store.0.writer.index(move |db| {
            fate.check()?;
            insert(db, &publication)
        })?;
        if outcome == Published::Now {
            self.files.retain(|file| !kept.contains(file));
        }
        Ok(outcome)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.store.0.writer.remove(std::mem::take(&mut self.files));
    }
}

fn insert(db: &rusqlite::Connection, new: &Publication) -> Result<Published, StoreError> {
    let (mailbox, dispatch) = (&new.mailbox, &new.dispatch);
    if super::reader::has_dispatch(db, dispatch.id)? {
        return Ok(Published::Before);
    }
    let existing = super::reader::mailbox(db, mailbox.id)?;
    let taken = super::reader::mailbox_named(db, &mailbox.designation)?;
    if existing.as_ref() != taken.as_ref() || existing.is_some_and(|found| found != *mailbox) {
        return Err(StoreError::DesignationChanged);
    }
    db.execute(
        "INSERT INTO mailbox (id, designation, source_recipients, last_day) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET last_day = max(last_day, ?4)",
        (mailbox.id.0, &mailbox.designation, &mailbox.source_recipients, dispatch.day.0),
    )?;
    let kind = match dispatch.kind {
        Kind::Submission => 0,
        Kind::Reply => 1,
    };
    db.execute(
        "INSERT INTO dispatch (id, mailbox, kind, team, day) VALUES (?, ?, ?, ?, ?)",
        (dispatch.id.0, mailbox.id.0, kind, &dispatch.team, dispatch.day.0),
    )?;
    let mut insert = db.prepare_cached(
        "INSERT INTO member (dispatch, position, file, size) VALUES (?, ?, ?, ?)",
    )?;
    for (position, member) in dispatch.members.iter().enumerate() {
        insert.execute((dispatch.id.0, position, member.id.0, member.size))?;
    }
    Ok(Published::Now)
}

/// Takes the sealed bytes of one file and hands them on in chunks.
pub struct FileWriter {
    store: Store,
    fate: Arc<Fate>,
    id: FileId,
    seq: u32,
    size: u64,
    chunk: Vec<u8>,
}

impl FileWriter {
    /// Hands on the last chunk. The file is durable only once it is published.
    pub fn finish(mut self) -> Result<StoredFile, StoreError> {
        if !self.chunk.is_empty() {
            self.hand_on()?;
        }
        Ok(StoredFile { id: self.id, size: self.size })
    }

    fn hand_on(&mut self) -> Result<(), StoreError> {
        self.fate.check()?;
        let command = Command::Chunk {
            file: self.id,
            seq: self.seq,
            data: std::mem::take(&mut self.chunk),
            fate: self.fate.clone(),
        };
        self.seq += 1;
        self.store.0.writer.send(command)
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let whole = self.store.0.tuning.chunk;
        if self.chunk.capacity() == 0 {
            self.chunk.reserve_exact(whole);
        }
        let taken = bytes.len().min(whole - self.chunk.len());
        self.chunk.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        self.size += taken as u64;
        if self.chunk.len() == whole {
            self.hand_on()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
