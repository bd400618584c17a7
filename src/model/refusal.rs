//! Why the till itself says no.

use serde::{Deserialize, Serialize};

use super::operation::OpId;
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// Why the till itself says no, with the figures that the cashier or the manager needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// The card is on this till's exception list.
    #[error("the card is on the exception list: {reason}")]
    ExceptionList {
        /// Why it was put there.
        reason: String,
    },
    /// The card is reported lost, or otherwise not normal at the remote.
    #[error("the card is blocked")]
    CardBlocked,
    /// The card is closed, replaced, or unknown to the remote.
    #[error("the card is closed")]
    CardClosed,
    /// A rule of the coupon does not let it pass.
    #[error("coupon refused by rule {rule}: {detail}")]
    Coupon {
        /// The first rule that fails.
        rule: super::coupon::CouponRule,
        /// What it was judged by.
        detail: String,
    },
    /// There is nothing that could be returned: the operation came to nothing.
    #[error("nothing to return: the operation is {state}")]
    NothingToReturn {
        /// Where the operation stands.
        state: String,
    },
    /// The remote has refused to open the card: a person has to decide where it goes.
    #[error("the card was not opened: {op_id} waits for a decision")]
    OpeningRefused {
        /// The opening.
        op_id: OpId,
    },
    /// Every number of the till's range has been given out.
    #[error("all {size} card numbers of the till's range are given out")]
    NumbersExhausted {
        /// How many numbers the range has.
        size: u64,
    },
    /// A card with this number exists.
    #[error("the card number is taken")]
    CardExists,
    /// One operation may not take so much offline.
    #[error("floor limit {limit}, asked for {requested}")]
    FloorLimit {
        /// The most that one operation may take.
        limit: Money,
        /// What this one would take.
        requested: Money,
    },
    /// So much may not be open on one card.
    #[error("card limit {limit}, {used} open, asked for {requested}")]
    CardLimit {
        /// The most that may be open.
        limit: Money,
        /// What is open.
        used: Money,
        /// What this operation would add.
        requested: Money,
    },
    /// So much may not be open on all cards of one phone number.
    #[error("limit of the phone number {limit}, {used} open, asked for {requested}")]
    PhoneLimit {
        /// The most that may be open.
        limit: Money,
        /// What is open.
        used: Money,
        /// What this operation would add.
        requested: Money,
    },
    /// So much may not be open on this till.
    #[error("outage limit {limit}, {used} open, asked for {requested}")]
    OutageLimit {
        /// The most that may be open.
        limit: Money,
        /// What is open.
        used: Money,
        /// What this operation would add.
        requested: Money,
    },
    /// So many offline approvals may not be open on this till.
    #[error("{used} of {limit} offline operations are open")]
    OutageOperations {
        /// The most that may be open.
        limit: u32,
        /// How many are.
        used: u32,
    },
    /// So many offline recharges may not be open on this till.
    #[error("{used} of {limit} offline recharges are open")]
    OutageRecharges {
        /// The most that may be open.
        limit: u32,
        /// How many are.
        used: u32,
    },
    /// So much may not be open on this till that was paid in by offline recharges.
    #[error("limit of offline recharges {limit}, {used} open, asked for {requested}")]
    OutageRechargeMoney {
        /// The most that may be open.
        limit: Money,
        /// What is open.
        used: Money,
        /// What this recharge would add.
        requested: Money,
    },
    /// So many cards that were opened offline may not be open on this till.
    #[error("{used} of {limit} cards opened offline are open")]
    OutageNewCards {
        /// The most that may be open.
        limit: u32,
        /// How many are.
        used: u32,
    },
    /// The policy itself is out of date: nothing is approved offline until this till has a newer one.
    #[error("the offline policy was valid until {valid_until:?}, {over_s} s ago")]
    PolicyExpired {
        /// Until when it was valid.
        valid_until: Timestamp,
        /// For how long it has not been.
        over_s: u64,
    },
    /// What is known of the card is too old.
    #[error("the balance is {age_s} s old, at most {limit_s} s are allowed")]
    BaseTooOld {
        /// The oldest that is allowed.
        limit_s: u64,
        /// How old it is.
        age_s: u64,
    },
    /// This till has never seen the card.
    #[error("the card is unknown at this till")]
    UnknownCard,
    /// The wall clock is behind the book's time; nothing is approved until the remote has answered.
    #[error("the clock is {behind_s} s behind, at most {limit_s} s are allowed")]
    ClockBehind {
        /// The most that is allowed.
        limit_s: u64,
        /// How far it is behind.
        behind_s: u64,
    },
    /// What the remote tells of levels or pay types was never fetched: this till has to be online once.
    #[error("the {what} were never fetched; the till has to be online once")]
    NeverFetched {
        /// What is missing.
        what: String,
    },
    /// Not enough money on the card.
    #[error("{available} available, asked for {requested}")]
    InsufficientFunds {
        /// What may be spent here and now.
        available: Money,
        /// What the sale asks of the card.
        requested: Money,
    },
    /// Not enough points on the card.
    #[error("{available} points available, asked for {requested}")]
    InsufficientPoints {
        /// What may be spent here and now.
        available: Points,
        /// What was asked for.
        requested: Points,
    },
}
