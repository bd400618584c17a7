//! The way between till and sandbox: the real transport, and the one moment at which something goes wrong.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tillbook::{HttpRequest, HttpResponse, HttpTransport, Transport, TransportFailure};
use tillbook_sandbox::Request;
use tillbook_sandbox::fault::Fault;
use tillbook_sandbox::sandy::{LedgerLine, NewCard, Source};

use crate::cell::{Cell, NAME, Op};
use crate::common::Shop;
use crate::faults::{KEPT, Strike, TOO_LONG_MS};

/// When somebody else writes to the same card, as seen from our faulty write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Before it reaches the remote.
    Before,
    /// After it has failed, before anybody looks.
    After,
}

/// Who else writes to the same card at the moment of the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Other {
    Nobody,
    /// Another till does something of the same kind with another amount.
    Unrelated(When),
    /// Another till does exactly the same.
    Twin(When),
}

/// A till's transport. Everything goes over the real one; one cell after the other may strike.
pub(crate) struct Wire {
    http: HttpTransport,
    shop: Arc<Shop>,
    scene: Mutex<Option<Arc<Scene>>>,
}

/// One cell as its transport sees it.
pub(crate) struct Scene {
    shop: Arc<Shop>,
    cell: Cell,
    writes: AtomicUsize,
    over: AtomicBool,
    looked: AtomicBool,
    others_writes: AtomicUsize,
    began: Instant,
    log: Mutex<Vec<Line>>,
}

/// One exchange, in milliseconds from the scene's beginning.
struct Line {
    endpoint: String,
    /// When it began and when it ended, each with how often the remote had applied anything of the cell by then.
    from: (u128, usize),
    to: (u128, usize),
    came: String,
}

impl Wire {
    pub(crate) fn new(shop: Arc<Shop>) -> Wire {
        Wire { http: HttpTransport::new(), shop, scene: Mutex::new(None) }
    }

    /// The next write of the cell's kind is struck.
    pub(crate) fn begin(&self, cell: &Cell) -> Arc<Scene> {
        let scene = Arc::new(Scene {
            shop: Arc::clone(&self.shop),
            cell: *cell,
            writes: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            looked: AtomicBool::new(false),
            others_writes: AtomicUsize::new(0),
            began: Instant::now(),
            log: Mutex::new(Vec::new()),
        });
        *self.scene.lock().unwrap() = Some(Arc::clone(&scene));
        scene
    }
}

impl Transport for Wire {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
        let scene = self.scene.lock().unwrap().clone();
        let Some(scene) = scene else { return self.http.send(request) };
        let endpoint = request.url.rsplit('/').next().unwrap_or_default();
        let from = scene.moment();
        let result = if endpoint == scene.cell.op.endpoint() {
            match scene.writes.fetch_add(1, Ordering::SeqCst) {
                0 => scene.strike(&self.http, request),
                _ => self.http.send(request),
            }
        } else if scene.is_over() && endpoint == scene.cell.op.last_read_of_a_look() {
            scene.look(&self.http, request)
        } else {
            self.http.send(request)
        };
        scene.note(endpoint, from, &result);
        result
    }
}

impl Scene {
    /// How often the operation was sent.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// Whether the faulty exchange has ended.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Everything that went over the wire: from when to when, in milliseconds, and what came of it.
    pub(crate) fn log(&self) -> Vec<String> {
        let lines = self.log.lock().unwrap();
        lines.iter().map(|line| format!("{} {}..{}: {}", line.endpoint, line.from.0, line.to.0, line.came)).collect()
    }

    /// Whether an answer with this in it has reached the till.
    pub(crate) fn has_answered(&self, text: &str) -> bool {
        self.log.lock().unwrap().iter().any(|line| line.came.contains(text))
    }

    /// Whether the remote was seen to apply a write later than the quiet period allows. On a busy machine a request may lie
    /// so long before the sandbox comes to read it; what the table says is not for such a remote.
    pub(crate) fn was_applied_too_late(&self, quiet: Duration) -> bool {
        let lines = self.log.lock().unwrap();
        let mut quiet_from = 0;
        let mut quiet_count = None;
        for line in lines.iter() {
            if line.endpoint == self.cell.op.endpoint() {
                (quiet_from, quiet_count) = (line.to.0 + quiet.as_millis(), None);
                continue;
            }
            for (_, count) in [line.from, line.to].into_iter().filter(|(at, _)| *at > quiet_from) {
                if *quiet_count.get_or_insert(count) != count {
                    return true;
                }
            }
        }
        false
    }

    fn moment(&self) -> (u128, usize) {
        let at = self.began.elapsed().as_millis();
        let card = self.cell.card();
        let kind = self.cell.op.ledger_kind();
        let is_own = |line: &&LedgerLine| line.source == Source::Api && line.kind == kind && line.card == card;
        (at, self.shop.server.sandy().with(|sandy| sandy.ledger().iter().filter(is_own).count()))
    }

    fn note(&self, endpoint: &str, from: (u128, usize), result: &Result<HttpResponse, TransportFailure>) {
        let came = match result {
            Ok(answer) => format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)),
            Err(failure) => failure.to_string(),
        };
        self.log.lock().unwrap().push(Line { endpoint: endpoint.to_owned(), from, to: self.moment(), came });
    }

    /// How many writes of others the remote has applied.
    pub(crate) fn others_writes(&self) -> usize {
        self.others_writes.load(Ordering::SeqCst)
    }

    fn strike(&self, http: &HttpTransport, request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
        let other = self.cell.other;
        if matches!(other, Other::Unrelated(When::Before) | Other::Twin(When::Before)) {
            self.somebody_else_writes(&request.body);
        }
        let server = &self.shop.server;
        let order = |fault: Fault| server.faults().with(|plan| plan.once(self.cell.op.endpoint(), fault));
        let result = match self.cell.strike {
            Strike::Sandbox(fault) => {
                order(fault);
                http.send(request)
            }
            Strike::Cut => {
                server.cut();
                http.send(request)
            }
            Strike::CutApplied => {
                order(Fault::Delay { ms: TOO_LONG_MS });
                let before = server.sandy().with(|sandy| sandy.ledger().len());
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        server.wait_until(Duration::from_secs(10), |sandy| sandy.ledger().len() > before);
                        server.cut();
                    });
                    http.send(request)
                })
            }
            Strike::Gateway503 { retry_after } => {
                let headers = retry_after.map(|value| ("Retry-After".to_owned(), value.to_owned()));
                http.send(request).map(|_| HttpResponse {
                    status: 503,
                    headers: headers.into_iter().collect(),
                    body: b"upstream timed out".to_vec(),
                })
            }
            Strike::LateInLook | Strike::LateAfterLook => {
                order(KEPT);
                http.send(request)
            }
        };
        if matches!(other, Other::Unrelated(When::After) | Other::Twin(When::After)) {
            self.somebody_else_writes(&request.body);
        }
        self.over.store(true, Ordering::SeqCst);
        result
    }

    /// The last request of the first look is the moment for a late execution: right before it, or right after it.
    fn look(&self, http: &HttpTransport, request: &HttpRequest) -> Result<HttpResponse, TransportFailure> {
        let first = !self.looked.swap(true, Ordering::SeqCst);
        if first && matches!(self.cell.strike, Strike::LateInLook) {
            self.shop.server.execute_late_now();
        }
        let result = http.send(request);
        if first && matches!(self.cell.strike, Strike::LateAfterLook) {
            self.shop.server.execute_late_now();
        }
        result
    }

    fn somebody_else_writes(&self, body: &[u8]) {
        let sent: serde_json::Value = serde_json::from_slice(body).unwrap();
        let number = |name: &str| -> Option<i64> {
            let value = sent.get(name)?;
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (text.parse::<Decimal>().unwrap() * Decimal::ONE_HUNDRED).to_i64()
        };
        let twin = matches!(self.cell.other, Other::Twin(_));
        let card = self.cell.card();
        let now_s = self.shop.server.now_s();
        let done = self.shop.server.sandy().with(|sandy| {
            let org_name = sandy.settings().org_name.clone();
            match self.cell.op {
                Op::Open => {
                    let phone = self.cell.phone();
                    let new = NewCard::new(&card, 1);
                    let new =
                        if twin { new.with_holder(NAME, &phone, None) } else { new.with_holder("赵六", "", None) };
                    sandy.office(now_s, "another").open(new).is_ok()
                }
                Op::Recharge => {
                    let fen = if twin { number("money").unwrap() } else { 30_00 };
                    sandy.other_till(now_s, &org_name).recharge(&card, fen, 1).is_ok()
                }
                Op::Consume => {
                    let same = (number("money").unwrap_or_default(), number("money_discount"));
                    let (fen, part) = if twin { same } else { (17_00, Some(0)) };
                    sandy.other_till(now_s, &org_name).consume(&card, fen, part).is_ok()
                }
                Op::Redeem => {
                    let points = if twin { number("score").unwrap() / 100 } else { 7 };
                    sandy.other_till(now_s, &org_name).redeem(&card, points).is_ok()
                }
                // Neither office nor tills change holders in the sandbox, so another client of the interface does.
                Op::Modify => {
                    let name = if twin { NAME } else { "赵六" };
                    let body = format!(r#"{{"card_id":"{card}","uname":"{name}"}}"#);
                    let request = Request::api(sandy.settings(), "modcardinfo", &body);
                    sandy.handle(now_s, &request).text().contains("card_id")
                }
            }
        });
        self.others_writes.fetch_add(usize::from(done), Ordering::SeqCst);
    }
}
