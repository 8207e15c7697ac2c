//! The files of an answer.

use std::time::Duration;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::page::Page;
use super::problem::Problem;
use super::state::App;
use crate::base::ids::DispatchId;
use crate::dropbox::mailbox::{MESSAGE, ReplyFile};
use crate::web::attachment;
use crate::web::connections::{Kept, Visitor};
use crate::web::slots::Slot;

#[derive(Deserialize)]
pub struct FileForm {
    code: String,
    ticket: String,
    dispatch: String,
    number: u32,
}

pub async fn download(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Form<FileForm>, FormRejection>,
) -> Response {
    let page = Page::new(&site, &uri, &headers);
    let Ok(Form(form)) = form else { return page.problem(&Problem::Form) };
    if let Err(problem) = site.check_ticket(&form.ticket).await {
        return page.problem(&problem);
    }
    let Some(id) = DispatchId::parse(&form.dispatch) else {
        return page.problem(&Problem::NoSuchFile);
    };
    let keys = match site.open_code(visitor.circuit(), &form.code).await {
        Ok(opened) => opened.keys,
        Err(problem) => return page.problem(&problem),
    };
    let slots = if form.number == MESSAGE { &site.large_pages } else { &site.downloads };
    let Some(slot) = slots.acquire(visitor.circuit().number()) else {
        return page.problem(&Problem::Busy);
    };
    let file = {
        let dropbox = site.dropbox.clone();
        tokio::task::spawn_blocking(move || dropbox.reply_file(&keys, id, form.number)).await
    };
    match file {
        Ok(Ok(file)) => attachment(file, (slot, visitor.keep()), site.dropbox.limits().idle),
        Ok(Err(error)) => page.problem(&error.into()),
        Err(_) => page.problem(&Problem::Internal),
    }
}

fn attachment(file: ReplyFile, held: (Slot<u32>, Kept), idle: Duration) -> Response {
    let (name, size) = (file.name, file.size);
    let never = async |_: &(Slot<u32>, Kept)| std::future::pending().await;
    let body = attachment::stream(file.plain, held, never, idle, |_| ());
    let mut response = Response::new(body);
    attachment::mark(&mut response, &name, size);
    response
}
