//! Floor 4: pages over HTTP. The source's site and the editors' listener share no router and no state.

pub(crate) mod attachment;
pub(crate) mod body;
mod connections;
pub mod desk;
mod error_counts;
pub(crate) mod headers;
mod host_check;
mod lang;
pub mod multipart;
pub mod proxy;
pub mod server;
mod slots;
pub mod source;

pub use error_counts::report as report_errors;
