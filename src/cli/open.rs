//! `sourdine open`: opens bundles offline, checks everything, and adds what they hold to an archive.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use bytesize::ByteSize;
use serde_json::json;

use super::identities::{self, Identities, Plugins};
use super::stdio::{self, show, tell};
use super::{process, progress};
use crate::archive::add::{Added, Adding, SUMMARY};
use crate::archive::medium;
use crate::archive::open::{Closed, manifests};
use crate::archive::pages;
use crate::archive::place::Archive;
use crate::base::kind::DispatchKind;
use crate::bundle::extract::{FileFault, Opened};
use crate::bundle::manifest::FileEntry;
use crate::bundle::names::{self, printable, safe};
use crate::bundle::read;
use crate::bundle::sealed_by_source::Known;
use crate::bundle::summary::Section;

#[derive(clap::Args)]
pub struct Open {
    /// The bundle, all its volumes; - for standard input
    #[arg(required = true, value_name = "BUNDLE.tar")]
    bundles: Vec<PathBuf>,
    /// Your age identity; repeat it for several
    #[arg(short, long = "identity", value_name = "KEY.txt", required = true)]
    identities: Vec<PathBuf>,
    /// The archive to add to: a new or empty directory becomes one
    #[arg(short, long, value_name = "ARCHIVE", default_value = "opened")]
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
type Unopened = Vec<(String, Closed)>;

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
            self.check_archive()?;
        }
        let bundles = stdio::Bundles::new(self.bundles.clone())?;
        let bundles = &bundles.files;
        let gathered = read::gather(bundles)?;
        let Identities { keys: identities, plugins } =
            identities::read(&self.identities, Plugins::Run)?;
        let mut book = identities::address_book(self.address_book.clone(), &self.identities)?;
        let accepted = &self.accept_changed_keys;
        let all = manifests(gathered, bundles, &identities, &mut book, accepted);
        let (opened, mut unopened) = (all.opened, all.closed);
        let mut written = Written::default();
        if self.list {
            written.said = self.listed(&opened);
        } else if !opened.is_empty() {
            book.save()?;
            written = self.add(&opened, &mut unopened, bundles, &identities, all.known)?;
        }
        for (place, why) in unopened.iter().filter(|(_, why)| !why.is_of_disk()) {
            tell(&format!("sourdine: {place}: {why}"));
        }
        // A plugin that gives a wrong key, or none, cannot be told from a file that is sealed otherwise.
        if !plugins.is_empty() && unopened.iter().any(|(_, why)| why.is_of_key()) {
            tell(&format!(
                "sourdine: note: {} was asked for keys; a plugin that is broken or lies looks the same as a wrong key or an \
                 altered file: try again, or with another key",
                plugins.join(", ")
            ));
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

    /// Refuses a directory that holds anything but an archive. What a run that was killed left half written goes.
    fn check_archive(&self) -> anyhow::Result<()> {
        if Archive::check(&self.output)? {
            tell(&format!(
                "sourdine: {}: files that an interrupted run had half written were removed",
                self.output.display()
            ));
        }
        Ok(())
    }

    /// Adds every dispatch, and writes summary and pages. A dispatch that cannot be written joins those that stayed
    /// closed.
    fn add(
        &self,
        opened: &[Opened],
        unopened: &mut Unopened,
        bundles: &[PathBuf],
        identities: &[Box<dyn age::Identity>],
        known: Known,
    ) -> anyhow::Result<Written> {
        let (archive, output) = Archive::begin(&self.output)?;
        if let Some(warning) = medium::warning(archive.dir()) {
            tell(&format!("sourdine: {warning}"));
        }
        let bars = progress::Threads::new();
        let adding = Adding {
            archive: &archive,
            output: &output,
            volumes: bundles,
            identities,
            progress: &bars,
        };
        let added = adding.run(opened, unopened, known);
        bars.finish();
        let full = |fault| match fault {
            FileFault::DiskFull => Ok(()),
            fault => Err(fault),
        };
        let added = match added {
            Ok(added) => added,
            Err(fault) => {
                full(fault).with_context(|| self.output.display().to_string())?;
                return Ok(Written { full: true, ..Written::default() });
            }
        };
        let pages = pages::write(&archive, &output).or_else(full);
        pages.with_context(|| format!("the pages of {}", self.output.display()))?;
        let (mut said, missing) = report(&self.output, &added);
        if self.json {
            said = added.sections.iter().map(|section| line_of(section) + "\n").collect();
        }
        Ok(Written { said, missing, full: added.is_full || output.is_full() })
    }
}

/// Says which files are not there; returns what to print of the others, and how many are not.
fn report(archive: &Path, added: &Added<'_>) -> (String, usize) {
    let sections = &added.sections;
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
        archive.join(SUMMARY).display()
    );
    if added.here > 0 {
        let _ = writeln!(said, "{} dispatch(es) were already here", added.here);
    }
    let _ = writeln!(said, "To read: {}", archive.join("index.html").display());
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
