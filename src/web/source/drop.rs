//! Sending: the form with a new code, and the form coming back with documents in it.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use tokio::runtime::Handle;

use super::page::{Frames, Page, Switch, answer, carried};
use super::problem::Problem;
use super::progress::{Meter, Phase};
use super::receipt::{self, Slip};
use super::ticket::Ticket;
use super::{App, OpenedCode, Site};
use crate::base::limits::{self, Limits};
use crate::crypto::code::RetrievalCode;
use crate::crypto::words::WordList;
use crate::dropbox::draft::HeldDraft;
use crate::dropbox::{Intake, Letter, Sent, Team, Teams};
use crate::web::body::{self, Incoming};
use crate::web::multipart::{Boundary, FormLimits, FormReader};
use crate::web::tally;

/// The form: new, or with what was typed before.
#[derive(Template)]
#[template(path = "source/drop.html")]
struct DropPage<'a> {
    page: &'a Page<'a>,
    form: DropForm,
}

/// What the component `drop_form.html` shows.
pub struct DropForm {
    pub code: String,
    pub ticket: String,
    /// Of the display beside the form.
    pub progress: String,
    pub teams: Arc<Teams>,
    pub team: String,
    pub message: String,
    /// The team of the draft that the page shows.
    pub draft: String,
    pub limits: String,
    /// The code stands on the source's paper already.
    pub known: bool,
}

/// In the frame: nothing was sent, and why.
#[derive(Template)]
#[template(path = "source/refused.html")]
struct RefusedPage<'a> {
    page: &'a Page<'a>,
    title: String,
    problem: String,
    held: usize,
    /// What to do with the form that still stands above.
    advice: Option<String>,
    /// What the form is opened with again, where that is of use.
    again: Option<Vec<(&'static str, String)>>,
}

/// In the frame: everything arrived, and more is there than this form held.
#[derive(Template)]
#[template(path = "source/asked.html")]
struct AskedPage<'a> {
    page: &'a Page<'a>,
    fields: Vec<(&'static str, String)>,
}

/// What was typed, as far as it was read: given back when something must be mended.
#[derive(Default)]
struct Typed {
    ticket: Option<Ticket>,
    code: Option<OpenedCode>,
    team: String,
    message: String,
    draft: String,
    /// Files that are held whole.
    held: usize,
}

/// What a form that arrived whole comes to.
enum Outcome {
    Slip(Slip),
    Asked,
}

impl DropForm {
    pub fn new(page: &Page<'_>, code: String, ticket: &Ticket) -> Self {
        let (tickets, limits) = (&page.site.tickets, page.site.dropbox.limits());
        Self {
            code,
            ticket: tickets.print(ticket),
            progress: tickets.progress_token(ticket),
            teams: page.site.dropbox.teams(),
            team: String::new(),
            message: String::new(),
            draft: String::new(),
            limits: page.t.drop_files_hint(
                limits.files,
                page.lang.size(limits.file),
                page.lang.size(limits.dispatch),
            ),
            known: false,
        }
    }

    /// Filled with a draft that the page shows.
    pub fn with_draft(mut self, draft: &HeldDraft) -> Self {
        draft.team().clone_into(&mut self.team);
        draft.team().clone_into(&mut self.draft);
        self.message.clone_from(&draft.message);
        self
    }
}

pub async fn show(State(site): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let new = RetrievalCode::generate().and_then(|code| Ok((code, site.tickets.fresh()?)));
    let Ok((code, ticket)) = new else { return page.problem(&Problem::Internal) };
    let words = code.words(page.lang.words()).to_string();
    let form = DropForm::new(&page, words, &ticket);
    show_form(page, form)
}

/// The page of a form; its other languages keep the code.
fn show_form(page: Page<'_>, form: DropForm) -> Response {
    let fields = carried(&form.code, &form.ticket);
    let page =
        page.switched(Switch::Button { action: "/drop/form", fields }).framing(Frames::Holds);
    answer(&page, StatusCode::OK, &DropPage { page: &page, form })
}

#[derive(Deserialize)]
pub struct AgainForm {
    code: String,
    ticket: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    message: String,
}

/// The form again, in another language or with what was typed.
pub async fn again(
    State(site): App,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<AgainForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let Ok(Form(typed)) = form else { return page.problem(&Problem::Form) };
    let ticket = match site.tickets.check(&typed.ticket) {
        Ok(ticket) => site.tickets.next(&ticket).map_err(Problem::from),
        Err(error) => match Problem::from(error) {
            Problem::OldTicket => site.tickets.fresh().map_err(Problem::from),
            other => Err(other),
        },
    };
    let read = RetrievalCode::read(&typed.code).map_err(Problem::from);
    let (code, ticket) = match (read.map(|all| all.into_iter().next()), ticket) {
        (Ok(Some(code)), Ok(ticket)) => (code, ticket),
        (Err(problem), _) | (_, Err(problem)) => return page.problem(&problem),
        (Ok(None), _) => return page.problem(&Problem::Internal),
    };
    let list = code.list_of(&typed.code).unwrap_or(WordList::English);
    let mut form = DropForm::new(&page, code.words(list).to_string(), &ticket);
    (form.team, form.message, form.known) = (typed.team, typed.message, true);
    show_form(page, form)
}

pub async fn receive(State(site): App, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    let limits = site.dropbox.limits();
    let most = largest_form(limits);
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let announced = length.unwrap_or(most);
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let page = Page::new(&site, &uri, &headers).framing(Frames::Inside);
    let keep = uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "keep=1"));

    let boundary = Boundary::from_content_type(content_type.unwrap_or_default());
    let place = site.uploads.clone().try_acquire_owned().ok();
    let has_place = place.is_some();
    // Without a place the text is read all the same, as long as few do so: the reason is then told in the
    // display, and the message given back.
    let place = place.or_else(|| site.refusals.clone().try_acquire_owned().ok());
    // curl asks before it sends so much. A browser has begun to send already: its code and message are
    // read and given back, see `begin`.
    let asks = headers.contains_key(header::EXPECT);
    let (Ok(boundary), Some(place), true) = (&boundary, place, announced <= most || !asks) else {
        let problem = match boundary {
            Err(_) => Problem::Form,
            Ok(_) if announced > most => Problem::DispatchTooLarge,
            Ok(_) => Problem::Busy,
        };
        let read = !asks && body::discard(body, limits.idle, limits.drain).await;
        return close_unless(read, page.problem(&problem));
    };
    let meter = Meter::new(length);
    let (outgoing, incoming) = body::channel();
    let form = FormReader::new(incoming, boundary, form_limits(limits.files));
    let work = tokio::task::spawn_blocking({
        let (site, meter, handle) = (site.clone(), meter.clone(), Handle::current());
        move || {
            let mut reader = Reader {
                site: &site,
                handle,
                form,
                announced,
                meter: &meter,
                typed: Typed::default(),
            };
            let outcome = reader.read(has_place, keep);
            let typed = reader.typed;
            meter.set(match &outcome {
                Ok(Outcome::Slip(_)) => Phase::Sent,
                Ok(Outcome::Asked) => Phase::Held,
                Err(problem) => Phase::Refused(problem.clone(), typed.held),
            });
            drop(place);
            (outcome, typed)
        }
    });
    let read = outgoing.pump(body, limits.idle, limits.drain, |bytes| meter.add(bytes)).await;
    let response = match work.await {
        Ok((Ok(Outcome::Slip(slip)), typed)) => receipt::framed(page, &slip, typed.into_pair()),
        Ok((Ok(Outcome::Asked), typed)) => ask(page, typed),
        Ok((Err(problem), typed)) => refuse(page, &problem, typed),
        Err(_) => page.problem(&Problem::Internal),
    };
    close_unless(read, response)
}

/// Parts: five text fields, then files.
fn form_limits(files: usize) -> FormLimits {
    FormLimits { header: limits::PART_HEADER, parts: files + 6, field_name: limits::FIELD_NAME }
}

/// What is left of an unread body would be taken for the next request.
fn close_unless(read: bool, mut response: Response) -> Response {
    if !read {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A form while it arrives.
struct Reader<'a> {
    site: &'a Site,
    handle: Handle,
    form: FormReader<Incoming>,
    announced: u64,
    meter: &'a Arc<Meter>,
    typed: Typed,
}

impl Reader<'_> {
    fn read(&mut self, has_place: bool, keep: bool) -> Result<Outcome, Problem> {
        let mut display = None;
        let mut intake = None;
        let outcome = self.read_parts(&mut intake, &mut display, has_place).and_then(|()| {
            let intake = match intake.take() {
                Some(intake) => intake,
                None => self.begin(has_place)?,
            };
            self.meter.set(Phase::Sealing);
            self.typed.held = intake.held();
            if keep {
                return Ok(Outcome::Slip(Slip::kept(self.site, intake.keep()?)));
            }
            Ok(match intake.send()? {
                Sent::Receipt(receipt) => Outcome::Slip(Slip::sent(receipt)),
                Sent::Asked => Outcome::Asked,
            })
        });
        if let Some(intake) = &intake {
            self.typed.held = intake.held();
        }
        outcome
    }

    fn read_parts(
        &mut self,
        intake: &mut Option<Intake>,
        display: &mut Option<Box<dyn Send>>,
        has_place: bool,
    ) -> Result<(), Problem> {
        let most = self.site.dropbox.limits().message;
        let short = limits::SHORT_FIELD;
        let mut number = 0;
        while let Some(part) = self.form.next_part()? {
            let typed = &mut self.typed;
            match (part.name.as_str(), part.file_name) {
                ("ticket", None) if typed.ticket.is_none() => {
                    let text = read_text(&mut self.form, short)?.text;
                    let ticket = self.site.tickets.check(&text)?;
                    let token = self.site.tickets.progress_token(&ticket);
                    let attached = self.site.progress.attach(&token, self.meter.clone());
                    *display = Some(Box::new(attached));
                    typed.ticket = Some(ticket);
                }
                ("code", None) if typed.code.is_none() => {
                    let text = read_text(&mut self.form, short)?.text;
                    typed.code = Some(self.handle.block_on(self.site.open_code(&text))?);
                }
                ("team", None) if intake.is_none() => {
                    typed.team = read_text(&mut self.form, short)?.text;
                }
                ("draft", None) if intake.is_none() => {
                    typed.draft = read_text(&mut self.form, short)?.text;
                }
                ("message", None) if intake.is_none() => {
                    let read = read_text(&mut self.form, 4 * most)?;
                    typed.message = read.text.replace("\r\n", "\n");
                    if read.cut || typed.message.chars().count() > most {
                        return Err(Problem::MessageTooLong);
                    }
                }
                ("files", Some(name)) => {
                    // A file field that was left empty comes as one part without name and content.
                    let first = self.form.data()?;
                    if name.is_empty() && first.is_none() {
                        continue;
                    }
                    if intake.is_none() {
                        *intake = Some(self.begin(has_place)?);
                    }
                    number += 1;
                    self.meter.set(Phase::Receiving(Some((number, name.clone()))));
                    let Some(intake) = intake.as_mut() else { return Err(Problem::Internal) };
                    let mut file = intake.file(name)?;
                    let mut next = first;
                    while let Some(bytes) = next {
                        file.write(&bytes)?;
                        next = self.form.data()?;
                    }
                    file.finish()?;
                }
                _ => return Err(Problem::Form),
            }
        }
        Ok(())
    }

    /// Every text field has been read; no byte of a file has.
    fn begin(&self, has_place: bool) -> Result<Intake, Problem> {
        let typed = &self.typed;
        let ticket = typed.ticket.as_ref().ok_or(Problem::ForeignTicket)?;
        let code = typed.code.as_ref().ok_or(Problem::Form)?;
        if code.code.appears_in(&typed.message) {
            return Err(Problem::MessageHasCode);
        }
        if self.announced > largest_form(self.site.dropbox.limits()) {
            return Err(Problem::DispatchTooLarge);
        }
        if !has_place {
            return Err(Problem::Busy);
        }
        let team: Team = self.site.dropbox.teams().find(&typed.team).ok_or(Problem::Team)?.clone();
        let seed = self.site.tickets.dispatch_seed(ticket);
        let knows_draft = !typed.draft.is_empty() && typed.draft == team.id;
        let letter = Letter { message: typed.message.clone(), knows_draft };
        Ok(self.site.dropbox.intake(code.keys.clone(), team, seed, self.announced, letter)?)
    }
}

/// Bytes of a form that can still be within the limits.
fn largest_form(limits: &Limits) -> u64 {
    limits.dispatch + 4 * limits.message as u64 + limits::FORM_OVERHEAD
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

impl Typed {
    /// Code and ticket, of a form that was read to its end.
    fn into_pair(self) -> Option<(String, Ticket)> {
        let code = self.code?;
        Some((code.code.words(code.list).to_string(), self.ticket?))
    }
}

fn ask(page: Page<'_>, typed: Typed) -> Response {
    let Some((code, ticket)) = typed.into_pair() else { return page.problem(&Problem::Internal) };
    let Ok(ticket) = page.next_ticket(&ticket) else { return page.problem(&Problem::Internal) };
    let fields = carried(&code, &ticket);
    answer(&page, StatusCode::OK, &AskedPage { page: &page, fields })
}

/// The form above still holds everything, files too; where it is not there any more, a button opens it
/// again with the same code and what was typed.
fn refuse(page: Page<'_>, problem: &Problem, typed: Typed) -> Response {
    if *problem == Problem::Left {
        return page.problem(problem);
    }
    tally::count(problem.kind());
    let again = typed.code.filter(|_| problem.can_be_mended()).and_then(|code| {
        let ticket = match &typed.ticket {
            Some(ticket) => page.next_ticket(ticket).ok()?,
            None => page.site.tickets.print(&page.site.tickets.fresh().ok()?),
        };
        let mut fields = carried(code.code.words(code.list).as_ref(), &ticket);
        fields.extend([("team", typed.team), ("message", typed.message)]);
        Some(fields)
    });
    let refused = RefusedPage {
        page: &page,
        title: problem.title(page.t),
        problem: problem.sentence(page.lang, page.site.dropbox.limits()),
        held: typed.held,
        advice: problem.advice(page.t),
        again,
    };
    answer(&page, problem.status(), &refused)
}
