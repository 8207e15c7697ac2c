use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::*;

/// A code with accents in French and words of three letters in English.
const BYTES: [u8; CODE_BYTES] = [0x7a, 0x14, 0x7d, 0xc4, 0x30, 0xc8, 0x5c, 0xae, 0x6f, 0xa7, 0xfc];
const FRENCH: &str = "heureux négocier genou exulter jaguar épargne position zèbre";
const ENGLISH: &str = "key physical illegal ghost magic fire salon zebra";

fn code() -> RetrievalCode {
    RetrievalCode::from_bytes(BYTES)
}

/// Asserts that a text means this code alone, and gives it away in a message.
fn assert_reads(text: &str) {
    assert_eq!(RetrievalCode::read(text), Ok(vec![code()]), "{text}");
    assert!(code().appears_in(text), "{text}");
    let message = format!("Bonjour, 2 mots 😀 : {text}, merci");
    assert!(code().appears_in(&message), "{message}");
}

fn error(text: &str) -> CodeError {
    RetrievalCode::read(text).unwrap_err()
}

/// Asserts which word is named, and what is suggested first.
fn assert_unknown(text: &str, expected: usize, suggestion: &str) {
    let CodeError::UnknownWord { position, suggestions } = error(text) else {
        panic!("{text}: {:?}", error(text));
    };
    assert_eq!(position, expected, "{text}");
    assert_eq!(suggestions.first(), Some(&suggestion), "{suggestions:?}");
    assert!(suggestions.len() <= 3);
}

#[test]
fn a_code_is_read_as_it_was_shown() {
    assert_eq!(*code().words(WordList::French), FRENCH);
    assert_eq!(*code().words(WordList::English), ENGLISH);
    assert_reads(FRENCH);
    assert_reads(ENGLISH);
}

#[test]
fn capitals_without_accents_are_read() {
    assert_reads("HEUREUX NEGOCIER GENOU EXULTER JAGUAR EPARGNE POSITION ZEBRE");
    assert_reads("Heureux Négocier Genou Exulter Jaguar Épargne Position Zèbre");
}

#[test]
fn accents_typed_apart_are_read() {
    assert_reads(&FRENCH.nfd().collect::<String>());
}

#[test]
fn a_numbered_list_on_eight_lines_is_read() {
    let lines = (1..).zip(ENGLISH.split(' '));
    let lines: Vec<_> = lines.map(|(n, word)| format!("{n}. {word}\r\n")).collect();
    assert_reads(&lines.concat());
}

#[test]
fn words_with_any_separators_are_read() {
    for separator in ["-", "_", ",", " / ", "\t", "\n\n", "\u{a0}", "7", " – ", "\u{200b}"] {
        assert_reads(&FRENCH.replace(' ', separator));
        assert_reads(&ENGLISH.replace(' ', separator));
    }
}

#[test]
fn the_first_four_letters_of_each_word_are_read() {
    assert_reads("heur nego geno exul jagu epar posi zebr");
    assert_reads("heure négoc genou exulte jagu éparg posit zèbr");
    assert_reads("key phys ille ghos magi fire salo zebr");
}

#[test]
fn thirty_two_letters_in_a_row_are_read() {
    assert_reads("heurnegogenoexuljaguepar\u{ad}posizebr");
    assert_reads("HEURNÉGOGENOEXULJAGUÉPARPOSIZÈBR");
    let found = 1;
    assert_eq!(error("heurnegogenoexuljagueparposizebx"), CodeError::Count { found });
    assert_eq!(error("heurnegogenoexuljagueparposizebre"), CodeError::Count { found });
}

#[test]
fn words_shortened_alike_in_both_lists_give_both_readings() {
    let text = "aban abse abso absu abus acce acid acro";
    let codes = RetrievalCode::read(text).unwrap();
    assert_eq!(codes.len(), 2);
    assert_ne!(codes[0], codes[1]);
    assert!(codes[0].words(WordList::French).starts_with("abandon abs"));
    assert!(codes[1].words(WordList::English).starts_with("abandon abs"));
    assert!(codes.iter().all(|code| code.appears_in(text)));
}

#[test]
fn a_reading_that_is_the_same_in_both_lists_is_given_once() {
    // "zèbre" and "zebra" have the same number, the only ones with one beginning.
    let text = "zebr ".repeat(CODE_WORDS);
    assert_eq!(RetrievalCode::read(&text).unwrap().len(), 1);
}

#[test]
fn nothing_typed_is_said_to_be_nothing() {
    for text in ["", " \n", "1234 5678", "…"] {
        assert_eq!(error(text), CodeError::Empty);
    }
}

#[test]
fn a_document_pasted_as_a_code_is_refused() {
    assert_eq!(error(&"a".repeat(1025)), CodeError::TooLong);
    assert_eq!(error(&" ".repeat(1025)), CodeError::TooLong);
    assert_eq!(error(&" ".repeat(1024)), CodeError::Empty);
    let padding = " ".repeat(1024 - FRENCH.len());
    assert_reads(&format!("{padding}{FRENCH}"));
}

#[test]
fn a_word_left_out_or_added_is_counted() {
    let found = |found| CodeError::Count { found };
    assert_eq!(error("heureux"), found(1));
    assert_eq!(error(ENGLISH.trim_start_matches("key ")), found(7));
    assert_eq!(error(&format!("{ENGLISH} x")), found(9));
    assert_eq!(error(&"a ".repeat(512)), found(512));
}

#[test]
fn a_misspelt_word_is_named_by_its_place() {
    assert_unknown(&ENGLISH.replace("key", "kye"), 1, "key");
    assert_unknown(&ENGLISH.replace("ghost", "gohst"), 4, "ghost");
    assert_unknown(&FRENCH.replace("zèbre", "zébu"), 8, "zèbre");
}

#[test]
fn a_word_that_only_begins_well_is_not_taken_for_another() {
    assert_unknown(&ENGLISH.replace("zebra", "zebrax"), 8, "zebra");
    assert_unknown(&FRENCH.replace("genou", "genoux"), 3, "genou");
}

#[test]
fn a_word_of_the_other_list_is_named() {
    let text = ENGLISH.replace("fire", "épargne");
    let at = |text: &str| match error(text) {
        CodeError::UnknownWord { position, .. } => position,
        other => panic!("{other:?}"),
    };
    assert_eq!(at(&text), 6);
    // As many words of either list: the one in neither is to be looked at first.
    assert_eq!(at("heureux négocier genou qqqqqq key physical illegal qqqqqq"), 4);
    assert_eq!(at("heureux négocier genou exulter key physical illegal ghost"), 1);
    assert_eq!(at(&"мир ".repeat(8)), 1);
}

#[test]
fn a_code_is_found_in_a_long_message() {
    let filler = "heureux négocier genou ".repeat(4000);
    assert!(!code().appears_in(&filler));
    assert!(code().appears_in(&format!("{filler}{FRENCH} {filler}")));
    assert!(code().appears_in(&format!("{filler}> {}", ENGLISH.replace(' ', "\n> "))));
}

#[test]
fn a_code_is_found_with_small_words_between() {
    assert!(code().appears_in(&format!("a) {}", ENGLISH.replace(' ', ", b) "))));
    assert!(code().appears_in("my code: keyphysilleghosmagifiresalozebr."));
}

#[test]
fn part_of_a_code_or_another_order_is_no_code() {
    let mut words: Vec<&str> = ENGLISH.split(' ').collect();
    assert!(!code().appears_in(&words[..7].join(" ")));
    words.swap(2, 3);
    assert!(!code().appears_in(&words.join(" ")));
    assert!(!code().appears_in(&ENGLISH.replace("ghost", "ghost story")));
    assert!(!code().appears_in(""));
}

#[test]
fn a_code_of_one_repeated_word_is_found() {
    let zeros = RetrievalCode::from_bytes([0; CODE_BYTES]);
    assert!(!zeros.appears_in(&"abandon ".repeat(7)));
    assert!(zeros.appears_in(&"abandon ".repeat(8)));
    assert!(zeros.appears_in(&"abandon ".repeat(9)));
}

#[test]
fn new_codes_differ() {
    let [a, b] = [(); 2].map(|()| RetrievalCode::generate().unwrap());
    assert_ne!(a, b);
}

#[test]
fn neither_a_code_nor_an_error_prints_what_was_typed() {
    assert_eq!(format!("{:?}", code()), "RetrievalCode(..)");
    let error = error(&ENGLISH.replace("zebra", "zebrax"));
    let printed = format!("{error} {error:?}");
    assert!(!printed.contains("zebr"), "{printed}");
}

#[test]
fn printing_never_grows_the_text() {
    for list in WordList::ALL {
        let longest = (0..2048).map(|number| list.word(number).len()).max();
        assert!(CODE_WORDS * (longest.unwrap() + 1) <= PRINTED_BYTES);
    }
}

#[test]
fn the_vectors_hold() {
    let text = include_str!("../../../tests/vectors/code.json");
    let vectors: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    assert!(vectors.len() >= 8);
    for vector in vectors {
        let hex = vector["bytes_hex"].as_str().unwrap();
        let mut bytes = [0; CODE_BYTES];
        assert_eq!(hex.len(), 2 * CODE_BYTES);
        for (n, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap();
        }
        let code = RetrievalCode::from_bytes(bytes);
        assert_eq!(*code.words(WordList::French), vector["french"]);
        assert_eq!(*code.words(WordList::English), vector["english"]);
        for list in WordList::ALL {
            let read = RetrievalCode::read(&code.words(list)).unwrap();
            assert!(read.contains(&code), "{hex}");
        }
    }
}

/// How somebody types one word.
#[derive(Clone, Debug)]
struct Typing {
    separator: String,
    letters: usize,
    capitals: u16,
    accents: u8,
}

fn typing() -> impl Strategy<Value = Typing> {
    let separator = "[ \\-_,.;:/0-9\t\r\n\u{a0}\u{2013}\u{200b}😀]{1,5}";
    (separator, 4..12_usize, any::<u16>(), 0..3_u8).prop_map(
        |(separator, letters, capitals, accents)| Typing { separator, letters, capitals, accents },
    )
}

fn type_in(word: &str, typing: &Typing) -> String {
    let letters = word.chars().take(typing.letters).enumerate();
    let word: String = letters
        .map(|(n, letter)| match typing.capitals >> n & 1 {
            0 => letter.to_string(),
            _ => letter.to_uppercase().to_string(),
        })
        .collect();
    let word = match typing.accents {
        0 => word,
        1 => word.nfd().collect(),
        _ => word.nfd().filter(char::is_ascii).collect(),
    };
    format!("{}{word}", typing.separator)
}

proptest! {
    #[test]
    fn any_code_is_read_however_it_is_typed(
        bytes: [u8; CODE_BYTES],
        french: bool,
        typings in proptest::collection::vec(typing(), CODE_WORDS),
    ) {
        let list = if french { WordList::French } else { WordList::English };
        let code = RetrievalCode::from_bytes(bytes);
        let words = code.words(list);
        let words = words.split(' ').zip(&typings);
        let text: String = words.map(|(word, typing)| type_in(word, typing)).collect();
        let read = RetrievalCode::read(&text).unwrap();
        prop_assert!(read.contains(&code), "{}", text);
        prop_assert!(read.len() <= WordList::ALL.len());
        for code in read {
            let message = format!("{}{} end", "some words ", text);
            prop_assert!(code.appears_in(&message));
        }
    }

    #[test]
    fn any_text_is_answered(text: String, bytes: [u8; CODE_BYTES]) {
        let _ = RetrievalCode::from_bytes(bytes).appears_in(&text);
        for code in RetrievalCode::read(&text).unwrap_or_default() {
            prop_assert!(code.appears_in(&text));
        }
    }

    #[test]
    fn eight_words_of_letters_are_read_or_one_is_named(
        text in "([a-zé]{1,9} ){7}[a-zé]{1,9}",
    ) {
        if let Err(error) = RetrievalCode::read(&text) {
            let CodeError::UnknownWord { position, suggestions } = error else {
                return Err(TestCaseError::fail(text));
            };
            prop_assert!((1..=CODE_WORDS).contains(&position));
            prop_assert!(suggestions.len() <= 3);
        }
    }
}
