//! From bundles to manifests that may be kept: opened, each at its place, its keys those of the address book.

use std::path::PathBuf;

use crate::bundle::address_book::{AddressBook, BookError};
use crate::bundle::extract::{self, DispatchError, FileFault, Opened};
use crate::bundle::read::Dispatches;
use crate::bundle::sealed_by_source::Known;

/// Why a dispatch is not in the archive.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// Its manifest does not open, or is refused.
    #[error(transparent)]
    Manifest(#[from] DispatchError),
    /// Its keys are not those seen first.
    #[error(transparent)]
    Book(#[from] BookError),
    /// It cannot be written.
    #[error(transparent)]
    Unwritten(#[from] FileFault),
    /// Another one stands there under its id.
    #[error(
        "the archive holds another dispatch under this id; nothing was changed. Somebody may have put it together \
         to mislead you: open it into a new directory and compare"
    )]
    Other,
    /// What stands there is no dispatch.
    #[error(
        "what the archive holds at this place cannot be read ({0}); move it away, then open again"
    )]
    Damaged(std::io::Error),
}

impl Closed {
    /// Whether no key opens it, or the key that was found does not fit.
    pub fn is_of_key(&self) -> bool {
        use crate::crypto::unseal::OpenError::{Altered, WrongKey};
        matches!(self, Self::Manifest(DispatchError::Sealed(WrongKey | Altered)))
    }

    /// Whether the disk was full, which is said once for all.
    pub fn is_of_disk(&self) -> bool {
        matches!(self, Self::Unwritten(FileFault::DiskFull))
    }
}

/// What came of opening manifests.
#[derive(Default)]
pub struct Manifests {
    /// Those that may be kept, in the bundle's order.
    pub opened: Vec<Opened>,
    /// Those that stay closed: where, and why.
    pub closed: Vec<(String, Closed)>,
    /// Sealed bytes of all of them.
    pub known: Known,
}

/// Opens the manifest of each dispatch. `accepted` are mailboxes and teams whose changed keys the editor knows of.
pub fn manifests(
    gathered: Dispatches,
    volumes: &[PathBuf],
    identities: &[Box<dyn age::Identity>],
    book: &mut AddressBook,
    accepted: &[String],
) -> Manifests {
    let mut all = Manifests::default();
    for dispatch in gathered {
        all.known.add(&dispatch);
        let place = format!("{}/{}", dispatch.designation, dispatch.dispatch);
        let opened = extract::open_manifest(dispatch, volumes, identities).map_err(Closed::from);
        let checked = opened.and_then(|opened| {
            book.check(&opened.manifest, accepted)?;
            Ok(opened)
        });
        match checked {
            Ok(opened) => all.opened.push(opened),
            Err(why) => all.closed.push((place, why)),
        }
    }
    all
}
