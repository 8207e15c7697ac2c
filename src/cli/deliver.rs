//! `sourdine deliver`: takes in replies and notes that were sealed offline.

use std::fmt::Write;
use std::path::PathBuf;

use super::config_arg::ConfigArg;
use super::process;
use super::stdio::{self, show, tell};
use crate::base::clock::Clock;
use crate::base::kind::DispatchKind;
use crate::bundle::is_standard;
use crate::dropbox::Dropbox;
use crate::dropbox::accounts::OPERATOR;

#[derive(clap::Args)]
pub struct Deliver {
    #[command(flatten)]
    config: ConfigArg,
    /// Which team answers, where the source wrote to several
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    /// The bundle that `sourdine reply` wrote, all its volumes; - for standard input
    #[arg(required = true, value_name = "BUNDLE.tar")]
    bundles: Vec<PathBuf>,
}

impl Deliver {
    pub fn run(self) -> anyhow::Result<()> {
        // The bundle may be readable by root alone: look before rights are given up.
        stdio::check_once(self.bundles.iter())?;
        for bundle in self.bundles.iter().filter(|bundle| !is_standard(bundle)) {
            crate::bundle::read::scan_file(bundle)?;
        }
        let config = process::load_config(&self.config.config)?;
        process::clean_up_on_signals()?;
        let bundles = stdio::Bundles::new(self.bundles)?;
        let dropbox = Dropbox::open(&config, Clock::system())?;
        let mut out = String::new();
        let delivered = dropbox.deliver(&bundles.files, self.team.as_deref(), OPERATOR);
        let delivered = delivered.map_err(anyhow::Error::from).map_err(process::explain_rights);
        let delivered = delivered.map_err(|error| bundles.named(error))?;
        for reply in delivered {
            for member in &reply.unpadded {
                tell(&format!(
                    "sourdine: warning: {member} is not padded: its stored size tells its exact one"
                ));
            }
            let note = if reply.kind == DispatchKind::Note { "note " } else { "" };
            let how = if reply.before { "was delivered before" } else { "delivered" };
            let _ = writeln!(out, "{}: {note}{how}", reply.designation);
        }
        show(&out)
    }
}
