//! Bad input: a readable page or one line with the remedy, and nothing lost.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::common::*;

const SMALL: &[(&str, &str)] = &[
    ("file = \"3.5 GiB\"", "file = \"1 MiB\""),
    ("dispatch = \"8 GiB\"", "dispatch = \"2 MiB\""),
    ("files = 100", "files = 3"),
    ("message = 100000", "message = 100"),
];

const CUT: &str = "error-cut";
const NOT_OURS: &str = "error-form";

impl Answer {
    /// A page of this status with this sentence.
    fn is(&self, status: u16, sentence: &str) -> &Self {
        self.must_say(sentence);
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// What is given back: in a text area, or carried to the page that has one.
    fn typed(&self, name: &str) -> String {
        let page = scraper::Html::parse_document(&self.text());
        let area = scraper::Selector::parse(&format!("main textarea[name={name}]")).unwrap();
        match page.select(&area).next() {
            Some(area) => area.text().collect(),
            None => self.hidden(name),
        }
    }

    /// The form that was given back.
    fn form(&self) -> Form {
        Form { code: self.hidden("code"), ticket: self.hidden("ticket") }
    }
}

/// A form with these further arguments for curl, in a language.
fn post(site: &Box_, lang: &str, form: &Form, more: &[&str]) -> Answer {
    let mut args = form.fields();
    args.extend(more.iter().map(ToString::to_string));
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    site.curl(&format!("/drop?lang={lang}"), &args)
}

/// A file of so many bytes, as curl's argument.
fn file(site: &Box_, name: &str, bytes: usize) -> String {
    let path = site.path(name);
    fs::write(&path, vec![b'x'; bytes]).unwrap();
    format!("files=@{}", path.display())
}

/// Whatever went wrong before, a source can send and an editor can open; `earlier` drops are there.
fn must_still_work(site: &Box_, earlier: u64) {
    assert_eq!(site.submissions(), earlier);
    let document = site.path("proof.txt");
    fs::write(&document, "the proof").unwrap();
    let form = site.form("en");
    site.send(&form, "Hello", &[document.to_str().unwrap()]).is(200, &sha256(&document));
    site.mailbox(&form.code).is(200, msg("mailbox-waiting"));
    assert_eq!(site.submissions(), earlier + 1);
    let (bundle, out) = (site.path("proof.tar"), site.path("proof"));
    ok(site.command("export").arg("-o").arg(&bundle));
    ok(sourdine().arg("open").arg(&bundle).arg("-i").arg(&site.editors[0].key).arg("-o").arg(&out));
    assert!(fs::read_to_string(out.join("SUMMARY.txt")).unwrap().contains("proof.txt"));
    fs::remove_dir_all(&out).unwrap();
    fs::remove_file(&bundle).unwrap();
}

/// Fails with code 1 and one line that says all of this.
fn refuses(command: &mut Command, sentences: &[&str]) -> String {
    let error = fails(command);
    assert_eq!(error.lines().count(), 1, "more than one line: {error}");
    assert!(error.starts_with("sourdine: "), "{error}");
    for sentence in sentences {
        assert!(error.contains(sentence), "{sentence:?} is missing in {error}");
    }
    error
}

/// `check` names the fault and `serve` refuses to start, both with these words.
fn must_not_start(site: &Box_, sentences: &[&str]) -> String {
    let check = site.command("check").output().unwrap();
    assert_eq!(check.status.code(), Some(1));
    let text = String::from_utf8(check.stdout).unwrap();
    let fault = text.lines().find(|line| line.starts_with("FAULT")).unwrap_or(&text);
    for sentence in sentences {
        assert!(fault.contains(sentence), "{sentence:?} is missing in {text}");
    }
    text + &refuses(site.command("serve").args(["--listen", "127.0.0.1:0"]), sentences)
}

/// Writes a request as it stands; then closes one's own side or goes away.
struct Raw(TcpStream);

impl Raw {
    fn send(site: &Box_, head: &str, body: &[u8]) -> Self {
        let mut stream = TcpStream::connect(site.base.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let request =
            [format!("{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes(), body]
                .concat();
        // A refusal may come, and the connection go, before everything was sent.
        let _ = stream.write_all(&request);
        Self(stream)
    }

    /// A form whose length is announced wrongly, by so many bytes.
    fn form(site: &Box_, body: &[u8], announced: usize) -> Self {
        let head = format!(
            "POST /drop?lang=en HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=B\r\n\
             Content-Length: {announced}"
        );
        Self::send(site, &head, body)
    }

    /// What is answered until the server has nothing more to say.
    fn answer(mut self) -> String {
        let mut bytes = Vec::new();
        // A reset after the page is no matter; a page that did not come is.
        let _ = self.0.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// A whole form with one small file.
fn body(form: &Form) -> Vec<u8> {
    let field = |name: &str, value: &str| {
        format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file =
        "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\nabc\r\n";
    let fields = [("code", &*form.code), ("ticket", &*form.ticket), ("message", "Hello")];
    let fields: String = fields.iter().map(|(name, value)| field(name, value)).collect();
    format!("{fields}{file}--B--\r\n").into_bytes()
}

#[test]
fn a_form_that_is_not_ours_gets_a_page_in_the_readers_language() {
    let site = Box_::served(2, &[]);
    let form = site.form("en");
    let small = file(&site, "small.txt", 10);
    for more in [
        &["-F", small.as_str(), "-F", "message=late"][..],
        &["-F", "files=not a file"],
        &["-F", "colour=blue"],
        &["-F", "=nameless"],
        &["-F", "message=one", "-F", "message=two", "-F", "code=again"],
    ] {
        post(&site, "en", &form, more).is(400, msg(NOT_OURS));
    }
    post(&site, "fr", &form, &["-F", "couleur=bleu"]).is(400, msg_in("fr", "error-form"));

    let nameless = b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n";
    let raw = Raw::form(&site, nameless, nameless.len());
    let answer = raw.answer();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(msg(NOT_OURS)), "{answer}");

    for content_type in
        ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", "application/json"]
    {
        let header = format!("Content-Type: {content_type}");
        let data = String::from_utf8(body(&form)).unwrap();
        site.curl("/drop?lang=en", &["-H", &header, "--data-binary", &data]).is(400, msg(NOT_OURS));
    }
    site.curl("/drop?lang=en", &["-X", "POST"]).is(400, msg(NOT_OURS));
    site.curl("/mailbox?lang=en", &["-d", "code=only"]).is(400, msg(NOT_OURS));
    site.curl("/mailbox?lang=en", &["-F", "code=multipart"]).is(400, msg(NOT_OURS));
    let long = format!("code={}", "a".repeat(100_000));
    site.curl("/mailbox?lang=en", &["-d", &long]).is(400, msg(NOT_OURS));
    must_still_work(&site, 0);
}

#[test]
fn a_body_that_is_shorter_or_longer_than_announced_publishes_nothing() {
    let site = Box_::served(1, &[("idle = \"120 seconds\"", "idle = \"5 seconds\"")]);
    let form = site.form("en");
    let whole = body(&form);
    let half = whole.len() / 2;
    let almost = whole.len() - 6;

    // Announced whole, cut anywhere, then gone.
    for sent in [0, half, almost] {
        drop(Raw::form(&site, &whole[..sent], whole.len()));
    }
    // The same, with the connection's other half open: the page comes, or the connection ends.
    for sent in [half, almost] {
        let raw = Raw::form(&site, &whole[..sent], whole.len());
        raw.0.shutdown(Shutdown::Write).unwrap();
        let answer = raw.answer();
        assert!(answer.is_empty() || answer.contains(msg(CUT)), "{answer}");
    }
    // Nothing comes any more: cut after `idle`, with the page.
    let answer = Raw::form(&site, &whole[..half], whole.len()).answer();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(msg(CUT)), "{answer}");
    // More is sent than was announced: the form ends too early, and the rest is no request.
    let answer = Raw::form(&site, &whole, half).answer();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains(msg(CUT)), "{answer}");
    assert!(!answer.contains(msg("receipt-title")), "{answer}");
    // What was written is kept for its source, and for nobody else.
    site.mailbox(&form.code).is(200, msg("mailbox-draft"));
    assert_eq!(site.submissions(), 0);

    // Whole, and the source is gone before the receipt: stored or not, sending again stores it once.
    drop(Raw::form(&site, &whole, whole.len()));
    // A whole form with rubbish behind it is a whole form.
    let answer =
        Raw::form(&site, &[&whole, b"rubbish\r\n\r\n".as_slice()].concat(), whole.len()).answer();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(
        answer.contains(msg("receipt-title")) || answer.contains(msg("receipt-before-title")),
        "{answer}"
    );
    site.mailbox(&form.code).is(200, msg("mailbox-waiting"));
    must_still_work(&site, 1);
}

#[test]
fn a_mistyped_code_is_given_back_with_the_word_to_look_at() {
    let site = Box_::served(1, &[]);
    let wrong = "abandon ability ablle about above absent absorb abstract";
    let page = site.mailbox(wrong);
    page.is(422, &filled("code-unknown-suggest", &["3"]));
    assert_eq!(page.typed("code"), wrong);
    site.mailbox("abandon ability able about above absent absorb")
        .is(422, &filled("code-count", &["7"]));
    site.mailbox("abandon").is(422, msg("code-count[one]"));
    site.mailbox(" ,; ").is(422, msg("code-empty"));
    site.mailbox(&"abandon ".repeat(500)).is(422, msg("code-too-long"));
    site.mailbox("<script>alert(1)</script> \u{202e} \u{1b}[2J").is(422, msg("code-count"));

    let ticket = format!("ticket={}", site.curl("/mailbox", &[]).hidden("ticket"));
    let code = format!("code={wrong}");
    let args = ["--data-urlencode", code.as_str(), "--data-urlencode", ticket.as_str()];
    site.curl("/mailbox?lang=fr", &args).is(422, "able");

    // A code under which nothing is offers the form for this very code.
    let unknown = site.form("fr").code;
    let page = site.mailbox(&unknown);
    page.is(200, msg("mailbox-nothing"));
    assert_eq!(page.hidden("code"), unknown);
    site.send(&page.form(), "with the code of the paper", &[]).is(200, msg("receipt-title"));
    site.mailbox(&unknown).is(200, msg("mailbox-waiting"));

    // In the drop form, where no one types it.
    let form = Form { code: wrong.into(), ..site.form("en") };
    post(&site, "en", &form, &["-F", "message=x"])
        .is(422, filled("code-unknown", &["3"]).split('.').next().unwrap());
    must_still_work(&site, 1);
}

#[test]
fn a_message_to_be_mended_comes_back_with_the_same_code() {
    let site = Box_::served(1, SMALL);
    let mut form = site.form("en");
    let code = form.code.clone();
    let mended = |page: &Answer| {
        assert_eq!(page.hidden("code"), code);
        page.must_say(msg("error-nothing-sent")).must_say(msg("error-again"));
        page.form()
    };

    let page = post(&site, "en", &form, &["-F", "message=", "-F", "files=@-;filename="]);
    page.is(422, msg("error-empty"));
    form = mended(&page);
    let page = post(&site, "en", &form, &["-F", "message= \r\n "]);
    page.is(422, msg("error-empty"));
    form = mended(&page);

    let long = "é".repeat(101);
    let page = post(&site, "en", &form, &["-F", &format!("message={long}")]);
    page.is(413, "The message is longer than 100 characters.");
    assert_eq!(page.typed("message"), long);
    form = mended(&page);
    post(&site, "fr", &form, &["-F", &format!("message={long}")])
        .is(413, "Le message dépasse 100 caractères.");

    let shouted = code.to_uppercase().replace(' ', "\n");
    for text in [
        code.clone(),
        shouted,
        code.split(' ').map(|w| w.chars().take(4).collect::<String>()).collect(),
    ] {
        let text = format!("see {text}!");
        let page = post(&site, "en", &form, &["-F", &format!("message={text}")]);
        page.is(422, msg("error-message-has-code"));
        assert_eq!(page.typed("message").replace("\r\n", "\n"), text);
        form = mended(&page);
    }
    let page = post(&site, "en", &form, &["-F", "team=nobody", "-F", "message=for \"whom\" <b>"]);
    page.is(422, msg("error-team"));
    assert_eq!(page.typed("message"), "for \"whom\" <b>");
    form = mended(&page);

    site.mailbox(&code).is(200, msg("mailbox-nothing"));
    site.send(&form, "mended", &[]).is(200, msg("receipt-title"));
    site.mailbox(&code).is(200, msg("mailbox-waiting"));

    // Exactly the limit, in the longest characters there are.
    let form = site.form("en");
    site.send(&form, &"😀".repeat(100), &[]).is(200, msg("receipt-title"));
    must_still_work(&site, 2);
}

#[test]
fn what_is_too_large_gets_a_page_that_a_client_gets_to_read() {
    let site = Box_::served(2, SMALL);
    let over = file(&site, "over.bin", (1 << 20) + 1);
    let exact = file(&site, "exact.bin", 1 << 20);
    let part = file(&site, "part.bin", 900 << 10);
    // Within `limits.drain`: what is longer is cut off.
    let huge = file(&site, "huge.bin", 12 << 20);
    let small = file(&site, "small.txt", 1);

    let form = site.form("en");
    // With and without asking before (curl asks, browsers do not).
    for expect in ["Expect:", "Expect: 100-continue"] {
        let page = post(&site, "en", &form, &["-H", expect, "-F", "message=kept", "-F", &over]);
        page.is(413, &filled("error-file-too-large", &["1 MB"])).must_say(msg("error-choose"));
        assert_eq!(
            (page.typed("message").as_str(), page.hidden("code")),
            ("kept", form.code.clone())
        );
        let three = ["-H", expect, "-F", "message=kept", "-F", &part, "-F", &part, "-F", &part];
        let page = post(&site, "en", &form, &three);
        page.is(413, &filled("error-dispatch-too-large", &["2 MB"]));
        assert_eq!(page.typed("message"), "kept");
        // Announced: refused before the form is read.
        post(&site, "en", &form, &["-H", expect, "-F", "message=x", "-F", &huge])
            .is(413, &filled("error-dispatch-too-large", &["2 MB"]));
    }
    post(&site, "fr", &form, &["-H", "Expect:", "-F", &over]).is(413, "Mo");
    // Not announced at all.
    let chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Expect:"];
    post(&site, "en", &form, &[&chunked[..], &["-F", &huge]].concat())
        .is(413, &filled("error-file-too-large", &["1 MB"]));
    let count =
        |n: usize| std::iter::repeat_n(["-F", small.as_str()], n).flatten().collect::<Vec<_>>();
    for files in [4, 20, 200] {
        post(&site, "en", &form, &count(files)).is(413, "There are more than 3 files.");
    }
    post(&site, "fr", &form, &count(4)).is(413, "Il y a plus de 3 fichiers.");
    // What arrived whole before the refusals is kept, once, for its source alone.
    site.mailbox(&form.code)
        .must_say(msg("mailbox-draft"))
        .must_say("part.bin")
        .must_say("small.txt")
        .must_not_say("over.bin")
        .must_not_say("huge.bin");
    assert_eq!(site.submissions(), 0);
    wait_for("what was refused to go", || {
        (site.status()["bytes"].as_u64()? < 3 << 19).then_some(())
    });
    let form = site.form("en");

    // The limits themselves may be reached.
    post(&site, "en", &form, &["-F", "message=", "-F", &exact, "-F", &exact])
        .is(200, msg("receipt-title"));
    post(&site, "en", &site.form("en"), &count(3)).is(200, msg("receipt-title"));
    post(&site, "en", &site.form("en"), &[&chunked[..], &["-F", &small]].concat())
        .is(200, msg("receipt-title"));
    must_still_work(&site, 3);
}

#[test]
fn when_the_store_is_full_the_message_comes_back_and_what_is_there_stays() {
    let site = Box_::served(1, &[("quota = \"100 GiB\"", "quota = \"4 MiB\"")]);
    let two = file(&site, "two.bin", 2 << 20);
    let first = site.form("en");
    post(&site, "en", &first, &["-F", &two]).is(200, msg("receipt-title"));
    let form = site.form("en");
    let page = post(&site, "en", &form, &["-H", "Expect:", "-F", "message=kept", "-F", &two]);
    page.is(507, msg("error-full"));
    assert_eq!((page.typed("message").as_str(), page.hidden("code")), ("kept", form.code.clone()));
    post(&site, "fr", &form, &["-F", &two]).is(507, "Il n’y a pas assez de place en ce moment.");
    site.mailbox(&first.code).is(200, msg("mailbox-waiting"));
    must_still_work(&site, 1);
}

#[test]
fn when_all_places_are_taken_a_source_is_asked_to_come_back() {
    let site = Box_::served(1, &[("uploads = 32", "uploads = 1")]);
    let large = site.path("large.bin");
    fs::write(&large, vec![b'x'; 32 << 20]).unwrap();
    let before = site.vault_size();
    let slow = site.send_slowly(&site.form("en"), "slow", &large, "8M");
    wait_for("the first upload to begin", || (site.vault_size() > before).then_some(()));
    site.send(&site.form("en"), "Hello", &[]).is(503, msg("error-busy"));
    site.curl("/?lang=en", &[]).is(200, msg("landing-send"));
    drop(slow);
    wait_for("the place", || {
        (site.send(&site.form("en"), "Hello", &[]).status == 200).then_some(())
    });
    must_still_work(&site, 1);
}

#[test]
fn another_site_cannot_send_for_a_visitor() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    for header in [
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: https://127.0.0.1",
        "Sec-Fetch-Site: cross-site",
    ] {
        post(&site, "en", &form, &["-H", header, "-F", "message=x"]).is(403, msg("error-origin"));
        for path in
            ["/mailbox?lang=en", "/leave?lang=en", "/mailbox/file?lang=en", "/nowhere?lang=en"]
        {
            site.curl(path, &["-H", header, "-d", "code=x&ticket=y"]).is(403, msg("error-origin"));
        }
    }
    post(&site, "fr", &form, &["-H", "Origin: null", "-F", "message=x"])
        .is(403, "Cette demande venait d’un autre site.");
    let own = format!("Origin: {}", site.base);
    post(&site, "en", &form, &["-H", &own, "-H", "Sec-Fetch-Site: same-origin", "-F", "message=x"])
        .is(200, msg("receipt-title"));
    must_still_work(&site, 1);
}

#[test]
fn an_address_that_does_not_exist_gets_a_page() {
    let site = Box_::served(1, &[]);
    for path in
        ["/nowhere", "/drop/", "/..%2f..%2fetc/passwd", "/%ff%00", "/mailbox/file", "/leave"]
    {
        site.curl(&format!("{path}?lang=en"), &["--path-as-is"])
            .is(404, msg("error-not-found-title"));
    }
    site.curl("/nowhere?lang=fr", &[]).is(404, msg_in("fr", "error-not-found-title"));
    for (method, path) in
        [("DELETE", "/drop?lang=en"), ("PUT", "/?lang=en"), ("BREW", "/mailbox?lang=en")]
    {
        site.curl(path, &["-X", method]).is(404, msg("error-not-found-title"));
    }
    let many = "\r\nX-Again: 1".repeat(200);
    let answer = Raw::send(&site, &format!("GET / HTTP/1.1{many}"), b"").answer();
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    // So much that the connection may be reset while it is still being sent.
    let long = format!("GET / HTTP/1.1\r\nX-Long: {}", "x".repeat(1 << 20));
    let answer = Raw::send(&site, &long, b"").answer();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let answer = Raw::send(&site, "GET / HTTP/1.1\r\nbad header", b"").answer();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let answer = Raw::send(&site, "PRI * HTTP/2.0", b"").answer();
    assert!(!answer.contains("200"), "{answer}");
    must_still_work(&site, 0);
}

#[test]
fn a_forged_or_altered_ticket_opens_nothing() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    let last = if form.ticket.ends_with('0') { "1" } else { "0" };
    let altered = format!("{}{last}", &form.ticket[..form.ticket.len() - 1]);
    let elsewhere = Box_::served(1, &[]).form("en").ticket;
    for ticket in [altered.as_str(), &elsewhere, &"0".repeat(120), "x", "", "é"] {
        let forged = Form { ticket: ticket.into(), ..form.clone() };
        let sentence = msg("error-ticket-foreign");
        post(&site, "en", &forged, &["-F", "message=x"]).is(400, sentence);
        site.open_with(&form.code, ticket).is(400, sentence);
    }
    let code = format!("code={}", form.code);
    site.curl("/drop?lang=fr", &["-F", &code, "-F", "message=x"])
        .is(400, "Ce formulaire ne vient pas de ce site, ou il a été modifié en route.");
    let ticket = format!("ticket={}", form.ticket);
    site.curl("/drop?lang=en", &["-F", &ticket, "-F", "message=x"]).is(400, msg(NOT_OURS));
    site.send(&form, "genuine", &[]).is(200, msg("receipt-title"));
    must_still_work(&site, 1);
}

const WRONG_RECIPIENTS: &[(&str, &str)] = &[
    (
        "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8",
        "this is not an age recipient",
    ),
    ("Marie", "this is not an age recipient"),
    ("", "this is not an age recipient"),
    ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGx marie@desk", "ssh keys are not accepted"),
    (
        "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
        "belongs to an age plugin",
    ),
    ("age1pq1qqqqqqqqqqqqqqqqqqqqqqqq", "not a whole post-quantum recipient"),
    ("AGE1TAGPQ1QQQQQQQQQQQQQQQQQQQQ", "not a whole post-quantum recipient"),
];

#[test]
fn recipients_that_cannot_be_sealed_to_are_refused_by_init_check_and_serve() {
    let site = Box_::new(1, &[]);
    let good = site.editors[0].recipient.clone();
    let new = site.path("new");
    let usage = sourdine().arg("init").arg(&new).output().unwrap();
    let said = String::from_utf8(usage.stderr).unwrap();
    assert_eq!(usage.status.code(), Some(2), "{said}");
    assert!(said.contains("without a recipient nothing could be sealed"), "{said}");
    assert!(said.contains("sourdine keygen") && !new.exists(), "{said}");
    for (wrong, sentence) in WRONG_RECIPIENTS {
        let mut init = sourdine();
        init.arg("init").arg(&new).args(["--recipient", &good, "--recipient", wrong]);
        refuses(&mut init, &["recipient 2", sentence]);
        assert!(!new.exists(), "a refused init left something behind");
        site.edit(&[(&format!("\"{good}\""), &format!("\"{good}\", \"{wrong}\""))]);
        must_not_start(&site, &["team team, recipient 2", sentence]);
        site.edit(&[(&format!("\"{good}\", \"{wrong}\""), &format!("\"{good}\""))]);
    }
    site.edit(&[(&format!("\"{good}\","), "")]);
    must_not_start(&site, &["team.recipients", "nothing could be sealed", "age1"]);
}

#[test]
fn a_private_key_pasted_as_a_recipient_is_refused_and_never_repeated() {
    let mut site = Box_::served(1, &[]);
    let editor = &site.editors[0];
    let good = editor.recipient.clone();
    let file = fs::read_to_string(&editor.key).unwrap();
    let private =
        file.lines().find(|line| line.starts_with("AGE-SECRET-KEY-1")).unwrap().to_owned();
    let hidden = |said: &str| {
        assert!(!said.to_uppercase().contains(&private[..30]), "it is repeated: {said}");
    };

    for typed in [private.clone(), private.to_lowercase(), format!(" {private} ")] {
        let mut init = sourdine();
        init.arg("init").arg(site.path("new")).args(["--recipient", &typed]);
        hidden(&refuses(
            &mut init,
            &["this is a private key", "treat it as exposed", "sourdine keygen"],
        ));
    }
    let config = fs::read_to_string(site.config()).unwrap();
    let list = {
        let at = config.rfind("\nrecipients = [").unwrap() + 1;
        let end = at + config[at..].find(']').unwrap();
        config[at..=end].to_owned()
    };
    for pasted in [
        format!("recipients = [\"{private}\"]"),
        format!("recipients = \"{private}\""),
        format!("recipients = [{private}]"),
        format!("recipients = [\"{good}\", \"{private}]"),
        format!("recipients = [\"{good}\"]\n{private}"),
        format!("recipients = [\"{good}\"]\n{private} = 1"),
        format!("recipients = [\"{good}\"]\nid = \"{private}\""),
    ] {
        site.edit(&[(&list, &pasted)]);
        hidden(&must_not_start(&site, &[]));
        // The running server keeps the keys it has.
        let before = site.log().len();
        site.signal("HUP");
        wait_for("the reload", || site.log()[before..].contains("is not used").then_some(()));
        fs::write(site.config(), &config).unwrap();
    }
    hidden(&site.log());
    must_still_work(&site, 0);
    site.stop();
    hidden(&site.log());
}

#[test]
fn a_configuration_with_a_fault_is_refused_in_one_line() {
    let mut site = Box_::served(1, &[]);
    for (from, to, sentences) in [
        (
            "file = \"3.5",
            "fiel = \"3.5",
            &["unknown key limits.fiel; did you mean limits.file?"][..],
        ),
        ("data_dir", "data_dri", &["unknown key data_dri; did you mean data_dir?"]),
        ("\"3.5 GiB\"", "\"large\"", &["limits.file: \"large\" is not a size", "4 GiB"]),
        ("\"120 seconds\"", "\"a while\"", &["limits.idle", "is not a duration", "7 days"]),
        ("files = 100", "files = 0", &["limits.files: it must be between 1 and"]),
        ("files = 100", "files = \"many\"", &["line "]),
        ("[limits]", "[limits", &["line "]),
        ("\"127.0.0.1:8080\"", "\"0.0.0.0:8080\"", &["listen.source", "loopback"]),
        ("id = \"team\"", "id = \"Équipe\"", &["team.id", "lower-case"]),
    ] {
        let before = fs::read_to_string(site.config()).unwrap();
        site.edit(&[(from, to)]);
        must_not_start(&site, sentences);
        fs::write(site.config(), before).unwrap();
    }
    let text = fs::read_to_string(site.config()).unwrap();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [utf16.clone(), [&b"\xff\xfe"[..], &utf16].concat()] {
        fs::write(site.config(), bytes).unwrap();
        must_not_start(&site, &["sourdine.toml is UTF-16 text", "UTF-8"]);
    }
    fs::write(site.config(), format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap();
    ok(&mut site.command("check"));
    fs::write(site.config(), text).unwrap();
    refuses(sourdine().args(["check", "--config", "/nowhere.toml"]), &["fault"]);
    // Named once for every command, or by its short option; else it is looked for where the package puts it.
    let named = |name: &Path| {
        let mut command = sourdine();
        command.arg("status").env("SOURDINE_CONFIG", name);
        command
    };
    ok(&mut named(&site.config()));
    ok(named(Path::new("/nowhere.toml")).arg("-c").arg(site.config()));
    refuses(&mut named(Path::new("/nowhere.toml")), &["/nowhere.toml cannot be read"]);
    if !Path::new("/etc/sourdine").exists() {
        refuses(&mut named(Path::new("")), &["/etc/sourdine/sourdine.toml cannot be read"]);
    }
    refuses(
        sourdine().args(["serve", "--config", "/nowhere.toml"]),
        &["/nowhere.toml cannot be read", "sourdine init"],
    );
    for usage in [
        &["serve", "--config"][..],
        &["serve", "--config", "x", "--listen", "0.0.0.0:80"],
        &["shout"],
        &[],
    ] {
        assert_eq!(sourdine().args(usage).output().unwrap().status.code(), Some(2), "{usage:?}");
    }
    must_still_work(&site, 0);
    site.stop();
}

#[test]
fn a_box_is_never_made_over_another() {
    let site = Box_::new(1, &[]);
    let files = || -> Vec<_> {
        files_below(&site.path("box")).iter().map(|f| (f.clone(), sha256(f))).collect()
    };
    let before = files();
    let mut init = sourdine();
    init.arg("init").arg(site.path("box")).args(["--recipient", &site.editors[0].recipient]);
    refuses(
        &mut init,
        &["holds a drop box already and is never overwritten", "choose another directory"],
    );
    assert_eq!(files(), before);
    refuses(
        sourdine().args(["keygen", "-o"]).arg(&site.editors[0].key),
        &["cannot be written; choose another name"],
    );
}

/// Python's own SQLite: another program than ours writes.
fn sqlite(file: &Path, sql: &str) {
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute(sys.argv[2])\nc.commit()\nc.close()";
    ok(Command::new("python3").args(["-c", script]).arg(file).arg(sql));
}

#[test]
fn a_database_that_is_newer_or_not_ours_is_left_alone() {
    for name in ["index.db", "vault.db"] {
        let mut site = Box_::new(1, &[]);
        let path = site.data().join(name);
        let kept = fs::read(&path).unwrap();
        let refused = |sentences: &[&str]| {
            let before = sha256(&path);
            must_not_start(&site, sentences);
            refuses(&mut site.command("status"), sentences);
            assert_eq!(sha256(&path), before, "{name} was changed");
        };
        sqlite(&path, "PRAGMA user_version = 99");
        refused(&["has format 99, this program knows up to", "use the newer sourdine"]);

        for other in [&b"shopping list: bread\n"[..], &[], &[0; 8192]] {
            fs::write(&path, other).unwrap();
            refused(&["is not a sourdine database; correct data_dir, or restore"]);
        }
        fs::remove_file(&path).unwrap();
        sqlite(&path, "CREATE TABLE holidays (day TEXT)");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        refused(&["is not a sourdine database; correct data_dir, or restore"]);

        fs::write(&path, kept).unwrap();
        site.serve();
        must_still_work(&site, 0);
    }
}

#[test]
fn a_data_directory_that_is_missing_or_open_to_others_is_refused_with_the_remedy() {
    let mut site = Box_::new(1, &[]);
    let data = site.data();
    let aside = site.path("aside");
    fs::rename(&data, &aside).unwrap();
    must_not_start(&site, &["there is no data directory", "sourdine init", "correct data_dir"]);
    fs::rename(&aside, &data).unwrap();

    for open in [data.clone(), data.join("vault.db"), data.join("index.db")] {
        let mode = if open.is_dir() { 0o755 } else { 0o640 };
        fs::set_permissions(&open, fs::Permissions::from_mode(mode)).unwrap();
        let said = must_not_start(&site, &["can be read by others; run: chmod -R go-rwx "]);
        // What it says to run is what mends it.
        let remedy = said.lines().last().unwrap().split_once("run: ").unwrap().1;
        ok(Command::new("sh").args(["-c", remedy]));
        ok(&mut site.command("check"));
    }
    site.serve();
    must_still_work(&site, 0);
}

/// Runs a command as `nobody`.
fn as_nobody(command: &Command) -> Command {
    let mut other = Command::new("setpriv");
    other.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    other.arg(command.get_program()).args(command.get_args());
    other
}

#[test]
fn a_data_directory_that_cannot_be_written_is_refused() {
    assert!(rustix::process::geteuid().is_root(), "this test changes users: run it as root");
    let mut site = Box_::new(1, &[]);
    // A copy that every user may execute, wherever the build directory is.
    let program = site.path("sourdine");
    fs::copy(env!("CARGO_BIN_EXE_sourdine"), &program).unwrap();
    for dir in [site.dir.path(), site.config().parent().unwrap(), &site.config(), &program] {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut status = Command::new(&program);
    status.args(["status", "--config"]).arg(site.config());
    refuses(
        &mut as_nobody(&status),
        &["cannot be written by this user", "run sourdine as the directory's owner"],
    );

    // Started by root, it becomes the directory's owner; one that the owner may not write is refused.
    for path in files_below(&site.data()).iter().chain([&site.data()]) {
        chown(path, Some(65534), Some(65534)).unwrap();
    }
    fs::set_permissions(site.data(), fs::Permissions::from_mode(0o500)).unwrap();
    must_not_start(&site, &["cannot be written by this user"]);
    fs::set_permissions(site.data(), fs::Permissions::from_mode(0o700)).unwrap();
    site.serve();
    let running = fs::read_to_string(format!("/proc/{}/status", site.pid())).unwrap();
    assert!(running.contains("Uid:\t65534\t65534\t65534\t65534"), "{running}");
    assert!(running.contains("Groups:\t \n") || running.contains("Groups:\t\n"), "{running}");
    let form = site.form("en");
    site.send(&form, "Hello", &[]).is(200, msg("receipt-title"));
    site.mailbox(&form.code).is(200, msg("mailbox-waiting"));
    assert_eq!(site.submissions(), 1);

    // What only root can read is told with the reason.
    let bundle = site.path("of-root.tar");
    fs::set_permissions(site.dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    ok(site.command("export").arg("-o").arg(&bundle));
    chown(&bundle, Some(0), Some(0)).unwrap();
    refuses(
        site.command("deliver").arg(&bundle),
        &["this runs as user 65534", "may read and write", "-o - > FILE"],
    );
}

#[test]
fn a_second_server_and_a_taken_port_are_refused() {
    let mut site = Box_::served(1, &[]);
    refuses(
        site.command("serve").args(["--listen", "127.0.0.1:0"]),
        &["another sourdine already serves", "stop it first"],
    );
    must_still_work(&site, 0);
    site.stop();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut serve = site.command("serve");
    let said = serve.args(["--listen", &address]).output().unwrap();
    let said = (said.status.code(), String::from_utf8(said.stderr).unwrap());
    assert_eq!(said.0, Some(1));
    assert_eq!(said.1.lines().count(), 1, "{}", said.1);
    assert!(said.1.contains("cannot be served") && said.1.contains("--listen"), "{}", said.1);
    drop(taken);
    site.serve();
    must_still_work(&site, 1);
}

/// A box with a submission, its bundle, and what an editor opened of it.
fn opened() -> (Box_, Form, PathBuf, PathBuf) {
    let site = Box_::served(2, &[]);
    let document = site.path("document.txt");
    fs::write(&document, "the document").unwrap();
    let form = site.form("en");
    site.send(&form, "Hello", &[document.to_str().unwrap()]).is(200, msg("receipt-title"));
    let (bundle, out) = (site.export("bundle.tar"), site.path("opened"));
    ok(&mut open(&bundle, &site.editors[0].key, &out));
    (site, form, bundle, out)
}

fn open(bundle: &Path, key: &Path, out: &Path) -> Command {
    let mut command = sourdine();
    command.arg("open").arg(bundle).arg("-i").arg(key).arg("-o").arg(out);
    command
}

#[test]
fn a_bundle_that_does_not_open_says_why_and_leaves_nothing_false() {
    let (site, _, bundle, _) = opened();
    let key = &site.editors[0].key;
    let out = site.path("out");
    let stranger = Editor::new(site.dir.path(), "stranger");
    let said = fails(&mut open(&bundle, &stranger.key, &out));
    assert!(said.contains("it is not sealed to this key"), "{said}");
    assert!(said.contains(" -i"), "it does not name the remedy: {said}");
    assert!(
        !out.exists(),
        "nothing was opened, and {} stands in the way of another try",
        out.display()
    );

    let text = site.path("letter.tar");
    fs::write(&text, "Dear editors,").unwrap();
    refuses(
        &mut open(&text, key, &out),
        &["letter.tar is not a bundle, or it is cut; fetch it again"],
    );
    fs::write(&text, "Dear editors,".repeat(1000)).unwrap();
    refuses(
        &mut open(&text, key, &out),
        &["letter.tar is not a bundle, or it is cut; fetch it again"],
    );
    fs::write(&text, [0; 4096]).unwrap();
    refuses(&mut open(&text, key, &out), &["holds nothing sealed by sourdine"]);
    refuses(&mut open(&site.path("none.tar"), key, &out), &["none.tar cannot be read"]);
    refuses(
        &mut open(&bundle, &site.path("none.txt"), &out),
        &["there is no file", "none.txt: check the name and the folder of your key"],
    );
    refuses(
        &mut open(&bundle, &site.config(), &out),
        &["this is not an age identity", "AGE-SECRET-KEY-1"],
    );
    assert!(!out.exists());

    // Cut: within the file's bytes, and within the manifest.
    let whole = fs::read(&bundle).unwrap();
    let cut = site.path("cut.tar");
    for length in [whole.len() / 2, 3000, 700] {
        fs::write(&cut, &whole[..length]).unwrap();
        refuses(&mut open(&cut, key, &out), &["cut.tar is cut; fetch it again"]);
        assert!(!out.exists());
    }

    // Altered: one bit of the manifest, one bit of the file.
    let places: Vec<usize> =
        memchr::memmem::find_iter(&whole, b"age-encryption.org/v1\n").collect();
    assert_eq!(places.len(), 2, "a manifest and a file");
    for (at, sentence) in [(places[0] + 2000, "altered or cut"), (places[1] + 2000, "altered")] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        fs::write(&cut, altered).unwrap();
        let said = fails(&mut open(&cut, key, &out));
        assert!(said.contains(sentence), "{said}");
        let names: Vec<_> = if out.exists() { files_below(&out) } else { Vec::new() };
        assert!(!names.iter().any(|f| f.ends_with("document.txt")), "{names:?}");
        assert!(!names.iter().any(|f| f.to_string_lossy().ends_with(".part")), "{names:?}");
        let _ = fs::remove_dir_all(&out);
    }

    fs::create_dir(&out).unwrap();
    fs::write(out.join("mine.txt"), "mine").unwrap();
    refuses(
        &mut open(&bundle, key, &out),
        &["is not empty and is no archive; name a new directory with -o"],
    );
    assert_eq!(files_below(&out), [out.join("mine.txt")]);
    fs::remove_file(out.join("mine.txt")).unwrap();
    ok(&mut open(&bundle, key, &out));
    must_still_work(&site, 1);
}

#[test]
fn an_export_overwrites_nothing_and_says_when_nothing_waits() {
    let (site, _, bundle, _) = opened();
    let before = sha256(&bundle);
    let export = |more: &[&str], name: &str| {
        let mut command = site.command("export");
        command.args(more).arg("-o").arg(site.path(name));
        command
    };
    refuses(
        &mut export(&["--all"], "bundle.tar"),
        &["exists already and is never overwritten", "-o"],
    );
    assert_eq!(sha256(&bundle), before);
    let nothing = ok(&mut export(&[], "next.tar"));
    let said = String::from_utf8(nothing.stderr).unwrap();
    assert!(said.contains("nothing waits for team team") && said.contains("--all"), "{said}");
    assert!(nothing.stdout.is_empty());
    assert!(!site.path("next.tar").exists());
    // Nor is an older bundle emptied.
    ok(&mut export(&[], "bundle.tar"));
    assert_eq!(sha256(&bundle), before);
    refuses(
        &mut export(&["--team", "sport"], "next.tar"),
        &["there is no team sport; the teams are: team"],
    );
    // An export that fails does not count as fetched.
    let form = site.form("en");
    site.send(&form, "Hello again", &[]).is(200, msg("receipt-title"));
    refuses(&mut export(&[], "nowhere/next.tar"), &["cannot be written"]);
    site.mailbox(&form.code).is(200, msg("mailbox-waiting"));
    must_still_work(&site, 2);
}

#[test]
fn a_reply_that_the_source_could_not_read_is_refused_whole() {
    let (site, form, _, out) = opened();
    let message = site.path("answer.txt");
    fs::write(&message, "Thank you").unwrap();
    let reply = |to: &Path, name: &str| {
        let mut command = sourdine();
        command.arg("reply").arg(to).arg("-i").arg(&site.editors[0].key);
        command.arg("-o").arg(site.path(name));
        command
    };
    let deliver = |name: &str| {
        let mut command = site.command("deliver");
        command.arg(site.path(name));
        command
    };
    refuses(
        &mut reply(&out, "empty.tar"),
        &["a reply needs something in it: --message FILE, --attach FILE"],
    );
    assert!(!site.path("empty.tar").exists());
    // Another bundle stays; this one is numbered.
    let before = sha256(&site.path("bundle.tar"));
    for numbered in ["bundle-2.tar", "bundle-3.tar"] {
        let made = ok(reply(&out, "bundle.tar").arg("--message").arg(&message));
        let place = format!("{}\n", site.path(numbered).display());
        assert_eq!(String::from_utf8(made.stdout).unwrap(), place);
        let said = String::from_utf8(made.stderr).unwrap();
        assert!(
            said.contains(&format!("sourdine deliver {}", site.path(numbered).display())),
            "{said}"
        );
        assert!(said.contains("chmod 644"), "{said}");
    }
    assert_eq!(sha256(&site.path("bundle.tar")), before);
    assert!(site.path("bundle-3.tar").exists() && !site.path("bundle-4.tar").exists());
    refuses(
        reply(&site.path("none"), "r.tar").arg("--message").arg(&message),
        &["is not a manifest"],
    );
    refuses(reply(&out, "r.tar").arg("--message").arg(site.path("none")), &["cannot be read"]);
    refuses(reply(&out, "r.tar").arg("--attach").arg(site.path("none")), &["cannot be read"]);
    assert!(!site.path("r.tar").exists());

    // To a mailbox of another box.
    let other = Box_::new(2, &[]);
    ok(reply(&out, "good.tar").arg("--message").arg(&message));
    refuses(
        other.command("deliver").arg(site.path("good.tar")),
        &["there is no such mailbox here"],
    );

    // Sealed to one editor less, by hand.
    let manifest = files_below(&out).into_iter().find(|f| f.ends_with("manifest.json")).unwrap();
    let mut json: serde_json::Value =
        serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
    json["recipients"].as_array_mut().unwrap().pop();
    let fewer = site.path("fewer.json");
    fs::write(&fewer, json.to_string()).unwrap();
    let mut hand_made = reply(&fewer, "fewer.tar");
    hand_made.arg("--message").arg(&message).arg("--attach").arg(&message);
    refuses(
        &mut hand_made,
        &["the keys of team team are not the ones seen first", "--accept-changed-keys"],
    );
    ok(hand_made.arg("--address-book").arg(site.path("new-book.json")));
    refuses(&mut deliver("fewer.tar"), &["sealed to 2 keys, expected 3", "seal it again"]);

    // Members that nobody here sealed in the right way.
    let mailbox = json["mailbox"].as_str().unwrap();
    let passphrase = {
        let secret = age::secrecy::SecretString::from("correct horse");
        let mut sealed = Vec::new();
        let mut writer =
            age::Encryptor::with_user_passphrase(secret).wrap_output(&mut sealed).unwrap();
        writer.write_all(b"{}").unwrap();
        writer.finish().unwrap();
        sealed
    };
    for (member, content, sentence) in [
        ("manifest.json.age", passphrase.as_slice(), "sealed to 0 keys, expected 3"),
        ("manifest.json.age", b"plain text", "is not a sealed age file"),
        ("0001.age", passphrase.as_slice(), "its manifest is missing"),
    ] {
        let dir = site.path("hand/").join(mailbox).join("reply");
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(member), content).unwrap();
        ok(Command::new("tar")
            .arg("-C")
            .arg(site.path("hand"))
            .arg("-cf")
            .arg(site.path("hand.tar"))
            .arg(mailbox));
        refuses(&mut deliver("hand.tar"), &[sentence]);
        fs::remove_dir_all(site.path("hand")).unwrap();
    }
    refuses(&mut deliver("answer.txt"), &["is not a bundle"]);
    let wrong = fs::File::open(site.path("answer.txt")).unwrap();
    refuses(site.command("deliver").arg("-").stdin(wrong), &["standard input", "is not a bundle"]);
    refuses(deliver("good.tar").args(["--team", "sport"]), &["never wrote to team sport"]);

    assert_eq!(site.status()["replies"], 0);
    site.mailbox(&form.code).is(200, msg("mailbox-no-replies"));
    ok(&mut deliver("good.tar"));
    site.mailbox(&form.code).is(200, "Thank you");
    must_still_work(&site, 1);
}

/// Where the namespaced half of the next test finds its small disk.
const SMALL_DISK: &str = "SOURDINE_TEST_SMALL_DISK";

#[test]
fn a_disk_that_runs_full_refuses_uploads_and_keeps_what_was_acknowledged() {
    if let Some(disk) = std::env::var_os(SMALL_DISK) {
        return on_a_small_disk(Path::new(&disk));
    }
    let mount = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=24m,mode=700 tmpfs \"$1\" || exit 77; shift; exec \"$@\"";
    let run = |how: &[&str]| {
        Command::new("unshare")
            .args(how)
            .args(["sh", "-c", script, "sh"])
            .arg(mount.path())
            .arg(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "bad_input::a_disk_that_runs_full_refuses_uploads_and_keeps_what_was_acknowledged",
            ])
            .arg("--nocapture")
            .env(SMALL_DISK, mount.path())
            .output()
            .expect("unshare (util-linux) is missing")
    };
    let mut output = run(&["--mount"]);
    if !matches!(output.status.code(), Some(0 | 101)) {
        output = run(&["--mount", "--map-root-user"]);
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        matches!(output.status.code(), Some(0 | 101)),
        "a small disk cannot be mounted: this needs root, or user namespaces \
         (sysctl kernel.unprivileged_userns_clone, docker --privileged)\n{said}"
    );
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// The scenario itself, run in a mount namespace of its own.
fn on_a_small_disk(disk: &Path) {
    // All of a refused body is read, so that curl gets its page.
    let edits = [
        ("min_free = \"64 MiB\"", "min_free = \"1 KiB\""),
        ("drain = \"16 MiB\"", "drain = \"64 MiB\""),
    ];
    let mut site = Box_::new_in(disk, 1, &edits);
    site.serve();
    let elsewhere = tempfile::tempdir().unwrap();
    let document = |name: &str, mebibytes: usize| {
        let path = elsewhere.path().join(name);
        fs::write(&path, vec![b'x'; mebibytes << 20]).unwrap();
        path
    };
    let [two, seven, sixteen, forty] =
        [2, 7, 16, 40].map(|mebibytes| document(&format!("{mebibytes}.bin"), mebibytes));
    let kept = site.form("en");
    site.send(&kept, "kept", &[two.to_str().unwrap()]).is(200, msg("receipt-title"));
    let bytes = site.status()["bytes"].as_u64().unwrap();
    let must_be_gone = || {
        assert_eq!(site.submissions(), 1);
        wait_for("the refused upload to go", || {
            (site.status()["bytes"].as_u64()? <= bytes + (1 << 18)).then_some(())
        });
    };

    // Larger than the disk.
    let form = site.form("en");
    let page = site.send(&form, "typed", &[forty.to_str().unwrap()]);
    page.is(507, msg("error-full"));
    assert_eq!(page.typed("message"), "typed");
    must_be_gone();

    // It fits when it begins, and somebody else fills the disk meanwhile.
    let before = site.vault_size();
    let upload = site.send_slowly(&form, "typed", &seven, "2M");
    wait_for("the upload to reach the disk", || {
        (site.vault_size() > before + (2 << 20)).then_some(())
    });
    let filler = disk.join("filler");
    let mut fill = fs::File::create(&filler).unwrap();
    while fill.write_all(&[0; 4096]).is_ok() {}
    // The source still gets to read the page.
    let page = upload.page();
    assert!(page.contains(msg("error-full")), "{page}");
    site.curl("/?lang=en", &[]).is(200, msg("landing-send"));
    site.mailbox(&kept.code).is(200, msg("mailbox-waiting"));
    site.send(&form, "typed", &[]).is(507, msg("error-full"));
    fs::remove_file(&filler).unwrap();
    drop(fill);
    must_be_gone();

    // A broken upload that took nearly all there was: removing it must not need room that is not there.
    let form = site.form("en");
    let before = site.vault_size();
    let upload = site.send_slowly(&form, "typed", &sixteen, "6M");
    wait_for("most of the upload", || (site.vault_size() > before + (13 << 20)).then_some(()));
    drop(upload);
    must_be_gone();

    let small = site.form("en");
    site.send(&small, "small", &[two.to_str().unwrap()]).is(200, msg("receipt-title"));
    let bundle = elsewhere.path().join("bundle.tar");
    ok(site.command("export").arg("-o").arg(&bundle));
    let out = elsewhere.path().join("out");
    ok(&mut open(&bundle, &site.editors[0].key, &out));
    let whole =
        files_below(&out).into_iter().filter(|f| f.ends_with("2.bin") && sha256(f) == sha256(&two));
    assert_eq!(whole.count(), 2);

    // Opened where there is no room for it: said once, and nothing half stays.
    let cramped = disk.join("out");
    let mut fill = fs::File::create(&filler).unwrap();
    while fill.write_all(&[0; 4096]).is_ok() {}
    let length = fill.metadata().unwrap().len();
    fill.set_len(length - (3 << 20)).unwrap();
    let said = fails(&mut open(&bundle, &site.editors[0].key, &cramped));
    assert!(said.lines().count() == 1 && said.contains("is full") && said.contains("-o"), "{said}");
    let names = files_below(&cramped);
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("unfinished")), "{names:?}");
    let whole = names.iter().filter(|name| name.ends_with("2.bin"));
    assert!(whole.clone().count() == 1 && whole.into_iter().all(|f| sha256(f) == sha256(&two)));
}

/// Goes to a box over the socket that its server listens at, and waits until it answers.
fn over_a_socket(site: &mut Box_, socket: &Path) {
    site.base = "http://localhost".into();
    site.through = vec!["--unix-socket".into(), socket.to_str().unwrap().into()];
    wait_for("the server", || (site.curl("/", &[]).status == 200).then_some(()));
}

#[test]
fn a_log_that_is_full_or_closed_stops_no_server() {
    for log in [full_device(), closed_pipe()] {
        let mut site = Box_::new(1, &[]);
        let socket = site.path("socket");
        let mut serve = site.command("serve");
        serve.arg("--listen").arg(format!("unix:{}", socket.display()));
        site.adopt(serve.stdout(closed_pipe()).stderr(log).spawn().unwrap());
        over_a_socket(&mut site, &socket);
        // Each writes a line.
        for _ in 0..3 {
            site.signal("HUP");
        }
        let form = site.form("en");
        site.send(&form, "Hello", &[]).is(200, msg("receipt-title"));
        site.mailbox(&form.code).is(200, msg("mailbox-waiting"));
        assert_eq!(site.submissions(), 1);
        site.stop();
    }
}

#[test]
fn a_demo_whose_output_nobody_takes_goes_on_and_cleans_up() {
    for (output, log) in [(closed_pipe(), closed_pipe()), (full_device(), full_device())] {
        let mut site = Box_::new(1, &[]);
        let (socket, place) = (site.path("socket"), site.path("tmp"));
        fs::create_dir(&place).unwrap();
        let mut demo = sourdine();
        demo.arg("demo").arg("--listen").arg(format!("unix:{}", socket.display()));
        demo.arg("--desk-listen").arg(format!("unix:{}", site.path("desk").display()));
        demo.env("TMPDIR", &place).stdout(output).stderr(log);
        site.adopt(demo.spawn().unwrap());
        over_a_socket(&mut site, &socket);
        site.send(&site.form("en"), "Hello", &[]).is(200, msg("receipt-title"));
        site.stop();
        assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "the demo left something behind");
    }
}

#[test]
fn a_command_that_fails_says_so_by_its_code_where_it_cannot_in_words() {
    let site = Box_::new(1, &[]);
    for log in [full_device(), closed_pipe()] {
        let status = site.command("deliver").arg("nowhere.tar").stderr(log).status().unwrap();
        assert_eq!(status.code(), Some(1));
    }
}
