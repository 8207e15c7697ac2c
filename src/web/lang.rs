//! Languages: typed messages from `templates/locales`, and how numbers and days are written in each.

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

use axum::http::{HeaderMap, Uri, header};

use crate::base::clock::Day;
use crate::crypto::words::WordList;
pub use generated::{L10n, L10nLanguage};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// A language that pages are written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lang(L10n);

static LOADED: LazyLock<Vec<(L10n, L10nLanguage)>> =
    LazyLock::new(|| L10n::iter().map(|lang| (*lang, lang.load())).collect());

/// What an unknown language falls back on.
static FALLBACK: LazyLock<L10nLanguage> = LazyLock::new(|| L10n::En.load());

impl Lang {
    /// Every language, in a fixed order.
    pub fn all() -> impl Iterator<Item = Self> {
        L10n::iter().copied().map(Self)
    }

    /// `?lang=xx` if it names one, else what the browser prefers.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let asked = uri
            .query()
            .into_iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("lang="))
            .and_then(|code| Self::all().find(|lang| lang.code() == code));
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        asked.unwrap_or_else(|| Self(L10n::langneg(accepted.unwrap_or_default())))
    }

    /// BCP 47, for `lang` attributes and `?lang=`.
    pub fn code(self) -> &'static str {
        match self.0 {
            L10n::En => "en",
            L10n::Fr => "fr",
        }
    }

    /// In its own words.
    pub fn name(self) -> &'static str {
        self.0.language_name()
    }

    /// Its messages.
    pub fn messages(self) -> &'static L10nLanguage {
        LOADED.iter().find(|(lang, _)| *lang == self.0).map_or(&FALLBACK, |(_, messages)| messages)
    }

    /// The list that codes are shown in: English where a language has none.
    pub fn words(self) -> WordList {
        match self.0 {
            L10n::Fr => WordList::French,
            L10n::En => WordList::English,
        }
    }

    /// Bytes as people write them: `3.5 GiB`, `3,5 Gio`; exact below 1 KiB.
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
            0..KIB => t.size_bytes(i64::try_from(bytes).unwrap_or(0)),
            KIB..MIB => t.size_kib(in_units(KIB)),
            MIB..GIB => t.size_mib(in_units(MIB)),
            GIB.. => t.size_gib(in_units(GIB)),
        }
    }

    /// A day in words.
    pub fn date(self, day: Day) -> String {
        let iso = day.to_string();
        let mut parts = iso.splitn(3, '-');
        let year = parts.next().unwrap_or_default();
        let mut number = || parts.next().and_then(|part| part.parse::<u8>().ok());
        match (number(), number()) {
            (Some(month), Some(day)) => self.messages().date(day, month, year),
            _ => iso,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(query: &str, accept: &str) -> &'static str {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        Lang::of(&format!("/{query}").parse().unwrap(), &headers).code()
    }

    #[test]
    fn the_address_wins_over_the_browser() {
        assert_eq!(negotiated("", "fr-FR,fr;q=0.8,en-US;q=0.5"), "fr");
        assert_eq!(negotiated("", "en-US,en;q=0.5"), "en");
        assert_eq!(negotiated("", "ja"), "en");
        assert_eq!(negotiated("?lang=fr", "en-US"), "fr");
        assert_eq!(negotiated("?x=1&lang=en", "fr"), "en");
        assert_eq!(negotiated("?lang=%3Cscript%3E", "fr"), "fr");
    }

    #[test]
    fn numbers_and_days_are_written_as_people_do() {
        let plain = |text: String| text.replace(['\u{2068}', '\u{2069}'], "");
        let by_code = |code: &str| Lang::all().find(|l| l.code() == code).unwrap();
        let (en, fr) = (by_code("en"), by_code("fr"));
        assert_eq!(plain(en.size(3_758_096_384)), "3.5 GiB");
        assert_eq!(plain(fr.size(3_758_096_384)), "3,5 Gio");
        assert_eq!(plain(fr.size(16_384)), "16 Kio");
        assert_eq!(plain(en.size(1)), "1 byte");
        assert_eq!(plain(fr.date(Day(20_778))), "21 novembre 2026");
        assert_eq!(plain(en.date(Day(20_778))), "21 November 2026");
        assert_eq!(plain(fr.date(Day(20_758))), "1er novembre 2026");
    }
}
