//! Why a form is not taken in.

use super::designation::NamingError;
use crate::bundle::manifest::ManifestError;
use crate::crypto::kdf::DerivationError;
use crate::crypto::seal::SealError;
use crate::crypto::unseal::OpenError;
use crate::store::StoreError;

/// Why an intake ends without a receipt. Files that arrived whole stay held, nothing is published.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// One file is larger than a file may be.
    #[error("a file is too large")]
    FileTooLarge,
    /// All files together are.
    #[error("the files together are too large")]
    DispatchTooLarge,
    /// There are too many.
    #[error("there are too many files")]
    TooManyFiles,
    /// The message is.
    #[error("the message is too long")]
    MessageTooLong,
    /// Neither message nor file.
    #[error("there is nothing in it")]
    Empty,
    /// There is no draft (any more).
    #[error("there is no draft")]
    NoDraft,
    /// The draft is another one than the page showed.
    #[error("the draft has changed since it was shown")]
    Unseen,
    /// There are as many drafts under this code as there may be.
    #[error("there are too many drafts under this code")]
    TooManyDrafts,
    /// The team's keys are others than those that the draft was sealed to.
    #[error("the draft was sealed to keys that have changed since")]
    Stale,
    /// Sealing failed.
    #[error(transparent)]
    Seal(SealError),
    /// A draft did not open with the code that it was found by.
    #[error("the draft cannot be opened: {0}")]
    Open(#[from] OpenError),
    /// The store failed; `Full` among it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The mailbox could not be named.
    #[error(transparent)]
    Naming(#[from] NamingError),
    /// The source's key could not be made.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
    /// The manifest could not be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl From<SealError> for IntakeError {
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

impl From<std::io::Error> for IntakeError {
    fn from(error: std::io::Error) -> Self {
        SealError::Io(error).into()
    }
}
