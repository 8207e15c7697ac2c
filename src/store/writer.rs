//! The one thread that writes. It groups what waits into one transaction, and a requester that goes
//! away never stops it.
//!
//! Order within a round: chunks go to the vault; the vault is committed (fsync); only then the index
//! rows that name them are committed (fsync); only then anybody hears of it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use super::ahead::Ahead;
use super::error::StoreError;
use super::files;
use super::live::UploadError;
use super::records::Tuning;
use super::rows;
use crate::base::ids::FileId;

/// Both files are written at least this often, so that their times do not tell when somebody came.
pub const HEARTBEAT: Duration = Duration::from_secs(600);
/// A transaction that nobody waits for is committed after this long.
const LINGER: Duration = Duration::from_millis(200);
/// Chunks that may wait for the writer: the bound of its memory.
const QUEUE: usize = 8;
/// Chunks removed in one transaction, at most: deleting overwrites them with zeros, which takes its
/// time, and a journal of the same size.
const REMOVED_AT_ONCE: u32 = 8;
/// Pages given back to the file system in one idle moment.
const PAGES_GIVEN_BACK: u32 = 256;
/// Time before a removal that failed is tried again.
const REST: Duration = Duration::from_secs(5);

type Report = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Job = Box<dyn FnOnce(&Connection) -> Report + Send>;

pub(super) enum Command {
    Chunk {
        file: FileId,
        seq: u32,
        data: Vec<u8>,
        failure: Arc<UploadError>,
    },
    Index(Job),
    Remove(Vec<FileId>),
    /// Write to both files now, as is done every [`HEARTBEAT`].
    Beat,
    Stop,
}

pub(super) struct Handle {
    commands: SyncSender<Command>,
    used: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Handle {
    pub fn start(
        index: Connection,
        vault: Connection,
        tuning: &Tuning,
    ) -> Result<Self, StoreError> {
        let (commands, inbox) = mpsc::sync_channel(QUEUE);
        let used = Arc::new(AtomicU64::new(files::used_bytes(&vault)?));
        let writer = Writer {
            ahead: Ahead::start(vault.path())?,
            index,
            vault,
            limit: tuning.transaction,
            used: used.clone(),
            open: None,
            waiting: Vec::new(),
            remove: VecDeque::new(),
            rest_until: None,
            step: REMOVED_AT_ONCE,
            tidy: false,
        };
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || writer.run(&inbox))
            .map_err(|e| StoreError::Io("thread".into(), e.kind()))?;
        Ok(Self { commands, used, thread: Mutex::new(Some(thread)) })
    }

    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub fn send(&self, command: Command) -> Result<(), StoreError> {
        self.commands.send(command).map_err(|_| StoreError::Stopped)
    }

    pub fn remove(&self, files: Vec<FileId>) {
        if !files.is_empty() {
            // A stopped writer leaves them to the next start, which finds them as orphans.
            let _ = self.send(Command::Remove(files));
        }
    }

    /// Like [`index`](Self::index), without waiting. `failed` hears of an error.
    pub fn index_later(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
        failed: impl FnOnce(StoreError) + Send + 'static,
    ) -> Result<(), StoreError> {
        self.send(Command::Index(Box::new(move |db| {
            let result = in_savepoint(db, work);
            Box::new(move |committed| {
                if let Err(error) = committed.and(result) {
                    failed(error);
                }
            })
        })))
    }

    /// Runs `work` in the next transaction of the index, after everything sent before is durable, and
    /// returns once it is durable itself. An error undoes this work only.
    pub fn index<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, wait) = mpsc::sync_channel(1);
        self.send(Command::Index(Box::new(move |db| {
            let result = in_savepoint(db, work);
            Box::new(move |committed| {
                let _ = answer.send(committed.and(result));
            })
        })))?;
        wait.recv().map_err(|_| StoreError::Stopped)?
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

fn in_savepoint<T>(
    db: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    db.execute_batch("SAVEPOINT job")?;
    let result = work(db);
    db.execute_batch(if result.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    result
}

/// 43 random bits, then the chunk's number. Two files that share them (one chance in 2^43 a file) make the
/// later upload fail, which its source is told; none is lost.
pub(super) fn row_id(file: FileId, seq: u32) -> i64 {
    let first = file.0.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let id = (first >> 21 << 20) | u64::from(seq);
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// The vault's transaction that is under way.
struct Open {
    since: Instant,
    bytes: u64,
    uploads: Vec<Arc<UploadError>>,
}

struct Writer {
    ahead: Ahead,
    index: Connection,
    vault: Connection,
    limit: u64,
    used: Arc<AtomicU64>,
    open: Option<Open>,
    waiting: Vec<Job>,
    remove: VecDeque<FileId>,
    /// Removing failed: try again then.
    rest_until: Option<Instant>,
    /// Chunks to remove in the next transaction.
    step: u32,
    /// Something was written or removed: give pages back and empty the log when there is time.
    tidy: bool,
}

impl Writer {
    fn run(mut self, inbox: &Receiver<Command>) {
        let mut beat = Instant::now() + HEARTBEAT;
        let mut stopping = false;
        while !stopping {
            match inbox.recv_timeout(self.patience(beat)) {
                Ok(command) => {
                    stopping = self.take(command);
                    while !stopping && self.bytes() < self.limit {
                        let Ok(command) = inbox.try_recv() else { break };
                        stopping = self.take(command);
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.idle(),
                Err(RecvTimeoutError::Disconnected) => stopping = true,
            }
            self.settle(stopping);
            if Instant::now() >= beat {
                beat = Instant::now() + HEARTBEAT;
                self.commit_vault();
                self.heartbeat();
            }
        }
        let _ = self.empty_log();
    }

    /// How long nothing needs to be done unless somebody asks.
    fn patience(&self, beat: Instant) -> Duration {
        if let Some(open) = &self.open {
            return LINGER.saturating_sub(open.since.elapsed());
        }
        if let Some(until) = self.rest_until.filter(|_| !self.remove.is_empty()) {
            return until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        }
        if !self.remove.is_empty() || self.tidy {
            return Duration::from_millis(1);
        }
        beat.saturating_duration_since(Instant::now())
    }

    fn bytes(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| open.bytes)
    }

    fn take(&mut self, command: Command) -> bool {
        match command {
            Command::Chunk { file, seq, data, failure } => {
                let kept = failure.check().and_then(|()| self.append(file, seq, &data, &failure));
                if let Err(error) = kept {
                    self.failed(&error);
                    failure.fail(error);
                }
            }
            Command::Index(job) => self.waiting.push(job),
            Command::Remove(files) => self.remove.extend(files),
            Command::Beat => {
                self.commit_vault();
                self.heartbeat();
            }
            Command::Stop => return true,
        }
        false
    }

    fn append(
        &mut self,
        file: FileId,
        seq: u32,
        data: &[u8],
        failure: &Arc<UploadError>,
    ) -> Result<(), StoreError> {
        if self.open.is_none() {
            self.vault.execute_batch("BEGIN IMMEDIATE")?;
            self.open = Some(Open { since: Instant::now(), bytes: 0, uploads: Vec::new() });
        }
        self.vault
            .prepare_cached("INSERT INTO chunk (id, file, seq, data) VALUES (?, ?, ?, ?)")?
            .execute((row_id(file, seq), file.0, seq, data))?;
        if let Some(open) = &mut self.open {
            open.bytes += data.len() as u64;
            self.ahead.wrote(data.len() as u64);
            if !open.uploads.iter().any(|other| Arc::ptr_eq(other, failure)) {
                open.uploads.push(failure.clone());
            }
        }
        Ok(())
    }

    /// After an error SQLite may have rolled the transaction back by itself (a full disk does): then
    /// every upload that had a part in it has lost that part.
    fn failed(&mut self, error: &StoreError) {
        if self.vault.is_autocommit() {
            for failure in self.open.take().into_iter().flat_map(|open| open.uploads) {
                failure.fail(error.clone());
            }
        }
    }

    /// Commits what is due.
    fn settle(&mut self, stopping: bool) {
        let due = self.open.as_ref().is_some_and(|open| open.since.elapsed() >= LINGER);
        if due || stopping || !self.waiting.is_empty() || self.bytes() >= self.limit {
            self.commit_vault();
        }
        if !self.waiting.is_empty() {
            self.run_jobs();
        }
        // One batch a round even under load, so that removal cannot be starved.
        if self.open.is_none() && !stopping {
            self.remove_some();
        }
    }

    fn commit_vault(&mut self) {
        let Some(open) = self.open.take() else { return };
        if let Err(error) = self.vault.execute_batch("COMMIT") {
            let _ = self.vault.execute_batch("ROLLBACK");
            let error = StoreError::from(error);
            for failure in open.uploads {
                failure.fail(error.clone());
            }
        }
        self.measure();
    }

    fn measure(&self) {
        if let Ok(used) = files::used_bytes(&self.vault) {
            self.used.store(used, Ordering::Relaxed);
        }
    }

    fn run_jobs(&mut self) {
        let jobs = std::mem::take(&mut self.waiting);
        let mut reports = Vec::with_capacity(jobs.len());
        let mut result = self.index.execute_batch("BEGIN IMMEDIATE");
        if result.is_ok() {
            reports.extend(jobs.into_iter().map(|job| job(&self.index)));
            result = self.index.execute_batch("COMMIT");
            if result.is_err() {
                let _ = self.index.execute_batch("ROLLBACK");
            }
        }
        // Jobs that never ran drop their answer's sender here: their callers hear `Stopped`.
        let result = result.map_err(StoreError::from);
        for report in reports {
            report(result.clone());
        }
        self.tidy = true;
    }

    fn remove_some(&mut self) {
        let Some(file) = self.remove.front() else { return };
        if self.rest_until.is_some_and(|until| Instant::now() < until) {
            return;
        }
        match rows::names(&self.index, *file) {
            Ok(false) => {}
            Ok(true) => {
                self.remove.pop_front();
                return;
            }
            Err(_) => {
                self.rest_until = Some(Instant::now() + REST);
                return;
            }
        }
        let removed = self.vault.execute(
            "DELETE FROM chunk WHERE file = ?1 AND seq IN
             (SELECT seq FROM chunk WHERE file = ?1 ORDER BY seq DESC LIMIT ?2)",
            (file.0, self.step),
        );
        match removed {
            Ok(0) => {
                self.remove.pop_front();
                // Its pages are free now: give them back when there is time.
                self.tidy = true;
            }
            Ok(_) => {
                self.rest_until = None;
                self.step = (self.step * 2).min(REMOVED_AT_ONCE);
            }
            // No room for the journal of so many chunks: a smaller step needs a smaller one.
            Err(e) if self.step > 1 && e.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
                self.step /= 2;
            }
            // Another process holds the vault, or there is no room even for that.
            Err(_) => self.rest_until = Some(Instant::now() + REST),
        }
        self.measure();
    }

    fn idle(&mut self) {
        if self.open.is_some() || !self.remove.is_empty() || !self.tidy {
            return;
        }
        let gave_back = self.give_back().unwrap_or(false);
        self.tidy = gave_back || !self.empty_log().unwrap_or(true);
    }

    /// Gives free pages back to the file system; false when there are none.
    fn give_back(&self) -> rusqlite::Result<bool> {
        let free: u32 = self.vault.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        if free > 0 {
            let mut vacuum =
                self.vault.prepare(&format!("PRAGMA incremental_vacuum({PAGES_GIVEN_BACK})"))?;
            let mut rows = vacuum.query([])?;
            while rows.next()?.is_some() {}
        }
        Ok(free > PAGES_GIVEN_BACK)
    }

    /// Moves the log into the index and cuts it to nothing; false when a reader held it up.
    fn empty_log(&self) -> rusqlite::Result<bool> {
        self.index.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
            row.get::<_, i64>(0).map(|busy| busy == 0)
        })
    }

    fn heartbeat(&mut self) {
        let _ = files::beat(&self.index, &self.vault);
        let _ = self.empty_log();
    }
}
