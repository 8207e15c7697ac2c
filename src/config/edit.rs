//! Texts of configurations: the embedded default with what is known filled in, and changed ones, with their comments.

use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Item, RawString, Table, Value, value};

use super::error::ConfigError;
use super::settings::DEFAULT;
use super::value::wrong;

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
    let mut document = default()?;
    document["data_dir"] = value(initial.data_dir.to_string_lossy().as_ref());
    for (table, key, text) in initial.values {
        document[table][key] = value(*text);
    }
    if let Some(team) = teams(&mut document).next() {
        team["recipients"] = value(extended(Array::new(), initial.recipients));
    }
    Ok(document.to_string())
}

/// The file of the Debian package: the default with the places of its units. Nobody can be sealed to yet.
pub fn packaged_text() -> Result<String, ConfigError> {
    let mut document = default()?;
    document["data_dir"] = value("/var/lib/sourdine/data");
    document["tor"]["dir"] = value("/var/lib/sourdine/tor");
    document["listen"]["source"] = value("unix:/run/sourdine/source.sock");
    document["listen"]["haproxy"] = value(true);
    Ok(document.to_string())
}

/// A configuration that closes the box for these reasons by language code (none for all languages), or opens it where
/// there are none.
pub fn with_closed(
    text: &str,
    reasons: &[(Option<String>, String)],
) -> Result<String, ConfigError> {
    let mut document: DocumentMut = text.parse().map_err(|error| syntax(text, &error))?;
    let mut table = InlineTable::new();
    for (lang, reason) in reasons {
        table.insert(lang.as_deref().unwrap_or_default(), reason.as_str().into());
    }
    document["site"]["closed"] = match reasons {
        [] => value(""),
        [(None, reason)] => value(reason),
        _ => value(table),
    };
    Ok(document.to_string())
}

/// A configuration whose box stands in these directories, which may be relative to its file; with another include for
/// tor.
pub fn moved(
    text: &str,
    data_dir: &str,
    tor_dir: &str,
    include: &str,
) -> Result<String, ConfigError> {
    let mut document: DocumentMut = text.parse().map_err(|error| syntax(text, &error))?;
    document["data_dir"] = value(data_dir);
    document["tor"]["dir"] = value(tor_dir);
    document["tor"]["include"] = value(include);
    Ok(document.to_string())
}

/// What stands there is not repeated: it may be a private key, pasted by mistake.
fn syntax(text: &str, error: &toml_edit::TomlError) -> ConfigError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    ConfigError::Syntax(format!("line {line} is no TOML; correct it, then run this again"))
}

/// A configuration with more recipients in the team of this id; without one, in the only team.
pub fn with_recipients(
    text: &str,
    team: Option<&str>,
    new: &[String],
) -> Result<String, ConfigError> {
    edited(text, team, |list| Ok(extended(list, new)))
}

/// A configuration without these recipients in that team. Their comments go with them. One that is not there is an error;
/// `same` tells whether two texts are the same key.
pub fn without_recipients(
    text: &str,
    team: Option<&str>,
    gone: &[String],
    same: impl Fn(&str, &str) -> bool,
) -> Result<String, ConfigError> {
    edited(text, team, |mut list| {
        for (number, recipient) in (1..).zip(gone) {
            let at = |entry: &Value| entry.as_str().is_some_and(|entry| same(entry, recipient));
            let Some(at) = list.iter().position(at) else {
                let reason = format!(
                    "recipient {number} of those that you named is not in it; `sourdine team list` shows who is"
                );
                return Err(wrong("team.recipients", reason));
            };
            take_out(&mut list, at);
        }
        if list.is_empty() {
            let reason = "it would have nobody left who can open what is sent; add the new key first: sourdine team \
                          add-recipient age1…";
            return Err(wrong("team.recipients", reason));
        }
        Ok(list)
    })
}

/// A configuration whose team has these recipients and no others, whatever it had. Those that stay keep their places and
/// comments.
pub fn with_only_recipients(
    text: &str,
    team: Option<&str>,
    all: &[String],
    same: impl Fn(&str, &str) -> bool,
) -> Result<String, ConfigError> {
    for (second, key) in all.iter().enumerate() {
        if let Some(first) = all.iter().take(second).position(|other| same(other, key)) {
            let reason = format!(
                "recipients {} and {} of those that you named are the same key; name it once",
                first + 1,
                second + 1
            );
            return Err(wrong("team.recipients", reason));
        }
    }
    edited(text, team, |mut list| {
        let is = |entry: &Value, key: &String| entry.as_str().is_some_and(|entry| same(entry, key));
        let stays = |entry: &Value| all.iter().any(|key| is(entry, key));
        for at in (0..list.len()).rev() {
            if !list.get(at).is_some_and(stays) {
                take_out(&mut list, at);
            }
        }
        let is_new = |key: &&String| !list.iter().any(|entry| is(entry, key));
        let new: Vec<_> = all.iter().filter(is_new).cloned().collect();
        Ok(extended(list, &new))
    })
}

/// Removes an entry with the comment lines above it and the comment behind it. The comment behind the entry before
/// it stays, though `toml_edit` holds it with this one.
fn take_out(list: &mut Array, at: usize) {
    let gone = list.remove(at);
    let text =
        |raw: Option<&RawString>| raw.and_then(RawString::as_str).unwrap_or_default().to_owned();
    let before = text(gone.decor().prefix());
    let next = list.get(at).map(|next| text(next.decor().prefix()));
    let next = next.unwrap_or_else(|| text(Some(list.trailing())));
    let behind_last = before.split_once('\n').map_or("", |(comment, _)| comment);
    let own = next.split_once('\n').map_or(next.as_str(), |(_, own)| own);
    let joined = format!("{behind_last}\n{own}");
    match list.get_mut(at) {
        Some(next) => next.decor_mut().set_prefix(joined),
        None => list.set_trailing(joined),
    }
}

/// The configuration with another list of recipients in one team.
fn edited(
    text: &str,
    team: Option<&str>,
    change: impl FnOnce(Array) -> Result<Array, ConfigError>,
) -> Result<String, ConfigError> {
    let mut document: DocumentMut = text.parse().map_err(|error| syntax(text, &error))?;
    let id = |table: &Table| table.get("id").and_then(Item::as_str).unwrap_or_default().to_owned();
    let known: Vec<_> = teams(&mut document).map(|table| id(table)).collect();
    let at = match (team, known.as_slice()) {
        (None, [_]) => Some(0),
        (None, _) => None,
        (Some(team), _) => known.iter().position(|id| id == team),
    };
    let Some(table) = at.and_then(|at| teams(&mut document).nth(at)) else {
        let reason = match team {
            Some(team) => format!("there is no [[team]] with the id {team}"),
            None => "say which with --team".into(),
        };
        return Err(wrong("team", format!("{reason}; the file has: {}", known.join(", "))));
    };
    let old = match table.get("recipients") {
        None => Array::new(),
        Some(item) => item
            .as_array()
            .cloned()
            .ok_or_else(|| wrong("team", "recipients is no list; correct it first"))?,
    };
    table["recipients"] = value(change(old)?);
    Ok(document.to_string())
}

fn default() -> Result<DocumentMut, ConfigError> {
    DEFAULT.parse().map_err(|_| ConfigError::Syntax("the embedded configuration is broken".into()))
}

fn teams(document: &mut DocumentMut) -> impl Iterator<Item = &mut Table> {
    let teams = document.get_mut("team").and_then(Item::as_array_of_tables_mut);
    teams.into_iter().flat_map(|teams| teams.iter_mut())
}

/// A line for each. Whose key one is may stand behind it as a comment, which stays there.
fn extended(mut list: Array, new: &[String]) -> Array {
    for recipient in new {
        let comment = list.trailing().as_str().unwrap_or_default().trim_end().to_owned();
        list.push(recipient.trim());
        if let Some(last) = list.iter_mut().last() {
            last.decor_mut().set_prefix(format!("{comment}\n    "));
        }
        list.set_trailing("\n");
    }
    list.set_trailing_comma(true);
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const ONE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const TWO: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    #[test]
    fn the_packages_file_only_lacks_recipients_and_keeps_every_comment() {
        let text = packaged_text().unwrap();
        assert!(Config::parse(&text).unwrap_err().to_string().starts_with("team.recipients: "));
        let comments = |text: &str| text.lines().filter(|l| l.starts_with('#')).count();
        assert_eq!(comments(&text), comments(DEFAULT));
        let config = Config::parse(&with_recipients(&text, None, &[ONE.into()]).unwrap()).unwrap();
        assert_eq!(config.data_dir, Path::new("/var/lib/sourdine/data"));
        assert!(config.haproxy && !config.tor.dir.starts_with(config.data_dir));
    }

    #[test]
    fn recipients_are_added_where_they_belong_and_comments_stay() {
        let text = "# ours\n[[team]]\nid = \"a\"\nname = \"A\"\nrecipients = [\n    # Anne\n    \"x\", # hers\n]\n\
                    \n[[team]]\nid = \"b\"\nname = \"B\"\n";
        let new = with_recipients(text, Some("a"), &[ONE.into(), format!(" {TWO}\n")]).unwrap();
        for kept in ["# ours\n", "    # Anne\n", "\"x\", # hers", "id = \"b\""] {
            assert!(new.contains(kept), "{new}");
        }
        let parsed: toml::Table = new.parse().unwrap();
        let of = |team: usize| parsed["team"][team].get("recipients").map(ToString::to_string);
        let list = of(0).unwrap();
        assert!(list.contains(ONE) && list.contains(TWO) && of(1).is_none(), "{new}");
        assert!(
            with_recipients(text, Some("b"), &[ONE.into()])
                .unwrap()
                .ends_with(&format!("name = \"B\"\nrecipients = [\n    \"{ONE}\",\n]\n"))
        );
        for team in [None, Some("c")] {
            let said = with_recipients(text, team, &[ONE.into()]).unwrap_err().to_string();
            assert!(said.ends_with("the file has: a, b"), "{said}");
        }
        let without = |gone: &str| {
            let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
            without_recipients(&new, Some("a"), &[gone.into()], same)
        };
        let less = without(&ONE.to_uppercase()).unwrap();
        assert!(
            !less.contains(ONE) && less.contains(TWO) && less.contains("\"x\", # hers"),
            "{less}"
        );
        let said = without("age1nobody").unwrap_err().to_string();
        assert!(said.contains("recipient 1 of those"), "{said}");
        let all = ["x".into(), ONE.into(), TWO.into()];
        let said = without_recipients(&new, Some("a"), &all, |a, b| a == b).unwrap_err();
        assert!(said.to_string().contains("nobody left"), "{said}");
        let set = |all: &[&str]| {
            let all: Vec<_> = all.iter().map(ToString::to_string).collect();
            with_only_recipients(&new, Some("a"), &all, |a, b| a == b)
        };
        let list = |text: &str| text.split_once("recipients = ").unwrap().1.to_owned();
        // Marie's stays with its comment, in its place; the others go with theirs.
        let replaced = set(&[TWO, ONE]).unwrap();
        assert!(
            list(&replaced).starts_with(&format!("[\n    \"{ONE}\",\n    \"{TWO}\",\n]\n")),
            "{replaced}"
        );
        let all_new = set(&["y", "z"]).unwrap();
        assert!(list(&all_new).contains("\n    \"y\",\n    \"z\",\n]\n"), "{all_new}");
        assert!(!all_new.contains(ONE) && !all_new.contains("hers"), "{all_new}");
        assert_eq!(set(&["x", ONE, TWO]).unwrap(), new);
        assert!(set(&["y", "z", "y"]).unwrap_err().to_string().contains("1 and 3"));
        let said = with_recipients("AGE-SECRET-KEY-1X", None, &[]).unwrap_err().to_string();
        assert!(said.starts_with("line 1 ") && !said.contains("SECRET"), "{said}");
    }
}
