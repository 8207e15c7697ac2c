//! What systemd is told (`sd_notify(3)`), through a socket that is connected before the sandbox closes.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use anyhow::Context;

/// Variables of the service manager: nobody whom we start is told of them.
pub const VARIABLES: [&str; 6] = [
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
    "LISTEN_PID",
];
/// Between two signs of life that nobody asked for.
const IDLE: Duration = Duration::from_secs(60);

/// The way to systemd; without one, nothing is said.
pub struct Notify {
    socket: Option<UnixDatagram>,
    interval: Duration,
}

impl Notify {
    /// For a process that systemd does not watch.
    pub fn nobody() -> Self {
        Self { socket: None, interval: IDLE }
    }

    /// The socket that the environment names.
    pub fn from_env() -> anyhow::Result<Self> {
        let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return Ok(Self::nobody()) };
        let socket = connect(name.as_encoded_bytes()).with_context(|| {
            format!("systemd's socket {} (NOTIFY_SOCKET) cannot be reached", name.display())
        })?;
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watched = number("WATCHDOG_USEC").filter(|limit| ours && *limit > 1);
        let interval = watched.map_or(IDLE, |limit| Duration::from_micros(limit / 2));
        Ok(Self { socket: Some(socket), interval })
    }

    /// Between two calls of [`Notify::alive`].
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Sources are served.
    pub fn ready(&self) {
        self.say("READY=1");
    }

    /// For the watchdog.
    pub fn alive(&self) {
        self.say("WATCHDOG=1");
    }

    /// The end begins.
    pub fn stopping(&self) {
        self.say("STOPPING=1");
    }

    /// A manager that does not listen is no reason to stop serving.
    fn say(&self, state: &str) {
        if let Some(socket) = &self.socket {
            let _ = socket.send(state.as_bytes());
        }
    }
}

fn connect(name: &[u8]) -> io::Result<UnixDatagram> {
    let address = match name {
        [b'@', rest @ ..] => SocketAddr::from_abstract_name(rest)?,
        path => SocketAddr::from_pathname(std::path::Path::new(
            std::str::from_utf8(path).map_err(|_| io::ErrorKind::InvalidInput)?,
        ))?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.connect_addr(&address)?;
    Ok(socket)
}
