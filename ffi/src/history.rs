//! The book's lines, a page at a time.

use std::ffi::c_char;

use tillbook::{HistoryLine, HistoryQuery, Money, Timestamp};

use crate::codes::code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::{flag, given};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, SizedStruct, read_optional, sized};
use crate::text::{Arena, tillbook_str};

/// Which lines of the book are wanted, newest first. What is zero does not matter.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_history_query {
    /// The size of this struct: tillbook_history_query_init sets it.
    pub struct_size: usize,
    /// Only those of this card.
    pub card: tillbook_str,
    /// Only those of this ticket of the POS.
    pub ticket: tillbook_str,
    /// Only those of this kind, as `tillbook_entry.kind` has it.
    pub kind: tillbook_str,
    /// Only those from then on, in milliseconds since 1970 UTC, where has_from is 1.
    pub from: i64,
    /// Only those before then, in milliseconds since 1970 UTC, where has_until is 1.
    pub until: i64,
    /// 1: `from` is given.
    pub has_from: i32,
    /// 1: `until` is given.
    pub has_until: i32,
    /// 1: only those that change points.
    pub only_points: i32,
    /// How many lines a page has, at most 500. 0: 20.
    pub page_size: u32,
    /// The page after this one: what tillbook_history_of told. 0: the first.
    pub after: i64,
}

/// A line of the book, and how its operation stands. Money in fen. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_entry {
    /// The size of this struct: tillbook_entry_init sets it.
    pub struct_size: usize,
    /// Its number in the book.
    pub entry_no: i64,
    /// When it was written, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The price before the discount, or what was paid in.
    pub original: i64,
    /// The price after it.
    pub actual: i64,
    /// What the card paid.
    pub from_card: i64,
    /// What was left to be paid by other means.
    pub due: i64,
    /// What came on top.
    pub bonus: i64,
    /// The points that it brought or, below zero, took.
    pub points: i64,
    /// Stored value afterwards, as expected then.
    pub money_after: i64,
    /// Points afterwards, as expected then.
    pub points_after: i64,
    /// How much more (below zero: less) the remote took from or put on the card than was told.
    pub variance: i64,
    /// 1: the remote has confirmed it. Else 0.
    pub confirmed: i32,
    /// The promise that it was written with, TILLBOOK_PROMISE_*; 0: without one.
    pub approval: i32,
    /// Where its operation stands now, TILLBOOK_STATE_*.
    pub state: i32,
    /// How sure it is that the remote has it, TILLBOOK_EVIDENCE_*; 0: it has not, or nobody knows.
    pub evidence: i32,
    /// What it is: "consume", "recharge", "void", ...
    pub kind: *const c_char,
    /// Its operation.
    pub op_id: *const c_char,
    /// The card's number.
    pub card: *const c_char,
    /// The POS's ticket number; NULL: none.
    pub ticket: *const c_char,
    /// Who worked the till; NULL: not told.
    pub operator_name: *const c_char,
    /// Who stood behind it; NULL: not told.
    pub supervisor: *const c_char,
    /// The shift; NULL: not told.
    pub shift: *const c_char,
    /// Why; NULL: not told.
    pub reason: *const c_char,
    /// The business day, as YYYY-MM-DD.
    pub business_date: *const c_char,
    /// The ten digits of the slip.
    pub receipt_no: *const c_char,
}

sized!(tillbook_history_query, tillbook_entry);

/// Lines of the book. One thread at a time.
pub struct tillbook_history {
    _opaque: (),
}

handle!(tillbook_history = 13, "history", List<tillbook_entry>);

fn entry_row(line: HistoryLine, arena: &mut Arena) -> tillbook_entry {
    let entry = line.entry;
    tillbook_entry {
        entry_no: entry.entry_no,
        at: entry.at.millis(),
        original: entry.original.fen(),
        actual: entry.actual.fen(),
        from_card: entry.from_card.fen(),
        due: entry.due.fen(),
        bonus: entry.bonus.fen(),
        points: entry.points.get(),
        money_after: entry.money_after.fen(),
        points_after: entry.points_after.get(),
        variance: line.variance.map_or(0, Money::fen),
        confirmed: i32::from(line.confirmation.is_some()),
        approval: code(entry.approval),
        state: code(Some(line.state)),
        evidence: code(line.evidence),
        kind: arena.text(&entry.kind),
        op_id: arena.text(entry.op_id.as_str()),
        card: arena.text(entry.card.as_str()),
        ticket: arena.optional(entry.ticket.as_deref()),
        operator_name: arena.optional(entry.operator.as_deref()),
        supervisor: arena.optional(entry.supervisor.as_deref()),
        shift: arena.optional(entry.shift.as_deref()),
        reason: arena.optional(entry.reason.as_deref()),
        business_date: arena.text(&entry.business_date),
        receipt_no: arena.text(&entry.receipt_no),
        ..tillbook_entry::empty()
    }
}

impl tillbook_history_query {
    unsafe fn query(&self) -> Result<HistoryQuery, Fault> {
        let at = |field, said, time| -> Result<Option<Timestamp>, Fault> {
            Ok(given(field, said, time)?.map(Timestamp::from_millis))
        };
        unsafe {
            Ok(HistoryQuery {
                card: self.card.get("card")?,
                ticket: self.ticket.get("ticket")?,
                kind: self.kind.get("kind")?,
                from: at("has_from", self.has_from, self.from)?,
                until: at("has_until", self.has_until, self.until)?,
                only_points: flag("only_points", self.only_points)?,
                after: (self.after != 0).then_some(self.after),
                page_size: self.page_size as usize,
                ..HistoryQuery::default()
            })
        }
    }
}

/// A page of the book, newest first. `query` may be NULL: the newest 20 lines. `next_page` (may be NULL) is what to put
/// into the query's `after` for the page after this one, 0 if this is the last. Any thread; free the list with
/// tillbook_history_free.
///
/// Errors: INVALID_INPUT for a page size above 500 or a bad card number; BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_history_of(
    till: *mut tillbook_till,
    query: *const tillbook_history_query,
    list: *mut *mut tillbook_history,
    next_page: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let query = unsafe { read_optional(query) }?;
        let query = query.map(|query| unsafe { query.query() }).transpose()?.unwrap_or_default();
        let page = till_of(till)?.till.history(&query)?;
        hand_out(&out, List::of(page.lines, entry_row))?;
        if let Ok(next_page) = unsafe { Out::at(next_page, "next_page") } {
            next_page.put(page.next.unwrap_or(0));
        }
        Ok(())
    })
}

/// The next line, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_history_next(
    list: *mut tillbook_history,
    row: *mut tillbook_entry,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_history_free(list: *mut tillbook_history) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}
