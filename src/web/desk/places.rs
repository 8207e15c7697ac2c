//! Places for what holds a thread for long, shared out among accounts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many places, and of one account so many.
pub struct Places {
    most: usize,
    each: usize,
    taken: Mutex<HashMap<String, usize>>,
}

/// One of them, until it is dropped.
pub struct Place {
    places: Arc<Places>,
    account: String,
}

impl Places {
    /// All free.
    pub fn new(most: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { most, each, taken: Mutex::default() })
    }

    /// Takes one, where all are not taken, nor the account's share.
    pub fn take(self: &Arc<Self>, account: &str) -> Option<Place> {
        let mut taken = self.lock();
        let all: usize = taken.values().sum();
        let own = taken.get(account).copied().unwrap_or_default();
        if all >= self.most || own >= self.each {
            return None;
        }
        taken.insert(account.to_owned(), own + 1);
        Some(Place { places: self.clone(), account: account.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        match taken.get_mut(&self.account) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(taken.remove(&self.account)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_its_share_and_what_is_left_is_for_others() {
        let places = Places::new(5, 3);
        let mine: Vec<_> = (0..4).map_while(|_| places.take("anne")).collect();
        assert_eq!(mine.len(), 3);
        let others = ["bob", "carla"].map(|name| places.take(name));
        assert!(others.iter().all(Option::is_some) && places.take("dora").is_none());
        drop(mine);
        assert!(places.take("dora").is_some() && places.take("anne").is_some());
        drop(others);
        assert!(places.lock().is_empty());
    }
}
