//! The language that a request asks for.

use axum::http::{HeaderMap, Uri, header};

pub use crate::pages::lang::{L10nLanguage, Lang};

impl Lang {
    /// `?lang=xx` if it names one, else what the browser prefers.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let asked = uri
            .query()
            .into_iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("lang="))
            .and_then(Self::named);
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        asked.unwrap_or_else(|| Self::negotiated(accepted.unwrap_or_default()))
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
}
