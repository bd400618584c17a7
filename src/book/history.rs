//! Pages of the book.

use crate::error::{Error, Result};
use crate::model::{CardNumber, HistoryLine, HistoryPage, HistoryQuery};
use crate::store::{EntryFilter, View};

/// A page of lines, newest first.
pub(super) fn history(view: &View<'_>, query: &HistoryQuery) -> Result<HistoryPage> {
    let page_size = match query.page_size {
        0 => 20,
        size @ 1..=500 => size,
        size => return Err(Error::invalid("page_size", "must be at most 500", size)),
    };
    let number = query.card.as_deref().map(CardNumber::new).transpose()?;
    let card_no = match number {
        None => None,
        Some(number) => match view.card_row(number.as_str())? {
            Some(card) => Some(card.card_no),
            None => return Ok(HistoryPage { lines: Vec::new(), next: None }),
        },
    };
    let mut entries = view.entries(&EntryFilter {
        card_no,
        ticket: query.ticket.clone(),
        kind: query.kind.clone(),
        from: query.from,
        until: query.until,
        only_points: query.only_points,
        before: query.after,
        most: page_size + 1,
    })?;
    let more = entries.len() > page_size;
    entries.truncate(page_size);
    let next = entries.last().filter(|_| more).map(|entry| entry.entry_no);
    let mut lines = Vec::with_capacity(entries.len());
    for entry in entries {
        let op =
            view.operation_by_id(&entry.op_id)?.ok_or_else(|| Error::inconsistent("an entry without its operation"))?;
        let confirmation = view.confirmation(op.op_no)?;
        let variance = confirmation.as_ref().and_then(|confirmed| confirmed.money_variance(op.kind, op.told()));
        lines.push(HistoryLine { entry, state: op.state, evidence: op.evidence, confirmation, variance });
    }
    Ok(HistoryPage { lines, next })
}
