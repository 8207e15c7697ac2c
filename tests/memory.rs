//! What the memory of a running server holds: every secret while it is in use (or the search is worth nothing),
//! and none of them afterwards.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::FileExt;

use memchr::memmem::Finder;
use sourdine::crypto::code::RetrievalCode;
use sourdine::crypto::kdf::{Derivation, Scratch};
use sourdine::store::Store;

use crate::common::desk::*;
use crate::common::wire::*;
use crate::common::*;

/// Bytes that are read at once; what lies over a border is in two of them.
const PIECE: usize = 1 << 20;
const OVERLAP: usize = 256;

/// Searches of the memory until what has ended must be gone from it: each takes some tenths of a second.
const LOOKS: usize = 10;

/// Secrets by name, each in the shapes that it may have in memory.
#[derive(Default)]
struct Secrets(Vec<(&'static str, Vec<u8>)>);

impl Secrets {
    fn add(&mut self, name: &'static str, bytes: impl Into<Vec<u8>>) {
        let bytes = bytes.into();
        assert!(bytes.len() >= 8, "{name} is too short to be told from chance");
        self.0.push((name, bytes));
    }

    /// Three words in a row, in a text and in the body of a form.
    fn words(&mut self, name: &'static str, text: &str) {
        let words: Vec<&str> = text.split(' ').collect();
        for three in words.windows(3) {
            for gap in [" ", "+", "%20", "</li><li>"] {
                self.add(name, three.join(gap));
            }
        }
    }

    /// Bytes of a file here and there.
    fn pieces(&mut self, name: &'static str, bytes: &[u8]) {
        for piece in bytes.chunks(bytes.len() / 16) {
            self.add(name, &piece[..24]);
        }
        self.add(name, &bytes[bytes.len() - 24..]);
    }

    /// How often each stands in the memory of the server.
    fn search(&self, site: &Box_) -> BTreeMap<&'static str, usize> {
        let finders: Vec<_> =
            self.0.iter().map(|(name, bytes)| (*name, Finder::new(bytes))).collect();
        let mut found: BTreeMap<_, _> = self.0.iter().map(|(name, _)| (*name, 0)).collect();
        let maps = fs::read_to_string(format!("/proc/{}/maps", site.pid())).unwrap();
        let memory = File::open(format!("/proc/{}/mem", site.pid())).unwrap();
        let mut piece = vec![0; PIECE + OVERLAP];
        for line in maps.lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            // What cannot be written holds nothing of a visit.
            if !rest.starts_with("rw") {
                continue;
            }
            let (from, to) = range.split_once('-').unwrap();
            let number = |text| u64::from_str_radix(text, 16).unwrap();
            let (mut at, to) = (number(from), number(to));
            while at < to {
                let length = usize::try_from(to - at).unwrap().min(piece.len());
                // A stack may go while it is read.
                let read = memory.read_at(&mut piece[..length], at).unwrap_or(0);
                for (name, finder) in &finders {
                    let hits = finder.find_iter(&piece[..read]);
                    let hits = hits.filter(|hit| *hit < PIECE).count();
                    *found.get_mut(name).unwrap() += hits;
                }
                at += PIECE as u64;
            }
        }
        found
    }

    /// Waits until all of these are found.
    fn must_be_found(&self, site: &Box_, names: &[&str]) {
        let mut last = BTreeMap::new();
        wait_for("the secrets in memory", || {
            last = self.search(site);
            names.iter().all(|name| last[name] > 0).then_some(())
        });
        println!("memory, in use: {last:?}");
    }

    /// Fails where any of them stays.
    fn must_be_nowhere(&self, site: &Box_, when: &str) {
        let mut found = BTreeMap::new();
        for _ in 0..LOOKS {
            found = self.search(site);
            if found.values().all(|count| *count == 0) {
                break;
            }
        }
        println!("memory, {when}: {found:?}");
        assert!(found.values().all(|count| *count == 0), "{when}: {found:?}");
    }
}

/// Letters of an alphabet as groups of five bits -> the bytes they stand for.
fn five_bits(letters: &str, alphabet: &str) -> Vec<u8> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in letters.chars() {
        bits = bits << 5 | alphabet.find(letter).unwrap() as u32;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

/// The code, and what derives from it.
fn of_source(site: &Box_, words: &str) -> Secrets {
    let mut secrets = Secrets::default();
    let code = RetrievalCode::read(words).unwrap().remove(0);
    let store = Store::open(&site.data(), 1 << 40).unwrap();
    let derivation = Derivation::from_bytes(&store.fact("derivation").unwrap().unwrap()).unwrap();
    let keys = derivation.derive(&code, &mut Scratch::default()).unwrap();
    secrets.add("code", code.as_bytes().to_vec());
    secrets.words("code's words", words);
    let names = [("age secret", "age secret's text"), ("post-quantum secret", "its text")];
    for ((name, texts), text) in names.into_iter().zip(keys.identity.secret_texts()) {
        // What age reads is 32 bytes behind a prefix, with six letters of a checksum.
        let letters = &text[text.rfind('1').unwrap() + 1..text.len() - 6];
        let bytes = five_bits(&letters.to_lowercase(), "qpzry9x8gf2tvdw0s3jn54khce6mua7l");
        assert_eq!(bytes.len(), 32);
        secrets.add(name, &bytes[1..31]);
        secrets.add(texts, text.as_bytes());
    }
    secrets
}

/// A request whose last byte never comes: what it brought is in memory until this is dropped.
fn hanging(base: &str, path: &str, session: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-sourdine={session}\r\n\
         Content-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{body}",
        body.len() + 1
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

const QUESTION: &str =
    "\n[[team.question]]\nid = \"town\"\nkind = \"place\"\nlabel = { en = \"Which town?\" }\n";

#[test]
fn nothing_of_a_source_stays_in_memory() {
    let mut site = Box_::new(1, &[]);
    let config = fs::read_to_string(site.config()).unwrap();
    fs::write(site.config(), config + QUESTION).unwrap();
    site.serve();
    let form = site.form("en");
    let mut secrets = of_source(&site, &form.code);
    let (message, answer) = ("nine-cameras-on-the-square", "thank-you-we-have-read-it");
    let document = Document::new(&site, "plan-of-the-cameras.pdf", 3_000_000);
    secrets.add("message", message);
    secrets.add("answer", answer);
    let town = "a-town-beside-the-river";
    secrets.add("answer to a question", town);
    secrets.add("file name", document.name.as_str());
    secrets.pieces("file", &document.bytes);
    secrets.must_be_nowhere(&site, "before");
    let typed = format!("code={}&message={message}", form.code.replace(' ', "+"));
    let never = hanging(&site.base, "/drop/form?lang=en", "none", &typed);
    secrets.must_be_found(&site, &["code's words", "message"]);
    drop(never);
    secrets.must_be_nowhere(&site, "after a form that was cut");

    // A document on its way, all but its end.
    let body = Body::new(
        &form,
        &[("message", message), ("answer-town", town)],
        std::slice::from_ref(&document),
    );
    let mut upload = body.send(&site, "/drop?lang=en", body.bytes.len() - 1000);
    let in_use = ["code", "age secret", "message", "answer to a question", "file name", "file"];
    secrets.must_be_found(&site, &in_use);
    upload.write(&body.bytes[body.bytes.len() - 1000..]);
    assert!(upload.answer().contains(msg("receipt-title")));
    secrets.must_be_nowhere(&site, "after a drop");

    // An answer, read and fetched.
    let attached = site.path("answer.bin");
    fs::write(&attached, &document.bytes).unwrap();
    site.answer(answer, &attached);
    let mut page = site.mailbox(&form.code);
    page.must_say(answer);
    secrets.must_be_nowhere(&site, "after a look at the mailbox");
    let fields = ["code", "ticket", "dispatch", "number"];
    let fields = fields.map(|name| format!("{name}={}", page.hidden_in("article", name)));
    let args: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
    assert_eq!(site.curl("/mailbox/file", &args).bytes, document.bytes);
    secrets.must_be_nowhere(&site, "after a download");

    // A draft, another language, a wrong word, and leaving.
    page = site.mailbox(&form.code);
    let more = Form { code: form.code.clone(), ticket: page.hidden_in("#more", "ticket") };
    let mut args = more.fields();
    args.extend(["-F".into(), format!("message={message}")]);
    args.extend(["-F".into(), format!("files=@{}", document.path())]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    site.curl("/drop?lang=en&keep=1", &args).must_say(msg("receipt-kept-title"));
    site.mailbox(&form.code).must_say(message);
    let mut wrong: Vec<&str> = form.code.split(' ').collect();
    wrong[8] = if wrong[8] == "able" { "about" } else { "able" };
    site.mailbox(&wrong.join(" ")).must_say(msg("code-check"));
    site.leave(&page.hidden("ticket")).must_say(msg("left-title"));
    secrets.must_be_nowhere(&site, "after leaving");
}

#[test]
fn nothing_of_an_editor_stays_in_memory() {
    let mut site = Box_::new(1, &[]);
    let login = Login::new(&site, "anne", &[]);
    let base = open_desk(&mut site);
    let mut secrets = Secrets::default();
    secrets.words("passphrase", &login.passphrase);
    let bytes = five_bits(&login.secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    secrets.add("TOTP secret", bytes.clone());
    secrets.add("TOTP secret's text", login.secret.as_bytes());
    for pad in [0x36, 0x5c] {
        secrets.add("TOTP secret in HMAC", bytes.iter().map(|byte| byte ^ pad).collect::<Vec<_>>());
    }
    secrets.must_be_nowhere(&site, "before");

    // A sign-in that waits for the database, which somebody else holds.
    let editor = std::thread::scope(|scope| {
        let index = rusqlite::Connection::open(site.data().join("index.db")).unwrap();
        index.execute_batch("BEGIN IMMEDIATE").unwrap();
        let editor = scope.spawn(|| Visitor::signed_in(&base, &login));
        secrets.must_be_found(&site, &["passphrase", "TOTP secret"]);
        index.execute_batch("ROLLBACK").unwrap();
        editor.join().unwrap()
    });
    let session = editor.session().unwrap();
    secrets.add("session", session.as_bytes());
    assert!(editor.is_signed_in());
    secrets.must_be_nowhere(&site, "after a sign-in");

    // A request that never ends.
    let mut request = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    let head = format!(
        "GET /account HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-sourdine={session}\r\n"
    );
    request.write_all(head.as_bytes()).unwrap();
    secrets.must_be_found(&site, &["session"]);
    drop(request);
    secrets.must_be_nowhere(&site, "after a request that was cut");

    // What a source gets, and an answer that is typed.
    let form = site.form("en");
    site.send(&form, "hello", &[]).must_say(msg("receipt-title"));
    let inbox = scraper::Html::parse_document(&editor.get("/").text());
    let link = inbox.select(&selector("main a[href^='/mailbox/']")).next().unwrap();
    let place = link.attr("href").unwrap().split('?').next().unwrap().to_owned();
    let answer = "the-answer-of-an-editor";
    secrets.add("answer", answer);
    secrets.add("code", RetrievalCode::read(&form.code).unwrap()[0].as_bytes().to_vec());
    let page = editor.get(&place);
    let fields = ["proof", "form"];
    let fields = fields.map(|name| format!("{name}={}", page.hidden_in("#answer", name)));
    let message = format!("message={answer}");
    let sent = editor
        .ask(&format!("{place}/reply"), &["-F", &fields[0], "-F", &fields[1], "-F", &message]);
    assert!(sent.status < 400, "{}", sent.text());
    site.mailbox(&form.code).must_say(answer);
    secrets.must_be_nowhere(&site, "after an answer");
    let note = "a-note-among-editors";
    secrets.add("note", note);
    let page = editor.get(&format!("{place}/note"));
    let fields = ["proof", "form"];
    let fields = fields.map(|name| format!("{name}={}", page.hidden_in("#answer", name)));
    let message = format!("message={note}");
    let args = ["-F", &fields[0], "-F", &fields[1], "-F", &message];
    assert_eq!(editor.ask(&format!("{place}/note/send"), &args).status, 303);
    editor.get(&place).must_say(msg("note-sent"));
    let feed = editor.act("/account/feed", &[("act", "make")]).text();
    let token = feed.split("/feed/").nth(1).unwrap().split(['?', '<']).next().unwrap();
    secrets.add("feed token", token);
    curl(&format!("{base}/feed/{token}"), &[]).must_say("<feed");
    secrets.must_be_nowhere(&site, "after a note, and a look at the feed");

    // What ends a request whole, a request that was cut, and a change of both secrets.
    let own = "un mot de passe bien à moi";
    secrets.add("new passphrase", own);
    let typed = format!("message={answer}-{note}&new={}&token={token}", own.replace(' ', "+"));
    secrets.add("new passphrase in a form", own.replace(' ', "+"));
    let never = hanging(&base, &format!("{place}/note?lang=en"), &session, &typed);
    secrets.must_be_found(&site, &["answer", "note", "new passphrase in a form", "feed token"]);
    drop(never);
    let fields = [("old", &*login.passphrase), ("code", &login.code()), ("new", own)];
    assert_eq!(editor.act("/account/passphrase", &fields).status, 303);
    let new = editor.get("/account/device").hidden("secret");
    secrets.add("new TOTP secret", five_bits(&new, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
    secrets.add("new TOTP secret's text", new.as_bytes());
    let fields =
        [("secret", &*new), ("passphrase", own), ("code", "123456"), ("new_code", "123456")];
    editor.act("/account/device", &fields).must_say(msg("desk-device-wrong"));
    secrets
        .must_be_nowhere(&site, "after a change of the passphrase, and a device that was refused");
    editor.act("/sign-out", &[]);
    secrets.must_be_nowhere(&site, "after signing out");
}
