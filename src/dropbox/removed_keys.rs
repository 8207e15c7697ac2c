//! Keys that were taken out of a team at once: nothing more is published that they open, be it under way already.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::teams::Teams;
use crate::base::ids::{Fingerprint, KeySet};
use crate::store::{Store, StoreError};

/// What `team remove-recipient --now` leaves for the process that serves, a line each: the key's fingerprint, the team.
const FACT: &str = "removed-now";

/// A team's key. Whoever publishes holds the lock for reading until it is durable.
type Removed = BTreeSet<(String, Fingerprint)>;

/// Those that this process knows of.
#[derive(Default)]
pub(super) struct RemovedKeys(RwLock<Removed>);

/// A key that something is sealed to has left the team.
pub(super) struct KeyRemoved;

/// As long as it lives, what it was given for may be published.
pub(super) struct MayPublish<'a>(
    #[expect(dead_code, reason = "held")] RwLockReadGuard<'a, Removed>,
);

/// Asks the process that serves to end what is under way to these keys. To be called once the team has them no more.
pub fn end_uploads_to(store: &Store, team: &str, keys: &[Fingerprint]) -> Result<(), StoreError> {
    let new: Removed = keys.iter().map(|key| (team.to_owned(), *key)).collect();
    store.change_fact(FACT, move |fact| text_of(read(&fact).union(&new)))
}

/// Whether that process has done so.
pub fn uploads_have_ended(
    store: &Store,
    team: &str,
    keys: &[Fingerprint],
) -> Result<bool, StoreError> {
    let waiting = read(&store.fact(FACT)?.unwrap_or_default());
    Ok(!waiting.iter().any(|(of, key)| of == team && keys.contains(key)))
}

fn read(fact: &[u8]) -> Removed {
    let line = |line: &str| {
        let (key, team) = line.split_once('\t')?;
        Some((team.to_owned(), Fingerprint::parse(key)?))
    };
    String::from_utf8_lossy(fact).lines().filter_map(line).collect()
}

fn text_of<'a>(all: impl Iterator<Item = &'a (String, Fingerprint)>) -> Vec<u8> {
    all.fold(String::new(), |text, (team, key)| text + &format!("{key}\t{team}\n")).into_bytes()
}

/// Whether the key has left this team.
fn is_gone(teams: &Teams, team: &str, key: Fingerprint) -> bool {
    let today = teams.iter().find(|today| today.id == team);
    today.is_none_or(|today| today.recipients.iter().all(|now| now.fingerprint() != key))
}

impl RemovedKeys {
    /// Takes over what `team remove-recipient --now` has left, as far as these teams of today have the keys no more. What
    /// is being published is waited for. Blocks.
    pub fn take(&self, store: &Store, today: &Teams) -> Result<(), StoreError> {
        let mut gone = read(&store.fact(FACT)?.unwrap_or_default());
        gone.retain(|(team, key)| is_gone(today, team, *key));
        if gone.is_empty() {
            return Ok(());
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(gone.iter().cloned());
        store.change_fact(FACT, move |fact| text_of(read(&fact).difference(&gone)))
    }

    /// Whether what is sealed to these keys may still be published to the team. `today` is asked for the teams once
    /// nothing is taken over in between.
    pub fn may_publish(
        &self,
        team: &str,
        keys: &KeySet,
        today: impl Fn() -> Arc<Teams>,
    ) -> Result<MayPublish<'_>, KeyRemoved> {
        let removed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let is_removed = removed.iter().any(|(of, key)| {
            of == team && keys.keys.contains(key) && is_gone(&today(), team, *key)
        });
        if is_removed { Err(KeyRemoved) } else { Ok(MayPublish(removed)) }
    }
}
