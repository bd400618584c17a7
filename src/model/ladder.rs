//! The ladder that every offline approval climbs: each rung one rule, one refusal.

use std::time::Duration;

use super::card::CardStatus;
use super::policy::{OfflinePolicy, Overridable};
use super::refusal::Refusal;
use crate::clock::Timestamp;
use crate::units::Money;

/// What is open on approvals given offline: the card's part of each, their number, and what recharges and openings there are
/// among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exposure {
    pub(crate) money: Money,
    pub(crate) operations: u32,
    pub(crate) recharges: u32,
    pub(crate) recharge_money: Money,
    pub(crate) new_cards: u32,
}

impl Exposure {
    pub(crate) fn plus(self, other: Exposure) -> Exposure {
        Exposure {
            money: self.money.plus(other.money),
            operations: self.operations.saturating_add(other.operations),
            recharges: self.recharges.saturating_add(other.recharges),
            recharge_money: self.recharge_money.plus(other.recharge_money),
            new_cards: self.new_cards.saturating_add(other.new_cards),
        }
    }

    pub(crate) fn minus(self, other: Exposure) -> Exposure {
        Exposure {
            money: self.money.minus(other.money),
            operations: self.operations.saturating_sub(other.operations),
            recharges: self.recharges.saturating_sub(other.recharges),
            recharge_money: self.recharge_money.minus(other.recharge_money),
            new_cards: self.new_cards.saturating_sub(other.new_cards),
        }
    }
}

/// All that the ladder looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfflineCase<'a> {
    pub(crate) now: Timestamp,
    /// What the operation takes from the card.
    pub(crate) from_card: Money,
    /// What it pays in, where it is a recharge.
    pub(crate) recharge: Option<Money>,
    /// It opens a card.
    pub(crate) opens: bool,
    /// A supervisor stands behind it: what the policy lets people lift is lifted, up to the hard limits.
    pub(crate) lifts: bool,
    pub(crate) exception: Option<&'a str>,
    pub(crate) status: CardStatus,
    /// The till has seen the card at the remote, or opened it itself.
    pub(crate) known: bool,
    /// When the base was confirmed; for a card opened here and not confirmed yet, when it was opened.
    pub(crate) known_since: Option<Timestamp>,
    /// Whether the operation leans on the base: an opening does not.
    pub(crate) needs_base: bool,
    pub(crate) card_exposure: Money,
    /// Of the card's phone number, where it has one.
    pub(crate) phone_exposure: Option<Money>,
    pub(crate) till_exposure: Exposure,
    pub(crate) clock_behind: Option<Duration>,
}

/// Climbs the ladder. What a supervisor's override has lifted comes out in the order of the rungs, each with the figures that
/// it would have been refused with.
pub(crate) fn check_offline(case: &OfflineCase<'_>, policy: &OfflinePolicy) -> Result<Vec<Refusal>, Refusal> {
    use Overridable as O;
    check_card(case.exception, case.status)?;
    if let Some(valid_until) = policy.valid_until.filter(|&until| case.now > until) {
        return Err(Refusal::PolicyExpired { valid_until, over_s: case.now.since(valid_until).as_secs() });
    }
    let mut climb = Climb { lifts: case.lifts, policy, lifted: Vec::new() };
    let requested = case.from_card;
    climb.rung(O::FloorLimit, requested, policy.floor_limit, policy.hard_floor_limit, |limit| Refusal::FloorLimit {
        limit,
        requested,
    })?;
    // A limit refuses what adds to the exposure, never what adds nothing to it.
    let adds = |used: Money, added: Money| {
        if added.is_positive() && !mutated!(ExposureIgnored) { used.plus(added) } else { Money::ZERO }
    };
    let used = case.card_exposure;
    let (limit, hard) = (policy.card_limit, policy.hard_card_limit);
    climb.rung(O::CardLimit, adds(used, requested), limit, hard, |limit| Refusal::CardLimit {
        limit,
        used,
        requested,
    })?;
    // Without a number there is nothing that could be shared.
    if let Some(used) = case.phone_exposure {
        climb.rung(O::PhoneLimit, adds(used, requested), limit, hard, |limit| Refusal::PhoneLimit {
            limit,
            used,
            requested,
        })?;
    }
    let till = case.till_exposure;
    let (limit, hard, used) = (policy.outage_limit, policy.hard_outage_limit, till.money);
    climb.rung(O::OutageLimit, adds(used, requested), limit, hard, |limit| Refusal::OutageLimit {
        limit,
        used,
        requested,
    })?;
    let (limit, hard, used) = (policy.outage_operations, policy.hard_outage_operations, till.operations);
    climb.next(O::OutageOperations, used, limit, hard, |limit| Refusal::OutageOperations { limit, used })?;
    if let Some(requested) = case.recharge {
        let (limit, hard, used) = (policy.outage_recharges, policy.hard_outage_recharges, till.recharges);
        climb.next(O::OutageRecharges, used, limit, hard, |limit| Refusal::OutageRecharges { limit, used })?;
        let (limit, hard) = (policy.outage_recharge_money, policy.hard_outage_recharge_money);
        let used = till.recharge_money;
        climb.rung(O::OutageRechargeMoney, adds(used, requested), limit, hard, |limit| {
            Refusal::OutageRechargeMoney { limit, used, requested }
        })?;
    }
    if case.opens {
        let (limit, hard, used) = (policy.outage_new_cards, policy.hard_outage_new_cards, till.new_cards);
        climb.next(O::OutageNewCards, used, limit, hard, |limit| Refusal::OutageNewCards { limit, used })?;
    }
    if case.needs_base {
        if let Some(since) = case.known_since {
            let age_s = case.now.since(since).as_secs();
            let (limit, hard) = (policy.base_max_age_s, policy.hard_base_max_age_s);
            climb.rung(O::BaseTooOld, age_s, limit, hard, |limit_s| Refusal::BaseTooOld { limit_s, age_s })?;
        }
        if !case.known && !policy.unknown_card {
            climb.lift(O::UnknownCard, Refusal::UnknownCard)?;
        }
    }
    if let Some(behind) = case.clock_behind {
        return Err(Refusal::ClockBehind { limit_s: policy.clock_tolerance_s, behind_s: behind.as_secs() });
    }
    Ok(climb.lifted)
}

/// One climb, and what has been lifted on it.
struct Climb<'a> {
    lifts: bool,
    policy: &'a OfflinePolicy,
    lifted: Vec<Refusal>,
}

impl Climb<'_> {
    /// A figure that may reach a limit and not exceed it. `refusal` tells with which limit it does.
    fn rung<T: Ord + Copy>(
        &mut self,
        what: Overridable,
        figure: T,
        normal: T,
        hard: Option<T>,
        refusal: impl Fn(T) -> Refusal,
    ) -> Result<(), Refusal> {
        if figure <= normal {
            return Ok(());
        }
        match self.policy.hard(what, normal, hard).filter(|_| self.lifts) {
            Some(most) if figure <= most || mutated!(HardLimitIgnored) => self.lifted.push(refusal(normal)),
            Some(most) => return Err(refusal(most)),
            None => return Err(refusal(normal)),
        }
        Ok(())
    }

    /// One more where so many are open.
    fn next(
        &mut self,
        what: Overridable,
        used: u32,
        normal: u32,
        hard: Option<u32>,
        refusal: impl Fn(u32) -> Refusal,
    ) -> Result<(), Refusal> {
        let more = |limit: u32| u64::from(limit);
        self.rung(what, u64::from(used) + 1, more(normal), hard.map(more), |limit| {
            refusal(u32::try_from(limit).unwrap_or(u32::MAX))
        })
    }

    /// What has no figure to go by.
    fn lift(&mut self, what: Overridable, refusal: Refusal) -> Result<(), Refusal> {
        if !(self.lifts && self.policy.may_lift(what)) {
            return Err(refusal);
        }
        self.lifted.push(refusal);
        Ok(())
    }
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
            phone_exposure: Some(Money::ZERO),
            recharge: None,
            opens: false,
            lifts: false,
            till_exposure: Exposure::default(),
            clock_behind: None,
        }
    }

    fn verdict(change: impl FnOnce(&mut OfflineCase<'static>)) -> Result<(), Refusal> {
        let mut case = case();
        change(&mut case);
        check_offline(&case, &OfflinePolicy::default()).map(|lifted| assert_eq!(lifted, [], "nobody has asked for it"))
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
            verdict(|c| c.phone_exposure = Some(fen(450_00))),
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
        let recharged = |money| {
            move |c: &mut OfflineCase<'static>| {
                (c.from_card, c.recharge) = (Money::ZERO, Some(fen(100_00)));
                c.till_exposure.recharge_money = fen(money);
            }
        };
        assert_eq!(verdict(recharged(9_900_00)), Ok(()));
        assert_eq!(
            verdict(recharged(9_900_01)),
            Err(Refusal::OutageRechargeMoney { limit: fen(10_000_00), used: fen(9_900_01), requested: fen(100_00) })
        );
        let recharges = |used| {
            move |c: &mut OfflineCase<'static>| {
                recharged(0)(c);
                c.till_exposure.recharges = used;
            }
        };
        assert_eq!(verdict(recharges(49)), Ok(()));
        assert_eq!(verdict(recharges(50)), Err(Refusal::OutageRecharges { limit: 50, used: 50 }));
        assert_eq!(verdict(|c| c.till_exposure.recharges = 50), Ok(()), "it is none");
        let opened = |used| {
            move |c: &mut OfflineCase<'static>| {
                (c.opens, c.till_exposure.new_cards) = (true, used);
            }
        };
        assert_eq!(verdict(opened(19)), Ok(()));
        assert_eq!(verdict(opened(20)), Err(Refusal::OutageNewCards { limit: 20, used: 20 }));
        assert_eq!(verdict(|c| c.till_exposure.new_cards = 20), Ok(()), "it opens none");
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
            phone_exposure: Some(Money::from_fen(9_999_00)),
            recharge: Some(Money::from_fen(1)),
            opens: true,
            till_exposure: Exposure {
                money: Money::from_fen(9_999_00),
                operations: 9_999,
                recharges: 9_999,
                recharge_money: Money::from_fen(99_999_00),
                new_cards: 9_999,
            },
            known_since: Some(Timestamp::from_millis(NOW - 900_000_000)),
            known: false,
            clock_behind: Some(Duration::from_secs(86_400)),
            ..case()
        };
        let mut policy =
            OfflinePolicy { valid_until: Some(Timestamp::from_millis(NOW - 1)), ..OfflinePolicy::default() };
        let mut met = Vec::new();
        while let Err(refusal) = check_offline(&case, &policy) {
            let name = format!("{refusal:?}").split([' ', '{']).next().unwrap_or_default().to_owned();
            match refusal {
                Refusal::ExceptionList { .. } => case.exception = None,
                Refusal::CardBlocked => case.status = CardStatus::Active,
                Refusal::FloorLimit { .. } => case.from_card = Money::from_fen(100_00),
                Refusal::CardLimit { .. } => case.card_exposure = Money::ZERO,
                Refusal::PhoneLimit { .. } => case.phone_exposure = None,
                Refusal::OutageLimit { .. } => case.till_exposure.money = Money::ZERO,
                Refusal::OutageOperations { .. } => case.till_exposure.operations = 0,
                Refusal::PolicyExpired { .. } => policy.valid_until = Some(Timestamp::from_millis(NOW)),
                Refusal::OutageRecharges { .. } => case.till_exposure.recharges = 0,
                Refusal::OutageRechargeMoney { .. } => case.till_exposure.recharge_money = Money::ZERO,
                Refusal::OutageNewCards { .. } => case.till_exposure.new_cards = 0,
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
            "PolicyExpired",
            "FloorLimit",
            "CardLimit",
            "PhoneLimit",
            "OutageLimit",
            "OutageOperations",
            "OutageRecharges",
            "OutageRechargeMoney",
            "OutageNewCards",
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

    /// How the case just within the hard limit is made, the one just beyond it, and what the two are told.
    type Lift = (fn(&mut OfflineCase<'static>, bool), Refusal, Refusal);

    fn lifting() -> OfflinePolicy {
        let fen = Money::from_fen;
        OfflinePolicy {
            hard_floor_limit: Some(fen(300_00)),
            hard_card_limit: Some(fen(600_00)),
            hard_outage_limit: Some(fen(6_000_00)),
            hard_outage_operations: Some(300),
            hard_outage_recharges: Some(60),
            hard_outage_recharge_money: Some(fen(11_000_00)),
            hard_outage_new_cards: Some(30),
            hard_base_max_age_s: Some(100_000),
            ..OfflinePolicy::default()
        }
    }

    #[test]
    fn an_override_lifts_each_limit_up_to_the_hard_one_and_no_further() {
        let yuan = |yuan: i64| Money::from_fen(yuan * 100);
        let fen = Money::from_fen;
        let requested = yuan(100);
        let rungs: [Lift; 9] = [
            (
                |c, beyond| c.from_card = Money::from_fen(300_00 + i64::from(beyond)),
                Refusal::FloorLimit { limit: yuan(200), requested: yuan(300) },
                Refusal::FloorLimit { limit: yuan(300), requested: fen(300_01) },
            ),
            (
                |c, beyond| c.card_exposure = Money::from_fen(500_00 + i64::from(beyond)),
                Refusal::CardLimit { limit: yuan(500), used: yuan(500), requested },
                Refusal::CardLimit { limit: yuan(600), used: fen(500_01), requested },
            ),
            (
                |c, beyond| c.phone_exposure = Some(Money::from_fen(500_00 + i64::from(beyond))),
                Refusal::PhoneLimit { limit: yuan(500), used: yuan(500), requested },
                Refusal::PhoneLimit { limit: yuan(600), used: fen(500_01), requested },
            ),
            (
                |c, beyond| c.till_exposure.money = Money::from_fen(5_900_00 + i64::from(beyond)),
                Refusal::OutageLimit { limit: yuan(5_000), used: yuan(5_900), requested },
                Refusal::OutageLimit { limit: yuan(6_000), used: fen(5_900_01), requested },
            ),
            (
                |c, beyond| c.till_exposure.operations = 299 + u32::from(beyond),
                Refusal::OutageOperations { limit: 200, used: 299 },
                Refusal::OutageOperations { limit: 300, used: 300 },
            ),
            (
                |c, beyond| {
                    c.recharge = Some(Money::from_fen(1));
                    c.till_exposure.recharges = 59 + u32::from(beyond);
                },
                Refusal::OutageRecharges { limit: 50, used: 59 },
                Refusal::OutageRecharges { limit: 60, used: 60 },
            ),
            (
                |c, beyond| {
                    c.recharge = Some(Money::from_fen(100_00));
                    c.till_exposure.recharge_money = Money::from_fen(10_900_00 + i64::from(beyond));
                },
                Refusal::OutageRechargeMoney { limit: yuan(10_000), used: yuan(10_900), requested },
                Refusal::OutageRechargeMoney { limit: yuan(11_000), used: fen(10_900_01), requested },
            ),
            (
                |c, beyond| {
                    c.opens = true;
                    c.till_exposure.new_cards = 29 + u32::from(beyond);
                },
                Refusal::OutageNewCards { limit: 20, used: 29 },
                Refusal::OutageNewCards { limit: 30, used: 30 },
            ),
            (
                |c, beyond| {
                    let age = 100_000_000 + 1000 * i64::from(beyond);
                    c.known_since = Some(Timestamp::from_millis(NOW - age));
                },
                Refusal::BaseTooOld { limit_s: 86_400, age_s: 100_000 },
                Refusal::BaseTooOld { limit_s: 100_000, age_s: 100_001 },
            ),
        ];
        for (change, lifted, beyond) in rungs {
            let of = |over| {
                let mut case = OfflineCase { lifts: true, ..case() };
                change(&mut case, over);
                case
            };
            assert_eq!(check_offline(&of(false), &lifting()), Ok(vec![lifted.clone()]));
            assert_eq!(check_offline(&of(true), &lifting()), Err(beyond));
            // Without the override, and with a policy that lets nobody lift it, it is refused as ever.
            let without = OfflineCase { lifts: false, ..of(false) };
            assert_eq!(check_offline(&without, &lifting()), Err(lifted.clone()));
            let strict = OfflinePolicy { overridable: Vec::new(), ..lifting() };
            assert_eq!(check_offline(&of(false), &strict), Err(lifted));
            // Nor does it lift anything until the merchant has said how far.
            assert!(check_offline(&of(false), &OfflinePolicy::default()).is_err());
        }
    }

    #[test]
    fn what_no_override_lifts() {
        let all = OfflinePolicy { overridable: Overridable::ALL.to_vec(), ..lifting() };
        let refused = |change: fn(&mut OfflineCase<'static>), policy: &OfflinePolicy| {
            let mut case = OfflineCase { lifts: true, ..case() };
            change(&mut case);
            check_offline(&case, policy).expect_err("a refusal")
        };
        assert!(matches!(refused(|c| c.exception = Some("owes"), &all), Refusal::ExceptionList { .. }));
        assert_eq!(refused(|c| c.status = CardStatus::Blocked, &all), Refusal::CardBlocked);
        assert_eq!(refused(|c| c.status = CardStatus::Closed, &all), Refusal::CardClosed);
        let behind = refused(|c| c.clock_behind = Some(Duration::from_secs(900)), &all);
        assert_eq!(behind, Refusal::ClockBehind { limit_s: 300, behind_s: 900 });
        let over = OfflinePolicy { valid_until: Some(Timestamp::from_millis(NOW - 1_000)), ..all.clone() };
        let valid_until = Timestamp::from_millis(NOW - 1_000);
        assert_eq!(refused(|_| (), &over), Refusal::PolicyExpired { valid_until, over_s: 1 });
        // An unknown card only where the policy names it.
        assert_eq!(refused(|c| c.known = false, &lifting()), Refusal::UnknownCard);
        let unknown = OfflineCase { lifts: true, known: false, ..case() };
        assert_eq!(check_offline(&unknown, &all), Ok(vec![Refusal::UnknownCard]));
    }

    #[test]
    fn several_refusals_are_lifted_together_in_the_order_of_the_rungs() {
        let case = OfflineCase {
            lifts: true,
            from_card: Money::from_fen(250_00),
            card_exposure: Money::from_fen(300_00),
            known_since: Some(Timestamp::from_millis(NOW - 90_000_000)),
            ..case()
        };
        let lifted = check_offline(&case, &lifting()).expect("lifted");
        let requested = Money::from_fen(250_00);
        let want = [
            Refusal::FloorLimit { limit: Money::from_fen(200_00), requested },
            Refusal::CardLimit { limit: Money::from_fen(500_00), used: Money::from_fen(300_00), requested },
            Refusal::BaseTooOld { limit_s: 86_400, age_s: 90_000 },
        ];
        assert_eq!(lifted, want);
    }
}
