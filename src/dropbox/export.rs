//! Handing sealed submissions and notes to a team, as a bundle.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Dropbox;
use crate::base::ids::DispatchId;
use crate::bundle::names::printable;
use crate::bundle::path::is_designation;
use crate::bundle::write::{BundleWriter, WriteError};
use crate::store::{Dispatch, Mailbox, StoreError};

/// The name under which a command's fetch is noted; the desk notes editors.
pub const READER: &str = "export";

/// Why an export failed. Nothing was marked as fetched.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is nothing to export.
    #[error("nothing waits for team {0}; add --all to export again what was already fetched")]
    Nothing(String),
    /// The bundle.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was exported.
pub struct Exported {
    /// The volumes.
    pub volumes: Vec<PathBuf>,
    /// Dispatches in them.
    pub dispatches: usize,
    /// Padded bytes.
    pub bytes: u64,
    /// Dispatches that are not whole in the store and were left out, not marked.
    pub damaged: Vec<String>,
}

/// Volumes, the dispatches in them, their padded bytes.
type Written = (Vec<PathBuf>, Vec<DispatchId>, u64);

impl Dropbox {
    /// Writes what waits for a team (or everything with `all`) to `output` and notes it as fetched.
    /// `progress` hears of bytes written, out of the total given first.
    pub fn export(
        &self,
        team: &str,
        all: bool,
        output: &Path,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Exported, ExportError> {
        let mut found = Vec::new();
        let mut damaged = Vec::new();
        for (mailbox, dispatch) in self.store().to_export(team, all)? {
            // Whoever took the server over may have written anything there.
            let sound = is_designation(&mailbox.designation);
            if sound && self.store().is_whole(&dispatch)? {
                found.push((mailbox, dispatch));
            } else if self.store().has_dispatch(dispatch.id)? {
                damaged.push(format!("{}/{}", printable(&mailbox.designation), dispatch.id));
            }
        }
        // What is withdrawn while it is read breaks the bundle off: then once more, without that. Each time
        // there is less to read, and nobody keeps the others' documents back.
        while !found.is_empty() {
            let before = found.len();
            match self.write_bundle(&found, output, progress) {
                Ok(None) => found.clear(),
                Ok(Some((volumes, ids, bytes))) => {
                    let dispatches = ids.len();
                    self.store().mark_fetched(ids, READER, self.today())?;
                    return Ok(Exported { volumes, dispatches, bytes, damaged });
                }
                Err(error) => {
                    let mut left = Vec::new();
                    for one in found {
                        if self.store().has_dispatch(one.1.id)? {
                            left.push(one);
                        }
                    }
                    found = left;
                    if found.len() == before {
                        return Err(error);
                    }
                }
            }
        }
        if damaged.is_empty() {
            return Err(ExportError::Nothing(team.to_owned()));
        }
        Ok(Exported { volumes: Vec::new(), dispatches: 0, bytes: 0, damaged })
    }

    /// Writes what is still there; says which dispatches those are, and their padded bytes.
    fn write_bundle(
        &self,
        found: &[(Mailbox, Dispatch)],
        output: &Path,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Option<Written>, ExportError> {
        let total = found.iter().flat_map(|(_, d)| &d.members).map(|m| m.size).sum();
        let mut bundle = BundleWriter::new(output)?;
        let mut ids = Vec::new();
        let mut written = 0;
        for (mailbox, dispatch) in found {
            if self.store().has_dispatch(dispatch.id)? {
                self.write_dispatch(&mut bundle, mailbox, dispatch, &mut |bytes| {
                    written += bytes;
                    progress(written, total);
                })?;
                ids.push(dispatch.id);
            }
        }
        if ids.is_empty() {
            return Ok(None);
        }
        Ok(Some((bundle.finish()?, ids, written)))
    }

    fn write_dispatch(
        &self,
        bundle: &mut BundleWriter,
        mailbox: &Mailbox,
        dispatch: &Dispatch,
        advance: &mut dyn FnMut(u64),
    ) -> Result<(), ExportError> {
        let mut members = dispatch.members.iter();
        let mut manifest = Vec::new();
        if let Some(sealed) = members.next() {
            self.store().read(*sealed).read_to_end(&mut manifest).map_err(WriteError::Content)?;
            advance(sealed.size);
        }
        let id = dispatch.id.to_string();
        bundle.dispatch(dispatch.kind, &mailbox.designation, &id, dispatch.day, manifest)?;
        for (number, file) in (1..).zip(members) {
            let mut sealed = self.store().read(*file);
            bundle.file(number, file.size, |out| copy(&mut sealed, out, advance))?;
        }
        Ok(())
    }
}

fn copy(from: &mut impl Read, to: &mut dyn Write, advance: &mut dyn FnMut(u64)) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 18];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => {
                to.write_all(buffer.get(..n).unwrap_or_default())?;
                advance(n as u64);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
