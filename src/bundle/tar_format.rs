//! What a bundle's tar is made of, for the one that is written and the one that never is: headers, padding,
//! the end, and where a volume ends.

use std::io;

use crate::base::clock::Day;

/// In every volume, first.
pub const README: &str = include_str!("README.txt");
/// Its name there.
pub const README_NAME: &str = "README.txt";
/// A tar's unit.
pub const BLOCK: u64 = 512;
/// Two empty blocks end a tar.
pub const END: [u8; 1024] = [0; 1024];
/// Fills the last block of a member.
pub const ZEROS: [u8; 512] = [0; 512];

/// The header of a member (POSIX.1-1988, ustar).
pub fn header(path: &str, size: u64, day: Day) -> io::Result<[u8; 512]> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(size);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(day.midnight());
    header.set_cksum();
    Ok(*header.as_bytes())
}

/// Bytes that fill the last block of `size` bytes.
pub fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK) - size
}

/// Bytes of a member of `size` bytes, its header and its padding.
pub fn entry(size: u64) -> u64 {
    BLOCK + size.next_multiple_of(BLOCK)
}

/// Where volumes end: each holds at most `limit` bytes, unless one member alone is larger.
pub struct Volumes {
    limit: u64,
    /// Bytes in the open volume, its end aside.
    bytes: Option<u64>,
    /// Of the current dispatch.
    manifest: u64,
    /// The open volume holds nothing yet but the README and this manifest: another would not help.
    alone: bool,
}

impl Volumes {
    /// Volumes of at most so many bytes.
    pub fn new(limit: u64) -> Self {
        Self { limit, bytes: None, manifest: 0, alone: false }
    }

    /// A dispatch with a manifest of so many bytes comes next: whether a volume begins with it.
    pub fn dispatch(&mut self, manifest: u64) -> bool {
        let turn = !self.fits(manifest);
        self.manifest = manifest;
        self.alone = turn;
        if turn {
            self.bytes = Some(entry(README.len() as u64));
        }
        self.add(manifest);
        turn
    }

    /// A file of so many bytes comes next: whether a volume begins before it, with the manifest once more.
    pub fn file(&mut self, size: u64) -> bool {
        let turn = !self.alone && !self.fits(size);
        if turn {
            self.bytes = Some(entry(README.len() as u64));
            self.add(self.manifest);
        }
        self.alone = false;
        turn
    }

    /// A member of so many bytes was added.
    pub fn add(&mut self, size: u64) {
        self.bytes = self.bytes.map(|bytes| bytes + entry(size));
    }

    fn fits(&self, size: u64) -> bool {
        let whole = |bytes| bytes + entry(size) + END.len() as u64;
        self.bytes.is_some_and(|bytes| whole(bytes) <= self.limit)
    }
}
