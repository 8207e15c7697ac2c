//! What `status` says: counts that are taken once a day, so that whoever asks often does not learn when a source came.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::access::Access;
use super::{Dropbox, Teams};
use crate::store::{Store, StoreError};

const FACT: &str = "snapshot";

/// Counts at one moment, and nothing about anyone.
#[derive(Serialize, Deserialize, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// As `2026-11-29`.
    pub day: String,
    /// All of them.
    pub mailboxes: u64,
    /// By team: all, and those that nobody has fetched.
    pub submissions: BTreeMap<String, (u64, u64)>,
    /// Who can open what, by team. None in one of before.
    #[serde(default)]
    pub access: BTreeMap<String, Access>,
    /// Answers.
    pub replies: u64,
    /// Held drafts.
    pub drafts: u64,
    /// Of those.
    pub draft_bytes: u64,
    /// Who may sign in at the desk.
    pub editors: u64,
    /// Stored.
    pub bytes: u64,
    /// Free on the disk.
    pub free: u64,
    /// Of the day before, by kind; what was told "busy" is among them.
    pub errors: BTreeMap<String, u64>,
}

impl Snapshot {
    /// As of now. Without teams, nothing is said of who can open what.
    pub fn now(store: &Store, teams: Option<&Teams>, day: String) -> Result<Self, StoreError> {
        let counts = store.counts()?;
        let submissions = counts.submissions.into_iter();
        Ok(Self {
            day,
            mailboxes: counts.mailboxes,
            submissions: submissions.map(|(team, all, new)| (team, (all, new))).collect(),
            access: match teams {
                Some(teams) => Access::of_teams(store, teams)?,
                None => BTreeMap::new(),
            },
            replies: counts.replies,
            drafts: counts.drafts.0,
            draft_bytes: counts.drafts.1,
            editors: store.accounts()?.len() as u64,
            bytes: counts.bytes,
            free: store.free_space()?,
            errors: BTreeMap::new(),
        })
    }

    /// The last one that `serve` took.
    pub fn last(store: &Store) -> Result<Option<Self>, StoreError> {
        let fact = store.fact(FACT)?.unwrap_or_default();
        Ok(serde_json::from_slice(&fact).ok())
    }

    /// Submissions that nobody has fetched.
    pub fn waiting(&self) -> u64 {
        self.submissions.values().map(|(_, new)| new).sum()
    }
}

impl Dropbox {
    /// Takes the counts of the day, for [`Snapshot::last`]. Blocks.
    pub fn take_snapshot(&self, errors: Vec<(&'static str, u64)>) -> Result<(), StoreError> {
        let mut snapshot =
            Snapshot::now(self.store(), Some(&self.teams()), self.today().to_string())?;
        snapshot.errors = errors.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect();
        let text = serde_json::to_vec(&snapshot).unwrap_or_default();
        self.store().set_fact(FACT, text)
    }
}
