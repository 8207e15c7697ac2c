//! Room for uploads: what is announced is reserved before the first byte is read. The less there is, the
//! smaller a dispatch may be, and the last of it is kept for small ones: nobody fills the box at one go.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::base::limits::{FORM_OVERHEAD, Limits, SMALL};
use crate::store::{Store, StoreError};

/// What large dispatches leave to small ones, where the quota is large.
const FOR_SMALL: u64 = 1 << 30;

/// What a large dispatch may hold is looked at this often: whoever asks again and again must not see when
/// others send.
const LOOK: Duration = Duration::from_secs(600);

/// What the store may still take, minus what uploads under way were promised.
pub struct Space {
    store: Store,
    quota: u64,
    min_free: u64,
    promised: Mutex<u64>,
    /// What a large dispatch may hold, and since when.
    sampled: Mutex<Option<(Instant, u64)>>,
}

/// Bytes that an upload takes at most in the store: padding adds at most 12 %, and small files are padded
/// to 16 KiB.
fn stored(announced: u64) -> u64 {
    announced.saturating_add(announced / 8).saturating_add(FORM_OVERHEAD)
}

/// The opposite, rounded down to a power of two: the page shows it.
fn plain(room: u64) -> u64 {
    let most = room.saturating_sub(2 * FORM_OVERHEAD) / 9 * 8;
    most.checked_ilog2().map_or(0, |log| 1 << log)
}

/// A promise of room. Kept bytes are taken off it; the rest is given back when it is dropped.
pub struct Promise {
    space: Arc<Space>,
    left: u64,
}

impl Space {
    pub fn new(store: Store, limits: &Limits) -> Self {
        Self {
            store,
            quota: limits.quota,
            min_free: limits.min_free,
            promised: Mutex::default(),
            sampled: Mutex::default(),
        }
    }

    /// Reserves room for an upload of `announced` bytes of plaintext; `Full` if it is not there.
    pub fn promise(self: &Arc<Self>, announced: u64) -> Result<Promise, StoreError> {
        let large = self.large()?;
        let mut promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = stored(announced);
        if wanted > self.room_for(announced, large, *promised)? {
            return Err(StoreError::Full);
        }
        *promised += wanted;
        Ok(Promise { space: self.clone(), left: wanted })
    }

    /// Bytes in the store that such an upload lacks; `None` where it would not fit if nothing else was
    /// under way.
    pub fn lacks(&self, announced: u64) -> Result<Option<u64>, StoreError> {
        let large = self.large()?;
        let promised = *self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = stored(announced);
        let ever = wanted <= self.room_for(announced, large, 0)?;
        let now = self.room_for(announced, large, promised)?;
        Ok(ever.then(|| wanted.saturating_sub(now)))
    }

    /// Bytes of plaintext that one dispatch may hold now.
    pub fn largest(&self) -> Result<u64, StoreError> {
        Ok(self.large()?.max(plain(self.room(0)?).min(SMALL)))
    }

    /// Room for one dispatch: what is small may have all of it.
    fn room_for(&self, announced: u64, large: u64, promised: u64) -> Result<u64, StoreError> {
        let room = self.room(promised)?;
        Ok(match announced.saturating_sub(FORM_OVERHEAD) {
            0..=SMALL => room,
            more if more <= large => room.saturating_sub(self.for_small()),
            _ => 0,
        })
    }

    /// Bytes of plaintext that a dispatch which is not small may hold, as of a while ago: half of what small
    /// ones leave.
    fn large(&self) -> Result<u64, StoreError> {
        let mut sampled = self.sampled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, large)) = *sampled
            && since.elapsed() < LOOK
        {
            return Ok(large);
        }
        let large = plain(self.room(0)?.saturating_sub(self.for_small()) / 2);
        *sampled = Some((Instant::now(), large));
        Ok(large)
    }

    fn for_small(&self) -> u64 {
        FOR_SMALL.min(self.quota / 16)
    }

    fn room(&self, promised: u64) -> Result<u64, StoreError> {
        let within_quota = self.quota.saturating_sub(self.store.used());
        let on_disk = self.store.free_space()?.saturating_sub(self.min_free);
        Ok(within_quota.min(on_disk).saturating_sub(promised))
    }

    fn give_back(&self, bytes: u64) {
        let mut promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
        *promised = promised.saturating_sub(bytes);
    }
}

impl Promise {
    /// So many bytes more go to the store, and will be counted there; `Full` beyond what was promised.
    pub fn keep(&mut self, bytes: u64) -> Result<(), StoreError> {
        self.left = self.left.checked_sub(bytes).ok_or(StoreError::Full)?;
        self.space.give_back(bytes);
        Ok(())
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.space.give_back(self.left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_a_power_of_two_and_does_fit() {
        for room in [0, 1 << 20, 3 << 20, 33 << 20, 480 << 20, 5 << 30, (100 << 30) + 12_345] {
            let most = plain(room);
            assert!(most == 0 || most.is_power_of_two(), "{room}: {most}");
            assert!(most == 0 || stored(most + FORM_OVERHEAD) <= room, "{room}: {most}");
            assert!(most == 0 || 4 * most > room.saturating_sub(8 << 20) / 9 * 8, "{room}: {most}");
        }
    }
}
