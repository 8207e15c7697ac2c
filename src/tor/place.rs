//! The directory that tor works in.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::error::TorError;
use crate::config::{Config, is_onion};

/// The longest path that a unix socket's address holds (`sun_path`, unix(7)).
const SOCKET_PATH: usize = 107;
/// An onion service's key, in its directory.
const SECRET: &str = "hs_ed25519_secret_key";

/// Where everything of tor's is. Nothing is made or held before [`TorDir::prepare`].
#[derive(Clone, Debug)]
pub struct TorDir {
    /// Absolute.
    pub dir: PathBuf,
    /// Further lines for the torrc, by the operator; absolute.
    pub include: Option<PathBuf>,
    data: PathBuf,
}

/// How often the lock is tried, and how long apart: `check` holds it for a moment.
const TRIES: usize = 5;
const APART: Duration = Duration::from_millis(50);

/// Held by whoever runs tor in a place; ends with the process.
#[derive(Debug)]
pub struct TorLock(File);

fn files(path: &Path) -> impl Fn(io::Error) -> TorError + '_ {
    |error| TorError::Files(path.to_owned(), error)
}

impl TorDir {
    /// The place that a configuration names.
    pub fn of(config: &Config) -> Result<Self, TorError> {
        let absolute = |path: &Path| std::path::absolute(path).map_err(files(path));
        Ok(Self {
            dir: absolute(&config.tor.dir)?,
            include: config.tor.include.as_deref().map(absolute).transpose()?,
            data: absolute(&config.data_dir)?,
        })
    }

    /// Makes the directory private, or refuses one that is not, and takes its lock.
    pub fn prepare(&self) -> Result<TorLock, TorError> {
        self.sound()?;
        private_dir(&self.dir)?;
        let path = self.lock();
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).mode(0o600).open(&path);
        let lock = lock.map_err(files(&path))?;
        for _ in 0..TRIES {
            match lock.try_lock() {
                Ok(()) => return Ok(TorLock(lock)),
                Err(TryLockError::WouldBlock) => std::thread::sleep(APART),
                Err(TryLockError::Error(error)) => return Err(TorError::Files(path, error)),
            }
        }
        Err(TorError::InUse(self.dir.clone()))
    }

    /// Whether tor ever ran here. An editor may be let in before.
    pub fn was_used(&self) -> bool {
        self.torrc().exists() || self.source_key().exists()
    }

    /// Whether somebody runs tor here. Nothing is made.
    pub fn in_use(&self) -> bool {
        let lock = File::open(self.lock());
        lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// What has gone since the place was prepared and everything had started: the directory itself, the
    /// keys of our address, or the socket where tor hands sources over.
    pub fn lost(&self, held: &TorLock) -> Option<PathBuf> {
        let same = |ours: Metadata| {
            let there = std::fs::metadata(self.lock());
            there.is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino()))
        };
        if !held.0.metadata().is_ok_and(same) {
            return Some(self.dir.clone());
        }
        [self.source_key(), self.source_socket()].into_iter().find(|path| !path.exists())
    }

    /// Whether this may be the place: neither in the store's directory nor around it, links followed, and
    /// short enough for sockets.
    pub fn sound(&self) -> Result<(), TorError> {
        for socket in [self.control(), self.socks(), self.source_socket(), self.desk_socket()] {
            if socket.as_os_str().len() > SOCKET_PATH {
                return Err(TorError::LongPath { path: socket });
            }
        }
        let (tor, data) = (real(&self.dir), real(&self.data));
        if tor.starts_with(&data) || data.starts_with(&tor) {
            return Err(TorError::Nested { tor: self.dir.clone(), data: self.data.clone() });
        }
        Ok(())
    }

    fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// The address of sources, once tor has made it.
    pub fn source_onion(&self) -> Option<String> {
        onion_in(&self.source())
    }

    /// The editors' address, once tor has made it.
    pub fn desk_onion(&self) -> Option<String> {
        onion_in(&self.desk())
    }

    /// tor's configuration.
    pub fn torrc(&self) -> PathBuf {
        self.dir.join("torrc")
    }

    /// tor's own directory.
    pub fn state(&self) -> PathBuf {
        self.dir.join("state")
    }

    /// The control socket.
    pub fn control(&self) -> PathBuf {
        self.dir.join("control.sock")
    }

    /// What opens the control socket.
    pub fn cookie(&self) -> PathBuf {
        self.dir.join("control.cookie")
    }

    /// The socket through which `check` visits our own address.
    pub fn socks(&self) -> PathBuf {
        self.dir.join("socks.sock")
    }

    /// The sources' onion service.
    pub fn source(&self) -> PathBuf {
        self.dir.join("source")
    }

    /// What the sources' address is made of.
    pub fn source_key(&self) -> PathBuf {
        self.source().join(SECRET)
    }

    /// The editors' likewise.
    pub fn desk_key(&self) -> PathBuf {
        self.desk().join(SECRET)
    }

    /// Where tor hands sources over.
    pub fn source_socket(&self) -> PathBuf {
        self.dir.join("source.sock")
    }

    /// The editors' onion service.
    pub fn desk(&self) -> PathBuf {
        self.dir.join("desk")
    }

    /// Where tor hands editors over.
    pub fn desk_socket(&self) -> PathBuf {
        self.dir.join("desk.sock")
    }
}

/// Makes a directory of mode 0700, or checks one that is there.
pub(super) fn private_dir(dir: &Path) -> Result<(), TorError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| {
        if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotADirectory) {
            return TorError::Foreign(dir.to_owned());
        }
        TorError::Files(dir.to_owned(), error)
    })?;
    let meta = std::fs::metadata(dir).map_err(files(dir))?;
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(TorError::Foreign(dir.to_owned()));
    }
    if meta.mode() & 0o077 != 0 {
        return Err(TorError::Open(dir.to_owned()));
    }
    Ok(())
}

/// A path with what exists of it resolved; the rest, which is not there yet, as written.
fn real(path: &Path) -> PathBuf {
    let mut rest = Vec::new();
    let mut at = path;
    loop {
        if let Ok(found) = at.canonicalize() {
            let mut whole = found;
            for name in rest.into_iter().rev() {
                match name {
                    Component::ParentDir => {
                        whole.pop();
                    }
                    other => whole.push(other),
                }
            }
            return whole;
        }
        let (Some(parent), Some(last)) = (at.parent(), at.components().next_back()) else {
            return path.to_owned();
        };
        rest.push(last);
        at = parent;
    }
}

fn onion_in(dir: &Path) -> Option<String> {
    let text = std::fs::read_to_string(dir.join("hostname")).ok()?;
    let name = text.trim().to_ascii_lowercase();
    is_onion(&name).then_some(name)
}
