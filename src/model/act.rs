//! The checked form of a request: typed, bounded, frozen when it is written down.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::card::{CardNumber, Gender, Phone};
use super::coupon::{CouponStatus, CouponTemplate};
use super::operation::{Kind, OpId};
use super::order::OrderLine;
use super::request::Delivery;
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
        /// The sale that they pay for, where the caller says so.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        amount: Option<Money>,
        /// The caller's order number: descriptive, never a key.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        order: Option<String>,
    },
    /// The card is the number under which the till knows the member.
    Register {
        card: CardNumber,
        phone: Phone,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        gender: Option<Gender>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        birthday: Option<NaiveDate>,
        /// The code that the member was sent, where the remote is to check it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        sms_code: Option<String>,
    },
    /// Points, or the money that they are granted for, or both.
    AccruePoints {
        card: CardNumber,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        points: Option<Points>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        amount: Option<Money>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        order: Option<String>,
    },
    /// Up where positive, down where negative; never zero.
    AdjustPoints {
        card: CardNumber,
        points: Points,
    },
    /// Undoes an accrual or a redemption of this till, or a part of it.
    ReturnPoints {
        card: CardNumber,
        /// The operation that is undone.
        original: OpId,
        /// What it did: an accrual is taken back, a redemption given back.
        takes: bool,
        /// How many, above zero.
        points: Points,
        /// All that is left of it.
        whole: bool,
        /// The money that is given back with it, where the caller says so.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        amount: Option<Money>,
    },
    CarryOverPoints {
        card: CardNumber,
        points: Points,
    },
    /// Up where positive, down where negative; never zero.
    UpdatePoints {
        card: CardNumber,
        points: Points,
    },
    ReturnPointsOfOrder {
        card: CardNumber,
        order: String,
    },
    RedeemCoupon {
        card: CardNumber,
        coupon: String,
        /// What the order comes to before the coupon.
        amount: Money,
        lines: Vec<OrderLine>,
    },
    GiveCoupon {
        card: CardNumber,
        /// The template, by the merchant's own identifier.
        template: String,
    },
    SetCouponStatus {
        card: CardNumber,
        coupon: String,
        to: CouponStatus,
    },
    AddCouponTemplate {
        template: CouponTemplate,
    },
    PushOrder {
        card: CardNumber,
        amount: Money,
        /// The points that are to be granted for it.
        points: Points,
        lines: Vec<OrderLine>,
    },
    ReturnOrder {
        card: CardNumber,
        /// The operation that pushed the order.
        original: OpId,
        amount: Money,
        /// The points that it takes back, as far as is known.
        points: Points,
        /// All of it, and nothing had been returned before.
        whole: bool,
        lines: Vec<OrderLine>,
    },
}

/// Every field that any act has, in the order in which a difference is told.
const FIELDS: [&str; 21] = [
    "card",
    "level",
    "total",
    "discountable",
    "partial",
    "amount",
    "pay_type",
    "points",
    "original",
    "takes",
    "whole",
    "coupon",
    "template",
    "to",
    "order",
    "lines",
    "name",
    "phone",
    "birthday",
    "gender",
    "sms_code",
];

impl Act {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Act::OpenCard { .. } => Kind::OpenCard,
            Act::Modify { .. } => Kind::Modify,
            Act::Recharge { .. } => Kind::Recharge,
            Act::Consume { .. } => Kind::Consume,
            Act::RedeemPoints { .. } => Kind::RedeemPoints,
            Act::Register { .. } => Kind::Register,
            Act::AccruePoints { .. } => Kind::AccruePoints,
            Act::AdjustPoints { .. } => Kind::AdjustPoints,
            Act::ReturnPoints { .. } => Kind::ReturnPoints,
            Act::CarryOverPoints { .. } => Kind::CarryOverPoints,
            Act::UpdatePoints { .. } => Kind::UpdatePoints,
            Act::ReturnPointsOfOrder { .. } => Kind::ReturnPointsOfOrder,
            Act::RedeemCoupon { .. } => Kind::RedeemCoupon,
            Act::GiveCoupon { .. } => Kind::GiveCoupon,
            Act::SetCouponStatus { .. } => Kind::SetCouponStatus,
            Act::AddCouponTemplate { .. } => Kind::AddCouponTemplate,
            Act::PushOrder { .. } => Kind::PushOrder,
            Act::ReturnOrder { .. } => Kind::ReturnOrder,
        }
    }

    /// The card it is about. `None`: it concerns the merchant as a whole.
    pub(crate) fn card_if_any(&self) -> Option<&CardNumber> {
        match self {
            Act::OpenCard { card, .. }
            | Act::Register { card, .. }
            | Act::Modify { card, .. }
            | Act::Recharge { card, .. }
            | Act::Consume { card, .. }
            | Act::AccruePoints { card, .. }
            | Act::RedeemPoints { card, .. }
            | Act::AdjustPoints { card, .. }
            | Act::ReturnPoints { card, .. }
            | Act::CarryOverPoints { card, .. }
            | Act::UpdatePoints { card, .. }
            | Act::ReturnPointsOfOrder { card, .. }
            | Act::RedeemCoupon { card, .. }
            | Act::GiveCoupon { card, .. }
            | Act::SetCouponStatus { card, .. }
            | Act::PushOrder { card, .. }
            | Act::ReturnOrder { card, .. } => Some(card),
            Act::AddCouponTemplate { .. } => None,
        }
    }

    /// It is about another card from now on.
    pub(crate) fn set_card(&mut self, number: CardNumber) {
        match self {
            Act::OpenCard { card, .. }
            | Act::Register { card, .. }
            | Act::Modify { card, .. }
            | Act::Recharge { card, .. }
            | Act::Consume { card, .. }
            | Act::AccruePoints { card, .. }
            | Act::RedeemPoints { card, .. }
            | Act::AdjustPoints { card, .. }
            | Act::ReturnPoints { card, .. }
            | Act::CarryOverPoints { card, .. }
            | Act::UpdatePoints { card, .. }
            | Act::ReturnPointsOfOrder { card, .. }
            | Act::RedeemCoupon { card, .. }
            | Act::GiveCoupon { card, .. }
            | Act::SetCouponStatus { card, .. }
            | Act::PushOrder { card, .. }
            | Act::ReturnOrder { card, .. } => *card = number,
            Act::AddCouponTemplate { .. } => {}
        }
    }

    /// The card it is about, or the merchant's own account.
    pub(crate) fn card(&self) -> &CardNumber {
        static HOUSE: LazyLock<CardNumber> = LazyLock::new(CardNumber::house);
        self.card_if_any().unwrap_or(&HOUSE)
    }

    /// Whether it takes what the base says is there, so that the base's age matters.
    pub(crate) fn leans_on_base(&self) -> bool {
        match self {
            Act::AdjustPoints { points, .. } | Act::UpdatePoints { points, .. } => *points < Points::ZERO,
            Act::ReturnPoints { takes, .. } => *takes,
            Act::Modify { .. } | Act::Recharge { .. } | Act::Consume { .. } => true,
            Act::RedeemPoints { .. } | Act::RedeemCoupon { .. } => true,
            _ => false,
        }
    }

    /// The coupon that it uses.
    pub(crate) fn coupon(&self) -> Option<&str> {
        match self {
            Act::RedeemCoupon { coupon, .. } => Some(coupon),
            _ => None,
        }
    }

    /// The first field in which `other` differs: what a repeated `op_id` is refused for.
    pub(crate) fn first_difference(&self, other: &Act) -> Option<&'static str> {
        if self.kind() != other.kind() {
            return Some("kind");
        }
        if self.card() != other.card() {
            return Some("card");
        }
        // Its stored form names every field of the business content.
        let (one, other) = (serde_json::to_value(self), serde_json::to_value(other));
        let (Ok(serde_json::Value::Object(one)), Ok(serde_json::Value::Object(other))) = (one, other) else {
            return Some("kind");
        };
        FIELDS.iter().find(|field| one.get(**field) != other.get(**field)).copied()
    }
}

impl std::fmt::Debug for Act {
    /// Kind and card only: names and phones are personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.card_if_any() {
            Some(card) => write!(f, "{} on {card}", self.kind()),
            None => write!(f, "{}", self.kind()),
        }
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
    /// The supervisor overrides the offline policy.
    pub(crate) lifts: bool,
}

impl Context {
    /// What stands on the line that takes an operation back, where this was said of the void: the drawer is the operation's
    /// where no other was named, but nobody else stands behind it.
    pub(crate) fn of_void(&self, original: &Context) -> Context {
        let said = |said: &Option<String>, original: &Option<String>| said.as_ref().or(original.as_ref()).cloned();
        Context {
            ticket: original.ticket.clone(),
            operator: said(&self.operator, &original.operator),
            shift: said(&self.shift, &original.shift),
            ..self.clone()
        }
    }
}

/// A request that passed every check that needs nothing but itself.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) act: Act,
    pub(crate) context: Context,
    pub(crate) op_id: Option<OpId>,
    pub(crate) delivery: Option<Delivery>,
}
