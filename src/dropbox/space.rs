//! Room for uploads: what is announced is reserved before the first byte is read.

use std::sync::{Arc, Mutex, PoisonError};

use crate::base::limits::{FORM_OVERHEAD, Limits};
use crate::store::{Store, StoreError};

/// What the store may still take, minus what uploads under way were promised.
pub struct Space {
    store: Store,
    quota: u64,
    min_free: u64,
    promised: Mutex<u64>,
}

/// A promise of room. Kept bytes are taken off it; the rest is given back when it is dropped.
pub struct Promise {
    space: Arc<Space>,
    left: u64,
}

impl Space {
    pub fn new(store: Store, limits: &Limits) -> Self {
        Self { store, quota: limits.quota, min_free: limits.min_free, promised: Mutex::default() }
    }

    /// Reserves room for an upload of `announced` bytes of plaintext; `Full` if it is not there.
    pub fn promise(self: &Arc<Self>, announced: u64) -> Result<Promise, StoreError> {
        // Padding adds at most 12 %, and small files are padded to 16 KiB.
        let wanted = announced.saturating_add(announced / 8).saturating_add(FORM_OVERHEAD);
        let mut promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        let total = promised.saturating_add(wanted);
        let within_quota = self.store.used().saturating_add(total) <= self.quota;
        let on_disk = total.saturating_add(self.min_free) <= self.store.free_space()?;
        if !within_quota || !on_disk {
            return Err(StoreError::Full);
        }
        *promised = total;
        Ok(Promise { space: self.clone(), left: wanted })
    }

    fn give_back(&self, bytes: u64) {
        let mut promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        *promised = promised.saturating_sub(bytes);
    }
}

impl Promise {
    /// So many bytes are in the store now and counted there.
    pub fn kept(&mut self, bytes: u64) {
        let bytes = bytes.min(self.left);
        self.left -= bytes;
        self.space.give_back(bytes);
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.space.give_back(self.left);
    }
}
