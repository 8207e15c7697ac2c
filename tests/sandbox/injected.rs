//! Makes a thread of the running server itself ask the kernel, as code of an attacker would.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::common::*;

/// Attaches to a thread, lets it make calls one by one, puts its registers back and lets it go.
/// Prints a line a call: its name and what the kernel answered.
const INJECT: &str = r"
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
NAMES = '''r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss
fs_base gs_base ds es fs gs'''.split()
class Regs(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in NAMES]
WORD = (1 << 64) - 1

def ptrace(request, address=None, data=None):
    ctypes.set_errno(0)
    result = libc.ptrace(request, pid, address, data)
    if result == -1 and ctypes.get_errno():
        raise OSError(ctypes.get_errno(), 'ptrace %d' % request)
    return result & WORD

def regs():
    found = Regs()
    ptrace(12, None, ctypes.addressof(found))
    return found

pid, data, other, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
ptrace(16)
os.waitpid(pid, 0x40000000)
saved = regs()
assert ptrace(1, saved.rip - 2) & 0xffff == 0x050f, 'not in a call'
room = (saved.rsp - 16384) & ~15

def put(at, content):
    content += b'\0' * (-len(content) % 8)
    for offset in range(0, len(content), 8):
        ptrace(5, at + offset, struct.unpack_from('<Q', content, offset)[0])
    return at

def call(name, number, *arguments):
    asked = Regs.from_buffer_copy(saved)
    asked.rax, asked.orig_rax, asked.rip = number, WORD, saved.rip - 2
    for register, value in zip(('rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'), arguments):
        setattr(asked, register, value & WORD)
    ptrace(13, None, ctypes.addressof(asked))
    ptrace(9)
    os.waitpid(pid, 0x40000000)
    answer = ctypes.c_long(regs().rax).value
    print(name, answer, flush=True)
    return answer

def listeners():
    tcp = [line.split() for line in open('/proc/%d/net/tcp' % pid)]
    inodes = ['socket:[%s]' % fields[9] for fields in tcp if fields[3] == '0A']
    fds = os.listdir('/proc/%d/fd' % pid)
    return [int(fd) for fd in fds if os.readlink('/proc/%d/fd/%s' % (pid, fd)) in inodes]

# Sends a byte to a port of this machine with MSG_FASTOPEN, from a listener.
def call_home(listener):
    message = put(room, struct.pack('<H', 2) + struct.pack('>H4s8x', port, b'\x7f\0\0\1'))
    text = put(room + 64, b'x')
    vector = put(room + 128, struct.pack('<QQ', text, 1))
    header = put(room + 192, struct.pack('<QIxxxxQQQQixxxx', message, 16, vector, 1, 0, 0, 0) + b'\0' * 8)
    fast = 0x20000000
    call('fastopen-sendmsg', 46, listener, header, fast)
    call('fastopen-sendmmsg', 307, listener, header, 1, fast)
    call('fastopen-sendto', 44, listener, text, 1, fast, 0, 0)
    call('fastopen-sendto-address', 44, listener, text, 1, fast, message, 16)

try:
    path = lambda text: put(room, text.encode() + b'\0')
    listener = max(listeners())
    if port:
        call('shutdown', 48, listener, 2)
    call_home(listener)
    if port:
        sys.exit(0)
    call('getpid', 39)
    own = call('own-file', 257, -100, path(data + '/index.db'), 0, 0)
    call('close', 3, own)
    call('config', 257, -100, path(data + '/../sourdine.toml'), 0, 0)
    call('open-passwd', 257, -100, path('/etc/passwd'), 0, 0)
    call('open-executable', 257, -100, path('/proc/self/exe'), 0, 0)
    call('open-up', 257, -100, path(data + '/../../editor0.txt'), 0, 0)
    call('create-outside', 257, -100, path(data + '/../planted'), 0o101, 0o600)
    call('execve', 59, path('/bin/true'), 0, 0)
    call('execveat', 322, -100, path('/bin/true'), 0, 0, 0)
    call('socket', 41, 2, 1, 0)
    call('connect', 42, 0, put(room, struct.pack('<H', 2) + struct.pack('>H4s', 9, b'\x7f\0\0\1')), 16)
    call('bind', 49, 0, room, 16)
    call('socketpair-datagram', 53, 1, 2, 0, room)
    call('fork', 57)
    call('vfork', 58)
    call('clone', 56, 17, 0, 0, 0, 0)
    call('clone3', 435, room, 88)
    call('owner', 72, listener, 8, other)
    call('owner-by-kind', 72, listener, 15, put(room, struct.pack('<ii', 1, other)))
    call('another-signal', 72, listener, 10, 9)
    call('owner-by-ioctl', 16, listener, 0x8901, put(room, struct.pack('<i', other)))
    call('group-by-ioctl', 16, listener, 0x8902, room)
    # A kind that does not exist stands for groups and users: nobody's priority changes where this is
    # not refused.
    call('priority-of-another', 141, 0, other, 0)
    call('priority-of-a-kind', 141, 3, 0, 0)
    call('disk-priority-of-another', 251, 1, other, 0)
    call('disk-priority-of-a-kind', 251, 4, 0, 0)
    call('processors-of-another', 203, other, 8, put(room, b'\xff' * 8))
    call('scheduler-of-another', 144, other, 0, put(room, struct.pack('<Q', 0)))
    call('scheduler-parameters-of-another', 142, other, room)
    call('scheduler-attributes-of-another', 314, other, put(room, struct.pack('<I44x', 48)), 0)
    call('outliving-the-parent', 157, 1, 0)
    call('ptrace', 101, 16, 1)
    call('kill', 62, 1, 0)
    call('tgkill', 234, 1, 1, 0)
    call('mmap-program', 9, 0, 4096, 5, 0x22, -1, 0)
    call('mprotect-program', 10, room & ~4095, 4096, 5)
    call('memfd', 319, path('x'), 0)
    call('io_uring', 425, 8, room)
    call('dumpable', 157, 4, 1)
    call('chmod', 90, path('/etc/passwd'), 0o777)
    call('bpf', 321, 0, 0, 0)
    call('unshare', 272, 0x10000000)
    call('newer-than-the-list', 470, 0, 0, 0)
    call('second-numbering', 0x40000000 + 39)
finally:
    ptrace(13, None, ctypes.addressof(saved))
    ptrace(17)
";

const EPERM: i64 = -1;
const EACCES: i64 = -13;
const ENOSYS: i64 = -38;

/// Whether this user may look into a process that cannot be dumped: only root may.
fn as_root(script: &Path) -> Option<Command> {
    let mut python = Command::new("python3");
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "python3"]);
    if rustix::process::geteuid().is_root() {
        python.arg(script);
        return Some(python);
    }
    let may = Command::new("sudo").args(["-n", "true"]).output();
    may.is_ok_and(|output| output.status.success()).then(|| {
        sudo.arg(script);
        sudo
    })
}

/// What the kernel answers to each call, made by a thread of this process. `None` where this user may not
/// make it ask. With a port: only what would connect to it from a listener that is shut down for that.
fn injected(
    pid: u32,
    site: &Path,
    data: &Path,
    port: Option<u16>,
) -> Option<BTreeMap<String, i64>> {
    let script = site.join("inject.py");
    fs::write(&script, INJECT).unwrap();
    let Some(mut inject) = as_root(&script) else {
        println!("no call was injected: that needs root; the server's own trial was looked at");
        return None;
    };
    inject.arg(pid.to_string()).arg(data);
    // This process stands for another one of the same user.
    inject.args([std::process::id().to_string(), port.unwrap_or_default().to_string()]);
    let said = String::from_utf8(ok(&mut inject).stdout).unwrap();
    println!("{said}");
    let answers = said
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, answer)| (name.to_owned(), answer.parse().unwrap()));
    Some(answers.collect())
}

fn answers(pid: u32, site: &Path, data: &Path) -> Option<BTreeMap<String, i64>> {
    let mut answers = injected(pid, site, data, None)?;
    let said = format!("{answers:?}");
    // That calls are really made there.
    assert_eq!(answers.remove("getpid"), Some(i64::from(pid)), "{said}");
    assert!(answers.remove("own-file").unwrap() >= 0, "{said}");
    assert_eq!(answers.remove("close"), Some(0), "{said}");
    Some(answers)
}

/// Each call but the reading of the configuration.
fn must_be_refused(answers: &BTreeMap<String, i64>) {
    for (name, answer) in answers {
        let expected = match name.as_str() {
            name if name.starts_with("open-") || name.starts_with("create-") => EACCES,
            "clone3" | "newer-than-the-list" | "second-numbering" => ENOSYS,
            _ => EPERM,
        };
        assert_eq!(*answer, expected, "{name}");
    }
    assert_eq!(answers.len(), 45, "{answers:?}");
}

#[test]
fn a_forbidden_call_fails_in_the_running_server() {
    let site = Box_::served(1, &[]);
    // The server's own trial, before it serves: it does not start where one of these is possible.
    assert!(site.log().contains("sandboxed: no programs, no connections, no files outside"));
    if let Some(mut answers) = answers(site.pid(), site.dir.path(), &site.data()) {
        assert!(answers.remove("config").unwrap() >= 0, "teams could not be read again");
        must_be_refused(&answers);
        assert!(!site.data().join("../planted").exists());
    }
    // It has noticed nothing.
    let form = site.form("en");
    site.send(&form, "after that", &[]).must_say(msg("receipt-title"));
    let opened = site.path("opened");
    ok(&mut site.editors[0].open([site.export("bundle.tar")], &opened));
    assert!(fs::read_to_string(opened.join("SUMMARY.txt")).unwrap().contains("after that"));
}

#[test]
fn a_listener_that_was_shut_down_connects_to_nobody() {
    let site = Box_::served(1, &[]);
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let port = outside.local_addr().unwrap().port();
    let Some(mut answers) = injected(site.pid(), site.dir.path(), &site.data(), Some(port)) else {
        return;
    };
    assert_eq!(answers.remove("shutdown"), Some(0), "{answers:?}");
    assert_eq!(answers.len(), 4, "{answers:?}");
    assert!(answers.values().all(|answer| *answer == EPERM), "{answers:?}");
    let nobody = outside.accept().unwrap_err();
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn the_child_of_a_supervisor_does_not_even_read_its_configuration() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let place = dir.path().join("tmp");
    fs::create_dir(&place).unwrap();
    let mut demo = sourdine()
        .args(["demo", "--listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0"])
        .env("TMPDIR", &place)
        .stdout(fs::File::create(dir.path().join("out")).unwrap())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    wait_for("the demo", || {
        fs::read_to_string(dir.path().join("out")).unwrap().contains("Sourdine demo").then_some(())
    });
    let said = fs::read_to_string(&log).unwrap();
    let line = said.lines().find(|line| line.contains("sandboxed: ")).unwrap();
    assert!(line.contains("no connections") && line.ends_with(')'), "{line}");
    let children = format!("/proc/{0}/task/{0}/children", demo.id());
    let child = fs::read_to_string(children).unwrap().trim().parse().unwrap();
    let home = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
    fs::copy(home.join("editor-key.txt"), place.join("editor0.txt")).unwrap();
    if let Some(mut answers) = answers(child, dir.path(), &home.join("data")) {
        assert_eq!(answers.remove("config"), Some(EACCES));
        must_be_refused(&answers);
    }
    fs::remove_file(place.join("editor0.txt")).unwrap();
    ok(Command::new("kill").arg("-TERM").arg(demo.id().to_string()));
    assert!(demo.wait().unwrap().success(), "{}", fs::read_to_string(&log).unwrap());
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "the demo left something behind");
}
