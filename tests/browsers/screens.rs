//! How every page looks: pictures for people, and what a machine can say of a layout.

use super::browser::Browser;
use super::engine::{Engine, SAFEST};
use super::replay::Replay;
use super::tour::{State, Tour};
use crate::common::wait_for;
use crate::each_engine;

each_engine!(every_page_looks_right: ; long: Chromium, Webkit);

fn every_page_looks_right(engine: Engine) {
    every_page_fits_and_is_one_request(engine, &Tour::take().states);
}

/// One request a page, its frames aside; nothing to scroll sideways down to 320 px (WCAG 1.4.10), which
/// is also 400 % zoom; pictures of a phone's and of a desk's width.
pub fn every_page_fits_and_is_one_request(engine: Engine, states: &[State]) {
    let replay = Replay::of(states);
    let browser = Browser::open(engine, SAFEST);
    let mut wanted = Vec::new();
    let widths: &[u64] = match engine {
        Engine::Chromium => &[320, 360, 1280],
        Engine::Firefox => &[320],
        Engine::Webkit => &[320, 360],
    };
    for &width in widths {
        browser.resize(width, 900);
        for (number, state) in states.iter().enumerate() {
            browser.go(&format!("{}/{number}", replay.base));
            let page = state.page();
            assert_eq!(browser.title(), page.text("title"));
            let name = format!("{}-{width}-{}", state.lang, state.name);
            if width == 320 {
                browser.unfold();
            } else {
                browser.picture(&name);
            }
            let wide = browser.run_script("return document.documentElement.scrollWidth");
            assert!(wide.as_u64() <= Some(width), "{name} is {wide} px wide");
            let frames = page.all("iframe[src]");
            let frames = frames.iter().map(|frame| frame.attr("src").unwrap().to_owned());
            wanted.extend(std::iter::once(format!("/{number}")).chain(frames));
            wait_for("its frames", || (replay.asked().len() >= wanted.len()).then_some(()));
        }
    }
    assert_eq!(replay.asked(), wanted);
    if engine == Engine::Chromium {
        browser.dark(true);
        let some = ["landing", "drop", "receipt", "mailbox-answered", "question-erase"];
        let some = |state: &State| state.lang == "fr" && some.contains(&state.name);
        for (number, state) in states.iter().enumerate().filter(|(_, state)| some(state)) {
            browser.go(&format!("{}/{number}", replay.base));
            browser.picture(&format!("{}-1280-{}-dark", state.lang, state.name));
        }
    }
}
