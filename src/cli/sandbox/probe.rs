//! Tries, in the process itself, what must not work.

use std::fmt;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

/// No program has this path, and no socket.
const NOWHERE: &str = "/nonexistent/sourdine-tries-its-sandbox";
/// Nobody serves "discard" any more.
const DISCARD: u16 = 9;
/// Made beside the data directory, if that is possible.
const MARK: &str = ".sourdine-tries-its-sandbox";

/// What was possible after all.
#[derive(Debug, Default)]
pub struct Allowed {
    /// Of what the filter of calls refuses.
    pub calls: bool,
    /// Of what the rules on files refuse.
    pub files: bool,
    list: Vec<&'static str>,
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "possible: {}", self.list.join(", "))
    }
}

/// Starts a program, connects, reads and writes outside.
pub fn allowed(data_dir: &Path) -> Allowed {
    let mut allowed = Allowed::default();
    // "No such file" would mean that it was looked for.
    let program = Command::new(NOWHERE).stdin(Stdio::null()).spawn();
    let tcp = TcpStream::connect((Ipv4Addr::LOCALHOST, DISCARD));
    let unix = UnixStream::connect(NOWHERE);
    let calls = [
        ("starting a program", refused(&program)),
        ("a connection over TCP", refused(&tcp)),
        ("a connection to a unix socket", refused(&unix)),
    ];
    for (what, _) in calls.into_iter().filter(|(_, refused)| !refused) {
        allowed.calls = true;
        allowed.list.push(what);
    }
    let mark = data_dir.parent().unwrap_or(data_dir).join(MARK);
    let made = File::create_new(&mark);
    if made.is_ok() {
        let _ = std::fs::remove_file(&mark);
    }
    // Anybody may read the root directory, but for landlock.
    let files =
        [("reading outside", refused(&File::open("/"))), ("writing outside", refused(&made))];
    for (what, _) in files.into_iter().filter(|(_, refused)| !refused) {
        allowed.files = true;
        allowed.list.push(what);
    }
    allowed
}

/// EPERM (seccomp) or EACCES (landlock); also where nothing else would have let it pass.
fn refused<T>(result: &io::Result<T>) -> bool {
    let kind = result.as_ref().map_err(io::Error::kind).err();
    matches!(kind, Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem))
}
