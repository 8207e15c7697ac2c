//! Inbox, mailboxes, downloads and answers of the desk, by curl: what works, and what an editor of another
//! team, a forged form or a hostile name cannot do.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::desk::*;
use crate::common::*;

/// A box of two teams with a mailbox in each, an editor of each, and one of both.
struct Two {
    site: Box_,
    base: String,
    anne: Visitor,
    bob: Visitor,
    carla: Visitor,
    /// Of each team's mailbox.
    forms: [Form; 2],
    names: [String; 2],
    documents: [std::path::PathBuf; 2],
}

impl Two {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(edits: &[(&str, &str)]) -> Self {
        let labels = ("labels = []", "labels = [\"urgent\", \"<b>&\\\"é\"]");
        let mut site = Box_::new(1, &[&[labels], edits].concat());
        let other = Editor::new(site.dir.path(), "other");
        site.add_team("other", "The <other> team", &other);
        let logins = [("anne", &["team"][..]), ("bob", &["other"]), ("carla", &["team", "other"])]
            .map(|(name, teams)| Login::new(&site, name, teams));
        let base = open_desk(&mut site);
        let documents = ["a.bin", "b.bin"].map(|name| {
            let path = site.path(name);
            fs::write(&path, name.repeat(60_000)).unwrap();
            path
        });
        let forms = ["team", "other"].map(|team| {
            let form = site.form("en");
            let document = &documents[usize::from(team == "other")];
            let files = [(document.clone(), "a.bin".to_owned())];
            site.send_named(&form, team, "What I know", &files).must_say(msg("receipt-title"));
            form
        });
        let [anne, bob, carla] = logins.map(|login| Visitor::signed_in(&base, &login));
        let names = [&anne, &bob].map(|editor| only_mailbox(&editor.get("/")));
        Self { site, base, anne, bob, carla, forms, names, documents }
    }

    fn place(&self, team: &str) -> String {
        format!("/mailbox/{team}/{}", self.names[usize::from(team == "other")])
    }
}

/// The one mailbox that an inbox shows.
fn only_mailbox(inbox: &Answer) -> String {
    let text = inbox.text();
    let mut found: Vec<_> = text.split("href=\"/mailbox/").skip(1).collect();
    assert_eq!(found.len(), 1, "{text}");
    let path = found.remove(0).split(['"', '?']).next().unwrap();
    path.split('/').nth(1).unwrap().to_owned()
}

fn dispatch_in(page: &Answer) -> String {
    let text = page.text();
    text.split("name=\"d").nth(1).unwrap()[..32].to_owned()
}

/// The address of the first volume of a page of a download.
fn volume_in(page: &Answer) -> String {
    let text = page.text();
    let link =
        text.split("<a href=\"/download/").find(|rest| rest.contains("\" download=")).unwrap();
    format!("/download/{}", link.split('"').next().unwrap())
}

/// The commands that a page shows.
fn commands(page: &Answer) -> Vec<String> {
    let html = scraper::Html::parse_document(&page.text());
    let code = scraper::Selector::parse("pre code").unwrap();
    html.select(&code).map(|code| code.text().collect()).collect()
}

/// Where an answer sends to, its language aside.
fn sent_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    header(answer, "location").unwrap().replace("?start=1&lang=en", "").replace("?lang=en", "")
}

#[test]
fn an_editor_of_one_team_gets_nothing_of_the_other_by_guessing() {
    let two = Two::new();
    let (mine, theirs) = (two.place("team"), two.place("other"));
    let dispatch = dispatch_in(&two.bob.get(&theirs));
    let list = sent_to(&two.bob.act("/download", &[("team", "other")]));
    let volume = volume_in(&two.bob.get(&list));
    let crossed = [
        theirs.clone(),
        // The own team, with the mailbox or the dispatch of the other.
        theirs.replace("other", "team"),
        mine.replace("/team/", "/other/"),
        format!("{theirs}/note"),
        format!("{}/note", theirs.replace("other", "team")),
        format!("{theirs}/{dispatch}/manifest.tar"),
        format!("{mine}/{dispatch}/manifest.tar"),
        list.clone(),
        volume.clone(),
        format!("{}/2/x.tar", list.trim_end_matches('/')),
        "/mailbox/nosuch/x".into(),
        format!("/mailbox/team/{}", "x".repeat(3000)),
        "/download/00".into(),
    ];
    for path in &crossed {
        let answer = two.anne.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains(msg("desk-error-not-found")), "{path}");
        answer.must_not_say("other&#62; team").must_not_say("dispatch");
    }
    let ticked = format!("d{dispatch}");
    let posts: [(&str, &[(&str, &str)]); 10] = [
        ("mark", &[("mark", "star")]),
        ("label", &[("give", "urgent")]),
        ("fetched", &[(&ticked, "1")]),
        ("unfetched", &[(&ticked, "1")]),
        ("delete", &[("dispatch", &dispatch)]),
        ("delete", &[("dispatch", &dispatch), ("sure", "yes")]),
        ("delete", &[("dispatch", "")]),
        ("delete", &[("dispatch", ""), ("sure", "yes")]),
        ("reply", &[]),
        ("note/send", &[]),
    ];
    for (act, fields) in posts {
        for place in [&theirs, &theirs.replace("other", "team")] {
            let path = format!("{place}/{act}");
            let answer = if fields.is_empty() {
                let proof = format!("proof={}", two.anne.proof());
                two.anne.ask(&path, &["-F", &proof, "-F", "form=x", "-F", "message=Bonsoir"])
            } else {
                two.anne.act(&path, fields)
            };
            assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        }
    }
    for fields in [
        &[("team", "other")][..],
        &[("team", "other"), ("mailbox", &two.names[1])],
        &[("team", "team"), ("mailbox", &two.names[1])],
        &[("again", list.rsplit('/').next().unwrap())],
        &[],
    ] {
        assert_eq!(two.anne.act("/download", fields).status, 404, "{fields:?}");
    }
    assert_eq!(two.anne.act(&format!("{list}/done"), &[]).status, 404);
    // Ticked in a mailbox of one's own, it is left out.
    let name = two.names[0].as_str();
    let fields = [("team", "team"), ("mailbox", name), ("picked", "yes"), (&ticked, "1")];
    assert_eq!(sent_to(&two.anne.act("/download", &fields)), mine);
    two.anne.get(&mine).must_say(msg("dispatches-none-picked"));
    assert_eq!(sent_to(&two.anne.act(&format!("{mine}/fetched"), &[(&ticked, "1")])), mine);
    let answer =
        two.anne.act(&format!("{mine}/delete"), &[("dispatch", &dispatch), ("sure", "yes")]);
    assert_eq!(sent_to(&answer), mine);
    two.anne.get(&mine).must_say(msg("gone-already"));
    let bundle = two.site.path("no.tar");
    fs::write(&bundle, "x").unwrap();
    let proof = format!("proof={}", two.anne.proof());
    let file = format!("bundle=@{}", bundle.display());
    let answer = two.anne.ask("/deliver", &["-F", &proof, "-F", "team=other", "-F", &file]);
    assert_eq!(answer.status, 404);

    // All of it is still there, unfetched, unmarked; and of both teams for who is in both.
    two.bob.get(&theirs).must_say(&dispatch).must_say(">new<").must_not_say("★");
    two.anne.get("/journal").must_not_say(&two.names[1]);
    two.carla
        .get("/")
        .must_say(&two.names[0])
        .must_say(&two.names[1])
        .must_say("The &#60;other&#62; team");
}

#[test]
fn no_act_is_done_without_the_token_of_its_own_session() {
    let two = Two::new();
    let place = two.place("team");
    let dispatch = dispatch_in(&two.anne.get(&place));
    let foreign = two.carla.proof();
    let acts: [(String, &[(&str, &str)]); 7] = [
        (format!("{place}/mark"), &[("mark", "star")]),
        (format!("{place}/label"), &[("give", "urgent")]),
        (format!("{place}/fetched"), &[("x", "y")]),
        (format!("{place}/unfetched"), &[("x", "y")]),
        (format!("{place}/delete"), &[("dispatch", &dispatch), ("sure", "yes")]),
        (format!("{place}/delete"), &[("dispatch", ""), ("sure", "yes")]),
        ("/download".into(), &[("team", "team")]),
    ];
    for (path, fields) in &acts {
        for proof in [None, Some(""), Some("x"), Some(foreign.as_str())] {
            let proof = proof.map(|proof| ("proof", proof));
            let fields: Vec<_> = fields.iter().copied().chain(proof).collect();
            let answer = two.anne.post(path, &fields);
            assert_eq!(answer.status, 403, "{path} {proof:?}: {}", answer.text());
        }
        let answer = two.anne.ask(path, &["-H", "Origin: http://evil.example", "-d", "x=y"]);
        assert_eq!(answer.status, 403, "{path}");
        // A link does nothing.
        assert_eq!(sent_to(&two.anne.get(path)), "/", "{path}");
    }
    let bundle = two.site.path("no.tar");
    fs::write(&bundle, "x").unwrap();
    let file = format!("bundle=@{}", bundle.display());
    for proof in ["proof=", "proof=x", &format!("proof={foreign}")] {
        let reply = ["-F", proof, "-F", "form=x", "-F", "message=Not to be lost <é>"];
        let answer = two.anne.ask(&format!("{place}/reply"), &reply);
        assert_eq!(answer.status, 403);
        answer.must_say("Not to be lost &#60;é&#62;");
        let answer = two.anne.ask("/deliver", &["-F", proof, "-F", "team=team", "-F", &file]);
        assert_eq!(answer.status, 403, "{}", answer.text());
    }
    // The token after the message, or not at all.
    let proof = format!("proof={}", two.anne.proof());
    for fields in [&["-F", "message=Bonsoir", "-F", &proof][..], &["-F", "message=Bonsoir"]] {
        assert_eq!(two.anne.ask(&format!("{place}/reply"), fields).status, 400);
    }
    two.anne.get(&place).must_say(&dispatch).must_say(">new<").must_not_say("★");
    two.site.mailbox(&two.forms[0].code).must_not_say("Bonsoir");
    // Signed out meanwhile, what was written comes back too.
    let message = ["-F", "proof=x", "-F", "form=x", "-F", "message=Written for an hour"];
    let answer = curl(&format!("{}{place}/reply?lang=en", two.base), &message);
    assert_eq!(answer.status, 403);
    answer.must_say("Written for an hour").must_say(msg("desk-signed-out-title"));
}

#[test]
fn marks_labels_and_searches_do_what_they_say_and_hold_nothing_hostile() {
    let two = Two::new();
    let place = two.place("team");
    let done = |act: &str, fields: &[(&str, &str)], says: &str| {
        assert_eq!(sent_to(&two.anne.act(&format!("{place}/{act}"), fields)), place);
        two.anne.get(&place).must_say(says);
    };
    done("mark", &[("mark", "star")], msg("mark-star-done"));
    two.anne.get("/?show=starred").must_say(&two.names[0]).must_say("★");
    two.carla.get("/?show=starred").must_not_say(&two.names[0]);
    done("mark", &[("mark", "mute")], msg("mark-mute-done"));
    two.anne.get("/").must_not_say(&two.names[0]);
    two.anne.get("/?show=muted").must_say(&two.names[0]);
    two.carla.get("/").must_say(&two.names[0]);
    done("mark", &[("mark", "unmute")], msg("mark-unmute-done"));
    done("label", &[("give", "<b>&\"é")], msg("labels-done"));
    two.carla.get("/").must_say("&#60;b&#62;&#38;&#34;é").must_not_say("<b>&");
    two.carla
        .get("/?label=%3Cb%3E%26%22%C3%A9")
        .must_say(&two.names[0])
        .must_not_say(&two.names[1]);
    two.carla.get("/?label=urgent").must_say(msg("inbox-nothing-found"));
    for wrong in [&[("give", "my own")][..], &[], &[("give", "urgent"), ("take", "urgent")]] {
        assert_eq!(two.anne.act(&format!("{place}/label"), wrong).status, 400, "{wrong:?}");
    }
    assert_eq!(two.anne.act(&format!("{place}/mark"), &[("mark", "own")]).status, 400);
    done("label", &[("take", "<b>&\"é")], msg("labels-done"));

    let name = &two.names[0];
    two.carla
        .get(&format!("/?q={}", name.to_uppercase()))
        .must_say(name)
        .must_not_say(&two.names[1]);
    let long = "x".repeat(1500);
    for hostile in
        ["%3Cscript%3E", "%25", "%27%20OR%201=1--", "%00", "%0d%0aSet-Cookie:%20a=b", &long]
    {
        let answer =
            two.anne.get(&format!("/?q={hostile}&label={hostile}&show={hostile}&page={hostile}"));
        assert_eq!(answer.status, 200, "{hostile}");
        answer.must_not_say("<script>").must_not_say(&format!("\">{name}"));
        assert!(!answer.headers.to_lowercase().contains("set-cookie"), "{}", answer.headers);
        assert!(answer.text().len() < 40_000);
    }
    for page in ["0", "-1", "2", "999999999999", "4294967295"] {
        assert_eq!(two.anne.get(&format!("/?page={page}")).status, 200, "{page}");
        assert_eq!(two.anne.get(&format!("{place}?page={page}")).status, 200, "{page}");
    }
}

#[test]
fn a_download_is_a_frozen_list_that_goes_on_where_it_broke() {
    let two = Two::new();
    let place = two.place("team");
    two.site.mailbox(&two.forms[0].code).must_say(msg("mailbox-waiting"));
    let manifest = format!("{place}/{}/manifest.tar", dispatch_in(&two.anne.get(&place)));
    assert_eq!(two.anne.get(&manifest).status, 200);
    // One press: the page begins the download by itself, and no more once it has begun.
    let made = two.anne.act("/download", &[("team", "team")]);
    let (list, start) = (sent_to(&made), header(&made, "location").unwrap());
    let begins = |path: &str| header(&two.anne.get(path), "refresh");
    let volume = volume_in(&two.anne.get(&list));
    assert_eq!((begins(&list), begins(&start)), (None, Some(format!("0;url={volume}"))));
    let whole = two.anne.get(&volume);
    assert_eq!(begins(&start), None);
    assert_eq!(whole.status, 200, "{volume} {}", whole.headers);
    let (etag, length) = (header(&whole, "etag").unwrap(), whole.bytes.len());
    assert!(etag.starts_with('"') && length > 300_000);
    assert_eq!(header(&whole, "content-length").unwrap(), length.to_string());
    assert_eq!(header(&whole, "accept-ranges").unwrap(), "bytes");

    // What arrives later is not in it; a part of it is a part of the same.
    two.site.send_named(&two.forms[0], "team", "Later", &[]).must_say(msg("receipt-title"));
    let part =
        two.anne.ask(&volume, &["-H", "Range: bytes=1000-", "-H", &format!("If-Range: {etag}")]);
    assert_eq!(part.status, 206);
    assert!(part.bytes == whole.bytes[1000..]);
    let wanted = format!("bytes 1000-{}/{length}", length - 1);
    assert_eq!(header(&part, "content-range").unwrap(), wanted);
    let tail = two.anne.ask(&volume, &["-H", "Range: bytes=-10"]);
    assert!(tail.status == 206 && tail.bytes == whole.bytes[length - 10..]);
    let other = two.anne.ask(&volume, &["-H", "Range: bytes=5-", "-H", "If-Range: \"x\""]);
    assert!(other.status == 200 && other.bytes == whole.bytes);
    let beyond = two.anne.ask(&volume, &["-H", &format!("Range: bytes={length}-")]);
    assert_eq!(beyond.status, 416);
    let head = two.anne.ask(&volume, &["-I"]);
    assert_eq!(header(&head, "content-length").unwrap(), length.to_string());

    let bundle = two.site.path("whole.tar");
    fs::write(&bundle, &whole.bytes).unwrap();
    let opened = two.site.path("opened");
    let editor = Editor { key: two.site.editors[0].key.clone(), recipient: String::new() };
    ok(&mut editor.open([&bundle], &opened));
    let files = files_below(&opened);
    let file = files.iter().find(|file| file.ends_with("a.bin")).unwrap();
    assert!(fs::read(file).unwrap() == fs::read(&two.documents[0]).unwrap());
    wait_for("the fetch", || {
        two.anne.get(&place).text().contains(&filled("dispatch-fetched", &["anne"])).then_some(())
    });
    two.site.mailbox(&two.forms[0].code).must_say(msg("mailbox-fetched"));
    // The later one is not in that list, and still new.
    assert_eq!(two.anne.get(&place).text().matches(">new<").count(), 1);

    // What was deleted makes it another list: it says so, and offers the rest.
    let list = sent_to(&two.carla.act("/download", &[("team", "team")]));
    let volume = volume_in(&two.carla.get(&list));
    let text = two.anne.get(&place).text();
    let dispatch = text.split("name=\"d").nth(1).unwrap()[..32].to_owned();
    two.anne.act(&format!("{place}/delete"), &[("dispatch", &dispatch), ("sure", "yes")]);
    for path in [&list, &volume] {
        let gone = two.carla.get(path);
        assert_eq!(gone.status, 410);
        gone.must_say(msg("changed-title"));
    }
    let again = two.carla.act("/download", &[("again", list.rsplit('/').next().unwrap())]);
    let list = sent_to(&again);
    let volume = volume_in(&two.carla.get(&list));
    assert_eq!(two.carla.ask(&volume, &["-I"]).status, 200);
    // A part that opens nothing counts for nothing.
    let url = volume_in(&two.carla.get(&list));
    let half = two.carla.ask(&url, &["-H", "Range: bytes=0-20000"]);
    assert_eq!(half.status, 206);
    // An editor's word counts too, and back.
    two.carla.get(&list).must_say(msg("download-counted[0]"));
    assert_eq!(sent_to(&two.carla.act(&format!("{list}/done"), &[])), list);
    two.carla.get(&list).must_say(msg("download-counted-all"));
    two.carla.get(&place).must_say(&filled("dispatch-fetched", &["carla"])).must_not_say(">new<");
    let ticked = format!("d{}", dispatch_in(&two.carla.get(&place)));
    assert_eq!(sent_to(&two.carla.act(&format!("{place}/unfetched"), &[(&ticked, "1")])), place);
    two.carla.get(&place).must_say(msg("dispatches-unfetched-done[one]")).must_say(">new<");

    // Whoever is signed out gets no page in the place of a file.
    for path in [&url, &manifest] {
        let answer = curl(&format!("{}{path}", two.base), &["-H", "Range: bytes=5-"]);
        assert_eq!(answer.status, 403);
        answer.must_say(msg("desk-sign-in-title"));
    }
}

#[test]
fn an_answer_is_sent_once_and_what_was_typed_is_kept_when_it_is_refused() {
    let two = Two::new();
    let place = two.place("team");
    let page = two.anne.get(&place);
    let (proof, form) = (page.hidden("proof"), page.hidden("form"));
    let [proof, form] = [format!("proof={proof}"), format!("form={form}")];
    let send = |message: &str, more: &[&str]| {
        let message = format!("message={message}");
        let fields = ["-F", &proof, "-F", &form, "-F", &message];
        two.anne.ask(&format!("{place}/reply"), &[&fields, more].concat())
    };
    let empty = send("  ", &[]);
    assert_eq!(empty.status, 422);
    empty.must_say(msg("error-empty"));
    let text = two.site.path("long.txt");
    fs::write(&text, "é".repeat(100_001)).unwrap();
    let from = format!("message=<{}", text.display());
    let long = two.anne.ask(&format!("{place}/reply"), &["-F", &proof, "-F", &form, "-F", &from]);
    assert_eq!(long.status, 413);
    long.must_say(msg("error-message-too-long")).must_say("ééé");
    let names: Vec<_> = (0..101).map(|n| format!("files=x;filename=f{n}")).collect();
    let many: Vec<_> = names.iter().flat_map(|name| ["-F", name.as_str()]).collect();
    let many = send("Kept <text>", &many);
    assert_eq!(many.status, 413);
    many.must_say("Kept &#60;text&#62;")
        .must_say(msg("reply-too-many"))
        .must_say(&form["form=".len()..]);
    let source = |says: &str| two.site.mailbox(&two.forms[0].code).text().matches(says).count();
    assert_eq!(source("Kept &#60;"), 0);

    let file = format!("files=@{};filename=\"réponse.txt\"", two.documents[0].display());
    assert_eq!(sent_to(&send("Merci <beaucoup>", &["-F", &file])), place);
    // Pressed twice.
    assert_eq!(sent_to(&send("Merci <beaucoup>", &["-F", &file])), place);
    assert_eq!(source("Merci &#60;beaucoup&#62;"), 1);
    let mailbox = two.site.mailbox(&two.forms[0].code);
    mailbox.must_say("réponse.txt");
    two.bob.get("/").must_not_say(&two.names[0]);
    two.anne.get("/journal").must_say(&filled("did-reply", &["anne"]));
    // The plaintext is nowhere.
    for file in files_below(&two.site.data()) {
        assert!(!holds(&file, b"Merci <beaucoup>") && !holds(&file, "réponse.txt".as_bytes()));
    }
    // The mailbox is erased by its source while an answer is on its way.
    let page = two.site.mailbox(&two.forms[0].code);
    let (code, ticket) = (page.hidden("code"), page.hidden("ticket"));
    let fields =
        [format!("code={code}"), format!("ticket={ticket}"), "act=erase".into(), "sure=yes".into()];
    let args: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
    two.site.curl("/mailbox/act?lang=en", &args);
    let late = send("Too late", &[]);
    assert_eq!(late.status, 404);
    late.must_say("Too late");
    two.anne.get("/journal").must_not_say(&two.names[0]);
}

/// A form to the desk by hand, of which some is sent. Dropping it is a circuit that breaks.
struct Slow {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Slow {
    /// Sends all but the last `kept` bytes.
    fn send(who: &Visitor, path: &str, kind: &str, body: &[u8], kept: usize) -> Self {
        let cookie = who.session().map(|token| format!("Cookie: __Host-sourdine={token}\r\n"));
        let head = format!(
            "POST {path}?lang=en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            cookie.unwrap_or_default(),
            body.len()
        );
        let mut stream = TcpStream::connect(who.base.trim_start_matches("http://")).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let (now, rest) = body.split_at(body.len() - kept);
        stream.write_all(now).unwrap();
        Self { stream, rest: rest.to_vec() }
    }

    /// The same for a form of fields and a file.
    fn form(who: &Visitor, path: &str, fields: &[(&str, &str)], file: &[u8], kept: usize) -> Self {
        let mut body = Vec::new();
        for (name, value) in fields {
            let filed = if *value == FILE { "; filename=\"f\"" } else { "" };
            let head =
                format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"{filed}\r\n\r\n");
            body.extend(head.into_bytes());
            body.extend(if *value == FILE { file } else { value.as_bytes() });
            body.extend(b"\r\n");
        }
        body.extend(b"--B--\r\n");
        Self::send(who, path, "multipart/form-data; boundary=B", &body, kept)
    }

    /// Sends the rest; all that is answered.
    fn finish(mut self) -> String {
        let _ = self.stream.write_all(&self.rest);
        self.stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut answer = Vec::new();
        let _ = self.stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Stands for a file among the fields of a form.
const FILE: &str = "\0file";

#[test]
fn a_session_that_ended_while_a_form_arrived_does_nothing_with_it() {
    let two = Two::new();
    let command = |args: &[&str]| {
        ok(sourdine().arg("editor").args(args).args(["--yes", "--config"]).arg(two.site.config()));
    };
    let ends: [(&Visitor, &str, &dyn Fn()); 3] = [
        (&two.anne, "team", &|| drop(two.anne.act("/sign-out", &[]))),
        (&two.bob, "other", &|| command(&["reset", "bob"])),
        (&two.carla, "team", &|| command(&["remove", "carla"])),
    ];
    for (editor, team, end) in ends {
        let (place, proof) = (two.place(team), editor.proof());
        let proof = ("proof", proof.as_str());
        let fields = [proof, ("form", "x"), ("message", "Too late for it"), ("files", FILE)];
        let reply = Slow::form(editor, &format!("{place}/reply"), &fields, b"x", 9);
        let bundle =
            Slow::form(editor, "/deliver", &[proof, ("team", team), ("bundle", FILE)], b"x", 9);
        let text = format!("proof={}&act=make", proof.1);
        let kind = "application/x-www-form-urlencoded";
        let feed = Slow::send(editor, "/account/feed", kind, text.as_bytes(), 1);
        // The server has seen who asks.
        sleep(Duration::from_millis(700));
        end();
        for (form, says) in [(reply, "Too late for it"), (bundle, ""), (feed, "")] {
            let answer = form.finish();
            assert!(answer.starts_with("HTTP/1.1 403"), "{team} {answer}");
            assert!(
                answer.contains(msg("desk-signed-out-title")) && answer.contains(says),
                "{answer}"
            );
            assert!(!answer.contains("/feed/"), "{answer}");
        }
    }
    for form in &two.forms {
        two.site.mailbox(&form.code).must_not_say("Too late for it");
    }
}

#[test]
fn an_upload_ends_when_its_session_does() {
    let two = Two::new();
    let chunks = || {
        let db = rusqlite::Connection::open(two.site.data().join("vault.db")).unwrap();
        db.query_row("SELECT count(*) FROM chunk", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let before = chunks();
    let proof = two.anne.proof();
    let fields = [("proof", &*proof), ("form", "x"), ("message", "Kept <it>"), ("files", FILE)];
    let path = format!("{}/reply", two.place("team"));
    let mut form = Slow::form(&two.anne, &path, &fields, &vec![7; 3 << 20], 4096);
    wait_for("a part of it", || (chunks() > before).then_some(()));
    two.anne.act("/sign-out", &[]);
    wait_for("the end of it", || {
        sleep(Duration::from_millis(500));
        let byte = form.rest.remove(0);
        form.stream.write_all(&[byte]).unwrap();
        (chunks() == before).then_some(())
    });
    let answer = form.finish();
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("Kept &#60;it&#62;"), "{answer}");
}

#[test]
fn an_editor_without_a_place_keeps_the_text_and_strangers_take_none() {
    let two = Two::new();
    let path = format!("{}/reply", two.place("team"));
    let stranger = Visitor::new(&two.base);
    let fields = [("proof", "x"), ("form", "x"), ("message", "and so on")];
    let strangers: Vec<_> =
        (0..12).map(|_| Slow::form(&stranger, &path, &fields, b"", 12)).collect();
    let send = |editor: &Visitor, message: &str| {
        let page = editor.get(&two.place("team"));
        let fields = [("proof", page.hidden("proof")), ("form", page.hidden("form"))];
        let [proof, form] = fields.map(|(name, value)| format!("{name}={value}"));
        let (message, file) = (format!("message={message}"), "files=x;filename=f");
        let answer = editor.ask(&path, &["-F", &proof, "-F", &form, "-F", &message, "-F", file]);
        (answer, form["form=".len()..].to_owned())
    };
    sleep(Duration::from_millis(500));
    assert_eq!(send(&two.anne, "Through").0.status, 303);

    let proof = two.anne.proof();
    let fields = [("proof", &*proof), ("form", "x"), ("files", FILE)];
    let own: Vec<_> = (0..3).map(|_| Slow::form(&two.anne, &path, &fields, b"x", 9)).collect();
    sleep(Duration::from_millis(500));
    let (busy, form) = send(&two.anne, "Written <for an hour>");
    assert_eq!(busy.status, 503);
    busy.must_say(msg("desk-error-busy")).must_say("Written &#60;for an hour&#62;").must_say(&form);
    assert_eq!(send(&two.carla, "Beside").0.status, 303);
    drop((own, strangers));
    wait_for("a place", || (send(&two.anne, "Later").0.status == 303).then_some(()));
    two.site.mailbox(&two.forms[0].code).must_not_say("for an hour").must_say("Beside");
}

#[test]
fn a_form_without_a_session_ends_after_one_silence_however_it_trickles() {
    let two = Two::with(&[("idle = \"120 seconds\"", "idle = \"6 seconds\"")]);
    let path = format!("{}/reply", two.place("team"));
    let message = "m".repeat(1000);
    let fields = [("proof", "x"), ("form", "x"), ("message", &*message)];
    let mut form = Slow::form(&Visitor::new(&two.base), &path, &fields, b"", 900);
    let begin = Instant::now();
    form.stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    while form
        .stream
        .read(&mut [0])
        .is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    {
        assert!(begin.elapsed() < Duration::from_secs(60), "it is still read");
        let byte = form.rest.remove(0);
        let _ = form.stream.write_all(&[byte]);
    }
}

#[test]
fn what_destroys_is_asked_first_and_stays_in_its_team() {
    let two = Two::new();
    let place = two.place("team");
    let dispatch = dispatch_in(&two.anne.get(&place));
    let asked = two.anne.act(&format!("{place}/delete"), &[("dispatch", &dispatch)]);
    asked.must_say(msg("desk-delete-unfetched")).must_say(msg("question-back"));
    let asked = two.anne.act(&format!("{place}/delete"), &[("dispatch", "")]);
    asked.must_say(&filled("erase-mailbox-question", &[&two.names[0]]));
    assert_eq!(two.anne.act(&format!("{place}/delete"), &[("dispatch", "x")]).status, 400);
    two.anne.get(&place).must_say(&dispatch);
    let done = two.anne.act(&format!("{place}/delete"), &[("dispatch", ""), ("sure", "yes")]);
    assert_eq!(sent_to(&done), "/");
    two.anne.get("/").must_say(msg("erase-mailbox-done")).must_say(msg("inbox-nothing"));
    assert_eq!(two.anne.get(&place).status, 404);
    two.carla.get("/journal").must_say(&filled("did-delete-mailbox", &["anne", &two.names[0]]));
    two.bob.get("/").must_say(&two.names[1]);
    two.site.mailbox(&two.forms[0].code).must_say(msg("mailbox-nothing"));
}

#[test]
fn an_editors_downloads_leave_room_for_others_and_no_stranger_ends_them() {
    let two = Two::new();
    let document = two.site.path("large.bin");
    fs::write(&document, "0123456789abcdef".repeat(1_000_000)).unwrap();
    let form = two.site.form("en");
    two.site
        .send_named(&form, "team", "", &[(document, "large.bin".into())])
        .must_say(msg("receipt-title"));
    let list = sent_to(&two.anne.act("/download", &[("team", "team")]));
    let url = format!("{}{}", two.base, volume_in(&two.anne.get(&list)));
    let cookie = format!("__Host-sourdine={}", two.anne.session().unwrap());
    let slow = |n: usize| {
        let to = two.site.path(&format!("slow{n}.tar"));
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--limit-rate", "2M", "-b", &cookie, "-o"]).arg(&to).arg(&url);
        (curl.spawn().unwrap(), to)
    };
    let downloads: Vec<_> = (0..6).map(slow).collect();
    for (_, to) in &downloads {
        wait_for("each to begin", || {
            fs::metadata(to).is_ok_and(|meta| meta.len() > 0).then_some(())
        });
    }
    let busy = curl(&url, &["-b", &cookie]);
    assert_eq!(busy.status, 503);
    busy.must_say(msg("desk-error-busy"));
    let manifest = format!(
        "{}/{}/manifest.tar",
        two.place("team"),
        dispatch_in(&two.carla.get(&two.place("team")))
    );
    assert_eq!(two.carla.get(&manifest).status, 200, "another editor has a place");

    // More connections than there are, none of anybody signed in.
    let host = two.base.trim_start_matches("http://");
    let silent: Vec<_> = (0..600).filter_map(|_| TcpStream::connect(host).ok()).collect();
    assert_eq!(silent.len(), 600);
    for (mut curl, to) in downloads {
        assert!(curl.wait().unwrap().success());
        assert!(fs::metadata(&to).unwrap().len() > 16_000_000);
    }
    drop(silent);
    wait_for("a place", || (curl(&url, &["-b", &cookie]).status == 200).then_some(()));
}

/// Pasted as they stand, in the one directory that holds the key and every bundle; two mailboxes in one bundle, and
/// another bundle later.
#[test]
fn the_commands_that_a_download_shows_work_as_they_stand() {
    let two = Two::new();
    let form = two.site.form("en");
    two.site.send_named(&form, "team", "Another source", &[]).must_say(msg("receipt-title"));
    let stick = two.site.path("stick");
    fs::create_dir(&stick).unwrap();
    fs::copy(&two.site.editors[0].key, stick.join("key.txt")).unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_sourdine")).parent().unwrap().to_owned();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let paste = |command: &str| {
        ok(Command::new("sh").args(["-c", command]).current_dir(&stick).env("PATH", &path));
    };
    let fetched = || {
        let page = two.anne.get(&sent_to(&two.anne.act("/download", &[("team", "team")])));
        let volume = volume_in(&page);
        let name = volume.rsplit('/').next().unwrap();
        fs::write(stick.join(name), two.anne.get(&volume).bytes).unwrap();
        (name.to_owned(), commands(&page))
    };
    let (first, pasted) = fetched();
    let (open, answers) = pasted.split_first().unwrap();
    assert_eq!(answers.len(), 2, "{answers:?}");
    paste(open);
    let answer = |command: &str, said: &str| {
        // The mailbox's own file, so that no answer goes to another source.
        let mailbox = command.rsplit(' ').next().unwrap().trim_end_matches(".tar").to_owned();
        fs::write(stick.join(format!("{mailbox}.txt")), format!("{said} {mailbox}")).unwrap();
        paste(command);
        mailbox
    };
    for command in answers {
        let mailbox = answer(command, "To");
        let bundle = format!("bundle=@{}/{mailbox}.tar", stick.display());
        let proof = format!("proof={}", two.anne.proof());
        two.anne
            .ask("/deliver", &["-F", &proof, "-F", "team=team", "-F", &bundle])
            .must_say(&mailbox);
    }
    two.site.mailbox(&two.forms[0].code).must_say(&format!("To {}", two.names[0]));
    let other = two.site.mailbox(&form.code);
    other.must_say("To ").must_not_say(&two.names[0]);

    two.site.send_named(&form, "team", "Later", &[]).must_say(msg("receipt-title"));
    wait_for("the first fetch", || two.anne.get("/").text().contains("1 new").then_some(()));
    let (second, pasted) = fetched();
    assert_ne!(first, second);
    let [open, command] = &pasted[..] else { panic!("{pasted:?}") };
    paste(open);
    // The first answer's bundle stays what it was.
    let mailbox = answer(command, "Again to");
    let bundles = [format!("{mailbox}.tar"), format!("{mailbox}-2.tar")];
    let [one, other] = bundles.map(|name| fs::read(stick.join(name)).unwrap());
    assert_ne!(one, other);
}
