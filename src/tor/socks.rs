//! Visits an onion address through a SOCKS port of tor (RFC 1928), to see whether it answers.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

/// A tor's SOCKS port.
#[derive(Clone, Debug)]
pub enum Port {
    /// Of `serve --tor`.
    Unix(PathBuf),
    /// Of the system's tor.
    Tcp(SocketAddr),
}

/// Why a visit failed.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// Nothing listens there.
    #[error("tor's SOCKS port does not answer")]
    NoTor,
    /// tor could not reach the address.
    #[error("tor could not reach it")]
    Unreachable,
    /// Not in time.
    #[error("no answer within {0} seconds")]
    Slow(u64),
    /// Connected, and then not an answer of HTTP.
    #[error("what answers there is not HTTP")]
    Strange,
}

/// Asks for `/` of an onion address and returns the status.
pub async fn visit(port: &Port, onion: &str, patience: Duration) -> Result<u16, VisitError> {
    let visit = async {
        match port {
            Port::Unix(path) => {
                let stream = UnixStream::connect(path).await.map_err(|_| VisitError::NoTor)?;
                ask(stream, onion).await
            }
            Port::Tcp(address) => {
                let stream = TcpStream::connect(address).await.map_err(|_| VisitError::NoTor)?;
                ask(stream, onion).await
            }
        }
    };
    let outcome = tokio::time::timeout(patience, visit).await;
    outcome.unwrap_or(Err(VisitError::Slow(patience.as_secs())))
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin>(mut s: S, onion: &str) -> Result<u16, VisitError> {
    match connect(&mut s, onion).await {
        Ok(true) => status(&mut s, onion).await.ok().flatten().ok_or(VisitError::Strange),
        _ => Err(VisitError::Unreachable),
    }
}

async fn connect<S: AsyncRead + AsyncWrite + Unpin>(s: &mut S, onion: &str) -> io::Result<bool> {
    // Version 5, one method: none.
    s.write_all(&[5, 1, 0]).await?;
    let mut chosen = [0; 2];
    s.read_exact(&mut chosen).await?;
    let Ok(length) = u8::try_from(onion.len()) else { return Ok(false) };
    if chosen != [5, 0] {
        return Ok(false);
    }
    // CONNECT to a name, port 80.
    s.write_all(&[&[5, 1, 0, 3, length], onion.as_bytes(), &[0, 80]].concat()).await?;
    let mut head = [0; 4];
    s.read_exact(&mut head).await?;
    let address = match head[3] {
        1 => 4,
        4 => 16,
        _ => return Ok(false),
    };
    let mut bound = [0; 18];
    s.read_exact(&mut bound[..address + 2]).await?;
    Ok(head[..2] == [5, 0])
}

/// The status of `HTTP/1.1 200 …`.
async fn status<S: AsyncRead + AsyncWrite + Unpin>(
    s: &mut S,
    onion: &str,
) -> io::Result<Option<u16>> {
    let request = format!("GET / HTTP/1.1\r\nHost: {onion}\r\nConnection: close\r\n\r\n");
    s.write_all(request.as_bytes()).await?;
    let mut head = [0; 12];
    s.read_exact(&mut head).await?;
    let text = std::str::from_utf8(&head).ok().and_then(|text| text.strip_prefix("HTTP/1."));
    Ok(text.and_then(|text| text.get(2..)?.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_visit_says_what_answered() {
        let cases: [(&[u8], Option<u16>); 4] = [
            (b"\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0HTTP/1.1 200 OK\r\n", Some(200)),
            (b"\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0HTTP/1.1 421 No\r\n", Some(421)),
            (b"\x05\x00\x05\x04\x00\x01\0\0\0\0\0\0", None),
            (b"\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0SSH-2.0-openssh", None),
        ];
        for (answer, expected) in cases {
            let (ours, mut theirs) = UnixStream::pair().unwrap();
            theirs.write_all(answer).await.unwrap();
            assert_eq!(ask(ours, "abc.onion").await.ok(), expected);
        }
        let nowhere = Port::Unix("/nonexistent/socks.sock".into());
        let second = Duration::from_secs(1);
        assert!(matches!(visit(&nowhere, "a.onion", second).await, Err(VisitError::NoTor)));
    }
}
