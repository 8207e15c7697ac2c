//! The main job, with curl as the source: a document goes in, an editor opens it, the answer comes back.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::held::post;
use crate::common::*;
use sourdine::base::clock::Clock;
use sourdine::base::ids::hex;

#[test]
fn a_document_goes_in_an_editor_opens_it_and_the_answer_comes_back() {
    let site = Box_::served(2, &[]);
    let document = site.path("contrat vidéo.pdf");
    fs::write(&document, b"the contract").unwrap();
    let form = site.form("fr");
    let receipt = site.send(&form, "Bonjour", &[document.to_str().unwrap()]);
    receipt
        .must_say(msg("receipt-title"))
        .must_say(&sha256(&document))
        .must_say("contrat vidéo.pdf");
    site.mailbox(&form.code).must_say(msg("mailbox-waiting"));

    let bundle = site.export("bundle.tar");
    let opened = site.path("opened");
    ok(&mut site.editors[1].open([bundle], &opened));
    assert!(fs::read_to_string(opened.join("SUMMARY.txt")).unwrap().contains("Bonjour"));
    site.mailbox(&form.code).must_say(msg("mailbox-fetched"));

    fs::write(site.path("answer.txt"), "Merci.\n").unwrap();
    let reply = site.path("reply.tar");
    ok(sourdine()
        .arg("reply")
        .arg(&opened)
        .arg("-i")
        .arg(&site.editors[1].key)
        .arg("-o")
        .arg(&reply)
        .arg("--message")
        .arg(site.path("answer.txt"))
        .arg("--attach")
        .arg(&document));
    ok(site.command("deliver").arg(&reply));
    site.mailbox(&form.code.to_uppercase()).must_say("Merci.").must_say("contrat vidéo.pdf");
}

/// The name a source's machine sends, bytes, and the name `open` writes.
fn twelve_files() -> Vec<(String, usize, String)> {
    let long = format!("{}.pdf", "é".repeat(125) + "a");
    assert_eq!(long.len(), 255);
    let shortened = format!("{}.pdf", "é".repeat(98));
    [
        ("vide.txt", 0, "vide.txt"),
        ("délibération n°4.pdf", 1, "délibération n°4.pdf"),
        ("../../etc/passwd", 65_535, "passwd"),
        ("CON", 65_536, "_CON"),
        (&long, 65_537, &shortened),
        ("contrat\u{202e}fdp.exe", 1 << 20, "contrat_fdp.exe"),
        ("annexe.pdf", 100, "annexe.pdf"),
        ("annexe.pdf", 200, "annexe (2).pdf"),
        ("ANNEXE.PDF", 300, "ANNEXE (3).PDF"),
        ("-rf.txt", 16_384, "rf.txt"),
        ("📷 vidéo.mp4", 16_385, "📷 vidéo.mp4"),
        ("dit \"moi\"; name=x, <b>&amp;.txt", 17, "dit _moi_; name=x, _b_&amp;.txt"),
    ]
    .map(|(sent, size, safe)| (sent.into(), size, safe.into()))
    .into()
}

/// Bytes that no two files share.
fn content(number: usize, size: usize) -> Vec<u8> {
    (0..size)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13).wrapping_add(number * 37) as u8)
        .collect()
}

/// Padmé (Nikitin et al., 2019, section 4.2) above 16 KiB, written a second time from the paper.
fn padme(size: u64) -> u64 {
    let size = size.max(16_384);
    let exponent = size.ilog2();
    let zero_bits = exponent - (exponent.ilog2() + 1);
    (size + (1 << zero_bits) - 1) >> zero_bits << zero_bits
}

/// A served box with five editors: three of `sourdine keygen`, one of Debian's `age-keygen`, and one
/// of `sourdine keygen --passphrase`.
fn box_of_five() -> Box_ {
    let mut site = Box_::new(3, &[]);
    let stock = Editor::stock(site.dir.path(), "stock");
    site.add_editor(stock);
    let key = site.path("locked.age");
    let output = at_a_terminal(
        sourdine().args(["keygen", "--passphrase", "-o"]).arg(&key),
        &[("Enter alone", "trois petits chats noirs"), ("again", "trois petits chats noirs")],
    );
    let said = String::from_utf8(output.stdout).unwrap();
    let recipient = said.lines().find(|line| line.starts_with("age1")).unwrap().trim().to_owned();
    assert!(fs::read(&key).unwrap().starts_with(b"age-encryption.org/v1\n-> scrypt "));
    site.add_editor(Editor { key, recipient });
    site.serve();
    site
}

#[test]
fn twelve_files_with_hostile_names_reach_five_editors_byte_for_byte() {
    let site = box_of_five();
    let files = twelve_files();
    let sources: Vec<_> = (0..files.len()).map(|n| site.path(&format!("source{n}"))).collect();
    for (number, (path, (_, size, _))) in sources.iter().zip(&files).enumerate() {
        fs::write(path, content(number, *size)).unwrap();
    }
    let form = site.form("fr");
    let named: Vec<_> =
        sources.iter().cloned().zip(files.iter().map(|(name, ..)| name.clone())).collect();
    let receipt = site.send_named(&form, "", "Voilà douze fichiers.", &named);
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    the_receipt_lists_each_file(&site.whole(&receipt), &files, &sources);

    let bundle = site.export("bundle.tar");
    the_tar_tells_nobody_and_no_time(&bundle);
    let tree = site.path("tree");
    stock_untar(&bundle, &tree);
    let (open, locked) = site.editors.split_at(4);
    for (number, editor) in open.iter().enumerate() {
        stock_tools_open_it(editor, &tree, &files, &sources, &site.path(&format!("stock{number}")));
        let before: BTreeSet<_> = files_below(site.dir.path()).into_iter().collect();
        let to = site.path(&format!("opened{number}"));
        ok(&mut editor.open([&bundle], &to));
        it_was_opened(&to, &files, &sources);
        let book = PathBuf::from(format!("{}.addresses.json", editor.key.display()));
        for new in files_below(site.dir.path()) {
            let allowed = before.contains(&new) || new.starts_with(&to) || new == book;
            assert!(allowed, "{} was written outside", new.display());
        }
    }
    let to = site.path("unlocked");
    let passphrase = [("Passphrase of", "trois petits chats noirs")];
    at_a_terminal(&mut locked[0].open([bundle], &to), &passphrase);
    it_was_opened(&to, &files, &sources);
    // Debian's age takes the passphrase off once, then opens everything like the others.
    let key = site.path("unlocked.txt");
    let mut stock = Command::new("age");
    stock.arg("-d").arg("-o").arg(&key).arg(&locked[0].key);
    at_a_terminal(&mut stock, &[("Enter passphrase", "trois petits chats noirs")]);
    let unlocked = Editor { key, recipient: locked[0].recipient.clone() };
    stock_tools_open_it(&unlocked, &tree, &files, &sources, &site.path("stock-unlocked"));
}

#[test]
fn an_identity_under_a_passphrase_of_debians_age_opens_a_drop() {
    let mut site = Box_::new(1, &[]);
    let stock = Editor::stock(site.dir.path(), "stock");
    let locked = site.path("locked.age");
    at_a_terminal(
        Command::new("age").arg("-p").arg("-o").arg(&locked).arg(&stock.key),
        &[("Enter passphrase", "un deux trois"), ("Confirm passphrase", "un deux trois")],
    );
    let locked = Editor { key: locked, recipient: stock.recipient.clone() };
    site.add_editor(stock);
    site.serve();
    site.send(&site.form("en"), "Only a message.", &[]).must_say(msg("receipt-title"));
    let bundle = [site.export("bundle.tar")];
    let opened = site.path("opened");
    at_a_terminal(&mut locked.open(&bundle, &opened), &[("Passphrase of", "un deux trois")]);
    assert!(fs::read_to_string(opened.join("SUMMARY.txt")).unwrap().contains("Only a message."));
}

fn the_receipt_lists_each_file(
    receipt: &Answer,
    files: &[(String, usize, String)],
    sources: &[PathBuf],
) {
    let page = scraper::Html::parse_document(&receipt.text());
    let items = scraper::Selector::parse("ul.files li").unwrap();
    let listed: Vec<String> = page.select(&items).map(|li| li.text().collect()).collect();
    assert_eq!(listed.len(), files.len());
    for ((item, (name, size, _)), source) in listed.iter().zip(files).zip(sources) {
        assert!(item.contains(&name.replace('\u{202e}', "_")), "{name} is not in {item}");
        assert!(item.contains(&sha256(source)), "{item}");
        let size = match size {
            0..1000 => format!("{size} byte"),
            1_048_576 => "1 MB".into(),
            _ => " kB".into(),
        };
        assert!(item.contains(&size), "{size} is not in {item}");
    }
}

fn the_tar_tells_nobody_and_no_time(bundle: &Path) {
    let mut tar = Command::new("tar");
    tar.env("TZ", "UTC").args(["--numeric-owner", "--full-time", "-tvf"]).arg(bundle);
    let listing = String::from_utf8(ok(&mut tar).stdout).unwrap();
    let midnight = format!("{} 00:00:00", Clock::system().day());
    assert_eq!(listing.lines().count(), 14, "{listing}");
    for line in listing.lines() {
        let fields: Vec<_> = line.split_ascii_whitespace().collect();
        assert_eq!(fields[..2], ["-rw-------", "0/0"], "{line}");
        assert_eq!(fields[3..5].join(" "), midnight, "{line}");
    }
}

/// What README.txt of the bundle tells: `tar`, `age`, `head`, and eyes.
fn stock_tools_open_it(
    editor: &Editor,
    tree: &Path,
    files: &[(String, usize, String)],
    sources: &[PathBuf],
    scratch: &Path,
) {
    let readme = fs::read_to_string(tree.join("README.txt")).unwrap();
    assert!(
        readme.contains("age -d -i key.txt DESIGNATION/DISPATCH/0001.age | head -c SIZE > NAME")
    );
    fs::create_dir(scratch).unwrap();
    let sealed = files_below(tree).into_iter().find(|f| f.ends_with("manifest.json.age")).unwrap();
    let json = editor.stock_open(&sealed);
    assert_eq!(json.len() % 16_384, 0);
    let manifest: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(manifest["message"], "Voilà douze fichiers.");
    assert_eq!(manifest["files"].as_array().unwrap().len(), files.len());
    for (number, (file, (name, size, _))) in
        manifest["files"].as_array().unwrap().iter().zip(files).enumerate()
    {
        assert_eq!(file["name"], **name);
        assert_eq!(file["size"], *size);
        assert_eq!(file["sha256"], sha256(&sources[number]));
        assert_eq!(file["member"], format!("{:04}.age", number + 1));
        let sealed = sealed.with_file_name(file["member"].as_str().unwrap());
        let written = scratch.join(number.to_string());
        let script = r#"age -d -i "$1" "$2" | head -c "$3" > "$4""#;
        let mut shell = Command::new("sh");
        shell
            .args(["-c", script, "sh"])
            .arg(&editor.key)
            .arg(&sealed)
            .arg(size.to_string())
            .arg(&written);
        ok(&mut shell);
        assert!(fs::read(&written).unwrap() == fs::read(&sources[number]).unwrap(), "{name}");
        let plain = editor.stock_open(&sealed);
        assert_eq!(plain.len() as u64, padme(*size as u64), "{name}");
        assert!(plain[*size..].iter().all(|byte| *byte == 0));
        // age: header, 16 bytes of nonce, a tag of 16 bytes every 64 KiB.
        let stored = fs::metadata(&sealed).unwrap().len();
        let payload = plain.len() as u64 + 16 + plain.len().div_ceil(65_536) as u64 * 16;
        assert!(stored > payload && stored < payload + 2048, "{stored} beside {payload}");
    }
}

fn it_was_opened(to: &Path, files: &[(String, usize, String)], sources: &[PathBuf]) {
    let summary = fs::read_to_string(to.join("SUMMARY.txt")).unwrap();
    assert!(!summary.contains("\n! "), "{summary}");
    assert!(summary.contains("Voilà douze fichiers."));
    let found = files_below(to);
    let written: Vec<_> = found.iter().filter(|f| f.parent().unwrap().ends_with("files")).collect();
    assert_eq!(written.len(), files.len());
    for ((_, size, safe), source) in files.iter().zip(sources) {
        let file = written.iter().find(|f| f.file_name().unwrap() == safe.as_str());
        let file = file.unwrap_or_else(|| panic!("{safe} is not among {written:?}"));
        assert!(fs::read(file).unwrap() == fs::read(source).unwrap(), "{safe}");
        assert!(summary.contains(&format!("files/{safe}\n")), "{safe} is not in {summary}");
        let size = format!("      {size} octet");
        let mut lines = summary.lines().skip_while(|line| !line.starts_with(&size));
        let sha256 = format!("      sha256 {}", sha256(source));
        assert!(lines.any(|line| line == sha256), "{size} {sha256}: {summary}");
    }
    assert!(summary.contains("original name\u{a0}: ../../etc/passwd"));
    assert!(!summary.contains('\u{202e}'));
}

#[test]
fn the_same_form_sent_twice_is_stored_once() {
    let site = Box_::served(1, &[]);
    let document = site.path("document.pdf");
    fs::write(&document, "the contract").unwrap();
    let (form, document) = (site.form("en"), document.to_str().unwrap());
    site.send(&form, "Hello", &[document]).must_say(msg("receipt-title"));
    let again = site.send(&form, "Hello", &[document]);
    assert_eq!(again.status, 200);
    again.must_say(msg("receipt-before-title")).must_say(form.code.split(' ').next().unwrap());
    assert_eq!((site.submissions(), &site.status()["mailboxes"]), (1, &1.into()));
    site.mailbox(&form.code).must_say(&filled("mailbox-sent-files[one]", &[]));
}

/// Back to the filled-in form, other files, Send: these documents must not be lost behind "already here".
#[test]
fn other_documents_sent_by_the_same_form_are_not_lost() {
    let site = Box_::served(1, &[]);
    let (one, two) = (site.path("one.pdf"), site.path("two.pdf"));
    fs::write(&one, "the first").unwrap();
    fs::write(&two, "the second").unwrap();
    let form = site.form("en");
    site.send(&form, "Hello", &[one.to_str().unwrap()]).must_say(msg("receipt-title"));
    site.send(&form, "And this one", &[two.to_str().unwrap()])
        .must_say(msg("receipt-title"))
        .must_say(&sha256(&two));
    assert_eq!((site.submissions(), &site.status()["mailboxes"]), (2, &1.into()));
}

#[test]
fn after_leaving_no_page_of_that_visit_opens_the_mailbox_again() {
    let mut site = Box_::served(1, &[]);
    let form = site.form("en");
    let receipt = site.send(&form, "Hello", &[]);
    let receipt_ticket = receipt.must_say(msg("receipt-title")).hidden("ticket");
    let mailbox = site.open_with(&form.code, &receipt_ticket);
    let mailbox_ticket = mailbox.must_say(msg("mailbox-title")).hidden("ticket");
    assert_ne!(receipt_ticket, mailbox_ticket);
    site.open_with(&form.code, &receipt_ticket).must_say(msg("mailbox-title"));

    let is_left = |answer: Answer| {
        answer.must_say(msg("left-title"));
        assert!(!answer.text().contains(msg("mailbox-title")), "{}", answer.text());
        let headers = answer.headers.to_ascii_lowercase();
        assert!(
            headers.contains("clear-site-data: \"cache\", \"cookies\", \"storage\""),
            "{headers}"
        );
    };
    let left = site.leave(&mailbox_ticket);
    left.must_say(msg("left-advice"));
    is_left(left);
    for restarts in 0..2 {
        for ticket in [&form.ticket, &receipt_ticket, &mailbox_ticket] {
            let old = Form { ticket: ticket.clone(), ..form.clone() };
            let again = [("code", &*old.code), ("ticket", &*old.ticket), ("message", "Mine")];
            let again = post(&site, "/drop/form?lang=en", &again);
            assert!(!again.text().contains(&form.code), "{restarts}: the code");
            is_left(again);
            is_left(site.open_with(&form.code, ticket));
            is_left(site.send(&old, "Once more", &[]));
            is_left(site.leave(ticket));
        }
        assert_eq!(site.submissions(), 1);
        site.kill();
        site.serve();
    }
    site.mailbox(&form.code).must_say(msg("mailbox-title"));
    // Of all that is left a random id and the day.
    let index = rusqlite::Connection::open(site.data().join("index.db")).unwrap();
    let burned =
        |row: &rusqlite::Row<'_>| Ok((row.as_ref().column_count(), row.get(0)?, row.get(1)?));
    let (columns, id, day): (usize, [u8; 16], i64) =
        index.query_row("SELECT * FROM burned", [], burned).unwrap();
    assert!(columns == 2 && form.ticket.contains(&hex(&id)) && day < 100_000, "{day}");
}

/// A wrong word is told in a form that belongs to the same visit: leaving ends both.
#[test]
fn after_leaving_a_mistyped_code_does_not_come_back_either() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let first = site.curl("/mailbox?lang=en", &[]).hidden("ticket");
    let mistyped = form.code.replacen(' ', "x ", 1);
    let asked = site.open_with(&mistyped, &first);
    let mailbox = site.open_with(&form.code, &asked.must_say(&mistyped).hidden("ticket"));
    site.leave(&mailbox.must_say(msg("mailbox-title")).hidden("ticket"));
    let back = site.open_with(&mistyped, &first);
    assert!(!back.must_say(msg("left-title")).text().contains(&mistyped));
}

/// The form that was left open: overnight it is taken as it is, files and all, also by a server that was started anew.
/// After a week, when it may have been left and that is forgotten, its code comes back with nothing.
#[test]
fn a_form_that_stayed_open_for_days_sends_and_after_a_week_shows_no_code() {
    let mut site = Box_::served(1, &[]);
    let document = site.path("document.pdf");
    fs::write(&document, "the contract").unwrap();
    let document = document.to_str().unwrap();
    let (form, other) = (site.form("en"), site.form("en"));
    let mut later = |after: &str| {
        site.stop();
        site.serve_with(|command| {
            command.env("LD_PRELOAD", faketime()).env("FAKETIME", after);
        });
        let again = [("code", &*other.code), ("ticket", &*other.ticket), ("message", "Mine")];
        (post(&site, "/drop/form?lang=fr", &again), site.send(&form, after, &[document]))
    };
    for (number, after) in ["+13h", "+3d", "+6d"].into_iter().enumerate() {
        let (again, sent) = later(after);
        again.must_say(msg_in("fr", "drop-title")).must_say("Mine");
        assert_eq!(again.hidden("code"), other.code);
        assert_eq!(sent.must_say(msg("receipt-title")).hidden("code"), form.code, "{number}");
    }
    let (again, sent) = later("+9d");
    again.must_say(msg_in("fr", "error-ticket-old"));
    sent.must_say(msg("error-ticket-old"));
    // What was typed goes on under a new code.
    let names = ["code", "ticket", "fresh", "team", "draft", "message"];
    for (page, typed) in [(&again, "Mine"), (&sent, "+9d")] {
        let fields = names.map(|name| (name, page.hidden_in("form[action^='/drop/form']", name)));
        let fields = fields.each_ref().map(|(name, value)| (*name, &**value));
        assert_eq!(fields[5].1, typed);
        let new = post(&site, "/drop/form?lang=fr", &fields);
        new.must_say(msg_in("fr", "drop-title")).must_say(typed);
    }
    for page in [again, sent] {
        assert_eq!(page.status, 410);
        for code in [&form.code, &other.code] {
            assert!(!page.text().contains(code), "{}", page.text());
        }
    }
    assert_eq!(site.submissions(), 3);
}
