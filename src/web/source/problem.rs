//! What goes wrong on a page: a public sentence, and for the log a kind and nothing else.

use std::sync::Arc;

use axum::http::StatusCode;

use super::ticket::TicketError;
use crate::base::limits::{ANSWER, DRAFTS, Limits};
use crate::base::random::NoRandomness;
use crate::config::PerLanguage;
use crate::crypto::code::CodeError;
use crate::dropbox::mailbox::ReplyFileError;
use crate::dropbox::{DeriveError, FileError, IntakeError};
use crate::store::StoreError;
use crate::web::lang::{L10nLanguage, Lang};
use crate::web::multipart::FormError;

/// Everything a page can answer instead of what was asked.
#[derive(Clone, PartialEq, Eq)]
pub enum Problem {
    /// Not our form.
    Form,
    /// The body ended too early.
    Cut,
    /// A small form did not arrive in time, or what it asked for took too long.
    Slow,
    /// Posted from another site.
    ForeignOrigin,
    /// Through a relay of the open web.
    Relayed,
    /// Under a name that is not ours.
    UnknownHost,
    /// A ticket that is not ours.
    ForeignTicket,
    /// A ticket that is too old.
    OldTicket,
    /// The visit was left.
    Left,
    /// The code cannot be read.
    Code(CodeError),
    /// Eight words, a code of the older kind, under which nothing is: nothing new is stored under it.
    OlderCode,
    /// The message is too long.
    MessageTooLong,
    /// An answer is.
    AnswerTooLong,
    /// The message holds the code.
    MessageHasCode,
    /// The name of a file does.
    FileNameHasCode,
    /// No team was chosen.
    Team,
    /// Neither message nor file.
    Empty,
    /// A file is too large.
    FileTooLarge,
    /// All together are.
    DispatchTooLarge,
    /// All together are larger than what there is room for as of now: so many bytes.
    TooLargeNow(u64),
    /// There are too many.
    TooManyFiles,
    /// The editors' keys changed while a draft was held.
    Stale,
    /// A key of an editor was removed while this was sent.
    KeysChanged,
    /// Something else was done to the draft in another window, or the form was sent again.
    Discarded,
    /// There are as many drafts under this code as there may be.
    TooManyDrafts,
    /// No room.
    Full,
    /// Too many at once.
    Busy,
    /// The same, of a form whose text only the browser still has: its page says how to keep that.
    BusyForm,
    /// Too many at once, and this upload hardly moved: its place was given to another.
    Displaced,
    /// No such page.
    NotFound,
    /// No such file of a reply.
    NoSuchFile,
    /// No new documents are taken, for these reasons.
    Closed(Arc<PerLanguage>),
    /// Our fault.
    Internal,
}

impl Problem {
    /// For the daily count.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Cut => "cut",
            Self::Slow => "slow",
            Self::ForeignOrigin => "foreign-origin",
            Self::Relayed => "relayed",
            Self::UnknownHost => "unknown-host",
            Self::ForeignTicket => "foreign-ticket",
            Self::OldTicket => "old-ticket",
            Self::Left => "left",
            Self::Code(_) | Self::OlderCode => "code",
            Self::MessageTooLong
            | Self::AnswerTooLong
            | Self::MessageHasCode
            | Self::FileNameHasCode => "message",
            Self::Team => "team",
            Self::Empty => "empty",
            Self::FileTooLarge | Self::DispatchTooLarge | Self::TooManyFiles => "too-large",
            Self::Stale => "stale-draft",
            Self::KeysChanged => "keys-changed",
            Self::Discarded => "discarded",
            Self::TooManyDrafts => "drafts",
            Self::TooLargeNow(_) | Self::Full => "full",
            Self::Busy | Self::BusyForm => "busy",
            Self::Displaced => "displaced",
            Self::NotFound | Self::NoSuchFile => "not-found",
            Self::Closed(_) => "closed",
            Self::Internal => "internal",
        }
    }

    /// HTTP's word for it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Form | Self::Cut | Self::ForeignTicket => StatusCode::BAD_REQUEST,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            // 421 would fit a name that is not ours, and makes browsers ask twice (RFC 9110, 15.5.20).
            Self::ForeignOrigin | Self::Relayed | Self::UnknownHost => StatusCode::FORBIDDEN,
            Self::Stale | Self::KeysChanged | Self::Discarded | Self::TooManyDrafts => {
                StatusCode::CONFLICT
            }
            Self::OldTicket | Self::Left => StatusCode::GONE,
            Self::Code(_)
            | Self::OlderCode
            | Self::MessageHasCode
            | Self::FileNameHasCode
            | Self::Team
            | Self::Empty => StatusCode::UNPROCESSABLE_ENTITY,
            Self::MessageTooLong
            | Self::AnswerTooLong
            | Self::FileTooLarge
            | Self::DispatchTooLarge
            | Self::TooManyFiles => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooLargeNow(_) | Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::Busy | Self::BusyForm | Self::Displaced | Self::Closed(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::NotFound | Self::NoSuchFile => StatusCode::NOT_FOUND,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The page's title.
    pub fn title(&self, t: &L10nLanguage) -> String {
        match self {
            Self::Form | Self::Cut | Self::ForeignTicket => t.error_form_title(),
            Self::ForeignOrigin => t.error_origin_title(),
            Self::Relayed => t.relayed_title(),
            Self::UnknownHost => t.host_title(),
            Self::FileTooLarge
            | Self::DispatchTooLarge
            | Self::TooLargeNow(_)
            | Self::TooManyFiles => t.error_too_large_title(),
            Self::Full => t.error_full_title(),
            Self::Busy | Self::BusyForm | Self::Displaced => t.error_busy_title(),
            Self::NotFound | Self::NoSuchFile => t.error_not_found_title(),
            Self::Left => t.left_title(),
            Self::Closed(_) => t.closed_title(),
            Self::Internal => t.error_internal_title(),
            _ => t.error_heading(),
        }
    }

    /// What happened and what to do now.
    pub fn sentence(&self, lang: Lang, limits: &Limits) -> String {
        let t = lang.messages();
        match self {
            Self::Form => t.error_form(),
            Self::Cut => t.error_cut(),
            Self::Slow => t.error_slow(),
            Self::ForeignOrigin => t.error_origin(),
            Self::Relayed => t.relayed_text(),
            Self::UnknownHost => t.host_text(),
            Self::ForeignTicket => t.error_ticket_foreign(),
            Self::OldTicket => t.error_ticket_old(),
            Self::Left => t.left_text(),
            Self::Code(error) => code_sentence(error, t),
            Self::OlderCode => t.error_older_code(),
            Self::MessageTooLong => t.error_message_too_long(lang.number(limits.message as u64)),
            Self::AnswerTooLong => t.error_answer_too_long(lang.number(ANSWER as u64)),
            Self::MessageHasCode => t.error_message_has_code(),
            Self::FileNameHasCode => t.error_file_name_has_code(),
            Self::Team => t.error_team(),
            Self::Empty => t.error_empty(),
            Self::FileTooLarge => t.error_file_too_large(lang.size(limits.file)),
            Self::DispatchTooLarge => {
                t.error_dispatch_too_large(lang.size(limits.dispatch), lang.size(limits.file))
            }
            Self::TooLargeNow(most) => t.error_too_large_now(lang.size(*most)),
            Self::TooManyFiles => t.error_too_many_files(limits.files),
            Self::Stale => t.error_stale(),
            Self::KeysChanged => t.error_keys_changed(),
            Self::Discarded => t.error_discarded(),
            Self::TooManyDrafts => t.error_drafts(DRAFTS),
            Self::Full => t.error_full(),
            Self::Busy => t.error_busy(),
            Self::BusyForm => t.error_busy_form(),
            Self::Displaced => t.error_displaced(),
            Self::NotFound => t.error_not_found(),
            Self::NoSuchFile => t.error_no_file(),
            Self::Closed(reasons) => reasons.get(lang.code()).to_owned(),
            Self::Internal => t.error_internal(),
        }
    }

    /// What to do with the form that was sent, where it is still good.
    pub fn advice(&self, t: &L10nLanguage) -> Option<String> {
        match self {
            Self::MessageTooLong
            | Self::AnswerTooLong
            | Self::MessageHasCode
            | Self::Team
            | Self::Empty => Some(t.error_mend()),
            _ if self.is_of_files() => Some(t.error_choose()),
            Self::Full | Self::Busy | Self::Displaced | Self::KeysChanged | Self::Internal => {
                Some(t.error_retry())
            }
            _ => None,
        }
    }

    /// Whether the same files can only be refused again.
    fn is_of_files(&self) -> bool {
        matches!(
            self,
            Self::FileNameHasCode
                | Self::FileTooLarge
                | Self::DispatchTooLarge
                | Self::TooLargeNow(_)
                | Self::TooManyFiles
        )
    }

    /// What became of the files that arrived whole before it.
    pub fn kept(&self, t: &L10nLanguage, count: usize) -> String {
        if self.is_of_files() { t.error_kept_part(count) } else { t.error_kept(count) }
    }

    /// Whether the form is worth showing again, with what was typed.
    pub fn can_be_mended(&self) -> bool {
        !matches!(
            self,
            Self::Form
                | Self::Cut
                | Self::Slow
                | Self::ForeignOrigin
                | Self::Relayed
                | Self::UnknownHost
                | Self::ForeignTicket
                | Self::OldTicket
                | Self::Left
                | Self::Code(_)
                | Self::NotFound
                | Self::NoSuchFile
        )
    }
}

fn code_sentence(error: &CodeError, t: &L10nLanguage) -> String {
    match error {
        CodeError::Empty => t.code_empty(),
        CodeError::TooLong => t.code_too_long(),
        CodeError::Count { found } => t.code_count(*found),
        CodeError::UnknownWord { position, suggestions } if suggestions.is_empty() => {
            t.code_unknown(*position)
        }
        CodeError::UnknownWord { position, suggestions } => {
            t.code_unknown_suggest(*position, suggestions.join(", "))
        }
        CodeError::Check => t.code_check(),
    }
}

impl From<CodeError> for Problem {
    fn from(error: CodeError) -> Self {
        Self::Code(error)
    }
}

impl From<TicketError> for Problem {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Foreign => Self::ForeignTicket,
            TicketError::Old => Self::OldTicket,
        }
    }
}

impl From<DeriveError> for Problem {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::Busy => Self::Busy,
            DeriveError::Damaged(_) => Self::Internal,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            StoreError::Discarded => Self::Discarded,
            _ => Self::Internal,
        }
    }
}

impl From<NoRandomness> for Problem {
    fn from(_: NoRandomness) -> Self {
        Self::Internal
    }
}

impl From<FormError> for Problem {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Cut | FormError::Source(_) => Self::Cut,
            FormError::TooManyParts => Self::TooManyFiles,
            _ => Self::Form,
        }
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::File(error) => error.into(),
            IntakeError::MessageTooLong => Self::MessageTooLong,
            IntakeError::Empty | IntakeError::NoDraft | IntakeError::Unseen => Self::Empty,
            IntakeError::Stale => Self::Stale,
            IntakeError::KeyRemoved => Self::KeysChanged,
            IntakeError::TooManyDrafts => Self::TooManyDrafts,
            IntakeError::Open(_)
            | IntakeError::Naming(_)
            | IntakeError::Derivation(_)
            | IntakeError::Manifest(_) => Self::Internal,
        }
    }
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        match error {
            FileError::TooLarge => Self::FileTooLarge,
            FileError::DispatchTooLarge => Self::DispatchTooLarge,
            FileError::TooMany => Self::TooManyFiles,
            FileError::Seal(_) => Self::Internal,
            FileError::Store(error) => error.into(),
        }
    }
}

impl From<ReplyFileError> for Problem {
    fn from(error: ReplyFileError) -> Self {
        match error {
            ReplyFileError::NoSuchFile | ReplyFileError::Sealed => Self::NoSuchFile,
            ReplyFileError::Store(error) => error.into(),
        }
    }
}
