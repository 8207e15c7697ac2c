//! What an editor's machine remembers: whose keys a mailbox and a team had when they were first seen.
//! A captured server could otherwise slip its own key into a later manifest and read the reply.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::names::printable;

/// Remembered recipients, kept as JSON beside the identity.
#[derive(Debug)]
pub struct AddressBook {
    path: PathBuf,
    known: Known,
}

type Keys = Vec<String>;

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
        let unreadable = |e: &dyn ToString| BookError::Unreadable(path.to_owned(), e.to_string());
        let known = match std::fs::read(path) {
            Ok(json) => serde_json::from_slice(&json).map_err(|e| unreadable(&e))?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Known::default(),
            Err(e) => return Err(unreadable(&e)),
        };
        Ok(Self { path: path.to_owned(), known })
    }

    /// Compares a manifest's keys with those seen first and those accepted since; remembers new ones.
    /// `accepted` are the mailboxes and teams whose change the editor knows of.
    pub fn check(&mut self, manifest: &Manifest, accepted: &[String]) -> Result<(), BookError> {
        let mut team: Vec<String> = manifest
            .recipients
            .iter()
            .filter(|recipient| !manifest.source_recipients.contains(recipient))
            .cloned()
            .collect();
        team.sort_unstable();
        let source = &manifest.source_recipients;
        let seen_mailbox = seen(&self.known.mailboxes, &manifest.mailbox, source);
        let seen_team = seen(&self.known.teams, &manifest.team, &team);
        if seen_mailbox == Seen::Differently && !accepted.contains(&manifest.mailbox) {
            return Err(BookError::SourceChanged(printable(&manifest.mailbox)));
        }
        if !accepted.contains(&manifest.team) {
            let team = printable(&manifest.team);
            match seen_team {
                Seen::Differently => return Err(BookError::TeamChanged(team)),
                // Whoever captured the server chooses the name: a new one is news too.
                Seen::Never if !self.known.teams.is_empty() => {
                    return Err(BookError::TeamNew(team));
                }
                Seen::Never | Seen::So => {}
            }
        }
        // Only a manifest that passes is remembered: a refused one must not become "seen first".
        if seen_mailbox != Seen::So {
            self.known.mailboxes.entry(manifest.mailbox.clone()).or_default().push(source.clone());
        }
        if seen_team != Seen::So {
            self.known.teams.entry(manifest.team.clone()).or_default().push(team);
        }
        Ok(())
    }

    /// Writes the book: a new file, then a rename, so that a crash leaves the old one.
    pub fn save(&self) -> Result<(), BookError> {
        let unwritable = |e| BookError::Unwritable(self.path.clone(), e);
        let json = serde_json::to_vec_pretty(&self.known).map_err(|e| unwritable(e.into()))?;
        let mut part = self.path.clone().into_os_string();
        part.push(".part");
        let write = |part: &Path| {
            let mut file = File::create(part)?;
            file.write_all(&json)?;
            file.sync_all()?;
            std::fs::rename(part, &self.path)
        };
        write(Path::new(&part)).map_err(unwritable)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    So,
    Differently,
}

fn seen(known: &BTreeMap<String, Vec<Keys>>, name: &str, keys: &Keys) -> Seen {
    match known.get(name) {
        None => Seen::Never,
        Some(sets) if sets.contains(keys) => Seen::So,
        Some(_) => Seen::Differently,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::manifest::Kind;

    fn manifest(source: &str, editors: &[&str]) -> Manifest {
        Manifest {
            version: 1,
            kind: Kind::Submission,
            dispatch: "ab".into(),
            mailbox: "brave-heron".into(),
            source_recipients: vec![source.into()],
            team: "team".into(),
            recipients: editors.iter().map(ToString::to_string).collect(),
            day: String::new(),
            message: String::new(),
            files: Vec::new(),
        }
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
