//! What is past its day goes: drafts, fetched submissions, replies, silent mailboxes.

use std::time::Duration;

use super::Dropbox;
use crate::base::clock::Day;
use crate::store::{Cutoffs, StoreError};

/// Things of each sort that one step removes: short enough that uploads do not notice.
const AT_ONCE: u32 = 32;
/// Days that a team's journal is kept.
pub const JOURNAL: i64 = 90;
/// The same for the list of a download.
pub const DOWNLOAD: i64 = 7;
/// Days that a visit that was left is remembered; no form of it is taken longer.
pub const BURNED: i64 = 7;
/// Days before something expires that nobody fetched, from which on its editors are told.
pub const NOTICE: i64 = 14;
/// Between two steps.
const PAUSE: Duration = Duration::from_millis(100);

impl Dropbox {
    /// The last day of what an editor's teams were sent, nobody has fetched and expires first, where that is near.
    pub fn expires_unfetched(
        &self,
        reader: &str,
        teams: &[String],
    ) -> Result<Option<Day>, StoreError> {
        let kept = self.limits().retention.silent;
        let near = self.recorded().cutoff(Day(self.today().0 + NOTICE + 1), kept);
        let oldest = self.store().unfetched_before(reader, teams, near)?;
        Ok(oldest.map(|day| self.last_day(day, kept)))
    }

    /// Removes everything that is past its day, a little at a time; says how many things that were. Nothing
    /// while the clock is in doubt. Blocks.
    pub fn expire(&self) -> Result<usize, StoreError> {
        if self.keep_day()?.is_some() {
            return Ok(0);
        }
        let (today, kept) = (self.today(), self.limits().retention);
        let before = |kept| self.recorded().cutoff(today, kept);
        let cutoffs = Cutoffs {
            // Whoever could not send meanwhile keeps their draft.
            drafts: if self.closed().is_empty() { before(kept.drafts) } else { Day(i64::MIN) },
            fetched: before(kept.fetched),
            replies: before(kept.replies),
            silent: before(kept.silent),
            journal: before(JOURNAL),
            frozen: before(DOWNLOAD),
            burned: before(BURNED),
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
