//! Our clock beside the Tor network's.

use time::PrimitiveDateTime;
use time::macros::format_description;

/// Where our clock stands beside the time for which the network's consensus holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clocks {
    /// Within it.
    Agree,
    /// In words.
    Apart(String),
}

/// Compares seconds since the epoch with what GETINFO said of `consensus/valid-after` and `-until`, such as
/// `2026-11-22 01:00:00`. `None` where there is no consensus.
pub fn compare(now: u64, after: &str, until: &str) -> Option<Clocks> {
    let (after, until) = (seconds(after)?, seconds(until)?);
    Some(if now < after {
        Clocks::Apart(format!("the clock is {} behind the Tor network's", length(after - now)))
    } else if now > until {
        Clocks::Apart(format!("the clock is {} ahead of the Tor network's", length(now - until)))
    } else {
        Clocks::Agree
    })
}

fn seconds(text: &str) -> Option<u64> {
    let shape = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let time = PrimitiveDateTime::parse(text.trim(), shape).ok()?;
    u64::try_from(time.assume_utc().unix_timestamp()).ok()
}

/// Rounded: `3 hours`, `1 minute`.
fn length(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..5400 => (seconds.div_ceil(60), "minute"),
        5400..172_800 => ((seconds + 1800) / 3600, "hour"),
        _ => ((seconds + 43_200) / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_told_in_words() {
        let (after, until) = ("2026-11-22 01:00:00", "2026-11-22 04:00:00");
        let at = seconds(after).unwrap();
        let said = |now| match compare(now, after, until) {
            Some(Clocks::Apart(words)) => words,
            other => format!("{other:?}"),
        };
        assert_eq!(said(at + 60), "Some(Agree)");
        assert_eq!(said(at - 7200), "the clock is 2 hours behind the Tor network's");
        assert_eq!(said(at + 6 * 3600), "the clock is 3 hours ahead of the Tor network's");
        assert_eq!(said(at - 20), "the clock is 1 minute behind the Tor network's");
        assert_eq!(said(at - 40 * 86_400), "the clock is 40 days behind the Tor network's");
        assert_eq!(compare(0, "", until), None);
    }
}
