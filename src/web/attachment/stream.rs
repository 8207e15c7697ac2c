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
    let name = without_escapes(&names::safe(name));
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
        .collect();
    let encoded: String = name.bytes().map(percent).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// The name with `_` for each `%` of what looks like a percent-encoded byte. Firefox decodes those once more, also in
/// `filename*`, to whatever character they stand for, and so do others in `filename`; any other `%` it replaces by `_`
/// itself. No encoding keeps them there.
fn without_escapes(name: &str) -> String {
    let bytes = name.as_bytes();
    let is_escape = |at: usize| {
        bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    };
    name.char_indices().map(|(at, c)| if c == '%' && is_escape(at) { '_' } else { c }).collect()
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

/// A body that is read on a thread that may block, three pieces in memory at most. The thread stops when
/// nothing is taken for `idle`, or when `gone` says that its place is needed. An error breaks the connection
/// off, so that a damaged file never looks whole. `held` is kept until the last piece was handed on. `taken` is
/// told the bytes of each piece that the connection takes, on the connection's thread: it must not block. Those
/// bytes may still be on their way.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_keeps_its_name_in_every_browser() {
        for (name, plain, full) in [
            ("a b.pdf", "a_b.pdf", "a%20b.pdf"),
            ("é.pdf", "_.pdf", "%C3%A9.pdf"),
            // Firefox 153 saved `aAb.txt` of the plain encoding (Chromium 156: as sent).
            ("a%41b.txt", "a_41b.txt", "a_41b.txt"),
            ("a%E2%80%aeb.txt", "a_E2_80_aeb.txt", "a_E2_80_aeb.txt"),
            ("%2F%00", "_2F_00", "_2F_00"),
            ("100%", "100_", "100%25"),
            ("50% de %é %4", "50__de_____4", "50%25%20de%20%25%C3%A9%20%254"),
        ] {
            let expected = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}");
            assert_eq!(disposition(name), expected);
        }
    }
}
