//! What a source finds with a code.

use std::io::{Cursor, Read};
use std::sync::PoisonError;

use super::Dropbox;
use super::draft::{self, HeldDraft};
use crate::base::clock::Day;
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::bundle::extract::{DispatchError, read_manifest};
use crate::bundle::manifest::{Manifest, ManifestError};
use crate::bundle::names;
use crate::bundle::path::Member;
use crate::crypto::kdf::MailboxKeys;
use crate::crypto::unseal::{self, OpenError};
use crate::store::{Dispatch, SourceMailbox, StoreError};

/// A mailbox as its source sees it.
pub struct SourceView {
    /// What is held and not sent.
    pub drafts: Vec<HeldDraft>,
    /// What the source sent, oldest first.
    pub submissions: Vec<Submission>,
    /// What was answered, newest first.
    pub replies: Vec<Reply>,
}

impl SourceView {
    /// Everything has expired or was taken back.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.submissions.is_empty() && self.replies.is_empty()
    }
}

/// One submission. Its content cannot be read here, by anyone.
pub struct Submission {
    /// Its id.
    pub id: DispatchId,
    /// Id of the team that it went to.
    pub team: String,
    /// When it was sent.
    pub day: Day,
    /// When an editor first fetched it.
    pub fetched: Option<Day>,
    /// The last day it is kept.
    pub expires: Day,
    /// Files, the message aside.
    pub files: usize,
    /// Padded bytes of them.
    pub bytes: u64,
}

/// One reply.
pub struct Reply {
    /// Its id.
    pub id: DispatchId,
    /// Id of the team that answers.
    pub team: String,
    /// When it was delivered.
    pub day: Day,
    /// The last day it is kept.
    pub expires: Day,
    /// What is shown of it, or nothing if this code does not open it.
    pub content: Option<ReplyContent>,
}

/// What a page shows of a reply.
pub struct ReplyContent {
    /// The message, or its beginning.
    pub message: String,
    /// There is more of it.
    pub is_cut: bool,
    /// Its files, in their order.
    pub files: Vec<ReplyEntry>,
}

/// One file of a reply.
pub struct ReplyEntry {
    /// From 1.
    pub number: u32,
    /// As the editor named it, made safe.
    pub name: String,
    /// Exact bytes.
    pub size: u64,
}

impl ReplyContent {
    /// Of the message at most so many characters, of the files those that are there.
    fn of(manifest: Manifest, characters: usize, members: usize) -> Self {
        let end = manifest.message.char_indices().nth(characters).map(|(at, _)| at);
        let files = manifest.files.iter().filter_map(|file| {
            let number = file.number()?;
            let there = usize::try_from(number).is_ok_and(|number| number < members);
            there.then(|| ReplyEntry { number, name: names::safe(&file.name), size: file.size })
        });
        let files = files.collect();
        let message = match end {
            Some(end) => manifest.message.get(..end).unwrap_or_default().to_owned(),
            None => manifest.message,
        };
        Self { message, is_cut: end.is_some(), files }
    }
}

/// Bytes of a manifest, sealed, that is opened beside others.
const LARGE_ANSWER: u64 = 256 * 1024;

/// The number of a reply's message among its files, for those that are not shown in full.
pub const MESSAGE: u32 = 0;

/// Why a reply's file cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum ReplyFileError {
    /// There is none of that id or number in this mailbox.
    #[error("there is no such file")]
    NoSuchFile,
    /// The manifest or the file does not open with this code.
    #[error("this code does not open it")]
    Sealed,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OpenError> for ReplyFileError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Io(e) => Self::Store(e.into()),
            _ => Self::Sealed,
        }
    }
}

impl From<DispatchError> for ReplyFileError {
    fn from(error: DispatchError) -> Self {
        match error {
            DispatchError::Sealed(error) => error.into(),
            _ => Self::Sealed,
        }
    }
}

/// A reply's file, opened for this source.
pub struct ReplyFile {
    /// As the editor named it.
    pub name: String,
    /// Exact bytes.
    pub size: u64,
    /// The plaintext; ends in an error if it was altered.
    pub plain: Box<dyn Read + Send>,
}

impl Dropbox {
    /// Everything under these keys, as of one moment; `None` where nothing arrived.
    pub fn source_view(&self, keys: &MailboxKeys) -> Result<Option<SourceView>, StoreError> {
        let Some(SourceMailbox { drafts, dispatches, last_day }) =
            self.store().source_mailbox(keys.id)?
        else {
            return Ok(None);
        };
        // A damaged draft holds nothing else back.
        let drafts = drafts.into_iter().filter_map(|stored| draft::opened(stored, keys).ok());
        let drafts = drafts.filter(|draft| !draft.is_empty()).collect();
        let kept = self.limits().retention;
        // A mailbox goes when it has been silent for long, and everything with it.
        let last = self.last_day(last_day.unwrap_or(Day(0)), kept.silent);
        let mut view = SourceView { drafts, submissions: Vec::new(), replies: Vec::new() };
        // Characters of all messages together: the newest come first.
        let mut room = self.limits().message;
        for dispatch in dispatches.into_iter().rev() {
            match dispatch.kind {
                DispatchKind::Submission => {
                    let files = dispatch.members.get(1..).unwrap_or_default();
                    let fetched = dispatch.fetched.map(|day| self.last_day(day, kept.fetched));
                    view.submissions.push(Submission {
                        id: dispatch.id,
                        team: dispatch.team,
                        expires: fetched.map_or(last, |day| last.min(day)),
                        day: dispatch.day,
                        fetched: dispatch.fetched,
                        files: files.len(),
                        bytes: files.iter().map(|file| file.size).sum(),
                    });
                }
                DispatchKind::Reply => view.replies.push(Reply {
                    id: dispatch.id,
                    day: dispatch.day,
                    expires: last.min(self.last_day(dispatch.day, kept.replies)),
                    content: match self.open_manifest(keys, &dispatch, |manifest| {
                        ReplyContent::of(manifest, room, dispatch.members.len())
                    }) {
                        // The disk's fault is not the answer's.
                        Err(DispatchError::Sealed(OpenError::Io(e))) => {
                            return Err(e.into());
                        }
                        opened => opened.ok().inspect(|content| {
                            room = room.saturating_sub(content.message.chars().count());
                        }),
                    },
                    team: dispatch.team,
                }),
                // The store gives none of these.
                DispatchKind::Note => {}
            }
        }
        view.submissions.reverse();
        Ok(Some(view))
    }

    /// Opens file `number` of a reply in this mailbox: from 1, or [`MESSAGE`].
    pub fn reply_file(
        &self,
        keys: &MailboxKeys,
        id: DispatchId,
        number: u32,
    ) -> Result<ReplyFile, ReplyFileError> {
        let dispatch = self
            .store()
            .dispatches(keys.id)?
            .into_iter()
            .find(|dispatch| dispatch.id == id && dispatch.kind == DispatchKind::Reply)
            .ok_or(ReplyFileError::NoSuchFile)?;
        let manifest = self.open_manifest(keys, &dispatch, |manifest| manifest)?;
        if number == MESSAGE {
            let text = manifest.message.into_bytes();
            let size = text.len() as u64;
            let name = "message.txt".to_owned();
            return Ok(ReplyFile { name, size, plain: Box::new(Cursor::new(text)) });
        }
        let entry = manifest
            .files
            .into_iter()
            .find(|file| file.number() == Some(number))
            .ok_or(ReplyFileError::NoSuchFile)?;
        let member = usize::try_from(number).ok().and_then(|n| dispatch.members.get(n));
        let sealed = self.store().read(*member.ok_or(ReplyFileError::NoSuchFile)?);
        let plain = unseal::open(sealed, std::iter::once(keys.identity.as_age()))?;
        Ok(ReplyFile {
            name: entry.name,
            size: entry.size,
            plain: Box::new(plain.take(entry.size)),
        })
    }

    fn open_manifest<T>(
        &self,
        keys: &MailboxKeys,
        dispatch: &Dispatch,
        take: impl FnOnce(Manifest) -> T,
    ) -> Result<T, DispatchError> {
        let sealed = dispatch.members.first().ok_or(DispatchError::NoManifest)?;
        // One at a time, or pages with many would fill the memory.
        let _alone = (sealed.size > LARGE_ANSWER)
            .then(|| self.0.large_answers.lock().unwrap_or_else(PoisonError::into_inner));
        let opened =
            read_manifest(self.store().read(*sealed), std::iter::once(keys.identity.as_age()));
        let manifest = opened?;
        if manifest.kind == DispatchKind::Note {
            return Err(ManifestError::OtherKind(Member::Manifest, "note").into());
        }
        Ok(take(manifest))
    }
}
