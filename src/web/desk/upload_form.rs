//! A form that carries files, while it arrives: it is read on a thread that may block, in one of the desk's
//! slots. It may take hours, and the session that it began with may end meanwhile.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use bytes::Bytes;
use tokio::sync::watch;

use super::page::Page;
use super::problem::Problem;
use super::session::{self, Actor, Editor, PROOF};
use super::state::Desk;
use crate::base::ids::hex;
use crate::base::limits::{self, FORM_OVERHEAD};
use crate::base::random;
use crate::web::body::{self, Incoming, read_short};
use crate::web::connections::Visitor;
use crate::web::lang::Lang;
use crate::web::multipart::{Boundary, FormError, FormLimits, FormReader};
use crate::web::slots::Slot;

/// What was typed, as far as it was read: given back when something must be mended.
#[derive(Default)]
pub struct TypedReply {
    pub form: String,
    pub message: String,
}

impl TypedReply {
    /// What a form carries, so that it is sent once: that of the form which is given back, or a new one.
    pub fn form_of(typed: Option<&Self>) -> Result<String, Problem> {
        match typed.filter(|typed| !typed.form.is_empty()) {
            Some(typed) => Ok(typed.form.clone()),
            None => Ok(hex(&random::bytes::<16>()?)),
        }
    }
}

/// Why a form is not taken.
pub enum Refusal {
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
pub struct UploadForm {
    pub desk: Arc<Desk>,
    pub lang: Lang,
    pub form: FormReader<Incoming>,
    pub announced: u64,
    editor: Option<Editor>,
    headers: HeaderMap,
    /// For its files; without it the text is read to be given back.
    upload: Option<Slot<String>>,
    ended: Option<watch::Receiver<bool>>,
}

impl UploadForm {
    /// The first field proves that the form is this session's.
    pub fn proof(&mut self) -> Result<Option<Actor>, Refusal> {
        match self.form.next_part()? {
            Some(part) if part.name == PROOF && part.file_name.is_none() => {}
            _ => return Err(Problem::Form.into()),
        }
        let text = read_short(&mut self.form)?;
        Ok(self.editor.as_ref().and_then(|editor| editor.prove(&text)))
    }

    /// Before anything is kept of the form: who sends it, if there is a slot for it.
    pub fn admitted<'a>(&self, actor: Option<&'a Actor>) -> Result<&'a Actor, Refusal> {
        let actor = self.signed_in(actor)?;
        if self.upload.is_none() {
            let (busy, t) = (Problem::Busy, self.lang.messages());
            return Err(Refusal::Mend(busy.kind(), busy.status(), busy.sentence(t)));
        }
        Ok(actor)
    }

    /// Before anything is done with it: the session once more, and the account as it is now.
    pub fn again(&self, actor: Option<&Actor>) -> Result<Actor, Problem> {
        let actor = self.signed_in(actor)?;
        let now = session::editor_blocking(&self.desk, &self.headers)?;
        let now = now.ok_or(Problem::SignedOut)?;
        now.prove(actor.proof()).ok_or(Problem::OtherSession)
    }

    fn signed_in<'a>(&self, actor: Option<&'a Actor>) -> Result<&'a Actor, Problem> {
        let missing =
            if self.editor.is_none() { Problem::SignedOut } else { Problem::OtherSession };
        actor.ok_or(missing)
    }

    /// The next bytes of a file, while the session stands.
    pub fn data(&mut self) -> Result<Option<Bytes>, Refusal> {
        if self.ended.as_ref().is_some_and(|ended| *ended.borrow()) {
            return Err(Problem::SignedOut.into());
        }
        Ok(self.form.data()?)
    }
}

/// What comes with a form.
pub struct Request {
    pub uri: Uri,
    pub headers: HeaderMap,
    pub visitor: Visitor,
    pub body: Body,
}

/// Reads a form on a thread while its body arrives. The answer says whether all of the body was read.
pub async fn read<T: Send + 'static>(
    desk: &Arc<Desk>,
    request: Request,
    editor: Option<Editor>,
    work: impl FnOnce(UploadForm) -> (Result<T, Refusal>, TypedReply) + Send + 'static,
) -> (Result<T, Refusal>, TypedReply, bool) {
    let Request { uri, headers, visitor, body } = request;
    let refused = |problem, whole| (Err(Refusal::Page(problem)), TypedReply::default(), whole);
    let limits = desk.dropbox.limits();
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Ok(boundary) = Boundary::from_content_type(content_type.unwrap_or_default()) else {
        return refused(Problem::Form, false);
    };
    // People without a session are not told apart, and bring no files.
    let account = editor.as_ref().map(|editor| editor.name().to_owned());
    let Some(slot) = desk.forms.acquire(Some(account.clone().unwrap_or_default())) else {
        let discarded = body::discard(body, limits.idle, limits.drain);
        let whole = tokio::time::timeout(limits.idle, discarded).await;
        return refused(Problem::Busy, whole.unwrap_or(false));
    };
    let upload = account.and_then(|account| desk.uploads.acquire(Some(account)));
    let _kept = upload.is_some().then(|| visitor.keep());
    // Who is only given the text back gets the time of one silence for all of it.
    let time = if upload.is_some() { Duration::MAX } else { limits.idle };
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    let announced =
        length.unwrap_or(limits.dispatch.min(desk.dropbox.sizes_now().1) + FORM_OVERHEAD);
    let (outgoing, incoming) = body::channel();
    let parts = limits.files + 4;
    let shape = FormLimits { header: limits::PART_HEADER, parts, field_name: limits::FIELD_NAME };
    let form = FormReader::new(incoming, &boundary, shape);
    let lang = Lang::of(&uri, &headers);
    let ended = editor.as_ref().map(|editor| session::watch(desk, editor, &headers));
    let desk = desk.clone();
    let arriving = UploadForm { desk, lang, form, announced, editor, headers, upload, ended };
    let work = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        work(arriving)
    });
    let pump = outgoing.pump(body, limits.idle, limits.drain, |_| ());
    let whole = tokio::time::timeout(time, pump).await.unwrap_or(false);
    let (outcome, typed) =
        work.await.unwrap_or((Err(Refusal::Page(Problem::Internal)), TypedReply::default()));
    (outcome, typed, whole)
}

/// The page of whoever is signed in now that the form has arrived: nothing is shown to a session that ended.
pub async fn as_of_now<'a>(page: Page<'a>, headers: &HeaderMap) -> (Page<'a>, Option<Editor>) {
    match session::editor(page.desk, headers).await {
        Ok(Some(editor)) => (page.of(&editor), Some(editor)),
        Ok(None) | Err(_) => (page, None),
    }
}
