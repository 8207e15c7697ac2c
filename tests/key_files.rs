//! An editor's key file as people have it, and its passphrase, typed where people type it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::*;

/// A bundle of one message, sealed to one editor.
fn bundle() -> (Box_, PathBuf) {
    let mut site = Box_::new(1, &[]);
    site.serve();
    site.send(&site.form("en"), "Only a message.", &[]).must_say(msg("receipt-title"));
    let bundle = site.export("bundle.tar");
    (site, bundle)
}

/// A terminal that says nothing of itself, a locale without UTF-8, and a pinentry on the path that notes when it
/// is run and gives this passphrase.
fn plain_terminal(command: &mut Command, dir: &Path, passphrase: &str) -> PathBuf {
    let (programs, noted) = (dir.join("programs"), dir.join("pinentry-was-run"));
    fs::create_dir_all(&programs).unwrap();
    let pinentry = programs.join("pinentry");
    let script = format!(
        "#!/bin/sh\necho >> {}\necho OK\nwhile read -r word rest; do\n\
         case $word in GETPIN) echo 'D {passphrase}' ;; esac; echo OK; done\n",
        noted.display()
    );
    fs::write(&pinentry, script).unwrap();
    fs::set_permissions(&pinentry, fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    command.env("PATH", path).env("LC_ALL", "C").env_remove("TERM").env_remove("PINENTRY_PROGRAM");
    noted
}

fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

#[test]
fn key_files_of_other_editors_and_systems_open_a_bundle() {
    let (site, bundle) = bundle();
    let text = fs::read_to_string(&site.editors[0].key).unwrap();
    let bytes: [(&str, Vec<u8>); 4] = [
        ("bom.txt", format!("\u{feff}{text}").into()),
        ("crlf.txt", text.replace('\n', "\r\n").into()),
        ("blanks.txt", text.replace('\n', " \t\n").into()),
        ("latin1.txt", [b"# cl\xe9 de r\xe9daction\n", text.as_bytes()].concat()),
    ];
    for (name, bytes) in bytes {
        let key = site.path(name);
        fs::write(&key, bytes).unwrap();
        let editor = Editor { key, recipient: String::new() };
        ok(&mut editor.open([&bundle], &site.path(&format!("opened-{name}"))));
    }
    let key = site.path("utf16.txt");
    let utf16 = format!("\u{feff}{text}");
    fs::write(&key, utf16.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap();
    let editor = Editor { key, recipient: String::new() };
    let said = fails(&mut editor.open([&bundle], &site.path("opened-utf16")));
    assert!(said.contains("utf16.txt is UTF-16 text"), "{said}");
    assert!(!site.path("opened-utf16").exists());
}

#[test]
fn a_passphrase_is_asked_for_on_any_terminal_and_a_pinentry_only_where_one_is_named() {
    const PASSPHRASE: &str = "trois petits chats noirs";
    let (site, bundle) = bundle();
    let key = site.path("locked.txt");
    let mut age = Command::new("age");
    age.args(["-p", "-a", "-o"]).arg(&key).arg(&site.editors[0].key);
    let twice = [("Enter passphrase", PASSPHRASE), ("Confirm passphrase", PASSPHRASE)];
    at_a_terminal(&mut age, &twice);
    let letters = fs::read_to_string(&key).unwrap();
    fs::write(&key, format!("\n# the editors' key\r\n{}", letters.replace('\n', " \r\n"))).unwrap();
    let editor = Editor { key, recipient: String::new() };
    let dir = site.dir.path();
    let open = |to: &str| editor.open([&bundle], &site.path(to));

    let mut command = open("opened");
    let noted = plain_terminal(&mut command, dir, PASSPHRASE);
    let wrong_then_right = [("Passphrase of", "not this one"), ("Passphrase of", PASSPHRASE)];
    at_a_terminal(&mut command, &wrong_then_right);
    assert!(site.path("opened/SUMMARY.txt").exists() && !noted.exists());

    let mut command = open("nothing");
    plain_terminal(&mut command, dir, PASSPHRASE);
    let output = on_a_terminal(&command, &[("Passphrase of", "")]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = said(&output);
    assert!(told.contains("nothing was typed") && !told.contains("wrong passphrase"), "{told}");
    assert!(!site.path("nothing").exists() && !noted.exists());

    // Nobody to ask.
    let mut command = Command::new("setsid");
    command.arg("-w").arg(env!("CARGO_BIN_EXE_sourdine")).args(open("nobody").get_args());
    plain_terminal(&mut command, dir, PASSPHRASE);
    let told = fails(&mut command);
    assert!(told.contains("no terminal") && told.contains("PINENTRY_PROGRAM"), "{told}");

    let mut command = open("asked");
    plain_terminal(&mut command, dir, PASSPHRASE);
    ok(command.env("PINENTRY_PROGRAM", "pinentry"));
    assert!(site.path("asked/SUMMARY.txt").exists() && noted.exists());
}

#[test]
fn a_short_passphrase_is_refused_and_one_is_made_where_none_is_typed() {
    let dir = tempfile::tempdir().unwrap();
    let keygen = |name: &str| {
        let mut command = sourdine();
        command.args(["keygen", "--passphrase", "-o"]).arg(dir.path().join(name));
        plain_terminal(&mut command, dir.path(), "never");
        command
    };
    let long = "trois petits chats noirs";
    let answers = [
        ("Enter alone", "chats"),
        ("Too short", long),
        ("again", "trois petits chats gris"),
        ("not the same", long),
        ("again", long),
    ];
    at_a_terminal(&mut keygen("chosen.txt"), &answers);
    assert!(dir.path().join("chosen.txt").exists());

    let output = at_a_terminal(&mut keygen("made.txt"), &[("Enter alone", "")]);
    let told = said(&output);
    let made = told.lines().find_map(|line| line.split_once("write it down: ")).unwrap().1.trim();
    assert_eq!(made.split('-').count(), 7, "{told}");
    let (plain, recipient) =
        (dir.path().join("plain.txt"), told.lines().find(|line| line.starts_with("age1")).unwrap());
    let mut age = Command::new("age");
    age.arg("-d").arg("-o").arg(&plain).arg(dir.path().join("made.txt"));
    at_a_terminal(&mut age, &[("Enter passphrase", made)]);
    assert!(fs::read_to_string(&plain).unwrap().contains(recipient.trim()));
}
