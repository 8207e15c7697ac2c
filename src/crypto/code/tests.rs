use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::reading::MAX_CODES;
use super::*;

/// A code with accents in French and words of three letters in English.
const BYTES: [u8; CODE_BYTES] = [0x7a, 0x14, 0x7d, 0xc4, 0x30, 0xc8, 0x5c, 0xae, 0x6f, 0xa7, 0xfc];
const FRENCH: &str = "heureux négocier genou exulter jaguar épargne position zèbre flocon";
const ENGLISH: &str = "key physical illegal ghost magic fire salon zebra harsh";

fn code() -> RetrievalCode {
    RetrievalCode::from_bytes(&BYTES)
}

/// The same as people had it who came before there was a check.
fn older(words: &str) -> &str {
    words.rsplit_once(' ').unwrap().0
}

/// Asserts that a text means this code alone, and gives it away in a message.
fn assert_reads(text: &str) {
    assert_eq!(RetrievalCode::read(text), Ok(vec![code()]), "{text}");
    assert!(code().appears_in(text), "{text}");
    let message = format!("Bonjour, 2 mots 😀 : {text}, merci");
    assert!(code().appears_in(&message), "{message}");
}

/// The same of nine words and of eight, in both lists.
fn assert_reads_each(spell: impl Fn(&[&str]) -> String) {
    for (words, is_checked) in
        [(ENGLISH, true), (FRENCH, true), (older(ENGLISH), false), (older(FRENCH), false)]
    {
        let text = spell(&words.split(' ').collect::<Vec<_>>());
        assert_reads(&text);
        let code = RetrievalCode::read(&text).unwrap().remove(0);
        assert_eq!(code.is_checked(), is_checked, "{text}");
        let list = if words.is_ascii() { WordList::English } else { WordList::French };
        assert_eq!(code.list_of(&text), Some(list), "{text}");
        assert_eq!(*code.words(list), words, "{text}");
    }
}

fn error(text: &str) -> CodeError {
    match RetrievalCode::read(text) {
        Err(error) => error,
        Ok(_) => panic!("{text} is read"),
    }
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

/// A word and its number, from 1.
fn numbered<'a>(words: &[&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    (1..).zip(words.to_vec())
}

#[test]
fn a_code_is_read_as_it_was_shown() {
    assert_eq!(*code().words(WordList::French), FRENCH);
    assert_eq!(*code().words(WordList::English), ENGLISH);
    assert_reads_each(|words| words.join(" "));
}

#[test]
fn numbering_of_any_kind_is_left_out() {
    let spell = |each: &dyn Fn(usize, &str) -> String| {
        assert_reads_each(|words| numbered(words).map(|(n, word)| each(n, word)).collect());
    };
    // Digits and letters of a row, from the one that counts the first word.
    let from = |first: char, n: usize| (first..).nth(n - 1).unwrap();
    spell(&|n, word| format!("{}) {word}\n", from('a', n)));
    spell(&|n, word| format!("{}. {word}\r\n", from('A', n)));
    let roman = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    spell(&|n, word| format!("{}. {word} ", roman[n - 1]));
    spell(&|n, word| format!("({}) {word} ", roman[n - 1].to_uppercase()));
    let english = ["st", "nd", "rd", "th", "th", "th", "th", "th", "th"];
    spell(&|n, word| format!("{n}{} {word} ", english[n - 1]));
    let french = ["er", "ère", "e", "ème", "ième", "ème", "ème", "ème", "ème"];
    spell(&|n, word| format!("{n}{} {word} ", french[n - 1]));
    for sign in ["n°", "nº", "No. ", "№", "#", "mot ", "mot n° ", "word ", "Word number ", "Wort "]
    {
        spell(&|n, word| format!("{sign} {n} {word} "));
        spell(&|n, word| format!("{sign}{n}: {word}, "));
    }
    spell(&|n, word| format!("{n}{word}"));
    spell(&|n, word| format!("{word} ({n}) "));
    spell(&|n, word| format!("{n}\u{fe0f}\u{20e3}{word}"));
    spell(&|n, word| format!("{} {word} ", from('①', n)));
    spell(&|n, word| format!("{} {word} ", from('١', n)));
    spell(&|n, word| format!("{}) {word} ", from('α', n)));
    let first =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    spell(&|n, word| format!("{} {word}, ", first[n - 1]));
    let premier = [
        "premier",
        "deuxième",
        "troisième",
        "quatrième",
        "cinquième",
        "sixième",
        "septième",
        "huitième",
        "neuvième",
    ];
    spell(&|n, word| format!("{} : {word}\n", premier[n - 1]));
}

#[test]
fn a_label_is_left_out_even_one_of_the_list() {
    let labels = [
        "Code: ",
        "CODE = ",
        "Mon code : ",
        "My secret code is: ",
        "word: ",
        "mots :\n",
        "Retrieval code\n",
        "Phrase secrète : ",
        "Boîte aux lettres : ",
        "Sourdine, code ",
        "رمز: ",
        "код ",
        "code ",
        "mon code ",
    ];
    for label in labels {
        assert_reads_each(|words| format!("{label}{}", words.join(" ")));
        assert_reads_each(|words| {
            let lines = numbered(words).map(|(n, word)| format!("{n}. {word}\n"));
            format!("{label}\n{}", lines.collect::<String>())
        });
    }
    // A colon behind each is none of a label.
    let wrong = ENGLISH.replace("ghost", "fire");
    assert_eq!(error(&wrong.replace(' ', ": ")), CodeError::Check);
    // Nine words tell themselves from anything around them.
    assert_reads(&format!("write down and keep: {ENGLISH} (do not lose)"));
    assert_reads(&format!("zebra magic {ENGLISH} fire ghost"));
}

#[test]
fn a_code_that_was_pasted_again_is_read() {
    for gap in [" ", "\n", "\r\n\r\n", ", ", ""] {
        assert_reads_each(|words| [words.join(" "), words.join(" ")].join(gap));
    }
    assert_reads_each(|words| format!("{0}\n{0}\n{0}", words.join(" ")));
    assert_reads_each(|words| format!("Code: {0}\nCode: {0}", words.join(" ")));
    assert_reads_each(|words| format!("{0}{0}", words.concat()));
    assert_reads(&format!("{FRENCH}\n{}", FRENCH.to_uppercase()));
}

#[test]
fn what_stands_unseen_in_a_word_is_left_out() {
    let unseen = "\u{ad}\u{34f}\u{61c}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{202a}\u{202c}\u{202e}\u{2060}\u{2066}\u{2069}\u{feff}\u{fe0f}\u{e0041}\0\u{8}\u{7f}";
    for sign in unseen.chars() {
        assert_reads_each(|words| {
            let split = |word: &&str| {
                let mut letters: Vec<_> = word.chars().collect();
                letters.insert(3, sign);
                letters.into_iter().collect::<String>()
            };
            words.iter().map(split).collect::<Vec<_>>().join(" ")
        });
        // Between words it leaves them as one.
        assert_reads_each(|words| words.join(&sign.to_string()));
    }
    let everywhere: String = ENGLISH.chars().flat_map(|c| [c, '\u{200b}']).collect();
    assert_reads(&everywhere);
    assert_reads(&format!("\u{feff}{FRENCH}\u{200b}"));
}

#[test]
fn words_written_as_one_are_read() {
    assert_reads_each(|words| words.concat());
    assert_reads_each(|words| words.concat().to_uppercase());
    assert_reads_each(|words| words.chunks(2).map(<[&str]>::concat).collect::<Vec<_>>().join(" "));
    assert_reads_each(|words| {
        words.iter().map(|word| word.chars().take(4).collect::<String>()).collect()
    });
    assert_reads_each(|words| {
        let capital = |word: &&str| {
            let (first, rest) = word.split_at(word.chars().next().unwrap().len_utf8());
            first.to_uppercase() + rest
        };
        words.iter().map(capital).collect()
    });
    assert_reads(&format!("code{}", ENGLISH.replace(' ', "")));
}

#[test]
fn a_text_made_to_be_read_in_many_ways_costs_little() {
    // "abandon" is "aban" and more; "abac" and "abai" and so on begin words of the French list.
    for word in ["abandon", "aban", "abanabandabandoabandon", "key", "zoozoo", "able able ", "a b "]
    {
        for length in [100, 512, 1024] {
            let text: String = word.repeat(1024 / word.len() + 1).chars().take(length).collect();
            let codes = RetrievalCode::read(&text).unwrap_or_default();
            assert!(codes.len() <= MAX_CODES);
        }
    }
}

#[test]
fn a_wrong_word_is_told_from_the_check() {
    for words in [ENGLISH, FRENCH] {
        let list = if words.is_ascii() { WordList::English } else { WordList::French };
        let right: Vec<&str> = words.split(' ').collect();
        let mut read = 0;
        for at in 0..CODE_WORDS {
            for number in (0..2048).step_by(7) {
                let mut wrong = right.clone();
                wrong[at] = list.word(number);
                match RetrievalCode::read(&wrong.join(" ")) {
                    Ok(codes) => read += usize::from(codes != [code()]),
                    Err(error) => assert_eq!(error, CodeError::Check, "{wrong:?}"),
                }
            }
        }
        // Of the other 2,633 one in 2,048 passes by chance.
        assert!(read < 8, "{read}");
        let mut swapped = right.clone();
        swapped.swap(2, 5);
        assert_eq!(error(&swapped.join(" ")), CodeError::Check);
        assert_eq!(error(&swapped.concat()), CodeError::Check);
        assert_eq!(error(&format!("My code: {}", swapped.join(" "))), CodeError::Check);
        assert_eq!(error(&format!("{0}\n{0}", swapped.join(" "))), CodeError::Check);
    }
    assert_eq!(error(&"able ".repeat(9)), CodeError::Check);
}

#[test]
fn capitals_without_accents_are_read() {
    assert_reads("HEUREUX NEGOCIER GENOU EXULTER JAGUAR EPARGNE POSITION ZEBRE FLOCON");
    assert_reads("Heureux Négocier Genou Exulter Jaguar Épargne Position Zèbre Flocon");
}

#[test]
fn accents_typed_apart_are_read() {
    assert_reads(&FRENCH.nfd().collect::<String>());
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
    assert_reads("heur nego geno exul jagu epar posi zebr floc");
    assert_reads("heure négoc genou exulte jagu éparg posit zèbr floco");
    assert_reads("key phys ille ghos magi fire salo zebr hars");
    assert_reads("heurnegogenoexuljaguepar\u{ad}posizebr");
    assert_reads("HEURNÉGOGENOEXULJAGUÉPARPOSIZÈBRFLOC");
    assert_reads("keyphysilleghosmagifiresalozebr");
    let found = 1;
    assert_eq!(error("heurnegogenoexuljagueparposizebx"), CodeError::Count { found });
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
    let text = "zebr ".repeat(SECRET_WORDS);
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
    assert_eq!(error("physical illegal ghost magic fire salon zebra"), found(7));
    assert_eq!(error("a b c d"), CodeError::Empty);
    assert_eq!(error(&"aa ".repeat(300)), CodeError::TooLong);
    assert_eq!(error("every word out of these ten and one are not codes"), found(10));
    // Without the first word nine are eight, and only what is there already is opened with these.
    let rest = ENGLISH.trim_start_matches("key ");
    assert!(RetrievalCode::read(rest).unwrap().iter().all(|read| !read.is_checked()));
}

#[test]
fn a_misspelt_word_is_named_by_its_place() {
    assert_unknown(&ENGLISH.replace("key", "kye"), 1, "key");
    assert_unknown(&ENGLISH.replace("ghost", "gohst"), 4, "ghost");
    assert_unknown(&FRENCH.replace("zèbre", "zébu"), 8, "zèbre");
    assert_unknown(&FRENCH.replace("flocon", "floqon"), 9, "flocon");
    assert_unknown(&older(FRENCH).replace("zèbre", "zébu"), 8, "zèbre");
    // What stands around it is not counted.
    assert_unknown(&format!("My code: {}", ENGLISH.replace("ghost", "gohst")), 4, "ghost");
    assert_unknown(&format!("Code: {}", older(ENGLISH).replace("ghost", "gohst")), 4, "ghost");
    let lines = (1..).zip(ENGLISH.split(' '));
    let lines: Vec<_> = lines.map(|(n, word)| format!("{n}) {word}")).collect();
    assert_unknown(&lines.join("\n").replace("ghost", "gohst"), 4, "ghost");
    // Nor is one of nine taken for a label of eight.
    assert!(matches!(
        error(&ENGLISH.replace("key", "mmmmm")),
        CodeError::UnknownWord { position: 1, .. }
    ));
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
fn a_code_is_found_with_words_between() {
    assert!(code().appears_in(&format!("a) {}", ENGLISH.replace(' ', ", b) "))));
    assert!(code().appears_in(&ENGLISH.replace(' ', " then comes ")));
    assert!(!code().appears_in(&ENGLISH.replace(' ', " then at last comes ")));
    assert!(code().appears_in("my code: keyphysilleghosmagifiresalozebr."));
    assert!(code().appears_in("mycode_keyphysicalillegalghostmagicfiresalonzebraharsh.pdf"));
    assert!(code().appears_in("key-phys-ille-ghos-magi-fire-salo-zebr.txt"));
}

#[test]
fn part_of_a_code_or_another_order_is_no_code() {
    let mut words: Vec<&str> = older(ENGLISH).split(' ').collect();
    assert!(!code().appears_in(&words[..7].join(" ")));
    assert!(!code().appears_in(&words[..7].concat()));
    words.swap(2, 3);
    assert!(!code().appears_in(&words.join(" ")));
    assert!(!code().appears_in(&words.concat()));
    assert!(!code().appears_in(""));
    // The first eight words are all of the secret.
    assert!(code().appears_in(older(ENGLISH)));
}

#[test]
fn a_code_of_one_repeated_word_is_found() {
    let zeros = RetrievalCode::from_bytes(&[0; CODE_BYTES]);
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
        let code = RetrievalCode::from_bytes(&bytes);
        assert_eq!(u64::from(check_of(&bytes)), vector["check"]);
        for (list, name) in [(WordList::French, "french"), (WordList::English, "english")] {
            assert_eq!(*code.words(list), vector[name]);
            let read = RetrievalCode::read(&code.words(list)).unwrap();
            assert!(read.contains(&code) && read.iter().all(RetrievalCode::is_checked), "{hex}");
            let words = vector[format!("older_{name}")].as_str().unwrap();
            let read = RetrievalCode::read(words).unwrap();
            assert!(read.contains(&code) && !read.iter().any(RetrievalCode::is_checked), "{hex}");
            let again = read.into_iter().find(|read| *read == code).unwrap();
            assert_eq!(*again.words(list), *words);
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
        is_older: bool,
        typings in proptest::collection::vec(typing(), CODE_WORDS),
    ) {
        let list = if french { WordList::French } else { WordList::English };
        let code = RetrievalCode::from_bytes(&bytes);
        let words = code.words(list);
        let words = if is_older { older(&words) } else { &words };
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
        let _ = RetrievalCode::from_bytes(&bytes).appears_in(&text);
        for code in RetrievalCode::read(&text).unwrap_or_default() {
            prop_assert!(code.appears_in(&text));
        }
    }

    #[test]
    fn nine_words_of_letters_are_read_or_one_is_named(
        text in "([a-hj-uyzé]{3,9} ){8}[a-hj-uyzé]{3,9}",
    ) {
        if let Err(error) = RetrievalCode::read(&text) {
            let CodeError::UnknownWord { position, suggestions } = error else {
                return Err(TestCaseError::fail(text));
            };
            prop_assert!((1..=CODE_WORDS).contains(&position));
            prop_assert!(suggestions.len() <= 3);
        }
    }

    #[test]
    fn words_of_the_list_in_any_number_and_shape_are_answered(
        numbers in proptest::collection::vec(0..2048_u16, 1..40),
        gaps in proptest::collection::vec("[ :=1\u{200b}]{0,2}", 40),
    ) {
        let pairs = numbers.iter().zip(&gaps);
        let words = pairs.map(|(number, gap)| [WordList::English.word(*number), gap].concat());
        let text = words.collect::<Vec<_>>().concat();
        for code in RetrievalCode::read(&text).unwrap_or_default() {
            prop_assert!(code.appears_in(&text), "{}", text);
        }
    }
}
