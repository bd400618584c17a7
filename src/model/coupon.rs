//! Coupons: what one takes off, where and when it may be used, and the verdict of each rule.

use serde::{Deserialize, Serialize};

use super::operation::named;
use super::order::{OrderLine, sum_of};
use crate::clock::Timestamp;
use crate::units::{Money, Rate, Rounding};

named! {
    /// Where a coupon stands.
    CouponStatus {
        /// Deleted or invalid.
        Invalid = "invalid",
        /// May be used.
        Valid = "valid",
        /// Has been used.
        Used = "used",
        /// Is being used: another order has taken it up and is not finished.
        InUse = "in_use",
        /// May not be used yet.
        NotStarted = "not_started",
    }
}

/// What a coupon takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponEffect {
    /// An amount off the order.
    OrderReduction(Money),
    /// What is paid of the order.
    OrderDiscount(Rate),
    /// An amount off the items that it is for.
    ItemReduction(Money),
    /// What is paid of the items that it is for.
    ItemDiscount(Rate),
    /// No shipping costs.
    FreeShipping,
}

impl CouponEffect {
    fn is_for_items(self) -> bool {
        matches!(self, CouponEffect::ItemReduction(_) | CouponEffect::ItemDiscount(_))
    }
}

/// Something a coupon is limited to, by the identifier that the remote and the POS share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Identifier.
    pub id: String,
    /// Name, for people.
    #[serde(default)]
    pub name: String,
}

/// Where a coupon may be used. An empty list limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CouponScope {
    /// Stores.
    pub stores: Vec<Named>,
    /// Items.
    pub items: Vec<Named>,
    /// Categories of items.
    pub categories: Vec<Named>,
}

/// A member's coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// The code that it is redeemed by.
    pub code: String,
    /// The template it was made from, as the remote identifies it.
    pub template: Option<String>,
    /// Name, for people.
    pub name: String,
    /// What it takes off.
    pub effect: CouponEffect,
    /// The amount of the order from which on it may be used.
    pub minimum: Money,
    /// From then on.
    pub begins: Option<Timestamp>,
    /// Until then, exclusive.
    pub ends: Option<Timestamp>,
    /// Where it stands.
    pub status: CouponStatus,
    /// The order it was used for.
    pub used_for: Option<String>,
    /// Where it may be used.
    #[serde(default)]
    pub scope: CouponScope,
    /// Its rules, for people.
    #[serde(default)]
    pub rules: String,
}

/// How long the coupons of a template last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// So many days after they were given, to the end of the last one.
    Days(u32),
    /// From a time, included, until another one, excluded.
    Fixed {
        /// From then on.
        begins: Timestamp,
        /// Until then.
        ends: Timestamp,
    },
}

/// What coupons are made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponTemplate {
    /// The merchant's own identifier, 1 to 64 characters.
    pub id: String,
    /// Name, for people.
    pub name: String,
    /// What its coupons take off.
    pub effect: CouponEffect,
    /// How long they last.
    pub validity: Validity,
    /// The amount of the order from which on they may be used.
    #[serde(default)]
    pub minimum: Money,
    /// Rules, for people.
    pub rules: String,
    /// How many there are; zero for any number.
    #[serde(default)]
    pub quantity: u32,
    /// How many a member may have; zero for any number.
    #[serde(default)]
    pub per_member: u32,
    /// Where they may be used.
    #[serde(default)]
    pub scope: CouponScope,
}

named! {
    /// One rule of a coupon's validation.
    CouponRule {
        /// The coupon is known here.
        Known = "known",
        /// It is valid, as far as is known.
        Status = "status",
        /// It has not been used at this till before.
        NotUsedHere = "not_used_here",
        /// Its time has begun and is not over.
        Time = "time",
        /// The order reaches its minimum.
        Minimum = "minimum",
        /// It is for this store.
        Store = "store",
        /// Something in the order is what it is for: items and categories.
        Items = "items",
        /// It may be used while the remote can't be asked. Looked at only offline.
        Offline = "offline",
    }
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVerdict {
    /// The rule.
    pub rule: CouponRule,
    /// Whether it lets the coupon pass.
    pub passed: bool,
    /// What it was judged by, for people.
    pub detail: String,
}

/// A dry run of a redemption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CouponValidation {
    /// The coupon, where it is known.
    pub coupon: Option<Coupon>,
    /// Every rule, in the order in which they are asked.
    pub verdicts: Vec<RuleVerdict>,
    /// What it would take off; zero unless all rules pass.
    pub discount: Money,
    /// The part of the order that it is for.
    pub eligible: Money,
    /// It takes the shipping costs off, whatever those are.
    pub free_shipping: bool,
}

impl CouponValidation {
    /// Whether every rule lets it pass.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.passed)
    }

    /// The first rule that does not.
    #[must_use]
    pub fn first_failure(&self) -> Option<&RuleVerdict> {
        self.verdicts.iter().find(|verdict| !verdict.passed)
    }
}

/// What a coupon is to be used for, and what the till knows that bears on it.
#[derive(Debug)]
pub(crate) struct CouponCase<'a> {
    pub(crate) now: Timestamp,
    pub(crate) amount: Money,
    pub(crate) lines: &'a [OrderLine],
    /// How the remote identifies this store, where the configuration says so.
    pub(crate) store: Option<&'a str>,
    /// The operation of this till that has used it and did not come to nothing.
    pub(crate) used_here: Option<&'a str>,
    /// Whether template and policy allow it offline; `None` while the remote is to decide.
    pub(crate) offline: Option<bool>,
    pub(crate) rounding: Rounding,
}

/// Judges every rule, in order. A coupon that is not known passes none of those that would need it.
pub(crate) fn validate(coupon: Option<&Coupon>, case: &CouponCase<'_>) -> CouponValidation {
    let verdict = |rule, passed, detail: String| RuleVerdict { rule, passed, detail };
    let Some(coupon) = coupon else {
        return CouponValidation {
            coupon: None,
            verdicts: vec![verdict(CouponRule::Known, false, "not among the member's coupons as last read".to_owned())],
            discount: Money::ZERO,
            eligible: Money::ZERO,
            free_shipping: false,
        };
    };
    let scope = &coupon.scope;
    let eligible = eligible(coupon, case);
    let begun = coupon.begins.is_none_or(|begins| case.now >= begins);
    let over = coupon.ends.is_some_and(|ends| case.now >= ends);
    let time = match (begun, over) {
        (false, _) => "not begun",
        (true, true) => "over",
        (true, false) => "",
    };
    let at_store = case.store.is_some_and(|store| scope.stores.iter().any(|named| named.id == store));
    let limited = !scope.items.is_empty() || !scope.categories.is_empty();
    let mut verdicts = vec![
        verdict(CouponRule::Known, true, String::new()),
        verdict(CouponRule::Status, coupon.status == CouponStatus::Valid, coupon.status.to_string()),
        verdict(CouponRule::NotUsedHere, case.used_here.is_none(), case.used_here.unwrap_or_default().to_owned()),
        verdict(CouponRule::Time, time.is_empty(), time.to_owned()),
        verdict(CouponRule::Minimum, case.amount >= coupon.minimum, format!("{} of {}", case.amount, coupon.minimum)),
        verdict(
            CouponRule::Store,
            scope.stores.is_empty() || at_store,
            case.store.unwrap_or("the store's identifier is not configured").to_owned(),
        ),
        verdict(
            CouponRule::Items,
            eligible.is_positive() || !(limited || coupon.effect.is_for_items()),
            format!("{eligible} of the order"),
        ),
    ];
    if let Some(allowed) = case.offline {
        let template = coupon.template.clone().unwrap_or_default();
        verdicts.push(verdict(CouponRule::Offline, allowed, template));
    }
    let passed = verdicts.iter().all(|verdict| verdict.passed);
    let off = |rate: Rate| eligible.minus(case.rounding.share_of(eligible, rate));
    let discount = match coupon.effect {
        CouponEffect::OrderReduction(amount) | CouponEffect::ItemReduction(amount) => amount,
        CouponEffect::OrderDiscount(rate) | CouponEffect::ItemDiscount(rate) => off(rate),
        CouponEffect::FreeShipping => Money::ZERO,
    };
    CouponValidation {
        discount: if passed { discount.max(Money::ZERO).min(eligible) } else { Money::ZERO },
        eligible,
        free_shipping: passed && coupon.effect == CouponEffect::FreeShipping,
        coupon: Some(coupon.clone()),
        verdicts,
    }
}

/// The part of the order that a coupon is for: all of it, or the lines that its scope names.
fn eligible(coupon: &Coupon, case: &CouponCase<'_>) -> Money {
    let scope = &coupon.scope;
    if scope.items.is_empty() && scope.categories.is_empty() {
        return case.amount;
    }
    let named = |list: &[Named], id: &str| list.iter().any(|named| named.id == id);
    let lines = case.lines.iter().filter(|line| {
        named(&scope.items, &line.item) || line.category.as_ref().is_some_and(|id| named(&scope.categories, id))
    });
    sum_of(lines).min(case.amount)
}

/// The coupon that a member has who was given one here, until the remote shows it.
pub(crate) fn coupon_given(template: &CouponTemplate, code: &str, at: Timestamp) -> Coupon {
    let (begins, ends) = match template.validity {
        Validity::Days(days) => (at, end_of_day_after(at, days)),
        Validity::Fixed { begins, ends } => (begins, ends),
    };
    Coupon {
        code: code.to_owned(),
        template: Some(template.id.clone()),
        name: template.name.clone(),
        effect: template.effect,
        minimum: template.minimum,
        begins: Some(begins),
        ends: Some(ends),
        // One that has not begun becomes valid by itself: its time is a rule of its own.
        status: CouponStatus::Valid,
        used_for: None,
        scope: template.scope.clone(),
        rules: template.rules.clone(),
    }
}

/// The end of the Beijing day so many days after the one of `at` (Gree document, 5.1 coupon_type and fixed_term).
fn end_of_day_after(at: Timestamp, days: u32) -> Timestamp {
    const DAY_MS: i64 = 86_400_000;
    const BEIJING_MS: i64 = 8 * 3_600_000;
    let today = at.millis().saturating_add(BEIJING_MS).div_euclid(DAY_MS);
    Timestamp::from_millis((today + i64::from(days) + 1).saturating_mul(DAY_MS).saturating_sub(BEIJING_MS))
}
