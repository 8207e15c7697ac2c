//! Writes what the package has beside the program, from the program's own definitions: manual pages, completions,
//! the configuration. A program of its own, so that servers do not carry it.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap_complete::Shell;

/// Writes `man/*.1`, `sourdine.bash`, `_sourdine`, `sourdine.fish` and `sourdine.toml` into a directory.
pub fn write(dir: &Path) -> io::Result<()> {
    let man = dir.join("man");
    std::fs::create_dir_all(&man)?;
    clap_mangen::generate_to(sourdine::cli::command(), man)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut sourdine::cli::command(), "sourdine", dir)?;
    }
    let text = sourdine::config::packaged_text().map_err(io::Error::other)?;
    std::fs::write(dir.join("sourdine.toml"), text)
}

#[cfg_attr(test, allow(dead_code, reason = "the tests call `write`"))]
fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1) else {
        eprintln!("usage: sourdine-package DIRECTORY");
        return ExitCode::from(2);
    };
    match write(Path::new(&dir)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", dir.display());
            ExitCode::FAILURE
        }
    }
}
