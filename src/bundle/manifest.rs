//! The sealed list of what a dispatch holds.

use serde::{Deserialize, Serialize};

use super::path::Member;

/// The newest version written and read.
pub const VERSION: u32 = 1;

/// `manifest.json`. Fields that a hand-made reply may leave out have defaults; whoever relies on one
/// checks it.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Manifest {
    /// 1.
    pub version: u32,
    /// Which way.
    pub kind: Kind,
    /// As in the path.
    #[serde(default)]
    pub dispatch: String,
    /// Designation, as in the path.
    #[serde(default)]
    pub mailbox: String,
    /// Whom a reply is sealed to, beside the team.
    #[serde(default)]
    pub source_recipients: Vec<String>,
    /// Id of the team.
    #[serde(default)]
    pub team: String,
    /// Everybody this dispatch was sealed to.
    #[serde(default)]
    pub recipients: Vec<String>,
    /// ISO 8601, the day it was sent.
    #[serde(default)]
    pub day: String,
    /// What was written. May be empty.
    #[serde(default)]
    pub message: String,
    /// In the order they were sent.
    #[serde(default)]
    pub files: Vec<FileEntry>,
}

/// Submission or reply.
#[derive(Clone, Copy, Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// From a source.
    Submission,
    /// To a source.
    Reply,
}

/// One file of a dispatch.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct FileEntry {
    /// `0001.age`.
    pub member: String,
    /// The sender's own name for it: hostile until [`super::names`] has seen it.
    pub name: String,
    /// Guessed from the name.
    #[serde(default)]
    pub media_type: String,
    /// Bytes, exact.
    pub size: u64,
    /// 64 hex digits.
    pub sha256: String,
}

/// Why a manifest is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON of this shape.
    #[error("its manifest cannot be read; it was not made by sourdine, or it is damaged")]
    Unreadable,
    /// Written by a newer program.
    #[error("its manifest has version {0}, this program knows {VERSION}; use a newer sourdine")]
    Newer(u32),
    /// It names another mailbox or dispatch than the place where it was found.
    #[error("its manifest belongs to another place; somebody may have moved it to mislead you")]
    Elsewhere,
    /// A list of files that contradicts itself.
    #[error("its manifest lists the same file twice, or a file that cannot be")]
    Contradiction,
}

impl Manifest {
    /// Indented JSON; the padding is the seal's.
    pub fn to_json(&self) -> Result<Vec<u8>, ManifestError> {
        serde_json::to_vec_pretty(self).map_err(|_| ManifestError::Unreadable)
    }

    /// Reads JSON with any white space after it.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let unreadable = |_| ManifestError::Unreadable;
        let head: Head = serde_json::from_slice(json).map_err(unreadable)?;
        if head.version > VERSION {
            return Err(ManifestError::Newer(head.version));
        }
        let manifest: Self = serde_json::from_slice(json).map_err(unreadable)?;
        let mut members: Vec<&str> = manifest.files.iter().map(|f| f.member.as_str()).collect();
        members.sort_unstable();
        let twice = members.windows(2).any(|pair| pair.first() == pair.last());
        if twice || manifest.files.iter().any(|f| f.number().is_none()) {
            return Err(ManifestError::Contradiction);
        }
        Ok(manifest)
    }

    /// Refuses a manifest that was not written for this place.
    pub fn check_place(&self, designation: &str, dispatch: &str) -> Result<(), ManifestError> {
        let here = self.mailbox == designation && self.dispatch == dispatch;
        here.then_some(()).ok_or(ManifestError::Elsewhere)
    }
}

impl FileEntry {
    /// The entry of the file at `position` (from 0), its type guessed from its name and never from
    /// what a request said.
    pub fn new(position: usize, name: String, size: u64, sha256: String) -> Self {
        let media_type = mime_guess::from_path(&name).first_or_octet_stream().to_string();
        let number = u32::try_from(position).unwrap_or(u32::MAX - 1) + 1;
        Self { member: Member::File(number).to_string(), name, media_type, size, sha256 }
    }

    /// The number of its member.
    pub fn number(&self) -> Option<u32> {
        match super::path::MemberPath::parse(&format!("a/a/{}", self.member))?.member {
            Member::File(number) => Some(number),
            Member::Manifest => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        Manifest {
            version: 1,
            kind: Kind::Submission,
            dispatch: "ab".into(),
            mailbox: "brave-heron".into(),
            source_recipients: vec!["age1x".into()],
            team: "team".into(),
            recipients: vec!["age1y".into()],
            day: "2026-11-21".into(),
            message: "Bonjour".into(),
            files: vec![FileEntry::new(0, "contrat.pdf".into(), 3, "00".repeat(32))],
        }
    }

    #[test]
    fn it_reads_back_with_its_padding() {
        let mut json = sample().to_json().unwrap();
        json.extend_from_slice(&[b' '; 100]);
        assert!(Manifest::parse(&json).unwrap() == sample());
        assert_eq!(sample().files[0].media_type, "application/pdf");
    }

    #[test]
    fn a_hand_made_reply_may_be_short() {
        let short = Manifest::parse(br#"{"version":1,"kind":"reply","message":"Merci"}"#).unwrap();
        assert_eq!(short.message, "Merci");
    }

    #[test]
    fn what_contradicts_is_refused() {
        assert_eq!(sample().check_place("brave-heron", "cd"), Err(ManifestError::Elsewhere));
        assert_eq!(sample().check_place("calm-heron", "ab"), Err(ManifestError::Elsewhere));
        let mut twice = sample();
        twice.files.push(twice.files[0].clone());
        assert!(
            Manifest::parse(&twice.to_json().unwrap()).err() == Some(ManifestError::Contradiction)
        );
        let mut odd = sample();
        odd.files[0].member = "../0001.age".into();
        assert!(
            Manifest::parse(&odd.to_json().unwrap()).err() == Some(ManifestError::Contradiction)
        );
        assert!(Manifest::parse(br#"{"version":9}"#).err() == Some(ManifestError::Newer(9)));
        assert!(Manifest::parse(b"[]").err() == Some(ManifestError::Unreadable));
    }
}
