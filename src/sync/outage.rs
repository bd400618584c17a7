//! Outages, as they are written down: each begins when a remote is not there and ends when it has been back for a while.
//!
//! What a row says is kept within transactions that are written anyway, but for the last step, which needs one of its own.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::error::Result;
use crate::model::Outage;
use crate::store::{OpRow, Tx, View};

use super::desk::Desk;

/// A remote that has answered for so long is back for good.
const BACK_FOR_GOOD: Duration = Duration::from_secs(300);

/// The outage of one remote that has not ended, if there is one.
pub(super) struct OutageWatch {
    /// As it stands in the book.
    open: Option<Outage>,
    /// As the open transaction has left it.
    next: Option<Outage>,
    /// When this process took the book over: what was done before says nothing of now.
    since: Timestamp,
}

impl OutageWatch {
    pub(super) fn new(view: &View<'_>, provider: &str, now: Timestamp) -> Result<OutageWatch> {
        let open = view.open_outage(provider)?;
        Ok(OutageWatch { next: open.clone(), open, since: now })
    }

    /// A transaction begins: what an earlier one that failed has written did not happen.
    pub(super) fn begin(&mut self) {
        self.next.clone_from(&self.open);
    }

    pub(super) fn committed(&mut self) {
        self.open.clone_from(&self.next);
    }
}

impl Desk {
    /// Brings the outage's row to what is known of the remote now.
    pub(super) fn keep_outage(&mut self, tx: &Tx<'_>) -> Result<()> {
        let now = self.now();
        let down = self.condition.is_down();
        let Some(before) = self.outage.next.clone() else {
            if down {
                let heard = self.condition.last_answer.unwrap_or(self.outage.since);
                let first = tx.first_operation_after(self.provider.name(), heard)?;
                self.begin_outage(tx, first.map_or(now, |first| first.min(now)))?;
            }
            return Ok(());
        };
        let mut outage = before.clone();
        // A clock that ran ahead has been put right since.
        outage.began_at = outage.began_at.min(now);
        outage.back_at = outage.back_at.map(|back| back.min(now));
        if down {
            outage.back_at = None;
        } else if outage.back_at.is_none() && self.condition.failures == 0 {
            outage.back_at = self.condition.last_answer.filter(|&answered| answered >= outage.began_at);
        }
        if self.is_back_for_good(tx, &outage, now)? {
            outage.ended_at = Some(now);
        }
        if outage != before {
            tx.set_outage(&outage)?;
            self.outage.next = Some(outage).filter(|outage| outage.ended_at.is_none());
        }
        Ok(())
    }

    /// An approval that this till gave alone since the remote could not be asked is the beginning of an outage at the latest.
    pub(super) fn approved_in_an_outage(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        if self.outage.next.is_some() || (self.is_healthy() && self.condition.failures == 0) {
            return Ok(());
        }
        self.begin_outage(tx, op.created_at)
    }

    fn begin_outage(&mut self, tx: &Tx<'_>, began_at: Timestamp) -> Result<()> {
        self.outage.next = Some(tx.insert_outage(self.provider.name(), began_at)?);
        Ok(())
    }

    /// Whether there is an outage to be closed. It needs a turn of its own: nothing else may be due.
    pub(super) fn outage_is_over(&self, view: &View<'_>) -> Result<bool> {
        match &self.outage.open {
            Some(outage) => self.is_back_for_good(view, outage, self.now()),
            None => Ok(false),
        }
    }

    fn is_back_for_good(&self, view: &View<'_>, outage: &Outage, now: Timestamp) -> Result<bool> {
        let back = outage.back_at.is_some_and(|back| now.since(back) >= BACK_FOR_GOOD);
        // A till that was closed meanwhile has heard nothing of it: it has to answer this process too.
        Ok(back
            && !self.condition.is_down()
            && self.condition.last_answer.is_some()
            && !view.is_on_its_way(self.provider.name())?)
    }
}
