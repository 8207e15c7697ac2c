//! Every test that needs more than one room: one binary, so that the crate is linked once.
//! A new scenario is a file beside this one and a `mod` below.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::similar_names
)]

mod common;

mod archive;
mod backup;
mod bad_input;
mod browsers;
mod bundles_that_were_touched;
mod carried_back;
mod check;
mod codes;
mod crypto_seal;
mod deploy;
mod desk_attacks;
mod desk_mail;
mod desk_replies;
mod desk_store;
mod downloads;
mod editor_accounts;
mod editors_and_replies;
mod expiry;
mod floors;
mod held_drafts;
mod hostile_bundles;
mod interop;
mod key_files;
mod languages;
mod large_archive;
mod large_files;
mod life_of_a_drop;
mod malformed;
mod memory;
mod multipart_any_chunking;
mod notes;
mod nothing_typed_is_lost;
mod open_what_was_sent;
mod our_docs;
mod our_pages;
mod plugins;
mod post_quantum;
mod progress;
mod questions;
mod reseal;
mod room;
mod rotation;
mod sandbox;
mod seized_disk;
mod serve_with_tor;
mod service;
mod sticks;
mod store;
mod strangers;
mod taking_back;
mod tor;
mod upgrade;
mod vectors;
mod warnings;

/// Cargo looks for no other test file (`autotests = false`): one that is not named here would never run.
#[test]
fn every_file_beside_this_one_runs() {
    let named = include_str!("main.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let scenario = path.extension().is_some_and(|end| end == "rs") && name != "main"
            || path.join("mod.rs").exists();
        assert!(!scenario || named.contains(&format!("\nmod {name};\n")), "{}", path.display());
    }
}
