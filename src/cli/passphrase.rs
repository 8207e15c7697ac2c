//! Asking a person at the terminal, without a time limit and whatever the terminal is. A pinentry program is used
//! only where `PINENTRY_PROGRAM` names one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};

use age::secrecy::{ExposeSecret, SecretString};
use anyhow::{Context, anyhow};
use pinentry::PassphraseInput;

use super::stdio::tell;
use crate::bundle::names::printable;

/// Asks for a passphrase. `None` where nothing was typed.
pub fn ask(question: &str) -> anyhow::Result<Option<SecretString>> {
    let named = std::env::var_os("PINENTRY_PROGRAM").filter(|name| !name.is_empty());
    let typed = match named.and_then(PassphraseInput::with_binary) {
        None => rpassword::prompt_password(format!("{question}: "))
            .map(SecretString::from)
            .map_err(not_asked)?,
        Some(mut input) => {
            match input.with_description(question).with_prompt("Passphrase:").interact() {
                Err(pinentry::Error::Cancelled) => return Ok(None),
                typed => typed.map_err(|error| {
                    anyhow!("{error}").context(
                        "the program that PINENTRY_PROGRAM names failed; unset PINENTRY_PROGRAM to be asked here",
                    )
                })?,
            }
        }
    };
    Ok(Some(typed).filter(|typed| !typed.expose_secret().is_empty()))
}

fn not_asked(error: io::Error) -> anyhow::Error {
    let why = match error.kind() {
        ErrorKind::InvalidData => "what was typed is not UTF-8; set the terminal to UTF-8",
        ErrorKind::Interrupted => "no passphrase was typed",
        _ => {
            "there is no terminal to ask for a passphrase; run this in one, or name a pinentry program with \
             PINENTRY_PROGRAM"
        }
    };
    anyhow::Error::new(error).context(why)
}

/// What plugins ask.
#[derive(Clone, Copy)]
pub struct Terminal;

impl age::Callbacks for Terminal {
    fn display_message(&self, message: &str) {
        tell(&printable(message));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let [message, yes, no] = [message, yes, no.unwrap_or("-")].map(printable);
        let typed = line(&format!("{message} (y: {yes}, n: {no}) ")).ok()?;
        Some(matches!(typed.to_lowercase().as_str(), "y" | "yes" | "o" | "oui"))
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        line(&format!("{}: ", printable(description))).ok().filter(|typed| !typed.is_empty())
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        ask(&printable(description)).unwrap_or_else(|error| {
            tell(&format!("sourdine: {error:#}"));
            None
        })
    }
}

/// A line that is typed at the terminal: standard input may be a bundle.
fn line(question: &str) -> anyhow::Result<String> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
    write!(terminal, "{question}").and_then(|()| terminal.flush())?;
    let mut typed = String::new();
    BufReader::new(terminal).read_line(&mut typed).context("the answer could not be read")?;
    Ok(typed.trim().to_owned())
}
