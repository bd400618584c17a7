//! Operations with their promises and confirmations.

use rusqlite::{OptionalExtension, Row};

use super::highwater::after_burnt;
use super::rows::{LaneHead, NewOperation, OpRow, PromiseRow};
use super::{Tx, View, figure, from_json, parsed, to_json};
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::event::event;
use crate::model::{Confirmation, Context, Effect, Evidence, Exposure, Kind, OpId, OpenEffect, Promise, State, Told};
use crate::units::{Money, Points};

pub(super) const OPERATION: &str =
    "SELECT o.op_no, o.op_id, o.lane_no, o.card_no, o.kind, o.act, o.bound, o.ticket, o.operator,
    o.supervisor, o.shift, o.reason, o.created_at, o.told, o.effect_money, o.effect_bonus, o.effect_points, o.state,
    o.evidence, o.waits_for, o.unknown, o.exposed, p.promise, p.refusal, p.message, p.told, o.wire_key, o.original,
    o.provider, p.policy, p.lifted, o.lifts, o.attempts_from
    FROM operation o LEFT JOIN promise p ON p.op_no = o.op_no";

pub(super) fn operation(row: &Row<'_>) -> rusqlite::Result<OpRow> {
    let text = |i: usize| row.get_ref(i)?.as_str().map_err(rusqlite::Error::from);
    let promise = match row.get_ref(22)?.as_str_or_null()? {
        None => None,
        Some(promise) => Some(PromiseRow {
            promise: parsed(promise)?,
            refusal: row.get::<_, Option<String>>(23)?.map(|json| from_json(&json)).transpose()?,
            message: row.get(24)?,
            told: from_json(text(25)?)?,
            policy: row.get(29)?,
            lifted: row.get_ref(30)?.as_str_or_null()?.map(from_json).transpose()?.unwrap_or_default(),
        }),
    };
    Ok(OpRow {
        op_no: row.get(0)?,
        op_id: OpId::stored(row.get(1)?),
        lane_no: row.get(2)?,
        card_no: row.get(3)?,
        kind: parsed(text(4)?)?,
        act: from_json(text(5)?)?,
        bound: from_json(text(6)?)?,
        key: row.get(26)?,
        original: row.get(27)?,
        provider: row.get(28)?,
        context: Context {
            ticket: row.get(7)?,
            operator: row.get(8)?,
            supervisor: row.get(9)?,
            shift: row.get(10)?,
            reason: row.get(11)?,
            lifts: row.get(31)?,
        },
        created_at: Timestamp::from_millis(row.get(12)?),
        told: from_json(text(13)?)?,
        effect: effect(row, 14)?,
        state: parsed(text(17)?)?,
        evidence: row.get_ref(18)?.as_str_or_null()?.map(parsed).transpose()?,
        waits_for: row.get(19)?,
        unknown: row.get(20)?,
        exposed: row.get(21)?,
        attempts_from: row.get(32)?,
        promise,
    })
}

fn effect(row: &Row<'_>, first: usize) -> rusqlite::Result<Effect> {
    Ok(Effect {
        money: Money::from_fen(figure(row, first)?),
        bonus: Money::from_fen(figure(row, first + 1)?),
        points: Points::new(figure(row, first + 2)?),
    })
}

impl View<'_> {
    pub(super) fn one_operation(&self, tail: &str, params: impl rusqlite::Params) -> Result<Option<OpRow>> {
        let mut statement = self.conn.prepare_cached(&[OPERATION, tail].concat())?;
        Ok(statement.query_row(params, operation).optional()?)
    }

    /// Operations that stand at or behind the head of a lane, by the index of exactly those.
    fn holding_operations(&self, condition: &str, params: impl rusqlite::Params) -> Result<Vec<OpRow>> {
        let tail = format!(
            " WHERE o.op_no IN (SELECT op_no FROM operation INDEXED BY operation_head WHERE holding = 1) {condition}
              ORDER BY o.op_no"
        );
        self.operations(&tail, params)
    }

    fn operations(&self, tail: &str, params: impl rusqlite::Params) -> Result<Vec<OpRow>> {
        let mut statement = self.conn.prepare_cached(&[OPERATION, tail].concat())?;
        let rows = statement.query_map(params, operation)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn operation(&self, op_no: i64) -> Result<OpRow> {
        self.one_operation(" WHERE o.op_no = ?1", [op_no])?
            .ok_or_else(|| Error::inconsistent(format!("operation {op_no} is gone")))
    }

    pub(crate) fn operation_by_id(&self, op_id: &OpId) -> Result<Option<OpRow>> {
        self.one_operation(" WHERE o.op_id = ?1", [op_id.as_str()])
    }

    /// The operation that a lane stands at.
    pub(crate) fn lane_head(&self, lane_no: i64) -> Result<Option<OpRow>> {
        if mutated!(NewestFirst) {
            return Ok(self.holding_operations("AND o.lane_no = ?1", [lane_no])?.pop());
        }
        let begun = " WHERE o.lane_no = ?1 AND o.holding = 1 AND o.state <> 'queued' ORDER BY o.op_no LIMIT 1";
        if let Some(begun) = self.one_operation(begun, [lane_no])? {
            return Ok(Some(begun));
        }
        self.oldest_in_lane(lane_no)
    }

    /// The oldest operation that holds a lane, whether or not it has begun.
    pub(crate) fn oldest_in_lane(&self, lane_no: i64) -> Result<Option<OpRow>> {
        self.one_operation(" WHERE o.lane_no = ?1 AND o.holding = 1 ORDER BY o.op_no LIMIT 1", [lane_no])
    }

    /// Whether operations of a lane besides one are on the wire or unknown.
    pub(crate) fn others_are_unknown(&self, lane_no: i64, op_no: i64) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM operation INDEXED BY operation_begun
                WHERE lane_no = ?1 AND holding = 1 AND state <> 'queued' AND op_no <> ?2
                    AND (state IN ('sending', 'in_doubt', 'reversing') OR (state = 'parked' AND unknown = 1)))",
        )?;
        Ok(statement.query_row((lane_no, op_no), |row| row.get(0))?)
    }

    /// As [`View::lane_head`], without what only the one who works on it needs.
    pub(crate) fn lane_front(&self, lane_no: i64) -> Result<Option<LaneHead>> {
        let mut begun = self.conn.prepare_cached(
            "SELECT o.op_id, o.state, l.state = 'held' FROM operation o JOIN lane l ON l.lane_no = o.lane_no
             WHERE o.lane_no = ?1 AND o.holding = 1 AND o.state <> 'queued' ORDER BY o.op_no LIMIT 1",
        )?;
        let mut queued = self.conn.prepare_cached(
            "SELECT o.op_id, o.state, l.state = 'held' FROM operation o JOIN lane l ON l.lane_no = o.lane_no
             WHERE o.lane_no = ?1 AND o.holding = 1 ORDER BY o.op_no LIMIT 1",
        )?;
        let head = |row: &Row<'_>| {
            let stuck = matches!(parsed(row.get_ref(1)?.as_str()?)?, State::InDoubt | State::Parked | State::Rejected);
            Ok(LaneHead { op_id: OpId::stored(row.get(0)?), held: stuck || row.get(2)? })
        };
        match begun.query_row([lane_no], head).optional()? {
            Some(head) => Ok(Some(head)),
            None => Ok(queued.query_row([lane_no], head).optional()?),
        }
    }

    /// Operations of a lane that are not finished, except one, in order.
    pub(crate) fn open_operations(&self, lane_no: i64) -> Result<Vec<OpRow>> {
        self.operations(" WHERE o.lane_no = ?1 AND o.open = 1 ORDER BY o.op_no", [lane_no])
    }

    /// What the remote has and the base does not include yet.
    pub(crate) fn applied_operations(&self, lane_no: i64) -> Result<Vec<OpRow>> {
        if mutated!(SettleQueued) {
            return Ok(self.open_operations(lane_no)?.into_iter().skip(1).collect());
        }
        self.operations(" WHERE o.lane_no = ?1 AND o.open = 1 AND o.state = 'applied' ORDER BY o.op_no", [lane_no])
    }

    /// Changes of the holder's data that the remote has not got yet.
    pub(crate) fn open_changes(&self, lane_no: i64) -> Result<Vec<OpRow>> {
        self.operations(" WHERE o.lane_no = ?1 AND o.open = 1 AND o.kind = 'modify' ORDER BY o.op_no", [lane_no])
    }

    /// Every operation of one kind that a lane has ever had, whatever became of it, newest first.
    pub(crate) fn all_of_kind(&self, lane_no: i64, kind: Kind) -> Result<Vec<OpRow>> {
        // By the card's index: those of the lanes hold what is not finished.
        let tail = " WHERE o.card_no = (SELECT card_no FROM account WHERE account_no = ?1) AND o.lane_no = ?1
            AND o.kind = ?2 ORDER BY o.op_no DESC";
        self.operations(tail, (lane_no, kind.as_str()))
    }

    /// What undoes an operation, wholly or in part, unless it came to nothing.
    pub(crate) fn returns_of(&self, op_no: i64) -> Result<Vec<OpRow>> {
        let tail = " WHERE o.original = ?1 AND o.kind IN ('return_points', 'return_order') ORDER BY o.op_no";
        let mut returns = self.operations(tail, [op_no])?;
        returns.retain(OpRow::stands);
        Ok(returns)
    }

    /// What is waiting for a person, oldest first.
    pub(crate) fn waiting_operations(&self) -> Result<Vec<OpRow>> {
        self.operations(" WHERE o.state IN ('parked', 'rejected') ORDER BY o.op_no", [])
    }

    /// Operations that no caller has been told about.
    pub(crate) fn unpromised_operations(&self) -> Result<Vec<OpRow>> {
        self.holding_operations("AND p.op_no IS NULL", [])
    }

    pub(crate) fn operations_in(&self, state: State) -> Result<Vec<OpRow>> {
        self.holding_operations("AND o.state = ?1", [state.as_str()])
    }

    /// The effects that an account's balances are to be shown with, one operation left out.
    pub(crate) fn open_effects(&self, lane_no: i64, except: Option<i64>) -> Result<Vec<OpenEffect>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT o.kind, o.state, p.promise, o.effect_money, o.effect_bonus, o.effect_points
             FROM operation o LEFT JOIN promise p ON p.op_no = o.op_no
             WHERE o.lane_no = ?1 AND o.open = 1 AND o.op_no IS NOT ?2",
        )?;
        let rows = statement.query_map((lane_no, except), |row| {
            let promise: Option<Promise> = row.get_ref(2)?.as_str_or_null()?.map(parsed).transpose()?;
            let state: State = parsed(row.get_ref(1)?.as_str()?)?;
            if !state.is_open() {
                // Its mark and its state contradict each other: what it does to the balance nobody can say.
                return Err(rusqlite::Error::IntegralValueOutOfRange(1, 1));
            }
            Ok(OpenEffect {
                kind: parsed(row.get_ref(0)?.as_str()?)?,
                state,
                approved: promise.is_some_and(Promise::is_approved),
                effect: effect(row, 3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// How many operations are on their way to the remote, and how many wait for a person.
    pub(crate) fn open_counts(&self) -> Result<(u64, u64)> {
        let mut queued = self.conn.prepare_cached(
            "SELECT count(*) FROM operation INDEXED BY operation_head
             WHERE holding = 1 AND state NOT IN ('parked', 'rejected')",
        )?;
        let mut waiting = self.conn.prepare_cached(
            "SELECT count(*) FROM operation INDEXED BY operation_waiting WHERE state IN ('parked', 'rejected')",
        )?;
        let count = |row: &Row<'_>| row.get::<_, i64>(0).map(|count| count.unsigned_abs());
        Ok((queued.query_row([], count)?, waiting.query_row([], count)?))
    }

    /// How many operations are taken for applied on evidence that another till could have left.
    pub(crate) fn inferred_count(&self) -> Result<u64> {
        let mut statement = self.conn.prepare_cached(
            "SELECT count(*) FROM operation INDEXED BY operation_inferred WHERE evidence = 'inferred'",
        )?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }

    pub(crate) fn confirmation(&self, op_no: i64) -> Result<Option<Confirmation>> {
        let mut statement = self.conn.prepare_cached("SELECT body FROM confirmation WHERE op_no = ?1")?;
        let body: Option<String> = statement.query_row([op_no], |row| row.get(0)).optional()?;
        Ok(body.map(|json| from_json(&json)).transpose()?)
    }

    /// What the remote said of the operations of this kind that were made on a card before this one, the newest first.
    pub(crate) fn confirmed_before(&self, op: &OpRow, most: usize) -> Result<Vec<Confirmation>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT c.body FROM operation o JOIN confirmation c ON c.op_no = o.op_no
             WHERE o.card_no = ?1 AND o.op_no < ?2 AND o.kind = ?3 ORDER BY o.op_no DESC LIMIT ?4",
        )?;
        let rows = statement.query_map((op.card_no, op.op_no, op.kind.as_str(), most as i64), |row| {
            from_json(row.get_ref(0)?.as_str()?)
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub(crate) fn claims(&self, account_no: i64) -> Result<std::collections::BTreeSet<String>> {
        let mut statement = self.conn.prepare_cached("SELECT remote_id FROM claim WHERE account_no = ?1")?;
        let rows = statement.query_map([account_no], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The latest time that stands in the book. Lines that were written before its time was last brought back do not count.
    pub(crate) fn highest_time(&self) -> Result<Option<Timestamp>> {
        let high: Option<i64> = self.conn.query_row(
            "SELECT max(at) FROM (
               SELECT max(created_at, changed_at) AS at FROM operation
                   WHERE op_no = (SELECT max(op_no) FROM operation) AND op_no > coalesce((SELECT op_no FROM time_mark), 0)
               UNION ALL SELECT at FROM entry WHERE entry_no = (SELECT max(entry_no) FROM entry)
                   AND entry_no > coalesce((SELECT entry_no FROM time_mark), 0)
               UNION ALL SELECT started_at FROM attempt WHERE attempt_no = (SELECT max(attempt_no) FROM attempt)
               UNION ALL SELECT at FROM notice WHERE notice_no = (SELECT max(notice_no) FROM notice)
                   AND notice_no > coalesce((SELECT notice_no FROM time_mark), 0)
               UNION ALL SELECT CAST(value AS INTEGER) FROM book WHERE key = 'high_time')",
            [],
            |row| row.get(0),
        )?;
        Ok(high.map(Timestamp::from_millis))
    }
}

impl Tx<'_> {
    /// Writes an operation down, and returns it as it stands now.
    pub(crate) fn insert_operation(&self, new: &NewOperation<'_>) -> Result<OpRow> {
        let kind = new.act.kind();
        self.conn
            .prepare_cached(concat!(
                "INSERT INTO operation (op_no, op_id, lane_no, card_no, provider, dialect, kind, act, bound, delivery, ticket,
                    operator, supervisor, shift, reason, created_at, told, effect_money, effect_bonus, effect_points,
                    state, changed_at, holding, open, exposed, wire_key, original, coupon,
                    lifts)
                 VALUES (",
                after_burnt!("operation", "op_no", "burnt op"),
                ", ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
                    'queued', ?15, 1, 1, ?20, ?21, ?22, ?23, ?24)"
            ))?
            .execute(rusqlite::params![
                new.op_id.as_str(),
                new.lane_no,
                new.card_no,
                new.provider,
                new.dialect,
                kind.as_str(),
                to_json(new.act)?,
                to_json(new.bound)?,
                new.delivery,
                new.context.ticket,
                new.context.operator,
                new.context.supervisor,
                new.context.shift,
                new.context.reason,
                new.at.millis(),
                to_json(new.told)?,
                new.effect.money.fen(),
                new.effect.bonus.fen(),
                new.effect.points.get(),
                new.exposed,
                new.key,
                new.original,
                new.act.coupon(),
                new.context.lifts,
            ])?;
        let op = OpRow {
            op_no: self.conn.last_insert_rowid(),
            op_id: new.op_id.clone(),
            lane_no: new.lane_no,
            card_no: new.card_no,
            kind,
            act: new.act.clone(),
            bound: new.bound.clone(),
            key: new.key.to_owned(),
            original: new.original,
            provider: new.provider.to_owned(),
            context: new.context.clone(),
            created_at: new.at,
            told: *new.told,
            effect: *new.effect,
            state: State::Queued,
            evidence: None,
            waits_for: None,
            unknown: false,
            exposed: new.exposed,
            attempts_from: 0,
            promise: None,
        };
        self.keep_exposure(Exposure::default(), op.exposure());
        Ok(op)
    }

    /// New figures for an operation that nobody has been told of.
    pub(crate) fn set_prediction(&self, op_no: i64, told: &Told, effect: &Effect) -> Result<()> {
        self.conn
            .prepare_cached(
                "UPDATE operation SET told = ?2, effect_money = ?3, effect_bonus = ?4, effect_points = ?5
                 WHERE op_no = ?1",
            )?
            .execute((op_no, to_json(told)?, effect.money.fen(), effect.bonus.fen(), effect.points.get()))?;
        Ok(())
    }

    /// Moves an operation on. Anything that is not a legal transition is refused here, whoever asks.
    pub(crate) fn transition(&self, op: &mut OpRow, next: State, at: Timestamp) -> Result<()> {
        // Refused is refused; only an opening may be sent anew, under another number.
        let legal =
            op.state.may_become(next) && (op.kind.opens() || (op.state, next) != (State::Rejected, State::Queued));
        if !legal && !mutated!(SettleQueued | VoidSettled) {
            return Err(Error::inconsistent(format!("{} can't become {next}", op.state)));
        }
        let exposed = op.exposed && !next.is_final() && !(mutated!(DoubtIsNoRisk) && next == State::InDoubt);
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE operation SET state = ?3, changed_at = ?4, holding = ?5, open = ?6, exposed = ?7,
                    waits_for = NULL, unknown = 0 WHERE op_no = ?1 AND state = ?2",
            )?
            .execute((
                op.op_no,
                op.state.as_str(),
                next.as_str(),
                at.millis(),
                next.holds_lane(op.kind),
                next.is_open(),
                exposed,
            ))?;
        if changed != 1 {
            return Err(Error::inconsistent(format!("operation {} was not {}", op.op_no, op.state)));
        }
        event!(STATE_CHANGED, op_id = op.op_id, kind = op.kind, provider = op.provider, from = op.state, to = next);
        let before = op.exposure();
        op.state = next;
        op.waits_for = None;
        op.unknown = false;
        let closed = op.exposed && !exposed;
        op.exposed = exposed;
        self.keep_exposure(before, op.exposure());
        if closed { self.drop_former_phones() } else { Ok(()) }
    }

    pub(crate) fn set_waits_for(&self, op: &mut OpRow, why: &str, unknown: bool) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE operation SET waits_for = ?2, unknown = ?3 WHERE op_no = ?1")?
            .execute((op.op_no, why, unknown))?;
        op.waits_for = Some(why.to_owned());
        op.unknown = unknown;
        Ok(())
    }

    /// Those behind an operation need not wait for it, until its state changes.
    pub(crate) fn let_pass(&self, op_no: i64) -> Result<()> {
        self.conn.prepare_cached("UPDATE operation SET holding = 0 WHERE op_no = ?1")?.execute([op_no])?;
        Ok(())
    }

    pub(crate) fn set_evidence(&self, op: &mut OpRow, evidence: Evidence) -> Result<()> {
        self.conn
            .prepare_cached("UPDATE operation SET evidence = ?2 WHERE op_no = ?1")?
            .execute((op.op_no, evidence.as_str()))?;
        op.evidence = Some(evidence);
        Ok(())
    }

    /// Records what the cashier is told, once: a second promise for the same operation fails.
    pub(crate) fn insert_promise(&self, op: &mut OpRow, row: PromiseRow, effect: &Effect, at: Timestamp) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO promise (op_no, promise, refusal, message, told, at, policy, lifted)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                op.op_no,
                row.promise.as_str(),
                row.refusal.as_ref().map(to_json).transpose()?,
                &row.message,
                to_json(&row.told)?,
                at.millis(),
                row.policy,
                Some(&row.lifted).filter(|lifted| !lifted.is_empty()).map(to_json).transpose()?,
            ))?;
        let exposed = row.promise == Promise::OfflineApproved && !op.state.is_final();
        if exposed != op.exposed || *effect != op.effect {
            // What was promised is what is expected, and what is at risk.
            self.conn
                .prepare_cached(
                    "UPDATE operation SET exposed = ?2, effect_money = ?3, effect_bonus = ?4, effect_points = ?5
                     WHERE op_no = ?1",
                )?
                .execute((op.op_no, exposed, effect.money.fen(), effect.bonus.fen(), effect.points.get()))?;
        }
        event!(PROMISE_MADE, op_id = op.op_id, kind = op.kind, provider = op.provider, promise = row.promise,);
        let before = op.exposure();
        op.effect = *effect;
        op.exposed = exposed;
        op.promise = Some(row);
        self.keep_exposure(before, op.exposure());
        Ok(())
    }

    pub(crate) fn insert_confirmation(&self, op: &OpRow, confirmation: &Confirmation, at: Timestamp) -> Result<()> {
        self.conn.prepare_cached("INSERT INTO confirmation (op_no, body, at) VALUES (?1, ?2, ?3)")?.execute((
            op.op_no,
            to_json(confirmation)?,
            at.millis(),
        ))?;
        if mutated!(PromiseChanges) {
            self.conn.execute("UPDATE promise SET promise = 'online_approved' WHERE op_no = ?1", [op.op_no])?;
        }
        if let Some(remote_id) = &confirmation.remote_id {
            self.conn
                .prepare_cached("INSERT OR IGNORE INTO claim (account_no, remote_id, op_no) VALUES (?1, ?2, ?3)")?
                .execute((op.lane_no, remote_id, op.op_no))?;
            self.link_claimed(op.lane_no, remote_id)?;
        }
        Ok(())
    }

    /// Whether a person has ever had an operation sent again as it stands.
    pub(crate) fn was_sent_again(&self, op_no: i64) -> Result<bool> {
        let mut statement = self
            .conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM decision WHERE op_no = ?1 AND resolution = 'send_again' AND decision_no >
                    coalesce((SELECT max(decision_no) FROM decision WHERE op_no = ?1 AND resolution = 'new_number'), 0))",
            )?;
        Ok(statement.query_row([op_no], |row| row.get(0))?)
    }

    /// A person's decision: what was decided, by whom and why. `detail`: what it changes besides the state.
    pub(crate) fn insert_decision(
        &self,
        op_no: i64,
        resolution: &str,
        (who, why): (&str, &str),
        detail: Option<&str>,
        at: Timestamp,
    ) -> Result<()> {
        self.conn
            .prepare_cached(
                "INSERT INTO decision (op_no, resolution, who, why, detail, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((op_no, resolution, who, why, detail, at.millis()))?;
        Ok(())
    }
}
