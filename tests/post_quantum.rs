//! Post-quantum keys: a team that has them, a team that goes over to them, and mailboxes from before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::dispatches::{Desk, Dispatch, bundle};
use crate::common::inside::{Inside, new_form};
use crate::common::room::Reading;
use crate::common::wire::{Body, Document, Sheet};
use crate::common::*;
use sourdine::base::clock::Day;
use sourdine::base::ids::{DispatchId, DispatchSeed};
use sourdine::base::kind::DispatchKind;
use sourdine::bundle::manifest::Manifest;
use sourdine::bundle::write::BundleWriter;
use sourdine::config::PerLanguage;
use sourdine::crypto::code::RetrievalCode;
use sourdine::crypto::inspect;
use sourdine::crypto::kdf::{Derivation, MailboxKeys, Scratch};
use sourdine::crypto::post_quantum::Identity;
use sourdine::crypto::seal::Recipients;
use sourdine::dropbox::deliver::DeliverError;
use sourdine::dropbox::{Outcome, Teams};
use sourdine::store::Store;

/// Two editors with post-quantum keys.
fn two(dir: &Path) -> [Editor; 2] {
    ["anne", "marie"].map(|name| Editor::post_quantum(dir, name))
}

/// A box whose team has post-quantum keys, served.
fn served() -> Box_ {
    let mut site = Box_::new(1, &[]);
    let editors = two(site.dir.path());
    ok(&mut site.set_recipients(&editors));
    site.editors = editors.into();
    site.serve();
    site
}

fn manifests(below: &Path) -> Vec<(PathBuf, Manifest)> {
    let files = files_below(below).into_iter();
    files
        .filter(|path| path.ends_with("manifest.json"))
        .map(|path| (path.clone(), Manifest::parse(&fs::read(path).unwrap()).unwrap()))
        .collect()
}

fn reply(to: &Path, editor: &Editor, site: &Box_, message: &str) -> (PathBuf, String) {
    let (text, tar) = (site.path("text"), site.path(&format!("{}.tar", message.len())));
    fs::write(&text, message).unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(to).arg("-i").arg(&editor.key).arg("--message").arg(text);
    let said = ok(command.arg("-o").arg(&tar));
    (tar, String::from_utf8(said.stderr).unwrap())
}

#[test]
fn a_post_quantum_team_lives_its_whole_life() {
    let site = served();
    let form = site.form("fr");
    let document = Document::new(&site, "contrat.pdf", 300_000);
    site.send(&form, "Bonjour", &[document.path()]).must_say(msg("receipt-title"));
    let exported = site.export("bundle.tar");
    let mut books = Vec::new();
    for editor in &site.editors {
        let opened = site.path(&editor.recipient[..20]);
        fs::create_dir(&opened).unwrap();
        ok(&mut editor.open([&exported], &opened));
        let copy =
            files_below(&opened).into_iter().find(|path| path.ends_with("files/contrat.pdf"));
        assert_eq!(sha256(&copy.unwrap()), document.sha256);
        let (path, manifest) = manifests(&opened).remove(0);
        // Both kinds of the source, from the first day; only those of the team's kind are sealed to.
        let kinds: Vec<_> = manifest.source_recipients.iter().map(|key| &key[..7]).collect();
        assert_eq!(kinds.len(), 2);
        assert!(kinds[0] != "age1pq1" && kinds[1] == "age1pq1", "{kinds:?}");
        assert!(manifest.recipients.iter().all(|key| key.starts_with("age1pq1")));
        books.push((path, manifest));
    }
    let (tar, said) = reply(&books[0].0, &site.editors[0], &site, "Merci beaucoup");
    assert!(!said.contains("classic key alone"), "{said}");
    let said = ok(site.command("deliver").arg(&tar)).stdout;
    assert!(String::from_utf8(said).unwrap().ends_with(": delivered\n"));
    site.mailbox(&form.code).must_say("Merci beaucoup");
    // A note is sealed to the team alone.
    let (text, note) = (site.path("note"), site.path("note.tar"));
    fs::write(&text, "Pour vous").unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(&books[0].0).args(["--note", "--message"]).arg(text);
    ok(command.arg("-i").arg(&site.editors[0].key).arg("-o").arg(&note));
    ok(site.command("deliver").arg(&note));
    ok(&mut site.editors[1]
        .open([site.export("again.tar")], &site.path(&site.editors[1].recipient[..20])));
    // Nobody else's key opens it.
    let stranger = Editor::post_quantum(site.dir.path(), "stranger");
    let said = fails(&mut stranger.open([&exported], &site.path("nothing")));
    assert!(said.contains("not sealed to this key"), "{said}");
}

/// A mailbox from before sources had a second kind: its row stands, as an older version wrote it.
fn from_before(site: &Box_, code: &str) -> MailboxKeys {
    let code = RetrievalCode::read(code).unwrap().remove(0);
    let store = Store::open(&site.data(), 1 << 40).unwrap();
    let derivation = Derivation::from_bytes(&store.fact("derivation").unwrap().unwrap()).unwrap();
    let keys = derivation.derive(&code, &mut Scratch::default()).unwrap();
    insert_from_before(&site.data(), &keys, "elder-heron");
    keys
}

fn insert_from_before(data: &Path, keys: &MailboxKeys, designation: &str) {
    let [classic, _] = keys.identity.recipients().unwrap();
    let db = rusqlite::Connection::open(data.join("index.db")).unwrap();
    let sql =
        "INSERT INTO mailbox (id, designation, source_recipients, last_day) VALUES (?, ?, ?, ?)";
    db.execute(sql, (keys.id.0, designation, classic.as_str(), 20_000)).unwrap();
}

#[test]
fn a_classic_team_goes_post_quantum_in_three_commands_while_uploads_run() {
    let site = Box_::served(2, &[]);
    let before = site.form("en");
    from_before(&site, &before.code);
    site.send(&before, "first words", &[]).must_say(msg("receipt-title"));

    // Eight forms, each with one file whole and another half-way.
    let uploads: Vec<_> = (0..8)
        .map(|number| {
            let sheet = Sheet::new(&site);
            let name = |which: &str| format!("{which}-{number}.bin");
            let files = [
                Document::new(&site, &name("small"), 30_000),
                Document::new(&site, &name("large"), 2_000_000),
            ];
            let body = Body::new(&sheet.form, &[("message", "in flight")], &files);
            let sent = body.begins[1] + 1_000_000;
            let upload = body.send(&site, "/drop?lang=en", sent);
            (sheet, files, body, sent, upload)
        })
        .collect();
    wait_for("eight uploads to run", || (site.status()["drafts"] == 8).then_some(()));

    // The three commands: a key of each editor, the change, and opening with both.
    let editors = two(site.dir.path());
    ok(&mut site.set_recipients(&editors));
    wait_for("the new keys", || site.log().contains("were read again").then_some(()));
    let mut in_flight = Vec::new();
    for (sheet, files, body, sent, mut upload) in uploads {
        upload.write(&body.bytes[sent..]);
        let answer = upload.answer();
        assert!(answer.contains(msg("receipt-title")), "{answer}");
        in_flight.extend(files.map(|file| file.sha256));
        site.mailbox(&sheet.form.code).must_say(msg("mailbox-title"));
    }
    let after = site.form("en");
    site.send(&after, "new words", &[]).must_say(msg("receipt-title"));
    site.send(&before, "later words", &[]).must_say(msg("receipt-title"));

    let exported = site.export("bundle.tar");
    let archive = site.path("opened");
    let mut both = site.editors[0].open([&exported], &archive);
    ok(both.arg("-i").arg(&editors[0].key).args(["--accept-changed-keys", "team"]));
    let opened: Vec<_> = files_below(&archive).iter().map(|path| sha256(path)).collect();
    assert!(in_flight.iter().all(|hash| opened.contains(hash)));
    let manifests = manifests(&archive);
    assert_eq!(manifests.len(), 11);
    let is_new = |manifest: &Manifest| manifest.recipients[0].starts_with("age1pq1");
    let of = |is: bool| manifests.iter().filter(move |(_, one)| is_new(one) == is);
    let mut new: Vec<_> = of(true).map(|(_, manifest)| manifest.message.as_str()).collect();
    new.sort_unstable();
    assert_eq!(new, ["later words", "new words"]);
    // Each key opens what was sealed to it, and nothing else.
    for (editor, name, opens, closed) in
        [(&site.editors[1], "old alone", 9, 2), (&editors[1], "new alone", 2, 9)]
    {
        let said = fails(&mut editor.open([&exported], &site.path(name)));
        assert!(said.contains(&format!("{closed} dispatch(es) stayed closed")), "{said}");
        assert_eq!(self::manifests(&site.path(name)).len(), opens);
    }

    // The old mailbox is answered by its classic key, whichever of its dispatches is answered, and reads both.
    let of_before = |is| of(is).find(|(_, one)| one.mailbox == "elder-heron").unwrap();
    let (old, later) = (of_before(false), of_before(true));
    assert_eq!(old.1.source_recipients, later.1.source_recipients);
    assert_eq!(old.1.source_recipients.len(), 1);
    for ((path, _), message, alone) in
        [(old, "to the first", false), (later, "to the later one", true)]
    {
        let (tar, said) = reply(path, &site.editors[0], &site, message);
        assert_eq!(said.contains("sealed to the source's classic key alone"), alone, "{said}");
        ok(site.command("deliver").arg(tar));
    }
    site.mailbox(&before.code).must_say("to the first").must_say("to the later one");
    // So is one that was in flight, and one from after.
    let flying = of(false).find(|(_, one)| one.message == "in flight").unwrap();
    let newest = of(true).find(|(_, one)| one.message == "new words").unwrap();
    for ((path, _), message) in [(flying, "in flight too"), (newest, "new")] {
        let (tar, said) = reply(path, &site.editors[0], &site, message);
        assert!(!said.contains("classic key alone"), "{said}");
        ok(site.command("deliver").arg(tar));
    }
    site.mailbox(&after.code).must_say("new");
    let said = String::from_utf8(ok(&mut site.command("check")).stdout).unwrap();
    assert!(said.contains("team team has post-quantum keys"), "{said}");
}

#[test]
fn check_shows_the_way_to_post_quantum_keys() {
    let site = Box_::new(2, &[]);
    let said = String::from_utf8(site.command("check").output().unwrap().stdout).unwrap();
    for step in [
        "keygen --pq",
        "keeps the old key",
        "set-recipients --team team",
        "--accept-changed-keys team",
    ] {
        assert!(said.contains(step), "{said}");
    }
    // Both kinds of `keygen` say what opens them.
    let dir = site.dir.path();
    for (args, says) in [(&["keygen"][..], "Debian stable"), (&["keygen", "--pq"], "age 1.3")] {
        let output = ok(sourdine().args(args).arg("-o").arg(dir.join(says)));
        assert!(String::from_utf8(output.stderr).unwrap().contains(says));
    }
}

#[test]
fn a_team_is_of_one_kind_and_a_refusal_keeps_the_old_one() {
    let site = Box_::new(2, &[]);
    let [anne, marie] = two(site.dir.path());
    let old = fs::read_to_string(site.config()).unwrap();
    let remedy = &["cannot be sealed to together", "set-recipients"];
    let refused = |command: &mut Command, says: &[&str]| {
        let said = fails(command);
        assert!(says.iter().all(|one| said.contains(one)), "{said}");
        assert_eq!(fs::read_to_string(site.config()).unwrap(), old);
    };
    let team = |act: &str, keys: &[&str]| {
        let mut command = sourdine();
        command.args(["team", act]).args(keys).arg("-c").arg(site.config());
        command
    };
    let classic = site.editors[0].recipient.as_str();
    let mut secret = fs::read_to_string(&anne.key).unwrap();
    secret = secret.lines().last().unwrap().to_owned();
    refused(&mut team("add-recipient", &[&anne.recipient]), remedy);
    refused(&mut team("set-recipients", &[&anne.recipient, classic]), remedy);
    let twice = [&anne.recipient, &marie.recipient, &anne.recipient.to_uppercase()];
    refused(&mut team("set-recipients", &twice.map(String::as_str)), &["1 and 3", "same key"]);
    refused(
        &mut team("set-recipients", &[&anne.recipient, &secret]),
        &["recipient 2", "private key"],
    );
    let cut = &marie.recipient[..1000];
    refused(
        &mut team("set-recipients", &[&anne.recipient, cut]),
        &["recipient 2", "1959 characters"],
    );
    let mut init = sourdine();
    init.arg("init").arg(site.path("new"));
    init.args(["--recipient", &anne.recipient, "--recipient", classic]);
    refused(&mut init, remedy);
    assert!(!site.path("new").exists());

    site.edit(&[(&format!("\"{classic}\""), &format!("\"{classic}\", \"{}\"", anne.recipient))]);
    for command in ["check", "serve"] {
        let output = site.command(command).output().unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
        assert!(!output.status.success() && said.concat().contains(remedy[0]), "{said:?}");
    }
}

/// A box in this process, its team of these editors.
fn with_team(editors: &[Editor]) -> Inside {
    let inside = Inside::new();
    become_team(&inside, editors);
    inside
}

fn become_team(inside: &Inside, editors: &[Editor]) {
    let mut team = inside.config.teams[0].clone();
    team.recipients = editors.iter().map(|editor| editor.recipient.clone()).collect();
    inside.dropbox.replace(Teams::prove(&[team]).unwrap(), PerLanguage::default());
}

fn send(inside: &Inside, keys: &MailboxKeys, message: &str) {
    assert_eq!(inside.begin(keys, new_form(), message).finish().unwrap().outcome, Outcome::Sent);
}

#[test]
fn an_answer_typed_at_the_desk_is_of_the_teams_kind_and_its_source_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let [anne, marie] = two(dir.path());
    let inside = with_team(&[anne, marie]);
    let (new, elder) = (inside.source(), inside.source());
    insert_from_before(&inside.config.data_dir, &elder, "elder-heron");
    for (keys, classic, post_quantum) in [(&new, 0, 3), (&elder, 1, 0)] {
        send(&inside, keys, "Bonjour");
        let store = inside.dropbox.store();
        let mailbox = store.mailbox(keys.id).unwrap().unwrap();
        let kind = DispatchKind::Reply;
        let seed = DispatchSeed([1; 32]);
        let mut answer =
            inside.dropbox.reply_intake(kind, mailbox, &inside.team(), seed, 1_000_000).unwrap();
        let mut file = answer.file("plan.txt".into()).unwrap();
        file.write(b"le plan").unwrap();
        file.finish().unwrap();
        answer.send("Merci", "anne").unwrap();
        let view = inside.view(keys).unwrap();
        assert_eq!(view.replies[0].content.as_ref().unwrap().message, "Merci");
        for member in store.dispatches(keys.id).unwrap().pop().unwrap().members {
            let outside = inspect::outside(store.read(member), member.size).unwrap();
            assert_eq!((outside.classic, outside.post_quantum), (classic, post_quantum));
        }
    }
    // What a draft says is sealed to the source's post-quantum key.
    inside.keep(&new, "gehalten.txt");
    let head = &inside.dropbox.store().draft_heads(new.id).unwrap()[0].head;
    let outside = inspect::outside(head.as_slice(), head.len() as u64).unwrap();
    assert_eq!((outside.classic, outside.post_quantum), (0, 1));
    assert_eq!(inside.view(&new).unwrap().drafts.len(), 1);
}

/// A delivered manifest, sealed to these.
fn sealed(inside: &Inside, keys: &MailboxKeys, kind: DispatchKind, to: &[String]) -> PathBuf {
    let path = inside.path("delivered.tar");
    let _ = fs::remove_file(&path);
    let recipients = to.iter().map(|text| text.parse().unwrap()).collect();
    let mailbox = inside.dropbox.store().mailbox(keys.id).unwrap().unwrap();
    let json = br#"{"version":1,"kind":"reply","message":"Merci"}"#;
    let manifest = Recipients::proven(recipients).unwrap().seal_manifest(json, Vec::new()).unwrap();
    let mut bundle = BundleWriter::new(&path).unwrap();
    let id = DispatchId([7; 16]).to_string();
    bundle.dispatch(kind, &mailbox.designation, &id, Day(20_000), manifest).unwrap();
    bundle.finish().unwrap();
    path
}

#[test]
fn delivery_looks_at_number_and_kind_of_the_keys() {
    let dir = tempfile::tempdir().unwrap();
    let classic = || age::x25519::Identity::generate().to_public().to_string();
    let pq = || Identity::generate().unwrap().to_public().to_string();
    let team = two(dir.path());
    let inside = with_team(&team);
    let (new, elder) = (inside.source(), inside.source());
    insert_from_before(&inside.config.data_dir, &elder, "elder-heron");
    send(&inside, &new, "Bonjour");
    send(&inside, &elder, "Bonjour");
    let (reply, note) = (DispatchKind::Reply, DispatchKind::Note);
    let check = |keys: &MailboxKeys, kind, to: &[String]| {
        let volumes = [sealed(&inside, keys, kind, to)];
        match inside.dropbox.deliver(&volumes, None, "anne") {
            Ok(_) => Ok(()),
            Err(DeliverError::Stanzas { wrong_kind, .. }) => Err(wrong_kind),
            Err(other) => panic!("{other}"),
        }
    };
    for (keys, kind, to, expected) in [
        (&new, reply, vec![pq(), pq(), pq()], Ok(())),
        (&new, note, vec![pq(), pq()], Ok(())),
        (&new, reply, vec![pq(), pq()], Err(false)),
        (&new, note, vec![pq(), pq(), pq()], Err(false)),
        (&new, reply, vec![classic(), classic(), classic()], Err(true)),
        (&new, reply, vec![classic()], Err(true)),
        (&new, note, vec![classic(), classic()], Err(true)),
        (&elder, reply, vec![classic()], Ok(())),
        (&elder, reply, vec![classic(), classic()], Err(false)),
        (&elder, reply, vec![pq(), pq(), pq()], Err(true)),
        (&elder, reply, vec![pq()], Err(true)),
        (&elder, note, vec![pq(), pq()], Ok(())),
    ] {
        assert_eq!(check(keys, kind, &to), expected, "{kind:?} {to:?}");
    }
    // One classic key, as the team had when this one wrote: its answers may be sealed so, too.
    let before = Editor::new(dir.path(), "before");
    let (now, old) = (team, [before]);
    become_team(&inside, &old);
    let third = inside.source();
    send(&inside, &third, "Bonjour");
    become_team(&inside, &now);
    for (to, expected) in [
        (vec![classic(), classic()], Ok(())),
        (vec![pq(), pq(), pq()], Ok(())),
        (vec![pq(), pq()], Err(false)),
        (vec![classic(), classic(), classic()], Err(true)),
    ] {
        assert_eq!(check(&third, reply, &to), expected, "{to:?}");
    }
}

#[test]
fn a_second_key_that_appears_later_or_goes_raises_the_alarm_everywhere() {
    let desk = Desk::new();
    let pq = Identity::generate().unwrap().to_public().to_string();
    let id = |last: char| format!("00112233445566778899aabbccddee0{last}");
    let with = |mailbox: &str, source: &[&String], last| {
        let mut dispatch = Dispatch::new(mailbox, "Bonjour");
        dispatch.manifest.dispatch = id(last);
        dispatch.manifest.source_recipients = source.iter().map(ToString::to_string).collect();
        dispatch.manifest.recipients = vec![desk.editor.recipient.clone()];
        dispatch
    };
    let classic = &Dispatch::new("x", "").manifest.source_recipients[0];
    let alarm = "is not the one seen first";
    for (mailbox, first, later) in [
        ("elder-heron", &[classic][..], &[classic, &pq][..]),
        ("brave-heron", &[classic, &pq], &[classic]),
        ("calm-heron", &[classic, &pq], &[&pq]),
    ] {
        let archive = format!("archive-{mailbox}");
        ok(&mut desk.command(&[with(mailbox, first, '1')], &archive));
        let bundle_of = |name: &str, last| {
            let path = desk.path(name);
            bundle(&path, &desk.editor, &[with(mailbox, later, last)]);
            path
        };
        let changed = bundle_of(&format!("{mailbox}.tar"), '2');
        // Opened by the command …
        let said = fails(&mut desk.editor.open([&changed], &desk.path(&archive)));
        assert!(said.contains(alarm), "{said}");
        // … by the reading room …
        let reading = Reading::begin(&desk.path(&archive), &desk.editor);
        let form = format!("bundles=@{}", changed.display());
        reading.ask("open?lang=en", &["-F", &form]).must_say(msg("room-closed-keys"));
        drop(reading);
        // … and answered.
        let (json, text) = (desk.path("manifest.json"), desk.path("text"));
        fs::write(&json, with(mailbox, later, '2').manifest.to_json().unwrap()).unwrap();
        fs::write(&text, "Merci").unwrap();
        let mut command = sourdine();
        command.arg("reply").arg(&json).arg("-i").arg(&desk.editor.key).arg("--message").arg(&text);
        command.arg("-o").arg(desk.path("reply.tar"));
        let said = fails(&mut command);
        assert!(said.contains(alarm) && !desk.path("reply.tar").exists(), "{said}");
        // Order and capitals are no change.
        let mut same: Vec<_> = first.iter().map(|key| key.to_uppercase()).collect();
        same.reverse();
        let same: Vec<_> = same.iter().collect();
        ok(&mut desk.command(&[with(mailbox, &same, '3')], &format!("same-{mailbox}")));
    }
}

#[test]
fn a_manifest_of_a_mixed_team_is_not_answered() {
    let desk = Desk::new();
    let mut dispatch = Dispatch::new("brave-heron", "Bonjour");
    let pq = Identity::generate().unwrap().to_public().to_string();
    dispatch.manifest.recipients = vec![desk.editor.recipient.clone(), pq];
    let (json, text) = (desk.path("manifest.json"), desk.path("text"));
    fs::write(&json, dispatch.manifest.to_json().unwrap()).unwrap();
    fs::write(&text, "Merci").unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(&json).arg("-i").arg(&desk.editor.key).arg("--message").arg(&text);
    let said = fails(command.arg("-o").arg(desk.path("reply.tar")));
    assert!(said.contains("cannot be sealed to together"), "{said}");
}

#[test]
fn an_editor_is_told_of_an_answer_that_its_source_alone_can_open() {
    let mut site = Box_::new(1, &[]);
    let editors = two(site.dir.path());
    ok(&mut site.set_recipients(&editors));
    let login = desk::Login::new(&site, "anne", &["team"]);
    let address = desk::open_desk(&mut site);
    let (elder, new) = (site.form("en"), site.form("en"));
    from_before(&site, &elder.code);
    site.send(&elder, "first words", &[]).must_say(msg("receipt-title"));
    site.send(&new, "new words", &[]).must_say(msg("receipt-title"));
    let visitor = desk::Visitor::signed_in(&address, &login);
    visitor.get("/mailbox/team/elder-heron").must_say(&plain(msg("reply-alone")));
    let archive = site.path("opened");
    ok(&mut editors[0].open([site.export("bundle.tar")], &archive));
    let names: Vec<_> = manifests(&archive).into_iter().map(|(_, one)| one.mailbox).collect();
    let other = names.iter().find(|name| *name != "elder-heron").unwrap();
    let page = visitor.get(&format!("/mailbox/team/{other}"));
    page.must_say(msg("reply-title")).must_not_say(&plain(msg("reply-alone")));
    // In the reading room, too.
    let reading = Reading::begin(&archive, &editors[0]);
    for name in ["elder-heron", other] {
        let sealed =
            reading.ask(&format!("mailbox/{name}/reply?lang=en"), &["-F", "message=Merci"]);
        let sentence = plain(msg("room-sealed-alone"));
        assert_eq!(sealed.text().contains(&sentence), name == "elder-heron", "{}", sealed.text());
    }
}

/// What others sealed to the example key of c2sp.org/age opens, and that specification's own stanza.
#[test]
fn the_vectors_open() {
    let key = include_str!("vectors/post_quantum/example_key.txt");
    let [public, secret] = [key.lines().nth(1).unwrap(), key.lines().last().unwrap()];
    let identity: Identity = secret.parse().unwrap();
    assert_eq!(identity.to_public().to_string(), public.strip_prefix("# public key: ").unwrap());
    assert_eq!(*identity.to_text(), secret);
    for sealed in [
        &include_bytes!("vectors/post_quantum/sealed_by_age_1.3.2.age")[..],
        include_bytes!("vectors/post_quantum/sealed_by_age_encryption_0.3.1.age"),
    ] {
        let plain = age::decrypt(&identity, sealed).unwrap();
        assert_eq!(plain, b"Bonjour\n");
        let outside = inspect::outside(sealed, sealed.len() as u64).unwrap();
        assert_eq!((outside.classic, outside.post_quantum, outside.foreign), (0, 2, 0));
    }
    // Its file key opens; the file of which it is the header was not published, so that its MAC is not right.
    let stanza = include_str!("vectors/post_quantum/example_stanza.txt");
    let header = format!("age-encryption.org/v1\n{stanza}--- {}\n", "A".repeat(43));
    let file = [header.as_bytes(), &[0; 32]].concat();
    assert!(matches!(age::decrypt(&identity, &file), Err(age::DecryptError::InvalidMac)));
    let other = Identity::generate().unwrap();
    assert!(matches!(age::decrypt(&other, &file), Err(age::DecryptError::NoMatchingKeys)));
}
