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
    let place = sourdine::tor::place::Place::of(&config).unwrap();
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
    // Without a key in, the service would be open to all: it is not there any more.
    wait_for("the desk's end", || {
        (!fs::read_to_string(place.torrc()).unwrap().contains("desk.sock")).then_some(())
    });
    served.stop();
}
