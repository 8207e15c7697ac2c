//! The sandbox: what this machine has for it, and whether the server that runs is in it.

use super::finding::{Finding, fault, good, warning};
use crate::cli::sandbox;
use crate::config::Config;

/// What this machine can enforce around `serve`, and what holds around the one that runs.
pub(super) fn examine(config: &Config, found: &mut Vec<Finding>) {
    match sandbox::rehearse(&config.data_dir) {
        Err(error) => found.push(fault("sandbox", format!("{error:#}"))),
        Ok(sandbox) => {
            let rules =
                sandbox::Rules { data_dir: &config.data_dir, config: None, directories: false };
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
