//! A few threads that derive: bounded in number, of lower priority than uploads, and with a queue that
//! says "busy" rather than wait without end. Whoever has asked least of late comes first: a circuit that
//! tries one code after another waits behind everybody else, and never has the last free thread.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::base::circuit::Circuit;
use crate::crypto::code::RetrievalCode;
use crate::crypto::kdf::{Derivation, DerivationError, MailboxKeys, Scratch};

/// Derivations that may wait: at some 20 ms each, about two seconds.
const QUEUE: usize = 64;
/// How much nicer than the rest (setpriority(2)).
const NICE: i32 = 10;
/// A circuit that had so many derivations of late asks much.
const MUCH: u32 = 8;
/// Threads, where there are as many processors. Those who ask much have half of them.
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
    circuit: Circuit,
    code: RetrievalCode,
    answer: Answer,
    /// Its circuit asks much.
    much: bool,
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
    waiting: Vec<Job>,
    /// Derivations of late.
    asked: HashMap<Circuit, u32>,
    /// Jobs under way of circuits that ask much, and how many of those there may be.
    running: usize,
    most: usize,
    closed: bool,
}

impl State {
    /// Takes the next job: of the circuit that asked least, the oldest.
    fn next(&mut self) -> Option<Job> {
        // Whoever went away is not worked for.
        self.waiting.retain(|job| !job.answer.is_closed());
        let asked = |job: &Job| self.asked.get(&job.circuit).copied().unwrap_or_default();
        let (at, least) =
            self.waiting.iter().enumerate().min_by_key(|(at, job)| (asked(job), *at))?;
        let much = asked(least) >= MUCH;
        if much && self.running >= self.most {
            return None;
        }
        self.running += usize::from(much);
        let mut job = self.waiting.remove(at);
        job.much = much;
        if job.circuit.is_known() {
            *self.asked.entry(job.circuit).or_default() += 1;
        }
        Some(job)
    }

    /// Adds a job. Where the queue is full, one of the circuit with most in it makes room, or among equals
    /// of the one that asked most of late, the youngest; it reads "busy". Perhaps it is this one.
    fn add(&mut self, job: Job) {
        self.waiting.retain(|job| !job.answer.is_closed());
        self.waiting.push(job);
        if self.waiting.len() <= QUEUE {
            return;
        }
        let mut held: HashMap<Circuit, usize> = HashMap::new();
        for job in &self.waiting {
            *held.entry(job.circuit).or_default() += 1;
        }
        let most = |(at, job): &(usize, &Job)| {
            (held.get(&job.circuit).copied(), self.asked.get(&job.circuit).copied(), *at)
        };
        if let Some((at, _)) = self.waiting.iter().enumerate().max_by_key(most) {
            self.waiting.remove(at);
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
            self.lock().running -= usize::from(job.much);
            self.work.notify_all();
        }
    }

    /// Waits for a job; `None` at the end.
    fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.next() {
                return Some(job);
            }
            if state.closed && state.waiting.is_empty() {
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
        queue.lock().most = threads.div_ceil(2);
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
        self.0.lock().add(Job { circuit, code, answer, much: false });
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

    fn job(circuit: u32) -> (Job, Waits) {
        let (answer, waits) = oneshot::channel();
        let code = RetrievalCode::generate().unwrap();
        (Job { circuit: Circuit::Tor(circuit), code, answer, much: false }, waits)
    }

    fn add(state: &mut State, circuits: impl IntoIterator<Item = u32>) -> Vec<Waits> {
        let jobs = circuits.into_iter().map(job);
        jobs.map(|(job, waits)| {
            state.add(job);
            waits
        })
        .collect()
    }

    fn next(state: &mut State) -> Option<u32> {
        state.next().map(|job| match job.circuit {
            Circuit::Tor(number) => number,
            Circuit::Local => panic!("nobody local asked"),
        })
    }

    /// As if every job was done at once.
    fn free() -> State {
        State { most: usize::MAX, ..State::default() }
    }

    #[test]
    fn those_who_ask_much_leave_a_thread_free() {
        let mut state = State { most: 1, ..State::default() };
        let mut waits = Vec::new();
        for _ in 0..MUCH {
            waits.extend(add(&mut state, [1]));
            assert_eq!(next(&mut state), Some(1));
        }
        waits.extend(add(&mut state, [1, 1]));
        assert_eq!(next(&mut state), Some(1));
        assert_eq!(next(&mut state), None, "the second one waits for the first");
        waits.extend(add(&mut state, [2]));
        assert_eq!(next(&mut state), Some(2));
        state.running -= 1;
        assert_eq!(next(&mut state), Some(1));
    }

    #[test]
    fn whoever_asks_for_the_first_time_comes_before_twenty_who_never_stop() {
        let mut state = free();
        let mut waits = add(&mut state, 1..=20);
        for _ in 0..500 {
            let served = next(&mut state).unwrap();
            waits.extend(add(&mut state, [served]));
        }
        let _mine = add(&mut state, [99]);
        assert_eq!(next(&mut state), Some(99));
        // Having asked once does not put one behind those who asked more.
        let _mine = add(&mut state, [99]);
        assert_eq!(next(&mut state), Some(99));
    }

    #[test]
    fn a_full_queue_turns_away_whoever_fills_it() {
        let mut state = free();
        let mut hog = add(&mut state, std::iter::repeat_n(1, QUEUE));
        let mut other = add(&mut state, [2]);
        assert!(other[0].try_recv().is_err_and(|e| e == oneshot::error::TryRecvError::Empty));
        let away = hog.iter_mut().filter_map(|wait| wait.try_recv().err());
        assert_eq!(away.filter(|e| *e == oneshot::error::TryRecvError::Closed).count(), 1);
        assert_eq!(state.waiting.len(), QUEUE);
    }

    #[test]
    fn a_queue_full_of_others_turns_away_who_asked_before() {
        let mut state = free();
        let circuits = 1..=u32::try_from(QUEUE).unwrap();
        let mut waits = add(&mut state, circuits.clone());
        while next(&mut state).is_some() {}
        waits.extend(add(&mut state, circuits));
        let mut mine = add(&mut state, [999]);
        assert!(mine[0].try_recv().is_err_and(|e| e == oneshot::error::TryRecvError::Empty));
        assert_eq!(next(&mut state), Some(999));
    }

    #[test]
    fn nobody_who_left_is_worked_for_and_what_was_long_ago_is_forgotten() {
        let deriver = Deriver(Arc::default());
        let mut state = deriver.0.lock();
        drop(add(&mut state, [1]));
        assert_eq!(next(&mut state), None);
        state.most = usize::MAX;
        for _ in 0..100 {
            let _waits = add(&mut state, [2]);
            assert_eq!(next(&mut state), Some(2));
        }
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
