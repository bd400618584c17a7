//! The till: one open book, and everything that a POS does with it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::builder::TillBuilder;
use crate::config::Config;
use crate::error::{Error, ErrorCode, Result};
use crate::model::{
    Card, CardNumber, Checked, Consume, Headroom, HistoryLine, HistoryPage, HistoryQuery, Level, Modify, Notice,
    OfflinePolicy, OpId, OpenCard, PayType, Phone, Receipt, Recharge, RechargeRule, RedeemPoints, Request,
};
use crate::store::EntryFilter;
use crate::sync::{Ask, Caller, Engine, Resolution, Runtime, Step, SyncStatus, WaitingOperation};

/// How many cards of one phone number are served at once.
const CARDS_OF_A_PHONE: usize = 20;

/// A waiting call turns the engine this often.
const TURN_AGAIN: Duration = Duration::from_millis(100);

/// How long closing waits for requests that are under way, unless it is told otherwise.
const GRACE: Duration = Duration::from_secs(1);

/// An open book. It may be used from any thread; one process may have a book open once. Dropping it waits up to a second for
/// requests under way; [`Till::close`] says how long.
///
/// ```
/// # fn main() -> Result<(), tillbook::Error> {
/// use tillbook::{Config, Consume, ErrorCode, Money, SandyConfig, Till};
///
/// let dir = tempfile::tempdir().unwrap();
/// let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}"); // nobody listens there: an outage
/// let till = Till::open(dir.path().join("till.db"), Config::new("Noodle House", "Store 1", "Till 3", sandy))?;
///
/// // A card that this till has never seen is not approved offline.
/// let refused = till.consume(Consume::new("M000123", Money::parse_yuan("20")?).offline()).unwrap_err();
/// assert_eq!(refused.code(), ErrorCode::Refused);
/// # Ok(())
/// # }
/// ```
pub struct Till {
    runtime: Arc<Runtime>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Till {
    pub(crate) fn run(runtime: Arc<Runtime>) -> Till {
        Till { runtime, worker: Mutex::new(None) }
    }

    /// Opens the book at `path`, or makes a new one there. What a crash left behind is recovered first.
    ///
    /// Nothing is sent before a call asks for it, [`Till::sync`] is called or [`Till::start_worker`] has started the worker.
    ///
    /// # Errors
    /// `InvalidConfig`; `BookInUse`, `NotABook`, `NewerBook`, `Corrupt`, `NoPermission`, `DiskFull`, `WrongMerchant`.
    pub fn open(path: impl AsRef<Path>, config: Config) -> Result<Till> {
        TillBuilder::new(config).open(path)
    }

    /// Opens a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn open_card(&self, open: OpenCard) -> Result<Receipt> {
        self.call(open)
    }

    /// Changes a holder's data. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn modify(&self, modify: Modify) -> Result<Receipt> {
        self.call(modify)
    }

    /// Puts money on a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn recharge(&self, recharge: Recharge) -> Result<Receipt> {
        self.call(recharge)
    }

    /// Pays from a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn consume(&self, consume: Consume) -> Result<Receipt> {
        self.call(consume)
    }

    /// Takes points from a card. See [`Till::call`].
    ///
    /// # Errors
    /// As [`Till::call`].
    pub fn redeem_points(&self, redeem: RedeemPoints) -> Result<Receipt> {
        self.call(redeem)
    }

    /// Makes a call: the receipt's [`promise`](Receipt::promise) is what the cashier may say.
    ///
    /// The same call with the same `op_id` is never done twice: it returns how the operation stands, or joins the one that
    /// is running. A POS that supplies an `op_id` and writes it down first can ask again after its own crash.
    ///
    /// # Errors
    /// Nothing was written: `InvalidInput`, `Refused` with its [`Refusal`](crate::Refusal), `Conflict`, `LaneHeld`,
    /// `Unreachable`, `Unsupported`, `NotFound`. Nothing can be said, so ask again by `op_id`: `DiskFull`, `Storage`,
    /// `Poisoned`, `Closed`.
    pub fn call(&self, request: impl Into<Request>) -> Result<Receipt> {
        let checked = request.into().check()?;
        let result = self.carry_through(checked);
        self.runtime.stir();
        result
    }

    /// Drives a call to its receipt. A lane that was put off becomes due while the caller waits, so the engine is turned from
    /// time to time, whether or not a worker does it.
    fn carry_through(&self, checked: Checked) -> Result<Receipt> {
        let began = Instant::now();
        let mut caller = Caller::new(checked);
        loop {
            let left = caller.until().saturating_sub(began.elapsed());
            let step = self.runtime.wait_for(left.min(TURN_AGAIN), |engine| {
                Ok(match caller.go_on(engine, began.elapsed())? {
                    Step::Wait => None,
                    step => Some(step),
                })
            })?;
            match step {
                Some(Step::Done(receipt)) => return Ok(*receipt),
                _ => self.runtime.pump(),
            };
        }
    }

    fn ask(&self, ask: Ask, timeout: Duration) -> Result<Vec<String>> {
        let ticket = self.runtime.with(|engine| Ok(engine.ask(ask)))?;
        self.runtime.pump();
        let answer = self.runtime.wait_for(timeout, |engine| Ok(engine.answer(ticket)))?;
        answer.unwrap_or_else(|| {
            let _ = self.runtime.with(|engine| {
                engine.forget_ask(ticket);
                Ok(())
            });
            Err(Error::unreachable("no answer in time"))
        })
    }

    /// How an operation stands.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn operation(&self, op_id: &str) -> Result<Receipt> {
        let op_id = OpId::new(op_id)?;
        self.runtime.with(|engine| engine.receipt(&op_id))?.ok_or_else(|| Error::not_found("operation"))
    }

    /// Cancels an operation that has not reached the remote: nothing goes on the wire.
    ///
    /// # Errors
    /// `NotFound`; `WrongState` once it may have reached the remote.
    pub fn void(&self, op_id: &str) -> Result<Receipt> {
        let op_id = OpId::new(op_id)?;
        let receipt = self.runtime.with(|engine| engine.void(&op_id));
        self.runtime.pump();
        receipt
    }

    /// A card as the book knows it, at once.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn card(&self, number: &str) -> Result<Card> {
        let number = CardNumber::new(number)?;
        self.runtime.with(|engine| engine.card(&number))
    }

    /// Serves a card: asks the remote for its figures, status and recharge rules if it answers in time, and tells what the
    /// book knows then. [`Balances::as_of`](crate::Balances::as_of) says how fresh that is.
    ///
    /// # Errors
    /// `NotFound` if neither knows it; `Unreachable` or `RemoteRefused` if the book does not and the remote can't be asked;
    /// `InvalidInput`.
    pub fn serve_card(&self, number: &str, timeout: Duration) -> Result<Card> {
        let checked = CardNumber::new(number)?;
        let Err(error) = self.ask(Ask::Card(checked), timeout) else { return self.card(number) };
        if !matches!(error.code(), ErrorCode::NotFound | ErrorCode::Unreachable | ErrorCode::RemoteRefused) {
            return Err(error);
        }
        match self.card(number) {
            // What is in neither: the remote's word on it says more than the book's.
            Err(unknown) if unknown.code() == ErrorCode::NotFound => Err(error),
            known => known,
        }
    }

    /// The cards of a phone number: those in the book, and if the remote answers in time those it knows.
    ///
    /// # Errors
    /// `InvalidInput`.
    pub fn serve_phone(&self, phone: &str, timeout: Duration) -> Result<Vec<Card>> {
        let phone = Phone::new(phone)?;
        let began = Instant::now();
        if let Ok(found) = self.ask(Ask::Find(phone.as_str().to_owned()), timeout) {
            for number in found.into_iter().take(CARDS_OF_A_PHONE) {
                let left = timeout.saturating_sub(began.elapsed());
                if let Ok(number) = CardNumber::new(number)
                    && !left.is_zero()
                    && let Err(error) = self.ask(Ask::Card(number), left)
                {
                    log::debug!("tillbook: a card of the number could not be served: {error}");
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
            let provider = engine.provider_name();
            let served = engine.store().view().cards_by_phone(phone.as_str(), provider, CARDS_OF_A_PHONE)?;
            served.iter().map(|card| engine.shown(card)).collect()
        })
    }

    /// The numbers of all cards in the book, in order.
    ///
    /// # Errors
    /// As every read of the book: `Storage`, `Poisoned`, `Closed`.
    pub fn card_numbers(&self) -> Result<Vec<CardNumber>> {
        self.runtime.with(|engine| engine.store().view().card_numbers())
    }

    /// The card levels that the remote told, by the last fetch.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn levels(&self) -> Result<Vec<Level>> {
        self.runtime.with(|engine| engine.store().view().levels(engine.provider_name()))
    }

    /// The ways to pay a recharge in that the remote told, by the last fetch.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn pay_types(&self) -> Result<Vec<PayType>> {
        self.runtime.with(|engine| engine.store().view().pay_types(engine.provider_name()))
    }

    /// The recharge rules that the remote told for a card, by the last fetch.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn recharge_rules(&self, number: &str) -> Result<Vec<RechargeRule>> {
        let number = CardNumber::new(number)?;
        self.runtime.with(|engine| {
            let view = engine.store().view();
            let served = view.card(number.as_str(), engine.provider_name())?;
            view.recharge_rules(served.ok_or_else(|| Error::not_found("card"))?.account.account_no)
        })
    }

    /// Asks the remote for its catalogue, which also tells whether it is there.
    ///
    /// # Errors
    /// `Unreachable`, `RemoteRefused`.
    pub fn pull_catalogue(&self, timeout: Duration) -> Result<()> {
        self.ask(Ask::Health, timeout).map(|_| ())
    }

    /// A page of the book, newest first. Pages are cut by key: the last costs what the first does.
    ///
    /// # Errors
    /// `InvalidInput` for a page size above 500 or a bad card number; a card that is unknown has an empty history.
    pub fn history(&self, query: &HistoryQuery) -> Result<HistoryPage> {
        let page_size = match query.page_size {
            0 => 20,
            size @ 1..=500 => size,
            size => return Err(Error::invalid("page_size", "must be at most 500", size)),
        };
        let number = query.card.as_deref().map(CardNumber::new).transpose()?;
        self.runtime.with(|engine| {
            let view = engine.store().view();
            let card_no = match number {
                None => None,
                Some(number) => match view.card(number.as_str(), engine.provider_name())? {
                    Some(served) => Some(served.card.card_no),
                    None => return Ok(HistoryPage { lines: Vec::new(), next: None }),
                },
            };
            let mut entries = view.entries(&EntryFilter {
                card_no,
                ticket: query.ticket.clone(),
                kind: query.kind.clone(),
                from: query.from,
                until: query.until,
                only_points: query.only_points,
                before: query.after,
                most: page_size + 1,
            })?;
            let more = entries.len() > page_size;
            entries.truncate(page_size);
            let next = entries.last().filter(|_| more).map(|entry| entry.entry_no);
            let mut lines = Vec::with_capacity(entries.len());
            for entry in entries {
                let op = view
                    .operation_by_id(&entry.op_id)?
                    .ok_or_else(|| Error::inconsistent("an entry without its operation"))?;
                let confirmation = view.confirmation(op.op_no)?;
                let variance = confirmation.as_ref().and_then(|confirmed| confirmed.money_variance(op.kind, op.told()));
                lines.push(HistoryLine { entry, state: op.state, evidence: op.evidence, confirmation, variance });
            }
            Ok(HistoryPage { lines, next })
        })
    }

    /// How much more this till would approve offline, for a card if one is named.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn headroom(&self, number: Option<&str>) -> Result<Headroom> {
        let number = number.map(CardNumber::new).transpose()?;
        self.runtime.with(|engine| engine.headroom(number.as_ref()))
    }

    /// The offline policy in force.
    ///
    /// # Errors
    /// `Poisoned`, `Closed`.
    pub fn policy(&self) -> Result<OfflinePolicy> {
        self.runtime.with(|engine| Ok(engine.config().policy.clone()))
    }

    /// Puts a card on this till's exception list with a reason, or takes it off with `None`.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn set_exception(&self, number: &str, why: Option<&str>) -> Result<()> {
        let number = CardNumber::new(number)?;
        self.runtime.with(|engine| engine.set_exception(&number, why))
    }

    /// Drives the queue on this thread until nothing is due or `budget` is spent, and tells how it stands. For a host with
    /// a loop of its own; call it again at [`SyncStatus::next_due`] or every few seconds. A request that has begun is
    /// carried through, so a call may take longer than its budget by one request's time-out.
    ///
    /// # Errors
    /// `DiskFull`, `Storage`, `Poisoned`, `Closed`.
    pub fn sync(&self, budget: Duration) -> Result<SyncStatus> {
        self.runtime.drive(budget)?;
        self.status()
    }

    /// Starts a thread that drives the queue by itself until the till is closed. Starting it twice does nothing.
    ///
    /// # Errors
    /// `Storage` if the system gives no thread.
    pub fn start_worker(&self) -> Result<()> {
        if let Some(worker) = self.runtime.start_worker()? {
            *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
        }
        Ok(())
    }

    /// How the queue stands.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn status(&self) -> Result<SyncStatus> {
        self.runtime.with(Engine::status)
    }

    /// What nobody has acknowledged yet, oldest first, at most 1,000.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn notices(&self) -> Result<Vec<Notice>> {
        self.runtime.with(|engine| engine.notices())
    }

    /// Acknowledges a notification. For `charged without sale`, `note` records whether goods were handed over.
    ///
    /// # Errors
    /// `NotFound` if it is not open, `InvalidInput`.
    pub fn acknowledge(&self, notice_no: i64, who: &str, note: Option<&str>) -> Result<()> {
        self.runtime.with(|engine| engine.acknowledge(notice_no, who, note))
    }

    /// Everything that waits for a person, oldest first, with the evidence and the decisions that are possible.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn waiting(&self) -> Result<Vec<WaitingOperation>> {
        self.runtime.with(Engine::waiting_for_people)
    }

    /// Records a person's decision about an operation that waits, and carries it out.
    ///
    /// `WasApplied` takes the card off the exception list if it stood there for this operation. `WriteOff` leaves it on: take
    /// it off with [`Till::set_exception`].
    ///
    /// # Errors
    /// `NotFound`, `WrongState` if it does not wait or the decision is not possible, `InvalidInput`.
    pub fn resolve(&self, op_id: &str, resolution: Resolution, who: &str, why: &str) -> Result<Receipt> {
        let op_id = OpId::new(op_id)?;
        let receipt = self.runtime.with(|engine| engine.resolve(&op_id, resolution, who, why))?;
        self.runtime.wake();
        Ok(receipt)
    }

    /// Closes the book. Requests under way get `grace` to end; those that don't are found out about at the next start.
    pub fn close(self, grace: Duration) {
        self.end(grace);
    }

    fn end(&self, grace: Duration) {
        self.runtime.close(grace);
        if let Some(worker) = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take()
            && worker.join().is_err()
        {
            log::error!("tillbook: the worker panicked");
        }
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        self.end(GRACE);
    }
}

impl std::fmt::Debug for Till {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Till").finish_non_exhaustive()
    }
}
