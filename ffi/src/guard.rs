//! What stands around every exported function: no panic leaves it, and a forked process gets no further than here.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{self, TILLBOOK_FORKED, TILLBOOK_OK, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::handle;
use crate::open::tillbook_till;

/// The process that uses the library: the one that has the first handle. 0 before that.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// From now on this process uses the library.
pub(crate) fn own() {
    if OWNER.load(Ordering::Relaxed) == 0 {
        // Whoever was first stays it.
        let _ = OWNER.compare_exchange(0, std::process::id(), Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Whether this process is a fork of the one that uses the library: locks that other threads of the parent held are held
/// here for ever, and a book that both write is lost.
fn forked() -> bool {
    match OWNER.load(Ordering::Relaxed) {
        0 => false,
        owner => owner != std::process::id(),
    }
}

/// Runs the body of an exported function. `err` gets the error, or NULL.
pub(crate) fn guard(err: *mut *mut tillbook_error, body: impl FnOnce() -> Result<(), Fault>) -> tillbook_status {
    guarded(err, || body().map(|()| TILLBOOK_OK))
}

/// As [`guard`], for a body that has more to say than OK.
pub(crate) fn guarded(
    err: *mut *mut tillbook_error,
    body: impl FnOnce() -> Result<tillbook_status, Fault>,
) -> tillbook_status {
    let mut body = Some(body);
    // Once in the library, not once for each function: there are more than a hundred.
    watched(err, &mut || body.take().map_or(Ok(TILLBOOK_OK), |body| body()))
}

fn watched(err: *mut *mut tillbook_error, body: &mut dyn FnMut() -> Result<tillbook_status, Fault>) -> tillbook_status {
    if forked() {
        tell(err, error::FORKED);
        return TILLBOOK_FORKED;
    }
    // A host's callback may call from inside another call.
    let outer = AT_WORK.replace(std::ptr::null());
    let done = catch_unwind(AssertUnwindSafe(body));
    let done = done.unwrap_or_else(|panic| Err(fault_of(words_of(panic.as_ref()))));
    AT_WORK.set(outer);
    match done {
        Ok(status) => {
            tell(err, std::ptr::null_mut());
            status
        }
        Err(fault) => {
            let status = fault.status();
            if !err.is_null() {
                let made = catch_unwind(AssertUnwindSafe(|| error::made_of(&fault)));
                tell(err, made.unwrap_or(std::ptr::null_mut()));
            }
            status
        }
    }
}

thread_local! {
    /// The till that this thread's call is about.
    static AT_WORK: Cell<*const tillbook_till> = const { Cell::new(std::ptr::null()) };
}

/// This thread's call is about that till.
pub(crate) fn at_work_on(till: *const tillbook_till) {
    AT_WORK.set(till);
}

/// Whether a panic concerned the book: then nothing more can be said of it before it is opened anew.
fn fault_of(panic: String) -> Fault {
    let poisoned = catch_unwind(|| {
        let till = handle::get(AT_WORK.get()).ok()?;
        till.till.policy().err().map(|error| error.code())
    });
    match poisoned {
        Ok(Some(tillbook::ErrorCode::Poisoned)) => Fault::Poisoned(panic),
        _ => Fault::Panic(panic),
    }
}

/// For functions that tell what is the same in every process: `otherwise` after a panic.
pub(crate) fn constant<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

/// For functions that return something else than a status: `otherwise` after a panic and in a forked process.
pub(crate) fn shielded<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    if forked() {
        return otherwise;
    }
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

fn tell(err: *mut *mut tillbook_error, error: *mut tillbook_error) {
    if !err.is_null() {
        // The caller's promise: NULL, or a place for a pointer.
        unsafe { err.write_unaligned(error) };
    }
}

/// What a panic said.
pub(crate) fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no words").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_code_and_a_message() {
        let mut err = std::ptr::null_mut();
        let status = guard(&raw mut err, || panic!("the {} broke", "spring"));
        assert_eq!(status, error::TILLBOOK_PANIC);
        assert!(!err.is_null());
        assert_eq!(shielded(7, || panic!("again")), 7);
        assert_eq!(guard(std::ptr::null_mut(), || panic!("nobody listens")), error::TILLBOOK_PANIC);
    }
}
