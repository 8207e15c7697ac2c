//! What a reply or a note says of itself, be it sealed offline or at the desk.

use super::manifest::{FileEntry, Manifest, VERSION};
use crate::base::clock::Day;
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::seal::{Recipients, SealError};

/// A mailbox that is answered, or that a note is about, and who writes.
pub struct Correspondence {
    /// A reply or a note.
    pub kind: DispatchKind,
    /// Designation.
    pub mailbox: String,
    /// The source's keys; a note is not for them.
    pub source_recipients: Vec<String>,
    /// Id of the team.
    pub team: String,
    /// The team's keys.
    pub team_recipients: Vec<String>,
    /// Of a note: who writes it. May be empty.
    pub author: String,
}

/// Why a mailbox cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// Its source has no key.
    #[error("this manifest names no key of its source; it cannot be answered")]
    NoSource,
    /// A key is none.
    #[error("a key in the manifest cannot be used: {0}")]
    Recipient(#[from] RecipientError),
    /// They cannot be sealed to together.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Correspondence {
    /// Whom it is sealed to: the team, and of a reply the source.
    pub fn recipients(&self) -> Result<Recipients, ReplyError> {
        let source: &[String] = match self.kind {
            DispatchKind::Note => &[],
            _ if self.source_recipients.is_empty() => return Err(ReplyError::NoSource),
            _ => &self.source_recipients,
        };
        let all = source.iter().chain(&self.team_recipients);
        let all = all.map(|text| text.parse::<Recipient>()).collect::<Result<_, _>>()?;
        Ok(Recipients::proven(all)?)
    }

    /// Its manifest, sealed to `recipients`. That of a note names no key of the source.
    pub fn manifest(
        self,
        recipients: &Recipients,
        dispatch: DispatchId,
        day: Day,
        message: String,
        files: Vec<FileEntry>,
    ) -> Manifest {
        let is_note = self.kind == DispatchKind::Note;
        let source_recipients = if is_note { Vec::new() } else { self.source_recipients };
        Manifest {
            version: VERSION,
            kind: self.kind,
            dispatch: dispatch.to_string(),
            mailbox: self.mailbox,
            source_recipients,
            team: self.team,
            recipients: recipients.texts(),
            day: day.to_string(),
            author: self.author,
            message,
            answers: Vec::new(),
            files,
            resealed: None,
        }
    }
}
