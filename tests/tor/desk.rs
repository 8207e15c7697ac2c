//! The editors' address: it is not there before an editor is let in, and then only for that editor.

use std::fs;
use std::time::Duration;

use sourdine::config::Config;
use sourdine::tor::clients::authorise;
use sourdine::tor::place::Place;

use crate::common::curl;
use crate::daemon::private;
use crate::network::{Client, Network};
use crate::service::{Onion, within};

/// A visit to the desk; whatever it answers, it was reached.
fn reaches(client: &Client, address: &str) -> bool {
    let visitor = client.visitor("editor");
    let args: Vec<_> = visitor.iter().map(String::as_str).collect();
    let args = [&args[..], &["--max-time", "20"]].concat();
    curl(&format!("http://{address}/"), &args).status != 0
}

#[test]
fn the_desk_is_there_for_the_editor_who_was_let_in_and_for_nobody_else() {
    let onion = Onion::serve("desk");
    let place = Place::of(&Config::load(&onion.site.config()).unwrap()).unwrap();
    assert_eq!(place.desk_onion(), None, "nobody was let in yet");

    let key = authorise(&place, "anne").unwrap();
    let address = within(
        Duration::from_secs(30),
        "the desk's address",
        || place.desk_onion(),
        || onion.tail(),
    );
    let network = Network::shared();
    let keys = onion.site.path("keys");
    private(&keys);
    fs::write(keys.join("desk.auth_private"), &*key.auth_private(&address)).unwrap();
    let anne = network.client(&format!("ClientOnionAuthDir {}\n", keys.display()));
    within(
        Duration::from_secs(120),
        "the desk to answer to who has the key",
        || reaches(&anne, &address).then_some(()),
        || format!("{}{}", anne.daemon.tail(), onion.tail()),
    );
    // Its descriptor is out there, and this client finds the other address of the same tor.
    assert!(!reaches(network.source(), &address));
    assert_eq!(onion.site.curl("/?lang=en", &[]).status, 200);
    assert!(reaches(&anne, &address));
}
