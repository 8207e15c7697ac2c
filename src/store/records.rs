//! What the store keeps, as others see it.

use crate::base::clock::Day;
use crate::base::ids::{DispatchId, DraftId, FileId, Fingerprint, KeySet, MailboxId};
use crate::base::kind::DispatchKind;

/// How the vault is written. The default was chosen by `tests/bench`; see the figures in its README.md.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// Bytes of a page of the vault.
    pub page_size: u32,
    /// Bytes of ciphertext in one row.
    pub chunk: usize,
    /// Bytes after which a transaction is committed, whoever waits.
    pub transaction: u64,
    /// Write-ahead log instead of a rollback journal (twice the bytes; for comparison).
    pub wal: bool,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { page_size: 65_536, chunk: 1 << 20, transaction: 64 << 20, wal: false }
    }
}

/// A mailbox as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Derived from the code.
    pub id: MailboxId,
    /// Its name among editors.
    pub designation: String,
    /// The recipients of replies, separated by spaces.
    pub source_recipients: String,
}

/// A dispatch as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    /// Random.
    pub id: DispatchId,
    /// Which way.
    pub kind: DispatchKind,
    /// Id of the team.
    pub team: String,
    /// When it was sent.
    pub day: Day,
    /// The day of the first fetch by an editor.
    pub fetched: Option<Day>,
    /// The manifest first, then the files in their order.
    pub members: Vec<StoredFile>,
}

/// One sealed file in the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Where.
    pub id: FileId,
    /// Bytes of ciphertext.
    pub size: u64,
}

/// Everything that publishing a dispatch writes, at once or not at all.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its mailbox, made if it is new.
    pub mailbox: Mailbox,
    /// The dispatch itself; `members` come from this upload, or from the draft.
    pub dispatch: Dispatch,
    /// The team's keys that it is sealed to, where that is known.
    pub sealed_to: Option<KeySet>,
    /// What goes from a draft with it.
    pub draft: Option<FromDraft>,
    /// Of a reply or a note: the account that sent it, or brought it sealed.
    pub sent_by: Option<String>,
}

/// How many dispatches of a team are sealed to the same keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTo {
    /// Id of the team.
    pub team: String,
    /// None where it is not known.
    pub keys: Option<Vec<Fingerprint>>,
    /// So many.
    pub dispatches: u64,
}

/// What became of a publication.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Published {
    /// It is durable.
    Now,
    /// A dispatch of this id was stored earlier; nothing changed.
    Before,
}

/// A draft as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Random.
    pub id: DraftId,
    /// Id of the team it is meant for.
    pub team: String,
    /// Of the last addition.
    pub day: Day,
    /// Opaque: sealed to the source.
    pub head: Vec<u8>,
    /// In the order they arrived.
    pub files: Vec<HeldFile>,
}

/// One file of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFile {
    /// Where.
    pub file: StoredFile,
    /// Opaque: sealed to the source.
    pub detail: Vec<u8>,
}

/// What a publication takes out of a draft.
#[derive(Clone, Debug)]
pub enum FromDraft {
    /// All of it, and only as it was read.
    Whole(Draft),
    /// These files.
    Files {
        /// Whose they are.
        draft: DraftId,
        /// Which.
        files: Vec<FileId>,
        /// The head of the draft, as long as other files are left in it.
        rest: Vec<u8>,
    },
}

impl FromDraft {
    /// The files that leave the draft.
    pub(super) fn files(&self) -> Vec<FileId> {
        match self {
            Self::Whole(draft) => draft.files.iter().map(|held| held.file.id).collect(),
            Self::Files { files, .. } => files.clone(),
        }
    }
}
