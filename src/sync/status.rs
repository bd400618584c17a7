//! How the queue stands, for whoever shows it.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;

use super::desk::Desk;
use super::engine::{Drain, Engine};

/// Whether the remote is there, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It has answered lately.
    Up,
    /// It has not been asked for a while.
    Unknown,
    /// It has asked to be left alone until then (`Retry-After`).
    Paused(Timestamp),
    /// It does not answer; it is probed from time to time.
    Down,
    /// It refuses this till altogether, for this reason; it is probed from time to time.
    Halted(String),
}

/// How one remote fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteStatus {
    /// Its name: `sandy`, `freemud`, `gree`, `yonyou`.
    pub provider: &'static str,
    /// Whether it is there.
    pub link: Link,
}

/// How the queue stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncStatus {
    /// Whether the remote is there; of several, how the one fares that fares worst.
    pub link: Link,
    /// How each remote fares.
    pub remotes: Vec<RemoteStatus>,
    /// Operations on their way to the remote: queued, being sent, in doubt.
    pub queued: u64,
    /// Operations that wait for a person.
    pub waiting_for_people: u64,
    /// Operations that this book has ever taken for applied on evidence that another till's identical one could have left
    /// ([`Evidence::Inferred`](crate::Evidence::Inferred)); the history shows which.
    pub inferred: u64,
    /// Operations finished in this drain; after its end, in the last one.
    pub done: u64,
    /// Those and the ones on their way.
    pub total: u64,
    /// For how long that has been going on.
    pub elapsed: Duration,
    /// Why nothing is sent although the remote may be there: the book is an older copy of itself, and nobody has gone on with it
    /// yet ([`Till::go_on_after_restore`](crate::Till::go_on_after_restore)).
    pub restored: Option<String>,
    /// When something becomes due next; `None` if nothing is.
    pub next_due: Option<Timestamp>,
}

impl SyncStatus {
    /// Finished operations a minute.
    #[must_use]
    pub fn per_minute(&self) -> u64 {
        let elapsed_ms = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        self.done.saturating_mul(60_000) / elapsed_ms
    }
}

impl Engine {
    /// How far the queue has come since it was last empty.
    pub(crate) fn status(&mut self) -> Result<SyncStatus> {
        let (queued, waiting) = self.store.view().open_counts()?;
        let elapsed = self.monotonic();
        let finished: u64 = self.desks.iter().map(|desk| desk.finished).sum();
        let drain = &mut self.drain;
        if queued == 0 {
            drain.ended.get_or_insert(elapsed);
        } else if drain.ended.is_some() {
            // The next drain: the figures of the last one have been on show until now.
            *drain = Drain { since: elapsed, before: finished, ended: None };
        }
        let drain = *drain;
        let done = finished.saturating_sub(drain.before);
        let remotes: Vec<RemoteStatus> =
            self.desks.iter().map(|desk| RemoteStatus { provider: desk.provider.name(), link: desk.link() }).collect();
        let worst = remotes.iter().map(|remote| &remote.link).max_by_key(|link| link.badness());
        Ok(SyncStatus {
            link: worst.cloned().unwrap_or(Link::Unknown),
            remotes,
            queued,
            waiting_for_people: waiting,
            inferred: self.store.view().inferred_count()?,
            done,
            total: done + queued,
            elapsed: drain.ended.unwrap_or(elapsed).saturating_sub(drain.since),
            restored: self.store.view().restored()?,
            next_due: self.next_due()?,
        })
    }
}

impl Link {
    fn badness(&self) -> u8 {
        match self {
            Link::Up => 0,
            Link::Unknown => 1,
            Link::Paused(_) => 2,
            Link::Down => 3,
            Link::Halted(_) => 4,
        }
    }
}

impl Desk {
    fn link(&self) -> Link {
        let now = self.now();
        let condition = &self.condition;
        match (&condition.halted, condition.is_down(), condition.is_healthy(now, &self.hall.config.pacing)) {
            (Some(why), ..) => Link::Halted(why.clone()),
            (None, true, _) => Link::Down,
            (None, false, _) if condition.paused(now) => Link::Paused(condition.paused_until.unwrap_or(now)),
            (None, false, true) => Link::Up,
            (None, false, false) => Link::Unknown,
        }
    }
}
