//! Text from a source, three times made safe: as the text of a file, as the name of a file, as a line on a
//! terminal. It is hostile: separators, `..`, device names, terminal escapes, text that runs backwards,
//! names that are too long or come twice. What a source wrote stands unaltered in `manifest.json`.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use unicode_normalization::UnicodeNormalization;

/// Bytes of UTF-8 that a safe name has at most: below every file system's 255, with room for a number.
const LONGEST: usize = 200;

/// Names that Windows gives to devices, whatever their extension; COM and LPT with a digit too.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Names that a file manager obeys.
const OBEYED: [&str; 4] = ["desktop.ini", "autorun.inf", "thumbs.db", "ehthumbs.db"];

/// Text of a file: all of it but control characters. Tabs and line ends stay.
pub fn text(text: &str) -> String {
    let is_kept = |c: char| !c.is_control() || matches!(c, '\t' | '\n');
    text.chars().map(|c| if is_kept(c) { c } else { '_' }).collect()
}

/// A line on a terminal: nothing that it obeys, and nothing that reorders or hides the rest.
pub fn printable(text: &str) -> String {
    let is_kept = |c: char| !c.is_control() && (is_joiner(c) || !is_invisible(c));
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if is_kept(c) => c,
            _ => '_',
        })
        .collect()
}

/// JSON with the same content of which a terminal obeys nothing: what [`printable`] would replace is escaped.
pub fn json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || (!c.is_control() && (is_joiner(c) || !is_invisible(c))) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

/// The name of a file that any file system takes (FAT32, exFAT, NTFS and APFS included) and any terminal
/// prints as it is. Keeps what it can: letters of every script and what joins them, accents, emoji, the
/// extension.
pub fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
    let mut before = ' ';
    let clean: String = last
        .nfc()
        .map(|c| {
            // What joins letters of other scripts, or emoji; it would hide among ASCII.
            let joins = is_joiner(c) && !before.is_ascii() && !is_joiner(before);
            before = if joins || is_plain(c) { c } else { '_' };
            before
        })
        .collect();
    let at_ends = |c: char| c == '.' || c.is_whitespace() || is_joiner(c);
    let clean = clean.trim_matches(at_ends).trim_start_matches(|c| c == '-' || at_ends(c));
    let mut out = shorten(clean, LONGEST);
    if out.is_empty() {
        out = "file".into();
    }
    if is_reserved(&out) { format!("_{out}") } else { out }
}

/// The names that a directory holds. No two of them are equal on any file system.
#[derive(Default)]
pub struct Names {
    taken: HashSet<String>,
    /// The last number that was given to an equal name.
    numbers: HashMap<String, u64>,
}

impl Names {
    /// A safe name that is not taken yet.
    pub fn new_name(&mut self, name: &str) -> String {
        let base = safe(name);
        let mut candidate = base.clone();
        let number = self.numbers.entry(fold(&base)).or_insert(1);
        if *number > 1 {
            *number += 1;
            candidate = numbered(&base, *number);
        }
        // Each number is tried once: many equal names take no longer than others.
        while !self.taken.insert(fold(&candidate)) {
            *number += 1;
            candidate = numbered(&base, *number);
        }
        candidate
    }
}

/// `contrat.pdf` -> `contrat (2).pdf`
pub fn numbered(name: &str, number: u64) -> String {
    let (stem, extension) = split(name);
    format!("{stem} ({number}){extension}")
}

/// What two names have in common that a file system may take for one: NTFS and exFAT compare upper-case
/// letters, APFS normalised and case-folded ones, HFS+ without invisible characters.
fn fold(name: &str) -> String {
    name.nfd()
        .filter(|c| !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfd()
        .collect()
}

fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let port =
        stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).is_some_and(|number| {
            let mut digits = number.chars();
            let digit = digits.next().is_some_and(|c| c.is_ascii_digit() || "¹²³".contains(c));
            digit && digits.next().is_none()
        });
    port || DEVICES.contains(&stem) || OBEYED.contains(&name.as_str())
}

fn is_plain(c: char) -> bool {
    !c.is_control() && !is_invisible(c) && !r#"<>:"|?*/\"#.contains(c)
}

/// What joins or varies the character before it: Persian and Indic words, emoji, ideographs.
fn is_joiner(c: char) -> bool {
    matches!(c,
        '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{200c}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}')
}

/// Characters that reorder or hide others, or that nothing shows: Unicode's bidirectional controls, line and
/// paragraph separators, zero-width marks, fillers, the byte order mark, tags and private use; joiners too.
fn is_invisible(c: char) -> bool {
    is_joiner(c)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
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
    let at_end = |c: char| c == '.' || c.is_whitespace() || is_joiner(c);
    let (stem, extension) = split(name);
    let mut end = longest - extension.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let whole =
        format!("{}{extension}", stem.get(..end).unwrap_or_default().trim_end_matches(at_end));
    whole.trim_end_matches(at_end).into()
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
            ("COM¹.txt", "_COM¹.txt"),
            ("lpt2 .tar.gz", "_lpt2 .tar.gz"),
            ("COM0", "_COM0"),
            ("com10.txt", "com10.txt"),
            ("COM².txt", "_COM².txt"),
            ("CONIN$.txt", "_CONIN$.txt"),
            ("CONOUT$", "_CONOUT$"),
            ("Desktop.INI", "_Desktop.INI"),
            ("autorun.inf", "_autorun.inf"),
            ("Thumbs.db", "_Thumbs.db"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("-.¡", "¡"),
            ("-", "file"),
            ("- -.-x", "x"),
            ("a\u{202e}fdp.exe", "a_fdp.exe"),
            ("a\u{2067}fdp\u{2069}.exe", "a_fdp_.exe"),
            ("a\u{200f}fdp\u{200e}.\u{61c}exe", "a_fdp_._exe"),
            ("a\u{1b}[31mb\n.txt", "a_[31mb_.txt"),
            ("a\tb.txt", "a_b.txt"),
            ("a\u{3164}\u{115f}\u{1160}\u{ffa0}\u{34f}\u{ad}\u{180e}.txt", "a_______.txt"),
            ("délibération n°4.pdf", "délibération n°4.pdf"),
            ("e\u{301}te\u{301}.txt", "été.txt"),
            ("📷 vidéo.mp4", "📷 vidéo.mp4"),
            ("👩\u{200d}💻 ❤\u{fe0f}.png", "👩\u{200d}💻 ❤\u{fe0f}.png"),
            ("وثيقة.pdf", "وثيقة.pdf"),
            ("گزارش\u{200c}ها.pdf", "گزارش\u{200c}ها.pdf"),
            ("क\u{94d}\u{200d}ष.txt", "क\u{94d}\u{200d}ष.txt"),
            // Among ASCII it joins nothing, and twice it only hides.
            ("a.p\u{200c}df", "a.p_df"),
            ("é\u{200c}\u{200c}.pdf", "é\u{200c}_.pdf"),
            ("\u{200c}\u{200d}é\u{200c}", "__é"),
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
    fn the_text_of_a_file_is_what_was_written_but_for_controls() {
        let message = "A\tB\tC\n1\t2\t3\nمی\u{200c}خواهیم گزارش\u{200c}ها\n(1)\u{200f} نص عربي\u{61c}\u{202b}";
        assert_eq!(text(message), message);
        assert_eq!(text("a\rb\u{1b}[2J\u{85}\u{9b}\0\u{7f}\u{b}\u{c}"), "a_b_[2J______");
    }

    #[test]
    fn a_terminal_gets_one_line_that_it_does_not_obey() {
        assert_eq!(printable("A\tB\n\u{1b}[31m\u{9b}\r"), "A B__[31m__");
        assert_eq!(printable("گزارش\u{200c}ها \u{202e}x\u{2028}\u{200f}"), "گزارش\u{200c}ها _x__");
    }

    #[test]
    fn json_keeps_its_content_and_obeys_nothing() {
        let text = "a\u{9b}[2J\u{7f}\u{1b}\u{202e}b\u{e0041}\t\n\u{200c}é";
        let pretty = serde_json::to_string_pretty(&[text]).unwrap();
        let escaped = json(&pretty);
        assert!(escaped.contains(r"a\u009b[2J\u007f\u001b\u202eb\udb40\udc41\t\n"), "{escaped}");
        assert!(escaped.contains("\u{200c}é"));
        assert_eq!(serde_json::from_str::<Vec<String>>(&escaped).unwrap(), [text]);
    }

    fn new_names(names: &[&str]) -> Vec<String> {
        let mut taken = Names::default();
        names.iter().map(|name| taken.new_name(name)).collect()
    }

    #[test]
    fn names_that_come_twice_are_numbered_whatever_their_case() {
        let names = ["a.pdf", "A.PDF", "a.pdf", "a (2).pdf", "a (4).pdf", "a.pdf"];
        let expected =
            ["a.pdf", "A (2).PDF", "a (3).pdf", "a (2) (2).pdf", "a (4).pdf", "a (5).pdf"];
        assert_eq!(new_names(&names), expected);
    }

    #[test]
    fn names_that_a_file_system_takes_for_one_are_numbered() {
        for names in [
            ["ΟΔΟΣ.txt", "οδος.txt"],
            ["οδος.txt", "οδοσ.txt"],
            ["\u{b5}.txt", "\u{3bc}.txt"],
            ["\u{17f}.txt", "s.txt"],
            ["ı.txt", "I.txt"],
            ["ı.txt", "i.txt"],
            ["straße", "STRASSE"],
            ["\u{1e9e}", "ss"],
            ["e\u{301}.txt", "É.txt"],
            ["\u{212a}.txt", "k.txt"],
            ["\u{1f80}", "\u{1f88}"],
            ["ﬁ", "FI"],
            ["گزارش\u{200c}ها.pdf", "گزارشها.pdf"],
            ["❤\u{fe0f}", "❤"],
        ] {
            let new = new_names(&names);
            assert_eq!(new[0], safe(names[0]));
            assert_eq!(new[1], numbered(&safe(names[1]), 2), "{names:?}");
        }
    }

    #[test]
    fn a_name_and_its_cases_have_one_key() {
        for c in ('\0'..=char::MAX).filter(|c| is_plain(*c)) {
            let key = fold(&c.to_string());
            let upper: String = c.to_uppercase().collect();
            let lower: String = c.to_lowercase().collect();
            let apart: String = std::iter::once(c).nfd().collect();
            for other in
                [&upper, &lower, &apart, &key, &apart.to_uppercase(), &upper.nfd().collect()]
            {
                assert_eq!(fold(other), key, "{c:?} {other:?}");
            }
        }
    }

    #[test]
    fn many_equal_names_are_numbered_one_after_the_other() {
        let mut taken = Names::default();
        for number in 2..=100_000 {
            taken.taken.insert(fold(&format!("leak ({number}).pdf")));
        }
        for number in 0..100_000 {
            let name = taken.new_name(if number % 2 == 0 { "leak.pdf" } else { "LEAK.pdf" });
            let expected = if number == 0 {
                "leak.pdf".into()
            } else {
                format!("leak ({}).pdf", 100_000 + number)
            };
            assert_eq!(name.to_lowercase(), expected);
        }
    }

    proptest! {
        #[test]
        fn any_name_becomes_one_plain_component(name in ".{0,400}") {
            let safe = safe(&name);
            prop_assert!(!safe.is_empty() && safe.len() <= LONGEST + 1);
            prop_assert!(!safe.starts_with(['.', '-', ' ']) && !safe.ends_with(['.', ' ']));
            prop_assert!(safe.chars().all(|c| is_plain(c) || is_joiner(c)));
            prop_assert!(!is_reserved(&safe));
            prop_assert_eq!(super::safe(&safe), safe.clone());
        }

        #[test]
        fn no_two_new_names_are_equal_anywhere(names in prop::collection::vec("[aAıiIsSſµμσς.() 2é\u{301}\u{200c}]{0,4}", 0..40)) {
            let mut taken = Names::default();
            let new: HashSet<_> = names.iter().map(|name| fold(&taken.new_name(name))).collect();
            prop_assert_eq!(new.len(), names.len());
        }
    }
}
