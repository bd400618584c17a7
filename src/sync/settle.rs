//! What an outcome does to the book: applied, refused, not processed, in doubt, parked, superseded.

use std::time::Duration;

use crate::clock::{Timestamp, business_date};
use crate::error::Result;
use crate::event::event;
use crate::model::{
    Balances, Base, CardStatus, Confirmation, Effect, Evidence, Kind, NoticeKind, Promise, RateSource, Refusal, State,
    Told,
};
use crate::provider::{Learned, RemoteRefusal};
use crate::store::{AttemptRow, LaneState, NewEntry, NewNotice, OpRow, PromiseRow, Tx, View};
use crate::units::{Money, Points};

use super::desk::Desk;
use super::pull::has_applied;
use super::retarget::orphans_of;

/// What a line of the book tells beyond its operation.
pub(super) struct Entered {
    pub(super) receipt_no: String,
    /// The balances after it.
    pub(super) balances: Balances,
}

impl Desk {
    /// The remote has it.
    pub(super) fn applied(
        &mut self,
        tx: &Tx<'_>,
        op: &mut OpRow,
        confirmation: Confirmation,
        evidence: Evidence,
        learned: Option<Learned>,
    ) -> Result<()> {
        let now = self.now();
        tx.transition(op, State::Applied, now)?;
        tx.set_evidence(op, evidence)?;
        tx.insert_confirmation(op, &confirmation, now)?;
        if let Some((key, value)) = learned {
            tx.remember(self.provider.name(), key, &value)?;
        }
        let served = tx.card_of_account(op.lane_no)?;
        let lane_no = op.lane_no;
        let served = match &confirmation.reference {
            Some(reference) => {
                let served = self.adopt_reference(tx, served, reference)?;
                (op.lane_no, op.card_no) = (served.account.account_no, served.card.card_no);
                served
            }
            None => served,
        };
        if op.kind.opens() {
            tx.confirm_account(op.lane_no)?;
            tx.set_status(op.lane_no, CardStatus::Active)?;
        }
        self.show_change(tx, op)?;
        self.coupon_settled(tx, op)?;
        self.learn_rate(tx, op, served.card.level.as_deref(), &confirmation)?;
        // The answer carries the balances, or there is none to carry: settled at once. Otherwise a base has to arrive.
        let money_after = if self.provider.keeps_money() { confirmation.money_after } else { Some(Money::ZERO) };
        let base = match (money_after, confirmation.points_after) {
            // Figures for an account that has a life of its own already: what is on the wire there, or was when they were
            // read, they need not include.
            _ if op.lane_no != lane_no => None,
            // An older copy of the book has doubts about several of a lane: nobody knows whether the figures include them.
            _ if tx.others_are_unknown(op.lane_no, op.op_no)? => None,
            (Some(money), Some(points)) => Some(Base { money, points, as_of: Some(now), ..Base::default() }),
            _ => None,
        };
        if let Some(base) = base.filter(|_| !mutated!(SettleWithoutBase)) {
            self.reckon(tx, &served, &base, None, Some(op))?;
            let base =
                if mutated!(EffectTwice) { Base { money: base.money.plus(op.effect.money), ..base } } else { base };
            tx.set_base(op.lane_no, &base)?;
        }
        if base.is_some() || !op.kind.moves_assets() {
            tx.transition(op, State::Settled, now)?;
        }
        if base.is_some() {
            // It includes whatever was applied before, too.
            self.settle_applied(tx, op.lane_no)?;
        }
        self.told_and_confirmed(tx, op, &confirmation)?;
        self.link_known_record(tx, op)?;
        self.finished_one();
        self.refresh_lane(tx, op.lane_no, None)?;
        // What the remote knows of a member who was registered here is worth a read.
        if op.kind == Kind::Register && base.is_none() { self.pull_soon(tx, op.lane_no) } else { Ok(()) }
    }

    /// Compares what was promised with what was done, or promises it now.
    fn told_and_confirmed(&mut self, tx: &Tx<'_>, op: &mut OpRow, confirmation: &Confirmation) -> Result<()> {
        let now = self.now();
        match op.promise.as_ref().map(|row| row.promise) {
            None => {
                let told = confirmed_figures(op, confirmation);
                let effect = op.effect;
                self.approve(tx, op, Promise::OnlineApproved, told, effect)?;
                match confirmation.money_variance(op.kind, &told) {
                    Some(_) => self.note_difference(tx, op, confirmation),
                    None => Ok(()),
                }
            }
            Some(promise) if promise.is_approved() => self.note_difference(tx, op, confirmation),
            Some(_) => {
                let told = confirmed_figures(op, confirmation);
                self.enter(tx, op, op.kind.as_str(), &told, told.points, None)?;
                if op.state == State::Applied && self.can_be_undone(tx, op)? {
                    // Nobody was promised it: it is undone, and only if that fails is it told.
                    return tx.transition(op, State::Reversing, now);
                }
                if op.kind.moves_assets() && !mutated!(SwallowCharge) {
                    let money = told.at_stake(op.kind);
                    tx.insert_notice(&NewNotice {
                        kind: NoticeKind::ChargedWithoutSale,
                        op_no: Some(op.op_no),
                        card_no: Some(op.card_no),
                        amount: Some(money),
                        detail: &format!(
                            "the remote did what nobody was promised ({} of {money} yuan, {} points); say whether goods were handed over",
                            op.kind, told.points
                        ),
                        at: now,
                    })?;
                }
                Ok(())
            }
        }
    }

    fn note_difference(&mut self, tx: &Tx<'_>, op: &OpRow, confirmation: &Confirmation) -> Result<()> {
        let now = self.now();
        let told = op.told();
        let notice = |kind, amount, detail: &str| {
            let (op_no, card_no) = (Some(op.op_no), Some(op.card_no));
            tx.insert_notice(&NewNotice { kind, op_no, card_no, amount: Some(amount), detail, at: now })
        };
        let mut variance = confirmation.money_variance(op.kind, told).unwrap_or_default();
        let due = confirmation.due.unwrap_or_default();
        if op.kind == Kind::Consume && due.is_positive() {
            notice(NoticeKind::Shortfall, due, "the card did not cover what had been promised")?;
            // What is left of the difference is another price.
            variance = variance.plus(due);
        }
        // An estimate of nothing promises nothing.
        if let Some(points) = confirmation.bonus_points.filter(|_| op.kind == Kind::AccruePoints)
            && told.points != Points::ZERO
            && points != told.points
        {
            let text = format!("the remote granted {points} points, {} had been promised", told.points);
            tx.insert_notice(&NewNotice {
                kind: NoticeKind::Variance,
                op_no: Some(op.op_no),
                card_no: Some(op.card_no),
                amount: None,
                detail: &text,
                at: now,
            })?;
        }
        if variance == Money::ZERO || mutated!(SwallowVariance) {
            return Ok(());
        }
        notice(NoticeKind::Variance, variance, "the remote's figure differs from the one promised")
    }

    /// The remote refused it, and did nothing.
    pub(super) fn refused(&mut self, tx: &Tx<'_>, op: &mut OpRow, refusal: &RemoteRefusal) -> Result<()> {
        let now = self.now();
        let message = format!("{} {}", refusal.code, refusal.message).trim().to_owned();
        if !op.is_approved() {
            tx.transition(op, State::Declined, now)?;
            // Nobody was told that the card exists, and the remote says that it does not, or is another's.
            self.opening_failed(tx, op)?;
            if op.promise.is_none() {
                let (told, effect) = (op.told, op.effect);
                self.promise(tx, op, Promise::Declined, told, effect, None, Some(message))?;
            }
            self.finished_one();
            return self.refresh_lane(tx, op.lane_no, None);
        }
        self.reject(tx, op, &message)?;
        if op.kind.opens() {
            self.note_orphans(tx, op, now)?;
        }
        self.finished_one();
        self.refresh_lane(tx, op.lane_no, None)?;
        self.take_change_back(tx, op)
    }

    /// What was approved here is not to be had from the remote: owed, and the card is served no further.
    pub(super) fn reject(&mut self, tx: &Tx<'_>, op: &mut OpRow, why: &str) -> Result<()> {
        let now = self.now();
        tx.transition(op, State::Rejected, now)?;
        self.coupon_settled(tx, op)?;
        tx.set_waits_for(op, why, false)?;
        event!(OPERATION_REJECTED, op_id = op.op_id, kind = op.kind, provider = op.provider);
        self.except(tx, op, &format!("was refused by the remote: {why}"))?;
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Rejected,
            op_no: Some(op.op_no),
            card_no: Some(op.card_no),
            amount: Some(op.at_stake()),
            detail: why,
            at: now,
        })
    }

    /// An opening that nobody was promised came to nothing: its number is free again, and what was done on the card
    /// meanwhile waits for a person. Of other operations nothing depends.
    pub(super) fn opening_failed(&mut self, tx: &Tx<'_>, op: &OpRow) -> Result<()> {
        if !op.kind.opens() {
            return Ok(());
        }
        let now = self.now();
        self.note_orphans(tx, op, now)?;
        self.park_orphans(tx, op)
    }

    /// A refused opening: one notification names everything that waits behind it, and the cash taken.
    pub(super) fn note_orphans(&mut self, tx: &Tx<'_>, open: &OpRow, now: Timestamp) -> Result<()> {
        self.note_orphans_if(tx, open, now, true)
    }

    /// As [`Desk::note_orphans`]; where nothing is to be written `anew`, only what nobody has acknowledged is brought up to date.
    pub(super) fn note_orphans_if(&mut self, tx: &Tx<'_>, open: &OpRow, now: Timestamp, anew: bool) -> Result<()> {
        let (behind, cash) = orphans_of(tx, open)?;
        let names: Vec<&str> = behind.iter().map(|orphan| orphan.op_id.as_str()).collect();
        let detail = format!("the opening was refused; {} wait behind it: {}", names.len(), names.join(", "));
        let retold = tx.retell_notice(NoticeKind::Orphans, open.op_no, cash, &detail)?;
        if retold || !anew || behind.is_empty() {
            return Ok(());
        }
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Orphans,
            op_no: Some(open.op_no),
            card_no: Some(open.card_no),
            amount: Some(cash),
            detail: &detail,
            at: now,
        })
    }

    /// Certainly not done: waits to be sent again if it was promised or may still be, is closed otherwise.
    pub(super) fn not_processed(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        self.unsent(tx, op, true)
    }

    /// As [`Desk::not_processed`], for no fault of the operation's: it goes on as soon as something else is there.
    pub(super) fn not_processed_yet(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        self.unsent(tx, op, false)
    }

    fn unsent(&mut self, tx: &Tx<'_>, op: &mut OpRow, later: bool) -> Result<()> {
        let now = self.now();
        if tx.attempts(op.op_no)?.iter().any(AttemptRow::is_unknown) {
            // This attempt was not, but an earlier one may have been.
            tx.transition(op, State::InDoubt, now)?;
            tx.set_lane(op.lane_no, LaneState::Ready { probe: true, due: now }, 0)?;
            if later {
                self.put_off(tx, op.lane_no)?;
            }
            if self.condition.is_unreachable(now) {
                self.settle_doubt(tx, op)?;
            }
            return Ok(());
        }
        if !op.may_be_sent() {
            tx.transition(op, State::Voided, now)?;
            self.opening_failed(tx, op)?;
            self.coupon_settled(tx, op)?;
            self.finished_one();
            return self.refresh_lane(tx, op.lane_no, None);
        }
        tx.transition(op, State::Queued, now)?;
        if later {
            self.put_off(tx, op.lane_no)?;
        } else {
            self.refresh_lane(tx, op.lane_no, None)?;
        }
        self.settle_unsent(tx, op)
    }

    /// Nobody knows. The first look is due at once: it may find it, though not its absence.
    pub(super) fn in_doubt(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        let now = self.now();
        tx.transition(op, State::InDoubt, now)?;
        self.quiet_after(op.op_no, Duration::ZERO);
        if self.repeats(op) {
            // Sent again, more slowly each time.
            let (_, failures) = tx.lane(op.lane_no)?;
            let due = now.after(self.backoff(failures));
            tx.set_lane(op.lane_no, LaneState::Ready { probe: true, due }, failures.saturating_add(1))?;
        } else {
            tx.set_lane(op.lane_no, LaneState::Ready { probe: true, due: now }, 0)?;
        }
        if self.condition.is_unreachable(now) {
            return self.settle_doubt(tx, op);
        }
        Ok(())
    }

    /// Waits for a person.
    pub(super) fn park(&mut self, tx: &Tx<'_>, op: &mut OpRow, why: &str, unknown: bool) -> Result<()> {
        let now = self.now();
        self.settle_doubt(tx, op)?;
        tx.transition(op, State::Parked, now)?;
        tx.set_waits_for(op, why, unknown)?;
        event!(OPERATION_PARKED, op_id = op.op_id, kind = op.kind, provider = op.provider, unknown = unknown);
        if !self.provider.parked_holds() && !op.kind.opens() {
            tx.let_pass(op.op_no)?;
        }
        if mutated!(ParkSilently) {
            return self.refresh_lane(tx, op.lane_no, None);
        }
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Parked,
            op_no: Some(op.op_no),
            card_no: Some(op.card_no),
            amount: Some(op.at_stake()),
            detail: why,
            at: now,
        })?;
        if op.kind.opens() {
            self.note_orphans(tx, op, now)?;
        }
        self.refresh_lane(tx, op.lane_no, None)
    }

    /// Somebody else changed the same data meanwhile: theirs stays.
    pub(super) fn superseded(&mut self, tx: &Tx<'_>, op: &mut OpRow) -> Result<()> {
        let now = self.now();
        self.settle_doubt(tx, op)?;
        tx.transition(op, State::Superseded, now)?;
        tx.insert_notice(&NewNotice {
            kind: NoticeKind::Superseded,
            op_no: Some(op.op_no),
            card_no: Some(op.card_no),
            amount: None,
            detail: "the data was changed elsewhere meanwhile; that change stays",
            at: now,
        })?;
        self.finished_one();
        self.refresh_lane(tx, op.lane_no, None)?;
        self.take_change_back(tx, op)
    }

    /// Tries a lane again later. While the remote is down its lanes are not put off one by one: an outage burns no
    /// attempts.
    pub(super) fn put_off(&mut self, tx: &Tx<'_>, lane_no: i64) -> Result<()> {
        let now = self.now();
        let (_, failures) = tx.lane(lane_no)?;
        if self.condition.is_unreachable(now) {
            return self.refresh_lane(tx, lane_no, Some((now, failures)));
        }
        if mutated!(LaneForgotten) {
            return tx.set_lane(lane_no, LaneState::Idle, failures);
        }
        let due = now.after(if mutated!(PutOffForEver) { Duration::MAX } else { self.backoff(failures) });
        self.refresh_lane(tx, lane_no, Some((due, failures.saturating_add(1))))
    }

    /// Brings a lane's row in line with its head. `later`: not before then, after so many failures.
    pub(super) fn refresh_lane(&mut self, tx: &Tx<'_>, lane_no: i64, later: Option<(Timestamp, u32)>) -> Result<()> {
        let head = self.head(tx, lane_no)?;
        self.stand_at(tx, lane_no, head.as_ref(), later)
    }

    /// As [`Desk::refresh_lane`], where the lane's head is known.
    pub(super) fn stand_at(
        &mut self,
        tx: &Tx<'_>,
        lane_no: i64,
        head: Option<&OpRow>,
        later: Option<(Timestamp, u32)>,
    ) -> Result<()> {
        let now = self.now();
        let failures = later.map_or(0, |(_, failures)| failures);
        let ready = |probe, due: Timestamp| LaneState::Ready { probe, due: later.map_or(due, |(later, _)| later) };
        let state = match head {
            // Something applied waits for a base that includes it, or the account is to be read all the same.
            None => {
                let pull = has_applied(tx, lane_no)? || tx.wants_read(lane_no)?;
                if pull { ready(true, now) } else { LaneState::Idle }
            }
            Some(op) => match op.state {
                State::Queued if is_orphan(tx, op)? => LaneState::Held,
                // The oldest first, across all lanes; what a clock that ran ahead has dated is due all the same.
                State::Queued => ready(false, op.created_at.min(now)),
                State::InDoubt | State::Reversing => ready(true, now),
                State::Parked | State::Rejected => LaneState::Held,
                _ => LaneState::Idle,
            },
        };
        tx.set_lane(lane_no, state, failures)
    }

    /// Records that the cashier is told yes, with its entry.
    pub(super) fn approve(
        &mut self,
        tx: &Tx<'_>,
        op: &mut OpRow,
        promise: Promise,
        told: Told,
        effect: Effect,
    ) -> Result<Entered> {
        self.promise(tx, op, promise, told, effect, None, None)?;
        self.enter(tx, op, op.kind.as_str(), &told, told.points, Some(promise))
    }

    /// Records what the cashier is told; for a yes, [`Desk::approve`].
    #[expect(clippy::too_many_arguments, reason = "the columns of one row")]
    pub(super) fn promise(
        &mut self,
        tx: &Tx<'_>,
        op: &mut OpRow,
        promise: Promise,
        told: Told,
        effect: Effect,
        refusal: Option<Refusal>,
        message: Option<String>,
    ) -> Result<()> {
        let now = self.now();
        told.assert_consistent();
        let policy = Some(self.hall.policy().version);
        let row = PromiseRow { promise, refusal, message, told, policy, lifted: Vec::new() };
        tx.insert_promise(op, row, &effect, now)?;
        self.promised(op.op_no);
        Ok(())
    }

    /// Adds a line to the book, with the balances expected after it.
    pub(super) fn enter(
        &mut self,
        tx: &Tx<'_>,
        op: &OpRow,
        kind: &str,
        told: &Told,
        points: Points,
        approval: Option<Promise>,
    ) -> Result<Entered> {
        let now = self.now();
        told.assert_consistent();
        let open = tx.open_effects(op.lane_no, None)?;
        let balances = tx.base(op.lane_no)?.with_effects(&open, &self.hall.policy().policy);
        let receipt_no = tx.insert_entry(&NewEntry {
            op_no: op.op_no,
            card_no: op.card_no,
            kind,
            told,
            points,
            money_after: balances.money.expected,
            points_after: balances.points.expected,
            approval,
            context: &op.context,
            business_date: self.business_date(now),
            at: now,
        })?;
        Ok(Entered { receipt_no, balances })
    }

    pub(super) fn business_date(&self, at: Timestamp) -> String {
        business_date(at, self.hall.config.utc_offset_minutes, self.hall.config.day_cutoff_minutes).to_string()
    }
}

/// Whether an operation stands behind an opening that never came about.
pub(super) fn is_orphan(view: &View<'_>, op: &OpRow) -> Result<bool> {
    if op.kind.opens() {
        return Ok(false);
    }
    view.awaits_opening(op.lane_no)
}

/// The figures that the remote's answer gives, filled up with those predicted where it is silent. They always add up,
/// whatever the remote says.
fn confirmed_figures(op: &OpRow, confirmation: &Confirmation) -> Told {
    let predicted = op.told;
    match op.kind {
        Kind::Consume => {
            // The answer may be about the card's part alone; the sale's total and its discount are ours then.
            let partial = predicted.due.is_positive();
            let within = |money: Money, most: Money| money.max(Money::ZERO).min(most);
            if partial {
                let from_card = within(confirmation.from_card.unwrap_or(predicted.from_card), predicted.actual);
                return Told { from_card, due: predicted.actual.minus(from_card), ..predicted };
            }
            let owed = confirmation.due.unwrap_or(Money::ZERO);
            let from_card = confirmation.from_card.unwrap_or(predicted.from_card);
            // A remote's figures need not add up; what a slip shows must. What does not fit is noted as a variance.
            let actual = within(confirmation.actual.unwrap_or_else(|| from_card.plus(owed)), predicted.original);
            let from_card = within(from_card, actual);
            Told {
                actual,
                from_card,
                due: actual.minus(from_card),
                discount: predicted.original.minus(actual),
                rate: confirmation.rate.or(predicted.rate),
                rate_source: if confirmation.rate.is_some() { RateSource::Remote } else { predicted.rate_source },
                ..predicted
            }
        }
        Kind::Recharge => Told {
            bonus: confirmation.bonus.unwrap_or(predicted.bonus),
            points: confirmation.bonus_points.unwrap_or(predicted.points),
            ..predicted
        },
        // An amount's points are an estimate until the remote says how many there were.
        Kind::AccruePoints => Told { points: confirmation.bonus_points.unwrap_or(predicted.points), ..predicted },
        _ => predicted,
    }
}
