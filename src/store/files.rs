//! The two files: what they are called, how they are opened, and what is asked of a file as a whole.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::error::StoreError;

pub(super) const INDEX: FileKind = FileKind {
    file: "index.db",
    application_id: 0x534f_5549, // "SOUI"
    migrations: &[
        include_str!("migrations/index_0001.sql"),
        include_str!("migrations/index_0002.sql"),
        include_str!("migrations/index_0003.sql"),
        include_str!("migrations/index_0004.sql"),
        include_str!("migrations/index_0005.sql"),
        include_str!("migrations/index_0006.sql"),
        include_str!("migrations/index_0007.sql"),
    ],
};
pub(super) const VAULT: FileKind = FileKind {
    file: "vault.db",
    application_id: 0x534f_5556, // "SOUV"
    migrations: &[include_str!("migrations/vault_0001.sql")],
};
pub(super) const KINDS: [&FileKind; 2] = [&INDEX, &VAULT];
/// How long a connection waits for another process's short transaction.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct FileKind {
    pub file: &'static str,
    pub application_id: i64,
    /// Numbered SQL: the first one makes format 1, each further one the next.
    pub migrations: &'static [&'static str],
}

impl FileKind {
    /// The format that this program reads and writes.
    pub fn format(&self) -> i64 {
        i64::try_from(self.migrations.len()).unwrap_or(i64::MAX)
    }
}

pub(super) fn connect(path: &Path) -> Result<Connection, StoreError> {
    use rusqlite::OpenFlags;
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    Ok(connection)
}

pub(super) fn beats(db: &Connection) -> Result<i64, StoreError> {
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
