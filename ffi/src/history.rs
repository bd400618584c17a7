//! The book's lines, a page at a time.

use std::ffi::c_char;
use std::mem::offset_of;

use tillbook::{HistoryItem, HistoryLine, HistoryPage, HistoryQuery, Money, Points, RemoteRecord, Timestamp};

use crate::codes::code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::{clamped, flag, given};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, read, read_optional, sized};
use crate::text::{Arena, text_at, tillbook_str};

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
    /// With tillbook_history_with_remote: what that told of the remote's lines. 0: the first page.
    pub after_record: i64,
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
    /// Of a line of the remote's own history (tillbook_history_with_remote) its number in the book; 0: it is a line of this book.
    /// Such a line has no entry_no, operation, ticket or promise: those are 0 or NULL. It has `at` (by the remote's clock), `kind`,
    /// `card`, and the figures for which a has_ says so.
    pub record_no: i64,
    /// Of a remote's line: the change in stored value, where has_money is 1.
    pub money: i64,
    /// Of a remote's line: when it was read, in milliseconds since 1970 UTC.
    pub fetched_at: i64,
    /// 1: a remote's line tells the change in stored value. Else 0.
    pub has_money: i32,
    /// 1: a remote's line tells `points`. Else 0.
    pub has_points: i32,
    /// 1: a remote's line tells `money_after`. Else 0.
    pub has_money_after: i32,
    /// 1: a remote's line tells `points_after`. Else 0.
    pub has_points_after: i32,
    /// Of a remote's line: which remote, "sandy", ...; else NULL.
    pub provider: *const c_char,
    /// The remote's number of its record; NULL: not known.
    pub remote_id: *const c_char,
    /// Of a remote's line: where it was done, as the remote calls it; NULL: not told.
    pub store: *const c_char,
    /// Of a remote's line: the remote's own words; NULL: none.
    pub note: *const c_char,
}

/// What a pull of a card's history at its remotes brought.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_history_pull {
    /// The size of this struct: tillbook_history_pull_init sets it.
    pub struct_size: usize,
    /// Lines that the remotes told.
    pub told: i64,
    /// Those of them that the book did not have.
    pub added: i64,
    /// Lines that were found now to be operations of this book.
    pub linked: i64,
    /// 1: every line that was asked for was told. 0: the history is longer than one pull reads (10,000 lines), or a remote does not
    /// turn its pages.
    pub complete: i32,
    /// 0.
    pub reserved: i32,
}

sized!(
    tillbook_history_query = offset_of!(tillbook_history_query, after_record),
    tillbook_entry = offset_of!(tillbook_entry, record_no),
    tillbook_history_pull
);

/// Lines of the book. One thread at a time.
pub struct tillbook_history {
    _opaque: (),
}

handle!(tillbook_history = 13, "history", List<tillbook_entry>);

fn entry_row(line: &HistoryLine, arena: &mut Arena) -> tillbook_entry {
    let entry = &line.entry;
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
        remote_id: arena.optional(line.remote_id.as_deref()),
        ..tillbook_entry::empty()
    }
}

fn record_row(record: &RemoteRecord, arena: &mut Arena) -> tillbook_entry {
    let (money, after) = (record.money, record.money_after);
    tillbook_entry {
        at: record.at.millis(),
        points: record.points.map_or(0, Points::get),
        money_after: after.map_or(0, Money::fen),
        points_after: record.points_after.map_or(0, Points::get),
        kind: arena.text(&record.kind),
        card: arena.text(record.card.as_str()),
        record_no: record.record_no,
        money: money.map_or(0, Money::fen),
        fetched_at: record.fetched_at.millis(),
        has_money: i32::from(money.is_some()),
        has_points: i32::from(record.points.is_some()),
        has_money_after: i32::from(after.is_some()),
        has_points_after: i32::from(record.points_after.is_some()),
        provider: arena.text(&record.provider),
        remote_id: arena.text(&record.remote_id),
        store: arena.optional(record.store.as_deref()),
        note: arena.optional(record.note.as_deref()),
        ..tillbook_entry::empty()
    }
}

fn item_row(item: HistoryItem<'_>, arena: &mut Arena) -> tillbook_entry {
    match item {
        HistoryItem::Here(line) => entry_row(line, arena),
        HistoryItem::Remote(record) => record_row(record, arena),
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
                after_record: (self.after_record != 0).then_some(self.after_record),
                page_size: self.page_size as usize,
                ..HistoryQuery::default()
            })
        }
    }
}

/// Reads a page of this book's lines, and hands it out.
///
/// # Safety
/// As the header asks.
pub(crate) unsafe fn page(
    query: *const tillbook_history_query,
    list: &Out<*mut tillbook_history>,
    next_page: *mut i64,
    history: impl FnOnce(&HistoryQuery) -> tillbook::Result<HistoryPage>,
) -> Result<(), Fault> {
    let query = unsafe { read_optional(query) }?;
    let query = query.map(|query| unsafe { query.query() }).transpose()?.unwrap_or_default();
    let page = history(&query)?;
    hand_out(list, List::of(&page.lines, entry_row))?;
    if let Ok(next_page) = unsafe { Out::at(next_page, "next_page") } {
        next_page.put(page.next.unwrap_or(0));
    }
    Ok(())
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
        let till = till_of(till)?;
        unsafe { page(query, &out, next_page, |query| till.till.history(query)) }
    })
}

/// As tillbook_history_of, for a card, with the lines of the remotes' own history between those of this book, as far as they have
/// been read (tillbook_pull_history): what other tills and the back office did. Newest first, of one moment those of this book
/// first. The page after this one is asked for with `next_page` as `after` and `next_record` as `after_record`; both 0: this is the
/// last. Any thread; free the list with tillbook_history_free.
///
/// Errors: as tillbook_history_of; INVALID_INPUT without a card.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_history_with_remote(
    till: *mut tillbook_till,
    query: *const tillbook_history_query,
    list: *mut *mut tillbook_history,
    next_page: *mut i64,
    next_record: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let (next_page, next_record) =
            unsafe { (Out::at(next_page, "next_page")?, Out::at(next_record, "next_record")?) };
        let till = till_of(till)?;
        let query = HistoryQuery { with_remote: true, ..unsafe { read(query)?.query() }? };
        let page = till.till.history(&query)?;
        hand_out(&out, List::of(page.in_order(), item_row))?;
        next_page.put(page.next.unwrap_or(0));
        next_record.put(page.next_record.unwrap_or(0));
        Ok(())
    })
}

/// Reads the remotes' own history of a card into the book, from `since` on (milliseconds since 1970 UTC; 0: all of it). Nothing is
/// written at a remote. A card that the book does not know is served first. Waits at most `timeout_ms` milliseconds (0: the
/// configured time-out). Any thread.
///
/// Errors: UNSUPPORTED where no remote of the card tells a history; NOT_FOUND, UNREACHABLE, REMOTE_REFUSED: of that remote nothing
/// was taken in; INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_pull_history(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    since: i64,
    timeout_ms: u32,
    pull: *mut tillbook_history_pull,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(pull) }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        let till = till_of(till)?;
        let since = (since != 0).then(|| Timestamp::from_millis(since));
        let said = till.till.pull_history(card, since, till.wait(timeout_ms))?;
        place.put(&tillbook_history_pull {
            told: clamped(said.told),
            added: clamped(said.new),
            linked: clamped(said.linked),
            complete: i32::from(said.complete),
            ..tillbook_history_pull::empty()
        });
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
