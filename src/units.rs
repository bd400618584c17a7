//! Money, points, rates and the one place where anything is rounded.
//!
//! Money is whole fen and points are whole points, both `i64` in a newtype; a rate is an exact decimal. No float touches
//! any of them. Input from the POS parses strictly ([`Money::parse_yuan`]); a remote's figures parse leniently
//! ([`Money::from_remote_yuan`]), because an odd figure must never make an answer unreadable.

use std::fmt;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// A remote's figure further from zero than this, in fen or points, is none. The book takes what is further still for damage.
const FARTHEST: i64 = 10_000_000_000_000_000;

fn is_a_figure(figure: i64) -> bool {
    (-FARTHEST..=FARTHEST).contains(&figure)
}

/// An amount of money in whole fen (1 yuan = 100 fen). May be negative where it is an effect.
///
/// ```
/// use tillbook::Money;
/// let price = Money::parse_yuan("88.80")?;
/// assert_eq!(price, Money::from_fen(8880));
/// assert_eq!(price.to_string(), "88.80");
/// assert!(Money::parse_yuan("88.805").is_err(), "more than two decimals is an error, not a rounding");
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);

    /// The largest amount one request may carry: a hundred million yuan. It leaves sums of any length of history far
    /// from overflow.
    pub const MAX_REQUEST: Money = Money(100_000_000 * 100);

    /// An amount of `fen` (1 yuan = 100 fen).
    #[must_use]
    pub const fn from_fen(fen: i64) -> Self {
        Money(fen)
    }

    /// The amount in fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Reads yuan with at most two decimals, as a POS would send them: `"12"`, `"12.5"`, `"12.50"`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidInput`](crate::ErrorCode::InvalidInput) for anything else: more decimals, an exponent, a
    /// thousands separator, an overflow.
    pub fn parse_yuan(text: &str) -> Result<Self, crate::Error> {
        let bad = |rule| crate::Error::invalid("money", rule, text);
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-') {
            return Err(bad("must be yuan in plain digits"));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.split('.').any(str::is_empty) {
            return Err(bad("must be yuan in plain digits"));
        }
        let yuan: Decimal = text.parse().map_err(|_| bad("must be yuan in plain digits"))?;
        if yuan.scale() > 2 {
            return Err(bad("must have at most two decimals"));
        }
        yuan.checked_mul(Decimal::ONE_HUNDRED)
            .and_then(|fen| fen.to_i64())
            .map(Money)
            .ok_or_else(|| bad("is too large"))
    }

    /// A remote's figure in yuan, rounded half-up to the fen. `None` beyond a hundred trillion yuan either way: no card has that,
    /// and what is taken in must leave sums far from overflow.
    #[must_use]
    pub fn from_remote_yuan(yuan: Decimal) -> Option<Self> {
        Self::from_remote_fen(yuan.checked_mul(Decimal::ONE_HUNDRED)?)
    }

    /// As [`Money::from_remote_yuan`], of a figure in fen.
    pub(crate) fn from_remote_fen(fen: Decimal) -> Option<Self> {
        Rounding::FEN_HALF_UP.of_fen(fen).filter(|money| is_a_figure(money.0))
    }

    /// A sum of a remote's figures, held where its single figures are.
    pub(crate) fn held(self) -> Self {
        Money(self.0.clamp(-FARTHEST, FARTHEST))
    }

    /// The exact value in yuan.
    #[must_use]
    pub fn to_yuan(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// The sum, or `None` on overflow.
    #[must_use]
    pub const fn checked_add(self, other: Money) -> Option<Money> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Money(fen)),
            None => None,
        }
    }

    /// The sum, held at the ends of the range. Balances use it: a remote's absurd figure must not stop a till.
    #[must_use]
    pub const fn plus(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }

    /// The difference, held at the ends of the range.
    #[must_use]
    pub const fn minus(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }

    /// The same amount with the other sign.
    #[must_use]
    pub const fn negated(self) -> Money {
        Money(self.0.saturating_neg())
    }

    /// Whether the amount is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Money>>(iter: I) -> Self {
        iter.fold(Money::ZERO, Money::plus)
    }
}

/// A number of points. Whole; a remote's fraction is dropped towards the smaller number.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Points(i64);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// The most points one request may carry.
    pub const MAX_REQUEST: Points = Points(1_000_000_000_000);

    /// A number of points.
    #[must_use]
    pub const fn new(points: i64) -> Self {
        Points(points)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// A remote's figure, floored. `None` beyond 10^16 either way: nobody has that, and what is taken in must leave sums far
    /// from overflow.
    #[must_use]
    pub fn from_remote(points: Decimal) -> Option<Self> {
        points.floor().to_i64().filter(|&points| is_a_figure(points)).map(Points)
    }

    /// A sum of a remote's figures, held where its single figures are.
    pub(crate) fn held(self) -> Self {
        Points(self.0.clamp(-FARTHEST, FARTHEST))
    }

    /// The sum, held at the ends of the range.
    #[must_use]
    pub const fn plus(self, other: Points) -> Points {
        Points(self.0.saturating_add(other.0))
    }

    /// The difference, held at the ends of the range.
    #[must_use]
    pub const fn minus(self, other: Points) -> Points {
        Points(self.0.saturating_sub(other.0))
    }

    /// The same number with the other sign.
    #[must_use]
    pub const fn negated(self) -> Points {
        Points(self.0.saturating_neg())
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Points({})", self.0)
    }
}

/// What a member pays of the discountable part: `0.8` is "8折", twenty percent off. Above 0, at most 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Rate(Decimal);

impl Rate {
    /// No discount.
    pub const FULL: Rate = Rate(Decimal::ONE);

    /// The share that is paid, `0 < share <= 1`; `None` for anything else.
    #[must_use]
    pub fn new(share: Decimal) -> Option<Self> {
        (share > Decimal::ZERO && share <= Decimal::ONE).then(|| Rate(share.normalize()))
    }

    /// The share that is paid.
    #[must_use]
    pub fn share(self) -> Decimal {
        self.0
    }
}

impl TryFrom<Decimal> for Rate {
    type Error = &'static str;

    fn try_from(share: Decimal) -> Result<Self, Self::Error> {
        Rate::new(share).ok_or("a rate is above 0 and at most 1")
    }
}

impl From<Rate> for Decimal {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The smallest unit that a computed price may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingUnit {
    /// 0.01 yuan.
    #[default]
    Fen,
    /// 0.10 yuan.
    Jiao,
    /// 1 yuan.
    Yuan,
}

/// Which way a computed price is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// To the nearest unit, halves away from zero.
    #[default]
    HalfUp,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// How computed prices are rounded. Half-up to the fen unless set otherwise.
///
/// ```
/// use tillbook::{Money, Rate, Rounding, RoundingMode, RoundingUnit};
/// let rate = Rate::new("0.85".parse().unwrap()).unwrap();
/// let price = Money::parse_yuan("9.90")?;
/// assert_eq!(Rounding::default().share_of(price, rate).to_string(), "8.42"); // 8.415
/// let jiao = Rounding { unit: RoundingUnit::Jiao, mode: RoundingMode::Down };
/// assert_eq!(jiao.share_of(price, rate).to_string(), "8.40");
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rounding {
    /// The unit.
    pub unit: RoundingUnit,
    /// The direction.
    pub mode: RoundingMode,
}

impl Rounding {
    /// Half-up to the fen.
    pub const FEN_HALF_UP: Rounding = Rounding { unit: RoundingUnit::Fen, mode: RoundingMode::HalfUp };

    /// `rate` of `money`, rounded.
    #[must_use]
    pub fn share_of(self, money: Money, rate: Rate) -> Money {
        // An i64 of fen has at most 19 digits and a rate is at most 1, so neither the product nor the result overflows.
        Decimal::from(money.fen()).checked_mul(rate.share()).and_then(|fen| self.of_fen(fen)).unwrap_or(money)
    }

    /// `fen`, rounded; `None` where the result is no `i64`.
    pub(crate) fn of_fen(self, fen: Decimal) -> Option<Money> {
        let unit = Decimal::from(match self.unit {
            RoundingUnit::Fen => 1,
            RoundingUnit::Jiao => 10,
            RoundingUnit::Yuan => 100,
        });
        let strategy = match self.mode {
            RoundingMode::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            RoundingMode::Down => RoundingStrategy::ToZero,
            RoundingMode::Up => RoundingStrategy::AwayFromZero,
        };
        let units = fen.checked_div(unit)?.round_dp_with_strategy(0, strategy);
        units.checked_mul(unit)?.to_i64().map(Money)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn strict_money_takes_plain_yuan_and_nothing_else() {
        let cases = [
            ("0", Some(0)),
            ("12", Some(1200)),
            ("12.5", Some(1250)),
            ("12.50", Some(1250)),
            ("-3.01", Some(-301)),
            ("92233720368547758.07", Some(i64::MAX)),
            ("92233720368547758.08", None),
            ("12.345", None),
            ("12.500", None),
            ("1,200", None),
            ("1e3", None),
            ("+5", None),
            ("", None),
            (" 5", None),
            ("5 ", None),
            ("--5", None),
            ("5.", None),
            (".5", None),
            ("-", None),
            ("五", None),
        ];
        for (text, fen) in cases {
            assert_eq!(Money::parse_yuan(text).ok().map(Money::fen), fen, "{text:?}");
        }
    }

    #[test]
    fn a_remotes_figure_is_rounded_half_up_and_points_are_floored() {
        for (text, fen) in [("14493.80", 1_449_380), ("0.005", 1), ("0.0049", 0), ("-0.005", -1), ("1E+2", 10_000)] {
            let yuan = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).unwrap();
            assert_eq!(Money::from_remote_yuan(yuan).unwrap().fen(), fen, "{text}");
        }
        for (text, points) in [("2555", 2555), ("2555.9", 2555), ("-0.1", -1)] {
            assert_eq!(Points::from_remote(text.parse().unwrap()).unwrap().get(), points, "{text}");
        }
    }

    #[test]
    fn rounding_table() {
        use RoundingMode::*;
        use RoundingUnit::*;
        // fen in, unit, mode, fen out
        let cases = [
            ("841.5", Fen, HalfUp, 842),
            ("841.4", Fen, HalfUp, 841),
            ("841.5", Fen, Down, 841),
            ("841.1", Fen, Up, 842),
            ("845", Jiao, HalfUp, 850),
            ("844", Jiao, HalfUp, 840),
            ("849", Jiao, Down, 840),
            ("841", Jiao, Up, 850),
            ("850", Yuan, HalfUp, 900),
            ("849", Yuan, HalfUp, 800),
        ];
        for (fen, unit, mode, want) in cases {
            let rounded = Rounding { unit, mode }.of_fen(fen.parse().unwrap()).unwrap();
            assert_eq!(rounded.fen(), want, "{fen} {unit:?} {mode:?}");
        }
    }

    #[test]
    fn money_prints_its_sign_and_two_decimals() {
        for (fen, text) in
            [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_456, "1234.56"), (i64::MIN, "-92233720368547758.08")]
        {
            assert_eq!(Money::from_fen(fen).to_string(), text);
        }
    }

    #[test]
    fn a_rate_is_above_zero_and_at_most_one() {
        for (text, ok) in [("0", false), ("0.8", true), ("1", true), ("1.01", false), ("-0.5", false)] {
            assert_eq!(Rate::new(text.parse().unwrap()).is_some(), ok, "{text}");
        }
    }
}
