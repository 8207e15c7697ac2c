//! Layouts of downloads: a request for a part of a bundle does not lay it out again.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::dropbox::download::Download;

/// Those of the lists that were asked for last: one takes some 2 MiB at most.
const MOST: usize = 4;

/// By the list's id. Whether all of a list is there still is asked of the store each time.
#[derive(Default)]
pub struct Layouts(Mutex<VecDeque<([u8; 16], Download)>>);

impl Layouts {
    /// The layout of this list.
    pub fn of(&self, id: [u8; 16], make: impl FnOnce() -> Download) -> Download {
        let known = {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let at = kept.iter().position(|(its, _)| *its == id);
            at.and_then(|at| kept.remove(at))
        };
        let (_, layout) = known.unwrap_or_else(|| (id, make()));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(its, _)| *its != id);
        kept.push_front((id, layout.clone()));
        kept.truncate(MOST);
        layout
    }
}
