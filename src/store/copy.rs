//! The index as it is at one moment, for a backup: a copy without a name, which goes with the process.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;
use super::files::{INDEX, connect};
use super::handle::Store;
use super::records::StoredFile;
use super::rows;
use super::schema::{COPY, lock_copy, remove_copy};
use crate::base::ids::FileId;

/// A whole index, without what was deleted.
pub struct IndexCopy {
    /// At its first byte.
    pub file: File,
    /// Bytes.
    pub size: u64,
    db: Connection,
    _lock: File,
}

impl Store {
    /// Copies the index. Uploads go on meanwhile, and later changes are not in it.
    pub fn copy_index(&self) -> Result<IndexCopy, StoreError> {
        let dir = &self.0.dir;
        let lock = lock_copy(dir)?.ok_or_else(|| StoreError::Copying(dir.clone()))?;
        remove_copy(dir)?;
        let path = dir.join(COPY);
        let failed = |error: io::Error| StoreError::Io(path.clone(), error.kind());
        let name = path.to_str().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        let mut new = OpenOptions::new();
        new.write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        let copied = connect(&dir.join(INDEX.file))?.execute("VACUUM main INTO ?", [name]);
        let opened = copied.map_err(StoreError::from).and_then(|_| {
            let file = File::open(&path).map_err(failed)?;
            let db = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            // Nothing is read before the first statement.
            db.query_row("SELECT count(*) FROM heartbeat", [], |_| Ok(()))?;
            Ok((file, db))
        });
        remove_copy(dir)?;
        let (file, db) = opened?;
        let size = file.metadata().map_err(failed)?.len();
        Ok(IndexCopy { file, size, db, _lock: lock })
    }

    /// Whether the index, as it is now, names a file.
    pub fn names(&self, file: FileId) -> Result<bool, StoreError> {
        self.index(|db| rows::names(db, file))
    }
}

impl IndexCopy {
    /// Number and bytes of the files that it names.
    pub fn totals(&self) -> Result<(u64, u64), StoreError> {
        let all = "SELECT count(*), coalesce(sum(size), 0) FROM
            (SELECT size FROM member UNION ALL SELECT size FROM held)";
        Ok(self.db.query_row(all, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Hands over each file that it names.
    pub fn each_file<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(StoredFile) -> Result<(), E>,
    ) -> Result<(), E> {
        let all = "SELECT file, size FROM member UNION ALL SELECT file, size FROM held";
        let mut statement = self.db.prepare(all).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let id = row.get(0).map_err(StoreError::from)?;
            let size = row.get(1).map_err(StoreError::from)?;
            each(StoredFile { id: FileId(id), size })?;
        }
        Ok(())
    }
}
