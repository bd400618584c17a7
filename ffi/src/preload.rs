//! Taking cards into the book ahead of an outage.

use std::ffi::c_char;
use std::time::Duration;

use tillbook::{PreloadCards, PreloadEnd, PreloadQuery};

use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::money::{clamped, flag, given};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Place, SizedStruct, read, sized};
use crate::text::{fixed_optional, text_at, tillbook_str};

/// All cards are dealt with.
pub const TILLBOOK_PRELOAD_COMPLETE: i32 = 1;
/// So many are dealt with as the call was to deal with.
pub const TILLBOOK_PRELOAD_STEP_DONE: i32 = 2;
/// The time was over.
pub const TILLBOOK_PRELOAD_OUT_OF_TIME: i32 = 3;
/// It was cancelled.
pub const TILLBOOK_PRELOAD_CANCELLED: i32 = 4;
/// A remote does not answer, asks to be left alone for now, or refuses this till. Go on later.
pub const TILLBOOK_PRELOAD_UNREACHABLE: i32 = 5;

/// Which cards are to be taken into the book. Exactly one of `numbers`, `from` with `to`, `search` and `members` is required.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_preload_query {
    /// The size of this struct: tillbook_preload_query_init sets it.
    pub struct_size: usize,
    /// These cards' numbers; NULL: not given.
    pub numbers: *const tillbook_str,
    /// How many, at most 1,000,000.
    pub numbers_count: usize,
    /// The first number of a range.
    pub from: tillbook_str,
    /// Its last one: as long, and differing in its last digits only.
    pub to: tillbook_str,
    /// Whatever the search of the remote of the cards finds for this part of a number, a name or a phone (Sandy).
    pub search: tillbook_str,
    /// 1: the members that the remote of the members lists (Freemud).
    pub members: i32,
    /// 1: `max_age_s` is given. 0: all are read anew.
    pub has_max_age: i32,
    /// Cards that were read within so many seconds are passed over.
    pub max_age_s: i64,
    /// How long the call may take altogether, in milliseconds. 0: without a limit.
    pub budget_ms: u32,
    /// How long one card may take, in milliseconds. 0: 10,000.
    pub timeout_ms: u32,
    /// The pause between two cards, in milliseconds. 0: 50.
    pub pace_ms: u32,
    /// 0.
    pub reserved: i32,
}

/// How far a preload has come: all of it, whatever part was done by earlier calls.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_preloaded {
    /// The size of this struct: tillbook_preloaded_init sets it.
    pub struct_size: usize,
    /// Cards that are dealt with.
    pub done: i64,
    /// How many there are; -1: not known yet.
    pub total: i64,
    /// Read from a remote now.
    pub found: i64,
    /// Of those, the ones of which another remote that may know them did not tell.
    pub partial: i64,
    /// Passed over, since they were read lately.
    pub fresh: i64,
    /// The remotes know no such card.
    pub absent: i64,
    /// The remotes' answers were of no use.
    pub failed: i64,
    /// Why the call ended, TILLBOOK_PRELOAD_*.
    pub end: i32,
    /// 0.
    pub reserved: i32,
    /// Where to go on: the next call's `after`, in another process and days later as well; empty: all are dealt with.
    pub next: [c_char; 512],
}

sized!(tillbook_preload_query(reserved), tillbook_preloaded);

/// No list is longer: as the till says.
const MOST_NUMBERS: usize = 1_000_000;

impl tillbook_preload_query {
    unsafe fn query(&self) -> Result<PreloadQuery, Fault> {
        let (from, to, search) = unsafe { (self.from.get("from")?, self.to.get("to")?, self.search.get("search")?) };
        let members = flag("members", self.members)?;
        let cards = match (unsafe { self.numbers() }?, from, to, search, members) {
            (Some(numbers), None, None, None, false) => PreloadCards::Numbers(numbers),
            (None, Some(from), Some(to), None, false) => PreloadCards::Range { from, to },
            (None, None, None, Some(text), false) => PreloadCards::Search(text),
            (None, None, None, None, true) => PreloadCards::Members,
            (None, None, None, None, false) => return Err(Fault::Null("numbers")),
            (None, Some(_), None, None, false) => return Err(Fault::Null("to")),
            (None, None, Some(_), None, false) => return Err(Fault::Null("from")),
            _ => return Err(Fault::Value { field: "numbers", rule: "must be given one way only" }),
        };
        let mut query = PreloadQuery::new(cards);
        query.max_age = match given("has_max_age", self.has_max_age, self.max_age_s)? {
            Some(seconds) => {
                let negative = |_| Fault::Value { field: "max_age_s", rule: "must not be negative" };
                Some(Duration::from_secs(u64::try_from(seconds).map_err(negative)?))
            }
            None => None,
        };
        let millis = |said: u32, default| if said == 0 { default } else { Duration::from_millis(said.into()) };
        query.budget = millis(self.budget_ms, query.budget);
        query.timeout = millis(self.timeout_ms, query.timeout);
        query.pace = millis(self.pace_ms, query.pace);
        Ok(query)
    }

    unsafe fn numbers(&self) -> Result<Option<Vec<String>>, Fault> {
        match (self.numbers.is_null(), self.numbers_count) {
            (true, 0) => Ok(None),
            (true, _) => Err(Fault::Null("numbers")),
            (false, count) if count > MOST_NUMBERS => {
                Err(Fault::Value { field: "numbers", rule: "has too many elements" })
            }
            (false, count) => {
                let each = (0..count).map(|at| unsafe { self.numbers.add(at).read_unaligned().required("numbers") });
                each.collect::<Result<_, _>>().map(Some)
            }
        }
    }
}

/// Takes cards into the book, so that they can be served in an outage: deals with at most `at_most` of them and returns. `after` is
/// `next` of the call before, with the same cards; NULL: from the beginning. Cards are read one after another, waiting for the
/// remote; cashiers' calls go on beside it. Any thread.
///
/// Errors: UNSUPPORTED where the remote has no such search or list; REMOTE_REFUSED where it refuses that; INVALID_INPUT, BAD_STRUCT,
/// BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_preload_step(
    till: *mut tillbook_till,
    query: *const tillbook_preload_query,
    after: *const c_char,
    after_size: usize,
    at_most: u32,
    preloaded: *mut tillbook_preloaded,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(preloaded) }?;
        let till = till_of(till)?;
        let query = unsafe { read(query)?.query() }?;
        let after = if after.is_null() { None } else { Some(unsafe { text_at(after, after_size, "after") }?) };
        let said = till.till.preload_step(&query, after, at_most)?;
        let progress = said.progress;
        place.put(&tillbook_preloaded {
            done: clamped(progress.done),
            total: progress.total.map_or(-1, clamped),
            found: clamped(progress.found),
            partial: clamped(progress.partial),
            fresh: clamped(progress.fresh),
            absent: clamped(progress.absent),
            failed: clamped(progress.failed),
            end: match said.end {
                PreloadEnd::Complete => TILLBOOK_PRELOAD_COMPLETE,
                PreloadEnd::StepDone => TILLBOOK_PRELOAD_STEP_DONE,
                PreloadEnd::OutOfTime => TILLBOOK_PRELOAD_OUT_OF_TIME,
                PreloadEnd::Cancelled => TILLBOOK_PRELOAD_CANCELLED,
                PreloadEnd::Unreachable => TILLBOOK_PRELOAD_UNREACHABLE,
            },
            next: fixed_optional(said.next.as_deref()),
            ..tillbook_preloaded::empty()
        });
        Ok(())
    })
}
