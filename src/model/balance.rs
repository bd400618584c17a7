//! Confirmed, expected, available: never one number as if it were all three.

use serde::{Deserialize, Serialize};

use super::operation::{Kind, State};
use super::policy::OfflinePolicy;
use crate::clock::Timestamp;
use crate::units::{Money, Points};

/// One asset of a card, told three ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance<T> {
    /// What the remote last said; zero if it never did ([`Balances::as_of`] is `None` then).
    pub confirmed: T,
    /// That, with the effects of everything done here which is still open.
    pub expected: T,
    /// What may be spent here and now: only debits counted, and of unconfirmed recharges what the policy allows.
    pub available: T,
}

/// What is on a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// Stored value.
    pub money: Balance<Money>,
    /// Points.
    pub points: Balance<Points>,
    /// When the remote said so; `None` if it never did (a card opened here and not confirmed yet).
    pub as_of: Option<Timestamp>,
}

/// What the remote last said of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) money: Money,
    pub(crate) points: Points,
    pub(crate) as_of: Option<Timestamp>,
    /// Figures read later, while an outcome was unknown. Whether they include it nobody can say, so they are no base; but
    /// more than they leave is not to be spent.
    pub(crate) read_money: Option<Money>,
    pub(crate) read_points: Option<Points>,
}

/// What an operation is predicted to do to an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    /// Signed; a recharge's principal or a consume's card part.
    pub(crate) money: Money,
    /// What a recharge brings on top.
    pub(crate) bonus: Money,
    /// Signed.
    pub(crate) points: Points,
}

/// An effect with what decides how far it counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenEffect {
    pub(crate) kind: Kind,
    pub(crate) state: State,
    /// The promise is an approval: without one nothing was handed over or taken in, so a credit is not expected either.
    pub(crate) approved: bool,
    pub(crate) effect: Effect,
}

impl Base {
    /// The three figures of each asset: the base with the effects of what is still open.
    pub(crate) fn with_effects<'a>(
        &self,
        open: impl IntoIterator<Item = &'a OpenEffect>,
        policy: &OfflinePolicy,
    ) -> Balances {
        let mut money = Balance { confirmed: self.money, expected: self.money, available: self.money };
        let mut points = Balance { confirmed: self.points, expected: self.points, available: self.points };
        let (mut unsent_money, mut unsent_points) = (Money::ZERO, Points::ZERO);
        for open in open {
            debug_assert!(open.state.is_open(), "{} is not open", open.state);
            if mutated!(ParkedCountsNothing) && open.state == State::Parked {
                continue;
            }
            let Effect { money: principal, bonus, points: change } = open.effect;
            let applied = open.state == State::Applied;
            if open.state == State::Queued {
                unsent_money = unsent_money.plus(principal.min(Money::ZERO));
                unsent_points = unsent_points.plus(change.min(Points::ZERO));
            }
            // An unknown outcome never adds its credit; neither does one that nobody was promised.
            let expects_credit = applied
                || (open.approved && matches!(open.state, State::Queued | State::Sending))
                || (mutated!(DoubtAddsCredit) && open.state == State::InDoubt);

            if principal.is_negative() {
                money.expected = money.expected.plus(principal);
                money.available = money.available.plus(principal);
            } else if expects_credit {
                money.expected = money.expected.plus(principal).plus(bonus);
                let recharge = open.kind == Kind::Recharge;
                if applied || (recharge && policy.unconfirmed_recharge_principal) {
                    money.available = money.available.plus(principal);
                }
                if applied || (recharge && policy.unconfirmed_recharge_bonus) {
                    money.available = money.available.plus(bonus);
                }
            }
            if change < Points::ZERO {
                points.expected = points.expected.plus(change);
                points.available = points.available.plus(change);
            } else if expects_credit {
                points.expected = points.expected.plus(change);
                if applied {
                    points.available = points.available.plus(change);
                }
            }
        }
        if let Some(read) = self.read_money {
            money.available = money.available.min(read.plus(unsent_money));
        }
        if let Some(read) = self.read_points {
            points.available = points.available.min(read.plus(unsent_points));
        }
        Balances { money, points, as_of: self.as_of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(money: i64, bonus: i64, points: i64) -> Effect {
        Effect { money: Money::from_fen(money), bonus: Money::from_fen(bonus), points: Points::new(points) }
    }

    #[test]
    fn what_counts_where() {
        use Kind::*;
        use State::*;
        let base = Base { money: Money::from_fen(1000), points: Points::new(100), ..Base::default() };
        let consume = effect(-300, 0, 3);
        let recharge = effect(500, 50, 5);
        let redeem = effect(0, 0, -40);
        // kind, state, approved, effect -> money expected, available, points expected, available
        let cases = [
            (Consume, Queued, true, consume, (700, 700, 103, 100)),
            (Consume, Sending, false, consume, (700, 700, 100, 100)),
            (Consume, InDoubt, true, consume, (700, 700, 100, 100)),
            (Consume, Parked, false, consume, (700, 700, 100, 100)),
            (Consume, Applied, true, consume, (700, 700, 103, 103)),
            (Recharge, Queued, true, recharge, (1550, 1500, 105, 100)),
            (Recharge, Queued, false, recharge, (1000, 1000, 100, 100)),
            (Recharge, InDoubt, true, recharge, (1000, 1000, 100, 100)),
            (Recharge, Parked, true, recharge, (1000, 1000, 100, 100)),
            (Recharge, Applied, false, recharge, (1550, 1550, 105, 105)),
            (RedeemPoints, Queued, true, redeem, (1000, 1000, 60, 60)),
            (RedeemPoints, InDoubt, false, redeem, (1000, 1000, 60, 60)),
        ];
        for (kind, state, approved, effect, want) in cases {
            let open = OpenEffect { kind, state, approved, effect };
            let got = base.with_effects([&open], &OfflinePolicy::default());
            let figures = (
                got.money.expected.fen(),
                got.money.available.fen(),
                got.points.expected.get(),
                got.points.available.get(),
            );
            assert_eq!(figures, want, "{kind} {state} approved {approved}");
            assert_eq!(got.money.confirmed, base.money, "the confirmed figure is the remote's alone");
        }
    }

    #[test]
    fn a_later_reading_bounds_what_is_available_and_changes_nothing_else() {
        let open =
            |state, money| OpenEffect { kind: Kind::Consume, state, approved: true, effect: effect(money, 0, 0) };
        let doubtful = [open(State::Parked, -60_00), open(State::Queued, -10_00)];
        // read, expected, available: of what was read only what is not sent yet is still to come off.
        for (read, available) in [(None, 230_00), (Some(0), -10_00), (Some(100_00), 90_00), (Some(300_00), 230_00)] {
            let read_money = read.map(Money::from_fen);
            let base = Base { money: Money::from_fen(300_00), read_money, ..Base::default() };
            let got = base.with_effects(&doubtful, &OfflinePolicy::default()).money;
            assert_eq!((got.confirmed.fen(), got.expected.fen(), got.available.fen()), (300_00, 230_00, available));
        }
    }

    #[test]
    fn the_policy_decides_how_much_of_an_unconfirmed_recharge_may_be_spent() {
        let open =
            OpenEffect { kind: Kind::Recharge, state: State::Queued, approved: true, effect: effect(500, 50, 0) };
        for (principal, bonus, want) in [(true, false, 500), (true, true, 550), (false, false, 0)] {
            let policy = OfflinePolicy {
                unconfirmed_recharge_principal: principal,
                unconfirmed_recharge_bonus: bonus,
                ..OfflinePolicy::default()
            };
            let got = Base::default().with_effects([&open], &policy);
            assert_eq!(got.money.available.fen(), want);
        }
    }
}
