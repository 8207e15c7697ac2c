//! An archive of many mailboxes: every page lists what it must, and stays small; what comes again changes nothing; a
//! search finds; memory does not grow with the bytes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use sha2::{Digest, Sha256};
use sourdine::base::ids::hex;
use sourdine::bundle::names;

use crate::common::dispatches::Desk;
use crate::common::large_set::{LargeSet, Sent, mailbox, mark};
use crate::common::room::Reading;
use crate::common::wire::selector;
use crate::common::*;
use crate::hostile_bundles::{memory, watched};

const MIB: u64 = 1 << 20;
/// Memory that `open` and `read` may take, whatever the size of a bundle, in KiB.
const MOST_MEMORY: u64 = 192 * 1024;
/// Bytes of a page beside what it lists; of a row of the list; of a file on a mailbox's page, its name aside.
const FRAME: usize = 16 << 10;
const ROW: usize = 1 << 10;
const FILE: usize = 2 << 10;
/// Bytes that a page takes at most for one of a text: `<` is `&#60;`.
const ESCAPED: usize = 5;

/// SHA-256 of every file of an archive, by its path.
fn hashes(archive: &Path) -> BTreeMap<String, String> {
    let mut buffer = vec![0; 1 << 18];
    let mut hash = |path: &Path| {
        let (mut file, mut hash) = (File::open(path).unwrap(), Sha256::new());
        loop {
            match file.read(&mut buffer).unwrap() {
                0 => return hex(&hash.finalize()),
                n => hash.update(&buffer[..n]),
            }
        }
    };
    let name = |path: &Path| path.strip_prefix(archive).unwrap().to_str().unwrap().to_owned();
    files_below(archive).iter().map(|path| (name(path), hash(path))).collect()
}

/// A mailbox's page lists every dispatch in its order, with its text and its files, and is no larger than they make it.
fn lists_all(html: &str, sent: &[&Sent]) {
    let page = scraper::Html::parse_document(html);
    let count = |css: &str| page.select(&selector(css)).count();
    assert_eq!(count("section.card"), sent.len());
    let said = selector("section.card > p.message");
    let messages = page.select(&said).map(|message| message.text().collect::<String>());
    assert!(messages.eq(sent.iter().map(|sent| names::text(&sent.message))));
    let files: usize = sent.iter().map(|sent| sent.files).sum();
    assert_eq!(count("section.card ul.files > li"), files);
    assert_eq!(count("script, img, iframe, [onerror], [onmouseover], li script"), 0);
    let texts: usize = sent.iter().map(|sent| sent.message.len()).sum();
    let most = FRAME + ESCAPED * texts + files * FILE + sent.len() * ROW;
    assert!(html.len() <= most, "{} bytes of {most}", html.len());
}

fn lists_all_mailboxes(html: &str) {
    let page = scraper::Html::parse_document(html);
    let names = selector("ul.files > li a bdi");
    let mut names: Vec<String> = page.select(&names).map(|name| name.text().collect()).collect();
    names.sort();
    let mut expected: Vec<_> = (0..40).map(mailbox).collect();
    expected.sort();
    assert_eq!(names, expected);
    assert!(html.len() <= FRAME + 40 * ROW, "{} bytes", html.len());
}

fn read_and_searched(bytes: usize) {
    let desk = Desk::new_in(Path::new(env!("CARGO_TARGET_TMPDIR")));
    let set = LargeSet::new(desk.dir.path(), &desk.editor, bytes);
    assert_eq!((set.sent.len(), set.bundles.len()), (200, 3));
    let of: Vec<Vec<&Sent>> = (0..40)
        .map(|m| set.sent.iter().filter(|sent| sent.mailbox == mailbox(m)).collect())
        .collect();
    let archive = desk.path("archive");
    let mut most = 0;
    for bundle in &set.bundles {
        let command = desk.editor.open([bundle], &archive);
        let (output, memory, time) = watched(&command, &desk.path("memory"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        most = most.max(memory);
        println!(
            "open: {} MiB in {:.1} s, peak {} MiB",
            fs::metadata(bundle).unwrap().len() / MIB,
            time.as_secs_f64(),
            memory / 1024
        );
    }
    assert!(most < MOST_MEMORY, "{most} KiB");
    let before = hashes(&archive);
    let files = before.iter().filter(|(path, _)| path.contains("/files/"));
    let sizes = files.map(|(path, _)| fs::metadata(archive.join(path)).unwrap().len());
    assert_eq!(sizes.sum::<u64>(), set.bytes);
    for file in ["index.html", "index.fr.html", "index.ar.html"] {
        lists_all_mailboxes(&fs::read_to_string(archive.join(file)).unwrap());
        for (m, sent) in of.iter().enumerate() {
            let html = fs::read_to_string(archive.join(mailbox(m)).join(file)).unwrap();
            lists_all(&html, sent);
        }
    }

    // Once more: all of it is there, and nothing changes but what tells of the run.
    ok(&mut desk.editor.open(&set.bundles, &archive));
    let same = |mut one: BTreeMap<String, String>, mut other: BTreeMap<String, String>| {
        one.remove("SUMMARY.txt");
        other.remove("SUMMARY.txt");
        let differ = one.iter().filter(|(path, hash)| other.get(*path) != Some(hash));
        let differ: Vec<_> = differ.map(|(path, _)| path).collect();
        assert!(differ.is_empty() && one.len() == other.len(), "{differ:?}");
    };
    same(hashes(&archive), before.clone());

    // The room shows the same, and makes the same of the bundles.
    let second = desk.path("second");
    ok(&mut desk.editor.open([&set.bundles[0]], &second));
    let reading = Reading::begin(&second, &desk.editor);
    let begin = Instant::now();
    for bundle in &set.bundles[1..] {
        let page = reading.ask("open?lang=en", &["-F", &format!("bundles=@{}", bundle.display())]);
        page.must_say(msg("room-opened-title")).must_not_say(msg("room-opened-closed"));
    }
    println!("the room opened two bundles in {:.1} s", begin.elapsed().as_secs_f64());
    same(hashes(&second), before);
    let begin = Instant::now();
    lists_all_mailboxes(&reading.ask("?lang=en", &[]).raw());
    for (m, sent) in of.iter().enumerate() {
        lists_all(&reading.ask(&format!("mailbox/{}?lang=ar", mailbox(m)), &[]).raw(), sent);
    }
    println!("the room's 41 pages took {:.2} s", begin.elapsed().as_secs_f64());
    let found = |words: &str| {
        let page = reading.ask("search?lang=en", &["--data-urlencode", &format!("q={words}")]);
        let html = page.raw();
        let page = scraper::Html::parse_document(&html);
        let hits = selector("main ul.files > li > a bdi");
        page.select(&hits).map(|name| name.text().collect::<String>()).collect::<Vec<_>>()
    };
    let begin = Instant::now();
    for (m, n) in [(0, 0), (13, 2), (39, 3), (7, 0)] {
        assert_eq!(found(&mark(m, n)), [mailbox(m)]);
    }
    assert_eq!(found("وثيقة البلدية").len(), 50);
    assert!(found("οδοσ.TXT").len() > 10);
    println!("six searches took {:.2} s", begin.elapsed().as_secs_f64());
    let most = memory(reading.child.id(), "VmHWM:");
    println!("read: peak {} MiB", most / 1024);
    assert!(most < MOST_MEMORY, "{most} KiB");
}

#[test]
fn forty_mailboxes_are_read_and_searched() {
    read_and_searched(4 << 20);
}

#[test]
#[ignore = "long: a gigabyte"]
fn one_gibibyte_of_forty_mailboxes_is_read_and_searched() {
    read_and_searched(1 << 30);
}
