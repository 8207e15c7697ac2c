//! Firefox, the engine of Tor Browser, with scripts off, through the network: 20 MB up, the answer down.

use std::fs;
use std::time::Instant;

use super::network::Network;
use super::service::Onion;
use crate::browsers::browser::Browser;
use crate::browsers::engine::{Engine, SAFEST, Setting};
use crate::common::wire::Document;
use crate::common::{msg, wait_for};

const SIZE: usize = 20_000_000;

pub fn a_source_sends_20_megabytes_and_reads_the_answer() {
    let onion = Onion::serve("curl");
    let site = &onion.site;
    let document = Document::new(site, "contrat vidéo.pdf", SIZE);
    let reply = Document::new(site, "questions.pdf", 250_000);
    let tor = Some(Network::shared().source().port);
    let browser = Browser::open(Engine::Firefox, Setting { tor, ..SAFEST });

    let begin = Instant::now();
    browser.go(&format!("{}/?lang=en", site.base));
    browser.must_say("h1", msg("landing-title"));
    println!("Firefox: first page {:.1} s", begin.elapsed().as_secs_f64());
    browser.follow("main a[href^='/drop']");
    let code = browser.all(".code li").join(" ");
    browser.type_in("#message", "The contract about the cameras.");
    browser.choose("#files", std::slice::from_ref(&document.path));
    let begin = Instant::now();
    browser.click("#send-now");
    let shown = browser.watch(msg("progress-sent"));
    let took = begin.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "for the eye")]
    let speed = SIZE as f64 / 1e6 / took;
    println!("Firefox: upload of 20 MB {took:.1} s, {speed:.2} MB/s");
    let moved = shown.iter().filter(|step| step.contains('%')).count();
    println!("Firefox: the display moved {moved} times");
    assert!(moved >= 2, "the display moved {moved} times: {shown:#?}");

    browser.whole_receipt();
    browser.must_say("h1", msg("receipt-title"));
    assert_eq!(browser.all(".code li").join(" "), code);
    assert_eq!(browser.all(".files b"), [&*document.name]);
    browser.click(".files summary");
    browser.must_say(".hash", &document.sha256);

    site.answer("Thank you. Is there an annex?", &reply.path);
    let begin = Instant::now();
    browser.go(&format!("{}/mailbox?lang=en", site.base));
    browser.type_in("#code", &code);
    browser.follow("main form button");
    browser.must_say("#replies", "Is there an annex?");
    println!("Firefox: mailbox {:.1} s", begin.elapsed().as_secs_f64());
    browser.click("form[action^='/mailbox/file'] button");
    let downloaded = browser.downloaded("questions.pdf");
    wait_for("the whole download", || (fs::read(&downloaded).ok()? == reply.bytes).then_some(()));

    browser.follow("form[action^='/leave'] button");
    browser.must_say("h1", msg("left-title"));
    browser.back();
    browser.reload();
    browser.must_say("h1", msg("left-title"));
}
