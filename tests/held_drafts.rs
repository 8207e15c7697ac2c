//! Held drafts: an upload that breaks, or is put off, loses no file that arrived whole, publishes nothing,
//! and shows itself to nobody but its source. Forms are cut at exact bytes; editors open what comes with
//! stock tools.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "common/held.rs"]
mod held;

#[path = "common/wire.rs"]
mod wire;

#[path = "held_drafts/at_once.rs"]
mod at_once;
#[path = "held_drafts/broken.rs"]
mod broken;
#[path = "held_drafts/choices.rs"]
mod choices;
#[path = "held_drafts/limits.rs"]
mod limits;
#[path = "held_drafts/seized.rs"]
mod seized;
