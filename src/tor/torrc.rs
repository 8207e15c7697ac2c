//! What tor is told.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::clients;
use super::error::TorError;
use super::place::TorDir;

/// Writes the torrc anew. To be called by whoever holds the place.
pub fn write(place: &TorDir) -> Result<(), TorError> {
    place.include.as_deref().map(readable).transpose()?;
    let text = text(place, clients::may_answer(place)?)?;
    let (path, new) = (place.torrc(), place.dir.join("torrc.new"));
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    let written = options.open(&new).and_then(|mut file| file.write_all(text.as_bytes()));
    let written = written.and_then(|()| std::fs::rename(&new, &path));
    written.map_err(|error| TorError::Files(path, error))
}

/// What [`write`] would write, where nothing may be made.
pub(super) fn rehearsed(place: &TorDir) -> Result<String, TorError> {
    place.include.as_deref().map(readable).transpose()?;
    text(place, place.desk_key().exists())
}

/// The whole torrc. The included lines come first: for options that count once the last line wins, and
/// nothing in them may end up inside one of our services.
fn text(place: &TorDir, desk: bool) -> Result<String, TorError> {
    let mut out = String::from(
        "# Written by sourdine at each start; put lines of your own into [tor] include.\n",
    );
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name} {value}");
    };
    if let Some(include) = &place.include {
        // tor reads these as patterns.
        if include.to_string_lossy().contains(['*', '?', '[']) {
            return Err(TorError::Unwritable(include.display().to_string()));
        }
        line("%include", quoted(include)?);
    }
    // In the background it would look to us as if it had ended.
    line("RunAsDaemon", "0".into());
    line("DataDirectory", quoted(&place.state())?);
    line("ControlPort", format!("unix:{}", quoted(&place.control())?));
    line("CookieAuthentication", "1".into());
    line("CookieAuthFile", quoted(&place.cookie())?);
    // For `sourdine check` alone.
    line("SocksPort", format!("unix:{} OnionTrafficOnly", quoted(&place.socks())?));
    line("Log", "warn stdout".into());
    line("HeartbeatPeriod", "0".into());
    line("SafeLogging", "1".into());
    line("AvoidDiskWrites", "1".into());

    line("HiddenServiceDir", quoted(&place.source())?);
    line("HiddenServicePort", format!("80 unix:{}", quoted(&place.source_socket())?));
    line("HiddenServiceExportCircuitID", "haproxy".into());
    line("HiddenServicePoWDefensesEnabled", "1".into());
    // Without a good key in, the service would be open to all.
    if desk {
        line("HiddenServiceDir", quoted(&place.desk())?);
        line("HiddenServicePort", format!("80 unix:{}", quoted(&place.desk_socket())?));
        line("HiddenServiceExportCircuitID", "haproxy".into());
    }
    Ok(out)
}

/// Between quotes tor reads backslashes as escapes, not everywhere in the same way, and # as a comment where
/// the quotes do not begin the value: such paths are refused.
fn quoted(path: &Path) -> Result<String, TorError> {
    match path.to_str() {
        Some(text) if !text.chars().any(|c| matches!(c, '"' | '\\' | '#') || c.is_control()) => {
            Ok(format!("\"{text}\""))
        }
        _ => Err(TorError::Unwritable(path.display().to_string().escape_debug().to_string())),
    }
}

/// Whether tor can read this include: a file, or a directory of files. Anything else (a pipe) would keep
/// whoever opens it waiting.
pub fn readable(include: &Path) -> Result<(), TorError> {
    let refused = |path: &Path, error| TorError::Include(path.to_owned(), error);
    let plain = |path: &Path| {
        let meta = std::fs::metadata(path).map_err(|e| refused(path, e))?;
        if meta.is_dir() {
            return Ok(true);
        }
        if !meta.is_file() {
            return Err(refused(path, io::Error::other("it is no file")));
        }
        File::open(path).map(|_| false).map_err(|e| refused(path, e))
    };
    if plain(include)? {
        for entry in std::fs::read_dir(include).map_err(|e| refused(include, e))? {
            let entry = entry.map_err(|e| refused(include, e))?;
            // tor leaves these out, and directories too.
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                plain(&entry.path())?;
            }
        }
    }
    Ok(())
}
