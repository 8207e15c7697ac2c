//! The files of an answer.

use std::io::Read;
use std::time::Duration;

use axum::Form;
use axum::body::Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::Frame;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::page::Page;
use super::problem::Problem;
use super::{App, DOWNLOADS, DOWNLOADS_EACH, take};
use crate::base::ids::DispatchId;
use crate::bundle::names;
use crate::dropbox::mailbox::ReplyFile;
use crate::web::connections::{Kept, Visitor};
use crate::web::roster::Place;

/// Bytes of plaintext handed to the connection at once.
const PIECE: usize = 64 * 1024;

#[derive(Deserialize)]
pub struct FileForm {
    code: String,
    ticket: String,
    dispatch: String,
    number: u32,
}

pub async fn download(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<FileForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    if let Err(error) = site.tickets.check_opening(&form.ticket) {
        return page.problem(&error.into());
    }
    let Some(id) = DispatchId::parse(&form.dispatch) else {
        return page.problem(&Problem::NoSuchFile);
    };
    let keys = match site.open_code(visitor.circuit(), &form.code).await {
        Ok(opened) => opened.keys,
        Err(problem) => return page.problem(&problem),
    };
    let file = {
        let dropbox = site.dropbox.clone();
        tokio::task::spawn_blocking(move || dropbox.reply_file(&keys, id, form.number)).await
    };
    match file {
        Ok(Ok(file)) => {
            let each = (DOWNLOADS, DOWNLOADS_EACH);
            match take(&site.downloads, visitor.circuit(), each, None) {
                Some(place) => {
                    attachment(file, (place, visitor.keep()), site.dropbox.limits().idle)
                }
                None => page.problem(&Problem::Busy),
            }
        }
        Ok(Err(error)) => page.problem(&error.into()),
        Err(_) => page.problem(&Problem::Internal),
    }
}

/// Always an attachment of no particular type, under a safe name: nothing an answer holds may run or
/// be shown by the browser.
fn attachment(file: ReplyFile, place: (Place<()>, Kept), idle: Duration) -> Response {
    let name = names::safe(&file.name);
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' })
        .collect();
    let encoded: String = name.bytes().map(percent).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let mut response = Response::new(Body::new(stream(file.plain, place, idle)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.size));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
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

/// Reads on a thread that may block, and gives it up when nothing is taken for too long; an error breaks
/// the connection off, so that a damaged file never looks whole.
fn stream(
    mut plain: Box<dyn Read + Send>,
    place: (Place<()>, Kept),
    idle: Duration,
) -> http_body_util::StreamBody<impl futures_core::Stream<Item = std::io::Result<Frame<Bytes>>>> {
    let (sender, receiver) = mpsc::channel(2);
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let read = plain.read(&mut piece);
            let end = matches!(read, Ok(0) | Err(_));
            let item = read.map(|n| {
                piece.truncate(n);
                Frame::data(Bytes::from(piece))
            });
            let nothing =
                matches!(&item, Ok(frame) if frame.data_ref().is_some_and(Bytes::is_empty));
            let send = async {
                tokio::select! {
                    sent = tokio::time::timeout(idle, sender.send(item)) => matches!(sent, Ok(Ok(()))),
                    () = place.0.entry.dismissed() => false,
                }
            };
            let taken = nothing || handle.block_on(send);
            if end || !taken {
                return;
            }
        }
    });
    http_body_util::StreamBody::new(tokio_stream::wrappers::ReceiverStream::new(receiver))
}
