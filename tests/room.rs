//! An editor reads, searches and answers in a browser, and nobody else does.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sourdine::bundle::manifest::Manifest;

use crate::common::dispatches::*;
use crate::common::room::Reading;
use crate::common::wire::selector;
use crate::common::*;
use crate::editors_and_replies::fetched_back;

const SOURCE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// An archive of one mailbox with a document, and its room.
fn opened(desk: &Desk) -> (Dispatch, Reading) {
    let sent = Dispatch::new("brave-heron", "Une délibération")
        .with("page.html", b"<script>alert(1)</script>")
        .with("وثيقة.pdf", b"%PDF");
    ok(&mut desk.command(std::slice::from_ref(&sent), "archive"));
    let reading = Reading::begin(&desk.path("archive"), &desk.editor);
    (sent, reading)
}

fn header(answer: &Answer, name: &str) -> Option<String> {
    let mut lines = answer.headers.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().into())
}

fn is(answer: &Answer, status: u16, says: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    answer.must_say(says);
}

fn main_text(answer: &Answer) -> String {
    let page = scraper::Html::parse_document(&answer.text());
    page.select(&selector("main")).flat_map(|main| main.text()).collect()
}

#[test]
fn who_has_not_the_name_the_token_and_the_origin_learns_nothing() {
    let desk = Desk::new();
    let (_, reading) = opened(&desk);
    let page = reading.ask("", &[]);
    is(&page, 200, "brave-heron");
    assert_eq!(header(&page, "cache-control").as_deref(), Some("no-store"));
    assert_eq!(header(&page, "referrer-policy").as_deref(), Some("same-origin"));
    let policy = header(&page, "content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && header(&page, "date").is_none());

    let token = reading.address.rsplit('/').nth(1).unwrap().to_owned();
    let nobody = |answer: &Answer| {
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        answer.must_not_say("brave-heron").must_not_say(&token).must_not_say("délibération");
    };
    let at = |host: &str, path: &str, args: &[&str]| {
        let url = format!("http://127.0.0.1:{}{path}", reading.port());
        curl(&url, &[&["-H", &format!("Host: {host}")], args].concat())
    };
    let room = format!("/{token}/");
    assert_eq!(at(&reading.host, &room, &[]).status, 200);
    // Another name: a page of somebody else whose name leads here now.
    for host in ["evil.example", "localhost", "127.0.0.1", &format!("x{}", reading.host), ""] {
        nobody(&at(host, &room, &[]));
        nobody(&at(&format!("{host}:{}", reading.port()), &room, &[]));
    }
    // No token, or another.
    let mailbox = "mailbox/brave-heron";
    let other = "0".repeat(token.len());
    for path in
        ["/", "//", &format!("/{mailbox}"), &format!("/{other}/"), &format!("/{token}x/{mailbox}")]
    {
        nobody(&at(&reading.host, path, &[]));
    }
    // Another page sends a form, or asks for something of ours to show in itself.
    let form = ["-d", "dispatch=&sure=yes"];
    let delete = format!("{room}{mailbox}/delete");
    for origin in ["Origin: http://evil.example", "Origin: null", "Origin:", "Origin: file://"] {
        nobody(&at(&reading.host, &delete, &[&["-H", origin], &form[..]].concat()));
    }
    let ours = format!("Origin: http://{}", reading.host);
    let cross = "Sec-Fetch-Site: cross-site";
    nobody(&at(&reading.host, &delete, &[&["-H", &ours, "-H", cross], &form[..]].concat()));
    nobody(&at(&reading.host, &room, &["-H", cross, "-H", "Sec-Fetch-Dest: image"]));
    nobody(&at(&reading.host, &room, &["-H", cross, "-H", "Sec-Fetch-Dest: iframe"]));
    assert!(desk.path("archive/brave-heron").exists());
    // A link that a person followed is theirs to follow.
    assert_eq!(
        at(&reading.host, &room, &["-H", cross, "-H", "Sec-Fetch-Dest: document"]).status,
        200
    );
    // Only loopback listens.
    let port = format!(":{:04X}", reading.port().parse::<u16>().unwrap());
    let listening = fs::read_to_string("/proc/net/tcp").unwrap();
    let lines = listening.lines().filter(|line| line.split_whitespace().nth(3) == Some("0A"));
    let ours: Vec<_> = lines
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|at| at.ends_with(&port))
        .collect();
    assert_eq!(ours, [format!("0100007F{port}")]);
    let wide = fs::read_to_string("/proc/net/tcp6").unwrap_or_default();
    assert!(
        !wide
            .lines()
            .any(|line| line.split_whitespace().nth(1).is_some_and(|at| at.ends_with(&port)))
    );
}

#[test]
fn a_sources_file_is_an_attachment_and_its_page_leads_nowhere_else() {
    let desk = Desk::new();
    let (sent, reading) = opened(&desk);
    let page = reading.ask("mailbox/brave-heron?lang=en", &[]);
    is(&page, 200, "Une délibération");
    let document = scraper::Html::parse_document(&page.text());
    let token = reading.address.rsplit('/').nth(1).unwrap();
    for link in document.select(&selector("[href], [action]")) {
        let to = link.value().attr("href").or(link.value().attr("action")).unwrap();
        assert!(to.starts_with(&format!("/{token}/")) || to == "#main", "{to}");
    }
    let saves = selector("a[download]");
    let files: Vec<_> = document
        .select(&saves)
        .map(|link| link.value().attr("href").unwrap().to_owned())
        .filter(|to| to.contains("/file/"))
        .collect();
    assert_eq!(files.len(), 2);
    for (path, content) in files.iter().zip(&sent.files) {
        let file = reading.ask(path.strip_prefix(&format!("/{token}/")).unwrap(), &[]);
        assert_eq!((file.status, &file.bytes), (200, content));
        assert_eq!(header(&file, "content-type").as_deref(), Some("application/octet-stream"));
        assert!(header(&file, "content-disposition").unwrap().starts_with("attachment; "));
        assert!(header(&file, "content-security-policy").unwrap().contains("sandbox"));
        assert_eq!(header(&file, "x-content-type-options").as_deref(), Some("nosniff"));
        assert_eq!(header(&file, "cache-control").as_deref(), Some("no-store"));
    }
    // No path of a record leads out of the archive.
    let record = desk.path("archive").join(sent.place()).join("record.json");
    let json = fs::read_to_string(&record).unwrap();
    for name in ["../manifest.json", "/etc/passwd", "..", ".hidden", ""] {
        fs::write(&record, json.replace("page.html", name)).unwrap();
        let file = reading.ask(&format!("file/{}/1/0", sent.place()), &[]);
        assert_eq!(file.status, 404, "{name}");
    }
    let linked = desk.path("archive").join(sent.place()).join("files/link");
    std::os::unix::fs::symlink(&desk.editor.key, &linked).unwrap();
    let size = fs::metadata(&desk.editor.key).unwrap().len();
    let at =
        json.replace("page.html", "link").replacen("\"size\": 25", &format!("\"size\": {size}"), 1);
    fs::write(&record, at).unwrap();
    assert_eq!(reading.ask(&format!("file/{}/1/0", sent.place()), &[]).status, 404);
}

#[test]
fn the_room_is_shut_in_and_ends_with_its_terminal() {
    let desk = Desk::new();
    let (_, reading) = opened(&desk);
    is(&reading.ask("", &[]), 200, "brave-heron");
    let pid = reading.child.id();
    for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten() {
        let status = fs::read_to_string(task.path().join("status")).unwrap();
        for line in ["Seccomp:\t2", "NoNewPrivs:\t1"] {
            assert!(status.contains(line), "{status}");
        }
    }
    drop(reading);
    for end in ["HUP", "INT", "TERM", "input"] {
        let mut env = Command::new("env");
        env.arg("--default-signal=INT,TERM,HUP").arg(env!("CARGO_BIN_EXE_sourdine"));
        env.arg("read").arg(desk.path("archive")).arg("-i").arg(&desk.editor.key);
        let mut reading = Reading::of(env);
        if end == "input" {
            drop(reading.child.stdin.take());
        } else {
            ok(Command::new("kill").arg(format!("-{end}")).arg(reading.child.id().to_string()));
        }
        reading.child.wait().unwrap();
        assert_eq!(reading.ask("", &[]).status, 0, "{end}");
    }
}

#[test]
fn a_browser_is_opened_where_asked_and_no_process_list_shows_the_address() {
    let desk = Desk::new();
    let (_, reading) = opened(&desk);
    drop(reading);
    let bin = desk.path("bin");
    fs::create_dir(&bin).unwrap();
    let script = "#!/bin/sh\necho \"$@\" > \"$SEEN.args\"\ncp \"$1\" \"$SEEN.part\"\nmv \"$SEEN.part\" \"$SEEN\"\n";
    fs::write(bin.join("xdg-open"), script).unwrap();
    ok(Command::new("chmod").arg("755").arg(bin.join("xdg-open")));
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = sourdine();
    command.arg("read").arg(desk.path("archive")).arg("-i").arg(&desk.editor.key).arg("--browser");
    command.env("PATH", path).env("SEEN", desk.path("seen"));
    let mut reading = Reading::of(command);
    let seen = wait_for("the browser", || fs::read_to_string(desk.path("seen")).ok());
    assert!(seen.contains(&reading.address), "{seen}");
    let args = fs::read_to_string(desk.path("seen.args")).unwrap();
    assert!(!args.contains(reading.address.rsplit('/').nth(1).unwrap()), "{args}");
    ok(Command::new("kill").arg("-TERM").arg(reading.child.id().to_string()));
    reading.child.wait().unwrap();
    let left = fs::read_dir(desk.path("archive")).unwrap().flatten();
    assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().starts_with('.')));
}

#[test]
fn what_is_no_archive_or_no_key_is_refused_before_anything_is_served() {
    let desk = Desk::new();
    let (_, reading) = opened(&desk);
    drop(reading);
    let read = |archive: &Path, key: &Path| {
        let mut command = sourdine();
        command.arg("read").arg(archive).arg("-i").arg(key).stdin(std::process::Stdio::null());
        command
    };
    let (key, archive) = (&desk.editor.key, desk.path("archive"));
    let said = fails(&mut read(&desk.path("none"), key));
    assert!(said.contains("is no archive; `sourdine open"), "{said}");
    assert!(fails(&mut read(desk.dir.path(), key)).contains("is no archive"));
    assert!(
        fails(&mut read(&archive, &desk.path("none.txt")))
            .contains("check the name and the folder of your key")
    );
    assert!(fails(&mut read(&archive, Path::new("-"))).contains("name its file"));
    fs::write(archive.join("ARCHIVE.txt"), "Sourdine archive, format 99\n").unwrap();
    assert!(fails(&mut read(&archive, key)).contains("newer sourdine"));
}

#[test]
fn the_next_bundle_is_opened_by_choosing_it() {
    let desk = Desk::new();
    let (sent, reading) = opened(&desk);
    let (next, tar) = (
        Dispatch::new("calm-fox", "Le prochain").with("b.bin", &vec![7; 300_000]),
        desk.path("next.tar"),
    );
    bundle(&tar, &desk.editor, &[sent, next]);
    let send = |bundle: &Path| {
        reading.ask("open?lang=en", &["-F", &format!("bundles=@{}", bundle.display())])
    };
    let page = send(&tar);
    is(&page, 200, &filled("room-opened-added[one]", &["1"]));
    page.must_say(&filled("room-opened-here[one]", &["1"]));
    is(&reading.ask("mailbox/calm-fox", &[]), 200, "Le prochain");
    let html = fs::read_to_string(desk.path("archive/calm-fox/index.html")).unwrap();
    assert!(html.contains("Le prochain"));
    let page = send(&tar);
    page.must_say(&filled("room-opened-here[other]", &["2"]));
    // What cannot be opened is said, and changes nothing.
    let before: Vec<_> = files_below(&desk.path("archive"));
    let other = Editor::new(desk.dir.path(), "other");
    bundle(&desk.path("other.tar"), &other, &[Dispatch::new("zeal-owl", "secret")]);
    is(&send(&desk.path("other.tar")), 200, msg("room-closed-key"));
    let whole = fs::read(&tar).unwrap();
    fs::write(desk.path("cut.tar"), &whole[..whole.len() / 2]).unwrap();
    is(&send(&desk.path("cut.tar")), 422, msg("room-bundle-cut"));
    fs::write(desk.path("zip.tar"), b"PK\x03\x04 a zip").unwrap();
    is(&send(&desk.path("zip.tar")), 422, msg("room-bundle-packed"));
    is(&send(&desk.editor.key), 422, msg("room-bundle-bad"));
    let mut altered = whole;
    let at = memchr::memmem::find(&altered, b"age-encryption.org/v1\n").unwrap();
    altered[at + 2000] ^= 1;
    fs::write(desk.path("altered.tar"), &altered).unwrap();
    is(&send(&desk.path("altered.tar")), 200, msg("room-closed-altered"));
    is(
        &reading.ask("open?lang=en", &["-F", "bundles=@/dev/null;filename="]),
        422,
        msg("room-bundle-none"),
    );
    is(&reading.ask("open?lang=en", &["-d", "bundles=x"]), 400, msg("room-problem-form"));
    assert_eq!(files_below(&desk.path("archive")), before);
}

#[test]
fn notes_search_transcript_and_deleting_after_a_question() {
    let desk = Desk::new();
    let (sent, reading) = opened(&desk);
    let mailbox = "mailbox/brave-heron";
    let notes = reading
        .ask(&format!("{mailbox}/notes?lang=en"), &["--data-urlencode", "notes=Rappeler Zoé\r\n"]);
    is(&notes, 200, msg("room-notes-saved"));
    notes.must_say("Rappeler Zoé");
    let kept = desk.path("archive/brave-heron/notes.txt");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "Rappeler Zoé\n");
    // They stand in no page that may be printed or handed on.
    for page in files_below(&desk.path("archive")) {
        let is_page = page.extension().is_some_and(|end| end == "html");
        assert!(!is_page || !holds(&page, b"Rappeler"), "{}", page.display());
    }
    let long = desk.path("long");
    fs::write(&long, format!("notes={}", "a".repeat(1 << 20 | 1))).unwrap();
    let refused =
        reading.ask(&format!("{mailbox}/notes?lang=en"), &["-d", &format!("@{}", long.display())]);
    is(&refused, 422, msg("room-notes-long"));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "Rappeler Zoé\n");

    let search =
        |words: &str| reading.ask("search?lang=en", &["--data-urlencode", &format!("q={words}")]);
    for (words, place) in [
        ("DELIBERATION une", "room-in-message"),
        ("page.HTML", "room-in-file"),
        ("وثيقة", "room-in-file"),
        ("zoe", "room-in-notes"),
    ] {
        is(&search(words), 200, msg(place));
        search(words).must_say("brave-heron");
    }
    is(&search("nowhere"), 200, msg("room-search-none"));
    let hostile = search("<script>\u{1b}");
    assert!(!hostile.text().contains("<script>") && !hostile.text().contains('\u{1b}'));
    assert_eq!(reading.ask("search?q=zoe", &[]).status, 404, "no search stands in an address");

    let transcript = reading.ask(&format!("{mailbox}/transcript?lang=en"), &[]);
    assert!(header(&transcript, "content-disposition").unwrap().contains("brave-heron.txt"));
    let text = String::from_utf8(transcript.bytes).unwrap();
    assert!(
        text.contains("    Une délibération\n") && text.contains(&hex_sha256(b"%PDF")),
        "{text}"
    );

    let archive = desk.path("archive");
    let id = &sent.manifest.dispatch;
    let delete = |fields: &str| reading.ask(&format!("{mailbox}/delete?lang=en"), &["-d", fields]);
    is(&delete(&format!("dispatch={id}")), 200, msg("room-delete-text"));
    assert!(archive.join(sent.place()).exists());
    is(&delete("dispatch=..&sure=yes"), 404, msg("room-problem-address"));
    let gone = delete(&format!("dispatch={id}&sure=yes"));
    is(&gone, 200, msg("room-deleted"));
    assert!(!archive.join(sent.place()).exists() && kept.exists());
    for path in files_below(&archive) {
        assert!(!holds(&path, "délibération".as_bytes()), "{}", path.display());
    }
    is(&delete("dispatch="), 200, msg("room-delete-text"));
    is(&delete("dispatch=&sure=yes"), 200, msg("room-deleted"));
    assert!(!archive.join("brave-heron").exists());
    is(&reading.ask(mailbox, &[]), 404, msg("room-problem-address"));
    is(&reading.ask("?lang=en", &[]), 200, msg("room-empty"));
}

#[test]
fn an_answer_is_sealed_carried_and_comes_back_as_it_was() {
    let mut site = Box_::served(1, &[]);
    let editor = Editor { key: site.editors[0].key.clone(), recipient: String::new() };
    let form = site.form("en");
    site.send(&form, "Bonjour", &[]).must_say(msg("receipt-title"));
    let archive = site.path("archive");
    ok(&mut editor.open([site.export("first.tar")], &archive));
    let name = fs::read_dir(&archive).unwrap().flatten().find(|e| e.path().is_dir()).unwrap();
    let name = name.file_name().into_string().unwrap();
    let reading = Reading::begin(&archive, &editor);
    let document = site.path("réponse.txt");
    fs::write(&document, vec![b'x'; 200_000]).unwrap();
    let path = format!("mailbox/{name}/reply?lang=en");
    // Nothing typed is lost.
    is(
        &reading.ask(&path, &["-F", "message= ", "-F", "files=@/dev/null;filename="]),
        422,
        msg("room-reply-empty"),
    );
    let attach = format!("files=@{}", document.display());
    let sealed = reading.ask(&path, &["-F", "message=Merci !\r\nÀ bientôt", "-F", &attach]);
    is(&sealed, 200, msg("room-sealed-next"));
    let outbox: Vec<_> = fs::read_dir(archive.join("outbox")).unwrap().flatten().collect();
    let [carried] = &outbox[..] else { panic!("{outbox:?}") };
    sealed.must_say(carried.path().to_str().unwrap());
    assert!(!holds(&carried.path(), b"bient") && !holds(&carried.path(), b"xxxxxxxx"));
    let page = reading.ask(&format!("mailbox/{name}?lang=en"), &[]);
    page.must_say(msg("room-outbox-text"));
    is(&reading.ask("?lang=en", &[]), 200, msg("room-outbox"));

    // A note to the team goes the same way.
    let note = format!("mailbox/{name}/note?lang=en");
    let refused = reading.ask(&note, &["-F", "message= \n"]);
    is(&refused, 422, msg("room-reply-empty"));
    is(&reading.ask(&note, &["-F", "message=Pour vous seuls"]), 200, msg("room-sealed-next"));
    let outbox = fs::read_dir(archive.join("outbox")).unwrap().flatten().map(|entry| entry.path());
    let noted = outbox.into_iter().find(|path| path.to_str().unwrap().ends_with(".note.tar"));
    let noted = noted.unwrap();

    ok(site.command("deliver").arg(carried.path()));
    let mailbox = site.mailbox(&form.code);
    mailbox.must_say("À bientôt").must_say("réponse.txt");

    // It comes back into this archive, and into another.
    let back = fetched_back(&mut site, "back.tar");
    ok(site.command("deliver").arg(&noted));
    let send = format!("bundles=@{}", back.display());
    is(
        &reading.ask("open?lang=en", &["-F", &send]),
        200,
        &filled("room-opened-added[one]", &["1"]),
    );
    let page = reading.ask(&format!("mailbox/{name}?lang=en"), &[]);
    page.must_say("À bientôt");
    assert!(main_text(&page).find("Bonjour") < main_text(&page).find("À bientôt"));
    is(&reading.ask("?lang=en", &[]), 200, msg("room-answered"));
    let second = site.path("second");
    ok(&mut editor.open([&back], &second));
    let replies: Vec<Manifest> = files_below(&second)
        .iter()
        .filter(|path| path.ends_with("manifest.json"))
        .map(|path| Manifest::parse(&fs::read(path).unwrap()).unwrap())
        .collect();
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0].message, "Merci !\nÀ bientôt");
    let copy = files_below(&second).into_iter().find(|path| path.ends_with("files/réponse.txt"));
    assert_eq!(fs::read(copy.unwrap()).unwrap(), vec![b'x'; 200_000]);
    // A key that changed is never answered to.
    let book = editor.key.with_file_name("editor0.txt.addresses.json");
    let json = fs::read_to_string(&book).unwrap();
    let source = &replies[0].source_recipients[0];
    fs::write(&book, json.replace(source.as_str(), TEAM)).unwrap();
    let refused = reading.ask(&path, &["-F", "message=perdu ?"]);
    is(&refused, 422, msg("room-closed-keys"));
    refused.must_say("perdu ?");
    assert_eq!(fs::read_dir(archive.join("outbox")).unwrap().count(), 2);
}

#[test]
fn an_archive_that_two_write_to_is_busy_for_the_second() {
    let desk = Desk::new();
    let (_, reading) = opened(&desk);
    let archive = desk.path("archive");
    let half = archive.join(".sourdine-unfinished");
    fs::create_dir(&half).unwrap();
    let first = fs::File::open(&half).unwrap();
    rustix::fs::flock(&first, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let notes = || reading.ask("mailbox/brave-heron/notes?lang=en", &["-d", "notes=x"]);
    is(&notes(), 503, msg("room-problem-busy"));
    let said = fails(&mut desk.editor.open([desk.path("archive.tar")], &archive));
    assert!(said.contains("another sourdine is writing to"), "{said}");
    is(&reading.ask("", &[]), 200, "brave-heron");
    drop(first);
    is(&notes(), 200, msg("room-notes-saved"));
    assert!(!half.exists());
}

/// Where the namespaced half of the next test finds its small disk.
const SMALL_DISK: &str = "SOURDINE_TEST_ARCHIVE_DISK";

#[test]
fn a_full_or_write_protected_stick_is_said_and_loses_nothing() {
    if let Some(disk) = std::env::var_os(SMALL_DISK) {
        return on_a_stick(Path::new(&disk));
    }
    let mount = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=3m,mode=700 tmpfs \"$1\" || exit 77; shift; exec \"$@\"";
    let name = "room::a_full_or_write_protected_stick_is_said_and_loses_nothing";
    let run = |how: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(how).args(["sh", "-c", script, "sh"]).arg(mount.path());
        command.arg(std::env::current_exe().unwrap()).args(["--exact", name, "--nocapture"]);
        command.env(SMALL_DISK, mount.path()).output().expect("unshare (util-linux) is missing")
    };
    let mut output = run(&["--mount"]);
    if !matches!(output.status.code(), Some(0 | 101)) {
        output = run(&["--mount", "--map-root-user"]);
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn on_a_stick(disk: &Path) {
    let desk = Desk::new();
    let archive = disk.join("archive");
    let small = Dispatch::new("brave-heron", "small").with("a.bin", &vec![1; 100_000]);
    let large = Dispatch::new("calm-fox", "large")
        .with("a.bin", &vec![1; 100_000])
        .with("b.bin", &vec![2; 4 << 20]);
    bundle(&desk.path("both.tar"), &desk.editor, &[small, large]);
    let said = fails(&mut desk.editor.open([desk.path("both.tar")], &archive));
    assert!(said.contains("is full; make room"), "{said}");
    // Memory is no disk that somebody may find.
    assert!(!said.contains("encrypted"), "{said}");
    assert!(archive.join("brave-heron/00112233445566778899aabbccddeeff/files/a.bin").exists());
    // Nothing of what did not fit is shown as if it were there.
    assert!(!archive.join("calm-fox/00112233445566778899aabbccddeeff").exists());
    assert!(!archive.join(".sourdine-unfinished").exists());
    let reading = Reading::begin(&archive, &desk.editor);
    reading.ask("?lang=en", &[]).must_not_say(msg("room-unencrypted"));
    let send = format!("bundles=@{}", desk.path("both.tar").display());
    is(&reading.ask("open?lang=en", &["-F", &send]), 507, msg("room-problem-full"));
    is(&reading.ask("mailbox/brave-heron/notes?lang=en", &["-d", "notes=kept"]), 200, "kept");
    // The switch of a stick.
    ok(Command::new("mount").args(["-o", "remount,ro"]).arg(disk));
    let refused = reading.ask("mailbox/brave-heron/notes?lang=en", &["-d", "notes=lost"]);
    is(&refused, 500, msg("room-problem-read-only"));
    is(&reading.ask("mailbox/brave-heron", &[]), 200, "kept");
    let said = fails(&mut desk.editor.open([desk.path("both.tar")], &archive));
    assert!(said.contains("cannot be used"), "{said}");
    drop(reading);
    // A new room of it is one to read.
    is(&Reading::begin(&archive, &desk.editor).ask("mailbox/brave-heron", &[]), 200, "kept");
    ok(Command::new("mount").args(["-o", "remount,rw,size=32m"]).arg(disk));
    ok(&mut desk.editor.open([desk.path("both.tar")], &archive));
    assert!(archive.join("calm-fox/00112233445566778899aabbccddeeff/files/b.bin").exists());
}

/// A dispatch of several megabytes, all of its files in one mailbox.
fn large(mailbox: &str, id: char) -> Dispatch {
    let mut sent = Dispatch::new(mailbox, "large");
    sent.manifest.dispatch = id.to_string().repeat(32);
    (0..40).fold(sent, |sent, n| sent.with(&format!("{n}.bin"), &vec![n; 500_000]))
}

/// curl, while it chooses a bundle; what it answers comes piece by piece.
fn choosing(reading: &Reading, bundle: &Path) -> Child {
    let mut command = Command::new("curl");
    command.args(["-sN", "--resolve", &format!("{}:127.0.0.1", reading.host), "-H"]);
    command.arg(format!("Origin: http://{}", reading.host)).arg("-F");
    command.arg(format!("bundles=@{}", bundle.display()));
    command.arg(format!("{}open?lang=en", reading.address)).stdout(Stdio::piped());
    command.spawn().unwrap()
}

/// Reads until it says so.
fn read_until(out: &mut impl Read, said: &str) -> String {
    let (mut seen, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if text.contains(said) {
            return text;
        }
        let read = out.read(&mut piece).unwrap();
        assert!(read > 0, "{said} is missing in {text}");
        seen.extend_from_slice(&piece[..read]);
    }
}

#[test]
fn a_page_tells_how_far_the_opening_is_and_ends_with_what_came_of_it() {
    let desk = Desk::new();
    let (_, reading) = opened(&desk);
    bundle(&desk.path("next.tar"), &desk.editor, &[large("calm-fox", 'a')]);
    let archive = desk.path("archive");
    let mut curl = choosing(&reading, &desk.path("next.tar"));
    let mut out = curl.stdout.take().unwrap();
    let before = read_until(&mut out, "<progress ");
    assert!(!before.contains(msg("room-opened-title")), "{before}");
    assert!(!archive.join("calm-fox/index.html").exists());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert!(curl.wait().unwrap().success());
    assert!(
        plain(&rest).contains(msg("room-opened-title")) && rest.trim_end().ends_with("</html>"),
        "{rest}"
    );
    let page = before + &rest;
    let page = scraper::Html::parse_document(&page);
    let link = page.select(&selector("main .steps + div ul.files a")).next().unwrap();
    assert!(link.value().attr("href").unwrap().contains("/mailbox/calm-fox?"));

    // Who closes the page does not stop it.
    bundle(&desk.path("other.tar"), &desk.editor, &[large("kind-owl", 'b')]);
    let mut curl = choosing(&reading, &desk.path("other.tar"));
    read_until(&mut curl.stdout.take().unwrap(), "<progress ");
    curl.kill().unwrap();
    curl.wait().unwrap();
    wait_for("the end of it", || {
        let whole = archive.join("kind-owl/index.html").exists();
        (whole && !archive.join(".sourdine-unfinished").exists()).then_some(())
    });
    assert_eq!(files_below(&archive.join("kind-owl")).len(), 40 + 2 + 1 + 1 + 3);

    // Ctrl-C leaves nothing half shown.
    let third = large("quiet-lynx", 'c');
    bundle(&desk.path("third.tar"), &desk.editor, std::slice::from_ref(&third));
    let mut curl = choosing(&reading, &desk.path("third.tar"));
    let mut out = curl.stdout.take().unwrap();
    read_until(&mut out, "<progress ");
    ok(Command::new("kill").arg("-INT").arg(reading.child.id().to_string()));
    let _ = std::io::copy(&mut out, &mut std::io::sink());
    curl.wait().unwrap();
    drop(reading);
    assert!(!archive.join(".sourdine-unfinished").exists());
    let place = archive.join(third.place());
    assert!(!place.exists() || files_below(&place).len() == 40 + 3);
    let reading = Reading::begin(&archive, &desk.editor);
    let again = choosing(&reading, &desk.path("third.tar")).wait_with_output().unwrap();
    assert!(plain(&String::from_utf8(again.stdout).unwrap()).contains(msg("room-opened-title")));
    assert_eq!(files_below(&place).len(), 40 + 3);
}

/// What the room does next, as curl sends it.
fn act(step: u32, run: u32, desk: &Desk, sent: &Dispatch) -> (String, Vec<String>) {
    let mailbox = "mailbox/brave-heron";
    let attached = format!("files=@{}", desk.path("attached").display());
    let form = |to: &str| {
        let fields = ["-F".into(), format!("message=run {run}"), "-F".into(), attached.clone()];
        (format!("{mailbox}/{to}?lang=en"), fields.to_vec())
    };
    match step {
        0 => form("reply"),
        1 => form("note"),
        2 => {
            let notes = format!("notes=run {run} {}", "x".repeat(50_000));
            (format!("{mailbox}/notes?lang=en"), vec!["-d".into(), notes])
        }
        3 => {
            let fields = format!("dispatch={}&sure=yes", sent.manifest.dispatch);
            let to = format!("mailbox/{}/delete?lang=en", sent.manifest.mailbox);
            (to, vec!["-d".into(), fields])
        }
        _ => {
            let bundle = format!("bundles=@{}", desk.path("next.tar").display());
            ("open?lang=en".into(), vec!["-F".into(), bundle])
        }
    }
}

/// Does one thing after the other, is killed in the middle of it, and does it once more if it was not done.
fn killed_in_the_room(times: u32) {
    let desk = Desk::new();
    let (_, reading) = opened(&desk);
    drop(reading);
    let archive = desk.path("archive");
    fs::write(desk.path("attached"), vec![1; 300_000]).unwrap();
    let mut random = 1_u64;
    let mut sealed = 0;
    let mut notes = String::new();
    for run in 0..times {
        // Opened in one run, deleted four runs later.
        let mut sent = Dispatch::new("calm-fox", &format!("message-{}-", run / 5));
        sent.manifest.dispatch = format!("{:032x}", run / 5);
        sent.manifest.source_recipients = vec![SOURCE.into()];
        for name in ["a.bin", "b.bin", "c.bin"] {
            sent = sent.with(name, &vec![run as u8 / 5; 200_000]);
        }
        let step = (run + 4) % 5;
        if step == 4 {
            let _ = fs::remove_file(desk.path("next.tar"));
            bundle(&desk.path("next.tar"), &desk.editor, std::slice::from_ref(&sent));
        }
        let place = archive.join(sent.place());
        let (path, args) = act(step, run, &desk, &sent);
        let mut reading = Reading::begin(&archive, &desk.editor);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let looks = (random >> 33) % 40;
        std::thread::scope(|scope| {
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let (reading, path) = (&reading, &path);
            let asked = scope.spawn(move || reading.ask(path, &args));
            // From its beginning on, so many looks later.
            while !archive.join(".sourdine-unfinished").exists() && !asked.is_finished() {
                std::thread::yield_now();
            }
            for _ in 0..looks {
                crate::archive::count(&archive);
            }
            let pid = rustix::process::Pid::from_child(&reading.child);
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        });
        reading.child.wait().unwrap();

        // Whatever is shown is whole.
        let is_open = place.exists();
        if is_open {
            assert_eq!(files_below(&place).len(), 3 + 3, "{run}");
        }
        let bundles = || files_below(&archive.join("outbox"));
        let outbox = if archive.join("outbox").exists() { bundles() } else { Vec::new() };
        for bundle in &outbox {
            assert!(!sourdine::bundle::read::scan_file(bundle).unwrap().is_empty(), "{run}");
        }
        let kept = fs::read_to_string(archive.join("brave-heron/notes.txt")).unwrap_or_default();
        let is_noted = kept.starts_with(&format!("run {run} ")) && kept.len() > 50_000;
        assert!(kept == notes || step == 2 && is_noted, "{run}: {} bytes", kept.len());

        // What is gone stands nowhere once the room is open again, and what was not done is done.
        let reading = Reading::begin(&archive, &desk.editor);
        assert!(!archive.join(".sourdine-unfinished").exists(), "{run}");
        let is_done = match step {
            0 | 1 => outbox.len() > sealed,
            2 => kept != notes,
            3 => !is_open,
            _ => false,
        };
        if !is_done {
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            assert_eq!(reading.ask(&path, &args).status, 200, "{run}");
        }
        match step {
            0 | 1 => sealed += 1,
            2 => notes = fs::read_to_string(archive.join("brave-heron/notes.txt")).unwrap(),
            3 => {
                for path in files_below(&archive) {
                    let gone = sent.manifest.message.as_bytes();
                    assert!(!holds(&path, gone), "{run}: {}", path.display());
                }
            }
            _ => assert_eq!(files_below(&place).len(), 3 + 3, "{run}"),
        }
        assert_eq!(if sealed > 0 { bundles().len() } else { 0 }, sealed, "{run}");
        let page = fs::read_to_string(archive.join("brave-heron/index.html")).unwrap();
        assert_eq!(page.matches("<bdi class=\"place\">outbox/").count(), sealed, "{run}");
    }
}

#[test]
fn a_room_that_is_killed_anywhere_loses_nothing_and_shows_nothing_half() {
    killed_in_the_room(15);
}

#[test]
#[ignore = "long: a room that is killed fifty times in each of five steps"]
fn fifty_rooms_killed_in_every_step_lose_nothing() {
    killed_in_the_room(250);
}
