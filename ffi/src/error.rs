//! Status codes, and the error that comes with one.

use std::ffi::{CStr, CString, c_char};
use std::sync::Arc;

use tillbook::Language;

use crate::fault::Fault;
use crate::guard::{constant, guard, shielded};
use crate::handle::{self, handle};
use crate::labels::language;
use crate::refusal::RefusalOut;
use crate::sized::{Place, SizedStruct, sized};
use crate::text::c_text;

/// What a function returns: TILLBOOK_OK, TILLBOOK_DONE, or one of the codes below. A code is never used again for something
/// else; take one that you do not know for a failure.
pub type tillbook_status = i32;

/// Done. Out parameters are written.
pub const TILLBOOK_OK: i32 = 0;
/// A list has no further row. No error: nothing is written, `*err` is NULL.
pub const TILLBOOK_DONE: i32 = -1;
/// A field of the request breaks a rule; the error names it.
pub const TILLBOOK_INVALID_INPUT: i32 = 1;
/// The offline policy, the card's state or its funds refuse; the error carries the refusal with its figures. Nothing was
/// written.
pub const TILLBOOK_REFUSED: i32 = 2;
/// The op_id was used before with other business content; the error names the first field that differs.
pub const TILLBOOK_CONFLICT: i32 = 3;
/// An operation on this account waits for its outcome or for a person, and the call requires the remote. The error names
/// the operation.
pub const TILLBOOK_LANE_HELD: i32 = 4;
/// The remote can't be reached, and the call requires it. Nothing was written.
pub const TILLBOOK_UNREACHABLE: i32 = 5;
/// No such card, operation or notification.
pub const TILLBOOK_NOT_FOUND: i32 = 6;
/// None of the configured remotes can do this, or this build can't.
pub const TILLBOOK_UNSUPPORTED: i32 = 7;
/// The operation is not in a state in which this can be done to it.
pub const TILLBOOK_WRONG_STATE: i32 = 8;
/// The remote answered a read with something that is not its dialect, or refused it.
pub const TILLBOOK_REMOTE_REFUSED: i32 = 9;
/// The configuration breaks a rule; the error names the key.
pub const TILLBOOK_INVALID_CONFIG: i32 = 10;
/// What the remote calls the account is not known: tillbook_set_reference.
pub const TILLBOOK_UNKNOWN_REFERENCE: i32 = 11;
/// The book belongs to another merchant, store, till or remote, and operations are open.
pub const TILLBOOK_WRONG_MERCHANT: i32 = 20;
/// Another process, or another till of this one, has the book open.
pub const TILLBOOK_BOOK_IN_USE: i32 = 21;
/// The file is no tillbook book.
pub const TILLBOOK_NOT_A_BOOK: i32 = 22;
/// The book was written by a newer release than this one can read.
pub const TILLBOOK_NEWER_BOOK: i32 = 23;
/// The book's file is damaged. Nothing was changed.
pub const TILLBOOK_CORRUPT: i32 = 24;
/// No permission to read or write the book.
pub const TILLBOOK_NO_PERMISSION: i32 = 25;
/// The disk is full. Of a call that trades nothing can be said: make it again with the same op_id. Others did nothing.
pub const TILLBOOK_DISK_FULL: i32 = 26;
/// Reading or writing the book failed. Of a call that trades nothing can be said: make it again with the same op_id.
pub const TILLBOOK_STORAGE: i32 = 27;
/// A panic while the book was being written. Close the till and open it again; asking again by op_id tells what became of
/// the call.
pub const TILLBOOK_POISONED: i32 = 28;
/// The till is closed.
pub const TILLBOOK_CLOSED: i32 = 29;
/// The book is an older copy of itself, or the file that shows it is missing: nothing is sent until a person has said that the
/// copy is to be gone on with.
pub const TILLBOOK_RESTORED: i32 = 30;
/// The book is encrypted and the key is another one, or none was given.
pub const TILLBOOK_WRONG_KEY: i32 = 31;
/// An argument, or a field that must be given, is NULL.
pub const TILLBOOK_NULL_ARGUMENT: i32 = 100;
/// A struct_size that can't be, or fields that are not zero and unknown to this library. Nothing was done.
pub const TILLBOOK_BAD_STRUCT: i32 = 101;
/// Text that is not UTF-8; the error says so where it looks like GBK.
pub const TILLBOOK_BAD_TEXT: i32 = 102;
/// A handle that was freed, is stale, of another kind, or never one.
pub const TILLBOOK_BAD_HANDLE: i32 = 103;
/// The process is a fork of one that used the library. Nothing was done, and nothing can be.
pub const TILLBOOK_FORKED: i32 = 104;
/// A panic inside, outside the book. Of a call that trades nothing can be said: make it again with the same op_id.
pub const TILLBOOK_PANIC: i32 = 105;
/// Too many handles are alive: errors or lists are not being freed.
pub const TILLBOOK_TOO_MANY_HANDLES: i32 = 106;
/// The program was compiled with the header of an ABI that this library does not speak.
pub const TILLBOOK_ABI_MISMATCH: i32 = 107;

/// An error's domain: the POS program's own call or configuration.
pub const TILLBOOK_DOMAIN_REQUEST: i32 = 1;
/// An error's domain: the till's decision.
pub const TILLBOOK_DOMAIN_DECISION: i32 = 2;
/// An error's domain: a remote system.
pub const TILLBOOK_DOMAIN_REMOTE: i32 = 3;
/// An error's domain: the book's file.
pub const TILLBOOK_DOMAIN_BOOK: i32 = 4;
/// An error's domain: the till's life (closed, poisoned).
pub const TILLBOOK_DOMAIN_LIFE: i32 = 5;
/// An error's domain: the use of this interface (100 and above).
pub const TILLBOOK_DOMAIN_ABI: i32 = 6;

/// Why a call failed. Every function that takes `err` sets it: to an error to be freed with tillbook_error_free, or to NULL.
/// `err` itself may be NULL where the code is enough. One thread at a time; its strings live until it is freed.
pub struct tillbook_error {
    _opaque: (),
}

/// The error that a forked process gets: it can't be made there, since the locks for that may be held for ever.
pub(crate) const FORKED: *mut tillbook_error = std::ptr::without_provenance_mut(4);

/// Everything about an error.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_error_info {
    /// The size of this struct: tillbook_error_info_init sets it.
    pub struct_size: usize,
    /// The status that the function returned.
    pub status: i32,
    /// One of TILLBOOK_DOMAIN_*.
    pub domain: i32,
    /// SQLite's extended result code or the operating system's error number where there is one, else 0.
    pub native_code: i32,
    /// 1 where the same call, with the same op_id, may succeed later without anybody changing anything, else 0.
    pub retryable: i32,
    /// Why the till refused, one of TILLBOOK_REFUSAL_*; 0 where it did not.
    pub refusal: i32,
    /// What the next three count, one of TILLBOOK_UNIT_*.
    pub refusal_unit: i32,
    /// The limit, or what is available.
    pub refusal_limit: i64,
    /// How much of it is used.
    pub refusal_used: i64,
    /// How much was asked for.
    pub refusal_requested: i64,
    /// For the cashier, in English. Owned by the error.
    pub message_en: *const c_char,
    /// For the cashier, in Chinese. Owned by the error.
    pub message_zh: *const c_char,
    /// For logs. No personal data. Owned by the error.
    pub detail: *const c_char,
    /// The argument, field or key that it is about; NULL where there is none. Owned by the error.
    pub field: *const c_char,
    /// The operation that holds the account (LANE_HELD), or the opening that waits (TILLBOOK_REFUSAL_OPENING_REFUSED); else NULL.
    /// Owned by the error.
    pub held_by: *const c_char,
    /// The remote's own code where it gave one (REMOTE_REFUSED); else NULL. Owned by the error.
    pub remote_code: *const c_char,
}

sized!(tillbook_error_info);
handle!(tillbook_error = 1, "error", Failure);

/// What an error's handle names.
pub(crate) struct Failure {
    status: i32,
    domain: i32,
    native_code: i32,
    retryable: bool,
    refusal: RefusalOut,
    english: CString,
    chinese: CString,
    detail: CString,
    field: Option<CString>,
    held_by: Option<CString>,
    remote_code: Option<CString>,
}

impl Failure {
    fn of(fault: &Fault) -> Self {
        let error = match fault {
            Fault::Till(error) => Some(error),
            _ => None,
        };
        Failure {
            status: fault.status(),
            domain: error.map_or(TILLBOOK_DOMAIN_ABI, |error| error.domain() as i32),
            native_code: error.and_then(tillbook::Error::native_code).unwrap_or(0),
            retryable: error.is_some_and(tillbook::Error::is_retryable),
            refusal: error.and_then(tillbook::Error::refusal).map_or_else(RefusalOut::default, RefusalOut::of),
            english: c_text(&fault.message(Language::English)),
            chinese: c_text(&fault.message(Language::Chinese)),
            detail: c_text(&fault.detail()),
            field: fault.field().map(c_text),
            held_by: error.and_then(holder).map(|op_id| c_text(op_id.as_str())),
            remote_code: error.and_then(tillbook::Error::remote_code).map(c_text),
        }
    }
}

/// The operation that has to come to an end first.
fn holder(error: &tillbook::Error) -> Option<&tillbook::OpId> {
    match error.refusal() {
        Some(tillbook::Refusal::OpeningRefused { op_id }) => Some(op_id),
        _ => error.lane_held_by(),
    }
}

/// A new error. NULL where not even that can be made.
pub(crate) fn made_of(fault: &Fault) -> *mut tillbook_error {
    handle::insert(Arc::new(Failure::of(fault))).unwrap_or(std::ptr::null_mut())
}

fn pointer(text: Option<&CString>) -> *const c_char {
    text.map_or(std::ptr::null(), |text| text.as_ptr())
}

/// Everything about an error.
///
/// Errors: NULL_ARGUMENT, BAD_HANDLE, BAD_STRUCT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_error_info_of(
    error: *const tillbook_error,
    info: *mut tillbook_error_info,
) -> tillbook_status {
    guard(std::ptr::null_mut(), || {
        let place = unsafe { Place::at(info) }?;
        let failure = handle::get(error)?;
        place.put(&tillbook_error_info {
            status: failure.status,
            domain: failure.domain,
            native_code: failure.native_code,
            retryable: i32::from(failure.retryable),
            refusal: failure.refusal.code,
            refusal_unit: failure.refusal.unit,
            refusal_limit: failure.refusal.limit,
            refusal_used: failure.refusal.used,
            refusal_requested: failure.refusal.requested,
            message_en: failure.english.as_ptr(),
            message_zh: failure.chinese.as_ptr(),
            detail: failure.detail.as_ptr(),
            field: pointer(failure.field.as_ref()),
            held_by: pointer(failure.held_by.as_ref()),
            remote_code: pointer(failure.remote_code.as_ref()),
            ..tillbook_error_info::empty()
        });
        Ok(())
    })
}

/// The error's message for the cashier in TILLBOOK_LANGUAGE_*. Owned by the error; empty for a handle that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_error_message(error: *const tillbook_error, wanted: i32) -> *const c_char {
    shielded(FORKED_WORDS.as_ptr(), || match (handle::get(error), language(wanted)) {
        (Ok(failure), Ok(Language::Chinese)) => failure.chinese.as_ptr(),
        (Ok(failure), _) => failure.english.as_ptr(),
        (Err(_), _) => c"".as_ptr(),
    })
}

/// What is left to say in a forked process, where no error can be looked up.
const FORKED_WORDS: &CStr = c"the process was forked after it had used tillbook: use it in one of the two only";

/// The error's detail for logs. Owned by the error; empty for a handle that is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_error_detail(error: *const tillbook_error) -> *const c_char {
    shielded(FORKED_WORDS.as_ptr(), || handle::get(error).map_or(c"".as_ptr(), |failure| failure.detail.as_ptr()))
}

/// Frees an error. NULL is fine.
///
/// Errors: BAD_HANDLE, for one that was freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_error_free(error: *mut tillbook_error) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(error))
}

/// Frees what a handle names; NULL is fine.
pub(crate) fn freed<H: handle::Handle>(handle: *mut H) -> Result<(), Fault> {
    if handle.is_null() { Ok(()) } else { handle::remove(handle).map(drop) }
}

/// The name of a status, as "LANE_HELD"; "UNKNOWN" for one that this library does not know. Static: never free it.
#[unsafe(no_mangle)]
pub extern "C" fn tillbook_status_name(status: tillbook_status) -> *const c_char {
    constant(c"UNKNOWN".as_ptr(), || {
        NAMES.iter().find(|(code, _)| *code == status).map_or(c"UNKNOWN", |(_, name)| name).as_ptr()
    })
}

const NAMES: &[(i32, &CStr)] = &[
    (TILLBOOK_OK, c"OK"),
    (TILLBOOK_DONE, c"DONE"),
    (TILLBOOK_INVALID_INPUT, c"INVALID_INPUT"),
    (TILLBOOK_REFUSED, c"REFUSED"),
    (TILLBOOK_CONFLICT, c"CONFLICT"),
    (TILLBOOK_LANE_HELD, c"LANE_HELD"),
    (TILLBOOK_UNREACHABLE, c"UNREACHABLE"),
    (TILLBOOK_NOT_FOUND, c"NOT_FOUND"),
    (TILLBOOK_UNSUPPORTED, c"UNSUPPORTED"),
    (TILLBOOK_WRONG_STATE, c"WRONG_STATE"),
    (TILLBOOK_REMOTE_REFUSED, c"REMOTE_REFUSED"),
    (TILLBOOK_INVALID_CONFIG, c"INVALID_CONFIG"),
    (TILLBOOK_UNKNOWN_REFERENCE, c"UNKNOWN_REFERENCE"),
    (TILLBOOK_WRONG_MERCHANT, c"WRONG_MERCHANT"),
    (TILLBOOK_BOOK_IN_USE, c"BOOK_IN_USE"),
    (TILLBOOK_NOT_A_BOOK, c"NOT_A_BOOK"),
    (TILLBOOK_NEWER_BOOK, c"NEWER_BOOK"),
    (TILLBOOK_CORRUPT, c"CORRUPT"),
    (TILLBOOK_NO_PERMISSION, c"NO_PERMISSION"),
    (TILLBOOK_DISK_FULL, c"DISK_FULL"),
    (TILLBOOK_STORAGE, c"STORAGE"),
    (TILLBOOK_POISONED, c"POISONED"),
    (TILLBOOK_CLOSED, c"CLOSED"),
    (TILLBOOK_RESTORED, c"RESTORED"),
    (TILLBOOK_WRONG_KEY, c"WRONG_KEY"),
    (TILLBOOK_NULL_ARGUMENT, c"NULL_ARGUMENT"),
    (TILLBOOK_BAD_STRUCT, c"BAD_STRUCT"),
    (TILLBOOK_BAD_TEXT, c"BAD_TEXT"),
    (TILLBOOK_BAD_HANDLE, c"BAD_HANDLE"),
    (TILLBOOK_FORKED, c"FORKED"),
    (TILLBOOK_PANIC, c"PANIC"),
    (TILLBOOK_TOO_MANY_HANDLES, c"TOO_MANY_HANDLES"),
    (TILLBOOK_ABI_MISMATCH, c"ABI_MISMATCH"),
];
