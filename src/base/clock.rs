//! Time as an argument. Whatever is stored knows days only; seconds serve tickets, in memory.
//!
//! A clock may be wrong, and days decide what is removed. So a clock gives no [`Day`], only a [`ClockDay`];
//! [`Recorded`] makes a day of it, where it follows the last recorded one.

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
        u64::try_from(self.0).unwrap_or(0).saturating_mul(DAY)
    }

    fn date(self) -> Option<time::Date> {
        time::Date::from_ordinal_date(1970, 1)
            .ok()
            // `Duration::days` panics where this is too large.
            .zip(self.0.checked_mul(24 * 60 * 60))
            .and_then(|(epoch, seconds)| epoch.checked_add(time::Duration::seconds(seconds)))
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

    /// Today, in UTC, if the clock is right.
    pub fn day(&self) -> ClockDay {
        ClockDay(Day(i64::try_from(self.seconds() / DAY).unwrap_or(i64::MAX)))
    }
}

/// The day that a clock says. To be shown, and compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockDay(Day);

impl ClockDay {
    /// As a day, where there is nothing to compare it with and nothing is stored: an editor's own machine.
    pub fn unproven(self) -> Day {
        self.0
    }
}

impl fmt::Display for ClockDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The largest step of the clock, in days, that is believed without a confirmation.
const STEP: i64 = 3;

/// What a store remembers of the days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The last day that was sure; where none is recorded, the newest day of what is stored.
    pub last: Option<Day>,
    /// Whether `last` was recorded. Such days never go backwards.
    pub is_kept: bool,
    /// What the clock said when it was last confirmed, by the operator or by tor.
    pub confirmed: Option<Day>,
    /// Confirmed steps: the last day before, and the first one after. In their order.
    pub gaps: Vec<(Day, Day)>,
}

/// The clock says a day that does not follow the last recorded one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// What it says.
    pub clock: ClockDay,
    /// The last day that was sure.
    pub last: Day,
}

/// What holds meanwhile, and the remedy.
impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clock, last } = self;
        let remedy = if clock.0 > *last {
            "set it; or, if it is right (the box was off), run: sourdine check --clock-is-right"
        } else {
            "set it; if it is right, wait: recorded days never go back"
        };
        write!(
            f,
            "the clock says {clock}, but the last sure day is {last}: until that is settled nothing is \
             removed when its time is up, and {last} is written for today; {remedy}"
        )
    }
}

impl Recorded {
    /// Today, if that is sure.
    pub fn today(&self, clock: ClockDay) -> Result<Day, Doubt> {
        let ClockDay(now) = clock;
        let Some(last) = self.last else { return Ok(now) };
        // A clock that is set back a little around midnight is no fault.
        if (last.0.saturating_sub(1)..=last.0.saturating_add(STEP)).contains(&now.0) {
            return Ok(now.max(last));
        }
        let follows = |day: Day| (day.0..=day.0.saturating_add(STEP)).contains(&now.0);
        if self.confirmed.is_some_and(follows) && (now > last || !self.is_kept) {
            return Ok(now);
        }
        Err(Doubt { clock, last })
    }

    /// Notes a day that is sure.
    pub fn keep(&mut self, day: Day) {
        if let Some(last) = self.last {
            if self.is_kept && day <= last {
                return;
            }
            if day.0 > last.0.saturating_add(STEP) {
                self.gaps.push((last, day));
            }
        }
        (self.last, self.is_kept) = (Some(day), true);
    }

    /// The first day that is still kept, of what is kept for so many days. Days of a confirmed step do not
    /// count: the box was off, or its clock was in doubt.
    pub fn cutoff(&self, today: Day, kept: i64) -> Day {
        let from_the_last = self.gaps.iter().rev();
        Day(from_the_last.fold(today.0.saturating_sub(kept), |cutoff, (before, after)| {
            if cutoff > after.0 { cutoff } else { cutoff.saturating_sub(after.0 - before.0) }
        }))
    }

    /// The last day on which something that was written on `day` is kept.
    pub fn last_day(&self, day: Day, kept: i64) -> Day {
        let gaps = self.gaps.iter().filter(|(before, _)| day <= *before);
        let uncounted: i64 = gaps.map(|(before, after)| after.0.saturating_sub(before.0)).sum();
        Day(day.0.saturating_add(kept).saturating_add(uncounted))
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
        assert_eq!(clock.day().to_string(), "1970-01-01");
        hand.set(1_795_305_599);
        assert_eq!(clock.day().to_string(), "2026-11-21");
        assert_eq!(clock.day().unproven().midnight(), 1_795_219_200);
        // A form or a backup may name any day.
        for day in [i64::MIN, -1_000_000_000, i64::MAX / 86_400, i64::MAX].map(Day) {
            assert_eq!(
                (day.to_string(), day.midnight() % 2),
                (format!("day {}", day.0), day.midnight() % 2)
            );
        }
    }

    fn kept(last: i64) -> Recorded {
        let mut recorded = Recorded::default();
        recorded.keep(Day(last));
        recorded
    }

    fn says(recorded: &Recorded, day: i64) -> Result<i64, i64> {
        recorded.today(ClockDay(Day(day))).map(|day| day.0).map_err(|doubt| doubt.last.0)
    }

    #[test]
    fn a_step_of_three_days_is_believed_and_a_longer_one_is_not() {
        let recorded = kept(100);
        for (clock, today) in [
            (99, Ok(100)),
            (100, Ok(100)),
            (103, Ok(103)),
            (104, Err(100)),
            (310, Err(100)),
            (98, Err(100)),
            (0, Err(100)),
            (i64::MAX, Err(100)),
        ] {
            assert_eq!(says(&recorded, clock), today, "{clock}");
        }
        assert_eq!(says(&Recorded::default(), 310), Ok(310), "nothing to compare with");
    }

    #[test]
    fn a_confirmed_day_holds_for_what_the_clock_said_then_and_never_goes_back() {
        let confirmed = |day| Recorded { confirmed: Some(Day(day)), ..kept(100) };
        assert_eq!(says(&confirmed(310), 310), Ok(310));
        assert_eq!(says(&confirmed(310), 313), Ok(313));
        assert_eq!(says(&confirmed(310), 314), Err(100));
        assert_eq!(says(&confirmed(310), 309), Err(100));
        assert_eq!(says(&confirmed(50), 50), Err(100));
        // Where nothing was recorded yet, what is stored may be of a wrong clock itself.
        let unkept = Recorded { is_kept: false, ..confirmed(50) };
        assert_eq!(says(&unkept, 50), Ok(50));
        let mut recorded = kept(100);
        recorded.keep(Day(99));
        assert_eq!(recorded.last, Some(Day(100)));
    }

    /// Whatever the gaps: something goes on the day after the last that was shown for it, once.
    #[test]
    fn what_is_shown_and_what_is_removed_agree_over_gaps() {
        let mut recorded = kept(100);
        recorded.keep(Day(130));
        recorded.keep(Day(133));
        recorded.keep(Day(140));
        assert_eq!(recorded.gaps, [(Day(100), Day(130)), (Day(133), Day(140))]);
        for kept in [0, 1, 7, 30, 90] {
            for written in (90..=100).chain(130..=133).chain(140..=150) {
                let last = recorded.last_day(Day(written), kept);
                let goes = |today| Day(written) < recorded.cutoff(Day(today), kept);
                assert!(!goes(last.0) && goes(last.0 + 1), "{written}, kept for {kept}");
            }
        }
        // Written while the clock was in doubt, with the last sure day: all its days are still to come.
        assert_eq!(recorded.last_day(Day(133), 7), Day(147));
    }
}
