//! Floor 0: what every floor above may use. Days, ids, randomness, limits. No secrets, no I/O.

pub mod circuit;
pub mod clock;
pub mod ids;
pub mod kind;
pub mod limits;
pub mod random;
pub mod stack;
pub mod text;
