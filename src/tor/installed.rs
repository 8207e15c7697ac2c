//! Which tor is installed.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::error::TorError;
use super::place::TorDir;
use super::torrc;
use super::words::complaint;

/// The oldest that will do: the first with proof-of-work defences.
pub const NEEDED: &str = "0.4.8";
const NEEDED_NUMBERS: [u32; 3] = [0, 4, 8];
/// A short question is answered within this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// A tor that will do.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The program.
    pub path: PathBuf,
    /// As it says.
    pub version: String,
}

impl Installed {
    /// Finds `tor` in PATH and asks for its version and its modules.
    pub async fn find() -> Result<Self, TorError> {
        let path =
            in_path(&std::env::var_os("PATH").unwrap_or_default()).ok_or(TorError::Missing)?;
        let said = ask(&path, "--version").await?;
        let version = version(&said).ok_or_else(|| TorError::NotTor(path.clone(), "--version"))?;
        if numbers(&version) < NEEDED_NUMBERS {
            return Err(TorError::TooOld { path, found: version, needed: NEEDED });
        }
        let modules = ask(&path, "--list-modules").await?;
        if !modules.lines().any(|line| line.trim() == "pow: yes") {
            return Err(TorError::NoProofOfWork(path));
        }
        Ok(Self { path, version })
    }

    /// Lets tor itself read the torrc; a refusal comes in its own words.
    pub async fn verify(&self, place: &TorDir) -> Result<(), TorError> {
        self.read(place, self.command(place)).await
    }

    /// The same before anything is written: of the torrc that `serve --tor` would write.
    pub async fn rehearse(&self, place: &TorDir) -> Result<(), TorError> {
        let text = torrc::rehearsed(place)?;
        let files = |error| TorError::Files(self.path.clone(), error);
        // Some paths and lines: less than a pipe holds.
        let (read, mut write) = std::io::pipe().map_err(files)?;
        write.write_all(text.as_bytes()).map_err(files)?;
        drop(write);
        let mut command = Command::new(&self.path);
        command.args(["-f", "-", "--defaults-torrc", "/dev/null"]).stdin(read);
        self.read(place, command).await
    }

    async fn read(&self, place: &TorDir, mut command: Command) -> Result<(), TorError> {
        command.arg("--verify-config").kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await;
        let output = output.map_err(|_| TorError::NotTor(self.path.clone(), "--verify-config"))?;
        let output = output.map_err(|e| TorError::Files(self.path.clone(), e))?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        let words = complaint(&String::from_utf8_lossy(&said));
        let torrc = place.torrc();
        // tor names the file only of what it cannot read, not of what it does not want.
        let of = match place.include.as_ref().map(|file| file.display().to_string()) {
            None => format!(" ({})", torrc.display()),
            Some(file) if words.contains(&file) => format!(" in {file} ([tor] include)"),
            Some(file) => format!(" ({}, with the include {file})", torrc.display()),
        };
        Err(TorError::Refused { of, words })
    }

    /// tor with our torrc and nothing of the system's.
    pub fn command(&self, place: &TorDir) -> Command {
        let mut command = Command::new(&self.path);
        command.arg("-f").arg(place.torrc()).args(["--defaults-torrc", "/dev/null"]);
        command.stdin(Stdio::null());
        command
    }
}

fn in_path(path: &OsStr) -> Option<PathBuf> {
    let executable = |file: &PathBuf| {
        std::fs::metadata(file).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    };
    std::env::split_paths(path).map(|dir| dir.join("tor")).find(executable)
}

async fn ask(path: &Path, question: &'static str) -> Result<String, TorError> {
    let mut command = Command::new(path);
    command.arg(question).stdin(Stdio::null()).kill_on_drop(true);
    match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        _ => Err(TorError::NotTor(path.to_owned(), question)),
    }
}

/// `Tor version 0.4.9.11.` on the first line.
fn version(said: &str) -> Option<String> {
    let rest = said.lines().next()?.strip_prefix("Tor version ")?;
    let word = rest.split_whitespace().next()?.trim_end_matches('.');
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    (word.chars().all(plain) && word.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| word.to_owned())
}

fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        let read = |line: &str| version(line).map(|v| numbers(&v) >= NEEDED_NUMBERS);
        assert_eq!(read("Tor version 0.4.9.11.\nThis build…"), Some(true));
        assert_eq!(read("Tor version 0.4.8.1-alpha (git-x)."), Some(true));
        assert_eq!(read("Tor version 0.4.10.1."), Some(true));
        assert_eq!(read("Tor version 1.0."), Some(true));
        assert_eq!(read("Tor version 0.4.7.16."), Some(false));
        assert_eq!(read("Tor version \u{1b}[2J."), None);
        assert_eq!(read("TOR the other one 9"), None);
    }
}
