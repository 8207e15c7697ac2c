//! The floors of the house: what a room may use lies below it. "The store cannot decrypt" and "offline
//! commands have no network" are facts because this test reads every `crate::` path.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Room -> the rooms it may name.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("base", &[]),
    ("crypto", &["base"]),
    ("store", &["base"]),
    ("config", &["base"]),
    ("tor", &["base", "config"]),
    ("bundle", &["base", "crypto"]),
    ("dropbox", &["base", "crypto", "store", "config", "bundle"]),
    ("web", &["base", "crypto", "store", "config", "bundle", "dropbox"]),
    ("cli", &["base", "crypto", "store", "config", "bundle", "dropbox", "web", "tor"]),
];

/// Commands for machines without a network.
const OFFLINE: [&str; 4] = ["open.rs", "reply.rs", "keygen.rs", "identities.rs"];

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

#[test]
fn the_reader_of_this_test_sees_what_it_should() {
    let seen = rooms_named(
        "use crate::{store, web::lang};\nlet x = crate::crypto::seal::f();\n// crate::cli",
    );
    assert_eq!(seen, ["crypto", "store", "web"].map(String::from).into());
}
