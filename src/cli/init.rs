//! `sourdine init`: a new drop box.

use std::fmt::Write as _;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::error::ErrorKind;

use super::stdio::show;
use super::{owner, process};
use crate::config::{Config, Initial, initial_text};
use crate::dropbox::{self, Teams};

#[derive(clap::Args)]
pub struct Init {
    /// A directory, made if it is not there: gets sourdine.toml and data/
    dir: PathBuf,
    /// An editor's age recipient (age1…); repeat it for each editor
    #[arg(long = "recipient", value_name = "RECIPIENT")]
    recipients: Vec<String>,
}

impl Init {
    pub fn run(self) -> anyhow::Result<()> {
        if self.recipients.is_empty() {
            let said = "without a recipient nothing could be sealed; each editor runs `sourdine keygen -o key.txt` \
                        on their own machine and gives you the line age1…, which you pass with --recipient\n";
            clap::Error::raw(ErrorKind::MissingRequiredArgument, said).exit();
        }
        let config = create(&self.dir, &self.recipients, &[])?;
        let mut out = format!("Made {}.\n", config.display());
        if let [_] = self.recipients.as_slice() {
            out.push_str(
                "\nIt has one recipient: if that key is lost, nothing can be opened ever again. Add a second editor's\n\
                 to `recipients` in that file, or a spare key that is kept elsewhere.\n",
            );
        }
        out.push_str("\nNext, for an onion site with a desk:\n");
        if rustix::process::geteuid().is_root() {
            for command in owner::remedy(&Config::load(&config)?, &config) {
                let _ = writeln!(out, "  {command}");
            }
        }
        let _ = write!(
            out,
            "  apt install tor      (0.4.8 or newer; systemctl disable --now tor, if nothing else uses it)\n  \
             edit {0}      (site.name, site.contact, the team: every key is commented)\n  \
             sourdine serve --tor -c {0}      (prints the site's onion address; leave it running)\n\
             and in another terminal, while it runs:\n  \
             sourdine editor add NAME -c {0}      (a login for the desk, its onion address and key)\n  \
             sourdine check -c {0}\n",
            config.display()
        );
        show(&out)
    }
}

/// Writes `dir/sourdine.toml` and an empty `dir/data`; returns the configuration's path. Nothing is
/// overwritten, and a fault in the recipients leaves nothing behind.
pub fn create(
    dir: &Path,
    recipients: &[String],
    values: &[(&str, &str, &str)],
) -> anyhow::Result<PathBuf> {
    let file = dir.join("sourdine.toml");
    let data = dir.join("data");
    ensure!(
        !file.exists() && !data.exists(),
        "{} holds a drop box already and is never overwritten; choose another directory",
        dir.display()
    );
    let data_dir = std::path::absolute(&data).context("this directory has no usable path")?;
    let text = initial_text(&Initial { data_dir: &data_dir, recipients, values })?;
    Teams::prove(&Config::parse(&text)?.teams)?;

    let cannot = || format!("{} cannot be written; choose a directory of your own", dir.display());
    process::make_parents(dir).with_context(cannot)?;
    DirBuilder::new().recursive(true).mode(0o700).create(dir).with_context(cannot)?;
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
    new.and_then(|mut new| new.write_all(text.as_bytes()).and_then(|()| new.sync_all()))
        .with_context(cannot)?;
    dropbox::create(&data)?;
    Ok(file)
}
