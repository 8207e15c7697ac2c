//! Which part of a download is asked for (RFC 9110, sections 13.1.5 and 14).

use std::ops::Range;

use axum::http::{HeaderMap, Method, header};
use http_range_header::parse_range_header;

use crate::web::headers::only;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: 200.
    Whole,
    /// These bytes: 206.
    Part(Range<u64>),
    /// Bytes that there are none of: 416.
    Nothing,
}

/// What a request wants of `length` bytes whose strong tag is `etag`. A range counts for GET alone, and only
/// where `If-Range` is absent or names these bytes. Several ranges, another unit, or anything unreadable get
/// the whole, as the standard allows.
pub fn wanted(method: &Method, headers: &HeaderMap, etag: &str, length: u64) -> Wanted {
    if method != Method::GET {
        return Wanted::Whole;
    }
    let Some(range) = only(headers, &header::RANGE) else { return Wanted::Whole };
    if headers.contains_key(header::IF_RANGE) {
        // Strong comparison: a weak tag, or a date, never fits.
        let same = only(headers, &header::IF_RANGE) == Some(etag) && !etag.starts_with("W/");
        if !same {
            return Wanted::Whole;
        }
    }
    part(range, length)
}

/// One range of `length` bytes (RFC 9110, section 14.1.2).
fn part(range: &str, length: u64) -> Wanted {
    let Ok(parsed) = parse_range_header(range) else { return Wanted::Whole };
    if parsed.len() != 1 {
        return Wanted::Whole;
    }
    match parsed.validate(length).as_deref() {
        Ok([part]) => Wanted::Part(*part.start()..part.end().saturating_add(1)),
        _ => Wanted::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const TAG: &str = "\"0123\"";

    fn ask(method: &Method, pairs: &[(&'static str, &str)]) -> Wanted {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        wanted(method, &headers, TAG, 1000)
    }

    fn get(range: &str) -> Wanted {
        ask(&Method::GET, &[("range", range)])
    }

    #[test]
    fn one_range_is_served() {
        assert_eq!(ask(&Method::GET, &[]), Wanted::Whole);
        assert_eq!(get("bytes=0-0"), Wanted::Part(0..1));
        assert_eq!(get("bytes=0-999"), Wanted::Part(0..1000));
        assert_eq!(get("bytes=500-"), Wanted::Part(500..1000));
        assert_eq!(get("bytes=990-5000"), Wanted::Part(990..1000));
        assert_eq!(get("bytes=-10"), Wanted::Part(990..1000));
        assert_eq!(get("bytes=-5000"), Wanted::Part(0..1000));
        assert_eq!(get("bytes=5-18446744073709551615"), Wanted::Part(5..1000));
    }

    #[test]
    fn what_lies_behind_the_end_is_unsatisfiable() {
        for range in [
            "bytes=1000-",
            "bytes=1000-1001",
            "bytes=18446744073709551615-",
            "bytes=99999999999999999999-",
            "bytes=-0",
        ] {
            assert_eq!(get(range), Wanted::Nothing, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Wanted::Nothing);
        assert_eq!(part("bytes=-5", 0), Wanted::Nothing);
    }

    #[test]
    fn what_cannot_be_read_gets_the_whole() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=0-1,5-6",
            "bytes=0-0,-1",
            "bytes=--5",
            "bytes=1-2-3",
            "lines=0-5",
            "bytes=+1-2",
            "bytes = 0-5",
        ] {
            assert_eq!(get(range), Wanted::Whole, "{range}");
        }
        assert_eq!(
            ask(&Method::GET, &[("range", "bytes=0-1"), ("range", "bytes=0-1")]),
            Wanted::Whole
        );
        for method in [Method::HEAD, Method::POST] {
            assert_eq!(ask(&method, &[("range", "bytes=0-1")]), Wanted::Whole);
        }
    }

    #[test]
    fn a_range_of_other_bytes_gets_the_whole() {
        let with = |tag: &str| ask(&Method::GET, &[("range", "bytes=5-"), ("if-range", tag)]);
        assert_eq!(with(TAG), Wanted::Part(5..1000));
        for other in ["\"0124\"", "W/\"0123\"", "0123", "", "*", "Sun, 22 Nov 2026 00:00:00 GMT"] {
            assert_eq!(with(other), Wanted::Whole, "{other}");
        }
        let twice = [("range", "bytes=5-"), ("if-range", TAG), ("if-range", TAG)];
        assert_eq!(ask(&Method::GET, &twice), Wanted::Whole);
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_whole(range in "bytes=[0-9,-]{0,12}|.{0,24}", length in 0..2_000_u64) {
            if let Wanted::Part(part) = part(&range, length) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}
