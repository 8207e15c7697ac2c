//! What a dispatch is.

use serde::{Deserialize, Serialize};

/// Submission, reply or note.
#[derive(Clone, Copy, Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum DispatchKind {
    /// From a source to a team.
    Submission,
    /// From a team to a source.
    Reply,
    /// From an editor to their own team. The mailbox's source never learns of it.
    Note,
}

impl DispatchKind {
    /// As stored.
    pub const fn number(self) -> i64 {
        match self {
            Self::Submission => 0,
            Self::Reply => 1,
            Self::Note => 2,
        }
    }

    /// What is stored under this number.
    pub const fn of(number: i64) -> Self {
        match number {
            0 => Self::Submission,
            1 => Self::Reply,
            _ => Self::Note,
        }
    }
}
