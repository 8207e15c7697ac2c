//! The pages of an archive and of the reading room, as the tools of others see them.

use std::fs;

use super::browser::Browser;
use super::engine::{Engine, SAFEST};
use super::robot::From;
use super::tour::State;
use super::{checks, screens};
use crate::common::dispatches::*;
use crate::common::room::Reading;
use crate::common::*;
use crate::each_engine;
use sourdine::base::kind::DispatchKind;
use sourdine::bundle::manifest::Answer as Answered;

each_engine!(an_editor_reads_and_answers: Firefox, Chromium);

/// From the pages of the archive to a document in hand and a sealed answer, without a script.
fn an_editor_reads_and_answers(engine: Engine) {
    let desk = Desk::new();
    let dispatches = archive();
    ok(&mut desk.command(&dispatches, "archive"));
    let root = desk.path("archive");
    let browser = Browser::open(engine, SAFEST);
    // From the disk.
    browser.go(&format!("file://{}/index.html", root.display()));
    browser.must_say("h1", msg("room-mailboxes"));
    browser.follow("ul.files li:last-child a");
    browser.must_say("h1", "brave-heron");
    browser.must_say("section.card h2", "21 November 2026");
    browser.follow("header nav a[lang=ar]");
    assert_eq!(browser.attribute("html", "dir"), "rtl");
    browser.follow("main .tools a");
    browser.must_say("h1", msg_in("ar", "room-mailboxes"));

    // Over loopback: the next bundle, what it brought, a document, an answer, a note, a search.
    let reading = Reading::begin(&root, &desk.editor);
    let next = Dispatch::new("zeal-owl", "Le prochain").with("contrat.txt", b"le contrat");
    crate::common::dispatches::bundle(&desk.path("next.tar"), &desk.editor, &[next]);
    browser.go(&format!("{}?lang=en", reading.address));
    browser.choose("#bundles", &[desk.path("next.tar")]);
    browser.follow("#open button");
    browser.must_say("h1", msg("room-opened-title"));
    browser.follow("main ul.files a");
    browser.must_say("h1", "zeal-owl");
    browser.click("section.card a[download]");
    assert_eq!(fs::read(browser.downloaded("contrat.txt")).unwrap(), b"le contrat");
    browser.type_in("#message", "Merci !");
    browser.follow("#reply button");
    browser.must_say("h1", msg("room-sealed-title"));
    let place = browser.see("bdi.place");
    assert!(std::path::Path::new(&place).exists(), "{place}");
    browser.follow("main a.button");
    browser.must_say("main .notice", msg("room-outbox-text"));
    browser.type_in("#own", "Rappeler");
    browser.follow("#notes button");
    browser.must_say("main [role=status]", msg("room-notes-saved"));
    browser.follow("main .tools a");
    browser.type_in("#q", "contrat");
    browser.follow("main form button");
    browser.must_say("main ul.files", "contrat.txt");
    // The address in the browser says nothing of what was searched.
    assert!(!browser.page().lines().next().unwrap().contains("contrat"), "{}", browser.page());
    browser.follow("header nav a[lang=fr]");
    browser.must_say("h1", msg_in("fr", "room-mailboxes"));
}

/// An archive with everything that a page can show.
fn archive() -> Vec<Dispatch> {
    let long = "a".repeat(180);
    let mut sent = Dispatch::new("brave-heron", "Bonjour,\n<b>voici</b> la délibération.\u{1b}")
        .with("délibération n°4.pdf", b"%PDF")
        .with(&format!("{long}.txt"), b"long")
        .with("وثيقة.pdf", b"%PDF");
    sent.manifest.answers = vec![Answered {
        id: "town".into(),
        label: "Quelle ville ?".into(),
        value: "Besançon\nمدينة".into(),
    }];
    let mut reply = Dispatch::new("brave-heron", "Merci !").with("page.html", b"<p>");
    reply.manifest.kind = DispatchKind::Reply;
    reply.manifest.dispatch = "1".repeat(32);
    reply.manifest.source_recipients.clone_from(&sent.manifest.source_recipients);
    let arabic = Dispatch::new("calm-fox", "مرحبا، هذه وثيقة (1).\nA line in English.");
    vec![sent, reply, arabic]
}

/// Every page, in every language.
fn states(desk: &Desk) -> Vec<State> {
    let dispatches = archive();
    ok(&mut desk.command(&dispatches, "archive"));
    // What was altered since is missing.
    let root = desk.path("archive");
    let record = root.join(dispatches[0].place()).join("record.json");
    let json = fs::read_to_string(&record).unwrap();
    let broken = json.replacen("\"number\": 2,", "\"number\": 2, \"fault\": \"altered\",", 1);
    let layered = "\"number\": 1, \"opened\": [{\"name\": \"x.pdf\", \"size\": 1, \"sha256\": \"00\"}], \
        \"left\": \"other-key\",";
    fs::write(&record, broken.replacen("\"number\": 1,", layered, 1)).unwrap();
    let reading = Reading::begin(&root, &desk.editor);
    let again = format!("bundles=@{}", desk.path("archive.tar").display());
    let other = Editor::new(desk.dir.path(), "other");
    crate::common::dispatches::bundle(
        &desk.path("other.tar"),
        &other,
        &[Dispatch::new("zeal-owl", "x")],
    );
    let closed = format!("bundles=@{}", desk.path("other.tar").display());
    let mailbox = "mailbox/brave-heron";
    let mut states = Vec::new();
    for lang in ["en", "fr", "ar"] {
        let ask = |path: &str, args: &[&str]| reading.ask(&format!("{path}?lang={lang}"), args);
        let mut add = |name, answer| {
            states.push(State { lang: lang.into(), name, from: From::default(), answer });
        };
        add("room-index", ask("", &[]));
        add("room-notes", ask(&format!("{mailbox}/notes"), &["-d", "notes=x"]));
        add("room-mailbox", ask(mailbox, &[]));
        add("room-arabic", ask("mailbox/calm-fox", &[]));
        add("room-found", ask("search", &["-d", "q=a"]));
        add("room-nothing", ask("search", &["-d", "q=zzz"]));
        add("room-opened", ask("open", &["-F", &again]));
        add("room-closed", ask("open", &["-F", &closed]));
        add("room-empty-answer", ask(&format!("{mailbox}/reply"), &["-F", "message="]));
        add("room-question", ask(&format!("{mailbox}/delete"), &["-d", "dispatch="]));
        add("room-sealed", ask("mailbox/calm-fox/reply", &["-F", "message=x"]));
        add("room-problem", ask("nowhere", &[]));
        let page = |name: &str| {
            let file =
                if lang == "en" { "index.html".into() } else { format!("index.{lang}.html") };
            let bytes = fs::read(root.join(name).join(file)).unwrap();
            let headers = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n".into();
            Answer { status: 200, headers, bytes }
        };
        add("archive-index", page(""));
        add("archive-mailbox", page("brave-heron"));
    }
    states
}

#[test]
fn every_page_of_an_archive_and_of_its_room() {
    let desk = Desk::new();
    let states = states(&desk);
    // The checker takes every inline style for one that a policy in the page itself forbids, and reads no hash:
    // `archive::pages_show_hostile…` compares it, and the browsers below apply it.
    let without_policy = |state: &State| {
        let html = String::from_utf8(state.answer.bytes.clone()).unwrap();
        let lines = html.lines().filter(|line| !line.contains("http-equiv"));
        let bytes = lines.flat_map(|line| [line, "\n"]).collect::<String>().into();
        let answer = Answer { bytes, ..state.answer.clone() };
        State { lang: state.lang.clone(), name: state.name, from: From::default(), answer }
    };
    let checked: Vec<_> = states.iter().map(without_policy).collect();
    side_by_side(&[
        ("valid HTML", &|| checks::the_html_of_every_page_is_valid(&checked, "room")),
        ("no barrier", &|| checks::axe_finds_no_barrier_on_any_page(&states)),
        ("fits", &|| screens::every_page_fits_and_is_one_request(Engine::Firefox, &states)),
    ]);
}
