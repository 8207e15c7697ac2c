//! How far each upload is, for the displays beside the forms.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::problem::Problem;

/// Uploads that are remembered when they have ended, for displays that open late.
const RECENT: usize = 128;
/// How much later than its upload a display may open and still show how that ended.
const LATE: Duration = Duration::from_secs(60);

/// Names a display: random, unrelated to any code.
type Token = String;

/// How far one upload is.
pub struct Meter {
    pub total: Option<u64>,
    received: AtomicU64,
    state: Mutex<Phase>,
}

/// What an upload is doing.
#[derive(Clone)]
pub enum Phase {
    /// Text fields, or a file: its number and name.
    Receiving(Option<(usize, String)>),
    /// Everything arrived; it is being made durable.
    Sealing,
    /// There is a receipt.
    Sent,
    /// It ended otherwise; so many files are held whole.
    Refused(Problem, usize),
}

impl Phase {
    /// Nothing comes after it.
    fn is_last(&self) -> bool {
        !matches!(self, Self::Receiving(_) | Self::Sealing)
    }
}

impl Meter {
    /// For a body of `total` bytes, if it was announced.
    pub fn new(total: Option<u64>) -> Arc<Self> {
        let state = Mutex::new(Phase::Receiving(None));
        Arc::new(Self { total, received: AtomicU64::new(0), state })
    }

    /// So many bytes more have arrived.
    pub fn add(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes that have arrived.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// What it does now.
    pub fn set(&self, phase: Phase) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    }

    /// What it does.
    pub fn phase(&self) -> Phase {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The upload that the displays of one form show.
pub type Current = watch::Sender<Option<Arc<Meter>>>;

/// All displays of the site.
#[derive(Default)]
pub struct Progress {
    uploads: Mutex<HashMap<Token, Weak<Current>>>,
    /// The last uploads, newest first: a display may open when a short one has ended already.
    recent: Mutex<VecDeque<(Instant, Arc<Current>)>>,
    closed: watch::Sender<bool>,
}

impl Progress {
    /// Shows an upload to the displays of this token, those that open a little later among them.
    pub fn attach(&self, token: &str, meter: Arc<Meter>) {
        let current = self.current(token);
        current.send_replace(Some(meter));
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_front((Instant::now(), current));
        recent.truncate(RECENT);
    }

    /// The upload that the displays of this token show.
    pub fn current(&self, token: &str) -> Arc<Current> {
        let mut uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(current) = uploads.get(token).and_then(Weak::upgrade) {
            return current;
        }
        uploads.retain(|_, current| current.strong_count() > 0);
        let current = Arc::new(watch::Sender::new(None));
        uploads.insert(token.to_owned(), Arc::downgrade(&current));
        current
    }

    /// Tells the displays of this token that their form was refused before anything of it was read.
    pub fn refuse(&self, token: &str, problem: &Problem) {
        let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(current) = uploads.get(token).and_then(Weak::upgrade) {
            let meter = Meter::new(None);
            meter.set(Phase::Refused(problem.clone(), 0));
            current.send_replace(Some(meter));
        }
    }

    /// Forgets uploads that have ended a while ago.
    pub fn forget(&self) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|(since, current)| {
            let over = |meter: &Arc<Meter>| meter.phase().is_last();
            since.elapsed() < LATE || !current.borrow().as_ref().is_none_or(over)
        });
    }

    /// Hears of the end of every display.
    pub fn closed(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    /// Ends every display: the server stops.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }
}
