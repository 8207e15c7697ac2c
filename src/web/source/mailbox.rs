//! Coming back: the form for a code, what lies under it, and the files of an answer.

use std::io::Read;
use std::time::Duration;

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::Frame;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::drop::DropForm;
use super::page::{Page, Switch, answer};
use super::problem::Problem;
use super::{App, OpenedCode};
use crate::base::ids::DispatchId;
use crate::bundle::names;
use crate::dropbox::mailbox::{ReplyFile, SourceView};
use crate::web::tally;

/// Bytes of plaintext handed to the connection at once.
const PIECE: usize = 64 * 1024;

#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
    ticket: String,
}

#[derive(Deserialize)]
pub struct FileForm {
    code: String,
    ticket: String,
    dispatch: String,
    number: u32,
}

#[derive(Template)]
#[template(path = "source/mailbox_form.html")]
struct AskPage<'a> {
    page: &'a Page<'a>,
    ticket: String,
    typed: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "source/mailbox.html")]
struct MailboxPage<'a> {
    page: &'a Page<'a>,
    view: Option<SourceView>,
    form: DropForm,
}

pub async fn ask(State(site): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&site, &uri, &headers).switched(Switch::Link("/mailbox"));
    let Ok(ticket) = site.tickets.fresh() else { return page.problem(&Problem::Internal) };
    let ticket = site.tickets.print(&ticket);
    answer(StatusCode::OK, &AskPage { page: &page, ticket, typed: String::new(), problem: None })
}

pub async fn show(
    State(site): App,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    let ticket = match site.tickets.check_opening(&form.ticket) {
        Ok(ticket) => ticket,
        Err(error) => return ask_again(page, &error.into(), form.code),
    };
    let opened = match site.open_code(&form.code).await {
        Ok(opened) => opened,
        Err(problem) => return ask_again(page, &problem, form.code),
    };
    let OpenedCode { code, list, keys } = opened;
    let view = {
        let dropbox = site.dropbox.clone();
        tokio::task::spawn_blocking(move || dropbox.source_view(&keys)).await
    };
    let view = match view {
        Ok(Ok(view)) => view,
        Ok(Err(error)) => return page.problem(&error.into()),
        Err(_) => return page.problem(&Problem::Internal),
    };
    let words = code.words(list).to_string();
    let Ok(ticket) = page.next_ticket(&ticket) else { return page.problem(&Problem::Internal) };
    let page = page.switched(Switch::Button { code: words.clone(), ticket: ticket.clone() });
    let mut form = DropForm::new(&page, words, ticket);
    form.known = true;
    answer(StatusCode::OK, &MailboxPage { page: &page, view, form })
}

/// The form again, with what was typed and which word to look at.
fn ask_again(page: Page<'_>, problem: &Problem, typed: String) -> Response {
    let mends = matches!(problem, Problem::Code(_) | Problem::OldTicket | Problem::Busy);
    let ticket = page.site.tickets.fresh();
    let (true, Ok(ticket)) = (mends, ticket) else { return page.problem(problem) };
    tally::count(problem.kind());
    let sentence = match problem {
        Problem::OldTicket => page.t.error_code_ticket_old(),
        other => other.sentence(page.lang, page.site.dropbox.limits()),
    };
    let ticket = page.site.tickets.print(&ticket);
    answer(problem.status(), &AskPage { page: &page, ticket, typed, problem: Some(sentence) })
}

pub async fn download(
    State(site): App,
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
    let keys = match site.open_code(&form.code).await {
        Ok(opened) => opened.keys,
        Err(problem) => return page.problem(&problem),
    };
    let file = {
        let dropbox = site.dropbox.clone();
        tokio::task::spawn_blocking(move || dropbox.reply_file(&keys, id, form.number)).await
    };
    match file {
        Ok(Ok(file)) => match site.downloads.clone().try_acquire_owned() {
            Ok(place) => attachment(file, place, site.dropbox.limits().idle),
            Err(_) => page.problem(&Problem::Busy),
        },
        Ok(Err(error)) => page.problem(&error.into()),
        Err(_) => page.problem(&Problem::Internal),
    }
}

/// Always an attachment of no particular type, under a safe name: nothing an answer holds may run or
/// be shown by the browser.
fn attachment(file: ReplyFile, place: OwnedSemaphorePermit, idle: Duration) -> Response {
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

/// Reads on a thread that may block, and gives it up when nothing is taken for too long; an error breaks the connection off, so that a damaged file never
/// looks whole.
fn stream(
    mut plain: Box<dyn Read + Send>,
    place: OwnedSemaphorePermit,
    idle: Duration,
) -> http_body_util::StreamBody<impl futures_core::Stream<Item = std::io::Result<Frame<Bytes>>>> {
    let (sender, receiver) = mpsc::channel(2);
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _place = place;
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
            let send = async { tokio::time::timeout(idle, sender.send(item)).await };
            let taken = nothing || matches!(handle.block_on(send), Ok(Ok(())));
            if end || !taken {
                return;
            }
        }
    });
    http_body_util::StreamBody::new(tokio_stream::wrappers::ReceiverStream::new(receiver))
}
