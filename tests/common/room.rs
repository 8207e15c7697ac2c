//! A reading room that runs, and whoever sits at the terminal.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{Answer, Editor, curl, sourdine};

/// `sourdine read`, until it is dropped.
pub struct Reading {
    pub child: Child,
    /// As it was printed, with the token.
    pub address: String,
    /// `NAME.localhost:PORT`
    pub host: String,
}

impl Reading {
    /// Begins to read an archive.
    pub fn begin(archive: &Path, editor: &Editor) -> Self {
        let mut command = sourdine();
        command.arg("read").arg(archive).arg("-i").arg(&editor.key);
        Self::of(command)
    }

    /// The same by a command of its own.
    pub fn of(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let host = address.split('/').nth(2).expect("an address").to_owned();
        Self { child, address, host }
    }

    pub fn port(&self) -> &str {
        self.host.rsplit(':').next().unwrap()
    }

    /// curl as its browser: the name is resolved, and forms come from here.
    pub fn ask(&self, path: &str, args: &[&str]) -> Answer {
        let resolve = format!("{}:127.0.0.1", self.host);
        let origin = format!("Origin: http://{}", self.host);
        let url = format!("{}{}", self.address, path.trim_start_matches('/'));
        curl(&url, &[&["--resolve", &resolve, "-H", &origin], args].concat())
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
