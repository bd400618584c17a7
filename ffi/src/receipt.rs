//! What a call returns to the POS.

use std::ffi::c_char;
use std::mem::offset_of;

use tillbook::{Confirmation, Language, Money, Points, Receipt};

use crate::codes::{Code, code};
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::time;
use crate::open::{till_of, tillbook_till};
use crate::refusal::RefusalOut;
use crate::sized::{Out, Place, SizedStruct, sized};
use crate::text::{Arena, fixed, fixed_optional, text_at};

/// `tillbook_receipt.confirmed`: the remote told `confirmed_original`.
pub const TILLBOOK_CONFIRMED_ORIGINAL: u32 = 1;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_actual`.
pub const TILLBOOK_CONFIRMED_ACTUAL: u32 = 2;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_discount`.
pub const TILLBOOK_CONFIRMED_DISCOUNT: u32 = 4;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_from_card`.
pub const TILLBOOK_CONFIRMED_FROM_CARD: u32 = 8;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_due`.
pub const TILLBOOK_CONFIRMED_DUE: u32 = 16;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_bonus`.
pub const TILLBOOK_CONFIRMED_BONUS: u32 = 32;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_bonus_points`.
pub const TILLBOOK_CONFIRMED_BONUS_POINTS: u32 = 64;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_money_after`.
pub const TILLBOOK_CONFIRMED_MONEY_AFTER: u32 = 128;
/// `tillbook_receipt.confirmed`: the remote told `confirmed_points_after`.
pub const TILLBOOK_CONFIRMED_POINTS_AFTER: u32 = 256;
/// `tillbook_receipt.confirmed`: the remote has confirmed the operation.
pub const TILLBOOK_CONFIRMED: u32 = 0x4000_0000;

/// What a call returns to the POS. The promise and the figures told with it are as they were recorded and never change;
/// `state` and everything below it tell how things stand now. Money in fen, times in milliseconds since 1970 UTC. Texts
/// that do not fit are cut and end in "…"; tillbook_operation_details has them whole.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_receipt {
    /// The size of this struct: tillbook_receipt_init sets it.
    pub struct_size: usize,
    /// What the cashier was told, TILLBOOK_PROMISE_*. 0 only while another thread's call still waits for its outcome.
    pub promise: i32,
    /// 1: goods may be handed over (or cash be taken in): approved, and not voided since. Else 0.
    pub approved: i32,
    /// What the operation does, TILLBOOK_KIND_*.
    pub kind: i32,
    /// Where the rate comes from, TILLBOOK_RATE_*.
    pub rate_source: i32,
    /// The sale's total before any discount, or what is paid in.
    pub original: i64,
    /// The part of it that the member's discount applies to.
    pub discountable: i64,
    /// What the discount takes off. original = actual + discount.
    pub discount: i64,
    /// What is to be paid. actual = from_card + due.
    pub actual: i64,
    /// What the card pays.
    pub from_card: i64,
    /// What the customer still has to pay by other means. Always look at it.
    pub due: i64,
    /// What a recharge brings on top.
    pub bonus: i64,
    /// The points that it brings or, below zero, takes.
    pub points: i64,
    /// When the operation was written down.
    pub created_at: i64,
    /// Why the till withheld an approval, TILLBOOK_REFUSAL_*; 0 where it did not.
    pub refusal: i32,
    /// What the next three count, TILLBOOK_UNIT_*.
    pub refusal_unit: i32,
    /// The limit, or what is available.
    pub refusal_limit: i64,
    /// How much of it is used.
    pub refusal_used: i64,
    /// How much was asked for.
    pub refusal_requested: i64,
    /// Where the operation stands now, TILLBOOK_STATE_*.
    pub state: i32,
    /// How sure it is that the remote has it, TILLBOOK_EVIDENCE_*; 0 where it has not, or nobody knows.
    pub evidence: i32,
    /// How much more (below zero: less) the remote took from or put on the card than was told; 0: it agrees or does not
    /// say.
    pub variance: i64,
    /// What the remote told: TILLBOOK_CONFIRMED_*; 0 where it has not confirmed. A figure without its bit is 0.
    pub confirmed: u32,
    /// 0.
    pub reserved: i32,
    /// The price before the discount, or what was paid in.
    pub confirmed_original: i64,
    /// The price after it, or what was added with its bonus.
    pub confirmed_actual: i64,
    /// The discount.
    pub confirmed_discount: i64,
    /// What the card paid.
    pub confirmed_from_card: i64,
    /// What the customer still owes.
    pub confirmed_due: i64,
    /// What a recharge brought on top.
    pub confirmed_bonus: i64,
    /// Points on top.
    pub confirmed_bonus_points: i64,
    /// Stored value afterwards.
    pub confirmed_money_after: i64,
    /// Points afterwards.
    pub confirmed_points_after: i64,
    /// Stored value as the remote last told it.
    pub money_confirmed: i64,
    /// Stored value with everything that is still open.
    pub money_expected: i64,
    /// Stored value that may be spent here and now.
    pub money_available: i64,
    /// Points as the remote last told them.
    pub points_confirmed: i64,
    /// Points with everything that is still open.
    pub points_expected: i64,
    /// Points that may be spent here and now.
    pub points_available: i64,
    /// As of when the confirmed balances are; 0: never read.
    pub as_of: i64,
    /// The operation's name.
    pub op_id: [c_char; 72],
    /// The ten digits to print on the slip, where an entry was written; else empty.
    pub receipt_no: [c_char; 16],
    /// The card's number.
    pub card: [c_char; 136],
    /// The share that a member pays of the discountable part, as "0.8"; empty where there is none.
    pub rate: [c_char; 40],
    /// The same as the remote told it; empty where it did not.
    pub confirmed_rate: [c_char; 40],
    /// The code of a coupon that was given; else empty.
    pub coupon: [c_char; 72],
    /// Why the till withheld an approval, for the cashier, in English; else empty.
    pub refusal_en: [c_char; 256],
    /// The same in Chinese.
    pub refusal_zh: [c_char; 256],
    /// The remote's own words where it refused; else empty.
    pub remote_message: [c_char; 256],
    /// Why it waits, where it waits for a person; else empty.
    pub waits_for: [c_char; 256],
    /// What a supervisor's override has lifted for it: bit (1 << TILLBOOK_REFUSAL_*). tillbook_operation_details has the figures.
    pub lifted: u32,
    /// 1: the book is for training, and the slip has to say so. Else 0.
    pub training: i32,
    /// The version of the offline policy that it was promised under; 0: not promised yet.
    pub policy_version: i64,
}

sized!(tillbook_receipt = offset_of!(tillbook_receipt, lifted));

pub(crate) fn receipt_row(receipt: &Receipt) -> tillbook_receipt {
    let refusal = receipt.refusal.as_ref();
    let figures = refusal.map_or_else(RefusalOut::default, RefusalOut::of);
    let words = |language| refusal.map(|refusal| refusal.message(language));
    let (told, balances) = (&receipt.told, &receipt.balances);
    let none = Confirmation::default();
    let said = receipt.confirmation.as_ref().unwrap_or(&none);
    let mut confirmed = if receipt.confirmation.is_some() { TILLBOOK_CONFIRMED } else { 0 };
    let mut money = |bit: u32, figure: Option<Money>| {
        confirmed |= if figure.is_some() { bit } else { 0 };
        figure.map_or(0, Money::fen)
    };
    let confirmed_original = money(TILLBOOK_CONFIRMED_ORIGINAL, said.original);
    let confirmed_actual = money(TILLBOOK_CONFIRMED_ACTUAL, said.actual);
    let confirmed_discount = money(TILLBOOK_CONFIRMED_DISCOUNT, said.discount);
    let confirmed_from_card = money(TILLBOOK_CONFIRMED_FROM_CARD, said.from_card);
    let confirmed_due = money(TILLBOOK_CONFIRMED_DUE, said.due);
    let confirmed_bonus = money(TILLBOOK_CONFIRMED_BONUS, said.bonus);
    let confirmed_money_after = money(TILLBOOK_CONFIRMED_MONEY_AFTER, said.money_after);
    let mut points = |bit: u32, figure: Option<Points>| {
        confirmed |= if figure.is_some() { bit } else { 0 };
        figure.map_or(0, Points::get)
    };
    let confirmed_bonus_points = points(TILLBOOK_CONFIRMED_BONUS_POINTS, said.bonus_points);
    let confirmed_points_after = points(TILLBOOK_CONFIRMED_POINTS_AFTER, said.points_after);
    tillbook_receipt {
        promise: code(receipt.promise),
        approved: i32::from(receipt.is_approved()),
        kind: receipt.kind.code(),
        rate_source: told.rate_source.code(),
        original: told.original.fen(),
        discountable: told.discountable.fen(),
        discount: told.discount.fen(),
        actual: told.actual.fen(),
        from_card: told.from_card.fen(),
        due: told.due.fen(),
        bonus: told.bonus.fen(),
        points: told.points.get(),
        created_at: receipt.created_at.millis(),
        refusal: figures.code,
        refusal_unit: figures.unit,
        refusal_limit: figures.limit,
        refusal_used: figures.used,
        refusal_requested: figures.requested,
        state: receipt.state.code(),
        evidence: code(receipt.evidence),
        variance: receipt.variance.map_or(0, Money::fen),
        confirmed,
        confirmed_original,
        confirmed_actual,
        confirmed_discount,
        confirmed_from_card,
        confirmed_due,
        confirmed_bonus,
        confirmed_bonus_points,
        confirmed_money_after,
        confirmed_points_after,
        money_confirmed: balances.money.confirmed.fen(),
        money_expected: balances.money.expected.fen(),
        money_available: balances.money.available.fen(),
        points_confirmed: balances.points.confirmed.get(),
        points_expected: balances.points.expected.get(),
        points_available: balances.points.available.get(),
        as_of: time(balances.as_of),
        op_id: fixed(receipt.op_id.as_str()),
        receipt_no: fixed_optional(receipt.receipt_no.as_deref()),
        card: fixed(receipt.card.as_str()),
        rate: fixed_optional(told.rate.map(|rate| rate.to_string()).as_deref()),
        confirmed_rate: fixed_optional(said.rate.map(|rate| rate.to_string()).as_deref()),
        coupon: fixed_optional(said.coupon.as_deref()),
        refusal_en: fixed_optional(words(Language::English).as_deref()),
        refusal_zh: fixed_optional(words(Language::Chinese).as_deref()),
        remote_message: fixed_optional(receipt.remote_message.as_deref()),
        waits_for: fixed_optional(receipt.waits_for.as_deref()),
        lifted: receipt.lifted.iter().fold(0, |bits, refusal| bits | bit_of(refusal)),
        training: i32::from(receipt.training),
        policy_version: receipt.policy_version.unwrap_or(0),
        ..tillbook_receipt::empty()
    }
}

/// One that has no bit of its own is told in the details only.
fn bit_of(refusal: &tillbook::Refusal) -> u32 {
    u32::try_from(RefusalOut::of(refusal).code).ok().and_then(|code| 1_u32.checked_shl(code)).unwrap_or(0)
}

/// How an operation stands: ask by the op_id that the call was made with, after a crash, a time-out or an `in doubt`. At
/// once, from the book. Any thread.
///
/// Errors: NOT_FOUND, INVALID_INPUT, NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_operation(
    till: *mut tillbook_till,
    op_id: *const c_char,
    op_id_size: usize,
    receipt: *mut tillbook_receipt,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(receipt) }?;
        let op_id = unsafe { text_at(op_id, op_id_size, "op_id") }?;
        place.put(&receipt_row(&till_of(till)?.till.operation(op_id)?));
        Ok(())
    })
}

/// A name and what it stands for.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_detail {
    /// The size of this struct: tillbook_detail_init sets it.
    pub struct_size: usize,
    /// The name. Owned by the list.
    pub name: *const c_char,
    /// The text. Owned by the list.
    pub value: *const c_char,
}

/// Names and what they stand for. One thread at a time.
pub struct tillbook_details {
    _opaque: (),
}

sized!(tillbook_detail);
handle!(tillbook_details = 6, "details", List<tillbook_detail>);

/// Everything about an operation that is text, whole: "refusal", "remote_message", "waits_for", "remote_id", "reference",
/// "coupon", what a supervisor has lifted under "lifted", and each figure as the remote wrote it under "as_received.NAME". What is not there is left out. Any thread;
/// free the list with tillbook_details_free.
///
/// Errors: as tillbook_operation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_operation_details(
    till: *mut tillbook_till,
    op_id: *const c_char,
    op_id_size: usize,
    details: *mut *mut tillbook_details,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(details, "details") }?;
        let op_id = unsafe { text_at(op_id, op_id_size, "op_id") }?;
        let receipt = till_of(till)?.till.operation(op_id)?;
        let said = receipt.confirmation.unwrap_or_default();
        let mut all = vec![
            ("refusal".to_owned(), receipt.refusal.map(|refusal| refusal.to_string())),
            ("remote_message".to_owned(), receipt.remote_message),
            ("waits_for".to_owned(), receipt.waits_for),
            ("remote_id".to_owned(), said.remote_id),
            ("reference".to_owned(), said.reference),
            ("coupon".to_owned(), said.coupon),
        ];
        all.extend(receipt.lifted.iter().map(|refusal| ("lifted".to_owned(), Some(refusal.to_string()))));
        all.extend(said.as_received.into_iter().map(|(name, text)| (format!("as_received.{name}"), Some(text))));
        let all = all.into_iter().filter_map(|(name, text)| text.map(|text| (name, text)));
        hand_out(&out, List::of(all, detail_row))
    })
}

fn detail_row((name, value): (String, String), arena: &mut Arena) -> tillbook_detail {
    tillbook_detail { name: arena.text(&name), value: arena.text(&value), ..tillbook_detail::empty() }
}

/// The next detail, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_details_next(
    details: *mut tillbook_details,
    detail: *mut tillbook_detail,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(details, detail, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_details_free(details: *mut tillbook_details) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(details))
}
