//! A store made again from a backup, in a new directory. Only [`finish`](Restoring::finish) makes it one.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::StoreError;
use super::files::{FileKind, INDEX, VAULT, beats, connect};
use super::records::Tuning;
use super::removal::{close_up, ids, take_dispatch};
use super::writer::row_id;
use super::{migration, rows, schema};
use crate::base::ids::{DispatchId, FileId, MailboxId};

/// What has come of a store so far.
pub struct Restoring {
    dir: PathBuf,
    index: Connection,
    vault: Connection,
    /// Of the transaction that is open.
    bytes: u64,
    tuning: Tuning,
}

impl Restoring {
    /// Makes the directory, with this index in it, which may have an older format.
    pub fn begin(dir: &Path, index: &mut dyn Read) -> Result<Self, StoreError> {
        let tuning = Tuning::default();
        schema::create(dir, &[], &tuning)?;
        let path = dir.join(INDEX.file);
        let failed = |error: io::Error| StoreError::at(&path, &error);
        let mut file = OpenOptions::new().write(true).truncate(true).mode(0o600).open(&path);
        file.as_mut()
            .map_err(|error| StoreError::at(&path, error))
            .and_then(|file| io::copy(index, file).map_err(failed))?;
        schema::check_ours(&INDEX, &path)?;
        if !is_sound(&path)? {
            return Err(StoreError::Unsound(path));
        }
        migration::run(dir)?;
        let (index, vault) = (unsafe_writer(dir, &INDEX)?, unsafe_writer(dir, &VAULT)?);
        vault.execute_batch("BEGIN")?;
        Ok(Self { dir: dir.to_owned(), index, vault, bytes: 0, tuning })
    }

    /// Whether the index names a file.
    pub fn names(&self, file: FileId) -> Result<bool, StoreError> {
        Ok(rows::names(&self.index, file)?)
    }

    /// Takes one file, to the end of what is read.
    pub fn file(&mut self, file: FileId, content: &mut dyn Read) -> Result<(), StoreError> {
        let mut chunk = Vec::new();
        for seq in 0.. {
            chunk.clear();
            let most = self.tuning.chunk as u64;
            content
                .take(most)
                .read_to_end(&mut chunk)
                .map_err(|error| StoreError::at(&self.dir, &error))?;
            if chunk.is_empty() {
                break;
            }
            self.vault
                .prepare_cached("INSERT INTO chunk (id, file, seq, data) VALUES (?, ?, ?, ?)")?
                .execute((row_id(file, seq), file.0, seq, &chunk))?;
            self.bytes += chunk.len() as u64;
            if self.bytes > self.tuning.transaction {
                self.vault.execute_batch("COMMIT; BEGIN")?;
                self.bytes = 0;
            }
        }
        Ok(())
    }

    /// Takes out what `gone` files belong to, looks whether everything else is whole. Nothing is synced: whoever names the directory does that before.
    pub fn finish(self, gone: &[FileId]) -> Result<(), StoreError> {
        let Self { dir, index, vault, .. } = self;
        vault.execute_batch("COMMIT")?;
        index.execute_batch("BEGIN")?;
        for file in gone {
            take(&index, *file)?;
            vault.execute("DELETE FROM chunk WHERE file = ?", [file.0])?;
        }
        if !is_whole(&index, &vault)? {
            return Err(StoreError::Unsound(dir.join(VAULT.file)));
        }
        vault.execute("UPDATE heartbeat SET beat = ?", [beats(&index)?])?;
        index.execute_batch("COMMIT")?;
        for db in [index, vault] {
            db.close().map_err(|(_, error)| error)?;
        }
        Ok(())
    }
}

/// Whether the vault has every byte that the index names.
fn is_whole(index: &Connection, vault: &Connection) -> Result<bool, StoreError> {
    let mut all =
        index.prepare("SELECT file, size FROM member UNION ALL SELECT file, size FROM held")?;
    let mut stored =
        vault.prepare("SELECT coalesce(sum(length(data)), 0) FROM chunk WHERE file = ?")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (file, size) = (row.get::<_, [u8; 16]>(0)?, row.get::<_, u64>(1)?);
        if stored.query_row([file], |row| row.get::<_, u64>(0))? != size {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Deletes the dispatch, or the file of a draft, that a file belongs to.
fn take(index: &Connection, file: FileId) -> Result<(), StoreError> {
    for dispatch in ids(index, "SELECT dispatch FROM member WHERE file = ?", [file.0])? {
        let mailboxes = ids(index, "SELECT mailbox FROM dispatch WHERE id = ?", [dispatch])?;
        take_dispatch(index, DispatchId(dispatch))?;
        for mailbox in mailboxes {
            close_up(index, MailboxId(mailbox))?;
        }
    }
    index.execute("DELETE FROM held WHERE file = ?", [file.0])?;
    Ok(())
}

fn is_sound(path: &Path) -> Result<bool, StoreError> {
    let db = connect(path)?;
    let said: String = db.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    Ok(said == "ok" && !db.prepare("PRAGMA foreign_key_check")?.exists([])?)
}

/// A connection that syncs nothing: the directory is thrown away unless all of it ends well.
fn unsafe_writer(dir: &Path, kind: &FileKind) -> Result<Connection, StoreError> {
    let db = connect(&dir.join(kind.file))?;
    db.pragma_update(None, "journal_mode", "MEMORY")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    db.pragma_update(None, "trusted_schema", "OFF")?;
    Ok(db)
}
