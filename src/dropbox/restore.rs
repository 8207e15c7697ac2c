//! A box again from its backup: whole, or not at all.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::backup::{
    CONFIG, HEAD, Head, INCLUDE, INDEX, KEY, MOST_KEYS, ONION, SMALL, TAIL, Tail, VAULT, VERSION,
    key_path,
};
use super::{Dropbox, as_of};
use crate::base::clock::Day;
use crate::base::ids::FileId;
use crate::bundle::tar_format::{self, END};
use crate::crypto::padding;
use crate::store::{Restoring, StoreError};

/// In the store's directory: the day of the backup that a box was restored from, until its operator has reopened it.
const MARK: &str = "restored";

/// Why there is no box of a backup.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Not one of ours.
    #[error("this is no backup of sourdine's: {0}; name a file that `sourdine backup` wrote")]
    Foreign(&'static str),
    /// Of a later program.
    #[error(
        "this backup has version {0}, this program knows {VERSION}; use the newer sourdine that wrote it"
    )]
    Newer(u32),
    /// Its end is missing, or something in it.
    #[error("the backup is not whole ({0}); take another copy of it. Nothing was restored")]
    Cut(&'static str),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file system, or what is read.
    #[error("{0}: {1}")]
    Io(String, io::Error),
}

fn not_read(error: io::Error) -> RestoreError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            RestoreError::Cut("altered or cut")
        }
        _ => RestoreError::Io("the backup cannot be read".into(), error),
    }
}

impl Dropbox {
    /// Ends that a box counts as restored, on the day that its operator says is right.
    pub fn reopened(&self, data_dir: &Path) -> Result<(), RestoreError> {
        let Some(day) = restored(data_dir)? else { return Ok(()) };
        let today = self.clock().day().unproven();
        self.store().confirm_day(today)?;
        self.keep_day()?;
        as_of::write(self.store(), day, today)?;
        let mark = data_dir.join(MARK);
        std::fs::remove_file(&mark).map_err(|error| {
            RestoreError::Io(format!("{} cannot be removed", mark.display()), error)
        })
    }
}

/// The day of the backup that a box was restored from, where it is not reopened yet.
pub fn restored(data_dir: &Path) -> Result<Option<Day>, RestoreError> {
    let mark = data_dir.join(MARK);
    match std::fs::read_to_string(&mark) {
        Ok(day) => Ok(Some(Day(day.trim().parse().unwrap_or_default()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(RestoreError::Io(format!("{} cannot be read", mark.display()), error)),
    }
}

/// What a backup holds beside the store.
#[derive(Debug)]
pub struct Restored {
    /// Its day, as it says.
    pub day: Day,
    /// The configuration's text.
    pub config: String,
    /// Of the file that `[tor] include` named.
    pub include: Option<String>,
    /// Files of onion services, by their paths below it.
    pub onions: Vec<(PathBuf, Vec<u8>)>,
    /// Sealed files.
    pub files: u64,
}

/// Reads an opened backup to its end and makes its store in the new directory `data`, which counts as restored. On an
/// error, what stands there is none. `progress` hears of bytes read.
pub fn restore(
    plain: impl Read,
    data: &Path,
    progress: &dyn Fn(u64),
) -> Result<Restored, RestoreError> {
    let mut read = Entries { from: plain, bytes: 0 };
    let head: Head = match read.next()? {
        Some((path, size)) if path == HEAD => {
            let text = read.small(size)?;
            serde_json::from_slice(&text)
                .map_err(|_| RestoreError::Foreign("its head is another's"))?
        }
        _ => return Err(RestoreError::Foreign("it has no head")),
    };
    if head.version != VERSION {
        return Err(RestoreError::Newer(head.version));
    }
    let mut found = Restored {
        day: Day(head.day),
        config: String::new(),
        include: None,
        onions: Vec::new(),
        files: 0,
    };
    let mut store: Option<Restoring> = None;
    let tail = loop {
        let Some((path, size)) = read.next()? else {
            return Err(RestoreError::Cut("it has no end"));
        };
        match (path.as_str(), &mut store) {
            (CONFIG, None) if found.config.is_empty() => found.config = text(read.small(size)?)?,
            (INCLUDE, None) => found.include = Some(text(read.small(size)?)?),
            (INDEX, None) => {
                store = Some(read.within(size, |index| Restoring::begin(data, index))?);
            }
            (TAIL, Some(_)) => {
                let list = read.small(size)?;
                break serde_json::from_slice::<Tail>(&list)
                    .map_err(|_| RestoreError::Foreign("its end is another's"))?;
            }
            (path, Some(store)) if path.starts_with(VAULT) => {
                let id = file_id(path.trim_start_matches(VAULT))?;
                if !store.names(id)? {
                    return Err(RestoreError::Foreign("a file is in it that it does not name"));
                }
                read.within(size, |content| store.file(id, content))?;
                found.files += 1;
            }
            (path, Some(_)) if path.starts_with(ONION) && found.onions.len() < MOST_KEYS => {
                let path = key_path(path.trim_start_matches(ONION));
                let path = path.ok_or(RestoreError::Foreign("the name of a key is none"))?;
                found.onions.push((path, read.part(size, KEY)?));
            }
            _ => return Err(RestoreError::Foreign("it holds what no backup holds")),
        }
        progress(read.bytes);
    };
    read.finish()?;
    let Some(store) = store else { return Err(RestoreError::Cut("it has no index")) };
    let lost = tail.gone.iter().chain(&tail.damaged);
    let lost: Vec<_> = lost.map(|id| file_id(id)).collect::<Result<_, _>>()?;
    // Before the store is one.
    let mark = data.join(MARK);
    std::fs::write(&mark, found.day.0.to_string()).map_err(|error| {
        RestoreError::Io(format!("{} cannot be written", mark.display()), error)
    })?;
    store.finish(&lost).map_err(|error| match error {
        StoreError::Unsound(_) => RestoreError::Cut("a stored file is missing"),
        error => error.into(),
    })?;
    Ok(found)
}

fn text(bytes: Vec<u8>) -> Result<String, RestoreError> {
    String::from_utf8(bytes).map_err(|_| RestoreError::Foreign("its configuration is no text"))
}

fn file_id(text: &str) -> Result<FileId, RestoreError> {
    FileId::parse(text).ok_or(RestoreError::Foreign("a file has no id"))
}

/// The entries of a tar that comes as a stream, without extensions: ours has none.
struct Entries<R> {
    from: R,
    bytes: u64,
}

impl<R: Read> Entries<R> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RestoreError> {
        self.from.read_exact(buffer).map_err(not_read)?;
        self.bytes += buffer.len() as u64;
        Ok(())
    }

    /// Path and size of the next one; `None` at the tar's end.
    fn next(&mut self) -> Result<Option<(String, u64)>, RestoreError> {
        let mut header = tar::Header::new_ustar();
        self.fill(header.as_mut_bytes())?;
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let foreign = |_| RestoreError::Foreign("it is no tar");
        let sum: u32 = header.cksum().map_err(foreign)?;
        let mut again = header.clone();
        again.set_cksum();
        if again.cksum().map_err(foreign)? != sum {
            return Err(RestoreError::Foreign("it is no tar"));
        }
        let path = String::from_utf8(header.path_bytes().into_owned());
        let path = path.map_err(|_| RestoreError::Foreign("a path is no text"))?;
        Ok(Some((path, header.entry_size().map_err(foreign)?)))
    }

    fn small(&mut self, size: u64) -> Result<Vec<u8>, RestoreError> {
        self.part(size, SMALL)
    }

    /// One entry of at most so many bytes, at once.
    fn part(&mut self, size: u64, most: u64) -> Result<Vec<u8>, RestoreError> {
        if size > most {
            return Err(RestoreError::Foreign("a part is too large"));
        }
        self.within(size, |content| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes)?;
            Ok(bytes)
        })
    }

    /// Reads one entry with `work`, which is to take all of it; then what fills its last block.
    fn within<T>(
        &mut self,
        size: u64,
        work: impl FnOnce(&mut dyn Read) -> Result<T, StoreError>,
    ) -> Result<T, RestoreError> {
        let mut content = Content { from: &mut self.from, left: size, failed: None };
        let done = work(&mut content);
        if let Some(error) = content.failed.take() {
            return Err(not_read(error));
        }
        let done = done?;
        if content.left > 0 {
            return Err(RestoreError::Foreign("a part is longer than it says"));
        }
        self.bytes += size;
        let mut rest = [0; 512];
        let filler = usize::try_from(tar_format::padding(size)).unwrap_or(0);
        self.fill(rest.get_mut(..filler).unwrap_or_default())?;
        Ok(done)
    }

    /// The rest must be zeros; only an end without error means that the backup is whole (age's STREAM).
    fn finish(&mut self) -> Result<(), RestoreError> {
        let mut buffer = vec![0; 64 * 1024];
        match padding::count_zeros(&mut self.from, &mut buffer).map_err(not_read)? {
            Some(zeros) if zeros >= END.len() as u64 => Ok(()),
            _ => Err(RestoreError::Foreign("something stands behind its end")),
        }
    }
}

/// One entry's bytes; remembers what its source said, so that it is not taken for the disk's fault.
struct Content<'a, R> {
    from: &'a mut R,
    left: u64,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        match self.from.read(buffer.get_mut(..most).unwrap_or_default()) {
            Ok(0) => {
                self.failed = Some(io::ErrorKind::UnexpectedEof.into());
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Ok(n) => {
                self.left -= n as u64;
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.failed = Some(error);
                Err(kind.into())
            }
        }
    }
}
