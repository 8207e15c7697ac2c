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
    current: Mutex<Vec<Option<ProgressBar>>>,
}

impl Threads {
    /// Bars for work on so many bytes.
    pub fn new(total: u64) -> Self {
        let all = MultiProgress::new();
        Self { total: all.add(bytes(total, "total")), all, current: Mutex::default() }
    }

    /// Removes the bars.
    pub fn finish(&self) {
        self.total.finish_and_clear();
    }

    fn with(&self, worker: usize, change: impl FnOnce(&mut Option<ProgressBar>)) {
        let Ok(mut current) = self.current.lock() else { return };
        if current.len() <= worker {
            current.resize(worker + 1, None);
        }
        if let Some(slot) = current.get_mut(worker) {
            change(slot);
        }
    }
}

impl Progress for Threads {
    fn begin(&self, worker: usize, name: &str, size: u64) {
        let bar = self.all.insert(0, bytes(size, name));
        self.with(worker, |slot| *slot = Some(bar));
    }

    fn advance(&self, worker: usize, bytes: u64) {
        self.total.inc(bytes);
        self.with(worker, |slot| {
            if let Some(bar) = slot {
                bar.inc(bytes);
            }
        });
    }

    fn end(&self, worker: usize) {
        self.with(worker, |slot| {
            if let Some(bar) = slot.take() {
                bar.finish_and_clear();
            }
        });
    }
}
