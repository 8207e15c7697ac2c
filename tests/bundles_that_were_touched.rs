//! Bundles in several volumes, and bundles that somebody altered, cut or put together anew: what is
//! not as it was sealed is never written, and `open` says so.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::*;
use proptest::prelude::*;
use sourdine::base::clock::Day;
use sourdine::base::kind::DispatchKind;
use sourdine::bundle::manifest::{FileEntry, Manifest};
use sourdine::bundle::path::MemberPath;
use sourdine::bundle::read::{self, BundleEntry};
use sourdine::bundle::write::BundleWriter;
use sourdine::crypto::padding;
use sourdine::crypto::seal::Recipients;

const MAILBOX: &str = "brave-heron";
const DISPATCH: &str = "00112233445566778899aabbccddeeff";
/// age's payload: 64 KiB of plaintext a chunk, each with a tag (c2sp.org/age).
const TAG: usize = 16;
const CHUNK: usize = 65_536 + TAG;

/// Files by the name that `open` gives them.
type Files = BTreeMap<String, Vec<u8>>;

fn files(sizes: &[usize]) -> Files {
    let content = |number: usize, size: usize| {
        (0..size).map(|at| (at / 251 + at + 100 * number) as u8).collect()
    };
    (1..)
        .zip(sizes)
        .map(|(number, size)| (format!("file{number}.bin"), content(number, *size)))
        .collect()
}

/// Writes a dispatch of these files, in volumes of at most `limit` bytes.
fn write(bundle: &Path, editor: &Editor, files: &Files, limit: u64) -> Vec<PathBuf> {
    let recipients = Recipients::proven(vec![editor.recipient.parse().unwrap()]).unwrap();
    let mut sealed = Vec::new();
    let mut manifest = Manifest {
        version: 1,
        kind: DispatchKind::Submission,
        dispatch: DISPATCH.into(),
        mailbox: MAILBOX.into(),
        source_recipients: vec![editor.recipient.clone()],
        team: "team".into(),
        recipients: recipients.texts(),
        day: "2026-11-21".into(),
        author: String::new(),
        message: "Bonjour".into(),
        answers: Vec::new(),
        files: Vec::new(),
        resealed: None,
    };
    for (position, (name, bytes)) in files.iter().enumerate() {
        let mut writer = recipients.seal_file(Vec::new()).unwrap();
        writer.write(bytes).unwrap();
        let (out, digested) = writer.finish().unwrap();
        manifest.files.push(FileEntry::new(
            position,
            name.clone(),
            digested.size,
            digested.sha256_hex(),
        ));
        sealed.push(out);
    }
    let mut writer = BundleWriter::with_volumes(bundle, limit).unwrap();
    let manifest = recipients.seal_manifest(&manifest.to_json().unwrap(), Vec::new()).unwrap();
    writer.dispatch(DispatchKind::Submission, MAILBOX, DISPATCH, Day(20_778), manifest).unwrap();
    for (number, bytes) in (1..).zip(sealed) {
        writer.file(number, bytes.len() as u64, |out| out.write_all(&bytes)).unwrap();
    }
    writer.finish().unwrap()
}

fn open<P: AsRef<OsStr>>(
    editor: &Editor,
    bundles: impl IntoIterator<Item = P>,
    to: &Path,
) -> Output {
    editor.open(bundles, to).output().unwrap()
}

/// Every file that was written is whole; returns how many there are.
fn whole_files(to: &Path, sent: &Files) -> usize {
    let Ok(dir) = fs::read_dir(to.join(MAILBOX).join(DISPATCH).join("files")) else { return 0 };
    let written: Vec<_> = dir.map(|entry| entry.unwrap().path()).collect();
    for path in &written {
        let name = path.file_name().unwrap().to_str().unwrap();
        let sent = sent.get(name).unwrap_or_else(|| panic!("{name} was never sent"));
        assert!(fs::read(path).unwrap() == *sent, "{name} is not what was sent");
    }
    written.len()
}

#[test]
fn a_bundle_in_several_volumes_opens_as_one_in_any_order() {
    let dir = tempfile::tempdir().unwrap();
    let editor = Editor::new(dir.path(), "key");
    let sent = files(&[100_000, 90_000, 1, 300_000, 80_000]);
    let mut volumes = write(&dir.path().join("bundle.tar"), &editor, &sent, 250_000);
    let names: Vec<_> = volumes.iter().map(|v| v.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["bundle.tar", "bundle.2.tar", "bundle.3.tar"]);
    assert!(fs::metadata(&volumes[0]).unwrap().len() <= 250_000);
    for (number, order) in ["one after the other", "from the last"].iter().enumerate() {
        let to = dir.path().join(format!("opened{number}"));
        let output = open(&editor, &volumes, &to);
        assert!(output.status.success(), "{order}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(whole_files(&to, &sent), sent.len());
        volumes.reverse();
    }
}

#[test]
fn one_volume_alone_gives_its_files_and_says_which_are_missing() {
    let dir = tempfile::tempdir().unwrap();
    let editor = Editor::new(dir.path(), "key");
    let sent = files(&[100_000, 90_000, 1, 300_000, 80_000]);
    let volumes = write(&dir.path().join("bundle.tar"), &editor, &sent, 250_000);
    let mut found = 0;
    for (number, volume) in volumes.iter().enumerate() {
        // Each is a bundle by itself, for stock tools too.
        let tree = dir.path().join(format!("tree{number}"));
        stock_untar(volume, &tree);
        assert!(tree.join("README.txt").exists());
        let manifest = tree.join(MAILBOX).join(DISPATCH).join("manifest.json.age");
        assert!(String::from_utf8(editor.stock_open(&manifest)).unwrap().contains("Bonjour"));

        let to = dir.path().join(format!("opened{number}"));
        let output = open(&editor, [volume], &to);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let here = whole_files(&to, &sent);
        let missing = sent.len() - here;
        assert_eq!(
            said.matches("missing from the bundle; fetch every volume").count(),
            missing,
            "{said}"
        );
        assert!(said.contains(&format!("{missing} file(s) missing or altered")), "{said}");
        let summary = fs::read_to_string(to.join("SUMMARY.txt")).unwrap();
        assert_eq!(summary.matches("! files/").count(), missing, "{summary}");
        assert_eq!(summary.matches("\n! ").count(), missing, "{summary}");
        found += here;
    }
    assert_eq!(found, sent.len());
}

/// A bundle, its bytes, and what stands where.
struct Sample {
    dir: tempfile::TempDir,
    editor: Editor,
    sent: Files,
    bytes: Vec<u8>,
    entries: Vec<(MemberPath, BundleEntry)>,
}

impl Sample {
    /// A manifest and three files, the last of several chunks.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let editor = Editor::new(dir.path(), "key");
        let sent = files(&[2_000, 2_000, 250_000]);
        let path = dir.path().join("bundle.tar");
        write(&path, &editor, &sent, u64::MAX);
        let entries = read::scan_file(&path).unwrap();
        assert_eq!(entries.len(), 4);
        Self { bytes: fs::read(&path).unwrap(), dir, editor, sent, entries }
    }

    fn content(&self, member: usize) -> &[u8] {
        let entry = &self.entries[member].1;
        &self.bytes[entry.offset as usize..][..entry.size as usize]
    }

    /// These members as a bundle, named as the original's in this order.
    fn packed(&self, contents: &[Vec<u8>]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for ((path, _), content) in self.entries.iter().zip(contents) {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, path.to_string(), content.as_slice()).unwrap();
        }
        tar.into_inner().unwrap()
    }

    /// Opens these bytes: whether all was there, after a look that nothing wrong was written.
    fn opens_whole(&self, bytes: &[u8]) -> bool {
        let run = tempfile::tempdir_in(self.dir.path()).unwrap();
        let (bundle, to) = (run.path().join("touched.tar"), run.path().join("opened"));
        fs::File::create(&bundle).and_then(|mut file| file.write_all(bytes)).unwrap();
        let output = open(&self.editor, [bundle], &to);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let whole = whole_files(&to, &self.sent);
        match output.status.code() {
            Some(0) => assert_eq!(whole, self.sent.len()),
            Some(1) => assert!(said.starts_with("sourdine: "), "{said}"),
            _ => panic!("{output:?}"),
        }
        assert!(files_below(run.path()).iter().all(|f| f.extension().is_none_or(|e| e != "part")));
        output.status.success()
    }
}

fn cases(number: u32) -> ProptestConfig {
    ProptestConfig { cases: number, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn a_bundle_with_an_altered_byte_never_opens_whole() {
    let sample = Sample::new();
    assert!(sample.opens_whole(&sample.bytes));
    // The header of a member, or anywhere in it.
    let place = (
        0..4_usize,
        prop_oneof![0..400_usize, any::<prop::sample::Index>().prop_map(|i| i.index(300_000))],
    );
    proptest!(cases(64), |((member, at) in place, flip in 1..=255_u8)| {
        let entry = &sample.entries[member].1;
        let mut bytes = sample.bytes.clone();
        bytes[entry.offset as usize + at % entry.size as usize] ^= flip;
        prop_assert!(!sample.opens_whole(&bytes));
    });
    // Anywhere at all, between the members too: it may open, but only as what was sent.
    proptest!(cases(32), |(at in any::<prop::sample::Index>(), flip in 1..=255_u8)| {
        let mut bytes = sample.bytes.clone();
        bytes[at.index(sample.bytes.len())] ^= flip;
        sample.opens_whole(&bytes);
    });
}

#[test]
fn a_bundle_that_was_cut_never_opens_whole() {
    let sample = Sample::new();
    // Its end too: what is cut between two dispatches must not look whole.
    let end = sample.bytes.len();
    let borders =
        sample.entries.iter().flat_map(|(_, e)| [e.offset, e.offset - 512, e.offset + e.size / 2]);
    for length in
        borders.map(|at| at as usize).chain([0, 1, 511, 512, end - 1024, end - 512, end - 1])
    {
        assert!(!sample.opens_whole(&sample.bytes[..length]), "{length}");
    }
    proptest!(cases(48), |(length in 0..end)| {
        prop_assert!(!sample.opens_whole(&sample.bytes[..length]));
    });
}

#[test]
fn members_and_chunks_that_changed_places_never_open_whole() {
    let sample = Sample::new();
    let members: Vec<Vec<u8>> = (0..4).map(|member| sample.content(member).to_vec()).collect();
    assert!(sample.opens_whole(&sample.packed(&members)));
    proptest!(cases(24), |(order in Just([0, 1, 2, 3_usize]).prop_shuffle())| {
        let swapped: Vec<_> = order.iter().map(|member| members[*member].clone()).collect();
        prop_assert_eq!(sample.opens_whole(&sample.packed(&swapped)), order == [0, 1, 2, 3]);
    });
    // The last file's payload in chunks, behind its header and its nonce.
    let file = &members[3];
    let padded = padding::padded_file(250_000) as usize;
    let chunks = padded.div_ceil(CHUNK - TAG);
    let (head, body) = file.split_at(file.len() - padded - chunks * TAG);
    let pieces: Vec<&[u8]> = body.chunks(CHUNK).collect();
    assert_eq!(pieces.len(), chunks);
    proptest!(cases(40), |(order in prop::collection::vec(0..chunks, 0..=chunks + 1))| {
        let touched: Vec<u8> = head.iter().chain(order.iter().flat_map(|n| pieces[*n])).copied().collect();
        let mut with = members.clone();
        with[3] = touched;
        let same = order.iter().copied().eq(0..chunks);
        prop_assert_eq!(sample.opens_whole(&sample.packed(&with)), same);
    });
}

#[test]
fn a_member_that_was_left_out_or_added_is_told() {
    let sample = Sample::new();
    let members: Vec<Vec<u8>> = (0..4).map(|member| sample.content(member).to_vec()).collect();
    for kept in 0..4 {
        assert!(!sample.opens_whole(&sample.packed(&members[..kept])), "{kept}");
    }
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |path: String, content: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, path, content).unwrap();
    };
    sample
        .entries
        .iter()
        .zip(&members)
        .for_each(|((path, _), content)| add(path.to_string(), content));
    add(format!("{MAILBOX}/{DISPATCH}/0004.age"), &members[1]);
    assert!(!sample.opens_whole(&tar.into_inner().unwrap()));
}

#[test]
fn a_bundle_that_was_packed_anew_opens_or_is_said_to_be_that() {
    let sample = Sample::new();
    let run = tempfile::tempdir_in(sample.dir.path()).unwrap();
    let at = |name: &str| run.path().join(name);
    let original = at("bundle.tar");
    fs::write(&original, &sample.bytes).unwrap();
    stock_untar(&original, &at("tree"));
    let pack = |format: &str, bundle: &str, from: &str, what: &str| {
        let mut tar = std::process::Command::new("tar");
        tar.arg(format).arg("-cf").arg(at(bundle)).arg("-C").arg(at(from)).arg(what);
        ok(&mut tar);
    };
    // With its folders, with a `./` before each path, in each format that stock tar writes.
    for format in
        ["--format=gnu", "--format=posix", "--format=ustar", "--format=v7", "--format=oldgnu"]
    {
        pack(format, "again.tar", "tree", ".");
        assert!(sample.opens_whole(&fs::read(at("again.tar")).unwrap()), "{format}");
    }
    pack("--format=gnu", "around.tar", ".", "tree");
    pack("--format=gnu", "within.tar", ".", "bundle.tar");
    pack("--gzip", "packed.tar.gz", "tree", ".");
    ok(std::process::Command::new("python3")
        .args(["-m", "zipfile", "-c"])
        .arg(at("b.zip"))
        .arg(&original));
    for (name, says) in [
        ("around.tar", "with the folder tree around it; unpack it"),
        ("within.tar", "holds bundle.tar; unpack it first"),
        ("packed.tar.gz", "is packed with gzip, not a bundle; unpack it first"),
        ("b.zip", "is a zip archive, not a bundle; unpack it first"),
    ] {
        let said = fails(&mut sample.editor.open([at(name)], &at("opened")));
        assert!(said.contains(says) && !at("opened").exists(), "{name}: {said}");
    }
}
