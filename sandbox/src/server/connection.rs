//! One connection: requests in, answers out, and whatever a fault makes of them.

use std::io;
use std::net::Shutdown;
use std::ops::ControlFlow;
use std::time::Duration;

use super::http::{Incoming, NoRequest, Outgoing, Reader};
use super::network::{Line, Peek, peek};
use super::shared::{Shared, lock};
use super::{control, page};
use crate::fault::{Execution, Fault, Reply};
use crate::{Call, Request, Response};

/// How a connection goes on after an exchange.
enum Next {
    Keep,
    Close,
    Reset,
}

/// Serves a connection to its end.
pub(super) fn serve(line: Line) {
    match converse(&line) {
        Ok(Next::Reset) => line.reset(),
        Ok(Next::Keep | Next::Close) => {}
        Err(error) => log::debug!("connection {}: {error}", line.id()),
    }
}

/// Answers a connection that there is no room for.
pub(super) fn turn_away(shared: &Shared, stream: &std::net::TcpStream) {
    let response = Response::plain(503, "too many connections\n");
    let _ = whole(shared, &response, false).write(stream);
}

fn converse(line: &Line) -> io::Result<Next> {
    let stream = line.stream()?;
    let mut reader = Reader::new(stream);
    loop {
        let incoming = match reader.next() {
            Ok(incoming) => incoming,
            Err(NoRequest::Ended) => return Ok(Next::Close),
            Err(NoRequest::Bad(response)) => {
                whole(line.shared(), &response, false).write(stream)?;
                linger(line)?;
                return Ok(Next::Close);
            }
        };
        match exchange(line, &incoming)? {
            Next::Keep if incoming.keep_alive => {}
            Next::Keep => return Ok(Next::Close),
            end => return Ok(end),
        }
    }
}

fn exchange(line: &Line, incoming: &Incoming) -> io::Result<Next> {
    let shared = line.shared();
    let request = &incoming.request;
    let response = match Call::of(request) {
        Some(made) => return call(line, incoming, &made),
        None if request.route() == "/" => page::answer(shared, request, line.stream()?.local_addr()?),
        None => match request.route().strip_prefix(control::PREFIX) {
            Some(name) => control::answer(shared, name, request),
            None => shared.execute(request),
        },
    };
    whole(shared, &response, incoming.keep_alive).write(line.stream()?)?;
    Ok(Next::Keep)
}

/// A call of an interface: the only kind of request that faults and latency meet.
fn call(line: &Line, incoming: &Incoming, made: &Call) -> io::Result<Next> {
    let shared = line.shared();
    let stream = line.stream()?;
    lock(&shared.traffic).begin(line.id(), made, stream);
    let reply = decide(line, &incoming.request, made);
    lock(&shared.traffic).end(line.id());
    match reply {
        ControlFlow::Break(next) => Ok(next),
        ControlFlow::Continue(Reply::Nothing) => Ok(Next::Close),
        ControlFlow::Continue(Reply::Whole(response)) => {
            whole(shared, &response, incoming.keep_alive).write(stream)?;
            Ok(Next::Keep)
        }
        ControlFlow::Continue(Reply::Cut { response, body_bytes }) => {
            Outgoing { body_bytes, ..whole(shared, &response, incoming.keep_alive) }.write(stream)?;
            Ok(Next::Close)
        }
    }
}

/// Executes the request or not, and waits as long as the client is to wait.
fn decide(line: &Line, request: &Request, made: &Call) -> ControlFlow<Next, Reply> {
    let shared = line.shared();
    let fault = shared.faults.with(|faults| faults.next(made.endpoint, made.card.as_deref()));
    if fault == Some(Fault::Refuse) {
        return ControlFlow::Break(Next::Reset);
    }
    let answer = match fault.map_or(Execution::Now, |fault| fault.execution()) {
        Execution::Now => Some(shared.execute(request)),
        Execution::Never => None,
        Execution::After { ms } => {
            shared.late.add(ms, request.clone());
            None
        }
    };
    let wait_ms = fault.map_or(0, |fault| fault.wait_ms()).saturating_add(shared.delay_ms());
    if !line.wait(wait_ms) {
        return ControlFlow::Break(Next::Close);
    }
    ControlFlow::Continue(match (fault, answer) {
        (Some(fault), answer) => fault.reply_worded(shared.clock.now_s(), answer, &shared.error_answers(request)),
        (None, Some(answer)) => Reply::Whole(answer),
        (None, None) => Reply::Nothing,
    })
}

fn whole<'a>(shared: &Shared, response: &'a Response, keep_alive: bool) -> Outgoing<'a> {
    Outgoing { response, now_s: shared.clock.now_s(), keep_alive, body_bytes: response.body.len() }
}

/// Closing on unread bytes would reset the connection and could overtake the answer: lets the client hear it first.
fn linger(line: &Line) -> io::Result<()> {
    let stream = line.stream()?;
    stream.shutdown(Shutdown::Write)?;
    let mut sink = [0; 4096];
    for _ in 0..64 {
        match peek(stream, Duration::from_millis(200)) {
            Peek::Talking => {
                let _ = io::Read::read(&mut &*stream, &mut sink)?;
            }
            Peek::Silent | Peek::Gone => break,
        }
    }
    Ok(())
}
