//! What the desk hands out: a bundle that is made while it is read. However often a download breaks, what comes
//! together is byte for byte what `export` writes, and it opens; what was not served whole does not count.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::common::inside::Inside;
use crate::common::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use sourdine::base::clock::Day;
use sourdine::bundle::write::BundleWriter;
use sourdine::dropbox::Outcome;
use sourdine::dropbox::download::Download;
use sourdine::dropbox::download_progress::DownloadProgress;
use sourdine::store::{Dispatch, Mailbox};

const DAY: Day = Day(inside::FIRST);
const NAME: &str = "box-2024-10-04-0007";

fn document(size: u32, seed: u32) -> Vec<u8> {
    (0..size).map(|at| ((at / 251 + at + seed) % 256) as u8).collect()
}

/// A box in which two sources sent three dispatches: files larger than a chunk of the store, several small
/// ones, and a message alone.
fn filled() -> (Inside, Vec<(Mailbox, Dispatch)>) {
    let inside = Inside::new();
    let send = |message: &str, files: &[(&str, Vec<u8>)], source| {
        let mut intake = inside.begin(source, inside::new_form(), message);
        for (name, content) in files {
            let mut file = intake.file((*name).to_owned()).unwrap();
            file.write(content).unwrap();
            file.finish().unwrap();
        }
        assert_eq!(intake.finish().unwrap().outcome, Outcome::Sent);
    };
    let (one, two) = (inside.source(), inside.source());
    send("Bonjour", &[("large.bin", document(2_600_000, 1)), ("small.txt", document(9, 2))], &one);
    send("Only words", &[], &one);
    let many: Vec<_> =
        [1_u32, 70_000, 500_000, 16_384].map(|size| ("x.pdf", document(size, size))).into();
    send("", &many, &two);
    let frozen = inside.dropbox.store().to_export("team", true).unwrap();
    assert_eq!(frozen.len(), 3);
    (inside, frozen)
}

/// The same bundle as files.
fn written(inside: &Inside, frozen: &[(Mailbox, Dispatch)], limit: u64) -> Vec<Vec<u8>> {
    let dir = tempfile::tempdir_in(inside.dir.path()).unwrap();
    let mut bundle = BundleWriter::with_volumes(&dir.path().join("bundle.tar"), limit).unwrap();
    for (mailbox, dispatch) in frozen {
        let mut members = dispatch.members.iter().map(|member| {
            let mut sealed = Vec::new();
            inside.dropbox.store().read(*member).read_to_end(&mut sealed).unwrap();
            sealed
        });
        let (manifest, id) = (members.next().unwrap(), dispatch.id.to_string());
        bundle.dispatch(dispatch.kind, &mailbox.designation, &id, dispatch.day, manifest).unwrap();
        for (number, sealed) in (1..).zip(members) {
            let size = sealed.len() as u64;
            bundle.file(number, size, |out| out.write_all(&sealed)).unwrap();
        }
    }
    bundle.finish().unwrap().iter().map(|path| fs::read(path).unwrap()).collect()
}

fn read(bundle: &Download, volume: usize, range: Range<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    bundle.reader(volume, range).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Downloads every volume into `dir`, each broken again and again and gone on with; `served` hears of each piece.
fn download(
    bundle: &Download,
    dir: &Path,
    dice: &mut Xoshiro256PlusPlus,
    mut served: impl FnMut(usize, Range<u64>),
) -> Vec<PathBuf> {
    (1..=bundle.volumes())
        .map(|volume| {
            let length = bundle.len(volume).unwrap();
            let mut got: Vec<u8> = Vec::new();
            while (got.len() as u64) < length {
                let from = got.len() as u64;
                let breaks_after = 1 + dice.random_range(0..700_000);
                let mut reader = bundle.reader(volume, from..length).take(breaks_after);
                let n = reader.read_to_end(&mut got).unwrap() as u64;
                served(volume, from..from + n);
            }
            let path = dir.join(bundle.name(volume));
            fs::write(&path, got).unwrap();
            path
        })
        .collect()
}

#[test]
fn a_download_that_breaks_again_and_again_is_the_bundle_that_export_writes() {
    let (inside, frozen) = filled();
    let exported = inside.path("exported.tar");
    inside.dropbox.export("team", true, &exported, &|_, _| ()).unwrap();
    let whole = inside.dropbox.download(frozen.clone(), false, NAME);
    assert_eq!((whole.volumes(), whole.dispatches()), (1, 3));
    assert!(read(&whole, 1, 0..u64::MAX) == fs::read(exported).unwrap());

    let bundle = inside.dropbox.download_in_volumes(frozen.clone(), false, NAME, 400_000);
    let files = written(&inside, &frozen, 400_000);
    assert!(files.len() > 3 && bundle.volumes() == files.len());
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(7);
    for (volume, file) in (1..).zip(&files) {
        let length = bundle.len(volume).unwrap();
        assert_eq!(length, file.len() as u64);
        for _ in 0..40 {
            let (from, to) = (dice.random_range(0..length), dice.random_range(0..length + 5_000));
            let end = usize::try_from(to.min(length)).unwrap();
            let wanted = file.get(usize::try_from(from).unwrap()..end).unwrap_or_default();
            assert!(read(&bundle, volume, from..to) == wanted, "{volume}: {from}..{to}");
        }
    }
    assert_eq!((bundle.len(0), bundle.len(files.len() + 1)), (None, None));
    assert!(read(&bundle, files.len() + 1, 0..5).is_empty());

    let volumes = download(&bundle, inside.dir.path(), &mut dice, |_, _| ());
    let names: Vec<_> = volumes.iter().map(|v| v.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names[..2], [format!("{NAME}.tar"), format!("{NAME}.2.tar")]);
    for (path, file) in volumes.iter().zip(&files) {
        assert!(fs::read(path).unwrap() == *file);
    }
    let opened = inside.path("opened");
    ok(&mut inside.editor.open(&volumes, &opened));
    let contents: BTreeSet<Vec<u8>> =
        files_below(&opened).iter().map(|path| fs::read(path).unwrap()).collect();
    for content in [document(2_600_000, 1), document(70_000, 70_000), b"Only words".to_vec()] {
        assert!(contents.contains(&content));
    }
    // Stock tools alone.
    let tree = inside.path("tree");
    stock_untar(&volumes[0], &tree);
    let manifest =
        files_below(&tree).into_iter().find(|f| f.ends_with("manifest.json.age")).unwrap();
    assert!(inside.editor.stock_open(&manifest).starts_with(b"{"));
}

#[test]
fn a_tag_names_the_bytes_and_nothing_else() {
    let (inside, frozen) = filled();
    let tag = |frozen: &[(Mailbox, Dispatch)], only, volume| {
        inside.dropbox.download_in_volumes(frozen.to_vec(), only, NAME, 400_000).etag(volume)
    };
    let first = tag(&frozen, false, 1);
    assert!(first.len() == 34 && first.starts_with('"') && first.ends_with('"'), "{first}");
    assert_eq!(tag(&frozen, false, 1), first);
    let mut other_file = frozen.clone();
    other_file[0].1.members[0] = other_file[1].1.members[0];
    let mut other_day = frozen.clone();
    other_day[1].1.day = Day(DAY.0 + 1);
    let mut other_name = frozen.clone();
    other_name[2].0.designation = "calm-heron".into();
    let mut tags = BTreeSet::from([
        first,
        tag(&frozen, false, 2),
        tag(&frozen, true, 1),
        tag(&frozen[1..], false, 1),
        tag(&other_file, false, 1),
        tag(&other_day, false, 1),
        tag(&other_name, false, 1),
        tag(&[], false, 1),
    ]);
    assert_eq!(tags.len(), 8);
    // Whatever else a row says is not in the bundle.
    let mut fetched = frozen.clone();
    fetched[0].1.fetched = Some(DAY);
    assert!(!tags.insert(tag(&fetched, false, 1)));
}

#[test]
fn a_dispatch_counts_once_all_of_it_was_served() {
    let (inside, frozen) = filled();
    let ids: BTreeSet<_> = frozen.iter().map(|(_, dispatch)| dispatch.id).collect();
    for (limit, seed) in [(400_000, 1), (u64::MAX, 2), (1_200_000, 3)] {
        let bundle = inside.dropbox.download_in_volumes(frozen.clone(), false, NAME, limit);
        let progress = DownloadProgress::default();
        let mut complete = Vec::new();
        download(
            &bundle,
            inside.dir.path(),
            &mut Xoshiro256PlusPlus::seed_from_u64(seed),
            |volume, range| {
                // Some of it may have been lost on its way, and is asked for again.
                let from = range.start.saturating_sub(9_000);
                complete.extend(progress.served([1; 16], &bundle, volume, from..range.end));
            },
        );
        assert_eq!(complete.len(), 3, "each is told once");
        assert_eq!(complete.into_iter().collect::<BTreeSet<_>>(), ids);
        let length = bundle.len(1).unwrap();
        let again = progress.served([1; 16], &bundle, 1, 0..length);
        assert!(again.is_empty(), "none is told again");

        // From the last volume to the first. The last byte of one does not count with a gap before it.
        let progress = DownloadProgress::default();
        let served = |volume, range| progress.served([1; 16], &bundle, volume, range);
        let mut whole = Vec::new();
        for volume in (1..=bundle.volumes()).rev() {
            let length = bundle.len(volume).unwrap();
            assert!(served(volume, length / 2 + 1..length).is_empty());
            assert!(served(volume, 0..length / 2).is_empty());
            assert!(whole.len() < 3);
            whole.extend(served(volume, length / 2..length));
        }
        assert_eq!(whole.len(), 3, "each is told once");
        assert_eq!(whole.into_iter().collect::<BTreeSet<_>>(), ids);
        for wrong in [0, bundle.volumes() + 1] {
            assert!(served(wrong, 0..u64::MAX).is_empty());
        }
    }
}

#[test]
fn manifests_alone_are_listed_but_not_opened_as_whole_and_count_for_nothing() {
    let (inside, frozen) = filled();
    let bundle = inside.dropbox.download(frozen, true, NAME);
    assert!(bundle.len(1).unwrap() < 100_000);
    assert_eq!(bundle.name(1), format!("{NAME}-manifests.tar"));
    let progress = DownloadProgress::default();
    let volumes = download(
        &bundle,
        inside.dir.path(),
        &mut Xoshiro256PlusPlus::seed_from_u64(5),
        |volume, range| {
            assert!(progress.served([1; 16], &bundle, volume, range).is_empty());
        },
    );
    let list = |args: &[&str]| {
        let mut command = inside.editor.open(&volumes, &inside.path("unused"));
        String::from_utf8(ok(command.args(args)).stdout).unwrap()
    };
    let said = list(&["--list"]);
    for text in
        ["Only words", "large.bin", "The files are not in this bundle: it holds the manifest alone"]
    {
        assert!(said.contains(text), "{text}: {said}");
    }
    assert_eq!(said.matches("not in this bundle").count(), 2, "{said}");
    assert_eq!(list(&["--list", "--json"]).lines().count(), 3);

    let to = inside.path("opened");
    let error = fails(&mut inside.editor.open(&volumes, &to));
    assert!(error.contains("the files of 2 dispatch(es) are not in this bundle"), "{error}");
    let summary = fs::read_to_string(to.join("SUMMARY.txt")).unwrap();
    assert_eq!(summary.matches("This bundle holds the manifest alone.").count(), 2, "{summary}");
}

#[test]
fn what_is_deleted_while_it_is_read_is_an_error_and_never_other_bytes() {
    let (inside, frozen) = filled();
    let store = inside.dropbox.store();
    let bundle = inside.dropbox.download(frozen.clone(), false, NAME);
    let before = read(&bundle, 1, 0..u64::MAX);
    let (mailbox, gone) =
        frozen.iter().max_by_key(|(_, d)| d.members.iter().map(|m| m.size).max()).unwrap();
    assert!(store.delete_dispatch("team", mailbox.id, gone.id).unwrap());
    wait_for("the file to go", || (!store.is_whole(gone).unwrap()).then_some(()));
    wait_for("all of it to go", || {
        let mut empty = gone.clone();
        empty.members.iter_mut().for_each(|member| member.size = 0);
        store.is_whole(&empty).unwrap().then_some(())
    });
    let mut got = Vec::new();
    assert!(bundle.reader(1, 0..u64::MAX).read_to_end(&mut got).is_err());
    assert!(before.starts_with(&got) && got.len() < before.len());
    // What stands behind it is read as before.
    let end = before.len() as u64;
    assert!(read(&bundle, 1, end - 1024..end) == before[before.len() - 1024..]);
}

#[test]
fn what_was_served_is_remembered_by_list_as_long_as_its_bytes_are_the_same() {
    let (inside, frozen) = filled();
    let bundle =
        |frozen: &[(Mailbox, Dispatch)], only| inside.dropbox.download(frozen.to_vec(), only, NAME);
    let progress = DownloadProgress::default();
    let served = |list, bundle: &Download, range| progress.served(list, bundle, 1, range).len();
    let whole = bundle(&frozen, false);
    let (length, half) = (whole.len(1).unwrap(), whole.len(1).unwrap() / 2);
    assert_eq!(served([1; 16], &whole, 0..half), 0);
    // Another list, and the same with manifests alone, know nothing of it.
    assert_eq!(served([2; 16], &whole, half..length), 0);
    assert_eq!(served([1; 16], &bundle(&frozen, true), 0..u64::MAX), 0);
    // Something was deleted: the offsets are others now.
    assert_eq!(served([3; 16], &whole, 0..half), 0);
    assert_eq!(served([3; 16], &bundle(&frozen[1..], false), 0..1), 0);
    assert_eq!(served([3; 16], &whole, half..length), 0);
    // What was served before and what comes now make three, whoever made the bundle.
    assert_eq!(served([1; 16], &bundle(&frozen, false), half..length), 3);
    // It does not grow without end; what was asked for least lately goes.
    assert_eq!(served([4; 16], &whole, 0..half), 0);
    for list in 0..2_000_u32 {
        let mut id = [9; 16];
        id[..4].copy_from_slice(&list.to_be_bytes());
        served(id, &whole, 0..1);
    }
    assert_eq!(served([4; 16], &whole, half..length), 0);
    assert_eq!(served([4; 16], &whole, 0..length), 3);
}

/// Eight messages of one day: in an export, in a list that was ticked in any order, and in what `open` makes of either.
#[test]
fn what_a_source_sent_on_one_day_is_opened_in_that_order() {
    let inside = Inside::new();
    let source = inside.source();
    let sent: Vec<_> = (0..8).map(|number| format!("message {number}")).collect();
    for message in &sent {
        let mut intake = inside.begin(&source, inside::new_form(), message);
        assert_eq!(intake.finish().unwrap().outcome, Outcome::Sent);
    }
    let store = inside.dropbox.store();
    let (exported, downloaded) = (inside.path("exported.tar"), inside.path("downloaded.tar"));
    inside.dropbox.export("team", true, &exported, &|_, _| ()).unwrap();
    let mut ticked: Vec<_> =
        store.dispatches(source.id).unwrap().iter().map(|one| one.id).collect();
    ticked.sort_unstable();
    let account = sourdine::store::Account {
        name: "anne".into(),
        teams: vec!["team".into()],
        credentials: Vec::new(),
        credential_version: [0; 16],
        feed: None,
    };
    assert!(store.add_account(account).unwrap());
    assert_eq!(store.freeze([1; 16], "anne", "team", DAY, ticked).unwrap(), sent.len());
    let items = store.frozen([1; 16]).unwrap().unwrap().items;
    let bundle = inside.dropbox.download(items, false, NAME);
    fs::write(&downloaded, read(&bundle, 1, 0..u64::MAX)).unwrap();
    for bundle in [exported, downloaded] {
        let mut command = inside.editor.open([&bundle], &inside.path("nothing"));
        let listed = ok(command.args(["--list", "--json"])).stdout;
        let listed = String::from_utf8(listed).unwrap();
        let message = |line: &str| {
            let manifest: serde_json::Value = serde_json::from_str(line).unwrap();
            manifest["message"].as_str().unwrap().to_owned()
        };
        assert_eq!(listed.lines().map(message).collect::<Vec<_>>(), sent, "{}", bundle.display());
    }
}
