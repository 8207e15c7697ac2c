//! Words that an operator wrote in several languages, or in one for all.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Words by language code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Raw")]
pub struct PerLanguage(BTreeMap<String, String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Raw {
    One(String),
    Several(BTreeMap<String, String>),
}

impl From<Raw> for PerLanguage {
    fn from(raw: Raw) -> Self {
        match raw {
            Raw::One(text) => Self::from(text),
            Raw::Several(texts) => Self::from(texts),
        }
    }
}

impl From<String> for PerLanguage {
    fn from(text: String) -> Self {
        Self(BTreeMap::from([(String::new(), text)]))
    }
}

impl From<BTreeMap<String, String>> for PerLanguage {
    /// What is empty counts as not written.
    fn from(mut texts: BTreeMap<String, String>) -> Self {
        texts.retain(|_, text| !text.trim().is_empty());
        Self(texts)
    }
}

impl PerLanguage {
    /// Nothing in any language.
    pub fn is_empty(&self) -> bool {
        self.texts().next().is_none()
    }

    /// In each language.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str).filter(|text| !text.is_empty())
    }

    /// In this language, else in English, else in any.
    pub fn get(&self, code: &str) -> &str {
        let texts = [code, "", "en"].into_iter().find_map(|code| self.0.get(code));
        texts.map(String::as_str).or_else(|| self.texts().next()).unwrap_or_default()
    }

    /// Each wording once, for a reader whose language is not known yet.
    pub fn all(&self) -> String {
        let mut all: Vec<&str> = Vec::new();
        for text in self.texts() {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        all.join(" / ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_that_was_not_written_falls_back() {
        let town = PerLanguage::from(BTreeMap::from(
            [("fr", "Ville"), ("en", "Town"), ("ar", " ")].map(|(a, b)| (a.into(), b.into())),
        ));
        assert_eq!([town.get("fr"), town.get("ar"), town.get("de")], ["Ville", "Town", "Town"]);
        assert_eq!(town.all(), "Town / Ville");
        assert_eq!(PerLanguage::from("A".to_owned()).get("fr"), "A");
    }
}
