//! The exception list: cards that are not served, by whose word, and the merchant's list of them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{CardNumber, ExceptionPage, Listed, Refusal, State, short_text};
use crate::store::{ExceptionChange, OpRow, ServedCard, Tx, View};

use super::desk::Desk;
use super::engine::Engine;

/// Who puts a card on the list for what the remote has refused.
const OURSELVES: &str = "tillbook";

/// No list is longer.
const MOST_LISTED: usize = 1_000_000;

impl Engine {
    /// Puts a card on the exception list (`Some(why)`), or takes it off.
    pub(crate) fn set_exception(&mut self, number: &CardNumber, why: Option<&str>, who: &str) -> Result<()> {
        let who = short_text("who", who.to_owned(), 64)?;
        let why = why.map(|why| short_text("why", why.to_owned(), 200)).transpose()?;
        let at = self.now();
        self.store.write(|tx| {
            let change = ExceptionChange { reason: why.as_deref(), who: &who, by_list: false, at };
            let Some(card) = tx.card_row(number.as_str())? else {
                // It is refused when it comes: a card is reported stolen before it is seen at each till.
                why.as_ref().ok_or_else(|| Error::not_found("card"))?;
                let card_no = tx.insert_card(number.as_str())?;
                return tx.set_exception(card_no, change);
            };
            if card.exception == why && (why.is_none() || !tx.is_excepted_by_list(card.card_no)?) {
                return Ok(());
            }
            tx.set_exception(card.card_no, change)
        })
    }

    /// A page of the exception list.
    pub(crate) fn exceptions(&self, after: Option<i64>, limit: usize) -> Result<ExceptionPage> {
        exceptions(&self.store.view(), after, limit)
    }

    /// Takes the merchant's list over in one commit: all of it, or nothing.
    pub(crate) fn replace_exceptions(&mut self, list: &[Listed], who: &str) -> Result<()> {
        let who = short_text("who", who.to_owned(), 64)?;
        if list.len() > MOST_LISTED {
            return Err(Error::invalid("list", "must be at most 1,000,000 cards", list.len()));
        }
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        for Listed { card, reason } in list {
            let number = CardNumber::new(card.as_str())?;
            let reason = short_text("why", reason.clone(), 200)?;
            // Of a card that stands there twice the first line counts.
            wanted.entry(number.as_str().to_owned()).or_insert(reason);
        }
        let at = self.now();
        let change = |reason| ExceptionChange { reason, who: &who, by_list: true, at };
        let (store, desk) = (&self.store, &self.desks[0]);
        store.write(|tx| {
            let mut listed: BTreeMap<i64, &str> = BTreeMap::new();
            for (number, reason) in &wanted {
                // It may have been served under another number: then that card is meant. One that nobody has met is kept,
                // so that it is refused when it comes.
                let card = tx.card_row(number)?;
                let card_no = match &card {
                    Some(card) => card.card_no,
                    None => tx.insert_card(number)?,
                };
                if listed.contains_key(&card_no) {
                    continue;
                }
                listed.insert(card_no, reason);
                let stands = card.and_then(|card| card.exception);
                let ours = match &stands {
                    None => true,
                    // What people, or the remote's refusal, have put there stays as it is.
                    Some(stands) => stands != reason && tx.is_excepted_by_list(card_no)?,
                };
                if ours {
                    tx.set_exception(card_no, change(Some(reason.as_str())))?;
                }
                tx.list(card_no, reason)?;
            }
            for card_no in tx.all_listed()? {
                if listed.contains_key(&card_no) {
                    continue;
                }
                tx.unlist(card_no)?;
                if tx.is_excepted_by_list(card_no)? {
                    tx.set_exception(card_no, change(None))?;
                    desk.except_if_owing(tx, card_no)?;
                }
            }
            Ok(())
        })
    }
}

/// A page of the exception list.
pub(crate) fn exceptions(view: &View<'_>, after: Option<i64>, limit: usize) -> Result<ExceptionPage> {
    let limit = match limit {
        0 => 20,
        size @ 1..=500 => size,
        size => return Err(Error::invalid("page_size", "must be at most 500", size)),
    };
    let mut found = view.exceptions(after.unwrap_or(0), limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(key, _)| *key);
    Ok(ExceptionPage { exceptions: found.into_iter().map(|(_, exception)| exception).collect(), next })
}

impl Desk {
    /// Refuses a number that is known from the exception list alone: there is no account yet that could be looked at.
    pub(super) fn refuse_listed(&self, tx: &Tx<'_>, number: &CardNumber) -> Result<()> {
        match tx.card_row(number.as_str())?.and_then(|card| card.exception) {
            Some(reason) => Err(Refusal::ExceptionList { reason }.into()),
            None => Ok(()),
        }
    }

    /// A card as it was found by a number. Where it shares its account with the card of that number, what stops that one stops
    /// the call too.
    pub(super) fn stopped_as(view: &View<'_>, number: &CardNumber, mut served: ServedCard) -> Result<ServedCard> {
        if served.card.exception.is_none() && served.card.number != *number {
            served.card.exception = view.card_row(number.as_str())?.and_then(|called| called.exception);
        }
        Ok(served)
    }

    /// Puts a card on the exception list for what an operation on it still owes. A reason that stands there already stays.
    pub(super) fn except(&self, tx: &Tx<'_>, op: &OpRow, why: &str) -> Result<()> {
        if tx.card_of_account(op.lane_no)?.card.exception.is_some() {
            return Ok(());
        }
        let reason = format!("{}: {} {why}", op.op_id, op.kind);
        self.change(tx, op.card_no, Some(&reason), false)
    }

    fn change(&self, tx: &Tx<'_>, card_no: i64, reason: Option<&str>, by_list: bool) -> Result<()> {
        let at = self.now();
        tx.set_exception(card_no, ExceptionChange { reason, who: OURSELVES, by_list, at })
    }

    /// Takes a card off the exception list that stood there for this operation, unless another still owes or the merchant's
    /// list names it.
    pub(super) fn lift_exception_of(&self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        let exception = tx.card_of_account(op.lane_no)?.card.exception.unwrap_or_default();
        if !exception.starts_with(&format!("{}: ", op.op_id)) {
            return Ok(());
        }
        self.change(tx, op.card_no, None, false)?;
        if !self.except_if_owing(tx, op.card_no)?
            && let Some(reason) = tx.listed(op.card_no)?
        {
            self.change(tx, op.card_no, Some(&reason), true)?;
        }
        Ok(())
    }

    /// A card has got another number. Where the merchant's list names the old one it means whoever has that: the entry stays
    /// with the number.
    pub(super) fn leave_listing(&self, tx: &Tx<'_>, card_no: i64, old: &CardNumber) -> Result<()> {
        let Some(reason) = tx.listed(card_no)? else { return Ok(()) };
        tx.unlist(card_no)?;
        if tx.is_excepted_by_list(card_no)? {
            self.change(tx, card_no, None, false)?;
        }
        let left = tx.insert_card(old.as_str())?;
        tx.list(left, &reason)?;
        self.change(tx, left, Some(&reason), true)
    }

    /// Puts a card on the list that an operation still owes on. True if one does.
    fn except_if_owing(&self, tx: &Tx<'_>, card_no: i64) -> Result<bool> {
        let waiting = tx.waiting_operations()?;
        match waiting.iter().find(|other| other.card_no == card_no && other.state == State::Rejected) {
            Some(other) => self.except(tx, other, "was refused by the remote").map(|()| true),
            None => Ok(false),
        }
    }
}
