//! The sealed list of what a dispatch holds.

use crate::base::kind::DispatchKind;
use serde::{Deserialize, Serialize};

use super::path::Member;
use crate::crypto::recipient::canonical;

/// The newest version written and read.
pub const VERSION: u32 = 1;

/// `manifest.json`. Fields that a hand-made reply may leave out have defaults; whoever relies on one
/// checks it.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Manifest {
    /// 1.
    pub version: u32,
    /// Which way.
    pub kind: DispatchKind,
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
    /// Of a note: who wrote it, as they call themselves. Nothing proves it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// What was written. May be empty.
    #[serde(default)]
    pub message: String,
    /// Answers to the team's questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// In the order they were sent.
    #[serde(default)]
    pub files: Vec<FileEntry>,
    /// An editor has sealed it again, to others. `recipients` are still those of before: the team that an answer goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resealed: Option<Resealed>,
}

/// That a dispatch was sealed again. Nothing proves by whom.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Resealed {
    /// ISO 8601.
    pub day: String,
    /// Everybody it is sealed to now.
    pub recipients: Vec<String>,
}

/// An answer to a question of the team.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Answer {
    /// The question's.
    pub id: String,
    /// The question, in each of its languages.
    pub label: String,
    /// What was answered.
    pub value: String,
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
    /// It was written for another mailbox, or for another dispatch, than the path says.
    #[error("its manifest belongs to another place; somebody may have moved it to mislead you")]
    Elsewhere,
    /// What it calls itself is not what its member is named for.
    #[error(
        "it is named {0}, and its content says that it is a {1}; somebody may have renamed it to mislead you"
    )]
    OtherKind(Member, &'static str),
    /// A list of files that contradicts itself.
    #[error("its manifest lists the same file twice, or a file that cannot be")]
    Contradiction,
}

impl Manifest {
    /// Indented JSON; the padding is the seal's.
    pub fn to_json(&self) -> Result<Vec<u8>, ManifestError> {
        serde_json::to_vec_pretty(self).map_err(|_| ManifestError::Unreadable)
    }

    /// Reads JSON with any white space after it. Recipients come out in canonical form, each once.
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
        let mut manifest: Self = serde_json::from_slice(json).map_err(unreadable)?;
        for keys in [&mut manifest.source_recipients, &mut manifest.recipients] {
            *keys = canonical(std::mem::take(keys));
        }
        let mut members: Vec<&str> = manifest.files.iter().map(|f| f.member.as_str()).collect();
        members.sort_unstable();
        let twice = members.windows(2).any(|pair| pair.first() == pair.last());
        if twice || manifest.files.iter().any(|f| f.number().is_none()) {
            return Err(ManifestError::Contradiction);
        }
        Ok(manifest)
    }

    /// Whether both are of one dispatch with the same content, sealed again or not.
    pub fn is_same(&self, other: &Self) -> bool {
        let bare = |manifest: &Self| Self { resealed: None, ..manifest.clone() };
        bare(self) == bare(other)
    }

    /// This manifest, found in a bundle under `designation/dispatch/member`; refused where it was written for
    /// another place or under another name.
    ///
    /// The server cannot read a manifest, but it chooses the path. A submission shown in another mailbox
    /// would be answered to the wrong source, and shown under another id it would count as new: mailbox and
    /// id must agree. A reply or a note must agree on the mailbox; its id is its maker's choice, and a delivered
    /// one is stored under an id of its content. What a hand-made one leaves out is filled in from the path.
    pub fn found_at(
        mut self,
        designation: &str,
        dispatch: &str,
        member: Member,
    ) -> Result<Self, ManifestError> {
        if Member::manifest_of(self.kind) != member {
            let kind = match self.kind {
                DispatchKind::Submission => "submission",
                DispatchKind::Reply => "reply",
                DispatchKind::Note => "note",
            };
            return Err(ManifestError::OtherKind(member, kind));
        }
        let is_ours = self.kind != DispatchKind::Submission;
        if is_ours {
            if self.mailbox.is_empty() {
                designation.clone_into(&mut self.mailbox);
            }
            if self.dispatch.is_empty() {
                dispatch.clone_into(&mut self.dispatch);
            }
        }
        let id_agrees = is_ours || self.dispatch == dispatch;
        let here = self.mailbox == designation && id_agrees;
        here.then_some(self).ok_or(ManifestError::Elsewhere)
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
            Member::Manifest | Member::Note => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        Manifest {
            version: 1,
            kind: DispatchKind::Submission,
            dispatch: "ab".into(),
            mailbox: "brave-heron".into(),
            source_recipients: vec!["age1x".into()],
            team: "team".into(),
            recipients: vec!["age1y".into()],
            day: "2026-11-21".into(),
            author: String::new(),
            message: "Bonjour".into(),
            answers: Vec::new(),
            files: vec![FileEntry::new(0, "contrat.pdf".into(), 3, "00".repeat(32))],
            resealed: None,
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
    fn a_dispatch_that_was_sealed_again_is_the_same_one() {
        let resealed = Resealed { day: "2026-11-30".into(), recipients: vec!["age1z".into()] };
        let again = Manifest { resealed: Some(resealed), ..sample() };
        assert!(Manifest::parse(&again.to_json().unwrap()).unwrap() == again);
        assert!(again != sample() && again.is_same(&sample()) && sample().is_same(&again));
        assert!(!again.is_same(&Manifest { message: "Salut".into(), ..sample() }));
    }

    fn found_at(manifest: Manifest, place: (&str, &str)) -> Result<Manifest, ManifestError> {
        let member = Member::manifest_of(manifest.kind);
        manifest.found_at(place.0, place.1, member)
    }

    #[test]
    fn a_submission_belongs_to_one_place() {
        let here = ("brave-heron", "ab");
        assert!(found_at(sample(), here) == Ok(sample()));
        for place in [("brave-heron", "cd"), ("calm-heron", "ab")] {
            assert!(found_at(sample(), place) == Err(ManifestError::Elsewhere));
        }
        // What only a reply may leave out.
        let nameless = Manifest { mailbox: String::new(), ..sample() };
        assert!(found_at(nameless, here) == Err(ManifestError::Elsewhere));
        let without_id = Manifest { dispatch: String::new(), ..sample() };
        assert!(found_at(without_id, here) == Err(ManifestError::Elsewhere));
    }

    #[test]
    fn a_reply_belongs_to_its_mailbox_under_any_id() {
        let reply = Manifest { kind: DispatchKind::Reply, ..sample() };
        assert!(found_at(reply.clone(), ("brave-heron", "cd")) == Ok(reply.clone()));
        assert!(found_at(reply.clone(), ("calm-heron", "ab")) == Err(ManifestError::Elsewhere));
        let short = Manifest { mailbox: String::new(), dispatch: String::new(), ..reply.clone() };
        assert!(found_at(short, ("brave-heron", "ab")) == Ok(reply));
    }

    #[test]
    fn a_note_is_one_under_the_name_of_a_note_alone() {
        let here = ("brave-heron", "cd");
        let of = |kind| Manifest { kind, author: "anne".into(), ..sample() };
        let note = of(DispatchKind::Note);
        assert!(Manifest::parse(&note.to_json().unwrap()).unwrap() == note);
        assert!(found_at(note.clone(), here) == Ok(note.clone()));
        assert!(found_at(note, ("calm-heron", "cd")) == Err(ManifestError::Elsewhere));
        for (kind, member) in [
            (DispatchKind::Note, Member::Manifest),
            (DispatchKind::Reply, Member::Note),
            (DispatchKind::Submission, Member::Note),
        ] {
            let found = of(kind).found_at("brave-heron", "ab", member);
            assert!(matches!(found, Err(ManifestError::OtherKind(named, _)) if named == member));
        }
    }

    #[test]
    fn recipients_are_read_in_canonical_form() {
        const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
        let typed = Manifest {
            source_recipients: vec![format!(" {KEY}\n")],
            recipients: vec!["age1y".into(), KEY.to_uppercase(), KEY.into(), "age1y".into()],
            ..sample()
        };
        let read = Manifest::parse(&typed.to_json().unwrap()).unwrap();
        assert_eq!(read.source_recipients, [KEY]);
        assert_eq!(read.recipients, ["age1y", KEY]);
    }

    #[test]
    fn what_contradicts_is_refused() {
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
