//! Floor 2: what every page of ours has, served or written to a disk: its languages.

pub mod lang;
