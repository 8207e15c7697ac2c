//! The disk at work while the next bytes are sealed.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::sync::mpsc::{self, SyncSender};

use super::error::StoreError;

/// Bytes after which the disk is set to work, while the next ones are still being sealed.
const AHEAD: u64 = 16 << 20;

/// Writes dirty pages of the vault out while a transaction grows, so that its commit finds little left
/// to wait for. What is durable, and when, is SQLite's own sync alone.
pub(super) struct Ahead {
    begin: SyncSender<()>,
    bytes: u64,
}

impl Ahead {
    pub fn start(vault: Option<&str>) -> Result<Self, StoreError> {
        let path = vault.unwrap_or_default();
        let io = |e: std::io::Error| StoreError::Io(path.into(), e.kind());
        // Closing any descriptor of a file drops this process's locks on it (fcntl(2)), SQLite's too:
        // this one stays open until the process ends.
        let file = ManuallyDrop::new(File::open(path).map_err(io)?);
        let (begin, wait) = mpsc::sync_channel(1);
        let work = move || {
            while wait.recv().is_ok() {
                let _ = file.sync_data();
            }
        };
        std::thread::Builder::new().name("ahead".into()).spawn(work).map_err(io)?;
        Ok(Self { begin, bytes: 0 })
    }

    pub fn wrote(&mut self, bytes: u64) {
        self.bytes += bytes;
        if self.bytes >= AHEAD {
            self.bytes = 0;
            // It is still busy with what came before: it will be asked again.
            let _ = self.begin.try_send(());
        }
    }
}
