//! Opening bundles: every hash and size is checked, names are made safe, files are opened in parallel.

use std::collections::{HashSet, VecDeque};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::Errno;
use sha2::{Digest, Sha256};

use super::manifest::{FileEntry, Manifest, ManifestError};
use super::names::{self, Names};
use super::read::{self, BundleEntry, Gathered};
use super::unfinished::{NewDirectory, NewFile, Unfinished};
use crate::base::ids::hex;
use crate::base::limits;
use crate::crypto::padding;
use crate::crypto::unseal::{self, OneFileKey, OpenError};

/// Names that are tried for one file. Each was new among the dispatch's: only a file system that takes more
/// names for one needs a second.
const MOST_NAMES: u64 = 100;

/// A dispatch whose manifest was opened and fits its place.
pub struct Opened {
    /// The manifest.
    pub manifest: Manifest,
    /// Where its members stand.
    pub gathered: Gathered,
}

/// A dispatch whose manifest was not opened, and why.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// No volume has it.
    #[error("its manifest is missing; fetch every volume of the bundle")]
    NoManifest,
    /// It does not open.
    #[error(transparent)]
    Sealed(#[from] OpenError),
    /// It opens but is refused.
    #[error(transparent)]
    Refused(#[from] ManifestError),
    /// More than any server takes.
    #[error("its manifest lists {0} files; no drop box takes more than {most}", most = limits::FILES)]
    TooMany(usize),
}

/// Opens the manifest of a dispatch.
pub fn open_manifest(
    gathered: Gathered,
    volumes: &[PathBuf],
    identities: &[Box<dyn age::Identity>],
) -> Result<Opened, DispatchError> {
    let (volume, entry) = gathered.manifest.as_ref().ok_or(DispatchError::NoManifest)?;
    let path = volumes.get(*volume).ok_or(DispatchError::NoManifest)?;
    let sealed = read::open_entry(path, entry).map_err(OpenError::Io)?;
    let manifest = read_manifest(sealed, identities.iter().map(AsRef::as_ref))?.found_at(
        &gathered.designation,
        &gathered.dispatch,
        entry.member,
    )?;
    if manifest.files.len() > limits::FILES {
        return Err(DispatchError::TooMany(manifest.files.len()));
    }
    Ok(Opened { manifest, gathered })
}

/// Opens and reads one sealed manifest, of at most [`limits::MANIFEST`] bytes.
pub fn read_manifest<'a>(
    sealed: impl Read,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Result<Manifest, DispatchError> {
    let mut json = Vec::new();
    unseal::open(sealed, identities)?
        .take(limits::MANIFEST + 1)
        .read_to_end(&mut json)
        .map_err(OpenError::while_reading)?;
    if json.len() as u64 > limits::MANIFEST {
        return Err(ManifestError::Unreadable.into());
    }
    Ok(Manifest::parse(&json)?)
}

/// What became of one file.
#[derive(Debug)]
pub struct Outcome {
    /// Number in the dispatch.
    pub number: u32,
    /// The safe name it was written under.
    pub name: String,
    /// Bytes, as the manifest says.
    pub size: u64,
    /// SHA-256, as the manifest says.
    pub sha256: String,
    /// Nothing, or why there is no such file now.
    pub fault: Option<FileFault>,
}

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The manifest names it, no volume has it.
    #[error("missing from the bundle; fetch every volume")]
    Missing,
    /// A volume has it, the manifest does not name it.
    #[error("in the bundle but not in its manifest: somebody added it")]
    Unlisted,
    /// Hash, size or padding differ.
    #[error("its content is not what the manifest says: it was altered")]
    Differs,
    /// It does not open.
    #[error("{0}")]
    Sealed(#[from] OpenError),
    /// There is no room for it, or there was none for one before it.
    #[error("it was not written: the disk is full")]
    DiskFull,
    /// FAT32 takes files below 4 GiB.
    #[error("it is too large for this file system; name a directory on another with -o")]
    TooLarge,
    /// It cannot be written here.
    #[error("it cannot be written here: {0}")]
    Unwritable(io::Error),
    /// What stands under its name is not it.
    #[error(
        "it was written, but is not there any more: this file system takes different names for one; name a \
         directory on another with -o"
    )]
    Replaced,
}

impl From<io::Error> for FileFault {
    /// Of an error in writing.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            _ => Self::Unwritable(error),
        }
    }
}

/// Hears how far the work is. Called from several threads.
pub trait Progress: Sync {
    /// So many bytes are to be written in all.
    fn expect(&self, bytes: u64);
    /// Thread `worker` begins a file.
    fn begin(&self, worker: usize, name: &str, size: u64);
    /// It wrote so many more bytes.
    fn advance(&self, worker: usize, bytes: u64);
}

/// Where files are written: all dispatches of a run go to one disk.
pub struct Output {
    unfinished: Unfinished,
    /// Bytes that one file may have.
    most: u64,
    full: AtomicBool,
}

impl Output {
    /// Into this directory and what is below it.
    pub fn new(directory: &Path) -> io::Result<Self> {
        let unfinished = Unfinished::new(directory)?;
        // `MSDOS_SUPER_MAGIC`, statfs(2): FAT has 32 bits for a file's size.
        let is_fat = rustix::fs::statfs(directory).is_ok_and(|stat| stat.f_type == 0x4d44);
        let most = if is_fat { u32::MAX.into() } else { u64::MAX };
        Ok(Self { unfinished, most, full: AtomicBool::new(false) })
    }

    /// Writes a file of our own.
    pub fn write(&self, name: &Path, content: &[u8]) -> Result<(), FileFault> {
        self.noted(self.unfinished.write(name, content))
    }

    /// Writes a file of our own, in the place of what has this name.
    pub fn replace(&self, name: &Path, content: &[u8]) -> Result<(), FileFault> {
        self.noted(self.unfinished.replace(name, content))
    }

    /// A file that has no name yet.
    pub fn new_file(&self) -> io::Result<NewFile> {
        self.unfinished.file()
    }

    /// A directory that has no name yet.
    pub fn new_directory(&self) -> Result<NewDirectory, FileFault> {
        self.noted(self.unfinished.directory())
    }

    /// Removes a directory.
    pub fn take_away(&self, directory: &Path) -> io::Result<()> {
        self.unfinished.take_away(directory)
    }

    /// Whether the disk was full. Nothing more is tried then.
    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Remembers it where the disk is full.
    pub fn noted<T, E: Into<FileFault>>(&self, done: Result<T, E>) -> Result<T, FileFault> {
        let done = done.map_err(Into::into);
        if matches!(done, Err(FileFault::DiskFull)) {
            self.full.store(true, Ordering::Relaxed);
        }
        done
    }
}

struct Job<'a> {
    entry: &'a FileEntry,
    place: Option<&'a (usize, BundleEntry)>,
    outcome: Outcome,
}

/// Opens every file of a dispatch into the new directory `to`, with as many threads as there are processors.
/// A file stands under its name only once it is whole, and none takes another's place.
pub fn extract(
    opened: &Opened,
    volumes: &[PathBuf],
    identities: &[Box<dyn age::Identity>],
    output: &Output,
    to: &Path,
    progress: &dyn Progress,
) -> Vec<Outcome> {
    let mut names = Names::default();
    let mut jobs = VecDeque::new();
    let mut done = Vec::new();
    let mut listed = HashSet::new();
    for entry in &opened.manifest.files {
        let Some(number) = entry.number() else { continue };
        listed.insert(number);
        let name = names.new_name(&entry.name);
        let outcome =
            Outcome { number, name, size: entry.size, sha256: entry.sha256.clone(), fault: None };
        jobs.push_back(Job { entry, place: opened.gathered.files.get(&number), outcome });
    }
    for (number, _) in opened.gathered.files.iter().filter(|(n, _)| !listed.contains(n)) {
        let fault = Some(FileFault::Unlisted);
        let name = format!("{number:04}.age");
        done.push(Outcome { number: *number, name, size: 0, sha256: String::new(), fault });
    }
    // Keys are found here, in one thread: an identity may ask for a passphrase or run a plugin.
    let keyed: VecDeque<_> = jobs
        .into_iter()
        .map(|job| {
            let key = find_key(&job, volumes, identities);
            (job, key)
        })
        .collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(keyed.len());
    let queue = Mutex::new(keyed);
    let finished = Mutex::new(done);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (queue, finished) = (&queue, &finished);
            scope.spawn(move || {
                while let Some((mut job, key)) = queue.lock().ok().and_then(|mut q| q.pop_front()) {
                    progress.begin(worker, &job.outcome.name, job.entry.size);
                    let wrote = key.and_then(|key| {
                        let advance = |bytes| progress.advance(worker, bytes);
                        output.noted(write_file(&job, volumes, &key, output, to, &advance))
                    });
                    match wrote {
                        Ok(name) => job.outcome.name = name,
                        Err(fault) => job.outcome.fault = Some(fault),
                    }
                    if let Ok(mut finished) = finished.lock() {
                        finished.push(job.outcome);
                    }
                }
            });
        }
    });
    let mut outcomes = finished.into_inner().unwrap_or_default();
    outcomes.sort_by_key(|outcome| outcome.number);
    compare(to, &mut outcomes);
    outcomes
}

/// Looks whether everything that was written stands there under its name. Names are never replaced: that
/// there are as many as files, each of its file's size, shows that each is its own.
fn compare(to: &Path, outcomes: &mut [Outcome]) {
    let written = outcomes.iter().filter(|outcome| outcome.fault.is_none()).count();
    let standing = std::fs::read_dir(to).map_or(0, Iterator::count);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.fault.is_none()) {
        let there = std::fs::symlink_metadata(to.join(&outcome.name));
        let same = there.is_ok_and(|there| there.is_file() && there.len() == outcome.size);
        if standing < written || !same {
            outcome.fault = Some(FileFault::Replaced);
        }
    }
}

pub(super) fn sealed_member(
    place: Option<&(usize, BundleEntry)>,
    volumes: &[PathBuf],
) -> Result<impl Read + use<>, FileFault> {
    let (volume, entry) = place.ok_or(FileFault::Missing)?;
    let path = volumes.get(*volume).ok_or(FileFault::Missing)?;
    Ok(read::open_entry(path, entry).map_err(OpenError::Io)?)
}

fn find_key(
    job: &Job<'_>,
    volumes: &[PathBuf],
    identities: &[Box<dyn age::Identity>],
) -> Result<OneFileKey, FileFault> {
    Ok(OneFileKey::find(sealed_member(job.place, volumes)?, identities)?)
}

/// Writes a file and returns the name that it got.
fn write_file(
    job: &Job<'_>,
    volumes: &[PathBuf],
    key: &OneFileKey,
    output: &Output,
    to: &Path,
    advance: &dyn Fn(u64),
) -> Result<String, FileFault> {
    if output.is_full() {
        return Err(FileFault::DiskFull);
    }
    if job.entry.size > output.most {
        return Err(FileFault::TooLarge);
    }
    let sealed = sealed_member(job.place, volumes)?;
    let mut plain = unseal::open(sealed, std::iter::once(key as &dyn age::Identity))?;
    let mut file = output.new_file()?;
    copy_checked(&mut plain, &mut file, job.entry, advance)?;
    file.sync()?;
    let plain = format!("file-{:04}", job.outcome.number);
    Ok(give_name(&mut file, to, &job.outcome.name, &plain)?)
}

/// Gives a whole file its name. Where the file system finds that name taken, the file gets a number; where it
/// cannot write such a name, the file is called `plain`.
pub fn give_name(file: &mut NewFile, to: &Path, name: &str, plain: &str) -> io::Result<String> {
    let numbers = (2..=MOST_NAMES).map(|number| names::numbered(name, number));
    let mut taken = io::ErrorKind::AlreadyExists.into();
    for name in std::iter::once(name.to_owned()).chain(numbers) {
        match file.name(&to.join(&name)) {
            Ok(()) => return Ok(name),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => taken = e,
            Err(e) if is_of_name(&e) => {
                return file.name(&to.join(plain)).map(|()| plain.to_owned());
            }
            Err(e) => return Err(e),
        }
    }
    Err(taken)
}

/// Whether a file system knows no such name, as encrypted ones with shorter names or those without Unicode.
fn is_of_name(error: &io::Error) -> bool {
    let kinds = [io::ErrorKind::InvalidFilename, io::ErrorKind::InvalidInput];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(Errno::ILSEQ.raw_os_error())
}

/// Copies exactly the manifest's size, compares the hash, and reads the padding to its end, which is
/// where age proves that nothing was cut.
pub(super) fn copy_checked(
    plain: &mut impl Read,
    out: &mut impl Write,
    entry: &FileEntry,
    advance: &dyn Fn(u64),
) -> Result<(), FileFault> {
    let mut buffer = vec![0; 1 << 18];
    let mut hash = Sha256::new();
    let mut left = entry.size;
    while left > 0 {
        let want = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let n = match plain.read(buffer.get_mut(..want).unwrap_or_default()) {
            Ok(0) => return Err(FileFault::Differs),
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(OpenError::while_reading(e).into()),
        };
        let bytes = buffer.get(..n).unwrap_or_default();
        hash.update(bytes);
        out.write_all(bytes)?;
        left -= n as u64;
        advance(n as u64);
    }
    let zeros = padding::count_zeros(plain, &mut buffer).map_err(OpenError::while_reading)?;
    let same = hex(&hash.finalize()).eq_ignore_ascii_case(&entry.sha256);
    if same && zeros.is_some() { Ok(()) } else { Err(FileFault::Differs) }
}
