//! Onion addresses, version 3: `base32(key | checksum | version) + ".onion"`, as Tor's rend-spec-v3
//! writes them ("Encoding onion addresses").

use sha3::{Digest, Sha3_256};

/// RFC 4648, in the lower case that onion addresses are written in.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const VERSION: u8 = 3;

/// Whether a name in lower case, without port or final dot, is an onion address, its checksum included.
pub fn is_onion(name: &str) -> bool {
    let Some(bytes) = name.strip_suffix(".onion").and_then(decode) else { return false };
    let (key, rest) = bytes.split_at(32);
    let hash = Sha3_256::new().chain_update(b".onion checksum").chain_update(key);
    let checksum = hash.chain_update([VERSION]).finalize();
    *rest == [checksum[0], checksum[1], VERSION]
}

fn decode(text: &str) -> Option<[u8; 35]> {
    let letters: &[u8; 56] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 35];
    // Eight letters of five bits make five bytes.
    for (eight, five) in letters.chunks_exact(8).zip(bytes.chunks_exact_mut(5)) {
        let mut bits = 0_u64;
        for letter in eight {
            let value = LETTERS.iter().position(|known| known == letter)?;
            bits = bits << 5 | value as u64;
        }
        five.copy_from_slice(&bits.to_be_bytes()[3..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_onion_addresses() {
        for key in [
            "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd",
            "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd",
            "xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd",
        ] {
            assert!(is_onion(&format!("{key}.onion")));
            assert!(!is_onion(key));
            assert!(!is_onion(&format!("{key}.onion.ws")));
            assert!(!is_onion(&format!("www.{key}.onion")));
            assert!(!is_onion(&format!("{}.onion", key.to_uppercase())));
            // Any other letter, anywhere, is found by the checksum or the version.
            for at in 0..56 {
                let other = if &key[at..=at] == "a" { "b" } else { "a" };
                let mistyped = format!("{}{other}{}.onion", &key[..at], &key[at + 1..]);
                assert!(!is_onion(&mistyped), "{mistyped}");
            }
        }
        for other in ["", ".onion", "expyuzz4wqqyqhjn.onion", &format!("{}.onion", "é".repeat(28))]
        {
            assert!(!is_onion(other), "{other}");
        }
    }
}
