//! A team's keys change: who can open what is named and right, what is under way goes on or becomes a draft, and what
//! is wrong changes nothing.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::common::desk::{Login, Visitor, open_desk};
use crate::common::held::*;
use crate::common::inside::{Inside, new_form};
use crate::common::wire::*;
use crate::common::*;
use sourdine::base::kind::DispatchKind;
use sourdine::config::PerLanguage;
use sourdine::crypto::recipient::Recipient;
use sourdine::dropbox::reply_intake::ReplyIntakeError;
use sourdine::dropbox::{IntakeError, Teams, removed_keys};

fn team(site: &Box_, act: &[&str]) -> Command {
    let mut command = sourdine();
    command.arg("team").args(act).arg("--config").arg(site.config());
    command
}

/// What the command prints, and what the site then seals to.
fn change(site: &Box_, act: &[&str]) -> String {
    let said = String::from_utf8(ok(&mut team(site, act)).stdout).unwrap();
    let lines = said.lines().map(str::trim).filter(|line| line.starts_with("age1"));
    let keys: Vec<_> = lines.map(str::to_owned).collect();
    wait_for("the new team", || {
        let served = site.curl("/recipients.txt", &[]).text();
        let served = served.lines().filter(|line| line.starts_with("age1"));
        served.eq(keys.iter()).then_some(())
    });
    said
}

fn fingerprint(editor: &Editor) -> String {
    let recipient: Recipient = editor.recipient.parse().unwrap();
    recipient.fingerprint().to_string()
}

/// Whether Debian's `age` opens it with this key.
fn opens(editor: &Editor, sealed: &PathBuf) -> bool {
    let mut age = Command::new("age");
    age.arg("-d").arg("-i").arg(&editor.key).arg("-o").arg("/dev/null").arg(sealed);
    age.output().unwrap().status.success()
}

/// Everything sealed in the box, by the text of its message, unpacked with stock tools.
fn all_sealed(site: &Box_, reader: &Editor, name: &str) -> Vec<(String, Vec<PathBuf>)> {
    let tree = site.path(&format!("{name}.tree"));
    stock_untar(&site.export(name), &tree);
    let all = files_below(&tree);
    let manifests = all.iter().filter(|file| file.ends_with("manifest.json.age"));
    let read = |manifest: &PathBuf| {
        let json: serde_json::Value = serde_json::from_slice(&reader.stock_open(manifest)).unwrap();
        let members = all.iter().filter(|file| file.parent() == manifest.parent());
        (json["message"].as_str().unwrap().to_owned(), members.cloned().collect())
    };
    manifests.map(read).collect()
}

#[test]
fn an_editor_leaves_one_joins_and_who_can_open_what_is_named_and_right() {
    let mut site = Box_::new(2, &[]);
    let joins = Editor::new(site.dir.path(), "joins");
    let login = Login::new(&site, "anne", &["team"]);
    let desk = open_desk(&mut site);
    let [stays, leaves] = [&site.editors[0], &site.editors[1]];
    let document = Document::new(&site, "contract.pdf", 40_000);
    let form = site.form("en");
    site.send(&form, "before", &[document.path()]).must_say(msg("receipt-title"));
    let anne = Visitor::signed_in(&desk, &login);
    let inbox = anne.get("/").text();
    let mailbox = inbox.split("href=\"/mailbox/team/").nth(1).unwrap().split('?').next().unwrap();
    let mailbox = format!("/mailbox/team/{mailbox}");
    for key in ["access-lacking", "access-former"] {
        anne.get(&mailbox).must_not_say(msg(key));
    }

    change(&site, &["add-recipient", &joins.recipient]);
    change(&site, &["remove-recipient", &leaves.recipient]);
    let again = Form { code: form.code, ..site.form("en") };
    site.send(&again, "after", &[document.path()]).must_say(msg("receipt-title"));

    // With stock tools and their own keys.
    let all = all_sealed(&site, stays, "all.tar");
    assert_eq!(all.len(), 2);
    for (message, members) in all {
        assert_eq!(members.len(), 2, "{message}");
        for sealed in members {
            let opened = [stays, leaves, &joins].map(|editor| opens(editor, &sealed));
            assert_eq!(opened, [true, message == "before", message == "after"], "{message}");
        }
    }
    let [stays, leaves, joins] = [stays, leaves, &joins].map(fingerprint);
    // The command, the monitor's line, the desk: the same.
    let said = String::from_utf8(ok(&mut team(&site, &["list"])).stdout).unwrap();
    let (former, lacking) = said.split_once("cannot open").unwrap();
    assert!(
        former.ends_with(&format!(
            "can still open\n    {leaves}: 1 of 2 dispatches\n  in the team, "
        )),
        "{said}"
    );
    assert!(lacking.contains(&format!("\n    {joins}: 1 of 2 dispatches\n")), "{said}");
    assert_eq!(said.matches(&stays).count(), 1, "{said}");
    let keys = site.status()["keys"][0].clone();
    assert_eq!((&keys["known"], &keys["unknown"]), (&2.into(), &0.into()));
    let one = |what: &str| serde_json::json!([{"fingerprint": if what == "opens" { &leaves } else { &joins }, what: 1}]);
    assert_eq!((&keys["former"], &keys["lacking"]), (&one("opens"), &one("cannot_open")));
    let text = String::from_utf8(ok(site.command("status").arg("--now")).stdout).unwrap();
    assert!(text.contains(&format!("{leaves}, no longer in team team: 1 of 2")), "{text}");
    let page = anne.get(&mailbox);
    page.must_say(msg("access-lacking")).must_say(msg("access-former"));
    let opens = filled("access-opens", &["1", "2"]);
    page.must_say(&format!("{leaves}</bdi> {opens}"));
    page.must_say(&format!("{joins}</bdi> {}", filled("access-closed", &["1", "2"])));
    page.must_not_say(&stays);

    // The site, the desk and the command line show the same fingerprint of the team.
    let all = said.split("all together\n").nth(1).unwrap().lines().next().unwrap().trim();
    assert_eq!(all.len(), 39, "128 bits in groups: {all}");
    for page in [site.curl("/?lang=en", &[]), anne.get("/account")] {
        page.must_say(all).must_say(&stays).must_say(&joins).must_not_say(&leaves);
    }
    let stock =
        "curl -s \"$1/recipients.txt\" | grep ^age1 | LC_ALL=C sort | sha256sum | cut -c-32";
    let hash = ok(Command::new("sh").args(["-c", stock, "-", &site.base])).stdout;
    assert_eq!(String::from_utf8(hash).unwrap().trim(), all.replace(' ', ""));
    // What nobody holds any more is nobody's to open.
    let receipt = site.mailbox(&again.code);
    press_sure(&site, &receipt, "erase");
    assert_eq!(site.status()["keys"][0]["known"], 0);
}

/// Two files are on their way, the first is whole.
fn half_way(site: &Box_, message: &str) -> (Form, Vec<Document>, Body, Upload, usize) {
    let files = ["one.pdf", "two.pdf"].map(|name| Document::new(site, name, 90_000)).to_vec();
    let form = site.form("en");
    let body = Body::new(&form, &[("message", message)], &files);
    let sent = body.begins[1] + 40_000;
    let upload = body.send(site, "/drop?lang=en", sent);
    (form, files, body, upload, sent)
}

#[test]
fn what_is_under_way_is_finished_as_it_began_and_recorded_so() {
    let mut site = Box_::served(2, &[]);
    let leaves = &site.editors[1];
    let (_, files, body, mut upload, sent) = half_way(&site, "under way");
    wait_until_held(&site, 1);
    change(&site, &["remove-recipient", &leaves.recipient]);
    upload.write(&body.bytes[sent..]);
    let answer = upload.answer();
    assert!(answer.contains(msg("receipt-title")), "{answer}");
    assert_eq!(opened(&site, "bundle.tar"), ("under way".into(), contents(&files)));
    for (_, members) in all_sealed(&site, &site.editors[0], "again.tar") {
        assert!(members.iter().all(|sealed| opens(leaves, sealed)));
    }
    let named = fingerprint(leaves);
    assert_eq!(site.status()["keys"][0]["former"][0]["fingerprint"], named);
    // The counts of the day say so too.
    site.stop();
    site.serve();
    wait_for("the counts of the day", || {
        let status = ok(site.command("status").arg("--json")).stdout;
        let status: serde_json::Value = serde_json::from_slice(&status).unwrap();
        let keys = &status["counts"]["keys"][0];
        (keys["former"][0]["fingerprint"] == *named && keys["known"] == 1).then_some(())
    });
}

#[test]
fn removed_at_once_a_key_opens_nothing_that_comes_after_and_what_was_under_way_is_a_draft() {
    let site = Box_::served(2, &[]);
    let leaves = &site.editors[1];
    let (form, files, body, mut upload, sent) = half_way(&site, "under way");
    wait_until_held(&site, 1);
    change(&site, &["remove-recipient", "--now", &leaves.recipient.to_uppercase()]);
    let _ = upload.try_write(&body.bytes[sent..]);
    let answer = upload.answer();
    assert!(answer.contains(msg("error-keys-changed")), "{answer}");
    assert_eq!(site.submissions(), 0);
    // The file that arrived whole waits for its source, who is told to send it again.
    let page = site.mailbox(&form.code);
    page.must_say(msg("error-stale"));
    assert_eq!(held(&page), listed(&files[..1]));
    let paths = paths(&files);
    site.send(&form, "under way", &paths).must_say(msg("receipt-title"));
    assert_eq!(opened(&site, "bundle.tar"), ("under way".into(), contents(&files)));
    for (_, members) in all_sealed(&site, &site.editors[0], "again.tar") {
        assert!(members.iter().all(|sealed| !opens(leaves, sealed)));
    }
    assert_eq!(site.status()["keys"][0]["former"], serde_json::json!([]));
    // Back again, it may be sealed to, and goes without a word where nothing serves.
    change(&site, &["add-recipient", &leaves.recipient]);
    site.send(&site.form("en"), "back", &paths).must_say(msg("receipt-title"));
    let mut site = site;
    site.stop();
    let recipient = site.editors[1].recipient.clone();
    ok(&mut team(&site, &["remove-recipient", "--now", &recipient]));
}

#[test]
fn a_wrong_key_changes_nothing_and_the_remedy_is_said() {
    let site = Box_::new(2, &[]);
    let [one, two] = [&site.editors[0], &site.editors[1]].map(|editor| editor.recipient.clone());
    let other = Editor::new(site.dir.path(), "other").recipient;
    let key = fs::read_to_string(&site.editors[0].key).unwrap();
    let secret = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    let before = fs::read(site.config()).unwrap();
    let capitals = one.to_uppercase();
    for (act, said) in [
        (vec!["add-recipient", &one], "the same key"),
        (vec!["add-recipient", &capitals], "the same key"),
        (vec!["add-recipient", &other, &other], "the same key"),
        (vec!["add-recipient", &other, &other[1..]], "this is not an age recipient"),
        (vec!["add-recipient", secret], "this is a private key"),
        (vec!["add-recipient", "--team", "nobodys", &other], "the file has: team"),
        (vec!["remove-recipient", &other], "sourdine team list"),
        (vec!["remove-recipient", "--now", &other], "sourdine team list"),
        (vec!["remove-recipient", &one, &one], "sourdine team list"),
        (vec!["remove-recipient", &one, &two], "add the new key first"),
        (vec!["remove-recipient", "--now", &two, &one], "add the new key first"),
    ] {
        let error = fails(&mut team(&site, &act));
        assert!(error.contains(said) && !error.contains(secret), "{act:?}: {error}");
        assert_eq!(fs::read(site.config()).unwrap(), before, "{act:?}");
    }
    // What a key or a team is does not matter to who looks: an older store, or none.
    fs::remove_dir_all(site.data()).unwrap();
    let said = String::from_utf8(ok(&mut team(&site, &["list"])).stdout).unwrap();
    assert!(said.contains(&one) && said.contains(&two), "{said}");
}

/// What an editor types ends as well; and nothing ends before the team is without the key.
#[test]
fn a_key_that_is_removed_at_once_ends_answers_too_and_may_come_back() {
    let inside = Inside::new();
    let leaves = Editor::new(inside.dir.path(), "leaves");
    let of = |texts: &[&str]| {
        let mut teams = inside.config.teams.clone();
        teams[0].recipients = texts.iter().map(ToString::to_string).collect();
        inside.dropbox.replace(Teams::prove(&teams).unwrap(), PerLanguage::default());
    };
    let both = [&*inside.editor.recipient, &*leaves.recipient];
    of(&both);
    let (store, source) = (inside.dropbox.store(), inside.source());
    inside.send(&source, "a.txt");
    let mailbox = store.mailbox(source.id).unwrap().unwrap();
    let answer = || {
        let (kind, seed) = (DispatchKind::Reply, new_form());
        inside.dropbox.reply_intake(kind, mailbox.clone(), &inside.team(), seed, 1_000).unwrap()
    };
    let key: Recipient = leaves.recipient.parse().unwrap();
    let (team, keys) = (inside.team().id, [key.fingerprint()]);
    let has_ended = || {
        inside.dropbox.take_removed_keys().unwrap();
        removed_keys::uploads_have_ended(store, &team, &keys).unwrap()
    };
    let (before, under_way) = (answer(), answer());
    let mut form = inside.begin(&source, new_form(), "Hello");
    removed_keys::end_uploads_to(store, &team, &keys).unwrap();
    assert!(!has_ended());
    before.send("Hello", "anne").unwrap();
    of(&both[..1]);
    assert!(has_ended());
    let refused = under_way.send("Hello", "anne").err();
    assert!(matches!(refused, Some(ReplyIntakeError::KeyRemoved)), "{refused:?}");
    let refused = form.finish().err();
    assert!(matches!(refused, Some(IntakeError::KeyRemoved)), "{refused:?}");
    answer().send("Hello", "anne").unwrap();
    of(&both);
    answer().send("Hello", "anne").unwrap();
    inside.send(&source, "b.txt");
}
