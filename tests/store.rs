//! The store by itself: what is published is there, what is not leaves nothing, not even its bytes.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::common::{files_below, holds, wait_for};
use sourdine::base::clock::Day;
use sourdine::base::ids::{DispatchId, Fingerprint, KeySet, MailboxId};
use sourdine::base::kind::DispatchKind;
use sourdine::store::{
    Dispatch, FileReader, Mailbox, Publication, Published, SealedTo, Store, StoreError, StoredFile,
    Tuning, Withdrawal, create,
};

const ROOMY: u64 = 1 << 40;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        create(&place.data(), &[("name", b"value")], &Tuning::default()).unwrap();
        place
    }

    fn data(&self) -> std::path::PathBuf {
        self.0.path().join("data")
    }

    fn open(&self) -> Store {
        Store::open(&self.data(), ROOMY).unwrap()
    }

    /// As the process that serves; says how many files a crash left.
    fn serve(&self) -> (Store, usize) {
        let (store, recovered) = Store::open_to_serve(&self.data(), ROOMY).unwrap();
        (store, recovered.remains)
    }
}

fn mailbox(number: u8, designation: &str) -> Mailbox {
    let source_recipients = format!("age1source{number}");
    Mailbox { id: MailboxId([number; 16]), designation: designation.into(), source_recipients }
}

fn publication(number: u8, mailbox: &Mailbox, members: Vec<StoredFile>) -> Publication {
    let (id, kind, team, day) =
        (DispatchId([number; 16]), DispatchKind::Submission, "team".into(), Day(20_000));
    let dispatch = Dispatch { id, kind, team, day, fetched: None, members };
    Publication { mailbox: mailbox.clone(), dispatch, sealed_to: None, draft: None, sent_by: None }
}

/// 3 MiB that hold a marker every KiB.
fn marked(marker: &str) -> Vec<u8> {
    marker.bytes().cycle().take(1024).collect::<Vec<_>>().repeat(3 * 1024)
}

fn holds_marker(data: &Path, marker: &str) -> bool {
    files_below(data).iter().any(|file| holds(file, marker.as_bytes()))
}

#[test]
fn what_is_published_is_read_back_after_reopening() {
    let place = Place::new();
    let content = marked("ciphertext");
    let store = place.open();
    let mut upload = store.upload();
    let mut file = upload.file().unwrap();
    file.write_all(&content).unwrap();
    let stored = file.finish().unwrap();
    let new = publication(1, &mailbox(1, "brave-heron"), vec![stored]);
    assert_eq!(upload.publish(new.clone()).unwrap(), Published::Now);
    assert_eq!(upload.publish(new).unwrap(), Published::Before);
    drop((upload, store));

    let store = place.open();
    let found = store.dispatches(MailboxId([1; 16])).unwrap();
    let mut read = Vec::new();
    store.read(found[0].members[0]).read_to_end(&mut read).unwrap();
    assert!(read == content);
    assert_eq!(store.fact("name").unwrap().unwrap(), b"value");
}

#[test]
fn an_upload_that_ends_unpublished_leaves_none_of_its_bytes() {
    let place = Place::new();
    let store = place.open();
    let mut upload = store.upload();
    let mut file = upload.file().unwrap();
    file.write_all(&marked("marker-of-a-cut-upload")).unwrap();
    file.finish().unwrap();
    wait_for("the bytes to arrive", || {
        holds_marker(&place.data(), "marker-of-a-cut-upload").then_some(())
    });
    drop(upload);
    // Secure delete overwrites, the journal is truncated, the file shrinks: no process has to end.
    wait_for("the bytes to be gone", || {
        (!holds_marker(&place.data(), "marker-of-a-cut-upload")).then_some(())
    });
    assert_eq!(store.counts().unwrap().mailboxes, 0);
    wait_for("the file to shrink", || {
        (place.data().join("vault.db").metadata().unwrap().len() < 1 << 20).then_some(())
    });
}

#[test]
fn two_uploads_that_name_one_mailbox_differently_do_not_both_win() {
    let place = Place::new();
    let store = place.open();
    let mut first = store.upload();
    let mut second = store.upload();
    let of = |upload: &mut sourdine::store::Upload| vec![upload.file().unwrap().finish().unwrap()];
    let members = of(&mut first);
    first.publish(publication(1, &mailbox(1, "brave-heron"), members)).unwrap();
    let members = of(&mut second);
    let other_name = publication(2, &mailbox(1, "calm-lake"), members.clone());
    assert!(matches!(second.publish(other_name), Err(StoreError::Changed)));
    let same_name_other_box = publication(2, &mailbox(2, "brave-heron"), members.clone());
    assert!(matches!(second.publish(same_name_other_box), Err(StoreError::Changed)));
    let right = publication(2, &mailbox(1, "brave-heron"), members);
    assert_eq!(second.publish(right).unwrap(), Published::Now);
    assert_eq!(store.dispatches(MailboxId([1; 16])).unwrap().len(), 2);
}

#[test]
fn whom_a_dispatch_is_sealed_to_is_counted_and_goes_with_the_last_that_names_it() {
    let place = Place::new();
    let store = place.open();
    let key = |number: u8| Fingerprint([number; 16]);
    let set = |id: u8, keys: &[u8]| {
        let keys = keys.iter().copied().map(key).collect();
        Some(KeySet { fingerprint: key(id), is_post_quantum: false, keys })
    };
    let sets = [set(11, &[1, 2]), set(11, &[1, 2]), set(12, &[2]), None];
    let here = mailbox(1, "brave-heron");
    for (number, sealed_to) in (1..).zip(sets) {
        let mut upload = store.upload();
        let members = vec![upload.file().unwrap().finish().unwrap()];
        let new = Publication { sealed_to, ..publication(number, &here, members) };
        assert_eq!(upload.publish(new).unwrap(), Published::Now);
    }
    let counts = |keys: Option<&[u8]>, dispatches| SealedTo {
        team: "team".into(),
        keys: keys.map(|keys| keys.iter().copied().map(key).collect()),
        dispatches,
    };
    let all = [counts(None, 1), counts(Some(&[1, 2]), 2), counts(Some(&[2]), 1)];
    assert_eq!(store.sealed_to().unwrap(), all);
    assert_eq!(store.sealed_between("team", here.id).unwrap(), all);
    assert_eq!(store.sealed_between("other", here.id).unwrap(), []);

    let rows = || {
        let index = rusqlite::Connection::open(place.data().join("index.db")).unwrap();
        let sql = "SELECT group_concat(hex(id) || hex(key)) FROM key_set WHERE key = ?";
        let found: Option<String> = index.query_row(sql, [[1_u8; 16]], |row| row.get(0)).unwrap();
        found.is_some()
    };
    for (number, left) in [(1, true), (2, false)] {
        assert_eq!(store.withdraw(here.id, DispatchId([number; 16])).unwrap(), Withdrawal::Done);
        assert_eq!(rows(), left);
    }
    store.erase(here.id).unwrap();
    assert_eq!(store.sealed_to().unwrap(), []);
}

#[test]
fn a_full_vault_refuses_the_newcomer_and_keeps_what_it_has() {
    let place = Place::new();
    let store = Store::open(&place.data(), 8 << 20).unwrap();
    let mut kept = store.upload();
    let mut file = kept.file().unwrap();
    file.write_all(&marked("kept")).unwrap();
    let members = vec![file.finish().unwrap()];
    kept.publish(publication(1, &mailbox(1, "brave-heron"), members)).unwrap();

    let mut upload = store.upload();
    let mut file = upload.file().unwrap();
    let wrote = (0..8).try_for_each(|_| file.write_all(&marked("too-much")));
    let published = wrote.map_err(|_| StoreError::Full).and_then(|()| {
        let members = vec![file.finish()?];
        upload.publish(publication(2, &mailbox(2, "calm-lake"), members))
    });
    assert!(matches!(published, Err(StoreError::Full)));
    drop(upload);

    let mut after = store.upload();
    wait_for("room again", || {
        let mut file = after.file().unwrap();
        file.write_all(b"small").unwrap();
        let members = vec![file.finish().unwrap()];
        after.publish(publication(3, &mailbox(3, "late-bird"), members)).ok()
    });
    let mut read = Vec::new();
    let found = store.dispatches(MailboxId([1; 16])).unwrap();
    store.read(found[0].members[0]).read_to_end(&mut read).unwrap();
    assert!(read == marked("kept"));
}

#[test]
fn another_process_may_write_while_one_serves_and_a_second_may_not_serve() {
    let place = Place::new();
    let serving = place.serve().0;
    let mut under_way = serving.upload();
    let mut file = under_way.file().unwrap();
    file.write_all(&marked("under-way")).unwrap();
    let stored = file.finish().unwrap();

    // A command opens the same store meanwhile: it must not take the upload for a crash's remains.
    let command = place.open();
    assert!(matches!(Store::open_to_serve(&place.data(), ROOMY), Err(StoreError::Served(_))));
    let mut reply = command.upload();
    let members = vec![reply.file().unwrap().finish().unwrap()];
    reply.publish(publication(9, &mailbox(9, "calm-lake"), members)).unwrap();
    drop((reply, command));

    under_way.publish(publication(1, &mailbox(1, "brave-heron"), vec![stored])).unwrap();
    let mut read = Vec::new();
    serving.read(stored).read_to_end(&mut read).unwrap();
    assert!(read == marked("under-way"));
    assert_eq!(serving.counts().unwrap().mailboxes, 2);
}

#[test]
fn an_index_put_back_from_an_older_copy_is_refused_and_removes_nothing() {
    let place = Place::new();
    let old = std::fs::read(place.data().join("index.db")).unwrap();
    let store = place.serve().0;
    let mut upload = store.upload();
    let mut file = upload.file().unwrap();
    file.write_all(&marked("acknowledged")).unwrap();
    let members = vec![file.finish().unwrap()];
    upload.publish(publication(1, &mailbox(1, "brave-heron"), members)).unwrap();
    drop((upload, store));

    let new = std::fs::read(place.data().join("index.db")).unwrap();
    std::fs::write(place.data().join("index.db"), old).unwrap();
    assert!(matches!(Store::open(&place.data(), ROOMY), Err(StoreError::Mismatch(_))));
    std::fs::write(place.data().join("index.db"), new).unwrap();
    let (store, remains) = place.serve();
    assert_eq!(remains, 0);
    let mut read = Vec::new();
    let found = store.dispatches(MailboxId([1; 16])).unwrap();
    store.read(found[0].members[0]).read_to_end(&mut read).unwrap();
    assert!(read == marked("acknowledged"));
}

#[test]
fn only_who_serves_removes_what_a_crash_left() {
    let place = Place::new();
    let mut vault = rusqlite::Connection::open(place.data().join("vault.db")).unwrap();
    let change = vault.transaction().unwrap();
    change
        .execute(
            "INSERT INTO chunk (file, seq, data) VALUES (?, 0, ?)",
            ([7_u8; 16], marked("remains")),
        )
        .unwrap();
    change.commit().unwrap();
    drop(vault);
    drop(place.open());
    assert!(holds_marker(&place.data(), "remains"), "a command that looks removes nothing");
    let (_store, remains) = place.serve();
    assert_eq!(remains, 1);
    wait_for("the remains to be gone", || (!holds_marker(&place.data(), "remains")).then_some(()));
}

#[test]
fn a_file_is_read_from_any_place_whatever_the_size_of_its_chunks() {
    let place = Place::new();
    let content: Vec<u8> = (0..250_000_u32).map(|at| (at % 251) as u8).collect();
    // Chunks of several sizes in one vault: each file has its own.
    let stored: Vec<StoredFile> = [1_000, 65_536, 1 << 20]
        .iter()
        .zip(1..)
        .map(|(chunk, number)| {
            let tuning = Tuning { chunk: *chunk, ..Tuning::default() };
            let store = Store::open_tuned(&place.data(), ROOMY, tuning).unwrap();
            let mut upload = store.upload();
            let mut file = upload.file().unwrap();
            file.write_all(&content).unwrap();
            let stored = file.finish().unwrap();
            let mailbox = mailbox(number, &format!("brave-heron-{number}"));
            upload.publish(publication(number, &mailbox, vec![stored])).unwrap();
            stored
        })
        .collect();
    let store = place.open();
    for file in stored {
        let mut reader = store.read(file);
        // Forwards, backwards, where chunks meet, in the last one, at the end and beyond.
        for at in [0, 131_072, 131_071, 5, 999, 1_000, 200_000, 249_999, 0, 250_000, 999_999] {
            assert_eq!(reader.seek(SeekFrom::Start(at)).unwrap(), at);
            let mut read = vec![0; 3_000];
            let n = (&mut reader).take(3_000).read(&mut read).unwrap();
            let rest = content.get(usize::try_from(at).unwrap()..).unwrap_or_default();
            assert_eq!(n == 0, rest.is_empty());
            assert!(rest.starts_with(&read[..n]));
        }
        reader.seek(SeekFrom::End(-70_000)).unwrap();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert!(rest == content[180_000..]);
        assert!(reader.seek(SeekFrom::Current(-300_000)).is_err());
    }
}

#[test]
fn a_file_that_lost_a_chunk_is_never_read_as_something_else() {
    let place = Place::new();
    let store = place.open();
    let mut upload = store.upload();
    let mut file = upload.file().unwrap();
    file.write_all(&marked("ciphertext")).unwrap();
    let stored = file.finish().unwrap();
    upload.publish(publication(1, &mailbox(1, "brave-heron"), vec![stored])).unwrap();
    let vault = rusqlite::Connection::open(place.data().join("vault.db")).unwrap();
    vault.execute("DELETE FROM chunk WHERE seq = 1", []).unwrap();
    let mut reader = store.read(stored);
    let begins = |at: u64, reader: &mut FileReader| {
        reader.seek(SeekFrom::Start(at)).unwrap();
        reader.read(&mut [0; 16])
    };
    assert_eq!(begins(0, &mut reader).unwrap(), 16);
    assert!(begins(1 << 20, &mut reader).is_err());
    assert_eq!(begins(2 << 20, &mut reader).unwrap(), 16);
    // And if it is longer than the index says, it is not the file that was stored.
    let mut other = store.read(StoredFile { size: stored.size - 5, ..stored });
    assert!(begins(2 << 20, &mut other).is_err());
    assert!(store.read(stored).read_to_end(&mut Vec::new()).is_err());
}
