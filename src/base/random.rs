//! The one door to randomness.

use rand::TryRng;

/// The operating system could not give random bytes. Nothing can be sealed without them.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes; stop and look at the machine")]
pub struct NoRandomness;

/// `N` bytes from the operating system's generator (getrandom(2)).
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut out = [0; N];
    rand::rngs::SysRng.try_fill_bytes(&mut out).map_err(|_| NoRandomness)?;
    Ok(out)
}
