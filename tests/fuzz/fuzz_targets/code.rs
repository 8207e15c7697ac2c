//! Any text: reading and searching it never panic, and a code that was read is
//! found in the text and printed as words that read to it again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sourdine::crypto::code::{CodeError, RetrievalCode};
use sourdine::crypto::words::WordList;

fuzz_target!(|text: &str| {
    let other = RetrievalCode::from_bytes(&[0x5a; 11]);
    let _ = other.appears_in(text);
    match RetrievalCode::read(text) {
        Ok(codes) => {
            assert!((1..=WordList::ALL.len()).contains(&codes.len()));
            for code in codes {
                assert!(code.appears_in(text));
                for list in WordList::ALL {
                    let again = RetrievalCode::read(&code.words(list));
                    assert!(again.is_ok_and(|codes| codes.contains(&code)));
                }
            }
        }
        Err(CodeError::UnknownWord {
            position,
            suggestions,
        }) => {
            assert!((1..=9).contains(&position));
            assert!(suggestions.len() <= 3);
        }
        Err(_) => {}
    }
});
