//! `check` beside `serve --tor`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{Box_, Served, offline_box, pid_of, signal, tor_dir, write_include};
use crate::common::ok;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What it says, and its code.
fn check(site: &Box_) -> (String, Option<i32>) {
    // Without any network: there is no tor of the system to ask.
    let mut alone = Command::new("unshare");
    let check = site.command("check");
    let output = alone.arg("-n").arg(check.get_program()).args(check.get_args()).output().unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

#[test]
fn check_looks_at_a_running_tor() {
    let site = offline_box();
    let before = ok(site.command("check").arg("--json"));
    assert!(String::from_utf8_lossy(&before.stdout).contains("\"what\":\"core dumps\""));
    let mut served = Served::start(&site);
    let output = site.command("check").arg("--json").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let findings: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |what: &str| findings.iter().find(|f| f["what"] == what).unwrap().clone();
    assert!(of("tor")["text"].as_str().unwrap().contains("with proof of work"));
    assert_eq!(of("onion")["verdict"], "FAULT");
    assert!(of("onion")["text"].as_str().unwrap().starts_with("tor has come to 0% (starting): "));
    assert_eq!(of("rights")["verdict"], "ok");
    served.stop();

    let after = ok(&mut site.command("check"));
    assert!(String::from_utf8_lossy(&after.stdout).contains("`serve --tor` does not run now"));
    fs::set_permissions(tor_dir(&site), fs::Permissions::from_mode(0o750)).unwrap();
    fs::set_permissions(site.config(), fs::Permissions::from_mode(0o666)).unwrap();
    let open = site.command("check").output().unwrap();
    let said = String::from_utf8_lossy(&open.stdout).into_owned();
    assert!(said.contains(&format!("(mode 666): chmod 640 {}", site.config().display())), "{said}");
    assert!(said.contains("box/tor is open to others (mode 750): chmod -R go-rwx "), "{said}");
}

#[test]
fn check_asks_for_tor_only_where_it_is_wanted() {
    let site = offline_box();
    let none = site.path("empty");
    fs::create_dir(&none).unwrap();
    let output = ok(site.command("check").env("PATH", &none));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = said.lines().find(|line| line.contains("tor is not installed")).unwrap();
    assert!(line.starts_with("warning"), "{line}");
    // Neither an editor who was let in nor the directory makes a tor needed; one that ran there does.
    ok(crate::common::sourdine().args(["editor", "add", "anne", "--config"]).arg(site.config()));
    ok(site.command("check").env("PATH", &none));
    fs::write(tor_dir(&site).join("torrc"), "").unwrap();
    let output = site.command("check").env("PATH", &none).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn check_says_that_the_site_is_down() {
    let site = offline_box();
    let mut served = Served::start(&site);
    let tor = pid_of(site.dir.path(), "/torrc").unwrap();
    signal(tor, "STOP");
    let (said, code) = check(&site);
    assert_eq!(code, Some(1), "{said}");
    let fault = said.lines().find(|line| line.starts_with("FAULT")).unwrap();
    assert!(fault.contains("the site is down: `serve --tor` runs, but its tor hangs"), "{said}");
    assert!(fault.contains("did not answer on its control socket"), "{said}");
    signal(tor, "CONT");

    write_include(&site, "NoSuchOption 1\n");
    // Another one, if the first was given up meanwhile.
    signal(pid_of(site.dir.path(), "/torrc").unwrap(), "KILL");
    served.says("it is tried again", 1);
    let (said, code) = check(&site);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("restart `serve --tor`"), "{said}");
    write_include(&site, "");
    served.says("INFO tor: 0% starting", 2);
    served.stop();
}

#[test]
fn a_tor_of_the_system_that_came_later_is_looked_at_and_old_keys_are_told() {
    let site = offline_box();
    let mut served = Served::start(&site);
    served.stop();
    let (said, code) = check(&site);
    assert!(code == Some(0) && said.contains("`serve --tor` does not run now"), "{said}");
    assert!(!said.contains("old keys"), "{said}");

    let other = offline_box();
    let mut elsewhere = Served::start(&other);
    elsewhere.stop();
    let own = served.onion.trim_start_matches("http://");
    site.edit(&[("onion = []", &format!("onion = [\"{own}\"]"))]);
    let (said, _) = check(&site);
    assert!(!said.contains("does not run now") && said.contains("not tried"), "{said}");
    assert!(!said.contains("old keys"), "{said}");
    site.edit(&[(own, elsewhere.onion.trim_start_matches("http://"))]);
    let told = |said: &str| {
        let line = said.lines().find(|line| line.contains("old keys")).unwrap().to_owned();
        assert!(line.starts_with("warning"), "{line}");
        assert!(line.ends_with(&format!("move {} away", tor_dir(&site).display())), "{line}");
    };
    told(&check(&site).0);
    site.edit(&[(elsewhere.onion.trim_start_matches("http://"), own)]);
    let socket = format!("source = \"unix:{}\"", site.path("source.sock").display());
    site.edit(&[("source = \"127.0.0.1:8080\"", &socket)]);
    told(&check(&site).0);
    fs::rename(tor_dir(&site), site.path("away")).unwrap();
    assert!(!check(&site).0.contains("old keys"));
}

#[test]
fn check_sees_what_is_open_inside() {
    let site = offline_box();
    Served::start(&site).stop();
    let dir = tor_dir(&site);
    for (inner, open, closed) in [
        ("source", 0o755, 0o700),
        ("state", 0o710, 0o700),
        ("source/hs_ed25519_secret_key", 0o640, 0o600),
    ] {
        mode(&dir.join(inner), open);
        let (said, code) = check(&site);
        assert_eq!(code, Some(1), "{said}");
        let told = format!("tor/{inner} is open to others (mode {open:o}): chmod -R go-rwx ");
        assert!(said.contains(&told), "{said}");
        mode(&dir.join(inner), closed);
    }
    assert_eq!(check(&site).1, Some(0));
}
