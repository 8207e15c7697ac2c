//! What a configuration means, and what is wrong with one.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use super::per_language::PerLanguage;
use super::question::Question;
use crate::base::limits::Limits;

/// The default configuration, commented, as `init` writes it.
pub const DEFAULT: &str = include_str!("../../config/sourdine.toml");

/// Where a listener waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// `127.0.0.1:8080`: loopback only.
    Tcp(SocketAddr),
    /// `unix:/run/sourdine/source.sock`.
    Unix(PathBuf),
}

/// A team as configured; its recipients are still text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Short and fixed.
    pub id: String,
    /// As the source reads it.
    pub name: PerLanguage,
    /// What it is for.
    pub text: PerLanguage,
    /// What it asks its sources.
    pub questions: Vec<Question>,
    /// age recipients.
    pub recipients: Vec<String>,
}

/// Where `--tor` keeps tor's part. Paths are relative to the configuration's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tor {
    /// Keys, state, sockets: a directory of its own, outside the store's.
    pub dir: PathBuf,
    /// A file of further lines for the torrc.
    pub include: Option<PathBuf>,
}

/// To whom backups are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// age recipients; none where no backups are made.
    pub recipients: Vec<String>,
    /// Days that a copy is kept.
    pub kept: i64,
}

/// A configuration whose values are valid by themselves. Recipients are tried elsewhere, by sealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The store's directory.
    pub data_dir: PathBuf,
    /// The site's name.
    pub name: String,
    /// Who reads what is sent.
    pub text: PerLanguage,
    /// Why no new documents are taken; empty where they are.
    pub closed: PerLanguage,
    /// Other ways to reach the team.
    pub contact: String,
    /// Our own onion addresses, in lower case; empty where any is taken for ours.
    pub onions: Vec<String>,
    /// Where sources are served.
    pub listen: Listen,
    /// Where editors are served, if anywhere.
    pub desk: Option<Listen>,
    /// Each connection begins with tor's line that stands for a circuit; else none does.
    pub haproxy: bool,
    /// The operator says that the system's tor asks for client keys at the desk's address.
    pub client_auth: bool,
    /// What editors may label mailboxes with, in the file's order.
    pub desk_labels: Vec<String>,
    /// For `--tor`.
    pub tor: Tor,
    /// What is accepted.
    pub limits: Limits,
    /// For `backup`.
    pub backup: Backup,
    /// At least one.
    pub teams: Vec<Team>,
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err("write the socket's path after unix:".into()),
                path => Ok(Self::Unix(path.into())),
            };
        }
        let address: SocketAddr = text
            .parse()
            .map_err(|_| "write it as 127.0.0.1:PORT or unix:/path/to/socket".to_owned())?;
        if !address.ip().is_loopback() {
            return Err("only a loopback address (127.0.0.1:PORT) or a unix socket is served; \
                        put Tor in front of it"
                .into());
        }
        Ok(Self::Tcp(address))
    }
}

impl std::fmt::Display for Listen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "http://{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
