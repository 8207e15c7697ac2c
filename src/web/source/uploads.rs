//! Places for uploads: some are kept for what is small, and when all are taken a newcomer gets the place
//! of a transfer that hardly moves, or of a circuit that holds more than others.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::base::circuit::Circuit;
use crate::base::limits;
use crate::web::roster::{Class, Entry, Held, Place, Rank, Roster, Rule};

/// Bytes a second below which a transfer may lose its place: a sixth of what a bad circuit carries.
pub const FLOOR: u64 = 8 * 1024;
/// A transfer is not judged before, and by no less than this: circuits stall for a while.
pub const GRACE: Duration = Duration::from_secs(30);
/// A newcomer asks again this often while it waits for a young transfer to be judged.
const AGAIN: Duration = Duration::from_millis(500);

/// An upload while it arrives.
pub struct Transfer {
    small: bool,
    whole: AtomicBool,
    speed: Mutex<Speed>,
}

/// Bytes so far, and how many there were at two earlier moments, a grace apart.
struct Speed {
    received: u64,
    marks: [(Instant, u64); 2],
}

impl Transfer {
    fn new(announced: u64) -> Self {
        let marks = [(Instant::now(), 0); 2];
        let speed = Mutex::new(Speed { received: 0, marks });
        Self { small: announced <= limits::SMALL, whole: AtomicBool::new(false), speed }
    }

    /// So many bytes more have arrived.
    pub fn add(&self, bytes: u64) {
        let mut speed = self.speed.lock().unwrap_or_else(PoisonError::into_inner);
        speed.received += bytes;
        if speed.marks[1].0.elapsed() >= GRACE {
            speed.marks = [speed.marks[1], (Instant::now(), speed.received)];
        }
    }

    /// Everything has arrived: what is left to do is ours.
    pub fn complete(&self) {
        self.whole.store(true, Ordering::Release);
    }

    /// Bytes a second of late, if that is below the floor.
    fn crawls(&self) -> Option<u64> {
        let speed = self.speed.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, before) = speed.marks[0];
        let rate = (speed.received - before) * 1000 / millis(since.elapsed()).max(1);
        (rate < FLOOR && !self.whole.load(Ordering::Acquire)).then_some(rate)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// All places.
pub struct Uploads {
    roster: Arc<Roster<Transfer>>,
    most: usize,
}

impl Uploads {
    /// `most` at once.
    pub fn new(most: usize) -> Self {
        Self { roster: Arc::default(), most }
    }

    /// Takes a place for a form of `announced` bytes. Waits while a transfer that crawls is too young to
    /// lose its place; `None` when every place is used well.
    pub async fn enter(&self, circuit: Circuit, announced: u64) -> Option<Place<Transfer>> {
        loop {
            if let Some(place) = self.take(circuit, announced) {
                return Some(place);
            }
            if !self.roster.any(|entry| entry.about.crawls().is_some() && entry.age() < GRACE) {
                return None;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    fn take(&self, circuit: Circuit, announced: u64) -> Option<Place<Transfer>> {
        let transfer = Transfer::new(announced);
        let all: Class<'_, Transfer> = (self.most, &|_| true);
        let large: Class<'_, Transfer> = (self.most - self.most / 8, &|entry| !entry.about.small);
        let classes: &[_] = if transfer.small { &[all] } else { &[large, all] };
        let rule = Rule { share: self.most.div_ceil(4), classes, yields: &yields };
        self.roster.take(circuit, transfer, &rule)
    }

    /// Ends the slowest transfer below the floor, so that what it was promised is free again.
    pub fn dismiss_slowest(&self) -> bool {
        self.roster.dismiss_one(|entry| entry.about.crawls().filter(|_| entry.age() >= GRACE))
    }
}

/// Those that crawl go first, beginning with the circuit that holds most; then those of whoever hogs.
fn yields(entry: &Entry<Transfer>, held: Held) -> Option<Rank> {
    let crawls = entry.about.crawls();
    if let Some(rate) = crawls.filter(|_| entry.age() >= GRACE) {
        return Some((0, Reverse(held.theirs), rate));
    }
    let moves = !entry.about.whole.load(Ordering::Acquire);
    (held.hogs() && moves).then(|| (1, Reverse(held.theirs), crawls.unwrap_or(FLOOR)))
}
