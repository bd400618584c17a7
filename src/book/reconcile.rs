//! What became of the operations of an outage, a day or a time range.

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Class, LISTED, ListedOperation, Outage, Period, Promise, Reconciliation, Tally};
use crate::store::{OpRow, OutageRow, View};
use crate::sync::Kept;
use crate::units::Money;

use std::collections::BTreeMap;

pub(crate) fn reconciliation(view: &View<'_>, kept: &Kept, period: &Period, now: Timestamp) -> Result<Reconciliation> {
    let mut outage: Option<OutageRow> = None;
    let (from, until, business_date) = match period {
        Period::Outage(outage_no) => {
            let found = view.outage(*outage_no)?.ok_or_else(|| Error::not_found("outage"))?;
            let Outage { began_at, ended_at, .. } = found.outage;
            let bounds = (began_at, ended_at.unwrap_or(Timestamp::from_millis(now.millis() + 1)));
            outage = Some(found);
            (bounds.0, bounds.1, None)
        }
        Period::Day(date) => {
            let (from, until) = kept.bounds(date).ok_or_else(|| not_a_day(date))?;
            (from, until, Some(date.clone()))
        }
        Period::Range { from, until } if from < until => (*from, *until, None),
        Period::Range { until, .. } => {
            return Err(Error::invalid("until", "must end after it begins", format!("{until:?}")));
        }
    };
    let mut report = Reconciliation {
        outage: outage.as_ref().map(|row| row.outage.outage_no),
        business_date,
        provider: outage.as_ref().map(|row| row.outage.provider.clone()),
        from,
        until,
        total: Tally::default(),
        classes: BTreeMap::new(),
        kinds: BTreeMap::new(),
        variance: Tally::default(),
        variance_kinds: BTreeMap::new(),
        operations: Vec::new(),
        more: 0,
    };
    match &outage {
        Some(row) => view.each_operation_between(row.first_op, row.last_op, &mut |op| match belongs(&op, row) {
            true => report.count(view, &op),
            false => Ok(()),
        })?,
        None => view.each_operation_of(from, until, &mut |op| report.count(view, &op))?,
    }
    debug_assert_eq!(report.classes.values().map(|tally| tally.approved).sum::<u64>(), report.total.approved);
    Ok(report)
}

pub(super) fn not_a_day(date: &str) -> Error {
    Error::invalid("date", "must be a date as YYYY-MM-DD", date)
}

/// What was done at a remote while it was not there; and after it was back, what was approved without it until it had caught up.
fn belongs(op: &OpRow, row: &OutageRow) -> bool {
    let meanwhile = row.back_op.is_none_or(|back| op.op_no <= back);
    let alone = op.promise.as_ref().is_some_and(|row| row.promise == Promise::OfflineApproved);
    op.provider == row.outage.provider && (meanwhile || alone)
}

impl Reconciliation {
    fn count(&mut self, view: &View<'_>, op: &OpRow) -> Result<()> {
        let (class, money, approved) = (Class::of(op.state), op.at_stake(), op.is_approved());
        self.total.add(money, approved);
        self.classes.entry(class).or_default().add(money, approved);
        self.kinds.entry(op.kind).or_default().entry(class).or_default().add(money, approved);
        let variance = variance(view, op)?;
        if let Some(variance) = variance {
            self.variance.add(variance, approved);
            self.variance_kinds.entry(op.kind).or_default().add(variance, approved);
        }
        if !class.is_listed() && variance.is_none() {
            return Ok(());
        }
        if self.operations.len() < LISTED {
            self.operations.push(listed(view, op, variance)?);
        } else {
            self.more += 1;
        }
        Ok(())
    }
}

/// How far the remote's figures are from those told, where it has the operation.
fn variance(view: &View<'_>, op: &OpRow) -> Result<Option<Money>> {
    if !op.state.is_confirmed() {
        return Ok(None);
    }
    Ok(view.confirmation(op.op_no)?.and_then(|confirmed| confirmed.money_variance(op.kind, op.told())))
}

pub(super) fn listed(view: &View<'_>, op: &OpRow, variance: Option<Money>) -> Result<ListedOperation> {
    Ok(ListedOperation {
        op_id: op.op_id.clone(),
        kind: op.kind,
        card: view.card_of_account(op.lane_no)?.card.number,
        provider: op.provider.clone(),
        class: Class::of(op.state),
        state: op.state,
        promise: op.promise.as_ref().map(|row| row.promise),
        money: op.at_stake(),
        variance,
        ticket: op.context.ticket.clone(),
        operator: op.context.operator.clone(),
        waits_for: op.waits_for.clone(),
        created_at: op.created_at,
    })
}
