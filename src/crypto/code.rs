//! The retrieval code: the one secret of a source.
//!
//! Eighty-eight random bits, written as eight words of eleven bits, the highest
//! bits first, without a checksum: the keys derive from the eleven bytes, so the
//! list a code was written in is no part of it. The numbering of the words is that
//! of BIP-39; the code itself is no BIP-39 mnemonic.

mod error;
#[cfg(test)]
mod tests;

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::words::{self, TypedWord, WordList};
use crate::base::random::{self, NoRandomness};
pub use error::CodeError;

/// Bytes of a code.
const CODE_BYTES: usize = 11;

/// Words of a code.
const CODE_WORDS: usize = 8;

/// Bits a word stands for: the lists have 2048 words.
const WORD_BITS: usize = 11;

/// Room for the eight words with their spaces. The longest word takes 10 bytes of
/// UTF-8: the text is written without growing, so no unwiped copy is left behind.
const PRINTED_BYTES: usize = 128;

/// The longest text (bytes) read as a code. Eight words take at most 104.
const MAX_TEXT_BYTES: usize = 1024;

/// Eight words as numbers of one list.
type Numbers = Zeroizing<[u16; CODE_WORDS]>;

/// What each typed word is in one list: its number, or nothing.
type Fits = Zeroizing<[Option<u16>; CODE_WORDS]>;

/// The secret a source comes back with: 88 bits.
///
/// It has no `Display`, its `Debug` is redacted, it is compared in constant time
/// and wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RetrievalCode([u8; CODE_BYTES]);

impl RetrievalCode {
    /// Eleven bytes from the generator of the operating system -> a new code.
    ///
    /// # Errors
    ///
    /// The operating system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        random::bytes().map(Self)
    }

    /// Eleven bytes -> the code they are. For whoever brings their own randomness;
    /// wiping the bytes given is up to the caller.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; CODE_BYTES]) -> Self {
        Self(bytes)
    }

    /// The eleven bytes: the password the keys of a mailbox derive from.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; CODE_BYTES] {
        &self.0
    }

    /// The eight words, one space between them, accents composed (NFC).
    #[must_use]
    pub fn words(&self, list: WordList) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(PRINTED_BYTES));
        for number in self.numbers().iter() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(list.word(*number));
        }
        text
    }

    /// Every code the text can mean, at most one a list. There is one, save where
    /// shortened words happen to fit two lists: about one code in 5,000.
    ///
    /// Words are read in any case, with or without accents, whatever stands between
    /// them; the first four letters of each are enough, and eight times four
    /// letters may follow each other without a break.
    ///
    /// # Errors
    ///
    /// [`CodeError`] says why the text means no code.
    pub fn read(text: &str) -> Result<Vec<Self>, CodeError> {
        let readings = parse(text)?;
        let mut codes: Vec<_> = readings.iter().filter_map(Self::from_fits).collect();
        // Each once: "zebr" has the same number in both lists.
        codes.dedup();
        Ok(codes)
    }

    /// The list in which a text that was read means this code, so that it is shown again in the words
    /// that stand on the paper.
    #[must_use]
    pub fn list_of(&self, text: &str) -> Option<WordList> {
        let readings = parse(text).ok()?;
        let means_this = |fits: &Fits| Self::from_fits(fits).is_some_and(|code| code == *self);
        WordList::ALL
            .into_iter()
            .zip(&readings)
            .find_map(|(list, fits)| means_this(fits).then_some(list))
    }

    /// Whether a message holds this code in any list, however [`Self::read`] would
    /// accept it: so that a source who pastes it into a message can be warned.
    ///
    /// Words of one or two letters in between are passed over, as in "a) … b) …". Takes time in proportion to the message, and constant memory.
    #[must_use]
    pub fn appears_in(&self, message: &str) -> bool {
        let numbers = self.numbers();
        let runs = WordList::ALL.map(|list| run(&numbers, list));
        // One bit a word, by list: bit n is set where the words seen last are the
        // first n + 1 of the code (the shift-and method of string search).
        let mut seen = Zeroizing::new([0_u8; WordList::ALL.len()]);
        let mut appears = false;
        words::each_word(message, |word| {
            // No list has words this short, so they are taken for punctuation.
            if word.len() < 3 {
                return;
            }
            appears |= runs.contains(word);
            for (list, seen) in WordList::ALL.iter().zip(seen.iter_mut()) {
                let places = list.find(word).map_or(0, |found| places(&numbers, found));
                *seen = ((*seen << 1) | 1) & places;
                appears |= *seen >> (CODE_WORDS - 1) == 1;
            }
        });
        appears
    }

    /// The code in words of eleven bits, the highest first.
    fn numbers(&self) -> Numbers {
        let mut bytes = Zeroizing::new([0; 16]);
        let [_, _, _, _, _, low @ ..] = &mut *bytes;
        low.copy_from_slice(&self.0);
        let mut rest = Zeroizing::new(u128::from_be_bytes(*bytes));
        let mut numbers = Numbers::default();
        for number in numbers.iter_mut().rev() {
            let [.., high, low] = rest.to_be_bytes();
            *number = u16::from_be_bytes([high, low]) & ((1 << WORD_BITS) - 1);
            *rest >>= WORD_BITS;
        }
        numbers
    }

    /// The code of eight words, `None` where one of them is missing.
    fn from_fits(fits: &Fits) -> Option<Self> {
        let mut bits = Zeroizing::new(0_u128);
        for number in fits.iter() {
            *bits = (*bits << WORD_BITS) | u128::from((*number)?);
        }
        let bytes = Zeroizing::new(bits.to_be_bytes());
        let [_, _, _, _, _, code @ ..] = &*bytes;
        Some(Self(*code))
    }
}

impl PartialEq for RetrievalCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for RetrievalCode {}

impl fmt::Debug for RetrievalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RetrievalCode(..)")
    }
}

/// The numbers of eight typed words in each list.
fn fits(typed: &[TypedWord; CODE_WORDS]) -> [Fits; WordList::ALL.len()] {
    WordList::ALL.map(|list| Zeroizing::new(typed.each_ref().map(|word| list.find(word))))
}

/// The eight words of a text as numbers in each list; at least one list has them all.
fn parse(text: &str) -> Result<[Fits; WordList::ALL.len()], CodeError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(CodeError::TooLong);
    }
    let mut typed = [const { TypedWord::EMPTY }; CODE_WORDS];
    let mut found = 0;
    words::each_word(text, |word| {
        if let Some(place) = typed.get_mut(found) {
            place.clone_from(word);
        }
        found += 1;
    });
    let whole = |fits: &[Fits]| fits.iter().any(|fits| fits.iter().all(Option::is_some));
    match found {
        0 => Err(CodeError::Empty),
        1 => {
            let [run, ..] = &typed;
            let readings = run.as_abbreviations().map(|parts| fits(&parts));
            readings.filter(|fits| whole(fits)).ok_or(CodeError::Count { found })
        }
        CODE_WORDS => {
            let fits = fits(&typed);
            if whole(&fits) { Ok(fits) } else { Err(error::unknown_word(&typed, &fits)) }
        }
        _ => Err(CodeError::Count { found }),
    }
}

/// The first four letters of eight words of a list, written as one.
fn run(numbers: &Numbers, list: WordList) -> TypedWord {
    let mut run = TypedWord::EMPTY;
    for number in numbers.iter() {
        words::each_word(list.word(*number), |word| run.push_abbreviation(word));
    }
    run
}

/// A bit for each place in the code where the word of this number stands.
fn places(numbers: &Numbers, found: u16) -> u8 {
    let bits = numbers.iter().zip(0..CODE_WORDS);
    bits.fold(0, |bits, (number, place)| bits | (u8::from(*number == found) << place))
}
