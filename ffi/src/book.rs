//! A book that is read without a till: also while one has it open.

use tillbook::Book;

use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::{self, handle};
use crate::json;
use crate::members::{buffer, tillbook_buffer};
use crate::reports::{
    TILLBOOK_REPORT_DAY_CLOSE, TILLBOOK_REPORT_DAY_CLOSES, TILLBOOK_REPORT_IDENTITY, TILLBOOK_REPORT_OUTAGES,
    TILLBOOK_REPORT_RECONCILIATION, TILLBOOK_REPORT_SAFE_TO_CLOSE, TILLBOOK_REPORT_STATUS, TILLBOOK_REPORT_TOTALS,
    Wanted, tillbook_report_query,
};
use crate::sized::Out;
use crate::text::text_at;

use std::ffi::c_char;
use std::sync::{Arc, Mutex, PoisonError};

/// A book, opened for reading only. One thread at a time.
pub struct tillbook_book {
    _opaque: (),
}

handle!(tillbook_book = 27, "book", Mutex<Book>);

/// Opens a book for reading: no lock, no configuration, no network, nothing is ever written. A till may have it open at the same time,
/// in this process or another. Any thread; free it with tillbook_book_free.
///
/// Errors: NOT_A_BOOK, NEWER_BOOK, CORRUPT, NO_PERMISSION, STORAGE (there is none); UNSUPPORTED for a book that a till of this release
/// has not opened yet; BOOK_IN_USE where the folder may not be written and a till has the book open; BAD_TEXT, NULL_ARGUMENT.
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
        out.put(handle::insert(Arc::new(Mutex::new(Book::open(path)?)))?);
        Ok(())
    })
}

/// Closes and frees it. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_book_free(book: *mut tillbook_book) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(book))
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
        let told = of_book(&wanted, &held.lock().unwrap_or_else(PoisonError::into_inner))?;
        out.put(buffer(told.into_bytes())?);
        Ok(())
    })
}
