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
const FLOOR: u64 = 8 * 1024;
/// A transfer is not judged before, and by no less than this: circuits stall for a while.
const GRACE: Duration = Duration::from_secs(30);
/// Whoever has waited that long gets the place of what crawls already after this.
const SHORT_GRACE: Duration = Duration::from_secs(5);
/// Whoever is first in line asks again this often, and is asked to come back after so long.
const AGAIN: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(75);
/// How many may stand in line, and how many of one circuit.
const LINE: usize = 192;
const LINE_EACH: usize = 2;

/// An upload while it arrives.
pub struct Transfer {
    announced: u64,
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
        Self { announced, whole: AtomicBool::new(false), speed }
    }

    /// So many bytes more have arrived.
    pub fn add(&self, bytes: u64) {
        let mut speed = self.speed.lock().unwrap_or_else(PoisonError::into_inner);
        speed.received += bytes;
        if speed.marks[1].0.elapsed() >= GRACE {
            speed.marks = [speed.marks[1], (Instant::now(), speed.received)];
        }
    }

    fn is_small(&self) -> bool {
        self.announced <= limits::SMALL
    }

    /// Bytes that were announced and have not come.
    fn owed(&self) -> u64 {
        let speed = self.speed.lock().unwrap_or_else(PoisonError::into_inner);
        self.announced.saturating_sub(speed.received)
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
    /// Who waits; whether for a small form.
    line: Arc<Roster<bool>>,
    most: usize,
}

impl Uploads {
    /// `most` at once.
    pub fn new(most: usize) -> Self {
        Self { roster: Arc::default(), line: Arc::default(), most }
    }

    /// Takes a place for a form of `announced` bytes. While a transfer crawls that is too young to lose its
    /// place, newcomers stand in line; `None` when every place is used well, or the line is too long.
    pub async fn enter(&self, circuit: Circuit, announced: u64) -> Option<Place<Transfer>> {
        let small = announced <= limits::SMALL;
        if !self.line.any(|other| other.about == small)
            && let Some(place) = self.take(circuit, announced, GRACE)
        {
            return Some(place);
        }
        let turn = self.stand_in_line(circuit, small)?;
        while turn.entry.age() < PATIENCE {
            let is_before =
                |other: &Entry<bool>| other.about == small && other.number < turn.entry.number;
            if !self.line.any(is_before) {
                let grace = if turn.entry.age() < GRACE { GRACE } else { SHORT_GRACE };
                if let Some(place) = self.take(circuit, announced, grace) {
                    return Some(place);
                }
                if !self.roster.any(|entry| entry.about.crawls().is_some()) {
                    return None;
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
        None
    }

    fn stand_in_line(&self, circuit: Circuit, small: bool) -> Option<Place<bool>> {
        let none = |_: &Entry<bool>, _: Held| None;
        let rule = Rule { share: LINE_EACH, classes: &[(LINE, &|_| true)], yields: &none };
        self.line.take(circuit, small, &rule)
    }

    fn take(&self, circuit: Circuit, announced: u64, grace: Duration) -> Option<Place<Transfer>> {
        let transfer = Transfer::new(announced);
        let all: Class<'_, Transfer> = (self.most, &|_| true);
        let large: Class<'_, Transfer> =
            (self.most - self.most / 8, &|entry| !entry.about.is_small());
        let classes: &[_] = if transfer.is_small() { &[all] } else { &[large, all] };
        let yields = |entry: &Entry<Transfer>, held: Held| yields(entry, held, grace);
        let rule = Rule { share: self.most.div_ceil(4), classes, yields: &yields };
        self.roster.take(circuit, transfer, &rule)
    }

    /// Ends transfers that yield to this circuit, if so many bytes that were promised to them are free
    /// then.
    pub fn make_room(&self, circuit: Circuit, bytes: u64) -> bool {
        let yields = |entry: &Entry<Transfer>, held: Held| yields(entry, held, GRACE);
        self.roster.dismiss_worth(circuit, bytes, |entry| entry.about.owed(), yields)
    }
}

/// Those that crawl go first, beginning with the circuit that holds most; then, of a circuit that hogs, the
/// youngest.
fn yields(entry: &Entry<Transfer>, held: Held, grace: Duration) -> Option<Rank> {
    let most = Reverse(held.theirs);
    if let Some(rate) = entry.about.crawls().filter(|_| entry.age() >= grace) {
        return Some((0, most, rate));
    }
    let moves = !entry.about.whole.load(Ordering::Acquire);
    (held.hogs_much() && moves).then(|| (1, most, u64::MAX - entry.number))
}
