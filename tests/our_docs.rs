//! The documents, as their readers take them. A block of code begins with one of these:
//!
//! - `sh`: run here, as it stands, block by block in order, each in a shell of its own.
//! - `console`: the same, line by line after `$ `, and what is printed is compared. `…` stands for anything within a
//!   line; alone, for any lines.
//! - `sh example: WHERE` (or `powershell`): not run here. WHERE names what tries it, or says that nothing does.
//! - `text`, `toml`: nothing to run; keys of `toml` are looked up.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::held::act;
use crate::common::*;

const DOCS: [&str; 10] = [
    "ARCHITECTURE.md",
    "README.md",
    "SECURITY.md",
    "THREAT_MODEL.md",
    "docs/archive.md",
    "docs/editor.md",
    "docs/operator.md",
    "docs/tails.md",
    "docs/windows.md",
    "tests/bench/README.md",
];

/// Those with a test below that runs their blocks.
const RUN: [&str; 3] = ["docs/editor.md", "docs/operator.md", "docs/tails.md"];

/// What is typed wherever a passphrase is asked for.
const PASSPHRASE: &str = "trois petits chats noirs";

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(here().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A block of code: what stands behind the fence, and its lines.
struct Block {
    info: String,
    lines: Vec<String>,
}

/// The blocks of a document, and its lines outside of them.
fn parts(doc: &str) -> (Vec<Block>, Vec<String>) {
    let (mut blocks, mut prose, mut open) = (Vec::new(), Vec::new(), None::<Block>);
    for line in read(doc).lines() {
        match (open.take(), line.strip_prefix("```")) {
            (None, Some(info)) => open = Some(Block { info: info.into(), lines: Vec::new() }),
            (None, None) => prose.push(line.to_owned()),
            (Some(block), Some(_)) => blocks.push(block),
            (Some(mut block), None) => {
                block.lines.push(line.to_owned());
                open = Some(block);
            }
        }
    }
    assert!(open.is_none(), "{doc}: a block does not end");
    (blocks, prose)
}

/// Pieces between two marks: those at odd places stand within.
fn within(text: &str, mark: char) -> Vec<String> {
    let pieces: Vec<_> = text.split(mark).collect();
    assert!(pieces.len() % 2 == 1, "a {mark} is left open: {}", pieces.last().unwrap());
    pieces.into_iter().skip(1).step_by(2).map(one_line).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a line is what was expected: `…` is anything.
fn fits(expected: &str, line: &str) -> bool {
    let pieces: Vec<_> = expected.split('…').collect();
    let [first, middle @ .., last] = pieces.as_slice() else { return expected == line };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for piece in middle {
        let Some((_, behind)) = rest.split_once(piece) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

/// Whether lines are what was expected: a line `…` is any number of them.
fn all_fit(expected: &[String], lines: &[String]) -> bool {
    match expected {
        [] => lines.is_empty(),
        [any, rest @ ..] if any == "…" => {
            (0..=lines.len()).any(|skipped| all_fit(rest, &lines[skipped..]))
        }
        [first, rest @ ..] => {
            lines.first().is_some_and(|line| fits(first, line)) && all_fit(rest, &lines[1..])
        }
    }
}

#[test]
fn what_differs_from_a_transcript_would_be_seen() {
    let lines = |text: &str| text.split('|').map(ToOwned::to_owned).collect::<Vec<_>>();
    for (expected, printed, same) in [
        ("a|b", "a|b", true),
        ("a|b", "a|c", false),
        ("a", "a|b", false),
        ("key …|…|end", "key 1|x|y|end", true),
        ("key …|…|end", "key 1|end", true),
        ("key …|…|end", "kex 1|end", false),
        ("… of …s", "1 of 2 files", true),
        ("… of …s", "1 of 2 file", false),
    ] {
        assert_eq!(all_fit(&lines(expected), &lines(printed)), same, "{expected} {printed}");
    }
}

#[test]
fn every_block_is_run_or_says_what_tries_it() {
    for doc in DOCS {
        let (blocks, prose) = parts(doc);
        for Block { info, lines } in blocks {
            let (kind, example) = match info.split_once(" example: ") {
                Some((kind, example)) => (kind, Some(example)),
                None => (info.as_str(), None),
            };
            match (kind, example) {
                ("sh" | "console", None) => {
                    assert!(RUN.contains(&doc), "{doc}: nothing runs {lines:?}");
                }
                ("sh" | "powershell", Some(example)) => {
                    let words = example.split([' ', ',']);
                    let is_path = |word: &&str| word.starts_with("tests/");
                    for path in words.filter(is_path) {
                        assert!(here().join(path).exists(), "{doc}: {path} is not there");
                    }
                    assert!(!example.trim().is_empty(), "{doc}: {lines:?}");
                }
                ("text" | "toml", None) => {}
                _ => panic!("{doc}: what is a block of {info:?}?"),
            }
        }
        let indented = prose.iter().find(|line| line.starts_with("    "));
        assert!(indented.is_none(), "{doc}: a block without a fence: {indented:?}");
    }
}

/// The words of a command line that are the program's own business.
fn is_known(root: &clap::Command, words: &[&str]) -> bool {
    let mut command = root;
    for word in words {
        let word = word.trim_end_matches([',', ';', ':', '.', ')', '"']);
        if let Some(inner) = command.find_subcommand(word) {
            command = inner;
        } else if let Some(long) = word.strip_prefix("--") {
            let long = long.split('=').next();
            if !command.get_arguments().any(|arg| arg.get_long() == long) {
                return false;
            }
        } else if let Some(short) = word.strip_prefix('-').and_then(|rest| rest.chars().next()) {
            if !command.get_arguments().any(|arg| arg.get_short() == Some(short)) {
                return false;
            }
        } else if std::ptr::eq(command, root) {
            return false;
        }
    }
    true
}

#[test]
fn every_command_and_option_that_is_named_exists() {
    let mut root = sourdine::cli::command();
    root.build();
    let mut seen = 0;
    for doc in DOCS {
        let (blocks, prose) = parts(doc);
        let spans = within(&prose.join("\n"), '`');
        let lines = blocks.into_iter().filter(|block| !block.info.starts_with("text"));
        for line in spans.into_iter().chain(lines.flat_map(|block| block.lines)) {
            let line = line.trim_start_matches("$ ").trim_start_matches("~/");
            let Some(rest) = line.strip_prefix("sourdine ") else { continue };
            let rest = rest.split(['|', '>', '&']).next().unwrap();
            let words: Vec<_> = rest.split_whitespace().collect();
            assert!(is_known(&root, &words), "{doc}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} were seen");
    assert!(!is_known(&root, &["opne"]) && !is_known(&root, &["open", "--outptu", "x"]));
}

/// `a.b` of the configuration, in the embedded default.
fn has_key(known: &toml::Table, table: &str, key: &str) -> bool {
    let found = match known.get(table) {
        Some(toml::Value::Array(tables)) => tables[0].as_table(),
        Some(other) => other.as_table(),
        None => None,
    };
    found.is_some_and(|table| table.contains_key(key))
}

#[test]
fn every_key_of_the_configuration_that_is_named_exists() {
    let known: toml::Table = sourdine::config::DEFAULT.parse().unwrap();
    let mut seen = 0;
    let mut look = |doc: &str, table: &str, key: &str| {
        seen += 1;
        assert!(has_key(&known, table, key), "{doc}: {table}.{key}");
    };
    for doc in DOCS {
        let (blocks, prose) = parts(doc);
        for block in blocks.iter().filter(|block| block.info == "toml") {
            let typed: toml::Table = block.lines.join("\n").parse().unwrap();
            for (table, keys) in &typed {
                keys.as_table().unwrap().keys().for_each(|key| look(doc, table, key));
            }
        }
        for span in within(&prose.join("\n"), '`') {
            let Some((table, key)) = span.split_once('.') else { continue };
            if known.contains_key(table) && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            {
                look(doc, table, key);
            }
        }
    }
    assert!(seen > 15, "only {seen} were seen");
}

/// As a heading is linked to.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[test]
fn every_link_leads_to_a_heading_that_is_there() {
    let headings = |doc: &Path| -> BTreeSet<String> {
        let text = fs::read_to_string(doc).unwrap();
        let lines = text.lines().filter(|line| line.starts_with('#'));
        lines.map(|line| slug(line.trim_start_matches('#'))).collect()
    };
    let mut seen = 0;
    for doc in DOCS.into_iter().chain(["CHANGELOG.md"]) {
        let prose = parts(doc).1.join("\n");
        for (at, _) in prose.match_indices("](") {
            let target = prose[at + 2..].split(')').next().unwrap();
            if target.contains("://") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let from = here().join(doc);
            let to = if path.is_empty() { from } else { from.parent().unwrap().join(path) };
            assert!(to.exists(), "{doc}: {target}");
            assert!(anchor.is_empty() || headings(&to).contains(anchor), "{doc}: {target}");
            seen += 1;
        }
    }
    assert!(seen > 25, "only {seen} were seen");
}

fn text_below(dir: &Path, text: &mut String) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        if entry.path().is_dir() {
            text_below(&entry.path(), text);
        } else if let Ok(content) = fs::read_to_string(entry.path()) {
            text.extend([content.as_str(), "\n"]);
        }
    }
}

/// In italics stands what the program says: a button, a page, a message. `…` stands for a value.
#[test]
fn what_is_quoted_from_the_program_is_what_it_says() {
    let mut program = read("templates/locales/en/main.ftl");
    text_below(&here().join("src"), &mut program);
    text_below(&here().join("deploy"), &mut program);
    // Texts in the source go over several lines.
    let mut joined = String::new();
    for line in program.lines() {
        match line.strip_suffix('\\') {
            Some(continued) => joined.push_str(continued.trim_start()),
            None => joined.extend([line.trim_start(), " "]),
        }
    }
    let program = one_line(&joined).replace("\\\"", "\"");
    for doc in ["docs/editor.md", "docs/operator.md"] {
        let prose = parts(doc).1.join("\n");
        let outside: String = prose.split('`').step_by(2).collect();
        let quoted = within(&outside.replace("**", ""), '*');
        assert!(quoted.len() > 15, "{doc}: {quoted:?}");
        for piece in quoted.iter().flat_map(|quoted| quoted.split('…')) {
            assert!(program.contains(piece.trim()), "{doc}: nothing says {piece:?}");
        }
    }
}

/// Tests that a text names: `` `file`: `name`, `name` ``; a name may be cut with `…`.
fn named_tests(text: &str) -> Vec<(String, Option<String>)> {
    let (mut found, mut file) = (Vec::new(), None::<String>);
    let pieces: Vec<_> = text.split('`').collect();
    for (at, span) in pieces.iter().enumerate().skip(1).step_by(2) {
        let is_path = ["tests/", "src/"].iter().any(|dir| span.starts_with(dir));
        let joint = one_line(pieces[at - 1]);
        if is_path {
            file = Some((*span).to_owned());
            found.push(((*span).to_owned(), None));
        } else if let (Some(file), ":" | "," | "and") = (&file, joint.as_str()) {
            found.push((file.clone(), Some((*span).to_owned())));
        } else {
            file = None;
        }
    }
    found
}

/// Fails unless the file is there, and has exactly one function of this name.
fn must_exist((file, name): &(String, Option<String>)) {
    assert!(here().join(file).exists(), "{file} is not there");
    let Some(name) = name else { return };
    let text = read(file);
    let of = |rest: &str| {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    let all: BTreeSet<_> = text.split("fn ").skip(1).map(of).collect();
    let found: Vec<_> = match name.strip_suffix('…') {
        Some(begin) => all.iter().filter(|found| found.starts_with(begin)).collect(),
        None => all.iter().filter(|found| *found == name).collect(),
    };
    assert_eq!(found.len(), 1, "{file}: {name} is {found:?}");
}

/// Every point of a list under **Never** or **Holds**.
#[test]
fn every_promise_names_a_test_that_exists() {
    let (_, prose) = parts("THREAT_MODEL.md");
    named_tests(&prose.join("\n")).iter().for_each(must_exist);
    let (mut is_promise, mut promises) = (false, Vec::<String>::new());
    for line in &prose {
        if line.starts_with('#') || line.starts_with("**") {
            is_promise = line.starts_with("**Never**") || line.starts_with("**Holds**");
        } else if is_promise && line.starts_with("- ") {
            promises.push(line.clone());
        } else if is_promise && line.starts_with("  ") {
            promises.last_mut().unwrap().extend([" ", line.trim()]);
        }
    }
    assert!(promises.len() > 60, "only {} were seen", promises.len());
    for promise in promises {
        let tests = named_tests(&promise);
        let is_shown = tests.iter().any(|(_, name)| name.is_some());
        assert!(is_shown || promise.contains("**not shown yet**"), "{promise}");
    }
}

#[test]
fn no_cell_of_a_table_is_longer_than_two_lines() {
    for doc in DOCS {
        for line in parts(doc).1.iter().filter(|line| line.starts_with('|')) {
            let longest = line.split('|').map(|cell| cell.trim().chars().count()).max();
            assert!(longest.unwrap() <= 160, "{doc}: {line}");
        }
    }
}

/// Somebody who follows a document at a terminal.
struct Reader {
    home: PathBuf,
    /// Where each block begins.
    dir: PathBuf,
    /// Where programs are.
    path: String,
    config: Option<PathBuf>,
}

impl Reader {
    fn shell(&self, script: &str) -> String {
        let mut env = Command::new("env");
        env.args(["-i", "LANG=C.UTF-8", "TERM=dumb", "PINENTRY_PROGRAM=none"]);
        env.arg(format!("HOME={}", self.home.display()));
        env.arg(format!("PATH={}/usr/bin:/bin", self.path));
        if let Some(config) = &self.config {
            env.arg(format!("SOURDINE_CONFIG={}", config.display()));
        }
        env.args(["bash", "-c"]).arg(format!("cd '{}'; {script}", self.dir.display()));
        let output = at_a_terminal(&mut env, &[("assphrase", PASSPHRASE); 8]);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Does what a document says. `before` each command sees it and all that was printed so far.
    fn follow(&self, doc: &str, mut before: impl FnMut(&str, &str)) {
        let mut said = String::new();
        for Block { info, lines } in parts(doc).0 {
            match info.as_str() {
                "sh" => {
                    let script = lines.join("\n");
                    before(&script, &said);
                    said += &self.shell(&format!("set -e\n{script}"));
                }
                "console" => {
                    for (command, expected) in transcript(&lines) {
                        before(&command, &said);
                        // A pipe gets no bars of progress.
                        let script = format!("( {command} ) 2>&1 | cat; exit ${{PIPESTATUS[0]}}");
                        let printed = self.shell(&script);
                        // Where the terminal was quicker than the program, it shows what was typed.
                        let shown = printed.replace(PASSPHRASE, "");
                        let lines = shown.lines().map(|line| line.trim().to_owned());
                        // What is said of the disk depends on this machine's.
                        let is_said = |line: &String| {
                            !line.is_empty() && !line.contains("does not look encrypted")
                        };
                        let lines: Vec<_> = lines.filter(is_said).collect();
                        assert!(all_fit(&expected, &lines), "{doc}: {command}\n{printed}");
                        said += &printed;
                    }
                }
                _ => {}
            }
        }
    }
}

/// Commands, and the lines that each prints, the empty ones aside.
fn transcript(lines: &[String]) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::<(String, Vec<String>)>::new();
    for line in lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()) {
        match line.strip_prefix("$ ") {
            Some(command) => found.push((command.into(), Vec::new())),
            None => found.last_mut().unwrap().1.push(line.into()),
        }
    }
    found
}

/// Where the program under test is, as an entry of PATH.
fn programs() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_sourdine"));
    format!("{}:", program.parent().unwrap().display())
}

/// A box whose one editor has this key gets a message with a document, and exports it.
fn bundle_for(site: &mut Box_, said: &str, bundle: &Path) {
    let recipient = said.lines().map(str::trim).find(|line| line.starts_with("age1")).unwrap();
    site.edit(&[(&site.editors[0].recipient.clone(), recipient)]);
    site.serve();
    let document = site.path("document.txt");
    fs::write(&document, "for the readers of our documents").unwrap();
    let form = site.form("en");
    site.send(&form, "As it stands.", &[document.to_str().unwrap()]).must_say(msg("receipt-title"));
    fs::copy(site.export("exported.tar"), bundle).unwrap();
}

#[test]
fn the_editors_page_works_as_it_stands() {
    let mut site = Box_::new(1, &[]);
    let home = site.path("home");
    fs::create_dir(&home).unwrap();
    for name in ["answer.txt", "note.txt", "page.pdf"] {
        fs::write(home.join(name), "It works.\n").unwrap();
    }
    let reader = Reader { home: home.clone(), dir: home.clone(), path: programs(), config: None };
    let bundle = home.join("bundle.tar");
    reader.follow("docs/editor.md", |command, said| {
        if command.starts_with("sourdine open") && !bundle.exists() {
            bundle_for(&mut site, said, &bundle);
        }
    });
    let summary = fs::read_to_string(home.join("archive/SUMMARY.txt")).unwrap();
    assert!(summary.contains("As it stands."), "{summary}");
    for name in ["reply.tar", "note.tar"] {
        ok(site.command("deliver").arg(home.join(name)));
    }
}

/// With nothing but the stick: no program of ours is installed, and FAT gives no right to run one.
#[test]
fn the_page_for_tails_works_as_it_stands() {
    let mut site = Box_::new(1, &[]);
    let home = site.path("home");
    let stick = home.join("stick");
    fs::create_dir_all(&stick).unwrap();
    fs::create_dir_all(home.join("Persistent/Tor Browser")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_sourdine"), stick.join("sourdine")).unwrap();
    fs::set_permissions(stick.join("sourdine"), fs::Permissions::from_mode(0o644)).unwrap();
    let reader =
        Reader { home: home.clone(), dir: stick.clone(), path: String::new(), config: None };
    reader.shell("sha256sum sourdine > sourdine.sha256");
    for name in ["answer.txt", "page.pdf"] {
        fs::write(home.join(name), "It works.\n").unwrap();
    }
    let bundle = stick.join("bundle.tar");
    reader.follow("docs/tails.md", |command, said| {
        if command.starts_with("~/sourdine open") && !bundle.exists() {
            assert!(said.contains("sourdine: OK"), "{said}");
            bundle_for(&mut site, said, &bundle);
        }
    });
    let summary =
        fs::read_to_string(home.join("Persistent/Tor Browser/archive/SUMMARY.txt")).unwrap();
    assert!(summary.contains("As it stands."), "{summary}");
    let document = files_below(&home.join("opened"));
    let document = document.iter().find(|path| path.ends_with("document-1")).unwrap();
    assert_eq!(fs::read_to_string(document).unwrap(), "for the readers of our documents");
    for name in ["reply.tar", "by-hand.tar"] {
        let output = ok(site.command("deliver").arg(stick.join(name)));
        assert!(output.stderr.is_empty(), "{name}: {output:?}");
    }
}

/// Its rehearsal too: what a source does there in a browser is done here between the blocks.
#[test]
fn the_operators_page_works_as_it_stands() {
    let mut site = Box_::served(1, &[]);
    let home = site.path("home");
    fs::create_dir(&home).unwrap();
    fs::copy(&site.editors[0].key, home.join("key.txt")).unwrap();
    fs::write(home.join("answer.txt"), "It works.\n").unwrap();
    let document = site.path("document.txt");
    fs::write(&document, "a small file").unwrap();
    let reader =
        Reader { home: home.clone(), dir: home, path: programs(), config: Some(site.config()) };
    let mut code: Option<String> = None;
    reader.follow("docs/operator.md", |command, said| {
        if command.starts_with("sourdine backup") {
            // As its operator writes what `keygen` has just printed.
            let key = said.lines().map(str::trim).rfind(|line| line.starts_with("age1")).unwrap();
            let text = fs::read_to_string(site.config()).unwrap();
            let (before, backup) = text.split_once("[backup]").unwrap();
            let backup =
                backup.replacen("recipients = []", &format!("recipients = [\"{key}\"]"), 1);
            fs::write(site.config(), format!("{before}[backup]{backup}")).unwrap();
        }
        if command != "sourdine status --now" {
            return;
        }
        if let Some(code) = &code {
            site.mailbox(code).must_say("It works.");
            act(&site, code, "erase", "").must_say(msg("erased-title"));
        } else {
            let form = site.form("en");
            let sent = site.send(&form, "rehearsal", &[document.to_str().unwrap()]);
            sent.must_say(msg("receipt-title"));
            code = Some(form.code);
        }
    });
    assert_eq!(site.submissions(), 0);
    site.stop();
}
