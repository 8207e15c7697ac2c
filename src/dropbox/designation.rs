//! How editors call a mailbox: two random words, not derived from any secret.

use crate::base::random::{self, NoRandomness};
use crate::crypto::words::WordList;
use crate::store::{Store, StoreError};

/// Tries with two words before a third is taken.
const TRIES: usize = 8;

/// Why there is no name.
#[derive(Debug, thiserror::Error)]
pub enum NamingError {
    /// The generator.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A name that no mailbox has now; the store has the last word when it is published.
pub fn fresh(store: &Store) -> Result<String, NamingError> {
    let mut name = words()?;
    for _ in 0..TRIES {
        if store.mailbox_named(&name)?.is_none() {
            return Ok(name);
        }
        name = words()?;
    }
    Ok(format!("{name}-{}", word()?))
}

fn words() -> Result<String, NoRandomness> {
    Ok(format!("{}-{}", word()?, word()?))
}

fn word() -> Result<&'static str, NoRandomness> {
    Ok(WordList::English.word(u16::from_le_bytes(random::bytes()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_bundles_take() {
        for _ in 0..200 {
            assert!(crate::bundle::path::is_designation(&words().unwrap()));
        }
    }
}
