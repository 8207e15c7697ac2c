//! Languages: typed messages from `templates/locales`, and how numbers and days are written in each. A
//! folder there is all that a language takes: nothing here names one but the fallback.

#[allow(
    missing_docs,
    dead_code,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    reason = "generated"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/l10n.rs"));
}

use std::sync::LazyLock;

use crate::base::clock::Day;
use crate::crypto::words::WordList;
pub use generated::{L10n, L10nLanguage};

/// Decimal, as file managers show sizes.
const KB: u64 = 1_000;
const MB: u64 = 1_000 * KB;
const GB: u64 = 1_000 * MB;

/// A language that pages are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lang(L10n);

/// What a language's file says, read once.
struct Loaded {
    lang: L10n,
    code: &'static str,
    dir: &'static str,
    words: WordList,
    messages: L10nLanguage,
}

static LOADED: LazyLock<Vec<Loaded>> =
    LazyLock::new(|| L10n::iter().map(|lang| Loaded::new(*lang, lang)).collect());

/// What an unknown language falls back on.
static FALLBACK: LazyLock<Loaded> = LazyLock::new(|| Loaded::new(L10n::En, &L10n::En));

impl Loaded {
    fn new(lang: L10n, code: &'static str) -> Self {
        let messages = lang.load();
        Self {
            lang,
            code,
            dir: if messages.text_direction() == "rtl" { "rtl" } else { "ltr" },
            words: match messages.code_words().as_str() {
                "french" => WordList::French,
                _ => WordList::English,
            },
            messages,
        }
    }
}

impl Lang {
    /// Every language, in a fixed order.
    pub fn all() -> impl Iterator<Item = Self> {
        L10n::iter().copied().map(Self)
    }

    /// The one of this code.
    pub fn named(code: &str) -> Option<Self> {
        Self::all().find(|lang| lang.code() == code)
    }

    /// What fits a browser's list of preferences (Accept-Language).
    pub fn negotiated(accepted: &str) -> Self {
        Self(L10n::langneg(accepted))
    }

    /// BCP 47, for `lang` attributes and `?lang=`.
    pub fn code(self) -> &'static str {
        self.loaded().code
    }

    /// `ltr` or `rtl`, for `dir` attributes.
    pub fn dir(self) -> &'static str {
        self.loaded().dir
    }

    /// In its own words.
    pub fn name(self) -> &'static str {
        self.0.language_name()
    }

    /// Its messages.
    pub fn messages(self) -> &'static L10nLanguage {
        &self.loaded().messages
    }

    fn loaded(self) -> &'static Loaded {
        LOADED.iter().find(|loaded| loaded.lang == self.0).unwrap_or(&FALLBACK)
    }

    /// The list that codes are shown in: English where a language has none.
    pub fn words(self) -> WordList {
        self.loaded().words
    }

    /// A count as people write it: `100,000`, `100 000`.
    pub fn number(self, number: u64) -> String {
        let (digits, separator) = (number.to_string(), self.messages().group_separator());
        let mut written = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                written.push_str(&separator);
            }
            written.push(digit);
        }
        written
    }

    /// Bytes as people write them: `3.7 GB`, `3,7 Go`; exact below 1 kB.
    pub fn size(self, bytes: u64) -> String {
        let t = self.messages();
        let in_units = |unit: u64| {
            let tenths = u128::from(bytes) * 10 / u128::from(unit);
            match (tenths / 10, tenths % 10) {
                (whole, 0) => whole.to_string(),
                (whole, tenth) => format!("{whole}{}{tenth}", t.decimal_separator()),
            }
        };
        match bytes {
            0..KB => t.size_bytes(i64::try_from(bytes).unwrap_or(0)),
            KB..MB => t.size_kb(in_units(KB)),
            MB..GB => t.size_mb(in_units(MB)),
            GB.. => t.size_gb(in_units(GB)),
        }
    }

    /// A day in words. Its parts are of one language: isolated from each other, they would leave no direction to
    /// the whole, and an Arabic date would run backwards within a sentence.
    pub fn date(self, day: Day) -> String {
        let iso = day.to_string();
        let mut parts = iso.splitn(3, '-');
        let year = parts.next().unwrap_or_default();
        let mut number = || parts.next().and_then(|part| part.parse::<u8>().ok());
        match (number(), number()) {
            (Some(month), Some(day)) => {
                self.messages().date(day, month, year).replace(['\u{2068}', '\u{2069}'], "")
            }
            _ => iso,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_written_as_people_do() {
        let plain = |text: String| text.replace(['\u{2068}', '\u{2069}'], "");
        let by_code = |code: &str| Lang::all().find(|l| l.code() == code).unwrap();
        let (en, fr, ar) = (by_code("en"), by_code("fr"), by_code("ar"));
        assert_eq!(plain(en.size(3_758_096_384)), "3.7 GB");
        assert_eq!(plain(fr.size(3_758_096_384)), "3,7 Go");
        assert_eq!(plain(fr.size(16_384)), "16,3 ko");
        assert_eq!(plain(en.size(1)), "1 byte");
        assert_eq!(fr.date(Day(20_778)), "21 novembre 2026");
        assert_eq!(en.date(Day(20_778)), "21 November 2026");
        assert_eq!(fr.date(Day(20_758)), "1er novembre 2026");
        assert_eq!(plain(ar.size(3_758_096_384)), "3,7 غيغابايت");
        assert_eq!(ar.date(Day(20_778)), "21 نوفمبر 2026");
        assert_eq!(ar.number(100_000), "100.000");
        for (bytes, arabic) in [
            (0, "0 بايت"),
            (1, "بايت واحد"),
            (2, "بايتان"),
            (3, "3 بايتات"),
            (11, "11 بايتًا"),
            (100, "100 بايت"),
        ] {
            assert_eq!(plain(ar.size(bytes)), arabic);
        }
        for (number, english, french) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1,000", "1\u{202f}000"),
            (100_000, "100,000", "100\u{202f}000"),
            (1_234_567, "1,234,567", "1\u{202f}234\u{202f}567"),
        ] {
            assert_eq!(en.number(number), english);
            assert_eq!(fr.number(number), french);
        }
    }

    #[test]
    fn a_language_says_its_direction_and_its_word_list() {
        for lang in Lang::all() {
            assert!(matches!(lang.messages().text_direction().as_str(), "ltr" | "rtl"));
            assert!(matches!(lang.messages().code_words().as_str(), "french" | "english"));
            let french = lang.code() == "fr";
            assert_eq!(lang.words(), if french { WordList::French } else { WordList::English });
        }
    }
}
