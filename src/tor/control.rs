//! A strict and bounded client of tor's control protocol (control-spec), over its unix socket.

use std::collections::VecDeque;
use std::fmt::Write;
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use zeroize::Zeroizing;

use super::times::{Clocks, compare};

/// Bytes a line may have, lines a reply may have, events that may wait.
const LINE: usize = 8 * 1024;
const REPLY: usize = 64;
const EVENTS: usize = 256;
/// A question is answered within this time.
const PATIENCE: Duration = Duration::from_secs(10);

/// What goes wrong between tor and us.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Connection or cookie.
    #[error("tor's control socket: {0}")]
    Io(#[from] io::Error),
    /// tor has ended, or lets nobody in.
    #[error("tor closed its control socket")]
    Closed,
    /// No answer in time.
    #[error("tor did not answer on its control socket")]
    Slow,
    /// tor refuses.
    #[error("tor refuses on its control socket: {0}")]
    Refused(String),
    /// Not the protocol.
    #[error("what answers on tor's control socket is not tor")]
    Strange,
}

/// How far tor has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// 0 to 100.
    pub percent: u8,
    /// In tor's words, in lower case.
    pub doing: String,
}

/// What tor tells unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It has come further.
    Bootstrap(Bootstrap),
    /// A directory took the descriptor of this address (without `.onion`).
    Uploaded(String),
    /// Anything else.
    Other,
}

/// An authenticated connection.
pub struct Control {
    stream: UnixStream,
    buffer: Vec<u8>,
    events: VecDeque<String>,
}

impl Control {
    /// Connects and shows the cookie.
    pub async fn connect(socket: &Path, cookie: &Path) -> Result<Self, ControlError> {
        let connected = tokio::time::timeout(PATIENCE, UnixStream::connect(socket)).await;
        let stream = connected.map_err(|_| ControlError::Slow)??;
        let mut new = Self { stream, buffer: Vec::new(), events: VecDeque::new() };
        // tor writes the cookie before it answers the first question.
        new.ask("PROTOCOLINFO 1").await?;
        let cookie = Zeroizing::new(std::fs::read(cookie)?);
        let mut line = Zeroizing::new(String::from("AUTHENTICATE "));
        for byte in cookie.iter().take(64) {
            let _ = write!(line, "{byte:02x}");
        }
        new.ask(&line).await?;
        Ok(new)
    }

    /// tor ends when this connection does, and tells what matters here.
    pub async fn own(&mut self) -> Result<(), ControlError> {
        self.ask("TAKEOWNERSHIP").await?;
        self.ask("RESETCONF __OwningControllerProcess").await?;
        self.ask("SETEVENTS STATUS_CLIENT HS_DESC").await?;
        Ok(())
    }

    /// tor reads its configuration again.
    pub async fn reload(&mut self) -> Result<(), ControlError> {
        self.ask("SIGNAL RELOAD").await.map(drop)
    }

    /// How far tor has come.
    pub async fn bootstrap(&mut self) -> Result<Bootstrap, ControlError> {
        let phase = self.info("status/bootstrap-phase").await?;
        Bootstrap::read(&phase).ok_or(ControlError::Strange)
    }

    /// Where our clock, at so many seconds, stands beside the consensus; `None` where tor has none.
    pub async fn clock(&mut self, now: u64) -> Option<Clocks> {
        let after = self.info("consensus/valid-after").await.ok()?;
        let until = self.info("consensus/valid-until").await.ok()?;
        compare(now, &after, &until)
    }

    /// One value of GETINFO.
    pub async fn info(&mut self, key: &str) -> Result<String, ControlError> {
        let reply = self.ask(&format!("GETINFO {key}")).await?;
        let value = reply.first().and_then(|line| line.strip_prefix(key)?.strip_prefix('='));
        value.map(ToOwned::to_owned).ok_or(ControlError::Strange)
    }

    /// The next event. May be cancelled without losing one.
    pub async fn event(&mut self) -> Result<Event, ControlError> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(Event::read(&event));
            }
            let line = self.line().await?;
            let (code, _, rest) = parts(&line)?;
            // Replies belong to questions, and none is open.
            if code != "650" {
                return Err(ControlError::Strange);
            }
            self.events.push_back(rest.to_owned());
        }
    }

    async fn ask(&mut self, command: &str) -> Result<Vec<String>, ControlError> {
        match tokio::time::timeout(PATIENCE, self.exchange(command)).await {
            Ok(reply) => reply,
            Err(_) => Err(ControlError::Slow),
        }
    }

    async fn exchange(&mut self, command: &str) -> Result<Vec<String>, ControlError> {
        self.stream.write_all(command.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        let mut reply = Vec::new();
        while reply.len() < REPLY {
            let line = self.line().await?;
            let (code, last, rest) = parts(&line)?;
            if code == "650" {
                if self.events.len() < EVENTS {
                    self.events.push_back(rest.to_owned());
                }
            } else if code != "250" {
                return Err(ControlError::Refused(plain(rest)));
            } else {
                reply.push(rest.to_owned());
                if last {
                    return Ok(reply);
                }
            }
        }
        Err(ControlError::Strange)
    }

    async fn line(&mut self) -> Result<String, ControlError> {
        loop {
            if let Some(end) = memchr::memmem::find(&self.buffer, b"\r\n") {
                let line = String::from_utf8(self.buffer[..end].to_vec());
                self.buffer.drain(..end + 2);
                return line.map_err(|_| ControlError::Strange);
            }
            if self.buffer.len() > LINE {
                return Err(ControlError::Strange);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ControlError::Closed);
            }
        }
    }
}

/// Code, whether it is the last line of a reply, and the rest. Data replies (`250+`) are never asked for.
fn parts(line: &str) -> Result<(&str, bool, &str), ControlError> {
    let (code, rest) = line.split_at_checked(3).ok_or(ControlError::Strange)?;
    let last = match rest.as_bytes().first() {
        Some(b' ') => true,
        Some(b'-') => false,
        _ => return Err(ControlError::Strange),
    };
    Ok((code, last, &rest[1..]))
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

impl Bootstrap {
    /// `NOTICE BOOTSTRAP PROGRESS=45 TAG=… SUMMARY="Loading relay descriptors"`
    fn read(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("BOOTSTRAP PROGRESS=")?;
        let percent: u8 = rest.split(' ').next()?.parse().ok().filter(|p| *p <= 100)?;
        let summary = rest.split_once("SUMMARY=\"").and_then(|(_, s)| s.split('"').next());
        let summary = plain(summary.unwrap_or_default());
        let mut letters = summary.chars();
        let first = letters.next().map(|c| c.to_ascii_lowercase());
        Some(Self { percent, doing: first.into_iter().chain(letters).collect() })
    }
}

impl Event {
    fn read(line: &str) -> Self {
        let words: Vec<_> = line.split(' ').take(3).collect();
        match *words {
            ["STATUS_CLIENT", _, "BOOTSTRAP"] => {
                Bootstrap::read(line).map_or(Self::Other, Self::Bootstrap)
            }
            ["HS_DESC", "UPLOADED", address] => Self::Uploaded(address.to_owned()),
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn talk(answers: &'static [u8]) -> (Control, UnixStream) {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(answers).await.unwrap();
        let control = Control { stream: ours, buffer: Vec::new(), events: VecDeque::new() };
        (control, theirs)
    }

    #[tokio::test]
    async fn replies_and_events_are_told_apart() {
        let (mut control, _tor) = talk(
            b"650 HS_DESC UPLOADED abc UNKNOWN $X\r\n250-status/bootstrap-phase=NOTICE BOOTSTRAP \
              PROGRESS=45 TAG=loading SUMMARY=\"Loading relay descriptors\"\r\n250 OK\r\n\
              650 STATUS_CLIENT WARN BOOTSTRAP PROGRESS=50 TAG=x SUMMARY=\"X\" WARNING=\"w\"\r\n650 A\r\n",
        )
        .await;
        let at = control.bootstrap().await.unwrap();
        assert_eq!(at, Bootstrap { percent: 45, doing: "loading relay descriptors".into() });
        assert_eq!(control.event().await.unwrap(), Event::Uploaded("abc".into()));
        let next = Bootstrap { percent: 50, doing: "x".into() };
        assert_eq!(control.event().await.unwrap(), Event::Bootstrap(next));
        assert_eq!(control.event().await.unwrap(), Event::Other);
    }

    #[tokio::test]
    async fn what_is_not_the_protocol_is_refused() {
        let endless: &[u8] = Box::leak(vec![b'a'; 2 * LINE].into_boxed_slice());
        let many: &[u8] = Box::leak(b"250-x\r\n".repeat(2 * REPLY).into_boxed_slice());
        for strange in [endless, many, b"hello\r\n", b"250+x=\r\n", b"25\r\n", b"250-\xff\r\n"] {
            let (mut control, _tor) = talk(strange).await;
            assert!(matches!(control.reload().await, Err(ControlError::Strange)));
        }
        let (mut control, _tor) = talk(b"552 Unrecognized\x1b key\r\n").await;
        let said = control.info("x").await.unwrap_err().to_string();
        assert!(said.ends_with("Unrecognized key"), "{said}");
        let (mut control, tor) = talk(b"250-x\r\n").await;
        drop(tor);
        assert!(matches!(control.reload().await, Err(ControlError::Closed | ControlError::Io(_))));
    }
}
