//! What only a remote knows, asked while somebody waits; and what a remote tells of its own accord.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::model::{
    CardNumber, Coupon, CouponValidation, Family, MemberPage, OrderLine, Phone, PointsPage, PointsStatistics,
};
use crate::provider::{Inquiry, Reply};
use crate::sync::{Ask, AskAnswer};
use crate::units::Money;

use super::Till;
use super::serving::short_code;
use crate::model::amount as checked_amount;

impl Till {
    /// Asks the remote in charge, once: what is asked here is never queued and never repeated.
    pub(super) fn inquire(&self, inquiry: Inquiry, card: Option<&str>, timeout: Duration) -> Result<Reply> {
        let card = card.map(CardNumber::new).transpose()?;
        let family = match inquiry {
            Inquiry::Statistics | Inquiry::PointsHistory { .. } => Family::Points,
            _ => Family::Members,
        };
        let place = self.runtime.with(|engine| engine.route(family))?;
        match self.ask(place, Ask::Inquire(inquiry, card), timeout)? {
            AskAnswer::Reply(reply) => Ok(*reply),
            AskAnswer::Cards(_) | AskAnswer::History(_) => Err(Error::inconsistent("no reply")),
        }
    }

    /// How many points a member has now, and ever had. Online only.
    ///
    /// # Errors
    /// `Unreachable`, `NotFound`, `RemoteRefused`, `Unsupported`.
    pub fn points_statistics(&self, card: &str, timeout: Duration) -> Result<PointsStatistics> {
        match self.inquire(Inquiry::Statistics, Some(card), timeout)? {
            Reply::Statistics(statistics) => Ok(statistics),
            _ => Err(unexpected()),
        }
    }

    /// A page of a member's points history as the remote has it, pages from one. Online only.
    ///
    /// # Errors
    /// `InvalidInput`, `Unreachable`, `NotFound`, `RemoteRefused`, `Unsupported`.
    pub fn points_history(&self, card: &str, page: u32, page_size: u32, timeout: Duration) -> Result<PointsPage> {
        let (page, page_size) = checked_page(page, page_size)?;
        match self.inquire(Inquiry::PointsHistory { page, page_size }, Some(card), timeout)? {
            Reply::PointsHistory(page) => Ok(page),
            _ => Err(unexpected()),
        }
    }

    /// A page of the merchant's members, pages from one; the members on it are in the book from then on. Online only.
    ///
    /// # Errors
    /// `InvalidInput`, `Unreachable`, `RemoteRefused`, `Unsupported`.
    pub fn pull_members(&self, page: u32, page_size: u32, timeout: Duration) -> Result<MemberPage> {
        let (page, page_size) = checked_page(page, page_size)?;
        match self.inquire(Inquiry::Members { page, page_size }, None, timeout)? {
            Reply::Members(page) => Ok(page),
            _ => Err(unexpected()),
        }
    }

    /// A code for a member to show elsewhere. Online only.
    ///
    /// # Errors
    /// `Unreachable`, `NotFound`, `RemoteRefused`, `Unsupported`.
    pub fn member_code(&self, card: &str, timeout: Duration) -> Result<String> {
        match self.inquire(Inquiry::MemberCode, Some(card), timeout)? {
            Reply::MemberCode(code) => Ok(code),
            _ => Err(unexpected()),
        }
    }

    /// Sends a code to a phone. Online only, once: whether an unanswered one has been sent nobody can tell.
    ///
    /// # Errors
    /// `InvalidInput`, `Unreachable`, `RemoteRefused` (the day's limit), `Unsupported`.
    pub fn send_sms(&self, phone: &str, timeout: Duration) -> Result<()> {
        let phone = Phone::new(phone)?.as_str().to_owned();
        match self.inquire(Inquiry::SendSms { phone }, None, timeout)? {
            Reply::Sms(true) => Ok(()),
            _ => Err(Error::remote_refused("the code was not sent")),
        }
    }

    /// Whether that was the code that the phone was sent. Online only.
    ///
    /// # Errors
    /// `InvalidInput`, `Unreachable`, `RemoteRefused`, `Unsupported`.
    pub fn judge_sms(&self, phone: &str, code: &str, timeout: Duration) -> Result<bool> {
        let phone = Phone::new(phone)?.as_str().to_owned();
        match self.inquire(Inquiry::JudgeSms { phone, code: short_code(code)? }, None, timeout)? {
            Reply::Sms(right) => Ok(right),
            _ => Err(unexpected()),
        }
    }

    /// A member's coupons as last read, and those given here since. [`Till::serve_card`] reads them anew.
    ///
    /// # Errors
    /// `NotFound`, `Unsupported`, `InvalidInput`.
    pub fn coupons(&self, card: &str) -> Result<Vec<Coupon>> {
        let number = CardNumber::new(card)?;
        self.runtime.with(|engine| engine.coupons(&number))
    }

    /// A dry run: what every rule says of using a coupon for an order, and what it would take off. Nothing is written and nobody
    /// is asked. `offline`: judged as it would be without the remote.
    ///
    /// # Errors
    /// `NotFound` for an unknown card, `Unsupported`, `InvalidInput`.
    pub fn validate_coupon(
        &self,
        card: &str,
        coupon: &str,
        amount: Money,
        lines: &[OrderLine],
        offline: bool,
    ) -> Result<CouponValidation> {
        let number = CardNumber::new(card)?;
        let amount = checked_amount("amount", amount)?;
        self.runtime.with(|engine| engine.validate_coupon(&number, coupon, amount, lines, offline))
    }

    /// Tells the till what a remote calls a card's account, where only a person or an import can know it: Yonyou's `mid`.
    ///
    /// # Errors
    /// `InvalidInput`; `Conflict` where another account has it, or where operations are open under another one.
    pub fn set_reference(&self, card: &str, provider: &str, reference: &str) -> Result<()> {
        let number = CardNumber::new(card)?;
        self.runtime.with(|engine| engine.set_reference(&number, provider, reference))
    }

    /// Takes in what a remote has pushed, as its request's body came in, and returns the body to answer it with. Nothing in a
    /// push becomes a balance or a state: it makes the till ask. One that comes twice is answered twice and asked for once.
    ///
    /// # Errors
    /// `RemoteRefused`: the signature is not the platform's, so answer nothing; `InvalidInput`: it is no push; `Unsupported`;
    /// `DiskFull`, `Storage`: not taken in, let it come again.
    pub fn apply_push(&self, provider: &str, body: &[u8]) -> Result<Vec<u8>> {
        let acknowledgement = self.runtime.with(|engine| engine.apply_push(provider, body))?;
        self.runtime.stir();
        Ok(acknowledgement)
    }
}

fn unexpected() -> Error {
    Error::inconsistent("the reply is none to this question")
}

fn checked_page(page: u32, page_size: u32) -> Result<(u32, u32)> {
    if page == 0 {
        return Err(Error::invalid("page", "must be at least 1", page));
    }
    if !(1..=200).contains(&page_size) {
        return Err(Error::invalid("page_size", "must be 1 to 200", page_size));
    }
    Ok((page, page_size))
}
