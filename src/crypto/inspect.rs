//! What a server can check of a sealed file that it cannot open.

use std::cell::RefCell;
use std::io::{self, Read};

use age::DecryptError;
use age_core::format::{FileKey, Stanza};

use super::header::{self, HeaderError, TooLong};

/// age's payload: 64 KiB of plaintext a chunk, each with a 16-byte tag (c2sp.org/age).
const CHUNK: u64 = 64 * 1024;
const TAG: u64 = 16;

/// The outside of a sealed file.
#[derive(Debug, PartialEq, Eq)]
pub struct Outside {
    /// Stanzas of classic keys: X25519 and tagged.
    pub classic: usize,
    /// Stanzas of post-quantum keys, tagged ones too.
    pub post_quantum: usize,
    /// Stanzas of a kind that is not accepted here (a passphrase, ssh, a plugin).
    pub foreign: usize,
    /// Bytes of plaintext, padding included.
    pub plaintext: u64,
}

/// Why a file is not taken for a sealed one.
#[derive(Debug, thiserror::Error)]
pub enum NotSealed {
    /// Not age, or cut.
    #[error("it is not a sealed age file, or it is cut")]
    NotAge,
    /// More recipients, or longer lines, than any dispatch has.
    #[error(transparent)]
    Header(TooLong),
}

impl From<HeaderError> for NotSealed {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Age(_) => Self::NotAge,
            HeaderError::TooLong(error) => Self::Header(error),
        }
    }
}

/// Reads the header of a sealed file of `length` bytes.
pub fn outside(sealed: impl Read, length: u64) -> Result<Outside, NotSealed> {
    let stanzas = Spy(RefCell::new(Vec::new()));
    let mut counted = Counted { inner: sealed, count: 0 };
    let decryptor = header::read(&mut counted)?;
    match decryptor.decrypt(std::iter::once(&stanzas as &dyn age::Identity)) {
        Err(DecryptError::NoMatchingKeys) => {}
        _ => return Err(NotSealed::NotAge),
    }
    let payload = length.checked_sub(counted.count).ok_or(NotSealed::NotAge)?;
    let chunks = payload.div_ceil(CHUNK + TAG);
    let plaintext = payload.checked_sub(chunks * TAG).ok_or(NotSealed::NotAge)?;
    if chunks == 0 {
        return Err(NotSealed::NotAge);
    }
    let kinds = stanzas.0.into_inner();
    // Both age implementations add a "grease" stanza of a random kind now and then; it names nobody.
    let count = |these: &[&str]| kinds.iter().filter(|kind| these.contains(&kind.as_str())).count();
    Ok(Outside {
        classic: count(&["X25519", "p256tag"]),
        post_quantum: count(&["mlkem768x25519", "mlkem768p256tag"]),
        foreign: count(&["scrypt", "ssh-rsa", "ssh-ed25519"]),
        plaintext,
    })
}

struct Spy(RefCell<Vec<String>>);

impl age::Identity for Spy {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.0.borrow_mut().push(stanza.tag.clone());
        None
    }
}

struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count += n as u64;
        Ok(n)
    }
}
