//! `sourdine keygen`: an editor's age identity.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret, SecretString};
use anyhow::Context;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::passphrase::ask;
use super::stdio::{show, tell};
use crate::bundle::is_standard;
use crate::crypto::passphrase::{LONGEST, Length, SHORTEST, length, suggestion};
use crate::crypto::post_quantum;
use crate::crypto::recipient::Recipient;

#[derive(clap::Args)]
pub struct Keygen {
    /// Where the identity goes; an existing file is never overwritten. - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Protect it with a passphrase, asked for here
    #[arg(long)]
    passphrase: bool,
    /// A post-quantum one: every editor of a team needs one; opens with this program and with age 1.3
    #[arg(long)]
    pq: bool,
}

impl Keygen {
    pub fn run(self) -> anyhow::Result<()> {
        let new = Identity::generate(self.passphrase, self.pq)?;
        let kind = if self.pq {
            "A post-quantum key (ML-KEM-768 with X25519): besides this program, age 1.3 or newer opens what is sealed to it."
        } else {
            "A classic key (X25519), since the age of Debian stable opens no post-quantum ones yet; --pq makes one."
        };
        if is_standard(&self.output) {
            let text = std::str::from_utf8(&new.content).context("the identity is not text")?;
            show(text)?;
            tell(&format!("{kind}\nGive this recipient to the operator:\n{}", new.recipient));
            return new.tell_fingerprint();
        }
        new.write(&self.output)?;
        tell(&format!(
            "{kind}\nThe identity is in {}: keep it on this machine, with a copy in a safe place.\n\
             Give this recipient to the operator:",
            self.output.display()
        ));
        show(&format!("{}\n", new.recipient))?;
        new.tell_fingerprint()
    }
}

/// A new identity, as its file.
pub struct Identity {
    content: Zeroizing<Vec<u8>>,
    pub recipient: String,
}

impl Identity {
    pub fn generate(passphrase: bool, pq: bool) -> anyhow::Result<Self> {
        let (recipient, secret) = if pq {
            let identity = post_quantum::Identity::generate()?;
            (identity.to_public().to_string(), identity.to_text())
        } else {
            let identity = age::x25519::Identity::generate();
            let secret = Zeroizing::new(identity.to_string().expose_secret().to_owned());
            (identity.to_public().to_string(), secret)
        };
        let text = Zeroizing::new(format!("# public key: {recipient}\n{}\n", secret.as_str()));
        let content =
            if passphrase { lock(&text)? } else { Zeroizing::new(text.as_bytes().to_vec()) };
        Ok(Self { content, recipient })
    }

    /// What two people compare on the phone.
    fn tell_fingerprint(&self) -> anyhow::Result<()> {
        let recipient: Recipient = self.recipient.parse()?;
        tell(&format!("Its fingerprint, to compare on the phone: {}", recipient.fingerprint()));
        Ok(())
    }

    /// Writes the file; one that is there already stays.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        new.and_then(|mut file| file.write_all(&self.content).and_then(|()| file.sync_all()))
            .with_context(|| {
                format!(
                    "{} cannot be written; choose another name, in a folder that exists",
                    path.display()
                )
            })
    }
}

/// age with a passphrase (scrypt), as `age -p` makes it and `age -d -i` takes it.
fn lock(text: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let passphrase = choose()?;
    let mut out = Zeroizing::new(Vec::new());
    let mut writer = age::Encryptor::with_user_passphrase(passphrase).wrap_output(&mut *out)?;
    writer.write_all(text.as_bytes())?;
    writer.finish()?;
    Ok(out)
}

/// Asks for a passphrase until it will do; makes one where nothing is typed.
fn choose() -> anyhow::Result<SecretString> {
    loop {
        let question = format!(
            "Passphrase, at least {SHORTEST} characters (Enter alone: one is made for you)"
        );
        let Some(typed) = ask(&question)? else { return generate() };
        match length(typed.expose_secret()) {
            Length::TooShort => tell(&format!(
                "Too short: whoever finds the file could guess it. Type at least {SHORTEST} characters, or \
                 press Enter alone."
            )),
            Length::TooLong => tell(&format!("Too long: type at most {LONGEST} characters.")),
            Length::Fine => {
                let again = ask("The same passphrase again")?;
                let typed_bytes = typed.expose_secret().as_bytes();
                let same = |again: SecretString| {
                    bool::from(again.expose_secret().as_bytes().ct_eq(typed_bytes))
                };
                if again.is_some_and(same) {
                    return Ok(typed);
                }
                tell("The two are not the same. Type it once more.");
            }
        }
    }
}

/// Seven words, joined as `age -p` joins them.
fn generate() -> anyhow::Result<SecretString> {
    let words = Zeroizing::new(suggestion()?.replace(' ', "-"));
    let mut error = std::io::stderr().lock();
    writeln!(error, "Your passphrase, write it down: {}", words.as_str())
        .context("the passphrase could not be shown; nothing was written")?;
    Ok(SecretString::from(words.as_str()))
}
