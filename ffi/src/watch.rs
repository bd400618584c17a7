//! Callbacks: what a host is told of its own accord. One thread a till ("tillbook-watch") calls them all, with no lock held.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use tillbook::{ErrorCode, Notice, SyncStatus};

use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::{self, handle};
use crate::open::{TillBox, till_of, tillbook_till};
use crate::people::{notice_row, tillbook_notice};
use crate::sized::Out;
use crate::sync::{status_row, tillbook_sync_status};
use crate::text::Arena;
use crate::tokens::{tillbook_token_wanted, told};
use crate::transport::Destroy;

/// The watching thread looks by itself at least this often, and leaves as long between two looks at a busy queue.
const LOOK: Duration = Duration::from_millis(500);
const BREATH: Duration = Duration::from_millis(50);

/// Tells that the queue stands otherwise. `status` lives until the function returns.
pub type tillbook_status_callback =
    Option<unsafe extern "C" fn(user: *mut c_void, status: *const tillbook_sync_status)>;
/// Tells a notification that has come since. `notice` and its strings live until the function returns.
pub type tillbook_notice_callback = Option<unsafe extern "C" fn(user: *mut c_void, notice: *const tillbook_notice)>;
/// Tells that a token is wanted: call tillbook_give_token, here or later. `wanted` lives until the function returns.
pub type tillbook_token_callback =
    Option<unsafe extern "C" fn(user: *mut c_void, wanted: *const tillbook_token_wanted)>;
/// Gives `user` back: no call is running and none will come.
pub type tillbook_destroy_callback = Option<unsafe extern "C" fn(user: *mut c_void)>;

/// A registered callback. Any thread, inside the callback itself as well.
pub struct tillbook_listener {
    _opaque: (),
}

handle!(tillbook_listener = 4, "listener", Listener);

enum Call {
    Status(unsafe extern "C" fn(*mut c_void, *const tillbook_sync_status)),
    Notice(unsafe extern "C" fn(*mut c_void, *const tillbook_notice)),
    Token(unsafe extern "C" fn(*mut c_void, *const tillbook_token_wanted)),
}

/// What a listener's handle names.
pub(crate) struct Listener {
    removed: Arc<AtomicBool>,
}

/// What the watching thread works from. Dropping it gives the host's pointer back.
struct Subscription {
    call: Call,
    removed: Arc<AtomicBool>,
    host: Destroy,
    last_status: Option<SyncStatus>,
    last_notice: i64,
    asked_for: BTreeMap<String, Option<String>>,
}

/// A till's callbacks.
#[derive(Default)]
pub(crate) struct Watch {
    fresh: Vec<Subscription>,
    running: bool,
    ended: bool,
}

impl Watch {
    /// No further callback begins. What comes back is to be dropped when the lock is not held: the host is called then.
    #[must_use]
    pub(crate) fn end(&mut self) -> impl Drop + use<> {
        self.ended = true;
        Ended(std::mem::take(&mut self.fresh))
    }
}

struct Ended(Vec<Subscription>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.clear();
    }
}

/// Registers a callback.
fn listen(
    till: *mut tillbook_till,
    call: Option<Call>,
    user: *mut c_void,
    destroy: tillbook_destroy_callback,
    listener: *mut *mut tillbook_listener,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        // First of all, so that `destroy` is called whatever comes.
        let host = Destroy::new(user, destroy);
        let out = unsafe { Out::at(listener, "listener") }?;
        let call = call.ok_or(Fault::Null("callback"))?;
        let till = till_of(till)?;
        if matches!(call, Call::Token(_)) && till.tokens.is_none() {
            return Err(Fault::NoHostTokens);
        }
        // What stands there already is no news, and a closed till says so.
        let last_notice = till.till.notices()?.iter().map(|notice| notice.notice_no).max().unwrap_or(0);
        let removed = Arc::new(AtomicBool::new(false));
        let subscription = Subscription {
            call,
            removed: Arc::clone(&removed),
            host,
            last_status: None,
            last_notice,
            asked_for: BTreeMap::new(),
        };
        let handle = handle::insert(Arc::new(Listener { removed }))?;
        if let Err(refused) = taken_up(&till, subscription) {
            let (fault, subscription) = *refused;
            drop(handle::remove(handle));
            // No lock is held: this calls the host.
            drop(subscription);
            return Err(fault);
        }
        out.put(handle);
        Ok(())
    })
}

/// Hands a subscription to the watching thread, which is started if it is not there.
fn taken_up(till: &Arc<TillBox>, subscription: Subscription) -> Result<(), Box<(Fault, Subscription)>> {
    let mut watch = till.watch.lock().unwrap_or_else(PoisonError::into_inner);
    if watch.ended {
        return Err(Box::new((Fault::Closed, subscription)));
    }
    if !watch.running {
        let weak = Arc::downgrade(till);
        let spawned = std::thread::Builder::new().name("tillbook-watch".into()).spawn(move || look_after(&weak));
        if spawned.is_err() {
            return Err(Box::new((Fault::NoThread, subscription)));
        }
        watch.running = true;
    }
    watch.fresh.push(subscription);
    Ok(())
}

/// The watching thread's life.
fn look_after(till: &Weak<TillBox>) {
    let mut all: Vec<Subscription> = Vec::new();
    let mut seen = 0;
    while let Some(held) = till.upgrade() {
        // Held no longer than a look takes, so that freeing the till elsewhere ends this thread.
        let looked = take_a_look(&held, &mut all, &mut seen);
        if let Err(end) = looked {
            if end {
                let mut watch = held.watch.lock().unwrap_or_else(PoisonError::into_inner);
                watch.running = false;
                return;
            }
            // The book could not be read just now.
            drop(held);
            std::thread::sleep(LOOK);
        } else {
            drop(held);
            std::thread::sleep(BREATH);
        }
    }
}

/// Waits for a change, and tells every host what is new. The error says whether it was the last time.
fn take_a_look(till: &TillBox, all: &mut Vec<Subscription>, seen: &mut u64) -> Result<(), bool> {
    let over = || till.watch.lock().unwrap_or_else(PoisonError::into_inner).ended;
    let last = |error: &tillbook::Error| matches!(error.code(), ErrorCode::Closed | ErrorCode::Poisoned);
    if over() {
        return Err(true);
    }
    all.append(&mut till.watch.lock().unwrap_or_else(PoisonError::into_inner).fresh);
    all.retain(|subscription| !subscription.gone());
    *seen = till.till.wait_for_change(*seen, LOOK).map_err(|error| last(&error))?;
    for subscription in all {
        if over() {
            return Err(true);
        }
        subscription.look(till).map_err(|error| last(&error))?;
    }
    Ok(())
}

impl Subscription {
    fn gone(&self) -> bool {
        self.removed.load(Ordering::SeqCst)
    }

    /// Tells what is new.
    fn look(&mut self, till: &TillBox) -> tillbook::Result<()> {
        let user = self.host.user();
        match self.call {
            Call::Status(call) => {
                let status = till.till.status()?;
                let told = |status: &SyncStatus| SyncStatus { elapsed: Duration::ZERO, ..status.clone() };
                if self.last_status.as_ref().is_none_or(|last| told(last) != told(&status)) && !self.gone() {
                    let row = status_row(&status);
                    self.last_status = Some(status);
                    unsafe { call(user, &raw const row) };
                }
            }
            Call::Notice(call) => {
                let fresh: Vec<Notice> =
                    till.till.notices()?.into_iter().filter(|notice| notice.notice_no > self.last_notice).collect();
                for notice in fresh {
                    if self.gone() {
                        break;
                    }
                    self.last_notice = notice.notice_no;
                    let mut arena = Arena::default();
                    let row = notice_row(&notice, &mut arena);
                    unsafe { call(user, &raw const row) };
                }
            }
            Call::Token(call) => {
                let wanted = till.tokens.as_ref().map(|tokens| tokens.all_wanted()).unwrap_or_default();
                for (provider, refused) in &wanted {
                    if self.asked_for.get(provider) != Some(refused) && !self.gone() {
                        let row = told(provider, refused.as_deref());
                        unsafe { call(user, &raw const row) };
                    }
                }
                self.asked_for = wanted;
            }
        }
        Ok(())
    }
}

/// Calls `callback` whenever the queue stands otherwise, at first at once, on the till's own thread "tillbook-watch", one
/// call at a time. Quick changes are told together. It may call the till, remove its listener, close and free the till.
/// `destroy` (may be NULL) is called within a second after it was removed or the till was closed, when no call is running;
/// also where this function fails, but not in a forked process. Polling twin: tillbook_wait_for_change with tillbook_sync_state. Any thread.
///
/// Errors: NULL_ARGUMENT, CLOSED, STORAGE (no thread), BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_on_status(
    till: *mut tillbook_till,
    callback: tillbook_status_callback,
    user: *mut c_void,
    destroy: tillbook_destroy_callback,
    listener: *mut *mut tillbook_listener,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    listen(till, callback.map(Call::Status), user, destroy, listener, err)
}

/// Calls `callback` for each notification that comes from now on. Otherwise as tillbook_on_status; polling twin:
/// tillbook_notices_of.
///
/// Errors: as tillbook_on_status.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_on_notice(
    till: *mut tillbook_till,
    callback: tillbook_notice_callback,
    user: *mut c_void,
    destroy: tillbook_destroy_callback,
    listener: *mut *mut tillbook_listener,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    listen(till, callback.map(Call::Notice), user, destroy, listener, err)
}

/// Calls `callback` when a token is wanted from the host, once for each. Otherwise as tillbook_on_status; polling twin:
/// tillbook_next_token_wanted.
///
/// Errors: as tillbook_on_status; UNSUPPORTED without host_tokens.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_on_token_wanted(
    till: *mut tillbook_till,
    callback: tillbook_token_callback,
    user: *mut c_void,
    destroy: tillbook_destroy_callback,
    listener: *mut *mut tillbook_listener,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    listen(till, callback.map(Call::Token), user, destroy, listener, err)
}

/// Removes a callback and frees its handle. A call that is running or about to begin ends undisturbed, and `destroy` is called
/// after it: `user` has to live until then, and without `destroy` for ever. NULL is fine. Any thread, inside the callback as well.
///
/// Errors: BAD_HANDLE, for one that was removed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_listener_remove(listener: *mut tillbook_listener) -> tillbook_status {
    guard(std::ptr::null_mut(), || {
        if listener.is_null() {
            return Ok(());
        }
        handle::remove(listener)?.removed.store(true, Ordering::SeqCst);
        Ok(())
    })
}
