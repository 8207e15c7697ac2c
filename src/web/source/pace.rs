//! How fast one circuit may go on: what costs the server something waits for its turn, and what would
//! have to wait too long is refused. Over loopback nobody is told from another, and nothing is held up.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::base::circuit::Circuit;

/// What one circuit may ask for at once.
const CHECKS: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
const DROPS: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
/// And then in a minute.
const CHECKS_A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
const DROPS_A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(5);
/// Whoever would wait longer is refused.
const PATIENCE: Duration = Duration::from_secs(10);
type Limiter = RateLimiter<Circuit, HashMapStateStore<Circuit>, MonotonicClock>;

/// The pace of every circuit.
pub struct Pace {
    checks: Limiter,
    drops: Limiter,
}

impl Default for Pace {
    fn default() -> Self {
        let limiter = |each, burst| {
            let quota = Quota::per_minute(each).allow_burst(burst);
            RateLimiter::hashmap_with_clock(quota, MonotonicClock)
        };
        let checks = limiter(CHECKS_A_MINUTE, CHECKS);
        Self { checks, drops: limiter(DROPS_A_MINUTE, DROPS) }
    }
}

impl Pace {
    /// Forgets circuits that may do again all that they might at first.
    pub fn forget(&self) {
        self.checks.retain_recent();
        self.drops.retain_recent();
    }

    /// Waits until this circuit may have a code checked, or end a visit; false if that is too long.
    pub async fn check(&self, circuit: Circuit) -> bool {
        turn(&self.checks, circuit).await
    }

    /// Waits until it may send a form with documents.
    pub async fn drop(&self, circuit: Circuit) -> bool {
        turn(&self.drops, circuit).await
    }
}

async fn turn(limiter: &Limiter, circuit: Circuit) -> bool {
    if !circuit.is_known() {
        return true;
    }
    let mut patience = PATIENCE;
    while let Err(early) = limiter.check_key(&circuit) {
        let wait = early.wait_time_from(MonotonicClock.now());
        let Some(left) = patience.checked_sub(wait) else { return false };
        patience = left;
        tokio::time::sleep(wait).await;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_circuit_goes_on_at_its_pace_and_no_other_waits_for_it() {
        let (pace, hog) = (Pace::default(), Circuit::Tor(1));
        for _ in 0..CHECKS.get() {
            assert!(pace.check(hog).await);
        }
        // The clock of the limiter is not the paused one: whoever waits in vain is refused in the end.
        assert!(!pace.check(hog).await);
        assert!(pace.check(Circuit::Tor(2)).await);
        assert!(pace.drop(hog).await);
    }

    #[tokio::test]
    async fn the_next_turn_comes_after_a_second() {
        let (pace, hog) = (Pace::default(), Circuit::Tor(1));
        for _ in 0..=CHECKS.get() {
            assert!(pace.check(hog).await);
        }
    }

    #[tokio::test]
    async fn over_loopback_nothing_is_held_up() {
        let pace = Pace::default();
        for _ in 0..1000 {
            assert!(pace.check(Circuit::Local).await && pace.drop(Circuit::Local).await);
        }
    }

    #[tokio::test]
    async fn circuits_that_come_once_are_not_remembered_for_ever() {
        let quick = || {
            let quota = Quota::per_second(NonZeroU32::MAX);
            RateLimiter::hashmap_with_clock(quota, MonotonicClock)
        };
        let pace = Pace { checks: quick(), drops: quick() };
        for number in 0..1000 {
            assert!(
                pace.check(Circuit::Tor(number)).await && pace.drop(Circuit::Tor(number)).await
            );
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        pace.forget();
        assert_eq!(pace.checks.len() + pace.drops.len(), 0);
    }
}
