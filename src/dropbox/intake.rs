//! A submission on its way in: files are sealed one after the other, the manifest last.

use sha2::{Digest, Sha256};

use super::designation::{self, NamingError};
use super::space::Promise;
use super::{Dropbox, Team};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, DispatchSeed};
use crate::bundle::manifest::{FileEntry, Kind, Manifest, ManifestError, VERSION};
use crate::crypto::kdf::{DerivationError, MailboxKeys};
use crate::crypto::seal::{SealError, SealWriter};
use crate::store::{self, FileWriter, Mailbox, Published, StoreError, StoredFile, Upload};

/// Times a manifest is sealed anew when the mailbox got its name from another upload meanwhile.
const NAMING_TRIES: usize = 3;

/// Why an intake ends without a receipt. Nothing of it stays.
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
    /// Neither message nor file.
    #[error("there is nothing in it")]
    Empty,
    /// Sealing failed.
    #[error(transparent)]
    Seal(SealError),
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
        // A full store reaches us through age as an I/O error.
        match error {
            SealError::Io(e) if e.kind() == std::io::ErrorKind::StorageFull => {
                StoreError::Full.into()
            }
            other => Self::Seal(other),
        }
    }
}

impl From<std::io::Error> for IntakeError {
    fn from(error: std::io::Error) -> Self {
        SealError::Io(error).into()
    }
}

/// What the source is told: exact names and sizes, while they are still in memory.
pub struct Receipt {
    /// When.
    pub day: Day,
    /// Whether there was a message.
    pub message: bool,
    /// In the order they were sent.
    pub files: Vec<FileEntry>,
    /// The same dispatch was already stored; this one was not.
    pub before: bool,
}

/// A submission on its way in. Dropping it removes everything; [`send`](Self::send) publishes it.
pub struct Intake {
    dropbox: Dropbox,
    keys: MailboxKeys,
    team: Team,
    seed: DispatchSeed,
    upload: Upload,
    promise: Promise,
    files: Vec<(FileEntry, StoredFile)>,
    bytes: u64,
}

impl Dropbox {
    /// Begins a submission of about `announced` bytes to `team`, or says that there is no room.
    pub fn intake(
        &self,
        keys: MailboxKeys,
        team: Team,
        seed: DispatchSeed,
        announced: u64,
    ) -> Result<Intake, IntakeError> {
        Ok(Intake {
            promise: self.0.space.promise(announced)?,
            upload: self.0.store.upload(),
            dropbox: self.clone(),
            keys,
            team,
            seed,
            files: Vec::new(),
            bytes: 0,
        })
    }
}

impl Intake {
    /// Begins the next file.
    pub fn file(&mut self, name: String) -> Result<IncomingFile<'_>, IntakeError> {
        if self.files.len() >= self.dropbox.limits().files {
            return Err(IntakeError::TooManyFiles);
        }
        let writer = self.team.recipients.seal_file(self.upload.file()?)?;
        Ok(IncomingFile { intake: self, name, writer })
    }

    /// Seals the manifest and publishes everything, durably.
    pub fn send(mut self, message: String) -> Result<Receipt, IntakeError> {
        if message.trim().is_empty() && self.files.is_empty() {
            return Err(IntakeError::Empty);
        }
        let day = self.dropbox.clock().today();
        let has_message = !message.trim().is_empty();
        let source = self.keys.identity.recipient()?.to_string();
        let id = self.dispatch_id(&message);
        let mut manifest = Manifest {
            version: VERSION,
            kind: Kind::Submission,
            dispatch: id.to_string(),
            mailbox: String::new(),
            source_recipients: vec![source.clone()],
            team: self.team.id.clone(),
            recipients: self.team.recipients.texts(),
            day: day.to_string(),
            message,
            files: self.files.iter().map(|(entry, _)| entry.clone()).collect(),
        };
        for _ in 0..NAMING_TRIES {
            let mailbox = self.mailbox(&source)?;
            manifest.mailbox.clone_from(&mailbox.designation);
            let sealed =
                self.team.recipients.seal_manifest(&manifest.to_json()?, self.upload.file()?)?;
            let members =
                std::iter::once(sealed.finish()?).chain(self.files.iter().map(|(_, file)| *file));
            let dispatch = store::Dispatch {
                id,
                kind: store::Kind::Submission,
                team: self.team.id.clone(),
                day,
                fetched: None,
                members: members.collect(),
            };
            match self.upload.publish(store::Publication { mailbox, dispatch }) {
                Err(StoreError::DesignationChanged) => {}
                Err(error) => return Err(error.into()),
                Ok(published) => {
                    let before = published == Published::Before;
                    return Ok(Receipt {
                        day,
                        message: has_message,
                        files: manifest.files,
                        before,
                    });
                }
            }
        }
        Err(StoreError::DesignationChanged.into())
    }

    /// SHA-256\[seed, mailbox, team, message, (name, size, hash) of each file\], its first 16 bytes. A form sent
    /// twice is one dispatch; the same form with other documents in it is another, and is not lost.
    fn dispatch_id(&self, message: &str) -> DispatchId {
        let mut hash = Sha256::new_with_prefix(self.seed.0);
        let files =
            self.files.iter().flat_map(|(file, _)| [file.name.as_bytes(), file.sha256.as_bytes()]);
        for field in [&self.keys.id.0[..], self.team.id.as_bytes(), message.as_bytes()]
            .into_iter()
            .chain(files)
        {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        let hash: [u8; 32] = hash.finalize().into();
        DispatchId::of(&hash)
    }

    fn mailbox(&self, source: &str) -> Result<Mailbox, IntakeError> {
        let store = self.dropbox.store();
        Ok(match store.mailbox(self.keys.id)? {
            Some(mailbox) => mailbox,
            None => Mailbox {
                id: self.keys.id,
                designation: designation::fresh(store)?,
                source_recipients: source.to_owned(),
            },
        })
    }
}

/// A file on its way in. Only [`finish`](Self::finish) adds it to the submission.
pub struct IncomingFile<'a> {
    intake: &'a mut Intake,
    name: String,
    writer: SealWriter<FileWriter>,
}

impl IncomingFile<'_> {
    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), IntakeError> {
        let limits = self.intake.dropbox.limits();
        let length = bytes.len() as u64;
        if self.writer.size() + length > limits.file {
            return Err(IntakeError::FileTooLarge);
        }
        if self.intake.bytes + length > limits.dispatch {
            return Err(IntakeError::DispatchTooLarge);
        }
        self.intake.bytes += length;
        self.writer.write(bytes)?;
        self.intake.promise.kept(length);
        Ok(())
    }

    /// The file is whole.
    pub fn finish(self) -> Result<(), IntakeError> {
        let (sealed, digested) = self.writer.finish()?;
        let entry = FileEntry::new(
            self.intake.files.len(),
            self.name,
            digested.size,
            digested.sha256_hex(),
        );
        self.intake.files.push((entry, sealed.finish()?));
        Ok(())
    }
}
