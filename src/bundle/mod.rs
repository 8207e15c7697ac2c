//! Floor 2: the sealed format, one for both ways.
//!
//! A bundle is a plain POSIX tar that stock tools open:
//!
//! ```text
//! README.txt
//! <designation>/<dispatch>/manifest.json.age
//! <designation>/<dispatch>/0001.age …
//! ```
//!
//! A note among editors has `note.json.age` in the place of `manifest.json.age`.

pub mod address_book;
pub mod entries;
pub mod extract;
pub mod layout;
pub mod manifest;
pub mod names;
pub mod path;
pub mod read;
pub mod reply;
pub mod reseal;
pub mod sealed_by_source;
pub mod summary;
pub mod tar_format;
pub mod unfinished;
pub mod write;

/// Whether a file that somebody named is standard input or output.
pub fn is_standard(file: &std::path::Path) -> bool {
    file.as_os_str() == "-"
}
