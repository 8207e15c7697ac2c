//! The form of an upload, read while it arrives.
//!
//! A parser of multipart/form-data (RFC 7578; boundaries: RFC 2046, section 5.1.1) that is
//! synchronous and pulls: it asks its source for the next piece when it has nothing left to
//! give. Content is handed on as slices of the pieces themselves; bytes are copied only
//! where a piece ends in what may be the beginning of a delimiter, or within a header.
//! Whatever the sender does, it holds no more than a header at its limit, or a delimiter,
//! when it asks for the next piece; to join the two takes their sum once more.
//!
//! What counts as a delimiter: CRLF, `--`, the boundary, then either `--` (the closing one)
//! or spaces and tabs up to a CRLF. A line that only begins like one is content: better kept
//! than cut.

use std::{fmt, io, mem};

use bytes::{Buf, Bytes};
use memchr::memmem::{self, Finder};

pub use self::error::FormError;
pub use self::header::Part;
use self::header::{next_parameter, parse_header, split_at_parameters};

mod error;
mod header;

/// Where the body comes from: the next piece, or `None` at the body's announced end.
pub trait BodySource {
    /// Waits for the next piece. Empty pieces are allowed and mean nothing.
    ///
    /// # Errors
    ///
    /// The connection broke, or the body is refused for a reason of the source's own.
    fn next_piece(&mut self) -> io::Result<Option<Bytes>>;
}

/// What a form may ask of us. Each limit may be reached, not exceeded.
#[derive(Clone, Copy, Debug)]
pub struct FormLimits {
    /// Bytes of one part's header, without the CRLF that ends its last line. Bounds as well
    /// what precedes the first delimiter, and the padding of a delimiter.
    pub header: usize,
    /// Number of parts.
    pub parts: usize,
    /// Bytes of a field's name, decoded.
    pub field_name: usize,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { header: 8 * 1024, parts: 1024, field_name: 64 }
    }
}

/// What separates the parts of one form, kept as its delimiter: CRLF, `--`, boundary.
#[derive(Clone)]
pub struct Boundary(Vec<u8>);

impl Boundary {
    /// Reads the boundary from a Content-Type header's value. RFC 2046, section 5.1.1:
    /// 1 to 70 characters of a narrow set, the last one not a space.
    ///
    /// # Errors
    ///
    /// [`FormError::NotAForm`] and [`FormError::NoBoundary`].
    pub fn from_content_type(value: &str) -> Result<Self, FormError> {
        let (kind, mut rest) = split_at_parameters(value.as_bytes());
        if !kind.eq_ignore_ascii_case(b"multipart/form-data") {
            return Err(FormError::NotAForm);
        }
        let mut boundary = None;
        while let Some((name, value)) =
            next_parameter(&mut rest).map_err(|_| FormError::NoBoundary)?
        {
            if name.eq_ignore_ascii_case(b"boundary") && boundary.replace(value).is_some() {
                return Err(FormError::NoBoundary);
            }
        }
        let boundary = boundary.ok_or(FormError::NoBoundary)?;
        // That no boundary holds a CR is what `FormReader::ready` rests on.
        let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(b);
        if !(1..=70).contains(&boundary.len())
            || !boundary.iter().all(allowed)
            || boundary.ends_with(b" ")
        {
            return Err(FormError::NoBoundary);
        }
        Ok(Self([b"\r\n--".as_slice(), &boundary].concat()))
    }
}

impl fmt::Debug for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Boundary(..)")
    }
}

/// Reads one form: [`next_part`](Self::next_part), then [`data`](Self::data) until `None`,
/// and again. A form is whole only once `next_part` has answered `Ok(None)`.
pub struct FormReader<S> {
    source: S,
    /// Finds the delimiter, and holds it.
    delimiter: Finder<'static>,
    limits: FormLimits,
    /// What has arrived and was not given on.
    buf: Bytes,
    /// How much of the beginning of `buf` need not be searched again when more arrives:
    /// else a sender of single bytes has us search a long header once for each.
    searched: usize,
    parts: usize,
    /// Names of the fields so far that are no files.
    fields: Vec<String>,
    at: At,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first delimiter.
    Preamble,
    /// Behind a delimiter; its CRLF is still in the buffer.
    Header,
    Content,
    Closed,
    /// Behind an error. What follows could be misread, so nothing is read.
    Broken,
}

/// What a delimiter at the beginning of the buffer turns out to be.
enum Line {
    /// The next part; so many bytes precede the line's CRLF.
    Next(usize),
    Closing,
    Content,
    Unfinished,
}

impl<S: BodySource> FormReader<S> {
    /// Starts reading at the body's first byte; nothing is asked of the source yet.
    pub fn new(source: S, boundary: &Boundary, limits: FormLimits) -> Self {
        Self {
            source,
            delimiter: Finder::new(&boundary.0).into_owned(),
            limits,
            // A first delimiter may open the body, without its CRLF. Lending it one makes
            // it like the others.
            buf: Bytes::from_static(b"\r\n"),
            searched: 0,
            parts: 0,
            fields: Vec::new(),
            at: At::Preamble,
        }
    }

    /// Skips what is left of the current part and reads the next one's header. `None` behind
    /// the closing delimiter; what may follow it is not read. A file field that was left empty,
    /// which comes as one part without name and content (HTML, 4.10.22.4), is passed over.
    ///
    /// # Errors
    ///
    /// Those of [`FormError`] that concern the body. They are final.
    pub fn next_part(&mut self) -> Result<Option<Part>, FormError> {
        let part = loop {
            match self.skip_to_part() {
                Ok(Some(part)) if part.file_name.as_deref() == Some("") => match self.is_empty() {
                    Ok(true) => {}
                    Ok(false) => break Ok(Some(part)),
                    Err(error) => break Err(error),
                },
                part => break part,
            }
        };
        if part.is_err() {
            self.at = At::Broken;
        }
        part
    }

    /// The next piece of the current part's content, never an empty one; `None` at its end,
    /// and where there is no current part.
    ///
    /// # Errors
    ///
    /// [`FormError::Cut`], [`FormError::Source`], and [`FormError::HeaderTooLong`] where a
    /// delimiter's padding is. They are final.
    pub fn data(&mut self) -> Result<Option<Bytes>, FormError> {
        let data = match self.at {
            At::Content => self.until_delimiter(),
            At::Preamble | At::Header | At::Closed => Ok(None),
            At::Broken => Err(FormError::Cut),
        };
        if data.is_err() {
            self.at = At::Broken;
        }
        data
    }

    fn skip_to_part(&mut self) -> Result<Option<Part>, FormError> {
        let mut preamble = 0_usize;
        loop {
            match self.at {
                At::Preamble => {
                    while let Some(skipped) = self.until_delimiter()? {
                        preamble = preamble.saturating_add(skipped.len());
                        if preamble > self.limits.header {
                            return Err(FormError::HeaderTooLong);
                        }
                    }
                }
                At::Content => while self.until_delimiter()?.is_some() {},
                At::Header => return self.header().map(Some),
                At::Closed => return Ok(None),
                At::Broken => return Err(FormError::Cut),
            }
        }
    }

    /// Whether the content that begins here has no byte; nothing is given on.
    fn is_empty(&mut self) -> Result<bool, FormError> {
        loop {
            match self.delimiter.find(&self.buf) {
                Some(0) => match self.line()? {
                    Line::Next(_) | Line::Closing => return Ok(true),
                    Line::Content => return Ok(false),
                    Line::Unfinished => {}
                },
                Some(_) => return Ok(false),
                None if self.ready() > 0 => return Ok(false),
                None => {}
            }
            self.more()?;
        }
    }

    /// What precedes the next delimiter, piece by piece; then `None`, with `at` moved on.
    fn until_delimiter(&mut self) -> Result<Option<Bytes>, FormError> {
        loop {
            let ready = match self.delimiter.find(&self.buf) {
                Some(0) => match self.line()? {
                    Line::Next(length) => {
                        self.buf.advance(length);
                        self.at = At::Header;
                        return Ok(None);
                    }
                    Line::Closing => {
                        self.buf.clear();
                        self.at = At::Closed;
                        return Ok(None);
                    }
                    Line::Content => self.delimiter.needle().len(),
                    Line::Unfinished => 0,
                },
                Some(at) => at,
                None => self.ready(),
            };
            if ready > 0 {
                return Ok(Some(self.buf.split_to(ready)));
            }
            self.more()?;
        }
    }

    /// Looks at what follows the delimiter at the beginning of the buffer.
    fn line(&mut self) -> Result<Line, FormError> {
        let delimiter = self.delimiter.needle().len();
        let known = mem::take(&mut self.searched).max(delimiter);
        let rest = self.buf.get(known..).unwrap_or_default();
        let is_text = |b: &u8| !matches!(b, b' ' | b'\t');
        let padding = rest.iter().position(is_text).unwrap_or(rest.len());
        let end = known + padding;
        if end - delimiter > self.limits.header {
            return Err(FormError::HeaderTooLong);
        }
        Ok(match rest.get(padding..).unwrap_or_default() {
            [b'\r', b'\n', ..] => Line::Next(end),
            [b'-', b'-', ..] if end == delimiter => Line::Closing,
            [] | [b'\r'] => {
                self.searched = end;
                Line::Unfinished
            }
            [b'-'] if end == delimiter => Line::Unfinished,
            _ => Line::Content,
        })
    }

    /// How much of a buffer without a delimiter is content in any case: all but an end that
    /// the next piece may complete to one. A delimiter has its only CR in front, so that the
    /// buffer's last CR is the only place where it may begin.
    fn ready(&self) -> usize {
        let window = self.buf.len().saturating_sub(self.delimiter.needle().len());
        let end = self.buf.get(window..).unwrap_or_default();
        memchr::memrchr(b'\r', end)
            .filter(|&cr| {
                let begun = end.get(cr..).unwrap_or_default();
                self.delimiter.needle().starts_with(begun)
            })
            .map_or(self.buf.len(), |cr| window + cr)
    }

    /// Reads a part's header, from the CRLF of its delimiter to its empty line.
    fn header(&mut self) -> Result<Part, FormError> {
        const END: &[u8] = b"\r\n\r\n";
        if self.parts >= self.limits.parts {
            return Err(FormError::TooManyParts);
        }
        // The buffer's first CRLF is not part of the header's length.
        let limit = self.limits.header.saturating_add(2);
        let length = loop {
            let rest = self.buf.get(self.searched..).unwrap_or_default();
            if let Some(at) = memmem::find(rest, END) {
                break self.searched + at;
            }
            self.searched = (self.buf.len() + 1).saturating_sub(END.len());
            if self.searched > limit {
                return Err(FormError::HeaderTooLong);
            }
            self.more()?;
        };
        self.searched = 0;
        if length > limit {
            return Err(FormError::HeaderTooLong);
        }
        let header = self.buf.split_to(length);
        self.buf.advance(END.len());
        // A header without its empty line would swallow the parts behind it.
        if self.delimiter.find(&header).is_some() {
            return Err(FormError::BadHeader);
        }
        let part = parse_header(&header)?;
        if part.name.len() > self.limits.field_name {
            return Err(FormError::FieldNameTooLong);
        }
        if part.file_name.is_none() {
            if self.fields.contains(&part.name) {
                return Err(FormError::Repeated);
            }
            self.fields.push(part.name.clone());
        }
        self.parts += 1;
        self.at = At::Content;
        Ok(part)
    }

    /// Adds the next piece to the buffer.
    fn more(&mut self) -> Result<(), FormError> {
        // As a rule a few bytes. A copy does not keep the piece they come from in memory
        // while the next one is waited for.
        self.buf = Bytes::copy_from_slice(&self.buf);
        let piece = loop {
            let piece = self.source.next_piece()?.ok_or(FormError::Cut)?;
            if !piece.is_empty() {
                break piece;
            }
        };
        self.buf = if self.buf.is_empty() { piece } else { [&*self.buf, &*piece].concat().into() };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Pieces(Vec<&'static [u8]>);

    impl BodySource for Pieces {
        fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
            if self.0.is_empty() {
                return Ok(None);
            }
            match self.0.remove(0) {
                b"<broken>" => Err(io::Error::other("connection reset")),
                piece => Ok(Some(Bytes::from_static(piece))),
            }
        }
    }

    fn reader(pieces: &[&'static [u8]]) -> FormReader<Pieces> {
        let boundary = Boundary::from_content_type("multipart/form-data; boundary=B").unwrap();
        FormReader::new(Pieces(pieces.to_vec()), &boundary, FormLimits::default())
    }

    /// Names and contents, without file names.
    fn read(pieces: &[&'static [u8]]) -> Result<Vec<(String, Vec<u8>)>, FormError> {
        let mut reader = reader(pieces);
        let mut parts = Vec::new();
        while let Some(part) = reader.next_part()? {
            let mut content = Vec::new();
            while let Some(data) = reader.data()? {
                assert!(!data.is_empty());
                content.extend_from_slice(&data);
            }
            parts.push((part.name, content));
        }
        Ok(parts)
    }

    const A: &[u8] = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";

    fn one_part(content: &[u8]) -> Vec<(String, Vec<u8>)> {
        vec![("a".to_owned(), content.to_vec())]
    }

    #[test]
    fn boundaries_are_read_quoted_and_unquoted() {
        for (value, boundary) in [
            ("multipart/form-data; boundary=----geckoform1", "----geckoform1"),
            ("Multipart/Form-Data;charset=x; BOUNDARY=\"a b:c\"", "a b:c"),
            ("multipart/form-data; boundary=a/b=c", "a/b=c"),
        ] {
            let delimiter = Boundary::from_content_type(value).unwrap().0;
            assert_eq!(delimiter, format!("\r\n--{boundary}").into_bytes());
        }
        let longest = format!("multipart/form-data; boundary={}", "x".repeat(70));
        assert!(Boundary::from_content_type(&longest).is_ok());
        assert!(Boundary::from_content_type(&(longest + "x")).is_err());
    }

    #[test]
    fn other_content_types_and_bad_boundaries_are_refused() {
        for value in ["", "text/plain; boundary=a", "multipart/mixed; boundary=a"] {
            let refused = Boundary::from_content_type(value);
            assert!(matches!(refused, Err(FormError::NotAForm)), "{value}");
        }
        for parameters in [
            "",
            "; boundary",
            "; boundary=",
            "; boundary=\"\"",
            "; boundary=\"a",
            "; boundary=\"a \"",
            "; boundary=\"a%0D%0A\"",
            "; boundary=é",
            "; boundary=a; boundary=a",
        ] {
            let refused = Boundary::from_content_type(&format!("multipart/form-data{parameters}"));
            assert!(matches!(refused, Err(FormError::NoBoundary)), "{parameters}");
        }
    }

    #[test]
    fn a_form_without_parts_is_whole() {
        assert_eq!(read(&[b"--B--\r\n"]).unwrap(), []);
        assert_eq!(read(&[b"preamble\r\n--B--"]).unwrap(), []);
    }

    #[test]
    fn an_empty_body_is_cut() {
        assert!(matches!(read(&[]), Err(FormError::Cut)));
        assert!(matches!(read(&[b"", b""]), Err(FormError::Cut)));
    }

    #[test]
    fn padding_behind_a_boundary_is_allowed() {
        let pieces = [b"--B \t".as_slice(), b" \r", b"\n", &A[5..], b"x\r\n--B--  \r\n"];
        assert_eq!(read(&pieces).unwrap(), one_part(b"x"));
    }

    #[test]
    fn a_line_that_only_begins_like_a_delimiter_is_content() {
        let near = b"\r\n--Bx\r\n--B -- \r\n--B-\r\n--B\r\r\n--b--\n--B--\r--B--\r\n\r\n--";
        assert_eq!(read(&[A, near, b"\r\n--B--"]).unwrap(), one_part(near));
    }

    #[test]
    fn a_header_without_its_empty_line_swallows_no_part() {
        let pieces = [&A[..A.len() - 4], b"\r\n", A, b"x\r\n--B--"];
        assert!(matches!(read(&pieces), Err(FormError::BadHeader)));
    }

    #[test]
    fn content_is_handed_on_without_a_copy() {
        let content: &[u8] = &[b'x'; 1000];
        let mut reader = reader(&[A, content, b"\r\n--B--"]);
        reader.next_part().unwrap();
        let data = reader.data().unwrap().unwrap();
        assert_eq!((data.as_ptr(), data.len()), (content.as_ptr(), content.len()));
    }

    #[test]
    fn what_is_not_read_of_a_part_is_skipped() {
        const B: &[u8] = b"--B\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n";
        let mut reader = reader(&[A, b"x", b"y\r\n", B, b"z\r\n--B--", b"<broken>"]);
        assert!(reader.data().unwrap().is_none());
        reader.next_part().unwrap();
        assert_eq!(reader.data().unwrap().unwrap(), "x");
        reader.next_part().unwrap();
        assert_eq!(reader.data().unwrap().unwrap(), "z");
        assert!(reader.next_part().unwrap().is_none());
        assert!(reader.data().unwrap().is_none());
        assert!(reader.next_part().unwrap().is_none());
    }

    #[test]
    fn an_error_is_final() {
        let mut reader = reader(&[A, b"x", b"<broken>", b"\r\n--B--"]);
        reader.next_part().unwrap();
        reader.data().unwrap();
        assert!(matches!(reader.data(), Err(FormError::Source(_))));
        assert!(matches!(reader.data(), Err(FormError::Cut)));
        assert!(matches!(reader.next_part(), Err(FormError::Cut)));
    }
}
