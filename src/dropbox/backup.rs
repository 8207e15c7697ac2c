//! A whole box in one sealed file, and back. The plaintext is a tar, so that age and tar open it, too, then zeros up
//! to its Padmé length. In this order:
//!
//! ```text
//! backup.json                     version, day
//! sourdine.toml                   as it is
//! torrc.include                   where [tor] include names a file
//! index.db                        the index at one moment
//! vault/<id> …                    each sealed file that this index names
//! onion/<service>/<file> …        keys of the onion addresses
//! end.json                        which files were deleted meanwhile
//! ```

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Dropbox, as_of};
use crate::base::clock::Day;
use crate::base::ids::{FileId, hex};
use crate::bundle::tar_format::{self, END};
use crate::config::Config;
use crate::crypto::padding;
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::seal::{Recipients, SealError, SealWriter};
use crate::store::{Restoring, Store, StoreError, StoredFile};

const VERSION: u32 = 1;
const HEAD: &str = "backup.json";
const CONFIG: &str = "sourdine.toml";
const INCLUDE: &str = "torrc.include";
const INDEX: &str = "index.db";
const VAULT: &str = "vault/";
const ONION: &str = "onion/";
const TAIL: &str = "end.json";
/// Bytes of a configuration, a key, a list: nobody's are larger.
const SMALL: u64 = 16 * 1024 * 1024;
/// Onion services and what is in them.
const MOST_KEYS: usize = 4096;

/// In the store's directory: the day of the backup that a box was restored from, until its operator has reopened it.
const MARK: &str = "restored";

/// Why there is no backup, or no box of one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// What the index names is not there.
    #[error(
        "{0} stored file(s) are not whole, so that this would be no whole backup: `sourdine export --all` names the \
         dispatches; delete them at the desk, or restore an earlier backup. With --damaged they are left out"
    )]
    Damaged(usize),
    /// Nobody to seal to.
    #[error(
        "[backup] recipients names nobody to seal it to: on a machine that is not this one, run `sourdine keygen -o \
         backup-key.txt`, keep that file, and write the line age1… into the list"
    )]
    Nobody,
    /// A recipient that cannot be used: its number, counted from 1, and why.
    #[error("backup.recipients, recipient {0}: {1}")]
    Recipient(usize, RecipientError),
    /// One that is an editor's.
    #[error(
        "backup.recipients, recipient {0}: this is an editor's key; a backup is sealed to keys that only the operator \
         has, or an editor could open the whole box. Make one with `sourdine keygen`"
    )]
    Editors(usize),
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
    /// Sealing.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The file system, or what is read.
    #[error("{0}: {1}")]
    Io(String, io::Error),
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    /// Since 1970-01-01.
    day: i64,
    /// The same, for people.
    date: String,
}

#[derive(Serialize, Deserialize, Default)]
struct Tail {
    /// Files, by id, that were deleted while the backup was written.
    gone: Vec<String>,
    /// Files, by id, that were damaged before.
    damaged: Vec<String>,
}

/// To whom backups are sealed: keys of the operator alone, each tried.
pub fn recipients(config: &Config) -> Result<Recipients, BackupError> {
    let mut all = Vec::new();
    for (number, text) in (1..).zip(&config.backup.recipients) {
        let recipient: Recipient =
            text.parse().map_err(|error| BackupError::Recipient(number, error))?;
        let is_same = |other: &String| {
            other.parse::<Recipient>().is_ok_and(|other| other.as_str() == recipient.as_str())
        };
        if config.teams.iter().flat_map(|team| &team.recipients).any(is_same) {
            return Err(BackupError::Editors(number));
        }
        all.push(recipient);
    }
    if all.is_empty() {
        return Err(BackupError::Nobody);
    }
    Ok(Recipients::proven(all)?)
}

/// What goes into a backup beside the store.
pub struct Surroundings {
    /// The configuration's text.
    pub config: String,
    /// Of the file that `[tor] include` names.
    pub include: Option<String>,
    /// Files of onion services: `<service>/<file>`, content.
    pub onions: Vec<(String, Vec<u8>)>,
}

/// What was backed up.
#[derive(Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// Sealed files.
    pub files: u64,
    /// Bytes of the backup.
    pub bytes: u64,
    /// Files that were damaged in the store and left out.
    pub damaged: usize,
}

fn not_written(error: io::Error) -> BackupError {
    BackupError::Io("the backup cannot be written".into(), error)
}

fn not_sealed(error: SealError) -> BackupError {
    match error {
        SealError::Io(error) => not_written(error),
        error => BackupError::Seal(error),
    }
}

fn not_read(error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            BackupError::Cut("altered or cut")
        }
        _ => BackupError::Io("the backup cannot be read".into(), error),
    }
}

/// Writes a tar.
struct Tar<W: Write> {
    to: SealWriter<W>,
    day: Day,
}

impl<W: Write> Tar<W> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.to.write(bytes).map_err(not_sealed)
    }

    fn head(&mut self, path: &str, size: u64) -> Result<(), BackupError> {
        let header = tar_format::header(path, size, self.day).map_err(not_written)?;
        self.put(&header)
    }

    fn zeros(&mut self, mut count: u64) -> Result<(), BackupError> {
        let zeros = [0; 16 * 1024];
        while count > 0 {
            let piece = zeros.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            self.put(zeros.get(..piece).unwrap_or_default())?;
            count -= piece as u64;
        }
        Ok(())
    }

    fn whole(&mut self, path: &str, content: &[u8]) -> Result<(), BackupError> {
        self.head(path, content.len() as u64)?;
        self.put(content)?;
        self.zeros(tar_format::padding(content.len() as u64))
    }

    /// What a reader gives, then zeros up to `size`; says whether it gave all of that.
    fn stream(
        &mut self,
        path: &str,
        size: u64,
        reader: &mut impl Read,
        buffer: &mut [u8],
    ) -> Result<bool, BackupError> {
        self.head(path, size)?;
        let mut left = size;
        while left > 0 {
            let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match reader.read(buffer.get_mut(..most).unwrap_or_default()) {
                Ok(n) if n > 0 => {
                    self.put(buffer.get(..n).unwrap_or_default())?;
                    left -= n as u64;
                }
                // A deleted file ends where the writer has removed it.
                Ok(_) | Err(_) => break,
            }
        }
        self.zeros(left + tar_format::padding(size))?;
        Ok(left == 0)
    }
}

impl Dropbox {
    /// Writes all of the box, sealed, while uploads go on. What is published after its first moment is not in it.
    /// `progress` hears of bytes done and to do.
    pub fn backup(
        &self,
        around: &Surroundings,
        recipients: &Recipients,
        leave_out_damaged: bool,
        output: impl Write,
        progress: &dyn Fn(u64, u64),
    ) -> Result<BackedUp, BackupError> {
        let store = self.store();
        let day = self.today();
        let mut counted = Counted { to: output, bytes: 0 };
        let mut tar = Tar { to: recipients.seal_file(&mut counted)?, day };
        tar.whole(HEAD, &json(&Head { version: VERSION, day: day.0, date: day.to_string() }))?;
        tar.whole(CONFIG, around.config.as_bytes())?;
        if let Some(include) = &around.include {
            tar.whole(INCLUDE, include.as_bytes())?;
        }
        let mut index = store.copy_index()?;
        let (files, bytes) = index.totals()?;
        let total = bytes.saturating_add(index.size);
        let mut buffer = vec![0; 256 * 1024];
        if !tar.stream(INDEX, index.size, &mut index.file, &mut buffer)? {
            return Err(not_written(io::Error::other("the copy of the index was cut")));
        }
        let mut tail = Tail::default();
        let mut done = index.size;
        index.each_file(|file| {
            if !put_file(&mut tar, store, file, &mut buffer)? {
                let list = if store.names(file.id)? { &mut tail.damaged } else { &mut tail.gone };
                list.push(hex(&file.id.0));
            }
            done = done.saturating_add(file.size);
            progress(done, total);
            Ok::<_, BackupError>(())
        })?;
        let damaged = tail.damaged.len();
        if damaged > 0 && !leave_out_damaged {
            return Err(BackupError::Damaged(damaged));
        }
        for (path, content) in &around.onions {
            tar.whole(&format!("{ONION}{path}"), content)?;
        }
        tar.whole(TAIL, &json(&tail))?;
        tar.put(&END)?;
        tar.to.finish().map_err(not_sealed)?;
        counted.to.flush().map_err(not_written)?;
        Ok(BackedUp { files, bytes: counted.bytes, damaged })
    }

    /// Ends that a box counts as restored, on the day that its operator says is right.
    pub fn reopened(&self, data_dir: &Path) -> Result<(), BackupError> {
        let Some(day) = restored(data_dir)? else { return Ok(()) };
        let today = self.clock().day().unproven();
        self.store().confirm_day(today)?;
        self.keep_day()?;
        as_of::write(self.store(), day, today)?;
        let mark = data_dir.join(MARK);
        std::fs::remove_file(&mark).map_err(|error| {
            BackupError::Io(format!("{} cannot be removed", mark.display()), error)
        })
    }
}

/// The day of the backup that a box was restored from, where it is not reopened yet.
pub fn restored(data_dir: &Path) -> Result<Option<Day>, BackupError> {
    let mark = data_dir.join(MARK);
    match std::fs::read_to_string(&mark) {
        Ok(day) => Ok(Some(Day(day.trim().parse().unwrap_or_default()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BackupError::Io(format!("{} cannot be read", mark.display()), error)),
    }
}

fn put_file<W: Write>(
    tar: &mut Tar<W>,
    store: &Store,
    file: StoredFile,
    buffer: &mut [u8],
) -> Result<bool, BackupError> {
    tar.stream(&format!("{VAULT}{}", hex(&file.id.0)), file.size, &mut store.read(file), buffer)
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

struct Counted<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
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
) -> Result<Restored, BackupError> {
    let mut read = Entries { from: plain, bytes: 0 };
    let head: Head = match read.next()? {
        Some((path, size)) if path == HEAD => {
            let text = read.small(size)?;
            serde_json::from_slice(&text)
                .map_err(|_| BackupError::Foreign("its head is another's"))?
        }
        _ => return Err(BackupError::Foreign("it has no head")),
    };
    if head.version != VERSION {
        return Err(BackupError::Newer(head.version));
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
            return Err(BackupError::Cut("it has no end"));
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
                    .map_err(|_| BackupError::Foreign("its end is another's"))?;
            }
            (path, Some(store)) if path.starts_with(VAULT) => {
                let id = file_id(path.trim_start_matches(VAULT))?;
                if !store.names(id)? {
                    return Err(BackupError::Foreign("a file is in it that it does not name"));
                }
                read.within(size, |content| store.file(id, content))?;
                found.files += 1;
            }
            (path, Some(_)) if path.starts_with(ONION) && found.onions.len() < MOST_KEYS => {
                let path = plain_path(path.trim_start_matches(ONION))?;
                found.onions.push((path, read.small(size)?));
            }
            _ => return Err(BackupError::Foreign("it holds what no backup holds")),
        }
        progress(read.bytes);
    };
    read.finish()?;
    let Some(store) = store else { return Err(BackupError::Cut("it has no index")) };
    let lost = tail.gone.iter().chain(&tail.damaged);
    let lost: Vec<_> = lost.map(|id| file_id(id)).collect::<Result<_, _>>()?;
    store.finish(&lost).map_err(|error| match error {
        StoreError::Unsound(_) => BackupError::Cut("a stored file is missing"),
        error => error.into(),
    })?;
    let mark = data.join(MARK);
    std::fs::write(&mark, found.day.0.to_string())
        .map_err(|error| BackupError::Io(format!("{} cannot be written", mark.display()), error))?;
    Ok(found)
}

fn text(bytes: Vec<u8>) -> Result<String, BackupError> {
    String::from_utf8(bytes).map_err(|_| BackupError::Foreign("its configuration is no text"))
}

fn file_id(text: &str) -> Result<FileId, BackupError> {
    FileId::parse(text).ok_or(BackupError::Foreign("a file has no id"))
}

/// One or two names below the directory of onion services, the last one within `authorized_clients` or not.
fn plain_path(path: &str) -> Result<PathBuf, BackupError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name = |name: &str| {
        !name.is_empty() && name.len() < 200 && name.chars().all(plain) && !name.starts_with('.')
    };
    let parts: Vec<_> = path.split('/').collect();
    if (2..=3).contains(&parts.len()) && parts.iter().all(|part| is_name(part)) {
        return Ok(parts.iter().collect());
    }
    Err(BackupError::Foreign("the name of a key is none"))
}

/// The entries of a tar that comes as a stream, without extensions: ours has none.
struct Entries<R> {
    from: R,
    bytes: u64,
}

impl<R: Read> Entries<R> {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), BackupError> {
        self.from.read_exact(buffer).map_err(not_read)?;
        self.bytes += buffer.len() as u64;
        Ok(())
    }

    /// Path and size of the next one; `None` at the tar's end.
    fn next(&mut self) -> Result<Option<(String, u64)>, BackupError> {
        let mut header = tar::Header::new_ustar();
        self.fill(header.as_mut_bytes())?;
        if header.as_bytes().iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let foreign = |_| BackupError::Foreign("it is no tar");
        let sum: u32 = header.cksum().map_err(foreign)?;
        let mut again = header.clone();
        again.set_cksum();
        if again.cksum().map_err(foreign)? != sum {
            return Err(BackupError::Foreign("it is no tar"));
        }
        let path = String::from_utf8(header.path_bytes().into_owned());
        let path = path.map_err(|_| BackupError::Foreign("a path is no text"))?;
        Ok(Some((path, header.entry_size().map_err(foreign)?)))
    }

    fn small(&mut self, size: u64) -> Result<Vec<u8>, BackupError> {
        if size > SMALL {
            return Err(BackupError::Foreign("a part is too large"));
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
    ) -> Result<T, BackupError> {
        let mut content = Content { from: &mut self.from, left: size, failed: None };
        let done = work(&mut content);
        if let Some(error) = content.failed.take() {
            return Err(not_read(error));
        }
        let done = done?;
        if content.left > 0 {
            return Err(BackupError::Foreign("a part is longer than it says"));
        }
        self.bytes += size;
        let mut rest = [0; 512];
        let filler = usize::try_from(tar_format::padding(size)).unwrap_or(0);
        self.fill(rest.get_mut(..filler).unwrap_or_default())?;
        Ok(done)
    }

    /// The rest must be zeros; only an end without error means that the backup is whole (age's STREAM).
    fn finish(&mut self) -> Result<(), BackupError> {
        let mut buffer = vec![0; 64 * 1024];
        match padding::count_zeros(&mut self.from, &mut buffer).map_err(not_read)? {
            Some(zeros) if zeros >= END.len() as u64 => Ok(()),
            _ => Err(BackupError::Foreign("something stands behind its end")),
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
