//! Text files as people have them.

/// Why a file is not read as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotText {
    /// As Notepad's "Unicode" and `>` of Windows PowerShell write it.
    #[error("is UTF-16 text; open it in a text editor and save it again as UTF-8")]
    Utf16,
    /// Latin-1, or no text at all.
    #[error("is not UTF-8 text; open it in a text editor and save it again as UTF-8")]
    Other,
}

/// The bytes behind a byte order mark of UTF-8, if there is one. UTF-16 is refused.
pub fn without_bom(bytes: &[u8]) -> Result<&[u8], NotText> {
    // Every second byte of ASCII in UTF-16 is zero, also where the mark is missing.
    let utf16 = matches!(
        bytes,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] | [1..=0x7f, 0, ..]
    );
    if utf16 {
        Err(NotText::Utf16)
    } else {
        Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
    }
}

/// UTF-8 text, without its byte order mark.
pub fn utf8(bytes: &[u8]) -> Result<&str, NotText> {
    std::str::from_utf8(without_bom(bytes)?).map_err(|_| NotText::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn utf8_is_read_with_a_mark_and_without() {
        for text in ["", "é", "a", "ab", "\u{feff}", "\u{feff}é\n"] {
            let plain = text.trim_start_matches('\u{feff}');
            assert_eq!(utf8(text.as_bytes()), Ok(plain), "{text:?}");
        }
        // One mark is the file's, a second one is its text.
        assert_eq!(utf8("\u{feff}\u{feff}a".as_bytes()), Ok("\u{feff}a"));
    }

    #[test]
    fn utf16_is_told_from_what_is_no_text() {
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            for text in ["\u{feff}# clé", "# key", "\u{feff}"] {
                assert_eq!(utf8(&utf16(text, unit)), Err(NotText::Utf16), "{text:?}");
            }
        }
        assert_eq!(utf8(b"cl\xe9"), Err(NotText::Other));
    }
}
