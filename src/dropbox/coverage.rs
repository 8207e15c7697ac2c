//! What of a handout was served, over several requests: a dispatch counts as fetched when its manifest and all
//! its files were served to the last byte, in whatever pieces and order. In memory only.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::handout::Handout;
use crate::base::ids::DispatchId;
use crate::bundle::layout::Run;

/// Handouts that are remembered at once; the one that was asked for least lately is forgotten first.
const HANDOUTS: usize = 256;
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
    /// By position in the list.
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
        if self.handout.is_manifests_only() || bytes.is_empty() {
            return Vec::new();
        }
        let layout = self.handout.layout();
        let mut served = lock(&self.served);
        served.pieces.entry(number).or_default().add(bytes.clone());
        let runs = layout.runs(number);
        let first = runs.partition_point(|run| run.bytes.end <= bytes.start);
        let touched = runs.get(first..).unwrap_or_default().iter();
        let mut complete = Vec::new();
        for run in touched.take_while(|run| run.bytes.start < bytes.end) {
            if !served.done.contains(&run.item) && self.is_complete(&served, number, run) {
                served.done.insert(run.item);
                complete.extend(layout.items().get(run.item).map(|item| item.dispatch));
            }
        }
        complete
    }

    /// Whether every file of a run's dispatch was served, in whichever volume, each with a manifest.
    fn is_complete(&self, served: &Served, volume: usize, run: &Run) -> bool {
        let layout = self.handout.layout();
        let is_served = |volume: usize, run: &Run| {
            served.pieces.get(&volume).is_some_and(|pieces| pieces.hold(&run.bytes))
        };
        if !is_served(volume, run) {
            return false;
        }
        let files = layout.items().get(run.item).map_or(0, |item| item.sizes.len().max(1) - 1);
        let mut whole = run.files.len();
        // What went before stands at the end of the volumes before, what follows at the beginning of those after.
        for before in (0..volume).rev() {
            match layout.runs(before).last() {
                Some(other) if other.item == run.item => {
                    // A manifest without a file is here once more.
                    if !other.files.is_empty() && !is_served(before, other) {
                        return false;
                    }
                    whole += other.files.len();
                }
                _ => break,
            }
        }
        for after in volume + 1..layout.volumes() {
            match layout.runs(after).first() {
                Some(other) if other.item == run.item => {
                    if !is_served(after, other) {
                        return false;
                    }
                    whole += other.files.len();
                }
                _ => break,
            }
        }
        whole == files
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
