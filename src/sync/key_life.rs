//! How long a remote has known a key, by clocks that can't lie.
//!
//! The book's time is not enough. When a clock that ran ahead has been put right, the book's time stands still while no program
//! runs, and an attempt looks younger than it is. What this process has sent is dated by the clock that never jumps; what an
//! earlier one has sent, by the remote's own dates.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::provider::Guarantee;
use crate::store::{AttemptRow, OpRow, Tx};

use super::desk::Desk;

/// The remote tells its time in whole seconds.
const REMOTE_ROUNDING: Duration = Duration::from_secs(1);

/// Whether the remote still recognises the key of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyLife {
    Lasts,
    /// It has perhaps ended, or nothing can tell.
    Over,
    /// The remote has not told its time yet since this process began.
    AskTime,
}

/// What is known of the remote's clock and of the first attempts of this process.
#[derive(Debug, Default)]
pub(super) struct KeyClocks {
    /// The remote's clock in its last dated answer, and when that was asked for by this process's.
    dated: Option<(Timestamp, Duration)>,
    /// It has answered, with a date or without.
    answered: bool,
    /// When first attempts left, by operation: which one it was, and by this process's clock.
    first: std::collections::BTreeMap<i64, (i64, Duration)>,
}

impl KeyClocks {
    /// The remote has answered in its dialect what was asked then.
    pub(super) fn answered(&mut self, server: Option<Timestamp>, asked: Option<Duration>) {
        let Some(asked) = asked else { return };
        self.answered = true;
        if let Some(server) = server {
            self.dated = Some((server, asked));
        }
    }
}

impl Desk {
    /// Whether the age of a key that left now could be told by nobody once this process has ended: the remote has not answered it
    /// yet. Then the cheapest read of all goes before the write.
    pub(super) fn first_would_be_undated(&self, op: &OpRow) -> bool {
        let is_forgotten = self.provider.key_life() != Duration::MAX;
        is_forgotten && !self.key_clocks.answered && self.provider.guarantee(&op.act) == Some(Guarantee::Repeat)
    }

    /// The first attempt of an operation is about to leave.
    pub(super) fn note_first(&mut self, op_no: i64, attempt_no: i64) {
        let life = self.provider.key_life();
        if life == Duration::MAX {
            return;
        }
        let now = self.hall.clock.monotonic();
        // Of those that are older the life is over in any case.
        self.key_clocks.first.retain(|_, (_, sent)| now.saturating_sub(*sent) <= life);
        self.key_clocks.first.insert(op_no, (attempt_no, now));
    }

    /// The operation is concluded: nothing of it is repeated any more.
    pub(super) fn forget_first(&mut self, op_no: i64) {
        self.key_clocks.first.remove(&op_no);
    }

    /// Whether the remote still recognises the key that was first sent with this attempt.
    pub(super) fn key_life(&self, tx: &Tx<'_>, op_no: i64, first: &AttemptRow) -> Result<KeyLife> {
        let life = self.provider.key_life();
        if life == Duration::MAX || mutated!(ResentForEver) {
            return Ok(KeyLife::Lasts);
        }
        let judged = |age: Duration| if age > life { KeyLife::Over } else { KeyLife::Lasts };
        // A machine that slept is told by this one alone.
        if judged(self.now().since(first.started_at)) == KeyLife::Over {
            return Ok(KeyLife::Over);
        }
        let steady = self.hall.clock.monotonic();
        if let Some((_, sent)) = self.key_clocks.first.get(&op_no).filter(|(no, _)| *no == first.attempt_no) {
            return Ok(judged(steady.saturating_sub(*sent)));
        }
        let Some((clock, asked)) = self.key_clocks.dated else {
            return Ok(if self.key_clocks.answered { KeyLife::Over } else { KeyLife::AskTime });
        };
        let latest = clock.after(REMOTE_ROUNDING).after(steady.saturating_sub(asked));
        // What it had told before any earlier attempt was no later either.
        let told = match first.server_at {
            Some(told) => Some(told),
            None => tx.server_time_before(self.provider.name(), first.attempt_no)?,
        };
        Ok(told.map_or(KeyLife::Over, |told| judged(latest.since(told))))
    }
}
