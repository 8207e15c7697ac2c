//! Time as an argument. Whatever is stored knows days only; seconds serve tickets, in memory.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const DAY: u64 = 24 * 60 * 60;

/// A day of UTC, counted from 1970-01-01. The finest time that is ever written to disk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(pub i64);

impl Day {
    /// Seconds from the epoch to 00:00 UTC of this day.
    pub fn midnight(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0) * DAY
    }

    fn date(self) -> Option<time::Date> {
        time::Date::from_ordinal_date(1970, 1)
            .ok()
            .and_then(|epoch| epoch.checked_add(time::Duration::days(self.0)))
    }
}

/// ISO 8601, `2026-11-21`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => {
                write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
            }
            None => write!(f, "day {}", self.0),
        }
    }
}

/// A source of time: the system's, or one that a test moves.
#[derive(Clone, Debug)]
pub struct Clock(Inner);

#[derive(Clone, Debug)]
enum Inner {
    System,
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Inner::System)
    }

    /// A clock that stands still until [`ManualClock::set`] moves it.
    pub fn manual(seconds: u64) -> (Self, ManualClock) {
        let cell = Arc::new(AtomicU64::new(seconds));
        (Self(Inner::Manual(cell.clone())), ManualClock(cell))
    }

    /// Seconds since the epoch.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn seconds(&self) -> u64 {
        match &self.0 {
            Inner::System => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
            Inner::Manual(cell) => cell.load(Ordering::Relaxed),
        }
    }

    /// Today, in UTC.
    pub fn today(&self) -> Day {
        Day(i64::try_from(self.seconds() / DAY).unwrap_or(i64::MAX))
    }
}

/// The hand on a clock made by [`Clock::manual`].
#[derive(Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// Moves the clock to `seconds` since the epoch.
    pub fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_prints_as_iso_8601_and_knows_its_midnight() {
        let (clock, hand) = Clock::manual(0);
        assert_eq!(clock.today().to_string(), "1970-01-01");
        hand.set(1_795_305_599);
        assert_eq!(clock.today().to_string(), "2026-11-21");
        assert_eq!(clock.today().midnight(), 1_795_219_200);
    }
}
