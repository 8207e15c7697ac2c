//! Room for uploads. An upload is compared at its start with the room as it was sampled some minutes ago, and
//! holds little more than what it has brought so far: an announcement alone takes nothing from others. The last
//! of the room is for messages and small dispatches.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::limits::{FORM_OVERHEAD, SMALL};
use crate::store::{Store, StoreError};

/// What large dispatches leave to small ones, where the quota is large.
const FOR_SMALL: u64 = 1 << 30;
/// What an upload holds beyond what it has brought: as much again, and this.
const AHEAD: u64 = 64 * 1024 * 1024;
const STEP: u64 = 1024 * 1024;

/// What the store may still take, minus what uploads under way hold.
pub struct Space {
    store: Store,
    quota: u64,
    min_free: u64,
    held: Mutex<u64>,
    /// Room at the last sample.
    sampled: AtomicU64,
}

/// Bytes that an upload takes at most in the store: padding adds at most 12 %, small files are padded to
/// 16 KiB, and the manifest comes last.
fn stored(plain: u64) -> u64 {
    plain.saturating_add(plain / 8).saturating_add(FORM_OVERHEAD)
}

/// The opposite, rounded down to a power of two: the page shows it.
fn plain(room: u64) -> u64 {
    let most = room.saturating_sub(2 * FORM_OVERHEAD) / 9 * 8;
    most.checked_ilog2().map_or(0, |log| 1 << log)
}

/// Room that one upload holds. What is left of it is released when it is dropped.
pub struct Hold {
    space: Arc<Space>,
    announced: u64,
    arrived: u64,
    /// Held for what has not arrived yet.
    held: u64,
    /// What others need stays free.
    spare: u64,
}

impl Space {
    /// Of a store that holds at most `quota` bytes, on a file system of which `min_free` stay free.
    pub fn new(store: Store, quota: u64, min_free: u64) -> Self {
        let (held, sampled) = (Mutex::default(), AtomicU64::new(quota));
        let space = Self { store, quota, min_free, held, sampled };
        space.sample();
        space
    }

    /// Looks how much room there is. To be called every ten minutes: whoever asks again and again must not
    /// see when others send.
    pub fn sample(&self) {
        // Where the disk does not answer, the uploads will say so.
        if let Ok(room) = self.room() {
            self.sampled.store(room, Ordering::Relaxed);
        }
    }

    /// Bytes of plaintext that one dispatch may hold, as of the last sample.
    pub fn largest(&self) -> u64 {
        let room = self.sampled.load(Ordering::Relaxed);
        plain(room.saturating_sub(self.for_small())).max(plain(room).min(SMALL))
    }

    /// Begins an upload that announces so many bytes of plaintext; `Full` if there is no room for it.
    pub fn hold(self: &Arc<Self>, announced: u64) -> Result<Hold, StoreError> {
        let dispatch = announced.saturating_sub(FORM_OVERHEAD);
        if dispatch > SMALL.max(self.largest()) {
            return Err(StoreError::Full);
        }
        let mut hold = self.nothing(announced);
        hold.arrive(0)?;
        Ok(hold)
    }

    /// Holds room for all of it at once: for what is here already, and is copied.
    pub fn hold_all(self: &Arc<Self>, bytes: u64) -> Result<Hold, StoreError> {
        let mut hold = self.nothing(bytes);
        hold.grow(stored(bytes))?;
        Ok(hold)
    }

    fn nothing(self: &Arc<Self>, announced: u64) -> Hold {
        let is_small = announced.saturating_sub(FORM_OVERHEAD) <= SMALL;
        let spare = if is_small { 0 } else { self.for_small() };
        Hold { space: self.clone(), announced, arrived: 0, held: 0, spare }
    }

    fn for_small(&self) -> u64 {
        FOR_SMALL.min(self.quota / 16)
    }

    /// Room, what is held included.
    fn room(&self) -> Result<u64, StoreError> {
        let within_quota = self.quota.saturating_sub(self.store.used());
        let on_disk = self.store.free_space()?.saturating_sub(self.min_free);
        Ok(within_quota.min(on_disk))
    }
}

impl Hold {
    /// So many bytes more go to the store, and will be counted there; `Full` beyond what was announced, or
    /// where there is no room to hold more for the rest.
    pub fn arrive(&mut self, bytes: u64) -> Result<(), StoreError> {
        let arrived = self.arrived.saturating_add(bytes);
        if arrived > self.announced {
            return Err(StoreError::Full);
        }
        // In whole steps: whether there is room is not asked for each piece.
        let step = (arrived / STEP).saturating_add(1).saturating_mul(STEP);
        let ahead = step.saturating_mul(2).saturating_add(AHEAD).min(self.announced);
        self.grow((stored(ahead) - arrived).saturating_add(bytes))?;
        self.arrived = arrived;
        self.shrink(bytes);
        Ok(())
    }

    /// Holds at least so much.
    fn grow(&mut self, wanted: u64) -> Result<(), StoreError> {
        let more = wanted.saturating_sub(self.held);
        if more > 0 {
            let mut held = self.space.held.lock().unwrap_or_else(PoisonError::into_inner);
            let taken = held.saturating_add(more).saturating_add(self.spare);
            if taken > self.space.room()? {
                return Err(StoreError::Full);
            }
            *held += more;
            self.held = wanted;
        }
        Ok(())
    }

    fn shrink(&mut self, bytes: u64) {
        let mut held = self.space.held.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = bytes.min(self.held);
        *held = held.saturating_sub(bytes);
        self.held -= bytes;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shrink(self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Tuning;

    const MIB: u64 = 1 << 20;

    /// An empty store of 1 GiB, of which 64 MiB are for what is small. What arrives in these tests is not
    /// written, so the store counts nothing.
    fn gibibyte() -> (tempfile::TempDir, Arc<Space>) {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        crate::store::create(&data, &[], &Tuning::default()).unwrap();
        let quota = 1 << 30;
        let store = Store::open(&data, quota).unwrap();
        (dir, Arc::new(Space::new(store, quota, 0)))
    }

    #[test]
    fn what_fits_is_a_power_of_two_and_does_fit() {
        for room in [0, 1 << 20, 3 << 20, 33 << 20, 480 << 20, 5 << 30, (100 << 30) + 12_345] {
            let most = plain(room);
            assert!(most == 0 || most.is_power_of_two(), "{room}: {most}");
            assert!(most == 0 || stored(most + FORM_OVERHEAD) <= room, "{room}: {most}");
            assert!(most == 0 || 4 * most > room.saturating_sub(8 << 20) / 9 * 8, "{room}: {most}");
        }
    }

    #[test]
    fn an_announcement_alone_holds_next_to_nothing() {
        let (_dir, space) = gibibyte();
        assert_eq!(space.largest(), 512 * MIB);
        assert!(space.hold(600 * MIB).is_err());
        let announced: Vec<_> = (0..8).map(|_| space.hold(500 * MIB).unwrap()).collect();
        assert!(*space.held.lock().unwrap() < 8 * 80 * MIB);
        assert!(space.hold(500 * MIB).is_ok());
        // What others hold does not show.
        assert_eq!(space.largest(), 512 * MIB);
        drop(announced);
        assert_eq!(*space.held.lock().unwrap(), 0);
    }

    #[test]
    fn past_its_half_an_upload_is_never_told_full_and_before_it_may_be() {
        let (_dir, space) = gibibyte();
        let (mut one, mut two) = (space.hold(400 * MIB).unwrap(), space.hold(400 * MIB).unwrap());
        for _ in 0..200 {
            one.arrive(MIB).unwrap();
        }
        let others: Vec<_> = std::iter::from_fn(|| space.hold(30 * MIB).ok()).collect();
        assert!(others.len() > 10);
        for _ in 0..200 {
            one.arrive(MIB).unwrap();
        }
        // Nothing of it was written: as much room as it brought is there again.
        let _more: Vec<_> = std::iter::from_fn(|| space.hold(30 * MIB).ok()).collect();
        assert!(matches!((0..200).try_for_each(|_| two.arrive(MIB)), Err(StoreError::Full)));
    }

    #[test]
    fn what_is_large_leaves_room_to_what_is_small() {
        let (_dir, space) = gibibyte();
        let large: Vec<_> = std::iter::from_fn(|| space.hold(100 * MIB).ok()).collect();
        assert!((10..16).contains(&large.len()), "{}", large.len());
        let small = [(); 2].map(|()| space.hold(20_000_000).unwrap());
        drop((large, small));
    }

    #[test]
    fn nothing_beyond_what_was_announced_is_taken() {
        let (_dir, space) = gibibyte();
        let mut hold = space.hold(MIB).unwrap();
        hold.arrive(MIB).unwrap();
        assert!(matches!(hold.arrive(1), Err(StoreError::Full)));
        assert!(matches!(hold.arrive(u64::MAX), Err(StoreError::Full)));
        assert!(space.hold(u64::MAX).is_err() && space.hold_all(u64::MAX).is_err());
    }
}
