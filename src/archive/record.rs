//! `record.json`: what became of a dispatch's files when it was opened, and under which names they stand.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::bundle::extract::{FileFault, Outcome};
use crate::bundle::sealed_by_source::{Left, SealedBySource};
use crate::crypto::unseal::OpenError;

/// The newest version that is written and read.
pub const VERSION: u32 = 1;

/// Of one dispatch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// 1.
    pub version: u32,
    /// By their number.
    pub files: Vec<FileRecord>,
    /// How each sealed member began (SHA-256): sent again within a document, it is not opened.
    #[serde(default)]
    pub sealed: Vec<String>,
}

/// Of one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its number in the dispatch.
    pub number: u32,
    /// Its name below `files/`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// 64 hex digits.
    pub sha256: String,
    /// Why it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// What its source had sealed itself, from the outside in: beside it, origin unproven.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<LayerRecord>,
    /// Why the innermost of these stays sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<LeftSealed>,
}

/// What was in a file that its source had sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LayerRecord {
    /// Its name below `files/`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// 64 hex digits.
    pub sha256: String,
}

/// Why a file is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The bundle did not have it.
    Missing,
    /// The bundle had it, the manifest does not name it.
    Added,
    /// Its content is not what the manifest says, or it does not open.
    Altered,
    /// It could not be written.
    Unwritten,
}

/// Why a file stays as its source sealed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftSealed {
    /// To another key, or under a passphrase.
    OtherKey,
    /// The same sealed bytes stand elsewhere.
    Known,
    /// It was sealed too often, is damaged, or could not be written.
    Closed,
}

impl From<&FileFault> for Fault {
    fn from(fault: &FileFault) -> Self {
        match fault {
            FileFault::Missing => Self::Missing,
            FileFault::Unlisted => Self::Added,
            FileFault::Differs | FileFault::Sealed(_) => Self::Altered,
            FileFault::DiskFull
            | FileFault::TooLarge
            | FileFault::Unwritable(_)
            | FileFault::Replaced => Self::Unwritten,
        }
    }
}

impl From<&Left> for LeftSealed {
    fn from(left: &Left) -> Self {
        match left {
            Left::OtherKey | Left::Sealed(OpenError::WrongKey) => Self::OtherKey,
            Left::Known => Self::Known,
            Left::TooDeep | Left::Sealed(_) | Left::Unwritten(_) => Self::Closed,
        }
    }
}

impl FileRecord {
    /// Of a file that was just opened.
    pub fn of(outcome: &Outcome, sealed: Option<&SealedBySource>) -> Self {
        let layers = sealed.iter().flat_map(|sealed| &sealed.opened).map(|layer| LayerRecord {
            name: layer.name.clone(),
            size: layer.size,
            sha256: layer.sha256.clone(),
        });
        Self {
            number: outcome.number,
            name: outcome.name.clone(),
            size: outcome.size,
            sha256: outcome.sha256.clone(),
            fault: outcome.fault.as_ref().map(Fault::from),
            opened: layers.collect(),
            left: sealed.and_then(|sealed| sealed.left.as_ref()).map(LeftSealed::from),
        }
    }
}

/// At most `most` bytes of a plain file; more, or anything but a file, is an error.
pub fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}
