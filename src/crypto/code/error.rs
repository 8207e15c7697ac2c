//! Why a text means no code, and which of its words to look at again.

use std::fmt;

use super::super::words::{self, TypedWord, WordList};
use super::{CODE_WORDS, Fits};

/// Why a text means no code. Neither `Display` nor `Debug` says anything of the
/// words typed, so that both may be logged.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// No letter in the text.
    #[error("No code was entered. Enter its eight words.")]
    Empty,
    /// More than 1 KiB of text.
    #[error("This is too long for a code. Enter its eight words and nothing else.")]
    TooLong,
    /// Not eight words.
    #[error("A code has eight words, and there are {found}. Enter the eight words.")]
    Count {
        /// The number of words in the text.
        found: usize,
    },
    /// Eight words, of which one is in no list, or not in the list of the others.
    #[error("Word {position} is not in the list. Check its spelling.")]
    UnknownWord {
        /// Which one of the eight words, 1 to 8: the first that does not fit.
        position: usize,
        /// Up to three words it may stand for, the nearest first, as printed in the
        /// list. They are as secret as the word.
        suggestions: Vec<&'static str>,
    },
}

impl fmt::Debug for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeError({self})")
    }
}

/// Names the first word that does not fit the list of the others: the list that has
/// most of them. Where two lists have as many, a word in neither comes first.
pub(super) fn unknown_word(
    typed: &[TypedWord; CODE_WORDS],
    fits: &[Fits; WordList::ALL.len()],
) -> CodeError {
    let known = |fits: &Fits| fits.iter().flatten().count();
    let most = fits.iter().map(known).max().unwrap_or_default();
    let likely = || WordList::ALL.iter().zip(fits).filter(|(_, fits)| known(fits) == most);
    // The lists, of the likely ones, that do not have a word.
    let lacking = |at: usize| -> Vec<WordList> {
        likely()
            .filter(|(_, fits)| fits.get(at).is_none_or(Option::is_none))
            .map(|(list, _)| *list)
            .collect()
    };
    let all = likely().count();
    let at = (0..CODE_WORDS)
        .find(|at| lacking(*at).len() == all)
        .or_else(|| (0..CODE_WORDS).find(|at| !lacking(*at).is_empty()))
        .unwrap_or_default();
    CodeError::UnknownWord {
        position: at + 1,
        suggestions: typed
            .get(at)
            .map(|word| words::suggestions(&lacking(at), word))
            .unwrap_or_default(),
    }
}
