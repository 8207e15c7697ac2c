//! What is accepted, and how much of it. The defaults stand in `config/sourdine.toml`.

use std::time::Duration;

/// Bytes of headers a part of a form may have.
pub const PART_HEADER: usize = 8 * 1024;
/// Bytes of a form field's name.
pub const FIELD_NAME: usize = 64;
/// Bytes of a short text field (code, ticket, team).
pub const SHORT_FIELD: usize = 2 * 1024;
/// Bytes that a form may hold beside the contents of its files and message.
pub const FORM_OVERHEAD: u64 = 1024 * 1024;
/// Bytes of a manifest that any reader accepts.
pub const MANIFEST: u64 = 16 * 1024 * 1024;
/// Bytes of what a manifest says of one file at most, and of what it says beside message and files.
const FILE_ENTRY: u64 = 4 * 1024;
const MANIFEST_HEAD: u64 = 256 * 1024;
/// Files of a dispatch: an operator may allow fewer, and no reader accepts more.
pub const FILES: usize = 10_000;
/// Characters of an answer to a question.
pub const ANSWER: usize = 2000;
/// Characters of the name of a note's author.
pub const AUTHOR: usize = 100;
/// Held drafts of one code.
pub const DRAFTS: usize = 20;
/// Bytes of one volume of a bundle, so that it fits FAT32.
pub const VOLUME: u64 = 3_900 * 1024 * 1024;

/// Bytes of a small form: slots and room are kept for these, so that a document of 20 MB fits beside any
/// flood.
pub const SMALL: u64 = 32 * 1024 * 1024;

/// The limits that an operator sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of one dispatch, all files together.
    pub dispatch: u64,
    /// Files in one dispatch.
    pub files: usize,
    /// Characters of a message.
    pub message: usize,
    /// Uploads that may run at once.
    pub uploads: usize,
    /// An upload that moves no byte for this long is cut.
    pub idle: Duration,
    /// Bytes of a refused upload that are still read, so that a browser shows the page that says why.
    pub drain: u64,
    /// Bytes of ciphertext the store may hold.
    pub quota: u64,
    /// Bytes of ciphertext that held drafts may take of that, all together.
    pub drafts: u64,
    /// Bytes of the file system that stay free.
    pub min_free: u64,
    /// When what is stored is removed.
    pub retention: Retention,
}

impl Limits {
    /// Most bytes of an answer's manifest without its padding: a message whose characters all take JSON's longest
    /// form (two escapes, 12 bytes), and the rest. The size is all that a delivery can check of a message.
    pub fn manifest(&self) -> u64 {
        let message = (self.message as u64).saturating_mul(12);
        let files = (self.files as u64).saturating_mul(FILE_ENTRY);
        message.saturating_add(files).saturating_add(MANIFEST_HEAD).min(MANIFEST)
    }
}

/// Whole days after which something is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// A held draft, after the last addition to it.
    pub drafts: i64,
    /// A submission, after an editor fetched it.
    pub fetched: i64,
    /// A reply.
    pub replies: i64,
    /// A mailbox in which nothing happened.
    pub silent: i64,
}
