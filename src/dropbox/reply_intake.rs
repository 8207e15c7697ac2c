//! A reply or a note that is written at the desk: sealed while it arrives, to the team and, if it is a reply, to its
//! source; published whole or not at all. Unlike a submission it is never held: its editor has the documents still.

use super::draft::hash_of;
use super::incoming_file::{Allowance, FileError, Member};
use super::receipt::FileDetail;
use super::removed_keys::KeyRemoved;
use super::{Dropbox, Team};
use crate::base::ids::{DispatchId, DispatchSeed, KeySet};
use crate::base::kind::DispatchKind;
use crate::bundle::manifest::{FileEntry, ManifestError};
use crate::bundle::reply::{Correspondence, ReplyError};
use crate::crypto::seal::Recipients;
use crate::store::{self, Mailbox, Published, StoreError, StoredFile, Upload};

/// Set the ids of replies and notes apart from each other and from those of submissions.
const LABEL: &[u8] = b"sourdine/v1/reply";
const NOTE: &[u8] = b"sourdine/v1/note";

/// Why a reply or a note is not sent. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum ReplyIntakeError {
    /// The mailbox is gone, or never wrote to this team.
    #[error("there is no such mailbox")]
    NoMailbox,
    /// The source's key, or the team's, cannot be sealed to.
    #[error(transparent)]
    Keys(#[from] ReplyError),
    /// Neither message nor file.
    #[error("there is nothing in it")]
    Empty,
    /// Longer than a message may be.
    #[error("the message is too long")]
    MessageTooLong,
    /// A file is not taken; the manifest's among them.
    #[error(transparent)]
    File(#[from] FileError),
    /// A key that it is sealed to has left the team.
    #[error("a key that it is sealed to was removed from the team")]
    KeyRemoved,
    /// The manifest could not be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl From<KeyRemoved> for ReplyIntakeError {
    fn from(_: KeyRemoved) -> Self {
        Self::KeyRemoved
    }
}

impl From<StoreError> for ReplyIntakeError {
    fn from(error: StoreError) -> Self {
        match error {
            // Erased since the form was shown.
            StoreError::Changed => Self::NoMailbox,
            other => Self::File(other.into()),
        }
    }
}

/// A reply or a note on its way. Dropping it leaves nothing.
pub struct ReplyIntake {
    dropbox: Dropbox,
    mailbox: Mailbox,
    to: Correspondence,
    recipients: Recipients,
    /// The team's alone.
    team_keys: KeySet,
    seed: DispatchSeed,
    upload: Upload,
    allowance: Allowance,
    files: Vec<(StoredFile, FileDetail)>,
}

/// What was sent.
pub struct ReplyReceipt {
    /// Its id.
    pub id: DispatchId,
    /// Names, exact sizes, hashes.
    pub files: Vec<FileDetail>,
    /// The same form with the same content was sent before; this one was not stored.
    pub before: bool,
}

/// Who writes to whom at the desk.
pub fn to(kind: DispatchKind, mailbox: &Mailbox, team: &Team) -> Correspondence {
    Correspondence {
        kind,
        mailbox: mailbox.designation.clone(),
        source_recipients: mailbox
            .source_recipients
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        team: team.id.clone(),
        team_recipients: team.recipients.texts(),
        author: String::new(),
    }
}

impl Dropbox {
    /// Begins a reply or a note of `team`, of about `announced` bytes, in a mailbox that wrote to it. The seed is
    /// that of the form.
    pub fn reply_intake(
        &self,
        kind: DispatchKind,
        mailbox: Mailbox,
        team: &Team,
        seed: DispatchSeed,
        announced: u64,
    ) -> Result<ReplyIntake, ReplyIntakeError> {
        let parties = self.store().parties(mailbox.id)?;
        if !parties.iter().any(|(theirs, _)| *theirs == team.id) {
            return Err(ReplyIntakeError::NoMailbox);
        }
        let to = to(kind, &mailbox, team);
        Ok(ReplyIntake {
            dropbox: self.clone(),
            recipients: to.recipients()?,
            team_keys: if to.is_to_source_alone() {
                KeySet::nobody()
            } else {
                team.recipients.key_set()
            },
            to,
            mailbox,
            seed,
            upload: self.store().upload(),
            allowance: Allowance::new(self, announced)?,
            files: Vec::new(),
        })
    }
}

impl ReplyIntake {
    /// Begins the next file.
    pub fn file(&mut self, name: String) -> Result<ReplyIntakeFile<'_>, ReplyIntakeError> {
        let (upload, allowance) = (&mut self.upload, &mut self.allowance);
        let member = Member::begin(name, &self.recipients, upload, allowance)?;
        Ok(ReplyIntakeFile { answer: self, member })
    }

    /// Seals the manifest and publishes it all, durably (fsync), as sent by this account. A note says by whom it is.
    pub fn send(mut self, message: &str, sent_by: &str) -> Result<ReplyReceipt, ReplyIntakeError> {
        let message = if message.trim().is_empty() { "" } else { message };
        if message.is_empty() && self.files.is_empty() {
            return Err(ReplyIntakeError::Empty);
        }
        if message.chars().count() > self.dropbox.limits().message {
            return Err(ReplyIntakeError::MessageTooLong);
        }
        let dropbox = self.dropbox.clone();
        let _until_durable = dropbox.may_publish(&self.to.team, &self.team_keys)?;
        let id = self.id(message);
        let day = self.dropbox.today();
        let (places, details): (Vec<_>, Vec<_>) = self.files.into_iter().unzip();
        let entry = |(at, file): (usize, &FileDetail)| {
            FileEntry::new(at, file.name.clone(), file.size, file.sha256.clone())
        };
        let entries = details.iter().enumerate().map(entry).collect();
        let (kind, team) = (self.to.kind, self.to.team.clone());
        if kind == DispatchKind::Note {
            sent_by.clone_into(&mut self.to.author);
        }
        let manifest = self.to.manifest(&self.recipients, id, day, message.to_owned(), entries);
        let json = manifest.to_json()?;
        let file = self.upload.file().map_err(FileError::from)?;
        let sealed = self.recipients.seal_manifest(&json, file).map_err(FileError::from)?;
        let members = std::iter::once(sealed.finish()?).chain(places).collect();
        let dispatch = store::Dispatch { id, kind, team, day, fetched: None, members };
        let mailbox = self.mailbox;
        let sent_by = Some(sent_by.to_owned());
        let sealed_to = Some(self.team_keys);
        let publication = store::Publication { mailbox, dispatch, sealed_to, draft: None, sent_by };
        let published = self.upload.publish(publication)?;
        Ok(ReplyReceipt { id, files: details, before: published == Published::Before })
    }

    /// SHA-256\[seed, label, mailbox, team, message, (name, hash) of each file\], its first 16 bytes.
    fn id(&self, message: &str) -> DispatchId {
        let team = self.to.team.as_bytes();
        let label = if self.to.kind == DispatchKind::Note { NOTE } else { LABEL };
        let fields = [label, &self.mailbox.id.0[..], team, message.as_bytes()];
        let of_files =
            self.files.iter().flat_map(|(_, file)| [file.name.as_bytes(), file.sha256.as_bytes()]);
        DispatchId::of(&hash_of(&self.seed.0, fields.into_iter().chain(of_files)))
    }
}

/// A file on its way. Only [`finish`](Self::finish) makes it part of the whole.
pub struct ReplyIntakeFile<'a> {
    answer: &'a mut ReplyIntake,
    member: Member,
}

impl ReplyIntakeFile<'_> {
    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ReplyIntakeError> {
        self.answer.dropbox.may_publish(&self.answer.to.team, &self.answer.team_keys)?;
        Ok(self.member.write(&mut self.answer.allowance, bytes)?)
    }

    /// The file is whole.
    pub fn finish(self) -> Result<(), ReplyIntakeError> {
        let file = self.member.finish()?;
        self.answer.files.push(file);
        Ok(())
    }
}
