//! Numbers for cards that are opened here: the next of the till's own range.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::model::{Act, CardNumber, CardNumbers, NoticeKind, Refusal};
use crate::store::{NewNotice, Tx, View};

use super::desk::Desk;
use super::engine::Engine;

/// A number of the range, and its place in it. It is given out once [`Desk::take_number`] has said so.
pub(super) struct Next {
    pub(super) number: CardNumber,
    place: u64,
}

impl Engine {
    /// How many numbers the till's range has left; `None` where it has no range.
    pub(crate) fn numbers_left(&self) -> Result<Option<u64>> {
        let Some(range) = &self.config().card_numbers else { return Ok(None) };
        Ok(Some(numbers_left(&self.store().view(), range)?))
    }
}

/// How many numbers a range has left in this book.
pub(crate) fn numbers_left(view: &View<'_>, range: &CardNumbers) -> Result<u64> {
    Ok(range.left(next_place(view, range)?))
}

impl Desk {
    /// An opening that gave no number gets the next one.
    pub(super) fn numbered<'a>(&self, tx: &Tx<'_>, act: Cow<'a, Act>) -> Result<(Cow<'a, Act>, Option<Next>)> {
        if *act.card() != CardNumber::next() {
            return Ok((act, None));
        }
        let next = self.next_number(tx)?;
        let mut act = act.into_owned();
        act.set_card(next.number.clone());
        Ok((Cow::Owned(act), Some(next)))
    }

    /// The first number of the range that was not given out and that the book knows nothing of.
    pub(super) fn next_number(&self, tx: &Tx<'_>) -> Result<Next> {
        let range = self.range()?;
        let mut place = next_place(tx, range)?;
        while let Some(number) = range.number(place) {
            if !tx.number_is_known(&number)? {
                return Ok(Next { number, place });
            }
            place += 1;
        }
        Err(Refusal::NumbersExhausted { size: range.size() }.into())
    }

    /// The number is given out, in this transaction.
    pub(super) fn take_number(&mut self, tx: &Tx<'_>, next: &Next) -> Result<()> {
        let range = self.range()?;
        let left_before = range.left(next_place(tx, range)?);
        tx.burn_numbers(&range.name(), next.place + 1)?;
        let left = range.left(next.place + 1);
        let news = left == 0 || range.is_low(left) && !range.is_low(left_before);
        if !news || tx.has_open_notice(NoticeKind::NumbersNear)? {
            return Ok(());
        }
        let detail = format!("{left} of {} card numbers are left", range.size());
        let at = self.now();
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::NumbersNear,
            op_no: None,
            card_no: None,
            amount: None,
            detail: &detail,
            at,
        })
    }

    fn range(&self) -> Result<&CardNumbers> {
        let range = self.hall.config.card_numbers.as_ref();
        range.ok_or_else(|| Error::config("card_numbers", "must be set before numbers are given out"))
    }
}

fn next_place(view: &View<'_>, range: &CardNumbers) -> Result<u64> {
    Ok(view.next_number(&range.name())?.unwrap_or_default().max(range.first))
}
