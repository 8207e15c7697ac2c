//! Writing an answer or a note: sealed while it arrives, into a bundle in the outbox.

use std::io;
use std::path::PathBuf;
use std::sync::PoisonError;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::answer::respond;
use super::bundle::read_form;
use super::problem::Problem;
use super::state::{App, Room};
use crate::archive::conversation::{Kept, NOTE};
use crate::archive::pages::{self, Page, Typed};
use crate::archive::place::{Archive, make};
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::base::{limits, random};
use crate::bundle::extract::Output;
use crate::bundle::manifest::{FileEntry, Manifest};
use crate::bundle::reply::Correspondence;
use crate::bundle::unfinished::NewFile;
use crate::bundle::write::{BundleWriter, WriteError};
use crate::crypto::seal::{Recipients, SealError};
use crate::web::body::{Incoming, read_text};
use crate::web::multipart::FormReader;

/// Characters of a message.
const MESSAGE: usize = 1 << 20;

/// Whom it is sealed to, and where it is written meanwhile.
struct Sealing {
    to: Correspondence,
    recipients: Recipients,
    archive: Archive,
    output: Output,
}

#[derive(Template)]
#[template(path = "room/sealed.html")]
struct SealedPage<'a> {
    page: &'a Page,
    name: &'a str,
    bundles: Vec<String>,
    to_source_alone: bool,
}

/// What was written, and whether its source alone can open it.
struct Written {
    bundles: Vec<PathBuf>,
    to_source_alone: bool,
}

/// An answer, to the source and the team.
pub async fn answer(
    room: App,
    Path((_, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    seal(room, DispatchKind::Reply, name, uri, headers, body).await
}

/// A note, to the team alone.
pub async fn note(
    room: App,
    Path((_, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    seal(room, DispatchKind::Note, name, uri, headers, body).await
}

async fn seal(
    State(room): App,
    kind: DispatchKind,
    name: String,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let page = room.page_of(&uri, &headers, &name);
    read_form(&headers, body, move |form| {
        let mut typed = Typed::default();
        match form.and_then(|mut form| room.seal_form(kind, &name, &mut form, &mut typed)) {
            Ok(Written { bundles, to_source_alone }) => {
                let bundles = bundles.iter().map(|path| path.display().to_string()).collect();
                let sealed = SealedPage { page: &page, name: &name, bundles, to_source_alone };
                respond(StatusCode::OK, &sealed)
            }
            Err(problem) => room.refuse(problem, page, &name, &typed),
        }
    })
    .await
}

impl Room {
    fn seal_form(
        &self,
        kind: DispatchKind,
        name: &str,
        form: &mut FormReader<Incoming>,
        typed: &mut Typed,
    ) -> Result<Written, Problem> {
        // The text first: whatever is wrong, it is given back.
        let is_note = kind == DispatchKind::Note;
        let message = if is_note { &mut typed.note } else { &mut typed.answer };
        let mut begun: Option<Sealing> = None;
        let mut files: Vec<(FileEntry, NewFile)> = Vec::new();
        while let Some(part) = form.next_part()? {
            match (part.name.as_str(), part.file_name) {
                ("message", None) => {
                    let read = read_text(form, MESSAGE)?;
                    *message = read.text;
                    if read.is_long {
                        return Err(Problem::TooLong);
                    }
                }
                ("author", None) if is_note => {
                    let read = read_text(form, limits::AUTHOR)?;
                    read.text.trim().clone_into(&mut typed.author);
                }
                ("files", Some(file_name)) => {
                    let sealing = match &mut begun {
                        Some(sealing) => sealing,
                        none => none.insert(self.sealing(kind, name)?),
                    };
                    let mut sealed = sealing.recipients.seal_file(sealing.output.new_file()?)?;
                    while let Some(bytes) = form.data()? {
                        sealed.write(&bytes)?;
                    }
                    let (file, digested) = sealed.finish()?;
                    let hash = digested.sha256_hex();
                    let entry = FileEntry::new(files.len(), file_name, digested.size, hash);
                    files.push((entry, file));
                }
                _ => return Err(Problem::Form),
            }
        }
        if files.len() > limits::FILES {
            return Err(Problem::Form);
        }
        if message.trim().is_empty() && files.is_empty() {
            return Err(Problem::NothingToSend);
        }
        let Sealing { mut to, recipients, archive, output } = match begun {
            Some(sealing) => sealing,
            None => self.sealing(kind, name)?,
        };
        let to_source_alone = to.is_to_source_alone();
        to.author.clone_from(&typed.author);
        let id = DispatchId(random::bytes().map_err(|_| Problem::Internal)?);
        let day = self.clock.day().unproven();
        let entries = files.iter().map(|(entry, _)| entry.clone()).collect();
        let manifest = to.manifest(&recipients, id, day, message.clone(), entries);
        let json = manifest.to_json().map_err(|_| Problem::Internal)?;
        if json.len() as u64 > limits::MANIFEST {
            return Err(Problem::TooLong);
        }
        let sealed = recipients.seal_manifest(&json, Vec::new())?;
        let place = output.new_directory()?;
        // Read by `conversation`: whose it is, when, and which answer, so that it is known when it comes back.
        let short: String = manifest.dispatch.chars().take(8).collect();
        let end = if is_note { format!("{NOTE}tar") } else { ".tar".into() };
        let first = place.path().join(format!("{name}.{day}.{short}{end}"));
        let mut bundle = BundleWriter::new(&first)?;
        bundle.dispatch(manifest.kind, &manifest.mailbox, &manifest.dispatch, day, sealed)?;
        for (number, (_, mut file)) in (1..).zip(files) {
            let size = file.rewound()?;
            bundle.file(number, size, |out| io::copy(&mut file, out).map(drop))?;
        }
        let volumes = bundle.finish()?;
        let outbox = archive.outbox();
        make(&outbox)?;
        let mut carried = Vec::new();
        for volume in volumes {
            let to = outbox.join(volume.file_name().unwrap_or_default());
            std::fs::rename(&volume, &to)?;
            carried.push(to);
        }
        pages::write(&archive, &output)?;
        Ok(Written { bundles: carried, to_source_alone })
    }

    fn sealing(&self, kind: DispatchKind, name: &str) -> Result<Sealing, Problem> {
        let to = self.correspondence(kind, name)?;
        let recipients = to.recipients().map_err(|_| Problem::NoRecipient)?;
        let (archive, output) = self.begin()?;
        Ok(Sealing { to, recipients, archive, output })
    }

    /// Whom it goes to: by the last submission, whose keys the address book knows.
    fn correspondence(&self, kind: DispatchKind, name: &str) -> Result<Correspondence, Problem> {
        let mailbox = self.mailbox(name)?;
        let last = mailbox.dispatches.into_iter().rev().find(Kept::is_submission);
        let submission: Manifest = last.ok_or(Problem::NoRecipient)?.manifest;
        let held = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut book = held.load().map_err(|_| Problem::Book)?;
        book.check(&submission, &[]).map_err(|_| Problem::Keys)?;
        Ok(Correspondence {
            kind,
            author: String::new(),
            mailbox: submission.mailbox,
            source_recipients: submission.source_recipients,
            team: submission.team,
            team_recipients: submission.recipients,
        })
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Io(error) => Self::of(&error),
            _ => Self::Internal,
        }
    }
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Io(_, error) | WriteError::Content(error) => Self::of(&error),
            WriteError::Exists(_) => Self::Internal,
        }
    }
}
