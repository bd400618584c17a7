//! Promises: what the till decides by itself, and what a call is told when the remote has not decided in time.

use crate::error::Result;
use crate::model::{
    Act, Approval, Balances, Decision, Kind, Knowledge, OfflineCase, Promise, RateSource, Refusal, State, decide,
    decide_sent,
};
use crate::store::{OpRow, PromiseRow, ServedCard, Tx, View};
use crate::units::Money;

use super::call::{Mode, Waiting};
use super::desk::Desk;
use super::settle::Entered;

impl Desk {
    /// Gathers what the book knows that bears on a request, and hands it to `use_it`.
    pub(super) fn with_knowledge<T>(
        &mut self,
        tx: &Tx<'_>,
        served: &ServedCard,
        act: &Act,
        except: Option<i64>,
        use_it: impl FnOnce(&Knowledge<'_>) -> T,
    ) -> Result<T> {
        let balances = self.balances(tx, served, except)?;
        let rules = match act {
            Act::Recharge { .. } => tx.recharge_rules(served.account.account_no)?,
            _ => Vec::new(),
        };
        let level = served.card.level.as_deref();
        let terms = match level {
            Some(level) if !self.hall.config.levels.is_empty() => match self.hall.config.terms(level, None) {
                Some(terms) => Some(terms),
                // The configuration may know it by the remote's identifier.
                None => {
                    let levels = tx.levels(self.provider.name())?;
                    let id = levels.iter().find(|known| known.name == level).map(|known| known.id.as_str());
                    self.hall.config.terms(level, id)
                }
            },
            _ => None,
        };
        let rate = match (act, terms.and_then(|terms| terms.rate), level) {
            (Act::Consume { .. }, Some(rate), _) => Some((rate, RateSource::Level)),
            (Act::Consume { .. }, None, Some(level)) => self.known_rate(tx, served.card.card_no, level)?,
            _ => None,
        };
        // Without a base there is nothing that funds could be measured against: the policy decides about such a card.
        let has_base = served.is_known();
        let coupon_discount = self.coupon_discount(tx, served, act, except)?;
        Ok(use_it(&Knowledge {
            balances: has_base.then_some(balances),
            rate,
            points_per_yuan: terms.and_then(|terms| terms.points_per_yuan),
            rules: &rules,
            coupon_discount,
            rounding: self.hall.config.rounding,
        }))
    }

    pub(super) fn balances(&self, tx: &Tx<'_>, served: &ServedCard, except: Option<i64>) -> Result<Balances> {
        let open = tx.open_effects(served.account.account_no, except)?;
        Ok(served.account.base.with_effects(&open, &self.hall.policy().policy))
    }

    /// Decides without the remote. `except`: the operation itself, where it is written down already; `partial`: whether the
    /// card may pay a part; `lifts`: whether a supervisor stands behind it.
    pub(super) fn decide_offline(
        &mut self,
        tx: &Tx<'_>,
        served: &ServedCard,
        act: &Act,
        except: Option<i64>,
        partial: bool,
        lifts: bool,
    ) -> Result<Result<Approval, Refusal>> {
        let needs_base = act.leans_on_base();
        let case = OfflineCase { needs_base, lifts, ..self.offline_case(tx, served)? };
        if let Some(refusal) = self.coupon_refusal(tx, served, act, except, true)? {
            return Ok(Err(refusal));
        }
        let in_force = self.hall.policy();
        self.with_knowledge(tx, served, act, except, |knowledge| {
            decide(act, knowledge, case, &in_force.policy, partial)
        })
    }

    /// All that the policy's ladder looks at, for an operation that takes nothing yet and leans on the base.
    pub(super) fn offline_case<'a>(&mut self, view: &View<'_>, served: &'a ServedCard) -> Result<OfflineCase<'a>> {
        Ok(OfflineCase {
            now: self.now(),
            from_card: Money::ZERO,
            recharge: None,
            opens: false,
            lifts: false,
            exception: served.card.exception.as_deref(),
            status: served.account.status,
            known: served.is_known(),
            known_since: served.account.base.as_of.or(served.account.opened_here_at),
            needs_base: true,
            card_exposure: view.card_exposure(served.card.card_no)?,
            phone_exposure: view.phone_exposure(served.card.card_no)?,
            till_exposure: view.till_exposure()?,
            clock_behind: self.hall.clock_behind(),
        })
    }

    /// Approves an operation that is written down and has no promise yet.
    pub(super) fn approve_offline(&mut self, tx: &Tx<'_>, op: &mut OpRow, approval: Approval) -> Result<Entered> {
        let Approval { decision: Decision { told, effect }, lifted } = approval;
        let now = self.now();
        told.assert_consistent();
        let policy = Some(self.hall.policy().version);
        let (promise, before) = (Promise::OfflineApproved, tx.till_exposure()?.minus(op.exposure()));
        let row = PromiseRow { promise, refusal: None, message: None, told, policy, lifted };
        tx.insert_promise(op, row, &effect, now)?;
        self.promised(op.op_no);
        let entered = self.enter(tx, op, op.kind.as_str(), &told, told.points, Some(promise))?;
        self.show_change(tx, op)?;
        self.give_here(tx, op)?;
        self.note_limits(tx, before)?;
        self.approved_in_an_outage(tx, op)?;
        Ok(entered)
    }

    /// A call can't be answered by the remote now, and its operation was certainly not done. `prefer_online`: the policy
    /// decides. `require_online`: waits on while there is hope, until its time-out.
    pub(super) fn settle_unsent(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        if op.promise.is_some() || op.state != State::Queued {
            return Ok(());
        }
        match self.waiting.get(&op.op_no).copied() {
            // There is hope while the remote is not down, and a pause that it asked for ends in time.
            Some(Waiting { mode: Mode::Require, until, .. })
                if !self.condition.is_down() && self.condition.paused_until.is_none_or(|pause| pause < until) =>
            {
                Ok(())
            }
            Some(Waiting { mode: Mode::Prefer, .. }) => self.fall_back(tx, op),
            _ => self.cancel(tx, op, None),
        }
    }

    /// The policy decides about an operation that was certainly not done: it may still be sent with what is promised now.
    pub(super) fn fall_back(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        let served = tx.card_of_account(op.lane_no)?;
        let sent_before = tx.attempts(op.op_no)?.iter().any(|attempt| attempt.may_have_been_sent());
        let act = op.act.clone();
        match self.decide_offline(tx, &served, &act, Some(op.op_no), !sent_before, op.context.lifts)? {
            Ok(approval) => {
                self.approve_offline(tx, op, approval)?;
                self.retell_orphans(tx, op.lane_no, true)?;
                self.refresh_lane_unless_put_off(tx, op.lane_no)
            }
            Err(refusal) => self.cancel(tx, op, Some(refusal)),
        }
    }

    /// A lane that is put off stays so; one that this operation had not woken yet is woken.
    fn refresh_lane_unless_put_off(&mut self, tx: &Tx<'_>, lane_no: i64) -> Result<()> {
        match tx.lane(lane_no)? {
            (crate::store::LaneState::Ready { .. }, _) => Ok(()),
            _ => self.refresh_lane(tx, lane_no, None),
        }
    }

    /// Nothing was done, and nothing will be.
    pub(super) fn cancel(&mut self, tx: &Tx<'_>, op: &mut OpRow, refusal: Option<Refusal>) -> Result<()> {
        let now = self.now();
        tx.transition(op, State::Voided, now)?;
        self.opening_failed(tx, op)?;
        self.coupon_settled(tx, op)?;
        let (told, effect) = (op.told, op.effect);
        self.promise(tx, op, Promise::Cancelled, told, effect, refusal, None)?;
        self.finished_one();
        self.refresh_lane(tx, op.lane_no, None)
    }

    /// A call can't be answered by the remote now, and its operation may have been done. `prefer_online`: the policy
    /// decides, and may promise only what was sent. `require_online`: in doubt.
    pub(super) fn settle_doubt(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        if op.promise.is_some() {
            return Ok(());
        }
        let mode = self.waiting.get(&op.op_no).map(|waiting| waiting.mode);
        let refusal = if mode == Some(Mode::Prefer) {
            let served = tx.card_of_account(op.lane_no)?;
            let act = op.act.clone();
            match self.decide_as_sent(tx, &served, &act, op)? {
                Ok(approval) => return self.approve_offline(tx, op, approval).map(drop),
                Err(refusal) => Some(refusal),
            }
        } else {
            None
        };
        let (told, effect) = (op.told, op.effect);
        self.promise(tx, op, Promise::InDoubt, told, effect, refusal, None)
    }

    /// What was sent is what may be promised: the figures stay as predicted, the policy judges them.
    fn decide_as_sent(
        &mut self,
        tx: &Tx<'_>,
        served: &ServedCard,
        act: &Act,
        op: &OpRow,
    ) -> Result<Result<Approval, Refusal>> {
        let lifts = op.context.lifts;
        if op.told.due.is_positive() && op.kind == Kind::Consume {
            // The card's part was sent, so the card's part may be promised, if it still fits.
            let case = OfflineCase { needs_base: act.leans_on_base(), lifts, ..self.offline_case(tx, served)? };
            let sent = Decision { effect: op.effect, told: op.told };
            let in_force = self.hall.policy();
            return self.with_knowledge(tx, served, act, Some(op.op_no), |knowledge| {
                decide_sent(sent, knowledge, case, &in_force.policy)
            });
        }
        self.decide_offline(tx, served, act, Some(op.op_no), false, lifts)
    }
}
