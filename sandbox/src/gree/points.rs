//! Points statements: every change of points and what was undone of it.

use serde::Serialize;

use super::errcode::{Errcode, Refusal};
use super::ledger::LedgerKind;
use super::state::{Context, Gree, Posting};

/// What a statement came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// A change (3.3), which alone can be rolled back.
    Change,
    /// A rollback of a change (3.4).
    Rollback,
    /// An order (4.1).
    Order,
    /// A return (4.2, 4.3).
    Return,
}

/// One change of a member's points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The number that 3.5 shows.
    pub id: i64,
    /// The id that 3.3 and 3.4 answer.
    pub statement_id: String,
    /// What it came from.
    pub kind: StatementKind,
    /// The member.
    pub open_id: String,
    /// The `change_id` it was asked for with.
    pub change_id: Option<String>,
    /// The order it is about.
    pub order_no: Option<String>,
    /// That order's amount, if it was told.
    pub order_amount_fen: Option<i64>,
    /// The points: above nothing for income.
    pub points: i64,
    /// The activity points, likewise.
    pub activity: i64,
    /// The reason that 3.5 shows.
    pub description: String,
    /// When it was made, in epoch milliseconds.
    pub at_ms: i64,
    /// When something of it was undone last, else when it was made.
    pub updated_ms: i64,
    /// How many of its points were undone; never below nothing.
    pub undone_points: i64,
    /// How many of its activity points were undone; never below nothing.
    pub undone_activity: i64,
    /// Whether a partial rollback named it.
    pub part_undone: bool,
}

/// A `change_id` that the platform remembers.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChangeKey {
    at_ms: i64,
    /// The statement's place.
    statement: usize,
}

/// A change of points about to be made.
#[derive(Debug)]
pub(super) struct Movement {
    pub(super) posting: Posting,
    pub(super) kind: StatementKind,
    pub(super) description: String,
    pub(super) order_amount_fen: Option<i64>,
    /// The id to be remembered from now on.
    pub(super) change_id: Option<String>,
}

/// A change of points about to be undone.
#[derive(Debug)]
pub(super) struct Undoing {
    pub(super) kind: LedgerKind,
    /// The statement's place.
    pub(super) statement: usize,
    pub(super) points: i64,
    pub(super) activity: i64,
    /// The id that was sent.
    pub(super) wire_key: String,
    /// Whether that id is a new one, to be remembered.
    pub(super) own_id: bool,
}

impl Gree {
    /// Whether an id was used and is still remembered.
    pub(super) fn change_id_taken(&self, now_ms: i64, change_id: &str) -> bool {
        let forgotten = |key: &&ChangeKey| {
            self.settings.change_id_life_ms.is_some_and(|life_ms| now_ms.saturating_sub(key.at_ms) > life_ms)
        };
        self.change_keys.get(change_id).is_some_and(|key| !forgotten(&key))
    }

    /// The place of the change that was made under this id.
    pub(super) fn change_by_id(&self, now_ms: i64, open_id: &str, change_id: &str) -> Option<usize> {
        let place = self.change_keys.get(change_id).filter(|_| self.change_id_taken(now_ms, change_id))?.statement;
        let statement = self.statements.get(place)?;
        (statement.kind == StatementKind::Change && statement.open_id == open_id).then_some(place)
    }

    /// Posts a change and leaves a statement of it, whose id it answers.
    pub(super) fn move_points(&mut self, context: &Context, movement: Movement) -> Result<String, Refusal> {
        let Movement { mut posting, kind, description, order_amount_fen, change_id } = movement;
        let id = i64::try_from(self.statements.len()).map_err(|_| Errcode::Busy)? + 1;
        // The sample has a zero, epoch milliseconds and four more digits.
        let statement_id = format!("SP0{:013}{id:04}", context.now_ms);
        posting.statement_id = Some(statement_id.clone());
        let statement = Statement {
            id,
            statement_id: statement_id.clone(),
            kind,
            open_id: posting.member.clone().ok_or(Errcode::NoSuchMember)?,
            change_id: posting.wire_key.clone(),
            order_no: posting.order_no.clone(),
            order_amount_fen,
            points: posting.points_change,
            activity: posting.activity_change,
            description,
            at_ms: context.now_ms,
            updated_ms: context.now_ms,
            undone_points: 0,
            undone_activity: 0,
            part_undone: false,
        };
        self.post(context, posting)?;
        if let Some(change_id) = change_id {
            let key = ChangeKey { at_ms: context.now_ms, statement: self.statements.len() };
            self.change_keys.insert(change_id, key);
        }
        self.statements.push(statement);
        Ok(statement_id)
    }

    /// Undoes so much of a change, and answers the id of the statement that this leaves.
    pub(super) fn undo(&mut self, context: &Context, undoing: Undoing) -> Result<String, Refusal> {
        let statement = self.statements.get(undoing.statement).ok_or(Errcode::NoSuchChange)?;
        let left_points = statement.points.abs() - statement.undone_points;
        let left_activity = statement.activity.abs() - statement.undone_activity;
        if left_points == 0 && left_activity == 0 {
            return Err(Errcode::AlreadyRolledBack.into());
        }
        if undoing.points > left_points || undoing.activity > left_activity {
            return Err(Errcode::TooMuchRolledBack.into());
        }
        if undoing.points == 0 && undoing.activity == 0 {
            return Err(Errcode::BadParameter.about("rollback_score"));
        }
        let sign = if statement.points < 0 || statement.activity < 0 { 1 } else { -1 };
        let mut posting = Posting::new(undoing.kind, Some(&statement.open_id));
        posting.points_change = sign * undoing.points;
        posting.activity_change = sign * undoing.activity;
        posting.order_no.clone_from(&statement.order_no);
        posting.wire_key = Some(undoing.wire_key.clone());
        posting.short = Errcode::NotEnoughForRollback;
        let movement = Movement {
            posting,
            kind: StatementKind::Rollback,
            description: format!("积分回退: {}", statement.description),
            order_amount_fen: None,
            change_id: Some(undoing.wire_key).filter(|_| undoing.own_id),
        };
        let statement_id = self.move_points(context, movement)?;
        if let Some(statement) = self.statements.get_mut(undoing.statement) {
            statement.undone_points += undoing.points;
            statement.undone_activity += undoing.activity;
            statement.updated_ms = context.now_ms;
            statement.part_undone |= undoing.kind == LedgerKind::PartRollback;
        }
        Ok(statement_id)
    }
}
