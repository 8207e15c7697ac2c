//! `sourdine close`: no new documents for a while.

use anyhow::{Context, ensure};

use super::config_arg::ConfigArg;
use super::stdio::show;
use super::team::replace;
use crate::config::{Config, with_closed};

#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  sourdine close 'en=We are away until 1 May.' 'fr=Nous sommes absents jusqu’au 1er mai.'"
)]
pub struct Close {
    /// Why, as sources read it: LANGUAGE=TEXT, one a language; or one TEXT for all
    #[arg(required = true, value_name = "REASON")]
    reasons: Vec<String>,
    #[command(flatten)]
    config: ConfigArg,
}

impl Close {
    pub fn run(self) -> anyhow::Result<()> {
        let of = |text: &String| {
            let is_code = |code: &str| {
                (2..=3).contains(&code.len()) && code.chars().all(|c| c.is_ascii_lowercase())
            };
            match text.split_once('=') {
                Some((code, reason)) if is_code(code) => (Some(code.to_owned()), reason.to_owned()),
                _ => (None, text.clone()),
            }
        };
        let reasons: Vec<_> = self.reasons.iter().map(of).collect();
        ensure!(
            reasons.len() == 1 || reasons.iter().all(|(lang, _)| lang.is_some()),
            "with several reasons each begins with its language: en=… fr=…"
        );
        ensure!(
            reasons.iter().all(|(_, reason)| !reason.trim().is_empty()),
            "a source must read why; write a reason"
        );
        write(&self.config, &reasons)?;
        show(
            "Closed: `serve` takes no new documents within seconds. Codes go on working, and drafts do not expire \
             meanwhile. Open again with: sourdine reopen\n",
        )
    }
}

/// Writes the reasons into the configuration; none opens the box.
pub fn write(config: &ConfigArg, reasons: &[(Option<String>, String)]) -> anyhow::Result<()> {
    let file = &config.config;
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let new = with_closed(&text, reasons)?;
    Config::parse(&new)?;
    replace(file, &new).with_context(|| format!("{} cannot be written", file.display()))
}
