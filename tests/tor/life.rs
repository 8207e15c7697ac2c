//! What breaks while it runs: tor, and the parent of everything. Nothing that was promised is lost, and
//! nobody has to come and mend it.

use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::service::{Onion, runs, signal, within};
use crate::common::held::{contents, held, opened, press};
use crate::common::wire::{Document, Sheet, listed};
use crate::common::{Box_, msg};

/// How long the children may take to follow their parent.
const SOON: Duration = Duration::from_secs(120);

/// The progress display beside a form, as curl reads it through Tor. Ends when dropped.
struct Display(Child);

impl Display {
    /// Waits until it says this.
    fn open_until(site: &Box_, token: &str, last: &str) -> Self {
        let address = format!("{}/progress/{token}?lang=en", site.base);
        let mut command = Command::new("curl");
        command.args(&site.through).args(["-sN", "--max-time", "170"]).arg(address);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = process.stdout.take().unwrap();
        let (mut said, mut piece) = (Vec::new(), [0; 4096]);
        while memchr::memmem::find(&said, last.as_bytes()).is_none() {
            let read = output.read(&mut piece).unwrap();
            assert!(read > 0, "ended without {last:?}: {}", String::from_utf8_lossy(&said));
            said.extend(&piece[..read]);
        }
        Self(process)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn tor_dies_during_an_upload_and_what_arrived_whole_is_sent_later() {
    let mut onion = Onion::serve("unlucky");
    let address = onion.hostname();
    let site = &onion.site;
    let documents = [("one.pdf", 300_000), ("two.pdf", 200_000), ("three.pdf", 30_000_000)];
    let documents = documents.map(|(name, size)| Document::new(site, name, size));
    let files: Vec<_> = documents.iter().map(|document| document.path.as_path()).collect();

    let sheet = Sheet::new(site);
    let upload = site.send_all_slowly(&sheet.form, "Three documents", &files, "400K");
    drop(Display::open_until(site, &sheet.token, "three.pdf"));
    let tor = onion.server().tor().unwrap();
    let begin = Instant::now();
    signal("KILL", tor);
    drop(upload);
    onion.visitor = "lucky".into();
    onion.reach();
    let site = &onion.site;
    println!("tor: its address answers after {:.1} s", begin.elapsed().as_secs_f64());
    assert!(onion.server().tor().is_some_and(|pid| pid != tor));
    assert_eq!(onion.hostname(), address);
    assert_eq!(site.base, format!("http://{address}"));
    assert_eq!(site.submissions(), 0);

    let mailbox = site.mailbox(&sheet.form.code);
    mailbox.must_say(msg("mailbox-draft"));
    assert_eq!(held(&mailbox), listed(&documents[..2]));
    press(site, &mailbox, "send").must_say(msg("receipt-title"));
    assert_eq!(site.submissions(), 1);
    let (message, files) = opened(site, "sent.tar");
    assert_eq!((message.as_str(), files), ("Three documents", contents(&documents[..2])));
}

pub fn the_parent_is_killed_and_everything_ends_and_begins_again() {
    let mut onion = Onion::serve("patient");
    let address = onion.hostname();
    let document = Document::new(&onion.site, "contrat.pdf", 100_000);
    let form = onion.site.form("en");
    onion.site.send(&form, "Before the fall", &[document.path()]).must_say(msg("receipt-title"));

    let server = onion.server.take().unwrap();
    let children = super::loopback::below(server.pid());
    let names: Vec<_> = children.iter().filter_map(|pid| super::loopback::name(*pid)).collect();
    assert!(names.iter().any(|name| name == "tor") && names.len() >= 2, "{names:?}");
    server.kill();
    let begin = Instant::now();
    within(
        SOON,
        "tor and the process that reads requests to end",
        || (!children.iter().any(|pid| runs(*pid))).then_some(()),
        || format!("{names:?}"),
    );
    println!("parent: {names:?} ended after {:.1} s", begin.elapsed().as_secs_f64());

    onion.start();
    println!("parent: its address answers after {:.1} s", begin.elapsed().as_secs_f64());
    assert_eq!(onion.hostname(), address);
    assert_eq!(onion.site.base, format!("http://{address}"));
    let mailbox = onion.site.mailbox(&form.code);
    mailbox.must_say(msg("mailbox-waiting"));
    assert_eq!(onion.site.submissions(), 1);
    assert!(fs::exists(onion.site.path("box/tor/state")).unwrap());
}
