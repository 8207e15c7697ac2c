//! Answers and notes: a message that is typed and files that are attached are sealed while they arrive.

use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use sha2::{Digest, Sha256};

use super::correspondence::{self, MailboxPath};
use super::note;
use super::page::{Page, Room, redirect};
use super::problem::Problem;
use super::session::{self, Actor};
use super::state::App;
use super::upload_form::{Refusal, Request, TypedReply, UploadForm, as_of_now, read};
use crate::base::ids::DispatchSeed;
use crate::base::kind::DispatchKind;
use crate::dropbox::reply_intake::{ReplyIntake, ReplyIntakeError};
use crate::dropbox::{FileError, Team};
use crate::store::StoreError;
use crate::web::body::{close_unless, read_short, read_text};
use crate::web::connections::Visitor;
use crate::web::error_counts;

impl UploadForm {
    /// Where there is no actor, the message is read all the same, to be given back.
    fn reply(
        &mut self,
        kind: DispatchKind,
        place: &MailboxPath,
        typed: &mut TypedReply,
    ) -> Result<Actor, Refusal> {
        let actor = self.proof()?;
        let most = self.desk.dropbox.limits().message;
        let mut answer: Option<ReplyIntake> = None;
        while let Some(part) = self.form.next_part()? {
            match (part.name.as_str(), part.file_name) {
                ("form", None) if answer.is_none() => {
                    typed.form = read_short(&mut self.form)?;
                }
                ("message", None) if answer.is_none() => {
                    let read = read_text(&mut self.form, most)?;
                    typed.message = read.text;
                    if read.is_long {
                        return Err(self.refuse(&ReplyIntakeError::MessageTooLong));
                    }
                }
                ("files", Some(name)) => {
                    if answer.is_none() {
                        answer = Some(self.begin(kind, actor.as_ref(), place, typed)?);
                    }
                    let Some(answer) = answer.as_mut() else {
                        return Err(Problem::Internal.into());
                    };
                    let mut file = answer.file(name).map_err(|error| self.refuse(&error))?;
                    while let Some(bytes) = self.data()? {
                        file.write(&bytes).map_err(|error| self.refuse(&error))?;
                    }
                    file.finish().map_err(|error| self.refuse(&error))?;
                }
                _ => return Err(Problem::Form.into()),
            }
        }
        let answer = match answer {
            Some(answer) => answer,
            None => self.begin(kind, actor.as_ref(), place, typed)?,
        };
        let actor = self.again(actor.as_ref())?;
        self.desk.find(&actor, place)?;
        answer.send(&typed.message, actor.name()).map_err(|error| self.refuse(&error))?;
        self.desk.note_sent(&actor, &place.team, kind, &place.designation)?;
        Ok(actor)
    }

    /// Every text field has been read; no byte of a file has.
    fn begin(
        &self,
        kind: DispatchKind,
        actor: Option<&Actor>,
        place: &MailboxPath,
        typed: &TypedReply,
    ) -> Result<ReplyIntake, Refusal> {
        let actor = self.admitted(actor)?;
        let mailbox = self.desk.find(actor, place)?;
        let team = self.team(&place.team)?;
        let mut seed = Sha256::new();
        seed.update(actor.name());
        seed.update([0]);
        seed.update(&typed.form);
        let seed = DispatchSeed(seed.finalize().into());
        let begun = self.desk.dropbox.reply_intake(kind, mailbox, &team, seed, self.announced);
        begun.map_err(|error| self.refuse(&error))
    }

    fn team(&self, id: &str) -> Result<Team, Problem> {
        self.desk.dropbox.teams().find(id).cloned().ok_or(Problem::NotFound)
    }

    fn refuse(&self, error: &ReplyIntakeError) -> Refusal {
        let (lang, t) = (self.lang, self.lang.messages());
        let limits = self.desk.dropbox.limits();
        let large = StatusCode::PAYLOAD_TOO_LARGE;
        let (status, sentence) = match error {
            ReplyIntakeError::NoMailbox => return Problem::NotFound.into(),
            ReplyIntakeError::Empty => (StatusCode::UNPROCESSABLE_ENTITY, t.error_empty()),
            ReplyIntakeError::MessageTooLong => {
                (large, t.error_message_too_long(lang.number(limits.message as u64)))
            }
            ReplyIntakeError::File(FileError::TooLarge) => {
                (large, t.error_file_too_large(lang.size(limits.file)))
            }
            ReplyIntakeError::File(FileError::DispatchTooLarge) => {
                (large, t.reply_too_large(lang.size(limits.dispatch)))
            }
            ReplyIntakeError::File(FileError::TooMany) => (large, t.reply_too_many(limits.files)),
            ReplyIntakeError::File(FileError::Store(StoreError::Full)) => {
                (StatusCode::INSUFFICIENT_STORAGE, t.reply_no_room())
            }
            ReplyIntakeError::KeyRemoved => (StatusCode::CONFLICT, t.error_keys_changed()),
            ReplyIntakeError::Keys(_)
            | ReplyIntakeError::Manifest(_)
            | ReplyIntakeError::File(FileError::Seal(_) | FileError::Store(_)) => {
                return Problem::Internal.into();
            }
        };
        Refusal::Mend("desk-reply", status, sentence)
    }
}

/// A reply that is typed.
pub async fn send(
    desk: App,
    Path(place): Path<MailboxPath>,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    take(DispatchKind::Reply, desk, place, Request { uri, headers, visitor, body }).await
}

/// A note that is typed.
pub async fn send_note(
    desk: App,
    Path(place): Path<MailboxPath>,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    take(DispatchKind::Note, desk, place, Request { uri, headers, visitor, body }).await
}

async fn take(
    kind: DispatchKind,
    State(desk): App,
    place: MailboxPath,
    request: Request,
) -> Response {
    let (uri, headers) = (request.uri.clone(), request.headers.clone());
    let page = Page::new(&desk, &uri, &headers).within(Room::Inbox).at(&place.path());
    let editor = match session::editor(&desk, &headers).await {
        Ok(editor) => editor,
        Err(problem) => return page.problem(&problem),
    };
    let (outcome, typed, whole) = {
        let place = place.clone();
        read(&desk, request, editor, move |mut arriving| {
            let mut typed = TypedReply::default();
            let outcome = arriving.reply(kind, &place, &mut typed);
            (outcome, typed)
        })
        .await
    };
    let refusal = match outcome {
        Ok(actor) => {
            let said = match kind {
                DispatchKind::Note => page.t.note_sent(),
                DispatchKind::Reply | DispatchKind::Submission => page.t.reply_sent(),
            };
            desk.sessions.tell(actor.key(), said);
            return close_unless(whole, redirect(&page, &place.path()));
        }
        Err(refusal) => refusal,
    };
    let (page, editor) = as_of_now(page, &headers).await;
    let response = match (refusal, editor) {
        (Refusal::Mend(count, status, sentence), Some(editor)) => {
            error_counts::count(count);
            let refused = Some((status, sentence));
            if kind == DispatchKind::Note {
                note::show_with(page, &desk, &place, &editor, Some(&typed), refused).await
            } else {
                let typed = Some(&typed);
                correspondence::show_with(page, &desk, &place, &editor, 1, typed, refused).await
            }
        }
        (Refusal::Page(problem), _) => page.keeping(typed.message).problem(&problem),
        (Refusal::Mend(..), None) => page.keeping(typed.message).problem(&Problem::SignedOut),
    };
    close_unless(whole, response)
}
