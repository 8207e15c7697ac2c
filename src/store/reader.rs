//! Reading sealed files.

use std::io::{self, Read, Seek, SeekFrom};

use rusqlite::OptionalExtension;

use super::handle::Store;
use super::records::StoredFile;

impl Store {
    /// Reads one sealed file, chunk by chunk, each in its own short transaction.
    pub fn read(&self, file: StoredFile) -> FileReader {
        FileReader::new(self.clone(), file)
    }
}

/// The bytes of one sealed file, from wherever it is told to begin. A file that is shorter than the index says
/// is an error, never a silent end.
///
/// All chunks of one file are of one size but the last ([`super::FileWriter`] makes them so); other files may
/// have another, from another [`Tuning`](super::Tuning). A place in the middle is found by the length of the first chunk, which SQLite
/// tells without reading it.
pub struct FileReader {
    store: Store,
    file: StoredFile,
    /// Of the next byte to give.
    at: u64,
    chunk: Vec<u8>,
    /// Of the chunk's first byte.
    begins: u64,
    /// Number of the chunk after it.
    next: u32,
}

impl FileReader {
    fn new(store: Store, file: StoredFile) -> Self {
        Self { store, file, at: 0, chunk: Vec::new(), begins: 0, next: 0 }
    }

    fn end(&self) -> u64 {
        self.begins + self.chunk.len() as u64
    }

    /// Makes `chunk` the one that holds the byte at `at`.
    fn load(&mut self) -> io::Result<()> {
        let (seq, begins) = if self.at == self.end() {
            (self.next, self.at)
        } else {
            let id = self.file.id;
            let first: Option<u64> = self.store.vault(|db| {
                db.prepare_cached("SELECT length(data) FROM chunk WHERE file = ? AND seq = 0")?
                    .query_row([id.0], |row| row.get(0))
                    .optional()
            })?;
            let size = first.filter(|size| *size > 0).ok_or_else(missing)?;
            let seq = u32::try_from(self.at / size).map_err(|_| missing())?;
            (seq, self.at / size * size)
        };
        let id = self.file.id;
        let chunk: Option<Vec<u8>> = self.store.vault(|db| {
            db.prepare_cached("SELECT data FROM chunk WHERE file = ? AND seq = ?")?
                .query_row((id.0, seq), |row| row.get(0))
                .optional()
        })?;
        let chunk = chunk.ok_or_else(missing)?;
        let end = begins + chunk.len() as u64;
        if end <= self.at || end > self.file.size {
            return Err(missing());
        }
        (self.chunk, self.begins, self.next) = (chunk, begins, seq + 1);
        Ok(())
    }
}

fn missing() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "a chunk is missing")
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.file.size || buffer.is_empty() {
            return Ok(0);
        }
        if !(self.begins..self.end()).contains(&self.at) {
            self.load()?;
        }
        let taken = usize::try_from(self.at - self.begins).unwrap_or(usize::MAX);
        let n = self.chunk.get(taken..).unwrap_or_default().read(buffer)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.file.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
