//! The retrieval code: the one secret of a source.
//!
//! Eighty-eight random bits and eleven check bits, written as nine words of eleven
//! bits, the highest bits first. The keys derive from the eleven bytes, so neither
//! the check nor the list a code was written in is part of them. Eight words are the
//! older kind, without a check. The numbering of the words is that of BIP-39; the
//! code itself is no BIP-39 mnemonic.

mod error;
mod reading;
mod search;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::words::WordList;
use crate::base::random::{self, NoRandomness};
use crate::base::stack;
pub use error::CodeError;

/// Bytes of a code.
const CODE_BYTES: usize = 11;

/// Words that the bytes are written as. A code of the older kind has no other.
const SECRET_WORDS: usize = 8;

/// Words of a code.
const CODE_WORDS: usize = SECRET_WORDS + 1;

/// Bits a word stands for: the lists have 2048 words.
const WORD_BITS: usize = 11;

/// Letters of the longest ending of an ordinal, as in "2ième".
const LONGEST_ORDINAL: usize = 4;

/// What the check bits are a hash of, before the bytes.
const LABEL_CHECK: &[u8] = b"sourdine/v1/code-check";

/// Room for the words with their spaces. The longest word takes 10 bytes of
/// UTF-8: the text is written without growing.
const PRINTED_BYTES: usize = 128;

/// Words as numbers of one list; the last one is the check.
type Numbers = Zeroizing<[u16; CODE_WORDS]>;

/// The secret a source comes back with: 88 bits.
///
/// It has no `Display`, its `Debug` is redacted, it is compared in constant time. The
/// bytes stand in one place, which every copy of it shares, and are wiped with the last.
#[derive(Clone)]
pub struct RetrievalCode {
    bytes: Arc<Zeroizing<[u8; CODE_BYTES]>>,
    is_checked: bool,
}

impl RetrievalCode {
    /// Eleven bytes from the generator of the operating system -> a new code.
    ///
    /// # Errors
    ///
    /// The operating system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut made = Ok(());
        let code = Self::write(true, |bytes| made = random::fill(bytes));
        made.map(|()| code)
    }

    /// Eleven bytes -> the code they are, with its check. For whoever brings their own
    /// randomness; wiping the bytes given is up to the caller.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; CODE_BYTES]) -> Self {
        Self::write(true, |own| own.copy_from_slice(bytes))
    }

    /// A code whose bytes are written where they stay.
    fn write(is_checked: bool, write: impl FnOnce(&mut [u8; CODE_BYTES])) -> Self {
        let mut bytes = Arc::new(Zeroizing::new([0; CODE_BYTES]));
        // Nobody shares it yet.
        if let Some(own) = Arc::get_mut(&mut bytes) {
            write(own);
        }
        Self { bytes, is_checked }
    }

    /// The eleven bytes: the password the keys of a mailbox derive from.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; CODE_BYTES] {
        &self.bytes
    }

    /// Nine words, of which the last one checked the others. Without it, this may be a
    /// code that nobody was given: only what is there already may be opened and added to.
    #[must_use]
    pub const fn is_checked(&self) -> bool {
        self.is_checked
    }

    /// The nine words (eight of the older kind), one space between them, accents composed (NFC).
    #[must_use]
    pub fn words(&self, list: WordList) -> Zeroizing<String> {
        stack::wiped(|| {
            let mut text = Zeroizing::new(String::with_capacity(PRINTED_BYTES));
            let count = if self.is_checked { CODE_WORDS } else { SECRET_WORDS };
            for number in self.numbers().iter().take(count) {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(list.word(*number));
            }
            text
        })
    }

    /// Every code the text can mean, at most two. There is one, save where shortened
    /// words happen to fit two lists: about one code of the older kind in 5,000.
    ///
    /// Words are read in any case, with or without accents, whatever stands between
    /// them and unseen in them; the first four letters of each are enough, and words may
    /// follow each other without a break. Numbering, a label before the code and a code
    /// that was pasted twice are recognised.
    ///
    /// # Errors
    ///
    /// [`CodeError`] says why the text means no code.
    pub fn read(text: &str) -> Result<Vec<Self>, CodeError> {
        let read = stack::wiped(|| reading::read(text))?;
        Ok(read.into_iter().map(|(code, _)| code).collect())
    }

    /// The list in which a text that was read means this code, so that it is shown again in the words
    /// that stand on the paper.
    #[must_use]
    pub fn list_of(&self, text: &str) -> Option<WordList> {
        let read = stack::wiped(|| reading::read(text)).ok()?;
        read.into_iter().find_map(|(code, list)| (code == *self).then_some(list))
    }

    /// Whether a text holds this code in any list, however [`Self::read`] would accept
    /// it: so that a source who pastes it into a message can be warned. Its first eight
    /// words are enough, since they are all of the secret.
    ///
    /// Takes time in proportion to the text, and constant memory.
    #[must_use]
    pub fn appears_in(&self, text: &str) -> bool {
        stack::wiped(|| search::appears(&self.numbers(), text))
    }

    /// The code in words of eleven bits, the highest first; then its check.
    fn numbers(&self) -> Numbers {
        let mut wide = Zeroizing::new([0; 16]);
        let [_, _, _, _, _, low @ ..] = &mut *wide;
        low.copy_from_slice(self.as_bytes());
        let mut rest = Zeroizing::new(u128::from_be_bytes(*wide));
        let mut numbers = Numbers::default();
        let [secret @ .., check] = &mut *numbers;
        for number in secret.iter_mut().rev() {
            let [.., high, low] = rest.to_be_bytes();
            *number = u16::from_be_bytes([high, low]) & ((1 << WORD_BITS) - 1);
            *rest >>= WORD_BITS;
        }
        *check = check_of(self.as_bytes());
        numbers
    }

    /// The code of nine words, or of eight; `None` where there are as many words of another
    /// number, one is missing or the check fails.
    fn from_numbers(numbers: &[Option<u16>]) -> Option<Self> {
        let (secret, check) = numbers.split_at_checked(SECRET_WORDS)?;
        let mut bits = Zeroizing::new(0_u128);
        for number in secret {
            *bits = (*bits << WORD_BITS) | u128::from((*number)?);
        }
        let wide = Zeroizing::new(bits.to_be_bytes());
        let [_, _, _, _, _, low @ ..] = &*wide;
        let code = Self::write(!check.is_empty(), |bytes| bytes.copy_from_slice(low));
        match check {
            [] => Some(code),
            [check] => (*check == Some(check_of(code.as_bytes()))).then_some(code),
            _ => None,
        }
    }
}

/// SHA-256\[label, code\] -> its first eleven bits.
fn check_of(bytes: &[u8; CODE_BYTES]) -> u16 {
    let hash: [u8; 32] = Sha256::new_with_prefix(LABEL_CHECK).chain_update(bytes).finalize().into();
    let [high, low, ..] = hash;
    u16::from_be_bytes([high, low]) >> (16 - WORD_BITS)
}

/// A letter or two, or a Roman numeral: the lists have no such word.
fn is_numeral(letters: &[u8]) -> bool {
    letters.len() < 3 || matches!(letters, b"iii" | b"vii" | b"viii")
}

impl PartialEq for RetrievalCode {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl Eq for RetrievalCode {}

impl fmt::Debug for RetrievalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RetrievalCode(..)")
    }
}
