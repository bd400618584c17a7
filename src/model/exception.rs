//! The exception list: cards that this till does not serve.

use super::card::CardNumber;
use crate::clock::Timestamp;

/// A card on this till's exception list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The card.
    pub card: CardNumber,
    /// Why it stands there. People write it: it may name somebody.
    pub reason: String,
    /// Who put it there: a person, whoever loaded the merchant's list, or `tillbook` itself for what the remote has refused.
    /// `None`: before that was recorded.
    pub who: Option<String>,
    /// Since when. `None`: before that was recorded.
    pub since: Option<Timestamp>,
    /// It came with the merchant's list ([`Till::replace_exceptions`](crate::Till::replace_exceptions)) and goes with it.
    pub by_list: bool,
}

/// A page of the exception list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionPage {
    /// The cards, in the order in which this till met them.
    pub exceptions: Vec<Exception>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<i64>,
}

/// A card of the merchant's list, for [`Till::replace_exceptions`](crate::Till::replace_exceptions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The card's number, whether or not this till has met it.
    pub card: String,
    /// Why it is not to be served, at most 200 characters.
    pub reason: String,
}

impl Listed {
    /// A card and the reason.
    #[must_use]
    pub fn new(card: impl Into<String>, reason: impl Into<String>) -> Self {
        Listed { card: card.into(), reason: reason.into() }
    }
}
