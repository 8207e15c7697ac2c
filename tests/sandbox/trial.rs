//! A process of this test enters the sandbox and tries everything, by std and rustix.

use std::fmt::Debug;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{DumpableBehavior, Pid, Resource, Rlimit, Signal};
use sourdine::cli::sandbox::{Rules, enter};

use crate::common::ok;

/// Tells the process that it is the one to be shut in, and where.
const PLACE: &str = "SOURDINE_TEST_SANDBOX";
/// This test's own name.
const NAME: &str = "sandbox::trial::what_is_forbidden_fails_and_what_is_needed_works";

#[test]
fn what_is_forbidden_fails_and_what_is_needed_works() {
    if let Some(place) = std::env::var_os(PLACE) {
        inside(Path::new(&place));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    fs::create_dir(dir.path().join("data/below")).unwrap();
    fs::create_dir(dir.path().join("config")).unwrap();
    for name in ["outside", "data/own", "config/sourdine.toml"] {
        fs::write(dir.path().join(name), "content").unwrap();
    }
    let listener = UnixListener::bind(dir.path().join("socket")).unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = ok(Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(PLACE, dir.path())
        .env("SOURDINE_TEST_PORT", tcp.local_addr().unwrap().port().to_string()));
    drop((listener, tcp));
    let said = String::from_utf8(output.stdout).unwrap();
    // A child that ran nothing would also end well.
    let lines = |word: &str| said.lines().filter(|line| line.starts_with(word)).count();
    assert_eq!((lines("refused: "), lines("works: ")), (33, 14), "{said}");
    assert_eq!(fs::read_to_string(dir.path().join("outside")).unwrap(), "content");
    for name in ["data/linked", "data/moved-in", "moved-out", "made", "data/below/moved"] {
        assert!(!dir.path().join(name).exists(), "{name}");
    }
}

/// Refused by the filter (EPERM) or by landlock (EACCES, EXDEV).
fn refused<T: Debug, E: Debug + Into<std::io::Error>>(what: &str, result: Result<T, E>) {
    let error: std::io::Error = match result {
        Ok(value) => panic!("{what} was possible: {value:?}"),
        Err(error) => error.into(),
    };
    let code = error.raw_os_error().unwrap();
    assert!([libc::EPERM, libc::EACCES, libc::EXDEV].contains(&code), "{what}: {error}");
    println!("refused: {what}: {error}");
}

fn works<T, E: Debug>(what: &str, result: Result<T, E>) -> T {
    let value = result.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    println!("works: {what}");
    value
}

fn inside(place: &Path) {
    let (data, config) = (place.join("data"), place.join("config/sourdine.toml"));
    let port = std::env::var("SOURDINE_TEST_PORT").unwrap();
    let accepting = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(accepting.local_addr().unwrap()).unwrap();
    symlink(place.join("outside"), data.join("link")).unwrap();
    let sandbox =
        enter(Rules { data_dir: &data, config: Some(&config), directories: false }).unwrap();
    assert!(sandbox.missing().is_empty());

    refused("spawn", Command::new("/bin/true").spawn());
    refused::<(), _>("exec", Err(Command::new("/bin/true").exec()));
    refused("connect over TCP", TcpStream::connect(format!("127.0.0.1:{port}")));
    refused("connect to a unix socket", UnixStream::connect(place.join("socket")));
    refused("bind TCP", TcpListener::bind("127.0.0.1:0"));
    refused("bind UDP", UdpSocket::bind("127.0.0.1:0"));
    refused("bind a unix socket", UnixListener::bind(data.join("socket")));
    refused("a pair of datagram sockets", UnixDatagram::pair());
    refused(
        "another process's descriptor table",
        rustix::process::pidfd_open(Pid::INIT, rustix::process::PidfdFlags::empty()),
    );
    refused("a signal to another process", rustix::process::test_kill_process(Pid::INIT));
    refused("a signal to ourselves by kill", {
        rustix::process::kill_process(rustix::process::getpid(), Signal::CONT)
    });
    refused("dumpable again", {
        rustix::process::set_dumpable_behavior(DumpableBehavior::Dumpable)
    });
    let parent = rustix::process::getppid();
    assert!(parent.is_some());
    // Not a group's or a user's: as root, that would be everybody's where it is not refused.
    refused("another process's priority", rustix::process::setpriority_process(parent, 0));
    let processors = rustix::thread::sched_getaffinity(None).unwrap();
    refused("another process's processors", {
        rustix::thread::sched_setaffinity(parent, &processors)
    });
    refused("outliving the parent", rustix::process::set_parent_process_death_signal(None));
    let limit = Rlimit { current: Some(0), maximum: Some(0) };
    refused("another limit", rustix::process::setrlimit(Resource::Core, limit));
    refused("a file in memory only", {
        rustix::fs::memfd_create("x", rustix::fs::MemfdFlags::empty())
    });
    refused("another root", rustix::process::chroot(&data));
    refused("another user", rustix::thread::set_thread_uid(rustix::process::getuid()));

    refused("read outside", File::open(place.join("outside")));
    refused("read outside by ..", File::open(data.join("../outside")));
    refused("read outside by a link", File::open(data.join("link")));
    refused("read the program", File::open("/proc/self/exe"));
    refused("list outside", fs::read_dir(place));
    refused("list the configuration's directory", fs::read_dir(place.join("config")));
    refused("write outside", OpenOptions::new().append(true).open(place.join("outside")));
    refused("make outside", File::create(place.join("made")));
    refused("write the configuration", OpenOptions::new().write(true).open(&config));
    refused("remove outside", fs::remove_file(place.join("outside")));
    refused("rename out", fs::rename(data.join("own"), place.join("moved-out")));
    refused("rename in", fs::rename(place.join("outside"), data.join("moved-in")));
    refused("a hard link in", fs::hard_link(place.join("outside"), data.join("linked")));
    let open = fs::Permissions::from_mode(0o777);
    refused("rights of a file outside", fs::set_permissions(place.join("outside"), open));

    let mut own = works("make and write in the data directory", File::create(data.join("new")));
    own.write_all(b"bytes").unwrap();
    works("sync", own.sync_all());
    works("cut an open file", own.set_len(2));
    works("read there", fs::read(data.join("own")));
    works("list there", fs::read_dir(&data));
    works("remove there", fs::remove_file(data.join("new")));
    works("read the configuration", fs::read(&config));
    works("free space", rustix::fs::statvfs(&data));
    works("threads", std::thread::spawn(|| File::open("/").unwrap_err()).join());
    works("a thread's own priority", {
        std::thread::spawn(|| rustix::process::setpriority_process(None, 10).unwrap()).join()
    });
    works("a thread's own processors", rustix::thread::sched_setaffinity(None, &processors));
    let (mut one, mut other) = works("a pair of streams", UnixStream::pair());
    one.write_all(b"x").unwrap();
    other.read_exact(&mut [0]).unwrap();
    let (mut accepted, _) = works("accept and answer", accepting.accept());
    accepted.write_all(b"y").unwrap();
    { &client }.read_exact(&mut [0]).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = works("a runtime with timers and signals", runtime);
    runtime.block_on(async {
        let kind = tokio::signal::unix::SignalKind::terminate();
        drop(tokio::signal::unix::signal(kind).unwrap());
        tokio::time::sleep(Duration::from_millis(1)).await;
        tokio::task::spawn_blocking(|| ()).await.unwrap();
    });
}
