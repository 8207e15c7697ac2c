//! `sourdine status`: numbers, and nothing about anyone.

use std::fmt::Write;

use bytesize::ByteSize;
use serde_json::json;

use super::config_arg::ConfigArg;
use super::process;
use super::stdio::show;
use crate::bundle::names::printable;
use crate::store::Store;

#[derive(clap::Args)]
pub struct Status {
    #[command(flatten)]
    config: ConfigArg,
    /// For scripts
    #[arg(long)]
    json: bool,
}

impl Status {
    pub fn run(self) -> anyhow::Result<()> {
        let config = process::load_config(&self.config.config)?;
        let store = Store::open(&config.data_dir, config.limits.quota)?;
        let counts = store.counts()?;
        let editors = store.accounts()?.len();
        let free = store.free_space()?;
        if self.json {
            let teams: Vec<_> = counts
                .submissions
                .iter()
                .map(|(team, all, waiting)| json!({"team": team, "submissions": all, "waiting": waiting}))
                .collect();
            let all = json!({
                "mailboxes": counts.mailboxes, "replies": counts.replies, "teams": teams,
                "drafts": counts.drafts.0, "draft_bytes": counts.drafts.1, "editors": editors,
                "bytes": counts.bytes, "quota": config.limits.quota, "free": free,
            });
            return show(&format!("{all}\n"));
        }
        let mut out = format!("mailboxes    {}\n", counts.mailboxes);
        for (team, all, waiting) in &counts.submissions {
            let team = printable(team);
            let _ = writeln!(out, "submissions  {all} to team {team}, {waiting} not fetched yet");
        }
        let _ = write!(
            out,
            "replies      {}\ndrafts       {}, {}\neditors      {editors} may sign in at the desk\n\
             stored       {} of {}\ndisk         {} free, {} kept free\n",
            counts.replies,
            counts.drafts.0,
            ByteSize(counts.drafts.1),
            ByteSize(counts.bytes),
            ByteSize(config.limits.quota),
            ByteSize(free),
            ByteSize(config.limits.min_free)
        );
        show(&out)
    }
}
