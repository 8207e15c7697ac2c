//! A browser as a visitor uses it: look, click, type, go back. Every look waits for what it looks for.

use std::cell::RefCell;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::{ParseError, Url};

use crate::engine::{Driver, Engine, Setting};

/// How long a page may take to show what is looked for.
const PATIENCE: Duration = Duration::from_secs(40);

/// A session of one browser. Dropping it ends the browser and its driver.
pub struct Browser {
    pub engine: Engine,
    client: Client,
    runtime: Runtime,
    driver: Driver,
    /// The document that the last action was done on, for `arrived`.
    left: RefCell<Option<Element>>,
}

impl Browser {
    pub fn open(engine: Engine, setting: Setting) -> Self {
        let driver = Driver::start(engine);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let Value::Object(capabilities) = engine.capabilities(setting, &driver.home) else {
            panic!("capabilities are an object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let client = runtime.block_on(builder.connect(&driver.url));
        let client = client.unwrap_or_else(|e| panic!("{engine:?}: {e}\n{}", driver.log()));
        Self { engine, client, runtime, driver, left: RefCell::default() }
    }

    /// A driver that answers no more must fail a test, not hold it.
    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let within = async { tokio::time::timeout(PATIENCE, future).await };
        let done = self.runtime.block_on(within);
        done.unwrap_or_else(|_| panic!("{:?} hangs\n{}", self.engine, self.driver.log()))
    }

    /// Tries until something is found. What fails for now (no such element yet, a document that is
    /// just being replaced) is tried again.
    fn until<T>(&self, what: &str, attempt: impl AsyncFn() -> Result<Option<T>, CmdError>) -> T {
        let begin = Instant::now();
        loop {
            let last = self.run(attempt());
            match last {
                Ok(Some(found)) => return found,
                other if begin.elapsed() > PATIENCE => {
                    let error = other.err().map(|e| format!(" ({e})")).unwrap_or_default();
                    panic!(
                        "{:?}: waited in vain for {what}{error} on\n{}",
                        self.engine,
                        self.page()
                    );
                }
                _ => std::thread::sleep(Duration::from_millis(40)),
            }
        }
    }

    pub fn title(&self) -> String {
        self.act(async || self.client.title().await)
    }

    /// Does something once. What WebKit's driver did not begin within its time is begun again.
    fn act<T>(&self, action: impl AsyncFn() -> Result<T, CmdError>) -> T {
        let begin = Instant::now();
        loop {
            match self.run(action()) {
                Err(e) if is_timeout(&e) && begin.elapsed() < PATIENCE => (),
                done => {
                    return done
                        .unwrap_or_else(|e| panic!("{:?}: {e}\n{}", self.engine, self.page()));
                }
            }
        }
    }

    /// The title and everything that can be read on the page, for a failure's message.
    pub fn page(&self) -> String {
        let title = self.run(self.client.title()).unwrap_or_default();
        let url = self.run(self.client.current_url()).map(String::from).unwrap_or_default();
        let text = self.run(async { self.client.find(Locator::Css("body")).await?.text().await });
        format!("[{title}] {url}\n{}", text.unwrap_or_else(|e| e.to_string()))
    }

    /// Opens an address and waits for its document.
    pub fn go(&self, url: &str) {
        self.depart();
        let command =
            Raw { method: Method::POST, path: "url".into(), body: Some(json!({ "url": url })) };
        match self.run(self.client.issue_cmd(command)) {
            // WebKit's driver may say so of a page that is there: what arrives decides.
            Err(e) if !is_timeout(&e) => panic!("{:?}: {url}: {e}", self.engine),
            _ => self.arrive(),
        }
    }

    /// Remembers the document that stands here now.
    fn depart(&self) {
        *self.left.borrow_mut() = self.run(self.client.find(Locator::Css("html"))).ok();
    }

    /// Waits until another document than the remembered one stands here, with a body.
    fn arrive(&self) {
        let left = self.left.take();
        self.until("another page", async || {
            if let Some(old) = &left
                && self.client.find(Locator::Css("html")).await?.element_id() == old.element_id()
            {
                return Ok(None);
            }
            self.client.find(Locator::Css("body *")).await.map(Some)
        });
    }

    /// Waits for an element that can be seen.
    fn find(&self, css: &str) -> Element {
        self.until(css, async || {
            let element = self.client.find(Locator::Css(css)).await?;
            Ok(element.is_displayed().await?.then_some(element))
        })
    }

    /// Waits for an element that can be seen and returns its text, every space a plain one.
    pub fn see(&self, css: &str) -> String {
        self.until(css, async || {
            let element = self.client.find(Locator::Css(css)).await?;
            let seen = element.is_displayed().await?;
            Ok(if seen { Some(plain(&element.text().await?)) } else { None })
        })
    }

    /// Waits until an element says something.
    pub fn must_say(&self, css: &str, text: &str) {
        self.until(&format!("{text:?} in {css}"), async || {
            let said = plain(&self.client.find(Locator::Css(css)).await?.text().await?);
            Ok(said.contains(text).then_some(()))
        });
    }

    /// The texts of all such elements, now.
    pub fn all(&self, css: &str) -> Vec<String> {
        self.until(css, async || {
            let mut texts = Vec::new();
            for element in self.client.find_all(Locator::Css(css)).await? {
                texts.push(plain(&element.text().await?));
            }
            Ok(Some(texts))
        })
    }

    /// An attribute of an element.
    pub fn attribute(&self, css: &str, name: &str) -> String {
        self.until(&format!("{name} of {css}"), async || {
            self.client.find(Locator::Css(css)).await?.attr(name).await
        })
    }

    /// Clicks where a click does not lead to another page.
    pub fn click(&self, css: &str) {
        let element = self.find(css);
        self.act(async || element.click().await);
    }

    /// Sends a form whose connection will break: Firefox's driver reports that as the click's failure.
    pub fn click_in_vain(&self, css: &str) {
        let element = self.find(css);
        let _ = self.run(element.click());
    }

    /// Clicks and waits for the document that comes instead of this one.
    pub fn follow(&self, css: &str) {
        self.depart();
        self.click(css);
        self.arrive();
    }

    /// Leaves the form's page for the receipt that stands in its frame, by the keyboard: Firefox's driver
    /// misses with its mouse what it had to scroll to within a frame.
    pub fn whole_receipt(&self) {
        self.depart();
        let left = self.left.take();
        let clicked = RefCell::new(None::<Instant>);
        self.until("the receipt as a page", async || {
            let page = self.client.find(Locator::Css("html")).await?;
            if left.as_ref().is_some_and(|old| old.element_id() != page.element_id()) {
                return self.client.find(Locator::Css("body *")).await.map(Some);
            }
            if clicked.borrow().is_none_or(|at| at.elapsed() > Duration::from_secs(3)) {
                self.client.find(Locator::Css("#result")).await?.enter_frame().await?;
                let button = self.client.find(Locator::Css("#whole button")).await;
                let pressed = match &button {
                    Ok(button) => button.send_keys(&Key::Enter.to_string()).await,
                    Err(_) => Ok(()),
                };
                self.client.enter_parent_frame().await?;
                pressed?;
                button?;
                clicked.replace(Some(Instant::now()));
            }
            Ok(None)
        });
    }

    /// Types text at the end of what stands there.
    pub fn type_in(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.act(async || element.send_keys(text).await);
    }

    /// Replaces what stands there.
    pub fn retype(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.act(async || element.clear().await);
        self.act(async || element.send_keys(text).await);
    }

    /// Chooses files, as the dialog of a file field does.
    pub fn choose(&self, css: &str, files: &[PathBuf]) {
        let paths: Vec<_> = files.iter().map(|path| path.to_str().unwrap()).collect();
        self.type_in(css, &paths.join("\n"));
    }

    /// Presses a key where the focus is. `fantoccini::key::Key` has those without a character.
    pub fn press(&self, key: Key) {
        let value = char::from(key);
        let keys = KeyActions::new("keys".into())
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        self.run(self.client.perform_actions(keys)).unwrap();
    }

    /// The element that has the focus, as HTML.
    pub fn focused(&self) -> String {
        self.act(async || self.client.active_element().await?.html(false).await)
    }

    /// Looks into a frame, and comes back out to the page.
    pub fn inside<T>(&self, frame: &str, look: impl FnOnce() -> T) -> T {
        let element = self.find(frame);
        self.act(async || element.clone().enter_frame().await);
        let found = look();
        self.top();
        found
    }

    /// Out of every frame, also of one that is no more.
    pub fn top(&self) {
        self.raw(Method::POST, "frame", Some(json!({ "id": null })));
    }

    /// "Back". Whatever comes is the next look's business.
    pub fn back(&self) {
        self.depart();
        self.act(async || self.client.back().await);
        self.arrive_again();
    }

    /// "Reload", and yes to "send the form again?" where the browser asks.
    pub fn reload(&self) {
        self.depart();
        self.act(async || self.client.refresh().await);
        self.arrive_again();
    }

    /// The same as `arrive` where the browser may ask whether to send a form again.
    fn arrive_again(&self) {
        let left = self.left.take();
        self.until("the page again", async || {
            if self.client.get_alert_text().await.is_ok() {
                self.client.accept_alert().await?;
            }
            if let Some(old) = &left
                && self.client.find(Locator::Css("html")).await?.element_id() == old.element_id()
            {
                return Ok(None);
            }
            self.client.find(Locator::Css("body *")).await.map(Some)
        });
    }

    /// Waits for a download of this name to be whole, and returns where it is.
    pub fn downloaded(&self, name: &str) -> PathBuf {
        let folders = [self.driver.home.join("downloads"), self.driver.home.clone()];
        let begin = Instant::now();
        loop {
            let file = folders.iter().map(|folder| folder.join(name)).find(|file| file.exists());
            // Firefox fills NAME.part beside an empty NAME, the others rename at the end.
            if let Some(file) = file
                && !file.with_extension("part").exists()
                && std::fs::metadata(&file).unwrap().len() > 0
            {
                return file;
            }
            assert!(begin.elapsed() < PATIENCE, "{name} was not downloaded\n{}", self.page());
            std::thread::sleep(Duration::from_millis(40));
        }
    }

    /// Runs a script by the driver, which the site's policy does not bind.
    pub fn script(&self, script: &str) -> Value {
        self.act(async || self.client.execute_async(script, vec![]).await)
    }

    /// A `WebDriver` command that fantoccini has no name for.
    pub fn raw(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let command = Raw { method, path: path.into(), body };
        self.act(async || self.client.issue_cmd(command.clone()).await)
    }

    /// Runs a script by the driver, also where the page itself may run none.
    pub fn run_script(&self, script: &str) -> Value {
        self.act(async || self.client.execute(script, vec![]).await)
    }

    /// Opens everything that can be unfolded.
    pub fn unfold(&self) {
        self.run_script("document.querySelectorAll('details').forEach(d => { d.open = true })");
    }

    /// Gives the window a size; its width is the page's.
    pub fn resize(&self, width: u64, height: u64) {
        let size = json!({ "width": width, "height": height });
        self.raw(Method::POST, "window/rect", Some(size));
        if self.engine == Engine::Firefox {
            // Its window does not become narrower than 500 px: the page in it does.
            let context = |name| Some(json!({ "context": name }));
            self.raw(Method::POST, "moz/context", context("chrome"));
            self.run_script(&format!(
                "const page = gBrowser.selectedBrowser.style;
                 page.minWidth = page.maxWidth = page.width = '{width}px';"
            ));
            self.raw(Method::POST, "moz/context", context("content"));
        }
        self.until("the window's width", async || {
            let wide = self.client.execute("return innerWidth", vec![]).await?;
            Ok((wide == width).then_some(()))
        });
    }

    /// Whether the visitor's system is dark (Chromium alone).
    pub fn dark(&self, dark: bool) {
        let scheme = json!([{ "name": "prefers-color-scheme",
            "value": if dark { "dark" } else { "light" } }]);
        let command =
            json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": scheme } });
        self.raw(Method::POST, "goog/cdp/execute", Some(command));
    }

    /// A picture of the whole page: `tests/out/screens/<engine>/<name>.png`.
    pub fn picture(&self, name: &str) {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/out/screens");
        let dir = dir.join(self.engine.name());
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join(format!("{name}.png")), self.screenshot()).unwrap();
    }

    fn screenshot(&self) -> Vec<u8> {
        if self.engine == Engine::Firefox {
            let png = self.raw(Method::GET, "moz/screenshot/full", None);
            return BASE64_STANDARD.decode(png.as_str().unwrap()).unwrap();
        }
        if self.engine == Engine::Chromium {
            let page = json!({ "captureBeyondViewport": true });
            let command = json!({ "cmd": "Page.captureScreenshot", "params": page });
            let png = self.raw(Method::POST, "goog/cdp/execute", Some(command));
            return BASE64_STANDARD.decode(png["data"].as_str().unwrap()).unwrap();
        }
        let rect = self.raw(Method::GET, "window/rect", None);
        let number = |name: &str| rect[name].as_u64().unwrap();
        let page = self
            .run_script("return outerHeight - innerHeight + document.documentElement.scrollHeight");
        self.resize(number("width"), page.as_u64().unwrap());
        let png = self.act(async || self.client.screenshot().await);
        self.resize(number("width"), number("height"));
        png
    }
}

fn is_timeout(error: &CmdError) -> bool {
    matches!(error, CmdError::Standard(e) if e.error == ErrorStatus::Timeout)
}

/// Every space a plain one, without the marks that isolate text of another direction.
fn plain(text: &str) -> String {
    text.replace(['\u{2068}', '\u{2069}'], "").replace(['\u{a0}', '\u{202f}'], " ")
}

#[derive(Clone, Debug)]
struct Raw {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}
