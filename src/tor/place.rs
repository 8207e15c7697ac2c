//! The directory that tor works in.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::error::TorError;
use crate::config::{Config, is_onion};

/// The longest path that a unix socket's address holds (`sun_path`, unix(7)).
const SOCKET_PATH: usize = 107;
/// An onion service's key, in its directory.
const SECRET: &str = "hs_ed25519_secret_key";
/// The address that sources know, in the store's directory: it outlives the keys.
const ADDRESS: &str = "onion";
/// Bytes of it that are looked at.
const LONGEST_ADDRESS: u64 = 100;

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

    /// Refuses where this box had an address and its keys are gone: tor would make another one.
    pub fn keeps_address(&self) -> Result<(), TorError> {
        match self.remembered() {
            Some(address) if !self.source_key().exists() => {
                let (dir, file) = (self.source(), self.address());
                Err(TorError::KeysGone { address, dir, file })
            }
            _ => Ok(()),
        }
    }

    /// Notes the address for good; refuses another one than was noted.
    pub fn remember(&self, new: &str) -> Result<(), TorError> {
        match self.remembered() {
            Some(old) if old == new => return Ok(()),
            Some(old) => return Err(self.moved(old, new.to_owned())),
            None => (),
        }
        let (file, half) = (self.address(), self.data.join("onion.new"));
        let mut options = OpenOptions::new();
        let opened = options.create(true).truncate(true).write(true).mode(0o600).open(&half);
        let written = opened.and_then(|mut half| {
            writeln!(half, "{new}")?;
            half.sync_all()
        });
        written.and_then(|()| std::fs::rename(&half, &file)).map_err(files(&file))
    }

    /// Another address than before.
    pub fn moved(&self, old: String, new: String) -> TorError {
        TorError::Moved { old, new, dir: self.source(), file: self.address() }
    }

    fn remembered(&self) -> Option<String> {
        let file = self.address();
        // A pipe would keep us waiting.
        std::fs::metadata(&file).ok().filter(Metadata::is_file)?;
        let mut text = String::new();
        File::open(&file).ok()?.take(LONGEST_ADDRESS).read_to_string(&mut text).ok()?;
        let address = text.trim();
        is_onion(address).then(|| address.to_owned())
    }

    fn address(&self) -> PathBuf {
        self.data.join(ADDRESS)
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

#[cfg(test)]
mod tests {
    use super::*;

    const ONION: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";

    #[test]
    fn an_address_whose_keys_are_gone_is_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let (data, tor) = (dir.path().join("data"), dir.path().join("tor"));
        let place = TorDir { dir: tor.clone(), include: None, data: data.clone() };
        std::fs::create_dir(&data).unwrap();
        place.keeps_address().unwrap();
        place.remember(ONION).unwrap();
        // The same address is noted once: the file keeps its time.
        std::fs::set_permissions(&data, std::os::unix::fs::PermissionsExt::from_mode(0o500))
            .unwrap();
        place.remember(ONION).unwrap();
        std::fs::set_permissions(&data, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .unwrap();
        let said = place.keeps_address().unwrap_err().to_string();
        for part in [ONION, &*tor.join("source").to_string_lossy(), "from a backup", "data/onion"] {
            assert!(said.contains(part), "{said}");
        }
        std::fs::create_dir_all(place.source()).unwrap();
        std::fs::write(place.source_key(), "").unwrap();
        place.keeps_address().unwrap();
        let other = ONION.replacen("pg6", "ab6", 1);
        assert!(matches!(place.remember(&other), Err(TorError::Moved { .. })));
        std::fs::remove_dir_all(&tor).unwrap();
        std::fs::remove_file(data.join("onion")).unwrap();
        place.keeps_address().unwrap();
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
    }
}
