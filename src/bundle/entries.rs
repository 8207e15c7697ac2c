//! A tar from outside, entry by entry. No number in it decides how much memory is taken, every sum is checked,
//! and it must end as a tar ends: so a cut is seen wherever it falls.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use tar::{EntryType, Header, PaxExtensions};

use super::tar_format::{self, BLOCK};

/// Bytes of an entry that only describes the next one (a long name, PAX records): stock tools write some hundred.
const EXTENSION: u64 = 64 * 1024;
/// Entries of any kind in one tar.
const MOST: u32 = 1_000_000;
/// Zeros behind the end: stock tools fill up to 10 KiB. More may be what a broken copy left.
const FILLER: u64 = 64 * 1024;

/// Stored shorter than it is: what is encrypted has no holes.
const HOLES: TarFault = TarFault::Odd("a file with holes");

/// What is wrong with a tar. The sentence follows the tar's name.
#[derive(Debug, thiserror::Error)]
pub enum TarFault {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It has no end, or an entry reaches beyond it.
    #[error("is cut; fetch it again")]
    Cut,
    /// Another format.
    #[error("is {0}, not a bundle; unpack it first, then name the .tar that was in it")]
    Packed(&'static str),
    /// One member of a bundle.
    #[error("is one sealed file, not a bundle; name the .tar that it came in")]
    Sealed,
    /// No format that is known here, or bytes were altered.
    #[error("is not a bundle, or it is cut; fetch it again")]
    NotTar,
    /// What no bundle has, or more than one has.
    #[error("holds {0}, which no bundle does; fetch it again, or pack it again with plain `tar`")]
    Odd(&'static str),
    /// Something stands behind its end.
    #[error("goes on behind its end; fetch it again, and name each volume of a bundle by itself")]
    GoesOn,
}

/// An entry, whatever its kind.
#[derive(Debug)]
pub struct TarEntry {
    /// As it stands there, which may be any bytes.
    pub path: Vec<u8>,
    /// A plain file.
    pub file: bool,
    /// Of its first byte.
    pub offset: u64,
    /// Bytes, all of them within the tar.
    pub size: u64,
}

/// What an extension says of the entry after it.
#[derive(Default)]
struct Extension {
    path: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Reads the headers of a tar (POSIX ustar and PAX, GNU), and passes over contents.
pub struct Entries<R> {
    tar: BufReader<R>,
    /// Of the next byte to read.
    at: u64,
    length: u64,
    count: u32,
}

impl<R: Read + Seek> Entries<R> {
    /// Begins at the first byte.
    pub fn new(mut tar: R) -> io::Result<Self> {
        let length = tar.seek(SeekFrom::End(0))?;
        tar.rewind()?;
        Ok(Self { tar: BufReader::with_capacity(64 * 1024, tar), at: 0, length, count: 0 })
    }

    /// The next entry, or `None` once the end was seen and nothing but zeros behind it.
    pub fn next_entry(&mut self) -> Result<Option<TarEntry>, TarFault> {
        let mut extension = Extension::default();
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            let size = header.entry_size().map_err(|_| TarFault::NotTar)?;
            match header.entry_type() {
                EntryType::XHeader => {
                    let records = self.extension(size)?;
                    read_records(&records, &mut extension)?;
                }
                EntryType::GNULongName => {
                    let mut path = self.extension(size)?;
                    path.truncate(path.iter().position(|b| *b == 0).unwrap_or(path.len()));
                    extension.path = Some(path);
                }
                EntryType::GNULongLink | EntryType::XGlobalHeader => {
                    self.extension(size)?;
                }
                EntryType::GNUSparse => return Err(HOLES),
                kind => {
                    let size = extension.size.unwrap_or(size);
                    let path = extension.path.unwrap_or_else(|| header.path_bytes().into_owned());
                    let offset = self.at;
                    self.skip(size)?;
                    return Ok(Some(TarEntry { path, file: kind.is_file(), offset, size }));
                }
            }
        }
    }

    fn header(&mut self) -> Result<Option<Header>, TarFault> {
        let mut header = Header::new_old();
        let (first, left) = (self.at == 0, self.length - self.at);
        if first {
            another_format(self.tar.fill_buf()?)?;
        }
        if left < BLOCK {
            return Err(if first && left > 0 { TarFault::NotTar } else { TarFault::Cut });
        }
        self.read(header.as_mut_bytes())?;
        if *header.as_bytes() == tar_format::ZEROS {
            self.end()?;
            return Ok(None);
        }
        if header.cksum().ok() != Some(sum(header.as_bytes())) {
            return Err(TarFault::NotTar);
        }
        self.count += 1;
        if self.count > MOST {
            return Err(TarFault::Odd("more than a million entries"));
        }
        Ok(Some(header))
    }

    /// The second empty block, and zeros.
    fn end(&mut self) -> Result<(), TarFault> {
        let left = self.length - self.at;
        if left < BLOCK {
            return Err(TarFault::Cut);
        }
        if left > BLOCK + FILLER {
            return Err(TarFault::GoesOn);
        }
        let mut rest = Vec::new();
        self.tar.by_ref().take(left).read_to_end(&mut rest)?;
        self.at += rest.len() as u64;
        if rest.iter().any(|byte| *byte != 0) { Err(TarFault::GoesOn) } else { Ok(()) }
    }

    /// The content of an entry that describes the next one.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, TarFault> {
        let length = usize::try_from(size).ok().filter(|_| size <= EXTENSION);
        let length = length.ok_or(TarFault::Odd("a name, or a note to a name, above 64 KiB"))?;
        if size > self.length - self.at {
            return Err(TarFault::Cut);
        }
        let mut content = vec![0; length];
        self.read(&mut content)?;
        self.skip_padding(size)?;
        Ok(content)
    }

    fn read(&mut self, to: &mut [u8]) -> io::Result<()> {
        self.tar.read_exact(to)?;
        self.at += to.len() as u64;
        Ok(())
    }

    fn skip(&mut self, size: u64) -> Result<(), TarFault> {
        self.pass(size)?;
        self.skip_padding(size)
    }

    fn skip_padding(&mut self, size: u64) -> Result<(), TarFault> {
        self.pass((BLOCK - size % BLOCK) % BLOCK)
    }

    fn pass(&mut self, bytes: u64) -> Result<(), TarFault> {
        let left = self.length - self.at;
        let step = i64::try_from(bytes).ok().filter(|_| bytes <= left).ok_or(TarFault::Cut)?;
        self.tar.seek_relative(step)?;
        self.at += bytes;
        Ok(())
    }
}

/// The checksum of a header: its bytes, with spaces in the place of the checksum.
fn sum(header: &[u8; 512]) -> u32 {
    let bytes = header.iter().enumerate();
    bytes.map(|(at, byte)| u32::from(if (148..156).contains(&at) { b' ' } else { *byte })).sum()
}

/// Records that cannot be read say nothing.
fn read_records(records: &[u8], extension: &mut Extension) -> Result<(), TarFault> {
    for record in PaxExtensions::new(records).map_while(Result::ok) {
        match record.key_bytes() {
            b"path" => extension.path = Some(record.value_bytes().to_vec()),
            b"size" => extension.size = record.value().ok().and_then(|size| size.parse().ok()),
            key if key.starts_with(b"GNU.sparse") => return Err(HOLES),
            _ => {}
        }
    }
    Ok(())
}

/// What is no tar, by how it begins.
fn another_format(begin: &[u8]) -> Result<(), TarFault> {
    const PACKED: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "a zip archive"),
        (b"PK\x05\x06", "an empty zip archive"),
        (b"\x1f\x8b", "packed with gzip"),
        (b"BZh", "packed with bzip2"),
        (b"\xfd7zXZ\0", "packed with xz"),
        (b"\x28\xb5\x2f\xfd", "packed with zstd"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07", "a rar archive"),
    ];
    const SEALED: [&[u8]; 2] = [b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE"];
    if let Some((_, what)) = PACKED.iter().find(|(magic, _)| begin.starts_with(magic)) {
        return Err(TarFault::Packed(what));
    }
    if SEALED.iter().any(|magic| begin.starts_with(magic)) {
        return Err(TarFault::Sealed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// An entry of any kind, with a size that need not be that of its content.
    fn entry(kind: u8, path: &str, size: u64, content: &[u8]) -> Vec<u8> {
        let mut header = Header::new_gnu();
        header.set_path(path).unwrap();
        header.set_entry_type(EntryType::new(kind));
        header.set_size(size);
        header.set_cksum();
        let padding = content.len().next_multiple_of(512) - content.len();
        [header.as_bytes(), content, &vec![0; padding]].concat()
    }

    fn file(path: &str, content: &[u8]) -> Vec<u8> {
        entry(b'0', path, content.len() as u64, content)
    }

    fn read(parts: &[&[u8]]) -> Result<Vec<(String, u64)>, TarFault> {
        let mut entries = Entries::new(Cursor::new(parts.concat()))?;
        let mut found = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            found.push((String::from_utf8(entry.path).unwrap(), entry.size));
        }
        Ok(found)
    }

    fn record(key: &str, value: &str) -> Vec<u8> {
        let body = format!(" {key}={value}\n");
        let mut lengths = body.len()..body.len() + 9;
        let length = lengths.find(|n| n.to_string().len() + body.len() == *n).unwrap();
        format!("{length}{body}").into()
    }

    #[test]
    fn an_end_of_two_empty_blocks_is_required_and_only_zeros_may_follow() {
        let (a, b) = (file("a", b"1"), file("b", &[7; 600]));
        let whole = [a.as_slice(), &b, &tar_format::END].concat();
        let both = vec![("a".to_owned(), 1), ("b".to_owned(), 600)];
        assert_eq!(read(&[&whole]).unwrap(), both);
        for filler in [1, 512, 9_000, 65_536] {
            assert_eq!(read(&[&whole, &vec![0; filler]]).unwrap(), both);
        }
        for length in 0..whole.len() {
            let cut = read(&[&whole[..length]]).unwrap_err();
            let begun = (1..512).contains(&length);
            assert!(if begun {
                matches!(cut, TarFault::NotTar)
            } else {
                matches!(cut, TarFault::Cut)
            });
        }
        for behind in [&[1][..], &a, &vec![0; 65_537], &[vec![0; 60_000], vec![1]].concat()] {
            assert!(matches!(read(&[&whole, behind]), Err(TarFault::GoesOn)));
        }
        // One empty block alone is no end.
        assert!(matches!(read(&[&a, &[0; 512], &b, &tar_format::END]), Err(TarFault::GoesOn)));
    }

    #[test]
    fn sizes_that_lie_are_a_cut() {
        for size in [2, 513, 1 << 33, 1 << 62, (1 << 63) - 1, 1 << 63, u64::MAX - 511, u64::MAX] {
            let liar = entry(b'0', "a", size, b"");
            let read = read(&[&liar, &tar_format::END[..512 * usize::from(size > 512)]]);
            assert!(matches!(read, Err(TarFault::Cut)), "{size}");
        }
        for size in
            [*b"99999999999\0", *b"-0000000001\0", *b"\0\0\0\0\0\0\0\0\0\0\0\0", *b"zzzzzzzzzzzz"]
        {
            let mut header = Header::new_ustar();
            header.set_path("a").unwrap();
            header.as_old_mut().size = size;
            header.set_cksum();
            assert!(matches!(read(&[header.as_bytes(), &tar_format::END]), Err(TarFault::NotTar)));
        }
    }

    #[test]
    fn small_extensions_are_read_and_large_ones_are_not() {
        let (long, end) = ("d/".repeat(100), &tar_format::END);
        let name = [long.as_bytes(), b"\0"].concat();
        let (plain, file) = (entry(b'L', "././@LongLink", 201, &name), file("a", b"1"));
        assert_eq!(read(&[&plain, &file, end]).unwrap(), [(long.clone(), 1)]);
        let records = [record("mtime", "1.5"), record("path", &long), record("size", "1")].concat();
        let pax = entry(b'x', "pax", records.len() as u64, &records);
        assert_eq!(read(&[&pax, &entry(b'0', "a", 0, b"1"), end]).unwrap(), [(long, 1)]);
        let global = entry(b'g', "global", records.len() as u64, &records);
        assert_eq!(read(&[&global, &file, end]).unwrap(), [("a".into(), 1)]);
        for kind in *b"LKxg" {
            let large = entry(kind, "a", 65_537, &vec![b'a'; 65_537]);
            assert!(matches!(read(&[&large, &file, end]), Err(TarFault::Odd(_))));
            // It is not even looked for.
            let huge = entry(kind, "a", 1 << 40, b"");
            assert!(matches!(read(&[&huge]), Err(TarFault::Odd(_))));
            assert!(matches!(read(&[&entry(kind, "a", 1_000, b"1")]), Err(TarFault::Cut)));
        }
        let liar = record("size", "18446744073709551615");
        let pax = entry(b'x', "pax", liar.len() as u64, &liar);
        assert!(matches!(read(&[&pax, &file, end]), Err(TarFault::Cut)));
    }

    #[test]
    fn files_with_holes_are_refused() {
        let sparse = entry(b'S', "a", 0, b"");
        assert!(matches!(read(&[&sparse, &tar_format::END]), Err(TarFault::Odd(_))));
        let records = record("GNU.sparse.major", "1");
        let pax = entry(b'x', "pax", records.len() as u64, &records);
        assert!(matches!(read(&[&pax, &file("a", b"1"), &tar_format::END]), Err(TarFault::Odd(_))));
    }

    #[test]
    fn other_kinds_are_passed_over() {
        for kind in *b"1234567AVZ" {
            let mut other = Entries::new(Cursor::new(
                [&entry(kind, "a", 1, b"1"), &tar_format::END[..]].concat(),
            ));
            let entry = other.as_mut().unwrap().next_entry().unwrap().unwrap();
            assert!(!entry.file);
            assert!(other.unwrap().next_entry().unwrap().is_none());
        }
    }

    #[test]
    fn other_formats_are_named() {
        for begin in ["PK\x03\x04", "BZh9", "\x1f\u{8b}"] {
            let bytes: Vec<u8> = begin.chars().map(|c| c as u8).collect();
            assert!(matches!(read(&[&bytes]), Err(TarFault::Packed(_))), "{begin:?}");
        }
        assert!(matches!(read(&[b"age-encryption.org/v1\n"]), Err(TarFault::Sealed)));
        assert!(matches!(read(&[b"Bonjour"]), Err(TarFault::NotTar)));
        assert!(matches!(read(&[&[7; 5_000]]), Err(TarFault::NotTar)));
    }
}
