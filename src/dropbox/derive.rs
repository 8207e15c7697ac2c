//! A few threads that derive: bounded in number, first come first served, of lower priority than
//! uploads, and with a queue that says "busy" rather than wait without end.

use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use crate::crypto::code::RetrievalCode;
use crate::crypto::kdf::{Derivation, DerivationError, MailboxKeys, Scratch};

/// Derivations that may wait: at some 20 ms each, about two seconds.
const QUEUE: usize = 64;
/// How much nicer than the rest (setpriority(2)).
const NICE: i32 = 10;

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

struct Job {
    code: RetrievalCode,
    answer: oneshot::Sender<Result<MailboxKeys, DerivationError>>,
}

/// The queue to the deriving threads. Cheap to clone.
#[derive(Clone)]
pub struct Deriver(SyncSender<Job>);

impl Deriver {
    /// Starts one thread, or two on two processors: each keeps the 19 MiB of a derivation.
    pub fn start(derivation: &Derivation) -> std::io::Result<Self> {
        let (queue, inbox) = mpsc::sync_channel(QUEUE);
        let inbox = Arc::new(Mutex::new(inbox));
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(2);
        for _ in 0..threads {
            let (inbox, derivation) = (inbox.clone(), derivation.clone());
            std::thread::Builder::new()
                .name("derive".into())
                .spawn(move || work(&inbox, &derivation))?;
        }
        Ok(Self(queue))
    }

    /// Waits its turn, then derives.
    pub async fn derive(&self, code: RetrievalCode) -> Result<MailboxKeys, DeriveError> {
        self.enqueue(code)?.await.map_err(|_| DeriveError::Busy)?.map_err(Into::into)
    }

    fn enqueue(
        &self,
        code: RetrievalCode,
    ) -> Result<oneshot::Receiver<Result<MailboxKeys, DerivationError>>, DeriveError> {
        let (answer, wait) = oneshot::channel();
        match self.0.try_send(Job { code, answer }) {
            Ok(()) => Ok(wait),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(DeriveError::Busy),
        }
    }
}

fn work(inbox: &Mutex<Receiver<Job>>, derivation: &Derivation) {
    // On Linux this is the calling thread's priority. Without it derivations are merely less polite.
    let _ = rustix::process::setpriority_process(None, NICE);
    let mut scratch = Scratch::default();
    loop {
        let next = inbox.lock().ok().and_then(|inbox| inbox.recv().ok());
        let Some(job) = next else { return };
        // Whoever went away is not worked for.
        if !job.answer.is_closed() {
            let _ = job.answer.send(derivation.derive(&job.code, &mut scratch));
        }
    }
}
