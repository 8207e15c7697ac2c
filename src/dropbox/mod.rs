//! Floor 3: the use cases. A document goes in, an editor fetches it, the answer comes back. No HTTP, no
//! command line.

pub mod access;
pub mod accounts;
mod as_of;
pub mod backup;
pub mod bundle_upload;
pub mod deliver;
mod derive;
mod designation;
pub mod download;
pub mod download_progress;
pub mod draft;
pub mod export;
mod incoming_file;
mod intake;
mod intake_error;
pub mod mailbox;
pub mod receipt;
pub mod removed_keys;
pub mod reply_intake;
pub mod restore;
pub mod retention;
mod snapshot;
mod space;
mod teams;
mod written;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use crate::base::clock::{Clock, Day, Doubt, Recorded};
use crate::base::ids::KeySet;
use crate::base::limits::Limits;
use crate::base::random::{self, NoRandomness};
use crate::config::{Config, PerLanguage};
use crate::crypto::kdf::{Derivation, DerivationError};
use crate::store::{self, Recovered, Store, StoreError, Tuning};

pub use derive::{DeriveError, Deriver};
pub use incoming_file::FileError;
pub use intake::{DropText, IncomingFile, Intake};
pub use intake_error::IntakeError;
pub use receipt::{FileDetail, Outcome, Receipt};
pub use snapshot::Snapshot;
pub use teams::{Team, Teams, TeamsError};
pub use written::{Answer, Written};

const FACT_DERIVATION: &str = "derivation";
const FACT_TICKET_KEY: &str = "ticket-key";

/// Why a drop box cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The teams.
    #[error(transparent)]
    Teams(#[from] TeamsError),
    /// The stored parameters.
    #[error(transparent)]
    Derivation(#[from] DerivationError),
    /// The generator.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// Makes an empty store in the new directory `data_dir`: fresh salt, fresh keys.
pub fn create(data_dir: &Path) -> Result<(), SetupError> {
    let derivation = Derivation::fresh()?.to_bytes();
    let ticket_key: [u8; 32] = random::bytes()?;
    let facts: [(&str, &[u8]); 2] =
        [(FACT_DERIVATION, &derivation), (FACT_TICKET_KEY, &ticket_key)];
    Ok(store::create(data_dir, &facts, &Tuning::default())?)
}

/// The box as a server holds it open. Cheap to clone.
#[derive(Clone)]
pub struct Dropbox(Arc<Inner>);

struct Inner {
    store: Store,
    limits: Limits,
    clock: Clock,
    /// As of the last look; see [`Dropbox::keep_day`].
    recorded: RwLock<Recorded>,
    teams: RwLock<Arc<Teams>>,
    removed_keys: removed_keys::RemovedKeys,
    space: Arc<space::Space>,
    /// Why no new documents are taken; empty where they are.
    closed: RwLock<Arc<PerLanguage>>,
    /// That day, and the last one on which mailboxes say so.
    as_of: Option<(Day, Day)>,
    /// Held while a large answer is opened.
    large_answers: Mutex<()>,
}

impl Dropbox {
    /// Opens the store beside others and proves that every team can be sealed to.
    pub fn open(config: &Config, clock: Clock) -> Result<Self, SetupError> {
        let teams = Teams::prove(&config.teams)?;
        Self::on(Store::open(&config.data_dir, config.limits.quota)?, teams, config, clock)
    }

    /// The same for the one process that serves it; see [`Store::open_to_serve`].
    pub fn open_to_serve(config: &Config, clock: Clock) -> Result<(Self, Recovered), SetupError> {
        let teams = Teams::prove(&config.teams)?;
        let (store, recovered) = Store::open_to_serve(&config.data_dir, config.limits.quota)?;
        Ok((Self::on(store, teams, config, clock)?, recovered))
    }

    fn on(store: Store, teams: Teams, config: &Config, clock: Clock) -> Result<Self, SetupError> {
        Ok(Self(Arc::new(Inner {
            recorded: RwLock::new(store.recorded()?),
            as_of: as_of::read(&store)?,
            closed: RwLock::new(Arc::new(config.closed.clone())),
            space: Arc::new(space::Space::new(
                store.clone(),
                config.limits.quota,
                config.limits.min_free,
            )),
            store,
            limits: config.limits.clone(),
            clock,
            teams: RwLock::new(Arc::new(teams)),
            removed_keys: removed_keys::RemovedKeys::default(),
            large_answers: Mutex::default(),
        })))
    }

    /// What lies under it.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What is accepted.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Bytes that one file and one dispatch may hold as of now: the limits, or less when space is short.
    pub fn sizes_now(&self) -> (u64, u64) {
        let (limits, most) = (self.limits(), self.0.space.largest());
        (limits.file.min(most), limits.dispatch.min(most))
    }

    /// Looks how much room there is, to be called every ten minutes. Blocks.
    pub fn sample_space(&self) {
        self.0.space.sample();
    }

    /// Seconds, for what memory holds. What is stored takes [`today`](Self::today).
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The day to be written: today, or the last sure one while the clock is in doubt.
    pub fn today(&self) -> Day {
        self.recorded().today(self.0.clock.day()).unwrap_or_else(|doubt| doubt.last)
    }

    /// Why the clock is not believed, if it is not.
    pub fn doubt(&self) -> Option<Doubt> {
        self.recorded().today(self.0.clock.day()).err()
    }

    /// Looks at what is recorded, and records today where that is sure; else says why not. For the process
    /// that serves. Blocks.
    pub fn keep_day(&self) -> Result<Option<Doubt>, StoreError> {
        let mut recorded = self.store().recorded()?;
        let today = recorded.today(self.0.clock.day());
        if let Ok(day) = today
            && !(recorded.is_kept && recorded.last == Some(day))
        {
            self.store().record_day(day)?;
            recorded = self.store().recorded()?;
        }
        *self.0.recorded.write().unwrap_or_else(PoisonError::into_inner) = recorded;
        Ok(today.err())
    }

    /// Notes that the clock is right, and goes on with it. Blocks.
    pub fn confirm_clock(&self) -> Result<(), StoreError> {
        if self.doubt().is_some() {
            self.store().confirm_day(self.0.clock.day().unproven())?;
            self.keep_day()?;
        }
        Ok(())
    }

    /// The last day on which something that was written on `day` is kept, if it is kept for so many days.
    pub fn last_day(&self, day: Day, kept: i64) -> Day {
        self.recorded().last_day(day, kept)
    }

    /// The day as of which the mailboxes of a restored box stand, as long as they say so.
    pub fn as_of(&self) -> Option<Day> {
        let (day, until) = self.0.as_of?;
        (self.today() <= until).then_some(day)
    }

    fn recorded(&self) -> RwLockReadGuard<'_, Recorded> {
        self.0.recorded.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The teams as of now.
    pub fn teams(&self) -> Arc<Teams> {
        self.0.teams.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why no new documents are taken, as of now; empty where they are.
    pub fn closed(&self) -> Arc<PerLanguage> {
        self.0.closed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over changed teams, and whether new documents are taken; uploads under way go on with the teams that
    /// they began with, unless a key of theirs was removed at once ([`take_removed_keys`](Self::take_removed_keys)).
    pub fn replace(&self, teams: Teams, closed: PerLanguage) {
        *self.0.teams.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(teams);
        *self.0.closed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(closed);
    }

    /// Ends uploads to keys that `team remove-recipient --now` has removed. To be called every few seconds. Blocks.
    pub fn take_removed_keys(&self) -> Result<(), StoreError> {
        self.0.removed_keys.take(self.store(), &self.teams())
    }

    /// Whether what is sealed to these keys may still be published to the team, as long as the answer lives.
    fn may_publish(
        &self,
        team: &str,
        keys: &KeySet,
    ) -> Result<removed_keys::MayPublish<'_>, removed_keys::KeyRemoved> {
        self.0.removed_keys.may_publish(team, keys, || self.teams())
    }

    /// How this installation derives.
    pub fn derivation(&self) -> Result<Derivation, SetupError> {
        let bytes = self.0.store.fact(FACT_DERIVATION)?.unwrap_or_default();
        Ok(Derivation::from_bytes(&bytes)?)
    }

    /// The key that forms' tickets are authenticated with. It protects nobody's identity: it says that
    /// a form came from here.
    pub fn ticket_key(&self) -> Result<[u8; 32], SetupError> {
        let bytes = self.0.store.fact(FACT_TICKET_KEY)?.unwrap_or_default();
        Ok(bytes.try_into().map_err(|_| DerivationError)?)
    }
}
