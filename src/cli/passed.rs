//! Listeners that systemd has bound for us (`sd_listen_fds(3)`). Each is used where the configuration names its
//! address.

use std::io;

use anyhow::{Context, ensure};
use listenfd::ListenFd;

use crate::config::Listen;
use crate::web::server::Listener;

pub struct Passed(Vec<(Listen, Listener)>);

impl Passed {
    /// For a process that systemd did not start.
    pub fn nothing() -> Self {
        Self(Vec::new())
    }

    /// Takes all of them. Before any thread exists: the environment is changed.
    pub fn from_env() -> anyhow::Result<Self> {
        let mut descriptors = ListenFd::from_env();
        let all = 0..descriptors.len();
        let taken = all.map(|at| take(&mut descriptors, at)).collect::<Result<_, _>>();
        taken.map(Self).context("systemd hands over what is no listener on a path or on loopback")
    }

    /// The one that waits there; else binds one.
    pub fn listener(&mut self, listen: &Listen) -> io::Result<Listener> {
        match self.0.iter().position(|(at, _)| at == listen) {
            Some(at) => Ok(self.0.swap_remove(at).1),
            None => Listener::bind(listen),
        }
    }

    /// To be asked once all listeners are there: one more would be open to nobody's knowledge.
    pub fn all_used(&self) -> anyhow::Result<()> {
        let left: Vec<_> = self.0.iter().map(|(at, _)| at.to_string()).collect();
        ensure!(
            left.is_empty(),
            "systemd hands over a listener at {}, which the configuration does not name: write it below \
             [listen], or take it out of the .socket unit",
            left.join(", ")
        );
        Ok(())
    }
}

fn take(descriptors: &mut ListenFd, at: usize) -> anyhow::Result<(Listen, Listener)> {
    if let Ok(Some(listener)) = descriptors.take_unix_listener(at) {
        let address = listener.local_addr()?;
        let path = address.as_pathname().context("its address is not a path")?;
        return Ok((Listen::Unix(path.to_owned()), Listener::Unix(listener)));
    }
    let listener = descriptors.take_tcp_listener(at)?.context("its kind is another")?;
    let address = listener.local_addr()?;
    ensure!(address.ip().is_loopback(), "{address} can be reached from elsewhere");
    Ok((Listen::Tcp(address), Listener::Tcp(listener)))
}
