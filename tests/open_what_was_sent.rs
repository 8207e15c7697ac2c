//! What an editor opens is what the source sent: whatever its files are called, whatever a hostile dispatch
//! beside it holds, and however the command ends.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::common::dispatches::*;
use crate::common::*;
use sourdine::bundle::manifest::{Answer, FileEntry, Manifest};

const UNFINISHED: &str = ".sourdine-unfinished";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Answers to questions come from strangers, and what they answer from a server.
#[test]
fn a_hostile_answer_stays_within_its_own_lines() {
    let desk = Desk::new();
    let hostile =
        "Lyon\n! files/forged: x\r\u{1b}[2J\u{202e}\u{2028}brave-heron 2026-11-21 forged\nfin";
    let mut sent = Dispatch::new("brave-heron", "Bonjour").with("a.pdf", b"a");
    let answer = |label: &str, value: &str| Answer {
        id: "town".into(),
        label: label.into(),
        value: value.into(),
    };
    sent.manifest.answers = vec![answer("Quelle ville ?", "Besançon"), answer(hostile, hostile)];
    let sent = [sent];
    let opened = ok(desk.command(&sent, "opened").arg("--json"));
    let opened: serde_json::Value = serde_json::from_slice(&opened.stdout).unwrap();
    assert_eq!(opened["answers"][0]["value"], "Besançon");
    assert_eq!(opened["answers"][1]["value"], hostile);
    let summary = desk.summary("opened");
    assert!(summary.contains("Quelle ville ?") && summary.contains("    Besançon\n"), "{summary}");
    assert!(!summary.contains("\n! ") && !summary.contains('\u{1b}'), "{summary:?}");

    let mut list = desk.editor.open([desk.path("opened.tar")], &desk.path("none"));
    let listed = String::from_utf8(ok(list.arg("--list")).stdout).unwrap();
    assert!(listed.contains("    ? Quelle ville ?\n    | Besançon\n"), "{listed}");
    let hidden = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202e}' | '\u{2028}');
    assert!(!listed.contains(hidden), "{listed:?}");
    // One line names the dispatch, as many as before are indented.
    assert_eq!(listed.lines().filter(|line| !line.starts_with("    ")).count(), 1, "{listed}");
    let json = String::from_utf8(ok(list.arg("--json")).stdout).unwrap();
    assert!(!json.trim_end().contains(|c: char| c.is_control() || c == '\u{202e}'), "{json:?}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["answers"][1]["label"], hostile);
}

#[test]
fn no_document_takes_the_place_of_another_whatever_their_names() {
    let desk = Desk::new();
    let names = [
        "leak.pdf",
        "leak.pdf.part",
        "leak.pdf",
        "LEAK.pdf",
        "0",
        "1",
        "message.txt",
        "manifest.json",
        "SUMMARY.txt",
        ".sourdine-unfinished",
        "../message.txt",
        "../../SUMMARY.txt",
        "ΟΔΟΣ.txt",
        "οδος.txt",
        "οδοσ.txt",
        "\u{b5}.txt",
        "\u{3bc}.txt",
        "\u{17f}.txt",
        "s.txt",
        "ı.txt",
        "i.txt",
        "é.txt",
        "e\u{301}.txt",
        "COM¹.txt",
        "LPT².txt",
        "CONIN$.txt",
        "CONOUT$",
        "COM0",
        "desktop.ini",
        "autorun.inf",
        "a\u{3164}\u{115f}\u{34f}.txt",
        "گزارش\u{200c}ها.pdf",
        "file-0001",
        "",
    ];
    let sent =
        (0_u8..).zip(names).fold(Dispatch::new("brave-heron", "Bonjour"), |sent, (n, name)| {
            sent.with(name, &vec![n; 20_000 + usize::from(n)])
        });
    let output = desk.open(std::slice::from_ref(&sent), "opened");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    let files = desk.files("opened", &sent);
    let mut contents: Vec<_> = files.iter().map(|(_, content)| content.clone()).collect();
    contents.sort();
    assert!(contents == sent.files, "{:?}", files.iter().map(|f| &f.0).collect::<Vec<_>>());
    // Each stands under the name that the summary gives it, in the order of the manifest.
    let summary = desk.summary("opened");
    let listed: Vec<_> = summary.lines().filter_map(|line| line.strip_prefix("  files/")).collect();
    assert_eq!(listed.len(), names.len());
    for (content, name) in sent.files.iter().zip(listed) {
        assert!(files.iter().any(|f| f.0 == name && f.1 == *content), "{name}");
    }
    assert!(files.iter().any(|f| f.0 == "گزارش\u{200c}ها.pdf"));
    // And beside them only what is ours.
    let mut beside: Vec<_> = files_below(&desk.path("opened"))
        .into_iter()
        .filter(|path| !path.parent().unwrap().ends_with("files"))
        .map(|path| path.strip_prefix(desk.path("opened")).unwrap().to_owned())
        .collect();
    beside.retain(|path| path.extension().is_none_or(|end| end != "html"));
    beside.sort();
    let at_root = ["ARCHIVE.txt", "SUMMARY.txt"].map(PathBuf::from);
    let place = PathBuf::from(sent.place());
    let in_place = ["manifest.json", "message.txt", "record.json"].map(|name| place.join(name));
    let after = [PathBuf::from("brave-heron/order.txt"), "new.txt".into()];
    assert_eq!(beside, [&at_root[..], &in_place, &after].concat());
}

#[test]
fn a_message_is_what_was_written_and_what_was_replaced_is_said() {
    let desk = Desk::new();
    let whole =
        "A\tB\tC\n1\t2\t3\nمی\u{200c}خواهیم گزارش\u{200c}ها\n(1)\u{200f} نص عربي\u{200e}\u{61c}\n";
    let hostile = "a\u{1b}[2Jb\u{9b}c\rd\u{7f}\u{202e}e";
    let name = "a\u{1b}\u{202e}fdp.exe";
    let sent = [
        Dispatch::new("brave-heron", whole),
        Dispatch::new("calm-heron", hostile).with(name, b"x"),
    ];
    let output = desk.open(&sent, "opened");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let message = |sent: &Dispatch| {
        fs::read(desk.path("opened").join(sent.place()).join("message.txt")).unwrap()
    };
    assert_eq!(message(&sent[0]), whole.as_bytes());
    assert_eq!(message(&sent[1]), "a_[2Jb_c_d_\u{202e}e".as_bytes());

    let summary = desk.summary("opened");
    let (first, second) = summary.split_once("calm-heron").unwrap();
    assert!(
        !first.contains("manifest.json") && second.matches("manifest.json").count() == 4,
        "{summary}"
    );
    for sent in &sent {
        let json = fs::read(desk.path("opened").join(sent.place()).join("manifest.json")).unwrap();
        assert!(Manifest::parse(&json).unwrap() == sent.manifest);
        let json = String::from_utf8(json).unwrap();
        assert!(json.chars().all(|c| c == '\n' || !c.is_control()), "{json}");
    }
    // A terminal gets nothing that it obeys.
    let mut list = desk.editor.open([desk.path("opened.tar")], &desk.path("none"));
    let listed = String::from_utf8(ok(list.arg("--list")).stdout).unwrap();
    assert!(listed.contains("گزارش\u{200c}ها") && listed.contains("| A B C\n"), "{listed}");
    assert!(
        !listed.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'),
        "{listed:?}"
    );
    let json = String::from_utf8(ok(list.arg("--json")).stdout).unwrap();
    assert!(!json.contains(|c: char| c.is_control() && c != '\n'), "{json:?}");
    let parsed: Vec<Manifest> =
        json.lines().map(|line| Manifest::parse(line.as_bytes()).unwrap()).collect();
    assert!(parsed.iter().zip(&sent).all(|(parsed, sent)| *parsed == sent.manifest));
}

#[test]
fn one_hostile_dispatch_fails_alone_and_with_its_reason() {
    let desk = Desk::new();
    let good = |mailbox: &str| Dispatch::new(mailbox, "Bonjour").with("a.pdf", mailbox.as_bytes());
    let mut many = Dispatch::new("many-files", "");
    let mut equal = good("equal-names");
    for number in 0..10_001 {
        many.manifest.files.push(FileEntry::new(number, format!("{number}"), 1, "00".repeat(32)));
    }
    for number in 1..8_000 {
        equal.manifest.files.push(FileEntry::new(number, "a.pdf".into(), 1, "00".repeat(32)));
    }
    let mut moved = good("moved-place");
    moved.manifest.files[0].member = "0002.age".into();
    let sent = [
        good("brave-heron"),
        good("huge-one").claims(1 << 63),
        good("huge-two").with("b.pdf", b"b").claims(u64::MAX),
        many,
        equal,
        moved,
        good("zeal-heron"),
    ];
    let output = desk.open(&sent, "opened");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("a fault in the program"), "{said}");

    let content = |sent: &Dispatch| sent.manifest.mailbox.as_bytes().to_vec();
    for whole in [&sent[0], &sent[2], &sent[4], &sent[6]] {
        assert_eq!(desk.files("opened", whole), [("a.pdf".into(), content(whole))]);
    }
    for empty in [&sent[1], &sent[5]] {
        assert_eq!(desk.files("opened", empty), []);
    }
    assert!(!desk.path("opened").join(sent[3].place()).exists());
    let summary = desk.summary("opened");
    // Two that claim too much, 7,999 that are not there, one missing and one unlisted, one closed.
    let faults = 2 + 7_999 + 2 + 1;
    assert_eq!(summary.matches("\n! ").count(), faults);
    assert!(summary.contains(&format!("WARNING: {faults} ")), "{}", &summary[..400]);
    assert!(summary.contains(&format!("! {}: ", sent[3].place())));
    assert_eq!(summary.matches("\n! files/a.pdf: ").count(), 2);
    assert!(summary.contains("\n! files/b.pdf: ") && summary.contains("\n! files/a (8000).pdf: "));
    // The list survives them too.
    let mut list = desk.editor.open([desk.path("opened.tar")], &desk.path("none"));
    assert_eq!(list.arg("--list").output().unwrap().status.code(), Some(1));
}

/// Starts opening a large file and stops the process in the middle of it.
fn stopped(command: &Command, to: &Path) -> Child {
    for _ in 0..20 {
        let _ = fs::remove_dir_all(to);
        // Whoever runs the tests in the background ignores some signals, and so would we.
        let mut env = Command::new("env");
        env.arg("--default-signal=INT,TERM,HUP")
            .arg(command.get_program())
            .args(command.get_args());
        let mut child = env.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let half = to.join(UNFINISHED);
        let is_half = || {
            let files = fs::read_dir(&half).into_iter().flatten().flatten();
            files.into_iter().any(|file| file.metadata().is_ok_and(|meta| meta.len() > 1 << 20))
        };
        wait_for("half a file", || {
            (is_half() || child.try_wait().unwrap().is_some()).then_some(())
        });
        signal(&child, "STOP");
        if child.try_wait().unwrap().is_none() && is_half() {
            return child;
        }
        signal(&child, "KILL");
        child.wait().unwrap();
        fs::remove_dir_all(to).unwrap();
    }
    panic!("it was never stopped in the middle of a file");
}

fn signal(child: &Child, name: &str) {
    let _ = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
}

#[test]
fn an_interrupted_command_leaves_no_half_file() {
    let desk = Desk::new();
    let large = Dispatch::new("brave-heron", "Bonjour").with("large.bin", &vec![7; 100 << 20]);
    let to = desk.path("opened");
    let mut command = desk.command(std::slice::from_ref(&large), "opened");
    for (name, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let child = stopped(&command, &to);
        signal(&child, name);
        signal(&child, "CONT");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{name} {}", said(&output));
        assert!(!to.join(UNFINISHED).exists(), "{name}");
        // A dispatch is there whole, or not at all.
        assert!(!to.join(large.place()).exists(), "{name}");
    }

    // Nothing can be done when it is killed. The next run says what it left, and removes it.
    let mut child = stopped(&command, &to);
    assert_eq!(command.output().unwrap().status.code(), Some(1), "two in one directory");
    assert!(to.join(UNFINISHED).exists());
    signal(&child, "KILL");
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert!(to.join(UNFINISHED).exists());
    assert!(!to.join(large.place()).exists());
    let again = ok(&mut command);
    assert!(said(&again).contains("interrupted run"), "{}", said(&again));
    assert!(!to.join(UNFINISHED).exists());
    assert!(desk.files("opened", &large) == [("large.bin".into(), large.files[0].clone())]);
    fs::remove_dir_all(&to).unwrap();

    // What ignores a signal when it starts goes on.
    let mut ignoring = Command::new("sh");
    ignoring
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args());
    let child = stopped(&ignoring, &to);
    signal(&child, "HUP");
    signal(&child, "CONT");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    assert!(desk.files("opened", &large) == [("large.bin".into(), large.files[0].clone())]);
}

/// A command in a directory of its own, which gets `input` and in which nothing is made.
fn piped(command: &mut Command, input: &[u8]) -> Output {
    let here = tempfile::tempdir().unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    // Through a pipe, which cannot be read twice.
    let mut cat = Command::new("cat").stdin(file).stdout(Stdio::piped()).spawn().unwrap();
    let pipe = cat.stdout.take().unwrap();
    let tmp = here.path().join("tmp");
    fs::create_dir(&tmp).unwrap();
    let output = command.current_dir(here.path()).env("TMPDIR", &tmp).stdin(pipe).output().unwrap();
    cat.wait().unwrap();
    assert_eq!(files_below(here.path()), Vec::<PathBuf>::new(), "{command:?}");
    output
}

#[test]
fn a_dash_is_standard_input_or_output() {
    let site = Box_::served(1, &[]);
    let key = &site.editors[0].key;
    let document = site.path("document.txt");
    fs::write(&document, "the document").unwrap();
    let form = site.form("en");
    site.send(&form, "Hello", &[document.to_str().unwrap()]).must_say(msg("receipt-title"));

    let made = piped(sourdine().args(["keygen", "-o", "-"]), b"");
    let identity = String::from_utf8(made.stdout).unwrap();
    let recipient = identity.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    assert!(made.status.success() && String::from_utf8_lossy(&made.stderr).contains(recipient));
    assert_eq!(identity.lines().filter(|line| line.starts_with("AGE-SECRET-KEY-1")).count(), 1);

    let exported = piped(site.command("export").args(["-o", "-"]), b"");
    assert!(exported.status.success(), "{}", said(&exported));
    let (out, bundle) = (site.path("opened"), exported.stdout);
    let mut open = sourdine();
    open.args(["open", "-", "-i"]).arg(key).arg("-o").arg(&out);
    let opened = piped(&mut open, &bundle);
    assert!(opened.status.success(), "{}", said(&opened));
    let found = files_below(&out);
    let [copy] = found.iter().filter(|f| f.ends_with("document.txt")).collect::<Vec<_>>()[..]
    else {
        panic!("{found:?}")
    };
    assert_eq!(fs::read(copy).unwrap(), b"the document");
    let manifest = found.iter().find(|path| path.ends_with("manifest.json")).unwrap();

    // The identity may come that way as well.
    fs::write(site.path("bundle.tar"), &bundle).unwrap();
    let mut list = sourdine();
    list.args(["open", "--list", "-i", "-"]).arg(site.path("bundle.tar"));
    list.arg("--address-book").arg(site.path("book.json"));
    let listed = piped(&mut list, &fs::read(key).unwrap());
    assert!(String::from_utf8_lossy(&listed.stdout).contains("document.txt"), "{}", said(&listed));

    let message = site.path("message.txt");
    fs::write(&message, "Merci").unwrap();
    let mut reply = sourdine();
    reply.args(["reply", "-", "-o", "-", "--message"]).arg(&message).arg("-i").arg(key);
    let sealed = piped(&mut reply, &fs::read(manifest).unwrap());
    assert!(sealed.status.success(), "{}", said(&sealed));
    let delivered = piped(site.command("deliver").arg("-"), &sealed.stdout);
    assert!(delivered.status.success(), "{}", said(&delivered));
    site.mailbox(&form.code).must_say("Merci");

    // Where it cannot be, it is refused, and no file is called so.
    let to = manifest.to_str().unwrap();
    for refused in [
        &["open", "-", "-i", "-"][..],
        &["open", "-", "-i", "key.txt", "-o", "-"],
        &["reply", to, "-o", "reply.tar", "--attach", "-"],
        &["reply", "-", "-o", "reply.tar", "--message", "-"],
        &["reply", to, "-o", "reply.tar", "--message", to, "-i", "-"],
        &["reply", to, "-o", "reply.tar", "--message", to, "--address-book", "-"],
    ] {
        let output = piped(sourdine().args(refused), b"");
        assert_eq!(output.status.code(), Some(1), "{refused:?} {}", said(&output));
        assert_eq!(said(&output).lines().count(), 1, "{refused:?} {}", said(&output));
    }
}

#[test]
fn an_output_that_nobody_takes_is_an_error_of_one_line() {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let (bundle, opened) = (site.export("bundle.tar"), site.path("opened"));
    ok(&mut site.editors[0].open([&bundle], &opened));
    let outputs: [fn() -> Stdio; 2] = [full_device, closed_pipe];
    for (number, output) in outputs.into_iter().enumerate() {
        let new = |name: &str| site.path(&format!("{number}-{name}"));
        let key = &site.editors[0].key;
        let mut list = site.editors[0].open([&bundle], &new("none"));
        let mut reply = sourdine();
        reply.arg("reply").arg(&opened).arg("--message").arg(site.config()).arg("-i").arg(key);
        let mut commands = [
            sourdine(),
            sourdine(),
            sourdine(),
            sourdine(),
            site.command("status"),
            site.command("check"),
            site.command("editor"),
            site.command("export"),
            site.command("export"),
            site.editors[0].open([&bundle], &new("opened")),
            reply,
        ];
        commands[0].arg("--help");
        commands[1].arg("keygen").arg("-o").arg(new("key.txt"));
        commands[2].args(["keygen", "-o", "-"]);
        commands[3].args(["init", "--recipient", &site.editors[0].recipient]).arg(new("box"));
        commands[6] = sourdine();
        commands[6].args(["editor", "list", "--config"]).arg(site.config());
        commands[7].args(["--all", "-o", "-"]);
        commands[8].arg("--all").arg("-o").arg(new("all.tar"));
        commands[10].arg("-o").arg(new("reply.tar"));
        for command in commands.iter_mut().chain([list.arg("--list")]) {
            let ended = command.stdout(output()).output().unwrap();
            assert_eq!(ended.status.code(), Some(1), "{command:?} {}", said(&ended));
            let last = said(&ended);
            let last = last.lines().last().unwrap_or_default();
            let is_own = command.get_args().next().is_some_and(|arg| arg != "--help");
            assert_eq!(last.starts_with("sourdine: "), is_own, "{command:?} {}", said(&ended));
            assert!(
                !said(&ended).contains("a fault in the program"),
                "{command:?} {}",
                said(&ended)
            );
        }
        // Work that is done says so by its code, whatever becomes of what is said beside.
        let status =
            site.editors[0].open([&bundle], &new("again")).stderr(output()).status().unwrap();
        assert_eq!(status.code(), Some(0));
        let status =
            sourdine().args(["keygen", "-o"]).arg(new("other.txt")).stderr(output()).status();
        assert_eq!(status.unwrap().code(), Some(0));
    }
}

/// Sealed with Debian's `age` to these recipients, in letters where asked.
fn stock_sealed(dir: &Path, plain: &[u8], recipient: &str, letters: bool) -> Vec<u8> {
    let from = dir.join("plain");
    fs::write(&from, plain).unwrap();
    let letters = if letters { &["-a"][..] } else { &[] };
    ok(Command::new("age").args(["-r", recipient]).args(letters).arg(&from)).stdout
}

#[test]
fn what_a_source_sealed_by_itself_is_opened_beside_its_original() {
    let dir = tempfile::tempdir().unwrap();
    let editor = Editor::new(dir.path(), "editor");
    let seal = |plain: &[u8]| stock_sealed(dir.path(), plain, &editor.recipient, false);
    let once = seal(b"once");
    let letters = stock_sealed(dir.path(), b"in letters", &editor.recipient, true);
    let twice = seal(&seal(b"twice"));
    let thrice = seal(&seal(&seal(b"thrice")));
    let other = stock_sealed(dir.path(), b"to others", TEAM, false);
    let cut = &seal(&vec![7_u8; 100_000])[..90_000];
    let endless = format!("-----BEGIN AGE ENCRYPTED FILE-----\n{}", "A".repeat(100_000));
    let sent: [(&str, &[u8]); 9] = [
        ("x.pdf.age", &once),
        ("x.pdf", b"another x"),
        ("letters", &letters),
        ("z.txt.age.age", &twice),
        ("deep.age.age.age", &thrice),
        ("other.age", &other),
        ("cut.age", cut),
        ("about.age", b"age-encryption.org says how"),
        ("endless.age", endless.as_bytes()),
    ];
    let dispatch =
        sent.iter().fold(Dispatch::new("brave-heron", ""), |dispatch, (name, content)| {
            dispatch.with(name, content)
        });
    let tar = dir.path().join("bundle.tar");
    bundle(&tar, &editor, &[dispatch]);
    let to = dir.path().join("opened");
    let output = ok(&mut editor.open([&tar], &to));
    let files = to.join("brave-heron/00112233445566778899aabbccddeeff/files");
    for (name, content) in sent {
        assert_eq!(fs::read(files.join(name)).unwrap(), content, "{name}");
    }
    for (name, content) in [
        ("x (2).pdf", "once"),
        ("letters.opened", "in letters"),
        ("z.txt", "twice"),
        ("z.txt.age", ""),
        ("deep.age", ""),
        ("deep.age.age", ""),
    ] {
        let inner = fs::read(files.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(content.is_empty() || inner == content.as_bytes(), "{name}");
    }
    assert_eq!(fs::read_dir(&files).unwrap().count(), sent.len() + 6);
    let summary = fs::read_to_string(to.join("SUMMARY.txt")).unwrap();
    assert_eq!(summary.matches("origin unproven").count(), 6, "{summary}");
    for said in ["files/x (2).pdf", &hex_sha256(b"once"), "sealed more than 2 times", "another key"]
    {
        assert!(summary.contains(said), "{said}: {summary}");
    }
    assert!(!summary.lines().any(|line| line.starts_with('!')), "{summary}");
    let [said, told] = [&output.stdout, &output.stderr].map(|out| String::from_utf8_lossy(out));
    assert!(
        said.contains("4 of them had been sealed") && said.contains("origin unproven"),
        "{said}"
    );
    for said in ["0005 deep.age: ", "0006 other.age: ", "0007 cut.age: ", "0009 endless.age: "] {
        assert!(told.contains(said), "{said} {told}");
    }
    // Beside what it says of the disk.
    assert_eq!(told.lines().filter(|line| line.contains(".age: ")).count(), 4, "{told}");

    let json = ok(editor.open([&tar], &dir.path().join("json")).arg("--json")).stdout;
    let line: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(line["mailbox"], "brave-heron");
    let inner = &line["files"][0]["sealed_by_source"]["opened"][0];
    assert_eq!((&inner["name"], &inner["origin"]), (&"x (2).pdf".into(), &"unproven".into()));
    assert_eq!(inner["sha256"], hex_sha256(b"once").as_str());
    assert!(line["files"][1]["sealed_by_source"].is_null() && line["files"][1]["fault"].is_null());
    assert!(line["files"][5]["sealed_by_source"]["left"].is_string());
}

/// Whoever took the server could send what it holds once more, and learn from an answer what is in it.
#[test]
fn ciphertext_that_is_known_already_is_not_opened_when_it_is_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let editor = Editor::new(dir.path(), "editor");
    let [first, second] = ["first.tar", "second.tar"].map(|name| dir.path().join(name));
    bundle(&first, &editor, &[Dispatch::new("brave-heron", "").with("a.txt", b"a secret")]);
    let tree = dir.path().join("tree");
    stock_untar(&first, &tree);
    let members = tree.join("brave-heron/00112233445566778899aabbccddeeff");
    let [file, manifest] =
        ["0001.age", "manifest.json.age"].map(|name| fs::read(members.join(name)).unwrap());
    let wrapped = stock_sealed(dir.path(), &file, &editor.recipient, false);
    let again = stock_sealed(dir.path(), b"sent twice", &editor.recipient, false);
    let fresh = stock_sealed(dir.path(), b"fresh", &editor.recipient, false);
    let dispatch = Dispatch::new("quiet-fox", "")
        .with("file.age", &file)
        .with("manifest.age", &manifest)
        .with("wrapped.age", &wrapped)
        .with("one.age", &again)
        .with("two.age", &again)
        .with("fresh.age", &fresh);
    bundle(&second, &editor, &[dispatch]);
    let to = dir.path().join("opened");
    let output = ok(&mut editor.open([&second, &first], &to));
    let files = to.join("quiet-fox/00112233445566778899aabbccddeeff/files");
    let mut found: Vec<_> = fs::read_dir(&files)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_none())
        .collect();
    found.sort();
    // What was wrapped is sealed still.
    assert_eq!(found, ["fresh", "one", "wrapped"]);
    assert_eq!(fs::read(files.join("wrapped")).unwrap(), file);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told.matches("the same sealed bytes").count(), 4, "{told}");
    // Nor in a later run into the same archive.
    let archive = dir.path().join("archive");
    ok(&mut editor.open([&first], &archive));
    let wrapped = stock_sealed(dir.path(), &file, &editor.recipient, false);
    let mut dispatch = Dispatch::new("zeal-owl", "")
        .with("file.age", &file)
        .with("manifest.age", &manifest)
        .with("wrapped.age", &wrapped)
        .with("letters.age", &stock_sealed(dir.path(), b"fresh", &editor.recipient, true));
    dispatch.manifest.dispatch = "ab".repeat(16);
    let later = dir.path().join("later.tar");
    bundle(&later, &editor, &[dispatch]);
    let told = ok(&mut editor.open([&later], &archive));
    let files = archive.join("zeal-owl").join("ab".repeat(16)).join("files");
    assert!(!files.join("file").exists() && !files.join("manifest").exists());
    assert_eq!(fs::read(files.join("wrapped")).unwrap(), file);
    assert_eq!(fs::read(files.join("letters")).unwrap(), b"fresh");
    assert_eq!(said(&told).matches("the same sealed bytes").count(), 3, "{}", said(&told));
}
