//! The layer of files: landlock, as much of it as the kernel has.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus,
    PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError,
    Scope,
};

use super::lack::Lack;
use super::rules::Rules;

/// The newest version that the crate knows; an older kernel takes of it what it has.
const NEWEST: ABI = ABI::V9;
/// SQLite seeds its generator from it (salts of its logs, nothing secret).
const RANDOM: &str = "/dev/urandom";

/// Refuses every file but those of `rules`, TCP, and signals and abstract sockets of other processes.
/// Returns the version of landlock in force.
pub fn restrict(rules: Rules<'_>) -> Result<Result<u32, Lack>, RulesetError> {
    let new = Ruleset::default();
    // The crate has just asked what the kernel has, and keeps the error to itself.
    let refused = io::Error::last_os_error();
    let mut ruleset = new
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    // Plain files that come, change and go: no programs, no devices, sockets, links or directories.
    let mut own = AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::RemoveFile;
    if rules.directories {
        own |= AccessFs::MakeDir | AccessFs::RemoveDir | AccessFs::Refer;
    }
    ruleset = allow(ruleset, rules.data_dir, own)?;
    ruleset = allow(ruleset, Path::new(RANDOM), AccessFs::ReadFile.into())?;
    if let Some(config) = rules.config {
        ruleset = allow(ruleset, directory(config), AccessFs::ReadFile.into())?;
        // A link is followed: what it points to is replaced in its own directory.
        if let Ok(target) = config.canonicalize() {
            ruleset = allow(ruleset, directory(&target), AccessFs::ReadFile.into())?;
        }
    }
    Ok(match ruleset.restrict_self()?.landlock {
        // Versions are numbered as the kernel numbers them.
        LandlockStatus::Available { effective_abi, .. } => Ok(effective_abi as u32),
        _ => Err(Lack::of(&refused)),
    })
}

/// What is not there needs no rule: whoever opens it says so in better words.
fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    match PathFd::new(path) {
        Ok(place) => ruleset.add_rule(PathBeneath::new(place, access)),
        Err(_) => Ok(ruleset),
    }
}

fn directory(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
