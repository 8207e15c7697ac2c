use std::collections::HashSet;

use super::suggest::MAX_SUGGESTIONS;
use super::*;

fn typed(text: &str) -> TypedWord {
    let mut words = words_of(text);
    assert_eq!(words.len(), 1, "{text}");
    words.remove(0)
}

fn words_of(text: &str) -> Vec<TypedWord> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.clone()));
    words
}

fn texts_of(text: &str) -> Vec<String> {
    let words = words_of(text);
    words.iter().map(|word| word.as_str().to_owned()).collect()
}

#[test]
fn four_letters_tell_the_words_of_a_list_apart() {
    for list in WordList::ALL {
        let table = list.table();
        assert_eq!(table.printed.len(), 2048);
        assert_eq!(table.folded.len(), 2048);
        assert_eq!(table.by_beginning.len(), 2048, "{list:?}");
        for word in &table.folded {
            assert!((3..=8).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|letter| letter.is_ascii_lowercase()));
        }
    }
}

#[test]
fn every_word_is_found_whole_and_by_each_beginning_of_four_letters_or_more() {
    for list in WordList::ALL {
        for number in 0..2048 {
            let word = list.word(number);
            let folded = typed(word).as_str().to_owned();
            assert_eq!(list.find(&typed(word)), Some(number), "{word}");
            for length in 4..=folded.len() {
                assert_eq!(list.find(&typed(&folded[..length])), Some(number), "{word}");
            }
        }
    }
}

#[test]
fn three_letters_of_a_longer_word_are_not_enough() {
    for list in WordList::ALL {
        let whole: HashSet<&str> = list.table().folded.iter().map(String::as_str).collect();
        for word in &whole {
            let beginning = &word[..3];
            let found = list.find(&typed(beginning)).is_some();
            assert_eq!(found, whole.contains(beginning), "{beginning}");
        }
    }
}

#[test]
fn lists_are_printed_with_composed_accents() {
    assert_eq!(WordList::French.word(18), "acad\u{e9}mie");
    for list in WordList::ALL {
        for word in &list.table().printed {
            assert_eq!(word.nfc().collect::<String>(), *word);
        }
    }
}

#[test]
fn accents_ligatures_and_full_width_letters_are_folded() {
    let folded = [
        ("acad\u{e9}mie", "academie"),
        ("acade\u{301}mie", "academie"),
        ("\u{152}UVRE", "oeuvre"),
        ("\u{e6}", "ae"),
        ("\u{130}\u{131}", "ii"),
        ("\u{fb01}n", "fin"),
        ("\u{ff21}\u{ff22}\u{ff41}", "aba"),
        ("aban\u{ad}don", "abandon"),
        ("aban\u{200b}d\u{200f}on\0", "abandon"),
        ("\u{43c}\u{438}\u{440}", "???"),
    ];
    for (text, letters) in folded {
        assert_eq!(texts_of(text), [letters], "{text}");
    }
}

#[test]
fn anything_but_letters_separates_words() {
    let text = "1.one2)\ttwo\u{a0}three/four\r\n\u{2013}five\u{1f600}six \u{301}'seven_eight.";
    let words = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    assert_eq!(texts_of(text), words);
    assert!(texts_of(" \n12 \u{301}.").is_empty());
}

#[test]
fn an_endless_word_keeps_its_beginning_only() {
    let word = typed(&"x".repeat(100_000));
    assert_eq!(word.length, KEPT_LETTERS + 1);
    assert_eq!(word.as_str(), "x".repeat(KEPT_LETTERS));
}

#[test]
fn a_misspelt_word_is_suggested_first() {
    let cases = [
        (WordList::English, "abandonx", "abandon"),
        (WordList::English, "abandonment", "abandon"),
        (WordList::English, "abndon", "abandon"),
        (WordList::English, "bandon", "abandon"),
        (WordList::English, "yuo", "you"),
        (WordList::English, "addx", "add"),
        (WordList::English, "recieve", "receive"),
        (WordList::English, "zbera", "zebra"),
        (WordList::English, "abnd", "abandon"),
        (WordList::French, "zebr\u{e9}e", "z\u{e8}bre"),
        (WordList::French, "akad\u{e9}mie", "acad\u{e9}mie"),
        (WordList::French, "negosier", "n\u{e9}gocier"),
    ];
    for (list, text, word) in cases {
        let suggested = suggestions(&[list], &typed(text));
        assert_eq!(suggested.first(), Some(&word), "{text}: {suggested:?}");
        assert!(suggested.len() <= MAX_SUGGESTIONS);
    }
}

#[test]
fn a_word_of_both_lists_is_suggested_once() {
    let suggested = suggestions(&WordList::ALL, &typed("animaux"));
    let animals = suggested.iter().filter(|word| **word == "animal").count();
    assert_eq!(animals, 1, "{suggested:?}");
}

#[test]
fn nothing_is_suggested_for_what_is_like_no_word() {
    for text in ["qqqqqqqq", "ab", "\u{43c}\u{438}\u{440}", &"x".repeat(999)] {
        assert!(suggestions(&WordList::ALL, &typed(text)).is_empty(), "{text}");
    }
}
