//! A book that is read without a till: also while one has it open.

use std::ffi::c_char;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use tillbook::{Book, CheckOptions, CheckProgress, CheckReport};

use crate::cards::{card_row, tillbook_card};
use crate::check::{checked, tillbook_check_options, tillbook_check_report, tillbook_findings};
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::{self, handle};
use crate::history::{page, tillbook_history, tillbook_history_query};
use crate::json;
use crate::list::{List, hand_out};
use crate::members::{buffer, tillbook_buffer};
use crate::people::{notice_row, tillbook_notices, tillbook_waiting, waiting_row};
use crate::receipt::{receipt_row, tillbook_receipt};
use crate::reports::{
    TILLBOOK_REPORT_DAY_CLOSE, TILLBOOK_REPORT_DAY_CLOSES, TILLBOOK_REPORT_IDENTITY, TILLBOOK_REPORT_OUTAGES,
    TILLBOOK_REPORT_RECONCILIATION, TILLBOOK_REPORT_SAFE_TO_CLOSE, TILLBOOK_REPORT_STATUS, TILLBOOK_REPORT_TOTALS,
    Wanted, tillbook_report_query,
};
use crate::search::{found, tillbook_found, tillbook_search_query};
use crate::sized::{Out, Place};
use crate::text::{bytes_at, text_at};

/// A book, opened for reading only. One thread at a time.
pub struct tillbook_book {
    _opaque: (),
}

handle!(tillbook_book = 27, "book", BookBox);

/// Opens a book for reading: no lock, no configuration, no network, nothing is ever written. A till may have it open at the same time,
/// in this process or another. Any thread; free it with tillbook_book_free.
///
/// Errors: NOT_A_BOOK, NEWER_BOOK, CORRUPT, NO_PERMISSION, STORAGE (there is none); UNSUPPORTED for a book that a till of this release
/// has not opened yet; BOOK_IN_USE where the folder may not be written and a till has the book open; WRONG_KEY for an encrypted one
/// (tillbook_book_open_with_key); BAD_TEXT, NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_open(
    path: *const c_char,
    path_size: usize,
    book: *mut *mut tillbook_book,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(book, "book") }?;
        let path = unsafe { text_at(path, path_size, "path") }?;
        opened(&out, Book::open(path)?)
    })
}

/// As tillbook_book_open, of an encrypted book: with its key of 32 bytes. Once a till gives the book another key, it has to be opened
/// anew with that. Needs TILLBOOK_FEATURE_ENCRYPTION. Any thread; free it with tillbook_book_free.
///
/// Errors: as tillbook_book_open; WRONG_KEY for another key, or a book that is not encrypted; INVALID_CONFIG for a key of another
/// length, or in a build that can't.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_open_with_key(
    path: *const c_char,
    path_size: usize,
    key: *const u8,
    key_size: usize,
    book: *mut *mut tillbook_book,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(book, "book") }?;
        let path = unsafe { text_at(path, path_size, "path") }?;
        let key = unsafe { bytes_at(key, key_size, "key") }?;
        opened(&out, Book::open_with_key(path, key)?)
    })
}

fn opened(out: &Out<*mut tillbook_book>, book: Book) -> Result<(), Fault> {
    let opened = BookBox { book: Mutex::new(book), checking: Mutex::new(None) };
    out.put(handle::insert(Arc::new(opened))?);
    Ok(())
}

/// Closes and frees it. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_free(book: *mut tillbook_book) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(book))
}

/// What a book's handle names.
pub(crate) struct BookBox {
    book: Mutex<Book>,
    /// The thread that a check is running on, and calls its `progress` on: from there the book would be waited for in vain.
    checking: Mutex<Option<ThreadId>>,
}

impl BookBox {
    fn checking(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.checking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The book, for one call at a time.
    fn book(&self) -> Result<MutexGuard<'_, Book>, Fault> {
        if *self.checking() == Some(thread::current().id()) {
            return Err(Fault::Value { field: "book", rule: "must not be used by the progress of its own check" });
        }
        Ok(self.book.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn check(
        &self,
        options: &CheckOptions,
        go_on: &mut dyn FnMut(&CheckProgress) -> bool,
    ) -> Result<CheckReport, Fault> {
        let book = self.book()?;
        *self.checking() = Some(thread::current().id());
        // A panic of the check is a code, and the book is to be had afterwards.
        let report = catch_unwind(AssertUnwindSafe(|| book.check_watched(options, go_on)));
        *self.checking() = None;
        Ok(report.unwrap_or_else(|panic| resume_unwind(panic))?)
    }
}

fn of_book(wanted: &Wanted, book: &Book) -> Result<String, Fault> {
    match wanted.report {
        TILLBOOK_REPORT_RECONCILIATION => wanted.table(&book.reconciliation(&wanted.period()?)?),
        TILLBOOK_REPORT_TOTALS => wanted.table(&match wanted.date() {
            Some(date) => book.totals_of_day(date)?,
            None => book.totals()?,
        }),
        TILLBOOK_REPORT_DAY_CLOSE => wanted.table(&book.day_close(wanted.number())?),
        TILLBOOK_REPORT_DAY_CLOSES => wanted.plain(&book.day_closes(wanted.before())?),
        TILLBOOK_REPORT_OUTAGES => wanted.plain(&book.outages()?),
        TILLBOOK_REPORT_SAFE_TO_CLOSE => wanted.plain(&json::safe_to_close(&book.safe_to_close()?)),
        TILLBOOK_REPORT_IDENTITY => wanted.plain(&book.identity()?),
        TILLBOOK_REPORT_STATUS => wanted.plain(&book.status()?),
        _ => Err(Wanted::unknown()),
    }
}

/// As tillbook_report, of a book that is only read: each shows it as it stands at one moment.
///
/// Errors: NOT_FOUND for an outage or a close that there was none of; CORRUPT, BOOK_IN_USE; INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
/// NULL_ARGUMENT, STORAGE, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_report(
    book: *const tillbook_book,
    query: *const tillbook_report_query,
    text: *mut *mut tillbook_buffer,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(text, "text") }?;
        let held = handle::get(book)?;
        let wanted = unsafe { Wanted::of(query) }?;
        let told = of_book(&wanted, &*held.book()?)?;
        out.put(buffer(told.into_bytes())?);
        Ok(())
    })
}

/// As tillbook_search.
///
/// Errors: INVALID_INPUT for an empty text, one of more than 64 characters, control characters, a limit above 100; CORRUPT,
/// BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_search(
    book: *const tillbook_book,
    query: *const tillbook_search_query,
    list: *mut *mut tillbook_found,
    has_more: *mut i32,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let held = handle::get(book)?;
        let book = held.book()?;
        unsafe { found(query, &out, has_more, |query| book.search(query)) }
    })
}

/// As tillbook_card_of.
///
/// Errors: NOT_FOUND, INVALID_INPUT, CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_card(
    book: *const tillbook_book,
    card: *const c_char,
    card_size: usize,
    found: *mut tillbook_card,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(found) }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        place.put(&card_row(&handle::get(book)?.book()?.card(card)?));
        Ok(())
    })
}

/// As tillbook_history_of: this book's own lines.
///
/// Errors: INVALID_INPUT for a page size above 500 or a bad card number; CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT,
/// STORAGE, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_history(
    book: *const tillbook_book,
    query: *const tillbook_history_query,
    list: *mut *mut tillbook_history,
    next_page: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let held = handle::get(book)?;
        let book = held.book()?;
        unsafe { page(query, &out, next_page, |query| book.history(query)) }
    })
}

/// As tillbook_operation.
///
/// Errors: NOT_FOUND, INVALID_INPUT, CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_operation(
    book: *const tillbook_book,
    op_id: *const c_char,
    op_id_size: usize,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(receipt) }?;
        let op_id = unsafe { text_at(op_id, op_id_size, "op_id") }?;
        place.put(&receipt_row(&handle::get(book)?.book()?.operation(op_id)?));
        Ok(())
    })
}

/// As tillbook_waiting_of.
///
/// Errors: CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, STORAGE, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_waiting_of(
    book: *const tillbook_book,
    list: *mut *mut tillbook_waiting,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        hand_out(&out, List::of(handle::get(book)?.book()?.waiting()?, waiting_row))
    })
}

/// As tillbook_notices_of.
///
/// Errors: CORRUPT, BOOK_IN_USE; NULL_ARGUMENT, STORAGE, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_notices_of(
    book: *const tillbook_book,
    list: *mut *mut tillbook_notices,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        hand_out(&out, List::of(handle::get(book)?.book()?.notices()?, |notice, arena| notice_row(&notice, arena)))
    })
}

/// As tillbook_check, while a till has the book open or not. The chain's key is not in the book: give it among
/// `options.earlier_keys`, or lines are counted as unverified. `progress` must not use this book: INVALID_INPUT.
///
/// Errors: CORRUPT, STORAGE, BOOK_IN_USE only where the book can't be read at all; INVALID_INPUT, BAD_STRUCT, NULL_ARGUMENT,
/// BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_check(
    book: *const tillbook_book,
    options: *const tillbook_check_options,
    report: *mut tillbook_check_report,
    list: *mut *mut tillbook_findings,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(report) }?;
        let held = handle::get(book)?;
        unsafe { checked(options, &place, list, |options, go_on| held.check(options, go_on)) }
    })
}
