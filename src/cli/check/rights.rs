//! Who else may read what is ours.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::finding::{Finding, fault, good, warning};
use crate::cli::sandbox;
use crate::config::{Config, Listen};
use crate::store::barred;
use crate::tor::place::TorDir;

/// Nothing for anybody else.
const PRIVATE: u32 = 0o077;
/// Its group may read the configuration, which holds no secret; nobody else may read or write it.
const CONFIG: u32 = 0o027;

pub(super) fn examine(config: &Config, file: &Path, found: &mut Vec<Finding>) {
    let before = found.len();
    found.extend(unread(config, file));
    // Of data_dir, the store says it.
    found.extend(look(file, CONFIG, &format!("chmod 640 {}", file.display())));
    if let Ok(place) = TorDir::of(config) {
        let remedy = format!("chmod -R go-rwx {}", place.dir.display());
        let keys = [place.source_key(), place.desk_key()];
        let inner = [place.state(), place.source(), place.desk()].into_iter().chain(keys);
        let mut all = std::iter::once(place.dir.clone()).chain(inner);
        // One remedy mends all of them.
        found.extend(all.find_map(|path| look(&path, PRIVATE, &remedy)));
        found.extend(left_behind(config, &place, file));
    }
    if found.len() == before {
        found.push(good("rights", "configuration and tor.dir are closed to others"));
    }
}

/// A configuration that root reads, and the box's owner, who `serve` runs as, does not. To be called as that owner.
fn unread(config: &Config, file: &Path) -> Option<Finding> {
    let error = File::open(file).err()?;
    if error.kind() != ErrorKind::PermissionDenied {
        return None;
    }
    let gid = std::fs::metadata(&config.data_dir).ok()?.gid();
    let uid = rustix::process::geteuid().as_raw();
    let [user, group] =
        [("/etc/passwd", uid), ("/etc/group", gid)].map(|(list, id)| name(list, id));
    let shown = file.display();
    let remedy = match barred(file) {
        Some(dir) => format!("chmod 755 {}", dir.display()),
        None => format!("chown root:{group} {shown}; chmod 640 {shown}"),
    };
    Some(fault(
        "config",
        format!("user {user}, the owner of data_dir, cannot read {shown}: {remedy}"),
    ))
}

/// What the number of a user or a group is called.
fn name(list: &str, id: u32) -> String {
    let text = std::fs::read_to_string(list).unwrap_or_default();
    let of = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id.to_string()).then(|| name.to_owned())
    };
    text.lines().find_map(of).unwrap_or_else(|| id.to_string())
}

/// Keys of a `serve --tor` that is no more, where a plain `serve` may read them: beside its configuration.
fn left_behind(config: &Config, place: &TorDir, file: &Path) -> Option<Finding> {
    let other = match place.source_onion() {
        Some(own) => !config.onions.is_empty() && !config.onions.contains(&own),
        None => !config.onions.is_empty(),
    };
    let serves = || sandbox::of_server(&config.data_dir).is_some();
    let elsewhere = other || matches!(config.listen, Listen::Unix(_)) || serves();
    let keys = place.source().canonicalize().ok()?;
    let beside = std::path::absolute(file).ok()?.parent()?.canonicalize().ok()?;
    (elsewhere && keys.starts_with(beside) && !place.in_use()).then(|| {
        warning(
            "old keys",
            format!(
                "{} holds keys of an onion address that is not served from there, and a plain `serve` can \
                 read what lies beside its configuration: serve them with `serve --tor`, or move {} away",
                place.source().display(),
                place.dir.display()
            ),
        )
    })
}

/// What is not there yet is told elsewhere, or made private when it is made.
fn look(path: &Path, forbidden: u32, remedy: &str) -> Option<Finding> {
    let said = match std::fs::metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            None
        }
        Err(error) => Some(format!(": {error}")),
        Ok(meta) if meta.mode() & forbidden != 0 => {
            Some(format!(" is open to others (mode {:o}): {remedy}", meta.mode() & 0o777))
        }
        Ok(_) => None,
    };
    said.map(|said| fault("rights", format!("{}{said}", path.display())))
}
