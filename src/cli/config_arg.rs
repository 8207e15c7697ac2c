//! How a command finds the installation that it works on.

use std::path::PathBuf;

/// Commands that work on an installation.
#[derive(clap::Args)]
pub struct ConfigArg {
    /// The configuration file that `sourdine init` wrote
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}
