//! Every check of a request that needs nothing but itself: an ordered ladder, with one named refusal for each.

use std::time::Duration;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::act::{Act, Checked, Context};
use super::card::{CardNumber, Gender, Phone};
use super::coupon::{CouponEffect, CouponTemplate, Validity};
use super::operation::OpId;
use super::order::{OrderLine, sum_of};
use super::request::{Delivery, Request, Unchecked};
use super::{Error, Result};
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// More lines than any slip has.
const MOST_LINES: usize = 500;

impl Request {
    /// Checks every field. Nothing is written, nothing is asked.
    pub(crate) fn check(self) -> Result<Checked> {
        let call = self.call;
        let act = match self.act {
            Unchecked::OpenCard(open) => Act::OpenCard {
                card: open.card.map_or_else(|| Ok(CardNumber::next()), CardNumber::new)?,
                level: short_text("level", open.level, 64)?,
                name: open.name.map(|name| personal_text("name", name.0)).transpose()?,
                phone: open.phone.map(|phone| Phone::new(phone.0)).transpose()?,
                gender: open.gender.filter(|&gender| gender != Gender::Unknown),
            },
            Unchecked::Modify(modify) => {
                let act = Act::Modify {
                    card: CardNumber::new(modify.card)?,
                    name: modify.name.map(|name| personal_text("name", name.0)).transpose()?,
                    phone: modify.phone.map(|phone| Phone::new(phone.0)).transpose()?,
                    birthday: modify.birthday.map(|text| birthday(&text.0)).transpose()?,
                    gender: modify.gender.filter(|&gender| gender != Gender::Unknown),
                };
                if let Act::Modify { name: None, phone: None, birthday: None, gender: None, .. } = act {
                    return Err(Error::invalid("name", "or another field must be given", ""));
                }
                act
            }
            Unchecked::Recharge(recharge) => Act::Recharge {
                card: CardNumber::new(recharge.card)?,
                amount: amount("amount", recharge.amount)?,
                pay_type: recharge.pay_type,
            },
            Unchecked::Consume(consume) => {
                let card = CardNumber::new(consume.card)?;
                let total = amount("total", consume.total)?;
                let discountable = consume.discountable.unwrap_or(total);
                if discountable.is_negative() || discountable > total {
                    return Err(Error::invalid("discountable", "must be between zero and the total", discountable));
                }
                Act::Consume { card, total, discountable, partial: consume.partial }
            }
            Unchecked::RedeemPoints(redeem) => {
                let card = CardNumber::new(redeem.card)?;
                let points = some_points(redeem.points)?;
                Act::RedeemPoints { card, points, amount: sale(redeem.amount)?, order: order(redeem.order)? }
            }
            Unchecked::Register(register) => {
                let phone = Phone::new(register.phone.0)?;
                let card = register.card.unwrap_or_else(|| phone.as_str().to_owned());
                Act::Register {
                    card: CardNumber::new(card)?,
                    name: register.name.map(|name| personal_text("name", name.0)).transpose()?,
                    gender: register.gender.filter(|&gender| gender != Gender::Unknown),
                    birthday: register.birthday.map(|text| birthday(&text.0)).transpose()?,
                    sms_code: register.sms_code.map(|code| personal_text("sms_code", code.0)).transpose()?,
                    phone,
                }
            }
            Unchecked::AccruePoints(accrue) => {
                if accrue.points.is_none() && accrue.amount.is_none() {
                    return Err(Error::invalid("points", "or an amount must be given", ""));
                }
                Act::AccruePoints {
                    card: CardNumber::new(accrue.card)?,
                    points: accrue.points.map(some_points).transpose()?,
                    amount: sale(accrue.amount)?,
                    order: order(accrue.order)?,
                }
            }
            Unchecked::AdjustPoints(adjust) => {
                Act::AdjustPoints { card: CardNumber::new(adjust.card)?, points: signed_points(adjust.points)? }
            }
            Unchecked::ReturnPoints(back) => Act::ReturnPoints {
                card: CardNumber::new(back.card)?,
                original: OpId::new(back.original)?,
                // What it is of, and how much is left, the book says.
                takes: false,
                points: back.points.map(some_points).transpose()?.unwrap_or(Points::ZERO),
                whole: back.points.is_none(),
                amount: sale(back.amount)?,
            },
            Unchecked::CarryOverPoints(carry) => {
                Act::CarryOverPoints { card: CardNumber::new(carry.card)?, points: points_from_zero(carry.points)? }
            }
            Unchecked::UpdatePoints(update) => {
                Act::UpdatePoints { card: CardNumber::new(update.card)?, points: signed_points(update.points)? }
            }
            Unchecked::ReturnPointsOfOrder(back) => Act::ReturnPointsOfOrder {
                card: CardNumber::new(back.card)?,
                order: short_text("order", back.order, 64)?,
            },
            Unchecked::RedeemCoupon(redeem) => {
                let (amount, lines) = (amount("amount", redeem.amount)?, checked_lines(redeem.lines)?);
                if sum_of(&lines) > amount {
                    return Err(Error::invalid("lines", "must not come to more than the amount", sum_of(&lines)));
                }
                Act::RedeemCoupon { card: CardNumber::new(redeem.card)?, coupon: code(redeem.coupon)?, amount, lines }
            }
            Unchecked::GiveCoupon(give) => Act::GiveCoupon {
                card: CardNumber::new(give.card)?,
                template: short_text("template", give.template, 64)?,
            },
            Unchecked::SetCouponStatus(set) => {
                Act::SetCouponStatus { card: CardNumber::new(set.card)?, coupon: code(set.coupon)?, to: set.to }
            }
            Unchecked::AddCouponTemplate(add) => Act::AddCouponTemplate { template: checked_template(add.template)? },
            Unchecked::PushOrder(push) => {
                let (amount, lines) = (amount("amount", push.amount)?, checked_lines(push.lines)?);
                if !lines.is_empty() && sum_of(&lines) != amount {
                    return Err(Error::invalid("lines", "must come to the amount", sum_of(&lines)));
                }
                let points = points_from_zero(push.points.unwrap_or_else(|| points_of(&lines)))?;
                Act::PushOrder { card: CardNumber::new(push.card)?, amount, points, lines }
            }
            Unchecked::ReturnOrder(back) => {
                let lines = checked_lines(back.lines)?;
                let given = back.amount.map(|money| amount("amount", money)).transpose()?;
                let all = given.is_none() && lines.is_empty();
                let amount = given.unwrap_or_else(|| sum_of(&lines));
                if !lines.is_empty() && sum_of(&lines) != amount {
                    return Err(Error::invalid("lines", "must come to the amount", sum_of(&lines)));
                }
                let points = points_from_zero(points_of(&lines))?;
                let original = OpId::new(back.original)?;
                Act::ReturnOrder { card: CardNumber::new(back.card)?, original, amount, points, whole: all, lines }
            }
        };
        let text = |field, value: Option<String>, most| value.map(|v| short_text(field, v, most)).transpose();
        if let Some(Delivery::PreferOnline(timeout) | Delivery::RequireOnline(timeout)) = call.delivery
            && timeout > Duration::from_secs(600)
        {
            return Err(Error::invalid("delivery", "must time out within 600 s", format!("{timeout:?}")));
        }
        if call.lifts {
            for (field, said) in [("supervisor", &call.supervisor), ("reason", &call.reason)] {
                if said.as_deref().is_none_or(|said| said.trim().is_empty()) {
                    return Err(Error::invalid(field, "must be given", ""));
                }
            }
        }
        Ok(Checked {
            act,
            op_id: call.op_id.map(OpId::new).transpose()?,
            delivery: call.delivery,
            context: Context {
                ticket: text("ticket", call.ticket, 64)?,
                operator: text("operator", call.operator, 64)?,
                supervisor: text("supervisor", call.supervisor, 64)?,
                shift: text("shift", call.shift, 64)?,
                reason: text("reason", call.reason, 200)?,
                lifts: call.lifts,
            },
        })
    }
}

fn some_points(points: Points) -> Result<Points> {
    if points < Points::new(1) || points > Points::MAX_REQUEST {
        return Err(Error::invalid("points", "must be at least one and at most 1,000,000,000,000", points));
    }
    Ok(points)
}

/// None is some.
fn points_from_zero(points: Points) -> Result<Points> {
    if points < Points::ZERO || points > Points::MAX_REQUEST {
        return Err(Error::invalid("points", "must be at most 1,000,000,000,000 and not negative", points));
    }
    Ok(points)
}

fn points_of(lines: &[OrderLine]) -> Points {
    lines.iter().fold(Points::ZERO, |sum, line| sum.plus(line.points))
}

/// Up or down, but not nothing.
fn signed_points(points: Points) -> Result<Points> {
    if points == Points::ZERO || points > Points::MAX_REQUEST || points < Points::MAX_REQUEST.negated() {
        return Err(Error::invalid("points", "must not be zero, and at most 1,000,000,000,000 either way", points));
    }
    Ok(points)
}

/// The sale that points go with.
fn sale(money: Option<Money>) -> Result<Option<Money>> {
    money.map(|money| amount("amount", money)).transpose()
}

fn order(text: Option<String>) -> Result<Option<String>> {
    text.map(|text| short_text("order", text, 64)).transpose()
}

/// A coupon's code. Several are told apart by commas at some remotes.
fn code(text: String) -> Result<String> {
    if text.contains(',') {
        return Err(Error::invalid("coupon", "must be one code", text));
    }
    short_text("coupon", text, 64)
}

fn checked_lines(lines: Vec<OrderLine>) -> Result<Vec<OrderLine>> {
    if lines.len() > MOST_LINES {
        return Err(Error::invalid("lines", "must be at most 500", lines.len()));
    }
    for line in &lines {
        short_text("lines", line.item.clone(), 64)?;
        short_text("lines", line.name.clone(), 128)?;
        if line.quantity <= Decimal::ZERO || line.quantity > Decimal::from(1_000_000) || line.quantity.scale() > 4 {
            let rule = "must have quantities above zero, at most 1,000,000, with at most 4 decimals";
            return Err(Error::invalid("lines", rule, line.quantity));
        }
        if line.amount.is_negative() || line.amount > Money::MAX_REQUEST {
            return Err(Error::invalid("lines", "must have amounts from zero to 100,000,000.00", line.amount));
        }
        if line.points < Points::ZERO || line.points > Points::MAX_REQUEST {
            return Err(Error::invalid("lines", "must have points from zero on", line.points));
        }
        line.category.clone().map(|id| short_text("lines", id, 64)).transpose()?;
    }
    Ok(lines)
}

/// What every remote can write as a date: 1970-01-01 to 9999-12-31 UTC.
const EARLIEST: Timestamp = Timestamp::from_millis(0);
const LATEST: Timestamp = Timestamp::from_millis(253_402_300_799_000);

fn checked_template(template: CouponTemplate) -> Result<CouponTemplate> {
    short_text("id", template.id.clone(), 64)?;
    short_text("name", template.name.clone(), 64)?;
    short_text("rules", template.rules.clone(), 200)?;
    if template.minimum.is_negative() || template.minimum > Money::MAX_REQUEST {
        return Err(Error::invalid("minimum", "must be from zero to 100,000,000.00", template.minimum));
    }
    match template.effect {
        CouponEffect::OrderReduction(money) | CouponEffect::ItemReduction(money) => drop(amount("effect", money)?),
        CouponEffect::OrderDiscount(_) | CouponEffect::ItemDiscount(_) | CouponEffect::FreeShipping => {}
    }
    match template.validity {
        Validity::Fixed { begins, ends } if begins >= ends => {
            Err(Error::invalid("validity", "must end after it begins", format!("{begins:?} {ends:?}")))
        }
        Validity::Fixed { begins, ends } if begins < EARLIEST || ends > LATEST => {
            Err(Error::invalid("validity", "must be from 1970 to 9999", format!("{begins:?} {ends:?}")))
        }
        Validity::Days(0 | 3_661..) => Err(Error::invalid("validity", "must be from 1 to 3660 days", "")),
        _ => Ok(template),
    }
}

pub(crate) fn amount(field: &'static str, money: Money) -> Result<Money> {
    if !money.is_positive() {
        return Err(Error::invalid(field, "must be above zero", money));
    }
    if money > Money::MAX_REQUEST {
        return Err(Error::invalid(field, "must be at most 100,000,000.00", money));
    }
    Ok(money)
}

/// Bidirectional marks and line separators are no control characters to Unicode, but garble a slip all the same.
pub(super) fn garbles(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn breaks_text_rule(text: &str, most: usize) -> Option<&'static str> {
    if text.trim().is_empty() {
        return Some("must not be empty");
    }
    if text.chars().count() > most {
        return Some("is too long");
    }
    text.chars().any(garbles).then_some("must hold no control characters")
}

pub(crate) fn short_text(field: &'static str, text: String, most: usize) -> Result<String> {
    match breaks_text_rule(&text, most) {
        Some(rule) => Err(Error::invalid(field, rule, text)),
        None => Ok(text),
    }
}

fn personal_text(field: &'static str, text: String) -> Result<String> {
    match breaks_text_rule(&text, 64) {
        Some(rule) => Err(Error::invalid_personal(field, rule, &text)),
        None => Ok(text),
    }
}

fn birthday(text: &str) -> Result<NaiveDate> {
    let rule = "must be a date as YYYY-MM-DD, from 1900 on";
    let bad = || Error::invalid_personal("birthday", rule, text);
    if text.len() != 10 {
        return Err(bad());
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| bad())?;
    let earliest = NaiveDate::from_ymd_opt(1900, 1, 1).ok_or_else(bad)?;
    if date < earliest { Err(bad()) } else { Ok(date) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;
    use crate::model::request::{Consume, Modify, OpenCard, Recharge, RedeemPoints};
    use crate::model::request_trade::PushOrder;

    fn refused(request: impl Into<Request>) -> Option<String> {
        let error = request.into().check().err()?;
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        error.field().map(str::to_owned)
    }

    #[test]
    fn bad_input_names_its_field() {
        let yuan = |fen| Money::from_fen(fen);
        let cases: Vec<(Request, Option<&str>)> = vec![
            (Consume::new("M1", yuan(1)).into(), None),
            (Consume::new("M1", yuan(0)).into(), Some("total")),
            (Consume::new("M1", yuan(-1)).into(), Some("total")),
            (Consume::new("M1", yuan(i64::MAX)).into(), Some("total")),
            (Consume::new("M1", yuan(100)).discountable(yuan(100)).into(), None),
            (Consume::new("M1", yuan(100)).discountable(yuan(101)).into(), Some("discountable")),
            (Consume::new("M1", yuan(100)).discountable(yuan(-1)).into(), Some("discountable")),
            (Consume::new("", yuan(100)).into(), Some("card")),
            (Consume::new("M1", yuan(1)).op_id("").into(), Some("op_id")),
            (Consume::new("M1", yuan(1)).ticket("x".repeat(65)).into(), Some("ticket")),
            (Consume::new("M1", yuan(1)).ticket("a\nb").into(), Some("ticket")),
            (Consume::new("M1", yuan(1)).operator("\u{202e}").into(), Some("operator")),
            (Consume::new("M1", yuan(1)).prefer_online(Duration::from_secs(601)).into(), Some("delivery")),
            (Recharge::new("M1", yuan(0), 1).into(), Some("amount")),
            (RedeemPoints::new("M1", Points::new(0)).into(), Some("points")),
            (RedeemPoints::new("M1", Points::new(1)).into(), None),
            (OpenCard::new("M1", "").into(), Some("level")),
            (OpenCard::new("M1", "1").name("  ").into(), Some("name")),
            (OpenCard::new("M1", "1").name("x".repeat(65)).into(), Some("name")),
            (OpenCard::new("M1", "1").phone("12").into(), Some("phone")),
            (Modify::new("M1").into(), Some("name")),
            (Modify::new("M1").gender(Gender::Unknown).into(), Some("name")),
            (Modify::new("M1").birthday("1999-02-30").into(), Some("birthday")),
            (Modify::new("M1").birthday("1999-9-9").into(), Some("birthday")),
            (Modify::new("M1").birthday("0001-01-01").into(), Some("birthday")),
            (Modify::new("M1").birthday("1999-09-09").into(), None),
        ];
        for (request, field) in cases {
            let shown = format!("{request:?}");
            assert_eq!(refused(request).as_deref(), field, "{shown}");
        }
    }

    #[test]
    fn an_orders_points_have_bounds_given_or_summed() {
        let push = |points| PushOrder::new("M1", Money::from_fen(100)).points(Points::new(points));
        let line = |points| OrderLine::new("1", "a", 1, Money::from_fen(50)).points(Points::new(points));
        let most = Points::MAX_REQUEST.get();
        for (request, field) in [
            (push(0), None),
            (push(most), None),
            (push(-1), Some("points")),
            (push(i64::MIN), Some("points")),
            (push(i64::MAX), Some("points")),
            (PushOrder::new("M1", Money::from_fen(100)).lines([line(most), line(0)]), None),
            (PushOrder::new("M1", Money::from_fen(100)).lines([line(most), line(1)]), Some("points")),
        ] {
            let shown = format!("{request:?}");
            assert_eq!(refused(request).as_deref(), field, "{shown}");
        }
    }

    #[test]
    fn a_repetition_is_told_the_first_field_that_differs() {
        let act = |request: Request| request.check().map(|checked| checked.act);
        let consume = |card: &str, fen, partial| act(Consume::new(card, Money::from_fen(fen)).partial(partial).into());
        let Ok(first) = consume("M1", 100, false) else { panic!() };
        let cases = [
            (consume("M1", 100, false), None),
            (consume("M2", 100, false), Some("card")),
            (consume("M1", 101, false), Some("total")),
            (consume("M1", 100, true), Some("partial")),
            (act(Recharge::new("M1", Money::from_fen(100), 1).into()), Some("kind")),
        ];
        for (second, want) in cases {
            let Ok(second) = second else { panic!() };
            assert_eq!(first.first_difference(&second), want);
        }
    }

    #[test]
    fn personal_data_is_not_in_a_requests_debug_output() {
        let request: Request = OpenCard::new("M1", "1").name("王小明").phone("13812345678").into();
        let shown = format!("{request:?}");
        assert!(!shown.contains("138") && !shown.contains('王'), "{shown}");
    }
}
