//! The samples in `deploy/`: tor takes the torrc, and all of them name the same paths.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOCKET: &str = "/run/sourdine/source.sock";
const DESK: &str = "/run/sourdine/desk.sock";

fn read(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Fails unless tor takes these lines, below a directory of the test's own.
fn tor_takes(dir: &Path, sample: &str) {
    // The one path that belongs to root, and where tor would keep its own state.
    let adapted = sample.replace("/var/lib/tor/", &format!("{}/", dir.display()));
    let torrc = dir.join("torrc");
    fs::write(&torrc, format!("DataDirectory {}\n{adapted}", dir.display())).unwrap();
    let output = Command::new("tor")
        .args(["--verify-config", "--defaults-torrc", "/dev/null", "-f"])
        .arg(&torrc)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Configuration was valid"), "{said}");
}

#[test]
fn tor_takes_the_sample_as_it_is_and_with_the_desk() {
    let dir = tempfile::tempdir().unwrap();
    let sample = read("deploy/torrc");
    assert!(sample.contains("/var/lib/tor/"));
    tor_takes(dir.path(), &sample);
    // Without a key the desk would be open to all: its lines wait for the first one.
    assert!(!sample.lines().any(|line| line.contains("desk") && !line.starts_with('#')));
    assert_eq!(sample.matches("\n#HiddenService").count(), 3);
    let with_desk = sample.replace("\n#HiddenService", "\nHiddenService");
    let keys = dir.path().join("sourdine-desk/authorized_clients");
    for private in [keys.parent().unwrap(), &keys] {
        fs::create_dir(private).unwrap();
        fs::set_permissions(private, fs::Permissions::from_mode(0o700)).unwrap();
    }
    // The key of nobody, as the sample has it made.
    let line = sample.lines().find_map(|line| line.strip_prefix("#   echo ")).unwrap();
    let shell =
        Command::new("sh").arg("-c").arg(format!("echo {line}")).current_dir(&keys).status();
    assert!(shell.unwrap().success());
    let made = fs::read_to_string(keys.join("_nobody.auth")).unwrap();
    let letters = made.strip_prefix("descriptor:x25519:").unwrap().strip_suffix('\n').unwrap();
    let base32 = |letter: u8| letter.is_ascii_uppercase() || (b'2'..=b'7').contains(&letter);
    assert!(letters.len() == 52 && letters.bytes().all(base32), "{made}");
    let key = sourdine::tor::clients::generate().unwrap();
    fs::write(keys.join("anne.auth"), key.auth()).unwrap();
    tor_takes(dir.path(), &with_desk);
    assert!(with_desk.contains("\nHiddenServicePort 80 unix:/run/sourdine/desk.sock\n"));
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
    for socket in [SOCKET, DESK] {
        let rule = format!("{socket} rw,");
        assert!(read("deploy/apparmor-system_tor").lines().any(|line| line == rule), "{rule}");
    }
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
    for said in [
        "source = \"unix:/run/sourdine/source.sock\"",
        "desk = \"unix:/run/sourdine/desk.sock\"",
        "haproxy = true",
        "-g debian-tor",
    ] {
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
