//! The file's shape, and its values turned into what they mean.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use super::error::ConfigError;
use super::onion::is_onion;
use super::per_language::PerLanguage;
use super::question::{RawQuestion, questions};
use super::settings::{self, Backup, Config, DEFAULT, Team, Tor};
use super::value::{at_most, wrong};
use crate::base::limits::{self, Limits, Retention};

const MOST_LABELS: usize = 20;
/// In characters.
const LONGEST_LABEL: usize = 40;

#[derive(Deserialize)]
pub(super) struct File {
    data_dir: Option<String>,
    site: Option<Site>,
    listen: Option<Listen>,
    desk: Option<RawDesk>,
    tor: Option<RawTor>,
    limits: Option<RawLimits>,
    space: Option<Space>,
    retention: Option<RawRetention>,
    backup: Option<RawBackup>,
    #[serde(default)]
    team: Vec<RawTeam>,
}

#[derive(Deserialize, Default)]
struct Site {
    name: Option<String>,
    contact: Option<String>,
    #[serde(default)]
    onion: Vec<String>,
    #[serde(default)]
    text: PerLanguage,
    #[serde(default)]
    closed: PerLanguage,
}

#[derive(Deserialize, Default)]
struct RawBackup {
    #[serde(default)]
    recipients: Vec<String>,
    kept: Option<String>,
}

#[derive(Deserialize, Default)]
struct Listen {
    source: Option<String>,
    desk: Option<String>,
    #[serde(default)]
    haproxy: bool,
}

#[derive(Deserialize, Default)]
struct RawDesk {
    #[serde(default)]
    client_auth: bool,
    #[serde(default)]
    labels: Vec<String>,
}

#[derive(Deserialize, Default)]
struct RawTor {
    dir: Option<String>,
    include: Option<String>,
}

#[derive(Deserialize, Default)]
struct RawLimits {
    file: Option<String>,
    dispatch: Option<String>,
    files: Option<usize>,
    message: Option<usize>,
    uploads: Option<usize>,
    idle: Option<String>,
    drain: Option<String>,
}

#[derive(Deserialize, Default)]
struct Space {
    quota: Option<String>,
    drafts: Option<String>,
    min_free: Option<String>,
}

#[derive(Deserialize, Default)]
struct RawRetention {
    drafts: Option<String>,
    fetched: Option<String>,
    replies: Option<String>,
    silent: Option<String>,
}

#[derive(Deserialize)]
struct RawTeam {
    id: String,
    name: PerLanguage,
    #[serde(default)]
    text: PerLanguage,
    #[serde(default)]
    question: Vec<RawQuestion>,
    #[serde(default)]
    recipients: Vec<String>,
}

impl File {
    pub fn checked(self) -> Result<Config, ConfigError> {
        let default: File =
            toml::from_str(DEFAULT).map_err(|e| ConfigError::Syntax(e.to_string()))?;
        let site = self.site.unwrap_or_default();
        let default_site = default.site.unwrap_or_default();
        let name = site.name.or(default_site.name).unwrap_or_default();
        let contact = site.contact.unwrap_or_default();
        at_most("site.name", &name, 80)?;
        at_most("site.contact", &contact, 300)?;
        for text in site.text.texts() {
            at_most("site.text", text, 600)?;
        }
        for text in site.closed.texts() {
            at_most("site.closed", text, 600)?;
        }
        let Listeners { source: listen, desk, haproxy } =
            listeners(self.listen.unwrap_or_default(), default.listen.unwrap_or_default())?;
        let raw_desk = self.desk.unwrap_or_default();
        Ok(Config {
            data_dir: self.data_dir.or(default.data_dir).unwrap_or_default().into(),
            tor: tor(self.tor.unwrap_or_default(), default.tor.unwrap_or_default()),
            name,
            text: site.text,
            closed: site.closed,
            contact,
            onions: onions(site.onion)?,
            listen,
            desk,
            haproxy,
            client_auth: raw_desk.client_auth,
            desk_labels: labels(&raw_desk.labels)?,
            limits: limits(
                self.limits.unwrap_or_default(),
                &default.limits.unwrap_or_default(),
                self.space.unwrap_or_default(),
                &default.space.unwrap_or_default(),
                retention(
                    self.retention.unwrap_or_default(),
                    &default.retention.unwrap_or_default(),
                )?,
            )?,
            backup: backup(self.backup.unwrap_or_default(), &default.backup.unwrap_or_default())?,
            teams: teams(self.team)?,
        })
    }
}

struct Listeners {
    source: settings::Listen,
    desk: Option<settings::Listen>,
    haproxy: bool,
}

fn listeners(typed: Listen, default: Listen) -> Result<Listeners, ConfigError> {
    let read = |key: &str, text: String| text.parse().map_err(|reason: String| wrong(key, reason));
    let source = read("listen.source", typed.source.or(default.source).unwrap_or_default())?;
    let desk = typed.desk.or(default.desk).filter(|text| !text.trim().is_empty());
    let desk = desk.map(|text| read("listen.desk", text)).transpose()?;
    if desk.as_ref() == Some(&source) {
        return Err(wrong(
            "listen.desk",
            "sources are served there; give the desk a place of its own",
        ));
    }
    let all = [("source", Some(&source)), ("desk", desk.as_ref())];
    for (name, listen) in all.into_iter().filter(|_| typed.haproxy) {
        if matches!(listen, Some(settings::Listen::Tcp(_))) {
            return Err(wrong(
                "listen.haproxy",
                format!(
                    "only a unix socket may take tor's circuits, since any program of this machine could \
                     write such a line to a port; set listen.{name} to unix:/path/to/socket"
                ),
            ));
        }
    }
    Ok(Listeners { source, desk, haproxy: typed.haproxy })
}

/// Trimmed, in the file's order.
fn labels(typed: &[String]) -> Result<Vec<String>, ConfigError> {
    const KEY: &str = "desk.labels";
    if typed.len() > MOST_LABELS {
        let count = typed.len();
        return Err(wrong(KEY, format!("there are {count}; keep {MOST_LABELS} at most")));
    }
    let mut kept: Vec<String> = Vec::new();
    for (at, label) in (1..).zip(typed) {
        let label = label.trim();
        if label.is_empty() || label.chars().count() > LONGEST_LABEL {
            let reason = format!("label {at} must have 1 to {LONGEST_LABEL} characters");
            return Err(wrong(KEY, reason));
        }
        if label.chars().any(|c| c.is_control() || is_steering(c)) {
            return Err(wrong(KEY, format!("label {at} has characters that cannot be seen")));
        }
        if kept.iter().any(|other| other == label) {
            return Err(wrong(KEY, format!("label {at} is there twice")));
        }
        kept.push(label.to_owned());
    }
    Ok(kept)
}

/// Line ends that are no control characters, and what turns the direction of the text that follows.
fn is_steering(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn tor(typed: RawTor, default: RawTor) -> Tor {
    let include = typed.include.or(default.include).filter(|path| !path.is_empty());
    Tor {
        dir: typed.dir.or(default.dir).unwrap_or_default().into(),
        include: include.map(Into::into),
    }
}

fn limits(
    typed: RawLimits,
    default: &RawLimits,
    space: Space,
    default_space: &Space,
    retention: Retention,
) -> Result<Limits, ConfigError> {
    let limits = Limits {
        file: size("limits.file", typed.file, default.file.as_ref())?,
        dispatch: size("limits.dispatch", typed.dispatch, default.dispatch.as_ref())?,
        files: number("limits.files", typed.files.or(default.files), limits::FILES)?,
        message: number("limits.message", typed.message.or(default.message), 1_000_000)?,
        uploads: number("limits.uploads", typed.uploads.or(default.uploads), 256)?,
        idle: duration("limits.idle", typed.idle, default.idle.as_ref())?,
        drain: size("limits.drain", typed.drain, default.drain.as_ref())?,
        quota: size("space.quota", space.quota, default_space.quota.as_ref())?,
        drafts: size("space.drafts", space.drafts, default_space.drafts.as_ref())?,
        min_free: size("space.min_free", space.min_free, default_space.min_free.as_ref())?,
        retention,
    };
    if limits.dispatch < limits.file {
        return Err(wrong(
            "limits.dispatch",
            "it is smaller than limits.file; make it at least as large",
        ));
    }
    if limits.drafts < limits.dispatch {
        return Err(wrong(
            "space.drafts",
            "it is smaller than limits.dispatch, so that a single broken upload would not fit; make it \
             at least as large",
        ));
    }
    Ok(limits)
}

fn retention(typed: RawRetention, default: &RawRetention) -> Result<Retention, ConfigError> {
    Ok(Retention {
        drafts: days("retention.drafts", typed.drafts, default.drafts.as_ref())?,
        fetched: days("retention.fetched", typed.fetched, default.fetched.as_ref())?,
        replies: days("retention.replies", typed.replies, default.replies.as_ref())?,
        silent: days("retention.silent", typed.silent, default.silent.as_ref())?,
    })
}

fn backup(typed: RawBackup, default: &RawBackup) -> Result<Backup, ConfigError> {
    let kept = days("backup.kept", typed.kept, default.kept.as_ref())?;
    Ok(Backup { recipients: typed.recipients, kept })
}

fn size(key: &str, typed: Option<String>, default: Option<&String>) -> Result<u64, ConfigError> {
    let text = typed.or_else(|| default.cloned()).unwrap_or_default();
    text.parse::<bytesize::ByteSize>().map(|size| size.as_u64()).map_err(|_| {
        wrong(key, format!("{text:?} is not a size; write one such as \"4 GiB\" or \"500 MB\""))
    })
}

fn duration(
    key: &str,
    typed: Option<String>,
    default: Option<&String>,
) -> Result<Duration, ConfigError> {
    let text = typed.or_else(|| default.cloned()).unwrap_or_default();
    humantime::parse_duration(&text).map_err(|_| {
        wrong(
            key,
            format!("{text:?} is not a duration; write one such as \"120 seconds\" or \"7 days\""),
        )
    })
}

/// Whole days, up to ten years.
fn days(key: &str, typed: Option<String>, default: Option<&String>) -> Result<i64, ConfigError> {
    const DAY: u64 = 24 * 60 * 60;
    let length = duration(key, typed, default)?;
    match u16::try_from(length.as_secs() / DAY) {
        Ok(days @ 1..=3650) if Duration::from_secs(u64::from(days) * DAY) == length => {
            Ok(i64::from(days))
        }
        _ => Err(wrong(key, "write whole days, from \"1 day\" to \"3650 days\"")),
    }
}

/// Lower-cased. A wrong one is told by its place: it may be something secret, pasted by mistake.
fn onions(typed: Vec<String>) -> Result<Vec<String>, ConfigError> {
    let read = |(at, name): (usize, String)| {
        let name = name.trim().to_ascii_lowercase();
        if is_onion(&name) {
            return Ok(name);
        }
        Err(wrong(
            "site.onion",
            format!(
                "address {} is no onion address (56 letters and digits, then .onion), or it is mistyped; \
                 copy it from tor's hostname file",
                at + 1
            ),
        ))
    };
    typed.into_iter().enumerate().map(read).collect()
}

fn number(key: &str, value: Option<usize>, most: usize) -> Result<usize, ConfigError> {
    match value {
        Some(value) if (1..=most).contains(&value) => Ok(value),
        _ => Err(wrong(key, format!("it must be between 1 and {most}"))),
    }
}

fn teams(typed: Vec<RawTeam>) -> Result<Vec<Team>, ConfigError> {
    if typed.is_empty() {
        return Err(wrong("team", "there is no [[team]]; add one with id, name and recipients"));
    }
    let mut seen = BTreeSet::new();
    for team in &typed {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if team.id.is_empty() || team.id.len() > 40 || !team.id.chars().all(plain) {
            return Err(wrong("team.id", "use 1 to 40 lower-case letters, digits and dashes"));
        }
        if !seen.insert(&team.id) {
            return Err(wrong(
                "team.id",
                format!("{} is used twice; give each team its own", team.id),
            ));
        }
        if team.name.is_empty() {
            return Err(wrong("team.name", "sources choose by it; write one"));
        }
        for name in team.name.texts() {
            at_most("team.name", name, 80)?;
        }
        for text in team.text.texts() {
            at_most("team.text", text, 600)?;
        }
        if team.recipients.is_empty() {
            return Err(wrong(
                "team.recipients",
                format!(
                    "team {} has none, so nothing could be sealed; add each editor's age1… line: \
                     sourdine team add-recipient age1…",
                    team.id
                ),
            ));
        }
    }
    let kept = |team: RawTeam| {
        Ok(Team {
            id: team.id,
            name: team.name,
            text: team.text,
            questions: questions(team.question)?,
            recipients: team.recipients,
        })
    };
    typed.into_iter().map(kept).collect()
}
