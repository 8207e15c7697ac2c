//! Tools of others look at every page: the Nu checker at the HTML that was sent, axe-core at what a
//! browser makes of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::browser::Browser;
use super::engine::{Engine, SAFEST, Setting};
use super::replay::Replay;
use super::tour::State;
use crate::common::ok;

/// What `npm ci` put there, see `tests/run`.
fn module(path: &str) -> PathBuf {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks/node_modules");
    let found = modules.join(path);
    assert!(found.exists(), "{} is missing: cd tests/checks && npm ci", found.display());
    found
}

/// No error, no warning, no remark, and no rule switched off.
pub fn the_html_of_every_page_is_valid(states: &[State], name: &str) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/out").join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    for state in states {
        let file = dir.join(format!("{}.html", state.full_name()));
        fs::write(file, &state.answer.bytes).unwrap();
    }
    let mut checker = Command::new("java");
    checker.arg("-jar").arg(module("vnu-jar/build/dist/vnu.jar"));
    let output = checker.args(["--stdout", "--exit-zero-always"]).arg(&dir).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.is_empty(), "{said}");
    the_checker_sees_faults(&dir);
}

/// A silent checker proves nothing unless it speaks of a fault.
fn the_checker_sees_faults(dir: &Path) {
    let file = dir.join("fault.html");
    fs::write(&file, "<!doctype html><html lang=en><title>x</title><p><ul></ul></p>").unwrap();
    let mut checker = Command::new("java");
    checker.arg("-jar").arg(module("vnu-jar/build/dist/vnu.jar"));
    let said = ok(checker.args(["--stdout", "--exit-zero-always"]).arg(&file)).stdout;
    fs::remove_file(file).unwrap();
    assert!(!said.is_empty());
}

const DONE: &str = "arguments[arguments.length - 1]()";
/// A frame is transparent: what lies beneath it has this colour, which axe does not look up.
const BENEATH: &str = "document.documentElement.style.background = 'var(--card)'";
const RULES: &str = "const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: tags, resultTypes: ['violations'] })
        .then(r => done({ violations: r.violations, passes: r.passes.length }), e => done(String(e)));";

/// WCAG 2.2 AA and axe's best practices: right to left on a phone in light, left to right on a desk in the
/// dark. The elements are the same in every language.
pub fn axe_finds_no_barrier_on_any_page(states: &[State]) {
    let axe = fs::read_to_string(module("axe-core/axe.min.js")).unwrap();
    let replay = Replay::of(states);
    // axe is a script: this visitor alone runs any.
    let browser = Browser::open(Engine::Chromium, Setting { scripts: true, ..SAFEST });
    let mut barriers = Vec::new();
    for (width, dark, lang) in [(360, false, "ar"), (1280, true, "en")] {
        browser.dark(dark);
        browser.resize(width, 900);
        for (number, state) in states.iter().enumerate().filter(|(_, state)| state.lang == lang) {
            let page = state.page();
            let place = if page.is_framed() { "/framed" } else { "" };
            browser.go(&format!("{}{place}/{number}", replay.base));
            browser.unfold();
            for frame in ["iframe[src]", "iframe[srcdoc]"] {
                if page.is_framed() && frame == "iframe[src]" || !page.all(frame).is_empty() {
                    browser.inside(frame, || browser.script(&format!("{BENEATH}; {axe}; {DONE}")));
                }
            }
            let result = browser.script(&format!("{axe}; {RULES}"));
            assert!(result["passes"].as_u64() > Some(10), "{}: {result}", state.name);
            let violations = result["violations"].as_array().unwrap().iter();
            barriers
                .extend(violations.map(|v| {
                    format!("{} at {width}, dark {dark}: {}", state.full_name(), told(v))
                }));
        }
    }
    assert!(barriers.is_empty(), "{} barriers\n{}", barriers.len(), barriers.join("\n"));
}

/// A violation: its rule, what helps, and where.
fn told(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().unwrap().iter();
    let nodes: Vec<_> =
        nodes.map(|n| format!("\n    {}\n    {}", n["html"], n["failureSummary"])).collect();
    format!("{} ({}){}", violation["id"], violation["help"], nodes.concat())
}
