//! Adding what bundles hold. A dispatch appears whole, in one step, or not at all; one that is there already stays,
//! and gains at most the files that it lacked.

use std::collections::{BTreeMap, HashSet};
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::conversation::{Kept, NEW, ORDER, UNFINISHED, file_place, is_there};
use super::open::Closed;
use super::order::merged;
use super::place::{Archive, dispatch_name, mailbox_name, make};
use super::record::{FileRecord, Record, VERSION};
use crate::base::ids::hex;
use crate::base::kind::DispatchKind;
use crate::bundle::extract::{self, FileFault, Opened, Outcome, Output, Progress, give_name};
use crate::bundle::names;
use crate::bundle::sealed_by_source::{Known, Opener, beginning};
use crate::bundle::summary::{self, Section};

/// Directories of one dispatch that are put aside.
const MOST_ASIDE: u32 = 1_000;

/// The summary of the last run.
pub const SUMMARY: &str = "SUMMARY.txt";

/// What a run has brought.
pub struct Added<'a> {
    /// What was written, with what is missing of it.
    pub sections: Vec<Section<'a>>,
    /// How many were there already, whole.
    pub here: usize,
    /// Whether the disk was full.
    pub is_full: bool,
}

impl Added<'_> {
    /// The directories of the mailboxes that something was written to.
    pub fn mailboxes(&self) -> impl Iterator<Item = String> {
        self.sections.iter().map(|section| mailbox_name(&section.manifest.mailbox))
    }
}

/// Where a run writes, and where it reads.
pub struct Adding<'a> {
    /// The archive.
    pub archive: &'a Archive,
    /// Its disk: nobody else writes meanwhile.
    pub output: &'a Output,
    /// The bundle's.
    pub volumes: &'a [PathBuf],
    /// Whose.
    pub identities: &'a [Box<dyn age::Identity>],
    /// Hears of it.
    pub progress: &'a dyn Progress,
}

/// A dispatch of the run: where it will stand.
struct Place {
    mailbox: PathBuf,
    dir: PathBuf,
    /// `mailbox/dispatch`
    name: String,
}

impl Adding<'_> {
    /// Adds every dispatch, and writes the summary. What cannot be added joins `closed`.
    pub fn run<'o>(
        &self,
        opened: &'o [Opened],
        closed: &mut Vec<(String, Closed)>,
        mut known: Known,
    ) -> Result<Added<'o>, FileFault> {
        self.archive.add_sealed(&mut known)?;
        let places: Vec<_> = opened.iter().map(|dispatch| self.place(dispatch)).collect();
        let mut added = Added { sections: Vec::new(), here: 0, is_full: false };
        let mut inner = Opener {
            volumes: self.volumes,
            identities: self.identities,
            output: self.output,
            progress: self.progress,
            known,
        };
        let mut plan = Vec::new();
        for (dispatch, place) in opened.iter().zip(&places) {
            match Kept::read(&place.dir) {
                Ok(Some(kept)) if !kept.manifest.is_same(&dispatch.manifest) => {
                    closed.push((place_in_bundle(dispatch), Closed::Other));
                }
                Ok(Some(kept))
                    if kept.record.files.iter().all(|file| is_there(&place.dir, file)) =>
                {
                    added.here += 1;
                }
                Ok(kept) => plan.push((dispatch, place, kept)),
                Err(error) => closed.push((place_in_bundle(dispatch), Closed::Damaged(error))),
            }
        }
        let sizes = plan.iter().flat_map(|(dispatch, ..)| &dispatch.manifest.files);
        self.progress.expect(sizes.map(|file| file.size).fold(0, u64::saturating_add));
        // Before anything appears: whatever ends the run, what has appeared is new and in its order.
        let brings: Vec<_> = plan.iter().filter(|(.., kept)| kept.is_none()).collect();
        let mut new = HashSet::new();
        if !brings.is_empty() {
            let (before, unfinished) = self.archive.new_places();
            new = if unfinished { before } else { HashSet::new() };
            new.extend(brings.iter().map(|(_, place, _)| place.name.clone()));
            self.note_new(&new, true)?;
        }
        self.note_order(&places)?;
        for (dispatch, place, kept) in plan {
            // Two ids that a file system takes for one.
            if kept.is_none()
                && let Ok(Some(twin)) = Kept::read(&place.dir)
            {
                if twin.manifest.is_same(&dispatch.manifest) {
                    added.here += 1;
                } else {
                    closed.push((place_in_bundle(dispatch), Closed::Other));
                }
                continue;
            }
            let done = if self.output.is_full() {
                Err(FileFault::DiskFull)
            } else {
                self.write(dispatch, place, kept.as_ref(), &mut inner)
            };
            match done {
                Ok(section) => added.sections.push(section),
                Err(fault) => closed.push((place_in_bundle(dispatch), fault.into())),
            }
        }
        if !new.is_empty() {
            self.note_new(&new, false)?;
        }
        added.is_full = self.output.is_full();
        let text = summary::text(&added.sections, added.here, closed);
        match self.output.replace(&self.archive.dir().join(SUMMARY), text.as_bytes()) {
            // Said once, for all.
            Err(FileFault::DiskFull) => added.is_full = true,
            done => done?,
        }
        Ok(added)
    }

    fn place(&self, dispatch: &Opened) -> Place {
        let mailbox_name = mailbox_name(&dispatch.manifest.mailbox);
        let mailbox = self.archive.dir().join(&mailbox_name);
        let name = dispatch_name(&dispatch.gathered.dispatch);
        let dir = mailbox.join(&name);
        Place { name: format!("{mailbox_name}/{name}"), dir, mailbox }
    }

    fn note_new(&self, new: &HashSet<String>, unfinished: bool) -> Result<(), FileFault> {
        let mut lines: Vec<&str> = new.iter().map(String::as_str).collect();
        lines.sort_unstable();
        if unfinished {
            lines.insert(0, UNFINISHED);
        }
        self.output.replace(&self.archive.dir().join(NEW), (lines.join("\n") + "\n").as_bytes())
    }

    /// Writes down the order of every mailbox of the run, where it changes.
    fn note_order(&self, places: &[Place]) -> Result<(), FileFault> {
        let mut orders: BTreeMap<&Path, Vec<String>> = BTreeMap::new();
        for place in places {
            let name = place.dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
            orders.entry(&place.mailbox).or_default().push(name);
        }
        for (mailbox, bundle) in orders {
            let known = Archive::order(mailbox);
            let order = merged(&known, &bundle);
            if order != known {
                self.output.noted(make(mailbox))?;
                let text = order.join("\n") + "\n";
                self.output.replace(&mailbox.join(ORDER), text.as_bytes())?;
            }
        }
        Ok(())
    }

    /// Writes one dispatch, all of it beside the archive, then names it.
    fn write<'o>(
        &self,
        dispatch: &'o Opened,
        place: &Place,
        kept: Option<&Kept>,
        inner: &mut Opener<'_>,
    ) -> Result<Section<'o>, FileFault> {
        let (manifest, output) = (&dispatch.manifest, self.output);
        let mut new = output.new_directory()?;
        let files = new.path().join("files");
        output.noted(DirBuilder::new().mode(0o700).create(&files))?;
        let json = manifest.to_json().map_err(io::Error::other)?;
        let json = names::json(&String::from_utf8_lossy(&json));
        output.write(&new.path().join("manifest.json"), json.as_bytes())?;
        if !manifest.message.is_empty() {
            let text = names::text(&manifest.message);
            output.write(&new.path().join("message.txt"), text.as_bytes())?;
        }
        let mut outcomes = extract::extract(
            dispatch,
            self.volumes,
            self.identities,
            output,
            &files,
            self.progress,
        );
        if let Some(kept) = kept {
            for outcome in &mut outcomes {
                self.take_over(outcome, kept, &place.dir, &files)?;
            }
        }
        let sealed_by_source = match manifest.kind {
            DispatchKind::Submission => inner.open(&outcomes, &files),
            DispatchKind::Reply | DispatchKind::Note => BTreeMap::new(),
        };
        let gathered = &dispatch.gathered;
        let mut sealed = kept.map(|kept| kept.record.sealed.clone()).unwrap_or_default();
        for (volume, entry) in gathered.manifest.iter().chain(gathered.files.values()) {
            if let Some(volume) = self.volumes.get(*volume) {
                sealed.push(beginning(volume, entry)?);
            }
        }
        sealed.sort();
        sealed.dedup();
        let record = Record {
            version: VERSION,
            sealed,
            files: outcomes
                .iter()
                .map(|outcome| FileRecord::of(outcome, sealed_by_source.get(&outcome.number)))
                .collect(),
        };
        let json = serde_json::to_vec_pretty(&record).map_err(io::Error::other)?;
        output.write(&new.path().join("record.json"), &json)?;
        // Of a dispatch that a full disk has cut nothing is kept: the room it took is free again.
        if output.is_full() {
            return Err(FileFault::DiskFull);
        }
        output.noted(make(&place.mailbox))?;
        let whole = |record: &Record| record.files.iter().filter(|f| f.fault.is_none()).count();
        match kept {
            None => output.noted(new.name(&place.dir))?,
            Some(kept) if whole(&record) > there(kept, &place.dir) => {
                if is_added_to(kept, &place.dir)? {
                    output.noted(put_aside(&place.dir))?;
                    output.noted(new.name(&place.dir))?;
                } else {
                    output.noted(new.replace(&place.dir))?;
                }
            }
            // It brought nothing that was missing.
            Some(_) => {}
        }
        Ok(Section { manifest, outcomes, sealed_by_source })
    }

    /// A file that this bundle lacks and the archive has is copied, and checked once more.
    fn take_over(
        &self,
        outcome: &mut Outcome,
        kept: &Kept,
        old: &Path,
        to: &Path,
    ) -> Result<(), FileFault> {
        let is_missing = matches!(outcome.fault, Some(FileFault::Missing));
        let file = kept.record.files.iter().find(|file| file.number == outcome.number);
        let Some(file) = file.filter(|file| is_missing && is_there(old, file)) else {
            return Ok(());
        };
        let Some(from) = file_place(old, &file.name) else { return Ok(()) };
        let copied = self.output.noted(self.copy(&from, outcome, to));
        match copied {
            Ok(Some(name)) => {
                outcome.name = name;
                outcome.fault = None;
            }
            // It was changed since: it counts as missing.
            Ok(None) => {}
            Err(FileFault::DiskFull) => return Err(FileFault::DiskFull),
            Err(fault) => outcome.fault = Some(fault),
        }
        Ok(())
    }

    fn copy(&self, from: &Path, outcome: &Outcome, to: &Path) -> io::Result<Option<String>> {
        let (mut source, mut file) = (File::open(from)?, self.output.new_file()?);
        let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 18]);
        loop {
            let n = source.read(&mut buffer)?;
            let bytes = buffer.get(..n).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            hash.update(bytes);
            file.write_all(bytes)?;
            size += n as u64;
        }
        if size != outcome.size || !hex(&hash.finalize()).eq_ignore_ascii_case(&outcome.sha256) {
            return Ok(None);
        }
        file.sync()?;
        let plain = format!("file-{:04}", outcome.number);
        give_name(&mut file, to, &outcome.name, &plain).map(Some)
    }
}

/// Whether somebody put files of their own into a dispatch's directory.
fn is_added_to(kept: &Kept, dir: &Path) -> io::Result<bool> {
    let written = kept.record.files.iter().flat_map(|file| {
        std::iter::once(&file.name).chain(file.opened.iter().map(|layer| &layer.name))
    });
    let written: HashSet<&str> = written.map(String::as_str).collect();
    let ours = HashSet::from(["manifest.json", "message.txt", "record.json", "files"]);
    for (dir, known) in [(dir.to_owned(), ours), (dir.join("files"), written)] {
        let entries = match std::fs::read_dir(dir) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let name = entry?.file_name();
            if !name.to_str().is_some_and(|name| known.contains(name)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// A directory that somebody added to stays, under a name that is no dispatch's.
fn put_aside(dir: &Path) -> io::Result<()> {
    let names = (1..=MOST_ASIDE).map(|number| dir.with_extension(format!("old{number}")));
    let free = names.into_iter().find(|name| std::fs::symlink_metadata(name).is_err());
    std::fs::rename(dir, free.ok_or(io::ErrorKind::AlreadyExists)?)
}

/// How many files of a dispatch stand there.
fn there(kept: &Kept, dir: &Path) -> usize {
    kept.record.files.iter().filter(|file| is_there(dir, file)).count()
}

fn place_in_bundle(dispatch: &Opened) -> String {
    format!("{}/{}", dispatch.manifest.mailbox, dispatch.gathered.dispatch)
}
