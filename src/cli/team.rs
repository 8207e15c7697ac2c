//! `sourdine team`: to whom submissions are sealed, as the configuration says.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, ensure};
use clap::Subcommand;

use super::config_arg::ConfigArg;
use super::stdio::{show, tell};
use crate::config::{Config, ConfigError, with_recipients, without_recipients};
use crate::crypto::recipient::Recipient;
use crate::dropbox::Teams;

#[derive(clap::Args)]
pub struct Team {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Say to which keys each team's submissions are sealed; looks at the configuration alone
    List(List),
    /// Add editors' age recipients to a team; `serve` uses them within seconds
    #[command(after_help = "Example:\n  sourdine team add-recipient age1…")]
    AddRecipient(Recipients),
    /// Take editors' age recipients out of a team; `serve` uses the rest within seconds
    #[command(after_help = "Example:\n  sourdine team remove-recipient age1…")]
    RemoveRecipient(Recipients),
}

#[derive(clap::Args)]
struct List {
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Args)]
struct Recipients {
    /// What each editor's `sourdine keygen` printed (age1…)
    #[arg(value_name = "RECIPIENT", required = true)]
    keys: Vec<String>,
    /// Whose; may be left out where there is one team
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    #[command(flatten)]
    config: ConfigArg,
}

impl Team {
    pub fn run(self) -> anyhow::Result<()> {
        match self.act {
            Act::List(List { config }) => {
                show(&listed(&Teams::prove(&Config::load(&config.config)?.teams)?))
            }
            Act::AddRecipient(command) => command.change(with_recipients),
            Act::RemoveRecipient(command) => {
                command.change(|text, team, gone| without_recipients(text, team, gone, is_same))?;
                tell(
                    "Whoever holds a removed key can still open what was sealed to it before, if they get the \
                     ciphertext: remove their login, too (sourdine editor remove). What sources hold as drafts must be \
                     sent again; their page says so.",
                );
                Ok(())
            }
        }
    }
}

/// Whether two texts are the same key: Bech32 may be typed in capitals.
fn is_same(one: &str, other: &str) -> bool {
    let canonical = |text: &str| text.parse::<Recipient>().ok().map(|key| key.as_str().to_owned());
    one.trim() == other.trim() || canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

impl Recipients {
    fn change(
        self,
        change: impl FnOnce(&str, Option<&str>, &[String]) -> Result<String, ConfigError>,
    ) -> anyhow::Result<()> {
        let file = &self.config.config;
        let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
        let new = change(&text, self.team.as_deref(), &self.keys)?;
        let teams = Teams::prove(&Config::parse(&new)?.teams)?;
        replace(file, &new).with_context(|| format!("{} cannot be written", file.display()))?;
        show(&listed(&teams))
    }
}

fn listed(teams: &Teams) -> String {
    let mut out = String::new();
    for team in teams.iter() {
        let _ = writeln!(out, "{} ({})", team.id, team.name.all());
        for recipient in team.recipients.texts() {
            let _ = writeln!(out, "  {recipient}");
        }
    }
    out
}

/// Another file in the place of the first, with its owner and mode: whoever reads it sees one of them whole.
pub fn replace(file: &Path, text: &str) -> anyhow::Result<()> {
    let denied = |error: &anyhow::Error| {
        let error = error.downcast_ref::<std::io::Error>();
        error.is_some_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    };
    put(file, text).map_err(|error| {
        if denied(&error) { error.context("run this as its owner") } else { error }
    })
}

fn put(file: &Path, text: &str) -> anyhow::Result<()> {
    let file = file.canonicalize()?;
    let old = std::fs::metadata(&file)?;
    ensure!(old.is_file(), "it is no file");
    let new = file.with_extension("toml.new");
    let _ = std::fs::remove_file(&new);
    let mut options = OpenOptions::new();
    let mut written = options.write(true).create_new(true).mode(0o600).open(&new)?;
    let done = written
        .write_all(text.as_bytes())
        .and_then(|()| std::os::unix::fs::fchown(&written, Some(old.uid()), Some(old.gid())))
        .and_then(|()| written.set_permissions(PermissionsExt::from_mode(old.mode() & 0o7777)))
        .and_then(|()| written.sync_all())
        .and_then(|()| std::fs::rename(&new, &file));
    if done.is_err() {
        let _ = std::fs::remove_file(&new);
    }
    done?;
    if let Some(parent) = file.parent() {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}
