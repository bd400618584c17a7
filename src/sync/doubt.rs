//! Looks after an answer that never came: what the remote's records allow to be concluded, and no more.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::{Confirmation, Evidence, State};
use crate::provider::{Findings, Verdict};
use crate::store::{LaneState, Lookout, OpRow, Tx};

use super::desk::Desk;
use super::job::Work;
use super::looks::Looks;
use super::write::Dossier;

const NOTHING_TELLS: &str = "sent without an answer, and the remote gives no way to find out";

const NOTHING_TO_LOOK_FOR: &str = "no attempt is recorded that could be looked for";

impl Desk {
    pub(super) fn begin_look(&mut self, tx: &Tx<'_>, mut op: OpRow) -> Result<()> {
        let now = self.now();
        let dossier = Dossier::with_records(tx, &op, self.provider.name())?;
        if op.state == State::InDoubt && self.repeats(&op) {
            return self.send_again(tx, op, &dossier);
        }
        if matches!(op.state, State::InDoubt | State::Reversing) && self.begin_undo(tx, &mut op, &dossier)? {
            return Ok(());
        }
        if op.state == State::Reversing {
            return self.park(
                tx,
                &mut op,
                "it was being undone, which the remote's settings do not allow any more",
                true,
            );
        }
        let Some(doubt) = dossier.doubt() else { return self.park(tx, &mut op, NOTHING_TO_LOOK_FOR, true) };
        let Some(reading) = self.provider.look(&dossier.outgoing(&op, false), &doubt, now) else {
            let known = dossier.served.account.base;
            let why = match known.as_of {
                Some(_) => format!("{NOTHING_TELLS}; before it there were {} points", known.points),
                None => NOTHING_TELLS.to_owned(),
            };
            return self.park(tx, &mut op, &why, true);
        };
        let began = self.hall.clock.monotonic();
        self.begin_read(tx, Work::Look { op_no: op.op_no, lane_no: op.lane_no, began }, reading)
    }

    /// The records have been read: concludes from them what they allow, and no more.
    pub(super) fn looked(
        &mut self,
        tx: &Tx<'_>,
        op_no: i64,
        lane_no: i64,
        (began, steady): (Timestamp, Duration),
        findings: &Findings,
    ) -> Result<()> {
        let mut op = tx.operation(op_no)?;
        let again = op.state == State::Queued && op.may_be_sent();
        if op.state != State::InDoubt && !again {
            return self.refresh_lane(tx, lane_no, None);
        }
        let dossier = Dossier::with_records(tx, &op, self.provider.name())?;
        let (Some(doubt), Some(attempt)) = (dossier.doubt(), dossier.last_sent()) else {
            return self.park(tx, &mut op, NOTHING_TO_LOOK_FOR, true);
        };
        let provider = &self.provider;
        let verdict =
            catch_unwind(AssertUnwindSafe(|| provider.judge(&dossier.outgoing(&op, false), &doubt, findings)))
                .unwrap_or_else(|_| Verdict::Unclear("the records broke the parser".to_owned()));
        let (name, note) = match &verdict {
            Verdict::Applied { .. } => ("applied", None),
            Verdict::NotSeen => ("not_seen", None),
            Verdict::Unchanged => ("unchanged", None),
            Verdict::AlreadySo => ("already_so", None),
            Verdict::Superseded => ("superseded", None),
            Verdict::Refused(refusal) => ("refused", Some(refusal.message.clone())),
            Verdict::Unclear(why) => ("unclear", Some(why.clone())),
            Verdict::Wait(why) => ("wait", Some(why.clone())),
        };
        let looks = Looks::since(attempt, &tx.looks(op_no)?);
        let server_at = self.remote_clock_at(steady);
        let counts = !again && self.counts(&looks, op_no, (began, steady, server_at));
        let facts = findings.facts.clone();
        let (attempt_no, verdict_name) = (attempt.attempt_no, name.to_owned());
        let look = Lookout { attempt_no, at: began, server_at, counts, facts, verdict: verdict_name, note };
        if again && matches!(verdict, Verdict::NotSeen | Verdict::Unchanged) {
            return self.begin_before(tx, &op, &dossier);
        }
        tx.insert_look(op_no, &look)?;
        if again {
            // Not so absent after all: found out about as at first.
            return self.in_doubt_again(tx, &mut op);
        }

        match verdict {
            Verdict::Applied { confirmation, evidence, learned } => {
                self.note_adopted(tx, &op, findings)?;
                self.applied(tx, &mut op, *confirmation, evidence, learned)?;
            }
            Verdict::AlreadySo if counts => {
                self.applied(tx, &mut op, Confirmation::default(), Evidence::Proven, None)?;
            }
            Verdict::Refused(refusal) if counts => self.refused(tx, &mut op, &refusal)?,
            Verdict::Superseded if counts => self.superseded(tx, &mut op)?,
            Verdict::Unchanged if counts => self.proven_absent(tx, &mut op, &dossier)?,
            Verdict::NotSeen if mutated!(OneLookIsProof) => self.proven_absent(tx, &mut op, &dossier)?,
            Verdict::NotSeen if counts && looks.not_seen >= 1 => self.proven_absent(tx, &mut op, &dossier)?,
            // One look that allows no conclusion does not rule out that the next one does.
            Verdict::Unclear(why) if counts && looks.unclear >= 1 => self.park(tx, &mut op, &why, true)?,
            _ => {
                let due = self.next_look(&looks, op_no, counts.then_some(began));
                tx.set_lane(lane_no, LaneState::Ready { probe: true, due }, 0)?;
                self.settle_doubt(tx, &mut op)?;
            }
        }
        // The read began after the attempt had ended: where that is no longer in doubt, its figures are a base.
        let lane_no = tx.lane_of(op_no)?;
        self.land(tx, lane_no, began, findings)
    }

    /// By way of `sending`, as every doubt, with an attempt that was never sent.
    fn in_doubt_again(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        let now = self.now();
        self.attempt_unsent(tx, op, "the remote's records are not what they were when it was found absent")?;
        tx.transition(op, State::Sending, now)?;
        self.in_doubt(tx, op)
    }

    /// Proven not to have been applied: sent again if it was promised, closed if it was not.
    fn proven_absent(&mut self, tx: &Tx<'_>, op: &mut OpRow, dossier: &Dossier) -> Result<()> {
        let now = self.now();
        tx.attempts_were_absent(op.op_no)?;
        if let Some(refusal) = dossier.refusal_in_doubt() {
            // It was refused, and no earlier attempt was the reason: the refusal stands.
            return self.refused(tx, op, &refusal);
        }
        if op.promise.is_none() {
            // The caller still waits. Unsent now, as far as the promise is concerned.
            tx.transition(op, State::Queued, now)?;
            self.refresh_lane(tx, op.lane_no, None)?;
            return self.settle_unsent(tx, op);
        }
        let next = if op.may_be_sent() { State::Queued } else { State::Voided };
        tx.transition(op, next, now)?;
        if next == State::Voided {
            self.opening_failed(tx, op)?;
            self.coupon_settled(tx, op)?;
            self.finished_one();
        }
        self.refresh_lane(tx, op.lane_no, None)
    }
}
