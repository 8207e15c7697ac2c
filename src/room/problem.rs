//! What can go wrong, and what a page says of it.

use std::io;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::answer::respond;
use crate::archive::pages::Page;
use crate::bundle::entries::TarFault;
use crate::bundle::extract::FileFault;
use crate::bundle::read::{Fault, ReadError};
use crate::pages::lang::L10nLanguage;
use crate::web::multipart::FormError;

/// What went wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    Address,
    Foreign,
    Form,
    Busy,
    Full,
    TooLarge,
    ReadOnly,
    Book,
    Keys,
    NoBundle,
    BadBundle,
    CutBundle,
    PackedBundle,
    NothingToSend,
    TooLong,
    NoRecipient,
    NotesTooLong,
    Internal,
}

impl Problem {
    /// Of an error of the archive's disk.
    pub fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Internal,
        }
    }

    /// Its status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Address => StatusCode::NOT_FOUND,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::ReadOnly | Self::Book | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// What a page says.
    pub fn sentence(self, t: &L10nLanguage) -> String {
        match self {
            Self::Address => t.room_problem_address(),
            Self::Foreign => t.room_problem_foreign(),
            Self::Form => t.room_problem_form(),
            Self::Busy => t.room_problem_busy(),
            Self::Full => t.room_problem_full(),
            Self::TooLarge => t.room_problem_too_large(),
            Self::ReadOnly => t.room_problem_read_only(),
            Self::Book => t.room_problem_book(),
            Self::Keys => t.room_closed_keys(),
            Self::NoBundle => t.room_bundle_none(),
            Self::BadBundle => t.room_bundle_bad(),
            Self::CutBundle => t.room_bundle_cut(),
            Self::PackedBundle => t.room_bundle_packed(),
            Self::NothingToSend => t.room_reply_empty(),
            Self::TooLong => t.room_reply_long(),
            Self::NoRecipient => t.room_reply_none(),
            Self::NotesTooLong => t.room_notes_long(),
            Self::Internal => t.room_problem_internal(),
        }
    }

    /// A page that only says so.
    pub fn page(self, page: Page) -> Response {
        let sentence = self.sentence(page.t);
        let page = page.refusing(sentence);
        let title = page.t.room_problem_title();
        respond(self.status(), &ProblemPage { page: &page, title })
    }
}

impl From<FileFault> for Problem {
    fn from(fault: FileFault) -> Self {
        match fault {
            FileFault::DiskFull => Self::Full,
            FileFault::TooLarge => Self::TooLarge,
            FileFault::Unwritable(error) => Self::of(&error),
            _ => Self::Internal,
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::of(&error)
    }
}

impl From<FormError> for Problem {
    fn from(_: FormError) -> Self {
        Self::Form
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        match error.fault {
            Fault::Tar(TarFault::Io(error)) => Self::of(&error),
            Fault::Tar(TarFault::Cut) => Self::CutBundle,
            Fault::Tar(TarFault::Packed(_) | TarFault::Sealed)
            | Fault::Within(_)
            | Fault::Folder(_) => Self::PackedBundle,
            _ => Self::BadBundle,
        }
    }
}

#[derive(Template)]
#[template(path = "room/problem.html")]
struct ProblemPage<'a> {
    page: &'a Page,
    title: String,
}
