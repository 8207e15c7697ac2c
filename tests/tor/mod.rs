//! Real Tor: a network of Debian's `tor` on loopback, real circuits, a real onion service. Nothing is
//! mocked, and nothing leaves this machine.

mod circuits;
mod daemon;
mod desk;
mod firefox;
mod life;
mod loopback;
mod network;
mod recorder;
mod service;
mod visits;
