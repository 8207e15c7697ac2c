//! `sourdine check`: looks for faults, and says for each what to do.

use bytesize::ByteSize;
use serde_json::json;

use super::{ConfigArg, process, sandbox};
use crate::base::clock::{Clock, Day};
use crate::base::limits;
use crate::config::Config;
use crate::crypto::padding;
use crate::dropbox::Teams;
use crate::store::{self, Store};

/// The day this version was made: a clock before it is wrong.
const BUILT: Day = Day(20_778);

#[derive(clap::Args)]
pub struct Check {
    #[command(flatten)]
    config: ConfigArg,
    /// For scripts
    #[arg(long)]
    json: bool,
}

enum Verdict {
    Good,
    Warning,
    Fault,
}

struct Finding {
    verdict: Verdict,
    what: &'static str,
    text: String,
}

impl Check {
    pub fn run(self) -> anyhow::Result<()> {
        let mut found = Vec::new();
        match process::load_config(&self.config.config) {
            Ok(config) => examine(&config, &mut found),
            Err(error) => found.push(fault("config", format!("{error:#}"))),
        }
        let faults = found.iter().filter(|f| matches!(f.verdict, Verdict::Fault)).count();
        for finding in &found {
            let verdict = match finding.verdict {
                Verdict::Good => "ok",
                Verdict::Warning => "warning",
                Verdict::Fault => "FAULT",
            };
            if self.json {
                println!(
                    "{}",
                    json!({"verdict": verdict, "what": finding.what, "text": finding.text})
                );
            } else {
                println!("{verdict:8} {:12} {}", finding.what, finding.text);
            }
        }
        anyhow::ensure!(faults == 0, "{faults} fault(s) to mend before serving");
        Ok(())
    }
}

fn good(what: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Good, what, text: text.into() }
}

fn warning(what: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Warning, what, text: text.into() }
}

fn fault(what: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Fault, what, text: text.into() }
}

fn examine(config: &Config, found: &mut Vec<Finding>) {
    found.push(good("config", "every key is known and makes sense"));
    found.push(match Teams::prove(&config.teams) {
        Ok(teams) => {
            let list: Vec<_> = teams
                .iter()
                .map(|t| format!("{} ({} keys)", t.id, t.recipients.iter().len()))
                .collect();
            good("recipients", format!("a trial encryption worked for {}", list.join(", ")))
        }
        Err(error) => fault("recipients", error.to_string()),
    });
    found.push(match Store::open(&config.data_dir, config.limits.quota).and_then(|s| s.counts()) {
        Ok(counts) => good("store", format!("opens, {} in use", ByteSize(counts.bytes))),
        Err(error) => fault("store", error.to_string()),
    });
    found.push(space(config));
    found.push(volumes(config));
    found.push(swap());
    boxed(config, found);
    let today = Clock::system().today();
    found.push(if today < BUILT {
        fault("clock", format!("it says {today}, which is before this program was made; set it"))
    } else {
        good("clock", today.to_string())
    });
}

fn space(config: &Config) -> Finding {
    let limits = &config.limits;
    match store::free_space(&config.data_dir) {
        Err(error) => fault("space", error.to_string()),
        Ok(free) if free < limits.min_free => fault(
            "space",
            format!(
                "{} free, less than space.min_free ({}): every upload is refused; free some, or lower it",
                ByteSize(free),
                ByteSize(limits.min_free)
            ),
        ),
        Ok(free) if free - limits.min_free < limits.dispatch => warning(
            "space",
            format!(
                "{} free: a dispatch of the allowed size ({}) would be refused",
                ByteSize(free),
                ByteSize(limits.dispatch)
            ),
        ),
        Ok(free) => good("space", format!("{} free", ByteSize(free))),
    }
}

fn volumes(config: &Config) -> Finding {
    let largest = padding::padded_file(config.limits.file);
    if largest > limits::VOLUME - (1 << 20) {
        return warning(
            "limits",
            "limits.file is so large that a bundle with such a file does not fit a FAT32 stick; 3.5 GiB does",
        );
    }
    good("limits", "a file of the allowed size fits a FAT32 stick")
}

fn swap() -> Finding {
    let swaps = std::fs::read_to_string("/proc/swaps").unwrap_or_default();
    if swaps.lines().count() > 1 {
        return warning(
            "swap",
            "this machine swaps: memory that holds a document for a moment could reach the disk; run \
             swapoff -a, or encrypt the swap, or set MemorySwapMax=0 in the service's unit",
        );
    }
    good("swap", "none")
}

/// What this machine can enforce around `serve`, and what holds around the one that runs.
fn boxed(config: &Config, found: &mut Vec<Finding>) {
    match sandbox::rehearse(&config.data_dir) {
        Err(error) => found.push(fault("sandbox", format!("{error:#}"))),
        Ok(sandbox) => {
            let rules = sandbox::Rules { data_dir: &config.data_dir, config: None };
            let missing = sandbox.missing();
            if missing.is_empty() {
                let tried = format!("tried here; serve is {}", sandbox.describe(rules));
                found.push(good("sandbox", tried));
            }
            found.extend(missing.into_iter().map(|text| warning("sandbox", text)));
        }
    }
    found.extend(sandbox::of_server(&config.data_dir).map(|(pid, guard)| match guard {
        sandbox::Guard::Holds => good(
            "server",
            format!("process {pid}: every thread is filtered and can gain no rights"),
        ),
        sandbox::Guard::Lacks => warning(
            "server",
            format!(
                "process {pid}: a thread of it is not filtered; if the kernel can (see above), \
                 restart serve"
            ),
        ),
    }));
}
