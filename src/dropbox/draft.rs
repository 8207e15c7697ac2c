//! Held drafts: what a source sees of them, and how one is sent. Every submission is one for as long as
//! it takes to arrive, so that a broken upload loses no file that arrived whole.

use std::collections::HashSet;
use std::io::Read;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::intake::{IntakeError, Receipt};
use super::{Dropbox, Team, designation};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, DispatchSeed, FileId, hex};
use crate::base::limits;
use crate::bundle::manifest::{FileEntry, Kind, Manifest, VERSION};
use crate::crypto::kdf::MailboxKeys;
use crate::crypto::seal::{Recipients, SealError};
use crate::crypto::unseal::{self, OpenError};
use crate::store::{self, Draft, DraftKey, Published, StoreError, StoredFile, Upload};

/// Times a draft is read again when it, or the mailbox's name, changed while it was being sent.
const TRIES: usize = 5;

/// Sealed to the source: what is said of a whole draft.
#[derive(Serialize, Deserialize)]
struct Head {
    message: String,
    /// A hash of the seed of the form that it was written in.
    form: String,
}

/// Sealed to the source: what is said of one file.
#[derive(Serialize, Deserialize)]
struct Note {
    #[serde(flatten)]
    detail: Detail,
    /// A hash of the recipients that it is sealed to.
    keys: String,
}

/// A file as its source knows it.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq, Hash)]
pub struct Detail {
    /// The sender's own name for it.
    pub name: String,
    /// Bytes, exact.
    pub size: u64,
    /// 64 hex digits.
    pub sha256: String,
}

/// Whose draft is sent, to whom, and by which form.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// Of the source.
    pub keys: &'a MailboxKeys,
    /// As of now.
    pub team: &'a Team,
    /// Of the form.
    pub seed: DispatchSeed,
}

/// A draft, opened by its source.
pub struct HeldDraft {
    /// As it was written with the last addition.
    pub message: String,
    /// The files that arrived whole, in their order; one that two uploads brought at once stands here once.
    pub files: Vec<Detail>,
    /// Of the form that the message was written in.
    pub(super) form: String,
    /// Where each of them is.
    places: Vec<StoredFile>,
    stored: Draft,
    /// That they are sealed to.
    keys: HashSet<String>,
}

impl HeldDraft {
    /// Id of the team it is meant for.
    pub fn team(&self) -> &str {
        &self.stored.key.team
    }

    /// The day of the last addition.
    pub fn day(&self) -> Day {
        self.stored.day
    }

    /// Whether the editors' keys have changed since: then it cannot be sent, only sent again.
    pub fn is_stale(&self, team: Option<&Team>) -> bool {
        team.is_none_or(|team| {
            let today = keys_hash(team);
            self.keys.iter().any(|keys| *keys != today)
        })
    }

    /// Changes whenever the draft does: a form carries that of the draft it shows.
    pub fn mark(&self) -> String {
        let ids = self.stored.files.iter().map(|held| &held.file.id.0[..]);
        let hash = hash_of(&[], ids.chain([&self.stored.head[..]]));
        hex(hash.get(..16).unwrap_or_default())
    }

    /// Nothing is left in it: neither message nor file.
    fn is_empty(&self) -> bool {
        self.files.is_empty() && self.message.trim().is_empty()
    }

    /// Its files with their ids, by which one is let go.
    pub fn entries(&self) -> impl Iterator<Item = (&Detail, FileId)> {
        self.files.iter().zip(self.places.iter().map(|place| place.id))
    }
}

impl Sending<'_> {
    /// SHA-256\[seed, mailbox, team, message, (name, hash) of each file\], its first 16 bytes. A form sent
    /// twice is one dispatch; the same form with other documents in it is another, and is not lost.
    fn id(&self, message: &str, files: &[Detail]) -> DispatchId {
        let fields = [&self.keys.id.0[..], self.team.id.as_bytes(), message.as_bytes()];
        let of_files = files.iter().flat_map(|file| [file.name.as_bytes(), file.sha256.as_bytes()]);
        DispatchId::of(&hash_of(&self.seed.0, fields.into_iter().chain(of_files)))
    }
}

fn keys_hash(team: &Team) -> String {
    let mut texts = team.recipients.texts();
    texts.sort_unstable();
    hex(&hash_of(&[], texts.iter().map(String::as_bytes)))
}

/// Names a form without telling its seed.
pub(super) fn form_hash(seed: DispatchSeed) -> String {
    hex(&hash_of(&seed.0, std::iter::once(&b"form"[..])))
}

pub(super) fn seal_head(
    source: &Recipients,
    message: &str,
    seed: DispatchSeed,
) -> Result<Vec<u8>, SealError> {
    let head = Head { message: message.to_owned(), form: form_hash(seed) };
    source.seal_manifest(&json(&head)?, Vec::new())
}

pub(super) fn seal_note(
    source: &Recipients,
    detail: &Detail,
    team: &Team,
) -> Result<Vec<u8>, SealError> {
    source.seal_note(&json(&Note { detail: detail.clone(), keys: keys_hash(team) })?)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, SealError> {
    serde_json::to_vec(value).map_err(|e| SealError::Io(e.into()))
}

fn open<T: for<'de> Deserialize<'de>>(sealed: &[u8], keys: &MailboxKeys) -> Result<T, OpenError> {
    let mut plain = Vec::new();
    unseal::open(sealed, std::iter::once(keys.identity.as_age()))?
        .take(limits::MANIFEST)
        .read_to_end(&mut plain)
        .map_err(OpenError::while_reading)?;
    serde_json::from_slice(&plain).map_err(|_| OpenError::Altered)
}

fn opened(stored: Draft, keys: &MailboxKeys) -> Result<HeldDraft, OpenError> {
    let head: Head = open(&stored.head, keys)?;
    let (mut files, mut places, mut known) = (Vec::new(), Vec::new(), HashSet::new());
    let mut sealed_to = HashSet::new();
    for held in &stored.files {
        // One that is damaged holds the others not back.
        let Ok(note) = open::<Note>(&held.detail, keys) else { continue };
        sealed_to.insert(note.keys);
        if known.insert(note.detail.clone()) {
            files.push(note.detail);
            places.push(held.file);
        }
    }
    Ok(HeldDraft { message: head.message, form: head.form, files, places, stored, keys: sealed_to })
}

impl Dropbox {
    /// The draft for a team, if there is one.
    pub fn held(&self, keys: &MailboxKeys, team: &str) -> Result<Option<HeldDraft>, IntakeError> {
        let key = DraftKey { mailbox: keys.id, team: team.to_owned() };
        let draft = self.store().draft(&key)?;
        Ok(draft.map(|draft| opened(draft, keys)).transpose()?)
    }

    /// Every draft of this source that something is left in.
    pub fn all_held(&self, keys: &MailboxKeys) -> Result<Vec<HeldDraft>, StoreError> {
        let drafts = self.store().drafts(keys.id)?.into_iter();
        // One that is damaged holds nothing else back.
        let drafts = drafts.filter_map(|draft| opened(draft, keys).ok());
        Ok(drafts.filter(|draft| !draft.is_empty()).collect())
    }

    /// Deletes a draft.
    pub fn discard(&self, keys: &MailboxKeys, team: &str) -> Result<(), StoreError> {
        self.store().discard(&DraftKey { mailbox: keys.id, team: team.to_owned() })
    }

    /// Deletes one file of a draft, with every copy of it: else the next one would stand in its place.
    pub fn remove_held(
        &self,
        keys: &MailboxKeys,
        team: &str,
        file: FileId,
    ) -> Result<(), IntakeError> {
        let Some(draft) = self.held(keys, team)? else { return Ok(()) };
        let Some((wanted, _)) = draft.entries().find(|(_, id)| *id == file) else { return Ok(()) };
        for held in &draft.stored.files {
            if open::<Note>(&held.detail, keys)?.detail == *wanted {
                self.store().let_go(&draft.stored.key, held.file.id)?;
            }
        }
        Ok(())
    }

    /// Makes room where held drafts have outgrown their quota.
    pub fn trim_drafts(&self) -> Result<(), StoreError> {
        self.store().trim_drafts(self.limits().drafts, self.today())
    }

    /// The day after which nothing of a draft last added to on `day` is kept.
    pub fn draft_expiry(&self, day: Day) -> Day {
        self.last_day(day, self.limits().retention.drafts)
    }

    /// Seals the manifest of a draft and publishes both, durably; only if the draft is `wanted`.
    pub fn send_held(
        &self,
        sending: Sending<'_>,
        wanted: impl Fn(&HeldDraft) -> bool,
    ) -> Result<Receipt, IntakeError> {
        let Sending { keys, team, .. } = sending;
        let mut upload = self.store().upload();
        for _ in 0..TRIES {
            let draft = self.held(keys, &team.id)?.ok_or(IntakeError::NoDraft)?;
            if !wanted(&draft) {
                return Err(IntakeError::Unseen);
            }
            if draft.is_stale(Some(team)) {
                return Err(IntakeError::Stale);
            }
            if draft.is_empty() {
                return Err(IntakeError::Empty);
            }
            let id = sending.id(&draft.message, &draft.files);
            match self.publish(draft, sending, id, &mut upload) {
                Err(IntakeError::Store(StoreError::Changed)) => {}
                outcome => return outcome,
            }
        }
        Err(StoreError::Changed.into())
    }

    /// Whether this very form, with this content, was sent before. Then what is left of it in a draft goes,
    /// if nothing else is in that.
    pub(super) fn sent_before(
        &self,
        sending: Sending<'_>,
        message: &str,
        files: &[Detail],
        only: impl Fn(&HeldDraft) -> bool,
    ) -> Result<bool, IntakeError> {
        let id = sending.id(message, files);
        if !self.store().has_dispatch(id)? {
            return Ok(false);
        }
        if let Some(rest) = self.held(sending.keys, &sending.team.id)?.filter(only) {
            match self.publish(rest, sending, id, &mut self.store().upload()) {
                // Changed just now: it stays, and its source finds it.
                Ok(_) | Err(IntakeError::Store(StoreError::Changed)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Makes a draft the dispatch `id`. Where that is stored already, the draft only goes.
    fn publish(
        &self,
        draft: HeldDraft,
        Sending { keys, team, .. }: Sending<'_>,
        id: DispatchId,
        upload: &mut Upload,
    ) -> Result<Receipt, IntakeError> {
        let day = self.today();
        let source = keys.identity.recipient()?.to_string();
        let mailbox = match self.store().mailbox(keys.id)? {
            Some(mailbox) => mailbox,
            None => store::Mailbox {
                id: keys.id,
                designation: designation::fresh(self.store())?,
                source_recipients: source.clone(),
            },
        };
        let has_message = !draft.message.trim().is_empty();
        let entry = |(at, file): (usize, &Detail)| {
            FileEntry::new(at, file.name.clone(), file.size, file.sha256.clone())
        };
        let manifest = Manifest {
            version: VERSION,
            kind: Kind::Submission,
            dispatch: id.to_string(),
            mailbox: mailbox.designation.clone(),
            source_recipients: vec![source],
            team: team.id.clone(),
            recipients: team.recipients.texts(),
            day: day.to_string(),
            message: draft.message,
            files: draft.files.iter().enumerate().map(entry).collect(),
        };
        let sealed = team.recipients.seal_manifest(&manifest.to_json()?, upload.file()?)?;
        let dispatch = store::Dispatch {
            id,
            kind: store::Kind::Submission,
            team: team.id.clone(),
            day,
            fetched: None,
            members: std::iter::once(sealed.finish()?).chain(draft.places).collect(),
        };
        let published = upload.publish(store::Publication {
            mailbox,
            dispatch,
            keys: team.recipients.iter().len(),
            draft: Some(draft.stored),
        })?;
        Ok(Receipt {
            day,
            message: has_message,
            files: draft.files,
            before: published == Published::Before,
        })
    }
}

/// SHA-256 of a prefix and of fields, each behind its length.
pub(super) fn hash_of<'a>(prefix: &[u8], fields: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(prefix);
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}
