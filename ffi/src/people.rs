//! What people have to know and decide.

use std::ffi::c_char;
use std::mem::offset_of;

use tillbook::{Money, Notice, Resolution, WaitingOperation};

use crate::codes::Code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::clamped;
use crate::open::{till_of, tillbook_till};
use crate::receipt::{receipt_row, tillbook_receipt};
use crate::sized::{Out, Place, SizedStruct, read, sized};
use crate::text::{Arena, text_at, tillbook_str};

/// A notification. It stays until it is acknowledged. Strings are owned by the list, or live as long as the callback.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_notice {
    /// The size of this struct: tillbook_notice_init sets it.
    pub struct_size: usize,
    /// Its number, to acknowledge it by.
    pub notice_no: i64,
    /// What it is about, TILLBOOK_NOTICE_*.
    pub kind: i32,
    /// 1: `amount` is told. Else 0.
    pub has_amount: i32,
    /// The money at stake, in fen.
    pub amount: i64,
    /// Since when, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The operation; NULL: it is about none.
    pub op_id: *const c_char,
    /// The card's number; NULL: it is about none.
    pub card: *const c_char,
    /// What happened, for support staff. No personal data.
    pub detail: *const c_char,
}

/// An operation that waits for a person, with the evidence. tillbook_operation has its receipt. Strings are owned by the
/// list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_waiting_operation {
    /// The size of this struct: tillbook_waiting_operation_init sets it.
    pub struct_size: usize,
    /// The operation.
    pub op_id: *const c_char,
    /// The card's number.
    pub card: *const c_char,
    /// What the operation does, TILLBOOK_KIND_*.
    pub kind: i32,
    /// Where it stands, TILLBOOK_STATE_PARKED or TILLBOOK_STATE_REJECTED.
    pub state: i32,
    /// The money at stake, in fen.
    pub amount: i64,
    /// Why it waits; NULL: not told.
    pub waits_for: *const c_char,
    /// Which decisions are possible: bit (1 << TILLBOOK_RESOLUTION_*).
    pub resolutions: u32,
    /// 1: tillbook_retarget is possible. Else 0.
    pub may_retarget: i32,
    /// Each attempt: when, where, what came of it.
    pub attempts: *const *const c_char,
    /// How many.
    pub attempts_count: usize,
    /// Each look at the remote's records: when, what it showed.
    pub looks: *const *const c_char,
    /// How many.
    pub looks_count: usize,
    /// Of an opening: how many operations wait behind it. tillbook_orphans_of has them.
    pub orphans_count: i64,
    /// The cash that was taken for those, in fen.
    pub cash_taken: i64,
}

/// A person's decision about an operation that waits.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_resolve_request {
    /// The size of this struct: tillbook_resolve_request_init sets it.
    pub struct_size: usize,
    /// The operation. Required.
    pub op_id: tillbook_str,
    /// The decision, TILLBOOK_RESOLUTION_*.
    pub resolution: i32,
    /// 0.
    pub reserved: i32,
    /// Who decides, at most 64 characters. Required.
    pub who: tillbook_str,
    /// Why, at most 200 characters. Required.
    pub why: tillbook_str,
}

sized!(
    tillbook_notice,
    tillbook_waiting_operation = offset_of!(tillbook_waiting_operation, orphans_count),
    tillbook_resolve_request(reserved)
);

/// Notifications. One thread at a time.
pub struct tillbook_notices {
    _opaque: (),
}

handle!(tillbook_notices = 14, "notices", List<tillbook_notice>);

/// Operations that wait for a person. One thread at a time.
pub struct tillbook_waiting {
    _opaque: (),
}

handle!(tillbook_waiting = 15, "waiting", List<tillbook_waiting_operation>);

pub(crate) fn notice_row(notice: &Notice, arena: &mut Arena) -> tillbook_notice {
    tillbook_notice {
        notice_no: notice.notice_no,
        kind: notice.kind.code(),
        has_amount: i32::from(notice.amount.is_some()),
        amount: notice.amount.map_or(0, Money::fen),
        at: notice.at.millis(),
        op_id: arena.optional(notice.op_id.as_ref().map(tillbook::OpId::as_str)),
        card: arena.optional(notice.card.as_ref().map(tillbook::CardNumber::as_str)),
        detail: arena.text(&notice.detail),
        ..tillbook_notice::empty()
    }
}

pub(crate) fn waiting_row(waiting: WaitingOperation, arena: &mut Arena) -> tillbook_waiting_operation {
    let (attempts, attempts_count) = arena.several(waiting.attempts.iter().map(String::as_str));
    let (looks, looks_count) = arena.several(waiting.looks.iter().map(String::as_str));
    tillbook_waiting_operation {
        op_id: arena.text(waiting.receipt.op_id.as_str()),
        card: arena.text(waiting.receipt.card.as_str()),
        kind: waiting.receipt.kind.code(),
        state: waiting.receipt.state.code(),
        amount: waiting.amount.fen(),
        waits_for: arena.optional(waiting.receipt.waits_for.as_deref()),
        resolutions: waiting.resolutions.iter().fold(0, |bits, possible| bits | (1 << possible.code())),
        attempts,
        attempts_count,
        looks,
        looks_count,
        may_retarget: i32::from(waiting.may_retarget),
        orphans_count: clamped(waiting.orphans.len() as u64),
        cash_taken: waiting.cash_taken.fen(),
        ..tillbook_waiting_operation::empty()
    }
}

/// What nobody has acknowledged yet, oldest first, at most 1,000. The polling twin of tillbook_on_notice. Any thread; free the list with tillbook_notices_free.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_notices_of(
    till: *mut tillbook_till,
    list: *mut *mut tillbook_notices,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        hand_out(&out, List::of(till_of(till)?.till.notices()?, |notice, arena| notice_row(&notice, arena)))
    })
}

/// The next notification, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_notices_next(
    list: *mut tillbook_notices,
    row: *mut tillbook_notice,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_notices_free(list: *mut tillbook_notices) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// Acknowledges a notification. For TILLBOOK_NOTICE_CHARGED_WITHOUT_SALE `note` records whether goods were handed over;
/// otherwise it may be NULL. Any thread.
///
/// Errors: NOT_FOUND if it is not open; INVALID_INPUT, BAD_TEXT, DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_acknowledge(
    till: *mut tillbook_till,
    notice_no: i64,
    who: *const c_char,
    who_size: usize,
    note: *const c_char,
    note_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let who = unsafe { text_at(who, who_size, "who") }?;
        let note = if note.is_null() { None } else { Some(unsafe { text_at(note, note_size, "note") }?) };
        Ok(till_of(till)?.till.acknowledge(notice_no, who, note)?)
    })
}

/// Everything that waits for a person, oldest first. Any thread; free the list with tillbook_waiting_free.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_waiting_of(
    till: *mut tillbook_till,
    list: *mut *mut tillbook_waiting,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        hand_out(&out, List::of(till_of(till)?.till.waiting()?, waiting_row))
    })
}

/// The next operation, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_waiting_next(
    list: *mut tillbook_waiting,
    row: *mut tillbook_waiting_operation,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_waiting_free(list: *mut tillbook_waiting) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// Records a person's decision about an operation that waits, and carries it out. TILLBOOK_RESOLUTION_WAS_APPLIED takes the
/// card off the exception list if it stood there for this operation. Any thread.
///
/// Errors: NOT_FOUND; WRONG_STATE if it does not wait or the decision is not possible; INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
/// DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_resolve(
    till: *mut tillbook_till,
    request: *const tillbook_resolve_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(receipt) }?;
        let till = till_of(till)?;
        let request = unsafe { read(request) }?;
        let (op_id, who, why) =
            unsafe { (request.op_id.required("op_id")?, request.who.required("who")?, request.why.required("why")?) };
        let resolution = Resolution::of(request.resolution, "resolution")?;
        place.put(&receipt_row(&till.till.resolve(&op_id, resolution, &who, &why)?));
        Ok(())
    })
}

/// Puts a card on this till's exception list: it is refused here from now on, one that this till has never met as soon as it comes.
/// Any thread.
///
/// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_set_exception(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    why: *const c_char,
    why_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let card = unsafe { text_at(card, card_size, "card") }?;
        let why = unsafe { text_at(why, why_size, "why") }?;
        Ok(till_of(till)?.till.set_exception(card, Some(why))?)
    })
}

/// Takes a card off this till's exception list. Any thread.
///
/// Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_lift_exception(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let card = unsafe { text_at(card, card_size, "card") }?;
        Ok(till_of(till)?.till.set_exception(card, None)?)
    })
}
