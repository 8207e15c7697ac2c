//! `sourdine reseal`: what one editor can open is sealed again to another, whole and checked, or nothing is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::common::dispatches::{Desk, Dispatch, bundle};
use crate::common::wire::Document;
use crate::common::*;
use serde_json::Value;
use sourdine::base::kind::DispatchKind;

fn reseal(editor: &Editor, bundles: &[&Path], to: &[&str], output: &Path) -> Command {
    let mut command = sourdine();
    command.arg("reseal").args(bundles).arg("-i").arg(&editor.key).arg("-o").arg(output);
    command.args(to.iter().flat_map(|recipient| ["--recipient", recipient]));
    command
}

fn manifests(tree: &Path) -> Vec<PathBuf> {
    files_below(tree).into_iter().filter(|file| file.ends_with("manifest.json.age")).collect()
}

#[test]
fn a_new_editor_opens_it_with_stock_tools_answers_and_for_the_others_it_is_the_same_dispatch() {
    let site = Box_::served(2, &[]);
    let [old, colleague] = [&site.editors[0], &site.editors[1]];
    let joins = Editor::stock(site.dir.path(), "joins");
    let files = [("contract.pdf", 300_000), ("empty.txt", 0), ("été ✓.odt", 65_536)];
    let files = files.map(|(name, length)| Document::new(&site, name, length));
    let form = site.form("en");
    let paths: Vec<_> = files.iter().map(Document::path).collect();
    site.send(&form, "Bonjour", &paths).must_say(msg("receipt-title"));
    let again = Form { code: form.code.clone(), ..site.form("en") };
    site.send(&again, "More", &[]).must_say(msg("receipt-title"));
    let bundle = site.export("bundle.tar");
    let archive = site.path("archive");
    ok(&mut old.open([&bundle], &archive));

    let new = site.path("for-joins.tar");
    let capitals = joins.recipient.to_uppercase();
    let done = ok(&mut reseal(old, &[&bundle], &[&capitals, &old.recipient], &new));
    assert_eq!(String::from_utf8(done.stdout).unwrap().trim(), new.to_str().unwrap());

    // `tar`, `age` and `head` alone.
    let (tree, before) = (site.path("tree"), site.path("before"));
    stock_untar(&new, &tree);
    stock_untar(&bundle, &before);
    let listed = |tree: &Path| -> Vec<PathBuf> {
        let mut all = files_below(tree);
        all.sort();
        all.iter().map(|file| file.strip_prefix(tree).unwrap().to_owned()).collect()
    };
    assert_eq!(listed(&tree), listed(&before), "the same members at the same places");
    let mut found = 0;
    for sealed in manifests(&tree) {
        let manifest: Value = serde_json::from_slice(&joins.stock_open(&sealed)).unwrap();
        let was = before.join(sealed.strip_prefix(&tree).unwrap());
        let mut was: Value = serde_json::from_slice(&old.stock_open(&was)).unwrap();
        let resealed = &manifest["resealed"];
        let to: Vec<_> =
            resealed["recipients"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(to, [&joins.recipient, &old.recipient]);
        assert_eq!(resealed["day"].as_str().unwrap().len(), "2026-11-30".len());
        // All else is as it was.
        was["resealed"] = resealed.clone();
        assert_eq!(manifest, was);
        for (file, document) in manifest["files"].as_array().unwrap().iter().zip(&files) {
            let member = sealed.with_file_name(file["member"].as_str().unwrap());
            let mut plain = joins.stock_open(&member);
            plain.truncate(file["size"].as_u64().unwrap().try_into().unwrap());
            assert!(plain == document.bytes, "{}", document.name);
            assert_eq!(file["sha256"], document.sha256);
            found += 1;
        }
        // Whom it is not sealed to any more does not open it.
        let mut age = Command::new("age");
        assert!(
            !age.arg("-d")
                .arg("-i")
                .arg(&colleague.key)
                .arg(&sealed)
                .output()
                .unwrap()
                .status
                .success()
        );
    }
    assert_eq!(found, files.len());

    // For who has it already it is nothing new, and no alarm.
    let said = String::from_utf8(ok(&mut old.open([&new], &archive)).stdout).unwrap();
    assert!(said.contains("2 dispatch(es) were already here"), "{said}");
    // Whoever joins opens it, then what the others open, then answers.
    let theirs = site.path("theirs");
    ok(&mut joins.open([&new], &theirs));
    let reply = site.path("reply.tar");
    let text = site.path("text");
    fs::write(&text, "From somebody new.").unwrap();
    let mut answer = sourdine();
    answer.arg("reply").arg(&theirs).arg("-i").arg(&joins.key).arg("-o").arg(&reply);
    ok(answer.arg("--message").arg(&text));
    ok(site.command("deliver").arg(&reply));
    site.mailbox(&form.code).must_say("From somebody new.");
    // Sealed again once more, by them, through pipes.
    let mut third = reseal(&joins, &[Path::new("-")], &[&colleague.recipient], Path::new("-"));
    let third = third.stdin(fs::File::open(&new).unwrap());
    let piped = site.path("piped.tar");
    fs::write(&piped, ok(third).stdout).unwrap();
    let opened = site.path("third");
    ok(&mut colleague.open([&piped], &opened));
    let opened = files_below(&opened);
    for document in &files {
        let same = |file: &PathBuf| fs::read(file).unwrap() == document.bytes;
        assert!(opened.iter().any(same), "{}", document.name);
    }
}

#[test]
fn what_is_not_as_it_was_sealed_gives_no_bundle_and_says_why() {
    let desk = Desk::new();
    let one = Dispatch::new("brave-heron", "Bonjour").with("a.txt", b"one");
    let mut two = Dispatch::new("calm-lake", "Salut").with("b.txt", b"two");
    two.manifest.dispatch = "ffeeddccbbaa99887766554433221100".into();
    two.manifest.files[0].sha256 = "00".repeat(32);
    let mut note = Dispatch::new("brave-heron", "Look at page 3.").with("c.txt", b"three");
    note.manifest.dispatch = "0f".repeat(16);
    note.manifest.kind = DispatchKind::Note;
    note.manifest.source_recipients.clear();
    let sealed = desk.path("sealed.tar");
    bundle(&sealed, &desk.editor, &[one, two, note]);
    let joins = Editor::new(desk.dir.path(), "joins");
    let new = desk.path("new.tar");
    let here = || {
        let names = fs::read_dir(desk.dir.path()).unwrap();
        let mut names: Vec<_> = names.map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = here();
    let secret = fs::read_to_string(&joins.key).unwrap();
    let secret = secret.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    let (key, capitals) = (joins.recipient.as_str(), joins.recipient.to_uppercase());
    for (to, remedy) in [
        (vec![key], "--mailbox"),
        (vec![key, &capitals], "recipients 1 and 2 are the same key"),
        (vec![key, &key[1..]], "recipient 2: this is not an age recipient"),
        (vec![secret], "this is a private key"),
    ] {
        let said = fails(&mut reseal(&desk.editor, &[&sealed], &to, &new));
        assert!(said.contains(remedy) && !said.contains(secret), "{said}");
        assert_eq!(here(), before, "{said}");
    }
    // With another key, cut, no bundle at all, or over another file.
    let said = fails(&mut reseal(&joins, &[&sealed], &[key], &new));
    assert!(said.contains("nothing was written"), "{said}");
    let cut = desk.path("cut.tar");
    let bytes = fs::read(&sealed).unwrap();
    fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    fails(&mut reseal(&desk.editor, &[&cut], &[key], &new));
    fails(&mut reseal(&desk.editor, &[&joins.key], &[key], &new));
    let said = fails(&mut reseal(&desk.editor, &[&sealed], &[key], &cut));
    assert!(said.contains("never overwritten"), "{said}");
    assert!(!new.exists());
    // The rest is sealed again without it.
    let mut rest = reseal(&desk.editor, &[&sealed], &[key], &new);
    ok(rest.args(["--mailbox", "brave-heron"]));
    let opened = desk.path("rest");
    ok(&mut joins.open([&new], &opened));
    assert!(opened.join("brave-heron").exists() && !opened.join("calm-lake").exists());
    let opened = files_below(&opened);
    for content in ["one", "three"] {
        let same = |file: &PathBuf| fs::read(file).unwrap() == content.as_bytes();
        assert!(opened.iter().any(same), "{content}");
    }
    // One of which a volume is missing is left out, and said.
    let mut lacking =
        Dispatch::new("mild-river", "Bonjour").with("a.txt", b"1").with("b.txt", b"2");
    lacking.files.pop();
    let volume = desk.path("volume.tar");
    bundle(&volume, &desk.editor, &[lacking]);
    let said = fails(&mut reseal(&desk.editor, &[&volume, &sealed], &[key], &desk.path("no.tar")));
    assert!(said.contains("0002: missing from the bundle; fetch every volume"), "{said}");
    let part = desk.path("part.tar");
    let mut command = reseal(&desk.editor, &[&volume, &sealed], &[key], &part);
    let said = fails(command.args(["--mailbox", "brave-heron", "--mailbox", "mild-river"]));
    assert!(said.contains("1 dispatch(es) are not in it") && part.exists(), "{said}");
    // Another source's key under a known name is refused, as it is when a bundle is opened.
    let other = desk.path("other.tar");
    bundle(&other, &desk.editor, &[Dispatch::new("brave-heron", "Bonjour")]);
    let said = fails(&mut reseal(&desk.editor, &[&other], &[key], &desk.path("no.tar")));
    assert!(said.contains("--accept-changed-keys brave-heron"), "{said}");
}

/// A sealing that is stopped half-way.
fn half_way(command: &Command, dir: &Path) -> Child {
    let mut env = Command::new("env");
    env.arg("--default-signal=INT,TERM,HUP").arg(command.get_program()).args(command.get_args());
    let child = env.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_for("a part of the bundle", || {
        let names = fs::read_dir(dir).unwrap().flatten();
        let mut parts =
            names.filter(|entry| entry.path().extension().is_some_and(|end| end == "part"));
        parts.next().map(|_| ())
    });
    child
}

#[test]
fn interrupted_or_on_a_full_disk_it_leaves_nothing() {
    let desk = Desk::new();
    let sealed = desk.path("sealed.tar");
    let large = Dispatch::new("brave-heron", "Bonjour").with("large.bin", &vec![7; 256 << 20]);
    bundle(&sealed, &desk.editor, &[large]);
    let out = desk.path("out");
    fs::create_dir(&out).unwrap();
    let key = desk.editor.recipient.as_str();
    let command = reseal(&desk.editor, &[&sealed], &[key], &out.join("new.tar"));
    let child = half_way(&command, &out);
    ok(Command::new("kill").args(["-s", "INT", &child.id().to_string()]));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);

    let script = "mount -t tmpfs -o size=4m,mode=700 tmpfs \"$1\" || exit 77; shift; \"$@\"; code=$?; ls -A \"$0\"; exit $code";
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", script]).arg(&out).arg(&out);
    let output = unshare.arg(command.get_program()).args(command.get_args()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot be written") && output.stdout.is_empty(), "{output:?}");
}

const MIB: u64 = 1 << 20;

#[test]
fn a_large_file_is_sealed_again_in_little_memory_and_comes_out_the_same() {
    seals_again_in_little_memory(128 * MIB);
}

#[test]
#[ignore = "long: gigabytes"]
fn a_gibibyte_is_sealed_again_in_little_memory_and_comes_out_the_same() {
    seals_again_in_little_memory(1024 * MIB);
}

fn seals_again_in_little_memory(size: u64) {
    // Where the build is: more room is needed than a /tmp in memory may have.
    let mut site = Box_::new_in(Path::new(env!("CARGO_TARGET_TMPDIR")), 5, &[]);
    site.serve();
    let joins = Editor::new(site.dir.path(), "joins");
    let document = site.path("camera.mp4");
    fs::File::create(&document).unwrap().set_len(size).unwrap();
    site.send(&site.form("en"), "All of it", &[document.to_str().unwrap()])
        .must_say(msg("receipt-title"));
    let bundle = site.export("bundle.tar");
    site.stop();
    fs::remove_file(site.data().join("vault.db")).unwrap();

    let new = site.path("new.tar");
    let command = reseal(&site.editors[4], &[&bundle], &[&joins.recipient], &new);
    let script = "import resource, subprocess, sys, time
begin = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, time.monotonic() - begin)
sys.exit(done.returncode)";
    let mut python = Command::new("python3");
    python.args(["-c", script]).arg(command.get_program()).args(command.get_args());
    let measured = String::from_utf8(ok(&mut python).stdout).unwrap();
    let (kib, seconds) = measured.trim().split_once(' ').unwrap();
    let peak = kib.parse::<u64>().unwrap() / 1024;
    println!("{} MiB sealed again in {seconds} s, peak memory {peak} MiB", size / MIB);
    assert!(peak <= 64, "it had {peak} MiB");

    fs::remove_file(&bundle).unwrap();
    let out = site.path("opened");
    ok(&mut joins.open([&new], &out));
    let opened = files_below(&out).into_iter().find(|f| f.ends_with("camera.mp4")).unwrap();
    ok(Command::new("cmp").arg(&document).arg(&opened));
}
