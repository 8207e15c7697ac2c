//! An editor is let in while `serve --tor` runs.

use super::*;

fn editor(site: &Box_, args: &[&str]) -> String {
    let output = ok(sourdine().arg("editor").args(args).arg("--config").arg(site.config()));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_first_editor_gives_the_desk_its_address_and_the_last_takes_it_along() {
    let site = offline_box();
    let mut served = Served::start(&site);
    let config = sourdine::config::Config::load(&site.config()).unwrap();
    let place = sourdine::tor::place::TorDir::of(&config).unwrap();
    assert_eq!(place.desk_onion(), None);
    let said = editor(&site, &["add", "anne"]);
    let onion = place.desk_onion().expect("it waits for tor to make the address");
    assert!(said.contains(&format!("desk          http://{onion}\n")), "{said}");
    let key = said.lines().find_map(|line| line.trim().strip_prefix("onion key")).unwrap().trim();
    let line = format!("{}:descriptor:x25519:{key}\n", onion.trim_end_matches(".onion"));
    assert!(said.contains(&line), "{said}");
    let torrc = fs::read_to_string(place.torrc()).unwrap();
    let desk = torrc.split_once("/desk\"\n").unwrap().1;
    assert!(desk.contains("HiddenServicePort 80 unix:") && desk.contains("desk.sock"), "{torrc}");
    assert!(desk.contains("HiddenServiceExportCircuitID haproxy\n"), "{torrc}");

    let all: serde_json::Value = serde_json::from_str(&editor(&site, &["list", "--json"])).unwrap();
    assert_eq!(all["desk"], serde_json::json!(onion));
    assert_eq!(all["editors"][0]["onion_key"], true);
    assert!(editor(&site, &["list"]).contains(&format!("desk  http://{onion}")));
    // Who comes later need not wait.
    let said = editor(&site, &["add", "bob"]);
    assert!(said.contains(&onion), "{said}");

    // The desk's socket takes only what begins with tor's line.
    let mut stream = UnixStream::connect(place.desk_socket()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.contains("HiddenServiceExportCircuitID haproxy"), "{answer}");

    for name in ["anne", "bob"] {
        assert!(editor(&site, &["remove", name, "--yes"]).contains("removed the account and the"));
    }
    // Only the key of nobody is in, which stays: the service goes, and is open to nobody until then.
    assert!(place.desk().join("authorized_clients/_nobody.auth").exists());
    wait_for("the desk's end", || {
        (!fs::read_to_string(place.torrc()).unwrap().contains("desk.sock")).then_some(())
    });
    served.stop();
}

/// Whether tor was told of the desk.
fn is_told(place: &sourdine::tor::place::TorDir) -> bool {
    fs::read_to_string(place.torrc()).unwrap().contains("desk.sock")
}

#[test]
fn what_a_crash_left_of_a_key_opens_the_desk_to_nobody() {
    let site = offline_box();
    let config = sourdine::config::Config::load(&site.config()).unwrap();
    let place = sourdine::tor::place::TorDir::of(&config).unwrap();
    let clients = place.desk().join("authorized_clients");
    editor(&site, &["add", "anne"]);
    let anne = clients.join("anne.auth");
    fs::write(&anne, "").unwrap();
    let mut served = Served::start(&site);
    assert!(!is_told(&place));
    let check = String::from_utf8(site.command("check").output().unwrap().stdout).unwrap();
    assert!(check.contains(&format!("{} is no key", anne.display())), "{check}");
    assert!(check.contains("sourdine editor reset NAME --onion-key"), "{check}");
    editor(&site, &["reset", "anne", "--onion-key", "--yes"]);
    assert!(place.desk_onion().is_some() && is_told(&place));

    // Emptied while tor runs, with the key of nobody: that one is made again, and tor looks anew.
    fs::write(&anne, "").unwrap();
    fs::write(clients.join("_nobody.auth"), "").unwrap();
    wait_for("the desk's end", || (!is_told(&place)).then_some(()));
    editor(&site, &["add", "bob"]);
    wait_for("the desk", || is_told(&place).then_some(()));
    assert!(sourdine::tor::clients::is_locked(&place));
    served.stop();
}

/// On a disk that is full, in a mount namespace of its own.
#[test]
fn an_editor_who_is_added_on_a_full_disk_leaves_nothing_behind() {
    let site = offline_box();
    let tor = tor_dir(&site);
    let script = "mkdir -p \"$1\" && mount -t tmpfs -o size=64k,mode=0700 none \"$1\" && \
        mkdir -m 700 \"$1/desk\" \"$1/desk/authorized_clients\" && \
        { head -c 1M /dev/zero > \"$1/full\" 2> /dev/null; \
          \"$0\" editor add anne --config \"$2\" 2>&1; find \"$1/desk\" -type f; \
          rm \"$1/full\"; \"$0\" editor add anne --config \"$2\" > /dev/null; find \"$1/desk\" -type f; }";
    let mut alone = std::process::Command::new("unshare");
    alone.args(["-m", "sh", "-c", script]).arg(sourdine().get_program());
    let said = String::from_utf8(ok(alone.arg(&tor).arg(site.config())).stdout).unwrap();
    assert!(
        said.contains("No space left on device") && said.contains("no account was made"),
        "{said}"
    );
    let left: Vec<_> =
        said.lines().filter(|line| line.starts_with('/') && line.contains(".auth")).collect();
    assert_eq!(left.len(), 2, "only those of the second try: {said}");
    assert!(!said.contains(".new\n"), "{said}");
}
