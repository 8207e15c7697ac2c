//! Files that are not whole yet. They stand where no name from outside can be, get their name in a step that
//! never replaces anything, and go with the process, also when a signal ends it ([`remove_all`]).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{CWD, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use crate::base::ids::hex;
use crate::base::random;

/// No safe name begins with a dot.
const DIRECTORY: &str = ".sourdine-unfinished";

/// What goes when a signal ends the process.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn lock() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes whatever is unfinished. Whoever would begin, name or remove a file after this waits for ever: the
/// process is to end.
pub fn remove_all() {
    let unfinished = lock();
    for path in unfinished.iter().rev() {
        let _ =
            if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    }
    std::mem::forget(unfinished);
}

/// A file without a name of its own; dropped before it has one, it is removed.
pub struct NewFile {
    file: File,
    path: PathBuf,
}

impl NewFile {
    /// Beside the place `name` where it will be, under a random name: two commands may write to one place.
    pub fn beside(name: &Path) -> io::Result<Self> {
        let random: [u8; 4] = random::bytes().map_err(io::Error::other)?;
        let mut path = OsString::from(name);
        path.push(format!(".{}.part", hex(&random)));
        Self::create(path.into())
    }

    /// In the directory for temporary files.
    pub fn temporary() -> io::Result<Self> {
        Self::beside(&std::env::temp_dir().join("sourdine"))
    }

    /// A page in a directory, under a random name that a browser knows for one.
    pub fn page(dir: &Path) -> io::Result<Self> {
        let random: [u8; 8] = random::bytes().map_err(io::Error::other)?;
        Self::create(dir.join(format!(".sourdine-{}.html", hex(&random))))
    }

    fn create(path: PathBuf) -> io::Result<Self> {
        let mut unfinished = lock();
        let mut new = OpenOptions::new();
        let file = new.read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        unfinished.insert(path.clone());
        Ok(Self { file, path })
    }

    /// Where it stands until it is named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Goes back to its first byte; returns how many there are.
    pub fn rewound(&mut self) -> io::Result<u64> {
        let length = self.file.seek(SeekFrom::End(0))?;
        self.file.rewind()?;
        Ok(length)
    }

    /// Waits until its content is on the disk.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Names it. What has this name already, however the file system compares names, stays: then it fails
    /// with [`io::ErrorKind::AlreadyExists`], and may be named otherwise.
    pub fn name(&mut self, name: &Path) -> io::Result<()> {
        let mut unfinished = lock();
        rename_new(&self.path, name)?;
        unfinished.remove(&self.path);
        // While it is open, a file keeps its number on any file system.
        let (here, there) = (self.file.metadata()?, std::fs::symlink_metadata(name)?);
        if (here.dev(), here.ino()) != (there.dev(), there.ino()) {
            return Err(io::Error::other("another file has this name now"));
        }
        Ok(())
    }
}

impl NewFile {
    /// Names it, in the place of what has this name.
    pub fn replace(&mut self, name: &Path) -> io::Result<()> {
        let mut unfinished = lock();
        std::fs::rename(&self.path, name)?;
        unfinished.remove(&self.path);
        Ok(())
    }
}

/// Renames without replacing.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_to_own(from, to),
        done => Ok(done?),
    }
}

/// Renames onto an empty file or directory of our own, where the file system cannot refuse by itself (FUSE, NFS).
fn rename_to_own(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        DirBuilder::new().mode(0o700).create(to)?;
        return std::fs::rename(from, to).inspect_err(|_| drop(std::fs::remove_dir(to)));
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    std::fs::rename(from, to).inspect_err(|_| drop(std::fs::remove_file(to)))
}

/// A directory that is not whole yet. Dropped before it is named, it goes.
pub struct NewDirectory {
    path: PathBuf,
    /// Where what it takes the place of goes, if the file system cannot exchange two names.
    aside: PathBuf,
    is_named: bool,
}

impl NewDirectory {
    /// Where it stands until it is named.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names it. What has this name already stays: then it fails with [`io::ErrorKind::AlreadyExists`].
    pub fn name(&mut self, to: &Path) -> io::Result<()> {
        let _held = lock();
        rename_new(&self.path, to)?;
        self.is_named = true;
        Ok(())
    }

    /// Takes the place of a directory, which goes.
    pub fn replace(&mut self, to: &Path) -> io::Result<()> {
        let _held = lock();
        match rustix::fs::renameat_with(CWD, &self.path, CWD, to, RenameFlags::EXCHANGE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                std::fs::rename(to, &self.aside)?;
                let put_back = |_: &io::Error| drop(std::fs::rename(&self.aside, to));
                std::fs::rename(&self.path, to).inspect_err(put_back)?;
                let _ = std::fs::remove_dir_all(&self.aside);
                self.is_named = true;
                Ok(())
            }
            // What stands here now is the old one.
            done => Ok(done?),
        }
    }
}

impl Drop for NewDirectory {
    fn drop(&mut self) {
        if !self.is_named {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl io::Read for NewFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for NewFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        let mut unfinished = lock();
        if unfinished.remove(&self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A directory for unfinished files, inside the one they will be in: a name is then given without copying.
pub struct Unfinished {
    path: PathBuf,
    /// Held as long as its process lives: tells what is in use from what was left over.
    _lock: File,
    count: AtomicU64,
}

impl Unfinished {
    /// Makes it in `parent`. Fails where another command works.
    pub fn new(parent: &Path) -> io::Result<Self> {
        let path = parent.join(DIRECTORY);
        let mut unfinished = lock();
        DirBuilder::new().mode(0o700).create(&path)?;
        unfinished.insert(path.clone());
        drop(unfinished);
        let locked = lock_directory(&path)?;
        Ok(Self { path, _lock: locked, count: AtomicU64::new(0) })
    }

    /// Removes what a command that was killed has left in `parent`; says whether it left anything. Fails where
    /// one is at work.
    pub fn remove_left_over(parent: &Path) -> io::Result<bool> {
        let path = parent.join(DIRECTORY);
        if std::fs::symlink_metadata(&path).is_err() {
            return Ok(false);
        }
        let _locked = lock_directory(&path)?;
        std::fs::remove_dir_all(&path).map(|()| true)
    }

    /// Where it is, for what is made in it and renamed out of it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new file.
    pub fn file(&self) -> io::Result<NewFile> {
        NewFile::create(self.place())
    }

    /// Where a new file or directory stands.
    fn place(&self) -> PathBuf {
        self.path.join(self.count.fetch_add(1, Ordering::Relaxed).to_string())
    }

    /// A new directory.
    pub fn directory(&self) -> io::Result<NewDirectory> {
        let (path, aside) = (self.place(), self.place());
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(NewDirectory { path, aside, is_named: false })
    }

    /// Removes a directory: at once, for whoever looks.
    pub fn take_away(&self, directory: &Path) -> io::Result<()> {
        let place = self.place();
        let held = lock();
        std::fs::rename(directory, &place)?;
        drop(held);
        std::fs::remove_dir_all(place)
    }

    /// Writes a whole file in the place of what has this name.
    pub fn replace(&self, name: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = self.file()?;
        file.write_all(content)?;
        file.sync()?;
        file.replace(name)
    }

    /// Writes a whole file.
    pub fn write(&self, name: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = self.file()?;
        file.write_all(content)?;
        file.sync()?;
        file.name(name)
    }
}

fn lock_directory(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    match rustix::fs::flock(&directory, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Err(io::ErrorKind::WouldBlock.into()),
        // Some network file systems have no locks.
        _ => Ok(directory),
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut unfinished = lock();
        let _ = std::fs::remove_dir_all(&self.path);
        unfinished.remove(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_name_that_is_taken_stays_what_it_is_and_another_may_be_tried() {
        let dir = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::new(dir.path()).unwrap();
        let (first, second) = (dir.path().join("leak.pdf"), dir.path().join("leak.pdf.part"));
        unfinished.write(&first, b"first").unwrap();
        let mut other = unfinished.file().unwrap();
        other.write_all(b"second").unwrap();
        assert_eq!(other.name(&first).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        std::os::unix::fs::symlink("nowhere", &second).unwrap();
        assert_eq!(other.name(&second).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        std::fs::remove_file(&second).unwrap();
        other.name(&second).unwrap();
        drop((other, unfinished));
        assert_eq!(std::fs::read(first).unwrap(), b"first");
        assert_eq!(std::fs::read(second).unwrap(), b"second");
        assert_eq!(names(dir.path()), ["leak.pdf", "leak.pdf.part"]);
    }

    #[test]
    fn where_the_file_system_cannot_refuse_nothing_is_replaced_either() {
        let dir = tempfile::tempdir().unwrap();
        let [one, two, to] = ["one", "two", "to"].map(|name| dir.path().join(name));
        std::fs::write(&one, "one").unwrap();
        std::fs::write(&two, "two").unwrap();
        rename_to_own(&one, &to).unwrap();
        assert_eq!(rename_to_own(&two, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&to).unwrap(), b"one");
        std::fs::remove_file(&to).unwrap();
        // One that fails leaves no empty file behind.
        assert!(rename_to_own(&one, &to).is_err());
        assert_eq!(names(dir.path()), ["two"]);
    }

    #[test]
    fn what_is_not_named_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let unfinished = Unfinished::new(dir.path()).unwrap();
        let half = unfinished.file().unwrap();
        let path = half.path().to_owned();
        assert!(path.exists());
        drop(half);
        assert!(!path.exists());
        drop(NewFile::beside(&dir.path().join("bundle.tar")).unwrap());
        drop(unfinished);
        assert_eq!(names(dir.path()), [""; 0]);
    }

    #[test]
    fn what_was_left_over_goes_and_what_is_in_use_stays() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!Unfinished::remove_left_over(dir.path()).unwrap());
        let unfinished = Unfinished::new(dir.path()).unwrap();
        let mut half = unfinished.file().unwrap();
        half.write_all(b"half").unwrap();
        let busy = Unfinished::remove_left_over(dir.path()).unwrap_err();
        assert_eq!(busy.kind(), io::ErrorKind::WouldBlock);
        assert!(Unfinished::new(dir.path()).is_err());
        assert!(half.path().exists());
        drop((half, unfinished));

        let left = dir.path().join(DIRECTORY);
        std::fs::create_dir(&left).unwrap();
        std::fs::write(left.join("0"), "half").unwrap();
        assert!(Unfinished::remove_left_over(dir.path()).unwrap());
        assert_eq!(names(dir.path()), [""; 0]);
        // Not ours: stays, and is told.
        std::os::unix::fs::symlink("/", &left).unwrap();
        assert!(Unfinished::remove_left_over(dir.path()).is_err());
        assert_eq!(names(dir.path()), [DIRECTORY]);
    }
}
