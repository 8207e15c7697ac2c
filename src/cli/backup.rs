//! `sourdine backup`: all of a box in one sealed file, while it is served.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use bytesize::ByteSize;

use super::config_arg::ConfigArg;
use super::stdio::{self, show, tell};
use super::{check, process, progress};
use crate::base::clock::Clock;
use crate::bundle::is_standard;
use crate::bundle::unfinished::NewFile;
use crate::config::Config;
use crate::dropbox::Dropbox;
use crate::dropbox::backup::{Surroundings, recipients};
use crate::tor::place::TorDir;

/// Bytes of a key, a torrc, a client's line; nobody's is larger.
const LONGEST: u64 = 1024 * 1024;

/// How much nicer than the rest (setpriority(2)).
const NICE: i32 = 15;

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sourdine backup -o /srv/backups/2026-11-29.age\n  sourdine backup -o - | ssh HOST 'cat > backup.age'"
)]
pub struct Backup {
    #[command(flatten)]
    config: ConfigArg,
    /// Never overwritten; - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The configuration of the system's tor, whose onion keys root may read
    #[arg(long, value_name = "FILE", default_value = "/etc/tor/torrc")]
    torrc: PathBuf,
    /// Leave out what is damaged in the store
    #[arg(long)]
    damaged: bool,
}

impl Backup {
    pub fn run(self) -> anyhow::Result<()> {
        stdio::check_output(&self.output)?;
        // Before the rights of root are given up: they alone reach the directories of the system's tor.
        let file = &self.config.config;
        let mut around = surroundings(file, &self.torrc)?;
        let onions = std::mem::take(&mut around.onions);
        let config = process::load_config(file)?;
        // Visitors come first.
        let _ = rustix::process::setpriority_process(None, NICE);
        process::clean_up_on_signals()?;
        let recipients = recipients(&config)?;
        let dropbox = Dropbox::open(&config, Clock::system())?;
        let has_keys = onions.iter().any(|(path, _)| path.ends_with("hs_ed25519_secret_key"));
        around.onions = onions;
        let bar = progress::bytes(0, "sealing");
        let progress = |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let backup = |output: &mut dyn Write| {
            dropbox.backup(&around, &recipients, self.damaged, output, &progress)
        };
        let done = if is_standard(&self.output) {
            backup(&mut io::stdout().lock())?
        } else {
            let shown = self.output.display();
            ensure!(
                !self.output.exists(),
                "{shown} exists already and is never overwritten; choose another name with -o"
            );
            let new = NewFile::beside(&self.output).with_context(|| shown.to_string());
            let mut new = new.map_err(process::explain_rights)?;
            let done = backup(&mut new)?;
            new.sync().and_then(|()| new.name(&self.output)).with_context(|| shown.to_string())?;
            let parent = self.output.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(parent.unwrap_or(Path::new("."))).and_then(|dir| dir.sync_all())?;
            done
        };
        bar.finish_and_clear();
        if !has_keys {
            tell(
                "sourdine: the keys of an onion address are not in it: none was found, or they are a tor's of the system \
                 and only root may read them (sudo sourdine backup; --torrc names its configuration). A box restored \
                 from it has another address",
            );
        }
        if done.damaged > 0 {
            tell(&format!("sourdine: {} damaged file(s) were left out", done.damaged));
        }
        if !is_standard(&self.output) {
            show(&format!(
                "{}: {} sealed file(s), {}\nKeep it on another machine, {} day(s) at most ([backup] kept).\n",
                self.output.display(),
                done.files,
                ByteSize(done.bytes),
                config.backup.kept
            ))?;
        }
        Ok(())
    }
}

/// What stands beside the store, as root or as whoever runs this.
fn surroundings(file: &Path, torrc: &Path) -> anyhow::Result<Surroundings> {
    let config = Config::load(file)?;
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let include = config.tor.include.as_deref().filter(|include| include.is_file());
    let include = include.map(small).transpose()?;
    let include = include.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let place = TorDir::of(&config)?;
    let mut onions = Vec::new();
    let ours = [("source", vec![place.source()]), ("desk", vec![place.desk()])];
    let services = if place.was_used() {
        ours
    } else {
        let text = small(torrc).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let desk = config.desk.as_ref().map(|desk| check::services(&text, desk));
        [("source", check::services(&text, &config.listen)), ("desk", desk.unwrap_or_default())]
    };
    for (name, dirs) in services {
        if let Some(dir) = dirs.first() {
            keys(dir, name, &mut onions)?;
        }
    }
    Ok(Surroundings { config: text, include, onions })
}

/// The files of an onion service, and its clients'. What may not be read is told later, by its absence.
fn keys(dir: &Path, name: &str, onions: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let entry = entry?;
        let kind = entry.file_type()?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        let path = format!("{name}/{file}");
        if kind.is_file() {
            onions.push((path, small(&entry.path())?));
        } else if kind.is_dir() && file == "authorized_clients" {
            keys(&entry.path(), &path, onions)?;
        }
    }
    Ok(())
}

fn small(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut bytes));
    read.with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(bytes)
}
