//! Floor 6: one file a command. `open`, `reply`, `reseal` and `keygen` reach neither the web nor the store: they
//! run on machines without a network. `read` serves loopback, and nothing else.

mod backup;
mod check;
mod close;
mod config_arg;
mod deliver;
mod demo;
mod editor;
mod export;
mod first_start;
mod identities;
mod init;
mod keygen;
mod notify;
mod open;
mod owner;
mod passed;
mod passphrase;
mod process;
mod progress;
mod read;
mod reopen;
mod reply;
mod reseal;
mod restore;
pub mod sandbox;
mod serve;
mod status;
mod stdio;
mod supervised;
mod supervisor;
mod team;
mod upgrade;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// An anonymous drop box: documents are sealed on arrival, answered with a code.
///
/// On a server: init, check, serve, upgrade, team, editor, status, export, deliver, backup, restore, close, reopen. On an editor's machine, which needs no
/// network: keygen, open, read, reply, reseal. To see all of it: demo.
#[derive(Parser)]
#[command(name = "sourdine", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Try everything on this machine, with a throw-away editor
    Demo(demo::Demo),
    /// Make a new drop box: its configuration and its empty store
    Init(init::Init),
    /// Look for faults, each with its remedy
    Check(check::Check),
    /// Serve the source's site and the editors' desk
    Serve(serve::Serve),
    /// Say to whom submissions are sealed
    Team(team::Team),
    /// Say who may sign in at the desk
    Editor(editor::Editor),
    /// Bring the store of an older version to this one's format; `serve` does so at its start
    Upgrade(upgrade::Upgrade),
    /// Count what is there and what waits; nothing about anyone
    Status(status::Status),
    /// Write all of the box into one sealed file, while it is served
    Backup(backup::Backup),
    /// Make a box again from a backup
    Restore(restore::Restore),
    /// Take no new documents for a while; codes go on working
    Close(close::Close),
    /// Take new documents again, or serve a restored box
    Reopen(reopen::Reopen),
    /// Write what waits for a team into a bundle, to be opened offline
    Export(export::Export),
    /// Take in replies and notes that were sealed offline
    Deliver(deliver::Deliver),
    /// Make an age identity (offline, for editors)
    Keygen(keygen::Keygen),
    /// Open bundles, check every file, and add them to an archive (offline, for editors)
    Open(open::Open),
    /// Read, search and answer in a browser (offline, for editors)
    Read(read::Read),
    /// Seal a reply, or a note for your team (offline, for editors)
    Reply(reply::Reply),
    /// Seal what a bundle holds again, for a colleague or another team (offline, for editors)
    Reseal(reseal::Reseal),
}

/// Every command with its options: what manual pages and completions are made of.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line: 0 done, 1 failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => {
            let code = u8::try_from(said.exit_code()).unwrap_or(2);
            return ExitCode::from(if said.print().is_ok() { code } else { code.max(1) });
        }
    };
    let done = |()| ExitCode::SUCCESS;
    let result = process::harden().and_then(|()| match cli.command {
        Command::Status(command) => command.run(),
        command => command.run().map(done),
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sourdine: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Demo(command) => command.run(),
            Self::Init(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Serve(command) => command.run(),
            Self::Team(command) => command.run(),
            Self::Editor(command) => command.run(),
            Self::Upgrade(command) => command.run(),
            Self::Backup(command) => command.run(),
            Self::Restore(command) => command.run(),
            Self::Close(command) => command.run(),
            Self::Reopen(command) => command.run(),
            Self::Export(command) => command.run(),
            Self::Deliver(command) => command.run(),
            Self::Keygen(command) => command.run(),
            Self::Open(command) => command.run(),
            Self::Read(command) => command.run(),
            Self::Reply(command) => command.run(),
            Self::Reseal(command) => command.run(),
            Self::Status(command) => command.run().map(drop),
        }
    }
}
