//! Sending: the form with a new code, and the form coming back with documents in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use tokio::runtime::Handle;

use super::page::{Frames, Page, Switch, carried, respond};
use super::problem::Problem;
use super::progress::{Meter, Phase};
use super::receipt;
use super::state::{Acknowledges, App};
use super::ticket::Ticket;
use super::upload_form::{ANSWER, DropUpload, TypedDrop, form_limits, largest_form};
use crate::base::limits::{FORM_OVERHEAD, SHORT_FIELD};
use crate::config::{QUESTIONS, Question, QuestionKind};
use crate::crypto::code::RetrievalCode;
use crate::crypto::words::WordList;
use crate::dropbox::{Answer, Team, Teams, Written};
use crate::web::body;
use crate::web::connections::Visitor;
use crate::web::error_counts;
use crate::web::multipart::{Boundary, FormReader};

/// The form: new, or with what was typed before.
#[derive(Template)]
#[template(path = "source/drop.html")]
struct DropPage<'a> {
    page: &'a Page<'a>,
    form: DropForm,
}

#[derive(Template)]
#[template(path = "source/choose_team.html")]
struct ChoosePage<'a> {
    page: &'a Page<'a>,
    teams: &'a Teams,
    /// What the form is opened with, where there is something.
    fields: Vec<(&'static str, String)>,
}

/// What the component `drop_form.html` shows.
pub struct DropForm {
    pub code: String,
    pub ticket: String,
    /// Of the display beside the form.
    pub progress: String,
    pub teams: Arc<Teams>,
    pub team: String,
    pub written: Written,
    /// The draft that it adds to.
    pub draft: String,
    pub limits: String,
    /// The code stands on the source's paper already.
    pub known: bool,
}

/// No new documents are taken.
#[derive(Template)]
#[template(path = "source/closed.html")]
struct ClosedPage<'a> {
    page: &'a Page<'a>,
    reason: &'a str,
}

/// In the frame: nothing was sent, and why.
#[derive(Template)]
#[template(path = "source/refused.html")]
struct RefusedPage<'a> {
    page: &'a Page<'a>,
    title: String,
    problem: String,
    /// What became of the files that arrived whole.
    kept: Option<String>,
    has_unheld: bool,
    /// There are drafts to be looked at in the mailbox.
    look: bool,
    /// What to do with the form that still stands above.
    advice: Option<String>,
    /// What the form is opened with again, where that is of use.
    again: Option<Vec<(String, String)>>,
}

impl DropForm {
    /// The team that it goes to.
    pub fn chosen(&self) -> Option<&Team> {
        self.teams.find(&self.team)
    }

    /// What that team asks.
    pub fn questions(&self) -> &[Question] {
        self.chosen().map(|team| team.questions.as_slice()).unwrap_or_default()
    }

    pub fn new(page: &Page<'_>, code: String, ticket: &Ticket) -> Self {
        let (tickets, limits) = (&page.site.tickets, page.site.dropbox.limits());
        let (file, dispatch) = page.site.dropbox.sizes_now();
        Self {
            code,
            ticket: tickets.print(ticket),
            progress: tickets.progress_token(ticket),
            teams: page.site.dropbox.teams(),
            team: String::new(),
            written: Written::default(),
            draft: String::new(),
            limits: page.t.drop_files_hint(
                limits.files,
                page.lang.size(file),
                page.lang.size(dispatch),
            ),
            known: false,
        }
    }
}

pub async fn show(State(site): App, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let closed = site.dropbox.closed();
    if !closed.is_empty() {
        let page = page.switched(Switch::Link("/drop"));
        let reason = closed.get(page.lang.code());
        return respond(&page, StatusCode::OK, &ClosedPage { page: &page, reason });
    }
    let teams = site.dropbox.teams();
    let mut asked = uri.query().unwrap_or_default().split('&');
    let asked = asked.find_map(|pair| pair.strip_prefix("team=")).unwrap_or_default();
    let Some(team) = teams.find(asked) else {
        let page = page.switched(Switch::Link("/drop"));
        return choose(&page, &teams, Vec::new());
    };
    let new = RetrievalCode::generate().and_then(|code| Ok((code, site.fresh_ticket()?)));
    let Ok((code, ticket)) = new else { return page.problem(&Problem::Internal) };
    let words = code.words(page.lang.words()).to_string();
    let mut form = DropForm::new(&page, words, &ticket);
    form.team.clone_from(&team.id);
    show_form(page, form)
}

/// Which team is it for?
fn choose(page: &Page<'_>, teams: &Teams, fields: Vec<(&'static str, String)>) -> Response {
    respond(page, StatusCode::OK, &ChoosePage { page, teams, fields })
}

/// The page of a form; its other languages keep the code, and what is typed.
fn show_form(page: Page<'_>, form: DropForm) -> Response {
    let page = page.switched(Switch::form(!form.known)).framing(Frames::Holds);
    respond(&page, StatusCode::OK, &DropPage { page: &page, form })
}

#[derive(Deserialize)]
pub struct AgainForm {
    code: String,
    ticket: String,
    #[serde(default)]
    team: String,
    #[serde(default)]
    draft: String,
    #[serde(default)]
    message: String,
    /// It is a new form, which the mailbox asks for, not one that comes back.
    new: Option<String>,
    /// The code was made just now, and is on no paper yet.
    fresh: Option<String>,
    /// Answers among them.
    #[serde(flatten)]
    rest: HashMap<String, String>,
}

impl AgainForm {
    /// What was written, with answers to these questions.
    fn written(&mut self, questions: &[Question]) -> Written {
        let answer = |question: &Question| {
            let value = self.rest.remove(&format!("{ANSWER}{}", question.id))?;
            Some(Answer { id: question.id.clone(), value })
        };
        let answers = questions.iter().filter_map(answer).collect();
        Written { message: std::mem::take(&mut self.message), answers }
    }
}

/// The form again, in another language or with what was typed; or a new one for a code that is known.
pub async fn again(
    State(site): App,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<AgainForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let Ok(Form(mut typed)) = form else { return page.problem(&Problem::Form) };
    // A message that is too long is given back all the same: it is told when it is sent.
    let short = [&typed.code, &typed.ticket, &typed.team, &typed.draft];
    if short.iter().any(|field| field.len() > SHORT_FIELD) {
        return page.problem(&Problem::Form);
    }
    let ticket = site.check_ticket(&typed.ticket).await.and_then(|ticket| {
        Ok(match typed.new {
            Some(_) => site.next_ticket(&ticket)?,
            None => site.renewed_ticket(&ticket)?,
        })
    });
    let read = RetrievalCode::read(&typed.code).map_err(Problem::from);
    let (code, ticket) = match (read.map(|all| all.into_iter().next()), ticket) {
        (Ok(Some(code)), Ok(ticket)) => (code, ticket),
        (Ok(_), Err(Problem::OldTicket)) => {
            let teams = page.site.dropbox.teams();
            let questions = teams.find(&typed.team).map(|team| team.questions.clone());
            let written = typed.written(&questions.unwrap_or_default());
            let typed = TypedDrop { team: typed.team, written, ..TypedDrop::default() };
            return refuse(page, &Problem::OldTicket, typed);
        }
        (Err(problem), _) | (_, Err(problem)) => return page.problem(&problem),
        (Ok(None), _) => return page.problem(&Problem::Internal),
    };
    let list = code.list_of(&typed.code).unwrap_or(WordList::English);
    let mut form = DropForm::new(&page, code.words(list).to_string(), &ticket);
    form.known = typed.fresh.is_none();
    let Some(team) = form.teams.find(&typed.team).cloned() else {
        let mut fields = carried(&form.code, &form.ticket);
        fields.extend([("draft", typed.draft), ("message", typed.message)]);
        let page = page.switched(Switch::Button { action: "/drop/form", fields: fields.clone() });
        return choose(&page, &form.teams, fields);
    };
    form.written = typed.written(&team.questions);
    (form.team, form.draft) = (team.id, typed.draft);
    show_form(page, form)
}

pub async fn receive(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let arrived = Instant::now();
    let limits = site.dropbox.limits();
    let most = largest_form(limits);
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    // What is not announced may take what there is, and no more.
    let announced = length.unwrap_or_else(|| most.min(site.dropbox.sizes_now().1 + FORM_OVERHEAD));
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let page = Page::new(&site, &uri, &headers).framing(Frames::Inside);
    let mut query = uri.query().unwrap_or_default().split('&');
    let keep = query.clone().any(|pair| pair == "keep=1");
    let progress = query.find_map(|pair| pair.strip_prefix("progress="));
    let progress = progress.unwrap_or_default().to_owned();

    let boundary = Boundary::from_content_type(content_type.unwrap_or_default());
    let circuit = visitor.circuit();
    let slot = site.admit_upload(circuit, announced).await.map(Arc::new);
    // curl asks before it sends so much. A browser has begun to send already: its code and message are
    // read and given back, see `begin`.
    let asks = headers.contains_key(header::EXPECT);
    let (Ok(boundary), Some(slot), true) = (&boundary, slot, announced <= most || !asks) else {
        let problem = match boundary {
            Err(_) => Problem::Form,
            Ok(_) if announced > most => Problem::DispatchTooLarge,
            Ok(_) => Problem::Busy,
        };
        // A browser that has much to send reads it there: see `limits.drain`.
        site.progress.refuse(&progress, &problem);
        let read = !asks && body::discard(body, limits.idle, limits.drain).await;
        return body::close_unless(read, refuse(page, &problem, TypedDrop::default()));
    };
    let _kept = visitor.keep();
    let meter = Meter::new(length);
    let (outgoing, incoming) = body::channel();
    let form = FormReader::new(incoming, boundary, form_limits(limits.files, QUESTIONS));
    let work = tokio::task::spawn_blocking({
        let (site, meter, slot) = (site.clone(), meter.clone(), slot.clone());
        let handle = Handle::current();
        move || {
            let mut reader = DropUpload {
                site: &site,
                circuit,
                handle,
                form,
                announced,
                meter: &meter,
                typed: TypedDrop::default(),
                keep,
                arrived,
                is_old: false,
            };
            // Its body was cut: perhaps it was us.
            let outcome = reader.read().map_err(|problem| match problem {
                Problem::Cut if slot.is_evicted() => Problem::Displaced,
                problem => problem,
            });
            let typed = reader.typed;
            meter.set(match &outcome {
                Ok(_) => Phase::Sent,
                Err(problem) => Phase::Refused(problem.clone(), typed.held),
            });
            (outcome, typed)
        }
    });
    let arrived = |bytes| {
        meter.add(bytes);
        slot.holder.about.add(bytes);
    };
    let read = tokio::select! {
        read = outgoing.pump(body, limits.idle, limits.drain, arrived) => read,
        () = slot.evicted() => false,
    };
    slot.holder.about.complete();
    drop(slot);
    let response = match work.await {
        Ok((Ok(slip), typed)) => {
            let mut receipt = receipt::framed(page, &slip, typed.into_pair());
            receipt.extensions_mut().insert(Acknowledges);
            receipt
        }
        Ok((Err(problem), typed)) => {
            // Its display has not heard of it by the ticket.
            if typed.ticket.is_none() {
                site.progress.refuse(&progress, &problem);
            }
            refuse(page, &problem, typed)
        }
        Err(_) => page.problem(&Problem::Internal),
    };
    body::close_unless(read, response)
}

/// The form above still holds everything, files too; where it is not there any more, a button opens it
/// again with the same code and what was typed.
fn refuse(page: Page<'_>, problem: &Problem, typed: TypedDrop) -> Response {
    if *problem == Problem::Left {
        return page.problem(problem);
    }
    error_counts::count(problem.kind());
    // Nothing is stored under the code of that form: what was typed goes on under a new one.
    let again = if matches!(problem, Problem::OlderCode | Problem::OldTicket) {
        let new = RetrievalCode::generate().and_then(|code| Ok((code, page.site.fresh_ticket()?)));
        new.ok().map(|(code, ticket)| (code.words(page.lang.words()), ticket, Some("1")))
    } else {
        typed.code.filter(|_| problem.can_be_mended()).and_then(|code| {
            // What is given back belongs to the visit of the form that was sent, or leaving would not end that one.
            let ticket = page.site.renewed_ticket(typed.ticket.as_ref()?).ok()?;
            Some((code.code.words(code.list), ticket, None))
        })
    };
    let again = again.map(|(words, ticket, fresh)| {
        let mut fields = carried(&words, &page.site.tickets.print(&ticket));
        // The draft is the other code's.
        let draft = if fresh.is_some() { String::new() } else { typed.draft };
        fields.extend(fresh.map(|fresh| ("fresh", fresh.to_owned())));
        fields.extend([("team", typed.team), ("draft", draft)]);
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        fields.chain(typed.written.into_fields(ANSWER)).collect()
    });
    let look = typed.held > 0 || matches!(problem, Problem::Discarded | Problem::TooManyDrafts);
    let refused = RefusedPage {
        page: &page,
        title: problem.title(page.t),
        problem: problem.sentence(page.lang, page.site.dropbox.limits()),
        kept: (typed.held > 0).then(|| problem.kept(page.t, typed.held)),
        has_unheld: typed.has_unheld,
        advice: problem.advice(page.t),
        look,
        again,
    };
    respond(&page, problem.status(), &refused)
}
