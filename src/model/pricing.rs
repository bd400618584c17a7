//! What a member pays, and what a recharge brings on top.

use rust_decimal::Decimal;

use super::card::{RechargeRule, RechargeWhen};
use super::operation::named;
use super::receipt::Told;
use crate::units::{Money, Points, Rate, Rounding};

named! {
    /// Where the discount that a receipt shows comes from.
    RateSource {
        /// The level's configured rate.
        Level = "level",
        /// The rate that the remote last gave this card.
        LastSeen = "last_seen",
        /// None is known: the full price was taken. The remote may know better.
        Unknown = "unknown",
        /// The remote computed it.
        Remote = "remote",
        /// The operation has no price.
        NotApplicable = "not_applicable",
        /// The rate that several cards of this level were given lately, this one not among them.
        Learned = "learned",
    }
}

/// The price of a sale at a rate, all of it to be paid from the card.
pub(crate) fn price_consume(
    total: Money,
    discountable: Money,
    rate: Option<(Rate, RateSource)>,
    rounding: Rounding,
) -> Told {
    debug_assert!(discountable <= total);
    let (rate, rate_source) = rate.map_or((None, RateSource::Unknown), |(rate, source)| (Some(rate), source));
    let paid = rounding.share_of(discountable, rate.unwrap_or(Rate::FULL));
    // Rounding up to a jiao or a yuan must not make a discounted sale dearer than its price.
    let discount = discountable.minus(paid).max(Money::ZERO);
    let actual = total.minus(discount);
    Told { original: total, discountable, discount, actual, from_card: actual, rate, rate_source, ..Told::default() }
}

/// What a recharge brings on top: every rule that applies to all, the percentages, and of the thresholds the highest one
/// reached. They stack (Sandy document, "获取充值规格&充值方式" and the sample of "6. 查询使用历史").
pub(crate) fn recharge_bonus(amount: Money, rules: &[RechargeRule]) -> (Money, Points) {
    let mut bonus = Money::ZERO;
    let mut points = Points::ZERO;
    let reached = rules
        .iter()
        .filter_map(|rule| match rule.when {
            RechargeWhen::Threshold(from) if amount >= from => Some(from),
            _ => None,
        })
        .max();
    for rule in rules {
        let money = match rule.when {
            RechargeWhen::Always => Money::from_remote_yuan(rule.bonus),
            RechargeWhen::Percentage => {
                rule.bonus.checked_mul(Decimal::from(amount.fen())).and_then(Money::from_remote_fen)
            }
            RechargeWhen::Threshold(from) if Some(from) == reached => Money::from_remote_yuan(rule.bonus),
            RechargeWhen::Threshold(_) => continue,
        };
        bonus = bonus.plus(money.unwrap_or(Money::ZERO));
        points = points.plus(rule.points);
    }
    (bonus.held(), points.held())
}

/// The points that a payment of `paid` brings at so many a yuan, floored.
pub(crate) fn points_for(paid: Money, per_yuan: Option<Decimal>) -> Points {
    per_yuan
        .and_then(|per_yuan| paid.to_yuan().checked_mul(per_yuan))
        .and_then(Points::from_remote)
        .unwrap_or(Points::ZERO)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::units::{RoundingMode, RoundingUnit};

    fn yuan(text: &str) -> Money {
        Money::parse_yuan(text).unwrap()
    }

    #[test]
    fn price_table() {
        // total, discountable, rate, discount, actual
        let cases = [
            ("100.00", "100.00", Some("0.8"), "20.00", "80.00"),
            ("100.00", "60.00", Some("0.8"), "12.00", "88.00"),
            ("100.00", "0.00", Some("0.8"), "0.00", "100.00"),
            ("9.90", "9.90", Some("0.85"), "1.48", "8.42"), // 8.415 is paid as 8.42
            ("0.01", "0.01", Some("0.1"), "0.01", "0.00"),
            ("88.88", "88.88", None, "0.00", "88.88"),
            ("100000000.00", "100000000.00", Some("0.333333333333"), "66666666.67", "33333333.33"),
        ];
        for (total, part, rate, discount, actual) in cases {
            let rate = rate.map(|text| (Rate::new(text.parse().unwrap()).unwrap(), RateSource::Level));
            let told = price_consume(yuan(total), yuan(part), rate, Rounding::default());
            assert_eq!((told.discount, told.actual), (yuan(discount), yuan(actual)), "{total} {part}");
            told.assert_consistent();
        }
    }

    #[test]
    fn rounding_up_never_makes_a_discounted_sale_dearer() {
        let up = Rounding { unit: RoundingUnit::Yuan, mode: RoundingMode::Up };
        let rate = Rate::new("0.99".parse().unwrap()).map(|rate| (rate, RateSource::Level));
        let told = price_consume(yuan("0.90"), yuan("0.90"), rate, up);
        assert_eq!(told.actual, yuan("0.90"));
        told.assert_consistent();
    }

    #[test]
    fn recharge_rules_stack_and_only_the_highest_threshold_counts() {
        let rule = |when, bonus: &str, points| RechargeRule {
            when,
            bonus: bonus.parse().unwrap(),
            points: Points::new(points),
            description: String::new(),
        };
        let rules = [
            rule(RechargeWhen::Percentage, "0.1", 0),
            rule(RechargeWhen::Always, "5", 5),
            rule(RechargeWhen::Threshold(yuan("500")), "100", 0),
            rule(RechargeWhen::Threshold(yuan("1000")), "250", 10),
        ];
        for (amount, bonus, points) in [
            ("100", "15.00", 5),
            ("499.99", "55.00", 5),
            ("500", "155.00", 5),
            ("1000", "355.00", 15),
            ("0.04", "5.00", 5),
        ] {
            assert_eq!(recharge_bonus(yuan(amount), &rules), (yuan(bonus), Points::new(points)), "{amount}");
        }
        assert_eq!(recharge_bonus(yuan("100"), &[]), (Money::ZERO, Points::ZERO));
        // What is no figure brings nothing, and a sum of many goes nowhere.
        let absurd = [rule(RechargeWhen::Percentage, "1e20", 0), rule(RechargeWhen::Always, "1e15", 0)];
        assert_eq!(recharge_bonus(yuan("100"), &absurd), (Money::ZERO, Points::ZERO));
        let many = vec![rule(RechargeWhen::Always, "1e14", 10_000_000_000_000_000); 2_000];
        let most = (Money::from_fen(10_000_000_000_000_000), Points::new(10_000_000_000_000_000));
        assert_eq!(recharge_bonus(yuan("100"), &many), most);
    }

    #[test]
    fn points_are_floored() {
        assert_eq!(points_for(yuan("80.90"), Some(Decimal::ONE)), Points::new(80));
        assert_eq!(points_for(yuan("80.90"), None), Points::ZERO);
    }
}
