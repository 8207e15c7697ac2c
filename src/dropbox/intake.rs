//! A submission on its way in: files are sealed one after the other and held as a draft of their form; sending
//! publishes what the form brought.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use super::draft::{self, Sending};
use super::incoming_file::FileError;
use super::incoming_file::{Allowance, Member};
use super::intake_error::IntakeError;
use super::receipt::{FileDetail, Outcome, Receipt};
use super::written::Written;
use super::{Dropbox, Team};
use crate::base::ids::{DispatchSeed, DraftId, FileId, KeySet};
use crate::base::limits::{self, Limits};
use crate::base::random;
use crate::crypto::kdf::MailboxKeys;
use crate::crypto::seal::{Recipients, SealError};
use crate::store::{Draft, FromDraft, HeldFile, StoredFile, Upload};

/// What a form says beside its files.
pub struct DropText {
    /// As typed.
    pub written: Written,
    /// Hold everything, publish nothing.
    pub keep: bool,
    /// The draft that the form adds to, where that is not its own.
    pub draft: Option<DraftId>,
    /// When its request came: of two uploads of one form the later one goes on.
    pub arrived: Instant,
}

/// A submission on its way in. Dropping it keeps the files that arrived whole, as a draft.
pub struct Intake {
    dropbox: Dropbox,
    keys: MailboxKeys,
    team: Team,
    team_keys: KeySet,
    seed: DispatchSeed,
    source: Recipients,
    upload: Upload,
    allowance: Allowance,
    written: Written,
    keep: bool,
    /// Where its files are held until they are sent; none where there are too many drafts.
    draft: Option<OpenDraft>,
    /// In the order they arrived, each once.
    brought: Vec<(FileDetail, StoredFile)>,
    known: HashSet<FileDetail>,
    /// Something was brought that the draft has no room for.
    has_unheld: bool,
}

/// A draft while files are added to it.
struct OpenDraft {
    id: DraftId,
    /// The form that it came from.
    form: String,
    /// As stored; none where there is nothing of it yet.
    written: Option<Written>,
    /// In their order, each once.
    files: Vec<FileDetail>,
    places: HashMap<FileDetail, Vec<FileId>>,
    bytes: u64,
}

impl OpenDraft {
    /// Whether one more file of this size may be added.
    fn room(&self, size: u64, limits: &Limits) -> Result<(), IntakeError> {
        if self.files.len() >= limits.files {
            return Err(FileError::TooMany.into());
        }
        if self.bytes.saturating_add(size) > limits.dispatch {
            return Err(FileError::DispatchTooLarge.into());
        }
        Ok(())
    }

    fn add(&mut self, detail: FileDetail, place: FileId) {
        let places = self.places.entry(detail.clone()).or_default();
        if places.is_empty() {
            self.bytes = self.bytes.saturating_add(detail.size);
            self.files.push(detail);
        }
        places.push(place);
    }
}

impl Dropbox {
    /// Begins a submission of about `announced` bytes to `team`, or says that there is no room. An earlier
    /// upload of the same form that is still under way ends.
    pub fn intake(
        &self,
        keys: MailboxKeys,
        team: Team,
        seed: DispatchSeed,
        announced: u64,
        text: DropText,
    ) -> Result<Intake, IntakeError> {
        if text.written.message.chars().count() > self.limits().message {
            return Err(IntakeError::MessageTooLong);
        }
        let written = text.written.trimmed();
        let upload = self.store().upload();
        // First: what is being added to makes no room for others.
        let draft = self.join_draft(
            &upload,
            Sending { keys: &keys, team: &team, seed },
            text.draft,
            text.arrived,
        )?;
        if draft.is_none() && text.keep {
            return Err(IntakeError::TooManyDrafts);
        }
        self.trim_drafts()?;
        Ok(Intake {
            allowance: Allowance::new(self, announced)?,
            source: keys.identity.alone()?,
            dropbox: self.clone(),
            keys,
            team_keys: team.recipients.key_set(),
            team,
            seed,
            upload,
            written,
            keep: text.keep,
            has_unheld: draft.is_none(),
            draft,
            brought: Vec::new(),
            known: HashSet::new(),
        })
    }

    /// The draft that a form adds to: the one it asks for, else its own, else a new one, if there may be one
    /// more.
    fn join_draft(
        &self,
        upload: &Upload,
        sending: Sending<'_>,
        wanted: Option<DraftId>,
        arrived: Instant,
    ) -> Result<Option<OpenDraft>, IntakeError> {
        let Sending { keys, team, .. } = sending;
        let form = sending.form_hash();
        // What an upload that broke just now brought can be read then.
        upload.settled()?;
        let all = self.store().draft_heads(keys.id)?;
        let of_team = || all.iter().filter(|draft| draft.team == team.id);
        let found = of_team().find(|draft| Some(draft.id) == wanted).or_else(|| {
            of_team().find(|draft| draft::form_of(draft, keys).is_some_and(|its| its == form))
        });
        let id = match found {
            Some(draft) => draft.id,
            None if all.len() >= limits::DRAFTS => return Ok(None),
            None => DraftId(random::bytes().map_err(std::io::Error::other)?),
        };
        let id = upload.join(keys.id, id, sending.live_form(), arrived)?;
        let mut open = OpenDraft {
            id,
            form,
            written: None,
            files: Vec::new(),
            places: HashMap::new(),
            bytes: 0,
        };
        if let Some(stored) = self.store().draft(keys.id, id)? {
            let head = draft::open_head(&stored, keys)?;
            (open.written, open.form) = (Some(head.written), head.form);
            for (detail, place) in draft::files_of(&stored, keys) {
                open.add(detail, place);
            }
        }
        Ok(Some(open))
    }
}

impl Intake {
    /// Begins the next file.
    pub fn file(&mut self, name: String) -> Result<IncomingFile<'_>, IntakeError> {
        if !self.written.is_empty() {
            self.write_head()?;
        }
        let recipients = &self.team.recipients;
        let member = Member::begin(name, recipients, &mut self.upload, &mut self.allowance)?;
        Ok(IncomingFile { intake: self, member })
    }

    /// The form has the last word about what is written in its draft.
    fn write_head(&mut self) -> Result<(), IntakeError> {
        let Some(open) = &mut self.draft else { return Ok(()) };
        if open.written.as_ref() == Some(&self.written) {
            return Ok(());
        }
        let (team, day) = (self.team.id.clone(), self.dropbox.today());
        let head = draft::seal_head(&self.source, &self.written, &open.form)?;
        let draft = Draft { id: open.id, team, day, head, files: Vec::new() };
        self.upload.open_draft(self.keys.id, draft)?;
        open.written = Some(self.written.clone());
        Ok(())
    }

    /// Adds a whole file to the draft, in the place of an older copy. What a sending brings beyond the room of
    /// its draft is not held, and is sent all the same.
    fn hold(&mut self, file: StoredFile, detail: &FileDetail) -> Result<(), IntakeError> {
        let Some(open) = &self.draft else { return Ok(()) };
        let older = open.places.get(detail).cloned().unwrap_or_default();
        if older.is_empty()
            && let Err(error) = open.room(detail.size, self.dropbox.limits())
        {
            self.has_unheld = true;
            return if self.keep { Err(error) } else { Ok(()) };
        }
        self.write_head()?;
        let Some(open) = &mut self.draft else { return Ok(()) };
        let held = HeldFile { file, detail: draft::seal_note(&self.source, detail, &self.team)? };
        let today = self.dropbox.today();
        self.upload.hold(open.id, today, held, older)?;
        if let Some(places) = open.places.get_mut(detail) {
            places.clear();
            places.push(file.id);
        } else {
            open.add(detail.clone(), file.id);
        }
        Ok(())
    }

    /// What is left when it fails: how many files are held, those of earlier tries among them, and whether
    /// something of this form could not be.
    pub fn held(&self) -> (usize, bool) {
        let held = self.draft.as_ref().filter(|_| self.upload.settled().is_ok());
        (held.map_or(0, |draft| draft.files.len()), self.has_unheld)
    }

    /// Publishes what the form brought, or keeps it, durably. To be called once the form has arrived whole.
    pub fn finish(&mut self) -> Result<Receipt, IntakeError> {
        if self.keep { self.keep() } else { self.send() }
    }

    fn keep(&mut self) -> Result<Receipt, IntakeError> {
        let Some(open) = &self.draft else { return Err(IntakeError::TooManyDrafts) };
        if self.written.is_empty() && open.files.is_empty() {
            if open.written.is_some() {
                self.dropbox.discard(&self.keys, open.id)?;
            }
            return Err(IntakeError::Empty);
        }
        self.write_head()?;
        self.upload.settled()?;
        let files = self.draft.as_ref().map(|open| open.files.clone()).unwrap_or_default();
        Ok(Receipt {
            team: self.team.id.clone(),
            written: self.written.clone(),
            files,
            left: Vec::new(),
            outcome: Outcome::Kept(self.dropbox.today()),
        })
    }

    fn send(&mut self) -> Result<Receipt, IntakeError> {
        if self.written.is_empty() && self.brought.is_empty() {
            return Err(IntakeError::Empty);
        }
        let sending = Sending { keys: &self.keys, team: &self.team, seed: self.seed };
        let stored = self.draft.as_ref().filter(|open| open.written.is_some());
        let from = stored.map(|open| {
            let held = self.brought.iter().filter_map(|(detail, _)| open.places.get(detail));
            let rest = draft::seal_head(&self.source, &Written::default(), &open.form)?;
            Ok::<_, SealError>(FromDraft::Files {
                draft: open.id,
                files: held.flatten().copied().collect(),
                rest,
            })
        });
        let from = from.transpose()?;
        let mut receipt = self.dropbox.publish(
            sending,
            &self.written,
            &self.brought,
            from.as_ref(),
            &mut self.upload,
        )?;
        let all = stored.map(|open| open.files.iter()).into_iter().flatten();
        receipt.left = all.filter(|file| !self.known.contains(*file)).cloned().collect();
        Ok(receipt)
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
        // At once, not at the end of gigabytes.
        self.intake.dropbox.may_publish(&self.intake.team.id, &self.intake.team_keys)?;
        Ok(self.member.write(&mut self.intake.allowance, bytes)?)
    }

    /// The file is whole.
    pub fn finish(self) -> Result<(), IntakeError> {
        let (file, detail) = self.member.finish()?;
        // Chosen twice, it is one.
        if self.intake.known.insert(detail.clone()) {
            self.intake.hold(file, &detail)?;
            self.intake.brought.push((detail, file));
        }
        Ok(())
    }
}
