//! The source's site: no script, no cookie, no session; the code travels in POST bodies only.

mod display;
mod download;
mod drop;
mod landing;
mod leave;
mod mailbox;
mod mailbox_actions;
mod page;
mod problem;
mod progress;
mod rate_limit;
mod receipt;
mod router;
mod state;
mod ticket;
mod upload_form;
mod uploads;
mod warnings;

pub use router::router;
pub use state::{Site, SiteError, THREADS};
