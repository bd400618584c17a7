//! The connections that are open, and how they are cut.

use std::collections::BTreeMap;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::shared::{Shared, lock};

/// Every connection that has a thread.
pub(super) struct Network {
    lines: Mutex<Lines>,
    /// Told whenever a connection ends.
    ended: Condvar,
    max: usize,
}

#[derive(Default)]
struct Lines {
    up: bool,
    next_id: u64,
    open: BTreeMap<u64, TcpStream>,
}

/// Why a connection has no thread.
pub(super) enum NoLine {
    /// The network is cut.
    Down,
    /// There are too many.
    Full(TcpStream),
    /// The system has no more handles.
    Failed,
}

impl Network {
    pub(super) fn new(max: usize) -> Self {
        Self { lines: Mutex::default(), ended: Condvar::new(), max }
    }

    pub(super) fn is_up(&self) -> bool {
        lock(&self.lines).up
    }

    pub(super) fn raise(&self) {
        lock(&self.lines).up = true;
    }

    /// Lets no more connections in and resets those that are open.
    pub(super) fn cut(&self) {
        let mut lines = lock(&self.lines);
        lines.up = false;
        for stream in lines.open.values() {
            reset_on_close(stream);
            // Ends a blocked read without telling the client anything yet: the reset goes out when the thread closes.
            let _ = stream.shutdown(Shutdown::Read);
        }
    }

    /// Waits until every connection's thread has let go; false if one doesn't within `timeout`.
    pub(super) fn wait_for_silence(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        let mut lines = lock(&self.lines);
        while !lines.open.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            lines = self.ended.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// One connection, known to the network for as long as it lives.
pub(super) struct Line {
    id: u64,
    stream: Option<TcpStream>,
    shared: Arc<Shared>,
}

impl Line {
    pub(super) fn open(shared: &Arc<Shared>, stream: TcpStream) -> Result<Self, NoLine> {
        let mut lines = lock(&shared.network.lines);
        if !lines.up {
            reset_on_close(&stream);
            return Err(NoLine::Down);
        }
        if lines.open.len() >= shared.network.max {
            return Err(NoLine::Full(stream));
        }
        let twin = stream.try_clone().map_err(|_| NoLine::Failed)?;
        // Answers are small and written at once; a write that can't proceed must not outlive a cut by much.
        let _ = stream.set_nodelay(true);
        let _ = stream.set_write_timeout(Some(Duration::from_secs(1)));
        let id = lines.next_id;
        lines.next_id += 1;
        lines.open.insert(id, twin);
        Ok(Self { id, stream: Some(stream), shared: Arc::clone(shared) })
    }

    pub(super) const fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The connection's socket, there until the line is dropped.
    pub(super) fn stream(&self) -> io::Result<&TcpStream> {
        self.stream.as_ref().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))
    }

    /// Makes the end of this connection a reset.
    pub(super) fn reset(self) {
        if let Some(stream) = &self.stream {
            reset_on_close(stream);
        }
    }

    /// Waits while the client does; false if the client went away or the network was cut meanwhile.
    pub(super) fn wait(&self, ms: u64) -> bool {
        /// The socket's time-out is as coarse as the system's tick, so the last stretch is slept.
        const TICK: Duration = Duration::from_millis(10);
        let deadline = Instant::now() + Duration::from_millis(ms);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            if left <= TICK {
                thread::sleep(left);
                continue;
            }
            let Ok(stream) = self.stream() else { return false };
            match peek(stream, left.saturating_sub(TICK).max(Duration::from_millis(1))) {
                Peek::Silent => {}
                Peek::Gone => return false,
                // More requests are waiting behind this one, which hides the client's end.
                Peek::Talking => thread::sleep(TICK),
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        drop(self.stream.take());
        // The twin goes under the lock, so that a silent network has no socket left open.
        lock(&self.shared.network.lines).open.remove(&self.id);
        self.shared.network.ended.notify_all();
    }
}

/// What is heard from a client that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peek {
    Silent,
    Talking,
    Gone,
}

pub(super) fn peek(stream: &TcpStream, timeout: Duration) -> Peek {
    if stream.set_read_timeout(Some(timeout)).is_err() {
        return Peek::Gone;
    }
    match stream.peek(&mut [0]) {
        Ok(0) => Peek::Gone,
        Ok(_) => Peek::Talking,
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => Peek::Silent,
            _ => Peek::Gone,
        },
    }
}

fn reset_on_close(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
