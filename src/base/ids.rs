//! Opaque identifiers: 16 bytes each, told apart by type.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        /// 32 lower-case hex digits.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl $name {
            /// Reads the 32 lower-case hex digits that [`Self`] prints.
            pub fn parse(text: &str) -> Option<Self> {
                from_hex(text).map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "(..)"))
            }
        }
    };
}

id! {
    /// How a mailbox is found: derived from a retrieval code, says nothing about it.
    MailboxId
}
id! {
    /// One submission or one reply.
    DispatchId
}
id! {
    /// One held draft. Random.
    DraftId
}
id! {
    /// One sealed file or manifest in the store.
    FileId
}

/// 128 bits that name a key, or a set of keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fingerprint(pub [u8; 16]);

/// `1a2b 3c4d …`: eight groups, to be read out on the phone.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<_> = self.0.chunks(2).map(hex).collect();
        f.write_str(&groups.join(" "))
    }
}

impl Fingerprint {
    /// The first half of a hash.
    pub fn of(hash: &[u8; 32]) -> Self {
        Self(first_half(hash))
    }

    /// Reads what [`Self`] prints, with or without its spaces.
    pub fn parse(text: &str) -> Option<Self> {
        from_hex(&text.replace(' ', "")).map(Self)
    }
}

/// Whom something is sealed to, by fingerprints.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeySet {
    /// Of the set.
    pub fingerprint: Fingerprint,
    /// Whether its keys are post-quantum ones; all are of one kind.
    pub is_post_quantum: bool,
    /// Of its keys, each once, in order.
    pub keys: Vec<Fingerprint>,
}

impl KeySet {
    /// How many, as the store keeps it: below zero so many post-quantum ones.
    pub fn count(&self) -> i64 {
        let count = i64::try_from(self.keys.len()).unwrap_or(i64::MAX);
        if self.is_post_quantum { -count } else { count }
    }

    /// Nobody's of the team: that of an answer which its source alone can open.
    pub fn nobody() -> Self {
        Self { fingerprint: Fingerprint([0; 16]), is_post_quantum: false, keys: Vec::new() }
    }
}

/// Lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn from_hex(text: &str) -> Option<[u8; 16]> {
    let digits = text.as_bytes();
    if digits.len() != 32 || !digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut out = [0; 16];
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

/// What a dispatch's id derives from, beside its content: one form, one seed.
#[derive(Clone, Copy)]
pub struct DispatchSeed(pub [u8; 32]);

impl DispatchId {
    /// The first half of a hash.
    pub fn of(hash: &[u8; 32]) -> Self {
        Self(first_half(hash))
    }
}

fn first_half(hash: &[u8; 32]) -> [u8; 16] {
    let mut first = [0; 16];
    first.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dispatch_id_reads_back_only_as_printed() {
        let id = DispatchId(std::array::from_fn(|i| u8::try_from(i * 17).unwrap()));
        assert_eq!(DispatchId::parse(&id.to_string()), Some(id));
        for wrong in
            ["", "00", "+0112233445566778899aabbccddeeff", &"A".repeat(32), &"0".repeat(33)]
        {
            assert_eq!(DispatchId::parse(wrong), None, "{wrong}");
        }
    }
}
