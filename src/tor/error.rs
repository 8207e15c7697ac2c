//! What keeps tor from running.

use std::io;
use std::path::PathBuf;

use super::control::ControlError;
use crate::base::random::NoRandomness;

/// What keeps tor from running, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum TorError {
    /// No `tor` in PATH.
    #[error("tor is not installed: apt install tor")]
    Missing,
    /// Older than 0.4.8.
    #[error(
        "{path} is tor {found}, and {needed} or newer is needed: take it from Debian's backports or \
         from deb.torproject.org"
    )]
    TooOld {
        /// Where it was found.
        path: PathBuf,
        /// What it says of itself.
        found: String,
        /// The oldest that does.
        needed: &'static str,
    },
    /// Built without proof of work.
    #[error(
        "{0} was built without the proof-of-work module, which keeps a flood out: take Debian's own \
         package (apt install tor), or the one of deb.torproject.org"
    )]
    NoProofOfWork(PathBuf),
    /// It does not answer as tor does.
    #[error("`{0} {1}` did not answer as tor does: look what that program is, or apt install tor")]
    NotTor(PathBuf, &'static str),
    /// `tor.dir` and `data_dir` lie in each other.
    #[error(
        "tor.dir ({tor}) and data_dir ({data}) must not lie in each other: the process that reads \
         requests reaches all of data_dir, and must not reach the keys of the onion address; set \
         tor.dir to a directory of its own"
    )]
    Nested {
        /// `tor.dir`
        tor: PathBuf,
        /// `data_dir`
        data: PathBuf,
    },
    /// Others may enter.
    #[error("{0} can be read by others; run: chmod -R go-rwx {0}")]
    Open(PathBuf),
    /// It belongs to somebody else, or is no directory.
    #[error(
        "{0} is not a directory of this user: choose another tor.dir, or chown -R it to the owner of \
         data_dir"
    )]
    Foreign(PathBuf),
    /// A unix socket's path has at most 107 bytes.
    #[error(
        "tor.dir is too long: {path} has {length} bytes, and the path of a socket may have 107; choose a \
         shorter tor.dir", length = path.as_os_str().len()
    )]
    LongPath {
        /// Of the socket.
        path: PathBuf,
    },
    /// A path that tor's configuration cannot hold.
    #[error(
        "{0}: tor's configuration cannot hold a path with double quotes, backslashes, # or control characters, nor \
         an include with * ? or [; choose another"
    )]
    Unwritable(String),
    /// Two must not share a directory.
    #[error(
        "another sourdine runs tor in {0} already: stop it first, or give this one a tor.dir of its own"
    )]
    InUse(PathBuf),
    /// The file of `[tor] include`.
    #[error("tor.include: {0} cannot be read ({1}); correct the path, or its rights")]
    Include(PathBuf, io::Error),
    /// `tor --verify-config` said no.
    #[error("tor does not accept its configuration{of}: {words}")]
    Refused {
        /// Which files.
        of: String,
        /// tor's own.
        words: String,
    },
    /// It ended, or said nothing, before it could be spoken to.
    #[error("tor could not start: {words}{remedy}")]
    Start {
        /// tor's own, or what was seen.
        words: String,
        /// Where one is known.
        remedy: String,
    },
    /// Removed while tor ran.
    #[error(
        "{0} was removed or replaced while tor ran: put it back from a backup, if the address is to stay \
         the same, then start again"
    )]
    Lost(PathBuf),
    /// Another address than the one that was announced.
    #[error(
        "tor came back with another address ({new}) than before ({old}): put the keys in {dir} back from a \
         backup, if the address is to stay the same, then start again; to begin with the new one, remove {file}"
    )]
    Moved {
        /// Announced.
        old: String,
        /// Made since.
        new: String,
        /// Where the keys are.
        dir: PathBuf,
        /// Where the box remembers its address.
        file: PathBuf,
    },
    /// The box had an address, and tor would make a new one.
    #[error(
        "the keys of the onion address {address} are gone from {dir}: put them back from a backup. To begin with \
         a new address, which no source knows, remove {file}"
    )]
    KeysGone {
        /// Which sources know.
        address: String,
        /// Where the keys were.
        dir: PathBuf,
        /// Where the box remembers its address.
        file: PathBuf,
    },
    /// The control socket.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// A name for client authorisation.
    #[error("an editor's name is 1 to 40 lower-case letters, digits and dashes")]
    Name,
    /// It has a key already.
    #[error("{0} has a key for the desk's onion address already: remove it first")]
    Known(String),
    /// It has none.
    #[error("{0} has no key for the desk's onion address")]
    Unknown(String),
    /// No key without randomness.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// Anything of the file system.
    #[error("{0}: {1}; look at its rights and at the disk")]
    Files(PathBuf, io::Error),
}
