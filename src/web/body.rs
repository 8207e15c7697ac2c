//! From hyper's body to a thread that may block: few pieces wait, a slow reader slows the sender, and
//! the end of a body is told from its breaking off.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::base::limits::SHORT_FIELD;

use super::multipart::{BodySource, FormError, FormReader};

/// Pieces that may wait between the connection and the thread that seals.
const PIECES: usize = 4;

/// What travels to the thread.
enum Piece {
    Data(Bytes),
    End,
}

/// The reading end, for a thread that may block.
pub struct Incoming(mpsc::Receiver<Piece>);

impl BodySource for Incoming {
    fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        match self.0.blocking_recv() {
            Some(Piece::Data(bytes)) => Ok(Some(bytes)),
            Some(Piece::End) => Ok(None),
            // The sender went away without an end: the circuit broke, or nothing came for too long.
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// The writing end.
pub struct Outgoing(mpsc::Sender<Piece>);

/// A connected pair.
pub fn channel() -> (Outgoing, Incoming) {
    let (sender, receiver) = mpsc::channel(PIECES);
    (Outgoing(sender), Incoming(receiver))
}

impl Outgoing {
    /// Moves the body over. When the reader stops early (a refusal), up to `drain` bytes of the rest are read
    /// and thrown away, since some browsers show an answer only after they have sent everything. Returns
    /// whether the body was read to its end. `idle`: how long no byte may come. `arrived`: told the bytes of
    /// each piece.
    pub async fn pump(
        self,
        mut body: Body,
        idle: Duration,
        drain: u64,
        arrived: impl Fn(u64),
    ) -> bool {
        let mut reader = Some(self.0);
        let mut thrown = 0_u64;
        loop {
            let frame = match tokio::time::timeout(idle, body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => {
                    if let Some(reader) = reader {
                        let _ = reader.send(Piece::End).await;
                    }
                    return true;
                }
                Ok(Some(Err(_))) | Err(_) => return false,
            };
            let Ok(data) = frame.into_data() else { continue };
            let length = data.len() as u64;
            arrived(length);
            if let Some(to) = &reader {
                match tokio::time::timeout(idle, to.send(Piece::Data(data))).await {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => reader = None,
                    // The thread that seals stands still: a disk or a process holds it up.
                    Err(_) => return false,
                }
            }
            thrown += length;
            if thrown > drain {
                return false;
            }
        }
    }
}

/// A page that is handed over piece by piece within some time, and something that is held until its end.
pub struct Pieces<T> {
    rest: Bytes,
    until: Instant,
    _held: T,
}

/// Bytes of a piece: hyper takes the next one when the last is on its way.
const PIECE: usize = 16 * 1024;

impl<T> Pieces<T> {
    /// All of `page`. Whoever takes it too slowly is cut off, so that nobody keeps a slot for ever.
    pub fn new(page: Bytes, time: Duration, held: T) -> Self {
        Self { rest: page, until: Instant::now() + time, _held: held }
    }
}

impl<T: Unpin> HttpBody for Pieces<T> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if Instant::now() > self.until {
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        Poll::Ready((length > 0).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// Throws a whole body away, at most `drain` bytes; says whether that was all.
pub async fn discard(body: Body, idle: Duration, drain: u64) -> bool {
    let (outgoing, incoming) = channel();
    drop(incoming);
    outgoing.pump(body, idle, drain, |_| ()).await
}

/// A text field of a form, as far as it was read; its lines end in LF (HTML sends CRLF).
pub struct ReadText {
    pub text: String,
    /// It has more characters than it may.
    pub is_long: bool,
}

/// Reads a short text field; what is longer is cut.
pub fn read_short(form: &mut FormReader<Incoming>) -> Result<String, FormError> {
    Ok(read_text(form, SHORT_FIELD)?.text)
}

/// Reads a text field of at most `most` characters. Of what is longer, as many bytes are read as such a text
/// could have.
pub fn read_text(form: &mut FormReader<Incoming>, most: usize) -> Result<ReadText, FormError> {
    let most_bytes = most.saturating_mul(4);
    let mut bytes = Vec::new();
    let mut cut = false;
    while !cut && let Some(piece) = form.data()? {
        let room = most_bytes - bytes.len();
        bytes.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        cut = piece.len() > room;
    }
    let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let is_long = cut || text.chars().count() > most;
    Ok(ReadText { text, is_long })
}

/// Where a body was not read to its end, what is left would be taken for the next request.
pub fn close_unless(read: bool, mut response: Response) -> Response {
    if !read {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
