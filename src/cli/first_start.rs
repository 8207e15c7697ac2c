//! The first start of a service: makes the store where there is none, and says what is still to be done.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

use crate::config::Config;
use crate::dropbox::{self, Teams};

/// Makes the store that `file` names, unless it is there. A configuration without recipients is refused
/// first: nothing is ever sealed to nobody.
pub fn make_box(file: &Path) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    let data = &config.data_dir;
    if data.symlink_metadata().is_ok() {
        return Ok(());
    }
    Teams::prove(&config.teams)?;
    // Whole or not at all, whatever ends this.
    let mut new = data.clone().into_os_string();
    new.push(".new");
    match std::fs::remove_dir_all(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => (),
    }
    dropbox::create(Path::new(&new))?;
    std::fs::rename(&new, data).with_context(|| format!("{} cannot be made", data.display()))?;
    tracing::info!("the first start: made an empty box in {}", data.display());
    for team in config.teams.iter().filter(|team| team.recipients.len() == 1) {
        tracing::warn!(
            "team {} has one recipient: if that key is lost, nobody can read what was sent; add another \
             editor's: sourdine team add-recipient --team {0} age1…",
            team.id
        );
    }
    tracing::info!(
        "still to be done: a login for each editor (sourdine editor add NAME), then sourdine check"
    );
    Ok(())
}
