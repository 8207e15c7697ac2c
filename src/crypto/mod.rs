//! Floor 1: the retrieval code, what derives from it, sealing with age, and what an editor signs in with.

pub mod code;
pub mod header;
pub mod inspect;
pub mod kdf;
pub mod padding;
pub mod passphrase;
pub mod post_quantum;
pub mod recipient;
pub mod seal;
pub mod totp;
pub mod unseal;
pub mod words;
