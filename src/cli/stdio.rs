//! Standard input and output, wherever a file may be named (`-`), and all that a command prints.

use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use crate::bundle::is_standard;
use crate::bundle::unfinished::NewFile;

/// Prints all of it or says that it could not.
pub fn show(text: &str) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .context("nobody takes what is printed")
}

/// What somebody at a terminal should know beside; standard output may be a file or a pipe. Where nobody takes
/// it, the work is done all the same.
pub fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says so where only this user can read what was written: a stick with a file system of Linux keeps that.
pub fn tell_of_modes(files: &[PathBuf]) {
    let private = |file: &&PathBuf| {
        std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode().trailing_zeros() >= 6)
    };
    let private: Vec<_> =
        files.iter().filter(private).map(|file| file.display().to_string()).collect();
    if !private.is_empty() {
        tell(&format!(
            "Only this user can read it. For another user, on a stick that keeps users apart (ext4):\n  \
             chmod 644 {}",
            private.join(" ")
        ));
    }
}

/// Refuses to print what no terminal shows.
pub fn check_output(file: &Path) -> anyhow::Result<()> {
    ensure!(
        !is_standard(file) || !io::stdout().is_terminal(),
        "what is sealed is not for a terminal; name a file with -o, or send it on: … -o - | ssh HOST …"
    );
    Ok(())
}

/// Refuses standard input or output for a file that must have a name.
pub fn check_named(file: &Path, why: &str) -> anyhow::Result<()> {
    ensure!(!is_standard(file), "{why}");
    Ok(())
}

/// Refuses to read standard input more than once.
pub fn check_once<'a>(files: impl Iterator<Item = &'a PathBuf>) -> anyhow::Result<()> {
    ensure!(
        files.filter(|file| is_standard(file)).count() <= 1,
        "standard input can be only one of the files; save the others and name them"
    );
    Ok(())
}

/// Bundles to read. They are read in any order, and more than once: standard input is copied to the directory
/// for temporary files first. It is sealed there as it was.
pub struct Bundles {
    pub files: Vec<PathBuf>,
    copy: Option<NewFile>,
}

impl Bundles {
    pub fn new(mut files: Vec<PathBuf>) -> anyhow::Result<Self> {
        let mut copy = None;
        for file in files.iter_mut().filter(|file| is_standard(file)) {
            let copied = NewFile::temporary().and_then(|mut new| {
                io::copy(&mut io::stdin().lock(), &mut new)?;
                Ok(new)
            });
            let new = copied.with_context(|| {
                format!(
                    "standard input cannot be copied to {}; save it to a file and name that",
                    std::env::temp_dir().display()
                )
            })?;
            new.path().clone_into(file);
            copy = Some(new);
        }
        Ok(Self { files, copy })
    }

    /// Names standard input in the place of its copy, which is gone by then.
    pub fn named(&self, error: anyhow::Error) -> anyhow::Error {
        let said = format!("{error:#}");
        let copy = self.copy.as_ref().map(|copy| copy.path().display().to_string());
        match copy.filter(|copy| said.contains(copy)) {
            Some(copy) => anyhow::Error::msg(said.replace(&copy, "standard input")),
            None => error,
        }
    }
}
