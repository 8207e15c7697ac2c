//! Floor 4: pages over HTTP. The source's site and the editors' listener share no router and no state.

mod attachment;
mod body;
mod connections;
pub mod desk;
mod headers;
mod lang;
pub mod multipart;
pub mod proxy;
pub mod server;
mod slots;
pub mod source;
mod tally;
mod visit;

pub use tally::report as report_errors;
