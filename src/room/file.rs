//! A source's file, as an attachment that no browser shows.

use std::fs::File;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use rustix::fs::{Mode, OFlags};

use super::problem::Problem;
use super::state::{App, Room};
use crate::archive::conversation::{Kept, file_place, is_there};
use crate::archive::place::is_mailbox;
use crate::bundle::path::is_dispatch;
use crate::web::attachment;

/// A browser that takes nothing for so long is given up.
const IDLE: Duration = Duration::from_secs(600);

/// Mailbox, dispatch, number of the file, and layer: 0 for the file itself, then what its source had sealed in it.
type Place = (String, String, String, u32, usize);

pub async fn send(
    State(room): App,
    Path((_, mailbox, dispatch, number, layer)): Path<Place>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let page = room.page(&uri, &headers, "/");
    let found = tokio::task::spawn_blocking(move || room.find(&mailbox, &dispatch, number, layer));
    match found.await {
        Ok(Ok((file, name, size))) => {
            let never = async |(): &()| std::future::pending().await;
            let mut response = Response::new(attachment::stream(file, (), never, IDLE, |_| ()));
            attachment::mark(&mut response, &name, size);
            response
        }
        Ok(Err(problem)) => problem.page(page),
        Err(_) => Problem::Internal.page(page),
    }
}

impl Room {
    fn find(
        &self,
        mailbox: &str,
        dispatch: &str,
        number: u32,
        layer: usize,
    ) -> Result<(File, String, u64), Problem> {
        let plain = dispatch.strip_prefix('_').unwrap_or(dispatch);
        if !is_mailbox(mailbox) || !is_dispatch(plain) {
            return Err(Problem::Address);
        }
        let dir = self.archive.dir().join(mailbox).join(dispatch);
        let kept = Kept::read(&dir)?.ok_or(Problem::Address)?;
        let file = kept.record.files.iter().find(|file| file.number == number);
        let file = file.filter(|file| is_there(&dir, file)).ok_or(Problem::Address)?;
        let name = match layer.checked_sub(1) {
            None => &file.name,
            Some(at) => &file.opened.get(at).ok_or(Problem::Address)?.name,
        };
        let path = file_place(&dir, name).ok_or(Problem::Address)?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::open(&path, flags, Mode::empty()).map(File::from);
        let opened = opened.map_err(|_| Problem::Address)?;
        let meta = opened.metadata()?;
        if !meta.is_file() {
            return Err(Problem::Address);
        }
        Ok((opened, name.clone(), meta.len()))
    }
}
