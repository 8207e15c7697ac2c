//! Downloads that can be resumed.

use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::range::{self, Wanted};
use super::stream::mark;

/// A file that can be asked for in parts.
pub struct Offered<'a> {
    /// As it should be saved.
    pub name: &'a str,
    /// Strong, with its quotes.
    pub etag: &'a str,
    /// Bytes of it.
    pub length: u64,
}

/// The answer to GET or HEAD: all of the file, or the part that was asked for. `body` makes the bytes of a range;
/// it is not called where none are sent (HEAD, 416), so that no thread begins for them.
pub fn respond(
    method: &Method,
    headers: &HeaderMap,
    offered: &Offered<'_>,
    body: impl FnOnce(Range<u64>) -> Body,
) -> Response {
    let length = offered.length;
    let (status, range) = match range::wanted(method, headers, offered.etag, length) {
        Wanted::Whole => (StatusCode::OK, Some(0..length)),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
        Wanted::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, None),
    };
    let sent = range.as_ref().map_or(0, |range| range.end - range.start);
    let content = match &range {
        Some(range) if method != Method::HEAD && sent > 0 => body(range.clone()),
        _ => Body::empty(),
    };
    let mut response = Response::new(content);
    *response.status_mut() = status;
    mark(&mut response, offered.name, sent);
    let of_range = match &range {
        Some(range) if status == StatusCode::PARTIAL_CONTENT => {
            Some(format!("bytes {}-{}/{length}", range.start, range.end - 1))
        }
        Some(_) => None,
        None => Some(format!("bytes */{length}")),
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(etag) = HeaderValue::from_str(offered.etag) {
        headers.insert(header::ETAG, etag);
    }
    if let Some(value) = of_range.and_then(|value| HeaderValue::from_str(&value).ok()) {
        headers.insert(header::CONTENT_RANGE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use http_body_util::BodyExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::web::attachment::stream;

    const LONG: Duration = Duration::from_secs(60);
    const OFFERED: Offered<'static> =
        Offered { name: "a\r\nb: \"c\".tar", etag: "\"1\"", length: 300_000 };

    async fn never<H>(_: &H) {
        std::future::pending::<()>().await;
    }

    fn content(range: Range<u64>) -> Vec<u8> {
        range.map(|at| u8::try_from(at % 251).unwrap()).collect()
    }

    /// What hyper sends for these request lines; whether a body was made, and how many bytes of it were taken.
    async fn ask(request: &str) -> (String, Vec<u8>, u64, u64) {
        let (made, taken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let counts = (made.clone(), taken.clone());
        let service =
            hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let (made, taken) = (counts.0.clone(), counts.1.clone());
                let body = move |range: Range<u64>| {
                    made.fetch_add(1, Ordering::SeqCst);
                    let taken = move |bytes| {
                        taken.fetch_add(bytes, Ordering::SeqCst);
                    };
                    stream(Cursor::new(content(range)), (), never, LONG, taken)
                };
                let response = respond(request.method(), request.headers(), &OFFERED, body);
                async move { Ok::<_, std::convert::Infallible>(response) }
            });
        let (mut near, far) = tokio::io::duplex(64 * 1024);
        let served = tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(hyper_util::rt::TokioIo::new(far), service),
        );
        near.write_all(format!("{request}\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut answer = Vec::new();
        near.read_to_end(&mut answer).await.unwrap();
        served.await.unwrap().unwrap();
        let split = memchr::memmem::find(&answer, b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..split].to_vec()).unwrap().to_lowercase();
        let [made, taken] = [made, taken].map(|count| count.load(Ordering::SeqCst));
        (head, answer[split + 4..].to_vec(), made, taken)
    }

    fn must_hold(head: &str, lines: &[&str]) {
        for line in lines {
            assert!(head.contains(line), "{line} is missing in {head}");
        }
    }

    #[tokio::test]
    async fn the_whole_and_a_part_are_sent() {
        let (head, body, made, taken) = ask("GET / HTTP/1.1").await;
        let lines =
            ["http/1.1 200", "content-length: 300000", "accept-ranges: bytes", "etag: \"1\""];
        must_hold(&head, &lines);
        must_hold(
            &head,
            &["content-disposition: attachment; ", "sandbox", "application/octet-stream"],
        );
        assert!(!head.contains("content-range") && !head.contains("\r\nb: "), "{head}");
        assert!(body == content(0..300_000));
        assert_eq!((made, taken), (1, 300_000));

        let (head, body, _, taken) =
            ask("GET / HTTP/1.1\r\nRange: bytes=100000-\r\nIf-Range: \"1\"").await;
        must_hold(&head, &["http/1.1 206", "content-length: 200000", "bytes 100000-299999/300000"]);
        assert!(body == content(100_000..300_000));
        assert_eq!(taken, 200_000);

        let (head, body, ..) =
            ask("GET / HTTP/1.1\r\nRange: bytes=100000-\r\nIf-Range: \"2\"").await;
        must_hold(&head, &["http/1.1 200", "content-length: 300000"]);
        assert_eq!(body.len(), 300_000);
    }

    #[tokio::test]
    async fn nothing_is_read_for_head_or_for_a_range_beyond_the_end() {
        let (head, body, made, _) = ask("HEAD / HTTP/1.1\r\nRange: bytes=5-").await;
        must_hold(&head, &["http/1.1 200", "content-length: 300000", "etag: \"1\""]);
        assert_eq!((body.len(), made), (0, 0));
        let (head, body, made, _) = ask("GET / HTTP/1.1\r\nRange: bytes=300000-").await;
        must_hold(&head, &["http/1.1 416", "content-length: 0", "content-range: bytes */300000"]);
        assert_eq!((body.len(), made), (0, 0));
    }

    #[tokio::test]
    async fn a_fault_breaks_the_body_off_and_lets_go_of_what_is_held() {
        struct Fails(bool);
        impl Read for Fails {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::ErrorKind::NotFound.into());
                }
                Ok(buffer.len())
            }
        }
        let held = Arc::new(());
        let body = stream(Fails(false), held.clone(), never, LONG, |_| ());
        assert!(body.collect().await.is_err());
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn little_is_read_ahead_and_nothing_once_the_reader_is_gone() {
        struct Counts(Arc<AtomicU64>);
        impl Read for Counts {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.fetch_add(buffer.len() as u64, Ordering::SeqCst);
                Ok(buffer.len())
            }
        }
        let (read, held) = (Arc::new(AtomicU64::new(0)), Arc::new(()));
        let (told, taken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let count = taken.clone();
        let mut body = stream(Counts(read.clone()), held.clone(), never, LONG, move |bytes| {
            count.fetch_add(bytes, Ordering::SeqCst);
        });
        for _ in 0..50 {
            let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
            told.fetch_add(piece.len() as u64, Ordering::SeqCst);
            let ahead = read.load(Ordering::SeqCst) - told.load(Ordering::SeqCst);
            assert!(ahead <= 4 * 64 * 1024, "{ahead}");
        }
        assert_eq!(taken.load(Ordering::SeqCst), told.load(Ordering::SeqCst));
        drop(body);
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn one_that_takes_nothing_is_given_up_and_so_is_one_whose_place_is_needed() {
        let short = Duration::from_millis(20);
        let held = Arc::new(());
        let stalled = stream(io::repeat(0), held.clone(), never, short, |_| ());
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
        let at_once = async |_: &Arc<()>| ();
        let dismissed = stream(io::repeat(0), held.clone(), at_once, LONG, |_| ());
        while Arc::strong_count(&held) > 1 {
            tokio::task::yield_now().await;
        }
        drop((stalled, dismissed));
    }
}
