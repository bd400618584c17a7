//! Opening, closing and freeing a till.

use std::ffi::{c_char, c_void};
use std::mem::offset_of;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tillbook::{ChainKey, Config, Till, TillBuilder};

use crate::config::{from_struct, tillbook_config};
use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::{at_work_on, guard};
use crate::handle::{self, handle};
use crate::money::flag;
use crate::secret::HostSecrets;
use crate::sized::{Out, read, read_optional, sized};
use crate::text::{bytes_at, tillbook_str};
use crate::tokens::TokenBox;
use crate::transport::{HostTransport, tillbook_transport};
use crate::watch::Watch;

/// An open book. It may be used from any thread, by several at once. One process may have a book open once. After
/// tillbook_close its calls are CLOSED; after tillbook_free the handle is BAD_HANDLE.
pub struct tillbook_till {
    _opaque: (),
}

handle!(tillbook_till = 2, "till", TillBox);

/// What a till's handle names.
pub(crate) struct TillBox {
    pub(crate) till: Till,
    /// How long a call waits that does not say so itself.
    pub(crate) timeout: Duration,
    pub(crate) tokens: Option<Arc<TokenBox>>,
    pub(crate) watch: Mutex<Watch>,
    /// Without its secrets.
    pub(crate) configuration: serde_json::Value,
}

impl TillBox {
    /// A wait in milliseconds, 0 for the configured one.
    pub(crate) fn wait(&self, timeout_ms: u32) -> Duration {
        if timeout_ms == 0 { self.timeout } else { Duration::from_millis(timeout_ms.into()) }
    }

    fn close(&self, grace: Duration) {
        let ended = self.watch.lock().unwrap_or_else(PoisonError::into_inner).end();
        drop(ended);
        self.till.close(grace);
    }
}

/// The till of a handle.
pub(crate) fn till_of(handle: *const tillbook_till) -> Result<Arc<TillBox>, Fault> {
    at_work_on(handle);
    handle::get(handle)
}

/// How a till is opened. `path` and exactly one of `config`, `config_json` and `config_file` are required.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_open_options {
    /// The size of this struct: tillbook_open_options_init sets it.
    pub struct_size: usize,
    /// The book's file, in UTF-8 on every platform. It is made if it is not there.
    pub path: tillbook_str,
    /// The configuration as a struct.
    pub config: *const tillbook_config,
    /// The configuration as JSON text: the keys are those of docs/integrating.md and of each remote's page.
    pub config_json: tillbook_str,
    /// The configuration as the path of a JSON file.
    pub config_file: tillbook_str,
    /// The host's own HTTP transport, or NULL for the built-in one (TILLBOOK_FEATURE_HTTP).
    pub transport: *const tillbook_transport,
    /// 1: the host supplies the tokens of Gree and Yonyou (tillbook_give_token), because other programs use the same
    /// credentials. Default 0: the till gets them itself.
    pub host_tokens: i32,
    /// 0.
    pub reserved: i32,
    /// A SQLite VFS by its registered name. For tests; missing: the platform's own.
    pub vfs: tillbook_str,
    /// The key that the chain of the book's lines is kept with, at least 16 bytes, or NULL: who does not have it can't change a line
    /// without tillbook_check finding it.
    pub chain_key: *const u8,
    /// How many bytes.
    pub chain_key_size: usize,
    /// NULL, or where the host keeps secrets that the configuration names as {"host": "name"}: puts the secret of a name into
    /// `buffer`, which takes `buffer_size` bytes, and returns how many bytes it has, without a NUL; 0 or less: there is none. Called
    /// by tillbook_open, on its thread, and never again.
    pub secret: Option<
        unsafe extern "C" fn(user: *mut c_void, name: *const c_char, buffer: *mut c_char, buffer_size: usize) -> i32,
    >,
    /// For `secret`.
    pub secret_user: *mut c_void,
    /// Where the high-water file lies, by which an older copy of the book is told: in a folder that exists, is not the
    /// book's, and is not copied along with it. Missing: what the configuration says.
    pub high_water: tillbook_str,
    /// The key of an encrypted book, 32 bytes, or NULL. A new book is encrypted with it (TILLBOOK_FEATURE_ENCRYPTION).
    pub key: *const u8,
    /// How many bytes.
    pub key_size: usize,
}

sized!(tillbook_open_options(reserved) = offset_of!(tillbook_open_options, chain_key));

impl tillbook_open_options {
    /// # Safety
    /// Every pointer is as the header asks.
    unsafe fn config(&self) -> Result<Config, Fault> {
        let (json, file) = unsafe { (self.config_json.get("config_json")?, self.config_file.get("config_file")?) };
        let host = self.secret.map(|find| HostSecrets { find, user: self.secret_user });
        let read = |json: &str| match &host {
            Some(host) => Config::from_json_with(json, host),
            None => Config::from_json(json),
        };
        match (self.config.is_null(), json, file) {
            (false, None, None) => Ok(read(&unsafe { from_struct(self.config) }?)?),
            (true, Some(json), None) => Ok(read(&json)?),
            (true, None, Some(file)) => Ok(match &host {
                Some(host) => Config::from_file_with(file, host)?,
                None => Config::from_file(file)?,
            }),
            (true, None, None) => Err(Fault::Null("config")),
            _ => Err(Fault::Value { field: "config", rule: "must be given one way only" }),
        }
    }
}

/// Opens the book, or makes a new one. What a crash left behind is recovered first. Nothing is sent before a call asks for
/// it, tillbook_sync is called or tillbook_start_worker has started the worker. Any thread.
///
/// Errors: INVALID_CONFIG (the error names the key); BOOK_IN_USE, NOT_A_BOOK, NEWER_BOOK, CORRUPT, NO_PERMISSION, DISK_FULL,
/// WRONG_MERCHANT; INVALID_INPUT, NULL_ARGUMENT, BAD_STRUCT, BAD_TEXT. The transport's `destroy` has been called then, unless
/// `options` or `transport` itself could not be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_open(
    options: *const tillbook_open_options,
    till: *mut *mut tillbook_till,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        let options = unsafe { read(options) }?;
        // Before anything else can fail, so that `destroy` is called whatever comes.
        let transport = unsafe { read_optional(options.transport) }?.map(HostTransport::new).transpose()?;
        let out = unsafe { Out::at(till, "till") }?;
        let path = unsafe { options.path.required("path") }?;
        let config = unsafe { options.config() }?;
        let timeout = Duration::from_millis(config.timeout_ms);
        let configuration = config.masked();
        let mut builder = TillBuilder::new(config);
        if let Some(transport) = transport {
            builder = builder.transport(Arc::new(transport));
        }
        let tokens = flag("host_tokens", options.host_tokens)?.then(|| Arc::new(TokenBox::default()));
        if let Some(tokens) = &tokens {
            builder = builder.token_source(Arc::clone(tokens) as Arc<_>);
        }
        if let Some(vfs) = unsafe { options.vfs.get("vfs") }? {
            builder = builder.vfs(vfs);
        }
        if !options.chain_key.is_null() {
            let key = unsafe { bytes_at(options.chain_key, options.chain_key_size, "chain_key") }?;
            builder = builder.chain_key(ChainKey::new(key));
        }
        if let Some(high_water) = unsafe { options.high_water.get("high_water") }? {
            builder = builder.high_water(high_water);
        }
        if !options.key.is_null() {
            builder = builder.key(unsafe { bytes_at(options.key, options.key_size, "key") }?);
        }
        let till = builder.open(path)?;
        let opened = TillBox { till, timeout, tokens, watch: Mutex::default(), configuration };
        out.put(handle::insert(Arc::new(opened))?);
        Ok(())
    })
}

/// Closes the book. Requests under way get `grace_ms` milliseconds to end, and calls that wait for them their answer; then
/// every call returns CLOSED until the handle is freed; what became of those that don't is found out when the book is opened again. No
/// callback but one that is about to begin comes any more. Closing twice is fine. Any thread, inside callbacks as well.
///
/// Errors: BAD_HANDLE, NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_close(
    till: *mut tillbook_till,
    grace_ms: u32,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || {
        handle::get(till.cast_const())?.close(Duration::from_millis(grace_ms.into()));
        Ok(())
    })
}

/// How long freeing waits for requests under way in a till that is not closed.
const GRACE: Duration = Duration::from_secs(1);

/// Frees the handle, and closes the till first if that has not been done, with a second's grace. NULL is fine. Any thread,
/// inside callbacks as well; calls of other threads that are under way end with CLOSED.
///
/// Errors: BAD_HANDLE, for one that was freed before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_free(till: *mut tillbook_till) -> tillbook_status {
    guard(std::ptr::null_mut(), || {
        if till.is_null() {
            return Ok(());
        }
        handle::remove(till)?.close(GRACE);
        Ok(())
    })
}

/// Starts a thread that forwards the queue by itself until the till is closed. A host without threads calls tillbook_sync
/// from its loop instead. Starting twice does nothing. Any thread.
///
/// Errors: STORAGE if the system gives no thread; NULL_ARGUMENT, CLOSED, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_start_worker(
    till: *mut tillbook_till,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    guard(err, || Ok(till_of(till)?.till.start_worker()?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use tillbook::{Clock, SandyConfig, SystemClock, Timestamp};

    use super::*;
    use crate::call_cards::{tillbook_consume, tillbook_consume_request};
    use crate::error::{TILLBOOK_OK, TILLBOOK_POISONED, TILLBOOK_REFUSED, tillbook_error_free, tillbook_error_info};
    use crate::receipt::tillbook_receipt;
    use crate::sized::SizedStruct;

    /// A clock that breaks when it is told to.
    struct Brittle {
        clock: SystemClock,
        breaks: AtomicBool,
    }

    impl Clock for Brittle {
        fn wall(&self) -> Timestamp {
            assert!(!self.breaks.load(Ordering::SeqCst), "the clock broke");
            self.clock.wall()
        }

        fn monotonic(&self) -> Duration {
            self.clock.monotonic()
        }
    }

    fn opened(dir: &std::path::Path, clock: &Arc<Brittle>) -> *mut tillbook_till {
        let sandy = SandyConfig::new("http://127.0.0.1:9", "agent", "{GUID}");
        let config = Config::new("Noodle House", "Store 1", "Till 3", sandy);
        let builder = TillBuilder::new(config).clock(Arc::clone(clock) as Arc<_>);
        let till = builder.open(dir.join("till.db")).unwrap();
        let opened = TillBox {
            till,
            timeout: Duration::from_secs(1),
            tokens: None,
            watch: Mutex::default(),
            configuration: serde_json::Value::Null,
        };
        handle::insert(Arc::new(opened)).unwrap()
    }

    fn consume(till: *mut tillbook_till) -> (i32, Option<tillbook_error_info>) {
        let text = |text: &'static std::ffi::CStr| tillbook_str { data: text.as_ptr(), size: text.to_bytes().len() };
        let call = crate::call::tillbook_call { delivery: 1, ..SizedStruct::empty() };
        let request = tillbook_consume_request {
            call: &raw const call,
            card: text(c"M000123"),
            total: 2000,
            ..SizedStruct::empty()
        };
        let (mut receipt, mut err) = (tillbook_receipt::empty(), std::ptr::null_mut());
        let status = unsafe { tillbook_consume(till, &raw const request, &raw mut receipt, &raw mut err) };
        let mut info = tillbook_error_info::empty();
        let told = unsafe { crate::error::tillbook_error_info_of(err, &raw mut info) } == TILLBOOK_OK;
        unsafe { tillbook_error_free(err) };
        (status, told.then_some(info))
    }

    #[test]
    fn a_panic_inside_poisons_the_till_and_the_shop_goes_on_after_close_and_open() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Brittle { clock: SystemClock::new(), breaks: AtomicBool::new(false) });
        let till = opened(dir.path(), &clock);
        assert_eq!(consume(till).0, TILLBOOK_REFUSED, "a card that was never seen");
        clock.breaks.store(true, Ordering::SeqCst);
        let (status, info) = consume(till);
        assert_eq!((status, info.unwrap().status), (TILLBOOK_POISONED, TILLBOOK_POISONED), "in the call that broke it");
        clock.breaks.store(false, Ordering::SeqCst);
        assert_eq!(consume(till).0, TILLBOOK_POISONED, "and in every later one");
        assert_eq!(unsafe { tillbook_close(till, 0, std::ptr::null_mut()) }, TILLBOOK_OK);
        assert_eq!(unsafe { tillbook_free(till) }, TILLBOOK_OK);
        let till = opened(dir.path(), &clock);
        assert_eq!(consume(till).0, TILLBOOK_REFUSED);
        assert_eq!(unsafe { tillbook_free(till) }, TILLBOOK_OK);
    }
}
