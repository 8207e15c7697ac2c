//! Whether a text holds a code, however it is spelt.

use zeroize::Zeroize;

use super::super::words::{self, DISTINCT_LETTERS, Sign, WordList};
use super::{LONGEST_ORDINAL, Numbers, SECRET_WORDS, is_numeral};

/// Letters of the longest word of a list.
const LONGEST: usize = 8;

/// Words that may stand between two words of the code: "word number 1: …".
const MOST_BETWEEN: usize = 2;

/// A set of numbers, 0 to 8: of how many words of the code have been seen.
type Seen = u16;

/// What has been seen of the code's words in one list: a machine that takes the text letter by letter. Words may
/// be abbreviated, run together, and have others between them.
#[derive(Zeroize)]
#[zeroize(drop)]
struct Search {
    #[zeroize(skip)]
    words: [&'static [u8]; SECRET_WORDS],
    /// The last letters of the word that the text is in, and how many it has.
    letters: [u8; LONGEST],
    length: usize,
    /// A digit directly before that word.
    after_digit: bool,
    /// The last sign was one.
    is_digit: bool,
    /// What was seen so many letters ago.
    ago: [Seen; LONGEST + 1],
    /// At the end of a word, with so many others after it.
    between: [Seen; MOST_BETWEEN + 1],
    appears: bool,
}

/// Whether the words of these numbers stand in a text, in their order.
pub(super) fn appears(numbers: &Numbers, text: &str) -> bool {
    let mut searches = WordList::ALL.map(|list| Search::new(numbers, list));
    words::each_sign(text, |sign| searches.iter_mut().for_each(|search| search.take(sign)));
    searches.iter().any(|search| search.appears)
}

impl Search {
    fn new(numbers: &Numbers, list: WordList) -> Self {
        let mut words: [&[u8]; SECRET_WORDS] = [&[]; SECRET_WORDS];
        for (word, number) in words.iter_mut().zip(numbers.iter()) {
            *word = list.folded(*number);
        }
        Self {
            words,
            letters: [0; LONGEST],
            length: 0,
            after_digit: false,
            is_digit: false,
            ago: [0; LONGEST + 1],
            between: [0; MOST_BETWEEN + 1],
            appears: false,
        }
    }

    fn take(&mut self, sign: Sign) {
        match sign {
            Sign::Letter(letter) => self.letter(letter),
            Sign::Between(sign) => {
                self.end_word();
                self.is_digit = sign.is_numeric();
            }
        }
    }

    fn letter(&mut self, letter: u8) {
        if self.length == 0 {
            self.after_digit = self.is_digit;
            self.ago = [0; LONGEST + 1];
            self.ago[0] = self.between.iter().fold(1, |seen, more| seen | more);
        }
        self.ago.rotate_right(1);
        self.letters.rotate_left(1);
        let [.., last] = &mut self.letters;
        *last = letter;
        self.length = (self.length + 1).min(LONGEST);
        // A code may begin anywhere, as in "codeheureux…".
        let mut now: Seen = 1;
        let lately = self.ago.iter().skip(1).fold(0, |seen, more| seen | more);
        for (count, word) in self.words.iter().enumerate() {
            let ends = |length: usize| {
                let seen = self.ago.get(length).is_some_and(|seen| (seen >> count) & 1 == 1);
                seen && word.starts_with(self.letters.get(LONGEST - length..).unwrap_or_default())
            };
            let shortest = word.len().min(DISTINCT_LETTERS);
            if (lately >> count) & 1 == 1 && (shortest..=word.len().min(self.length)).any(ends) {
                now |= 1 << (count + 1);
            }
        }
        self.ago[0] = now;
        self.appears |= now >> SECRET_WORDS == 1;
    }

    fn end_word(&mut self) {
        if self.length > 0 {
            let letters = self.letters.get(LONGEST - self.length..).unwrap_or_default();
            let is_ordinal = self.after_digit && self.length <= LONGEST_ORDINAL;
            if !is_numeral(letters) && !is_ordinal {
                self.between.rotate_right(1);
                self.between[0] = 0;
            }
            self.between[0] |= self.ago[0] & !1;
        }
        self.length = 0;
    }
}
