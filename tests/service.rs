//! `serve` as a service: what it tells systemd, the listeners that systemd binds for it, its first start, its log.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::*;

/// In the place of systemd.
fn manager(path: &Path) -> UnixDatagram {
    let socket = UnixDatagram::bind(path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    socket
}

fn told(socket: &UnixDatagram) -> String {
    let mut bytes = [0; 64];
    let length = socket.recv(&mut bytes).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

/// From inside the sandbox: its socket was connected before.
#[test]
fn systemd_is_told_that_it_serves_that_it_lives_and_that_it_ends() {
    let mut site = Box_::new(1, &[]);
    let socket = manager(&site.path("notify"));
    let path = site.path("notify");
    site.serve_with(|command| {
        command.env("NOTIFY_SOCKET", path).env("WATCHDOG_USEC", "400000");
        command.arg("--require-sandbox");
    });
    assert_eq!(told(&socket), "READY=1");
    for _ in 0..4 {
        assert_eq!(told(&socket), "WATCHDOG=1");
    }
    site.stop();
    let last = std::iter::repeat_with(|| told(&socket)).find(|state| state != "WATCHDOG=1");
    assert_eq!(last.as_deref(), Some("STOPPING=1"));
}

#[test]
fn a_manager_that_is_not_there_is_said() {
    let site = Box_::new(1, &[]);
    let mut command = site.command("serve");
    let said = fails(command.env("NOTIFY_SOCKET", site.path("nobody")));
    assert!(said.contains("NOTIFY_SOCKET"), "{said}");
}

/// `serve` behind a listener of systemd's at this address; it starts with the first connection.
fn activated(site: &Box_, listen: &Path, source: &Path) -> std::process::Child {
    let mut command = Command::new("systemd-socket-activate");
    command.arg("-l").arg(listen).arg(env!("CARGO_BIN_EXE_sourdine"));
    command.args(["serve", "--require-sandbox", "--config"]).arg(site.config());
    command.arg("--listen").arg(format!("unix:{}", source.display()));
    let log = fs::File::create(site.path("log")).unwrap();
    command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

#[test]
fn a_listener_of_systemds_is_used_where_the_configuration_names_it() {
    let mut site = Box_::new(1, &[]);
    let socket = site.path("source.sock");
    let server = activated(&site, &socket, &socket);
    site.adopt(server);
    wait_for("the listener", || socket.exists().then_some(()));
    let inode = fs::metadata(&socket).unwrap().ino();
    let mut curl = Command::new("curl");
    curl.args(["-s", "--max-time", "60", "--unix-socket"]).arg(&socket);
    let page = ok(curl.arg("http://localhost/?lang=en")).stdout;
    assert!(String::from_utf8(page).unwrap().contains(msg("landing-send")));
    assert_eq!(fs::metadata(&socket).unwrap().ino(), inode, "it was bound anew");
    assert!(site.log().contains("sandboxed: "), "{}", site.log());
    site.stop();
}

#[test]
fn a_listener_that_nobody_asked_for_is_refused() {
    let site = Box_::new(1, &[]);
    let (there, here) = (site.path("other.sock"), site.path("source.sock"));
    let mut server = activated(&site, &there, &here);
    wait_for("the listener", || UnixStream::connect(&there).ok());
    assert_eq!(server.wait().unwrap().code(), Some(1));
    let said = site.log();
    assert!(said.contains("systemd hands over a listener at unix:"), "{said}");
}

#[test]
fn the_first_start_makes_the_box_once_and_says_what_is_left_to_do() {
    let mut site = Box_::new(1, &[]);
    fs::remove_dir_all(site.data()).unwrap();
    // What a first start left that was killed.
    fs::create_dir(site.path("box/data.new")).unwrap();
    let init = |command: &mut Command| {
        command.arg("--init");
    };
    site.serve_with(init);
    let log = site.log();
    for said in ["made an empty box in", "has one recipient", "sourdine editor add NAME"] {
        assert!(log.contains(said), "{log}");
    }
    assert!(!site.path("box/data.new").exists());
    let form = site.form("en");
    site.send(&form, "text", &[]).must_say(msg("receipt-title"));
    site.stop();
    site.serve_with(init);
    assert_eq!(site.log().matches("made an empty box in").count(), 1);
    site.mailbox(&form.code).must_say(msg("mailbox-waiting"));
}

#[test]
fn a_log_has_days_and_the_journal_its_own_times() {
    let mut site = Box_::served(1, &[]);
    let today = sourdine::base::clock::Clock::system().day().to_string();
    let lines = site.log();
    // The day may have changed meanwhile.
    let dated = |line: &str| line.starts_with(&today[..8]) && line.as_bytes()[10] == b' ';
    assert!(lines.lines().count() >= 2 && lines.lines().all(dated), "{lines}");
    assert!(!lines.contains("T00:") && lines.lines().all(|line| !line[10..].contains(&today)));
    site.stop();
    let (before, file) = (site.log().len(), fs::metadata(site.path("log")).unwrap());
    site.serve_with(|command| {
        command.env("JOURNAL_STREAM", format!("{}:{}", file.dev(), file.ino()));
    });
    let lines = site.log().split_off(before);
    assert!(lines.contains("INFO started; ") && !lines.contains(&today[..8]), "{lines}");
}
