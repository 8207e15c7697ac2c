//! A submission on its way in: files are sealed one after the other and held as a draft; sending makes
//! the draft a dispatch.

use std::collections::HashSet;
use std::sync::Arc;

use super::designation::NamingError;
use super::draft::{self, Detail, HeldDraft, Sending};
use super::member::{Allowance, Member};
use super::{Dropbox, Team};
use crate::base::clock::Day;
use crate::base::ids::DispatchSeed;
use crate::bundle::manifest::ManifestError;
use crate::crypto::kdf::{DerivationError, MailboxKeys};
use crate::crypto::seal::{Recipients, SealError};
use crate::crypto::unseal::OpenError;
use crate::store::{DraftKey, Held, StoreError, Upload};

/// Why an intake ends without a receipt. Files that arrived whole stay held, nothing is published.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// One file is larger than a file may be.
    #[error("a file is too large")]
    FileTooLarge,
    /// All files together are.
    #[error("the files together are too large")]
    DispatchTooLarge,
    /// There are too many.
    #[error("there are too many files")]
    TooManyFiles,
    /// What is held and what was written make too long a message.
    #[error("the message is too long")]
    MessageTooLong,
    /// Neither message nor file.
    #[error("there is nothing in it")]
    Empty,
    /// There is no draft (any more).
    #[error("there is no draft")]
    NoDraft,
    /// The draft holds what the form did not show.
    #[error("the draft holds more than this form")]
    Unseen,
    /// The team's keys are others than those that the draft was sealed to.
    #[error("the draft was sealed to keys that have changed since")]
    Stale,
    /// Sealing failed.
    #[error(transparent)]
    Seal(SealError),
    /// A draft did not open with the code that it was found by.
    #[error("the draft cannot be opened: {0}")]
    Open(#[from] OpenError),
    /// The store failed; `Full` among it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The mailbox could not be named.
    #[error(transparent)]
    Naming(#[from] NamingError),
    /// The source's key could not be made.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
    /// The manifest could not be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl From<SealError> for IntakeError {
    fn from(error: SealError) -> Self {
        // What the store says reaches us through age as an I/O error.
        match error {
            SealError::Io(e) => match e.downcast::<StoreError>() {
                Ok(error) => error.into(),
                Err(e) => Self::Seal(SealError::Io(e)),
            },
            other => Self::Seal(other),
        }
    }
}

impl From<std::io::Error> for IntakeError {
    fn from(error: std::io::Error) -> Self {
        SealError::Io(error).into()
    }
}

/// What the source is told: exact names and sizes, while they are still in memory.
pub struct Receipt {
    /// When.
    pub day: Day,
    /// Whether there was a message.
    pub message: bool,
    /// In the order they arrived.
    pub files: Vec<Detail>,
    /// The same dispatch was already stored; this one was not.
    pub before: bool,
}

/// What a form says of its message, beside the files.
#[derive(Clone)]
pub struct Letter {
    /// As typed.
    pub message: String,
    /// The mark of the draft that the form showed, message and all. If that is still the one that is held,
    /// what was typed takes the message's place, and its files may be sent without asking.
    pub draft: String,
}

/// What became of a form that was to be sent.
pub enum Sent {
    /// It is.
    Receipt(Receipt),
    /// It is held, together with files or a message of an earlier try that this form did not show: the
    /// source decides.
    Asked,
}

/// A submission on its way in. Dropping it keeps the files that arrived whole, as a draft.
pub struct Intake {
    dropbox: Dropbox,
    keys: MailboxKeys,
    team: Team,
    seed: DispatchSeed,
    source: Recipients,
    upload: Upload,
    allowance: Allowance,
    head: Arc<[u8]>,
    /// As the form has it, or joined with another that was held: then the source looks at it first.
    message: String,
    joined: bool,
    /// Everything in the draft, in its order: the same file (name and content) is kept once.
    held: Vec<Detail>,
    known: HashSet<Detail>,
    held_bytes: u64,
    /// What this form showed, brought, or brought again.
    named: Vec<Detail>,
}

impl Dropbox {
    /// Begins a submission of about `announced` bytes to `team`, or says that there is no room. It joins
    /// the draft that is held under these keys, if there is one.
    pub fn intake(
        &self,
        keys: MailboxKeys,
        team: Team,
        seed: DispatchSeed,
        announced: u64,
        letter: Letter,
    ) -> Result<Intake, IntakeError> {
        let key = DraftKey { mailbox: keys.id, team: team.id.clone() };
        let mut upload = self.store().upload_to(key.clone());
        // From here on the draft does not expire. What was on its way out just now is gone when it is read.
        upload.settled()?;
        let draft = match self.held(&keys, &team.id) {
            // Nobody can ever open it: it goes, so that this source can send.
            Err(IntakeError::Open(_)) => {
                self.discard(&keys, &team.id)?;
                upload = self.store().upload_to(key);
                None
            }
            other => other?,
        };
        self.trim_drafts()?;
        let allowance = Allowance::new(self, announced)?;
        if draft.as_ref().is_some_and(|draft| draft.is_stale(Some(&team))) {
            return Err(IntakeError::Stale);
        }
        let before = draft.as_ref().map_or("", |draft| &draft.message);
        let shown = draft.as_ref().is_some_and(|draft| draft.mark() == letter.draft);
        let blank = letter.message.trim().is_empty();
        let typed = if blank { String::new() } else { letter.message };
        let other = !before.trim().is_empty() && typed.trim() != before.trim();
        // The same form, mended and sent again, has the last word about its message.
        let same = draft.as_ref().is_some_and(|draft| draft.form == draft::form_hash(seed));
        let joins = other && !shown && !same;
        let message = if joins { joined(before, &typed) } else { typed };
        if message.chars().count() > self.limits().message {
            return Err(IntakeError::MessageTooLong);
        }
        let source = keys.identity.recipients()?;
        let head: Arc<[u8]> = draft::seal_head(&source, &message, seed)?.into();
        if message != before {
            upload.hold(self.today(), head.clone(), true, None)?;
        }
        let files = draft.map(|draft| draft.files).unwrap_or_default();
        Ok(Intake {
            dropbox: self.clone(),
            keys,
            team,
            seed,
            source,
            upload,
            allowance,
            head,
            joined: joins,
            held_bytes: files.iter().map(|file| file.size).sum(),
            message,
            named: if shown { files.clone() } else { Vec::new() },
            known: files.iter().cloned().collect(),
            held: files,
        })
    }
}

/// A message that was held and another that came with a later form: neither is lost, none stands twice.
fn joined(held: &str, typed: &str) -> String {
    match (held.trim(), typed.trim()) {
        (held, "") => held.to_owned(),
        (held, new) if format!("\n\n{held}\n\n").contains(&format!("\n\n{new}\n\n")) => {
            held.to_owned()
        }
        (held, new) => format!("{held}\n\n{new}"),
    }
}

impl Intake {
    /// Begins the next file.
    pub fn file(&mut self, name: String) -> Result<IncomingFile<'_>, IntakeError> {
        let recipients = &self.team.recipients;
        let member = Member::begin(name, recipients, &mut self.upload, &mut self.allowance)?;
        Ok(IncomingFile { intake: self, member })
    }

    /// What is held now, files of earlier forms among it: what is left when it fails.
    pub fn held(&self) -> Option<HeldDraft> {
        self.upload.settled().ok()?;
        self.dropbox.held(&self.keys, &self.team.id).ok()?
    }

    /// Makes the draft a dispatch, durably; or asks first, where it holds what this form does not name.
    pub fn send(self) -> Result<Sent, IntakeError> {
        self.upload.settled()?;
        if self.joined {
            return Ok(Sent::Asked);
        }
        let (dropbox, sending) = (&self.dropbox, self.sending());
        let named: HashSet<&Detail> = self.named.iter().collect();
        let seen = |draft: &HeldDraft| {
            draft.message == self.message && draft.files.iter().all(|file| named.contains(file))
        };
        let whole = |draft: &HeldDraft| {
            let there: HashSet<&Detail> = draft.files.iter().collect();
            seen(draft) && self.held.iter().all(|file| there.contains(file))
        };
        match dropbox.send_held(sending, whole) {
            Err(IntakeError::Unseen | IntakeError::NoDraft) => {}
            outcome => return outcome.map(Sent::Receipt),
        }
        // Discarded, which ends this upload; or the same form, sent twice at once, was quicker.
        self.upload.settled()?;
        if dropbox.sent_before(sending, &self.message, &self.held, seen)? {
            return Ok(Sent::Receipt(self.before()));
        }
        // Another window sent some of it, or removed some: the rest is sent, if nothing else was added.
        match dropbox.send_held(sending, seen) {
            Err(IntakeError::Unseen) => Ok(Sent::Asked),
            // Discarded in between, it was not sent.
            Err(IntakeError::NoDraft) if !self.is_empty() => {
                self.upload.settled()?;
                Ok(Sent::Receipt(self.before()))
            }
            outcome => outcome.map(Sent::Receipt),
        }
    }

    fn sending(&self) -> Sending<'_> {
        Sending { keys: &self.keys, team: &self.team, seed: self.seed }
    }

    /// Everything of this form is stored already.
    fn before(&self) -> Receipt {
        Receipt {
            day: self.dropbox.today(),
            message: !self.message.trim().is_empty(),
            files: self.named.clone(),
            before: true,
        }
    }

    fn is_empty(&self) -> bool {
        self.message.trim().is_empty() && self.held.is_empty()
    }

    /// Leaves everything as a draft, durably, for another day; unless this very form was sent before.
    pub fn keep(self) -> Result<Receipt, IntakeError> {
        self.upload.settled()?;
        let only = |draft: &HeldDraft| {
            draft.message == self.message
                && draft.files.iter().all(|file| self.named.contains(file))
        };
        if self.dropbox.sent_before(self.sending(), &self.message, &self.held, only)? {
            return Ok(self.before());
        }
        let draft = match self.dropbox.held(&self.keys, &self.team.id)? {
            Some(draft) => draft,
            // Another window sent it meanwhile.
            None if !self.is_empty() => {
                self.upload.settled()?;
                return Ok(self.before());
            }
            None => return Err(IntakeError::Empty),
        };
        Ok(Receipt {
            day: draft.day(),
            message: !draft.message.trim().is_empty(),
            files: draft.files,
            before: false,
        })
    }
}

/// A file on its way in. Only [`finish`](Self::finish) adds it to what is held.
pub struct IncomingFile<'a> {
    intake: &'a mut Intake,
    member: Member,
}

impl IncomingFile<'_> {
    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), IntakeError> {
        self.member.write(&mut self.intake.allowance, bytes)
    }

    /// The file is whole.
    pub fn finish(self) -> Result<(), IntakeError> {
        let (file, detail) = self.member.finish()?;
        let (intake, size) = (self.intake, detail.size);
        intake.named.push(detail.clone());
        if intake.known.contains(&detail) {
            return Ok(());
        }
        let limits = intake.dropbox.limits();
        if intake.held.len() >= limits.files {
            return Err(IntakeError::TooManyFiles);
        }
        if intake.held_bytes + size > limits.dispatch {
            return Err(IntakeError::DispatchTooLarge);
        }
        let held = Held { file, detail: draft::seal_note(&intake.source, &detail, &intake.team)? };
        let today = intake.dropbox.today();
        intake.upload.hold(today, intake.head.clone(), false, Some(held))?;
        intake.known.insert(detail.clone());
        intake.held.push(detail);
        intake.held_bytes += size;
        Ok(())
    }
}
