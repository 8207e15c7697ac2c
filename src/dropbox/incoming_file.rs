//! What files have in common that come in with a form, whoever sends it: how much may come, and how one is
//! sealed.

use super::Dropbox;
use super::intake_error::IntakeError;
use super::receipt::FileDetail;
use super::space::Hold;
use crate::crypto::seal::{Recipients, SealWriter};
use crate::store::{FileWriter, StoreError, StoredFile, Upload};

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
    fn take(&mut self, before: u64, more: u64) -> Result<(), IntakeError> {
        if before + more > self.file {
            return Err(IntakeError::FileTooLarge);
        }
        self.dispatch = self.dispatch.checked_sub(more).ok_or(IntakeError::DispatchTooLarge)?;
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
    ) -> Result<Self, IntakeError> {
        allowance.files = allowance.files.checked_sub(1).ok_or(IntakeError::TooManyFiles)?;
        Ok(Self { name, writer: recipients.seal_file(upload.file()?)? })
    }

    /// Takes the next bytes.
    pub fn write(&mut self, allowance: &mut Allowance, bytes: &[u8]) -> Result<(), IntakeError> {
        allowance.take(self.writer.size(), bytes.len() as u64)?;
        Ok(self.writer.write(bytes)?)
    }

    /// The file is whole.
    pub fn finish(self) -> Result<(StoredFile, FileDetail), IntakeError> {
        let (sealed, digested) = self.writer.finish()?;
        let (size, sha256) = (digested.size, digested.sha256_hex());
        Ok((sealed.finish()?, FileDetail { name: self.name, size, sha256 }))
    }
}
