//! One `tor` process: its own directory, its log, an end that it cannot outlive.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A tor that runs. It ends when this is dropped, when the thread that started it does, and at the latest
/// when tor sees that our process is gone.
pub struct Daemon {
    pub dir: PathBuf,
    process: Child,
}

impl Daemon {
    /// Starts tor in a directory with these lines and those that every one of them has.
    pub fn start(dir: &Path, lines: &str) -> Self {
        private(dir);
        let torrc = dir.join("torrc");
        let common = format!(
            "DataDirectory {0}\nLog notice file {0}/log\nSafeLogging 0\nShutdownWaitLength 0\n\
             AvoidDiskWrites 1\n__OwningControllerProcess {1}\n",
            dir.display(),
            std::process::id()
        );
        fs::write(&torrc, common + lines).unwrap();
        let said = fs::File::create(dir.join("said")).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "tor", "--quiet", "--defaults-torrc", "/dev/null"]);
        command.arg("-f").arg(&torrc).stdin(Stdio::null());
        let process = command.stdout(said.try_clone().unwrap()).stderr(said).spawn();
        Self { dir: dir.into(), process: process.expect("setpriv (util-linux)") }
    }

    /// Whether it has found its way into the network; false once it has ended.
    pub fn bootstraps_before(&mut self, end: Instant) -> bool {
        while Instant::now() < end {
            let log = fs::read_to_string(self.dir.join("log")).unwrap_or_default();
            if log.contains("Bootstrapped 100%") {
                return true;
            }
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    }

    /// The last lines of what it said.
    pub fn tail(&self) -> String {
        let files = ["said", "log"].map(|name| tail(&self.dir.join(name), 12));
        format!("== {}\n{}", self.dir.display(), files.concat())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A new directory that tor takes for its own.
pub fn private(dir: &Path) {
    fs::DirBuilder::new().mode(0o700).recursive(true).create(dir).unwrap();
}

/// The last lines of a file.
pub fn tail(path: &Path, lines: usize) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let all: Vec<_> = text.lines().collect();
    let last = &all[all.len().saturating_sub(lines)..];
    last.iter().flat_map(|line| [line, "\n"]).collect()
}
