//! The source's site: no script, no cookie, no session; the code travels in POST bodies only.

mod act;
mod display;
mod download;
mod drop;
mod landing;
mod leave;
mod mailbox;
mod page;
mod problem;
mod progress;
mod rate_limit;
mod reader;
mod receipt;
mod router;
mod state;
mod ticket;
mod uploads;
mod warnings;

pub use router::router;
pub use state::{Site, SiteError, THREADS};
