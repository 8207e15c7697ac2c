//! The `sourdine` program: parse, dispatch, exit code.

use std::process::ExitCode;

/// Wipes every freed block: reaches the buffers of hyper, age and the templates too.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    sourdine::cli::run()
}
