//! `sourdine deliver`: takes in a reply that was sealed offline.

use std::path::PathBuf;

use super::{ConfigArg, process};
use crate::base::clock::Clock;
use crate::dropbox::Dropbox;

#[derive(clap::Args)]
pub struct Deliver {
    #[command(flatten)]
    config: ConfigArg,
    /// Which team answers, where the source wrote to several
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    /// The bundle that `sourdine reply` wrote, all its volumes
    #[arg(required = true, value_name = "BUNDLE.tar")]
    bundles: Vec<PathBuf>,
}

impl Deliver {
    pub fn run(self) -> anyhow::Result<()> {
        // The bundle may be readable by root alone: look before rights are given up.
        for bundle in &self.bundles {
            crate::bundle::read::scan_file(bundle)?;
        }
        let config = process::load_config(&self.config.config)?;
        let dropbox = Dropbox::open(&config, Clock::system())?;
        for reply in dropbox.deliver(&self.bundles, self.team.as_deref())? {
            for member in &reply.unpadded {
                eprintln!(
                    "sourdine: warning: {member} is not padded: its stored size tells its exact one"
                );
            }
            let how = if reply.before { "was delivered before" } else { "delivered" };
            println!("{}: {how}", reply.designation);
        }
        Ok(())
    }
}
