//! Cards that are opened here: their numbers, and where a card goes whose number turned out to be somebody else's.

use std::ffi::c_char;

use tillbook::{Orphan, Retarget};

use crate::codes::Code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::clamped;
use crate::open::{till_of, tillbook_till};
use crate::receipt::{receipt_row, tillbook_receipt};
use crate::sized::{Out, Place, SizedStruct, read, sized};
use crate::text::{Arena, text_at, tillbook_str};

/// The card gets the next number of the till's range.
pub const TILLBOOK_RETARGET_NEXT_NUMBER: i32 = 1;
/// The card gets the number that is given.
pub const TILLBOOK_RETARGET_NEW_NUMBER: i32 = 2;
/// The holder has a card already, the one that is given: what waits is done on that, and the opening is written off.
pub const TILLBOOK_RETARGET_EXISTING_CARD: i32 = 3;

/// A person's decision on where a card goes whose opening the remote has refused.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_retarget_request {
    /// The size of this struct: tillbook_retarget_request_init sets it.
    pub struct_size: usize,
    /// The opening. Required.
    pub op_id: tillbook_str,
    /// Where it goes, TILLBOOK_RETARGET_*.
    pub to: i32,
    /// 0.
    pub reserved: i32,
    /// The new number, or the existing card's. Missing with TILLBOOK_RETARGET_NEXT_NUMBER.
    pub card: tillbook_str,
    /// Who decides, at most 64 characters. Required.
    pub who: tillbook_str,
    /// Why, at most 200 characters. Required.
    pub why: tillbook_str,
}

/// An operation that waits behind an opening that the remote has not carried out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_orphan {
    /// The size of this struct: tillbook_orphan_init sets it.
    pub struct_size: usize,
    /// The operation. Owned by the list.
    pub op_id: *const c_char,
    /// The money at stake, in fen: the card's part of a sale, what is paid in by a recharge.
    pub amount: i64,
    /// The cash that the cashier has taken for it, in fen.
    pub cash: i64,
    /// What it does, TILLBOOK_KIND_*.
    pub kind: i32,
    /// 0.
    pub reserved: i32,
}

sized!(tillbook_retarget_request(reserved), tillbook_orphan);

/// Operations that wait behind an opening. One thread at a time.
pub struct tillbook_orphans {
    _opaque: (),
}

handle!(tillbook_orphans = 24, "orphans", List<tillbook_orphan>);

fn orphan_row(orphan: Orphan, arena: &mut Arena) -> tillbook_orphan {
    tillbook_orphan {
        op_id: arena.text(orphan.op_id.as_str()),
        amount: orphan.amount.fen(),
        cash: orphan.cash.fen(),
        kind: orphan.kind.code(),
        ..tillbook_orphan::empty()
    }
}

/// How many numbers are left in the till's range, for tillbook_open_card with `next_number`; -1 where it has none. Any thread.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_numbers_left(
    till: *mut tillbook_till,
    left: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(left, "left") }?;
        out.put(till_of(till)?.till.numbers_left()?.map_or(-1, clamped));
        Ok(())
    })
}

/// What waits behind an opening that waits for a person (tillbook_waiting_operation.may_retarget), in order. Any thread; free the
/// list with tillbook_orphans_free.
///
/// Errors: NOT_FOUND for an unknown operation (one that does not wait has none behind it); INVALID_INPUT, NULL_ARGUMENT,
/// BAD_TEXT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_orphans_of(
    till: *mut tillbook_till,
    op_id: *const c_char,
    op_id_size: usize,
    list: *mut *mut tillbook_orphans,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let op_id = unsafe { text_at(op_id, op_id_size, "op_id") }?;
        let till = till_of(till)?;
        // Says NOT_FOUND and INVALID_INPUT as every question about an operation does.
        till.till.operation(op_id)?;
        let waiting = till.till.waiting()?.into_iter().find(|waits| waits.receipt.op_id.as_str() == op_id);
        hand_out(&out, List::of(waiting.map(|waits| waits.orphans).unwrap_or_default(), orphan_row))
    })
}

/// The next operation, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_orphans_next(
    list: *mut tillbook_orphans,
    row: *mut tillbook_orphan,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_orphans_free(list: *mut tillbook_orphans) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// Records a person's decision on where a card goes whose opening the remote has refused, and carries it out. With a new number
/// the card is opened anew under that, and what waits behind the opening follows, each once. Any thread.
///
/// Errors: NOT_FOUND; WRONG_STATE if it is no opening of a card, does not wait, or may have been opened after all (then
/// TILLBOOK_RESOLUTION_WAS_NOT_APPLIED comes first); REFUSED for a number that the book knows, a range that is used up, or an
/// existing card that is unknown, blocked or closed; INVALID_CONFIG where the till has no range; INVALID_INPUT, BAD_STRUCT,
/// BAD_TEXT, DISK_FULL, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_retarget(
    till: *mut tillbook_till,
    request: *const tillbook_retarget_request,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(receipt) }?;
        let till = till_of(till)?;
        let request = unsafe { read(request) }?;
        let (op_id, who, why) =
            unsafe { (request.op_id.required("op_id")?, request.who.required("who")?, request.why.required("why")?) };
        let card = || unsafe { request.card.required("card") };
        let to = match request.to {
            TILLBOOK_RETARGET_NEXT_NUMBER if unsafe { request.card.get("card") }?.is_some() => {
                return Err(Fault::Value { field: "card", rule: "must be missing with TILLBOOK_RETARGET_NEXT_NUMBER" });
            }
            TILLBOOK_RETARGET_NEXT_NUMBER => Retarget::NextNumber,
            TILLBOOK_RETARGET_NEW_NUMBER => Retarget::NewNumber(card()?),
            TILLBOOK_RETARGET_EXISTING_CARD => Retarget::ExistingCard(card()?),
            _ => return Err(Fault::Value { field: "to", rule: "is none of its constants" }),
        };
        place.put(&receipt_row(&till.till.retarget(&op_id, &to, &who, &why)?));
        Ok(())
    })
}
