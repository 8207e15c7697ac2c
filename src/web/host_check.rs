//! How a request came: over an onion address of ours, over loopback, under another name, through a relay. Told
//! from headers alone, before anything else of a request is looked at.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, Uri, header};

use crate::config::is_onion;

/// What tor2web adds to a request (its `t2w.py`). No browser and no tor sends these. A relay that hides
/// itself leaves them out: this catches the honest ones only.
const RELAY_HEADERS: [&str; 2] = ["x-forwarded-host", "x-forwarded-proto"];
const RELAY_PREFIX: &str = "x-tor2web";

/// How a request came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostCheck {
    /// Over one of our onion addresses.
    Onion,
    /// On the machine itself: somebody tries it out.
    Loopback,
    /// Under a name that is not ours, or under none.
    Elsewhere,
    /// Through a relay that shows onion sites on the open web and sees everything.
    Relayed,
}

impl HostCheck {
    /// `onions` are our addresses; where there are none, any onion address is taken for ours.
    pub fn of(uri: &Uri, headers: &HeaderMap, onions: &[String]) -> Self {
        let relays = |name: &str| name.starts_with(RELAY_PREFIX) || RELAY_HEADERS.contains(&name);
        if headers.keys().any(|name| relays(name.as_str())) {
            return Self::Relayed;
        }
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return Self::Elsewhere };
        let host = name_of(host.to_str().unwrap_or_default());
        // A request as a proxy gets it names its host in the first line too.
        if uri.authority().is_some_and(|authority| name_of(authority.as_str()) != host) {
            return Self::Elsewhere;
        }
        host.map_or(Self::Elsewhere, |host| Self::under(&host, onions))
    }

    fn under(name: &str, onions: &[String]) -> Self {
        let v4 = name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
        let v6 = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let v6 = v6.is_some_and(|name| name.parse() == Ok(Ipv6Addr::LOCALHOST));
        if name == "localhost" || v4 || v6 {
            return Self::Loopback;
        }
        let ours = match onions {
            [] => is_onion(name),
            _ => onions.iter().any(|onion| onion == name),
        };
        if ours { Self::Onion } else { Self::Elsewhere }
    }
}

/// A host without port and final dot, in lower case; none where the port is no port.
fn name_of(host: &str) -> Option<String> {
    let (name, port) = match host.rsplit_once(':') {
        // That colon stands within an IPv6 address.
        Some((_, end)) if end.ends_with(']') => (host, ""),
        Some(pair) => pair,
        None => (host, ""),
    };
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use HostCheck::{Elsewhere, Loopback, Onion, Relayed};

    const OURS: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
    const OTHER: &str = "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion";

    fn visit(target: &str, pairs: &[(&str, &str)], onions: &[String]) -> HostCheck {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: axum::http::HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        HostCheck::of(&target.parse().unwrap(), &headers, onions)
    }

    #[test]
    fn a_visit_is_told_by_its_host() {
        let upper = OURS.to_uppercase();
        let with = |before: &str, after: &str| format!("{before}{OURS}{after}");
        let table = [
            ("localhost", Loopback),
            ("LocalHost.:8080", Loopback),
            ("127.0.0.1", Loopback),
            ("127.8.9.10:80", Loopback),
            ("[::1]", Loopback),
            ("[::1]:8080", Loopback),
            (OURS, Onion),
            (&upper, Onion),
            (&with("", ":80"), Onion),
            (&with("", "."), Onion),
            (&with("", ".:80"), Onion),
            (&with("www.", ""), Elsewhere),
            (&with("", ".ws"), Elsewhere),
            (&with("", ".."), Elsewhere),
            (&with("", ":80:80"), Elsewhere),
            (&with("", ":eighty"), Elsewhere),
            (&with("a@", ""), Elsewhere),
            (&with(" ", " x"), Elsewhere),
            ("", Elsewhere),
            (".", Elsewhere),
            (":80", Elsewhere),
            ("::1", Elsewhere),
            ("[::1", Elsewhere),
            ("[::2]:80", Elsewhere),
            ("127.1", Elsewhere),
            ("0.0.0.0", Elsewhere),
            ("10.0.0.1", Elsewhere),
            ("127.0.0.1.example", Elsewhere),
            ("localhost.example", Elsewhere),
            ("evil.localhost", Elsewhere),
            ("expyuzz4wqqyqhjn.onion", Elsewhere),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion", Elsewhere),
        ];
        for (host, expected) in table {
            for onions in [&[][..], &[OTHER.into(), OURS.into()]] {
                assert_eq!(visit("/", &[("host", host)], onions), expected, "{host} {onions:?}");
            }
        }
        assert_eq!(visit("/", &[("host", OTHER)], &[]), Onion);
        assert_eq!(visit("/", &[("host", OTHER)], &[OURS.into()]), Elsewhere);
    }

    #[test]
    fn no_host_two_hosts_and_a_proxys_first_line_are_not_ours() {
        assert_eq!(visit("/", &[], &[]), Elsewhere);
        assert_eq!(visit("/", &[("host", OURS), ("host", OURS)], &[]), Elsewhere);
        assert_eq!(visit("http://evil.example/", &[("host", OURS)], &[]), Elsewhere);
        assert_eq!(visit(&format!("http://{OURS}/"), &[("host", OURS)], &[]), Onion);
    }

    #[test]
    fn a_relay_is_told_by_what_it_adds() {
        for name in
            ["X-Tor2web", "x-tor2web", "X-Tor2web-Node", "X-Forwarded-Host", "X-Forwarded-Proto"]
        {
            for value in ["1", "encrypted", ""] {
                assert_eq!(visit("/", &[("host", OURS), (name, value)], &[]), Relayed, "{name}");
            }
        }
        assert_eq!(visit("/", &[("host", OURS), ("tor2web", "1")], &[]), Onion);
    }
}
