//! The editors' desk: whether anybody can sign in, and sees something then; and whether it is closed to those who
//! were given no key.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::editor::onion::Onion;
use super::finding::{Finding, Verdict, fault, good, warning};
use crate::config::{Config, Listen};
use crate::store::Account;
use crate::tor::clients::{self, ClientAuth};
use crate::tor::place::TorDir;

const KEYS: &str = "client keys";
/// Of a torrc; nobody's is larger.
const LONGEST: u64 = 1024 * 1024;

pub(super) fn examine(config: &Config, accounts: &[Account], found: &mut Vec<Finding>) {
    // `serve --tor` serves it whatever the file says.
    let ours = TorDir::of(config).is_ok_and(|place| place.was_used());
    if accounts.is_empty() {
        let said = if config.desk.is_some() || ours {
            "no editor has an account, so that nobody can sign in: sourdine editor add NAME"
        } else {
            "no editor has an account, and no desk is served: what arrives leaves by `sourdine export` alone; for a \
             desk: sourdine editor add NAME, and serve --tor (or listen.desk)"
        };
        found.push(warning("desk", said));
        return;
    }
    let before = found.len();
    let known = |team: &String| config.teams.iter().any(|known| known.id == *team);
    for account in accounts {
        let name = &account.name;
        for team in account.teams.iter().filter(|team| !known(team)) {
            let team = team.escape_debug();
            found.push(warning(
                "desk",
                format!(
                    "editor {name} belongs to team {team}, which is not configured any more: put the team \
                     back, or say which teams they have: sourdine editor teams {name} --team ID"
                ),
            ));
        }
    }
    let keys = Onion::of(config).and_then(|onion| onion.keys()).unwrap_or_default();
    for account in accounts {
        let name = &account.name;
        if keys.as_ref().is_some_and(|keys| !keys.contains(name)) {
            found.push(warning(
                "desk",
                format!(
                    "editor {name} has no onion key, so that their Tor Browser finds no desk: sourdine editor reset \
                     {name} --onion-key"
                ),
            ));
        }
    }
    if found.len() == before {
        found.push(good("desk", format!("{} editor(s) may sign in", accounts.len())));
    }
}

/// Whether the system's tor asks for client keys at the desk's address. To be called while root is root.
pub(super) fn client_auth(file: &Path, torrc: &Path) -> Option<Finding> {
    // What else is wrong with the file is said elsewhere; a pipe would keep us waiting.
    std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?;
    let config = Config::load(file).ok()?;
    let desk = config.desk.as_ref().filter(|desk| config.is_behind_tor(desk))?;
    if TorDir::of(&config).is_ok_and(|place| place.in_use()) {
        return None;
    }
    if let Err(error) = config.check_desk(desk) {
        return Some(fault(KEYS, error.to_string()));
    }
    if !rustix::process::geteuid().is_root() {
        return Some(warning(
            KEYS,
            "only root can look whether tor asks for client keys at the desk: sudo sourdine check",
        ));
    }
    Some(keys(torrc, desk))
}

fn keys(torrc: &Path, desk: &Listen) -> Finding {
    let mut text = String::new();
    let read = File::open(torrc).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    let shown = torrc.display();
    if let Err(error) = read {
        return fault(
            KEYS,
            format!("{shown} cannot be read ({error}); name tor's configuration with --torrc"),
        );
    }
    let services = services(&text, desk);
    if services.is_empty() {
        return warning(
            KEYS,
            format!(
                "no HiddenServicePort in {shown} leads to {desk}; if another file has it, name that with --torrc"
            ),
        );
    }
    let mut warned = None;
    for service in services {
        match keys_of(&service) {
            Some(found) if matches!(found.verdict, Verdict::Fault) => return found,
            found => warned = warned.or(found),
        }
    }
    warned.unwrap_or_else(|| good(KEYS, "tor asks for one at the desk's address"))
}

/// What is wrong with the client keys of one onion service, if something is.
fn keys_of(service: &Path) -> Option<Finding> {
    let dir = service.join("authorized_clients");
    let dir = dir.display();
    let auth = match clients::client_auth(service) {
        Ok(auth) => auth,
        Err(error) => return Some(fault(KEYS, format!("{dir} cannot be read ({error})"))),
    };
    Some(match &auth {
        ClientAuth { closed, unreadable: Some(path), .. } => {
            let so = if *closed {
                "tor leaves it out"
            } else {
                "the desk is open to everybody who knows its address"
            };
            let said = format!(
                "{} cannot be read by tor's user, so that {so}: chown -R --reference={} {dir} && \
                     chmod -R u+rX {dir}, then restart tor",
                path.display(),
                service.display()
            );
            if *closed { warning(KEYS, said) } else { fault(KEYS, said) }
        }
        ClientAuth { closed: true, locked: true, .. } => return None,
        ClientAuth { closed: true, .. } => warning(
            KEYS,
            format!(
                "{dir}/{}.auth is not there: once the last editor's key is gone, tor opens the desk to \
                         everybody; make it as deploy/torrc says, then restart tor",
                clients::NOBODY
            ),
        ),
        ClientAuth { closed: false, .. } => fault(
            KEYS,
            format!(
                "{dir} holds no key, so that tor opens the desk to everybody who knows its address; put \
                         the keys there that deploy/torrc and `sourdine editor add` name, then restart tor"
            ),
        ),
    })
}

/// Directories of the onion services that lead to this listener (tor(1), "Hidden service options").
pub fn services(torrc: &str, desk: &Listen) -> Vec<PathBuf> {
    let (mut found, mut dir) = (Vec::new(), None);
    for line in torrc.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some((key, value)) = line.split_once(char::is_whitespace) else { continue };
        let value = value.trim();
        if key.eq_ignore_ascii_case("HiddenServiceDir") {
            dir = Some(PathBuf::from(value.trim_matches('"')));
        } else if key.eq_ignore_ascii_case("HiddenServicePort") && leads_to(value, desk) {
            found.extend(dir.clone());
        }
    }
    found
}

/// `VIRTPORT [TARGET]`; a target of a port alone, or none, is on this machine.
fn leads_to(value: &str, desk: &Listen) -> bool {
    let (port, target) = value.split_once(char::is_whitespace).unwrap_or((value, value));
    let target = if target.is_empty() { port } else { target.trim() };
    match desk {
        Listen::Unix(path) => {
            let socket = target.strip_prefix("unix:");
            socket.is_some_and(|socket| Path::new(socket.trim_matches('"')) == path)
        }
        Listen::Tcp(address) => {
            target == address.to_string() || target == address.port().to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TORRC: &str = "
# HiddenServicePort 80 unix:/run/no.sock
HiddenServiceDir /var/lib/tor/source/
HiddenServicePort 80 unix:/run/source.sock
hiddenservicedir \"/var/lib/tor/the desk\"  # ours
  HiddenServicePort  80\tunix:\"/run/desk.sock\"
HiddenServiceDir /var/lib/tor/ports
HiddenServicePort 80 127.0.0.1:8081
HiddenServicePort 8082
HiddenServicePort 80 8083
";

    #[test]
    fn the_services_that_lead_to_the_desk_are_found() {
        for (desk, dir) in [
            ("unix:/run/desk.sock", Some("/var/lib/tor/the desk")),
            ("unix:/run/source.sock", Some("/var/lib/tor/source/")),
            ("unix:/run/no.sock", None),
            ("127.0.0.1:8081", Some("/var/lib/tor/ports")),
            ("127.0.0.1:8082", Some("/var/lib/tor/ports")),
            ("127.0.0.1:8083", Some("/var/lib/tor/ports")),
            ("127.0.0.1:80", None),
        ] {
            let found = services(TORRC, &desk.parse().unwrap());
            assert_eq!(found, dir.map(PathBuf::from).into_iter().collect::<Vec<_>>(), "{desk}");
        }
        let first = services("HiddenServicePort 80 unix:/a", &"unix:/a".parse().unwrap());
        assert!(first.is_empty(), "of no service");
    }

    #[test]
    fn a_desk_is_closed_by_one_good_key_at_each_of_its_addresses() {
        let dir = tempfile::tempdir().unwrap();
        let (torrc, desk) = (dir.path().join("torrc"), "unix:/run/desk.sock".parse().unwrap());
        let verdict = || match keys(&torrc, &desk).verdict {
            Verdict::Good => "good",
            Verdict::Warning => "warning",
            Verdict::Fault => "fault",
        };
        assert_eq!(verdict(), "fault", "no torrc");
        std::fs::write(&torrc, "").unwrap();
        assert_eq!(verdict(), "warning");
        let service = |name: &str| {
            let at = dir.path().join(name);
            format!("HiddenServiceDir {}\nHiddenServicePort 80 unix:/run/desk.sock\n", at.display())
        };
        std::fs::write(&torrc, service("a") + &service("b")).unwrap();
        assert_eq!(verdict(), "fault", "no directory yet");
        let key = clients::generate().unwrap().auth();
        for (name, said) in [("a", "fault"), ("b", "warning")] {
            let clients = dir.path().join(name).join("authorized_clients");
            std::fs::create_dir_all(&clients).unwrap();
            std::fs::write(clients.join("half.auth"), &key[..40]).unwrap();
            std::fs::write(clients.join("anne"), &key).unwrap();
            assert_eq!(verdict(), "fault", "no file that tor reads");
            std::fs::write(clients.join("anne.auth"), &key).unwrap();
            assert_eq!(verdict(), said, "closed, and the key of nobody is missing");
        }
        for (name, said) in [("a", "warning"), ("b", "good")] {
            let clients = dir.path().join(name).join("authorized_clients");
            std::fs::write(clients.join("_nobody.auth"), &key).unwrap();
            assert_eq!(verdict(), said);
        }
    }
}
