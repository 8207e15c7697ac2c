//! How often sign-ins are tried, without a lock-out. Each try costs 64 MiB and a good part of a second, so
//! that one runs at a time. A name is tried ten times at once, then once a second; what exceeds that waits in
//! the name's line, where the circuit goes first that was let in least often of late. Waiting costs nobody
//! their place: only tries count. A browser that is known under the name goes before all others.
//!
//! Names that exist are treated as those that do not: by a keyed hash, in so many slots. Whoever fills the
//! line of a name learns nothing of it, and names without end fill no memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::base::circuit::Circuit;
use crate::base::random;

/// Tries of one name at once, and then one in each such time.
const BURST: u32 = 10;
const EVERY: Duration = Duration::from_secs(1);
/// Who may wait for one name, and in all.
const LINE: usize = 32;
const LINES: usize = 128;
/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(45);
/// Names that are told from each other.
const SLOTS: usize = 1024;
/// Whose tries are remembered: so many, each for one to two of such times.
const REMEMBERED: usize = 16 * 1024;
const MEMORY: Duration = Duration::from_secs(60 * 60);
/// A try counts this much, and half of it after that time.
const TRY: u32 = 2;
/// So often of late a known browser goes first; then it stands in line like everybody else.
const FIRST: u32 = 10 * TRY;

/// Too many are trying: this one's place went to another, or its turn did not come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crowded;

/// Whose tries are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Circuit(Circuit),
    /// A hash of what the browser is known by.
    Known(u64),
}

struct Waiter {
    circuit: Circuit,
    known: Option<Who>,
    slot: usize,
    /// Decides between those who were let in as often.
    dice: u64,
    /// Hears that it is its turn; dropped when its place is another's.
    turn: oneshot::Sender<Pass>,
}

struct State {
    waiting: Vec<Waiter>,
    /// When each slot has its whole burst again.
    full_at: Vec<Instant>,
    /// How often each was let in of late.
    tried: HashMap<Who, u32>,
    halved: Instant,
    running: bool,
}

struct Inner {
    state: Mutex<State>,
    hash: RandomState,
    /// A try has ended.
    ended: Notify,
}

/// The desk's doors. Cheap to clone.
#[derive(Clone)]
pub struct Doors(Arc<Inner>);

/// Permission for one try, given back when it is dropped.
pub struct Pass(Doors);

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.lock().running = false;
        self.0.advance();
        self.0.0.ended.notify_waiters();
    }
}

impl Default for Doors {
    fn default() -> Self {
        let state = State {
            waiting: Vec::new(),
            full_at: vec![Instant::now(); SLOTS],
            tried: HashMap::new(),
            halved: Instant::now(),
            running: false,
        };
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            hash: RandomState::new(),
            ended: Notify::new(),
        }))
    }
}

impl Doors {
    /// Waits for the turn of a try under this name, by a browser that is known under it or is not.
    pub async fn enter(
        &self,
        circuit: Circuit,
        name: &str,
        known: Option<&str>,
    ) -> Result<Pass, Crowded> {
        let slot = self.slot(name);
        let known = known.map(|known| Who::Known(self.0.hash.hash_one(known)));
        let mut turn = self.wait(circuit, known, slot);
        let end = Instant::now() + PATIENCE;
        loop {
            let ended = self.0.ended.notified();
            self.advance();
            // Where its name may be tried already, another try is under way: its end is awaited.
            let next = self.lock().next_try(slot);
            let until = if next > Instant::now() { next.min(end) } else { end };
            tokio::select! {
                biased;
                pass = &mut turn => return pass.map_err(|_| Crowded),
                () = ended => (),
                () = tokio::time::sleep_until(until) => (),
            }
            if Instant::now() >= end {
                return Err(Crowded);
            }
        }
    }

    /// Halves every count, at its time: what was hours ago is forgotten.
    pub fn forget(&self) {
        let mut state = self.lock();
        if state.halved.elapsed() >= MEMORY {
            state.halve();
        }
    }

    fn slot(&self, name: &str) -> usize {
        usize::try_from(self.0.hash.hash_one(name) % SLOTS as u64).unwrap_or_default()
    }

    /// Joins the line. Where it is full, whoever was let in most gives way; perhaps that is this one.
    fn wait(&self, circuit: Circuit, known: Option<Who>, slot: usize) -> oneshot::Receiver<Pass> {
        let (turn, waits) = oneshot::channel();
        let dice = random::bytes().map_or(0, u64::from_le_bytes);
        let mut state = self.lock();
        state.waiting.retain(|waiter| {
            !(waiter.turn.is_closed() || circuit.is_known() && waiter.circuit == circuit)
        });
        state.waiting.push(Waiter { circuit, known, slot, dice, turn });
        if state.waiting.iter().filter(|waiter| waiter.slot == slot).count() > LINE {
            state.thin_out(|waiter| waiter.slot == slot);
        }
        if state.waiting.len() > LINES {
            state.thin_out(|_| true);
        }
        waits
    }

    /// Lets the next one try, if none is trying.
    fn advance(&self) {
        loop {
            let Some(turn) = self.lock().next() else { return };
            // Whoever went away meanwhile gives the pass back at once.
            if turn.send(Pass(self.clone())).is_ok() {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Programs of this machine cannot be told apart: each is let in as if for the first time.
    fn count(&mut self, who: Who) {
        if who == Who::Circuit(Circuit::Local) {
            return;
        }
        // What counts least goes first; every one counts at most its tries, so that this ends.
        while self.tried.len() >= REMEMBERED && !self.tried.contains_key(&who) {
            self.halve();
        }
        *self.tried.entry(who).or_default() += TRY;
    }

    fn halve(&mut self) {
        self.tried.retain(|_, count| {
            *count /= 2;
            *count > 0
        });
        self.tried.shrink_to_fit();
        self.halved = Instant::now();
    }

    /// The lowest goes first, the highest gives way.
    fn rank(&self, waiter: &Waiter) -> (bool, u32, u64) {
        let tried = |who| self.tried.get(&who).copied().unwrap_or(0);
        match waiter.known.map(tried) {
            Some(tried) if tried < FIRST => (false, tried, waiter.dice),
            _ => (true, tried(Who::Circuit(waiter.circuit)), waiter.dice),
        }
    }

    /// When the next try of this slot may begin.
    fn next_try(&self, slot: usize) -> Instant {
        let full_at = self.full_at.get(slot).copied().unwrap_or_else(Instant::now);
        full_at.checked_sub(EVERY * (BURST - 1)).unwrap_or(full_at)
    }

    /// Takes the turn of whoever was let in least, of those whose name may be tried now.
    fn next(&mut self) -> Option<oneshot::Sender<Pass>> {
        if self.running {
            return None;
        }
        self.waiting.retain(|waiter| !waiter.turn.is_closed());
        let now = Instant::now();
        let ready = self.waiting.iter().enumerate();
        let ready = ready.filter(|(_, waiter)| self.next_try(waiter.slot) <= now);
        let (at, _) = ready.min_by_key(|(_, waiter)| self.rank(waiter))?;
        let waiter = self.waiting.swap_remove(at);
        if let Some(full_at) = self.full_at.get_mut(waiter.slot) {
            *full_at = (*full_at).max(now) + EVERY;
        }
        self.count(Who::Circuit(waiter.circuit));
        if let Some(known) = waiter.known {
            self.count(known);
        }
        self.running = true;
        Some(waiter.turn)
    }

    fn thin_out(&mut self, among: impl Fn(&Waiter) -> bool) {
        let those = self.waiting.iter().enumerate().filter(|(_, waiter)| among(waiter));
        let most = those.max_by_key(|(_, waiter)| self.rank(waiter));
        if let Some(at) = most.map(|(at, _)| at) {
            self.waiting.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::task::JoinHandle;

    /// What a try costs.
    const COST: Duration = Duration::from_millis(200);

    /// Tries once; how long until it was let in, if it was.
    fn try_once(
        doors: &Doors,
        circuit: u32,
        name: &'static str,
    ) -> JoinHandle<Result<Duration, Crowded>> {
        try_known(doors, circuit, name, None)
    }

    fn try_known(
        doors: &Doors,
        circuit: u32,
        name: &'static str,
        known: Option<&'static str>,
    ) -> JoinHandle<Result<Duration, Crowded>> {
        let doors = doors.clone();
        tokio::spawn(async move {
            let begin = Instant::now();
            let pass = doors.enter(Circuit::Tor(circuit), name, known).await?;
            let waited = begin.elapsed();
            tokio::time::sleep(COST).await;
            drop(pass);
            Ok(waited)
        })
    }

    async fn settle() {
        for _ in 0..5000 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_runs_at_a_time_ten_at_once_then_one_a_second() {
        let (doors, begin) = (Doors::default(), Instant::now());
        let all: Vec<_> = (0..20).map(|circuit| try_once(&doors, circuit, "anne")).collect();
        let mut waits = Vec::new();
        for one in all {
            waits.push(one.await.unwrap().unwrap());
        }
        waits.sort();
        for (at, wait) in waits.iter().enumerate() {
            let at = u32::try_from(at).unwrap();
            let due = (COST * at).max(EVERY * at.saturating_sub(BURST - 1));
            assert!(*wait >= due && *wait <= due + 2 * COST, "{at}: {wait:?}, not {due:?}");
        }
        assert!(begin.elapsed() >= EVERY * 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_circuit_has_one_place_in_line_the_newest() {
        let doors = Doors::default();
        let all: Vec<_> = (0..50).map(|_| try_once(&doors, 1, "anne")).collect();
        let mut let_in = 0;
        for one in all {
            let_in += usize::from(one.await.unwrap().is_ok());
        }
        // Each one pushed the one before it out, but for the first, which never waited.
        assert_eq!(let_in, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn twenty_circuits_that_never_stop_hold_the_editor_up_for_seconds() {
        let doors = Doors::default();
        let flood: Vec<_> = (1..=20)
            .map(|circuit| {
                let doors = doors.clone();
                tokio::spawn(async move {
                    for _ in 0..50 {
                        let _ = try_once(&doors, circuit, "anne").await;
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_secs(60)).await;
        let waited = try_once(&doors, 99, "anne").await.unwrap().unwrap();
        assert!(waited <= EVERY + COST, "{waited:?}");
        flood.iter().for_each(JoinHandle::abort);
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_circuits_at_once_hold_the_editor_up_for_less_than_a_minute() {
        let doors = Doors::default();
        let flood: Vec<_> = (1..=1000).map(|circuit| try_once(&doors, circuit, "anne")).collect();
        settle().await;
        assert!(doors.lock().waiting.len() <= LINE);
        let begin = Instant::now();
        // Whoever is told to try again does so, by hand, after some seconds.
        while try_once(&doors, 5000, "anne").await.unwrap().is_err() {
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
        drop(flood);
    }

    #[tokio::test(start_paused = true)]
    async fn one_name_in_trouble_is_no_trouble_for_another() {
        let doors = Doors::default();
        let other =
            ["bob", "carl", "dora"].into_iter().find(|name| doors.slot(name) != doors.slot("anne"));
        let flood: Vec<_> = (1..=40).map(|circuit| try_once(&doors, circuit, "anne")).collect();
        tokio::time::sleep(Duration::from_secs(5)).await;
        let waited = try_once(&doors, 1, other.unwrap()).await.unwrap().unwrap();
        assert!(waited <= EVERY, "{waited:?}");
        flood.iter().for_each(JoinHandle::abort);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_and_whoever_left_holds_no_place() {
        let doors = Doors::default();
        let held = doors.enter(Circuit::Tor(1), "anne", None).await.unwrap();
        let gone = try_once(&doors, 2, "anne");
        settle().await;
        gone.abort();
        let begin = Instant::now();
        assert_eq!(try_once(&doors, 3, "anne").await.unwrap(), Err(Crowded));
        assert_eq!(begin.elapsed(), PATIENCE);
        drop(held);
        assert!(try_once(&doors, 4, "anne").await.unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn programs_of_this_machine_do_not_push_each_other_out() {
        let doors = Doors::default();
        let all: Vec<_> = (0..20)
            .map(|_| {
                let doors = doors.clone();
                tokio::spawn(
                    async move { doors.enter(Circuit::Local, "anne", None).await.map(drop) },
                )
            })
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap(), Ok(()));
        }
    }

    /// So many circuits, each of which tries once a minute for ever.
    fn once_a_minute(doors: &Doors, circuits: u32) -> Vec<JoinHandle<()>> {
        let each = |circuit| {
            let doors = doors.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(60) * circuit / circuits).await;
                loop {
                    drop(try_once(&doors, circuit, "anne"));
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            })
        };
        (0..circuits).map(each).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn circuits_without_end_hold_a_known_editor_up_for_a_second_and_another_not_for_ever() {
        let doors = Doors::default();
        let flood = once_a_minute(&doors, 240);
        tokio::time::sleep(Duration::from_secs(100)).await;
        for circuit in 1000..1005 {
            let waited = try_known(&doors, circuit, "anne", Some("x")).await.unwrap().unwrap();
            assert!(waited <= EVERY + COST, "{waited:?}");
        }
        // About one try in four is let in. Those who were are behind, so that it gets better.
        let (begin, mut tries) = (Instant::now(), 1);
        while try_once(&doors, 5000, "anne").await.unwrap().is_err() {
            tries += 1;
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(240), "{tries} tries, {took:?}");
        tokio::time::sleep(Duration::from_secs(200)).await;
        // Now each of them was let in once.
        let waited = try_once(&doors, 6000, "anne").await.unwrap().unwrap();
        assert!(waited <= EVERY + COST, "{waited:?}");
        flood.iter().for_each(JoinHandle::abort);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_knows_nothing_but_a_known_door_goes_first_ten_times_only() {
        let doors = Doors::default();
        for circuit in 0..10 {
            try_known(&doors, circuit, "anne", Some("x")).await.unwrap().unwrap();
        }
        let held = doors.enter(Circuit::Tor(100), "anne", None).await.unwrap();
        let thief = try_known(&doors, 1, "anne", Some("x"));
        let other = try_known(&doors, 2, "anne", Some("y"));
        let fresh = try_once(&doors, 101, "anne");
        settle().await;
        drop(held);
        let [other, fresh, thief] =
            [other.await, fresh.await, thief.await].map(|waited| waited.unwrap().unwrap());
        assert!(other < fresh && fresh < thief, "{other:?} {fresh:?} {thief:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_was_refused_does_not_count() {
        let doors = Doors::default();
        let held = doors.enter(Circuit::Tor(1), "anne", None).await.unwrap();
        for _ in 0..20 {
            drop(doors.wait(Circuit::Tor(2), None, doors.slot("anne")));
        }
        assert_eq!(try_once(&doors, 2, "anne").await.unwrap(), Err(Crowded));
        assert_eq!(doors.lock().tried.get(&Who::Circuit(Circuit::Tor(2))), None);
        drop(held);
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_and_what_was_long_ago_is_forgotten() {
        let doors = Doors::default();
        for circuit in 0..20_000 {
            drop(doors.wait(Circuit::Tor(circuit), None, doors.slot("anne")));
            doors.lock().count(Who::Circuit(Circuit::Tor(circuit)));
            assert!(doors.lock().tried.len() <= REMEMBERED);
        }
        assert!(doors.lock().waiting.len() <= LINE);
        let last = Who::Circuit(Circuit::Tor(19_999));
        doors.forget();
        assert_eq!(doors.lock().tried.get(&last), Some(&TRY), "not within the hour");
        for _ in 0..2 {
            tokio::time::advance(MEMORY).await;
            assert!(doors.lock().tried.contains_key(&last));
            doors.forget();
        }
        assert!(doors.lock().tried.is_empty());
    }
}
