//! What is wrong with a value.

use super::error::ConfigError;

pub(super) fn wrong(key: &str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Value { key: key.into(), reason: reason.into() }
}

pub(super) fn at_most(key: &str, text: &str, most: usize) -> Result<(), ConfigError> {
    let length = text.chars().count();
    if length > most {
        return Err(wrong(key, format!("it has {length} characters; shorten it to {most}")));
    }
    Ok(())
}
