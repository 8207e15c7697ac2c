//! What `sourdine editor` prints.

use zeroize::Zeroizing;

use super::onion::{Key, NOBODY};
use crate::dropbox::accounts::NewLogin;

/// Where `deploy/torrc` has the desk's service.
const SYSTEM: &str = "/var/lib/tor/sourdine-desk/authorized_clients";

/// For a tor of the system: a key whose private half nobody has, any 32 bytes. Without one, tor opens the desk
/// to everybody as soon as no editor's is in.
fn lock() -> String {
    format!(
        "  echo \"descriptor:x25519:$(head -c 32 /dev/urandom | base32 | tr -d =)\" > {SYSTEM}/{NOBODY}.auth"
    )
}

pub const SAME_KEY: &str = "The key for the desk's onion address is the same as before.\n";

/// tor gives the address out anew, but does not call back what it gave out before.
pub const FOUND_FOR_A_WHILE: &str = "Where their Tor Browser is open now, it may find the sign-in page for \
    some hours more; nothing of theirs opens it.\n";

pub fn added(
    site: &str,
    name: &str,
    teams: &[String],
    login: &NewLogin,
    terminal: bool,
) -> Zeroizing<String> {
    let what = "An account was made.";
    self::login(what, (site, name), teams, login, terminal)
}

pub fn reset(
    site: &str,
    name: &str,
    teams: &[String],
    login: &NewLogin,
    terminal: bool,
) -> Zeroizing<String> {
    let what = "A new login was made; the old one is void.";
    self::login(what, (site, name), teams, login, terminal)
}

fn login(
    what: &str,
    (site, name): (&str, &str),
    teams: &[String],
    login: &NewLogin,
    terminal: bool,
) -> Zeroizing<String> {
    let NewLogin { passphrase, totp } = login;
    let teams = teams.join(", ");
    let (secret, uri) = (totp.base32(), totp.uri(site, name));
    let code = totp.qr_terminal(site, name, terminal);
    Zeroizing::new(format!(
        "{what} What follows is shown once: hand it over safely, and keep no copy.

  name          {name}
  team          {teams}
  passphrase    {}
  TOTP secret   {}
  the same      {}

An authenticator app takes the TOTP secret as this picture, or typed (SHA-1, 6 digits, 30 seconds):

{}
To sign in, the editor opens the desk's address in Tor Browser, gives the onion key once when asked
(Tor Browser can remember it), then name, passphrase, and the six digits that the app shows.

",
        **passphrase, *secret, *uri, *code
    ))
}

pub fn key(key: &Key) -> Zeroizing<String> {
    Zeroizing::new(format!("  onion key     {}\n", *key.for_tor_browser()))
}

pub fn address(address: Option<&str>, name: &str, key: &Key) -> Zeroizing<String> {
    Zeroizing::new(match address {
        Some(onion) => format!(
            "  desk          http://{onion}

A tor without Tor Browser takes the key as this line, in a file desk.auth_private of its
ClientOnionAuthDir:

  {}
",
            *key.auth_private(onion)
        ),
        None => format!(
            "  desk          has no address yet: once `sourdine serve --tor` runs,
                `sourdine editor list` has it

With a tor of the system instead (deploy/torrc, with its lines for {NOBODY}.auth), this line lets
the key in, as the file {SYSTEM}/{name}.auth:

  {}
",
            key.auth()
        ),
    })
}

pub fn key_for_system(name: &str, key: &Key) -> Zeroizing<String> {
    let file = format!("{SYSTEM}/{name}.auth");
    Zeroizing::new(format!(
        "  onion key     {}

The tor of this system lets the key in by its public half. As root, on Debian, with the desk's lines of
deploy/torrc in /etc/tor/torrc (before the last step, without their #; the second line makes a key that
nobody has, which keeps the address closed to everybody else, and stays there for good):

  install -d -m 2700 -o debian-tor -g debian-tor {parent} {SYSTEM}
{lock}
  echo '{}' > {file}
  chown debian-tor:debian-tor {SYSTEM}/*.auth
  chmod 600 {SYSTEM}/*.auth
  systemctl reload tor@default

The desk's address is then in {parent}/hostname. `sourdine serve` starts the desk once the configuration
says client_auth = true below [desk].
",
        *key.for_tor_browser(),
        key.auth(),
        lock = lock(),
        parent = SYSTEM.trim_end_matches("/authorized_clients"),
    ))
}

/// `last`: no other editor has an account.
pub fn remove_by_hand(name: &str, last: bool) -> String {
    let (lock, why) = if last {
        let why = "They were the last editor: the first line keeps tor from opening the desk to everybody. Or take \
            the desk's\nlines out of /etc/tor/torrc instead.\n";
        (lock() + "\n", why)
    } else {
        (String::new(), "")
    };
    format!(
        "The tor of this system still lets the onion key in. As root:\n{lock}  rm {SYSTEM}/{name}.auth\n  \
         systemctl reload tor@default\n{why}"
    )
}
