//! The receipt: first in the frame beside the form, then as a page of its own, to print or to read in
//! another language. The server does not remember it: the page carries it, signed.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::page::{Page, Switch, carried, respond};
use super::problem::Problem;
use super::state::{App, Site};
use super::ticket::Ticket;
use crate::base::clock::Day;
use crate::dropbox::FileDetail;
use crate::dropbox::{Outcome, Receipt, Written};
use crate::web::lang::L10nLanguage;

/// What a receipt says.
#[derive(Serialize, Deserialize)]
pub struct Slip {
    team: String,
    written: Written,
    files: Vec<FileDetail>,
    /// Not sent with it: they stay a draft.
    left: Vec<FileDetail>,
    before: bool,
    /// Held for another day, not sent: the last day it is kept.
    until: Option<i64>,
}

impl Slip {
    fn title(&self, t: &L10nLanguage) -> String {
        match self {
            Self { until: Some(_), .. } => t.receipt_kept_title(),
            Self { before: true, .. } => t.receipt_before_title(),
            _ => t.receipt_title(),
        }
    }

    /// What opens it.
    fn button(&self, t: &L10nLanguage) -> String {
        if self.until.is_some() { t.receipt_kept_open() } else { t.receipt_open() }
    }

    pub fn new(site: &Site, receipt: Receipt) -> Self {
        let Receipt { team, written, files, left, outcome } = receipt;
        let before = outcome == Outcome::SentBefore;
        let until = match outcome {
            Outcome::Kept(day) => Some(site.dropbox.draft_expiry(day).0),
            Outcome::Sent | Outcome::SentBefore => None,
        };
        Self { team, written, files, left, before, until }
    }
}

#[derive(Template)]
#[template(path = "source/receipt.html")]
struct ReceiptPage<'a> {
    page: &'a Page<'a>,
    slip: &'a Slip,
    code: &'a str,
    ticket: &'a str,
}

/// In the frame: that it is received, and the way to the receipt.
#[derive(Template)]
#[template(path = "source/received.html")]
struct ReceivedPage<'a> {
    page: &'a Page<'a>,
    title: String,
    button: String,
    code: &'a str,
    ticket: &'a str,
    /// The slip, signed.
    carried: &'a str,
}

#[derive(Deserialize)]
pub struct ReceiptForm {
    code: String,
    ticket: String,
    receipt: String,
}

/// In the frame.
pub fn framed(page: Page<'_>, slip: &Slip, pair: Option<(String, Ticket)>) -> Response {
    let Some((code, ticket)) = pair else { return page.problem(&Problem::Internal) };
    let Ok(ticket) = page.next_ticket(&ticket) else { return page.problem(&Problem::Internal) };
    let Ok(text) = serde_json::to_string(slip) else { return page.problem(&Problem::Internal) };
    let carried = page.site.tickets.sign(&text);
    let (title, button) = (slip.title(page.t), slip.button(page.t));
    let (code, ticket, carried) = (code.as_str(), ticket.as_str(), carried.as_str());
    let received = ReceivedPage { page: &page, title, button, code, ticket, carried };
    respond(&page, StatusCode::OK, &received)
}

/// As a page, from what the frame carried.
pub async fn show(
    State(site): App,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<ReceiptForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    let ticket = match site.check_ticket(&form.ticket).await {
        Ok(ticket) => ticket,
        Err(problem) => return page.problem(&problem),
    };
    let slip = site.tickets.signed(&form.receipt).and_then(|text| serde_json::from_str(text).ok());
    let Some(slip) = slip else { return page.problem(&Problem::Form) };
    show_slip(page, &slip, &form.code, &ticket, &form.receipt)
}

/// As a page, of a draft that was sent just now.
pub fn show_new(page: Page<'_>, slip: &Slip, code: &str, ticket: &Ticket) -> Response {
    let Ok(text) = serde_json::to_string(slip) else { return page.problem(&Problem::Internal) };
    let signed = page.site.tickets.sign(&text);
    show_slip(page, slip, code, ticket, &signed)
}

fn show_slip(page: Page<'_>, slip: &Slip, code: &str, ticket: &Ticket, signed: &str) -> Response {
    let Ok(ticket) = page.next_ticket(ticket) else { return page.problem(&Problem::Internal) };
    let mut fields = carried(code, &ticket);
    fields.push(("receipt", signed.to_owned()));
    let page = page.switched(Switch::Button { action: "/receipt", fields });
    let receipt = ReceiptPage { page: &page, slip, code, ticket: &ticket };
    respond(&page, StatusCode::OK, &receipt)
}

impl ReceiptPage<'_> {
    fn until(&self) -> Option<String> {
        self.slip.until.map(|day| self.page.lang.date(Day(day)))
    }
}
