//! The file that `init` writes: the embedded default with its comments, and what is known filled in.

use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, value};

use super::error::ConfigError;
use super::settings::DEFAULT;

/// What `init` and `demo` know.
pub struct Initial<'a> {
    /// Where the store will be.
    pub data_dir: &'a Path,
    /// The first team's recipients.
    pub recipients: &'a [String],
    /// Other values, by dotted path.
    pub values: &'a [(&'a str, &'a str, &'a str)],
}

/// The default configuration with these values, comments kept.
pub fn initial_text(initial: &Initial<'_>) -> Result<String, ConfigError> {
    let broken = |_| ConfigError::Syntax("the embedded configuration is broken".into());
    let mut document: DocumentMut = DEFAULT.parse().map_err(broken)?;
    document["data_dir"] = value(initial.data_dir.to_string_lossy().as_ref());
    for (table, key, text) in initial.values {
        document[table][key] = value(*text);
    }
    let mut recipients = Array::from_iter(initial.recipients);
    for recipient in recipients.iter_mut() {
        recipient.decor_mut().set_prefix("\n    ");
    }
    recipients.set_trailing("\n");
    recipients.set_trailing_comma(true);
    if let Some(team) =
        document.get_mut("team").and_then(Item::as_array_of_tables_mut).and_then(|t| t.get_mut(0))
    {
        team["recipients"] = value(recipients);
    }
    Ok(document.to_string())
}
