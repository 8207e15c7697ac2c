//! A conversation as plain text.

use std::fmt::Write;

use super::conversation::Mailbox;
use crate::base::kind::DispatchKind;
use crate::bundle::names::{self, printable};
use crate::pages::lang::Lang;

/// The text, in one language. What somebody wrote is indented: no line of it is taken for one of ours.
pub fn text(mailbox: &Mailbox, lang: Lang) -> String {
    let t = lang.messages();
    let mut out = format!("{} – {}\n", t.room_transcript_title(), printable(mailbox.designation()));
    for kept in &mailbox.dispatches {
        let who = match kept.manifest.kind {
            DispatchKind::Submission => t.room_transcript_source(),
            DispatchKind::Reply => t.room_transcript_team(),
            DispatchKind::Note => t.room_transcript_note(),
        };
        let _ = writeln!(out, "\n{}\n{}, {who}\n", "-".repeat(72), printable(&kept.manifest.day));
        indent(&mut out, &kept.manifest.message);
        for answer in &kept.manifest.answers {
            let _ = writeln!(out, "\n? {}", printable(&answer.label));
            indent(&mut out, &answer.value);
        }
        for file in &kept.record.files {
            let sent = kept.sent_name(file.number).map(|sent| printable(&sent.name));
            let mark = if file.fault.is_some() { '!' } else { '+' };
            let _ = writeln!(
                out,
                "{mark} {} ({})\n  {}/{}/files/{}\n  sha256 {}",
                sent.unwrap_or_else(|| file.name.clone()),
                lang.size(file.size),
                mailbox.name,
                kept.name,
                printable(&file.name),
                printable(&file.sha256)
            );
        }
    }
    out.replace(['\u{2068}', '\u{2069}'], "")
}

fn indent(out: &mut String, text: &str) {
    let text = names::text(text);
    for line in text.trim_end_matches('\n').split(['\n', '\u{2028}', '\u{2029}']) {
        let _ = writeln!(out, "    {line}");
    }
}
