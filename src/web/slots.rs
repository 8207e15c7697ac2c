//! Admission. A resource has so many slots in all, and so many for one circuit or account. Whoever finds
//! none reads "busy". Uploads and connections alone may evict, see [`Slots::acquire_or_evict`].

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The slots of one resource, shared out by `K`. A holder without a key cannot be told from others: it has
/// no share, and only the total holds.
pub struct Slots<K, T = ()> {
    total: usize,
    share: usize,
    held: Mutex<Vec<Arc<Holder<K, T>>>>,
}

/// Who holds a slot.
pub struct Holder<K, T> {
    key: Option<K>,
    pub about: T,
    evicted: watch::Sender<bool>,
}

/// One slot, released when dropped.
pub struct Slot<K: Clone + Eq + Hash, T = ()> {
    slots: Arc<Slots<K, T>>,
    pub holder: Arc<Holder<K, T>>,
}

impl<K: Clone + Eq + Hash, T> Slots<K, T> {
    /// `total` in all, `share` for one key.
    pub fn new(total: usize, share: usize) -> Arc<Self> {
        Arc::new(Self { total, share, held: Mutex::default() })
    }

    /// A slot, or "busy".
    pub fn acquire(self: &Arc<Self>, key: Option<K>) -> Option<Slot<K, T>>
    where
        T: Default,
    {
        self.acquire_or_evict(key, T::default(), 0, |_, _| None)
    }

    /// The same, but leaves `spare` slots free. Where share or total is taken, one holder gives way, of
    /// those for which `gives_way` has a rank: first one of the key that holds most, then the lowest rank.
    /// `gives_way` is told how many slots the holder's key has.
    pub fn acquire_or_evict(
        self: &Arc<Self>,
        key: Option<K>,
        about: T,
        spare: usize,
        gives_way: impl Fn(&T, usize) -> Option<u64>,
    ) -> Option<Slot<K, T>> {
        let mut held = self.lock();
        let mut counts: HashMap<K, usize> = HashMap::new();
        for key in held.iter().filter_map(|holder| holder.key.clone()) {
            *counts.entry(key).or_default() += 1;
        }
        let count = |key: &Option<K>| match key {
            Some(key) => counts.get(key).copied().unwrap_or_default(),
            None => 1,
        };
        let exceeds_share = key.is_some() && count(&key) >= self.share;
        if exceeds_share || held.len() + spare >= self.total {
            let may = held.iter().enumerate().filter(|(_, it)| !exceeds_share || it.key == key);
            let ranks = may.filter_map(|(at, holder)| {
                let holds = count(&holder.key);
                Some((Reverse(holds), gives_way(&holder.about, holds)?, at))
            });
            let (.., at) = ranks.min()?;
            held.remove(at).evicted.send_replace(true);
        }
        let holder = Arc::new(Holder { key, about, evicted: watch::Sender::new(false) });
        held.push(holder.clone());
        Some(Slot { slots: self.clone(), holder })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Holder<K, T>>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash, T> Slot<K, T> {
    /// Whether it was given to another.
    pub fn is_evicted(&self) -> bool {
        *self.holder.evicted.borrow()
    }

    /// Waits until it is given to another.
    pub async fn evicted(&self) {
        // The sender lives as long as `self`: there is no error.
        let _ = self.holder.evicted.subscribe().wait_for(|evicted| *evicted).await;
    }
}

impl<K: Clone + Eq + Hash, T> Drop for Slot<K, T> {
    fn drop(&mut self) {
        self.slots.lock().retain(|holder| !Arc::ptr_eq(holder, &self.holder));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Test = Arc<Slots<u32, u64>>;

    /// Everybody gives way, the lowest first.
    fn evicting(slots: &Test, key: u32, rank: u64) -> Option<Slot<u32, u64>> {
        slots.acquire_or_evict(Some(key), rank, 0, |rank, _| Some(*rank))
    }

    #[test]
    fn a_key_has_its_share_and_no_more_and_what_is_released_is_free() {
        let slots: Test = Slots::new(3, 2);
        let first = slots.acquire(Some(1)).unwrap();
        let _second = slots.acquire(Some(1)).unwrap();
        assert!(slots.acquire(Some(1)).is_none(), "exceeds its share");
        let _other = slots.acquire(Some(2)).unwrap();
        assert!(slots.acquire(Some(3)).is_none(), "all are taken");
        drop(first);
        assert!(slots.acquire(Some(1)).is_some());
        assert_eq!(slots.lock().len(), 2);
    }

    #[test]
    fn who_cannot_be_told_apart_has_no_share() {
        let slots: Test = Slots::new(3, 1);
        let all: Vec<_> = std::iter::from_fn(|| slots.acquire(None)).collect();
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn the_key_that_holds_most_gives_way_first_then_the_lowest_rank() {
        let slots: Test = Slots::new(5, 3);
        let most = [7, 9, 8].map(|rank| evicting(&slots, 1, rank).unwrap());
        let other = [1, 2].map(|rank| evicting(&slots, 2, rank).unwrap());
        let _new = evicting(&slots, 3, 0).unwrap();
        assert!(most[0].is_evicted() && !most[1].is_evicted() && !most[2].is_evicted());
        assert!(!other[0].is_evicted() && !other[1].is_evicted());
        // What was evicted gives nothing back a second time.
        drop(most);
        assert_eq!(slots.lock().len(), 3);
    }

    #[test]
    fn who_exceeds_its_share_takes_from_nobody_else() {
        let slots: Test = Slots::new(9, 2);
        let other = evicting(&slots, 2, 0).unwrap();
        let own = [5, 4].map(|rank| evicting(&slots, 1, rank).unwrap());
        assert!(evicting(&slots, 1, 9).is_some());
        assert!(own[1].is_evicted() && !own[0].is_evicted() && !other.is_evicted());
    }

    #[test]
    fn nobody_is_evicted_for_whom_there_is_no_rank() {
        let slots: Test = Slots::new(2, 2);
        let held = [1, 2].map(|key| slots.acquire(Some(key)).unwrap());
        let new = slots.acquire_or_evict(Some(3), 0, 0, |_, _| None);
        assert!(new.is_none() && held.iter().all(|slot| !slot.is_evicted()));
    }

    #[test]
    fn spare_slots_stay_free() {
        let slots: Test = Slots::new(3, 3);
        let large = || slots.acquire_or_evict(Some(1), 0, 1, |_, _| None);
        let _held = [large().unwrap(), large().unwrap()];
        assert!(large().is_none());
        assert!(slots.acquire(Some(1)).is_some());
    }

    #[tokio::test]
    async fn who_is_evicted_hears_of_it_even_later() {
        let slots: Test = Slots::new(1, 1);
        let slot = evicting(&slots, 1, 0).unwrap();
        let _next = evicting(&slots, 2, 0).unwrap();
        slot.evicted().await;
        slot.evicted().await;
    }
}
