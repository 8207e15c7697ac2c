//! Reading an editor's identities as people have them: plain files, files under a passphrase, plugins.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use age::DecryptError;
use age::armor::ArmoredReader;
use age::plugin::{self, IdentityPluginV1, RecipientPluginV1};
use age::secrecy::SecretString;
use age_core::format::{FileKey, Stanza};
use anyhow::{Context, bail, ensure};
use zeroize::Zeroizing;

use super::passphrase::{Terminal, ask};
use super::stdio::{check_named, tell};
use crate::base::text::without_bom;
use crate::bundle::address_book::AddressBook;
use crate::bundle::is_standard;
use crate::bundle::names::printable;
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::unseal::KeyProgramFailed;
use crate::crypto::{header, post_quantum};

/// Bytes that are read of a file; nobody's is larger.
const LONGEST: u64 = 1 << 20;
/// How often a passphrase is asked for.
const TRIES: usize = 3;

/// How a sealed file begins, and one in letters.
const SEALED: &[u8] = b"age-encryption.org/";
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const ARMOR_END: &[u8] = b"-----END AGE ENCRYPTED FILE-----";

type Keys = Vec<Box<dyn age::Identity>>;

/// Identities that were read, and the programs that some of them need. Those come last: none is asked for what a plain
/// key opens.
#[derive(Default)]
pub struct Identities {
    pub keys: Keys,
    pub plugins: Vec<String>,
}

/// Whether plugins may run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plugins {
    Run,
    /// A sandbox starts no programs.
    Closed,
}
type Ask<'a> = &'a mut dyn FnMut(&str) -> anyhow::Result<Option<SecretString>>;

/// Reads every identity in these files; asks for the passphrase of those under one.
pub fn read(files: &[PathBuf], plugins: Plugins) -> anyhow::Result<Identities> {
    let mut found = Found::default();
    for file in files {
        let name =
            if is_standard(file) { "standard input".into() } else { file.display().to_string() };
        ensure!(
            is_standard(file) || file.exists(),
            "there is no file {name}: check the name and the folder of your key"
        );
        let bytes = bytes_of(file).with_context(|| format!("{name} cannot be read"))?;
        ensure!(
            (bytes.len() as u64) < LONGEST,
            "{name} is too large for an identity; name the file that holds a line AGE-SECRET-KEY-1…"
        );
        parse(&bytes, &name, &mut ask, &mut found)?;
    }
    found.ready(plugins)
}

/// Keys, and the plugins' identities with where each stands.
#[derive(Default)]
struct Found {
    keys: Keys,
    of_plugins: Vec<(String, plugin::Identity)>,
}

impl Found {
    /// An identity of any kind, if the text is one.
    fn add(&mut self, text: &str, place: String) -> Option<()> {
        if let Ok(key) = text.parse::<age::x25519::Identity>() {
            self.keys.push(Box::new(key));
        } else if let Ok(key) = text.parse::<post_quantum::Identity>() {
            self.keys.push(Box::new(key));
        } else {
            self.of_plugins.push((place, text.parse().ok()?));
        }
        Some(())
    }

    fn ready(self, plugins: Plugins) -> anyhow::Result<Identities> {
        let mut ready = Identities { keys: self.keys, plugins: Vec::new() };
        for (place, identity) in self.of_plugins {
            let program = format!("age-plugin-{}", identity.plugin());
            ready.keys.push(match plugins {
                Plugins::Run => Box::new(PluginKey::new(&program, identity, &place)?),
                Plugins::Closed => Box::new(ClosedPlugin(program.clone())),
            });
            ready.plugins.push(program);
        }
        Ok(ready)
    }
}

/// A key that a program holds, which may wait for a person.
struct PluginKey {
    program: String,
    plugin: IdentityPluginV1<Terminal>,
    told: Cell<bool>,
}

impl PluginKey {
    fn new(program: &str, identity: plugin::Identity, place: &str) -> anyhow::Result<Self> {
        let name = identity.plugin().to_owned();
        let plugin = IdentityPluginV1::new(&name, &[identity], Terminal);
        let plugin = plugin.map_err(|_| missing(program)).with_context(|| place.to_owned())?;
        Ok(Self { program: program.to_owned(), plugin, told: Cell::new(false) })
    }
}

fn missing(program: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "this key needs the program {program}, which is not on the PATH; install it, then run this again"
    )
}

/// A key that a program seals to. Only for what an editor typed: a server that names one would choose the program.
pub fn plugin_recipient(text: &str) -> anyhow::Result<Recipient> {
    let key: plugin::Recipient = text.trim().parse().map_err(|_| RecipientError::Invalid)?;
    let name = key.plugin().to_owned();
    let plugin = RecipientPluginV1::new(&name, &[key], &[], Terminal);
    let plugin = plugin.map_err(|_| missing(&format!("age-plugin-{name}")))?;
    Ok(Recipient::of_plugin(text, plugin))
}

impl age::Identity for PluginKey {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap_stanzas(std::slice::from_ref(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        if !self.told.replace(true) {
            tell(&format!(
                "sourdine: asking {}, which may wait for a touch or a PIN; Ctrl-C gives up",
                self.program
            ));
        }
        let found = self.plugin.unwrap_stanzas(stanzas)?;
        // Whatever goes wrong between the two programs is not the file's fault.
        Some(found.map_err(|error| match error {
            DecryptError::Io(error) => failed(&self.program, &error.to_string()),
            other => other,
        }))
    }
}

/// A plugin that the sandbox keeps from running.
struct ClosedPlugin(String);

impl age::Identity for ClosedPlugin {
    fn unwrap_stanza(&self, _: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        Some(Err(failed(&self.0, "it cannot run here; open the bundle with `sourdine open`")))
    }
}

fn failed(program: &str, why: &str) -> DecryptError {
    let why = KeyProgramFailed(format!("{program}: {}", printable(why)));
    DecryptError::Io(io::Error::other(why))
}

/// The address book of these identities: the one that was named, or the one beside the first.
pub fn address_book(named: Option<PathBuf>, files: &[PathBuf]) -> anyhow::Result<AddressBook> {
    let first = files.iter().find(|identity| !is_standard(identity));
    let path = named.or(first.map(|identity| AddressBook::beside(identity)));
    let path = path.context(
        "an identity from standard input has no address book beside it; name one with --address-book",
    )?;
    check_named(&path, "the address book is read and written; name a file")?;
    Ok(AddressBook::load(&path)?)
}

fn bytes_of(file: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    let source: Box<dyn Read> =
        if is_standard(file) { Box::new(io::stdin()) } else { Box::new(File::open(file)?) };
    source.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(bytes: &[u8], name: &str, ask: Ask<'_>, found: &mut Found) -> anyhow::Result<()> {
    let text = without_bom(bytes).map_err(|why| anyhow::anyhow!("{name} {why}"))?;
    match sealed(text) {
        Some(sealed) => plain(&unlock(&sealed, name, ask)?, name, found),
        None => plain(text, name, found),
    }
}

/// The age file behind blank lines and comments, if there is one.
fn sealed(text: &[u8]) -> Option<Vec<u8>> {
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with(SEALED) {
            return Some(rest.to_vec());
        }
        let lines = || rest.split(|byte| *byte == b'\n');
        let line = lines().next()?;
        match line.trim_ascii() {
            ARMOR => return Some(armored(lines().map(<[u8]>::trim_ascii))),
            b"" | [b'#', ..] => rest = rest.get(line.len() + 1..)?,
            _ => return None,
        }
    }
    None
}

/// Letters as they were made: without blanks, blank lines, and what stands behind them.
fn armored<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut ended = false;
    let lines = lines.take_while(|line| !std::mem::replace(&mut ended, *line == ARMOR_END));
    lines.filter(|line| !line.is_empty()).flat_map(|line| [line, b"\n"].concat()).collect()
}

/// Takes the passphrase off.
fn unlock(sealed: &[u8], name: &str, ask: Ask<'_>) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let broken = || format!("{name} is an age file that was altered or cut; take your copy of it");
    for _ in 0..TRIES {
        let decryptor = header::read(ArmoredReader::new(sealed)).with_context(broken)?;
        ensure!(
            decryptor.is_scrypt(),
            "{name} is an age file that is sealed to other keys; open it with `age -d` first"
        );
        let typed = ask(&format!("Passphrase of {name}"))?;
        let Some(typed) = typed else { bail!("nothing was typed; {name} needs its passphrase") };
        let identity = age::scrypt::Identity::new(typed);
        match decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)) {
            Ok(mut stream) => {
                let mut text = Zeroizing::new(Vec::new());
                stream.read_to_end(&mut text).with_context(broken)?;
                return Ok(text);
            }
            Err(
                DecryptError::DecryptionFailed
                | DecryptError::KeyDecryptionFailed
                | DecryptError::NoMatchingKeys,
            ) => tell(&format!("That is not the passphrase of {name}.")),
            Err(DecryptError::ExcessiveWork { .. }) => {
                bail!(
                    "checking the passphrase of {name} takes longer than this allows; take it off with `age -d`"
                )
            }
            Err(error) => return Err(error).with_context(broken),
        }
    }
    bail!("wrong passphrase for {name}; look at the keyboard's layout and try again")
}

/// The keys of a file, one a line. Comments may be of any encoding.
fn plain(text: &[u8], name: &str, found: &mut Found) -> anyhow::Result<()> {
    let text = without_bom(text).map_err(|why| anyhow::anyhow!("{name} {why}"))?;
    let before = found.keys.len() + found.of_plugins.len();
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if line.trim_ascii_start().starts_with(b"#") {
            continue;
        }
        let key = std::str::from_utf8(line).map(str::trim);
        if key == Ok("") {
            continue;
        }
        let hint = match key {
            Ok(key) if key.starts_with("age1") => {
                " What stands there is the recipient, which only seals."
            }
            _ => "",
        };
        let read = key.ok().and_then(|key| {
            let place = format!("line {number} of {name}");
            found.add(key, place)
        });
        read.with_context(|| {
            format!(
                "line {number} of {name}: this is not an age identity; it should be a line AGE-SECRET-KEY-1… or AGE-SECRET-KEY-PQ-1….{hint}"
            )
        })?;
    }
    ensure!(
        found.keys.len() + found.of_plugins.len() > before,
        "{name} holds no key; make one with `sourdine keygen`"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use age::armor::{ArmoredWriter, Format};
    use age::secrecy::ExposeSecret;

    use super::*;

    /// What was sealed to the key opens with what was read; passphrases are typed in this order.
    fn opens(file: &[u8], key: &age::x25519::Identity, typed: &[&str]) -> anyhow::Result<usize> {
        let mut typed = typed.iter();
        let mut asked = 0;
        let mut found = Found::default();
        let mut ask = |question: &str| {
            assert_eq!(question, "Passphrase of key.txt");
            asked += 1;
            let typed = typed.next().context("asked too often")?;
            Ok(Some(SecretString::from((*typed).to_owned())).filter(|_| !typed.is_empty()))
        };
        parse(file, "key.txt", &mut ask, &mut found)?;
        let sealed = age::encrypt(&key.to_public(), b"Bonjour").unwrap();
        let decryptor = age::Decryptor::new(sealed.as_slice()).unwrap();
        decryptor.decrypt(found.keys.iter().map(AsRef::as_ref)).unwrap();
        Ok(asked)
    }

    fn new() -> (age::x25519::Identity, String) {
        let key = age::x25519::Identity::generate();
        let text = key.to_string().expose_secret().to_owned();
        (key, text)
    }

    fn locked(text: &str, passphrase: &str, format: Format) -> Vec<u8> {
        let mut recipient = age::scrypt::Recipient::new(passphrase.to_owned().into());
        recipient.set_work_factor(2);
        let recipients = std::iter::once(&recipient as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
        let output = ArmoredWriter::wrap_output(Vec::new(), format).unwrap();
        let mut writer = encryptor.wrap_output(output).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap().finish().unwrap()
    }

    #[test]
    fn key_files_are_read_as_people_have_them() {
        let (key, text) = new();
        let bytes: [Vec<u8>; 6] = [
            text.clone().into(),
            format!("\u{feff}# public key\r\n{text}\r\n").into(),
            format!("\n \t\n  # blanks \n\t{text} \t\u{a0}\n\n").into(),
            [b"# cl\xe9 de r\xe9daction\n", text.as_bytes()].concat(),
            format!("# one\n{text}\n# another\n{}\n", new().1).into(),
            format!("{}\n{text}", new().1).into(),
        ];
        for bytes in bytes {
            assert_eq!(opens(&bytes, &key, &[]).unwrap(), 0);
        }
    }

    #[test]
    fn a_file_under_a_passphrase_is_read_behind_blanks_and_comments() {
        let (key, text) = new();
        let binary = locked(&format!("\u{feff}{text}\r\n"), "right", Format::Binary);
        let letters = String::from_utf8(locked(&text, "right", Format::AsciiArmor)).unwrap();
        let blanks = letters.replace('\n', "  \r\n");
        for file in [
            binary.clone(),
            [b"\n# cl\xe9\n \r\n", binary.as_slice()].concat(),
            letters.clone().into(),
            format!("\u{feff}\n# key\n{letters}\n# end\n").into(),
            format!("# key\r\n\r\n{blanks}\r\n").into(),
        ] {
            assert_eq!(opens(&file, &key, &["right"]).unwrap(), 1);
            assert_eq!(opens(&file, &key, &["wrong", "right"]).unwrap(), 2);
            let said = opens(&file, &key, &["1", "2", "3"]).unwrap_err().to_string();
            assert!(said.starts_with("wrong passphrase for key.txt"), "{said}");
            // What was not typed is not wrong.
            let said = opens(&file, &key, &[""]).unwrap_err().to_string();
            assert!(said.starts_with("nothing was typed"), "{said}");
        }
        let mut cut = binary;
        cut.truncate(60);
        let said = opens(&cut, &key, &["right"]).unwrap_err().to_string();
        assert!(said.contains("altered or cut"), "{said}");
    }

    #[test]
    fn a_post_quantum_key_is_read_wherever_a_classic_one_is() {
        let key = post_quantum::Identity::generate().unwrap();
        let (text, public) = (key.to_text(), key.to_public());
        for file in [
            format!("# public key: {public}\r\n\t{} \n{}", text.as_str(), new().1).into_bytes(),
            format!("{}\n{}", new().1, text.as_str()).into_bytes(),
            locked(&format!("# mine\n{}\n", text.as_str()), "right", Format::Binary),
            locked(&text, "right", Format::AsciiArmor),
        ] {
            let mut found = Found::default();
            let mut right = |_: &str| Ok(Some(SecretString::from("right".to_owned())));
            parse(&file, "key.txt", &mut right, &mut found).unwrap();
            let sealed = age::encrypt(&public, b"Bonjour").unwrap();
            let decryptor = age::Decryptor::new(sealed.as_slice()).unwrap();
            decryptor.decrypt(found.keys.iter().map(AsRef::as_ref)).unwrap();
        }
    }

    #[test]
    fn what_is_no_key_file_is_told_by_its_kind() {
        let (key, text) = new();
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let public = key.to_public();
        let sealed = age::encrypt(&public, text.as_bytes()).unwrap();
        for (file, said) in [
            (utf16, "key.txt is UTF-16 text"),
            (format!("#\n{public}\n").into(), "line 2 of key.txt: this is not an age identity"),
            (
                b"AGE-SECRET-KEY-PQ-1QQQ\n".to_vec(),
                "line 1 of key.txt: this is not an age identity",
            ),
            (b"AGE-SECRET-KEY-1\n".to_vec(), "line 1 of key.txt: this is not an age identity"),
            (b"cl\xe9\n".to_vec(), "line 1 of key.txt: this is not an age identity"),
            (b"# nothing\n".to_vec(), "key.txt holds no key"),
            (Vec::new(), "key.txt holds no key"),
            (sealed, "key.txt is an age file that is sealed to other keys"),
        ] {
            let error = opens(&file, &key, &[]).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
            assert!(!error.contains(&text), "{error}");
        }
    }
}
