//! What a reply or a note says of itself, be it sealed offline or at the desk.

use super::manifest::{FileEntry, Manifest, VERSION};
use crate::base::clock::Day;
use crate::base::ids::DispatchId;
use crate::base::kind::DispatchKind;
use crate::crypto::recipient::{Recipient, RecipientError};
use crate::crypto::seal::{Recipients, SealError};

/// A mailbox that is answered, or that a note is about, and who writes.
pub struct Correspondence {
    /// A reply or a note.
    pub kind: DispatchKind,
    /// Designation.
    pub mailbox: String,
    /// The source's keys; a note is not for them.
    pub source_recipients: Vec<String>,
    /// Id of the team.
    pub team: String,
    /// The team's keys.
    pub team_recipients: Vec<String>,
    /// Of a note: who writes it. May be empty.
    pub author: String,
}

/// Why a mailbox cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// Its source has no key.
    #[error("this manifest names no key of its source; it cannot be answered")]
    NoSource,
    /// A key is none.
    #[error("a key in the manifest cannot be used: {0}")]
    Recipient(#[from] RecipientError),
    /// They cannot be sealed to together.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The keys of a source that are of the same kind as a team's. None of them fits a post-quantum team where a mailbox is
/// from before sources had two kinds: then an answer is sealed to the source alone.
pub fn fitting<'a>(source: &'a [Recipient], team: &[Recipient]) -> Vec<&'a Recipient> {
    let is_post_quantum = team.iter().any(Recipient::is_post_quantum);
    source.iter().filter(|key| key.is_post_quantum() == is_post_quantum).collect()
}

fn parsed(texts: &[String]) -> Result<Vec<Recipient>, RecipientError> {
    texts.iter().map(|text| text.parse()).collect()
}

impl Correspondence {
    /// Whom it is sealed to: the team, and of a reply the source, under its key of the team's kind. A source that has
    /// none is sealed to alone: the kinds do not mix.
    pub fn recipients(&self) -> Result<Recipients, ReplyError> {
        let team = parsed(&self.team_recipients)?;
        if self.kind == DispatchKind::Note {
            return Ok(Recipients::proven(team)?);
        }
        if self.source_recipients.is_empty() {
            return Err(ReplyError::NoSource);
        }
        let source = parsed(&self.source_recipients)?;
        let fitting = fitting(&source, &team);
        if fitting.is_empty() {
            // Whatever is wrong with the team is said all the same.
            Recipients::proven(team)?;
            return Ok(Recipients::proven(source)?);
        }
        Ok(Recipients::proven(fitting.into_iter().cloned().chain(team).collect())?)
    }

    /// Whether an answer is sealed to its source alone, so that the team cannot open it.
    pub fn is_to_source_alone(&self) -> bool {
        let (source, team) = (parsed(&self.source_recipients), parsed(&self.team_recipients));
        let (Ok(source), Ok(team)) = (source, team) else { return false };
        self.kind == DispatchKind::Reply && fitting(&source, &team).is_empty()
    }

    /// Its manifest, sealed to `recipients`. That of a note names no key of the source.
    pub fn manifest(
        self,
        recipients: &Recipients,
        dispatch: DispatchId,
        day: Day,
        message: String,
        files: Vec<FileEntry>,
    ) -> Manifest {
        let is_note = self.kind == DispatchKind::Note;
        let source_recipients = if is_note { Vec::new() } else { self.source_recipients };
        Manifest {
            version: VERSION,
            kind: self.kind,
            dispatch: dispatch.to_string(),
            mailbox: self.mailbox,
            source_recipients,
            team: self.team,
            recipients: recipients.texts(),
            day: day.to_string(),
            author: self.author,
            message,
            answers: Vec::new(),
            files,
            resealed: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::post_quantum;

    fn to(source: &[&str], team: &[&str]) -> Correspondence {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        Correspondence {
            kind: DispatchKind::Reply,
            mailbox: "brave-heron".into(),
            source_recipients: texts(source),
            team: "team".into(),
            team_recipients: texts(team),
            author: String::new(),
        }
    }

    #[test]
    fn an_answer_is_sealed_to_the_sources_key_of_the_teams_kind() {
        let classic = || age::x25519::Identity::generate().to_public().to_string();
        let pq = || post_quantum::Identity::generate().unwrap().to_public().to_string();
        let ([c1, c2, c3], [q1, q2, q3]) = ([classic(), classic(), classic()], [pq(), pq(), pq()]);
        let both = [c1.as_str(), &q1];
        for (source, team, sealed_to, alone) in [
            (&both[..], &[c2.as_str(), &c3][..], &[c1.as_str(), &c2, &c3][..], false),
            (&both, &[&q2, &q3], &[&q1, &q2, &q3], false),
            (&[&c1], &[&c2], &[&c1, &c2], false),
            // From before sources had a post-quantum key.
            (&[&c1], &[&q2, &q3], &[&c1], true),
        ] {
            let answer = to(source, team);
            assert_eq!(answer.recipients().unwrap().texts(), sealed_to);
            assert_eq!(answer.is_to_source_alone(), alone);
            // A note has no source.
            let note = Correspondence { kind: DispatchKind::Note, ..answer };
            assert_eq!(note.recipients().unwrap().texts(), team);
            assert!(!note.is_to_source_alone());
        }
        for source in [&both[..], &[&c1]] {
            let mixed = to(source, &[&c2, &q2]).recipients();
            assert!(matches!(mixed, Err(ReplyError::Seal(SealError::Mixed))));
        }
        assert!(matches!(to(&[], &[&q2]).recipients(), Err(ReplyError::NoSource)));
    }
}
