//! Numbers that a till gives to the cards it opens.

use serde::{Deserialize, Serialize};

use super::{CardNumber, Error, Result};

/// A range of card numbers that is this till's alone: what [`OpenCard::next`](crate::OpenCard::next) takes its numbers from, so
/// that a card can be opened without asking anybody whether its number is free.
///
/// No two tills may have ranges that overlap. A till knows nothing of another one's: two that give out the same number find that
/// out only when the remote refuses the second opening ([`Till::retarget`](crate::Till::retarget)).
///
/// A range is known by its first number. Moving `last` further makes it longer; another `prefix`, `first` or `width` is another
/// range, which begins at its beginning.
///
/// ```
/// use tillbook::{CardNumbers, Config, SandyConfig};
///
/// let mut config = Config::new("Noodle House", "Store 1", "Till 3", SandyConfig::new("http://127.0.0.1:9", "test", "{GUID}"));
/// // M300001 to M399999.
/// config.card_numbers = Some(CardNumbers { prefix: "M3".into(), first: 1, last: 99_999, width: Some(5) });
/// config.check()?;
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardNumbers {
    /// What each number begins with. May be empty.
    #[serde(default)]
    pub prefix: String,
    /// The first number.
    pub first: u64,
    /// The last number.
    pub last: u64,
    /// With how many digits a number is written at least, zeros in front. As many as it has unless said otherwise.
    #[serde(default)]
    pub width: Option<u32>,
}

/// The book counts in 64 bits with a sign.
const MOST: u64 = 999_999_999_999_999_999;

impl CardNumbers {
    /// Checks every key.
    pub(crate) fn check(&self) -> Result<()> {
        let broken = |key: &'static str, rule: &str| Err(Error::config(key, rule));
        if !self.prefix.is_empty() && CardNumber::new(self.prefix.as_str()).is_err() {
            return broken("card_numbers.prefix", "must hold no white space and no control characters");
        }
        if self.last > MOST {
            return broken("card_numbers.last", "must have at most 18 digits");
        }
        if self.first > self.last {
            return broken("card_numbers.first", "must not be above last");
        }
        if self.width.is_some_and(|width| !(1..=32).contains(&width) || digits(self.last) > width) {
            return broken("card_numbers.width", "must be enough for last, and at most 32");
        }
        match CardNumber::new(self.text(self.last)) {
            Ok(_) => Ok(()),
            Err(_) => broken("card_numbers.prefix", "must leave room: a card's number has at most 32 characters"),
        }
    }

    /// What it is known by in the book.
    pub(crate) fn name(&self) -> String {
        self.text(self.first)
    }

    /// How many numbers it has.
    pub(crate) fn size(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// How many are left from this one on.
    pub(crate) fn left(&self, next: u64) -> u64 {
        (self.last.saturating_add(1)).saturating_sub(next.max(self.first))
    }

    /// Whether so many left are few: a tenth.
    pub(crate) fn is_low(&self, left: u64) -> bool {
        left.saturating_mul(10) <= self.size()
    }

    /// The card's number of this one, or `None` beyond the last.
    pub(crate) fn number(&self, place: u64) -> Option<CardNumber> {
        (self.first..=self.last).contains(&place).then(|| CardNumber::stored(self.text(place)))
    }

    fn text(&self, place: u64) -> String {
        let width = self.width.unwrap_or(1) as usize;
        format!("{}{place:0width$}", self.prefix)
    }
}

fn digits(number: u64) -> u32 {
    number.checked_ilog10().unwrap_or(0) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(prefix: &str, first: u64, last: u64, width: Option<u32>) -> CardNumbers {
        CardNumbers { prefix: prefix.to_owned(), first, last, width }
    }

    #[test]
    fn a_range_is_checked_by_its_keys() {
        let long = "x".repeat(31);
        let cases = [
            (range("M", 1, 9, None), None),
            (range("", 0, 0, None), None),
            (range("M", 1, 100, Some(3)), None),
            (range("", 1, MOST, Some(32)), None),
            (range("M 1", 1, 9, None), Some("card_numbers.prefix")),
            (range("M\n", 1, 9, None), Some("card_numbers.prefix")),
            (range(&long, 1, 9, None), None),
            (range(&long, 1, 10, None), Some("card_numbers.prefix")),
            (range("M", 1, 9, Some(32)), Some("card_numbers.prefix")),
            (range("M", 2, 1, None), Some("card_numbers.first")),
            (range("M", 1, MOST + 1, None), Some("card_numbers.last")),
            (range("M", 1, 100, Some(2)), Some("card_numbers.width")),
            (range("M", 1, 9, Some(0)), Some("card_numbers.width")),
            (range("M", 1, 9, Some(33)), Some("card_numbers.width")),
            (range("M", 1, 9, Some(u32::MAX)), Some("card_numbers.width")),
        ];
        for (range, key) in cases {
            let found = range.check().err();
            assert_eq!(found.as_ref().and_then(|error| error.field()), key, "{range:?}");
        }
    }

    #[test]
    fn numbers_are_written_with_their_width() {
        let range = range("M", 9, 11, Some(4));
        let numbers: Vec<String> =
            (8..13).map(|place| range.number(place).map_or_else(String::new, |number| number.to_string())).collect();
        assert_eq!(numbers, ["", "M0009", "M0010", "M0011", ""]);
        assert_eq!((range.name(), range.size()), ("M0009".to_owned(), 3));
        assert_eq!([0, 9, 10, 11, 12, 13, u64::MAX].map(|next| range.left(next)), [3, 3, 2, 1, 0, 0, 0]);
    }

    #[test]
    fn a_tenth_is_few() {
        let hundred = range("M", 1, 100, None);
        assert_eq!([11, 10, 0].map(|left| hundred.is_low(left)), [false, true, true]);
        let few = range("M", 1, 5, None);
        assert_eq!([1, 0].map(|left| few.is_low(left)), [false, true]);
    }
}
