//! The teams that submissions are sealed to, each proven by a trial encryption.

use std::collections::HashMap;

use super::written::Answer;
use crate::config::{self, PerLanguage, Question, QuestionKind};
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::seal::{Recipients, SealError};

/// A team that can be sealed to.
#[derive(Clone, Debug)]
pub struct Team {
    /// Short and fixed.
    pub id: String,
    /// As the source reads it.
    pub name: PerLanguage,
    /// What it is for.
    pub text: PerLanguage,
    /// What it asks its sources.
    pub questions: Vec<Question>,
    /// Everybody who can open what is sent to it.
    pub recipients: Recipients,
}

impl Team {
    /// Whether this can be an answer to one of its questions; nothing always can.
    pub fn asks(&self, answer: &Answer) -> bool {
        self.questions.iter().any(|question| {
            question.id == answer.id
                && match &question.kind {
                    QuestionKind::Choice(options) => {
                        answer.value.is_empty() || options.iter().any(|(id, _)| *id == answer.value)
                    }
                    _ => true,
                }
        })
    }
}

/// All teams; at least one.
#[derive(Clone, Debug)]
pub struct Teams(Vec<Team>);

/// Why the server refuses to start, or keeps the teams it had.
#[derive(Debug, thiserror::Error)]
pub enum TeamsError {
    /// A recipient that cannot be used.
    #[error("team {team}, recipient {number}: {error}")]
    Recipient {
        /// Id of the team.
        team: String,
        /// Counted from 1.
        number: usize,
        /// Why.
        error: RecipientError,
    },
    /// One recipient twice.
    #[error(
        "team {team}: recipients {first} and {second} are the same key (capitals and spaces make no \
         difference); remove one of them"
    )]
    Twice {
        /// Id of the team.
        team: String,
        /// Counted from 1.
        first: usize,
        /// Counted from 1.
        second: usize,
    },
    /// The trial encryption failed.
    #[error("team {0}: {1}")]
    Seal(String, SealError),
    /// There is no such team.
    #[error("there is no team {0}; the teams are: {1}")]
    Unknown(String, String),
    /// The command needs to know which.
    #[error("there are several teams; say which with --team ({0})")]
    Several(String),
}

impl Teams {
    /// Parses every recipient and encrypts once to every team.
    pub fn prove(configured: &[config::Team]) -> Result<Self, TeamsError> {
        configured.iter().map(prove).collect::<Result<_, _>>().map(Self)
    }

    /// All of them, in the file's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Team> {
        self.0.iter()
    }

    /// The team of this id; with one team, an empty id means that one.
    pub fn find(&self, id: &str) -> Option<&Team> {
        match self.0.as_slice() {
            [only] if id.is_empty() => Some(only),
            all => all.iter().find(|team| team.id == id),
        }
    }

    /// The team that a command means.
    pub fn choose(&self, id: Option<&str>) -> Result<&Team, TeamsError> {
        let known = || self.0.iter().map(|t| t.id.as_str()).collect::<Vec<_>>().join(", ");
        match id {
            Some(id) => self.find(id).ok_or_else(|| TeamsError::Unknown(id.to_owned(), known())),
            None => self.find("").ok_or_else(|| TeamsError::Several(known())),
        }
    }
}

fn prove(team: &config::Team) -> Result<Team, TeamsError> {
    let parse = |(number, text): (usize, &String)| {
        text.parse::<Recipient>().map_err(|error| TeamsError::Recipient {
            team: team.id.clone(),
            number,
            error,
        })
    };
    let recipients = (1..).zip(&team.recipients).map(parse).collect::<Result<Vec<_>, _>>()?;
    let mut places = HashMap::new();
    for (second, recipient) in (1..).zip(&recipients) {
        if let Some(first) = places.insert(recipient.as_str(), second) {
            return Err(TeamsError::Twice { team: team.id.clone(), first, second });
        }
    }
    let recipients =
        Recipients::proven(recipients).map_err(|e| TeamsError::Seal(team.id.clone(), e))?;
    Ok(Team {
        id: team.id.clone(),
        name: team.name.clone(),
        text: team.text.clone(),
        questions: team.questions.clone(),
        recipients,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const TWO: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

    fn prove(recipients: &[&str]) -> Result<Teams, TeamsError> {
        Teams::prove(&[config::Team {
            id: "team".into(),
            name: PerLanguage::from("The team".to_owned()),
            text: PerLanguage::default(),
            questions: Vec::new(),
            recipients: recipients.iter().map(ToString::to_string).collect(),
        }])
    }

    #[test]
    fn a_team_has_each_key_once_however_it_is_typed() {
        let capitals = ONE.to_uppercase();
        let teams = prove(&[&capitals, &format!(" {TWO} ")]).unwrap();
        assert_eq!(teams.find("team").unwrap().recipients.texts(), [ONE, TWO]);
        for again in [ONE, &capitals, &format!("\n{capitals} ")] {
            let refused = prove(&[ONE, TWO, again]).err();
            assert!(
                matches!(&refused, Some(TeamsError::Twice { team, first: 1, second: 3 }) if team == "team"),
                "{refused:?}"
            );
        }
    }
}
