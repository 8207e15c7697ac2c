//! Progress bars on standard error; nothing is drawn where that is no terminal.

use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::bundle::extract::Progress;

/// A bar of bytes.
pub fn bytes(total: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_style(style(
        "{msg:30!} {bar:24} {bytes:>10} of {total_bytes:<10} {binary_bytes_per_sec}",
    ));
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// One bar a thread, and one for all.
pub struct Threads {
    all: MultiProgress,
    total: ProgressBar,
    workers: Mutex<Vec<ProgressBar>>,
}

impl Threads {
    /// Bars for work whose size is not known yet.
    pub fn new() -> Self {
        let all = MultiProgress::new();
        Self { total: all.add(bytes(0, "total")), all, workers: Mutex::default() }
    }

    /// Removes the bars.
    pub fn finish(&self) {
        for bar in self.workers.lock().iter().flat_map(|bars| bars.iter()) {
            bar.finish_and_clear();
        }
        self.total.finish_and_clear();
    }

    fn with(&self, worker: usize, change: impl FnOnce(&ProgressBar)) {
        let Ok(mut bars) = self.workers.lock() else { return };
        while bars.len() <= worker {
            bars.push(self.all.insert(0, bytes(0, "")));
        }
        if let Some(bar) = bars.get(worker) {
            change(bar);
        }
    }
}

impl Progress for Threads {
    fn expect(&self, bytes: u64) {
        self.total.set_length(bytes);
    }

    fn begin(&self, worker: usize, name: &str, size: u64) {
        self.with(worker, |bar| {
            bar.reset();
            bar.set_length(size);
            bar.set_message(name.to_owned());
        });
    }

    fn advance(&self, worker: usize, bytes: u64) {
        self.total.inc(bytes);
        self.with(worker, |bar| bar.inc(bytes));
    }
}
