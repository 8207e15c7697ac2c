//! Every tor below this process, and whom it talks to.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Mutex;
use std::time::Duration;

/// What was seen so far.
static SEEN: Mutex<Seen> =
    Mutex::new(Seen { strangers: BTreeSet::new(), peers: 0, processes: BTreeSet::new() });

/// Sockets of the processes that were looked at.
#[derive(Clone)]
pub struct Seen {
    /// Addresses outside loopback.
    pub strangers: BTreeSet<String>,
    /// Looks at a socket with a peer.
    pub peers: usize,
    /// The processes.
    pub processes: BTreeSet<u32>,
}

/// Looks again and again, as long as the process lives.
pub fn watch_for_ever() {
    loop {
        look();
        std::thread::sleep(Duration::from_millis(250));
    }
}

/// What was seen so far, now included.
pub fn seen() -> Seen {
    look();
    SEEN.lock().unwrap().clone()
}

fn look() {
    let processes: Vec<_> = below(std::process::id())
        .into_iter()
        .filter(|pid| matches!(name(*pid).as_deref(), Some("tor" | "sourdine")))
        .collect();
    // Sockets first: one that is closed meanwhile is then missing in the table, not misread.
    let held: HashSet<String> = processes.iter().flat_map(|pid| sockets(*pid)).collect();
    let mut seen = SEEN.lock().unwrap();
    seen.processes.extend(processes);
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let table = fs::read_to_string(format!("/proc/net/{table}")).unwrap();
        for line in table.lines().skip(1) {
            let columns: Vec<_> = line.split_whitespace().collect();
            let [_, ours, peer, _, _, _, _, _, _, inode, ..] = columns[..] else {
                panic!("{line}")
            };
            if !held.contains(inode) {
                continue;
            }
            // Nobody yet, for one that listens: then its own address must be loopback's.
            let (ours, peer) = (address(ours), address(peer));
            let other = if peer.is_unspecified() { ours } else { peer };
            seen.peers += usize::from(!peer.is_unspecified());
            if !other.to_canonical().is_loopback() {
                seen.strangers.insert(other.to_string());
            }
        }
    }
}

/// An address as /proc/net writes it: words of four bytes, each in the machine's own order.
fn address(text: &str) -> IpAddr {
    let (digits, _port) = text.split_once(':').unwrap();
    let words = (0..digits.len()).step_by(8);
    let words = words.map(|at| u32::from_str_radix(&digits[at..at + 8], 16).unwrap().to_ne_bytes());
    let bytes = words.collect::<Vec<_>>().concat();
    match <[u8; 4]>::try_from(&bytes[..]) {
        Ok(four) => Ipv4Addr::from(four).into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(&bytes[..]).unwrap()).into(),
    }
}

/// Inodes of the sockets that a process holds.
fn sockets(pid: u32) -> Vec<String> {
    let Ok(all) = fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    let targets = all.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    let inode = |target: std::path::PathBuf| {
        Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
    };
    targets.filter_map(inode).collect()
}

/// The name of a process's program; none once it is gone.
pub fn name(pid: u32) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/{pid}/comm")).ok()?.trim().to_owned())
}

/// All processes below one.
pub fn below(pid: u32) -> Vec<u32> {
    let mut children = HashMap::<u32, Vec<u32>>::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name stands in brackets and may hold anything; state and parent follow it.
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split(' ').nth(2)?.parse().ok());
        children.entry(parent.unwrap_or_default()).or_default().push(pid);
    }
    let mut found = children.remove(&pid).unwrap_or_default();
    let mut at = 0;
    while at < found.len() {
        found.extend(children.remove(&found[at]).unwrap_or_default());
        at += 1;
    }
    found
}

pub fn nothing_leaves_this_machine() {
    let onion = super::service::Onion::serve("watched");
    let tor = onion.server().tor().unwrap();
    assert_eq!(onion.site.form("en").code.split(' ').count(), 9);
    let seen = seen();
    println!("loopback: {} processes, {} peers looked at", seen.processes.len(), seen.peers);
    assert!(seen.processes.contains(&tor) && seen.peers > 100, "nothing was looked at");
    assert_eq!(seen.strangers, BTreeSet::new());
}
