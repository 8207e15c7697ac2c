//! What is wrong with a configuration.

use std::path::PathBuf;

use crate::base::text::NotText;

/// What is wrong with a configuration, by key, with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{0} cannot be read ({1}); {remedy}", remedy = remedy(.1))]
    Unreadable(PathBuf, std::io::Error),
    /// It is in another encoding.
    #[error("{0} {1}")]
    NotText(PathBuf, NotText),
    /// It is no TOML, or a value has the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// A key that means nothing.
    #[error("unknown key {key}{}", nearest.as_ref().map_or(String::new(), |n| format!("; did you mean {n}?")))]
    Unknown {
        /// As typed.
        key: String,
        /// The nearest known one.
        nearest: Option<String>,
    },
    /// A value that makes no sense.
    #[error("{key}: {reason}")]
    Value {
        /// Which key.
        key: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
}

fn remedy(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "let this user's group read it (chgrp, chmod 640), or run this as root"
        }
        _ => "name the file with --config, or make one with `sourdine init`",
    }
}
