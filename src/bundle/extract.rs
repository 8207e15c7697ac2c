//! Opening bundles: every hash and size is checked, names are made safe, files are opened in parallel.

use std::collections::{HashSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sha2::{Digest, Sha256};

use super::manifest::{FileEntry, Manifest, ManifestError};
use super::names;
use super::read::{self, Entry, Gathered};
use crate::base::ids::hex;
use crate::base::limits;
use crate::crypto::padding;
use crate::crypto::unseal::{self, OneFileKey, OpenError};

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
    let manifest = read_manifest(sealed, identities.iter().map(AsRef::as_ref))?
        .found_at(&gathered.designation, &gathered.dispatch)?;
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
    /// It cannot be written here.
    #[error("it cannot be written here: {0}")]
    Unwritable(io::Error),
}

/// Hears how far the work is. Called from several threads.
pub trait Progress: Sync {
    /// Thread `worker` begins a file.
    fn begin(&self, worker: usize, name: &str, size: u64);
    /// It wrote so many more bytes.
    fn advance(&self, worker: usize, bytes: u64);
    /// It is done with the file.
    fn end(&self, worker: usize);
}

struct Job<'a> {
    entry: &'a FileEntry,
    place: Option<&'a (usize, Entry)>,
    target: PathBuf,
    outcome: Outcome,
}

/// Opens every file of a dispatch into the existing directory `to`, with as many threads as there are
/// processors. A file stands under its name only once it is whole.
pub fn extract(
    opened: &Opened,
    volumes: &[PathBuf],
    identities: &[Box<dyn age::Identity>],
    to: &Path,
    progress: &dyn Progress,
) -> Vec<Outcome> {
    let mut taken = HashSet::new();
    let mut jobs = VecDeque::new();
    let mut done = Vec::new();
    let mut listed = HashSet::new();
    for entry in &opened.manifest.files {
        let Some(number) = entry.number() else { continue };
        listed.insert(number);
        let name = names::safe_and_new(&entry.name, &mut taken);
        let outcome =
            Outcome { number, name, size: entry.size, sha256: entry.sha256.clone(), fault: None };
        let target = to.join(&outcome.name);
        jobs.push_back(Job { entry, place: opened.gathered.files.get(&number), target, outcome });
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
                        write_file(&job, volumes, &key, &|bytes| progress.advance(worker, bytes))
                    });
                    progress.end(worker);
                    job.outcome.fault = wrote.err();
                    if let Ok(mut finished) = finished.lock() {
                        finished.push(job.outcome);
                    }
                }
            });
        }
    });
    let mut outcomes = finished.into_inner().unwrap_or_default();
    outcomes.sort_by_key(|outcome| outcome.number);
    outcomes
}

fn sealed_member(job: &Job<'_>, volumes: &[PathBuf]) -> Result<impl Read + use<>, FileFault> {
    let (volume, entry) = job.place.ok_or(FileFault::Missing)?;
    let path = volumes.get(*volume).ok_or(FileFault::Missing)?;
    Ok(read::open_entry(path, entry).map_err(OpenError::Io)?)
}

fn find_key(
    job: &Job<'_>,
    volumes: &[PathBuf],
    identities: &[Box<dyn age::Identity>],
) -> Result<OneFileKey, FileFault> {
    Ok(OneFileKey::find(sealed_member(job, volumes)?, identities)?)
}

fn write_file(
    job: &Job<'_>,
    volumes: &[PathBuf],
    key: &OneFileKey,
    advance: &dyn Fn(u64),
) -> Result<(), FileFault> {
    let sealed = sealed_member(job, volumes)?;
    let mut plain = unseal::open(sealed, std::iter::once(key as &dyn age::Identity))?;
    let mut part = job.target.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part);
    let mut out = open.map_err(FileFault::Unwritable)?;
    let copied = copy_checked(&mut plain, &mut out, job.entry, advance)
        .and_then(|()| out.sync_all().map_err(FileFault::Unwritable))
        .and_then(|()| std::fs::rename(&part, &job.target).map_err(FileFault::Unwritable));
    if copied.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    copied
}

/// Copies exactly the manifest's size, compares the hash, and reads the padding to its end, which is
/// where age proves that nothing was cut.
fn copy_checked(
    plain: &mut impl Read,
    out: &mut File,
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
        out.write_all(bytes).map_err(FileFault::Unwritable)?;
        left -= n as u64;
        advance(n as u64);
    }
    let zeros = padding::count_zeros(plain, &mut buffer).map_err(OpenError::while_reading)?;
    let same = hex(&hash.finalize()).eq_ignore_ascii_case(&entry.sha256);
    if same && zeros.is_some() { Ok(()) } else { Err(FileFault::Differs) }
}
