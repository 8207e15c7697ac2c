//! From a retrieval code to what is stored of it and to the source's own key.

use std::sync::{Arc, OnceLock};

use age::DecryptError;
use age::secrecy::ExposeSecret;
use age_core::format::{FileKey, Stanza};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use super::code::RetrievalCode;
use super::post_quantum;
use super::recipient::Recipient;
use super::seal::{Recipients, SealError};
use crate::base::ids::MailboxId;
use crate::base::random::{self, NoRandomness};
use crate::base::stack;

const LABEL_MAILBOX_ID: &[u8] = b"sourdine/v1/mailbox-id";
const LABEL_SOURCE_IDENTITY: &[u8] = b"sourdine/v1/source-identity";
const LABEL_SOURCE_IDENTITY_PQ: &[u8] = b"sourdine/v1/source-identity-pq";

/// How this installation derives: version 1 is Argon2id then HKDF-SHA256. Public, stored at `init`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// 32 random bytes of this installation.
    pub salt: [u8; 32],
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// The derivation failed or its stored form cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the stored derivation parameters are damaged; restore the data directory from a backup")]
pub struct DerivationError;

/// The memory of derivations, kept by whoever derives again and again: blocks of this size and
/// alignment, freed and allocated anew, fragment the heap without end.
#[derive(Default)]
pub struct Scratch(Vec<Block>);

/// What a code opens: the id under which its mailbox is stored, and the identity that opens replies.
#[derive(Clone)]
pub struct MailboxKeys {
    /// Stored; says nothing about the code.
    pub id: MailboxId,
    /// Never stored.
    pub identity: SourceIdentity,
}

/// The age identities of a source, one of each kind: a team answers under its own kind. Not printable; they stand in
/// one place, which every copy shares, and are wiped with the last by their own types.
#[derive(Clone)]
pub struct SourceIdentity(Arc<BothKinds>);

struct BothKinds {
    classic: age::x25519::Identity,
    seed: Zeroizing<[u8; 32]>,
    /// Of the seed, made where it is needed: a wrong code costs no more than before.
    post_quantum: OnceLock<post_quantum::Identity>,
}

impl BothKinds {
    fn post_quantum(&self) -> &post_quantum::Identity {
        self.post_quantum.get_or_init(|| post_quantum::Identity::from_seed(&self.seed))
    }
}

impl age::Identity for BothKinds {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let classic = self.classic.unwrap_stanza(stanza);
        let of_its_kind = || stanza.tag == post_quantum::STANZA;
        classic
            .or_else(|| of_its_kind().then(|| self.post_quantum().unwrap_stanza(stanza)).flatten())
    }
}

impl Derivation {
    const VERSION: u8 = 1;

    /// OWASP's Argon2id setting (m = 19 MiB, t = 2, p = 1) with a fresh salt: 88 random bits need no
    /// more, and one core must serve many.
    pub fn fresh() -> Result<Self, NoRandomness> {
        Ok(Self { salt: random::bytes()?, memory: 19 * 1024, passes: 2, lanes: 1 })
    }

    /// Version, memory, passes, lanes (big-endian), salt: 45 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![Self::VERSION];
        for number in [self.memory, self.passes, self.lanes] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&self.salt);
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DerivationError> {
        let (head, rest) = bytes.split_first().ok_or(DerivationError)?;
        let (numbers, salt) = rest.split_at_checked(12).ok_or(DerivationError)?;
        let number = |i: usize| {
            let four = numbers.get(i * 4..i * 4 + 4).and_then(|s| s.try_into().ok());
            four.map(u32::from_be_bytes).ok_or(DerivationError)
        };
        if *head != Self::VERSION {
            return Err(DerivationError);
        }
        let salt = salt.try_into().map_err(|_| DerivationError)?;
        Ok(Self { salt, memory: number(0)?, passes: number(1)?, lanes: number(2)? })
    }

    /// Argon2id\[salt, m, t, p\](code) -> 32 bytes (RFC 9106), then HKDF-SHA256 (RFC 5869) with a
    /// label for each use. Takes some 20 ms and `memory` KiB of `scratch`, which is left wiped.
    pub fn derive(
        &self,
        code: &RetrievalCode,
        scratch: &mut Scratch,
    ) -> Result<MailboxKeys, DerivationError> {
        stack::wiped(|| self.derive_on_stack(code, scratch))
    }

    fn derive_on_stack(
        &self,
        code: &RetrievalCode,
        scratch: &mut Scratch,
    ) -> Result<MailboxKeys, DerivationError> {
        let params = Params::new(self.memory, self.passes, self.lanes, Some(32))
            .map_err(|_| DerivationError)?;
        let blocks = &mut scratch.0;
        blocks.resize(params.block_count(), Block::default());
        let mut root = Zeroizing::new([0; 32]);
        let hashed = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                code.as_bytes(),
                &self.salt,
                root.as_mut(),
                &mut *blocks,
            );
        blocks.iter_mut().for_each(Zeroize::zeroize);
        hashed.map_err(|_| DerivationError)?;

        let keys = Hkdf::<Sha256>::new(None, root.as_ref());
        let mut id = [0; 16];
        keys.expand(LABEL_MAILBOX_ID, &mut id).map_err(|_| DerivationError)?;
        let secret = |label| {
            let mut secret = Zeroizing::new([0; 32]);
            keys.expand(label, secret.as_mut()).map_err(|_| DerivationError)?;
            Ok(secret)
        };
        let classic = classic(&secret(LABEL_SOURCE_IDENTITY)?)?;
        let (seed, post_quantum) = (secret(LABEL_SOURCE_IDENTITY_PQ)?, OnceLock::new());
        let identity = SourceIdentity(Arc::new(BothKinds { classic, seed, post_quantum }));
        Ok(MailboxKeys { id: MailboxId(id), identity })
    }
}

/// 32 bytes -> `AGE-SECRET-KEY-1…` (Bech32, BIP-173) -> identity: age has no shorter way in.
fn classic(secret: &Zeroizing<[u8; 32]>) -> Result<age::x25519::Identity, DerivationError> {
    let hrp = bech32::Hrp::parse("age-secret-key-").map_err(|_| DerivationError)?;
    let text = Zeroizing::new(
        bech32::encode_upper::<bech32::Bech32>(hrp, secret.as_ref())
            .map_err(|_| DerivationError)?,
    );
    text.parse().map_err(|_| DerivationError)
}

impl SourceIdentity {
    /// What replies to this source are sealed to: the classic one, or the post-quantum one.
    pub fn recipients(&self) -> Result<[Recipient; 2], DerivationError> {
        let classic = stack::wiped(|| self.0.classic.to_public()).to_string();
        let classic = classic.parse().map_err(|_| DerivationError)?;
        Ok([classic, self.0.post_quantum().to_public().into()])
    }

    /// The source alone, for what nobody else may read: sealed to its post-quantum key.
    pub fn alone(&self) -> Result<Recipients, SealError> {
        Recipients::proven(vec![self.0.post_quantum().to_public().into()])
    }

    /// For unsealing.
    pub fn as_age(&self) -> &dyn age::Identity {
        &*self.0
    }

    /// The identities as age prints them, the classic one first; for test vectors only.
    #[doc(hidden)]
    pub fn secret_texts(&self) -> [Zeroizing<String>; 2] {
        let classic = self.0.classic.to_string().expose_secret().to_owned();
        [Zeroizing::new(classic), self.0.post_quantum().to_text()]
    }
}

impl std::fmt::Debug for SourceIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SourceIdentity(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_parameters_read_back_and_damage_is_seen() {
        let derivation = Derivation::fresh().unwrap();
        let bytes = derivation.to_bytes();
        assert_eq!(Derivation::from_bytes(&bytes).unwrap(), derivation);
        for cut in 0..bytes.len() {
            assert!(Derivation::from_bytes(&bytes[..cut]).is_err());
        }
        let mut newer = bytes;
        newer[0] = 2;
        assert!(Derivation::from_bytes(&newer).is_err());
    }
}
