//! The handle on an open store, and what is asked of it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension};

use super::error::StoreError;
use super::live::Live;
use super::migration::Migrated;
use super::records::{Dispatch, Mailbox, Tuning};
use super::rows::{Counts, SourceMailbox};
use super::{files, rows, schema, writer};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, MailboxId};

/// What was done before serving.
#[derive(Debug)]
pub struct Recovered {
    /// Files that were brought to this program's format.
    pub migrated: Vec<Migrated>,
    /// Files of cut uploads that are being removed.
    pub remains: usize,
}

/// A handle on the store; cheap to clone. The last one dropped commits what was acknowledged to
/// nobody, empties the log and closes the files.
#[derive(Clone)]
pub struct Store(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub dir: PathBuf,
    pub tuning: Tuning,
    pub writer: writer::Handle,
    index: Pool,
    vault: Pool,
    pub live: Live,
    // Held shared by every process; see `schema::Opened`.
    _lock: File,
    // Held by the one that serves.
    _claim: Option<File>,
}

/// Connections for readers, opened when all others are in use.
struct Pool {
    open: fn(&Path) -> Result<Connection, StoreError>,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    fn with<T>(
        &self,
        dir: &Path,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let connection = match idle {
            Some(connection) => connection,
            None => (self.open)(dir)?,
        };
        let result = work(&connection)?;
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(connection);
        }
        Ok(result)
    }
}

impl Store {
    /// Opens the store in `dir`, which must have this program's format. `quota` bounds the vault, in bytes.
    pub fn open(dir: &Path, quota: u64) -> Result<Self, StoreError> {
        Self::open_tuned(dir, quota, Tuning::default())
    }

    /// The same with another way of writing.
    pub fn open_tuned(dir: &Path, quota: u64, tuning: Tuning) -> Result<Self, StoreError> {
        let opened = schema::open(dir, quota, &tuning)?;
        Self::start(dir, opened, tuning, None)
    }

    /// Opens it for the one process that serves it: migrates an older store, and removes what a crash left,
    /// unless another process has the store open.
    pub fn open_to_serve(dir: &Path, quota: u64) -> Result<(Self, Recovered), StoreError> {
        let tuning = Tuning::default();
        let (opened, serving) = schema::open_to_serve(dir, quota, &tuning)?;
        let store = Self::start(dir, opened, tuning, Some(serving.claim))?;
        store.0.writer.send(writer::Command::Beat)?;
        let remains = serving.orphans.len();
        store.0.writer.remove(serving.orphans);
        Ok((store, Recovered { migrated: serving.migrated, remains }))
    }

    fn start(
        dir: &Path,
        opened: schema::Opened,
        tuning: Tuning,
        claim: Option<File>,
    ) -> Result<Self, StoreError> {
        let writer = writer::Handle::start(opened.index, opened.vault, &tuning)?;
        Ok(Self(Arc::new(Shared {
            dir: dir.to_owned(),
            tuning,
            writer,
            index: Pool { open: files::index_reader, idle: Mutex::default() },
            vault: Pool { open: files::vault_reader, idle: Mutex::default() },
            live: Live::default(),
            _lock: opened.lock,
            _claim: claim,
        })))
    }

    /// Whether a process serves it.
    pub fn is_served(&self) -> bool {
        schema::is_served(&self.0.dir)
    }

    /// Whether every byte of a dispatch is there.
    pub fn is_whole(&self, dispatch: &Dispatch) -> Result<bool, StoreError> {
        self.vault(|db| {
            let mut sum =
                db.prepare_cached("SELECT sum(length(data)) FROM chunk WHERE file = ?")?;
            for member in &dispatch.members {
                let found: Option<u64> = sum.query_row([member.id.0], |row| row.get(0))?;
                if found.unwrap_or(0) != member.size {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// The same at a glance, without reading the content: no chunk is missing.
    pub fn looks_whole(&self, dispatch: &Dispatch) -> Result<bool, StoreError> {
        self.vault(|db| {
            let mut count = db.prepare_cached("SELECT count(*) FROM chunk WHERE file = ?")?;
            let mut first =
                db.prepare_cached("SELECT length(data) FROM chunk WHERE file = ? AND seq = 0")?;
            for member in &dispatch.members {
                let found: u64 = count.query_row([member.id.0], |row| row.get(0))?;
                let size: Option<u64> =
                    first.query_row([member.id.0], |row| row.get(0)).optional()?;
                let wanted = size.map(|size| member.size.div_ceil(size.max(1)));
                if wanted != Some(found) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Sets a named value.
    pub fn set_fact(&self, name: &'static str, value: Vec<u8>) -> Result<(), StoreError> {
        self.0.writer.index(move |db| Ok(rows::set_fact(db, name, &value)?))
    }

    /// Changes a named value; no other process does so in between.
    pub fn change_fact(
        &self,
        name: &'static str,
        change: impl FnOnce(Vec<u8>) -> Vec<u8> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.0.writer.index(move |db| {
            let value = change(rows::fact(db, name)?.unwrap_or_default());
            Ok(rows::set_fact(db, name, &value)?)
        })
    }

    /// A named value.
    pub fn fact(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.index(|db| rows::fact(db, name))
    }

    /// The mailbox of this id.
    pub fn mailbox(&self, id: MailboxId) -> Result<Option<Mailbox>, StoreError> {
        self.index(|db| rows::mailbox(db, id))
    }

    /// Whether anything stands under this id: a mailbox, or a draft that editors know nothing of.
    pub fn knows(&self, id: MailboxId) -> Result<bool, StoreError> {
        self.index(|db| rows::knows(db, id))
    }

    /// The mailbox that editors know by this name.
    pub fn mailbox_named(&self, designation: &str) -> Result<Option<Mailbox>, StoreError> {
        self.index(|db| rows::mailbox_named(db, designation))
    }

    /// Everything that was sent either way, and the editors' notes, in order.
    pub fn dispatches(&self, mailbox: MailboxId) -> Result<Vec<Dispatch>, StoreError> {
        self.index(|db| rows::dispatches(db, mailbox))
    }

    /// Everything under this id that its source may see; `None` where nothing arrived.
    pub fn source_mailbox(&self, id: MailboxId) -> Result<Option<SourceMailbox>, StoreError> {
        self.index(|db| rows::source_mailbox(db, id))
    }

    /// The teams that a mailbox ever wrote to, each with how many keys it was sealed to: 0 is not known, below
    /// zero are so many post-quantum ones.
    pub fn parties(&self, mailbox: MailboxId) -> Result<Vec<(String, i64)>, StoreError> {
        self.index(|db| rows::parties(db, mailbox))
    }

    /// Whether a dispatch of this id is stored.
    pub fn has_dispatch(&self, id: DispatchId) -> Result<bool, StoreError> {
        self.index(|db| rows::has_dispatch(db, id))
    }

    /// The submissions to a team and its notes, by mailbox; only those never fetched unless `all`.
    pub fn to_export(&self, team: &str, all: bool) -> Result<Vec<(Mailbox, Dispatch)>, StoreError> {
        self.index(|db| rows::to_export(db, team, all))
    }

    /// Numbers for `status`.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let mut counts = self.index(rows::counts)?;
        counts.bytes = self.0.vault.with(&self.0.dir, files::used_bytes)?;
        Ok(counts)
    }

    /// Bytes of ciphertext in the vault, as of the last commit of this process.
    pub fn used(&self) -> u64 {
        self.0.writer.used()
    }

    /// Bytes free on the file system for this user.
    pub fn free_space(&self) -> Result<u64, StoreError> {
        free_space(&self.0.dir)
    }

    /// Marks these submissions and notes as fetched whole by `reader`. The first day stands; an answer is nothing to
    /// fetch.
    pub fn mark_fetched(
        &self,
        dispatches: Vec<DispatchId>,
        reader: &str,
        day: Day,
    ) -> Result<(), StoreError> {
        let reader = reader.to_owned();
        self.0.writer.index(move |db| {
            // One that was withdrawn meanwhile is not there any more.
            let mut insert = db.prepare_cached(
                "INSERT OR IGNORE INTO fetch (dispatch, reader, day)
                 SELECT id, ?2, ?3 FROM dispatch WHERE id = ?1 AND kind <> 1",
            )?;
            for dispatch in dispatches {
                insert.execute((dispatch.0, &reader, day.0))?;
            }
            Ok(())
        })
    }

    pub(super) fn index<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.0.index.with(&self.0.dir, work)
    }

    pub(super) fn vault<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.0.vault.with(&self.0.dir, work)
    }
}

/// Bytes free for this user on the file system of `path` (statvfs, `f_bavail`).
pub fn free_space(path: &Path) -> Result<u64, StoreError> {
    let disk = disk(path)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Bytes of the file system of `path`.
pub fn disk_size(path: &Path) -> Result<u64, StoreError> {
    let disk = disk(path)?;
    Ok(disk.f_blocks.saturating_mul(disk.f_frsize))
}

fn disk(path: &Path) -> Result<rustix::fs::StatVfs, StoreError> {
    rustix::fs::statvfs(path)
        .map_err(|e| StoreError::Io(path.to_owned(), io::Error::from(e).kind()))
}
