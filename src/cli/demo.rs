//! `sourdine demo`: the whole thing on loopback, with an editor whose key is thrown away.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, ensure};

use super::notify::Notify;
use super::supervisor::{Onion, ServerCommand, Supervisor};
use super::{init, keygen, process, serve};
use crate::base::clock::Clock;
use crate::base::ids::hex;
use crate::base::random;
use crate::config::Listen;
use crate::crypto::totp::STEP;
use crate::dropbox::Dropbox;
use crate::dropbox::accounts::{Accounts, NewLogin};
use crate::tor::installed::Installed;
use crate::tor::torrc::readable;

/// Who signs in at the desk.
const EDITOR: &str = "editor";

#[derive(clap::Args)]
pub struct Demo {
    /// Keep everything in this new directory instead of a temporary one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The source's site [default: 127.0.0.1:8080, or a free port where that is taken]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Listen>,
    /// The editors' desk [default: 127.0.0.1:8081, or a free port where that is taken]
    #[arg(long, value_name = "ADDRESS")]
    desk_listen: Option<Listen>,
    /// Run the installed tor too: the source's site gets an onion address
    #[arg(long, conflicts_with = "listen")]
    tor: bool,
    /// A file of further lines for tor's configuration (bridges, for example)
    #[arg(long, value_name = "FILE", requires = "tor")]
    tor_include: Option<PathBuf>,
}

impl Demo {
    pub fn run(self) -> anyhow::Result<()> {
        let kept = self.dir.is_some();
        let name = format!("sourdine-demo-{}", hex(&random::bytes::<4>()?));
        let dir = self.dir.unwrap_or_else(|| std::env::temp_dir().join(name));
        let key = dir.join("editor-key.txt");
        for path in [&key, &dir.join("sourdine.toml"), &dir.join("data")] {
            ensure!(
                !path.exists(),
                "{} holds a demo or a drop box already; choose another directory, or delete it",
                dir.display()
            );
        }
        let include = self.tor_include.map(std::path::absolute).transpose()?;
        // Before anything is written: what is missing can be installed, and the same command given again.
        if self.tor {
            include.as_deref().map(readable).transpose()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(Installed::find())?;
        }
        // Cleaned up here: the process that reads requests cannot, nor can one that was killed.
        let _temporary = (!kept).then(|| RemoveOnDrop(dir.clone()));
        std::fs::create_dir_all(&dir)
            .with_context(|| format!("{} cannot be made", dir.display()))?;
        let identity = keygen::Identity::generate(false, false)?;
        identity.write(&key)?;
        let include = include.map(|path| path.to_string_lossy().into_owned());
        let mut values = vec![
            ("site", "name", "Sourdine (demo)"),
            ("space", "quota", "20 GiB"),
            ("space", "min_free", "200 MiB"),
        ];
        values.extend(include.as_deref().map(|path| ("tor", "include", path)));
        let file = init::create(&dir, &[identity.recipient], &values)?;

        serve::start_log();
        let config = process::load_config(&file)?;
        let team = config.teams.first().map(|team| team.id.clone());
        // Closed again before anything is served.
        let accounts = Accounts::new(Dropbox::open(&config, Clock::system())?);
        let login = accounts.add(EDITOR, team.into_iter().collect())?;
        drop(accounts);
        let onion = self.tor.then(|| Onion::prepare(&config)).transpose()?;
        let [source, desk] = free_ports()?;
        let (source, desk) = (self.listen.unwrap_or(source), self.desk_listen.unwrap_or(desk));
        let listen = onion
            .as_ref()
            .map_or_else(|| source.clone(), |onion| Listen::Unix(onion.place.source_socket()));
        let reader = ServerCommand {
            config: file.clone(),
            listen,
            desk: Some(desk.clone()),
            onion: None,
            require_sandbox: false,
        };
        let supervisor = Supervisor {
            reader,
            onion,
            file: file.clone(),
            hangup_reloads: false,
            notify: Notify::nobody(),
        };
        supervisor.run(|onion| {
            let source = match onion {
                Some(onion) => format!("http://{onion}"),
                None => source.to_string(),
            };
            explain(&Shown { source, onion: onion.is_some(), desk, login, dir, file, key, kept });
        })
    }
}

/// The usual ports, or others where another program has them.
fn free_ports() -> anyhow::Result<[Listen; 2]> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    // Both are held until both are known.
    let held = [8080, 8081].map(|port| bind(port).or_else(|_| bind(0)));
    let [source, desk] = held.map(|held| held.and_then(|held| held.local_addr()));
    let none = "this machine gives no port on 127.0.0.1; name one with --listen and --desk-listen";
    Ok([Listen::Tcp(source.context(none)?), Listen::Tcp(desk.context(none)?)])
}

/// What the explanation names.
struct Shown {
    source: String,
    onion: bool,
    desk: Listen,
    login: NewLogin,
    dir: PathBuf,
    file: PathBuf,
    key: PathBuf,
    kept: bool,
}

/// A demo leaves nothing behind.
struct RemoveOnDrop(PathBuf);

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn explain(shown: &Shown) {
    let Shown { source, desk, login, dir, file, key, .. } = shown;
    let NewLogin { passphrase, totp } = login;
    let (secret, now) = (totp.base32(), Clock::system().seconds());
    let (code, left) = (totp.code_at(now), STEP - now % STEP);
    let program = std::env::current_exe().unwrap_or_else(|_| "sourdine".into());
    let (program, dir, file, key) =
        (program.display(), dir.display(), file.display(), key.display());
    let end =
        if shown.kept { "Everything stays in the directory" } else { "Everything is deleted" };
    let (title, browser) = if shown.onion {
        (
            "Real encryption, over Tor, with an editor's key beside it: for trying only.",
            "Tor Browser",
        )
    } else {
        ("Real encryption, but no Tor: for trying only.", "a browser")
    };
    let as_source = format!("As a source, in {browser}:");
    // Where nobody reads this, it serves all the same.
    let (passphrase, code, secret) = (passphrase.as_str(), code.as_str(), secret.as_str());
    let _ = writeln!(
        io::stdout(),
        "
Sourdine demo. {title}

  {as_source:28} {source}
  As an editor, at the desk:   {desk}

      name          {EDITOR}
      passphrase    {passphrase}
      code          {code}   (good for {left} s, and half a minute more; each works once)
      the next one  oathtool --totp -b {secret}

Or without the desk, in another terminal, after something was sent:

  {program} export --config {file} -o {dir}/bundle.tar
  {program} open {dir}/bundle.tar -i {key} -o {dir}/opened

Then answer, and deliver the answer (the source reads it with the code):

  echo 'Merci, bien reçu.' > {dir}/answer.txt
  {program} reply {dir}/opened -i {key} --message {dir}/answer.txt -o {dir}/reply.tar
  {program} deliver --config {file} {dir}/reply.tar

{end} when this stops (Ctrl-C).
"
    );
}
