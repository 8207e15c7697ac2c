//! The floors of the house: what a room may use lies below it. "The store cannot decrypt" and "offline
//! commands have no network" are facts because this test reads every `crate::` path.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Room -> the rooms it may name.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("base", &[]),
    ("crypto", &["base"]),
    ("store", &["base"]),
    ("config", &["base"]),
    ("tor", &["base", "config"]),
    ("bundle", &["base", "crypto"]),
    ("pages", &["base", "crypto"]),
    ("archive", &["base", "crypto", "bundle", "pages"]),
    ("dropbox", &["base", "crypto", "store", "config", "bundle"]),
    ("web", &["base", "crypto", "store", "config", "bundle", "pages", "dropbox"]),
    // No store, no use case of the server: the reading room takes of the web what reads and answers requests.
    ("room", &["base", "crypto", "bundle", "pages", "archive", "web"]),
    (
        "cli",
        &[
            "base", "crypto", "store", "config", "bundle", "pages", "archive", "dropbox", "web",
            "room", "tor",
        ],
    ),
];

/// Commands for machines without a network.
const OFFLINE: [&str; 6] =
    ["open.rs", "reply.rs", "reseal.rs", "keygen.rs", "identities.rs", "passphrase.rs"];

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// Rooms named after `crate::` in code, `use crate::{a, b}` included; tests and comments aside.
fn rooms_named(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut rooms = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        let rest = &code[at + found.len()..];
        let list = rest.strip_prefix('{').and_then(|list| list.split(';').next()).unwrap_or(rest);
        let names: Vec<&str> = if rest.starts_with('{') {
            list.split([',', '{', '}']).map(|n| n.trim().split(':').next().unwrap()).collect()
        } else {
            vec![rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()]
        };
        let known = |n: &&str| MAY_USE.iter().any(|(room, _)| room == n);
        rooms.extend(names.into_iter().filter(known).map(ToString::to_string));
    }
    rooms
}

#[test]
fn every_room_uses_only_what_lies_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut read = 0;
    for (room, allowed) in MAY_USE {
        for path in sources(&src.join(room)) {
            read += 1;
            for other in rooms_named(&fs::read_to_string(&path).unwrap()) {
                assert!(
                    other == room || allowed.contains(&other.as_str()),
                    "{} uses {other}: {room} may use {allowed:?}",
                    path.display()
                );
            }
        }
    }
    assert!(read > 40, "only {read} files were read");
}

#[test]
fn the_store_knows_no_cryptography() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    for path in sources(&src) {
        let text = fs::read_to_string(&path).unwrap();
        for word in ["age::", "hkdf", "argon2", "sha2", "hmac", "Identity", "decrypt"] {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

#[test]
fn offline_commands_reach_neither_the_web_nor_the_store() {
    let cli = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
    for name in OFFLINE {
        let text = fs::read_to_string(cli.join(name)).unwrap();
        let rooms = rooms_named(&text);
        for forbidden in ["web", "store", "dropbox", "config"] {
            assert!(!rooms.contains(forbidden), "{name} uses {forbidden}");
        }
        for word in ["std::net", "tokio", "hyper"] {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
}

/// Names on the way to something.
type Names = Vec<String>;

/// Module path of a file of `src`: `web/desk/mod.rs` is `[web, desk]`.
fn module_of(path: &Path, src: &Path) -> Vec<String> {
    let path = path.strip_prefix(src).unwrap().with_extension("");
    let mut names: Vec<_> = path.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib")) {
        names.pop();
    }
    names
}

/// The paths of a `use` tree: `a::{b, c::{self, d}}` is `a::b`, `a::c`, `a::c::d`.
fn leaves(tree: &str) -> Vec<Names> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let names = tree.split(" as ").next().unwrap().split("::");
        let names = names.map(str::trim).filter(|name| !name.is_empty() && *name != "self");
        return vec![names.map(ToOwned::to_owned).collect()];
    };
    let head = leaves(&tree[..open]).remove(0);
    let (mut depth, mut from, mut found) = (0, open + 1, Vec::new());
    let end = tree.rfind('}').unwrap();
    for (at, c) in tree.char_indices().skip_while(|(at, _)| *at <= open) {
        match c {
            '{' => depth += 1,
            '}' if at < end => depth -= 1,
            ',' | '}' if depth == 0 && at <= end => {
                found.extend(leaves(&tree[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    let found = found.into_iter().filter(|path| !path.is_empty() || tree.contains("self"));
    found.map(|path| [head.clone(), path].concat()).collect()
}

type Modules = BTreeMap<Names, String>;

/// Where a path leads from a module: absolute, without `crate`.
fn absolute(from: &[String], path: &[String], modules: &Modules) -> Option<Vec<String>> {
    let mut at = from.to_vec();
    match path.first()?.as_str() {
        "crate" => return Some(path[1..].to_vec()),
        "super" => {
            let ups = path.iter().take_while(|name| *name == "super").count();
            at.truncate(from.len().checked_sub(ups)?);
            return Some([at, path[ups..].to_vec()].concat());
        }
        name => at.push(name.to_owned()),
    }
    modules.contains_key(&at).then(|| [from, path].concat())
}

/// Every `use` of a text (whether it is `pub`, and its paths), and the paths that its other code names.
fn named(text: &str) -> (Vec<(bool, Names)>, Vec<Names>) {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut lines = code.lines().map(|line| line.split("//").next().unwrap().trim());
    let (mut uses, mut rest) = (Vec::new(), String::new());
    while let Some(line) = lines.next() {
        let is_pub = line.starts_with("pub");
        let private = line.trim_start_matches("pub(super) ").trim_start_matches("pub ");
        let Some(tree) = private.strip_prefix("use ") else {
            rest.extend([line, "\n"]);
            continue;
        };
        let mut tree = tree.to_owned();
        while !tree.contains(';') {
            tree.push_str(lines.next().unwrap());
        }
        let tree = tree.split(';').next().unwrap();
        uses.extend(leaves(tree).into_iter().map(|path| (is_pub, path)));
    }
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let paths = rest.split(|c| !word(c)).filter(|path| path.contains("::"));
    let split = |path: &str| path.split("::").map(ToOwned::to_owned).collect();
    (uses, paths.map(split).collect())
}

/// File -> the files whose names it uses. A re-export is no use, and leads on to where the name is made.
fn graph(src: &Path) -> BTreeMap<Names, BTreeSet<Names>> {
    let read = |path: &PathBuf| (module_of(path, src), fs::read_to_string(path).unwrap());
    let modules: Modules = sources(src).iter().map(read).filter(|(m, _)| m != &["main"]).collect();
    let mut exports = BTreeMap::new();
    for (module, text) in &modules {
        for (_, path) in named(text).0.iter().filter(|(is_pub, _)| *is_pub) {
            if let Some(to) = absolute(module, path, &modules) {
                exports.insert([module.clone(), vec![to.last().unwrap().clone()]].concat(), to);
            }
        }
    }
    let file_of = |mut path: Vec<String>| {
        for _ in 0..5 {
            let made = (1..=path.len()).rev().find_map(|n| Some((n, exports.get(&path[..n])?)));
            let Some((n, to)) = made.filter(|(n, _)| !modules.contains_key(&path[..*n])) else {
                break;
            };
            path = [to.clone(), path[n..].to_vec()].concat();
        }
        (1..=path.len()).rev().map(|n| path[..n].to_vec()).find(|path| modules.contains_key(path))
    };
    let uses = |(module, text): (&Vec<String>, &String)| {
        let (uses, paths) = named(text);
        let all = uses.into_iter().filter(|(is_pub, _)| !is_pub).map(|(_, path)| path);
        let files = all.chain(paths).filter_map(|path| file_of(absolute(module, &path, &modules)?));
        (module.clone(), files.filter(|file| file != module).collect())
    };
    modules.iter().map(uses).collect()
}

/// What can be reached from a file.
fn reached(from: &[String], graph: &BTreeMap<Names, BTreeSet<Names>>) -> BTreeSet<Names> {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from.to_vec()]);
    while let Some(file) = next.pop() {
        for other in graph.get(&file).into_iter().flatten() {
            if seen.insert(other.clone()) {
                next.push(other.clone());
            }
        }
    }
    seen
}

/// A file that is reached from itself is part of a circle; a file that uses its own room's list, which uses it,
/// is one too: no import runs upward.
#[test]
fn no_file_is_part_of_a_circle() {
    let graph = graph(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(graph.len() > 100 && graph.values().map(BTreeSet::len).sum::<usize>() > 400);
    let circles: Vec<_> =
        graph.keys().filter(|file| reached(file, &graph).contains(*file)).collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn the_reader_of_this_test_sees_what_it_should() {
    let seen = rooms_named(
        "use crate::{store, web::lang};\nlet x = crate::crypto::seal::f();\n// crate::cli",
    );
    assert_eq!(seen, ["crypto", "store", "web"].map(String::from).into());
}

#[test]
fn a_circle_would_be_seen() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("lib.rs", "pub mod a;\npub mod b;\n"),
        ("a/mod.rs", "mod up;\npub use up::Up;\nfn f() {\n    up::g()\n}\n"),
        ("a/up.rs", "use super::super::b::{self, Deep};\npub struct Up;\n"),
        ("b.rs", "use crate::a::{Up, other::Thing};\n"),
    ];
    fs::create_dir(dir.path().join("a")).unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let graph = graph(dir.path());
    let module = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    // `a` itself only hands `Up` on.
    assert!(graph[&module(&["b"])].contains(&module(&["a", "up"])));
    assert!(reached(&module(&["b"]), &graph).contains(&module(&["b"])));
    assert!(!reached(&module(&["a"]), &graph).is_empty());
}
