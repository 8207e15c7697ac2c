//! `check` on boxes that nobody can use: each thing that is missing has a line with its remedy.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use crate::common::*;

/// What it says of each matter: verdict and text, in order.
fn check(site: &Box_) -> BTreeMap<String, Vec<(String, String)>> {
    let output = site.command("check").arg("--json").output().unwrap();
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let [verdict, what, text] =
            ["verdict", "what", "text"].map(|key| line[key].as_str().unwrap().to_owned());
        found.entry(what).or_default().push((verdict, text));
    }
    found
}

fn out_of(site: &Box_) -> String {
    String::from_utf8(site.command("check").output().unwrap().stdout).unwrap()
}

fn warned(site: &Box_, what: &str) -> Option<String> {
    let found = check(site).remove(what).unwrap_or_default();
    found.into_iter().find(|(verdict, _)| verdict == "warning").map(|(_, text)| text)
}

fn faults(site: &Box_) -> Vec<String> {
    let all = check(site).into_values().flatten();
    all.filter(|(verdict, _)| verdict == "FAULT").map(|(_, text)| text).collect()
}

#[test]
fn an_untouched_box_is_warned_of_and_each_remedy_ends_its_warning() {
    let mut site = Box_::new(1, &[]);
    assert!(
        rustix::process::geteuid().is_root(),
        "this test looks at a box of root's: run it as root"
    );
    for (what, remedy) in [
        ("names", "site.name and team.name"),
        ("contact", "site.contact"),
        ("recipients", "add a second"),
        ("owner", "chown -R sourdine:sourdine "),
        ("backup", "set backup.recipients"),
        ("desk", "sourdine editor add NAME"),
        ("circuits", "serve --tor"),
        ("onion", "serve --tor"),
    ] {
        let said = warned(&site, what).unwrap_or_else(|| panic!("{what}: {:?}", check(&site)));
        assert!(said.contains(remedy), "{said}");
    }
    assert_eq!(faults(&site), [""; 0]);
    // Whoever asks often must not learn when a source came.
    let said = out_of(&site);
    assert!(
        !said.contains("in use") && !said.contains("KiB") && !said.contains(" free\n"),
        "{said}"
    );

    site.edit(&[("name = \"Sourdine\"", "name = \"Atelier\"")]);
    assert!(warned(&site, "names").unwrap().contains("your own team.name"));
    site.edit(&[
        ("name = \"The team\"", "name = \"Rédaction\""),
        ("contact = \"\"", "contact = \"post\""),
    ]);
    site.add_editor(Editor::new(site.dir.path(), "second"));
    ok(sourdine().args(["editor", "add", "anne", "-c"]).arg(site.config()));
    let socket = format!("source = \"unix:{}\"", site.path("source.sock").display());
    site.edit(&[("source = \"127.0.0.1:8080\"", &socket), ("haproxy = false", "haproxy = true")]);
    for what in ["names", "contact", "recipients", "desk", "circuits"] {
        assert_eq!(warned(&site, what), None);
    }
    fs::set_permissions(site.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for path in files_below(&site.path("box")).iter().chain([&site.path("box"), &site.data()]) {
        chown(path, Some(65534), Some(65534)).unwrap();
    }
    assert_eq!(warned(&site, "owner"), None);
}

#[test]
fn a_plain_serve_is_told_of_the_onion_that_it_does_not_serve() {
    let mut site = Box_::served(2, &[]);
    assert!(site.log().contains("WARN this box belongs to root"), "{}", site.log());
    assert!(warned(&site, "onion").unwrap().contains("no onion address is known"));
    assert_eq!(warned(&site, "old keys"), None);
    let tor = site.path("box/tor");
    fs::create_dir_all(tor.join("source")).unwrap();
    for (inner, mode) in [("", 0o700), ("source", 0o700)] {
        fs::set_permissions(tor.join(inner), fs::Permissions::from_mode(mode)).unwrap();
    }
    for file in ["torrc", "source/hs_ed25519_secret_key"] {
        fs::write(tor.join(file), "").unwrap();
        fs::set_permissions(tor.join(file), fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(warned(&site, "onion").unwrap().contains("run serve --tor"));
    assert!(warned(&site, "old keys").unwrap().contains("move"));

    // A fault while it serves is none "before serving".
    fs::set_permissions(site.config(), fs::Permissions::from_mode(0o666)).unwrap();
    let said = fails(&mut site.command("check"));
    assert!(said.contains("1 fault(s)") && !said.contains("before"), "{said}");
    fs::set_permissions(site.config(), fs::Permissions::from_mode(0o600)).unwrap();
    site.stop();
    assert_eq!(warned(&site, "old keys"), None);
}

#[test]
fn a_quota_that_cannot_be_kept_and_a_closed_box_are_told() {
    let site = Box_::new(2, &[("quota = \"100 GiB\"", "quota = \"1 GiB\"")]);
    assert!(warned(&site, "space.quota").unwrap().contains("below limits.dispatch"));
    site.edit(&[("quota = \"1 GiB\"", "quota = \"1000000 GiB\"")]);
    assert!(warned(&site, "space.quota").unwrap().contains("above the size of the disk"));
    assert_eq!(site.told()["closed"], serde_json::Value::Null);
    assert_eq!(warned(&site, "site.closed"), None);
    ok(site.command("close").args(["fr=Absents", "en=Away until May"]));
    let again = format!("sourdine reopen -c {}", site.config().display());
    assert!(warned(&site, "site.closed").unwrap().ends_with(&again));
    assert_eq!(site.told()["closed"], "Away until May");
    let said = String::from_utf8(ok(&mut site.command("status")).stdout).unwrap();
    assert!(said.contains("\nclosed       yes (Away until May)\n"), "{said}");
}

/// Breaks a box.
type Break<'a> = &'a dyn Fn(&Box_);

#[test]
fn one_cause_is_one_fault() {
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let tor = |site: &Box_, open: u32| {
        let dir = site.path("box/tor");
        fs::create_dir_all(dir.join("source")).unwrap();
        mode(&dir, open);
        mode(&dir.join("source"), 0o755);
        fs::create_dir(dir.join("state")).unwrap();
        mode(&dir.join("state"), 0o755);
    };
    let breaks: [(&str, Break<'_>); 7] = [
        ("no data directory", &|site| fs::rename(site.data(), site.path("away")).unwrap()),
        ("index.db is missing", &|site| fs::remove_file(site.data().join("index.db")).unwrap()),
        ("not a sourdine database", &|site| fs::write(site.data().join("index.db"), "x").unwrap()),
        ("data can be read by others", &|site| mode(&site.data(), 0o755)),
        ("box/tor is open to others", &|site| tor(site, 0o755)),
        ("is open to others", &|site| tor(site, 0o700)),
        ("sourdine.toml is open to others", &|site| mode(&site.config(), 0o644)),
    ];
    for (said, broken) in breaks {
        let site = Box_::new(2, &[]);
        broken(&site);
        let faults = faults(&site);
        assert!(faults.len() == 1 && faults[0].contains(said), "{said}: {faults:?}");
    }
    let site = Box_::new(2, &[]);
    fs::write(site.path("box/tor"), "").unwrap();
    mode(&site.path("box/tor"), 0o600);
    assert_eq!(faults(&site), [""; 0]);
    assert!(warned(&site, "tor.dir").unwrap().contains("is no directory"));
}

#[test]
fn the_steps_that_init_names_can_be_taken() {
    let site = Box_::new(1, &[]);
    let dir = site.path("new");
    let init = |more: &[&str]| {
        let mut command = sourdine();
        command.arg("init").arg(&dir).args(["--recipient", &site.editors[0].recipient]).args(more);
        String::from_utf8(ok(&mut command).stdout).unwrap()
    };
    let said = init(&[]);
    assert!(
        said.contains("one recipient") && said.contains("chown -R sourdine:sourdine "),
        "{said}"
    );
    let config = dir.join("sourdine.toml");
    let steps: Vec<_> = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("sourdine "))
        .map(|line| line.split("   ").next().unwrap())
        .collect();
    let place = config.display();
    let expected =
        ["serve --tor", "editor add NAME", "check"].map(|step| format!("{step} -c {place}"));
    assert_eq!(steps, expected);
    for step in &steps[1..] {
        ok(sourdine().args(step.replace("NAME", "anne").split(' ')));
    }
    fs::remove_dir_all(&dir).unwrap();
    let second = Editor::new(site.dir.path(), "second").recipient;
    assert!(!init(&["--recipient", &second]).contains("one recipient"));
    assert!(Path::new(&config).exists());
}
