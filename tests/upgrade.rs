//! A store of an older version: only `serve` at its start and `upgrade` migrate it, alone; whatever cuts that,
//! the old file or the new one is there whole.
//!
//! `stores/` holds a small box in every earlier format: `index_N.sql` (a dump), one `vault.db`, the editor's
//! key and the source's code. A source sent "First." with a file, which was fetched and answered; "Second.";
//! and holds a draft (from format 2 on). An editor has an account (format 3); who sent the
//! answer is stored (format 5).

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::held::*;
use crate::common::wire::*;
use crate::common::*;
use rand::RngExt;
use rusqlite::Connection;

/// What this program reads and writes; every store below is older.
const NOW: i64 = 7;
const STORES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stores");

/// A box whose store is the one of this format.
fn old_box(format: i64) -> Box_ {
    let mut site = Box_::new(1, &[]);
    let key = site.path("stored-key.txt");
    fs::copy(format!("{STORES}/key.txt"), &key).unwrap();
    let text = fs::read_to_string(&key).unwrap();
    let recipient = text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    site.edit(&[(&site.editors[0].recipient.clone(), recipient)]);
    site.editors[0] = Editor { key, recipient: recipient.into() };
    fs::remove_dir_all(site.data()).unwrap();
    fs::create_dir(site.data()).unwrap();
    fs::set_permissions(site.data(), fs::Permissions::from_mode(0o700)).unwrap();
    let index = Connection::open(site.data().join("index.db")).unwrap();
    let sql = fs::read_to_string(format!("{STORES}/index_{format}.sql")).unwrap();
    index.execute_batch(&sql).unwrap();
    index.close().unwrap();
    fs::copy(format!("{STORES}/vault.db"), site.data().join("vault.db")).unwrap();
    for file in files_below(&site.data()) {
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
    site
}

fn stored_code() -> String {
    fs::read_to_string(format!("{STORES}/code.txt")).unwrap().trim().into()
}

fn format_of(index: &Path) -> i64 {
    let db = Connection::open(index).unwrap();
    db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

/// Everything that makes the tables of a file.
fn schema(index: &Path) -> Vec<(String, String)> {
    let db = Connection::open(index).unwrap();
    let sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    let mut select = db.prepare(sql).unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

fn names_in(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn one(message: &str, files: &[(&str, &str)]) -> (String, Files) {
    let files = files.iter().map(|(name, text)| ((*name).into(), text.as_bytes().to_vec()));
    (message.into(), files.collect())
}

/// Everything of the stored box is there, and what it does still works.
fn everything_is_there(site: &mut Box_, format: i64) {
    if site.base.is_empty() {
        site.serve();
    }
    let page = site.mailbox(&stored_code());
    page.must_say("An early answer.");
    let drafts = held(&page);
    let names: Vec<_> = drafts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, if format > 1 { vec!["two.txt"] } else { Vec::new() });
    let mut sent = all_opened(site, &format!("all-{format}.tar"));
    sent.sort();
    let first = one("First.", &[("one.txt", "leaked page\n")]);
    assert_eq!(sent, [first, one("Second.", &[])]);
    let editors = site.status()["editors"].as_u64().unwrap();
    assert_eq!(editors, u64::from(format > 2));
}

fn reply(site: &Box_, text: &str) -> PathBuf {
    let bundle = site.export(&format!("for-{}.tar", text.len()));
    let (message, opened) = (site.path("answer.txt"), site.path(&format!("opened-{}", text.len())));
    ok(&mut site.editors[0].open([bundle], &opened));
    fs::write(&message, text).unwrap();
    let reply = site.path(&format!("reply-{}.tar", text.len()));
    let mut command = sourdine();
    command.arg("reply").arg(opened).arg("-i").arg(&site.editors[0].key).arg("-o").arg(&reply);
    ok(command.arg("--message").arg(message));
    reply
}

#[test]
fn a_store_of_each_earlier_format_is_brought_to_this_one_and_has_everything() {
    let fresh = Box_::new(1, &[]);
    let fresh = schema(&fresh.data().join("index.db"));
    for format in 1..NOW {
        let mut site = old_box(format);
        let index = site.data().join("index.db");
        assert_eq!(format_of(&index), format);
        let said = ok(&mut site.command("upgrade")).stdout;
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.contains(&format!("{format} to {NOW}")), format < NOW, "{said}");
        assert_eq!(format_of(&index), NOW);
        assert_eq!(schema(&index), fresh, "from format {format}");
        // In an order of their own, the answer of that day last.
        let numbers =
            "SELECT group_concat(position || '-' || kind, ' ' ORDER BY position) FROM dispatch";
        let numbers: String =
            database(&site, "index.db").query_row(numbers, [], |row| row.get(0)).unwrap();
        assert_eq!(numbers, "1-0 2-0 3-1");
        let sender = "SELECT sent_by FROM dispatch WHERE kind = 1";
        let sender: Option<String> =
            database(&site, "index.db").query_row(sender, [], |row| row.get(0)).unwrap();
        assert_eq!(sender, (format > 4).then(|| "ada".to_owned()));
        // Nobody noted then to whom.
        let known = "SELECT count(sealed_to) + (SELECT count(*) FROM key_set) FROM dispatch";
        let known: u64 =
            database(&site, "index.db").query_row(known, [], |row| row.get(0)).unwrap();
        assert_eq!(known, 0);
        let mode = fs::metadata(&index).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // Nothing of the old file, or of the making of the new one.
        assert!(
            !names_in(&site.data())
                .iter()
                .any(|name| name.contains(msg("dispatch-new")) || name.contains('-'))
        );

        everything_is_there(&mut site, format);
        let late = reply(&site, "A late answer, to the upgraded box.");
        ok(site.command("deliver").arg(late));
        site.mailbox(&stored_code()).must_say("A late answer, to the upgraded box.");
        if format > 1 {
            a_draft_of_then_is_one_of_today(&site);
        }
        // Once is enough, also beside the server.
        ok(&mut site.command("upgrade"));
        site.stop();
        site.serve();
        site.mailbox(&stored_code()).must_say("A late answer, to the upgraded box.");
    }
}

/// It is added to, and sent as the page shows it.
fn a_draft_of_then_is_one_of_today(site: &Box_) {
    let more = Document::new(site, "three.pdf", 9_000);
    add(site, &site.mailbox(&stored_code()), None, &[more.path()])
        .must_say(msg("receipt-kept-title"));
    let page = site.mailbox(&stored_code());
    let (names, _): (Vec<_>, Vec<_>) = held(&page).into_iter().unzip();
    assert_eq!(names, ["two.txt", "three.pdf"]);
    press(site, &page, "send").must_say(msg("receipt-title"));
    assert_eq!(rows(site), (0, 0));
    let sent = all_opened(site, "with-the-draft.tar");
    let with_draft = sent.iter().find(|(_, files)| files.len() == 2).unwrap();
    assert_eq!((&*with_draft.1[0].0, &with_draft.1[1].1), ("two.txt", &more.bytes));
}

/// In its sandbox, and what is new works on what is old: a draft, withdrawing, an export.
#[test]
fn serve_migrates_at_its_start() {
    let mut site = old_box(1);
    site.serve();
    assert_eq!(format_of(&site.data().join("index.db")), NOW);
    everything_is_there(&mut site, 1);
    let more = Document::new(&site, "three.pdf", 9_000);
    let form = Form { code: stored_code(), ..site.form("en") };
    let body = Body::new(&form, &[("message", "")], std::slice::from_ref(&more));
    let answer = body.send(&site, "/drop?lang=en&keep=1", body.bytes.len()).answer();
    assert!(answer.contains(msg("receipt-kept-title")), "{answer}");
    let page = site.mailbox(&stored_code());
    assert_eq!(listed(std::slice::from_ref(&more)), held(&page));
    send_draft(&site, &stored_code());
    let mut sent = all_opened(&site, "all.tar");
    sent.sort();
    assert_eq!(sent.len(), 3);
    assert_eq!(sent[0], (String::new(), contents(&[more])));
}

/// The old store does not know to how many keys the submissions were sealed. An answer to those keys is
/// delivered all the same, as it was before.
#[test]
fn after_the_upgrade_an_answer_by_the_keys_of_then_is_delivered() {
    let mut site = old_box(1);
    ok(&mut site.command("upgrade"));
    let late = reply(&site, "By the keys of then.");
    let new = Editor::new(site.dir.path(), "new");
    site.add_editor(new);
    ok(site.command("deliver").arg(late));
    site.serve();
    site.mailbox(&stored_code()).must_say("By the keys of then.");
}

/// An older `serve`: it holds the locks, and a connection that has written.
struct OlderServe {
    index: Connection,
    _locks: [File; 2],
}

impl OlderServe {
    fn start(site: &Box_) -> Self {
        let lock = |name: &str| {
            let mut new = File::options();
            new.write(true).create(true).truncate(false).mode(0o600);
            new.open(site.data().join(name)).unwrap()
        };
        let (lock, serving) = (lock("lock"), lock("serving"));
        lock.lock_shared().unwrap();
        serving.lock().unwrap();
        let index = Connection::open(site.data().join("index.db")).unwrap();
        index.pragma_update(None, "journal_mode", "WAL").unwrap();
        Self { index, _locks: [lock, serving] }
    }

    /// A source drops something: a row, as the older version writes it.
    fn takes_in(&self, number: u8) {
        let mailbox = [number; 16];
        let name = format!("late-bird-{number}");
        let sql = "INSERT INTO mailbox VALUES (?, ?, 'age1source', 20800)";
        self.index.execute(sql, (mailbox, name)).unwrap();
        let sql = "INSERT INTO dispatch VALUES (?, ?, 0, 'team', 20800)";
        self.index.execute(sql, (mailbox, mailbox)).unwrap();
        // What format 2 notes besides: without it the desk would not show the mailbox.
        self.index.execute("INSERT INTO party VALUES (?, 'team', 1)", [mailbox]).unwrap();
    }
}

/// What each file of the store holds, read by another process: closing a file would let go of the locks that
/// this process has on it.
fn sums(site: &Box_) -> String {
    let mut command = Command::new("sha256sum");
    command.args(["index.db", "index.db-wal", "vault.db"]).current_dir(site.data());
    String::from_utf8(ok(&mut command).stdout).unwrap()
}

#[test]
fn beside_an_older_serve_every_command_refuses_and_what_it_takes_in_is_not_lost() {
    let site = old_box(2);
    let bundle = site.path("never.tar");
    stock_tar(&site.path("any.tar"), site.dir.path(), "box/sourdine.toml");
    let older = OlderServe::start(&site);
    older.takes_in(7);
    let before = sums(&site);

    let command = |name: &str, args: &[&str]| {
        let mut command = site.command(name);
        command.args(args);
        command
    };
    let out = bundle.to_str().unwrap();
    let editor = |act: &str| {
        let mut command = sourdine();
        command.args(["editor", act]).arg("--config").arg(site.config());
        command
    };
    let refused = [command("status", &[]), command("export", &["-o", out]), editor("list")];
    for mut command in refused {
        let said = fails(&mut command);
        assert!(said.contains("format 2") && said.contains("sourdine upgrade"), "{said}");
    }
    // Which fault `deliver` finds first is not the point.
    fails(&mut command("deliver", &[site.path("any.tar").to_str().unwrap()]));
    let check = command("check", &["--json"]).output().unwrap();
    assert_eq!(check.status.code(), Some(1));
    let lines = String::from_utf8(check.stdout).unwrap();
    let finding = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    let store = lines.lines().map(finding).find(|finding| finding["what"] == "store").unwrap();
    assert_eq!(store["verdict"], "FAULT");
    assert!(store["text"].as_str().unwrap().contains("sourdine upgrade"), "{store}");
    // What would migrate is told to wait for the other to stop.
    for name in ["upgrade", "serve"] {
        let said = fails(&mut command(name, &[]));
        assert!(said.contains("already serves"), "{said}");
    }
    assert_eq!(sums(&site), before, "something was written");
    assert!(!bundle.exists());
    older.takes_in(8);
    drop(older);

    ok(&mut site.command("upgrade"));
    let index = database(&site, "index.db");
    for number in [7, 8] {
        let sql = "SELECT count(*) FROM correspondence WHERE mailbox = ? AND last_day = 20800";
        let count: u64 = index.query_row(sql, [[number; 16]], |row| row.get(0)).unwrap();
        assert_eq!(count, 1, "what was dropped meanwhile, where the desk looks");
    }
    assert_eq!(site.status()["mailboxes"], 3);
}

/// Not the server, but another command; and one that is just changing its lock.
#[test]
fn the_format_changes_only_while_nothing_uses_the_store() {
    let site = old_box(2);
    let older = OlderServe::start(&site);
    older.takes_in(7);
    let OlderServe { index, _locks: [lock, serving] } = older;
    drop(serving);
    let before = sums(&site);
    for what in ["a command holds the lock", "only a connection is open"] {
        for name in ["upgrade", "serve"] {
            let said = fails(&mut site.command(name));
            assert!(said.contains("another sourdine uses"), "{what}, {name}: {said}");
            assert_eq!(sums(&site), before, "{what}, {name}");
        }
        lock.unlock().unwrap();
    }
    drop(index);
    ok(&mut site.command("upgrade"));
    assert_eq!(format_of(&site.data().join("index.db")), NOW);
}

/// So many mailboxes that the upgrade takes a while.
fn fill(site: &Box_, count: u32) {
    let db = database(site, "index.db");
    db.execute_batch(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO mailbox SELECT randomblob(16), 'name-' || i, hex(randomblob(31)), 20700 FROM n;
         INSERT INTO dispatch SELECT randomblob(16), id, 1, 'team', 20700 FROM mailbox
             WHERE designation LIKE 'name-%';"
    ))
    .unwrap();
    db.close().unwrap();
}

/// Mailboxes, dispatches: where nothing is lost, these numbers stay.
fn counts(index: &Path) -> (u64, u64) {
    let db = Connection::open(index).unwrap();
    let sound: String = db.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let count = |table: &str| {
        db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    (count("mailbox"), count("dispatch"))
}

/// Kills the upgrade when its new file has grown to one size after the other, and at some moments after that.
#[test]
fn an_upgrade_that_is_killed_leaves_the_old_file_or_the_new_one_whole() {
    let mut site = old_box(1);
    fill(&site, 8_000);
    let (index, kept) = (site.data().join("index.db"), site.path("kept.db"));
    fs::copy(&index, &kept).unwrap();
    let all = counts(&kept);
    ok(&mut site.command("upgrade"));
    let length = fs::metadata(&index).unwrap().len();
    let new = site.data().join("index.db.new");

    let mut dice = seeded(random());
    let (mut old, mut done) = (0, 0);
    for step in 0..24_u64 {
        fs::remove_file(&index).unwrap();
        fs::copy(&kept, &index).unwrap();
        let mut upgrade = site.command("upgrade").stdout(Stdio::null()).spawn().unwrap();
        let enough = length * step / 18;
        let mut looks_after = dice.random_range(0..2_000);
        while upgrade.try_wait().unwrap().is_none() {
            let grown = fs::metadata(&new).map_or(0, |meta| meta.len()) >= enough;
            if grown || (step > 0 && format_header(&index) == u32::try_from(NOW).unwrap()) {
                if looks_after == 0 {
                    break;
                }
                looks_after -= 1;
            }
        }
        let _ = upgrade.kill();
        upgrade.wait().unwrap();
        match format_of(&index) {
            1 => old += 1,
            NOW => done += 1,
            other => panic!("format {other} after step {step}"),
        }
        assert_eq!(counts(&index), all, "step {step}");
    }
    println!("{old} times the old file, {done} times the new one");
    assert!(old > 0);
    // The next start finishes, and clears up.
    fs::copy(&kept, &index).unwrap();
    fs::write(&new, b"half of one").unwrap();
    site.serve();
    assert_eq!((format_of(&index), counts(&index)), (NOW, all));
    assert!(!new.exists());
    everything_is_there(&mut site, 1);
    // What a cut upgrade left beside a store that needs none goes too.
    site.stop();
    fs::write(&new, b"half of one").unwrap();
    site.serve();
    assert!(!new.exists());
}

/// The format in the file's own header.
fn format_header(index: &Path) -> u32 {
    let mut four = [0; 4];
    let read = File::open(index).and_then(|file| file.read_exact_at(&mut four, 60));
    read.map_or(0, |()| u32::from_be_bytes(four))
}

#[test]
fn without_room_for_the_copy_the_old_store_stays() {
    stays_without_room("DELETE", "there is no room");
}

/// As `serve` leaves it: to look at it takes room already.
#[test]
fn on_a_full_disk_a_store_that_was_served_stays() {
    stays_without_room("WAL", "there is no space left");
}

fn stays_without_room(journal: &str, why: &str) {
    let mut site = old_box(1);
    fill(&site, 5_000);
    database(&site, "index.db").pragma_update(None, "journal_mode", journal).unwrap();
    let index = site.data().join("index.db");
    let all = counts(&index);
    let before = sha256(&index);
    // A file system of its own around the store, too small for a second index.
    let script = "mount -t tmpfs -o size=4m,mode=700 tmpfs \"$2\" || exit 77
        cp -a \"$1\"/. \"$2\"; head -c 100m /dev/zero > \"$2/ballast\" 2>/dev/null
        mount --bind \"$2\" \"$1\"; shift 2; \"$@\"; code=$?
        sha256sum < \"$STORE/index.db\" | cut -d' ' -f1; ls \"$STORE\"; exit $code";
    let room = site.path("room");
    fs::create_dir(&room).unwrap();
    let mut command = Command::new("unshare");
    command.args(["-m", "bash", "-c", script, "-"]).arg(site.data()).arg(room);
    command.env("STORE", site.data()).arg(env!("CARGO_BIN_EXE_sourdine"));
    let output = command.args(["upgrade", "--config"]).arg(site.config()).output().unwrap();
    let (out, error) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_ne!(output.status.code(), Some(77), "tmpfs cannot be mounted: {error}");
    assert_eq!(output.status.code(), Some(1), "{out}{error}");
    assert!(error.contains(why), "{error}");
    assert_eq!(out.lines().next(), Some(before.as_str()));
    assert!(!out.contains(msg("dispatch-new")), "{out}");
    // With room, it goes on.
    ok(&mut site.command("upgrade"));
    assert_eq!(counts(&index), all);
    everything_is_there(&mut site, 1);
}
