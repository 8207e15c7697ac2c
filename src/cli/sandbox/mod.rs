//! The sandbox of the process that reads requests: no programs, no connections, no files but its own.
//!
//! What is given up here is given up for good and for every thread that is started later. Two layers of
//! the kernel do it: seccomp refuses system calls ([`calls`]), landlock refuses files ([`files`]). A test
//! in the running process ([`probe`]) then tries what must not work.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod calls;
mod files;
mod lack;
mod probe;
mod rules;
mod running;

/// Other processors number and shape their calls in other ways.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod calls {
    pub fn filter() -> anyhow::Result<Result<(), crate::cli::sandbox::lack::Lack>> {
        Ok(Err(crate::cli::sandbox::lack::Lack::Kernel))
    }
}

use std::path::Path;

use anyhow::Context;

use lack::Lack;
pub use rules::Rules;
pub use running::{Guard, of_server};

/// What is in force, as far as this kernel has it and lets us have it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sandbox {
    /// System calls are filtered.
    pub seccomp: Result<(), Lack>,
    /// The version of landlock that holds.
    pub landlock: Result<u32, Lack>,
}

/// Enters the sandbox and tries it. To be called before any thread exists: each has its own rights, and
/// passes them on to those that it starts.
///
/// A kernel that lacks a layer is no error, see [`Sandbox::missing`]; a layer that does not hold is.
pub fn enter(rules: Rules<'_>) -> anyhow::Result<Sandbox> {
    let landlock = files::restrict(rules).context("landlock cannot be set up")?;
    let seccomp = calls::filter().context("the filter of system calls cannot be set up")?;
    let sandbox = Sandbox { seccomp, landlock };
    let allowed = probe::allowed(rules.data_dir);
    let broken = seccomp.is_ok() && allowed.calls || landlock.is_ok() && allowed.files;
    anyhow::ensure!(
        !broken,
        "the sandbox does not hold on this kernel ({allowed}); please report it with the output of \
         `uname -a`"
    );
    Ok(sandbox)
}

impl Sandbox {
    /// What does not hold here, and what to do about it.
    pub fn missing(self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        missing.extend(self.seccomp.err().map(|lack| match lack {
            Lack::Kernel => {
                "programs can be started and connections made: this kernel has no seccomp filter for \
                 this processor; use one with CONFIG_SECCOMP_FILTER, on x86-64 or ARM64"
            }
            Lack::Filter => {
                "programs can be started and connections made: a filter around this process refuses the \
                 call `seccomp`; let it through: SystemCallFilter= of the unit, or the container's filter"
            }
        }));
        missing.extend(self.landlock.err().map(|lack| match lack {
            Lack::Kernel => {
                "files outside the data directory can be reached: this kernel has no landlock; use \
                 Linux 5.13 or newer, with landlock in the list lsm= of its command line"
            }
            Lack::Filter => {
                "files outside the data directory can be reached: a filter around this process refuses \
                 landlock; let landlock_create_ruleset, landlock_add_rule and landlock_restrict_self \
                 through: SystemCallFilter= of the unit, or the container's filter"
            }
        }));
        missing
    }

    /// For a server that must not run without all of it.
    pub fn complete(self) -> anyhow::Result<()> {
        let missing = self.missing();
        anyhow::ensure!(
            missing.is_empty(),
            "nothing is served, since the unit asks for the whole sandbox (--require-sandbox). {}",
            missing.join(". ")
        );
        Ok(())
    }

    /// In one line.
    pub fn describe(self, rules: Rules<'_>) -> String {
        let mut refused = Vec::new();
        let mut layers = Vec::new();
        if self.seccomp.is_ok() {
            refused.push("no programs, no connections".to_owned());
            layers.push("seccomp".to_owned());
        }
        if let Ok(abi) = self.landlock {
            refused.push(format!("no files outside {}", rules.data_dir.display()));
            layers.push(format!("landlock {abi}"));
        }
        if refused.is_empty() {
            return "not sandboxed".to_owned();
        }
        let beside = match (self.landlock, rules.config) {
            (Ok(_), Some(_)) => "; beside the configuration, reading only",
            _ => "",
        };
        format!("sandboxed: {} ({}){beside}", refused.join(", "), layers.join(", "))
    }

    /// Says in the log what holds and what does not.
    pub fn log(self, rules: Rules<'_>) {
        tracing::info!("{}", self.describe(rules));
        for missing in self.missing() {
            tracing::warn!("{missing}");
        }
    }
}

/// What this machine can enforce, tried for real on a thread that then ends.
pub fn rehearse(data_dir: &Path) -> anyhow::Result<Sandbox> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| enter(Rules { data_dir, config: None, directories: false }));
        thread.join().map_err(|_| anyhow::anyhow!("the trial of the sandbox was cut"))?
    })
}
