//! Uploads under way in this process.

use std::sync::{Mutex, OnceLock, PoisonError, Weak};
use std::time::Instant;

use super::error::StoreError;
use crate::base::ids::{DraftId, MailboxId};

/// Whether the writer could keep everything an upload gave it.
#[derive(Default)]
pub(super) struct UploadError(OnceLock<StoreError>);

impl UploadError {
    pub fn fail(&self, error: StoreError) {
        let _ = self.0.set(error);
    }

    pub fn check(&self) -> Result<(), StoreError> {
        self.0.get().map_or(Ok(()), |error| Err(error.clone()))
    }
}

/// An upload under way in this process that adds to a draft.
pub(super) struct LiveUpload {
    pub mailbox: MailboxId,
    pub draft: DraftId,
    /// Names the form that is sent.
    pub form: [u8; 32],
    /// When its request came.
    pub arrived: Instant,
    pub failure: Weak<UploadError>,
}

impl LiveUpload {
    /// Lets it fail: nothing that it hands on from now on is held or published.
    fn end(&self) {
        if let Some(failure) = self.failure.upgrade() {
            failure.fail(StoreError::Discarded);
        }
    }
}

/// All live uploads. A draft has one at most, and anything else done to the draft ends it first: no file goes
/// that an upload is about to publish.
#[derive(Default)]
pub(super) struct Live(Mutex<Vec<LiveUpload>>);

impl Live {
    /// Adds one. Of two uploads to the same draft or of the same form, the one whose request came first ends.
    /// Returns the draft to add to, where the other upload had one.
    pub fn add(&self, mut new: LiveUpload) -> DraftId {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|live| live.failure.strong_count() > 0);
        for other in all.iter().filter(|live| live.mailbox == new.mailbox) {
            if other.form == new.form {
                new.draft = other.draft;
            }
            if other.draft == new.draft {
                if other.arrived > new.arrived { new.end() } else { other.end() }
            }
        }
        let draft = new.draft;
        all.push(new);
        draft
    }

    pub fn has(&self, draft: DraftId) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().any(|live| live.draft == draft && live.failure.strong_count() > 0)
    }

    pub fn end(&self, which: impl Fn(&LiveUpload) -> bool) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|live| which(live)).for_each(LiveUpload::end);
    }
}
