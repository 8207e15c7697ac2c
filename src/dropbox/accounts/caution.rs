//! Codes that are guessed by somebody who has the passphrase. An account that has seen so many wrong ones since
//! its last sign-in asks for two right ones in a row, and says the same to whatever else is typed. Whoever has
//! the device waits for its next code, however many others are guessing; who guesses has to hit twice within
//! two minutes, without hearing of the first hit. In memory only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::clock::Day;
use crate::store::Account;

/// Wrong codes that an account puts up with.
const PATIENCE: u32 = 5;
/// The second code comes within so many steps of the first.
const STEPS: u64 = 3;

/// What is remembered of accounts whose passphrase was right and code wrong. Cheap to clone.
#[derive(Clone, Default)]
pub struct Caution(Arc<Mutex<HashMap<String, Seen>>>);

#[derive(Default)]
struct Seen {
    /// Of an account with another login, nothing of the old one counts.
    epoch: [u8; 16],
    wrong: u32,
    /// Step of the last right code since.
    shown: Option<u64>,
    /// When it was last told to the team.
    told: Option<Day>,
}

impl Caution {
    /// Whether one right code is not enough.
    pub fn is_on(&self, account: &Account) -> bool {
        of(&mut self.lock(), account).is_on()
    }

    /// A wrong code. Says whether that is to be told, which it is once a day.
    pub fn wrong(&self, account: &Account, today: Day) -> bool {
        let mut all = self.lock();
        let seen = of(&mut all, account);
        seen.wrong = seen.wrong.saturating_add(1);
        seen.is_on() && seen.told.replace(today) != Some(today)
    }

    /// A right code, of a step that was never shown before. Says whether it is enough.
    pub fn right(&self, account: &Account, step: u64) -> bool {
        let mut all = self.lock();
        let seen = of(&mut all, account);
        let before = seen.shown.replace(step);
        let again = before.is_some_and(|before| before < step && step - before <= STEPS);
        let enough = !seen.is_on() || again;
        if enough {
            // The day stays: nothing is told twice.
            *seen = Seen { epoch: seen.epoch, told: seen.told, ..Seen::default() };
        }
        enough
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accounts only, so that memory is bounded.
fn of<'a>(all: &'a mut HashMap<String, Seen>, account: &Account) -> &'a mut Seen {
    let seen = all.entry(account.name.clone()).or_default();
    if seen.epoch != account.epoch {
        *seen = Seen { epoch: account.epoch, ..Seen::default() };
    }
    seen
}

impl Seen {
    fn is_on(&self) -> bool {
        self.wrong >= PATIENCE
    }
}
