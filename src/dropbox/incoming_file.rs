//! What files have in common that come in with a form, whoever sends it: how much may come, and how one is
//! sealed.

use super::Dropbox;
use super::receipt::FileDetail;
use super::space::Hold;
use crate::crypto::seal::{Recipients, SealError, SealWriter};
use crate::store::{FileWriter, StoreError, StoredFile, Upload};

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// One file is larger than a file may be.
    #[error("a file is too large")]
    TooLarge,
    /// All files together are larger than a dispatch may be.
    #[error("the files together are too large")]
    DispatchTooLarge,
    /// More files than a dispatch may have.
    #[error("there are too many files")]
    TooMany,
    /// Sealing failed.
    #[error(transparent)]
    Seal(SealError),
    /// The store failed; `Full` among it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SealError> for FileError {
    fn from(error: SealError) -> Self {
        // What the store says reaches us through age as an I/O error.
        match error {
            SealError::Io(e) => match e.downcast::<StoreError>() {
                Ok(error) => error.into(),
                Err(e) => Self::Seal(SealError::Io(e)),
            },
            other => Self::Seal(other),
        }
    }
}

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        SealError::Io(error).into()
    }
}

/// What one form may still bring.
pub struct Allowance {
    hold: Hold,
    file: u64,
    dispatch: u64,
    files: usize,
}

impl Allowance {
    /// All that a form of `announced` bytes may bring, and room for it.
    pub fn new(dropbox: &Dropbox, announced: u64) -> Result<Self, StoreError> {
        let hold = dropbox.0.space.hold(announced)?;
        let limits = dropbox.limits();
        Ok(Self { hold, file: limits.file, dispatch: limits.dispatch, files: limits.files })
    }

    /// So many bytes more of a file that has `before` already.
    fn take(&mut self, before: u64, more: u64) -> Result<(), FileError> {
        if before + more > self.file {
            return Err(FileError::TooLarge);
        }
        self.dispatch = self.dispatch.checked_sub(more).ok_or(FileError::DispatchTooLarge)?;
        Ok(self.hold.arrive(more)?)
    }
}

/// A file on its way in, sealed while it comes.
pub struct Member {
    name: String,
    writer: SealWriter<FileWriter>,
}

impl Member {
    /// Begins one more.
    pub fn begin(
        name: String,
        recipients: &Recipients,
        upload: &mut Upload,
        allowance: &mut Allowance,
    ) -> Result<Self, FileError> {
        allowance.files = allowance.files.checked_sub(1).ok_or(FileError::TooMany)?;
        Ok(Self { name, writer: recipients.seal_file(upload.file()?)? })
    }

    /// Takes the next bytes.
    pub fn write(&mut self, allowance: &mut Allowance, bytes: &[u8]) -> Result<(), FileError> {
        allowance.take(self.writer.size(), bytes.len() as u64)?;
        Ok(self.writer.write(bytes)?)
    }

    /// The file is whole.
    pub fn finish(self) -> Result<(StoredFile, FileDetail), FileError> {
        let (sealed, digested) = self.writer.finish()?;
        let (size, sha256) = (digested.size, digested.sha256_hex());
        Ok((sealed.finish()?, FileDetail { name: self.name, size, sha256 }))
    }
}
