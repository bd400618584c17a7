//! The offline policy: its figures in both directions, and what it leaves.

use std::ffi::c_char;
use std::mem::offset_of;

use serde_json::Value;
use tillbook::{Language, Money, OfflinePolicy, Overridable, PolicyVersion, Timestamp};

use crate::config::{Object, TILLBOOK_NO, TILLBOOK_NOTHING, TILLBOOK_YES};
use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::money::{clamped, flag, time};
use crate::open::{till_of, tillbook_till};
use crate::refusal::{
    RefusalOut, TILLBOOK_REFUSAL_BASE_TOO_OLD, TILLBOOK_REFUSAL_CARD_LIMIT, TILLBOOK_REFUSAL_FLOOR_LIMIT,
    TILLBOOK_REFUSAL_OUTAGE_LIMIT, TILLBOOK_REFUSAL_OUTAGE_NEW_CARDS, TILLBOOK_REFUSAL_OUTAGE_OPERATIONS,
    TILLBOOK_REFUSAL_OUTAGE_RECHARGE_MONEY, TILLBOOK_REFUSAL_OUTAGE_RECHARGES, TILLBOOK_REFUSAL_PHONE_LIMIT,
    TILLBOOK_REFUSAL_UNKNOWN_CARD,
};
use crate::sized::{Out, Place, SizedStruct, read, read_optional, sized};
use crate::text::{fixed, fixed_optional, text_at, tillbook_str};

/// `tillbook_policy.overridable`: a supervisor may lift nothing, where 0 stands for the default.
pub const TILLBOOK_OVERRIDE_NOTHING: u32 = 1;

/// What a till approves offline. It is a policy per till: what a merchant risks is each limit times the tills. In: 0 is
/// the default, TILLBOOK_NOTHING a limit of nothing. Out (tillbook_policy_of): the figures in force, written the same way.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_policy {
    /// The size of this struct: tillbook_policy_init sets it.
    pub struct_size: usize,
    /// The most that one operation may take from a card, in fen. Default 20,000.
    pub floor_limit: i64,
    /// The most that may be open on one card, and on all cards of one phone number, in fen. Default 50,000.
    pub card_limit: i64,
    /// The most that may be open on this till, in fen. Default 500,000.
    pub outage_limit: i64,
    /// How many offline approvals may be open on this till. Default 200.
    pub outage_operations: i64,
    /// How old a card's base may be, in seconds. Default 86,400.
    pub base_max_age_s: i64,
    /// How far the wall clock may be behind, in seconds. Default 300.
    pub clock_tolerance_s: i64,
    /// Whether a card that this till has never seen may pay. Default no.
    pub unknown_card: i32,
    /// Whether the principal of a recharge may be spent before the remote has it. Default yes.
    pub unconfirmed_recharge_principal: i32,
    /// Whether its bonus may. Default no.
    pub unconfirmed_recharge_bonus: i32,
    /// Whether a call may choose `offline` while the remote is healthy. Default no.
    pub offline_while_healthy: i32,
    /// In: the templates whose coupons may be used offline, separated by commas; "*" stands for all. Missing: what stands in
    /// `coupon_templates_now`. Out: missing.
    pub coupon_templates: tillbook_str,
    /// Out: the same list, as much of it as fits: one that ends in "…" can't be set again.
    pub coupon_templates_now: [c_char; 256],
    /// How many offline recharges may be open on this till. Default 50.
    pub outage_recharges: i64,
    /// The most that may be open of what was paid in by offline recharges, in fen. Default 1,000,000.
    pub outage_recharge_money: i64,
    /// How many cards and members opened offline may be open on this till. Default 20.
    pub outage_new_cards: i64,
    /// After this nothing is approved offline, in milliseconds since 1970 UTC. 0: it is valid until it is replaced.
    pub valid_until: i64,
    /// So long before that a notification warns, in seconds. Default 604,800.
    pub valid_until_warning_s: i64,
    /// How far a supervisor's override lifts `floor_limit`, in fen. 0 here and in the next seven: no further than the limit itself.
    pub hard_floor_limit: i64,
    /// How far it lifts `card_limit`, for a card and for a phone number, in fen.
    pub hard_card_limit: i64,
    /// How far it lifts `outage_limit`, in fen.
    pub hard_outage_limit: i64,
    /// How far it lifts `outage_operations`.
    pub hard_outage_operations: i64,
    /// How far it lifts `outage_recharges`.
    pub hard_outage_recharges: i64,
    /// How far it lifts `outage_recharge_money`, in fen.
    pub hard_outage_recharge_money: i64,
    /// How far it lifts `outage_new_cards`.
    pub hard_outage_new_cards: i64,
    /// How far it lifts `base_max_age_s`, in seconds.
    pub hard_base_max_age_s: i64,
    /// Which refusals a supervisor may lift: bit (1 << TILLBOOK_REFUSAL_*) of those of limits, and of UNKNOWN_CARD;
    /// TILLBOOK_OVERRIDE_NOTHING: none. Default 0: all but UNKNOWN_CARD.
    pub overridable: u32,
    /// When so many percent of a limit of the till are used, a notification warns, 1 to 100. Default 80.
    pub warning_percent: u32,
    /// Out: the policy's version in this book, from 1 on. In: it does not matter.
    pub version: i64,
}

/// Another offline policy. Exactly one of `policy` and `policy_json` is required.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_set_policy_request {
    /// The size of this struct: tillbook_set_policy_request_init sets it.
    pub struct_size: usize,
    /// The policy as a struct; what is 0 in it has its default. One that tillbook_policy_of has filled may be changed and set.
    pub policy: *const tillbook_policy,
    /// The policy as JSON, with the keys of docs/policy.md; a key that is missing has its default.
    pub policy_json: tillbook_str,
    /// Who sets it, at most 64 characters. Required.
    pub who: tillbook_str,
    /// Why, at most 200 characters. Required.
    pub why: tillbook_str,
}

/// `tillbook_room.has`: `card` is told, since a card was named.
pub const TILLBOOK_ROOM_CARD: u32 = 1;
/// `tillbook_room.has`: `phone` is told, since the card has a phone number.
pub const TILLBOOK_ROOM_PHONE: u32 = 2;
/// `tillbook_room.has`: `available` is told, since this till knows the card.
pub const TILLBOOK_ROOM_AVAILABLE: u32 = 4;
/// `tillbook_room.has`: `base_expires_s` is told, since this till knows the card.
pub const TILLBOOK_ROOM_BASE: u32 = 8;
/// `tillbook_room.has`: `policy_expires_s` is told, since the policy has an end.
pub const TILLBOOK_ROOM_POLICY: u32 = 16;

/// What is left of each limit. A figure of a limit is what that one leaves, whatever the others say; `money`, `operations`,
/// `recharges` and `new_cards` are zero where nothing at all would be approved. Money in fen.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_room {
    /// The size of this struct: tillbook_room_init sets it.
    pub struct_size: usize,
    /// The most that the next operation may take from a card: such a sale is approved as things stand.
    pub money: i64,
    /// How many more approvals.
    pub operations: i64,
    /// The most that one operation may take.
    pub floor: i64,
    /// What is left for the card.
    pub card: i64,
    /// What is left for all cards of its phone number.
    pub phone: i64,
    /// What may be spent of the card here and now.
    pub available: i64,
    /// What is left for the till.
    pub till: i64,
    /// How many more recharges.
    pub recharges: i64,
    /// How much more may be paid in by recharges.
    pub recharge_money: i64,
    /// How many more cards may be opened.
    pub new_cards: i64,
    /// In how many seconds what is known of the card is too old.
    pub base_expires_s: i64,
    /// In how many seconds the policy expires.
    pub policy_expires_s: i64,
    /// Which figures there are: TILLBOOK_ROOM_*. One without its bit is 0.
    pub has: u32,
    /// What a sale of one fen more than `money` is refused with, TILLBOOK_REFUSAL_*; 0: nothing would ever refuse it.
    pub binding: i32,
    /// What the next three count, TILLBOOK_UNIT_*.
    pub binding_unit: i32,
    /// 0.
    pub reserved: i32,
    /// The limit that binds, or what is available.
    pub binding_limit: i64,
    /// How much of it is used.
    pub binding_used: i64,
    /// How much that sale would ask for.
    pub binding_requested: i64,
    /// The same for people, in English; empty: nothing binds.
    pub binding_en: [c_char; 256],
    /// The same in Chinese.
    pub binding_zh: [c_char; 256],
}

sized!(tillbook_policy = offset_of!(tillbook_policy, outage_recharges), tillbook_set_policy_request, tillbook_room);

/// What a supervisor may lift, by the refusal that it would be.
const LIFTABLE: &[(i32, Overridable)] = &[
    (TILLBOOK_REFUSAL_FLOOR_LIMIT, Overridable::FloorLimit),
    (TILLBOOK_REFUSAL_CARD_LIMIT, Overridable::CardLimit),
    (TILLBOOK_REFUSAL_PHONE_LIMIT, Overridable::PhoneLimit),
    (TILLBOOK_REFUSAL_OUTAGE_LIMIT, Overridable::OutageLimit),
    (TILLBOOK_REFUSAL_OUTAGE_OPERATIONS, Overridable::OutageOperations),
    (TILLBOOK_REFUSAL_OUTAGE_RECHARGES, Overridable::OutageRecharges),
    (TILLBOOK_REFUSAL_OUTAGE_RECHARGE_MONEY, Overridable::OutageRechargeMoney),
    (TILLBOOK_REFUSAL_OUTAGE_NEW_CARDS, Overridable::OutageNewCards),
    (TILLBOOK_REFUSAL_BASE_TOO_OLD, Overridable::BaseTooOld),
    (TILLBOOK_REFUSAL_UNKNOWN_CARD, Overridable::UnknownCard),
];

impl tillbook_policy {
    /// # Safety
    /// The text is as the header asks.
    pub(crate) unsafe fn object(&self) -> Result<Object, Fault> {
        let mut it = Object::new("policy");
        it.limit("floor_limit", self.floor_limit)?.limit("card_limit", self.card_limit)?;
        it.limit("outage_limit", self.outage_limit)?.limit("outage_operations", self.outage_operations)?;
        it.limit("base_max_age_s", self.base_max_age_s)?.limit("clock_tolerance_s", self.clock_tolerance_s)?;
        it.yes("unknown_card", self.unknown_card)?;
        it.yes("unconfirmed_recharge_principal", self.unconfirmed_recharge_principal)?;
        it.yes("unconfirmed_recharge_bonus", self.unconfirmed_recharge_bonus)?;
        it.yes("offline_while_healthy", self.offline_while_healthy)?;
        it.limit("outage_recharges", self.outage_recharges)?;
        it.limit("outage_recharge_money", self.outage_recharge_money)?
            .limit("outage_new_cards", self.outage_new_cards)?;
        it.limit("valid_until_warning_s", self.valid_until_warning_s)?;
        it.limit("hard_floor_limit", self.hard_floor_limit)?.limit("hard_card_limit", self.hard_card_limit)?;
        it.limit("hard_outage_limit", self.hard_outage_limit)?;
        it.limit("hard_outage_operations", self.hard_outage_operations)?;
        it.limit("hard_outage_recharges", self.hard_outage_recharges)?;
        it.limit("hard_outage_recharge_money", self.hard_outage_recharge_money)?;
        it.limit("hard_outage_new_cards", self.hard_outage_new_cards)?;
        it.limit("hard_base_max_age_s", self.hard_base_max_age_s)?;
        it.number("warning_percent", self.warning_percent);
        match self.valid_until {
            0 => {}
            // As a configuration file has it; what no calendar has is refused with the key.
            until => it.put("valid_until", format!("{:?}", Timestamp::from_millis(until))),
        }
        match self.overridable {
            0 => {}
            TILLBOOK_OVERRIDE_NOTHING => it.put("overridable", Vec::<Value>::new()),
            bits => {
                if bits & !LIFTABLE.iter().fold(0, |all, (code, _)| all | 1 << code) != 0 {
                    return Err(Fault::Value { field: "overridable", rule: "names a refusal that nobody may lift" });
                }
                let named = LIFTABLE.iter().filter(|(code, _)| bits & (1 << code) != 0);
                it.put("overridable", named.map(|(_, what)| Value::from(what.as_str())).collect::<Vec<_>>());
            }
        }
        let templates = match unsafe { self.coupon_templates.get("coupon_templates") }? {
            None if self.coupon_templates_now[0] != 0 => Some(self.templates_now()?),
            given => given,
        };
        if let Some(templates) = templates {
            let each: Vec<Value> =
                templates.split(',').map(str::trim).filter(|id| !id.is_empty()).map(Value::from).collect();
            it.put("coupon_templates", each);
        }
        Ok(it)
    }

    fn templates_now(&self) -> Result<String, Fault> {
        let field = "coupon_templates_now";
        let bytes: Vec<u8> = self.coupon_templates_now.iter().map(|&c| c as u8).take_while(|&byte| byte != 0).collect();
        if bytes.len() == self.coupon_templates_now.len() {
            return Err(Fault::Value { field, rule: "must end in a NUL" });
        }
        let text = String::from_utf8(bytes).map_err(|_| Fault::Text { field, looks_like_gbk: false })?;
        if text.ends_with('…') {
            Err(Fault::Value { field, rule: "is not whole: give coupon_templates" })
        } else {
            Ok(text)
        }
    }

    fn of(version: &PolicyVersion) -> Self {
        let policy = &version.policy;
        let limit = |number: i64| if number == 0 { TILLBOOK_NOTHING } else { number };
        let hard = |number: Option<i64>| number.map_or(0, limit);
        let money = |money: Option<Money>| hard(money.map(Money::fen));
        let count = |count: Option<u32>| hard(count.map(i64::from));
        let bits = policy.overridable.iter().fold(0_u32, |bits, &what| {
            bits | LIFTABLE.iter().find(|(_, lifted)| *lifted == what).map_or(0, |(code, _)| 1 << code)
        });
        let yes = |said| if said { TILLBOOK_YES } else { TILLBOOK_NO };
        tillbook_policy {
            floor_limit: limit(policy.floor_limit.fen()),
            card_limit: limit(policy.card_limit.fen()),
            outage_limit: limit(policy.outage_limit.fen()),
            outage_operations: limit(policy.outage_operations.into()),
            base_max_age_s: limit(clamped(policy.base_max_age_s)),
            clock_tolerance_s: limit(clamped(policy.clock_tolerance_s)),
            unknown_card: yes(policy.unknown_card),
            unconfirmed_recharge_principal: yes(policy.unconfirmed_recharge_principal),
            unconfirmed_recharge_bonus: yes(policy.unconfirmed_recharge_bonus),
            offline_while_healthy: yes(policy.offline_while_healthy),
            coupon_templates_now: fixed(&policy.coupon_templates.join(",")),
            outage_recharges: limit(policy.outage_recharges.into()),
            outage_recharge_money: limit(policy.outage_recharge_money.fen()),
            outage_new_cards: limit(policy.outage_new_cards.into()),
            valid_until: time(policy.valid_until),
            valid_until_warning_s: limit(clamped(policy.valid_until_warning_s)),
            hard_floor_limit: money(policy.hard_floor_limit),
            hard_card_limit: money(policy.hard_card_limit),
            hard_outage_limit: money(policy.hard_outage_limit),
            hard_outage_operations: count(policy.hard_outage_operations),
            hard_outage_recharges: count(policy.hard_outage_recharges),
            hard_outage_recharge_money: money(policy.hard_outage_recharge_money),
            hard_outage_new_cards: count(policy.hard_outage_new_cards),
            hard_base_max_age_s: hard(policy.hard_base_max_age_s.map(clamped)),
            overridable: if bits == 0 { TILLBOOK_OVERRIDE_NOTHING } else { bits },
            warning_percent: policy.warning_percent,
            version: version.version,
            ..tillbook_policy::empty()
        }
    }
}

impl tillbook_set_policy_request {
    unsafe fn policy(&self) -> Result<OfflinePolicy, Fault> {
        let (given, text) = unsafe { (read_optional(self.policy)?, self.policy_json.get("policy_json")?) };
        let (field, text) = match (given, text) {
            (Some(_), Some(_)) => return Err(Fault::Value { field: "policy", rule: "must be given one way only" }),
            (Some(given), None) => ("policy", unsafe { given.object() }?.json()),
            (None, Some(text)) => ("policy_json", text),
            (None, None) => return Err(Fault::Null("policy")),
        };
        let rule = "must be an object with the keys of a policy, each within its range";
        // A list would be taken for the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(Fault::Value { field, rule });
        }
        serde_json::from_str(&text).map_err(|_| Fault::Value { field, rule })
    }
}

/// The offline policy in force. Any thread.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_policy_of(
    till: *mut tillbook_till,
    policy: *mut tillbook_policy,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(policy) }?;
        place.put(&tillbook_policy::of(&till_of(till)?.till.policy()?));
        Ok(())
    })
}

/// Puts another offline policy in force, from the next decision on; what has been promised stays. It survives a restart: the
/// configuration's policy takes its place only once that has become another one. `version` (may be NULL) is its number in this
/// book; setting the policy that is in force changes nothing. tillbook_report tells all that were (TILLBOOK_REPORT_POLICIES). Any
/// thread.
///
/// Errors: INVALID_CONFIG for figures that don't go together (the error names the key); INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
/// NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_set_policy(
    till: *mut tillbook_till,
    request: *const tillbook_set_policy_request,
    version: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let till = till_of(till)?;
        let request = unsafe { read(request) }?;
        let policy = unsafe { request.policy() }?;
        let (who, why) = unsafe { (request.who.required("who")?, request.why.required("why")?) };
        let number = till.till.set_policy(&policy, &who, &why)?;
        if let Ok(version) = unsafe { Out::at(version, "version") } {
            version.put(number);
        }
        Ok(())
    })
}

/// What the till would approve offline next, limit by limit, and which limit binds; for a card if one is named (`card` may be
/// NULL). `with_override` 1: what a supervisor's override would bring. Any thread.
///
/// Errors: NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_room_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    with_override: i32,
    room: *mut tillbook_room,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(room) }?;
        let card = if card.is_null() { None } else { Some(unsafe { text_at(card, card_size, "card") }?) };
        let lifts = flag("with_override", with_override)?;
        let headroom = till_of(till)?.till.headroom(card)?;
        let room = if lifts { headroom.with_override } else { headroom.room };
        let mut has = 0;
        let mut told = |bit: u32, figure: Option<i64>| {
            has |= if figure.is_some() { bit } else { 0 };
            figure.unwrap_or(0)
        };
        let card = told(TILLBOOK_ROOM_CARD, room.card.map(Money::fen));
        let phone = told(TILLBOOK_ROOM_PHONE, room.phone.map(Money::fen));
        let available = told(TILLBOOK_ROOM_AVAILABLE, room.available.map(Money::fen));
        let base_expires_s = told(TILLBOOK_ROOM_BASE, room.base_expires_s.map(clamped));
        let policy_expires_s = told(TILLBOOK_ROOM_POLICY, room.policy_expires_s.map(clamped));
        let binding = room.binding.as_ref().map_or_else(RefusalOut::default, RefusalOut::of);
        let words = |language| room.binding.as_ref().map(|refusal| refusal.message(language));
        place.put(&tillbook_room {
            money: room.money.fen(),
            operations: room.operations.into(),
            floor: room.floor.fen(),
            card,
            phone,
            available,
            till: room.till.fen(),
            recharges: room.recharges.into(),
            recharge_money: room.recharge_money.fen(),
            new_cards: room.new_cards.into(),
            base_expires_s,
            policy_expires_s,
            has,
            binding: binding.code,
            binding_unit: binding.unit,
            binding_limit: binding.limit,
            binding_used: binding.used,
            binding_requested: binding.requested,
            binding_en: fixed_optional(words(Language::English).as_deref()),
            binding_zh: fixed_optional(words(Language::Chinese).as_deref()),
            ..tillbook_room::empty()
        });
        Ok(())
    })
}
