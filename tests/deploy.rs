//! The samples in `deploy/`: tor takes the torrc, and all of them name the same paths.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOCKET: &str = "/run/sourdine/source.sock";

fn read(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn tor_takes_the_sample_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let sample = read("deploy/torrc");
    assert!(sample.contains("/var/lib/tor/"));
    // The one path that belongs to root, and where tor would keep its own state.
    let adapted = sample.replace("/var/lib/tor/", &format!("{}/", dir.path().display()));
    let torrc = dir.path().join("torrc");
    fs::write(&torrc, format!("DataDirectory {}\n{adapted}", dir.path().display())).unwrap();
    let output = Command::new("tor")
        .args(["--verify-config", "--defaults-torrc", "/dev/null", "-f"])
        .arg(&torrc)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Configuration was valid"), "{said}");
    let line = |name: &str| sample.lines().any(|line| line == name);
    for needed in [
        "HiddenServicePort 80 unix:/run/sourdine/source.sock",
        "HiddenServiceExportCircuitID haproxy",
        "HiddenServicePoWDefensesEnabled 1",
        "Log warn syslog",
        "HeartbeatPeriod 0",
        "SafeLogging 1",
    ] {
        assert!(line(needed), "{needed}");
    }
}

#[test]
fn all_samples_and_the_handbook_name_one_socket() {
    assert!(read("deploy/apparmor-system_tor").lines().any(|line| line == format!("{SOCKET} rw,")));
    let docs = read("docs/operator.md");
    for said in [
        "source = \"unix:/run/sourdine/source.sock\"",
        "haproxy = true",
        "/var/lib/tor/sourdine/hostname",
        "/etc/apparmor.d/local/system_tor",
        "install -d -m 2750 -o sourdine -g debian-tor /run/sourdine",
        "deploy/torrc",
        "deploy/apparmor-system_tor",
        "deploy/landing",
    ] {
        assert!(docs.contains(said), "docs/operator.md lacks {said}");
    }
    for said in ["source = \"unix:/run/sourdine/source.sock\"", "haproxy = true", "-g debian-tor"] {
        assert!(read("deploy/torrc").contains(said), "deploy/torrc lacks {said}");
    }
}

#[test]
fn the_landing_page_asks_nobody_else_for_anything() {
    for page in ["index.html", "en.html"] {
        let text = read(&format!("deploy/landing/{page}"));
        assert!(text.contains("http://ADDRESS.onion"), "{page}");
        for forbidden in ["<script", "<img", "<iframe", "<form", "@import", "href=\"http", "src="] {
            assert!(!text.contains(forbidden), "{page} has {forbidden}");
        }
    }
    assert!(!read("deploy/landing/style.css").contains("url("));
    let nginx = read("deploy/landing/nginx.conf");
    assert!(nginx.contains("add_header Onion-Location http://ADDRESS.onion/ always;"));
    assert!(nginx.contains("access_log off;"));
}
