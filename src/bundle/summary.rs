//! `SUMMARY.txt`: what was opened, for somebody who did not run the command.

use std::fmt::Write;

use super::extract::{FileFault, Outcome};
use super::manifest::Manifest;
use super::names::printable;

/// One dispatch of the summary.
pub struct Section<'a> {
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Its files.
    pub outcomes: &'a [Outcome],
}

/// Whether the bundle held none of a dispatch's files: it was fetched as a manifest alone, to judge by.
pub fn is_manifest_alone(outcomes: &[Outcome]) -> bool {
    let missing = |outcome: &Outcome| matches!(outcome.fault, Some(FileFault::Missing));
    !outcomes.is_empty() && outcomes.iter().all(missing)
}

/// The text, in French and English. `unopened` are dispatches that stayed closed, each with why.
pub fn text(sections: &[Section<'_>], unopened: &[(String, String)]) -> String {
    let mut out = String::new();
    let faults = unopened.len()
        + sections.iter().flat_map(|s| s.outcomes).filter(|o| o.fault.is_some()).count();
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
    for Section { manifest, outcomes } in sections {
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
            let _ = writeln!(out, "\nMessage :\n");
            for line in manifest.message.lines() {
                let _ = writeln!(out, "    {}", printable(line));
            }
        }
        let _ = writeln!(out, "\nFichiers / files : {}\n", manifest.files.len());
        if is_manifest_alone(outcomes) {
            let _ = writeln!(
                out,
                "  Les fichiers ne sont pas dans cette archive, qui ne contient que le manifeste.\n  \
                 The files are not in this bundle, which holds the manifest alone.\n"
            );
        }
        for outcome in *outcomes {
            let sent = manifest.files.iter().find(|f| f.number() == Some(outcome.number));
            let _ = match &outcome.fault {
                None => writeln!(out, "  files/{}", outcome.name),
                Some(fault) => writeln!(out, "! files/{}: {fault}", outcome.name),
            };
            if let Some(sent) = sent.filter(|sent| sent.name != outcome.name) {
                let _ = writeln!(out, "      nom d'origine / sent as : {}", printable(&sent.name));
            }
            let _ = writeln!(out, "      {} octets / bytes", outcome.size);
            let _ = writeln!(out, "      sha256 {}", printable(&outcome.sha256));
        }
    }
    for (place, why) in unopened {
        let _ = writeln!(out, "\n! {place}: {why}");
    }
    out
}
