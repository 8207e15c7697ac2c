//! `sourdine upgrade`: brings the store to this program's format, while nothing else uses it.

use super::config_arg::ConfigArg;
use super::process;
use super::stdio::show;
use crate::store::{self, Migrated};

/// What a newer sourdine needs before its other commands work on a store of an older one. `serve` does the
/// same at its start. The old file stays until the new one is whole.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  sourdine upgrade --config /etc/sourdine/sourdine.toml")]
pub struct Upgrade {
    #[command(flatten)]
    config: ConfigArg,
}

impl Upgrade {
    pub fn run(self) -> anyhow::Result<()> {
        let config = process::load_config(&self.config.config)?;
        let migrated = store::upgrade(&config.data_dir)?;
        if migrated.is_empty() {
            return show("nothing to do: the store has this program's format\n");
        }
        let line = |Migrated { file, from, to }: &Migrated| {
            format!("{file}: brought from format {from} to {to}\n")
        };
        show(&migrated.iter().map(line).collect::<String>())
    }
}
