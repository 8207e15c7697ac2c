//! The recorded day. `serve` writes it on its beat, so that no visit decides when.

use rusqlite::Connection;

use super::error::StoreError;
use super::handle::Store;
use super::rows;
use crate::base::clock::{Day, Recorded};

const LAST: &str = "day";
const CONFIRMED: &str = "day-confirmed";
const GAPS: &str = "day-gaps";

impl Store {
    /// What is known of the days.
    pub fn recorded(&self) -> Result<Recorded, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            read(&snapshot)
        })
    }

    /// Records a day that is sure, unless a later one is recorded.
    pub fn record_day(&self, day: Day) -> Result<(), StoreError> {
        self.0.writer.index(move |db| {
            let mut recorded = read(db)?;
            recorded.keep(day);
            let last = recorded.last.map_or(0, |day| day.0);
            let gaps = recorded.gaps.iter().flat_map(|(from, to)| [from.0, to.0]);
            rows::set_fact(db, LAST, &last.to_be_bytes())?;
            Ok(rows::set_fact(db, GAPS, &gaps.flat_map(i64::to_be_bytes).collect::<Vec<_>>())?)
        })
    }

    /// Notes that the clock was right when it said this day; who serves goes on with it.
    pub fn confirm_day(&self, day: Day) -> Result<(), StoreError> {
        self.0.writer.index(move |db| Ok(rows::set_fact(db, CONFIRMED, &day.0.to_be_bytes())?))
    }
}

fn read(db: &Connection) -> rusqlite::Result<Recorded> {
    let days = |name| -> rusqlite::Result<Vec<Day>> {
        let bytes = rows::fact(db, name)?.unwrap_or_default();
        let eight = bytes.chunks_exact(8).filter_map(|eight| eight.try_into().ok());
        Ok(eight.map(|eight| Day(i64::from_be_bytes(eight))).collect())
    };
    let kept = days(LAST)?.first().copied();
    // What an older version stored without recording a day.
    let newest = "SELECT max(day) FROM (
        SELECT max(last_day) AS day FROM mailbox UNION ALL SELECT max(day) FROM draft
        UNION ALL SELECT max(day) FROM fetch)";
    let newest = || db.query_row(newest, [], |row| Ok(row.get::<_, Option<i64>>(0)?.map(Day)));
    Ok(Recorded {
        last: kept.map_or_else(newest, |day| Ok(Some(day)))?,
        is_kept: kept.is_some(),
        confirmed: days(CONFIRMED)?.first().copied(),
        gaps: days(GAPS)?.chunks_exact(2).map(|two| (two[0], two[1])).collect(),
    })
}
