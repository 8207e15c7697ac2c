//! Editors answer, with the program and with stock tools; sources read the answers; teams stay apart;
//! an editor's machine remembers whose keys it saw.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::*;
use serde_json::{Value, json};
use sourdine::base::clock::Clock;
use sourdine::base::kind::DispatchKind;
use sourdine::config::Config;
use sourdine::dropbox::Dropbox;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A drop that the first editor has opened.
struct Opened {
    form: Form,
    dir: PathBuf,
    manifest: Value,
}

impl Opened {
    /// Sends a message, exports it and opens it under `name`.
    fn new(site: &Box_, lang: &str, name: &str) -> Self {
        let form = site.form(lang);
        site.send(&form, "Bonjour", &[]).must_say(msg("receipt-title"));
        let bundle = site.path(&format!("{name}.tar"));
        ok(site.command("export").arg("-o").arg(&bundle));
        let dir = site.path(name);
        ok(&mut site.editors[0].open([bundle], &dir));
        let manifest =
            files_below(&dir).into_iter().find(|f| f.ends_with("manifest.json")).unwrap();
        let manifest = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
        Self { form, dir, manifest }
    }

    fn text(&self, key: &str) -> &str {
        self.manifest[key].as_str().unwrap()
    }

    fn source(&self) -> &str {
        self.manifest["source_recipients"][0].as_str().unwrap()
    }

    /// A reply by `sourdine reply` of the first editor.
    fn reply(&self, site: &Box_, name: &str, message: &str, attachments: &[PathBuf]) -> PathBuf {
        let (text, bundle) = (site.path(&format!("{name}.txt")), site.path(&format!("{name}.tar")));
        fs::write(&text, message).unwrap();
        let mut reply = sourdine();
        reply
            .arg("reply")
            .arg(&self.dir)
            .arg("-i")
            .arg(&site.editors[0].key)
            .arg("-o")
            .arg(&bundle);
        reply.arg("--message").arg(text);
        for attachment in attachments {
            reply.arg("--attach").arg(attachment);
        }
        ok(&mut reply);
        bundle
    }

    /// A reply by hand, with `age` and `tar` alone, in directory `dispatch` of the mailbox.
    fn reply_by_hand(&self, site: &Box_, dispatch: &str, message: &str, source: &str) -> PathBuf {
        self.reply_of(
            site,
            dispatch,
            &json!({"version": 1, "kind": "reply", "message": message}),
            source,
        )
    }

    /// The same with any manifest.
    fn reply_of(&self, site: &Box_, dispatch: &str, manifest: &Value, source: &str) -> PathBuf {
        let work = tempfile::tempdir_in(site.dir.path()).unwrap().keep();
        let place = work.join(self.text("mailbox")).join(dispatch);
        fs::create_dir_all(&place).unwrap();
        let editors = site.editors.iter().map(|editor| editor.recipient.as_str());
        let recipients: Vec<_> = std::iter::once(source).chain(editors).collect();
        stock_seal(manifest.to_string().as_bytes(), &recipients, &place.join("manifest.json.age"));
        let bundle = work.join("reply.tar");
        stock_tar(&bundle, &work, self.text("mailbox"));
        bundle
    }
}

/// What `deliver` says: standard output and standard error.
fn deliver(site: &Box_, bundle: &Path) -> (String, String) {
    let output = ok(site.command("deliver").arg(bundle));
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// Every reply of the box as a bundle, as the desk hands it out.
pub fn fetched_back(site: &mut Box_, name: &str) -> PathBuf {
    site.stop();
    let config = Config::load(&site.config()).unwrap();
    let dropbox = Dropbox::open(&config, Clock::system()).unwrap();
    let store = dropbox.store();
    let mut found = Vec::new();
    for (mailbox, _) in store.to_export("team", true).unwrap() {
        let all = store.dispatches(mailbox.id).unwrap().into_iter();
        let replies = all.filter(|dispatch| dispatch.kind == DispatchKind::Reply);
        found.extend(replies.map(|reply| (mailbox.clone(), reply)));
    }
    let handout = dropbox.download(found, false, "bundle");
    let mut bundle = Vec::new();
    handout.reader(1, 0..u64::MAX).read_to_end(&mut bundle).unwrap();
    let path = site.path(name);
    fs::write(&path, bundle).unwrap();
    path
}

fn messages_below(dir: &Path) -> Vec<String> {
    let messages = files_below(dir).into_iter().filter(|file| file.ends_with("message.txt"));
    let mut messages: Vec<_> = messages.map(|file| fs::read_to_string(file).unwrap()).collect();
    messages.sort();
    messages
}

fn count(page: &Answer, text: &str) -> usize {
    page.text().matches(text).count()
}

/// The ways in which people type what they wrote down.
fn typed(code: &str) -> Vec<(&'static str, String)> {
    let words: Vec<&str> = code.split(' ').collect();
    let short: Vec<String> = words.iter().map(|word| word.nfc().take(4).collect()).collect();
    let plain: String = code.nfd().filter(|c| !is_combining_mark(*c)).collect();
    let listed: Vec<_> = (1..).zip(&words).map(|(n, word)| format!("{n}. {word}")).collect();
    let mut ways = vec![
        ("as shown", code.into()),
        ("in capitals", code.to_uppercase()),
        ("four letters a word", short.join(" ")),
        ("in eight lines", words.join("\r\n")),
        ("in eight numbered lines", listed.join("\r\n")),
        ("without accents", plain.clone()),
        ("without accents, in capitals", plain.to_uppercase()),
        ("with accents apart", code.nfd().collect()),
        ("with dashes", words.join("-")),
        ("with long dashes and spaces around", format!("  {}. ", words.join(" – "))),
    ];
    // A third of the English codes has a word of three letters; without a break these are not read.
    if short.iter().all(|word| word.chars().count() == 4) {
        ways.push(("four letters a word, without a break", short.concat()));
    }
    ways
}

#[test]
fn an_answer_is_read_however_the_code_is_typed() {
    let site = Box_::served(2, &[]);
    for lang in ["fr", "en"] {
        let drop = Opened::new(&site, lang, lang);
        deliver(&site, &drop.reply(&site, &format!("{lang}-reply"), "Merci beaucoup.", &[]));
        for (how, code) in typed(&drop.form.code) {
            let page = site.mailbox(&code);
            assert!(page.text().contains("Merci beaucoup."), "{how}, {lang}: {}", page.text());
            page.must_say(&drop.form.code);
        }
    }
}

#[test]
fn an_answer_from_another_systems_text_editor_reaches_the_source_as_text() {
    let site = Box_::served(1, &[]);
    let drop = Opened::new(&site, "fr", "opened");
    let file = site.path("answer.txt");
    let reply = || {
        let mut command = sourdine();
        command.arg("reply").arg(site.path("opened")).arg("-i").arg(&site.editors[0].key);
        command.arg("--message").arg(&file).arg("-o").arg(site.path("reply.tar"));
        command
    };
    let text = "\u{feff}Bien reçu.\r\nMerci.\r\n";
    fs::write(&file, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap();
    let said = fails(&mut reply());
    assert!(said.contains("answer.txt is UTF-16 text"), "{said}");
    fs::write(&file, text).unwrap();
    ok(&mut reply());
    deliver(&site, &site.path("reply.tar"));
    let page = site.mailbox(&drop.form.code).text();
    assert!(page.contains("Bien reçu.\nMerci."), "{page}");
    assert!(!page.contains('\u{feff}') && !page.contains("&#xfeff"), "{page}");
}

#[test]
fn an_answers_files_are_downloaded_byte_for_byte() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "fr", "opened");
    let dir = site.path("attachments");
    fs::create_dir(&dir).unwrap();
    let names = ["réponse détaillée.pdf", "contrat\u{202e}gpj.exe", "a\"b\n; filename=evil.html"];
    let safe = ["réponse détaillée.pdf", "contrat_gpj.exe", "a_b_; filename=evil.html"];
    let attachments: Vec<_> = names.iter().map(|name| dir.join(name)).collect();
    for (number, path) in attachments.iter().enumerate() {
        fs::write(path, vec![b'0' + number as u8; 70_000 * number]).unwrap();
    }
    // So long that its padded manifest, 71 steps of 16 KiB, is no length that Padmé gives to a file.
    let message = format!("Merci. {}", "Lorem ipsum dolor. ".repeat(61_000));
    let (said, warned) = deliver(&site, &drop.reply(&site, "reply", &message, &attachments));
    assert_eq!(said, format!("{}: delivered\n", drop.text("mailbox")));
    assert_eq!(warned, "", "a reply of `sourdine reply` is padded");

    let page = site.mailbox(&drop.form.code);
    page.must_say("Merci.");
    let html = scraper::Html::parse_document(&page.text());
    let forms = scraper::Selector::parse("form[action^=\"/mailbox/file\"]").unwrap();
    let inputs = scraper::Selector::parse("input").unwrap();
    let forms: Vec<_> = html.select(&forms).collect();
    assert_eq!(forms.len(), names.len() + 1);
    // The message is longer than what a page shows; it comes before the files.
    page.must_say(msg("mailbox-reply-cut"));
    let whole = site.path("message.txt");
    fs::write(&whole, &message).unwrap();
    let downloads = std::iter::once(&whole).chain(&attachments);
    for ((form, path), safe) in forms.iter().zip(downloads).zip(["Merci."].iter().chain(&safe)) {
        page.must_say(&safe.replace('"', "&quot;"));
        let fields = form.select(&inputs).flat_map(|input| {
            let value = |name| input.value().attr(name).unwrap();
            ["--data-urlencode".to_owned(), format!("{}={}", value("name"), value("value"))]
        });
        let fields: Vec<String> = fields.collect();
        let file = site
            .curl("/mailbox/file?lang=en", &fields.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(file.status, 200, "{}", file.text());
        assert!(file.bytes == fs::read(path).unwrap(), "{}", path.display());
        let headers = file.headers.to_ascii_lowercase();
        let dispositions: Vec<_> =
            headers.lines().filter(|line| line.starts_with("content-disposition:")).collect();
        assert_eq!(dispositions.len(), 1, "{headers}");
        assert!(
            dispositions[0].starts_with("content-disposition: attachment; filename=\""),
            "{headers}"
        );
        assert_eq!(dispositions[0].matches(';').count(), 2, "{headers}");
        assert!(headers.contains("content-type: application/octet-stream"), "{headers}");
        assert!(headers.contains("sandbox"), "{headers}");
    }
}

#[test]
fn an_answer_made_with_stock_tools_is_delivered_with_a_warning_and_read() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "fr", "opened");
    let bundle = drop.reply_by_hand(&site, "answer-1", "Fait main.", drop.source());
    let (said, warned) = deliver(&site, &bundle);
    assert_eq!(said, format!("{}: delivered\n", drop.text("mailbox")));
    assert!(warned.contains("manifest.json.age is not padded"), "{warned}");
    site.mailbox(&drop.form.code.to_uppercase()).must_say("Fait main.");
}

#[test]
fn an_answer_that_is_delivered_twice_is_shown_once() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let by_program = drop.reply(&site, "reply", "Made by the program.", &[]);
    let by_hand = drop.reply_by_hand(&site, "answer-1", "Made by hand.", drop.source());
    for bundle in [by_program, by_hand] {
        assert!(deliver(&site, &bundle).0.ends_with(": delivered\n"));
        let again = deliver(&site, &bundle).0;
        assert!(again.ends_with(": was delivered before\n"), "{}: {again}", bundle.display());
    }
    let page = site.mailbox(&drop.form.code);
    assert_eq!((count(&page, "Made by the program."), count(&page, "Made by hand.")), (1, 1));
    assert_eq!(site.status()["replies"], 2);
}

/// The desk stores a delivered reply under an id of its content; `reply`, and whoever made it by hand, chose
/// another one, or none.
#[test]
fn the_teams_own_replies_open_without_an_alarm_and_nowhere_else() {
    let mut site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let document = site.path("page.txt");
    fs::write(&document, "a page").unwrap();
    let reply = |id: &str, message: &str| {
        let keys = site.editors.iter().map(|editor| editor.recipient.to_uppercase());
        let keys: Vec<_> = std::iter::once(drop.source().to_owned()).chain(keys).collect();
        json!({"version": 1, "kind": "reply", "mailbox": drop.text("mailbox"), "dispatch": id,
            "day": "yesterday", "team": "team",
            "source_recipients": [drop.manifest["source_recipients"][1], drop.source(), drop.source()],
            "recipients": keys, "message": message})
    };
    let by_hand = |name: &str, manifest| drop.reply_of(&site, name, &manifest, drop.source());
    for bundle in [
        drop.reply(&site, "reply", "1 by the program", &[document]),
        drop.reply_by_hand(&site, "answer-1", "2 nothing named", drop.source()),
        by_hand("answer-2", reply("", "3 no id")),
        by_hand("answer-3", reply(drop.text("dispatch"), "4 made of the submission's")),
        by_hand("answer-4", reply("answer", "5 in capitals")),
    ] {
        deliver(&site, &bundle);
    }
    let expected = [
        "1 by the program",
        "2 nothing named",
        "3 no id",
        "4 made of the submission's",
        "5 in capitals",
    ];
    let bundle = fetched_back(&mut site, "back.tar");
    for (number, editor) in site.editors.iter().enumerate() {
        // The second editor's book is empty.
        let to = site.path(&format!("back-{number}"));
        ok(&mut editor.open([&bundle], &to));
        assert_eq!(messages_below(&to), expected);
        assert_eq!(files_below(&to).iter().filter(|file| file.ends_with("page.txt")).count(), 1);
        // All below the mailbox, also those that do not name it.
        assert_eq!(messages_below(&to.join(drop.text("mailbox"))), expected);
    }

    // Under another mailbox's name, only what names none opens.
    let work = site.path("moved");
    stock_untar(&bundle, &work);
    fs::rename(work.join(drop.text("mailbox")), work.join("calm-otter")).unwrap();
    stock_tar(&site.path("moved.tar"), &work, "calm-otter");
    let to = site.path("opened-moved");
    let error = fails(&mut site.editors[0].open([site.path("moved.tar")], &to));
    assert_eq!(error.matches("belongs to another place").count(), 4, "{error}");
    assert_eq!(messages_below(&to), ["2 nothing named"]);
}

#[test]
fn a_submission_that_was_moved_is_refused() {
    let site = Box_::served(1, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let bundle = site.path("opened.tar");
    let (mailbox, dispatch) = (drop.text("mailbox"), drop.text("dispatch"));
    for (number, (designation, id)) in
        [("calm-otter", dispatch), (mailbox, "00112233445566778899aabbccddeeff")].iter().enumerate()
    {
        let work = site.path(&format!("moved-{number}"));
        stock_untar(&bundle, &work);
        fs::rename(work.join(mailbox).join(dispatch), work.join(id)).unwrap();
        fs::remove_dir(work.join(mailbox)).unwrap();
        fs::create_dir(work.join(designation)).unwrap();
        fs::rename(work.join(id), work.join(designation).join(id)).unwrap();
        let moved = site.path(&format!("moved-{number}.tar"));
        stock_tar(&moved, &work, designation);
        let to = site.path(&format!("to-{number}"));
        let error = fails(&mut site.editors[0].open([moved], &to));
        assert!(error.contains("belongs to another place"), "{error}");
        assert!(!to.exists());
    }
}

/// What a box of before wrote: capitals, and a key twice.
#[test]
fn capitals_and_doubles_in_an_old_manifest_raise_no_alarm_and_are_answered_once() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let [one, two] = [0, 1].map(|n| site.editors[n].recipient.clone());
    let mut manifest = drop.manifest.clone();
    manifest["recipients"] = json!([two.to_uppercase(), one, two, format!(" {one}\n")]);
    let source = manifest["source_recipients"].clone();
    let keys = source.as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_uppercase());
    manifest["source_recipients"] = json!(keys.collect::<Vec<_>>());
    let old = resealed(&site, &drop, &manifest, "old");
    let to = site.path("opened-old");
    ok(&mut site.editors[0].open([old], &to));
    // Both in one directory are one mailbox.
    let both = site.path("both");
    fs::create_dir(&both).unwrap();
    fs::rename(&to, both.join("old")).unwrap();
    let answer = site.path("answer.txt");
    fs::write(&answer, "Merci.").unwrap();
    let reply = site.path("reply.tar");
    let mut command = sourdine();
    command.arg("reply").arg(both.join("old")).arg("-i").arg(&site.editors[0].key);
    ok(command.arg("--message").arg(answer).arg("-o").arg(&reply));
    // Three keys: the source, two editors.
    deliver(&site, &reply);
    site.mailbox(&drop.form.code).must_say("Merci.");
    let work = site.path("reply");
    stock_untar(&reply, &work);
    let sealed = files_below(&work).into_iter().find(|f| f.ends_with("manifest.json.age")).unwrap();
    let json: Value = serde_json::from_slice(&site.editors[1].stock_open(&sealed)).unwrap();
    assert_eq!(json["source_recipients"], source);
    assert_eq!(json["recipients"], json!([drop.source(), two, one]));
}

#[test]
fn a_key_twice_is_refused_by_init_check_and_serve_and_capitals_are_no_change() {
    let mut site = Box_::served(2, &[]);
    Opened::new(&site, "en", "opened");
    let key = site.editors[0].recipient.clone();
    let capitals = key.to_uppercase();
    let page = || site.curl("/recipients.txt", &[]).text() + &site.curl("/", &[]).text();
    let shown = page();
    assert!(shown.contains(&key), "{shown}");

    let double = format!("\"{key}\", \"{capitals}\"");
    site.edit(&[(&format!("\"{key}\""), &double)]);
    for command in ["check", "serve"] {
        let output = site.command(command).output().unwrap();
        let said =
            [output.stdout, output.stderr].map(|out| String::from_utf8(out).unwrap()).concat();
        assert!(!output.status.success(), "{command}");
        assert!(said.contains("team team: recipients 1 and 2 are the same key"), "{said}");
    }
    // The server that runs keeps what it had.
    wait_for("the refusal of the changed file", || {
        site.log().contains("recipients 1 and 2 are the same key").then_some(())
    });
    site.edit(&[(&double, &format!("\"{capitals}\""))]);
    wait_for("the corrected file", || site.log().contains("were read again").then_some(()));
    let page = || site.curl("/recipients.txt", &[]).text() + &site.curl("/", &[]).text();
    assert_eq!(page(), shown);
    site.send(&site.form("en"), "Again", &[]).must_say(msg("receipt-title"));
    let bundle = site.path("again.tar");
    ok(site.command("export").arg("-o").arg(&bundle));
    ok(&mut site.editors[0].open([bundle], &site.path("again")));
    site.stop();

    let twice = ["--recipient", &key, "--recipient", &format!(" {capitals}")];
    let error = fails(sourdine().arg("init").arg(site.path("new")).args(twice));
    assert!(error.contains("recipients 1 and 2 are the same key"), "{error}");
    assert!(!site.path("new").exists());
}

/// Where an editor with stock tools naturally puts it: beside what was unpacked.
#[test]
fn an_answer_put_in_the_directory_of_the_submission_is_not_lost() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let bundle = drop.reply_by_hand(&site, drop.text("dispatch"), "Made by hand.", drop.source());
    let said = deliver(&site, &bundle).0;
    assert!(said.ends_with(": delivered\n"), "{said}");
    site.mailbox(&drop.form.code).must_say("Made by hand.");
}

#[test]
fn two_answers_by_hand_under_one_name_are_both_read() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "en", "opened");
    for message in ["The first.", "The second."] {
        let bundle =
            drop.reply_by_hand(&site, "0123456789abcdef0123456789abcdef", message, drop.source());
        assert!(deliver(&site, &bundle).0.ends_with(": delivered\n"));
    }
    site.mailbox(&drop.form.code).must_say("The first.").must_say("The second.");
}

#[test]
fn an_answer_sealed_to_another_source_is_shown_as_unreadable() {
    let site = Box_::served(2, &[]);
    let (one, other) = (Opened::new(&site, "en", "one"), Opened::new(&site, "en", "other"));
    deliver(&site, &one.reply_by_hand(&site, "answer-1", "Not for you.", other.source()));
    let page = site.mailbox(&one.form.code);
    page.must_say(msg("mailbox-reply-unreadable"));
    assert_eq!(count(&page, "Not for you."), 0);
    assert_eq!(count(&site.mailbox(&other.form.code), msg("mailbox-reply-unreadable")), 0);
}

#[test]
fn a_bundle_that_is_no_answer_is_refused_and_nothing_is_delivered() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let few = drop.reply_by_hand(&site, "answer-1", "Too few keys.", drop.source());
    let work = few.parent().unwrap();
    let sealed = work.join(drop.text("mailbox")).join("answer-1/manifest.json.age");
    stock_seal(b"{}", &[drop.source(), &site.editors[0].recipient], &sealed);
    stock_tar(&few, work, drop.text("mailbox"));
    let error = fails(site.command("deliver").arg(&few));
    assert!(error.contains("sealed to 2 keys, expected 3"), "{error}");

    fs::write(&sealed, "not age at all").unwrap();
    stock_tar(&few, work, drop.text("mailbox"));
    assert!(fails(site.command("deliver").arg(&few)).contains("not a sealed age file"));

    fs::rename(work.join(drop.text("mailbox")), work.join("unknown-mailbox")).unwrap();
    stock_tar(&few, work, "unknown-mailbox");
    assert!(fails(site.command("deliver").arg(&few)).contains("there is no such mailbox here"));
    assert_eq!(site.status()["replies"], 0);
}

/// Two teams: "toulouse" of two editors, "lyon" of one, who is the third of `site.editors`.
fn two_teams() -> Box_ {
    let mut site =
        Box_::new(2, &[("id = \"team\"", "id = \"toulouse\""), ("\"The team\"", "\"Toulouse\"")]);
    let lyon = Editor::new(site.dir.path(), "lyon");
    site.add_team("lyon", "Lyon", &lyon);
    site.editors.push(lyon);
    site.serve();
    site
}

#[test]
fn the_team_is_asked_for_only_where_there_are_several() {
    let one = Box_::served(1, &[]);
    assert!(one.curl("/drop?lang=en", &[]).text().contains("id=\"files\""));
    let site = two_teams();
    let page = site.curl("/drop?lang=en", &[]);
    page.must_say(msg("team-title")).must_say("Toulouse").must_say("Lyon");
    assert_eq!(count(&page, "&amp;team="), 2);
    let form = site.form("en");
    let document = site.path("document.pdf");
    fs::write(&document, "the contract").unwrap();
    for nobody in ["", "paris"] {
        let refused =
            site.send_named(&form, nobody, "Hello", &[(document.clone(), "a.pdf".into())]);
        refused.must_say(msg("error-team")).must_say(msg("error-nothing-sent")).must_say("Hello");
    }
    assert_eq!(site.submissions(), 0);
}

#[test]
fn a_team_gets_only_what_was_sent_to_it() {
    let site = two_teams();
    let documents = ["to toulouse", "to lyon"].map(|text| {
        let path = site.path(&format!("{text}.pdf"));
        fs::write(&path, text).unwrap();
        (path, format!("{text}.pdf"))
    });
    let form = site.form("en");
    for (team, document) in ["toulouse", "lyon"].iter().zip(&documents) {
        let next = Form { ticket: site.form("en").ticket, ..form.clone() };
        site.send_named(&next, team, team, std::slice::from_ref(document))
            .must_say(msg("receipt-title"));
    }
    let unclear = fails(site.command("export").arg("-o").arg(site.path("none.tar")));
    assert!(unclear.contains("say which with --team (toulouse, lyon)"), "{unclear}");
    for (team, other, own, foreign) in [("toulouse", "lyon", 0, 2), ("lyon", "toulouse", 2, 0)] {
        let bundle = [site.path(&format!("{team}.tar"))];
        ok(site.command("export").args(["--all", "--team", team, "-o"]).arg(&bundle[0]));
        let opened = site.path(&format!("opened-{team}"));
        ok(&mut site.editors[own].open(&bundle, &opened));
        let summary = fs::read_to_string(opened.join("SUMMARY.txt")).unwrap();
        assert!(
            summary.contains(&format!("to {team}.pdf"))
                && !summary.contains(&format!("to {other}"))
        );
        let closed = site.path(&format!("closed-{team}"));
        let error = fails(&mut site.editors[foreign].open(&bundle, &closed));
        assert!(error.contains("it is not sealed to this key"), "{error}");
        assert!(!closed.exists(), "nothing is written where nothing was opened");
    }
    a_reply_must_say_for_which_team_it_is(&site, &form.code);
}

fn a_reply_must_say_for_which_team_it_is(site: &Box_, code: &str) {
    let (answer, reply) = (site.path("answer.txt"), site.path("reply.tar"));
    fs::write(&answer, "From Lyon.").unwrap();
    ok(sourdine()
        .arg("reply")
        .arg(site.path("opened-lyon"))
        .arg("-o")
        .arg(&reply)
        .arg("--message")
        .arg(answer));
    let error = fails(site.command("deliver").arg(&reply));
    assert!(error.contains("--team (lyon, toulouse)"), "{error}");
    let error = fails(site.command("deliver").args(["--team", "toulouse"]).arg(&reply));
    assert!(error.contains("sealed to 2 keys, expected 3"), "{error}");
    ok(site.command("deliver").args(["--team", "lyon"]).arg(&reply));
    site.mailbox(code).must_say("From Lyon.");
}

/// The drop's bundle again, with other recipients of its source in the manifest: what a captured
/// server could make with stock tools.
fn diverted(site: &Box_, drop: &Opened, source_recipients: Value, name: &str) -> PathBuf {
    let mut manifest = drop.manifest.clone();
    manifest["source_recipients"] = source_recipients;
    resealed(site, drop, &manifest, name)
}

/// The drop's bundle with another manifest.
fn resealed(site: &Box_, drop: &Opened, manifest: &Value, name: &str) -> PathBuf {
    let work = site.path(name);
    let place = work.join(drop.text("mailbox")).join(drop.text("dispatch"));
    fs::create_dir_all(&place).unwrap();
    let editors: Vec<_> = site.editors.iter().map(|editor| editor.recipient.as_str()).collect();
    stock_seal(manifest.to_string().as_bytes(), &editors, &place.join("manifest.json.age"));
    let bundle = work.join("diverted.tar");
    stock_tar(&bundle, &work, drop.text("mailbox"));
    bundle
}

#[test]
fn a_mailbox_whose_key_changed_is_refused_until_the_editor_accepts_it() {
    let site = Box_::served(2, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let editor = &site.editors[0];
    let book = PathBuf::from(format!("{}.addresses.json", editor.key.display()));
    let known = fs::read_to_string(&book).unwrap();
    assert!(known.contains(drop.text("mailbox")) && known.contains(drop.source()));

    let spy = Editor::stock(site.dir.path(), "spy");
    let swapped = diverted(&site, &drop, json!([spy.recipient]), "swapped");
    let added = diverted(&site, &drop, json!([drop.source(), spy.recipient]), "added");
    for (number, bundle) in [swapped.clone(), added].into_iter().enumerate() {
        let to = site.path(&format!("refused{number}"));
        let error = fails(&mut editor.open([bundle], &to));
        assert!(
            error.contains("--accept-changed-keys") && error.contains(drop.text("mailbox")),
            "{error}"
        );
        assert!(!to.exists(), "nothing is written where nothing was opened");
        assert_eq!(fs::read_to_string(&book).unwrap(), known);
    }
    // The other editor opens it first and has nothing to compare it with; a book of the first one's does.
    let error = fails(
        site.editors[1].open([&swapped], &site.path("lent")).arg("--address-book").arg(&book),
    );
    assert!(error.contains("--accept-changed-keys"), "{error}");

    let to = site.path("accepted");
    ok(editor.open([&swapped], &to).args(["--accept-changed-keys", drop.text("mailbox")]));
    assert!(fs::read_to_string(&book).unwrap().contains(&spy.recipient));
    ok(&mut editor.open([swapped], &site.path("accepted-again")));
}

#[test]
fn an_answer_to_a_changed_key_is_refused() {
    let site = Box_::served(1, &[]);
    let drop = Opened::new(&site, "en", "opened");
    let spy = Editor::stock(site.dir.path(), "spy");
    let manifest =
        files_below(&drop.dir).into_iter().find(|f| f.ends_with("manifest.json")).unwrap();
    let text = fs::read_to_string(&manifest).unwrap().replace(drop.source(), &spy.recipient);
    fs::write(&manifest, text).unwrap();
    let answer = site.path("answer.txt");
    fs::write(&answer, "For the source only.").unwrap();
    let reply = |bundle: &Path| {
        let mut reply: Command = sourdine();
        reply.arg("reply").arg(&manifest).arg("-o").arg(bundle).arg("--message").arg(&answer);
        reply.arg("-i").arg(&site.editors[0].key);
        reply
    };
    let bundle = site.path("reply.tar");
    let error = fails(&mut reply(&bundle));
    assert!(error.contains("--accept-changed-keys"), "{error}");
    assert!(!bundle.exists());
    ok(reply(&bundle).args(["--accept-changed-keys", drop.text("mailbox")]));
}

/// A drop, and an answer to it with an attachment of so many bytes.
fn answered(site: &Box_, bytes: usize) -> (Opened, PathBuf) {
    let drop = Opened::new(site, "en", "opened");
    let attachment = site.path("attachment.bin");
    fs::write(&attachment, vec![b'x'; bytes]).unwrap();
    let bundle = site.path("answer.tar");
    let mut reply = sourdine();
    reply.arg("reply").arg(&drop.dir).arg("-i").arg(&site.editors[0].key);
    ok(reply.arg("-o").arg(&bundle).arg("--attach").arg(&attachment));
    (drop, bundle)
}

#[test]
fn a_good_copy_is_delivered_after_a_damaged_one() {
    let site = Box_::served(1, &[]);
    let (drop, bundle) = answered(&site, 300_000);
    let damaged = site.path("damaged.tar");
    let mut bytes = fs::read(&bundle).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    for (copy, said) in
        [(&damaged, "delivered"), (&bundle, "delivered"), (&bundle, "delivered before")]
    {
        let output = ok(site.command("deliver").arg(copy));
        assert!(String::from_utf8_lossy(&output.stdout).contains(said));
    }
    let page = site.mailbox(&drop.form.code);
    assert_eq!(page.text().matches("attachment.bin</b>").count(), 2);
}

#[test]
fn downloads_that_nobody_reads_keep_nobody_else_out() {
    use std::io::Write as _;
    let site = Box_::served(1, &[]);
    let (drop, bundle) = answered(&site, 40 << 20);
    ok(site.command("deliver").arg(&bundle));
    let page = site.mailbox(&drop.form.code);
    let fields = ["code", "ticket", "dispatch", "number"].map(|name| {
        let page = scraper::Html::parse_document(&page.text());
        let form = format!("form[action^='/mailbox/file'] input[name={name}]");
        let field = page.select(&scraper::Selector::parse(&form).unwrap()).next().unwrap();
        format!("{name}={}", field.value().attr("value").unwrap().replace(' ', "+"))
    });
    let body = fields.join("&");
    let host = site.base.trim_start_matches("http://");
    let stalled: Vec<_> = (0..64)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(host).unwrap();
            let length = body.len();
            write!(
                stream,
                "POST /mailbox/file HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
            )
            .unwrap();
            stream
        })
        .collect();
    // Sixteen are sent to, the others are asked to come back; everybody else is served.
    wait_for("the places to be taken", || {
        let args: Vec<_> = fields.iter().flat_map(|field| ["--data", field]).collect();
        (site.curl("/mailbox/file?lang=en", &args).status == 503).then_some(())
    });
    site.mailbox(&drop.form.code).must_say("attachment.bin");
    let form = site.form("en");
    site.send(&form, "Still here", &[]).must_say(msg("receipt-title"));
    std::mem::drop(stalled);
}

#[test]
fn a_dispatch_that_the_disk_lost_does_not_keep_the_others_back() {
    let mut site = Box_::served(1, &[]);
    let (lost, kept) = (site.form("en"), site.form("en"));
    site.send(&lost, "lost", &[]).must_say(msg("receipt-title"));
    site.stop();
    let vault = rusqlite::Connection::open(site.data().join("vault.db")).unwrap();
    vault.execute("DELETE FROM chunk", []).unwrap();
    drop(vault);
    site.serve();
    site.send(&kept, "kept", &[]).must_say(msg("receipt-title"));

    let bundle = site.path("bundle.tar");
    let error = fails(site.command("export").arg("-o").arg(&bundle));
    assert!(error.contains("not whole in the store, left out"), "{error}");
    let to = site.path("opened");
    ok(&mut site.editors[0].open([&bundle], &to));
    let messages: Vec<_> =
        files_below(&to).into_iter().filter(|file| file.ends_with("message.txt")).collect();
    assert_eq!(messages.len(), 1);
    assert_eq!(fs::read_to_string(&messages[0]).unwrap(), "kept");
    // Only what was handed out counts as fetched; the source of the other is told nothing false.
    site.mailbox(&kept.code).must_say(msg("mailbox-fetched"));
    site.mailbox(&lost.code).must_say(msg("mailbox-waiting"));
}

#[test]
fn two_exports_to_one_place_do_not_mix() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    site.send(&form, "once", &[]).must_say(msg("receipt-title"));
    let bundle = site.path("bundle.tar");
    let run = || site.command("export").args(["--all", "-o"]).arg(&bundle).spawn().unwrap();
    let both = [run(), run()].map(|mut child| child.wait().unwrap().success());
    assert!(both.contains(&true), "{both:?}");
    let to = site.path("opened");
    ok(&mut site.editors[0].open([&bundle], &to));
    let left = files_below(site.dir.path());
    assert!(!left.iter().any(|file| file.to_string_lossy().ends_with(".part")), "{left:?}");
}

#[test]
fn a_key_that_was_removed_opens_what_came_before_and_nothing_after() {
    let site = Box_::served(2, &[]);
    let [stays, leaves] = [&site.editors[0], &site.editors[1]];
    site.send(&site.form("en"), "before", &[]).must_say(msg("receipt-title"));
    let before = site.path("before.tar");
    ok(site.command("export").arg("-o").arg(&before));
    let team = |act: &str, recipient: &str| {
        let mut command = sourdine();
        command.args(["team", act, recipient, "--config"]).arg(site.config());
        command
    };
    // Capitals make no difference.
    ok(&mut team("remove-recipient", &leaves.recipient.to_uppercase()));
    wait_for("the new team", || site.log().contains("were read again").then_some(()));
    let said = fails(&mut team("remove-recipient", &leaves.recipient));
    assert!(said.contains("team list"), "{said}");
    let said = fails(&mut team("remove-recipient", &stays.recipient));
    assert!(said.contains("nobody left"), "{said}");
    site.send(&site.form("en"), "after", &[]).must_say(msg("receipt-title"));
    let after = site.path("after.tar");
    ok(site.command("export").arg("-o").arg(&after));
    ok(&mut leaves.open([&before], &site.path("opened-before")));
    fails(&mut leaves.open([&after], &site.path("opened-after")));
    ok(&mut stays.open([&after], &site.path("opened")));
}
