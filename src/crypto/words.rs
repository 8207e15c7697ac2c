//! The word lists of retrieval codes, and how a typed word is found in them.
//!
//! The lists are those of BIP-39 (<https://github.com/bitcoin/bips/blob/master/bip-0039/bip-0039-wordlists.md>):
//! 2048 words each, told apart by their first four letters once accents are
//! folded. A typed word is reduced to the letters a to z before it is looked up,
//! so that case, accents and keyboards do not matter.

mod suggest;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};
use zeroize::{Zeroize, ZeroizeOnDrop};

pub(crate) use suggest::suggestions;

/// Letters that tell a word from every other of its list (BIP-39).
pub(crate) const DISTINCT_LETTERS: usize = 4;

/// Letters kept of a typed word: nine words of eight letters written as one, twice, are the longest thing that
/// means something.
const KEPT_LETTERS: usize = 160;

/// Stands for a letter outside a to z: it counts, and no list has it.
const FOREIGN_LETTER: u8 = b'?';

/// A list that retrieval codes are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WordList {
    /// BIP-39, French: words of five to eight letters, some with accents.
    French,
    /// BIP-39, English: words of three to eight letters.
    English,
}

impl WordList {
    /// Every list, in the order in which readings are tried.
    pub const ALL: [Self; 2] = [Self::French, Self::English];

    /// The word of a number, accents composed (NFC). Only the low eleven bits of
    /// the number count.
    pub(crate) fn word(self, number: u16) -> &'static str {
        self.table().printed.get(usize::from(number & 0x7ff)).map_or("", String::as_str)
    }

    /// The number (0 to 2047) of the word that was typed whole, or of which four
    /// letters or more were typed. A word that goes on differently is not found:
    /// it may be another word, misspelt.
    pub(crate) fn find(self, typed: &TypedWord) -> Option<u16> {
        let table = self.table();
        let number = *table.by_beginning.get(&typed.beginning())?;
        let word = table.folded.get(usize::from(number))?;
        // A beginning of three letters is that of a word of three letters, so a
        // prefix that passes here is either long enough or the whole word.
        word.as_bytes().starts_with(typed.letters()).then_some(number)
    }

    /// The words that some letters begin with, abbreviated or whole, as (number, letters taken), the longest
    /// first: the first step of taking apart words that were written as one.
    pub(crate) fn beginnings(self, letters: &[u8]) -> impl Iterator<Item = (u16, usize)> + use<'_> {
        let beginning = |length: usize| {
            let mut beginning = [0; DISTINCT_LETTERS];
            for (to, from) in beginning.iter_mut().zip(letters.iter().take(length)) {
                *to = *from;
            }
            beginning
        };
        let table = self.table();
        // Four letters, or all three of a word of three.
        [DISTINCT_LETTERS, DISTINCT_LETTERS - 1].into_iter().flat_map(move |least| {
            let number =
                table.by_beginning.get(&beginning(least)).filter(|_| letters.len() >= least);
            number.into_iter().flat_map(move |number| {
                let word = table.folded.get(usize::from(*number)).map_or("", String::as_str);
                let alike = word.bytes().zip(letters).take_while(|(a, b)| a == *b).count();
                (least..=alike).rev().map(|taken| (*number, taken))
            })
        })
    }

    /// The word of a number, reduced to a to z.
    pub(crate) fn folded(self, number: u16) -> &'static [u8] {
        self.table().folded.get(usize::from(number & 0x7ff)).map_or(&[], |word| word.as_bytes())
    }

    fn table(self) -> &'static Table {
        static FRENCH: LazyLock<Table> = LazyLock::new(|| Table::new(bip39::Language::French));
        static ENGLISH: LazyLock<Table> = LazyLock::new(|| Table::new(bip39::Language::English));
        match self {
            Self::French => &FRENCH,
            Self::English => &ENGLISH,
        }
    }
}

/// A list made ready for look-ups; the three parts are in the order of its numbers.
struct Table {
    /// The words as shown to people: the French list is published in decomposed
    /// form (NFD), which many fonts draw badly.
    printed: Vec<String>,
    /// The words reduced to a to z.
    folded: Vec<String>,
    /// First four letters (a shorter word ends in zeros) to number.
    by_beginning: HashMap<[u8; DISTINCT_LETTERS], u16>,
}

impl Table {
    fn new(language: bip39::Language) -> Self {
        let words = language.word_list();
        let mut table = Self {
            printed: words.iter().map(|word| word.nfc().collect()).collect(),
            folded: Vec::with_capacity(words.len()),
            by_beginning: HashMap::with_capacity(words.len()),
        };
        for (number, word) in (0..).zip(words) {
            each_word(word, |word| {
                table.by_beginning.insert(word.beginning(), number);
                table.folded.push(word.as_str().to_owned());
            });
        }
        table
    }
}

/// A word as it was typed, reduced to the letters a to z. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct TypedWord {
    /// Zeros from `length` on.
    letters: [u8; KEPT_LETTERS],
    /// One more than can be kept for every longer word.
    length: usize,
}

impl TypedWord {
    /// A word without letters.
    pub(crate) const EMPTY: Self = Self { letters: [0; KEPT_LETTERS], length: 0 };

    /// Adds a letter; beyond those that are kept only the fact is.
    pub(crate) fn push(&mut self, letter: u8) {
        if let Some(place) = self.letters.get_mut(self.length) {
            *place = letter;
        }
        self.length = (self.length + 1).min(KEPT_LETTERS + 1);
    }

    /// The letters kept: a to z, and `?` for any other.
    pub(crate) fn letters(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or(&self.letters)
    }

    /// Without a letter of a to z.
    pub(crate) fn is_foreign(&self) -> bool {
        self.letters().iter().all(|letter| *letter == FOREIGN_LETTER)
    }

    /// The letters as text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.letters()).unwrap_or_default()
    }

    /// The first four letters, zeros where there are fewer.
    fn beginning(&self) -> [u8; DISTINCT_LETTERS] {
        let [a, b, c, d, ..] = self.letters;
        [a, b, c, d]
    }
}

/// What a text is made of, for whoever looks for words in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A letter: a to z, or the mark of a foreign one.
    Letter(u8),
    /// What stands between words.
    Between(char),
}

/// Calls `visit` with each sign of a text, in order. Accents and what stands unseen in a word are left out.
/// Works in constant memory and leaves no copy of the text behind.
pub(crate) fn each_sign(text: &str, mut visit: impl FnMut(Sign)) {
    for typed in text.chars() {
        if is_invisible(typed) {
            continue;
        }
        // The compatible form also takes apart what PDF files and East Asian
        // keyboards make of letters: ligatures, full-width forms.
        decompose_compatible(typed, |part| match part {
            'œ' | 'Œ' => b"oe".iter().for_each(|letter| visit(Sign::Letter(*letter))),
            'æ' | 'Æ' => b"ae".iter().for_each(|letter| visit(Sign::Letter(*letter))),
            'ı' => visit(Sign::Letter(b'i')),
            // Never true of ASCII, and dear to ask of every space of a message.
            _ if !part.is_ascii() && is_combining_mark(part) => {}
            _ if part.is_alphabetic() => visit(Sign::Letter(fold_letter(part))),
            _ => visit(Sign::Between(part)),
        });
    }
}

/// Calls `visit` with each word of a text, in order: letters that nothing stands between.
pub(crate) fn each_word(text: &str, mut visit: impl FnMut(&TypedWord)) {
    let mut word = TypedWord::EMPTY;
    each_sign(text, |sign| match sign {
        Sign::Letter(letter) => word.push(letter),
        Sign::Between(_) => {
            if word.length > 0 {
                visit(&word);
                word.zeroize();
            }
        }
    });
    if word.length > 0 {
        visit(&word);
    }
}

/// A letter without accent as one of a to z, or as the mark of a foreign letter.
fn fold_letter(letter: char) -> u8 {
    match u8::try_from(letter) {
        Ok(letter) if letter.is_ascii() => letter.to_ascii_lowercase(),
        _ => FOREIGN_LETTER,
    }
}

/// Characters that stand unseen inside a word: what Unicode calls ignorable (the soft hyphen, joiners, marks of
/// direction, a space without width, tags), and control characters but for those that space.
fn is_invisible(typed: char) -> bool {
    match typed {
        '\t'..='\r' | ' '..='~' | '\u{85}' => false,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => typed.is_control(),
    }
}
