//! Requests off a socket and responses onto it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use httparse::Status;

use crate::fault::http_date;
use crate::{Request, Response};

const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
const MAX_BODY: usize = 1024 * 1024;
/// Between two requests of a connection.
const IDLE: Duration = Duration::from_secs(60);
/// Between two pieces of one request.
const PAUSE: Duration = Duration::from_secs(10);

/// A request and what it wants of its connection.
pub(super) struct Incoming {
    pub(super) request: Request,
    pub(super) keep_alive: bool,
}

/// Why there is no request.
pub(super) enum NoRequest {
    /// The client is done, gone, or silent for too long.
    Ended,
    /// What came is no request that this server takes.
    Bad(Response),
}

impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

fn bad(status: u16, why: &str) -> NoRequest {
    NoRequest::Bad(Response::plain(status, format!("{why}\n")))
}

/// How the length of a body is told.
#[derive(Clone, Copy)]
enum Length {
    Known(usize),
    Chunked,
}

/// Reads requests off one connection; what was read beyond one is kept for the next.
pub(super) struct Reader<'a> {
    stream: &'a TcpStream,
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(stream: &'a TcpStream) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Result<Incoming, NoRequest> {
        let (mut incoming, head_length, length) = loop {
            let head = parse_head(&self.buffer)?;
            if head.as_ref().map_or(self.buffer.len(), |(_, head_length, _)| *head_length) > MAX_HEAD {
                return Err(bad(431, "the head is too long"));
            }
            match head {
                Some(head) => break head,
                None => self.fill()?,
            }
        };
        self.buffer.drain(..head_length);
        if incoming.request.header("Expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
            (&mut &*self.stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        incoming.request.body = match length {
            Length::Known(length) => self.take(length)?,
            Length::Chunked => self.chunks()?,
        };
        Ok(incoming)
    }

    fn fill(&mut self) -> Result<(), NoRequest> {
        let patience = if self.buffer.is_empty() { IDLE } else { PAUSE };
        self.stream.set_read_timeout(Some(patience))?;
        let mut piece = [0; 8 * 1024];
        match (&mut &*self.stream).read(&mut piece)? {
            0 => Err(NoRequest::Ended),
            length => {
                self.buffer.extend_from_slice(&piece[..length]);
                Ok(())
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, NoRequest> {
        while self.buffer.len() < length {
            self.fill()?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn chunks(&mut self) -> Result<Vec<u8>, NoRequest> {
        let mut body = Vec::new();
        loop {
            let (line_length, size) = match httparse::parse_chunk_size(&self.buffer) {
                Ok(Status::Complete(size)) => size,
                Ok(Status::Partial) if self.buffer.len() <= MAX_HEAD => {
                    self.fill()?;
                    continue;
                }
                _ => return Err(bad(400, "no chunk size")),
            };
            self.buffer.drain(..line_length);
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size > MAX_BODY - body.len() {
                return Err(bad(413, "the body is too long"));
            }
            if size == 0 {
                return self.trailers().map(|()| body);
            }
            body.append(&mut self.take(size)?);
            if self.take(2)? != b"\r\n" {
                return Err(bad(400, "a chunk is longer than its size"));
            }
        }
    }

    /// Skips the lines after the last chunk up to the empty one.
    fn trailers(&mut self) -> Result<(), NoRequest> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                self.buffer.drain(..end + 2);
                if end == 0 {
                    return Ok(());
                }
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(bad(431, "the trailers are too long"));
            }
            self.fill()?;
        }
    }
}

fn parse_head(buffer: &[u8]) -> Result<Option<(Incoming, usize, Length)>, NoRequest> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head_length = match parsed.parse(buffer) {
        Ok(Status::Complete(length)) => length,
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(bad(431, "too many headers")),
        Err(_) => return Err(bad(400, "no HTTP request")),
    };
    let mut request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: parsed.path.unwrap_or_default().to_owned(),
        headers: Vec::with_capacity(parsed.headers.len()),
        body: Vec::new(),
    };
    for header in parsed.headers.iter() {
        let value = String::from_utf8_lossy(header.value).trim().to_owned();
        request.headers.push((header.name.to_owned(), value));
    }
    let length = body_length(&request)?;
    let connection = request.header("Connection").unwrap_or_default().to_ascii_lowercase();
    let keep_alive = match parsed.version {
        Some(0) => connection.contains("keep-alive"),
        _ => !connection.contains("close"),
    };
    Ok(Some((Incoming { request, keep_alive }, head_length, length)))
}

fn body_length(request: &Request) -> Result<Length, NoRequest> {
    let of = |name: &'static str| {
        request.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let coded = of("Transfer-Encoding").next();
    let mut told = of("Content-Length");
    match (coded, told.next()) {
        (None, None) => Ok(Length::Known(0)),
        (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(Length::Chunked),
        (Some(_), None) => Err(bad(501, "only the chunked transfer coding is known")),
        (Some(_), Some(_)) => Err(bad(400, "two lengths for one body")),
        (None, Some(length)) => {
            if told.any(|other| other != length) {
                return Err(bad(400, "two lengths for one body"));
            }
            if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(bad(400, "no length"));
            }
            // Digits that don't fit into a number are a body too long as well.
            match length.parse() {
                Ok(length) if length <= MAX_BODY => Ok(Length::Known(length)),
                _ => Err(bad(413, "the body is too long")),
            }
        }
    }
}

/// How a response is put on the wire.
pub(super) struct Outgoing<'a> {
    pub(super) response: &'a Response,
    pub(super) now_s: i64,
    pub(super) keep_alive: bool,
    /// How much of the body is sent; the head tells its whole length nonetheless.
    pub(super) body_bytes: usize,
}

impl Outgoing<'_> {
    pub(super) fn write(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(256 + self.body_bytes);
        write!(bytes, "HTTP/1.1 {} {}\r\n", self.response.status, reason(self.response.status))?;
        for (name, value) in &self.response.headers {
            write!(bytes, "{name}: {value}\r\n")?;
        }
        let connection = if self.keep_alive { "keep-alive" } else { "close" };
        write!(
            bytes,
            "Content-Length: {}\r\nDate: {}\r\nConnection: {connection}\r\n\r\n",
            self.response.body.len(),
            http_date(self.now_s)
        )?;
        bytes.extend_from_slice(&self.response.body[..self.body_bytes.min(self.response.body.len())]);
        stream.write_all(&bytes)
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Unknown",
    }
}
