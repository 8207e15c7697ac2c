//! `sourdine team`: to whom submissions are sealed, as the configuration says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use clap::Subcommand;

use super::config_arg::ConfigArg;
use super::process;
use super::stdio::{show, tell};
use crate::bundle::names::printable;
use crate::config::{
    Config, ConfigError, with_only_recipients, with_recipients, without_recipients,
};
use crate::crypto::recipient::Recipient;
use crate::dropbox::access::Access;
use crate::dropbox::{Teams, removed_keys};
use crate::store::Store;

/// How long `serve` is waited for, which looks every five seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(100);

#[derive(clap::Args)]
pub struct Team {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Say to which keys each team's submissions are sealed, and who can open what is stored
    #[command(after_help = "Example:\n  sourdine team list")]
    List(List),
    /// Add editors' age recipients to a team; `serve` uses them within seconds
    #[command(after_help = "Example:\n  sourdine team add-recipient age1…")]
    AddRecipient(Recipients),
    /// Take editors' age recipients out of a team; `serve` uses the rest within seconds
    #[command(
        after_help = "Example:\n  sourdine team remove-recipient age1…\n\nWithout --now, uploads that are under way are \
                      finished as they began: the removed key opens them too."
    )]
    RemoveRecipient(Removal),
    /// Put these age recipients in the place of all that a team has, in one step: so it goes from classic keys to
    /// post-quantum ones; `serve` uses them within seconds
    #[command(after_help = "Example:\n  sourdine team set-recipients age1pq1… age1pq1…")]
    SetRecipients(Recipients),
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

#[derive(clap::Args)]
struct Removal {
    #[command(flatten)]
    of: Recipients,
    /// End uploads that are under way, too: their sources are asked to send again, and what arrived whole waits as a draft
    #[arg(long)]
    now: bool,
}

impl Team {
    pub fn run(self) -> anyhow::Result<()> {
        match self.act {
            Act::List(List { config }) => {
                let teams = Teams::prove(&Config::load(&config.config)?.teams)?;
                list(&teams, &store(&config))
            }
            Act::AddRecipient(command) => {
                let teams = command.change(with_recipients)?;
                list(&teams, &store(&command.config))
            }
            Act::RemoveRecipient(Removal { of: command, now }) => {
                let teams = command
                    .change(|text, team, gone| without_recipients(text, team, gone, is_same))?;
                let store = store(&command.config);
                // First: what fails after it is of less weight.
                let ended = if now { command.end_uploads(&teams, &store) } else { Ok(()) };
                list(&teams, &store)?;
                tell_of_gone();
                ended
            }
            Act::SetRecipients(command) => {
                let teams = command
                    .change(|text, team, all| with_only_recipients(text, team, all, is_same))?;
                list(&teams, &store(&command.config))?;
                tell_of_gone();
                Ok(())
            }
        }
    }
}

fn tell_of_gone() {
    tell(
        "Whoever holds a removed key can still open what was sealed to it before, if they get the ciphertext: remove \
         their login, too (sourdine editor remove). An editor with a new key keeps the old one, which alone opens what \
         came before. What sources hold as drafts must be sent again; their page says so.",
    );
}

/// Whether two texts are the same key: Bech32 may be typed in capitals.
fn is_same(one: &str, other: &str) -> bool {
    let canonical = |text: &str| text.parse::<Recipient>().ok().map(|key| key.as_str().to_owned());
    one.trim() == other.trim() || canonical(one).is_some_and(|one| canonical(other) == Some(one))
}

/// What is stored, where something is; as the owner of it, for good: the configuration is not written after this.
fn store(config: &ConfigArg) -> anyhow::Result<Option<Store>> {
    if !Config::load(&config.config)?.data_dir.exists() {
        return Ok(None);
    }
    let config = process::load_config(&config.config)?;
    Ok(Some(Store::open(&config.data_dir, config.limits.quota)?))
}

impl Recipients {
    fn change(
        &self,
        change: impl FnOnce(&str, Option<&str>, &[String]) -> Result<String, ConfigError>,
    ) -> anyhow::Result<Teams> {
        let file = &self.config.config;
        let text = std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
        let new = change(&text, self.team.as_deref(), &self.keys)?;
        let teams = Teams::prove(&Config::parse(&new)?.teams)?;
        replace(file, &new).with_context(|| format!("{} cannot be written", file.display()))?;
        Ok(teams)
    }

    /// Waits until the process that serves has ended what is under way to these keys.
    fn end_uploads(
        &self,
        teams: &Teams,
        store: &anyhow::Result<Option<Store>>,
    ) -> anyhow::Result<()> {
        let store = match store {
            Ok(Some(store)) if store.is_served() => store,
            Ok(_) => {
                tell("Nothing serves this box: no upload is under way.");
                return Ok(());
            }
            Err(error) => bail!(
                "the key is removed, but uploads under way to it go on: {error:#}; restart `serve`"
            ),
        };
        let team = teams.choose(self.team.as_deref())?.id.as_str();
        let keys = self.keys.iter().filter_map(|key| key.parse::<Recipient>().ok());
        let keys: Vec<_> = keys.map(|key| key.fingerprint()).collect();
        removed_keys::end_uploads_to(store, team, &keys)?;
        let begin = Instant::now();
        while !removed_keys::uploads_have_ended(store, team, &keys)? {
            ensure!(
                begin.elapsed() < PATIENCE,
                "the key is removed, but `serve` has not said that it ended the uploads under way to it: look at its log \
                 and restart it"
            );
            std::thread::sleep(LOOK);
        }
        tell(
            "Uploads under way to a removed key have ended; from now on it opens nothing that is sent.",
        );
        Ok(())
    }
}

/// Prints the teams, and who can open what is stored, where that can be looked at.
fn list(teams: &Teams, store: &anyhow::Result<Option<Store>>) -> anyhow::Result<()> {
    let access = match store {
        Ok(Some(store)) => Access::of_teams(store, teams)?,
        Ok(None) => BTreeMap::new(),
        Err(error) => {
            tell(&format!("sourdine: who can open what is stored is not known: {error:#}"));
            BTreeMap::new()
        }
    };
    show(&listed(teams, access))
}

fn listed(teams: &Teams, mut access: BTreeMap<String, Access>) -> String {
    let mut out = String::new();
    for team in teams.iter() {
        let _ = writeln!(out, "{} ({})", team.id, team.name.all());
        for recipient in team.recipients.iter() {
            let _ = writeln!(out, "  {recipient}\n    {}", recipient.fingerprint());
        }
        let _ = writeln!(out, "  all together\n    {}", team.recipients.key_set().fingerprint);
        if let Some(access) = access.remove(&team.id) {
            out.push_str(&told(&access));
        }
    }
    for (team, access) in access {
        let _ = write!(out, "{} (no team any more)\n{}", printable(&team), told(&access));
    }
    out
}

/// Who can open what is stored, where that is not everybody of today and nobody else.
fn told(access: &Access) -> String {
    let Access { known, unknown, former, lacking } = access;
    let mut out = String::new();
    let mut list = |title: &str, keys: &BTreeMap<String, u64>| {
        if !keys.is_empty() {
            let _ = writeln!(out, "  {title}");
        }
        for (key, count) in keys {
            let _ = writeln!(out, "    {key}: {count} of {known} dispatches");
        }
    };
    list("no longer in the team, can still open", former);
    list("in the team, cannot open (somebody who can may pass them on: sourdine reseal)", lacking);
    if *unknown > 0 {
        let _ = writeln!(
            out,
            "  sealed to keys that are not known, by an older version or offline: {unknown} dispatches"
        );
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
