//! `sourdine check`: looks for faults, and says for each what to do.

mod desk;
mod finding;
mod machine;
mod rights;
mod sandbox;
mod tor;
mod usable;

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

pub use self::desk::services;
use self::finding::{Finding, Verdict, fault, good, warning};
use super::config_arg::ConfigArg;
use super::process;
use super::reopen::refuse_restored;
use super::stdio::show;
use crate::base::clock::{Clock, Recorded};
use crate::config::Config;
use crate::dropbox::Teams;
use crate::dropbox::backup::recipients;
use crate::store::Store;

#[derive(clap::Args)]
pub struct Check {
    #[command(flatten)]
    config: ConfigArg,
    /// The configuration of the system's tor: where root looks for the desk's client keys
    #[arg(long, value_name = "FILE", default_value = "/etc/tor/torrc")]
    torrc: PathBuf,
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Confirm that this machine's clock is right, after a step of more than three days that `serve` does not
    /// believe by itself (the box was off). It goes on within ten minutes, or at SIGHUP
    #[arg(long)]
    clock_is_right: bool,
}

impl Check {
    pub fn run(self) -> anyhow::Result<()> {
        let mut found = Vec::new();
        // Before the rights of root are given up: they alone reach tor's directories.
        let client_auth = desk::client_auth(&self.config.config, &self.torrc);
        match process::load_config(&self.config.config) {
            Ok(config) => examine(&config, &self, &mut found),
            Err(error) => found.push(fault("config", format!("{error:#}"))),
        }
        found.extend(client_auth);
        let faults = found.iter().filter(|f| matches!(f.verdict, Verdict::Fault)).count();
        let mut out = String::new();
        for finding in &found {
            let verdict = match finding.verdict {
                Verdict::Good => "ok",
                Verdict::Warning => "warning",
                Verdict::Fault => "FAULT",
            };
            let Finding { what, text, .. } = finding;
            let _ = if self.json {
                let finding = json!({"verdict": verdict, "what": what, "text": text});
                writeln!(out, "{finding}")
            } else {
                writeln!(out, "{verdict:8} {what:12} {text}")
            };
        }
        show(&out)?;
        anyhow::ensure!(faults == 0, "{faults} fault(s) to mend; each line says how");
        Ok(())
    }
}

fn examine(config: &Config, asked: &Check, found: &mut Vec<Finding>) {
    found.push(good("config", "every key is known and makes sense"));
    found.push(match Teams::prove(&config.teams) {
        Ok(teams) => {
            let list: Vec<_> = teams
                .iter()
                .map(|t| format!("{} ({} keys)", t.id, t.recipients.iter().len()))
                .collect();
            good("recipients", format!("a trial encryption worked for {}", list.join(", ")))
        }
        Err(error) => fault("recipients", error.to_string()),
    });
    if config.backup.recipients.is_empty() {
        found.push(warning("backup", "nothing is backed up: set backup.recipients"));
    } else {
        found.push(match recipients(config) {
            Ok(keys) => good("backup", format!("{} key(s) of the operator's", keys.iter().len())),
            Err(error) => fault("backup", error.to_string()),
        });
    }
    let store = Store::open(&config.data_dir, config.limits.quota);
    let mut recorded = Recorded::default();
    let looked = store.and_then(|store| {
        recorded = store.recorded()?;
        let now = Clock::system().day();
        if asked.clock_is_right && recorded.today(now).is_err() {
            store.confirm_day(now.unproven())?;
            recorded = store.recorded()?;
        }
        store.accounts()
    });
    match looked {
        Ok(accounts) => {
            // Not how much is in it: whoever asks often would learn when a source came.
            found.push(good("store", "opens"));
            desk::examine(config, &accounts, found);
        }
        Err(error) => found.push(fault("store", error.to_string())),
    }
    if let Err(error) = refuse_restored(config, &asked.config) {
        found.push(fault("restored", error.to_string()));
    }
    if !config.closed.is_empty() {
        let again = asked.config.again();
        found.push(warning(
            "site.closed",
            format!("the box takes no new documents: reopen it with: sourdine reopen{again}"),
        ));
    }
    usable::examine(config, &asked.config.config, found);
    rights::examine(config, &asked.config.config, found);
    machine::examine(config, found);
    found.push(machine::clock(&recorded));
    sandbox::examine(config, found);
    tor::examine(config, found);
}
