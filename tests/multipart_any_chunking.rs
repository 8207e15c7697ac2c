//! A form reads the same however it arrives, its limits hold, and a cut one is never whole.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it stands"
)]

use std::io;

use bytes::Bytes;
use proptest::prelude::*;
use sourdine::web::multipart::{BodySource, Boundary, FormError, FormLimits, FormReader, Part};

/// Long enough to be cut in many places, and repeating its own beginning.
const BOUNDARY: &str = "--B--B-x";

const DELIMITER: &[u8] = b"\r\n----B--B-x";

/// A body in pieces of the given lengths, over and over; 0 is an empty piece.
struct Pieces {
    body: Bytes,
    lengths: Vec<usize>,
    /// Each piece its own allocation, else all are slices of one.
    own: bool,
    asked: usize,
    given: usize,
}

impl Pieces {
    fn new(body: &[u8], lengths: &[usize], own: bool) -> Self {
        Self {
            body: Bytes::copy_from_slice(body),
            lengths: lengths.to_vec(),
            own,
            asked: 0,
            given: 0,
        }
    }
}

impl BodySource for &mut Pieces {
    fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        if self.body.is_empty() {
            return Ok(None);
        }
        let length = self.lengths[self.asked % self.lengths.len()].min(self.body.len());
        self.asked += 1;
        self.given += length;
        let piece = self.body.split_to(length);
        Ok(Some(if self.own { Bytes::copy_from_slice(&piece) } else { piece }))
    }
}

/// A field as it was sent: name, file name, content.
type Field = (String, Option<String>, Vec<u8>);

/// All that was read, up to the end (`None`) or the error.
type Events = (Vec<Field>, Option<String>);

fn read_from(pieces: &mut Pieces, limits: FormLimits) -> (Vec<Field>, Option<FormError>) {
    let value = format!("multipart/form-data; boundary={BOUNDARY}");
    let boundary = Boundary::from_content_type(&value).unwrap();
    let mut reader = FormReader::new(pieces, &boundary, limits);
    let mut fields: Vec<Field> = Vec::new();
    loop {
        match reader.next_part() {
            Ok(Some(Part { name, file_name })) => fields.push((name, file_name, Vec::new())),
            Ok(None) => return (fields, None),
            Err(error) => return (fields, Some(error)),
        }
        loop {
            match reader.data() {
                Ok(Some(data)) => {
                    assert!(!data.is_empty());
                    fields.last_mut().unwrap().2.extend_from_slice(&data);
                }
                Ok(None) => break,
                Err(error) => return (fields, Some(error)),
            }
        }
    }
}

fn read(body: &[u8], lengths: &[usize], own: bool) -> Events {
    let (fields, error) = read_from(&mut Pieces::new(body, lengths, own), FormLimits::default());
    (fields, error.map(|error| format!("{error:?}")))
}

fn read_whole(body: &[u8]) -> (Vec<Field>, Option<FormError>) {
    read_from(&mut Pieces::new(body, &[usize::MAX], false), FormLimits::default())
}

/// As a browser writes it (WHATWG).
fn write(fields: &[Field], padding: &str) -> Vec<u8> {
    let escape = |text: &str| text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let mut body = Vec::new();
    for (name, file_name, content) in fields {
        let disposition = format!(
            "--{BOUNDARY}{padding}\r\nContent-Disposition: form-data; name=\"{}\"",
            escape(name)
        );
        body.extend_from_slice(disposition.as_bytes());
        if let Some(file_name) = file_name {
            let rest = format!("; filename=\"{}\"\r\nContent-Type: a/b", escape(file_name));
            body.extend_from_slice(rest.as_bytes());
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--").as_bytes());
    body
}

/// Whether a sender may use the boundary around this content: byte by byte, not as the
/// parser does it.
fn is_free_of_delimiters(content: &[u8]) -> bool {
    let body = [content, DELIMITER, b"\r\n"].concat();
    (0..content.len()).all(|at| {
        body[at..].strip_prefix(DELIMITER).is_none_or(|rest| {
            let line = rest.iter().skip_while(|b| matches!(b, b' ' | b'\t'));
            !rest.starts_with(b"--") && !line.take(2).eq(b"\r\n")
        })
    })
}

fn any_content() -> impl Strategy<Value = Vec<u8>> {
    let near = (0..=DELIMITER.len()).prop_map(|length| DELIMITER[..length].to_vec());
    let atom = prop_oneof![
        3 => near,
        2 => Just(DELIMITER.to_vec()),
        3 => prop::sample::select(vec![b'\r', b'\n', b'-', b' ', b'\t', b'B', b'x'])
            .prop_map(|byte| vec![byte]),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(atom, 0..12)
        .prop_map(|atoms| atoms.concat())
        .prop_filter("a delimiter", |content| is_free_of_delimiters(content))
}

/// Any text that escaping brings through: no escape of the sender's own, and no backslash
/// where it would be taken for one.
fn any_name(length: &str) -> impl Strategy<Value = String> {
    proptest::string::string_regex(length)
        .unwrap()
        .prop_map(|name| name.replace("\\\\", "\\").replace("%2", "%3").replace("%0", "%1"))
}

fn any_fields() -> impl Strategy<Value = Vec<Field>> {
    let file_name = prop::option::of(any_name("([a-zé;=/\"\r\n%]|\\\\a){0,12}"));
    let fields =
        prop::collection::vec((any_name("[a-zé;=\"\r\n%]{1,8}"), file_name, any_content()), 0..5);
    // Only files may share a name.
    fields.prop_map(|mut fields: Vec<Field>| {
        let mut names = std::collections::HashSet::new();
        fields.retain(|(name, file_name, _)| file_name.is_some() || names.insert(name.clone()));
        fields
    })
}

fn any_lengths() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        Just(vec![1]),
        prop::collection::vec(0..=3_usize, 1..8).prop_map(|mut v| {
            v.push(1);
            v
        }),
        prop::collection::vec(1..=60_usize, 1..8),
    ]
}

proptest! {
    #[test]
    fn any_form_in_any_pieces_reads_as_it_was_sent(
        fields in any_fields(),
        lengths in any_lengths(),
        own: bool,
        padding in "[ \t]{0,3}",
        preamble in "([a-z-]{0,9}\r\n){0,2}",
        epilogue in "(\r\n[a-zB-]{0,9})?",
    ) {
        let body = [preamble.as_bytes(), &write(&fields, &padding), epilogue.as_bytes()].concat();
        // A file field that was left empty is passed over.
        let left_empty = |name: &Option<String>, content: &[u8]| {
            name.as_deref() == Some("") && content.is_empty()
        };
        let kept = fields.into_iter().filter(|(_, file, content)| !left_empty(file, content));
        prop_assert_eq!(read(&body, &lengths, own), (kept.collect(), None));
    }

    /// Also where the form is none: the same fields, as far, and the same error.
    #[test]
    fn any_body_in_any_pieces_reads_as_in_one(
        fields in any_fields(),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        lengths in any_lengths(),
        own: bool,
    ) {
        let mut body = write(&fields, "");
        for (at, byte) in wounds {
            let at = at.index(body.len());
            body[at] = byte;
        }
        prop_assert_eq!(read(&body, &lengths, own), read(&body, &[usize::MAX], false));
    }

    #[test]
    fn a_form_cut_anywhere_is_cut(
        fields in any_fields(),
        at: prop::sample::Index,
        lengths in any_lengths(),
        own: bool,
    ) {
        let body = write(&fields, "");
        let cut = &body[..at.index(body.len())];
        let (_, error) = read(cut, &lengths, own);
        prop_assert_eq!(error.as_deref(), Some("Cut"));
    }
}

fn field(name: &str, content: &[u8]) -> Field {
    (name.to_owned(), None, content.to_vec())
}

#[test]
fn a_form_cut_at_each_of_its_bytes_is_cut() {
    let body = write(&[field("a", b"x\r\n--"), field("b", b"")], " ");
    assert!(read_whole(&body).1.is_none());
    for at in 0..body.len() {
        assert!(matches!(read_whole(&body[..at]).1, Some(FormError::Cut)), "{at}");
    }
}

/// A form whose only part has a header of so many bytes.
fn form_with_header(length: usize) -> Vec<u8> {
    let header = "Content-Disposition: form-data; name=\"a\"\r\nX: ";
    let filler = "y".repeat(length - header.len());
    format!("--{BOUNDARY}\r\n{header}{filler}\r\n\r\nx\r\n--{BOUNDARY}--").into_bytes()
}

#[test]
fn a_header_may_reach_its_limit_and_no_more() {
    for lengths in [[usize::MAX], [1], [7]] {
        let (fields, error) = read(&form_with_header(8192), &lengths, true);
        assert_eq!((fields, error), (vec![field("a", b"x")], None));
        let (fields, error) = read(&form_with_header(8193), &lengths, true);
        assert_eq!((fields, error.as_deref()), (vec![], Some("HeaderTooLong")));
    }
}

#[test]
fn preamble_and_padding_may_reach_the_headers_limit_and_no_more() {
    let form = write(&[field("a", b"x")], "");
    for (length, whole) in [(8192, true), (8193, false)] {
        for lengths in [[usize::MAX], [1], [7]] {
            let mut preamble = vec![b'y'; length];
            preamble[length - 2..].copy_from_slice(b"\r\n");
            preamble.extend_from_slice(&form);
            let padded = write(&[field("a", b"x")], &" ".repeat(length));
            for body in [preamble, padded] {
                let error = read(&body, &lengths, true).1;
                assert_eq!(error.as_deref(), (!whole).then_some("HeaderTooLong"));
            }
        }
    }
}

#[test]
fn what_has_no_end_is_refused_within_its_limit() {
    let limits = FormLimits::default();
    let header = format!("--{BOUNDARY}\r\nX: ");
    let padding = format!("--{BOUNDARY}");
    for (start, filler) in [(header.as_str(), b'y'), ("", b'y'), (&padding, b' ')] {
        for piece in [1, 100, 16 * 1024] {
            let mut body = start.as_bytes().to_vec();
            body.resize(1 << 20, filler);
            let mut pieces = Pieces::new(&body, &[piece], false);
            let (_, error) = read_from(&mut pieces, limits);
            assert!(matches!(error, Some(FormError::HeaderTooLong)));
            assert!(pieces.given <= start.len() + limits.header + DELIMITER.len() + piece);
        }
    }
}

#[test]
fn a_fields_name_may_reach_its_limit_and_no_more() {
    let longest = field(&"n".repeat(64), b"x");
    let (fields, error) = read_whole(&write(std::slice::from_ref(&longest), ""));
    assert!(error.is_none());
    assert_eq!(fields, [longest]);
    let (_, error) = read_whole(&write(&[field(&"n".repeat(65), b"x")], ""));
    assert!(matches!(error, Some(FormError::FieldNameTooLong)));
}

#[test]
fn a_field_that_comes_twice_is_refused_and_files_are_not() {
    let file = ("a".to_owned(), Some("b".to_owned()), b"x".to_vec());
    let (fields, error) =
        read_whole(&write(&[field("a", b"x"), file.clone(), file, field("a", b"x")], ""));
    assert_eq!(fields.len(), 3);
    assert!(matches!(error, Some(FormError::Repeated)));
}

#[test]
fn parts_may_reach_their_number_and_no_more() {
    let limits = FormLimits { parts: 3, ..FormLimits::default() };
    for (count, whole) in [(3, true), (4, false)] {
        let file = ("a".to_owned(), Some(String::new()), b"x".to_vec());
        let body = write(&vec![file; count], "");
        let (fields, error) = read_from(&mut Pieces::new(&body, &[9], false), limits);
        assert_eq!(fields.len(), 3);
        assert!(if whole {
            error.is_none()
        } else {
            matches!(error, Some(FormError::TooManyParts))
        });
    }
}
