//! What a browser shows: its size, its colours, pictures of it, and scripts that ask it.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::Method;
use serde_json::{Value, json};

use super::browser::Browser;
use super::engine::Engine;

impl Browser {
    /// Runs a script by the driver, which the site's policy does not bind.
    pub fn script(&self, script: &str) -> Value {
        self.act(async || self.client().execute_async(script, vec![]).await)
    }

    /// Runs a script by the driver, also where the page itself may run none.
    pub fn run_script(&self, script: &str) -> Value {
        self.act(async || self.client().execute(script, vec![]).await)
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
            let wide = self.client().execute("return innerWidth", vec![]).await?;
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
        let png = self.act(async || self.client().screenshot().await);
        self.resize(number("width"), number("height"));
        png
    }
}
