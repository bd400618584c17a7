//! An older copy of the book: what the lost one may have done since is unknown, so nothing is sent until a person says so.
//!
//! Everything that was still open in the copy may have been sent by the book that it was taken of. What has a key is sent again
//! with the same one, what can be found out is looked for, and the rest waits for a person; but the figures read before a send
//! say nothing any more, since operations that nobody remembers came after them.

use crate::error::Result;
use crate::event::event;
use crate::model::{NoticeKind, State, short_text};
use crate::provider::WireCall;
use crate::store::{NewNotice, OpRow, Store, Tx};
use crate::transport::HttpMethod;

use super::desk::Desk;
use super::engine::Engine;
use super::hall::Hall;
use super::write::Dossier;

const MAY_HAVE_BEEN_SENT: &str = "the book is an older copy: the lost one may have sent it";

/// Begins an epoch for a book that is an older copy of itself: numbers, doubts, a notification, all in one commit.
pub(super) fn take_over(store: &mut Store, hall: &Hall, desks: &mut [Desk]) -> Result<()> {
    let Some(old_copy) = store.old_copy().cloned() else { return Ok(()) };
    event!(BOOK_IS_OLD_COPY, why = old_copy.why);
    let now = hall.now();
    hall.begin();
    desks.iter_mut().for_each(Desk::begin_turn);
    store.write(|tx| {
        hall.move_times(tx)?;
        tx.begin_epoch(old_copy.why, now)?;
        if !mutated!(NumbersAgain) {
            tx.burn(&old_copy.used)?;
        }
        let mut doubtful = 0;
        for desk in desks.iter_mut().filter(|_| !mutated!(OldCopyDoubtsNothing)) {
            doubtful += desk.doubt_all(tx)?;
        }
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Restored,
            op_no: None,
            card_no: None,
            amount: None,
            detail: &format!(
                "the book is an older copy ({}); {doubtful} operations may have been sent since; nothing is sent until a person goes on with it",
                old_copy.why
            ),
            at: now,
        })
    })?;
    hall.committed();
    for desk in desks {
        drop(desk.after_commit());
    }
    store.keep_high_water()
}

impl Desk {
    /// Whatever of this desk's has not come to an end may have been sent. Returns how many there are.
    fn doubt_all(&mut self, tx: &Tx<'_>) -> Result<u64> {
        let mut doubtful = 0;
        // Gathered first: what is doubted changes its state, and is not to be met again in the next.
        let mut under_way = Vec::new();
        for state in [State::Queued, State::Sending, State::InDoubt, State::Reversing] {
            under_way.extend(self.own(tx.operations_in(state)?));
        }
        let waiting = self.own(tx.waiting_operations()?);
        for mut op in under_way {
            if op.may_be_sent() || op.state != State::Queued {
                self.doubt(tx, &mut op)?;
                doubtful += 1;
            }
        }
        for mut op in waiting {
            if op.state == State::Parked && !op.unknown {
                // Somebody may have had it sent again.
                let why = op.waits_for.clone().unwrap_or_default();
                tx.set_waits_for(&mut op, &format!("{why}; {MAY_HAVE_BEEN_SENT}"), true)?;
                doubtful += 1;
            }
        }
        Ok(doubtful)
    }

    fn doubt(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        let now = self.now();
        // Those of the figures that stand there were true before operations that nobody remembers.
        tx.forget_facts(op.op_no)?;
        tx.set_quiet_since(op.lane_no, now)?;
        let dossier = Dossier::of(tx, op, self.provider.name())?;
        let account = &dossier.served.account;
        let known = account.confirmed || op.kind.opens();
        let call = match dossier.attempts.iter().find(|attempt| attempt.may_have_been_sent()) {
            Some(first) => WireCall {
                method: HttpMethod::Post,
                path: first.path.clone(),
                headers: Vec::new(),
                body: first.body.clone(),
            },
            None if known => self.provider.encode(&dossier.outgoing(op, false)),
            None => WireCall { method: HttpMethod::Post, path: String::new(), headers: Vec::new(), body: Vec::new() },
        };
        if op.state == State::Reversing {
            // Only the doing is in question: the undoing has a key, and is asked for again.
            return Ok(());
        }
        if op.state == State::Sending {
            // What this copy knows of its last attempt is worked off by the recovery, and is no older than the doubt.
            tx.end_unanswered_attempts(op.op_no, now, MAY_HAVE_BEEN_SENT)?;
        }
        // It may have left at any time since it was made, and be under way now.
        let attempt_no = tx.insert_attempt(op.op_no, (op.created_at.min(now), None), None, &call)?;
        tx.end_attempt(attempt_no, now, "unknown", MAY_HAVE_BEEN_SENT)?;
        if op.state == State::Queued {
            tx.transition(op, State::Sending, now)?;
        }
        if op.state == State::Sending {
            self.in_doubt(tx, op)?;
        }
        self.settle_doubt(tx, op)?;
        if !known {
            // What the remote calls the holder is not known here, but was perhaps by the lost book.
            self.park(tx, op, MAY_HAVE_BEEN_SENT, true)?;
        }
        self.refresh_lane(tx, op.lane_no, None)
    }
}

impl Engine {
    /// A person goes on with an older copy of the book: it is sent again. Nothing happens to a book that is none.
    pub(crate) fn go_on_after_restore(&mut self, who: &str, why: &str) -> Result<()> {
        let who = short_text("who", who.to_owned(), 64)?;
        let why = short_text("why", why.to_owned(), 200)?;
        let now = self.now();
        self.store.write(|tx| {
            if tx.end_restored(&who, &why)? {
                tx.acknowledge_kind(NoticeKind::Restored, &who, &why, now)?;
            }
            Ok(())
        })?;
        self.hall().set_restored(false);
        Ok(())
    }
}
