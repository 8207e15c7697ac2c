//! `sourdine editor`: who may sign in at the desk, and see that its onion address is there.

pub(super) mod onion;
mod text;

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};
use clap::Subcommand;
use clap::error::ErrorKind;
use serde_json::json;

use super::config_arg::ConfigArg;
use super::process;
use super::stdio::show;
use crate::base::clock::Clock;
use crate::bundle::names::printable;
use crate::config::Config;
use crate::dropbox::Dropbox;
use crate::dropbox::accounts::{AccountError, Accounts, check_name};
use onion::Onion;

#[derive(clap::Args)]
pub struct Editor {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Make an account: prints its login and its onion key, once
    Add(Add),
    /// Say who has an account, and the desk's address
    List(List),
    /// Give an account these teams instead of those it has
    Teams(SetTeams),
    /// Make a new login for an account, for who lost the old one; ends its sessions and its feed
    Reset(Reset),
    /// Remove an account and its onion key; ends its sessions
    Remove(Remove),
}

#[derive(clap::Args)]
struct Add {
    /// 1 to 40 lower-case letters, digits and dashes
    name: String,
    #[command(flatten)]
    config: ConfigArg,
    /// Whose mailboxes they see; repeat it for several. May be left out where there is one team
    #[arg(long = "team", value_name = "ID")]
    teams: Vec<String>,
    /// Whoever had an account of this name before has it again: what was fetched then is not new to them
    #[arg(long)]
    same_person: bool,
}

#[derive(clap::Args)]
struct SetTeams {
    /// As `sourdine editor list` has it
    name: String,
    #[command(flatten)]
    config: ConfigArg,
    /// Whose mailboxes they see from now on; repeat it for several
    #[arg(long = "team", value_name = "ID", required = true)]
    teams: Vec<String>,
}

#[derive(clap::Args)]
struct List {
    #[command(flatten)]
    config: ConfigArg,
    /// For scripts
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Reset {
    /// As `sourdine editor list` has it
    name: String,
    #[command(flatten)]
    config: ConfigArg,
    /// Make a new key for the desk's onion address too; the old one is void
    #[arg(long)]
    onion_key: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(clap::Args)]
struct Remove {
    /// As `sourdine editor list` has it
    name: String,
    #[command(flatten)]
    config: ConfigArg,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Editor {
    pub fn run(self) -> anyhow::Result<()> {
        match self.act {
            Act::Add(command) => command.run(),
            Act::List(command) => command.run(),
            Act::Teams(command) => command.run(),
            Act::Reset(command) => command.run(),
            Act::Remove(command) => command.run(),
        }
    }
}

/// What every act works on.
struct Desk {
    config: Config,
    dropbox: Dropbox,
    accounts: Accounts,
    onion: Onion,
}

impl Desk {
    fn open(config: &ConfigArg) -> anyhow::Result<Self> {
        let config = process::load_config(&config.config)?;
        let onion = Onion::of(&config)?;
        let dropbox = Dropbox::open(&config, Clock::system())?;
        let accounts = Accounts::new(dropbox.clone());
        Ok(Self { config, dropbox, accounts, onion })
    }

    /// Takes an account back that could not be made as a whole; says why.
    fn undo(&self, name: &str, why: anyhow::Error) -> anyhow::Error {
        match self.accounts.remove(name) {
            Ok(()) => why.context("no account was made"),
            Err(_) => {
                why.context(format!("half an account was made; run: sourdine editor remove {name}"))
            }
        }
    }

    fn has_account(&self, name: &str) -> anyhow::Result<bool> {
        Ok(self.dropbox.store().account(name)?.is_some())
    }
}

impl Add {
    fn run(self) -> anyhow::Result<()> {
        check_name(&self.name)?;
        let desk = Desk::open(&self.config)?;
        let mut teams = self.teams;
        if teams.is_empty() {
            teams.push(desk.dropbox.teams().choose(None)?.id.clone());
        }
        teams.sort();
        teams.dedup();
        let name = self.name;
        let login = if self.same_person {
            desk.accounts.add_same_person(&name, teams.clone())?
        } else {
            desk.accounts.add(&name, teams.clone())?
        };
        let key = match desk.onion.let_in(&name) {
            Ok(key) => key,
            Err(error) => return Err(desk.undo(&name, error)),
        };
        // Whoever was never shown the login has no use for the account.
        let site = &desk.config.name;
        let login = text::added(site, &name, &teams, &login, io::stdout().is_terminal());
        if let Err(error) = show(&login) {
            let gone = desk.onion.shut_out(&name);
            return Err(desk.undo(&name, gone.err().unwrap_or(error)));
        }
        show_key(&desk.onion, &name, &key)
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let desk = Desk::open(&self.config)?;
        let accounts = desk.dropbox.store().accounts()?;
        let keys = desk.onion.keys()?;
        let address = desk.onion.address();
        let has_key = |name: &str| keys.as_ref().map(|keys| keys.iter().any(|key| key == name));
        let is_account = |name: &str| accounts.iter().any(|account| account.name == name);
        let strays: Vec<_> =
            keys.iter().flatten().filter(|name| !is_account(name)).map(|n| printable(n)).collect();
        if self.json {
            let editors: Vec<_> = accounts
                .iter()
                .map(|a| json!({"name": a.name, "teams": a.teams, "onion_key": has_key(&a.name)}))
                .collect();
            let all = json!({"editors": editors, "keys_without_account": strays, "desk": address});
            return show(&format!("{all}\n"));
        }
        let mut lines = Vec::new();
        if accounts.is_empty() {
            lines.push("no editor has an account; make one with: sourdine editor add NAME".into());
        }
        let width = accounts.iter().map(|account| account.name.len()).max().unwrap_or(0).max(4);
        for account in &accounts {
            let name = &account.name;
            let teams: Vec<_> = account.teams.iter().map(|team| printable(team)).collect();
            let teams = teams.join(", ");
            let key = match has_key(name) {
                Some(false) => {
                    format!("; no onion key: sourdine editor reset {name} --onion-key")
                }
                _ => String::new(),
            };
            lines.push(format!("{name:width$}  {teams}{key}"));
        }
        for name in strays {
            lines.push(format!(
                "{name:width$}  no account, but an onion key: sourdine editor remove {name}"
            ));
        }
        if let Some(address) = address {
            lines.push(format!("\ndesk  http://{address}"));
        }
        show(&format!("{}\n", lines.join("\n")))
    }
}

impl SetTeams {
    fn run(self) -> anyhow::Result<()> {
        let teams = Desk::open(&self.config)?.accounts.set_teams(&self.name, self.teams)?;
        show(&format!("{}: {}\n", self.name, teams.join(", ")))
    }
}

impl Reset {
    fn run(self) -> anyhow::Result<()> {
        let desk = Desk::open(&self.config)?;
        let name = self.name;
        let account = desk.dropbox.store().account(&name)?;
        let teams = account.ok_or_else(|| AccountError::unknown(&name))?.teams;
        confirm(
            &format!(
                "Make a new login for {name}? The old one will be void; sessions and the feed end."
            ),
            self.yes,
        )?;
        let login = desk.accounts.reset(&name)?;
        let (site, terminal) = (&desk.config.name, io::stdout().is_terminal());
        show(&text::reset(site, &name, &teams, &login, terminal)).with_context(|| {
            format!("the new login could not be shown; run again: sourdine editor reset {name}")
        })?;
        if !self.onion_key {
            return show(text::SAME_KEY);
        }
        desk.onion.shut_out(&name)?;
        let key = desk.onion.let_in(&name).context(
            "the login above is good, but no onion key could be made: mend this, then run the same again",
        )?;
        show_key(&desk.onion, &name, &key)
    }
}

impl Remove {
    fn run(self) -> anyhow::Result<()> {
        let desk = Desk::open(&self.config)?;
        let name = self.name;
        let account = desk.has_account(&name)?;
        // Where the directory of keys cannot be read, the account goes all the same.
        let keys = desk.onion.keys().ok().flatten();
        let key = keys.is_some_and(|keys| keys.contains(&name));
        if !account && !key {
            return Err(AccountError::unknown(&name).into());
        }
        confirm(
            &format!("Remove {}? Sessions end, and what they starred.", printable(&name)),
            self.yes,
        )?;
        // Whatever became of one, the other is tried.
        let account =
            if account { desk.accounts.remove(&name).map(|()| "the account") } else { Ok("") };
        let key = desk.onion.shut_out(&name).map(|gone| if gone { "the onion key" } else { "" });
        let done = match (account, key) {
            (Ok(account), Ok(key)) => [account, key],
            (Err(error), Ok(_)) => return Err(error).context("the account is still there"),
            (Ok(_), Err(error)) => {
                return Err(
                    error.context("the account is removed, but its onion key is still there")
                );
            }
            (Err(error), Err(_)) => return Err(error.into()),
        };
        let key_is_gone = !done[1].is_empty();
        let done: Vec<_> = done.into_iter().filter(|what| !what.is_empty()).collect();
        let mut out = format!("{}: removed {}\n", printable(&name), done.join(" and "));
        if desk.onion.is_of_system() {
            let last = desk.dropbox.store().accounts()?.is_empty();
            out.push_str(&text::remove_by_hand(&name, last));
        } else if key_is_gone {
            out.push_str(text::FOUND_FOR_A_WHILE);
        }
        show(&out)
    }
}

/// Prints an onion key; its address, which tor may have to make first, comes after it.
fn show_key(onion: &Onion, name: &str, key: &onion::Key) -> anyhow::Result<()> {
    let lost = || {
        format!(
            "the onion key could not be shown; for another: sourdine editor reset {name} --onion-key"
        )
    };
    if onion.is_of_system() {
        return show(&text::key_for_system(name, key)).with_context(lost);
    }
    show(&text::key(key)).with_context(lost)?;
    let address = onion.wait_for_address();
    show(&text::address(address.as_deref(), name, key)).with_context(lost)
}

/// Asks on a terminal. Without one, nobody could answer: `--yes` is needed then.
fn confirm(question: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let said = "nobody can be asked here; add --yes to do it\n";
        clap::Error::raw(ErrorKind::MissingRequiredArgument, said).exit();
    }
    let mut error = io::stderr().lock();
    let _ = write!(error, "{question} [y/N] ").and_then(|()| error.flush());
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("the answer could not be read")?;
    if !matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui") {
        bail!("nothing was changed");
    }
    Ok(())
}
