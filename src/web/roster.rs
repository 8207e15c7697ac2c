//! Places that are taken in turn: so many at once, a share for each circuit, and when all are taken, one
//! that yields makes room. Nobody is locked out, and nobody pays for a stranger.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::base::circuit::Circuit;

/// Who has a place.
pub struct Entry<T> {
    pub circuit: Circuit,
    pub about: T,
    /// Counts up: the lowest has been here longest.
    pub number: u64,
    begun: Instant,
    gone: watch::Sender<bool>,
}

impl<T> Entry<T> {
    /// How long it has been here.
    pub fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Whether its place was given to another.
    pub fn is_dismissed(&self) -> bool {
        *self.gone.borrow()
    }

    /// Waits until its place is given to another.
    pub async fn dismissed(&self) {
        // The sender lives as long as `self`: there is no error.
        let _ = self.gone.subscribe().wait_for(|gone| *gone).await;
    }
}

/// Which entry goes first: the lowest. The first number is a class.
pub type Rank = (u8, Reverse<usize>, u64);

/// How places are shared out.
pub struct Rule<'a, T> {
    /// So many for one circuit.
    pub share: usize,
    /// So many at once of those that count. Where a class is full, one of it yields.
    pub classes: &'a [Class<'a, T>],
    /// Whether an entry makes room for a newcomer, and which goes first.
    pub yields: &'a dyn Fn(&Entry<T>, Held) -> Option<Rank>,
}

/// A number, and whom it counts.
pub type Class<'a, T> = (usize, &'a dyn Fn(&Entry<T>) -> bool);

/// Places that a circuit holds. Programs of this machine hold one each: they cannot be told apart.
#[derive(Clone, Copy)]
pub struct Held {
    /// The entry's circuit.
    pub theirs: usize,
    /// The newcomer's, before it comes.
    pub ours: usize,
}

impl Held {
    fn of(held: &HashMap<Circuit, usize>, theirs: Circuit, ours: Circuit) -> Self {
        let number = |circuit| held.get(&circuit).copied();
        Self { theirs: number(theirs).unwrap_or(1), ours: number(ours).unwrap_or_default() }
    }

    /// With the newcomer in, its circuit still holds fewer than the other does now.
    pub fn hogs(self) -> bool {
        self.theirs > self.ours + 1
    }

    /// The same where two at a time are nothing unusual.
    pub fn hogs_much(self) -> bool {
        self.theirs > self.ours + 2
    }
}

/// All who have a place.
pub struct Roster<T> {
    all: Mutex<Vec<Arc<Entry<T>>>>,
    count: AtomicU64,
}

impl<T> Default for Roster<T> {
    fn default() -> Self {
        Self { all: Mutex::default(), count: AtomicU64::default() }
    }
}

impl<T> Roster<T> {
    /// Takes a place, perhaps that of another; `None` when nobody yields.
    pub fn take(
        self: &Arc<Self>,
        circuit: Circuit,
        about: T,
        rule: &Rule<'_, T>,
    ) -> Option<Place<T>> {
        let mut all = self.lock();
        let held = count(&all);
        let ours = held.get(&circuit).copied().unwrap_or_default();
        let crowded = ours >= rule.share;
        let is_full = |(most, counts): &&Class<'_, T>| {
            all.iter().filter(|entry| counts(entry)).count() >= *most
        };
        let full = rule.classes.iter().find(is_full);
        if crowded || full.is_some() {
            let may = |entry: &Entry<T>| {
                (!crowded || entry.circuit == circuit)
                    && full.is_none_or(|(_, counts)| counts(entry))
            };
            let ranks = all.iter().enumerate().filter(|(_, entry)| may(entry));
            let ranks = ranks.filter_map(|(at, entry)| {
                Some(((rule.yields)(entry, Held::of(&held, entry.circuit, circuit))?, at))
            });
            let (_, at) = ranks.min()?;
            dismiss(&all.remove(at));
        }
        let entry = Arc::new(Entry {
            circuit,
            about,
            number: self.count.fetch_add(1, Ordering::Relaxed),
            begun: Instant::now(),
            gone: watch::Sender::new(false),
        });
        all.push(entry.clone());
        Some(Place { roster: self.clone(), entry })
    }

    /// Dismisses entries that yield to this circuit, the lowest first, until together they are worth so
    /// much; none where all of them are not.
    pub fn dismiss_worth(
        &self,
        circuit: Circuit,
        need: u64,
        worth: impl Fn(&Entry<T>) -> u64,
        yields: impl Fn(&Entry<T>, Held) -> Option<Rank>,
    ) -> bool {
        let mut all = self.lock();
        let mut freed = 0;
        let mut first = true;
        while freed < need {
            let held = count(&all);
            let ranks = all.iter().enumerate().filter_map(|(at, entry)| {
                let other = !circuit.is_known() || entry.circuit != circuit;
                let held = Held::of(&held, entry.circuit, circuit);
                Some((other.then(|| yields(entry, held)).flatten()?, at))
            });
            let ranks: Vec<_> = ranks.collect();
            let all_worth = ranks.iter().filter_map(|(_, at)| all.get(*at));
            if first && all_worth.map(|entry| worth(entry)).sum::<u64>() < need {
                return false;
            }
            first = false;
            let Some((_, at)) = ranks.into_iter().min() else { break };
            let entry = all.remove(at);
            freed += worth(&entry);
            dismiss(&entry);
        }
        true
    }

    /// Gives up every place.
    pub fn dismiss_all(&self) {
        self.lock().drain(..).for_each(|entry| dismiss(&entry));
    }

    /// Whether this holds for any entry.
    pub fn any(&self, holds: impl Fn(&Entry<T>) -> bool) -> bool {
        self.lock().iter().any(|entry| holds(entry))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Entry<T>>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count<T>(all: &[Arc<Entry<T>>]) -> HashMap<Circuit, usize> {
    let mut held = HashMap::new();
    for entry in all.iter().filter(|entry| entry.circuit.is_known()) {
        *held.entry(entry.circuit).or_default() += 1;
    }
    held
}

fn dismiss<T>(entry: &Entry<T>) {
    entry.gone.send_replace(true);
}

/// A place, until it is dropped or dismissed.
pub struct Place<T> {
    roster: Arc<Roster<T>>,
    pub entry: Arc<Entry<T>>,
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        self.roster.lock().retain(|entry| !Arc::ptr_eq(entry, &self.entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: &dyn Fn(&Entry<&'static str>) -> bool = &|_| true;

    /// Whoever hogs makes room: the oldest first.
    fn fair(
        share: usize,
        most: usize,
    ) -> impl Fn(&Arc<Roster<&'static str>>, u32, &'static str) -> Option<Place<&'static str>> {
        move |roster, circuit, about| {
            let yields = |entry: &Entry<&'static str>, held: Held| {
                held.hogs().then_some((0, Reverse(held.theirs), entry.number))
            };
            let rule = Rule { share, classes: &[(most, ANY)], yields: &yields };
            roster.take(Circuit::Tor(circuit), about, &rule)
        }
    }

    #[test]
    fn a_circuit_has_its_share_and_no_more() {
        let (roster, enter) = (Arc::default(), fair(2, 10));
        let first = enter(&roster, 1, "a").unwrap();
        let _second = enter(&roster, 1, "b").unwrap();
        assert!(enter(&roster, 1, "c").is_none());
        assert!(enter(&roster, 2, "d").is_some());
        drop(first);
        assert!(enter(&roster, 1, "e").is_some());
    }

    #[test]
    fn when_all_is_taken_the_one_who_holds_most_makes_room() {
        let (roster, enter) = (Arc::default(), fair(5, 6));
        let hog: Vec<_> = (0..4).map(|_| enter(&roster, 1, "hog").unwrap()).collect();
        let two: Vec<_> = (0..2).map(|_| enter(&roster, 2, "two").unwrap()).collect();
        let _new = enter(&roster, 3, "new").unwrap();
        assert!(hog[0].entry.is_dismissed());
        assert!(hog[1..].iter().chain(&two).all(|place| !place.entry.is_dismissed()));
        // Three, two and one: until all are equal.
        assert!(enter(&roster, 4, "new").is_some_and(|place| !place.entry.is_dismissed()));
        assert!(hog[1].entry.is_dismissed());
    }

    #[test]
    fn equals_do_not_push_each_other_out() {
        let (roster, enter) = (Arc::default(), fair(5, 3));
        let all: Vec<_> = (1..=3).map(|circuit| enter(&roster, circuit, "one").unwrap()).collect();
        assert!(enter(&roster, 4, "late").is_none());
        assert!(all.iter().all(|place| !place.entry.is_dismissed()));
    }

    #[test]
    fn what_was_dismissed_gives_no_place_back_twice() {
        let (roster, enter) = (Arc::default(), fair(9, 2));
        let hog: Vec<_> = (0..2).map(|_| enter(&roster, 1, "hog").unwrap()).collect();
        let _new = enter(&roster, 2, "new").unwrap();
        drop(hog);
        assert!(enter(&roster, 3, "x").is_some());
        assert!(!roster.any(|entry| entry.circuit == Circuit::Tor(1)));
    }

    #[tokio::test]
    async fn whoever_is_dismissed_hears_of_it_even_later() {
        let (roster, enter) = (Arc::default(), fair(9, 1));
        let place = enter(&roster, 1, "a").unwrap();
        roster.dismiss_all();
        place.entry.dismissed().await;
        place.entry.dismissed().await;
        assert!(enter(&roster, 2, "b").is_some());
    }
}
