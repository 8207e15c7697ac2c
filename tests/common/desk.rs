//! Editors at their desk: logins as the operator's command prints them, and curl with a jar of cookies.

use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use sourdine::base::clock::Clock;
use sourdine::crypto::totp::TotpSecret;

use super::{Answer, Box_, curl, msg, ok, sourdine, wait_for};

const STEP: u64 = 30;

/// What `sourdine editor add` printed.
pub struct Login {
    pub name: String,
    pub passphrase: String,
    pub secret: String,
    /// The last step of which a code was used.
    used: Mutex<u64>,
}

impl Login {
    /// Makes an account.
    pub fn new(site: &Box_, name: &str, teams: &[&str]) -> Self {
        let mut command = sourdine();
        command.args(["editor", "add", name]).args(teams.iter().flat_map(|team| ["--team", team]));
        Self::printed(name, ok(command.arg("--config").arg(site.config())).stdout)
    }

    /// Makes a new login for an account.
    pub fn reset(site: &Box_, name: &str) -> Self {
        let mut command = sourdine();
        Self::printed(
            name,
            ok(command.args(["editor", "reset", name, "--yes", "--config"]).arg(site.config()))
                .stdout,
        )
    }

    fn printed(name: &str, bytes: Vec<u8>) -> Self {
        let text = String::from_utf8(bytes).unwrap();
        let shown = |what: &str| {
            let line = text.lines().find_map(|line| line.trim_start().strip_prefix(what));
            line.unwrap_or_else(|| panic!("no {what} in {text}")).trim().to_owned()
        };
        let (passphrase, secret) = (shown("passphrase"), shown("TOTP secret"));
        Self { name: name.into(), passphrase, secret, used: Mutex::default() }
    }

    /// A code that works and was not used before; waits for one where it must.
    pub fn code(&self) -> String {
        let mut used = self.used.lock().unwrap();
        let step = loop {
            let seconds = Clock::system().seconds();
            let now = seconds / STEP;
            // The step before counts as well, as long as this one has time left.
            let first = if seconds % STEP < STEP / 2 { now - 1 } else { now };
            let step = (*used + 1).max(first);
            if step <= now + 1 {
                break step;
            }
            thread::sleep(Duration::from_millis(200));
        };
        *used = step;
        code_of(&self.secret, step * STEP)
    }
}

pub fn code_of(secret: &str, seconds: u64) -> String {
    TotpSecret::parse(secret).unwrap().code_at(seconds).to_string()
}

/// Serves a box with its desk; the desk's address.
pub fn open_desk(site: &mut Box_) -> String {
    let before = site.log().len();
    site.serve_with(|command| {
        command.args(["--desk-listen", "127.0.0.1:0"]);
    });
    wait_for("the desk's address", || {
        let log = site.log()[before..].to_owned();
        let at = log.find("editors are served at ")?;
        Some(log[at..].lines().next()?.rsplit(' ').next()?.to_owned())
    })
}

/// A browser of its own.
pub struct Visitor {
    pub base: String,
    dir: tempfile::TempDir,
}

impl Visitor {
    pub fn new(base: &str) -> Self {
        Self { base: base.into(), dir: tempfile::tempdir().unwrap() }
    }

    fn jar(&self) -> PathBuf {
        self.dir.path().join("jar")
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let jar = std::fs::read_to_string(self.jar()).unwrap_or_default();
        let mut rows = jar.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        rows.find(|row| row.len() == 7 && row[5] == name).map(|row| row[6].to_owned())
    }

    pub fn session(&self) -> Option<String> {
        self.cookie("__Host-sourdine")
    }

    pub fn ask(&self, path: &str, args: &[&str]) -> Answer {
        let jar = self.jar();
        let jar = jar.to_str().unwrap();
        let joint = if path.contains('?') { '&' } else { '?' };
        let path =
            if path.contains("lang=") { path.into() } else { format!("{path}{joint}lang=en") };
        curl(&format!("{}{path}", self.base), &[&["-b", jar, "-c", jar], args].concat())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask(path, &[])
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let args = pairs.iter().flat_map(|pair| ["--data-urlencode", pair.as_str()]);
        let args: Vec<_> = ["-X", "POST"].into_iter().chain(args).collect();
        self.ask(path, &args)
    }

    /// Tries to sign in from the page that one is given for `wanted`.
    pub fn try_sign_in(&self, wanted: &str, name: &str, passphrase: &str, code: &str) -> Answer {
        let page = self.get(wanted);
        let next = page.hidden("next");
        let fields =
            [("next", next.as_str()), ("name", name), ("passphrase", passphrase), ("code", code)];
        self.post("/sign-in", &fields)
    }

    /// Signs in.
    pub fn signed_in(base: &str, login: &Login) -> Self {
        let new = Self::new(base);
        let answer = new.try_sign_in("/account", &login.name, &login.passphrase, &login.code());
        assert_eq!(answer.status, 303, "{}", answer.text());
        new
    }

    /// The token of this session's forms.
    pub fn proof(&self) -> String {
        self.get("/account").hidden("proof")
    }

    /// Posts with the token of this session.
    pub fn act(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let proof = self.proof();
        self.post(path, &[&[("proof", proof.as_str())], fields].concat())
    }

    pub fn is_signed_in(&self) -> bool {
        self.get("/account").text().contains(msg("desk-account-title"))
    }
}

/// A header of an answer.
pub fn header(answer: &Answer, name: &str) -> Option<String> {
    let prefix = format!("{name}: ");
    let matches = |line: &str| line.to_ascii_lowercase().starts_with(&prefix);
    let line = answer.headers.lines().find(|line| matches(line))?;
    Some(line[prefix.len()..].trim().to_owned())
}
