//! Opening the next bundles: they arrive sealed, wait sealed in the archive's directory for what is unfinished, and
//! are opened as `sourdine open` does.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;

use super::answer::{blocking, respond};
use super::problem::Problem;
use super::state::{App, Room};
use crate::archive::add::Adding;
use crate::archive::open::{Closed, manifests};
use crate::archive::pages::{self, Page};
use crate::archive::place::Archive;
use crate::bundle::extract::{DispatchError, FileFault, Output, Progress};
use crate::bundle::manifest::ManifestError;
use crate::bundle::read;
use crate::bundle::unfinished::NewFile;
use crate::crypto::unseal::OpenError;
use crate::pages::lang::L10nLanguage;
use crate::web::body::{self, Incoming, close_unless};
use crate::web::multipart::{Boundary, FormLimits, FormReader};

/// A form that moves no byte for so long has ended.
const IDLE: Duration = Duration::from_secs(600);
/// Bytes of a refused form that are read, so that a browser shows the page that says why.
const DRAIN: u64 = 64 << 20;
/// Parts of a form.
pub(super) const PARTS: usize = 10_100;

/// What came of it.
struct Opened {
    /// Mailboxes that something was added to, each once.
    mailboxes: BTreeSet<String>,
    added: usize,
    here: usize,
    missing: usize,
    closed: Vec<(String, Closed)>,
}

#[derive(Template)]
#[template(path = "room/opened.html")]
struct OpenedPage<'a> {
    page: &'a Page,
    opened: &'a Opened,
}

impl OpenedPage<'_> {
    /// Why a dispatch stayed closed.
    fn why(&self, closed: &Closed) -> String {
        why(self.page.t, closed)
    }
}

fn why(t: &L10nLanguage, closed: &Closed) -> String {
    match closed {
        Closed::Manifest(DispatchError::NoManifest) => t.room_closed_missing(),
        Closed::Manifest(DispatchError::Sealed(OpenError::WrongKey)) => t.room_closed_key(),
        Closed::Manifest(DispatchError::Sealed(OpenError::Identity(_))) => t.room_closed_plugin(),
        Closed::Manifest(DispatchError::Refused(ManifestError::Newer(_))) => t.room_closed_newer(),
        Closed::Manifest(DispatchError::Refused(
            ManifestError::Elsewhere | ManifestError::OtherKind(..),
        )) => t.room_closed_elsewhere(),
        Closed::Manifest(_) => t.room_closed_altered(),
        Closed::Book(_) => t.room_closed_keys(),
        Closed::Other => t.room_closed_other(),
        Closed::Unwritten(FileFault::DiskFull) => t.room_problem_full(),
        Closed::Unwritten(_) | Closed::Damaged(_) => t.room_closed_unwritten(),
    }
}

/// Reads a form on a thread while its body arrives.
pub(super) async fn read_form(
    headers: &HeaderMap,
    body: Body,
    work: impl FnOnce(Result<FormReader<Incoming>, Problem>) -> Response + Send + 'static,
) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = Boundary::from_content_type(kind.unwrap_or_default());
    let (outgoing, incoming) = body::channel();
    let form = boundary.map(|boundary| {
        let limits = FormLimits { parts: PARTS, ..FormLimits::default() };
        FormReader::new(incoming, &boundary, limits)
    });
    let work = blocking(move || work(form.map_err(Problem::from)));
    let (response, whole) = tokio::join!(work, outgoing.pump(body, IDLE, DRAIN, |_| ()));
    close_unless(whole, response)
}

pub async fn open(State(room): App, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    let page = room.page(&uri, &headers, "/");
    read_form(&headers, body, move |form| {
        match form.and_then(|mut form| room.open_form(&mut form)) {
            Ok(opened) => respond(StatusCode::OK, &OpenedPage { page: &page, opened: &opened }),
            Err(problem) => problem.page(page),
        }
    })
    .await
}

impl Room {
    fn open_form(self: &Arc<Self>, form: &mut FormReader<Incoming>) -> Result<Opened, Problem> {
        let (archive, output) = self.begin()?;
        let mut bundles = Vec::new();
        while let Some(part) = form.next_part()? {
            if part.name != "bundles" {
                return Err(Problem::Form);
            }
            let mut file = output.new_file()?;
            while let Some(bytes) = form.data()? {
                file.write_all(&bytes)?;
            }
            bundles.push(file);
        }
        if bundles.is_empty() {
            return Err(Problem::NoBundle);
        }
        let room = self.clone();
        self.with_identities(move |identities| room.add(&archive, &output, &bundles, identities))?
    }

    fn add(
        &self,
        archive: &Archive,
        output: &Output,
        bundles: &[NewFile],
        identities: &[Box<dyn age::Identity>],
    ) -> Result<Opened, Problem> {
        let volumes: Vec<PathBuf> = bundles.iter().map(|file| file.path().to_owned()).collect();
        let gathered = read::gather(&volumes)?;
        let held = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut book = held.load().map_err(|_| Problem::Book)?;
        let all = manifests(gathered, &volumes, identities, &mut book, &[]);
        if !all.opened.is_empty() {
            held.save(&book).map_err(|_| Problem::Book)?;
        }
        drop(held);
        let mut closed = all.closed;
        let adding = Adding { archive, output, volumes: &volumes, identities, progress: &Silent };
        let added = adding.run(&all.opened, &mut closed, all.known)?;
        pages::write(archive, output)?;
        let opened = Opened {
            mailboxes: added.mailboxes().collect(),
            added: added.sections.len(),
            here: added.here,
            missing: added.sections.iter().map(|section| section.faults().count()).sum(),
            closed,
        };
        Ok(opened)
    }
}

/// Nobody watches.
struct Silent;

impl Progress for Silent {
    fn begin(&self, _: usize, _: &str, _: u64) {}

    fn advance(&self, _: usize, _: u64) {}
}
