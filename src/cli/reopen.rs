//! `sourdine reopen`: new documents again; and the questions before a restored box is served.

use std::fs::{DirBuilder, File};
use std::io::{self, BufRead};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use super::config_arg::ConfigArg;
use super::stdio::{show, tell};
use super::{close, process};
use crate::base::clock::{Clock, Day};
use crate::config::Config;
use crate::dropbox::Dropbox;
use crate::dropbox::restore::restored;
use crate::tor::place::TorDir;

/// Where the keys of the onion addresses wait, beside the configuration.
pub const KEYS: &str = "onion-keys";

#[derive(clap::Args)]
#[command(after_help = "Example:\n  sourdine reopen -c /srv/sourdine/sourdine.toml")]
pub struct Reopen {
    #[command(flatten)]
    config: ConfigArg,
}

/// Nothing of a restored box is served before its operator has seen whom it would serve.
pub fn refuse_restored(config: &Config, named: &ConfigArg) -> anyhow::Result<()> {
    if let Some(day) = restored(&config.data_dir)? {
        bail!(
            "this box was restored from a backup of {day} and serves nothing until you have looked who can read and sign \
             in: sourdine reopen{}",
            named.again()
        );
    }
    Ok(())
}

impl Reopen {
    pub fn run(self) -> anyhow::Result<()> {
        let config = Config::load(&self.config.config)?;
        if let Some(day) = restored(&config.data_dir)? {
            return self.restored(day);
        }
        if config.closed.is_empty() {
            return show("The box is open: nothing to do.\n");
        }
        close::write(&self.config, &[])?;
        show("Open: `serve` takes new documents within seconds.\n")
    }

    fn restored(&self, day: Day) -> anyhow::Result<()> {
        let config = process::load_config(&self.config.config)?;
        let dropbox = Dropbox::open(&config, Clock::system())?;
        let today = dropbox.clock().day();
        tell(&format!(
            "This box was restored from a backup of {day}. What came after that day is not in it, and whoever was removed \
             after it is in it again. Answer each question with yes or no.\n"
        ));
        sure(
            &format!("This machine's clock says that today is {today}. Is that right?"),
            "set the clock, then run this again",
        )?;
        for team in dropbox.teams().iter() {
            tell(&format!(
                "Team {}: all keys together are {}",
                team.id,
                team.recipients.key_set().fingerprint
            ));
            for recipient in team.recipients.iter() {
                sure(
                    &format!(
                        "Team {} seals to {recipient}\n  ({}).\nIs this still the key of an editor of that team?",
                        team.id,
                        recipient.fingerprint()
                    ),
                    &format!(
                        "sourdine team remove-recipient --team {} {recipient}, then run this again",
                        team.id
                    ),
                )?;
            }
        }
        for account in dropbox.store().accounts()? {
            let (name, teams) = (&account.name, account.teams.join(", "));
            sure(
                &format!("{name} may sign in at the desk (teams: {teams}). Is that still so?"),
                &format!("sourdine editor remove {name}, then run this again"),
            )?;
        }
        sure(
            "Two boxes at one address lose documents. Is the old box off, and will it stay off?",
            "stop it and disable its service (or destroy its keys), then run this again",
        )?;
        move_keys(&self.config.config, &config)?;
        dropbox.reopened(&config.data_dir)?;
        let mut out = format!(
            "Reopened. For 30 days every mailbox says that it stands as of {day}.\nNext: sourdine check, then serve. \
             Behind a tor of the system, first copy {}/source (and desk) to its HiddenServiceDir, as root.\n",
            config.tor.dir.display()
        );
        if !config.closed.is_empty() {
            out.push_str(
                "It is closed to new documents, as it was; open it with: sourdine reopen\n",
            );
        }
        show(&out)
    }
}

/// Goes on only with a yes.
fn sure(question: &str, remedy: &str) -> anyhow::Result<()> {
    tell(&format!("{question} [yes/no]"));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("the answer cannot be read")?;
    let yes = matches!(answer.trim().to_lowercase().as_str(), "yes" | "y" | "oui" | "o");
    ensure!(yes, "not reopened, and nothing was changed: {remedy}");
    Ok(())
}

/// To where `serve --tor` looks for them.
fn move_keys(file: &Path, config: &Config) -> anyhow::Result<()> {
    let from = file.parent().unwrap_or(Path::new(".")).join(KEYS);
    if !from.exists() {
        return Ok(());
    }
    let place = TorDir::of(config)?;
    DirBuilder::new().recursive(true).mode(0o700).create(&place.dir)?;
    for (name, to) in [("source", place.source()), ("desk", place.desk())] {
        let from = from.join(name);
        if from.exists() {
            ensure!(
                !to.exists(),
                "{} holds the keys of another address: move them away, then run this again",
                to.display()
            );
            std::fs::rename(&from, &to).with_context(|| {
                format!("{} cannot be moved to {}", from.display(), to.display())
            })?;
        }
    }
    File::open(&place.dir)?.sync_all()?;
    let _ = std::fs::remove_dir(&from);
    // Also where the directory of the keys is then forgotten, no new address is made.
    place.source_onion().map_or(Ok(()), |onion| Ok(place.remember(&onion)?))
}
