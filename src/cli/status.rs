//! `sourdine status`: numbers, and nothing about anyone.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

use bytesize::ByteSize;
use serde_json::json;

use super::config_arg::ConfigArg;
use super::process;
use super::reopen::refuse_restored;
use super::stdio::show;
use crate::base::clock::Clock;
use crate::bundle::names::printable;
use crate::config::Config;
use crate::dropbox::access::Access;
use crate::dropbox::{Snapshot, Teams, TeamsError};
use crate::store::{Store, is_served};

/// Something waits for editors.
const NEW: u8 = 10;

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sourdine status --json      (for a monitor: it may ask every minute)\n  sourdine status --now --new && echo nothing waits now"
)]
pub struct Status {
    #[command(flatten)]
    config: ConfigArg,
    /// Count now, for your own eyes: whoever asks often learns when a source came
    #[arg(long)]
    now: bool,
    /// End with 10 where something waits for editors
    #[arg(long)]
    new: bool,
    /// For scripts
    #[arg(long)]
    json: bool,
}

impl Status {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let config = process::load_config(&self.config.config)?;
        let store = Store::open(&config.data_dir, config.limits.quota)?;
        let teams = Teams::prove(&config.teams);
        let up = is_served(&config.data_dir);
        let fault = fault(&config, &self.config, &store, teams.as_ref().err());
        let full = is_full(&config, &store)?;
        let closed = (!config.closed.is_empty()).then(|| printable(config.closed.get("en")));
        let snapshot = if self.now {
            Some(Snapshot::now(&store, teams.as_ref().ok(), Clock::system().day().to_string())?)
        } else {
            Snapshot::last(&store)?
        };
        let out = if self.json {
            let counts = snapshot.as_ref().map(|counts| json_of(counts, config.limits.quota));
            format!(
                "{}\n",
                json!({"up": up, "full": full, "closed": closed, "fault": fault, "counts": counts})
            )
        } else {
            let yes = |it| if it { "yes" } else { "no" };
            let mut out = format!("up           {}\nfull         {}\n", yes(up), yes(full));
            let _ = match &closed {
                Some(reason) => writeln!(out, "closed       yes ({reason})"),
                None => writeln!(out, "closed       no"),
            };
            let _ = writeln!(out, "fault        {}", fault.as_deref().unwrap_or("none"));
            match &snapshot {
                Some(counts) => out.push_str(&text_of(counts, &config, self.now)),
                None => out.push_str(
                    "counts       none yet: `serve` takes them at its start and then once a day\n",
                ),
            }
            out
        };
        show(&out)?;
        let waits = snapshot.is_some_and(|counts| counts.waiting() > 0);
        Ok(if self.new && waits { ExitCode::from(NEW) } else { ExitCode::SUCCESS })
    }
}

/// What keeps the box from its work, if something does; `check` looks at more.
fn fault(
    config: &Config,
    named: &ConfigArg,
    store: &Store,
    teams: Option<&TeamsError>,
) -> Option<String> {
    if let Err(error) = refuse_restored(config, named) {
        return Some(error.to_string());
    }
    if let Some(error) = teams {
        return Some(error.to_string());
    }
    let doubt = store.recorded().map(|recorded| recorded.today(Clock::system().day()).err());
    doubt.map_or_else(|error| Some(error.to_string()), |doubt| doubt.map(|doubt| doubt.to_string()))
}

/// Whether even a small dispatch finds no room.
fn is_full(config: &Config, store: &Store) -> anyhow::Result<bool> {
    const LEAST: u64 = 32 * 1024 * 1024;
    let within = config.limits.quota.saturating_sub(store.used());
    let on_disk = store.free_space()?.saturating_sub(config.limits.min_free);
    Ok(within.min(on_disk) < LEAST)
}

fn json_of(counts: &Snapshot, quota: u64) -> serde_json::Value {
    let teams = counts.submissions.iter();
    let teams: Vec<_> = teams
        .map(|(team, (all, new))| json!({"team": team, "submissions": all, "waiting": new}))
        .collect();
    let keys: Vec<_> =
        counts.access.iter().map(|(team, access)| json_of_access(team, access)).collect();
    json!({
        "keys": keys,
        "day": counts.day, "mailboxes": counts.mailboxes, "replies": counts.replies, "teams": teams,
        "drafts": counts.drafts, "draft_bytes": counts.draft_bytes, "editors": counts.editors,
        "bytes": counts.bytes, "quota": quota, "free": counts.free, "errors": counts.errors,
    })
}

fn json_of_access(team: &str, access: &Access) -> serde_json::Value {
    let keys = |keys: &BTreeMap<String, u64>, what: &str| {
        let keys = keys.iter().map(|(key, count)| json!({"fingerprint": key, what: count}));
        keys.collect::<Vec<_>>()
    };
    json!({
        "team": team, "known": access.known, "unknown": access.unknown,
        "former": keys(&access.former, "opens"), "lacking": keys(&access.lacking, "cannot_open"),
    })
}

fn text_of(counts: &Snapshot, config: &Config, now: bool) -> String {
    let mut out = if now {
        "counts       as of now; do not record them: they tell when sources come\n".to_owned()
    } else {
        format!("counts       of {}, taken once a day (--now for your own eyes)\n", counts.day)
    };
    let _ = writeln!(out, "mailboxes    {}", counts.mailboxes);
    for (team, (all, new)) in &counts.submissions {
        let team = printable(team);
        let _ = writeln!(out, "submissions  {all} to team {team}, {new} not fetched yet");
    }
    for (team, access) in &counts.access {
        let (team, all) = (printable(team), access.known);
        for (key, count) in &access.former {
            let _ = writeln!(out, "can open     {key}, no longer in team {team}: {count} of {all}");
        }
        for (key, count) in &access.lacking {
            let _ = writeln!(out, "cannot open  {key}, in team {team}: {count} of {all}");
        }
    }
    let _ = write!(
        out,
        "replies      {}\ndrafts       {}, {}\neditors      {} may sign in at the desk\n\
         stored       {} of {}\ndisk         {} free, {} kept free\n",
        counts.replies,
        counts.drafts,
        ByteSize(counts.draft_bytes),
        counts.editors,
        ByteSize(counts.bytes),
        ByteSize(config.limits.quota),
        ByteSize(counts.free),
        ByteSize(config.limits.min_free)
    );
    for (kind, count) in &counts.errors {
        let _ = writeln!(out, "refused      {count} times: {kind}");
    }
    out
}
