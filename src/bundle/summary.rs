//! `SUMMARY.txt`: what was opened, for somebody who did not run the command.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{Display, Write};

use super::extract::{FileFault, Outcome};
use super::manifest::Manifest;
use super::names::{self, printable};
use super::sealed_by_source::SealedBySource;
use crate::base::kind::DispatchKind;

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

/// The text, in French and English. `here` counts dispatches that were in the archive already; `unopened` are those
/// that stayed closed, each with why.
pub fn text<W: Display>(sections: &[Section<'_>], here: usize, unopened: &[(String, W)]) -> String {
    let mut out = String::new();
    let faults = unopened.len() + sections.iter().map(|s| s.faults().count()).sum::<usize>();
    out.push_str(&match faults {
        0 => "Tout a été ouvert et vérifié~: tailles et SHA-256.\n\
              Everything was opened and checked: sizes and SHA-256.\n"
            .to_owned(),
        1 => "ATTENTION~: un élément manque ou a été altéré. Une ligne «~!~» le montre ci-dessous.\n\
              WARNING: one item is missing or was altered. A line with \"!\" shows it below.\n"
            .to_owned(),
        n => format!(
            "ATTENTION~: {n} éléments manquent ou ont été altérés. Des lignes «~!~» les montrent ci-dessous.\n\
             WARNING: {n} items are missing or were altered. Lines with \"!\" show them below.\n"
        ),
    }
    .replace('~', NO_BREAK));
    if here > 0 {
        let _ =
            writeln!(out, "Déjà dans l’archive{NO_BREAK}: {here}\nAlready in the archive: {here}");
    }
    for section in sections {
        write_section(&mut out, section);
    }
    for (place, why) in unopened {
        let _ = writeln!(out, "\n! {place}: {why}");
    }
    out
}

/// What stands before a colon and within « » in French.
const NO_BREAK: &str = "\u{a0}";

fn write_section(out: &mut String, section: &Section<'_>) {
    let Section { manifest, outcomes, sealed_by_source } = section;
    let kind = match manifest.kind {
        DispatchKind::Submission => "Envoi / Submission",
        DispatchKind::Reply => "Réponse / Answer",
        DispatchKind::Note => "Note pour l’équipe / Note for the team",
    };
    let _ = writeln!(out, "\n{}", "-".repeat(72));
    for (label, value) in [
        ("Boîte / Mailbox", &manifest.mailbox),
        (kind, &manifest.dispatch),
        ("Jour / Day", &manifest.day),
        ("Équipe / Team", &manifest.team),
    ] {
        let _ = writeln!(out, "{label}{NO_BREAK}: {}", printable(value));
    }
    if manifest.kind == DispatchKind::Note {
        let who = match manifest.author.as_str() {
            "" => "sans nom / no name".to_owned(),
            author => format!("{} (sans preuve / unproven)", printable(author)),
        };
        let _ = writeln!(out, "De / By{NO_BREAK}: {who}");
    }
    let mut is_changed = false;
    if !manifest.message.is_empty() {
        let _ = writeln!(out, "\nMessage{NO_BREAK}:\n");
        is_changed |= write_text(out, &manifest.message);
    }
    for answer in &manifest.answers {
        let label = printable(&answer.label);
        is_changed |= label != answer.label;
        let _ = writeln!(out, "\nQuestion{NO_BREAK}: {label}\n");
        is_changed |= write_text(out, &answer.value);
    }
    if is_changed {
        let _ = writeln!(
            out,
            "\n  «{NO_BREAK}_{NO_BREAK}» remplace ici des caractères de commande. Le texte exact est dans manifest.json.\n  \
             \"_\" stands here for control characters. The exact text is in manifest.json."
        );
    }
    let _ = writeln!(out, "\nFichiers / Files{NO_BREAK}: {}\n", manifest.files.len());
    if section.is_manifest_alone() {
        let _ = writeln!(
            out,
            "  Ce paquet ne contient que le manifeste. Récupérez le paquet avec les fichiers.\n  \
             This bundle holds the manifest alone. Download the bundle with the files.\n"
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
            let _ = writeln!(out, "      nom d’origine / original name{NO_BREAK}: {shown}");
            if shown != **sent {
                let _ = writeln!(
                    out,
                    "      nom exact dans manifest.json / exact name in manifest.json"
                );
            }
        }
        let _ = writeln!(out, "      {}", bytes(outcome.size));
        let _ = writeln!(out, "      sha256 {}", printable(&outcome.sha256));
        if let Some(sealed) = sealed_by_source.get(&outcome.number) {
            write_sealed(out, sealed);
        }
    }
}

/// A text of the source, indented; whether something in it was replaced.
fn write_text(out: &mut String, written: &str) -> bool {
    let text = names::text(written);
    for line in lines(&text) {
        let _ = writeln!(out, "    {line}");
    }
    text != written
}

fn bytes(size: u64) -> String {
    match size {
        // French counts none as one.
        0 => "0 octet / bytes".to_owned(),
        1 => "1 octet / byte".to_owned(),
        size => format!("{size} octets / bytes"),
    }
}

fn write_sealed(out: &mut String, sealed: &SealedBySource) {
    for layer in &sealed.opened {
        let _ = writeln!(
            out,
            "      la source l’a chiffré elle-même{NO_BREAK}: il est ouvert ici, son origine n’est pas prouvée\n      \
             the source encrypted it: it is opened here, origin unproven\n        \
             files/{}\n        {}\n        sha256 {}",
            layer.name,
            bytes(layer.size),
            layer.sha256
        );
    }
    if let Some(left) = &sealed.left {
        let _ = writeln!(
            out,
            "      la source l’a chiffré elle-même{NO_BREAK}: il reste tel quel\n      \
             the source encrypted it: it stays as it is\n        {left}"
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
    use crate::bundle::manifest::{Answer, FileEntry};

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
            author: String::new(),
            message: message.into(),
            answers: Vec::new(),
            resealed: None,
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
        of(&manifest(message, names))
    }

    fn of(manifest: &Manifest) -> String {
        let outcomes = outcomes(manifest);
        let sealed_by_source = BTreeMap::new();
        text::<String>(&[Section { manifest, outcomes, sealed_by_source }], 0, &[])
    }

    #[test]
    fn what_was_replaced_is_said_and_where_the_original_stands() {
        let whole = "A\tB\nمی\u{200c}خواهیم (1)\u{200f} نص\n";
        let said = summary(whole, &["گزارش\u{200c}ها.pdf"]);
        assert!(said.contains("    A\tB\n    می\u{200c}خواهیم (1)\u{200f} نص\n\n"), "{said}");
        assert!(!said.contains("manifest.json") && !said.contains("original name"), "{said}");

        let said = summary("a\u{1b}b", &[]);
        assert!(said.contains("    a_b\n") && said.contains("manifest.json"), "{said}");
        let said = summary("", &["a/b.pdf", "a\u{202e}fdp.exe"]);
        assert!(
            said.contains("  files/b.pdf\n      nom d’origine / original name\u{a0}: a/b.pdf\n      1 octet / byte\n"),
            "{said}"
        );
        assert!(
            said.contains("original name\u{a0}: a_fdp.exe\n      nom exact dans manifest.json")
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

    /// What an answer may hold, and its question too: a server that was taken over writes both.
    #[test]
    fn no_line_of_an_answer_is_taken_for_one_of_the_summary() {
        for end in ["\n", "\r\n", "\u{2028}", "\u{2029}", "\r", "\u{b}", "\u{c}", "\u{85}"] {
            let hostile = format!("x{end}! files/forged{end}Question\u{a0}: y\u{1b}[2J\u{202e}");
            let answer = Answer { id: "a".into(), label: hostile.clone(), value: hostile };
            let said = of(&Manifest { answers: vec![answer], ..manifest("", &[]) });
            let lines =
                said.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
            let lines: Vec<_> = lines.collect();
            assert!(lines.iter().all(|line| !line.starts_with("! ")), "{end:?} {said}");
            let labels = lines.iter().filter(|line| line.starts_with("Question"));
            assert_eq!(labels.count(), 1, "{end:?} {said}");
            assert!(!said.contains('\u{1b}') && said.contains("manifest.json"), "{said}");
            // A question is ours to show: nothing in it turns its line around.
            let question = lines.iter().find(|line| line.starts_with("Question")).unwrap();
            assert!(!question.contains('\u{202e}'), "{question}");
        }
    }

    #[test]
    fn a_note_says_that_it_is_one_and_by_whom() {
        let note = |author: &str| {
            let author = author.into();
            of(&Manifest { kind: DispatchKind::Note, author, ..manifest("seen", &[]) })
        };
        let said = note("anne\n! files/forged\u{202e}");
        assert!(said.contains("\nNote pour l’équipe / Note for the team\u{a0}: ab\n"), "{said}");
        let by = said.lines().find(|line| line.starts_with("De / By")).unwrap();
        assert!(by.contains("anne_") && by.ends_with("(sans preuve / unproven)"), "{by}");
        assert!(note("").contains("De / By\u{a0}: sans nom / no name\n"));
        assert!(!summary("seen", &[]).contains("De / By"));
    }

    #[test]
    fn plurals_follow_the_number() {
        let count = |faults: usize| {
            let unopened: Vec<_> = (0..faults).map(|n| (n.to_string(), "x".to_owned())).collect();
            let said = text(&[], 0, &unopened);
            assert_eq!(said.matches("\n! ").count(), faults);
            assert!(!said.contains("(s)"), "{said}");
            said.lines().take(2).collect::<Vec<_>>().join("\n")
        };
        let [none, one, two] = [0, 1, 2].map(count);
        assert!(none != one && one != two && !one.contains('1') && two.contains('2'));
        assert_eq!([0, 1, 2].map(bytes), ["0 octet / bytes", "1 octet / byte", "2 octets / bytes"]);
    }
}
