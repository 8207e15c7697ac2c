//! What templates do with names that strangers chose. HTML escaping is askama's.

use askama::{Result, Values};

use crate::bundle::names;

/// As it was sent, without what reorders or hides text.
#[askama::filter_fn]
pub fn printable(name: &str, _: &dyn Values) -> Result<String> {
    Ok(names::printable(name))
}

/// As it will be saved.
#[askama::filter_fn]
pub fn safe_name(name: &str, _: &dyn Values) -> Result<String> {
    Ok(names::safe(name))
}
