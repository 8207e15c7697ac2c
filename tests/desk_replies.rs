//! Replies that are given at the desk: typed and sealed at once, or uploaded as a bundle that was sealed
//! offline. The source reads them; what is cut, too large or not sealed to the right keys leaves nothing.

use std::fs;
use std::io::Read;

use crate::common::inside::Inside;
use crate::common::*;
use sourdine::base::clock::{Clock, Day};
use sourdine::base::ids::DispatchSeed;
use sourdine::base::kind::DispatchKind;
use sourdine::bundle::extract::read_manifest;
use sourdine::crypto::kdf::MailboxKeys;
use sourdine::dropbox::deliver::{DeliverError, Delivered, Structure};
use sourdine::dropbox::mailbox::MESSAGE;
use sourdine::dropbox::reply_intake::{ReplyIntake, ReplyIntakeError, ReplyReceipt};
use sourdine::dropbox::{Dropbox, FileError, Teams};
use sourdine::store::Mailbox;

const MARK: &[u8] = b"a-sentence-that-nobody-else-may-read";

/// A box with one source that sent something.
fn with_source() -> (Inside, MailboxKeys) {
    let inside = Inside::new();
    let source = inside.source();
    inside.send(&source, "first");
    (inside, source)
}

fn mailbox(inside: &Inside, source: &MailboxKeys) -> Mailbox {
    inside.dropbox.store().mailbox(source.id).unwrap().unwrap()
}

fn begin(inside: &Inside, source: &MailboxKeys, form: u8) -> ReplyIntake {
    let seed = DispatchSeed([form; 32]);
    let (kind, mailbox) = (DispatchKind::Reply, mailbox(inside, source));
    inside.dropbox.reply_intake(kind, mailbox, &inside.team(), seed, 4_000_000).unwrap()
}

fn attach(answer: &mut ReplyIntake, name: &str, content: &[u8]) -> Result<(), ReplyIntakeError> {
    let mut file = answer.file(name.to_owned())?;
    for piece in content.chunks(10_000) {
        file.write(piece)?;
    }
    file.finish()
}

fn typed(inside: &Inside, source: &MailboxKeys, form: u8, message: &str) -> ReplyReceipt {
    let mut answer = begin(inside, source, form);
    attach(&mut answer, "réponse.pdf", &MARK.repeat(5_000)).unwrap();
    attach(&mut answer, "empty", b"").unwrap();
    answer.send(message, "anne").unwrap()
}

/// Waits until the vault holds what the index names and nothing more.
fn nothing_is_left_over(inside: &Inside) {
    let count = |file: &str, sql: &str| {
        let db = rusqlite::Connection::open(inside.config.data_dir.join(file)).unwrap();
        db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    wait_for("what nobody names to go", || {
        let stored = count("vault.db", "SELECT count(DISTINCT file) FROM chunk");
        let named =
            count("index.db", "SELECT (SELECT count(*) FROM member) + (SELECT count(*) FROM held)");
        (stored == named).then_some(())
    });
}

#[test]
fn a_typed_reply_is_read_by_its_source_and_opened_by_the_team() {
    let (inside, source) = with_source();
    let sent = typed(&inside, &source, 1, "Merci.\nOn publie.");
    assert!(!sent.before && sent.files.len() == 2);
    let view = inside.view(&source).unwrap();
    let reply = &view.replies[0];
    assert_eq!(reply.id, sent.id);
    let content = reply.content.as_ref().unwrap();
    assert_eq!(content.message, "Merci.\nOn publie.");
    let sealed = inside.dropbox.store().dispatches(source.id).unwrap()[1].members[0];
    let sealed = inside.dropbox.store().read(sealed);
    let manifest = read_manifest(sealed, std::iter::once(source.identity.as_age())).unwrap();
    assert_eq!(manifest.kind, DispatchKind::Reply);
    let mailbox = mailbox(&inside, &source);
    assert_eq!(manifest.mailbox, mailbox.designation);
    let source_keys: Vec<_> = mailbox.source_recipients.split(' ').collect();
    assert_eq!(manifest.source_recipients, source_keys);
    assert_eq!(manifest.recipients, [source_keys[0], &inside.editor.recipient]);
    assert_eq!(manifest.files[0].media_type, "application/pdf");
    let mut read = Vec::new();
    let mut file = inside.dropbox.reply_file(&source, sent.id, 1).unwrap();
    file.plain.read_to_end(&mut read).unwrap();
    assert!(read == MARK.repeat(5_000) && file.name == "réponse.pdf");

    // The team opens its own copy like anything else.
    let store = inside.dropbox.store();
    let replies: Vec<_> = store
        .dispatches(source.id)
        .unwrap()
        .into_iter()
        .filter(|dispatch| dispatch.kind == DispatchKind::Reply)
        .map(|dispatch| (mailbox.clone(), dispatch))
        .collect();
    let handout = inside.dropbox.download(replies, false, "bundle");
    let mut bundle = Vec::new();
    handout.reader(1, 0..u64::MAX).read_to_end(&mut bundle).unwrap();
    fs::write(inside.path("reply.tar"), bundle).unwrap();
    ok(&mut inside.editor.open([inside.path("reply.tar")], &inside.path("opened")));
    // It was never on the disk as it is.
    for file in files_below(&inside.config.data_dir) {
        assert!(!holds(&file, MARK), "{}", file.display());
    }
}

#[test]
fn a_form_that_is_sent_twice_answers_once() {
    let (inside, source) = with_source();
    let first = typed(&inside, &source, 1, "Merci");
    let again = typed(&inside, &source, 1, "Merci");
    assert!(!first.before && again.before && again.id == first.id);
    assert_eq!(inside.view(&source).unwrap().replies.len(), 1);
    // Another form, or the same with other words, is another reply.
    assert!(!typed(&inside, &source, 2, "Merci").before);
    assert!(!typed(&inside, &source, 1, "Merci bien").before);
    assert_eq!(inside.view(&source).unwrap().replies.len(), 3);
    nothing_is_left_over(&inside);
}

#[test]
fn a_reply_that_is_cut_or_refused_leaves_nothing() {
    let (inside, source) = with_source();
    {
        let mut answer = begin(&inside, &source, 1);
        attach(&mut answer, "whole", &vec![7; 3_000_000]).unwrap();
        let mut file = answer.file("half".into()).unwrap();
        file.write(&vec![7; 500_000]).unwrap();
    }
    nothing_is_left_over(&inside);
    for blank in ["", " \n\t\u{a0} "] {
        let refused = begin(&inside, &source, 2).send(blank, "anne");
        assert!(matches!(refused, Err(ReplyIntakeError::Empty)));
    }
    let long = "é".repeat(inside.config.limits.message + 1);
    let refused = begin(&inside, &source, 3).send(&long, "anne");
    assert!(matches!(refused, Err(ReplyIntakeError::MessageTooLong)));
    assert!(begin(&inside, &source, 3).send(&long[2..], "anne").is_ok());
    nothing_is_left_over(&inside);
    assert_eq!(inside.view(&source).unwrap().replies.len(), 1);
    // A file alone is enough, and blank words with it are none.
    let mut answer = begin(&inside, &source, 4);
    attach(&mut answer, "alone", b"x").unwrap();
    answer.send("  ", "anne").unwrap();
    let view = inside.view(&source).unwrap();
    assert!(view.replies.iter().any(|reply| reply.content.as_ref().unwrap().message.is_empty()));
}

#[test]
fn a_reply_has_the_limits_of_a_submission() {
    let inside = Inside::with(|config| {
        config.limits.file = 100_000;
        config.limits.dispatch = 150_000;
        config.limits.files = 3;
    });
    let source = inside.source();
    inside.send(&source, "first");
    let refusal = |sizes: &[usize]| {
        let mut answer = begin(&inside, &source, 1);
        let refused = sizes.iter().find_map(|size| attach(&mut answer, "f", &vec![1; *size]).err());
        match refused.expect("it is refused") {
            ReplyIntakeError::File(error) => error,
            other => panic!("{other}"),
        }
    };
    assert!(matches!(refusal(&[100_001]), FileError::TooLarge));
    assert!(matches!(refusal(&[100_000, 50_001]), FileError::DispatchTooLarge));
    assert!(matches!(refusal(&[1, 1, 1, 1]), FileError::TooMany));
    let mut answer = begin(&inside, &source, 1);
    for size in [100_000, 49_999, 1] {
        attach(&mut answer, "f", &vec![1; size]).unwrap();
    }
    answer.send("", "anne").unwrap();
    nothing_is_left_over(&inside);
}

#[test]
fn nobody_answers_a_mailbox_that_is_gone_or_that_never_wrote_to_the_team() {
    let (inside, source) = with_source();
    let mut other = inside.config.teams[0].clone();
    other.id = "sport".into();
    let teams = Teams::prove(&[inside.config.teams[0].clone(), other]).unwrap();
    inside.dropbox.replace(teams, String::new().into());
    let teams = inside.dropbox.teams();
    let seed = DispatchSeed([1; 32]);
    let mailbox = mailbox(&inside, &source);
    let begin = |team: &str| {
        let (kind, team) = (DispatchKind::Reply, teams.find(team).unwrap());
        inside.dropbox.reply_intake(kind, mailbox.clone(), team, seed, 10)
    };
    let sport = begin("sport");
    assert!(matches!(sport.err(), Some(ReplyIntakeError::NoMailbox)));
    let answer = begin("team").unwrap();
    assert!(
        inside.dropbox.store().delete_correspondence("team", source.id, "anne", Day(0)).unwrap()
    );
    assert!(matches!(answer.send("Merci", "anne").err(), Some(ReplyIntakeError::NoMailbox)));
    let late = begin("team");
    assert!(matches!(late.err(), Some(ReplyIntakeError::NoMailbox)));
    nothing_is_left_over(&inside);
}

/// A reply that was sealed offline.
fn sealed(inside: &Inside, message: &str, attachment: &[u8]) -> Vec<u8> {
    let dir = tempfile::tempdir_in(inside.dir.path()).unwrap().keep();
    let (bundle, opened, reply) = (dir.join("b.tar"), dir.join("opened"), dir.join("reply.tar"));
    inside.dropbox.export("team", true, &bundle, &|_, _| ()).unwrap();
    ok(&mut inside.editor.open([bundle], &opened));
    fs::write(dir.join("text"), message).unwrap();
    fs::write(dir.join("attached.bin"), attachment).unwrap();
    let mut command = sourdine();
    command.arg("reply").arg(&opened).arg("-i").arg(&inside.editor.key).arg("-o").arg(&reply);
    ok(command
        .arg("--message")
        .arg(dir.join("text"))
        .arg("--attach")
        .arg(dir.join("attached.bin")));
    fs::read(reply).unwrap()
}

fn upload(inside: &Inside, bundle: &[u8], team: &str) -> Result<Vec<Delivered>, DeliverError> {
    let mut bundle_upload = inside.dropbox.bundle_upload(bundle.len() as u64)?;
    for piece in bundle.chunks(70_001) {
        bundle_upload.write(piece)?;
    }
    bundle_upload.deliver(team, "anne")
}

fn refusal(inside: &Inside, bundle: &[u8], team: &str) -> DeliverError {
    let refused = upload(inside, bundle, team).err().expect("it is refused");
    nothing_is_left_over(inside);
    refused
}

#[test]
fn a_bundle_that_is_uploaded_is_read_by_its_source() {
    let (inside, source) = with_source();
    // Larger than a chunk of the store.
    let bundle = sealed(&inside, "Merci, on publie.", &MARK.repeat(60_000));
    let delivered = upload(&inside, &bundle, "team").unwrap();
    assert_eq!(delivered[0].designation, mailbox(&inside, &source).designation);
    assert!(!delivered[0].before && delivered[0].unpadded.is_empty());
    let view = inside.view(&source).unwrap();
    assert_eq!(view.replies[0].content.as_ref().unwrap().message, "Merci, on publie.");
    let mut read = Vec::new();
    let mut file = inside.dropbox.reply_file(&source, view.replies[0].id, 1).unwrap();
    file.plain.read_to_end(&mut read).unwrap();
    assert!(read == MARK.repeat(60_000));
    // The bundle itself is gone, and coming again it changes nothing.
    nothing_is_left_over(&inside);
    assert!(upload(&inside, &bundle, "team").unwrap()[0].before);
    assert_eq!(inside.view(&source).unwrap().replies.len(), 1);
    // Whoever brought it first stands with it, and whoever wrote one at the desk.
    typed(&inside, &source, 9, "Merci encore");
    let on_desk = inside.dropbox.store().desk_dispatches("team", source.id, 0, 9).unwrap().0;
    let senders: Vec<_> = on_desk.iter().map(|one| one.sent_by.as_deref()).collect();
    assert_eq!(senders, [Some("anne"), Some("anne"), None]);
    nothing_is_left_over(&inside);
}

#[test]
fn a_bundle_in_two_volumes_is_one_reply() {
    let (inside, source) = with_source();
    let bundle = sealed(&inside, "Merci", &MARK.repeat(60_000));
    let volume = |left_out: &str| {
        let mut volume = tar::Builder::new(Vec::new());
        for (name, bytes) in members(&bundle) {
            if !name.ends_with(left_out) {
                let mut header = tar::Header::new_ustar();
                header.set_size(bytes.len() as u64);
                volume.append_data(&mut header, name, bytes.as_slice()).unwrap();
            }
        }
        volume.into_inner().unwrap()
    };
    let (first, second) = (volume("0001.age"), volume("manifest.json.age"));
    let mut bundle_upload =
        inside.dropbox.bundle_upload((first.len() + second.len()) as u64).unwrap();
    bundle_upload.write(&first).unwrap();
    bundle_upload.next_volume().unwrap();
    bundle_upload.write(&second).unwrap();
    assert_eq!(bundle_upload.deliver("team", "anne").unwrap().len(), 1);
    let view = inside.view(&source).unwrap();
    let mut read = Vec::new();
    let mut file = inside.dropbox.reply_file(&source, view.replies[0].id, 1).unwrap();
    file.plain.read_to_end(&mut read).unwrap();
    assert!(view.replies.len() == 1 && read == MARK.repeat(60_000));
    nothing_is_left_over(&inside);
}

#[test]
fn a_bundle_that_is_cut_damaged_or_no_bundle_leaves_nothing() {
    let (inside, source) = with_source();
    let bundle = sealed(&inside, "Merci", &vec![3; 200_000]);
    {
        let mut bundle_upload = inside.dropbox.bundle_upload(bundle.len() as u64).unwrap();
        bundle_upload.write(&bundle[..bundle.len() / 2]).unwrap();
    }
    nothing_is_left_over(&inside);
    assert!(matches!(refusal(&inside, &bundle[..bundle.len() / 2], "team"), DeliverError::Read(_)));
    assert!(matches!(refusal(&inside, b"no bundle", "team"), DeliverError::Read(_)));
    assert!(matches!(refusal(&inside, b"", "team"), DeliverError::Read(_)));
    // The first word of a member's header.
    let at = memchr::memmem::rfind(&bundle, b"age-encryption.org/v1").unwrap();
    let mut altered = bundle.clone();
    altered[at] ^= 1;
    assert!(matches!(refusal(&inside, &altered, "team"), DeliverError::NotSealed(..)));
    // A member under another name: its number is missed.
    let at = memchr::memmem::find(&bundle, b"/0001.age").unwrap();
    let mut renamed = tar::Builder::new(Vec::new());
    for (name, bytes) in members(&bundle) {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        let name = name.replace("0001.age", "0002.age");
        renamed.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    assert!(at > 0);
    let renamed = renamed.into_inner().unwrap();
    let refused = refusal(&inside, &renamed, "team");
    assert!(matches!(refused, DeliverError::Structure(_, Structure::Numbering)));
    assert!(inside.view(&source).unwrap().replies.is_empty());
}

#[test]
fn what_is_uploaded_by_mistake_is_never_on_the_disk_as_it_is() {
    let (inside, _) = with_source();
    let clean = || {
        for file in files_below(&inside.config.data_dir) {
            // Some files are gone before they are read.
            let bytes = fs::read(&file).unwrap_or_default();
            assert!(memchr::memmem::find(&bytes, MARK).is_none(), "{}", file.display());
        }
    };
    // An opened document instead of a bundle: several chunks of the store, and a length that is one of age's.
    for length in [MARK.len(), 3 << 20, 5_000_017] {
        let document: Vec<u8> = MARK.iter().copied().cycle().take(length).collect();
        let mut bundle_upload = inside.dropbox.bundle_upload(length as u64).unwrap();
        for piece in document.chunks(1_200_007) {
            bundle_upload.write(piece).unwrap();
            clean();
        }
        // The writer of the store lets go of what it holds now and then.
        std::thread::sleep(std::time::Duration::from_millis(300));
        clean();
        drop(bundle_upload);
        clean();
        assert!(matches!(refusal(&inside, &document, "team"), DeliverError::Read(_)));
        clean();
    }
}

#[test]
fn a_bundle_of_any_length_is_read_back_as_it_came() {
    let (inside, source) = with_source();
    let bundle = sealed(&inside, "Merci", &MARK.repeat(60_000));
    // What follows the end of a tar says nothing: with it, lengths around those of age's pieces.
    let whole = bundle.len().next_multiple_of(64 * 1024);
    for length in [whole - 1, whole, whole + 1] {
        let mut longer = bundle.clone();
        longer.resize(length.max(bundle.len()), 0);
        assert_eq!(upload(&inside, &longer, "team").unwrap().len(), 1, "{length}");
    }
    assert_eq!(inside.view(&source).unwrap().replies.len(), 1);
    nothing_is_left_over(&inside);
}

fn members(bundle: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(bundle);
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (name, bytes)
    });
    entries.collect()
}

#[test]
fn a_bundle_for_another_team_looks_like_one_for_nobody() {
    let (inside, source) = with_source();
    let bundle = sealed(&inside, "Merci", b"x");
    let mut other = inside.config.teams[0].clone();
    other.id = "sport".into();
    let teams = Teams::prove(&[inside.config.teams[0].clone(), other]).unwrap();
    inside.dropbox.replace(teams, String::new().into());
    let theirs = refusal(&inside, &bundle, "sport").to_string();
    inside.dropbox.store().delete_correspondence("team", source.id, "anne", Day(0)).unwrap();
    let nobodys = refusal(&inside, &bundle, "team").to_string();
    assert_eq!(theirs, nobodys);
}

#[test]
fn a_bundle_larger_than_a_dispatch_can_be_is_refused_while_it_comes() {
    let inside = Inside::with(|config| {
        config.limits.dispatch = 100_000;
        config.limits.files = 1;
    });
    let most = inside.dropbox.largest_bundle();
    let mut bundle_upload = inside.dropbox.bundle_upload(most).unwrap();
    let piece = vec![0; 1 << 20];
    let refused = (0..=most >> 20).find_map(|_| bundle_upload.write(&piece).err());
    assert!(matches!(refused, Some(DeliverError::TooLarge)));
    drop(bundle_upload);
    nothing_is_left_over(&inside);
}

/// Bounded where it comes in, by what can be seen from outside.
#[test]
fn an_answer_with_a_longer_message_than_is_ever_shown_is_refused() {
    let (inside, _) = with_source();
    let long = sealed(&inside, &"long ".repeat(600_000), b"x");
    let refused = refusal(&inside, &long, "team");
    assert!(matches!(refused, DeliverError::LongMessage { .. }), "{refused}");
    let bundle = inside.path("long.tar");
    fs::write(&bundle, &long).unwrap();
    let refused = inside.dropbox.deliver(&[bundle], None, "operator").err();
    assert!(matches!(refused, Some(DeliverError::LongMessage { .. })));
    // The longest that a source may write is taken, in the longest writing.
    let longest = "\u{1}".repeat(inside.config.limits.message);
    assert_eq!(upload(&inside, &sealed(&inside, &longest, b"x"), "team").unwrap().len(), 1);
}

/// Of all answers together as many characters are shown as a message may have, the newest first; each is downloaded
/// whole. So are those that were delivered before there was a bound.
#[test]
fn what_a_page_has_no_room_for_is_downloaded() {
    let (mut inside, source) = with_source();
    inside.config.limits.message = 3_000_000;
    let without = Dropbox::open(&inside.config, Clock::system()).unwrap();
    let messages = ["é".repeat(1_500_000), "two".repeat(300), "three".repeat(100)];
    for (number, message) in messages.iter().enumerate() {
        let bundle = inside.path(&format!("{number}.tar"));
        fs::write(&bundle, sealed(&inside, message, b"attached")).unwrap();
        without.deliver(&[bundle], None, "operator").unwrap();
    }
    inside.config.limits.message = 1_000;
    let bounded = Dropbox::open(&inside.config, Clock::system()).unwrap();
    let view = bounded.source_view(&source).unwrap().unwrap();
    let shown = view.replies.iter().map(|reply| {
        let content = reply.content.as_ref().unwrap();
        assert_eq!((content.files.len(), content.files[0].number), (1, 1));
        (content.message.clone(), content.is_cut)
    });
    let expected =
        [(messages[2].clone(), false), (messages[1][..500].into(), true), (String::new(), true)];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
    for (reply, message) in view.replies.iter().rev().zip(&messages) {
        let mut file = bounded.reply_file(&source, reply.id, MESSAGE).unwrap();
        let mut whole = String::new();
        file.plain.read_to_string(&mut whole).unwrap();
        assert!(whole == *message && file.size == whole.len() as u64);
    }
}
