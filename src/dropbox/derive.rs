//! A few threads that derive: bounded in number, of lower priority than uploads, and with one fair queue. The
//! circuit that asked least of late comes first; where the queue is full, the one that asked most reads "busy".

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::base::circuit::Circuit;
use crate::crypto::code::RetrievalCode;
use crate::crypto::kdf::{Derivation, DerivationError, MailboxKeys, Scratch};

/// Derivations that may wait: at some 20 ms each, about two seconds.
const QUEUE: usize = 64;
/// How much nicer than the rest (setpriority(2)).
const NICE: i32 = 10;
/// Threads, where there are as many processors.
const THREADS: usize = 2;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// Too many at once.
    #[error("too many codes are being checked at once; try again in a moment")]
    Busy,
    /// The parameters are damaged.
    #[error(transparent)]
    Damaged(#[from] DerivationError),
}

type Answer = oneshot::Sender<Result<MailboxKeys, DerivationError>>;

struct Job {
    code: RetrievalCode,
    answer: Answer,
}

/// The queue to the deriving threads, which end with it.
pub struct Deriver(Arc<Queue>);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// By how much its circuit had asked for before, then in the order they came.
    waiting: BTreeMap<(u32, u64), Job>,
    count: u64,
    /// What each circuit asked for of late.
    asked: HashMap<u32, u32>,
    closed: bool,
}

impl State {
    fn add(&mut self, circuit: Circuit, job: Job) {
        let before = circuit.number().map_or(0, |number| {
            let asked = self.asked.entry(number).or_default();
            *asked = asked.saturating_add(1);
            *asked - 1
        });
        self.count += 1;
        self.waiting.insert((before, self.count), job);
        if self.waiting.len() > QUEUE {
            // Whoever went away makes room first.
            self.waiting.retain(|_, job| !job.answer.is_closed());
        }
        if self.waiting.len() > QUEUE {
            self.waiting.pop_last();
        }
    }

    /// The next job of somebody who still waits.
    fn next(&mut self) -> Option<Job> {
        loop {
            let (_, job) = self.waiting.pop_first()?;
            if !job.answer.is_closed() {
                return Some(job);
            }
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Derives, job after job.
    fn work(&self, derivation: &Derivation) {
        // On Linux this is the calling thread's priority. Without it derivations are merely less polite.
        let _ = rustix::process::setpriority_process(None, NICE);
        let mut scratch = Scratch::default();
        while let Some(job) = self.take() {
            let _ = job.answer.send(derivation.derive(&job.code, &mut scratch));
        }
    }

    /// Waits for a job; `None` at the end.
    fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.next() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Deriver {
    /// Starts one thread, or two on two processors: each keeps the 19 MiB of a derivation.
    pub fn start(derivation: &Derivation) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        for _ in 0..threads {
            let (queue, derivation) = (queue.clone(), derivation.clone());
            std::thread::Builder::new()
                .name("derive".into())
                .spawn(move || queue.work(&derivation))?;
        }
        Ok(Self(queue))
    }

    /// Halves every circuit's count: what was minutes ago is forgotten.
    pub fn forget(&self) {
        self.0.lock().asked.retain(|_, count| {
            *count /= 2;
            *count > 0
        });
    }

    /// Waits its turn, then derives.
    pub async fn derive(
        &self,
        circuit: Circuit,
        code: RetrievalCode,
    ) -> Result<MailboxKeys, DeriveError> {
        let (answer, wait) = oneshot::channel();
        self.0.lock().add(circuit, Job { code, answer });
        self.0.work.notify_one();
        wait.await.map_err(|_| DeriveError::Busy)?.map_err(Into::into)
    }
}

impl Drop for Deriver {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.work.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Waits = oneshot::Receiver<Result<MailboxKeys, DerivationError>>;

    /// Asks on these circuits, one after the other; the answers in that order.
    fn ask(state: &mut State, circuits: impl IntoIterator<Item = u32>) -> Vec<Waits> {
        let ask = |circuit| {
            let (answer, waits) = oneshot::channel();
            let code = RetrievalCode::generate().unwrap();
            state.add(Circuit::Tor(circuit), Job { code, answer });
            waits
        };
        circuits.into_iter().map(ask).collect()
    }

    /// Which of these is the next one to be worked for.
    fn next(state: &mut State, waits: &mut Vec<Waits>) -> Option<usize> {
        let job = state.next()?;
        drop(job);
        let at = waits.iter_mut().position(is_closed)?;
        waits.remove(at);
        Some(at)
    }

    /// Without an answer: worked for (in these tests), or turned away.
    fn is_closed(wait: &mut Waits) -> bool {
        matches!(wait.try_recv(), Err(oneshot::error::TryRecvError::Closed))
    }

    #[test]
    fn whoever_asks_for_the_first_time_comes_before_twenty_who_never_stop() {
        let mut state = State::default();
        let mut waits = Vec::new();
        for _ in 0..25 {
            waits.extend(ask(&mut state, 1..=20));
            for _ in 0..20 {
                next(&mut state, &mut waits).unwrap();
            }
        }
        waits.extend(ask(&mut state, 1..=20));
        // Having asked a little does not put one behind those who asked more.
        for _ in 0..3 {
            waits.extend(ask(&mut state, [99]));
            assert_eq!(next(&mut state, &mut waits), Some(20));
        }
        // Among equals in the order they came.
        assert_eq!(next(&mut state, &mut waits), Some(0));
    }

    #[test]
    fn a_full_queue_turns_away_whoever_asked_most() {
        let mut state = State::default();
        let mut many = ask(&mut state, std::iter::repeat_n(1, QUEUE));
        let mut mine = ask(&mut state, [2]);
        assert!(!is_closed(&mut mine[0]) && is_closed(&mut many[QUEUE - 1]));
        assert_eq!(many.iter_mut().filter_map(|wait| is_closed(wait).then_some(())).count(), 1);
        // The one that asks again is turned away itself.
        assert!(is_closed(&mut ask(&mut state, [1])[0]));
        assert_eq!(state.waiting.len(), QUEUE);
    }

    #[test]
    fn a_queue_full_of_others_turns_away_who_asked_before() {
        let mut state = State::default();
        let circuits = 1..=u32::try_from(QUEUE).unwrap();
        drop(ask(&mut state, circuits.clone()));
        let _waits = ask(&mut state, circuits);
        let mut mine = vec![ask(&mut state, [999]).remove(0)];
        assert!(!is_closed(&mut mine[0]));
        assert_eq!(next(&mut state, &mut mine), Some(0));
    }

    #[test]
    fn over_loopback_the_first_come_first() {
        let mut state = State::default();
        let mut local = || {
            let (answer, waits) = oneshot::channel();
            let code = RetrievalCode::generate().unwrap();
            state.add(Circuit::Local, Job { code, answer });
            waits
        };
        let mut waits: Vec<_> = (0..=QUEUE).map(|_| local()).collect();
        assert!(is_closed(&mut waits[QUEUE]), "the queue is full");
        assert_eq!(next(&mut state, &mut waits), Some(0));
    }

    #[test]
    fn nobody_who_left_is_worked_for_and_what_was_long_ago_is_forgotten() {
        let deriver = Deriver(Arc::default());
        let mut state = deriver.0.lock();
        drop(ask(&mut state, std::iter::repeat_n(2, 100)));
        assert!(state.next().is_none());
        drop(state);
        for _ in 0..7 {
            deriver.forget();
        }
        assert!(deriver.0.lock().asked.is_empty());
    }

    #[test]
    fn the_threads_end_with_the_queue() {
        let queue = Arc::new(Queue::default());
        let deriver = Deriver(queue.clone());
        let thread = std::thread::spawn(move || queue.take().is_none());
        drop(deriver);
        assert!(thread.join().unwrap());
    }
}
