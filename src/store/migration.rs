//! Bringing an older store to this program's format: in a copy, which then takes the old file's place.
//! Whatever ends it, one of the two files is there whole.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::error::StoreError;
use super::files::{FileKind, KINDS, connect};

/// A file that was brought to another format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Migrated {
    /// `index.db` or `vault.db`.
    pub file: &'static str,
    /// Its format before.
    pub from: i64,
    /// Its format now.
    pub to: i64,
}

/// Whether a file of the store is older than this program. A newer one is an error.
pub(super) fn is_due(dir: &Path) -> Result<bool, StoreError> {
    let mut due = false;
    for kind in KINDS {
        let path = dir.join(kind.file);
        due |= format(kind, &connect(&path)?, &path)? < kind.format();
    }
    Ok(due)
}

/// Migrates what is older. Only for a process that holds the store's `lock` alone.
pub(super) fn run(dir: &Path) -> Result<Vec<Migrated>, StoreError> {
    let mut done = Vec::new();
    for kind in KINDS {
        done.extend(migrate(kind, dir)?);
    }
    Ok(done)
}

/// The format of a file, which must not be newer than this program.
pub(super) fn format(kind: &FileKind, db: &Connection, path: &Path) -> Result<i64, StoreError> {
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = kind.format();
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    Ok(found)
}

/// Runs the migrations that a file lacks, all or none.
pub(super) fn apply(kind: &FileKind, db: &Connection, from: i64) -> Result<(), StoreError> {
    let transaction = db.unchecked_transaction()?;
    for sql in kind.migrations.iter().skip(usize::try_from(from).unwrap_or(0)) {
        transaction.execute_batch(sql)?;
    }
    transaction.pragma_update(None, "user_version", kind.format())?;
    Ok(transaction.commit()?)
}

fn migrate(kind: &FileKind, dir: &Path) -> Result<Option<Migrated>, StoreError> {
    let (path, new) = (dir.join(kind.file), dir.join(format!("{}.new", kind.file)));
    // What an earlier attempt left when it was cut.
    remove(&new)?;
    let old = connect(&path)?;
    let (from, to) = (format(kind, &old, &path)?, kind.format());
    if from == to {
        return Ok(None);
    }
    keep_to_ourselves(&old, dir)?;
    if let Err(error) = copy(kind, &old, &new, from) {
        remove(&new)?;
        return Err(match error {
            StoreError::Full => StoreError::NoRoomToMigrate(path),
            error => error,
        });
    }
    std::fs::rename(&new, &path)
        .and_then(|()| File::open(dir)?.sync_all())
        .map_err(io_at(&path))?;
    Ok(Some(Migrated { file: kind.file, from, to }))
}

/// Writes the log into the file and removes it, since one that stayed would be taken for the new file's.
/// Keeps every other connection out until this one is closed, and fails where one is open that no lock shows.
fn keep_to_ourselves(old: &Connection, dir: &Path) -> Result<(), StoreError> {
    let in_use = |_| StoreError::InUse(dir.to_owned());
    old.busy_timeout(Duration::from_secs(5))?;
    let set =
        |name, value| old.pragma_update_and_check(None, name, value, |row| row.get::<_, String>(0));
    if set("journal_mode", "DELETE").map_err(in_use)? != "delete" {
        return Err(StoreError::InUse(dir.to_owned()));
    }
    set("locking_mode", "EXCLUSIVE")?;
    old.execute_batch("BEGIN EXCLUSIVE; COMMIT").map_err(in_use)
}

/// Makes the new file: durable and sound, or an error.
fn copy(kind: &FileKind, old: &Connection, new: &Path, from: i64) -> Result<(), StoreError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new);
    file.map_err(io_at(new))?;
    // The copy holds what is there and nothing of what was deleted.
    let name = new
        .to_str()
        .ok_or_else(|| StoreError::Io(new.to_owned(), io::ErrorKind::InvalidFilename))?;
    old.execute("VACUUM main INTO ?", [name])?;
    let db = connect(new)?;
    // A copy that fails is thrown away: it needs no journal on the disk.
    db.pragma_update(None, "journal_mode", "MEMORY")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // Tables may be made anew; what refers to them is looked at afterwards.
    db.pragma_update(None, "foreign_keys", "OFF")?;
    apply(kind, &db, from)?;
    let sound: String = db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    let dangling = db.prepare("PRAGMA foreign_key_check")?.exists([])?;
    if sound != "ok" || dangling {
        return Err(StoreError::Unsound(new.with_extension("")));
    }
    db.close().map_err(|(_, error)| error)?;
    OpenOptions::new().write(true).open(new).and_then(|file| file.sync_all()).map_err(io_at(new))
}

fn remove(new: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_at(new)(error)),
        _ => Ok(()),
    }
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |error| StoreError::at(path, &error)
}
