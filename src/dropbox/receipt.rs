//! What a source is told of a form.

use serde::{Deserialize, Serialize};

use super::written::Written;
use crate::base::clock::Day;

/// A file as its source knows it.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq, Hash)]
pub struct FileDetail {
    /// The sender's own name for it.
    pub name: String,
    /// Bytes, exact.
    pub size: u64,
    /// 64 hex digits.
    pub sha256: String,
}

/// What became of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is sent.
    Sent,
    /// The same form with the same content was sent before; this one was not stored.
    SentBefore,
    /// It is held as a draft, which was last added to on this day.
    Kept(Day),
}

/// What the source is told: exact names and sizes, while they are still in memory.
pub struct Receipt {
    /// Id of the team that it is for.
    pub team: String,
    /// What was written.
    pub written: Written,
    /// What was sent, or everything that the draft holds.
    pub files: Vec<FileDetail>,
    /// What the form's draft holds still: the form did not bring it.
    pub left: Vec<FileDetail>,
    /// Sent or kept.
    pub outcome: Outcome,
}
