//! Sealing opened dispatches again, to others: checked as when they are opened, in one pass, constant memory.

use std::io::{self, Write};
use std::path::PathBuf;

use super::extract::{FileFault, Opened, copy_checked, sealed_member};
use super::manifest::{FileEntry, Manifest, ManifestError, Resealed};
use super::names::safe;
use super::write::{BundleWriter, WriteError};
use crate::base::clock::Day;
use crate::crypto::padding;
use crate::crypto::seal::{Recipients, SealError, SealWriter};
use crate::crypto::unseal;

/// Why nothing is written.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// A file is not what its manifest says.
    #[error("{place}/{number:04} {name}: {fault}")]
    File {
        /// Of the dispatch.
        place: String,
        /// Of the file.
        number: u32,
        /// Made safe.
        name: String,
        /// Why.
        fault: FileFault,
    },
    /// The bundle.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The manifest could not be written.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// What stands in the way of sealing all of a dispatch again, as far as that is seen before: a file that is missing or
/// that is too many.
pub fn fault(opened: &Opened) -> Option<(u32, FileFault)> {
    let listed: Vec<_> = opened.manifest.files.iter().filter_map(FileEntry::number).collect();
    let here = &opened.gathered.files;
    let missing = listed.iter().find(|number| !here.contains_key(number));
    let added = here.keys().find(|number| !listed.contains(number));
    missing
        .map(|number| (*number, FileFault::Missing))
        .or_else(|| added.map(|number| (*number, FileFault::Unlisted)))
}

/// Adds a dispatch to `bundle`, sealed to `to`, under its own id; its manifest says so.
pub fn reseal(
    opened: &Opened,
    volumes: &[PathBuf],
    identities: &[Box<dyn age::Identity>],
    to: &Recipients,
    today: Day,
    bundle: &mut BundleWriter,
    advance: &dyn Fn(u64),
) -> Result<(), ResealError> {
    let Opened { manifest, gathered } = opened;
    let resealed = Resealed { day: today.to_string(), recipients: to.texts() };
    let again = Manifest { resealed: Some(resealed), ..manifest.clone() };
    let sealed = to.seal_manifest(&again.to_json()?, Vec::new())?;
    bundle.dispatch(again.kind, &gathered.designation, &gathered.dispatch, today, sealed)?;
    for entry in &manifest.files {
        let Some(number) = entry.number() else { continue };
        let mut fault = None;
        let written = bundle.file(number, padding::sealed_file(entry.size), |out| {
            let sealed = || -> Result<(), FileFault> {
                let sealed = sealed_member(gathered.files.get(&number), volumes)?;
                let mut plain = unseal::open(sealed, identities.iter().map(AsRef::as_ref))?;
                let mut writer = Sealing(to.seal_file(out).map_err(of_writing)?);
                copy_checked(&mut plain, &mut writer, entry, advance)?;
                writer.0.finish().map_err(of_writing)?;
                Ok(())
            };
            sealed().map_err(|why| {
                let error = match &why {
                    FileFault::DiskFull => io::ErrorKind::StorageFull,
                    FileFault::TooLarge => io::ErrorKind::FileTooLarge,
                    _ => io::ErrorKind::InvalidData,
                };
                fault = Some(why);
                error.into()
            })
        });
        match (written, fault) {
            (Err(WriteError::Content(_)), Some(fault)) => {
                let place = format!("{}/{}", gathered.designation, gathered.dispatch);
                return Err(ResealError::File { place, number, name: safe(&entry.name), fault });
            }
            (written, _) => written?,
        }
    }
    Ok(())
}

fn of_writing(error: SealError) -> io::Error {
    match error {
        SealError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// Seals what is written to it.
struct Sealing<W: Write>(SealWriter<W>);

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(of_writing)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
