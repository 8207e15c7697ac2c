//! Floor 5: the reading room. The pages of an archive over loopback, for the one person who started it, with what
//! needs a program: search, the next bundle, an answer, notes, deleting.

mod answer;
mod bundle;
mod delete;
mod file;
mod opening;
mod problem;
mod reply;
mod router;
mod search;
mod show;
pub mod state;

pub use router::router;
