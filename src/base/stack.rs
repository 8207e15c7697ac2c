//! What a call that handled a secret leaves on its thread's stack. Types that wipe themselves
//! cannot reach the copies that a move, a hash or a curve leaves there, and a thread keeps its stack.

use std::hint::black_box;

/// Bytes below the caller that are wiped: some times what the deepest of these calls uses.
const DEPTH: usize = 256 * 1024;

/// Calls `work`, then wipes the stack that it used. What it gives back should hold its secrets on the heap,
/// where our allocator wipes them.
pub fn wiped<T>(work: impl FnOnce() -> T) -> T {
    let result = apart(work);
    wipe();
    result
}

/// In a frame of its own, which lies where [`wipe`] will.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "the stack is what it is about")]
fn wipe() {
    // A place of its own: what is only borrowed would be a constant elsewhere.
    let mut below = [0_u8; DEPTH];
    black_box(&mut below);
}
