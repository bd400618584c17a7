//! What the remotes told of themselves: levels, pay types, rules; and what each of them can do.

use std::ffi::c_char;

use tillbook::{Guarantee, Level, PayType, RechargeRule, RechargeWhen, Service, services};

use crate::codes::Code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, sized};
use crate::text::{Arena, text_at};

/// The rule applies to each recharge.
pub const TILLBOOK_RECHARGE_ALWAYS: i32 = 1;
/// The bonus is a share of what is paid in.
pub const TILLBOOK_RECHARGE_PERCENTAGE: i32 = 2;
/// The rule applies from an amount on; of several the highest one reached counts.
pub const TILLBOOK_RECHARGE_THRESHOLD: i32 = 3;

/// After an unknown outcome it is sent again: the remote carries out what it has seen once.
pub const TILLBOOK_GUARANTEE_REPEAT: i32 = 1;
/// It sets a status, which is read first.
pub const TILLBOOK_GUARANTEE_SET_STATUS: i32 = 2;
/// The remote's records tell what became of it.
pub const TILLBOOK_GUARANTEE_PROBE: i32 = 3;
/// Nothing tells: an unknown outcome waits for a person.
pub const TILLBOOK_GUARANTEE_ONCE: i32 = 4;

/// A card level.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_level {
    /// The size of this struct: tillbook_level_init sets it.
    pub struct_size: usize,
    /// As the remote identifies it. Owned by the list.
    pub id: *const c_char,
    /// For people. Owned by the list.
    pub name: *const c_char,
}

/// A way to pay a recharge in.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_pay_type {
    /// The size of this struct: tillbook_pay_type_init sets it.
    pub struct_size: usize,
    /// Its number, for tillbook_recharge_request.pay_type.
    pub id: i64,
    /// For people. Owned by the list.
    pub name: *const c_char,
}

/// A rule of what a recharge brings on top.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_recharge_rule {
    /// The size of this struct: tillbook_recharge_rule_init sets it.
    pub struct_size: usize,
    /// When it applies: TILLBOOK_RECHARGE_ALWAYS, _PERCENTAGE or _THRESHOLD.
    pub applies: i32,
    /// 0.
    pub reserved: i32,
    /// From which amount on, in fen (TILLBOOK_RECHARGE_THRESHOLD).
    pub threshold: i64,
    /// The bonus: yuan, or a share of the amount (TILLBOOK_RECHARGE_PERCENTAGE), as a decimal. Owned by the list.
    pub bonus: *const c_char,
    /// Points on top.
    pub points: i64,
    /// For people. Owned by the list.
    pub description: *const c_char,
}

/// One operation that a remote system serves.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_service {
    /// The size of this struct: tillbook_service_init sets it.
    pub struct_size: usize,
    /// "sandy", "freemud", "gree" or "yonyou". Owned by the list.
    pub provider: *const c_char,
    /// The operation, TILLBOOK_KIND_*.
    pub kind: i32,
    /// What may be done about an unknown outcome with every setting at its default, TILLBOOK_GUARANTEE_*.
    pub guarantee: i32,
    /// The remote's endpoint. Owned by the list.
    pub endpoint: *const c_char,
}

/// What this till would approve offline next.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_headroom {
    /// The size of this struct: tillbook_headroom_init sets it.
    pub struct_size: usize,
    /// The most that the next operation may take, in fen: what is left of every limit.
    pub money: i64,
    /// How many more operations.
    pub operations: i64,
}

sized!(tillbook_level, tillbook_pay_type, tillbook_recharge_rule, tillbook_service, tillbook_headroom);

/// Card levels. One thread at a time.
pub struct tillbook_levels {
    _opaque: (),
}

handle!(tillbook_levels = 10, "levels", List<tillbook_level>);

/// Ways to pay a recharge in. One thread at a time.
pub struct tillbook_pay_types {
    _opaque: (),
}

handle!(tillbook_pay_types = 11, "pay_types", List<tillbook_pay_type>);

/// Recharge rules. One thread at a time.
pub struct tillbook_recharge_rules {
    _opaque: (),
}

handle!(tillbook_recharge_rules = 12, "recharge_rules", List<tillbook_recharge_rule>);

/// What the remote systems serve. One thread at a time.
pub struct tillbook_services {
    _opaque: (),
}

handle!(tillbook_services = 20, "services", List<tillbook_service>);

fn level_row(level: Level, arena: &mut Arena) -> tillbook_level {
    tillbook_level { id: arena.text(&level.id), name: arena.text(&level.name), ..tillbook_level::empty() }
}

fn pay_type_row(pay_type: PayType, arena: &mut Arena) -> tillbook_pay_type {
    tillbook_pay_type { id: pay_type.id, name: arena.text(&pay_type.name), ..tillbook_pay_type::empty() }
}

fn rule_row(rule: RechargeRule, arena: &mut Arena) -> tillbook_recharge_rule {
    let (applies, threshold) = match rule.when {
        RechargeWhen::Always => (TILLBOOK_RECHARGE_ALWAYS, 0),
        RechargeWhen::Percentage => (TILLBOOK_RECHARGE_PERCENTAGE, 0),
        RechargeWhen::Threshold(from) => (TILLBOOK_RECHARGE_THRESHOLD, from.fen()),
    };
    tillbook_recharge_rule {
        applies,
        threshold,
        bonus: arena.text(&rule.bonus.to_string()),
        points: rule.points.get(),
        description: arena.text(&rule.description),
        ..tillbook_recharge_rule::empty()
    }
}

fn service_row((provider, service): (&str, &Service), arena: &mut Arena) -> tillbook_service {
    tillbook_service {
        provider: arena.text(provider),
        kind: service.kind.code(),
        guarantee: match service.guarantee {
            Guarantee::Repeat => TILLBOOK_GUARANTEE_REPEAT,
            Guarantee::SetStatus => TILLBOOK_GUARANTEE_SET_STATUS,
            Guarantee::Probe => TILLBOOK_GUARANTEE_PROBE,
            Guarantee::Once => TILLBOOK_GUARANTEE_ONCE,
        },
        endpoint: arena.text(service.endpoint),
        ..tillbook_service::empty()
    }
}

/// The card levels that the remote told, by the last fetch. Any thread; free the list with tillbook_levels_free.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_levels_of(
    till: *mut tillbook_till,
    list: *mut *mut tillbook_levels,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        hand_out(&out, List::of(till_of(till)?.till.levels()?, level_row))
    })
}

/// The next level, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_levels_next(
    list: *mut tillbook_levels,
    row: *mut tillbook_level,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_levels_free(list: *mut tillbook_levels) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// The ways to pay a recharge in that the remote told, by the last fetch. Any thread; free the list with tillbook_pay_types_free.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_pay_types_of(
    till: *mut tillbook_till,
    list: *mut *mut tillbook_pay_types,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        hand_out(&out, List::of(till_of(till)?.till.pay_types()?, pay_type_row))
    })
}

/// The next way to pay, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_pay_types_next(
    list: *mut tillbook_pay_types,
    row: *mut tillbook_pay_type,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_pay_types_free(list: *mut tillbook_pay_types) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// The recharge rules that the remote told for a card, by the last fetch. Any thread; free the list with tillbook_recharge_rules_free.
///
/// Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_recharge_rules_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    list: *mut *mut tillbook_recharge_rules,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        hand_out(&out, List::of(till_of(till)?.till.recharge_rules(card)?, rule_row))
    })
}

/// The next rule, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_recharge_rules_next(
    list: *mut tillbook_recharge_rules,
    row: *mut tillbook_recharge_rule,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_recharge_rules_free(list: *mut tillbook_recharge_rules) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// What each remote system serves, and how an unknown outcome is found out. Needs no till. Any thread; free the list with
/// tillbook_services_free.
///
/// Errors: NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_services_of(
    list: *mut *mut tillbook_services,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let all = services();
        let each = all.iter().flat_map(|&(provider, serves)| serves.iter().map(move |service| (provider, service)));
        hand_out(&out, List::of(each, service_row))
    })
}

/// The next service, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_services_next(
    list: *mut tillbook_services,
    row: *mut tillbook_service,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_services_free(list: *mut tillbook_services) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// Asks each remote for its catalogue, which also tells whether it is there. Waits at most `timeout_ms` milliseconds (0: the
/// configured time-out). Any thread.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED: the first failure, after all have been asked; NULL_ARGUMENT, STORAGE, POISONED,
/// CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_pull_catalogue(
    till: *mut tillbook_till,
    timeout_ms: u32,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let till = till_of(till)?;
        Ok(till.till.pull_catalogue(till.wait(timeout_ms))?)
    })
}

/// The most that the next operation may take offline, and how many more there may be; for a card if one is named (`card` may
/// be NULL). Any thread.
///
/// Errors: NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_headroom_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    headroom: *mut tillbook_headroom,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(headroom) }?;
        let card = if card.is_null() { None } else { Some(unsafe { text_at(card, card_size, "card") }?) };
        let left = till_of(till)?.till.headroom(card)?;
        let (money, operations) = (left.money.fen(), i64::from(left.operations));
        place.put(&tillbook_headroom { money, operations, ..tillbook_headroom::empty() });
        Ok(())
    })
}
