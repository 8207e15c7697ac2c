//! What a reply says of itself, be it sealed offline or at the desk.

use super::manifest::{FileEntry, Manifest, VERSION};
use crate::base::clock::Day;
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::seal::{Recipients, SealError};

/// A mailbox that is answered, and who answers.
pub struct Correspondence {
    /// Designation.
    pub mailbox: String,
    /// The source's keys.
    pub source_recipients: Vec<String>,
    /// Id of the team.
    pub team: String,
    /// The team's keys.
    pub team_recipients: Vec<String>,
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
    /// Whom a reply is sealed to: the source and the team.
    pub fn recipients(&self) -> Result<Recipients, ReplyError> {
        if self.source_recipients.is_empty() {
            return Err(ReplyError::NoSource);
        }
        let all = self.source_recipients.iter().chain(&self.team_recipients);
        let all = all.map(|text| text.parse::<Recipient>()).collect::<Result<_, _>>()?;
        Ok(Recipients::proven(all)?)
    }

    /// The manifest of a reply that is sealed to `recipients`.
    pub fn manifest(
        self,
        recipients: &Recipients,
        dispatch: DispatchId,
        day: Day,
        message: String,
        files: Vec<FileEntry>,
    ) -> Manifest {
        Manifest {
            version: VERSION,
            kind: DispatchKind::Reply,
            dispatch: dispatch.to_string(),
            mailbox: self.mailbox,
            source_recipients: self.source_recipients,
            team: self.team,
            recipients: recipients.texts(),
            day: day.to_string(),
            message,
            answers: Vec::new(),
            files,
        }
    }
}
