//! The till: one open book, and everything that a POS does with it.

mod backup;
mod calls;
mod check;
mod find;
mod keeping;
mod members;
mod openings;
pub(crate) mod policy;
mod preload;
mod remote;
mod reports;
mod serving;

pub use backup::{BackupOptions, BackupReport, Restore};
pub use keeping::salvage;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::builder::TillBuilder;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::event::event;
use crate::model::{
    Card, CardNumber, Checked, Family, Level, Notice, OpId, PayType, Receipt, RechargeRule, Request, Void,
};
use crate::sync::{
    Ask, AskAnswer, Caller, Engine, Resolution, Runtime, Step, SyncStatus, TURN_AGAIN, WaitingOperation,
};

/// No caller waits longer for an answer.
const LONGEST_ASK: Duration = Duration::from_secs(600);

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
        self.make(request.into())
    }

    fn make(&self, request: Request) -> Result<Receipt> {
        let checked = request.check()?;
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

    /// Puts one question to each of these desks and waits for all the answers together.
    fn ask_all(&self, asks: Vec<(usize, Ask)>, timeout: Duration) -> Result<Vec<Result<AskAnswer>>> {
        let mut tickets: Vec<(u64, Option<Result<AskAnswer>>)> = self
            .runtime
            .with(|engine| Ok(asks.into_iter().map(|(place, ask)| (engine.ask_at(place, ask), None)).collect()))?;
        self.runtime.pump();
        let until = Instant::now() + timeout.min(LONGEST_ASK);
        loop {
            // A question waits for a token, or for room: the engine is turned from time to time, whether or not a worker does it.
            let left = until.saturating_duration_since(Instant::now());
            let all = self.runtime.wait_for(left.min(TURN_AGAIN), |engine| {
                for (ticket, answer) in &mut tickets {
                    if answer.is_none() {
                        *answer = engine.answer(*ticket);
                    }
                }
                Ok(tickets.iter().all(|(_, answer)| answer.is_some()).then_some(()))
            })?;
            if all.is_some() || left.is_zero() {
                break;
            }
            self.runtime.pump();
        }
        self.runtime.with(|engine| {
            for (ticket, answer) in &tickets {
                if answer.is_none() {
                    engine.forget_ask(*ticket);
                }
            }
            Ok(())
        })?;
        let late = || Err(Error::unreachable("no answer in time"));
        Ok(tickets.into_iter().map(|(_, answer)| answer.unwrap_or_else(late)).collect())
    }

    fn ask(&self, place: usize, ask: Ask, timeout: Duration) -> Result<AskAnswer> {
        let answers = self.ask_all(vec![(place, ask)], timeout)?;
        answers.into_iter().next().unwrap_or_else(|| Err(Error::inconsistent("a question without an answer")))
    }

    /// How an operation stands.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn operation(&self, op_id: &str) -> Result<Receipt> {
        let op_id = OpId::new(op_id)?;
        self.runtime.with(|engine| engine.receipt(&op_id))?.ok_or_else(|| Error::not_found("operation"))
    }

    /// Cancels an operation that has not reached the remote: nothing goes on the wire. Again, it changes nothing.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`; `WrongState` once it may have reached the remote, or while something rests on it.
    pub fn void(&self, void: impl Into<Void>) -> Result<Receipt> {
        let (op_id, said) = void.into().check()?;
        let receipt = self.runtime.with(|engine| engine.void(&op_id, &said));
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
        self.runtime.with(|engine| {
            engine
                .store()
                .view()
                .levels(engine.provider_of(Family::Cards).or_else(|_| engine.provider_of(Family::Members))?)
        })
    }

    /// The ways to pay a recharge in that the remote told, by the last fetch.
    ///
    /// # Errors
    /// As every read of the book.
    pub fn pay_types(&self) -> Result<Vec<PayType>> {
        self.runtime.with(|engine| engine.store().view().pay_types(engine.provider_of(Family::Cards)?))
    }

    /// The recharge rules that the remote told for a card, by the last fetch.
    ///
    /// # Errors
    /// `NotFound`, `InvalidInput`.
    pub fn recharge_rules(&self, number: &str) -> Result<Vec<RechargeRule>> {
        let number = CardNumber::new(number)?;
        self.runtime.with(|engine| {
            let view = engine.store().view();
            let served = view.card(number.as_str(), engine.provider_of(Family::Cards)?)?;
            view.recharge_rules(served.ok_or_else(|| Error::not_found("card"))?.account.account_no)
        })
    }

    /// Whether the book is for training: nothing in it was ever a sale.
    ///
    /// # Errors
    /// `Poisoned`, `Closed`.
    pub fn is_training(&self) -> Result<bool> {
        self.runtime.with(|engine| Ok(engine.config().training))
    }

    /// Drives the queue on this thread until nothing is due or `budget` is spent, and tells how it stands. For a host with
    /// a loop of its own; call it again at [`SyncStatus::next_due`] or every few seconds. Requests that other threads carry are
    /// waited for within the budget. One that this thread has begun is carried through, so a call may take longer by its
    /// time-out.
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
    /// `Storage` if the system gives no thread; `Poisoned`, `Closed`.
    pub fn start_worker(&self) -> Result<()> {
        self.runtime.with(|_| Ok(()))?;
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

    /// Waits until the queue may stand otherwise than when `seen` was returned, or the time-out is over, and returns the
    /// number to come back with. For a display that follows [`Till::status`] without asking all the time; begin with 0.
    /// What people do (acknowledge, resolve) is not waited for.
    ///
    /// # Errors
    /// `Poisoned`, `Closed`.
    pub fn wait_for_change(&self, seen: u64, timeout: Duration) -> Result<u64> {
        self.runtime.wait_for_change(seen, timeout)
    }

    /// The host's [`TokenSource`](crate::TokenSource) has a new token: it is asked again at once and not when the back-off
    /// after its last `None` is over.
    ///
    /// # Errors
    /// `Poisoned`, `Closed`.
    pub fn tokens_changed(&self) -> Result<()> {
        self.runtime.with(|engine| {
            engine.host_has_tokens();
            Ok(())
        })?;
        self.runtime.stir();
        Ok(())
    }

    /// Closes the book; every later call is `Closed`. Requests under way get `grace` to end; those that don't are found out
    /// about at the next start. Closing twice does nothing.
    pub fn close(&self, grace: Duration) {
        self.runtime.close(grace);
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A host's transport may close the till on the worker's own thread, which then ends by itself.
        if let Some(worker) = worker.filter(|worker| worker.thread().id() != std::thread::current().id())
            && worker.join().is_err()
        {
            event!(WORKER_PANICKED);
        }
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        self.close(GRACE);
    }
}

impl std::fmt::Debug for Till {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Till").finish_non_exhaustive()
    }
}
