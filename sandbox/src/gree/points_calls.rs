//! The calls about points: 3.3 to 3.5.

use super::answer::Answer;
use super::errcode::{Errcode, Refusal};
use super::fields::{Page, fen, objects, required, required_fen, required_whole, score, text};
use super::ledger::LedgerKind;
use super::points::{Movement, Statement, StatementKind, Undoing};
use super::settings::{Direction, PartChangeId};
use super::state::{Context, Gree, Posting};
use crate::beijing;
use crate::wire::{Object, Params, array};

/// One item of a partial rollback.
struct Item {
    total_price_fen: i64,
    base_score: Option<i64>,
    activity_score: i64,
    use_score: i64,
}

impl Item {
    fn read(params: &Params) -> Result<Self, Refusal> {
        required(params, "order_no")?;
        required(params, "item_no")?;
        Ok(Self {
            total_price_fen: required_fen(params, "total_price")?,
            base_score: score(params, "base_score")?,
            activity_score: score(params, "activity_score")?.unwrap_or(0),
            use_score: score(params, "use_score")?.unwrap_or(0),
        })
    }

    /// The points that this item had of a change. Without a number of its own it has its part by price.
    fn points_of(&self, change: &Statement) -> Result<i64, Refusal> {
        if change.points < 0 {
            return Ok(self.use_score);
        }
        if let Some(points) = self.base_score {
            return Ok(points);
        }
        let order_fen = change.order_amount_fen.filter(|fen| *fen > 0);
        let order_fen = order_fen.ok_or_else(|| Errcode::BadParameter.about("base_score"))?;
        let points = i128::from(change.points) * i128::from(self.total_price_fen) / i128::from(order_fen);
        i64::try_from(points).map_err(|_| Errcode::BadParameter.into())
    }
}

impl Gree {
    pub(super) fn score_change(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let change_id = required(params, "change_id")?;
        let order_no = required(params, "out_biz_no")?;
        let reason = required(params, "change_reason")?;
        let event = required(params, "change_event")?;
        let points = score(params, "score")?.ok_or_else(|| Errcode::BadParameter.about("score"))?;
        let activity = score(params, "activity_score")?.unwrap_or(0);
        let order_amount_fen = fen(params, "order_amount")?;
        if points == 0 && activity == 0 {
            return Err(Errcode::BadParameter.about("score"));
        }
        let open_id = self.member_by_open_id(params)?.open_id.clone();
        if self.change_id_taken(context.now_ms, &change_id) {
            return Err(Errcode::ChangeIdTaken.into());
        }
        let sign = match self.settings.events.get(&event).ok_or(Errcode::NoSuchEvent)? {
            Direction::Add => 1,
            Direction::Subtract => -1,
        };
        let mut posting = Posting::new(LedgerKind::ScoreChange, Some(&open_id));
        posting.points_change = sign * points;
        posting.activity_change = sign * activity;
        posting.order_no = Some(order_no);
        posting.wire_key = Some(change_id.clone());
        let movement = Movement {
            posting,
            kind: StatementKind::Change,
            description: reason,
            order_amount_fen,
            change_id: Some(change_id),
        };
        self.move_points(context, movement).map(|statement_id| statement_answer(&statement_id))
    }

    /// With a `statement_id` the `change_id` is new; without one it is that of the change that went unanswered.
    pub(super) fn score_rollback(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let change_id = required(params, "change_id")?;
        let points = score(params, "rollback_score")?.ok_or_else(|| Errcode::BadParameter.about("rollback_score"))?;
        let activity = score(params, "rollback_activity_score")?.unwrap_or(0);
        // Kept by nobody, but a client that writes them wrongly should learn of it.
        objects(params, "items")?;
        let open_id = self.member_by_open_id(params)?.open_id.clone();
        let statement_id = text(params, "statement_id")?;
        let own_id = statement_id.is_some();
        let found = match statement_id {
            None => self.change_by_id(context.now_ms, &open_id, &change_id),
            Some(_) if self.change_id_taken(context.now_ms, &change_id) => return Err(Errcode::ChangeIdTaken.into()),
            Some(statement_id) => self.statements.iter().position(|statement| {
                statement.statement_id == statement_id
                    && statement.open_id == open_id
                    && statement.kind == StatementKind::Change
            }),
        };
        let statement = found.ok_or_else(|| self.no_such_change())?;
        let kind = LedgerKind::Rollback;
        let undoing = Undoing { kind, statement, points, activity, wire_key: change_id, own_id };
        self.undo(context, undoing).map(|statement_id| statement_answer(&statement_id))
    }

    pub(super) fn score_rollback_part(&mut self, context: &Context, params: &Params) -> Result<Answer, Refusal> {
        let change_id = required(params, "change_id")?;
        let parent = required(params, "parent_order_no")?;
        let items: Vec<Item> = objects(params, "items")?.iter().map(Item::read).collect::<Result<_, _>>()?;
        if items.is_empty() {
            return Err(Errcode::BadParameter.about("items"));
        }
        let open_id = self.member_by_open_id(params)?.open_id.clone();
        let own_id = self.settings.part_change_id == PartChangeId::Own;
        let found = if own_id {
            if self.change_id_taken(context.now_ms, &change_id) {
                return Err(Errcode::ChangeIdTaken.into());
            }
            let redeemed = items.iter().any(|item| item.use_score > 0);
            self.statements.iter().rposition(|statement| {
                statement.kind == StatementKind::Change
                    && statement.open_id == open_id
                    && statement.order_no.as_ref() == Some(&parent)
                    && (statement.points < 0) == redeemed
            })
        } else {
            self.change_by_id(context.now_ms, &open_id, &change_id)
        };
        let place = found.ok_or_else(|| self.no_such_change())?;
        let change = self.statements.get(place).ok_or(Errcode::NoSuchChange)?;
        if !own_id && change.part_undone {
            return Err(Errcode::ChangeIdTaken.into());
        }
        let (mut points, mut activity) = (0_i64, 0_i64);
        for item in &items {
            points = points.saturating_add(item.points_of(change)?);
            activity = activity.saturating_add(item.activity_score);
        }
        let kind = LedgerKind::PartRollback;
        let undoing = Undoing { kind, statement: place, points, activity, wire_key: change_id, own_id };
        self.undo(context, undoing).map(|statement_id| statement_answer(&statement_id))
    }

    pub(super) fn score_record(&self, params: &Params) -> Result<Answer, Refusal> {
        let page = Page::read(params, &self.settings, ("pageNo", "pageSize"), None)?;
        let kept: fn(i64) -> bool = match required_whole(params, "score_type")? {
            0 => |_| true,
            1 => |points| points > 0,
            2 => |points| points < 0,
            _ => return Err(Errcode::BadParameter.about("score_type")),
        };
        let open_id = &self.member_by_open_id(params)?.open_id;
        let newest_first = self.statements.iter().rev();
        let found: Vec<_> = newest_first.filter(|line| line.open_id == *open_id && kept(line.points)).collect();
        let total = found.len();
        let item = |line: &Statement| {
            let amount = if self.settings.signed_records { line.points } else { line.points.abs() };
            Object::new()
                .raw("id", line.id)
                .raw("amount", amount)
                .text("desc", &line.description)
                .text("createTime", &beijing::text(line.at_ms))
                .text("updateTime", &beijing::text(line.updated_ms))
                .end()
        };
        Ok(Answer::paged(array(page.of(found).into_iter().map(item)), page, total))
    }

    fn no_such_change(&self) -> Refusal {
        Refusal::new(self.settings.missing_change_code, Errcode::NoSuchChange.to_string())
    }
}

fn statement_answer(statement_id: &str) -> Answer {
    Answer::of(Object::new().text("statement_id", statement_id).end())
}
