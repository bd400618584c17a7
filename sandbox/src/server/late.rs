//! Requests that take effect after their client has given up.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::shared::{Shared, lock};
use crate::Request;

#[derive(Default)]
pub(super) struct Late {
    queue: Mutex<Queue>,
    /// Told whenever the queue changes.
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<(Instant, u64), Request>,
    next_id: u64,
    running: usize,
    stopped: bool,
}

impl Late {
    pub(super) fn add(&self, after_ms: u64, request: Request) {
        let mut queue = lock(&self.queue);
        let id = queue.next_id;
        queue.next_id += 1;
        queue.waiting.insert((Instant::now() + Duration::from_millis(after_ms), id), request);
        self.changed.notify_all();
    }

    pub(super) fn pending(&self) -> usize {
        let queue = lock(&self.queue);
        queue.waiting.len() + queue.running
    }

    /// Lets what still waits be forgotten.
    pub(super) fn stop(&self) {
        let mut queue = lock(&self.queue);
        queue.stopped = true;
        queue.waiting.clear();
        self.changed.notify_all();
    }

    /// The timer thread's work: executes each request when its time has come.
    pub(super) fn run(&self, shared: &Shared) {
        let mut queue = lock(&self.queue);
        while !queue.stopped {
            let now = Instant::now();
            let due = queue.waiting.first_key_value().map(|(&(due, _), _)| due);
            queue = match due {
                Some(due) if due <= now => {
                    drop(queue);
                    self.execute_first(shared, Some(now));
                    lock(&self.queue)
                }
                Some(due) => self.changed.wait_timeout(queue, due - now).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Executes everything that waits, in order, without waiting for its time.
    pub(super) fn run_now(&self, shared: &Shared) -> usize {
        let mut count = 0;
        while self.execute_first(shared, None) {
            count += 1;
        }
        let mut queue = lock(&self.queue);
        while queue.running > 0 {
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        count
    }

    /// Executes the first request that waits, if it is due by `by`.
    fn execute_first(&self, shared: &Shared, by: Option<Instant>) -> bool {
        let mut queue = lock(&self.queue);
        let Some(first) = queue.waiting.first_entry() else { return false };
        if by.is_some_and(|by| first.key().0 > by) {
            return false;
        }
        let request = first.remove();
        queue.running += 1;
        drop(queue);
        shared.execute(&request);
        lock(&self.queue).running -= 1;
        self.changed.notify_all();
        true
    }
}
