//! A browser as a visitor uses it: look, click, type, go back. Every look waits for what it looks for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::Future;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::{ParseError, Url};

use super::engine::{Driver, Engine, Setting};
use crate::common::plain;

/// How long a page may take to show what is looked for.
const PATIENCE: Duration = Duration::from_secs(90);
/// How long a browser may take to start.
const STARTED: Duration = Duration::from_secs(180);
/// How long an upload may take.
const WHOLE: Duration = Duration::from_secs(120);
/// How long one command may take in `WebKit` before it is taken for lost.
const WEBKIT_PATIENCE: Duration = Duration::from_secs(4);

/// A session of one browser. Dropping it ends the browser and its driver.
pub struct Browser {
    pub engine: Engine,
    client: RefCell<Client>,
    session: String,
    runtime: Runtime,
    driver: Driver,
    /// The document that the last action was done on, for `arrived`.
    left: RefCell<Option<Element>>,
    /// The frame that is looked into.
    frame: RefCell<Option<String>>,
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
        let connect = async { tokio::time::timeout(STARTED, builder.connect(&driver.url)).await };
        let Ok(Ok(client)) = runtime.block_on(connect) else {
            panic!("{engine:?} does not start\n{}", driver.log())
        };
        // The session goes on when `reconnect` lets this client go.
        runtime.block_on(client.persist()).unwrap();
        let session = runtime.block_on(client.session_id()).unwrap().unwrap();
        let (left, frame) = <_>::default();
        Self { engine, client: client.into(), session, runtime, driver, left, frame }
    }

    pub fn client(&self) -> Client {
        self.client.borrow().clone()
    }

    /// A driver that answers no more must fail a test, not hold it.
    fn run<T>(&self, future: impl Future<Output = Result<T, CmdError>>) -> Result<T, CmdError> {
        let within = |patience| async move { tokio::time::timeout(patience, future).await };
        if self.engine == Engine::Webkit {
            let done = self.runtime.block_on(within(WEBKIT_PATIENCE));
            return done.unwrap_or_else(|_| {
                self.reconnect();
                Err(CmdError::Lost(ErrorKind::TimedOut.into()))
            });
        }
        let done = self.runtime.block_on(within(PATIENCE));
        done.unwrap_or_else(|_| panic!("{:?} hangs\n{}", self.engine, self.driver.log()))
    }

    /// `WebKit`'s driver now and then never answers what it is asked while one document takes the place of
    /// another. On another connection it answers the next question.
    fn reconnect(&self) {
        let again =
            Client::with_existing_session(&self.driver.url, &self.session, HttpConnector::new());
        let client = self.runtime.block_on(again).unwrap();
        self.runtime.block_on(client.persist()).unwrap();
        self.client.replace(client);
    }

    /// Tries until something is found. What fails for now (no such element yet, a document that is
    /// just being replaced) is tried again.
    pub fn until<T>(
        &self,
        what: &str,
        attempt: impl AsyncFn() -> Result<Option<T>, CmdError>,
    ) -> T {
        let begin = Instant::now();
        loop {
            let last = self.run(attempt());
            if last.as_ref().is_err_and(|e| e.is_no_such_window() || e.is_no_such_frame()) {
                // Of a frame that was just being loaded: in again.
                let _ = self.run(self.enter());
            }
            match last {
                Ok(Some(found)) => return found,
                other if begin.elapsed() > PATIENCE => {
                    let error = other.err().map(|e| format!(" ({e:?})")).unwrap_or_default();
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
        self.act(async || self.client().title().await)
    }

    /// Does something. What `WebKit`'s driver did not answer is done again.
    pub fn act<T>(&self, action: impl AsyncFn() -> Result<T, CmdError>) -> T {
        let begin = Instant::now();
        loop {
            match self.run(action()) {
                Err(e) if is_lost(&e) && begin.elapsed() < PATIENCE => (),
                done => {
                    return done
                        .unwrap_or_else(|e| panic!("{:?}: {e}\n{}", self.engine, self.page()));
                }
            }
        }
    }

    /// The title and everything that can be read on the page, for a failure's message.
    pub fn page(&self) -> String {
        let title = self.run(self.client().title()).unwrap_or_default();
        let url = self.run(self.client().current_url()).map(String::from).unwrap_or_default();
        let text = self.run(async { self.client().find(Locator::Css("body")).await?.text().await });
        format!("[{title}] {url}\n{}", text.unwrap_or_else(|e| e.to_string()))
    }

    /// Opens an address and waits for its document.
    pub fn go(&self, url: &str) {
        self.depart();
        let command =
            Raw { method: Method::POST, path: "url".into(), body: Some(json!({ "url": url })) };
        match self.run(self.client().issue_cmd(command)) {
            // No answer: what arrives decides.
            Err(e) if !is_lost(&e) => panic!("{:?}: {url}: {e}", self.engine),
            _ => self.arrive(),
        }
    }

    /// Remembers the document that stands here now.
    fn depart(&self) {
        *self.left.borrow_mut() = self.run(self.client().find(Locator::Css("html"))).ok();
    }

    /// Waits until another document than the remembered one stands here, with a body.
    fn arrive(&self) {
        let left = self.left.take();
        self.until("another page", async || {
            if let Some(old) = &left
                && self.client().find(Locator::Css("html")).await?.element_id() == old.element_id()
            {
                return Ok(None);
            }
            self.client().find(Locator::Css("body *")).await.map(Some)
        });
    }

    /// Waits for an element that can be seen.
    fn find(&self, css: &str) -> Element {
        self.until(css, async || {
            let element = self.client().find(Locator::Css(css)).await?;
            Ok(element.is_displayed().await?.then_some(element))
        })
    }

    /// Waits for an element that can be seen and returns its text, every space a plain one.
    pub fn see(&self, css: &str) -> String {
        self.until(css, async || {
            let element = self.client().find(Locator::Css(css)).await?;
            let seen = element.is_displayed().await?;
            Ok(if seen { Some(plain(&element.text().await?)) } else { None })
        })
    }

    /// Waits until an element says something.
    pub fn must_say(&self, css: &str, text: &str) {
        self.until(&format!("{text:?} in {css}"), async || {
            let said = plain(&self.client().find(Locator::Css(css)).await?.text().await?);
            Ok(said.contains(text).then_some(()))
        });
    }

    /// The texts of all such elements, now.
    pub fn all(&self, css: &str) -> Vec<String> {
        self.until(css, async || {
            let mut texts = Vec::new();
            for element in self.client().find_all(Locator::Css(css)).await? {
                texts.push(plain(&element.text().await?));
            }
            Ok(Some(texts))
        })
    }

    /// An attribute of an element.
    pub fn attribute(&self, css: &str, name: &str) -> String {
        self.until(&format!("{name} of {css}"), async || {
            self.client().find(Locator::Css(css)).await?.attr(name).await
        })
    }

    /// What stands in a field.
    pub fn typed(&self, css: &str) -> String {
        self.until(css, async || self.client().find(Locator::Css(css)).await?.prop("value").await)
    }

    /// Clicks where a click does not lead to another page.
    pub fn click(&self, css: &str) {
        let element = self.find(css);
        // What the box at the page's end covers is scrolled out from under it by the focus alone.
        if self.run(element.clone().click()).is_err_and(|error| !is_lost(&error)) {
            self.act(async || element.send_keys(&Key::Enter.to_string()).await);
        }
    }

    /// Sends a form whose connection will break: Firefox's driver reports that as the click's failure.
    pub fn click_in_vain(&self, css: &str) {
        let element = self.find(css);
        if self
            .run(element.clone().click())
            .is_err_and(|error| error.to_string().contains("not clickable"))
        {
            let _ = self.run(element.send_keys(&Key::Enter.to_string()));
        }
    }

    /// Clicks and waits for the document that comes instead of this one.
    pub fn follow(&self, css: &str) {
        self.depart();
        self.click(css);
        self.arrive();
    }

    /// Leaves the form's page for the receipt that stands in its frame.
    pub fn whole_receipt(&self) {
        self.follow_out("#whole button");
    }

    /// Presses a button in the frame of the receipt that leads the whole window on, by the keyboard:
    /// Firefox's driver misses with its mouse what it had to scroll to within a frame.
    pub fn follow_out(&self, css: &str) {
        self.depart();
        let left = self.left.take();
        let clicked = RefCell::new(None::<Instant>);
        self.until("the next page", async || {
            let page = self.client().find(Locator::Css("html")).await?;
            if left.as_ref().is_some_and(|old| old.element_id() != page.element_id()) {
                return self.client().find(Locator::Css("body *")).await.map(Some);
            }
            if clicked.borrow().is_none_or(|at| at.elapsed() > Duration::from_secs(3)) {
                self.client().find(Locator::Css("#result")).await?.enter_frame().await?;
                let button = self.client().find(Locator::Css(css)).await;
                let pressed = match &button {
                    Ok(button) => button.send_keys(&Key::Enter.to_string()).await,
                    Err(_) => Ok(()),
                };
                self.client().enter_parent_frame().await?;
                pressed?;
                button?;
                clicked.replace(Some(Instant::now()));
            }
            Ok(None)
        });
    }

    /// Looks at the progress display until it says this; everything that it showed on the way.
    pub fn watch(&self, last: &str) -> BTreeSet<String> {
        let mut shown = BTreeSet::new();
        let begin = Instant::now();
        loop {
            let now = self.inside("#progress", || self.see("p:not(:has(+p))"));
            let over = now.contains(last);
            shown.insert(now);
            if over {
                return shown;
            }
            assert!(
                begin.elapsed() < WHOLE,
                "{last:?} never came: {shown:#?}\n{}",
                self.inside("#result", || self.page())
            );
        }
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

    /// Empties a field.
    pub fn clear(&self, css: &str) {
        let element = self.find(css);
        self.act(async || element.clear().await);
    }

    /// Chooses files, as the dialog of a file field does.
    pub fn choose(&self, css: &str, files: &[PathBuf]) {
        let paths: Vec<_> = files.iter().map(|path| path.to_str().unwrap()).collect();
        self.type_in(css, &paths.join("\n"));
    }

    /// Presses a key where the focus is. `fantoccini::key::Key` has those without a character.
    pub fn press(&self, key: Key) {
        let value = char::from(key);
        self.act(async || {
            let keys = KeyActions::new("keys".into())
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
            self.client().perform_actions(keys).await
        });
    }

    /// The element that has the focus, as HTML.
    pub fn focused(&self) -> String {
        self.act(async || self.client().active_element().await?.html(false).await)
    }

    /// Looks into a frame, and comes back out to the page.
    pub fn inside<T>(&self, frame: &str, look: impl FnOnce() -> T) -> T {
        self.find(frame);
        self.frame.replace(Some(frame.into()));
        self.until(frame, async || self.enter().await.map(Some));
        let found = look();
        self.frame.take();
        self.top();
        found
    }

    /// Into the frame that is looked into, from wherever.
    async fn enter(&self) -> Result<(), CmdError> {
        let frame = self.frame.borrow().clone().unwrap_or_default();
        self.client().issue_cmd(Raw::top()).await?;
        self.client().find(Locator::Css(&frame)).await?.enter_frame().await
    }

    /// Out of every frame, also of one that is no more.
    pub fn top(&self) {
        self.act(async || self.client().issue_cmd(Raw::top()).await);
    }

    /// "Back". Whatever comes is the next look's business.
    pub fn back(&self) {
        self.depart();
        self.act(async || self.client().back().await);
        self.arrive_again();
    }

    /// "Reload", and yes to "send the form again?" where the browser asks.
    pub fn reload(&self) {
        self.depart();
        self.act(async || self.client().refresh().await);
        self.arrive_again();
    }

    /// The same as `arrive` where the browser may ask whether to send a form again.
    fn arrive_again(&self) {
        let left = self.left.take();
        self.until("the page again", async || {
            if self.client().get_alert_text().await.is_ok() {
                self.client().accept_alert().await?;
            }
            if let Some(old) = &left
                && self.client().find(Locator::Css("html")).await?.element_id() == old.element_id()
            {
                return Ok(None);
            }
            self.client().find(Locator::Css("body *")).await.map(Some)
        });
    }

    /// Waits for a download of this name (`#` is any digit) to be whole, and returns where it is.
    pub fn downloaded(&self, name: &str) -> PathBuf {
        let folders = [self.driver.home.join("downloads"), self.driver.home.clone()];
        let is_named = |path: &PathBuf| {
            let found = path.file_name().unwrap().to_string_lossy().into_owned();
            let fits =
                |(c, wanted): (char, char)| c == wanted || wanted == '#' && c.is_ascii_digit();
            found.chars().count() == name.chars().count()
                && found.chars().zip(name.chars()).all(fits)
        };
        let begin = Instant::now();
        loop {
            let files =
                folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
            let file = files.map(|entry| entry.unwrap().path()).find(is_named);
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

    /// A `WebDriver` command that fantoccini has no name for.
    pub fn raw(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let command = Raw { method, path: path.into(), body };
        self.act(async || self.client().issue_cmd(command.clone()).await)
    }
}

fn is_lost(error: &CmdError) -> bool {
    matches!(error, CmdError::Lost(e) if e.kind() == ErrorKind::TimedOut)
}

#[derive(Clone, Debug)]
struct Raw {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl Raw {
    /// Out of every frame.
    fn top() -> Self {
        Self { method: Method::POST, path: "frame".into(), body: Some(json!({ "id": null })) }
    }
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (self.method.clone(), self.body.as_ref().map(Value::to_string))
    }
}
