//! An archive grows from bundle to bundle: what is there stays, what comes again is known, and whatever ends a run
//! leaves nothing half shown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use sourdine::base::kind::DispatchKind;
use sourdine::bundle::manifest::{Answer, Manifest};

use crate::common::dispatches::*;
use crate::common::wire::selector;
use crate::common::*;

const SOURCE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// One dispatch of a mailbox, with an id that shows in which place it was sent.
fn sent(mailbox: &str, number: u32, message: &str) -> Dispatch {
    let mut dispatch = Dispatch::new(mailbox, message);
    dispatch.manifest.dispatch = format!("{number:032x}");
    dispatch.manifest.source_recipients = vec![SOURCE.into()];
    dispatch
}

fn reply(mailbox: &str, number: u32, message: &str) -> Dispatch {
    let mut dispatch = sent(mailbox, number, message);
    dispatch.manifest.kind = DispatchKind::Reply;
    dispatch.manifest.recipients = vec![SOURCE.into(), TEAM.into()];
    dispatch
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "html")
}

/// Everything an archive holds, by path.
fn content(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.strip_prefix(archive).unwrap().to_str().unwrap().to_owned();
    files_below(archive).iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

/// The same without what tells of the last run, and pages, which show what it brought.
fn kept(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = content(archive);
    all.retain(|name, _| {
        !is_page(Path::new(name)) && !["SUMMARY.txt", "new.txt"].contains(&name.as_str())
    });
    all
}

/// Messages of a mailbox's page, in their order.
fn messages(archive: &Path, page: &str) -> Vec<String> {
    let html = fs::read_to_string(archive.join(page)).unwrap();
    let document = scraper::Html::parse_document(&html);
    let shown = selector("section.card > p.message");
    document.select(&shown).map(|message| message.text().collect()).collect()
}

#[test]
fn a_conversation_grows_in_the_bundles_order_and_what_is_there_stays() {
    let desk = Desk::new();
    let (one, three) =
        (sent("brave-heron", 1, "one").with("a.pdf", b"a"), sent("brave-heron", 3, "three"));
    let two = reply("brave-heron", 2, "two").with("page.pdf", b"page");
    let other = sent("calm-fox", 9, "other");
    let archive = desk.path("archive");
    let open = |name: &str, dispatches: &[Dispatch]| {
        let tar = desk.path(name);
        bundle(&tar, &desk.editor, dispatches);
        String::from_utf8(ok(&mut desk.editor.open([tar], &archive)).stdout).unwrap()
    };
    let first = [one, three];
    open("first.tar", &first);
    assert_eq!(messages(&archive, "brave-heron/index.html"), ["one", "three"]);
    let before = kept(&archive);
    let [one, three] = first;
    // An answer that the first bundle did not have stands between what it stood between.
    let second = [one, two, three, other];
    let said = open("second.tar", &second);
    assert!(
        said.contains("2 dispatch(es)") && said.contains("2 dispatch(es) were already here"),
        "{said}"
    );
    assert_eq!(messages(&archive, "brave-heron/index.html"), ["one", "two", "three"]);
    assert_eq!(messages(&archive, "brave-heron/index.fr.html"), ["one", "two", "three"]);
    assert_eq!(messages(&archive, "calm-fox/index.html"), ["other"]);
    let after = kept(&archive);
    for (name, bytes) in before.iter().filter(|(name, _)| !name.ends_with("order.txt")) {
        assert!(after.get(name) == Some(bytes), "{name}");
    }
    let new = fs::read_to_string(archive.join("new.txt")).unwrap();
    let places = [second[1].place(), second[3].place()];
    assert_eq!(new.lines().collect::<Vec<_>>(), places);

    // The same once more changes nothing, and what was new stays so.
    let before = content(&archive);
    let said = open("third.tar", &second);
    assert!(
        said.starts_with("0 dispatch(es)") && said.contains("4 dispatch(es) were already here"),
        "{said}"
    );
    let mut after = content(&archive);
    after.insert("SUMMARY.txt".into(), before["SUMMARY.txt"].clone());
    assert!(before == after);
    // `reply` finds its mailbox in an archive.
    let message = desk.path("text");
    fs::write(&message, "Merci").unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(archive.join("calm-fox")).arg("-i").arg(&desk.editor.key);
    ok(command.arg("--message").arg(&message).arg("-o").arg(desk.path("reply.tar")));
}

#[test]
fn a_note_stands_in_the_conversation_and_answers_nobody() {
    let desk = Desk::new();
    let mut note = sent("brave-heron", 2, "seen <b>");
    note.manifest.kind = DispatchKind::Note;
    note.manifest.source_recipients = Vec::new();
    note.manifest.author = "anne\u{202e}".into();
    ok(&mut desk.command(&[sent("brave-heron", 1, "one"), note], "archive"));
    let archive = desk.path("archive");
    assert_eq!(messages(&archive, "brave-heron/index.html"), ["one", "seen <b>"]);
    let html = plain(&fs::read_to_string(archive.join("brave-heron/index.html")).unwrap());
    for said in [filled("dispatch-note", &["21 November 2026"]), filled("room-note-by", &["anne_"])]
    {
        assert!(html.contains(&said), "{said} {html}");
    }
    let list = plain(&fs::read_to_string(archive.join("index.html")).unwrap());
    assert!(list.contains(msg("room-waiting")) && list.contains(&filled("room-sent[one]", &["1"])));
}

#[test]
fn another_content_under_a_known_id_is_refused_and_changes_nothing() {
    let desk = Desk::new();
    let archive = desk.path("archive");
    let mut command =
        desk.command(&[sent("brave-heron", 1, "true").with("a.pdf", b"a")], "archive");
    ok(&mut command);
    let before = kept(&archive);
    let false_one =
        [sent("brave-heron", 1, "false").with("a.pdf", b"b"), sent("calm-fox", 2, "new")];
    let tar = desk.path("false.tar");
    bundle(&tar, &desk.editor, &false_one);
    let said = fails(&mut desk.editor.open([&tar], &archive));
    assert!(
        said.contains(&false_one[0].place()) && said.contains("another dispatch under this id"),
        "{said}"
    );
    let after = kept(&archive);
    assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)));
    assert!(archive.join(false_one[1].place()).exists());
    assert!(desk.summary("archive").contains("another dispatch under this id"));
}

#[test]
fn files_that_were_missing_come_with_a_later_bundle() {
    let desk = Desk::new();
    let whole = sent("brave-heron", 1, "both").with("a.pdf", b"a").with("b.pdf", b"b");
    let archive = desk.path("archive");
    let tree = desk.path("tree");
    bundle(&desk.path("whole.tar"), &desk.editor, std::slice::from_ref(&whole));
    stock_untar(&desk.path("whole.tar"), &tree);
    let without = |member: &str, name: &str| {
        let path = tree.join(whole.place()).join(member);
        fs::rename(&path, desk.path("aside")).unwrap();
        stock_tar(&desk.path(name), &tree, "brave-heron");
        fs::rename(desk.path("aside"), path).unwrap();
        desk.path(name)
    };
    let (first, second) = (without("0002.age", "first.tar"), without("0001.age", "second.tar"));
    let open = |bundle: &Path| desk.editor.open([bundle], &archive);
    fails(&mut open(&first));
    let is_missing = || fs::read_to_string(archive.join("brave-heron/index.html")).unwrap();
    assert!(plain(&is_missing()).contains(msg("room-fault-missing")));
    // Once more: still missing, still said.
    fails(&mut open(&first));
    assert_eq!(desk.files("archive", &whole), [("a.pdf".into(), b"a".to_vec())]);
    ok(&mut open(&second));
    let both = [("a.pdf".into(), b"a".to_vec()), ("b.pdf".into(), b"b".to_vec())];
    assert_eq!(desk.files("archive", &whole), both);
    assert!(!plain(&is_missing()).contains(msg("room-fault-missing")));
    // Somebody moved a file away: it is written again.
    fs::remove_file(archive.join(whole.place()).join("files/a.pdf")).unwrap();
    let own = archive.join(whole.place()).join("files/b-cleaned.pdf");
    fs::write(&own, "an editor's own").unwrap();
    ok(&mut open(&desk.path("whole.tar")));
    assert_eq!(desk.files("archive", &whole), both);
    // A directory that lost all of its files gets them again.
    fs::remove_dir_all(archive.join(whole.place()).join("files")).unwrap();
    ok(&mut open(&desk.path("whole.tar")));
    assert_eq!(desk.files("archive", &whole), both);
    // What an editor put there is not thrown away.
    let aside = archive.join(format!("{}.old1/files/b-cleaned.pdf", whole.place()));
    assert_eq!(fs::read_to_string(aside).unwrap(), "an editor's own");
    assert_eq!(messages(&archive, "brave-heron/index.html"), ["both"]);
}

#[test]
fn pages_show_hostile_names_and_texts_and_lead_nowhere() {
    const HOSTILE: &str =
        "</p><script>alert(1)</script><img src=http://evil.example/x>\u{1b}\u{202e}";
    let desk = Desk::new();
    let mut dispatch = sent("brave-heron", 1, HOSTILE)
        .with("<svg onload=alert(1)>.svg", b"<svg onload='alert(1)'/>")
        .with("\"'><a href=\"javascript:alert(1)\">.html", b"<script>alert(1)</script>")
        .with("وثيقة.pdf", b"%PDF");
    dispatch.manifest.answers =
        vec![Answer { id: "a".into(), label: HOSTILE.into(), value: HOSTILE.into() }];
    dispatch.manifest.team = HOSTILE.into();
    ok(&mut desk.command(&[dispatch, sent("outbox", 2, "a name of ours")], "archive"));
    let archive = desk.path("archive");
    assert!(archive.join("_outbox").exists() && !archive.join("outbox").exists());
    let pages: Vec<_> = files_below(&archive)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "html"))
        .collect();
    let of_sources = |path: &Path| path.parent().unwrap().ends_with("files");
    let ours: Vec<_> = pages.iter().filter(|path| !of_sources(path)).collect();
    assert_eq!(ours.len(), 3 * 3);
    for path in ours {
        let html = fs::read_to_string(path).unwrap();
        assert!(!html.contains('\u{1b}'), "{}", path.display());
        let page = scraper::Html::parse_document(&html);
        for nothing in
            ["script", "img", "svg[onload]", "form", "iframe", "link", "object", "[onload]"]
        {
            assert!(
                page.select(&selector(nothing)).next().is_none(),
                "{nothing} {}",
                path.display()
            );
        }
        let policy = page.select(&selector("meta[http-equiv=Content-Security-Policy]")).next();
        let policy = policy.unwrap().value().attr("content").unwrap();
        let style: String = page.select(&selector("style")).next().unwrap().text().collect();
        let hash = {
            use base64::Engine;
            use sha2::Digest;
            base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(style))
        };
        assert!(
            policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}'")),
            "{policy}"
        );
        // Every link leads to a page of ours that is there.
        for link in page.select(&selector("[href]")) {
            let to = link.value().attr("href").unwrap();
            let there = path.parent().unwrap().join(to);
            assert!(to.starts_with('#') || is_page(&there) && there.exists(), "{to}");
        }
        assert!(page.select(&selector("[src], [action], [data]")).next().is_none());
    }
    let html = fs::read_to_string(archive.join("brave-heron/index.ar.html")).unwrap();
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"));
    for shown in ["&#60;svg onload=alert(1)&#62;.svg", "وثيقة.pdf", "&#60;script&#62;"] {
        assert!(html.contains(shown), "{shown} {html}");
    }
    assert!(plain(&html).contains(msg_in("ar", "room-exact")));
}

#[test]
fn the_list_tells_what_is_new_what_waits_and_what_is_answered() {
    let desk = Desk::new();
    let archive = desk.path("archive");
    let old = [sent("calm-fox", 1, "x"), sent("brave-heron", 2, "x"), reply("brave-heron", 3, "x")];
    ok(&mut desk.command(&old, "archive"));
    bundle(&desk.path("next.tar"), &desk.editor, &[sent("zeal-owl", 4, "x")]);
    ok(&mut desk.editor.open([desk.path("next.tar")], &archive));
    let html = fs::read_to_string(archive.join("index.html")).unwrap();
    let page = scraper::Html::parse_document(&html);
    let rows: Vec<String> = page
        .select(&selector("ul.files > li"))
        .map(|row| plain(&row.text().collect::<String>()))
        .collect();
    let expected = [
        ("zeal-owl", "room-waiting", true),
        ("calm-fox", "room-waiting", false),
        ("brave-heron", "room-answered", false),
    ];
    assert_eq!(rows.len(), expected.len());
    for (row, (name, standing, new)) in rows.iter().zip(expected) {
        assert!(row.contains(name) && row.contains(msg(standing)), "{row}");
        assert_eq!(row.contains(&filled("room-new[one]", &["1"])), new, "{row}");
    }
}

/// Files below a directory that changes meanwhile.
pub fn count(dir: &Path) -> usize {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

/// Opens until so many files are there, is killed, and begins again.
fn killed(times: u32) {
    let desk = Desk::new();
    let dispatches: Vec<_> = (0..30)
        .map(|n| {
            let mailbox = ["brave-heron", "calm-fox", "zeal-owl"][n as usize % 3];
            let bytes = vec![u8::try_from(n).unwrap(); 200_000];
            sent(mailbox, n, &format!("message {n}")).with("a.bin", &bytes).with("b.bin", &bytes)
        })
        .collect();
    ok(&mut desk.command(&dispatches, "whole"));
    let (archive, expected) = (desk.path("archive"), content(&desk.path("whole")));
    let tar = desk.path("whole.tar");
    let mut random = 1_u64;
    for run in 0..times {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let files = count(&archive) + usize::try_from(random >> 33).unwrap() % 60;
        let mut child = desk.editor.open([&tar], &archive);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        wait_for("so many files", || {
            (count(&archive) > files || child.try_wait().unwrap().is_some()).then_some(())
        });
        let _ = child.kill();
        child.wait().unwrap();
        // Whatever is shown is whole.
        for dispatch in &dispatches {
            let dir = archive.join(dispatch.place());
            if dir.exists() {
                let json = fs::read(dir.join("manifest.json")).unwrap();
                assert!(Manifest::parse(&json).unwrap() == dispatch.manifest);
                for (name, bytes) in ["a.bin", "b.bin"].iter().zip(&dispatch.files) {
                    assert!(fs::read(dir.join("files").join(name)).unwrap() == *bytes, "{run}");
                }
                fs::read(dir.join("record.json")).unwrap();
            }
        }
        if run % 10 == 9 || run + 1 == times {
            ok(&mut desk.editor.open([&tar], &archive));
            let found = content(&archive);
            let names = |all: &BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(&found), names(&expected), "{run}");
            for (name, bytes) in found.iter().filter(|(name, _)| *name != "SUMMARY.txt") {
                assert!(expected[name] == *bytes, "{run} {name}");
            }
            fs::remove_dir_all(&archive).unwrap();
        }
    }
}

#[test]
fn a_run_that_is_killed_anywhere_shows_nothing_half_and_is_repeated() {
    killed(8);
}

#[test]
#[ignore = "long: fifty runs that are killed"]
fn fifty_runs_that_are_killed_anywhere_show_nothing_half() {
    killed(50);
}
