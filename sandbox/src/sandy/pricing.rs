//! What a recharge adds and what a consume costs: pure figures, no state.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::errcode::Errcode;
use super::settings::{Level, RechargeRule, RuleKind};
use super::wire::{float, short};
use crate::rate::Rate;

/// What the recharge rules add to one recharge.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bonus {
    pub(super) money_fen: i64,
    pub(super) score: i64,
    /// The history's text, one line for each rule that applied.
    pub(super) description: String,
}

/// Adds up every rule that applies. Each-time rules, percentages and the highest threshold reached stack: the
/// document's sample history shows two rules on one recharge.
pub(super) fn bonus(rules: &[RechargeRule], fen: i64) -> Result<Bonus, Errcode> {
    let reached = rules
        .iter()
        .filter_map(|rule| match rule.kind {
            RuleKind::Threshold { at_fen, .. } if at_fen <= fen => Some(at_fen),
            _ => None,
        })
        .max();
    let mut bonus = Bonus::default();
    let mut lines = Vec::new();
    for rule in rules {
        let money_fen = match rule.kind {
            RuleKind::EachTime { add_fen } => add_fen,
            RuleKind::Percentage { ratio } => part(fen, ratio)?,
            RuleKind::Threshold { at_fen, add_fen } if Some(at_fen) == reached => add_fen,
            RuleKind::Threshold { .. } => continue,
        };
        bonus.money_fen = bonus.money_fen.checked_add(money_fen).ok_or(Errcode::Internal)?;
        bonus.score = bonus.score.checked_add(rule.add_score).ok_or(Errcode::Internal)?;
        let mut line = format!("{}:充值{}赠送金额{}", rule.description, short(fen), short(money_fen));
        if rule.add_score > 0 {
            line.push_str("赠送积分");
            line.push_str(&float(rule.add_score));
        }
        lines.push(line);
    }
    bonus.description = lines.join("<br/>");
    Ok(bonus)
}

/// The price after the level's discount on the discountable part.
pub(super) fn price(level: &Level, fen: i64, discountable_fen: i64) -> Result<i64, Errcode> {
    Ok(fen - discountable_fen + part(discountable_fen, level.discount)?)
}

/// The points that a level grants for money paid.
pub(super) fn points(level: &Level, paid_fen: i64) -> Result<i64, Errcode> {
    Decimal::new(paid_fen, 2)
        .checked_mul(level.points_per_yuan.value())
        .and_then(|points| points.floor().to_i64())
        .ok_or(Errcode::Internal)
}

/// The history's text for a discount, as in `8折(0.8)`: tenths that are paid, then the ratio.
pub(super) fn discount_text(rate: Rate) -> String {
    let tenths = (rate.value() * Decimal::TEN).normalize();
    format!("{tenths}折({rate})")
}

/// A part of an amount, half-up to the fen.
fn part(fen: i64, rate: Rate) -> Result<i64, Errcode> {
    Decimal::from(fen)
        .checked_mul(rate.value())
        .and_then(|part| part.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64())
        .ok_or(Errcode::Internal)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rule(kind: RuleKind, add_score: i64, description: &str) -> RechargeRule {
        RechargeRule { kind, add_score, description: description.to_owned() }
    }

    #[test]
    fn the_kinds_of_recharge_rules_stack_and_thresholds_do_not() {
        let rules = [
            rule(RuleKind::Percentage { ratio: Rate::new(1, 1) }, 0, "充值送10%"),
            rule(RuleKind::EachTime { add_fen: 500 }, 5, "单次送5元"),
            rule(RuleKind::Threshold { at_fen: 100_000, add_fen: 30_000 }, 50, "冲1000送300"),
            rule(RuleKind::Threshold { at_fen: 50_000, add_fen: 10_000 }, 7, "冲500送100"),
        ];
        let table = [(10_000, 1_500, 5), (49_999, 5_500, 5), (50_000, 15_500, 12), (100_000, 40_500, 55), (5, 501, 5)];
        for (fen, money_fen, score) in table {
            let bonus = bonus(&rules, fen).unwrap();
            assert_eq!((bonus.money_fen, bonus.score), (money_fen, score), "{fen}");
        }
        assert_eq!(
            bonus(&rules, 10_000).unwrap().description,
            "充值送10%:充值100.0赠送金额10.0<br/>单次送5元:充值100.0赠送金额5.0赠送积分5.0"
        );
        assert_eq!(bonus(&[], 10_000).unwrap(), Bonus::default());
    }

    #[test]
    fn a_discount_rounds_half_up_to_the_fen_on_the_discountable_part() {
        let level = |discount| Level { id: 1, name: String::new(), discount, points_per_yuan: Rate::ONE };
        let table = [
            (Rate::new(8, 1), 10_000, 10_000, 8_000),
            (Rate::new(8, 1), 10_000, 5_000, 9_000),
            (Rate::new(8, 1), 10_000, 0, 10_000),
            // 0.75 x 2 fen is 1.5 fen, 0.75 x 3 fen is 2.25 fen.
            (Rate::new(75, 2), 2, 2, 2),
            (Rate::new(75, 2), 3, 3, 2),
            // 0.85 x 10 fen is 8.5 fen.
            (Rate::new(85, 2), 10, 10, 9),
            (Rate::ONE, 12_345, 12_345, 12_345),
        ];
        for (rate, fen, discountable, expected) in table {
            assert_eq!(price(&level(rate), fen, discountable), Ok(expected), "{rate} of {discountable} in {fen}");
        }
    }

    #[test]
    fn points_drop_their_fraction() {
        let level = |points_per_yuan| Level { id: 1, name: String::new(), discount: Rate::ONE, points_per_yuan };
        for (rate, fen, expected) in
            [(Rate::ONE, 8_000, 80), (Rate::ONE, 8_099, 80), (Rate::new(5, 1), 399, 1), (Rate::new(0, 0), 9_999, 0)]
        {
            assert_eq!(points(&level(rate), fen), Ok(expected));
        }
    }

    #[test]
    fn a_discount_is_told_in_tenths_and_as_a_ratio() {
        assert_eq!(discount_text(Rate::new(8, 1)), "8折(0.8)");
        assert_eq!(discount_text(Rate::new(85, 2)), "8.5折(0.85)");
    }
}
