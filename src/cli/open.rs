//! `sourdine open`: opens bundles offline, checks everything, writes safe names and a summary.

use std::collections::HashSet;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use bytesize::ByteSize;
use serde_json::json;

use super::{identities, progress};
use crate::bundle::address_book::AddressBook;
use crate::bundle::extract::{self, Opened, Outcome};
use crate::bundle::manifest::FileEntry;
use crate::bundle::names::{printable, safe, safe_and_new};
use crate::bundle::read;
use crate::bundle::summary::{self, Section};

#[derive(clap::Args)]
pub struct Open {
    /// The bundle, all its volumes
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
    /// With --list: for scripts
    #[arg(long, requires = "list")]
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

impl Open {
    pub fn run(self) -> anyhow::Result<()> {
        if !self.list {
            ensure_empty(&self.output)?;
        }
        let gathered = read::gather(&self.bundles)?;
        let identities = identities::read(&self.identities)?;
        let mut book = self.address_book()?;
        let mut opened = Vec::new();
        let mut unopened = Unopened::new();
        for dispatch in gathered {
            let place = format!("{}/{}", dispatch.designation, dispatch.dispatch);
            match extract::open_manifest(dispatch, &self.bundles, &identities) {
                Err(error) => unopened.push((place, error.to_string())),
                Ok(dispatch) => match book.check(&dispatch.manifest, &self.accept_changed_keys) {
                    Ok(()) => opened.push(dispatch),
                    Err(error) => unopened.push((place, error.to_string())),
                },
            }
        }
        if self.list {
            self.show(&opened);
        } else if !opened.is_empty() {
            book.save()?;
            self.extract(&opened, &unopened, &identities)?;
        }
        for (place, why) in &unopened {
            eprintln!("sourdine: {place}: {why}");
        }
        ensure!(unopened.is_empty(), "{} dispatch(es) stayed closed", unopened.len());
        Ok(())
    }

    fn address_book(&self) -> anyhow::Result<AddressBook> {
        let first = self.identities.first().map(|identity| AddressBook::beside(identity));
        let path = self.address_book.clone().or(first).context("name an identity with -i")?;
        Ok(AddressBook::load(&path)?)
    }

    fn show(&self, opened: &[Opened]) {
        for Opened { manifest, gathered } in opened {
            if self.json {
                println!("{}", json!(manifest));
                continue;
            }
            println!(
                "{} {} {}",
                printable(&manifest.mailbox),
                printable(&manifest.day),
                printable(&manifest.dispatch)
            );
            for line in manifest.message.lines() {
                println!("    | {}", printable(line));
            }
            let is_here = |file: &FileEntry| {
                file.number().is_some_and(|number| gathered.files.contains_key(&number))
            };
            // A bundle of manifests alone, to judge by: not a fault.
            let none = !manifest.files.is_empty() && !manifest.files.iter().any(is_here);
            for file in &manifest.files {
                let mark = if none || is_here(file) { "" } else { "  (not in this bundle)" };
                let size = ByteSize(file.size).to_string();
                println!("    {size:>10}  {}{mark}", safe(&file.name));
            }
            if none {
                println!("    The files are not in this bundle: it holds the manifest alone.");
            }
        }
    }

    fn extract(
        &self,
        opened: &[Opened],
        unopened: &Unopened,
        identities: &[Box<dyn age::Identity>],
    ) -> anyhow::Result<()> {
        let out = &self.output;
        let total = opened.iter().flat_map(|o| &o.manifest.files).map(|f| f.size).sum();
        make_dir(out)?;
        let bars = progress::Threads::new(total);
        let mut outcomes = Vec::new();
        let mut taken = HashSet::new();
        for dispatch in opened {
            let manifest = &dispatch.manifest;
            let mailbox = out.join(safe(&manifest.mailbox));
            let dir = mailbox.join(safe_and_new(&manifest.dispatch, &mut taken));
            let files = dir.join("files");
            for dir in [&mailbox, &dir, &files] {
                make_dir(dir)?;
            }
            write_new(&dir.join("manifest.json"), &manifest.to_json()?)?;
            if !manifest.message.is_empty() {
                write_new(&dir.join("message.txt"), readable(&manifest.message).as_bytes())?;
            }
            outcomes.push(extract::extract(dispatch, &self.bundles, identities, &files, &bars));
        }
        bars.finish();
        let sections: Vec<_> = opened
            .iter()
            .zip(&outcomes)
            .map(|(dispatch, outcomes)| Section { manifest: &dispatch.manifest, outcomes })
            .collect();
        write_new(&out.join("SUMMARY.txt"), summary::text(&sections, unopened).as_bytes())?;
        report(out, opened, &outcomes)
    }
}

fn report(out: &Path, opened: &[Opened], outcomes: &[Vec<Outcome>]) -> anyhow::Result<()> {
    let all: Vec<_> = outcomes.iter().flatten().collect();
    let faults: Vec<_> = all.iter().filter(|o| o.fault.is_some()).collect();
    println!(
        "{} dispatch(es), {} file(s) written and checked: {}",
        opened.len(),
        all.len() - faults.len(),
        out.join("SUMMARY.txt").display()
    );
    for outcome in &faults {
        if let Some(fault) = &outcome.fault {
            eprintln!("sourdine: {:04} {}: {fault}", outcome.number, outcome.name);
        }
    }
    let apart = outcomes.iter().filter(|of| summary::is_manifest_alone(of)).count();
    if apart > 0 {
        eprintln!(
            "sourdine: the files of {apart} dispatch(es) are not in this bundle, which holds their manifests \
             alone; fetch the bundle with the files"
        );
    }
    ensure!(
        faults.is_empty(),
        "{} file(s) missing or altered; nothing was written for them",
        faults.len()
    );
    Ok(())
}

/// A message as text that no terminal obeys; the exact one is in `manifest.json`.
fn readable(message: &str) -> String {
    message.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

fn ensure_empty(dir: &Path) -> anyhow::Result<()> {
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

fn make_dir(dir: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).with_context(|| {
        format!("{} cannot be made; name another directory with -o", dir.display())
    })
}

fn write_new(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    new.and_then(|mut file| file.write_all(content))
        .with_context(|| format!("{} cannot be written; is the disk full?", path.display()))
}
