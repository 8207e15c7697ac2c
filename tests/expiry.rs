//! What is kept, and until when: a clock is moved, and nothing goes before the day that a page showed, nor
//! stays after it.

use std::fs;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::desk::*;
use crate::common::inside::*;
use crate::common::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use sourdine::base::clock::{Clock, Day};
use sourdine::base::ids::{DispatchId, MailboxId, hex};
use sourdine::base::kind::DispatchKind;
use sourdine::base::random;
use sourdine::crypto::kdf::MailboxKeys;
use sourdine::dropbox::Dropbox;
use sourdine::store::{Dispatch, Mailbox, Publication, Store};

impl Inside {
    /// On its last day it is there, and the day after it is not.
    fn goes_after(&self, keys: &MailboxKeys, id: &str, last: i64) {
        let shown = self.promises(keys).into_iter().find(|(one, _)| one == id);
        assert_eq!(shown, Some((id.to_owned(), last)), "shown");
        self.expire_on(last);
        assert!(self.promises(keys).iter().any(|(one, _)| one == id), "gone too early");
        assert!(self.expire_on(last + 1) > 0);
        assert!(!self.promises(keys).iter().any(|(one, _)| one == id), "there too long");
        assert_eq!(self.expire_on(last + 1), 0, "twice");
    }
}

#[test]
fn a_draft_goes_seven_days_after_the_last_addition() {
    let inside = Inside::new();
    let (one, other) = (inside.source(), inside.source());
    inside.keep(&one, "first");
    inside.keep(&other, "other");
    inside.day(4);
    inside.keep(&one, "second");
    // Looking is no addition.
    inside.day(6);
    assert_eq!(inside.promises(&one), [("team".to_owned(), 11)]);
    inside.goes_after(&other, "team", 7);
    inside.goes_after(&one, "team", 11);
    assert!(inside.view(&one).is_none());
    assert_eq!(inside.dropbox.store().counts().unwrap().drafts, (0, 0));
}

#[test]
fn a_draft_that_is_being_added_to_stays() {
    let inside = Inside::new();
    let source = inside.source();
    inside.keep(&source, "first");
    inside.day(7);
    // Begun on its last day, over a slow line that needs the night.
    let mut upload = inside.begin_to_keep(&source);
    let mut file = upload.file("second".into()).unwrap();
    file.write(b"sec").unwrap();
    assert_eq!(inside.expire_on(8), 0);
    file.write(b"ond").unwrap();
    file.finish().unwrap();
    assert_eq!(inside.expire_on(9), 0);
    let receipt = upload.finish().unwrap();
    let names: Vec<_> = receipt.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    drop(upload);
    inside.dropbox.discard(&source, inside.view(&source).unwrap().drafts[0].id()).unwrap();

    // One that is broken off is as old as its last whole file.
    let late = inside.source();
    inside.keep(&late, "first");
    inside.day(17);
    let upload = inside.begin_to_keep(&late);
    assert_eq!(inside.expire_on(18), 0);
    drop(upload);
    assert_eq!(inside.expire_on(18), 1);
    assert!(inside.view(&late).is_none());
}

#[test]
fn a_submission_goes_thirty_days_after_it_was_first_fetched() {
    let inside = Inside::new();
    let source = inside.source();
    let (first, second) = (inside.send(&source, "first"), inside.send(&source, "second"));
    inside.expire_on(100);
    assert_eq!(inside.promises(&source), [(first.to_string(), 180), (second.to_string(), 180)]);
    inside.fetch(first, "export");
    inside.day(120);
    // A second reader, and the same one again, change nothing.
    inside.fetch(first, "desk");
    inside.fetch(first, "export");
    inside.goes_after(&source, &first.to_string(), 130);
    inside.goes_after(&source, &second.to_string(), 180);
}

#[test]
fn what_nobody_fetched_stays_until_the_mailbox_is_silent() {
    let inside = Inside::new();
    let source = inside.source();
    let first = inside.send(&source, "first");
    inside.expire_on(170);
    let second = inside.send(&source, "second");
    // The second one has made it speak again.
    inside.expire_on(340);
    inside.reply(&source);
    assert_eq!(inside.promises(&source).len(), 3);
    inside.goes_after(&source, &first.to_string(), 520);
    assert!(!inside.promises(&source).iter().any(|(id, _)| *id == second.to_string()));
    assert!(inside.dropbox.store().mailbox(source.id).unwrap().is_none());
}

#[test]
fn a_reply_goes_after_ninety_days_read_or_not() {
    let inside = Inside::new();
    let source = inside.source();
    inside.send(&source, "first");
    inside.day(10);
    let reply = inside.reply(&source);
    inside.day(20);
    inside.view(&source).unwrap();
    inside.goes_after(&source, &reply.to_string(), 100);
    assert_eq!(inside.promises(&source).len(), 1);
}

#[test]
fn a_silent_mailbox_goes_with_all_that_is_in_it_and_a_draft_goes_by_its_own_day() {
    let inside = Inside::new();
    let source = inside.source();
    let sent = inside.send(&source, "first");
    inside.day(176);
    inside.keep(&source, "second");
    inside.goes_after(&source, &sent.to_string(), 180);
    assert!(inside.dropbox.store().mailbox(source.id).unwrap().is_none());
    assert_eq!(inside.promises(&source), [("team".to_owned(), 183)]);
    // It can still be sent: a new mailbox under the same code.
    let shown = inside.view(&source).unwrap().drafts[0].shown();
    inside.dropbox.send_draft(&source, &shown, new_form()).unwrap();
    assert_eq!(inside.promises(&source).len(), 1);
    assert_eq!(inside.dropbox.store().counts().unwrap().mailboxes, 1);
}

#[test]
fn days_are_those_of_the_configuration() {
    let inside = Inside::with(|config| {
        let kept = &mut config.limits.retention;
        (kept.drafts, kept.fetched, kept.replies, kept.silent) = (1, 2, 3, 4);
    });
    let source = inside.source();
    let sent = inside.send(&source, "first");
    inside.fetch(sent, "export");
    let reply = inside.reply(&source);
    inside.keep(&source, "second");
    inside.goes_after(&source, "team", 1);
    inside.goes_after(&source, &sent.to_string(), 2);
    inside.goes_after(&source, &reply.to_string(), 3);
    assert!(inside.dropbox.store().mailbox(source.id).unwrap().is_some());
    assert_eq!(inside.expire_on(4), 0);
    assert_eq!(inside.expire_on(5), 1);
    assert!(inside.dropbox.store().mailbox(source.id).unwrap().is_none());
}

/// Whatever happened before: on each day, exactly what was promised for it is there, and promises do not
/// change because time passes.
#[test]
fn nothing_goes_before_the_day_that_was_shown_or_stays_after_it() {
    let seed = u64::from_le_bytes(random::bytes().unwrap());
    println!("seed {seed}");
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
    let inside = Inside::new();
    let sources: Vec<_> = (0..4).map(|_| inside.source()).collect();
    let mut ended = 0;
    for step in 0..160 {
        let source = &sources[dice.random_range(0..4)];
        act(&inside, source, dice.random_range(0..12), step);
        let promised: Vec<_> = sources.iter().map(|source| inside.promises(source)).collect();
        let days = [0, 0, 1, 2, 6, 25, 60][dice.random_range(0..7)];
        for _ in 0..days {
            let today = inside.today() + 1;
            inside.expire_on(today);
            for (source, promised) in sources.iter().zip(&promised) {
                let due: Vec<_> = promised.iter().filter(|(_, last)| *last >= today).collect();
                let there = inside.promises(source);
                assert_eq!(there.iter().collect::<Vec<_>>(), due, "seed {seed}, step {step}");
                ended += usize::from(due.len() < promised.len());
            }
        }
    }
    assert!(ended > 0, "seed {seed}: nothing ever went");
}

/// One thing that a source or an editor does.
fn act(inside: &Inside, source: &MailboxKeys, what: usize, step: usize) {
    let store = inside.dropbox.store();
    let all = store.dispatches(source.id).unwrap();
    let of = |kind: DispatchKind| all.iter().rfind(|one| one.kind == kind).map(|one| one.id);
    match (what, of(DispatchKind::Submission), of(DispatchKind::Reply)) {
        (0..=2, ..) => drop(inside.keep(source, &step.to_string())),
        (3..=5, ..) => drop(inside.send(source, &step.to_string())),
        (6..=7, Some(sent), _) => inside.fetch(sent, &step.to_string()),
        (8, Some(_), _) => drop(inside.reply(source)),
        (9, Some(sent), _) => drop(store.withdraw(source.id, sent).unwrap()),
        (10, _, Some(reply)) => drop(store.delete_reply(source.id, reply).unwrap()),
        (11, ..) if step.is_multiple_of(4) => store.erase(source.id).unwrap(),
        _ => {
            let drafts = inside.view(source).map(|view| view.drafts).unwrap_or_default();
            for one in &drafts {
                inside.dropbox.discard(source, one.id()).unwrap();
            }
        }
    }
}

#[test]
fn a_mailbox_whose_submissions_have_expired_still_takes_a_reply() {
    let inside = Inside::new();
    let source = inside.source();
    inside.send(&source, "first");
    let bundle = inside.path("bundle.tar");
    inside.dropbox.export("team", false, &bundle, &|_, _| ()).unwrap();
    let opened = inside.path("opened");
    ok(&mut inside.editor.open([bundle], &opened));
    assert_eq!(inside.expire_on(31), 1);
    assert!(inside.view(&source).unwrap().is_empty());

    fs::write(inside.path("answer.txt"), "Merci, on publie.\n").unwrap();
    let reply = inside.path("reply.tar");
    let mut command = sourdine();
    command.arg("reply").arg(&opened).arg("-i").arg(&inside.editor.key).arg("-o").arg(&reply);
    ok(command.arg("--message").arg(inside.path("answer.txt")));
    let delivered = inside.dropbox.deliver(std::slice::from_ref(&reply), None, "operator").unwrap();
    assert!(!delivered[0].before);
    let view = inside.view(&source).unwrap();
    assert!(view.submissions.is_empty());
    assert_eq!(view.replies[0].content.as_ref().unwrap().message.trim(), "Merci, on publie.");
    let id = view.replies[0].id.to_string();
    // A reply makes the mailbox speak, and keeps it for itself to the end.
    inside.goes_after(&source, &id, 31 + 90);
    inside.expire_on(31 + 180);
    assert!(inside.dropbox.store().mailbox(source.id).unwrap().is_some());
    assert_eq!(inside.expire_on(31 + 181), 1);
    let late = inside.dropbox.deliver(&[reply], None, "operator").err().unwrap().to_string();
    assert!(late.contains("there is no such mailbox here"), "{late}");
}

/// Of two drafts of one size, the older one makes room first; age counts as much as size.
#[test]
fn when_drafts_outgrow_their_quota_the_oldest_goes_first() {
    let inside = Inside::with(|config| config.limits.drafts = 3 << 20);
    let keep = |bytes: usize| {
        let source = inside.source();
        inside.keep_file(&source, "file", &vec![7; bytes]);
        source
    };
    let old = keep(900_000);
    inside.day(1);
    let young = keep(900_000);
    let large = keep(1_000_000);
    inside.dropbox.trim_drafts().unwrap();
    for source in [&old, &young, &large] {
        assert!(inside.view(source).is_some());
    }
    let small = keep(500_000);
    inside.dropbox.trim_drafts().unwrap();
    assert!(inside.view(&old).is_none());
    for source in [&young, &large, &small] {
        assert!(inside.view(source).is_some());
    }
}

/// A small thing of an own mailbox, of this day, as the store sees it.
fn plant(store: &Store, day: Day) {
    let (id, name) = (random::bytes().unwrap(), random::bytes::<8>().unwrap());
    let mut upload = store.upload();
    let mut file = upload.file().unwrap();
    file.write_all(&random::bytes::<4096>().unwrap()).unwrap();
    let members = vec![file.finish().unwrap()];
    let designation = hex(&name);
    let mailbox = Mailbox { id: MailboxId(id), designation, source_recipients: "age1".into() };
    let (id, kind, team) = (DispatchId(id), DispatchKind::Submission, "team".to_owned());
    let dispatch = Dispatch { id, kind, team, day, fetched: None, members };
    upload
        .publish(Publication { mailbox, dispatch, sealed_to: None, draft: None, sent_by: None })
        .unwrap();
}

#[test]
fn hundreds_of_things_go_in_small_steps_that_hold_no_upload_up() {
    let inside = Inside::new();
    std::thread::scope(|scope| {
        // Together: their commits are shared.
        for _ in 0..8 {
            let store = inside.dropbox.store().clone();
            scope.spawn(move || (0..75).for_each(|_| plant(&store, Day(FIRST - 181))));
        }
    });
    assert_eq!(inside.dropbox.store().counts().unwrap().mailboxes, 600);
    let done = AtomicBool::new(false);
    let source = inside.source();
    let meanwhile = std::thread::scope(|scope| {
        let dropbox = inside.dropbox.clone();
        let expiry = scope.spawn({
            let done = &done;
            move || {
                let removed = dropbox.expire().unwrap();
                done.store(true, Ordering::SeqCst);
                removed
            }
        });
        let mut sent = 0;
        while !done.load(Ordering::SeqCst) {
            inside.send(&source, &format!("{sent}"));
            sent += usize::from(!done.load(Ordering::SeqCst));
        }
        assert_eq!(expiry.join().unwrap(), 600);
        sent
    });
    // Steps of 32 with a pause between them: an upload of a moment fits into each.
    assert!(meanwhile >= 20, "{meanwhile} uploads while 600 things went");
    assert_eq!(inside.dropbox.store().counts().unwrap().mailboxes, 1);
    assert!(inside.view(&source).unwrap().submissions.len() >= meanwhile);
    // And their bytes.
    wait_for("the vault to hold what the index names and nothing else", || {
        let count = |file: &str, sql: &str| -> u64 {
            let db = rusqlite::Connection::open(inside.config.data_dir.join(file)).unwrap();
            db.busy_timeout(std::time::Duration::from_secs(30)).unwrap();
            db.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let stored = count("vault.db", "SELECT count(DISTINCT file) FROM chunk");
        (stored == count("index.db", "SELECT count(*) FROM member")).then_some(())
    });
}

/// The days of what a source has there, from the first one.
fn days(inside: &Inside, source: &MailboxKeys) -> Vec<i64> {
    let Some(view) = inside.view(source) else { return Vec::new() };
    let drafts = view.drafts.iter().map(|draft| draft.day().0);
    let sent = view.submissions.iter().flat_map(|one| [Some(one.day), one.fetched]);
    let replies = view.replies.iter().map(|one| one.day.0);
    let sent = sent.flatten().map(|day| day.0);
    drafts.chain(sent).chain(replies).map(|day| day - FIRST).collect()
}

#[test]
fn a_clock_months_ahead_removes_nothing_and_is_not_written() {
    let mut inside = Inside::new();
    let (source, late) = (inside.source(), inside.source());
    let sent = inside.send(&source, "first");
    inside.fetch(sent, "export");
    inside.reply(&source);
    inside.keep(&source, "second");
    let promised = inside.promises(&source);
    inside.jump(210);
    for restarted in [false, true] {
        if restarted {
            let clock = Clock::manual(Day(FIRST + 210).midnight()).0;
            inside.dropbox = Dropbox::open(&inside.config, clock).unwrap();
        }
        let doubt = inside.dropbox.doubt().unwrap();
        assert_eq!((doubt.last, doubt.clock.unproven()), (Day(FIRST), Day(FIRST + 210)));
        assert_eq!(inside.dropbox.expire().unwrap(), 0);
        assert_eq!(inside.promises(&source), promised);
    }
    // A dispatch, a draft, a fetch and an answer of these days.
    let sent = inside.send(&late, "third");
    inside.keep(&late, "fourth");
    inside.dropbox.export("team", false, &inside.path("bundle.tar"), &|_, _| ()).unwrap();
    assert!(inside.dropbox.store().has_dispatch(sent).unwrap());
    assert_eq!(days(&inside, &late), [0, 0, 0]);
    // The store holds no later day anywhere.
    let db = rusqlite::Connection::open(inside.config.data_dir.join("index.db")).unwrap();
    let newest = "SELECT max(day) FROM (SELECT day FROM dispatch UNION SELECT day FROM draft
        UNION SELECT day FROM fetch UNION SELECT day FROM journal UNION SELECT last_day FROM mailbox
        UNION SELECT last_day FROM correspondence)";
    assert_eq!(db.query_row(newest, [], |row| row.get::<_, i64>(0)).unwrap(), FIRST);
}

#[test]
fn a_box_that_was_off_for_a_month_goes_on_once_its_clock_is_confirmed_and_that_month_does_not_count()
 {
    let inside = Inside::new();
    let (source, late) = (inside.source(), inside.source());
    let sent = inside.send(&source, "first");
    inside.fetch(sent, "export");
    inside.jump(40);
    // Kept while the clock was in doubt: it has its seven days, counted from when that was settled.
    inside.keep(&late, "second");
    assert_eq!(inside.dropbox.expire().unwrap(), 0);
    inside.dropbox.confirm_clock().unwrap();
    assert_eq!(inside.dropbox.doubt(), None);
    assert_eq!(inside.dropbox.expire().unwrap(), 0);
    assert_eq!(inside.promises(&late), [("team".to_owned(), 47)]);
    assert_eq!(inside.promises(&source), [(sent.to_string(), 70)]);
    inside.goes_after(&late, "team", 47);
    inside.goes_after(&source, &sent.to_string(), 70);
}

#[test]
fn a_confirmation_holds_for_the_day_that_was_confirmed() {
    let inside = Inside::new();
    let source = inside.source();
    inside.keep(&source, "first");
    inside.jump(40);
    inside.dropbox.store().confirm_day(Day(FIRST + 40)).unwrap();
    inside.jump(300);
    assert_eq!(inside.dropbox.expire().unwrap(), 0);
    assert!(inside.dropbox.doubt().is_some());
    assert_eq!(inside.promises(&source).len(), 1);
}

#[test]
fn a_clock_that_goes_back_is_not_followed() {
    let inside = Inside::new();
    let source = inside.source();
    inside.day(10);
    inside.jump(2);
    assert!(inside.dropbox.doubt().is_some());
    inside.keep(&source, "first");
    assert_eq!(days(&inside, &source), [10]);
    inside.dropbox.confirm_clock().unwrap();
    assert!(inside.dropbox.doubt().is_some(), "recorded days never go back");
    inside.jump(11);
    inside.keep(&source, "second");
    assert_eq!(days(&inside, &source), [11]);
}

/// A store of before days were recorded: the newest day of what is in it counts.
#[test]
fn the_first_start_believes_a_clock_that_follows_what_is_stored() {
    let inside = Inside::new();
    let source = inside.source();
    inside.keep(&source, "first");
    let forget = || {
        let db = rusqlite::Connection::open(inside.config.data_dir.join("index.db")).unwrap();
        db.execute("DELETE FROM fact WHERE name LIKE 'day%'", []).unwrap();
    };
    for (day, believed) in [(2, true), (210, false)] {
        forget();
        inside.jump(day);
        assert_eq!(inside.dropbox.keep_day().unwrap().is_none(), believed, "{day}");
        assert_eq!(inside.dropbox.store().recorded().unwrap().is_kept, believed);
    }
}

/// The real server, seven months ahead, at six hundred times the speed: its expiry runs after a second.
#[test]
fn a_server_that_starts_seven_months_ahead_keeps_everything() {
    let mut site = Box_::served(1, &[]);
    let form = site.form("en");
    site.send(&form, "First.", &[]);
    site.export("bundle.tar");
    let before = site.status();
    assert_eq!(before["mailboxes"], 1);
    site.stop();
    site.serve_with(|command| {
        command.env("LD_PRELOAD", faketime()).env("FAKETIME", "+210d x600");
    });
    // At the start, and on each beat of ten minutes; the expiry is due on the first one.
    wait_for("some beats of a clock in doubt", || {
        (site.log().matches("--clock-is-right").count() > 3).then_some(())
    });
    site.kill();
    assert_eq!(site.status()["mailboxes"], 1);
    assert_eq!(site.status()["teams"], before["teams"]);
    site.serve();
    site.mailbox(&form.code).must_say(&form.code);
}

/// What the log, `check` and the desk say, and the way out while the server runs.
#[test]
fn a_clock_in_doubt_is_told_everywhere_and_the_operator_settles_it() {
    let mut site = Box_::new(1, &[]);
    site.serve();
    site.stop();
    let index = site.data().join("index.db");
    let ago = Clock::system().day().unproven().0 - 40;
    let db = rusqlite::Connection::open(&index).unwrap();
    let set = "UPDATE fact SET value = ? WHERE name = 'day'";
    assert_eq!(db.execute(set, [ago.to_be_bytes()]).unwrap(), 1);
    db.close().unwrap();

    let base = open_desk(&mut site);
    assert!(site.log().contains("--clock-is-right"));
    let visitor = Visitor::signed_in(&base, &Login::new(&site, "anne", &["team"]));
    let told = |lang: &str| visitor.get(&format!("/?lang={lang}")).text().contains("id=\"clock\"");
    assert!(["en", "fr", "ar"].into_iter().all(told));
    let clock = |args: &[&str]| {
        let output = site.command("check").arg("--json").args(args).output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let mut findings =
            lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        findings.find(|finding| finding["what"] == "clock").unwrap()
    };
    let fault = clock(&[]);
    assert_eq!(fault["verdict"], "FAULT");
    assert!(fault["text"].as_str().unwrap().contains("--clock-is-right"), "{fault}");
    assert_eq!(clock(&["--clock-is-right"])["verdict"], "ok");
    assert!(told("en"), "not before it was looked at");
    site.signal("HUP");
    wait_for("the server to go on", || (!told("en")).then_some(()));
    let recorded = Store::open(&site.data(), 1 << 40).unwrap().recorded().unwrap();
    assert_eq!(recorded.last, Some(Day(ago + 40)));
    assert_eq!(recorded.gaps, [(Day(ago), Day(ago + 40))]);
}

/// A visit that was left is forgotten on the day on which its youngest ticket is no longer taken, not before.
#[test]
fn what_was_left_is_remembered_for_seven_days() {
    let inside = Inside::new();
    let store = inside.dropbox.store();
    let burn = |visit: u8| store.burn([visit; 16], inside.dropbox.today()).unwrap();
    burn(1);
    inside.day(3);
    burn(2);
    let left = |day| {
        inside.expire_on(day);
        [1, 2, 3].map(|visit| store.is_burned([visit; 16]).unwrap())
    };
    assert_eq!(left(7), [true, true, false]);
    assert_eq!(left(8), [false, true, false]);
    assert_eq!(left(10), [false, true, false]);
    assert_eq!(left(11), [false; 3]);
}

/// Two weeks before, and as long as nobody has fetched it: whoever else reads the feed.
#[test]
fn what_nobody_fetched_is_told_before_it_expires() {
    let inside = Inside::new();
    let (one, other) = (inside.source(), inside.source());
    let sent = inside.send(&one, "first");
    inside.day(10);
    inside.send(&other, "second");
    let teams = ["team".to_owned()];
    let told = |day| {
        inside.day(day);
        let last = inside.dropbox.expires_unfetched("anne", &teams).unwrap();
        last.map(|last| last.0 - FIRST)
    };
    let silent = inside.dropbox.limits().retention.silent;
    assert_eq!(told(silent - 15), None);
    assert_eq!(told(silent - 14), Some(silent));
    assert_eq!(told(silent - 3), Some(silent));
    inside.fetch(sent, "bob");
    assert_eq!(told(silent - 2), Some(silent + 10));
    assert_eq!(inside.dropbox.expires_unfetched("anne", &["b".to_owned()]).unwrap(), None);
    assert_eq!(inside.expire_on(silent + 11), 2);
    assert_eq!(told(silent + 11), None);
}
