//! Writing files that nobody sees until they are held in a draft, and no editor until they are published.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use super::draft::{self, DraftKey, Held};
use super::writer::Command;
use super::{Kind, Publication, Published, Store, StoreError, StoredFile};
use crate::base::clock::Day;
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

/// Uploads under way in this process, by the draft they add to.
#[derive(Default)]
pub(super) struct Live(Mutex<Vec<(DraftKey, Weak<Fate>)>>);

impl Live {
    fn add(&self, key: DraftKey, fate: &Arc<Fate>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, fate)| fate.strong_count() > 0);
        all.push((key, Arc::downgrade(fate)));
    }

    pub fn has(&self, key: &DraftKey) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|(live, fate)| live == key && fate.strong_count() > 0)
    }

    /// Lets the uploads to these drafts fail: nothing they hand on from now on is held or published.
    pub fn end(&self, which: impl Fn(&DraftKey) -> bool) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, fate) in all.iter().filter(|(key, _)| which(key)) {
            if let Some(fate) = fate.upgrade() {
                fate.fail(StoreError::Discarded);
            }
        }
    }
}

/// Files on their way in. Dropping it removes those that were neither held nor published.
pub struct Upload {
    store: Store,
    fate: Arc<Fate>,
    draft: Option<DraftKey>,
    files: Vec<FileId>,
}

impl Upload {
    pub(super) fn new(store: Store, draft: Option<DraftKey>) -> Self {
        let fate = Arc::default();
        if let Some(key) = &draft {
            store.0.live.add(key.clone(), &fate);
        }
        Self { store, fate, draft, files: Vec::new() }
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

    /// Adds a head (in the place of an older one if `replace`) and perhaps a file to the draft of this
    /// upload. Does not wait; see [`settled`](Self::settled).
    pub fn hold(
        &self,
        day: Day,
        head: Arc<[u8]>,
        replace: bool,
        file: Option<Held>,
    ) -> Result<(), StoreError> {
        let Some(key) = self.draft.clone() else { return Ok(()) };
        let (fate, told) = (self.fate.clone(), self.fate.clone());
        self.store.0.writer.index_later(
            move |db| {
                fate.check()?;
                draft::hold(db, &key, day, &head, replace, file.as_ref())
            },
            move |error| told.fail(error),
        )
    }

    /// Waits until everything that was held is durable (fsync).
    pub fn settled(&self) -> Result<(), StoreError> {
        self.store.0.writer.index(|_| Ok(()))?;
        self.fate.check()
    }

    /// Makes the files a dispatch, durably (fsync), or changes nothing.
    pub fn publish(&self, publication: Publication) -> Result<Published, StoreError> {
        let fate = self.fate.clone();
        let of_draft = publication.draft.iter().flat_map(|draft| &draft.files);
        let files = of_draft.map(|held| held.file.id).collect();
        let outcome = self.store.0.writer.index(move |db| {
            fate.check()?;
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
        if draft::read(db, draft.key.clone())?.as_ref() != Some(draft) {
            return Err(StoreError::Changed);
        }
        draft::take(db, &draft.key)?;
    }
    if super::reader::has_dispatch(db, dispatch.id)? {
        return Ok(Published::Before);
    }
    let existing = super::reader::mailbox(db, mailbox.id)?;
    // What was erased or deleted stays so: only a source begins a correspondence.
    if dispatch.kind == Kind::Reply && !super::desk::has(db, &dispatch.team, mailbox.id)? {
        return Err(StoreError::Changed);
    }
    let taken = super::reader::mailbox_named(db, &mailbox.designation)?;
    if existing.as_ref() != taken.as_ref() || existing.is_some_and(|found| found != *mailbox) {
        return Err(StoreError::Changed);
    }
    db.execute(
        "INSERT INTO mailbox (id, designation, source_recipients, last_day) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET last_day = max(last_day, ?4)",
        (mailbox.id.0, &mailbox.designation, &mailbox.source_recipients, dispatch.day.0),
    )?;
    db.execute(
        "INSERT INTO dispatch (id, mailbox, kind, team, day) VALUES (?, ?, ?, ?, ?)",
        (dispatch.id.0, mailbox.id.0, dispatch.kind.number(), &dispatch.team, dispatch.day.0),
    )?;
    if dispatch.kind == Kind::Submission {
        db.execute(
            "INSERT OR IGNORE INTO party (mailbox, team, keys) VALUES (?, ?, ?)",
            (mailbox.id.0, &dispatch.team, new.keys),
        )?;
    }
    db.execute(
        "INSERT INTO correspondence (team, mailbox, last_day) VALUES (?1, ?2, ?3)
         ON CONFLICT (team, mailbox) DO UPDATE SET last_day = max(last_day, ?3)",
        (&dispatch.team, mailbox.id.0, dispatch.day.0),
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
