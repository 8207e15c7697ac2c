//! What a team asks its sources.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::error::ConfigError;
use super::per_language::PerLanguage;
use super::value::{at_most, wrong};

/// Questions of one team.
pub const QUESTIONS: usize = 20;
/// Options of one choice.
const MOST_OPTIONS: usize = 40;

/// One question. Answering it is never required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Short and fixed: it names the answer in the manifest.
    pub id: String,
    /// As the source reads it.
    pub label: PerLanguage,
    /// What an answer is.
    pub kind: QuestionKind,
}

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// Free text.
    Text,
    /// The name of a place.
    Place,
    /// A day, in the source's words.
    Day,
    /// One of these, by id.
    Choice(Vec<(String, PerLanguage)>),
}

#[derive(Deserialize)]
pub(super) struct RawQuestion {
    id: String,
    kind: String,
    label: PerLanguage,
    #[serde(default)]
    options: Vec<BTreeMap<String, String>>,
}

pub(super) fn questions(typed: Vec<RawQuestion>) -> Result<Vec<Question>, ConfigError> {
    if typed.len() > QUESTIONS {
        return Err(wrong("team.question", format!("a team may ask {QUESTIONS} at most")));
    }
    let mut seen = BTreeSet::new();
    typed
        .into_iter()
        .map(|raw| {
            if !is_id(&raw.id) || !seen.insert(raw.id.clone()) {
                let reason =
                    "use 1 to 40 lower-case letters, digits and dashes, another for each question";
                return Err(wrong("team.question.id", reason));
            }
            if raw.label.is_empty() {
                let reason = format!("question {} has none; write {{ en = \"…\" }}", raw.id);
                return Err(wrong("team.question.label", reason));
            }
            for label in raw.label.texts() {
                at_most("team.question.label", label, 120)?;
            }
            let kind = match raw.kind.as_str() {
                "text" => QuestionKind::Text,
                "place" => QuestionKind::Place,
                "day" => QuestionKind::Day,
                "choice" => QuestionKind::Choice(options(&raw.id, raw.options)?),
                _ => {
                    return Err(wrong(
                        "team.question.kind",
                        "write \"text\", \"choice\", \"day\" or \"place\"",
                    ));
                }
            };
            Ok(Question { id: raw.id, label: raw.label, kind })
        })
        .collect()
}

fn options(
    question: &str,
    typed: Vec<BTreeMap<String, String>>,
) -> Result<Vec<(String, PerLanguage)>, ConfigError> {
    const KEY: &str = "team.question.options";
    if typed.is_empty() || typed.len() > MOST_OPTIONS {
        return Err(wrong(KEY, format!("question {question} needs 1 to {MOST_OPTIONS}")));
    }
    let mut seen = BTreeSet::new();
    typed
        .into_iter()
        .map(|mut option| {
            let id = option.remove("id").unwrap_or_default();
            if !is_id(&id) || !seen.insert(id.clone()) || option.is_empty() {
                let reason = format!(
                    "question {question}: write each as {{ id = \"contract\", en = \"Contract\" }}, with another id"
                );
                return Err(wrong(KEY, reason));
            }
            for label in option.values() {
                at_most(KEY, label, 120)?;
            }
            Ok((id, PerLanguage::from(option)))
        })
        .collect()
}

fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=40).contains(&text.len()) && text.chars().all(plain)
}
