//! Keys behind plugins, with Debian sid's real ones, and with programs that fail in every way.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::dispatches::{Dispatch, bundle};
use crate::common::room::Reading;
use crate::common::*;

/// The fixed keys of sid's `age-plugin-tagtest`: what a hardware key would hold.
const TAG: &str = "age1tag1qwe0kafsjrar4txm6heqnhpfuggzr0gvznz7fvygxrlq90u5mq2pysxtw6h";

fn key(dir: &Path, name: &str, identity: &str) -> PathBuf {
    let path = dir.join(format!("{name}.key"));
    fs::write(&path, format!("{identity}\n")).unwrap();
    path
}

fn identity_of(plugin: &str) -> String {
    age::plugin::Identity::default_for_plugin(plugin).unwrap().to_string()
}

fn open(bundle: &Path, key: &Path, to: &Path) -> Command {
    let editor = Editor { key: key.to_owned(), recipient: String::new() };
    editor.open([bundle], to)
}

#[test]
fn real_plugins_open_what_is_sealed_natively_to_their_keys() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let pq = Editor::post_quantum(dir.path(), "pq");
    let converted = ok(sid("age-plugin-pq").arg("-identity").arg(&pq.key)).stdout;
    let tagpq = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/vectors/post_quantum/tagtest_recipient.txt"),
    );
    for (name, recipient, identity) in [
        ("pq", pq.recipient.as_str(), String::from_utf8(converted).unwrap()),
        ("tag", TAG, identity_of("tagtest")),
        ("tagpq", tagpq.unwrap().trim(), identity_of("tagtest")),
    ] {
        let tar = at(&format!("{name}.tar"));
        let sealed_to = Editor { key: PathBuf::new(), recipient: recipient.into() };
        bundle(&tar, &sealed_to, &[Dispatch::new("brave-heron", "Bonjour").with("a.txt", b"plan")]);
        let key = key(dir.path(), name, &identity);
        let mut command = open(&tar, &key, &at(&format!("opened-{name}")));
        let said = ok(with_plugins(&mut command));
        let said = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.matches("asking age-plugin-").count(), 1, "{said}");
        assert!(at(&format!("opened-{name}/SUMMARY.txt")).exists());
        // An answer needs of the identity only its place.
        let text = at("text");
        fs::write(&text, "Merci").unwrap();
        let mut reply = sourdine();
        reply.arg("reply").arg(at(&format!("opened-{name}"))).arg("-i").arg(&key);
        reply.arg("--message").arg(text).arg("-o").arg(at(&format!("reply-{name}.tar")));
        ok(&mut reply);
        // The reading room starts no program, and says so.
        let mut read = sourdine();
        read.arg("read").arg(at(&format!("opened-{name}"))).arg("-i").arg(&key);
        let reading = Reading::of({
            with_plugins(&mut read);
            read
        });
        let form = format!("bundles=@{}", tar.display());
        reading.ask("open?lang=en", &["-F", &form]).must_say(&plain(msg("room-closed-plugin")));
        reading.ask("?lang=en", &[]).must_say("brave-heron");
    }
    // A passphrase from the environment, as a script has it.
    let (plain, sealed) = (at("plain"), at("brave-heron/0011"));
    fs::create_dir_all(&sealed).unwrap();
    let mut manifest = Dispatch::new("brave-heron", "Bonjour").manifest;
    manifest.dispatch = "0011".into();
    fs::write(&plain, manifest.to_json().unwrap()).unwrap();
    let mut age = sid("age");
    age.args(["-e", "-j", "batchpass", "-o"]).arg(sealed.join("manifest.json.age")).arg(&plain);
    ok(age.env("AGE_PASSPHRASE", "chats noirs").env("AGE_PASSPHRASE_WORK_FACTOR", "10"));
    stock_tar(&at("pass.tar"), dir.path(), "brave-heron");
    let key = key(dir.path(), "pass", &identity_of("batchpass"));
    let mut command = open(&at("pass.tar"), &key, &at("opened-pass"));
    ok(with_plugins(&mut command).env("AGE_PASSPHRASE", "chats noirs"));
    assert!(at("opened-pass/SUMMARY.txt").exists());
}

/// A plugin that is this shell script.
fn plugin(dir: &Path, name: &str, script: &str) {
    let path = dir.join(format!("age-plugin-{name}"));
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Reads what is sent up to the end of the first phase.
const LISTEN: &str =
    "while read -r line; do [ \"$line\" = '-> done' ] && break; done; read -r line";

#[test]
fn a_plugin_that_fails_gets_a_clear_line() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let editor = Editor::new(dir.path(), "plain");
    bundle(&at("bundle.tar"), &editor, &[Dispatch::new("brave-heron", "Bonjour")]);
    let path = format!("{}:{}", dir.path().display(), std::env::var("PATH").unwrap());
    let wrong_key = "printf -- '-> file-key 0\\nAAAAAAAAAAAAAAAAAAAAAA\\n'; read -r line; printf -- '-> done\\n\\n'";
    let error =
        "printf -- '-> error internal\\nbm8gdG9rZW4\\n'; read -r line; printf -- '-> done\\n\\n'";
    for (name, script, says) in [
        ("dies", "exit 1", "age-plugin-dies: "),
        ("mute", LISTEN, "age-plugin-mute: "),
        ("babbles", "yes nonsense | head -c 100000", "age-plugin-babbles: "),
        ("errs", &format!("{LISTEN}; {error}"), "no token"),
        (
            "lies",
            &format!("{LISTEN}; {wrong_key}"),
            "a plugin that is broken or lies looks the same",
        ),
        (
            "knows-nothing",
            &format!("{LISTEN}; printf -- '-> done\\n\\n'"),
            "a plugin that is broken or lies",
        ),
    ] {
        plugin(dir.path(), name, script);
        let key = key(dir.path(), name, &identity_of(name));
        let mut command = open(&at("bundle.tar"), &key, &at("opened"));
        let said = fails(command.env("PATH", &path));
        assert!(said.contains(says), "{name}: {said}");
        assert!(said.contains(&format!("asking age-plugin-{name}")), "{said}");
        // A key that needs no program opens it first.
        let mut both = open(&at("bundle.tar"), &key, &at(&format!("opened-{name}")));
        ok(both.arg("-i").arg(&editor.key).env("PATH", &path));
    }
    let missing = key(dir.path(), "missing", &identity_of("missing"));
    let said = fails(&mut open(&at("bundle.tar"), &missing, &at("opened")));
    assert!(
        said.contains("needs the program age-plugin-missing, which is not on the PATH"),
        "{said}"
    );
    assert!(said.contains("line 1 of "), "{said}");
}

/// A plugin that seals by writing the file key down, and finds it again: what the protocol carries, and no more.
const IN_THE_CLEAR: &str = "
import sys
read, key = lambda: sys.stdin.readline().rstrip('\\n'), None
line = read()
while line != '-> done':
    if line == '-> wrap-file-key' or line.startswith('-> recipient-stanza 0 clear'):
        key = read()
    line = read()
read()
if key is not None:
    sealing = sys.argv[1].endswith('recipient-v1')
    print('-> recipient-stanza 0 clear' if sealing else '-> file-key 0', key, sep='\\n', flush=True)
    read(), read()
print('-> done', '', sep='\\n', flush=True)
";

#[test]
fn a_bundle_is_sealed_again_to_a_plugins_key() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let (editor, pq) = (Editor::new(dir.path(), "plain"), Editor::post_quantum(dir.path(), "pq"));
    let dispatch = Dispatch::new("brave-heron", "Bonjour").with("a.txt", b"plan");
    bundle(&at("bundle.tar"), &editor, &[dispatch]);
    fs::write(at("clear.py"), IN_THE_CLEAR).unwrap();
    plugin(dir.path(), "clear", &format!("exec python3 {} \"$@\"", at("clear.py").display()));
    let hrp = bech32::Hrp::parse("age1clear").unwrap();
    let recipient = bech32::encode_lower::<bech32::Bech32>(hrp, &[7; 4]).unwrap();
    let path = format!("{}:{}", dir.path().display(), std::env::var("PATH").unwrap());
    let reseal = |to: &[&str], name: &str| {
        let mut command = sourdine();
        command
            .arg("reseal")
            .arg(at("bundle.tar"))
            .arg("-i")
            .arg(&editor.key)
            .arg("-o")
            .arg(at(name));
        command.args(to.iter().flat_map(|to| ["--recipient", to]));
        command
    };
    // Without the program it is refused, and nothing is written.
    let said = fails(&mut reseal(&[&recipient], "none.tar"));
    assert!(said.contains("needs the program age-plugin-clear"), "{said}");
    ok(reseal(&[&recipient, &editor.recipient], "again.tar").env("PATH", &path));
    let key = key(dir.path(), "clear", &identity_of("clear"));
    ok(open(&at("again.tar"), &key, &at("opened")).env("PATH", &path));
    assert!(at("opened/SUMMARY.txt").exists() && !at("none.tar").exists());
    // The two kinds of the others do not mix because a plugin is among them.
    let mixed = [recipient.as_str(), &editor.recipient, &pq.recipient];
    let said = fails(reseal(&mixed, "mixed.tar").env("PATH", &path));
    assert!(said.contains("cannot be sealed to together"), "{said}");
    // A server gets no plugin's key.
    let mut init = sourdine();
    init.arg("init").arg(at("box")).args(["--recipient", &recipient]).env("PATH", &path);
    assert!(fails(&mut init).contains("belongs to an age plugin"));
}

#[test]
fn who_waits_for_a_plugin_is_told_so_and_can_give_up() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    let editor = Editor::new(dir.path(), "plain");
    bundle(&at("bundle.tar"), &editor, &[Dispatch::new("brave-heron", "Bonjour")]);
    plugin(dir.path(), "hangs", "exec sleep 600");
    let key = key(dir.path(), "hangs", &identity_of("hangs"));
    let path = format!("{}:{}", dir.path().display(), std::env::var("PATH").unwrap());
    let mut command = open(&at("bundle.tar"), &key, &at("opened"));
    let mut child = command.env("PATH", path).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = Vec::new();
    let mut byte = [0];
    let mut heard = child.stderr.take().unwrap();
    while !String::from_utf8_lossy(&said).contains("Ctrl-C gives up") {
        assert_eq!(heard.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    assert!(String::from_utf8_lossy(&said).contains("asking age-plugin-hangs"));
    ok(Command::new("kill").arg("-INT").arg(child.id().to_string()));
    assert!(!child.wait().unwrap().success());
    assert!(!at("opened/SUMMARY.txt").exists());
}
