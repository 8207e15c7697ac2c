//! `sourdine serve`: runs the listeners until it is told to stop.

use std::cell::Cell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, ensure};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use super::config_arg::ConfigArg;
use super::notify::Notify;
use super::passed::Passed;
use super::supervisor::{Onion, ServerCommand, Supervisor};
use super::{first_start, owner, process, reopen, sandbox, supervised};
use crate::base::clock::Clock;
use crate::base::limits::Limits;
use crate::config::{Config, ConfigError, Listen};
use crate::dropbox::{Dropbox, Teams};
use crate::store::Migrated;
use crate::web::desk::{self, Desk};
use crate::web::report_errors;
use crate::web::server::{Line, Listener, serve};
use crate::web::source::{self, Site};

/// How often the configuration's recipients, those that were removed at once, and the disk are looked at.
const RELOAD: Duration = Duration::from_secs(5);
const SPACE: Duration = Duration::from_secs(600);
/// How often what is past its day is removed.
const EXPIRY: Duration = Duration::from_secs(60 * 60);
/// How often what circuits did is forgotten.
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Threads that may block, beside one for each upload: pages, downloads, the desk's forms.
const OTHER_THREADS: usize = source::THREADS + desk::THREADS;

#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "options of a command line")]
pub struct Serve {
    #[command(flatten)]
    config: ConfigArg,
    /// Where sources are served, instead of what the file says: 127.0.0.1:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<Listen>,
    /// Where editors are served, instead of what the file says
    #[arg(long, value_name = "ADDRESS")]
    desk_listen: Option<Listen>,
    /// Run the installed tor too: an onion site, kept running until this stops
    #[arg(long, conflicts_with_all = ["listen", "desk_listen"])]
    tor: bool,
    /// Make an empty store first, where there is none: for the first start of a service
    #[arg(long)]
    init: bool,
    /// Serve nothing where the kernel, or a filter around this process, lacks a layer of the sandbox
    #[arg(long)]
    require_sandbox: bool,
    /// As a child of `serve --tor` or `demo`
    #[arg(long, hide = true)]
    supervised: bool,
    /// Our onion address, whose tor writes a line of its own before each connection
    #[arg(long, hide = true, requires = "supervised")]
    onion: Option<String>,
}

impl Serve {
    pub fn run(self) -> anyhow::Result<()> {
        process::limit_arenas();
        if self.supervised {
            return self.run_supervised();
        }
        let (notify, passed) = (Notify::from_env()?, Passed::from_env()?);
        if self.init {
            start_log();
            first_start::make_box(&self.config.config)?;
        }
        // Before it is read: a change in between is seen.
        let seen = modified(&self.config.config);
        let mut config = process::load_config(&self.config.config)?;
        reopen::refuse_restored(&config, &self.config)?;
        let (desk, file, require_sandbox) =
            (self.desk_listen, self.config.config, self.require_sandbox);
        if self.tor {
            start_log();
            passed.all_used()?;
            return keep(&config, file, require_sandbox, notify);
        }
        config.listen = self.listen.unwrap_or(config.listen);
        let desk = desk.or_else(|| config.desk.clone());
        let ports = std::iter::once(&config.listen).chain(&desk);
        ensure!(
            !config.haproxy || ports.into_iter().all(|listen| matches!(listen, Listen::Unix(_))),
            "listen.haproxy is true: then --listen and --desk-listen take only unix sockets, since any \
             program of this machine could write tor's line to a port"
        );
        desk.iter().try_for_each(|desk| config.check_desk(desk))?;
        let owner = owner::of_root(&config, &file);
        let changes = Changes::File { file, seen };
        Plan { config, desk, changes, require_sandbox, notify, passed }.run(|| warn(owner))
    }

    /// As a child: what goes wrong before sources are served is the parent's to tell.
    fn run_supervised(self) -> anyhow::Result<()> {
        let served = Cell::new(false);
        let ready = || {
            served.set(true);
            supervised::tell(supervised::READY);
        };
        let done = process::load_config(&self.config.config).and_then(|mut config| {
            supervised::end_with_parent()?;
            config.listen = self.listen.unwrap_or(config.listen);
            if let Some(onion) = self.onion {
                config.haproxy = true;
                config.onions.push(onion);
            }
            let plan = Plan {
                config,
                desk: self.desk_listen,
                changes: Changes::FromParent,
                require_sandbox: self.require_sandbox,
                notify: Notify::nobody(),
                passed: Passed::nothing(),
            };
            plan.run(ready)
        });
        match done {
            Err(error) if !served.get() => {
                supervised::tell(&format!("{error:#}"));
                std::process::exit(1)
            }
            done => done,
        }
    }
}

/// `serve --tor`: this process becomes the parent of tor and of the one that reads requests.
fn keep(
    config: &Config,
    file: PathBuf,
    require_sandbox: bool,
    notify: Notify,
) -> anyhow::Result<()> {
    let onion = Onion::prepare(config)?;
    let reader = ServerCommand {
        config: file.clone(),
        listen: Listen::Unix(onion.place.source_socket()),
        // Its onion service waits for the first editor who is let in.
        desk: Some(Listen::Unix(onion.place.desk_socket())),
        onion: None,
        require_sandbox,
    };
    let owner = owner::of_root(config, &file);
    let supervisor = Supervisor { reader, onion: Some(onion), file, hangup_reloads: true, notify };
    supervisor.run(|onion| {
        warn(owner);
        tracing::info!("sources reach the site at http://{}", onion.unwrap_or_default());
    })?;
    tracing::info!("tor is stopped");
    Ok(())
}

/// Said once it is sure that this one serves: a fault has one line.
fn warn(owner: Option<String>) {
    if let Some(owner) = owner {
        tracing::warn!("{owner}");
    }
}

/// Everything that serving needs to know.
pub struct Plan {
    pub config: Config,
    pub desk: Option<Listen>,
    /// Where changed teams come from.
    pub changes: Changes,
    /// Nothing is served without all of the sandbox.
    pub require_sandbox: bool,
    /// Who started this process and watches it.
    pub notify: Notify,
    /// Listeners that are there already.
    pub passed: Passed,
}

/// Where changes of the configuration come from, for the teams.
pub enum Changes {
    /// The file, when it changes and at SIGHUP.
    File {
        file: PathBuf,
        /// Its time when it was read.
        seen: Option<SystemTime>,
    },
    /// Standard input; at its end, so does this process.
    FromParent,
}

impl Changes {
    fn file(&self) -> Option<&Path> {
        match self {
            Self::File { file, .. } => Some(file),
            Self::FromParent => None,
        }
    }
}

impl Plan {
    /// Serves until SIGTERM or SIGINT; `ready` runs once the listeners wait.
    pub fn run(mut self, ready: impl FnOnce()) -> anyhow::Result<()> {
        start_log();
        process::forget_access_times(&self.config.data_dir);
        for listen in std::iter::once(&self.config.listen).chain(&self.desk) {
            if let Listen::Unix(path) = listen {
                process::forget_access_times_beside(path);
            }
        }
        // Before any thread exists: rights that are given up here are given up for all.
        let source = bind(&self.config.listen, &mut self.passed)?;
        let desk = self.desk.as_ref().map(|desk| bind(desk, &mut self.passed)).transpose()?;
        self.passed.all_used()?;
        let rules = sandbox::Rules {
            data_dir: &self.config.data_dir,
            config: self.changes.file(),
            directories: false,
        };
        let sandbox = sandbox::enter(rules)?;
        if self.require_sandbox {
            sandbox.complete()?;
        }
        let (dropbox, recovered) = Dropbox::open_to_serve(&self.config, Clock::system())?;
        for Migrated { file, from, to } in &recovered.migrated {
            tracing::info!("{file} was brought from format {from} to {to}");
        }
        if recovered.remains > 0 {
            tracing::info!(
                "removing {} files of uploads that were cut when the server ended",
                recovered.remains
            );
        }
        let site = Arc::new(Site::new(dropbox.clone(), &self.config)?);
        let editors = Arc::new(Desk::new(dropbox.clone(), &self.config));
        look_at_clock(&dropbox, false);
        // Said once it is sure that this one serves: a fault has one line.
        sandbox.log(rules);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .max_blocking_threads(self.config.limits.uploads + OTHER_THREADS)
            .build()
            .context("the server's threads cannot be started")?;
        let done = runtime.block_on(self.serve((source, desk), dropbox, (site, editors), ready));
        // Uploads whose connection is gone end by themselves; what still runs holds the store open.
        runtime.shutdown_timeout(Duration::from_secs(5));
        done
    }

    async fn serve(
        self,
        (source, desk): (Listener, Option<Listener>),
        dropbox: Dropbox,
        (site, editors): (Arc<Site>, Arc<Desk>),
        ready: impl FnOnce(),
    ) -> anyhow::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let hangup = signal(SignalKind::hangup())?;
        let (stop, stopped) = watch::channel(false);

        tracing::info!("started; sources are served at {}", shown(&self.config.listen, &source));
        // Of two listeners behind tor, each has its line; a port, where only `demo` serves then, has none.
        let line = |listen: &Listen| match listen {
            Listen::Unix(_) if self.config.haproxy => Line::Demanded,
            _ => Line::Forbidden,
        };
        let app = source::router(site.clone());
        let first = serve(source, line(&self.config.listen), app, stopped.clone());
        let mut listeners = vec![tokio::spawn(first)];
        if let (Some(listener), Some(listen)) = (desk, &self.desk) {
            tracing::info!("editors are served at {}", shown(listen, &listener));
            let app = desk::router(editors.clone());
            listeners.push(tokio::spawn(serve(listener, line(listen), app, stopped)));
        }
        ready();
        self.notify.ready();
        let upkeep = tokio::spawn(upkeep(dropbox.clone(), (site.clone(), editors), self.config));
        let mut parent = tokio::spawn(follow(dropbox.clone(), self.changes, hangup));
        let mut signs = tokio::time::interval(self.notify.interval());
        loop {
            tokio::select! {
                _ = signs.tick() => self.notify.alive(),
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = &mut parent => break,
            }
        }
        self.notify.stopping();
        tracing::info!("stopping");
        upkeep.abort();
        parent.abort();
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

/// To be called before the first line.
pub fn start_log() {
    // Only our own lines, and none of a request: neither hyper's nor SQLite's.
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        // Else a full or closed log is told by a panic.
        .log_internal_errors(false)
        .with_max_level(tracing::Level::INFO);
    let _ =
        if is_journal() { log.without_time().try_init() } else { log.with_timer(Days).try_init() };
}

/// A log in a file may outlive what it tells of: it has days, as everything that is stored.
struct Days;

impl FormatTime for Days {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        write!(out, "{}", Clock::system().day())
    }
}

/// Whether standard error goes to systemd's journal, which notes times by itself (systemd.exec(5)).
fn is_journal() -> bool {
    let named = std::env::var("JOURNAL_STREAM").unwrap_or_default();
    rustix::fs::fstat(std::io::stderr())
        .is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino))
}

fn bind(listen: &Listen, passed: &mut Passed) -> anyhow::Result<Listener> {
    passed.listener(listen).with_context(|| {
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

/// Records the day, watches the disk, removes what has expired, and reports errors once a day: lines whose time no visit
/// decides.
async fn upkeep(dropbox: Dropbox, (site, editors): (Arc<Site>, Arc<Desk>), config: Config) {
    let mut space = tokio::time::interval(SPACE);
    // Not at once: a clock that is wrong after a boot is set right meanwhile.
    let mut expiry = tokio::time::interval_at(Instant::now() + SPACE, EXPIRY);
    let mut day = tokio::time::interval_at(Instant::now() + DAY, DAY);
    take_snapshot(dropbox.clone(), Vec::new());
    let mut minute = tokio::time::interval(MINUTE);
    let mut removed = tokio::time::interval(RELOAD);
    loop {
        tokio::select! {
            _ = space.tick() => {
                watch_space(dropbox.clone(), &config.limits);
                keep_day(&dropbox);
            }
            _ = expiry.tick() => expire(dropbox.clone()),
            _ = minute.tick() => {
                site.forget();
                editors.forget();
            }
            _ = removed.tick() => take_removed_keys(dropbox.clone()),
            _ = day.tick() => take_snapshot(dropbox.clone(), report_errors()),
        }
    }
}

/// Reads changed teams. Ends when the parent that hands them over has ended.
async fn follow(dropbox: Dropbox, changes: Changes, mut hangup: Signal) {
    match changes {
        Changes::File { file, mut seen } => {
            let mut look = tokio::time::interval(RELOAD);
            loop {
                let asked = tokio::select! {
                    _ = look.tick() => false,
                    _ = hangup.recv() => true,
                };
                let now = modified(&file);
                if asked || now != seen {
                    seen = now;
                    reload(&dropbox, Config::load(&file));
                    keep_day(&dropbox);
                }
            }
        }
        Changes::FromParent => {
            let Ok(mut parent) = supervised::FromParent::open() else { return };
            while let Ok(text) = parent.next().await {
                if text == supervised::CLOCK_IS_RIGHT {
                    let dropbox = dropbox.clone();
                    tokio::task::spawn_blocking(move || look_at_clock(&dropbox, true));
                } else {
                    reload(&dropbox, Config::parse(&text));
                    keep_day(&dropbox);
                }
            }
        }
    }
}

fn modified(file: &Path) -> Option<SystemTime> {
    std::fs::metadata(file).and_then(|meta| meta.modified()).ok()
}

fn reload(dropbox: &Dropbox, config: Result<Config, ConfigError>) {
    let proven = config.map_err(anyhow::Error::from);
    match proven.and_then(|config| Ok((Teams::prove(&config.teams)?, config.closed))) {
        Ok((teams, closed)) => {
            dropbox.replace(teams, closed);
            tracing::info!("teams and recipients were read again");
        }
        Err(error) => tracing::error!("the changed configuration is not used: {error:#}"),
    }
}

/// On a thread that may block.
fn keep_day(dropbox: &Dropbox) {
    let dropbox = dropbox.clone();
    tokio::task::spawn_blocking(move || look_at_clock(&dropbox, false));
}

/// Records the day, or says why not; tor may have `confirmed` the clock. Blocks.
fn look_at_clock(dropbox: &Dropbox, confirmed: bool) {
    let before = dropbox.doubt();
    let confirm = || if confirmed { dropbox.confirm_clock() } else { Ok(()) };
    match confirm().and_then(|()| dropbox.keep_day()) {
        Ok(None) if before.is_some() => tracing::info!("the clock is sure again"),
        // tor says it often, the beat every ten minutes.
        Ok(Some(doubt)) if !confirmed => tracing::error!("{doubt}"),
        Ok(_) => {}
        Err(error) => tracing::error!("the day could not be recorded: {error}"),
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

/// What `team remove-recipient --now` has left. On a thread that may block.
fn take_removed_keys(dropbox: Dropbox) {
    tokio::task::spawn_blocking(move || {
        if let Err(error) = dropbox.take_removed_keys() {
            tracing::error!("uploads to removed keys could not be ended: {error}");
        }
    });
}

/// What `status` says until the next one. On a thread that may block.
fn take_snapshot(dropbox: Dropbox, errors: Vec<(&'static str, u64)>) {
    tokio::task::spawn_blocking(move || {
        if let Err(error) = dropbox.take_snapshot(errors) {
            tracing::error!("the day's counts could not be taken: {error}");
        }
    });
}

/// On a thread that may block.
fn watch_space(dropbox: Dropbox, limits: &Limits) {
    let (quota, min_free) = (limits.quota, limits.min_free);
    tokio::task::spawn_blocking(move || {
        dropbox.sample_space();
        let store = dropbox.store();
        if store.used().saturating_mul(10) > quota.saturating_mul(9) {
            tracing::warn!(
                "the store has used nine tenths of its quota: raise space.quota or delete"
            );
        }
        if store.free_space().is_ok_and(|free| free < min_free) {
            tracing::error!(
                "out of space: the disk has less than space.min_free left; uploads are refused"
            );
        }
    });
}
