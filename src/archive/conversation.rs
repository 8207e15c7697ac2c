//! What an archive holds: mailboxes, and in each what was sent and answered, in its order.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::order;
use super::place::{Archive, is_mailbox};
use super::record::{FileRecord, Record, VERSION, read_bounded};
use crate::base::kind::DispatchKind;
use crate::base::limits;
use crate::bundle::manifest::{FileEntry, Manifest};
use crate::bundle::path::is_dispatch;
use crate::bundle::sealed_by_source::Known;

/// The order of a mailbox's dispatches, one name a line.
pub const ORDER: &str = "order.txt";
/// What the editors of this archive wrote for themselves.
pub const NOTES: &str = "notes.txt";
/// What the last run brought, one place a line.
pub const NEW: &str = "new.txt";
/// In the name of a note's bundle in the outbox.
pub const NOTE: &str = ".note.";
/// Bytes of lists that are read.
const LIST: u64 = 64 << 20;
/// Bytes of private notes that are kept.
pub const MOST_NOTES: u64 = 1 << 20;

/// One mailbox.
pub struct Mailbox {
    /// The name of its directory, which is its designation but for a few.
    pub name: String,
    /// In their order.
    pub dispatches: Vec<Kept>,
    /// Directories that cannot be read.
    pub damaged: Vec<String>,
    /// What is sealed and waits in the outbox: names of bundles.
    pub outbox: Vec<String>,
    /// Whether there are private notes.
    pub has_notes: bool,
}

/// A dispatch of an archive.
pub struct Kept {
    /// The name of its directory.
    pub name: String,
    /// As it was opened.
    pub manifest: Manifest,
    /// What became of its files.
    pub record: Record,
    /// Whether the last run brought it.
    pub is_new: bool,
}

/// What a mailbox waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// The source wrote last.
    Waiting,
    /// An answer is sealed, and was not seen in a bundle yet.
    Outbox,
    /// The team wrote last.
    Answered,
}

impl Kept {
    /// Reads a dispatch's directory. `None` where there is none.
    pub fn read(dir: &Path) -> io::Result<Option<Self>> {
        let json = match read_bounded(&dir.join("manifest.json"), limits::MANIFEST * 2) {
            Ok(json) => json,
            Err(e) if e.kind() == io::ErrorKind::NotFound && !dir.exists() => return Ok(None),
            Err(e) => return Err(e),
        };
        let manifest = Manifest::parse(&json).map_err(io::Error::other)?;
        let record = read_bounded(&dir.join("record.json"), limits::MANIFEST * 2)?;
        let record: Record = serde_json::from_slice(&record)?;
        if record.version > VERSION {
            return Err(io::Error::other("it was written by a newer sourdine"));
        }
        let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Some(Self { name, manifest, record, is_new: false }))
    }

    /// Whether the team sent it.
    pub fn is_reply(&self) -> bool {
        self.manifest.kind == DispatchKind::Reply
    }

    /// Whether the source sent it.
    pub fn is_submission(&self) -> bool {
        self.manifest.kind == DispatchKind::Submission
    }

    /// Whether an editor wrote it for the team.
    pub fn is_note(&self) -> bool {
        self.manifest.kind == DispatchKind::Note
    }

    /// The file's own name, as it was sent.
    pub fn sent_name(&self, number: u32) -> Option<&FileEntry> {
        let files = &self.manifest.files;
        let is_it = |file: &&FileEntry| file.number() == Some(number);
        // As a rule they are numbered in their order.
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        files.get(at).filter(is_it).or_else(|| files.iter().find(is_it))
    }
}

/// Where a file of a record stands, below its dispatch's directory. `None` for what is no plain name: a record may
/// have been written by anybody.
pub fn file_place(dispatch: &Path, name: &str) -> Option<PathBuf> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
    plain.then(|| dispatch.join("files").join(name))
}

/// Whether a file stands there whole, as far as its size tells.
pub fn is_there(dispatch: &Path, file: &FileRecord) -> bool {
    file.fault.is_none()
        && file_place(dispatch, &file.name)
            .and_then(|path| std::fs::symlink_metadata(path).ok())
            .is_some_and(|there| there.is_file() && there.len() == file.size)
}

impl Mailbox {
    /// What it waits for.
    pub fn standing(&self) -> Standing {
        // A note answers nobody.
        match self.dispatches.iter().rev().find(|kept| !kept.is_note()) {
            _ if self.outbox.iter().any(|bundle| !bundle.contains(NOTE)) => Standing::Outbox,
            Some(last) if last.is_reply() => Standing::Answered,
            _ => Standing::Waiting,
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.dispatches.is_empty() && self.damaged.is_empty() && !self.has_notes
    }

    /// How many the last run brought.
    pub fn count_new(&self) -> usize {
        self.dispatches.iter().filter(|kept| kept.is_new).count()
    }

    /// The last day of anything in it.
    pub fn last_day(&self) -> &str {
        self.dispatches.iter().map(|kept| kept.manifest.day.as_str()).max().unwrap_or_default()
    }

    /// The designation, as it stands in its manifests.
    pub fn designation(&self) -> &str {
        self.dispatches.first().map_or(&self.name, |kept| &kept.manifest.mailbox)
    }
}

impl Archive {
    /// The order of a mailbox's directory, as far as it is written down.
    pub fn order(dir: &Path) -> Vec<String> {
        read_bounded(&dir.join(ORDER), LIST)
            .map(|text| order::parse(&String::from_utf8_lossy(&text)))
            .unwrap_or_default()
    }

    /// Places (`mailbox/dispatch`) that the last run brought, and whether that run is not known to have ended.
    pub fn new_places(&self) -> (HashSet<String>, bool) {
        let text = read_bounded(&self.dir().join(NEW), LIST).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let places = order::parse(&text);
        let unfinished = places.iter().any(|line| line == UNFINISHED);
        (places.into_iter().filter(|line| line != UNFINISHED).collect(), unfinished)
    }

    /// Every mailbox with something in it, read one after the other.
    pub fn conversations(&self) -> io::Result<impl Iterator<Item = io::Result<Mailbox>>> {
        let (new, _) = self.new_places();
        let names = self.mailboxes()?.into_iter();
        let read = names.filter_map(move |name| self.conversation(&name, &new).transpose());
        Ok(read.filter(|mailbox| !mailbox.as_ref().is_ok_and(Mailbox::is_empty)))
    }

    /// Reads one mailbox. `None` where there is none of this name.
    pub fn conversation(&self, name: &str, new: &HashSet<String>) -> io::Result<Option<Mailbox>> {
        if !is_mailbox(name) {
            return Ok(None);
        }
        let dir = self.dir().join(name);
        let entries = match std::fs::read_dir(&dir) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            entries => entries?,
        };
        let (mut dispatches, mut damaged) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = entry?;
            let Ok(dispatch) = entry.file_name().into_string() else { continue };
            let plain = dispatch.strip_prefix('_').unwrap_or(&dispatch);
            if !entry.file_type()?.is_dir() || !is_dispatch(plain) {
                continue;
            }
            match Kept::read(&entry.path()) {
                Ok(Some(mut kept)) => {
                    kept.is_new = new.contains(&format!("{name}/{dispatch}"));
                    dispatches.push(kept);
                }
                Ok(None) => {}
                Err(_) => damaged.push(dispatch),
            }
        }
        let order = Self::order(&dir);
        let at: std::collections::HashMap<_, _> =
            order.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        // What no order names stands behind, by its day.
        dispatches.sort_by_cached_key(|kept: &Kept| {
            let place = at.get(kept.name.as_str()).copied().unwrap_or(usize::MAX);
            (place, kept.manifest.day.clone(), kept.name.clone())
        });
        damaged.sort();
        let outbox = self.sealed_for(name, &dispatches);
        let has_notes = !self.notes(name).is_empty();
        Ok(Some(Mailbox { name: name.to_owned(), dispatches, damaged, outbox, has_notes }))
    }

    /// Tells of the sealed bytes of everything that is here.
    pub fn add_sealed(&self, known: &mut Known) -> io::Result<()> {
        for name in self.mailboxes()? {
            for entry in std::fs::read_dir(self.dir().join(name))?.flatten() {
                let record = read_bounded(&entry.path().join("record.json"), limits::MANIFEST * 2);
                let record = record.ok().and_then(|json| serde_json::from_slice(&json).ok());
                let sealed = record.map(|record: Record| record.sealed).unwrap_or_default();
                for beginning in sealed {
                    known.add_earlier(beginning);
                }
            }
        }
        Ok(())
    }

    /// Bundles in the outbox for a mailbox whose answer was not seen in it yet. Their names are
    /// `MAILBOX.DAY.ID.tar`, and `MAILBOX.DAY.ID.note.tar` of a note; a designation has no dot.
    fn sealed_for(&self, name: &str, dispatches: &[Kept]) -> Vec<String> {
        let entries = std::fs::read_dir(self.outbox()).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut waiting: Vec<_> = names
            .filter(|bundle| {
                let mut parts = bundle.split('.');
                let (mailbox, id) = (parts.next(), parts.nth(1).unwrap_or_default());
                let came_back =
                    dispatches.iter().any(|kept| kept.manifest.dispatch.starts_with(id));
                mailbox == Some(name) && parts.next_back() == Some("tar") && !came_back
            })
            .collect();
        waiting.sort();
        waiting
    }

    /// The private notes of a mailbox.
    pub fn notes(&self, name: &str) -> String {
        let notes = read_bounded(&self.dir().join(name).join(NOTES), MOST_NOTES);
        notes.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
    }
}

/// Stands in [`NEW`] while a run is under way. No place looks like it.
pub const UNFINISHED: &str = "# unfinished";
