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
         in, to read your answer. If you know why it changed, repeat with --accept-changed-keys"
    )]
    SourceChanged(String),
    /// Another set of editors.
    #[error(
        "the keys of team {0} are not the ones seen first. If your team changed its keys, repeat with \
         --accept-changed-keys; if not, somebody may be reading along"
    )]
    TeamChanged(String),
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
    pub fn check(&mut self, manifest: &Manifest, accept_changes: bool) -> Result<(), BookError> {
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
        if !accept_changes && seen_mailbox == Seen::Differently {
            return Err(BookError::SourceChanged(printable(&manifest.mailbox)));
        }
        if !accept_changes && seen_team == Seen::Differently {
            return Err(BookError::TeamChanged(printable(&manifest.team)));
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
        book.check(&manifest("s1", &["e1", "e2"]), false).unwrap();
        book.save().unwrap();

        let mut book = AddressBook::load(&path).unwrap();
        book.check(&manifest("s1", &["e2", "e1"]), false).unwrap();
        assert!(matches!(
            book.check(&manifest("s2", &["e1", "e2"]), false),
            Err(BookError::SourceChanged(_))
        ));
        assert!(matches!(
            book.check(&manifest("s1", &["e1", "e3"]), false),
            Err(BookError::TeamChanged(_))
        ));
        book.check(&manifest("s2", &["e1"]), true).unwrap();
        book.check(&manifest("s2", &["e1"]), false).unwrap();
        book.check(&manifest("s2", &["e1", "e2"]), false).unwrap();
    }
}
