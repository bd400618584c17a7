//! Operations: state, marks, promise, effect and lines of the book must tell the same story.

use rusqlite::{CachedStatement, OptionalExtension, Row};

use super::{Checkup, said};
use crate::model::{Act, Effect, Evidence, FindingKind, Kind, Promise, Refusal, State, Told};
use crate::provider::Bound;
use crate::store::{from_json, parsed};
use crate::units::{Money, Points};

const OPERATION: &str = "SELECT o.op_no, o.kind, o.act, o.bound, o.told, o.effect_money, o.effect_bonus,
    o.effect_points, o.state, o.evidence, o.holding, o.open, o.exposed, o.unknown, o.created_at, o.changed_at, o.coupon,
    o.card_no, o.lane_no, p.promise, p.refusal, p.told, p.at, a.card_no, o.provider = a.provider, o.original
    FROM operation o LEFT JOIN promise p ON p.op_no = o.op_no LEFT JOIN account a ON a.account_no = o.lane_no
    ORDER BY o.op_no";

/// The kind of line that another number or card leaves.
const RETARGET: &str = "retarget";

/// An operation as the check sees it.
struct Op {
    op_no: i64,
    kind: Kind,
    act: Act,
    told: Told,
    effect: Effect,
    state: State,
    holding: bool,
    open: bool,
    exposed: bool,
    unknown: bool,
    card_no: i64,
    lane_no: i64,
    promise: Option<(Promise, Told)>,
    lane_card: Option<i64>,
}

impl Op {
    fn approved(&self) -> bool {
        self.promise.as_ref().is_some_and(|(promise, _)| promise.is_approved())
    }
}

/// A line of the book as it belongs to an operation.
struct Written {
    entry_no: i64,
    card_no: i64,
    kind: String,
    told: Told,
    approval: Option<Promise>,
}

impl Checkup<'_> {
    pub(super) fn operations(&mut self) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let mut statement = conn.prepare(OPERATION)?;
        let mut entries = conn.prepare_cached(
            "SELECT entry_no, card_no, kind, original, actual, from_card, due, bonus, points, approval
             FROM entry WHERE op_no = ?1 ORDER BY entry_no",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let op_no: i64 = row.get(0)?;
            self.report.operations += 1;
            let mut look = || -> rusqlite::Result<()> {
                let op = self.operation(row)?;
                self.marks(&op);
                self.effect(&op);
                self.belongs(&op)?;
                let lines = written(&mut entries, op_no)?;
                self.lines(&op, &lines)
            };
            if let Err(error) = look() {
                self.find(FindingKind::Unreadable, "operation", Some(op_no), said(&error));
            }
            if !self.goes_on() {
                break;
            }
        }
        Ok(())
    }

    fn operation(&mut self, row: &Row<'_>) -> rusqlite::Result<Op> {
        let op_no: i64 = row.get(0)?;
        let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
        let flag = |column| match row.get(column)? {
            0_i64 => Ok(false),
            1 => Ok(true),
            other => Err(rusqlite::Error::IntegralValueOutOfRange(column, other)),
        };
        from_json::<Bound>(text(3)?)?;
        if let Some(evidence) = row.get_ref(9)?.as_str_or_null()? {
            parsed::<Evidence>(evidence)?;
        }
        if let Some(refusal) = row.get_ref(20)?.as_str_or_null()? {
            from_json::<Refusal>(refusal)?;
        }
        let promise = match row.get_ref(19)?.as_str_or_null()? {
            Some(promise) => Some((parsed(promise)?, from_json(text(21)?)?)),
            None => None,
        };
        let op = Op {
            op_no,
            kind: parsed(text(1)?)?,
            act: from_json(text(2)?)?,
            told: from_json(text(4)?)?,
            effect: Effect {
                money: Money::from_fen(row.get(5)?),
                bonus: Money::from_fen(row.get(6)?),
                points: Points::new(row.get(7)?),
            },
            state: parsed(text(8)?)?,
            holding: flag(10)?,
            open: flag(11)?,
            exposed: flag(12)?,
            unknown: flag(13)?,
            card_no: row.get(17)?,
            lane_no: row.get(18)?,
            promise,
            lane_card: row.get(23)?,
        };
        self.time("operation", op_no, "the time of the call", row.get(14)?);
        self.time("operation", op_no, "the time of its state", row.get(15)?);
        if let Some(at) = row.get::<_, Option<i64>>(22)? {
            self.time("promise", op_no, "its time", at);
        }
        if op.state.is_confirmed() && row.get_ref(9)?.as_str_or_null()?.is_none() {
            self.find(
                FindingKind::State,
                "operation",
                Some(op_no),
                "is applied, and nothing says by what that is known",
            );
        }
        if op.act.kind() != op.kind {
            self.find(FindingKind::State, "operation", Some(op_no), "is of another kind than what was asked for");
        }
        if op.act.coupon() != row.get_ref(16)?.as_str_or_null()? {
            self.find(FindingKind::Coupon, "operation", Some(op_no), "uses another coupon than was asked for");
        }
        if row.get::<_, Option<bool>>(24)? == Some(false) {
            self.find(FindingKind::Lane, "operation", Some(op_no), "is another remote's than its lane");
        }
        if row.get::<_, Option<i64>>(25)? == Some(op_no) {
            self.find(FindingKind::Reference, "operation", Some(op_no), "undoes itself");
        }
        Ok(op)
    }

    /// State, promise and the marks that follow from them.
    fn marks(&mut self, op: &Op) {
        let Op { op_no, state, .. } = *op;
        let mut wrong = |kind, what: &str| self.find(kind, "operation", Some(op_no), format!("{what} ({state})"));
        if op.open != state.is_open() {
            wrong(FindingKind::State, "is marked as open or not against its state");
        }
        // Where a remote's parked operations hold nothing up, the mark is taken off.
        let may_pass = state == State::Parked && !op.kind.opens();
        if op.holding != state.holds_lane(op.kind) && (op.holding || !may_pass) {
            wrong(FindingKind::State, "is marked as holding its lane or not against its state");
        }
        if op.unknown && state != State::Parked {
            wrong(FindingKind::State, "is marked as parked with an unknown outcome");
        }
        let offline = matches!(op.promise, Some((Promise::OfflineApproved, _)));
        if op.exposed != (offline && !state.is_final()) {
            wrong(FindingKind::Effect, "counts in the exposure, or does not, against its promise and state");
        }
        let fits = match op.promise.as_ref().map(|(promise, _)| *promise) {
            None => matches!(state, State::Queued | State::Sending | State::InDoubt),
            Some(Promise::Declined) => state == State::Declined,
            Some(Promise::Cancelled) => state == State::Voided,
            Some(Promise::InDoubt) => state != State::Rejected,
            Some(Promise::OnlineApproved) => !matches!(state, State::Queued | State::Sending | State::Declined),
            Some(Promise::OfflineApproved) => state != State::Declined,
        };
        if !fits {
            wrong(FindingKind::Promise, "its promise and its state don't go together");
        }
    }

    /// What it counts as is what was told, or predicted where the till has not approved it.
    fn effect(&mut self, op: &Op) {
        for told in [Some(&op.told), op.promise.as_ref().map(|(_, told)| told)].into_iter().flatten() {
            let adds_up = told.actual.checked_add(told.discount) == Some(told.original)
                && told.from_card.checked_add(told.due) == Some(told.actual);
            if !adds_up {
                self.find(FindingKind::Money, "operation", Some(op.op_no), "the figures told don't add up");
            }
        }
        let told = match &op.promise {
            Some((Promise::OfflineApproved, told)) => told,
            _ => &op.told,
        };
        let moves = match op.kind {
            Kind::Consume => told.from_card.negated(),
            Kind::Recharge => told.actual,
            _ => Money::ZERO,
        };
        let bonus = if op.kind == Kind::Recharge { told.bonus } else { Money::ZERO };
        if op.effect != (Effect { money: moves, bonus, points: told.points }) {
            self.find(FindingKind::Effect, "operation", Some(op.op_no), "its effect is not what was told");
        }
        let asked = match &op.act {
            Act::Recharge { amount, .. } | Act::PushOrder { amount, .. } => *amount,
            Act::ReturnOrder { amount, .. } => amount.negated(),
            Act::Consume { total, .. } => *total,
            Act::RedeemCoupon { amount, .. } => *amount,
            _ => return,
        };
        if told.original != asked {
            self.find(FindingKind::Effect, "operation", Some(op.op_no), "what was told is not for what was asked");
        }
    }

    /// It is about the card that it says, and in a lane of that card.
    fn belongs(&mut self, op: &Op) -> rusqlite::Result<()> {
        let conn = self.view.conn;
        let mut own = conn.prepare_cached("SELECT coalesce(same_as, card_no) FROM card WHERE card_no = ?1")?;
        let mut named = conn.prepare_cached("SELECT coalesce(same_as, card_no) FROM card WHERE number = ?1")?;
        let mut alias = conn.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM alias a WHERE a.account_no = ?2
                AND a.card_no IN (SELECT card_no FROM card WHERE card_no = ?1 OR same_as = ?1))",
        )?;
        let Some(lane_card) = op.lane_card else { return Ok(()) }; // told as a broken reference
        let card: Option<i64> = own.query_row([op.card_no], |row| row.get(0)).optional()?;
        let lane: Option<i64> = own.query_row([lane_card], |row| row.get(0)).optional()?;
        let number = op.act.card().as_str();
        let asked: Option<i64> = named.query_row([number], |row| row.get(0)).optional()?;
        // A number that a card was moved away from is nobody's, or by now another one's.
        let moved_away = self.view.is_renamed(number)?;
        for card in [card, if moved_away { card } else { asked }] {
            let Some(card) = card else {
                self.find(FindingKind::Card, "operation", Some(op.op_no), "the card that was asked for is not there");
                continue;
            };
            if Some(card) != lane && !alias.query_row([card, op.lane_no], |row| row.get::<_, bool>(0))? {
                self.find(FindingKind::Card, "operation", Some(op.op_no), "is not in a lane of its card");
            }
        }
        Ok(())
    }

    /// The lines that it must have left, and no others.
    fn lines(&mut self, op: &Op, lines: &[Written]) -> rusqlite::Result<()> {
        let mut own =
            self.view.conn.prepare_cached("SELECT coalesce(same_as, card_no) FROM card WHERE card_no = ?1")?;
        let op_card: Option<i64> = own.query_row([op.card_no], |row| row.get(0)).optional()?;
        let lane_card: Option<i64> =
            op.lane_card.map(|card| own.query_row([card], |row| row.get(0)).optional()).transpose()?.flatten();
        // What was moved to another card left lines on both; a number that changed left one of nothing.
        let moved: Vec<&Written> = lines.iter().filter(|line| line.kind == RETARGET).collect();
        if !says(&moved.iter().fold(Told::default(), |sum, line| plus(&sum, &line.told)), &Told::default(), false) {
            let what = "has lines of another number or card that don't come to nothing";
            self.find(FindingKind::EntryDiffers, "operation", Some(op.op_no), what);
        }
        for line in lines.iter().filter(|line| moved.iter().all(|moved| moved.card_no != line.card_no)) {
            let card: Option<i64> = own.query_row([line.card_no], |row| row.get(0)).optional()?;
            if card != op_card && card != lane_card && line.card_no != op.card_no {
                self.find(FindingKind::Card, "entry", Some(line.entry_no), "is another card's than its operation");
            }
        }
        let approved = op.approved();
        let (mut first, mut void, mut write_off, mut reversal) = (0_u32, 0_u32, 0_u32, 0_u32);
        for line in lines {
            let counter = match line.kind.as_str() {
                "void" => &mut void,
                "write_off" => &mut write_off,
                "reversal" => &mut reversal,
                kind if kind == op.kind.as_str() => &mut first,
                RETARGET => continue,
                _ => {
                    self.find(FindingKind::EntryExtra, "entry", Some(line.entry_no), "is of a kind of its own");
                    continue;
                }
            };
            *counter += 1;
            let takes_back = line.kind != op.kind.as_str();
            let approval = op.promise.as_ref().map(|(promise, _)| *promise).filter(|_| approved && !takes_back);
            if line.approval != approval {
                self.find(
                    FindingKind::EntryDiffers,
                    "entry",
                    Some(line.entry_no),
                    "is approved otherwise than promised",
                );
            }
            if let Some((_, told)) = op.promise.as_ref().filter(|_| approved)
                && !says(&line.told, told, takes_back)
            {
                self.find(FindingKind::EntryDiffers, "entry", Some(line.entry_no), "its figures are not those told");
            }
        }
        let has_happened = matches!(op.state, State::Applied | State::Settled);
        let taken_back = matches!(op.state, State::Reversed | State::Declined);
        let may_have =
            has_happened || taken_back || matches!(op.state, State::Reversing | State::Parked | State::WrittenOff);
        let exactly = |wanted: bool| (u32::from(wanted), u32::from(wanted));
        let wanted = [
            ("of the operation", first, (u32::from(approved || has_happened), u32::from(approved || may_have))),
            ("that voids it", void, exactly(approved && op.state == State::Voided)),
            ("that writes it off", write_off, exactly(approved && op.state == State::WrittenOff)),
            ("that takes it back", reversal, exactly(first > 0 && taken_back)),
        ];
        for (what, count, (least, most)) in wanted {
            if count < least {
                self.find(FindingKind::EntryMissing, "operation", Some(op.op_no), format!("has no line {what}"));
            }
            if count > most {
                self.find(FindingKind::EntryExtra, "operation", Some(op.op_no), format!("has {count} lines {what}"));
            }
        }
        Ok(())
    }
}

/// The figures of two lines together.
fn plus(one: &Told, other: &Told) -> Told {
    Told {
        original: one.original.plus(other.original),
        actual: one.actual.plus(other.actual),
        from_card: one.from_card.plus(other.from_card),
        due: one.due.plus(other.due),
        bonus: one.bonus.plus(other.bonus),
        points: one.points.plus(other.points),
        ..*one
    }
}

/// Whether a line's figures are those told, or their reverse.
fn says(line: &Told, told: &Told, takes_back: bool) -> bool {
    let money = |one: Money, other: Money| one == if takes_back { other.negated() } else { other };
    money(line.original, told.original)
        && money(line.actual, told.actual)
        && money(line.from_card, told.from_card)
        && money(line.due, told.due)
        && money(line.bonus, told.bonus)
        && line.points == if takes_back { told.points.negated() } else { told.points }
}

fn written(entries: &mut CachedStatement<'_>, op_no: i64) -> rusqlite::Result<Vec<Written>> {
    let rows = entries.query_map([op_no], |row| {
        let money = |column| row.get(column).map(Money::from_fen);
        Ok(Written {
            entry_no: row.get(0)?,
            card_no: row.get(1)?,
            kind: row.get(2)?,
            told: Told {
                original: money(3)?,
                actual: money(4)?,
                from_card: money(5)?,
                due: money(6)?,
                bonus: money(7)?,
                points: Points::new(row.get(8)?),
                ..Told::default()
            },
            approval: row.get_ref(9)?.as_str_or_null()?.map(parsed).transpose()?,
        })
    })?;
    rows.collect()
}
