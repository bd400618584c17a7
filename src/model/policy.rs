//! How much a till may promise while nobody can be asked. An offline approval is the merchant's risk; this bounds it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::card::CardStatus;
use super::operation::OpId;
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// The limits of what a till approves offline.
///
/// It is a policy **per till**: what a merchant risks is each limit times the number of tills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfflinePolicy {
    /// The most that one operation may take from a card. 200 yuan.
    pub floor_limit: Money,
    /// The most that may be open on one card, and on all cards of one phone number. 500 yuan.
    pub card_limit: Money,
    /// The most that may be open on this till. 5,000 yuan.
    pub outage_limit: Money,
    /// How many offline approvals may be open on this till, recharges, openings and points included. 200.
    pub outage_operations: u32,
    /// How old a card's base may be, in seconds. A day.
    pub base_max_age_s: u64,
    /// Whether a card that this till has never seen may pay. No.
    pub unknown_card: bool,
    /// Whether the principal of a recharge may be spent before the remote has it. Yes.
    pub unconfirmed_recharge_principal: bool,
    /// Whether its bonus may. No.
    pub unconfirmed_recharge_bonus: bool,
    /// Whether a call may choose `offline` while the remote is healthy. No: it then acts as `prefer_online`.
    pub offline_while_healthy: bool,
    /// The templates whose coupons may be used offline, as the remote identifies them; `*` stands for all. None.
    pub coupon_templates: Vec<String>,
    /// How far the wall clock may be behind the book's time before nothing is approved offline, in seconds. Five minutes.
    pub clock_tolerance_s: u64,
}

impl Default for OfflinePolicy {
    fn default() -> Self {
        OfflinePolicy {
            floor_limit: Money::from_fen(200_00),
            card_limit: Money::from_fen(500_00),
            outage_limit: Money::from_fen(5_000_00),
            outage_operations: 200,
            base_max_age_s: 24 * 3600,
            unknown_card: false,
            coupon_templates: Vec::new(),
            unconfirmed_recharge_principal: true,
            unconfirmed_recharge_bonus: false,
            offline_while_healthy: false,
            clock_tolerance_s: 300,
        }
    }
}

impl OfflinePolicy {
    /// Whether a coupon of this template may be used offline.
    pub(crate) fn coupon_offline(&self, template: Option<&str>) -> bool {
        self.coupon_templates.iter().any(|allowed| allowed == "*" || Some(allowed.as_str()) == template)
    }

    /// Nothing is ever approved offline.
    #[must_use]
    pub fn never() -> Self {
        OfflinePolicy { floor_limit: Money::ZERO, outage_operations: 0, ..OfflinePolicy::default() }
    }

    pub(crate) fn clock_tolerance(&self) -> Duration {
        Duration::from_secs(self.clock_tolerance_s)
    }
}

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

/// What is open on approvals given offline: the card's part of each, and their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exposure {
    pub(crate) money: Money,
    pub(crate) operations: u32,
}

impl Exposure {
    pub(crate) fn plus(self, other: Exposure) -> Exposure {
        Exposure { money: self.money.plus(other.money), operations: self.operations.saturating_add(other.operations) }
    }

    pub(crate) fn minus(self, other: Exposure) -> Exposure {
        Exposure { money: self.money.minus(other.money), operations: self.operations.saturating_sub(other.operations) }
    }
}

/// What the till would approve offline next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// The most that the next operation may take from a card: what is left of every limit. Of a card that is named, at most
    /// what is available on it.
    pub money: Money,
    /// How many more approvals.
    pub operations: u32,
}

/// All that the ladder looks at.
#[derive(Debug)]
pub(crate) struct OfflineCase<'a> {
    pub(crate) now: Timestamp,
    /// What the operation takes from the card.
    pub(crate) from_card: Money,
    pub(crate) exception: Option<&'a str>,
    pub(crate) status: CardStatus,
    /// The till has seen the card at the remote, or opened it itself.
    pub(crate) known: bool,
    /// When the base was confirmed; for a card opened here and not confirmed yet, when it was opened.
    pub(crate) known_since: Option<Timestamp>,
    /// Whether the operation leans on the base: an opening does not.
    pub(crate) needs_base: bool,
    pub(crate) card_exposure: Money,
    pub(crate) phone_exposure: Money,
    pub(crate) till_exposure: Exposure,
    pub(crate) clock_behind: Option<Duration>,
}

/// The ladder: each rung one rule, one refusal, in the order in which they are reported.
pub(crate) fn check_offline(case: &OfflineCase<'_>, policy: &OfflinePolicy) -> Result<(), Refusal> {
    check_card(case.exception, case.status)?;
    let requested = case.from_card;
    if requested > policy.floor_limit {
        return Err(Refusal::FloorLimit { limit: policy.floor_limit, requested });
    }
    // A limit refuses what adds to the exposure, never what adds nothing to it.
    let exceeds = |used: Money, limit: Money| {
        requested.is_positive() && used.plus(requested) > limit && !mutated!(ExposureIgnored)
    };
    if exceeds(case.card_exposure, policy.card_limit) {
        return Err(Refusal::CardLimit { limit: policy.card_limit, used: case.card_exposure, requested });
    }
    if exceeds(case.phone_exposure, policy.card_limit) {
        return Err(Refusal::PhoneLimit { limit: policy.card_limit, used: case.phone_exposure, requested });
    }
    if exceeds(case.till_exposure.money, policy.outage_limit) {
        return Err(Refusal::OutageLimit { limit: policy.outage_limit, used: case.till_exposure.money, requested });
    }
    if case.till_exposure.operations >= policy.outage_operations {
        return Err(Refusal::OutageOperations { limit: policy.outage_operations, used: case.till_exposure.operations });
    }
    if case.needs_base {
        if let Some(since) = case.known_since {
            let age_s = case.now.since(since).as_secs();
            if age_s > policy.base_max_age_s {
                return Err(Refusal::BaseTooOld { limit_s: policy.base_max_age_s, age_s });
            }
        }
        if !case.known && !policy.unknown_card {
            return Err(Refusal::UnknownCard);
        }
    }
    if let Some(behind) = case.clock_behind {
        return Err(Refusal::ClockBehind { limit_s: policy.clock_tolerance_s, behind_s: behind.as_secs() });
    }
    Ok(())
}

/// The rungs that stand in every mode: a card that must not be served is not served online either.
pub(crate) fn check_card(exception: Option<&str>, status: CardStatus) -> Result<(), Refusal> {
    if let Some(reason) = exception {
        return Err(Refusal::ExceptionList { reason: reason.to_owned() });
    }
    match status {
        CardStatus::Blocked => Err(Refusal::CardBlocked),
        CardStatus::Closed => Err(Refusal::CardClosed),
        CardStatus::Active | CardStatus::Provisional => Ok(()),
    }
}

impl fmt::Display for Headroom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} an operation, {} more operations", self.money, self.operations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn case() -> OfflineCase<'static> {
        OfflineCase {
            now: Timestamp::from_millis(NOW),
            from_card: Money::from_fen(100_00),
            exception: None,
            status: CardStatus::Active,
            known: true,
            known_since: Some(Timestamp::from_millis(NOW - 1000)),
            needs_base: true,
            card_exposure: Money::ZERO,
            phone_exposure: Money::ZERO,
            till_exposure: Exposure::default(),
            clock_behind: None,
        }
    }

    fn verdict(change: impl FnOnce(&mut OfflineCase<'static>)) -> Result<(), Refusal> {
        let mut case = case();
        change(&mut case);
        check_offline(&case, &OfflinePolicy::default())
    }

    #[test]
    fn each_rung_refuses_just_beyond_its_limit_and_not_at_it() {
        let fen = Money::from_fen;
        assert_eq!(verdict(|_| ()), Ok(()));
        assert_eq!(verdict(|c| c.from_card = fen(200_00)), Ok(()));
        assert_eq!(
            verdict(|c| c.from_card = fen(200_01)),
            Err(Refusal::FloorLimit { limit: fen(200_00), requested: fen(200_01) })
        );
        assert_eq!(verdict(|c| c.card_exposure = fen(400_00)), Ok(()));
        assert_eq!(
            verdict(|c| c.card_exposure = fen(400_01)),
            Err(Refusal::CardLimit { limit: fen(500_00), used: fen(400_01), requested: fen(100_00) })
        );
        assert_eq!(
            verdict(|c| c.phone_exposure = fen(450_00)),
            Err(Refusal::PhoneLimit { limit: fen(500_00), used: fen(450_00), requested: fen(100_00) })
        );
        assert_eq!(verdict(|c| c.till_exposure.money = fen(4_900_00)), Ok(()));
        assert_eq!(
            verdict(|c| c.till_exposure.money = fen(4_900_01)),
            Err(Refusal::OutageLimit { limit: fen(5_000_00), used: fen(4_900_01), requested: fen(100_00) })
        );
        assert_eq!(verdict(|c| c.till_exposure.operations = 199), Ok(()));
        assert_eq!(
            verdict(|c| c.till_exposure.operations = 200),
            Err(Refusal::OutageOperations { limit: 200, used: 200 })
        );
        assert_eq!(verdict(|c| c.known_since = Some(Timestamp::from_millis(NOW - 86_400_000))), Ok(()));
        assert_eq!(
            verdict(|c| c.known_since = Some(Timestamp::from_millis(NOW - 86_401_000))),
            Err(Refusal::BaseTooOld { limit_s: 86_400, age_s: 86_401 })
        );
        assert_eq!(verdict(|c| c.known = false), Err(Refusal::UnknownCard));
        assert_eq!(
            verdict(|c| c.clock_behind = Some(Duration::from_secs(86_400))),
            Err(Refusal::ClockBehind { limit_s: 300, behind_s: 86_400 })
        );
    }

    /// Everything is wrong at once; mending the first refusal brings the next one.
    #[test]
    fn the_ladder_has_one_order() {
        let mut case = OfflineCase {
            exception: Some("owes"),
            status: CardStatus::Blocked,
            from_card: Money::from_fen(9_999_00),
            card_exposure: Money::from_fen(9_999_00),
            phone_exposure: Money::from_fen(9_999_00),
            till_exposure: Exposure { money: Money::from_fen(9_999_00), operations: 9_999 },
            known_since: Some(Timestamp::from_millis(NOW - 900_000_000)),
            known: false,
            clock_behind: Some(Duration::from_secs(86_400)),
            ..case()
        };
        let policy = OfflinePolicy::default();
        let mut met = Vec::new();
        while let Err(refusal) = check_offline(&case, &policy) {
            let name = format!("{refusal:?}").split([' ', '{']).next().unwrap_or_default().to_owned();
            match refusal {
                Refusal::ExceptionList { .. } => case.exception = None,
                Refusal::CardBlocked => case.status = CardStatus::Active,
                Refusal::FloorLimit { .. } => case.from_card = Money::from_fen(100_00),
                Refusal::CardLimit { .. } => case.card_exposure = Money::ZERO,
                Refusal::PhoneLimit { .. } => case.phone_exposure = Money::ZERO,
                Refusal::OutageLimit { .. } => case.till_exposure.money = Money::ZERO,
                Refusal::OutageOperations { .. } => case.till_exposure.operations = 0,
                Refusal::BaseTooOld { .. } => case.known_since = Some(Timestamp::from_millis(NOW)),
                Refusal::UnknownCard => case.known = true,
                Refusal::ClockBehind { .. } => case.clock_behind = None,
                other => panic!("{other}"),
            }
            met.push(name);
        }
        let order = [
            "ExceptionList",
            "CardBlocked",
            "FloorLimit",
            "CardLimit",
            "PhoneLimit",
            "OutageLimit",
            "OutageOperations",
            "BaseTooOld",
            "UnknownCard",
            "ClockBehind",
        ];
        assert_eq!(met, order);
    }

    #[test]
    fn the_exception_list_comes_first() {
        let refused = verdict(|c| {
            c.exception = Some("owes");
            c.status = CardStatus::Blocked;
            c.from_card = Money::from_fen(900_00);
        });
        assert_eq!(refused, Err(Refusal::ExceptionList { reason: "owes".into() }));
    }

    #[test]
    fn what_takes_no_money_is_bounded_by_number_alone() {
        let over = |c: &mut OfflineCase<'static>| {
            c.from_card = Money::ZERO;
            c.card_exposure = Money::from_fen(600_00);
            c.till_exposure.money = Money::from_fen(6_000_00);
        };
        assert_eq!(verdict(over), Ok(()));
    }

    #[test]
    fn never_approves_nothing() {
        let mut case = case();
        case.from_card = Money::ZERO;
        assert!(check_offline(&case, &OfflinePolicy::never()).is_err());
    }
}
