//! What all desks share: the configuration, the clocks, and the book's own time.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use crate::clock::{BookTime, Clock, Entropy, Timestamp};
use crate::config::Config;
use crate::error::Result;
use crate::model::PolicyVersion;
use crate::store::Tx;

/// The book's high-water time is written down this often even if nothing else is.
const HIGH_TIME_EVERY: Duration = Duration::from_secs(600);

pub(super) struct Hall {
    /// What the till was told when it was opened. Its policy is not the one that counts: that is [`Hall::policy`].
    pub(super) config: Config,
    policy: RwLock<Arc<PolicyVersion>>,
    /// The version whose nearing end has been told.
    pub(super) told_of: AtomicI64,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    times: Mutex<Times>,
    /// The book is an older copy, and nobody has gone on with it yet: nothing is sent.
    restored: AtomicBool,
}

struct Times {
    time: BookTime,
    /// By how much the book's time has been brought back, all in all.
    brought_back: Duration,
    /// By so much of it the times that stand in the book are still ahead: they are moved in the next commit that succeeds.
    still_ahead: Duration,
    /// So much of that has been moved in the transaction that is open.
    moved: Duration,
    high_time: Timestamp,
    /// The high-water time that the open transaction has written down.
    noted: Option<Timestamp>,
}

impl Hall {
    pub(super) fn new(
        config: Config,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        high_time: Option<Timestamp>,
        policy: PolicyVersion,
    ) -> Self {
        let policy = RwLock::new(Arc::new(policy));
        let times = Times {
            time: BookTime::start(clock.as_ref(), high_time),
            brought_back: Duration::ZERO,
            still_ahead: Duration::ZERO,
            moved: Duration::ZERO,
            high_time: high_time.unwrap_or_default(),
            noted: None,
        };
        Hall {
            config,
            policy,
            told_of: AtomicI64::new(0),
            clock,
            entropy,
            times: Mutex::new(times),
            restored: AtomicBool::new(false),
        }
    }

    /// The offline policy in force.
    pub(super) fn policy(&self) -> Arc<PolicyVersion> {
        // What is in it is replaced as a whole.
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another policy is in force from now on: it stands in the book already.
    pub(super) fn set_policy(&self, policy: PolicyVersion) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
    }

    pub(super) fn set_restored(&self, restored: bool) {
        self.restored.store(restored, Ordering::SeqCst);
    }

    /// Nothing may be sent: the book is an older copy of itself.
    pub(super) fn is_restored(&self) -> bool {
        self.restored.load(Ordering::SeqCst) && !mutated!(OldCopySends)
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        // Each use is a step or two of plain arithmetic: a panic in between leaves them whole.
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The book's own time.
    pub(super) fn now(&self) -> Timestamp {
        self.times().time.now(self.clock.as_ref())
    }

    /// How far the wall clock is behind the book's time, if by more than the policy tolerates.
    pub(super) fn clock_behind(&self) -> Option<Duration> {
        let tolerance = self.policy().policy.clock_tolerance();
        self.times().time.behind(self.clock.as_ref(), tolerance)
    }

    /// A remote has answered, and `server` is its clock. True if the book's time was brought back on its word.
    pub(super) fn remote_answered(&self, server: Option<Timestamp>) -> bool {
        let tolerance = self.policy().policy.clock_tolerance();
        let mut times = self.times();
        let Some(ahead) = times.time.remote_answered(self.clock.as_ref(), server, tolerance) else { return false };
        times.brought_back = times.brought_back.saturating_add(ahead);
        times.still_ahead = times.still_ahead.saturating_add(ahead);
        true
    }

    /// By how much the book's time has been brought back, all in all.
    pub(super) fn brought_back(&self) -> Duration {
        self.times().brought_back
    }

    /// A transaction begins: what an earlier one that failed has written did not happen.
    pub(super) fn begin(&self) {
        let mut times = self.times();
        (times.moved, times.noted) = (Duration::ZERO, None);
    }

    /// The transaction that has begun is committed.
    pub(super) fn committed(&self) {
        let mut times = self.times();
        times.still_ahead = times.still_ahead.saturating_sub(times.moved);
        times.moved = Duration::ZERO;
        if let Some(noted) = times.noted.take() {
            times.high_time = noted;
        }
    }

    /// Moves the times that stand in the book back by as much as its own time was.
    pub(super) fn move_times(&self, tx: &Tx<'_>) -> Result<()> {
        let ahead = {
            let mut times = self.times();
            let ahead = times.still_ahead.saturating_sub(times.moved);
            times.moved = times.still_ahead;
            ahead
        };
        if ahead.is_zero() {
            return Ok(());
        }
        let now = self.now();
        tx.bring_back(now, ahead)?;
        self.note_time(tx, now)
    }

    /// Writes the high-water time down once it has gone far enough.
    pub(super) fn keep_time(&self, tx: &Tx<'_>) -> Result<()> {
        let now = self.now();
        if now.since(self.times().high_time) < HIGH_TIME_EVERY {
            return Ok(());
        }
        self.note_time(tx, now)
    }

    fn note_time(&self, tx: &Tx<'_>, now: Timestamp) -> Result<()> {
        tx.set_book("high_time", &now.millis().to_string())?;
        self.times().noted = Some(now);
        Ok(())
    }
}
