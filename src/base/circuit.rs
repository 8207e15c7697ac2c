//! Who sends, as far as can be told: a circuit of Tor. It stands for a visit while that lasts, is kept in
//! memory only, and is never written or shown.

/// The key of every limit that is shared out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Circuit {
    /// A program of this machine. These cannot be told apart, so no share holds for them.
    Local,
    /// The number that tor gave a circuit, unique while tor runs.
    Tor(u32),
}

impl Circuit {
    /// Whether others can be told from it.
    pub fn is_known(self) -> bool {
        self != Self::Local
    }

    /// The circuit's number, where there is one.
    pub fn number(self) -> Option<u32> {
        match self {
            Self::Local => None,
            Self::Tor(number) => Some(number),
        }
    }
}
