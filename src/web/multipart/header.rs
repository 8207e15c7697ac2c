//! The words of a part's header and of a content type: fields, parameters, quoted texts.

use std::fmt;

use memchr::memmem;

use super::error::FormError;

/// What a part's header says.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The field's name, decoded like `file_name`.
    pub name: String,
    /// The file's name as the sender has it, path and all: not safe to use as one here.
    /// Empty where a file input was left empty; `None` where the field is no file.
    pub file_name: Option<String>,
}

/// File names are secret: only whether there is one is shown.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("name", &self.name)
            .field("file_name", &self.file_name.as_ref().map(|_| ".."))
            .finish()
    }
}

/// RFC 7578, section 4.2: one Content-Disposition, of type form-data, with a name. The other
/// fields are of no use here, but must be fields; folded lines are not.
pub(super) fn parse_header(header: &[u8]) -> Result<Part, FormError> {
    let mut lines = header.strip_prefix(b"\r\n").unwrap_or(header);
    let mut disposition = None;
    while !lines.is_empty() {
        let (line, rest) = split_once(lines, b"\r\n").unwrap_or((lines, b""));
        let (field, value) = split_once(line, b":").ok_or(FormError::BadHeader)?;
        if !is_token(field)
            || (field.eq_ignore_ascii_case(b"content-disposition")
                && disposition.replace(value).is_some())
        {
            return Err(FormError::BadHeader);
        }
        lines = rest;
    }
    let disposition = disposition.ok_or(FormError::PartWithoutName)?;
    let (kind, mut rest) = split_at_parameters(disposition);
    if !kind.eq_ignore_ascii_case(b"form-data") {
        return Err(FormError::BadHeader);
    }
    let (mut name, mut file_name) = (None, None);
    while let Some((parameter, value)) = next_parameter(&mut rest)? {
        // `filename*` must not be sent in a form and is passed over.
        let known = match parameter.to_ascii_lowercase().as_slice() {
            b"name" => &mut name,
            b"filename" => &mut file_name,
            _ => continue,
        };
        if known.replace(value).is_some() {
            return Err(FormError::BadHeader);
        }
    }
    let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
    Ok(Part {
        name: name.filter(|name| !name.is_empty()).map(text).ok_or(FormError::PartWithoutName)?,
        file_name: file_name.map(text),
    })
}

/// `form-data; name="a"` -> `form-data` and `; name="a"`.
pub(super) fn split_at_parameters(value: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let (kind, parameters) = value.split_at(end);
    (kind.trim_ascii(), parameters)
}

/// A parameter's name, and its value decoded.
type Parameter<'a> = (&'a [u8], Vec<u8>);

/// Takes the next `; name=value` off the text; `None` at its end.
pub(super) fn next_parameter<'a>(text: &mut &'a [u8]) -> Result<Option<Parameter<'a>>, FormError> {
    let rest = text.trim_ascii();
    if rest.is_empty() || rest == b";" {
        return Ok(None);
    }
    let rest = rest.strip_prefix(b";").ok_or(FormError::BadHeader)?;
    let (name, rest) = split_once(rest.trim_ascii_start(), b"=").ok_or(FormError::BadHeader)?;
    if !is_token(name) {
        return Err(FormError::BadHeader);
    }
    let (value, rest) = if let Some(quoted) = rest.strip_prefix(b"\"") {
        // A browser leaves a backslash alone, also one that ends a name and so stands
        // before the closing quote. Read as an escape, it leaves the text without an end.
        unquote(quoted, true).or_else(|| unquote(quoted, false)).ok_or(FormError::BadHeader)?
    } else {
        let is_end = |b: &u8| b"; \t\"".contains(b);
        let (value, rest) = rest.split_at(rest.iter().position(is_end).unwrap_or(rest.len()));
        (value.to_vec(), rest)
    };
    *text = rest;
    Ok(Some((name, value)))
}

/// Decodes a quoted text behind its opening quote, and gives what follows the closing one.
/// Browsers and curl write a quote, CR and LF as `%22`, `%0D` and `%0A` and leave `%` alone
/// (WHATWG HTML, "multipart/form-data encoding algorithm"); older curl, and curl with
/// `--form-escape`, write `\"` and `\\`. A name that holds these very letters is misread:
/// the wire does not tell them apart.
fn unquote(mut text: &[u8], backslash_escapes: bool) -> Option<(Vec<u8>, &[u8])> {
    let mut value = Vec::new();
    loop {
        let (byte, rest) = match text {
            [b'"', rest @ ..] => return Some((value, rest)),
            [b'\\', byte @ (b'"' | b'\\'), rest @ ..] if backslash_escapes => (*byte, rest),
            [b'%', b'2', b'2', rest @ ..] => (b'"', rest),
            [b'%', b'0', b'D', rest @ ..] => (b'\r', rest),
            [b'%', b'0', b'A', rest @ ..] => (b'\n', rest),
            [byte, rest @ ..] => (*byte, rest),
            [] => return None,
        };
        value.push(byte);
        text = rest;
    }
}

/// RFC 9110, section 5.6.2: what the name of a field or of a parameter is made of.
fn is_token(text: &[u8]) -> bool {
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b);
    !text.is_empty() && text.iter().all(allowed)
}

fn split_once<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, separator)?;
    Some((text.get(..at)?, text.get(at + separator.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disposition(parameters: &[u8]) -> Result<Part, FormError> {
        let header = [b"\r\nContent-Disposition: form-data", parameters].concat();
        parse_header(&header)
    }

    fn file_name(quoted: &[u8]) -> String {
        let parameters = [b"; name=\"f\"; filename=\"", quoted, b"\""].concat();
        disposition(&parameters).unwrap().file_name.unwrap()
    }

    #[test]
    fn names_are_decoded_as_browsers_and_curl_write_them() {
        assert_eq!(file_name("évidence 1.pdf".as_bytes()), "évidence 1.pdf");
        assert_eq!(file_name(b"a%22b%0D%0Ac"), "a\"b\r\nc");
        assert_eq!(file_name(b"a\\\"b\\\\c"), "a\"b\\c");
        assert_eq!(file_name(b"100%25 %0d %2 %"), "100%25 %0d %2 %");
        assert_eq!(file_name(b"C:\\dir\\a;b=c.txt"), "C:\\dir\\a;b=c.txt");
        assert_eq!(file_name(b"../../etc/passwd"), "../../etc/passwd");
        assert_eq!(file_name(b"\xe9\xff"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_name_that_ends_with_a_backslash_does_not_spoil_the_form() {
        assert_eq!(file_name(b"a\\"), "a\\");
    }

    #[test]
    fn an_empty_file_input_is_still_a_file() {
        assert_eq!(file_name(b""), "");
    }

    #[test]
    fn filename_star_is_passed_over() {
        let part = disposition(b"; name=\"f\"; filename*=UTF-8''b.txt").unwrap();
        assert_eq!(part.file_name, None);
        let part = disposition(b"; name=\"f\"; filename*=UTF-8''b; filename=\"a\"").unwrap();
        assert_eq!(part.file_name.as_deref(), Some("a"));
    }

    #[test]
    fn unquoted_values_odd_case_and_other_fields_are_read() {
        let header =
            b"\r\ncontent-type: a/b\r\nCONTENT-DISPOSITION:Form-Data;NAME=a ; FileName=b;\r\nX-Y:";
        let part = parse_header(header).unwrap();
        assert_eq!((part.name.as_str(), part.file_name.as_deref()), ("a", Some("b")));
    }

    #[test]
    fn malformed_headers_are_refused() {
        for header in [
            b"\r\nContent-Disposition: attachment; name=\"a\"".as_slice(),
            b"\r\nContent-Disposition: form-data; name=\"a",
            b"\r\nContent-Disposition: form-data; name=\"a\"b",
            b"\r\nContent-Disposition: form-data; name",
            b"\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"",
            b"\r\nContent-Disposition: form-data; name=a; filename=b; filename=b",
            b"\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=a",
            b"\r\nContent-Disposition : form-data; name=a",
            b"\r\nContent-Disposition: form-data;\r\n name=a",
            b"\r\nContent-Disposition: form-data; name=a\r\nno colon",
            b"\r\nContent-Disposition: form-data; name=a\r\n: x",
        ] {
            let header_text = header.escape_ascii();
            let refused = parse_header(header);
            assert!(matches!(refused, Err(FormError::BadHeader)), "{header_text}");
        }
    }

    #[test]
    fn a_part_must_have_a_name() {
        for header in [
            b"".as_slice(),
            b"\r\nContent-Type: text/plain",
            b"\r\nContent-Disposition: form-data",
            b"\r\nContent-Disposition: form-data; filename=\"a\"",
            b"\r\nContent-Disposition: form-data; name=\"\"",
        ] {
            let refused = parse_header(header);
            assert!(matches!(refused, Err(FormError::PartWithoutName)));
        }
    }

    #[test]
    fn debug_keeps_the_file_name_secret() {
        let part = disposition(b"; name=\"f\"; filename=\"marker\"").unwrap();
        assert!(!format!("{part:?}").contains("marker"));
    }
}
