//! What is tried against the editors' desk, and does not work.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::circuits::{line_of, way_through};
use crate::common::desk::*;
use crate::common::*;

/// Every form of the desk that changes something, and what it carries beside its token.
const ACTS: [(&str, &[(&str, &str)]); 6] = [
    ("/sign-out", &[]),
    ("/account/passphrase", &[("old", "x"), ("code", "000000"), ("new", "a passphrase of my own")]),
    (
        "/account/device",
        &[("secret", "AAAAAAAA"), ("passphrase", "x"), ("code", "000000"), ("new_code", "000000")],
    ),
    ("/account/feed", &[("act", "make")]),
    ("/account/feed", &[("act", "revoke")]),
    ("/account/sign-out", &[]),
];

/// A desk with one editor.
fn desk_of(name: &str) -> (Box_, String, Login) {
    let mut site = Box_::new(1, &[]);
    let login = Login::new(&site, name, &["team"]);
    let base = open_desk(&mut site);
    (site, base, login)
}

#[test]
fn an_editor_signs_in_lands_where_they_wanted_and_signs_out() {
    let (_site, base, login) = desk_of("anne");
    let anne = Visitor::new(&base);
    let code = login.code();
    let refused = anne.try_sign_in("/journal", "Anne", "not this", &code);
    assert_eq!(refused.status, 422);
    refused.must_say(msg("desk-wrong")).must_say("value=\"Anne\"");
    refused.must_not_say("not this").must_not_say(&code);
    // Whoever does not exist reads the same.
    let nobody = anne.try_sign_in("/journal", "bob", &login.passphrase, &code);
    assert_eq!(nobody.text().replace("bob", "Anne"), refused.text());

    let answer = anne.try_sign_in("/journal", " Anne ", &login.passphrase.to_uppercase(), &code);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let to = header(&answer, "location").unwrap();
    assert_eq!(to, "/sign-in?to=%2Fjournal&lang=en");
    let answer = anne.get(&to);
    assert_eq!(
        (answer.status, header(&answer, "location").unwrap()),
        (303, "/journal?lang=en".into())
    );
    anne.get("/journal")
        .must_say(&format!("<h1>{}</h1>", msg("desk-journal-title")))
        .must_say(&filled("did-sign-in", &["anne"]));
    anne.get("/account").must_say("You are signed in as anne").must_say(msg("desk-account-teams"));

    let session = anne.session().unwrap();
    let answer = anne.act("/sign-out", &[]);
    assert_eq!(answer.status, 303);
    assert_eq!(anne.session(), None, "the cookie is gone");
    let cookie = format!("__Host-sourdine={session}");
    curl(&format!("{base}/account?lang=en"), &["-b", &cookie])
        .must_not_say(msg("desk-account-title"));
}

#[test]
fn a_cookie_has_every_protection_there_is() {
    let (_site, base, login) = desk_of("anne");
    let anne = Visitor::new(&base);
    assert_eq!(header(&anne.get("/account"), "set-cookie"), None, "there is one, of a session");
    let answer = anne.try_sign_in("/account", "anne", &login.passphrase, &login.code());
    let cookie = header(&answer, "set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-sourdine="), "{cookie}");
    for part in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie} lacks {part}");
    }
    assert!(!cookie.contains("Domain") && !cookie.contains("Max-Age"), "{cookie}");
}

#[test]
fn a_browser_that_keeps_no_cookie_is_told_after_its_sign_in() {
    let (_site, base, login) = desk_of("anne");
    let code = login.code();
    let fields = [
        format!("name={}", login.name),
        format!("passphrase={}", login.passphrase),
        format!("code={code}"),
        "next=/journal".to_owned(),
    ];
    let data: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
    let answer = curl(&format!("{base}/sign-in?lang=en"), &data);
    assert_eq!(answer.status, 303, "{}", answer.text());
    let told = curl(&format!("{base}{}", header(&answer, "location").unwrap()), &[]);
    assert_eq!(told.status, 400);
    told.must_say(msg("desk-no-cookie"));
    assert_eq!(told.hidden("next"), "/journal");
    // With the cookie, the same address leads on, but never to another site.
    let anne = Visitor::signed_in(&base, &login);
    for (to, lands) in [("%2Fjournal", "/journal"), ("%2F%2Fevil.example", "/"), ("", "/")] {
        let answer = anne.get(&format!("/sign-in?to={to}"));
        assert_eq!(header(&answer, "location").unwrap(), format!("{lands}?lang=en"), "{to}");
    }
}

#[test]
fn a_sign_in_that_another_site_sends_is_refused() {
    let (_site, base, login) = desk_of("anne");
    let victim = Visitor::new(&base);
    let code = login.code();
    let fields = [
        format!("name={}", login.name),
        format!("passphrase={}", login.passphrase),
        format!("code={code}"),
    ];
    let data: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
    for foreign in [
        "Origin: http://evil.example",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
    ] {
        let answer = victim.ask("/sign-in", &[&["-H", foreign], &data[..]].concat());
        assert_eq!((answer.status, header(&answer, "set-cookie")), (403, None), "{foreign}");
    }
    // Nothing was tried: the code is good still, from a page of ours.
    let ours = format!("Origin: {base}");
    let own = ["-H", ours.as_str(), "-H", "Sec-Fetch-Site: same-origin"];
    assert_eq!(victim.ask("/sign-in", &[&own[..], &data[..]].concat()).status, 303);
    assert!(victim.is_signed_in());
}

#[test]
fn no_form_is_taken_without_the_token_of_its_own_session() {
    let (site, base, login) = desk_of("anne");
    let other = Login::new(&site, "bob", &["team"]);
    let (anne, bob) = (Visitor::signed_in(&base, &login), Visitor::signed_in(&base, &other));
    let second = Visitor::signed_in(&base, &login);
    let wrong = [
        None,
        Some(String::new()),
        Some("A".repeat(43)),
        Some(bob.proof()),
        // The same account, another session.
        Some(second.proof()),
        // What stands in the cookie is no token.
        anne.session(),
    ];
    for (path, fields) in ACTS {
        for proof in &wrong {
            let mut all = [&[("some", "field")], fields].concat();
            all.extend(proof.as_ref().map(|proof| ("proof", proof.as_str())));
            let answer = anne.post(path, &all);
            assert_eq!(answer.status, 403, "{path} {proof:?}: {}", answer.text());
            answer.must_say(msg("desk-other-session"));
        }
        // The right one in the address, or in a body of another kind.
        let proof = anne.proof();
        let in_address = anne.post(&format!("{path}?proof={proof}"), &[("some", "field")]);
        assert_eq!(in_address.status, 403, "{path}");
        let json = format!("{{\"proof\":\"{proof}\"}}");
        let json = anne.ask(path, &["-H", "Content-Type: application/json", "-d", &json]);
        assert_eq!(json.status, 400, "{path}");
        let plain =
            anne.ask(path, &["-H", "Content-Type: text/plain", "-d", &format!("proof={proof}")]);
        assert_eq!(plain.status, 400, "{path}");
        // Nobody is signed in.
        let stranger = Visitor::new(&base);
        let answer = stranger.post(path, &[&[("proof", proof.as_str())], fields].concat());
        assert_eq!(answer.status, 403, "{path}");
        answer.must_say(msg("desk-signed-out-title"));
        // Posted from another site, with everything else right.
        let field = format!("proof={proof}");
        for foreign in ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"]
        {
            let answer = anne.ask(path, &["-H", foreign, "--data-urlencode", &field]);
            assert_eq!(answer.status, 403, "{path} {foreign}");
            answer.must_say(msg("error-origin"));
        }
    }
    for visitor in [&anne, &bob, &second] {
        assert!(visitor.is_signed_in());
    }
    anne.get("/account").must_say(msg("desk-feed-none"));
    // What asks by GET changes nothing.
    for path in ["/sign-out", "/account/feed", "/account/sign-out", "/account/passphrase"] {
        let answer = anne.get(&format!("{path}?proof={}&act=make", anne.proof()));
        assert_eq!(answer.status, 303, "{path}");
        assert_eq!(header(&answer, "location").unwrap(), "/?lang=en");
    }
    assert!(anne.is_signed_in());
    anne.get("/account").must_say(msg("desk-feed-none"));
}

#[test]
fn what_was_written_comes_back_when_the_session_has_ended() {
    let (_site, base, login) = desk_of("anne");
    let stranger = Visitor::new(&base);
    let written = "Two hours of <b>work</b>";
    let answer = stranger.post("/account/feed", &[("act", "make"), ("message", written)]);
    answer.must_say("Two hours of &#60;b&#62;work").must_say(msg("desk-sign-in-again"));
    let anne = Visitor::signed_in(&base, &login);
    let answer = anne.post("/account/feed", &[("proof", "old"), ("message", written)]);
    assert_eq!(answer.status, 403);
    answer.must_say("Two hours of &#60;b&#62;work");
}

#[test]
fn nobody_chooses_a_session_for_another() {
    let (_site, base, login) = desk_of("anne");
    let chosen = format!("__Host-sourdine={}", "A".repeat(43));
    let is_in = |cookie: &str| {
        let page = curl(&format!("{base}/account?lang=en"), &["-b", cookie]);
        page.text().contains(msg("desk-account-title"))
    };
    // Signs in with this cookie set; the cookie that comes back.
    let sign_in = |cookie: &str| {
        let code = login.code();
        let fields = [
            "name=anne".to_owned(),
            format!("passphrase={}", login.passphrase),
            format!("code={code}"),
        ];
        let data: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
        let answer =
            curl(&format!("{base}/sign-in?lang=en"), &[&["-b", cookie], &data[..]].concat());
        assert_eq!(answer.status, 303, "{}", answer.text());
        header(&answer, "set-cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let made = sign_in(&chosen);
    assert!(made != chosen && is_in(&made) && !is_in(&chosen));
    // A second cookie of the name, from whoever could set one: neither counts.
    assert!(!is_in(&format!("{made}; {chosen}")));
    // Signing in once more ends the session that the browser had.
    let second = sign_in(&made);
    assert!(second != made && is_in(&second) && !is_in(&made));
}

#[test]
fn a_code_works_once() {
    let (_site, base, login) = desk_of("anne");
    let code = login.code();
    let first = Visitor::new(&base);
    assert_eq!(first.try_sign_in("/account", "anne", &login.passphrase, &code).status, 303);
    let thief = Visitor::new(&base);
    let answer = thief.try_sign_in("/account", "anne", &login.passphrase, &code);
    assert_eq!(answer.status, 422);
    answer.must_say(msg("desk-wrong"));
    assert!(thief.session().is_none());
}

#[test]
fn sessions_end_with_what_they_rest_on() {
    let (site, base, login) = desk_of("anne");
    let (here, there) = (Visitor::signed_in(&base, &login), Visitor::signed_in(&base, &login));
    // A passphrase of one's own: this session goes on, under another token.
    let (old, own) = (here.session().unwrap(), "un mot de passe bien à moi");
    let change = |old: &str, code: &str, new: &str| {
        here.act("/account/passphrase", &[("old", old), ("code", code), ("new", new)])
    };
    let short = change(&login.passphrase, "000000", "short");
    assert_eq!(short.status, 422);
    short.must_say(msg("desk-passphrase-short")).must_say("short</textarea>");
    change(&login.passphrase, "000000", own).must_say(msg("desk-change-wrong"));
    let answer = change(&login.passphrase, &login.code(), own);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_ne!(here.session().unwrap(), old);
    here.get("/account").must_say(msg("desk-passphrase-done"));
    here.get("/account").must_not_say(msg("desk-passphrase-done"));
    assert!(!there.is_signed_in());
    let cookie = format!("__Host-sourdine={old}");
    curl(&format!("{base}/account?lang=en"), &["-b", &cookie])
        .must_not_say(msg("desk-account-title"));

    // Another device.
    let page = here.get("/account/device");
    let secret = page.hidden("secret");
    page.must_say("<svg class=\"qr\"");
    let now = || sourdine::base::clock::Clock::system().seconds();
    let device = |new: &str| {
        let (code, new) = (login.code(), new.to_owned());
        let fields = [("secret", secret.as_str()), ("passphrase", own), ("code", &code)];
        here.act("/account/device", &[&fields[..], &[("new_code", new.as_str())]].concat())
    };
    let wrong = device("12345");
    assert_eq!(wrong.status, 422);
    wrong.must_say(msg("desk-device-wrong"));
    assert_eq!(wrong.hidden("secret"), secret, "the same secret, to try again");
    let answer = device(&code_of(&secret, now()));
    assert_eq!(answer.status, 303, "{}", answer.text());
    here.get("/account").must_say(msg("desk-device-done"));
    let there = Visitor::new(&base);
    assert_eq!(there.try_sign_in("/account", "anne", own, &login.code()).status, 422);
    let code = code_of(&secret, now() + 30);
    assert_eq!(there.try_sign_in("/account", "anne", own, &code).status, 303);

    let answer = there.act("/account/sign-out", &[]);
    assert_eq!(answer.status, 303);
    assert!(!here.is_signed_in() && !there.is_signed_in());

    let login = Login::reset(&site, "anne");
    let here = Visitor::signed_in(&base, &login);
    here.get("/journal").must_say(&filled("did-reset", &[msg("desk-operator"), "anne"]));
    let login = Login::reset(&site, "anne");
    assert!(!here.is_signed_in());
    let here = Visitor::signed_in(&base, &login);
    ok(sourdine().args(["editor", "remove", "anne", "--yes", "--config"]).arg(site.config()));
    assert!(!here.is_signed_in());
}

#[test]
fn neither_listener_serves_what_is_the_others() {
    let (site, base, login) = desk_of("anne");
    let anne = Visitor::signed_in(&base, &login);
    let cookie = format!("__Host-sourdine={}", anne.session().unwrap());
    let desk = [
        "/account",
        "/account/device",
        "/journal",
        "/sign-in",
        "/feed/x",
        "/mailbox/main/brave-heron",
    ];
    for path in desk {
        let answer = site.curl(&format!("{path}?lang=en"), &["-b", &cookie]);
        assert_eq!(answer.status, 404, "{path}");
        answer.must_not_say("anne").must_not_say(msg("desk-journal-title"));
        assert!(!answer.headers.to_lowercase().contains("set-cookie"), "{path}");
    }
    for path in ["/sign-in", "/sign-out", "/account/feed", "/account/sign-out"] {
        let answer = site.curl(path, &["-b", &cookie, "-d", "proof=x&act=make"]);
        assert_eq!(answer.status, 404, "{path}");
    }
    for path in ["/drop", "/mailbox", "/recipients.txt", "/progress/x", "/receipt", "/leave"] {
        for args in [&[][..], &["-d", "code=x"]] {
            let answer = anne.ask(path, args);
            assert_eq!(answer.status, 404, "{path} {args:?}");
            answer.must_not_say(msg("landing-send"));
        }
    }
    // A session is worth nothing after a restart, nor beside a stolen database.
    assert!(anne.is_signed_in());
    drop(site);
}

#[test]
fn a_stolen_database_holds_neither_session_nor_login() {
    let (mut site, base, login) = desk_of("anne");
    let anne = Visitor::signed_in(&base, &login);
    let feed = anne.act("/account/feed", &[("act", "make")]);
    let text = feed.text();
    let token = text.split("/feed/").nth(1).unwrap().split('?').next().unwrap().to_owned();
    assert_eq!(token.len(), 43, "{text}");
    let (session, proof) = (anne.session().unwrap(), anne.proof());
    let secrets = [&session, &proof, &token, &login.passphrase, &login.secret];
    site.stop();
    let mut read = 0;
    for path in files_below(&site.data()) {
        read += fs::metadata(&path).unwrap().len();
        for secret in secrets {
            assert!(!holds(&path, secret.as_bytes()), "{} holds {secret}", path.display());
        }
    }
    assert!(read > 4096);
    assert!(secrets.iter().all(|secret| !site.log().contains(*secret)), "{}", site.log());
    // Whoever serves the stolen store finds no session in it.
    let base = open_desk(&mut site);
    let cookie = format!("__Host-sourdine={session}");
    curl(&format!("{base}/account?lang=en"), &["-b", &cookie])
        .must_not_say(msg("desk-account-title"));
    curl(&format!("{base}/feed/{token}"), &[]).must_say("<feed");
}

#[test]
fn nothing_typed_leads_elsewhere_or_into_a_header() {
    let (_site, base, login) = desk_of("anne");
    let anne = Visitor::new(&base);
    for next in [
        "http://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/\"><script>",
        "",
    ] {
        let name = "<script>\"anne\r\nX: y";
        let fields = [("next", next), ("name", name), ("passphrase", "x"), ("code", "1")];
        let answer = anne.post("/sign-in", &fields);
        assert_eq!(answer.status, 422, "{next:?}");
        assert_eq!(answer.hidden("next"), "/", "{next:?}");
        answer.must_not_say("<script>").must_not_say("evil");
        assert!(!answer.headers.contains("X: y") && !answer.headers.contains("a=b"));
    }
    let code = login.code();
    let fields = [
        ("next", "//evil.example/"),
        ("name", "anne"),
        ("passphrase", &login.passphrase),
        ("code", &code),
    ];
    let answer = anne.post("/sign-in", &fields);
    assert_eq!(header(&answer, "location").unwrap(), "/sign-in?to=%2F&lang=en");
    for path in
        ["//evil.example/", "/%0d%0aX:%20y", "/account/../../etc/passwd", "/..%2f..", "/feed/%ff"]
    {
        let answer = anne.ask(path, &["--path-as-is"]);
        assert_eq!(answer.status, 404, "{path}");
        answer.must_not_say("href=\"//").must_not_say("X: y");
    }
    // A name that is far too long is refused like any other.
    let stranger = Visitor::new(&base);
    let answer = stranger.try_sign_in("/account", &"a".repeat(30_000), "x", "1");
    assert_eq!(answer.status, 422);
    assert!(answer.bytes.len() < 14 * 1024);
}

#[test]
fn a_feed_tells_a_day_and_ends_when_it_is_revoked() {
    let (site, base, login) = desk_of("anne");
    let anne = Visitor::signed_in(&base, &login);
    let address = |page: &Answer| {
        let text = page.text();
        let at = text.find("/feed/").unwrap_or_else(|| panic!("{text}"));
        text[at..].split(['?', '<']).next().unwrap().to_owned()
    };
    let first = address(&anne.act("/account/feed", &[("act", "make")]));
    anne.get("/account").must_not_say(&first).must_say(msg("desk-feed-is"));
    let read = |path: &str, lang: &str| curl(&format!("{base}{path}?lang={lang}"), &[]);
    let empty = read(&first, "en");
    assert_eq!(header(&empty, "content-type").unwrap(), "application/atom+xml; charset=utf-8");
    empty.must_not_say("<entry>");
    site.send(&site.form("en"), "a secret", &[]).must_say(msg("receipt-title"));
    let waits = read(&first, "en");
    waits.must_say("<title>Something new waits</title>");
    assert_eq!(waits.text().matches("<entry>").count(), 1);
    site.send(&site.form("en"), "another", &[]).must_say(msg("receipt-title"));
    assert_eq!(read(&first, "en").bytes, waits.bytes, "no count, and an entry that stays the same");
    read(&first, "fr").must_say("Quelque chose de nouveau attend").must_say("xml:lang=\"fr\"");
    is_atom(&site, &waits);
    is_atom(&site, &empty);
    // Fetched, and something new on the same day: no finer than a day.
    let list = anne.act("/download", &[("team", "team")]);
    let list = header(&list, "location").unwrap();
    let list = list.split('?').next().unwrap();
    assert_eq!(anne.act(&format!("{list}/done"), &[]).status, 303);
    read(&first, "en").must_not_say("<entry>");
    site.send(&site.form("en"), "a third", &[]).must_say(msg("receipt-title"));
    assert_eq!(read(&first, "en").bytes, waits.bytes);

    let second = address(&anne.act("/account/feed", &[("act", "make")]));
    assert_ne!(first, second);
    assert_eq!(read(&first, "en").status, 404);
    assert_eq!(read(&second, "en").status, 200);
    assert_eq!(anne.act("/account/feed", &[("act", "revoke")]).status, 303);
    anne.get("/account").must_say(msg("desk-feed-revoked")).must_say(msg("desk-feed-none"));
    for path in [&*first, &second, "/feed/", "/feed/x", &format!("/feed/{}", "A".repeat(43))] {
        let answer = read(path, "en");
        assert_eq!(answer.status, 404, "{path}");
        answer.must_not_say("<feed");
    }
}

/// By Python's parser: what RFC 4287 demands of a feed and an entry is there, each once.
fn is_atom(site: &Box_, answer: &Answer) {
    const CHECK: &str = "
import sys, re, xml.etree.ElementTree as E
A = '{http://www.w3.org/2005/Atom}'
feed = E.parse(sys.argv[1]).getroot()
assert feed.tag == A + 'feed', feed.tag
known = {'id','title','updated','author','link','entry','content'}
for part in [feed] + feed.findall(A + 'entry'):
    for name in ['id', 'title', 'updated']:
        assert len(part.findall(A + name)) == 1, name
    assert re.fullmatch(r'urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', part.find(A + 'id').text)
    assert re.fullmatch(r'\\d{4}-\\d\\d-\\d\\dT00:00:00Z', part.find(A + 'updated').text)
    assert {e.tag for e in part} <= {A + k for k in known}
    assert all(e.get('href').startswith('http://127.0.0.1:') for e in part.findall(A + 'link'))
assert feed.find(A + 'author').find(A + 'name').text
";
    let file = site.path("feed.xml");
    fs::write(&file, &answer.bytes).unwrap();
    ok(std::process::Command::new("python3").args(["-c", CHECK]).arg(&file));
}

#[test]
fn pages_are_small_hardened_and_in_every_language() {
    let (_site, base, login) = desk_of("anne");
    let anne = Visitor::signed_in(&base, &login);
    let stranger = Visitor::new(&base);
    for lang in ["en", "fr", "ar"] {
        for path in ["/account", "/account/device", "/journal", "/sign-in", "/nowhere"] {
            for visitor in [&anne, &stranger] {
                let page = visitor.get(&format!("{path}?lang={lang}"));
                page.must_say(&format!("<html lang=\"{lang}\""));
                let size = page.bytes.len();
                assert!(size <= 14 * 1024, "{path} in {lang} has {size} bytes");
                let headers = page.headers.to_lowercase();
                for wanted in [
                    "content-security-policy: default-src 'none'",
                    "cache-control: no-store",
                    "referrer-policy: same-origin",
                    "x-content-type-options: nosniff",
                    "cross-origin-opener-policy: same-origin",
                ] {
                    assert!(headers.contains(wanted), "{path} lacks {wanted}");
                }
                for unwanted in ["date:", "server:", "etag:", "script"] {
                    assert!(!headers.contains(unwanted), "{path} has {unwanted}");
                }
            }
        }
    }
    for danger in ["Host: evil.example", "X-Tor2web: 1", "X-Forwarded-Host: a.onion.ws"] {
        let answer = anne.ask("/account", &["-H", danger]);
        assert_eq!(answer.status, 403, "{danger}");
        answer.must_say("Stop").must_not_say("anne");
    }
    let large = "x".repeat(70_000);
    let answer = anne.post("/account/feed", &[("proof", &anne.proof()), ("act", &large)]);
    assert_eq!(answer.status, 400);
}

/// A wrong try over a circuit; what is answered.
fn wrong_try(socket: &Path, circuit: u32) -> String {
    let body = "next=%2F&name=anne&passphrase=wrong&code=000000";
    let request = format!(
        "POST /sign-in?lang=en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut said = String::new();
    let Ok(mut stream) = UnixStream::connect(socket) else { return said };
    if stream.write_all((line_of(circuit) + &request).as_bytes()).is_ok() {
        let _ = stream.read_to_string(&mut said);
    }
    said
}

/// A desk behind tor's line.
fn desk_behind_tor() -> (Box_, PathBuf, Login) {
    let mut site = Box_::new(1, &[]);
    let (source, desk) = (site.path("source.sock"), site.path("desk.sock"));
    let listen = format!("source = \"unix:{}\"", source.display());
    let editors = format!("desk = \"unix:{}\"", desk.display());
    site.edit(&[
        ("source = \"127.0.0.1:8080\"", &listen),
        ("desk = \"\"", &editors),
        ("haproxy = false", "haproxy = true"),
        ("client_auth = false", "client_auth = true"),
    ]);
    let login = Login::new(&site, "anne", &["team"]);
    let log = fs::File::create(site.path("log")).unwrap();
    let mut command = site.command("serve");
    site.adopt(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    wait_for("the desk's socket", || {
        assert!(!site.log().contains("sourdine: "), "{}", site.log());
        UnixStream::connect(&desk).ok()
    });
    (site, desk, login)
}

#[test]
fn a_thousand_wrong_sign_ins_from_twenty_circuits_keep_the_right_editor_out_for_seconds() {
    const CIRCUITS: u32 = 20;
    let (site, socket, login) = desk_behind_tor();
    let strangers: Vec<_> = (0..1000)
        .map(|number| {
            let socket = socket.clone();
            let small = thread::Builder::new().stack_size(128 * 1024);
            small.spawn(move || wrong_try(&socket, number % CIRCUITS)).unwrap()
        })
        .collect();
    let anne = Visitor::new(&way_through(socket, 2_000_000));
    let (begin, mut tries) = (Instant::now(), 0);
    loop {
        tries += 1;
        let answer = anne.try_sign_in("/account", "anne", &login.passphrase, &login.code());
        match answer.status {
            303 => break,
            // Busy, or a code that aged in the queue.
            503 | 422 => thread::sleep(Duration::from_secs(3)),
            other => panic!("{other}: {}", answer.text()),
        }
        // A minute is what is promised of a quiet machine: at most one try of each circuit is checked before.
        assert!(begin.elapsed() < Duration::from_secs(180), "still out");
    }
    let took = begin.elapsed();
    // Whoever waits still is not waited for.
    drop(site);
    let said: Vec<_> = strangers.into_iter().map(|one| one.join().unwrap()).collect();
    let count = |text: &str| said.iter().filter(|said| said.contains(text)).count();
    let (checked, busy) = (count(" 422 "), count(" 503 "));
    println!(
        "1000 wrong sign-ins from {CIRCUITS} circuits ({checked} checked, {busy} busy): the editor is in after \
         {:.1} s, {tries} tries",
        took.as_secs_f64()
    );
    assert_eq!(count(" 303 "), 0);
    assert!(checked >= 1);
}

/// A reader never shows an id again that it has seen: on each day on which something still waits it is another one.
/// What expires is told once, two weeks before.
#[test]
fn a_feed_reminds_on_each_day_on_which_something_waits_and_once_of_what_expires() {
    let (mut site, base, login) = desk_of("anne");
    let feed = Visitor::signed_in(&base, &login).act("/account/feed", &[("act", "make")]).text();
    let at = feed.find("/feed/").unwrap();
    let path = feed[at..].split(['?', '<']).next().unwrap().to_owned();
    site.send(&site.form("en"), "a secret", &[]).must_say(msg("receipt-title"));
    site.edit(&[("silent = \"180 days\"", "silent = \"16 days\"")]);
    let (mut ids, mut expires) = (BTreeSet::new(), Vec::new());
    for after in ["+0", "+1d", "+2d", "+3d"] {
        site.stop();
        let before = site.log().len();
        site.serve_with(|command| {
            command.args(["--desk-listen", "127.0.0.1:0"]);
            command.env("LD_PRELOAD", faketime()).env("FAKETIME", after);
        });
        let base = wait_for("the desk's address", || {
            let log = site.log()[before..].to_owned();
            let at = log.find("editors are served at ")?;
            Some(log[at..].lines().next()?.rsplit(' ').next()?.to_owned())
        });
        let read = || curl(&format!("{base}{path}?lang=en"), &[]);
        let (one, again) = (read(), read());
        assert_eq!(one.bytes, again.bytes, "a day has one entry");
        is_atom(&site, &one);
        let text = one.text();
        let id = |entry: &str| entry.split("</id>").next().unwrap().to_owned();
        let (told, waits): (Vec<_>, Vec<_>) = text
            .split("<entry>")
            .skip(1)
            .partition(|entry| entry.contains(msg("desk-feed-expires")));
        let [waits] = waits[..] else { panic!("{text}") };
        ids.insert(id(waits));
        expires.push(told.into_iter().map(id).collect::<Vec<_>>());
    }
    assert_eq!(ids.len(), 4);
    let [none, no, first, second] = &expires[..] else { unreachable!() };
    assert!(none.is_empty() && no.is_empty() && first.len() == 1 && first == second, "{expires:?}");
}
