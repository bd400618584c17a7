//! One opaque error with a stable code.
//!
//! A call that fails leaves the book as it was. A [`Refusal`] is an error too, as long as nothing was written; a refusal
//! after something was written comes with the [`Receipt`](crate::Receipt) instead.

use std::fmt;

use crate::model::{OpId, Refusal};

/// What went wrong, stable across releases: numbers are never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorCode {
    /// A field of the request breaks a rule. [`Error::field`] names it.
    InvalidInput = 1,
    /// The offline policy, the card's state or its funds refuse. [`Error::refusal`] tells which, with its figures.
    Refused = 2,
    /// The `op_id` was used before with other business content. [`Error::field`] names the first field that differs.
    Conflict = 3,
    /// An operation on this account waits for its outcome or for a person; a call that requires the remote can't overtake
    /// it. [`Error::lane_held_by`] names it.
    LaneHeld = 4,
    /// The remote can't be reached and the call requires it. Nothing was written.
    Unreachable = 5,
    /// No such card, operation or notification.
    NotFound = 6,
    /// None of the configured providers can do this.
    Unsupported = 7,
    /// The operation is not in a state in which this can be done to it.
    WrongState = 8,
    /// The remote answered a read with something that is not its dialect, or refused it.
    RemoteRefused = 9,
    /// What the remote calls the account is not known, and only a person or an import can say: [`Till::set_reference`](crate::Till::set_reference).
    UnknownReference = 11,
    /// The configuration breaks a rule. [`Error::field`] names the key.
    InvalidConfig = 10,
    /// The book belongs to another merchant, store, till or remote, and operations are open.
    WrongMerchant = 20,
    /// Another process (or another till of this one) has the book open.
    BookInUse = 21,
    /// The file is no tillbook book.
    NotABook = 22,
    /// The book was written by a newer release than this one can read.
    NewerBook = 23,
    /// SQLite found the file damaged. Nothing was changed.
    Corrupt = 24,
    /// No permission to read or write the book.
    NoPermission = 25,
    /// The disk is full. The call left nothing behind.
    DiskFull = 26,
    /// Reading or writing the book failed. The call left nothing behind.
    Storage = 27,
    /// A panic while the book was being written. Close and open the till.
    Poisoned = 28,
    /// The till is closed.
    Closed = 29,
}

/// Why a call failed.
///
/// ```
/// use tillbook::{ErrorCode, Money};
/// let error = Money::parse_yuan("1.005").unwrap_err();
/// assert_eq!(error.code(), ErrorCode::InvalidInput);
/// assert_eq!(error.field(), Some("money"));
/// assert!(!error.is_retryable());
/// ```
pub struct Error {
    kind: Box<Kind>,
}

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{field} {rule} (got {value})")]
    Invalid { field: &'static str, rule: &'static str, value: String },
    #[error("setting {key} {rule}")]
    Config { key: &'static str, rule: String },
    #[error("refused: {0}")]
    Refused(Refusal),
    #[error("op_id was used before with another {field}")]
    Conflict { field: &'static str },
    #[error("the account waits for operation {0}")]
    LaneHeld(OpId),
    #[error("the remote can't be reached: {0}")]
    Unreachable(String),
    #[error("no such {0}")]
    NotFound(&'static str),
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    #[error("{0} has no reference for this card")]
    UnknownReference(&'static str),
    #[error("operation is {found}: {rule}")]
    WrongState { found: &'static str, rule: &'static str },
    #[error("the remote refused: {0}")]
    RemoteRefused(String),
    #[error("the book belongs to another {0}, and operations are open")]
    WrongMerchant(&'static str),
    #[error("the book is in use by another till")]
    InUse,
    #[error("not a tillbook book: {0}")]
    NotABook(String),
    #[error("the book has schema {found}, this release reads up to {known}")]
    Newer { found: i64, known: i64 },
    #[error("panicked while writing the book: close and open the till")]
    Poisoned,
    #[error("the till is closed")]
    Closed,
    #[error("{context}: {source}")]
    Io { context: &'static str, source: std::io::Error },
    #[error("book: {0}")]
    Sqlite(rusqlite::Error),
    #[error("book: {0}")]
    Inconsistent(String),
}

/// What a call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        use rusqlite::ErrorCode as Sql;
        match &*self.kind {
            Kind::Invalid { .. } => ErrorCode::InvalidInput,
            Kind::Config { .. } => ErrorCode::InvalidConfig,
            Kind::Refused(_) => ErrorCode::Refused,
            Kind::Conflict { .. } => ErrorCode::Conflict,
            Kind::LaneHeld(_) => ErrorCode::LaneHeld,
            Kind::Unreachable(_) => ErrorCode::Unreachable,
            Kind::NotFound(_) => ErrorCode::NotFound,
            Kind::Unsupported(_) => ErrorCode::Unsupported,
            Kind::UnknownReference(_) => ErrorCode::UnknownReference,
            Kind::WrongState { .. } => ErrorCode::WrongState,
            Kind::RemoteRefused(_) => ErrorCode::RemoteRefused,
            Kind::WrongMerchant(_) => ErrorCode::WrongMerchant,
            Kind::InUse => ErrorCode::BookInUse,
            Kind::NotABook(_) => ErrorCode::NotABook,
            Kind::Newer { .. } => ErrorCode::NewerBook,
            Kind::Poisoned => ErrorCode::Poisoned,
            Kind::Closed => ErrorCode::Closed,
            Kind::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                    ErrorCode::NoPermission
                }
                std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
                _ => ErrorCode::Storage,
            },
            Kind::Sqlite(error) => match error.sqlite_error_code() {
                Some(Sql::DiskFull) => ErrorCode::DiskFull,
                Some(Sql::DatabaseCorrupt) => ErrorCode::Corrupt,
                Some(Sql::NotADatabase) => ErrorCode::NotABook,
                Some(Sql::PermissionDenied | Sql::ReadOnly | Sql::CannotOpen) => ErrorCode::NoPermission,
                Some(Sql::DatabaseBusy | Sql::DatabaseLocked) => ErrorCode::BookInUse,
                // A rule of the schema was broken: the rows are not what this library writes.
                Some(Sql::ConstraintViolation) => ErrorCode::Corrupt,
                Some(_) => ErrorCode::Storage,
                None => foreign_row(error),
            },
            Kind::Inconsistent(_) => ErrorCode::Corrupt,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.code(),
            ErrorCode::LaneHeld
                | ErrorCode::Unreachable
                | ErrorCode::BookInUse
                | ErrorCode::DiskFull
                | ErrorCode::Storage
        )
    }

    /// The refusal, where the code is [`ErrorCode::Refused`].
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match &*self.kind {
            Kind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The field of the request, or the key of the configuration, that the error is about.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match &*self.kind {
            Kind::Invalid { field, .. } | Kind::Conflict { field } => Some(field),
            Kind::Config { key, .. } => Some(key),
            _ => None,
        }
    }

    /// The operation that holds the account, where the code is [`ErrorCode::LaneHeld`].
    #[must_use]
    pub fn lane_held_by(&self) -> Option<&OpId> {
        match &*self.kind {
            Kind::LaneHeld(op_id) => Some(op_id),
            _ => None,
        }
    }

    fn new(kind: Kind) -> Self {
        Error { kind: Box::new(kind) }
    }

    /// `value` is shown in the message, shortened; personal values go through [`Error::invalid_personal`].
    pub(crate) fn invalid(field: &'static str, rule: &'static str, value: impl fmt::Display) -> Self {
        let shown: String = value.to_string().chars().take(40).flat_map(char::escape_debug).collect();
        Error::new(Kind::Invalid { field, rule, value: format!("\"{shown}\"") })
    }

    /// As [`Error::invalid`], for names and phones: only the length is told.
    pub(crate) fn invalid_personal(field: &'static str, rule: &'static str, value: &str) -> Self {
        Error::new(Kind::Invalid { field, rule, value: format!("{} characters, not shown", value.chars().count()) })
    }

    pub(crate) fn config(key: &'static str, rule: impl Into<String>) -> Self {
        Error::new(Kind::Config { key, rule: rule.into() })
    }

    pub(crate) fn conflict(field: &'static str) -> Self {
        Error::new(Kind::Conflict { field })
    }

    pub(crate) fn lane_held(op_id: OpId) -> Self {
        Error::new(Kind::LaneHeld(op_id))
    }

    pub(crate) fn unreachable(why: impl Into<String>) -> Self {
        Error::new(Kind::Unreachable(why.into()))
    }

    pub(crate) fn not_found(what: &'static str) -> Self {
        Error::new(Kind::NotFound(what))
    }

    pub(crate) fn unsupported(what: &'static str) -> Self {
        Error::new(Kind::Unsupported(what))
    }

    pub(crate) fn unknown_reference(provider: &'static str) -> Self {
        Error::new(Kind::UnknownReference(provider))
    }

    pub(crate) fn wrong_state(found: &'static str, rule: &'static str) -> Self {
        Error::new(Kind::WrongState { found, rule })
    }

    pub(crate) fn remote_refused(why: impl Into<String>) -> Self {
        Error::new(Kind::RemoteRefused(why.into()))
    }

    pub(crate) fn wrong_merchant(what: &'static str) -> Self {
        Error::new(Kind::WrongMerchant(what))
    }

    pub(crate) fn in_use() -> Self {
        Error::new(Kind::InUse)
    }

    pub(crate) fn not_a_book(why: impl Into<String>) -> Self {
        Error::new(Kind::NotABook(why.into()))
    }

    pub(crate) fn newer(found: i64, known: i64) -> Self {
        Error::new(Kind::Newer { found, known })
    }

    pub(crate) fn poisoned() -> Self {
        Error::new(Kind::Poisoned)
    }

    pub(crate) fn closed() -> Self {
        Error::new(Kind::Closed)
    }

    pub(crate) fn io(context: &'static str, source: std::io::Error) -> Self {
        Error::new(Kind::Io { context, source })
    }

    pub(crate) fn inconsistent(what: impl Into<String>) -> Self {
        Error::new(Kind::Inconsistent(what.into()))
    }
}

/// SQLite found nothing wrong with the file, but what stands in it is not what this library writes.
fn foreign_row(error: &rusqlite::Error) -> ErrorCode {
    use rusqlite::Error as Row;
    match error {
        Row::FromSqlConversionFailure(..)
        | Row::IntegralValueOutOfRange(..)
        | Row::InvalidColumnType(..)
        | Row::Utf8Error(..)
        | Row::QueryReturnedNoRows => ErrorCode::Corrupt,
        _ => ErrorCode::Storage,
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::new(Kind::Refused(refusal))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::new(Kind::Sqlite(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {})", self.code(), self.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            Kind::Io { source, .. } => Some(source),
            Kind::Sqlite(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_value_is_never_in_the_message() {
        let error = Error::invalid_personal("phone", "must be 5 to 20 digits", "13812345678x");
        assert!(!format!("{error} {error:?}").contains("138"), "{error}");
    }

    #[test]
    fn a_long_or_odd_value_is_shortened_and_escaped() {
        let error = Error::invalid("card", "must be shorter", format!("a\n{}", "x".repeat(500)));
        let text = error.to_string();
        assert!(text.contains("\\n") && text.len() < 120, "{text}");
    }
}
