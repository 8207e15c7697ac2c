//! What is past its day goes: drafts, fetched submissions, replies, silent mailboxes.

use std::time::Duration;

use super::Dropbox;
use crate::store::{Cutoffs, StoreError};

/// Things of each sort that one step removes: short enough that uploads do not notice.
const AT_ONCE: u32 = 32;
/// Days that a team's journal is kept.
pub const JOURNAL: i64 = 90;
/// The same for the list of a download.
pub const DOWNLOAD: i64 = 7;
/// Between two steps.
const PAUSE: Duration = Duration::from_millis(100);

impl Dropbox {
    /// Removes everything that is past its day, a little at a time; says how many things that were. Nothing
    /// while the clock is in doubt. Blocks.
    pub fn expire(&self) -> Result<usize, StoreError> {
        if self.keep_day()?.is_some() {
            return Ok(0);
        }
        let (today, kept) = (self.today(), self.limits().retention);
        let before = |kept| self.recorded().cutoff(today, kept);
        let cutoffs = Cutoffs {
            drafts: before(kept.drafts),
            fetched: before(kept.fetched),
            replies: before(kept.replies),
            silent: before(kept.silent),
            journal: before(JOURNAL),
            frozen: before(DOWNLOAD),
        };
        let mut removed = 0;
        loop {
            match self.store().expire(cutoffs, AT_ONCE)? {
                0 => return Ok(removed),
                some => removed += some,
            }
            std::thread::sleep(PAUSE);
        }
    }
}
