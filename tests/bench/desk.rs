//! The desk of a full box beside that of a small one, in one run.
//!
//!     cargo bench --bench desk
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
#[allow(dead_code, unused_imports, clippy::wildcard_imports, reason = "what the scenarios use")]
mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use common::Box_;
use common::crowd;
use common::desk::{Login, Visitor, open_desk};

use sourdine::base::clock::Day;
use sourdine::store::{Account, Filter, InboxQuery, Store, Tuning, create};

fn main() {
    // `cargo test --all-targets` starts benches too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let small = pages(100);
    let large = pages(10_000);
    for ((what, few), (_, many)) in small.iter().zip(&large) {
        println!("{what:24} {few:7.2} ms, {many:7.2} ms: {:.2} times", many / few);
    }
    for mailboxes in [100, 10_000] {
        questions(mailboxes);
    }
}

/// Milliseconds of pages of the running desk, in the middle of many, beside so many mailboxes.
fn pages(mailboxes: u32) -> Vec<(&'static str, f64)> {
    let mut site = Box_::new(1, &[]);
    let login = Login::new(&site, "anne", &["team"]);
    let today = sourdine::base::clock::Clock::system().day().unproven().0;
    crowd::fill(&site.data(), "team", "anne", mailboxes, today);
    let base = open_desk(&mut site);
    let anne = Visitor::signed_in(&base, &login);
    let cookie = anne.session().unwrap();
    let last = format!("/?page={}", mailboxes / 50);
    let asked = [
        ("inbox, first page", "/"),
        ("inbox, last page", &last),
        ("inbox, unread", "/?show=unread"),
        ("inbox, search", "/?q=crowd-aaaab"),
        ("journal", "/journal"),
    ];
    let middle = |path: &str| {
        let mut times: Vec<f64> = (0..41).map(|_| get(&base, path, &cookie)).collect();
        times.sort_by(f64::total_cmp);
        times[20]
    };
    asked.into_iter().map(|(what, path)| (what, middle(path))).collect()
}

/// Milliseconds until a page is there whole, on a connection of its own.
fn get(base: &str, path: &str, cookie: &str) -> f64 {
    let host = base.trim_start_matches("http://");
    let begin = Instant::now();
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: __Host-sourdine={cookie}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut page = Vec::new();
    stream.read_to_end(&mut page).unwrap();
    let taken = begin.elapsed().as_secs_f64() * 1000.0;
    assert!(page.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&page));
    taken
}

/// What the pages ask of the store.
fn questions(mailboxes: u32) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    create(&data, &[], &Tuning::default()).unwrap();
    let store = Store::open(&data, 1 << 40).unwrap();
    let account = Account {
        name: "anne".into(),
        teams: vec!["team".into()],
        credentials: Vec::new(),
        credential_version: [0; 16],
        feed: None,
    };
    store.add_account(account).unwrap();
    crowd::fill(&data, "team", "anne", mailboxes, 20_000);
    let ask = |filter, search: &str, page| InboxQuery {
        reader: "anne".into(),
        teams: vec!["team".into()],
        filter,
        label: None,
        search: search.into(),
        page,
        size: 50,
    };
    let time = |what: &str, work: &dyn Fn() -> usize| {
        work();
        let mut times: Vec<f64> = (0..15)
            .map(|_| {
                let begin = Instant::now();
                work();
                begin.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("  {what:36} {:7.2} ms  ({} rows)", times[7], work());
    };
    println!("{mailboxes} mailboxes, {} dispatches", mailboxes * 10);
    let teams = ["team".to_owned()];
    let page =
        |filter, search: &str, page| store.inbox(&ask(filter, search, page)).unwrap().rows.len();
    time("first page", &|| page(Filter::All, "", 0));
    time("last page", &|| page(Filter::All, "", mailboxes / 50 - 1));
    time("unread", &|| page(Filter::Unread, "", 0));
    time("starred (none)", &|| page(Filter::Starred, "", 0));
    time("search for one", &|| page(Filter::All, "crowd-aaaab", 0));
    time("does something wait", &|| usize::from(store.waits("anne", &teams).unwrap().is_some()));
    time("all unread", &|| store.unread("anne", &teams, None, 1001).unwrap().len());
    let all = store.unread("anne", &teams, None, usize::MAX >> 1).unwrap();
    store.mark_fetched(all, "anne", Day(20_000)).unwrap();
    time("unread, where nothing is", &|| page(Filter::Unread, "", 0));
    time("does something wait: no", &|| {
        usize::from(store.waits("anne", &teams).unwrap().is_some())
    });
}
