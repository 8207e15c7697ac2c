//! Visits that were left: no form of theirs is good any more, before a restart or after.

use super::error::StoreError;
use super::handle::Store;
use crate::base::clock::Day;

/// Visits that are remembered. Beyond this number those of the oldest day are forgotten, so that a stranger
/// cannot fill the disk.
const MOST: u32 = 100_000;

impl Store {
    /// Notes that a visit was left, durably.
    pub fn burn(&self, visit: [u8; 16], day: Day) -> Result<(), StoreError> {
        self.0.writer.index(move |db| {
            db.prepare_cached("INSERT OR IGNORE INTO burned (visit, day) VALUES (?, ?)")?
                .execute((visit, day.0))?;
            db.prepare_cached(
                "DELETE FROM burned WHERE visit IN (SELECT visit FROM burned ORDER BY day
                 LIMIT max(0, (SELECT count(*) FROM burned) - ?))",
            )?
            .execute([MOST])?;
            Ok(())
        })
    }

    /// Whether a visit was left.
    pub fn is_burned(&self, visit: [u8; 16]) -> Result<bool, StoreError> {
        self.index(|db| db.prepare_cached("SELECT 1 FROM burned WHERE visit = ?")?.exists([visit]))
    }
}
