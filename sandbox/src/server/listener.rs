//! The server: where it listens, and when it doesn't.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

use super::config::Config;
use super::connection;
use super::network::{Line, NoLine};
use super::shared::{Locked, Shared, lock};
use super::traffic::Requests;
use crate::fault::FaultPlan;
use crate::freemud::Freemud;
use crate::gree::Gree;
use crate::sandy::Sandy;
use crate::yonyou::Yonyou;

/// How long a cut waits for the connections' threads; each of them ends at once unless it is in the middle of a write.
const PATIENCE: Duration = Duration::from_secs(5);
const BACKLOG: i32 = 128;

/// A running sandbox. It ends when it is dropped.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    gate: Mutex<Gate>,
    timer: Option<JoinHandle<()>>,
}

/// What stands at the address.
enum Gate {
    /// A thread that accepts connections.
    Open(JoinHandle<()>),
    /// A socket that is bound but doesn't listen: connecting is refused, and nobody else gets the port.
    Reserved(Socket),
    /// Nothing.
    Free,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Starts a sandbox and returns once it can be connected to.
    ///
    /// # Errors
    /// `InvalidInput` for an address that is not loopback, for settings of any system that fail their
    /// [`check`](crate::sandy::Settings::check), and for cards that can't be; otherwise what binding or starting a thread fails with.
    pub fn start(config: Config) -> io::Result<Self> {
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
        if !config.ip.is_loopback() {
            return Err(invalid(format!("{} is not a loopback address", config.ip)));
        }
        let settings = [
            config.settings.check(),
            config.gree.settings().check(),
            config.freemud.settings().check(),
            config.yonyou.settings().check(),
        ];
        settings.into_iter().collect::<Result<(), _>>().map_err(|why| invalid(why.to_owned()))?;
        let listener = TcpListener::bind((config.ip, config.port))?;
        let address = listener.local_addr()?;
        let shared = Shared::new(config).map_err(|errcode| invalid(format!("a card to start with: {errcode}")))?;
        let shared = Arc::new(shared);
        let for_timer = Arc::clone(&shared);
        let timer =
            thread::Builder::new().name("sandbox-late".to_owned()).spawn(move || for_timer.late.run(&for_timer))?;
        let server = Self { shared, address, gate: Mutex::new(Gate::Free), timer: Some(timer) };
        *lock(&server.gate) = accept_on(&server.shared, listener)?;
        Ok(server)
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sandy's side.
    #[must_use]
    pub fn sandy(&self) -> Locked<'_, Sandy> {
        Locked::new(&self.shared.sandy)
    }

    /// Gree's side.
    #[must_use]
    pub fn gree(&self) -> Locked<'_, Gree> {
        Locked::new(&self.shared.gree)
    }

    /// Freemud's side.
    #[must_use]
    pub fn freemud(&self) -> Locked<'_, Freemud> {
        Locked::new(&self.shared.freemud)
    }

    /// Yonyou's side.
    #[must_use]
    pub fn yonyou(&self) -> Locked<'_, Yonyou> {
        Locked::new(&self.shared.yonyou)
    }

    /// The faults to come.
    #[must_use]
    pub fn faults(&self) -> Locked<'_, FaultPlan> {
        Locked::new(&self.shared.faults)
    }

    /// The time that this server goes by, in epoch seconds.
    #[must_use]
    pub fn now_s(&self) -> i64 {
        self.shared.clock.now_s()
    }

    /// The time that this server goes by, in epoch milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.shared.clock.now_ms()
    }

    /// Sets how late every answer of the interface comes, in milliseconds.
    pub fn set_delay_ms(&self, delay_ms: u64) {
        self.shared.delay_ms.store(delay_ms, Ordering::Relaxed);
    }

    /// What it has seen so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        lock(&self.shared.traffic).seen()
    }

    /// Waits until Sandy is as `condition` wants it; false if that takes longer than `timeout`.
    pub fn wait_until(&self, timeout: Duration, condition: impl Fn(&Sandy) -> bool) -> bool {
        self.shared.sandy.wait_until(timeout, condition)
    }

    /// How many requests wait to be executed late.
    #[must_use]
    pub fn late_pending(&self) -> usize {
        self.shared.late.pending()
    }

    /// Executes the requests that wait to be executed late now, and tells how many those were.
    pub fn execute_late_now(&self) -> usize {
        self.shared.late.run_now(&self.shared)
    }

    /// Cuts the network: connecting is refused and every connection is reset. When it returns, no request is under way
    /// any more; those to be executed late still will be. Cutting twice changes nothing.
    pub fn cut(&self) {
        let mut gate = lock(&self.gate);
        if matches!(*gate, Gate::Open(_)) {
            close(&self.shared, self.address, std::mem::replace(&mut *gate, Gate::Free));
            // If somebody else was faster, restoring tries for the port again.
            *gate = bound(self.address).map_or(Gate::Free, Gate::Reserved);
        }
    }

    /// Restores the network at the same address. Restoring a network that isn't cut changes nothing.
    ///
    /// # Errors
    /// What binding fails with when somebody else has taken the port meanwhile and keeps it.
    pub fn restore(&self) -> io::Result<()> {
        let mut gate = lock(&self.gate);
        let socket = match std::mem::replace(&mut *gate, Gate::Free) {
            Gate::Open(thread) => {
                *gate = Gate::Open(thread);
                return Ok(());
            }
            Gate::Reserved(socket) => socket,
            Gate::Free => bind_with_retries(self.address)?,
        };
        socket.listen(BACKLOG)?;
        *gate = accept_on(&self.shared, socket.into())?;
        Ok(())
    }

    /// Ends the server and waits for its threads.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let gate = std::mem::replace(&mut *lock(&self.gate), Gate::Free);
        close(&self.shared, self.address, gate);
        self.shared.late.stop();
        if let Some(timer) = self.timer.take() {
            let _ = timer.join();
        }
    }
}

fn accept_on(shared: &Arc<Shared>, listener: TcpListener) -> io::Result<Gate> {
    shared.network.raise();
    let shared = Arc::clone(shared);
    thread::Builder::new().name("sandbox-accept".to_owned()).spawn(move || accept(&shared, &listener)).map(Gate::Open)
}

/// Accepts until the network is down; the listener closes with the thread.
fn accept(shared: &Arc<Shared>, listener: &TcpListener) {
    while shared.network.is_up() {
        let line = match listener.accept() {
            Ok((stream, _)) => Line::open(shared, stream),
            Err(error) => {
                log::warn!("accepting failed: {error}");
                Err(NoLine::Failed)
            }
        };
        match line {
            Ok(line) => {
                let spawned =
                    thread::Builder::new().name("sandbox-line".to_owned()).spawn(move || connection::serve(line));
                if let Err(error) = spawned {
                    log::warn!("no thread for a connection: {error}");
                }
            }
            Err(NoLine::Full(stream)) => connection::turn_away(shared, &stream),
            Err(NoLine::Down) => {}
            // Out of handles, most likely: some connection has to end first.
            Err(NoLine::Failed) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn close(shared: &Shared, address: SocketAddr, gate: Gate) {
    shared.network.cut();
    if let Gate::Open(thread) = gate {
        // Accepting blocks until somebody connects, so somebody does.
        while !thread.is_finished() {
            let _ = TcpStream::connect_timeout(&address, Duration::from_millis(100));
            thread::sleep(Duration::from_millis(1));
        }
        let _ = thread.join();
    }
    if !shared.network.wait_for_silence(PATIENCE) {
        log::warn!("a connection outlived the cut");
    }
}

fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Connections that have just been closed still count as users of the port. (On Windows the flag means sharing.)
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

fn bind_with_retries(address: SocketAddr) -> io::Result<Socket> {
    const TRIES: u32 = 100;
    for _ in 1..TRIES {
        if let Ok(socket) = bound(address) {
            return Ok(socket);
        }
        thread::sleep(Duration::from_millis(20));
    }
    bound(address)
}
