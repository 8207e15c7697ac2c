//! How far tor has come: one line redrawn on a terminal, a line a step elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;
use tokio::time::Instant;

use crate::tor::control::Bootstrap;

/// Without a step for so long, something is in the way.
const STALL: Duration = Duration::from_secs(120);
/// The bar's spinner.
const TICK: Duration = Duration::from_millis(200);

pub(super) struct Display {
    bar: Option<ProgressBar>,
    last: Option<Bootstrap>,
    since: Instant,
    warned: bool,
}

impl Display {
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar, last: None, since: Instant::now(), warned: false }
    }

    pub fn step(&mut self, step: Bootstrap) {
        if self.last.as_ref() == Some(&step) {
            return;
        }
        let line = format!("tor: {}% {}", step.percent, step.doing);
        match &self.bar {
            Some(bar) if step.percent < 100 => bar.set_message(line),
            _ => self.say(|| tracing::info!("{line}")),
        }
        if step.percent == 100
            && let Some(bar) = self.bar.take()
        {
            bar.finish_and_clear();
        }
        if self.last.as_ref().is_none_or(|last| last.percent != step.percent) {
            (self.since, self.warned) = (Instant::now(), false);
        }
        self.last = Some(step);
    }

    /// While tor has not come to its end, what it warns of is shown.
    pub fn done(&self) -> bool {
        self.last.as_ref().is_some_and(|last| last.percent == 100)
    }

    /// Prints a line without tearing the bar.
    pub fn say(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// When [`Display::stalled`] is due.
    pub fn stall_at(&self) -> Option<Instant> {
        (!self.done() && !self.warned).then(|| self.since + STALL)
    }

    pub fn stalled(&mut self) {
        self.warned = true;
        self.say(|| {
            tracing::warn!(
                "tor has made no progress for 2 minutes; look at the network, at the clock (date), and \
                 whether Tor is blocked here (bridges go into [tor] include); it goes on trying"
            );
        });
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
