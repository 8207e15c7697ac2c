//! The whole life of a drop, as its source lives it: land, send, come back, read, withdraw, erase, leave.

use std::fs;
use std::path::PathBuf;

use fantoccini::key::Key;

use super::browser::Browser;
use super::engine::{Engine, SAFEST};
use super::line::Line;
use crate::common::*;
use crate::each_engine;

each_engine!(a_whole_life: Firefox, Chromium, Webkit);
each_engine!(a_reload_changes_the_code_and_the_paper_still_works: Firefox; long: Chromium, Webkit);
each_engine!(a_mistyped_code_is_mended: Firefox; long: Chromium, Webkit);
each_engine!(another_language_keeps_the_place: Firefox; long: Chromium, Webkit);
each_engine!(everything_is_reached_by_the_keyboard: Firefox; long: Chromium, Webkit);

/// Files of so many bytes, no two alike.
pub fn documents(site: &Box_, named: &[(&str, usize)]) -> Vec<PathBuf> {
    let written = named.iter().map(|(name, size)| {
        let path = site.path(name);
        let byte =
            |at: usize| (at.wrapping_mul(2_654_435_761) >> 11).wrapping_add(name.len()) % 256;
        let bytes = (0..*size).map(|at| u8::try_from(byte(at)).unwrap());
        fs::write(&path, bytes.collect::<Vec<_>>()).unwrap();
        path
    });
    written.collect()
}

/// Opens the mailbox of a code.
pub fn come_back(browser: &Browser, base: &str, code: &str) {
    browser.go(&format!("{base}/mailbox?lang=en"));
    browser.type_in("#code", code);
    browser.follow("main form button");
}

fn a_whole_life(engine: Engine) {
    let site = Box_::served(1, &[]);
    let line = Line::to(&site.base);
    let files = documents(&site, &[("contrat vidéo.pdf", 2_400_000), ("annexe.pdf", 600_000)]);
    let browser = Browser::open(engine, SAFEST);

    browser.go(&format!("{}/?lang=en", line.base));
    browser.must_say("h1", msg("landing-title"));
    browser.follow("main a[href^='/drop']");
    let code = browser.all(".code li").join(" ");
    assert_eq!(code.split(' ').count(), 9);
    browser.type_in("#message", "Two documents about the cameras.");
    browser.choose("#files", &files);
    line.slow(300_000);
    browser.click("#send-now");
    let shown = browser.watch(msg("progress-sent"));
    line.mend();
    let moved = shown.iter().filter(|step| step.contains('%')).count();
    assert!(moved >= 2, "the display moved {moved} times: {shown:#?}");
    assert!(shown.iter().any(|step| step.contains("File 1: contrat vidéo.pdf")), "{shown:#?}");
    assert!(shown.iter().any(|step| step.contains(msg("progress-rate"))), "{shown:#?}");

    browser.inside("#result", || browser.must_say("h1", msg("receipt-title")));
    browser.whole_receipt();
    assert_eq!(browser.all(".files b"), ["contrat vidéo.pdf", "annexe.pdf"]);
    browser.must_say("h1", msg("receipt-title"));
    assert_eq!(browser.all(".code li").join(" "), code);
    browser.click(".files summary");
    browser.must_say(".hash", &sha256(&files[0]));
    browser.follow("form[action^='/mailbox'] button");
    browser.must_say("#sent", msg("mailbox-waiting"));
    browser.must_say("#sent", msg("mailbox-expires-unread"));
    browser.must_say("#replies", msg("mailbox-no-replies"));

    site.answer("Thank you. Is there an annex 3?", &files[1]);
    come_back(&browser, &line.base, &code.to_uppercase());
    browser.must_say("#replies", "Is there an annex 3?");
    browser.must_say("#sent", msg("mailbox-fetched"));
    // What was fetched cannot be withdrawn; what is sent now can.
    assert_eq!(browser.all("button[value=withdraw]").len(), 0);
    browser.follow("#more button");
    browser.type_in("#message", "On second thoughts");
    browser.click("#send-now");
    browser.watch(msg("progress-sent"));
    browser.whole_receipt();
    browser.follow("form[action^='/mailbox'] button");
    browser.follow("button[value=withdraw]");
    browser.must_say("h1", msg("withdraw-title"));
    browser.follow("#back button");
    browser.follow("button[value=withdraw]");
    browser.follow("#sure button");
    browser.must_say("main [role=status]", msg("withdraw-done"));
    assert_eq!(site.submissions(), 1);

    browser.click("form[action^='/mailbox/file'] button");
    let downloaded = browser.downloaded("annexe.pdf");
    wait_for("the whole download", || {
        (fs::read(&downloaded).ok()? == fs::read(&files[1]).unwrap()).then_some(())
    });
    browser.follow("button[value=delete]");
    browser.follow("#sure button");
    browser.must_say("#replies", msg("mailbox-no-replies"));

    // Leaving: neither "Back" nor "Reload" opens the mailbox again.
    browser.follow("form[action^='/leave'] button");
    browser.must_say("h1", msg("left-title"));
    browser.back();
    browser.reload();
    browser.must_say("h1", msg("left-title"));

    // Erasing, which leaves too.
    come_back(&browser, &line.base, &code);
    browser.follow("button[value=erase]");
    browser.must_say("h1", msg("erase-title"));
    browser.follow("#sure button");
    browser.must_say("h1", msg("erased-title"));
    browser.back();
    browser.reload();
    browser.must_say("h1", msg("left-title"));
    assert_eq!(site.status()["mailboxes"], 0);
    come_back(&browser, &line.base, &code);
    browser.must_say("h1", msg("mailbox-nothing-title"));
}

fn a_reload_changes_the_code_and_the_paper_still_works(engine: Engine) {
    let site = Box_::served(1, &[]);
    let browser = Browser::open(engine, SAFEST);
    browser.go(&format!("{}/drop?lang=fr", site.base));
    let paper = browser.all(".code li").join(" ");
    browser.reload();
    let shown = browser.all(".code li").join(" ");
    assert_ne!(paper, shown);
    browser.type_in("#message", "Bonjour");
    browser.click("#send-now");
    browser.inside("#result", || browser.must_say("h1", msg_in("fr", "receipt-title")));
    browser.whole_receipt();
    assert_eq!(browser.all(".code li").join(" "), shown);
    // The paper has the other code: it opens a form that goes on with it.
    come_back(&browser, &site.base, &paper);
    browser.must_say("h1", msg("mailbox-nothing-title"));
    assert_eq!(browser.all(".code li").join(" "), paper);
    browser.type_in("#message", "Hello again");
    browser.click("#send-now");
    browser.inside("#result", || browser.must_say("h1", msg("receipt-title")));
    come_back(&browser, &site.base, &paper);
    browser.must_say("h1", msg("mailbox-title"));
}

fn a_mistyped_code_is_mended(engine: Engine) {
    let site = Box_::served(1, &[]);
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let words: Vec<_> = form.code.split(' ').collect();
    let wrong = words[2].replacen(|c: char| c.is_ascii_lowercase(), "q", 1);
    let browser = Browser::open(engine, SAFEST);
    let mistyped = words.iter().enumerate().map(|(n, w)| if n == 2 { &wrong } else { *w });
    let mistyped = mistyped.collect::<Vec<_>>().join(" ");
    come_back(&browser, &site.base, &mistyped);
    // With or without a suggestion.
    let said = filled("code-unknown", &["3"]);
    browser.must_say("#problem", said.split('.').next().unwrap());
    assert_eq!(browser.attribute("#code", "aria-invalid"), "true");
    browser.retype("#code", &form.code);
    browser.follow("main form button");
    browser.must_say("h1", msg("mailbox-title"));
}

fn another_language_keeps_the_place(engine: Engine) {
    let site = Box_::served(1, &[]);
    let browser = Browser::open(engine, SAFEST);
    browser.go(&format!("{}/drop?lang=en", site.base));
    let code = browser.all(".code li").join(" ");
    let message = "Bonjour,\nles <caméras>";
    browser.type_in("#message", message);
    browser.follow("header button[lang=ar]");
    assert_eq!(browser.attribute("html", "dir"), "rtl");
    assert_eq!(browser.all(".code li").join(" "), code);
    assert_eq!(browser.typed("#message"), message);
    browser.click("#send-now");
    browser.inside("#result", || browser.see("#whole button"));
    browser.whole_receipt();
    browser.follow("header button[lang=fr]");
    browser.must_say("h1", msg_in("fr", "receipt-title"));
    assert_eq!(browser.all(".code li").join(" "), code);
    browser.follow("form[action^='/mailbox'] button");
    browser.follow("header button[lang=en]");
    browser.must_say("h1", msg("mailbox-title"));
    browser.follow("button[value=withdraw]");
    browser.follow("header button[lang=fr]");
    browser.must_say("h1", msg_in("fr", "withdraw-title"));
    browser.go(&format!("{}/mailbox?lang=fr", site.base));
    browser.type_in("#code", &code);
    browser.follow("header button[lang=en]");
    assert_eq!(browser.typed("#code"), code);
    browser.follow("#ask button");
    browser.must_say("h1", msg("mailbox-title"));
}

fn everything_is_reached_by_the_keyboard(engine: Engine) {
    let site = Box_::served(1, &[]);
    let browser = Browser::open(engine, SAFEST);
    browser.go(&format!("{}/drop?lang=en", site.base));
    // In this order, with other things between.
    let mut wanted = ["#main", "lang=\"fr\"", "id=\"message\"", "id=\"files\"", "id=\"send-now\""]
        .into_iter()
        .peekable();
    for _ in 0..20 {
        browser.press(Key::Tab);
        let focused = browser.focused();
        if focused.contains("id=\"message\"") {
            browser.type_in("#message", "By the keyboard alone");
        }
        wanted.next_if(|mark| focused.contains(mark));
        if wanted.peek().is_none() {
            break;
        }
    }
    assert_eq!(wanted.next(), None, "{}", browser.focused());
    browser.press(Key::Enter);
    browser.inside("#result", || browser.must_say("h1", msg("receipt-title")));
}
