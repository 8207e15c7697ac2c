//! Who can open what a team has: where the keys that its dispatches are sealed to are not those of today. Keys are named
//! by fingerprints.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::teams::Teams;
use crate::base::ids::{Fingerprint, MailboxId};
use crate::crypto::seal::Recipients;
use crate::store::{SealedTo, Store, StoreError};

/// Of one team, or of one mailbox that wrote to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Dispatches of which it is known whom they are sealed to.
    pub known: u64,
    /// Those of which it is not: from before it was stored, or sealed offline.
    pub unknown: u64,
    /// Keys that are no longer the team's, and how many of the known dispatches each opens.
    pub former: BTreeMap<String, u64>,
    /// Keys of today, and how many of the known dispatches each does not open.
    pub lacking: BTreeMap<String, u64>,
}

impl Access {
    /// Compares what is there with the keys of today.
    fn of<'a>(today: Option<&Recipients>, sealed: impl Iterator<Item = &'a SealedTo>) -> Self {
        let today: BTreeSet<Fingerprint> =
            today.map(|today| today.key_set().keys).unwrap_or_default().into_iter().collect();
        let mut access = Self::default();
        let count = |counts: &mut BTreeMap<String, u64>, key: Fingerprint, more: u64| {
            *counts.entry(key.to_string()).or_default() += more;
        };
        for SealedTo { keys, dispatches, .. } in sealed {
            let Some(keys) = keys else {
                access.unknown += dispatches;
                continue;
            };
            access.known += dispatches;
            let keys = keys.iter().copied().collect();
            today.difference(&keys).for_each(|key| count(&mut access.lacking, *key, *dispatches));
            keys.difference(&today).for_each(|key| count(&mut access.former, *key, *dispatches));
        }
        access
    }

    /// Of every team that is configured or has a dispatch, by id.
    pub fn of_teams(store: &Store, teams: &Teams) -> Result<BTreeMap<String, Self>, StoreError> {
        let sealed = store.sealed_to()?;
        let ids: BTreeSet<&str> = teams
            .iter()
            .map(|team| team.id.as_str())
            .chain(sealed.iter().map(|sealed| sealed.team.as_str()))
            .collect();
        let of = |id: &str| {
            let today = teams.iter().find(|team| team.id == id).map(|team| &team.recipients);
            (id.to_owned(), Self::of(today, sealed.iter().filter(|sealed| sealed.team == id)))
        };
        Ok(ids.into_iter().map(of).collect())
    }

    /// Of what one mailbox and one team have sent each other.
    pub fn of_mailbox(
        store: &Store,
        teams: &Teams,
        team: &str,
        mailbox: MailboxId,
    ) -> Result<Self, StoreError> {
        let sealed = store.sealed_between(team, mailbox)?;
        Ok(Self::of(teams.find(team).map(|team| &team.recipients), sealed.iter()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const TWO: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    fn recipients(texts: &[&str]) -> Recipients {
        Recipients::proven(texts.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn who_has_left_and_who_is_new_are_named_with_what_each_opens() {
        let sealed = |keys: Option<&[&str]>, dispatches| SealedTo {
            team: "team".into(),
            keys: keys.map(|keys| recipients(keys).key_set().keys),
            dispatches,
        };
        let all = [
            sealed(None, 1),
            sealed(Some(&[ONE]), 5),
            sealed(Some(&[ONE, TWO]), 3),
            sealed(Some(&[TWO]), 2),
        ];
        let print = |key: &str| recipients(&[key]).key_set().keys[0].to_string();
        let access = Access::of(Some(&recipients(&[TWO])), all.iter());
        assert_eq!((access.known, access.unknown), (10, 1));
        assert_eq!(access.former, BTreeMap::from([(print(ONE), 8)]));
        assert_eq!(access.lacking, BTreeMap::from([(print(TWO), 5)]));
        // A team that is gone has no key of today.
        let access = Access::of(None, all.iter());
        assert_eq!(access.former, BTreeMap::from([(print(ONE), 8), (print(TWO), 5)]));
        assert!(access.lacking.is_empty());
        // Nothing to say where nothing changed.
        let same = Access::of(Some(&recipients(&[TWO, ONE])), all[2..3].iter());
        assert!(same.former.is_empty() && same.lacking.is_empty());
    }
}
