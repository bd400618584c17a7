//! Backups, restoring them, going on with an older copy, and another key.

use std::ffi::{c_char, c_void};

use tillbook::{BackupOptions, BackupProgress, Restore, Till};

use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::money::{clamped, flag};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Place, SizedStruct, read, sized};
use crate::text::{bytes_at, fixed_optional, text_at, tillbook_str};

/// How a backup is made.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_backup_request {
    /// The size of this struct: tillbook_backup_request_init sets it.
    pub struct_size: usize,
    /// The file. It has its name only once it is whole, checked and durable. Required.
    pub path: tillbook_str,
    /// 1: a file that is there is replaced, once the backup is whole. 0: it is a mistake.
    pub overwrite: i32,
    /// 0.
    pub reserved: i32,
    /// NULL, or called from time to time, on this thread: pages that have been copied, and how many there are. Returns 0 to go on,
    /// anything else to give the backup up.
    pub progress: Option<unsafe extern "C" fn(user: *mut c_void, copied: u64, pages: u64) -> i32>,
    /// For `progress`.
    pub user: *mut c_void,
}

/// What a backup holds.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_backup_report {
    /// The size of this struct: tillbook_backup_report_init sets it.
    pub struct_size: usize,
    /// Its length in bytes.
    pub bytes: i64,
    /// The form of the book that it is of.
    pub schema: i64,
}

/// Which backup is put in the place of which book.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_restore_request {
    /// The size of this struct: tillbook_restore_request_init sets it.
    pub struct_size: usize,
    /// The backup. Required.
    pub backup: tillbook_str,
    /// The book's file, which no till may have open. Required.
    pub path: tillbook_str,
    /// The book's high-water file, by which a backup of another book is refused. May be missing.
    pub high_water: tillbook_str,
    /// The key of an encrypted book and its backup, 32 bytes, or NULL.
    pub key: *const u8,
    /// How many bytes.
    pub key_size: usize,
}

/// What a restore has done.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_restore_report {
    /// The size of this struct: tillbook_restore_report_init sets it.
    pub struct_size: usize,
    /// The form of the backup's book. An older one is brought to the newer form when it is opened.
    pub schema: i64,
    /// Where the book is now that was replaced, with its log beside it; empty: there was none.
    pub replaced: [c_char; 1024],
}

sized!(tillbook_backup_request(reserved), tillbook_backup_report, tillbook_restore_request, tillbook_restore_report);

/// Copies the book into a file while the till trades on: everything that was committed when it began. What goes wrong leaves nothing
/// behind. The file is encrypted if the book is. It takes as long as reading and writing the book: not on the
/// thread that paints. Any thread.
///
/// Errors: INVALID_INPUT if there is a file of this name and it was not to be replaced; CORRUPT if the copy does not read back; DISK_FULL,
/// NO_PERMISSION, STORAGE, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_backup(
    till: *mut tillbook_till,
    request: *const tillbook_backup_request,
    report: *mut tillbook_backup_report,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(report) }?;
        let till = till_of(till)?;
        let request = unsafe { read(request) }?;
        let path = unsafe { request.path.required("path") }?;
        let mut options = BackupOptions::new().overwrite(flag("overwrite", request.overwrite)?);
        if let Some(tell) = request.progress {
            options = options.progress(move |progress: BackupProgress| unsafe {
                tell(request.user, progress.copied, progress.pages) == 0
            });
        }
        let made = till.till.backup(path, options)?;
        place.put(&tillbook_backup_report {
            bytes: clamped(made.bytes),
            schema: made.schema,
            ..tillbook_backup_report::empty()
        });
        Ok(())
    })
}

/// Checks a backup, and only then puts it in the place of a book. The replaced book is renamed, never deleted. Opened next, the book
/// knows itself to be an older copy: nothing is sent before tillbook_go_on_after_restore. Needs no till. Any thread.
///
/// Errors: BOOK_IN_USE; NOT_A_BOOK, NEWER_BOOK, CORRUPT, WRONG_KEY for what the backup is; INVALID_INPUT if it is of another book;
/// DISK_FULL, NO_PERMISSION, STORAGE, BAD_STRUCT, BAD_TEXT, NULL_ARGUMENT. The book is as it was then; where opening it says RESTORED,
/// restore once more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_restore(
    request: *const tillbook_restore_request,
    report: *mut tillbook_restore_report,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(report) }?;
        let request = unsafe { read(request) }?;
        let (backup, path) = unsafe { (request.backup.required("backup")?, request.path.required("path")?) };
        let mut restore = Restore::new(backup);
        if let Some(high_water) = unsafe { request.high_water.get("high_water") }? {
            restore = restore.high_water(high_water);
        }
        if !request.key.is_null() {
            restore = restore.key(unsafe { bytes_at(request.key, request.key_size, "key") }?);
        }
        let done = restore.run(path)?;
        let replaced = done.replaced.as_ref().map(|path| path.display().to_string());
        place.put(&tillbook_restore_report {
            schema: done.schema,
            replaced: fixed_optional(replaced.as_deref()),
            ..tillbook_restore_report::empty()
        });
        Ok(())
    })
}

/// A person goes on with a book that is an older copy of itself (tillbook_sync_status.restored): what waits is sent again. Make sure
/// first that the other one is gone: two tills that trade on one book charge twice. Recorded with who (at most 64 characters) and why
/// (at most 200). A book that is no older copy stays as it is. Any thread.
///
/// Errors: INVALID_INPUT, BAD_TEXT, NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_go_on_after_restore(
    till: *mut tillbook_till,
    who: *const c_char,
    who_size: usize,
    why: *const c_char,
    why_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let who = unsafe { text_at(who, who_size, "who") }?;
        let why = unsafe { text_at(why, why_size, "why") }?;
        Ok(till_of(till)?.till.go_on_after_restore(who, why)?)
    })
}

/// Encrypts the book with another key of 32 bytes. The next opening needs it; backups keep the key that they were made with. Write the
/// new key down before: should the machine die in here, one of the two opens the book. Needs TILLBOOK_FEATURE_ENCRYPTION. Any thread.
///
/// Errors: UNSUPPORTED for a book that is not encrypted, or a build that can't; INVALID_CONFIG for another length; INVALID_INPUT,
/// NULL_ARGUMENT, DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_rekey(
    till: *mut tillbook_till,
    key: *const u8,
    key_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let key = unsafe { bytes_at(key, key_size, "key") }?;
        let till = till_of(till)?;
        // Nothing but its life is asked of the till.
        till.till.policy()?;
        rekeyed(&till.till, key)
    })
}

#[cfg(feature = "encryption")]
fn rekeyed(till: &Till, key: &[u8]) -> Result<(), Fault> {
    Ok(till.rekey(key)?)
}

#[cfg(not(feature = "encryption"))]
fn rekeyed(_: &Till, _: &[u8]) -> Result<(), Fault> {
    Err(Fault::NoEncryption)
}
