//! Start-up: what a crash left behind is brought into a state from which the queue goes on by itself.

use crate::error::Result;
use crate::event::event;
use crate::model::State;
use crate::store::{LaneState, OpRow, Tx};
use crate::transport::HttpResponse;

use super::desk::Desk;
use super::repeat::is_undoing;

impl Desk {
    /// First attempts that have an answer are interpreted again, then whatever is still on the wire is in doubt, then every
    /// call that nobody waits for any more gets its promise.
    pub(super) fn recover(&mut self, tx: &Tx<'_>) -> Result<()> {
        let now = self.now();
        self.recovering = true;
        let under_way = self.own(tx.operations_in(State::Sending)?);
        if !under_way.is_empty() {
            event!(BOOK_RECOVERED, provider = self.provider.name(), operations = under_way.len());
        }
        for mut op in under_way {
            let attempts = tx.attempts(op.op_no)?;
            let Some(last) = attempts.last() else {
                self.in_doubt(tx, &mut op)?;
                continue;
            };
            match (&last.answer, last.outcome.as_deref()) {
                (Some(body), None) => {
                    let status = last.status.unwrap_or_default();
                    let response = HttpResponse { status, headers: Vec::new(), body: body.clone() };
                    self.interpret_safely(tx, &mut op, last.attempt_no, &response)?;
                }
                // Refused, and the crash came before it was clear what the refusal meant: nothing was done, so ask again.
                (_, Some("refused")) => {
                    self.refusal_not_understood(tx, op.op_no, last.attempt_no, "not followed up")?;
                }
                _ => {
                    // Not before its own time-out: a till that was closed and opened again in one process may have a
                    // thread that is still sending it.
                    let ended = last.started_at.min(now).after(self.provider.request_timeout()).max(now);
                    tx.end_attempt(
                        last.attempt_no,
                        ended,
                        if mutated!(CrashResends) { "not_sent" } else { "unknown" },
                        "the program ended while it was under way",
                    )?;
                    tx.set_quiet_since(op.lane_no, ended)?;
                    if mutated!(CrashResends) { self.not_processed(tx, &mut op) } else { self.in_doubt(tx, &mut op) }?;
                    self.quiet_after(op.op_no, ended.since(now));
                }
            }
        }
        for op in self.own(tx.operations_in(State::Reversing)?) {
            // An undoing whose answer was lost is asked for again: it has a key.
            for attempt in tx.attempts(op.op_no)?.iter().filter(|attempt| attempt.outcome.is_none()) {
                if is_undoing(attempt) {
                    tx.end_attempt(
                        attempt.attempt_no,
                        now,
                        "not_processed",
                        "the program ended while it was under way",
                    )?;
                }
            }
            self.refresh_lane(tx, op.lane_no, None)?;
        }
        for unpromised in self.own(tx.unpromised_operations()?) {
            // An opening that is cancelled takes along what waits behind it.
            let mut op = tx.operation(unpromised.op_no)?;
            if op.promise.is_some() {
                continue;
            }
            match op.state {
                State::Queued => self.cancel(tx, &mut op, None)?,
                _ => self.settle_doubt(tx, &mut op)?,
            }
        }
        // A wait that was stored by a clock that ran ahead must not last for years.
        let pacing = &self.hall.config.pacing;
        let longest = pacing.backoff_max_ms.max(pacing.retry_after_max_ms);
        let latest = now.after(std::time::Duration::from_millis(longest).max(self.provider.quiet_period() * 2));
        self.condition.clamp(latest);
        tx.clamp_due(latest)?;
        self.wake_doubtful(tx)?;
        self.recovering = false;
        Ok(())
    }

    /// Those of the operations that are for this desk's remote.
    pub(super) fn own(&self, mut operations: Vec<OpRow>) -> Vec<OpRow> {
        operations.retain(|op| op.provider == self.provider.name());
        operations
    }

    /// What was left in doubt is looked at right after the start: a till that is never open for a whole quiet period has no other
    /// moment for it.
    fn wake_doubtful(&mut self, tx: &Tx<'_>) -> Result<()> {
        let now = self.now();
        for op in self.own(tx.operations_in(State::InDoubt)?) {
            // Of an older copy's doubts one may wait for a person, and the others behind it.
            if self.head(tx, op.lane_no)?.is_some_and(|head| matches!(head.state, State::Parked | State::Rejected)) {
                continue;
            }
            let (_, failures) = tx.lane(op.lane_no)?;
            tx.set_lane(op.lane_no, LaneState::Ready { probe: true, due: now }, failures)?;
        }
        Ok(())
    }
}
