//! Notes among editors: sealed to their team alone, told from answers by the name of their manifest, carried like
//! everything else. The source of the mailbox sees nothing of one, and nothing of what it sees changes.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::common::desk::*;
use crate::common::held::database;
use crate::common::inside::*;
use crate::common::*;
use serde_json::{Value, json};
use sourdine::base::clock::Day;
use sourdine::base::ids::{DispatchId, DispatchSeed};
use sourdine::base::kind::DispatchKind;
use sourdine::crypto::kdf::MailboxKeys;
use sourdine::dropbox::mailbox::ReplyFileError;
use sourdine::store::Withdrawal;

const SECRET: &str = "A-note-that-only-the-team-may-read";

/// Members by name, and the keys that each is sealed to.
type Members<'a> = &'a [(&'a str, &'a [&'a str])];

/// A box of a team of two, with a desk, and one mailbox that was fetched and answered.
struct Team {
    site: Box_,
    anne: Visitor,
    bob: Visitor,
    form: Form,
    /// Of the mailbox.
    name: String,
    place: String,
    /// Its submission, opened.
    opened: PathBuf,
    /// Its manifest.
    manifest: Value,
}

impl Team {
    fn new() -> Self {
        let mut site = Box_::new(2, &[]);
        let logins = ["anne", "bob"].map(|name| Login::new(&site, name, &["team"]));
        let base = open_desk(&mut site);
        let form = site.form("en");
        let document = site.path("document.txt");
        fs::write(&document, "What I know").unwrap();
        site.send_named(&form, "team", "Bonjour", &[(document, "document.txt".into())])
            .must_say(msg("receipt-title"));
        let [anne, bob] = logins.map(|login| Visitor::signed_in(&base, &login));
        let inbox = anne.get("/").text();
        let name = inbox.split("href=\"/mailbox/team/").nth(1).unwrap();
        let name = name.split(['"', '?']).next().unwrap().to_owned();
        let place = format!("/mailbox/team/{name}");
        let opened = site.path("opened");
        let bundle = download(&site, &anne, &name, "first.tar");
        ok(&mut site.editors[0].open([bundle], &opened));
        let of = |file: &PathBuf| file.ends_with("manifest.json");
        let manifest = files_below(&opened).into_iter().find(of).unwrap();
        let manifest = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
        let new = Self { site, anne, bob, form, name, place, opened, manifest };
        assert_eq!(new.write("", "/reply", "Merci", &[]).status, 303);
        new
    }

    /// Fills a form of a page of the mailbox as anne, and sends it.
    fn write(&self, page: &str, to: &str, message: &str, more: &[&str]) -> Answer {
        let page = self.anne.get(&format!("{}{page}", self.place));
        let fields = [("proof", page.hidden("proof")), ("form", page.hidden("form"))];
        let mut args: Vec<_> =
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        args.push(format!("message={message}"));
        let args = args.iter().flat_map(|field| ["-F", field]).chain(more.iter().copied());
        self.anne.ask(&format!("{}{to}", self.place), &args.collect::<Vec<_>>())
    }

    /// A note that is typed, as anne.
    fn note(&self, message: &str, more: &[&str]) -> Answer {
        self.write("/note", "/note/send", message, more)
    }

    /// One that is sealed offline.
    fn sealed(&self, name: &str, message: &str) -> PathBuf {
        let (text, bundle) = (self.site.path("note.txt"), self.site.path(name));
        fs::write(&text, message).unwrap();
        let mut command = sourdine();
        command.arg("reply").arg(&self.opened).args(["--note", "--author", "Chloé", "--message"]);
        command.arg(&text).arg("--attach").arg(&text);
        ok(command.arg("-i").arg(&self.site.editors[0].key).arg("-o").arg(&bundle));
        bundle
    }

    /// A dispatch of members that Debian's `age` sealed, each to its keys.
    fn by_hand(&self, members: Members<'_>) -> PathBuf {
        self.by_hand_saying(None, members)
    }

    /// The same with manifests that say another kind than their name.
    fn by_hand_saying(&self, kind: Option<&str>, members: Members<'_>) -> PathBuf {
        let work = tempfile::tempdir_in(self.site.dir.path()).unwrap().keep();
        let place = work.join(&self.name).join("by-hand");
        fs::create_dir_all(&place).unwrap();
        for (name, keys) in members {
            let named = if *name == "note.json.age" { "note" } else { "reply" };
            let kind = kind.unwrap_or(named);
            let manifest = json!({"version": 1, "kind": kind, "message": SECRET});
            stock_seal(manifest.to_string().as_bytes(), keys, &place.join(name));
        }
        let bundle = work.join("bundle.tar");
        stock_tar(&bundle, &work, &self.name);
        bundle
    }

    fn source_key(&self) -> &str {
        self.manifest["source_recipients"][0].as_str().unwrap()
    }

    fn keys(&self) -> Vec<&str> {
        self.site.editors.iter().map(|editor| editor.recipient.as_str()).collect()
    }

    fn deliver(&self, bundle: &Path) -> String {
        String::from_utf8(ok(self.site.command("deliver").arg(bundle)).stdout).unwrap()
    }

    /// The desk's answer to a bundle.
    fn upload(&self, bundle: &Path) -> Answer {
        let fields =
            [format!("proof={}", self.anne.proof()), format!("bundle=@{}", bundle.display())];
        self.anne.ask("/deliver", &["-F", &fields[0], "-F", "team=team", "-F", &fields[1]])
    }

    /// What the source sees, its tickets aside.
    fn seen(&self) -> String {
        let page = String::from_utf8(self.site.mailbox(&self.form.code).bytes).unwrap();
        let mut pieces = page.split("name=\"ticket\" value=\"");
        let first = pieces.next().unwrap().to_owned();
        pieces.fold(first, |seen, piece| seen + piece.split_once('"').unwrap().1)
    }

    fn dispatches(&self) -> Vec<i64> {
        let db = database(&self.site, "index.db");
        let mut rows = db.prepare("SELECT kind FROM dispatch ORDER BY position").unwrap();
        rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

/// Downloads everything new of a mailbox.
fn download(site: &Box_, editor: &Visitor, name: &str, to: &str) -> PathBuf {
    let made = editor.act("/download", &[("team", "team"), ("mailbox", name)]);
    let list = header(&made, "location").unwrap();
    let page = editor.get(list.split('?').next().unwrap()).text();
    let link = page.split("<a href=\"/download/").find(|rest| rest.contains("\" download="));
    let link = format!("/download/{}", link.unwrap().split('"').next().unwrap());
    let bundle = site.path(to);
    fs::write(&bundle, editor.get(&link).bytes).unwrap();
    bundle
}

fn manifests_below(dir: &Path) -> Vec<Value> {
    let manifests = files_below(dir).into_iter().filter(|file| file.ends_with("manifest.json"));
    manifests.map(|file| serde_json::from_slice(&fs::read(file).unwrap()).unwrap()).collect()
}

#[test]
fn the_page_of_the_source_is_the_same_byte_for_byte_whatever_notes_there_are() {
    let team = Team::new();
    let before = team.seen();
    assert_eq!(team.seen(), before);
    let file = format!("files=@{}", team.site.path("first.tar").display());
    assert_eq!(team.note(SECRET, &["-F", &file]).status, 303);
    assert_eq!(team.seen(), before, "a note that was typed");
    team.deliver(&team.sealed("sealed.tar", SECRET));
    assert_eq!(team.seen(), before, "a note that was delivered");
    assert_eq!(team.dispatches(), [0, 1, 2, 2]);
    download(&team.site, &team.bob, &team.name, "all.tar");
    let fetched =
        "SELECT count(*) FROM fetch f JOIN dispatch d ON d.id = f.dispatch WHERE d.kind = 2";
    let fetched: u64 =
        database(&team.site, "index.db").query_row(fetched, [], |row| row.get(0)).unwrap();
    assert_eq!((fetched, team.seen() == before), (2, true), "notes that were fetched");
    let one = "SELECT lower(hex(id)) FROM dispatch WHERE kind = 2 ORDER BY position LIMIT 1";
    let one: String =
        database(&team.site, "index.db").query_row(one, [], |row| row.get(0)).unwrap();
    let gone = team.anne.act(&format!("{}/delete", team.place), &[("dispatch", &one)]);
    gone.must_say(msg("desk-delete-note-title"));
    let fields = [("dispatch", one.as_str()), ("sure", "yes")];
    team.anne.act(&format!("{}/delete", team.place), &fields);
    assert_eq!(team.dispatches(), [0, 1, 2]);
    assert_eq!(team.seen(), before, "a note that was deleted");
    // The plaintext was never there.
    for file in files_below(&team.site.data()) {
        assert!(!holds(&file, SECRET.as_bytes()), "{}", file.display());
    }
    // This would have been seen.
    assert_eq!(team.write("", "/reply", "More", &[]).status, 303);
    assert_ne!(team.seen(), before);
}

#[test]
fn a_note_is_new_to_colleagues_and_opens_with_and_without_our_program() {
    let team = Team::new();
    download(&team.site, &team.bob, &team.name, "before.tar");
    assert_eq!(team.note(SECRET, &[]).status, 303);
    team.anne.get(&team.place).must_say(msg("note-sent"));
    team.anne.get(&team.place).must_not_say(&format!(">{}<", msg("dispatch-new")));
    team.anne.get("/?show=unread").must_say(msg("inbox-nothing-unread"));
    team.bob
        .get(&team.place)
        .must_say(msg("dispatch-note"))
        .must_say(&filled("dispatch-note-by", &["anne"]))
        .must_say(&format!(">{}<", msg("dispatch-new")));
    team.bob.get("/?show=unread").must_say(&team.name);
    team.bob.get("/").must_say(msg("inbox-download"));
    team.bob.get("/journal").must_say(&filled("did-note", &["anne", &team.name]));

    let bundle = download(&team.site, &team.bob, &team.name, "note.tar");
    team.bob.get("/?show=unread").must_say(msg("inbox-nothing-unread"));
    let unpacked = team.site.path("unpacked");
    stock_untar(&bundle, &unpacked);
    let sealed: Vec<_> =
        files_below(&unpacked).into_iter().filter(|file| !file.ends_with("README.txt")).collect();
    assert!(sealed.len() == 1 && sealed[0].ends_with("note.json.age"), "{sealed:?}");
    for editor in &team.site.editors {
        let json = editor.stock_open(&sealed[0]);
        assert_eq!(json.len() % 16_384, 0);
        let note: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!((&note["kind"], &note["author"]), (&"note".into(), &"anne".into()));
        assert_eq!((&note["message"], &note["source_recipients"]), (&SECRET.into(), &json!([])));
        let sorted = |keys: &Value| {
            let mut keys: Vec<_> = keys.as_array().unwrap().clone();
            keys.sort_by_key(ToString::to_string);
            keys
        };
        assert_eq!(sorted(&note["recipients"]), sorted(&json!(team.keys())));
    }
    let opened = team.site.path("opened-note");
    ok(&mut team.site.editors[1].open([&bundle], &opened));
    let summary = fs::read_to_string(opened.join("SUMMARY.txt")).unwrap();
    assert!(summary.contains("Note for the team") && summary.contains("anne"), "{summary}");
    let message = files_below(&opened.join(&team.name));
    let message = message.iter().find(|file| file.ends_with("message.txt")).unwrap();
    assert_eq!(fs::read_to_string(message).unwrap(), SECRET);
}

/// Sealed here, delivered by the command and at the desk, fetched back: each is what it was.
#[test]
fn a_note_that_was_sealed_offline_goes_round_as_a_note() {
    let team = Team::new();
    download(&team.site, &team.bob, &team.name, "before.tar");
    let [first, second] = ["one", "two"].map(|text| team.sealed(&format!("{text}.tar"), text));
    let said = team.deliver(&first);
    assert_eq!(said, format!("{}: note delivered\n", team.name));
    assert_eq!(team.deliver(&first), format!("{}: note was delivered before\n", team.name));
    team.upload(&second).must_say(msg("deliver-note-done"));
    team.upload(&second).must_say(msg("deliver-note-before"));
    assert_eq!(team.dispatches(), [0, 1, 2, 2]);
    team.anne.get("/journal").must_say(&filled("did-note", &["anne", &team.name]));
    let bundle = download(&team.site, &team.bob, &team.name, "back.tar");
    let opened = team.site.path("back");
    ok(&mut team.site.editors[1].open([bundle], &opened));
    let notes = manifests_below(&opened);
    let mut messages: Vec<_> = notes.iter().map(|note| note["message"].as_str().unwrap()).collect();
    messages.sort_unstable();
    assert_eq!(messages, ["one", "two"]);
    for note in &notes {
        assert_eq!((&note["kind"], &note["author"]), (&"note".into(), &"Chloé".into()));
        assert_eq!(note["files"].as_array().unwrap().len(), 1);
    }
    // Where there is no desk, the operator's command brings them.
    let members = sourdine::bundle::read::scan_file(&team.site.export("export.tar")).unwrap();
    let notes = members.iter().filter(|(path, _)| path.to_string().ends_with("note.json.age"));
    assert_eq!(notes.count(), 2);
}

#[test]
fn what_is_not_sealed_as_it_is_named_is_refused_and_nothing_of_it_stored() {
    let team = Team::new();
    let (seen, other) = (team.seen(), Editor::new(team.site.dir.path(), "other"));
    let keys = team.keys();
    let with_source = [&keys[..], &[team.source_key()]].concat();
    let with_two = [&with_source[..], &[&other.recipient]].concat();
    let note = "note.json.age";
    let both = [("manifest.json.age", &with_source[..]), (note, &keys[..])];
    let attached = [(note, &keys[..]), ("0001.age", &with_source[..])];
    let cases: [(&str, Members<'_>, &str, &str); 7] = [
        (
            "a source's key added",
            &[(note, &with_source)],
            "a reply has so many keys",
            "deliver-note-as-reply",
        ),
        (
            "a file for the source",
            &attached,
            "0001.age: a note by its name, sealed to 3",
            "deliver-note-as-reply",
        ),
        ("one of the team left out", &[(note, &keys[..1])], "expected 2", "deliver-note-keys"),
        ("two strangers added", &[(note, &with_two)], "expected 2", "deliver-note-keys"),
        (
            "a note named as a reply",
            &[("manifest.json.age", &keys)],
            "a note has so many keys",
            "deliver-reply-as-note",
        ),
        ("both at once", &both, "both as a note", "deliver-damaged"),
        (
            "a note without a manifest",
            &[("0001.age", &keys)],
            "manifest is missing",
            "deliver-structure",
        ),
    ];
    for (what, members, words, key) in cases {
        let bundle = team.by_hand(members);
        let said = fails(team.site.command("deliver").arg(&bundle));
        assert!(said.contains(words), "{what}: {said}");
        let page = team.upload(&bundle);
        assert_eq!(page.status, 422, "{what}");
        page.must_say(msg(key));
        assert_eq!((team.dispatches(), team.seen() == seen), (vec![0, 1], true), "{what}");
    }
    // Other keys in the same number cannot be told from outside: nobody opens it, and no source sees it.
    let strange = team.by_hand(&[(note, &[team.source_key(), &other.recipient])]);
    assert_eq!(team.deliver(&strange), format!("{}: note delivered\n", team.name));
    assert_eq!((team.dispatches(), team.seen() == seen), (vec![0, 1, 2], true));
    download(&team.site, &team.bob, &team.name, "strange.tar");
    let opened = team.site.path("strange");
    let mut open = team.site.editors[1].open([team.site.path("strange.tar")], &opened);
    let said = fails(&mut open);
    assert!(said.contains("not sealed to this key"), "{said}");
    // Sealed to the source in every way, but it says that it is a note: the source does not get its words.
    let slip = [("manifest.json.age", &with_source[..])];
    let slip = team.by_hand_saying(Some("note"), &slip);
    assert_eq!(team.deliver(&slip), format!("{}: delivered\n", team.name));
    let page = team.site.mailbox(&team.form.code);
    page.must_say(msg("mailbox-reply-unreadable")).must_not_say(SECRET);
}

/// The number of keys of a note to three is that of an answer to an older team of two: the name decides.
#[test]
fn a_note_to_a_team_that_grew_is_no_reply_to_the_team_of_before() {
    let mut team = Team::new();
    let seen = team.seen();
    let older = team.sealed("older.tar", "by the keys of then");
    let new = Editor::new(team.site.dir.path(), "new");
    team.site.add_editor(new);
    let grown = team.by_hand(&[("note.json.age", &team.keys())]);
    assert_eq!(team.deliver(&grown), format!("{}: note delivered\n", team.name));
    assert_eq!(team.deliver(&older), format!("{}: note delivered\n", team.name));
    // Sealed to as many with the source among them: named as a note, it is still nothing for a source.
    let two = [team.keys()[1], team.keys()[2], team.source_key()];
    let sly = team.by_hand(&[("note.json.age", &two)]);
    assert_eq!(team.deliver(&sly), format!("{}: note delivered\n", team.name));
    assert_eq!((team.dispatches(), team.seen() == seen), (vec![0, 1, 2, 2, 2], true));
}

/// A server that was taken over names the members of a bundle as it likes.
#[test]
fn a_note_under_another_name_does_not_open() {
    let team = Team::new();
    assert_eq!(team.note(SECRET, &[]).status, 303);
    let bundle = download(&team.site, &team.bob, &team.name, "all.tar");
    let work = team.site.path("work");
    stock_untar(&bundle, &work);
    for file in files_below(&work) {
        let renamed = match file.file_name().unwrap().to_str().unwrap() {
            "manifest.json.age" => "note.json.age",
            "note.json.age" => "manifest.json.age",
            _ => continue,
        };
        fs::rename(&file, file.with_file_name(renamed)).unwrap();
    }
    let renamed = team.site.path("renamed.tar");
    stock_tar(&renamed, &work, &team.name);
    let said = fails(&mut team.site.editors[1].open([renamed], &team.site.path("renamed")));
    for (named, is) in [("manifest.json.age", "a note"), ("note.json.age", "a submission")] {
        let words = format!("named {named}, and its content says that it is {is}");
        assert!(said.contains(&words), "{said}");
    }
}

#[test]
fn what_was_typed_into_a_note_is_kept_and_the_form_is_that_of_this_session() {
    let team = Team::new();
    let (page, send) = (format!("{}/note", team.place), format!("{}/note/send", team.place));
    team.anne.get(&page).must_say(msg("note-hint")).must_say(&team.name);
    let other = team.anne.act(&format!("{page}?lang=fr"), &[("message", "Vu <avec> Bob")]);
    other.must_say(msg_in("fr", "note-title")).must_say("Vu &#60;avec&#62; Bob");
    let empty = team.note("  ", &[]);
    assert_eq!(empty.status, 422);
    empty.must_say(msg("error-empty")).must_say(msg("note-how"));
    let names: Vec<_> = (0..101).map(|n| format!("files=x;filename=f{n}")).collect();
    let many: Vec<_> = names.iter().flat_map(|name| ["-F", name.as_str()]).collect();
    let many = team.note("Kept <text>", &many);
    assert_eq!(many.status, 413);
    many.must_say("Kept &#60;text&#62;").must_say(msg("reply-too-many")).must_say(msg("note-how"));
    let foreign = format!("proof={}", team.bob.proof());
    for proof in ["proof=x", &foreign] {
        let fields = ["-F", proof, "-F", "form=x", "-F", "message=Not to be lost"];
        let answer = team.anne.ask(&send, &fields);
        assert_eq!(answer.status, 403);
        answer.must_say("Not to be lost");
    }
    let elsewhere = team.place.replace("/team/", "/other/");
    assert_eq!(team.anne.get(&format!("{elsewhere}/note")).status, 404);
    let proof = format!("proof={}", team.anne.proof());
    let fields = ["-F", &proof, "-F", "form=x", "-F", "message=hello"];
    assert_eq!(team.anne.ask(&format!("{elsewhere}/note/send"), &fields).status, 404);
    // Pressed twice.
    for _ in 0..2 {
        assert_eq!(team.anne.ask(&send, &fields).status, 303);
    }
    assert_eq!(team.dispatches(), [0, 1, 2]);
    // The same form and text as an answer is another thing.
    assert_eq!(team.anne.ask(&format!("{}/reply", team.place), &fields).status, 303);
    assert_eq!(team.dispatches(), [0, 1, 2, 1]);
}

#[test]
fn a_note_has_something_in_it_and_an_author_of_one_line() {
    let team = Team::new();
    let command = |args: &[&str]| {
        let mut command = sourdine();
        command.arg("reply").arg(&team.opened).arg("-o").arg(team.site.path("x.tar")).args(args);
        command
    };
    let said = fails(&mut command(&["--note"]));
    assert!(said.contains("a note needs something in it"), "{said}");
    let text = team.site.path("document.txt");
    let long = "x".repeat(101);
    let text = text.to_str().unwrap();
    let said = fails(&mut command(&["--note", "--message", text, "--author", &long]));
    assert!(said.contains("--author"), "{said}");
    let output = command(&["--message", text, "--author", "anne"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "an answer has no author");
}

/// A note of anne's, typed at the desk.
fn typed(inside: &Inside, source: &MailboxKeys) -> DispatchId {
    let mailbox = inside.dropbox.store().mailbox(source.id).unwrap().unwrap();
    let (kind, seed) = (DispatchKind::Note, new_form());
    let note = inside.dropbox.reply_intake(kind, mailbox, &inside.team(), seed, 1_000).unwrap();
    note.send("Seen by anne", "anne").unwrap().id
}

/// Kinds of what is stored in a mailbox.
fn kinds(inside: &Inside, source: &MailboxKeys) -> Vec<DispatchKind> {
    let all = inside.dropbox.store().dispatches(source.id).unwrap();
    all.into_iter().map(|dispatch| dispatch.kind).collect()
}

#[test]
fn a_note_prolongs_nothing_does_not_expire_by_itself_and_goes_with_its_mailbox() {
    let inside = Inside::new();
    let twins = [inside.source(), inside.source()];
    for source in &twins {
        let sent = inside.send(source, "first");
        inside.fetch(sent, "anne");
        inside.reply(source);
        inside.send(source, "second");
    }
    let days = |source: &MailboxKeys| -> Vec<i64> {
        inside.promises(source).into_iter().map(|(_, day)| day).collect()
    };
    let last_day = |source: &MailboxKeys| {
        inside.dropbox.store().source_mailbox(source.id).unwrap().map(|found| found.last_day)
    };
    let [with, without] = &twins;
    for day in [0, 20, 60, 100, 170] {
        inside.expire_on(day);
        let note = typed(&inside, with);
        inside.fetch(note, "bob");
        assert_eq!(days(with), days(without), "day {day}");
        assert_eq!(last_day(with), last_day(without), "day {day}");
    }
    // What was fetched went after 30 days, the answer after 90; the notes are there.
    let submission = DispatchKind::Submission;
    assert_eq!(kinds(&inside, without), [submission]);
    assert_eq!(kinds(&inside, with), [&[submission][..], &[DispatchKind::Note; 5]].concat());
    inside.expire_on(180);
    assert!(inside.view(with).is_some() && inside.view(without).is_some());
    inside.expire_on(181);
    assert!(inside.view(with).is_none() && inside.view(without).is_none());
    assert!(kinds(&inside, with).is_empty());
    nothing_is_stored(&inside);
}

fn nothing_is_stored(inside: &Inside) {
    let vault = rusqlite::Connection::open(inside.config.data_dir.join("vault.db")).unwrap();
    wait_for("the vault to be empty", || {
        let count = "SELECT count(*) FROM chunk";
        let count: u64 = vault.query_row(count, [], |row| row.get(0)).unwrap();
        (count == 0).then_some(())
    });
}

#[test]
fn a_source_cannot_name_a_note_and_takes_it_along_when_it_erases() {
    let inside = Inside::new();
    let source = inside.source();
    inside.send(&source, "first");
    let note = typed(&inside, &source);
    let store = inside.dropbox.store();
    assert_eq!(store.withdraw(source.id, note).unwrap(), Withdrawal::Nothing);
    assert_eq!(store.delete_reply(source.id, note).unwrap(), Withdrawal::Nothing);
    for number in [0, 1] {
        let file = inside.dropbox.reply_file(&source, note, number);
        assert!(matches!(file.err(), Some(ReplyFileError::NoSuchFile)));
    }
    let view = inside.view(&source).unwrap();
    assert_eq!((view.submissions.len(), view.replies.len()), (1, 0));
    assert_eq!(kinds(&inside, &source).len(), 2);
    store.erase(source.id).unwrap();
    assert!(kinds(&inside, &source).is_empty());
    nothing_is_stored(&inside);
    // Nothing late brings it back.
    let other = inside.source();
    inside.send(&other, "first");
    let mailbox = store.mailbox(other.id).unwrap().unwrap();
    let (kind, seed) = (DispatchKind::Note, DispatchSeed([1; 32]));
    let late = inside.dropbox.reply_intake(kind, mailbox, &inside.team(), seed, 1_000).unwrap();
    assert!(store.delete_correspondence("team", other.id, "anne", Day(FIRST)).unwrap());
    assert!(late.send("Too late", "anne").is_err());
    nothing_is_stored(&inside);
}

#[test]
fn a_note_is_news_for_the_others_of_the_team_and_rings_for_nobody() {
    let inside = Inside::new();
    let source = inside.source();
    let sent = inside.send(&source, "first");
    let (store, teams) = (inside.dropbox.store(), ["team".to_owned()]);
    let unread = |who: &str| store.unread(who, &teams, None, 9).unwrap();
    for who in ["anne", "bob"] {
        inside.fetch(sent, who);
        assert!(unread(who).is_empty() && !store.has_unread(who, "team").unwrap());
    }
    let note = typed(&inside, &source);
    assert_eq!((unread("anne"), unread("bob")), (vec![], vec![note]));
    assert!(!store.has_unread("anne", "team").unwrap() && store.has_unread("bob", "team").unwrap());
    let row = |who: &str| store.row(who, "team", source.id).unwrap().unwrap();
    assert_eq!((row("anne").unread, row("bob").unread), (0, 1));
    for who in ["anne", "bob"] {
        assert_eq!(store.waits(who, &teams).unwrap(), None);
        assert_eq!(inside.dropbox.expires_unfetched(who, &teams).unwrap(), None);
    }
    inside.day(175);
    assert_eq!(inside.dropbox.expires_unfetched("bob", &teams).unwrap(), None);
    inside.fetch(note, "bob");
    assert!(unread("bob").is_empty() && !store.has_unread("bob", "team").unwrap());
    // Whether the mailbox is answered is not what a note says.
    assert!(!row("bob").answered);
    inside.reply(&source);
    typed(&inside, &source);
    assert!(row("bob").answered);
    let mut bundle = Vec::new();
    let found = store.to_export("team", true).unwrap();
    let download = inside.dropbox.download(found, false, "bundle");
    download.reader(1, 0..u64::MAX).read_to_end(&mut bundle).unwrap();
    assert!(memchr::memmem::find(&bundle, b"/note.json.age").is_some());
}
