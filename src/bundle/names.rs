//! File names from a source, made safe to write and to print. They are hostile: separators, `..`,
//! device names, terminal escapes, text that runs backwards, names that are too long or come twice.

use std::collections::HashSet;
use std::hash::BuildHasher;

use unicode_normalization::UnicodeNormalization;

/// Bytes of UTF-8 that a safe name has at most: below every file system's 255, with room for a
/// number and a temporary suffix.
const LONGEST: usize = 200;

/// Names that Windows gives to devices, whatever their extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A name that any file system takes (FAT32 included) and any terminal prints as it is. Keeps what it
/// can: letters of every script, accents, emoji, the extension.
pub fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
    let clean: String = last.nfc().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let clean = clean.trim_start_matches('-');
    let mut out = shorten(clean, LONGEST);
    if out.is_empty() {
        out = "file".into();
    }
    let stem = out.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    if DEVICES.contains(&stem.as_str()) { format!("_{out}") } else { out }
}

/// A safe name that none of `taken` equals on a file system that ignores case; it is added to them.
pub fn safe_and_new(name: &str, taken: &mut HashSet<String, impl BuildHasher>) -> String {
    let base = safe(name);
    let (stem, extension) = split(&base);
    let mut candidate = base.clone();
    let mut number = 1;
    while !taken.insert(candidate.to_lowercase()) {
        number += 1;
        candidate = format!("{stem} ({number}){extension}");
    }
    candidate
}

/// Text from a source, made safe for a terminal line: no control or invisible character.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_invisible(c) { '_' } else { c }).collect()
}

fn is_plain(c: char) -> bool {
    !c.is_control() && !is_invisible(c) && !r#"<>:"|?*/\"#.contains(c)
}

/// Characters that reorder or hide others (Unicode's bidirectional controls, line and paragraph separators,
/// zero-width marks, the byte order mark, tags and private use).
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{061c}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}'
        | '\u{e0000}'..='\u{10ffff}')
}

fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= 20 => name.split_at(dot),
        _ => (name, ""),
    }
}

fn shorten(name: &str, longest: usize) -> String {
    if name.len() <= longest {
        return name.into();
    }
    let (stem, extension) = split(name);
    let mut end = longest - extension.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let whole = format!("{}{extension}", stem.get(..end).unwrap_or_default().trim_end());
    whole.trim_end_matches(|c: char| c == '.' || c.is_whitespace()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_are_defused_and_honest_ones_kept() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\contrat.pdf", "contrat.pdf"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("nul .txt", "_nul .txt"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("-", "file"),
            ("a\u{202e}fdp.exe", "a_fdp.exe"),
            ("a\u{1b}[31mb\n.txt", "a_[31mb_.txt"),
            ("délibération n°4.pdf", "délibération n°4.pdf"),
            ("e\u{301}te\u{301}.txt", "été.txt"),
            ("📷 vidéo.mp4", "📷 vidéo.mp4"),
            ("وثيقة.pdf", "وثيقة.pdf"),
            ("a:b*c?.txt", "a_b_c_.txt"),
            ("name. ", "name"),
        ] {
            assert_eq!(safe(name), expected, "{name:?}");
        }
        let dotted = format!("{}.{}", "a".repeat(199), "b".repeat(100));
        assert_eq!(safe(&dotted), "a".repeat(199));
        let long = format!("{}.pdf", "é".repeat(200));
        assert!(safe(&long).len() <= LONGEST && safe(&long).ends_with("é.pdf"));
    }

    #[test]
    fn names_that_come_twice_are_numbered_whatever_their_case() {
        let mut taken = HashSet::new();
        let names = ["a.pdf", "A.PDF", "a.pdf", "a (2).pdf"];
        let safe = names.map(|name| safe_and_new(name, &mut taken));
        assert_eq!(safe, ["a.pdf", "A (2).PDF", "a (3).pdf", "a (2) (2).pdf"]);
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_plain_component(name in ".{0,400}") {
            let safe = safe(&name);
            prop_assert!(!safe.is_empty() && safe.len() <= LONGEST + 1);
            prop_assert!(!safe.starts_with(['.', '-', ' ']) && !safe.ends_with(['.', ' ']));
            prop_assert!(safe.chars().all(is_plain));
            prop_assert_eq!(super::safe(&safe), safe.clone());
        }
    }
}
