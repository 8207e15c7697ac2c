//! Files on their way to a browser: never shown, never run, and read on a thread while they are sent.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::Frame;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::bundle::names;

/// Bytes handed to the connection at once.
const PIECE: usize = 64 * 1024;
/// Pieces that may wait for the connection.
const PIECES: usize = 2;

/// Makes an answer an attachment of no particular type, under a safe name: nothing it holds may run or be
/// shown by the browser.
pub fn mark(response: &mut Response, name: &str, length: u64) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    if let Ok(disposition) = HeaderValue::from_str(&disposition(name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
}

/// RFC 6266, with the name once more in full (RFC 8187).
fn disposition(name: &str) -> String {
    let name = names::safe(name);
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
        .collect();
    let encoded: String = name.bytes().map(percent).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// RFC 8187's `ext-value`: everything but unreserved ASCII is percent-encoded.
fn percent(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    }
}

/// A body that is read on a thread that may block; three pieces of it are in memory at most. The thread gives
/// it up when nothing is taken for `idle`, or when `gone` says that its place is needed; an error breaks
/// the connection off, so that a damaged file never looks whole. `held` is held until the thread has
/// handed the last piece on. `taken` hears of the bytes of each piece that the connection takes, on the thread
/// of the connection: it must not block. What the connection has taken may still be on its way.
pub fn stream<H: Send + 'static>(
    mut content: impl Read + Send + 'static,
    held: H,
    gone: impl AsyncFn(&H) + Send + 'static,
    idle: Duration,
    taken: impl FnMut(u64) + Send + Unpin + 'static,
) -> Body {
    let (sender, receiver) = mpsc::channel(PIECES);
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let item = match content.read(&mut piece) {
                Ok(0) => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map(|n| {
                    piece.truncate(n);
                    Bytes::from(piece)
                }),
            };
            let failed = item.is_err();
            let send = async {
                tokio::select! {
                    sent = tokio::time::timeout(idle, sender.send(item)) => matches!(sent, Ok(Ok(()))),
                    () = gone(&held) => false,
                }
            };
            if !handle.block_on(send) || failed {
                return;
            }
        }
    });
    Body::new(Outgoing { receiver, taken })
}

struct Outgoing<F> {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    taken: F,
}

impl<F: FnMut(u64) + Unpin> HttpBody for Outgoing<F> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let item = std::task::ready!(self.receiver.poll_recv(context));
        if let Some(Ok(piece)) = &item {
            (self.taken)(piece.len() as u64);
        }
        Poll::Ready(item.map(|item| item.map(Frame::data)))
    }
}
