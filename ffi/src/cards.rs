//! Cards as the book knows them and as the remotes have them now.

use std::ffi::c_char;

use tillbook::{Balances, Card, CardAccount, CardNumber};

use crate::codes::{Code, code};
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next, next_plain};
use crate::money::time;
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, sized};
use crate::text::{Arena, fixed, fixed_optional, text_at};

/// A card as the book knows it. Balances are told three ways: as the remote last told them, with everything that is still
/// open, and what may be spent here and now. Money in fen, times in milliseconds since 1970 UTC, 0: never. Holds personal
/// data: keep it out of logs. Texts that do not fit are cut and end in "…".
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_card {
    /// The size of this struct: tillbook_card_init sets it.
    pub struct_size: usize,
    /// TILLBOOK_CARD_*.
    pub card_status: i32,
    /// The holder's gender, TILLBOOK_GENDER_*; 0: not known.
    pub gender: i32,
    /// Stored value as the remote last told it.
    pub money_confirmed: i64,
    /// Stored value with everything that is still open.
    pub money_expected: i64,
    /// Stored value that may be spent here and now.
    pub money_available: i64,
    /// As of when the confirmed money is.
    pub money_as_of: i64,
    /// Points as the remote last told them.
    pub points_confirmed: i64,
    /// Points with everything that is still open.
    pub points_expected: i64,
    /// Points that may be spent here and now.
    pub points_available: i64,
    /// As of when the confirmed points are.
    pub points_as_of: i64,
    /// Growth, where has_growth is 1.
    pub growth: i64,
    /// 1: a remote tells growth. Else 0.
    pub has_growth: i32,
    /// 0.
    pub reserved: i32,
    /// What the card owes from operations that were approved offline and refused later.
    pub owed: i64,
    /// When the card was last read.
    pub fetched_at: i64,
    /// Its number.
    pub number: [c_char; 136],
    /// Its level by name; empty: not known.
    pub level: [c_char; 136],
    /// The holder's name; empty: not known.
    pub name: [c_char; 264],
    /// The holder's phone; empty: not known.
    pub phone: [c_char; 40],
    /// The holder's birthday as YYYY-MM-DD; empty: not known.
    pub birthday: [c_char; 16],
    /// Why the card is on this till's exception list; empty: it is not.
    pub exception: [c_char; 256],
    /// The operation that holds the card's account: it is in doubt or waits for a person. Empty: none.
    pub held_by: [c_char; 72],
}

/// An account of a card at one remote. Money in fen, times in milliseconds since 1970 UTC.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_account {
    /// The size of this struct: tillbook_account_init sets it.
    pub struct_size: usize,
    /// "sandy", "freemud", "gree" or "yonyou". Owned by the list.
    pub provider: *const c_char,
    /// What the remote calls the account; NULL: not known. Owned by the list.
    pub reference: *const c_char,
    /// TILLBOOK_CARD_*, as this remote has it.
    pub card_status: i32,
    /// 0.
    pub reserved: i32,
    /// Stored value as the remote last told it.
    pub money_confirmed: i64,
    /// Stored value with everything that is still open.
    pub money_expected: i64,
    /// Stored value that may be spent here and now.
    pub money_available: i64,
    /// Points as the remote last told them.
    pub points_confirmed: i64,
    /// Points with everything that is still open.
    pub points_expected: i64,
    /// Points that may be spent here and now.
    pub points_available: i64,
    /// As of when the confirmed balances are; 0: never read.
    pub as_of: i64,
}

sized!(tillbook_card, tillbook_account);

/// Cards. One thread at a time.
pub struct tillbook_cards {
    _opaque: (),
}

handle!(tillbook_cards = 7, "cards", List<tillbook_card>);

/// Accounts of a card. One thread at a time.
pub struct tillbook_accounts {
    _opaque: (),
}

handle!(tillbook_accounts = 8, "accounts", List<tillbook_account>);

/// Texts. One thread at a time.
pub struct tillbook_texts {
    _opaque: (),
}

handle!(tillbook_texts = 9, "texts", List<*const c_char>);

pub(crate) fn card_row(card: &Card) -> tillbook_card {
    let (holder, money, points) = (&card.holder, &card.balances.money, &card.balances.points);
    tillbook_card {
        card_status: card.status.code(),
        gender: code(holder.gender),
        money_confirmed: money.confirmed.fen(),
        money_expected: money.expected.fen(),
        money_available: money.available.fen(),
        money_as_of: time(card.balances.as_of),
        points_confirmed: points.confirmed.get(),
        points_expected: points.expected.get(),
        points_available: points.available.get(),
        points_as_of: time(card.points_as_of),
        growth: card.growth.unwrap_or(0),
        has_growth: i32::from(card.growth.is_some()),
        owed: card.owed.fen(),
        fetched_at: time(card.fetched_at),
        number: fixed(card.number.as_str()),
        level: fixed_optional(card.level.as_deref()),
        name: fixed_optional(holder.name.as_deref()),
        phone: fixed_optional(holder.phone.as_deref()),
        birthday: fixed_optional(holder.birthday.map(|date| date.to_string()).as_deref()),
        exception: fixed_optional(card.exception.as_deref()),
        held_by: fixed_optional(card.held_by.as_ref().map(tillbook::OpId::as_str)),
        ..tillbook_card::empty()
    }
}

fn account_row(account: CardAccount, arena: &mut Arena) -> tillbook_account {
    let Balances { money, points, as_of } = account.balances;
    tillbook_account {
        provider: arena.text(&account.provider),
        reference: arena.optional(account.reference.as_deref()),
        card_status: account.status.code(),
        money_confirmed: money.confirmed.fen(),
        money_expected: money.expected.fen(),
        money_available: money.available.fen(),
        points_confirmed: points.confirmed.get(),
        points_expected: points.expected.get(),
        points_available: points.available.get(),
        as_of: time(as_of),
        ..tillbook_account::empty()
    }
}

/// A card as the book knows it, at once. Any thread.
///
/// Errors: NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_card_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    found: *mut tillbook_card,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(found) }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        place.put(&card_row(&till_of(till)?.till.card(card)?));
        Ok(())
    })
}

/// A card, read anew from every remote that it may have an account at. What does not answer within `timeout_ms`
/// milliseconds (0: the configured time-out) is shown as the book has it. Any thread.
///
/// Errors: NOT_FOUND if no remote and not the book knows it; UNREACHABLE or REMOTE_REFUSED if it is not in the book and
/// nobody could be asked; INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_serve_card(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    timeout_ms: u32,
    found: *mut tillbook_card,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(found) }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        let till = till_of(till)?;
        place.put(&card_row(&till.till.serve_card(card, till.wait(timeout_ms))?));
        Ok(())
    })
}

/// The member whom the remote of the members knows by this identifier. Asks it, and waits at most `timeout_ms` milliseconds
/// (0: the configured time-out). Any thread.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
/// POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_serve_member(
    till: *mut tillbook_till,
    id: *const c_char,
    id_size: usize,
    timeout_ms: u32,
    found: *mut tillbook_card,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(found) }?;
        let id = unsafe { text_at(id, id_size, "id") }?;
        let till = till_of(till)?;
        place.put(&card_row(&till.till.serve_member(id, till.wait(timeout_ms))?));
        Ok(())
    })
}

/// The member who shows a code: Gree's member code, Freemud's dynamic code. Otherwise as tillbook_serve_member.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
/// POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_serve_code(
    till: *mut tillbook_till,
    shown: *const c_char,
    shown_size: usize,
    timeout_ms: u32,
    found: *mut tillbook_card,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(found) }?;
        let shown = unsafe { text_at(shown, shown_size, "shown") }?;
        let till = till_of(till)?;
        place.put(&card_row(&till.till.serve_code(shown, till.wait(timeout_ms))?));
        Ok(())
    })
}

/// The cards of a phone number, at most 20: those in the book and, if the remotes answer within `timeout_ms` milliseconds (0:
/// the configured time-out), those they know. Any thread; free the list with tillbook_cards_free.
///
/// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_serve_phone(
    till: *mut tillbook_till,
    phone: *const c_char,
    phone_size: usize,
    timeout_ms: u32,
    list: *mut *mut tillbook_cards,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let phone = unsafe { text_at(phone, phone_size, "phone") }?;
        let till = till_of(till)?;
        let cards = till.till.serve_phone(phone, till.wait(timeout_ms))?;
        hand_out(&out, List::of(cards, |card, _| card_row(&card)))
    })
}

/// The cards of a phone number that are in the book, at most 20. At once. Any thread; free the list with tillbook_cards_free.
///
/// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_cards_by_phone(
    till: *mut tillbook_till,
    phone: *const c_char,
    phone_size: usize,
    list: *mut *mut tillbook_cards,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let phone = unsafe { text_at(phone, phone_size, "phone") }?;
        let till = till_of(till)?;
        hand_out(&out, List::of(till.till.cards_by_phone(phone)?, |card, _| card_row(&card)))
    })
}

/// The next card, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_cards_next(
    list: *mut tillbook_cards,
    row: *mut tillbook_card,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_cards_free(list: *mut tillbook_cards) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// A card's accounts at the remotes. Any thread; free the list with tillbook_accounts_free.
///
/// Errors: NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_accounts_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    list: *mut *mut tillbook_accounts,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        hand_out(&out, List::of(till_of(till)?.till.card(card)?.accounts, account_row))
    })
}

/// The next account, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_accounts_next(
    list: *mut tillbook_accounts,
    row: *mut tillbook_account,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_accounts_free(list: *mut tillbook_accounts) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// The numbers of all cards in the book, in order. Any thread; free the list with tillbook_texts_free.
///
/// Errors: NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_card_numbers(
    till: *mut tillbook_till,
    list: *mut *mut tillbook_texts,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let numbers = till_of(till)?.till.card_numbers()?;
        hand_out(&out, List::of(numbers, |number: CardNumber, arena| arena.text(number.as_str())))
    })
}

/// The next text, owned by the list, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_texts_next(
    list: *mut tillbook_texts,
    row: *mut *const c_char,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next_plain(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_texts_free(list: *mut tillbook_texts) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// Tells the till what a remote calls a card's account, where only a person or an import can know it: Yonyou's mid. Any
/// thread.
///
/// Errors: CONFLICT where another account has it, or where operations are open under another one; NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_set_reference(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    provider: *const c_char,
    provider_size: usize,
    reference: *const c_char,
    reference_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let card = unsafe { text_at(card, card_size, "card") }?;
        let provider = unsafe { text_at(provider, provider_size, "provider") }?;
        let reference = unsafe { text_at(reference, reference_size, "reference") }?;
        Ok(till_of(till)?.till.set_reference(card, provider, reference)?)
    })
}
