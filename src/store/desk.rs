//! What editors see and do. Every question names the teams that it may look into, and sees nothing beyond.

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StoreError;
use super::handle::Store;
use super::journal::{self, Did, JournalLine};
use super::records::{Dispatch, Mailbox};
use super::{removal, rows};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, MailboxId, hex};
use crate::base::kind::DispatchKind;

/// Which correspondences an inbox shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Filter {
    /// All but muted ones.
    #[default]
    All,
    /// Those with something unread, muted ones aside.
    Unread,
    /// Those with a star.
    Starred,
    /// Muted ones.
    Muted,
}

/// A question for a page of an inbox.
#[derive(Clone, Debug)]
pub struct InboxQuery {
    /// Name of the account.
    pub reader: String,
    /// Ids of the teams to look into.
    pub teams: Vec<String>,
    /// Which.
    pub filter: Filter,
    /// Only with this label.
    pub label: Option<String>,
    /// Only where the designation or a label has this in it; empty: any.
    pub search: String,
    /// From 0.
    pub page: u32,
    /// Rows of a page.
    pub size: u32,
}

/// A correspondence: what a team sees of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    /// Id of the team.
    pub team: String,
    /// Whose.
    pub mailbox: MailboxId,
    /// Its name among editors.
    pub designation: String,
    /// Of the last dispatch either way.
    pub last_day: Day,
    /// Submissions, and notes of others, that the reader has not fetched.
    pub unread: u32,
    /// The day of the first of them.
    pub since: Option<Day>,
    /// Files of them, or of all submissions where none is unread; manifests aside.
    pub files: u64,
    /// Their sealed bytes, manifests among them.
    pub size: u64,
    /// Whether the last dispatch is the team's.
    pub answered: bool,
    /// By the reader.
    pub starred: bool,
    /// By the reader.
    pub muted: bool,
    /// By the team, in order.
    pub labels: Vec<String>,
}

/// A page of an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxPage {
    /// By last activity.
    pub rows: Vec<InboxRow>,
    /// Whether there is another page.
    pub more: bool,
}

/// A dispatch as editors see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskDispatch {
    /// Either way.
    pub dispatch: Dispatch,
    /// Who has fetched it whole, and when.
    pub fetches: Vec<(String, Day)>,
    /// Who of the team sent it.
    pub sent_by: Option<String>,
}

/// A frozen list: what a download gives, however often it is resumed.
#[derive(Clone, Debug)]
pub struct Frozen {
    /// Whose.
    pub reader: String,
    /// Of which team.
    pub team: String,
    /// When it was made.
    pub day: Day,
    /// Dispatches that it was made of.
    pub count: usize,
    /// Those that are still there, in their order.
    pub items: Vec<(Mailbox, Dispatch)>,
}

/// Whether the reader ?1 has not fetched the dispatch `d`.
const UNFETCHED: &str =
    "NOT EXISTS (SELECT 1 FROM fetch f WHERE f.dispatch = d.id AND f.reader = ?1)";
/// Whether the dispatch `d`, a submission or a note, is news to the reader ?1: not fetched, and not their own note.
const UNREAD: &str = "d.sent_by IS NOT ?1
     AND NOT EXISTS (SELECT 1 FROM fetch f WHERE f.dispatch = d.id AND f.reader = ?1)";
/// Whether the reader ?1 has marked the correspondence `c`.
const MUTED: &str = "EXISTS (SELECT 1 FROM mark k
     WHERE k.editor = ?1 AND k.team = c.team AND k.mailbox = c.mailbox AND k.muted)";
const STARRED: &str = "EXISTS (SELECT 1 FROM mark k
     WHERE k.editor = ?1 AND k.team = c.team AND k.mailbox = c.mailbox AND k.starred)";

type Key = (Day, MailboxId, String);

impl Store {
    /// A page of an inbox, by last activity.
    pub fn inbox(&self, query: &InboxQuery) -> Result<InboxPage, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            let skipped = u64::from(query.page) * u64::from(query.size);
            let wanted = skipped + u64::from(query.size) + 1;
            let mut keys = Vec::new();
            // Team by team, each in the order of its index: nothing is sorted but what is shown.
            for team in &query.teams {
                keys.extend(inbox_keys(&snapshot, query, team, wanted)?);
            }
            keys.sort_unstable_by(|one, other| other.cmp(one));
            let mut rest = keys.into_iter().skip(usize::try_from(skipped).unwrap_or(usize::MAX));
            let page = rest.by_ref().take(query.size as usize).map(|(_, id, team)| (team, id));
            let rows = inbox_rows(&snapshot, &query.reader, page.collect())?;
            Ok(InboxPage { rows, more: rest.next().is_some() })
        })
    }

    /// The mailbox of this name, if the team has a correspondence with it.
    pub fn correspondence(
        &self,
        team: &str,
        designation: &str,
    ) -> Result<Option<Mailbox>, StoreError> {
        self.index(|db| {
            let Some(mailbox) = rows::mailbox_named(db, designation)? else { return Ok(None) };
            Ok(self::designation(db, team, mailbox.id)?.map(|_| mailbox))
        })
    }

    /// One row of an inbox.
    pub fn row(
        &self,
        reader: &str,
        team: &str,
        mailbox: MailboxId,
    ) -> Result<Option<InboxRow>, StoreError> {
        self.index(|db| Ok(inbox_rows(db, reader, vec![(team.to_owned(), mailbox)])?.pop()))
    }

    /// A page of what a team and a mailbox sent each other, the last first; and whether there is
    /// another page.
    pub fn desk_dispatches(
        &self,
        team: &str,
        mailbox: MailboxId,
        page: u32,
        size: u32,
    ) -> Result<(Vec<DeskDispatch>, bool), StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            let mut select = snapshot.prepare_cached(
                "SELECT d.id, d.kind, d.team, d.day,
                        (SELECT min(day) FROM fetch f WHERE f.dispatch = d.id), d.sent_by
                 FROM dispatch d INDEXED BY dispatch_by_mailbox
                 WHERE d.mailbox = ? AND d.team = ?
                 ORDER BY d.position DESC LIMIT ? OFFSET ?",
            )?;
            let skipped = u64::from(page) * u64::from(size);
            let values = (mailbox.0, team, u64::from(size) + 1, skipped);
            let mut found = select
                .query_map(values, |row| Ok((rows::read_dispatch(row)?, row.get(5)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let more = found.len() > size as usize;
            found.truncate(size as usize);
            let whole = |(mut dispatch, sent_by): (Dispatch, Option<String>)| {
                dispatch.members = rows::members(&snapshot, dispatch.id)?;
                let fetches = fetches(&snapshot, dispatch.id)?;
                Ok(DeskDispatch { dispatch, fetches, sent_by })
            };
            let found = found.into_iter().map(whole).collect::<rusqlite::Result<_>>()?;
            Ok((found, more))
        })
    }

    /// A dispatch, either way, if it is between this team and this mailbox.
    pub fn desk_dispatch(
        &self,
        team: &str,
        mailbox: MailboxId,
        id: DispatchId,
    ) -> Result<Option<Dispatch>, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            let found = snapshot
                .prepare_cached(
                    "SELECT id, kind, team, day, (SELECT min(day) FROM fetch WHERE dispatch = id)
                     FROM dispatch WHERE id = ? AND mailbox = ? AND team = ?",
                )?
                .query_row((id.0, mailbox.0, team), rows::read_dispatch)
                .optional()?;
            let whole = |mut dispatch: Dispatch| {
                dispatch.members = rows::members(&snapshot, dispatch.id)?;
                Ok(dispatch)
            };
            found.map(whole).transpose()
        })
    }

    /// How many dispatches a team and a mailbox have sent each other that are there, and how many of them are
    /// submissions that nobody has fetched.
    pub fn desk_counts(&self, team: &str, mailbox: MailboxId) -> Result<(u64, u64), StoreError> {
        self.index(|db| {
            db.prepare_cached(
                "SELECT count(*), coalesce(sum(d.kind = 0 AND
                     NOT EXISTS (SELECT 1 FROM fetch f WHERE f.dispatch = d.id)), 0)
                 FROM dispatch d INDEXED BY dispatch_by_mailbox WHERE d.mailbox = ? AND d.team = ?",
            )?
            .query_row((mailbox.0, team), |row| Ok((row.get(0)?, row.get(1)?)))
        })
    }

    /// What is news to the reader, by mailbox and in order: of one mailbox, or of all that are not muted. At most
    /// `most` of each team.
    pub fn unread(
        &self,
        reader: &str,
        teams: &[String],
        mailbox: Option<MailboxId>,
        most: usize,
    ) -> Result<Vec<DispatchId>, StoreError> {
        let here = match mailbox {
            Some(_) => "c.mailbox = ?3".to_owned(),
            None => format!("?3 IS NULL AND NOT {MUTED}"),
        };
        // CROSS JOIN: in this order.
        let sql = format!(
            "SELECT d.id FROM correspondence c CROSS JOIN mailbox m ON m.id = c.mailbox
             CROSS JOIN dispatch d INDEXED BY dispatch_by_mailbox
             ON d.mailbox = c.mailbox AND d.team = c.team
             WHERE c.team = ?2 AND {here} AND d.kind IN (0, 2) AND {UNREAD}
             ORDER BY m.designation, d.position LIMIT ?4"
        );
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            let mut select = snapshot.prepare_cached(&sql)?;
            let mut found = Vec::new();
            for team in teams {
                let rows = select
                    .query_map((reader, team, mailbox.map(|id| id.0), most), |row| {
                        row.get(0).map(DispatchId)
                    })?;
                for id in rows {
                    found.push(id?);
                }
            }
            Ok(found)
        })
    }

    /// Takes back that a reader has fetched these dispatches of a team and a mailbox; says of how many.
    pub fn unfetch(
        &self,
        reader: &str,
        team: &str,
        mailbox: MailboxId,
        dispatches: Vec<DispatchId>,
    ) -> Result<usize, StoreError> {
        let (reader, team) = (reader.to_owned(), team.to_owned());
        self.0.writer.index(move |db| {
            let mut delete = db.prepare_cached(
                "DELETE FROM fetch WHERE reader = ?1 AND dispatch =
                 (SELECT id FROM dispatch WHERE id = ?2 AND team = ?3 AND mailbox = ?4)",
            )?;
            let mut count = 0;
            for id in dispatches {
                count += delete.execute((&reader, id.0, &team, mailbox.0))?;
            }
            Ok(count)
        })
    }

    /// The newest day of a submission that the reader has not fetched, muted correspondences aside. No note: what
    /// rings is what a source sent.
    pub fn waits(&self, reader: &str, teams: &[String]) -> Result<Option<Day>, StoreError> {
        self.index(|db| {
            let mut newest = None;
            for team in teams {
                newest = newest.max(newest_unread(db, DispatchKind::Submission, reader, team)?);
            }
            Ok(newest)
        })
    }

    /// Whether a team has news for the reader, muted correspondences aside.
    pub fn has_unread(&self, reader: &str, team: &str) -> Result<bool, StoreError> {
        self.index(|db| {
            let unread = |kind| newest_unread(db, kind, reader, team);
            Ok(unread(DispatchKind::Submission)?.is_some() || unread(DispatchKind::Note)?.is_some())
        })
    }

    /// The oldest last day, before this one, of mailboxes that hold a submission nobody has fetched and that
    /// the reader has not muted.
    pub fn unfetched_before(
        &self,
        reader: &str,
        teams: &[String],
        before: Day,
    ) -> Result<Option<Day>, StoreError> {
        // From the oldest mailbox on: few are near their end.
        let sql = format!(
            "SELECT m.last_day FROM mailbox m INDEXED BY mailbox_by_day
             CROSS JOIN dispatch c INDEXED BY dispatch_by_mailbox
             ON c.mailbox = m.id AND c.team = ?2 AND c.kind = 0
             WHERE m.last_day < ?3 AND NOT {MUTED}
             AND NOT EXISTS (SELECT 1 FROM fetch f WHERE f.dispatch = c.id)
             ORDER BY m.last_day LIMIT 1"
        );
        self.index(|db| {
            let mut select = db.prepare_cached(&sql)?;
            let mut oldest: Option<Day> = None;
            for team in teams {
                let found = select
                    .query_row((reader, team, before.0), |row| row.get(0).map(Day))
                    .optional()?;
                oldest = [oldest, found].into_iter().flatten().min();
            }
            Ok(oldest)
        })
    }

    /// Sets or takes away a reader's star.
    pub fn set_star(
        &self,
        reader: &str,
        team: &str,
        mailbox: MailboxId,
        on: bool,
    ) -> Result<(), StoreError> {
        self.mark("starred", reader, team, mailbox, on)
    }

    /// Mutes for a reader, or no longer.
    pub fn set_mute(
        &self,
        reader: &str,
        team: &str,
        mailbox: MailboxId,
        on: bool,
    ) -> Result<(), StoreError> {
        self.mark("muted", reader, team, mailbox, on)
    }

    fn mark(
        &self,
        column: &'static str,
        editor: &str,
        team: &str,
        mailbox: MailboxId,
        on: bool,
    ) -> Result<(), StoreError> {
        let (editor, team) = (editor.to_owned(), team.to_owned());
        self.0.writer.index(move |db| {
            // Account or mailbox may be gone since the page was shown.
            db.execute(
                &format!(
                    "INSERT INTO mark (editor, team, mailbox, {column})
                     SELECT ?1, ?2, ?3, ?4 FROM correspondence c, editor e
                     WHERE c.team = ?2 AND c.mailbox = ?3 AND e.name = ?1
                     ON CONFLICT (editor, team, mailbox) DO UPDATE SET {column} = ?4"
                ),
                (&editor, &team, mailbox.0, on),
            )?;
            Ok(())
        })
    }

    /// Gives a correspondence a label of its team, or takes it away.
    pub fn set_label(
        &self,
        team: &str,
        mailbox: MailboxId,
        label: &str,
        on: bool,
    ) -> Result<(), StoreError> {
        let (team, label) = (team.to_owned(), label.to_owned());
        let sql = if on {
            "INSERT OR IGNORE INTO label (team, mailbox, label)
             SELECT team, mailbox, ?3 FROM correspondence WHERE team = ?1 AND mailbox = ?2"
        } else {
            "DELETE FROM label WHERE team = ?1 AND mailbox = ?2 AND label = ?3"
        };
        self.0.writer.index(move |db| {
            db.execute(sql, (&team, mailbox.0, &label))?;
            Ok(())
        })
    }

    /// Deletes a dispatch, either way; false when the team has none of this id in this mailbox.
    pub fn delete_dispatch(
        &self,
        team: &str,
        mailbox: MailboxId,
        id: DispatchId,
    ) -> Result<bool, StoreError> {
        let team = team.to_owned();
        let files = self.0.writer.index(move |db| {
            let theirs = db
                .prepare_cached("SELECT 1 FROM dispatch WHERE id = ? AND mailbox = ? AND team = ?")?
                .exists((id.0, mailbox.0, &team))?;
            let files = theirs.then(|| removal::take_dispatch(db, id)).transpose()?;
            removal::close_up(db, mailbox)?;
            Ok(files)
        })?;
        Ok(files.map(|files| self.0.writer.remove(files)).is_some())
    }

    /// Deletes everything between a team and a mailbox, and notes who did it; the mailbox goes too, when no
    /// other team has a correspondence with it. False when there is none.
    pub fn delete_correspondence(
        &self,
        team: &str,
        mailbox: MailboxId,
        who: &str,
        day: Day,
    ) -> Result<bool, StoreError> {
        let (team, who) = (team.to_owned(), who.to_owned());
        let files = self.0.writer.index(move |db| {
            let Some(what) = designation(db, &team, mailbox)? else { return Ok(None) };
            let files = removal::take_correspondence(db, &team, mailbox)?;
            // Last: a mailbox that goes takes its name out of the journal.
            journal::insert(db, &JournalLine { day, team, who, did: Did::DeletedMailbox, what })?;
            Ok(Some(files))
        })?;
        Ok(files.map(|files| self.0.writer.remove(files)).is_some())
    }

    /// Freezes a list of a team's dispatches, by mailbox and in order; those of other teams, or gone, are left out.
    /// Says how many are in it; of none there is no list.
    pub fn freeze(
        &self,
        id: [u8; 16],
        reader: &str,
        team: &str,
        day: Day,
        dispatches: Vec<DispatchId>,
    ) -> Result<usize, StoreError> {
        let (reader, team) = (reader.to_owned(), team.to_owned());
        self.0.writer.index(move |db| {
            db.execute(
                "INSERT INTO frozen (id, reader, team, day, count) VALUES (?, ?, ?, ?, 0)",
                (id, &reader, &team, day.0),
            )?;
            // One statement: of many in one savepoint, each makes the next slower.
            let list: Vec<String> = dispatches.iter().map(ToString::to_string).collect();
            let count = db.execute(
                "INSERT INTO frozen_item (frozen, position, dispatch)
                 SELECT ?1, row_number() OVER (ORDER BY m.designation, d.position), d.id
                 FROM json_each(?2) j CROSS JOIN dispatch d ON d.id = unhex(j.value)
                 CROSS JOIN mailbox m ON m.id = d.mailbox WHERE d.team = ?3",
                (id, format!("[\"{}\"]", list.join("\",\"")), &team),
            )?;
            if count == 0 {
                db.execute("DELETE FROM frozen WHERE id = ?1", [id])?;
            }
            db.execute("UPDATE frozen SET count = ?2 WHERE id = ?1", (id, count))?;
            Ok(count)
        })
    }

    /// Submissions and notes of a frozen list, and how many of them its reader has fetched.
    pub fn fetched_of(&self, frozen: [u8; 16]) -> Result<(usize, usize), StoreError> {
        self.index(|db| {
            db.prepare_cached(
                "SELECT count(*), count(f.reader) FROM frozen z
                 JOIN frozen_item i ON i.frozen = z.id
                 JOIN dispatch d ON d.id = i.dispatch AND d.kind <> 1
                 LEFT JOIN fetch f ON f.dispatch = d.id AND f.reader = z.reader
                 WHERE z.id = ?",
            )?
            .query_row([frozen], |row| Ok((row.get(0)?, row.get(1)?)))
        })
    }

    /// A frozen list.
    pub fn frozen(&self, id: [u8; 16]) -> Result<Option<Frozen>, StoreError> {
        self.index(|db| {
            let snapshot = db.unchecked_transaction()?;
            let head = snapshot
                .prepare_cached("SELECT reader, team, day, count FROM frozen WHERE id = ?")?
                .query_row([id], |row| {
                    let (reader, team, day) = (row.get(0)?, row.get(1)?, Day(row.get(2)?));
                    Ok(Frozen { reader, team, day, count: row.get(3)?, items: Vec::new() })
                })
                .optional()?;
            let Some(mut frozen) = head else { return Ok(None) };
            let mut select = snapshot.prepare_cached(
                "SELECT d.id, d.kind, d.team, d.day, NULL, m.id, m.designation, m.source_recipients
                 FROM frozen_item i CROSS JOIN dispatch d ON d.id = i.dispatch
                 CROSS JOIN mailbox m ON m.id = d.mailbox
                 WHERE i.frozen = ? ORDER BY i.position",
            )?;
            frozen.items = select
                .query_map([id], rows::read_with_mailbox)?
                .collect::<rusqlite::Result<_>>()?;
            for (_, dispatch) in &mut frozen.items {
                dispatch.members = rows::members(&snapshot, dispatch.id)?;
            }
            Ok(Some(frozen))
        })
    }
}

/// The newest day of something of this kind that is news to the reader.
fn newest_unread(
    db: &Connection,
    kind: DispatchKind,
    reader: &str,
    team: &str,
) -> rusqlite::Result<Option<Day>> {
    // From the newest day back: where something waits, little is looked at.
    let sql = format!(
        "SELECT d.day FROM dispatch d INDEXED BY dispatch_by_day
         WHERE d.kind = ?3 AND d.team = ?2 AND {UNREAD}
         AND NOT EXISTS (SELECT 1 FROM mark k
              WHERE k.editor = ?1 AND k.team = d.team AND k.mailbox = d.mailbox AND k.muted)
         ORDER BY d.day DESC LIMIT 1"
    );
    db.prepare_cached(&sql)?
        .query_row((reader, team, kind.number()), |row| row.get(0).map(Day))
        .optional()
}

/// The correspondences of one team that match, in order; at most so many.
fn inbox_keys(
    db: &Connection,
    query: &InboxQuery,
    team: &str,
    wanted: u64,
) -> rusqlite::Result<Vec<Key>> {
    let filter = match query.filter {
        Filter::All => format!("NOT {MUTED}"),
        Filter::Unread => {
            let exists = |which: &str| {
                format!(
                    "EXISTS (SELECT 1 FROM dispatch d INDEXED BY dispatch_by_mailbox
                     WHERE d.mailbox = c.mailbox AND d.team = c.team AND {which})"
                )
            };
            // Submissions by themselves: the index alone answers.
            let submissions = exists(&format!("d.kind = 0 AND {UNFETCHED}"));
            let notes = exists(&format!("d.kind = 2 AND {UNREAD}"));
            format!("NOT {MUTED} AND ({submissions} OR {notes})")
        }
        Filter::Starred => STARRED.to_owned(),
        Filter::Muted => MUTED.to_owned(),
    };
    let sql = format!(
        "SELECT c.last_day, c.mailbox FROM correspondence c
         WHERE c.team = ?2 AND {filter}
         AND (?3 IS NULL OR EXISTS (SELECT 1 FROM label l
              WHERE l.team = c.team AND l.mailbox = c.mailbox AND l.label = ?3))
         AND (?4 = '' OR EXISTS (SELECT 1 FROM mailbox m
              WHERE m.id = c.mailbox AND instr(m.designation, ?4) > 0)
              OR EXISTS (SELECT 1 FROM label l
              WHERE l.team = c.team AND l.mailbox = c.mailbox AND instr(lower(l.label), ?4) > 0))
         ORDER BY c.last_day DESC, c.mailbox DESC LIMIT ?5"
    );
    let search = query.search.trim().to_lowercase();
    let values = params![query.reader, team, query.label, search, wanted];
    let read =
        |row: &rusqlite::Row<'_>| Ok((Day(row.get(0)?), MailboxId(row.get(1)?), team.to_owned()));
    db.prepare_cached(&sql)?.query_map(values, read)?.collect()
}

/// What an inbox shows of these correspondences, in this order, by one query; those that are gone are left out.
fn inbox_rows(
    db: &Connection,
    reader: &str,
    wanted: Vec<(String, MailboxId)>,
) -> rusqlite::Result<Vec<InboxRow>> {
    let list: Vec<_> = wanted.into_iter().map(|(team, id)| (team, hex(&id.0))).collect();
    // CROSS JOIN: in this order, so that each correspondence is found by its key.
    let sql = format!(
        "WITH one AS (
             SELECT j.key AS place, c.team, c.mailbox, c.last_day, d.kind, d.day, d.position,
                    d.kind IN (0, 2) AND {UNREAD} AS new,
                    (SELECT count(*) - 1 FROM member WHERE dispatch = d.id) AS files,
                    (SELECT sum(size) FROM member WHERE dispatch = d.id) AS size
             FROM json_each(?2) j CROSS JOIN correspondence c
                 ON c.team = j.value ->> 0 AND c.mailbox = unhex(j.value ->> 1)
             LEFT JOIN dispatch d INDEXED BY dispatch_by_mailbox
                 ON d.mailbox = c.mailbox AND d.team = c.team
         )
         SELECT c.team, c.mailbox, m.designation, c.last_day, {STARRED}, {MUTED},
                (SELECT json_group_array(label) FROM
                    (SELECT label FROM label l WHERE l.team = c.team AND l.mailbox = c.mailbox ORDER BY label)),
                coalesce(sum(c.new), 0), min(c.day) FILTER (WHERE c.new),
                coalesce(sum(c.files) FILTER (WHERE c.new), sum(c.files) FILTER (WHERE c.kind = 0), 0),
                coalesce(sum(c.size) FILTER (WHERE c.new), sum(c.size) FILTER (WHERE c.kind = 0), 0),
                coalesce(max(c.position) FILTER (WHERE c.kind = 1), 0)
                    > coalesce(max(c.position) FILTER (WHERE c.kind = 0), 0)
         FROM one c JOIN mailbox m ON m.id = c.mailbox GROUP BY c.place ORDER BY c.place"
    );
    let list = serde_json::to_string(&list).unwrap_or_default();
    db.prepare_cached(&sql)?
        .query_map((reader, list), |row| {
            let labels: String = row.get(6)?;
            Ok(InboxRow {
                team: row.get(0)?,
                mailbox: MailboxId(row.get(1)?),
                designation: row.get(2)?,
                last_day: Day(row.get(3)?),
                starred: row.get(4)?,
                muted: row.get(5)?,
                labels: serde_json::from_str(&labels).unwrap_or_default(),
                unread: row.get(7)?,
                since: row.get::<_, Option<i64>>(8)?.map(Day),
                files: row.get(9)?,
                size: row.get(10)?,
                answered: row.get(11)?,
            })
        })?
        .collect()
}

/// Whether a team has a correspondence with a mailbox.
pub(super) fn has(db: &Connection, team: &str, mailbox: MailboxId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM correspondence WHERE team = ? AND mailbox = ?")?
        .exists((team, mailbox.0))
}

/// The designation of a mailbox that a team has a correspondence with.
fn designation(
    db: &Connection,
    team: &str,
    mailbox: MailboxId,
) -> rusqlite::Result<Option<String>> {
    db.prepare_cached(
        "SELECT m.designation FROM correspondence c JOIN mailbox m ON m.id = c.mailbox
         WHERE c.team = ? AND c.mailbox = ?",
    )?
    .query_row((team, mailbox.0), |row| row.get(0))
    .optional()
}

fn fetches(db: &Connection, dispatch: DispatchId) -> rusqlite::Result<Vec<(String, Day)>> {
    db.prepare_cached("SELECT reader, day FROM fetch WHERE dispatch = ? ORDER BY day, reader")?
        .query_map([dispatch.0], |row| Ok((row.get(0)?, row.get(1).map(Day)?)))?
        .collect()
}
