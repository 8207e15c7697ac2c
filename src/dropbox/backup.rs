//! A whole box in one sealed file. The plaintext is a tar, so that age and tar open it, too, then zeros up
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
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Dropbox;
use crate::base::clock::Day;
use crate::base::ids::hex;
use crate::bundle::tar_format::{self, END};
use crate::config::Config;
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::seal::{Recipients, SealError, SealWriter};
use crate::store::{Store, StoreError, StoredFile};

pub(super) const VERSION: u32 = 1;
pub(super) const HEAD: &str = "backup.json";
pub(super) const CONFIG: &str = "sourdine.toml";
pub(super) const INCLUDE: &str = "torrc.include";
pub(super) const INDEX: &str = "index.db";
pub(super) const VAULT: &str = "vault/";
pub(super) const ONION: &str = "onion/";
pub(super) const TAIL: &str = "end.json";
/// Bytes of a configuration, a key, a list: nobody's are larger.
pub(super) const SMALL: u64 = 16 * 1024 * 1024;
/// Bytes of a file of an onion service, and how many of them there are at most.
pub(super) const KEY: u64 = 16 * 1024;
pub(super) const MOST_KEYS: usize = 1024;

/// Why there is no backup.
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
    /// A part that could not be read back.
    #[error("{0} is larger than {most} MiB, which no backup holds", most = SMALL >> 20)]
    Large(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Sealing.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// What takes it failed.
    #[error("the backup cannot be written: {0}")]
    Io(io::Error),
}

#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    pub version: u32,
    /// Since 1970-01-01.
    pub day: i64,
    /// The same, for people.
    pub date: String,
}

#[derive(Serialize, Deserialize, Default)]
pub(super) struct Tail {
    /// Files, by id, that were deleted while the backup was written.
    pub gone: Vec<String>,
    /// Files, by id, that were damaged before.
    pub damaged: Vec<String>,
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
    /// Files of onion services: `<service>/<file>`, content. What [`key_path`] refuses is left out.
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
    BackupError::Io(error)
}

fn not_sealed(error: SealError) -> BackupError {
    match error {
        SealError::Io(error) => not_written(error),
        error => BackupError::Seal(error),
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

    /// A part that is read back at once.
    fn whole(&mut self, path: &str, content: &[u8]) -> Result<(), BackupError> {
        if content.len() as u64 > SMALL {
            return Err(BackupError::Large(path.to_owned()));
        }
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
        let is_key = |(path, content): &&(String, Vec<u8>)| {
            key_path(path).is_some() && content.len() as u64 <= KEY
        };
        for (path, content) in around.onions.iter().filter(is_key).take(MOST_KEYS) {
            tar.whole(&format!("{ONION}{path}"), content)?;
        }
        tar.whole(TAIL, &json(&tail))?;
        tar.put(&END)?;
        tar.to.finish().map_err(not_sealed)?;
        counted.to.flush().map_err(not_written)?;
        Ok(BackedUp { files, bytes: counted.bytes, damaged })
    }
}

/// The path of a file of an onion service, below the directory of these: `<service>/<file>`, or
/// `<service>/authorized_clients/<file>`. `None` for what tor does not call its files.
pub fn key_path(path: &str) -> Option<PathBuf> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name = |name: &str| {
        !name.is_empty() && name.len() < 100 && name.chars().all(plain) && !name.starts_with('.')
    };
    let parts: Vec<_> = path.split('/').collect();
    ((2..=3).contains(&parts.len()) && parts.iter().all(|part| is_name(part)))
        .then(|| parts.iter().collect())
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
