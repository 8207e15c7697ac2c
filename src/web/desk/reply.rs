//! Answering: a message that is typed and files that are attached are sealed while they arrive; a bundle that
//! was sealed offline is checked from outside.

use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use sha2::{Digest, Sha256};

use super::App;
use super::arriving::{Arriving, Refusal, Request, read};
use super::correspondence::{self, Place};
use super::page::{Page, Room, answer, redirect};
use super::problem::Problem;
use super::session::{self, Actor, Reader};
use crate::base::ids::DispatchSeed;
use crate::base::limits;
use crate::bundle::entries::TarFault;
use crate::bundle::read::Fault;
use crate::dropbox::answer::{Answer, AnswerError};
use crate::dropbox::deliver::{DeliverError, Delivered, Structure};
use crate::dropbox::spool::Spool;
use crate::dropbox::{IntakeError, Team};
use crate::store::{Did, StoreError};
use crate::web::body::{close_unless, read_text};
use crate::web::connections::Visitor;
use crate::web::tally;

pub use super::arriving::Typed;

impl Arriving {
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
                    let first = self.data()?;
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
                        next = self.data()?;
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
        let actor = self.again(actor.as_ref())?;
        self.desk.find(&actor, place)?;
        answer.send(&typed.message).map_err(|error| self.refuse_answer(error))?;
        self.desk.note(&actor, &place.team, Did::Replied, &place.designation)?;
        Ok(())
    }

    /// Every text field has been read; no byte of a file has.
    fn begin(
        &self,
        actor: Option<&Actor>,
        place: &Place,
        typed: &Typed,
    ) -> Result<Answer, Refusal> {
        let actor = self.admitted(actor)?;
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
                ("bundle", Some(_)) => {
                    let actor = self.admitted(actor.as_ref())?;
                    if !actor.may(&team) {
                        return Err(Problem::NotFound.into());
                    }
                    let begun = match spool.take() {
                        None => self.desk.dropbox.spool(self.announced),
                        Some(mut begun) => begun.next_volume().map(|()| begun),
                    };
                    let mut incoming = begun.map_err(|error| self.refuse_bundle(error))?;
                    while let Some(bytes) = self.data()? {
                        incoming.write(&bytes).map_err(|error| self.refuse_bundle(error))?;
                    }
                    spool = Some(incoming);
                }
                _ => return Err(Problem::Form.into()),
            }
        }
        let actor = self.again(actor.as_ref())?;
        if !actor.may(&team) {
            return Err(Problem::NotFound.into());
        }
        let spool = spool.ok_or(Problem::Form)?;
        let delivered = spool.deliver(&team).map_err(|error| self.refuse_bundle(error))?;
        for reply in &delivered {
            self.desk.note(&actor, &team, Did::Replied, &reply.designation)?;
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
            DeliverError::Read(error) => match error.fault {
                Fault::Tar(TarFault::Io(_)) => return Problem::Internal.into(),
                Fault::Tar(TarFault::Cut) => (bad, t.deliver_cut()),
                Fault::Tar(TarFault::Packed(_) | TarFault::Sealed) | Fault::Within(_) => {
                    (bad, t.deliver_packed())
                }
                Fault::Folder(folder) => (bad, t.deliver_folder(folder)),
                Fault::TooMany(_) => (StatusCode::PAYLOAD_TOO_LARGE, t.deliver_too_large()),
                _ => (bad, t.deliver_damaged()),
            },
            DeliverError::NoMailbox(name) | DeliverError::OtherTeam(name, _) => {
                (bad, t.deliver_no_mailbox(name))
            }
            DeliverError::Structure(_, Structure::TooMany) => {
                (StatusCode::PAYLOAD_TOO_LARGE, t.deliver_too_large())
            }
            DeliverError::Structure(place, _) => (bad, t.deliver_structure(place)),
            DeliverError::NotSealed(place, _) => (bad, t.deliver_not_sealed(place)),
            DeliverError::Stanzas { place, found, expected, .. } => {
                (bad, t.deliver_keys(place, found, expected))
            }
            DeliverError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, t.deliver_too_large()),
            DeliverError::Store(StoreError::Full) => {
                (StatusCode::INSUFFICIENT_STORAGE, t.deliver_no_room())
            }
            DeliverError::WhichTeam(..) | DeliverError::Store(_) | DeliverError::Io(_) => {
                return Problem::Internal.into();
            }
        };
        Refusal::Mend("desk-bundle", status, sentence)
    }
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
    let page = Page::new(&desk, &uri, &headers).within(Room::Inbox).at(&place.path());
    let reader = match session::reader(&desk, &headers).await {
        Ok(reader) => reader,
        Err(problem) => return page.problem(&problem),
    };
    let request = Request { uri: uri.clone(), headers: headers.clone(), visitor, body };
    let (outcome, typed, whole) = {
        let place = place.clone();
        read(&desk, request, reader, move |mut arriving| {
            let mut typed = Typed::default();
            let outcome = arriving.reply(&place, &mut typed);
            (outcome, typed)
        })
        .await
    };
    let (page, reader) = as_of_now(page, &headers).await;
    let response = match (outcome, reader) {
        (Ok(()), reader) => {
            if let Some(reader) = reader {
                desk.sessions.tell(reader.key(), page.t.reply_sent());
            }
            redirect(&page, &place.path())
        }
        (Err(Refusal::Mend(kind, status, sentence)), Some(reader)) => {
            tally::count(kind);
            let refused = Some((status, &typed, sentence));
            correspondence::show_with(page, &desk, &place, &reader, 1, refused).await
        }
        (Err(Refusal::Page(problem)), _) => page.keeping(typed.message).problem(&problem),
        (Err(Refusal::Mend(..)), None) => page.keeping(typed.message).problem(&Problem::SignedOut),
    };
    close_unless(whole, response)
}

/// The page of whoever is signed in now that the form has arrived: nothing is shown to a session that ended.
async fn as_of_now<'a>(page: Page<'a>, headers: &HeaderMap) -> (Page<'a>, Option<Reader>) {
    match session::reader(page.desk, headers).await {
        Ok(Some(reader)) => (page.of(&reader), Some(reader)),
        Ok(None) | Err(_) => (page, None),
    }
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
    let request = Request { uri: uri.clone(), headers: headers.clone(), visitor, body };
    let work = |mut arriving: Arriving| (arriving.bundle(), Typed::default());
    let (outcome, _, whole) = read(&desk, request, reader, work).await;
    let (page, reader) = as_of_now(page, &headers).await;
    let response = match (outcome, reader) {
        (Err(Refusal::Page(problem)), _) => page.problem(&problem),
        (_, None) => page.problem(&Problem::SignedOut),
        (Ok(delivered), _) => deliver_page(&page, StatusCode::OK, None, Some(delivered)),
        (Err(Refusal::Mend(kind, status, sentence)), _) => {
            tally::count(kind);
            deliver_page(&page, status, Some(sentence), None)
        }
    };
    close_unless(whole, response)
}
