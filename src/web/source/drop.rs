//! Sending: the form with a new code, and the form coming back with documents in it.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use tokio::runtime::Handle;

use super::page::{Page, Switch, answer};
use super::problem::Problem;
use super::ticket::Ticket;
use super::{App, OpenedCode, Site};
use crate::base::limits::{self, Limits};
use crate::crypto::code::RetrievalCode;
use crate::dropbox::{Intake, Receipt, Team, Teams};
use crate::web::body::{self, Incoming};
use crate::web::multipart::{Boundary, FormLimits, FormReader};

/// The form: new, or given back to be mended.
#[derive(Template)]
#[template(path = "source/drop.html")]
struct DropPage<'a> {
    page: &'a Page<'a>,
    form: DropForm,
    problem: Option<String>,
}

/// What the component `drop_form.html` shows.
pub struct DropForm {
    pub code: String,
    pub ticket: String,
    pub teams: Arc<Teams>,
    pub team: String,
    pub message: String,
    pub limits: String,
    /// The code stands on the source's paper already.
    pub known: bool,
}

#[derive(Template)]
#[template(path = "source/receipt.html")]
struct ReceiptPage<'a> {
    page: &'a Page<'a>,
    receipt: &'a Receipt,
    code: String,
    ticket: String,
}

/// What was typed, as far as it was read: given back when something must be mended.
#[derive(Default)]
struct Typed {
    ticket: Option<Ticket>,
    code: Option<OpenedCode>,
    team: String,
    message: String,
}

impl DropForm {
    pub fn new(page: &Page<'_>, code: String, ticket: String) -> Self {
        let limits = page.site.dropbox.limits();
        Self {
            code,
            ticket,
            teams: page.site.dropbox.teams(),
            team: String::new(),
            message: String::new(),
            limits: page.t.drop_files_hint(
                limits.files,
                page.lang.size(limits.file),
                page.lang.size(limits.dispatch),
            ),
            known: false,
        }
    }
}

pub async fn show(State(site): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&site, &uri, &headers).switched(Switch::Link("/drop"));
    let new = RetrievalCode::generate().and_then(|code| Ok((code, site.tickets.fresh()?)));
    let Ok((code, ticket)) = new else { return page.problem(&Problem::Internal) };
    let words = code.words(page.lang.words()).to_string();
    let form = DropForm::new(&page, words, site.tickets.print(&ticket));
    answer(StatusCode::OK, &DropPage { page: &page, form, problem: None })
}

pub async fn receive(State(site): App, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    let limits = site.dropbox.limits();
    let most = largest_form(limits);
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(most);
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let page = Page::new(&site, &uri, &headers);

    let boundary = Boundary::from_content_type(content_type.unwrap_or_default());
    let place = site.uploads.clone().try_acquire_owned();
    // curl asks before it sends so much. A browser has begun to send already: its code and message are
    // read and given back, see `begin`.
    let asks = headers.contains_key(header::EXPECT);
    let (boundary, place) = match (boundary, place) {
        (Ok(boundary), Ok(place)) if announced <= most || !asks => (boundary, place),
        (boundary, place) => {
            let problem = match (boundary, place) {
                (Err(_), _) => Problem::Form,
                (_, Err(_)) => Problem::Busy,
                _ => Problem::DispatchTooLarge,
            };
            let read = !asks && body::discard(body, limits.idle, limits.drain).await;
            return close_unless(read, page.problem(&problem));
        }
    };
    let (outgoing, incoming) = body::channel();
    let form = FormReader::new(incoming, &boundary, form_limits(limits.files));
    let work = tokio::task::spawn_blocking({
        let (site, handle) = (site.clone(), Handle::current());
        move || {
            let mut typed = Typed::default();
            let outcome = read_form(&site, &handle, form, announced, &mut typed);
            drop(place);
            (outcome, typed)
        }
    });
    let read = outgoing.pump(body, limits.idle, limits.drain).await;
    let response = match work.await {
        Ok((Ok(receipt), typed)) => show_receipt(page, &receipt, typed),
        Ok((Err(problem), typed)) => give_back(page, &problem, typed),
        Err(_) => page.problem(&Problem::Internal),
    };
    close_unless(read, response)
}

/// Parts: four text fields, then files.
fn form_limits(files: usize) -> FormLimits {
    FormLimits { header: limits::PART_HEADER, parts: files + 5, field_name: limits::FIELD_NAME }
}

/// What is left of an unread body would be taken for the next request.
fn close_unless(read: bool, mut response: Response) -> Response {
    if !read {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn read_form(
    site: &Site,
    handle: &Handle,
    mut form: FormReader<Incoming>,
    announced: u64,
    typed: &mut Typed,
) -> Result<Receipt, Problem> {
    let most = site.dropbox.limits().message;
    let mut intake = None;
    while let Some(part) = form.next_part()? {
        let short = limits::SHORT_FIELD;
        match (part.name.as_str(), part.file_name) {
            ("ticket", None) if typed.ticket.is_none() => {
                typed.ticket = Some(site.tickets.check(&read_text(&mut form, short)?.text)?);
            }
            ("code", None) if typed.code.is_none() => {
                let text = read_text(&mut form, short)?.text;
                typed.code = Some(handle.block_on(site.open_code(&text))?);
            }
            ("team", None) if intake.is_none() => typed.team = read_text(&mut form, short)?.text,
            ("message", None) if intake.is_none() => {
                let read = read_text(&mut form, 4 * most)?;
                typed.message = read.text.replace("\r\n", "\n");
                if read.cut || typed.message.chars().count() > most {
                    return Err(Problem::MessageTooLong);
                }
            }
            ("files", Some(name)) => {
                // A file field that was left empty comes as one part without name and content.
                let first = form.data()?;
                if name.is_empty() && first.is_none() {
                    continue;
                }
                let intake = match &mut intake {
                    Some(intake) => intake,
                    none => none.insert(begin(site, announced, typed)?),
                };
                let mut file = intake.file(name)?;
                let mut next = first;
                while let Some(bytes) = next {
                    file.write(&bytes)?;
                    next = form.data()?;
                }
                file.finish()?;
            }
            _ => return Err(Problem::Form),
        }
    }
    let intake = match intake {
        Some(intake) => intake,
        None => begin(site, announced, typed)?,
    };
    // A copy: should storing fail even now, the message is given back.
    Ok(intake.send(typed.message.clone())?)
}

/// Bytes of a form that can still be within the limits.
fn largest_form(limits: &Limits) -> u64 {
    limits.dispatch + 4 * limits.message as u64 + limits::FORM_OVERHEAD
}

/// Every text field has been read; no byte of a file has.
fn begin(site: &Site, announced: u64, typed: &mut Typed) -> Result<Intake, Problem> {
    let ticket = typed.ticket.as_ref().ok_or(Problem::ForeignTicket)?;
    let code = typed.code.as_ref().ok_or(Problem::Form)?;
    if code.code.appears_in(&typed.message) {
        return Err(Problem::MessageHasCode);
    }
    if announced > largest_form(site.dropbox.limits()) {
        return Err(Problem::DispatchTooLarge);
    }
    let team: Team = site.dropbox.teams().find(&typed.team).ok_or(Problem::Team)?.clone();
    let seed = site.tickets.dispatch_seed(ticket);
    Ok(site.dropbox.intake(code.keys.clone(), team, seed, announced)?)
}

struct ReadText {
    text: String,
    cut: bool,
}

/// Reads a text field of at most `most` bytes. What is longer is cut, and said to be.
fn read_text(form: &mut FormReader<Incoming>, most: usize) -> Result<ReadText, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = form.data()? {
        let room = most - bytes.len();
        bytes.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
        if piece.len() > room {
            return Ok(ReadText { text: String::from_utf8_lossy(&bytes).into_owned(), cut: true });
        }
    }
    Ok(ReadText { text: String::from_utf8_lossy(&bytes).into_owned(), cut: false })
}

fn show_receipt(page: Page<'_>, receipt: &Receipt, typed: Typed) -> Response {
    let (Some(code), Some(ticket)) = (typed.code, typed.ticket) else {
        return page.problem(&Problem::Internal);
    };
    let code = code.code.words(code.list).to_string();
    let Ok(ticket) = page.next_ticket(&ticket) else { return page.problem(&Problem::Internal) };
    let page = page.switched(Switch::Button { code: code.clone(), ticket: ticket.clone() });
    answer(StatusCode::OK, &ReceiptPage { page: &page, receipt, code, ticket })
}

/// The form again with the same code and everything that was typed; files must be chosen again.
fn give_back(page: Page<'_>, problem: &Problem, typed: Typed) -> Response {
    let Some(code) = typed.code.filter(|_| problem.can_be_mended()) else {
        return page.problem(problem);
    };
    let ticket = match &typed.ticket {
        Some(ticket) => page.next_ticket(ticket),
        None => {
            page.site.tickets.fresh().map(|t| page.site.tickets.print(&t)).map_err(Problem::from)
        }
    };
    let Ok(ticket) = ticket else { return page.problem(&Problem::Internal) };
    crate::web::tally::count(problem.kind());
    let mut form = DropForm::new(&page, code.code.words(code.list).to_string(), ticket);
    form.team = typed.team;
    form.message = typed.message;
    form.known = true;
    let sentence = problem.sentence(page.lang, page.site.dropbox.limits());
    answer(problem.status(), &DropPage { page: &page, form, problem: Some(sentence) })
}
