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
    pub(crate) has_phone: bool,
    pub(crate) available: Option<Money>,
}

impl Headroom {
    /// `case`: of an operation that takes nothing yet; `card`: `None` for the till as a whole.
    pub(crate) fn of(case: &OfflineCase<'_>, card: Option<OfCard>, policy: &OfflinePolicy) -> Headroom {
        let room = Room::of(&OfflineCase { lifts: false, ..*case }, card, policy);
        let with_override = Room::of(&OfflineCase { lifts: true, ..*case }, card, policy);
        Headroom { money: room.money, operations: room.operations, room, with_override }
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
            phone: card.filter(|card| card.has_phone).map(|_| of_card(O::PhoneLimit, case.phone_exposure)),
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
