//! A text that somebody typed or pasted -> the codes it can mean.
//!
//! Words of nine letters or more may be several words written as one. What stands around the code is left
//! out where it is known for what it is: numbering, a label, a second copy. The check of nine words tells
//! the code from what stands around it; eight words have none, so for them all the rest must be explained.

use zeroize::Zeroizing;

use super::super::words::{self, Sign, TypedWord, WordList};
use super::error::unknown_word;
use super::{CODE_WORDS, CodeError, LONGEST_ORDINAL, RetrievalCode, SECRET_WORDS, is_numeral};

/// The longest text (bytes) read as a code. Nine words twice, with something unseen behind each letter, take some 600.
const MAX_TEXT_BYTES: usize = 1024;

/// Words of a text that is read as a code: nine twice, each with one before it, and some around them.
const MAX_WORDS: usize = 64;

/// Ways of taking one word apart that are tried, the steps to them, and ways of reading a whole text in one list.
const MAX_WAYS: usize = 64;
const MAX_STEPS: usize = 1024;

/// Codes that a text may mean, since each costs a derivation.
pub(super) const MAX_CODES: usize = 2;

/// Words of a label that may stand before eight words without a colon. Three of them are in the lists too: where
/// nine words begin with one of these three and fail the check, the last eight are read as a code of the older
/// kind.
const LABELS: [&str; 14] = [
    "boite",
    "code",
    "codes",
    "mailbox",
    "mon",
    "mot",
    "mots",
    "recuperation",
    "retrieval",
    "secret",
    "sourdine",
    "votre",
    "word",
    "words",
];

/// What a text means in a list.
pub(super) type Read = Vec<(RetrievalCode, WordList)>;

/// A word of the text, and what stood around it.
#[derive(Clone)]
struct Token {
    word: TypedWord,
    /// A digit directly before it.
    after_digit: bool,
    /// A colon behind it.
    before_colon: bool,
}

impl Token {
    /// Numbering, as in "a)", "1st", "3ème", "viii."; the lists have nothing like it.
    fn is_numbering(&self) -> bool {
        let letters = self.word.letters();
        is_numeral(letters)
            || (self.after_digit
                && letters.len() <= LONGEST_ORDINAL
                && WordList::ALL.iter().all(|list| list.find(&self.word).is_none()))
    }

    /// A word of a label, or of another alphabet.
    fn is_label(&self) -> bool {
        LABELS.contains(&self.word.as_str()) || self.word.is_foreign()
    }
}

/// Some of the words of a text.
type Choice<'a> = Vec<&'a Token>;

/// Every code that a text can mean, at most two.
pub(super) fn read(text: &str) -> Result<Read, CodeError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(CodeError::TooLong);
    }
    let tokens = without_numbering(tokens(text).ok_or(CodeError::TooLong)?);
    let all: Choice<'_> = tokens.iter().collect();
    if all.is_empty() {
        return Err(CodeError::Empty);
    }
    let choices = choices(&all);
    let mut has_nine = false;
    let nine = found(&choices, |_, numbers| {
        has_nine |= numbers.len() == CODE_WORDS && numbers.iter().all(Option::is_some);
        numbers.windows(CODE_WORDS).find_map(RetrievalCode::from_numbers)
    });
    if !nine.is_empty() {
        return Ok(nine);
    }
    let eight = found(&choices, |explained, numbers| {
        let (first, rest) = numbers.split_at_checked(SECRET_WORDS)?;
        let repeats = rest.chunks(SECRET_WORDS).all(|more| more == first);
        (explained && repeats).then(|| RetrievalCode::from_numbers(first)).flatten()
    });
    match eight.is_empty() {
        false => Ok(eight),
        true if has_nine => Err(CodeError::Check),
        true => Err(error(&all)),
    }
}

/// A colon behind what is left out stands behind the word before it, as in "my code is: …".
fn without_numbering(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if !token.is_numbering() {
            kept.push(token);
        } else if let Some(last) = kept.last_mut() {
            last.before_colon |= token.before_colon;
        }
    }
    kept
}

/// Which words are no part of a code: of these too many, or too few.
fn error(all: &[&Token]) -> CodeError {
    let once = once(all);
    let is_code = |words: &&[&Token]| matches!(words.len(), SECRET_WORDS | CODE_WORDS);
    let labelled = || [CODE_WORDS, SECRET_WORDS].into_iter().find_map(|n| after_labels(once, n));
    let labelled = Some(once).filter(|once| once.len() > CODE_WORDS).and_then(|_| labelled());
    let words = after_colon(once).filter(is_code).or(labelled).unwrap_or(once);
    let typed: Vec<_> = words.iter().map(|token| &token.word).collect();
    if is_code(&words) { unknown_word(&typed) } else { CodeError::Count { found: typed.len() } }
}

/// The words of a text; none where there are far too many.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::with_capacity(MAX_WORDS);
    let (mut before, mut digit_since, mut too_many) = (None, false, false);
    words::each_sign(text, |sign| {
        match sign {
            Sign::Letter(letter) => {
                if !matches!(before, Some(Sign::Letter(_))) {
                    let after_digit =
                        matches!(before, Some(Sign::Between(sign)) if sign.is_numeric());
                    too_many |= tokens.len() >= MAX_WORDS;
                    if !too_many {
                        let word = TypedWord::EMPTY;
                        tokens.push(Token { word, after_digit, before_colon: false });
                    }
                    digit_since = false;
                }
                if let Some(token) = tokens.last_mut() {
                    token.word.push(letter);
                }
            }
            Sign::Between(sign) => {
                // A colon belongs to the word before it, spaces between them or not, unless a number is there.
                digit_since |= sign.is_numeric();
                if matches!(sign, ':' | '=')
                    && !digit_since
                    && let Some(token) = tokens.last_mut()
                {
                    token.before_colon = true;
                }
            }
        }
        before = Some(sign);
    });
    (!too_many).then_some(tokens)
}

/// What may be meant of all words, and whether the rest is explained: no copy, no label, no numbering is left out
/// that is not known for one.
fn choices<'a>(all: &[&'a Token]) -> Vec<(bool, Choice<'a>)> {
    let mut choices = Vec::new();
    let alone = once(all);
    let mut bases = vec![all, alone];
    bases.extend(after_colon(alone));
    bases.extend(after_labels(alone, SECRET_WORDS));
    // Each leaves out more of the same words.
    bases.dedup_by_key(|base| base.len());
    for base in bases {
        choices.push((true, once(base).to_vec()));
        // One word of two, or of three: "word one: … word two: …".
        for width in [2, 3] {
            for column in 0..width {
                let rows = base.len() / width;
                if base.len() % width == 0 && matches!(rows, SECRET_WORDS | CODE_WORDS) {
                    let of = |column| base.iter().copied().skip(column).step_by(width);
                    let explained = (0..width)
                        .filter(|other| *other != column)
                        .all(|other| is_count(of(other)));
                    choices.push((explained, of(column).collect()));
                }
            }
        }
    }
    choices
}

/// Words that count others: the same each time, or some of which are in no list.
fn is_count<'a>(mut words: impl Iterator<Item = &'a Token> + Clone) -> bool {
    let in_list = |token: &Token| WordList::ALL.iter().any(|list| list.find(&token.word).is_some());
    let has_other = words.clone().any(|token| !in_list(token));
    let first = words.next();
    has_other || words.all(|token| first.is_some_and(|first| first.word == token.word))
}

/// One copy, where the words are as many copies as there are.
fn once<'a, 'b>(words: &'b [&'a Token]) -> &'b [&'a Token] {
    let same = |a: &[&Token], b: &[&Token]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.word == b.word)
    };
    (SECRET_WORDS..=words.len() / 2)
        .find_map(|length| {
            let (first, rest) = words.split_at_checked(length)?;
            rest.chunks(length).all(|more| same(more, first)).then_some(first)
        })
        .unwrap_or(words)
}

/// What follows the only word with a colon behind it, where that is enough.
fn after_colon<'a, 'b>(words: &'b [&'a Token]) -> Option<&'b [&'a Token]> {
    let mut colons = words.iter().enumerate().filter(|(_, token)| token.before_colon);
    let (Some((at, _)), None) = (colons.next(), colons.next()) else { return None };
    words.get(at + 1..).filter(|rest| rest.len() >= SECRET_WORDS)
}

/// The last words, so many, where all before them are those of a label.
fn after_labels<'a, 'b>(words: &'b [&'a Token], count: usize) -> Option<&'b [&'a Token]> {
    let (labels, rest) = words.split_at_checked(words.len().checked_sub(count)?)?;
    (!labels.is_empty() && labels.iter().all(|token| token.is_label())).then_some(rest)
}

/// What a reader finds in the words of each choice, as numbers of each list: at most two codes.
fn found(
    choices: &[(bool, Choice<'_>)],
    mut reader: impl FnMut(bool, &[Option<u16>]) -> Option<RetrievalCode>,
) -> Read {
    let mut read = Read::new();
    for (explained, choice) in choices {
        for list in WordList::ALL {
            let ways: Vec<_> = choice.iter().map(|token| ways(list, &token.word)).collect();
            let mut tries = MAX_WAYS;
            let mut numbers = Zeroizing::new(Vec::with_capacity(2 * MAX_WORDS));
            each_reading(&ways, &mut numbers, &mut tries, &mut |numbers| {
                let code = reader(*explained, numbers);
                let is_found = code.is_some();
                if let Some(code) = code
                    && read.len() < MAX_CODES
                    && !read.iter().any(|(other, _)| *other == code)
                {
                    read.push((code, list));
                }
                is_found
            });
        }
    }
    read
}

/// Ways to read one word of the text as words of a list; where there is none, nothing in its place.
type Ways = Vec<Zeroizing<Vec<Option<u16>>>>;

fn ways(list: WordList, word: &TypedWord) -> Ways {
    if let Some(number) = list.find(word) {
        return vec![Zeroizing::new(vec![Some(number)])];
    }
    let mut ways = Ways::new();
    let mut steps = MAX_STEPS;
    let mut numbers = Zeroizing::new(Vec::with_capacity(MAX_WORDS));
    take_apart(list, word.letters(), &mut numbers, &mut steps, &mut ways);
    if ways.is_empty() {
        ways.push(Zeroizing::new(vec![None]));
    }
    ways
}

/// Takes letters apart into words of a list, whole or abbreviated: the longest first, or the shortest where the
/// length is that of words of four letters.
fn take_apart(
    list: WordList,
    letters: &[u8],
    numbers: &mut Zeroizing<Vec<Option<u16>>>,
    steps: &mut usize,
    ways: &mut Ways,
) {
    if letters.is_empty() {
        ways.push(numbers.clone());
    }
    let mut beginnings: Vec<_> = list.beginnings(letters).collect();
    if letters.len().is_multiple_of(words::DISTINCT_LETTERS) {
        beginnings.reverse();
    }
    for (number, taken) in beginnings {
        if ways.len() >= MAX_WAYS || *steps == 0 {
            return;
        }
        *steps -= 1;
        numbers.push(Some(number));
        take_apart(list, letters.get(taken..).unwrap_or_default(), numbers, steps, ways);
        numbers.pop();
    }
}

/// Calls `visit` with each way to read all words, until it has what it wants.
fn each_reading(
    ways: &[Ways],
    numbers: &mut Zeroizing<Vec<Option<u16>>>,
    tries: &mut usize,
    visit: &mut impl FnMut(&[Option<u16>]) -> bool,
) -> bool {
    let Some((first, rest)) = ways.split_first() else {
        *tries = tries.saturating_sub(1);
        return visit(numbers) || *tries == 0;
    };
    let before = numbers.len();
    for way in first {
        numbers.extend_from_slice(way);
        let is_done = each_reading(rest, numbers, tries, visit);
        numbers.truncate(before);
        if is_done {
            return true;
        }
    }
    false
}
