//! Finding a card by a part of what is known of it.

use std::fmt;

use super::card::{CardNumber, CardStatus, mask_phone};
use super::check::garbles;
use super::operation::named;
use super::{Error, Result};

/// No card's number, phone or name that is looked for is longer.
const LONGEST_SEARCH: usize = 64;

/// Cards on a list, unless it is told otherwise.
const USUAL_LIMIT: usize = 20;

const HIGHEST_LIMIT: usize = 100;

/// What cards to look for: those whose number, phone or name contains a text. Upper and lower case, full-width and ASCII
/// characters are the same; spaces, hyphens and the dots in names do not count.
///
/// ```
/// # fn main() -> Result<(), tillbook::Error> {
/// # let dir = tempfile::tempdir().unwrap();
/// # let sandy = tillbook::SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
/// # let config = tillbook::Config::new("Noodle House", "Store 1", "Till 3", sandy);
/// # let till = tillbook::Till::open(dir.path().join("till.db"), config)?;
/// use tillbook::SearchQuery;
///
/// let found = till.search(SearchQuery::new("1381234").limit(5))?;
/// for card in &found.cards {
///     println!("{} {:?} {:?}", card.shown, card.name, card.phone); // M000123 王** 138****5678
/// }
/// assert!(!found.has_more);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SearchQuery {
    text: String,
    limit: usize,
    unmasked: bool,
}

impl SearchQuery {
    /// Looks for the first 20 cards that have this text, 1 to 64 characters, in their number, phone or name.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        SearchQuery { text: text.into(), limit: 0, unmasked: false }
    }

    /// At most so many cards, 1 to 100; 0 means 20.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Names and phones in full. For a screen that only the shop's own people see.
    #[must_use]
    pub fn unmasked(mut self) -> Self {
        self.unmasked = true;
        self
    }

    pub(crate) fn check(&self) -> Result<Search> {
        let refuse = |rule| Err(Error::invalid_personal("text", rule, &self.text));
        if self.text.chars().count() > LONGEST_SEARCH {
            return refuse("is too long");
        }
        if self.text.chars().any(garbles) {
            return refuse("must hold no control characters");
        }
        let text = fold(&self.text);
        if text.is_empty() {
            return refuse("must not be empty");
        }
        let limit = match self.limit {
            0 => USUAL_LIMIT,
            limit @ 1..=HIGHEST_LIMIT => limit,
            limit => return Err(Error::invalid("limit", "must be at most 100", limit)),
        };
        Ok(Search { text, limit, unmasked: self.unmasked })
    }
}

impl<T: Into<String>> From<T> for SearchQuery {
    fn from(text: T) -> Self {
        SearchQuery::new(text)
    }
}

impl fmt::Debug for SearchQuery {
    /// The text may be a name or a phone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchQuery")
            .field("characters", &self.text.chars().count())
            .field("limit", &self.limit)
            .field("unmasked", &self.unmasked)
            .finish()
    }
}

/// A checked query.
pub(crate) struct Search {
    /// Folded, and not empty.
    pub(crate) text: String,
    pub(crate) limit: usize,
    pub(crate) unmasked: bool,
}

named! {
    /// In which of a card's texts a search found what it looked for.
    Matched {
        /// The card's number.
        Number = "number",
        /// The holder's phone.
        Phone = "phone",
        /// The holder's name.
        Name = "name",
    }
}

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The cards: the one whose whole number it is, then those whose whole phone it is, then the others in the order of the
    /// index. None stands here twice.
    pub cards: Vec<FoundCard>,
    /// There are more: ask with a longer text.
    pub has_more: bool,
}

/// A card that a search has found. `Debug` shows no personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundCard {
    /// Its number, to make calls with. It may be the holder's phone: show [`FoundCard::shown`].
    pub number: CardNumber,
    /// Its number as it may be shown: masked where it is a phone, unless unmasking was asked for.
    pub shown: String,
    /// The holder's name, masked (`王**`) unless unmasking was asked for.
    pub name: Option<String>,
    /// The holder's phone, masked (`138****5678`) unless unmasking was asked for.
    pub phone: Option<String>,
    /// Where the text was found: in the number, else in the phone, else in the name. A card that turned out to be the same
    /// as another one is found by its own texts too, and shown as that one.
    pub matched: Matched,
    /// The level's name, where known.
    pub level: Option<String>,
    /// Whether it may be used.
    pub status: CardStatus,
}

impl fmt::Debug for FoundCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundCard")
            .field("name", &self.name.as_ref().map(|_| "***"))
            .field("phone", &self.phone.as_deref().map(mask_phone))
            .field("matched", &self.matched)
            .field("level", &self.level)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A text as it is searched: what people type in different ways is the same.
pub(crate) fn fold(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    let counts = |c: &char| {
        let dash = matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
        let dot = matches!(c, '\u{b7}' | '\u{2022}' | '\u{30fb}' | '\u{ff65}');
        !(c.is_whitespace() || dash || dot || garbles(*c))
    };
    text.chars().map(narrow).filter(counts).flat_map(char::to_lowercase).collect()
}

/// A name with nothing but its first character; of a name that is one character long, nothing.
pub(crate) fn mask_name(name: &str) -> String {
    let length = name.chars().count();
    name.chars().take(usize::from(length > 1)).chain(std::iter::repeat_n('*', length.max(2) - 1)).collect()
}

/// A phone with its first three and its last four characters; of one that is shorter than a mobile phone's less.
pub(crate) fn mask_middle(phone: &str) -> String {
    let length = phone.chars().count();
    if length < 11 {
        return mask_phone(phone);
    }
    let (front, back) = (phone.chars().take(3), phone.chars().skip(length - 4));
    front.chain(std::iter::repeat_n('*', length - 7)).chain(back).collect()
}

/// Whether a card's number is a phone or holds one: its holder's, or one that any mobile phone could have.
pub(crate) fn is_phone(number: &str, phone: Option<&str>) -> bool {
    let digits = |text: &str| text.strip_prefix('+').unwrap_or(text).to_owned();
    let number = digits(&fold(number));
    let holders = phone.map(|phone| digits(&fold(phone))).filter(|phone| !phone.is_empty());
    let same = holders.is_some_and(|phone| {
        let local = local(&phone);
        phone == number
            || (number.len() >= 7 && phone.ends_with(&number))
            || (local.len() >= 7 && number.contains(local))
    });
    let mobile = local(&number);
    let looks = mobile.len() == 11
        && mobile.bytes().all(|b| b.is_ascii_digit())
        && mobile.starts_with('1')
        && mobile.as_bytes()[1] >= b'3';
    same || looks
}

/// A mobile phone without the country in front.
fn local(number: &str) -> &str {
    number.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_in_different_ways_is_the_same() {
        let cases = [
            ("M-0001 23", "m000123"),
            ("ｍ０００１２３", "m000123"),
            ("138 1234\u{2013}5678", "13812345678"),
            ("阿卜杜·热合曼", "阿卜杜热合曼"),
            ("Éva　ÖZ", "évaöz"),
            ("王\u{1}小\u{202e}明", "王小明"),
            (" -－ ", ""),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn a_mask_leaves_what_tells_cards_apart() {
        for (name, masked) in [("王小明", "王**"), ("王五", "王*"), ("王", "*"), ("Mr Wang", "M******"), ("", "*")]
        {
            assert_eq!(mask_name(name), masked);
        }
        let phones = [
            ("13812345678", "138****5678"),
            ("+8613812345678", "+86*******5678"),
            ("12345678", "****5678"),
            ("12345", "***45"),
        ];
        for (phone, masked) in phones {
            assert_eq!(mask_middle(phone), masked);
        }
    }

    #[test]
    fn a_number_that_is_a_phone_is_told_apart() {
        let cases = [
            ("13812345678", None, true),
            ("8613812345678", None, true),
            ("+8613812345678", None, true),
            ("02112345678", Some("02112345678"), true),
            ("13812345678", Some("+86 138-1234-5678"), true),
            ("12345678901", None, false),
            ("M000123", Some("13812345678"), false),
            ("5678", Some("13812345678"), false),
            ("13812345678X", None, false),
            ("88", Some(""), false),
            ("VIP13812345678", Some("+86 13812345678"), true),
            ("VIP1381234567", Some("13812345678"), false),
            ("M12345", Some("12345"), false),
        ];
        for (number, phone, yes) in cases {
            assert_eq!(is_phone(number, phone), yes, "{number} {phone:?}");
        }
    }

    #[test]
    fn a_query_is_checked_and_prints_no_text() {
        let refused = |query: SearchQuery| query.check().err().map(|error| error.to_string());
        for query in ["", " - ", "a\u{0}", "\u{202e}1", &"9".repeat(65)] {
            let refusal = refused(query.into()).unwrap_or_default();
            assert!(refusal.contains("text") && !refusal.contains("99"), "{query:?}: {refusal}");
        }
        assert!(refused(SearchQuery::new("1").limit(101)).is_some());
        assert!(refused(SearchQuery::new("1").limit(100)).is_none() && refused("9".repeat(64).into()).is_none());
        assert!(!format!("{:?}", SearchQuery::new("王小明")).contains('王'));
        let card = FoundCard {
            number: CardNumber::stored("13812345678".into()),
            shown: "13812345678".into(),
            name: Some("王小明".into()),
            phone: Some("13812345678".into()),
            matched: Matched::Name,
            level: None,
            status: CardStatus::Active,
        };
        let shown = format!("{:?}", Found { cards: vec![card], has_more: false });
        assert!(!shown.contains("1381") && !shown.contains('王'), "{shown}");
    }
}
