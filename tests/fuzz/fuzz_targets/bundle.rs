//! Any bytes as a bundle: reading never panics, every entry lies within the input and is printed as it
//! was read; names of any kind become one plain component; a manifest that is read can be written.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use sourdine::bundle::manifest::Manifest;
use sourdine::bundle::path::MemberPath;
use sourdine::bundle::{names, read};
use sourdine::crypto::inspect;

fuzz_target!(|input: &[u8]| {
    let scanned = read::scan(Cursor::new(input), &mut |path, entry| {
        let length = input.len() as u64;
        assert!(entry.offset.checked_add(entry.size).is_some_and(|end| end <= length));
        assert!(entry.member == path.member);
        assert!(MemberPath::parse(&path.to_string()) == Some(path));
        Ok(())
    });
    // What is read ends as a tar ends.
    assert!(scanned.is_err() || input.windows(1_024).any(|end| end.iter().all(|b| *b == 0)));
    if let Ok(manifest) = Manifest::parse(input) {
        let again = manifest.to_json().map(|json| Manifest::parse(&json));
        assert!(matches!(again, Ok(Ok(again)) if again == manifest));
        for file in &manifest.files {
            check_name(&file.name);
        }
    }
    let _ = inspect::outside(input, input.len() as u64);
    check_name(&String::from_utf8_lossy(input));
});

fn check_name(name: &str) {
    let safe = names::safe(name);
    assert!(!safe.is_empty() && safe.len() <= 255 && !safe.contains(['/', '\\', '\0']));
    assert!(safe != "." && safe != ".." && !safe.starts_with('-'));
}
