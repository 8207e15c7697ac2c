//! The directory itself: what tells that it is an archive, and where everything stands in it.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::bundle::extract::Output;
use crate::bundle::names::safe;
use crate::bundle::path::is_designation;
use crate::bundle::unfinished::Unfinished;

/// The file that tells an archive from any other directory.
const MARK: &str = "ARCHIVE.txt";
/// How its first line begins; the format's number follows.
const FIRST: &str = "Sourdine archive, format ";
/// The newest format that is written and read.
const FORMAT: u32 = 1;
/// Bytes that are read of it.
const LONGEST: u64 = 4096;
/// Sealed answers that wait to be carried to the desk.
const OUTBOX: &str = "outbox";

/// An archive that is there.
#[derive(Clone, Debug)]
pub struct Archive {
    dir: PathBuf,
}

/// Why a directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It holds something else.
    #[error("{0} is not empty and is no archive; name a new directory with -o")]
    NotEmpty(PathBuf),
    /// There is none.
    #[error("{0} is no archive; `sourdine open BUNDLE.tar -i KEY.txt -o ARCHIVE` makes one")]
    None(PathBuf),
    /// Made by a newer program.
    #[error("{0} is an archive of a newer sourdine; use that version")]
    Newer(PathBuf),
    /// Another process writes to it.
    #[error(
        "another sourdine is writing to {0}; wait until it has ended, or name another directory"
    )]
    Busy(PathBuf),
    /// The disk says no.
    #[error("{0} cannot be used ({1}); name another directory")]
    Io(PathBuf, io::Error),
}

impl ArchiveError {
    fn of(dir: &Path, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::AlreadyExists => Self::Busy(dir.to_owned()),
            _ => Self::Io(dir.to_owned(), error),
        }
    }
}

impl Archive {
    /// An archive that was made before.
    pub fn existing(dir: &Path) -> Result<Self, ArchiveError> {
        if Self::is_one(dir)? {
            Ok(Self { dir: dir.to_owned() })
        } else {
            Err(ArchiveError::None(dir.to_owned()))
        }
    }

    /// Refuses a directory that holds anything else. What a run that was killed left half written is removed;
    /// says whether there was any.
    pub fn check(dir: &Path) -> Result<bool, ArchiveError> {
        let left = Unfinished::remove_left_over(dir).map_err(|e| ArchiveError::of(dir, e))?;
        let is_new = match std::fs::read_dir(dir) {
            Ok(mut entries) => entries.next().is_none(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => true,
            Err(e) => return Err(ArchiveError::of(dir, e)),
        };
        if !is_new && !Self::is_one(dir)? {
            return Err(ArchiveError::NotEmpty(dir.to_owned()));
        }
        Ok(left)
    }

    /// Begins to write: nobody else does until the output is dropped. A directory that is new or empty becomes
    /// an archive.
    pub fn begin(dir: &Path) -> Result<(Self, Output), ArchiveError> {
        let of = |e| ArchiveError::of(dir, e);
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(of)?;
        Self::check(dir)?;
        let output = Output::new(dir).map_err(of)?;
        if !Self::is_one(dir)? {
            let text = format!("{FIRST}{FORMAT}\n{}", include_str!("ARCHIVE.txt"));
            output
                .write(&dir.join(MARK), text.as_bytes())
                .map_err(|fault| of(io::Error::other(fault)))?;
        }
        Ok((Self { dir: dir.to_owned() }, output))
    }

    fn is_one(dir: &Path) -> Result<bool, ArchiveError> {
        let mark = dir.join(MARK);
        let Ok(meta) = std::fs::symlink_metadata(&mark) else { return Ok(false) };
        if !meta.is_file() || meta.len() > LONGEST {
            return Ok(false);
        }
        let text = std::fs::read_to_string(&mark).map_err(|e| ArchiveError::of(dir, e))?;
        let format: Option<u32> =
            text.lines().next().and_then(|line| line.strip_prefix(FIRST)?.parse().ok());
        match format {
            Some(format) if format > FORMAT => Err(ArchiveError::Newer(dir.to_owned())),
            format => Ok(format.is_some()),
        }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where sealed answers wait.
    pub fn outbox(&self) -> PathBuf {
        self.dir.join(OUTBOX)
    }

    /// Every directory that may be a mailbox's, by name.
    pub fn mailboxes(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if entry.file_type()?.is_dir() && is_mailbox(&name) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Makes a directory, if it is not there.
pub fn make(dir: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        done => done,
    }
}

/// The directory of a mailbox: its designation, but for names that mean something else.
pub fn mailbox_name(designation: &str) -> String {
    let name = safe(designation);
    // No designation holds an underscore.
    if name == OUTBOX { format!("_{name}") } else { name }
}

/// Whether a directory's name is one that [`mailbox_name`] gives.
pub fn is_mailbox(name: &str) -> bool {
    let designation = name.strip_prefix('_').unwrap_or(name);
    is_designation(designation) && mailbox_name(designation) == name
}

/// The directory of a dispatch within its mailbox's: the id that it was stored under. A submission calls itself so too;
/// what a reply calls itself is its maker's choice.
pub fn dispatch_name(stored: &str) -> String {
    safe(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mailbox_takes_the_place_of_what_is_ours() {
        for (designation, name) in [
            ("brave-heron", "brave-heron"),
            ("outbox", "_outbox"),
            ("con", "_con"),
            ("aux", "_aux"),
        ] {
            assert_eq!(mailbox_name(designation), name);
            assert!(is_mailbox(name), "{name}");
        }
        for other in ["outbox", "con", "_brave-heron", "SUMMARY.txt", ".sourdine-unfinished", ""] {
            assert!(!is_mailbox(other), "{other}");
        }
    }

    #[test]
    fn a_directory_of_something_else_is_never_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let new = dir.path().join("new");
        assert!(matches!(Archive::existing(&new), Err(ArchiveError::None(_))));
        let (archive, output) = Archive::begin(&new).unwrap();
        assert!(matches!(Archive::begin(&new), Err(ArchiveError::Busy(_))));
        drop(output);
        assert!(Archive::begin(archive.dir()).is_ok() && Archive::existing(&new).is_ok());
        std::fs::write(new.join(MARK), format!("{FIRST}2\n")).unwrap();
        assert!(matches!(Archive::begin(&new), Err(ArchiveError::Newer(_))));
        let other = dir.path().join("other");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join("mine.txt"), "mine").unwrap();
        assert!(matches!(Archive::begin(&other), Err(ArchiveError::NotEmpty(_))));
        assert_eq!(std::fs::read_dir(&other).unwrap().count(), 1);
    }
}
