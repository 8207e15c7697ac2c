//! Taking replies and notes that were sealed offline. Their content cannot be read here; what can be checked from
//! outside is: the mailbox, the structure, sizes, and how many keys each member is sealed to. Whether something is a
//! reply or a note is said by the name of its manifest alone; the number of keys must then be that of its kind.

use std::collections::BTreeSet;
use std::io;

use sha2::{Digest, Sha256};

use super::{Dropbox, Team};
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::bundle::path::Member;
use crate::bundle::read::{self, BundleEntry, Gathered, Members, ReadError, Volume};
use crate::crypto::inspect::{self, NotSealed, Outside};
use crate::crypto::padding;
use crate::crypto::recipient::Recipient;
use crate::store::{self, Mailbox, Published, StoreError, StoredFile, Upload};

/// Members of everything that is delivered at once.
const MOST_MEMBERS: usize = 32 * 1024;

/// Why a bundle is not delivered. What is found in checking keeps all of it out; a disk that fills up
/// later does so between replies.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The bundle itself.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No such mailbox.
    #[error(
        "{0}: there is no such mailbox here; was it erased, or does the bundle belong to another box?"
    )]
    NoMailbox(String),
    /// The team is not clear.
    #[error("{0} wrote to several teams; say which one answers with --team ({1})")]
    WhichTeam(String, String),
    /// The team has nothing to do with the mailbox.
    #[error("{0} never wrote to team {1}")]
    OtherTeam(String, String),
    /// Manifest or files are missing.
    #[error("{0}: {1}")]
    Structure(String, Structure),
    /// Larger than a bundle of one dispatch can be.
    #[error("the bundle is larger than what one dispatch may hold")]
    TooLarge,
    /// Its message is longer than any that a source is shown.
    #[error(
        "{place}: its message is too long: its list of contents takes {found} bytes, at most {most} are delivered; \
         put the text into a file and attach it (sourdine reply --attach)"
    )]
    LongMessage {
        /// Which member.
        place: String,
        /// Bytes of the manifest.
        found: u64,
        /// Bytes that are taken.
        most: u64,
    },
    /// Not age.
    #[error("{0}: {1}")]
    NotSealed(String, NotSealed),
    /// Sealed to too few, too many, or in another way.
    #[error(
        "{place}: {} by its name, sealed to {found} key{s}, expected {expected} {keys}; seal it again, with `{}` \
         or to exactly these keys{}",
        named(*.kind), command(*.kind), hint(*.kind, *.as_other_kind),
        s = if *.found == 1 { "" } else { "s" }
    )]
    Stanzas {
        /// Which member.
        place: String,
        /// What its manifest's name says that it is.
        kind: DispatchKind,
        /// Stanzas of an accepted kind.
        found: usize,
        /// Team, and of a reply the source.
        expected: usize,
        /// Of which kind they should be, and whose.
        keys: String,
        /// They are not of that kind.
        wrong_kind: bool,
        /// The other kind has so many keys.
        as_other_kind: bool,
    },
    /// There is no room.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Reading failed midway.
    #[error("the bundle could not be read to its end: {0}")]
    Io(io::Error),
}

impl From<io::Error> for DeliverError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => StoreError::Full.into(),
            _ => Self::Io(error),
        }
    }
}

fn other(kind: DispatchKind) -> DispatchKind {
    if kind == DispatchKind::Note { DispatchKind::Reply } else { DispatchKind::Note }
}

fn named(kind: DispatchKind) -> &'static str {
    if kind == DispatchKind::Note { "a note" } else { "a reply" }
}

fn command(kind: DispatchKind) -> &'static str {
    if kind == DispatchKind::Note { "sourdine reply --note" } else { "sourdine reply" }
}

fn hint(kind: DispatchKind, as_other_kind: bool) -> String {
    let other = other(kind);
    let hint = format!("; {} has so many keys: `{}` makes one", named(other), command(other));
    if as_other_kind { hint } else { String::new() }
}

/// What is wrong with the members of a reply or a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Structure {
    /// Its manifest is not there.
    #[error("its manifest is missing")]
    NoManifest,
    /// A file is missing, or badly named.
    #[error("its files are not numbered 0001, 0002 and on")]
    Numbering,
    /// More than this box takes.
    #[error("it has more files than one dispatch may hold here (limits.files)")]
    TooMany,
}

/// What became of one reply or note.
pub struct Delivered {
    /// Which of the two.
    pub kind: DispatchKind,
    /// Its mailbox.
    pub designation: String,
    /// It was there already.
    pub before: bool,
    /// Members that tell their exact size.
    pub unpadded: Vec<String>,
}

/// Whose keys a mailbox and the team that answers have.
struct Parties {
    /// Whether the source has a key of each kind: classic, post-quantum.
    source: [bool; 2],
    /// Whether the team's keys of today are post-quantum, and how many they are.
    today: (bool, usize),
    /// So many keys it may have: today's, or those that the mailbox's submissions were sealed to.
    counts: BTreeSet<(bool, usize)>,
    team: String,
}

impl Parties {
    /// A post-quantum team answers a mailbox from before sources had such keys under its classic key alone.
    fn is_source_alone(&self) -> bool {
        self.today.0 && !self.source[1]
    }

    /// Whether something of this kind may be sealed to these keys, all of one kind.
    fn fits(&self, kind: DispatchKind, outside: &Outside) -> bool {
        let (is_post_quantum, found) = match (outside.classic, outside.post_quantum) {
            (_, _) if outside.foreign > 0 => return false,
            (found, 0) => (false, found),
            (0, found) => (true, found),
            _ => return false,
        };
        if kind == DispatchKind::Note {
            return self.counts.contains(&(is_post_quantum, found));
        }
        let with_team =
            found.checked_sub(1).is_some_and(|team| self.counts.contains(&(is_post_quantum, team)));
        let has_source = self.source[usize::from(is_post_quantum)];
        has_source && (with_team || self.is_source_alone() && found == 1)
    }

    /// What a member that does not fit should have been.
    fn refuse(&self, place: &str, kind: DispatchKind, outside: &Outside) -> DeliverError {
        let Outside { classic, post_quantum, .. } = *outside;
        let (is_post_quantum, editors) = self.today;
        let team = &self.team;
        let (expected, is_post_quantum, whose) = match kind {
            DispatchKind::Note => {
                (editors, is_post_quantum, format!("every editor of team {team}"))
            }
            _ if self.is_source_alone() => {
                (1, false, "the source alone, who has no post-quantum key".into())
            }
            _ => {
                let whose = format!("the source and every editor of team {team}");
                (editors + 1, is_post_quantum, whose)
            }
        };
        let kind_of_key = if is_post_quantum { "post-quantum" } else { "classic" };
        DeliverError::Stanzas {
            place: place.to_owned(),
            kind,
            found: classic + post_quantum,
            expected,
            keys: format!("{kind_of_key} ({whose})"),
            wrong_kind: if is_post_quantum { classic > 0 } else { post_quantum > 0 },
            as_other_kind: self.fits(other(kind), outside),
        }
    }
}

/// A reply or a note that passed every check.
struct Checked {
    kind: DispatchKind,
    mailbox: Mailbox,
    team: String,
    id: DispatchId,
    members: Vec<(usize, BundleEntry)>,
    unpadded: Vec<String>,
}

impl Dropbox {
    /// Checks every reply and note in these volumes, then stores them, each durably, as brought by this account.
    pub fn deliver(
        &self,
        volumes: &[impl Volume],
        team: Option<&str>,
        sent_by: &str,
    ) -> Result<Vec<Delivered>, DeliverError> {
        let mut sealed = Members::of(volumes);
        let checked = read::gather_at_most(volumes, MOST_MEMBERS)?
            .map(|gathered| self.check(gathered, &mut sealed, team))
            .collect::<Result<Vec<_>, _>>()?;
        checked.into_iter().map(|one| self.store_delivered(one, &mut sealed, sent_by)).collect()
    }

    fn check(
        &self,
        gathered: Gathered,
        sealed: &mut Members<'_, impl Volume>,
        team: Option<&str>,
    ) -> Result<Checked, DeliverError> {
        let place = format!("{}/{}", gathered.designation, gathered.dispatch);
        let mailbox = self
            .store()
            .mailbox_named(&gathered.designation)?
            .ok_or_else(|| DeliverError::NoMailbox(gathered.designation.clone()))?;
        let teams = self.teams();
        let team = self.answering_team(&mailbox, &teams, team)?;
        let manifest = gathered
            .manifest
            .ok_or(DeliverError::Structure(place.clone(), Structure::NoManifest))?;
        let in_a_row =
            (1..).zip(gathered.files.keys()).all(|(expected, number)| expected == *number);
        if !in_a_row {
            return Err(DeliverError::Structure(place, Structure::Numbering));
        }
        if gathered.files.len() > self.limits().files {
            return Err(DeliverError::Structure(place, Structure::TooMany));
        }
        let kind = match manifest.1.member {
            Member::Note => DispatchKind::Note,
            Member::Manifest | Member::File(_) => DispatchKind::Reply,
        };
        let parties = self.known_parties(&mailbox, team)?;
        let mut unpadded = Vec::new();
        let members: Vec<_> =
            std::iter::once(manifest).chain(gathered.files.into_values()).collect();
        if total(&members).is_none_or(|total| total > self.largest_bundle()) {
            return Err(DeliverError::TooLarge);
        }
        let mut hash = Sha256::new();
        for (volume, entry) in &members {
            let place = format!("{place}/{}", entry.member);
            let outside =
                check_member(sealed.read(*volume, entry)?, entry, &place, kind, &parties)?;
            let most = padding::padded_manifest(self.limits().manifest());
            if !matches!(entry.member, Member::File(_)) && outside.plaintext > most {
                let found = outside.plaintext;
                return Err(DeliverError::LongMessage { place, found, most });
            }
            if !is_padded(entry, outside.plaintext) {
                unpadded.push(place.clone());
            }
            hash.update(place);
            hash.update(entry.size.to_be_bytes());
            io::copy(&mut sealed.read(*volume, entry)?, &mut hash)?;
        }
        // The same bundle delivered twice is one reply; another one under the same name is another.
        let id = DispatchId::of(&hash.finalize().into());
        Ok(Checked { kind, mailbox, team: team.id.clone(), id, members, unpadded })
    }

    fn known_parties(&self, mailbox: &Mailbox, team: &Team) -> Result<Parties, DeliverError> {
        let parties = self.store().parties(mailbox.id)?;
        let (known, unknown): (Vec<i64>, Vec<i64>) = parties
            .into_iter()
            .filter(|(theirs, _)| *theirs == team.id)
            .map(|(_, keys)| keys)
            .partition(|keys| *keys != 0);
        let count = |keys: i64| (keys < 0, usize::try_from(keys.unsigned_abs()).unwrap_or(0));
        let mut counts: BTreeSet<_> = known.into_iter().map(count).collect();
        let today = (team.recipients.is_post_quantum(), team.recipients.iter().len());
        counts.insert(today);
        if !unknown.is_empty() {
            // From before the store noted it: the submissions that are there still tell.
            for dispatch in self.store().dispatches(mailbox.id)? {
                let theirs = dispatch.kind == DispatchKind::Submission && dispatch.team == team.id;
                let manifest = dispatch.members.first().filter(|_| theirs);
                let outside = manifest.map(|m| inspect::outside(self.store().read(*m), m.size));
                let outside = outside.and_then(Result::ok);
                counts.extend(outside.iter().map(|outside| (false, outside.classic)));
            }
        }
        let is_post_quantum =
            |key: &str| key.parse().is_ok_and(|key: Recipient| key.is_post_quantum());
        let source = || mailbox.source_recipients.split_whitespace();
        Ok(Parties {
            source: [!source().all(is_post_quantum), source().any(is_post_quantum)],
            today,
            counts,
            team: team.id.clone(),
        })
    }

    fn answering_team<'a>(
        &self,
        mailbox: &Mailbox,
        teams: &'a super::Teams,
        wanted: Option<&str>,
    ) -> Result<&'a Team, DeliverError> {
        let parties = self.store().parties(mailbox.id)?;
        let wrote_to: BTreeSet<&str> = parties.iter().map(|(team, _)| team.as_str()).collect();
        let names = || wrote_to.iter().copied().collect::<Vec<_>>().join(", ");
        let id = match (wanted, wrote_to.len()) {
            (Some(id), _) => id,
            (None, 1) => wrote_to.first().copied().unwrap_or_default(),
            (None, _) => return Err(DeliverError::WhichTeam(mailbox.designation.clone(), names())),
        };
        let team = teams.find(id).filter(|team| wrote_to.contains(team.id.as_str()));
        team.ok_or_else(|| DeliverError::OtherTeam(mailbox.designation.clone(), id.to_owned()))
    }

    fn store_delivered(
        &self,
        checked: Checked,
        sealed: &mut Members<'_, impl Volume>,
        sent_by: &str,
    ) -> Result<Delivered, DeliverError> {
        let mut upload = self.store().upload();
        let total = total(&checked.members).ok_or(DeliverError::TooLarge)?;
        let _hold = self.0.space.hold_all(total)?;
        let copy = |member: &(usize, BundleEntry)| copy_member(&mut upload, member, sealed);
        let members = checked.members.iter().map(copy).collect::<Result<_, _>>()?;
        let designation = checked.mailbox.designation.clone();
        let kind = checked.kind;
        let dispatch = store::Dispatch {
            id: checked.id,
            kind,
            team: checked.team,
            day: self.today(),
            fetched: None,
            members,
        };
        let (mailbox, sent_by) = (checked.mailbox, Some(sent_by.to_owned()));
        let (sealed_to, draft) = (None, None);
        let publication = store::Publication { mailbox, dispatch, sealed_to, draft, sent_by };
        let published = match upload.publish(publication) {
            // Erased since it was checked.
            Err(StoreError::Changed) => return Err(DeliverError::NoMailbox(designation)),
            other => other?,
        };
        let before = published == Published::Before;
        Ok(Delivered { kind, designation, before, unpadded: checked.unpadded })
    }
}

fn total(members: &[(usize, BundleEntry)]) -> Option<u64> {
    members.iter().try_fold(0_u64, |total, (_, entry)| total.checked_add(entry.size))
}

fn copy_member(
    upload: &mut Upload,
    (volume, entry): &(usize, BundleEntry),
    sealed: &mut Members<'_, impl Volume>,
) -> Result<StoredFile, DeliverError> {
    let mut file = upload.file()?;
    if io::copy(&mut sealed.read(*volume, entry)?, &mut file)? != entry.size {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(file.finish()?)
}

/// What can be seen of a member that is sealed to as many keys as it must.
fn check_member(
    sealed: impl io::Read,
    entry: &BundleEntry,
    place: &str,
    kind: DispatchKind,
    parties: &Parties,
) -> Result<Outside, DeliverError> {
    let outside = inspect::outside(sealed, entry.size)
        .map_err(|e| DeliverError::NotSealed(place.to_owned(), e))?;
    if parties.fits(kind, &outside) {
        return Ok(outside);
    }
    Err(parties.refuse(place, kind, &outside))
}

fn is_padded(entry: &BundleEntry, plaintext: u64) -> bool {
    let padded = match entry.member {
        Member::Manifest | Member::Note => padding::padded_manifest(plaintext),
        Member::File(_) => padding::padded_file(plaintext),
    };
    padded == plaintext
}
