//! `sourdine export`: what waits for a team, as a bundle.

use std::path::PathBuf;

use bytesize::ByteSize;

use super::config_arg::ConfigArg;
use super::stdio::{self, show, tell};
use super::{process, progress};
use crate::base::clock::Clock;
use crate::bundle::is_standard;
use crate::dropbox::Dropbox;
use crate::dropbox::export::ExportError;

#[derive(clap::Args)]
pub struct Export {
    #[command(flatten)]
    config: ConfigArg,
    /// Also what was fetched before
    #[arg(long)]
    all: bool,
    /// Which team, where there are several
    #[arg(long, value_name = "ID")]
    team: Option<String>,
    /// The bundle; further volumes are named bundle.2.tar and on. - for standard output: one volume
    #[arg(short, long, value_name = "BUNDLE.tar")]
    output: PathBuf,
}

impl Export {
    pub fn run(self) -> anyhow::Result<()> {
        stdio::check_output(&self.output)?;
        let config = process::load_config(&self.config.config)?;
        process::clean_up_on_signals()?;
        let dropbox = Dropbox::open(&config, Clock::system())?;
        let teams = dropbox.teams();
        let team = teams.choose(self.team.as_deref())?;
        let bar = progress::bytes(0, "writing");
        let exported = dropbox.export(&team.id, self.all, &self.output, &|done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let exported = match exported {
            // Whoever runs this each morning is not to be alarmed.
            Err(nothing @ ExportError::Nothing(_)) => {
                tell(&nothing.to_string());
                return Ok(());
            }
            done => done.map_err(anyhow::Error::from).map_err(process::explain_rights)?,
        };
        for place in &exported.damaged {
            tell(&format!(
                "sourdine: {place}: not whole in the store, left out; restore a backup to get it"
            ));
        }
        if !exported.volumes.is_empty() && !is_standard(&self.output) {
            let volumes: Vec<_> =
                exported.volumes.iter().map(|volume| volume.display().to_string()).collect();
            show(&format!(
                "{} dispatch(es), {}:\n  {}\n\
                 Bring all volumes to an editor's machine and run: sourdine open {} -i key.txt\n",
                exported.dispatches,
                ByteSize(exported.bytes),
                volumes.join("\n  "),
                volumes.join(" ")
            ))?;
            stdio::tell_of_modes(&exported.volumes);
        }
        anyhow::ensure!(
            exported.damaged.is_empty(),
            "{} dispatch(es) damaged",
            exported.damaged.len()
        );
        Ok(())
    }
}
