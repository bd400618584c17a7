//! Cards and members as the remotes have them now.

use std::time::{Duration, Instant};

use crate::error::{Error, ErrorCode, Result};
use crate::event::event;
use crate::model::{Card, CardNumber, Family, Member, Phone};
use crate::provider::{Inquiry, Reply};
use crate::sync::{Ask, AskAnswer};

use super::Till;

/// How many cards of one phone number are served at once.
const CARDS_OF_A_PHONE: usize = 20;

impl Till {
    /// A card, read anew from every remote that it may have an account at. What does not answer in time is shown as the book
    /// has it.
    ///
    /// # Errors
    /// `NotFound` if no remote and not the book knows it; `Unreachable` or `RemoteRefused` if it is not in the book and nobody
    /// could be asked, `DiskFull` or `Storage` if what was answered could not be kept; `InvalidInput`.
    pub fn serve_card(&self, number: &str, timeout: Duration) -> Result<Card> {
        let mut failed = None;
        for answer in self.serve_everywhere(&CardNumber::new(number)?, timeout)? {
            match answer {
                Ok(_) => {}
                Err(error)
                    if matches!(
                        error.code(),
                        ErrorCode::NotFound
                            | ErrorCode::Unreachable
                            | ErrorCode::RemoteRefused
                            | ErrorCode::Unsupported
                            // What was read could not be kept: what stood in the book before is still there.
                            | ErrorCode::DiskFull
                            | ErrorCode::Storage
                    ) =>
                {
                    // Of several reasons the one that leaves a hope is told.
                    if failed.as_ref().is_none_or(|failed: &Error| failed.code() == ErrorCode::NotFound) {
                        failed = Some(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        match (self.card(number), failed) {
            // What is in neither: the remote's word on it says more than the book's.
            (Err(unknown), Some(failed)) if unknown.code() == ErrorCode::NotFound => Err(failed),
            (known, _) => known,
        }
    }

    /// Asks every remote that a card may have an account at, and tells what each said.
    pub(super) fn serve_everywhere(&self, checked: &CardNumber, timeout: Duration) -> Result<Vec<Result<AskAnswer>>> {
        let began = Instant::now();
        let places = self.runtime.with(|engine| Ok(engine.desks_of_cards()))?;
        let ask_at = |place: usize| (place, Ask::Card(checked.clone()));
        let phone = || self.card(checked.as_str()).ok().and_then(|card| card.holder.phone);
        let phone_before = phone();
        let mut answers = self.ask_all(places.iter().copied().map(ask_at).collect(), timeout)?;
        if phone_before.is_none() && phone().is_some() {
            // Some remotes know an account by its holder's phone alone, which another one has just told.
            let unknown = |at: &usize| matches!(&answers[*at], Err(error) if error.code() == ErrorCode::NotFound);
            let again: Vec<usize> = (0..answers.len()).filter(unknown).collect();
            let asks = again.iter().map(|&at| ask_at(places[at])).collect();
            for (at, answer) in again.into_iter().zip(self.ask_all(asks, timeout.saturating_sub(began.elapsed()))?) {
                answers[at] = answer;
            }
        }
        Ok(answers)
    }

    /// The cards of a phone number: those in the book, and if the remotes answer in time those they know.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn serve_phone(&self, phone: &str, timeout: Duration) -> Result<Vec<Card>> {
        let phone = Phone::new(phone)?;
        let began = Instant::now();
        let left = || timeout.saturating_sub(began.elapsed());
        let (asks, of_cards) =
            self.runtime.with(|engine| Ok((engine.asks_for_phone(&phone)?, engine.route(Family::Cards).ok())))?;
        // The remote of the cards comes first: the members whom the others know by the phone are then its cards' holders, and
        // do not become cards of their own.
        let (first, then): (Vec<_>, Vec<_>) = asks.into_iter().partition(|(place, _)| Some(*place) == of_cards);
        for asks in [first, then] {
            let mut found = Vec::new();
            for answer in self.ask_all(asks, left())? {
                match answer {
                    Ok(AskAnswer::Cards(numbers)) => found.extend(numbers),
                    Ok(AskAnswer::Reply(_) | AskAnswer::History(_)) => {}
                    Err(error) => event!(CARD_NOT_SERVED, code = error.code() as i32),
                }
            }
            // A remote that has no numbers of its own tells the phone: that is whatever card the book has of it.
            let known = self.cards_by_phone(phone.as_str())?;
            if !known.is_empty() && found.iter().any(|number| number == phone.as_str()) {
                found.retain(|number| number != phone.as_str());
                found.extend(known.into_iter().map(|card| card.number.as_str().to_owned()));
            }
            found.sort();
            found.dedup();
            for number in found.into_iter().take(CARDS_OF_A_PHONE) {
                if !left().is_zero()
                    && let Err(error) = self.serve_card(&number, left())
                {
                    event!(CARD_NOT_SERVED, code = error.code() as i32);
                }
            }
        }
        self.cards_by_phone(phone.as_str())
    }

    /// The cards of a phone number that are in the book, at most 20.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn cards_by_phone(&self, phone: &str) -> Result<Vec<Card>> {
        let phone = Phone::new(phone)?;
        self.runtime.with(|engine| {
            let cards = engine.store().view().numbers_by_phone(phone.as_str(), CARDS_OF_A_PHONE)?;
            cards.iter().map(|number| engine.card(number)).collect()
        })
    }

    /// The member whom the remote of the members knows by this identifier. The till knows a member that it has not met
    /// before by the phone, or where the remote tells none, by the identifier.
    ///
    /// # Errors
    /// `NotFound`, `Unreachable`, `RemoteRefused`, `Unsupported`, `InvalidInput`.
    pub fn serve_member(&self, id: &str, timeout: Duration) -> Result<Card> {
        let fine = !id.is_empty() && id.len() <= 128 && id.bytes().all(|b| b.is_ascii_graphic());
        if !fine {
            return Err(Error::invalid_personal("id", "must be 1 to 128 visible ASCII characters", id));
        }
        let place = self.runtime.with(|engine| engine.route_members())?;
        match self.ask(place, Ask::Reference(id.to_owned()), timeout)? {
            AskAnswer::Cards(numbers) => match numbers.first() {
                Some(number) => self.card(number),
                None => Err(Error::not_found("member")),
            },
            AskAnswer::Reply(_) | AskAnswer::History(_) => Err(Error::not_found("member")),
        }
    }

    /// The member who shows a code: Gree's member code, Freemud's dynamic code. Online only.
    ///
    /// # Errors
    /// `NotFound`, `Unreachable`, `RemoteRefused` (an expired code), `Unsupported`, `InvalidInput`.
    pub fn serve_code(&self, code: &str, timeout: Duration) -> Result<Card> {
        let began = Instant::now();
        let member = match self.inquire(Inquiry::MemberByCode { code: short_code(code)? }, None, timeout)? {
            Reply::Member(member) => *member,
            _ => return Err(Error::not_found("member")),
        };
        let left = timeout.saturating_sub(began.elapsed());
        let Member { reference, holder, .. } = member;
        match (reference, holder.phone) {
            (Some(reference), _) => self.serve_member(&reference, left),
            (None, Some(phone)) => match self.serve_phone(&phone, left)?.into_iter().next() {
                Some(card) => Ok(card),
                None => Err(Error::not_found("member")),
            },
            (None, None) => Err(Error::not_found("member")),
        }
    }
}

/// A code as it was read from a member's screen.
pub(super) fn short_code(code: &str) -> Result<String> {
    let fine = !code.is_empty() && code.len() <= 128 && code.bytes().all(|b| b.is_ascii_graphic());
    if fine {
        Ok(code.to_owned())
    } else {
        Err(Error::invalid_personal("code", "must be 1 to 128 visible ASCII characters", code))
    }
}
