//! Making and opening the two files, and the locks between processes.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};

use super::error::StoreError;
use super::files::{FileKind, INDEX, KINDS, PATIENCE, VAULT, beats, connect};
use super::migration::{self, Migrated};
use super::records::Tuning;
use super::rows;
use crate::base::ids::FileId;

/// How long the store is waited for where it is needed alone: a command that only looks ends sooner.
const ALONE: Duration = Duration::from_secs(5);
/// A backup's copy of the index.
pub(super) const COPY: &str = "index.db.copy";
/// Between two looks at a lock.
const LOOK: Duration = Duration::from_millis(50);

pub(super) struct Opened {
    pub index: Connection,
    pub vault: Connection,
    /// Held shared by every process that has the store open: who holds it alone may change the format.
    pub lock: File,
}

/// What only the process that serves has.
pub(super) struct Serving {
    /// Held alone as long as it serves.
    pub claim: File,
    /// What a crash left; empty where another process may still write.
    pub orphans: Vec<FileId>,
    pub migrated: Vec<Migrated>,
}

/// Makes an empty store in the new directory `dir` (0700, files 0600) with these facts in it.
pub fn create(dir: &Path, facts: &[(&str, &[u8])], tuning: &Tuning) -> Result<(), StoreError> {
    let io = |path: &Path, e: &io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
        io::ErrorKind::PermissionDenied => StoreError::NotWritable(path.to_owned()),
        kind => StoreError::Io(path.to_owned(), kind),
    };
    DirBuilder::new().mode(0o700).create(dir).map_err(|e| io(dir, &e))?;
    for kind in KINDS {
        let path = dir.join(kind.file);
        let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        new.map_err(|e| io(&path, &e))?;
    }
    let index = connect(&dir.join(INDEX.file))?;
    shape(&index, 4096)?;
    prepare(&index, true)?;
    index.pragma_update(None, "application_id", INDEX.application_id)?;
    let vault = connect(&dir.join(VAULT.file))?;
    shape(&vault, tuning.page_size)?;
    prepare(&vault, tuning.wal)?;
    vault.pragma_update(None, "application_id", VAULT.application_id)?;
    migration::apply(&INDEX, &index, 0)?;
    migration::apply(&VAULT, &vault, 0)?;
    for (name, value) in facts {
        index.execute("INSERT INTO fact (name, value) VALUES (?, ?)", (name, value))?;
    }
    Ok(())
}

/// For a process beside others. Never changes the format.
pub(super) fn open(dir: &Path, quota: u64, tuning: &Tuning) -> Result<Opened, StoreError> {
    check(dir)?;
    connect_both(dir, quota, tuning, share(dir)?)
}

/// For the one process that serves: an older store is migrated first.
pub(super) fn open_to_serve(
    dir: &Path,
    quota: u64,
    tuning: &Tuning,
) -> Result<(Opened, Serving), StoreError> {
    check(dir)?;
    let claim = claim(dir)?;
    // What a backup that was killed has left.
    if lock_copy(dir)?.is_some() {
        remove_copy(dir)?;
    }
    let alone = if migration::is_due(dir)? { Some(lock_alone(dir)?) } else { try_alone(dir)? };
    let mut serving = Serving { claim, orphans: Vec::new(), migrated: Vec::new() };
    let Some(lock) = alone else {
        return Ok((connect_both(dir, quota, tuning, share(dir)?)?, serving));
    };
    serving.migrated = migration::run(dir)?;
    let opened = connect_both(dir, quota, tuning, lock)?;
    // No upload of another process can be under way.
    serving.orphans = orphans(&opened.index, &opened.vault)?;
    // Between the two locks is a gap; whoever would migrate in it needs the claim first.
    opened.lock.lock_shared().map_err(|e| StoreError::Io(dir.to_owned(), e.kind()))?;
    Ok((opened, serving))
}

/// Brings an older store in `dir` to this program's format, alone; says what was changed.
pub fn upgrade(dir: &Path) -> Result<Vec<Migrated>, StoreError> {
    check(dir)?;
    if !migration::is_due(dir)? {
        return Ok(Vec::new());
    }
    let _claim = claim(dir)?;
    let _lock = lock_alone(dir)?;
    migration::run(dir)
}

/// Looks at the two files without changing anything.
fn check(dir: &Path) -> Result<(), StoreError> {
    if let Some(parent) = barred(dir) {
        return Err(StoreError::Barred(parent, rustix::process::geteuid().as_raw()));
    }
    check_private(dir)?;
    for kind in KINDS {
        check_private(&dir.join(kind.file)).map_err(|error| match error {
            StoreError::Missing(file) => StoreError::Lost(file),
            error => error,
        })?;
        check_ours(kind, &dir.join(kind.file))?;
    }
    Ok(())
}

fn connect_both(dir: &Path, quota: u64, tuning: &Tuning, lock: File) -> Result<Opened, StoreError> {
    let index = connect(&dir.join(INDEX.file))?;
    let vault = connect(&dir.join(VAULT.file))?;
    // Both before either is written: one of another format is left as it is.
    for (kind, db) in [(&INDEX, &index), (&VAULT, &vault)] {
        let path = dir.join(kind.file);
        let found = migration::format(kind, db, &path)?;
        if found < kind.format() {
            return Err(StoreError::Older { path, found, known: kind.format() });
        }
    }
    prepare(&index, true)?;
    prepare(&vault, tuning.wal)?;
    vault.pragma_update(None, "cache_size", -8192)?;
    let page: u64 = vault.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = (quota / page).clamp(16, u64::from(u32::MAX) - 2);
    vault.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    // The index is always written first: only one that was put back from an older copy lags behind.
    if beats(&vault)? > beats(&index)? {
        return Err(StoreError::Mismatch(dir.to_owned()));
    }
    Ok(Opened { index, vault, lock })
}

/// The lock that every process with an open store shares.
fn share(dir: &Path) -> Result<File, StoreError> {
    let (path, file) = open_lock(dir, "lock")?;
    // Whoever is alone has it for as long as it migrates or clears up.
    let got = within(PATIENCE, &path, || file.try_lock_shared())?;
    if got { Ok(file) } else { Err(StoreError::Locked(dir.to_owned())) }
}

fn try_alone(dir: &Path) -> Result<Option<File>, StoreError> {
    let (path, file) = open_lock(dir, "lock")?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(StoreError::Io(path, e.kind())),
    }
}

/// Waits for commands that end soon.
fn lock_alone(dir: &Path) -> Result<File, StoreError> {
    let (path, file) = open_lock(dir, "lock")?;
    let got = within(ALONE, &path, || file.try_lock())?;
    if got { Ok(file) } else { Err(StoreError::InUse(dir.to_owned())) }
}

fn within(
    patience: Duration,
    path: &Path,
    mut lock: impl FnMut() -> Result<(), TryLockError>,
) -> Result<bool, StoreError> {
    let begin = Instant::now();
    loop {
        match lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(e)) => return Err(StoreError::Io(path.to_owned(), e.kind())),
            Err(TryLockError::WouldBlock) if begin.elapsed() > patience => return Ok(false),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
        }
    }
}

/// Whether a process serves the store in `dir`.
pub fn is_served(dir: &Path) -> bool {
    let file = File::open(dir.join("serving"));
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The lock of the one process that serves, or that changes the format.
fn claim(dir: &Path) -> Result<File, StoreError> {
    let (path, file) = open_lock(dir, "serving")?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Served(dir.to_owned())),
        Err(TryLockError::Error(e)) => Err(StoreError::Io(path, e.kind())),
    }
}

pub(super) fn open_lock(dir: &Path, name: &str) -> Result<(PathBuf, File), StoreError> {
    let path = dir.join(name);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    match file.map_err(|e| e.kind()) {
        Ok(file) => Ok((path, file)),
        Err(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
            Err(StoreError::NotWritable(dir.to_owned()))
        }
        Err(kind) => Err(StoreError::Io(path, kind)),
    }
}

/// The lock of the one backup; nobody's while another holds it.
pub(super) fn lock_copy(dir: &Path) -> Result<Option<File>, StoreError> {
    let (path, file) = open_lock(dir, "backing-up")?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(e)) => Err(StoreError::Io(path, e.kind())),
    }
}

/// Removes a backup's copy of the index.
pub(super) fn remove_copy(dir: &Path) -> Result<(), StoreError> {
    for end in ["", "-journal"] {
        let path = dir.join(format!("{COPY}{end}"));
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::Io(path, error.kind()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The first directory above that this user may not enter.
pub fn barred(path: &Path) -> Option<PathBuf> {
    let mut above: Vec<_> = path.ancestors().skip(1).collect();
    above.reverse();
    let closed = |dir: &&Path| {
        let entered = rustix::fs::access(*dir, rustix::fs::Access::EXEC_OK);
        matches!(entered, Err(rustix::io::Errno::ACCESS))
    };
    above.into_iter().find(closed).map(Path::to_owned)
}

fn check_private(path: &Path) -> Result<(), StoreError> {
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => StoreError::Missing(path.to_owned()),
        io::ErrorKind::PermissionDenied => StoreError::NotWritable(path.to_owned()),
        kind => StoreError::Io(path.to_owned(), kind),
    })?;
    if meta.mode() & 0o077 != 0 {
        return Err(StoreError::NotPrivate(path.to_owned()));
    }
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK)
        .map_err(|_| StoreError::NotWritable(path.to_owned()))
}

/// Looks at the 100-byte header itself (SQLite file format, section 1.3), so that nothing is written
/// to a file that is not ours.
pub(super) fn check_ours(kind: &FileKind, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::FileExt;
    let mut header = [0; 100];
    let file = File::open(path).map_err(|e| StoreError::Io(path.to_owned(), e.kind()))?;
    let not_ours = || StoreError::NotOurs(path.to_owned());
    file.read_exact_at(&mut header, 0).map_err(|_| not_ours())?;
    let id = header.get(68..72).and_then(|four| four.try_into().ok()).map(u32::from_be_bytes);
    if !header.starts_with(b"SQLite format 3\0") || id.map(i64::from) != Some(kind.application_id) {
        return Err(not_ours());
    }
    Ok(())
}

/// What an empty file is given for good. (Later, setting the vacuum mode again would only write.)
fn shape(db: &Connection, page_size: u32) -> Result<(), StoreError> {
    db.pragma_update(None, "page_size", page_size)?;
    Ok(db.pragma_update(None, "auto_vacuum", "INCREMENTAL")?)
}

/// Settings that hold for a writing connection.
fn prepare(db: &Connection, wal: bool) -> Result<(), StoreError> {
    let journal = if wal { "WAL" } else { "TRUNCATE" };
    db.pragma_update(None, "journal_mode", journal)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "trusted_schema", "OFF")?;
    Ok(())
}

/// Files in the vault that the index does not name: one step of the b-tree a file, whatever its size.
fn orphans(index: &Connection, vault: &Connection) -> Result<Vec<FileId>, StoreError> {
    let mut next = vault.prepare("SELECT file FROM chunk WHERE file > ? ORDER BY file LIMIT 1")?;
    let mut orphans = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while let Some(file) = next.query_row([&last], |row| row.get::<_, Vec<u8>>(0)).optional()? {
        if let Ok(id) = file.as_slice().try_into().map(FileId) {
            orphans.extend((!rows::names(index, id)?).then_some(id));
        }
        last = file;
    }
    Ok(orphans)
}
