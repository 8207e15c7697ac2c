//! What a form's draft is, step by step: the drop box is held open by the test itself.

use sourdine::base::ids::DispatchSeed;
use sourdine::base::limits::DRAFTS;
use sourdine::crypto::kdf::MailboxKeys;
use sourdine::dropbox::FileDetail;
use sourdine::dropbox::FileError;
use sourdine::dropbox::draft::HeldDraft;
use sourdine::dropbox::{DropText, Intake, IntakeError, Outcome, Written};
use sourdine::store::StoreError;

use crate::common::inside::{Inside, bring, new_form};

fn names(files: &[FileDetail]) -> Vec<&str> {
    files.iter().map(|file| file.name.as_str()).collect()
}

fn drafts(inside: &Inside, keys: &MailboxKeys) -> Vec<HeldDraft> {
    inside.view(keys).map(|view| view.drafts).unwrap_or_default()
}

fn sent(inside: &Inside, keys: &MailboxKeys) -> usize {
    inside.view(keys).map_or(0, |view| view.submissions.len())
}

/// A form to be sent that has brought these files, each with its own name in it.
fn form(inside: &Inside, keys: &MailboxKeys, seed: DispatchSeed, files: &[&str]) -> Intake {
    let mut intake = inside.begin(keys, seed, "Bonjour");
    for name in files {
        bring(&mut intake, name, name.as_bytes());
    }
    intake
}

fn keep(inside: &Inside, keys: &MailboxKeys, message: &str) -> Result<Intake, IntakeError> {
    let arrived = std::time::Instant::now();
    let text = DropText { written: Written::message(message), keep: true, draft: None, arrived };
    inside.dropbox.intake(keys.clone(), inside.team(), new_form(), 1000, text)
}

#[test]
fn a_form_that_broke_and_is_sent_again_publishes_what_it_brings_and_leaves_the_rest() {
    let inside = Inside::new();
    let (keys, seed) = (inside.source(), new_form());
    drop(form(&inside, &keys, seed, &["wrong", "one", "two"]));
    let mut again = form(&inside, &keys, seed, &["two", "three", "three", "one"]);
    let receipt = again.finish().unwrap();
    assert_eq!(names(&receipt.files), ["two", "three", "one"]);
    assert_eq!((names(&receipt.left), receipt.outcome), (vec!["wrong"], Outcome::Sent));
    drop(again);
    let [draft] = drafts(&inside, &keys).try_into().ok().unwrap();
    assert_eq!((draft.written.message.as_str(), names(&draft.files)), ("", vec!["wrong"]));
    let members = inside.dropbox.store().dispatches(keys.id).unwrap().remove(0).members;
    assert_eq!(members.len(), 4);

    // The wrong one too, on purpose: nothing is left.
    let mut all = form(&inside, &keys, seed, &["wrong", "two", "three", "one"]);
    let receipt = all.finish().unwrap();
    assert_eq!((receipt.left.len(), receipt.outcome), (0, Outcome::Sent));
    assert!(drafts(&inside, &keys).is_empty());
    assert_eq!(inside.dropbox.store().counts().unwrap().drafts, (0, 0));
}

#[test]
fn the_same_form_with_the_same_content_is_one_dispatch_and_leaves_no_draft() {
    let inside = Inside::new();
    let (keys, seed) = (inside.source(), new_form());
    for outcome in [Outcome::Sent, Outcome::SentBefore, Outcome::SentBefore] {
        assert_eq!(form(&inside, &keys, seed, &["one"]).finish().unwrap().outcome, outcome);
    }
    // With other content, or by another form, it is another.
    assert_eq!(form(&inside, &keys, seed, &[]).finish().unwrap().outcome, Outcome::Sent);
    assert_eq!(form(&inside, &keys, new_form(), &["one"]).finish().unwrap().outcome, Outcome::Sent);
    assert_eq!((sent(&inside, &keys), drafts(&inside, &keys).len()), (3, 0));
}

/// The older upload of a form ends as soon as a newer one begins, wherever it stands, and takes nothing away.
#[test]
fn of_two_uploads_of_one_form_the_newer_one_goes_on() {
    let inside = Inside::new();
    let (keys, seed) = (inside.source(), new_form());
    let mut older = form(&inside, &keys, seed, &["one", "two"]);
    let mut newer = form(&inside, &keys, seed, &["two", "three"]);
    let ended = |error| matches!(error, IntakeError::File(FileError::Store(StoreError::Discarded)));
    assert!(older.finish().is_err_and(ended));
    drop(older);
    let receipt = newer.finish().unwrap();
    assert_eq!((names(&receipt.files), names(&receipt.left)), (vec!["two", "three"], vec!["one"]));
    let store = inside.dropbox.store();
    assert!(store.is_whole(&store.dispatches(keys.id).unwrap()[0]).unwrap());

    // Before it has brought anything, too; and it may be cut: the newest has it all.
    let seed = new_form();
    let [mut first, second] = [0, 1].map(|_| inside.begin(&keys, seed, "Bonjour"));
    let mut file = first.file("one".into()).unwrap();
    let _ = file.write(&vec![7; 3_000_000]);
    assert!(file.finish().is_err_and(ended) || first.finish().is_err_and(ended));
    drop(second);
    let mut third = form(&inside, &keys, seed, &["one"]);
    assert_eq!(third.finish().unwrap().outcome, Outcome::Sent);
    assert_eq!(names(&drafts(&inside, &keys)[0].files), ["one"]);
}

/// Whatever waits longer on its way in: the request that came first is the one to end.
#[test]
fn an_upload_that_came_first_and_begins_later_does_not_end_the_newer_one() {
    let inside = Inside::new();
    let (keys, seed, arrived) = (inside.source(), new_form(), std::time::Instant::now());
    let mut newer = form(&inside, &keys, seed, &["one"]);
    let text = DropText { written: Written::default(), keep: false, draft: None, arrived };
    let late = inside.dropbox.intake(keys.clone(), inside.team(), seed, 1000, text);
    assert!(matches!(late, Err(IntakeError::File(FileError::Store(StoreError::Discarded)))));
    assert_eq!(newer.finish().unwrap().outcome, Outcome::Sent);
    assert!(drafts(&inside, &keys).is_empty());
}

/// Nothing whole is lost in silence: one more draft is refused, and sending directly goes on.
#[test]
fn a_code_has_at_most_twenty_drafts_and_says_when_one_more_is_not_kept() {
    let inside = Inside::new();
    let (keys, own) = (inside.source(), new_form());
    drop(form(&inside, &keys, own, &["mine"]));
    for number in 1..DRAFTS {
        keep(&inside, &keys, &number.to_string()).unwrap().finish().unwrap();
    }
    assert_eq!(drafts(&inside, &keys).len(), DRAFTS);
    assert!(matches!(keep(&inside, &keys, "x"), Err(IntakeError::TooManyDrafts)));
    // A sending is sent; one that breaks says that nothing of it is held.
    let mut direct = form(&inside, &keys, new_form(), &["direct"]);
    assert_eq!(direct.held(), (0, true));
    assert_eq!(direct.finish().unwrap().outcome, Outcome::Sent);
    drop(form(&inside, &keys, new_form(), &["lost"]));
    assert_eq!(drafts(&inside, &keys).len(), DRAFTS);
    // A draft that is there takes more, and goes with its own form.
    let mut again = form(&inside, &keys, own, &["mine", "more"]);
    assert_eq!(again.held(), (2, false));
    assert_eq!(again.finish().unwrap().outcome, Outcome::Sent);
    assert_eq!((drafts(&inside, &keys).len(), sent(&inside, &keys)), (DRAFTS - 1, 2));
    keep(&inside, &keys, "x").unwrap().finish().unwrap();
    // Another code has its own.
    keep(&inside, &inside.source(), "x").unwrap().finish().unwrap();
}

/// A form that is sent may bring as much as a form may, whatever its draft holds.
#[test]
fn a_full_draft_does_not_keep_its_form_from_being_sent() {
    let inside = Inside::with(|config| config.limits.files = 3);
    let (keys, seed) = (inside.source(), new_form());
    drop(form(&inside, &keys, seed, &["a", "b", "c"]));
    let mut other = form(&inside, &keys, seed, &["c", "d", "e"]);
    assert_eq!(other.held(), (3, true));
    let receipt = other.finish().unwrap();
    assert_eq!(
        (names(&receipt.files), names(&receipt.left)),
        (vec!["c", "d", "e"], vec!["a", "b"])
    );
    assert_eq!(names(&drafts(&inside, &keys)[0].files), ["a", "b"]);
}

/// A file that is held and comes again is stored once.
#[test]
fn a_held_file_of_the_same_name_and_content_is_not_stored_twice() {
    let inside = Inside::new();
    let (keys, seed) = (inside.source(), new_form());
    let big = vec![7; 3_000_000];
    for _ in 0..3 {
        let mut intake = inside.begin(&keys, seed, "");
        bring(&mut intake, "big", &big);
    }
    let store = inside.dropbox.store();
    crate::common::wait_for("the older copies to go", || (store.used() < 4 << 20).then_some(()));
    let [draft] = drafts(&inside, &keys).try_into().ok().unwrap();
    inside.dropbox.send_draft(&keys, &draft.shown(), new_form()).unwrap();
    assert!(store.is_whole(&store.dispatches(keys.id).unwrap()[0]).unwrap());
}

/// What a page shows is what is sent; an older page sends nothing.
#[test]
fn a_draft_is_sent_only_as_it_was_shown() {
    let inside = Inside::new();
    let keys = inside.source();
    inside.keep(&keys, "one");
    let older = drafts(&inside, &keys)[0].shown();
    inside.keep(&keys, "two");
    let send = |shown| inside.dropbox.send_draft(&keys, shown, new_form());
    assert!(matches!(send(&older), Err(IntakeError::Unseen)));
    let newer = drafts(&inside, &keys)[0].shown();
    assert_eq!(names(&send(&newer).unwrap().files), ["one", "two"]);
    assert!(matches!(send(&newer), Err(IntakeError::NoDraft)));
    assert_eq!(sent(&inside, &keys), 1);
    // Another source's page is none of this one's.
    inside.keep(&keys, "three");
    let shown = drafts(&inside, &keys)[0].shown();
    let stranger = inside.dropbox.send_draft(&inside.source(), &shown, new_form());
    assert!(matches!(stranger, Err(IntakeError::NoDraft)));
}
