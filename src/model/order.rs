//! Orders as they are pushed to a member platform, and returns of them: never more than was sold.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Error, Result};
use crate::units::{Money, Points};

/// One line of an order or of a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The item's number, which the POS and the remote share. 1 to 64 characters.
    pub item: String,
    /// Its name.
    pub name: String,
    /// How many, or how much. Above zero.
    pub quantity: Decimal,
    /// What was paid for all of them; in a return, what is given back.
    pub amount: Money,
    /// The points that the line brings; in a return, those it takes back.
    #[serde(default)]
    pub points: Points,
    /// The category that coupons may be limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

impl OrderLine {
    /// A line without points and category.
    #[must_use]
    pub fn new(item: impl Into<String>, name: impl Into<String>, quantity: impl Into<Decimal>, amount: Money) -> Self {
        OrderLine {
            item: item.into(),
            name: name.into(),
            quantity: quantity.into(),
            amount,
            points: Points::ZERO,
            category: None,
        }
    }

    /// The category that coupons may be limited to.
    #[must_use]
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }

    /// The points that the line brings.
    #[must_use]
    pub fn points(mut self, points: Points) -> Self {
        self.points = points;
        self
    }
}

/// What the lines come to.
pub(crate) fn sum_of<'a>(lines: impl IntoIterator<Item = &'a OrderLine>) -> Money {
    lines.into_iter().map(|line| line.amount).sum()
}

/// An order or a return, as far as the rule of the next one needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sold<'a> {
    pub(crate) amount: Money,
    pub(crate) points: Points,
    pub(crate) lines: &'a [OrderLine],
}

/// What may still be returned of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) amount: Money,
    pub(crate) points: Points,
}

/// Checks that a return, together with those before it, gives back no more than was sold: in total, and of each item both in
/// number and in money. An order that was pushed without lines limits the total only.
pub(crate) fn check_return(order: &Sold<'_>, earlier: &[Sold<'_>], wanted: &Sold<'_>) -> Result<Left> {
    let left = left_of(order, earlier);
    if wanted.amount > left.amount {
        return Err(Error::invalid("amount", "must be at most what is left of the order", wanted.amount));
    }
    let mut items: BTreeMap<&str, (Decimal, Money)> = BTreeMap::new();
    for line in order.lines {
        let item = items.entry(&line.item).or_default();
        *item = (item.0 + line.quantity, item.1.plus(line.amount));
    }
    for line in earlier.iter().flat_map(|sold| sold.lines) {
        let item = items.entry(&line.item).or_default();
        *item = (item.0 - line.quantity, item.1.minus(line.amount));
    }
    for line in wanted.lines {
        if order.lines.is_empty() {
            break;
        }
        let item = items.entry(&line.item).or_default();
        *item = (item.0 - line.quantity, item.1.minus(line.amount));
        if item.0 < Decimal::ZERO || item.1.is_negative() {
            return Err(Error::invalid("lines", "must not return more of an item than was sold", &line.item));
        }
    }
    Ok(left)
}

/// What earlier returns have left of an order.
pub(crate) fn left_of(order: &Sold<'_>, earlier: &[Sold<'_>]) -> Left {
    let returned: Money = earlier.iter().map(|sold| sold.amount).sum();
    let points = earlier.iter().fold(order.points, |left, sold| left.minus(sold.points));
    Left { amount: order.amount.minus(returned), points }
}
