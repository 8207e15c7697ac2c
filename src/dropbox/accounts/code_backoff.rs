//! Wrong codes with the right passphrase. After five of them, an account is checked again only after a while,
//! which doubles with each further one, up to an hour. Only somebody who has the passphrase gets this far, so
//! no stranger can lock an editor out. In memory only.

use crate::base::clock::Day;

/// Wrong codes without a wait.
const FREE: u32 = 5;
/// Seconds to wait after the fifth, and at most.
const FIRST: u64 = 30;
const LONGEST: u64 = 60 * 60;

/// What is remembered of one account.
#[derive(Default)]
pub struct CodeBackoff {
    /// Of an account with another login, nothing of the old one counts.
    credential_version: [u8; 16],
    wrong: u32,
    /// When the last try was checked, in seconds.
    last: u64,
    /// When the team was last told.
    told: Option<Day>,
}

impl CodeBackoff {
    /// Whether a code may be checked now. If so, it counts as wrong until it [succeeds](Self::succeed), so that
    /// two at once are two tries.
    pub fn begin(&mut self, credential_version: [u8; 16], now: u64) -> bool {
        if self.credential_version != credential_version {
            *self = Self { credential_version, ..Self::default() };
        }
        // A clock that was set back must not make the wait longer.
        if now.checked_sub(self.last).is_some_and(|since| since < wait_after(self.wrong)) {
            return false;
        }
        self.wrong = self.wrong.saturating_add(1);
        self.last = now;
        true
    }

    /// The code was right. The day stays, so that nothing is told twice.
    pub fn succeed(&mut self) {
        self.wrong = 0;
    }

    /// The code was wrong; whether the team is to be told: from the fifth on, once a day.
    pub fn fail(&mut self, today: Day) -> bool {
        self.wrong >= FREE && self.told.replace(today) != Some(today)
    }
}

/// Seconds between the last of so many wrong codes and the next try.
fn wait_after(wrong: u32) -> u64 {
    match wrong.checked_sub(FREE) {
        None => 0,
        Some(more) => (FIRST << more.min(10)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: [u8; 16] = [1; 16];
    const NOW: u64 = 1_795_305_600;

    #[test]
    fn the_wait_doubles_after_five_up_to_an_hour() {
        let waits: Vec<_> = (0..14).map(wait_after).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(wait_after(u32::MAX), LONGEST);
    }

    #[test]
    fn a_guesser_who_never_stops_has_some_thirty_tries_a_day() {
        let mut account = CodeBackoff::default();
        let tries = (0..24 * 60 * 60).filter(|second| account.begin(LOGIN, NOW + second)).count();
        assert_eq!(
            tries,
            5 + 7 + 22,
            "five free, seven until the wait is an hour, then one an hour"
        );
    }

    #[test]
    fn a_right_code_ends_it_and_so_does_another_login() {
        let mut account = CodeBackoff::default();
        let guess = |account: &mut CodeBackoff| {
            (0..5).for_each(|_| assert!(account.begin(LOGIN, NOW)));
            assert!(!account.begin(LOGIN, NOW + 29));
        };
        guess(&mut account);
        assert!(account.begin(LOGIN, NOW + 30));
        account.succeed();
        guess(&mut account);
        assert!(account.begin([2; 16], NOW));
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let mut account = CodeBackoff::default();
        (0..5).for_each(|_| assert!(account.begin(LOGIN, NOW)));
        assert!(account.begin(LOGIN, NOW - 1_000_000));
    }

    #[test]
    fn the_team_is_told_from_the_fifth_on_once_a_day() {
        let mut account = CodeBackoff::default();
        let (today, tomorrow) = (Day(1), Day(2));
        for number in 1..=5 {
            assert!(account.begin(LOGIN, NOW));
            assert_eq!(account.fail(today), number == 5);
        }
        assert!(account.begin(LOGIN, NOW + 30));
        assert!(!account.fail(today) && account.fail(tomorrow));
    }
}
