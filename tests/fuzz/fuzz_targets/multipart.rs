//! Any bytes, in any pieces, read as they do in one piece, and within the limits.
//!
//! The input's first byte says how many of the next ones are lengths of pieces (used over
//! and over), and whether each piece is its own allocation; the rest is the body. The
//! boundary is `B` and the limits are small, so that inputs reach them soon.

#![no_main]

use std::io;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use sourdine::web::multipart::{BodySource, Boundary, FormError, FormLimits, FormReader, Part};

const LIMITS: FormLimits = FormLimits {
    header: 96,
    parts: 4,
    field_name: 8,
};

struct Pieces<'a> {
    body: Bytes,
    lengths: &'a [u8],
    own: bool,
    asked: usize,
    given: usize,
}

impl BodySource for &mut Pieces<'_> {
    fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        if self.body.is_empty() {
            return Ok(None);
        }
        let length = match self.lengths {
            [] => self.body.len(),
            // One byte more, lest a body of empty pieces never ends.
            lengths => usize::from(lengths[self.asked % lengths.len()]) + 1,
        };
        self.asked += 1;
        let piece = self.body.split_to(length.min(self.body.len()));
        self.given += piece.len();
        Ok(Some(if self.own {
            Bytes::copy_from_slice(&piece)
        } else {
            piece
        }))
    }
}

/// The parts with their contents, and the error that ended the reading.
type Events = (Vec<(Part, Vec<u8>)>, Option<FormError>);

fn read(pieces: &mut Pieces<'_>, boundary: &Boundary) -> Events {
    let mut reader = FormReader::new(pieces, boundary, LIMITS);
    let mut parts = Vec::new();
    loop {
        match reader.next_part() {
            Ok(Some(part)) => parts.push((part, Vec::new())),
            Ok(None) => {
                assert!(matches!(reader.data(), Ok(None)));
                assert!(matches!(reader.next_part(), Ok(None)));
                return (parts, None);
            }
            Err(error) => {
                assert!(matches!(reader.next_part(), Err(FormError::Cut)));
                return (parts, Some(error));
            }
        }
        loop {
            match reader.data() {
                Ok(Some(data)) => {
                    assert!(!data.is_empty());
                    if let Some((_, content)) = parts.last_mut() {
                        content.extend_from_slice(&data);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    assert!(matches!(reader.data(), Err(FormError::Cut)));
                    return (parts, Some(error));
                }
            }
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((&first, rest)) = input.split_first() else {
        return;
    };
    let count = usize::from(first & 0x0f).min(rest.len());
    let (lengths, body) = rest.split_at(count);
    let Ok(boundary) = Boundary::from_content_type("multipart/form-data; boundary=B") else {
        unreachable!("a valid content type");
    };
    let pieces = |lengths, own| Pieces {
        body: Bytes::copy_from_slice(body),
        lengths,
        own,
        asked: 0,
        given: 0,
    };

    let mut in_one = pieces(&[], false);
    let mut in_many = pieces(lengths, first & 0x10 != 0);
    let (parts, error) = read(&mut in_one, &boundary);
    let (parts_of_many, error_of_many) = read(&mut in_many, &boundary);
    assert_eq!(parts, parts_of_many);
    assert_eq!(
        error.as_ref().map(std::mem::discriminant),
        error_of_many.as_ref().map(std::mem::discriminant)
    );

    assert!(parts.len() <= LIMITS.parts);
    assert!(
        parts
            .iter()
            .all(|(part, _)| part.name.len() <= LIMITS.field_name)
    );
    // Nothing appears that was not sent, and a whole form has its closing delimiter.
    let sent: usize = parts.iter().map(|(_, content)| content.len()).sum();
    assert!(sent <= body.len());
    let closing = b"--B--";
    if error.is_none() {
        assert!(body.windows(closing.len()).any(|window| window == closing));
    }
});
