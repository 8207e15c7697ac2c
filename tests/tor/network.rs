//! A Tor network of our own on loopback: three authorities, four relays, and clients as they are wanted.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::daemon::{Daemon, private};
use super::loopback;

const AUTHORITIES: usize = 3;
/// With fewer, circuits of an onion service do not find enough different relays.
const RELAYS: usize = 4;
/// How long all of them together may take to begin. The quick ones take 15 seconds.
const BEGINNING: Duration = Duration::from_secs(100);

/// What every tor of this network knows. The rest of the world does not exist for it.
const EVERYONE: &str = "\
TestingTorNetwork 1
OutboundBindAddress 127.0.0.1
UseDefaultFallbackDirs 0
ClientUseIPv6 0
GeoIPFile /dev/null
GeoIPv6File /dev/null
NumCPUs 1
PathsNeededToBuildCircuits 0.67
TestingClientDownloadInitialDelay 0
TestingServerDownloadInitialDelay 0
TestingClientConsensusDownloadInitialDelay 0
TestingServerConsensusDownloadInitialDelay 0
TestingClientMaxIntervalWithoutRequest 5
TestingDirConnectionMaxStall 30
";

/// Ten seconds a consensus: the shortest that tor takes.
const VOTING: &str = "\
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 10
V3AuthVoteDelay 2
V3AuthDistDelay 2
V3AuthNIntervalsValid 3
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteExit *
TestingMinExitFlagThreshold 0
MinUptimeHidServDirectoryV2 0
";

/// The network that all tests of this binary share. It ends with the process.
pub struct Network {
    dir: PathBuf,
    /// One line for each authority.
    authorities: String,
    daemons: Vec<Daemon>,
    joined: AtomicU32,
    source: Option<Client>,
}

impl Network {
    /// Started by whoever asks first, with a second try.
    pub fn shared() -> &'static Self {
        static NETWORK: OnceLock<Result<Network, String>> = OnceLock::new();
        let begun = NETWORK.get_or_init(|| {
            let (send, begun) = mpsc::channel();
            // Its processes die with the thread that starts them, and a test's thread is soon gone.
            thread::spawn(move || {
                let _ = send.send(Self::start().or_else(|_| Self::start()));
                loopback::watch_for_ever();
            });
            begun.recv().unwrap()
        });
        begun.as_ref().unwrap_or_else(|logs| panic!("the private network does not begin\n{logs}"))
    }

    fn start() -> Result<Self, String> {
        let begin = Instant::now();
        let dir = tempfile::Builder::new().prefix("sourdine-tor-").tempdir().unwrap().keep();
        remove_when_we_end(&dir);
        let ports = free_ports(2 * (AUTHORITIES + RELAYS));
        let ports: Vec<_> = ports.chunks_exact(2).map(|two| [two[0], two[1]]).collect();
        let named = |kind: &str, number: usize| dir.join(format!("{kind}{number}"));

        let keys: Vec<_> = (0..AUTHORITIES)
            .map(|number| (named("authority", number), ports[number]))
            .map(|(dir, [_, dir_port])| thread::spawn(move || identity(&dir, dir_port)))
            .collect();
        let fingerprints = keys.into_iter().map(|thread| thread.join().unwrap());
        let line = |(number, [v3, relay]): (usize, [String; 2])| {
            let [or_port, dir_port] = ports[number];
            format!(
                "DirAuthority authority{number} orport={or_port} no-v2 v3ident={v3} \
                 127.0.0.1:{dir_port} {relay}\n"
            )
        };
        let authorities: String = fingerprints.enumerate().map(line).collect();

        let mut daemons = Vec::new();
        for (number, [or_port, dir_port]) in ports.iter().enumerate() {
            let is_authority = number < AUTHORITIES;
            let kind = if is_authority { "authority" } else { "relay" };
            let lines = format!(
                "{EVERYONE}{authorities}{}Nickname {kind}{number}\nSocksPort 0\nAddress 127.0.0.1\n\
                 AssumeReachable 1\nORPort 127.0.0.1:{or_port}\nDirPort 127.0.0.1:{dir_port}\n\
                 ExitRelay 0\nExitPolicy reject *:*\nContactInfo nobody@invalid\n",
                if is_authority { VOTING } else { "" },
            );
            daemons.push(Daemon::start(&named(kind, number), &lines));
        }
        let end = begin + BEGINNING;
        let all = daemons.iter_mut().all(|daemon| daemon.bootstraps_before(end));
        if !all {
            return Err(daemons.iter().map(Daemon::tail).collect());
        }
        let mut new = Self { dir, authorities, daemons, joined: 0.into(), source: None };
        new.source = Some(new.try_client("")?);
        println!("private network: begun after {:.0} s", begin.elapsed().as_secs_f64());
        Ok(new)
    }

    /// What a torrc needs, to be of this network.
    pub fn include_lines(&self) -> String {
        format!("{EVERYONE}{}", self.authorities)
    }

    /// A further tor of this network; these lines say what it is for.
    pub fn join(&self, lines: &str) -> Daemon {
        self.try_join(lines).unwrap_or_else(|log| panic!("it does not begin\n{log}"))
    }

    fn try_join(&self, lines: &str) -> Result<Daemon, String> {
        let number = self.joined.fetch_add(1, Ordering::Relaxed);
        let dir = self.dir.join(format!("joined{number}"));
        let mut daemon = Daemon::start(&dir, &(self.include_lines() + lines));
        let begun = daemon.bootstraps_before(Instant::now() + BEGINNING);
        if begun { Ok(daemon) } else { Err(daemon.tail()) }
    }

    /// A client of its own: nobody shares its circuits.
    pub fn client(&self, lines: &str) -> Client {
        self.try_client(lines).unwrap_or_else(|log| panic!("it does not begin\n{log}"))
    }

    fn try_client(&self, lines: &str) -> Result<Client, String> {
        let port = free_ports(1)[0];
        let daemon = self.try_join(&format!("SocksPort 127.0.0.1:{port}\n{lines}"))?;
        Ok(Client { port, daemon })
    }

    /// The client of sources: every visitor by a name of its own.
    pub fn source(&self) -> &Client {
        self.source.as_ref().unwrap()
    }

    /// The last lines of all logs.
    pub fn tail(&self) -> String {
        self.daemons.iter().map(Daemon::tail).collect()
    }
}

/// A tor that takes visitors in.
pub struct Client {
    pub port: u16,
    pub daemon: Daemon,
}

impl Client {
    /// Arguments that make curl one visitor of this client: another name, other circuits.
    pub fn visitor(&self, name: &str) -> Vec<String> {
        let proxy = format!("socks5h://{name}:x@127.0.0.1:{}", self.port);
        // An answer may be long in coming, not longer than Tor itself waits.
        ["--proxy", &proxy, "--max-time", "180"].map(String::from).into()
    }
}

/// Makes the keys of an authority: the fingerprints of its signing identity and of its relay.
fn identity(dir: &Path, dir_port: u16) -> [String; 2] {
    let keys = dir.join("keys");
    private(&keys);
    let mut command = Command::new("tor-gencert");
    command.args(["--create-identity-key", "--passphrase-fd", "0", "-m", "1"]);
    command.args(["-i", "authority_identity_key", "-s", "authority_signing_key"]);
    command.args(["-c", "authority_certificate", "-a", &format!("127.0.0.1:{dir_port}")]);
    command.current_dir(&keys).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = command.spawn().expect("tor-gencert (Debian's package tor)");
    process.stdin.take().unwrap().write_all(b"nobody\n").unwrap();
    assert!(process.wait().unwrap().success(), "tor-gencert");
    let certificate = fs::read_to_string(keys.join("authority_certificate")).unwrap();
    let v3 = certificate.lines().find_map(|line| line.strip_prefix("fingerprint ")).unwrap();

    let mut command = Command::new("tor");
    command.args(["--ignore-missing-torrc", "-f", "/nonexistent", "--quiet"]);
    command.args(["--defaults-torrc", "/nonexistent", "--list-fingerprint", "--orport", "1"]);
    command.args(["--dirauthority", "x 127.0.0.1:1 ffffffffffffffffffffffffffffffffffffffff"]);
    crate::common::ok(command.arg("--datadirectory").arg(dir));
    let relay = fs::read_to_string(dir.join("fingerprint")).unwrap();
    [v3.into(), relay.split_whitespace().next_back().unwrap().into()]
}

/// Ports that nobody listens on, below those that the system gives to whoever asks for any.
fn free_ports(count: usize) -> Vec<u16> {
    let mut held = Vec::new();
    while held.len() < count {
        let wanted = 10_000 + u16::try_from(crate::common::wire::random() % 20_000).unwrap();
        held.extend(TcpListener::bind(("127.0.0.1", wanted)));
    }
    let ports: HashSet<_> = held.iter().map(|port| port.local_addr().unwrap().port()).collect();
    ports.into_iter().collect()
}

/// Has the directory removed even when this process is killed: the pipe's end tells.
fn remove_when_we_end(dir: &Path) {
    let mut command = Command::new("sh");
    command.args(["-c", "read -r never; sleep 1; rm -rf \"$1\"", "sh"]).arg(dir);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let process = command.spawn().unwrap();
    std::mem::forget(process);
}
