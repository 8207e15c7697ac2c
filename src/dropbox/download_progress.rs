//! How far each volume of a frozen list was served, over several requests. A volume is downloaded when its last
//! byte was served, and everything before it: a download that goes on where it broke leaves no gap. A dispatch
//! counts as fetched when every volume that holds something of it is downloaded. In memory only.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::download::Download;
use crate::base::ids::DispatchId;

/// Lists that are remembered at once; the one that was asked for least lately is forgotten first.
const LISTS: usize = 64;

/// What was served of every list, by its id.
#[derive(Default)]
pub struct DownloadProgress(Mutex<Lists>);

#[derive(Default)]
struct Lists {
    clock: u64,
    all: HashMap<[u8; 16], List>,
}

struct List {
    used: u64,
    /// Of the bytes that it stands for. Where something of the list was deleted, a download begins anew.
    hash: [u8; 32],
    /// Bytes of each volume that were served, from its first on.
    served: Vec<u64>,
}

impl DownloadProgress {
    /// Whether something of a list was served.
    pub fn has_begun(&self, id: [u8; 16]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all.contains_key(&id)
    }

    /// These bytes of a volume (from 1) were served: the dispatches that are whole with them, each named once.
    /// A bundle of manifests alone completes none.
    pub fn served(
        &self,
        id: [u8; 16],
        bundle: &Download,
        volume: usize,
        bytes: Range<u64>,
    ) -> Vec<DispatchId> {
        let (Some(length), false) = (bundle.len(volume), bundle.is_manifests_only()) else {
            return Vec::new();
        };
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let list = lists.list(id, bundle);
        let at = volume.saturating_sub(1);
        let Some(served) = list.served.get_mut(at) else { return Vec::new() };
        if bytes.start > *served || bytes.end <= *served || *served >= length {
            return Vec::new();
        }
        *served = bytes.end;
        if *served < length {
            return Vec::new();
        }
        let layout = bundle.layout();
        let is_downloaded = |at: usize| list.served.get(at).copied() >= layout.length(at);
        let holds = |at: usize, item| layout.runs(at).iter().any(|run| run.item == item);
        let is_whole =
            |item: &usize| (0..layout.volumes()).all(|at| is_downloaded(at) || !holds(at, *item));
        let whole = layout.runs(at).iter().map(|run| run.item).filter(is_whole);
        whole.filter_map(|item| layout.items().get(item)).map(|item| item.dispatch).collect()
    }
}

impl Lists {
    fn list(&mut self, id: [u8; 16], bundle: &Download) -> &mut List {
        if self.all.len() >= LISTS
            && !self.all.contains_key(&id)
            && let Some(oldest) = self.all.iter().min_by_key(|(_, list)| list.used)
        {
            let oldest = *oldest.0;
            self.all.remove(&oldest);
        }
        self.clock += 1;
        let (used, hash) = (self.clock, bundle.hash());
        let new = || List { used, hash, served: vec![0; bundle.volumes()] };
        let list = self.all.entry(id).or_insert_with(new);
        if list.hash != hash {
            *list = new();
        }
        list.used = used;
        list
    }
}
