//! Progress without script: a page beside the form that goes on while the form is sent. It moves, it says at
//! once what is refused, it ends with the receipt, and it holds nothing that somebody else needs.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::common::wire::*;
use crate::common::*;
use scraper::Html;
use sourdine::base::ids::hex;
use sourdine::base::random;

/// Connections that may be open at once.
const CONNECTIONS: usize = 512;
const DONE: &str = "progress-sent";

fn fresh_token() -> String {
    hex(&random::bytes::<16>().unwrap())
}

/// The amounts that a display has shown.
fn amounts(display: &Display) -> BTreeSet<String> {
    let said = display.said();
    let mut found = BTreeSet::new();
    for (at, _) in said.match_indices(" of ") {
        let before = said[..at].rsplit(['>', '\n']).next().unwrap();
        if before.ends_with('B') || before.ends_with("bytes") {
            found.insert(before.trim().to_owned());
        }
    }
    found
}

#[test]
fn it_moves_with_every_piece_and_ends_with_the_receipt() {
    let site = Box_::served(1, &[]);
    let files = [1_000_000, 1_400_000].map(|n| Document::new(&site, &format!("n° {n} <b>.pdf"), n));
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Bonjour")], &files);
    let display = Display::open(&site, &sheet.token);
    let stranger = Display::open(&site, &fresh_token());
    let mut upload = Upload::begin(&site, "/drop?lang=en", body.bytes.len());
    let mut late = None;
    let pieces = body.bytes.len() / 12 + 1;
    for (number, piece) in body.bytes.chunks(pieces).enumerate() {
        let before = amounts(&display).len();
        upload.write(piece);
        if number < 11 {
            wait_for("another amount", || (amounts(&display).len() > before).then_some(()));
        }
        if number == 8 {
            // One that opens in the middle shows what is under way.
            late = Some(Display::open_late(&site, &sheet.token));
        }
    }
    let answer = upload.answer();
    assert!(answer.contains(&format!("<h1>{}</h1>", msg("receipt-title"))), "{answer}");
    for display in [&display, late.as_ref().unwrap()] {
        display.waits_for(msg(DONE)).ends();
        let said = display.said();
        assert!(said.contains("File 2: n° 1400000 &#60;b&#62;.pdf"), "{said}");
        assert!(said.contains(" of 2.4 MB"), "{said}");
        // One word of it may stand in any sentence; two do not.
        let two = sheet.form.code.split(' ').take(2).collect::<Vec<_>>().join(" ");
        assert!(!said.contains(&two), "the code is in it");
    }
    assert!(amounts(&display).len() >= 10, "{:?}", amounts(&display));
    let said = display.said();
    assert!(said.contains("File 1: n° 1000000") && said.contains(msg("progress-rate")), "{said}");
    // Nobody else hears of it.
    assert!(!stranger.has_ended());
    assert_eq!(amounts(&stranger), BTreeSet::new());
    assert!(!stranger.said().contains("pdf"), "{}", stranger.said());
}

#[test]
fn each_form_has_a_display_of_its_own_whose_name_tells_nothing() {
    let site = Box_::served(1, &[]);
    let sheets: Vec<_> = (0..50).map(|_| Sheet::new(&site)).collect();
    let tokens: BTreeSet<_> = sheets.iter().map(|sheet| sheet.token.as_str()).collect();
    assert_eq!(tokens.len(), 50);
    for Sheet { form, token } in &sheets {
        assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{token}");
        // Nor is any piece of it in the ticket that the form carries.
        assert!(
            token
                .as_bytes()
                .windows(8)
                .all(|piece| { !form.ticket.contains(std::str::from_utf8(piece).unwrap()) })
        );
    }
    for wrong in
        ["", "0", &"g".repeat(32), &"0".repeat(31), &"0".repeat(33), "..%2f..", &"é".repeat(16)]
    {
        let answer = site.curl(&format!("/progress/{wrong}?lang=en"), &["-m", "20"]);
        assert_eq!(answer.status, 404, "{wrong}");
    }
}

/// The body still comes, and the source reads already why it will not do.
#[test]
fn refusals_are_said_while_the_body_still_comes() {
    let small = [
        ("file = \"3.5 GiB\"", "file = \"1 MiB\""),
        ("dispatch = \"8 GiB\"", "dispatch = \"2 MiB\""),
        ("files = 100", "files = 2"),
        ("message = 100000", "message = 200"),
    ];
    let site = Box_::served(1, &small);
    let files = [600_000, 1_100_000, 10].map(|n| Document::new(&site, &format!("{n}.bin"), n));
    let [good, large, tiny] = &files;
    // What is written in the message (the code, where it says so), which files, where it stands still, and
    // what is said then.
    let cases = [
        ("CODE", vec![good.clone()], 0, 100, msg("error-message-has-code")),
        ("Bonjour", vec![large.clone()], 0, 1_060_000, &filled("error-file-too-large", &["1 MB"])),
        (
            "Bonjour",
            vec![tiny.clone(), good.clone(), tiny.clone()],
            2,
            2,
            "There are more than 2 files.",
        ),
        (&"x".repeat(201), vec![good.clone()], 0, 1, "The message is longer than 200 characters."),
    ];
    for (message, files, file, bytes, sentence) in cases {
        let sheet = Sheet::new(&site);
        let message = if message == "CODE" { &sheet.form.code } else { message };
        let body = Body::new(&sheet.form, &[("message", message)], &files);
        let display = Display::open(&site, &sheet.token);
        let at = body.begins[file] + bytes;
        let mut upload = body.send(&site, "/drop?lang=en", at);
        display.waits_for(sentence);
        // It waits for the rest, so that a browser shows the page too.
        upload.write(&body.bytes[at..]);
        let answer = upload.answer();
        assert!(answer.contains(sentence), "{answer}");
        assert!(!display.has_ended());
        mended(&site, &sheet, &display, good);
    }
    // Announced too large: at the first bytes of a file.
    let sheet = Sheet::new(&site);
    let body = Body::new(&sheet.form, &[("message", "Bonjour")], &files[..1]);
    let display = Display::open(&site, &sheet.token);
    let mut upload = Upload::begin(&site, "/drop?lang=en", 5_000_000_000);
    // Of its first bytes one may look like the beginning of a delimiter.
    upload.write(&body.bytes[..body.begins[0] + 9]);
    display.waits_for(&filled("error-dispatch-too-large", &["2 MB"]));
    drop(upload);
    mended(&site, &sheet, &display, good);
}

/// The same form, mended and sent again, is shown in the same display, and ends it.
fn mended(site: &Box_, sheet: &Sheet, display: &Display, good: &Document) {
    let body = Body::new(&sheet.form, &[("message", "Mended.")], std::slice::from_ref(good));
    let answer = body.send(site, "/drop?lang=en", body.bytes.len()).answer();
    assert!(answer.contains(msg("receipt-title")), "{answer}");
    display.waits_for(msg(DONE)).ends();
}

#[test]
fn a_full_server_and_a_busy_one_are_said_while_the_body_still_comes() {
    let full = Box_::served(1, &[("min_free = \"64 MiB\"", "min_free = \"1000000 GiB\"")]);
    let busy = Box_::served(1, &[("uploads = 32", "uploads = 1")]);
    let other = Sheet::new(&busy);
    let document = Document::new(&busy, "a.bin", 3_000_000);
    let theirs = Body::new(&other.form, &[], std::slice::from_ref(&document));
    let under_way = Display::open(&busy, &other.token);
    let _theirs = theirs.send(&busy, "/drop?lang=en", 1_000_000);
    under_way.waits_for("File 1");
    for (site, is_read, sentence) in
        [(&full, true, msg("error-full")), (&busy, false, msg("error-busy"))]
    {
        let page = site.curl("/drop?lang=en", &[]);
        let sheet = Sheet::of(&page);
        // The form names its display in its address: a busy server reads nothing of the form.
        let path = format!("/drop?lang=en&progress={}", sheet.token);
        let send = selector("form#send");
        let html = Html::parse_document(&page.text());
        assert_eq!(html.select(&send).next().unwrap().value().attr("action"), Some(&*path));
        let body =
            Body::new(&sheet.form, &[("message", "Bonjour")], std::slice::from_ref(&document));
        let display = Display::open(site, &sheet.token);
        let half = body.begins[0] + 1_000;
        let mut upload = body.send(site, &path, half);
        display.waits_for(sentence);
        upload.write(&body.bytes[half..]);
        let answer = upload.answer();
        assert!(answer.contains(sentence), "{answer}");
        // What was read is given back; all of it still stands in the form above the frame.
        assert_eq!(answer.contains("Bonjour"), is_read, "{answer}");
        assert_eq!(site.submissions(), 0);
    }
}

#[test]
fn a_reader_that_goes_away_frees_its_connection() {
    let site = Box_::served(1, &[]);
    Sheet::new(&site);
    let before = settled_sockets(&site);
    let waiting: Vec<_> = (0..20).map(|_| Display::open(&site, &fresh_token())).collect();
    assert_eq!(sockets(&site), before + 20);
    drop(waiting);
    wait_for("the connections to be freed", || (sockets(&site) == before).then_some(()));

    // With an upload to show; that one goes on.
    let sheet = Sheet::new(&site);
    let document = Document::new(&site, "a.bin", 2_000_000);
    let body = Body::new(&sheet.form, &[("message", "")], &[document]);
    let displays: Vec<_> = (0..5).map(|_| Display::open(&site, &sheet.token)).collect();
    let mut upload = body.send(&site, "/drop?lang=en", 1_500_000);
    for display in &displays {
        display.waits_for("File 1: a.bin");
    }
    drop(displays);
    wait_for("the connections to be freed", || (sockets(&site) == before + 1).then_some(()));
    upload.write(&body.bytes[1_500_000..]);
    assert!(upload.answer().contains(&format!("<h1>{}</h1>", msg("receipt-title"))));
    wait_for("the upload's too", || (sockets(&site) == before).then_some(()));
}

/// Sockets once the connections of earlier questions are closed.
fn settled_sockets(site: &Box_) -> usize {
    let mut last = usize::MAX;
    wait_for("connections to close", || {
        let now = sockets(site);
        let same = now == last;
        last = now;
        same.then_some(now)
    })
}

/// Somebody opens displays without end, one a connection: what has been idle for longest ends, and forms work.
#[test]
fn a_flood_of_displays_does_not_keep_anybody_from_sending() {
    let site = Box_::served(1, &[]);
    let flood: Vec<_> =
        (0..CONNECTIONS + 50).map(|_| Display::open(&site, &fresh_token())).collect();
    assert!(flood.iter().filter(|display| display.has_ended()).count() >= 50);
    let sheet = Sheet::new(&site);
    let display = Display::open(&site, &sheet.token);
    let document = Document::new(&site, "a.bin", 100_000);
    site.send(&sheet.form, "Hello", &[document.path()]).must_say(msg("receipt-title"));
    display.waits_for(msg(DONE)).ends();
}

#[test]
fn a_stop_ends_open_displays_at_once() {
    let mut site = Box_::served(1, &[]);
    let mut displays: Vec<_> = (0..30).map(|_| Display::open(&site, &fresh_token())).collect();
    // One of them shows an upload that was cut, one a form that was refused.
    let sheet = Sheet::new(&site);
    let document = Document::new(&site, "a.bin", 2_000_000);
    let body = Body::new(&sheet.form, &[("message", "")], &[document]);
    displays.push(Display::open(&site, &sheet.token));
    drop(body.send(&site, "/drop?lang=en", 1_500_000));
    displays.last().unwrap().waits_for(msg("error-cut"));
    let begin = Instant::now();
    site.stop();
    // What is under way would have ten seconds.
    assert!(begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
    for display in &displays {
        display.ends();
    }
}
