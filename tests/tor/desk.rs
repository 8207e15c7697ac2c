//! The editors' address: it is not there before an editor is let in, and then only for that editor.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sourdine::config::Config;
use sourdine::tor::place::TorDir;

use super::daemon::private;
use super::network::{Client, Network};
use super::service::{Onion, within};
use crate::common::{curl, ok, sourdine};

/// How long a change needs until the network knows of it.
const KNOWN: Duration = Duration::from_secs(150);

/// What the server says when tor was told who may come.
const TOLD: &str = "tor has read its configuration again";

/// A visit to the desk, on a circuit of its own; whatever it answers, it was reached.
fn reaches(client: &Client, address: &str) -> bool {
    static VISITS: AtomicU32 = AtomicU32::new(0);
    let visitor = client.visitor(&format!("editor{}", VISITS.fetch_add(1, Ordering::Relaxed)));
    let args: Vec<_> = visitor.iter().map(String::as_str).collect();
    let args = [&args[..], &["--max-time", "20"]].concat();
    curl(&format!("http://{address}/"), &args).status != 0
}

/// What `sourdine editor` prints.
fn editor(onion: &Onion, args: &[&str]) -> String {
    let output = ok(sourdine().arg("editor").args(args).arg("--config").arg(onion.site.config()));
    String::from_utf8(output.stdout).unwrap()
}

/// An account, and the directory of a tor that has the key which was printed for it.
fn add(onion: &Onion, name: &str) -> PathBuf {
    let said = editor(onion, &["add", name]);
    let line = said.lines().find(|line| line.contains(":descriptor:x25519:")).unwrap().trim();
    let keys = onion.site.path(&format!("keys-of-{name}"));
    private(&keys);
    fs::write(keys.join("desk.auth_private"), line).unwrap();
    keys
}

fn tor_with(keys: &Path) -> Client {
    Network::shared().client(&format!("ClientOnionAuthDir {}\n", keys.display()))
}

pub fn the_desk_is_there_for_editors_who_were_let_in_and_for_nobody_else() {
    let onion = Onion::serve("desk");
    let place = TorDir::of(&Config::load(&onion.site.config()).unwrap()).unwrap();
    assert_eq!(place.desk_onion(), None, "nobody was let in yet");

    let keys_of_anne = add(&onion, "anne");
    let address = place.desk_onion().expect("the address was waited for");
    let keys_of_bob = add(&onion, "bob");
    let (anne, bob) = (tor_with(&keys_of_anne), tor_with(&keys_of_bob));
    for client in [&anne, &bob] {
        within(
            KNOWN,
            "the desk to answer to who has the key",
            || reaches(client, &address).then_some(()),
            || format!("{}{}", client.daemon.tail(), onion.tail()),
        );
    }
    // Its descriptor is out there, and this client finds the other address of the same tor.
    assert!(!reaches(Network::shared().source(), &address));
    assert_eq!(onion.site.curl("/?lang=en", &[]).status, 200);
    assert!(reaches(&anne, &address));

    // Who is removed finds no way there any more, and the others do. (A tor that has
    // fetched the descriptor goes on with it until it forgets it or starts anew.)
    drop(anne);
    editor(&onion, &["remove", "anne", "--yes"]);
    within(
        Duration::from_secs(30),
        "tor to be told of all three changes",
        || (onion.server().tail().matches(TOLD).count() == 3).then_some(()),
        || onion.tail(),
    );
    let anne = tor_with(&keys_of_anne);
    within(
        KNOWN,
        "the desk to answer to who stays",
        || reaches(&bob, &address).then_some(()),
        || format!("{}{}", bob.daemon.tail(), onion.tail()),
    );
    assert!(!reaches(&anne, &address));
    let said = anne.daemon.tail();
    assert!(said.contains("Client authorization for requested onion address is invalid"), "{said}");
    assert!(reaches(&bob, &address));
}
