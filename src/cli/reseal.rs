//! `sourdine reseal`: seals opened dispatches again, to others, offline: for a new editor, or another team.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};

use super::identities::{self, Plugins, plugin_recipient};
use super::stdio::{self, show, tell};
use super::{process, progress};
use crate::archive::open::manifests;
use crate::base::clock::Clock;
use crate::bundle::names::safe;
use crate::bundle::reseal::{self, ResealError};
use crate::bundle::write::BundleWriter;
use crate::bundle::{is_standard, read};
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::seal::Recipients;

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sourdine reseal bundle.tar -i key.txt --recipient age1… -o for-anne.tar\n\nEverything is checked as \
                  `open` does. A bundle that is not whole, or a file that was altered, gives no bundle."
)]
pub struct Reseal {
    /// The bundle, all its volumes; - for standard input
    #[arg(required = true, value_name = "BUNDLE.tar")]
    bundles: Vec<PathBuf>,
    /// Your age identity, which opens it; repeat it for several
    #[arg(short, long = "identity", value_name = "KEY.txt", required = true)]
    identities: Vec<PathBuf>,
    /// Who can open the new bundle (age1…); repeat it for several
    #[arg(long = "recipient", value_name = "RECIPIENT", required = true)]
    recipients: Vec<String>,
    /// The bundle to write; - for standard output
    #[arg(short, long, value_name = "OUT.tar")]
    output: PathBuf,
    /// Only this mailbox; repeat it for several
    #[arg(long = "mailbox", value_name = "NAME")]
    mailboxes: Vec<String>,
    /// The address book, instead of the one beside the identity
    #[arg(long, value_name = "FILE")]
    address_book: Option<PathBuf>,
    /// A mailbox or a team whose keys have changed for a reason you know; repeat it for several
    #[arg(long, value_name = "NAME")]
    accept_changed_keys: Vec<String>,
}

impl Reseal {
    pub fn run(self) -> anyhow::Result<()> {
        stdio::check_once(self.bundles.iter().chain(&self.identities))?;
        stdio::check_output(&self.output)?;
        process::clean_up_on_signals()?;
        let to = recipients(&self.recipients)?;
        let mut bundle = BundleWriter::new(&self.output)?;
        let bundles = stdio::Bundles::new(self.bundles)?;
        let volumes = &bundles.files;
        let mut gathered = read::gather(volumes)?;
        if !self.mailboxes.is_empty() {
            gathered =
                gathered.keep(|designation| self.mailboxes.iter().any(|name| name == designation));
        }
        let mut book = identities::address_book(self.address_book, &self.identities)?;
        let identities = identities::read(&self.identities, Plugins::Run)?.keys;
        let accepted = &self.accept_changed_keys;
        let mut all = manifests(gathered, volumes, &identities, &mut book, accepted);
        let mut left = all.closed.len();
        for (place, why) in &all.closed {
            tell(&format!("sourdine: {place}: {why}"));
        }
        all.opened.retain(|opened| {
            let Some((number, fault)) = reseal::fault(opened) else { return true };
            let (designation, dispatch) = (&opened.gathered.designation, &opened.gathered.dispatch);
            tell(&format!("sourdine: {designation}/{dispatch}/{number:04}: {fault}"));
            left += 1;
            false
        });
        ensure!(
            !all.opened.is_empty(),
            "there is nothing that could be sealed again; nothing was written"
        );
        let today = Clock::system().day().unproven();
        let files = all.opened.iter().flat_map(|opened| &opened.manifest.files);
        let bar = progress::bytes(files.map(|f| f.size).fold(0, u64::saturating_add), "sealing");
        for opened in &all.opened {
            let advance = |bytes| bar.inc(bytes);
            let done =
                reseal::reseal(opened, volumes, &identities, &to, today, &mut bundle, &advance);
            if let Err(error) = done {
                bar.finish_and_clear();
                return refuse(error, &opened.gathered.designation);
            }
        }
        bar.finish_and_clear();
        // Before the bundle has its name: where it cannot be written, there is neither.
        book.save()?;
        let written = bundle.finish()?;
        tell(&format!(
            "{} dispatch(es) sealed again. Whoever has the key opens them with: sourdine open {} -i KEY.txt",
            all.opened.len(),
            written.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(" ")
        ));
        stdio::tell_of_modes(&written);
        let named = written.iter().filter(|file| !is_standard(file));
        let lines = named.flat_map(|file| [file.display().to_string(), "\n".into()]);
        show(&lines.collect::<String>())?;
        ensure!(left == 0, "{left} dispatch(es) are not in it");
        Ok(())
    }
}

/// Whom to seal to; each is named once.
fn recipients(texts: &[String]) -> anyhow::Result<Recipients> {
    let mut all: Vec<Recipient> = Vec::new();
    for (number, text) in (1..).zip(texts) {
        let one = match text.parse() {
            Err(RecipientError::Plugin) => plugin_recipient(text),
            parsed => parsed.map_err(anyhow::Error::from),
        };
        let one = one.with_context(|| format!("recipient {number}"))?;
        if let Some(first) = all.iter().position(|other| *other == one) {
            bail!("recipients {} and {number} are the same key; name it once", first + 1);
        }
        all.push(one);
    }
    Ok(Recipients::proven(all)?)
}

fn refuse(error: ResealError, designation: &str) -> anyhow::Result<()> {
    let of_file = matches!(error, ResealError::File { .. });
    let error = anyhow::Error::from(error);
    Err(if of_file {
        error.context(format!(
            "nothing was written; fetch the bundle again, or name the other mailboxes with --mailbox to leave {} out",
            safe(designation)
        ))
    } else {
        error
    })
}
