//! tor, as the parent keeps it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior};

use super::super::notify;
use super::backoff::Backoff;
use super::bootstrap::Display;
use super::{LOOK, described, end};
use crate::config::Config;
use crate::tor::TorError;
use crate::tor::control::{Control, ControlError, Event};
use crate::tor::installed::Installed;
use crate::tor::place::{TorDir, TorLock};
use crate::tor::torrc;
use crate::tor::words::Words;

/// From its start to the first word on the control socket, and to the hostname.
const START: Duration = Duration::from_secs(30);
/// It stops at once by itself: it relays for nobody.
const STOP: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(50);
/// Bytes of a line that are looked at.
const LINE: u64 = 4096;

/// An onion service to be kept.
pub struct Onion {
    pub place: TorDir,
    held: TorLock,
}

/// A tor that runs, answers, and has made its address.
pub struct Running {
    pub address: String,
    process: Child,
    control: Control,
    words: Words,
    said: mpsc::Receiver<String>,
}

enum End {
    Stopped,
    Died(String),
    /// What it works with is not there any more.
    Lost(PathBuf),
}

impl End {
    /// tor ends with its control connection, and the connection with tor: how tor ended says more.
    fn broken(error: &ControlError) -> Self {
        match error {
            ControlError::Closed | ControlError::Io(_) => Self::Died(String::new()),
            other => Self::Died(other.to_string()),
        }
    }
}

impl Onion {
    /// Takes the place that the configuration names.
    pub fn prepare(config: &Config) -> Result<Self, TorError> {
        let place = TorDir::of(config)?;
        place.keeps_address()?;
        let held = place.prepare()?;
        Ok(Self { place, held })
    }

    /// The first start, with the address that this box has had, or gets for good.
    pub async fn begin(&self) -> Result<Running, TorError> {
        let running = self.start().await?;
        match self.place.remember(&running.address) {
            Err(error @ TorError::Moved { .. }) => {
                running.stop().await;
                return Err(error);
            }
            Err(error) => tracing::warn!("the onion address could not be noted: {error}"),
            Ok(()) => (),
        }
        Ok(running)
    }

    async fn start(&self) -> Result<Running, TorError> {
        let installed = Installed::find().await?;
        torrc::write(&self.place)?;
        installed.verify(&self.place).await?;
        let files = |error| TorError::Files(installed.path.clone(), error);
        // A socket or an address of an earlier run must not be taken for this one's.
        let _ = std::fs::remove_file(self.place.control());
        let mut command = installed.command(&self.place);
        // It would speak to systemd in our place.
        for variable in notify::VARIABLES {
            command.env_remove(variable);
        }
        let mut process = command
            // Until the control connection owns it.
            .args(["__OwningControllerProcess", &std::process::id().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(files)?;
        let (words, (tell, said)) = (Words::default(), mpsc::channel(16));
        if let Some(output) = process.stdout.take() {
            tokio::spawn(listen(output, words.clone(), tell.clone()));
        }
        if let Some(output) = process.stderr.take() {
            tokio::spawn(listen(output, words.clone(), tell));
        }
        let answering = tokio::time::timeout(START, self.first_words(&mut process)).await;
        match answering.unwrap_or(Err(None)) {
            Ok((control, address)) => Ok(Running { address, process, control, words, said }),
            Err(error) => {
                let status = end(process, Signal::INT, STOP).await;
                // What it said last is on its way.
                tokio::time::sleep(STEP).await;
                Err(could_not_start(&words.take(), error.map_or(status, |e| e.to_string())))
            }
        }
    }

    async fn first_words(
        &self,
        process: &mut Child,
    ) -> Result<(Control, String), Option<ControlError>> {
        let mut control = loop {
            match Control::connect(&self.place.control(), &self.place.cookie()).await {
                Ok(control) => break control,
                Err(ControlError::Io(_) | ControlError::Closed) => (),
                Err(error) => return Err(Some(error)),
            }
            if !matches!(process.try_wait(), Ok(None)) {
                return Err(None);
            }
            tokio::time::sleep(STEP).await;
        };
        control.own().await.map_err(Some)?;
        loop {
            if let Some(address) = self.place.source_onion() {
                return Ok((control, address));
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Another start, to go on as before. An error inside is one that starting again does not mend.
    async fn resume(&self, address: &str) -> Result<Result<Running, TorError>, TorError> {
        // Before tor makes new keys, and with them a new address.
        let lost = self.place.lost(&self.held);
        // Where only the socket is missing, the reader may be making it just now.
        if let Some(path) = lost.filter(|path| *path != self.place.source_socket()) {
            return Ok(Err(TorError::Lost(path)));
        }
        let new = self.start().await?;
        if new.address == address {
            return Ok(Ok(new));
        }
        let moved = self.place.moved(address.to_owned(), new.address.clone());
        new.stop().await;
        Ok(Err(moved))
    }

    /// Keeps tor running until `stop` changes and `no_reader` says that nobody needs it any more, or until
    /// it could not be the same site any more.
    pub(super) async fn keep(
        self,
        mut running: Running,
        mut changes: mpsc::Receiver<()>,
        mut stop: watch::Receiver<bool>,
        no_reader: oneshot::Receiver<()>,
    ) -> Result<(), TorError> {
        let mut pauses = Backoff::new();
        let address = running.address.clone();
        loop {
            let why = match running.follow(&self, &mut changes, &mut stop).await {
                End::Stopped => {
                    // What is under way still goes through tor.
                    let _ = no_reader.await;
                    running.stop().await;
                    return Ok(());
                }
                End::Lost(path) => {
                    running.stop().await;
                    return Err(TorError::Lost(path));
                }
                End::Died(why) => why,
            };
            let words = running.words.clone();
            let status = running.stop().await;
            for line in words.take() {
                tracing::warn!("tor says: {line}");
            }
            let why = if why.is_empty() { status } else { why };
            tracing::error!("tor ended ({why}); it is started again");
            match pauses.again(&mut stop, || self.resume(&address)).await {
                Some(new) => running = new?,
                None => return Ok(()),
            }
        }
    }
}

impl Running {
    /// Tells of its steps until it dies or is to be stopped.
    async fn follow(
        &mut self,
        onion: &Onion,
        changes: &mut mpsc::Receiver<()>,
        stop: &mut watch::Receiver<bool>,
    ) -> End {
        let mut display = Display::new();
        match self.control.bootstrap().await {
            Ok(now) => display.step(now),
            Err(error) => return End::broken(&error),
        }
        let key = self.address.trim_end_matches(".onion").to_owned();
        let mut reachable = false;
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut missed = None;
        loop {
            let stall = display.stall_at();
            tokio::select! {
                _ = stop.changed() => return End::Stopped,
                status = self.process.wait() => {
                    return End::Died(described(status));
                }
                event = self.control.event() => match event {
                    Ok(Event::Bootstrap(now)) => display.step(now),
                    Ok(Event::Uploaded(address)) if address == key && !reachable => {
                        reachable = true;
                        display.say(|| {
                            tracing::info!("the site can be reached now: http://{}", self.address);
                        });
                    }
                    Ok(Event::Uploaded(_) | Event::Other) => (),
                    Err(error) => return End::broken(&error),
                },
                Some(line) = self.said.recv() => {
                    // Later, a visit may decide when a line comes: it is kept for the end, not shown.
                    if !display.done() {
                        display.say(|| tracing::warn!("tor says: {line}"));
                    }
                }
                Some(()) = changes.recv() => {
                    let reloaded = self.reload(&onion.place).await;
                    display.say(|| match reloaded {
                        Ok(()) => tracing::info!("tor has read its configuration again"),
                        Err(error) => tracing::error!("tor goes on as it was: {error}"),
                    });
                }
                _ = looks.tick() => {
                    // Twice in a row: a reader that starts makes its socket anew.
                    let lost = onion.place.lost(&onion.held);
                    match (missed.take(), lost) {
                        (Some(_), Some(path)) => return End::Lost(path),
                        (_, lost) => missed = lost,
                    }
                }
                () = due(stall) => display.stalled(),
            }
        }
    }

    /// tor reads the client keys anew: who was removed since then is shut out. The key that nobody has stays
    /// (`clients`), so the desk is never open to everybody.
    async fn reload(&mut self, place: &TorDir) -> Result<(), TorError> {
        torrc::write(place)?;
        Installed::find().await?.verify(place).await?;
        Ok(self.control.reload().await?)
    }

    /// Stops it and says how it ended.
    pub async fn stop(self) -> String {
        let Self { process, control, .. } = self;
        let status = end(process, Signal::INT, STOP).await;
        // Only now: tor takes the end of this connection for the end of us, and warns of it.
        drop(control);
        status
    }
}

/// Reads what tor prints, so that it never waits for us, a bounded piece at a time.
async fn listen(output: impl AsyncRead + Unpin, words: Words, tell: mpsc::Sender<String>) {
    let mut output = BufReader::new(output);
    loop {
        let mut line = Vec::new();
        match (&mut output).take(LINE).read_until(b'\n', &mut line).await {
            Ok(1..) => (),
            _ => return,
        }
        if let Some(line) = words.note(&String::from_utf8_lossy(&line)) {
            let _ = tell.try_send(line);
        }
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn could_not_start(words: &[String], status: String) -> TorError {
    let words = if words.is_empty() { status } else { words.join(" ") };
    let remedy = if words.contains("Could not bind to") {
        "; another program uses that port: stop it, or take the port out of [tor] include"
    } else if words.contains("another Tor process is running") {
        "; a tor of an earlier start still ends: wait a moment, then start again"
    } else {
        ""
    };
    TorError::Start { words, remedy: remedy.into() }
}
