//! Why a text means no code, and which of its words to look at again.

use std::fmt;

use super::super::words::{self, TypedWord, WordList};

/// Why a text means no code. Neither `Display` nor `Debug` says anything of the
/// words typed, so that both may be logged.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// No letter in the text.
    #[error("No code was entered. Enter its nine words.")]
    Empty,
    /// More than 1 KiB of text, or far too many words.
    #[error("This is too long for a code. Enter its nine words and nothing else.")]
    TooLong,
    /// Neither nine words nor eight.
    #[error("A code has nine words, and there are {found}. Enter the nine words.")]
    Count {
        /// The number of words in the text.
        found: usize,
    },
    /// One of the words is in no list, or not in the list of the others.
    #[error("Word {position} is not in the list. Check its spelling.")]
    UnknownWord {
        /// Which one of the words, 1 to 9: the first that does not fit.
        position: usize,
        /// Up to three words it may stand for, the nearest first, as printed in the
        /// list. They are as secret as the word.
        suggestions: Vec<&'static str>,
    },
    /// Nine words of one list that are no code: the check fails.
    #[error(
        "One of these words is wrong, or two have changed places. Compare each with the paper."
    )]
    Check,
}

impl fmt::Debug for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeError({self})")
    }
}

/// Names the first word that does not fit the list of the others: the list that has
/// most of them. Where two lists have as many, a word in neither comes first.
pub(super) fn unknown_word(typed: &[&TypedWord]) -> CodeError {
    let known = |list: &WordList| typed.iter().filter(|word| list.find(word).is_some()).count();
    let most = WordList::ALL.iter().map(known).max().unwrap_or_default();
    let likely: Vec<_> = WordList::ALL.into_iter().filter(|list| known(list) == most).collect();
    // The lists, of the likely ones, that do not have a word.
    let lacking = |word: &TypedWord| -> Vec<WordList> {
        likely.iter().copied().filter(|list| list.find(word).is_none()).collect()
    };
    let in_none = typed.iter().position(|word| lacking(word).len() == likely.len());
    let at = in_none.or_else(|| typed.iter().position(|word| !lacking(word).is_empty()));
    let at = at.unwrap_or_default();
    CodeError::UnknownWord {
        position: at + 1,
        suggestions: typed
            .get(at)
            .map(|word| words::suggestions(&lacking(word), word))
            .unwrap_or_default(),
    }
}
