//! The disk is seized: at any moment, whatever happened to the server just before. Markers are planted
//! in message, file name and content; then every file is searched for them and for the code.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::*;
use memchr::memmem;
use sourdine::base::ids::hex;
use sourdine::base::random;
use sourdine::crypto::code::RetrievalCode;

/// Content of a submission that would be recognised anywhere.
struct Planted {
    form: Form,
    message: String,
    file: PathBuf,
    bytes: String,
}

impl Planted {
    /// Random markers: one in the message, one in the name, one in every 32 bytes of the file.
    fn new(site: &Box_, mebibytes: usize) -> Self {
        let marker = || hex(&random::bytes::<12>().unwrap());
        let bytes = marker();
        let file = site.path(&format!("papers-{}.pdf", marker()));
        let line = format!("<{bytes}>\n");
        let mut out = fs::File::create(&file).unwrap();
        for _ in 0..mebibytes {
            out.write_all(line.repeat((1 << 20) / line.len()).as_bytes()).unwrap();
        }
        assert!(holds(&file, bytes.as_bytes()));
        Self { form: site.form("en"), message: format!("I am {}", marker()), file, bytes }
    }

    fn name(&self) -> &str {
        self.file.file_name().unwrap().to_str().unwrap()
    }

    fn file(&self) -> &str {
        self.file.to_str().unwrap()
    }

    /// Everything that must be nowhere: the markers, any four words of the code in a row however they
    /// are separated, the code's bytes.
    fn secrets(&self) -> Vec<Vec<u8>> {
        let mut secrets: Vec<Vec<u8>> =
            [&self.message, self.name(), &self.bytes].map(Into::into).into();
        let words: Vec<&str> = self.form.code.split(' ').collect();
        assert_eq!(words.len(), 9);
        for four in words.windows(4) {
            secrets.extend([" ", "", "+", "%20", "-", "\n"].map(|gap| four.join(gap).into_bytes()));
        }
        let code = RetrievalCode::read(&self.form.code).unwrap().remove(0);
        secrets.extend([code.as_bytes().to_vec(), hex(code.as_bytes()).into_bytes()]);
        secrets
    }

    /// Fails where a file holds any of it.
    fn must_be_nowhere(&self, files: &[PathBuf]) {
        let secrets: Vec<_> =
            self.secrets().iter().map(|s| memmem::Finder::new(s).into_owned()).collect();
        for path in files {
            // A journal may go while we look.
            let Ok(bytes) = fs::read(path) else { continue };
            for secret in &secrets {
                let text = String::from_utf8_lossy(secret.needle()).into_owned();
                assert!(secret.find(&bytes).is_none(), "{} holds {text:?}", path.display());
            }
        }
    }
}

/// A box whose server has a temporary directory, a working directory and a home of its own.
fn watched() -> Box_ {
    let mut site = Box_::new(2, &[]);
    for dir in ["tmp", "cwd", "home"] {
        fs::create_dir(site.path(dir)).unwrap();
    }
    serve(&mut site);
    site
}

fn serve(site: &mut Box_) {
    let [tmp, cwd, home] = ["tmp", "cwd", "home"].map(|dir| site.path(dir));
    site.serve_with(|command| {
        command.env("TMPDIR", &tmp).env("SQLITE_TMPDIR", &tmp).env("HOME", &home).current_dir(&cwd);
    });
}

/// What whoever takes the disk would find of a server.
fn seized(site: &Box_) -> Vec<PathBuf> {
    for dir in ["tmp", "cwd", "home"] {
        assert_eq!(files_below(&site.path(dir)), Vec::<PathBuf>::new(), "something is in {dir}");
    }
    let mut files = files_below(&site.path("box"));
    assert!(files.iter().any(|f| f.ends_with("vault.db")), "{files:?}");
    assert!(files.iter().any(|f| f.ends_with("index.db")), "{files:?}");
    files.push(site.path("log"));
    files
}

/// Files that the running server holds open, with those whose name is gone already.
fn open_files(site: &Box_) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(format!("/proc/{}/fd", site.pid())).unwrap().flatten() {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        // Sockets and pipes have no path; a deleted file ends in " (deleted)".
        if target.is_absolute() && !target.starts_with("/dev") && !target.starts_with("/proc") {
            let known = target.starts_with(site.data()) || target == site.path("log");
            assert!(known, "the server holds {} open", target.display());
            assert!(!target.to_string_lossy().contains("(deleted)"), "{}", target.display());
            found.push(entry.path());
        }
    }
    assert!(found.len() > 2, "{found:?}");
    found
}

/// Waits until so many bytes more are in the vault: the upload is under way and partly written.
fn wait_until_written(site: &Box_, before: u64, mebibytes: u64) {
    wait_for("the upload to reach the disk", || {
        (site.vault_size() > before + (mebibytes << 20)).then_some(())
    });
}

/// Nobody hears of a cut upload, and its chunks go.
fn must_be_gone(site: &Box_, cut: &Planted, published: u64, stored: u64) {
    assert_eq!(site.submissions(), published);
    // Its source finds the message, and no file.
    let page = site.mailbox(&cut.form.code);
    page.must_say(msg("mailbox-draft")).must_say(&cut.message).must_not_say(cut.name());
    wait_for("the chunks of the cut upload to go", || {
        (site.status()["bytes"].as_u64().unwrap() <= stored + (1 << 20)).then_some(())
    });
    wait_for("the disk's space to be given back", || {
        (site.vault_size() <= stored + (4 << 20)).then_some(())
    });
}

/// The acknowledged submission is there, whole, for both editors.
fn must_open(site: &Box_, sent: &Planted, bundle: &str) {
    let bundle = site.export(bundle);
    for editor in &site.editors {
        let out = tempfile::tempdir().unwrap();
        ok(sourdine()
            .arg("open")
            .arg(&bundle)
            .arg("-i")
            .arg(&editor.key)
            .arg("-o")
            .arg(out.path()));
        let opened = files_below(out.path());
        let file = opened.iter().find(|f| f.file_name() == sent.file.file_name()).unwrap();
        assert_eq!(sha256(file), sha256(&sent.file));
        assert!(
            fs::read_to_string(out.path().join("SUMMARY.txt")).unwrap().contains(&sent.message)
        );
    }
}

fn stored(site: &Box_) -> u64 {
    site.status()["bytes"].as_u64().unwrap()
}

#[test]
fn killed_in_the_middle_of_an_upload_nothing_readable_is_left_and_only_the_receipt_counts() {
    let mut site = watched();
    let acknowledged = Planted::new(&site, 3);
    site.send(&acknowledged.form, &acknowledged.message, &[acknowledged.file()])
        .must_say(msg("receipt-title"));
    let (before, bytes) = (site.vault_size(), stored(&site));

    let cut = Planted::new(&site, 64);
    let upload = site.send_slowly(&cut.form, &cut.message, &cut.file, "2M");
    wait_until_written(&site, before, 4);
    let running = [seized(&site), open_files(&site)].concat();
    acknowledged.must_be_nowhere(&running);
    cut.must_be_nowhere(&running);
    site.kill();
    assert!(upload.page().is_empty());
    acknowledged.must_be_nowhere(&seized(&site));
    cut.must_be_nowhere(&seized(&site));

    serve(&mut site);
    must_be_gone(&site, &cut, 1, bytes);
    site.mailbox(&acknowledged.form.code).must_say(msg("mailbox-waiting"));
    must_open(&site, &acknowledged, "bundle.tar");
    site.stop();
    acknowledged.must_be_nowhere(&seized(&site));
    cut.must_be_nowhere(&seized(&site));
}

#[test]
fn killed_right_after_the_receipt_the_submission_is_there_and_nothing_readable() {
    let mut site = watched();
    let sent = Planted::new(&site, 20);
    let receipt = site.send(&sent.form, &sent.message, &[sent.file()]);
    site.kill();
    receipt.must_say(msg("receipt-title")).must_say(&sha256(&sent.file)).must_say(sent.name());
    sent.must_be_nowhere(&seized(&site));

    serve(&mut site);
    assert_eq!(site.submissions(), 1);
    site.mailbox(&sent.form.code).must_say(msg("mailbox-waiting"));
    must_open(&site, &sent, "bundle.tar");
    sent.must_be_nowhere(&seized(&site));
}

#[test]
fn a_source_whose_circuit_breaks_leaves_nothing_and_the_server_goes_on() {
    let site = watched();
    let sent = Planted::new(&site, 1);
    site.send(&sent.form, &sent.message, &[sent.file()]).must_say(msg("receipt-title"));
    let (before, bytes) = (site.vault_size(), stored(&site));

    let cut = Planted::new(&site, 64);
    let upload = site.send_slowly(&cut.form, &cut.message, &cut.file, "24M");
    wait_until_written(&site, before, 8);
    drop(upload);
    must_be_gone(&site, &cut, 1, bytes);
    cut.must_be_nowhere(&[seized(&site), open_files(&site)].concat());

    // The form that broke can be sent again as it is.
    site.send(&cut.form, &cut.message, &[cut.file()]).must_say(msg("receipt-title"));
    assert_eq!(site.submissions(), 2);
    must_open(&site, &cut, "bundle.tar");
}

#[test]
fn stopped_in_the_middle_of_an_upload_the_server_ends_in_time_and_publishes_nothing() {
    let mut site = watched();
    let (before, bytes) = (site.vault_size(), stored(&site));
    let cut = Planted::new(&site, 64);
    let upload = site.send_slowly(&cut.form, &cut.message, &cut.file, "1M");
    wait_until_written(&site, before, 1);
    let begin = Instant::now();
    site.stop();
    // Ten seconds for what is under way, five for threads. The upload alone would take a minute; a slow machine
    // may take long too.
    assert!(begin.elapsed() < Duration::from_secs(50), "{:?}", begin.elapsed());
    drop(upload);
    cut.must_be_nowhere(&seized(&site));

    serve(&mut site);
    must_be_gone(&site, &cut, 0, bytes);
}

#[test]
fn an_idle_server_stops_at_once() {
    let mut site = watched();
    site.mailbox(&site.form("en").code).must_say(msg("mailbox-nothing"));
    let begin = Instant::now();
    site.stop();
    // What is under way would have ten seconds.
    assert!(begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
}

#[test]
fn no_core_dump_is_written() {
    let site = watched();
    let limits = fs::read_to_string(format!("/proc/{}/limits", site.pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "{core}");
    // Not dumpable: its files in /proc belong to root, whoever runs it.
    site.signal("ABRT");
    wait_for("the server to crash", || {
        TcpStream::connect(site.base.trim_start_matches("http://")).err()
    });
    seized(&site);
}

#[test]
fn every_file_is_for_its_owner_alone() {
    let mut site = watched();
    let sent = Planted::new(&site, 2);
    site.send(&sent.form, &sent.message, &[sent.file()]).must_say(msg("receipt-title"));
    let cut = Planted::new(&site, 32);
    let upload = site.send_slowly(&cut.form, &cut.message, &cut.file, "8M");
    wait_until_written(&site, site.vault_size(), 2);
    let bundle = site.export("bundle.tar");
    let opened = site.path("opened");
    let key = site.editors.first().unwrap().key.clone();
    ok(sourdine().arg("open").arg(&bundle).arg("-i").arg(&key).arg("-o").arg(&opened));
    must_be_private(&site.path("box"));
    site.kill();
    drop(upload);
    must_be_private(&site.path("box"));
    must_be_private(&opened);
    for file in [&bundle, &key, &site.path("editor0.txt.addresses.json")] {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
}

fn must_be_private(dir: &Path) {
    assert_eq!(mode(dir), 0o700, "{}", dir.display());
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            must_be_private(&path);
        } else if let Ok(meta) = fs::metadata(&path) {
            assert_eq!(meta.permissions().mode() & 0o7777, 0o600, "{}", path.display());
        }
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn fifty_visits_good_and_bad_leave_counts_in_the_log_and_nothing_else() {
    let mut site = watched();
    // What it says at its start comes in several lines.
    let started = wait_for("its first lines", || {
        let log = site.log();
        std::thread::sleep(Duration::from_millis(300));
        (site.log() == log).then_some(log)
    });
    let sent = Planted::new(&site, 1);
    let mut visits = 0;
    let mut visit = |answer: Answer, status: u16| {
        assert_eq!(answer.status, status, "{}", answer.text());
        visits += 1;
    };
    let agent = format!("{}-agent", sent.bytes);
    let headers = ["-H", "Referer: http://secret.example/", "-A", agent.as_str()];
    for round in 0..5 {
        let form = if round == 0 { sent.form.clone() } else { site.form("fr") };
        visit(site.send(&form, &sent.message, &[sent.file()]), 200);
        visit(site.curl("/?lang=fr", &headers), 200);
        visit(site.curl(&format!("/{}", sent.bytes), &headers), 404);
        visit(site.mailbox(&form.code), 200);
        visit(site.mailbox(&form.code.replacen(char::is_alphabetic, "xqzj", 1)), 422);
        visit(site.mailbox("eight words that are not in the list"), 422);
        visit(site.open_with(&form.code, "forged"), 400);
        visit(site.curl("/drop", &["-F", &format!("{}=1", sent.bytes)]), 400);
        visit(site.curl("/drop", &["-d", &sent.message]), 400);
        visit(site.curl("/drop", &["-H", "Origin: http://evil.example", "-F", "code=x"]), 403);
    }
    assert_eq!(visits, 50);
    let mut raw = TcpStream::connect(site.base.trim_start_matches("http://")).unwrap();
    raw.write_all(sent.message.as_bytes()).unwrap();
    drop(raw);

    assert_eq!(site.log(), started, "a visit wrote to the log");
    site.stop();
    let log = site.log();
    // Day and level stand before each line.
    let words = |line: &str| line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ");
    let lines: Vec<_> = log.lines().map(words).collect();
    // Where the tests run as root, the server says that too, once.
    let lines: Vec<_> =
        lines.into_iter().filter(|line| !line.contains("belongs to root")).collect();
    assert_eq!(lines.len(), 5, "{log}");
    assert!(lines.first().unwrap().starts_with("sandboxed: no programs, "), "{log}");
    assert!(
        lines.get(1).unwrap().starts_with("started; sources are served at http://127.0.0.1:"),
        "{log}"
    );
    assert_eq!(lines[2], "stopping");
    let counts = lines.get(3).unwrap().strip_prefix("errors since the last report: ").unwrap();
    assert_eq!(counts, "code 10, foreign-origin 5, foreign-ticket 5, form 10, not-found 5");
    assert_eq!(lines[4], "stopped");
    sent.must_be_nowhere(&seized(&site));
}
