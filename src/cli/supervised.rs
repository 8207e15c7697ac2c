//! The process that reads requests, as a child of [`super::supervisor`]. It ends with its parent. Its sandbox
//! keeps it from the configuration file: changes come through its standard input.

use std::io::{self, Write};
use std::os::fd::AsFd;

use anyhow::{Context, bail};
use rustix::process::{Signal, set_parent_process_death_signal};
use rustix::thread::set_name;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;

/// The largest configuration that is read.
pub const CONFIG: u64 = 1 << 20;

/// Sources are served.
pub const READY: &str = "ready\n";

/// In the place of a configuration, none of which begins with this byte: tor says that the clock is right.
pub const CLOCK_IS_RIGHT: &str = "\0clock";

/// The parent's end of the pipe is closed, or what comes from it is not what it sends.
pub struct ParentGone;

/// SIGTERM when the parent dies, whatever it dies of. To be called after the last change of user, which
/// would undo it.
pub fn end_with_parent() -> anyhow::Result<()> {
    // It was started through /proc, and would be listed as "exe".
    let _ = set_name(c"sourdine");
    // Where it died before that, its end of the pipe is closed.
    set_parent_process_death_signal(Some(Signal::TERM))
        .context("the kernel does not tell when the parent ends")
}

/// Tells the parent: [`READY`], or why it could not start.
pub fn tell(text: &str) {
    let mut output = io::stdout();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// Changed configurations from the parent.
pub struct FromParent(Receiver);

impl FromParent {
    /// Takes standard input, which is a pipe.
    pub fn open() -> io::Result<Self> {
        Receiver::from_owned_fd(io::stdin().as_fd().try_clone_to_owned()?).map(Self)
    }

    /// The next one. Not to be cancelled: half of one would be lost.
    pub async fn next(&mut self) -> Result<String, ParentGone> {
        self.read().await.map_err(|_| ParentGone)
    }

    async fn read(&mut self) -> anyhow::Result<String> {
        let length = self.0.read_u32().await?;
        if u64::from(length) > CONFIG {
            bail!("too long");
        }
        let mut text = vec![0; usize::try_from(length)?];
        self.0.read_exact(&mut text).await?;
        Ok(String::from_utf8(text)?)
    }
}
