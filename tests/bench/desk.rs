//! The desk of a full box beside that of a small one, in one run.
//!
//!     cargo bench --bench desk
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/crowd.rs"]
mod crowd;

use std::time::Instant;

use sourdine::base::clock::Day;
use sourdine::store::{Account, Filter, InboxQuery, Store, Tuning, create};

fn main() {
    // `cargo test --all-targets` starts benches too.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    for mailboxes in [100, 10_000] {
        questions(mailboxes);
    }
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
        epoch: [0; 16],
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
    time("all unread", &|| store.unread("anne", &teams, None).unwrap().len());
    let all = store.unread("anne", &teams, None).unwrap();
    store.mark_fetched(all, "anne", Day(20_000)).unwrap();
    time("unread, where nothing is", &|| page(Filter::Unread, "", 0));
    time("does something wait: no", &|| {
        usize::from(store.waits("anne", &teams).unwrap().is_some())
    });
}
