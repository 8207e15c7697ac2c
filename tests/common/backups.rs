//! Backups, and boxes of them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Box_, Editor, ok, sourdine};

/// A key of the operator's own, which this box seals its backups to.
pub fn with_backups(site: &Box_) -> Editor {
    let operator = Editor::new(site.dir.path(), "operator");
    let text = fs::read_to_string(site.config()).unwrap();
    let recipients = format!("[backup]\nrecipients = [\"{}\"]", operator.recipient);
    let at = text.find("[backup]\n").unwrap();
    let rest = text[at..].replacen("recipients = []", "", 1);
    let rest = rest.replacen("[backup]", &recipients, 1);
    fs::write(site.config(), format!("{}{rest}", &text[..at])).unwrap();
    operator
}

pub fn back_up(site: &Box_, name: &str) -> PathBuf {
    let file = site.path(name);
    ok(site.command("backup").arg("-o").arg(&file));
    file
}

pub fn restore(file: &Path, dir: &Path, key: &Path) -> Command {
    let mut command = sourdine();
    command.arg("restore").arg(file).arg(dir).arg("-i").arg(key);
    command
}

/// `sourdine reopen`, with these lines typed.
pub fn reopen(site: &Box_, answers: &[&str]) -> Output {
    let mut command = site.command("reopen");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let typed = answers.join("\n") + "\n";
    // It may have ended before it reads all of them.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}
