//! What is wrong with a form.

use std::io;

/// Why a form could not be read. Never says what was sent.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// The content type is another one than multipart/form-data.
    #[error("The request is not a multipart form.")]
    NotAForm,
    /// The content type has no boundary, two, or one that RFC 2046 does not allow.
    #[error("The form announces no valid boundary.")]
    NoBoundary,
    /// A part's header is malformed, or is not that of a form's field.
    #[error("A part of the form has a malformed header.")]
    BadHeader,
    /// More than [`FormLimits::header`](super::FormLimits::header).
    #[error("A part of the form has a header that is too long.")]
    HeaderTooLong,
    /// A part does not say, or says with an empty name, which field it is.
    #[error("A part of the form has no name.")]
    PartWithoutName,
    /// More than [`FormLimits::field_name`](super::FormLimits::field_name).
    #[error("A part of the form has a name that is too long.")]
    FieldNameTooLong,
    /// A field that is no file came twice: which one counts is nobody's to guess.
    #[error("A field of the form came twice.")]
    Repeated,
    /// More than [`FormLimits::parts`](super::FormLimits::parts).
    #[error("The form has too many parts.")]
    TooManyParts,
    /// The body ended before the closing delimiter. Also the answer to whoever goes on
    /// reading after an error.
    #[error("The form ended before it was complete.")]
    Cut,
    /// The source failed.
    #[error("The form could not be received.")]
    Source(#[from] io::Error),
}
