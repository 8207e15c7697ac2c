//! Padding, so that what is stored does not tell an exact size.

use std::io::{self, Read};

use super::header;

/// The least padded length of a file, and the step of a manifest: 16 KiB.
pub const STEP: u64 = 16 * 1024;

/// Length in bytes -> padded length in bytes: Padmé, at least [`STEP`].
///
/// Keeps the `floor(log2(floor(log2 L))) + 1` leading bits of a length, which costs at most 12 %
/// and leaks O(log log L) bits. Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
/// Communication with PURBs", `PoPETs` 2019, algorithm 1.
pub fn padded_file(length: u64) -> u64 {
    if length <= STEP {
        return STEP;
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1_u64 << (exponent - kept)) - 1;
    length.saturating_add(mask) & !mask
}

/// Length in bytes -> padded length in bytes: the next multiple of [`STEP`], never zero.
pub fn padded_manifest(length: u64) -> u64 {
    length.max(1).next_multiple_of(STEP)
}

/// Length in bytes -> bytes of such a file at most once it is sealed: the header, and a tag every 64 KiB.
pub fn sealed_file(length: u64) -> u64 {
    let padded = padded_file(length);
    padded + padded / 4096 + header::MOST as u64
}

/// The step of a note: 1 KiB.
pub const NOTE_STEP: u64 = 1024;

/// Length in bytes -> padded length in bytes: the next multiple of [`NOTE_STEP`], never zero.
pub fn padded_note(length: u64) -> u64 {
    length.max(1).next_multiple_of(NOTE_STEP)
}

/// Reads to the end and says how many bytes came, or `None` when one of them was not zero.
pub fn count_zeros(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<Option<u64>> {
    let mut count = 0;
    loop {
        match reader.read(buffer) {
            Ok(0) => return Ok(Some(count)),
            Ok(n) => {
                if buffer.iter().take(n).any(|byte| *byte != 0) {
                    return Ok(None);
                }
                count += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_lengths() {
        // Padmé of the paper for 1000-byte-like lengths above the floor of 16 KiB.
        for (length, padded) in [
            (0, 16_384),
            (16_384, 16_384),
            (16_385, 17_408),
            (65_535, 65_536),
            (65_536, 65_536),
            (65_537, 67_584),
            (1 << 20, 1 << 20),
            ((1 << 20) + 1, (1 << 20) + (1 << 15)),
            (3_758_096_384, 3_758_096_384),
        ] {
            assert_eq!(padded_file(length), padded, "{length}");
        }
        assert_eq!([0, 1, 16_384, 16_385].map(padded_manifest), [16_384, 16_384, 16_384, 32_768]);
    }

    proptest! {
        #[test]
        fn at_most_twelve_percent_and_a_fixed_point(length in 16_384_u64..1 << 45) {
            let padded = padded_file(length);
            prop_assert!(padded >= length && padded - length <= length * 12 / 100);
            prop_assert_eq!(padded_file(padded), padded);
            prop_assert!(padded_file(length + 1) >= padded);
        }
    }
}
