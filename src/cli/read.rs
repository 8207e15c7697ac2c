//! `sourdine read`: the reading room. An archive over loopback, to this user alone, as long as the terminal is there.

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use tokio::sync::watch;

use super::identities::{self, Identities, Plugins};
use super::stdio::{self, show, tell};
use super::{process, sandbox};
use crate::archive::place::Archive;
use crate::archive::{medium, pages};
use crate::base::clock::Clock;
use crate::bundle::address_book::{AddressBook, HeldBook};
use crate::bundle::unfinished::{self, NewFile};
use crate::room::state::Room;
use crate::web::server::{self, Line, Listener};

#[derive(clap::Args)]
pub struct Read {
    /// The archive that `sourdine open` made
    #[arg(value_name = "ARCHIVE")]
    archive: PathBuf,
    /// Your age identity, to open further bundles; repeat it for several
    #[arg(short, long = "identity", value_name = "KEY.txt", required = true)]
    identities: Vec<PathBuf>,
    /// The address book, instead of the one beside the identity
    #[arg(long, value_name = "FILE")]
    address_book: Option<PathBuf>,
    /// Also open the page in your browser
    #[arg(long)]
    browser: bool,
}

impl Read {
    pub fn run(self) -> anyhow::Result<()> {
        for identity in &self.identities {
            stdio::check_named(
                identity,
                "this ends with standard input, which cannot be the identity too; name its file",
            )?;
        }
        let archive = Archive::existing(&self.archive)?;
        mend(archive.dir());
        let warning = medium::warning(archive.dir());
        if let Some(warning) = &warning {
            tell(&format!("sourdine: {warning}"));
        }
        let Identities { keys: identities, plugins } =
            identities::read(&self.identities, Plugins::Closed)?;
        if !plugins.is_empty() {
            tell(&format!(
                "sourdine: note: a key needs {}, and the reading room's sandbox starts no program: open further bundles \
                 with `sourdine open`. Reading, searching and answering work here.",
                plugins.join(", ")
            ));
        }
        let book = self.book()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context("no port of this machine can be used")?;
        let port = listener.local_addr()?.port();
        let (room, work) =
            Room::new(archive.clone(), book, port, Clock::system(), warning.is_some())?;
        let address = room.address();
        // It shows the address to a browser, and goes with this process.
        let page = self.browser.then(|| lead_to(archive.dir(), &address)).transpose()?;
        // What follows is given up for good, before any thread exists.
        let rules = sandbox::Rules { data_dir: archive.dir(), config: None, directories: true };
        let sandbox = sandbox::enter(rules)?;
        process::clean_up_on_signals()?;
        tell(&sandbox.describe(rules));
        sandbox.missing().iter().for_each(|missing| tell(missing));
        tell(
            "Open this address in a browser of this machine. Whoever has it reads along. Ctrl-C ends it:",
        );
        show(&format!("{address}\n"))?;
        end_with_input()?;
        std::thread::Builder::new().name("room".into()).spawn(move || {
            let served = serve(room, listener);
            unfinished::remove_all();
            if let Err(error) = served {
                let _ = writeln!(io::stderr(), "sourdine: {error:#}");
            }
            std::process::exit(1);
        })?;
        // The identities stay on this thread.
        for job in work {
            job(&identities);
        }
        drop(page);
        Ok(())
    }

    /// The address book, opened before files can no longer be.
    fn book(&self) -> anyhow::Result<HeldBook> {
        let beside = self.identities.first().map(|identity| AddressBook::beside(identity));
        let path = self.address_book.clone().or(beside).context("name an identity with -i")?;
        stdio::check_named(&path, "the address book is read and written; name a file")?;
        let book = AddressBook::load(&path)?;
        if !path.exists() {
            book.save()?;
        }
        Ok(HeldBook::open(&path)?)
    }
}

/// What a command that was killed left unfinished goes; its pages may show what is gone, or lack what came. What
/// cannot be written to is read as it is.
fn mend(dir: &Path) {
    if let Ok(true) = Archive::check(dir)
        && let Ok((archive, output)) = Archive::begin(dir)
    {
        let _ = pages::write(&archive, &output);
    }
}

fn serve(room: std::sync::Arc<Room>, listener: TcpListener) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(32)
        .enable_all()
        .build()?;
    // Nothing stops it: what ends this process cleans up.
    let (_running, stop) = watch::channel(false);
    let app = crate::room::router(room);
    runtime.block_on(server::serve(Listener::Tcp(listener), Line::Forbidden, app, stop))?;
    Ok(())
}

/// Ends with whoever started it: at the end of standard input.
fn end_with_input() -> io::Result<()> {
    std::thread::Builder::new().name("input".into()).spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        unfinished::remove_all();
        std::process::exit(0);
    })?;
    Ok(())
}

/// Opens a browser. The address is a secret, and every user sees what a program is started with: a page that only
/// this user may read leads there.
fn lead_to(dir: &Path, address: &str) -> anyhow::Result<NewFile> {
    let cannot = "the page for the browser cannot be written; leave --browser out";
    let mut page = NewFile::page(dir).context(cannot)?;
    let html = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Sourdine</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={address}\"><a href=\"{address}\">{address}</a>"
    );
    page.write_all(html.as_bytes()).context(cannot)?;
    let started = Command::new("xdg-open")
        .arg(page.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    ensure!(started.is_ok(), "no browser can be started (xdg-open); leave --browser out");
    Ok(page)
}
