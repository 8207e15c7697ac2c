//! What strangers do to close the box for others: crooked lines, silent connections, uploads that crawl,
//! announcements without end, wrong codes. A source on a circuit of its own hardly notices.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::circuits::*;
use crate::common::wire::*;
use crate::common::*;

/// After this long, what crawls may be evicted.
const GRACE: Duration = Duration::from_secs(30);
const MIB: usize = 1024 * 1024;

/// What is answered to bytes on the server's socket, until it closes.
fn answer_to(site: &Box_, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket(site)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // The server may have had enough before all is written.
    let _ = stream.write_all(bytes);
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

const GET: &str = "GET /?lang=en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[test]
fn a_line_that_is_not_tors_is_refused_with_the_reason() {
    let mut site = behind_tor(1, &[]);
    let line = line_of(7);
    assert!(answer_to(&site, format!("{line}{GET}").as_bytes()).starts_with("HTTP/1.1 200"));
    let wrong = [
        // missing
        GET.to_owned(),
        // malformed
        line.replace("TCP6", "TCP4"),
        line.replace("\r\n", "\n"),
        line.replace("fc00", "fc01"),
        line.replace("PROXY ", "PROXY\t"),
        format!("{} x\r\n", line.trim_end()),
        "PROXY UNKNOWN\r\n".to_owned(),
        "\0".repeat(200),
        "\r\n\r\n\r\n".to_owned(),
        // of a real proxy
        "PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n".to_owned(),
        "PROXY TCP6 2001:db8::1 ::1 1234 80\r\n".to_owned(),
        // over-long, without end
        format!("PROXY TCP6 {}", "f".repeat(100_000)),
    ];
    for wrong in &wrong {
        let said = answer_to(&site, format!("{wrong}{GET}").as_bytes());
        assert!(said.starts_with("HTTP/1.1 400"), "{wrong:.60?}: {said}");
        assert!(said.contains("HiddenServiceExportCircuitID haproxy"), "{wrong:.60?}: {said}");
        assert!(!said.contains(msg("landing-send")), "{wrong:.60?}: {said}");
    }
    // doubled, and spoofed within a circuit: the second one is no request
    for second in [line.clone(), line_of(8)] {
        let said = answer_to(&site, format!("{line}{second}{GET}").as_bytes());
        assert!(said.starts_with("HTTP/1.1 400") && !said.contains("200 OK"), "{said}");
    }
    // nothing at all, or half of it
    for silent in ["", "PROXY TCP6 fc00:"] {
        let begin = Instant::now();
        let mut stream = UnixStream::connect(socket(&site)).unwrap();
        stream.write_all(silent.as_bytes()).unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        assert!(begin.elapsed() < Duration::from_secs(20));
    }
    site.send(&site.form("en"), "Hello", &[]).must_say(msg("receipt-title"));
    site.stop();
    assert!(site.log().contains(&format!("no-circuit {}", wrong.len() + 2)), "{}", site.log());
    for secret in ["fc00", "PROXY", "4dad"] {
        assert!(!site.log().contains(secret), "{}", site.log());
    }
}

#[test]
fn where_no_line_is_due_one_is_no_request() {
    let mut site = Box_::served(1, &[]);
    let mut stream = connect(&site);
    stream.write_all(format!("{}{GET}", line_of(7)).as_bytes()).unwrap();
    let mut said = String::new();
    let _ = stream.read_to_string(&mut said);
    assert!(said.starts_with("HTTP/1.1 400") && !said.contains(msg("landing-send")), "{said}");
    site.curl("/", &[]).must_say("Sourdine");
    site.stop();
    // On a unix socket that is a fault of the set-up, which `check` names.
    let listen = format!("source = \"unix:{}\"", socket(&site).display());
    site.edit(&[("source = \"127.0.0.1:8080\"", &listen)]);
    let found = site.command("check").output().unwrap();
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(found.contains("warning  circuits"), "{found}");
    // And a port is no place for it: any program could write such a line.
    site.edit(&[(&listen, "source = \"127.0.0.1:0\""), ("haproxy = false", "haproxy = true")]);
    let error = fails(site.command("serve").stdout(std::process::Stdio::null()));
    assert!(error.contains("listen.haproxy: only a unix socket"), "{error}");
}

/// Thirty-two circuits hold every slot and move a byte now and then; most announced as much as a dispatch may
/// have. None lets go by itself.
#[test]
fn thirty_two_uploads_that_crawl_keep_no_document_out() {
    let edits = [("quota = \"100 GiB\"", "quota = \"2 GiB\"")];
    let mut site = behind_tor(1, &edits);
    let document = Document::new(&site, "contract.pdf", 20_000_000);
    let alone = Instant::now();
    site.send(&site.form("en"), "alone", &[document.path()]).must_say(msg("receipt-title"));
    let alone = alone.elapsed();

    let first = Document::new(&site, "first.pdf", 1000);
    let begun = Instant::now();
    let mut codes = Vec::new();
    let mut crawling: Vec<_> = (0..32_u32)
        .map(|circuit| {
            let form = site.form("en");
            let announced = if circuit < 24 { 40 * MIB } else { 20 * MIB };
            over(&mut site, 100 + circuit);
            let body = Body::new(&form, &[("message", "")], &[first.clone(), first.clone()]);
            let mut upload = Upload::begin(&site, "/drop?lang=en", announced);
            // One whole file, and the beginning of the next.
            upload.write(&body.bytes[..body.begins[1]]);
            codes.push(form.code);
            upload
        })
        .collect();
    over(&mut site, 1);
    // Nobody is evicted within the grace, and nobody waits in a line.
    assert_eq!(site.send(&site.form("en"), "early", &[document.path()]).status, 503);
    thread::sleep((GRACE + Duration::from_secs(3)).saturating_sub(begun.elapsed()));
    for upload in &mut crawling {
        let _ = upload.try_write(b"x");
    }
    for circuit in 2..6 {
        over(&mut site, circuit);
        let beside = Instant::now();
        site.send(&site.form("en"), "beside", &[document.path()]).must_say(msg("receipt-title"));
        println!("20 MB: alone {alone:?}, beside 32 that crawl {:?}", beside.elapsed());
    }
    // A large one finds a place as well.
    let large = Document::new(&site, "large.bin", 100 * MIB);
    site.send(&site.form("en"), "large", &[large.path()]).must_say(msg("receipt-title"));
    // Whoever lost their place is told so, and what arrived whole is theirs still.
    let lost = wait_for("somebody to give way", || {
        crawling.iter_mut().position(|upload| upload.try_write(b"x").is_err())
    });
    let said = crawling.remove(lost).answer();
    assert!(said.contains(msg("error-displaced")), "{said}");
    site.mailbox(&codes[lost]).must_say("first.pdf").must_say(&first.sha256);
    assert_eq!(site.submissions(), 6);
}

/// Uploads that began well and now stand still, so many on each of these circuits.
fn standing(site: &mut Box_, circuits: &[u32], each: usize, announced: usize) -> Vec<Upload> {
    let document = Document::new(site, "begun.bin", 250_000);
    let mut all = Vec::new();
    for &circuit in circuits {
        over(site, circuit);
        for _ in 0..each {
            let form = site.form("en");
            let body = Body::new(&form, &[("message", "")], std::slice::from_ref(&document));
            let mut upload = Upload::begin(site, "/drop?lang=en", announced);
            upload.write(&body.bytes[..body.bytes.len() - 10]);
            all.push(upload);
        }
    }
    all
}

#[test]
fn some_slots_are_left_to_what_is_small() {
    let mut site = behind_tor(1, &[("uploads = 32", "uploads = 8")]);
    let (small, large) = (Document::new(&site, "small.bin", 20_000_000), 40 * MIB);
    // Seven of eight slots, each with a circuit of its own, all of them moving well of late.
    let circuits: Vec<_> = (21..28).collect();
    let _busy = standing(&mut site, &circuits, 1, large);
    thread::sleep(Duration::from_secs(1));
    over(&mut site, 30);
    let another = Document::new(&site, "large.bin", large);
    let begin = Instant::now();
    assert_eq!(site.send(&site.form("en"), "large", &[another.path()]).status, 503);
    site.send(&site.form("en"), "small", &[small.path()]).must_say(msg("receipt-title"));
    site.send(&site.form("en"), "a message alone", &[]).must_say(msg("receipt-title"));
    assert!(begin.elapsed() < GRACE / 2, "{:?}", begin.elapsed());
}

/// What is announced and never comes takes next to no room.
#[test]
fn announcing_much_takes_no_room_from_others() {
    let edits = [("quota = \"100 GiB\"", "quota = \"512 MiB\"")];
    let mut site = behind_tor(1, &edits);
    site.curl("/drop?lang=en", &[]).must_say("268.4 MB together");
    // What is not announced at all takes what there is, and no more.
    let chunked = |site: &Box_, message: &str, file: &str| {
        let mut args = site.form("en").fields();
        args.extend(["-H", "Transfer-Encoding: chunked", "-H", "Expect:"].map(String::from));
        args.extend([
            "-F".into(),
            format!("message={message}"),
            "-F".into(),
            format!("files=@{file}"),
        ]);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        site.curl("/drop?lang=en", &args)
    };
    chunked(&site, "not announced", "/dev/null").must_say(msg("receipt-title"));
    let endless = Document::new(&site, "endless.bin", 300 * MIB);
    let said = chunked(&site, "too much", endless.path());
    assert!(said.status == 507 || said.status == 0, "{}", said.status);
    wait_for("its bytes to go", || (site.status()["bytes"].as_u64()? < 1 << 20).then_some(()));
    let circuits: Vec<_> = (41..45).collect();
    let mut announced = standing(&mut site, &circuits, 1, 200 * MIB);
    let small = Document::new(&site, "small.bin", 20_000_000);
    let large = Document::new(&site, "large.bin", 100 * MIB);
    over(&mut site, 50);
    // What others announce does not show on the page.
    site.curl("/drop?lang=en", &[]).must_say("268.4 MB together");
    site.send(&site.form("en"), "large", &[large.path()]).must_say(msg("receipt-title"));
    site.send(&site.form("en"), "small", &[small.path()]).must_say(msg("receipt-title"));
    assert!(announced.iter_mut().all(|upload| upload.try_write(b"x").is_ok()));

    // What will never fit is told so at once, in the display too.
    let sheet = Sheet::new(&site);
    let display = Display::open(&site, &sheet.token);
    let body = Body::new(&sheet.form, &[("message", "")], &[small]);
    let mut upload = Upload::begin(&site, "/drop?lang=en", 7 << 30);
    upload.write(&body.bytes[..=body.begins[0]]);
    display.waits_for(msg("error-too-large-now"));
}

/// Drafts of strangers, each as large as one may be, go when others come.
#[test]
fn a_flood_of_drafts_keeps_no_document_out() {
    let edits = [
        ("file = \"3.5 GiB\"", "file = \"60 MiB\""),
        ("dispatch = \"8 GiB\"", "dispatch = \"60 MiB\""),
        ("drafts = \"20 GiB\"", "drafts = \"60 MiB\""),
        ("quota = \"100 GiB\"", "quota = \"256 MiB\""),
    ];
    let mut site = behind_tor(1, &edits);
    let document = Document::new(&site, "contract.pdf", 20_000_000);
    let begin = Instant::now();
    site.send(&site.form("en"), "alone", &[document.path()]).must_say(msg("receipt-title"));
    let alone = begin.elapsed();
    let flood = Document::new(&site, "flood.bin", 30_000_000);
    for circuit in 0..12 {
        over(&mut site, 200 + circuit / 2);
        let form = site.form("en");
        let mut args = form.fields();
        args.extend([
            "-F".into(),
            "message=".into(),
            "-F".into(),
            format!("files=@{}", flood.path()),
        ]);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        let kept = site.curl("/drop?lang=en&keep=1", &args);
        kept.must_say(msg("receipt-kept-title"));
    }
    over(&mut site, 1);
    let begin = Instant::now();
    site.send(&site.form("en"), "beside", &[document.path()]).must_say(msg("receipt-title"));
    println!("20 MB: alone {alone:?}, after a flood of drafts {:?}", begin.elapsed());
    assert_eq!(site.submissions(), 2);
    assert!(site.status()["draft_bytes"].as_u64().unwrap() < 100 << 20);
}

/// More connections than there are places, each with half a request: on one circuit, then on many.
#[test]
fn slow_headers_keep_nobody_out() {
    let mut site = behind_tor(1, &[]);
    let document = Document::new(&site, "contract.pdf", 20_000_000);
    let begin = Instant::now();
    site.send(&site.form("en"), "alone", &[document.path()]).must_say(msg("receipt-title"));
    let alone = begin.elapsed();
    let half = |circuit: u32| {
        let mut stream = dial(&site, circuit);
        // The server may have ended it to make room for the next one.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        stream
    };
    let one: Vec<_> = (0..200).map(|_| half(60)).collect();
    let many: Vec<_> = (0..600).map(|n| half(1000 + n)).collect();
    over(&mut site, 61);
    let begin = Instant::now();
    site.send(&site.form("en"), "beside", &[document.path()]).must_say(msg("receipt-title"));
    println!("20 MB: alone {alone:?}, beside 800 slow headers {:?}", begin.elapsed());
    // They go on, a byte at a time, and come to nothing.
    for mut stream in one.iter().chain(&many) {
        let _ = stream.write_all(b"x");
    }
    site.curl("/?lang=en", &[]).must_say(msg("landing-send"));
    wait_for_long("the slow ones to be ended", || {
        one.iter().chain(&many).all(is_closed).then_some(())
    });
}

fn is_closed(mut stream: &UnixStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    !matches!(stream.read(&mut [0; 64]), Err(e) if e.kind() == std::io::ErrorKind::WouldBlock)
}

/// The server's own patience with a header is half a minute.
fn wait_for_long(what: &str, mut ask: impl FnMut() -> Option<()>) {
    let begin = Instant::now();
    while ask().is_none() {
        assert!(begin.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn displays_of_twenty_circuits_end_no_other_display() {
    let mut site = behind_tor(1, &[]);
    let mut flood = Vec::new();
    for circuit in 70..90 {
        over(&mut site, circuit);
        let sheet = Sheet::new(&site);
        flood.extend((0..8).map(|_| Display::open(&site, &sheet.token)));
    }
    over(&mut site, 91);
    let sheet = Sheet::new(&site);
    let display = Display::open(&site, &sheet.token);
    over(&mut site, 70);
    let late = Sheet::new(&site);
    flood.extend((0..8).map(|_| Display::open(&site, &late.token)));
    over(&mut site, 91);
    site.send(&sheet.form, "Hello", &[]).must_say(msg("receipt-title"));
    display.waits_for(msg("progress-sent")).ends();
}

/// Forms of which the last byte does not come give way like any upload.
#[test]
fn large_forms_that_never_end_keep_nobody_out() {
    let mut site = behind_tor(1, &[("uploads = 32", "uploads = 8")]);
    let form = site.form("en");
    let held: Vec<_> = (0..8)
        .map(|number| {
            let mut stream = dial(&site, 300 + number / 2);
            let head = "POST /drop/form?lang=en HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\
                        Content-Type: application/x-www-form-urlencoded\r\n\r\ncode=a";
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    over(&mut site, 310);
    let again = |site: &Box_, message: &str| {
        let fields = ["code", "ticket", "message"].into_iter();
        let fields = fields.zip([&*form.code, &*form.ticket, message]);
        let fields: Vec<_> = fields.map(|(name, value)| format!("{name}={value}")).collect();
        let args: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
        site.curl("/drop/form?lang=en", &args)
    };
    let long = "é".repeat(12_000);
    let busy = wait_for("all slots to be taken", || {
        Some(again(&site, &long)).filter(|page| page.status == 503)
    });
    // The text is still the browser's to send.
    busy.must_say(msg("error-busy-form"));
    // What is as short as most forms are needs none.
    assert_eq!(again(&site, "Bonjour").status, 200);
    // Two of one circuit share its half minute; whoever asks again and again is held to a rate meanwhile.
    thread::sleep(GRACE / 2);
    over(&mut site, 311);
    assert_eq!(again(&site, &long).status, 200);
    drop(held);
}

/// Twenty circuits try one code after the other, on four connections each.
#[test]
fn wrong_codes_of_others_do_not_make_the_right_one_wait() {
    let site = behind_tor(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let ticket = site.curl("/mailbox?lang=en", &[]).hidden("ticket");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let tried = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        for circuit in 400..420 {
            for _ in 0..4 {
                let (site, ticket, stop, tried) = (&site, &ticket, &stop, &tried);
                scope.spawn(move || {
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let wrong = "abandon ability able about above absent absorb abstract";
                        let said = ask_mailbox(site, circuit, wrong, ticket);
                        assert!(
                            said.starts_with("HTTP/1.1 200") || said.starts_with("HTTP/1.1 503"),
                            "{said:.200}"
                        );
                        tried.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    }
                });
            }
        }
        // Until each asked more often than the right one will, they are as new as it is.
        let of_all = || tried.load(std::sync::atomic::Ordering::Relaxed) >= 20 * 20;
        wait_for("what they do at once", || of_all().then_some(()));
        for _ in 0..10 {
            // Never refused, never behind them all.
            let begin = Instant::now();
            let said = ask_mailbox(&site, 430, &form.code, &ticket);
            let is_in_time = begin.elapsed() < Duration::from_secs(15);
            let is_mailbox =
                said.starts_with("HTTP/1.1 200") && said.contains(msg("mailbox-title"));
            if !is_in_time || !is_mailbox {
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
                panic!("after {:?}: {said:.200}", begin.elapsed());
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

/// An answer's file that a few circuits read without end, and one more.
#[test]
fn downloads_that_stand_still_are_shared_out() {
    let site = behind_tor(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let (opened, reply, attached) =
        (site.path("opened"), site.path("reply.tar"), site.path("a.bin"));
    std::fs::write(&attached, vec![b'x'; 8 * MIB]).unwrap();
    ok(&mut site.editors[0].open([site.export("bundle.tar")], &opened));
    let mut command = sourdine();
    command.arg("reply").arg(&opened).arg("-i").arg(&site.editors[0].key).arg("-o").arg(&reply);
    ok(command.arg("--attach").arg(&attached));
    ok(site.command("deliver").arg(&reply));
    let page = site.mailbox(&form.code);
    let fields = ["code", "ticket", "dispatch", "number"].map(|name| {
        let value = if name == "code" {
            form.code.replace(' ', "+")
        } else {
            page.hidden_in("form[action^='/mailbox/file']", name)
        };
        format!("{name}={value}")
    });
    let body = fields.join("&");
    let ask = |circuit: u32| {
        let mut stream = dial(&site, circuit);
        let request = format!(
            "POST /mailbox/file?lang=en HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        (String::from_utf8_lossy(&head).into_owned(), stream)
    };
    let mut held: Vec<_> = (0..16).map(|n| ask(500 + n / 6)).collect();
    assert!(held.iter().all(|(head, _)| head.ends_with("200")), "{:?}", held[0].0);
    // All are taken, and nobody is cut off for another; a circuit has six at most.
    assert!(ask(510).0.ends_with("503"));
    held.truncate(12);
    assert!(ask(500).0.ends_with("503"));
    let mut last = wait_for("a slot", || {
        let (status, stream) = ask(510);
        status.ends_with("200").then_some(stream)
    });
    let mut rest = Vec::new();
    last.read_to_end(&mut rest).unwrap();
    assert!(rest.len() > 8 * MIB);
}

/// Kilobytes of memory that the server holds now.
fn memory(site: &Box_) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", site.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Large pages, asked for without end and not read: a few are made, the rest are refused.
#[test]
fn pages_that_nobody_reads_fill_no_memory() {
    let mut site = behind_tor(1, &[]);
    let form = site.form("en");
    let body = format!(
        "code={}&ticket={}&message={}",
        form.code.replace(' ', "+"),
        form.ticket,
        "%3C".repeat(100_000)
    );
    let before = memory(&site);
    let asked: Vec<_> = (0..160)
        .filter_map(|n| {
            let mut stream = dial(&site, 600 + n / 16);
            let head = format!(
                "POST /drop/form?lang=en HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\n",
                body.len()
            );
            stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
            stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(body.as_bytes()))
                .ok()?;
            Some(stream)
        })
        .collect();
    thread::sleep(Duration::from_secs(3));
    let more = memory(&site).saturating_sub(before) / 1024;
    println!("{} large pages asked for and not read: {more} MiB more", asked.len());
    assert!(more < 100, "{more} MiB");
    over(&mut site, 700);
    // A long receipt is sent all the same: nothing stands in the place of "Received".
    let document = Document::new(&site, "a.bin", 100);
    let named = |n: usize| (document.path.clone(), format!("{n:03}{}.pdf", "&".repeat(120)));
    let files: Vec<_> = (0..90).map(named).collect();
    let receipt = site.send_named(&site.form("en"), "", "beside", &files);
    assert!(receipt.bytes.len() > 48 * 1024, "{}", receipt.bytes.len());
    receipt.must_say(msg("receipt-title"));
}

/// Displays that nobody reads, one wave after the other: each gives its connection back.
#[test]
fn displays_that_nobody_reads_hold_no_connection() {
    let mut site = behind_tor(1, &[]);
    let name = "n".repeat(7000);
    let mut uploads = Vec::new();
    let mut tokens = Vec::new();
    for circuit in [711, 712] {
        over(&mut site, circuit);
        let sheet = Sheet::new(&site);
        let mut body = Body::new(&sheet.form, &[("message", "")], &[]).bytes;
        body.truncate(body.len() - "--B--\r\n".len());
        let head = format!(
            "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\nbegun"
        );
        body.extend(head.into_bytes());
        let mut upload = Upload::begin(&site, "/drop?lang=en", 10 * MIB);
        upload.write(&body);
        uploads.push(upload);
        tokens.push(sheet.token);
    }
    let mut held = Vec::new();
    for wave in 0..6 {
        for n in 0..128_u32 {
            let mut stream = dial(&site, 800 + wave * 32 + n / 4);
            let token = &tokens[n as usize % 2];
            let _ = stream.write_all(
                format!("GET /progress/{token} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes(),
            );
            held.push(stream);
        }
        thread::sleep(Duration::from_secs(2));
    }
    over(&mut site, 720);
    for _ in 0..20 {
        let begin = Instant::now();
        site.curl("/?lang=en", &["--max-time", "20"]).must_say(msg("landing-send"));
        assert!(begin.elapsed() < Duration::from_secs(10));
    }
    drop((uploads, held));
}

/// A plain file in the place of a socket is not ours to remove.
#[test]
fn a_file_where_the_socket_should_be_stays() {
    let site = Box_::new(1, &[]);
    let precious = site.path("precious.txt");
    std::fs::write(&precious, "not a socket").unwrap();
    let listen = format!("unix:{}", precious.display());
    let error = fails(site.command("serve").args(["--listen", &listen]));
    assert!(error.contains("cannot be served"), "{error}");
    assert_eq!(std::fs::read(&precious).unwrap(), b"not a socket");
}

/// The disk does not tell when somebody came: reading leaves no time behind, not on the socket either.
#[test]
fn a_visit_leaves_no_time_of_reading() {
    let site = behind_tor(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let found = site.command("check").output().unwrap();
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    let noted = || {
        let files = files_below(&site.data()).into_iter().chain([socket(&site), site.data()]);
        let times = files.map(|path| {
            let meta = std::fs::symlink_metadata(&path).unwrap();
            (path, meta.accessed().unwrap())
        });
        times.collect::<Vec<_>>()
    };
    let before = noted();
    assert!(before.iter().any(|(path, _)| path.ends_with("index.db")), "{before:?}");
    thread::sleep(Duration::from_millis(1100));
    for _ in 0..3 {
        site.mailbox(&form.code).must_say(msg("mailbox-title"));
    }
    // A file system that cannot be told is named by `check`.
    if found.contains("ok       atimes") {
        assert_eq!(noted(), before);
    } else {
        assert!(found.contains("warning  atimes") && found.contains("noatime"), "{found}");
    }
}
