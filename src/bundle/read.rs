//! Reading bundles: what stands where. Nothing is opened here.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::vec;

use super::entries::{Entries, TarFault};
use super::names::printable;
use super::path::{Member, MemberPath, folder_around};

/// Members in all volumes together: 1,000 dispatches of 100 files, and some. Each takes some hundred bytes.
const MOST_MEMBERS: usize = 128 * 1024;
/// Characters of a name from outside that an error repeats.
const NAME: usize = 60;

/// Where the bytes of a member stand in its volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleEntry {
    /// Which member of its dispatch.
    pub member: Member,
    /// Offset of its first byte in the volume.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
}

/// Why a volume cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{volume} {fault}")]
pub struct ReadError {
    /// Its name.
    pub volume: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a volume. The sentence follows its name.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No tar, or a cut one.
    #[error(transparent)]
    Tar(#[from] TarFault),
    /// A tar without a single member of ours.
    #[error("holds nothing sealed by sourdine")]
    Nothing,
    /// A tar of bundles.
    #[error("holds {0}; unpack it first, then name that")]
    Within(String),
    /// Members below a folder that no bundle has.
    #[error(
        "was packed anew, with the folder {0} around it; unpack it, then `tar cf bundle.tar -C {0} .`"
    )]
    Folder(String),
    /// A member comes twice.
    #[error("holds {0} twice; somebody put it together wrongly")]
    Twice(MemberPath),
    /// One dispatch with two manifests.
    #[error("holds {0} both as a note and as something else; somebody put it together wrongly")]
    TwoKinds(String),
    /// More than are read at once.
    #[error("and those before it hold more than {0} sealed files; open its volumes one at a time")]
    TooMany(usize),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        TarFault::Io(error).into()
    }
}

/// A volume, which is opened again and again: one handle a member.
pub trait Volume {
    /// A handle of its own.
    type Handle: Read + Seek;

    /// Opens it at its beginning.
    fn open(&self) -> io::Result<Self::Handle>;

    /// What errors call it.
    fn name(&self) -> PathBuf;
}

impl Volume for PathBuf {
    type Handle = File;

    fn open(&self) -> io::Result<File> {
        File::open(self)
    }

    fn name(&self) -> PathBuf {
        self.clone()
    }
}

/// Lists the members of a volume that is a file.
pub fn scan_file(path: &Path) -> Result<Vec<(MemberPath, BundleEntry)>, ReadError> {
    let mut found = Vec::new();
    scan_volume(&path.to_owned(), &mut |path, entry| {
        found.push((path, entry));
        if found.len() > MOST_MEMBERS { Err(Fault::TooMany(MOST_MEMBERS)) } else { Ok(()) }
    })?;
    Ok(found)
}

fn scan_volume(
    volume: &impl Volume,
    each: &mut impl FnMut(MemberPath, BundleEntry) -> Result<(), Fault>,
) -> Result<(), ReadError> {
    let scanned = volume.open().map_err(Fault::from).and_then(|file| scan(file, each));
    scanned.map_err(|fault| ReadError { volume: volume.name().display().to_string(), fault })
}

/// Tells of each member of a tar. Entries that are none are passed over.
pub fn scan(
    volume: impl Read + Seek,
    each: &mut impl FnMut(MemberPath, BundleEntry) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut entries = Entries::new(volume)?;
    let (mut members, mut bundle) = (false, None);
    while let Some(entry) = entries.next_entry()? {
        let Ok(path) = std::str::from_utf8(&entry.path) else { continue };
        if let Some(path) = MemberPath::parse(path).filter(|_| entry.file) {
            members = true;
            let (offset, size) = (entry.offset, entry.size);
            let member = path.member;
            each(path, BundleEntry { member, offset, size })?;
        } else if let Some(folder) = folder_around(path) {
            return Err(Fault::Folder(shown(folder)));
        } else if bundle.is_none() && is_tar(path) {
            bundle = Some(shown(path));
        }
    }
    match bundle {
        _ if members => Ok(()),
        Some(bundle) => Err(Fault::Within(bundle)),
        None => Err(Fault::Nothing),
    }
}

fn is_tar(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tar"))
}

/// The beginning of a name from outside.
fn shown(name: &str) -> String {
    printable(&name.chars().take(NAME).collect::<String>())
}

/// The bytes of one member, from a handle of its own.
pub fn open_entry<V: Volume>(
    volume: &V,
    entry: &BundleEntry,
) -> io::Result<io::Take<BufReader<V::Handle>>> {
    let mut file = volume.open()?;
    file.seek(SeekFrom::Start(entry.offset))?;
    Ok(BufReader::with_capacity(1 << 18, file).take(entry.size))
}

/// The volumes of a bundle, to read members one after the other. One volume is open at a time.
pub struct Members<'a, V: Volume> {
    volumes: &'a [V],
    open: Option<(usize, BufReader<V::Handle>)>,
}

impl<'a, V: Volume> Members<'a, V> {
    /// Opens nothing yet.
    pub fn of(volumes: &'a [V]) -> Self {
        Self { volumes, open: None }
    }

    /// The bytes of a member, from its first. What follows the last member that was read costs no new
    /// opening and no new place.
    pub fn read(
        &mut self,
        volume: usize,
        entry: &BundleEntry,
    ) -> io::Result<Take<&mut BufReader<V::Handle>>> {
        if self.open.as_ref().is_some_and(|(open, _)| *open != volume) {
            self.open = None;
        }
        let reader = match &mut self.open {
            Some((_, reader)) => reader,
            none => {
                let from = self.volumes.get(volume).ok_or(io::ErrorKind::NotFound)?.open()?;
                &mut none.insert((volume, BufReader::with_capacity(1 << 18, from))).1
            }
        };
        let at = reader.stream_position()?;
        match i64::try_from(i128::from(entry.offset) - i128::from(at)) {
            Ok(step) => reader.seek_relative(step)?,
            Err(_) => reader.seek(SeekFrom::Start(entry.offset)).map(drop)?,
        }
        Ok(reader.take(entry.size))
    }
}

/// A dispatch gathered from one or several volumes.
#[derive(Debug)]
pub struct Gathered {
    /// Mailbox.
    pub designation: String,
    /// As in the path.
    pub dispatch: String,
    /// Its manifest, if any volume has it: volume number and entry, whose name says whether it is a note.
    pub manifest: Option<(usize, BundleEntry)>,
    /// Its files by number.
    pub files: BTreeMap<u32, (usize, BundleEntry)>,
}

/// A member of a bundle: which, and where.
struct Placed {
    path: MemberPath,
    volume: usize,
    entry: BundleEntry,
    /// Which it is of all members; of the first one of its dispatch, once these are together.
    order: usize,
}

/// The dispatches of a bundle: mailboxes by name, those of a mailbox in the order of the bundle. Each is put together
/// when it is asked for.
pub struct Dispatches(Peekable<vec::IntoIter<Placed>>);

impl Dispatches {
    /// Only those of some mailboxes.
    #[must_use]
    pub fn keep(self, wanted: impl Fn(&str) -> bool) -> Self {
        let all = self.0.filter(|placed| wanted(&placed.path.designation));
        Self(all.collect::<Vec<_>>().into_iter().peekable())
    }
}

impl Iterator for Dispatches {
    type Item = Gathered;

    fn next(&mut self) -> Option<Gathered> {
        let MemberPath { designation, dispatch, .. } = self.0.peek()?.path.clone();
        let (manifest, files) = (None, BTreeMap::new());
        let mut gathered = Gathered { designation, dispatch, manifest, files };
        while let Some(Placed { volume, entry, .. }) =
            self.0.next_if(|placed| gathered.is_at(&placed.path))
        {
            match entry.member {
                Member::Manifest | Member::Note => gathered.manifest = Some((volume, entry)),
                Member::File(number) => drop(gathered.files.insert(number, (volume, entry))),
            }
        }
        Some(gathered)
    }
}

impl Gathered {
    fn is_at(&self, path: &MemberPath) -> bool {
        (&self.designation, &self.dispatch) == (&path.designation, &path.dispatch)
    }
}

/// Scans all volumes and puts together what belongs together. A manifest or a file that several
/// volumes repeat is taken from the first.
pub fn gather(volumes: &[impl Volume]) -> Result<Dispatches, ReadError> {
    gather_at_most(volumes, MOST_MEMBERS)
}

/// The same where `most` members are enough.
pub fn gather_at_most(volumes: &[impl Volume], most: usize) -> Result<Dispatches, ReadError> {
    let mut all: Vec<Placed> = Vec::new();
    for (volume, content) in volumes.iter().enumerate() {
        scan_volume(content, &mut |path, entry| {
            let order = all.len();
            all.push(Placed { path, volume, entry, order });
            if all.len() > most { Err(Fault::TooMany(most)) } else { Ok(()) }
        })?;
    }
    all.sort_unstable_by(|a, b| (&a.path, a.volume).cmp(&(&b.path, b.volume)));
    let twice =
        |pair: &&[Placed]| matches!(pair, [a, b] if (&a.path, a.volume) == (&b.path, b.volume));
    if let Some([placed, _]) = all.windows(2).find(twice) {
        let volume = volumes.get(placed.volume).map(|volume| volume.name().display().to_string());
        let (volume, fault) = (volume.unwrap_or_default(), Fault::Twice(placed.path.clone()));
        return Err(ReadError { volume, fault });
    }
    all.dedup_by(|later, first| later.path == first.path);
    if let Some((path, volume)) = all.windows(2).find_map(|pair| match pair {
        [Placed { path: one, .. }, Placed { path: other, volume, .. }]
            if (one.member, other.member) == (Member::Manifest, Member::Note)
                && (&one.designation, &one.dispatch) == (&other.designation, &other.dispatch) =>
        {
            Some((other, *volume))
        }
        _ => None,
    }) {
        let place = format!("{}/{}", path.designation, path.dispatch);
        let volume = volumes.get(volume).map(|volume| volume.name().display().to_string());
        return Err(ReadError {
            volume: volume.unwrap_or_default(),
            fault: Fault::TwoKinds(place),
        });
    }
    for dispatch in all.chunk_by_mut(|a, b| {
        (&a.path.designation, &a.path.dispatch) == (&b.path.designation, &b.path.dispatch)
    }) {
        let first = dispatch.iter().map(|placed| placed.order).min().unwrap_or_default();
        for placed in dispatch {
            placed.order = first;
        }
    }
    all.sort_unstable_by(|a, b| {
        (&a.path.designation, a.order, &a.path).cmp(&(&b.path.designation, b.order, &b.path))
    });
    Ok(Dispatches(all.into_iter().peekable()))
}
