//! The process that reads requests, as its parent sees it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, watch};

use super::super::notify;
use super::super::supervised::READY;
use super::backoff::Backoff;
use super::{described, end};
use crate::config::Listen;

/// It stops within 15 seconds by itself.
const STOP: Duration = Duration::from_secs(20);
/// A changed configuration is taken within this time.
const TAKE: Duration = Duration::from_secs(10);
/// Bytes that it may say of why it could not start.
const REASON: usize = 4096;

/// What it is started with.
pub struct ServerCommand {
    pub config: PathBuf,
    pub listen: Listen,
    pub desk: Option<Listen>,
    /// Our address; with it, connections of sources begin with tor's line.
    pub onion: Option<String>,
    /// It refuses to serve where a layer of its sandbox is missing.
    pub require_sandbox: bool,
}

/// One that serves.
pub struct Process {
    child: Child,
    /// Apart from the child, since waiting for that closes it, and the child ends with it.
    input: ChildStdin,
}

impl ServerCommand {
    /// Starts it and waits until it serves.
    pub async fn start(&self) -> anyhow::Result<Process> {
        let mut child = self.spawn()?;
        let pipes = child.stdout.take().zip(child.stdin.take());
        let (output, input) = pipes.context("the process that reads requests has no pipes")?;
        let said = first_words(output).await;
        if said != READY {
            drop(input);
            let status = end(child, Signal::TERM, STOP).await;
            let said: String = said.trim().chars().filter(|c| !c.is_control()).collect();
            if said.is_empty() {
                bail!("the process that reads requests could not start ({status})");
            }
            bail!("{said}");
        }
        Ok(Process { child, input })
    }

    fn spawn(&self) -> anyhow::Result<Child> {
        // This very program, also after its file was replaced by a newer one.
        let mut command = Command::new("/proc/self/exe");
        command
            .arg0("sourdine")
            .args(["serve", "--supervised", "--config"])
            .arg(&self.config)
            .arg("--listen")
            .arg(argument(&self.listen))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for the parent, which then stops one after the other.
            .process_group(0)
            .kill_on_drop(true);
        for variable in notify::VARIABLES {
            command.env_remove(variable);
        }
        if self.require_sandbox {
            command.arg("--require-sandbox");
        }
        if let Some(desk) = &self.desk {
            command.arg("--desk-listen").arg(argument(desk));
        }
        if let Some(onion) = &self.onion {
            command.args(["--onion", onion]);
        }
        command.spawn().context("the process that reads requests could not start")
    }

    /// Keeps it running until `stop` changes.
    pub(super) async fn keep(
        self,
        mut process: Process,
        mut changes: mpsc::Receiver<Vec<u8>>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut pauses = Backoff::new();
        loop {
            let status = tokio::select! {
                status = process.child.wait() => described(status),
                change = changes.recv() => {
                    if let Some(text) = change {
                        process.hand(&text).await;
                    }
                    continue;
                }
                _ = stop.changed() => {
                    end(process.child, Signal::TERM, STOP).await;
                    return;
                }
            };
            tracing::error!(
                "the process that reads requests ended ({status}); it is started again"
            );
            let start = || {
                // The new one reads the file itself; what is older must not come after that.
                while changes.try_recv().is_ok() {}
                self.start()
            };
            let Some(new) = pauses.again(&mut stop, start).await else { return };
            process = new;
        }
    }
}

impl Process {
    /// A changed configuration, its length (32 bits, big-endian) first. A child that does not take it is
    /// ended, since half of it may be there; the next one reads the file.
    async fn hand(&mut self, text: &[u8]) {
        let Ok(length) = u32::try_from(text.len()) else { return };
        let written = async {
            self.input.write_all(&length.to_be_bytes()).await?;
            self.input.write_all(text).await
        };
        if !matches!(tokio::time::timeout(TAKE, written).await, Ok(Ok(()))) {
            let _ = self.child.start_kill();
        }
    }
}

/// What it says until it serves, or ends. Whatever else it writes there goes nowhere.
async fn first_words(mut output: ChildStdout) -> String {
    let mut said = Vec::new();
    while said.len() < REASON && said != READY.as_bytes() {
        if !matches!(output.read_buf(&mut said).await, Ok(1..)) {
            break;
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// As the command line takes it.
fn argument(listen: &Listen) -> OsString {
    match listen {
        Listen::Tcp(address) => address.to_string().into(),
        Listen::Unix(path) => {
            let mut argument = OsString::from("unix:");
            argument.push(path);
            argument
        }
    }
}
