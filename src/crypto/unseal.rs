//! Opening sealed files, here and in the offline commands.

use std::cell::RefCell;
use std::io::{self, Read};

use age::DecryptError;
use age::stream::StreamReader;
use age_core::format::{FileKey, Stanza};
use age_core::secrecy::ExposeSecret;

use super::header::{self, HeaderError, Sealed, TooLong};
use crate::base::stack;

/// Why a sealed file does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No identity fits.
    #[error("it is not sealed to this key; try another with -i")]
    WrongKey,
    /// The header or the body is not what was sealed.
    #[error("it was altered or cut")]
    Altered,
    /// More recipients, or longer lines, than any dispatch has.
    #[error(transparent)]
    Header(TooLong),
    /// The identity itself could not be used (a plugin that failed).
    #[error("the identity could not be used: {0}")]
    Identity(String),
    /// Reading failed.
    #[error("it could not be read: {0}")]
    Io(io::Error),
}

/// A program that holds a key failed; age's errors have no place for that but an I/O error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyProgramFailed(pub String);

impl OpenError {
    /// Tells a damaged stream from a failing disk, in errors met while reading plaintext.
    pub fn while_reading(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Altered,
            _ => Self::Io(error),
        }
    }
}

impl From<DecryptError> for OpenError {
    fn from(error: DecryptError) -> Self {
        match error {
            DecryptError::NoMatchingKeys => Self::WrongKey,
            DecryptError::InvalidHeader
            | DecryptError::InvalidMac
            | DecryptError::UnknownFormat
            | DecryptError::DecryptionFailed => Self::Altered,
            DecryptError::Io(e) => {
                let failed = e.get_ref().and_then(|e| e.downcast_ref::<KeyProgramFailed>());
                match failed.map(ToString::to_string) {
                    Some(failed) => Self::Identity(failed),
                    None => Self::while_reading(e),
                }
            }
            other => Self::Identity(other.to_string()),
        }
    }
}

impl From<HeaderError> for OpenError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::Age(error) => error.into(),
            HeaderError::TooLong(error) => Self::Header(error),
        }
    }
}

/// Opens a sealed file; the plaintext that comes out is authenticated 64 KiB by 64 KiB, and only an
/// end without error means that it is whole.
pub fn open<'a, R: Read>(
    sealed: R,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Result<StreamReader<Sealed<R>>, OpenError> {
    let sealed = header::read(sealed)?;
    Ok(stack::wiped(|| sealed.decrypt(identities))?)
}

/// The key of one sealed file: a thread opens the file with it and needs no identity. An identity may ask for a
/// passphrase or run a plugin, and that happens once, in one place.
pub struct OneFileKey(FileKey);

impl OneFileKey {
    /// Finds the key of the sealed file that `header` begins with.
    pub fn find(
        header: impl Read,
        identities: &[Box<dyn age::Identity>],
    ) -> Result<Self, OpenError> {
        let caught = Catch { identities, key: RefCell::new(None) };
        open(header, std::iter::once(&caught as &dyn age::Identity))?;
        caught.key.into_inner().map(Self).ok_or(OpenError::WrongKey)
    }
}

impl age::Identity for OneFileKey {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        Some(Ok(copy(&self.0)))
    }
}

struct Catch<'a> {
    identities: &'a [Box<dyn age::Identity>],
    key: RefCell<Option<FileKey>>,
}

impl age::Identity for Catch<'_> {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        None
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let found = self.identities.iter().find_map(|identity| identity.unwrap_stanzas(stanzas))?;
        if let Ok(key) = &found {
            self.key.replace(Some(copy(key)));
        }
        Some(found)
    }
}

fn copy(key: &FileKey) -> FileKey {
    FileKey::init_with_mut(|bytes| bytes.copy_from_slice(key.expose_secret()))
}
