//! Finding a card by a part of its number, its holder's phone or name.

use std::ffi::c_char;

use tillbook::{Found, FoundCard, Matched, SearchQuery};

use crate::codes::{Code, TILLBOOK_MATCHED_NAME, TILLBOOK_MATCHED_NUMBER, TILLBOOK_MATCHED_PHONE};
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::flag;
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, SizedStruct, read, sized};
use crate::text::{Arena, tillbook_str};

/// What to look for among the cards that the book knows.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_search_query {
    /// The size of this struct: tillbook_search_query_init sets it.
    pub struct_size: usize,
    /// What the number, the phone or the name has in it, 1 to 64 characters. Required. Case, width, spaces and hyphens do not
    /// count.
    pub text: tillbook_str,
    /// At most so many cards, 1 to 100. 0: 20.
    pub limit: u32,
    /// 1: names and phones in full. For a screen that only the shop's own people see.
    pub unmasked: i32,
}

/// A card that was found. Holds personal data: keep it out of logs. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_found_card {
    /// The size of this struct: tillbook_found_card_init sets it.
    pub struct_size: usize,
    /// Its number, to make calls with. It may be the holder's phone: show `shown`.
    pub number: *const c_char,
    /// Its number as it may be shown: masked where it is a phone, unless unmasking was asked for.
    pub shown: *const c_char,
    /// The holder's name, masked unless unmasking was asked for; NULL: not known.
    pub name: *const c_char,
    /// The holder's phone, masked unless unmasking was asked for; NULL: not known.
    pub phone: *const c_char,
    /// The level's name; NULL: not known.
    pub level: *const c_char,
    /// Where the text was found, TILLBOOK_MATCHED_*.
    pub matched: i32,
    /// TILLBOOK_CARD_*.
    pub card_status: i32,
}

sized!(tillbook_search_query, tillbook_found_card);

/// Cards that were found. One thread at a time.
pub struct tillbook_found {
    _opaque: (),
}

handle!(tillbook_found = 22, "found", List<tillbook_found_card>);

fn found_row(card: FoundCard, arena: &mut Arena) -> tillbook_found_card {
    tillbook_found_card {
        number: arena.text(card.number.as_str()),
        shown: arena.text(&card.shown),
        name: arena.optional(card.name.as_deref()),
        phone: arena.optional(card.phone.as_deref()),
        level: arena.optional(card.level.as_deref()),
        matched: match card.matched {
            Matched::Number => TILLBOOK_MATCHED_NUMBER,
            Matched::Phone => TILLBOOK_MATCHED_PHONE,
            Matched::Name => TILLBOOK_MATCHED_NAME,
        },
        card_status: card.status.code(),
        ..tillbook_found_card::empty()
    }
}

impl tillbook_search_query {
    unsafe fn query(&self) -> Result<SearchQuery, Fault> {
        let query = SearchQuery::new(unsafe { self.text.required("text") }?).limit(self.limit as usize);
        Ok(if flag("unmasked", self.unmasked)? { query.unmasked() } else { query })
    }
}

/// Searches, and tells what was found.
///
/// # Safety
/// As the header asks.
pub(crate) unsafe fn found(
    query: *const tillbook_search_query,
    list: &Out<*mut tillbook_found>,
    has_more: *mut i32,
    search: impl FnOnce(SearchQuery) -> tillbook::Result<Found>,
) -> Result<(), Fault> {
    let found = search(unsafe { read(query)?.query() }?)?;
    let more = i32::from(found.has_more);
    hand_out(list, List::of(found.cards, found_row))?;
    if let Ok(has_more) = unsafe { Out::at(has_more, "has_more") } {
        has_more.put(more);
    }
    Ok(())
}

/// The cards that have a text in their number, phone or name: the one whose whole number it is first, then those whose whole
/// phone it is. `has_more` (may be NULL) is 1 where there are more than the list holds: ask with a longer text. From the book, at
/// once. Any thread; free the list with tillbook_found_free.
///
/// Errors: INVALID_INPUT for an empty text, one of more than 64 characters, control characters, a limit above 100;
/// NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_search(
    till: *mut tillbook_till,
    query: *const tillbook_search_query,
    list: *mut *mut tillbook_found,
    has_more: *mut i32,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let till = till_of(till)?;
        unsafe { found(query, &out, has_more, |query| till.till.search(query)) }
    })
}

/// The next card, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_found_next(
    list: *mut tillbook_found,
    row: *mut tillbook_found_card,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_found_free(list: *mut tillbook_found) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}
