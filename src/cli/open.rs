//! `sourdine open`: opens bundles offline, checks everything, writes safe names and a summary.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use bytesize::ByteSize;
use serde_json::json;

use super::stdio::{self, show, tell};
use super::{identities, process, progress};
use crate::base::kind::DispatchKind;
use crate::bundle::address_book::AddressBook;
use crate::bundle::extract::{self, FileFault, Opened, Output};
use crate::bundle::is_standard;
use crate::bundle::manifest::FileEntry;
use crate::bundle::names::{self, Names, printable, safe};
use crate::bundle::read;
use crate::bundle::sealed_by_source::{Known, Opener};
use crate::bundle::summary::{self, Section};
use crate::bundle::unfinished::Unfinished;

#[derive(clap::Args)]
pub struct Open {
    /// The bundle, all its volumes; - for standard input
    #[arg(required = true, value_name = "BUNDLE.tar")]
    bundles: Vec<PathBuf>,
    /// Your age identity; repeat it for several
    #[arg(short, long = "identity", value_name = "KEY.txt", required = true)]
    identities: Vec<PathBuf>,
    /// Where to write: a new or empty directory
    #[arg(short, long, value_name = "DIR", default_value = "opened")]
    output: PathBuf,
    /// Only show what is in it; writes nothing
    #[arg(long)]
    list: bool,
    /// For scripts: one line of JSON for each dispatch
    #[arg(long)]
    json: bool,
    /// The address book, instead of the one beside the identity
    #[arg(long, value_name = "FILE")]
    address_book: Option<PathBuf>,
    /// A mailbox or a team whose keys have changed for a reason you know; repeat it for several
    #[arg(long, value_name = "NAME")]
    accept_changed_keys: Vec<String>,
}

/// Dispatches that stayed closed: where, and why.
type Unopened = Vec<(String, String)>;

/// What became of the others.
#[derive(Default)]
struct Written {
    /// To be printed.
    said: String,
    /// Files that are not there.
    missing: usize,
    /// Whether the disk was full, for a file or the summary.
    full: bool,
}

impl Open {
    pub fn run(self) -> anyhow::Result<()> {
        stdio::check_once(self.bundles.iter().chain(&self.identities))?;
        stdio::check_named(&self.output, "-o names a directory, which standard output is not")?;
        process::clean_up_on_signals()?;
        if !self.list {
            ensure_empty(&self.output)?;
        }
        let bundles = stdio::Bundles::new(self.bundles.clone())?;
        let bundles = &bundles.files;
        let gathered = read::gather(bundles)?;
        let identities = identities::read(&self.identities)?;
        let mut book = self.address_book()?;
        let mut opened = Vec::new();
        let mut unopened = Unopened::new();
        let mut known = Known::default();
        for dispatch in gathered {
            known.add(&dispatch);
            let place = format!("{}/{}", dispatch.designation, dispatch.dispatch);
            match extract::open_manifest(dispatch, bundles, &identities) {
                Err(error) => unopened.push((place, error.to_string())),
                Ok(dispatch) => match book.check(&dispatch.manifest, &self.accept_changed_keys) {
                    Ok(()) => opened.push(dispatch),
                    Err(error) => unopened.push((place, error.to_string())),
                },
            }
        }
        let mut written = Written::default();
        if self.list {
            written.said = self.listed(&opened);
        } else if !opened.is_empty() {
            book.save()?;
            written = self.extract(&opened, &mut unopened, bundles, &identities, known)?;
        }
        let full = FileFault::DiskFull.to_string();
        for (place, why) in unopened.iter().filter(|(_, why)| *why != full) {
            tell(&format!("sourdine: {place}: {why}"));
        }
        show(&written.said)?;
        let closed = (!unopened.is_empty())
            .then(|| format!("{} dispatch(es) stayed closed", unopened.len()));
        let files = (written.missing > 0).then(|| {
            format!("{} file(s) missing or altered; nothing was written for them", written.missing)
        });
        let full = written.full.then(|| {
            format!(
                "the disk of {} is full; make room, or name a directory on another with -o",
                self.output.display()
            )
        });
        let faults: Vec<_> = [closed, files, full].into_iter().flatten().collect();
        ensure!(faults.is_empty(), "{}", faults.join("; "));
        Ok(())
    }

    fn address_book(&self) -> anyhow::Result<AddressBook> {
        let named = self.identities.iter().find(|identity| !is_standard(identity));
        let beside = named.map(|identity| AddressBook::beside(identity));
        let path = self.address_book.clone().or(beside);
        let path = path.context("an identity from standard input has no address book beside it; name one with --address-book")?;
        stdio::check_named(&path, "the address book is read and written; name a file")?;
        Ok(AddressBook::load(&path)?)
    }

    fn listed(&self, opened: &[Opened]) -> String {
        let mut out = String::new();
        for Opened { manifest, gathered } in opened {
            if self.json {
                let _ = writeln!(out, "{}", names::json(&json!(manifest).to_string()));
                continue;
            }
            let kind = if manifest.kind == DispatchKind::Note { " note" } else { "" };
            let _ = writeln!(
                out,
                "{} {} {}{kind}",
                printable(&manifest.mailbox),
                printable(&manifest.day),
                printable(&manifest.dispatch)
            );
            for line in manifest.message.lines() {
                let _ = writeln!(out, "    | {}", printable(line));
            }
            for answer in &manifest.answers {
                let _ = writeln!(out, "    ? {}", printable(&answer.label));
                for line in answer.value.lines() {
                    let _ = writeln!(out, "    | {}", printable(line));
                }
            }
            let is_here = |file: &FileEntry| {
                file.number().is_some_and(|number| gathered.files.contains_key(&number))
            };
            // A bundle of manifests alone, to judge by: not a fault.
            let none = !manifest.files.is_empty() && !manifest.files.iter().any(is_here);
            for file in &manifest.files {
                let mark = if none || is_here(file) { "" } else { "  (not in this bundle)" };
                let size = ByteSize(file.size).to_string();
                let _ = writeln!(out, "    {size:>10}  {}{mark}", safe(&file.name));
            }
            if none {
                out.push_str(
                    "    The files are not in this bundle: it holds the manifest alone.\n",
                );
            }
        }
        out
    }

    /// Writes every dispatch, and the summary. A dispatch that cannot be written joins those that stayed closed.
    fn extract(
        &self,
        opened: &[Opened],
        unopened: &mut Unopened,
        bundles: &[PathBuf],
        identities: &[Box<dyn age::Identity>],
        known: Known,
    ) -> anyhow::Result<Written> {
        let out = &self.output;
        let cannot = || format!("{} cannot be used; name another directory with -o", out.display());
        DirBuilder::new().recursive(true).mode(0o700).create(out).with_context(cannot)?;
        let output = Output::new(out).with_context(cannot)?;
        let sizes = opened.iter().flat_map(|o| &o.manifest.files).map(|f| f.size);
        let bars = progress::Threads::new(sizes.fold(0, u64::saturating_add));
        let mut opening =
            Opener { volumes: bundles, identities, output: &output, progress: &bars, known };
        let mut sections = Vec::new();
        let mut taken: HashMap<_, Names> = HashMap::new();
        for dispatch in opened {
            let manifest = &dispatch.manifest;
            let mailbox = out.join(safe(&manifest.mailbox));
            let taken = taken.entry(&manifest.mailbox).or_default();
            let dir = mailbox.join(taken.new_name(&manifest.dispatch));
            match begin(dispatch, &output, &mailbox, &dir) {
                Ok(files) => {
                    let outcomes =
                        extract::extract(dispatch, bundles, identities, &output, &files, &bars);
                    let sealed_by_source = match manifest.kind {
                        DispatchKind::Submission => opening.open(&outcomes, &files),
                        DispatchKind::Reply | DispatchKind::Note => BTreeMap::new(),
                    };
                    sections.push(Section { manifest, outcomes, sealed_by_source });
                }
                Err(fault) => {
                    let place = format!("{}/{}", manifest.mailbox, manifest.dispatch);
                    unopened.push((place, fault.to_string()));
                }
            }
        }
        bars.finish();
        let name = out.join("SUMMARY.txt");
        let summary = output.write(&name, summary::text(&sections, unopened).as_bytes());
        if !output.is_full() {
            summary.with_context(|| name.display().to_string())?;
        }
        let (mut said, missing) = report(&name, &sections);
        if self.json {
            said = sections.iter().map(|section| line_of(section) + "\n").collect();
        }
        Ok(Written { said, missing, full: output.is_full() })
    }
}

/// Makes the directories of a dispatch, and writes what is ours in them; returns the one for its files.
fn begin(
    dispatch: &Opened,
    output: &Output,
    mailbox: &Path,
    dir: &Path,
) -> Result<PathBuf, FileFault> {
    if output.is_full() {
        return Err(FileFault::DiskFull);
    }
    let manifest = &dispatch.manifest;
    let files = dir.join("files");
    let new = |dir: &Path| output.noted(DirBuilder::new().mode(0o700).create(dir));
    // An earlier dispatch of this run may have made it.
    if !mailbox.is_dir() {
        new(mailbox)?;
    }
    new(dir)?;
    new(&files)?;
    let json = manifest.to_json().map_err(io::Error::other)?;
    let json = names::json(&String::from_utf8_lossy(&json));
    output.write(&dir.join("manifest.json"), json.as_bytes())?;
    if !manifest.message.is_empty() {
        output.write(&dir.join("message.txt"), names::text(&manifest.message).as_bytes())?;
    }
    Ok(files)
}

/// Says which files are not there; returns what to print of the others, and how many are not.
fn report(summary: &Path, sections: &[Section<'_>]) -> (String, usize) {
    let files: usize = sections.iter().map(|section| section.outcomes.len()).sum();
    let faults: usize = sections.iter().map(|section| section.faults().count()).sum();
    for (outcome, fault) in sections.iter().flat_map(Section::faults) {
        // A full disk is said once, with its remedy.
        if !matches!(fault, FileFault::DiskFull) {
            tell(&format!("sourdine: {:04} {}: {fault}", outcome.number, outcome.name));
        }
    }
    let apart = sections.iter().filter(|section| section.is_manifest_alone()).count();
    if apart > 0 {
        tell(&format!(
            "sourdine: the files of {apart} dispatch(es) are not in this bundle, which holds their manifests \
             alone; fetch the bundle with the files"
        ));
    }
    let mut said = format!(
        "{} dispatch(es), {} file(s) written and checked: {}\n",
        sections.len(),
        files - faults,
        summary.display()
    );
    let mut sealed = 0;
    for (section, (number, by_source)) in
        sections.iter().flat_map(|s| s.sealed_by_source.iter().map(move |sealed| (s, sealed)))
    {
        sealed += usize::from(!by_source.opened.is_empty());
        let left = by_source.left.as_ref().filter(|left| !left.is_of_disk());
        if let (Some(left), Some(outcome)) =
            (left, section.outcomes.iter().find(|outcome| outcome.number == *number))
        {
            let name = by_source.opened.last().map_or(&outcome.name, |layer| &layer.name);
            tell(&format!(
                "sourdine: {number:04} {name}: its source sealed it itself; it is left as it is: {left}"
            ));
        }
    }
    if sealed > 0 {
        let _ = writeln!(
            said,
            "{sealed} of them had been sealed by their source itself: opened beside the original, origin unproven"
        );
    }
    (said, faults)
}

/// A dispatch and what became of it, for scripts.
fn line_of(section: &Section<'_>) -> String {
    let Section { manifest, outcomes, sealed_by_source } = section;
    let files: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let sealed = sealed_by_source.get(&outcome.number);
            let layers = sealed.iter().flat_map(|sealed| &sealed.opened).map(|layer| {
                json!({
                    "name": layer.name, "size": layer.size, "sha256": layer.sha256, "origin": "unproven",
                })
            });
            json!({
                "number": outcome.number,
                "name": outcome.name,
                "size": outcome.size,
                "sha256": outcome.sha256,
                "fault": outcome.fault.as_ref().map(ToString::to_string),
                "sealed_by_source": sealed.map(|sealed| json!({
                    "opened": layers.collect::<Vec<_>>(),
                    "left": sealed.left.as_ref().map(ToString::to_string),
                })),
            })
        })
        .collect();
    let line = json!({
        "mailbox": manifest.mailbox,
        "dispatch": manifest.dispatch,
        "kind": manifest.kind,
        "team": manifest.team,
        "day": manifest.day,
        "author": manifest.author,
        "answers": manifest.answers,
        "files": files,
    });
    names::json(&line.to_string())
}

/// Refuses a directory that holds anything. What a run that was killed left half written is removed first.
fn ensure_empty(dir: &Path) -> anyhow::Result<()> {
    match Unfinished::remove_left_over(dir) {
        Ok(false) => {}
        Ok(true) => tell(&format!(
            "sourdine: {}: files that an interrupted run had half written were removed",
            dir.display()
        )),
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
            bail!(
                "another sourdine is writing to {}; name another directory with -o",
                dir.display()
            )
        }
        Err(e) => {
            return Err(e).with_context(|| {
                format!("{} holds half written files that cannot be removed", dir.display())
            });
        }
    }
    match std::fs::read_dir(dir) {
        Ok(mut entries) => ensure!(
            entries.next().is_none(),
            "{} is not empty; name a new directory with -o",
            dir.display()
        ),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => {
            return Err(e).with_context(|| {
                format!("{} cannot be used; name another with -o", dir.display())
            });
        }
    }
    Ok(())
}
