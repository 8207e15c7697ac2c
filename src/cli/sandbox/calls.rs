//! The layer of system calls: a seccomp filter that refuses what a server of stored bytes never does.
//!
//! The filter lists what is refused, not what is allowed: the C library, SQLite and tokio make other calls in
//! their next versions, and a server that dies in the middle of an upload helps nobody. Every call that is newer
//! than the list ([`NEWEST`]) is refused too.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, sock_filter,
};

use super::lack::Lack;

/// The last call of Linux 6.18 (`file_setattr`). Later ones do not exist for us, and neither do those of
/// x86-64's second numbering (x32), which begins at 2^30.
const NEWEST: u32 = 469;

/// Calls that are refused whatever their arguments are.
const NEVER: &[c_long] = &[
    // Other programs, in place of this one or beside it (`clone` is looked at below).
    libc::SYS_execve,
    libc::SYS_execveat,
    // Other processes: their memory, their descriptors, their end.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kcmp,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    // New ends of the network. The listeners are bound before; accepted connections need none of these.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    // Memory and queues shared with other processes of the same user.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    // Doors around this very filter, and the parts of the kernel that faults are most often found in.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_setup,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_personality,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_remap_file_pages,
    libc::SYS_syslog,
    // Files by other ways than their path, another root, other mounts, other namespaces.
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    OPEN_TREE_ATTR,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    // Landlock does not check these: changing a file's rights, owner, times and attributes by its path, cutting
    // it by its path (before Linux 6.2), and watching what others do with it. The server's own files are
    // reached by descriptor.
    libc::SYS_fchmodat,
    FCHMODAT2,
    libc::SYS_fchownat,
    libc::SYS_truncate,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    SETXATTRAT,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    REMOVEXATTRAT,
    FILE_SETATTR,
    libc::SYS_mknodat,
    libc::SYS_inotify_init1,
    libc::SYS_fanotify_init,
    // Administration, for a process that root runs.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    KEXEC_FILE_LOAD,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    // Another user: who it is was settled before.
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setgroups,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_capset,
];

// Calls that the libc crate does not name everywhere; newer ones have one number on every processor.
const FCHMODAT2: c_long = 452;
const SETXATTRAT: c_long = 463;
const REMOVEXATTRAT: c_long = 466;
const OPEN_TREE_ATTR: c_long = 467;
const FILE_SETATTR: c_long = 469;
#[cfg(target_arch = "x86_64")]
const KEXEC_FILE_LOAD: c_long = 320;
#[cfg(not(target_arch = "x86_64"))]
const KEXEC_FILE_LOAD: c_long = 294;

// Numbers of requests that the libc crate lacks; they are the same on both processors.
/// `fcntl`: `F_SETOWN`, `F_SETSIG`, `F_SETOWN_EX`.
const OWNING: [u64; 3] = [8, 10, 15];
/// `ioctl`: `FIOSETOWN`, `SIOCSPGRP`.
const OWNING_SOCKETS: [u64; 2] = [0x8901, 0x8902];
/// `setpriority`: `PRIO_PROCESS`; `ioprio_set`: `IOPRIO_WHO_PROCESS`.
const THREAD: u64 = 0;
const IO_THREAD: u64 = 1;

/// Older calls for the same things, which only x86-64 still has.
#[cfg(target_arch = "x86_64")]
const NEVER_OLD: &[c_long] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_mknod,
    libc::SYS_inotify_init,
    libc::SYS_setrlimit,
    libc::SYS_uselib,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
];
#[cfg(not(target_arch = "x86_64"))]
const NEVER_OLD: &[c_long] = &[];

type Error = BackendError;
type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// Installs the filter, where kernel and processor have what it needs.
pub fn filter() -> Result<Result<(), Lack>, Error> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(Err(Lack::Kernel));
    };
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let refusals: BpfProgram =
        SeccompFilter::new(rules()?, SeccompAction::Allow, refused, arch)?.try_into()?;
    // Each program also ends the process when it calls the kernel in another processor's way (32 bits).
    let installed = seccompiler::apply_filter(&unknown_calls())
        .and_then(|()| seccompiler::apply_filter(&refusals));
    Ok(installed.map_err(|error| match error {
        seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error) => Lack::of(&error),
        _ => Lack::Kernel,
    }))
}

fn rules() -> Result<Rules, Error> {
    let never = NEVER.iter().chain(NEVER_OLD).map(|&call| (call, Vec::new()));
    let mut rules: Rules = never.collect();
    let pid = u64::from(std::process::id());
    let exec = number(libc::PROT_EXEC);
    let threads = number(libc::CLONE_THREAD);

    // A new thread, and nothing else: no process, no namespace.
    let namespaces = [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ];
    rules.insert(libc::SYS_clone, vec![when(&[(0, Qword, MaskedEq(threads), 0)])?]);
    refuse_each(&mut rules, libc::SYS_clone, 0, namespaces.map(|bit| (number(bit), number(bit))))?;

    // No memory becomes a program: what is run was there at the start.
    for call in [libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_pkey_mprotect] {
        rules.insert(call, vec![when(&[(2, Qword, MaskedEq(exec), exec)])?]);
    }

    // The runtime wakes itself through a pair of connected streams. A pair of another kind could send to
    // any socket that has a path, and so could `sendto` with an address.
    rules.insert(libc::SYS_socketpair, vec![when(&[(0, Dword, Ne, number(libc::AF_UNIX))])?]);
    let others = [libc::SOCK_DGRAM, libc::SOCK_RAW, libc::SOCK_RDM, libc::SOCK_SEQPACKET];
    refuse_each(&mut rules, libc::SYS_socketpair, 1, others.map(|kind| (0xf, number(kind))))?;
    rules.insert(libc::SYS_sendto, vec![when(&[(4, Qword, Ne, 0)])?]);
    // With this flag sending connects: even from a listener that was shut down.
    let connecting = number(libc::MSG_FASTOPEN);
    for (call, flags) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
        refuse_each(&mut rules, call, flags, [(connecting, connecting)])?;
    }

    // Signals reach only ourselves: aborting is one. The kernel also sends them for us, to whoever was
    // made a descriptor's owner.
    for call in [libc::SYS_tgkill, libc::SYS_rt_tgsigqueueinfo] {
        rules.insert(call, vec![when(&[(0, Dword, Ne, pid)])?]);
    }
    rules.insert(libc::SYS_fcntl, any_of(1, OWNING)?);

    // How others are scheduled. 0 is the calling thread, where it does not stand for a group or a user.
    for call in [
        libc::SYS_sched_setaffinity,
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setattr,
    ] {
        rules.insert(call, vec![when(&[(0, Dword, Ne, 0)])?]);
    }
    for (call, thread) in [(libc::SYS_setpriority, THREAD), (libc::SYS_ioprio_set, IO_THREAD)] {
        rules.insert(call, vec![when(&[(0, Dword, Ne, thread)])?, when(&[(1, Dword, Ne, 0)])?]);
    }

    // Core dumps and tracing stay off, and the signal at the parent's end on; limits stay as they are, and
    // can be read.
    let dumpable = (0, Dword, Eq, number(libc::PR_SET_DUMPABLE));
    let tracer = (0, Dword, Eq, number(libc::PR_SET_PTRACER));
    let memory = (0, Dword, Eq, number(libc::PR_SET_MM));
    let parent = (0, Dword, Eq, number(libc::PR_SET_PDEATHSIG));
    rules.insert(
        libc::SYS_prctl,
        vec![
            when(&[dumpable, (1, Qword, Ne, 0)])?,
            when(&[tracer])?,
            when(&[memory])?,
            when(&[parent])?,
        ],
    );
    rules.insert(libc::SYS_prlimit64, vec![when(&[(2, Qword, Ne, 0)])?]);

    // Times of files that are open, not of those that have a path.
    rules.insert(libc::SYS_utimensat, vec![when(&[(1, Qword, Ne, 0)])?]);

    // Typing into the terminal that the server was started from, and owners of sockets.
    let typing = [libc::TIOCSTI, libc::TIOCLINUX, libc::TIOCSETD, libc::TIOCCONS];
    let mut requests = any_of(1, typing)?;
    requests.extend(any_of(1, OWNING_SOCKETS)?);
    rules.insert(libc::SYS_ioctl, requests);
    Ok(rules)
}

/// Refuses each of these values of an argument.
fn any_of<const N: usize>(argument: u8, values: [u64; N]) -> Result<Vec<SeccompRule>, Error> {
    values.into_iter().map(|value| when(&[(argument, Dword, Eq, value)])).collect()
}

/// Adds to the rules of a call that `argument`, under each mask, must not have this value.
fn refuse_each<const N: usize>(
    rules: &mut Rules,
    call: c_long,
    argument: u8,
    values: [(u64, u64); N],
) -> Result<(), Error> {
    for (mask, value) in values {
        let rule = when(&[(argument, Dword, MaskedEq(mask), value)])?;
        rules.entry(call).or_default().push(rule);
    }
    Ok(())
}

/// All of these together: argument (from 0), how much of it is looked at, comparison, value.
fn when(conditions: &[(u8, SeccompCmpArgLen, SeccompCmpOp, u64)]) -> Result<SeccompRule, Error> {
    let conditions = conditions.iter().cloned();
    let conditions = conditions
        .map(|(argument, length, how, value)| SeccompCondition::new(argument, length, how, value));
    SeccompRule::new(conditions.collect::<Result<_, _>>()?)
}

fn number(constant: libc::c_int) -> u64 {
    u64::from(constant.unsigned_abs())
}

/// Answers "there is no such call" to every call that is newer than this list, and to `clone3`: its flags lie in
/// memory, where no filter sees them. The C library then uses `clone`.
fn unknown_calls() -> BpfProgram {
    let step = |code: u32, jt, jf, k| sock_filter {
        // Codes of instructions are 16 bits wide.
        code: u16::try_from(code).unwrap_or_default(),
        jt,
        jf,
        k,
    };
    let clone3 = u32::try_from(libc::SYS_clone3).unwrap_or_default();
    let no_such_call = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    vec![
        // The call's number is the first word of what a filter is shown.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K, 1, 0, NEWEST),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, clone3),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, no_such_call),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_ALLOW),
    ]
}
