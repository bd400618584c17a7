//! A client that sees every byte.

pub(crate) mod platforms;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use tillbook_sandbox::Request;
use tillbook_sandbox::sandy::{NewCard, Settings};
use tillbook_sandbox::server::{Clock, Config, Server};

pub(crate) const NOW_S: i64 = 784_111_777;
/// Longer than anything here takes; only a failing test waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn config() -> Config {
    let card = |number: &str| NewCard::new(number, 1).with_balance(100_000, 100);
    Config { cards: vec![card("A"), card("B")], clock: Clock::new(|| NOW_S), ..Config::default() }
}

pub(crate) fn start() -> Server {
    Server::start(config()).unwrap()
}

/// The bytes of a call of the interface.
pub(crate) fn api(endpoint: &str, body: &str) -> Vec<u8> {
    let settings = Settings::default();
    let method = if endpoint == "cardlevellist" { "GET" } else { "POST" };
    format!(
        "{method} /api2/member-cjb/{endpoint} HTTP/1.1\r\nHost: sandbox\r\nAUTHORIZATION: {}\r\nCUSTOMERGUID: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        settings.token,
        settings.restaurant,
        body.len()
    )
    .into_bytes()
}

/// The bytes of any request.
pub(crate) fn bytes(request: &Request) -> Vec<u8> {
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!(
        "{} {} HTTP/1.1\r\n{headers}Content-Length: {}\r\n\r\n",
        request.method,
        request.path,
        request.body.len()
    );
    [head.into_bytes(), request.body.clone()].concat()
}

pub(crate) fn consume() -> Vec<u8> {
    api("consume", r#"{"card_id":"A","money":10}"#)
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// How an exchange ended.
#[derive(Debug)]
pub(crate) enum Heard {
    Whole(Answer),
    /// The connection ended before as many bytes had come as the head told.
    Cut(Answer),
    Closed,
    Reset,
}

impl Heard {
    pub(crate) fn whole(self) -> Answer {
        match self {
            Self::Whole(answer) => answer,
            other => panic!("no whole answer: {other:?}"),
        }
    }
}

pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    pub(crate) fn ask(&mut self, bytes: &[u8]) -> Heard {
        self.send(bytes);
        self.hear()
    }

    pub(crate) fn hear(&mut self) -> Heard {
        let mut bytes = Vec::new();
        let mut piece = [0];
        // One by one, so that nothing of the next answer is taken.
        loop {
            match self.0.read(&mut piece) {
                Ok(0) if bytes.is_empty() => return Heard::Closed,
                Ok(0) => return Heard::Cut(split(&bytes).0),
                Ok(_) => bytes.push(piece[0]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Heard::Reset,
                Err(error) => panic!("{error}"),
            }
            if bytes.ends_with(b"\r\n\r\n") || bytes.len() > 4 {
                let (answer, told) = split(&bytes);
                if told.is_some_and(|told| answer.body.len() == told) {
                    return Heard::Whole(answer);
                }
            }
        }
    }
}

/// Head, body so far, and the length of the body as the head tells it.
fn split(bytes: &[u8]) -> (Answer, Option<usize>) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 4..]),
        None => (bytes, &[][..]),
    };
    let answer = Answer { head: String::from_utf8(head.to_vec()).unwrap(), body: body.to_vec() };
    let told = end.and_then(|_| answer.header("Content-Length")).map(|length| length.parse().unwrap());
    (answer, told)
}

pub(crate) fn ask(server: &Server, bytes: &[u8]) -> Heard {
    Client::connect(server.address()).ask(bytes)
}

/// A control call's status and body.
pub(crate) fn control(server: &Server, method: &str, path: &str, body: &str) -> (u16, String) {
    let bytes = format!("{method} {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = ask(server, bytes.as_bytes()).whole();
    (answer.status(), answer.text())
}

/// Waits for something that another thread is about to do.
pub(crate) fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}
