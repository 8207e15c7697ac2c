//! What a source sealed by itself before it sent it (`x.pdf.age`): opened beside its original, two layers deep at
//! most. Anybody can seal to published recipients, so nothing says whose it is.
//!
//! Ciphertext that was taken from the server could be sent again, to learn from the editors what is in it: what is
//! known here already as ciphertext stays closed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use age::armor::ArmoredReader;
use sha2::{Digest, Sha256};

use super::extract::{FileFault, Outcome, Output, Progress, give_name};
use super::names::{self, Names};
use super::read::{self, BundleEntry, Gathered};
use crate::base::ids::hex;
use crate::crypto::unseal::{self, OneFileKey, OpenError};

/// Layers that are opened.
const LAYERS: usize = 2;
/// How a sealed file begins, and one in letters.
const SEALED: &[u8] = b"age-encryption.org/v1\n";
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
/// Bytes of a line of letters: 64 and its end.
const LONGEST_LINE: usize = 1_000;
const BUFFER: usize = 1 << 18;
/// Bytes that tell one sealed file from any other: an age header begins with a key of this file alone, and its end
/// proves that nothing of it was changed.
const BEGINNING: usize = 512;

/// What became of a file that its source had sealed, from the outside in.
#[derive(Debug, Default)]
pub struct SealedBySource {
    /// What was opened.
    pub opened: Vec<Layer>,
    /// Why the innermost stays sealed, if it does.
    pub left: Option<Left>,
}

/// What was in a sealed file.
#[derive(Debug)]
pub struct Layer {
    /// The safe name it was written under.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: String,
}

/// Why a file stays as its source sealed it.
#[derive(Debug, thiserror::Error)]
pub enum Left {
    /// No identity fits.
    #[error("it is sealed to another key, or under a passphrase")]
    OtherKey,
    /// It stands elsewhere in what is opened here.
    #[error(
        "the same sealed bytes stand elsewhere in what was opened here; somebody may have sent them again to \
         learn what is in them"
    )]
    Known,
    /// Sealed again and again.
    #[error("it is sealed more than {LAYERS} times")]
    TooDeep,
    /// It does not open.
    #[error("{0}")]
    Sealed(OpenError),
    /// What is in it cannot be written.
    #[error("{0}")]
    Unwritten(FileFault),
}

impl Left {
    /// Whether the disk was full, which is said once for all files.
    pub fn is_of_disk(&self) -> bool {
        matches!(self, Self::Unwritten(FileFault::DiskFull))
    }
}

impl From<OpenError> for Left {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::WrongKey => Self::OtherKey,
            error => Self::Sealed(error),
        }
    }
}

impl From<FileFault> for Left {
    fn from(fault: FileFault) -> Self {
        match fault {
            FileFault::Sealed(error) => error.into(),
            fault => Self::Unwritten(fault),
        }
    }
}

/// Ciphertext that is known: members of the bundles, and what was met before.
#[derive(Default)]
pub struct Known {
    /// Members that were not hashed yet, by size.
    members: HashMap<u64, Vec<(usize, BundleEntry)>>,
    hashes: HashSet<String>,
    /// [`beginning`]s of what was opened in earlier runs.
    earlier: HashSet<String>,
}

/// SHA-256 of the first bytes of a sealed member.
pub fn beginning(volume: &PathBuf, entry: &BundleEntry) -> io::Result<String> {
    let mut first = Vec::new();
    read::open_entry(volume, entry)?.take(BEGINNING as u64).read_to_end(&mut first)?;
    Ok(hex(&Sha256::digest(&first)))
}

impl Known {
    /// Remembers a dispatch's members.
    pub fn add(&mut self, dispatch: &Gathered) {
        for (volume, entry) in dispatch.manifest.iter().chain(dispatch.files.values()) {
            self.members.entry(entry.size).or_default().push((*volume, entry.clone()));
        }
    }

    /// Remembers what an earlier run has opened, by its [`beginning`].
    pub fn add_earlier(&mut self, beginning: String) {
        self.earlier.insert(beginning);
    }

    /// Whether these sealed bytes are known. From now on they are.
    fn meet(&mut self, sealed: Hashed, volumes: &[PathBuf]) -> io::Result<bool> {
        if self.earlier.contains(&hex(&Sha256::digest(&sealed.first))) {
            return Ok(true);
        }
        for (volume, entry) in self.members.remove(&sealed.size).unwrap_or_default() {
            if let Some(volume) = volumes.get(volume) {
                let member = hashed(read::open_entry(volume, &entry)?)?;
                self.hashes.insert(member.sha256());
            }
        }
        Ok(!self.hashes.insert(sealed.sha256()))
    }
}

/// Where sealed files of a run come from, and where what is in them goes.
pub struct Opener<'a> {
    /// The bundle's.
    pub volumes: &'a [PathBuf],
    /// Whose.
    pub identities: &'a [Box<dyn age::Identity>],
    /// The disk.
    pub output: &'a Output,
    /// Hears of it.
    pub progress: &'a dyn Progress,
    /// What stays closed.
    pub known: Known,
}

impl Opener<'_> {
    /// Opens what is sealed among the files of one dispatch, written to `dir`; by number.
    pub fn open(&mut self, outcomes: &[Outcome], dir: &Path) -> BTreeMap<u32, SealedBySource> {
        let mut names = Names::default();
        for outcome in outcomes {
            names.new_name(&outcome.name);
        }
        let mut found = BTreeMap::new();
        for outcome in outcomes.iter().filter(|outcome| outcome.fault.is_none()) {
            let mut sealed = SealedBySource::default();
            sealed.left = self.open_one(outcome, dir, &mut names, &mut sealed.opened).err();
            if !sealed.opened.is_empty() || sealed.left.is_some() {
                found.insert(outcome.number, sealed);
            }
        }
        found
    }

    fn open_one(
        &mut self,
        outcome: &Outcome,
        dir: &Path,
        names: &mut Names,
        opened: &mut Vec<Layer>,
    ) -> Result<(), Left> {
        let mut name = outcome.name.clone();
        let mut size = outcome.size;
        loop {
            let path = dir.join(&name);
            let Some(outer) = sealed(&path).map_err(OpenError::Io)? else { return Ok(()) };
            if opened.len() == LAYERS {
                return Err(Left::TooDeep);
            }
            let outer = hashed(outer).map_err(OpenError::while_reading)?;
            if self.known.meet(outer, self.volumes).map_err(OpenError::Io)? {
                return Err(Left::Known);
            }
            let layer = self.unseal(&path, &names.new_name(&inner_name(&name)), size, dir)?;
            (name, size) = (layer.name.clone(), layer.size);
            opened.push(layer);
        }
    }

    /// Writes what is in a sealed file, of at most `most` bytes: it is smaller than its seal.
    fn unseal(&self, path: &Path, name: &str, most: u64, dir: &Path) -> Result<Layer, FileFault> {
        if self.output.is_full() {
            return Err(FileFault::DiskFull);
        }
        let outer =
            || sealed(path).and_then(|outer| outer.ok_or(io::ErrorKind::InvalidData.into()));
        let outer = || outer().map_err(OpenError::while_reading);
        let key = OneFileKey::find(outer()?, self.identities)?;
        let mut plain = unseal::open(outer()?, std::iter::once(&key as &dyn age::Identity))?;
        self.progress.begin(0, name, most);
        self.output.noted(self.write(&mut plain, name, most, dir))
    }

    fn write(
        &self,
        plain: &mut impl Read,
        name: &str,
        most: u64,
        dir: &Path,
    ) -> Result<Layer, FileFault> {
        let mut file = self.output.new_file()?;
        let mut hashed = Hashed::default();
        let mut buffer = vec![0; BUFFER];
        loop {
            let n = match plain.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(OpenError::while_reading(e).into()),
            };
            let bytes = buffer.get(..n).unwrap_or_default();
            hashed.update(bytes);
            if hashed.size > most {
                return Err(OpenError::Altered.into());
            }
            file.write_all(bytes)?;
        }
        file.sync()?;
        let name = give_name(&mut file, dir, name, &names::numbered("opened", most))?;
        Ok(Layer { name, size: hashed.size, sha256: hashed.sha256() })
    }
}

/// `x.pdf.age` -> `x.pdf`
fn inner_name(name: &str) -> String {
    let end = name.len().saturating_sub(4);
    match name.split_at_checked(end) {
        Some((inner, age)) if age.eq_ignore_ascii_case(".age") && !inner.is_empty() => inner.into(),
        _ => format!("{name}.opened"),
    }
}

/// A sealed file; one in letters as the bytes that they stand for. `None` where it is not sealed.
fn sealed(path: &Path) -> io::Result<Option<Box<dyn Read>>> {
    let mut file = File::open(path)?;
    let mut beginning = Vec::new();
    (&file).take(64).read_to_end(&mut beginning)?;
    file.rewind()?;
    Ok(if beginning.starts_with(SEALED) {
        Some(Box::new(BufReader::with_capacity(BUFFER, file)))
    } else if beginning.starts_with(ARMOR) {
        let letters = ShortLines { inner: file, length: 0 };
        Some(Box::new(BufReader::new(ArmoredReader::new(letters))))
    } else {
        None
    })
}

/// Ends at a line that no letters have: the age crate takes a line into memory, however long.
struct ShortLines<R> {
    inner: R,
    length: usize,
}

impl<R: Read> Read for ShortLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        for byte in buffer.get(..n).unwrap_or_default() {
            self.length = if *byte == b'\n' { 0 } else { self.length + 1 };
            if self.length > LONGEST_LINE {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(n)
    }
}

/// Size and SHA-256 of what was read so far.
#[derive(Default)]
struct Hashed {
    size: u64,
    hash: Sha256,
    /// At most [`BEGINNING`] bytes.
    first: Vec<u8>,
}

impl Hashed {
    fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        let room = BEGINNING - self.first.len();
        self.first.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }

    fn sha256(self) -> String {
        hex(&self.hash.finalize())
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hashed(mut sealed: impl Read) -> io::Result<Hashed> {
    let mut hashed = Hashed::default();
    io::copy(&mut sealed, &mut hashed)?;
    Ok(hashed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_what_was_sealed_loses_its_last_ending() {
        for (name, inner) in [
            ("x.pdf.age", "x.pdf"),
            ("X.PDF.AGE", "X.PDF"),
            ("x.age.age", "x.age"),
            (".age", ".age.opened"),
            ("age", "age.opened"),
            ("x.pdf", "x.pdf.opened"),
            ("é.ag", "é.ag.opened"),
            ("👩ge", "👩ge.opened"),
        ] {
            assert_eq!(inner_name(name), inner);
        }
    }

    #[test]
    fn a_line_without_end_is_not_taken_into_memory() {
        let mut letters = Vec::new();
        let lines = ShortLines { inner: io::repeat(b'A').take(1 << 30), length: 0 };
        let error = BufReader::new(lines).read_to_end(&mut letters).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(letters.len() < 1 << 20);
        let short = format!("{}\r\n", "A".repeat(64)).repeat(1_000);
        let mut lines = ShortLines { inner: short.as_bytes(), length: 0 };
        io::copy(&mut lines, &mut io::sink()).unwrap();
    }

    #[test]
    fn sealed_bytes_are_known_once_they_were_met_or_stand_in_a_bundle() {
        let dir = tempfile::tempdir().unwrap();
        let volume = dir.path().join("bundle.tar");
        std::fs::write(&volume, b"..sealed..").unwrap();
        let entry = BundleEntry { member: super::super::path::Member::File(1), offset: 2, size: 6 };
        let mut known = Known::default();
        known.members.insert(6, vec![(0, entry)]);
        let mut meet = |bytes: &[u8]| {
            known.meet(hashed(bytes).unwrap(), std::slice::from_ref(&volume)).unwrap()
        };
        assert!(!meet(b"another"));
        assert!(meet(b"another"), "a second time");
        assert!(meet(b"sealed") && meet(b"sealed"));
        assert!(!meet(b"Sealed"));
    }

    #[test]
    fn what_an_earlier_run_opened_is_known_by_its_beginning() {
        let dir = tempfile::tempdir().unwrap();
        let volume = dir.path().join("bundle.tar");
        let sealed: Vec<u8> = (0..700_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        std::fs::write(&volume, &sealed).unwrap();
        let entry =
            BundleEntry { member: super::super::path::Member::File(1), offset: 0, size: 700 };
        let mut known = Known::default();
        known.add_earlier(beginning(&volume, &entry).unwrap());
        assert!(known.meet(hashed(&sealed[..]).unwrap(), &[]).unwrap());
        // Longer or shorter than it was: it does not open, and need not.
        assert!(known.meet(hashed(&sealed[..650]).unwrap(), &[]).unwrap());
        assert!(!known.meet(hashed(&sealed[1..]).unwrap(), &[]).unwrap());
    }
}
