//! Real Tor: a network of Debian's `tor` on loopback, real circuits, a real onion service. Nothing is
//! mocked, and nothing leaves this machine.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../browsers/browser.rs"]
#[allow(dead_code, reason = "the browser tests use all of it")]
mod browser;
mod circuits;
#[path = "../common/mod.rs"]
mod common;
mod daemon;
mod desk;
#[path = "../browsers/engine.rs"]
#[allow(dead_code, reason = "the browser tests use all of it")]
mod engine;
mod firefox;
#[path = "../common/held.rs"]
mod held;
mod life;
mod loopback;
mod network;
mod recorder;
mod service;
mod visits;
#[path = "../common/wire.rs"]
mod wire;
