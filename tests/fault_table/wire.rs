//! The way between till and sandbox: the real transport, and the one moment at which something goes wrong.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tillbook::{HttpRequest, HttpResponse, HttpTransport, Transport, TransportFailure};
use tillbook_sandbox::Request;
use tillbook_sandbox::fault::Fault;
use tillbook_sandbox::sandy::NewCard;

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
    log: Mutex<Vec<String>>,
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
        let began = scene.began.elapsed();
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
        scene.note(endpoint, began, &result);
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
        self.log.lock().unwrap().clone()
    }

    /// Whether an answer with this in it has reached the till.
    pub(crate) fn has_answered(&self, text: &str) -> bool {
        self.log().iter().any(|line| line.contains(text))
    }

    fn note(&self, endpoint: &str, began: Duration, result: &Result<HttpResponse, TransportFailure>) {
        let came = match result {
            Ok(answer) => format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)),
            Err(failure) => failure.to_string(),
        };
        let (from, to) = (began.as_millis(), self.began.elapsed().as_millis());
        self.log.lock().unwrap().push(format!("{endpoint} {from}..{to}: {came}"));
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
