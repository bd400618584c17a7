//! A call's answer, its caller's time-out, the same call made again, and a crash, in every order: one promise is made and
//! kept, and the remote has the operation once or not at all.
//!
//! A transport of the test's own answers from an in-process sandbox and holds the write back, before or after it is applied,
//! until its turn comes. A crash is a copy of what is durable at that moment, opened by a new till.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tillbook::{
    Clock, Config, Consume, Delivery, ErrorCode, HistoryQuery, HttpMethod, HttpRequest, HttpResponse, LevelTerms,
    Money, NoticeKind, Pacing, Promise, Rate, Receipt, Recharge, Request, SandyConfig, State, SystemClock, Till,
    TillBuilder, Timestamp, Transport, TransportFailure,
};
use tillbook_sandbox::sandy::{LedgerKind, NewCard, Sandy, Settings, Source};
use tillbook_testvfs::{SurvivingWrites, TestVfs};

const CARD: &str = "A1";
const OP_ID: &str = "the-operation";

/// Nothing takes so long unless it hangs.
const LONGEST: Duration = Duration::from_secs(30);

/// How long two looks for a write are apart.
const QUIET_MS: u64 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// The transport lets the write, or its answer, through.
    Answer,
    /// The caller's time-out is over. Once an answer or a crash has come, no caller is left to whom that could happen.
    Timeout,
    /// The same call is made again; after a crash, to the till that was opened then.
    Repeat,
    /// The program dies; the book is opened again as far as it was durable.
    Crash,
}

const ORDERS: [[Event; 4]; 24] = {
    use Event::{Answer as A, Crash as C, Repeat as R, Timeout as T};
    [
        [A, T, R, C],
        [A, T, C, R],
        [A, R, T, C],
        [A, R, C, T],
        [A, C, T, R],
        [A, C, R, T],
        [T, A, R, C],
        [T, A, C, R],
        [T, R, A, C],
        [T, R, C, A],
        [T, C, A, R],
        [T, C, R, A],
        [R, A, T, C],
        [R, A, C, T],
        [R, T, A, C],
        [R, T, C, A],
        [R, C, A, T],
        [R, C, T, A],
        [C, A, T, R],
        [C, A, R, T],
        [C, T, A, R],
        [C, T, R, A],
        [C, R, A, T],
        [C, R, T, A],
    ]
};

/// Where the write is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    BeforeItIsApplied,
    AfterItIsApplied,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Prefer,
    Require,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Recharge,
    Consume,
}

impl Op {
    const BOTH: [Op; 2] = [Op::Recharge, Op::Consume];

    fn endpoint(self) -> &'static str {
        match self {
            Op::Recharge => "recharge",
            Op::Consume => "consume",
        }
    }

    fn amount_field(self) -> &'static str {
        match self {
            Op::Recharge => "amount",
            Op::Consume => "total",
        }
    }

    fn ledger_kind(self) -> LedgerKind {
        match self {
            Op::Recharge => LedgerKind::Recharge,
            Op::Consume => LedgerKind::Consume,
        }
    }

    fn request(self, fen: i64, by: Delivery) -> Request {
        let amount = Money::from_fen(fen);
        match self {
            Op::Recharge => Recharge::new(CARD, amount, 1).op_id(OP_ID).delivery(by).into(),
            Op::Consume => Consume::new(CARD, amount).op_id(OP_ID).delivery(by).into(),
        }
    }
}

impl Mode {
    const BOTH: [Mode; 2] = [Mode::Prefer, Mode::Require];

    fn delivery(self, timeout: Duration) -> Delivery {
        match self {
            Mode::Prefer => Delivery::PreferOnline(timeout),
            Mode::Require => Delivery::RequireOnline(timeout),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Case {
    order: [Event; 4],
    point: Point,
    mode: Mode,
    op: Op,
}

impl Case {
    /// Whether the caller's time-out comes while the caller still waits.
    fn times_out(&self) -> bool {
        self.order
            .iter()
            .take_while(|event| !matches!(event, Event::Answer | Event::Crash))
            .any(|&e| e == Event::Timeout)
    }
}

#[test]
fn in_every_order_one_promise_is_made_and_kept() {
    let points = [Point::BeforeItIsApplied, Point::AfterItIsApplied];
    let mut cases = Vec::new();
    for (order, point) in ORDERS.iter().flat_map(|&order| points.map(|point| (order, point))) {
        for (mode, op) in Mode::BOTH.into_iter().flat_map(|mode| Op::BOTH.map(|op| (mode, op))) {
            cases.push(Case { order, point, mode, op });
        }
    }
    let distinct: std::collections::BTreeSet<String> = ORDERS.iter().map(|order| format!("{order:?}")).collect();
    assert_eq!(distinct.len(), 24, "each order stands in the table once");

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(case))) {
                        failures.lock().unwrap().push(format!("{case:?}: {}", text(&*panic)));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    println!("{} orders of {} events, {} runs", ORDERS.len(), ORDERS[0].len(), cases.len());
    assert!(failures.is_empty(), "{} runs failed:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(cases.len(), 192);
}

#[test]
fn the_same_call_made_twice_at_once_is_one_operation() {
    for (mode, op) in Mode::BOTH.into_iter().flat_map(|mode| Op::BOTH.map(|op| (mode, op))) {
        let stage = Stage::new(op, Some(Point::BeforeItIsApplied));
        let till = &stage.till;
        let call = || till.call(op.request(100_00, mode.delivery(LONGEST))).unwrap();
        std::thread::scope(|scope| {
            let callers = [(); 3].map(|()| named("caller", scope, call));
            stage.gate.until_reached();
            until(|| stage.clock.seen("caller") == 3);
            stage.gate.open();
            let receipts = callers.map(|caller| caller.join().unwrap());
            for receipt in &receipts {
                assert_eq!(receipt.promise, Some(Promise::OnlineApproved), "{mode:?} {op:?}");
                assert_eq!((&receipt.op_id, receipt.told), (&receipts[0].op_id, receipts[0].told));
            }
        });
        assert_eq!((stage.applied(), stage.gate.passed()), (1, 1), "{mode:?} {op:?}");
        let lines = till.history(&HistoryQuery::default()).unwrap().lines;
        assert_eq!(lines.len(), 1, "{mode:?} {op:?}");
    }
}

/// Runs a case with a time-out that suits this machine: each event has to have its turn before the caller's time-out,
/// where that comes later.
fn run(case: &Case) {
    let mut timeout = if case.times_out() { Duration::from_millis(150) } else { LONGEST };
    while try_to_run(case, timeout).is_none() {
        timeout *= 2;
        assert!(timeout <= LONGEST, "the events never came in this order");
    }
}

/// `None` if the time-out came too early for the order that is tried.
fn try_to_run(case: &Case, timeout: Duration) -> Option<()> {
    let stage = Stage::new(case.op, Some(case.point));
    let reopened = OnceLock::new();
    let mut seen = Vec::new();
    let in_order = std::thread::scope(|scope| {
        let _opened = OpensAtTheEnd(&stage.gate);
        play(case, timeout, &stage, &reopened, scope, &mut seen)
    });
    if !in_order {
        return None;
    }
    let till = reopened.get().unwrap();
    drain(till);
    look(&stage, till, &mut seen);
    seen.push(till.call(case.op.request(100_00, case.mode.delivery(LONGEST))).unwrap());
    check_conflict(case, till);
    judge(case, &stage, till, &seen);
    Some(())
}

/// Makes the events happen one by one. False if the caller's time-out came before its turn.
fn play<'scope>(
    case: &Case,
    timeout: Duration,
    stage: &'scope Stage,
    reopened: &'scope OnceLock<Till>,
    scope: &'scope Scope<'scope, '_>,
    seen: &mut Vec<Receipt>,
) -> bool {
    let (op, by) = (case.op, case.mode.delivery(timeout));
    let mut waiting = vec![named("caller", scope, move || stage.till.call(op.request(100_00, by)).unwrap())];
    until(|| stage.gate.is_reached() || waiting[0].is_finished());
    if !stage.gate.is_reached() {
        return false;
    }
    for event in case.order {
        match (event, reopened.get()) {
            (Event::Answer, crashed) => {
                stage.gate.open();
                until(|| stage.till.operation(OP_ID).unwrap().state != State::Sending);
                if crashed.is_none() {
                    seen.extend(waiting.drain(..).map(|caller| caller.join().unwrap()));
                }
            }
            (Event::Timeout, None) if case.times_out() => {
                seen.extend(waiting.drain(..).map(|caller| caller.join().unwrap()));
            }
            // The caller has its answer, or is gone.
            (Event::Timeout, _) => {}
            (Event::Repeat, None) if waiting.is_empty() => {
                seen.push(stage.till.call(op.request(100_00, case.mode.delivery(LONGEST))).unwrap());
                check_conflict(case, &stage.till);
            }
            (Event::Repeat, None) => {
                let by = case.mode.delivery(LONGEST);
                waiting.push(named("again", scope, move || stage.till.call(op.request(100_00, by)).unwrap()));
                until(|| stage.clock.seen("again") > 0 || waiting.iter().any(ScopedJoinHandle::is_finished));
                check_conflict(case, &stage.till);
            }
            (Event::Repeat, Some(till)) => {
                seen.push(till.call(op.request(100_00, case.mode.delivery(LONGEST))).unwrap());
                check_conflict(case, till);
            }
            (Event::Crash, _) => assert!(reopened.set(stage.crash()).is_ok()),
        }
        let times_out_later = case.times_out() && event != Event::Timeout && !seen.iter().any(|r| r.promise.is_some());
        if times_out_later && reopened.get().is_none() && waiting.iter().any(ScopedJoinHandle::is_finished) {
            return false;
        }
        look(stage, reopened.get().unwrap_or(&stage.till), seen);
    }
    true
}

/// How the operation stands in the book that counts. What it was told to anybody is what it stays.
fn look(stage: &Stage, till: &Till, seen: &mut Vec<Receipt>) {
    let receipt = till.operation(OP_ID).unwrap();
    assert!(is_legal(&receipt), "{receipt:?}");
    assert!(stage.applied() <= 1, "applied more than once: {receipt:?}");
    seen.push(receipt);
    let told: Vec<_> = seen.iter().filter(|receipt| receipt.promise.is_some()).collect();
    for pair in told.windows(2) {
        let promised = |receipt: &Receipt| (receipt.promise, receipt.told, receipt.refusal.clone());
        assert_eq!(promised(pair[0]), promised(pair[1]), "a promise never changes");
    }
    if let Some(last) = seen.last().filter(|_| !told.is_empty()) {
        assert!(last.promise.is_some(), "a promise never goes away: {last:?}");
    }
}

fn is_legal(receipt: &Receipt) -> bool {
    use State::{Applied, InDoubt, Queued, Sending, Settled, Voided};
    match receipt.promise {
        None => matches!(receipt.state, Queued | Sending | InDoubt),
        Some(Promise::OnlineApproved) => matches!(receipt.state, Applied | Settled),
        Some(Promise::OfflineApproved) => matches!(receipt.state, Queued | Sending | InDoubt | Applied | Settled),
        Some(Promise::InDoubt) => matches!(receipt.state, Sending | InDoubt | Applied | Settled | Voided),
        Some(Promise::Cancelled) => receipt.state == Voided,
        // The card covers everything here.
        Some(Promise::Declined) => false,
    }
}

fn check_conflict(case: &Case, till: &Till) {
    let other = till.call(case.op.request(100_01, case.mode.delivery(LONGEST)));
    let error = other.unwrap_err();
    assert_eq!((error.code(), error.field()), (ErrorCode::Conflict, Some(case.op.amount_field())));
}

fn judge(case: &Case, stage: &Stage, till: &Till, seen: &[Receipt]) {
    let last = seen.last().unwrap();
    assert!(is_legal(last) && last.state.is_final(), "{last:?}");
    assert!(seen.iter().filter(|r| r.promise.is_some()).all(|r| r.promise == last.promise && r.told == last.told));
    let applied = stage.applied();
    let once = match last.promise.unwrap() {
        Promise::OnlineApproved | Promise::OfflineApproved => applied == 1,
        // Held back in every case here, never dropped: what nobody was promised is there nevertheless.
        Promise::InDoubt => applied == usize::from(last.state == State::Settled),
        Promise::Cancelled | Promise::Declined => applied == 0,
    };
    assert!(once, "{last:?}, applied {applied} times");
    assert_eq!(applied, 1, "the write got through in the end: {last:?}");
    if case.times_out() && case.mode == Mode::Prefer {
        assert_eq!(last.promise, Some(Promise::OfflineApproved));
    }
    let there = stage.remote.lock().unwrap().card(CARD).map(|card| (card.amount_fen, card.points)).unwrap();
    let here = till.card(CARD).unwrap().balances;
    assert_eq!((here.money.confirmed.fen(), here.points.confirmed.get()), there);
    assert_eq!((here.money.expected.fen(), here.points.expected.get()), there);
    assert!(till.waiting().unwrap().is_empty());
    let notices = till.notices().unwrap();
    assert!(notices.iter().all(|notice| notice.kind != NoticeKind::Unexplained), "{notices:?}");
    let lines = till.history(&HistoryQuery::default()).unwrap().lines;
    assert_eq!(lines.len(), 1, "one line in the book for one operation");
}

/// Drives the queue until the operation has come to its end.
fn drain(till: &Till) {
    until(|| {
        till.sync(Duration::from_millis(500)).unwrap();
        let receipt = till.operation(OP_ID).unwrap();
        assert_eq!(receipt.waits_for, None);
        receipt.state.is_final()
    });
}

/// A till whose write is held back, and the remote it speaks to.
struct Stage {
    till: Till,
    clock: Arc<SpyingClock>,
    gate: Arc<Gate>,
    remote: Arc<Mutex<Sandy>>,
    op: Op,
    dir: TempDir,
}

impl Stage {
    fn new(op: Op, point: Option<Point>) -> Stage {
        let mut sandy = Sandy::new(Settings::default());
        let card = NewCard::new(CARD, 2).with_holder("Mr Wang", "13800000001", None).with_balance(500_00, 300);
        sandy.seed(now_s(), card).unwrap();
        let remote = Arc::new(Mutex::new(sandy));
        let gate = Arc::new(Gate::new(op, point));
        let clock = Arc::new(SpyingClock::new());
        let dir = TempDir::new().unwrap();
        let till = open(&dir.path().join("till.db"), &remote, &gate, &clock);
        till.serve_card(CARD, LONGEST).unwrap();
        Stage { till, clock, gate, remote, op, dir }
    }

    /// What a power cut at this moment leaves, opened by a program that has just started.
    fn crash(&self) -> Till {
        let copy = self.dir.path().join("after-the-crash");
        std::fs::create_dir(&copy).unwrap();
        let copy = copy.join("till.db");
        vfs().durable_copy(self.dir.path().join("till.db"), &copy, SurvivingWrites::None).unwrap();
        open(&copy, &self.remote, &Arc::new(Gate::new(self.op, None)), &Arc::new(SpyingClock::new()))
    }

    /// How often the remote has applied the operation.
    fn applied(&self) -> usize {
        let remote = self.remote.lock().unwrap();
        let own = remote.ledger().iter().filter(|line| line.source == Source::Api);
        own.filter(|line| line.kind == self.op.ledger_kind()).count()
    }
}

fn vfs() -> TestVfs {
    static VFS: OnceLock<TestVfs> = OnceLock::new();
    *VFS.get_or_init(|| TestVfs::register("orders"))
}

fn open(path: &Path, remote: &Arc<Mutex<Sandy>>, gate: &Arc<Gate>, clock: &Arc<SpyingClock>) -> Till {
    let settings = Settings::default();
    let mut sandy = SandyConfig::new("http://127.0.0.1:9", settings.token, settings.restaurant);
    sandy.quiet_period_ms = QUIET_MS;
    sandy.sole_writer = true;
    let mut config = Config::new("Noodle House", "Store 1", "Till 1", sandy);
    let rate = Rate::new("0.8".parse().unwrap());
    config.levels = vec![LevelTerms { level: "高级会员".into(), rate, points_per_yuan: Some(1.into()) }];
    config.pacing = Pacing { backoff_ms: 5, backoff_max_ms: 40, restart_jitter_ms: 5, ..Pacing::default() };
    let transport = Arc::new(InProcess { remote: Arc::clone(remote), gate: Arc::clone(gate) });
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    TillBuilder::new(config).transport(transport).clock(clock).vfs(vfs().name()).open(path).unwrap()
}

/// Answers from a sandbox in this process.
struct InProcess {
    remote: Arc<Mutex<Sandy>>,
    gate: Arc<Gate>,
}

impl Transport for InProcess {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
        let path = request.url.strip_prefix("http://127.0.0.1:9").unwrap();
        let call = tillbook_sandbox::Request {
            method: match request.method {
                HttpMethod::Get => "GET".to_owned(),
                HttpMethod::Post => "POST".to_owned(),
            },
            path: path.to_owned(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        self.gate.pass(Point::BeforeItIsApplied, path);
        let answer = self.remote.lock().unwrap().handle(now_s(), &call);
        self.gate.pass(Point::AfterItIsApplied, path);
        Ok(HttpResponse { status: answer.status, headers: answer.headers, body: answer.body })
    }
}

fn now_s() -> i64 {
    SystemClock::new().wall().millis() / 1_000
}

/// Holds writes back until it is opened.
struct Gate {
    op: Op,
    point: Option<Point>,
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Default)]
struct GateState {
    reached: bool,
    open: bool,
    passed: usize,
}

impl Gate {
    fn new(op: Op, point: Option<Point>) -> Gate {
        Gate { op, point, state: Mutex::default(), changed: Condvar::new() }
    }

    fn pass(&self, point: Point, path: &str) {
        if self.point != Some(point) || path.rsplit('/').next() != Some(self.op.endpoint()) {
            return;
        }
        let mut state = self.state.lock().unwrap();
        state.reached = true;
        state.passed += 1;
        self.changed.notify_all();
        let (_state, waited) = self.changed.wait_timeout_while(state, LONGEST, |state| !state.open).unwrap();
        assert!(!waited.timed_out(), "nobody opened the gate");
    }

    fn open(&self) {
        self.state.lock().unwrap().open = true;
        self.changed.notify_all();
    }

    fn is_reached(&self) -> bool {
        self.state.lock().unwrap().reached
    }

    fn until_reached(&self) {
        let state = self.state.lock().unwrap();
        let (_state, waited) = self.changed.wait_timeout_while(state, LONGEST, |state| !state.reached).unwrap();
        assert!(!waited.timed_out(), "nothing was written");
    }

    /// How many writes came.
    fn passed(&self) -> usize {
        self.state.lock().unwrap().passed
    }
}

/// Whoever still waits is answered, if only by a till that has crashed.
struct OpensAtTheEnd<'a>(&'a Gate);

impl Drop for OpensAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// Tells which threads have come so far as to look at the clock: inside a call, that is after it has begun.
struct SpyingClock {
    clock: SystemClock,
    seen: Mutex<Vec<(String, std::thread::ThreadId)>>,
}

impl SpyingClock {
    fn new() -> SpyingClock {
        SpyingClock { clock: SystemClock::new(), seen: Mutex::default() }
    }

    /// How many threads of this name have been seen.
    fn seen(&self, name: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|(seen, _)| seen == name).count()
    }
}

impl Clock for SpyingClock {
    fn wall(&self) -> Timestamp {
        let thread = std::thread::current();
        let key = (thread.name().unwrap_or_default().to_owned(), thread.id());
        let mut seen = self.seen.lock().unwrap();
        if !seen.contains(&key) {
            seen.push(key);
        }
        self.clock.wall()
    }

    fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }
}

fn named<'scope, T: Send + 'scope>(
    name: &str,
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    Builder::new().name(name.to_owned()).spawn_scoped(scope, work).unwrap()
}

fn until(mut done: impl FnMut() -> bool) {
    let end = Instant::now() + LONGEST;
    while !done() {
        assert!(Instant::now() < end, "it never came about");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
