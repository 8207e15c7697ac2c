//! Refuses keys that mean nothing: a typo must not silently keep a default.

use toml::{Table, Value};

use super::error::ConfigError;
use super::settings::DEFAULT;

/// Tables whose keys are language codes.
const BY_LANGUAGE: [&str; 6] = [
    "site.text",
    "site.closed",
    "team.text",
    "team.name",
    "team.question.label",
    "team.question.options",
];
/// Keys that the default leaves out.
const OPTIONAL: &str = "question = [{ id = '', kind = '', label = {}, options = [{}] }]\nname = {}";

/// Every key there is.
pub(super) fn known() -> Result<Table, toml::de::Error> {
    let mut known: Table = DEFAULT.parse()?;
    let optional: Table = OPTIONAL.parse()?;
    let teams = known.get_mut("team").and_then(Value::as_array_mut);
    for team in teams.into_iter().flatten().filter_map(Value::as_table_mut) {
        team.extend(optional.clone());
    }
    Ok(known)
}

pub(super) fn refuse(typed: &Table, known: &Table) -> Result<(), ConfigError> {
    let mut all = Vec::new();
    list(known, "", &mut all);
    walk(typed, known, "", &all)
}

fn walk(typed: &Table, known: &Table, at: &str, all: &[String]) -> Result<(), ConfigError> {
    if BY_LANGUAGE.contains(&at) {
        return Ok(());
    }
    for (name, value) in typed {
        let private = name.to_ascii_lowercase().starts_with("age-");
        let key =
            join(at, if private { "(a private key, to be removed and replaced)" } else { name });
        let Some(known) = known.get(name) else {
            return Err(ConfigError::Unknown { nearest: nearest(&key, all), key });
        };
        for (value, known) in tables(value).zip(tables(known).cycle()) {
            walk(value, known, &key, all)?;
        }
    }
    Ok(())
}

fn list(known: &Table, at: &str, all: &mut Vec<String>) {
    for (name, value) in known {
        let key = join(at, name);
        for table in tables(value) {
            list(table, &key, all);
        }
        all.push(key);
    }
}

/// The tables in a value: itself, or the elements of an array of tables.
fn tables(value: &Value) -> impl Iterator<Item = &Table> + Clone {
    value
        .as_table()
        .into_iter()
        .chain(value.as_array().into_iter().flatten().filter_map(Value::as_table))
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.into() } else { format!("{at}.{name}") }
}

fn nearest(key: &str, all: &[String]) -> Option<String> {
    let scored = all.iter().map(|known| (strsim::jaro_winkler(key, known), known));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.75).then(|| best.1.clone())
}
