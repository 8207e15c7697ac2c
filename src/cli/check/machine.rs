//! The machine: room, swap, core dumps, clock.

use bytesize::ByteSize;
use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

use super::super::process;
use super::finding::{Finding, fault, good, warning};
use crate::base::clock::{Clock, Day, Recorded};
use crate::base::limits;
use crate::config::Config;
use crate::crypto::padding;
use crate::store;

/// The day this version was made: a clock before it is wrong.
const BUILT: Day = Day(20_778);

pub(super) fn examine(config: &Config, found: &mut Vec<Finding>) {
    found.push(space(config));
    found.extend(quota(config));
    found.push(volumes(config));
    found.push(swap());
    found.push(access_times(config));
    found.push(dumps());
}

/// The clock by itself, and beside the last day that was recorded.
pub(super) fn clock(recorded: &Recorded) -> Finding {
    let today = Clock::system().day();
    if today.unproven() < BUILT {
        return fault(
            "clock",
            format!("it says {today}, which is before this program was made; set it"),
        );
    }
    match recorded.today(today) {
        Err(doubt) => fault("clock", doubt.to_string()),
        Ok(_) => good("clock", today.to_string()),
    }
}

fn space(config: &Config) -> Finding {
    let limits = &config.limits;
    match store::free_space(&config.data_dir) {
        Err(error) => fault("space", error.to_string()),
        Ok(free) if free < limits.min_free => fault(
            "space",
            format!(
                "less than space.min_free ({}) is free: every upload is refused; free some, or lower it",
                ByteSize(limits.min_free)
            ),
        ),
        Ok(free) if free - limits.min_free < limits.dispatch => warning(
            "space",
            format!(
                "too little is free: a dispatch of the allowed size ({}) would be refused",
                ByteSize(limits.dispatch)
            ),
        ),
        // Not how much: whoever asks often would learn when a source came.
        Ok(_) => good("space", "a dispatch of the allowed size finds room on the disk"),
    }
}

fn quota(config: &Config) -> Option<Finding> {
    let limits = &config.limits;
    let disk = store::disk_size(&config.data_dir).unwrap_or(u64::MAX);
    let said = if limits.quota < limits.dispatch {
        "it is below limits.dispatch, so that a dispatch of the allowed size never finds room: raise it".to_owned()
    } else if limits.quota > disk {
        format!(
            "it is above the size of the disk ({}), which fills up first: lower it",
            ByteSize(disk)
        )
    } else {
        return None;
    };
    Some(warning("space.quota", said))
}

fn access_times(config: &Config) -> Finding {
    if process::notes_access_times(&config.data_dir) {
        return warning(
            "atimes",
            "the file system notes when data_dir was last read, which a visit decides: `serve` tells it not \
             to (chattr +A) where it can; where this stays, mount it with noatime",
        );
    }
    good("atimes", "the file system does not note when data_dir is read")
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

/// Every sourdine forbids them for itself at its start, this one too: what the kernel has kept of that is
/// read back.
fn dumps() -> Finding {
    let none = getrlimit(Resource::Core).maximum == Some(0);
    let hidden = matches!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let pattern: String = pattern.trim().chars().filter(|c| !c.is_control()).collect();
    let place = match pattern.strip_prefix('|') {
        Some(program) => {
            format!("to {}", program.split_whitespace().next().unwrap_or("a program"))
        }
        None => "to files".into(),
    };
    if none && hidden {
        return good(
            "core dumps",
            format!("none of sourdine; this machine writes others' {place}"),
        );
    }
    fault(
        "core dumps",
        format!(
            "this system lets sourdine be dumped after all, {place}: memory that holds a document for a \
             moment could reach the disk; set LimitCORE=0 in the service's unit"
        ),
    )
}
