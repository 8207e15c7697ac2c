//! What strangers cost a source, each figure beside the same thing without them, in one run; whether the time of
//! an answer tells what is under a code; and the memory of everything at once.
//!
//!     cargo bench --bench strangers [-- codes documents answers memory]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
#[allow(dead_code, unused_imports, clippy::wildcard_imports, reason = "what the scenarios use")]
mod common;

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::circuits::{ask_mailbox, behind_tor, dial, over};
use common::desk::{Login, Visitor, open_desk};
use common::held::press_sure;
use common::wire::{Body, Document, Upload};
use common::{Box_, msg};

fn main() {
    let named: Vec<_> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benches too.
    if !named.iter().any(|argument| argument == "--bench") {
        return;
    }
    let parts: [(&str, fn()); 4] =
        [("codes", codes), ("documents", documents), ("answers", answers), ("memory", memory)];
    for (name, part) in parts {
        if named.len() == 1 || named.iter().any(|argument| argument == name) {
            part();
        }
    }
}

/// Milliseconds in the middle, and the longest.
fn middle_and_most(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort();
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    (millis(times[times.len() / 2]), millis(times[times.len() - 1]))
}

/// A right code, alone and beside twenty circuits that try wrong ones as fast as they can.
fn codes() {
    let site = behind_tor(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say("Received");
    let ticket = site.curl("/mailbox?lang=en", &[]).hidden("ticket");
    let next = AtomicU32::new(1000);
    // Each by a source of its own.
    let right = || {
        let begin = Instant::now();
        let said = ask_mailbox(&site, next.fetch_add(1, Ordering::Relaxed), &form.code, &ticket);
        assert!(said.contains("Your mailbox"), "{said}");
        begin.elapsed()
    };
    let round = || (0..40).map(|_| right()).collect::<Vec<_>>();
    round();
    let (alone, alone_most) = middle_and_most(round());
    let (stop, tried) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (first, later) = thread::scope(|scope| {
        for circuit in 1..=20 {
            for _ in 0..4 {
                let (site, ticket, stop, tried) = (&site, &ticket, &stop, &tried);
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let wrong = "abandon ability able about above absent absorb abstract";
                        ask_mailbox(site, circuit, wrong, ticket);
                        tried.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        }
        thread::sleep(Duration::from_millis(300));
        // While each of them still has its first thirty, and when they are held to their pace.
        let first = round();
        thread::sleep(Duration::from_secs(10));
        let before = tried.load(Ordering::Relaxed);
        let later = round();
        println!(
            "  wrong codes meanwhile: {} in all, {before} before the last round",
            tried.load(Ordering::Relaxed)
        );
        stop.store(true, Ordering::Relaxed);
        (first, later)
    });
    println!("right code, ms: alone {alone:.1} (at most {alone_most:.1})");
    for (when, times) in [("in their first burst", first), ("held to their pace", later)] {
        let (beside, most) = middle_and_most(times);
        println!(
            "  beside 20 circuits {when}: {beside:.1} (at most {most:.1}), {:.2} times",
            beside / alone
        );
    }
}

/// 20 MB, alone and beside uploads that crawl, drafts and slow headers.
fn documents() {
    let edits = [
        ("dispatch = \"8 GiB\"", "dispatch = \"4 GiB\""),
        ("drafts = \"20 GiB\"", "drafts = \"4 GiB\""),
    ];
    let mut site = behind_tor(5, &edits);
    let document = Document::new(&site, "contract.pdf", 20_000_000);
    let mut circuit = 5000;
    let mut round = |site: &mut Box_| {
        let times = (0..9).map(|_| {
            circuit += 1;
            let form = over(site, circuit).form("en");
            let begin = Instant::now();
            site.send(&form, "a document", &[document.path()]).must_say("Received");
            begin.elapsed()
        });
        middle_and_most(times.collect())
    };
    round(&mut site);
    let (alone, alone_most) = round(&mut site);
    println!("20 MB, ms: alone {alone:.0} (at most {alone_most:.0})");

    let mut slow = Vec::new();
    for n in 0..200 {
        let mut stream = dial(&site, 1 + n % 40);
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        slow.push(stream);
    }
    let (beside, most) = round(&mut site);
    println!(
        "  beside 200 slow headers: {beside:.0} (at most {most:.0}), {:.2} times",
        beside / alone
    );

    for n in 0..20 {
        let form = over(&mut site, 100 + n).form("en");
        let mut args = form.fields();
        args.extend(["-F".into(), format!("files=@{}", document.path())]);
        let args: Vec<_> = args.iter().map(String::as_str).collect();
        site.curl("/drop?lang=en&keep=1", &args).must_say("Not sent yet");
    }
    let (beside, most) = round(&mut site);
    println!(
        "  after a flood of drafts: {beside:.0} (at most {most:.0}), {:.2} times",
        beside / alone
    );

    let mut crawling = Vec::new();
    for n in 0..32 {
        let form = over(&mut site, 200 + n).form("en");
        let body = Body::new(&form, &[("message", "")], std::slice::from_ref(&document));
        let announced = if n % 2 == 0 { 25 << 20 } else { 64 << 20 };
        let mut upload = Upload::begin(&site, "/drop?lang=en", announced);
        upload.write(&body.bytes[..=body.begins[0]]);
        crawling.push(upload);
    }
    thread::sleep(Duration::from_secs(31));
    for upload in &mut crawling {
        let _ = upload.try_write(b"x");
    }
    let (beside, most) = round(&mut site);
    println!(
        "  beside 32 that crawl: {beside:.0} (at most {most:.0}), {:.2} times",
        beside / alone
    );
}

/// The time of a mailbox page: for a code under which nothing is, an empty mailbox and a used one, in turn.
fn answers() {
    let site = behind_tor(1, &[]);
    let unknown = site.form("en");
    let [empty, used] = [(); 2].map(|()| {
        let form = site.form("en");
        site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
        form
    });
    press_sure(&site, &site.mailbox(&empty.code), "withdraw").must_say(msg("withdraw-done"));
    let ticket = site.curl("/mailbox?lang=en", &[]).hidden("ticket");
    let mut times = [const { Vec::new() }; 3];
    for round in 0..1000 {
        for turn in 0..3 {
            let which = (round + turn) % 3;
            let code = &[&unknown, &empty, &used][which].code;
            let begin = Instant::now();
            // Each by a source of its own.
            ask_mailbox(&site, u32::try_from(round * 3 + turn).unwrap() + 1, code, &ticket);
            times[which].push(begin.elapsed());
        }
    }
    for (what, times) in ["nothing", "an empty mailbox", "a used mailbox"].iter().zip(times) {
        let (middle, most) = middle_and_most(times);
        println!("{what} under the code, ms: {middle:.2} (at most {most:.1}), of 1000");
    }
}

/// The server's memory with 32 uploads, 16 downloads and sign-ins at once: `VmHWM`, proc(5).
fn memory() {
    let mut site = Box_::new(5, &[]);
    let names = ["anne", "bob", "carla", "dora"];
    let desk = open_desk(&mut site);
    let logins = names.map(|name| Login::new(&site, name, &["team"]));
    // The last slots are for forms up to 32 MiB.
    let [large, middle, small] =
        [("large.bin", 128 << 20), ("middle.bin", 64 << 20), ("small.bin", 16 << 20)]
            .map(|(name, size)| Document::new(&site, name, size));
    site.send(&site.form("en"), "", &[large.path()]).must_say("Received");
    let peak = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", site.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    };
    println!("memory, MiB: {:.0} after one upload of 128 MiB", peak());
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let downloads = logins.iter().flat_map(|login| {
            let visitor = Visitor::signed_in(&desk, login);
            let list = visitor.act("/download", &[("team", "team")]);
            let page = visitor.get(&common::desk::header(&list, "location").unwrap());
            let text = page.text();
            let link = text
                .split("<a href=\"/download/")
                .find(|rest| rest.contains("\" download="))
                .unwrap();
            let path = format!("/download/{}", link.split('"').next().unwrap());
            let visitor = std::sync::Arc::new(visitor);
            (0..4).map(move |_| (visitor.clone(), path.clone()))
        });
        let downloads: Vec<_> = downloads.collect();
        let mut all = Vec::new();
        for (visitor, path) in downloads {
            all.push(scope.spawn(move || {
                let answer = visitor.ask(&path, &["--limit-rate", "8M"]);
                assert_eq!(answer.status, 200);
            }));
        }
        // The large ones first: the last slots are for forms up to 32 MiB.
        let mut uploads = Vec::new();
        for number in 0..32 {
            if number == 28 {
                thread::sleep(Duration::from_secs(2));
            }
            let document = if number < 28 { &middle } else { &small };
            uploads.push(site.send_slowly(&site.form("en"), "", document.path().as_ref(), "4M"));
        }
        let tries = scope.spawn(|| {
            let mut tries = 0;
            while !stop.load(Ordering::Relaxed) {
                Visitor::new(&desk).try_sign_in("/", "anne", "a wrong passphrase", "000000");
                tries += 1;
            }
            tries
        });
        for one in all {
            one.join().unwrap();
        }
        for upload in uploads {
            let page = upload.page();
            assert!(page.contains(msg("receipt-title")), "{page}");
        }
        stop.store(true, Ordering::Relaxed);
        println!(
            "  {:.0} with 32 uploads of 64 MiB, 16 downloads of 128 MiB and {} sign-ins at once",
            peak(),
            tries.join().unwrap()
        );
    });
}
