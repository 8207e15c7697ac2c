//! tor: which one, and for a running installation whether the network reaches us and our clock agrees.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::finding::{Finding, fault, good, warning};
use crate::base::clock::Clock;
use crate::cli::sandbox;
use crate::config::{Config, Listen};
use crate::tor::clients;
use crate::tor::control::{Control, ControlError};
use crate::tor::installed::Installed;
use crate::tor::place::TorDir;
use crate::tor::socks::{self, Port};
use crate::tor::times::Clocks;

/// A visit to our own address takes some seconds; the first one, once tor has started, more.
const VISIT: Duration = Duration::from_secs(60);
/// From the start of tor to its answer.
const START: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(200);
/// Where a tor of the system takes SOCKS.
const SYSTEM: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 9050);

pub(super) fn examine(config: &Config, found: &mut Vec<Finding>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match (runtime, TorDir::of(config)) {
        (Ok(runtime), Ok(place)) => runtime.block_on(look(config, &place, found)),
        (Err(error), _) => found.push(fault("tor", error.to_string())),
        (_, Err(error)) => found.push(fault("tor", error.to_string())),
    }
}

async fn look(config: &Config, place: &TorDir, found: &mut Vec<Finding>) {
    let ours = place.was_used();
    // Somebody who only tries things on loopback needs none of it.
    let remark = if ours || !config.onions.is_empty() { fault } else { warning };
    let installed = Installed::find().await;
    found.push(match &installed {
        Ok(tor) => {
            good("tor", format!("{} with proof of work, at {}", tor.version, tor.path.display()))
        }
        Err(error) => remark("tor", error.to_string()),
    });
    if let Err(error) = place.sound() {
        let remark = if ours { fault } else { warning };
        found.push(remark("tor.dir", error.to_string()));
        return;
    }
    if place.dir.exists() && !place.dir.is_dir() {
        found.push(remark(
            "tor.dir",
            format!(
                "{} is no directory: move it away, or name another as tor.dir",
                place.dir.display()
            ),
        ));
        return;
    }
    if let (Ok(tor), Some(_)) = (&installed, &place.include)
        && let Err(error) = tor.rehearse(place).await
    {
        found.push(fault("tor.include", error.to_string()));
    }
    if let Err(error) = place.keeps_address() {
        found.push(fault("onion", error.to_string()));
        return;
    }
    keys(place, found);
    match connected(place).await {
        Ok(control) => running(place, control, found).await,
        Err(error) if place.in_use() => found.push(fault(
            "onion",
            format!(
                "the site is down: `serve --tor` runs, but its tor hangs or cannot be started again \
                 ({error}); look at its log, then restart `serve --tor`"
            ),
        )),
        Err(_) if ours && config.onions.is_empty() => {
            found.push(match sandbox::of_server(&config.data_dir) {
                None => good(
                    "onion",
                    "`serve --tor` does not run now; check again while it does, and the address is visited",
                ),
                Some(_) => warning(
                    "onion",
                    "`serve` runs without --tor, so that nobody reaches the onion address: stop it, then run \
                     serve --tor",
                ),
            });
        }
        Err(_) => system(config, found).await,
    }
}

/// Who may find the desk.
fn keys(place: &TorDir, found: &mut Vec<Finding>) {
    let malformed = match clients::malformed(place) {
        Ok(malformed) => malformed,
        Err(error) => return found.push(fault("onion keys", error.to_string())),
    };
    for path in malformed {
        found.push(warning(
            "onion keys",
            format!(
                "{} is no key, and tor leaves it out: remove it; if it was an editor's, then run: \
                 sourdine editor reset NAME --onion-key",
                path.display().to_string().escape_debug()
            ),
        ));
    }
    // While tor runs, it is made anew within seconds.
    if place.in_use() && place.desk_onion().is_some() && !clients::is_locked(place) {
        found.push(fault(
            "onion keys",
            format!(
                "the key that keeps the desk closed is not in {}, so that editors may not find the desk: look \
                 at the rights of that directory and at the disk",
                place.desk().join("authorized_clients").display()
            ),
        ));
    }
}

/// One that is just starting gets some seconds.
async fn connected(place: &TorDir) -> Result<Control, ControlError> {
    let end = Instant::now() + START;
    loop {
        match Control::connect(&place.control(), &place.cookie()).await {
            Err(ControlError::Io(_) | ControlError::Closed)
                if place.in_use() && Instant::now() < end =>
            {
                tokio::time::sleep(STEP).await;
            }
            done => return done,
        }
    }
}

/// `serve --tor` runs.
async fn running(place: &TorDir, mut control: Control, found: &mut Vec<Finding>) {
    if let Some(finding) = clock(&mut control).await {
        found.push(finding);
    }
    let step = match control.bootstrap().await {
        Ok(step) => step,
        Err(error) => {
            found.push(fault("onion", format!("{error}; restart `serve --tor`")));
            return;
        }
    };
    if step.percent < 100 {
        found.push(fault(
            "onion",
            format!(
                "tor has come to {}% ({}): wait; if it stays there, look at the network, at the clock, \
                 and whether Tor is blocked here (bridges go into [tor] include)",
                step.percent, step.doing
            ),
        ));
        return;
    }
    found.push(match place.source_onion() {
        Some(onion) => visit(&Port::Unix(place.socks()), &onion).await,
        None => fault("onion", "tor has made no address; restart `serve --tor`"),
    });
}

/// A tor of the system, which we may not ask anything but a visit.
async fn system(config: &Config, found: &mut Vec<Finding>) {
    if !config.haproxy {
        let port = match config.listen {
            Listen::Tcp(_) => {
                "every program of this machine reaches the port that sources are served on, and "
            }
            Listen::Unix(_) => "",
        };
        found.push(warning(
            "circuits",
            format!(
                "{port}one visitor cannot be told from another, so that a stranger may take every place: let tor \
                 export circuits to a unix socket, as deploy/torrc does, and set listen.haproxy = true; or run \
                 serve --tor, which needs neither"
            ),
        ));
    }
    found.push(match config.onions.first() {
        Some(onion) => visit(&Port::Tcp(SocketAddr::from(SYSTEM)), onion).await,
        None => warning(
            "onion",
            "no onion address is known here, so that no source may reach this box: run serve --tor, or write the \
             address that the system's tor made into site.onion",
        ),
    });
}

async fn visit(port: &Port, onion: &str) -> Finding {
    match socks::visit(port, onion, VISIT).await {
        Ok(200) => good("onion", format!("http://{onion} answers, over Tor")),
        Ok(status) => fault(
            "onion",
            format!(
                "http://{onion} answers with status {status}: it leads to another program, or site.onion \
                 does not name it"
            ),
        ),
        Err(socks::VisitError::NoTor) => warning(
            "onion",
            format!(
                "not tried, since no tor answers on this machine; open http://{onion} in Tor Browser"
            ),
        ),
        Err(error) => fault(
            "onion",
            format!(
                "http://{onion}: {error}; an address that is minutes old may need minutes more, else \
                 restart tor and look at what it says"
            ),
        ),
    }
}

async fn clock(control: &mut Control) -> Option<Finding> {
    Some(match control.clock(Clock::system().seconds()).await? {
        Clocks::Agree => good("tor clock", "agrees with the Tor network's"),
        Clocks::Apart(words) => {
            fault("tor clock", format!("{words}: set it (timedatectl set-ntp true)"))
        }
    })
}
