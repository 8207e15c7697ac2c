//! Sourdine: an anonymous drop box. One binary is the server, the operator's tool and the editors'
//! offline tool.
//!
//! The house, floor by floor; a floor uses what lies below it, never beside or above
//! (`tests/floors.rs` holds that):
//!
//! | floor | rooms | knows |
//! |---|---|---|
//! | 0 | [`base`] | days, ids, limits |
//! | 1 | [`crypto`] | the code, its derivation, sealing with age |
//! | 1 | [`store`] | opaque bytes and ids in SQLite; cannot reach the crypto |
//! | 1 | [`config`] | what an operator typed |
//! | 2 | [`pages`] | languages, for whoever writes pages |
//! | 2 | [`tor`] | the installed tor: its directory, its control socket; nothing of a visit |
//! | 2 | [`bundle`] | the sealed format |
//! | 3 | [`archive`] | what editors opened: a directory that grows, and its pages |
//! | 3 | [`dropbox`] | the use cases: a document in, an answer out; no HTTP |
//! | 4 | [`web`] | the source's pages |
//! | 5 | [`room`] | the reading room: an archive over loopback, for one person |
//! | 6 | [`cli`] | one file a command; `open` and `reply` reach neither `web` nor `store` |

pub mod archive;
pub mod base;
pub mod bundle;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod dropbox;
pub mod pages;
pub mod room;
pub mod store;
pub mod tor;
pub mod web;
