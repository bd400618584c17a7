//! What a cashier's call goes through, and when a till has to be woken.

use tillbook::ErrorCode;
use tillbook::steps::Progress;

use crate::audit::violated;
use crate::call::{CallSpec, DeliverySpec, Supervised};
use crate::till::{CallUnderWay, Disk, Made, promised};
use crate::world::{Checked, Event, World};

/// A worker looks by itself at least this often, in milliseconds.
const WATCHDOG_MS: i64 = 5_000;
/// A call that waits turns the engine this often where no worker does.
const TURN_AGAIN_MS: i64 = 250;
/// A call that nobody has answered is over so long after its time-out.
const CALL_ENDS_WITHIN_MS: i64 = 1_000;

impl World {
    /// Goes on with every call. True if the engine has got something to do by it.
    pub(crate) fn go_on(&mut self, i: usize) -> Checked<bool> {
        let mut again = false;
        let mut calls = std::mem::take(&mut self.tills[i].calls);
        let mut left = Vec::new();
        while !calls.is_empty() {
            let mut call = calls.remove(0);
            let Some(steps) = &mut self.tills[i].steps else { return Ok(false) };
            let went = steps.go_on(&mut call.pending);
            if self.tills[i].power_is_gone() {
                return self.ends_here(i).map(|_| false);
            }
            let attempts = self.after(i)?;
            debug_assert!(attempts.is_empty(), "a call sends nothing by itself");
            match went {
                Ok(Progress::Turn) => {
                    again = true;
                    left.push(call);
                }
                Ok(Progress::Wait) => {
                    let late = self.now() - self.tills[i].clock.true_time_of(call.pending.until());
                    if late > CALL_ENDS_WITHIN_MS && self.tills[i].disk == Disk::Well {
                        return violated(12, format!("{} of till {i} still waits {late} ms late", call.spec.op_id));
                    }
                    left.push(call);
                }
                Ok(Progress::Done(receipt)) => {
                    again = true;
                    self.answered(i, &call, &receipt)?;
                }
                Err(error) => {
                    let id = call.spec.op_id.clone();
                    self.tell(|| format!("till {i}   {id} is refused: {error}"));
                    self.blame(i, &id, &error)?;
                }
            }
            if self.ends_here(i)? {
                return Ok(false);
            }
        }
        self.tills[i].calls = left;
        self.questions(i);
        Ok(again)
    }

    fn questions(&mut self, i: usize) {
        let now = self.now();
        let till = &mut self.tills[i];
        let Some(steps) = &mut till.steps else { return };
        till.questions.retain(|&(ticket, until)| {
            if steps.answer(ticket).is_some() {
                return false;
            }
            if now >= until {
                steps.forget(ticket);
                return false;
            }
            true
        });
    }

    /// A cashier has an answer: it is what stands in the book, and the same as ever.
    fn answered(&mut self, i: usize, call: &CallUnderWay, receipt: &tillbook::Receipt) -> Checked {
        let id = &call.spec.op_id;
        self.tell(|| {
            let promise = receipt.promise.map_or("no promise", tillbook::Promise::as_str);
            format!("till {i}   {id} is told {promise}, from card {}, due {}", receipt.told.from_card, receipt.told.due)
        });
        let till = &mut self.tills[i];
        let in_book = till.mirror.ops.values().find(|op| op.op_id == *id);
        let Some(op) = in_book else {
            return violated(5, format!("{id} of till {i} was answered and is not in the book"));
        };
        if op.promise.as_deref() != receipt.promise.map(tillbook::Promise::as_str) || receipt.promise.is_none() {
            return violated(
                5,
                format!("{id} of till {i} was told {:?}, the book says {:?}", receipt.promise, op.promise),
            );
        }
        let required = matches!(call.spec.delivery, DeliverySpec::Require(_));
        if required && op.promise.as_deref() == Some("offline_approved") {
            return violated(14, format!("{id} of till {i} was to be decided by the remote alone, and was not"));
        }
        let figures = serde_json::to_value(receipt.told).ok();
        if figures != op.told {
            return violated(5, format!("{id} of till {i} was told {figures:?}, the book says {:?}", op.told));
        }
        let told = promised(receipt);
        if let Some(made) = till.made.iter_mut().find(|made| made.spec.op_id == *id) {
            match &made.told {
                Some(before) if *before != told => {
                    return violated(5, format!("{id} of till {i} was told {before}, and now {told}"));
                }
                _ => made.told = Some(told),
            }
        }
        Ok(())
    }

    /// A cashier makes a call.
    pub(crate) fn call(&mut self, i: usize, spec: CallSpec, again: bool) -> Checked {
        if !self.tills[i].is_running() {
            return Ok(());
        }
        self.tell(|| format!("till {i}   calls {}{}", spec.told(), if again { ", again" } else { "" }));
        let till = &mut self.tills[i];
        let Some(steps) = &mut till.steps else { return Ok(()) };
        match steps.begin(spec.request()) {
            Ok(_) if spec.supervised == Supervised::WithoutReason => {
                return violated(14, format!("{} is overridden without a reason", spec.op_id));
            }
            Ok(pending) => {
                if !again {
                    till.made.push(Made { spec: spec.clone(), told: None });
                }
                till.calls.push(CallUnderWay { pending, spec });
            }
            Err(error) if spec.supervised == Supervised::WithoutReason && error.code() == ErrorCode::InvalidInput => {}
            Err(error) => return violated(9, format!("a call that is well-formed is not taken: {error}")),
        }
        self.pump(i)
    }

    /// An error of the book, while its disk is well, is the library's own.
    pub(crate) fn blame(&self, i: usize, whose: &str, error: &tillbook::Error) -> Checked {
        let of_book = matches!(
            error.code(),
            ErrorCode::DiskFull | ErrorCode::Storage | ErrorCode::Corrupt | ErrorCode::Poisoned | ErrorCode::Closed
        );
        if of_book && self.tills[i].disk == Disk::Well {
            return violated(9, format!("till {i}, {whose}: {error}"));
        }
        Ok(())
    }

    /// When a till has to be woken though nothing comes for it.
    pub(crate) fn set_alarm(&mut self, i: usize) {
        let now = self.now();
        let calm = self.calm;
        let till = &mut self.tills[i];
        let Some(steps) = &mut till.steps else { return };
        let drives = till.plan.worker || now < till.driven_until || calm;
        let mut at = now + WATCHDOG_MS;
        if drives && till.in_flight.len() < till.plan.most {
            // A book that can't be read is looked at again by the watchdog.
            if let Ok(Some(due)) = steps.next_due() {
                at = at.min(now.saturating_add(i64::try_from(due.as_millis()).unwrap_or(i64::MAX)));
            }
        }
        if !drives && !till.calls.is_empty() {
            at = at.min(now + TURN_AGAIN_MS);
        }
        for call in &till.calls {
            at = at.min(till.clock.true_time_of(call.pending.until()));
        }
        at = at.max(till.not_before).max(now + 1);
        if till.wake_at.is_none_or(|set| at < set || set <= now) {
            till.wake_at = Some(at);
            self.schedule(at, Event::Wake(i));
        }
    }
}
