//! Keeping a book: retention, forgetting, salvage.

use std::ffi::c_char;
use std::time::Duration;

use tillbook::salvage;

use crate::cards::tillbook_texts;
use crate::error::{tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::json;
use crate::list::{List, hand_out};
use crate::members::{buffer, tillbook_buffer};
use crate::money::clamped;
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, sized};
use crate::text::{fixed, fixed_optional, text_at};

/// What a turn of keeping house has done.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_house_kept {
    /// The size of this struct: tillbook_house_kept_init sets it.
    pub struct_size: usize,
    /// Attempts whose bytes were erased.
    pub purged: i64,
    /// Operations whose details went into the archive.
    pub archived: i64,
    /// 1: the budget was spent before all was done: call it again. Else 0.
    pub more: i32,
    /// 0.
    pub reserved: i32,
    /// The archive file; empty: nothing went into one.
    pub archive: [c_char; 1024],
}

/// What was erased about a holder.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_forgotten {
    /// The size of this struct: tillbook_forgotten_init sets it.
    pub struct_size: usize,
    /// Operations from which personal data was taken.
    pub operations: i64,
    /// The number under which the card's lines stand now: another one than before where the number was a phone's.
    pub number: [c_char; 136],
    /// 1: the rows are erased, but bytes of them may be left in unused space of the book's file or in its log: somebody was reading the
    /// book, the disk failed or had no room, or the file is larger than 256 MiB. tillbook_keep_house goes on with it, and so does forgetting
    /// `number` again. Else 0.
    pub traces_left: i32,
    /// 0.
    pub reserved: i32,
}

sized!(tillbook_house_kept, tillbook_forgotten);

/// Erases what is not needed any more, in small steps, until all is done or `budget_ms` is spent: bytes of requests and answers of
/// operations that have long been final, and, where the configuration's retention says so, their details, which go into an archive file
/// first. Lines of the book, operations and promises stay. Call it once a day, such as after the day was closed; the till may trade
/// meanwhile. Any thread.
///
/// Errors: DISK_FULL, STORAGE, NO_PERMISSION: what was not copied has not left the book; BAD_STRUCT, NULL_ARGUMENT, POISONED, CLOSED,
/// BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_keep_house(
    till: *mut tillbook_till,
    budget_ms: u32,
    kept: *mut tillbook_house_kept,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(kept) }?;
        let kept = till_of(till)?.till.keep_house(Duration::from_millis(budget_ms.into()))?;
        let archive = kept.archive.as_ref().map(|path| path.display().to_string());
        place.put(&tillbook_house_kept {
            purged: clamped(kept.purged),
            archived: clamped(kept.archived),
            more: i32::from(kept.more),
            archive: fixed_optional(archive.as_deref()),
            ..tillbook_house_kept::empty()
        });
        Ok(())
    })
}

/// Erases the holder of a card on request: name, phone, gender, birthday, and what operations and notes hold of these. Figures stay:
/// lines of the book and promises under the card's number, or under "forgotten-7" where the number is a phone's. What the remote keeps
/// is the remote's; the card comes back if it is served anew. `archives_missing` (may be NULL) has archive files that were not there or
/// could not be read or written anew: what they hold of the holder must be erased where they are now; free it with tillbook_texts_free. Any thread.
///
/// Errors: WRONG_STATE while operations of the card are open or wait for a person; NOT_FOUND, INVALID_INPUT, BAD_STRUCT, BAD_TEXT,
/// NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE; after DISK_FULL and STORAGE call it again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_forget(
    till: *mut tillbook_till,
    card: *const c_char,
    card_size: usize,
    who: *const c_char,
    who_size: usize,
    forgotten: *mut tillbook_forgotten,
    archives_missing: *mut *mut tillbook_texts,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(forgotten) }?;
        let card = unsafe { text_at(card, card_size, "card") }?;
        let who = unsafe { text_at(who, who_size, "who") }?;
        let done = till_of(till)?.till.forget(card, who)?;
        if let Ok(out) = unsafe { Out::at(archives_missing, "archives_missing") } {
            hand_out(&out, List::of(&done.archives_missing, |file, arena| arena.text(file)))?;
        }
        place.put(&tillbook_forgotten {
            operations: clamped(done.operations),
            number: fixed(&done.number),
            traces_left: i32::from(done.traces_left),
            ..tillbook_forgotten::empty()
        });
        Ok(())
    })
}

/// Saves whatever is readable of a damaged book into a new one at `into`. The damaged file is only read, and no till may have it open.
/// What could be read and not placed goes into a file beside it, `into` with ".leftover". `report` (may be NULL) is JSON: every table
/// with what was kept and lost. The new book is treated as one that was restored from an old copy. Needs room for two more copies.
/// Needs no till. Any thread; free the buffer with tillbook_buffer_free.
///
/// Errors: BOOK_IN_USE while a till has it open; INVALID_INPUT where `into` is there already, or a log or leftover of that name;
/// NOT_A_BOOK where nothing can be read, WRONG_KEY where it is encrypted; STORAGE, DISK_FULL, NO_PERMISSION, BAD_TEXT, NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_salvage(
    damaged: *const c_char,
    damaged_size: usize,
    into: *const c_char,
    into_size: usize,
    report: *mut *mut tillbook_buffer,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let damaged = unsafe { text_at(damaged, damaged_size, "damaged") }?;
        let into = unsafe { text_at(into, into_size, "into") }?;
        let saved = salvage(damaged, into)?;
        if let Ok(out) = unsafe { Out::at(report, "report") } {
            out.put(buffer(json::salvaged(&saved).to_string().into_bytes())?);
        }
        Ok(())
    })
}
