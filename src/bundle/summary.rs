//! `SUMMARY.txt`: what was opened, for somebody who did not run the command.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use super::extract::{FileFault, Outcome};
use super::manifest::Manifest;
use super::names::{self, printable};
use super::sealed_by_source::SealedBySource;

/// One dispatch of the summary.
pub struct Section<'a> {
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its files.
    pub outcomes: Vec<Outcome>,
    /// What its source had sealed itself, by number.
    pub sealed_by_source: BTreeMap<u32, SealedBySource>,
}

impl Section<'_> {
    /// Its files that are not there, each with why.
    pub fn faults(&self) -> impl Iterator<Item = (&Outcome, &FileFault)> {
        self.outcomes.iter().filter_map(|outcome| Some((outcome, outcome.fault.as_ref()?)))
    }

    /// Whether the bundle held none of its files: it was fetched as a manifest alone, to judge by.
    pub fn is_manifest_alone(&self) -> bool {
        let missing = |outcome: &Outcome| matches!(outcome.fault, Some(FileFault::Missing));
        !self.outcomes.is_empty() && self.outcomes.iter().all(missing)
    }
}

/// The text, in French and English. `unopened` are dispatches that stayed closed, each with why.
pub fn text(sections: &[Section<'_>], unopened: &[(String, String)]) -> String {
    let mut out = String::new();
    let faults = unopened.len() + sections.iter().map(|s| s.faults().count()).sum::<usize>();
    let _ = match faults {
        0 => writeln!(
            out,
            "Tout a été ouvert et vérifié (tailles et SHA-256).\n\
             Everything was opened and checked (sizes and SHA-256)."
        ),
        n => writeln!(
            out,
            "ATTENTION : {n} élément(s) manquant(s) ou altéré(s), voir « ! » ci-dessous.\n\
             WARNING: {n} item(s) missing or altered, see \"!\" below."
        ),
    };
    for section in sections {
        write_section(&mut out, section);
    }
    for (place, why) in unopened {
        let _ = writeln!(out, "\n! {place}: {why}");
    }
    out
}

fn write_section(out: &mut String, section: &Section<'_>) {
    let Section { manifest, outcomes, sealed_by_source } = section;
    let _ = write!(
        out,
        "\n{line}\nBoîte / mailbox : {}\nEnvoi / dispatch : {}\nJour / day : {}\nÉquipe / team : {}\n",
        printable(&manifest.mailbox),
        printable(&manifest.dispatch),
        printable(&manifest.day),
        printable(&manifest.team),
        line = "-".repeat(72),
    );
    if !manifest.message.is_empty() {
        let text = names::text(&manifest.message);
        let _ = writeln!(out, "\nMessage :\n");
        for line in lines(&text) {
            let _ = writeln!(out, "    {line}");
        }
        if text != manifest.message {
            let _ = writeln!(
                out,
                "\n  Des caractères de commande sont remplacés par « _ », ici et dans message.txt ; le message\n  \
                 tel qu’il a été écrit est dans manifest.json.\n  \
                 Control characters are replaced by \"_\", here and in message.txt; the message as it was\n  \
                 written is in manifest.json."
            );
        }
    }
    for answer in &manifest.answers {
        let _ = writeln!(out, "\n{} :\n", printable(&answer.label));
        for line in lines(&names::text(&answer.value)) {
            let _ = writeln!(out, "    {line}");
        }
    }
    let _ = writeln!(out, "\nFichiers / files : {}\n", manifest.files.len());
    if section.is_manifest_alone() {
        let _ = writeln!(
            out,
            "  Les fichiers ne sont pas dans cette archive, qui ne contient que le manifeste.\n  \
             The files are not in this bundle, which holds the manifest alone.\n"
        );
    }
    let sent: HashMap<_, _> =
        manifest.files.iter().filter_map(|file| Some((file.number()?, &file.name))).collect();
    for outcome in outcomes {
        let _ = match &outcome.fault {
            None => writeln!(out, "  files/{}", outcome.name),
            Some(fault) => writeln!(out, "! files/{}: {fault}", outcome.name),
        };
        if let Some(sent) = sent.get(&outcome.number).filter(|sent| ***sent != outcome.name) {
            let shown = printable(sent);
            let _ = writeln!(out, "      nom d'origine / sent as : {shown}");
            if shown != **sent {
                let _ = writeln!(
                    out,
                    "      (exactement dans manifest.json / exactly in manifest.json)"
                );
            }
        }
        let _ = writeln!(out, "      {} octets / bytes", outcome.size);
        let _ = writeln!(out, "      sha256 {}", printable(&outcome.sha256));
        if let Some(sealed) = sealed_by_source.get(&outcome.number) {
            write_sealed(out, sealed);
        }
    }
}

fn write_sealed(out: &mut String, sealed: &SealedBySource) {
    for layer in &sealed.opened {
        let _ = writeln!(
            out,
            "      chiffré par la source elle-même, ouvert ici ; origine non prouvée /\n      \
             sealed by the source itself, opened here; origin unproven :\n        \
             files/{}\n        {} octets / bytes\n        sha256 {}",
            layer.name, layer.size, layer.sha256
        );
    }
    if let Some(left) = &sealed.left {
        let _ = writeln!(
            out,
            "      chiffré par la source elle-même, laissé tel quel / sealed by the source itself, left as it is:\n        \
             {left}"
        );
    }
}

/// Whatever an editor takes for a line's end: none can be taken for a line of ours.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end_matches('\n').split(['\n', '\u{2028}', '\u{2029}'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::kind::DispatchKind;
    use crate::bundle::manifest::FileEntry;

    fn manifest(message: &str, names: &[&str]) -> Manifest {
        Manifest {
            version: 1,
            kind: DispatchKind::Submission,
            dispatch: "ab".into(),
            mailbox: "brave-heron".into(),
            source_recipients: Vec::new(),
            team: "team".into(),
            recipients: Vec::new(),
            day: "2026-11-21".into(),
            message: message.into(),
            answers: Vec::new(),
            files: (0..)
                .zip(names)
                .map(|(at, name)| FileEntry::new(at, (*name).into(), 1, "00".into()))
                .collect(),
        }
    }

    fn outcomes(manifest: &Manifest) -> Vec<Outcome> {
        let outcome = |file: &FileEntry| Outcome {
            number: file.number().unwrap(),
            name: names::safe(&file.name),
            size: 1,
            sha256: "00".into(),
            fault: None,
        };
        manifest.files.iter().map(outcome).collect()
    }

    fn summary(message: &str, names: &[&str]) -> String {
        let manifest = manifest(message, names);
        let outcomes = outcomes(&manifest);
        let sealed_by_source = BTreeMap::new();
        text(&[Section { manifest: &manifest, outcomes, sealed_by_source }], &[])
    }

    #[test]
    fn what_was_replaced_is_said_and_where_the_original_stands() {
        let whole = "A\tB\nمی\u{200c}خواهیم (1)\u{200f} نص\n";
        let said = summary(whole, &["گزارش\u{200c}ها.pdf"]);
        assert!(said.contains("    A\tB\n    می\u{200c}خواهیم (1)\u{200f} نص\n\n"), "{said}");
        assert!(!said.contains("manifest.json") && !said.contains("sent as"), "{said}");

        let said = summary("a\u{1b}b", &[]);
        assert!(said.contains("    a_b\n") && said.contains("manifest.json"), "{said}");
        let said = summary("", &["a/b.pdf", "a\u{202e}fdp.exe"]);
        assert!(
            said.contains("  files/b.pdf\n      nom d'origine / sent as : a/b.pdf\n      1 octets")
        );
        assert!(
            said.contains("sent as : a_fdp.exe\n      (exactement dans manifest.json"),
            "{said}"
        );
    }

    #[test]
    fn no_line_of_a_message_is_taken_for_one_of_the_summary() {
        for end in ["\n", "\r\n", "\u{2028}", "\u{2029}", "\r", "\u{b}", "\u{c}", "\u{85}"] {
            let said = summary(&format!("x{end}! files/forged"), &[]);
            let lines =
                said.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
            assert!(lines.into_iter().all(|line| !line.starts_with("! ")), "{end:?} {said}");
        }
    }
}
