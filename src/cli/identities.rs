//! Reading an editor's identities: plain files, files under a passphrase, plugins.

use std::path::{Path, PathBuf};

use age::cli_common::{StdinGuard, read_identities};
use anyhow::{Context, ensure};

use crate::bundle::is_standard;

/// Reads every identity in these files; one under a passphrase asks for it when it is first used.
pub fn read(files: &[PathBuf]) -> anyhow::Result<Vec<Box<dyn age::Identity>>> {
    for file in files {
        ensure!(
            is_standard(file) || file.exists(),
            "there is no identity {}; make one with `sourdine keygen`",
            file.display()
        );
    }
    let names = files.iter().map(|file| path_text(file)).collect::<anyhow::Result<_>>()?;
    let identities = read_identities(names, None, &mut StdinGuard::new(false))
        .map_err(|e| anyhow::anyhow!("{e}"))
        .context("this is not an age identity; it should hold a line AGE-SECRET-KEY-1…")?;
    ensure!(
        !identities.is_empty(),
        "the identity file holds no key; make one with `sourdine keygen`"
    );
    Ok(identities)
}

fn path_text(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).context("the identity's path is not UTF-8; move the file")
}
