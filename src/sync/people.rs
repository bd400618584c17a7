//! What people do: void, decide about what waits, acknowledge, keep the exception list.

use crate::error::{Error, Result};
use crate::event::event;
use crate::model::{Context, Evidence, Kind, OfflinePolicy, OpId, Promise, Receipt, State, Told, named, short_text};
use crate::store::{AttemptRow, OpRow, PromiseRow, Tx, View};
use crate::units::Money;

use super::call::receipt;
use super::desk::Desk;
use super::engine::Engine;
use super::retarget::{Orphan, may_be_retargeted, orphans_of};
use super::settle::is_orphan;

named! {
    /// What a person decides about an operation that waits.
    Resolution {
        /// The remote has it. Takes effect together with a fresh read of the account.
        WasApplied = "was_applied",
        /// The remote does not have it, and it is not to be sent again.
        WasNotApplied = "was_not_applied",
        /// The remote does not have it: send it again.
        SendAgain = "send_again",
        /// Whatever became of it, the shop bears it.
        WriteOff = "write_off",
    }
}

impl Engine {
    /// Cancels what has not reached the remote.
    pub(crate) fn void(&mut self, op_id: &OpId, said: &Context) -> Result<Receipt> {
        let place = self.place_of_operation(op_id)?;
        let Engine { store, desks, .. } = self;
        let desk = &mut desks[place];
        desk.commit_on(store, |desk, tx| desk.void(tx, op_id, said))
    }

    /// Records a person's decision about an operation that waits, and carries it out.
    pub(crate) fn resolve(&mut self, op_id: &OpId, resolution: Resolution, who: &str, why: &str) -> Result<Receipt> {
        let who = short_text("who", who.to_owned(), 64)?;
        let why = short_text("why", why.to_owned(), 200)?;
        let place = self.place_of_operation(op_id)?;
        let Engine { store, desks, .. } = self;
        let desk = &mut desks[place];
        desk.commit_on(store, |desk, tx| desk.resolve(tx, op_id, resolution, &who, &why))
    }

    /// Acknowledges a notification.
    pub(crate) fn acknowledge(&mut self, notice_no: i64, who: &str, note: Option<&str>) -> Result<()> {
        let who = short_text("who", who.to_owned(), 64)?;
        let note = note.map(|note| short_text("note", note.to_owned(), 200)).transpose()?;
        let now = self.now();
        let found = self.store.write(|tx| {
            // Somebody has looked into it: the remote's totals count from its next answer on.
            tx.forget_totals_of_stale(notice_no)?;
            if mutated!(AckTakesAll) {
                (1..notice_no).try_for_each(|earlier| tx.acknowledge(earlier, &who, None, now).map(drop))?;
            }
            tx.acknowledge(notice_no, &who, note.as_deref(), now)
        })?;
        if found { Ok(()) } else { Err(Error::not_found("open notification")) }
    }

    pub(super) fn place_of_operation(&self, op_id: &OpId) -> Result<usize> {
        let op = self.store.view().operation_by_id(op_id)?.ok_or_else(|| Error::not_found("operation"))?;
        Ok(self.desk_called(&op.provider))
    }
}

impl Desk {
    fn void(&mut self, tx: &Tx<'_>, op_id: &OpId, said: &Context) -> Result<i64> {
        let now = self.now();
        let mut op = tx.operation_by_id(op_id)?.ok_or_else(|| Error::not_found("operation"))?;
        if op.state == State::Voided {
            return Ok(op.op_no);
        }
        if op.state != State::Queued && !(mutated!(VoidSettled) && op.state == State::Settled) {
            return Err(Error::wrong_state(op.state.as_str(), "only what has not reached the remote can be voided"));
        }
        if op.kind.opens() && tx.open_operations(op.lane_no)?.iter().any(|other| other.op_no > op.op_no) {
            return Err(Error::wrong_state("queued", "operations on the card it opens are waiting behind it"));
        }
        if !tx.returns_of(op.op_no)?.is_empty() {
            return Err(Error::wrong_state("queued", "returns of it are waiting behind it"));
        }
        if op.kind == Kind::GiveCoupon && tx.use_of_coupon(&op.key, None)?.is_some() {
            return Err(Error::wrong_state("queued", "the coupon that it gives has been used here"));
        }
        if op.kind == Kind::Recharge {
            let served = tx.card_of_account(op.lane_no)?;
            if self.balances(tx, &served, Some(op.op_no))?.money.available.is_negative() {
                return Err(Error::wrong_state("queued", "what it put on the card has been spent"));
            }
        }
        let was_approved = op.is_approved();
        let told = *op.told();
        tx.transition(&mut op, State::Voided, now)?;
        self.coupon_settled(tx, &op)?;
        if op.kind.opens() {
            tx.set_status(op.lane_no, crate::model::CardStatus::Closed)?;
        }
        if op.promise.is_none() {
            // A call is waiting for it in another thread: that is answered too.
            let (told, effect) = (op.told, op.effect);
            let policy = Some(self.hall.policy().version);
            let row = PromiseRow {
                promise: Promise::Cancelled,
                refusal: None,
                message: None,
                told,
                policy,
                lifted: Vec::new(),
            };
            tx.insert_promise(&mut op, row, &effect, now)?;
            self.promised(op.op_no);
        }
        if was_approved {
            let context = said.of_void(&op.context);
            let op = OpRow { context, ..op.clone() };
            self.enter(tx, &op, "void", &reversed(&told), told.points.negated(), None)?;
        }
        self.finished_one();
        self.retell_orphans(tx, op.lane_no, false)?;
        self.refresh_lane(tx, op.lane_no, None)?;
        self.take_change_back(tx, &op)?;
        Ok(op.op_no)
    }

    fn resolve(&mut self, tx: &Tx<'_>, op_id: &OpId, resolution: Resolution, who: &str, why: &str) -> Result<i64> {
        let now = self.now();
        let mut op = tx.operation_by_id(op_id)?.ok_or_else(|| Error::not_found("operation"))?;
        if !matches!(op.state, State::Parked | State::Rejected) {
            return Err(Error::wrong_state(op.state.as_str(), "it does not wait for a decision"));
        }
        let was_rejected = op.state == State::Rejected;
        tx.insert_decision(op.op_no, resolution.as_str(), (who, why), None, now)?;
        event!(
            PERSON_DECIDED,
            op_id = op.op_id,
            kind = op.kind,
            provider = op.provider,
            decision = resolution.as_str(),
        );
        tx.acknowledge_operation(op.op_no, who, why, now)?;
        match resolution {
            Resolution::WasApplied => {
                tx.transition(&mut op, State::Applied, now)?;
                tx.set_evidence(&mut op, Evidence::Person)?;
                if op.kind.opens() {
                    tx.confirm_account(op.lane_no)?;
                    tx.set_status(op.lane_no, crate::model::CardStatus::Active)?;
                }
                if !op.kind.moves_assets() {
                    tx.transition(&mut op, State::Settled, now)?;
                }
                self.show_change(tx, &op)?;
                self.coupon_settled(tx, &op)?;
                // It may stand there as done already: what could not be undone does.
                if !op.is_approved() && tx.line_told(op.op_no)?.is_none() {
                    let told = *op.told();
                    self.enter(tx, &op, op.kind.as_str(), &told, told.points, None)?;
                }
                if was_rejected {
                    self.lift_exception_of(tx, &op)?;
                }
                // Only a read that begins from here on may become the base that includes it.
                tx.set_quiet_since(op.lane_no, now)?;
            }
            Resolution::WasNotApplied if was_rejected => {
                return Err(Error::wrong_state("rejected", "the remote has said so itself: write it off"));
            }
            Resolution::WasNotApplied if op.is_approved() => self.reject(tx, &mut op, why)?,
            Resolution::WasNotApplied => {
                tx.transition(&mut op, State::Declined, now)?;
                self.enter_reversal(tx, &op)?;
                self.opening_failed(tx, &op)?;
            }
            Resolution::SendAgain if was_rejected => {
                return Err(Error::wrong_state("rejected", "the remote has refused it"));
            }
            Resolution::SendAgain if !op.may_be_sent() => {
                return Err(Error::wrong_state("parked", "nothing was promised, so it is never sent again"));
            }
            Resolution::SendAgain if is_orphan(tx, &op)? => {
                return Err(Error::wrong_state("parked", "the remote knows no card of this holder to send it for"));
            }
            Resolution::SendAgain => tx.transition(&mut op, State::Queued, now)?,
            Resolution::WriteOff => {
                tx.transition(&mut op, State::WrittenOff, now)?;
                self.coupon_settled(tx, &op)?;
                self.enter_write_off(tx, &op)?;
                if op.kind.opens() {
                    self.park_orphans(tx, &op)?;
                }
            }
        }
        self.refresh_lane(tx, op.lane_no, None)?;
        if matches!(resolution, Resolution::WasNotApplied | Resolution::WriteOff) {
            self.take_change_back(tx, &op)?;
        }
        Ok(op.op_no)
    }

    /// The line by which a write-off is seen in the book.
    pub(super) fn enter_write_off(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        if !op.is_approved() {
            return Ok(());
        }
        let told = *op.told();
        self.enter(tx, op, "write_off", &reversed(&told), told.points.negated(), None)?;
        Ok(())
    }

    /// The line by which it is seen that what stands in the book as done is not, where it stands there.
    pub(super) fn enter_reversal(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        // The line's own figures: what was told before the remote was heard may be others.
        let Some(told) = tx.line_told(op.op_no)? else { return Ok(()) };
        self.enter(tx, op, "reversal", &reversed(&told), told.points.negated(), None)?;
        Ok(())
    }

    /// An opening was given up: each operation behind it waits for a decision of its own.
    pub(super) fn park_orphans(&mut self, tx: &Tx<'_>, open: &OpRow) -> Result<()> {
        let now = self.now();
        tx.set_status(open.lane_no, crate::model::CardStatus::Closed)?;
        for mut op in tx.open_operations(open.lane_no)? {
            if op.op_no > open.op_no && op.state == State::Queued {
                if op.promise.is_none() {
                    self.cancel(tx, &mut op, None)?;
                    continue;
                }
                tx.transition(&mut op, State::Parked, now)?;
                tx.set_waits_for(&mut op, "the card was never opened at the remote", false)?;
            }
        }
        Ok(())
    }

    /// The attempts of an operation, for the person who is to decide.
    pub(super) fn attempts_told(attempts: &[AttemptRow]) -> Vec<String> {
        attempts
            .iter()
            .map(|attempt| {
                let outcome = attempt.outcome.as_deref().unwrap_or("under way");
                let note = attempt.note.as_deref().unwrap_or_default();
                // What stands in a query may be personal.
                let path = attempt.path.split('?').next().unwrap_or_default();
                format!("{:?} {path} {outcome} {note}", attempt.started_at).trim_end().to_owned()
            })
            .collect()
    }
}

/// Figures that take another line's back.
pub(super) fn reversed(told: &Told) -> Told {
    Told {
        original: told.original.negated(),
        discountable: told.discountable.negated(),
        discount: told.discount.negated(),
        actual: told.actual.negated(),
        from_card: told.from_card.negated(),
        due: told.due.negated(),
        bonus: told.bonus.negated(),
        points: told.points.negated(),
        ..*told
    }
}

/// An operation that waits for a person, with what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingOperation {
    /// How it stands.
    pub receipt: Receipt,
    /// The money at stake.
    pub amount: Money,
    /// Each attempt: when, where, what came of it.
    pub attempts: Vec<String>,
    /// Each look at the remote's records: when, what it showed.
    pub looks: Vec<String>,
    /// The decisions that may be taken about it.
    pub resolutions: Vec<Resolution>,
    /// Of an opening: what waits behind it, in order.
    pub orphans: Vec<Orphan>,
    /// The cash that was taken for those.
    pub cash_taken: Money,
    /// Whether [`Till::retarget`](crate::Till::retarget) is possible.
    pub may_retarget: bool,
}

impl Engine {
    /// Everything that waits for a person, oldest first.
    pub(crate) fn waiting_for_people(&mut self) -> Result<Vec<WaitingOperation>> {
        waiting_for_people(&self.store.view(), &self.policy().policy)
    }
}

/// Everything that waits for a person, oldest first.
pub(crate) fn waiting_for_people(view: &View<'_>, policy: &OfflinePolicy) -> Result<Vec<WaitingOperation>> {
    view.waiting_operations()?
        .iter()
        .map(|op| {
            let looks = view.all_looks(op.op_no)?;
            let (orphans, cash_taken) = orphans_of(view, op)?;
            Ok(WaitingOperation {
                receipt: receipt(view, op, policy)?,
                amount: op.at_stake(),
                attempts: Desk::attempts_told(&view.all_attempts(op.op_no)?),
                looks: looks
                    .iter()
                    .map(|look| {
                        let note = look.note.as_deref().unwrap_or_default();
                        format!("{:?} {} {note}", look.at, look.verdict).trim_end().to_owned()
                    })
                    .collect(),
                resolutions: possible(view, op)?,
                orphans,
                cash_taken,
                may_retarget: may_be_retargeted(view, op).is_ok(),
            })
        })
        .collect()
}

fn possible(view: &View<'_>, op: &OpRow) -> Result<Vec<Resolution>> {
    Ok(match op.state {
        State::Rejected => vec![Resolution::WasApplied, Resolution::WriteOff],
        State::Parked if op.may_be_sent() && !is_orphan(view, op)? => Resolution::ALL.to_vec(),
        State::Parked => vec![Resolution::WasApplied, Resolution::WasNotApplied, Resolution::WriteOff],
        _ => Vec::new(),
    })
}
