//! Why a layer of the sandbox is missing.

use std::io;

/// Why a layer is missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lack {
    /// The kernel does not have it.
    Kernel,
    /// A filter that somebody put around this process does not let us ask for it.
    Filter,
}

impl Lack {
    /// By how asking was refused. No kernel answers "not permitted" to these questions, and filters do: those of
    /// systemd's units, and of containers.
    pub fn of(error: &io::Error) -> Self {
        match error.raw_os_error() {
            Some(libc::EPERM) => Self::Filter,
            _ => Self::Kernel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_told_from_a_kernel_without() {
        let lack = |error| Lack::of(&io::Error::from_raw_os_error(error));
        assert_eq!(lack(libc::EPERM), Lack::Filter);
        for error in [libc::ENOSYS, libc::EOPNOTSUPP, libc::EINVAL] {
            assert_eq!(lack(error), Lack::Kernel);
        }
    }
}
