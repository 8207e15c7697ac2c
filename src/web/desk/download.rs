//! Downloads: a frozen list with an address of its own, so that one that broke off goes on where it was.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize;
use tokio::sync::watch;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::correspondence::MailboxPath;
use super::mailbox_actions::picked;
use super::page::{Page, Room, redirect, respond};
use super::problem::Problem;
use super::session::{self, Editor};
use super::signed_in::{Act, Nothing};
use super::state::{App, Desk};
use crate::base::clock::Day;
use crate::base::ids::{DispatchId, hex};
use crate::base::random;
use crate::dropbox::download::Download;
use crate::dropbox::retention;
use crate::store::Frozen;
use crate::web::attachment::resumable::{self, Offered};
use crate::web::connections::{Kept, Visitor};
use crate::web::slots::Slot;

/// Dispatches of one list: more would take memory and time of others. What is left is the next one's.
const LIST: usize = 1000;
/// Characters of the site's name in that of a bundle.
const SITE_NAME: usize = 24;

/// What a bundle is called, so that those of several days and boxes lie beside each other: the site, the day, and four
/// digits of a random id.
fn bundle_name(site: &str, day: Day, [first, second, ..]: [u8; 16]) -> String {
    let plain = site.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let plain: String = plain.map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join("-");
    let site: String = words.chars().take(SITE_NAME).collect();
    let site = if site.is_empty() { "sourdine" } else { site.trim_end_matches('-') };
    format!("{site}-{day}-{:04}", u16::from_be_bytes([first, second]) % 10_000)
}

/// A list that is still as it was frozen, and what was asked of it.
struct Found {
    frozen: Frozen,
    id: [u8; 16],
}

#[derive(Template)]
#[template(path = "desk/download.html")]
struct DownloadTemplate<'a> {
    page: &'a Page<'a>,
    id: String,
    bundle: Download,
    until: Day,
    /// Submissions of the list, and how many of them count as downloaded by its editor.
    counted: (usize, usize),
}

#[derive(Template)]
#[template(path = "desk/changed.html")]
struct ChangedTemplate<'a> {
    page: &'a Page<'a>,
    id: String,
    left: usize,
}

impl DownloadTemplate<'_> {
    fn volumes(&self) -> impl Iterator<Item = (String, String, String)> {
        (1..=self.bundle.volumes()).map(|number| {
            let (name, size) = (self.bundle.name(number), self.bundle.len(number));
            let address = format!("/download/{}/{number}/{name}", self.id);
            (address, name, self.page.lang.size(size.unwrap_or_default()))
        })
    }

    /// The address of the list itself, or of what can be done to it.
    fn at(&self, act: &str) -> String {
        self.page.to(&format!("/download/{}{act}", self.id))
    }

    fn counted(&self) -> String {
        let (t, (all, counted)) = (self.page.t, self.counted);
        if counted == all { t.download_counted_all() } else { t.download_counted(counted, all) }
    }

    fn size(&self) -> String {
        let all = (1..=self.bundle.volumes()).filter_map(|number| self.bundle.len(number));
        self.page.lang.size(all.sum())
    }
}

impl Desk {
    /// A frozen list of this editor. Blocks.
    fn list(&self, editor: &Editor, id: &str) -> Result<Found, Problem> {
        let id = DispatchId::parse(id).ok_or(Problem::NotFound)?.0;
        let frozen = self.dropbox.store().frozen(id)?.ok_or(Problem::NotFound)?;
        if frozen.reader != editor.name() || !editor.may(&frozen.team) {
            return Err(Problem::NotFound);
        }
        Ok(Found { frozen, id })
    }

    /// Freezes a list of those dispatches that are there. Returns how many were left out because they are not
    /// whole in the store: they would break the download off each time. Blocks.
    fn freeze(
        &self,
        editor: &Editor,
        team: &str,
        mut ids: Vec<DispatchId>,
    ) -> Result<(Option<[u8; 16]>, usize), Problem> {
        let (store, today) = (self.dropbox.store(), self.dropbox.today());
        let mut damaged = Vec::new();
        loop {
            let id: [u8; 16] = random::bytes().map_err(|_| Problem::Internal)?;
            if store.freeze(id, editor.name(), team, today, ids.clone())? == 0 {
                return Ok((None, damaged.len()));
            }
            let before = damaged.len();
            for (_, dispatch) in store.frozen(id)?.map(|list| list.items).unwrap_or_default() {
                if !store.looks_whole(&dispatch)? && store.has_dispatch(dispatch.id)? {
                    damaged.push(dispatch.id);
                }
            }
            if damaged.len() == before {
                return Ok((Some(id), damaged.len()));
            }
            ids.retain(|id| !damaged.contains(id));
        }
    }

    /// What a form asks to be put together, and where to go back to. Blocks.
    fn wanted(
        &self,
        editor: &Editor,
        fields: &HashMap<String, String>,
    ) -> Result<(String, Vec<DispatchId>, String), Problem> {
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let (team, designation) = (field("team"), field("mailbox"));
        if let Some(id) = fields.get("again") {
            let frozen = self.list(editor, id)?.frozen;
            let ids = frozen.items.iter().map(|(_, dispatch)| dispatch.id).collect();
            return Ok((frozen.team, ids, "/".to_owned()));
        }
        if !editor.may(&team) {
            return Err(Problem::NotFound);
        }
        let teams = std::slice::from_ref(&team);
        if designation.is_empty() {
            return Ok((
                team.clone(),
                self.dropbox.store().unread(editor.name(), teams, None, LIST + 1)?,
                "/".into(),
            ));
        }
        let place = MailboxPath { team: team.clone(), designation };
        let mailbox = self.find(editor, &place)?.id;
        let ids = if fields.contains_key("picked") {
            // The list takes those of this team only.
            picked(fields)
        } else {
            self.dropbox.store().unread(editor.name(), teams, Some(mailbox), LIST + 1)?
        };
        Ok((team, ids, place.path()))
    }
}

/// Freezes a list: what was ticked, or all that is unread.
pub async fn make(
    State(desk): App,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<HashMap<String, String>>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor).within(Room::Inbox);
    let (editor, picks) = (Editor::clone(&actor), form.contains_key("picked"));
    let made = desk.blocking(move |desk| {
        let (team, mut ids, back) = desk.wanted(&editor, &form)?;
        let more = ids.len() > LIST;
        ids.truncate(LIST);
        let (id, damaged) = desk.freeze(&editor, &team, ids)?;
        Ok((id, damaged, more, back))
    });
    let (id, damaged, more, back) = match made.await {
        Ok(made) => made,
        Err(problem) => return page.problem(&problem),
    };
    let t = page.t;
    let said = match (id, damaged) {
        (_, 1..) => Some(t.download_damaged(damaged)),
        (None, 0) if picks => Some(t.dispatches_none_picked()),
        (None, 0) => Some(t.download_nothing()),
        (Some(_), 0) => more.then(|| t.download_more(LIST)),
    };
    if let Some(said) = said {
        desk.sessions.tell(actor.key(), said);
    }
    redirect(&page, &id.map_or(back, |id| format!("/download/{}?start=1", hex(&id))))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    start: String,
}

/// The page of a list, with the addresses of its volumes. Just made, the list starts to download by itself, once.
pub async fn show(
    State(desk): App,
    Path(id): Path<String>,
    editor: Editor,
    uri: Uri,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Inbox).told();
    let page = page.at(uri.path());
    let found = desk.blocking(move |desk| {
        let list = desk.list(&editor, &id)?;
        let counted = desk.dropbox.store().fetched_of(list.id)?;
        Ok((list.laid_out(desk), counted))
    });
    match found.await {
        Ok(((found, Some(bundle)), counted)) => {
            let until = desk.dropbox.last_day(found.frozen.day, retention::DOWNLOAD);
            let id = hex(&found.id);
            let shown = DownloadTemplate { page: &page, id, bundle, until, counted };
            let mut response = respond(StatusCode::OK, &shown);
            let starts = asked.is_ok_and(|Query(asked)| !asked.start.is_empty());
            let first = shown.volumes().next().filter(|_| starts);
            let first = first.filter(|_| !desk.download_progress.has_begun(found.id));
            let to = first.and_then(|(at, ..)| HeaderValue::from_str(&format!("0;url={at}")).ok());
            if let Some(to) = to {
                response.headers_mut().insert(header::REFRESH, to);
            }
            response
        }
        Ok(((found, None), _)) => changed(&page, &found),
        Err(problem) => page.problem(&problem),
    }
}

impl Found {
    fn is_whole(&self) -> bool {
        self.frozen.items.len() == self.frozen.count
    }

    /// With its bundle, where everything of it is there still. Blocks.
    fn laid_out(mut self, desk: &Desk) -> (Self, Option<Download>) {
        let laid_out = self.is_whole().then(|| {
            let items = std::mem::take(&mut self.frozen.items);
            let name = bundle_name(&desk.name, self.frozen.day, self.id);
            desk.layouts.of(self.id, || desk.dropbox.download(items, false, &name))
        });
        (self, laid_out)
    }
}

/// Something of the list was deleted since: these are other bytes, which a resumed download must not get.
fn changed(page: &Page<'_>, found: &Found) -> Response {
    let left = found.frozen.items.len();
    respond(StatusCode::GONE, &ChangedTemplate { page, id: hex(&found.id), left })
}

/// One volume, or a part of it.
pub async fn volume(
    State(desk): App,
    Path((id, number, _)): Path<(String, usize, String)>,
    Extension(visitor): Extension<Visitor>,
    editor: Result<Editor, Response>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let editor = match editor {
        Ok(editor) => editor,
        Err(response) => return no_file(response),
    };
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Inbox);
    let found = {
        let editor = editor.clone();
        desk.blocking(move |desk| Ok(desk.list(&editor, &id)?.laid_out(desk))).await
    };
    let (found, bundle) = match found {
        Ok((found, Some(bundle))) => (found, bundle),
        Ok((found, None)) => return changed(&page, &found),
        Err(problem) => return page.problem(&problem),
    };
    let (id, team) = (found.id, found.frozen.team);
    let served =
        Served { desk: desk.clone(), editor: editor.clone(), team, id, bundle: bundle.clone() };
    let sending = Sending {
        desk: &desk,
        editor: &editor,
        headers: &headers,
        method: &method,
        visitor: &visitor,
    };
    match sending.send(&bundle, number, Some(served)) {
        Ok(response) => response,
        Err(problem) => page.problem(&problem),
    }
}

/// The manifest of one dispatch as a bundle: what it holds, before all of it is fetched.
pub async fn manifest(
    State(desk): App,
    Path((team, designation, dispatch)): Path<(String, String, String)>,
    Extension(visitor): Extension<Visitor>,
    editor: Result<Editor, Response>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let editor = match editor {
        Ok(editor) => editor,
        Err(response) => return no_file(response),
    };
    let page = Page::new(&desk, &uri, &headers).of(&editor).within(Room::Inbox);
    let found = {
        let editor = editor.clone();
        desk.blocking(move |desk| {
            let mailbox = desk.find(&editor, &MailboxPath { team: team.clone(), designation })?;
            let id = DispatchId::parse(&dispatch).ok_or(Problem::NotFound)?;
            let found = desk.dropbox.store().desk_dispatch(&team, mailbox.id, id)?;
            let dispatch = found.ok_or(Problem::NotFound)?;
            let name = bundle_name(&desk.name, dispatch.day, dispatch.id.0);
            Ok(desk.dropbox.download(vec![(mailbox, dispatch)], true, &name))
        })
        .await
    };
    let bundle = match found {
        Ok(bundle) => bundle,
        Err(problem) => return page.problem(&problem),
    };
    let sending = Sending {
        desk: &desk,
        editor: &editor,
        headers: &headers,
        method: &method,
        visitor: &visitor,
    };
    match sending.send(&bundle, 1, None) {
        Ok(response) => response,
        Err(problem) => page.problem(&problem),
    }
}

/// Who is signed out gets the form to sign in; whatever saves files must not take it for one.
fn no_file(mut response: Response) -> Response {
    if response.status().is_success() {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

/// Who is sent something.
struct Sending<'a> {
    desk: &'a Arc<Desk>,
    editor: &'a Editor,
    headers: &'a HeaderMap,
    method: &'a Method,
    visitor: &'a Visitor,
}

impl Sending<'_> {
    fn send(
        &self,
        bundle: &Download,
        number: usize,
        served: Option<Served>,
    ) -> Result<Response, Problem> {
        let length = bundle.len(number).ok_or(Problem::NotFound)?;
        let account = self.editor.name().to_owned();
        let slot = self.desk.downloads.acquire(Some(account)).ok_or(Problem::Busy)?;
        let (etag, name) = (bundle.etag(number), bundle.name(number));
        let offered = Offered { name: &name, etag: &etag, length };
        let body = |range: Range<u64>| -> Body {
            let held = TransferGuard {
                _slot: slot,
                _kept: self.visitor.keep(),
                ended: session::watch(self.desk, self.editor, self.headers),
            };
            let ended = async |held: &TransferGuard| {
                let mut ended = held.ended.clone();
                // Where the watch is over, the download is not.
                if ended.wait_for(|ended| *ended).await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            let idle = self.desk.dropbox.limits().idle;
            let (reader, mut at) = (bundle.reader(number, range.clone()), range.start);
            let taken = move |bytes| {
                if let Some(served) = &served {
                    served.add(number, at..at + bytes);
                }
                at += bytes;
            };
            crate::web::attachment::stream(reader, held, ended, idle, taken)
        };
        Ok(resumable::respond(self.method, self.headers, &offered, body))
    }
}

/// What a download holds until its end: its slot, its connection (strangers' idle ones never end it), and
/// the watch on its session.
struct TransferGuard {
    _slot: Slot<String>,
    _kept: Kept,
    ended: watch::Receiver<bool>,
}

/// Counts what was served of a list, and notes what is complete.
struct Served {
    desk: Arc<Desk>,
    editor: Editor,
    team: String,
    id: [u8; 16],
    bundle: Download,
}

impl Served {
    fn add(&self, volume: usize, bytes: Range<u64>) {
        let progress = &self.desk.download_progress;
        let complete = progress.served(self.id, &self.bundle, volume, bytes);
        if complete.is_empty() {
            return;
        }
        let today = self.desk.dropbox.today();
        let (team, name) = (self.team.clone(), self.editor.name().to_owned());
        let store = self.desk.dropbox.store().clone();
        tokio::task::spawn_blocking(move || store.fetched(&team, complete, &name, today));
    }
}

/// An editor says that all of a list was downloaded, whatever the server has seen.
pub async fn done(
    State(desk): App,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form: Nothing {} }: Act<Nothing>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor).within(Room::Inbox);
    let back = format!("/download/{id}");
    let done = desk.blocking(move |desk| {
        let Frozen { team, items, .. } = desk.list(&actor, &id)?.frozen;
        let ids = items.into_iter().map(|(_, dispatch)| dispatch.id).collect();
        desk.fetched(&actor, &team, ids)
    });
    match done.await {
        // The page says what counts.
        Ok(()) => redirect(&page, &back),
        Err(problem) => page.problem(&problem),
    }
}

/// An editor says that nothing of a list was downloaded after all.
pub async fn undone(
    State(desk): App,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form: Nothing {} }: Act<Nothing>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor).within(Room::Inbox);
    let back = format!("/download/{id}");
    let undone = desk.blocking(move |desk| {
        let Frozen { team, items, .. } = desk.list(&actor, &id)?.frozen;
        for (mailbox, dispatch) in items {
            let one = vec![dispatch.id];
            desk.dropbox.store().unfetch(actor.name(), &team, mailbox.id, one)?;
        }
        Ok(())
    });
    match undone.await {
        Ok(()) => redirect(&page, &back),
        Err(problem) => page.problem(&problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_called_by_site_day_and_four_digits() {
        let name = |site| bundle_name(site, Day(20_000), [0x12; 16]);
        assert_eq!(name("Rédaction d’Œil & Co."), "redaction-d-il-co-2024-10-04-4626");
        assert_eq!(name("صندوق"), "sourdine-2024-10-04-4626");
        assert_eq!(name("../../x; rm -rf /"), "x-rm-rf-2024-10-04-4626");
        assert_eq!(name(&"ab ".repeat(40)).len(), "-2024-10-04-4626".len() + SITE_NAME - 1);
        assert_eq!(bundle_name("x", Day(20_000), [0; 16]), "x-2024-10-04-0000");
    }
}
