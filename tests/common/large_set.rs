//! Three bundles as a busy team gets them: 40 mailboxes, 200 dispatches, names and texts that want to do harm, Arabic.

use std::path::{Path, PathBuf};

use sourdine::base::kind::DispatchKind;

use super::Editor;
use super::dispatches::*;

const FIRST: [&str; 8] = ["brave", "calm", "clever", "eager", "gentle", "happy", "kind", "quiet"];
const SECOND: [&str; 5] = ["heron", "fox", "owl", "otter", "lynx"];
/// Dispatches of each mailbox: in which bundle, and of which kind.
const EACH: [(usize, DispatchKind); 5] = [
    (0, DispatchKind::Submission),
    (0, DispatchKind::Submission),
    (1, DispatchKind::Reply),
    (1, DispatchKind::Note),
    (2, DispatchKind::Submission),
];
/// Characters of the longest message.
const LONG: usize = 100_000;
/// Files of all dispatches together, but for the first, which takes the rest of the bytes.
const FILES: usize = 40 * 4 * 2;

const NAMES: [&str; 20] = [
    "../../../etc/passwd",
    "con.pdf",
    "نسخة من العقد.pdf",
    "\u{202e}fdp.exe",
    "a\nb\u{1b}[2J.txt",
    "<img src=x onerror=alert(1)>.html",
    "\"onmouseover=\"alert(1).svg",
    "délibération n°4.pdf",
    "ΟΔΟΣ.txt",
    "οδος.txt",
    ".hidden",
    "-rf",
    "desktop.ini",
    "COM¹.txt",
    "گزارش\u{200c}ها.pdf",
    " ",
    "Leak.PDF",
    "leak.pdf",
    "a/b\\c:d*e?.txt",
    "</li></ul><script>alert(1)</script>.pdf",
];

/// What was sent, without its bytes.
pub struct Sent {
    pub mailbox: String,
    pub message: String,
    pub place: String,
    pub files: usize,
}

/// The three bundles.
pub struct LargeSet {
    pub bundles: Vec<PathBuf>,
    /// By mailbox, in the order of each conversation.
    pub sent: Vec<Sent>,
    /// Bytes of all files.
    pub bytes: u64,
}

/// The name of mailbox `m`, of 40.
pub fn mailbox(m: usize) -> String {
    format!("{}-{}", FIRST[m % FIRST.len()], SECOND[m / FIRST.len()])
}

/// A word that stands in one message alone.
pub fn mark(m: usize, n: usize) -> String {
    format!("mark{m}x{n}")
}

fn message(m: usize, n: usize) -> String {
    let mark = mark(m, n);
    match (m + n) % 4 {
        0 => format!("مرحبا {mark}، هذه وثيقة من البلدية (1).\nA line in English."),
        1 => format!("</p><script>alert('{mark}')</script>\u{1b}[31m\u{202e} <!--here--> & more"),
        2 => format!("Envoi {mark} : la délibération.\n\n\tEn pièce jointe."),
        _ if m == 7 => format!("{mark} {}", "é<".repeat((LONG - 20) / 2)),
        _ => mark,
    }
}

impl LargeSet {
    /// Writes them into `dir`, of so many bytes in all.
    pub fn new(dir: &Path, editor: &Editor, bytes: usize) -> Self {
        let mut new = Self { bundles: Vec::new(), sent: Vec::new(), bytes: 0 };
        let sources: Vec<_> = (0..FIRST.len() * SECOND.len())
            .map(|_| age::x25519::Identity::generate().to_public().to_string())
            .collect();
        let one = bytes * 7 / 8 / FILES;
        for number in 0..3 {
            let mut dispatches = Vec::new();
            for (m, source) in sources.iter().enumerate() {
                for (n, (_, kind)) in EACH.iter().enumerate().filter(|(_, (of, _))| *of == number) {
                    dispatches.push(dispatch(m, n, *kind, source, one, bytes));
                }
            }
            let path = dir.join(format!("large-{number}.tar"));
            bundle(&path, editor, &dispatches);
            new.bundles.push(path);
            new.bytes +=
                dispatches.iter().flat_map(|d| &d.files).map(|f| f.len() as u64).sum::<u64>();
            new.sent.extend(dispatches.iter().map(|dispatch| Sent {
                mailbox: dispatch.manifest.mailbox.clone(),
                message: dispatch.manifest.message.clone(),
                place: dispatch.place(),
                files: dispatch.files.len(),
            }));
        }
        new.sent.sort_by(|a, b| a.place.cmp(&b.place));
        new
    }
}

fn dispatch(
    m: usize,
    n: usize,
    kind: DispatchKind,
    source: &str,
    one: usize,
    all: usize,
) -> Dispatch {
    let mut dispatch = Dispatch::new(&mailbox(m), &message(m, n));
    let manifest = &mut dispatch.manifest;
    manifest.kind = kind;
    manifest.dispatch = format!("{n:08x}{m:024x}");
    manifest.day = format!("2026-11-{:02}", 1 + n * 4 + m % 4);
    manifest.source_recipients = vec![source.to_owned()];
    match kind {
        DispatchKind::Submission => {}
        DispatchKind::Reply => manifest.recipients.push(source.to_owned()),
        DispatchKind::Note => {
            manifest.source_recipients.clear();
            manifest.author = "Zoé\u{202e}".into();
        }
    }
    let files = if kind == DispatchKind::Note { 0 } else { 2 };
    (0..files).fold(dispatch, |dispatch, file| {
        let is_first = (m, n, file) == (0, 0, 0);
        let size = if is_first { all / 8 } else { one };
        let name = NAMES[(m * 2 + n * 6 + file) % NAMES.len()];
        dispatch.with(name, &vec![u8::try_from(m * 5 + n + file).unwrap(); size])
    })
}
