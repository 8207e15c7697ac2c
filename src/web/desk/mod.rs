//! The editors' desk: its own listener, router and state. It shares neither with the source's site.

mod account;
mod correspondence;
mod deliver;
mod device;
mod download;
mod feed;
mod inbox;
mod journal;
mod layouts;
mod mailbox_actions;
mod note;
mod page;
mod problem;
mod reply;
mod router;
mod session;
mod sessions;
mod sign_in;
mod sign_in_form;
mod sign_in_queue;
mod signed_in;
mod state;
mod upload_form;

pub use router::router;
pub use state::{Desk, THREADS};
