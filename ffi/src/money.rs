//! Money as text, and numbers that have to fit.

use std::ffi::c_char;
use std::time::Duration;

use tillbook::{Money, Timestamp};

use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::sized::Out;
use crate::text::{fixed, text_at};

/// Reads yuan in plain digits with at most two decimals ("12", "12.5", "-12.50") as fen. Any thread.
///
/// Errors: INVALID_INPUT for anything else (more decimals, an exponent, a thousands separator, too large), BAD_TEXT,
/// NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_parse_yuan(
    text: *const c_char,
    text_size: usize,
    fen: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(fen, "fen") }?;
        let text = unsafe { text_at(text, text_size, "text") }?;
        out.put(Money::parse_yuan(text)?.fen());
        Ok(())
    })
}

/// Writes fen as yuan with two decimals and a NUL: "12.50". `buffer` takes 32 bytes. Any thread.
///
/// Errors: NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_format_yuan(
    fen: i64,
    buffer: *mut c_char,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(buffer.cast::<[c_char; 32]>(), "buffer") }?;
        out.put(fixed(&Money::from_fen(fen).to_string()));
        Ok(())
    })
}

/// As many as fit.
pub(crate) fn clamped(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A time, 0 where there is none.
pub(crate) fn time(at: Option<Timestamp>) -> i64 {
    at.map_or(0, Timestamp::millis)
}

/// A number that counts only where a flag says that it is given. One without its flag was forgotten, or the flag was.
pub(crate) fn given(flag_field: &'static str, said: i32, number: i64) -> Result<Option<i64>, Fault> {
    match (flag(flag_field, said)?, number) {
        (true, number) => Ok(Some(number)),
        (false, 0) => Ok(None),
        (false, _) => Err(Fault::Value { field: flag_field, rule: "must be 1 where the number is given" }),
    }
}

/// A yes-or-no field of a request.
pub(crate) fn flag(field: &'static str, said: i32) -> Result<bool, Fault> {
    match said {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Fault::Value { field, rule: "must be 0 or 1" }),
    }
}
