//! Promises: what the till decides by itself, and what a call is told when the remote has not decided in time.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::model::{
    Act, Balances, CardNumber, Decision, Effect, Exposure, Family, Headroom, Kind, Knowledge, NoticeKind, OfflineCase,
    Promise, RateSource, Refusal, State, check_offline, decide,
};
use crate::store::{NewNotice, OpRow, ServedCard, Tx, View};
use crate::units::{Money, Rate};

use super::call::{Mode, Waiting};
use super::desk::Desk;
use super::engine::Engine;
use super::settle::Entered;

impl Engine {
    /// How much more would be approved offline, of one card or of any.
    pub(crate) fn headroom(&mut self, number: Option<&CardNumber>) -> Result<Headroom> {
        let place = self.route(Family::Cards).unwrap_or(0);
        let Engine { store, desks, .. } = self;
        let desk = &mut desks[place];
        let view = store.view();
        let policy = desk.hall.config.policy.clone();
        let till = view.till_exposure()?;
        let operations = policy.outage_operations.saturating_sub(till.operations);
        let mut money = policy.floor_limit.min(policy.outage_limit.minus(till.money));
        let mut nothing = operations == 0 || desk.clock_behind().is_some();
        if let Some(number) = number {
            let served = view.card(number.as_str(), desk.provider.name())?.ok_or_else(|| Error::not_found("card"))?;
            let case = desk.offline_case(&view, &served)?;
            nothing |= check_offline(&case, &policy).is_err();
            money = money.min(policy.card_limit.minus(case.card_exposure.max(case.phone_exposure)));
            if case.known {
                let open = view.open_effects(served.account.account_no, None)?;
                money = money.min(served.account.base.with_effects(&open, &policy).money.available);
            }
        }
        if nothing {
            return Ok(Headroom { money: Money::ZERO, operations: 0 });
        }
        Ok(Headroom { money: money.max(Money::ZERO), operations })
    }
}

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
            (Act::Consume { .. }, None, Some(level)) => tx
                .rate_seen(served.card.card_no, level)?
                .and_then(|text| text.parse().ok())
                .and_then(Rate::new)
                .map(|rate| (rate, RateSource::LastSeen)),
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
        Ok(served.account.base.with_effects(&open, &self.hall.config.policy))
    }

    /// Decides without the remote. `except`: the operation itself, where it is written down already; `partial`: whether the
    /// card may pay a part.
    pub(super) fn decide_offline(
        &mut self,
        tx: &Tx<'_>,
        served: &ServedCard,
        act: &Act,
        except: Option<i64>,
        partial: bool,
    ) -> Result<Result<Decision, Refusal>> {
        let needs_base = act.leans_on_base();
        let case = OfflineCase { needs_base, ..self.offline_case(tx, served)? };
        if let Some(refusal) = self.coupon_refusal(tx, served, act, except, true)? {
            return Ok(Err(refusal));
        }
        let policy = self.hall.config.policy.clone();
        self.with_knowledge(tx, served, act, except, |knowledge| decide(act, knowledge, case, &policy, partial))
    }

    /// All that the policy's ladder looks at, for an operation that takes nothing yet and leans on the base.
    fn offline_case<'a>(&mut self, view: &View<'_>, served: &'a ServedCard) -> Result<OfflineCase<'a>> {
        let phone_exposure = match &served.card.holder.phone {
            Some(phone) => view.phone_exposure(phone)?,
            None => Money::ZERO,
        };
        Ok(OfflineCase {
            now: self.now(),
            from_card: Money::ZERO,
            exception: served.card.exception.as_deref(),
            status: served.account.status,
            known: served.is_known(),
            known_since: served.account.base.as_of.or(served.account.opened_here_at),
            needs_base: true,
            card_exposure: view.card_exposure(served.card.card_no)?,
            phone_exposure,
            till_exposure: view.till_exposure()?,
            clock_behind: self.clock_behind(),
        })
    }

    fn clock_behind(&mut self) -> Option<Duration> {
        self.hall.clock_behind()
    }

    /// Warns once when an approval of this effect has brought the till near its limits.
    fn note_limits(&mut self, tx: &Tx<'_>, added: &Effect) -> Result<()> {
        let policy = &self.hall.config.policy;
        let near = |exposure: Exposure| {
            exposure.money.fen().saturating_mul(5) >= policy.outage_limit.fen().saturating_mul(4)
                || u64::from(exposure.operations) * 5 >= u64::from(policy.outage_operations) * 4
        };
        let after = tx.till_exposure()?;
        let before = Exposure {
            money: after.money.minus(added.money.negated().max(Money::ZERO)),
            operations: after.operations.saturating_sub(1),
        };
        if near(before) || !near(after) || tx.has_open_notice(NoticeKind::LimitsNear)? {
            return Ok(());
        }
        let detail = format!(
            "{} of {} and {} of {} operations are open",
            after.money, policy.outage_limit, after.operations, policy.outage_operations
        );
        let at = self.now();
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::LimitsNear,
            op_no: None,
            card_no: None,
            amount: Some(after.money),
            detail: &detail,
            at,
        })
    }

    /// Approves an operation that is written down and has no promise yet.
    pub(super) fn approve_offline(&mut self, tx: &Tx<'_>, op: &mut OpRow, decision: &Decision) -> Result<Entered> {
        let entered = self.approve(tx, op, Promise::OfflineApproved, decision.told, decision.effect)?;
        self.show_change(tx, op)?;
        self.give_here(tx, op)?;
        self.note_limits(tx, &decision.effect)?;
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
        match self.decide_offline(tx, &served, &act, Some(op.op_no), !sent_before)? {
            Ok(decision) => {
                self.approve_offline(tx, op, &decision)?;
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
                Ok(decision) => return self.approve_offline(tx, op, &decision).map(drop),
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
    ) -> Result<Result<Decision, Refusal>> {
        if op.told.due.is_positive() && op.kind == Kind::Consume {
            // The card's part was sent, so the card's part may be promised, if it still fits.
            let decided = self.decide_offline(tx, served, act, Some(op.op_no), true)?;
            return Ok(decided.map(|_| Decision { effect: op.effect, told: op.told }));
        }
        self.decide_offline(tx, served, act, Some(op.op_no), false)
    }
}
