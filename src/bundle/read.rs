//! Reading bundles: what stands where. Nothing is opened here.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::path::{Member, MemberPath};

/// Members that a reader accepts in one volume.
const MOST_MEMBERS: usize = 1_000_000;

/// A member of a volume and where its bytes stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which member.
    pub path: MemberPath,
    /// Offset of its first byte in the volume.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
}

/// Why a volume cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is not there or not ours to read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// It is no tar, or it ends too early.
    #[error("{0} is not a bundle, or it is cut; fetch it again")]
    Damaged(PathBuf),
    /// A tar without a single member of ours.
    #[error("{0} holds nothing sealed by sourdine")]
    Nothing(PathBuf),
    /// A member comes twice.
    #[error("{0} holds {1} twice; somebody put it together wrongly")]
    Twice(PathBuf, MemberPath),
}

/// A volume, which is opened again and again: one handle a member.
pub trait Volume {
    /// A handle of its own.
    type Reader: Read + Seek;

    /// Opens it at its beginning.
    fn open(&self) -> io::Result<Self::Reader>;

    /// What errors call it.
    fn name(&self) -> PathBuf;
}

impl Volume for PathBuf {
    type Reader = File;

    fn open(&self) -> io::Result<File> {
        File::open(self)
    }

    fn name(&self) -> PathBuf {
        self.clone()
    }
}

/// Lists the members of a volume that is a file.
pub fn scan_file(path: &Path) -> Result<Vec<Entry>, ReadError> {
    scan_volume(&path.to_owned())
}

/// Lists the members of a volume.
pub fn scan_volume(volume: &impl Volume) -> Result<Vec<Entry>, ReadError> {
    let file = volume.open().map_err(|e| ReadError::Unreadable(volume.name(), e))?;
    match scan(BufReader::new(file)) {
        Err(_) => Err(ReadError::Damaged(volume.name())),
        Ok(entries) if entries.is_empty() => Err(ReadError::Nothing(volume.name())),
        Ok(entries) => {
            let mut seen = HashSet::new();
            match entries.iter().find(|entry| !seen.insert(&entry.path)) {
                Some(entry) => Err(ReadError::Twice(volume.name(), entry.path.clone())),
                None => Ok(entries),
            }
        }
    }
}

/// Lists the members of anything that looks like a tar (POSIX ustar or GNU). Entries that are not
/// members are passed over; an entry that reaches beyond the end is an error.
pub fn scan(mut volume: impl Read + Seek) -> io::Result<Vec<Entry>> {
    let length = volume.seek(SeekFrom::End(0))?;
    volume.rewind()?;
    let mut archive = tar::Archive::new(volume);
    let mut found = Vec::new();
    for entry in archive.entries_with_seek()? {
        let entry = entry?;
        let (offset, size) = (entry.raw_file_position(), entry.size());
        if offset.checked_add(size).is_none_or(|end| end > length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let plain = entry.header().entry_type().is_file();
        let name = entry.path_bytes();
        let path = std::str::from_utf8(&name).ok().and_then(MemberPath::parse);
        if let Some(path) = path.filter(|_| plain) {
            found.push(Entry { path, offset, size });
        }
        if found.len() > MOST_MEMBERS {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(found)
}

/// The bytes of one member, from a handle of its own.
pub fn open_entry<V: Volume>(
    volume: &V,
    entry: &Entry,
) -> io::Result<io::Take<BufReader<V::Reader>>> {
    let mut file = volume.open()?;
    file.seek(SeekFrom::Start(entry.offset))?;
    Ok(BufReader::with_capacity(1 << 18, file).take(entry.size))
}

/// A dispatch gathered from one or several volumes.
#[derive(Debug)]
pub struct Gathered {
    /// Mailbox.
    pub designation: String,
    /// As in the path.
    pub dispatch: String,
    /// Its manifest, if any volume has it: volume number and entry.
    pub manifest: Option<(usize, Entry)>,
    /// Its files by number.
    pub files: BTreeMap<u32, (usize, Entry)>,
}

/// Scans all volumes and puts together what belongs together. A manifest or a file that several
/// volumes repeat is taken from the first.
pub fn gather(volumes: &[impl Volume]) -> Result<Vec<Gathered>, ReadError> {
    let mut all: BTreeMap<(String, String), Gathered> = BTreeMap::new();
    for (volume, content) in volumes.iter().enumerate() {
        for entry in scan_volume(content)? {
            let MemberPath { designation, dispatch, member } = entry.path.clone();
            let key = (designation.clone(), dispatch.clone());
            let gathered = all.entry(key).or_insert_with(|| Gathered {
                designation,
                dispatch,
                manifest: None,
                files: BTreeMap::new(),
            });
            match member {
                Member::Manifest => {
                    gathered.manifest.get_or_insert((volume, entry));
                }
                Member::File(number) => {
                    gathered.files.entry(number).or_insert((volume, entry));
                }
            }
        }
    }
    Ok(all.into_values().collect())
}
