//! Any plaintext of a backup: an error or a box, in bounded memory, and never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sourdine::dropbox::restore::restore;

fuzz_target!(|data: &[u8]| {
    let dir = std::env::temp_dir().join(format!("sourdine-fuzz-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    if let Ok(restored) = restore(data, &dir, &|_| ()) {
        // What is shown of it.
        let _ = restored.day.to_string();
    }
    let _ = std::fs::remove_dir_all(&dir);
});
