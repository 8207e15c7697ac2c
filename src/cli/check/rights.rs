//! Who else may read what is ours.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::finding::{Finding, fault, good, warning};
use crate::config::{Config, Listen};
use crate::tor::place::TorDir;

/// Nothing for anybody else.
const PRIVATE: u32 = 0o077;
/// Its group may read the configuration, which holds no secret; nobody else may read or write it.
const CONFIG: u32 = 0o027;

pub(super) fn examine(config: &Config, file: &Path, found: &mut Vec<Finding>) {
    let before = found.len();
    look(file, CONFIG, &format!("chmod 640 {}", file.display()), found);
    for dir in [&config.data_dir, &config.tor.dir] {
        look(dir, PRIVATE, &format!("chmod -R go-rwx {}", dir.display()), found);
    }
    if let Ok(place) = TorDir::of(config) {
        let (keys, dir) = ([place.source_key(), place.desk_key()], place.dir.display());
        let remedy = format!("chmod -R go-rwx {dir}");
        for inner in [place.state(), place.source(), place.desk()].into_iter().chain(keys) {
            look(&inner, PRIVATE, &remedy, found);
        }
        found.extend(left_behind(config, &place, file));
    }
    if found.len() == before {
        found.push(good("rights", "configuration, data_dir and tor.dir are closed to others"));
    }
}

/// Keys of a `serve --tor` that is no more, where a plain `serve` may read them: beside its configuration.
fn left_behind(config: &Config, place: &TorDir, file: &Path) -> Option<Finding> {
    let other = match place.source_onion() {
        Some(own) => !config.onions.is_empty() && !config.onions.contains(&own),
        None => !config.onions.is_empty(),
    };
    let elsewhere = other || matches!(config.listen, Listen::Unix(_));
    let keys = place.source().canonicalize().ok()?;
    let beside = std::path::absolute(file).ok()?.parent()?.canonicalize().ok()?;
    (elsewhere && keys.starts_with(beside) && !place.in_use()).then(|| {
        warning(
            "old keys",
            format!(
                "{} holds keys of an onion address that is not served from there, and a plain `serve` can \
                 read what lies beside its configuration: move {} away",
                place.source().display(),
                place.dir.display()
            ),
        )
    })
}

/// What is not there yet is told elsewhere, or made private when it is made.
fn look(path: &Path, forbidden: u32, remedy: &str, found: &mut Vec<Finding>) {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => (),
        Err(error) => found.push(fault("rights", format!("{}: {error}", path.display()))),
        Ok(meta) if meta.mode() & forbidden != 0 => {
            let mode = meta.mode() & 0o777;
            found.push(fault(
                "rights",
                format!("{} is open to others (mode {mode:o}): {remedy}", path.display()),
            ));
        }
        Ok(_) => (),
    }
}
