//! What tor says: its last lines, without times, since a visit may decide those.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// Lines that are kept.
const KEPT: usize = 20;
/// Characters of a line that are kept.
const WIDTH: usize = 300;

/// tor's last lines, in memory only; clones share them.
#[derive(Clone, Default)]
pub struct Words(Arc<Mutex<VecDeque<String>>>);

impl Words {
    /// Notes a line as tor printed it; returns what was kept of it. What is kept already is not news.
    pub fn note(&self, line: &str) -> Option<String> {
        let line = plain(line)?;
        let mut kept = self.0.lock().ok()?;
        if kept.contains(&line) {
            return None;
        }
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(line.clone());
        Some(line)
    }

    /// Takes all that was kept.
    pub fn take(&self) -> Vec<String> {
        self.0.lock().map(|mut kept| kept.drain(..).collect()).unwrap_or_default()
    }
}

/// A line without its time and without what could steer a terminal. `None` for an empty one, or a notice.
fn plain(line: &str) -> Option<String> {
    // `Nov 22 01:56:04.000 [warn] …`; lines before the log is open have no time.
    let stamped = line.split_once(" [").filter(|(time, _)| time.len() == 19);
    let text = match stamped.and_then(|(_, rest)| rest.split_once("] ")) {
        // Before it has read our `Log warn`, it notices this and that.
        Some(("notice" | "info" | "debug", _)) => return None,
        Some((_, text)) => text,
        None => line,
    };
    let text: String = text.chars().filter(|c| !c.is_control()).take(WIDTH).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What matters in the output of a tor that would not start: its warnings, else its last lines.
pub fn complaint(output: &str) -> String {
    let marked = output.lines().filter(|l| l.contains("[warn]") || l.contains("[err]"));
    let marked: Vec<_> = marked.filter_map(plain).collect();
    if marked.is_empty() {
        let all: Vec<_> = output.lines().filter_map(plain).collect();
        return all[all.len().saturating_sub(3)..].join(" ");
    }
    marked.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_escapes_go_and_the_last_lines_stay() {
        let words = Words::default();
        for n in 0..30 {
            words.note(&format!("Nov 22 01:56:04.123 [warn] line {n} \u{1b}[31mred"));
        }
        assert_eq!(words.note("  \u{7}"), None);
        assert_eq!(words.note("Nov 22 01:57:04.123 [notice] line 31"), None);
        assert_eq!(words.note("Nov 22 01:57:04.123 [warn] line 29 [31mred"), None, "said before");
        let kept = words.take();
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept[0], "line 10 [31mred");
        assert!(words.take().is_empty());
    }

    #[test]
    fn a_complaint_is_what_tor_warned_of() {
        let output = "Nov 22 01:56:04.123 [notice] Tor 0.4.9\nNov 22 01:56:04.123 [warn] Bad line.\n\
                      Nov 22 01:56:04.123 [err] Reading config failed--see warnings above.\n";
        assert_eq!(complaint(output), "Bad line. Reading config failed--see warnings above.");
        assert_eq!(complaint("a\nb\n"), "a b");
    }
}
