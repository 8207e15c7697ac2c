//! An older box opens: what was sent to it is there, what is new works, an answer still finds its way.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;
use rusqlite::Connection;

const FORMAT_1: &str = include_str!("../src/store/migrations/index_0001.sql");

/// Writes a box's index as the first format had it, with everything that this could hold.
fn back_to_format_1(site: &Box_) {
    let (index, old) = (site.data().join("index.db"), site.data().join("old.db"));
    let db = Connection::open(&old).unwrap();
    db.pragma_update(None, "page_size", 4096).unwrap();
    db.pragma_update(None, "auto_vacuum", "INCREMENTAL").unwrap();
    db.pragma_update(None, "application_id", 0x534f_5549).unwrap();
    db.execute_batch(FORMAT_1).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    db.execute("ATTACH ? AS new", [index.to_str().unwrap()]).unwrap();
    db.execute_batch(
        "DELETE FROM heartbeat;
         INSERT INTO heartbeat SELECT * FROM new.heartbeat;
         INSERT INTO fact SELECT * FROM new.fact;
         INSERT INTO mailbox SELECT id, designation, source_recipients, last_day FROM new.mailbox;
         INSERT INTO dispatch SELECT id, mailbox, kind, team, day FROM new.dispatch;
         INSERT INTO member SELECT dispatch, position, file, size FROM new.member;
         INSERT INTO fetch SELECT dispatch, reader, day FROM new.fetch;
         DETACH new;",
    )
    .unwrap();
    drop(db);
    for file in files_below(&site.data()) {
        if file.to_string_lossy().contains("index.db") {
            fs::remove_file(file).unwrap();
        }
    }
    fs::rename(old, &index).unwrap();
    ok(std::process::Command::new("chmod").arg("600").arg(&index));
}

fn version_and_tables(index: &Path) -> (i64, Vec<String>) {
    let db = Connection::open(index).unwrap();
    let version = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut select = db.prepare(sql).unwrap();
    let tables = select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    (version, tables)
}

/// A box of format 1 in which a source wrote twice, an editor fetched and answered once; its form, what was
/// sent, and what the editor opened.
fn old_box() -> (Box_, Form, Vec<Document>, PathBuf) {
    let mut site = Box_::served(1, &[]);
    let all = ["one.pdf", "two.pdf"].map(|name| Document::new(&site, name, 80_000)).to_vec();
    let form = site.form("en");
    site.send(&form, "First.", &[all[0].path()]).must_say("Received");
    let (bundle, opened) = (site.path("bundle.tar"), site.path("opened"));
    ok(site.command("export").arg("-o").arg(&bundle));
    ok(&mut site.editors[0].open([bundle], &opened));
    let early = reply(&site, &opened, "An early answer.");
    ok(site.command("deliver").arg(early));
    site.send(&Form { code: form.code.clone(), ..site.form("en") }, "Second.", &[all[1].path()])
        .must_say("Received");
    site.stop();
    back_to_format_1(&site);
    let (version, tables) = version_and_tables(&site.data().join("index.db"));
    assert_eq!((version, tables.contains(&"draft".to_owned())), (1, false), "{tables:?}");
    (site, form, all, opened)
}

fn reply(site: &Box_, opened: &Path, text: &str) -> PathBuf {
    let (message, bundle) = (site.path("answer.txt"), site.path(&format!("{}.tar", text.len())));
    fs::write(&message, text).unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(opened).arg("-i").arg(&site.editors[0].key).arg("-o").arg(&bundle);
    ok(command.arg("--message").arg(message));
    bundle
}

#[test]
fn a_box_of_the_first_format_opens_and_has_everything() {
    let (mut site, form, all, opened) = old_box();
    site.serve();
    let index = site.data().join("index.db");
    let (version, tables) = version_and_tables(&index);
    assert_eq!(version, 3);
    assert_eq!(
        tables,
        [
            "correspondence",
            "dispatch",
            "draft",
            "editor",
            "editor_team",
            "fact",
            "fetch",
            "frozen",
            "frozen_item",
            "heartbeat",
            "held",
            "journal",
            "label",
            "mailbox",
            "mark",
            "member",
            "party"
        ]
    );
    let parties: Vec<(String, i64)> = {
        let db = database(&site, "index.db");
        let mut select = db.prepare("SELECT team, keys FROM party").unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(parties, [("team".to_owned(), 0)]);

    let page = site.mailbox(&form.code);
    page.must_say("An early answer.").must_say("fetched by the editors").must_say("waiting");
    let late = reply(&site, &opened, "A late answer, to the upgraded box.");
    ok(site.command("deliver").arg(late));
    site.mailbox(&form.code).must_say("A late answer, to the upgraded box.");

    // What is new works on what is old: a draft, withdrawing, an export.
    let more = Document::new(&site, "three.pdf", 9_000);
    let page = site.mailbox(&form.code);
    add(&site, &page, "/drop?lang=en&keep=1", None, &[more.path()]).must_say("Kept, not sent");
    let page = site.mailbox(&form.code);
    assert_eq!(listed(std::slice::from_ref(&more)), held(&page));
    press_sure(&site, &page, "withdraw").must_say("It is withdrawn and deleted here.");
    wait_until_clean(&site);
    send_draft(&site, &form.code).must_say("Received");
    let mut sent = all_opened(&site, "all.tar");
    sent.sort();
    assert!(sent == [(String::new(), contents(&[more])), ("First.".into(), contents(&all[..1]))]);
    site.stop();
    // Once is enough.
    site.serve();
    assert_eq!(version_and_tables(&index).0, 3);
    site.mailbox(&form.code).must_say("An early answer.");
}

/// The upgrade does not know to how many keys the old submissions were sealed. An answer to those keys is
/// delivered all the same, as it was before.
#[test]
fn after_the_upgrade_an_answer_by_the_keys_of_then_is_delivered() {
    let (mut site, form, _, opened) = old_box();
    let late = reply(&site, &opened, "By the keys of then.");
    let new = Editor::new(site.dir.path(), "new");
    site.add_editor(new);
    // `deliver` is the first that opens it.
    ok(site.command("deliver").arg(late));
    site.serve();
    site.mailbox(&form.code).must_say("By the keys of then.");
}

/// A command may be the first to meet the old format, while nothing serves.
#[test]
fn any_command_upgrades() {
    let (site, _, all, _) = old_box();
    let status = site.status();
    assert_eq!((&status["mailboxes"], &status["replies"]), (&1.into(), &1.into()));
    assert_eq!(version_and_tables(&site.data().join("index.db")).0, 3);
    let mut sent = all_opened(&site, "all.tar");
    sent.sort();
    let one = |message: &str, at: usize| (message.to_owned(), contents(&all[at..=at]));
    assert!(sent == [one("First.", 0), one("Second.", 1)]);
}
