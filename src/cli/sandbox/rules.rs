//! What is allowed.

use std::path::Path;

/// What the process may still reach.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Read and written, with what is made in it.
    pub data_dir: &'a Path,
    /// A configuration that is read again when it changes: its directory can be read, since editors
    /// replace a file by another one. `None` where the configuration comes another way.
    pub config: Option<&'a Path>,
    /// Directories too come, change and go in the data directory.
    pub directories: bool,
}
