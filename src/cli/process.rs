//! What a process does before anything else: no core dump, private files, no more rights than needed.

use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::panic::PanicHookInfo;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use rustix::fs::{IFlags, Mode, OFlags, ioctl_getflags, ioctl_setflags};
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::bundle::unfinished;
use crate::config::Config;
use crate::store::StoreError;

/// New files are private; no core dump is written, not even by a handler (`PR_SET_DUMPABLE`).
pub fn harden() -> anyhow::Result<()> {
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    std::panic::set_hook(Box::new(on_panic));
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

/// Starts this program over, so that glibc keeps memory apart for two threads at most and not for each: it reads
/// the variable at its start alone. Comes back where that is done, or cannot be.
pub fn limit_arenas() {
    const VARIABLE: &str = "MALLOC_ARENA_MAX";
    let mut given = std::env::args_os();
    let (Some(name), Ok(program)) = (given.next(), std::env::current_exe()) else { return };
    if std::env::var_os(VARIABLE).is_none() {
        let _ = Command::new(program).arg0(name).args(given).env(VARIABLE, "2").exec();
    }
}

/// A panic's message may quote what it failed on: it is never printed, only the place. Without the
/// thread that writes, nothing works: the process ends, so that whoever supervises it starts it again.
fn on_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    // A panic in here would end the process: the log may be full or closed.
    let _ = writeln!(io::stderr(), "sourdine: a fault in the program at {place}; please report it");
    if std::thread::current().name() == Some("store") {
        std::process::abort();
    }
}

/// From here on, a signal that ends this process first removes what is unfinished: a half file may be a source's,
/// in plain. To be called after the last change of user: rights belong to threads.
pub fn clean_up_on_signals() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let runtime = runtime.context("no runtime can be started")?;
    let entered = runtime.enter();
    // What was ignored when this began goes on being ignored: `nohup`, or a shell's `&`.
    let ignored = ignored_signals();
    let listen = |kind: SignalKind| {
        ((ignored >> (kind.as_raw_value() - 1)) & 1 == 0).then(|| signal(kind)).transpose()
    };
    let interrupt = listen(SignalKind::interrupt())?;
    let terminate = listen(SignalKind::terminate())?;
    let hangup = listen(SignalKind::hangup())?;
    drop(entered);
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        let number = runtime.block_on(async {
            tokio::select! {
                () = arrival(interrupt) => SignalKind::interrupt(),
                () = arrival(terminate) => SignalKind::terminate(),
                () = arrival(hangup) => SignalKind::hangup(),
            }
        });
        unfinished::remove_all();
        let _ = writeln!(io::stderr(), "sourdine: interrupted; nothing is left half written");
        std::process::exit(128 + number.as_raw_value());
    })?;
    Ok(())
}

async fn arrival(signal: Option<Signal>) {
    if let Some(mut signal) = signal {
        signal.recv().await;
    } else {
        std::future::pending::<()>().await;
    }
}

/// One bit a signal, the first the lowest (proc(5)).
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// The file system notes when something in this directory was last read, which a visit decides. Where it
/// can (chattr(1), `A`), it no longer does: neither for the files that are there nor for what will be. To be
/// called before the store is open, whose locks end when another descriptor of its files is closed.
pub fn forget_access_times(dir: &Path) {
    // Where it cannot, `check` says so.
    let _ = mark(dir);
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = mark(&entry.path());
        }
    }
}

/// The same for the directory of a socket, if that is ours alone: the socket will be made in it.
pub fn forget_access_times_beside(socket: &Path) {
    let ours = |meta: std::fs::Metadata| {
        meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o1002 == 0
    };
    if let Some(dir) = socket.parent().filter(|dir| std::fs::metadata(dir).is_ok_and(ours)) {
        let _ = mark(dir);
    }
}

fn mark(path: &Path) -> rustix::io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::empty())?;
    ioctl_setflags(&file, ioctl_getflags(&file)? | IFlags::NOATIME)
}

/// Whether the file system notes when something in this directory was read.
pub fn notes_access_times(dir: &Path) -> bool {
    let mounted = rustix::fs::statvfs(dir)
        .is_ok_and(|stat| stat.f_flag.contains(rustix::fs::StatVfsMountFlags::NOATIME));
    let marked = std::fs::File::open(dir)
        .is_ok_and(|dir| ioctl_getflags(&dir).is_ok_and(|flags| flags.contains(IFlags::NOATIME)));
    !mounted && !marked
}

/// Makes what is missing above a directory. The box may be given to another user, who must be able to enter it.
pub fn make_parents(dir: &Path) -> io::Result<()> {
    let above = dir.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    let mut missing: Vec<_> = above.take_while(|parent| !parent.exists()).collect();
    while let Some(parent) = missing.pop() {
        std::fs::create_dir(parent)?;
        std::fs::set_permissions(parent, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    }
    Ok(())
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
         place that this user may read and write, or let the shell open the file: `-o - > FILE`, `- < FILE`",
        uid.as_raw()
    ))
}

/// Reads the configuration; started by root, becomes the owner of the data directory for good. To be
/// called before any thread exists: rights belong to threads.
pub fn load_config(path: &Path) -> anyhow::Result<Config> {
    // A pipe would keep us waiting; what is not there at all, Config says.
    if let Ok(meta) = std::fs::metadata(path) {
        ensure!(meta.is_file(), "{} is no file; give the one that init wrote", path.display());
    }
    let config = Config::load(path)?;
    let data = std::fs::metadata(&config.data_dir);
    let root = rustix::process::geteuid().is_root();
    match &data {
        Ok(meta) if meta.is_dir() => (),
        // The store says more of it.
        Err(error) if error.kind() == ErrorKind::PermissionDenied && !root => (),
        // Root would not know whose rights to take, and would go on as root.
        _ => return Err(StoreError::Missing(config.data_dir).into()),
    }
    if let (true, Ok(meta)) = (root, data) {
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_made_above_a_box_can_be_entered() {
        let dir = tempfile::tempdir().unwrap();
        let box_ = dir.path().join("a/b/box");
        make_parents(&box_).unwrap();
        for parent in [dir.path().join("a"), dir.path().join("a/b")] {
            assert_eq!(std::fs::metadata(parent).unwrap().permissions().mode() & 0o777, 0o755);
        }
        assert!(!box_.exists());
        make_parents(&box_).unwrap();
        make_parents(Path::new("box")).unwrap();
    }
}
