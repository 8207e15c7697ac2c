//! A bundle that an editor uploads at the desk waits in the store until it is whole and can be checked. Until then
//! it may be anything, also a document that was chosen by mistake: it is sealed once more while it arrives, to a
//! key that only memory holds. No dispatch names it: it is removed with the upload, or at the next start.

use std::io::{self, Write};
use std::iter;
use std::path::PathBuf;

use age::stream::{StreamReader, StreamWriter};
use age::x25519::Identity;

use super::Dropbox;
use super::deliver::{DeliverError, Delivered};
use super::space::Hold;
use crate::base::limits;
use crate::bundle::read::Volume;
use crate::crypto::header::Sealed;
use crate::crypto::unseal;
use crate::store::{FileReader, FileWriter, Store, StoredFile, Upload};

/// Bytes that one member takes at most beside its plaintext and its padding: headers, tags, the least length.
const MEMBER: u64 = 64 * 1024;

/// A bundle on its way in, in one or several volumes. Dropping it leaves nothing.
pub struct BundleUpload {
    dropbox: Dropbox,
    upload: Upload,
    /// Volumes that are whole.
    volumes: Vec<UploadedVolume>,
    key: Identity,
    writer: StreamWriter<FileWriter>,
    hold: Hold,
    left: u64,
}

/// A volume that stands in the store, and its key.
struct UploadedVolume {
    store: Store,
    file: StoredFile,
    key: Identity,
}

impl Volume for UploadedVolume {
    type Handle = StreamReader<Sealed<FileReader>>;

    fn open(&self) -> io::Result<Self::Handle> {
        let key = iter::once(&self.key as &dyn age::Identity);
        unseal::open(self.store.read(self.file), key).map_err(io::Error::other)
    }

    fn name(&self) -> PathBuf {
        "bundle.tar".into()
    }
}

impl Dropbox {
    /// Begins a bundle of about `announced` bytes, or says that there is no room.
    pub fn bundle_upload(&self, announced: u64) -> Result<BundleUpload, DeliverError> {
        let hold = self.0.space.hold(announced)?;
        let mut upload = self.store().upload();
        let (key, writer) = sealed(&mut upload)?;
        let (dropbox, left) = (self.clone(), self.largest_bundle());
        Ok(BundleUpload { dropbox, upload, volumes: Vec::new(), key, writer, hold, left })
    }

    /// Bytes that a bundle of one dispatch has at most, however it was sealed.
    pub fn largest_bundle(&self) -> u64 {
        let limits = self.limits();
        let members = (limits.files as u64 + 2).saturating_mul(MEMBER);
        let padded = limits.dispatch.saturating_add(limits.dispatch / 8);
        padded.saturating_add(members).saturating_add(limits::MANIFEST)
    }
}

/// Begins a file that only a key of the moment opens.
fn sealed(upload: &mut Upload) -> Result<(Identity, StreamWriter<FileWriter>), DeliverError> {
    let key = Identity::generate();
    let recipient = key.to_public();
    let sealing = age::Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient));
    let writer = sealing.map_err(io::Error::other)?.wrap_output(upload.file()?)?;
    Ok((key, writer))
}

impl BundleUpload {
    /// The volume is whole; another one begins.
    pub fn next_volume(&mut self) -> Result<(), DeliverError> {
        let (key, writer) = sealed(&mut self.upload)?;
        let key = std::mem::replace(&mut self.key, key);
        let file = std::mem::replace(&mut self.writer, writer).finish()?.finish()?;
        self.volumes.push(UploadedVolume { store: self.dropbox.store().clone(), file, key });
        Ok(())
    }

    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DeliverError> {
        let length = bytes.len() as u64;
        self.left = self.left.checked_sub(length).ok_or(DeliverError::TooLarge)?;
        self.hold.arrive(length)?;
        Ok(self.writer.write_all(bytes)?)
    }

    /// All volumes are whole: checks every reply and note in them, then stores them, each durably, as those of `team`
    /// and nobody else, brought by this account. Of mailboxes that wrote to other teams it says no more than of those that do not exist.
    pub fn deliver(self, team: &str, sent_by: &str) -> Result<Vec<Delivered>, DeliverError> {
        let Self { dropbox, upload, mut volumes, key, writer, hold, .. } = self;
        let file = writer.finish()?.finish()?;
        // Readers see what is committed.
        upload.settled()?;
        drop(hold);
        volumes.push(UploadedVolume { store: dropbox.store().clone(), file, key });
        dropbox.deliver(&volumes, Some(team), sent_by).map_err(|error| match error {
            DeliverError::OtherTeam(mailbox, _) => DeliverError::NoMailbox(mailbox),
            other => other,
        })
    }
}
