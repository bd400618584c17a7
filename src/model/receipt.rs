//! What a call returns: the promise as it was recorded, what was told with it, and how things stand now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::balance::Balances;
use super::operation::{Evidence, Kind, OpId, State, named};
use super::pricing::RateSource;
use super::refusal::Refusal;
use crate::clock::Timestamp;
use crate::units::{Money, Points, Rate};

named! {
    /// What the cashier was told: recorded once, never changed, whatever becomes of the operation.
    Promise {
        /// The remote has done it.
        OnlineApproved = "online_approved",
        /// This till approved it at the merchant's own risk; the remote will be told later.
        OfflineApproved = "offline_approved",
        /// The remote refused. Nothing was done.
        Declined = "declined",
        /// It was sent and nobody knows yet. Hand over nothing; ask again by `op_id`.
        InDoubt = "in_doubt",
        /// It was not sent and never will be. Nothing was done.
        Cancelled = "cancelled",
    }
}

impl Promise {
    /// Whether goods may be handed over (or cash be taken in).
    #[must_use]
    pub fn is_approved(self) -> bool {
        matches!(self, Promise::OnlineApproved | Promise::OfflineApproved)
    }
}

/// The figures told with a promise. Always `original = actual + discount` and `actual = from_card + due`. A returned order's are
/// below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The sale's total, or what is paid in by a recharge.
    pub original: Money,
    /// The part of it that the member's discount applies to.
    pub discountable: Money,
    /// What the discount takes off.
    pub discount: Money,
    /// What remains to be paid.
    pub actual: Money,
    /// The part of it that the card pays.
    pub from_card: Money,
    /// The part of it to be collected by other means: the rest of a sale that the card does not pay, or all of what a recharge
    /// puts on the card.
    pub due: Money,
    /// What a recharge brings on top, as far as it is known.
    pub bonus: Money,
    /// The change in points, as far as it is known.
    pub points: Points,
    /// The member's rate, where one is known.
    pub rate: Option<Rate>,
    /// Where the rate comes from.
    pub rate_source: RateSource,
}

impl Default for Told {
    fn default() -> Self {
        Told {
            original: Money::ZERO,
            discountable: Money::ZERO,
            discount: Money::ZERO,
            actual: Money::ZERO,
            from_card: Money::ZERO,
            due: Money::ZERO,
            bonus: Money::ZERO,
            points: Points::ZERO,
            rate: None,
            rate_source: RateSource::NotApplicable,
        }
    }
}

impl Told {
    /// Panics unless the figures add up. Called before anything is written.
    pub(crate) fn assert_consistent(&self) {
        assert_eq!(Some(self.original), self.actual.checked_add(self.discount), "original = actual + discount");
        assert_eq!(Some(self.actual), self.from_card.checked_add(self.due), "actual = from_card + due");
    }

    /// The money at stake: the card's part of a sale, what is paid in by a recharge, what a coupon takes off, what an order came
    /// to. An amount, whichever way it goes: what may be wrong does not get less by what may be wrong the other way.
    pub(crate) fn at_stake(&self, kind: Kind) -> Money {
        match kind {
            Kind::Consume => self.from_card,
            Kind::RedeemCoupon => self.discount,
            Kind::ReturnOrder => self.actual.negated(),
            _ => self.actual,
        }
    }
}

/// What the remote said of an operation that it applied. A figure it did not mention is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Confirmation {
    /// The price before the discount, or what was paid in.
    pub original: Option<Money>,
    /// The price after it, or what was added with its bonus.
    pub actual: Option<Money>,
    /// The discount.
    pub discount: Option<Money>,
    /// What the card paid.
    pub from_card: Option<Money>,
    /// What the customer still owes.
    pub due: Option<Money>,
    /// What a recharge brought on top.
    pub bonus: Option<Money>,
    /// Points on top.
    pub bonus_points: Option<Points>,
    /// Stored value afterwards.
    pub money_after: Option<Money>,
    /// Points afterwards.
    pub points_after: Option<Points>,
    /// The discount's rate.
    pub rate: Option<Rate>,
    /// The remote's number of the record, where it is known.
    pub remote_id: Option<String>,
    /// What the remote calls the account, where this answer assigned it.
    pub reference: Option<String>,
    /// The code of the coupon that was given.
    pub coupon: Option<String>,
    /// Each figure as the remote wrote it.
    pub as_received: BTreeMap<String, String>,
}

impl Confirmation {
    /// How much more (or, below zero, less) the remote took from or put on the card than was told. `None` where it agrees
    /// or does not say.
    #[must_use]
    pub fn money_variance(&self, kind: Kind, told: &Told) -> Option<Money> {
        let variance = match kind {
            Kind::Consume => self.from_card?.minus(told.from_card),
            Kind::Recharge => self.bonus?.minus(told.bonus),
            _ => return None,
        };
        (variance != Money::ZERO).then_some(variance)
    }
}

/// What a call returns to the POS.
///
/// The [`promise`](Receipt::promise) and what was told with it are as they were recorded; the [`state`](Receipt::state)
/// and everything below it tell how things stand now. Asking again by `op_id` gives the same promise with a newer state.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The operation's name.
    pub op_id: OpId,
    /// What it does.
    pub kind: Kind,
    /// The card's number.
    pub card: super::CardNumber,
    /// What the cashier was told. `None` only while another thread's call is still waiting for its outcome.
    pub promise: Option<Promise>,
    /// Why an approval was withheld, where the till withheld it.
    pub refusal: Option<Refusal>,
    /// What a supervisor's override has lifted for it, each with the figures that it would have been refused with.
    pub lifted: Vec<Refusal>,
    /// The version of the offline policy that was in force when it was promised ([`Till::policies`](crate::Till::policies)
    /// has its figures). `None`: not promised yet, or before there were versions.
    pub policy_version: Option<i64>,
    /// The remote's own words, where it refused.
    pub remote_message: Option<String>,
    /// The figures told with the promise.
    pub told: Told,
    /// The ten digits to print on the slip, where an entry was written.
    pub receipt_no: Option<String>,
    /// When the operation was written down.
    pub created_at: Timestamp,
    /// Where it stands now.
    pub state: State,
    /// How sure it is that the remote has it, where it has.
    pub evidence: Option<Evidence>,
    /// What the remote said, where it has.
    pub confirmation: Option<Confirmation>,
    /// How much more (below zero: less) the remote took, or put on top, than was told.
    pub variance: Option<Money>,
    /// Why it waits, where it waits for a person.
    pub waits_for: Option<String>,
    /// What is on the card now.
    pub balances: Balances,
    /// The book is for training: what a slip has to say, and nobody is to take for a sale.
    pub training: bool,
}

impl Receipt {
    /// Whether goods may be handed over (or cash be taken in): approved, and not voided since.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.promise.is_some_and(Promise::is_approved) && self.state != State::Voided
    }
}
