//! How a command finds the installation that it works on.

use std::path::PathBuf;

/// Commands that work on an installation.
#[derive(clap::Args)]
pub struct ConfigArg {
    /// The configuration file that `sourdine init` wrote; `SOURDINE_CONFIG` names another one for every command
    #[arg(short, long, value_name = "FILE", default_value_os_t = usual())]
    pub config: PathBuf,
}

impl ConfigArg {
    /// What a command that is advised needs behind it, to find the same installation.
    pub fn again(&self) -> String {
        if self.config == usual() {
            return String::new();
        }
        format!(" -c {}", self.config.display())
    }
}

fn usual() -> PathBuf {
    let named = std::env::var_os("SOURDINE_CONFIG").filter(|name| !name.is_empty());
    named.map_or_else(|| "/etc/sourdine/sourdine.toml".into(), PathBuf::from)
}
