//! Who else may read what is ours.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Finding, fault, good};
use crate::config::Config;

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
    if found.len() == before {
        found.push(good("rights", "configuration, data_dir and tor.dir are closed to others"));
    }
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
