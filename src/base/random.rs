//! The one door to randomness.

use rand::TryRng;

/// The operating system could not give random bytes. Nothing can be sealed without them.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes; stop and look at the machine")]
pub struct NoRandomness;

/// `N` bytes from the operating system's generator (getrandom(2)).
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut out = [0; N];
    fill(&mut out)?;
    Ok(out)
}

/// The same, written where they stay: for a secret that must not be moved.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn fill(out: &mut [u8]) -> Result<(), NoRandomness> {
    rand::rngs::SysRng.try_fill_bytes(out).map_err(|_| NoRandomness)
}
