//! The header of an age file from outside. The `age` crate parses a header anew for every line, or byte, that
//! it lacks: quadratic, and without a bound. So the header is read here, up to [`MOST`] bytes, and handed over
//! in one piece: parsing takes linear time.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use age::{DecryptError, Decryptor};

/// Bytes of a header at most: more than 80 post-quantum recipients, or 1,300 classic ones.
pub const MOST: usize = 128 * 1024;

/// The first line (c2sp.org/age).
const FIRST: &[u8] = b"age-encryption.org/v1\n";
/// How the last line begins.
const LAST: &[u8] = b"---";

/// More recipients, or longer lines, than any dispatch has.
#[derive(Debug, thiserror::Error)]
#[error("its age header is longer than {} KiB, and no dispatch needs that; it must be sealed again", MOST / 1024)]
pub struct TooLong;

/// Why a header is not read.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// Longer than [`MOST`].
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// Not an age header, or it cannot be read.
    #[error(transparent)]
    Age(#[from] DecryptError),
}

/// Reads the header of a sealed file.
pub fn read<R: Read>(mut sealed: R) -> Result<Decryptor<Sealed<R>>, HeaderError> {
    let header = take_header(&mut sealed).map_err(DecryptError::Io)?.ok_or(TooLong)?;
    Ok(Decryptor::new_buffered(Sealed { header, sealed })?)
}

/// The lines of a header and not a byte more, or `None` where they are too long. What is no header is given back
/// as far as that shows.
fn take_header(sealed: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut header = Vec::new();
    let mut line = 0;
    while header.len() < MOST {
        let mut byte = [0];
        match sealed.read(&mut byte) {
            Ok(0) => return Ok(Some(header)),
            Ok(_) => header.extend(byte),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        let ended = byte == *b"\n";
        if ended && header.get(line..).is_some_and(|last| last.starts_with(LAST)) {
            return Ok(Some(header));
        }
        if ended {
            line = header.len();
        }
        if header.len() <= FIRST.len() && !FIRST.starts_with(&header) {
            return Ok(Some(header));
        }
    }
    Ok(None)
}

/// A sealed file whose header waits in memory, to be taken in one piece.
pub struct Sealed<R> {
    header: Vec<u8>,
    sealed: R,
}

impl<R: Read> Read for Sealed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.header.is_empty() {
            return self.sealed.read(buffer);
        }
        let n = self.header.as_slice().read(buffer)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Sealed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.header)
    }

    fn consume(&mut self, count: usize) {
        self.header.drain(..count.min(self.header.len()));
    }

    /// Not a line but all lines: the parser asks once.
    fn read_until(&mut self, _: u8, to: &mut Vec<u8>) -> io::Result<usize> {
        let header = std::mem::take(&mut self.header);
        to.extend(&header);
        Ok(header.len())
    }
}

/// Once the header was taken, places are those of the sealed file.
impl<R: Seek> Seek for Sealed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.sealed.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::iter;

    use age::x25519::Identity;

    use super::*;

    fn sealed_to(count: usize) -> (Identity, Vec<u8>) {
        let key = Identity::generate();
        let mine = key.to_public();
        let others: Vec<_> = (1..count).map(|_| Identity::generate().to_public()).collect();
        let all = others.iter().chain(iter::once(&mine)).map(|one| one as &dyn age::Recipient);
        let mut sealed = Vec::new();
        let encryptor = age::Encryptor::with_recipients(all).unwrap();
        let mut writer = encryptor.wrap_output(&mut sealed).unwrap();
        io::Write::write_all(&mut writer, b"Bonjour").unwrap();
        writer.finish().unwrap();
        (key, sealed)
    }

    /// A header of `stanzas`, its last line, and zeros behind it.
    fn with_stanzas(stanzas: &str) -> Vec<u8> {
        format!("age-encryption.org/v1\n{stanzas}--- {}\n{}", "A".repeat(43), "\0".repeat(64))
            .into()
    }

    #[test]
    fn a_thousand_recipients_are_read() {
        let (key, sealed) = sealed_to(1_000);
        let mut plain = String::new();
        let identity = iter::once(&key as &dyn age::Identity);
        read(sealed.as_slice())
            .unwrap()
            .decrypt(identity)
            .unwrap()
            .read_to_string(&mut plain)
            .unwrap();
        assert_eq!(plain, "Bonjour");
    }

    #[test]
    fn not_a_byte_is_read_beyond_the_header() {
        let sealed = with_stanzas("-> a\n\n");
        let mut rest = sealed.as_slice();
        let header = take_header(&mut rest).unwrap().unwrap();
        assert!(header.ends_with(b"A\n") && rest == [0; 64]);
        for bad in [&b""[..], b"PK\x03\x04", b"age-encryption.org/v2\n-> a\n\n", b"\n\n\n"] {
            let mut rest = bad;
            assert!(read(&mut rest).is_err());
        }
        let mut zeros = io::repeat(0).take(1 << 20);
        assert!(matches!(read(&mut zeros), Err(HeaderError::Age(_))));
        assert_eq!(zeros.limit(), (1 << 20) - 1);
    }

    #[test]
    fn a_line_and_stanzas_without_end_are_refused_at_the_bound() {
        let line = format!("-> {}\n\n", "a".repeat(1 << 20));
        for header in [line, "-> a\n\n".repeat(200_000), "-> a b\n".repeat(200_000)] {
            let sealed = with_stanzas(&header);
            let mut rest = sealed.as_slice();
            assert!(matches!(read(&mut rest), Err(HeaderError::TooLong(_))));
            assert_eq!(sealed.len() - rest.len(), MOST);
        }
    }

    #[test]
    fn the_longest_header_is_parsed_once() {
        /// Counts how often the parser asks for more.
        struct Asked<'a>(&'a mut usize, Sealed<&'a [u8]>);
        impl Read for Asked<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.1.read(buffer)
            }
        }
        impl BufRead for Asked<'_> {
            fn fill_buf(&mut self) -> io::Result<&[u8]> {
                self.1.fill_buf()
            }
            fn consume(&mut self, count: usize) {
                self.1.consume(count);
            }
            fn read_until(&mut self, end: u8, to: &mut Vec<u8>) -> io::Result<usize> {
                *self.0 += 1;
                self.1.read_until(end, to)
            }
        }
        for stanzas in
            ["-> a\n\n".repeat(MOST / 6 - 20), format!("-> {}\n\n", "a".repeat(MOST - 100))]
        {
            let file = with_stanzas(&stanzas);
            let mut sealed = file.as_slice();
            let header = take_header(&mut sealed).unwrap().unwrap();
            let mut asked = 0;
            assert!(Decryptor::new_buffered(Asked(&mut asked, Sealed { header, sealed })).is_ok());
            assert_eq!(asked, 1);
        }
    }
}
