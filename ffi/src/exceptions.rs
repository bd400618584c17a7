//! The exception list: cards that this till does not serve.

use std::ffi::c_char;

use tillbook::{Exception, Listed};

use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::{flag, time};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, SizedStruct, read, sized};
use crate::text::{Arena, text_at, tillbook_str};

/// A card on this till's exception list. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_exception {
    /// The size of this struct: tillbook_exception_init sets it.
    pub struct_size: usize,
    /// Its number.
    pub card: *const c_char,
    /// Why it stands there. People write it: it may name somebody.
    pub reason: *const c_char,
    /// Who put it there; NULL: not recorded.
    pub who: *const c_char,
    /// Since when, in milliseconds since 1970 UTC; 0: not recorded.
    pub since: i64,
    /// 1: it came with the merchant's list (tillbook_replace_exceptions) and goes with it. Else 0.
    pub by_list: i32,
    /// 0.
    pub reserved: i32,
}

/// Puts a card on the exception list, or takes it off.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_exception_request {
    /// The size of this struct: tillbook_exception_request_init sets it.
    pub struct_size: usize,
    /// The card's number. Required.
    pub card: tillbook_str,
    /// Why, at most 200 characters. Required unless `lift` is 1; then missing.
    pub why: tillbook_str,
    /// Who decides, at most 64 characters. Required.
    pub who: tillbook_str,
    /// 1: takes it off. 0: puts it on.
    pub lift: i32,
    /// 0.
    pub reserved: i32,
}

/// A card of the merchant's list. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_listed {
    /// The card's number, whether or not this till has met it. Required.
    pub card: tillbook_str,
    /// Why it is not to be served, at most 200 characters. Required.
    pub reason: tillbook_str,
}

sized!(tillbook_exception, tillbook_exception_request(reserved));

/// Cards of the exception list. One thread at a time.
pub struct tillbook_exceptions {
    _opaque: (),
}

handle!(tillbook_exceptions = 23, "exceptions", List<tillbook_exception>);

fn exception_row(exception: Exception, arena: &mut Arena) -> tillbook_exception {
    tillbook_exception {
        card: arena.text(exception.card.as_str()),
        reason: arena.text(&exception.reason),
        who: arena.optional(exception.who.as_deref()),
        since: time(exception.since),
        by_list: i32::from(exception.by_list),
        ..tillbook_exception::empty()
    }
}

/// A page of this till's exception list: at most `limit` cards (0: 20, at most 500), from `after` on (0: from the beginning).
/// `next_page` (may be NULL) is the `after` of the next page, 0 if this is the last. Any thread; free the list with
/// tillbook_exceptions_free.
///
/// Errors: INVALID_INPUT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_exceptions_of(
    till: *mut tillbook_till,
    after: i64,
    limit: u32,
    list: *mut *mut tillbook_exceptions,
    next_page: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let page = till_of(till)?.till.exceptions((after != 0).then_some(after), limit as usize)?;
        hand_out(&out, List::of(page.exceptions, exception_row))?;
        if let Ok(next_page) = unsafe { Out::at(next_page, "next_page") } {
            next_page.put(page.next.unwrap_or(0));
        }
        Ok(())
    })
}

/// The next card, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_exceptions_next(
    list: *mut tillbook_exceptions,
    row: *mut tillbook_exception,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_exceptions_free(list: *mut tillbook_exceptions) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// Puts a card on this till's exception list, or takes it off, and keeps who did. As tillbook_set_exception and
/// tillbook_lift_exception otherwise. Any thread.
///
/// Errors: NOT_FOUND for a card that is to be taken off and was never there, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_change_exception(
    till: *mut tillbook_till,
    request: *const tillbook_exception_request,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let till = till_of(till)?;
        let request = unsafe { read(request) }?;
        let (card, who) = unsafe { (request.card.required("card")?, request.who.required("who")?) };
        let why = match (flag("lift", request.lift)?, unsafe { request.why.get("why") }?) {
            (true, Some(_)) => return Err(Fault::Value { field: "why", rule: "must be missing where lift is 1" }),
            (true, None) => None,
            (false, why) => Some(why.ok_or(Fault::Null("why"))?),
        };
        Ok(till.till.set_exception_by(&card, why.as_deref(), &who)?)
    })
}

/// No list is longer: as the till says.
const MOST_LISTED: usize = 1_000_000;

/// Takes over the merchant's list of cards that are not to be served, all of it or nothing. It replaces the list that was taken
/// over before; what a person has put on the exception list, or a remote's refusal, stays. `list` may be NULL where `count` is 0,
/// which empties it. Any thread.
///
/// Errors: INVALID_INPUT for a card number, a reason, `who` (at most 64 characters), or more than a million cards; BAD_TEXT,
/// NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_replace_exceptions(
    till: *mut tillbook_till,
    list: *const tillbook_listed,
    count: usize,
    who: *const c_char,
    who_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let till = till_of(till)?;
        let who = unsafe { text_at(who, who_size, "who") }?;
        if count > MOST_LISTED {
            return Err(Fault::Value { field: "list", rule: "has too many elements" });
        }
        if list.is_null() && count > 0 {
            return Err(Fault::Null("list"));
        }
        let listed = (0..count).map(|at| -> Result<Listed, Fault> {
            let one = unsafe { list.add(at).read_unaligned() };
            Ok(unsafe { Listed::new(one.card.required("card")?, one.reason.required("reason")?) })
        });
        let listed = listed.collect::<Result<Vec<_>, _>>()?;
        Ok(till.till.replace_exceptions(&listed, who)?)
    })
}
