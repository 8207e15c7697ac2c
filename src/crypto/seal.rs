//! Sealing: plaintext in, padded age ciphertext out, one pass, constant memory.

use std::collections::HashSet;
use std::io::{self, Write};

use age::stream::StreamWriter;
use sha2::{Digest, Sha256};

use super::recipient::Recipient;
use super::{header, padding};
use crate::base::ids::{Fingerprint, KeySet, hex};

const ZEROS: [u8; 16 * 1024] = [0; 16 * 1024];
const SPACES: [u8; 16 * 1024] = [b' '; 16 * 1024];

/// A set of recipients that is known to work: every one was used for a trial encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipients(Vec<Recipient>);

/// Why a set of recipients cannot be sealed to, or why sealing stopped.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The set is empty.
    #[error("there is no recipient to seal to")]
    NoRecipients,
    /// Nobody would read such a header.
    #[error(
        "these are more recipients than a file can be sealed to: its header would be longer than {} KiB",
        header::MOST / 1024
    )]
    TooMany,
    /// Of both kinds: what is sealed to both is no safer than to the classic one alone.
    #[error(
        "classic recipients (age1…, age1tag1…) and post-quantum ones (age1pq1…, age1tagpq1…) cannot be sealed to \
         together; use one kind (`sourdine team set-recipients` replaces all keys of a team in one step)"
    )]
    Mixed,
    /// age refuses the set.
    #[error("these recipients cannot be used together: {0}")]
    Refused(String),
    /// What takes the ciphertext failed.
    #[error("the sealed bytes could not be written: {0}")]
    Io(#[from] io::Error),
}

impl From<age::EncryptError> for SealError {
    fn from(error: age::EncryptError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// SHA-256 and exact size in bytes of what was sealed, before padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Digested {
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
}

impl Recipients {
    /// Tries the set on an empty file (age format, c2sp.org/age) and keeps it only if that works. A
    /// recipient that comes twice is sealed to once.
    pub fn proven(mut recipients: Vec<Recipient>) -> Result<Self, SealError> {
        let mut seen = HashSet::new();
        recipients.retain(|recipient| seen.insert(recipient.to_string()));
        let known = || recipients.iter().filter(|one| !one.is_of_plugin());
        let post_quantum = known().filter(|one| one.is_post_quantum()).count();
        if (1..known().count()).contains(&post_quantum) {
            return Err(SealError::Mixed);
        }
        let proven = Self(recipients);
        let sealed = proven.stream(Vec::new())?.finish()?;
        if sealed.len() > header::MOST {
            return Err(SealError::TooMany);
        }
        Ok(proven)
    }

    /// The recipients, in the order they were given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Recipient> {
        self.0.iter()
    }

    /// Whether they are post-quantum keys; all are of one kind.
    pub fn is_post_quantum(&self) -> bool {
        self.iter().any(Recipient::is_post_quantum)
    }

    /// Their texts, as manifests name them.
    pub fn texts(&self) -> Vec<String> {
        self.iter().map(ToString::to_string).collect()
    }

    /// The fingerprints of its keys, and of the set: the first 128 bits of SHA-256 over the canonical texts, sorted, a
    /// line each. With stock tools: `grep ^age1 recipients.txt | LC_ALL=C sort | sha256sum`.
    pub fn key_set(&self) -> KeySet {
        let mut texts: Vec<_> = self.iter().map(Recipient::as_str).collect();
        texts.sort_unstable();
        let mut hash = Sha256::new();
        for text in texts {
            hash.update(text);
            hash.update("\n");
        }
        let mut keys: Vec<_> = self.iter().map(Recipient::fingerprint).collect();
        keys.sort_unstable();
        let fingerprint = Fingerprint::of(&hash.finalize().into());
        KeySet { fingerprint, is_post_quantum: self.is_post_quantum(), keys }
    }

    /// This set and one more recipient.
    pub fn with(&self, other: Recipient) -> Result<Self, SealError> {
        Self::proven(self.0.iter().cloned().chain([other]).collect())
    }

    /// A writer of one sealed file; what it writes goes to `output`.
    pub fn seal_file<W: Write>(&self, output: W) -> Result<SealWriter<W>, SealError> {
        Ok(SealWriter { stream: self.stream(output)?, hash: Sha256::new(), size: 0 })
    }

    /// Seals a manifest: its text, then spaces up to a multiple of 16 KiB.
    pub fn seal_manifest<W: Write>(&self, text: &[u8], output: W) -> Result<W, SealError> {
        self.seal_text(text, padding::padded_manifest(text.len() as u64), output)
    }

    /// Seals a few words about one file: the text, then spaces up to a multiple of 1 KiB.
    pub fn seal_note(&self, text: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_text(text, padding::padded_note(text.len() as u64), Vec::new())
    }

    fn seal_text<W: Write>(&self, text: &[u8], padded: u64, output: W) -> Result<W, SealError> {
        let mut stream = self.stream(output)?;
        stream.write_all(text)?;
        write_filler(&mut stream, &SPACES, padded - text.len() as u64)?;
        Ok(stream.finish()?)
    }

    fn stream<W: Write>(&self, output: W) -> Result<StreamWriter<W>, SealError> {
        if self.0.is_empty() {
            return Err(SealError::NoRecipients);
        }
        let encryptor = age::Encryptor::with_recipients(self.0.iter().map(Recipient::as_age))?;
        Ok(encryptor.wrap_output(output)?)
    }
}

/// Seals one file. Only [`finish`](Self::finish) makes an age file that opens: a writer dropped
/// midway leaves ciphertext that ends without age's final chunk (STREAM; c2sp.org/age, "payload").
pub struct SealWriter<W: Write> {
    stream: StreamWriter<W>,
    hash: Sha256,
    size: u64,
}

impl<W: Write> SealWriter<W> {
    /// Takes the next bytes of the file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), SealError> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(self.stream.write_all(bytes)?)
    }

    /// Bytes of plaintext taken so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Pads with zeros, ends the stream, gives the output back.
    pub fn finish(mut self) -> Result<(W, Digested), SealError> {
        write_filler(&mut self.stream, &ZEROS, padding::padded_file(self.size) - self.size)?;
        let digested = Digested { size: self.size, sha256: self.hash.finalize().into() };
        Ok((self.stream.finish()?, digested))
    }
}

fn write_filler(out: &mut impl Write, filler: &[u8; 16 * 1024], mut left: u64) -> io::Result<()> {
    while left > 0 {
        let step = usize::try_from(left).map_or(filler.len(), |left| left.min(filler.len()));
        out.write_all(filler.get(..step).unwrap_or_default())?;
        left -= step as u64;
    }
    Ok(())
}

impl Digested {
    /// SHA-256 as 64 lower-case hex digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const TWO: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    fn key_set(texts: &[&str]) -> KeySet {
        Recipients::proven(texts.iter().map(|text| text.parse().unwrap()).collect())
            .unwrap()
            .key_set()
    }

    #[test]
    fn a_team_has_one_fingerprint_however_its_keys_are_typed_and_another_with_another_key() {
        let team = key_set(&[ONE, TWO]);
        // printf '%s\n' age1ql3z… age1t7rx… | sha256sum
        assert_eq!(team.fingerprint.to_string(), "9b61 1766 335e 114c f783 c900 6418 8c6a");
        assert_eq!(key_set(&[&format!(" {} ", TWO.to_uppercase()), ONE, TWO]), team);
        for other in [&[ONE][..], &[TWO]] {
            assert_ne!(key_set(other).fingerprint, team.fingerprint);
        }
        let mut keys = [ONE, TWO].map(|key| key.parse::<Recipient>().unwrap().fingerprint());
        keys.sort_unstable();
        assert_eq!(team.keys, keys);
    }
}
