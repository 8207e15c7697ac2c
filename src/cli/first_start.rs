//! The first start of a service: makes the store where there is none, and says what is still to be done.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::config::Config;
use crate::dropbox::{self, Teams};
use crate::tor::place::TorDir;

/// Makes the store that `file` names, unless it is there. A configuration without recipients is refused
/// first: nothing is ever sealed to nobody.
pub fn make_box(file: &Path) -> anyhow::Result<()> {
    let config = Config::load(file)?;
    let data = &config.data_dir;
    if data.symlink_metadata().is_ok() {
        return Ok(());
    }
    Teams::prove(&config.teams)?;
    let place = TorDir::of(&config)?;
    ensure!(
        !place.source_key().exists() && !place.desk_key().exists(),
        "{} is not there, and {} has the keys of an onion address, so that this is no first start: mount data_dir, \
         or restore a backup",
        data.display(),
        place.dir.display()
    );
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Initial, initial_text};

    #[test]
    fn no_empty_box_is_made_at_an_old_address() {
        let dir = tempfile::tempdir().unwrap();
        let (file, data) = (dir.path().join("sourdine.toml"), dir.path().join("data"));
        let recipients =
            ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".to_owned()];
        let initial = Initial { data_dir: &data, recipients: &recipients, values: &[] };
        std::fs::write(&file, initial_text(&initial).unwrap()).unwrap();
        for name in ["source", "desk"] {
            let keys = dir.path().join("tor").join(name);
            std::fs::create_dir_all(&keys).unwrap();
            std::fs::write(keys.join("hs_ed25519_secret_key"), "").unwrap();
            let said = make_box(&file).unwrap_err().to_string();
            assert!(said.contains("no first start: mount data_dir") && !data.exists(), "{said}");
            std::fs::remove_file(keys.join("hs_ed25519_secret_key")).unwrap();
        }
        // An editor who was let in before leaves no key.
        make_box(&file).unwrap();
        assert!(data.exists());
    }
}
