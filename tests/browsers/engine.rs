//! The browsers: how each is started, with scripts off, for one test alone.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Firefox is the engine of Tor Browser; WebKit that of every browser on an iPhone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Firefox,
    Chromium,
    Webkit,
}

/// What a visitor's browser is set to.
#[derive(Clone, Copy)]
pub struct Setting {
    /// Off everywhere but where axe-core looks at a page.
    pub scripts: bool,
    /// The language that it asks pages in.
    pub lang: &'static str,
    /// The port of the tor that everything goes through.
    pub tor: Option<u16>,
}

/// A source at "Safest" who reads English.
pub const SAFEST: Setting = Setting { scripts: false, lang: "en", tor: None };

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Engine::Firefox => "firefox",
            Engine::Chromium => "chromium",
            Engine::Webkit => "webkit",
        }
    }

    /// The driver on a port. Everything that browsers leave behind goes below `home`.
    fn driver(self, port: u16, home: &Path) -> Command {
        // A process namespace of its own, which dies with this thread: so does all of the browser.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "unshare"]);
        command.args(["--pid", "--fork", "--kill-child", "--mount-proc"]);
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--map-current-user"]);
        }
        match self {
            Engine::Firefox => command.args([
                "geckodriver",
                "--allow-system-access",
                "--websocket-port",
                "0",
                "--port",
            ]),
            // WebKitGTK draws on a display only. Its number is the port's: nobody else has it.
            Engine::Webkit => command.args([
                "sh",
                "-c",
                "rm -f /tmp/.X$1-lock /tmp/.X11-unix/X$1; \
                 Xvfb :$1 -screen 0 1400x3000x24 -nolisten tcp & \
                 until [ -S /tmp/.X11-unix/X$1 ]; do sleep 0.05; done; \
                 DISPLAY=:$1 exec WebKitWebDriver --port=$1",
                "sh",
            ]),
            Engine::Chromium => command.arg("chromedriver"),
        };
        match self {
            Engine::Chromium => command.arg(format!("--port={port}")),
            Engine::Firefox | Engine::Webkit => command.arg(port.to_string()),
        };
        command.env("HOME", home).env("TMPDIR", home).env("XDG_DOWNLOAD_DIR", home);
        command
    }

    /// What a session is asked for.
    pub fn capabilities(self, setting: Setting, home: &Path) -> Value {
        // Nobody waits for a page whose frame never ends.
        let mut all = json!({ "pageLoadStrategy": "none", "unhandledPromptBehavior": "ignore" });
        let (key, options) = match self {
            Engine::Firefox => ("moz:firefoxOptions", firefox(setting, home)),
            Engine::Chromium => ("goog:chromeOptions", chromium(setting, home)),
            Engine::Webkit => ("webkitgtk:browserOptions", webkit(setting)),
        };
        all[key] = options;
        all
    }
}

fn firefox(setting: Setting, home: &Path) -> Value {
    let mut options = json!({
        "binary": "/usr/bin/firefox-esr",
        "args": ["-headless"],
        "prefs": {
            "javascript.enabled": setting.scripts,
            "intl.accept_languages": setting.lang,
            // As Tor Browser has it: an onion address is trustworthy without TLS.
            "dom.securecontext.allowlist_onions": true,
            "ui.useOverlayScrollbars": 1,
            "browser.download.folderList": 2,
            "browser.download.dir": home.join("downloads"),
            "browser.download.alwaysOpenPanel": false,
            "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream",
        },
    });
    if let Some(port) = setting.tor {
        let prefs = &mut options["prefs"];
        prefs["network.proxy.type"] = 1.into();
        prefs["network.proxy.socks"] = "127.0.0.1".into();
        prefs["network.proxy.socks_port"] = port.into();
        prefs["network.proxy.socks_remote_dns"] = true.into();
        prefs["network.dns.blockDotOnion"] = false.into();
    }
    options
}

fn chromium(setting: Setting, home: &Path) -> Value {
    json!({
        "binary": "/usr/bin/chromium",
        "args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--hide-scrollbars",
            format!("--user-data-dir={}", home.join("profile").display()),
        ],
        "prefs": {
            "profile.managed_default_content_settings.javascript": if setting.scripts { 1 } else { 2 },
            "intl.accept_languages": setting.lang,
            "download.default_directory": home.join("downloads"),
            "download.prompt_for_download": false,
        },
    })
}

fn webkit(setting: Setting) -> Value {
    // The multiarch folder is named after the architecture.
    let browser = fs::read_dir("/usr/lib").unwrap().flatten();
    let browser = browser.map(|entry| entry.path().join("webkit2gtk-4.1/MiniBrowser"));
    let browser = browser.into_iter().find(|path| path.exists()).expect("MiniBrowser is missing");
    let scripts = format!("--enable-javascript={}", setting.scripts);
    json!({ "binary": browser, "args": ["--automation", scripts] })
}

/// A driver that runs, and everything it started. All of it ends when this is dropped.
pub struct Driver {
    pub url: String,
    pub home: PathBuf,
    process: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl Driver {
    /// What the driver said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("driver.log")).unwrap_or_default()
    }

    /// Starts on a port that is free, and waits until the driver answers.
    pub fn start(engine: Engine) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_owned();
        fs::create_dir(home.join("downloads")).unwrap();
        fs::create_dir_all(home.join(".config/gtk-3.0")).unwrap();
        fs::write(
            home.join(".config/gtk-3.0/gtk.css"),
            "* { min-width: 0; padding: 0; margin: 0; border: 0 }",
        )
        .unwrap();
        // Between our asking and the driver's taking, another may take the port: then once more.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let log = fs::File::create(home.join("driver.log")).unwrap();
            let mut command = engine.driver(port, &home);
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
            let mut process = command.spawn().expect("setpriv (util-linux)");
            let url = format!("http://127.0.0.1:{port}");
            if is_ready(&url, &mut process) {
                return Self { url, home, process, port, _dir: dir };
            }
            kill(&mut process);
        }
        let said = fs::read_to_string(home.join("driver.log")).unwrap_or_default();
        panic!("the driver of {engine:?} does not start:\n{said}");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        kill(&mut self.process);
        // What a display leaves when it is killed.
        for left in [format!("/tmp/.X{}-lock", self.port), format!("/tmp/.X11-unix/X{}", self.port)]
        {
            let _ = fs::remove_file(left);
        }
    }
}

/// Kills `unshare`; the kernel then kills the namespace.
fn kill(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}

/// Waits for the driver to answer, at most for 20 seconds and not when it has ended.
fn is_ready(url: &str, process: &mut Child) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        if process.try_wait().unwrap().is_some() {
            return false;
        }
        if crate::common::curl(&format!("{url}/status"), &["--max-time", "5"]).status == 200 {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}
