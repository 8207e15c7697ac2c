//! Another device for the codes: its secret as a picture and as text, confirmed by a code of it.

use std::fmt::Write;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::account::{go_on, why};
use super::page::{Page, Room, respond};
use super::problem::Problem;
use super::session::Editor;
use super::signed_in::Act;
use super::state::App;
use crate::crypto::totp::TotpSecret;
use crate::dropbox::accounts::Changed;
use crate::web::connections::Visitor;
use crate::web::error_counts;

/// Light modules around a QR code (ISO/IEC 18004, quiet zone).
const QUIET: usize = 4;

#[derive(Template)]
#[template(path = "desk/device.html")]
struct DevicePage<'a> {
    page: &'a Page<'a>,
    secret: Zeroizing<String>,
    /// The same in groups, for typing.
    groups: Zeroizing<String>,
    side: usize,
    path: Zeroizing<String>,
    problem: Option<String>,
}

pub async fn show(State(desk): App, editor: Editor, uri: Uri, headers: HeaderMap) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&editor);
    match TotpSecret::generate() {
        Ok(secret) => render(page, &editor, &secret, None),
        Err(error) => page.problem(&error.into()),
    }
}

fn render(
    page: Page<'_>,
    editor: &Editor,
    secret: &TotpSecret,
    problem: Option<(StatusCode, String)>,
) -> Response {
    let page = page.within(Room::Account).at("/account/device");
    let modules = secret.qr_modules(page.name(), editor.name());
    let base32 = secret.base32();
    let groups: Vec<_> = base32.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    let (status, problem) = problem.unzip();
    let shown = DevicePage {
        page: &page,
        groups: Zeroizing::new(groups.join(" ")),
        side: modules.len() + 2 * QUIET,
        path: Zeroizing::new(drawn(&modules)),
        secret: base32,
        problem,
    };
    respond(status.unwrap_or(StatusCode::OK), &shown)
}

/// Each run of dark modules as a line of an SVG path; after the first of a row from where the last one ended,
/// which is shorter.
fn drawn(modules: &[Vec<bool>]) -> String {
    let mut path = String::new();
    for (y, row) in modules.iter().enumerate() {
        let (mut x, mut end) = (0, None);
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                let _ = match end {
                    None => write!(path, "M{} {}h{}", x + QUIET, y + QUIET, run.len()),
                    Some(end) => write!(path, "m{} 0h{}", x - end, run.len()),
                };
                end = Some(x + run.len());
            }
            x += run.len();
        }
    }
    path
}

#[derive(Deserialize)]
pub struct DeviceForm {
    secret: String,
    passphrase: String,
    code: String,
    new_code: String,
}

/// `POST /account/device`
pub async fn change(
    State(desk): App,
    Extension(visitor): Extension<Visitor>,
    uri: Uri,
    headers: HeaderMap,
    Act { actor, form }: Act<DeviceForm>,
) -> Response {
    let page = Page::new(&desk, &uri, &headers).of(&actor);
    let carried = Zeroizing::new(form.secret);
    let Ok(secret) = TotpSecret::parse(&carried) else { return page.problem(&Problem::Form) };
    let name = actor.name().to_owned();
    let Ok(turn) = desk.sign_ins.enter(visitor.circuit()).await else {
        error_counts::count("desk-busy");
        let busy = (StatusCode::SERVICE_UNAVAILABLE, page.t.desk_sign_in_busy());
        return render(page, &actor, &secret, Some(busy));
    };
    let (passphrase, code, new_code) = (Zeroizing::new(form.passphrase), form.code, form.new_code);
    let changed = desk.blocking(move |desk| {
        let _turn = turn;
        let new = TotpSecret::parse(&carried).map_err(|_| Problem::Form)?;
        Ok(desk.accounts.change_device(&name, &passphrase, &code, &new, &new_code)?)
    });
    match changed.await {
        Ok(Changed::Done(version)) => go_on(&page, &actor, version, page.t.desk_device_done()),
        Ok(other) => {
            error_counts::count("desk-wrong");
            let wrong = (StatusCode::UNPROCESSABLE_ENTITY, why(page.t, other));
            render(page, &actor, &secret, Some(wrong))
        }
        Err(problem) => page.problem(&problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_dark_modules_where_they_are() {
        let modules = [vec![true, true, false], vec![false, true, false], vec![true, false, true]];
        assert_eq!(drawn(&modules), "M4 4h2M5 5h1M4 6h1m1 0h1");
    }
}
