//! Slots for uploads: forms with documents, and forms above 64 KiB. The last eighth of them is for small ones.
//! When all are taken, the slowest below a floor gives way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::base::circuit::Circuit;
use crate::base::limits;
use crate::web::slots::{Slot, Slots};

/// Bytes a second below which an upload may be evicted: a sixth of what a bad circuit carries.
const FLOOR: u64 = 8 * 1024;
/// An upload is not judged earlier, nor by a shorter time: circuits stall for a while. The uploads of one
/// circuit share this time, so that nobody fills all slots with ever new uploads of a few circuits.
const GRACE: Duration = Duration::from_secs(30);

/// An upload while it arrives.
pub struct Transfer {
    begun: Instant,
    whole: AtomicBool,
    speed: Mutex<Speed>,
}

/// Bytes so far, and how many there were at two earlier moments, a grace apart.
struct Speed {
    received: u64,
    marks: [(Instant, u64); 2],
}

impl Default for Transfer {
    fn default() -> Self {
        let begun = Instant::now();
        let speed = Mutex::new(Speed { received: 0, marks: [(begun, 0); 2] });
        Self { begun, whole: AtomicBool::new(false), speed }
    }
}

impl Transfer {
    /// So many bytes more have arrived.
    pub fn add(&self, bytes: u64) {
        let mut speed = self.speed.lock().unwrap_or_else(PoisonError::into_inner);
        speed.received = speed.received.saturating_add(bytes);
        if speed.marks[1].0.elapsed() >= GRACE {
            speed.marks = [speed.marks[1], (Instant::now(), speed.received)];
        }
    }

    /// Everything has arrived: what is left to do is ours.
    pub fn complete(&self) {
        self.whole.store(true, Ordering::Release);
    }

    /// Bytes a second of late, where the upload may be evicted. Its circuit holds `held` slots.
    fn gives_way(&self, held: usize) -> Option<u64> {
        let grace = GRACE / u32::try_from(held).unwrap_or(u32::MAX).max(1);
        if self.whole.load(Ordering::Acquire) || self.begun.elapsed() < grace {
            return None;
        }
        let speed = self.speed.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, before) = speed.marks[0];
        let millis = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = (speed.received - before).saturating_mul(1000) / millis;
        (rate < FLOOR).then_some(rate)
    }
}

/// An upload that was admitted.
pub type Upload = Slot<u32, Transfer>;

/// All slots for uploads.
pub struct Uploads {
    slots: Arc<Slots<u32, Transfer>>,
    /// Left to small forms.
    spare: usize,
}

impl Uploads {
    /// `total` at once, of one circuit an eighth of them.
    pub fn new(total: usize) -> Self {
        Self { slots: Slots::new(total, (total / 8).max(2)), spare: total / 8 }
    }

    /// A slot for a form of `announced` bytes; `None` when all are used well.
    pub fn acquire(&self, circuit: Circuit, announced: u64) -> Option<Upload> {
        let spare = if announced <= limits::SMALL { 0 } else { self.spare };
        let key = circuit.number();
        self.slots.acquire_or_evict(key, Transfer::default(), spare, Transfer::gives_way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: u64 = limits::SMALL;

    fn acquire(uploads: &Uploads, circuit: u32, announced: u64) -> Option<Upload> {
        uploads.acquire(Circuit::Tor(circuit), announced)
    }

    async fn wait(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_are_taken_the_slowest_below_the_floor_gives_way_after_its_grace() {
        let uploads = Uploads::new(8);
        let all: Vec<_> = (0..8).map(|circuit| acquire(&uploads, circuit, 1).unwrap()).collect();
        wait(29).await;
        assert!(acquire(&uploads, 9, 1).is_none(), "all are within their grace");
        wait(2).await;
        for (circuit, slot) in (1..).zip(&all) {
            slot.holder.about.add(circuit * 40_000);
        }
        all[1].holder.about.complete();
        let next = acquire(&uploads, 9, 1).unwrap();
        assert!(all[0].is_evicted() && all[1..].iter().all(|slot| !slot.is_evicted()));
        // The second is whole: what is left to do is ours.
        let _third = acquire(&uploads, 10, 1).unwrap();
        assert!(all[2].is_evicted() && !all[1].is_evicted() && !next.is_evicted());
        // All others are above the floor.
        for slot in &all[3..] {
            slot.holder.about.add(FLOOR * 31);
        }
        assert!(acquire(&uploads, 11, 1).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_was_quick_once_is_judged_by_what_it_does_of_late() {
        let uploads = Uploads::new(1);
        let slot = acquire(&uploads, 1, 1).unwrap();
        for _ in 0..3 {
            slot.holder.about.add(100 << 20);
            wait(31).await;
        }
        assert!(acquire(&uploads, 2, 1).is_none());
        for _ in 0..3 {
            slot.holder.about.add(1);
            wait(31).await;
        }
        assert!(acquire(&uploads, 2, 1).is_some() && slot.is_evicted());
    }

    #[tokio::test(start_paused = true)]
    async fn the_uploads_of_one_circuit_share_one_grace() {
        let uploads = Uploads::new(16);
        let all: Vec<_> = (0..16).map(|number| acquire(&uploads, number / 2, 1).unwrap()).collect();
        wait(14).await;
        assert!(acquire(&uploads, 9, 1).is_none());
        wait(2).await;
        let _next = acquire(&uploads, 9, 1).unwrap();
        assert_eq!(all.iter().filter(|slot| slot.is_evicted()).count(), 1);
        // Seven circuits hold two still; who holds one has half a minute.
        let rest: Vec<_> = (20..27).map(|circuit| acquire(&uploads, circuit, 1)).collect();
        assert!(rest.iter().all(Option::is_some));
        assert!(acquire(&uploads, 30, 1).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn some_slots_are_left_to_small_forms_and_a_circuit_has_its_share() {
        let uploads = Uploads::new(32);
        let large: Vec<_> =
            (0..28).map(|circuit| acquire(&uploads, circuit, SMALL + 1).unwrap()).collect();
        assert!(acquire(&uploads, 40, SMALL + 1).is_none());
        let small: Vec<_> = (0..4).map(|_| acquire(&uploads, 41, SMALL).unwrap()).collect();
        drop(large);
        assert!(acquire(&uploads, 41, SMALL).is_none(), "four of 32 are one circuit's share");
        drop(small);
        assert!(acquire(&uploads, 41, SMALL).is_some());
    }
}
