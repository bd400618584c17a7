//! Taking cards into the book ahead of an outage: which, how far it came, and where to go on.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::CardNumber;
use crate::error::{Error, Result};

/// Numbers of one list or range at most.
const NUMBERS: u64 = 1_000_000;

/// No count of what was dealt with is higher.
const FIGURES: u64 = 1 << 40;

/// Which cards are taken into the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreloadCards {
    /// These.
    Numbers(Vec<String>),
    /// From one number to another, both included: of the same length, and differing in their last digits only.
    Range {
        /// The first number.
        from: String,
        /// The last one.
        to: String,
    },
    /// Whatever the search of the remote of the cards finds for a part of a number, a name or a phone (Sandy). The remote tells
    /// all of it in one answer, which may be too long for it.
    Search(String),
    /// The members that the remote of the members lists (Freemud).
    Members,
}

/// What is to be taken into the book, and how.
///
/// ```
/// use std::time::Duration;
/// use tillbook::PreloadQuery;
///
/// let query = PreloadQuery { max_age: Some(Duration::from_secs(3600)), ..PreloadQuery::range("M000100", "M000199") };
/// assert_eq!(query.check()?, Some(100));
/// # Ok::<(), tillbook::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreloadQuery {
    /// Which cards.
    pub cards: PreloadCards,
    /// Cards that were read within this are passed over. `None`: all are read anew.
    pub max_age: Option<Duration>,
    /// How long it may take altogether. What is under way then is finished or given up first.
    pub budget: Duration,
    /// How long one card may take. 10 s.
    pub timeout: Duration,
    /// The pause between two cards, so that others are served too. 50 ms.
    pub pace: Duration,
}

impl PreloadQuery {
    /// These cards, with every setting at its default: read anew, without a limit of time.
    #[must_use]
    pub fn new(cards: PreloadCards) -> Self {
        PreloadQuery {
            cards,
            max_age: None,
            budget: Duration::MAX,
            timeout: Duration::from_secs(10),
            pace: Duration::from_millis(50),
        }
    }

    /// The cards of a range of numbers, both ends included.
    #[must_use]
    pub fn range(from: impl Into<String>, to: impl Into<String>) -> Self {
        PreloadQuery::new(PreloadCards::Range { from: from.into(), to: to.into() })
    }

    /// The cards of a list.
    #[must_use]
    pub fn numbers<T: Into<String>>(numbers: impl IntoIterator<Item = T>) -> Self {
        PreloadQuery::new(PreloadCards::Numbers(numbers.into_iter().map(Into::into).collect()))
    }

    /// Checks it, and tells how many cards it is about, where that can be said without asking anybody.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn check(&self) -> Result<Option<u64>> {
        Ok(PreloadPlan::of(&self.cards)?.total())
    }
}

/// How far it came: all of it, whatever part of it was done by earlier calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreloadProgress {
    /// Cards that are dealt with.
    pub done: u64,
    /// How many there are, once that is known.
    pub total: Option<u64>,
    /// Read from a remote now.
    pub found: u64,
    /// Of those, the ones of which another remote that may know them did not tell.
    pub partial: u64,
    /// Passed over, since they were read lately.
    pub fresh: u64,
    /// The remotes know no such card.
    pub absent: u64,
    /// The remotes' answers were of no use.
    pub failed: u64,
}

/// Why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreloadEnd {
    /// All are dealt with.
    Complete,
    /// So many as this call was to deal with.
    StepDone,
    /// The time was over.
    OutOfTime,
    /// The callback said so.
    Cancelled,
    /// A remote does not answer, asks to be left alone for now, or refuses this till. Go on later.
    Unreachable,
}

/// What a preload brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preloaded {
    /// How far it came.
    pub progress: PreloadProgress,
    /// Why it ended.
    pub end: PreloadEnd,
    /// Where to go on: a text to be kept as it is, for the same cards. `None` if all are dealt with.
    pub next: Option<String>,
}

/// What a query asks for, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PreloadPlan {
    Numbers(Vec<CardNumber>),
    Range { prefix: String, width: usize, first: u64, count: u64 },
    Search(String),
    Members,
}

impl PreloadPlan {
    pub(crate) fn of(cards: &PreloadCards) -> Result<Self> {
        Ok(match cards {
            PreloadCards::Numbers(numbers) => {
                if numbers.len() as u64 > NUMBERS {
                    return Err(Error::invalid("cards", "must be at most 1,000,000", numbers.len()));
                }
                PreloadPlan::Numbers(numbers.iter().map(CardNumber::new).collect::<Result<_>>()?)
            }
            PreloadCards::Range { from, to } => range(from, to)?,
            PreloadCards::Search(text) => {
                let text = text.trim();
                let fine = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
                if !fine {
                    let rule = "must be 1 to 64 characters without control characters";
                    return Err(Error::invalid_personal("search", rule, text));
                }
                PreloadPlan::Search(text.to_owned())
            }
            PreloadCards::Members => PreloadPlan::Members,
        })
    }

    /// How many cards, as far as that can be said without asking.
    pub(crate) fn total(&self) -> Option<u64> {
        match self {
            PreloadPlan::Numbers(numbers) => Some(numbers.len() as u64),
            PreloadPlan::Range { count, .. } => Some(*count),
            PreloadPlan::Search(_) | PreloadPlan::Members => None,
        }
    }

    /// The card at a place of a list or range.
    pub(crate) fn number(&self, place: u64) -> Option<CardNumber> {
        match self {
            PreloadPlan::Numbers(numbers) => numbers.get(usize::try_from(place).ok()?).cloned(),
            PreloadPlan::Range { prefix, width, first, count } if place < *count => {
                CardNumber::new(format!("{prefix}{:0width$}", first + place, width = *width)).ok()
            }
            _ => None,
        }
    }

    fn mark(&self) -> &'static str {
        match self {
            PreloadPlan::Numbers(_) => "n",
            PreloadPlan::Range { .. } => "r",
            PreloadPlan::Search(_) => "s",
            PreloadPlan::Members => "m",
        }
    }
}

fn range(from: &str, to: &str) -> Result<PreloadPlan> {
    let (from, to) = (CardNumber::new(from)?, CardNumber::new(to)?);
    let (from, to) = (from.as_str(), to.as_str());
    let unlike = || Error::invalid("to", "must differ from the first number in its last digits only", to);
    if from.chars().count() != to.chars().count() {
        return Err(unlike());
    }
    let same = from.chars().zip(to.chars()).take_while(|(one, other)| one == other).count();
    let cut =
        |text: &str| -> (String, String) { (text.chars().take(same).collect(), text.chars().skip(same).collect()) };
    let ((prefix, first), (_, last)) = (cut(from), cut(to));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(&first) || !digits(&last) {
        return Err(unlike());
    }
    let width = first.len();
    let figure = |text: &str| if text.is_empty() { Ok(0) } else { text.parse::<u64>().map_err(|_| unlike()) };
    let (first, last) = (figure(&first)?, figure(&last)?);
    if last < first {
        return Err(Error::invalid("to", "must not come before the first number", to));
    }
    if last - first >= NUMBERS {
        return Err(Error::invalid("to", "must be at most 1,000,000 numbers away", last - first));
    }
    let count = last - first + 1;
    // A range of one number has no digits of its own.
    Ok(if width == 0 {
        PreloadPlan::Numbers(vec![CardNumber::new(from)?])
    } else {
        PreloadPlan::Range { prefix, width, first, count }
    })
}

/// Where to go on. Everything that a further call needs stands in its text, so that a program may keep it over a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PreloadCursor {
    mark: String,
    /// Lists and ranges: the next place. Members: the next one on the page.
    pub(crate) place: u64,
    /// Members: the page.
    pub(crate) page: u32,
    pub(crate) progress: PreloadProgress,
    /// A search: the number last dealt with.
    pub(crate) after: Option<String>,
}

impl PreloadCursor {
    /// The beginning, or where an earlier call left off.
    pub(crate) fn of(plan: &PreloadPlan, text: Option<&str>) -> Result<Self> {
        let Some(text) = text else {
            let progress = PreloadProgress { total: plan.total(), ..PreloadProgress::default() };
            return Ok(PreloadCursor { mark: plan.mark().to_owned(), page: 1, progress, ..PreloadCursor::default() });
        };
        let cursor: Option<PreloadCursor> = text.parse().ok();
        let fitting = cursor.filter(|cursor| {
            let PreloadProgress { done, found, partial, fresh, absent, failed, .. } = cursor.progress;
            cursor.mark == plan.mark()
                && cursor.page >= 1
                && plan.total().is_none_or(|total| cursor.place <= total)
                && [cursor.place, done, found, partial, fresh, absent, failed].iter().all(|&figure| figure <= FIGURES)
        });
        fitting.ok_or_else(|| {
            Error::invalid_personal("after", "must be what an earlier call for the same cards returned", text)
        })
    }
}

impl fmt::Display for PreloadCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PreloadProgress { done, total, found, partial, fresh, absent, failed } = self.progress;
        let total = total.map(|total| total.to_string()).unwrap_or_default();
        let (mark, place, page) = (&self.mark, self.place, self.page);
        write!(f, "1;{mark};{place};{page};{done};{total};{found};{partial};{fresh};{absent};{failed};")?;
        f.write_str(self.after.as_deref().unwrap_or_default())
    }
}

impl FromStr for PreloadCursor {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let mut parts = text.splitn(12, ';');
        let mut part = || parts.next().ok_or(());
        fn figure<T: FromStr>(text: &str) -> std::result::Result<T, ()> {
            text.parse().map_err(drop)
        }
        if part()? != "1" {
            return Err(());
        }
        let mark = part()?.to_owned();
        let (place, page, done) = (figure(part()?)?, figure(part()?)?, figure(part()?)?);
        let total = match part()? {
            "" => None,
            total => Some(figure(total)?),
        };
        let (found, partial) = (figure(part()?)?, figure(part()?)?);
        let (fresh, absent, failed) = (figure(part()?)?, figure(part()?)?, figure(part()?)?);
        let after = Some(part()?).filter(|after| !after.is_empty()).map(str::to_owned);
        let progress = PreloadProgress { done, total, found, partial, fresh, absent, failed };
        Ok(PreloadCursor { mark, place, page, progress, after })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_range_counts_in_the_last_digits_and_keeps_their_zeros() {
        let plan = |from: &str, to: &str| PreloadPlan::of(&PreloadCards::Range { from: from.into(), to: to.into() });
        let cases = [
            ("M000098", "M000101", Some(("M000098", "M000101", 4))),
            ("M1", "M1", Some(("M1", "M1", 1))),
            ("0", "9", Some(("0", "9", 10))),
            ("AB", "AB", Some(("AB", "AB", 1))),
            ("18446744073709551614", "18446744073709551615", Some(("18446744073709551614", "18446744073709551615", 2))),
            ("M9", "M10", None),
            ("M10", "M09", None),
            ("A10", "B11", None),
            ("M1A", "M2A", None),
            ("M0000000", "M1000000", None),
            ("00000000000000000000", "18446744073709551615", None),
            ("", "", None),
        ];
        for (from, to, want) in cases {
            let got = plan(from, to).ok().map(|plan| {
                let total = plan.total().unwrap();
                assert_eq!(plan.number(total), None);
                let text = |place| plan.number(place).unwrap().as_str().to_owned();
                (text(0), text(total - 1), total)
            });
            assert_eq!(got, want.map(|(from, to, total)| (from.to_owned(), to.to_owned(), total)), "{from} {to}");
        }
    }

    #[test]
    fn a_cursor_is_its_own_text_and_belongs_to_its_query() {
        let plan = PreloadPlan::Search("王;".into());
        let mut cursor = PreloadCursor::of(&plan, None).unwrap();
        cursor.after = Some("A;1".into());
        cursor.progress =
            PreloadProgress { done: 3, total: Some(9), found: 1, partial: 1, fresh: 1, absent: 0, failed: 1 };
        let text = cursor.to_string();
        assert_eq!(PreloadCursor::of(&plan, Some(&text)).unwrap(), cursor);
        let full = "1;s;0;1;18446744073709551615;;0;0;0;0;0;";
        for bad in ["", "1;s", "2;s;0;1;0;;0;0;0;0;0;", "1;s;0;0;0;;0;0;0;0;0;", "1;s;-1;1;0;;0;0;0;0;0;", "x", full] {
            assert!(PreloadCursor::of(&plan, Some(bad)).is_err(), "{bad}");
        }
        assert!(PreloadCursor::of(&PreloadPlan::Members, Some(&text)).is_err());
    }
}
