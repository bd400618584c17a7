//! A member's points history (3.5) as it is kept. Only changes of points stand in it, and nothing says who made them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{FixedOffset, NaiveDateTime};
use serde_json::value::RawValue;

use crate::clock::Timestamp;
use crate::model::RecordKind;
use crate::provider::wire::Fields;
use crate::provider::{ReadFailure, RemoteHistory, RemoteLine};
use crate::units::Points;

/// Both halves of the list: what came, and what went.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<RemoteLine>,
    ids: BTreeSet<String>,
    cut_short: bool,
}

impl Lines {
    /// The rows of one half. One that can't be understood spoils all of it: what is kept is never half a truth.
    pub(super) fn take(&mut self, income: bool, rows: &[Box<RawValue>], complete: bool) -> Result<(), ReadFailure> {
        self.cut_short |= !complete;
        let mut alike: BTreeMap<String, u32> = BTreeMap::new();
        for row in rows {
            let Some(mut line) = line(row, income) else {
                return unusable("points history: a row without amount or time");
            };
            let count = alike.entry(line.id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                line.id = format!("{}#{count}", line.id);
            }
            if !self.ids.insert(line.id.clone()) {
                return unusable("points history: the same row among what came and what went");
            }
            self.lines.push(line);
        }
        Ok(())
    }

    /// The lines from a time on, oldest first.
    pub(super) fn since(self, since: Option<Timestamp>) -> RemoteHistory {
        let mut lines = self.lines;
        lines.retain(|line| since.is_none_or(|since| line.at >= since));
        lines.sort_by_key(|line| line.at);
        RemoteHistory { lines, complete: !self.cut_short }
    }
}

/// The row's `id` is not the `statement_id` that 3.3 answers, so a prefix keeps them apart. A row without one, which the
/// document does not allow for, is known by its half, its time and its amount, and by its place among those that are alike.
/// The reason (`desc`) is free text of the platform's and is not kept: it may name people and their orders.
fn line(row: &RawValue, income: bool) -> Option<RemoteLine> {
    let fields = Fields::of(row)?;
    let amount = fields.decimal("amount").and_then(Points::from_remote)?;
    let amount = Points::new(amount.get().checked_abs()?);
    let time = fields.filled("createTime")?;
    let (kind, points) =
        if income { (RecordKind::PointsIn, amount) } else { (RecordKind::PointsOut, amount.negated()) };
    Some(RemoteLine {
        id: match fields.filled("id") {
            Some(id) => format!("score:{id}"),
            None => format!("score:{points}@{time}"),
        },
        kind,
        original: None,
        money: None,
        points: Some(points),
        money_after: None,
        points_after: None,
        store: None,
        note: None,
        at: beijing(&time)?,
        rate: None,
    })
}

/// `yyyy-MM-dd HH:mm:ss`, Beijing time.
fn beijing(text: &str) -> Option<Timestamp> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    let at = local.and_local_timezone(FixedOffset::east_opt(8 * 3600)?).single()?;
    Some(Timestamp::from_millis(at.timestamp_millis()))
}

fn unusable<T>(what: &str) -> Result<T, ReadFailure> {
    Err(ReadFailure::Unusable(what.to_owned()))
}
