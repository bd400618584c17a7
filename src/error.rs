//! One opaque error with a stable code.
//!
//! A call that fails leaves the book as it was. A [`Refusal`] is an error too, as long as nothing was written; a refusal
//! after something was written comes with the [`Receipt`](crate::Receipt) instead.

use std::borrow::Cow;
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
    /// The book belongs to another merchant, store, till or remote, and operations are open; or it is for training, and the
    /// configuration is not, or the other way about.
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
    /// The disk is full. What became of a call that trades is not known: make it again with the same `op_id`.
    DiskFull = 26,
    /// Reading or writing the book failed. What became of a call that trades is not known: make it again with the same `op_id`.
    Storage = 27,
    /// A panic while the book was being written. Close and open the till.
    Poisoned = 28,
    /// The till is closed.
    Closed = 29,
    /// The book is an older copy of itself, or its high-water file is missing: nothing is sent until a person has said that the
    /// copy is to be gone on with.
    Restored = 30,
    /// The book is encrypted and the key is another one, or none was given.
    WrongKey = 31,
}

/// What part of the whole an error is about, and so who can do something about it. Stable across releases as
/// [`ErrorCode`] is.
///
/// ```
/// use tillbook::{ErrorDomain, Money};
/// assert_eq!(Money::parse_yuan("1.005").unwrap_err().domain(), ErrorDomain::Request);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorDomain {
    /// What the host gave is wrong: a field, a setting, an `op_id` that was used before, a name of something that is not
    /// there. `InvalidInput`, `Conflict`, `NotFound`, `InvalidConfig`.
    Request = 1,
    /// The request is fine, and the till says no as things stand. `Refused`, `LaneHeld`, `Unsupported`, `WrongState`,
    /// `UnknownReference`.
    Decision = 2,
    /// The remote, or the way to it. `Unreachable`, `RemoteRefused`.
    Remote = 3,
    /// The book, its file and its disk. `WrongMerchant`, `BookInUse`, `NotABook`, `NewerBook`, `Corrupt`, `NoPermission`,
    /// `DiskFull`, `Storage`, `Restored`, `WrongKey`.
    Book = 4,
    /// The till itself is no more. `Poisoned`, `Closed`.
    Life = 5,
}

/// Why a call failed. `Display` and `Debug` are for the log; what people are shown is [`Error::message`].
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

/// Unlike its owner, whether a book is for training never changes.
pub(crate) const TRAINING_MODE: &str = "training mode";
const OPEN: &str = ", and operations are open";

#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("{field} {rule} (got {value})")]
    Invalid { field: &'static str, rule: &'static str, value: String },
    #[error("setting {key} {rule}")]
    Config { key: Cow<'static, str>, rule: String, source: Option<std::io::Error> },
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
    #[error("the remote refused: {why}")]
    RemoteRefused { why: String, code: Option<String> },
    #[error("the book belongs to another {what}{open}", what = .0, open = if *.0 == TRAINING_MODE { "" } else { OPEN })]
    WrongMerchant(&'static str),
    #[error("the book is in use by another till")]
    InUse,
    #[error("not a tillbook book: {0}")]
    NotABook(String),
    #[error("the book has schema {found}, this release {} up to {known}", if *.readable { "may only read it, and writes" } else { "reads" })]
    Newer { found: i64, known: i64, readable: bool },
    #[error("panicked while writing the book: close and open the till")]
    Poisoned,
    #[error("the till is closed")]
    Closed,
    #[error("the book is an older copy: {0}")]
    Restored(&'static str),
    #[error("the book can't be read with this key: {0}")]
    WrongKey(&'static str),
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
            Kind::RemoteRefused { .. } => ErrorCode::RemoteRefused,
            Kind::WrongMerchant(_) => ErrorCode::WrongMerchant,
            Kind::InUse => ErrorCode::BookInUse,
            Kind::NotABook(_) => ErrorCode::NotABook,
            Kind::Newer { .. } => ErrorCode::NewerBook,
            Kind::Poisoned => ErrorCode::Poisoned,
            Kind::Closed => ErrorCode::Closed,
            Kind::Restored(_) => ErrorCode::Restored,
            Kind::WrongKey(_) => ErrorCode::WrongKey,
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

    /// What part of the whole it is about.
    #[must_use]
    pub fn domain(&self) -> ErrorDomain {
        match self.code() {
            ErrorCode::InvalidInput | ErrorCode::Conflict | ErrorCode::NotFound | ErrorCode::InvalidConfig => {
                ErrorDomain::Request
            }
            ErrorCode::Refused
            | ErrorCode::LaneHeld
            | ErrorCode::Unsupported
            | ErrorCode::WrongState
            | ErrorCode::UnknownReference => ErrorDomain::Decision,
            ErrorCode::Unreachable | ErrorCode::RemoteRefused => ErrorDomain::Remote,
            ErrorCode::WrongMerchant
            | ErrorCode::BookInUse
            | ErrorCode::NotABook
            | ErrorCode::NewerBook
            | ErrorCode::Corrupt
            | ErrorCode::NoPermission
            | ErrorCode::DiskFull
            | ErrorCode::Storage
            | ErrorCode::Restored
            | ErrorCode::WrongKey => ErrorDomain::Book,
            ErrorCode::Poisoned | ErrorCode::Closed => ErrorDomain::Life,
        }
    }

    /// Whether the same call, with the same `op_id`, may succeed later without anybody changing anything.
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

    /// The field of the request, or the key of the configuration, that the error is about. A key is dotted:
    /// `gree.coupon_fee_unit`; [`Config::from_json`](crate::Config::from_json) knows `json` and `file` besides.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
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

    /// What the system underneath called it: SQLite's extended result code for an error of SQLite's, the operating system's
    /// number for one of reading or writing a file. [`Error::domain`] and [`Error::code`] tell which; for the log.
    ///
    /// ```
    /// use tillbook::{Config, ErrorCode};
    /// let error = Config::from_file("no/such/file.json").unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::InvalidConfig);
    /// assert!(error.native_code().is_some());
    /// ```
    #[must_use]
    pub fn native_code(&self) -> Option<i32> {
        match &*self.kind {
            Kind::Io { source, .. } | Kind::Config { source: Some(source), .. } => source.raw_os_error(),
            Kind::Sqlite(error) => error.sqlite_error().map(|error| error.extended_code),
            _ => None,
        }
    }

    /// The remote's own code in its dialect, where it told one as it refused a read: Sandy's `errcode`, Freemud's `statusCode`,
    /// Gree's `error_code`. (Yonyou is asked for nothing that it could refuse so.) Visible ASCII, at most 64 characters. What it
    /// says as it refuses an operation is [`Receipt::remote_message`](crate::Receipt::remote_message).
    #[must_use]
    pub fn remote_code(&self) -> Option<&str> {
        match &*self.kind {
            Kind::RemoteRefused { code, .. } => code.as_deref(),
            _ => None,
        }
    }

    /// What is told to people is made from this.
    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
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

    /// No rule shows a value: any of them may be a secret.
    pub(crate) fn config(key: impl Into<Cow<'static, str>>, rule: impl Into<String>) -> Self {
        Error::new(Kind::Config { key: key.into(), rule: rule.into(), source: None })
    }

    /// The configuration can't be read at all.
    pub(crate) fn config_unreadable(key: &'static str, source: std::io::Error) -> Self {
        let rule = format!("can't be read: {}", source.kind());
        Error::new(Kind::Config { key: key.into(), rule, source: Some(source) })
    }

    /// The same, the key as it stands in the whole configuration. What is not about a setting stays as it is.
    pub(crate) fn of_section(mut self, section: &str) -> Self {
        if let Kind::Config { key, .. } = &mut *self.kind {
            *key = format!("{section}.{key}").into();
        }
        self
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
        Error::new(Kind::RemoteRefused { why: masked(&why.into()), code: None })
    }

    /// As [`Error::remote_refused`], with the code in the remote's dialect. It is foreign text: an odd one is left out.
    pub(crate) fn remote_refused_with(code: &str, why: impl Into<String>) -> Self {
        let fine = (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_graphic());
        Error::new(Kind::RemoteRefused { why: masked(&why.into()), code: fine.then(|| code.to_owned()) })
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

    /// `readable`: this release may still open it for reading only.
    pub(crate) fn newer(found: i64, known: i64, readable: bool) -> Self {
        Error::new(Kind::Newer { found, known, readable })
    }

    pub(crate) fn poisoned() -> Self {
        Error::new(Kind::Poisoned)
    }

    pub(crate) fn closed() -> Self {
        Error::new(Kind::Closed)
    }

    pub(crate) fn restored(why: &'static str) -> Self {
        Error::new(Kind::Restored(why))
    }

    pub(crate) fn wrong_key(why: &'static str) -> Self {
        Error::new(Kind::WrongKey(why))
    }

    pub(crate) fn io(context: &'static str, source: std::io::Error) -> Self {
        Error::new(Kind::Io { context, source })
    }

    /// The same for one more who is to be told that the book could not be read or written.
    pub(crate) fn again(&self) -> Self {
        Error::new(match &*self.kind {
            Kind::Sqlite(rusqlite::Error::SqliteFailure(code, text)) => {
                Kind::Sqlite(rusqlite::Error::SqliteFailure(*code, text.clone()))
            }
            Kind::Io { context, source } => Kind::Io {
                context,
                source: source.raw_os_error().map_or_else(|| source.kind().into(), std::io::Error::from_raw_os_error),
            },
            Kind::Inconsistent(what) => Kind::Inconsistent(what.clone()),
            Kind::Poisoned => Kind::Poisoned,
            Kind::Closed => Kind::Closed,
            _ => Kind::Io { context: "the book", source: std::io::Error::other(self.to_string()) },
        })
    }

    pub(crate) fn inconsistent(what: impl Into<String>) -> Self {
        Error::new(Kind::Inconsistent(what.into()))
    }
}

/// Foreign text without numbers that could be somebody's: of seven digits in a row or more the last four are left.
pub(crate) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        let digits = from.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = from.split_at(digits);
        shown.push_str(before);
        if digits < 7 {
            shown.push_str(number);
        } else {
            shown.push_str("****");
            shown.push_str(&number[digits - 4..]);
        }
        rest = after;
    }
    shown + rest
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
            Kind::Io { source, .. } | Kind::Config { source: Some(source), .. } => Some(source),
            Kind::Sqlite(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
