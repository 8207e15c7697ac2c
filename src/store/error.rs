//! What goes wrong in a store.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What goes wrong in a store. One sentence each, with the remedy where there is one.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The directory is not there.
    #[error("there is no data directory {0}; make one with `sourdine init`, or correct data_dir")]
    Missing(PathBuf),
    /// A directory above it is closed to this user, by number.
    #[error("{0} cannot be entered by user {1}: chmod 755 {0}")]
    Barred(PathBuf, u32),
    /// One of its two files is not there, while the directory is.
    #[error(
        "{0} is missing: the store has lost it. Mount the disk that has it, or restore a backup; do not run init"
    )]
    Lost(PathBuf),
    /// Others may read it.
    #[error("{0} can be read by others; run: chmod -R go-rwx {0}")]
    NotPrivate(PathBuf),
    /// We may not write.
    #[error(
        "{0} cannot be written by this user; run sourdine as the directory's owner, or give the directory to this user with chown -R"
    )]
    NotWritable(PathBuf),
    /// There is something already.
    #[error("{0} exists already and is never overwritten; choose another directory")]
    Exists(PathBuf),
    /// Made by a newer program.
    #[error(
        "{path} has format {found}, this program knows up to {known}; use the newer sourdine that wrote it"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format known.
        known: i64,
    },
    /// Made by an older program, and not migrated yet.
    #[error(
        "{path} has format {found}, this program needs {known}: stop a `sourdine serve` of the older version, \
         then start this one's, or run `sourdine upgrade`, which migrates the store while nothing else uses \
         it. Nothing was changed"
    )]
    Older {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format needed.
        known: i64,
    },
    /// It could not be had alone, which changing the format needs.
    #[error(
        "another sourdine uses {0}, and a store is migrated only while none does: wait for that command or \
         stop it, then run this again. Nothing was changed"
    )]
    InUse(PathBuf),
    /// The copy that is migrated does not fit.
    #[error(
        "there is no room beside {0} for its migrated copy: free twice the size of that file, then run this \
         again. Nothing was changed"
    )]
    NoRoomToMigrate(PathBuf),
    /// The migrated copy has faults.
    #[error(
        "{0} is damaged and cannot be migrated: restore it from a backup, with the vault.db of the same day. \
         Nothing was changed"
    )]
    Unsound(PathBuf),
    /// Another program's file.
    #[error(
        "{0} is not a sourdine database; correct data_dir, or restore the directory from a backup"
    )]
    NotOurs(PathBuf),
    /// One of the two files is older than the other.
    #[error(
        "{0} holds an index.db that is older than its vault.db: put back the two files of the same day. \
         Nothing was removed"
    )]
    Mismatch(PathBuf),
    /// A second backup.
    #[error("a backup of {0} is under way; wait for it")]
    Copying(PathBuf),
    /// A second server.
    #[error("another sourdine already serves {0}; stop it first")]
    Served(PathBuf),
    /// A process that clears up does not come to its end.
    #[error("another process keeps {0} locked; stop every sourdine, then start again")]
    Locked(PathBuf),
    /// Disk or quota.
    #[error("there is no space left, on the disk or within the quota")]
    Full,
    /// What was read for a publication has changed: read it again and retry.
    #[error("the mailbox or its draft was changed by another upload meanwhile")]
    Changed,
    /// The source discarded or erased what this upload belongs to.
    #[error("the upload was discarded")]
    Discarded,
    /// The writer is gone.
    #[error("the store has stopped")]
    Stopped,
    /// Anything else that SQLite says.
    #[error("the database failed: {0}")]
    Database(Arc<rusqlite::Error>),
    /// Anything else that the file system says.
    #[error("{0}: {1}")]
    Io(PathBuf, io::ErrorKind),
}

impl StoreError {
    /// What a file system said of a path.
    pub(super) fn at(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            kind => Self::Io(path.to_owned(), kind),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        // On a full disk the memory that readers share cannot grow, which SQLite tells in another way.
        let shared =
            error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ if shared => Self::Full,
            _ => Self::Database(Arc::new(error)),
        }
    }
}

/// What a [`FileReader`] met.
impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Io("vault.db".into(), error.kind())
    }
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Full => io::ErrorKind::StorageFull,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
