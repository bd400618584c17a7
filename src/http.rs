//! The built-in transport: blocking HTTP/1.1 on the caller's thread, by ureq with rustls and ring.
//!
//! ureq's errors can't tell whether a byte of the request left: the same I/O error comes from connecting and from the
//! exchange. So the last link of ureq's connector chain, above TLS, notes the moment at which the first byte of the
//! request is handed down. That note alone decides between [`NotSent`] and [`MaybeSent`].
//!
//! [`NotSent`]: TransportFailure::NotSent
//! [`MaybeSent`]: TransportFailure::MaybeSent

use std::cell::Cell;
use std::io::{self, Read};
use std::time::Duration;

use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, RustlsConnector, TcpConnector, Transport as Stream,
};
use ureq::{Agent, RequestBuilder};

use crate::transport::{HttpMethod, HttpRequest, HttpResponse, Transport, TransportFailure};

/// ureq adds the time-out to the clock and panics if the sum can't be represented.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// The [`Transport`] that a till uses unless its host brings its own.
///
/// HTTP/1.1 over TCP or TLS. Certificates are checked against the roots of Mozilla that are compiled in, so a till
/// doesn't depend on what its operating system trusts. Connections of reads and of repeatable writes are kept alive for
/// some seconds; a request with `fresh_connection` gets its own. No retry, redirect, cookie, compression or proxy.
///
/// Header values are never logged above level `trace`. At `trace`, ureq logs every byte: a host shouldn't let its
/// logger take that level from `ureq_proto`. Cargo unites features: if another part of the host turns on ureq's
/// `cookies`, this transport keeps cookies too.
///
/// ```
/// use std::time::Duration;
/// use tillbook::{HttpMethod, HttpRequest, HttpTransport, Transport, TransportFailure};
///
/// let transport = HttpTransport::new();
/// let answer = transport.send(&HttpRequest {
///     method: HttpMethod::Get,
///     url: "http://127.0.0.1:1/nobody-listens-here".into(),
///     headers: vec![("Accept".into(), "application/json".into())],
///     body: Vec::new(),
///     timeout: Duration::from_secs(5),
///     fresh_connection: false,
///     max_response_bytes: 1 << 20,
/// });
/// assert!(matches!(answer, Err(TransportFailure::NotSent(_))));
/// ```
#[derive(Clone, Debug)]
pub struct HttpTransport {
    /// Keeps idle connections for the next request.
    reusing: Agent,
    /// Keeps none, so each of its connections carries one request.
    single_use: Agent,
}

impl HttpTransport {
    /// A transport with a pool of its own. Opens nothing yet.
    #[must_use]
    pub fn new() -> HttpTransport {
        HttpTransport { reusing: agent(10), single_use: agent(0) }
    }
}

impl Default for HttpTransport {
    fn default() -> HttpTransport {
        HttpTransport::new()
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
        let uri = check(request).map_err(|text| TransportFailure::NotSent(text.into()))?;
        let agent = if request.fresh_connection { &self.single_use } else { &self.reusing };
        let call = Call::begin();
        exchange(agent, uri, request, &call).map_err(|error| {
            let text = explain(&error, request);
            match call.progress() {
                Progress::NothingSent => TransportFailure::NotSent(text),
                _ => TransportFailure::MaybeSent(text),
            }
        })
    }
}

fn agent(max_idle_connections: usize) -> Agent {
    let tls = TlsConfig::builder().provider(TlsProvider::Rustls).root_certs(RootCerts::WebPki).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        // By default ureq takes a proxy from the environment. What a shell, a service manager or a virus scanner left
        // there must not steer where a till sends personal data and money.
        .proxy(None)
        .http_status_as_error(false)
        // With 0, ureq returns a 3xx as an answer like any other.
        .max_redirects(0)
        .max_idle_connections(max_idle_connections)
        .user_agent(concat!("tillbook/", env!("CARGO_PKG_VERSION")))
        // Empty means none: not even a host that turns on ureq's `gzip` makes the remote compress.
        .accept_encoding("")
        .build();
    // The default chain without its proxies. `unversioned` may change in any minor release of ureq, which is why
    // Cargo.toml holds ureq to patch releases: the rule for "not sent" stands on when ureq calls these traits.
    let chain = ().chain(TcpConnector::default()).chain(RustlsConnector::default()).chain(Watch);
    Agent::with_parts(config, chain, DefaultResolver::default())
}

/// What can be refused before ureq sees it.
fn check(request: &HttpRequest) -> Result<Uri, &'static str> {
    if request.method == HttpMethod::Get && !request.body.is_empty() {
        return Err("a GET has no body");
    }
    let uri: Uri = request.url.parse().map_err(|_| "the address can't be parsed")?;
    // ureq also knows the schemes of proxies and would speak plain HTTP to them.
    match uri.scheme_str() {
        Some("http" | "https") => Ok(uri),
        _ => Err("the address is neither http nor https"),
    }
}

fn exchange(agent: &Agent, uri: Uri, request: &HttpRequest, call: &Call) -> Result<HttpResponse, ureq::Error> {
    let response = match request.method {
        HttpMethod::Get => prepare(agent.get(uri), request).call(),
        HttpMethod::Post => prepare(agent.post(uri), request).send(request.body.as_slice()),
    }?;
    let (parts, body) = response.into_parts();

    let limit = request.max_response_bytes as u64;
    let mut bytes = Vec::new();
    body.into_reader().take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > request.max_response_bytes {
        return Err(ureq::Error::BodyExceedsLimit(limit));
    }
    // A body that ends with its connection is whole only if that was closed in order (RFC 9112, section 8). ureq takes
    // a reset or a missing TLS close for the end as well.
    if call.progress() == Progress::Broken {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection broke within the answer").into());
    }

    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    Ok(HttpResponse { status: parts.status.as_u16(), headers, body: bytes })
}

fn prepare<B>(builder: RequestBuilder<B>, request: &HttpRequest) -> RequestBuilder<B> {
    let timeout = request.timeout.min(LONGEST_TIMEOUT);
    let builder = builder.config().timeout_global(Some(timeout)).build();
    // Raw keeps the letters' case: there are remotes that look for the exact name.
    request.headers.iter().fold(builder, |builder, (name, value)| builder.header_raw(name, value.as_bytes()))
}

/// For logs. ureq's own texts may quote the address or bytes of the answer, so only harmless ones are passed on.
fn explain(error: &ureq::Error, request: &HttpRequest) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("time-out after {:?}", request.timeout),
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Rustls(error) => format!("TLS: {error}"),
        ureq::Error::Tls(text) => format!("TLS: {text}"),
        ureq::Error::HostNotFound => "host not found".into(),
        ureq::Error::Http(_) => "a header can't be sent".into(),
        ureq::Error::Protocol(_) => "a message is not HTTP/1.1".into(),
        ureq::Error::LargeResponseHeader(..) => "the answer's header is too large".into(),
        ureq::Error::BodyExceedsLimit(limit) => format!("the answer's body is larger than {limit} bytes"),
        _ => "the HTTP client failed".into(),
    }
}

/// How far the request of a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// This thread makes no call.
    NoCall,
    /// No byte of the request was handed to the connection.
    NothingSent,
    /// Some may have left.
    Sending,
    /// Some may have left, and reading the answer failed.
    Broken,
}

thread_local! {
    /// Per thread, because ureq runs a call on the thread that makes it, and a kept-alive connection serves many calls:
    /// neither the connection nor the agent could tell whose bytes went out.
    static PROGRESS: Cell<Progress> = const { Cell::new(Progress::NoCall) };
}

/// The call that this thread makes, until dropped.
struct Call {
    /// A logger may itself send something over HTTP, in the midst of a call.
    outer: Progress,
}

impl Call {
    fn begin() -> Call {
        Call { outer: PROGRESS.replace(Progress::NothingSent) }
    }

    fn progress(&self) -> Progress {
        PROGRESS.get()
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        PROGRESS.set(self.outer);
    }
}

/// Last in the chain, so what it sees are bytes of the request and of the answer, never those of a TLS handshake.
#[derive(Debug)]
struct Watch;

impl<S: Stream> Connector<S> for Watch {
    type Out = Watched<S>;

    fn connect(&self, _: &ConnectionDetails, chained: Option<S>) -> Result<Option<Watched<S>>, ureq::Error> {
        Ok(chained.map(Watched))
    }
}

/// A connection that notes in [`PROGRESS`] what happens on it.
#[derive(Debug)]
struct Watched<S>(S);

impl<S: Stream> Stream for Watched<S> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        // Should ureq ever write on another thread than the caller's, no note could be taken: then nothing may leave.
        if PROGRESS.get() == Progress::NoCall {
            return Err(io::Error::other("a write outside of a call").into());
        }
        PROGRESS.set(Progress::Sending);
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let result = self.0.await_input(timeout);
        if result.is_err() && PROGRESS.get() != Progress::NoCall {
            PROGRESS.set(Progress::Broken);
        }
        result
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::sync::mpsc;
    use std::thread::{self, JoinHandle};

    use super::*;

    const SECRET: &str = "s3cr3t";
    const SHORT: Duration = Duration::from_millis(150);
    const LONG: Duration = Duration::from_secs(20);
    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    fn get(url: &str) -> HttpRequest {
        HttpRequest {
            method: HttpMethod::Get,
            url: format!("{url}/path?q={SECRET}"),
            headers: vec![("AUTHORIZATION".into(), format!("{{{SECRET}}}")), ("CUSTOMERGUID".into(), SECRET.into())],
            body: Vec::new(),
            timeout: LONG,
            fresh_connection: false,
            max_response_bytes: 64,
        }
    }

    fn post(url: &str) -> HttpRequest {
        HttpRequest { method: HttpMethod::Post, body: SECRET.into(), ..get(url) }
    }

    /// Runs a server on a thread; the script accepts and answers as it likes.
    fn serve<T: Send + 'static>(script: impl FnOnce(TcpListener) -> T + Send + 'static) -> (String, JoinHandle<T>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        (url, thread::spawn(move || script(listener)))
    }

    fn accept(listener: &TcpListener) -> TcpStream {
        listener.accept().expect("a connection").0
    }

    /// One request, head and body as they came.
    fn read_request(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        let mut byte = [0];
        while !text.ends_with("\r\n\r\n") {
            stream.read_exact(&mut byte).expect("a whole head");
            text.push(char::from(byte[0]));
        }
        let length =
            text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut body).expect("a whole body");
        text.extend(body.into_iter().map(char::from));
        text
    }

    /// Reads a request and answers it; a body without a length must be ended by closing.
    fn answer(stream: &mut TcpStream, answer: &str) -> String {
        let request = read_request(stream);
        stream.write_all(answer.as_bytes()).expect("the client listens");
        request
    }

    fn until_the_client_hangs_up(stream: &mut TcpStream) {
        let _ = stream.read_to_end(&mut Vec::new());
    }

    /// A connection that was opened and not accepted would wait in the backlog.
    fn nobody_waits(listener: &TcpListener) -> bool {
        listener.set_nonblocking(true).expect("a switch");
        listener.accept().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    fn assert_discreet(text: &str) {
        assert!(!text.contains(SECRET), "{text}");
    }

    #[track_caller]
    fn assert_not_sent(case: &str, result: Result<HttpResponse, TransportFailure>) {
        let Err(TransportFailure::NotSent(text)) = result else { panic!("{case}: {result:?}") };
        assert_discreet(&text);
    }

    #[track_caller]
    fn assert_maybe_sent(case: &str, result: Result<HttpResponse, TransportFailure>) {
        let Err(TransportFailure::MaybeSent(text)) = result else { panic!("{case}: {result:?}") };
        assert_discreet(&text);
    }

    #[test]
    fn without_a_connection_nothing_was_sent() {
        let refused = "http://127.0.0.1:1";
        let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let cases = [
            ("connection refused", post(refused)),
            ("connection refused, fresh", HttpRequest { fresh_connection: true, ..post(refused) }),
            ("unknown name", post("http://nonexistent.invalid")),
            ("no scheme", post("127.0.0.1")),
            ("no host", post("http://")),
            ("space in the address", post("http://a b")),
            ("scheme of a proxy", post("socks5://127.0.0.1:1")),
            ("header with a line break", HttpRequest { headers: header("A", "s3cr3t\r\nB: c"), ..post(refused) }),
            ("header without a name", HttpRequest { headers: header("", SECRET), ..post(refused) }),
            ("GET with a body", HttpRequest { method: HttpMethod::Get, ..post(refused) }),
            ("no time at all", HttpRequest { timeout: Duration::ZERO, ..post(refused) }),
            ("all the time there is", HttpRequest { timeout: Duration::MAX, ..post(refused) }),
        ];
        for (case, request) in cases {
            assert_not_sent(case, HttpTransport::new().send(&request));
        }
    }

    #[test]
    fn when_tls_fails_nothing_was_sent() {
        let (url, server) = serve(|listener| {
            let mut stream = accept(&listener);
            stream.write_all(OK.as_bytes()).expect("the client listens");
            until_the_client_hangs_up(&mut stream);
            until_the_client_hangs_up(&mut accept(&listener));
            drop(accept(&listener));
        });
        let url = url.replace("http:", "https:");
        let transport = HttpTransport::new();
        assert_not_sent("plain text", transport.send(&post(&url)));
        assert_not_sent("silence", transport.send(&HttpRequest { timeout: SHORT, ..post(&url) }));
        assert_not_sent("hang-up", transport.send(&post(&url)));
        server.join().expect("no panic");
    }

    #[test]
    fn after_the_first_byte_every_failure_leaves_the_outcome_open() {
        type Script = fn(&mut TcpStream);
        let cases: [(&str, Duration, Script); 10] = [
            ("closed without reading", LONG, |_| {}),
            ("closed without an answer", LONG, |stream| drop(read_request(stream))),
            ("no answer in time", SHORT, until_the_client_hangs_up),
            ("not HTTP", LONG, |stream| drop(answer(stream, "s3cr3t s3cr3t\r\n\r\n"))),
            ("head cut off", LONG, |stream| drop(answer(stream, "HTTP/1.1 200 OK\r\nContent-Le"))),
            ("body cut off", LONG, |stream| drop(answer(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ns3cr3t"))),
            ("chunks cut off", LONG, |stream| {
                answer(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ns3cr3t\r\n");
            }),
            ("body stalls", SHORT, |stream| {
                answer(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ns3cr3t");
                until_the_client_hangs_up(stream);
            }),
            ("body larger than allowed", LONG, |stream| {
                answer(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\n{}", "x".repeat(65)));
                until_the_client_hangs_up(stream);
            }),
            ("reset within a body without a length", LONG, |stream| {
                // To close with unread input resets the connection.
                stream.peek(&mut [0]).expect("a request");
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\ns3cr3t").expect("the client listens");
            }),
        ];
        for (case, timeout, script) in cases {
            for fresh_connection in [false, true] {
                let (url, server) = serve(move |listener| {
                    script(&mut accept(&listener));
                    listener
                });
                let request = HttpRequest { timeout, fresh_connection, ..post(&url) };
                assert_maybe_sent(case, HttpTransport::new().send(&request));
                assert!(nobody_waits(&server.join().expect("no panic")), "{case}: tried again");
            }
        }
    }

    #[test]
    fn every_status_is_an_answer() {
        let cases = [
            (200, "X-Any: thing", "fine"),
            (204, "X-Any: thing", ""),
            (302, "Location: /elsewhere", "moved"),
            (307, "Location: /elsewhere", "moved"),
            (401, "WWW-Authenticate: Basic", "who"),
            (404, "X-Any: thing", "none"),
            (429, "Retry-After: 17", "slow down"),
            (500, "X-Any: thing", ""),
            (503, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", "later"),
        ];
        for (status, line, body) in cases {
            let (url, server) = serve(move |listener| {
                let (mut stream, length) = (accept(&listener), body.len());
                let head = format!("HTTP/1.1 {status} Any\r\n{line}\r\nContent-Length: {length}");
                answer(&mut stream, &format!("{head}\r\n\r\n{body}"));
                until_the_client_hangs_up(&mut stream);
                listener
            });
            let answer = HttpTransport::new().send(&post(&url)).expect("an answer");
            let (name, value) = line.split_once(": ").expect("a header");
            assert_eq!((answer.status, answer.header(name)), (status, Some(value)));
            assert_eq!(answer.body, body.as_bytes());
            assert!(nobody_waits(&server.join().expect("no panic")), "{status} was followed");
        }
    }

    #[test]
    fn a_body_of_exactly_the_limit_and_one_ended_by_closing_are_whole() {
        for head in ["Content-Length: 64\r\n", ""] {
            let text = format!("HTTP/1.1 200 OK\r\n{head}\r\n{}", "x".repeat(64));
            let (url, server) = serve(move |listener| answer(&mut accept(&listener), &text));
            let answer = HttpTransport::new().send(&post(&url)).expect("an answer");
            assert_eq!(answer.body.len(), 64);
            server.join().expect("no panic");
        }
    }

    #[test]
    fn the_request_goes_out_as_it_was_given() {
        let (url, server) = serve(|listener| {
            let mut stream = accept(&listener);
            [(); 3].map(|()| answer(&mut stream, OK))
        });
        let transport = HttpTransport::new();
        let empty = HttpRequest { body: Vec::new(), ..post(&url) };
        let bytes = HttpRequest { body: b"\xff\x00\r\n\r\n{}".to_vec(), ..post(&url) };
        for request in [get(&url), empty, bytes] {
            transport.send(&request).expect("an answer");
        }
        let seen = server.join().expect("no panic");
        let agent = concat!("\r\nuser-agent: tillbook/", env!("CARGO_PKG_VERSION"), "\r\n");
        for text in &seen {
            for wanted in ["\r\nAUTHORIZATION: {s3cr3t}\r\n", "\r\nCUSTOMERGUID: s3cr3t\r\n", agent] {
                assert!(text.contains(wanted), "{text}");
            }
            for unwanted in ["expect:", "accept-encoding:", "cookie:", "transfer-encoding:", "content-type:"] {
                assert!(!text.to_ascii_lowercase().contains(unwanted), "{text}");
            }
        }
        let [get, empty, bytes] = seen;
        assert!(get.starts_with("GET /path?q=s3cr3t HTTP/1.1\r\n") && !get.contains("content-length"), "{get}");
        assert!(empty.starts_with("POST /path?q=s3cr3t HTTP/1.1\r\n"), "{empty}");
        assert!(empty.contains("\r\ncontent-length: 0\r\n"), "{empty}");
        assert!(bytes.ends_with("\r\n\r\n\u{ff}\0\r\n\r\n{}"), "{bytes}");
    }

    #[test]
    fn reads_share_a_connection_and_fresh_writes_never_do() {
        let (url, server) = serve(|listener| {
            let mut shared = accept(&listener);
            answer(&mut shared, OK);
            let mut first_write = accept(&listener);
            answer(&mut first_write, OK);
            answer(&mut shared, OK);
            let mut second_write = accept(&listener);
            answer(&mut second_write, OK);
            answer(&mut shared, OK);
            listener
        });
        let transport = HttpTransport::new();
        let fresh = HttpRequest { fresh_connection: true, ..post(&url) };
        for request in [get(&url), fresh.clone(), get(&url), fresh, get(&url)] {
            assert_eq!(transport.send(&request).expect("an answer").status, 200);
        }
        assert!(nobody_waits(&server.join().expect("no panic")));
    }

    #[test]
    fn a_connection_closed_while_idle_is_replaced_before_sending() {
        let (closed, is_closed) = mpsc::channel();
        let (url, server) = serve(move |listener| {
            answer(&mut accept(&listener), OK);
            closed.send(()).expect("the test listens");
            answer(&mut accept(&listener), OK);
            listener
        });
        let transport = HttpTransport::new();
        transport.send(&post(&url)).expect("an answer");
        is_closed.recv().expect("the server goes on");
        transport.send(&post(&url)).expect("an answer");
        assert!(nobody_waits(&server.join().expect("no panic")));
    }

    #[test]
    fn a_kept_connection_that_dies_under_a_request_is_not_replaced() {
        let scripts: [fn(&mut TcpStream); 2] = [
            |stream| drop(read_request(stream)),
            // The request arrives, but is never read: the peer's idle time-out won the race.
            |stream| drop(stream.peek(&mut [0])),
        ];
        for script in scripts {
            let (url, server) = serve(move |listener| {
                let mut stream = accept(&listener);
                answer(&mut stream, OK);
                script(&mut stream);
                listener
            });
            let transport = HttpTransport::new();
            transport.send(&post(&url)).expect("an answer");
            assert_maybe_sent("dies", transport.send(&post(&url)));
            assert!(nobody_waits(&server.join().expect("no panic")), "sent twice");
        }
    }

    #[test]
    fn calls_on_several_threads_are_told_apart() {
        const CALLS: usize = 16;
        let (url, server) = serve(|listener| (0..2 * CALLS).for_each(|_| drop(read_request(&mut accept(&listener)))));
        let transport = HttpTransport::new();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..CALLS).for_each(|_| assert_maybe_sent("cut", transport.send(&post(&url)))));
                scope.spawn(|| {
                    (0..CALLS).for_each(|_| assert_not_sent("refused", transport.send(&post("http://127.0.0.1:1"))));
                });
            }
        });
        server.join().expect("no panic");
    }

    #[test]
    fn a_proxy_in_the_environment_is_ignored() {
        const NAMES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
        const DEAD: &str = "http://127.0.0.1:1";
        if std::env::var(NAMES[0]).is_ok_and(|proxy| proxy == DEAD) {
            let (url, _server) = serve(|listener| answer(&mut accept(&listener), OK));
            assert_eq!(HttpTransport::new().send(&get(&url)).expect("an answer").status, 200);
            return;
        }
        // Variables can't be set safely in a process with threads, so this test runs itself in one that has them.
        let path = module_path!().split_once("::").expect("crate::module").1;
        let output = std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", &format!("{path}::a_proxy_in_the_environment_is_ignored")])
            .envs(NAMES.map(|name| (name, DEAD)))
            .env_remove("NO_PROXY")
            .env_remove("no_proxy")
            .output()
            .expect("a process");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }
}
