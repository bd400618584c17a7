//! Outages, as they are written down: each begins when a remote is not there and ends when it has been back for a while.
//!
//! What a row says is kept within transactions that are written anyway, but for the last step, which needs one of its own.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::Outage;
use crate::store::{OpRow, OutageRow, Tx, View};

use super::desk::Desk;

/// A remote that has answered for so long is back for good.
const BACK_FOR_GOOD: Duration = Duration::from_secs(300);

/// The outage of one remote that has not ended, if there is one.
pub(super) struct OutageWatch {
    /// As it stands in the book.
    open: Option<OutageRow>,
    /// As the open transaction has left it.
    next: Option<OutageRow>,
    /// The last operation when the remote last answered, or when this process took the book over: what was done before says
    /// nothing of now. An operation and no time, because a clock that ran ahead has left times that are still to come.
    heard: i64,
    /// The remote has answered this process since the outage began.
    answered: bool,
}

impl OutageWatch {
    pub(super) fn new(view: &View<'_>, provider: &str) -> Result<OutageWatch> {
        let open = view.open_outage(provider)?;
        Ok(OutageWatch { next: open.clone(), open, heard: view.last_operation()?, answered: false })
    }

    /// A transaction begins: what an earlier one that failed has written did not happen.
    pub(super) fn begin(&mut self) {
        self.next.clone_from(&self.open);
    }

    pub(super) fn committed(&mut self) {
        self.open.clone_from(&self.next);
    }

    /// The remote has answered.
    pub(super) fn heard(&mut self, view: &View<'_>) -> Result<()> {
        self.heard = view.last_operation()?;
        self.answered = true;
        Ok(())
    }
}

impl Desk {
    /// Brings the outage's row to what is known of the remote now.
    pub(super) fn keep_outage(&mut self, tx: &Tx<'_>) -> Result<()> {
        let now = self.now();
        let down = self.condition.is_down();
        let Some(before) = self.outage.next.clone() else {
            if down {
                let first = tx.first_operation_after(self.provider.name(), self.outage.heard)?;
                let (first_op, began_at) = match first {
                    Some((op_no, at)) => (op_no, at.min(now)),
                    None => (tx.last_operation()? + 1, now),
                };
                self.begin_outage(tx, began_at, first_op)?;
            }
            return Ok(());
        };
        let mut row = before.clone();
        let outage = &mut row.outage;
        // A clock that ran ahead has been put right since.
        outage.began_at = outage.began_at.min(now);
        outage.back_at = outage.back_at.map(|back| back.min(now));
        if down {
            (outage.back_at, row.back_op) = (None, None);
        } else if outage.back_at.is_none() && self.condition.failures == 0 && self.outage.answered {
            outage.back_at = self.condition.last_answer.map(|answered| answered.max(outage.began_at));
            row.back_op = Some(tx.last_operation()?);
        }
        if self.is_back_for_good(tx, &row.outage, now)? {
            row.outage.ended_at = Some(now);
            row.last_op = Some(tx.last_operation()?);
        }
        if row != before {
            tx.set_outage(&row)?;
            // What was done until now is this outage's: no later one begins with it.
            self.outage.heard = row.last_op.unwrap_or(self.outage.heard);
            self.outage.next = Some(row).filter(|row| row.outage.ended_at.is_none());
        }
        Ok(())
    }

    /// An approval that this till gave alone since the remote could not be asked is the beginning of an outage at the latest.
    pub(super) fn approved_in_an_outage(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        if self.is_healthy() && self.condition.failures == 0 {
            return Ok(());
        }
        let Some(mut row) = self.outage.next.clone() else { return self.begin_outage(tx, op.created_at, op.op_no) };
        // It has waited for the remote for longer than the one that the outage began with.
        if op.op_no < row.first_op {
            row.first_op = op.op_no;
            row.outage.began_at = row.outage.began_at.min(op.created_at);
            tx.set_outage(&row)?;
            self.outage.next = Some(row);
        }
        Ok(())
    }

    fn begin_outage(&mut self, tx: &Tx<'_>, began_at: Timestamp, first_op: i64) -> Result<()> {
        self.outage.answered = false;
        self.outage.next = Some(tx.insert_outage(self.provider.name(), began_at, first_op)?);
        Ok(())
    }

    /// Whether there is an outage to be closed. It needs a turn of its own: nothing else may be due.
    pub(super) fn outage_is_over(&self, view: &View<'_>) -> Result<bool> {
        match &self.outage.open {
            Some(row) => self.is_back_for_good(view, &row.outage, self.now()),
            None => Ok(false),
        }
    }

    fn is_back_for_good(&self, view: &View<'_>, outage: &Outage, now: Timestamp) -> Result<bool> {
        let back = outage.back_at.is_some_and(|back| now.since(back) >= BACK_FOR_GOOD);
        // A till that was closed meanwhile has heard nothing of it: it has to answer this process too.
        Ok(back && !self.condition.is_down() && self.outage.answered && !view.is_on_its_way(self.provider.name())?)
    }
}
