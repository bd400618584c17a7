//! The decision: what is known and what is asked, in; effects and figures to tell, or a named refusal, out.

use rust_decimal::Decimal;

use super::act::Act;
use super::balance::{Balances, Effect};
use super::card::RechargeRule;
use super::ladder::{OfflineCase, check_offline};
use super::policy::OfflinePolicy;
use super::pricing::{RateSource, points_for, price_consume, recharge_bonus};
use super::receipt::Told;
use super::refusal::Refusal;
use crate::units::{Money, Points, Rate, Rounding};

/// What the book knows that bears on one request.
#[derive(Debug)]
pub(crate) struct Knowledge<'a> {
    /// Figures of the card, with the effects of everything open except the operation to be decided. `None` for a card
    /// that has no base: unknown, or to be opened.
    pub(crate) balances: Option<Balances>,
    /// The rate to take off, and where it comes from.
    pub(crate) rate: Option<(Rate, RateSource)>,
    /// Points that a yuan paid brings, where configured.
    pub(crate) points_per_yuan: Option<Decimal>,
    /// The recharge rules known for this card.
    pub(crate) rules: &'a [RechargeRule],
    /// What the coupon takes off, by its validation.
    pub(crate) coupon_discount: Money,
    pub(crate) rounding: Rounding,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) effect: Effect,
    pub(crate) told: Told,
}

/// What is approved without the remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Approval {
    pub(crate) decision: Decision,
    /// What a supervisor's override has lifted for it.
    pub(crate) lifted: Vec<Refusal>,
}

/// Predicts what an act does, paying all of a sale from the card. Funds are not looked at: an online call leaves them to
/// the remote.
pub(crate) fn predict(act: &Act, knowledge: &Knowledge<'_>) -> Decision {
    match act {
        Act::Recharge { amount, .. } => {
            let (bonus, points) = recharge_bonus(*amount, knowledge.rules);
            let told = Told { original: *amount, actual: *amount, due: *amount, bonus, points, ..Told::default() };
            Decision { effect: Effect { money: *amount, bonus, points }, told }
        }
        Act::Consume { total, discountable, .. } => {
            consumed(price_consume(*total, *discountable, knowledge.rate, knowledge.rounding), knowledge)
        }
        Act::AccruePoints { points, amount, .. } => {
            let worth = points_for(amount.unwrap_or(Money::ZERO), knowledge.points_per_yuan);
            pointed(points.unwrap_or(worth))
        }
        Act::RedeemPoints { points, .. } => pointed(points.negated()),
        Act::AdjustPoints { points, .. } | Act::UpdatePoints { points, .. } => pointed(*points),
        Act::ReturnPoints { points, takes, .. } => pointed(if *takes { points.negated() } else { *points }),
        // It replaces a balance that only the remote knows for sure.
        Act::CarryOverPoints { .. } | Act::ReturnPointsOfOrder { .. } => pointed(Points::ZERO),
        Act::RedeemCoupon { amount, .. } => {
            let discount = knowledge.coupon_discount.min(*amount);
            let actual = amount.minus(discount);
            let told =
                Told { original: *amount, discountable: *amount, discount, actual, due: actual, ..Told::default() };
            Decision { effect: Effect::default(), told }
        }
        Act::PushOrder { amount, points, .. } => recorded(*amount, *points),
        // Below zero, as every line that takes something back.
        Act::ReturnOrder { amount, points, .. } => recorded(amount.negated(), points.negated()),
        Act::OpenCard { .. }
        | Act::Register { .. }
        | Act::Modify { .. }
        | Act::GiveCoupon { .. }
        | Act::SetCouponStatus { .. }
        | Act::AddCouponTemplate { .. } => Decision { effect: Effect::default(), told: Told::default() },
    }
}

/// A change in points and nothing else.
fn pointed(points: Points) -> Decision {
    Decision { effect: Effect { points, ..Effect::default() }, told: Told { points, ..Told::default() } }
}

/// Money that changed hands elsewhere, and the points that come with it.
fn recorded(amount: Money, points: Points) -> Decision {
    let told = Told { original: amount, actual: amount, due: amount, points, ..Told::default() };
    Decision { effect: Effect { points, ..Effect::default() }, told }
}

fn consumed(mut told: Told, knowledge: &Knowledge<'_>) -> Decision {
    told.points = points_for(told.from_card, knowledge.points_per_yuan);
    let effect = Effect { money: told.from_card.negated(), bonus: Money::ZERO, points: told.points };
    Decision { effect, told }
}

/// Fits a sale to what is available: unchanged where that suffices, the card's part and a `due` where a partial approval
/// is allowed, else a refusal.
pub(crate) fn fit_funds(
    act: &Act,
    decision: Decision,
    knowledge: &Knowledge<'_>,
    partial_allowed: bool,
) -> Result<Decision, Refusal> {
    let Some(balances) = knowledge.balances else { return Ok(decision) };
    match act {
        Act::Consume { partial, .. } => {
            let requested = decision.told.actual;
            let available = balances.money.available;
            if requested <= available {
                return Ok(decision);
            }
            if !(*partial && partial_allowed && available.is_positive()) {
                return Err(Refusal::InsufficientFunds { available, requested });
            }
            let told = Told { from_card: available, due: requested.minus(available), ..decision.told };
            Ok(consumed(told, knowledge))
        }
        // What comes back comes back, whatever has become of the points it brought.
        Act::ReturnOrder { .. } => Ok(decision),
        _ if decision.effect.points.negated() > balances.points.available.max(Points::ZERO) => {
            let requested = decision.effect.points.negated();
            Err(Refusal::InsufficientPoints { available: balances.points.available, requested })
        }
        _ => Ok(decision),
    }
}

/// Decides without the remote: what the card would pay, then the policy's ladder on that. The ladder's reason comes before a
/// lack of funds: where it refuses, what is known of the funds may not be worth telling.
pub(crate) fn decide(
    act: &Act,
    knowledge: &Knowledge<'_>,
    case: OfflineCase<'_>,
    policy: &OfflinePolicy,
    partial_allowed: bool,
) -> Result<Approval, Refusal> {
    let whole = predict(act, knowledge);
    let fitted = fit_funds(act, whole, knowledge, partial_allowed);
    let from_card = fitted.as_ref().unwrap_or(&whole).told.from_card;
    let recharge = matches!(act, Act::Recharge { .. }).then_some(whole.effect.money);
    let opens = act.kind().opens();
    let lifted = check_offline(&OfflineCase { from_card, recharge, opens, ..case }, policy)?;
    let decision = fitted?;
    decision.told.assert_consistent();
    Ok(Approval { decision, lifted })
}

/// Decides whether the card's part of a sale that was sent may be promised, as it was sent: its figures stand, and they are what
/// the policy and the funds are held against.
pub(crate) fn decide_sent(
    sent: Decision,
    knowledge: &Knowledge<'_>,
    case: OfflineCase<'_>,
    policy: &OfflinePolicy,
) -> Result<Approval, Refusal> {
    let requested = sent.told.from_card;
    let lifted = check_offline(&OfflineCase { from_card: requested, ..case }, policy)?;
    match knowledge.balances.map(|balances| balances.money.available) {
        Some(available) if requested > available => Err(Refusal::InsufficientFunds { available, requested }),
        _ => Ok(Approval { decision: sent, lifted }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::model::balance::Balance;
    use crate::model::card::CardStatus;
    use crate::model::ladder::Exposure;
    use crate::model::request::{Consume, RedeemPoints, Request};

    fn knowledge(available: i64, rate: Option<&str>) -> Knowledge<'static> {
        let money = Money::from_fen(available);
        Knowledge {
            balances: Some(Balances {
                money: Balance { confirmed: money, expected: money, available: money },
                points: Balance { available: Points::new(50), ..Balance::default() },
                as_of: None,
            }),
            rate: rate.map(|rate| (Rate::new(rate.parse().unwrap()).unwrap(), RateSource::Level)),
            points_per_yuan: Some(Decimal::ONE),
            rules: &[],
            coupon_discount: Money::ZERO,
            rounding: Rounding::default(),
        }
    }

    fn case() -> OfflineCase<'static> {
        OfflineCase {
            now: Timestamp::from_millis(0),
            from_card: Money::ZERO,
            exception: None,
            status: CardStatus::Active,
            known: true,
            known_since: Some(Timestamp::from_millis(0)),
            needs_base: true,
            card_exposure: Money::ZERO,
            phone_exposure: None,
            recharge: None,
            opens: false,
            lifts: false,
            till_exposure: Exposure::default(),
            clock_behind: None,
        }
    }

    fn act(request: impl Into<Request>) -> Act {
        request.into().check().unwrap().act
    }

    #[test]
    fn a_sale_table() {
        // total, partial, rate, available -> from_card, due, or the refusal
        let cases = [
            (100_00, false, Some("0.8"), 80_00, Ok((80_00, 0))),
            (100_00, false, Some("0.8"), 79_99, Err("funds")),
            (100_00, true, Some("0.8"), 79_99, Ok((79_99, 1))),
            (100_00, true, None, 60_00, Ok((60_00, 40_00))),
            (100_00, true, None, 0, Err("funds")),
            (250_00, false, Some("0.8"), 900_00, Ok((200_00, 0))),
            (250_01, false, None, 900_00, Err("floor")),
            (300_00, true, None, 150_00, Ok((150_00, 150_00))),
        ];
        for (total, partial, rate, available, want) in cases {
            let act = act(Consume::new("M1", Money::from_fen(total)).partial(partial));
            let got = decide(&act, &knowledge(available, rate), case(), &OfflinePolicy::default(), true);
            let got = match got {
                Ok(Approval { decision, .. }) => Ok((decision.told.from_card.fen(), decision.told.due.fen())),
                Err(Refusal::InsufficientFunds { .. }) => Err("funds"),
                Err(Refusal::FloorLimit { .. }) => Err("floor"),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(got, want, "{total} partial {partial} {rate:?} available {available}");
        }
    }

    #[test]
    fn the_ladders_reason_comes_before_a_lack_of_funds() {
        let act = act(Consume::new("M1", Money::from_fen(150_00)));
        let old = OfflineCase { now: Timestamp::from_millis(3 * 86_400_000), ..case() };
        let refused = decide(&act, &knowledge(50_00, None), old, &OfflinePolicy::default(), true);
        assert!(matches!(refused, Err(Refusal::BaseTooOld { .. })), "{refused:?}");
        let stopped = OfflineCase { exception: Some("owes"), ..case() };
        let refused = decide(&act, &knowledge(50_00, None), stopped, &OfflinePolicy::default(), true);
        assert!(matches!(refused, Err(Refusal::ExceptionList { .. })), "{refused:?}");
    }

    #[test]
    fn what_was_sent_whole_is_never_promised_in_part() {
        let act = act(Consume::new("M1", Money::from_fen(100_00)).partial(true));
        let got = decide(&act, &knowledge(50_00, None), case(), &OfflinePolicy::default(), false);
        assert!(matches!(got, Err(Refusal::InsufficientFunds { .. })), "{got:?}");
    }

    #[test]
    fn points_are_taken_only_as_far_as_they_are_available() {
        let policy = OfflinePolicy::default();
        let redeem = |points| act(RedeemPoints::new("M1", Points::new(points)));
        assert!(decide(&redeem(50), &knowledge(0, None), case(), &policy, true).is_ok());
        let refused = decide(&redeem(51), &knowledge(0, None), case(), &policy, true);
        assert_eq!(
            refused,
            Err(Refusal::InsufficientPoints { available: Points::new(50), requested: Points::new(51) })
        );
    }
}
