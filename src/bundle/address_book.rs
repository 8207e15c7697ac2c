//! What an editor's machine remembers: whose keys a mailbox and a team had when they were first seen.
//! A captured server could otherwise slip its own key into a later manifest and read the reply.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::names::printable;
use crate::base::kind::DispatchKind;
use crate::crypto::recipient::canonical;

/// Remembered recipients, kept as JSON beside the identity.
#[derive(Debug)]
pub struct AddressBook {
    path: PathBuf,
    known: Known,
}

/// Canonical texts.
type Keys = BTreeSet<String>;

/// For each name, the set of keys seen first and those accepted since: old submissions name old ones.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Known {
    mailboxes: BTreeMap<String, Vec<Keys>>,
    teams: BTreeMap<String, Vec<Keys>>,
}

/// What does not fit.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// Another key for the same source.
    #[error(
        "the key of mailbox {0} is not the one seen first. A captured server could have put its own \
         in, to read your answer. If you know why it changed, repeat with --accept-changed-keys {0}"
    )]
    SourceChanged(String),
    /// Another set of editors.
    #[error(
        "the keys of team {0} are not the ones seen first. If your team changed its keys, repeat with \
         --accept-changed-keys {0}; if not, somebody may be reading along"
    )]
    TeamChanged(String),
    /// A team that this book does not know, while it knows others.
    #[error(
        "team {0} was never seen here. If you are in several teams, repeat with --accept-changed-keys {0}; \
         if not, somebody may be reading along"
    )]
    TeamNew(String),
    /// It cannot be read.
    #[error("the address book {0} cannot be read: {1}; move it away to begin a new one")]
    Unreadable(PathBuf, String),
    /// It cannot be written.
    #[error("the address book {0} cannot be written: {1}; name another place with --address-book")]
    Unwritable(PathBuf, io::Error),
}

impl AddressBook {
    /// Where the book of an identity is kept: `key.txt` -> `key.txt.addresses.json`.
    pub fn beside(identity: &Path) -> PathBuf {
        let mut name = identity.as_os_str().to_owned();
        name.push(".addresses.json");
        name.into()
    }

    /// Reads the book, or begins an empty one.
    pub fn load(path: &Path) -> Result<Self, BookError> {
        match std::fs::read(path) {
            // A crash while it was written leaves its copy.
            Ok(json) => Self::parse(path, &json).or_else(|error| {
                let copy = std::fs::read(copy_of(path)).map_err(|_| error)?;
                Self::parse(path, &copy)
            }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Ok(Self { path: path.to_owned(), known: Known::default() })
            }
            Err(e) => Err(BookError::Unreadable(path.to_owned(), e.to_string())),
        }
    }

    fn parse(path: &Path, json: &[u8]) -> Result<Self, BookError> {
        let mut known: Known = serde_json::from_slice(json)
            .map_err(|e| BookError::Unreadable(path.to_owned(), e.to_string()))?;
        // Older books hold recipients as they were typed.
        for sets in known.mailboxes.values_mut().chain(known.teams.values_mut()) {
            for keys in sets {
                *keys = canonical(std::mem::take(keys)).into_iter().collect();
            }
        }
        Ok(Self { path: path.to_owned(), known })
    }

    /// Compares a manifest's keys with those seen first and those accepted since; remembers new ones.
    /// `accepted` are the mailboxes and teams whose change the editor knows of.
    pub fn check(&mut self, manifest: &Manifest, accepted: &[String]) -> Result<(), BookError> {
        let source: Keys = manifest.source_recipients.iter().cloned().collect();
        let recipients: Keys = manifest.recipients.iter().cloned().collect();
        let team: Keys = recipients.difference(&source).cloned().collect();
        // A reply made by hand may leave out what is compared here, and a note names no source. No answer is
        // ever sealed by what either names; a submission must name all of it.
        let may_lack = manifest.kind != DispatchKind::Submission;
        let lacks_source = may_lack && source.is_empty();
        // Without the source's key, the team's keys cannot be told from it; a note is sealed to no source.
        let is_mixed = lacks_source && manifest.kind == DispatchKind::Reply;
        let lacks_team =
            is_mixed || may_lack && (recipients.is_empty() || manifest.team.is_empty());
        let seen_mailbox = if lacks_source {
            Comparison::So
        } else {
            seen(&self.known.mailboxes, &manifest.mailbox, &source)
        };
        let seen_team = if lacks_team {
            Comparison::So
        } else {
            seen(&self.known.teams, &manifest.team, &team)
        };
        if seen_mailbox == Comparison::Differently && !accepted.contains(&manifest.mailbox) {
            return Err(BookError::SourceChanged(printable(&manifest.mailbox)));
        }
        let known_together = self.known.teams.values().any(|sets| sets.contains(&team));
        if !accepted.contains(&manifest.team) {
            let team = printable(&manifest.team);
            match seen_team {
                Comparison::Differently => return Err(BookError::TeamChanged(team)),
                // Whoever captured the server chooses the name: a new one is news too, unless it is
                // another name of people who are known together.
                Comparison::Never if !self.known.teams.is_empty() && !known_together => {
                    return Err(BookError::TeamNew(team));
                }
                Comparison::Never | Comparison::So => {}
            }
        }
        // Only a manifest that passes is remembered: a refused one must not become "seen first".
        if seen_mailbox != Comparison::So {
            self.known.mailboxes.entry(manifest.mailbox.clone()).or_default().push(source);
        }
        if seen_team != Comparison::So {
            self.known.teams.entry(manifest.team.clone()).or_default().push(team);
        }
        Ok(())
    }

    /// Writes the book where it stands, since another process may hold it open. A copy stands beside it meanwhile, so
    /// that a crash loses nothing.
    pub fn save(&self) -> Result<(), BookError> {
        let unwritable = |e| BookError::Unwritable(self.path.clone(), e);
        let json = serde_json::to_vec_pretty(&self.known).map_err(|e| unwritable(e.into()))?;
        let copy = copy_of(&self.path);
        let write = || {
            let mut file = File::create(&copy)?;
            file.write_all(&json)?;
            file.sync_all()?;
            let new = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&self.path)?;
            write_in_place(&new, &json)?;
            std::fs::remove_file(&copy)
        };
        write().map_err(unwritable)
    }
}

/// Where a copy stands while the book is written.
fn copy_of(path: &Path) -> PathBuf {
    let mut copy = path.as_os_str().to_owned();
    copy.push(".part");
    copy.into()
}

/// The book only grows: nothing is cut before all of it stands there.
fn write_in_place(mut file: &File, json: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(json)?;
    file.set_len(json.len() as u64)?;
    file.sync_all()
}

/// The book of a process that can open no more files: written where it stands.
#[derive(Debug)]
pub struct HeldBook {
    path: PathBuf,
    file: File,
}

impl HeldBook {
    /// Opens a book that is there; one that cannot be written can be read.
    pub fn open(path: &Path) -> Result<Self, BookError> {
        let unreadable = |e: io::Error| BookError::Unreadable(path.to_owned(), e.to_string());
        let file = File::options().read(true).write(true).open(path);
        let file = file.or_else(|_| File::open(path)).map_err(unreadable)?;
        Ok(Self { path: path.to_owned(), file })
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut json = Vec::new();
        (&self.file).rewind()?;
        (&self.file).read_to_end(&mut json)?;
        Ok(json)
    }

    /// Reads it.
    pub fn load(&self) -> Result<AddressBook, BookError> {
        let json = self.bytes();
        let json = json.map_err(|e| BookError::Unreadable(self.path.clone(), e.to_string()))?;
        AddressBook::parse(&self.path, &json)
    }

    /// Writes it, if it has changed.
    pub fn save(&self, book: &AddressBook) -> Result<(), BookError> {
        let unwritable = |e| BookError::Unwritable(self.path.clone(), e);
        let json = serde_json::to_vec_pretty(&book.known).map_err(|e| unwritable(e.into()))?;
        if self.bytes().map_err(unwritable)? == json {
            return Ok(());
        }
        write_in_place(&self.file, &json).map_err(unwritable)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Never,
    So,
    Differently,
}

fn seen(known: &BTreeMap<String, Vec<Keys>>, name: &str, keys: &Keys) -> Comparison {
    match known.get(name) {
        None => Comparison::Never,
        Some(sets) if sets.contains(keys) => Comparison::So,
        Some(_) => Comparison::Differently,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::kind::DispatchKind;

    const KEY: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const OTHER: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    fn manifest(source: &str, editors: &[&str]) -> Manifest {
        let sources = source.split_whitespace().map(ToOwned::to_owned).collect();
        let read = Manifest {
            version: 1,
            kind: DispatchKind::Submission,
            dispatch: "ab".into(),
            mailbox: "brave-heron".into(),
            source_recipients: sources,
            team: "team".into(),
            recipients: editors.iter().map(ToString::to_string).collect(),
            day: String::new(),
            author: String::new(),
            message: String::new(),
            answers: Vec::new(),
            files: Vec::new(),
            resealed: None,
        };
        Manifest::parse(&read.to_json().unwrap()).unwrap()
    }

    /// A reply to the same source, sealed to it and to these editors.
    fn reply(source: &str, editors: &[&str]) -> Manifest {
        let all: Vec<_> = source.split_whitespace().chain(editors.iter().copied()).collect();
        Manifest { kind: DispatchKind::Reply, ..manifest(source, &all) }
    }

    #[test]
    fn a_crash_while_it_is_written_loses_nothing_and_who_holds_it_open_sees_what_others_wrote() {
        let (dir, book) = book(&manifest(KEY, &[OTHER]));
        let path = dir.path().join("book.json");
        let book = AddressBook { path: path.clone(), ..book };
        book.save().unwrap();
        let held = HeldBook::open(&path).unwrap();
        let mut other = AddressBook::load(&path).unwrap();
        let second = Manifest { mailbox: "calm-fox".into(), ..manifest(KEY, &[OTHER]) };
        other.check(&second, &[]).unwrap();
        other.save().unwrap();
        assert_eq!(held.load().unwrap().known.mailboxes.len(), 2);
        let third = Manifest { mailbox: "zeal-owl".into(), ..second };
        let mut known = held.load().unwrap();
        known.check(&third, &[]).unwrap();
        held.save(&known).unwrap();
        assert_eq!(AddressBook::load(&path).unwrap().known.mailboxes.len(), 3);
        assert!(!copy_of(&path).exists());
        // Torn in the middle: the copy is whole.
        let json = std::fs::read(&path).unwrap();
        std::fs::write(copy_of(&path), &json).unwrap();
        std::fs::write(&path, &json[..json.len() / 2]).unwrap();
        assert_eq!(AddressBook::load(&path).unwrap().known.mailboxes.len(), 3);
        std::fs::remove_file(copy_of(&path)).unwrap();
        assert!(AddressBook::load(&path).is_err());
    }

    /// A book that has seen one manifest.
    fn book(first: &Manifest) -> (tempfile::TempDir, AddressBook) {
        let dir = tempfile::tempdir().unwrap();
        let mut book = AddressBook::load(&dir.path().join("book.json")).unwrap();
        book.check(first, &[]).unwrap();
        (dir, book)
    }

    #[test]
    fn order_capitals_and_doubles_are_no_change_and_every_other_set_is() {
        let (_dir, mut book) = book(&manifest("s1 s2", &[KEY, OTHER]));
        let capitals = KEY.to_uppercase();
        for same in [
            manifest("s2 s1", &[OTHER, KEY]),
            manifest("s1 s2 s1", &[&capitals, OTHER, KEY]),
            reply("s2 s1", &[&capitals, OTHER]),
        ] {
            book.check(&same, &[]).unwrap();
        }
        // One fewer, one more, another one.
        for editors in [&[KEY][..], &[], &[KEY, OTHER, "e3"], &[KEY, "e3"]] {
            for changed in [manifest("s1 s2", editors), reply("s1 s2", editors)] {
                assert!(matches!(book.check(&changed, &[]), Err(BookError::TeamChanged(_))));
            }
        }
        for source in ["", "s1", "s2", "s1 s2 s3", "s3"] {
            let changed = manifest(source, &[KEY, OTHER]);
            assert!(matches!(book.check(&changed, &[]), Err(BookError::SourceChanged(_))));
        }
        let answered = reply("s3", &[KEY, OTHER]);
        assert!(matches!(book.check(&answered, &[]), Err(BookError::SourceChanged(_))));
    }

    #[test]
    fn a_second_key_of_a_source_that_comes_later_is_a_change() {
        let (_dir, mut book) = book(&manifest(KEY, &["e1"]));
        let second = manifest(&format!("{KEY} {OTHER}"), &["e1"]);
        assert!(matches!(book.check(&second, &[]), Err(BookError::SourceChanged(_))));
    }

    #[test]
    fn what_a_reply_by_hand_leaves_out_is_neither_compared_nor_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let mut book = AddressBook::load(&dir.path().join("book.json")).unwrap();
        let nothing = Manifest { team: String::new(), ..reply("", &[]) };
        let keys_alone = reply("", &["s1", "e1"]);
        let nameless = Manifest { team: String::new(), ..reply("s1", &["e1"]) };
        let source_alone = Manifest { recipients: Vec::new(), ..reply("s1", &[]) };
        let by_hand = [nothing, keys_alone, nameless, source_alone];
        // Before anything is known, and after.
        for seen_before in [false, true] {
            for reply in &by_hand {
                book.check(reply, &[]).unwrap_or_else(|e| panic!("{seen_before}: {e}"));
            }
            book.check(&manifest("s1", &["e1"]), &[]).unwrap();
        }
        assert_eq!((book.known.mailboxes.len(), book.known.teams.len()), (1, 1));
        // A submission that leaves it out is one that the server never made.
        for lacking in [manifest("", &["e1"]), manifest("s1", &[])] {
            assert!(book.check(&lacking, &[]).is_err());
        }
    }

    #[test]
    fn a_note_names_no_source_and_the_teams_own_keys() {
        let note = |team: &str, editors: &[&str]| Manifest {
            kind: DispatchKind::Note,
            team: team.into(),
            ..manifest("", editors)
        };
        let (_dir, mut book) = book(&manifest("s1", &["e1", "e2"]));
        book.check(&note("team", &["e2", "e1"]), &[]).unwrap();
        book.check(&note("", &["e3"]), &[]).unwrap();
        let changed = book.check(&note("team", &["e1", "e3"]), &[]);
        assert!(matches!(changed, Err(BookError::TeamChanged(_))));
        let invented = book.check(&note("team-2", &["e1", "evil"]), &[]);
        assert!(matches!(invented, Err(BookError::TeamNew(_))));
        assert_eq!((book.known.mailboxes.len(), book.known.teams.len()), (1, 1));
    }

    #[test]
    fn another_name_of_the_same_people_is_no_news() {
        let (_dir, mut book) = book(&manifest("s1", &["e1", "e2"]));
        let named = |team: &str, editors| Manifest { team: team.into(), ..manifest("s1", editors) };
        book.check(&named("sport", &["e2", "e1"]), &[]).unwrap();
        // Fewer people, more people, people of two teams: each may be a captured server's choice.
        let (art, fine) = (named("art", &["e3"]), ["art".to_owned()]);
        assert!(matches!(book.check(&art, &[]), Err(BookError::TeamNew(_))));
        book.check(&art, &fine).unwrap();
        for editors in [&["e1"][..], &["e1", "e2", "e3"], &[]] {
            let invented = named("invented", editors);
            assert!(matches!(book.check(&invented, &[]), Err(BookError::TeamNew(_))));
        }
        // A name that is known stands for its own people, not for others'.
        let swapped = named("art", &["e1", "e2"]);
        assert!(matches!(book.check(&swapped, &[]), Err(BookError::TeamChanged(_))));
    }

    #[test]
    fn a_book_from_before_canonical_forms_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("book.json");
        let capitals = KEY.to_uppercase();
        let old = serde_json::json!({
            "mailboxes": {"brave-heron": [["s1", capitals]]},
            "teams": {"team": [["e2", OTHER.to_uppercase(), "e2", OTHER]]},
        });
        std::fs::write(&path, old.to_string()).unwrap();
        let mut book = AddressBook::load(&path).unwrap();
        let same = manifest(&format!("{KEY} s1"), &["e2", OTHER]);
        book.check(&same, &[]).unwrap();
        book.save().unwrap();
        assert_eq!(AddressBook::load(&path).unwrap().known.teams["team"].len(), 1);
    }

    #[test]
    fn a_changed_key_is_refused_until_it_is_accepted() {
        let dir = tempfile::tempdir().unwrap();
        let path = AddressBook::beside(&dir.path().join("key.txt"));
        let mut book = AddressBook::load(&path).unwrap();
        book.check(&manifest("s1", &["e1", "e2"]), &[]).unwrap();
        book.save().unwrap();

        let mut book = AddressBook::load(&path).unwrap();
        let (mailbox, team) = (["brave-heron".to_owned()], ["team".to_owned()]);
        let other_source = manifest("s2", &["e1", "e2"]);
        let other_team = manifest("s1", &["e1", "e3"]);
        book.check(&manifest("s1", &["e2", "e1"]), &[]).unwrap();
        assert!(matches!(book.check(&other_source, &[]), Err(BookError::SourceChanged(_))));
        assert!(matches!(book.check(&other_team, &[]), Err(BookError::TeamChanged(_))));
        // Accepting a team's change accepts no source's, and the other way round.
        assert!(matches!(book.check(&other_source, &team), Err(BookError::SourceChanged(_))));
        assert!(matches!(book.check(&other_team, &mailbox), Err(BookError::TeamChanged(_))));
        book.check(&other_team, &team).unwrap();
        book.check(&other_source, &mailbox).unwrap();
        // Both sets are known now.
        book.check(&manifest("s1", &["e1", "e2"]), &[]).unwrap();
        book.check(&manifest("s2", &["e1", "e3"]), &[]).unwrap();
    }

    #[test]
    fn a_team_that_a_captured_server_invents_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut book = AddressBook::load(&dir.path().join("book.json")).unwrap();
        book.check(&manifest("s1", &["e1"]), &[]).unwrap();
        let invented = Manifest { team: "team-2".into(), ..manifest("s1", &["e1", "evil"]) };
        assert!(matches!(book.check(&invented, &[]), Err(BookError::TeamNew(_))));
        book.check(&invented, &["team-2".to_owned()]).unwrap();
    }
}
