//! `sourdine restore`: a box again, from a backup.

use std::fmt::Write as _;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::identities::{self, Plugins};
use super::reopen::KEYS;
use super::stdio::{self, show};
use super::{owner, process, progress};
use crate::bundle::is_standard;
use crate::bundle::unfinished::Unfinished;
use crate::config::{Config, moved};
use crate::crypto::unseal;
use crate::dropbox::restore::{Restored, restore};

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sourdine restore 2026-11-29.age /srv/sourdine -i backup-key.txt"
)]
pub struct Restore {
    /// What `sourdine backup` wrote; - for standard input
    file: PathBuf,
    /// A directory that is empty or not there: gets sourdine.toml, data/ and the keys of the onion addresses
    dir: PathBuf,
    /// The private key of one of [backup] recipients; - for standard input
    #[arg(short, long = "identity", value_name = "FILE", required = true)]
    identities: Vec<PathBuf>,
}

impl Restore {
    pub fn run(self) -> anyhow::Result<()> {
        stdio::check_once(self.identities.iter().chain([&self.file]))?;
        let dir = std::path::absolute(&self.dir).context("this directory has no usable path")?;
        let (shown, parent) = (dir.display(), dir.parent().context("this is no place for a box")?);
        let is_empty = match std::fs::read_dir(&dir) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        ensure!(
            is_empty,
            "{shown} is not an empty directory, and nothing is ever restored over something"
        );
        let keys = identities::read(&self.identities, Plugins::Run)?.keys;
        let name = if is_standard(&self.file) {
            "standard input".to_owned()
        } else {
            self.file.display().to_string()
        };
        let (source, size): (Box<dyn Read>, u64) = if is_standard(&self.file) {
            (Box::new(io::stdin()), 0)
        } else {
            let file = File::open(&self.file).with_context(|| name.clone())?;
            let size = file.metadata()?.len();
            (Box::new(file), size)
        };
        process::clean_up_on_signals()?;
        let source = BufReader::with_capacity(256 * 1024, source);
        let plain = unseal::open(source, keys.iter().map(|key| &**key as &dyn age::Identity));
        let plain = plain.with_context(|| name.clone())?;
        process::make_parents(&dir).with_context(|| parent.display().to_string())?;
        // What a killed one has left.
        Unfinished::remove_left_over(parent)
            .and_then(|_| Unfinished::new(parent))
            .with_context(|| format!("{} cannot be written, or is being restored to", parent.display()))
            .and_then(|unfinished| {
                let new = unfinished.path().join("box");
                DirBuilder::new().mode(0o700).create(&new)?;
                let bar = progress::bytes(size, "restoring");
                let restored = restore(plain, &new.join("data"), &|bytes| bar.set_position(bytes));
                bar.finish_and_clear();
                let restored = restored.with_context(|| name)?;
                surround(&new, &restored)?;
                std::fs::rename(&new, &dir).with_context(|| {
                    format!("{shown} cannot be made; where it is a mount, restore into a directory in it")
                })?;
                File::open(parent)?.sync_all()?;
                told(&dir, &restored)
            })
    }
}

/// What stands beside the store: on the disk before the box gets its name.
fn surround(new: &Path, restored: &Restored) -> anyhow::Result<()> {
    let include = if restored.include.is_some() { "torrc.include" } else { "" };
    let config = moved(&restored.config, "data", "tor", include)?;
    write(&new.join("sourdine.toml"), config.as_bytes())?;
    if let Some(text) = &restored.include {
        write(&new.join(include), text.as_bytes())?;
    }
    for (path, content) in &restored.onions {
        let path = new.join(KEYS).join(path);
        if let Some(parent) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        }
        write(&path, content)?;
    }
    // All that was made above, directories among it.
    rustix::fs::syncfs(File::open(new)?)?;
    Ok(())
}

fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(content)?)
}

fn told(dir: &Path, restored: &Restored) -> anyhow::Result<()> {
    let file = dir.join("sourdine.toml");
    let shown = file.display();
    let mut out = format!(
        "Restored into {}: the box as of {}, {} sealed file(s), every byte checked.\n",
        dir.display(),
        restored.day,
        restored.files
    );
    if restored.onions.is_empty() {
        out.push_str("The backup holds no onion keys: this box will have another address.\n");
    }
    out.push_str("\nNothing is served yet. Next:\n");
    if rustix::process::geteuid().is_root() {
        for command in owner::remedy(&Config::load(&file)?, &file) {
            let _ = writeln!(out, "  {command}");
        }
    }
    let _ = write!(
        out,
        "  sourdine reopen -c {shown}      (shows who can read and sign in, and asks; the old box must be off)\n  \
         sourdine check -c {shown}\n  sourdine serve --tor -c {shown}\n"
    );
    show(&out)
}
