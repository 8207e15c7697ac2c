//! Floor 2: the installed `tor`: which one it is, the directory it works in, what it is told and what it
//! says. Nothing here ever sees a byte of a visit.
//!
//! The directory (`[tor] dir`) is private and lies outside the store's, since the process that reads
//! requests may reach the whole store and must never reach the keys of the onion address:
//!
//! ```text
//! lock                 held by whoever runs tor here
//! torrc                written at each start
//! state/               tor's own
//! source/              the onion service of sources: keys, hostname
//! desk/                the editors' one: keys, hostname, authorized_clients/{NAME,_nobody}.auth
//! control.sock control.cookie socks.sock source.sock desk.sock
//! ```

pub mod clients;
pub mod control;
mod error;
pub mod installed;
pub mod place;
pub mod socks;
pub mod times;
pub mod torrc;
pub mod words;

pub use error::TorError;
