//! What the till would approve offline next.

use std::fmt;

use super::ladder::{OfflineCase, check_offline};
use super::policy::{OfflinePolicy, Overridable};
use super::refusal::Refusal;
use crate::units::Money;

/// What the till would approve offline next, as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// The most that the next operation may take from a card: what is left of every limit. Of a card that is named, at most
    /// what is available on it.
    pub money: Money,
    /// How many more approvals.
    pub operations: u32,
    /// The same, limit by limit.
    pub room: Room,
    /// What a supervisor's override would bring.
    pub with_override: Room,
}

/// What is left of each limit. A figure of a limit is what that one leaves, whatever the others say; `money`, `operations`,
/// `recharges` and `new_cards` are zero where nothing at all would be approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// The most that the next operation may take from a card.
    pub money: Money,
    /// How many more approvals.
    pub operations: u32,
    /// What a sale that takes one fen more than `money` would be refused with: the limit that binds. `None` only where no
    /// limit could ever be reached.
    pub binding: Option<Refusal>,
    /// The most that one operation may take.
    pub floor: Money,
    /// What is left for the card, where one is named.
    pub card: Option<Money>,
    /// What is left for all cards of its phone number, where a card is named that has one.
    pub phone: Option<Money>,
    /// What may be spent of the card here and now, where a card is named that this till knows.
    pub available: Option<Money>,
    /// What is left for the till.
    pub till: Money,
    /// How many more recharges.
    pub recharges: u32,
    /// How much more may be paid in by recharges.
    pub recharge_money: Money,
    /// How many more cards may be opened.
    pub new_cards: u32,
    /// In how many seconds what is known of the card is too old; zero: it is. Where a card is named that this till knows.
    pub base_expires_s: Option<u64>,
    /// In how many seconds the policy expires; zero: it has. `None`: never.
    pub policy_expires_s: Option<u64>,
}

/// What bears on a card's headroom beyond the ladder's case.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OfCard {
    pub(crate) available: Option<Money>,
}

impl Headroom {
    /// `case`: of an operation that takes nothing yet; `card`: `None` for the till as a whole.
    pub(crate) fn of(case: &OfflineCase<'_>, card: Option<OfCard>, policy: &OfflinePolicy) -> Headroom {
        let room = Room::of(&OfflineCase { lifts: false, ..*case }, card, policy);
        let with_override = Room::of(&OfflineCase { lifts: true, ..*case }, card, policy);
        Headroom { money: room.money, operations: room.operations, room, with_override }
    }

    /// Nothing at all is approved, with or without an override.
    pub(crate) fn refused(mut self, refusal: Refusal) -> Headroom {
        for room in [&mut self.room, &mut self.with_override] {
            (room.money, room.operations, room.recharges, room.new_cards) = (Money::ZERO, 0, 0, 0);
            room.binding = Some(refusal.clone());
        }
        Headroom { money: Money::ZERO, operations: 0, ..self }
    }
}

impl Room {
    fn of(case: &OfflineCase<'_>, card: Option<OfCard>, policy: &OfflinePolicy) -> Room {
        use Overridable as O;
        let till = case.till_exposure;
        let money = |what, normal: Money, hard, used: Money| {
            most(case, policy, what, normal, hard).minus(used).max(Money::ZERO)
        };
        let count = |what, normal: u32, hard, used: u32| most(case, policy, what, normal, hard).saturating_sub(used);
        let of_card = |what, used| money(what, policy.card_limit, policy.hard_card_limit, used);
        let mut room = Room {
            money: Money::ZERO,
            operations: count(
                O::OutageOperations,
                policy.outage_operations,
                policy.hard_outage_operations,
                till.operations,
            ),
            binding: None,
            floor: money(O::FloorLimit, policy.floor_limit, policy.hard_floor_limit, Money::ZERO),
            card: card.map(|_| of_card(O::CardLimit, case.card_exposure)),
            phone: case.phone_exposure.filter(|_| card.is_some()).map(|used| of_card(O::PhoneLimit, used)),
            available: card.and_then(|card| card.available),
            till: money(O::OutageLimit, policy.outage_limit, policy.hard_outage_limit, till.money),
            recharges: count(O::OutageRecharges, policy.outage_recharges, policy.hard_outage_recharges, till.recharges),
            recharge_money: money(
                O::OutageRechargeMoney,
                policy.outage_recharge_money,
                policy.hard_outage_recharge_money,
                till.recharge_money,
            ),
            new_cards: count(O::OutageNewCards, policy.outage_new_cards, policy.hard_outage_new_cards, till.new_cards),
            base_expires_s: case.known_since.filter(|_| case.needs_base).map(|since| {
                let oldest = most(case, policy, O::BaseTooOld, policy.base_max_age_s, policy.hard_base_max_age_s);
                oldest.saturating_sub(case.now.since(since).as_secs())
            }),
            policy_expires_s: policy.valid_until.map(|until| until.since(case.now).as_secs()),
        };
        if check_offline(&OfflineCase { from_card: Money::ZERO, ..*case }, policy).is_ok() {
            let limits = [Some(room.floor), Some(room.till), room.card, room.phone, room.available];
            room.money = limits.into_iter().flatten().min().unwrap_or(Money::ZERO).max(Money::ZERO);
        } else {
            (room.operations, room.recharges, room.new_cards) = (0, 0, 0);
        }
        let requested = room.money.plus(Money::from_fen(1));
        room.binding = match check_offline(&OfflineCase { from_card: requested, ..*case }, policy) {
            Err(refusal) => Some(refusal),
            Ok(_) => room
                .available
                .filter(|&available| requested > available)
                .map(|available| Refusal::InsufficientFunds { available, requested }),
        };
        room
    }
}

/// The limit that counts: the normal one, or what a supervisor may lift it to.
fn most<T>(case: &OfflineCase<'_>, policy: &OfflinePolicy, what: Overridable, normal: T, hard: Option<T>) -> T
where
    T: Copy,
{
    policy.hard(what, normal, hard).filter(|_| case.lifts).unwrap_or(normal)
}

impl fmt::Display for Headroom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {} an operation, {} more operations", self.money, self.operations)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Timestamp;
    use crate::model::balance::{Balance, Balances};
    use crate::model::card::CardStatus;
    use crate::model::decide::{Knowledge, decide};
    use crate::model::ladder::Exposure;
    use crate::model::request::{Consume, Request};
    use crate::units::Rounding;

    const NOW: i64 = 1_000_000_000;

    /// Numbers that look random and are the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: i64) -> i64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(self.0 >> 33).unwrap_or(0) % end
        }

        fn money(&mut self, end: i64) -> Money {
            Money::from_fen(self.below(end))
        }

        fn count(&mut self, end: i64) -> u32 {
            u32::try_from(self.below(end)).unwrap_or(0)
        }

        fn rarely(&mut self) -> bool {
            self.below(20) == 0
        }

        fn policy(&mut self) -> OfflinePolicy {
            let plain = OfflinePolicy {
                floor_limit: self.money(300),
                card_limit: self.money(600),
                outage_limit: self.money(1_000),
                outage_operations: self.count(8),
                base_max_age_s: 100,
                unknown_card: self.rarely(),
                valid_until: self.rarely().then(|| Timestamp::from_millis(NOW + self.below(20_000) - 10_000)),
                ..OfflinePolicy::default()
            };
            let may_lift = Overridable::ALL.iter().copied().filter(|_| self.below(3) > 0).collect();
            OfflinePolicy {
                overridable: may_lift,
                hard_floor_limit: Some(plain.floor_limit.plus(self.money(200))),
                hard_card_limit: Some(plain.card_limit.plus(self.money(200))),
                hard_outage_limit: Some(plain.outage_limit.plus(self.money(200))),
                hard_outage_operations: Some(plain.outage_operations + self.count(3)),
                hard_base_max_age_s: Some(150),
                ..plain
            }
        }

        fn case(&mut self) -> OfflineCase<'static> {
            OfflineCase {
                now: Timestamp::from_millis(NOW),
                from_card: Money::ZERO,
                recharge: None,
                opens: false,
                lifts: false,
                exception: self.rarely().then_some("stolen"),
                status: if self.rarely() { CardStatus::Blocked } else { CardStatus::Active },
                known: !self.rarely(),
                known_since: Some(Timestamp::from_millis(NOW - self.below(160) * 1_000)),
                needs_base: true,
                card_exposure: self.money(500),
                phone_exposure: (!self.rarely()).then(|| self.money(600)),
                till_exposure: Exposure { money: self.money(1_000), operations: self.count(7), ..Exposure::default() },
                clock_behind: self.rarely().then_some(Duration::from_secs(900)),
            }
        }
    }

    #[test]
    fn what_it_promises_is_approved_and_a_fen_more_is_refused_with_what_binds() {
        let mut dice = Dice(7);
        let (mut approved, mut lifted) = (0, 0);
        let mut bound = std::collections::BTreeSet::new();
        for round in 0..30_000 {
            let (policy, case) = (dice.policy(), dice.case());
            policy.check().expect("a policy");
            let available = case.known.then(|| Money::from_fen(dice.below(500) - 50));
            let headroom = Headroom::of(&case, Some(OfCard { available }), &policy);
            assert_eq!((headroom.money, headroom.operations), (headroom.room.money, headroom.room.operations));
            assert!(headroom.with_override.money >= headroom.room.money, "{round}: {headroom:?}");
            let balance = |money| Balance { confirmed: money, expected: money, available: money };
            let knowledge = Knowledge {
                balances: available.map(|money| Balances { money: balance(money), ..Balances::default() }),
                rate: None,
                points_per_yuan: None,
                rules: &[],
                coupon_discount: Money::ZERO,
                rounding: Rounding::default(),
            };
            for (lifts, room) in [(false, &headroom.room), (true, &headroom.with_override)] {
                let pay = |money: Money| {
                    let act = Request::from(Consume::new("M1", money)).check().expect("a sale").act;
                    decide(&act, &knowledge, OfflineCase { lifts, ..case }, &policy, true)
                };
                if room.money.is_positive() {
                    let approval = pay(room.money).unwrap_or_else(|refusal| panic!("{round}: {room:?} {refusal}"));
                    assert!(lifts || approval.lifted.is_empty());
                    assert!(room.operations > 0);
                    (approved, lifted) = (approved + 1, lifted + usize::from(!approval.lifted.is_empty()));
                }
                let refusal = pay(room.money.plus(Money::from_fen(1))).expect_err("a fen more");
                assert_eq!(Some(&refusal), room.binding.as_ref(), "{round}: {room:?}");
                bound.insert(format!("{refusal:?}").split([' ', '{']).next().unwrap_or_default().to_owned());
            }
        }
        assert!(approved > 3_000 && lifted > 1_000, "{approved} {lifted}");
        let all = [
            "BaseTooOld",
            "CardBlocked",
            "CardLimit",
            "ClockBehind",
            "ExceptionList",
            "FloorLimit",
            "InsufficientFunds",
            "OutageLimit",
            "OutageOperations",
            "PhoneLimit",
            "PolicyExpired",
            "UnknownCard",
        ];
        assert_eq!(bound.iter().map(String::as_str).collect::<Vec<_>>(), all, "every limit has bound once");
    }
}
