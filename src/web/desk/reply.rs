//! Answering: a message that is typed and files that are attached are sealed while they arrive; a bundle that
//! was sealed offline is checked from outside.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use sha2::{Digest, Sha256};

use super::correspondence::{self, Place};
use super::page::{Page, Room, answer, redirect};
use super::problem::Problem;
use super::session::{self, PROOF, Reader};
use super::{App, Desk};
use crate::base::ids::DispatchSeed;
use crate::base::limits::{self, FORM_OVERHEAD};
use crate::dropbox::answer::{Answer, AnswerError};
use crate::dropbox::deliver::{DeliverError, Delivered};
use crate::dropbox::spool::Spool;
use crate::dropbox::{IntakeError, Team};
use crate::store::{Did, StoreError};
use crate::web::body::{self, Incoming, close_unless, read_text};
use crate::web::connections::Visitor;
use crate::web::lang::Lang;
use crate::web::multipart::{Boundary, FormError, FormLimits, FormReader};
use crate::web::tally;

/// What was typed, as far as it was read: given back when something must be mended.
#[derive(Default)]
pub struct Typed {
    pub form: String,
    pub message: String,
}

/// Why a form is not taken.
enum Refusal {
    /// Nothing to be done with this form.
    Page(Problem),
    /// It can be mended, or tried again: a count, a status, a sentence.
    Mend(&'static str, StatusCode, String),
}

impl<E: Into<Problem>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Page(error.into())
    }
}

impl From<FormError> for Refusal {
    fn from(error: FormError) -> Self {
        Self::Page(match error {
            FormError::Cut => Problem::Cut,
            _ => Problem::Form,
        })
    }
}

/// A form while it arrives, on a thread that may block.
struct Arriving {
    desk: Arc<Desk>,
    reader: Option<Reader>,
    lang: Lang,
    form: FormReader<Incoming>,
    announced: u64,
}

impl Arriving {
    /// The first field proves that the form is this session's.
    fn proof(&mut self) -> Result<Option<session::Actor>, Refusal> {
        match self.form.next_part()? {
            Some(part) if part.name == PROOF && part.file_name.is_none() => {}
            _ => return Err(Problem::Form.into()),
        }
        let text = read_text(&mut self.form, limits::SHORT_FIELD)?.text;
        Ok(self.reader.as_ref().and_then(|reader| reader.prove(&text)))
    }

    /// Where there is no actor, the message is read all the same, to be given back.
    fn reply(&mut self, place: &Place, typed: &mut Typed) -> Result<(), Refusal> {
        let actor = self.proof()?;
        let most = self.desk.dropbox.limits().message;
        let mut answer: Option<Answer> = None;
        while let Some(part) = self.form.next_part()? {
            match (part.name.as_str(), part.file_name) {
                ("form", None) if answer.is_none() => {
                    typed.form = read_text(&mut self.form, limits::SHORT_FIELD)?.text;
                }
                ("message", None) if answer.is_none() => {
                    let read = read_text(&mut self.form, 4 * most)?;
                    typed.message = read.text.replace("\r\n", "\n");
                    if read.cut || typed.message.chars().count() > most {
                        return Err(self.refuse(&IntakeError::MessageTooLong));
                    }
                }
                ("files", Some(name)) => {
                    // A file field that was left empty comes as one part without name and content.
                    let first = self.form.data()?;
                    if name.is_empty() && first.is_none() {
                        continue;
                    }
                    if answer.is_none() {
                        answer = Some(self.begin(actor.as_ref(), place, typed)?);
                    }
                    let Some(answer) = answer.as_mut() else {
                        return Err(Problem::Internal.into());
                    };
                    let mut file = answer.file(name).map_err(|error| self.refuse_answer(error))?;
                    let mut next = first;
                    while let Some(bytes) = next {
                        file.write(&bytes).map_err(|error| self.refuse_answer(error))?;
                        next = self.form.data()?;
                    }
                    file.finish().map_err(|error| self.refuse_answer(error))?;
                }
                _ => return Err(Problem::Form.into()),
            }
        }
        let answer = match answer {
            Some(answer) => answer,
            None => self.begin(actor.as_ref(), place, typed)?,
        };
        answer.send(&typed.message).map_err(|error| self.refuse_answer(error))?;
        if let Some(actor) = &actor {
            self.desk.note(actor, &place.team, Did::Replied, &place.designation)?;
        }
        Ok(())
    }

    /// Every text field has been read; no byte of a file has.
    fn begin(
        &self,
        actor: Option<&session::Actor>,
        place: &Place,
        typed: &Typed,
    ) -> Result<Answer, Refusal> {
        let actor = self.signed_in(actor)?;
        let mailbox = self.desk.find(actor, place)?;
        let team = self.team(&place.team)?;
        let mut seed = Sha256::new();
        seed.update(actor.name());
        seed.update([0]);
        seed.update(&typed.form);
        let seed = DispatchSeed(seed.finalize().into());
        let begun = self.desk.dropbox.answer(mailbox, &team, seed, self.announced);
        begun.map_err(|error| self.refuse_answer(error))
    }

    fn signed_in<'a>(
        &self,
        actor: Option<&'a session::Actor>,
    ) -> Result<&'a session::Actor, Problem> {
        let missing =
            if self.reader.is_none() { Problem::SignedOut } else { Problem::OtherSession };
        actor.ok_or(missing)
    }

    fn team(&self, id: &str) -> Result<Team, Problem> {
        self.desk.dropbox.teams().find(id).cloned().ok_or(Problem::NotFound)
    }

    /// A bundle, for a team.
    fn bundle(&mut self) -> Result<(String, Vec<Delivered>), Refusal> {
        let actor = self.proof()?;
        let mut team = String::new();
        let mut spool: Option<Spool> = None;
        while let Some(part) = self.form.next_part()? {
            match (part.name.as_str(), part.file_name) {
                ("team", None) if spool.is_none() => {
                    team = read_text(&mut self.form, limits::SHORT_FIELD)?.text;
                }
                ("bundle", Some(_)) if spool.is_none() => {
                    let actor = self.signed_in(actor.as_ref())?;
                    if !actor.may(&team) {
                        return Err(Problem::NotFound.into());
                    }
                    let begun = self.desk.dropbox.spool(self.announced);
                    let mut incoming = begun.map_err(|error| self.refuse_bundle(error))?;
                    while let Some(bytes) = self.form.data()? {
                        incoming.write(&bytes).map_err(|error| self.refuse_bundle(error))?;
                    }
                    spool = Some(incoming);
                }
                _ => return Err(Problem::Form.into()),
            }
        }
        let actor = self.signed_in(actor.as_ref())?;
        let spool = spool.ok_or(Problem::Form)?;
        let delivered = spool.deliver(&team).map_err(|error| self.refuse_bundle(error))?;
        for reply in &delivered {
            self.desk.note(actor, &team, Did::Replied, &reply.designation)?;
        }
        Ok((team, delivered))
    }

    fn refuse_answer(&self, error: AnswerError) -> Refusal {
        match error {
            AnswerError::NoMailbox => Problem::NotFound.into(),
            AnswerError::Keys(_) => Problem::Internal.into(),
            AnswerError::Refused(error) => self.refuse(&error),
        }
    }

    fn refuse(&self, error: &IntakeError) -> Refusal {
        let (lang, t) = (self.lang, self.lang.messages());
        let limits = self.desk.dropbox.limits();
        let large = StatusCode::PAYLOAD_TOO_LARGE;
        let (status, sentence) = match error {
            IntakeError::Empty => (StatusCode::UNPROCESSABLE_ENTITY, t.error_empty()),
            IntakeError::MessageTooLong => {
                (large, t.error_message_too_long(lang.number(limits.message as u64)))
            }
            IntakeError::FileTooLarge => (large, t.error_file_too_large(lang.size(limits.file))),
            IntakeError::DispatchTooLarge => (large, t.reply_too_large(lang.size(limits.dispatch))),
            IntakeError::TooManyFiles => (large, t.reply_too_many(limits.files)),
            IntakeError::Store(StoreError::Full) => {
                (StatusCode::INSUFFICIENT_STORAGE, t.reply_no_room())
            }
            _ => return Problem::Internal.into(),
        };
        Refusal::Mend("desk-reply", status, sentence)
    }

    /// What `sourdine deliver` says in English, in the page's language.
    fn refuse_bundle(&self, error: DeliverError) -> Refusal {
        let t = self.lang.messages();
        let bad = StatusCode::UNPROCESSABLE_ENTITY;
        let (status, sentence) = match error {
            DeliverError::Read(_) => (bad, t.deliver_damaged()),
            DeliverError::NoMailbox(name) | DeliverError::OtherTeam(name, _) => {
                (bad, t.deliver_no_mailbox(name))
            }
            DeliverError::Structure(place, _) => (bad, t.deliver_structure(place)),
            DeliverError::NotSealed(place, _) => (bad, t.deliver_not_sealed(place)),
            DeliverError::Stanzas { place, found, expected, .. } => {
                (bad, t.deliver_keys(place, found, expected))
            }
            DeliverError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, t.deliver_too_large()),
            DeliverError::Store(StoreError::Full) => {
                (StatusCode::INSUFFICIENT_STORAGE, t.reply_no_room())
            }
            DeliverError::WhichTeam(..) | DeliverError::Store(_) | DeliverError::Io(_) => {
                return Problem::Internal.into();
            }
        };
        Refusal::Mend("desk-bundle", status, sentence)
    }
}

/// What comes with a form.
pub struct Request {
    uri: Uri,
    headers: HeaderMap,
    visitor: Visitor,
    body: Body,
}

/// Reads a form on a thread while its body arrives. The answer says whether all of the body was read.
async fn read<T: Send + 'static>(
    desk: &Arc<Desk>,
    request: Request,
    reader: Option<Reader>,
    work: impl FnOnce(Arriving) -> (Result<T, Refusal>, Typed) + Send + 'static,
) -> (Result<T, Refusal>, Typed, bool) {
    let Request { uri, headers, visitor, body } = request;
    let refused = |problem: Problem| (Err(Refusal::Page(problem)), Typed::default(), false);
    let limits = desk.dropbox.limits();
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Ok(boundary) = Boundary::from_content_type(content_type.unwrap_or_default()) else {
        return refused(Problem::Form);
    };
    let Ok(_place) = desk.uploads.clone().try_acquire_owned() else {
        return refused(Problem::Busy);
    };
    let _kept = visitor.keep();
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    let announced =
        length.unwrap_or(limits.dispatch.min(desk.dropbox.sizes_now().1) + FORM_OVERHEAD);
    let (outgoing, incoming) = body::channel();
    let parts = limits.files + 4;
    let shape = FormLimits { header: limits::PART_HEADER, parts, field_name: limits::FIELD_NAME };
    let form = FormReader::new(incoming, &boundary, shape);
    let lang = Lang::of(&uri, &headers);
    let arriving = Arriving { desk: desk.clone(), reader, lang, form, announced };
    let work = tokio::task::spawn_blocking(move || work(arriving));
    let whole = outgoing.pump(body, limits.idle, limits.drain, |_| ()).await;
    let (outcome, typed) =
        work.await.unwrap_or((Err(Refusal::Page(Problem::Internal)), Typed::default()));
    (outcome, typed, whole)
}

/// A reply that is typed.
pub async fn send(
    State(desk): App,
    Path(place): Path<Place>,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).within(Room::Inbox);
    let reader = match session::reader(&desk, &headers).await {
        Ok(reader) => reader,
        Err(problem) => return page.problem(&problem),
    };
    let page = match &reader {
        Some(reader) => page.of(reader),
        None => page,
    };
    let page = page.at(&place.path());
    let request = Request { uri: uri.clone(), headers: headers.clone(), visitor, body };
    let (outcome, typed, whole) = {
        let place = place.clone();
        read(&desk, request, reader.clone(), move |mut arriving| {
            let mut typed = Typed::default();
            let outcome = arriving.reply(&place, &mut typed);
            (outcome, typed)
        })
        .await
    };
    let response = match (outcome, reader) {
        (Ok(()), Some(reader)) => {
            desk.sessions.tell(reader.key(), page.t.reply_sent());
            redirect(&page, &place.path())
        }
        (Err(Refusal::Mend(kind, status, sentence)), Some(reader)) => {
            tally::count(kind);
            correspondence::show_with(
                page,
                &desk,
                &place,
                &reader,
                1,
                Some((status, &typed, sentence)),
            )
            .await
        }
        (Err(Refusal::Page(problem)), _) => page.keeping(typed.message).problem(&problem),
        (_, None) => page.keeping(typed.message).problem(&Problem::SignedOut),
    };
    close_unless(whole, response)
}

#[derive(Template)]
#[template(path = "desk/deliver.html")]
struct DeliverTemplate<'a> {
    page: &'a Page<'a>,
    problem: Option<String>,
    delivered: Option<(String, Vec<Delivered>)>,
}

impl DeliverTemplate<'_> {
    fn path(&self, team: &str, reply: &Delivered) -> String {
        self.page.to(&correspondence::path(team, &reply.designation))
    }
}

fn deliver_page(
    page: &Page<'_>,
    status: StatusCode,
    problem: Option<String>,
    delivered: Option<(String, Vec<Delivered>)>,
) -> Response {
    answer(status, &DeliverTemplate { page, problem, delivered })
}

/// The form for a bundle.
pub async fn ask(State(desk): App, reader: Reader, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&reader).within(Room::Inbox).told();
    deliver_page(&page, StatusCode::OK, None, None)
}

/// A bundle that was sealed offline.
pub async fn deliver(
    State(desk): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).within(Room::Inbox).at("/deliver");
    let reader = match session::reader(&desk, &headers).await {
        Ok(reader) => reader,
        Err(problem) => return page.problem(&problem),
    };
    let page = match &reader {
        Some(reader) => page.of(reader),
        None => page,
    };
    let request = Request { uri: uri.clone(), headers: headers.clone(), visitor, body };
    let work = |mut arriving: Arriving| (arriving.bundle(), Typed::default());
    let (outcome, _, whole) = read(&desk, request, reader, work).await;
    let response = match outcome {
        Ok(delivered) => deliver_page(&page, StatusCode::OK, None, Some(delivered)),
        Err(Refusal::Mend(kind, status, sentence)) => {
            tally::count(kind);
            deliver_page(&page, status, Some(sentence), None)
        }
        Err(Refusal::Page(problem)) => page.problem(&problem),
    };
    close_unless(whole, response)
}
