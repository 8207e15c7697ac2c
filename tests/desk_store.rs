//! What editors see of the store: each team its own, each editor their own marks, quick in a full box.

use crate::common::{crowd, files_below, holds, wait_for};
use sourdine::base::clock::Day;
use sourdine::base::ids::{DispatchId, MailboxId};
use sourdine::base::kind::DispatchKind;
use sourdine::store::{
    Account, Cutoffs, Did, Dispatch, Filter, InboxQuery, JournalLine, Mailbox, Publication, Store,
    StoreError, Tuning, create,
};
use std::io::Write;

struct Fixture {
    _dir: tempfile::TempDir,
    store: Store,
    data: std::path::PathBuf,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        create(&data, &[], &Tuning::default()).unwrap();
        let store = Store::open(&data, 1 << 40).unwrap();
        for (name, teams) in [("anne", &["a"][..]), ("bob", &["b"]), ("carla", &["a", "b"])] {
            assert!(store.add_account(account(name, teams)).unwrap());
        }
        Self { _dir: dir, store, data }
    }

    /// A dispatch of one sealed member.
    fn send(&self, kind: DispatchKind, source: u8, team: &str, number: u8, day: i64) -> DispatchId {
        self.try_send(kind, source, team, number, day).unwrap()
    }

    fn try_send(
        &self,
        kind: DispatchKind,
        source: u8,
        team: &str,
        number: u8,
        day: i64,
    ) -> Result<DispatchId, StoreError> {
        let mut upload = self.store.upload();
        let mut file = upload.file().unwrap();
        file.write_all(&[number; 100]).unwrap();
        let members = vec![file.finish().unwrap()];
        let id = DispatchId([number; 16]);
        let dispatch =
            Dispatch { id, kind, team: team.into(), day: Day(day), fetched: None, members };
        let mailbox = mailbox(source);
        upload.publish(Publication {
            mailbox,
            dispatch,
            sealed_to: None,
            draft: None,
            sent_by: None,
        })?;
        Ok(id)
    }

    fn inbox(&self, who: &str, teams: &[&str], filter: Filter) -> Vec<(String, String, u32)> {
        let page = self.store.inbox(&query(who, teams, filter)).unwrap();
        page.rows.into_iter().map(|row| (row.team, row.designation, row.unread)).collect()
    }
}

fn account(name: &str, teams: &[&str]) -> Account {
    let teams = teams.iter().map(ToString::to_string).collect();
    let credentials = format!("credentials of {name}").into_bytes();
    Account { name: name.into(), teams, credentials, credential_version: [1; 16], feed: None }
}

fn mailbox(number: u8) -> Mailbox {
    let designation = format!("source-{}", char::from(b'a' + number));
    let source_recipients = format!("age1source{number}");
    Mailbox { id: MailboxId([number; 16]), designation, source_recipients }
}

fn query(who: &str, teams: &[&str], filter: Filter) -> InboxQuery {
    InboxQuery {
        reader: who.into(),
        teams: teams.iter().map(ToString::to_string).collect(),
        filter,
        label: None,
        search: String::new(),
        page: 0,
        size: 50,
    }
}

fn row(team: &str, name: &str, unread: u32) -> (String, String, u32) {
    (team.into(), name.into(), unread)
}

#[test]
fn each_team_sees_its_own_and_each_editor_what_is_new_to_them() {
    let place = Fixture::new();
    let first = place.send(DispatchKind::Submission, 0, "a", 1, 100);
    place.send(DispatchKind::Submission, 0, "b", 2, 105);
    place.send(DispatchKind::Submission, 1, "a", 3, 103);
    place.send(DispatchKind::Reply, 1, "a", 4, 104);

    // A's row says nothing of what b got later.
    assert_eq!(
        place.inbox("anne", &["a"], Filter::All),
        [row("a", "source-b", 1), row("a", "source-a", 1)]
    );
    assert_eq!(place.inbox("bob", &["b"], Filter::All), [row("b", "source-a", 1)]);
    assert_eq!(
        place.inbox("carla", &["a", "b"], Filter::All),
        [row("b", "source-a", 1), row("a", "source-b", 1), row("a", "source-a", 1)]
    );
    let a = place.store.row("anne", "a", MailboxId([0; 16])).unwrap().unwrap();
    assert_eq!(a.last_day, Day(100));
    assert!(place.store.row("anne", "b", MailboxId([1; 16])).unwrap().is_none());
    assert!(place.store.correspondence("b", "source-b").unwrap().is_none());
    assert!(place.store.correspondence("a", "source-b").unwrap().is_some());

    place.store.mark_fetched(vec![first], "carla", Day(106)).unwrap();
    assert_eq!(
        place.inbox("anne", &["a"], Filter::Unread),
        [row("a", "source-b", 1), row("a", "source-a", 1)]
    );
    assert_eq!(
        place.inbox("carla", &["a", "b"], Filter::Unread),
        [row("b", "source-a", 1), row("a", "source-b", 1)]
    );
    let (list, more) = place.store.desk_dispatches("a", MailboxId([0; 16]), 0, 50).unwrap();
    assert!(!more);
    assert_eq!(list.len(), 1, "b's dispatch is not a's");
    assert_eq!(list[0].fetches, [("carla".to_owned(), Day(106))]);
    assert_eq!(list[0].dispatch.members.len(), 1);
}

#[test]
fn an_inbox_goes_page_by_page_without_gap_or_double() {
    let place = Fixture::new();
    for number in 0..23 {
        place.send(
            DispatchKind::Submission,
            number,
            if number % 3 == 0 { "b" } else { "a" },
            number,
            100 + i64::from(number / 5),
        );
    }
    let all = place.inbox("carla", &["a", "b"], Filter::All);
    assert_eq!(all.len(), 23);
    let mut pages = Vec::new();
    for page in 0.. {
        let ask = InboxQuery { page, size: 5, ..query("carla", &["a", "b"], Filter::All) };
        let found = place.store.inbox(&ask).unwrap();
        pages.extend(found.rows.into_iter().map(|row| (row.team, row.designation, row.unread)));
        if !found.more {
            assert_eq!(page, 4);
            break;
        }
    }
    assert_eq!(pages, all);
    let (two, more) = place.store.desk_dispatches("a", MailboxId([1; 16]), 1, 1).unwrap();
    assert!(two.is_empty() && !more);
}

#[test]
fn stars_and_mutes_are_the_editors_labels_are_the_teams() {
    let place = Fixture::new();
    let store = &place.store;
    for source in 0..3 {
        place.send(DispatchKind::Submission, source, "a", source, 100 + i64::from(source));
        place.send(DispatchKind::Submission, source, "b", source + 10, 100);
    }
    let id = |source: u8| MailboxId([source; 16]);
    store.set_star("anne", "a", id(0), true).unwrap();
    store.set_mute("anne", "a", id(1), true).unwrap();
    store.set_label("a", id(2), "Budget É", true).unwrap();
    store.set_label("a", id(2), "Budget É", true).unwrap();
    // What is not there is not marked.
    store.set_star("anne", "c", id(0), true).unwrap();
    store.set_star("nobody", "a", id(0), true).unwrap();
    store.set_label("c", id(0), "x", true).unwrap();

    let anne = |filter| place.inbox("anne", &["a"], filter);
    assert_eq!(anne(Filter::All), [row("a", "source-c", 1), row("a", "source-a", 1)]);
    assert_eq!(anne(Filter::Unread), anne(Filter::All));
    assert_eq!(anne(Filter::Starred), [row("a", "source-a", 1)]);
    assert_eq!(anne(Filter::Muted), [row("a", "source-b", 1)]);
    assert_eq!(place.inbox("carla", &["a", "b"], Filter::All).len(), 6);
    assert!(place.inbox("carla", &["a", "b"], Filter::Starred).is_empty());

    let labelled = |who: &str, team: &str, label: &str| {
        let ask = InboxQuery { label: Some(label.into()), ..query(who, &[team], Filter::All) };
        store.inbox(&ask).unwrap().rows
    };
    assert_eq!(labelled("carla", "a", "Budget É")[0].labels, ["Budget É"]);
    assert!(labelled("carla", "b", "Budget É").is_empty(), "labels stay in their team");
    let found = |search: &str| {
        let ask = InboxQuery { search: search.into(), ..query("anne", &["a"], Filter::All) };
        store.inbox(&ask).unwrap().rows.len()
    };
    assert_eq!((found("SOURCE-C "), found("budget"), found("source-"), found("%")), (1, 1, 2, 0));

    store.set_star("anne", "a", id(0), false).unwrap();
    store.set_label("a", id(2), "Budget É", false).unwrap();
    assert!(anne(Filter::Starred).is_empty());
    assert!(labelled("carla", "a", "Budget É").is_empty());
    // Muted ones wait for nobody and are not fetched with the rest, unless asked for by name.
    let teams = ["a".to_owned()];
    assert_eq!(store.unread("anne", &teams, None, 9).unwrap().len(), 2);
    assert_eq!(store.unread("anne", &teams, Some(id(1)), 9).unwrap().len(), 1);
    assert_eq!(store.waits("anne", &teams).unwrap(), Some(Day(102)));
    store.mark_fetched(store.unread("anne", &teams, None, 9).unwrap(), "anne", Day(103)).unwrap();
    assert_eq!(store.waits("anne", &teams).unwrap(), None);
    assert_eq!(store.waits("carla", &teams).unwrap(), Some(Day(102)));
}

#[test]
fn what_one_team_deletes_the_other_keeps() {
    let place = Fixture::new();
    let store = &place.store;
    let of_a = place.send(DispatchKind::Submission, 0, "a", 1, 100);
    let of_b = place.send(DispatchKind::Submission, 0, "b", 2, 100);
    let reply = place.send(DispatchKind::Reply, 0, "a", 3, 101);
    let id = MailboxId([0; 16]);

    assert!(!store.delete_dispatch("a", id, of_b).unwrap());
    assert!(!store.delete_dispatch("a", MailboxId([1; 16]), of_a).unwrap());
    assert!(store.has_dispatch(of_b).unwrap());
    assert!(store.delete_dispatch("a", id, of_a).unwrap());
    assert!(!store.delete_dispatch("a", id, of_a).unwrap());

    assert!(!store.delete_correspondence("c", id, "anne", Day(102)).unwrap());
    assert!(store.delete_correspondence("a", id, "anne", Day(102)).unwrap());
    assert!(!store.has_dispatch(reply).unwrap());
    // An answer that was on its way does not bring it back.
    let late = place.try_send(DispatchKind::Reply, 0, "a", 4, 102);
    assert!(matches!(late, Err(StoreError::Changed)));
    assert_eq!(place.inbox("carla", &["a", "b"], Filter::All), [row("b", "source-a", 1)]);
    // Each deletion stands in the journal of its team; nothing does where nothing was deleted.
    let journal = |team: &str| store.journal(&[team.to_owned()], 10).unwrap();
    assert_eq!(journal("a"), [line(102, "a", Did::DeletedMailbox, "source-a")]);
    assert!(store.delete_correspondence("b", id, "anne", Day(103)).unwrap());
    assert!(!store.knows(id).unwrap());
    assert_eq!(journal("b"), [line(103, "b", Did::DeletedMailbox, "source-a")]);
    assert!(!store.delete_correspondence("b", id, "anne", Day(104)).unwrap());
    assert!(journal("a").is_empty() && journal("c").is_empty() && journal("b").len() == 1);
}

#[test]
fn a_frozen_list_holds_one_teams_dispatches_and_says_what_has_gone() {
    let place = Fixture::new();
    let store = &place.store;
    let one = place.send(DispatchKind::Submission, 0, "a", 1, 100);
    let two = place.send(DispatchKind::Reply, 0, "a", 2, 100);
    let other = place.send(DispatchKind::Submission, 0, "b", 3, 100);
    let unknown = DispatchId([99; 16]);
    let count = store.freeze([7; 16], "anne", "a", Day(100), vec![two, other, unknown, one]);
    assert_eq!(count.unwrap(), 2);
    let frozen = store.frozen([7; 16]).unwrap().unwrap();
    assert_eq!((frozen.reader.as_str(), frozen.team.as_str(), frozen.count), ("anne", "a", 2));
    let ids: Vec<_> = frozen.items.iter().map(|(_, dispatch)| dispatch.id).collect();
    assert_eq!(ids, [one, two], "in the order of the mailbox");
    assert!(
        frozen
            .items
            .iter()
            .all(|(mailbox, d)| mailbox.designation == "source-a" && d.members.len() == 1)
    );
    assert!(store.frozen([8; 16]).unwrap().is_none());

    store.delete_dispatch("a", MailboxId([0; 16]), one).unwrap();
    let frozen = store.frozen([7; 16]).unwrap().unwrap();
    assert_eq!((frozen.count, frozen.items.len()), (2, 1));
    assert_eq!(store.freeze([8; 16], "anne", "a", Day(100), vec![two]).unwrap(), 1);
    store.remove_account("anne").unwrap();
    assert!(store.frozen([7; 16]).unwrap().is_none());
}

/// A hundred thousand dispatches hold the one thread that writes up for moments, not for minutes.
#[test]
fn lists_of_a_full_box_are_made_by_the_thousand() {
    let place = Fixture::new();
    crowd::fill(&place.data, "a", "carla", 10_000, 20_000);
    let all = place.store.unread("anne", &["a".to_owned()], None, 1001).unwrap();
    assert_eq!(all.len(), 1001);
    let begin = std::time::Instant::now();
    for list in 0..20 {
        let count = place.store.freeze([list; 16], "anne", "a", Day(1), all[..1000].to_vec());
        assert_eq!(count.unwrap(), 1000);
    }
    let frozen = place.store.frozen([7; 16]).unwrap().unwrap();
    let ids: Vec<_> = frozen.items.iter().map(|(_, dispatch)| dispatch.id).collect();
    assert!(ids == all[..1000] && frozen.items.iter().all(|(_, one)| one.members.len() == 2));
    // It was minutes.
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

#[test]
fn a_frozen_list_ends_with_the_last_that_it_held() {
    let place = Fixture::new();
    let store = &place.store;
    let one = place.send(DispatchKind::Submission, 0, "a", 1, 100);
    let two = place.send(DispatchKind::Submission, 1, "a", 2, 100);
    assert_eq!(store.freeze([7; 16], "anne", "a", Day(100), vec![one, two]).unwrap(), 2);
    assert_eq!(store.freeze([8; 16], "anne", "a", Day(100), vec![two]).unwrap(), 1);
    assert_eq!(store.freeze([9; 16], "anne", "b", Day(100), vec![one]).unwrap(), 0);
    assert!(store.frozen([9; 16]).unwrap().is_none(), "a list of nothing");
    // Withdrawn by one source, erased by the other.
    store.withdraw(MailboxId([0; 16]), one).unwrap();
    assert_eq!(store.frozen([7; 16]).unwrap().unwrap().items.len(), 1);
    store.erase(MailboxId([1; 16])).unwrap();
    for id in [[7; 16], [8; 16]] {
        assert!(store.frozen(id).unwrap().is_none());
    }
}

#[test]
fn an_account_is_made_changed_and_removed() {
    let place = Fixture::new();
    let store = &place.store;
    assert!(!store.add_account(account("anne", &["b"])).unwrap(), "a name is taken once");
    let anne = store.account("anne").unwrap().unwrap();
    assert_eq!(
        (anne.teams, anne.credentials),
        (vec!["a".to_owned()], b"credentials of anne".to_vec())
    );
    assert!(store.account("dora").unwrap().is_none());

    // The last code is refused again, and any earlier one that its user names.
    assert!(store.use_code("anne", [1; 16], [1; 32], vec![[1; 32], [2; 32]]).unwrap());
    assert!(!store.use_code("anne", [1; 16], [1; 32], vec![[1; 32], [2; 32]]).unwrap());
    assert!(store.use_code("anne", [1; 16], [2; 32], vec![[2; 32], [3; 32]]).unwrap());
    assert!(!store.use_code("anne", [1; 16], [1; 32], vec![[1; 32], [2; 32]]).unwrap());
    assert!(!store.use_code("dora", [1; 16], [1; 32], vec![]).unwrap());

    assert!(
        !store.use_code("anne", [2; 16], [5; 32], vec![]).unwrap(),
        "another credential version"
    );

    // An editor's change comes after the operator's; the code that was used stays used.
    let change = |before, credential_version, used| {
        store.change_credentials("anne", before, b"own".to_vec(), credential_version, used).unwrap()
    };
    assert!(change([1; 16], [7; 16], None));
    assert!(!store.use_code("anne", [7; 16], [3; 32], vec![[2; 32]]).unwrap());
    assert!(change([7; 16], [6; 16], Some([4; 32])));
    assert!(!store.use_code("anne", [6; 16], [4; 32], vec![[4; 32]]).unwrap());
    assert!(store.use_code("anne", [6; 16], [3; 32], vec![[2; 32]]).unwrap());
    assert!(store.set_feed("anne", Some([5; 32])).unwrap());
    assert!(store.set_credentials("anne", b"new".to_vec(), [9; 16]).unwrap());
    assert!(!change([6; 16], [5; 16], None));
    assert!(store.account_of_feed([5; 32]).unwrap().is_none());
    assert!(store.set_teams("anne", vec!["b".into(), "a".into()]).unwrap());
    assert!(store.set_feed("anne", Some([5; 32])).unwrap());
    let anne = store.account_of_feed([5; 32]).unwrap().unwrap();
    assert_eq!((anne.credentials, anne.credential_version), (b"new".to_vec(), [9; 16]));
    assert_eq!(anne.teams, ["a", "b"]);
    assert!(store.set_credential_version("anne", [8; 16]).unwrap());
    assert!(store.account_of_feed([5; 32]).unwrap().is_none());
    assert!(store.set_feed("anne", Some([5; 32])).unwrap());
    assert!(store.set_feed("anne", None).unwrap());
    assert!(store.account_of_feed([5; 32]).unwrap().is_none());
    let names: Vec<_> = store.accounts().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["anne", "bob", "carla"]);
    assert!(store.remove_account("anne").unwrap());
    assert!(
        !store.remove_account("anne").unwrap()
            && !store.set_credential_version("anne", [1; 16]).unwrap()
    );
    assert!(!store.set_teams("anne", vec![]).unwrap());
}

fn line(day: i64, team: &str, did: Did, what: &str) -> JournalLine {
    JournalLine { day: Day(day), team: team.into(), who: "anne".into(), did, what: what.into() }
}

/// Enough to triage: how much, since when, answered or not; of what is unread where something is, of all else.
#[test]
fn a_row_tells_how_much_waits_since_when_and_whether_it_is_answered() {
    let place = Fixture::new();
    let with_files = |number: u8, files: u8, day: i64| {
        let mut upload = place.store.upload();
        let mut member = |bytes: usize| {
            let mut file = upload.file().unwrap();
            file.write_all(&vec![number; bytes]).unwrap();
            file.finish().unwrap()
        };
        let members = (0..=files).map(|at| member(if at == 0 { 100 } else { 1000 })).collect();
        let (id, kind) = (DispatchId([number; 16]), DispatchKind::Submission);
        let dispatch =
            Dispatch { id, kind, team: "a".into(), day: Day(day), fetched: None, members };
        let mailbox = mailbox(0);
        upload
            .publish(Publication { mailbox, dispatch, sealed_to: None, draft: None, sent_by: None })
            .unwrap();
        id
    };
    let told = || {
        let row = place.store.inbox(&query("anne", &["a"], Filter::All)).unwrap().rows.remove(0);
        assert_eq!(place.store.row("anne", "a", MailboxId([0; 16])).unwrap(), Some(row.clone()));
        (row.unread, row.since, row.files, row.size, row.answered)
    };
    let first = with_files(1, 2, 100);
    assert_eq!(told(), (1, Some(Day(100)), 2, 2_100, false));
    place.store.set_label("a", MailboxId([0; 16]), "b \"x\"", true).unwrap();
    place.store.set_label("a", MailboxId([0; 16]), "a", true).unwrap();
    let row = place.store.row("anne", "a", MailboxId([0; 16])).unwrap().unwrap();
    assert_eq!(row.labels, ["a", "b \"x\""]);
    place.send(DispatchKind::Reply, 0, "a", 2, 101);
    assert_eq!(told(), (1, Some(Day(100)), 2, 2_100, true));
    place.store.mark_fetched(vec![first], "anne", Day(102)).unwrap();
    assert_eq!(told(), (0, None, 2, 2_100, true));
    with_files(3, 1, 103);
    with_files(4, 0, 104);
    assert_eq!(told(), (2, Some(Day(103)), 1, 1_200, false));
    place
        .store
        .fetched("a", vec![DispatchId([3; 16]), DispatchId([4; 16])], "anne", Day(105))
        .unwrap();
    assert_eq!(told(), (0, None, 3, 3_300, false));
}

#[test]
fn a_list_says_how_much_of_it_counts_as_downloaded() {
    let place = Fixture::new();
    let ids: Vec<_> =
        [1, 2].map(|number| place.send(DispatchKind::Submission, 0, "a", number, 100)).into();
    let reply = place.send(DispatchKind::Reply, 0, "a", 3, 100);
    let all = ids.iter().copied().chain([reply]).collect();
    place.store.freeze([1; 16], "anne", "a", Day(100), all).unwrap();
    let counted = || place.store.fetched_of([1; 16]).unwrap();
    assert_eq!(counted(), (2, 0), "an answer counts for nothing");
    place.store.fetched("a", ids.clone(), "carla", Day(100)).unwrap();
    assert_eq!(counted(), (2, 0), "another's");
    place.store.fetched("a", vec![ids[0]], "anne", Day(100)).unwrap();
    assert_eq!(counted(), (2, 1));
}

#[test]
fn a_journal_has_one_line_a_day_for_each_thing_and_ends_after_its_time() {
    let place = Fixture::new();
    let store = &place.store;
    place.send(DispatchKind::Submission, 0, "a", 1, 100);
    let lines = [
        line(100, "a", Did::SignedIn, ""),
        line(102, "a", Did::Fetched, "source-a"),
        line(102, "a", Did::Fetched, "source-a"),
        line(101, "b", Did::Fetched, "source-b"),
    ];
    place.send(DispatchKind::Submission, 1, "b", 2, 100);
    store.note(lines.to_vec()).unwrap();
    let read = |teams: &[&str]| {
        let teams: Vec<_> = teams.iter().map(ToString::to_string).collect();
        store.journal(&teams, 10).unwrap()
    };
    assert_eq!(read(&["a"]), [lines[1].clone(), lines[0].clone()]);
    assert_eq!(read(&["a", "b"]), [lines[1].clone(), lines[3].clone(), lines[0].clone()]);
    let before = |day| Cutoffs {
        drafts: Day(0),
        fetched: Day(0),
        replies: Day(0),
        silent: Day(0),
        journal: Day(day),
        frozen: Day(day),
        burned: Day(0),
    };
    store.freeze([1; 16], "anne", "a", Day(100), vec![DispatchId([1; 16])]).unwrap();
    store.expire(before(101), 32).unwrap();
    assert_eq!(read(&["a"]), [lines[1].clone()]);
    assert!(store.frozen([1; 16]).unwrap().is_none());
    // A source that erases its mailbox takes its name out of the journal.
    store.erase(MailboxId([0; 16])).unwrap();
    assert!(read(&["a"]).is_empty());
    assert_eq!(read(&["b"]).len(), 1);
}

#[test]
fn the_lines_of_a_day_stand_in_their_order_and_a_mailbox_that_goes_leaves_no_gap() {
    let place = Fixture::new();
    let store = &place.store;
    place.send(DispatchKind::Submission, 0, "a", 1, 100);
    place.send(DispatchKind::Submission, 1, "b", 2, 100);
    let by = |who: &str, line: JournalLine| JournalLine { who: who.into(), ..line };
    let lines = [
        by("zoe", line(101, "a", Did::SignedIn, "")),
        by("anne", line(101, "b", Did::Replied, "source-b")),
        by("zoe", line(101, "a", Did::Fetched, "source-a")),
        by("anne", line(101, "a", Did::SignedIn, "")),
    ];
    for line in lines.iter().chain(&lines[..1]) {
        store.note(vec![line.clone()]).unwrap();
    }
    let both = ["a".to_owned(), "b".to_owned()];
    let latest_first: Vec<_> = lines.iter().rev().cloned().collect();
    assert_eq!(store.journal(&both, 10).unwrap(), latest_first);
    assert_eq!(store.journal(&both, 2).unwrap(), latest_first[..2]);
    store.erase(MailboxId([0; 16])).unwrap();
    assert_eq!(store.journal(&both, 10).unwrap(), [3, 1, 0].map(|at| lines[at].clone()));
    let db = rusqlite::Connection::open(place.data.join("index.db")).unwrap();
    let mut positions = db.prepare("SELECT position FROM journal ORDER BY position").unwrap();
    let positions: Vec<i64> =
        positions.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(positions, [1, 2, 3]);
}

#[test]
fn nothing_late_names_a_mailbox_that_is_gone_and_no_account_goes_with_it() {
    let place = Fixture::new();
    let store = &place.store;
    let id = MailboxId([0; 16]);
    let of_a = place.send(DispatchKind::Submission, 0, "a", 1, 100);
    let of_b = place.send(DispatchKind::Submission, 1, "b", 2, 100);
    let read = |team: &str| store.journal(&[team.to_owned()], 10).unwrap();
    let fetch = |team: &str, day| {
        store.fetched(team, vec![of_a, of_b, DispatchId([9; 16])], "anne", Day(day)).unwrap();
    };
    fetch("a", 101);
    assert_eq!(read("a"), [line(101, "a", Did::Fetched, "source-a")]);
    assert!(store.unread("anne", &["a".to_owned()], None, 9).unwrap().is_empty());
    let of_b = store.desk_dispatches("b", MailboxId([1; 16]), 0, 9).unwrap().0;
    assert!(of_b[0].fetches.is_empty(), "the other team's");
    // An account may bear the name of a mailbox.
    let account = line(100, "b", Did::Added, "source-a");
    store.note(vec![account.clone()]).unwrap();
    store.erase(id).unwrap();
    assert_eq!((read("a"), read("b")), (vec![], vec![account.clone()]));
    // A download ends, an answer is sent, a page is clicked: all too late.
    fetch("a", 102);
    let late = [Did::Fetched, Did::Replied, Did::DeletedDispatch, Did::DeletedMailbox];
    store.note(late.map(|did| line(102, "a", did, "source-a")).to_vec()).unwrap();
    // Neither does a team write of another's mailbox.
    store.note(vec![line(102, "a", Did::Replied, "source-b")]).unwrap();
    assert_eq!((read("a"), read("b")), (vec![], vec![account]));
}

#[test]
fn a_fetched_reply_stays_as_long_as_its_source_was_promised() {
    let place = Fixture::new();
    let store = &place.store;
    let sent = place.send(DispatchKind::Submission, 0, "a", 1, 100);
    let reply = place.send(DispatchKind::Reply, 0, "a", 2, 100);
    let fetches = || {
        let list = store.desk_dispatches("a", MailboxId([0; 16]), 0, 9).unwrap().0;
        let mut ids: Vec<_> = list.iter().filter(|d| !d.fetches.is_empty()).collect();
        ids.sort_by_key(|d| d.dispatch.id);
        ids.into_iter().map(|d| d.dispatch.id).collect::<Vec<_>>()
    };
    store.mark_fetched(vec![sent, reply], "export", Day(100)).unwrap();
    store.fetched("a", vec![sent, reply], "anne", Day(100)).unwrap();
    assert_eq!(fetches(), [sent]);
    // As an earlier version noted it.
    let db = rusqlite::Connection::open(place.data.join("index.db")).unwrap();
    db.execute("INSERT INTO fetch VALUES (?, 'anne', 100)", [reply.0]).unwrap();
    assert_eq!(fetches(), [sent, reply]);
    let expire = |replies| {
        let before = Cutoffs {
            drafts: Day(0),
            fetched: Day(131),
            replies: Day(replies),
            silent: Day(0),
            journal: Day(0),
            frozen: Day(0),
            burned: Day(0),
        };
        store.expire(before, 32).unwrap()
    };
    assert_eq!(expire(100), 1);
    assert!(store.has_dispatch(reply).unwrap() && !store.has_dispatch(sent).unwrap());
    assert_eq!(expire(101), 1);
    assert!(!store.has_dispatch(reply).unwrap());
}

#[test]
fn what_was_deleted_leaves_no_byte() {
    let place = Fixture::new();
    let id = MailboxId([0; 16]);
    let gone = |traces: &[&[u8]]| {
        let files = files_below(&place.data);
        !files.iter().any(|file| traces.iter().any(|trace| holds(file, trace)))
    };
    let traces = [&[0x5a; 100][..], b"erkennungszeichen", b"age1source0"];
    let fill = || {
        place.send(DispatchKind::Submission, 0, "a", 0x5a, 100);
        place.store.set_label("a", id, "erkennungszeichen", true).unwrap();
    };
    fill();
    assert!(place.store.delete_correspondence("a", id, "anne", Day(100)).unwrap());
    wait_for("the bytes to be gone", || gone(&traces).then_some(()));
    // The journal says whose mailbox an editor has deleted. What its source erases has no name any more.
    fill();
    place.store.erase(id).unwrap();
    wait_for("the bytes to be gone", || {
        gone(&[&traces[..], &[b"source-a"]].concat()).then_some(())
    });
}

/// The ids of one day are drawn at random; the order in which things were sent is the mailbox's own, and the same for
/// its source, its editors, an export and a download. A number that is missing would tell that something was there.
#[test]
fn a_mailbox_keeps_its_order_and_no_gap_tells_what_was_deleted() {
    let place = Fixture::new();
    let store = &place.store;
    let (id, team) = (MailboxId([0; 16]), "a".to_owned());
    let sent = [9, 3, 7, 5].map(|number| place.send(DispatchKind::Submission, 0, "a", number, 100));
    let reply = place.send(DispatchKind::Reply, 0, "a", 1, 100);
    let other = place.send(DispatchKind::Submission, 0, "b", 2, 100);
    place.send(DispatchKind::Submission, 1, "a", 4, 100);
    let last = place.send(DispatchKind::Submission, 0, "a", 6, 101);
    let positions = || -> Vec<i64> {
        let db = rusqlite::Connection::open(place.data.join("index.db")).unwrap();
        let sql = "SELECT position FROM dispatch WHERE mailbox = ? ORDER BY position";
        let mut select = db.prepare(sql).unwrap();
        select.query_map([id.0], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let of_source = || -> Vec<_> {
        store.dispatches(id).unwrap().into_iter().map(|dispatch| dispatch.id).collect()
    };
    let [one, two, three, four] = sent;
    assert_eq!(of_source(), [one, two, three, four, reply, other, last]);
    let shown = store.source_mailbox(id).unwrap().unwrap().dispatches.into_iter();
    assert_eq!(shown.map(|dispatch| dispatch.id).collect::<Vec<_>>(), of_source());
    let desk: Vec<_> = store.desk_dispatches("a", id, 0, 9).unwrap().0;
    let desk: Vec<_> = desk.iter().map(|one| one.dispatch.id).collect();
    assert_eq!(desk, [last, reply, four, three, two, one]);
    let waiting = |all: Vec<(Mailbox, Dispatch)>| -> Vec<_> {
        let theirs = all.into_iter().filter(|(mailbox, _)| mailbox.id == id);
        theirs.map(|(_, dispatch)| dispatch.id).collect()
    };
    let in_order = [one, two, three, four, last];
    assert_eq!(waiting(store.to_export("a", true).unwrap()), in_order);
    assert_eq!(store.unread("anne", &[team], Some(id), 9).unwrap(), in_order);
    // Ticked on a page, in any order.
    let ticked = vec![last, two, four, one, three];
    assert_eq!(store.freeze([1; 16], "anne", "a", Day(101), ticked).unwrap(), 5);
    assert_eq!(waiting(store.frozen([1; 16]).unwrap().unwrap().items), in_order);

    store.withdraw(id, two).unwrap();
    assert_eq!(positions(), (1..=6).collect::<Vec<_>>());
    store.delete_reply(id, reply).unwrap();
    assert!(store.delete_dispatch("a", id, four).unwrap());
    assert_eq!(positions(), (1..=4).collect::<Vec<_>>());
    let newest = place.send(DispatchKind::Submission, 0, "a", 8, 101);
    assert_eq!(of_source(), [one, three, other, last, newest]);
    store.mark_fetched(vec![three], "export", Day(101)).unwrap();
    let before = Cutoffs {
        drafts: Day(0),
        fetched: Day(102),
        replies: Day(0),
        silent: Day(0),
        journal: Day(0),
        frozen: Day(0),
        burned: Day(0),
    };
    assert_eq!(store.expire(before, 32).unwrap(), 1);
    assert!(store.delete_correspondence("b", id, "bob", Day(101)).unwrap());
    assert_eq!((of_source(), positions()), (vec![one, last, newest], vec![1, 2, 3]));
}
