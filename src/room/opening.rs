//! The answer while bundles are opened: a page that grows. Each step adds a paragraph, of which the style shows the
//! last one alone; what came of it follows, and the page ends.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;

use crate::archive::pages::Page;
use crate::bundle::extract::Progress;
use crate::bundle::names::printable;

/// Between two steps.
const STEP: Duration = Duration::from_millis(500);
/// Steps that a browser has not taken yet; further ones are left out.
const WAITING: usize = 4;
/// Characters of a file's name that are shown.
const NAME: usize = 120;
/// Stands in the page where it is cut. Nothing that a page shows holds it: `<` is escaped.
const HERE: &str = "<!--here-->";

/// How far the work is.
#[derive(Default)]
pub struct Meter {
    total: AtomicU64,
    done: AtomicU64,
    /// Of the file that was begun last.
    name: Mutex<String>,
}

impl Progress for Meter {
    fn expect(&self, bytes: u64) {
        self.total.store(bytes, Ordering::Relaxed);
    }

    fn begin(&self, _: usize, name: &str, _: u64) {
        name.clone_into(&mut self.name.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn advance(&self, _: usize, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

#[derive(Template)]
#[template(path = "room/opening.html")]
struct OpeningPage<'a> {
    page: &'a Page,
    here: &'static str,
}

#[derive(Template)]
#[template(path = "room/step.html")]
struct Step<'a> {
    page: &'a Page,
    percent: u64,
    text: String,
    name: String,
}

impl<'a> Step<'a> {
    fn of(page: &'a Page, meter: &Meter) -> Self {
        let [done, total] = [&meter.done, &meter.total].map(|n| n.load(Ordering::Relaxed));
        let text = match total {
            0 => page.t.room_opening(),
            _ => page.t.progress_of(page.lang.size(done.min(total)), page.lang.size(total)),
        };
        let name = meter.name.lock().unwrap_or_else(PoisonError::into_inner);
        let name = printable(&name).chars().take(NAME).collect();
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0).min(100);
        Self { page, percent, text, name }
    }
}

/// The page, while `work` is done on a thread of its own. It ends with what `work` returns. Who closes it does not stop
/// the work. To be called on a thread of the runtime.
pub fn show(
    page: Page,
    meter: Arc<Meter>,
    work: impl FnOnce(&Page) -> String + Send + 'static,
) -> Response {
    let html = OpeningPage { page: &page, here: HERE }.render().unwrap_or_default();
    let mut parts = html.split(HERE).map(|part| Bytes::from(part.to_owned()));
    let (head, middle, tail) = (parts.next(), parts.next(), parts.next());
    let (out, pieces) = mpsc::channel(WAITING);
    let begin = [head, step(&page, &meter)].into_iter().flatten();
    begin.for_each(|piece| drop(out.try_send(Ok(piece))));
    let page = Arc::new(page);
    let shown = page.clone();
    let work = tokio::task::spawn_blocking(move || work(&shown));
    let end = [middle, tail].map(Option::unwrap_or_default);
    tokio::spawn(follow(page, meter, out, work, end));
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::OK, html, Body::from_stream(ReceiverStream::new(pieces))).into_response()
}

fn step(page: &Page, meter: &Meter) -> Option<Bytes> {
    Step::of(page, meter).render().ok().map(Bytes::from)
}

async fn follow(
    page: Arc<Page>,
    meter: Arc<Meter>,
    out: mpsc::Sender<io::Result<Bytes>>,
    mut work: JoinHandle<String>,
    [middle, tail]: [Bytes; 2],
) {
    let mut last = None;
    let result = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(STEP) => {}
        }
        let next = step(&page, &meter);
        if next != last {
            // A browser that takes its time sees a later one.
            let _ = next.clone().map(|next| out.try_send(Ok(next)));
            last = next;
        }
    };
    // After a panic the page ends as one that was cut.
    let result = result.map(Bytes::from).map_err(io::Error::other);
    for piece in [Ok(middle), result, Ok(tail)] {
        if out.send(piece).await.is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::lang::Lang;

    #[test]
    fn a_step_says_how_far_it_is_and_nothing_of_a_name_is_obeyed() {
        let lang = Lang::all().find(|lang| lang.code() == "en").unwrap();
        let page = Page::in_room(lang, "", "/".into());
        let meter = Meter::default();
        let shown = || Step::of(&page, &meter).render().unwrap();
        assert!(shown().contains(&page.t.room_opening()) && shown().contains("value=\"0\""));
        meter.expect(3_000_000);
        meter.begin(0, "<b>\u{202e}\u{1b}.pdf", 3_000_000);
        meter.advance(0, 1_000_000);
        let far = page.t.progress_of(lang.size(1_000_000), lang.size(3_000_000));
        assert!(shown().contains("value=\"33\"") && shown().contains(&far), "{}", shown());
        assert!(shown().contains("<bdi>&#60;b&#62;__.pdf</bdi>"), "{}", shown());
        // A file that was altered may be longer than it says.
        meter.advance(1, 9_000_000);
        assert!(shown().contains("value=\"100\""));
    }
}
