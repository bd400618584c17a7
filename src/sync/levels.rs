//! Learned discounts. No remote tells what a level's members pay; its answers show what one of them paid.
//!
//! What an answer shows is kept per level, card and day. It becomes the level's once several cards agree, and is withdrawn
//! as soon as one disagrees. All of it is one remote's, and out of date once no card was given it for long. It only predicts:
//! the remote's figures count, and a difference is told as a variance.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::error::Result;
use crate::event::event;
use crate::model::{Confirmation, Kind, RateSource, Told};
use crate::store::{Days, LevelAt, OpRow, Tx};
use crate::units::{Money, Rate, Rounding, RoundingUnit};

use super::desk::Desk;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A stated rate that the amounts contradict by this much is not the one that was applied. The coarsest rounding is a yuan.
const COARSEST: Money = Money::from_fen(100);

impl Desk {
    /// A sale has been answered: what it shows of the member's discount is kept.
    pub(super) fn learn_rate(
        &mut self,
        tx: &Tx<'_>,
        op: &OpRow,
        level: Option<&str>,
        confirmation: &Confirmation,
    ) -> Result<()> {
        // Only an answer to a whole sale tells the member's rate; the card's part is sent without a discountable amount.
        let whole = op.kind == Kind::Consume && op.promise.is_none() && !op.told.due.is_positive();
        let (Some(level), true) = (level, whole) else { return Ok(()) };
        let Some(rate) = shown_rate(&op.told, confirmation, self.hall.config.rounding) else { return Ok(()) };
        let (first, today) = self.learning_days();
        let at = LevelAt { provider: self.provider.name(), level };
        tx.saw_rate(op.card_no, at, rate, Days { from: &first, to: &today })?;
        self.level_was_given(tx, level, rate)
    }

    /// The remote's history tells what a card's member paid today. What it tells of earlier days may have been another level's.
    pub(super) fn learn_told_rate(&mut self, tx: &Tx<'_>, card_no: i64, level: &str, rate: Rate) -> Result<()> {
        let today = self.business_date(self.now());
        let at = LevelAt { provider: self.provider.name(), level };
        if tx.history_told_rate(card_no, at, &today, rate)? {
            self.level_was_given(tx, level, rate)?;
        }
        Ok(())
    }

    /// A card of a level was given a rate today: do enough agree now, or not any more?
    fn level_was_given(&mut self, tx: &Tx<'_>, level: &str, rate: Rate) -> Result<()> {
        let wanted = self.hall.config.learn_levels.cards;
        if wanted == 0 {
            return Ok(());
        }
        let provider = self.provider.name();
        let at = LevelAt { provider, level };
        let (oldest, today) = self.lasting_days();
        // One that is out of date has to be learned anew.
        let known = tx.level_rate(at, Days { from: &oldest, to: &today })?;
        if known == Some(rate) {
            return tx.level_rate_seen(at, &today);
        }
        let (first, _) = self.learning_days();
        let cards = tx.cards_that_agree(at, Days { from: &first, to: &today }, rate, wanted)?;
        if cards >= wanted {
            let now = self.now();
            event!(RATE_LEARNED, provider = provider, cards = cards);
            return tx.set_level_rate(at, rate, cards, (now, &today));
        }
        if known.is_some() {
            event!(RATE_DISPUTED, provider = provider);
            tx.forget_level_rate(at)?;
        }
        Ok(())
    }

    /// What a card is expected to be given here and now where its level has no configured rate: what it was given last, or what
    /// was learned of its level. What is out of date is not used: the member may pay in full where a discount is due, and is
    /// never given one that there may be no longer.
    pub(super) fn known_rate(&self, tx: &Tx<'_>, card_no: i64, level: &str) -> Result<Option<(Rate, RateSource)>> {
        let (oldest, today) = self.lasting_days();
        let days = Days { from: &oldest, to: &today };
        let at = LevelAt { provider: self.provider.name(), level };
        if let Some(rate) = tx.rate_seen(card_no, at, days)? {
            return Ok(Some((rate, RateSource::LastSeen)));
        }
        if self.hall.config.learn_levels.cards == 0 {
            return Ok(None);
        }
        Ok(tx.level_rate(at, days)?.map(|rate| (rate, RateSource::Learned)))
    }

    /// The business days on which cards have to agree: the first one, and today.
    fn learning_days(&self) -> (String, String) {
        self.last_days(self.hall.config.learn_levels.days)
    }

    /// The business days of which rates still count: the first one, and today.
    fn lasting_days(&self) -> (String, String) {
        self.last_days(self.hall.config.learn_levels.max_age_days)
    }

    fn last_days(&self, days: u32) -> (String, String) {
        let now = self.now();
        let first = now.before(DAY.saturating_mul(days.saturating_sub(1)));
        (self.business_date(first), self.business_date(now))
    }
}

/// The rate at which a sale was answered: the one that the answer states, unless its amounts contradict it, else the only one
/// that its amounts allow.
fn shown_rate(told: &Told, confirmation: &Confirmation, rounding: Rounding) -> Option<Rate> {
    let original = confirmation.original.unwrap_or(told.original);
    if !told.discountable.is_positive() || original != told.original {
        return None;
    }
    let Some(actual) = confirmation.actual else { return confirmation.rate };
    // What was paid of the discountable part.
    let paid = actual.minus(original.minus(told.discountable));
    match confirmation.rate {
        Some(rate) => {
            let off = Rounding::FEN_HALF_UP.share_of(told.discountable, rate).minus(paid);
            (off.max(off.negated()) < COARSEST).then_some(rate)
        }
        None => only_rate(told.discountable, paid, rounding.unit),
    }
}

/// The whole percentage at which `paid` is the price of `full`, if rounding to that unit, whichever way, leaves one only.
fn only_rate(full: Money, paid: Money, unit: RoundingUnit) -> Option<Rate> {
    if !paid.is_positive() || paid > full {
        return None;
    }
    let unit_fen = match unit {
        RoundingUnit::Fen => 1,
        RoundingUnit::Jiao => 10,
        RoundingUnit::Yuan => 100,
    };
    let (full, paid) = (i128::from(full.fen()), i128::from(paid.fen()));
    let fits = |percent: &i64| (full * i128::from(*percent) - paid * 100).abs() < 100 * unit_fen;
    let mut fitting = (1..=100).filter(fits);
    let only = fitting.next()?;
    fitting.next().is_none().then(|| Rate::new(Decimal::new(only, 2)))?
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn yuan(text: &str) -> Money {
        Money::parse_yuan(text).unwrap()
    }

    #[test]
    fn a_rate_is_inferred_only_where_the_amounts_leave_one() {
        use RoundingUnit::{Fen, Jiao, Yuan};
        let cases = [
            ("100.00", "80.00", Fen, Some("0.8")),
            ("9.90", "8.42", Fen, Some("0.85")), // 8.415, either way
            ("9.90", "8.41", Fen, Some("0.85")),
            ("9.90", "8.40", Fen, None), // of no whole percentage
            ("0.50", "0.40", Fen, None), // 79 % to 81 %
            ("1.00", "0.80", Fen, Some("0.8")),
            ("1.00", "0.80", Jiao, None),
            ("99.00", "84.10", Jiao, Some("0.85")),
            ("99.00", "84.00", Yuan, None),
            ("1000.00", "850.00", Yuan, Some("0.85")),
            ("100.00", "100.00", Fen, Some("1")),
            ("100.00", "100.01", Fen, None),
            ("100.00", "0.00", Fen, None),
            ("100.00", "-80.00", Fen, None),
            ("100000000.00", "12000000.00", Fen, Some("0.12")),
        ];
        for (full, paid, unit, rate) in cases {
            let got = only_rate(yuan(full), yuan(paid), unit).map(|rate| rate.to_string());
            assert_eq!(got.as_deref(), rate, "{full} {paid} {unit:?}");
        }
    }

    #[test]
    fn an_answer_shows_a_rate_only_for_what_may_be_discounted() {
        let rate = |text: &str| Rate::new(text.parse().unwrap());
        let told =
            |total: &str, part: &str| Told { original: yuan(total), discountable: yuan(part), ..Told::default() };
        let answer = |original: Option<&str>, actual: Option<&str>, stated: Option<&str>| Confirmation {
            original: original.map(yuan),
            actual: actual.map(yuan),
            rate: stated.and_then(rate),
            ..Confirmation::default()
        };
        let cases = [
            (told("100", "100"), answer(Some("100"), Some("80"), Some("0.8")), Some("0.8")),
            (told("100", "60"), answer(Some("100"), Some("88"), None), Some("0.8")),
            (told("100", "60"), answer(None, Some("88"), None), Some("0.8")),
            (told("100", "60"), answer(None, None, Some("0.8")), Some("0.8")),
            // A price rounded to the yuan.
            (told("99", "99"), answer(Some("99"), Some("84"), Some("0.85")), Some("0.85")),
            (told("100", "100"), answer(Some("100"), Some("100"), Some("0.8")), None),
            (told("100", "0"), answer(Some("100"), Some("100"), Some("0.8")), None),
            (told("100", "100"), answer(Some("90"), Some("72"), Some("0.8")), None),
            (told("100", "100"), answer(Some("100"), None, None), None),
        ];
        for (told, confirmation, want) in cases {
            let got = shown_rate(&told, &confirmation, Rounding::default());
            assert_eq!(got, want.and_then(rate), "{told:?} {confirmation:?}");
        }
    }
}
