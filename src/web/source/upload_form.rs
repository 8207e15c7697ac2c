//! The form of an upload while it arrives: read and sealed on a thread that may block.

use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Handle;

use super::problem::Problem;
use super::progress::{Meter, Phase};
use super::receipt::Slip;
use super::state::{OpenedCode, Site};
use super::ticket::Ticket;
use crate::base::circuit::Circuit;
use crate::base::ids::DraftId;
use crate::base::limits::{self, FORM_OVERHEAD, Limits};
use crate::dropbox::{Answer, DropText, Intake, Team, Written};
use crate::web::body::{Incoming, read_short, read_text};
use crate::web::multipart::{FormLimits, FormReader};

/// What the name of an answer's field begins with; the question's id follows.
pub const ANSWER: &str = "answer-";

/// What was typed, as far as it was read: given back when something must be mended.
#[derive(Default)]
pub struct TypedDrop {
    pub ticket: Option<Ticket>,
    pub code: Option<OpenedCode>,
    pub team: String,
    pub written: Written,
    /// The draft that the form adds to.
    pub draft: String,
    /// Files that are held whole.
    pub held: usize,
    /// Some that arrived whole could not be held.
    pub has_unheld: bool,
}

/// Parts: text fields, answers, then files.
pub fn form_limits(files: usize, questions: usize) -> FormLimits {
    FormLimits {
        header: limits::PART_HEADER,
        parts: files + questions + 6,
        field_name: limits::FIELD_NAME,
    }
}

/// A form while it arrives.
pub struct DropUpload<'a> {
    pub site: &'a Site,
    pub circuit: Circuit,
    pub handle: Handle,
    pub form: FormReader<Incoming>,
    pub announced: u64,
    pub meter: &'a Arc<Meter>,
    pub typed: TypedDrop,
    /// Hold it for another day. What adds to a draft is always held.
    pub keep: bool,
    /// When the request came.
    pub arrived: Instant,
    /// Its ticket is too old: what was typed is read all the same, to be given back under a new code.
    pub is_old: bool,
}

impl DropUpload<'_> {
    /// Reads it to its end.
    pub fn read(&mut self) -> Result<Slip, Problem> {
        let mut intake = None;
        let outcome = self.read_parts(&mut intake).and_then(|()| {
            let intake = match &mut intake {
                Some(intake) => intake,
                none => none.insert(self.begin()?),
            };
            self.meter.set(Phase::Sealing);
            Ok(Slip::new(self.site, intake.finish()?))
        });
        if outcome.is_err()
            && let Some(intake) = intake
        {
            (self.typed.held, self.typed.has_unheld) = intake.held();
        }
        outcome
    }

    fn read_parts(&mut self, intake: &mut Option<Intake>) -> Result<(), Problem> {
        let most = self.site.dropbox.limits().message;
        let mut number = 0;
        while let Some(part) = self.form.next_part()? {
            let typed = &mut self.typed;
            match (part.name.as_str(), part.file_name) {
                ("ticket", None) if typed.ticket.is_none() && !self.is_old => {
                    let text = read_short(&mut self.form)?;
                    match self.site.read_ticket(&text) {
                        Ok(ticket) => {
                            let token = self.site.tickets.progress_token(&ticket);
                            self.site.progress.attach(&token, self.meter.clone());
                            typed.ticket = Some(ticket);
                        }
                        Err(Problem::OldTicket) => self.is_old = true,
                        Err(problem) => return Err(problem),
                    }
                }
                ("code", None) if typed.code.is_none() => {
                    let text = read_short(&mut self.form)?;
                    typed.code =
                        Some(self.handle.block_on(self.site.open_code(self.circuit, &text))?);
                }
                ("team", None) if intake.is_none() => {
                    typed.team = read_short(&mut self.form)?;
                }
                ("draft", None) if intake.is_none() => {
                    typed.draft = read_short(&mut self.form)?;
                }
                ("message", None) if intake.is_none() => {
                    let read = read_text(&mut self.form, most)?;
                    typed.written.message = read.text;
                    if read.is_long {
                        return Err(Problem::MessageTooLong);
                    }
                }
                (name, None) if intake.is_none() && name.starts_with(ANSWER) => {
                    let id = name.trim_start_matches(ANSWER).to_owned();
                    let read = read_text(&mut self.form, limits::ANSWER)?;
                    typed.answer(Answer { id, value: read.text })?;
                    if read.is_long {
                        return Err(Problem::AnswerTooLong);
                    }
                }
                ("files", Some(name)) => {
                    if intake.is_none() {
                        *intake = Some(self.begin()?);
                    }
                    let code = self.typed.code.as_ref().ok_or(Problem::Form)?;
                    if code.code.appears_in(&name) {
                        return Err(Problem::FileNameHasCode);
                    }
                    number += 1;
                    self.meter.set(Phase::Receiving(Some((number, name.clone()))));
                    let Some(intake) = intake.as_mut() else { return Err(Problem::Internal) };
                    let mut file = intake.file(name)?;
                    while let Some(bytes) = self.form.data()? {
                        file.write(&bytes)?;
                    }
                    file.finish()?;
                }
                _ => return Err(Problem::Form),
            }
        }
        Ok(())
    }

    /// Every text field has been read; no byte of a file has.
    fn begin(&self) -> Result<Intake, Problem> {
        let typed = &self.typed;
        if self.is_old {
            return Err(Problem::OldTicket);
        }
        let ticket = typed.ticket.as_ref().ok_or(Problem::ForeignTicket)?;
        let code = typed.code.as_ref().ok_or(Problem::Form)?;
        if !code.code.is_checked() && !self.site.dropbox.store().knows(code.keys.id)? {
            return Err(Problem::OlderCode);
        }
        let closed = self.site.dropbox.closed();
        if !closed.is_empty() && !self.site.dropbox.store().knows(code.keys.id)? {
            return Err(Problem::Closed(closed));
        }
        let mut texts = typed.written.texts();
        if texts.any(|text| code.code.appears_in(text)) {
            return Err(Problem::MessageHasCode);
        }
        if self.announced > largest_form(self.site.dropbox.limits()) {
            return Err(Problem::DispatchTooLarge);
        }
        let team: Team = self.site.dropbox.teams().find(&typed.team).ok_or(Problem::Team)?.clone();
        if !typed.written.answers.iter().all(|answer| team.asks(answer)) {
            return Err(Problem::Form);
        }
        let seed = self.site.tickets.dispatch_seed(ticket);
        let text = DropText {
            written: typed.written.clone(),
            keep: self.keep || !typed.draft.is_empty(),
            draft: DraftId::parse(&typed.draft),
            arrived: self.arrived,
        };
        let keys = code.keys.clone();
        let intake = self.site.dropbox.intake(keys, team, seed, self.announced, text);
        intake.map_err(|error| match Problem::from(error) {
            Problem::Full => self.full(),
            problem => problem,
        })
    }

    /// No room: where a smaller form would find some, how large one may be.
    fn full(&self) -> Problem {
        let (_, most) = self.site.dropbox.sizes_now();
        if most >= limits::SMALL && self.announced > most + FORM_OVERHEAD {
            Problem::TooLargeNow(most)
        } else {
            Problem::Full
        }
    }
}

/// Bytes of a form that can still be within the limits.
pub fn largest_form(limits: &Limits) -> u64 {
    limits.dispatch + 4 * limits.message as u64 + limits::FORM_OVERHEAD
}

impl TypedDrop {
    /// One more answer; each question has one.
    fn answer(&mut self, answer: Answer) -> Result<(), Problem> {
        if self.written.answers.iter().any(|other| other.id == answer.id) {
            return Err(Problem::Form);
        }
        self.written.answers.push(answer);
        Ok(())
    }

    /// Code and ticket, of a form that was read to its end.
    pub fn into_pair(self) -> Option<(String, Ticket)> {
        let code = self.code?;
        Some((code.code.words(code.list).to_string(), self.ticket?))
    }
}
