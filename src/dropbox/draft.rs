//! Held drafts: what a source sees of them, and how one is sent. A form's files are held while it arrives, so
//! that a broken upload loses none that arrived whole.

use std::collections::HashSet;
use std::io::Read;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::incoming_file::FileError;
use super::intake_error::IntakeError;
use super::receipt::{FileDetail, Outcome, Receipt};
use super::written::Written;
use super::{Dropbox, Team, designation};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, DispatchSeed, DraftId, FileId, hex};
use crate::base::kind::DispatchKind;
use crate::base::limits;
use crate::bundle::manifest::{FileEntry, Manifest, VERSION};
use crate::crypto::kdf::MailboxKeys;
use crate::crypto::seal::{Recipients, SealError};
use crate::crypto::unseal::{self, OpenError};
use crate::store::{self, Draft, FromDraft, Published, StoreError, StoredFile, Upload};

/// Times a publication is tried when the mailbox is named by others meanwhile.
const TRIES: usize = 5;

/// Sealed to the source: what is said of a whole draft.
#[derive(Serialize, Deserialize)]
pub(super) struct Head {
    #[serde(flatten)]
    pub written: Written,
    /// A hash of the seed of the form that it came from.
    pub form: String,
}

/// Sealed to the source: what is said of one file.
#[derive(Serialize, Deserialize)]
struct Note {
    #[serde(flatten)]
    detail: FileDetail,
    /// A hash of the recipients that it is sealed to.
    keys: String,
}

/// Who sends, to whom, and by which form.
#[derive(Clone, Copy)]
pub(super) struct Sending<'a> {
    pub keys: &'a MailboxKeys,
    pub team: &'a Team,
    pub seed: DispatchSeed,
}

/// A draft, opened by its source.
pub struct HeldDraft {
    /// That of the last form that added to it.
    pub written: Written,
    /// The files that arrived whole, in their order; one that is there twice stands here once.
    pub files: Vec<FileDetail>,
    /// Where each of them is.
    places: Vec<StoredFile>,
    stored: Draft,
    /// That they are sealed to.
    keys: HashSet<String>,
}

impl HeldDraft {
    /// Its id.
    pub fn id(&self) -> DraftId {
        self.stored.id
    }

    /// Nothing is left in it.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.written.is_empty()
    }

    /// Id of the team it is meant for.
    pub fn team(&self) -> &str {
        &self.stored.team
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

    /// What the button that sends it carries: the draft as it was shown, and no other.
    pub fn shown(&self) -> ShownDraft {
        let ids = self.stored.files.iter().map(|held| &held.file.id.0[..]);
        let hash = hash_of(&[], ids.chain([&self.stored.head[..]]));
        ShownDraft { id: self.stored.id, content: hex(hash.get(..16).unwrap_or_default()) }
    }

    /// Its files, and what removes each.
    pub fn entries(&self) -> impl Iterator<Item = (&FileDetail, HeldFile)> {
        let held = |place: &StoredFile| HeldFile { draft: self.stored.id, file: place.id };
        self.files.iter().zip(self.places.iter().map(held))
    }
}

/// A draft as a page showed it.
#[derive(PartialEq, Eq)]
pub struct ShownDraft {
    /// Which.
    pub id: DraftId,
    /// A hash of its head and of its files' ids.
    content: String,
}

impl std::fmt::Display for ShownDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.id, self.content)
    }
}

impl ShownDraft {
    /// Reads what the page carried.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, content) = text.split_once('-')?;
        Some(Self { id: DraftId::parse(id)?, content: content.to_owned() })
    }
}

/// One file of a draft, as a page names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HeldFile {
    /// The draft.
    pub draft: DraftId,
    /// The file.
    pub file: FileId,
}

impl std::fmt::Display for HeldFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.draft, self.file)
    }
}

impl HeldFile {
    /// Reads what the page carried.
    pub fn parse(text: &str) -> Option<Self> {
        let (draft, file) = text.split_once('-')?;
        Some(Self { draft: DraftId::parse(draft)?, file: FileId::parse(file)? })
    }
}

impl Sending<'_> {
    /// SHA-256\[seed, mailbox, team, message, answers, (name, hash) of each file\], its first 16 bytes. A form sent
    /// twice is one dispatch; the same form with other documents in it is another, and is not lost.
    fn id<'a>(&self, written: &Written, files: impl Iterator<Item = &'a FileDetail>) -> DispatchId {
        let fields = [&self.keys.id.0[..], self.team.id.as_bytes()];
        let fields = fields.into_iter().chain(written.fields());
        let of_files = files.flat_map(|file| [file.name.as_bytes(), file.sha256.as_bytes()]);
        DispatchId::of(&hash_of(&self.seed.0, fields.chain(of_files)))
    }

    /// Names the form without telling its seed: what the head of its draft holds.
    pub fn form_hash(&self) -> String {
        hex(&hash_of(&self.seed.0, std::iter::once(&b"form"[..])))
    }

    /// Names the form and the team, for uploads under way.
    pub fn live_form(&self) -> [u8; 32] {
        hash_of(&self.seed.0, [&b"live"[..], self.team.id.as_bytes()].into_iter())
    }
}

pub(super) fn seal_head(
    source: &Recipients,
    written: &Written,
    form: &str,
) -> Result<Vec<u8>, SealError> {
    let head = Head { written: written.clone(), form: form.to_owned() };
    source.seal_manifest(&json(&head)?, Vec::new())
}

fn keys_hash(team: &Team) -> String {
    let mut texts = team.recipients.texts();
    texts.sort_unstable();
    hex(&hash_of(&[], texts.iter().map(String::as_bytes)))
}

pub(super) fn seal_note(
    source: &Recipients,
    detail: &FileDetail,
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

pub(super) fn open_head(stored: &Draft, keys: &MailboxKeys) -> Result<Head, OpenError> {
    open(&stored.head, keys)
}

/// The form that a draft came from, if its head opens.
pub(super) fn form_of(stored: &Draft, keys: &MailboxKeys) -> Option<String> {
    open_head(stored, keys).ok().map(|head| head.form)
}

/// Each file that opens, with its id and a hash of the keys that it is sealed to. A damaged one holds no other
/// back.
fn notes<'a>(
    stored: &'a Draft,
    keys: &'a MailboxKeys,
) -> impl Iterator<Item = (FileDetail, StoredFile, String)> + 'a {
    stored.files.iter().filter_map(|held| {
        let note = open::<Note>(&held.detail, keys).ok()?;
        Some((note.detail, held.file, note.keys))
    })
}

/// The files of a draft with their ids.
pub(super) fn files_of(stored: &Draft, keys: &MailboxKeys) -> Vec<(FileDetail, FileId)> {
    notes(stored, keys).map(|(detail, file, _)| (detail, file.id)).collect()
}

/// A draft that was read from the store, opened.
pub(super) fn opened(stored: Draft, keys: &MailboxKeys) -> Result<HeldDraft, OpenError> {
    let written = open_head(&stored, keys)?.written;
    let (mut files, mut places, mut known) = (Vec::new(), Vec::new(), HashSet::new());
    let mut sealed_to = HashSet::new();
    for (detail, file, keys) in notes(&stored, keys) {
        sealed_to.insert(keys);
        if known.insert(detail.clone()) {
            files.push(detail);
            places.push(file);
        }
    }
    Ok(HeldDraft { written, files, places, stored, keys: sealed_to })
}

impl Dropbox {
    /// The draft of this id, if this source has one.
    fn held(&self, keys: &MailboxKeys, id: DraftId) -> Result<Option<HeldDraft>, IntakeError> {
        let draft = self.store().draft(keys.id, id)?;
        Ok(draft.map(|draft| opened(draft, keys)).transpose()?)
    }

    /// Deletes a draft.
    pub fn discard(&self, keys: &MailboxKeys, id: DraftId) -> Result<(), StoreError> {
        self.store().discard(keys.id, id)
    }

    /// Deletes one file of a draft, with every copy of it: else the next one would stand in its place. A draft
    /// in which nothing is left goes.
    pub fn remove_held(&self, keys: &MailboxKeys, file: HeldFile) -> Result<(), IntakeError> {
        self.store().end_uploads(keys.id, file.draft)?;
        let Some(draft) = self.held(keys, file.draft)? else { return Ok(()) };
        let Some((wanted, _)) = draft.entries().find(|(_, held)| *held == file) else {
            return Ok(());
        };
        if draft.files.len() == 1 && draft.written.is_empty() {
            return Ok(self.discard(keys, file.draft)?);
        }
        let mut copies = files_of(&draft.stored, keys);
        copies.retain(|(detail, _)| detail == wanted);
        let copies = copies.into_iter().map(|(_, id)| id).collect();
        Ok(self.store().let_go(file.draft, copies)?)
    }

    /// Makes room where held drafts have outgrown their quota.
    pub fn trim_drafts(&self) -> Result<(), StoreError> {
        self.store().trim_drafts(self.limits().drafts, self.today())
    }

    /// The day after which nothing of a draft last added to on `day` is kept.
    pub fn draft_expiry(&self, day: Day) -> Day {
        self.last_day(day, self.limits().retention.drafts)
    }

    /// Publishes a draft, durably, and only as it was shown. The seed is that of the page's form.
    pub fn send_draft(
        &self,
        keys: &MailboxKeys,
        shown: &ShownDraft,
        seed: DispatchSeed,
    ) -> Result<Receipt, IntakeError> {
        self.store().end_uploads(keys.id, shown.id)?;
        let draft = self.held(keys, shown.id)?.ok_or(IntakeError::NoDraft)?;
        if draft.shown() != *shown {
            return Err(IntakeError::Unseen);
        }
        let teams = self.teams();
        let team = teams.find(draft.team()).ok_or(IntakeError::Stale)?;
        if draft.is_stale(Some(team)) {
            return Err(IntakeError::Stale);
        }
        if draft.is_empty() {
            return Err(IntakeError::Empty);
        }
        let HeldDraft { written, files, places, stored, .. } = draft;
        let files: Vec<_> = files.into_iter().zip(places).collect();
        let (sending, from) = (Sending { keys, team, seed }, FromDraft::Whole(stored));
        match self.publish(sending, &written, &files, Some(&from), &mut self.store().upload()) {
            Err(IntakeError::File(FileError::Store(StoreError::Changed))) => {
                Err(IntakeError::Unseen)
            }
            outcome => outcome,
        }
    }

    /// Seals the manifest and publishes a submission, durably, with what it takes from a draft. Where the same
    /// was published before, only the draft changes.
    pub(super) fn publish(
        &self,
        sending: Sending<'_>,
        written: &Written,
        files: &[(FileDetail, StoredFile)],
        draft: Option<&FromDraft>,
        upload: &mut Upload,
    ) -> Result<Receipt, IntakeError> {
        let mut published = Err(StoreError::Changed.into());
        for _ in 0..TRIES {
            published = self.try_publish(sending, written, files, draft.cloned(), upload);
            // Another upload named the mailbox meanwhile: the manifest is sealed again, with that name.
            if !matches!(published, Err(IntakeError::File(FileError::Store(StoreError::Changed)))) {
                break;
            }
        }
        Ok(Receipt {
            team: sending.team.id.clone(),
            outcome: match published? {
                Published::Now => Outcome::Sent,
                Published::Before => Outcome::SentBefore,
            },
            written: written.clone(),
            files: files.iter().map(|(detail, _)| detail.clone()).collect(),
            left: Vec::new(),
        })
    }

    fn try_publish(
        &self,
        sending: Sending<'_>,
        written: &Written,
        files: &[(FileDetail, StoredFile)],
        draft: Option<FromDraft>,
        upload: &mut Upload,
    ) -> Result<Published, IntakeError> {
        let Sending { keys, team, .. } = sending;
        let team_keys = team.recipients.key_set();
        let _until_durable = self.may_publish(&team.id, &team_keys)?;
        let id = sending.id(written, files.iter().map(|(detail, _)| detail));
        let day = self.today();
        let source = keys.identity.recipients()?.map(|key| key.to_string());
        let mailbox = match self.store().mailbox(keys.id)? {
            Some(mailbox) => mailbox,
            None => store::Mailbox {
                id: keys.id,
                designation: designation::fresh(self.store())?,
                source_recipients: source.join(" "),
            },
        };
        // A mailbox from before post-quantum keys keeps to its classic one: editors take a second that appears later
        // for a stranger's.
        let is_stored = |key: &String| mailbox.source_recipients.split(' ').any(|it| it == key);
        let entry = |(at, (file, _)): (usize, &(FileDetail, StoredFile))| {
            FileEntry::new(at, file.name.clone(), file.size, file.sha256.clone())
        };
        let manifest = Manifest {
            version: VERSION,
            kind: DispatchKind::Submission,
            dispatch: id.to_string(),
            mailbox: mailbox.designation.clone(),
            source_recipients: source.into_iter().filter(is_stored).collect(),
            team: team.id.clone(),
            recipients: team.recipients.texts(),
            day: day.to_string(),
            author: String::new(),
            message: written.message.clone(),
            answers: written.sealed(&team.questions),
            files: files.iter().enumerate().map(entry).collect(),
            resealed: None,
        };
        let sealed = team.recipients.seal_manifest(&manifest.to_json()?, upload.file()?)?;
        let places = files.iter().map(|(_, place)| *place);
        let dispatch = store::Dispatch {
            id,
            kind: DispatchKind::Submission,
            team: team.id.clone(),
            day,
            fetched: None,
            members: std::iter::once(sealed.finish()?).chain(places).collect(),
        };
        let sealed_to = Some(team_keys);
        let publication = store::Publication { mailbox, dispatch, sealed_to, draft, sent_by: None };
        Ok(upload.publish(publication)?)
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
