//! What all threads of a server share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::config::{Clock, Config};
use super::late::Late;
use super::network::Network;
use super::traffic::Traffic;
use crate::fault::{ErrorAnswers, FaultPlan};
use crate::freemud::Freemud;
use crate::gree::{self, Gree};
use crate::sandy::{Errcode, Sandy};
use crate::yonyou::Yonyou;
use crate::{Request, Response, System};

/// A thread that panicked while it held the lock must not take every other test down with it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A value that several threads use, and that others can wait for.
#[derive(Debug, Default)]
pub(super) struct Guarded<T> {
    value: Mutex<T>,
    /// Told whenever the value may have changed.
    changed: Condvar,
}

impl<T> Guarded<T> {
    pub(super) fn new(value: T) -> Self {
        Self { value: Mutex::new(value), changed: Condvar::new() }
    }

    pub(super) fn with<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut lock(&self.value));
        self.changed.notify_all();
        result
    }

    /// Waits until `condition` holds; false if it doesn't within `timeout`.
    pub(super) fn wait_until(&self, timeout: Duration, condition: impl Fn(&T) -> bool) -> bool {
        let deadline = Instant::now() + timeout;
        let mut value = lock(&self.value);
        while !condition(&value) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            value = self.changed.wait_timeout(value, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

pub(super) struct Shared {
    pub(super) sandy: Guarded<Sandy>,
    pub(super) gree: Guarded<Gree>,
    pub(super) freemud: Guarded<Freemud>,
    pub(super) yonyou: Guarded<Yonyou>,
    pub(super) faults: Guarded<FaultPlan>,
    pub(super) traffic: Mutex<Traffic>,
    pub(super) network: Network,
    pub(super) late: Late,
    pub(super) clock: Clock,
    pub(super) delay_ms: AtomicU64,
}

impl Shared {
    pub(super) fn new(config: Config) -> Result<Self, Errcode> {
        let now_s = config.clock.now_s();
        let mut sandy = Sandy::new(config.settings);
        for card in config.cards {
            sandy.seed(now_s, card)?;
        }
        Ok(Self {
            sandy: Guarded::new(sandy),
            gree: Guarded::new(config.gree),
            freemud: Guarded::new(config.freemud),
            yonyou: Guarded::new(config.yonyou),
            faults: Guarded::new(FaultPlan::new(config.fault_seed)),
            traffic: Mutex::default(),
            network: Network::new(config.max_connections),
            late: Late::default(),
            clock: config.clock,
            delay_ms: AtomicU64::new(config.delay_ms),
        })
    }

    /// The system's own answer; a path that is nobody's is Sandy's to refuse.
    pub(super) fn execute(&self, request: &Request) -> Response {
        // The clock is read under the lock, so that no system sees time run backwards.
        match System::of(request) {
            Some(System::Gree) => self.gree.with(|gree| gree.handle(self.clock.now_ms(), request)),
            Some(System::Freemud) => self.freemud.with(|freemud| freemud.handle(self.clock.now_ms(), request)),
            Some(System::Yonyou) => self.yonyou.with(|yonyou| yonyou.handle(self.clock.now_ms(), request)),
            Some(System::Sandy) | None => self.change(|sandy, now_s| sandy.handle(now_s, request)),
        }
    }

    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Sandy, i64) -> R) -> R {
        self.sandy.with(|sandy| change(sandy, self.clock.now_s()))
    }

    /// How the system that a request is for words its errors.
    pub(super) fn error_answers(&self, request: &Request) -> ErrorAnswers {
        match System::of(request) {
            Some(System::Gree) => gree::Endpoint::of(request).map_or_else(ErrorAnswers::sandy, ErrorAnswers::gree),
            Some(System::Freemud) => self.freemud.with(|freemud| ErrorAnswers::freemud(freemud.settings())),
            Some(System::Yonyou) => ErrorAnswers::yonyou(),
            Some(System::Sandy) | None => ErrorAnswers::sandy(),
        }
    }

    pub(super) fn delay_ms(&self) -> u64 {
        self.delay_ms.load(Ordering::Relaxed)
    }
}

/// Something that the server's threads use too; it is locked for as long as the closure runs.
#[derive(Debug)]
pub struct Locked<'a, T>(&'a Guarded<T>);

impl<'a, T> Locked<'a, T> {
    pub(super) const fn new(guarded: &'a Guarded<T>) -> Self {
        Self(guarded)
    }

    /// Runs `look` on it. Asking the same server for the same thing from within would wait for ever.
    pub fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        self.0.with(look)
    }

    /// Waits until it is as `condition` wants it; false if that takes longer than `timeout`.
    pub fn wait_until(&self, timeout: Duration, condition: impl Fn(&T) -> bool) -> bool {
        self.0.wait_until(timeout, condition)
    }
}
