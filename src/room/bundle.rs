//! Opening the next bundles: they arrive sealed, wait sealed in the archive's directory for what is unfinished, and
//! are opened as `sourdine open` does.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;

use super::answer::blocking;
use super::opening::{self, Meter};
use super::problem::Problem;
use super::state::{App, Room};
use crate::archive::add::Adding;
use crate::archive::open::{Closed, manifests};
use crate::archive::pages::{self, Page};
use crate::archive::place::Archive;
use crate::bundle::extract::{DispatchError, FileFault, Output};
use crate::bundle::manifest::ManifestError;
use crate::bundle::read::{self, Dispatches};
use crate::bundle::unfinished::NewFile;
use crate::crypto::unseal::OpenError;
use crate::pages::lang::L10nLanguage;
use crate::web::body::{self, Incoming, close_unless};
use crate::web::multipart::{Boundary, FormLimits, FormReader};

/// A form that moves no byte for so long has ended.
const IDLE: Duration = Duration::from_secs(600);
/// Bytes of a refused form that are read, so that a browser shows the page that says why: all of it, since it comes from
/// this machine.
const DRAIN: u64 = u64::MAX;
/// Parts of a form.
pub(super) const PARTS: usize = 10_100;

/// What came of it.
#[derive(Default)]
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
struct OpenedPart<'a> {
    page: &'a Page,
    opened: &'a Opened,
    problem: Option<Problem>,
}

impl OpenedPart<'_> {
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
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let announced = announced.and_then(|length| length.parse().ok()).unwrap_or(0);
    read_form(&headers, body, move |form| {
        match form.and_then(|mut form| room.receive(announced, &mut form)) {
            Ok(received) => {
                let meter = Arc::new(Meter::default());
                opening::show(page, meter.clone(), move |page| {
                    let (opened, problem) = match room.open_all(received, meter) {
                        Ok(opened) => (opened, None),
                        Err(problem) => (Opened::default(), Some(problem)),
                    };
                    let part = OpenedPart { page, opened: &opened, problem };
                    part.render().unwrap_or_default()
                })
            }
            Err(problem) => problem.page(page),
        }
    })
    .await
}

/// Bundles that have arrived, and where what is in them will be written.
struct Received {
    archive: Archive,
    output: Output,
    bundles: Vec<NewFile>,
    gathered: Dispatches,
}

impl Received {
    fn volumes(bundles: &[NewFile]) -> Vec<PathBuf> {
        bundles.iter().map(|file| file.path().to_owned()).collect()
    }
}

impl Room {
    /// Takes the bundles of a form of `announced` bytes, sealed as they are.
    fn receive(
        &self,
        announced: u64,
        form: &mut FormReader<Incoming>,
    ) -> Result<Received, Problem> {
        let (archive, output) = self.begin()?;
        // Said before all of it is copied. A file system that tells nothing has no blocks.
        let disk = rustix::fs::statvfs(archive.dir()).map_err(io::Error::from)?;
        if disk.f_blocks > 0 && disk.f_bavail.saturating_mul(disk.f_frsize) < announced {
            return Err(Problem::Full);
        }
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
        let gathered = read::gather(&Received::volumes(&bundles))?;
        Ok(Received { archive, output, bundles, gathered })
    }

    fn open_all(
        self: &Arc<Self>,
        received: Received,
        meter: Arc<Meter>,
    ) -> Result<Opened, Problem> {
        let room = self.clone();
        self.with_identities(move |identities| room.add(received, &meter, identities))?
    }

    fn add(
        &self,
        received: Received,
        meter: &Meter,
        identities: &[Box<dyn age::Identity>],
    ) -> Result<Opened, Problem> {
        let Received { archive, output, bundles, gathered } = received;
        let volumes = Received::volumes(&bundles);
        let held = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let mut book = held.load().map_err(|_| Problem::Book)?;
        let all = manifests(gathered, &volumes, identities, &mut book, &[]);
        if !all.opened.is_empty() {
            held.save(&book).map_err(|_| Problem::Book)?;
        }
        drop(held);
        let mut closed = all.closed;
        let adding = Adding {
            archive: &archive,
            output: &output,
            volumes: &volumes,
            identities,
            progress: meter,
        };
        let added = adding.run(&all.opened, &mut closed, all.known)?;
        pages::write(&archive, &output)?;
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
