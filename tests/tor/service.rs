//! A drop box behind an onion address: `sourdine serve --tor`, or a tor of the system in front of a socket.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sourdine::base::clock::{Clock, Day};
use sourdine::store::Store;

use super::daemon::{Daemon, tail};
use super::loopback;
use super::network::Network;
use super::recorder::Recorder;
use crate::common::{Answer, Box_, curl, sourdine, wait_for};

/// How long a visit to an address that was just made known may need: a second try included.
const REACH: Duration = Duration::from_secs(150);
/// How long things of this machine may need.
const SOON: Duration = Duration::from_secs(120);

/// A box that sources reach through Tor. Its own [`Box_::curl`] goes through a client of the network.
pub struct Onion {
    pub site: Box_,
    pub visitor: String,
    pub server: Option<Server>,
    /// Where a tor of the system would stand: it, and what it says to the box.
    pub by_hand: Option<(Daemon, Recorder)>,
}

impl Onion {
    /// A box of one editor with `serve --tor`, visited by this visitor.
    pub fn serve(visitor: &str) -> Self {
        let network = Network::shared();
        let site = Box_::new(1, &[("include = \"\"", "include = \"network\"")]);
        fs::write(site.path("box/network"), network.include_lines()).unwrap();
        let mut new = Self { site, visitor: visitor.into(), server: None, by_hand: None };
        // It was off for forty days.
        let today = Clock::system().day().unproven();
        let before = Day(today.0 - 40);
        Store::open(&new.site.data(), 1 << 40).unwrap().record_day(before).unwrap();
        new.start();
        // tor has confirmed the clock.
        wait_for("the day to be recorded", || {
            let recorded = Store::open(&new.site.data(), 1 << 40).unwrap().recorded().unwrap();
            recorded.gaps.iter().any(|gap| gap.0 == before).then_some(())
        });
        new
    }

    /// `serve --tor` until its address is known to the network and answers.
    pub fn start(&mut self) {
        let server = Server::start(&self.site, &["--tor"]);
        let address = server.waits_for("the site can be reached now: ", REACH);
        self.site.base = address.split_whitespace().next().unwrap().into();
        self.server = Some(server);
        self.reach();
    }

    /// A box of one editor on a unix socket, and in front of it a tor that nobody but this test keeps.
    pub fn by_hand(visitor: &str) -> Self {
        let network = Network::shared();
        let mut site = Box_::new(1, &[("haproxy = false", "haproxy = true")]);
        let (socket, ahead) = (site.path("box.sock"), site.path("tor.sock"));
        let listen = format!("source = \"unix:{}\"", socket.display());
        site.edit(&[("source = \"127.0.0.1:8080\"", &listen)]);
        let server = Server::start(&site, &[]);
        server.waits_for("sources are served at ", SOON);
        let recorder = Recorder::start(&ahead, &socket);
        let service = site.path("service");
        let daemon = network.join(&format!(
            "SocksPort 0\nHiddenServiceDir {}\nHiddenServicePort 80 unix:{}\n\
             HiddenServiceExportCircuitID haproxy\nHiddenServicePoWDefensesEnabled 1\n",
            service.display(),
            ahead.display(),
        ));
        let name = fs::read_to_string(service.join("hostname")).unwrap();
        site.base = format!("http://{}", name.trim());
        let (visitor, by_hand) = (visitor.into(), Some((daemon, recorder)));
        let mut new = Self { site, visitor, server: Some(server), by_hand };
        new.reach();
        new
    }

    /// Waits until the address answers. Each try is on a new circuit, as with "New Tor circuit for this
    /// site": an old one may hang for minutes before it is given up.
    pub fn reach(&mut self) {
        let begin = Instant::now();
        for number in 0.. {
            let visitor = format!("{}{number}", self.visitor);
            self.site.through = Network::shared().source().visitor(&visitor);
            let through = self.site.through.iter().map(String::as_str);
            let args: Vec<_> = through.chain(["--max-time", "20"]).collect();
            if curl(&self.site.base, &args).status != 0 {
                return;
            }
            assert!(begin.elapsed() < REACH, "the address does not answer\n{}", self.tail());
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// One request of another visitor.
    pub fn visit_as(&self, visitor: &str, path: &str, args: &[&str]) -> Answer {
        let through = Network::shared().source().visitor(visitor);
        let through: Vec<_> = through.iter().map(String::as_str).collect();
        let (address, args) = (format!("{}{path}", self.site.base), [&through[..], args].concat());
        let answer = curl(&address, &args);
        // A circuit may break: then once more, on another.
        if answer.status == 0 { curl(&address, &args) } else { answer }
    }

    /// The address's file.
    pub fn hostname(&self) -> String {
        fs::read_to_string(self.site.path("box/tor/source/hostname")).unwrap().trim().to_owned()
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// What everybody said last.
    pub fn tail(&self) -> String {
        let daemons = self.by_hand.as_ref().map(|(daemon, _)| daemon.tail()).unwrap_or_default();
        let server = self.server.as_ref().map(Server::tail).unwrap_or_default();
        let network = Network::shared();
        format!("{}{server}{daemons}{}", network.tail(), network.source().daemon.tail())
    }
}

impl Drop for Onion {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.tail());
        }
    }
}

/// `sourdine serve` as a process. Dropped, it is asked to stop, as an operator does.
pub struct Server {
    process: Child,
    log: PathBuf,
}

impl Server {
    fn start(site: &Box_, args: &[&str]) -> Self {
        let log = site.path("serve.log");
        let output = fs::File::create(&log).unwrap();
        let program = sourdine();
        // Should this test be killed, so is the server.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM"]).arg(program.get_program());
        command.args(["serve", "--config"]).arg(site.config()).args(args);
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        Self { process: command.spawn().expect("setpriv (util-linux)"), log }
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The tor that it runs.
    pub fn tor(&self) -> Option<u32> {
        let named = |pid: &u32| loopback::name(*pid).as_deref() == Some("tor");
        loopback::below(self.pid()).into_iter().find(named)
    }

    /// Waits until its log says this, and returns the rest of that line.
    pub fn waits_for(&self, text: &str, patience: Duration) -> String {
        within(
            patience,
            text,
            || {
                let log = fs::read_to_string(&self.log).unwrap();
                assert!(!log.contains("sourdine: "), "{log}");
                let at = log.find(text)? + text.len();
                let (line, _) = log[at..].split_once('\n')?;
                Some(line.to_owned())
            },
            || self.tail(),
        )
    }

    pub fn tail(&self) -> String {
        format!("== serve\n{}", tail(&self.log, 30))
    }

    /// Ends as in a power failure; what it started is its own business.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        signal("TERM", self.pid());
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(30) {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a signal by name to a process that may be gone.
pub fn signal(name: &str, pid: u32) {
    let mut command = Command::new("kill");
    let _ = command.arg(format!("-{name}")).arg(pid.to_string()).stderr(Stdio::null()).status();
}

/// Asks again and again; fails with what the logs said last.
pub fn within<T>(
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> Option<T>,
    logs: impl Fn() -> String,
) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(begin.elapsed() < patience, "waited in vain for {what}\n{}", logs());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Whether a process runs, a dead one that nobody has asked about yet aside.
pub fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().starts_with(" Z"))
}
