//! Reports: as text for files and printers, and as rows for screens.

use std::ffi::c_char;

use tillbook::{Csv, Language, Outage, Period, Timestamp, Totals, TotalsLine};

use crate::codes::Code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::handle;
use crate::json;
use crate::labels::language;
use crate::list::{List, hand_out, next};
use crate::members::{buffer, tillbook_buffer};
use crate::money::{clamped, given, time};
use crate::open::{TillBox, till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, read, sized};
use crate::text::{Arena, fixed, fixed_optional, text_at, tillbook_str};

/// A report: what became of the operations of an outage (`number`), a business day (`date`) or a time (`from`, `until`). JSON, CSV.
pub const TILLBOOK_REPORT_RECONCILIATION: i32 = 1;
/// A report: what went through the till since the last day's close, or on a business day (`date`). JSON, CSV.
pub const TILLBOOK_REPORT_TOTALS: i32 = 2;
/// A report: a day's close by its number (`number`). JSON, CSV.
pub const TILLBOOK_REPORT_DAY_CLOSE: i32 = 3;
/// A report: the days' closes, newest first, at most 100; those before the one of `number` if one is given. JSON.
pub const TILLBOOK_REPORT_DAY_CLOSES: i32 = 4;
/// A report: when remotes were not there, the newest first, at most 1,000. JSON.
pub const TILLBOOK_REPORT_OUTAGES: i32 = 5;
/// A report: what speaks against an upgrade of the program, or its removal, with a sentence in each language. JSON.
pub const TILLBOOK_REPORT_SAFE_TO_CLOSE: i32 = 6;
/// A report: every offline policy that was in force, the newest first. JSON. Of a till only.
pub const TILLBOOK_REPORT_POLICIES: i32 = 7;
/// A report: what is known of every remote's catalogue and since when, learned discounts among it. JSON. Of a till only.
pub const TILLBOOK_REPORT_CATALOGUE: i32 = 8;
/// A report: what people have decided of a card's number (`card`) with tillbook_retarget, oldest first. JSON. Of a till only.
pub const TILLBOOK_REPORT_RETARGETS: i32 = 9;
/// A report: the configuration in force, secrets masked. JSON. Of a till only.
pub const TILLBOOK_REPORT_CONFIGURATION: i32 = 10;
/// A report: whose book it is. JSON. Of a tillbook_book only.
pub const TILLBOOK_REPORT_IDENTITY: i32 = 11;
/// A report: how the book stands. JSON. Of a tillbook_book only.
pub const TILLBOOK_REPORT_STATUS: i32 = 12;

/// JSON: money in fen, times in milliseconds since 1970 UTC, the keys of docs/c-abi.md.
pub const TILLBOOK_FORMAT_JSON: i32 = 0;
/// CSV: one table with headings in the wanted language, money in yuan, times in ISO 8601 and UTC, lines that end in CR LF. For
/// spreadsheet programs put the bytes EF BB BF in front.
pub const TILLBOOK_FORMAT_CSV: i32 = 1;

/// Which report is wanted. What it does not need is left at zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_report_query {
    /// The size of this struct: tillbook_report_query_init sets it.
    pub struct_size: usize,
    /// TILLBOOK_REPORT_*.
    pub report: i32,
    /// TILLBOOK_FORMAT_*.
    pub format: i32,
    /// Of a CSV's headings and words, TILLBOOK_LANGUAGE_*.
    pub language: i32,
    /// 1: `from` and `until` are given.
    pub has_range: i32,
    /// An outage's or a close's number.
    pub number: i64,
    /// From then on, in milliseconds since 1970 UTC.
    pub from: i64,
    /// Until before then.
    pub until: i64,
    /// A business day, as YYYY-MM-DD.
    pub date: tillbook_str,
    /// A card's number.
    pub card: tillbook_str,
}

/// A time in which a remote was not there. Times in milliseconds since 1970 UTC.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_outage {
    /// The size of this struct: tillbook_outage_init sets it.
    pub struct_size: usize,
    /// The remote: "sandy", ... Owned by the list.
    pub provider: *const c_char,
    /// Its number.
    pub outage_no: i64,
    /// Since when.
    pub began_at: i64,
    /// When it answered again; 0: it does not yet.
    pub back_at: i64,
    /// When it had answered for a while and nothing was on its way to it any more; 0: not yet.
    pub ended_at: i64,
}

/// One line of totals: sums by operator, shift, kind, pay type and what was done. Money in fen. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_totals_line {
    /// The size of this struct: tillbook_totals_line_init sets it.
    pub struct_size: usize,
    /// Who worked the till; NULL: not told.
    pub operator_name: *const c_char,
    /// The shift; NULL: not told.
    pub shift: *const c_char,
    /// How a recharge was paid in, by the remote's name for it; NULL: it is none.
    pub pay_type: *const c_char,
    /// The kind of operation, TILLBOOK_KIND_*.
    pub kind: i32,
    /// What was done, TILLBOOK_MOVEMENT_*.
    pub movement: i32,
    /// How many lines of the book.
    pub lines: i64,
    /// Sales' totals, or what was paid in.
    pub original: i64,
    /// What discounts took off.
    pub discount: i64,
    /// After the discounts.
    pub actual: i64,
    /// What cards paid.
    pub from_card: i64,
    /// What was to be collected by other means.
    pub due: i64,
    /// What recharges brought on top.
    pub bonus: i64,
    /// The change in points.
    pub points: i64,
}

/// What totals are of. Times in milliseconds since 1970 UTC.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_totals_info {
    /// The size of this struct: tillbook_totals_info_init sets it.
    pub struct_size: usize,
    /// The first line of the book that they count; 0: there is none.
    pub first_entry: i64,
    /// The last one; 0: there is none.
    pub last_entry: i64,
    /// When the first line was written; 0: there is none.
    pub from: i64,
    /// When the last line was written; 0: there is none.
    pub to: i64,
    /// What was to be collected by other means than cards, voids taken off, in fen: the cash drawer's part.
    pub due: i64,
    /// The first line's receipt number; empty: there is none.
    pub first_receipt: [c_char; 16],
    /// The last line's.
    pub last_receipt: [c_char; 16],
    /// The business day, as YYYY-MM-DD, where they are of one; else empty.
    pub business_date: [c_char; 16],
}

/// Whether the program may be replaced or removed now.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_safe_to_close {
    /// The size of this struct: tillbook_safe_to_close_init sets it.
    pub struct_size: usize,
    /// 1: the program may be replaced by another release. 0: requests are under way.
    pub upgrade: i32,
    /// 1: the program and the book may be removed. 0: something would be lost; TILLBOOK_REPORT_SAFE_TO_CLOSE tells what.
    pub remove: i32,
}

sized!(tillbook_report_query, tillbook_outage, tillbook_totals_line, tillbook_totals_info, tillbook_safe_to_close);

/// Times in which remotes were not there. One thread at a time.
pub struct tillbook_outages {
    _opaque: (),
}

handle!(tillbook_outages = 25, "outages", List<tillbook_outage>);

/// Lines of totals. One thread at a time.
pub struct tillbook_totals {
    _opaque: (),
}

handle!(tillbook_totals = 26, "totals", List<tillbook_totals_line>);

fn outage_row(outage: Outage, arena: &mut Arena) -> tillbook_outage {
    tillbook_outage {
        provider: arena.text(&outage.provider),
        outage_no: outage.outage_no,
        began_at: outage.began_at.millis(),
        back_at: time(outage.back_at),
        ended_at: time(outage.ended_at),
        ..tillbook_outage::empty()
    }
}

fn line_row(line: &TotalsLine, arena: &mut Arena) -> tillbook_totals_line {
    let (key, figures) = (&line.key, &line.figures);
    tillbook_totals_line {
        operator_name: arena.optional(key.operator.as_deref()),
        shift: arena.optional(key.shift.as_deref()),
        pay_type: arena.optional(key.pay_type.as_deref()),
        kind: key.kind.code(),
        movement: key.movement.code(),
        lines: clamped(figures.lines),
        original: figures.original.fen(),
        discount: figures.discount.fen(),
        actual: figures.actual.fen(),
        from_card: figures.from_card.fen(),
        due: figures.due.fen(),
        bonus: figures.bonus.fen(),
        points: figures.points.get(),
        ..tillbook_totals_line::empty()
    }
}

fn info_of(totals: &Totals) -> tillbook_totals_info {
    tillbook_totals_info {
        first_entry: totals.first_entry.unwrap_or(0),
        last_entry: totals.last_entry.unwrap_or(0),
        from: time(totals.from),
        to: time(totals.to),
        due: totals.due.fen(),
        first_receipt: fixed_optional(totals.first_receipt.as_deref()),
        last_receipt: fixed_optional(totals.last_receipt.as_deref()),
        business_date: fixed_optional(totals.business_date.as_deref()),
        ..tillbook_totals_info::empty()
    }
}

/// A report that is wanted, read.
pub(crate) struct Wanted {
    pub(crate) report: i32,
    /// `None`: JSON.
    csv: Option<Language>,
    number: i64,
    range: Option<(i64, i64)>,
    date: Option<String>,
    card: Option<String>,
}

impl tillbook_report_query {
    unsafe fn wanted(&self) -> Result<Wanted, Fault> {
        let from = given("has_range", self.has_range, self.from)?;
        let until = given("has_range", self.has_range, self.until)?;
        let language = language(self.language)?;
        let csv = match self.format {
            TILLBOOK_FORMAT_JSON => None,
            TILLBOOK_FORMAT_CSV => Some(language),
            _ => return Err(Fault::Value { field: "format", rule: "is none of its constants" }),
        };
        let (date, card) = unsafe { (self.date.get("date")?, self.card.get("card")?) };
        Ok(Wanted { report: self.report, csv, number: self.number, range: from.zip(until), date, card })
    }
}

impl Wanted {
    /// # Safety
    /// As the header asks.
    pub(crate) unsafe fn of(query: *const tillbook_report_query) -> Result<Self, Fault> {
        unsafe { read(query)?.wanted() }
    }

    pub(crate) fn period(&self) -> Result<Period, Fault> {
        match (self.number, &self.date, self.range) {
            (number, None, None) if number != 0 => Ok(Period::Outage(number)),
            (0, Some(date), None) => Ok(Period::Day(date.clone())),
            (0, None, Some((from, until))) => {
                let at = Timestamp::from_millis;
                Ok(Period::Range { from: at(from), until: at(until) })
            }
            _ => {
                Err(Fault::Value { field: "number", rule: "or date or has_range must be given, and one of them only" })
            }
        }
    }

    /// The close before which others are wanted.
    pub(crate) fn before(&self) -> Option<i64> {
        (self.number != 0).then_some(self.number)
    }

    pub(crate) fn number(&self) -> i64 {
        self.number
    }

    pub(crate) fn date(&self) -> Option<&str> {
        self.date.as_deref()
    }

    /// One that may be a table.
    pub(crate) fn table(&self, report: &(impl Csv + serde::Serialize)) -> Result<String, Fault> {
        match self.csv {
            Some(language) => Ok(report.to_csv(language)),
            None => json::text(serde_json::to_string(report)),
        }
    }

    /// One that is JSON only.
    pub(crate) fn plain(&self, report: &impl serde::Serialize) -> Result<String, Fault> {
        match self.csv {
            Some(_) => Err(Fault::Value { field: "format", rule: "must be TILLBOOK_FORMAT_JSON for this report" }),
            None => json::text(serde_json::to_string(report)),
        }
    }

    /// One that is not told here.
    pub(crate) fn unknown() -> Fault {
        Fault::Value { field: "report", rule: "is none of its constants, or not told here" }
    }

    fn of_till(&self, held: &TillBox) -> Result<String, Fault> {
        let till = &held.till;
        match self.report {
            TILLBOOK_REPORT_RECONCILIATION => self.table(&till.reconciliation(&self.period()?)?),
            TILLBOOK_REPORT_TOTALS => self.table(&match self.date() {
                Some(date) => till.totals_of_day(date)?,
                None => till.totals()?,
            }),
            TILLBOOK_REPORT_DAY_CLOSE => self.table(&till.day_close(self.number)?),
            TILLBOOK_REPORT_DAY_CLOSES => self.plain(&till.day_closes(self.before())?),
            TILLBOOK_REPORT_OUTAGES => self.plain(&till.outages()?),
            TILLBOOK_REPORT_SAFE_TO_CLOSE => self.plain(&json::safe_to_close(&till.safe_to_close()?)),
            TILLBOOK_REPORT_POLICIES => self.plain(&json::policies(&till.policies()?)),
            TILLBOOK_REPORT_CATALOGUE => self.plain(&json::catalogue(&till.catalogue()?)),
            TILLBOOK_REPORT_RETARGETS => {
                let card = self.card.as_deref().ok_or(Fault::Null("card"))?;
                self.plain(&json::retargets(&till.retargets(card)?))
            }
            TILLBOOK_REPORT_CONFIGURATION => {
                // Nothing but its life is asked of the till.
                till.policy()?;
                self.plain(&held.configuration)
            }
            _ => Err(Wanted::unknown()),
        }
    }
}

/// A report as text in a buffer: see TILLBOOK_REPORT_* and TILLBOOK_FORMAT_*. From the book, at once. Any thread; free the buffer with
/// tillbook_buffer_free.
///
/// Errors: NOT_FOUND for an outage or a close that there was none of; INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
/// POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_report(
    till: *mut tillbook_till,
    query: *const tillbook_report_query,
    text: *mut *mut tillbook_buffer,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(text, "text") }?;
        let till = till_of(till)?;
        let wanted = unsafe { Wanted::of(query) }?;
        out.put(buffer(wanted.of_till(&till)?.into_bytes())?);
        Ok(())
    })
}

/// When remotes were not there, the newest first, at most 1,000. Any thread; free the list with tillbook_outages_free.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_outages_of(
    till: *mut tillbook_till,
    list: *mut *mut tillbook_outages,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        hand_out(&out, List::of(till_of(till)?.till.outages()?, outage_row))
    })
}

/// The next outage, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_outages_next(
    list: *mut tillbook_outages,
    row: *mut tillbook_outage,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_outages_free(list: *mut tillbook_outages) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// What went through the till, line by line: since the last day's close (`date` is NULL: the X totals), or on a business day
/// (YYYY-MM-DD). Nothing is written. `info` may be NULL. Any thread; free the list with tillbook_totals_free.
///
/// Errors: INVALID_INPUT for what is no date; BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_totals_of(
    till: *mut tillbook_till,
    date: *const c_char,
    date_size: usize,
    list: *mut *mut tillbook_totals,
    info: *mut tillbook_totals_info,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let place = unsafe { Place::optional(info) }?;
        let till = till_of(till)?;
        let totals = if date.is_null() {
            till.till.totals()?
        } else {
            till.till.totals_of_day(unsafe { text_at(date, date_size, "date") }?)?
        };
        hand_out(&out, List::of(&totals.lines, line_row))?;
        if let Some(place) = place {
            place.put(&info_of(&totals));
        }
        Ok(())
    })
}

/// The next line, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_totals_next(
    list: *mut tillbook_totals,
    row: *mut tillbook_totals_line,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_totals_free(list: *mut tillbook_totals) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// The business day that it is now, as YYYY-MM-DD with a NUL. `buffer` takes 16 bytes. Any thread.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_business_date(
    till: *mut tillbook_till,
    buffer: *mut c_char,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(buffer.cast::<[c_char; 16]>(), "buffer") }?;
        out.put(fixed(&till_of(till)?.till.business_date()?));
        Ok(())
    })
}

/// Closes a business day (YYYY-MM-DD): the Z totals of everything since the close before, kept in the book. `close_no` is its number,
/// by which TILLBOOK_REPORT_DAY_CLOSE tells it; they run on. A day may be closed while operations are open, and again after more was
/// written: nothing is counted twice and nothing left out. Any thread.
///
/// Errors: INVALID_INPUT for a day to come, or one that was closed before and has nothing more to close, and for `who` (at most 64
/// characters); BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_close_day(
    till: *mut tillbook_till,
    date: *const c_char,
    date_size: usize,
    who: *const c_char,
    who_size: usize,
    close_no: *mut i64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(close_no, "close_no") }?;
        let date = unsafe { text_at(date, date_size, "date") }?;
        let who = unsafe { text_at(who, who_size, "who") }?;
        out.put(till_of(till)?.till.close_day(date, who)?.close_no);
        Ok(())
    })
}

/// Whether an upgrade of the program, or its removal, would lose anything. Any thread.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_safe_to_close_of(
    till: *mut tillbook_till,
    safe: *mut tillbook_safe_to_close,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(safe) }?;
        let safe = till_of(till)?.till.safe_to_close()?;
        let (upgrade, remove) = (i32::from(safe.is_safe_to_upgrade()), i32::from(safe.is_safe_to_remove()));
        place.put(&tillbook_safe_to_close { upgrade, remove, ..tillbook_safe_to_close::empty() });
        Ok(())
    })
}

/// Writes one file for support staff: versions, settings without secrets, counts, outages, the last attempts, what is open. Nobody's
/// name, phone or card number stands in it, and no secret. Of files that are there only an earlier bundle is replaced. Any thread.
///
/// Errors: INVALID_INPUT for any other file; NO_PERMISSION, DISK_FULL, STORAGE, BAD_TEXT, NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_support_bundle(
    till: *mut tillbook_till,
    path: *const c_char,
    path_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let path = unsafe { text_at(path, path_size, "path") }?;
        Ok(till_of(till)?.till.support_bundle(path)?)
    })
}
