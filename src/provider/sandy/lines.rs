//! A card's history as it is kept: its records in this library's words.

use std::collections::BTreeMap;

use super::answers::Record;
use super::requests::event;
use crate::clock::Timestamp;
use crate::model::RecordKind;
use crate::provider::RemoteLine;
use crate::units::{Money, Points};

/// The lines of records by their numbers, all of which tell a time.
pub(super) fn of(records: &BTreeMap<i64, Record>) -> Vec<RemoteLine> {
    let mut before = None;
    let mut lines = Vec::with_capacity(records.len());
    for record in records.values() {
        lines.push(line(record, before));
        before = record.amount;
    }
    lines
}

/// `before`: the balance that the record before it left.
fn line(record: &Record, before: Option<Money>) -> RemoteLine {
    RemoteLine {
        id: record.id.to_string(),
        kind: kind_of(record.event),
        original: record.ori,
        money: change(record, before),
        points: record.points,
        money_after: record.amount,
        points_after: record.score.and_then(Points::from_remote),
        store: record.org.clone(),
        // The description names other cards and may name people; the pay type does not.
        note: record.pay_type.clone(),
        at: Timestamp::from_millis(record.time_s.unwrap_or_default().saturating_mul(1000)),
        rate: record.rate,
    }
}

/// Sandy document, section 6 查询使用历史, the table of types.
fn kind_of(event: i64) -> RecordKind {
    match event {
        event::OPEN => RecordKind::OpenCard,
        event::CLOSE => RecordKind::CloseCard,
        event::REPLACE => RecordKind::ReplaceCard,
        event::LOSS => RecordKind::ReportLoss,
        event::LIFT => RecordKind::LiftLoss,
        event::RECHARGE => RecordKind::Recharge,
        event::CONSUME => RecordKind::Consume,
        event::TRANSFER_OUT => RecordKind::TransferOut,
        event::TRANSFER_IN => RecordKind::TransferIn,
        event::WITHDRAW => RecordKind::Withdraw,
        _ => RecordKind::Other,
    }
}

/// What a record did to the stored value. It tells an amount without a sign, and of a sale that the card could not pay the
/// whole price: what the card did pay, the balance before it tells.
fn change(record: &Record, before: Option<Money>) -> Option<Money> {
    let figure = record.act.or(record.ori);
    match record.event {
        event::RECHARGE | event::TRANSFER_IN | event::OPEN => figure,
        event::CONSUME if record.amount == Some(Money::ZERO) => {
            let paid = before?.min(figure?);
            Some(paid.max(Money::ZERO).negated())
        }
        event::CONSUME | event::TRANSFER_OUT | event::WITHDRAW | event::CLOSE | event::REPLACE => {
            figure.map(Money::negated)
        }
        event::LOSS | event::LIFT => Some(Money::ZERO),
        _ => record.amount.zip(before).map(|(after, before)| after.minus(before)),
    }
}
