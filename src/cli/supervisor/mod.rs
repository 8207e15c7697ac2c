//! The small parent of `serve --tor` and `demo`: it keeps tor and the process that reads requests running,
//! and never parses anything a visitor sent. One thread, and on a terminal another that draws the progress.

mod backoff;
mod bootstrap;
mod reader;
mod tor;

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use rustix::process::{Pid, Signal as Ask, kill_process};
use tokio::process::Child;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

pub use reader::ServerCommand;
pub use tor::Onion;

use super::notify::Notify;
use super::supervised;
use super::supervised::CLOCK_IS_RIGHT;
use crate::base::clock::Clock;
use crate::tor::TorError;
use crate::tor::control::Control;
use crate::tor::place::TorDir;
use crate::tor::times::Clocks;

/// How often the configuration, the desk's authorised clients and the place of tor are looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How often tor is asked whether the clock is right; it knows once it has come to the network.
const ASK: Duration = Duration::from_secs(20);

/// What is kept running.
pub struct Supervisor {
    pub reader: ServerCommand,
    /// With tor in front, or without.
    pub onion: Option<Onion>,
    /// Read again when it changes.
    pub file: PathBuf,
    /// SIGHUP reads it again, as it does for services; else it stops, as a closed terminal wants.
    pub hangup_reloads: bool,
    /// Who starts and watches this process.
    pub notify: Notify,
}

impl Supervisor {
    /// Keeps until SIGTERM or SIGINT; `ready` runs once sources are served, with the onion address.
    pub fn run(self, ready: impl FnOnce(Option<&str>)) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("no runtime can be started")?;
        let done = runtime.block_on(self.keep(ready));
        runtime.shutdown_timeout(Duration::from_secs(1));
        done
    }

    async fn keep(self, ready: impl FnOnce(Option<&str>)) -> anyhow::Result<()> {
        let mut signals = Signals::new(self.hangup_reloads)?;
        let running = match &self.onion {
            None => None,
            Some(onion) => tokio::select! {
                started = onion.begin() => Some(started?),
                () = signals.stop() => return Ok(()),
            },
        };
        let address = running.as_ref().map(|tor| tor.address.clone());
        let mut reader = self.reader;
        reader.onion.clone_from(&address);
        // Before the reader reads it: a change in between is seen.
        let mut seen = modified(&self.file);
        let started = tokio::select! {
            started = reader.start() => started.map(Some),
            () = signals.stop() => Ok(None),
        };
        let process = match started {
            Ok(Some(process)) => process,
            other => {
                // The one that was starting has ended, or was killed: nothing was under way in it.
                if let Some(tor) = running {
                    tor.stop().await;
                }
                return other.map(drop);
            }
        };
        ready(address.as_deref());
        self.notify.ready();

        let (stop_reader, reader_stopped) = watch::channel(false);
        let (stop_tor, tor_stopped) = watch::channel(false);
        let (reader_ended, no_reader) = oneshot::channel();
        let (to_reader, for_reader) = mpsc::channel(4);
        let (to_tor, for_tor) = mpsc::channel(4);
        let reader = tokio::spawn(reader.keep(process, for_reader, reader_stopped));
        let place = self.onion.as_ref().map(|onion| onion.place.clone());
        let mut tor = self.onion.zip(running).map(|(onion, running)| {
            tokio::spawn(onion.keep(running, for_tor, tor_stopped, no_reader))
        });

        let mut looks = tokio::time::interval_at(Instant::now() + LOOK, LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let clients = || place.as_ref().map(crate::tor::clients::mark);
        let mut seen_clients = clients();
        let mut asks = tokio::time::interval(ASK);
        let mut signs = tokio::time::interval(self.notify.interval());
        let done = loop {
            let asked = tokio::select! {
                signal = signals.next() => match signal {
                    Asked::Stop => break Ok(()),
                    Asked::Reload => true,
                },
                _ = looks.tick() => false,
                _ = signs.tick() => {
                    self.notify.alive();
                    continue;
                }
                _ = asks.tick() => {
                    if let Some(place) = place.clone() {
                        tokio::spawn(ask_for_the_time(place, to_reader.clone()));
                    }
                    continue;
                }
                // By itself it ends only when it cannot go on.
                done = ended(&mut tor) => break done,
            };
            let (now, now_clients) = (modified(&self.file), clients());
            if asked || now != seen {
                match read(&self.file) {
                    Ok(text) => drop(to_reader.try_send(text)),
                    Err(error) => {
                        tracing::error!("the changed configuration is not used: {error:#}");
                    }
                }
            }
            if asked || now_clients != seen_clients {
                let _ = to_tor.try_send(());
            }
            (seen, seen_clients) = (now, now_clients);
        };
        self.notify.stopping();
        // tor's line of progress goes first, tor itself once the reader has ended.
        let _ = stop_tor.send(true);
        let _ = stop_reader.send(true);
        let _ = reader.await;
        let _ = reader_ended.send(());
        if tor.is_some() {
            let _ = ended(&mut tor).await;
        }
        done
    }
}

/// Tells the reader where tor's consensus agrees with the clock.
async fn ask_for_the_time(place: TorDir, to_reader: mpsc::Sender<Vec<u8>>) {
    let asked = async {
        Control::connect(&place.control(), &place.cookie())
            .await
            .ok()?
            .clock(Clock::system().seconds())
            .await
    };
    if asked.await == Some(Clocks::Agree) {
        let _ = to_reader.send(CLOCK_IS_RIGHT.into()).await;
    }
}

/// The end of tor's keeping; without tor, never.
async fn ended(tor: &mut Option<JoinHandle<Result<(), TorError>>>) -> anyhow::Result<()> {
    let Some(task) = tor else { return std::future::pending().await };
    let done = task.await;
    *tor = None;
    Ok(done.context("tor is not kept any more")??)
}

fn modified(file: &std::path::Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|meta| meta.modified()).ok()
}

fn read(file: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    let meta = std::fs::metadata(file)?;
    // A pipe would keep us waiting.
    anyhow::ensure!(meta.is_file(), "{} is no file", file.display());
    anyhow::ensure!(
        meta.len() <= supervised::CONFIG,
        "{} is larger than a configuration is",
        file.display()
    );
    Ok(std::fs::read(file)?)
}

/// Signals, heard from the start, so that none is lost between two steps.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    hangup_reloads: bool,
}

enum Asked {
    Stop,
    Reload,
}

impl Signals {
    fn new(hangup_reloads: bool) -> anyhow::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            hangup_reloads,
        })
    }

    async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop,
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.hangup.recv() => if self.hangup_reloads { Asked::Reload } else { Asked::Stop },
        }
    }

    /// While everything starts there is nothing to reload.
    async fn stop(&mut self) {
        while !matches!(self.next().await, Asked::Stop) {}
    }
}

/// Asks a process to end, waits, and kills it if it does not; returns how it ended.
async fn end(mut process: Child, ask: Ask, patience: Duration) -> String {
    if let Some(pid) = process.id().and_then(|pid| Pid::from_raw(pid.cast_signed())) {
        let _ = kill_process(pid, ask);
    }
    if let Ok(status) = tokio::time::timeout(patience, process.wait()).await {
        return described(status);
    }
    let _ = process.kill().await;
    "it did not stop and was killed".into()
}

fn described(status: io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}
