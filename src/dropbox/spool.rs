//! A bundle that an editor uploads at the desk: it waits in the store until it is whole and can be checked. It
//! may be anything until then, a document that was chosen by mistake too: so it is sealed once more while it
//! arrives, to a key that only memory holds. No dispatch names it, so it goes with the upload, or with the next
//! start.

use std::io::{self, Write};
use std::iter;
use std::path::PathBuf;

use age::stream::{StreamReader, StreamWriter};
use age::x25519::Identity;

use super::Dropbox;
use super::deliver::{DeliverError, Delivered};
use super::space::Promise;
use crate::base::limits;
use crate::bundle::read::Volume;
use crate::crypto::unseal;
use crate::store::{FileReader, FileWriter, Store, StoredFile, Upload};

/// Bytes that one member takes at most beside its plaintext and its padding: headers, tags, the least length.
const MEMBER: u64 = 64 * 1024;

/// A bundle on its way in. Dropping it leaves nothing.
pub struct Spool {
    dropbox: Dropbox,
    upload: Upload,
    key: Identity,
    writer: StreamWriter<FileWriter>,
    promise: Promise,
    left: u64,
}

/// A bundle that stands in the store, and its key.
struct Spooled {
    store: Store,
    file: StoredFile,
    key: Identity,
}

impl Volume for Spooled {
    type Reader = StreamReader<FileReader>;

    fn open(&self) -> io::Result<Self::Reader> {
        let key = iter::once(&self.key as &dyn age::Identity);
        unseal::open(self.store.read(self.file), key).map_err(io::Error::other)
    }

    fn name(&self) -> PathBuf {
        "bundle.tar".into()
    }
}

impl Dropbox {
    /// Begins a bundle of about `announced` bytes, or says that there is no room.
    pub fn spool(&self, announced: u64) -> Result<Spool, DeliverError> {
        let promise = self.0.space.promise(announced)?;
        let mut upload = self.store().upload();
        let key = Identity::generate();
        let recipient = key.to_public();
        let sealing =
            age::Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient));
        let writer = sealing.map_err(io::Error::other)?.wrap_output(upload.file()?)?;
        let left = self.largest_bundle();
        Ok(Spool { dropbox: self.clone(), upload, key, writer, promise, left })
    }

    /// Bytes that a bundle of one dispatch has at most, however it was sealed.
    pub fn largest_bundle(&self) -> u64 {
        let limits = self.limits();
        let members = (limits.files as u64 + 2).saturating_mul(MEMBER);
        let padded = limits.dispatch.saturating_add(limits.dispatch / 8);
        padded.saturating_add(members).saturating_add(limits::MANIFEST)
    }
}

impl Spool {
    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DeliverError> {
        let length = bytes.len() as u64;
        self.left = self.left.checked_sub(length).ok_or(DeliverError::TooLarge)?;
        self.promise.keep(length)?;
        Ok(self.writer.write_all(bytes)?)
    }

    /// The bundle is whole: checks every reply in it, then stores them, each durably, as answers of `team` and
    /// nobody else. Of mailboxes that wrote to other teams it says no more than of those that do not exist.
    pub fn deliver(self, team: &str) -> Result<Vec<Delivered>, DeliverError> {
        let Self { dropbox, upload, key, writer, promise, .. } = self;
        let file = writer.finish()?.finish()?;
        // Readers see what is committed.
        upload.settled()?;
        drop(promise);
        let spooled = Spooled { store: dropbox.store().clone(), file, key };
        dropbox.deliver(&[spooled], Some(team)).map_err(|error| match error {
            DeliverError::OtherTeam(mailbox, _) => DeliverError::NoMailbox(mailbox),
            other => other,
        })
    }
}
