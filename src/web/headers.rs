//! What every answer carries, and the requests that are refused by their headers alone.

use std::any::Any;
use std::sync::LazyLock;

use axum::Extension;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// The style of the source's pages, inlined in each.
pub const SOURCE_STYLE: &str = concat!(
    include_str!("../../templates/style.css"),
    include_str!("../../templates/source/style.css")
);

/// The style of the desk's pages, inlined in each.
pub const DESK_STYLE: &str = concat!(
    include_str!("../../templates/style.css"),
    include_str!("../../templates/desk/style.css")
);

/// The style of the empty frame that a receipt will appear in.
const BLANK: &str = "html{color-scheme:light dark}";

/// A page for an empty frame.
pub fn blank(lang: &str, dir: &str, title: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{lang}\" dir=\"{dir}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{BLANK}</style></head></html>"
    )
}

/// `style-src` and what goes with it on every page of ours.
static STYLED: LazyLock<String> = LazyLock::new(|| {
    let ours = [SOURCE_STYLE, DESK_STYLE, BLANK]
        .map(|css| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(css))));
    format!(
        "default-src 'none'; style-src{}; form-action 'self'; base-uri 'none'; frame-ancestors ",
        ours.concat()
    )
});

/// How a page has to do with frames.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// Not at all.
    None,
    /// It holds frames of ours.
    Holds,
    /// It stands in one.
    Inside,
}

impl Frames {
    /// The Content-Security-Policy (CSP Level 3) of such a page.
    pub fn policy(self) -> String {
        let rest = match self {
            Self::None => "'none'",
            Self::Holds => "'none'; frame-src 'self'",
            Self::Inside => "'self'",
        };
        format!("{}{rest}", *STYLED)
    }
}

/// Features that no page of ours uses.
const NO_FEATURES: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), \
    display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
    midi=(), payment=(), usb=(), xr-spatial-tracking=()";

type SetHeader = SetResponseHeaderLayer<HeaderValue>;

/// The headers of every answer. One that set its own policy keeps it.
pub fn fixed() -> (SetHeader, SetHeader, SetHeader, SetHeader, SetHeader, SetHeader, SetHeader) {
    let always = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    let policy = HeaderValue::from_str(&Frames::None.policy());
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    (
        always(header::CACHE_CONTROL, "no-store"),
        always(header::REFERRER_POLICY, "same-origin"),
        always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        always(HeaderName::from_static("permissions-policy"), NO_FEATURES),
        always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, policy),
    )
}

/// Marks the answer of a handler that panicked; the site's own page takes its place, whatever it was.
#[derive(Clone)]
struct Panicked;

type OnPanic = fn(Box<dyn Any + Send>) -> Response;

/// Turns a panic in a handler into an answer that [`is_no_page`] knows.
pub fn catch_panic() -> CatchPanicLayer<OnPanic> {
    CatchPanicLayer::custom(|_| {
        (Extension(Panicked), StatusCode::INTERNAL_SERVER_ERROR).into_response()
    })
}

/// Whether a page of ours must replace this answer, and with which status: the handler panicked, or the
/// framework refused the request in its own words.
pub fn is_no_page(response: &Response) -> Option<StatusCode> {
    let (status, kind) = (response.status(), response.headers().get(header::CONTENT_TYPE));
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // What a broken download asks for beyond its end is answered by headers alone (RFC 9110, 15.5.17).
    let is_refusal = (status.is_client_error() || status.is_server_error())
        && status != StatusCode::RANGE_NOT_SATISFIABLE;
    let panicked = response.extensions().get::<Panicked>().is_some();
    (panicked || (is_refusal && !is_page)).then_some(status)
}

/// The value of a header that stands there once.
pub fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Whether a request that changes something comes from one of our own pages. `Origin` must be ours
/// where it is sent; Sec-Fetch headers may refuse, never allow (a browser without them is served).
pub fn is_foreign(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return false;
    }
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let foreign_origin = text(&header::ORIGIN).is_some_and(|origin| {
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host.is_none() || host != text(&header::HOST)
    });
    let foreign_fetch = text(&HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| site != "same-origin" && site != "none");
    foreign_origin || foreign_fetch
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        is_foreign(&Method::POST, &headers)
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(!foreign(&[("host", "a.onion")]));
        assert!(!foreign(&[("host", "a.onion"), ("origin", "http://a.onion")]));
        assert!(!foreign(&[("host", "a"), ("sec-fetch-site", "same-origin")]));
        assert!(foreign(&[("host", "a.onion"), ("origin", "http://b.onion")]));
        assert!(foreign(&[("host", "a.onion"), ("origin", "null")]));
        assert!(foreign(&[("host", "a.onion"), ("origin", "a.onion")]));
        assert!(foreign(&[
            ("host", "a"),
            ("origin", "http://a"),
            ("sec-fetch-site", "cross-site")
        ]));
        assert!(foreign(&[("host", "a"), ("sec-fetch-site", "same-site")]));
    }
}
