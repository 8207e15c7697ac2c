//! A kernel that lacks a layer, played by a filter that answers as such a kernel does.

use std::fs;
use std::process::{Child, Command, Stdio};

use crate::common::*;

/// Runs a command to which one system call answers with this error.
const WITHOUT: &str = "
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
call, error = int(sys.argv[1]), int(sys.argv[2])
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, call), (6, 0, 0, 0x50000 | error), (6, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *step) for step in steps))
program = ctypes.create_string_buffer(struct.pack('HxxxxxxQ', len(steps), ctypes.addressof(code)))
zero = ctypes.c_ulong(0)
assert libc.prctl(38, ctypes.c_ulong(1), zero, zero, zero) == 0
assert libc.prctl(22, ctypes.c_ulong(2), program, zero, zero) == 0
os.execv(sys.argv[3], sys.argv[3:])
";

const NO_LANDLOCK: (i64, i32) = (libc::SYS_landlock_create_ruleset, libc::ENOSYS);
const LANDLOCK_OFF: (i64, i32) = (libc::SYS_landlock_create_ruleset, libc::EOPNOTSUPP);
/// What the filter of a unit or a container answers.
const LANDLOCK_FILTERED: (i64, i32) = (libc::SYS_landlock_create_ruleset, libc::EPERM);
const SECCOMP_FILTERED: (i64, i32) = (libc::SYS_seccomp, libc::EPERM);
const NO_SECCOMP: (i64, i32) = (libc::SYS_seccomp, libc::EINVAL);

/// `sourdine` on such a kernel.
fn on_a_kernel((call, error): (i64, i32)) -> Command {
    let mut python = Command::new("python3");
    python.arg("-c").arg(WITHOUT).args([call.to_string(), error.to_string()]);
    python.arg(env!("CARGO_BIN_EXE_sourdine"));
    python
}

struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What `check` says, and the log of `serve`.
fn said(kernel: (i64, i32)) -> (String, String) {
    let site = Box_::new(1, &[]);
    let check = ok(on_a_kernel(kernel).args(["check", "--config"]).arg(site.config()));
    let log = fs::File::create(site.path("log")).unwrap();
    let serve = on_a_kernel(kernel)
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(site.config())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap();
    let _serve = Stopped(serve);
    let log = wait_for("the start", || {
        let log = site.log();
        log.contains("sources are served at").then_some(log)
    });
    (String::from_utf8(check.stdout).unwrap(), log)
}

#[test]
fn without_landlock_it_serves_and_says_so() {
    for kernel in [NO_LANDLOCK, LANDLOCK_OFF] {
        let (check, log) = said(kernel);
        assert!(log.contains("INFO sandboxed: no programs, no connections (seccomp)\n"), "{log}");
        for said in [&log, &check] {
            assert!(said.contains("files outside the data directory can be reached"), "{said}");
            assert!(said.contains("Linux 5.13 or newer, with landlock in the list lsm="), "{said}");
        }
        assert!(!check.contains("tried here"), "{check}");
    }
}

#[test]
fn without_seccomp_it_serves_and_says_so() {
    let (check, log) = said(NO_SECCOMP);
    assert!(log.contains("INFO sandboxed: no files outside "), "{log}");
    for said in [&log, &check] {
        assert!(said.contains("programs can be started and connections made"), "{said}");
        assert!(said.contains("CONFIG_SECCOMP_FILTER"), "{said}");
    }
}

#[test]
fn a_filter_around_it_is_not_taken_for_an_older_kernel() {
    for (kernel, calls) in
        [(LANDLOCK_FILTERED, "landlock_create_ruleset, "), (SECCOMP_FILTERED, "the call `seccomp`")]
    {
        let (check, log) = said(kernel);
        for said in [&log, &check] {
            let line = said.lines().find(|line| line.contains("a filter around this process"));
            assert!(line.is_some_and(|line| line.contains(calls)), "{said}");
            assert!(!said.contains("this kernel has no"), "{said}");
        }
    }
}

#[test]
fn a_unit_may_demand_the_whole_sandbox() {
    let site = Box_::new(1, &[]);
    for (kernel, why) in [
        (NO_LANDLOCK, "this kernel has no landlock"),
        (NO_SECCOMP, "this kernel has no seccomp filter"),
        (LANDLOCK_FILTERED, "a filter around this process refuses landlock"),
        (SECCOMP_FILTERED, "a filter around this process refuses the call `seccomp`"),
    ] {
        let serve = ["serve", "--require-sandbox", "--listen", "127.0.0.1:0", "--config"];
        let mut command = on_a_kernel(kernel);
        let said = fails(command.args(serve).arg(site.config()));
        assert!(said.contains("nothing is served") && said.contains(why), "{said}");
    }
    let mut site = site;
    site.serve_with(|command| {
        command.arg("--require-sandbox");
    });
    assert_eq!(site.curl("/?lang=en", &[]).status, 200);
}
