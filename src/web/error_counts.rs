//! Counts errors by kind since the last report. Requests leave nothing else in the log. The report is written
//! once a day and at the end, so that no visit decides a line's time.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

static COUNTS: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

/// Counts one error of this kind.
pub fn count(kind: &'static str) {
    *COUNTS.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
}

/// Writes the counts to the log, begins again at zero, and says what they were.
pub fn report() -> Vec<(&'static str, u64)> {
    let counts = std::mem::take(&mut *COUNTS.lock().unwrap_or_else(PoisonError::into_inner));
    if !counts.is_empty() {
        let list: Vec<_> = counts.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        tracing::warn!("errors since the last report: {}", list.join(", "));
    }
    counts.into_iter().collect()
}
