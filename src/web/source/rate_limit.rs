//! How often one circuit may ask for what costs the server something. The next request waits its turn; one
//! that would wait too long is refused. Over loopback nobody can be told apart, and nothing waits.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::MonotonicClock;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::base::circuit::Circuit;

/// What one circuit may ask for at once.
const CODES: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
const FORMS: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
/// And then in a minute.
const CODES_A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(59);
const FORMS_A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(5);
/// Whoever would wait longer is refused.
const PATIENCE: Duration = Duration::from_secs(10);
type Limiter = RateLimiter<u32, HashMapStateStore<u32>, MonotonicClock>;

/// The rate of every circuit.
pub struct RateLimit {
    codes: Limiter,
    forms: Limiter,
}

impl Default for RateLimit {
    fn default() -> Self {
        let limiter = |each, burst| {
            let quota = Quota::per_minute(each).allow_burst(burst);
            RateLimiter::hashmap_with_clock(quota, MonotonicClock)
        };
        Self { codes: limiter(CODES_A_MINUTE, CODES), forms: limiter(FORMS_A_MINUTE, FORMS) }
    }
}

impl RateLimit {
    /// Forgets circuits that may do again all that they might at first.
    pub fn forget(&self) {
        self.codes.retain_recent();
        self.forms.retain_recent();
    }

    /// Waits until this circuit may have a code checked, or end a visit; false if that is too long.
    pub async fn code(&self, circuit: Circuit) -> bool {
        in_turn(&self.codes, circuit).await
    }

    /// Waits until it may send a form with documents, or a large one.
    pub async fn form(&self, circuit: Circuit) -> bool {
        in_turn(&self.forms, circuit).await
    }
}

async fn in_turn(limiter: &Limiter, circuit: Circuit) -> bool {
    let Some(number) = circuit.number() else { return true };
    tokio::time::timeout(PATIENCE, limiter.until_key_ready(&number)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_circuit_goes_on_at_its_rate_and_no_other_waits_for_it() {
        let (limit, stranger) = (RateLimit::default(), Circuit::Tor(1));
        for _ in 0..CODES.get() {
            assert!(limit.code(stranger).await);
        }
        // The clock of the limiter is not the paused one: whoever waits in vain is refused in the end.
        assert!(!limit.code(stranger).await);
        assert!(limit.code(Circuit::Tor(2)).await);
        assert!(limit.form(stranger).await);
    }

    #[tokio::test]
    async fn the_next_turn_comes_after_a_second() {
        let (limit, stranger) = (RateLimit::default(), Circuit::Tor(1));
        for _ in 0..=CODES.get() {
            assert!(limit.code(stranger).await);
        }
    }

    #[tokio::test]
    async fn over_loopback_nothing_is_held_up() {
        let limit = RateLimit::default();
        for _ in 0..1000 {
            assert!(limit.code(Circuit::Local).await && limit.form(Circuit::Local).await);
        }
    }

    #[tokio::test]
    async fn circuits_that_come_once_are_not_remembered_for_ever() {
        let quick = || {
            let quota = Quota::per_second(NonZeroU32::MAX);
            RateLimiter::hashmap_with_clock(quota, MonotonicClock)
        };
        let limit = RateLimit { codes: quick(), forms: quick() };
        for number in 0..1000 {
            let circuit = Circuit::Tor(number);
            assert!(limit.code(circuit).await && limit.form(circuit).await);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        limit.forget();
        assert_eq!(limit.codes.len() + limit.forms.len(), 0);
    }
}
