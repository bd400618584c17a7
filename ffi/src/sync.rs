//! The queue: driving it, and how it stands.

use std::ffi::c_char;
use std::mem::offset_of;
use std::time::Duration;

use tillbook::{Link, RemoteStatus, SyncStatus};

use crate::error::{freed, tillbook_error, tillbook_status};
use crate::guard::guard;
use crate::handle::handle;
use crate::list::{List, hand_out, next};
use crate::money::{clamped, millis, time};
use crate::open::{till_of, tillbook_till};
use crate::sized::{Out, Place, SizedStruct, sized};
use crate::text::{Arena, fixed_optional};

/// The remote has answered lately.
pub const TILLBOOK_LINK_UP: i32 = 1;
/// The remote has not been asked for a while.
pub const TILLBOOK_LINK_UNKNOWN: i32 = 2;
/// The remote has asked to be left alone for a while.
pub const TILLBOOK_LINK_PAUSED: i32 = 3;
/// The remote does not answer; it is probed from time to time.
pub const TILLBOOK_LINK_DOWN: i32 = 4;
/// The remote refuses this till altogether; it is probed from time to time.
pub const TILLBOOK_LINK_HALTED: i32 = 5;

/// How the queue stands.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_sync_status {
    /// The size of this struct: tillbook_sync_status_init sets it.
    pub struct_size: usize,
    /// TILLBOOK_LINK_*: whether the remote is there; of several, the one that fares worst.
    pub link: i32,
    /// 0.
    pub reserved: i32,
    /// Until when the remote wants to be left alone (LINK_PAUSED), in milliseconds since 1970 UTC; else 0.
    pub paused_until: i64,
    /// Operations on their way to the remotes: queued, being sent, in doubt.
    pub queued: i64,
    /// Operations that wait for a person.
    pub waiting_for_people: i64,
    /// Operations that this book has ever taken for applied on evidence that another till's could have left.
    pub inferred: i64,
    /// Operations finished in this drain; after its end, in the last one.
    pub done: i64,
    /// Those and the ones on their way.
    pub total: i64,
    /// For how long that has been going on, in milliseconds.
    pub elapsed_ms: i64,
    /// Finished operations a minute.
    pub per_minute: i64,
    /// When something becomes due next, in milliseconds since 1970 UTC; 0 if nothing is.
    pub next_due: i64,
    /// Why the remote refuses (LINK_HALTED), for support staff.
    pub halted: [c_char; 256],
    /// Why nothing is sent although the remote may be there: the book is an older copy of itself, and nobody has gone on with it yet
    /// (tillbook_go_on_after_restore). Empty: it is none.
    pub restored: [c_char; 256],
}

/// How one remote fares.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_remote {
    /// The size of this struct: tillbook_remote_init sets it.
    pub struct_size: usize,
    /// "sandy", "freemud", "gree" or "yonyou". Owned by the list.
    pub provider: *const c_char,
    /// TILLBOOK_LINK_*.
    pub link: i32,
    /// 0.
    pub reserved: i32,
    /// Until when it wants to be left alone (LINK_PAUSED), in milliseconds since 1970 UTC; else 0.
    pub paused_until: i64,
    /// Why it refuses (LINK_HALTED), for support staff; else NULL. Owned by the list.
    pub halted: *const c_char,
}

/// Remotes and how they fare. One thread at a time.
pub struct tillbook_remotes {
    _opaque: (),
}

sized!(tillbook_sync_status = offset_of!(tillbook_sync_status, restored), tillbook_remote);
handle!(tillbook_remotes = 5, "remotes", List<tillbook_remote>);

fn link(link: &Link) -> (i32, i64, Option<&str>) {
    match link {
        Link::Up => (TILLBOOK_LINK_UP, 0, None),
        Link::Unknown => (TILLBOOK_LINK_UNKNOWN, 0, None),
        Link::Paused(until) => (TILLBOOK_LINK_PAUSED, until.millis(), None),
        Link::Down => (TILLBOOK_LINK_DOWN, 0, None),
        Link::Halted(why) => (TILLBOOK_LINK_HALTED, 0, Some(why)),
    }
}

pub(crate) fn status_row(status: &SyncStatus) -> tillbook_sync_status {
    let (code, paused_until, halted) = link(&status.link);
    tillbook_sync_status {
        link: code,
        paused_until,
        queued: clamped(status.queued),
        waiting_for_people: clamped(status.waiting_for_people),
        inferred: clamped(status.inferred),
        done: clamped(status.done),
        total: clamped(status.total),
        elapsed_ms: clamped(millis(status.elapsed)),
        per_minute: clamped(status.per_minute()),
        next_due: time(status.next_due),
        halted: fixed_optional(halted),
        restored: fixed_optional(status.restored.as_deref()),
        ..tillbook_sync_status::empty()
    }
}

fn remote_row(remote: RemoteStatus, arena: &mut Arena) -> tillbook_remote {
    let (code, paused_until, halted) = link(&remote.link);
    tillbook_remote {
        provider: arena.text(remote.provider),
        link: code,
        paused_until,
        halted: arena.optional(halted),
        ..tillbook_remote::empty()
    }
}

/// Drives the queue on this thread until nothing is due or `budget_ms` milliseconds are over, and tells how it stands. For
/// a host with a loop of its own: call it again at `next_due`, or every few seconds. Requests that other threads
/// carry are waited for within the budget. One that this thread has begun is carried through, so a call may take longer by
/// its time-out. `status` may be NULL. Any thread.
///
/// Errors: DISK_FULL, STORAGE, POISONED, CLOSED, BAD_HANDLE, BAD_STRUCT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_sync(
    till: *mut tillbook_till,
    budget_ms: u32,
    status: *mut tillbook_sync_status,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::optional(status) }?;
        let now = till_of(till)?.till.sync(Duration::from_millis(budget_ms.into()))?;
        if let Some(place) = place {
            place.put(&status_row(&now));
        }
        Ok(())
    })
}

/// How the queue stands. Any thread.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, STORAGE, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_sync_state(
    till: *mut tillbook_till,
    status: *mut tillbook_sync_status,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let place = unsafe { Place::at(status) }?;
        place.put(&status_row(&till_of(till)?.till.status()?));
        Ok(())
    })
}

/// How each remote fares. Any thread; free the list with tillbook_remotes_free.
///
/// Errors: as tillbook_sync_state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_remotes_of(
    till: *mut tillbook_till,
    remotes: *mut *mut tillbook_remotes,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(remotes, "remotes") }?;
        hand_out(&out, List::of(till_of(till)?.till.status()?.remotes, remote_row))
    })
}

/// The next remote, or DONE.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_remotes_next(
    remotes: *mut tillbook_remotes,
    remote: *mut tillbook_remote,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    next(remotes, remote, err)
}

/// Frees the list and its strings. NULL is fine.
///
/// Errors: BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_remotes_free(remotes: *mut tillbook_remotes) -> tillbook_status {
    guard(std::ptr::null_mut(), || freed(remotes))
}

/// Waits until the queue may stand otherwise than when `seen` was returned, at most `timeout_ms` milliseconds; `now` is the
/// number to come back with. Begin with 0. The polling twin of tillbook_on_status. Any thread.
///
/// Errors: NULL_ARGUMENT, POISONED, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_wait_for_change(
    till: *mut tillbook_till,
    seen: u64,
    timeout_ms: u32,
    now: *mut u64,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let out = unsafe { Out::at(now, "now") }?;
        out.put(till_of(till)?.till.wait_for_change(seen, Duration::from_millis(timeout_ms.into()))?);
        Ok(())
    })
}
