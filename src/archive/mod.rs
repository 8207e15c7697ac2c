//! Floor 3: the archive, a directory that grows from bundle to bundle. `docs/archive.md` states its layout.

pub mod add;
pub mod conversation;
pub mod medium;
pub mod open;
pub mod order;
pub mod pages;
pub mod place;
pub mod record;
pub mod transcript;
