//! Where the library's own log goes: to the host, from a thread of its own, so that no lock is held.

use std::collections::VecDeque;
use std::ffi::{c_char, c_void};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ::log::{Level, LevelFilter, Metadata, Record};

use crate::error::{TILLBOOK_DONE, TILLBOOK_OK, tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::{guard, guarded, own};
use crate::money::{clamped, millis};
use crate::sized::{Place, SizedStruct, sized};
use crate::text::fixed;
use crate::transport::Destroy;
use crate::watch::tillbook_destroy_callback;

/// Nothing is logged: the beginning.
pub const TILLBOOK_LOG_OFF: i32 = 0;
/// What was not done and should have been.
pub const TILLBOOK_LOG_ERROR: i32 = 1;
/// What support staff should know of.
pub const TILLBOOK_LOG_WARN: i32 = 2;
/// What happens.
pub const TILLBOOK_LOG_INFO: i32 = 3;
/// Everything.
pub const TILLBOOK_LOG_DEBUG: i32 = 4;

/// A line of the log. It holds no personal data and no secret.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_log_record {
    /// The size of this struct: tillbook_log_record_init sets it.
    pub struct_size: usize,
    /// TILLBOOK_LOG_ERROR to TILLBOOK_LOG_DEBUG.
    pub level: i32,
    /// How many lines were lost before this one, because nobody took them.
    pub lost: i32,
    /// When, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The line; what does not fit is cut and ends in "…".
    pub text: [c_char; 1024],
}

sized!(tillbook_log_record);

/// Takes a line of the log. `record` lives until the function returns.
pub type tillbook_log_callback = Option<unsafe extern "C" fn(user: *mut c_void, record: *const tillbook_log_record)>;

/// So many lines are kept for a host that is slow to take them.
const MOST: usize = 1024;

struct Sink {
    call: unsafe extern "C" fn(*mut c_void, *const tillbook_log_record),
    host: Destroy,
}

struct State {
    lines: VecDeque<tillbook_log_record>,
    lost: i32,
    sink: Option<Arc<Sink>>,
    /// The thread that calls the sink.
    running: bool,
}

static STATE: Mutex<State> = Mutex::new(State { lines: VecDeque::new(), lost: 0, sink: None, running: false });
static MORE: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Logger;

impl ::log::Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Other libraries' lines may show what a request carries.
        metadata.level() <= ::log::max_level() && metadata.target().starts_with("tillbook")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut line = tillbook_log_record {
            level: match record.level() {
                Level::Error => TILLBOOK_LOG_ERROR,
                Level::Warn => TILLBOOK_LOG_WARN,
                Level::Info => TILLBOOK_LOG_INFO,
                Level::Debug | Level::Trace => TILLBOOK_LOG_DEBUG,
            },
            at: clamped(millis(since)),
            text: fixed(&record.args().to_string()),
            ..tillbook_log_record::empty()
        };
        let mut state = state();
        if state.lines.len() >= MOST {
            state.lost = state.lost.saturating_add(1);
            return;
        }
        line.lost = std::mem::take(&mut state.lost);
        state.lines.push_back(line);
        drop(state);
        MORE.notify_all();
    }

    fn flush(&self) {}
}

/// The life of the thread "tillbook-log".
fn carry_out() {
    loop {
        let (line, sink) = {
            let mut state = state();
            loop {
                let Some(sink) = state.sink.clone() else {
                    state.running = false;
                    return;
                };
                if let Some(line) = state.lines.pop_front() {
                    break (line, sink);
                }
                drop(sink);
                state = MORE.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        unsafe { (sink.call)(sink.host.user(), &raw const line) };
    }
}

/// Says what of the log the host wants, for the whole process: lines down to `level` (TILLBOOK_LOG_*), given to `callback`
/// on a thread of the library's own ("tillbook-log"), one at a time, with no lock held. It may call the library. Without a
/// callback (NULL) the lines wait to be fetched with tillbook_next_log. A second call replaces the first. `destroy` (may be
/// NULL) is called when the callback was replaced and is not running; also where this function fails. Any thread.
///
/// Errors: INVALID_INPUT, STORAGE (no thread).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_set_log(
    level: i32,
    callback: tillbook_log_callback,
    user: *mut c_void,
    destroy: tillbook_destroy_callback,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let host = Destroy::new(user, destroy);
        own();
        let filter = match level {
            TILLBOOK_LOG_OFF => LevelFilter::Off,
            TILLBOOK_LOG_ERROR => LevelFilter::Error,
            TILLBOOK_LOG_WARN => LevelFilter::Warn,
            TILLBOOK_LOG_INFO => LevelFilter::Info,
            TILLBOOK_LOG_DEBUG => LevelFilter::Debug,
            _ => return Err(Fault::Value { field: "level", rule: "is none of its constants" }),
        };
        let sink = callback.map(|call| Arc::new(Sink { call, host }));
        let replaced = {
            let mut state = state();
            if sink.is_some() && !state.running {
                std::thread::Builder::new()
                    .name("tillbook-log".into())
                    .spawn(carry_out)
                    .map_err(|_| Fault::NoThread)?;
                state.running = true;
            }
            std::mem::replace(&mut state.sink, sink)
        };
        MORE.notify_all();
        // No lock is held: this may call the host.
        drop(replaced);
        // In a program that has a logger of its own for Rust, the lines go there.
        if ::log::set_logger(&Logger).is_ok() || filter != ::log::max_level() {
            ::log::set_max_level(filter);
        }
        Ok(())
    })
}

/// The next line of the log, or DONE: the polling twin of the callback of tillbook_set_log. Any thread.
///
/// Errors: NULL_ARGUMENT, BAD_STRUCT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_next_log(
    record: *mut tillbook_log_record,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guarded(err, || {
        let place = unsafe { Place::at(record) }?;
        let line = state().lines.pop_front();
        Ok(match line {
            Some(line) => {
                place.put(&line);
                TILLBOOK_OK
            }
            None => TILLBOOK_DONE,
        })
    })
}
