//! Whatever is asked, the answer is a page of ours; and what a person wrote stands on it in its own direction.

use crate::common::desk::*;
use crate::common::wire::{Document, paths, selector};
use crate::common::*;

/// Fails where an answer is not a page of the site, in the language asked for.
fn is_ours(answer: &Answer, what: &str) {
    assert!(
        answer.text().starts_with("<!doctype html>"),
        "{what}: {} {}",
        answer.status,
        answer.text()
    );
    let kind = header(answer, "content-type");
    assert_eq!(kind.as_deref(), Some("text/html; charset=utf-8"), "{what}");
    answer.must_say("<html lang=\"en\"");
}

/// Addresses and forms that no page of ours leads to.
const STRANGE: &[&str] = &[
    "/progress/%ff%fe",
    "/progress/%00",
    "/progress/",
    "/progress/a/b",
    "/%ff",
    "/%",
    "//",
    "/drop/%2e%2e",
    "/mailbox/%ff/%fe",
    "/mailbox/team/%ff",
    "/mailbox/team/%ff/%fe/manifest.tar",
    "/mailbox/%ff/%fe/reply",
    "/mailbox/%ff/%fe/note",
    "/mailbox/team/x/note/send",
    "/download/%ff",
    "/download/x/99999999999999999999/%ff",
    "/download/x/-1/a",
    "/download/x/one/a",
    "/feed/%ff",
    "/?page=%ff&show=%fe",
    "/mailbox/team/x?page=%ff",
    "/sign-in?to=%ff",
];

#[test]
fn every_answer_to_anything_is_a_page_of_ours() {
    let mut site = Box_::new(1, &[]);
    let login = Login::new(&site, "anne", &[]);
    let base = open_desk(&mut site);
    let editor = Visitor::signed_in(&base, &login);
    let bodies: [&[&str]; 6] = [
        &[],
        &["-d", "%ff=%fe&a"],
        &["-d", "code=a&code=b&ticket=&ticket="],
        &["-F", "a=b"],
        &["-H", "Content-Type: text/plain", "-d", "a"],
        &["-H", "Content-Type: application/json", "-d", "{}"],
    ];
    for path in STRANGE.iter().chain(&[
        "/",
        "/drop",
        "/drop/form",
        "/receipt",
        "/mailbox",
        "/mailbox/act",
        "/mailbox/file",
        "/leave",
        "/recipients.txt",
    ]) {
        let joint = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{joint}lang=en");
        let others = ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"];
        let posts = bodies.iter().map(|body| ("POST", *body));
        for (method, body) in others.map(|method| (method, bodies[0])).into_iter().chain(posts) {
            let args = [&["-X", method, "--path-as-is", "-g"], body].concat();
            let answer = site.curl(&path, &args);
            let what = format!("{method} {path} {body:?}");
            if !path.starts_with("/recipients") || answer.status >= 400 {
                is_ours(&answer, &what);
            }
            let answer = editor.ask(&path, &args);
            if answer.status != 303 {
                is_ours(&answer, &format!("desk: {what}"));
            }
        }
    }
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    for twice in [
        "message=other",
        "team=",
        "draft=",
        &format!("code={}", form.code),
        &format!("ticket={}", form.ticket),
    ] {
        let mut args = form.fields();
        for field in ["message=one", "team=", "draft=", twice] {
            args.extend(["-F".into(), field.into()]);
        }
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let page = site.curl("/drop?lang=en", &args);
        page.must_say(msg("error-form"));
        assert_eq!(page.status, 400, "{twice}");
    }
    assert_eq!(site.submissions(), 0);
    site.send(&form, "one", &[]).must_say(msg("receipt-title"));
}

#[test]
fn too_many_files_and_one_too_large_are_told_with_the_way_on() {
    let small = [
        ("file = \"3.5 GiB\"", "file = \"1 MiB\""),
        ("dispatch = \"8 GiB\"", "dispatch = \"2 MiB\""),
    ];
    let site = Box_::served(1, &small);
    let documents: Vec<_> =
        (0..130).map(|n| Document::new(&site, &format!("{n}.txt"), 100)).collect();
    let form = site.form("en");
    let page = site.send(&form, "all of them", &paths(&documents));
    assert_eq!(page.status, 413);
    page.must_say(&filled("error-too-many-files", &["100"]));
    page.must_say(&filled("error-kept-part", &["100"])).must_say(msg("error-choose"));
    page.must_not_say(msg("error-mend")).must_not_say(msg("error-kept"));
    // The way that it names: what is kept is sent, then the rest.
    let mailbox = site.mailbox(&form.code);
    let fields = ["code", "ticket", "item"];
    let send = scraper::Html::parse_document(&mailbox.text());
    let button = send.select(&selector("button[value=send]")).next().unwrap();
    let parent = button.parent().and_then(scraper::ElementRef::wrap).unwrap();
    let value = |name: &str| {
        let field = parent.select(&selector(&format!("input[name={name}]"))).next().unwrap();
        format!("{name}={}", field.attr("value").unwrap())
    };
    let mut args: Vec<_> = fields.iter().map(|name| value(name)).collect();
    args.push("act=send".into());
    let args: Vec<_> = args.iter().flat_map(|pair| ["--data-urlencode", pair]).collect();
    site.curl("/mailbox/act?lang=en", &args).must_say(msg("receipt-title"));
    let more = Form { code: form.code.clone(), ..site.form("en") };
    site.send(&more, "", &paths(&documents[100..])).must_say(msg("receipt-title"));

    // One file above both limits, and one between them.
    for length in [9_000_000, 1_500_000] {
        let document = Document::new(&site, &format!("{length}.bin"), length);
        let form = site.form("en");
        let page = site.send(&form, "the film", &[document.path()]);
        assert_eq!(page.status, 413, "{}", page.text());
        page.must_say("1 MB").must_say(msg("error-choose"));
        if length > 2 << 20 {
            page.must_say(&filled("error-dispatch-too-large", &["2 MB", "1 MB"]));
        } else {
            page.must_say(&filled("error-file-too-large", &["1 MB"]));
        }
        page.must_not_say(msg("error-mend"));
    }
}

#[test]
fn what_a_person_wrote_stands_in_its_own_direction() {
    let contact = "Signal +33 6 12 34 56 78";
    let mut site = Box_::new(
        1,
        &[
            ("name = \"Sourdine\"", "name = \"Le Journal 24/7\""),
            ("contact = \"\"", &format!("contact = \"{contact}\"")),
            ("ar = \"\"", "ar = \"Appelez le 01 23 45 67 89\""),
            ("name = \"The team\"", "name = \"Team 1 (a)\""),
        ],
    );
    let other = Editor::new(site.dir.path(), "other");
    site.add_team("other", "Other 2 (b)", &other);
    let login = Login::new(&site, "anne", &["team", "other"]);
    let base = open_desk(&mut site);
    let editor = Visitor::signed_in(&base, &login);
    let drop = site.form("ar");
    site.send_named(&drop, "other", "x", &[]).must_say(msg("receipt-title"));
    let inbox = scraper::Html::parse_document(&editor.get("/").text());
    let link = inbox.select(&selector("main a[href^='/mailbox/']")).next().unwrap();
    let mailbox = link.attr("href").unwrap().split('?').next().unwrap().to_owned();

    let written =
        ["Le Journal 24/7", contact, "Appelez le 01 23 45 67 89", "Team 1 (a)", "Other 2 (b)"];
    let mut seen = std::collections::BTreeSet::new();
    let mut look = |page: &Answer, place: &str| {
        let html = String::from_utf8(page.bytes.clone()).unwrap();
        let html = scraper::Html::parse_document(&html);
        for node in html.tree.nodes() {
            let Some(text) = node.value().as_text() else { continue };
            for what in written.iter().filter(|what| text.contains(**what)) {
                seen.insert(*what);
                let above = node.ancestors().filter_map(scraper::ElementRef::wrap);
                // Its own element, or the marks that isolate it within a sentence.
                let is_apart = above.take(2).any(|element| {
                    element.value().name() == "bdi"
                        || element.attr("dir").is_some_and(|dir| dir == "auto")
                });
                let marked = text.contains(&format!("\u{2068}{what}\u{2069}"));
                assert!(is_apart || marked, "{place}: {what} in {text:?}");
            }
        }
    };
    for path in ["/", "/drop", "/mailbox", "/nowhere"] {
        look(&site.curl(&format!("{path}?lang=ar"), &[]), path);
    }
    for path in ["/", "/account", "/journal", "/deliver", &mailbox] {
        look(&editor.get(&format!("{path}?lang=ar")), path);
    }
    assert_eq!(seen.len(), written.len(), "{seen:?}");
    // Fingerprints and codes read from left to right everywhere.
    let page = scraper::Html::parse_document(&site.curl("/?lang=ar", &[]).text());
    assert!(page.select(&selector("li.key")).all(|key| key.attr("dir") == Some("ltr")));
}
