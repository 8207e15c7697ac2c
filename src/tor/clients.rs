//! Who may see the desk's onion address: client authorisation (rend-spec-v3, "Client authorization").
//! Without a key of these, the address does not even answer.

use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::error::TorError;
use super::place::{TorDir, private_dir};
use crate::base::random;

/// RFC 4648, as tor writes keys: upper case, without padding.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LONGEST_NAME: usize = 40;
/// Letters of a key.
const KEY: usize = 52;
/// Bytes of a file that is looked at.
const LONGEST_FILE: u64 = 1024;
/// Whose key locks the desk (see [`lock`]). No editor can have this name.
pub const NOBODY: &str = "_nobody";

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
pub fn authorise(place: &TorDir, name: &str) -> Result<ClientKey, TorError> {
    let path = path(place, name)?;
    lock(place)?;
    if path.symlink_metadata().is_ok() {
        return Err(TorError::Known(name.to_owned()));
    }
    let key = generate()?;
    write(place, name, &key).inspect_err(|_| drop(std::fs::remove_file(&path)))?;
    Ok(key)
}

/// Keeps one client key in the list whose private half nobody has. Where tor finds no good client key, it opens
/// the service to everybody. With this key it always finds one, also where every editor's key is gone.
pub fn lock(place: &TorDir) -> Result<(), TorError> {
    for dir in [&place.dir, &place.desk(), &dir(place)] {
        private_dir(dir)?;
    }
    if is_locked(place) { Ok(()) } else { write(place, NOBODY, &generate()?) }
}

/// Whether that key is there.
pub fn is_locked(place: &TorDir) -> bool {
    is_good(&file(place, NOBODY))
}

/// Whether tor may be told of the desk: somebody is let in, and the key of nobody is there, now at the latest.
pub fn may_answer(place: &TorDir) -> Result<bool, TorError> {
    Ok(!names(place)?.is_empty() && lock(place).is_ok())
}

/// Shuts an editor out, from tor's next reload on.
pub fn revoke(place: &TorDir, name: &str) -> Result<(), TorError> {
    let path = path(place, name)?;
    let removed = std::fs::remove_file(&path).and_then(|()| sync(place));
    removed.map_err(|error| match error.kind() {
        ErrorKind::NotFound => TorError::Unknown(name.to_owned()),
        _ => TorError::Files(path, error),
    })
}

/// Who may see the address: every `.auth` file that tor understands, ours or not.
pub fn names(place: &TorDir) -> Result<Vec<String>, TorError> {
    let all = files(place)?;
    Ok(all.filter(|name| name != NOBODY && is_good(&file(place, name))).collect())
}

/// The `.auth` files that tor leaves out, since they are no keys.
pub fn malformed(place: &TorDir) -> Result<Vec<PathBuf>, TorError> {
    let all = files(place)?.map(|name| file(place, &name));
    Ok(all.filter(|path| !is_good(path)).collect())
}

/// What a tor finds in the client keys of an onion service.
#[derive(Debug, PartialEq, Eq)]
pub struct ClientAuth {
    /// It asks for a key: it can read one that is good.
    pub closed: bool,
    /// The key of nobody is among those.
    pub locked: bool,
    /// The first good one that it cannot read, or their directory.
    pub unreadable: Option<PathBuf>,
}

/// What the tor to whom this service's directory belongs finds in it, whichever tor that is.
pub fn client_auth(service: &Path) -> io::Result<ClientAuth> {
    let dir = service.join("authorized_clients");
    let of = |name: &str| dir.join(format!("{name}.auth"));
    let good = list(&dir)?.into_iter().map(|(name, _)| of(&name)).filter(|file| is_good(file));
    let good: Vec<_> = good.collect();
    let mut found = ClientAuth { closed: false, locked: false, unreadable: None };
    if good.is_empty() {
        return Ok(found);
    }
    let tor = std::fs::metadata(service)?;
    let keys = std::fs::metadata(&dir)?;
    // tor takes this directory from nobody else.
    if keys.uid() != tor.uid() || !may(&tor, &keys, 0o5) {
        found.unreadable = Some(dir);
        return Ok(found);
    }
    for file in good {
        if may(&tor, &std::fs::metadata(&file)?, 0o4) {
            found.closed = true;
            found.locked |= file == of(NOBODY);
        } else {
            found.unreadable.get_or_insert(file);
        }
    }
    Ok(found)
}

/// Whether the owner of `user` has these rights (of `rwx`) to something.
fn may(user: &Metadata, to: &Metadata, rights: u32) -> bool {
    let shift = if user.uid() == to.uid() {
        6
    } else if user.gid() == to.gid() {
        3
    } else {
        0
    };
    user.uid() == 0 || (to.mode() >> shift) & rights == rights
}

/// Changes whenever somebody was let in or shut out.
pub fn mark(place: &TorDir) -> Vec<(String, Option<SystemTime>)> {
    list(&dir(place)).unwrap_or_default()
}

/// Names of the `.auth` files.
fn files(place: &TorDir) -> Result<impl Iterator<Item = String>, TorError> {
    let all = list(&dir(place)).map_err(|error| TorError::Files(dir(place), error))?;
    Ok(all.into_iter().map(|(name, _)| name))
}

fn list(dir: &Path) -> io::Result<Vec<(String, Option<SystemTime>)>> {
    let entries = match std::fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
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

/// Whether tor reads a key in it: `descriptor:x25519:` and 32 bytes in base32, on a line of its own.
fn is_good(path: &Path) -> bool {
    // A pipe would keep us waiting.
    let short = |meta: Metadata| meta.is_file() && meta.len() <= LONGEST_FILE;
    if !std::fs::metadata(path).is_ok_and(short) {
        return false;
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let key = text.trim().strip_prefix("descriptor:x25519:").unwrap_or_default();
    key.len() == KEY && key.bytes().all(|letter| LETTERS.contains(&letter.to_ascii_uppercase()))
}

/// All of the file or nothing, also on a full disk. What is half written lies where tor does not look.
fn write(place: &TorDir, name: &str, key: &ClientKey) -> Result<(), TorError> {
    let (path, new) = (file(place, name), place.desk().join(format!("{name}.auth.new")));
    let mut options = OpenOptions::new();
    let opened = options.create(true).truncate(true).write(true).mode(0o600).open(&new);
    let written = opened.and_then(|mut file| {
        file.write_all(format!("{}\n", key.auth()).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, &path)?;
        sync(place)
    });
    written.map_err(|error| {
        let _ = std::fs::remove_file(&new);
        TorError::Files(path, error)
    })
}

/// What is in the directories now stays so.
fn sync(place: &TorDir) -> io::Result<()> {
    [dir(place), place.desk()].iter().try_for_each(|dir| File::open(dir)?.sync_all())
}

fn dir(place: &TorDir) -> PathBuf {
    place.desk().join("authorized_clients")
}

fn file(place: &TorDir, name: &str) -> PathBuf {
    dir(place).join(format!("{name}.auth"))
}

fn path(place: &TorDir, name: &str) -> Result<PathBuf, TorError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return Err(TorError::Name);
    }
    Ok(file(place, name))
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

    fn a_place() -> (tempfile::TempDir, TorDir) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o700)).unwrap();
        let text = DEFAULT.replace("recipients = []", "recipients = [\"age1x\"]");
        let mut config = Config::parse(&text).unwrap();
        config.tor.dir = dir.path().join("tor");
        let place = TorDir::of(&config).unwrap();
        (dir, place)
    }

    /// Whether tor would be told of the desk.
    fn answers(place: &TorDir) -> bool {
        crate::tor::torrc::write(place).unwrap();
        std::fs::read_to_string(place.torrc()).unwrap().contains("desk.sock")
    }

    #[test]
    fn an_editor_is_let_in_and_shut_out() {
        let (_dir, place) = a_place();
        assert!(names(&place).unwrap().is_empty() && !is_locked(&place));

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

    #[test]
    fn the_desk_is_never_open_to_all() {
        let (_dir, place) = a_place();
        let clients = dir(&place);
        authorise(&place, "anne").unwrap();
        assert!(is_locked(&place) && answers(&place));
        let lock = std::fs::read(file(&place, NOBODY)).unwrap();
        revoke(&place, "anne").unwrap();
        assert!(is_locked(&place), "between a removal and tor's reload, nobody comes in");
        assert!(!answers(&place), "the key of nobody lets nobody in: there is no desk");

        // What a crash or a full disk, or a hand, may leave.
        let whole = generate().unwrap().auth();
        for (at, text) in [
            "",
            "\n",
            &whole[..whole.len() - 1],
            &whole[1..],
            "\0\0\0",
            &format!("{whole}\n{whole}"),
        ]
        .iter()
        .enumerate()
        {
            std::fs::write(clients.join(format!("half-{at}.auth")), text).unwrap();
        }
        std::fs::create_dir(clients.join("no-file.auth")).unwrap();
        assert!(names(&place).unwrap().is_empty());
        assert_eq!(malformed(&place).unwrap().len(), 7);
        assert!(!answers(&place));
        assert!(client_auth(&place.desk()).unwrap().closed, "by the key of nobody");
        assert!(matches!(authorise(&place, "half-0"), Err(TorError::Known(_))));
        authorise(&place, "bob").unwrap();
        assert_eq!(names(&place).unwrap(), ["bob"]);
        assert_eq!(std::fs::read(file(&place, NOBODY)).unwrap(), lock, "it stays");
        assert!(answers(&place));

        // Somebody empties or removes the lock: it is made anew before tor hears of the desk.
        for take in [|path: PathBuf| std::fs::write(path, ""), |path| std::fs::remove_file(path)] {
            take(file(&place, NOBODY)).unwrap();
            assert!(answers(&place) && is_locked(&place));
        }
        // Where it cannot be made, there is no desk.
        std::fs::remove_file(file(&place, NOBODY)).unwrap();
        std::fs::create_dir(file(&place, NOBODY)).unwrap();
        assert!(!answers(&place));
        let found = client_auth(&place.desk()).unwrap();
        assert!(found.closed && !found.locked, "by an editor's");
        std::fs::remove_file(file(&place, "bob")).unwrap();
        assert!(!client_auth(&place.desk()).unwrap().closed, "by none of the seven");
        std::fs::write(file(&place, "bob"), generate().unwrap().auth()).unwrap();
        assert!(authorise(&place, "carl").is_err());
        assert_eq!(names(&place).unwrap(), ["bob"]);
        for wrong in [NOBODY, "_nobody.auth"] {
            assert!(matches!(revoke(&place, wrong), Err(TorError::Name)));
        }
        let left = std::fs::read_dir(place.desk()).unwrap().flatten();
        assert_eq!(left.count(), 1, "nothing half written stays");
    }
}
