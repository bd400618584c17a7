//! The till in steps: no threads, no waiting, no I/O but the book's.
//!
//! What [`Till`](crate::Till) does with threads is done here by whoever holds a [`Steps`]: begin calls and go on with them,
//! turn the engine, carry out the requests that come out of a turn, bring the answers back with the next one. It is made
//! for simulations, which must own the order of everything, and may change with every release.

use std::time::Duration;

use crate::builder::TillBuilder;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Card, CardNumber, Coupon, Family, Headroom, Notice, OpId, Receipt, Request, Void};
use crate::sync::{
    Answered, Ask, AskAnswer, Caller, Engine, Resolution, Retarget, Scope, Step, SyncStatus, WaitingOperation,
};
use crate::transport::{HttpRequest, HttpResponse, TransportFailure};

/// An open book that does nothing by itself.
pub struct Steps {
    engine: Engine,
}

/// A call under way.
pub struct PendingCall {
    caller: Caller,
    /// By the till's monotonic clock.
    began: Duration,
}

impl PendingCall {
    /// When it must be gone on with though nothing has come, by the till's monotonic clock.
    #[must_use]
    pub fn until(&self) -> Duration {
        self.began.saturating_add(self.caller.until())
    }
}

/// How far a call has come.
#[derive(Debug)]
pub enum Progress {
    /// It is answered.
    Done(Box<Receipt>),
    /// It has given the engine something to do: take a turn.
    Turn,
    /// Nothing has come yet.
    Wait,
}

/// A question under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

/// The answer to a request, with its number.
pub type Answer = (u64, Result<HttpResponse, TransportFailure>);

impl Steps {
    /// Opens a book as [`TillBuilder::open`] does. A transport is not needed.
    ///
    /// # Errors
    /// As [`TillBuilder::open`].
    pub fn open(builder: TillBuilder, path: impl AsRef<std::path::Path>) -> Result<Steps> {
        Ok(Steps { engine: builder.engine(path.as_ref())? })
    }

    /// Takes a call. Nothing is done before the first [`Steps::go_on`].
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn begin(&mut self, request: impl Into<Request>) -> Result<PendingCall> {
        Ok(PendingCall { caller: Caller::new(request.into().check()?), began: self.engine.monotonic() })
    }

    /// Goes on with a call as far as possible.
    ///
    /// # Errors
    /// As [`Till::call`](crate::Till::call). The call is over then.
    pub fn go_on(&mut self, call: &mut PendingCall) -> Result<Progress> {
        let elapsed = self.engine.monotonic().saturating_sub(call.began);
        Ok(match call.caller.go_on(&mut self.engine, elapsed)? {
            Step::Done(receipt) => Progress::Done(receipt),
            Step::Turn => Progress::Turn,
            Step::Wait => Progress::Wait,
        })
    }

    /// Brings answers, and takes requests while fewer than `most` are under way. `drains`: everything that is due is taken up,
    /// otherwise only what callers wait for. Each request that comes out has to be carried out once, and answered.
    ///
    /// # Errors
    /// `DiskFull`, `Storage`: nothing of it has happened, except that answers to writes are kept for the next turn.
    pub fn turn(&mut self, answers: Vec<Answer>, drains: bool, most: usize) -> Result<Vec<(u64, HttpRequest)>> {
        let answers = answers.into_iter().map(|(id, result)| Answered { id, result }).collect();
        let scope = if drains { Scope::All } else { Scope::Urgent };
        let turn = self.engine.turn(answers, scope, most)?;
        Ok(turn.exchanges.into_iter().map(|exchange| (exchange.id, exchange.request)).collect())
    }

    /// How long from now until a turn has something to do that no answer brings about.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn next_due(&mut self) -> Result<Option<Duration>> {
        let due = self.engine.next_due()?;
        let now = self.engine.now();
        Ok(due.map(|due| due.since(now)))
    }

    /// The book's own time.
    pub fn now(&mut self) -> Timestamp {
        self.engine.now()
    }

    /// Asks the remote of this family for a card.
    ///
    /// # Errors
    /// `InvalidInput`, `Unsupported`.
    pub fn ask_card_of(&mut self, family: Family, number: &str) -> Result<Ticket> {
        let number = CardNumber::new(number)?;
        let place = self.engine.route(family)?;
        Ok(Ticket(self.engine.ask_at(place, Ask::Card(number))))
    }

    /// Asks the remote of the stored value for a card.
    ///
    /// # Errors
    /// `InvalidInput`, `Unsupported`.
    pub fn ask_card(&mut self, number: &str) -> Result<Ticket> {
        self.ask_card_of(Family::Cards, number)
    }

    /// The answer to a question: what was found. Taken once.
    pub fn answer(&mut self, ticket: Ticket) -> Option<Result<Vec<String>>> {
        let answer = self.engine.answer(ticket.0)?;
        Some(answer.map(|answer| match answer {
            AskAnswer::Cards(numbers) => numbers,
            AskAnswer::Reply(_) | AskAnswer::History(_) => Vec::new(),
        }))
    }

    /// As [`Till::apply_push`](crate::Till::apply_push).
    ///
    /// # Errors
    /// As there.
    pub fn apply_push(&mut self, provider: &str, body: &[u8]) -> Result<Vec<u8>> {
        self.engine.apply_push(provider, body)
    }

    /// As [`Till::set_reference`](crate::Till::set_reference).
    ///
    /// # Errors
    /// As there.
    pub fn set_reference(&mut self, card: &str, provider: &str, reference: &str) -> Result<()> {
        self.engine.set_reference(&CardNumber::new(card)?, provider, reference)
    }

    /// As [`Till::coupons`](crate::Till::coupons).
    ///
    /// # Errors
    /// As there.
    pub fn coupons(&mut self, card: &str) -> Result<Vec<Coupon>> {
        self.engine.coupons(&CardNumber::new(card)?)
    }

    /// Nobody waits for the answer any more.
    pub fn forget(&mut self, ticket: Ticket) {
        self.engine.forget_ask(ticket.0);
    }

    /// As [`Till::card`](crate::Till::card).
    ///
    /// # Errors
    /// As there.
    pub fn card(&mut self, number: &str) -> Result<Card> {
        self.engine.card(&CardNumber::new(number)?)
    }

    /// As [`Till::operation`](crate::Till::operation).
    ///
    /// # Errors
    /// As there.
    pub fn operation(&mut self, op_id: &str) -> Result<Receipt> {
        self.engine.receipt(&OpId::new(op_id)?)?.ok_or_else(|| Error::not_found("operation"))
    }

    /// As [`Till::void`](crate::Till::void).
    ///
    /// # Errors
    /// As there.
    pub fn void(&mut self, void: impl Into<Void>) -> Result<Receipt> {
        let (op_id, said) = void.into().check()?;
        self.engine.void(&op_id, &said)
    }

    /// As [`Till::resolve`](crate::Till::resolve).
    ///
    /// # Errors
    /// As there.
    pub fn resolve(&mut self, op_id: &str, resolution: Resolution, who: &str, why: &str) -> Result<Receipt> {
        self.engine.resolve(&OpId::new(op_id)?, resolution, who, why)
    }

    /// As [`Till::retarget`](crate::Till::retarget).
    ///
    /// # Errors
    /// As there.
    pub fn retarget(&mut self, op_id: &str, to: &Retarget, who: &str, why: &str) -> Result<Receipt> {
        self.engine.retarget(&OpId::new(op_id)?, to, who, why)
    }

    /// As [`Till::acknowledge`](crate::Till::acknowledge).
    ///
    /// # Errors
    /// As there.
    pub fn acknowledge(&mut self, notice_no: i64, who: &str, note: Option<&str>) -> Result<()> {
        self.engine.acknowledge(notice_no, who, note)
    }

    /// As [`Till::set_exception`](crate::Till::set_exception).
    ///
    /// # Errors
    /// As there.
    pub fn set_exception(&mut self, number: &str, why: Option<&str>) -> Result<()> {
        self.engine.set_exception(&CardNumber::new(number)?, why, crate::till::policy::HOST)
    }

    /// As [`Till::policy`](crate::Till::policy).
    pub fn policy(&mut self) -> crate::PolicyVersion {
        self.engine.policy()
    }

    /// As [`Till::set_policy`](crate::Till::set_policy).
    ///
    /// # Errors
    /// As there.
    pub fn set_policy(&mut self, policy: &crate::OfflinePolicy, who: &str, why: &str) -> Result<i64> {
        self.engine.set_policy(policy, who, why)
    }

    /// As [`Till::headroom`](crate::Till::headroom).
    ///
    /// # Errors
    /// As there.
    pub fn headroom(&mut self, number: Option<&str>) -> Result<Headroom> {
        let number = number.map(CardNumber::new).transpose()?;
        self.engine.headroom(number.as_ref())
    }

    /// As [`Till::notices`](crate::Till::notices).
    ///
    /// # Errors
    /// As there.
    pub fn notices(&mut self) -> Result<Vec<Notice>> {
        self.engine.notices()
    }

    /// As [`Till::waiting`](crate::Till::waiting).
    ///
    /// # Errors
    /// As there.
    pub fn waiting(&mut self) -> Result<Vec<WaitingOperation>> {
        self.engine.waiting_for_people()
    }

    /// As [`Till::keep_house`](crate::Till::keep_house), until all is done.
    ///
    /// # Errors
    /// As there.
    pub fn keep_house(&mut self) -> Result<crate::HouseKept> {
        let mut keeping = crate::store::HouseKeeping::default();
        while self.engine.keep_house(&mut keeping)? {}
        Ok(keeping.kept)
    }

    /// As [`Till::backup`](crate::Till::backup); a file of that name is replaced.
    ///
    /// # Errors
    /// As there.
    pub fn backup(&mut self, path: impl AsRef<std::path::Path>) -> Result<()> {
        self.engine.store().backup_source().copy_to(path.as_ref(), true, &mut |_| true).map(drop)
    }

    /// As [`Till::go_on_after_restore`](crate::Till::go_on_after_restore).
    ///
    /// # Errors
    /// As there.
    pub fn go_on_after_restore(&mut self, who: &str, why: &str) -> Result<()> {
        self.engine.go_on_after_restore(who, why)
    }

    /// As [`Till::check`](crate::Till::check), by the till's own connection.
    pub fn check(&mut self, options: &crate::CheckOptions) -> crate::CheckReport {
        let key = self.engine.config().chain_key.clone();
        self.engine.store().check_here(options, key.as_ref())
    }

    /// As [`Till::status`](crate::Till::status).
    ///
    /// # Errors
    /// As there.
    pub fn status(&mut self) -> Result<SyncStatus> {
        self.engine.status()
    }
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Steps").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingCall").finish_non_exhaustive()
    }
}
