//! What only a remote knows, asked while somebody waits; and what a remote tells of its own accord.

use std::ffi::c_char;

use tillbook::{Member, Points, PointsRecord};

use crate::codes::code;
use crate::error::{freed, tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::handle::{self, handle};
use crate::list::{List, hand_out, next};
use crate::money::clamped;
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, sized};
use crate::text::{Arena, bytes_at, text_at};

/// How many points a member has now, and ever had.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_points_statistics {
    /// The size of this struct: tillbook_points_statistics_init sets it.
    pub struct_size: usize,
    /// Now.
    pub current: i64,
    /// Ever granted, where has_total is 1.
    pub total: i64,
    /// Ever used, where has_used is 1.
    pub used: i64,
    /// 1: `total` is told. Else 0.
    pub has_total: i32,
    /// 1: `used` is told. Else 0.
    pub has_used: i32,
}

/// A page of something that a remote has.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_page {
    /// The size of this struct: tillbook_page_init sets it.
    pub struct_size: usize,
    /// Which page it is, from 1 on.
    pub page: i64,
    /// How many pages there are; 0: not told.
    pub pages: i64,
    /// How many there are on all pages; -1: not told.
    pub total: i64,
}

/// A member as a remote has it. Holds personal data: keep it out of logs. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_member {
    /// The size of this struct: tillbook_member_init sets it.
    pub struct_size: usize,
    /// What the remote calls it; NULL: not told.
    pub reference: *const c_char,
    /// Its name; NULL: not told.
    pub name: *const c_char,
    /// Its phone; NULL: not told.
    pub phone: *const c_char,
    /// Its birthday as YYYY-MM-DD; NULL: not told.
    pub birthday: *const c_char,
    /// Its level; NULL: not told.
    pub level: *const c_char,
    /// TILLBOOK_GENDER_*; 0: not told.
    pub gender: i32,
    /// 1: nothing is said against it. Else 0.
    pub active: i32,
    /// Its points, where has_points is 1.
    pub points: i64,
    /// Its growth, where has_growth is 1.
    pub growth: i64,
    /// 1: `points` is told. Else 0.
    pub has_points: i32,
    /// 1: `growth` is told. Else 0.
    pub has_growth: i32,
}

/// A line of a member's points history as the remote has it. Strings are owned by the list.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_points_record {
    /// The size of this struct: tillbook_points_record_init sets it.
    pub struct_size: usize,
    /// Its identifier.
    pub id: *const c_char,
    /// How many, below zero where they were taken.
    pub points: i64,
    /// For people.
    pub description: *const c_char,
    /// When, as the remote writes it.
    pub at: *const c_char,
}

sized!(tillbook_points_statistics, tillbook_page, tillbook_member, tillbook_points_record);

/// Members. One thread at a time.
pub struct tillbook_members {
    _opaque: (),
}

handle!(tillbook_members = 18, "members", List<tillbook_member>);

/// Lines of a points history. One thread at a time.
pub struct tillbook_points_records {
    _opaque: (),
}

handle!(tillbook_points_records = 19, "points_records", List<tillbook_points_record>);

/// Bytes that the library made. One thread at a time.
pub struct tillbook_buffer {
    _opaque: (),
}

handle!(tillbook_buffer = 21, "buffer", Vec<u8>);

fn member_row(member: Member, arena: &mut Arena) -> tillbook_member {
    let holder = member.holder;
    tillbook_member {
        reference: arena.optional(member.reference.as_deref()),
        name: arena.optional(holder.name.as_deref()),
        phone: arena.optional(holder.phone.as_deref()),
        birthday: arena.optional(holder.birthday.map(|date| date.to_string()).as_deref()),
        level: arena.optional(member.level.as_deref()),
        gender: code(holder.gender),
        active: i32::from(member.active),
        points: member.points.map_or(0, Points::get),
        growth: member.growth.unwrap_or(0),
        has_points: i32::from(member.points.is_some()),
        has_growth: i32::from(member.growth.is_some()),
        ..tillbook_member::empty()
    }
}

fn record_row(record: PointsRecord, arena: &mut Arena) -> tillbook_points_record {
    tillbook_points_record {
        id: arena.text(&record.id),
        points: record.points.get(),
        description: arena.text(&record.description),
        at: arena.text(&record.at),
        ..tillbook_points_record::empty()
    }
}

fn page_row(page: u32, pages: Option<u32>, total: Option<u64>) -> tillbook_page {
    tillbook_page {
        page: page.into(),
        pages: pages.unwrap_or(0).into(),
        total: total.map_or(-1, clamped),
        ..tillbook_page::empty()
    }
}

/// How many points a member has now, and ever had. Asks the remote and waits at most `timeout_ms` milliseconds (0: the
/// configured time-out). Any thread.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
/// POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_points_statistics_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    timeout_ms: u32,
    statistics: *mut tillbook_points_statistics,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(statistics) }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        let till = till_of(till)?;
        let said = till.till.points_statistics(card, till.wait(timeout_ms))?;
        place.put(&tillbook_points_statistics {
            current: said.current.get(),
            total: said.total.map_or(0, Points::get),
            used: said.used.map_or(0, Points::get),
            has_total: i32::from(said.total.is_some()),
            has_used: i32::from(said.used.is_some()),
            ..tillbook_points_statistics::empty()
        });
        Ok(())
    })
}

/// A page of a member's points history as the remote has it, pages from 1, at most 200 lines a page. Asks the remote and
/// waits at most `timeout_ms` milliseconds (0: the configured time-out). `page_info` may be NULL. Any thread; free the list
/// with tillbook_points_records_free.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
/// POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_points_history_of(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    page: u32,
    page_size: u32,
    timeout_ms: u32,
    list: *mut *mut tillbook_points_records,
    page_info: *mut tillbook_page,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let place = unsafe { Place::optional(page_info) }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        let till = till_of(till)?;
        let said = till.till.points_history(card, page, page_size, till.wait(timeout_ms))?;
        hand_out(&out, List::of(said.records, record_row))?;
        if let Some(place) = place {
            place.put(&page_row(said.page, None, said.total));
        }
        Ok(())
    })
}

/// The next line, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_points_records_next(
    list: *mut tillbook_points_records,
    row: *mut tillbook_points_record,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_points_records_free(list: *mut tillbook_points_records) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// A page of the merchant's members, pages from 1, at most 200 a page; they are in the book from then on. Asks the remote and
/// waits at most `timeout_ms` milliseconds (0: the configured time-out). `page_info` may be NULL. Any thread; free the list
/// with tillbook_members_free.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, STORAGE,
/// POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_pull_members(
    till: *mut tillbook_till,
    page: u32,
    page_size: u32,
    timeout_ms: u32,
    list: *mut *mut tillbook_members,
    page_info: *mut tillbook_page,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(list, "list") }?;
        let place = unsafe { Place::optional(page_info) }?;
        let till = till_of(till)?;
        let said = till.till.pull_members(page, page_size, till.wait(timeout_ms))?;
        hand_out(&out, List::of(said.members, member_row))?;
        if let Some(place) = place {
            place.put(&page_row(said.page, said.pages, said.total));
        }
        Ok(())
    })
}

/// The next member, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_members_next(
    list: *mut tillbook_members,
    row: *mut tillbook_member,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(list, row, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_members_free(list: *mut tillbook_members) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(list))
}

/// A code for a member to show elsewhere, as text in a buffer. Asks the remote and waits at most `timeout_ms` milliseconds
/// (0: the configured time-out). Any thread; free the buffer with tillbook_buffer_free.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_member_code(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    timeout_ms: u32,
    member_code: *mut *mut tillbook_buffer,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(member_code, "member_code") }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        let till = till_of(till)?;
        out.put(buffer(till.till.member_code(card, till.wait(timeout_ms))?.into_bytes())?);
        Ok(())
    })
}

/// Sends a code to a phone. Asks the remote once: whether an unanswered one has been sent nobody can tell. Waits at most
/// `timeout_ms` milliseconds (0: the configured time-out). Any thread.
///
/// Errors: REMOTE_REFUSED (the day's limit); UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_send_sms(
    till: *mut tillbook_till,
    phone: *const c_char,
    phone_size: usize,
    timeout_ms: u32,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let phone = unsafe { text_at(phone, phone_size, "phone") }?;
        let till = till_of(till)?;
        Ok(till.till.send_sms(phone, till.wait(timeout_ms))?)
    })
}

/// Whether that was the code that the phone was sent: `right` becomes 1 or 0. Asks the remote and waits at most
/// `timeout_ms` milliseconds (0: the configured time-out). Any thread.
///
/// Errors: UNREACHABLE, REMOTE_REFUSED, UNSUPPORTED, NOT_FOUND, INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_judge_sms(
    till: *mut tillbook_till,
    phone: *const c_char,
    phone_size: usize,
    sms_code: *const c_char,
    sms_code_size: usize,
    timeout_ms: u32,
    right: *mut i32,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(right, "right") }?;
        let phone = unsafe { text_at(phone, phone_size, "phone") }?;
        let sms_code = unsafe { text_at(sms_code, sms_code_size, "sms_code") }?;
        let till = till_of(till)?;
        out.put(i32::from(till.till.judge_sms(phone, sms_code, till.wait(timeout_ms))?));
        Ok(())
    })
}

/// Takes in what a remote has pushed, as its request's body came in; `answer` becomes the body to answer it with. Nothing in a
/// push becomes a balance or a state: it makes the till ask. Any thread; free the buffer with tillbook_buffer_free.
///
/// Errors: REMOTE_REFUSED: the signature is not the platform's, so answer nothing; INVALID_INPUT: it is no push, or no
/// configured remote; UNSUPPORTED; DISK_FULL, STORAGE: not taken in, let it come again; BAD_TEXT, NULL_ARGUMENT, STORAGE,
/// POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_apply_push(
    till: *mut tillbook_till,
    provider: *const c_char,
    provider_size: usize,
    body: *const u8,
    body_size: usize,
    answer: *mut *mut tillbook_buffer,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(answer, "answer") }?;
        let provider = unsafe { text_at(provider, provider_size, "provider") }?;
        let body = unsafe { bytes_at(body, body_size, "body") }?;
        out.put(buffer(till_of(till)?.till.apply_push(provider, body)?)?);
        Ok(())
    })
}

/// A buffer with a NUL behind it, so that text can be read as such.
pub(crate) fn buffer(mut bytes: Vec<u8>) -> Result<*mut tillbook_buffer, crate::fault::Fault> {
    bytes.push(0);
    handle::insert(std::sync::Arc::new(bytes))
}

/// A buffer's bytes, owned by it. A NUL that is not counted stands behind them. `size` may be NULL.
///
/// Errors: NULL_ARGUMENT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_buffer_bytes(
    buffer: *const tillbook_buffer,
    bytes: *mut *const u8,
    size: *mut usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(bytes, "bytes") }?;
        let held = handle::get(buffer)?;
        out.put(held.as_ptr());
        if let Ok(size) = unsafe { Out::at(size, "size") } {
            size.put(held.len() - 1);
        }
        Ok(())
    })
}

/// Frees a buffer and its bytes. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_buffer_free(buffer: *mut tillbook_buffer) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(buffer))
}
