//! The checked form of a request: typed, bounded, frozen when it is written down.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::card::{CardNumber, Gender, Phone};
use super::operation::{Kind, OpId};
use super::request::{Delivery, Request, Unchecked};
use super::{Error, Result};
use crate::units::{Money, Points};

/// The business content of an operation: checked, typed, frozen when it is written down.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(crate) enum Act {
    OpenCard {
        card: CardNumber,
        level: String,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        phone: Option<Phone>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        gender: Option<Gender>,
    },
    Modify {
        card: CardNumber,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        phone: Option<Phone>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        birthday: Option<NaiveDate>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        gender: Option<Gender>,
    },
    Recharge {
        card: CardNumber,
        amount: Money,
        pay_type: i64,
    },
    Consume {
        card: CardNumber,
        total: Money,
        discountable: Money,
        partial: bool,
    },
    RedeemPoints {
        card: CardNumber,
        points: Points,
    },
}

impl Act {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Act::OpenCard { .. } => Kind::OpenCard,
            Act::Modify { .. } => Kind::Modify,
            Act::Recharge { .. } => Kind::Recharge,
            Act::Consume { .. } => Kind::Consume,
            Act::RedeemPoints { .. } => Kind::RedeemPoints,
        }
    }

    pub(crate) fn card(&self) -> &CardNumber {
        match self {
            Act::OpenCard { card, .. }
            | Act::Modify { card, .. }
            | Act::Recharge { card, .. }
            | Act::Consume { card, .. }
            | Act::RedeemPoints { card, .. } => card,
        }
    }

    /// The first field in which `other` differs: what a repeated `op_id` is refused for.
    pub(crate) fn first_difference(&self, other: &Act) -> Option<&'static str> {
        use Act::*;
        if self.kind() != other.kind() {
            return Some("kind");
        }
        if self.card() != other.card() {
            return Some("card");
        }
        let same: &[(&'static str, bool)] = &match (self, other) {
            (OpenCard { level, name, phone, gender, .. }, OpenCard { level: l, name: n, phone: p, gender: g, .. }) => {
                [("level", level == l), ("name", name == n), ("phone", phone == p), ("gender", gender == g)]
            }
            (
                Modify { name, phone, birthday, gender, .. },
                Modify { name: n, phone: p, birthday: b, gender: g, .. },
            ) => [("name", name == n), ("phone", phone == p), ("birthday", birthday == b), ("gender", gender == g)],
            (Recharge { amount, pay_type, .. }, Recharge { amount: a, pay_type: p, .. }) => {
                [("amount", amount == a), ("pay_type", pay_type == p), ("", true), ("", true)]
            }
            (Consume { total, discountable, partial, .. }, Consume { total: t, discountable: d, partial: p, .. }) => {
                [("total", total == t), ("discountable", discountable == d), ("partial", partial == p), ("", true)]
            }
            (RedeemPoints { points, .. }, RedeemPoints { points: p, .. }) => {
                [("points", points == p), ("", true), ("", true), ("", true)]
            }
            _ => [("kind", false), ("", true), ("", true), ("", true)],
        };
        same.iter().find(|(_, same)| !same).map(|(field, _)| *field)
    }
}

impl std::fmt::Debug for Act {
    /// Kind and card only: names and phones are personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {}", self.kind(), self.card())
    }
}

/// What is said about an operation, and is no part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) ticket: Option<String>,
    pub(crate) operator: Option<String>,
    pub(crate) supervisor: Option<String>,
    pub(crate) shift: Option<String>,
    pub(crate) reason: Option<String>,
}

/// A request that passed every check that needs nothing but itself.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) act: Act,
    pub(crate) context: Context,
    pub(crate) op_id: Option<OpId>,
    pub(crate) delivery: Option<Delivery>,
}

impl Request {
    /// Checks every field. Nothing is written, nothing is asked.
    pub(crate) fn check(self) -> Result<Checked> {
        let call = self.call;
        let act = match self.act {
            Unchecked::OpenCard(open) => Act::OpenCard {
                card: CardNumber::new(open.card)?,
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
                let points = redeem.points;
                if points < Points::new(1) || points > Points::MAX_REQUEST {
                    return Err(Error::invalid("points", "must be at least one and at most 1,000,000,000,000", points));
                }
                Act::RedeemPoints { card, points }
            }
        };
        let text = |field, value: Option<String>, most| value.map(|v| short_text(field, v, most)).transpose();
        if let Some(Delivery::PreferOnline(timeout) | Delivery::RequireOnline(timeout)) = call.delivery
            && timeout > Duration::from_secs(600)
        {
            return Err(Error::invalid("delivery", "must time out within 600 s", format!("{timeout:?}")));
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
            },
        })
    }
}

fn amount(field: &'static str, money: Money) -> Result<Money> {
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

    fn refused(request: impl Into<Request>) -> Option<&'static str> {
        let error = request.into().check().err()?;
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        error.field()
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
            assert_eq!(refused(request), field, "{shown}");
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
