//! What tor works with is taken away while it runs: a new address is never made in silence.

use std::fs;
use std::path::Path;

use super::{Box_, Served, nothing_runs_in, offline_box, pid_of, refuses, serve, signal, tor_dir};

/// It stops by itself, with code 1 and this as its last line.
fn gives_up(site: &Box_, served: &mut Served, sentence: &str) {
    let status = served.parent.wait().unwrap();
    let log = served.log();
    assert_eq!(status.code(), Some(1), "{log}");
    let last = log.lines().last().unwrap();
    assert!(last.starts_with("sourdine: ") && last.contains(sentence), "{log}");
    assert!(last.contains("from a backup"), "{log}");
    nothing_runs_in(site.dir.path());
}

fn kill_tor(site: &Box_) {
    signal(pid_of(site.dir.path(), "/torrc").unwrap(), "KILL");
}

#[test]
fn a_place_that_was_removed_or_replaced_ends_everything() {
    for again in [false, true] {
        let site = offline_box();
        let mut served = Served::start(&site);
        let (dir, aside) = (tor_dir(&site), site.path("aside"));
        fs::rename(&dir, &aside).unwrap();
        if again {
            kill_tor(&site);
        }
        gives_up(&site, &mut served, "box/tor was removed or replaced while tor ran");
        assert!(!dir.join("source").exists(), "no new address");
        // With what it says, the site is the same again.
        fs::rename(&aside, &dir).unwrap();
        let mut back = Served::start(&site);
        assert_eq!(back.onion, served.onion);
        back.stop();
    }
}

#[test]
fn a_socket_that_is_gone_ends_everything() {
    let site = offline_box();
    let mut served = Served::start(&site);
    fs::remove_file(tor_dir(&site).join("source.sock")).unwrap();
    gives_up(&site, &mut served, "source.sock was removed or replaced");
    Served::start(&site).stop();
}

#[test]
fn keys_that_are_gone_or_others_never_make_another_address_in_silence() {
    let site = offline_box();
    let mut served = Served::start(&site);
    let keys = tor_dir(&site).join("source");
    fs::rename(&keys, site.path("aside")).unwrap();
    kill_tor(&site);
    gives_up(&site, &mut served, "hs_ed25519_secret_key was removed or replaced");
    assert!(!keys.exists());
    fs::rename(site.path("aside"), &keys).unwrap();

    let other = offline_box();
    let mut elsewhere = Served::start(&other);
    elsewhere.stop();
    let mut served = Served::start(&site);
    fs::rename(&keys, site.path("aside")).unwrap();
    copy(&tor_dir(&other).join("source"), &keys);
    kill_tor(&site);
    gives_up(&site, &mut served, "tor came back with another address");
    for onion in [&served.onion, &elsewhere.onion] {
        assert!(served.log().lines().last().unwrap().contains(&onion["http://".len()..]));
    }
}

#[test]
fn keys_that_were_lost_before_a_start_are_asked_for() {
    let site = offline_box();
    let mut served = Served::start(&site);
    served.stop();
    let (dir, aside) = (tor_dir(&site), site.path("aside"));
    let address = served.onion["http://".len()..].to_owned();
    // The keys, and all of tor's directory.
    for lost in [dir.join("source"), dir.clone()] {
        fs::rename(&lost, &aside).unwrap();
        let sentences = [&*address, "are gone from ", "from a backup", "box/data/onion"];
        refuses(&site, &mut serve(&site), &sentences);
        assert!(!lost.exists(), "no new address");
        let check = site.command("check").output().unwrap();
        let said = String::from_utf8_lossy(&check.stdout).into_owned();
        let fault = said.lines().find(|line| line.starts_with("FAULT")).unwrap();
        assert!(fault.contains(&address) && fault.contains("from a backup"), "{said}");
        fs::rename(&aside, &lost).unwrap();
        let mut back = Served::start(&site);
        assert_eq!(back.onion, served.onion);
        back.stop();
    }
    // Another's keys are told before sources read the address.
    let other = offline_box();
    Served::start(&other).stop();
    fs::rename(dir.join("source"), &aside).unwrap();
    copy(&tor_dir(&other).join("source"), &dir.join("source"));
    refuses(&site, &mut serve(&site), &["tor came back with another address", &address]);
    // With a new address, where that is wanted.
    fs::remove_file(site.data().join("onion")).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    let mut new = Served::start(&site);
    assert_ne!(new.onion, served.onion);
    new.stop();
}

fn copy(from: &Path, to: &Path) {
    crate::common::ok(std::process::Command::new("cp").arg("-a").arg(from).arg(to));
}
