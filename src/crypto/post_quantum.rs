//! age's post-quantum kind, mlkem768x25519 (c2sp.org/age): recipients `age1pq1…`, identities `AGE-SECRET-KEY-PQ-1…`.
//! HPKE in base mode (RFC 9180) over X-Wing (draft-connolly-cfrg-xwing-kem), which joins ML-KEM-768 (FIPS 203) and
//! X25519: who breaks one of the two reads nothing. To go when the age crate has it natively.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::str::FromStr;

use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};
use age_core::primitives::{bech32_decode, bech32_encode, bech32_encode_to_fmt};
use age_core::secrecy::ExposeSecret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bech32::Hrp;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::Hkdf;
use ml_kem::kem::Decapsulate;
use ml_kem::{Ciphertext, EncapsulateDeterministic, Encoded, EncodedSizeUser, KemCore, MlKem768};
use sha2::Sha256;
use sha3::digest::{Digest, ExtendableOutput, Update, XofReader};
use sha3::{Sha3_256, Shake256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, Zeroizing};

use crate::base::random::{self, NoRandomness};
use crate::base::stack;

const RECIPIENT: Hrp = Hrp::parse_unchecked("age1pq");
const IDENTITY: Hrp = Hrp::parse_unchecked("age-secret-key-pq-");

/// The stanza's type (c2sp.org/age).
pub const STANZA: &str = "mlkem768x25519";
/// What is sealed this way is never sealed to a classic key too.
const AGE_LABEL: &str = "postquantum";
const HPKE_INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
/// "HPKE", then KEM 0x647a (X-Wing), KDF 1 (HKDF-SHA256), AEAD 3 (ChaCha20-Poly1305).
const HPKE_SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";
const HPKE_VERSION: &[u8] = b"HPKE-v1";
/// X-Wing's label: `\.//^\`.
const XWING_LABEL: &[u8] = br"\.//^\";

/// Bytes of a seed, of an X25519 key, and of a shared secret.
const KEY: usize = 32;
/// Bytes of ML-KEM-768's encapsulation key and ciphertext.
const ML_KEM_KEY: usize = 1184;
const ML_KEM_CIPHERTEXT: usize = 1088;
/// Bytes of a sealed file key: 16, and the tag.
const BODY: usize = 16 + 16;

type DecapsulationKey = <MlKem768 as KemCore>::DecapsulationKey;
type EncapsulationKey = <MlKem768 as KemCore>::EncapsulationKey;
type Shared = Zeroizing<[u8; KEY]>;

/// The text is no key of this kind: too short or long, mistyped, or not a valid ML-KEM key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a post-quantum age key")]
pub struct Malformed;

/// A public key: ML-KEM-768's and X25519's.
#[derive(Clone)]
pub struct Recipient {
    ml_kem: EncapsulationKey,
    x25519: PublicKey,
}

impl Recipient {
    /// Encapsulation key (1184 bytes), X25519 key (32 bytes).
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (ml_kem, x25519) = bytes.split_at_checked(ML_KEM_KEY)?;
        let given: Encoded<EncapsulationKey> = ml_kem.try_into().ok()?;
        let x25519: [u8; KEY] = x25519.try_into().ok()?;
        let ml_kem = EncapsulationKey::from_bytes(&given);
        // FIPS 203, 7.2, modulus check: reading reduces, so that a coefficient beyond the modulus does not come back.
        (ml_kem.as_bytes() == given).then(|| Self { ml_kem, x25519: x25519.into() })
    }

    /// X-Wing's Encapsulate: () -> ciphertext (1120 bytes), shared secret. `None` for a key of low order.
    fn encapsulate(&self) -> Result<Option<(Vec<u8>, Shared)>, NoRandomness> {
        let mut coins = Zeroizing::new([0; KEY]);
        random::fill(coins.as_mut())?;
        let mut secret = Zeroizing::new([0; KEY]);
        random::fill(secret.as_mut())?;
        let Ok((ciphertext, mut of_ml_kem)) =
            self.ml_kem.encapsulate_deterministic(&(*coins).into())
        else {
            return Ok(None);
        };
        let secret = StaticSecret::from(*secret);
        let share = PublicKey::from(&secret);
        let of_x25519 = secret.diffie_hellman(&self.x25519);
        let shared = of_x25519
            .was_contributory()
            .then(|| combine(&of_ml_kem, of_x25519.as_bytes(), &share, &self.x25519));
        of_ml_kem.as_mut_slice().zeroize();
        Ok(shared.map(|shared| ([&ciphertext[..], share.as_bytes()].concat(), shared)))
    }

    fn wrap(&self, file_key: &FileKey) -> Result<Stanza, EncryptError> {
        let refused = || io::Error::other("this post-quantum key cannot be sealed to");
        let (ciphertext, shared) =
            self.encapsulate().map_err(io::Error::other)?.ok_or_else(refused)?;
        let (cipher, nonce) = schedule(&shared).ok_or_else(refused)?;
        let body = cipher.encrypt(&nonce.into(), &file_key.expose_secret()[..]);
        Ok(Stanza {
            tag: STANZA.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(ciphertext)],
            body: body.map_err(|_| refused())?,
        })
    }
}

impl FromStr for Recipient {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let bytes = decode(text, RECIPIENT)?;
        Self::from_bytes(&bytes).ok_or(Malformed)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.ml_kem.as_bytes()[..], self.x25519.as_bytes()].concat();
        bech32_encode_to_fmt(f, RECIPIENT, &bytes)
    }
}

impl age::Recipient for Recipient {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let stanza = stack::wiped(|| self.wrap(key))?;
        Ok((vec![stanza], HashSet::from([AGE_LABEL.to_owned()])))
    }
}

/// A private key. Not printable; it stands in one place, and every part of it wipes itself.
pub struct Identity(Box<Secret>);

struct Secret {
    seed: Zeroizing<[u8; KEY]>,
    ml_kem: DecapsulationKey,
    x25519: StaticSecret,
}

impl Identity {
    /// A new one, of 32 random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut seed = Zeroizing::new([0; KEY]);
        random::fill(seed.as_mut())?;
        Ok(Self::from_seed(&seed))
    }

    /// X-Wing's expandDecapsulationKey: SHAKE256(seed) -> ML-KEM's d and z, X25519's key; 32 bytes each.
    pub fn from_seed(seed: &Zeroizing<[u8; KEY]>) -> Self {
        stack::wiped(|| {
            let mut expanded = Shake256::default().chain(**seed).finalize_xof();
            let [mut d, mut z, mut x25519] = [[0; KEY]; 3].map(Zeroizing::new);
            for part in [&mut d, &mut z, &mut x25519] {
                expanded.read(part.as_mut());
            }
            let (ml_kem, _) = MlKem768::generate_deterministic(&(*d).into(), &(*z).into());
            let x25519 = StaticSecret::from(*x25519);
            Self(Box::new(Secret { seed: seed.clone(), ml_kem, x25519 }))
        })
    }

    /// What is sealed to this identity.
    pub fn to_public(&self) -> Recipient {
        let Secret { ml_kem, x25519, .. } = &*self.0;
        Recipient {
            ml_kem: ml_kem.encapsulation_key().clone(),
            x25519: stack::wiped(|| PublicKey::from(x25519)),
        }
    }

    /// `AGE-SECRET-KEY-PQ-1…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(bech32_encode(IDENTITY, self.0.seed.as_ref()));
        text.make_ascii_uppercase();
        text
    }

    /// X-Wing's Decapsulate: 1120 bytes -> shared secret. ML-KEM never fails, and gives another secret for what was
    /// not made for this key.
    fn decapsulate(&self, ciphertext: &[u8]) -> Option<Shared> {
        let Secret { ml_kem, x25519, .. } = &*self.0;
        let (of_ml_kem, share) = ciphertext.split_at_checked(ML_KEM_CIPHERTEXT)?;
        let of_ml_kem: Ciphertext<MlKem768> = of_ml_kem.try_into().ok()?;
        let share: [u8; KEY] = share.try_into().ok()?;
        let share = PublicKey::from(share);
        let of_x25519 = x25519.diffie_hellman(&share);
        if !of_x25519.was_contributory() {
            return None;
        }
        let mut of_ml_kem = ml_kem.decapsulate(&of_ml_kem).ok()?;
        let own = PublicKey::from(x25519);
        let shared = combine(&of_ml_kem, of_x25519.as_bytes(), &share, &own);
        of_ml_kem.as_mut_slice().zeroize();
        Some(shared)
    }

    /// The file key of a stanza of this kind; nothing where the stanza is for another key, an error where it is for
    /// nobody's.
    fn unwrap(&self, stanza: &Stanza) -> Result<Option<FileKey>, DecryptError> {
        let invalid = || DecryptError::InvalidHeader;
        let [ciphertext] = stanza.args.as_slice() else { return Err(invalid()) };
        let ciphertext = BASE64_STANDARD_NO_PAD.decode(ciphertext).map_err(|_| invalid())?;
        if stanza.body.len() != BODY {
            return Err(invalid());
        }
        let shared = self.decapsulate(&ciphertext).ok_or_else(invalid)?;
        let (cipher, nonce) = schedule(&shared).ok_or_else(invalid)?;
        let Ok(opened) = cipher.decrypt(&nonce.into(), &stanza.body[..]) else { return Ok(None) };
        let opened = Zeroizing::new(opened);
        FileKey::try_init_with_mut(|key| {
            let opened = opened.as_slice().try_into().map_err(|_| invalid())?;
            *key = opened;
            Ok(())
        })
        .map(Some)
    }
}

impl FromStr for Identity {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let bytes = decode(text, IDENTITY)?;
        let seed = <[u8; KEY]>::try_from(bytes.as_slice()).map_err(|_| Malformed)?;
        Ok(Self::from_seed(&Zeroizing::new(seed)))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(..)")
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        (stanza.tag == STANZA).then(|| self.unwrap(stanza).transpose()).flatten()
    }
}

/// Bech32 (BIP-173) of any length -> bytes.
fn decode(text: &str, kind: Hrp) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    let of_kind = |hrp| if hrp == kind { Ok(()) } else { Err(Malformed) };
    bech32_decode(text, |_| Malformed, of_kind, |_, bytes| Ok(Zeroizing::new(bytes.collect())))
}

/// X-Wing's Combiner: SHA3-256(secret of ML-KEM, secret of X25519, share, public key, label).
fn combine(ml_kem: &[u8], x25519: &[u8; KEY], share: &PublicKey, public: &PublicKey) -> Shared {
    let parts = [ml_kem, x25519, share.as_bytes(), public.as_bytes(), XWING_LABEL];
    let hash = parts.into_iter().fold(Sha3_256::default(), Update::chain);
    Zeroizing::new(hash.finalize().into())
}

/// HPKE's `KeySchedule` in base mode: shared secret -> cipher, nonce.
fn schedule(shared: &Shared) -> Option<(ChaCha20Poly1305, [u8; 12])> {
    let extract = |salt: &[u8], label: &[u8], input: &[u8]| {
        let input = [HPKE_VERSION, HPKE_SUITE, label, input].concat();
        Hkdf::<Sha256>::extract(Some(salt), &input)
    };
    let (no_psk, _) = extract(b"", b"psk_id_hash", b"");
    let (info, _) = extract(b"", b"info_hash", HPKE_INFO);
    let context = [&[0][..], &no_psk, &info].concat();
    let (_, secret) = extract(shared.as_ref(), b"secret", b"");
    let expand = |label: &[u8], out: &mut [u8]| {
        let length = u16::try_from(out.len()).ok()?.to_be_bytes();
        let input = [&length, HPKE_VERSION, HPKE_SUITE, label, &context];
        secret.expand_multi_info(&input, out).ok()
    };
    let (mut key, mut nonce) = (Zeroizing::new([0; KEY]), [0; 12]);
    expand(b"key", key.as_mut())?;
    expand(b"base_nonce", &mut nonce)?;
    Some((ChaCha20Poly1305::new_from_slice(key.as_ref()).ok()?, nonce))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::iter;

    use age::secrecy::ExposeSecret;

    use super::*;

    fn sealed_to(recipient: &Recipient) -> Vec<Stanza> {
        let key = FileKey::new(Box::new(*b"sixteen letters!"));
        age::Recipient::wrap_file_key(recipient, &key).unwrap().0
    }

    fn opened(identity: &Identity, stanza: &Stanza) -> Option<Result<[u8; 16], String>> {
        let found = age::Identity::unwrap_stanza(identity, stanza)?;
        Some(found.map(|key| *key.expose_secret()).map_err(|error| error.to_string()))
    }

    #[test]
    fn a_key_reads_back_in_either_case_and_opens_what_is_sealed_to_it() {
        let identity = Identity::generate().unwrap();
        let (text, public) = (identity.to_text(), identity.to_public().to_string());
        assert_eq!((text.len(), public.len()), (77, 1959));
        assert!(text.starts_with("AGE-SECRET-KEY-PQ-1") && public.starts_with("age1pq1"));
        let again: Identity = text.parse().unwrap();
        assert_eq!(again.to_public().to_string(), public);
        let typed: Recipient = public.to_uppercase().parse().unwrap();
        assert_eq!(typed.to_string(), public);
        let [stanza] = sealed_to(&typed).try_into().unwrap();
        assert_eq!(opened(&again, &stanza), Some(Ok(*b"sixteen letters!")));
        assert_eq!(opened(&Identity::generate().unwrap(), &stanza), None);
        assert_eq!(format!("{identity:?}"), "Identity(..)");
    }

    #[test]
    fn what_is_no_key_of_this_kind_is_refused() {
        let identity = Identity::generate().unwrap();
        let (text, public) = (identity.to_text(), identity.to_public().to_string());
        let bytes = decode(&public, RECIPIENT).unwrap();
        let mut mistyped = public.clone();
        mistyped.replace_range(900..901, if &public[900..901] == "q" { "p" } else { "q" });
        let mut beyond = bytes.clone();
        // A coefficient of 4095: the modulus is 3329.
        beyond[0] = 0xff;
        beyond[1] |= 0x0f;
        let [beyond, short, long] = [&beyond[..], &bytes[1..], &[&bytes[..], &[0]].concat()]
            .map(|bytes| bech32_encode(RECIPIENT, bytes));
        let classic = age::x25519::Identity::generate().to_public().to_string();
        for text in [&public[..1958], &mistyped, &beyond, &short, &long, &classic, &text, ""] {
            assert!(text.parse::<Recipient>().is_err(), "{text}");
        }
        let short = bech32_encode(IDENTITY, &[7; 31]);
        for text in [&text[..76], &short, &public, ""] {
            assert!(text.parse::<Identity>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_of_low_order_is_not_sealed_to() {
        let mut recipient = Identity::generate().unwrap().to_public();
        recipient.x25519 = PublicKey::from([0; 32]);
        let key = FileKey::new(Box::new([0; 16]));
        assert!(age::Recipient::wrap_file_key(&recipient, &key).is_err());
    }

    #[test]
    fn a_stanza_of_another_shape_is_an_error_and_one_of_another_kind_is_nobodys() {
        let identity = Identity::generate().unwrap();
        let [stanza] = sealed_to(&identity.to_public()).try_into().unwrap();
        let with = |tag: &str, args: &[&str], body: &[u8]| Stanza {
            tag: tag.to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
            body: body.to_vec(),
        };
        let args = |args: &[&str]| with(STANZA, args, &stanza.body);
        let arg = stanza.args[0].as_str();
        let body = |body: &[u8]| with(STANZA, &[arg], body);
        let low_order = {
            let mut bytes = BASE64_STANDARD_NO_PAD.decode(arg).unwrap();
            bytes[ML_KEM_CIPHERTEXT..].fill(0);
            BASE64_STANDARD_NO_PAD.encode(bytes)
        };
        for bad in [
            args(&[]),
            args(&[arg, arg]),
            args(&[""]),
            args(&[&arg[4..]]),
            args(&[&format!("{arg}AAAA")]),
            args(&[&format!("{arg}==")]),
            args(&["*"]),
            args(&[&low_order]),
            body(&stanza.body[1..]),
            body(&[&stanza.body[..], &[0]].concat()),
            body(&[]),
        ] {
            assert!(matches!(opened(&identity, &bad), Some(Err(_))));
        }
        let mut touched = stanza.body.clone();
        touched[0] ^= 1;
        for nobodys in [body(&touched), with("X25519", &[arg], &stanza.body)] {
            assert_eq!(opened(&identity, &nobodys), None);
        }
    }

    #[test]
    fn age_refuses_both_kinds_in_one_file() {
        let pq = Identity::generate().unwrap();
        let classic = age::x25519::Identity::generate().to_public();
        let pq_recipient = pq.to_public();
        let both = [&pq_recipient as &dyn age::Recipient, &classic];
        assert!(age::Encryptor::with_recipients(both.into_iter()).is_err());
        let alone = iter::once(&pq_recipient as &dyn age::Recipient);
        let mut sealed = Vec::new();
        let encryptor = age::Encryptor::with_recipients(alone).unwrap();
        encryptor.wrap_output(&mut sealed).unwrap().finish().unwrap();
        let mut plain = Vec::new();
        let identity = iter::once(&pq as &dyn age::Identity);
        let decryptor = age::Decryptor::new(sealed.as_slice()).unwrap();
        decryptor.decrypt(identity).unwrap().read_to_end(&mut plain).unwrap();
        assert!(plain.is_empty());
    }
}
