//! The day's close.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::model::{Class, DayClose, LISTED, ListedOperation, Tally};
use crate::store::{EntryRange, View};
use crate::sync::Kept;

use super::reconcile::{listed, not_a_day};
use super::totals::totals;

/// The most closes that are returned at once.
const CLOSES: usize = 100;

/// What a close of a day covers: the lines after the first number, up to the second and with it.
///
/// Lines are covered in the order in which they were written, so that each close takes up where the one before it ended,
/// whatever date a wrong clock may have put on one of them.
pub(crate) fn what_to_close(view: &View<'_>, kept: &Kept, date: &str, now: Timestamp) -> Result<(i64, i64)> {
    kept.bounds(date).ok_or_else(|| not_a_day(date))?;
    if date > kept.day_of(now).as_str() {
        return Err(Error::invalid("date", "must not be a day to come", date));
    }
    let after = view.closed_up_to()?;
    match view.last_entry_of_day(after, date)? {
        Some(last) => Ok((after, last)),
        // A day on which nothing was sold is closed too, once.
        None if !view.is_day_closed(date)? => Ok((after, after)),
        None => Err(Error::invalid("date", "must be a day with something that no close covers", date)),
    }
}

/// A day's close as it is about to be written; it has no number yet.
pub(crate) fn day_close(
    view: &View<'_>,
    date: &str,
    who: &str,
    (after, last): (i64, i64),
    now: Timestamp,
) -> Result<DayClose> {
    let totals = totals(view, &EntryRange::Numbers { after, last }, Some(date.to_owned()))?;
    let mut open: BTreeMap<Class, Tally> = BTreeMap::new();
    let mut operations: Vec<ListedOperation> = Vec::new();
    let mut more = 0;
    view.each_unfinished(&mut |op| {
        let class = Class::of(op.state);
        if class == Class::Accepted {
            // The remote has it; only its figures have not been seen again.
            return Ok(());
        }
        open.entry(class).or_default().add(op.at_stake(), op.is_approved());
        if operations.len() < LISTED {
            operations.push(listed(view, &op, None)?);
        } else {
            more += 1;
        }
        Ok(())
    })?;
    Ok(DayClose {
        close_no: 0,
        business_date: date.to_owned(),
        who: who.to_owned(),
        at: now,
        totals,
        open,
        operations,
        more,
        chain_head: view.seal_of_entry(last)?,
    })
}

/// The closes before another one, newest first.
pub(crate) fn listed_closes(view: &View<'_>, before: Option<i64>) -> Result<Vec<DayClose>> {
    view.day_closes(before, CLOSES)
}
