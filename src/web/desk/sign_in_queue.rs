//! The queue for sign-ins. A check takes 64 MiB and a good part of a second, so one runs at a time, in the
//! order they came. A circuit has one try in ten seconds. Nothing is counted by name, so nobody can lock an
//! editor out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::base::circuit::Circuit;

/// Tries of one circuit in a minute, evenly spread; and the time between two.
const A_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(5);
const INTERVAL: Duration = Duration::from_secs(10);
/// Tries in the queue, with the one that is checked.
const PLACES: usize = 64;
/// Longest wait in the queue: a code ages meanwhile.
const PATIENCE: Duration = Duration::from_secs(30);

/// The circuit tries too often, or the queue is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Busy;

/// See the module.
pub struct SignInQueue {
    rate: RateLimiter<Circuit, HashMapStateStore<Circuit>, MonotonicClock>,
    places: Arc<Semaphore>,
    checking: Arc<Semaphore>,
}

/// Permission to check one sign-in. To be held until it is checked, also when the client has gone.
pub struct Turn {
    _place: OwnedSemaphorePermit,
    _checking: OwnedSemaphorePermit,
}

impl Default for SignInQueue {
    fn default() -> Self {
        let quota = Quota::per_minute(A_MINUTE).allow_burst(NonZeroU32::MIN);
        Self {
            rate: RateLimiter::hashmap_with_clock(quota, MonotonicClock),
            places: Arc::new(Semaphore::new(PLACES)),
            checking: Arc::new(Semaphore::new(1)),
        }
    }
}

impl SignInQueue {
    /// Waits for this circuit's turn.
    pub async fn enter(&self, circuit: Circuit) -> Result<Turn, Busy> {
        self.pace(circuit).await?;
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy)?;
        let checking = timeout(PATIENCE, self.checking.clone().acquire_owned()).await;
        let checking = checking.map_err(|_| Busy)?.map_err(|_| Busy)?;
        Ok(Turn { _place: place, _checking: checking })
    }

    /// Waits until this circuit may try again; not longer than one interval. Programs of this machine cannot be
    /// told apart and have no pace.
    async fn pace(&self, circuit: Circuit) -> Result<(), Busy> {
        if !circuit.is_known() {
            return Ok(());
        }
        let mut patience = INTERVAL;
        while let Err(early) = self.rate.check_key(&circuit) {
            let wait = early.wait_time_from(MonotonicClock.now());
            patience = patience.checked_sub(wait).ok_or(Busy)?;
            sleep(wait).await;
        }
        Ok(())
    }

    /// Forgets circuits whose interval is over.
    pub fn forget(&self) {
        self.rate.retain_recent();
        self.rate.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use tokio::task::JoinSet;

    /// Lets every task that can run do so.
    async fn settle() {
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_is_checked_at_a_time_in_the_order_they_came() {
        let queue = Arc::new(SignInQueue::default());
        let (running, mut all) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
        for circuit in 0..20 {
            let (queue, running) = (queue.clone(), running.clone());
            all.spawn(async move {
                let _turn = queue.enter(Circuit::Tor(circuit)).await.unwrap();
                assert_eq!(running.fetch_add(1, Relaxed), 0);
                sleep(Duration::from_millis(200)).await;
                running.fetch_sub(1, Relaxed);
                circuit
            });
            settle().await;
        }
        let mut order = Vec::new();
        while let Some(done) = all.join_next().await {
            order.push(done.unwrap());
        }
        assert_eq!(order, (0..20).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn a_circuit_that_tries_on_and_on_has_one_try_in_the_queue() {
        let queue = Arc::new(SignInQueue::default());
        let first = queue.enter(Circuit::Tor(1)).await.unwrap();
        let mut more = JoinSet::new();
        for _ in 0..50 {
            let queue = queue.clone();
            more.spawn(async move { queue.enter(Circuit::Tor(1)).await.map(drop) });
        }
        settle().await;
        assert_eq!(queue.places.available_permits(), PLACES - 1, "the others wait elsewhere");
        drop(first);
        assert!(
            queue.enter(Circuit::Tor(2)).await.is_ok(),
            "another circuit waits for none of them"
        );
        // The clock of the limiter is not the paused one: all of these wait in vain.
        assert!(more.join_all().await.iter().all(|done| *done == Err(Busy)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_says_busy_and_nobody_waits_for_ever() {
        let queue = Arc::new(SignInQueue::default());
        let held = queue.enter(Circuit::Tor(0)).await.unwrap();
        let mut waiting = JoinSet::new();
        for circuit in 1..64 {
            let queue = queue.clone();
            waiting.spawn(async move { queue.enter(Circuit::Tor(circuit)).await.map(drop) });
        }
        settle().await;
        assert_eq!(queue.enter(Circuit::Tor(100)).await.err(), Some(Busy));
        assert!(waiting.join_all().await.iter().all(|done| *done == Err(Busy)));
        assert_eq!(queue.places.available_permits(), PLACES - 1, "who gave up holds no place");
        drop(held);
        assert!(queue.enter(Circuit::Tor(101)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_went_away_holds_no_place() {
        let queue = Arc::new(SignInQueue::default());
        let held = queue.enter(Circuit::Tor(1)).await.unwrap();
        let other = queue.clone();
        let gone = tokio::spawn(async move { other.enter(Circuit::Tor(2)).await.map(drop) });
        settle().await;
        gone.abort();
        settle().await;
        assert_eq!(queue.places.available_permits(), PLACES - 1);
        drop(held);
        assert!(queue.enter(Circuit::Tor(3)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn programs_of_this_machine_have_no_pace_and_circuits_are_forgotten() {
        let queue = SignInQueue::default();
        for _ in 0..100 {
            assert!(queue.enter(Circuit::Local).await.is_ok());
        }
        let quick = Quota::per_second(NonZeroU32::MAX);
        let queue = SignInQueue {
            rate: RateLimiter::hashmap_with_clock(quick, MonotonicClock),
            ..SignInQueue::default()
        };
        for circuit in 0..1000 {
            assert!(queue.enter(Circuit::Tor(circuit)).await.is_ok());
        }
        // The limiter's clock is the machine's: what is remembered is over in a nanosecond.
        while !queue.rate.is_empty() {
            queue.forget();
        }
    }
}
