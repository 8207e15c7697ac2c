//! Progress without script: beside the form, a frame holds a page that never ends. Each step adds a
//! paragraph, and the style shows the last one only.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::Frame;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;

use super::page::{Frames, Page, respond};
use super::problem::Problem;
use super::progress::{Current, Meter, Phase};
use super::state::App;
use crate::base::limits::Limits;
use crate::bundle::names;
use crate::web::connections::Visitor;
use crate::web::lang::{L10nLanguage, Lang};

/// Between two steps, at first and after a minute: a page of many hours stays small.
const STEP: Duration = Duration::from_millis(500);
const LATER_STEP: Duration = Duration::from_secs(2);
/// A display that waits writes a space now and then, so that one whose reader is gone is noticed.
const PULSE: Duration = Duration::from_secs(20);
/// Characters of a file's name that are shown: a step stays small.
const NAME: usize = 120;
/// The rate is that of the last steps.
const WINDOW: usize = 20;

#[derive(Template)]
#[template(path = "source/progress.html")]
struct ProgressPage<'a> {
    page: &'a Page<'a>,
}

/// One paragraph of the display.
#[derive(Template)]
#[template(path = "components/step.html")]
struct Step<'a> {
    t: &'static L10nLanguage,
    class: &'static str,
    text: String,
    detail: String,
    file: Option<&'a str>,
    percent: Option<u64>,
}

pub async fn show(
    State(site): App,
    Extension(visitor): Extension<Visitor>,
    Path(token): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let page = Page::new(&site, &uri, &headers).framing(Frames::Inside);
    if token.len() != 32 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return page.problem(&Problem::NotFound);
    }
    let head = respond(&page, StatusCode::OK, &ProgressPage { page: &page });
    let (mut parts, begin) = head.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    let (sender, receiver) = mpsc::channel(1);
    let display = Display {
        lang: page.lang,
        limits: site.dropbox.limits().clone(),
        out: sender,
        visitor,
        samples: VecDeque::new(),
    };
    let (current, closed) = (site.progress.current(&token), site.progress.closed());
    tokio::spawn(display.run(begin, current, closed));
    Response::from_parts(
        parts,
        Body::new(http_body_util::StreamBody::new(ReceiverStream::new(receiver))),
    )
}

/// Writes one display, until its reader goes away, there is a receipt, or the server stops.
struct Display {
    lang: Lang,
    limits: Limits,
    out: mpsc::Sender<Result<Frame<Bytes>, std::io::Error>>,
    visitor: Visitor,
    /// When, and how many bytes there were.
    samples: VecDeque<(Instant, u64)>,
}

impl Display {
    async fn run(mut self, begin: Body, current: Arc<Current>, mut closed: watch::Receiver<bool>) {
        let out = self.out.clone();
        tokio::select! {
            () = out.closed() => {}
            _ = self.follow(begin, &current) => {}
            _ = closed.wait_for(|closed| *closed) => {}
        }
    }

    /// `None` once there is nothing more to say.
    async fn follow(&mut self, begin: Body, current: &Current) -> Option<()> {
        let begin = axum::body::to_bytes(begin, usize::MAX).await.ok()?;
        self.write(begin).await?;
        let t = self.lang.messages();
        self.step("soft", t.progress_waiting(), String::new(), None, None).await?;
        let mut uploads = current.subscribe();
        uploads.mark_changed();
        loop {
            match tokio::time::timeout(PULSE, uploads.changed()).await {
                Err(_) => self.write(Bytes::from_static(b" ")).await?,
                Ok(changed) => {
                    changed.ok()?;
                    let meter = uploads.borrow_and_update().clone();
                    if let Some(meter) = meter {
                        self.watch(&meter, &mut uploads).await?;
                    }
                }
            }
        }
    }

    /// Shows one upload to its end, or until the form is sent again. `None` after a receipt.
    async fn watch(
        &mut self,
        meter: &Meter,
        uploads: &mut watch::Receiver<Option<Arc<Meter>>>,
    ) -> Option<()> {
        let t = self.lang.messages();
        self.samples.clear();
        let begun = Instant::now();
        loop {
            match meter.phase() {
                Phase::Receiving(file) => self.receiving(meter, file).await?,
                Phase::Sealing => {
                    self.step("step", t.progress_sealing(), String::new(), None, Some(100)).await?;
                }
                Phase::Sent => {
                    self.step("done", t.progress_sent(), String::new(), None, None).await?;
                    return None;
                }
                Phase::Refused(problem, held) => {
                    let sentence = problem.sentence(self.lang, &self.limits);
                    let said = format!("{}. {sentence}", problem.title(t));
                    let kept = if held > 0 { problem.kept(t, held) } else { String::new() };
                    return self.step("problem", said, kept, None, None).await;
                }
            }
            let pause = if begun.elapsed() < Duration::from_secs(60) { STEP } else { LATER_STEP };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                changed = uploads.changed() => {
                    uploads.mark_changed();
                    return changed.ok();
                }
            }
        }
    }

    async fn receiving(&mut self, meter: &Meter, file: Option<(usize, String)>) -> Option<()> {
        let t = self.lang.messages();
        let received = meter.received();
        self.samples.push_back((Instant::now(), received));
        if self.samples.len() > WINDOW {
            self.samples.pop_front();
        }
        let rate = self.rate();
        let total = meter.total.filter(|total| *total > 0);
        let text = match total {
            Some(total) => t.progress_of(self.lang.size(received), self.lang.size(total)),
            None => self.lang.size(received),
        };
        let mut detail =
            if rate > 0 { t.progress_rate(self.lang.size(rate)) } else { String::new() };
        if let Some(left) = total.and_then(|total| total.saturating_sub(received).checked_div(rate))
        {
            detail = format!("{detail} · {}", time_left(t, left));
        }
        let short = |name: &str| names::printable(name).chars().take(NAME).collect::<String>();
        let file = file.map(|(number, name)| t.progress_file(number, short(&name)));
        let percent = total.map(|total| (received.saturating_mul(100) / total).min(100));
        self.step("step", text, detail, file.as_deref(), percent).await
    }

    /// Bytes a second, over the last steps.
    fn rate(&self) -> u64 {
        let (Some(first), Some(last)) = (self.samples.front(), self.samples.back()) else {
            return 0;
        };
        let millis = u64::try_from(last.0.duration_since(first.0).as_millis()).unwrap_or(u64::MAX);
        (last.1 - first.1).saturating_mul(1000).checked_div(millis).unwrap_or(0)
    }

    async fn step(
        &self,
        class: &'static str,
        text: String,
        detail: String,
        file: Option<&str>,
        percent: Option<u64>,
    ) -> Option<()> {
        let t = self.lang.messages();
        let step = Step { t, class, text, detail, file, percent };
        self.write(step.render().ok()?.into()).await
    }

    async fn write(&self, bytes: Bytes) -> Option<()> {
        // Who takes nothing for so long is gone, or holds the place for nothing.
        let send = self.out.send(Ok(Frame::data(bytes)));
        tokio::time::timeout(self.limits.idle, send).await.ok()?.ok()?;
        // Whoever reads is not idle.
        self.visitor.active();
        Some(())
    }
}

/// Seconds, as people say them.
fn time_left(t: &L10nLanguage, seconds: u64) -> String {
    let rounded = |unit: u64| i64::try_from(seconds.div_ceil(unit)).unwrap_or(i64::MAX);
    match seconds {
        0..60 => t.progress_seconds_left(),
        60..5400 => t.progress_minutes_left(rounded(60)),
        _ => t.progress_hours_left(rounded(3600)),
    }
}
