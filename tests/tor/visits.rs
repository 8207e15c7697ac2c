//! A source without a browser: curl, through real circuits.

use std::time::Instant;

use super::service::Onion;
use crate::common::wire::Document;
use crate::common::*;

pub fn a_source_sends_comes_back_and_reads_the_answer() {
    let onion = Onion::serve("source");
    let site = &onion.site;
    sends_and_reads(site);
    another_name_is_warned(&onion);
    check_says_that_it_answers(site);
}

fn sends_and_reads(site: &Box_) {
    let begin = Instant::now();
    let page = site.curl("/?lang=en", &[]);
    println!("visits: a page after {:.2} s", begin.elapsed().as_secs_f64());
    assert_eq!(page.status, 200);
    page.must_say(msg("landing-title"));
    page.must_not_say(msg("loopback-notice")).must_not_say("relay");

    let document = Document::new(site, "contrat.pdf", 300_000);
    let form = site.form("en");
    let receipt = site.send(&form, "About the cameras.", &[document.path()]);
    assert_eq!(receipt.status, 200);
    receipt.must_say(msg("receipt-title")).must_say(&document.sha256);
    site.mailbox(&form.code).must_say(msg("mailbox-no-replies"));

    site.answer("Thank you. Is there an annex?", &document.path);
    let mailbox = site.mailbox(&form.code);
    mailbox.must_say("Is there an annex?").must_say(msg("mailbox-fetched"));
}

/// Whoever comes under a name that is not ours, an onion address or not, is told so and can fill in nothing.
fn another_name_is_warned(onion: &Onion) {
    let other = "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion";
    for (header, status) in [
        (format!("Host: {other}"), 403),
        ("Host: example.org".into(), 403),
        ("X-Tor2web: 1".into(), 403),
    ] {
        for path in ["/?lang=en", "/drop?lang=en"] {
            let page = onion.site.curl(path, &["-H", &header]);
            assert_eq!(page.status, status, "{header}: {}", page.text());
            page.must_not_say("<form").must_say(&onion.hostname());
        }
    }
}

fn check_says_that_it_answers(site: &Box_) {
    let output = site.command("check").arg("--json").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    println!("check:\n{said}");
    let found = said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let onion = found.into_iter().find(|finding| finding["what"] == "onion");
    let onion = onion.unwrap_or_else(|| panic!("nothing of the onion address in {said}"));
    assert_eq!(onion["verdict"], "ok", "{onion}");
}
