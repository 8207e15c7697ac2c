//! What of a handout was served, over several requests: a dispatch counts as fetched when every volume that holds
//! something of it was served to the last byte, in whatever pieces and order. (Half of a volume opens nothing.)
//! In memory only.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::handout::Handout;
use crate::base::ids::DispatchId;
use crate::bundle::layout::Run;

/// Handouts that are remembered at once; the one that was asked for least lately is forgotten first.
const HANDOUTS: usize = 64;
/// Pieces of one volume that do not touch each other. Further ones are not counted: nobody who resumes a
/// download makes so many.
const PIECES: usize = 1024;

/// What was served of every handout, by the id of its frozen list.
#[derive(Default)]
pub struct Coverages(Mutex<Known>);

#[derive(Default)]
struct Known {
    clock: u64,
    all: HashMap<([u8; 16], bool), (u64, Coverage)>,
}

/// What was served of one handout. Cheap to clone.
#[derive(Clone)]
pub struct Coverage {
    handout: Handout,
    served: Arc<Mutex<Served>>,
}

#[derive(Default)]
struct Served {
    /// By volume.
    pieces: HashMap<usize, Pieces>,
    /// Volumes that were served whole.
    done: HashSet<usize>,
}

/// Ranges that neither touch nor overlap, in order.
#[derive(Default)]
struct Pieces(Vec<Range<u64>>);

impl Coverages {
    /// That of the list `frozen`. Where the list makes other bytes than before (something of it was deleted),
    /// it begins anew, as the download must.
    pub fn of(&self, frozen: [u8; 16], handout: &Handout) -> Coverage {
        let mut known = lock(&self.0);
        known.clock += 1;
        let now = known.clock;
        let key = (frozen, handout.is_manifests_only());
        if let Some((used, coverage)) = known.all.get_mut(&key)
            && coverage.handout.hash() == handout.hash()
        {
            *used = now;
            return coverage.clone();
        }
        if known.all.len() >= HANDOUTS
            && let Some(oldest) = known.all.iter().min_by_key(|(_, (used, _))| *used)
        {
            let oldest = *oldest.0;
            known.all.remove(&oldest);
        }
        let new = Coverage::new(handout);
        known.all.insert(key, (now, new.clone()));
        new
    }
}

impl Coverage {
    /// Nothing yet.
    pub fn new(handout: &Handout) -> Self {
        Self { handout: handout.clone(), served: Arc::default() }
    }

    /// These bytes of a volume (from 1) were served: the dispatches that are complete with them. Each is named
    /// once; a bundle of manifests alone completes none.
    pub fn served(&self, volume: usize, bytes: Range<u64>) -> Vec<DispatchId> {
        let Some(number) = volume.checked_sub(1) else { return Vec::new() };
        let (layout, length) = (self.handout.layout(), self.handout.len(volume));
        if self.handout.is_manifests_only() || bytes.is_empty() {
            return Vec::new();
        }
        let mut served = lock(&self.served);
        let pieces = served.pieces.entry(number).or_default();
        pieces.add(bytes);
        if !length.is_some_and(|length| pieces.hold(&(0..length))) || !served.done.insert(number) {
            return Vec::new();
        }
        let whole =
            |run: &&Run| self.volumes_of(run.item, number).all(|at| served.done.contains(&at));
        let items = layout.runs(number).iter().filter(whole).map(|run| run.item);
        items.filter_map(|item| layout.items().get(item)).map(|item| item.dispatch).collect()
    }

    /// The volumes that hold something of an item which `volume` holds something of: they follow each other.
    fn volumes_of(&self, item: usize, volume: usize) -> impl Iterator<Item = usize> {
        let layout = self.handout.layout();
        let holds = move |at: &usize| layout.runs(*at).iter().any(|run| run.item == item);
        let before = (0..volume).rev().take_while(holds);
        before.chain((volume..layout.volumes()).take_while(holds))
    }
}

impl Pieces {
    fn add(&mut self, new: Range<u64>) {
        let first = self.0.partition_point(|piece| piece.end < new.start);
        let last = self.0.partition_point(|piece| piece.start <= new.end);
        let joined = self.0.get(first..last).unwrap_or_default();
        if joined.is_empty() && self.0.len() >= PIECES {
            return;
        }
        let start = joined.first().map_or(new.start, |piece| piece.start.min(new.start));
        let end = joined.last().map_or(new.end, |piece| piece.end.max(new.end));
        self.0.splice(first..last, std::iter::once(start..end));
    }

    fn hold(&self, wanted: &Range<u64>) -> bool {
        let at = self.0.partition_point(|piece| piece.end < wanted.end);
        self.0.get(at).is_some_and(|piece| piece.start <= wanted.start && wanted.end <= piece.end)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_hold_what_was_added_and_nothing_else(
            added in prop::collection::vec((0..60_u64, 1..12_u64), 0..20),
        ) {
            let mut pieces = Pieces::default();
            let mut bytes = [false; 80];
            for (start, length) in added {
                pieces.add(start..start + length);
                (start..start + length).for_each(|at| bytes[usize::try_from(at).unwrap()] = true);
            }
            for start in 0..79_usize {
                for end in start + 1..80 {
                    let wanted = start as u64..end as u64;
                    prop_assert_eq!(pieces.hold(&wanted), bytes[start..end].iter().all(|byte| *byte));
                }
            }
            prop_assert!(pieces.0.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }

    #[test]
    fn the_number_of_pieces_is_bounded() {
        let mut pieces = Pieces::default();
        for at in 0..10_000 {
            pieces.add(2 * at..2 * at + 1);
        }
        assert_eq!(pieces.0.len(), PIECES);
        // A gap that closes is still counted.
        pieces.add(1..2);
        assert!(pieces.hold(&(0..3)) && pieces.0.len() == PIECES - 1);
    }
}
