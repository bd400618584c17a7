//! Operations with a key: sent again instead of looked for, and undone by their key where nobody was promised them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Result;
use crate::event::event;
use crate::model::{Promise, State};
use crate::provider::{Guarantee, Undone, WireCall};
use crate::store::{AttemptRow, LaneState, Lookout, OpRow, Tx};
use crate::transport::HttpResponse;

use super::desk::Desk;
use super::job::Job;
use super::key_life::KeyLife;
use super::looks::Looks;
use super::write::Dossier;

impl Desk {
    /// Whether an operation whose outcome is unknown may simply be sent again.
    pub(super) fn repeats(&self, op: &OpRow) -> bool {
        op.may_be_sent() && self.provider.guarantee(&op.act) == Some(Guarantee::Repeat)
    }

    /// The same bytes once more, with the same key: whatever became of the first, the remote has it once.
    pub(super) fn send_again(&mut self, tx: &Tx<'_>, mut op: OpRow, dossier: &Dossier) -> Result<()> {
        let now = self.now();
        let mut sent = dossier.attempts.iter().filter(|attempt| attempt.may_have_been_sent());
        let Some(first) = sent.find(|attempt| !attempt.path.is_empty()) else {
            return self.park(tx, &mut op, "no attempt is recorded that could be repeated", true);
        };
        match self.key_life(tx, op.op_no, first)? {
            KeyLife::Lasts => {}
            KeyLife::Over => {
                let why = "sent without an answer, and the remote may have forgotten its key";
                return self.park(tx, &mut op, why, true);
            }
            // Its catalogue is read at the start, and tells.
            KeyLife::AskTime => {
                let (_, failures) = tx.lane(op.lane_no)?;
                let due = now.after(self.backoff(failures));
                return tx.set_lane(op.lane_no, LaneState::Ready { probe: true, due }, failures.saturating_add(1));
            }
        }
        if mutated!(ResentUnderNewKey) {
            op.key = op.key.chars().rev().collect();
        }
        let fresh = self.provider.encode(&dossier.outgoing(&op, false));
        let call = if mutated!(ResentUnderNewKey) {
            fresh
        } else {
            WireCall { path: first.path.clone(), body: first.body.clone(), ..fresh }
        };
        let attempt_no = tx.insert_attempt(op.op_no, (now, self.remote_clock_now()), None, &call)?;
        // By way of queued: nothing goes from in doubt to sending.
        tx.transition(&mut op, State::Queued, now)?;
        tx.transition(&mut op, State::Sending, now)?;
        let (_, failures) = tx.lane(op.lane_no)?;
        tx.set_lane(op.lane_no, LaneState::Idle, failures)?;
        event!(ATTEMPT_SENT, op_id = op.op_id, kind = op.kind, provider = op.provider, attempt = attempt_no);
        self.send_out(&call, Job::Write { op_no: op.op_no, lane_no: op.lane_no, attempt_no });
        Ok(())
    }

    /// Whether a refusal of a repeat stands: only once no earlier attempt can arrive any more, for until then the reason may
    /// pass and the earlier one be carried out.
    pub(super) fn earlier_attempts_are_over(&mut self, tx: &Tx<'_>, op: &OpRow, dossier: &Dossier) -> Result<bool> {
        let Some(last) = dossier.attempts.iter().rev().find(|attempt| attempt.is_unknown()) else { return Ok(true) };
        let looks = Looks::since(last, &tx.looks(op.op_no)?);
        let steady = self.hall.clock.monotonic();
        let now = self.now();
        Ok(self.counts(&looks, op.op_no, (now, steady, self.remote_clock_at(steady))))
    }

    /// A repeat was refused while an earlier attempt may still arrive: it is repeated once that is over.
    pub(super) fn wait_for_quiet(&mut self, tx: &Tx<'_>, op: &mut OpRow, dossier: &Dossier) -> Result<()> {
        let now = self.now();
        tx.transition(op, State::InDoubt, now)?;
        let due = match dossier.attempts.iter().rev().find(|attempt| attempt.is_unknown()) {
            Some(last) => {
                let looks = Looks::since(last, &tx.looks(op.op_no)?);
                self.next_look(&looks, op.op_no, None)
            }
            None => now,
        };
        let (_, failures) = tx.lane(op.lane_no)?;
        tx.set_lane(op.lane_no, LaneState::Ready { probe: true, due: due.after(self.backoff(0)) }, failures)
    }

    /// Undoes what nobody was promised and may have been done. False where the remote offers nothing of the kind, or where it was
    /// sent more than once: then an undoing might be overtaken by the other one.
    pub(super) fn begin_undo(&mut self, tx: &Tx<'_>, op: &mut OpRow, dossier: &Dossier) -> Result<bool> {
        let told_no = op.promise.as_ref().is_some_and(|row| row.promise == Promise::InDoubt);
        let sent = dossier.attempts.iter().filter(|attempt| attempt.is_unknown()).count();
        if !told_no || sent > 1 {
            return Ok(false);
        }
        let Some(call) = self.provider.undo(&dossier.outgoing(op, false)) else { return Ok(false) };
        let now = self.now();
        if op.state == State::InDoubt {
            tx.transition(op, State::Reversing, now)?;
        }
        let attempt_no = tx.insert_attempt(op.op_no, (now, self.remote_clock_now()), Some(&UNDOING.into()), &call)?;
        let (_, failures) = tx.lane(op.lane_no)?;
        tx.set_lane(op.lane_no, LaneState::Idle, failures)?;
        event!(ATTEMPT_SENT, op_id = op.op_id, kind = op.kind, provider = op.provider, attempt = attempt_no);
        self.send_out(&call, Job::Write { op_no: op.op_no, lane_no: op.lane_no, attempt_no });
        Ok(true)
    }

    /// Whether what was done without anybody's being promised it can be undone by its key.
    pub(super) fn can_be_undone(&self, tx: &Tx<'_>, op: &OpRow) -> Result<bool> {
        let dossier = Dossier::of(tx, op, self.provider.name())?;
        let sent = dossier.attempts.iter().filter(|attempt| attempt.may_have_been_sent()).count();
        let told_no = op.promise.as_ref().is_some_and(|row| row.promise == Promise::InDoubt);
        Ok(told_no && sent == 1 && self.provider.undo(&dossier.outgoing(op, false)).is_some())
    }

    /// The answer to an undoing.
    pub(super) fn undo_answered(
        &mut self,
        tx: &Tx<'_>,
        op: &mut OpRow,
        attempt_no: i64,
        response: Option<&HttpResponse>,
    ) -> Result<()> {
        let now = self.now();
        let dossier = Dossier::of(tx, op, self.provider.name())?;
        let undone = match response {
            Some(response) => {
                let (provider, outgoing) = (&self.provider, dossier.outgoing(op, false));
                catch_unwind(AssertUnwindSafe(|| provider.undone(&outgoing, response)))
                    .unwrap_or_else(|_| Undone::Unknown("the answer broke the parser".to_owned()))
            }
            None => Undone::Unknown("no answer".to_owned()),
        };
        match undone {
            Undone::Done => {
                self.dialect_answered(tx)?;
                tx.end_attempt(attempt_no, now, "applied", "undone")?;
                self.reversed(tx, op)
            }
            Undone::NothingThere => {
                self.dialect_answered(tx)?;
                tx.end_attempt(attempt_no, self.now(), "refused", "there was nothing to undo")?;
                // The book's time may have been brought back just now.
                let dossier = Dossier::of(tx, op, self.provider.name())?;
                self.nothing_was_there(tx, op, &dossier, attempt_no)
            }
            Undone::Refused(why) => {
                self.dialect_answered(tx)?;
                tx.end_attempt(attempt_no, now, "refused", &why)?;
                self.park(tx, op, &format!("it could not be undone: {why}"), true)
            }
            Undone::TokenRefused(why) => {
                tx.end_attempt(attempt_no, now, "not_processed", &why)?;
                self.token_refused(tx, &why)?;
                self.refresh_lane(tx, op.lane_no, None)
            }
            Undone::Unknown(why) => {
                tx.end_attempt(attempt_no, now, "not_processed", &why)?;
                self.condition.failed(now, &self.hall.config.pacing, self.hall.entropy.as_ref());
                self.put_off(tx, op.lane_no)
            }
        }
    }

    /// The remote knows nothing of it. Said twice, a quiet period apart, it never will.
    fn nothing_was_there(&mut self, tx: &Tx<'_>, op: &mut OpRow, dossier: &Dossier, attempt_no: i64) -> Result<()> {
        let Some(first) = dossier.attempts.iter().find(|attempt| attempt.is_unknown()) else {
            // It had been said to be done.
            return self.park(tx, op, "it was carried out, and then there was nothing to undo", true);
        };
        let asked = tx.attempt(attempt_no)?;
        let (at, server_at) = (asked.started_at, asked.server_at);
        if self.key_life(tx, op.op_no, first)? != KeyLife::Lasts {
            // It knows nothing of the key any more, whether or not it has carried it out.
            return self.park(tx, op, "there was nothing to undo, but the remote may have forgotten its key", true);
        }
        let looks = Looks::since(first, &tx.looks(op.op_no)?);
        let steady = self.answered.map_or_else(|| self.hall.clock.monotonic(), |sealed| sealed.sent);
        let counts = self.counts(&looks, op.op_no, (at, steady, server_at));
        let look = Lookout {
            attempt_no: first.attempt_no,
            at,
            server_at,
            counts,
            facts: None,
            verdict: "not_seen".to_owned(),
            note: Some("nothing to undo".to_owned()),
        };
        tx.insert_look(op.op_no, &look)?;
        if counts && looks.not_seen >= 1 || mutated!(OneUndoIsProof) {
            return self.reversed(tx, op);
        }
        let due = self.next_look(&looks, op.op_no, counts.then_some(at));
        tx.set_lane(op.lane_no, LaneState::Ready { probe: true, due }, 0)
    }

    fn reversed(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        let now = self.now();
        tx.set_quiet_since(op.lane_no, now)?;
        tx.transition(op, State::Reversed, now)?;
        self.enter_reversal(tx, op)?;
        self.finished_one();
        self.pull_soon(tx, op.lane_no)?;
        self.refresh_lane(tx, op.lane_no, None)
    }
}

const UNDOING: &str = "undoing";

/// Whether an attempt was one to undo, not to do.
pub(super) fn is_undoing(attempt: &AttemptRow) -> bool {
    attempt.facts.as_ref().is_some_and(|facts| facts == UNDOING)
}
