//! What a dispatch is.

use serde::{Deserialize, Serialize};

/// Submission or reply.
#[derive(Clone, Copy, Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum DispatchKind {
    /// From a source to a team.
    Submission,
    /// From a team to a source.
    Reply,
}

impl DispatchKind {
    /// As stored.
    pub const fn number(self) -> i64 {
        match self {
            Self::Submission => 0,
            Self::Reply => 1,
        }
    }
}
