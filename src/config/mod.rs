//! Floor 1: what an operator typed, and what it means.
//!
//! The embedded `config/sourdine.toml` is the list of known keys and of their defaults: a key that is
//! not in it is refused, with the nearest one that is.

mod edit;
mod error;
mod onion;
mod per_language;
mod question;
mod settings;
mod typed;
mod unknown;
mod value;

use std::path::Path;

use crate::base::text;
pub use edit::{
    Initial, initial_text, moved, packaged_text, with_closed, with_only_recipients,
    with_recipients, without_recipients,
};
pub use error::ConfigError;
pub use onion::is_onion;
pub use per_language::PerLanguage;
pub use question::{QUESTIONS, Question, QuestionKind};
pub use settings::{Backup, Config, DEFAULT, Listen, Team, Tor};

impl Config {
    /// Reads and checks a file. Relative paths in it are relative to the file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let bytes = std::fs::read(path).map_err(|e| ConfigError::Unreadable(path.to_owned(), e))?;
        let text = text::utf8(&bytes).map_err(|why| ConfigError::NotText(path.to_owned(), why))?;
        let mut config = Self::parse(text)?;
        if let Some(parent) = path.parent() {
            config.data_dir = parent.join(&config.data_dir);
            config.tor.dir = parent.join(&config.tor.dir);
            config.tor.include = config.tor.include.map(|path| parent.join(path));
        }
        Ok(config)
    }

    /// Whether a desk that is served there stands behind a tor of the system, as far as can be told.
    pub fn is_behind_tor(&self, desk: &Listen) -> bool {
        let sockets = [desk, &self.listen].iter().any(|listen| matches!(listen, Listen::Unix(_)));
        sockets || !self.onions.is_empty()
    }

    /// Refuses a desk behind a tor of the system that may be open to everybody.
    pub fn check_desk(&self, desk: &Listen) -> Result<(), ConfigError> {
        if self.client_auth || !self.is_behind_tor(desk) {
            return Ok(());
        }
        Err(ConfigError::Value {
            key: "desk.client_auth".into(),
            reason: format!(
                "the desk at {desk} would be open to everybody who knows its onion address; make tor ask for client keys as deploy/torrc says, then write below [desk]: client_auth = true"
            ),
        })
    }

    /// Reads and checks a text.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let syntax = |e: toml::de::Error| ConfigError::Syntax(in_one_line(text, &e));
        let typed: toml::Table = text.parse().map_err(syntax)?;
        unknown::refuse(&typed, &unknown::known().map_err(syntax)?)?;
        let typed: typed::File = toml::from_str(text).map_err(syntax)?;
        typed.checked()
    }
}

/// Where a fault is and of what kind, in one line. What stands there is not repeated: it may be a
/// private key, pasted by mistake, on its way to a log.
fn in_one_line(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    // Between quotes and backticks the message repeats what was typed.
    let pieces = error.message().split(['"', '`']).enumerate();
    let message: String = pieces.map(|(at, piece)| if at % 2 == 0 { piece } else { "…" }).collect();
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if message.ends_with("expected a sequence") {
        // Keys are known by now: one is no secret.
        let key = text.lines().nth(line - 1).and_then(|line| line.split_once('='));
        let key = key.map_or("KEY", |(key, _)| key.trim());
        return format!("line {line}: write a list: {key} = [\"…\"]");
    }
    format!("line {line}: {message}; compare it with the file that `sourdine init` writes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Retention;

    fn error(text: &str) -> String {
        Config::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn the_embedded_default_only_lacks_recipients() {
        assert!(error(DEFAULT).starts_with("team.recipients"), "{}", error(DEFAULT));
        let filled = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
        let config = Config::parse(&filled).unwrap();
        assert_eq!(config.limits.file, 3_758_096_384);
        assert_eq!(config.limits.idle.as_secs(), 120);
        assert_eq!(config.limits.drafts, 20 << 30);
        let days = Retention { drafts: 7, fetched: 30, replies: 90, silent: 180 };
        assert_eq!(config.limits.retention, days);
        assert!(config.onions.is_empty());
        assert_eq!(config.teams.len(), 1);
        assert_eq!((config.desk, config.desk_labels), (None, Vec::new()));
    }

    #[test]
    fn one_text_in_the_place_of_a_list_is_told() {
        let said = error(&DEFAULT.replace("onion = []", "onion = \"x\""));
        assert!(said.ends_with(": write a list: onion = [\"…\"]"), "{said}");
    }

    #[test]
    fn a_desk_is_served_where_the_file_says() {
        let filled = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
        let with = |desk: &str| Config::parse(&filled.replace("desk = \"\"", desk));
        let desk = with("desk = \"unix:/run/desk.sock\"").unwrap().desk;
        assert_eq!(desk, Some(Listen::Unix("/run/desk.sock".into())));
        let desk = with("desk = \"127.0.0.1:8081\"").unwrap().desk;
        assert_eq!(desk, Some(Listen::Tcp(([127, 0, 0, 1], 8081).into())));
        for wrong in ["0.0.0.0:8081", "unix:", "here"] {
            let said = with(&format!("desk = \"{wrong}\"")).unwrap_err().to_string();
            assert!(said.starts_with("listen.desk: "), "{said}");
        }
        // tor's line goes to both or to none.
        let unix = filled
            .replace("haproxy = false", "haproxy = true")
            .replace("\"127.0.0.1:8080\"", "\"unix:/run/source.sock\"");
        assert!(Config::parse(&unix).unwrap().haproxy);
        let said = Config::parse(&unix.replace("desk = \"\"", "desk = \"127.0.0.1:8081\""));
        let said = said.unwrap_err().to_string();
        assert!(said.contains("set listen.desk to unix:"), "{said}");
        let both = unix.replace("desk = \"\"", "desk = \"unix:/run/desk.sock\"");
        assert!(Config::parse(&both).is_ok());
        let said = Config::parse(&both.replace("unix:/run/desk.sock", "unix:/run/source.sock"));
        assert!(said.unwrap_err().to_string().starts_with("listen.desk: "), "one socket for both");
    }

    #[test]
    fn behind_a_tor_of_the_system_a_desk_needs_client_keys() {
        const ONION: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
        let filled = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
        let onion = filled.replace("onion = []", &format!("onion = [\"{ONION}\"]"));
        let source = filled.replace("\"127.0.0.1:8080\"", "\"unix:/run/source.sock\"");
        let [port, socket] =
            ["127.0.0.1:8081", "unix:/run/desk.sock"].map(|at| at.parse().unwrap());
        let check = |text: &str, desk: &Listen| Config::parse(text).unwrap().check_desk(desk);
        for (text, desk, behind) in [
            (&filled, &port, false),
            (&filled, &socket, true),
            (&onion, &port, true),
            (&source, &port, true),
        ] {
            assert_eq!(check(text, desk).is_err(), behind, "{desk}");
            let said = text.replace("client_auth = false", "client_auth = true");
            assert!(check(&said, desk).is_ok(), "{desk}");
        }
        let said = check(&filled, &socket).unwrap_err().to_string();
        assert!(said.starts_with("desk.client_auth: "), "{said}");
        assert!(said.ends_with("below [desk]: client_auth = true"), "{said}");
    }

    #[test]
    fn labels_are_few_short_and_different() {
        let filled = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
        let with =
            |list: &str| Config::parse(&filled.replace("labels = []", &format!("labels = {list}")));
        let labels = with("[\" urgent \", \"à vérifier\"]").unwrap().desk_labels;
        assert_eq!(labels, ["urgent", "à vérifier"]);
        let many: Vec<_> = (0..21).map(|n| format!("\"{n}\"")).collect();
        assert!(with(&format!("[{}]", many[..20].join(","))).is_ok());
        assert!(with(&format!("[\"{}\"]", "é".repeat(40))).is_ok());
        for wrong in [
            format!("[{}]", many.join(",")),
            format!("[\"{}\"]", "é".repeat(41)),
            "[\" \"]".into(),
            "[\"a\", \" a\"]".into(),
            "[\"a\\u001bb\"]".into(),
            "[\"a\\u202eb\"]".into(),
        ] {
            let said = with(&wrong).unwrap_err().to_string();
            assert!(said.starts_with("desk.labels: "), "{wrong}: {said}");
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_neighbour() {
        assert!(error("data_dirr = \"x\"").contains("did you mean data_dir?"));
        assert!(
            error("[limits]\nfiel = \"1 GiB\"").contains("limits.fiel; did you mean limits.file?")
        );
        assert!(
            error("[[team]]\nrecipient = []")
                .contains("team.recipient; did you mean team.recipients?")
        );
        assert!(error("[zzzzzzzzzz]").ends_with("unknown key zzzzzzzzzz"));
    }

    #[test]
    fn values_say_what_would_be_right() {
        let with = |from: &str, to: &str| {
            let filled = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
            assert!(filled.contains(from), "{from}");
            error(&filled.replace(from, to))
        };
        assert!(with("\"3.5 GiB\"", "\"lots\"").starts_with("limits.file: "));
        assert!(with("\"120 seconds\"", "\"soon\"").starts_with("limits.idle: "));
        assert!(with("\"127.0.0.1:8080\"", "\"0.0.0.0:80\"").contains("loopback"));
        assert!(with("id = \"team\"", "id = \"Une équipe\"").starts_with("team.id: "));
        assert!(with("files = 100", "files = 0").starts_with("limits.files: "));
        assert!(with("file = \"3.5 GiB\"", "file = \"9 GiB\"").starts_with("limits.dispatch: "));
        assert!(with("files = 100", "files = \"many\"").contains("invalid type"));
        assert!(with("\"20 GiB\"", "\"7 GiB\"").starts_with("space.drafts: "));
        for wrong in ["0 days", "12 hours", "1 day 1 ms", "3651 days", "1 year", "300000000 years"]
        {
            let said = with("fetched = \"30 days\"", &format!("fetched = \"{wrong}\""));
            assert!(
                said.starts_with("retention.fetched: ") && said.contains("3650 days"),
                "{said}"
            );
        }
        assert!(with("\"180 days\"", "\"for ever\"").starts_with("retention.silent: "));
        assert!(
            with("haproxy = false", "haproxy = true").starts_with("listen.haproxy: only a unix")
        );
    }

    #[test]
    fn our_onion_addresses_are_checked_and_lower_cased() {
        const ONION: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
        let with = |list: &str| {
            let filled = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
            Config::parse(&filled.replace("onion = []", &format!("onion = {list}")))
        };
        let typed = format!("[\"{ONION}\", \" {} \"]", ONION.to_uppercase());
        assert_eq!(with(&typed).unwrap().onions, [ONION, ONION]);
        for wrong in [
            ONION.replace("pg6", "pg7"),
            format!("http://{ONION}"),
            "secret".to_owned(),
            String::new(),
        ] {
            let said = with(&format!("[\"{ONION}\", \"{wrong}\"]")).unwrap_err().to_string();
            assert!(said.starts_with("site.onion: address 2 "), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn a_teams_questions_are_read_and_refused() {
        let team = |rest: &str| {
            Config::parse(&format!(
                "[[team]]\nid = \"a\"\nname = {{ fr = \"Ville\", en = \"Town\" }}\nrecipients = [\"age1x\"]\n{rest}"
            ))
        };
        let question = |rest: &str| team(&format!("[[team.question]]\n{rest}"));
        let read = question(
            "id = \"kind\"\nkind = \"choice\"\nlabel = \"?\"\noptions = [{ id = \"a\", en = \"A\" }]",
        );
        let read = read.unwrap().teams.remove(0);
        assert_eq!((read.name.get("fr"), read.name.get("de")), ("Ville", "Town"));
        assert_eq!(read.questions[0].label.get("fr"), "?");
        for (wrong, key) in [
            ("id = \"É\"\nkind = \"text\"\nlabel = \"?\"", "team.question.id"),
            ("id = \"a\"\nkind = \"number\"\nlabel = \"?\"", "team.question.kind"),
            ("id = \"a\"\nkind = \"text\"\nlabel = {}", "team.question.label"),
            ("id = \"a\"\nkind = \"choice\"\nlabel = \"?\"", "team.question.options"),
            ("id = \"a\"\nkind = \"text\"\nlabel = \"?\"\nrequired = true", "unknown key"),
        ] {
            let error = question(wrong).unwrap_err().to_string();
            assert!(error.starts_with(key), "{error}");
        }
    }

    #[test]
    fn teams_are_told_apart() {
        let team = "[[team]]\nid = \"a\"\nname = \"A\"\nrecipients = [\"age1x\"]\n";
        assert!(Config::parse(&format!("{team}{team}")).unwrap_err().to_string().contains("twice"));
    }
}
