//! `sourdine keygen`: an editor's age identity.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::cli_common::{Passphrase, read_or_generate_passphrase};
use age::secrecy::ExposeSecret;
use anyhow::Context;
use zeroize::Zeroizing;

#[derive(clap::Args)]
pub struct Keygen {
    /// Where the identity goes; an existing file is never overwritten
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Protect it with a passphrase, asked for here
    #[arg(long)]
    passphrase: bool,
}

impl Keygen {
    pub fn run(self) -> anyhow::Result<()> {
        let recipient = write(&self.output, self.passphrase)?;
        eprintln!(
            "The identity is in {}: keep it on this machine, with a copy in a safe place.\n\
             Give this recipient to the operator:",
            self.output.display()
        );
        println!("{recipient}");
        Ok(())
    }
}

/// Writes a new identity and returns its recipient.
pub fn write(path: &Path, passphrase: bool) -> anyhow::Result<String> {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let secret = identity.to_string();
    let text = Zeroizing::new(format!("# public key: {recipient}\n{}\n", secret.expose_secret()));
    let content = if passphrase { lock(&text)? } else { Zeroizing::new(text.as_bytes().to_vec()) };
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    new.and_then(|mut file| file.write_all(&content).and_then(|()| file.sync_all()))
        .with_context(|| format!("{} cannot be written; choose another name", path.display()))?;
    Ok(recipient)
}

/// age with a passphrase (scrypt), as `age -p` makes it and `age -d -i` takes it.
fn lock(text: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let passphrase = match read_or_generate_passphrase().map_err(|e| anyhow::anyhow!("{e}"))? {
        Passphrase::Typed(passphrase) => passphrase,
        Passphrase::Generated(passphrase) => {
            eprintln!("Your passphrase, write it down: {}", passphrase.expose_secret());
            passphrase
        }
    };
    let mut out = Zeroizing::new(Vec::new());
    let mut writer = age::Encryptor::with_user_passphrase(passphrase).wrap_output(&mut *out)?;
    writer.write_all(text.as_bytes())?;
    writer.finish()?;
    Ok(out)
}
