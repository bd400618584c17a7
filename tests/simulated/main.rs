//! What a simulation has found: each rule with the faults that once broke it, played by hand and by a clock that stands still
//! until it is told otherwise.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod pauses;
mod quiet;
mod records;
mod starts;
mod times;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::wire::{Sent, Wire, config_of};
use common::{QUIET, SOON, config};
use tempfile::TempDir;
use tillbook::{
    Clock, Config, Entropy, HttpRequest, SandyConfig, State, SystemClock, Till, TillBuilder, Timestamp, Transport,
    TransportFailure,
};

const CATALOGUE: &str = "/cardlevellist";
const INFO: &str = "/getcardinfo";
const HISTORY: &str = "/getcardhis";
const FIND: &str = "/getcards";
const CONSUME: &str = "/consume";
const MODIFY: &str = "/modcardinfo";

/// Long enough for all that is due: nothing becomes due while the clock stands still.
const ALL: Duration = Duration::from_secs(60);

/// The hands of a clock.
struct Hands {
    start: Timestamp,
    passed_ms: AtomicU64,
    wrong_days: AtomicI64,
}

impl Hands {
    fn pass(&self, time: Duration) {
        self.passed_ms.fetch_add(time.as_millis() as u64, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock.
    fn jump(&self, days: i64) {
        self.wrong_days.fetch_add(days, Ordering::SeqCst);
    }

    /// What a clock shows that nobody sets.
    fn right(&self) -> Timestamp {
        self.start.after(self.monotonic())
    }
}

impl Clock for Hands {
    fn wall(&self) -> Timestamp {
        Timestamp::from_millis(self.right().millis() + self.wrong_days.load(Ordering::SeqCst) * 86_400_000)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.passed_ms.load(Ordering::SeqCst))
    }
}

/// The same chance in each run.
#[derive(Default)]
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst)
    }
}

/// The way to the remote, which dates its answers by a clock that is right. Keeps what was asked.
struct Line {
    wire: Arc<Wire>,
    clock: Arc<Hands>,
    asked: Mutex<Vec<String>>,
}

impl Transport for Line {
    fn send(&self, request: &HttpRequest) -> Sent {
        let endpoint = request.url.rfind('/').map(|at| request.url[at..].to_owned());
        self.asked.lock().unwrap().extend(endpoint);
        let mut answer = self.wire.send(request)?;
        let date = chrono::DateTime::from_timestamp_millis(self.clock.right().millis()).unwrap();
        answer.headers.push(("Date".into(), date.to_rfc2822()));
        Ok(answer)
    }
}

/// A remote in process, a clock, and a folder for books.
struct Bench {
    wire: Arc<Wire>,
    clock: Arc<Hands>,
    line: Arc<Line>,
    chance: Arc<Counted>,
    dir: TempDir,
}

impl Bench {
    fn new() -> Bench {
        let wire = Wire::new();
        let start = SystemClock::new().wall();
        let clock = Arc::new(Hands { start, passed_ms: AtomicU64::new(0), wrong_days: AtomicI64::new(0) });
        let line = Arc::new(Line { wire: wire.clone(), clock: clock.clone(), asked: Mutex::default() });
        Bench { wire, clock, line, chance: Arc::default(), dir: TempDir::new().unwrap() }
    }

    /// Of a till that may always approve offline, so that what is sent is sent by [`Till::sync`], on the test's own thread.
    fn config(&self) -> Config {
        let mut config = config_of(config(SandyConfig::new("https://anywhere.test", "agent", "{GUID}")));
        config.policy.offline_while_healthy = true;
        config.policy.base_max_age_s = 1_000_000_000;
        config
    }

    fn book(&self) -> PathBuf {
        self.dir.path().join("till.db")
    }

    fn builder(&self, config: Config) -> TillBuilder {
        let (line, clock): (Arc<dyn Transport>, Arc<dyn Clock>) = (self.line.clone(), self.clock.clone());
        TillBuilder::new(config).transport(line).clock(clock).entropy(self.chance.clone())
    }

    fn open(&self) -> Till {
        self.builder(self.config()).open(self.book()).unwrap()
    }

    /// A till that has served both cards.
    fn till(&self) -> Till {
        served(self.open())
    }

    /// Calls `act` with each request before the remote sees it. What `act` answers, the remote never sees.
    fn between(&self, act: impl Fn(&Wire, &HttpRequest) -> Option<Sent> + Send + Sync + 'static) {
        let wire = Arc::downgrade(&self.wire);
        self.wire.hook(move |request| act(&*wire.upgrade()?, request));
    }

    /// As [`Bench::between`], for the next request to this endpoint alone.
    fn once(&self, endpoint: &'static str, act: impl Fn(&Wire, &HttpRequest) -> Option<Sent> + Send + Sync + 'static) {
        let first = First::default();
        self.between(move |wire, request| first.is(request.url.ends_with(endpoint)).then(|| act(wire, request))?);
    }

    /// The next request to this endpoint is on its way for longer than its till waits for it.
    fn hold_back(&self, endpoint: &'static str) -> Late {
        let late = Late::default();
        let held = late.clone();
        self.once(endpoint, move |_, request| held.hold(request));
        late
    }

    /// A quiet period passes after each of these syncs but the last.
    fn sync_for_quiet_periods(&self, till: &Till, count: u32) {
        for _ in 0..count {
            till.sync(ALL).unwrap();
            self.clock.pass(QUIET);
        }
        till.sync(ALL).unwrap();
    }

    fn asked(&self) -> Vec<String> {
        self.line.asked.lock().unwrap().clone()
    }
}

/// True once.
#[derive(Default)]
struct First(AtomicBool);

impl First {
    /// Whether this is the first time that it matters.
    fn is(&self, matters: bool) -> bool {
        matters && !self.0.swap(true, Ordering::SeqCst)
    }
}

/// A request that has left and not arrived.
#[derive(Clone, Default)]
struct Late(Arc<Mutex<Option<HttpRequest>>>);

impl Late {
    fn hold(&self, request: &HttpRequest) -> Option<Sent> {
        *self.0.lock().unwrap() = Some(request.clone());
        cut()
    }

    fn is_under_way(&self) -> bool {
        self.0.lock().unwrap().is_some()
    }

    /// The remote executes it.
    fn arrive(&self, wire: &Wire) {
        let request = self.0.lock().unwrap().take().unwrap();
        wire.handle(&request);
    }
}

/// Nobody knows whether the request has arrived.
fn cut() -> Option<Sent> {
    Some(Err(TransportFailure::MaybeSent("cut".into())))
}

/// The request has certainly not left.
fn unsent() -> Option<Sent> {
    Some(Err(TransportFailure::NotSent("the cable is out".into())))
}

/// Whether a request is about this card.
fn is_about(request: &HttpRequest, card: &str) -> bool {
    String::from_utf8_lossy(&request.body).contains(&format!("\"{card}\""))
}

/// The till with catalogue and both cards in its book, and nothing under way.
fn served(till: Till) -> Till {
    till.sync(ALL).unwrap();
    for card in ["A1", "B1"] {
        till.serve_card(card, SOON).unwrap();
    }
    till
}

fn state(till: &Till, op_id: &str) -> State {
    till.operation(op_id).unwrap().state
}
