//! Taking a bundle that was sealed offline. It is checked from outside.

use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::correspondence;
use super::page::{Page, Room, respond};
use super::problem::Problem;
use super::session::{self, Editor};
use super::state::App;
use super::upload_form::{Refusal, Request, TypedReply, UploadForm, as_of_now, read};
use crate::base::kind::DispatchKind;
use crate::bundle::entries::TarFault;
use crate::bundle::read::Fault;
use crate::dropbox::bundle_upload::BundleUpload;
use crate::dropbox::deliver::{DeliverError, Delivered, Structure};
use crate::store::StoreError;
use crate::web::body::{close_unless, read_short};
use crate::web::connections::Visitor;
use crate::web::error_counts;

impl UploadForm {
    /// A bundle, for a team.
    fn bundle(&mut self) -> Result<(String, Vec<Delivered>), Refusal> {
        let actor = self.proof()?;
        let mut team = String::new();
        let mut bundle_upload: Option<BundleUpload> = None;
        while let Some(part) = self.form.next_part()? {
            match (part.name.as_str(), part.file_name) {
                ("team", None) if bundle_upload.is_none() => {
                    team = read_short(&mut self.form)?;
                }
                ("bundle", Some(_)) => {
                    let actor = self.admitted(actor.as_ref())?;
                    if !actor.may(&team) {
                        return Err(Problem::NotFound.into());
                    }
                    let begun = match bundle_upload.take() {
                        None => self.desk.dropbox.bundle_upload(self.announced),
                        Some(mut begun) => begun.next_volume().map(|()| begun),
                    };
                    let mut incoming = begun.map_err(|error| self.refuse_bundle(error))?;
                    while let Some(bytes) = self.data()? {
                        incoming.write(&bytes).map_err(|error| self.refuse_bundle(error))?;
                    }
                    bundle_upload = Some(incoming);
                }
                _ => return Err(Problem::Form.into()),
            }
        }
        let actor = self.again(actor.as_ref())?;
        if !actor.may(&team) {
            return Err(Problem::NotFound.into());
        }
        let bundle_upload = bundle_upload.ok_or(Problem::Form)?;
        let delivered = bundle_upload
            .deliver(&team, actor.name())
            .map_err(|error| self.refuse_bundle(error))?;
        for one in &delivered {
            self.desk.note_sent(&actor, &team, one.kind, &one.designation)?;
        }
        Ok((team, delivered))
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
            DeliverError::LongMessage { place, .. } => {
                (StatusCode::PAYLOAD_TOO_LARGE, t.deliver_long_message(place))
            }
            DeliverError::NotSealed(place, _) => (bad, t.deliver_not_sealed(place)),
            DeliverError::Stanzas { place, wrong_kind: true, .. } => (bad, t.deliver_kind(place)),
            DeliverError::Stanzas { place, kind, found, expected, as_other_kind, .. } => {
                let sentence = match (kind, as_other_kind) {
                    (DispatchKind::Note, true) => t.deliver_note_as_reply(place, found, expected),
                    (DispatchKind::Note, false) => t.deliver_note_keys(place, found, expected),
                    (_, true) => t.deliver_reply_as_note(place, found, expected),
                    (_, false) => t.deliver_keys(place, found, expected),
                };
                (bad, sentence)
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

#[derive(Template)]
#[template(path = "desk/deliver.html")]
struct DeliverTemplate<'a> {
    page: &'a Page<'a>,
    problem: Option<String>,
    delivered: Option<(String, Vec<Delivered>)>,
}

impl DeliverTemplate<'_> {
    fn path(&self, team: &str, one: &Delivered) -> String {
        self.page.to(&correspondence::path(team, &one.designation))
    }

    fn done(&self, one: &Delivered) -> String {
        let t = self.page.t;
        match (one.kind, one.before) {
            (DispatchKind::Note, false) => t.deliver_note_done(),
            (DispatchKind::Note, true) => t.deliver_note_before(),
            (_, false) => t.deliver_done(),
            (_, true) => t.deliver_before(),
        }
    }
}

fn deliver_page(
    page: &Page<'_>,
    status: StatusCode,
    problem: Option<String>,
    delivered: Option<(String, Vec<Delivered>)>,
) -> Response {
    respond(status, &DeliverTemplate { page, problem, delivered })
}

/// The form for a bundle.
pub async fn ask(State(desk): App, editor: Editor, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Inbox).told();
    deliver_page(&page, StatusCode::OK, None, None)
}

/// A bundle that was sealed offline.
pub async fn receive(
    State(desk): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).within(Room::Inbox).at("/deliver");
    let editor = match session::editor(&desk, &headers).await {
        Ok(editor) => editor,
        Err(problem) => return page.problem(&problem),
    };
    let request = Request { uri: uri.clone(), headers: headers.clone(), visitor, body };
    let work = |mut arriving: UploadForm| (arriving.bundle(), TypedReply::default());
    let (outcome, _, whole) = read(&desk, request, editor, work).await;
    let (page, editor) = as_of_now(page, &headers).await;
    let response = match (outcome, editor) {
        (Err(Refusal::Page(problem)), _) => page.problem(&problem),
        (_, None) => page.problem(&Problem::SignedOut),
        (Ok(delivered), _) => deliver_page(&page, StatusCode::OK, None, Some(delivered)),
        (Err(Refusal::Mend(kind, status, sentence)), _) => {
            error_counts::count(kind);
            deliver_page(&page, status, Some(sentence), None)
        }
    };
    close_unless(whole, response)
}
