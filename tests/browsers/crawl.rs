//! Every page, every link, every button, by curl: small, alone, silent, and never an answer that failed.

use std::collections::BTreeSet;

use super::robot::Page;
use super::tour::{State, Tour};

/// On the wire, head included, without lists (files, teams), answers, a QR code, and what the source wrote.
const MOST: usize = 14 * 1024;

/// What a page must not have. `src` of a frame and `href` of a link are looked at one by one.
const FORBIDDEN: &str = "script, link, img, picture, video, audio, source, track, object, embed, \
    applet, base, canvas, portal, [srcset], [background], [ping], [style], [autofocus], \
    input[type=image], meta[http-equiv], use, image, feImage";

/// Attributes that lead somewhere.
const LEADING: [&str; 7] = ["href", "src", "action", "formaction", "cite", "data", "poster"];

/// In a style, what would be asked for besides.
const OUTSIDE: [&str; 4] = ["url(", "@import", "image-set", "src("];

/// Header fields and what stands in them, in lower case.
const UNWANTED: [&str; 11] = [
    "set-cookie",
    "\nserver:",
    "\ndate:",
    "\netag:",
    "\nlast-modified:",
    "\nlink:",
    "\nrefresh:",
    "\nlocation:",
    "content-encoding:",
    "unsafe",
    "script-src",
];
const WANTED: [&str; 4] = [
    "content-security-policy: default-src 'none'",
    "cache-control: no-store",
    "referrer-policy: same-origin",
    "x-content-type-options: nosniff",
];

/// Pages of what is not there, or was deleted afterwards.
const NOT_FOUND: [&str; 4] = ["not-found", "no-file", "desk-not-found", "desk-mailbox-plain"];

/// What is wrong with a page.
fn faults(page: &Page) -> Vec<String> {
    let answer = &page.answer;
    let mut faults = Vec::new();
    let lists = "main ul, #replies article, #draft .message, textarea, fieldset, .qr";
    let lists = page.all(lists);
    let lists: usize = lists.iter().map(|list| list.html().len()).sum();
    // What fills a page of a code up to its step, so that its length tells nothing, is no page.
    let size = answer.headers.len() + answer.bytes.trim_ascii_end().len() - lists;
    // What never ends has no size.
    if size > MOST && page.all("body.steps").is_empty() {
        faults.push(format!("{size} bytes"));
    }
    faults.extend(page.all(FORBIDDEN).iter().map(scraper::ElementRef::html));
    for element in page.all("*") {
        for (attribute, value) in element.value().attrs() {
            let own = value.starts_with(['/', '#']) && !value.starts_with("//");
            if attribute.starts_with("on") || LEADING.contains(&attribute) && !own {
                faults.push(element.html());
            }
        }
    }
    let style: String = page.all("style").iter().flat_map(scraper::ElementRef::text).collect();
    faults.extend(OUTSIDE.iter().filter(|text| style.contains(*text)).map(ToString::to_string));
    // The desk alone has cookies, and of its own name only.
    let headers = answer.headers.to_ascii_lowercase();
    let headers = headers.replace("set-cookie: __host-sourdine", "");
    // One press on the desk begins its download.
    let headers = headers.replace("\nrefresh: 0;url=/download/", "\n");
    let unwanted = UNWANTED.iter().filter(|text| headers.contains(*text));
    let missing = WANTED.iter().filter(|text| !headers.contains(*text));
    faults.extend(unwanted.chain(missing).map(|text| format!("{text:?} in {headers}")));
    faults
}

pub fn every_page_is_small_alone_and_silent(states: &[State]) {
    let all = states.iter().flat_map(|state| {
        faults(&state.page()).into_iter().map(|fault| format!("{}: {fault}", state.full_name()))
    });
    let all: Vec<_> = all.collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
    let names: BTreeSet<_> = states.iter().map(|state| state.name).collect();
    assert!(names.len() >= 74, "only {names:?}");
}

/// In one language: the pages of another have the same links.
pub fn every_link_and_button_leads_to_a_page(tour: &Tour) {
    let is_desks = |state: &&State| state.name.starts_with("desk-");
    let in_french = || tour.states.iter().filter(|state| state.lang == "fr");
    lead_to_pages(in_french().filter(|state| state.from.base == tour.site.base).collect());
    // Those volumes are large by their number only.
    let real = |state: &&State| state.name != "desk-download-volumes";
    lead_to_pages(in_french().filter(is_desks).filter(real).collect());
}

fn lead_to_pages(states: Vec<&State>) {
    let ways = states
        .into_iter()
        .flat_map(|state| state.page().ways().into_iter().map(move |way| (state, way)));
    let mut ways: Vec<_> = ways.collect();
    // What ends a visit comes last, or the rest would only meet "you have left".
    ways.sort_by_key(|(_, way)| way.ends_a_visit());
    assert!(ways.len() > 100);
    let mut wrong = Vec::new();
    for (state, way) in ways {
        let page = state.page().go(&way);
        let (code, headers) = (page.answer.status, page.answer.headers.to_ascii_lowercase());
        let mut found = if headers.contains("text/html") { faults(&page) } else { Vec::new() };
        let lost = code == 404 && !NOT_FOUND.contains(&state.name);
        let left = headers.contains("clear-site-data") && state.name != "left";
        if !(200..500).contains(&code) || lost || left && !way.ends_a_visit() {
            found.push(page.readable());
        }
        wrong.extend(found.iter().map(|f| format!("{way:?} of {}: {f}", state.full_name())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
