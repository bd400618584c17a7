//! What a POS asks for about coupons and orders.

use super::coupon::{CouponStatus, CouponTemplate};
use super::order::OrderLine;
use super::request::CallInput;
use crate::units::{Money, Points};

/// Uses a coupon for an order that comes to this amount before the coupon.
#[derive(Clone, Debug)]
pub struct RedeemCoupon {
    pub(super) card: String,
    pub(super) coupon: String,
    pub(super) amount: Money,
    pub(super) lines: Vec<OrderLine>,
    call: CallInput,
}

impl RedeemCoupon {
    /// Uses a coupon for an order that comes to this amount before the coupon.
    #[must_use]
    pub fn new(card: impl Into<String>, coupon: impl Into<String>, amount: Money) -> Self {
        RedeemCoupon { card: card.into(), coupon: coupon.into(), amount, lines: Vec::new(), call: CallInput::default() }
    }

    /// What it consists of. Coupons for items and returns of items need it.
    #[must_use]
    pub fn lines(mut self, lines: impl IntoIterator<Item = OrderLine>) -> Self {
        self.lines = lines.into_iter().collect();
        self
    }
}

/// Gives a member a coupon of a template.
#[derive(Clone, Debug)]
pub struct GiveCoupon {
    pub(super) card: String,
    pub(super) template: String,
    call: CallInput,
}

impl GiveCoupon {
    /// Gives a member a coupon of a template.
    #[must_use]
    pub fn new(card: impl Into<String>, template: impl Into<String>) -> Self {
        GiveCoupon { card: card.into(), template: template.into(), call: CallInput::default() }
    }
}

/// Sets a coupon's status. A coupon that was used here is reinstated by setting it to valid.
#[derive(Clone, Debug)]
pub struct SetCouponStatus {
    pub(super) card: String,
    pub(super) coupon: String,
    pub(super) to: CouponStatus,
    call: CallInput,
}

impl SetCouponStatus {
    /// Sets a coupon's status. A coupon that was used here is reinstated by setting it to valid.
    #[must_use]
    pub fn new(card: impl Into<String>, coupon: impl Into<String>, to: CouponStatus) -> Self {
        SetCouponStatus { card: card.into(), coupon: coupon.into(), to, call: CallInput::default() }
    }
}

/// Adds a template that coupons are made from.
#[derive(Clone, Debug)]
pub struct AddCouponTemplate {
    pub(super) template: CouponTemplate,
    call: CallInput,
}

impl AddCouponTemplate {
    /// Adds a template that coupons are made from.
    #[must_use]
    pub fn new(template: CouponTemplate) -> Self {
        AddCouponTemplate { template, call: CallInput::default() }
    }
}

/// Records an order that was paid by whatever means.
#[derive(Clone, Debug)]
pub struct PushOrder {
    pub(super) card: String,
    pub(super) amount: Money,
    pub(super) points: Option<Points>,
    pub(super) lines: Vec<OrderLine>,
    call: CallInput,
}

impl PushOrder {
    /// Records an order that was paid by whatever means.
    #[must_use]
    pub fn new(card: impl Into<String>, amount: Money) -> Self {
        PushOrder { card: card.into(), amount, points: None, lines: Vec::new(), call: CallInput::default() }
    }

    /// The points to be granted for it; without them those of its lines.
    #[must_use]
    pub fn points(mut self, points: Points) -> Self {
        self.points = Some(points);
        self
    }

    /// What it consists of. Coupons for items and returns of items need it.
    #[must_use]
    pub fn lines(mut self, lines: impl IntoIterator<Item = OrderLine>) -> Self {
        self.lines = lines.into_iter().collect();
        self
    }
}

/// Records that an order of this till came back: all that is left of it, or a part.
#[derive(Clone, Debug)]
pub struct ReturnOrder {
    pub(super) card: String,
    pub(super) original: String,
    pub(super) amount: Option<Money>,
    pub(super) lines: Vec<OrderLine>,
    call: CallInput,
}

impl ReturnOrder {
    /// Records that an order of this till came back: all that is left of it, or a part.
    #[must_use]
    pub fn new(card: impl Into<String>, original: impl Into<String>) -> Self {
        ReturnOrder {
            card: card.into(),
            original: original.into(),
            amount: None,
            lines: Vec::new(),
            call: CallInput::default(),
        }
    }

    /// Only so much of it.
    #[must_use]
    pub fn amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// What comes back. Without an amount it is what the lines come to.
    #[must_use]
    pub fn lines(mut self, lines: impl IntoIterator<Item = OrderLine>) -> Self {
        self.lines = lines.into_iter().collect();
        self
    }
}

call_setters!(RedeemCoupon);
call_setters!(GiveCoupon);
call_setters!(SetCouponStatus);
call_setters!(AddCouponTemplate);
call_setters!(PushOrder);
call_setters!(ReturnOrder);
