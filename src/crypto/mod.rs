//! Floor 1: the retrieval code, what derives from it, and sealing with age.

pub mod code;
pub mod inspect;
pub mod kdf;
pub mod padding;
pub mod recipient;
pub mod seal;
pub mod unseal;
pub mod words;
