//! What holds for a server that runs in another process, as /proc shows it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What /proc says about every thread of the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// Each is filtered (`Seccomp: 2`) and can gain no rights (`NoNewPrivs: 1`).
    Holds,
    /// One is not.
    Lacks,
}

/// The server that serves `data_dir`: whoever holds its lock. `None` where there is none to be seen.
pub fn of_server(data_dir: &Path) -> Option<(u32, Guard)> {
    let lock = fs::metadata(data_dir.join("serving")).ok()?;
    let device = (rustix::fs::major(lock.dev()), rustix::fs::minor(lock.dev()));
    let place = format!("{:02x}:{:02x}:{}", device.0, device.1, lock.ino());
    // `1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF` (proc_locks(5))
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let pid = locks.lines().find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        match fields[..] {
            [_, "FLOCK", _, "WRITE", pid, found, ..] if found == place => pid.parse().ok(),
            _ => None,
        }
    })?;
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let guarded = |status: &str| {
        let says = |line: &str| status.lines().any(|found| found == line);
        says("Seccomp:\t2") && says("NoNewPrivs:\t1")
    };
    // A thread that ended meanwhile has no status any more.
    let mut statuses =
        threads.flatten().filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let guard = if statuses.all(|status| guarded(&status)) { Guard::Holds } else { Guard::Lacks };
    Some((pid, guard))
}
