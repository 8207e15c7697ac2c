//! Making, opening and upgrading the two files, and the locks between processes.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};

use super::{StoreError, Tuning, reader};
use crate::base::ids::FileId;

const INDEX: Kind = Kind {
    file: "index.db",
    application_id: 0x534f_5549, // "SOUI"
    migrations: &[
        include_str!("migrations/index_0001.sql"),
        include_str!("migrations/index_0002.sql"),
        include_str!("migrations/index_0003.sql"),
    ],
};
const VAULT: Kind = Kind {
    file: "vault.db",
    application_id: 0x534f_5556, // "SOUV"
    migrations: &[include_str!("migrations/vault_0001.sql")],
};
/// How long a connection waits for another process's short transaction.
const PATIENCE: Duration = Duration::from_secs(30);

struct Kind {
    file: &'static str,
    application_id: i64,
    migrations: &'static [&'static str],
}

pub(super) struct Opened {
    pub index: Connection,
    pub vault: Connection,
    pub orphans: Vec<FileId>,
    pub lock: File,
}

/// Makes an empty store in the new directory `dir` (0700, files 0600) with these facts in it.
pub fn create(dir: &Path, facts: &[(&str, &[u8])], tuning: &Tuning) -> Result<(), StoreError> {
    let io = |path: &Path, e: &io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists(path.to_owned()),
        io::ErrorKind::PermissionDenied => StoreError::NotWritable(path.to_owned()),
        kind => StoreError::Io(path.to_owned(), kind),
    };
    DirBuilder::new().mode(0o700).create(dir).map_err(|e| io(dir, &e))?;
    for kind in [&INDEX, &VAULT] {
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
    migrate(&INDEX, &index, &dir.join(INDEX.file))?;
    migrate(&VAULT, &vault, &dir.join(VAULT.file))?;
    for (name, value) in facts {
        index.execute("INSERT INTO fact (name, value) VALUES (?, ?)", (name, value))?;
    }
    Ok(())
}

pub(super) fn open(dir: &Path, quota: u64, tuning: &Tuning) -> Result<Opened, StoreError> {
    check_private(dir)?;
    for kind in [&INDEX, &VAULT] {
        check_private(&dir.join(kind.file))?;
        check_ours(kind, &dir.join(kind.file))?;
    }
    let (lock, alone) = lock(dir)?;
    let index = connect(&dir.join(INDEX.file))?;
    let vault = connect(&dir.join(VAULT.file))?;
    // Both before either is written: a newer one is left as it is.
    format(&INDEX, &index, &dir.join(INDEX.file))?;
    format(&VAULT, &vault, &dir.join(VAULT.file))?;
    prepare(&index, true)?;
    prepare(&vault, tuning.wal)?;
    vault.pragma_update(None, "cache_size", -8192)?;
    let page: u64 = vault.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = (quota / page).clamp(16, u64::from(u32::MAX) - 2);
    vault.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    migrate(&INDEX, &index, &dir.join(INDEX.file))?;
    migrate(&VAULT, &vault, &dir.join(VAULT.file))?;
    // The index is always written first: only one that was put back from an older copy lags behind.
    if beats(&vault)? > beats(&index)? {
        return Err(StoreError::Mismatch(dir.to_owned()));
    }
    let orphans = if alone { orphans(&index, &vault)? } else { Vec::new() };
    if alone {
        lock.lock_shared().map_err(|e| StoreError::Io(dir.to_owned(), e.kind()))?;
    }
    Ok(Opened { index, vault, orphans, lock })
}

/// Every process that may write holds `lock` shared. Whoever gets it alone at the start may remove
/// what a crash left, since no upload of another process can be under way.
fn lock(dir: &Path) -> Result<(File, bool), StoreError> {
    let path = dir.join("lock");
    let file = open_lock(&path)?;
    match file.try_lock() {
        Ok(()) => Ok((file, true)),
        Err(TryLockError::WouldBlock) => {
            // Whoever is alone has it for a moment only, to clear up.
            let begin = Instant::now();
            while let Err(error) = file.try_lock_shared() {
                match error {
                    TryLockError::Error(e) => return Err(StoreError::Io(path, e.kind())),
                    TryLockError::WouldBlock if begin.elapsed() > PATIENCE => {
                        return Err(StoreError::Locked(dir.to_owned()));
                    }
                    TryLockError::WouldBlock => std::thread::sleep(Duration::from_millis(50)),
                }
            }
            Ok((file, false))
        }
        Err(TryLockError::Error(e)) => Err(StoreError::Io(path, e.kind())),
    }
}

pub(super) fn serving_lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join("serving");
    let file = open_lock(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Served(dir.to_owned())),
        Err(TryLockError::Error(e)) => Err(StoreError::Io(path, e.kind())),
    }
}

fn open_lock(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    file.map_err(|e| match e.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::NotWritable(path.parent().unwrap_or(path).to_owned())
        }
        kind => StoreError::Io(path.to_owned(), kind),
    })
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
fn check_ours(kind: &Kind, path: &Path) -> Result<(), StoreError> {
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

fn connect(path: &Path) -> Result<Connection, StoreError> {
    use rusqlite::OpenFlags;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
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

/// The format of a file, which must not be newer than this program.
fn format(kind: &Kind, db: &Connection, path: &Path) -> Result<i64, StoreError> {
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(kind.migrations.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

fn migrate(kind: &Kind, db: &Connection, path: &Path) -> Result<(), StoreError> {
    let found = format(kind, db, path)?;
    for (number, sql) in (1_i64..).zip(kind.migrations).skip(usize::try_from(found).unwrap_or(0)) {
        let transaction = db.unchecked_transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Files in the vault that the index does not name: one step of the b-tree a file, whatever its size.
fn orphans(index: &Connection, vault: &Connection) -> Result<Vec<FileId>, StoreError> {
    let mut next = vault.prepare("SELECT file FROM chunk WHERE file > ? ORDER BY file LIMIT 1")?;
    let mut orphans = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while let Some(file) = next.query_row([&last], |row| row.get::<_, Vec<u8>>(0)).optional()? {
        if let Ok(id) = file.as_slice().try_into().map(FileId) {
            orphans.extend((!reader::names(index, id)?).then_some(id));
        }
        last = file;
    }
    Ok(orphans)
}

fn beats(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.query_row("SELECT beat FROM heartbeat", [], |row| row.get(0))?)
}

/// Counts one more beat, the same number in both files; the index first.
pub(super) fn beat(index: &Connection, vault: &Connection) -> Result<(), StoreError> {
    let beat = beats(index)? + 1;
    for db in [index, vault] {
        db.execute("UPDATE heartbeat SET beat = ?", [beat])?;
    }
    Ok(())
}

/// Bytes of pages in use in a vault.
pub(super) fn used_bytes(vault: &Connection) -> rusqlite::Result<u64> {
    let pragma = |name: &str| vault.pragma_query_value(None, name, |row| row.get::<_, u64>(0));
    Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
}

pub(super) fn index_reader(dir: &Path) -> Result<Connection, StoreError> {
    reader(&dir.join(INDEX.file))
}

pub(super) fn vault_reader(dir: &Path) -> Result<Connection, StoreError> {
    let connection = reader(&dir.join(VAULT.file))?;
    connection.pragma_update(None, "cache_size", -1024)?;
    Ok(connection)
}

fn reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}
