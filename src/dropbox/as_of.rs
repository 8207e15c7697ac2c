//! As of which day the mailboxes of a restored box stand.

use crate::base::clock::Day;
use crate::store::{Store, StoreError};

/// That day, and the last one on which mailboxes say so.
const FACT: &str = "as-of";
/// Days that they say so.
const SAID: i64 = 30;

pub fn read(store: &Store) -> Result<Option<(Day, Day)>, StoreError> {
    let fact = String::from_utf8(store.fact(FACT)?.unwrap_or_default()).unwrap_or_default();
    let days = fact.split_once(' ');
    Ok(days.and_then(|(day, until)| Some((Day(day.parse().ok()?), Day(until.parse().ok()?)))))
}

pub fn write(store: &Store, day: Day, today: Day) -> Result<(), StoreError> {
    let until = today.0.saturating_add(SAID);
    store.set_fact(FACT, format!("{} {until}", day.0).into_bytes())
}
