//! Why a form is not taken in.

use super::designation::NamingError;
use super::incoming_file::FileError;
use super::removed_keys::KeyRemoved;
use crate::bundle::manifest::ManifestError;
use crate::crypto::kdf::DerivationError;
use crate::crypto::seal::SealError;
use crate::crypto::unseal::OpenError;
use crate::store::StoreError;

/// Why an intake ends without a receipt. Files that arrived whole stay held, nothing is published.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// A file is not taken; the manifest's among them.
    #[error(transparent)]
    File(#[from] FileError),
    /// Longer than a message may be.
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
    /// A key that it is sealed to has left the team.
    #[error("a key that it is sealed to was removed from the team")]
    KeyRemoved,
    /// A draft did not open with the code that it was found by.
    #[error("the draft cannot be opened: {0}")]
    Open(#[from] OpenError),
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

impl From<KeyRemoved> for IntakeError {
    fn from(_: KeyRemoved) -> Self {
        Self::KeyRemoved
    }
}

impl From<SealError> for IntakeError {
    fn from(error: SealError) -> Self {
        Self::File(error.into())
    }
}

impl From<StoreError> for IntakeError {
    fn from(error: StoreError) -> Self {
        Self::File(error.into())
    }
}

impl From<std::io::Error> for IntakeError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.into())
    }
}
