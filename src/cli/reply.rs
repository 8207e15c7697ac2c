//! `sourdine reply`: seals an answer offline, to the source and to the team; or a note, to the team alone.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use sha2::{Digest, Sha256};

use super::stdio::{self, show, tell};
use super::{process, progress};
use crate::base::clock::Clock;
use crate::base::ids::{DispatchId, hex};
use crate::base::kind::DispatchKind;
use crate::base::{limits, random, text};
use crate::bundle::address_book::AddressBook;
use crate::bundle::is_standard;
use crate::bundle::manifest::{FileEntry, Manifest};
use crate::bundle::reply::Correspondence;
use crate::bundle::write::BundleWriter;
use crate::crypto::padding;
use crate::crypto::seal::Recipients;

/// The last number that a name gets.
const MOST_NUMBER: u32 = 9_999;

#[derive(clap::Args)]
pub struct Reply {
    /// A manifest.json that `sourdine open` wrote, or a directory that holds it; - for standard input
    #[arg(value_name = "MANIFEST-or-DIR")]
    to: PathBuf,
    /// The bundle to write, numbered where one is there already; - for standard output
    #[arg(short, long, value_name = "BUNDLE.tar")]
    output: PathBuf,
    /// A text file with the message; - for standard input
    #[arg(long, value_name = "FILE")]
    message: Option<PathBuf>,
    /// A file to send with it; repeat it for several
    #[arg(long = "attach", value_name = "FILE")]
    attachments: Vec<PathBuf>,
    /// A note for your team: the source neither gets it nor learns of it
    #[arg(long)]
    note: bool,
    /// Your name, for your team to read in the note
    #[arg(long, value_name = "NAME", requires = "note", default_value = "")]
    author: String,
    /// Your identity: compares the source's key with the address book beside it
    #[arg(short, long, value_name = "KEY.txt")]
    identity: Option<PathBuf>,
    /// The address book, instead of the one beside the identity
    #[arg(long, value_name = "FILE")]
    address_book: Option<PathBuf>,
    /// A mailbox or a team whose keys have changed for a reason you know; repeat it for several
    #[arg(long, value_name = "NAME")]
    accept_changed_keys: Vec<String>,
}

impl Reply {
    pub fn run(self) -> anyhow::Result<()> {
        ensure!(
            self.message.is_some() || !self.attachments.is_empty(),
            "a {} needs something in it: --message FILE, --attach FILE, or both",
            if self.note { "note" } else { "reply" }
        );
        ensure!(
            self.author.chars().count() <= limits::AUTHOR,
            "the name after --author is longer than {} characters; write a shorter one",
            limits::AUTHOR
        );
        stdio::check_once([&self.to].into_iter().chain(&self.message))?;
        stdio::check_output(&self.output)?;
        for file in &self.attachments {
            stdio::check_named(
                file,
                "an attachment is read twice and has a name; save standard input to a file and name that",
            )?;
        }
        process::clean_up_on_signals()?;
        let submission = find_manifest(&self.to)?;
        self.compare_keys(&submission)?;
        let to = Correspondence {
            kind: if self.note { DispatchKind::Note } else { DispatchKind::Reply },
            mailbox: submission.mailbox,
            source_recipients: submission.source_recipients,
            team: submission.team,
            team_recipients: submission.recipients,
            author: self.author,
        };
        let recipients = to.recipients()?;
        if to.is_to_source_alone() {
            tell(
                "sourdine: note: this mailbox is from before its source had a post-quantum key, so the answer is \
                 sealed to the source's classic key alone: your team cannot open it again; keep what you wrote if you \
                 need it",
            );
        }
        let message = self.message.as_deref().map_or(Ok(String::new()), read_message)?;
        let files = self
            .attachments
            .iter()
            .enumerate()
            .map(|(position, path)| describe(position, path))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let today = Clock::system().day().unproven();
        let id = DispatchId(random::bytes()?);
        let manifest = to.manifest(&recipients, id, today, message, files);
        let output = free_place(self.output);
        let mut bundle = BundleWriter::new(&output)?;
        let sealed = recipients.seal_manifest(&manifest.to_json()?, Vec::new())?;
        bundle.dispatch(manifest.kind, &manifest.mailbox, &manifest.dispatch, today, sealed)?;
        let total = manifest.files.iter().map(|f| f.size).fold(0, u64::saturating_add);
        let bar = progress::bytes(total, "sealing");
        for (number, (path, entry)) in (1..).zip(self.attachments.iter().zip(&manifest.files)) {
            bundle.file(number, padding::sealed_file(entry.size), |out| {
                seal(&recipients, path, entry, out, &|bytes| bar.inc(bytes))
            })?;
        }
        bar.finish_and_clear();
        let volumes = bundle.finish()?;
        let named = volumes.iter().filter(|volume| !is_standard(volume));
        let named: Vec<_> = named.map(|volume| volume.display().to_string()).collect();
        let shown = if named.is_empty() { "BUNDLE.tar".into() } else { named.join(" ") };
        tell(&format!(
            "Bring it to the editors' desk (\"Upload a sealed reply or note\"), or to the operator, who runs:\n  \
             sourdine deliver {shown}"
        ));
        stdio::tell_of_modes(&volumes);
        if named.is_empty() {
            return Ok(());
        }
        let lines = volumes.iter().flat_map(|volume| [volume.display().to_string(), "\n".into()]);
        show(&lines.collect::<String>())
    }

    fn compare_keys(&self, submission: &Manifest) -> anyhow::Result<()> {
        if let Some(identity) = &self.identity {
            stdio::check_named(
                identity,
                "the identity's file name tells where its address book is; name the file",
            )?;
        }
        let beside = self.identity.as_deref().map(AddressBook::beside);
        let Some(path) = self.address_book.clone().or(beside) else {
            tell(
                "sourdine: note: the source's key was not compared with your address book; add -i \
                 KEY.txt to compare it again",
            );
            return Ok(());
        };
        stdio::check_named(&path, "the address book is read and written; name a file")?;
        let mut book = AddressBook::load(&path)?;
        book.check(submission, &self.accept_changed_keys)?;
        Ok(book.save()?)
    }
}

/// The manifest at this path, or the one under this directory; of several of one mailbox, the newest.
fn find_manifest(path: &Path) -> anyhow::Result<Manifest> {
    let mut found = Vec::new();
    collect(path, 0, &mut found)?;
    found.retain(|manifest| manifest.kind == DispatchKind::Submission);
    let Some(newest) = found.iter().max_by(|a, b| a.day.cmp(&b.day)) else {
        bail!(
            "{} holds no manifest.json of a submission; run `sourdine open` first",
            path.display()
        );
    };
    let keys = |m: &Manifest| m.source_recipients.iter().cloned().collect::<BTreeSet<_>>();
    let newest_keys = keys(newest);
    let same = |m: &&Manifest| {
        m.mailbox == newest.mailbox && keys(m) == newest_keys && m.team == newest.team
    };
    ensure!(
        found.iter().all(|m| same(&m)),
        "{} holds several mailboxes; name the directory of the one to answer",
        path.display()
    );
    Ok(newest.clone())
}

/// `manifest.json` here or at most two directories below, as `open` lays them out.
fn collect(path: &Path, depth: usize, found: &mut Vec<Manifest>) -> anyhow::Result<()> {
    let file = if path.is_dir() { path.join("manifest.json") } else { path.to_owned() };
    if depth == 0 && !path.is_dir() || file.is_file() || is_standard(&file) {
        let cannot = || format!("{} is not a manifest that `sourdine open` wrote", file.display());
        let mut json = Vec::new();
        input(&file)
            .and_then(|file| file.take(limits::MANIFEST).read_to_end(&mut json))
            .with_context(cannot)?;
        found.push(Manifest::parse(&json).with_context(cannot)?);
        return Ok(());
    }
    if depth < 2 {
        for entry in std::fs::read_dir(path).with_context(|| path.display().to_string())? {
            let entry = entry?.path();
            if entry.is_dir() {
                collect(&entry, depth + 1, found)?;
            }
        }
    }
    Ok(())
}

/// A file, or standard input.
fn input(path: &Path) -> io::Result<Box<dyn Read>> {
    Ok(if is_standard(path) { Box::new(io::stdin()) } else { Box::new(File::open(path)?) })
}

fn read_message(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("the message {} cannot be read", path.display());
    let mut bytes = Vec::new();
    let mut source = input(path).with_context(cannot)?;
    source.by_ref().take(limits::MANIFEST / 4).read_to_end(&mut bytes).with_context(cannot)?;
    ensure!(
        source.read(&mut [0]).with_context(cannot)? == 0,
        "the message is longer than 4 MiB; attach it"
    );
    let text = text::utf8(&bytes);
    let text = text.map_err(|why| anyhow!("the message {} {why}, or attach it", path.display()))?;
    Ok(text.replace("\r\n", "\n"))
}

/// The place for a bundle, numbered where one is there already: `reply.tar`, `reply-2.tar` and on.
fn free_place(output: PathBuf) -> PathBuf {
    let numbered = |number: u32| {
        let mut name = output.file_stem().unwrap_or_default().to_owned();
        name.push(format!("-{number}"));
        if let Some(extension) = output.extension() {
            name.push(".");
            name.push(extension);
        }
        output.with_file_name(name)
    };
    let free = |place: &PathBuf| std::fs::symlink_metadata(place).is_err();
    if is_standard(&output) || !output.is_file() {
        return output;
    }
    (2..=MOST_NUMBER).map(numbered).find(free).unwrap_or(output)
}

fn describe(position: usize, path: &Path) -> anyhow::Result<FileEntry> {
    let cannot = || format!("{} cannot be read", path.display());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut hash = Sha256::new();
    let size =
        io::copy(&mut File::open(path).with_context(cannot)?, &mut hash).with_context(cannot)?;
    Ok(FileEntry::new(position, name, size, hex(&hash.finalize())))
}

fn seal(
    recipients: &Recipients,
    path: &Path,
    entry: &FileEntry,
    out: &mut dyn Write,
    advance: &dyn Fn(u64),
) -> io::Result<()> {
    let mut writer = recipients.seal_file(out).map_err(io::Error::other)?;
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            n => {
                writer.write(buffer.get(..n).unwrap_or_default()).map_err(io::Error::other)?;
                advance(n as u64);
            }
        }
    }
    let (_, digested) = writer.finish().map_err(io::Error::other)?;
    if digested.size != entry.size || digested.sha256_hex() != entry.sha256 {
        return Err(io::Error::other(format!("{} changed while it was sealed", path.display())));
    }
    Ok(())
}
