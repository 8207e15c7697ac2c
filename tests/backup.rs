//! A box that is lost comes back from its backup, whole or not at all, and serves nobody before its operator has
//! looked. A closed box loses nothing.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::backups::*;
use crate::common::desk::*;
use crate::common::held::*;
use crate::common::wire::Document;
use crate::common::*;

/// Number of questions that a box of one team, two editors and one account asks.
const QUESTIONS: usize = 5;

/// Another machine, which has the backup and the key and nothing else.
fn elsewhere(file: &Path, key: &Path) -> Box_ {
    let new = Box_::new(1, &[]);
    fs::remove_dir_all(new.path("box")).unwrap();
    ok(&mut restore(file, &new.path("box"), key));
    new
}

#[test]
fn every_document_code_and_login_outlives_the_machine() {
    let mut site = Box_::new(2, &[]);
    let operator = with_backups(&site);
    let login = Login::new(&site, "anne", &["team"]);
    open_desk(&mut site);
    let document = Document::new(&site, "contract.pdf", 3_000_000);
    let (sent, held) = (site.form("en"), site.form("fr"));
    site.send(&sent, "Hello", &[document.path()]).must_say(msg("receipt-title"));
    let attached = site.path("answer.pdf");
    fs::write(&attached, vec![b'a'; 70_000]).unwrap();
    site.answer("Thank you", &attached);
    keep(&site, &held, "team", "later", std::slice::from_ref(&document));

    // While others send.
    let large = Document::new(&site, "large.bin", 4_000_000);
    let form = site.form("en");
    let slow = site.send_slowly(&form, "slow", Path::new(large.path()), "1M");
    let file = back_up(&site, "backup.age");
    assert!(slow.page().contains(msg("receipt-title")));
    // Stock tools open it, too; its length tells nothing exact.
    let listed = "age -d -i \"$1\" \"$2\" | tar t";
    let listed = ok(Command::new("sh").args(["-c", listed, "sh"]).args([&operator.key, &file]));
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.starts_with("backup.json\nsourdine.toml\nindex.db\nvault/"), "{listed}");
    assert!(!holds(&file, b"sourdine.toml") && !holds(&file, b"contract"));
    site.kill();
    fs::remove_dir_all(site.path("box")).unwrap();

    let mut new = elsewhere(&file, &operator.key);
    new.editors = std::mem::take(&mut site.editors);
    // Nothing is served before somebody looked.
    let said = fails(new.command("serve").stdout(Stdio::null()));
    let remedy = format!("sourdine reopen -c {}", new.config().display());
    assert!(said.contains(&remedy), "{said}");
    let check = new.command("check").output().unwrap();
    let check = String::from_utf8(check.stdout).unwrap();
    assert!(
        check.lines().any(|line| line.starts_with("FAULT") && line.ends_with(&remedy)),
        "{check}"
    );
    assert_eq!(new.told()["fault"].as_str().map(|fault| fault.ends_with(&remedy)), Some(true));
    for no in 0..QUESTIONS {
        let mut answers = vec!["yes"; no];
        answers.push("no");
        let output = reopen(&new, &answers);
        assert!(!output.status.success(), "{output:?}");
        fails(new.command("serve").stdout(Stdio::null()));
    }
    let output = reopen(&new, &["yes"; QUESTIONS]);
    assert!(output.status.success(), "{output:?}");
    let asked = String::from_utf8(output.stderr).unwrap();
    for shown in [&*new.editors[0].recipient, &*new.editors[1].recipient, "anne"] {
        assert!(asked.contains(shown), "{asked}");
    }

    let desk = open_desk(&mut new);
    let mailbox = new.mailbox(&sent.code);
    mailbox.must_say("Thank you").must_say("answer.pdf");
    assert!(mailbox.text().contains("class=\"notice\""), "it says as of when it stands");
    send_draft(&new, &held.code).must_say(msg("receipt-title"));
    assert!(Visitor::signed_in(&desk, &login).is_signed_in());
    let opened = new.path("opened");
    ok(&mut new.editors[1].open([new.export("all.tar")], &opened));
    let whole = files_below(&opened)
        .into_iter()
        .filter(|file| fs::read(file).unwrap() == fs::read(document.path()).unwrap());
    assert_eq!(whole.count(), 2);
}

#[test]
fn what_was_altered_cut_or_is_anothers_restores_nothing() {
    let site = Box_::served(1, &[]);
    let operator = with_backups(&site);
    let document = Document::new(&site, "a.bin", 600_000);
    site.send(&site.form("en"), "x", &[document.path()]).must_say(msg("receipt-title"));
    let file = back_up(&site, "backup.age");
    let whole = fs::read(&file).unwrap();
    let dir = site.path("new");
    let refused = |bytes: &[u8], key: &Path| {
        let altered = site.path("altered.age");
        fs::write(&altered, bytes).unwrap();
        let said = fails(&mut restore(&altered, &dir, key));
        assert!(!dir.exists(), "{said}");
        let left = fs::read_dir(site.dir.path()).unwrap();
        let left = left
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
        assert_eq!(left.count(), 0, "{said}");
        said
    };
    for cut in [0, 1, 100, 300, 70_000, whole.len() / 2, whole.len() - 1] {
        refused(&whole[..cut], &operator.key);
    }
    for at in [30, 150, 70_000, whole.len() / 2, whole.len() - 1] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        refused(&altered, &operator.key);
    }
    refused(&[&*whole, b"x"].concat(), &operator.key);
    let said = refused(&whole, &site.editors[0].key);
    assert!(said.contains("not sealed to this key"), "{said}");
    // Sealed to the operator by somebody else: no backup.
    for (plain, why) in
        [(&b""[..], "not whole"), (&[0; 2000], "no head"), (&[b'x'; 2000], "no tar")]
    {
        let mut age = Command::new("age");
        age.args(["-r", &operator.recipient]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut age = age.spawn().unwrap();
        age.stdin.take().unwrap().write_all(plain).unwrap();
        let said = refused(&age.wait_with_output().unwrap().stdout, &operator.key);
        assert!(said.contains(why), "{said}");
    }
    // Nothing is restored over something.
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("mine"), "x").unwrap();
    let said = fails(&mut restore(&file, &dir, &operator.key));
    assert!(said.contains("not an empty directory") && dir.join("mine").exists(), "{said}");
}

#[test]
fn a_backup_is_sealed_to_the_operator_alone_and_replaces_nothing() {
    let site = Box_::served(1, &[]);
    let file = site.path("backup.age");
    let said = fails(site.command("backup").arg("-o").arg(&file));
    assert!(said.contains("[backup] recipients") && !file.exists(), "{said}");
    let operator = with_backups(&site);
    site.edit(&[(&operator.recipient, &site.editors[0].recipient)]);
    let said = fails(site.command("backup").arg("-o").arg(&file));
    assert!(said.contains("an editor's key") && !file.exists(), "{said}");
    let found = site.command("check").output().unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    assert!(found.contains("FAULT    backup"), "{found}");
    site.edit(&[(
        &format!("[backup]\nrecipients = [\"{}\"]", site.editors[0].recipient),
        &format!("[backup]\nrecipients = [\"{}\"]", operator.recipient),
    )]);
    back_up(&site, "backup.age");
    let before = fs::read(&file).unwrap();
    let said = fails(site.command("backup").arg("-o").arg(&file));
    assert!(said.contains("never overwritten") && fs::read(&file).unwrap() == before, "{said}");
    // Standard output takes it as well.
    let piped = ok(site.command("backup").args(["-o", "-"])).stdout;
    fs::write(site.path("piped.age"), piped).unwrap();
    ok(&mut restore(&site.path("piped.age"), &site.path("new"), &operator.key));
    assert!(
        fs::read_dir(site.data()).unwrap().all(|entry| {
            !entry.unwrap().file_name().to_string_lossy().contains("index.db.copy")
        })
    );
}

#[test]
fn a_backup_or_a_restore_that_is_killed_leaves_nothing_half() {
    kills(4);
}

#[test]
#[ignore = "long: fifty of each"]
fn fifty_backups_and_fifty_restores_that_are_killed_leave_nothing_half() {
    kills(50);
}

fn kills(count: u32) {
    let mut site = Box_::served(1, &[]);
    let operator = with_backups(&site);
    let document = Document::new(&site, "a.bin", 8_000_000);
    for _ in 0..4 {
        site.send(&site.form("en"), "x", &[document.path()]).must_say(msg("receipt-title"));
    }
    let begin = std::time::Instant::now();
    let file = back_up(&site, "backup.age");
    let took = begin.elapsed();
    let (other, dir) = (site.path("other.age"), site.path("new"));
    let killed = |mut command: Command, part: u32| {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(took * part / count);
        let _ = child.kill();
        child.wait().unwrap();
    };
    for part in 0..count {
        let mut command = site.command("backup");
        command.arg("-o").arg(&other);
        killed(command, part);
        if other.exists() {
            // It was done already: then it is whole.
            ok(&mut restore(&other, &site.path("whole"), &operator.key));
            fs::remove_dir_all(site.path("whole")).unwrap();
            fs::remove_file(&other).unwrap();
        }
        killed(restore(&file, &dir, &operator.key), part);
        assert!(!dir.exists() || dir.join("data/restored").exists());
        let _ = fs::remove_dir_all(&dir);
    }
    // What they left is in nobody's way, and goes.
    ok(&mut restore(&file, &dir, &operator.key));
    let names = fs::read_dir(site.dir.path()).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| !name.starts_with('.')));
    site.kill();
    site.serve();
    assert!(!site.data().join("index.db.copy").exists());
}

#[test]
fn what_is_deleted_while_a_backup_is_written_is_not_in_it() {
    use crate::common::inside::*;
    use sourdine::crypto::seal::Recipients;
    use sourdine::dropbox::backup::Surroundings;
    use sourdine::dropbox::restore::restore;

    let inside = Inside::new();
    let sources = [inside.source(), inside.source(), inside.source()];
    for source in &sources {
        inside.send_file(source, "a.bin", &vec![7; 900_000]);
    }
    let operator = Editor::new(inside.dir.path(), "operator");
    let recipients = Recipients::proven(vec![operator.recipient.parse().unwrap()]).unwrap();
    let around = Surroundings { config: "x".into(), include: None, onions: Vec::new() };
    // Erased when the first bytes are out: the index is in it, most files are not.
    let mut sealed = Vec::new();
    let erasing = Erasing {
        to: &mut sealed,
        erase: Some(|| {
            inside.dropbox.store().erase(sources[0].id).unwrap();
            wait_for("the files to go", || {
                let used = inside.dropbox.store().used();
                (used < 2_500_000).then_some(())
            });
        }),
    };
    let done = inside.dropbox.backup(&around, &recipients, false, erasing, &|_, _| ()).unwrap();
    assert_eq!(done.damaged, 0);
    let file = inside.path("backup.age");
    fs::write(&file, sealed).unwrap();
    let plain = ok(Command::new("age").arg("-d").arg("-i").arg(&operator.key).arg(&file)).stdout;
    let data = inside.path("again");
    restore(&*plain, &data, &|_| ()).unwrap();
    let store = sourdine::store::Store::open(&data, 1 << 30).unwrap();
    for (number, source) in sources.iter().enumerate() {
        let found = store.dispatches(source.id).unwrap();
        assert_eq!(found.len(), usize::from(number > 0));
        assert!(found.iter().all(|dispatch| store.is_whole(dispatch).unwrap()));
    }
}

/// Writes on, and does something after the first bytes.
struct Erasing<'a, F: FnOnce()> {
    to: &'a mut Vec<u8>,
    erase: Option<F>,
}

impl<F: FnOnce()> Write for Erasing<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.to.len() > 64 * 1024
            && let Some(erase) = self.erase.take()
        {
            erase();
        }
        self.to.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn where_there_is_no_room_nothing_is_restored() {
    let site = Box_::served(1, &[]);
    let operator = with_backups(&site);
    let document = Document::new(&site, "a.bin", 6_000_000);
    site.send(&site.form("en"), "x", &[document.path()]).must_say(msg("receipt-title"));
    let file = back_up(&site, "backup.age");
    let small = site.path("small");
    fs::create_dir(&small).unwrap();
    let script = "mount -t tmpfs -o size=4m,mode=700 tmpfs \"$1\" || exit 77; \"$2\" restore \"$3\" \"$1/box\" -i \"$4\"; \
                  code=$?; ls -A \"$1\"; exit $code";
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", script, "sh"]).arg(&small).arg(sourdine().get_program());
    let output = unshare.arg(&file).arg(&operator.key).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no space") && output.stdout.is_empty(), "{output:?}");
}

#[test]
fn a_closed_box_takes_nothing_new_and_loses_nothing() {
    let site = Box_::served(1, &[]);
    let (known, held, open) = (site.form("en"), site.form("en"), site.form("en"));
    site.send(&known, "Hello", &[]).must_say(msg("receipt-title"));
    keep(&site, &held, "team", "later", &[]);
    ok(site.command("close").args(["en=Away until <May>.", "fr=Absents jusqu’en mai."]));
    wait_for("the reason", || {
        site.curl("/drop?lang=en", &[]).text().contains("Away until").then_some(())
    });
    site.curl("/drop?lang=en", &[]).must_say("Away until &#60;May&#62;.").must_not_say("<form");
    site.curl("/?lang=fr", &[]).must_say("Absents jusqu").must_not_say("/drop?");
    // Whoever has no language of these reads one that there is.
    site.curl("/drop?lang=ar", &[]).must_say("Away until");
    // A form that was open already.
    let refused = site.send(&open, "new", &[]);
    refused.must_say("Away until");
    assert_eq!(refused.status, 503);
    site.mailbox(&open.code).must_say("Away until");
    // What has a code goes on.
    site.mailbox(&known.code).must_say(msg("mailbox-title"));
    let again = Form { code: known.code.clone(), ticket: ticket(&site) };
    site.send(&again, "more", &[]).must_say(msg("receipt-title"));
    send_draft(&site, &held.code).must_say(msg("receipt-title"));
    assert_eq!(site.submissions(), 3);
    ok(&mut site.command("reopen"));
    wait_for("the form", || {
        site.curl("/drop?lang=en", &[]).text().contains("<textarea").then_some(())
    });
    site.send(&open, "new", &[]).must_say(msg("receipt-title"));
    let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
    let text = fs::read_to_string(site.config()).unwrap();
    assert_eq!(comments(&text), comments(sourdine::config::DEFAULT));
}

#[test]
fn drafts_of_a_closed_box_do_not_expire() {
    use crate::common::inside::*;
    use sourdine::dropbox::Teams;

    let inside = Inside::new();
    let source = inside.source();
    inside.keep(&source, "a.bin");
    let teams = || Teams::prove(&inside.config.teams).unwrap();
    inside.dropbox.replace(teams(), "away".to_owned().into());
    inside.day(60);
    inside.dropbox.expire().unwrap();
    assert_eq!(inside.dropbox.store().counts().unwrap().drafts.0, 1);
    inside.dropbox.replace(teams(), String::new().into());
    inside.dropbox.expire().unwrap();
    assert_eq!(inside.dropbox.store().counts().unwrap().drafts.0, 0);
}

#[test]
fn whoever_asks_for_the_status_often_does_not_learn_when_a_source_came() {
    let mut site = Box_::served(1, &[]);
    let status = |args: &[&str]| {
        let output = site.command("status").args(args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    wait_for("the first counts", || status(&[]).1.contains("mailboxes").then_some(()));
    let (before, json) = (status(&[]), status(&["--json"]));
    for _ in 0..20 {
        site.send(&site.form("en"), "x", &[]).must_say(msg("receipt-title"));
        assert_eq!((status(&[]), status(&["--json"])), (before.clone(), json.clone()));
    }
    assert_eq!(status(&["--new"]).0, Some(0));
    assert!(status(&["--now"]).1.contains("20 to team team, 20 not fetched"));
    assert_eq!(status(&["--now", "--new"]).0, Some(10));
    let json: serde_json::Value = serde_json::from_str(&json.1).unwrap();
    assert_eq!(
        (&json["up"], &json["full"], &json["fault"]),
        (&true.into(), &false.into(), &serde_json::Value::Null)
    );
    site.stop();
    let output = ok(site.command("status").arg("--json")).stdout;
    let json: serde_json::Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(json["up"], false);
}

#[test]
fn the_keys_of_the_address_come_back_and_what_is_not_tors_stays_behind() {
    let site = Box_::served(1, &[]);
    let operator = with_backups(&site);
    let tor = site.path("box/tor");
    let kept = ["source/hs_ed25519_secret_key", "desk/authorized_clients/anne-1.auth"];
    let other = ["source/.swp", "source/a copy (1)", "desk/notes/x", "source/large"];
    for name in kept.iter().chain(&other) {
        let path = tor.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, if *name == "source/large" { "x".repeat(20_000) } else { (*name).into() })
            .unwrap();
    }
    fs::write(tor.join("torrc"), "").unwrap();
    let new = elsewhere(&back_up(&site, "backup.age"), &operator.key);
    let there = |dir: &str| {
        let dir = new.path("box").join(dir);
        let names = files_below(&dir).into_iter();
        names.map(|file| file.strip_prefix(&dir).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut waiting = there("onion-keys");
    waiting.sort();
    assert_eq!(waiting, [kept[1], kept[0]].map(std::path::PathBuf::from));
    assert!(!new.path("box/tor").exists());
    assert!(reopen(&new, &["yes"; 3]).status.success());
    for name in kept {
        assert_eq!(fs::read_to_string(new.path("box/tor").join(name)).unwrap(), name);
    }
    assert!(!new.path("box/onion-keys").exists());
}
