//! The threads around the engine: a few that carry exchanges out, made when they are needed, and a worker with a timer.
//!
//! Whoever brings an answer also turns the engine. Answers that arrive while another thread holds it are worked off
//! together in the next turn, so that many lanes share one commit.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::event::event;
use crate::transport::Transport;

use super::engine::{Answered, Engine, Exchange, Scope, URGENT_EXTRA};

/// The worker looks by itself at least this often: it never depends on being woken.
const WATCHDOG: Duration = Duration::from_secs(5);

/// Whoever waits for something turns the engine this often.
pub(crate) const TURN_AGAIN: Duration = Duration::from_millis(100);

/// How long the worker leaves a book alone that could not be written.
const AFTER_FAILURE: Duration = Duration::from_millis(500);

/// A thread that carries exchanges out and has had none for this long ends.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) struct Runtime {
    /// `None` once the till is closed.
    engine: Mutex<Option<Engine>>,
    /// Something has changed that a waiting caller may wait for.
    changed: Condvar,
    /// How often that has been.
    changes: AtomicU64,
    /// There may be something to do for the worker.
    work: Condvar,
    inbox: Mutex<Vec<Answered>>,
    /// Counts up whenever answers are brought.
    brought: AtomicU64,
    transport: Arc<dyn Transport>,
    io: Mutex<Io>,
    io_work: Condvar,
    most: usize,
    /// A worker runs: turns take up everything that is due.
    drains: AtomicBool,
    /// Closing has begun: whoever drives takes up nothing more.
    ending: AtomicBool,
    closing: AtomicBool,
}

#[derive(Default)]
struct Io {
    queue: VecDeque<Exchange>,
    threads: usize,
    idle: usize,
}

impl Runtime {
    pub(crate) fn new(engine: Engine, transport: Arc<dyn Transport>) -> Arc<Runtime> {
        let most = engine.config().pacing.io_threads;
        Arc::new(Runtime {
            engine: Mutex::new(Some(engine)),
            changed: Condvar::new(),
            changes: AtomicU64::new(1),
            work: Condvar::new(),
            inbox: Mutex::default(),
            brought: AtomicU64::new(0),
            transport,
            io: Mutex::default(),
            io_work: Condvar::new(),
            most,
            drains: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        })
    }

    /// Locks the engine for one piece of work.
    ///
    /// # Errors
    /// After a panic under the lock, and when the till is closed.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        let mut guard = self.engine.lock().map_err(|_| Error::poisoned())?;
        work(guard.as_mut().ok_or_else(Error::closed)?)
    }

    /// Waits until `ready` finds something or the time-out is over. The engine is free in between.
    pub(crate) fn wait_for<T>(
        &self,
        timeout: Duration,
        mut ready: impl FnMut(&mut Engine) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let until = moment_after(timeout);
        let mut guard = self.engine.lock().map_err(|_| Error::poisoned())?;
        loop {
            if let Some(found) = ready(guard.as_mut().ok_or_else(Error::closed)?)? {
                return Ok(Some(found));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            guard = self.changed.wait_timeout(guard, left).map_err(|_| Error::poisoned())?.0;
        }
    }

    /// Waits until something has changed since the number was `seen`, and tells the number now.
    pub(crate) fn wait_for_change(&self, seen: u64, timeout: Duration) -> Result<u64> {
        let now = || self.changes.load(Ordering::SeqCst);
        self.wait_for(timeout, |_| Ok((now() != seen).then(now))).map(|changed| changed.unwrap_or(seen))
    }

    fn tell_changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_all();
    }

    /// Turns the engine with whatever has come in, and hands out what comes out. False if the book could not be written.
    pub(crate) fn pump(self: &Arc<Self>) -> bool {
        loop {
            let exchanges = {
                let Ok(mut guard) = self.engine.lock() else { return false };
                let Some(engine) = guard.as_mut() else { return false };
                let answers = std::mem::take(&mut *relocked(&self.inbox));
                let scope = if self.drains.load(Ordering::Relaxed) { Scope::All } else { Scope::Urgent };
                let turned = engine.turn(answers, scope, self.most);
                self.tell_changed();
                match turned {
                    Ok(turn) => turn.exchanges,
                    Err(error) => {
                        // Nothing of it has happened. The worker's next tick, or the next answer, tries again.
                        event!(TURN_FAILED, code = error.code() as i32, error = error);
                        return false;
                    }
                }
            };
            self.hand_out(exchanges);
            if relocked(&self.inbox).is_empty() {
                return true;
            }
        }
    }

    /// There may be something to do: for the worker, or without one, a probe of a remote that was down. Nobody waits for it.
    pub(crate) fn stir(self: &Arc<Self>) {
        if self.drains.load(Ordering::Relaxed) {
            self.work.notify_all();
        } else {
            self.pump();
        }
    }

    /// There is something new to do.
    pub(crate) fn wake(self: &Arc<Self>) {
        if self.drains.load(Ordering::Relaxed) {
            self.work.notify_all();
        }
    }

    fn hand_out(self: &Arc<Self>, exchanges: Vec<Exchange>) {
        if exchanges.is_empty() {
            return;
        }
        let mut io = relocked(&self.io);
        io.queue.extend(exchanges);
        let wanted = io.queue.len().saturating_sub(io.idle);
        let room = (self.most + URGENT_EXTRA).saturating_sub(io.threads);
        for _ in 0..wanted.min(room) {
            let runtime = Arc::clone(self);
            match std::thread::Builder::new().name("tillbook-io".into()).spawn(move || runtime.carry_out()) {
                Ok(_) => io.threads += 1,
                Err(error) => {
                    event!(NO_THREAD, error = error);
                    break;
                }
            }
        }
        if io.threads == 0 {
            // Nobody will ever carry them out, and nothing of them has left.
            let unsent = std::mem::take(&mut io.queue);
            self.bring(unsent.into_iter().map(|exchange| Answered {
                id: exchange.id,
                result: Err(crate::TransportFailure::NotSent("the system gave no thread".into())),
            }));
        }
        drop(io);
        self.io_work.notify_all();
    }

    /// One thread's life: an exchange, its answer, a turn.
    fn carry_out(self: Arc<Self>) {
        loop {
            let exchange = {
                let mut io = relocked(&self.io);
                loop {
                    if self.closing.load(Ordering::SeqCst) {
                        io.threads -= 1;
                        return;
                    }
                    if let Some(exchange) = io.queue.pop_front() {
                        break exchange;
                    }
                    io.idle += 1;
                    let (guard, waited) = self.io_work.wait_timeout(io, IDLE).unwrap_or_else(PoisonError::into_inner);
                    io = guard;
                    io.idle -= 1;
                    if waited.timed_out() && io.queue.is_empty() {
                        io.threads -= 1;
                        return;
                    }
                }
            };
            let answered = self.exchange(&exchange);
            self.bring([answered]);
            self.pump();
            // What is due next may come sooner now than what the worker sleeps until.
            self.wake();
        }
    }

    /// Puts answers where the next turn finds them.
    fn bring(&self, answers: impl IntoIterator<Item = Answered>) {
        relocked(&self.inbox).extend(answers);
        self.brought.fetch_add(1, Ordering::SeqCst);
    }

    fn exchange(&self, exchange: &Exchange) -> Answered {
        // A host's transport that panics has told nothing about its request.
        let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.transport.send(&exchange.request)));
        let result = sent.unwrap_or_else(|_| Err(crate::TransportFailure::MaybeSent("the transport panicked".into())));
        Answered { id: exchange.id, result }
    }

    /// Drives the queue on the caller's own thread until nothing is due or the budget is spent. A request that has begun
    /// is carried through.
    pub(crate) fn drive(self: &Arc<Self>, budget: Duration) -> Result<()> {
        let until = moment_after(budget);
        let over = || self.ending.load(Ordering::SeqCst) || Instant::now() >= until;
        loop {
            if self.ending.load(Ordering::SeqCst) {
                return Err(Error::closed());
            }
            // Looked at before the inbox is: what is brought in between is not missed.
            let brought = self.brought.load(Ordering::SeqCst);
            let (mut exchanges, under_way, awaited) = self.with(|engine| {
                let answers = std::mem::take(&mut *relocked(&self.inbox));
                let most = engine.under_way() + 1;
                let turn = engine.turn(answers, Scope::All, most)?;
                self.tell_changed();
                Ok((turn.exchanges, engine.under_way(), engine.is_awaited()))
            })?;
            if exchanges.is_empty() {
                if under_way == 0 || over() {
                    return Ok(());
                }
                // Other threads carry it, and more may follow from their answers. The turns of others who drive are no reason
                // for one of ours, or they would turn for each other all the time.
                let left = until.saturating_duration_since(Instant::now());
                let news = || self.ending.load(Ordering::SeqCst) || self.brought.load(Ordering::SeqCst) != brought;
                self.wait_for(left.min(TURN_AGAIN), |_| Ok(news().then_some(())))?;
                if over() {
                    return Ok(());
                }
                continue;
            }
            if awaited {
                // Nobody who waits for one of them must wait for the others first.
                self.hand_out(exchanges.split_off(1));
            }
            let mut exchanges = VecDeque::from(exchanges);
            while let Some(exchange) = exchanges.pop_front() {
                let answered = self.exchange(&exchange);
                self.bring([answered]);
                if over() {
                    self.hand_out(exchanges.drain(..).collect());
                }
            }
            if over() {
                // The answers just got are saved; whatever comes next waits for the next call.
                self.with(|engine| {
                    let answers = std::mem::take(&mut *relocked(&self.inbox));
                    let turn = engine.turn(answers, Scope::Urgent, 0)?;
                    self.hand_out(turn.exchanges);
                    Ok(())
                })?;
                self.tell_changed();
                return Ok(());
            }
        }
    }

    /// Starts the worker; a second one is not started.
    pub(crate) fn start_worker(self: &Arc<Self>) -> Result<Option<JoinHandle<()>>> {
        if self.ending.load(Ordering::SeqCst) {
            return Err(Error::closed());
        }
        if self.drains.swap(true, Ordering::SeqCst) {
            return Ok(None);
        }
        let runtime = Arc::clone(self);
        let spawned = std::thread::Builder::new().name("tillbook-worker".into()).spawn(move || runtime.work());
        spawned.map(Some).map_err(|error| {
            self.drains.store(false, Ordering::SeqCst);
            Error::io("can't start the worker", error)
        })
    }

    /// The worker's life: a turn whenever something is due.
    fn work(self: Arc<Self>) {
        while !self.closing.load(Ordering::SeqCst) {
            let turned = self.pump();
            let Ok(mut guard) = self.engine.lock() else { return };
            let Some(engine) = guard.as_mut() else { return };
            let now = engine.now();
            let busy = engine.under_way() >= self.most;
            let due = match engine.next_due() {
                // While every thread is taken, the next answer brings the next turn.
                Ok(due) => due.filter(|_| !busy),
                Err(error) => {
                    event!(TURN_FAILED, code = error.code() as i32, error = error);
                    None
                }
            };
            let least = if turned { Duration::from_millis(1) } else { AFTER_FAILURE };
            let pause = due.map_or(WATCHDOG, |due| due.since(now).min(WATCHDOG)).max(least);
            if self.closing.load(Ordering::SeqCst) {
                return;
            }
            drop(self.work.wait_timeout(guard, pause));
        }
    }

    /// Ends everything: takes up nothing more, gives exchanges under way `grace` to end, saves their answers and closes the
    /// book. What is still under way then is in doubt when the book is opened again.
    pub(crate) fn close(self: &Arc<Self>, grace: Duration) {
        self.drains.store(false, Ordering::SeqCst);
        self.ending.store(true, Ordering::SeqCst);
        self.tell_changed();
        let until = moment_after(grace);
        loop {
            let idle = {
                let guard = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
                guard.as_ref().is_none_or(Engine::is_idle) || self.engine.is_poisoned()
            };
            let left = until.saturating_duration_since(Instant::now());
            if idle || left.is_zero() {
                break;
            }
            let guard = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
            drop(self.changed.wait_timeout(guard, left.min(Duration::from_millis(20))));
        }
        {
            // What no thread has taken yet never leaves: the book that it belongs to is about to be closed.
            let mut io = relocked(&self.io);
            self.closing.store(true, Ordering::SeqCst);
            io.queue.clear();
        }
        *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.tell_changed();
        self.work.notify_all();
        self.io_work.notify_all();
    }
}

/// The end of a wait. One too long for the clock's range ends in a century.
fn moment_after(wait: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let now = Instant::now();
    now.checked_add(wait.min(CENTURY)).unwrap_or(now)
}

/// These locks are held for a push or a pop; a panic in between leaves them whole.
fn relocked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
