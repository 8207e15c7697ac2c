//! What a source writes in a form beside its files.

use serde::{Deserialize, Serialize};

use crate::bundle::manifest;
use crate::config::{Question, QuestionKind};

/// A message, and answers to the team's questions.
#[derive(Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Written {
    /// As typed.
    pub message: String,
    /// In the order of the questions.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

/// An answer as a form brings it.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Answer {
    /// The question's id.
    pub id: String,
    /// As typed; of a choice, the option's id.
    pub value: String,
}

impl Written {
    /// A message and nothing else.
    pub fn message(text: impl Into<String>) -> Self {
        Self { message: text.into(), answers: Vec::new() }
    }

    /// Everything that was written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let answers = self.answers.iter().map(|answer| answer.value.as_str());
        std::iter::once(self.message.as_str()).chain(answers)
    }

    /// What was answered to this question.
    pub fn answer(&self, id: &str) -> &str {
        self.answers.iter().find(|answer| answer.id == id).map_or("", |answer| &answer.value)
    }

    /// As fields of a form; an answer's name is a prefix and the question's id.
    pub fn into_fields(self, prefix: &str) -> impl Iterator<Item = (String, String)> {
        let answers = self.answers.into_iter();
        let answers = answers.map(move |answer| (format!("{prefix}{}", answer.id), answer.value));
        std::iter::once(("message".to_owned(), self.message)).chain(answers)
    }

    /// Without what is only white space.
    pub(super) fn trimmed(mut self) -> Self {
        if self.message.trim().is_empty() {
            self.message.clear();
        }
        self.answers.retain(|answer| !answer.value.trim().is_empty());
        self
    }

    /// Nothing was written.
    pub fn is_empty(&self) -> bool {
        self.message.is_empty() && self.answers.is_empty()
    }

    /// What names a dispatch, beside its files.
    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let answers =
            self.answers.iter().flat_map(|answer| [answer.id.as_bytes(), answer.value.as_bytes()]);
        std::iter::once(self.message.as_bytes()).chain(answers)
    }

    /// The answers with their questions, in every language that the operator wrote: an editor may read another
    /// one than the source.
    pub(super) fn sealed(&self, questions: &[Question]) -> Vec<manifest::Answer> {
        let sealed = |answer: &Answer| {
            let question = questions.iter().find(|question| question.id == answer.id);
            manifest::Answer {
                id: answer.id.clone(),
                label: question.map_or_else(|| answer.id.clone(), |question| question.label.all()),
                value: match question.map(|question| &question.kind) {
                    Some(QuestionKind::Choice(options)) => options
                        .iter()
                        .find(|(id, _)| *id == answer.value)
                        .map_or_else(|| answer.value.clone(), |(_, label)| label.all()),
                    _ => answer.value.clone(),
                },
            }
        };
        self.answers.iter().map(sealed).collect()
    }
}
