//! The journals of teams: who did what on which day.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::error::StoreError;
use super::handle::Store;
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, MailboxId};

macro_rules! did {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// What somebody did.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Did {
            $($(#[$doc])* $name = $number,)*
        }

        impl Did {
            fn of(number: i64) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

did! {
    /// Signed in.
    SignedIn = 0,
    /// Fetched dispatches of a mailbox.
    Fetched = 1,
    /// Sent a reply to a mailbox.
    Replied = 2,
    /// Deleted a dispatch of a mailbox.
    DeletedDispatch = 3,
    /// Deleted all of a mailbox that was the team's.
    DeletedMailbox = 4,
    /// Made an account.
    Added = 5,
    /// Gave an account a new passphrase and device.
    Reset = 6,
    /// Removed an account.
    Removed = 7,
    /// Changed their own passphrase.
    ChangedPassphrase = 8,
    /// Changed their own device.
    ChangedDevice = 9,
    /// Ended all of their sessions.
    SignedOutEverywhere = 10,
    /// Made an address for their feed.
    MadeFeed = 11,
    /// Revoked it.
    RevokedFeed = 12,
    /// Gave an account other teams.
    ChangedTeams = 13,
    /// Somebody, perhaps not the editor, has the passphrase but not the codes.
    WrongCodes = 14,
    /// Wrote a note in a mailbox for the team.
    WroteNote = 15,
}

/// A line of a team's journal: there is one for each thing done on a day, however often, where it was first done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalLine {
    /// When.
    pub day: Day,
    /// Whose journal.
    pub team: String,
    /// Name of the account, or "operator".
    pub who: String,
    /// What.
    pub did: Did,
    /// To what: a designation, or the name of an account.
    pub what: String,
}

/// What is done to a mailbox: the line names its designation. Anything else names accounts.
const TO_MAILBOX: [Did; 5] =
    [Did::Fetched, Did::Replied, Did::DeletedDispatch, Did::DeletedMailbox, Did::WroteNote];

impl Store {
    /// Adds lines to journals. Of a mailbox, only while the team has a correspondence with it: once the mailbox
    /// is erased, nothing late brings its name back.
    pub fn note(&self, lines: Vec<JournalLine>) -> Result<(), StoreError> {
        self.0.writer.index(move |db| {
            let mut theirs = db.prepare_cached(
                "SELECT 1 FROM mailbox m JOIN correspondence c ON c.mailbox = m.id
                 WHERE m.designation = ? AND c.team = ?",
            )?;
            for line in &lines {
                if !TO_MAILBOX.contains(&line.did) || theirs.exists((&line.what, &line.team))? {
                    insert(db, line)?;
                }
            }
            Ok(())
        })
    }

    /// Marks dispatches of a team as fetched whole by an editor, and notes that in the team's journal: those
    /// that are still there.
    pub fn fetched(
        &self,
        team: &str,
        dispatches: Vec<DispatchId>,
        reader: &str,
        day: Day,
    ) -> Result<(), StoreError> {
        let (team, reader) = (team.to_owned(), reader.to_owned());
        self.0.writer.index(move |db| {
            let mut mark = db.prepare_cached(
                "INSERT OR IGNORE INTO fetch (dispatch, reader, day)
                 SELECT id, ?3, ?4 FROM dispatch WHERE id = ?1 AND team = ?2 AND kind <> 1",
            )?;
            let mut note = db.prepare_cached(
                "INSERT OR IGNORE INTO journal (day, team, who, did, what, position)
                 SELECT ?4, d.team, ?3, ?5, m.designation,
                        (SELECT coalesce(max(position), 0) + 1 FROM journal WHERE day = ?4)
                 FROM dispatch d JOIN mailbox m ON m.id = d.mailbox WHERE d.id = ?1 AND d.team = ?2",
            )?;
            for id in dispatches {
                mark.execute((id.0, &team, &reader, day.0))?;
                note.execute((id.0, &team, &reader, day.0, Did::Fetched as i64))?;
            }
            Ok(())
        })
    }

    /// The journals of these teams, the last line first; at most so many lines.
    pub fn journal(&self, teams: &[String], most: usize) -> Result<Vec<JournalLine>, StoreError> {
        self.index(|db| {
            let mut lines = BTreeMap::new();
            for team in teams {
                let mut select = db.prepare_cached(
                    "SELECT day, who, did, what, position FROM journal WHERE team = ?
                     ORDER BY day DESC, position DESC LIMIT ?",
                )?;
                let mut rows = select.query((team, most))?;
                while let Some(row) = rows.next()? {
                    let Some(did) = Did::of(row.get(2)?) else { continue };
                    let (day, who, what) = (Day(row.get(0)?), row.get(1)?, row.get(3)?);
                    let line = JournalLine { day, team: team.clone(), who, did, what };
                    lines.insert((day, row.get::<_, i64>(4)?), line);
                }
            }
            Ok(lines.into_values().rev().take(most).collect())
        })
    }
}

/// Adds a line, whatever it names.
pub(super) fn insert(db: &Connection, line: &JournalLine) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO journal (day, team, who, did, what, position) VALUES (?1, ?2, ?3, ?4, ?5,
             (SELECT coalesce(max(position), 0) + 1 FROM journal WHERE day = ?1))",
    )?
    .execute((line.day.0, &line.team, &line.who, line.did as i64, &line.what))?;
    Ok(())
}

/// Takes a mailbox out of every journal; an account that has the same name stays in. The days that it stood in are
/// numbered anew: a gap would tell that something was there.
pub(super) fn forget(db: &Connection, mailbox: MailboxId) -> rusqlite::Result<()> {
    let theirs = TO_MAILBOX.map(|did| (did as i64).to_string()).join(", ");
    let days: BTreeSet<i64> = db
        .prepare_cached(&format!(
            "DELETE FROM journal WHERE did IN ({theirs})
             AND what = (SELECT designation FROM mailbox WHERE id = ?1) RETURNING day"
        ))?
        .query_map([mailbox.0], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut close_up = db.prepare_cached(
        "UPDATE journal SET position = anew.position FROM (
             SELECT team, who, did, what, row_number() OVER (ORDER BY position) AS position
             FROM journal WHERE day = ?1) AS anew
         WHERE day = ?1 AND anew.team = journal.team AND anew.who = journal.who
             AND anew.did = journal.did AND anew.what = journal.what",
    )?;
    days.into_iter().try_for_each(|day| close_up.execute([day]).map(drop))
}
