//! Whom a dispatch is sealed to: age recipients that a server can use without running a program.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::base::ids::hex;

/// A native age recipient and the text it was written as.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    key: Key,
}

#[derive(Clone)]
enum Key {
    X25519(age::x25519::Recipient),
    Tagged(age::tag::Recipient),
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
    /// `age1pq…`, `age1tagpq…`.
    #[error(
        "post-quantum recipients (age1pq…, age1tagpq…) are not supported yet; use an age1… one"
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
        if let Ok(key) = text.parse() {
            return Ok(Self { text: text.into(), key: Key::X25519(key) });
        }
        if let Ok(key) = text.parse() {
            return Ok(Self { text: text.into(), key: Key::Tagged(key) });
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
    /// As written in the configuration and in manifests.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What age seals to.
    pub fn as_age(&self) -> &dyn age::Recipient {
        match &self.key {
            Key::X25519(key) => key,
            Key::Tagged(key) => key,
        }
    }

    /// The first 64 bits of SHA-256 over the recipient's text, as `1a2b 3c4d 5e6f 7a8b`. With stock
    /// tools: `printf %s age1… | sha256sum`.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(self.text.as_bytes());
        hash.chunks(2).take(4).map(hex).collect::<Vec<_>>().join(" ")
    }
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
        assert_eq!(GOOD.parse::<Recipient>().unwrap().fingerprint(), "cf7e 5682 3131 5068");
    }
}
