//! What goes wrong on the way, as its source sees it.

use super::browser::Browser;
use super::engine::{Engine, SAFEST};
use super::life::{come_back, documents};
use super::line::Line;
use crate::common::*;
use crate::each_engine;

each_engine!(a_broken_upload_is_taken_up_again: Firefox; long: Chromium, Webkit);
each_engine!(refusals_are_said_at_once: Firefox; long: Chromium, Webkit);
each_engine!(a_full_server_says_so_and_gives_the_message_back: Firefox; long: Chromium, Webkit);

fn a_broken_upload_is_taken_up_again(engine: Engine) {
    let site = Box_::served(1, &[]);
    let line = Line::to(&site.base);
    let three = [("one.pdf", 400_000), ("two.pdf", 300_000), ("three.pdf", 2_000_000)];
    let files = documents(&site, &three);
    let browser = Browser::open(engine, SAFEST);
    browser.go(&format!("{}/drop?lang=en", line.base));
    let code = browser.all(".code li").join(" ");
    browser.type_in("#message", "Three documents");
    browser.choose("#files", &files);
    line.cut_after(1_200_000);
    browser.click_in_vain("#send-now");
    let shown = browser.watch(msg("error-cut"));
    let kept = filled("error-kept", &["2"]);
    assert!(shown.iter().any(|step| step.contains(&kept)), "{shown:#?}");
    line.mend();
    assert_eq!(site.submissions(), 0);

    come_back(&browser, &line.base, &code);
    browser.must_say("#draft", msg("mailbox-draft"));
    assert_eq!(browser.all("#draft .files b"), ["one.pdf", "two.pdf"]);
    browser.click("#draft .files summary");
    browser.must_say("#draft .hash", &sha256(&files[0]));
    // What is missing is added to it, and all of it is sent as the mailbox shows it.
    browser.follow("#draft .add button");
    browser.choose("#files", &files[2..]);
    browser.click("#keep");
    browser.watch(msg("progress-sent"));
    browser.inside("#result", || browser.must_say("h1", msg("receipt-kept-title")));
    browser.whole_receipt();
    assert_eq!(browser.all(".files b"), ["one.pdf", "two.pdf", "three.pdf"]);
    browser.follow("#look button");
    browser.follow("#draft button[value=send]");
    browser.must_say("h1", msg("receipt-title"));
    assert_eq!(browser.all(".files b"), ["one.pdf", "two.pdf", "three.pdf"]);
    assert_eq!(site.submissions(), 1);

    // Put off, and thrown away.
    browser.go(&format!("{}/drop?lang=en", line.base));
    let code = browser.all(".code li").join(" ");
    browser.choose("#files", &files[..2]);
    browser.click("#keep");
    browser.inside("#result", || browser.must_say("h1", msg("receipt-kept-title")));
    come_back(&browser, &line.base, &code);
    browser.follow("#draft button[value=remove]");
    browser.must_say("h1", &filled("remove-title", &["one.pdf"]));
    browser.follow("#sure button");
    assert_eq!(browser.all("#draft .files b"), ["two.pdf"]);
    browser.follow("#draft button[value=send]");
    browser.must_say("h1", msg("receipt-title"));
    browser.follow("form[action^='/mailbox'] button");
    assert_eq!(browser.all("#draft").len(), 0);
    assert_eq!(site.submissions(), 2);
}

fn refusals_are_said_at_once(engine: Engine) {
    let edits = [
        ("file = \"3.5 GiB\"", "file = \"1 MiB\""),
        ("dispatch = \"8 GiB\"", "dispatch = \"4 MiB\""),
    ];
    let site = Box_::served(1, &edits);
    let line = Line::to(&site.base);
    let files = documents(&site, &[("large.bin", 2_000_000), ("huge.bin", 9_000_000)]);
    let browser = Browser::open(engine, SAFEST);
    browser.go(&format!("{}/drop?lang=en", line.base));
    let code = browser.all(".code li").join(" ");

    // The message with the code in it; the form still stands there, and is mended.
    browser.type_in("#message", &format!("my code is {code}"));
    browser.click("#send-now");
    browser.watch(msg("error-message-has-code"));
    browser.inside("#result", || browser.must_say("main", msg("error-mend")));

    // A file that is too large, said while it is still on its way.
    browser.retype("#message", "Hello");
    browser.choose("#files", &files[..1]);
    line.slow(300_000);
    browser.click("#send-now");
    browser.watch(&filled("error-file-too-large", &["1 MB"]));

    // More than all files together may be: said before any of it.
    browser.go(&format!("{}/drop?lang=en", line.base));
    browser.choose("#files", &files[1..]);
    browser.click("#send-now");
    browser.watch(&filled("error-dispatch-too-large", &["4.1 MB"]));
    line.mend();
}

fn a_full_server_says_so_and_gives_the_message_back(engine: Engine) {
    let edits = [
        ("file = \"3.5 GiB\"", "file = \"4 MiB\""),
        ("dispatch = \"8 GiB\"", "dispatch = \"4 MiB\""),
        ("drafts = \"20 GiB\"", "drafts = \"4 MiB\""),
        ("quota = \"100 GiB\"", "quota = \"4 MiB\""),
    ];
    let site = Box_::served(1, &edits);
    let files = documents(&site, &[("first.bin", 2_000_000), ("second.bin", 3_000_000)]);
    site.send(&site.form("en"), "Hello", &[files[0].to_str().unwrap()])
        .must_say(msg("receipt-title"));
    let browser = Browser::open(engine, SAFEST);
    browser.go(&format!("{}/drop?lang=en", site.base));
    let code = browser.all(".code li").join(" ");
    browser.type_in("#message", "What we would like to keep");
    browser.choose("#files", &files[1..]);
    browser.click("#send-now");
    browser.watch(msg("error-full"));
    browser.inside("#result", || browser.must_say(".problem", msg("error-full")));
    assert_eq!(site.submissions(), 1);
    // The form above still has everything; without its files there is room.
    assert_eq!(browser.all(".code li").join(" "), code);
    assert_eq!(browser.typed("#message"), "What we would like to keep");
    browser.clear("#files");
    browser.click("#send-now");
    browser.watch(msg("progress-sent"));
    browser.whole_receipt();
    assert_eq!(browser.all(".code li").join(" "), code);
    assert_eq!(site.submissions(), 2);
}
