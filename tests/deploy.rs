//! What is handed out from `deploy/`: tor takes the torrc, units are closed, the package has everything that it names, and
//! all of them name the same paths. `tests/package/trial` installs the package itself, under a real systemd.

#[path = "../deploy/package.rs"]
mod package;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Editor, fails, ok, sourdine};

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
fn apparmor_takes_the_profile() {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/apparmor-sourdine");
    ok(Command::new("/usr/sbin/apparmor_parser")
        .args(["--skip-kernel-load", "--skip-cache"])
        .arg(profile));
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
    let directory = read("deploy/tmpfiles.conf");
    assert!(directory.lines().any(|line| line == "d /run/sourdine 2750 sourdine debian-tor"));
}

const UNITS: [(&str, &str); 2] =
    [("deploy/sourdine.service", "10"), ("deploy/sourdine-tor.service", "20")];

/// Values of a key in a unit, without the key.
fn values(unit: &str, key: &str) -> Vec<String> {
    let lines = read(unit);
    let values = lines.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.map(ToOwned::to_owned).collect()
}

/// Exposure in tenths, as systemd judges it.
#[test]
fn the_units_are_closed() {
    let analyze = |unit: &str, threshold: &str| {
        let mut command = Command::new("systemd-analyze");
        command.args(["security", "--no-pager", "--offline=true"]);
        let output = command.arg(format!("--threshold={threshold}")).arg(unit).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("Overall exposure level"), "{said}");
        (output.status.success(), said)
    };
    for (unit, threshold) in UNITS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(unit);
        let (closed, said) = analyze(path.to_str().unwrap(), threshold);
        assert!(closed, "{said}");
        assert!(!analyze(path.to_str().unwrap(), "1").0, "the threshold is looked at");
    }
}

/// systemd's groups of calls have neither of these two layers: without their names the server would run
/// unsandboxed, or, under these units, not at all.
#[test]
fn the_units_let_the_sandbox_close_and_demand_it() {
    for (unit, _) in UNITS {
        let filters = values(unit, "SystemCallFilter");
        let allowed: Vec<_> = filters[0].split(' ').collect();
        for call in
            ["seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"]
        {
            assert!(allowed.contains(&call), "{unit} lacks {call}");
        }
        // A call that kills would end the server when the sandbox is tried.
        assert_eq!(values(unit, "SystemCallErrorNumber"), ["EPERM"]);
        let [start] = values(unit, "ExecStart").try_into().unwrap();
        let args: Vec<_> = start.split(' ').skip(1).collect();
        assert!(args.contains(&"--require-sandbox") && args.contains(&"--init"), "{start}");
        assert_eq!(args.contains(&"--tor"), unit.contains("-tor"), "{start}");
        // Its options are ours.
        let args = args.iter().map(|arg| arg.replace("/etc/", "/nonexistent/"));
        assert!(fails(sourdine().args(args)).contains("/nonexistent/sourdine/sourdine.toml"));
        for (key, value) in
            [("Type", "notify"), ("User", "sourdine"), ("StateDirectory", "sourdine")]
        {
            assert_eq!(values(unit, key), [value], "{unit}");
        }
        assert!(!values(unit, "WatchdogSec").is_empty(), "{unit}");
    }
    assert_eq!(values(UNITS[0].0, "PrivateNetwork"), ["yes"]);
    // Nothing else differs: what one may more than the other has its reason beside it.
    let lines = |unit: &str| -> BTreeSet<String> {
        read(unit).lines().filter(|line| !line.starts_with('#')).map(ToOwned::to_owned).collect()
    };
    let (alone, tor) = (lines(UNITS[0].0), lines(UNITS[1].0));
    let open: Vec<_> = tor.difference(&alone).map(|line| line.split('=').next().unwrap()).collect();
    let known = [
        "After",
        "AppArmorProfile",
        "Conflicts",
        "Description",
        "ExecStart",
        "RestrictAddressFamilies",
        "TimeoutStopSec",
        "Wants",
    ];
    assert_eq!(open, known);
    let closed: Vec<_> = alone.difference(&tor).filter(|line| !line.contains('=')).collect();
    assert!(closed.is_empty(), "{closed:?}");
}

#[test]
fn the_package_names_files_that_are_there() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    let mut to = BTreeSet::new();
    for asset in deb["assets"].as_array().unwrap() {
        let [from, there, mode] = [0, 1, 2].map(|at| asset[at].as_str().unwrap());
        assert!(matches!(mode, "755" | "644" | "640"));
        assert!(from.starts_with("target/") || !read(from).is_empty());
        to.insert(there);
    }
    for place in
        ["usr/bin/", "etc/sourdine/", "etc/apparmor.d/sourdine", "usr/lib/sysusers.d/sourdine.conf"]
    {
        assert!(to.contains(place), "{place}");
    }
    for script in ["build", "debian/postinst", "debian/prerm", "debian/postrm"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(script);
        let shell = if script == "build" { "bash" } else { "sh" };
        ok(Command::new(shell).arg("-n").arg(&path));
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o111, 0o111, "{script}");
    }
}

/// Names of every command, with those above it.
fn commands(above: &str, command: &clap::Command, found: &mut Vec<String>) {
    let name = format!("{above}{}", command.get_name());
    for inner in command.get_subcommands() {
        commands(&format!("{name}-"), inner, found);
    }
    found.push(name);
}

#[test]
fn every_command_has_a_manual_page_and_completions() {
    let dir = tempfile::tempdir().unwrap();
    package::write(dir.path()).unwrap();
    let mut all = Vec::new();
    commands("", &sourdine::cli::command(), &mut all);
    assert!(all.len() > 15, "{all:?}");
    for name in &all {
        let page = fs::read_to_string(dir.path().join(format!("man/{name}.1"))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{page}");
    }
    for file in ["sourdine.bash", "_sourdine", "sourdine.fish"] {
        let text = fs::read_to_string(dir.path().join(file)).unwrap();
        for name in all.iter().filter_map(|name| name.rsplit('-').next()) {
            assert!(text.contains(name), "{file} lacks {name}");
        }
    }
    // What a shell makes of it.
    let completed = |line: &str| {
        let script =
            "source \"$1\"; read -ra COMP_WORDS <<<\"$2\"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _sourdine sourdine \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"
            echo \"${COMPREPLY[@]}\"";
        let mut bash = Command::new("bash");
        bash.args(["-c", script, "-"]).arg(dir.path().join("sourdine.bash")).arg(line);
        String::from_utf8(ok(&mut bash).stdout).unwrap().trim().to_owned()
    };
    assert_eq!(completed("sourdine ser"), "serve");
    assert_eq!(completed("sourdine serve --req"), "--require-sandbox");
    assert_eq!(completed("sourdine team add-"), "add-recipient");
}

/// As the package's first commands do: nothing can be sealed to nobody, then to whom was added.
#[test]
fn the_packages_configuration_takes_recipients() {
    let dir = tempfile::tempdir().unwrap();
    package::write(dir.path()).unwrap();
    let file = dir.path().join("sourdine.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let team = |args: &[&str]| {
        let mut command = sourdine();
        command.arg("team").args(args).arg("--config").arg(&file);
        command
    };
    for mut command in [team(&["list"]), {
        let mut serve = sourdine();
        serve.args(["serve", "--init", "--config"]).arg(&file);
        serve
    }] {
        let said = fails(&mut command);
        assert!(said.contains("team.recipients") && said.contains("team add-recipient"), "{said}");
    }
    let before = fs::read_to_string(&file).unwrap();
    let anne = Editor::new(dir.path(), "anne").recipient;
    let key = fs::read_to_string(dir.path().join("anne.txt")).unwrap();
    let secret = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    for wrong in [secret, "age1oops", &format!("{anne}x")] {
        let said = fails(&mut team(&["add-recipient", &anne, wrong]));
        assert!(!said.contains(secret), "{said}");
        assert_eq!(fs::read_to_string(&file).unwrap(), before);
    }
    let bob = Editor::new(dir.path(), "bob").recipient;
    ok(&mut team(&["add-recipient", &anne]));
    assert!(fails(&mut team(&["add-recipient", &anne])).contains("the same key"));
    let said = String::from_utf8(ok(&mut team(&["add-recipient", &bob])).stdout).unwrap();
    assert!(said.contains(&anne) && said.contains(&bob), "{said}");
    assert_eq!(said.as_bytes(), ok(&mut team(&["list"])).stdout);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o640);
    let after = fs::read_to_string(&file).unwrap();
    let lines = before.lines().filter(|line| !line.starts_with("recipients"));
    lines.for_each(|line| assert!(after.contains(line), "{line}"));
    assert!(!file.with_extension("toml.new").exists());
}

/// Where the copy fails, the next run copies; old ones go all the same.
#[test]
fn the_nightly_backup_rotates_and_copies_at_each_run() {
    let dir = tempfile::tempdir().unwrap();
    let (settings, kept, bin) =
        (dir.path().join("settings"), dir.path().join("kept"), dir.path().join("bin"));
    let script = read("deploy/backup").replace(
        "[ -f /etc/default/sourdine-backup ]; then . /etc/default/sourdine-backup",
        &format!("[ -f {0} ]; then . {0}", settings.display()),
    );
    assert!(script.contains(settings.to_str().unwrap()));
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(&kept).unwrap();
    let program = |name: &str, text: &str| {
        fs::write(bin.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    };
    let run = |keep: &str| {
        let text = format!("DIR={} KEEP={keep} COPY_TO=there:\n", kept.display());
        fs::write(&settings, text).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        Command::new("sh").args(["-c", &script]).env("PATH", path).output().unwrap()
    };
    let names = || {
        let names = fs::read_dir(&kept).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<BTreeSet<_>>()
    };
    for old in ["2001-01-01.age", "2001-01-02.age", "2001-01-03.age", "mine.txt"] {
        fs::write(kept.join(old), "").unwrap();
    }
    program("sourdine", &format!("echo made >> {}/made; echo sealed", dir.path().display()));
    program("scp", "exit 1");
    for wrong in ["0", "-1", "", "seven"] {
        let output = run(wrong);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("write 1 or more"), "{said}");
    }
    assert_eq!(names().len(), 4);
    assert!(!run("2").status.success(), "the copy failed");
    let today =
        names().into_iter().find(|name| name.starts_with("20") && !name.starts_with("2001"));
    let today = today.unwrap();
    let expected: BTreeSet<_> =
        ["2001-01-03.age", "mine.txt", &today].map(ToOwned::to_owned).into();
    assert_eq!(names(), expected);
    program("scp", &format!("cp \"$2\" {}/copied", dir.path().display()));
    assert!(run("2").status.success());
    assert_eq!(fs::read_to_string(dir.path().join("copied")).unwrap(), "sealed\n");
    let made = fs::read_to_string(dir.path().join("made")).unwrap();
    assert_eq!(made.lines().count(), 1, "one a day");
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
