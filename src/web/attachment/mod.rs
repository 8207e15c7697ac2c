//! Files on their way to a browser.

mod range;
pub mod resumable;
mod stream;

pub use stream::{mark, stream};
