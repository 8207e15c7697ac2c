//! `sourdine status`: numbers, and nothing about anyone.

use bytesize::ByteSize;
use serde_json::json;

use super::{ConfigArg, process};
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
            println!("{all}");
            return Ok(());
        }
        println!("mailboxes    {}", counts.mailboxes);
        for (team, all, waiting) in &counts.submissions {
            let team = printable(team);
            println!("submissions  {all} to team {team}, {waiting} not fetched yet");
        }
        println!("replies      {}", counts.replies);
        println!("drafts       {}, {}", counts.drafts.0, ByteSize(counts.drafts.1));
        println!("editors      {editors} may sign in at the desk");
        println!("stored       {} of {}", ByteSize(counts.bytes), ByteSize(config.limits.quota));
        println!(
            "disk         {} free, {} kept free",
            ByteSize(free),
            ByteSize(config.limits.min_free)
        );
        Ok(())
    }
}
