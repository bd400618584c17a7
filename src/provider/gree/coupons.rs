//! Coupons on the wire: a member's coupon of 5.5, and a template for 5.1.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answers::list;
use super::config::{CouponFeeUnits, DiscountMeans, FeeUnit, GreeConfig};
use super::requests::{Desk, yuan};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Coupon, CouponEffect, CouponScope, CouponStatus, CouponTemplate, Named, Validity};
use crate::provider::wire::{self, Fields, Object};
use crate::units::{Money, Rate};

/// What a coupon takes off (`coupon_category`).
mod category {
    pub(super) const ORDER_REDUCTION: i64 = 0;
    pub(super) const FREE_SHIPPING: i64 = 1;
    pub(super) const ORDER_DISCOUNT: i64 = 2;
    pub(super) const ITEM_REDUCTION: i64 = 3;
    pub(super) const ITEM_DISCOUNT: i64 = 4;
}

/// 5.3, and the rows of 5.5.
pub(super) fn status_code(status: CouponStatus) -> i64 {
    match status {
        CouponStatus::Invalid => 0,
        CouponStatus::Valid => 1,
        CouponStatus::Used => 2,
        CouponStatus::InUse => 3,
        CouponStatus::NotStarted => 4,
    }
}

fn status_of(code: i64) -> Option<CouponStatus> {
    CouponStatus::ALL.iter().copied().find(|status| status_code(*status) == code)
}

/// As much of a row as tells what became of a coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// What it is redeemed by.
    pub(super) code: String,
    /// The platform's own code of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) own_code: Option<String>,
    /// `None`: a value that the document does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<CouponStatus>,
    /// The order it was used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) used_for: Option<String>,
}

impl Seen {
    pub(super) fn read(row: &RawValue) -> Option<Self> {
        let fields = Fields::of(row)?;
        let own_code = fields.filled("coupon_code");
        Some(Seen {
            // Coupons that the platform gave out by itself may have no number of a third party's.
            code: fields.filled("third_coupon_code").or_else(|| own_code.clone())?,
            own_code,
            status: fields.whole("status").and_then(status_of),
            used_for: fields.filled("use_order_no"),
        })
    }
}

/// A row of 5.5 as the till uses it. `None`: it can't be told what it is worth, or where it may be used.
pub(super) fn coupon(config: &GreeConfig, row: &RawValue) -> Option<Coupon> {
    let unit = config.coupon_fee_unit?.list;
    let fields = Fields::of(row)?;
    let Seen { code, status, used_for, .. } = Seen::read(row)?;
    let at = |name| fields.whole(name).map(Timestamp::from_millis);
    Some(Coupon {
        code,
        template: fields.filled("coupon_info_id"),
        name: fields.filled("name").unwrap_or_default(),
        effect: effect(config, unit, &fields)?,
        minimum: match fields.decimal("minimum_fee") {
            Some(minimum) => fee(unit, minimum)?,
            None => Money::ZERO,
        },
        begins: at("begin_time"),
        ends: at("end_time"),
        status: status?,
        used_for,
        scope: scope(&fields)?,
        rules: fields.filled("rules").unwrap_or_default(),
    })
}

fn effect(config: &GreeConfig, unit: FeeUnit, fields: &Fields<'_>) -> Option<CouponEffect> {
    let reduction = || fee(unit, fields.decimal("discount_fee")?);
    let discount = || {
        let percent = fields.decimal("discount_fee").and_then(wire::as_whole).filter(|n| (1..=99).contains(n))?;
        let paid = match config.discount_fee {
            DiscountMeans::Paid => percent,
            DiscountMeans::Off => 100 - percent,
        };
        Rate::new(Decimal::new(paid, 2))
    };
    Some(match fields.whole("coupon_category")? {
        category::ORDER_REDUCTION => CouponEffect::OrderReduction(reduction()?),
        category::FREE_SHIPPING => CouponEffect::FreeShipping,
        category::ORDER_DISCOUNT => CouponEffect::OrderDiscount(discount()?),
        category::ITEM_REDUCTION => CouponEffect::ItemReduction(reduction()?),
        category::ITEM_DISCOUNT => CouponEffect::ItemDiscount(discount()?),
        _ => return None,
    })
}

fn fee(unit: FeeUnit, number: Decimal) -> Option<Money> {
    match unit {
        FeeUnit::Fen => Money::from_remote_fen(number),
        FeeUnit::Yuan => Money::from_remote_yuan(number),
    }
}

/// The lists count as far as the flags beside them say so. A limit whose list is empty or unreadable is no "everywhere".
fn scope(fields: &Fields<'_>) -> Option<CouponScope> {
    let named = |name: &str| match fields.raw(name) {
        Some(raw) => list(raw)?.iter().map(|item| one_named(item)).collect(),
        None => Some(Vec::new()),
    };
    let limited = |name| named(name).filter(|list: &Vec<Named>| !list.is_empty());
    let (items, categories) = match fields.whole("suit_item_type") {
        Some(0) => (Vec::new(), Vec::new()),
        Some(1) => (limited("items")?, Vec::new()),
        Some(2) => (Vec::new(), limited("categories")?),
        Some(_) => return None,
        None => (named("items")?, named("categories")?),
    };
    let stores = match fields.whole("suit_store_type") {
        Some(0) => Vec::new(),
        Some(1) => limited("stores")?,
        Some(_) => return None,
        None => named("stores")?,
    };
    Some(CouponScope { stores, items, categories })
}

fn one_named(item: &RawValue) -> Option<Named> {
    let fields = Fields::of(item)?;
    Some(Named { id: fields.filled("id")?, name: fields.filled("name").unwrap_or_default() })
}

/// Refuses a template that 5.1 has no words for.
pub(super) fn check_template(config: &GreeConfig, template: &CouponTemplate) -> Result<()> {
    let Some(CouponFeeUnits { template: unit, .. }) = config.coupon_fee_unit else { return Ok(()) };
    match template.effect {
        CouponEffect::OrderDiscount(rate) | CouponEffect::ItemDiscount(rate) if percent(config, rate).is_none() => {
            return Err(Error::invalid("effect", "must be a whole percentage, 1 to 99", rate));
        }
        CouponEffect::OrderReduction(fee) | CouponEffect::ItemReduction(fee) if !fits(unit, fee) => {
            return Err(Error::invalid("effect", "must be whole yuan, since that is the unit of fees", fee));
        }
        _ => {}
    }
    if !fits(unit, template.minimum) {
        return Err(Error::invalid("minimum", "must be whole yuan, since that is the unit of fees", template.minimum));
    }
    if !template.scope.items.is_empty() && !template.scope.categories.is_empty() {
        return Err(Error::invalid("scope", "must be limited to items or to categories, not to both", &template.id));
    }
    Ok(())
}

/// Fees are whole numbers (Long).
fn fits(unit: FeeUnit, fee: Money) -> bool {
    unit == FeeUnit::Fen || fee.fen() % 100 == 0
}

fn percent(config: &GreeConfig, rate: Rate) -> Option<i64> {
    let paid = wire::as_whole(rate.share() * Decimal::ONE_HUNDRED).filter(|paid| (1..=99).contains(paid))?;
    Some(match config.discount_fee {
        DiscountMeans::Paid => paid,
        DiscountMeans::Off => 100 - paid,
    })
}

/// 5.1. What has a default there is sent only where it differs.
pub(super) fn template_body(desk: &Desk, template: &CouponTemplate) -> Object {
    let unit = desk.config.coupon_fee_unit.map_or(FeeUnit::Fen, |units| units.template);
    let in_unit = |money: Money| match unit {
        FeeUnit::Fen => Decimal::from(money.fen()),
        FeeUnit::Yuan => yuan(money),
    };
    let discount = |rate| Decimal::from(percent(&desk.config, rate).unwrap_or_default());
    let (category, fee) = match template.effect {
        CouponEffect::OrderReduction(fee) => (category::ORDER_REDUCTION, in_unit(fee)),
        CouponEffect::FreeShipping => (category::FREE_SHIPPING, Decimal::ZERO),
        CouponEffect::OrderDiscount(rate) => (category::ORDER_DISCOUNT, discount(rate)),
        CouponEffect::ItemReduction(fee) => (category::ITEM_REDUCTION, in_unit(fee)),
        CouponEffect::ItemDiscount(rate) => (category::ITEM_DISCOUNT, discount(rate)),
    };
    let mut body = Object::new()
        .text("third_coupon_id", &template.id)
        .number("coupon_category", category.into())
        .text("name", &template.name)
        .number("discount_fee", fee)
        .text("rules", &template.rules);
    body = match template.validity {
        Validity::Days(days) => body.number("coupon_type", Decimal::ZERO).number("fixed_term", days.into()),
        Validity::Fixed { begins, ends } => body
            .number("coupon_type", Decimal::ONE)
            .number("begin_time", begins.millis().into())
            .number("end_time", ends.millis().into()),
    };
    for (name, number) in [
        ("minimum_fee", in_unit(template.minimum)),
        ("quantity", template.quantity.into()),
        ("claim_number", template.per_member.into()),
    ] {
        if !number.is_zero() {
            body = body.number(name, number);
        }
    }
    let CouponScope { stores, items, categories } = &template.scope;
    if !stores.is_empty() {
        body = desk.list(body.number("suit_store_type", Decimal::ONE), "stores", stores.iter().map(named_object));
    }
    if !items.is_empty() {
        body = desk.list(body.number("suit_item_type", Decimal::ONE), "items", items.iter().map(named_object));
    } else if !categories.is_empty() {
        let limited = body.number("suit_item_type", Decimal::TWO);
        body = desk.list(limited, "categories", categories.iter().map(named_object));
    }
    body
}

/// The table writes an `id` as a string, the sample as a number: one that is a number goes out as one.
fn named_object(named: &Named) -> Object {
    let object = Object::new().text("name", &named.name);
    match named.id.parse::<i64>() {
        Ok(id) if id.to_string() == named.id => object.number("id", id.into()),
        _ => object.text("id", &named.id),
    }
}
