//! Visits that put a source in danger get a page that says so, and nothing of them is taken in.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::common::*;

const OURS: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
const OTHER: &str = "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion";

const PATHS: [&str; 5] = ["/", "/drop", "/mailbox", "/recipients.txt", "/nowhere"];
const METHODS: [&[&str]; 4] =
    [&[], &["-d", "code=x&ticket=y"], &["-X", "PUT", "-d", "x"], &["-X", "DELETE"]];

/// Languages, and what is said in each of a relayed visit, of one under another name, of one over loopback.
const LANGS: [&str; 3] = ["en", "fr", "ar"];
const RELAYED: &str = "relayed-text";
const OTHER_NAME: &str = "host-text";
const LOOPBACK: &str = "loopback-notice";

/// A box that knows its address.
fn named() -> Box_ {
    Box_::served(1, &[("onion = []", &format!("onion = [\"{OURS}\"]"))])
}

/// curl with these headers and arguments.
fn visit(site: &Box_, path: &str, headers: &[&str], more: &[&str]) -> Answer {
    let headers = headers.iter().flat_map(|header| ["-H", header]);
    site.curl(path, &headers.chain(more.iter().copied()).collect::<Vec<_>>())
}

/// A warning, with nothing in it that could be filled in.
fn must_warn(answer: &Answer, status: u16, sentence: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    answer.must_say(sentence);
    for unwanted in ["<form", "<input", "<textarea", "age1", "<aside"] {
        assert!(!answer.text().contains(unwanted), "{unwanted} in {}", answer.text());
    }
    assert!(answer.headers.to_lowercase().contains("content-security-policy: default-src 'none'"));
    assert!(answer.bytes.len() < 14 * 1024);
}

#[test]
fn a_visit_through_a_relay_is_warned_whatever_it_asks() {
    let site = named();
    let host = format!("Host: {OURS}");
    for header in ["X-Tor2web: 1", "x-tor2web: encrypted", "X-Tor2web;", "X-Forwarded-Host: x"] {
        for path in PATHS {
            for method in METHODS {
                let page = visit(&site, &format!("{path}?lang=en"), &[&host, header], method);
                must_warn(&page, 403, msg(RELAYED));
                page.must_say(OURS).must_say(msg("danger-compare"));
            }
        }
    }
    for lang in LANGS {
        let page = visit(&site, &format!("/drop?lang={lang}"), &[&host, "X-Tor2web: 1"], &[]);
        must_warn(&page, 403, msg_in(lang, RELAYED));
        page.must_say(&format!("<html lang=\"{lang}\""));
    }
}

#[test]
fn nothing_that_a_relay_carries_is_taken_in() {
    let site = named();
    let form = site.form("en");
    let mut args = form.fields();
    args.extend(["-F".into(), "message=Hello".into()]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    must_warn(&visit(&site, "/drop?lang=en", &["X-Tor2web: 1"], &args), 403, msg(RELAYED));
    must_warn(&visit(&site, "/drop?lang=en", &["Host: a.example"], &args), 403, msg(OTHER_NAME));
    assert_eq!(site.submissions(), 0);
    // The same form, over the onion address: its ticket was not used up.
    let (host, origin) = (format!("Host: {OURS}"), format!("Origin: http://{OURS}"));
    let receipt = visit(&site, "/drop?lang=en", &[&host, &origin], &args);
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    receipt.must_say(msg("receipt-title"));
    assert_eq!(site.submissions(), 1);
}

#[test]
fn a_visit_under_a_name_that_is_not_ours_is_warned_and_the_name_is_not_shown() {
    let mut site = named();
    let attack = "Host: <script>alert(1)</script>.example";
    let subdomain = format!("Host: www.{OURS}");
    let relay = format!("Host: {OURS}.ws");
    let other = format!("Host: {OTHER}");
    let hosts = [attack, "Host: a.example", "Host:", "Host: 192.0.2.7", &subdomain, &relay, &other];
    for host in hosts {
        for path in PATHS {
            for method in METHODS {
                let page = visit(&site, &format!("{path}?lang=en"), &[host], method);
                must_warn(&page, 403, msg(OTHER_NAME));
                page.must_say(OURS);
                let text = page.text() + &page.headers;
                for shown in ["alert", "a.example", "192.0.2.7", "www.", ".onion.ws", OTHER] {
                    assert!(!text.contains(shown), "{shown} in {text}");
                }
            }
        }
    }
    for lang in LANGS {
        must_warn(
            &visit(&site, &format!("/?lang={lang}"), &["Host: x"], &[]),
            403,
            msg_in(lang, OTHER_NAME),
        );
    }
    // As a proxy is asked, with our name beside it; and as before there were names.
    for request in [
        format!("GET http://a.example/drop?lang=en HTTP/1.1\r\nHost: {OURS}\r\n"),
        format!("GET /drop?lang=en HTTP/1.1\r\nHost: {OURS}\r\nHost: {OURS}\r\n"),
        "GET /drop?lang=en HTTP/1.0\r\n".to_owned(),
    ] {
        let mut stream = TcpStream::connect(site.base.trim_start_matches("http://")).unwrap();
        stream.write_all(format!("{request}Connection: close\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 403 ") && answer.contains(msg(OTHER_NAME)), "{answer}");
    }
    site.stop();
    assert!(site.log().contains("unknown-host"), "{}", site.log());
    assert!(!site.log().contains("example"), "{}", site.log());
}

#[test]
fn without_a_configured_address_any_onion_is_taken_for_ours() {
    let site = Box_::served(1, &[]);
    for onion in [OURS.to_owned(), OTHER.to_owned(), format!("{}:80", OTHER.to_uppercase())] {
        let page = visit(&site, "/drop?lang=en", &[&format!("Host: {onion}")], &[]);
        assert_eq!(page.status, 200);
        assert!(!page.hidden("code").is_empty());
    }
    let mistyped = format!("Host: {}", OURS.replace("pg6", "pg7"));
    for host in ["Host: expyuzz4wqqyqhjn.onion", &mistyped] {
        let page = visit(&site, "/drop?lang=en", &[host], &[]);
        must_warn(&page, 403, msg(OTHER_NAME));
        page.must_say(msg("danger-no-address"));
        assert!(!page.text().contains(msg("danger-compare")));
    }
}

#[test]
fn a_visit_that_did_not_come_over_an_onion_address_reads_so_on_every_page() {
    let site = named();
    let onion = format!("Host: {OURS}");
    for lang in LANGS {
        for path in ["/", "/drop", "/mailbox", "/nowhere"] {
            let path = format!("{path}?lang={lang}");
            for host in ["Host: localhost", "Host: 127.0.0.1:8080", "Host: [::1]"] {
                let page = visit(&site, &path, &[host], &[]);
                page.must_say("<aside class=\"notice\">").must_say(msg_in(lang, LOOPBACK));
            }
            let page = visit(&site, &path, &[&onion], &[]).text();
            assert!(
                !page.contains("notice\">") && !page.contains(msg_in(lang, LOOPBACK)),
                "{page}"
            );
        }
    }
    let form = site.form("en");
    site.send(&form, "Hello", &[]).must_say(msg("receipt-title"));
    let mailbox = site.mailbox(&form.code);
    mailbox.must_say(msg("mailbox-title")).must_say(msg(LOOPBACK));
    site.leave(&mailbox.hidden("ticket")).must_say(msg("left-title")).must_say(msg(LOOPBACK));
}
