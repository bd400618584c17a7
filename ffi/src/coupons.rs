//! Members' coupons, and what their rules say.

use std::ffi::c_char;

use tillbook::{Coupon, CouponEffect, Money, Named, RuleVerdict};

use crate::call_trade::{
    TILLBOOK_EFFECT_FREE_SHIPPING, TILLBOOK_EFFECT_ITEM_DISCOUNT, TILLBOOK_EFFECT_ITEM_REDUCTION,
    TILLBOOK_EFFECT_ORDER_DISCOUNT, TILLBOOK_EFFECT_ORDER_REDUCTION, lines_of, tillbook_order_line,
};
use crate::codes::Code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::{flag, time};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, read, sized};
use crate::text::{Arena, text_at, tillbook_str};

/// A member's coupon as last read. Money in fen, times in milliseconds since 1970 UTC. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_coupon {
    /// The size of this struct: tillbook_coupon_init sets it.
    pub struct_size: usize,
    /// Its code.
    pub code: *const c_char,
    /// Its template, as the remote identifies it; NULL: not told.
    pub template_id: *const c_char,
    /// Its name.
    pub name: *const c_char,
    /// What it does, TILLBOOK_EFFECT_*.
    pub effect: i32,
    /// TILLBOOK_COUPON_*.
    pub coupon_status: i32,
    /// What a reduction takes off.
    pub reduction: i64,
    /// What a discount leaves to be paid, as a share: "0.8"; NULL: it is none.
    pub rate: *const c_char,
    /// The least that an order comes to; 0: any.
    pub minimum: i64,
    /// From when it is valid; 0: not told.
    pub begins: i64,
    /// Until when; 0: not told.
    pub ends: i64,
    /// What it was used for; NULL: it was not, or nobody tells.
    pub used_for: *const c_char,
    /// The rules for people.
    pub rules: *const c_char,
    /// The stores that it is for, as identifiers.
    pub stores: *const *const c_char,
    /// How many; 0: all.
    pub stores_count: usize,
    /// The items that it is for, as identifiers.
    pub items: *const *const c_char,
    /// How many; 0: all.
    pub items_count: usize,
    /// The categories that it is for, as identifiers.
    pub categories: *const *const c_char,
    /// How many; 0: all.
    pub categories_count: usize,
}

/// A question about using a coupon for an order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_validate_coupon_request {
    /// The size of this struct: tillbook_validate_coupon_request_init sets it.
    pub struct_size: usize,
    /// The card's number. Required.
    pub card: tillbook_str,
    /// The coupon's code. Required.
    pub coupon: tillbook_str,
    /// What the order comes to before the coupon, in fen.
    pub amount: i64,
    /// What it consists of: `lines_count` of them, one behind the other; NULL where none are told.
    pub lines: *const tillbook_order_line,
    /// How many lines, at most 500.
    pub lines_count: usize,
    /// 1: judged as it would be without the remote.
    pub offline: i32,
    /// 0.
    pub reserved: i32,
}

/// What the rules say altogether.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_coupon_validation {
    /// The size of this struct: tillbook_coupon_validation_init sets it.
    pub struct_size: usize,
    /// 1: every rule lets it pass. Else 0.
    pub passed: i32,
    /// The first rule that does not, TILLBOOK_RULE_*; 0: none.
    pub failed_rule: i32,
    /// What it would take off, in fen.
    pub discount: i64,
    /// What of the order it is for, in fen.
    pub eligible: i64,
    /// 1: it takes the shipping off. Else 0.
    pub free_shipping: i32,
    /// 1: the coupon is known here. Else 0.
    pub known: i32,
}

/// What one rule says. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_verdict {
    /// The size of this struct: tillbook_verdict_init sets it.
    pub struct_size: usize,
    /// The rule, TILLBOOK_RULE_*.
    pub rule: i32,
    /// 1: it lets the coupon pass. Else 0.
    pub passed: i32,
    /// What it was judged by, for people.
    pub detail: *const c_char,
}

sized!(tillbook_coupon, tillbook_validate_coupon_request(reserved), tillbook_coupon_validation, tillbook_verdict);

/// Coupons. One thread at a time.
pub struct tillbook_coupons {
    _opaque: (),
}

handle!(tillbook_coupons = 16, "coupons", List<tillbook_coupon>);

/// What each rule says. One thread at a time.
pub struct tillbook_verdicts {
    _opaque: (),
}

handle!(tillbook_verdicts = 17, "verdicts", List<tillbook_verdict>);

fn coupon_row(coupon: Coupon, arena: &mut Arena) -> tillbook_coupon {
    let (effect, reduction, rate) = match coupon.effect {
        CouponEffect::OrderReduction(money) => (TILLBOOK_EFFECT_ORDER_REDUCTION, money, None),
        CouponEffect::OrderDiscount(rate) => (TILLBOOK_EFFECT_ORDER_DISCOUNT, Money::ZERO, Some(rate)),
        CouponEffect::ItemReduction(money) => (TILLBOOK_EFFECT_ITEM_REDUCTION, money, None),
        CouponEffect::ItemDiscount(rate) => (TILLBOOK_EFFECT_ITEM_DISCOUNT, Money::ZERO, Some(rate)),
        CouponEffect::FreeShipping => (TILLBOOK_EFFECT_FREE_SHIPPING, Money::ZERO, None),
    };
    let mut ids = |named: &[Named]| arena.several(named.iter().map(|each| each.id.as_str()));
    let (stores, stores_count) = ids(&coupon.scope.stores);
    let (items, items_count) = ids(&coupon.scope.items);
    let (categories, categories_count) = ids(&coupon.scope.categories);
    tillbook_coupon {
        code: arena.text(&coupon.code),
        template_id: arena.optional(coupon.template.as_deref()),
        name: arena.text(&coupon.name),
        effect,
        coupon_status: coupon.status.code(),
        reduction: reduction.fen(),
        rate: arena.optional(rate.map(|rate| rate.to_string()).as_deref()),
        minimum: coupon.minimum.fen(),
        begins: time(coupon.begins),
        ends: time(coupon.ends),
        used_for: arena.optional(coupon.used_for.as_deref()),
        rules: arena.text(&coupon.rules),
        stores,
        stores_count,
        items,
        items_count,
        categories,
        categories_count,
        ..tillbook_coupon::empty()
    }
}

fn verdict_row(verdict: RuleVerdict, arena: &mut Arena) -> tillbook_verdict {
    tillbook_verdict {
        rule: verdict.rule.code(),
        passed: i32::from(verdict.passed),
        detail: arena.text(&verdict.detail),
        ..tillbook_verdict::empty()
    }
}

/// A member's coupons as last read, and those given here since. tillbook_serve_card reads them anew. Any thread; free the list with tillbook_coupons_free.
///
/// Errors: UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_coupons_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    list: *mut *mut tillbook_coupons,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        hand_out(&out, List::of(till_of(till)?.till.coupons(card)?, coupon_row))
    })
}

/// The next coupon, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_coupons_next(
    list: *mut tillbook_coupons,
    row: *mut tillbook_coupon,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_coupons_free(list: *mut tillbook_coupons) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// A dry run: what every rule says of using a coupon for an order, and what it would take off. Nothing is written and nobody
/// is asked. `verdicts` may be NULL; free the list with tillbook_verdicts_free. Any thread.
///
/// Errors: UNSUPPORTED, BAD_STRUCT, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_validate_coupon(
    till: *mut tillbook_till,
    request: *const tillbook_validate_coupon_request,
    validation: *mut tillbook_coupon_validation,
    verdicts: *mut *mut tillbook_verdicts,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(validation) }?;
        let till = till_of(till)?;
        let request = unsafe { read(request) }?;
        let (card, coupon) = unsafe { (request.card.required("card")?, request.coupon.required("coupon")?) };
        let lines = unsafe { lines_of(request.lines, request.lines_count) }?;
        let offline = flag("offline", request.offline)?;
        let said = till.till.validate_coupon(&card, &coupon, Money::from_fen(request.amount), &lines, offline)?;
        let told = tillbook_coupon_validation {
            passed: i32::from(said.passed()),
            failed_rule: said.first_failure().map_or(0, |verdict| verdict.rule.code()),
            discount: said.discount.fen(),
            eligible: said.eligible.fen(),
            free_shipping: i32::from(said.free_shipping),
            known: i32::from(said.coupon.is_some()),
            ..tillbook_coupon_validation::empty()
        };
        if let Ok(out) = unsafe { Out::at(verdicts, "verdicts") } {
            hand_out(&out, List::of(said.verdicts, verdict_row))?;
        }
        place.put(&told);
        Ok(())
    })
}

/// The next rule's word, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_verdicts_next(
    list: *mut tillbook_verdicts,
    row: *mut tillbook_verdict,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_verdicts_free(list: *mut tillbook_verdicts) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}
