//! The check of the book.

use std::ffi::{c_char, c_void};
use std::mem::offset_of;

use tillbook::{ChainKey, CheckOptions, CheckProgress, CheckReport, Finding};

use crate::codes::Code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::{clamped, flag};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, read_optional, sized};
use crate::text::{Arena, bytes_at, c_text, fixed};

/// What a check looks at, and how far it goes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_check_options {
    /// The size of this struct: tillbook_check_options_init sets it.
    pub struct_size: usize,
    /// So many findings are told; of more only the number. 0: 200.
    pub most_findings: u32,
    /// 1: leaves out SQLite's own check of every page, which takes the most time.
    pub skip_pages: i32,
    /// NULL, or called after every thousand rows, on this thread: the part that is looked at, how many of its rows, and how many
    /// findings so far. Returns 0 to go on, anything else to end the check.
    pub progress: Option<unsafe extern "C" fn(user: *mut c_void, part: *const c_char, done: u64, found: u64) -> i32>,
    /// For `progress`.
    pub user: *mut c_void,
    /// Keys that earlier parts of the chain were kept with, or NULL: lines that none of them and not the till's own fits are counted
    /// as unverified. For tillbook_book_check the till's key is one of them.
    pub earlier_keys: *const tillbook_bytes,
    /// How many, at most 100.
    pub earlier_keys_count: usize,
}

/// Bytes in: a place and a length. This struct never grows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_bytes {
    /// Where they are.
    pub data: *const u8,
    /// How many.
    pub size: usize,
}

/// One thing that a check has found. It holds no personal data. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_finding {
    /// The size of this struct: tillbook_finding_init sets it.
    pub struct_size: usize,
    /// The table, or the part of the file.
    pub place: *const c_char,
    /// For the log and for support, in English.
    pub detail: *const c_char,
    /// The row's number in the table, where has_row is 1.
    pub row: i64,
    /// 1: one row is meant. Else 0.
    pub has_row: i32,
    /// What is wrong, TILLBOOK_FINDING_*.
    pub kind: i32,
    /// How bad it is, TILLBOOK_SEVERITY_*.
    pub severity: i32,
    /// 0.
    pub reserved: i32,
}

/// What a check came to.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_check_report {
    /// The size of this struct: tillbook_check_report_init sets it.
    pub struct_size: usize,
    /// 1: everything was looked at and no error was found. Else 0.
    pub clean: i32,
    /// 1: everything that was to be looked at was. 0: `progress` has ended it.
    pub complete: i32,
    /// How many errors there are, told or not.
    pub errors: i64,
    /// How many notes there are, told or not. Notes are no errors.
    pub notes: i64,
    /// Cards that were looked at.
    pub cards: i64,
    /// Accounts that were looked at.
    pub accounts: i64,
    /// Operations that were looked at.
    pub operations: i64,
    /// Lines of the book that were looked at.
    pub entries: i64,
    /// Of these, lines whose code in the chain was verified.
    pub chained: i64,
    /// Lines whose code could not be verified: they were written with a key that was not given.
    pub unverified: i64,
    /// The last line of the chain; 0: there is none.
    pub chain_entry: i64,
    /// Its code, which covers all before it, in hexadecimal digits; empty: there is none.
    pub chain_head: [c_char; 72],
}

/// More keys than that no book has had.
const MOST_KEYS: usize = 100;

sized!(
    tillbook_check_options = offset_of!(tillbook_check_options, earlier_keys),
    tillbook_finding,
    tillbook_check_report
);

/// What a check has found. One thread at a time.
pub struct tillbook_findings {
    _opaque: (),
}

handle!(tillbook_findings = 28, "findings", List<tillbook_finding>);

fn finding_row(finding: Finding, arena: &mut Arena) -> tillbook_finding {
    tillbook_finding {
        place: arena.text(&finding.place),
        detail: arena.text(&finding.detail),
        row: finding.row.unwrap_or(0),
        has_row: i32::from(finding.row.is_some()),
        kind: finding.kind.code(),
        severity: finding.severity.code(),
        ..tillbook_finding::empty()
    }
}

fn report_row(report: &CheckReport) -> tillbook_check_report {
    let head = report.chain_head.as_ref();
    tillbook_check_report {
        clean: i32::from(report.is_clean()),
        complete: i32::from(report.complete),
        errors: clamped(report.errors),
        notes: clamped(report.notes),
        cards: clamped(report.cards),
        accounts: clamped(report.accounts),
        operations: clamped(report.operations),
        entries: clamped(report.entries),
        chained: clamped(report.chained),
        unverified: clamped(report.unverified),
        chain_entry: head.map_or(0, |(entry, _)| *entry),
        chain_head: fixed(head.map_or("", |(_, code)| code)),
        ..tillbook_check_report::empty()
    }
}

impl tillbook_check_options {
    /// # Safety
    /// As the header asks.
    unsafe fn options(&self) -> Result<CheckOptions, Fault> {
        let mut options = CheckOptions::default();
        if self.most_findings != 0 {
            options.most_findings = self.most_findings as usize;
        }
        options.skip_pages = flag("skip_pages", self.skip_pages)?;
        if self.earlier_keys_count > MOST_KEYS {
            return Err(Fault::Value { field: "earlier_keys", rule: "has too many elements" });
        }
        if self.earlier_keys.is_null() && self.earlier_keys_count > 0 {
            return Err(Fault::Null("earlier_keys"));
        }
        for at in 0..self.earlier_keys_count {
            let key = unsafe { self.earlier_keys.add(at).read_unaligned() };
            options.earlier_keys.push(ChainKey::new(unsafe { bytes_at(key.data, key.size, "earlier_keys") }?));
        }
        Ok(options)
    }
}

/// Checks, and tells what came of it.
///
/// # Safety
/// As the header asks.
pub(crate) unsafe fn checked(
    options: *const tillbook_check_options,
    report: &Place<tillbook_check_report>,
    list: *mut *mut tillbook_findings,
    check: impl FnOnce(&CheckOptions, &mut dyn FnMut(&CheckProgress) -> bool) -> Result<CheckReport, Fault>,
) -> Result<(), Fault> {
    let asked = unsafe { read_optional(options) }?.unwrap_or_else(tillbook_check_options::empty);
    let options = unsafe { asked.options() }?;
    let mut go_on = |progress: &CheckProgress| match asked.progress {
        None => true,
        Some(tell) => {
            let part = c_text(progress.part);
            unsafe { tell(asked.user, part.as_ptr(), progress.done, progress.found) == 0 }
        }
    };
    let found = check(&options, &mut go_on)?;
    let row = report_row(&found);
    if let Ok(out) = unsafe { Out::at(list, "list") } {
        hand_out(&out, List::of(found.findings, finding_row))?;
    }
    report.put(&row);
    Ok(())
}

/// Checks the whole book: its pages, and whether everything that stands in it twice says the same. The till goes on meanwhile, and
/// nothing is written. `options` may be NULL: everything. What is wrong is no error of this function: look at `report`, and at the
/// list (may be NULL), in the order in which it was found. A large book takes minutes: not on the thread that paints. Any thread; free
/// the list with tillbook_findings_free.
///
/// Errors: CORRUPT, NOT_A_BOOK, STORAGE only where the book can't be opened for reading at all; INVALID_INPUT, BAD_STRUCT,
/// NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_check(
    till: *mut tillbook_till,
    options: *const tillbook_check_options,
    report: *mut tillbook_check_report,
    list: *mut *mut tillbook_findings,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(report) }?;
        let till = till_of(till)?;
        unsafe { checked(options, &place, list, |options, go_on| Ok(till.till.check_watched(options, go_on)?)) }
    })
}

/// The next finding, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_findings_next(
    list: *mut tillbook_findings,
    row: *mut tillbook_finding,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_findings_free(list: *mut tillbook_findings) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}
