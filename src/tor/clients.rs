//! Who may see the desk's onion address: client authorisation (rend-spec-v3, "Client authorization").
//! Without a key of these, the address does not even answer.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::SystemTime;

use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::TorError;
use super::place::{Place, private_dir};
use crate::base::random;

/// RFC 4648, as tor writes keys: upper case, without padding.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LONGEST_NAME: usize = 40;

/// An editor's private key for the desk's onion address. Kept nowhere: to be handed to the editor once.
pub struct ClientKey(StaticSecret);

impl ClientKey {
    /// What Tor Browser asks for when the address is opened: 52 letters and digits.
    pub fn for_tor_browser(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(self.0.to_bytes());
        Zeroizing::new(base32(bytes.as_slice()))
    }

    /// The line of an `.auth_private` file, for a tor with `ClientOnionAuthDir`.
    pub fn auth_private(&self, onion: &str) -> Zeroizing<String> {
        let address = onion.strip_suffix(".onion").unwrap_or(onion);
        Zeroizing::new(format!("{address}:descriptor:x25519:{}", *self.for_tor_browser()))
    }

    /// The line of an `.auth` file, which lets this key in.
    pub fn auth(&self) -> String {
        format!("descriptor:x25519:{}", base32(PublicKey::from(&self.0).as_bytes()))
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientKey(…)")
    }
}

/// Makes a key that nobody was let in with yet.
pub fn generate() -> Result<ClientKey, TorError> {
    let bytes = Zeroizing::new(random::bytes::<32>()?);
    Ok(ClientKey(StaticSecret::from(*bytes)))
}

/// Makes a key for an editor and lets its public half in. tor sees it at its next reload.
pub fn authorise(place: &Place, name: &str) -> Result<ClientKey, TorError> {
    let path = path(place, name)?;
    private_dir(&place.dir)?;
    private_dir(&place.desk())?;
    private_dir(&place.desk().join("authorized_clients"))?;
    let key = generate()?;
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let written = new.and_then(|mut file| {
        file.write_all(format!("{}\n", key.auth()).as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => TorError::Known(name.to_owned()),
        _ => TorError::Files(path, error),
    })?;
    Ok(key)
}

/// Shuts an editor out, from tor's next reload on.
pub fn revoke(place: &Place, name: &str) -> Result<(), TorError> {
    let path = path(place, name)?;
    std::fs::remove_file(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => TorError::Unknown(name.to_owned()),
        _ => TorError::Files(path, error),
    })
}

/// Who may see the address: every `.auth` file, ours or not.
pub fn names(place: &Place) -> Result<Vec<String>, TorError> {
    Ok(list(place)?.into_iter().map(|(name, _)| name).collect())
}

/// Changes whenever somebody was let in or shut out.
pub fn mark(place: &Place) -> Vec<(String, Option<SystemTime>)> {
    list(place).unwrap_or_default()
}

fn list(place: &Place) -> Result<Vec<(String, Option<SystemTime>)>, TorError> {
    let dir = place.desk().join("authorized_clients");
    let entries = match std::fs::read_dir(&dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| TorError::Files(dir, error))?,
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".auth") {
            let changed = entry.metadata().and_then(|meta| meta.modified()).ok();
            found.push((name.to_owned(), changed));
        }
    }
    found.sort();
    Ok(found)
}

fn path(place: &Place, name: &str) -> Result<PathBuf, TorError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return Err(TorError::Name);
    }
    Ok(place.desk().join("authorized_clients").join(format!("{name}.auth")))
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for five in bytes.chunks(5) {
        let mut word = [0; 8];
        word[3..3 + five.len()].copy_from_slice(five);
        let bits = u64::from_be_bytes(word);
        let letters = (five.len() * 8).div_ceil(5);
        for at in 0..letters {
            let index = bits >> (35 - 5 * at) & 31;
            out.push(char::from(LETTERS[usize::try_from(index).unwrap_or(0)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, DEFAULT};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn base32_is_that_of_rfc_4648_without_padding() {
        let examples =
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ")];
        for (plain, encoded) in examples {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(&[0xff; 32]).len(), 52);
    }

    #[test]
    fn an_editor_is_let_in_and_shut_out() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o700)).unwrap();
        let text = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
        let mut config = Config::parse(&text).unwrap();
        config.tor.dir = dir.path().join("tor");
        let place = Place::of(&config).unwrap();
        assert!(names(&place).unwrap().is_empty());

        let key = authorise(&place, "anne-1").unwrap();
        assert_eq!(format!("{key:?}"), "ClientKey(…)");
        assert_eq!(names(&place).unwrap(), ["anne-1"]);
        let file = place.desk().join("authorized_clients/anne-1.auth");
        let line = std::fs::read_to_string(&file).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(line.trim_end().len(), "descriptor:x25519:".len() + 52);
        assert_eq!(line.trim_end(), key.auth());
        let private = key.auth_private("abc.onion");
        assert!(private.starts_with("abc:descriptor:x25519:"));
        assert!(!line.contains(key.for_tor_browser().as_str()), "the private half stays out");

        assert!(matches!(authorise(&place, "anne-1"), Err(TorError::Known(_))));
        let before = mark(&place);
        authorise(&place, "bob").unwrap();
        assert_ne!(mark(&place), before);
        revoke(&place, "anne-1").unwrap();
        assert!(matches!(revoke(&place, "anne-1"), Err(TorError::Unknown(_))));
        assert_eq!(names(&place).unwrap(), ["bob"]);
        for wrong in ["", "Anne", "../x", "a b", "é", &"a".repeat(41)] {
            assert!(matches!(authorise(&place, wrong), Err(TorError::Name)), "{wrong}");
        }
    }
}
