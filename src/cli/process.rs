//! What a process does before anything else: no core dump, private files, no more rights than needed.

use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::panic::PanicHookInfo;
use std::path::Path;

use anyhow::Context;
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use crate::config::Config;

/// How long a command runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Until its work is done.
    OneShot,
    /// Until it is stopped, whatever becomes of its output.
    Serving,
}

/// New files are private; no core dump is written, not even by a handler (`PR_SET_DUMPABLE`).
pub fn harden(kind: Kind) -> anyhow::Result<()> {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    std::panic::set_hook(Box::new(move |panic| on_panic(kind, panic)));
    // Connections and databases need descriptors: as many as this user may have.
    let files = rustix::process::getrlimit(Resource::Nofile);
    let _ = rustix::process::setrlimit(
        Resource::Nofile,
        Rlimit { current: files.maximum, maximum: files.maximum },
    );
    forbid_core_dumps()
}

fn forbid_core_dumps() -> anyhow::Result<()> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(Resource::Core, none)
        .and_then(|()| rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable))
        .context("core dumps cannot be switched off on this system")
}

/// A panic's message may quote what it failed on: it is never printed, only the place. Without the
/// thread that writes, nothing works: the process ends, so that whoever supervises it starts it again.
fn on_panic(kind: Kind, panic: &PanicHookInfo<'_>) {
    let message = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
    if kind == Kind::OneShot && message.contains("Broken pipe") {
        // `sourdine status | head`: whoever read our output has enough.
        std::process::exit(0);
    }
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    // A panic in here would end the process: the log may be full or closed.
    let _ = writeln!(io::stderr(), "sourdine: a fault in the program at {place}; please report it");
    if std::thread::current().name() == Some("store") {
        std::process::abort();
    }
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
            // The kernel allows dumps again when the user changes (prctl(2)).
            forbid_core_dumps()?;
        }
    }
    Ok(config)
}
