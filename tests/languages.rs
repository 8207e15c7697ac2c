//! Languages: the same keys in each, every key used, and a page in every language.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::*;

fn keys(lang: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(lang.join("main.ftl")).unwrap();
    let key = |line: &str| line.split_once(" =").map(|(key, _)| key.to_owned());
    let plain = |key: &String| key.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    text.lines().filter_map(key).filter(plain).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A language as its file says it.
struct Language {
    code: String,
    name: String,
    dir: String,
}

/// Every language there is a folder for.
fn languages() -> Vec<Language> {
    let folders = fs::read_dir(root().join("templates/locales")).unwrap().flatten();
    let all: Vec<_> = folders
        .map(|folder| {
            let text = fs::read_to_string(folder.path().join("main.ftl")).unwrap();
            let value = |key: &str| {
                text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).unwrap()
            };
            Language {
                code: folder.file_name().into_string().unwrap(),
                name: value("language-name").into(),
                dir: value("text-direction").into(),
            }
        })
        .collect();
    assert!(all.len() > 1);
    all
}

#[test]
fn every_language_has_every_key_and_no_other() {
    let english = keys(&root().join("templates/locales/en"));
    assert!(english.len() > 80);
    for lang in fs::read_dir(root().join("templates/locales")).unwrap().flatten() {
        assert_eq!(keys(&lang.path()), english, "{}", lang.path().display());
    }
}

#[test]
fn every_key_is_used() {
    let mut all = String::new();
    for dir in ["src/web", "src/pages", "src/archive", "src/room", "templates"] {
        for path in files_below(&root().join(dir)) {
            if path.extension().is_some_and(|e| e == "rs" || e == "html" || e == "xml") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    for key in keys(&root().join("templates/locales/en")) {
        let accessor = format!("{}(", key.replace('-', "_"));
        assert!(all.contains(&accessor), "nothing uses {key}");
    }
}

#[test]
fn french_never_breaks_a_line_before_its_punctuation() {
    let text = fs::read_to_string(root().join("templates/locales/fr/main.ftl")).unwrap();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(!line.contains('\''), "{line}");
        let around: Vec<_> = ['\n'].into_iter().chain(line.chars()).chain(['\n']).collect();
        for three in around.windows(3) {
            let right = match three[1] {
                ':' | '»' => three[0] == '\u{a0}',
                ';' | '?' | '!' => three[0] == '\u{202f}',
                '«' => three[2] == '\u{a0}',
                _ => true,
            };
            assert!(right, "{three:?} in {line}");
        }
    }
}

#[test]
fn arabic_has_its_own_punctuation_and_all_its_plurals() {
    let text = fs::read_to_string(root().join("templates/locales/ar/main.ftl")).unwrap();
    let separators = ["decimal-separator", "group-separator"];
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    for line in lines.filter(|line| !separators.iter().any(|key| line.starts_with(key))) {
        assert!(!line.contains(['?', ';', ',', '“']), "{line}");
    }
    for message in text.split("\n}").filter(|message| message.contains("*[other]")) {
        for form in ["zero", "one", "two", "few", "many"] {
            assert!(message.contains(&format!("[{form}]")), "{form} is missing in {message}");
        }
    }
    // Where English counts, Arabic does.
    let counts = |text: &str| text.matches("*[other]").count();
    let english = fs::read_to_string(root().join("templates/locales/en/main.ftl")).unwrap();
    assert!(counts(&text) >= counts(&english));
}

#[test]
fn pages_come_in_the_language_asked_for() {
    let site = Box_::served(1, &[]);
    for path in ["/", "/drop", "/mailbox", "/nowhere"] {
        for Language { code, dir, .. } in &languages() {
            let html = format!("<html lang=\"{code}\" dir=\"{dir}\">");
            let page = site.curl(&format!("{path}?lang={code}"), &[]);
            page.must_say(&html);
            assert!(page.bytes.len() < 14 * 1024, "{path} has {} bytes", page.bytes.len());
            for other in languages().iter().filter(|other| other.code != *code) {
                page.must_say(&format!("?lang={}\"", other.code)).must_say(&other.name);
            }
            let accept = format!("Accept-Language: {code}-XX,{code};q=0.9,zz;q=0.5");
            site.curl(path, &["-H", &accept]).must_say(&html);
        }
    }
}

#[test]
fn every_answer_carries_the_headers_and_none_that_tells_more() {
    let site = Box_::served(1, &[]);
    for path in ["/", "/drop", "/mailbox", "/recipients.txt", "/nowhere"] {
        let headers = site.curl(path, &[]).headers.to_lowercase();
        for wanted in [
            "content-security-policy: default-src 'none'",
            "cache-control: no-store",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "permissions-policy: ",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(headers.contains(wanted), "{path} lacks {wanted}: {headers}");
        }
        for unwanted in ["date:", "server:", "etag:", "set-cookie:", "last-modified:", "script"] {
            assert!(!headers.contains(unwanted), "{path} has {unwanted}: {headers}");
        }
    }
    for path in ["/", "/drop", "/mailbox"] {
        let page = site.curl(path, &[]).text().to_lowercase();
        let page = page.replace(" src=\"/progress/", "");
        for unwanted in ["<script", " src=", "http://", "https://", "onclick", "<img", "style="] {
            assert!(!page.contains(unwanted), "{path} has {unwanted}");
        }
    }
}

#[test]
fn stock_age_takes_the_recipients_file() {
    let site = Box_::served(2, &[]);
    let list = site.curl("/recipients.txt", &[]);
    fs::write(site.path("recipients.txt"), &list.bytes).unwrap();
    fs::write(site.path("plain"), "hello").unwrap();
    let sealed = site.path("sealed.age");
    ok(std::process::Command::new("age")
        .arg("-R")
        .arg(site.path("recipients.txt"))
        .arg("-o")
        .arg(&sealed)
        .arg(site.path("plain")));
    for editor in &site.editors {
        let opened =
            ok(std::process::Command::new("age").arg("-d").arg("-i").arg(&editor.key).arg(&sealed));
        assert_eq!(opened.stdout, b"hello");
    }
}
