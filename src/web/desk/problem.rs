//! What goes wrong at the desk: a public sentence, and for the log a kind and nothing else.

use axum::http::StatusCode;

use crate::base::random::NoRandomness;
use crate::dropbox::accounts::AccountError;
use crate::store::StoreError;
use crate::web::lang::L10nLanguage;

/// Everything a page can answer instead of what was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// Not our form, or too large.
    Form,
    /// Nobody is signed in any more.
    SignedOut,
    /// A form of another session, or of none.
    OtherSession,
    /// The body ended too early.
    Cut,
    /// A form did not arrive in time, or what it asked for took too long.
    Slow,
    /// Posted from another site.
    ForeignOrigin,
    /// Through a relay of the open web.
    Relayed,
    /// Under a name that is not ours.
    UnknownHost,
    /// Too many at once.
    Busy,
    /// No such page, or nothing that this editor may see.
    NotFound,
    /// Our fault.
    Internal,
}

impl Problem {
    /// For the daily count.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Form => "desk-form",
            Self::SignedOut => "desk-signed-out",
            Self::OtherSession => "desk-other-session",
            Self::Cut => "desk-cut",
            Self::Slow => "desk-slow",
            Self::ForeignOrigin => "desk-foreign-origin",
            Self::Relayed => "desk-relayed",
            Self::UnknownHost => "desk-unknown-host",
            Self::Busy => "desk-busy",
            Self::NotFound => "desk-not-found",
            Self::Internal => "desk-internal",
        }
    }

    /// HTTP's word for it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Form | Self::Cut => StatusCode::BAD_REQUEST,
            Self::SignedOut | Self::OtherSession | Self::ForeignOrigin | Self::Relayed => {
                StatusCode::FORBIDDEN
            }
            // As on the source's site.
            Self::UnknownHost => StatusCode::FORBIDDEN,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The page's title.
    pub fn title(&self, t: &L10nLanguage) -> String {
        match self {
            Self::SignedOut => t.desk_signed_out_title(),
            Self::OtherSession => t.desk_other_session_title(),
            Self::ForeignOrigin => t.error_origin_title(),
            Self::Relayed => t.relayed_title(),
            Self::UnknownHost => t.host_title(),
            Self::Busy => t.error_busy_title(),
            Self::NotFound => t.error_not_found_title(),
            Self::Internal => t.error_internal_title(),
            Self::Cut => t.desk_error_cut_title(),
            Self::Form | Self::Slow => t.error_heading(),
        }
    }

    /// What happened and what to do.
    pub fn sentence(&self, t: &L10nLanguage) -> String {
        match self {
            Self::Form => t.desk_error_form(),
            Self::SignedOut => t.desk_signed_out(),
            Self::OtherSession => t.desk_other_session(),
            Self::Cut => t.desk_error_cut(),
            Self::Slow => t.desk_error_slow(),
            Self::ForeignOrigin => t.error_origin(),
            Self::Relayed => t.desk_relayed(),
            Self::UnknownHost => t.desk_host(),
            Self::Busy => t.desk_error_busy(),
            Self::NotFound => t.desk_error_not_found(),
            Self::Internal => t.desk_error_internal(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(_: StoreError) -> Self {
        Self::Internal
    }
}

impl From<AccountError> for Problem {
    fn from(_: AccountError) -> Self {
        Self::Internal
    }
}

impl From<NoRandomness> for Problem {
    fn from(_: NoRandomness) -> Self {
        Self::Internal
    }
}
