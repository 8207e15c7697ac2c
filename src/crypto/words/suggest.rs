//! What a misspelt word may have been meant to be.

use std::cmp::Reverse;

use super::{DISTINCT_LETTERS, TypedWord, WordList};

/// The most words proposed in place of one that is unknown.
pub(super) const MAX_SUGGESTIONS: usize = 3;

/// Up to three words of these lists that the typed one may stand for, the nearest
/// first, as they are printed.
///
/// Takes time in proportion to the lists (about 4096 short comparisons).
pub(crate) fn suggestions(lists: &[WordList], typed: &TypedWord) -> Vec<&'static str> {
    let mut near: Vec<(usize, Reverse<usize>, &'static str)> = Vec::new();
    for table in lists.iter().map(|list| list.table()) {
        for (folded, printed) in table.folded.iter().zip(&table.printed) {
            if let Some(distance) = distance(typed, folded) {
                // Beginnings are seldom misspelt: they decide between equals.
                let letters = folded.bytes().zip(typed.letters());
                let alike = letters.take_while(|(a, b)| a == *b).count();
                near.push((distance, Reverse(alike), printed));
            }
        }
    }
    near.sort_unstable();
    // The lists share 123 words, which come out side by side.
    near.dedup_by_key(|(_, _, word)| *word);
    near.truncate(MAX_SUGGESTIONS);
    near.into_iter().map(|(_, _, word)| word).collect()
}

/// How far a typed word is from a word of a list: twice the typing errors, one more
/// where only a beginning was compared, `None` where the errors are too many. The
/// typed word may be an abbreviation with an error in it.
fn distance(typed: &TypedWord, word: &str) -> Option<usize> {
    let text = typed.as_str();
    let bearable = match text.len() {
        0..3 => return None,
        3 => 1,
        _ => 2,
    };
    let errors = |word: &str| {
        let errors = strsim::osa_distance(text, word);
        (errors <= bearable).then_some(errors)
    };
    // Lengths are compared first because that is cheap: each is an error at least.
    let whole = (word.len().abs_diff(text.len()) <= bearable).then(|| errors(word));
    let whole = whole.flatten().map(|errors| 2 * errors);
    // As long as what was typed, or with the one letter that was left out.
    let [beginning, longer] = [0, 1].map(|more| {
        let errors = word.get(..text.len() + more).and_then(errors);
        errors.map(|errors| 2 * errors + 1)
    });
    // The right beginning counts as one error, whatever follows it.
    let distinct = word.get(..DISTINCT_LETTERS);
    let distinct = distinct.is_some_and(|letters| text.starts_with(letters));
    let distinct = distinct.then_some(3);
    [whole, beginning, longer, distinct].into_iter().flatten().min()
}
