//! Keeping a book: salvage.

use std::ffi::c_char;

use tillbook::salvage;

use crate::error::{tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::json;
use crate::members::{buffer, tillbook_buffer};
use crate::sized::Out;
use crate::text::text_at;

/// Saves whatever is readable of a damaged book into a new one at `into`. The damaged file is only read, and no till may have it open.
/// What could be read and not placed goes into a file beside it, `into` with ".leftover". `report` (may be NULL) is JSON: every table
/// with what was kept and lost. The new book is treated as one that was restored from an old copy. Needs room for two more copies.
/// Needs no till. Any thread; free the buffer with tillbook_buffer_free.
///
/// Errors: INVALID_INPUT where `into` is there already; NOT_A_BOOK where nothing can be read; STORAGE, DISK_FULL, NO_PERMISSION,
/// BAD_TEXT, NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_salvage(
    damaged: *const c_char,
    damaged_size: usize,
    into: *const c_char,
    into_size: usize,
    report: *mut *mut tillbook_buffer,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let damaged = unsafe { text_at(damaged, damaged_size, "damaged") }?;
        let into = unsafe { text_at(into, into_size, "into") }?;
        let saved = salvage(damaged, into)?;
        if let Ok(out) = unsafe { Out::at(report, "report") } {
            out.put(buffer(json::salvaged(&saved).to_string().into_bytes())?);
        }
        Ok(())
    })
}
