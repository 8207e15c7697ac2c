//! How a command finds the installation that it works on.

use std::path::PathBuf;

/// Commands that work on an installation.
#[derive(clap::Args)]
pub struct ConfigArg {
    /// The configuration file that `sourdine init` wrote; `SOURDINE_CONFIG` names another one for every command
    #[arg(short, long, value_name = "FILE", default_value_os_t = usual())]
    pub config: PathBuf,
}

fn usual() -> PathBuf {
    let named = std::env::var_os("SOURDINE_CONFIG").filter(|name| !name.is_empty());
    named.map_or_else(|| "/etc/sourdine/sourdine.toml".into(), PathBuf::from)
}
