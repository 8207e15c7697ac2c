//! What an operator writes for tor, and what stands in its place.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Served, offline_box, processes, refuses, serve, signal, write_include};
use crate::common::{fails, ok};

fn pipe(path: &Path) {
    ok(Command::new("mkfifo").arg(path));
}

#[test]
fn an_include_that_tor_refuses_is_told_in_tors_words() {
    let site = offline_box();
    let file = site.path("box/../include").display().to_string();
    // What tor does not want may stand in any file: only what it cannot read is surely in this one.
    for (lines, sentence) in [
        ("NoSuchOption 1\n", format!("torrc, with the include {file}): ")),
        ("Nickname \"x\n", format!("its configuration in {file} ([tor] include): ")),
        ("SocksPort 0\n", format!("torrc, with the include {file}): ")),
    ] {
        write_include(&site, lines);
        let name = lines.split(' ').next().unwrap().replace("Nickname", "Invalid escape");
        let sentences = ["tor does not accept its configuration", &name, &sentence];
        refuses(&site, &mut serve(&site), &sentences);
        let check = site.command("check").output().unwrap();
        let said = String::from_utf8_lossy(&check.stdout).into_owned();
        let fault = said.lines().find(|line| line.starts_with("FAULT    tor.include")).unwrap();
        assert!(sentences.iter().all(|sentence| fault.contains(sentence)), "{said}");
    }
    fs::remove_file(site.path("include")).unwrap();
    refuses(&site, &mut serve(&site), &["tor.include: ", "cannot be read"]);
}

#[test]
fn a_pipe_keeps_nobody_waiting() {
    let site = offline_box();
    let include = site.path("include");
    fs::remove_file(&include).unwrap();
    pipe(&include);
    let no_file = ["tor.include: ", "cannot be read (it is no file)"];
    refuses(&site, &mut serve(&site), &no_file);
    fs::remove_file(&include).unwrap();

    // A directory of files is tor's way too.
    fs::create_dir(&include).unwrap();
    fs::write(include.join("network"), "DisableNetwork 1\n").unwrap();
    pipe(&include.join("pipe"));
    refuses(&site, &mut serve(&site), &no_file);
    fs::remove_file(include.join("pipe")).unwrap();
    pipe(&include.join(".tor-leaves-this-out"));
    let mut served = Served::start(&site);

    let (config, aside) = (site.config(), site.path("aside"));
    fs::rename(&config, &aside).unwrap();
    pipe(&config);
    signal(served.parent.id(), "HUP");
    served.says("ERROR the changed configuration is not used: ", 1);
    served.says("sourdine.toml is no file", 1);
    let error = fails(&mut serve(&site));
    assert!(error.contains("sourdine.toml is no file; give the one that init wrote"), "{error}");
    let said = site.command("check").output().unwrap();
    assert!(String::from_utf8_lossy(&said.stdout).contains("sourdine.toml is no file"));
    fs::rename(&aside, &config).unwrap();
    signal(served.parent.id(), "HUP");
    served.says("INFO teams and recipients were read again", 1);
    served.stop();
}

#[test]
fn tor_stays_in_the_foreground_whatever_the_include_says() {
    let site = offline_box();
    write_include(&site, "RunAsDaemon 1\nDataDirectory /nonexistent/elsewhere\nSafeLogging 0\n");
    let mut served = Served::start(&site);
    served.says("INFO tor: 0% starting", 1);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(processes(site.dir.path()).len(), 3, "parent, tor, reader");
    assert!(!served.log().contains("tor ended"), "{}", served.log());
    served.stop();
}
