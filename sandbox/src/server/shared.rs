//! What all threads of a server share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::config::{Clock, Config};
use super::late::Late;
use super::network::Network;
use super::traffic::Traffic;
use crate::fault::FaultPlan;
use crate::sandy::{Errcode, Sandy};
use crate::{Request, Response};

/// A thread that panicked while it held the lock must not take every other test down with it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct Shared {
    pub(super) sandy: Mutex<Sandy>,
    /// Told whenever `sandy` may have changed.
    pub(super) changed: Condvar,
    pub(super) faults: Mutex<FaultPlan>,
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
            sandy: Mutex::new(sandy),
            changed: Condvar::new(),
            faults: Mutex::new(FaultPlan::new(config.fault_seed)),
            traffic: Mutex::default(),
            network: Network::new(config.max_connections),
            late: Late::default(),
            clock: config.clock,
            delay_ms: AtomicU64::new(config.delay_ms),
        })
    }

    pub(super) fn execute(&self, request: &Request) -> Response {
        self.change(|sandy, now_s| sandy.handle(now_s, request))
    }

    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Sandy, i64) -> R) -> R {
        let result = change(&mut lock(&self.sandy), self.clock.now_s());
        self.changed.notify_all();
        result
    }

    /// Waits until `condition` holds; false if it doesn't within `timeout`.
    pub(super) fn wait_until(&self, timeout: Duration, condition: impl Fn(&Sandy) -> bool) -> bool {
        let deadline = Instant::now() + timeout;
        let mut sandy = lock(&self.sandy);
        while !condition(&sandy) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            sandy = self.changed.wait_timeout(sandy, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    pub(super) fn delay_ms(&self) -> u64 {
        self.delay_ms.load(Ordering::Relaxed)
    }
}

/// Something that the server's threads use too; it is locked for as long as the closure runs.
#[derive(Debug)]
pub struct Locked<'a, T> {
    mutex: &'a Mutex<T>,
    changed: Option<&'a Condvar>,
}

impl<'a, T> Locked<'a, T> {
    pub(super) const fn new(mutex: &'a Mutex<T>, changed: Option<&'a Condvar>) -> Self {
        Self { mutex, changed }
    }

    /// Runs `look` on it. Asking the same server for the same thing from within would wait for ever.
    pub fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        let result = look(&mut lock(self.mutex));
        if let Some(changed) = self.changed {
            changed.notify_all();
        }
        result
    }
}
