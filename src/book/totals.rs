//! The X and Z totals: what went through the till, by the lines of the book.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::model::{Figures, Movement, Totals, TotalsKey, TotalsLine};
use crate::store::{EntryRange, TotalsRow, View};
use crate::sync::Kept;
use crate::units::Money;

use super::reconcile::not_a_day;

/// What has gone through the till since the last day's close.
pub(crate) fn totals_since_close(view: &View<'_>) -> Result<Totals> {
    totals(view, &EntryRange::Numbers { after: view.closed_up_to()?, last: view.last_entry()? }, None)
}

/// What went through the till on a business day, whatever closes there were.
pub(crate) fn totals_of_day(view: &View<'_>, kept: &Kept, date: &str) -> Result<Totals> {
    kept.bounds(date).ok_or_else(|| not_a_day(date))?;
    totals(view, &EntryRange::Day(date.to_owned()), Some(date.to_owned()))
}

pub(super) fn totals(view: &View<'_>, range: &EntryRange, business_date: Option<String>) -> Result<Totals> {
    let mut totals = Totals {
        business_date,
        first_entry: None,
        last_entry: None,
        first_receipt: None,
        last_receipt: None,
        from: None,
        to: None,
        lines: Vec::new(),
        movements: BTreeMap::new(),
        kinds: BTreeMap::new(),
        due: Money::ZERO,
    };
    let mut lines: BTreeMap<TotalsKey, Figures> = BTreeMap::new();
    view.each_line(range, &mut |row| {
        let movement = movement(&row);
        totals.first_entry.get_or_insert(row.entry_no);
        totals.from.get_or_insert(row.at);
        (totals.last_entry, totals.to) = (Some(row.entry_no), Some(row.at));
        totals.first_receipt.get_or_insert_with(|| row.receipt_no.clone());
        totals.last_receipt = Some(row.receipt_no);
        totals.movements.entry(movement).or_default().add(&row.figures);
        if movement == Movement::Made {
            totals.kinds.entry(row.kind).or_default().add(&row.figures);
        }
        if row.kind.takes_cash() && matches!(movement, Movement::Made | Movement::Void) {
            totals.due = totals.due.plus(row.figures.due);
        }
        let key =
            TotalsKey { operator: row.operator, shift: row.shift, kind: row.kind, pay_type: row.pay_type, movement };
        lines.entry(key).or_default().add(&row.figures);
    })?;
    totals.lines = lines.into_iter().map(|(key, figures)| TotalsLine { key, figures }).collect();
    debug_assert_eq!(
        totals.lines.iter().map(|line| line.figures.lines).sum::<u64>(),
        totals.movements.values().map(|figures| figures.lines).sum::<u64>()
    );
    Ok(totals)
}

fn movement(row: &TotalsRow) -> Movement {
    match row.line.as_str() {
        "void" => Movement::Void,
        "write_off" => Movement::WriteOff,
        // It was approved once, and counts with the line of that.
        "retarget" => Movement::Retarget,
        _ if row.approved => Movement::Made,
        _ => Movement::WithoutApproval,
    }
}
