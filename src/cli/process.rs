//! What a process does before anything else: no core dump, private files, no more rights than needed.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use crate::config::Config;

/// New files are private; no core dump is written, not even by a handler (`PR_SET_DUMPABLE`).
pub fn harden() -> anyhow::Result<()> {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(Resource::Core, none)
        .and_then(|()| rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .context("core dumps cannot be switched off on this system")
}

/// Adds to a "permission denied" why a command of root meets one.
pub fn explain_rights(error: anyhow::Error) -> anyhow::Error {
    let uid = rustix::process::geteuid();
    let denied = format!("{error:#}").contains("ermission denied");
    if !denied || uid.is_root() {
        return error;
    }
    error.context(format!(
        "this runs as user {}, the owner of the data directory, also when root starts it; choose a \
         place that this user may write",
        uid.as_raw()
    ))
}

/// Reads the configuration; started by root, becomes the owner of the data directory for good. To be
/// called before any thread exists: rights belong to threads.
pub fn load_config(path: &Path) -> anyhow::Result<Config> {
    let config = Config::load(path)?;
    let root = rustix::process::geteuid().is_root();
    if let (true, Ok(meta)) = (root, std::fs::metadata(&config.data_dir)) {
        let (uid, gid) =
            (rustix::fs::Uid::from_raw(meta.uid()), rustix::fs::Gid::from_raw(meta.gid()));
        if !uid.is_root() {
            set_thread_groups(&[])
                .and_then(|()| set_thread_res_gid(gid, gid, gid))
                .and_then(|()| set_thread_res_uid(uid, uid, uid))
                .context(
                    "the rights of root cannot be given up; run as the data directory's owner",
                )?;
        }
    }
    Ok(config)
}
