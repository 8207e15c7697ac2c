//! Writing files that nobody sees until they are held in a draft, and no editor until they are published.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use super::error::StoreError;
use super::handle::Store;
use super::live::{LiveUpload, UploadError};
use super::records::{Draft, FromDraft, HeldFile, Publication, Published, StoredFile};
use super::writer::Command;
use super::{desk, draft_rows, key_sets, rows};
use crate::base::clock::Day;
use crate::base::ids::{DraftId, FileId, KeySet, MailboxId};
use crate::base::kind::DispatchKind;
use crate::base::random;

impl Store {
    /// Begins an upload: files that exist for nobody until they are published.
    pub fn upload(&self) -> Upload {
        Upload::new(self.clone())
    }
}

/// Files on their way in. Dropping it removes those that were neither held nor published.
pub struct Upload {
    store: Store,
    failure: Arc<UploadError>,
    files: Vec<FileId>,
}

impl Upload {
    fn new(store: Store) -> Self {
        Self { store, failure: Arc::default(), files: Vec::new() }
    }

    /// Makes this the only upload that adds to a draft of `mailbox`. Of two uploads of one `form`, or to one draft,
    /// the one that `arrived` first ends, and this waits until what that one brought can be read. Returns the
    /// draft to add to: that of the other upload, if the form had one.
    pub fn join(
        &self,
        mailbox: MailboxId,
        draft: DraftId,
        form: [u8; 32],
        arrived: Instant,
    ) -> Result<DraftId, StoreError> {
        let failure = Arc::downgrade(&self.failure);
        let draft = self.store.0.live.add(LiveUpload { mailbox, draft, form, arrived, failure });
        self.settled()?;
        Ok(draft)
    }

    /// Begins one more file.
    pub fn file(&mut self) -> io::Result<FileWriter> {
        let id = FileId(random::bytes().map_err(io::Error::other)?);
        self.files.push(id);
        Ok(FileWriter {
            store: self.store.clone(),
            failure: self.failure.clone(),
            id,
            seq: 0,
            size: 0,
            chunk: Vec::new(),
        })
    }

    /// Begins the draft that was joined, or gives it this head. Does not wait; see [`settled`](Self::settled).
    pub fn open_draft(&self, mailbox: MailboxId, draft: Draft) -> Result<(), StoreError> {
        self.later(move |db| draft_rows::open(db, mailbox, &draft))
    }

    /// Adds a file to that draft, in the place of `older` copies of it. Does not wait.
    pub fn hold(
        &self,
        draft: DraftId,
        day: Day,
        file: HeldFile,
        older: Vec<FileId>,
    ) -> Result<(), StoreError> {
        let gone = older.clone();
        self.later(move |db| draft_rows::hold(db, draft, day, &file, &older))?;
        // Not before: the writer removes nothing that the index names.
        self.store.0.writer.remove(gone);
        Ok(())
    }

    fn later(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        let (failure, told) = (self.failure.clone(), self.failure.clone());
        self.store.0.writer.index_later(
            move |db| failure.check().and_then(|()| work(db)),
            move |error| told.fail(error),
        )
    }

    /// Waits until everything that was held is durable (fsync).
    pub fn settled(&self) -> Result<(), StoreError> {
        self.store.0.writer.index(|_| Ok(()))?;
        self.failure.check()
    }

    /// Makes the files a dispatch, durably (fsync), or changes nothing.
    pub fn publish(&self, publication: Publication) -> Result<Published, StoreError> {
        let failure = self.failure.clone();
        let files = publication.draft.as_ref().map(FromDraft::files).unwrap_or_default();
        let outcome = self.store.0.writer.index(move |db| {
            failure.check()?;
            insert(db, &publication)
        })?;
        // Those that the dispatch did not take over.
        self.store.0.writer.remove(files);
        Ok(outcome)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // The writer never removes what the index names.
        self.store.0.writer.remove(std::mem::take(&mut self.files));
    }
}

fn insert(db: &rusqlite::Connection, new: &Publication) -> Result<Published, StoreError> {
    let (mailbox, dispatch) = (&new.mailbox, &new.dispatch);
    if let Some(draft) = &new.draft {
        draft.take(db, mailbox.id)?;
    }
    if rows::has_dispatch(db, dispatch.id)? {
        return Ok(Published::Before);
    }
    let existing = rows::mailbox(db, mailbox.id)?;
    // What was erased or deleted stays so: only a source begins a correspondence.
    if dispatch.kind != DispatchKind::Submission && !desk::has(db, &dispatch.team, mailbox.id)? {
        return Err(StoreError::Changed);
    }
    let taken = rows::mailbox_named(db, &mailbox.designation)?;
    if existing.as_ref() != taken.as_ref() || existing.is_some_and(|found| found != *mailbox) {
        return Err(StoreError::Changed);
    }
    // A note changes no day: the source would see by when its mailbox goes.
    let is_note = dispatch.kind == DispatchKind::Note;
    if !is_note {
        db.execute(
            "INSERT INTO mailbox (id, designation, source_recipients, last_day) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET last_day = max(last_day, ?4)",
            (mailbox.id.0, &mailbox.designation, &mailbox.source_recipients, dispatch.day.0),
        )?;
    }
    db.execute(
        "INSERT INTO dispatch (id, mailbox, kind, team, day, sent_by, sealed_to, position)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, count(*) + 1 FROM dispatch WHERE mailbox = ?2",
        (
            dispatch.id.0,
            mailbox.id.0,
            dispatch.kind.number(),
            &dispatch.team,
            dispatch.day.0,
            &new.sent_by,
            new.sealed_to.as_ref().map(|set| set.fingerprint.0),
        ),
    )?;
    if let Some(set) = &new.sealed_to {
        key_sets::insert(db, set)?;
    }
    if dispatch.kind == DispatchKind::Submission {
        db.execute(
            "INSERT OR IGNORE INTO party (mailbox, team, keys) VALUES (?, ?, ?)",
            (mailbox.id.0, &dispatch.team, new.sealed_to.as_ref().map_or(0, KeySet::count)),
        )?;
    }
    if !is_note {
        db.execute(
            "INSERT INTO correspondence (team, mailbox, last_day) VALUES (?1, ?2, ?3)
             ON CONFLICT (team, mailbox) DO UPDATE SET last_day = max(last_day, ?3)",
            (&dispatch.team, mailbox.id.0, dispatch.day.0),
        )?;
    }
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
    failure: Arc<UploadError>,
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
        self.failure.check()?;
        let command = Command::Chunk {
            file: self.id,
            seq: self.seq,
            data: std::mem::take(&mut self.chunk),
            failure: self.failure.clone(),
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
