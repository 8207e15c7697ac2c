//! Places for what holds a thread for long: downloads, and forms that carry files. Nobody takes all of them, and
//! whose form finds none is read for a moment all the same, so that what was typed can be given back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Volumes on their way out: in all, and to one account.
const DOWNLOADS: (usize, usize) = (16, 6);
/// Forms with their files: in all, and of one account.
const UPLOADS: (usize, usize) = (8, 3);
/// Forms of editors who found no such place, for their text only.
const TEXTS: (usize, usize) = (8, 2);
/// Forms of people without a session, for their text only. They are not told apart.
const STRANGERS: (usize, usize) = (4, 4);

/// Threads that all of them hold.
pub const THREADS: usize = DOWNLOADS.0 + UPLOADS.0 + TEXTS.0 + STRANGERS.0;

/// All places of the desk.
pub struct Places {
    downloads: Arc<Share>,
    uploads: Arc<Share>,
    texts: Arc<Share>,
    strangers: Arc<Share>,
}

/// A place, until it is dropped.
pub struct Place {
    /// Files may come; otherwise text only.
    pub files: bool,
    _taken: Taken,
}

impl Default for Places {
    fn default() -> Self {
        let [downloads, uploads, texts, strangers] =
            [DOWNLOADS, UPLOADS, TEXTS, STRANGERS].map(|limits| Arc::new(Share::new(limits)));
        Self { downloads, uploads, texts, strangers }
    }
}

impl Places {
    /// A place for a download.
    pub fn download(&self, account: &str) -> Option<Taken> {
        self.downloads.take(account)
    }

    /// A place for a form of this account, or of nobody's.
    pub fn enter(&self, account: Option<&str>) -> Option<Place> {
        let place = |files| move |taken| Place { files, _taken: taken };
        let Some(account) = account else {
            return self.strangers.take("").map(place(false));
        };
        let upload = self.uploads.take(account).map(place(true));
        upload.or_else(|| self.texts.take(account).map(place(false)))
    }
}

/// So many in all, and so many each.
struct Share {
    most: usize,
    each: usize,
    taken: Mutex<HashMap<String, usize>>,
}

/// The place itself.
pub struct Taken {
    share: Arc<Share>,
    who: String,
}

impl Share {
    fn new((most, each): (usize, usize)) -> Self {
        Self { most, each, taken: Mutex::default() }
    }

    fn take(self: &Arc<Self>, who: &str) -> Option<Taken> {
        let mut taken = self.lock();
        let own = taken.get(who).copied().unwrap_or_default();
        if own >= self.each || taken.values().sum::<usize>() >= self.most {
            return None;
        }
        taken.insert(who.to_owned(), own + 1);
        Some(Taken { share: self.clone(), who: who.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut taken = self.share.lock();
        if let Some(own) = taken.get_mut(&self.who) {
            *own -= 1;
        }
        taken.retain(|_, own| *own > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_strangers_nor_one_account_take_all_places() {
        let places = Places::default();
        let enter = |account, files| {
            let place = places.enter(account)?;
            assert_eq!(place.files, files);
            Some(place)
        };
        let strangers: Vec<_> = std::iter::from_fn(|| enter(None, false)).collect();
        assert_eq!(strangers.len(), STRANGERS.0);
        let own: Vec<_> = (0..UPLOADS.1).map(|_| enter(Some("anne"), true).unwrap()).collect();
        let text = enter(Some("anne"), false).unwrap();
        let other = enter(Some("bob"), true).unwrap();
        drop((own, strangers, text, other));
        assert!(places.enter(Some("anne")).unwrap().files);
        assert!(places.uploads.lock().is_empty(), "nothing is left of who went");
    }
}
