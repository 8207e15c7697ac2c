//! `serve --tor` with the real tor, which is told to stay off the network: starting, stopping, being killed,
//! and everything that can be wrong with it.

mod check;
mod editors;
mod include;
mod lost;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::{Box_, Editor, fails, ok, sourdine, wait_for};

/// A box whose tor never speaks to anybody.
fn offline_box() -> Box_ {
    let site = Box_::new(1, &[("include = \"\"", "include = \"../include\"")]);
    write_include(&site, "");
    site
}

fn write_include(site: &Box_, lines: &str) {
    fs::write(site.path("include"), format!("DisableNetwork 1\n{lines}")).unwrap();
}

fn tor_dir(site: &Box_) -> PathBuf {
    site.dir.path().join("box/tor")
}

fn serve(site: &Box_) -> Command {
    let mut command = site.command("serve");
    command.arg("--tor");
    command
}

/// Fails with code 1, in one line that says all of this, and has lost nothing.
fn refuses(site: &Box_, command: &mut Command, sentences: &[&str]) {
    let error = fails(command);
    assert_eq!(error.lines().count(), 1, "more than one line: {error}");
    for sentence in sentences {
        assert!(error.contains(sentence), "{sentence:?} is missing in {error}");
    }
    nothing_runs_in(site.dir.path());
    assert_eq!(site.submissions(), 0, "the box still opens");
}

/// Processes whose command line names this directory: (pid, command line).
fn processes(dir: &Path) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(dir.to_str().unwrap()) {
            found.push((pid, line));
        }
    }
    found
}

fn nothing_runs_in(dir: &Path) {
    wait_for("the end of every process", || processes(dir).is_empty().then_some(()));
}

/// The one process of `dir` whose command line says this; not the tor that only looks at its configuration.
fn pid_of(dir: &Path, what: &str) -> Option<u32> {
    let is_it = |line: &str| line.contains(what) && !line.contains("--verify-config");
    processes(dir).into_iter().find(|(_, line)| is_it(line)).map(|(pid, _)| pid)
}

fn signal(pid: u32, name: &str) {
    ok(Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()));
}

/// `serve --tor` while it runs.
struct Served {
    parent: Child,
    log: PathBuf,
    onion: String,
}

impl Served {
    fn start(site: &Box_) -> Self {
        Self::start_as(serve(site), site.path("log-of-tor"))
    }

    fn start_as(mut command: Command, log: PathBuf) -> Self {
        let file = fs::File::create(&log).unwrap();
        let parent =
            command.stdout(file.try_clone().unwrap()).stderr(file).stdin(Stdio::null()).spawn();
        let mut new = Self { parent: parent.unwrap(), log, onion: String::new() };
        new.onion = new.wait_for_line("http://", ".onion");
        new
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// What stands from one text up to and with another.
    fn wait_for_line(&self, from: &str, to: &str) -> String {
        wait_for(from, || {
            let log = self.log();
            let rest = &log[log.find(from)?..];
            Some(rest[..rest.find(to)? + to.len()].to_owned())
        })
    }

    /// Waits until the log says this so many times.
    fn says(&self, what: &str, times: usize) {
        wait_for(what, || (self.log().matches(what).count() >= times).then_some(()));
    }

    fn stop(&mut self) {
        signal(self.parent.id(), "TERM");
        assert!(self.parent.wait().unwrap().success(), "{}", self.log());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.parent.kill();
        let _ = self.parent.wait();
    }
}

/// A directory with a program called tor, and nothing else.
fn path_with_tor(site: &Box_, script: &str) -> PathBuf {
    let dir = site.path("bin");
    fs::create_dir_all(&dir).unwrap();
    let tor = dir.join("tor");
    fs::write(&tor, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&tor, fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

#[test]
fn the_address_stays_and_a_stop_leaves_no_process() {
    let site = offline_box();
    let mut first = Served::start(&site);
    first.says("INFO tor: 0% starting", 1);
    let dir = tor_dir(&site);
    for private in ["", "source", "state", "torrc", "control.sock", "control.cookie"] {
        let mode = fs::metadata(dir.join(private)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{private} is open to others");
    }
    let torrc = fs::read_to_string(dir.join("torrc")).unwrap();
    assert!(torrc.contains("HiddenServiceExportCircuitID haproxy"));
    assert!(torrc.contains("HiddenServicePoWDefensesEnabled 1"));
    assert!(!torrc.contains("/desk"), "without an editor let in, the desk has no address: {torrc}");
    assert_eq!(processes(site.dir.path()).len(), 3, "parent, tor, reader");
    first.stop();
    nothing_runs_in(site.dir.path());
    assert!(first.log().ends_with("INFO tor is stopped\n"), "{}", first.log());

    let mut second = Served::start(&site);
    assert_eq!(second.onion, first.onion);
    second.stop();
}

#[test]
fn a_killed_parent_leaves_neither_tor_nor_reader() {
    let site = offline_box();
    let mut served = Served::start(&site);
    signal(served.parent.id(), "KILL");
    served.parent.wait().unwrap();
    nothing_runs_in(site.dir.path());
    let mut again = Served::start(&site);
    assert_eq!(again.onion, served.onion);
    again.stop();
}

#[test]
fn tor_and_the_reader_come_back_by_themselves() {
    let site = offline_box();
    let mut served = Served::start(&site);
    let dir = site.dir.path();
    let tor = pid_of(dir, "/torrc").unwrap();
    signal(tor, "KILL");
    served.says("ERROR tor ended (signal: 9 (SIGKILL)); it is started again", 1);
    // Not the one that only looks at the torrc.
    let running = || pid_of(dir, "__OwningControllerProcess");
    let new = wait_for("another tor", || running().filter(|pid| *pid != tor));
    served.says("INFO tor: 0% starting", 2);
    assert_eq!(running(), Some(new), "one start is enough");
    let hostname = fs::read_to_string(tor_dir(&site).join("source/hostname")).unwrap();
    assert_eq!(format!("http://{}", hostname.trim()), served.onion);

    signal(pid_of(dir, "--supervised").unwrap(), "KILL");
    served.says(
        "the process that reads requests ended (signal: 9 (SIGKILL)); it is started again",
        1,
    );
    served.says("INFO started; sources are served at unix:", 2);
    served.stop();
    nothing_runs_in(dir);
}

/// Whether the reader answers, to a line as tor's.
fn answers(site: &Box_) -> Option<()> {
    let mut stream = UnixStream::connect(tor_dir(site).join("source.sock")).ok()?;
    let line = "PROXY TCP6 fc00:dead:beef:4dad::0:1 ::1 1000 80";
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close";
    stream.write_all(format!("{line}\r\n{request}\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    answer.starts_with(b"HTTP/1.1 ").then_some(())
}

#[test]
fn a_log_that_is_full_or_closed_stops_nothing() {
    let full = || Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let closed = || Stdio::from(std::io::pipe().unwrap().1);
    for (output, log) in [(full(), full()), (closed(), closed())] {
        let site = offline_box();
        let dir = site.dir.path();
        let parent = serve(&site).stdout(output).stderr(log).stdin(Stdio::null()).spawn().unwrap();
        let mut served = Served { parent, log: site.path("none"), onion: String::new() };
        wait_for("the reader", || answers(&site));
        // The parent is still to hear that; what dies before is no fault of the log.
        std::thread::sleep(Duration::from_secs(1));
        let ended = ["--supervised", "/torrc"].map(|what| (what, pid_of(dir, what).unwrap()));
        for (what, pid) in ended {
            signal(pid, "KILL");
            // Each end writes a line, and each start.
            let another = || pid_of(dir, what).filter(|new| *new != pid);
            wait_for(&format!("another {what}"), another);
        }
        wait_for("the reader", || answers(&site));
        signal(served.parent.id(), "HUP");
        std::thread::sleep(Duration::from_millis(200));
        assert!(served.parent.try_wait().unwrap().is_none(), "it ended");
        signal(served.parent.id(), "TERM");
        assert_eq!(served.parent.wait().unwrap().code(), Some(0));
        nothing_runs_in(dir);
    }
}

#[test]
fn changed_teams_and_editors_reach_those_who_cannot_look_for_them() {
    let mut site = offline_box();
    let mut served = Served::start(&site);
    let other = Editor::new(site.dir.path(), "other");
    site.add_editor(other);
    served.says("INFO teams and recipients were read again", 1);

    let good = fs::read_to_string(site.config()).unwrap();
    fs::write(site.config(), good.replace("recipients = [", "recipient = [")).unwrap();
    signal(served.parent.id(), "HUP");
    served.says("ERROR the changed configuration is not used: unknown key", 1);
    fs::write(site.config(), good).unwrap();
    signal(served.parent.id(), "HUP");
    served.says("INFO teams and recipients were read again", 2);

    // The first editor who is let in gives the desk its address.
    let config = sourdine::config::Config::load(&site.config()).unwrap();
    let place = sourdine::tor::place::TorDir::of(&config).unwrap();
    sourdine::tor::clients::authorise(&place, "anne").unwrap();
    signal(served.parent.id(), "HUP");
    wait_for("the desk's address", || place.desk_onion());
    assert!(fs::read_to_string(place.torrc()).unwrap().contains("desk.sock"));

    // An include that tor refuses leaves everything as it was.
    write_include(&site, "NoSuchOption 1\n");
    signal(served.parent.id(), "HUP");
    served.says("ERROR tor goes on as it was: tor does not accept its configuration", 1);
    served.stop();
}

#[test]
fn without_a_usable_tor_it_says_what_to_install() {
    let site = offline_box();
    let none = site.path("empty");
    fs::create_dir(&none).unwrap();
    refuses(&site, serve(&site).env("PATH", &none), &["tor is not installed: apt install tor"]);
    let old = path_with_tor(&site, "echo 'Tor version 0.4.7.16.'");
    let sentences =
        ["is tor 0.4.7.16, and 0.4.8 or newer is needed", "backports", "deb.torproject.org"];
    refuses(&site, serve(&site).env("PATH", &old), &sentences);
    let plain = "case $1 in --version) echo 'Tor version 0.4.9.1.';; *) echo 'pow: no';; esac";
    let plain = path_with_tor(&site, plain);
    refuses(&site, serve(&site).env("PATH", &plain), &["without the proof-of-work module"]);
    let other = path_with_tor(&site, "echo hello");
    refuses(&site, serve(&site).env("PATH", &other), &["did not answer as tor does"]);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let site = offline_box();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    // With its network disabled tor opens no port: a control port it opens always.
    write_include(&site, &format!("ControlPort 127.0.0.1:{port}\n"));
    let sentences =
        ["tor could not start: ", &format!("127.0.0.1:{port}"), "another program uses that port"];
    refuses(&site, &mut serve(&site), &sentences);
    drop(taken);
    Served::start(&site).stop();
}

#[test]
fn a_directory_that_would_give_keys_away_is_refused() {
    let site = offline_box();
    for (dir, sentence) in [
        ("data/tor", "must not lie in each other"),
        (".", "must not lie in each other"),
        ("data/../data/../data/x/y", "must not lie in each other"),
    ] {
        site.edit(&[("dir = \"tor\"", &format!("dir = \"{dir}\""))]);
        refuses(&site, &mut serve(&site), &[sentence, "set tor.dir to a directory of its own"]);
        site.edit(&[(&format!("dir = \"{dir}\""), "dir = \"tor\"")]);
    }
    std::os::unix::fs::symlink(site.data(), site.path("box/link")).unwrap();
    site.edit(&[("dir = \"tor\"", "dir = \"link/tor\"")]);
    refuses(&site, &mut serve(&site), &["must not lie in each other"]);
    site.edit(&[("dir = \"link/tor\"", "dir = \"tor\"")]);

    fs::create_dir(tor_dir(&site)).unwrap();
    fs::set_permissions(tor_dir(&site), fs::Permissions::from_mode(0o755)).unwrap();
    refuses(&site, &mut serve(&site), &["can be read by others; run: chmod -R go-rwx "]);
    fs::set_permissions(tor_dir(&site), fs::Permissions::from_mode(0o700)).unwrap();
    Served::start(&site).stop();
}

#[test]
fn a_path_that_tor_cannot_take_is_refused_and_one_with_spaces_works() {
    let site = offline_box();
    let long = "x".repeat(100);
    site.edit(&[("dir = \"tor\"", &format!("dir = \"{long}\""))]);
    refuses(&site, &mut serve(&site), &["tor.dir is too long", "107", "choose a shorter"]);
    let mut dir = long;
    for wrong in ["to\\\"r", "to\\\\r", "to#r", "to\\nr"] {
        site.edit(&[(&dir, wrong)]);
        refuses(&site, &mut serve(&site), &["cannot hold a path with double quotes"]);
        dir = wrong.to_owned();
    }
    site.edit(&[(&dir, "tor's own place é")]);
    let mut served = Served::start(&site);
    served.says("tor: 0%", 1);
    served.stop();
}

#[test]
fn two_do_not_share_a_directory_and_the_sockets_are_ours() {
    let site = offline_box();
    let mut served = Served::start(&site);
    let error = fails(&mut serve(&site));
    assert!(error.contains("another sourdine runs tor in "), "{error}");
    assert!(error.contains("tor.dir of its own"), "{error}");
    // The first one goes on.
    assert_eq!(processes(site.dir.path()).len(), 3);
    served.stop();

    for option in ["--listen", "--desk-listen"] {
        let output = serve(&site).args([option, "127.0.0.1:0"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}");
    }
}

#[test]
fn a_reader_that_cannot_start_stops_everything() {
    let site = offline_box();
    fs::set_permissions(site.data(), fs::Permissions::from_mode(0o755)).unwrap();
    let error = fails(&mut serve(&site));
    assert!(error.contains("data can be read by others; run: chmod -R go-rwx "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    nothing_runs_in(site.dir.path());
    fs::set_permissions(site.data(), fs::Permissions::from_mode(0o700)).unwrap();
    Served::start(&site).stop();
}

#[test]
fn without_a_data_directory_nothing_is_begun() {
    let site = offline_box();
    fs::rename(site.data(), site.path("aside")).unwrap();
    // Neither a file in its place nor a file above it tells whose rights to take.
    for there in [None, Some("data"), Some("data/")] {
        if there == Some("data") {
            fs::write(site.data(), "").unwrap();
        } else if there.is_some() {
            site.edit(&[("box/data\"", "box/data/inner\"")]);
        }
        let error = fails(&mut serve(&site));
        assert!(error.contains("there is no data directory"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(!tor_dir(&site).exists(), "{there:?}: root has made it");
        let check = site.command("check").output().unwrap();
        assert_eq!(check.status.code(), Some(1));
        let said = String::from_utf8_lossy(&check.stdout).into_owned();
        assert!(said.starts_with("FAULT") && said.contains("there is no data directory"), "{said}");
    }
}

#[test]
fn the_demo_has_an_onion_address_too_and_leaves_nothing() {
    let site = offline_box();
    let temporary = site.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let mut command = sourdine();
    command.args(["demo", "--tor", "--desk-listen", "127.0.0.1:0", "--tor-include"]);
    command.arg(site.path("include")).env("TMPDIR", &temporary);
    let mut served = Served::start_as(command, site.path("log-of-demo"));
    served.says("As a source, in Tor Browser: http://", 1);
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 1);
    signal(served.parent.id(), "HUP");
    assert!(served.parent.wait().unwrap().success(), "{}", served.log());
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0, "a demo leaves nothing behind");
    nothing_runs_in(site.dir.path());
}

#[test]
fn a_demo_that_cannot_start_leaves_nothing_half_made() {
    let site = offline_box();
    let (dir, none) = (site.path("kept"), site.path("empty"));
    fs::create_dir(&none).unwrap();
    let demo = |include: &str| {
        let mut command = sourdine();
        command.args(["demo", "--tor", "--desk-listen", "127.0.0.1:0", "--dir"]).arg(&dir);
        command.arg("--tor-include").arg(site.path(include));
        command
    };
    for _ in 0..2 {
        let error = fails(demo("include").env("PATH", &none));
        assert!(error.contains("tor is not installed: apt install tor"), "{error}");
        assert!(!dir.exists());
    }
    assert!(fails(&mut demo("nowhere")).contains("tor.include: "));
    assert!(!dir.exists());
    let mut served = Served::start_as(demo("include"), site.path("log-of-demo"));
    served.says("Everything stays in the directory", 1);
    served.stop();
    let error = fails(&mut demo("include"));
    assert!(error.contains("kept holds a demo or a drop box already"), "{error}");
}
