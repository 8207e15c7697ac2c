//! The desk's onion address, as the command line lets editors in: ours, which `serve --tor` runs, or one of
//! the system's tor, whose directory only root may write.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli::stdio::tell;
use crate::config::{Config, Listen};
use crate::tor::TorError;
use crate::tor::clients::{self, ClientKey};
use crate::tor::place::TorDir;

pub use crate::tor::clients::{ClientKey as Key, NOBODY};

/// The parent of tor looks every five seconds; tor then makes the address at once.
const PATIENCE: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(100);

pub struct Onion {
    place: TorDir,
    of_system: bool,
}

impl Onion {
    /// Whose tor it is: ours, unless the configuration shows another in front and none of ours runs.
    pub fn of(config: &Config) -> Result<Self, TorError> {
        let place = TorDir::of(config)?;
        let unix = |listen: &Listen| matches!(listen, Listen::Unix(_));
        let sockets = unix(&config.listen) || config.desk.as_ref().is_some_and(unix);
        let own = place.source_onion();
        let other =
            !config.onions.is_empty() && !own.is_some_and(|own| config.onions.contains(&own));
        let of_system = (sockets || other) && !place.in_use();
        Ok(Self { place, of_system })
    }

    pub fn is_of_system(&self) -> bool {
        self.of_system
    }

    /// Makes a key; where the tor is ours, its public half is let in. One that is there already is of an
    /// editor who is no more.
    pub fn let_in(&self, name: &str) -> anyhow::Result<ClientKey> {
        if self.of_system {
            return Ok(clients::generate()?);
        }
        self.place.sound()?;
        Ok(match clients::authorise(&self.place, name) {
            Err(TorError::Known(_)) => {
                clients::revoke(&self.place, name)?;
                clients::authorise(&self.place, name)?
            }
            done => done?,
        })
    }

    /// Whether there was a key.
    pub fn shut_out(&self, name: &str) -> anyhow::Result<bool> {
        if self.of_system {
            return Ok(false);
        }
        match clients::revoke(&self.place, name) {
            Ok(()) => Ok(true),
            Err(TorError::Unknown(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Who has a key; unknown with a tor of the system, and of no interest where none ever ran.
    pub fn keys(&self) -> Result<Option<Vec<String>>, TorError> {
        if self.of_system {
            return Ok(None);
        }
        let names = clients::names(&self.place)?;
        Ok((self.place.was_used() || !names.is_empty()).then_some(names))
    }

    /// The desk's address, where it is known.
    pub fn address(&self) -> Option<String> {
        if self.of_system { None } else { self.place.desk_onion() }
    }

    /// The same; a tor that runs gets some time to make it.
    pub fn wait_for_address(&self) -> Option<String> {
        if self.address().is_none() && self.place.in_use() {
            let seconds = PATIENCE.as_secs();
            let place = Path::display(&self.place.dir);
            tell(&format!(
                "sourdine: waiting up to {seconds} s for tor in {place} to make the desk's address"
            ));
            let end = Instant::now() + PATIENCE;
            while self.address().is_none() && Instant::now() < end {
                std::thread::sleep(STEP);
            }
        }
        self.address()
    }
}
