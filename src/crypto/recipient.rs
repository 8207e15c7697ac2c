//! Whom a dispatch is sealed to: age recipients that a server can use without running a program.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::post_quantum;
use crate::base::ids::Fingerprint;

/// A native age recipient and its canonical text: Bech32 may be typed in capitals, the key is the same.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    key: Key,
}

#[derive(Clone)]
enum Key {
    X25519(age::x25519::Recipient),
    Tagged(age::tag::Recipient),
    PostQuantum(Box<post_quantum::Recipient>),
    TaggedPostQuantum(Box<age::tagpq::Recipient>),
    Plugin(Arc<dyn age::Recipient + Send + Sync>),
}

/// Why a text is not a recipient that can be used here. None of them repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// `AGE-SECRET-KEY-…`.
    #[error(
        "this is a private key (AGE-SECRET-KEY-…), not a recipient: remove it from here, treat it as \
         exposed, make a new one with `sourdine keygen` and paste the line that begins with age1"
    )]
    PrivateKey,
    /// `age1pq1…` or `age1tagpq1…`, damaged.
    #[error(
        "this is not a whole post-quantum recipient; one looks like age1pq1… with 1959 characters, as \
         `sourdine keygen --pq` prints it (was a part lost when it was copied?)"
    )]
    PostQuantum,
    /// `age1name1…`.
    #[error(
        "this recipient belongs to an age plugin, and plugins run programs, which the server never \
         does; use a native recipient (age1…)"
    )]
    Plugin,
    /// `ssh-ed25519 …`, `ssh-rsa …`.
    #[error("ssh keys are not accepted; make an age identity with `sourdine keygen`")]
    Ssh,
    /// Anything else.
    #[error(
        "this is not an age recipient; one looks like age1… with 62 characters, as `sourdine keygen` \
         prints it (was a character lost when it was copied?)"
    )]
    Invalid,
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Ok(key) = text.parse::<age::x25519::Recipient>() {
            return Ok(Self { text: key.to_string(), key: Key::X25519(key) });
        }
        if let Ok(key) = text.parse::<age::tag::Recipient>() {
            return Ok(Self { text: key.to_string(), key: Key::Tagged(key) });
        }
        if let Ok(key) = text.parse::<post_quantum::Recipient>() {
            return Ok(key.into());
        }
        if let Ok(key) = text.parse::<age::tagpq::Recipient>() {
            let (text, key) = (key.to_string(), Key::TaggedPostQuantum(Box::new(key)));
            return Ok(Self { text, key });
        }
        let lower = text.to_ascii_lowercase();
        Err(if lower.starts_with("age-secret-key-") || lower.starts_with("age-plugin-") {
            RecipientError::PrivateKey
        } else if lower.starts_with("age1pq1") || lower.starts_with("age1tagpq1") {
            RecipientError::PostQuantum
        } else if lower.starts_with("ssh-") {
            RecipientError::Ssh
        } else if is_plugin(&lower) {
            RecipientError::Plugin
        } else {
            RecipientError::Invalid
        })
    }
}

/// `age1<name>1<data>`; the data part of Bech32 has no `1`, so a plain recipient has only one.
fn is_plugin(lower: &str) -> bool {
    lower
        .strip_prefix("age1")
        .and_then(|rest| rest.rsplit_once('1'))
        .is_some_and(|(name, _)| !name.is_empty() && name != "tag")
}

impl Recipient {
    /// The canonical text, as manifests name it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What age seals to.
    pub fn as_age(&self) -> &dyn age::Recipient {
        match &self.key {
            Key::X25519(key) => key,
            Key::Tagged(key) => key,
            Key::PostQuantum(key) => &**key,
            Key::TaggedPostQuantum(key) => &**key,
            Key::Plugin(key) => &**key,
        }
    }

    /// A plugin's, for commands that may run programs. Of which kind it is, age asks the program.
    pub fn of_plugin(text: &str, key: impl age::Recipient + Send + Sync + 'static) -> Self {
        Self { text: text.trim().to_lowercase(), key: Key::Plugin(Arc::new(key)) }
    }

    /// Whether a program seals to it.
    pub fn is_of_plugin(&self) -> bool {
        matches!(self.key, Key::Plugin(_))
    }

    /// Whether it is of the kind that a quantum computer does not open. The two kinds are never sealed to together.
    pub fn is_post_quantum(&self) -> bool {
        matches!(self.key, Key::PostQuantum(_) | Key::TaggedPostQuantum(_))
    }

    /// The first 128 bits of SHA-256 over the canonical text, as `1a2b 3c4d …`. With stock tools:
    /// `printf %s age1… | sha256sum`.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&Sha256::digest(self.text.as_bytes()).into())
    }
}

impl From<post_quantum::Recipient> for Recipient {
    fn from(key: post_quantum::Recipient) -> Self {
        Self { text: key.to_string(), key: Key::PostQuantum(Box::new(key)) }
    }
}

/// The canonical text of each recipient, each once, in the order given. A text that is no recipient of
/// ours (a plugin's) stays as it is, for comparison.
pub fn canonical(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let texts = texts.into_iter().map(|text| match text.parse::<Recipient>() {
        Ok(recipient) => recipient.text,
        Err(_) => text.trim().to_owned(),
    });
    texts.filter(|text| seen.insert(text.clone())).collect()
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Recipient {}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn a_recipient_is_told_from_what_people_paste_instead() {
        assert_eq!(GOOD.parse::<Recipient>().unwrap().as_str(), GOOD);
        assert_eq!(format!(" {GOOD}\n").parse::<Recipient>().unwrap().as_str(), GOOD);
        for (text, expected) in [
            (
                "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
                RecipientError::PrivateKey,
            ),
            (
                "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
                RecipientError::Plugin,
            ),
            ("age1pq1abc", RecipientError::PostQuantum),
            ("AGE1TAGPQ1ABC", RecipientError::PostQuantum),
            ("AGE-SECRET-KEY-PQ-1ABC", RecipientError::PrivateKey),
            ("ssh-ed25519 AAAA", RecipientError::Ssh),
            (&GOOD[..GOOD.len() - 1], RecipientError::Invalid),
            ("", RecipientError::Invalid),
        ] {
            assert_eq!(text.parse::<Recipient>().unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn a_fingerprint_is_what_sha256sum_prints() {
        // printf %s age1ql3z… | sha256sum
        let fingerprint = "cf7e 5682 3131 5068 5bf1 6e42 c4ea 48e1";
        assert_eq!(GOOD.parse::<Recipient>().unwrap().fingerprint().to_string(), fingerprint);
        let capitals = GOOD.to_uppercase().parse::<Recipient>().unwrap();
        assert_eq!(capitals.fingerprint().to_string(), fingerprint);
    }

    #[test]
    fn a_recipient_has_one_text_however_it_is_typed() {
        const TAGGED: &str = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e";
        let post_quantum = post_quantum::Identity::generate().unwrap().to_public().to_string();
        for (text, is_post_quantum) in [(GOOD, false), (TAGGED, false), (&post_quantum, true)] {
            let plain: Recipient = text.parse().unwrap();
            let capitals: Recipient = format!("\t{}\u{a0}", text.to_uppercase()).parse().unwrap();
            assert!(plain == capitals);
            assert_eq!((plain.as_str(), capitals.to_string().as_str()), (text, text));
            assert_eq!(plain.is_post_quantum(), is_post_quantum);
        }
        // Bech32 (BIP 173) refuses mixed case.
        assert!(GOOD.replacen("age1q", "age1Q", 1).parse::<Recipient>().is_err());
    }

    #[test]
    fn canonical_texts_are_a_set_and_keep_what_is_not_known() {
        let typed = [" age1yubikey1QX ", GOOD, &GOOD.to_uppercase(), "age1yubikey1QX", ""];
        let texts = canonical(typed.map(ToOwned::to_owned));
        assert_eq!(texts, ["age1yubikey1QX", GOOD, ""]);
    }
}
