//! `sourdine serve`: runs the listeners until it is told to stop.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{ConfigArg, process, sandbox};
use crate::base::clock::Clock;
use crate::config::{Config, Listen};
use crate::dropbox::{Dropbox, Teams};
use crate::web::server::{Listener, serve};
use crate::web::source::{self, Site};
use crate::web::{desk, report_errors};

/// How often the configuration's recipients and the disk are looked at.
const RELOAD: Duration = Duration::from_secs(5);
const SPACE: Duration = Duration::from_secs(600);
/// How often what is past its day is removed.
const EXPIRY: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Threads that may block, beside one for each upload: pages, downloads.
const OTHER_THREADS: usize = 32 + source::REFUSALS;

#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    config: ConfigArg,
    /// Where sources are served, instead of what the file says: 127.0.0.1:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Listen>,
    /// Where editors are served
    #[arg(long, value_name = "ADDRESS")]
    desk_listen: Option<Listen>,
}

impl Serve {
    pub fn run(self) -> anyhow::Result<()> {
        let mut config = process::load_config(&self.config.config)?;
        config.listen = self.listen.unwrap_or(config.listen);
        let (desk, file) = (self.desk_listen, self.config.config);
        let plan = Plan { config, desk, file, hangup_reloads: true };
        plan.run(|| ())
    }
}

/// Everything that serving needs to know.
pub struct Plan {
    pub config: Config,
    pub desk: Option<Listen>,
    /// Read again when it changes, for the teams.
    pub file: PathBuf,
    /// SIGHUP reads the teams again, as it does for services; else it stops, as a closed terminal wants.
    pub hangup_reloads: bool,
}

impl Plan {
    /// Serves until SIGTERM or SIGINT; `ready` runs once the listeners wait.
    pub fn run(self, ready: impl FnOnce()) -> anyhow::Result<()> {
        start_log();
        // Before any thread exists: rights that are given up here are given up for all.
        let source = bind(&self.config.listen)?;
        let desk = self.desk.as_ref().map(bind).transpose()?;
        let rules =
            sandbox::Rules { data_dir: &self.config.data_dir, config: Some(self.file.as_path()) };
        let sandbox = sandbox::enter(rules)?;
        let dropbox = Dropbox::open(&self.config, Clock::system())?;
        let remains = dropbox.store().claim_serving()?;
        if remains > 0 {
            tracing::info!(
                "removing {remains} files of uploads that were cut when the server ended"
            );
        }
        let site = Arc::new(Site::new(dropbox.clone(), &self.config)?);
        // Said once it is sure that this one serves: a fault has one line.
        sandbox.log(rules);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .max_blocking_threads(self.config.limits.uploads + OTHER_THREADS)
            .build()
            .context("the server's threads cannot be started")?;
        let done = runtime.block_on(self.serve((source, desk), dropbox, site, ready));
        // Uploads whose connection is gone end by themselves; what still runs holds the store open.
        runtime.shutdown_timeout(Duration::from_secs(5));
        done
    }

    async fn serve(
        self,
        (source, desk): (Listener, Option<Listener>),
        dropbox: Dropbox,
        site: Arc<Site>,
        ready: impl FnOnce(),
    ) -> anyhow::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let (stop, stopped) = watch::channel(false);

        tracing::info!("started; sources are served at {}", shown(&self.config.listen, &source));
        let mut listeners =
            vec![tokio::spawn(serve(source, source::router(site.clone()), stopped.clone()))];
        if let (Some(listener), Some(listen)) = (desk, &self.desk) {
            tracing::info!("editors are served at {}", shown(listen, &listener));
            listeners.push(tokio::spawn(serve(listener, desk::router(), stopped)));
        }
        ready();
        let upkeep = tokio::spawn(upkeep(dropbox.clone(), self.config, self.file.clone()));
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => {
                    if !self.hangup_reloads {
                        break;
                    }
                    reload_teams(&dropbox, &self.file);
                }
            }
        }
        tracing::info!("stopping");
        upkeep.abort();
        let _ = stop.send(true);
        site.close();
        for listener in listeners {
            listener.await.context("a listener ended by a fault")??;
        }
        report_errors();
        tracing::info!("stopped");
        Ok(())
    }
}

fn start_log() {
    // Only our own lines, and none of a request: neither hyper's nor SQLite's.
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .with_max_level(tracing::Level::INFO);
    let _ = log.try_init();
}

fn bind(listen: &Listen) -> anyhow::Result<Listener> {
    Listener::bind(listen).with_context(|| {
        format!(
            "{listen} cannot be served; if another program uses it, choose another with --listen or \
             --desk-listen"
        )
    })
}

fn shown(listen: &Listen, listener: &Listener) -> String {
    match (listen, listener.port()) {
        (Listen::Tcp(address), Some(port)) => format!("http://{}:{port}", address.ip()),
        _ => listen.to_string(),
    }
}

/// Reads changed teams, watches the disk, removes what has expired, and reports errors once a day: lines whose time no visit
/// decides.
async fn upkeep(dropbox: Dropbox, config: Config, file: PathBuf) {
    let mut reload = tokio::time::interval(RELOAD);
    let mut space = tokio::time::interval(SPACE);
    // Not at once: a clock that is wrong after a boot is set right meanwhile.
    let mut expiry = tokio::time::interval_at(Instant::now() + SPACE, EXPIRY);
    let mut day = tokio::time::interval(DAY);
    let mut seen = modified(&file);
    loop {
        tokio::select! {
            _ = reload.tick() => {
                let now = modified(&file);
                if now != seen {
                    seen = now;
                    reload_teams(&dropbox, &file);
                }
            }
            _ = space.tick() => watch_space(&dropbox, &config),
            _ = expiry.tick() => expire(dropbox.clone()),
            _ = day.tick() => report_errors(),
        }
    }
}

fn modified(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|meta| meta.modified()).ok()
}

fn reload_teams(dropbox: &Dropbox, file: &Path) {
    let teams = Config::load(file)
        .map_err(anyhow::Error::from)
        .and_then(|config| Ok(Teams::prove(&config.teams)?));
    match teams {
        Ok(teams) => {
            dropbox.replace_teams(teams);
            tracing::info!("teams and recipients were read again");
        }
        Err(error) => tracing::error!("the changed configuration is not used: {error:#}"),
    }
}

/// On a thread that may block. When it fails (a full disk), the next hour tries again.
fn expire(dropbox: Dropbox) {
    tokio::task::spawn_blocking(move || {
        if let Err(error) = dropbox.expire().and_then(|_| dropbox.trim_drafts()) {
            tracing::error!("what has expired could not be removed: {error}");
        }
    });
}

fn watch_space(dropbox: &Dropbox, config: &Config) {
    let used = dropbox.store().used();
    if used.saturating_mul(10) > config.limits.quota.saturating_mul(9) {
        tracing::warn!("the store has used nine tenths of its quota: raise space.quota or delete");
    }
    if dropbox.store().free_space().is_ok_and(|free| free < config.limits.min_free) {
        tracing::error!(
            "out of space: the disk has less than space.min_free left; uploads are refused"
        );
    }
}
