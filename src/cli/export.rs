//! `sourdine export`: what waits for a team, as a bundle.

use std::path::PathBuf;

use bytesize::ByteSize;

use super::{ConfigArg, process, progress};
use crate::base::clock::Clock;
use crate::dropbox::Dropbox;

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
    /// The bundle; further volumes are named bundle.2.tar and on
    #[arg(short, long, value_name = "BUNDLE.tar")]
    output: PathBuf,
}

impl Export {
    pub fn run(self) -> anyhow::Result<()> {
        let config = process::load_config(&self.config.config)?;
        let dropbox = Dropbox::open(&config, Clock::system())?;
        let teams = dropbox.teams();
        let team = teams.choose(self.team.as_deref())?;
        let bar = progress::bytes(0, "writing");
        let exported = dropbox.export(&team.id, self.all, &self.output, &|done, total| {
            bar.set_length(total);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let exported = exported.map_err(anyhow::Error::from).map_err(process::explain_rights)?;
        if !exported.volumes.is_empty() {
            println!("{} dispatch(es), {}:", exported.dispatches, ByteSize(exported.bytes));
            for volume in &exported.volumes {
                println!("  {}", volume.display());
            }
            println!(
                "Bring all volumes to an editor's machine and run: sourdine open {} -i key.txt",
                exported
                    .volumes
                    .iter()
                    .map(|v| v.display().to_string())
                    .collect::<Vec<_>>()
                    .join(" ")
            );
        }
        for place in &exported.damaged {
            eprintln!(
                "sourdine: {place}: not whole in the store, left out; restore a backup to get it"
            );
        }
        anyhow::ensure!(
            exported.damaged.is_empty(),
            "{} dispatch(es) damaged",
            exported.damaged.len()
        );
        Ok(())
    }
}
