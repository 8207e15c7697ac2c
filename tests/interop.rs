//! Post-quantum keys with other programs, both ways: Debian sid's `age`, npm's `age-encryption`, and Debian stable's
//! `age` with the plugin for such keys.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::wire::Document;
use crate::common::*;

/// A post-quantum key of sid's `age-keygen`.
fn stock(dir: &Path, name: &str) -> Editor {
    let key = dir.join(format!("{name}.txt"));
    ok(sid("age-keygen").args(["-pq", "-o"]).arg(&key));
    let output = ok(sid("age-keygen").arg("-y").arg(&key));
    Editor { key, recipient: String::from_utf8(output.stdout).unwrap().trim().into() }
}

/// npm's `age-encryption`.
fn npm(args: &[&Path]) -> Command {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks/age.mjs");
    let mut command = Command::new("node");
    command.arg(script).args(args);
    command
}

/// What others make of a sealed file with an editor's key: sid's age, npm's, Debian stable's with the plugin.
fn opened_by_others(site: &Box_, editor: &Editor, sealed: &Path) -> Vec<Vec<u8>> {
    let plugin_key = site.path("plugin-key.txt");
    let output = ok(sid("age-plugin-pq").arg("-identity").arg(&editor.key));
    fs::write(&plugin_key, output.stdout).unwrap();
    let mut stable = Command::new("age");
    let stable = with_plugins(&mut stable).arg("-d").arg("-i").arg(&plugin_key).arg(sealed);
    vec![
        ok(sid("age").arg("-d").arg("-i").arg(&editor.key).arg(sealed)).stdout,
        ok(npm(&["open".as_ref(), sealed, &editor.key]).arg("")).stdout,
        ok(stable).stdout,
    ]
}

#[test]
fn a_post_quantum_teams_whole_life_with_the_programs_of_others() {
    let mut site = Box_::new(1, &[]);
    let (ours, theirs) =
        (Editor::post_quantum(site.dir.path(), "ours"), stock(site.dir.path(), "theirs"));
    ok(&mut site.set_recipients(&[ours, theirs]));
    site.serve();
    let form = site.form("en");
    let document = Document::new(&site, "plan.pdf", 200_000);
    site.send(&form, "Bonjour", &[document.path()]).must_say(msg("receipt-title"));

    // Both editors open it with every program.
    let bundle = site.export("bundle.tar");
    let unpacked = site.path("unpacked");
    stock_untar(&bundle, &unpacked);
    let member = |name: &str| files_below(&unpacked).into_iter().find(|path| path.ends_with(name));
    let editors = [site.path("ours.txt"), site.path("theirs.txt")]
        .map(|key| Editor { key, recipient: String::new() });
    let mut manifest = serde_json::Value::Null;
    for editor in &editors {
        for json in opened_by_others(&site, editor, &member("manifest.json.age").unwrap()) {
            manifest = serde_json::from_slice(&json).unwrap();
            assert_eq!(manifest["message"], "Bonjour");
        }
        for plain in opened_by_others(&site, editor, &member("0001.age").unwrap()) {
            assert!(plain[..document.bytes.len()] == document.bytes);
        }
    }
    ok(&mut editors[1].open([&bundle], &site.path("opened")));

    // Answers that the others sealed by hand reach the source.
    let text = |key: &str| manifest[key].as_str().unwrap().to_owned();
    let keys = |key: &str| manifest[key].as_array().unwrap().clone();
    let to = keys("source_recipients").into_iter().skip(1).chain(keys("recipients"));
    let to: Vec<_> = to.map(|key| key.as_str().unwrap().to_owned()).collect();
    assert_eq!(to.len(), 3);
    for (id, message) in [("by-age", "Sealed by age"), ("by-npm", "Sealed by npm")] {
        let work = site.path(id);
        let place = work.join(text("mailbox")).join(id);
        fs::create_dir_all(&place).unwrap();
        let (plain, sealed): (PathBuf, PathBuf) =
            (site.path("reply.json"), place.join("manifest.json.age"));
        let json = serde_json::json!({"version": 1, "kind": "reply", "message": message});
        fs::write(&plain, json.to_string()).unwrap();
        if id == "by-age" {
            let recipients = to.iter().flat_map(|key| ["-r", key]);
            ok(sid("age").args(recipients).arg("-o").arg(&sealed).arg(&plain));
        } else {
            ok(npm(&["seal".as_ref(), &sealed, &plain]).args(&to));
        }
        let tar = site.path(&format!("{id}.tar"));
        stock_tar(&tar, &work, &text("mailbox"));
        ok(site.command("deliver").arg(&tar));
        site.mailbox(&form.code).must_say(message);
    }
    // A file that a source sealed by itself, to the published keys, is opened beside its original.
    let published = site.path("recipients.txt");
    fs::write(&published, site.curl("/recipients.txt", &[]).bytes).unwrap();
    let sealed = site.path("sealed.pdf.age");
    ok(sid("age").arg("-R").arg(&published).arg("-o").arg(&sealed).arg(document.path()));
    let by_itself = site.form("en");
    site.send(&by_itself, "", &[sealed.to_str().unwrap()]).must_say(msg("receipt-title"));
    let opened = site.path("opened-itself");
    ok(&mut editors[0].open([site.export("second.tar")], &opened));
    let copies = files_below(&opened).into_iter().filter(|path| sha256(path) == document.sha256);
    assert_eq!(copies.count(), 2);
}

#[test]
fn keys_under_a_passphrase_are_read_as_sids_age_makes_them() {
    let dir = tempfile::tempdir().unwrap();
    let editor = stock(dir.path(), "plain");
    let locked = dir.path().join("locked.txt");
    let mut age = sid("age");
    age.args(["-e", "-j", "batchpass", "-o"]).arg(&locked).arg(&editor.key);
    ok(age
        .env("AGE_PASSPHRASE", "trois petits chats noirs")
        .env("AGE_PASSPHRASE_WORK_FACTOR", "10"));
    let bundle = dir.path().join("bundle.tar");
    dispatches::bundle(&bundle, &editor, &[dispatches::Dispatch::new("brave-heron", "Bonjour")]);
    let locked = Editor { key: locked, recipient: String::new() };
    let mut command = locked.open([&bundle], &dir.path().join("opened"));
    command.env_remove("PINENTRY_PROGRAM");
    at_a_terminal(&mut command, &[("Passphrase of", "trois petits chats noirs")]);
    assert!(dir.path().join("opened/SUMMARY.txt").exists());
    // And what `keygen --pq` makes, sid's `age-keygen` reads.
    let ours = Editor::post_quantum(dir.path(), "ours");
    let output = ok(sid("age-keygen").arg("-y").arg(&ours.key));
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), ours.recipient);
}
