//! How bytes reach a remote system: a contract small enough that a host can fill it itself.

use std::fmt;
use std::time::Duration;

/// The verb of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpMethod {
    /// GET, without a body.
    Get,
    /// POST with a body.
    Post,
}

impl HttpMethod {
    /// The verb as it stands on the request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            HttpMethod::Get => "GET",
            HttpMethod::Post => "POST",
        }
    }
}

/// One request, whole.
#[derive(Clone)]
pub struct HttpRequest {
    /// The verb.
    pub method: HttpMethod,
    /// Absolute address, query included.
    pub url: String,
    /// Header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body's exact bytes; empty for GET.
    pub body: Vec<u8>,
    /// Everything together, from looking up the name to the last byte of the answer, must end within this.
    pub timeout: Duration,
    /// True for a write that the remote can't recognise when it comes twice: it must not go over a connection that was
    /// used before, since a connection closed by the peer while idle leaves open whether the request was read.
    pub fresh_connection: bool,
    /// An answer with a larger body is a failure.
    pub max_response_bytes: usize,
}

impl fmt::Debug for HttpRequest {
    /// Neither header values (secrets) nor the body (personal data) are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.split('?').next().unwrap_or_default();
        write!(f, "HttpRequest({} {path}, {} bytes)", self.method.as_str(), self.body.len())
    }
}

/// One answer, whole, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Header fields, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header field of that name, compared without case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpResponse({}, {} bytes)", self.status, self.body.len())
    }
}

/// Why there is no answer. The text is for logs; it holds no header and no body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportFailure {
    /// Certainly no byte of the request left: the name, the connection or TLS failed.
    #[error("not sent: {0}")]
    NotSent(String),
    /// Part or all of the request may have arrived. Also the right answer of a transport that can't tell.
    #[error("outcome unknown: {0}")]
    MaybeSent(String),
}

/// Sends one request and returns its answer.
///
/// One call is at most one request. A transport never retries, never follows a redirect, returns every status with its
/// body, keeps the total deadline and the size limit. What it must get right above all is the difference between
/// [`TransportFailure::NotSent`] and [`TransportFailure::MaybeSent`]: the first lets the queue send again, the second makes
/// it find out first.
///
/// ```
/// use tillbook::{HttpRequest, HttpResponse, Transport, TransportFailure};
///
/// /// The network of a till whose cable is pulled.
/// struct Unplugged;
///
/// impl Transport for Unplugged {
///     fn send(&self, _request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
///         Err(TransportFailure::NotSent("no route to host".into()))
///     }
/// }
/// ```
pub trait Transport: Send + Sync {
    /// Makes at most one request. Called from several threads at once.
    ///
    /// # Errors
    /// [`TransportFailure`], with `MaybeSent` wherever it isn't certain that nothing was sent.
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportFailure>;
}
