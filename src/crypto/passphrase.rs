//! What is stored of an editor's passphrase: enough to check it, and the TOTP secret under a key that only
//! the passphrase gives. Whoever takes the disk has neither.

use age_core::primitives::{aead_decrypt, aead_encrypt};
use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

use super::totp::{SECRET, TotpSecret};
use super::words::WordList;
use crate::base::random::{self, NoRandomness};
use crate::base::stack;

const LABEL_VERIFIER: &[u8] = b"sourdine/v1/desk-verifier";
const LABEL_TOTP_KEY: &[u8] = b"sourdine/v1/desk-totp-key";

const VERSION: u8 = 1;
/// Argon2id of version 1: 64 MiB, three passes, one lane (RFC 9106, second recommended option, with one lane
/// for one core): some 0.15 s.
const MEMORY: u32 = 64 * 1024;
const PASSES: u32 = 3;
const SALT: usize = 32;
const HASH: usize = 32;
/// What the cipher adds.
const TAG: usize = 16;
const STORED: usize = 1 + SALT + HASH + SECRET + TAG;

/// Characters of a passphrase that an editor chooses.
pub const SHORTEST: usize = 20;
/// Likewise.
pub const LONGEST: usize = 200;
/// Words of a generated one: 77 bits.
const WORDS: usize = 7;

/// Why nothing could be said of a passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// No salt without randomness.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// Written by a later version, or damaged.
    #[error(
        "the stored login cannot be read; make a new one with `sourdine editor reset`, or upgrade"
    )]
    Stored,
    /// Argon2 has no memory.
    #[error("there is no memory to check a passphrase")]
    Memory,
}

/// Whether a passphrase may be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Length {
    /// It may.
    Fine,
    /// Fewer than 20 characters.
    TooShort,
    /// More than 200.
    TooLong,
}

/// Seven words of the English list: 77 random bits.
pub fn suggestion() -> Result<Zeroizing<String>, NoRandomness> {
    let bytes = Zeroizing::new(random::bytes::<{ 2 * WORDS }>()?);
    // The longest word has eight letters: no copy is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(WORDS * 9));
    for pair in bytes.chunks_exact(2) {
        if !text.is_empty() {
            text.push(' ');
        }
        let number = pair.iter().fold(0, |number, byte| number << 8 | u16::from(*byte));
        text.push_str(WordList::English.word(number));
    }
    Ok(text)
}

/// Whether this passphrase may be chosen. Characters are counted as they are compared.
pub fn length(passphrase: &str) -> Length {
    match normal(passphrase).chars().count() {
        ..SHORTEST => Length::TooShort,
        SHORTEST..=LONGEST => Length::Fine,
        _ => Length::TooLong,
    }
}

/// Passphrase and TOTP secret -> what is stored, 101 bytes: version, salt, SHA-256 of the verifier, and the
/// secret, sealed. The salt is fresh at every call, and with it the key, which so seals once.
pub fn store(passphrase: &str, totp: &TotpSecret) -> Result<Vec<u8>, PassphraseError> {
    stack::wiped(|| {
        let salt = random::bytes::<SALT>()?;
        let keys = Keys::derive(passphrase, &salt)?;
        let mut stored = Vec::with_capacity(STORED);
        stored.push(VERSION);
        stored.extend_from_slice(&salt);
        stored.extend_from_slice(&keys.hash());
        stored.extend_from_slice(&aead_encrypt(&keys.totp, totp.as_bytes()));
        Ok(stored)
    })
}

/// What is stored, and a passphrase -> the TOTP secret, if it is the right one. Without anything stored it
/// takes the same time and is wrong.
pub fn check(
    stored: Option<&[u8]>,
    passphrase: &str,
) -> Result<Option<TotpSecret>, PassphraseError> {
    stack::wiped(|| check_on_stack(stored, passphrase))
}

fn check_on_stack(
    stored: Option<&[u8]>,
    passphrase: &str,
) -> Result<Option<TotpSecret>, PassphraseError> {
    let Some(stored) = stored else {
        Keys::derive(passphrase, &[0; SALT])?;
        return Ok(None);
    };
    let (version, rest) = stored.split_first().ok_or(PassphraseError::Stored)?;
    let (salt, rest) = rest.split_at_checked(SALT).ok_or(PassphraseError::Stored)?;
    let (hash, sealed) = rest.split_at_checked(HASH).ok_or(PassphraseError::Stored)?;
    if *version != VERSION || stored.len() != STORED {
        return Err(PassphraseError::Stored);
    }
    let keys = Keys::derive(passphrase, salt)?;
    if !bool::from(keys.hash().ct_eq(hash)) {
        return Ok(None);
    }
    let plain = aead_decrypt(&keys.totp, SECRET, sealed).map_err(|_| PassphraseError::Stored)?;
    let plain = Zeroizing::new(plain);
    let bytes = plain.as_slice().try_into().map_err(|_| PassphraseError::Stored)?;
    Ok(Some(TotpSecret::from_bytes(bytes)))
}

/// As it is compared: compatible characters made one (NFKC), case folded, white space collapsed, so that
/// what was printed may be typed in capitals, and on any keyboard.
fn normal(passphrase: &str) -> Zeroizing<String> {
    // Twice what is typed in most writing; where it grows, the allocator wipes what is left behind.
    let mut folded = Zeroizing::new(String::with_capacity(passphrase.len() * 2));
    folded
        .extend(passphrase.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkc());
    let mut out = Zeroizing::new(String::with_capacity(folded.len()));
    for word in folded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// What a passphrase gives.
struct Keys {
    verifier: Zeroizing<[u8; HASH]>,
    totp: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Argon2id\[salt, 64 MiB, 3, 1\](passphrase) -> 32 bytes (RFC 9106), then HKDF-SHA256 (RFC 5869) with a
    /// label for each use. The memory is returned wiped: an editor signs in now and then.
    fn derive(passphrase: &str, salt: &[u8]) -> Result<Self, PassphraseError> {
        let params =
            Params::new(MEMORY, PASSES, 1, Some(32)).map_err(|_| PassphraseError::Memory)?;
        let mut blocks = Vec::new();
        blocks.try_reserve_exact(params.block_count()).map_err(|_| PassphraseError::Memory)?;
        blocks.resize(params.block_count(), argon2::Block::default());
        let mut root = Zeroizing::new([0; 32]);
        let hashed = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                normal(passphrase).as_bytes(),
                salt,
                root.as_mut(),
                &mut blocks,
            );
        blocks.iter_mut().for_each(Zeroize::zeroize);
        hashed.map_err(|_| PassphraseError::Stored)?;
        let keys = Hkdf::<Sha256>::new(None, root.as_slice());
        let (mut verifier, mut totp) = (Zeroizing::new([0; HASH]), Zeroizing::new([0; 32]));
        keys.expand(LABEL_VERIFIER, verifier.as_mut()).map_err(|_| PassphraseError::Stored)?;
        keys.expand(LABEL_TOTP_KEY, totp.as_mut()).map_err(|_| PassphraseError::Stored)?;
        Ok(Self { verifier, totp })
    }

    fn hash(&self) -> [u8; HASH] {
        Sha256::digest(self.verifier.as_slice()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_passphrase_gives_the_secret_and_no_other_does() {
        let totp = TotpSecret::from_bytes(&[7; SECRET]);
        let phrase = "brave heron walks over the straße";
        let stored = store(phrase, &totp).unwrap();
        assert_eq!(stored.len(), STORED);
        assert_eq!(check(Some(&stored), phrase).unwrap(), Some(totp.clone()));
        let typed = "  BRAVE\u{a0}heron  walks\nOVER the STRASSE\u{3000}";
        assert_eq!(check(Some(&stored), typed).unwrap(), Some(totp.clone()));
        assert_eq!(check(Some(&stored), "brave heron walks over the strasze").unwrap(), None);
        assert_eq!(check(Some(&stored), "").unwrap(), None);
        assert_eq!(check(None, phrase).unwrap(), None);

        // No two writes have a byte of salt, hash or sealed secret in common, but by chance.
        let again = store(phrase, &totp).unwrap();
        let same = stored.iter().zip(&again).skip(1).filter(|(a, b)| a == b).count();
        assert!(same < 20, "{same} of {STORED}");
        assert!(memchr::memmem::find(&stored, &[7; 4]).is_none());
    }

    #[test]
    fn what_is_damaged_or_newer_is_said() {
        let totp = TotpSecret::from_bytes(&[7; SECRET]);
        let stored = store("one two three", &totp).unwrap();
        let mut newer = stored.clone();
        newer[0] = 2;
        let mut altered = stored.clone();
        altered[STORED - 1] ^= 1;
        for wrong in
            [&newer[..], &[], &stored[..STORED - 1], &[&stored[..], &[0]].concat(), &altered]
        {
            let said = check(Some(wrong), "one two three");
            assert!(matches!(said, Err(PassphraseError::Stored)), "{}", wrong.len());
        }
    }

    #[test]
    fn a_suggestion_is_seven_words_and_long_enough() {
        let one = suggestion().unwrap();
        assert_eq!(one.split(' ').count(), WORDS);
        assert_eq!(length(&one), Length::Fine);
        assert_ne!(*one, *suggestion().unwrap());
    }

    #[test]
    fn lengths_are_counted_in_characters_and_without_padding() {
        assert_eq!(length(&"é".repeat(SHORTEST)), Length::Fine);
        assert_eq!(length(&"é".repeat(SHORTEST - 1)), Length::TooShort);
        assert_eq!(length(&format!("a{}b", " ".repeat(40))), Length::TooShort);
        assert_eq!(length(&"é".repeat(LONGEST)), Length::Fine);
        assert_eq!(length(&"é".repeat(LONGEST + 1)), Length::TooLong);
    }
}
