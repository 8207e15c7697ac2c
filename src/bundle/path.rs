//! Where a member stands in a bundle. Names from a tar are hostile: only this grammar passes.

use std::fmt;

use crate::base::kind::DispatchKind;

const LONGEST: usize = 64;

/// A member of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberPath {
    /// The mailbox's name among editors: lower-case words, joined by dashes.
    pub designation: String,
    /// 32 hex digits; a hand-made reply may use another short name.
    pub dispatch: String,
    /// Which member.
    pub member: Member,
}

/// Manifest or file. The name of the manifest says what the dispatch is, so that nobody guesses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// `manifest.json.age`: of a submission or a reply.
    Manifest,
    /// `note.json.age`: the same of a note.
    Note,
    /// `0001.age` and on.
    File(u32),
}

impl MemberPath {
    /// Reads a path of a tar entry; `None` for anything that is not a member of a bundle.
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.strip_prefix("./").unwrap_or(path);
        let mut parts = path.split('/');
        let (designation, dispatch, member) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !is_designation(designation) || !is_dispatch(dispatch) {
            return None;
        }
        let member = Member::parse(member)?;
        Some(Self { designation: designation.into(), dispatch: dispatch.into(), member })
    }
}

/// The folder around a path that would be a member's without it: somebody unpacked a bundle and packed it anew.
pub fn folder_around(path: &str) -> Option<&str> {
    let inner = path.rmatch_indices('/').nth(2)?.0;
    let (folder, rest) = path.split_at_checked(inner)?;
    MemberPath::parse(rest.strip_prefix('/')?).map(|_| folder)
}

/// `brave-heron`, `brave-heron-lake`, `brave-heron-2`: what a designation can look like.
pub fn is_designation(text: &str) -> bool {
    text.len() <= LONGEST
        && text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// What the id of a dispatch can look like.
pub fn is_dispatch(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

impl Member {
    /// The manifest of a dispatch of this kind.
    pub const fn manifest_of(kind: DispatchKind) -> Self {
        match kind {
            DispatchKind::Submission | DispatchKind::Reply => Self::Manifest,
            DispatchKind::Note => Self::Note,
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".age")?;
        match stem {
            "manifest.json" => return Some(Self::Manifest),
            "note.json" => return Some(Self::Note),
            _ => {}
        }
        let digits = (4..=6).contains(&stem.len()) && stem.bytes().all(|b| b.is_ascii_digit());
        let number = stem.parse().ok().filter(|n| *n > 0)?;
        let member = Self::File(number);
        (digits && member.to_string() == name).then_some(member)
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest => f.write_str("manifest.json.age"),
            Self::Note => f.write_str("note.json.age"),
            Self::File(number) => write!(f, "{number:04}.age"),
        }
    }
}

impl fmt::Display for MemberPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.designation, self.dispatch, self.member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_around_a_member_is_found() {
        for (path, folder) in [
            ("x/brave-heron/00ff/manifest.json.age", Some("x")),
            ("./My folder/é/brave-heron/00ff/0001.age", Some("./My folder/é")),
            ("/brave-heron/00ff/0001.age", Some("")),
            ("brave-heron/00ff/0001.age", None),
            ("brave-heron/00ff/0001.txt", None),
            ("x/brave-heron/00ff/README.txt", None),
        ] {
            assert_eq!(folder_around(path), folder, "{path}");
        }
    }

    #[test]
    fn only_members_pass() {
        for good in [
            "brave-heron/00ff/manifest.json.age",
            "brave-heron/00ff/note.json.age",
            "./brave-heron-2/reply1/0001.age",
            "a/b/12345.age",
        ] {
            let parsed = MemberPath::parse(good).unwrap();
            assert_eq!(parsed.to_string(), good.trim_start_matches("./"));
        }
        for bad in [
            "",
            "/etc/passwd",
            "a/b",
            "a/b/c/0001.age",
            "../b/0001.age",
            "a/../0001.age",
            "a/b/../0001.age",
            "A/b/0001.age",
            "a/b/0000.age",
            "a/b/1.age",
            "a/b/00001.age",
            "a/b/0001",
            "a/b/manifest.json",
            "a/b/note.json",
            "a/b/NOTE.json.age",
            "a/b/reply.json.age",
            "-a/b/0001.age",
            "a/b\u{202e}/0001.age",
            "a/b/+001.age",
            "a//0001.age",
        ] {
            assert_eq!(MemberPath::parse(bad), None, "{bad:?}");
        }
    }
}
