//! The host's own way to send requests.

use std::ffi::{CString, c_char, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use tillbook::{HttpMethod, HttpRequest, HttpResponse, Transport, TransportFailure};

use crate::error::{tillbook_error, tillbook_status};
use crate::fault::Fault;
use crate::guard::guard;
use crate::handle::{self, handle};
use crate::money::millis;
use crate::sized::{SizedStruct, sized};
use crate::text::{bytes_at, c_text, text_at};

/// `tillbook_transport.send` returns: there is an answer, whatever its status.
pub const TILLBOOK_SENT: i32 = 0;
/// `tillbook_transport.send` returns: certainly no byte of the request left (name, connection or TLS failed). Together with an
/// answer it counts as TILLBOOK_MAYBE_SENT.
pub const TILLBOOK_NOT_SENT: i32 = 1;
/// `tillbook_transport.send` returns: part or all of the request may have arrived. Also for a transport that can't tell.
pub const TILLBOOK_MAYBE_SENT: i32 = 2;

/// GET, without a body.
pub const TILLBOOK_HTTP_GET: i32 = 1;
/// POST with a body.
pub const TILLBOOK_HTTP_POST: i32 = 2;

/// A header field.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_http_header {
    /// Its name.
    pub name: *const c_char,
    /// Its value.
    pub value: *const c_char,
}

/// One request, whole. It and everything in it lives until `send` returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_http_request {
    /// The size of this struct as the library knows it.
    pub struct_size: usize,
    /// TILLBOOK_HTTP_GET or TILLBOOK_HTTP_POST.
    pub method: i32,
    /// 1: it must go over a connection that has not been used before.
    pub fresh_connection: i32,
    /// Absolute address, query included.
    pub url: *const c_char,
    /// The header fields, in order.
    pub headers: *const tillbook_http_header,
    /// How many.
    pub headers_count: usize,
    /// The body's exact bytes; NULL without one.
    pub body: *const u8,
    /// How many.
    pub body_size: usize,
    /// Everything together, from looking up the name to the answer's last byte, must end within so many milliseconds.
    pub timeout_ms: u64,
    /// An answer with a larger body is a failure (TILLBOOK_MAYBE_SENT).
    pub max_response_bytes: u64,
}

/// The answer under construction: alive until `send` returns.
pub struct tillbook_http_response {
    _opaque: (),
}

/// The host's HTTP transport. One call of `send` is at most one request: no retries, no redirects, every status is returned
/// with its body. What it must get right above all is the difference between TILLBOOK_NOT_SENT and TILLBOOK_MAYBE_SENT: the
/// first lets the queue send again, the second makes it find out first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tillbook_transport {
    /// The size of this struct: tillbook_transport_init sets it.
    pub struct_size: usize,
    /// Passed to both functions.
    pub user: *mut c_void,
    /// Sends one request and fills the answer with tillbook_http_response_status, _header and _body. Returns
    /// TILLBOOK_SENT, TILLBOOK_NOT_SENT or TILLBOOK_MAYBE_SENT; anything else, and an answer without a status, counts as
    /// TILLBOOK_MAYBE_SENT. Called on threads of the library's own ("tillbook-io"), several at once, and on the thread that
    /// calls tillbook_sync; no lock is held, and it may call the till. It must not throw or unwind. One that never returns
    /// costs its thread; the till itself goes on and can be closed.
    pub send: Option<
        unsafe extern "C" fn(
            user: *mut c_void,
            request: *const tillbook_http_request,
            response: *mut tillbook_http_response,
        ) -> i32,
    >,
    /// Called once, when no `send` is running and none will come: after the till was freed, or when it could not be opened.
    /// May be NULL. On any thread.
    pub destroy: Option<unsafe extern "C" fn(user: *mut c_void)>,
}

sized!(tillbook_http_request, tillbook_transport);
handle!(tillbook_http_response = 3, "response", Mutex<Answer>);

/// An answer under construction.
pub(crate) struct Answer {
    response: HttpResponse,
    most: usize,
    /// It broke the limit, or what was added was no header.
    spoilt: bool,
}

impl Answer {
    fn is_untouched(&self) -> bool {
        let HttpResponse { status, headers, body } = &self.response;
        *status == 0 && headers.is_empty() && body.is_empty() && !self.spoilt
    }
}

/// A pointer of the host's, to be given back to it.
#[derive(Clone, Copy)]
pub(crate) struct User(*mut c_void);

// The header says on which threads the host's functions are called.
unsafe impl Send for User {}
unsafe impl Sync for User {}

/// What the host is given back at the end, once.
pub(crate) struct Destroy {
    pub(crate) user: User,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
}

impl Destroy {
    pub(crate) fn new(user: *mut c_void, destroy: Option<unsafe extern "C" fn(*mut c_void)>) -> Self {
        Destroy { user: User(user), destroy }
    }

    pub(crate) fn user(&self) -> *mut c_void {
        self.user.0
    }
}

impl Drop for Destroy {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            unsafe { destroy(self.user.0) };
        }
    }
}

/// A transport of the host's.
pub(crate) struct HostTransport {
    send: unsafe extern "C" fn(*mut c_void, *const tillbook_http_request, *mut tillbook_http_response) -> i32,
    host: Destroy,
}

impl HostTransport {
    pub(crate) fn new(given: tillbook_transport) -> Result<Self, Fault> {
        let host = Destroy::new(given.user, given.destroy);
        Ok(HostTransport { send: given.send.ok_or(Fault::Null("transport.send"))?, host })
    }
}

/// A response's handle for as long as `send` runs.
struct Lent(*mut tillbook_http_response);

impl Drop for Lent {
    fn drop(&mut self) {
        drop(handle::remove(self.0));
    }
}

impl Transport for HostTransport {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
        let maybe = |why: &str| Err(TransportFailure::MaybeSent(why.into()));
        let empty = HttpResponse { status: 0, headers: Vec::new(), body: Vec::new() };
        let answer = Arc::new(Mutex::new(Answer { response: empty, most: request.max_response_bytes, spoilt: false }));
        let Ok(lent) = handle::insert::<tillbook_http_response>(Arc::clone(&answer)) else {
            return Err(TransportFailure::NotSent("too many handles are alive".into()));
        };
        let lent = Lent(lent);
        let url = c_text(&request.url);
        let texts: Vec<(CString, CString)> =
            request.headers.iter().map(|(name, value)| (c_text(name), c_text(value))).collect();
        let headers: Vec<tillbook_http_header> = texts
            .iter()
            .map(|(name, value)| tillbook_http_header { name: name.as_ptr(), value: value.as_ptr() })
            .collect();
        let told = tillbook_http_request {
            method: match request.method {
                HttpMethod::Get => TILLBOOK_HTTP_GET,
                HttpMethod::Post => TILLBOOK_HTTP_POST,
            },
            fresh_connection: i32::from(request.fresh_connection),
            url: url.as_ptr(),
            headers: headers.as_ptr(),
            headers_count: headers.len(),
            body: if request.body.is_empty() { std::ptr::null() } else { request.body.as_ptr() },
            body_size: request.body.len(),
            timeout_ms: millis(request.timeout),
            max_response_bytes: request.max_response_bytes as u64,
            ..tillbook_http_request::empty()
        };
        let said = unsafe { (self.send)(self.host.user(), &raw const told, lent.0) };
        drop(lent);
        // Where the host still holds on to the handle, it finds nothing any more.
        let mut answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
        match said {
            // Who has an answer has sent: `return 1` for "it worked" must not send a charge twice.
            TILLBOOK_NOT_SENT if answer.is_untouched() => {
                Err(TransportFailure::NotSent("the host's transport says so".into()))
            }
            TILLBOOK_NOT_SENT => maybe("the host's transport says that it sent nothing, and gives an answer"),
            TILLBOOK_SENT if answer.spoilt => maybe("the host's answer breaks the limits"),
            TILLBOOK_SENT if !(100..=999).contains(&answer.response.status) => maybe("the host's answer has no status"),
            TILLBOOK_SENT => {
                let empty = HttpResponse { status: 0, headers: Vec::new(), body: Vec::new() };
                Ok(std::mem::replace(&mut answer.response, empty))
            }
            _ => maybe("the host's transport says so"),
        }
    }
}

fn filling(
    response: *mut tillbook_http_response,
    err: *mut *mut tillbook_error,
    fill: impl FnOnce(&mut Answer) -> Result<(), Fault>,
) -> tillbook_status {
    guard(err, || {
        let answer = handle::get(response.cast_const())?;
        let mut answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
        fill(&mut answer)
    })
}

/// Sets the answer's status, 100 to 999. For use inside `send`, on its thread.
///
/// Errors: INVALID_INPUT, NULL_ARGUMENT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_http_response_status(
    response: *mut tillbook_http_response,
    http_status: i32,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    filling(response, err, |answer| {
        let status = u16::try_from(http_status).ok().filter(|status| (100..=999).contains(status));
        answer.spoilt |= status.is_none();
        answer.response.status = status.ok_or(Fault::Value { field: "http_status", rule: "must be 100 to 999" })?;
        Ok(())
    })
}

/// No answer has more header fields.
const MOST_HEADERS: usize = 1_000;

/// Adds a header field to the answer. Those that the till looks at are Date and Retry-After; one that is refused is left out,
/// and the answer counts without it. For use inside `send`, on its
/// thread.
///
/// Errors: BAD_TEXT, INVALID_INPUT, NULL_ARGUMENT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_http_response_header(
    response: *mut tillbook_http_response,
    name: *const c_char,
    name_size: usize,
    value: *const c_char,
    value_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    filling(response, err, |answer| {
        let (name, value) = unsafe { (text_at(name, name_size, "name")?, text_at(value, value_size, "value")?) };
        if answer.response.headers.len() >= MOST_HEADERS {
            return Err(Fault::Value { field: "name", rule: "is one header field too many" });
        }
        answer.response.headers.push((name.to_owned(), value.to_owned()));
        Ok(())
    })
}

/// Adds bytes to the answer's body. For use inside `send`, on its thread.
///
/// Errors: INVALID_INPUT where the body becomes larger than the request's max_response_bytes: the exchange counts as
/// TILLBOOK_MAYBE_SENT then; NULL_ARGUMENT, BAD_HANDLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillbook_http_response_body(
    response: *mut tillbook_http_response,
    bytes: *const u8,
    bytes_size: usize,
    err: *mut *mut tillbook_error,
) -> tillbook_status {
    filling(response, err, |answer| {
        if bytes_size == 0 {
            return Ok(());
        }
        if bytes.is_null() || bytes_size > answer.most.saturating_sub(answer.response.body.len()) {
            // A body of which a part is missing is none.
            answer.spoilt = true;
        }
        if bytes_size > answer.most.saturating_sub(answer.response.body.len()) {
            return Err(Fault::Value { field: "bytes", rule: "is more than max_response_bytes" });
        }
        answer.response.body.extend_from_slice(unsafe { bytes_at(bytes, bytes_size, "bytes") }?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    unsafe extern "C" fn one_for_it_worked(
        _user: *mut c_void,
        _request: *const tillbook_http_request,
        response: *mut tillbook_http_response,
    ) -> i32 {
        unsafe { tillbook_http_response_status(response, 200, std::ptr::null_mut()) };
        TILLBOOK_NOT_SENT
    }

    unsafe extern "C" fn nothing_left(
        _user: *mut c_void,
        _request: *const tillbook_http_request,
        _response: *mut tillbook_http_response,
    ) -> i32 {
        TILLBOOK_NOT_SENT
    }

    #[test]
    fn who_has_an_answer_has_sent() {
        let request = HttpRequest {
            method: HttpMethod::Post,
            url: "http://127.0.0.1/".into(),
            headers: Vec::new(),
            body: vec![1],
            timeout: Duration::from_secs(1),
            fresh_connection: true,
            max_response_bytes: 1000,
        };
        let send = |send| {
            let host = Destroy::new(std::ptr::null_mut(), None);
            HostTransport { send, host }.send(&request)
        };
        assert!(matches!(send(nothing_left), Err(TransportFailure::NotSent(_))));
        assert!(matches!(send(one_for_it_worked), Err(TransportFailure::MaybeSent(_))));
    }
}
